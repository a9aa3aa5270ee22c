// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which privilege level a request needs. ../cases/privilege.h says once more what User
 * and Operator may do, in another form than the table.
 */
#include <ipmi/privilege.h>

#include "../cases/privilege.h"
#include "test.h"

#define CHANNELS 16

static enum ipmi_privilege needed(u8 netfn, u8 lun, u8 cmd, const u8 *data, size_t len)
{
	struct privilege_request rq = {
		.netfn = netfn,
		.lun = lun,
		.cmd = cmd,
		.data = data,
		.len = len,
	};

	return privilege_needed(&rq);
}

/* Without data: nothing is carried, no body is named and no bus. */
static void every_command(void)
{
	unsigned int netfn, cmd;

	for (netfn = 0; netfn < 256; netfn++)
		for (cmd = 0; cmd < 256; cmd++)
			EXPECT_SAY(needed(netfn, 0, cmd, NULL, 0) ==
					   privilege_expected(netfn & 0x3f, cmd),
				   "netfn %02x cmd %02x needs %u", netfn, cmd,
				   needed(netfn, 0, cmd, NULL, 0));
}

/* Sensors and inventory are at any LUN; what else is there nobody knows. */
static void other_luns(void)
{
	unsigned int netfn, cmd, lun;
	bool any;

	for (lun = 1; lun < 4; lun++) {
		for (netfn = 0; netfn < 64; netfn++) {
			for (cmd = 0; cmd < 256; cmd++) {
				any = (netfn == 0x04 && cmd >= 0x20 && cmd <= 0x30) ||
				      (netfn == 0x0a && cmd >= 0x10 && cmd <= 0x12);
				EXPECT_SAY(needed(netfn, lun, cmd, NULL, 0) ==
						   (any ? privilege_expected(netfn, cmd) :
							  PRIVILEGE_ADMIN),
					   "netfn %02x lun %u cmd %02x", netfn, lun, cmd);
			}
		}
	}
}

static void broadcast(void)
{
	struct privilege_request rq = { .broadcast = true };
	unsigned int netfn, cmd;

	for (netfn = 0; netfn < 64; netfn++) {
		for (cmd = 0; cmd < 256; cmd++) {
			rq.netfn = netfn;
			rq.cmd = cmd;
			EXPECT_EQ(privilege_needed(&rq), netfn == 0x06 && cmd == 0x01 ?
								 PRIVILEGE_USER :
								 PRIVILEGE_ADMIN);
		}
	}
	rq.netfn = 0x06;
	rq.cmd = 0x01;
	rq.lun = 1;
	EXPECT_EQ(privilege_needed(&rq), PRIVILEGE_ADMIN);
}

static void private_bus_only(void)
{
	unsigned int bus;
	u8 data[4] = {};

	for (bus = 0; bus < 256; bus++) {
		data[0] = bus;
		EXPECT_EQ(needed(0x06, 0, 0x52, data, 4),
			  bus & 1 ? PRIVILEGE_OPERATOR : PRIVILEGE_ADMIN);
	}
}

static void groups(void)
{
	static const u8 users[] = { 1, 2, 3, 6, 7, 9, 0x0c, 0x10, 0x13 };
	static const u8 operators[] = { 4, 5, 8, 0x0b };
	unsigned int body, cmd, i;
	enum ipmi_privilege want;
	u8 data[2] = {};

	for (body = 0; body < 256; body++) {
		for (cmd = 0; cmd < 256; cmd++) {
			want = PRIVILEGE_ADMIN;
			for (i = 0; i < sizeof(users); i++)
				if (body == 0xdc && cmd == users[i])
					want = PRIVILEGE_USER;
			for (i = 0; i < sizeof(operators); i++)
				if (body == 0xdc && cmd == operators[i])
					want = PRIVILEGE_OPERATOR;
			if ((body == 0 || body == 3) && !cmd)
				want = PRIVILEGE_USER;
			data[0] = body;
			EXPECT_EQ(needed(0x2c, 0, cmd, data, 2), want);
			EXPECT_EQ(needed(0x2c, 1, cmd, data, 2), PRIVILEGE_ADMIN);
		}
	}
}

static u8 sum(const u8 *data, size_t len)
{
	u8 s = 0;

	while (len--)
		s -= *data++;
	return s;
}

