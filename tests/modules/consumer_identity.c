// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cases of the module consumer with its own transport: what a BMC is asked as its interface comes
 * up, what becomes of its answers, and what sysfs shows of it.
 */
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/string.h>

#include "consumer_wire.h"

#define ASKED 18 /* in all: Get Device ID, its GUID, and sixteen channels */
#define BMC_OF(n) DEVICE_OF(n) "bmc/"

static struct wire *const w = &wires[0];
static struct client *const c = &clients[0];

/* An interface that does not come up, after so many questions. */
static void no_interface(int error, int asked, int line)
{
	check_eq(wire_add(w), error, line, "the error");
	check_eq(w->nr_sent, asked, line, "questions");
	check_eq(w->started, 1, line, "starts");
	check_eq(w->shut, 1, line, "ends");
	check(client_open_on(c, 0) == -EINVAL, line, "it is not there");
	/* nor is anything that it had, and nobody calls or is called any more */
	file_is(DEVICE_OF(0) "nr_users", NULL, line);
	file_is(DEVICE_OF(0) "nr_msgs", NULL, line);
	file_is(DEVICE_OF(0) "maintenance_mode", NULL, line);
	file_is(DEVICE_OF(0) "ipmi_stats/events", NULL, line);
	file_is(DEVICE_OF(0) "bmc/device_id", NULL, line);
	msleep(20);
	check_eq(w->nr_sent, asked, line, "questions after its end");
	wire_close(w);
}
#define NO_INTERFACE(error, asked) no_interface(error, asked, __LINE__)

static void again(void)
{
	wire_remove(w);
	wire_close(w);
	wire_reset(w);
}

static void case_questions(void)
{
	char text[24];

	if (!wire_open(w))
		return;
	EXPECT_EQ(w->nr_sent, ASKED);
	SENT_IS(w, 0, "18 01");
	SENT_IS(w, 1, "18 08");
	for (int i = 0; i < 16; i++) {
		snprintf(text, sizeof(text), "18 42 %02x", i);
		SENT_IS(w, 2 + i, text);
	}
	FILE_IS(DEVICE_OF(0) "nr_users", "0");
	FILE_IS(DEVICE_OF(0) "nr_msgs", "0");
	FILE_IS(DEVICE_OF(0) "maintenance_mode", "0 0");
	FILE_IS("/sys/devices/platform/ipmi_bmc.0/device_id", "32");
	wire_remove(w);
	FILE_IS(DEVICE_OF(0) "nr_users", NULL);
	FILE_IS(DEVICE_OF(0) "nr_msgs", NULL);
	FILE_IS(DEVICE_OF(0) "maintenance_mode", NULL);
	FILE_IS(DEVICE_OF(0) "ipmi_stats/events", NULL);
	FILE_IS(DEVICE_OF(0) "bmc/device_id", NULL);
	FILE_IS("/sys/devices/platform/ipmi_bmc.0/device_id", NULL);
	wire_close(w);
}

/* It starts up: five errors are borne, half a second apart, and not six. */
static void case_slow_start(void)
{
	wire_reset(w);
	w->id_errors = 5;
	w->id_error = 0xd2;
	EXPECT_EQ(wire_add(w), 0);
	EXPECT_EQ(w->nr_sent, 5 + ASKED);
	for (int i = 1; i <= 5; i++)
		EXPECT(w->sent[i].at_ms - w->sent[i - 1].at_ms >= 499);
	/* what the fifth pause took in excess, the machine did */
	EXPECT(w->sent[5].at_ms - w->sent[0].at_ms < 10000);
	again();
	w->id_errors = 6;
	w->id_error = 0xc0;
	NO_INTERFACE(-EIO, 6);
	/* nobody is there, says the transport */
	for (int i = 0; i < 2; i++) {
		wire_reset(w);
		w->id_errors = 1;
		w->id_error = i ? 0x82 : 0xc3;
		NO_INTERFACE(-EIO, 1);
	}
	/* one that is too short */
	wire_reset(w);
	w->id_len = 6;
	NO_INTERFACE(-EIO, 1);
	/* and nothing is left of all those that could be in the way of a good one */
	wire_reset(w);
	EXPECT_EQ(wire_add(w), 0);
	EXPECT_EQ(w->nr_sent, ASKED);
	FILE_IS(DEVICE_OF(0) "nr_users", "0");
	wire_remove(w);
	FILE_IS(DEVICE_OF(0) "nr_users", NULL);
	wire_close(w);
}

