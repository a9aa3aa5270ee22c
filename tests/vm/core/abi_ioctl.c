// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ioctls of /dev/ipmiN that are not about messages: numbers, structures, addresses, LUNs,
 * timing, events, maintenance, registration for commands; and the bad pointers of all of them.
 * Also built for 32 bits.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "host_bmc.h"
#include "ktap.h"

#define WIDE (sizeof(long) == 8)

static int fd;
static void *no_access; /* a page nobody may touch */

static int call_on(int file, unsigned long cmd, void *arg)
{
	return ioctl(file, cmd, arg) < 0 ? -errno : 0;
}

static int call(unsigned long cmd, void *arg)
{
	return call_on(fd, cmd, arg);
}

static const struct {
	const char *name;
	unsigned long header, wide, narrow;
} ioctls[] = {
#define IOCTL(name, wide, narrow) { #name, IPMICTL_##name, wide, narrow }
	IOCTL(RECEIVE_MSG_TRUNC, 0xc030690b, 0xc018690b),
	IOCTL(RECEIVE_MSG, 0xc030690c, 0xc018690c),
	IOCTL(SEND_COMMAND, 0x8028690d, 0x8014690d),
	IOCTL(REGISTER_FOR_CMD, 0x8002690e, 0x8002690e),
	IOCTL(UNREGISTER_FOR_CMD, 0x8002690f, 0x8002690f),
	IOCTL(SET_GETS_EVENTS_CMD, 0x80046910, 0x80046910),
	IOCTL(SET_MY_ADDRESS_CMD, 0x80046911, 0x80046911),
	IOCTL(GET_MY_ADDRESS_CMD, 0x80046912, 0x80046912),
	IOCTL(SET_MY_LUN_CMD, 0x80046913, 0x80046913),
	IOCTL(GET_MY_LUN_CMD, 0x80046914, 0x80046914),
	IOCTL(SEND_COMMAND_SETTIME, 0x80306915, 0x801c6915),
	IOCTL(SET_TIMING_PARMS_CMD, 0x80086916, 0x80086916),
	IOCTL(GET_TIMING_PARMS_CMD, 0x80086917, 0x80086917),
	IOCTL(SET_MY_CHANNEL_ADDRESS_CMD, 0x80046918, 0x80046918),
	IOCTL(GET_MY_CHANNEL_ADDRESS_CMD, 0x80046919, 0x80046919),
	IOCTL(SET_MY_CHANNEL_LUN_CMD, 0x8004691a, 0x8004691a),
	IOCTL(GET_MY_CHANNEL_LUN_CMD, 0x8004691b, 0x8004691b),
	IOCTL(REGISTER_FOR_CMD_CHANS, 0x800c691c, 0x800c691c),
	IOCTL(UNREGISTER_FOR_CMD_CHANS, 0x800c691d, 0x800c691d),
	IOCTL(GET_MAINTENANCE_MODE_CMD, 0x8004691e, 0x8004691e),
	IOCTL(SET_MAINTENANCE_MODE_CMD, 0x4004691f, 0x4004691f),
};

/* On PowerPC the direction has three bits, of which one says that there is none. */
static unsigned long of_machine(unsigned long number)
{
#ifdef __powerpc__
	static const unsigned long directions[] = { 1, 4, 2, 6 };

	return (number & 0x3fffffff) | directions[number >> 30] << 29;
#else
	return number;
#endif
}

/* The header this is built with, and the kernel: each number is known to it. */
static void numbers(void)
{
	EXPECT_EQ(ARRAY_SIZE(ioctls), 21);
	for (unsigned int i = 0; i < ARRAY_SIZE(ioctls); i++) {
		unsigned long number = of_machine(WIDE ? ioctls[i].wide : ioctls[i].narrow);

		if (!EXPECT_EQ(ioctls[i].header, number) ||
		    !EXPECT(call(number, no_access) == -EFAULT))
			ktap_note("%s", ioctls[i].name);
	}
}

static void bad_pointers(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(ioctls); i++) {
		if (!EXPECT_EQ(call(ioctls[i].header, NULL), -EFAULT) ||
		    !EXPECT_EQ(call(ioctls[i].header, no_access), -EFAULT) ||
		    !EXPECT_EQ(call(ioctls[i].header, (char *)no_access - 1), -EFAULT))
			ktap_note("%s", ioctls[i].name);
	}
}

