// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who a BMC is, and what its channels are: the questions, and what their answers mean.
 *
 * Called by intf.c as an interface comes, and by bmc.c to see whether it still is that BMC.
 * No lock is held while a BMC is asked.
 */
#define dev_fmt(fmt) "IPMI message handler: " fmt

#include <linux/delay.h>

#include "msghandler.h"

/**
 * identify_device() - Get Device ID, once
 * @intf: the interface
 * @id: set on success
 *
 * Context: process, sleeps; no lock held.
 * Return: 0; a completion code; -EINVAL for what is no answer; what ask() returns.
 */
int identify_device(struct ipmi_smi *intf, struct ipmi_device_id *id)
{
	u8 rsp[IPMI_MAX_MSG_LENGTH];
	int rv;

	rv = ask(intf, IPMI_NETFN_APP_REQUEST, IPMI_GET_DEVICE_ID_CMD, NULL, 0, rsp, sizeof(rsp));
	if (rv < 0)
		return rv;
	if (rsp[0])
		return rsp[0];
	return ipmi_demangle_device_id(IPMI_NETFN_APP_RESPONSE, IPMI_GET_DEVICE_ID_CMD, rsp, rv,
				       id);
}

/* It says that it cannot now: busy, out of room, updating itself, starting. IPMI 2.0, table 5-2. */
static bool says_later(u8 cc)
{
	switch (cc) {
	case IPMI_NODE_BUSY_ERR:
	case 0xc4:
	case 0xce:
	case 0xd0:
	case 0xd1:
	case 0xd2:
		return true;
	}
	return false;
}

/* It could not say so now, or nothing came of it. */
static bool passes(u8 cc)
{
	switch (cc) {
	case IPMI_TIMEOUT_ERR:
	case IPMI_LOST_ARBITRATION_ERR:
	case IPMI_BUS_ERR:
	case IPMI_NAK_ON_WRITE_ERR:
	case IPMI_ERR_UNSPECIFIED:
		return true;
	}
	return says_later(cc);
}

/**
 * identify_guid() - Get Device GUID, once
 * @intf: the interface
 * @who: its GUID is set
 *
 * Whether it is worth to ask again is noted in @intf. A BMC that does not answer this command is
 * not asked again, because each try would hold up others for as long as an answer may take.
 *
 * Context: process, sleeps; no lock held.
 * Return: what the answer says.
 */
enum guid_answer identify_guid(struct ipmi_smi *intf, struct ipmi_identity *who)
{
	u8 rsp[1 + sizeof(who->guid)];
	int rv;

	rv = ask(intf, IPMI_NETFN_APP_REQUEST, IPMI_GET_DEVICE_GUID_CMD, NULL, 0, rsp, sizeof(rsp));
	who->has_guid = rv == sizeof(rsp) && !rsp[0];
	if (who->has_guid)
		memcpy(who->guid, rsp + 1, sizeof(who->guid));
	WRITE_ONCE(intf->guid_open, rv > 0 && says_later(rsp[0]));
	if (rv < 0)
		return GUID_NO_ANSWER;
	if (passes(rsp[0]))
		return GUID_NOT_NOW;
	return who->has_guid ? GUID_KNOWN : GUID_NONE;
}

/**
 * identify() - ask a BMC who it is
 * @intf: an interface to it
 * @who: set on success
 *
 * A BMC that starts up may answer with an error for a while, so it is asked
 * again a few times, about either. IPMI 2.0, sections 20.1 and 20.8.
 *
 * Context: process, sleeps; no lock held.
 * Return: 0, -EIO.
 */
