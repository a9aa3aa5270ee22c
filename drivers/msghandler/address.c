// SPDX-License-Identifier: GPL-2.0-only
/*
 * Our own address and LUN on each channel, which requests to others carry.
 *
 * They are an interface's, as the kernel's API has it: who sets one sets it for every user. Only
 * a user below Administrator, whose settings are nobody else's business, has them for itself.
 * Each is one byte, written and read whole; no lock.
 */
#include <linux/nospec.h>

#include "msghandler.h"

/* @channel comes from a program: it is bounded for the processor's guesses too. */
static int find_channel(struct ipmi_user *user, unsigned int channel, unsigned int *found)
{
	if (!READ_ONCE(user->alive))
		return -ENODEV;
	if (channel >= IPMI_NUM_CHANNELS)
		return -EINVAL;
	*found = array_index_nospec(channel, IPMI_NUM_CHANNELS);
	return 0;
}

static bool has_its_own(const struct ipmi_user *user)
{
	return READ_ONCE(user->level) < PRIVILEGE_ADMIN;
}

/**
 * address_init() - a new user has set nothing
 * @user: the user
 */
void address_init(struct ipmi_user *user)
{
	memset(user->own_address, ADDRESS_NOT_SET, sizeof(user->own_address));
	memset(user->own_lun, ADDRESS_NOT_SET, sizeof(user->own_lun));
}

/**
 * address_of() - from which address a user sends
 * @user: the user
 * @channel: on which channel, below IPMI_NUM_CHANNELS
 *
 * Context: any.
 * Return: the 8-bit form.
 */
u8 address_of(const struct ipmi_user *user, unsigned int channel)
{
	s16 own = READ_ONCE(user->own_address[channel]);

	return own < 0 ? READ_ONCE(user->intf->channels[channel].address) : own;
}

/**
 * address_lun_of() - from which LUN a user sends
 * @user: the user
 * @channel: see address_of()
 *
 * Context: any.
 * Return: the LUN.
 */
u8 address_lun_of(const struct ipmi_user *user, unsigned int channel)
{
	s16 own = READ_ONCE(user->own_lun[channel]);

	return own < 0 ? READ_ONCE(user->intf->channels[channel].lun) : own;
}

/**
 * ipmi_set_my_address() - our slave address on a channel, for every user
 * @user: who sets it; below Administrator for itself only
 * @channel: 0 .. 15
 * @address: the 8-bit form
 *
 * Context: any.
 * Return: 0, -EINVAL, -ENODEV.
 */
int ipmi_set_my_address(struct ipmi_user *user, unsigned int channel, unsigned char address)
{
	int rv = find_channel(user, channel, &channel);

	if (rv)
		return rv;
	if (has_its_own(user))
		WRITE_ONCE(user->own_address[channel], address);
	else
		WRITE_ONCE(user->intf->channels[channel].address, address);
	return 0;
}
EXPORT_SYMBOL(ipmi_set_my_address);

/**
 * ipmi_get_my_address() - see ipmi_set_my_address()
 * @user: who asks
 * @channel: 0 .. 15
 * @address: set
 *
 * Return: 0, -EINVAL, -ENODEV.
 */
int ipmi_get_my_address(struct ipmi_user *user, unsigned int channel, unsigned char *address)
{
	int rv = find_channel(user, channel, &channel);

	if (!rv)
		*address = address_of(user, channel);
	return rv;
}
EXPORT_SYMBOL(ipmi_get_my_address);

/**
 * ipmi_set_my_LUN() - our LUN on a channel, for every user
 * @user: who sets it; below Administrator for itself only
 * @channel: 0 .. 15
 * @LUN: its low two bits are taken
 *
 * Context: any.
 * Return: 0, -EINVAL, -ENODEV.
 */
int ipmi_set_my_LUN(struct ipmi_user *user, unsigned int channel, unsigned char LUN)
{
	int rv = find_channel(user, channel, &channel);

	if (rv)
		return rv;
	if (has_its_own(user))
		WRITE_ONCE(user->own_lun[channel], LUN & 3);
	else
		WRITE_ONCE(user->intf->channels[channel].lun, LUN & 3);
	return 0;
}
EXPORT_SYMBOL(ipmi_set_my_LUN);

/**
 * ipmi_get_my_LUN() - see ipmi_set_my_LUN()
 * @user: who asks
 * @channel: 0 .. 15
 * @LUN: set
 *
 * Return: 0, -EINVAL, -ENODEV.
 */
int ipmi_get_my_LUN(struct ipmi_user *user, unsigned int channel, unsigned char *LUN)
{
	int rv = find_channel(user, channel, &channel);

	if (!rv)
		*LUN = address_lun_of(user, channel);
	return rv;
}
EXPORT_SYMBOL(ipmi_get_my_LUN);