/* One number higher or lower, one byte more, the other direction: not known. */
static void neighbours_are_unknown(void)
{
	int arg[16] = { 0 };

	for (unsigned int i = 0; i < ARRAY_SIZE(ioctls); i++) {
		unsigned long number = ioctls[i].header;

		if (!EXPECT_EQ(call(number + 0x10000, arg), -ENOTTY) ||
		    !EXPECT_EQ(call(number ^ 0x40000000, arg), -ENOTTY) ||
		    !EXPECT_EQ(call(number ^ 0x80, arg), -ENOTTY) ||
		    !EXPECT_EQ(call(number ^ 0x100, arg), -ENOTTY))
			ktap_note("%s", ioctls[i].name);
	}
}

static void structures(void)
{
	EXPECT_EQ(sizeof(struct ipmi_msg), WIDE ? 16 : 8);
	EXPECT_EQ(offsetof(struct ipmi_msg, data_len), 2);
	EXPECT_EQ(offsetof(struct ipmi_msg, data), WIDE ? 8 : 4);
	EXPECT_EQ(sizeof(struct ipmi_req), WIDE ? 40 : 20);
	EXPECT_EQ(offsetof(struct ipmi_req, msgid), WIDE ? 16 : 8);
	EXPECT_EQ(offsetof(struct ipmi_req, msg), WIDE ? 24 : 12);
	EXPECT_EQ(sizeof(struct ipmi_req_settime), WIDE ? 48 : 28);
	EXPECT_EQ(offsetof(struct ipmi_req_settime, retries), WIDE ? 40 : 20);
	EXPECT_EQ(sizeof(struct ipmi_recv), WIDE ? 48 : 24);
	EXPECT_EQ(offsetof(struct ipmi_recv, addr), WIDE ? 8 : 4);
	EXPECT_EQ(offsetof(struct ipmi_recv, msgid), WIDE ? 24 : 12);
	EXPECT_EQ(offsetof(struct ipmi_recv, msg), WIDE ? 32 : 16);
	EXPECT_EQ(sizeof(struct ipmi_cmdspec), 2);
	EXPECT_EQ(sizeof(struct ipmi_cmdspec_chans), 12);
	EXPECT_EQ(sizeof(struct ipmi_channel_lun_address_set), 4);
	EXPECT_EQ(sizeof(struct ipmi_timing_parms), 8);
	EXPECT_EQ(sizeof(struct ipmi_addr), 40);
	EXPECT_EQ(sizeof(struct ipmi_system_interface_addr), 8);
	EXPECT_EQ(sizeof(struct ipmi_ipmb_addr), 8);
	EXPECT_EQ(sizeof(struct ipmi_ipmb_direct_addr), 12);
	EXPECT_EQ(sizeof(struct ipmi_lan_addr), 12);
}

static unsigned int get(int file, unsigned long cmd)
{
	unsigned int value = 0xeeeeeeee;

	EXPECT_EQ(call_on(file, cmd, &value), 0);
	return value;
}

static int set(int file, unsigned long cmd, unsigned int value)
{
	return call_on(file, cmd, &value);
}

static int chan_set(unsigned long cmd, int channel, int value)
{
	struct ipmi_channel_lun_address_set arg = { .channel = channel, .value = value };

	return call(cmd, &arg);
}

static int chan_get(unsigned long cmd, int channel)
{
	struct ipmi_channel_lun_address_set arg = { .channel = channel, .value = 0xee };
	int ret = call(cmd, &arg);

	return ret ? ret : arg.value;
}

static void my_address(void)
{
	int other = ipmi_open(0);

	EXPECT_EQ(get(fd, IPMICTL_GET_MY_ADDRESS_CMD), 0x20);
	EXPECT_EQ(set(fd, IPMICTL_SET_MY_ADDRESS_CMD, 0x42), 0);
	/* it belongs to the interface */
	EXPECT_EQ(get(other, IPMICTL_GET_MY_ADDRESS_CMD), 0x42);
	EXPECT_EQ(chan_get(IPMICTL_GET_MY_CHANNEL_ADDRESS_CMD, 0), 0x42);
	EXPECT_EQ(chan_get(IPMICTL_GET_MY_CHANNEL_ADDRESS_CMD, 1), 0x20);
	/* a byte, even or odd */
	EXPECT_EQ(set(other, IPMICTL_SET_MY_ADDRESS_CMD, 0x1ff), 0);
	EXPECT_EQ(get(fd, IPMICTL_GET_MY_ADDRESS_CMD), 0xff);
	close(other);
	/* and stays when who set it has gone */
	EXPECT_EQ(get(fd, IPMICTL_GET_MY_ADDRESS_CMD), 0xff);
	EXPECT_EQ(set(fd, IPMICTL_SET_MY_ADDRESS_CMD, 0x20), 0);
}

