// SPDX-License-Identifier: GPL-2.0-only
/*
 * What SEND_COMMAND and SEND_COMMAND_SETTIME refuse, and in which order, for every kind of
 * address; what the request test has for the system interface is not repeated. The BMC is that
 * of tests/bmc: channel 0 is an IPMB, 1 and 2 are LANs, 15 is the system interface.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define TO(addr) &(addr), sizeof(addr)
#define QUICK_MS 2000

static int fd;
static unsigned char *no_access; /* a page nobody may touch */
static unsigned char data[300];

static int send_ipmb(int channel, int slave, int lun, int len)
{
	struct ipmi_ipmb_addr addr;

	ipmi_ipmb(&addr, channel, slave, lun);
	return ipmi_send_timed(fd, TO(addr), 1, NETFN_OEM, CMD_ECHO, data, len, 0, 500);
}

static int send_lan(int channel, int lun, int len)
{
	struct ipmi_lan_addr addr;

	ipmi_lan(&addr, channel, 7, 0x81, 0x82, lun);
	return ipmi_send_timed(fd, TO(addr), 1, NETFN_OEM, CMD_ECHO, data, len, 0, 500);
}

static int send_direct(int channel, int slave, int rs_lun, int rq_lun, unsigned int addr_len)
{
	struct ipmi_ipmb_direct_addr addr = { IPMI_IPMB_DIRECT_ADDR_TYPE, channel, slave, rs_lun,
					      rq_lun };

	return ipmi_send_to(fd, &addr, addr_len, 1, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0);
}

/* Whatever came of it, one answer comes, and it is not more than one. */
static void one_answer(void)
{
	struct reply r;

	EXPECT_EQ(ipmi_next(fd, 5000, &r), 0);
	EXPECT_EQ(r.recv_type, IPMI_RESPONSE_RECV_TYPE);
	EXPECT(r.len >= 1);
}

static void numbers_of_channels(void)
{
	static const int none[] = { 15, 16, 17, 255, -1, SHRT_MIN, SHRT_MAX };

	for (unsigned int i = 0; i < ARRAY_SIZE(none); i++) {
		EXPECT_EQ(send_ipmb(none[i], SATELLITE, 0, 0), -EINVAL);
		EXPECT_EQ(send_lan(none[i], 0, 0), -EINVAL);
		EXPECT_EQ(send_direct(none[i], SATELLITE, 0, 0, 12), -EINVAL);
	}
}

/* A channel has one medium. */
static void mediums(void)
{
	struct ipmi_ipmb_addr broadcast;

	for (int channel = 0; channel < 15; channel++) {
		if (channel != 0)
			EXPECT_EQ(send_ipmb(channel, SATELLITE, 0, 0), -EINVAL);
		if (channel != 1 && channel != 2)
			EXPECT_EQ(send_lan(channel, 0, 0), -EINVAL);
		ipmi_ipmb(&broadcast, channel, SATELLITE, 0);
		broadcast.addr_type = IPMI_IPMB_BROADCAST_ADDR_TYPE;
		if (channel != 0)
			EXPECT_EQ(ipmi_send_to(fd, TO(broadcast), 1, NETFN_APP, 1, NULL, 0),
				  -EINVAL);
	}
}

static void lengths_of_addresses(void)
{
	unsigned char addr[64] = { 0 };
	static const struct {
		int type, channel, enough;
	} kinds[] = {
		{ IPMI_IPMB_ADDR_TYPE, 0, 8 },
		{ IPMI_IPMB_BROADCAST_ADDR_TYPE, 0, 8 },
		{ IPMI_LAN_ADDR_TYPE, 1, 12 },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		memset(addr, 0, sizeof(addr));
		((struct ipmi_addr *)addr)->addr_type = kinds[i].type;
		((struct ipmi_addr *)addr)->channel = kinds[i].channel;
		addr[6] = SATELLITE;
		for (int len = 0; len < kinds[i].enough; len++)
			EXPECT_EQ(ipmi_send_to(fd, addr, len, 1, NETFN_APP, 1, NULL, 0), -EINVAL);
		EXPECT_EQ(ipmi_send_to(fd, addr, 41, 1, NETFN_APP, 1, NULL, 0), -EINVAL);
		EXPECT_EQ(ipmi_send_to(fd, addr, -1, 1, NETFN_APP, 1, NULL, 0), -EINVAL);
		EXPECT_EQ(ipmi_send_to(fd, addr, 40, 1, NETFN_APP, 1, NULL, 0), 0);
		one_answer();
	}
}