/*
 * The data of a Send Message that carries netfn/lun, cmd and data; @session < 0: as on an IPMB,
 * 0: a broadcast, > 0: as on a LAN. Return: bytes of it.
 */
static size_t carry(u8 *out, u8 channel, int session, u8 netfn_lun, u8 cmd, const u8 *data,
		    size_t len)
{
	size_t n = 0, frame;
	u8 copy[300];

	/* it may be in @out */
	if (len)
		memcpy(copy, data, len);
	out[n++] = channel;
	if (session >= 0)
		out[n++] = session;
	frame = n;
	out[n++] = 0x24;
	out[n++] = netfn_lun;
	out[n] = sum(out + frame, 2);
	n++;
	out[n++] = 0x20;
	out[n++] = 0x42;
	out[n++] = cmd;
	memcpy(out + n, copy, len);
	n += len;
	out[n] = sum(out + frame + 3, n - frame - 3);
	return n + 1;
}

static enum ipmi_privilege carried(u8 channel, int session, u8 netfn_lun, u8 cmd)
{
	u8 data[16];
	size_t n = carry(data, channel, session, netfn_lun, cmd, NULL, 0);

	return needed(0x06, 0, 0x34, data, n);
}

/* At each channel, tracked or not, by IPMB and by LAN: as if it had come straight. */
static void every_carried_command(void)
{
	unsigned int channel, netfn, cmd;
	enum ipmi_privilege want;

	for (channel = 0; channel < CHANNELS; channel++) {
		for (netfn = 0; netfn < 64; netfn++) {
			for (cmd = 0; cmd < 256; cmd++) {
				want = channel >= 14 ? PRIVILEGE_ADMIN :
						       privilege_expected(netfn, cmd);
				EXPECT_EQ(carried(channel, -1, netfn << 2, cmd), want);
				EXPECT_EQ(carried(channel | 0x40, -1, netfn << 2, cmd), want);
				EXPECT_EQ(carried(channel, 7, netfn << 2, cmd), want);
			}
		}
	}
}

static void carried_luns_and_broadcasts(void)
{
	EXPECT_EQ(carried(0, -1, 0x06 << 2 | 1, 0x01), PRIVILEGE_ADMIN);
	EXPECT_EQ(carried(0, -1, 0x04 << 2 | 1, 0x2d), PRIVILEGE_USER);
	EXPECT_EQ(carried(0, 0, 0x06 << 2, 0x01), PRIVILEGE_USER);
	EXPECT_EQ(carried(0, 0, 0x06 << 2, 0x04), PRIVILEGE_ADMIN);
	/* raw, reserved, encrypted, authenticated */
	EXPECT_EQ(carried(0x80, -1, 0x06 << 2, 0x01), PRIVILEGE_ADMIN);
	EXPECT_EQ(carried(0xc0, -1, 0x06 << 2, 0x01), PRIVILEGE_ADMIN);
	EXPECT_EQ(carried(0x20, -1, 0x06 << 2, 0x01), PRIVILEGE_ADMIN);
	EXPECT_EQ(carried(0x10, -1, 0x06 << 2, 0x01), PRIVILEGE_ADMIN);
}

/* One in another, as deep as there is room: what is innermost counts, and what is not whole. */
static void bridge_behind_bridge(void)
{
	u8 data[300];
	unsigned int depth;
	size_t n;

	n = carry(data, 0, -1, 0x06 << 2, 0x01, NULL, 0);
	for (depth = 0; n + 8 <= 272; depth++) {
		EXPECT_EQ(needed(0x06, 0, 0x34, data, n), PRIVILEGE_USER);
		n = carry(data, depth & 7, depth & 1 ? 7 : -1, 0x06 << 2, 0x34, data, n);
	}
	EXPECT(depth > 20);

	n = carry(data, 0, -1, 0x00 << 2, 0x02, (const u8 *)"\x01", 1);
	for (depth = 0; n + 8 <= 272; depth++) {
		EXPECT_EQ(needed(0x06, 0, 0x34, data, n), PRIVILEGE_OPERATOR);
		n = carry(data, depth & 7, depth & 1 ? 7 : -1, 0x06 << 2, 0x34, data, n);
	}
}