static void my_lun(void)
{
	int other = ipmi_open(0);

	EXPECT_EQ(get(fd, IPMICTL_GET_MY_LUN_CMD), 2);
	EXPECT_EQ(set(fd, IPMICTL_SET_MY_LUN_CMD, 1), 0);
	EXPECT_EQ(get(other, IPMICTL_GET_MY_LUN_CMD), 1);
	EXPECT_EQ(chan_get(IPMICTL_GET_MY_CHANNEL_LUN_CMD, 0), 1);
	EXPECT_EQ(chan_get(IPMICTL_GET_MY_CHANNEL_LUN_CMD, 1), 2);
	/* two bits */
	EXPECT_EQ(set(other, IPMICTL_SET_MY_LUN_CMD, 7), 0);
	EXPECT_EQ(get(fd, IPMICTL_GET_MY_LUN_CMD), 3);
	EXPECT_EQ(set(fd, IPMICTL_SET_MY_LUN_CMD, 2), 0);
	close(other);
}

static void channels(void)
{
	static const int none[] = { 16, 17, 0xff, 0x100, 0x7fff, 0x8000, 0xffff };

	for (int i = 0; i < 16; i++) {
		EXPECT_EQ(chan_get(IPMICTL_GET_MY_CHANNEL_ADDRESS_CMD, i), 0x20);
		EXPECT_EQ(chan_get(IPMICTL_GET_MY_CHANNEL_LUN_CMD, i), 2);
		EXPECT_EQ(chan_set(IPMICTL_SET_MY_CHANNEL_ADDRESS_CMD, i, 0x80 + i), 0);
		EXPECT_EQ(chan_set(IPMICTL_SET_MY_CHANNEL_LUN_CMD, i, i), 0);
	}
	for (int i = 0; i < 16; i++) {
		EXPECT_EQ(chan_get(IPMICTL_GET_MY_CHANNEL_ADDRESS_CMD, i), 0x80 + i);
		EXPECT_EQ(chan_get(IPMICTL_GET_MY_CHANNEL_LUN_CMD, i), i & 3);
		EXPECT_EQ(chan_set(IPMICTL_SET_MY_CHANNEL_ADDRESS_CMD, i, 0x20), 0);
		EXPECT_EQ(chan_set(IPMICTL_SET_MY_CHANNEL_LUN_CMD, i, 2), 0);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(none); i++) {
		EXPECT_EQ(chan_set(IPMICTL_SET_MY_CHANNEL_ADDRESS_CMD, none[i], 0x20), -EINVAL);
		EXPECT_EQ(chan_get(IPMICTL_GET_MY_CHANNEL_ADDRESS_CMD, none[i]), -EINVAL);
		EXPECT_EQ(chan_set(IPMICTL_SET_MY_CHANNEL_LUN_CMD, none[i], 2), -EINVAL);
		EXPECT_EQ(chan_get(IPMICTL_GET_MY_CHANNEL_LUN_CMD, none[i]), -EINVAL);
	}
}

static void timing(void)
{
	struct ipmi_timing_parms parms = { 7, 7 }, odd = { -5, 0xffffffff };
	int other = ipmi_open(0);

	EXPECT_EQ(call(IPMICTL_GET_TIMING_PARMS_CMD, &parms), 0);
	EXPECT_EQ(parms.retries, -1);
	EXPECT_EQ(parms.retry_time_ms, 0);
	EXPECT_EQ(call(IPMICTL_SET_TIMING_PARMS_CMD, &odd), 0);
	EXPECT_EQ(call(IPMICTL_GET_TIMING_PARMS_CMD, &parms), 0);
	EXPECT_EQ(parms.retries, -5);
	EXPECT_EQ(parms.retry_time_ms, 0xffffffff);
	/* it belongs to the descriptor */
	EXPECT_EQ(call_on(other, IPMICTL_GET_TIMING_PARMS_CMD, &parms), 0);
	EXPECT_EQ(parms.retries, -1);
	EXPECT_EQ(parms.retry_time_ms, 0);
	close(other);
	EXPECT_EQ(call(IPMICTL_SET_TIMING_PARMS_CMD, &parms), 0);
}

