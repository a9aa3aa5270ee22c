// SPDX-License-Identifier: GPL-2.0-only
/* See app.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "fault.h"
#include "flags.h"
#include "power.h"
#include "request.h"

#define THIS_CHANNEL 0x0e
#define MEDIUM_SYSTEM 0x0c

struct identity identity = {
	.device_id = 0x21,
	.revision = 0x01,
	.firmware1 = 0x02,
	.firmware2 = 0x10,
	.version = 0x02, /* 2.0 */
	.support = 0xbf, /* all but a bridge */
	.manufacturer = 32473, /* kept free for documentation by RFC 5612 */
	.product = 0x1d70,
	.aux_len = 4,
	.guid = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 },
	.has_guid = 1,
	.self_test = { 0x55, 0x00 },
};

static struct {
	uint8_t medium, protocol;
} channels[CHANNELS] = {
	[0] = { MEDIUM_IPMB, 0x01 },
	[1] = { MEDIUM_LAN, 0x01 },
	[2] = { MEDIUM_LAN, 0x01 },
	[15] = { MEDIUM_SYSTEM, 0x05 },
};

static uint8_t power_states[2];

void channel_set(int channel, uint8_t medium, uint8_t protocol)
{
	channels[channel & (CHANNELS - 1)].medium = medium;
	channels[channel & (CHANNELS - 1)].protocol = protocol;
}

uint8_t channel_medium(int channel)
{
	return channel < 0 || channel >= CHANNELS ? 0 : channels[channel].medium;
}

const char *identity_guid(const char *text)
{
	unsigned int byte;

	identity.has_guid = strcmp(text, "none") != 0;
	for (int i = 0; identity.has_guid && i < 16; i++) {
		while (*text == '-')
			text++;
		if (sscanf(text, "%2x", &byte) != 1)
			return "a GUID is 32 hexadecimal digits";
		identity.guid[i] = byte;
		text += 2;
	}
	return NULL;
}

const char *identity_set(const char *name, const char *value)
{
	unsigned long n = strtoul(value, NULL, 0);
	const struct {
		const char *name;
		uint8_t *field;
	} bytes[] = {
		{ "device-id", &identity.device_id },	{ "revision", &identity.revision },
		{ "firmware1", &identity.firmware1 },	{ "firmware2", &identity.firmware2 },
		{ "version", &identity.version },	{ "support", &identity.support },
		{ "self-test", &identity.self_test[0] },
	};

	for (unsigned int i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
		if (!strcmp(name, bytes[i].name)) {
			*bytes[i].field = n;
			return NULL;
		}
	}
	if (!strcmp(name, "manufacturer")) {
		identity.manufacturer = n;
	} else if (!strcmp(name, "product")) {
		identity.product = n;
	} else if (!strcmp(name, "guid")) {
		return identity_guid(value);
	} else if (!strcmp(name, "aux")) {
		unsigned int aux = strtoul(value, NULL, 16);

		identity.aux_len = strcmp(value, "none") ? 4 : 0;
		for (int i = 0; i < 4; i++)
			identity.aux[i] = aux >> (24 - 8 * i);
	} else {
		return "there is no such field";
	}
	return NULL;
}

static uint8_t get_device_id(const struct request *rq, struct answer *a)
{
	(void)rq;
	answer_u8(a, identity.device_id);
	answer_u8(a, identity.revision);
	answer_u8(a, identity.firmware1);
	answer_u8(a, identity.firmware2);
	answer_u8(a, identity.version);
	answer_u8(a, identity.support);
	answer_u16(a, identity.manufacturer);
	answer_u8(a, identity.manufacturer >> 16);
	answer_u16(a, identity.product);
	answer_add(a, identity.aux, identity.aux_len);
	return CC_OK;
}

static uint8_t reset(const struct request *rq, struct answer *a)
{
	(void)rq;
	(void)a;
	flags_reset();
	watchdog_forget();
	reset_begins();
	return CC_OK;
}

static uint8_t self_test(const struct request *rq, struct answer *a)
{
	(void)rq;
	answer_add(a, identity.self_test, sizeof(identity.self_test));
	return CC_OK;
}

static uint8_t set_power_state(const struct request *rq, struct answer *a)
{
	(void)a;
	for (int i = 0; i < 2; i++)
		if (rq->data[i] & 0x80)
			power_states[i] = rq->data[i] & 0x7f;
	return CC_OK;
}

static uint8_t get_power_state(const struct request *rq, struct answer *a)
{
	(void)rq;
	answer_add(a, power_states, sizeof(power_states));
	return CC_OK;
}

static uint8_t get_guid(const struct request *rq, struct answer *a)
{
	(void)rq;
	if (!identity.has_guid)
		return CC_INVALID_COMMAND;
	answer_add(a, identity.guid, sizeof(identity.guid));
	return CC_OK;
}

static uint8_t get_channel_info(const struct request *rq, struct answer *a)
{
	static const uint8_t vendor[] = { 0xf2, 0x1b, 0x00 };
	unsigned int channel = rq->data[0] & 0x0f;

	if (channel == THIS_CHANNEL)
		channel = CHANNELS - 1;
	if (!channels[channel].medium)
		return CC_BAD_FIELD;
	answer_u8(a, channel);
	answer_u8(a, channels[channel].medium);
	answer_u8(a, channels[channel].protocol);
	answer_u8(a, channels[channel].medium == MEDIUM_LAN ? 0x80 : 0);
	answer_add(a, vendor, sizeof(vendor));
	answer_u16(a, 0);
	return CC_OK;
}

static uint8_t echo(const struct request *rq, struct answer *a)
{
	answer_add(a, rq->data, rq->len);
	return CC_OK;
}

/* So many bytes, counting. */
static uint8_t fill(const struct request *rq, struct answer *a)
{
	for (unsigned int i = 0; i < get_u16(rq->data); i++)
		answer_u8(a, i);
	return CC_OK;
}

const struct command app_commands[] = {
	{ NETFN_APP, 0x01, 0, get_device_id },
	{ NETFN_APP, 0x02, 0, reset },
	{ NETFN_APP, 0x03, 0, reset },
	{ NETFN_APP, 0x04, 0, self_test },
	{ NETFN_APP, 0x06, 2, set_power_state },
	{ NETFN_APP, 0x07, 0, get_power_state },
	{ NETFN_APP, 0x08, 0, get_guid },
	{ NETFN_APP, 0x37, 0, get_guid },
	{ NETFN_APP, 0x42, 1, get_channel_info },
	{ NETFN_OEM, 0x7e, 2, fill },
	{ NETFN_OEM, 0x7f, 0, echo },
	{ 0 },
};