/* A message that one bridge would read so and another one otherwise, or that is none. */
static void unsure_frames(void)
{
	static const u8 both[] = { 0, 0, 0xe8, 0x18, 0, 0x42, 0x55, 0x01, 0x68 };
	u8 data[64];
	size_t n, i;

	n = carry(data, 0, -1, 0x06 << 2, 0x01, NULL, 0);
	for (i = 0; i < n; i++)
		EXPECT_EQ(needed(0x06, 0, 0x34, data, i), PRIVILEGE_ADMIN);
	for (i = 1; i < n; i++) {
		data[i] ^= 0x10;
		EXPECT_EQ(needed(0x06, 0, 0x34, data, n), PRIVILEGE_ADMIN);
		data[i] ^= 0x10;
	}
	EXPECT_EQ(needed(0x06, 0, 0x34, data, n), PRIVILEGE_USER);

	/* both forms, sums and all: a command of a maker to address 0, or a broadcast */
	EXPECT_EQ(needed(0x06, 0, 0x34, both, sizeof(both)), PRIVILEGE_ADMIN);
}

static void listed(void)
{
	struct privilege_request rq = { .netfn = 0x30, .cmd = 0x55 };
	u8 list[PRIVILEGE_LIST_BYTES], dcmi[] = { 0xdc }, other[] = { 0x52 };

	EXPECT(privilege_parse_list("30:55,0x3A:*,2c:77,6:2\n", list));
	EXPECT_EQ(privilege_needed(&rq), PRIVILEGE_ADMIN);
	rq.listed = list;
	EXPECT_EQ(privilege_needed(&rq), PRIVILEGE_USER);
	rq.lun = 1;
	EXPECT_EQ(privilege_needed(&rq), PRIVILEGE_ADMIN);
	rq.lun = 0;
	rq.cmd = 0x56;
	EXPECT_EQ(privilege_needed(&rq), PRIVILEGE_ADMIN);
	rq.netfn = 0x3a;
	EXPECT_EQ(privilege_needed(&rq), PRIVILEGE_USER);
	rq.netfn = 0x3b;
	EXPECT_EQ(privilege_needed(&rq), PRIVILEGE_ADMIN);
	/* it opens nothing that the table knows */
	rq.netfn = 0x06;
	rq.cmd = 0x02;
	EXPECT_EQ(privilege_needed(&rq), PRIVILEGE_ADMIN);
	rq.netfn = 0x2c;
	rq.cmd = 0x77;
	rq.data = dcmi;
	rq.len = 1;
	EXPECT_EQ(privilege_needed(&rq), PRIVILEGE_ADMIN);
	rq.data = other;
	EXPECT_EQ(privilege_needed(&rq), PRIVILEGE_USER);
}

static void lists_that_are_none(void)
{
	static const char *const bad[] = { ",", "30", "30:", ":55", "30:55,", "30:55 ", "31:55",
					   "40:1", "3e:5g", "30:555", "*:1", "-1:1", "30:**",
					   "0x:1", "30:1\n,", "30;1" };
	u8 list[PRIVILEGE_LIST_BYTES], none[PRIVILEGE_LIST_BYTES] = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_SAY(!privilege_parse_list(bad[i], list), "\"%s\" is a list", bad[i]);
	memset(list, 0xff, sizeof(list));
	EXPECT(privilege_parse_list("", list));
	EXPECT(!memcmp(list, none, sizeof(list)));
	memset(list, 0xff, sizeof(list));
	EXPECT(privilege_parse_list("\n", list));
	EXPECT(!memcmp(list, none, sizeof(list)));
	EXPECT(privilege_parse_list("0:0", list));
	EXPECT_EQ(list[0], 1);
	EXPECT(privilege_parse_list("3E:Ff", list));
	EXPECT_EQ(list[PRIVILEGE_LIST_BYTES - 1], 0x80);
}

static const struct test privilege_tests[] = {
	TEST(every_command),
	TEST(other_luns),
	TEST(broadcast),
	TEST(private_bus_only),
	TEST(groups),
	TEST(every_carried_command),
	TEST(carried_luns_and_broadcasts),
	TEST(bridge_behind_bridge),
	TEST(unsure_frames),
	TEST(listed),
	TEST(lists_that_are_none),
};

SUITE(privilege);