static void events(void)
{
	static const unsigned int values[] = { 1, 1, 0, 0, 7, -1U, 0x80000000, 0 };

	for (unsigned int i = 0; i < ARRAY_SIZE(values); i++)
		EXPECT_EQ(set(fd, IPMICTL_SET_GETS_EVENTS_CMD, values[i]), 0);
}

static void maintenance(void)
{
	static const unsigned int bad[] = { 3, -1U, 0x80000000, 256 };
	int other = ipmi_open(0);
	struct reply r;

	EXPECT_EQ(get(fd, IPMICTL_GET_MAINTENANCE_MODE_CMD), IPMI_MAINTENANCE_MODE_AUTO);
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_EQ(set(fd, IPMICTL_SET_MAINTENANCE_MODE_CMD, bad[i]), -EINVAL);
	for (unsigned int mode = IPMI_MAINTENANCE_MODE_ON; mode < 3; mode--) {
		EXPECT_EQ(set(fd, IPMICTL_SET_MAINTENANCE_MODE_CMD, mode), 0);
		EXPECT_EQ(set(fd, IPMICTL_SET_MAINTENANCE_MODE_CMD, mode), 0);
		EXPECT_EQ(get(other, IPMICTL_GET_MAINTENANCE_MODE_CMD), mode);
		/* commands go on */
		EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	}
	close(other);
}

static int reg(int file, int netfn, int cmd)
{
	struct ipmi_cmdspec spec = { .netfn = netfn, .cmd = cmd };

	return call_on(file, IPMICTL_REGISTER_FOR_CMD, &spec);
}

static int unreg(int file, int netfn, int cmd)
{
	struct ipmi_cmdspec spec = { .netfn = netfn, .cmd = cmd };

	return call_on(file, IPMICTL_UNREGISTER_FOR_CMD, &spec);
}

static int reg_chans(int file, unsigned int netfn, unsigned int cmd, unsigned int chans)
{
	struct ipmi_cmdspec_chans spec = { .netfn = netfn, .cmd = cmd, .chans = chans };

	return call_on(file, IPMICTL_REGISTER_FOR_CMD_CHANS, &spec);
}

static int unreg_chans(int file, unsigned int netfn, unsigned int cmd, unsigned int chans)
{
	struct ipmi_cmdspec_chans spec = { .netfn = netfn, .cmd = cmd, .chans = chans };

	return call_on(file, IPMICTL_UNREGISTER_FOR_CMD_CHANS, &spec);
}

static void registration(void)
{
	int other = ipmi_open(0);

	EXPECT_EQ(unreg(fd, 0x30, 0x55), -ENOENT);
	EXPECT_EQ(reg(fd, 0x30, 0x55), 0);
	EXPECT_EQ(reg(fd, 0x30, 0x55), -EBUSY);
	EXPECT_EQ(reg(other, 0x30, 0x55), -EBUSY);
	EXPECT_EQ(reg(other, 0x30, 0x56), 0);
	EXPECT_EQ(reg(other, 0x32, 0x55), 0);
	EXPECT_EQ(unreg(other, 0x30, 0x55), -ENOENT);
	EXPECT_EQ(unreg(fd, 0x30, 0x55), 0);
	EXPECT_EQ(unreg(fd, 0x30, 0x55), -ENOENT);
	EXPECT_EQ(reg(other, 0x30, 0x55), 0);
	/* a close is an unregistration */
	close(other);
	EXPECT_EQ(reg(fd, 0x30, 0x55), 0);
	EXPECT_EQ(reg(fd, 0x30, 0x56), 0);
	EXPECT_EQ(unreg(fd, 0x30, 0x55), 0);
	EXPECT_EQ(unreg(fd, 0x30, 0x56), 0);
}