static void direct_addresses(void)
{
	/* this system interface cannot */
	EXPECT_EQ(send_direct(0, SATELLITE, 0, 0, 12), -EAFNOSUPPORT);
	EXPECT_EQ(send_direct(0, SATELLITE, 3, 3, 12), -EAFNOSUPPORT);
	EXPECT_EQ(send_direct(0, SATELLITE, 0, 0, 11), -EINVAL);
	EXPECT_EQ(send_direct(1, SATELLITE, 0, 0, 12), -EINVAL);
	EXPECT_EQ(send_direct(0, SATELLITE + 1, 0, 0, 12), -EINVAL);
	EXPECT_EQ(send_direct(0, SATELLITE, 4, 0, 12), -EINVAL);
	EXPECT_EQ(send_direct(0, SATELLITE, 0, 4, 12), -EINVAL);
}

static void luns(void)
{
	static const int bad[] = { 4, 7, 0x80, 0xff };

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(send_ipmb(0, SATELLITE, bad[i], 0), -EINVAL);
		EXPECT_EQ(send_lan(1, bad[i], 0), -EINVAL);
	}
	for (int lun = 0; lun < 4; lun++) {
		EXPECT_EQ(send_ipmb(0, SATELLITE, lun, 0), 0);
		one_answer();
	}
}

/* Any slave address, even odd ones, is the BMC's affair. */
static void slave_addresses(void)
{
	struct wire w;

	EXPECT_EQ(send_ipmb(0, 0x25, 0, 0), 0);
	one_answer();
	EXPECT(bmc_wire(NETFN_APP, CMD_SEND_MESSAGE, 0, &w) && w.data[1] == 0x25);
}

static void lengths_of_data(void)
{
	struct ipmi_ipmb_addr broadcast;

	ipmi_ipmb(&broadcast, 0, SATELLITE, 0);
	broadcast.addr_type = IPMI_IPMB_BROADCAST_ADDR_TYPE;
	EXPECT_EQ(send_ipmb(0, SATELLITE, 0, 263), -EMSGSIZE);
	EXPECT_EQ(ipmi_send_to(fd, TO(broadcast), 1, NETFN_APP, 1, data, 262), -EMSGSIZE);
	EXPECT_EQ(send_lan(1, 0, 261), -EMSGSIZE);
	EXPECT_EQ(send_ipmb(0, SATELLITE, 0, 273), -EMSGSIZE);
	EXPECT_EQ(send_lan(1, 0, 273), -EMSGSIZE);
	EXPECT_EQ(send_ipmb(0, SATELLITE, 0, 262), 0);
	one_answer();
	EXPECT_EQ(ipmi_send_to(fd, TO(broadcast), 1, NETFN_APP, 1, data, 261), 0);
	one_answer();
	EXPECT_EQ(send_lan(1, 0, 260), 0);
	one_answer();
}