/* A transport that keeps a question costs a quarter of a minute. */
static void case_mute(void)
{
	u64 took;

	wire_reset(w);
	w->hold = true;
	took = ktime_get_ns();
	EXPECT_EQ(wire_add(w), -EIO);
	took = div_u64(ktime_get_ns() - took, NSEC_PER_MSEC);
	if (took < 14900 || took > 40000)
		say("it took %llu ms\n", took);
	EXPECT_EQ(w->nr_sent, 1);
	wire_close(w);
}

static void case_attributes(void)
{
	static const u8 id[] = { 0,    0x21, 0xfe, 0x92, 0x3a, 0x51, 0xa5, 0x56,
				 0x34, 0x12, 0xcd, 0xab, 1,    2,    3,	   4 };
	static const u8 guid[] = { 0,	 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
				   0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0x12 };
	u8 major, minor;

	wire_reset(w);
	memcpy(w->id, id, sizeof(id));
	memcpy(w->guid, guid, sizeof(guid));
	w->guid_len = 17;
	EXPECT_EQ(wire_add(w), 0);
	FILE_IS(BMC_OF(0) "device_id", "33");
	FILE_IS(BMC_OF(0) "provides_device_sdrs", "1");
	FILE_IS(BMC_OF(0) "revision", "14");
	FILE_IS(BMC_OF(0) "firmware_revision", "18.3a");
	FILE_IS(BMC_OF(0) "ipmi_version", "1.5");
	FILE_IS(BMC_OF(0) "additional_device_support", "0xa5");
	FILE_IS(BMC_OF(0) "manufacturer_id", "0x123456");
	FILE_IS(BMC_OF(0) "product_id", "0xabcd");
	FILE_IS(BMC_OF(0) "aux_firmware_revision", "0x04 0x03 0x02 0x01");
	FILE_IS(BMC_OF(0) "guid", "33221100-5544-7766-8899-aabbccddeeff");
	FILE_IS(BMC_OF(0) "modalias", "platform:ipmi_bmc");
	FILE_IS(BMC_OF(0) "ipmi0/nr_users", "0");
	EXPECT(client_open(c));
	EXPECT_EQ(ipmi_get_version(c->user, &major, &minor), 0);
	EXPECT(major == 1 && minor == 5);
	client_close(c);

	/* the short form, and what is no GUID */
	for (int i = 0; i < 3; i++) {
		again();
		w->id_len = i ? 12 : 15;
		w->id[2] = 0x7f;
		w->id[7] = 0x05;
		w->id[8] = w->id[9] = w->id[11] = 0;
		memcpy(w->guid, guid, sizeof(guid));
		w->guid[0] = i == 1 ? 0xd5 : 0;
		w->guid_len = i == 1 ? 17 : i ? 18 : 16;
		EXPECT_EQ(wire_add(w), 0);
		FILE_IS(BMC_OF(0) "provides_device_sdrs", "0");
		FILE_IS(BMC_OF(0) "revision", "15");
		FILE_IS(BMC_OF(0) "manufacturer_id", "0x000005");
		FILE_IS(BMC_OF(0) "product_id", "0x0033");
		FILE_IS(BMC_OF(0) "aux_firmware_revision", NULL);
		/* of more than seventeen bytes the first seventeen are taken */
		if (i < 2)
			FILE_IS(BMC_OF(0) "guid", NULL);
	}
	/* as short as it may be */
	again();
	w->id_len = 7;
	EXPECT_EQ(wire_add(w), 0);
	FILE_IS(BMC_OF(0) "additional_device_support", "0x9f");
	FILE_IS(BMC_OF(0) "manufacturer_id", "0x000000");
	wire_remove(w);
	wire_close(w);
}

/* Can a request be sent there? To each kind of address. */
static int reachable(unsigned int channel, bool lan)
{
	struct ipmi_addr addr = {};
	struct ipmi_lan_addr *to = (struct ipmi_lan_addr *)&addr;
	struct kernel_ipmi_msg msg = { .netfn = NETFN_OEM, .cmd = 1 };

	to->addr_type = lan ? IPMI_LAN_ADDR_TYPE : IPMI_IPMB_ADDR_TYPE;
	to->channel = channel;
	return ipmi_request_settime(c->user, &addr, 1, &msg, c, 0, 0, 100);
}