static void registration_by_channel(void)
{
	int other = ipmi_open(0);

	EXPECT_EQ(reg_chans(fd, 0x30, 0x60, 1 << 0), 0);
	EXPECT_EQ(reg_chans(other, 0x30, 0x60, 1 << 1 | 1 << 2), 0);
	EXPECT_EQ(reg_chans(other, 0x30, 0x60, 1 << 0 | 1 << 3), -EBUSY);
	EXPECT_EQ(reg_chans(fd, 0x30, 0x60, IPMI_CHAN_ALL), -EBUSY);
	EXPECT_EQ(reg(fd, 0x30, 0x60), -EBUSY);
	/* of channels that are another's, or nobody's */
	EXPECT_EQ(unreg_chans(fd, 0x30, 0x60, 1 << 1), -ENOENT);
	EXPECT_EQ(unreg_chans(fd, 0x30, 0x60, 1 << 9), -ENOENT);
	EXPECT_EQ(unreg_chans(fd, 0x30, 0x60, 0), -ENOENT);
	/* one of its channels is enough */
	EXPECT_EQ(unreg_chans(other, 0x30, 0x60, 0xffff), 0);
	EXPECT_EQ(reg_chans(fd, 0x30, 0x60, 1 << 2), 0);
	EXPECT_EQ(unreg_chans(fd, 0x30, 0x60, 1 << 2), 0);
	EXPECT_EQ(unreg_chans(fd, 0x30, 0x60, 1 << 0), 0);
	EXPECT_EQ(unreg_chans(fd, 0x30, 0x60, 1 << 0), -ENOENT);
	/* channel by channel out of all */
	EXPECT_EQ(reg(fd, 0x30, 0x61), 0);
	EXPECT_EQ(unreg_chans(fd, 0x30, 0x61, 1 << 4), 0);
	EXPECT_EQ(reg_chans(other, 0x30, 0x61, 1 << 4), 0);
	EXPECT_EQ(reg_chans(other, 0x30, 0x61, 1 << 5), -EBUSY);
	EXPECT_EQ(unreg(fd, 0x30, 0x61), 0);
	/* each of the sixteen */
	for (int i = 0; i < 16; i++) {
		EXPECT_EQ(reg_chans(fd, 0x30, 0x65, 1 << i), 0);
		EXPECT_EQ(reg_chans(other, 0x30, 0x65, 1 << i), -EBUSY);
	}
	for (int i = 0; i < 16; i++)
		EXPECT_EQ(unreg_chans(fd, 0x30, 0x65, 1 << i), 0);
	close(other);
}

static void registration_takes_bytes(void)
{
	EXPECT_EQ(reg_chans(fd, 0x106, 0x155, 1), 0);
	EXPECT_EQ(reg_chans(fd, 0x06, 0x55, 1), -EBUSY);
	EXPECT_EQ(unreg_chans(fd, 0xff06, 0xff55, 1), 0);
	EXPECT_EQ(unreg_chans(fd, 0x06, 0x55, 1), -ENOENT);
}

/* The commands a BMC never sends are as good as others, and many of them are. */
static void registration_of_all(void)
{
	int other = ipmi_open(0);

	for (int netfn = 0; netfn < 256; netfn += 15)
		for (int cmd = 0; cmd < 256; cmd += 15)
			EXPECT_EQ(reg(other, netfn, cmd), 0);
	for (int netfn = 0; netfn < 256; netfn += 15)
		for (int cmd = 0; cmd < 256; cmd += 15)
			EXPECT_EQ(reg(fd, netfn, cmd), -EBUSY);
	close(other);
	EXPECT_EQ(reg(fd, 0x0f, 0x0f), 0);
	EXPECT_EQ(unreg(fd, 0x0f, 0x0f), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(numbers),
	KTAP_CASE(bad_pointers),
	KTAP_CASE(neighbours_are_unknown),
	KTAP_CASE(structures),
	KTAP_CASE(my_address),
	KTAP_CASE(my_lun),
	KTAP_CASE(channels),
	KTAP_CASE(timing),
	KTAP_CASE(events),
	KTAP_CASE(maintenance),
	KTAP_CASE(registration),
	KTAP_CASE(registration_by_channel),
	KTAP_CASE(registration_takes_bytes),
	KTAP_CASE(registration_of_all),
};

int main(void)
{
	fd = ipmi_must_open(0);
	no_access = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