/* Of several things that are wrong, the first one in this order is told. */
static void order_of_refusals(void)
{
	struct ipmi_ipmb_addr nowhere, bad_lun;
	struct ipmi_lan_addr lan;

	ipmi_ipmb(&nowhere, 5, SATELLITE, 9);
	ipmi_ipmb(&bad_lun, 0, SATELLITE, 9);
	ipmi_lan(&lan, 16, 7, 0x81, 0x82, 9);
	/* length of the address before its pointer, that before what it says */
	EXPECT_EQ(ipmi_send_to(fd, no_access, 41, 1, NETFN_APP, 1, no_access, 999), -EINVAL);
	EXPECT_EQ(ipmi_send_to(fd, no_access, 8, 1, NETFN_APP, 1, no_access, 999), -EFAULT);
	/* what can be seen of the address, before the data */
	EXPECT_EQ(ipmi_send_to(fd, TO(lan), 1, NETFN_APP, 1, no_access, 999), -EINVAL);
	/* the length of the data before its pointer, that before what the message handler finds */
	EXPECT_EQ(ipmi_send_to(fd, TO(nowhere), 1, NETFN_APP, 1, no_access, 999), -EMSGSIZE);
	EXPECT_EQ(ipmi_send_to(fd, TO(nowhere), 1, NETFN_APP, 1, no_access, 9), -EFAULT);
	EXPECT_EQ(ipmi_send_to(fd, TO(nowhere), 1, NETFN_APP, 1, data, 263), -EINVAL);
	EXPECT_EQ(ipmi_send_to(fd, TO(bad_lun), 1, NETFN_APP, 1, data, 263), -EMSGSIZE);
	EXPECT_EQ(ipmi_send_to(fd, TO(bad_lun), 1, NETFN_APP, 1, data, 262), -EINVAL);
}

/* All of a generic address is as good as its part that is needed; one byte more is too much. */
static void longest_address(void)
{
	struct ipmi_addr addr = { 0 };
	unsigned char more[sizeof(addr) + 1] = { 0 };
	struct reply r;

	ipmi_bmc_addr((void *)&addr);
	memcpy(more, &addr, sizeof(addr));
	EXPECT_EQ(ipmi_send_to(fd, &addr, sizeof(addr), 40, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0),
		  0);
	EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0);
	EXPECT_EQ(r.msgid, 40);
	EXPECT_EQ(ipmi_send_timed(fd, &addr, sizeof(addr), 41, NETFN_APP, CMD_GET_DEVICE_ID, NULL,
				  0, -1, 0),
		  0);
	EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0);
	EXPECT_EQ(r.msgid, 41);
	EXPECT_EQ(ipmi_send_to(fd, more, sizeof(more), 42, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0),
		  -EINVAL);
	/* the longest data that are looked at, and those that are not */
	EXPECT_EQ(ipmi_send(fd, 43, NETFN_APP, CMD_GET_DEVICE_ID, no_access, 272), -EFAULT);
	EXPECT_EQ(ipmi_send(fd, 43, NETFN_APP, CMD_GET_DEVICE_ID, no_access, 273), -EMSGSIZE);
}

/* The other call for sending refuses the same, and takes any timing. */
static void settime(void)
{
	static const int retries[] = { -1, 0, INT_MIN, INT_MAX };
	struct ipmi_system_interface_addr addr;
	struct reply r;

	ipmi_bmc_addr(&addr);
	for (unsigned int i = 0; i < ARRAY_SIZE(retries); i++) {
		EXPECT_EQ(ipmi_send_timed(fd, TO(addr), i, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0,
					  retries[i], retries[i]), 0);
		EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0);
		EXPECT_EQ(r.msgid, i);
		EXPECT_EQ(r.data[0], 0);
	}
	EXPECT_EQ(ioctl(fd, IPMICTL_SEND_COMMAND_SETTIME, no_access) < 0 ? errno : 0, EFAULT);
	EXPECT_EQ(ipmi_send_timed(fd, no_access, 8, 1, NETFN_APP, 1, NULL, 0, 0, 0), -EFAULT);
	EXPECT_EQ(ipmi_send_timed(fd, &addr, 41, 1, NETFN_APP, 1, NULL, 0, 0, 0), -EINVAL);
	EXPECT_EQ(ipmi_send_timed(fd, TO(addr), 1, NETFN_APP, 1, data, 273, 0, 0), -EMSGSIZE);
	EXPECT_EQ(ipmi_send_timed(fd, TO(addr), 1, NETFN_APP, 1, data, 271, 0, 0), -EMSGSIZE);
	EXPECT_EQ(ipmi_send_timed(fd, TO(addr), 1, NETFN_APP, 0x34, NULL, 0, 0, 0), -EINVAL);
	EXPECT_EQ(ipmi_send_timed(fd, TO(addr), 1, NETFN_APP | 1, 1, NULL, 0, 0, 0), -EINVAL);
}