/* From which version on there are channels, and what is a channel of which kind. */
static void case_channels(void)
{
	static const struct {
		u8 version;
		int asked;
	} versions[] = { { 0x01, 2 },	  { 0x41, 2 }, { 0x51, ASKED }, { 0x61, ASKED },
			 { 0x02, ASKED }, { 0x90, 2 }, { 0x00, 2 } };
	static const u8 media[16] = { 0, 4, 5, 6, 1, 0x81, 0x84, 2, 3, 7, 8, 9, 10, 11, 12, 1 };

	for (int i = 0; i < ARRAY_SIZE(versions); i++) {
		wire_reset(w);
		w->id[5] = versions[i].version;
		EXPECT_EQ(wire_add(w), 0);
		EXPECT_EQ(w->nr_sent, versions[i].asked);
		EXPECT(client_open(c));
		EXPECT_EQ(reachable(0, false), 0);
		EXPECT_EQ(reachable(1, true), versions[i].asked == 2 ? -EINVAL : 0);
		client_close(c);
		wire_remove(w);
		wire_close(w);
	}
	wire_reset(w);
	memcpy(w->media, media, sizeof(media));
	EXPECT_EQ(wire_add(w), 0);
	EXPECT(client_open(c));
	for (int i = 0; i < 15; i++) {
		EXPECT_EQ(reachable(i, false), (media[i] & 0x7f) == 1 ? 0 : -EINVAL);
		EXPECT_EQ(reachable(i, true), (media[i] & 0x7f) == 4 || media[i] == 5 ? 0 : -EINVAL);
	}
	EXPECT_EQ(reachable(16, false), -EINVAL);
	EXPECT_EQ(reachable(-1, true), -EINVAL);
	client_close(c);
	again();
	/* one is refused, one is too short: the others count */
	memset(w->media, 1, sizeof(w->media));
	w->channel_cc[2] = 0xcc;
	EXPECT_EQ(wire_add(w), 0);
	EXPECT_EQ(w->nr_sent, ASKED);
	EXPECT(client_open(c));
	for (int i = 0; i < 15; i++)
		EXPECT_EQ(reachable(i, false), i == 2 ? -EINVAL : 0);
	client_close(c);
	for (int len = 3; len <= 4; len++) {
		again();
		w->channel_len = len;
		EXPECT_EQ(wire_add(w), 0);
		EXPECT(client_open(c));
		EXPECT_EQ(reachable(0, false), len == 3 ? -EINVAL : 0);
		client_close(c);
	}
	/* it does not know the command */
	again();
	w->channel_cc[0] = 0xc1;
	w->media[0] = 4;
	EXPECT_EQ(wire_add(w), 0);
	EXPECT_EQ(w->nr_sent, 3);
	EXPECT(client_open(c));
	EXPECT_EQ(reachable(0, false), 0);
	EXPECT_EQ(reachable(0, true), -EINVAL);
	client_close(c);
	wire_remove(w);
	wire_close(w);
}

/* Where we are: the transport's address on channel 0. */
static void case_own_address(void)
{
	u8 value;

	for (int i = 0; i < 2; i++) {
		wire_reset(w);
		w->slave_addr = i ? 0x2c : 0;
		EXPECT_EQ(wire_add(w), 0);
		EXPECT(client_open(c));
		for (int chan = 0; chan < IPMI_NUM_CHANNELS; chan++) {
			EXPECT_EQ(ipmi_get_my_address(c->user, chan, &value), 0);
			EXPECT_EQ(value, i && !chan ? 0x2c : 0x20);
			EXPECT_EQ(ipmi_get_my_LUN(c->user, chan, &value), 0);
			EXPECT_EQ(value, 2);
		}
		EXPECT_EQ(ask_ipmb(c, 1, NETFN_OEM, 1), 0);
		EXPECT(wire_sends(w, ASKED + 1));
		SENT_IS(w, ASKED,
			i ? "18 34 00 24 b8 24 2c .. 01 .." : "18 34 00 24 b8 24 20 .. 01 ..");
		client_close(c);
		wire_remove(w);
		wire_close(w);
	}
}