int identify(struct ipmi_smi *intf, struct ipmi_identity *who)
{
	unsigned int try = 1;
	int rv;

	memset(who, 0, sizeof(*who));
	/* A completion code comes back as a positive number. */
	while ((rv = identify_device(intf, &who->id)) > 0 && rv != IPMI_TIMEOUT_ERR &&
	       rv != IPMI_BUS_ERR && try++ < DEVICE_ID_TRIES)
		msleep(DEVICE_ID_PAUSE_MS);
	if (rv > 0)
		dev_warn(intf->dev,
			 "Unable to get the device id: asked %u times, last completion code 0x%02x\n",
			 min_t(unsigned int, try, DEVICE_ID_TRIES), rv);
	else if (rv)
		dev_warn(intf->dev, "Unable to get the device id: %d\n", rv);
	if (rv)
		return -EIO;

	try = 1;
	while (identify_guid(intf, who) == GUID_NOT_NOW && try++ < GUID_TRIES)
		msleep(DEVICE_ID_PAUSE_MS);
	return 0;
}

static void set_channel(struct ipmi_smi *intf, unsigned int chan, u8 medium, u8 protocol)
{
	guard(spinlock_irqsave)(&intf->lock);
	intf->channels[chan].medium = medium;
	intf->channels[chan].protocol = protocol;
}

/* Of the channels from @chan on the BMC has none. */
static void clear_channels(struct ipmi_smi *intf, unsigned int chan)
{
	for (; chan < IPMI_NUM_CHANNELS; chan++)
		set_channel(intf, chan, 0, 0);
}

/* One channel. Return: 0; 1 if the BMC does not know the command; -EAGAIN if it could not say. */
static int scan_channel(struct ipmi_smi *intf, u8 chan)
{
	u8 rsp[IPMI_MAX_MSG_LENGTH];
	int rv;

	rv = ask(intf, IPMI_NETFN_APP_REQUEST, IPMI_GET_CHANNEL_INFO_CMD, &chan, 1, rsp,
		 sizeof(rsp));
	if (rv < 0 || passes(rsp[0]))
		return -EAGAIN;
	if (rsp[0] == IPMI_INVALID_COMMAND_ERR)
		return 1;
	if (!rsp[0] && rv >= 4)
		set_channel(intf, chan, rsp[2] & 0x7f, rsp[3] & 0x1f);
	else
		set_channel(intf, chan, 0, 0);
	return 0;
}

/*
 * A BMC older than IPMI 1.5, or one that does not know the command, has IPMB on
 * channel 0. IPMI 2.0, section 22.24. What it cannot say now stays as it was.
 * Return: whether all is known.
 */
static bool scan_channels(struct ipmi_smi *intf, const struct ipmi_device_id *id)
{
	bool all = true;
	u8 chan;
	int rv;

	if (ipmi_version_major(id) < 1 ||
	    (ipmi_version_major(id) == 1 && ipmi_version_minor(id) < 5)) {
		set_channel(intf, 0, IPMI_CHANNEL_MEDIUM_IPMB, IPMI_CHANNEL_PROTOCOL_IPMB);
		clear_channels(intf, 1);
		return true;
	}

	for (chan = 0; chan < IPMI_NUM_CHANNELS; chan++) {
		rv = scan_channel(intf, chan);
		if (rv > 0) {
			set_channel(intf, 0, IPMI_CHANNEL_MEDIUM_IPMB, IPMI_CHANNEL_PROTOCOL_IPMB);
			clear_channels(intf, max_t(u8, chan, 1));
			return true;
		}
		if (!READ_ONCE(intf->handlers))
			return false;
		all &= !rv;
	}
	return all;
}

/**
 * identify_channels() - ask a BMC what its channels are
 * @intf: an interface to it
 * @id: what it said of itself
 *
 * Context: process, sleeps; no lock held.
 */
void identify_channels(struct ipmi_smi *intf, const struct ipmi_device_id *id)
{
	bool all;

	WRITE_ONCE(intf->ipmi_version, id->ipmi_version);
	all = scan_channels(intf, id);
	guard(mutex)(&ipmi_registry);
	intf->scanned = all;
	/* It is compared with its padding. */
	memcpy(&intf->scanned_as, id, sizeof(*id));
}