/* Commands of the stack's own that users may send too. */
static void not_blocked(void)
{
	unsigned char enables, flags = 0xff, watchdog[] = { 0x44, 0, 0, 0, 10, 0 };
	struct reply r;

	REQUIRE(EXPECT_EQ(ipmi_ask(fd, NETFN_APP, 0x2f, NULL, 0, &r), 0));
	enables = r.data[1];
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, 0x2e, &enables, 1, &r), 0);
	EXPECT_HEX(r.data, r.len, "00");
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, 0x30, &flags, 1, &r), 0);
	EXPECT_HEX(r.data, r.len, "00");
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, 0x31, NULL, 0, &r), 0);
	EXPECT_HEX(r.data, r.len, "00 00");
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, 0x24, watchdog, 6, &r), 0);
	EXPECT_HEX(r.data, r.len, "00");
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, 0x25, NULL, 0, &r), 0);
	EXPECT_EQ(r.len, 9);
}

static void odd_answers(void)
{
	struct reply r;

	/* without a completion code, or of the wrong kind */
	bmc_line("fault netfn n=1 netfn=6 cmd=1");
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	EXPECT_EQ(r.netfn, NETFN_APP | 1);
	EXPECT_EQ(r.cmd, CMD_GET_DEVICE_ID);
	EXPECT_HEX(r.data, r.len, "ff");
	bmc_line("nofaults");
	bmc_line("fault cmd n=1 netfn=6 cmd=1");
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	EXPECT_EQ(r.cmd, CMD_GET_DEVICE_ID);
	EXPECT_HEX(r.data, r.len, "ff");
	bmc_line("nofaults");
	bmc_line("fault truncate n=1 netfn=6 cmd=1 arg=4");
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	EXPECT_EQ(r.len, 5);
	bmc_line("nofaults");
	/* and a long one, whole */
	EXPECT_EQ(ipmi_ask(fd, NETFN_OEM, 0x7e, "\xc8\0", 2, &r), 0);
	EXPECT_EQ(r.len, 201);
	EXPECT_EQ(r.data[200], 199);
}

/* An answer that is too long comes cut off, and its completion code says so. */
static void longest_answers(void)
{
	unsigned char size[2];
	struct reply r;

	for (int len = 240; len < 290; len++) {
		bool fits = len + 1 <= 270;

		size[0] = len;
		size[1] = len >> 8;
		REQUIRE(EXPECT_EQ(ipmi_ask(fd, NETFN_OEM, 0x7e, size, 2, &r), 0));
		EXPECT_EQ(r.data[0], fits ? 0 : 0xc6);
		EXPECT_EQ(r.len, fits ? len + 1 : 270);
		for (int i = 1; i < r.len; i++)
			EXPECT_EQ(r.data[i], (i - 1) & 0xff);
	}
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	EXPECT_EQ(r.data[0], 0);
}

static void nothing_is_left(void)
{
	struct reply r;

	EXPECT_EQ(ipmi_recv(fd, &r), -EAGAIN);
	EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/nr_msgs"), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(numbers_of_channels),
	KTAP_CASE(mediums),
	KTAP_CASE(lengths_of_addresses),
	KTAP_CASE(direct_addresses),
	KTAP_CASE(luns),
	KTAP_CASE(slave_addresses),
	KTAP_CASE(lengths_of_data),
	KTAP_CASE(order_of_refusals),
	KTAP_CASE(longest_address),
	KTAP_CASE(settime),
	KTAP_CASE(not_blocked),
	KTAP_CASE(odd_answers),
	KTAP_CASE(longest_answers),
	KTAP_CASE(nothing_is_left),
};

int main(void)
{
	fd = ipmi_must_open(0);
	no_access = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bmc_line("satellite %x answer", SATELLITE);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