/* Two interfaces, whose BMCs differ in one thing: are they one? */
static void two_bmcs(void (*differ)(struct wire *other), bool one, int line)
{
	char text[16];

	wire_reset(&wires[0]);
	wire_reset(&wires[1]);
	wires[1].id[1] = wires[0].id[1];
	if (differ)
		differ(&wires[1]);
	check(!wire_add(&wires[0]) && !wire_add(&wires[1]), line, "they come up");
	check(file_has(BMC_OF(0) "ipmi0/modalias", text, sizeof(text)), line, "a link back");
	check(file_has(BMC_OF(1) "ipmi1/modalias", text, sizeof(text)), line, "a link back");
	check(file_has(BMC_OF(0) "ipmi1/modalias", text, sizeof(text)) == one, line, "one BMC");
	check(file_has(BMC_OF(1) "ipmi0/modalias", text, sizeof(text)) == one, line, "one BMC");
	wire_remove(&wires[0]);
	check(file_has(BMC_OF(1) "device_id", text, sizeof(text)), line, "the other stays");
	check(!file_has(BMC_OF(1) "ipmi0/modalias", text, sizeof(text)), line, "without the first");
	wire_remove(&wires[1]);
	wire_close(&wires[0]);
	wire_close(&wires[1]);
}
#define TWO_BMCS(differ, one) two_bmcs(differ, one, __LINE__)

static void other_device(struct wire *other)
{
	other->id[1]++;
}

static void other_manufacturer(struct wire *other)
{
	other->id[9]++;
}

static void other_product(struct wire *other)
{
	other->id[11]++;
}

static void other_firmware(struct wire *other)
{
	other->id[3]++;
}

static void own_guid(struct wire *other)
{
	other->guid_len = 17;
}

static void same_guid(struct wire *other)
{
	wires[0].guid_len = 17;
	other->guid_len = 17;
	other->id[1]++;
	other->id[11]++;
}

static void other_guid(struct wire *other)
{
	wires[0].guid_len = 17;
	other->guid_len = 17;
	other->guid[16] = 1;
}

static void case_same_bmc(void)
{
	TWO_BMCS(NULL, true);
	TWO_BMCS(other_device, false);
	TWO_BMCS(other_manufacturer, false);
	TWO_BMCS(other_product, false);
	TWO_BMCS(other_firmware, true);
	TWO_BMCS(own_guid, false);
	TWO_BMCS(same_guid, true);
	TWO_BMCS(other_guid, false);
}

/* Who reads what is older than ten seconds has it asked for again, and waits for it. */
static void case_refresh(void)
{
	unsigned long begun = jiffies;

	if (!wire_open(w))
		return;
	FILE_IS(BMC_OF(0) "firmware_revision", "2.34");
	w->id[3] = 0x05;
	msleep(7000);
	/* on a machine that others use it may be late for this, and then it says nothing */
	if (time_before(jiffies, begun + 9 * HZ)) {
		FILE_IS(BMC_OF(0) "firmware_revision", "2.34");
		msleep(100);
		EXPECT_EQ(w->nr_sent, ASKED);
	}
	msleep(3500);
	EXPECT_EQ(w->nr_sent, ASKED);
	FILE_IS(BMC_OF(0) "firmware_revision", "5.34");
	FILE_IS(BMC_OF(0) "firmware_revision", "5.34");
	/* once, however often it is read; and other firmware may have other channels */
	msleep(200);
	EXPECT_EQ(w->nr_sent, 2 * ASKED);
	SENT_IS(w, ASKED, "18 01");
	SENT_IS(w, ASKED + 1, "18 08");
	SENT_IS(w, ASKED + 2, "18 42 00");
	FILE_IS(BMC_OF(0) "ipmi0/nr_users", "0");

	/* it refuses: what was known stays, until it is asked again; then it is another */
	w->id_errors = 1;
	w->id_error = 0xd2;
	w->id[11] = 0x77;
	msleep(10500);
	FILE_IS(BMC_OF(0) "product_id", "0x4433");
	EXPECT_EQ(w->nr_sent, 2 * ASKED + 1);
	FILE_IS(BMC_OF(0) "product_id", "0x4433");
	msleep(1100);
	FILE_IS(BMC_OF(0) "product_id", "0x7733");
	for (int ms = 0; ms < 3000 && w->nr_sent < 3 * ASKED + 1; ms += 10)
		msleep(10);
	EXPECT_EQ(w->nr_sent, 3 * ASKED + 1);
	FILE_IS(BMC_OF(0) "product_id", "0x7733");
	FILE_IS(BMC_OF(0) "ipmi0/nr_users", "0");
	wire_remove(w);
	wire_close(w);
}

const struct consumer_case identity_cases[] = {
	{ "questions", case_questions },
	{ "slow-start", case_slow_start },
	{ "mute", case_mute },
	{ "attributes", case_attributes },
	{ "channels", case_channels },
	{ "own-address", case_own_address },
	{ "same-bmc", case_same_bmc },
	{ "refresh", case_refresh },
	{},
};
