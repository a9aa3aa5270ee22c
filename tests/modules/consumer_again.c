// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cases of the module consumer with its own transport: what a foreign transport and a foreign
 * client may do, how bridged requests end that are refused or kept, and a BMC that changes.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/string.h>

#include "consumer_wire.h"

#define ASKED 18 /* Get Device ID, its GUID, and sixteen channels */
#define OLD_MS 10500
#define BMC_OF(n) DEVICE_OF(n) "bmc/"
#define OBJECT(n) "/sys/devices/platform/ipmi_bmc." #n "/"
#define NETFN_FIRMWARE 0x08

static struct wire *const w = &wires[0];
static struct client *const c = &clients[0];

static u64 now_ms(void)
{
	return div_u64(ktime_get_ns(), NSEC_PER_MSEC);
}

static int ask_to(struct ipmi_addr *addr, long msgid, u8 netfn, int retries, unsigned int retry_ms)
{
	static u8 cmd;
	u8 data[1] = {};
	/* nobody asks the same twice, so no number is kept from it */
	struct kernel_ipmi_msg msg = { .netfn = netfn, .cmd = cmd++, .data = data, .data_len = 1 };

	return ipmi_request_settime(c->user, addr, msgid, &msg, c, 0, retries, retry_ms);
}

static int ask_near(long msgid, int retries, unsigned int retry_ms)
{
	struct ipmi_addr addr = {};
	struct ipmi_ipmb_addr *ipmb = (struct ipmi_ipmb_addr *)&addr;

	ipmb->addr_type = IPMI_IPMB_ADDR_TYPE;
	ipmb->slave_addr = 0x24;
	return ask_to(&addr, msgid, NETFN_OEM, retries, retry_ms);
}

static int ask_direct(long msgid, u8 netfn)
{
	struct ipmi_addr addr = {};
	struct ipmi_ipmb_direct_addr *direct = (struct ipmi_ipmb_direct_addr *)&addr;
	u8 data[1] = {};

	direct->addr_type = IPMI_IPMB_DIRECT_ADDR_TYPE;
	direct->slave_addr = 0x24;
	return ask_at(c, &addr, msgid, netfn, 0x55, data, 1);
}

static void no_longer_watched(int line)
{
	for (int ms = 0; ms < 3000 && READ_ONCE(w->watch); ms += 5)
		msleep(5);
	check_eq(w->watch, 0, line, "what is watched for");
}
#define NO_LONGER_WATCHED() no_longer_watched(__LINE__)

static bool begin_direct(void)
{
	wire_reset(w);
	w->handlers.flags = IPMI_SMI_CAN_HANDLE_IPMB_DIRECT;
	if (!EXPECT(wire_add(w) == 0) || !client_open(c))
		return false;
	w->nr_sent = 0;
	return true;
}

/*
 * A response to a neighbour: the transport tells what became of it, as ipmi_ipmb does by an answer
 * to Send Message in the direct form; as others might; and not at all.
 */
static void case_direct_response(void)
{
	static const struct {
		u8 rsp[6];
		int len;
		u8 cc;
	} ways[] = {
		{ { 0x1c, 0x24, 0x08, 0x34, 0x00 }, 5, 0x00 },
		{ { 0x1c, 0x24, 0x08, 0x34, 0x82 }, 5, 0x82 },
		{ { 0xc6, 0x24, 0x08, 0x55, 0x00 }, 5, 0x00 },
		{ { 0xc6, 0x24, 0x08, 0x55, 0xc0 }, 5, 0xc0 },
		{ { 0x1c, 0x34, 0x83 }, 3, 0x83 },
		{ { 0x1c, 0x35, 0x83 }, 3, 0xff },
		{ { 0xc6, 0x24, 0x08, 0x55 }, 4, 0xff },
		{ { 0xc6, 0x24 }, 2, 0xff },
	};
	struct ipmi_recv_msg *msg;

	if (!begin_direct())
		return;
	w->hold = true;
	for (int i = 0; i < ARRAY_SIZE(ways); i++) {
		EXPECT_EQ(ask_direct(i, 0x31), 0);
		EXPECT(wire_holds(w));
		wire_give_back(w, ways[i].rsp, ways[i].len);
		msg = client_take(c);
		if (!EXPECT(msg))
			continue;
		EXPECT_EQ(msg->msgid, i);
		EXPECT_EQ(msg->recv_type, IPMI_RESPONSE_RESPONSE_TYPE);
		EXPECT_EQ(msg->msg.data_len, 1);
		EXPECT_EQ(msg->msg.data[0], ways[i].cc);
		EXPECT(msg->msg.netfn == 0x31 && msg->msg.cmd == 0x55);
		EXPECT_EQ(msg->addr.addr_type, IPMI_IPMB_DIRECT_ADDR_TYPE);
		ipmi_free_recv_msg(msg);
	}
	/* the same is no answer to a command */
	EXPECT_EQ(ask_direct(9, 0x30), 0);
	EXPECT(wire_holds(w));
	wire_give_back(w, ways[0].rsp, ways[0].len);
	FAILED(c, 9, 0xff);
	EXPECT_EQ(counter("late_responses"), 0);
	w->hold = false;
	wire_end();
}

/* A message to a neighbour that the transport refuses ends with its code, and is not late. */
static void case_direct_refused(void)
{
	if (!begin_direct())
		return;
	w->refuse = 0x82;
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(ask_direct(i, i == 1 ? 0x31 : 0x30), 0);
		FAILED(c, i, 0x82);
	}
	EXPECT_EQ(counter("late_responses"), 0);
	EXPECT_EQ(counter("invalid_ipmb_responses"), 0);
	w->refuse = 0;
	EXPECT_EQ(ask_direct(7, 0x30), 0);
	FAILED(c, 7, 0);
	wire_end();
}

/* A request that the far bus has refused to the last ends with what it said then. */
static void case_last_code(void)
{
	static const u8 codes[] = { 0xc0, 0x81, 0x82, 0x83 };

	if (!wire_begin())
		return;
	for (int i = 0; i < ARRAY_SIZE(codes); i++) {
		w->send_cc = codes[i];
		w->nr_sent = 0;
		EXPECT_EQ(ask_near(i, 2, 60), 0);
		FAILED(c, i, codes[i]);
		EXPECT_EQ(w->nr_sent, 3);
	}
	EXPECT_EQ(counter("timed_out_ipmb_commands"), ARRAY_SIZE(codes));
	/* another code in the end; sent in the end, and not answered; not sent in the end */
	for (int i = 0; i < 3; i++) {
		w->send_cc = i < 2 ? 0x83 : 0;
		w->nr_sent = 0;
		EXPECT_EQ(ask_near(i, 1, 400), 0);
		EXPECT(wire_sends(w, 1));
		w->send_cc = i == 0 ? 0x81 : i == 1 ? 0 : 0x83;
		FAILED(c, i, i == 0 ? 0x81 : i == 1 ? 0xc3 : 0x83);
		EXPECT_EQ(w->nr_sent, 2);
	}
	w->send_cc = 0;
	NO_LONGER_WATCHED();
	wire_end();
}

/* A transport that keeps Send Message: a minute. And who was waited for is not watched for then. */
static void case_kept(void)
{
	u64 took;

	if (!wire_begin())
		return;
	EXPECT_EQ(ask_near(1, 0, 100), 0);
	FAILED(c, 1, 0xc3);
	NO_LONGER_WATCHED();
	w->hold = true;
	took = now_ms();
	EXPECT_EQ(ask_near(2, 0, 100), 0);
	EXPECT(wire_holds(w));
	EXPECT(w->watch & IPMI_WATCH_MASK_CHECK_MESSAGES);
	/* in short sleeps: the kernel complains of a task that sleeps for half a minute */
	for (int s = 0; s < 90 && atomic_read(&c->came) < 2; s++)
		msleep(1000);
	took = now_ms() - took;
	if (took < 59000 || took > 75000)
		say("it took %llu ms\n", took);
	FAILED(c, 2, 0xc3);
	NO_LONGER_WATCHED();
	w->hold = false;
	EXPECT(wire_release(w));
	wire_end();
}

static atomic_t own_smi, own_recv;

static void own_smi_done(struct ipmi_smi_msg *msg)
{
	atomic_inc(&own_smi);
}

static void own_recv_done(struct ipmi_recv_msg *msg)
{
	atomic_inc(&own_recv);
}

static struct ipmi_smi_msg one_smi = INIT_IPMI_SMI_MSG(own_smi_done);
static struct ipmi_recv_msg one_recv = INIT_IPMI_RECV_MSG(own_recv_done);

/* A client brings one of the two buffers, and the core the other. */
static void case_one_buffer(void)
{
	struct kernel_ipmi_msg msg = { .netfn = NETFN_APP, .cmd = GET_DEVICE_ID };
	struct ipmi_addr addr;

	if (!wire_begin())
		return;
	to_bmc(&addr);
	for (int i = 0; i < 4; i++) {
		atomic_set(&own_smi, 0);
		atomic_set(&own_recv, 0);
		EXPECT_EQ(ipmi_request_supply_msgs(c->user, &addr, i, &msg, c,
						   i & 1 ? &one_smi : NULL,
						   i & 2 ? &one_recv : NULL, 0), 0);
		ANSWERED(c, i);
		EXPECT(comes_to(&own_smi, i & 1));
		EXPECT(comes_to(&own_recv, i >> 1));
	}
	/* what could not be sent is still the client's */
	atomic_set(&own_smi, 0);
	atomic_set(&own_recv, 0);
	msg.netfn = 7;
	for (int i = 0; i < 4; i++)
		EXPECT_EQ(ipmi_request_supply_msgs(c->user, &addr, i, &msg, c,
						   i & 1 ? &one_smi : NULL,
						   i & 2 ? &one_recv : NULL, 0), -EINVAL);
	EXPECT_EQ(atomic_read(&own_smi), 0);
	EXPECT_EQ(atomic_read(&own_recv), 0);
	FILE_IS(DEVICE_OF(0) "nr_msgs", "0");
	wire_end();
}

/* NULL: there is no such file any more. */
static void becomes(const char *path, const char *text, int ms, int line)
{
	char got[64];

	for (; ms > 0; ms -= 10) {
		if (file_has(path, got, sizeof(got)) ? text && !strcmp(got, text) : !text)
			return;
		msleep(10);
	}
	file_is(path, text, line);
}
#define BECOMES(path, text) becomes(path, text, 3000, __LINE__)

static void give_guid(void)
{
	for (int i = 1; i <= 16; i++)
		w->guid[i] = i;
	w->guid[0] = 0;
	w->guid_len = 17;
}

#define GUID "04030201-0605-0807-090a-0b0c0d0e0f10"

/* Get Device GUID fails once: the BMC is the one that it was. */
static void case_guid_error(void)
{
	static const u8 codes[] = { 0xc0, 0xc3, 0xc1 };
	char text[16];

	wire_reset(w);
	give_guid();
	/* as it starts, too */
	w->guid_errors = 2;
	w->guid_error = 0xd2;
	if (!EXPECT(wire_add(w) == 0))
		return;
	FILE_IS(OBJECT(0) "guid", GUID);
	for (int i = 0; i < ARRAY_SIZE(codes); i++) {
		msleep(OLD_MS);
		w->guid_errors = 1;
		w->guid_error = codes[i];
		w->id[3] = i + 1;
		snprintf(text, sizeof(text), "%d.34", i + 1);
		FILE_IS(OBJECT(0) "firmware_revision", text);
		msleep(200);
		EXPECT_EQ(w->guid_errors, 0);
		FILE_IS(OBJECT(0) "guid", GUID);
		FILE_IS(BMC_OF(0) "guid", GUID);
		FILE_IS(OBJECT(1) "guid", NULL);
	}
	/* another GUID is another BMC */
	msleep(OLD_MS);
	w->guid[16]++;
	FILE_IS(OBJECT(0) "guid", "04030201-0605-0807-090a-0b0c0d0e0f11");
	BECOMES(OBJECT(1) "guid", "04030201-0605-0807-090a-0b0c0d0e0f11");
	BECOMES(OBJECT(0) "guid", NULL);
	/* one that is busy for longer than the tries at the start has it later, and nobody has to look */
	wire_remove(w);
	wire_close(w);
	wire_reset(w);
	give_guid();
	w->guid_errors = 4;
	w->guid_error = 0xc0;
	if (!EXPECT(wire_add(w) == 0))
		return;
	EXPECT_EQ(w->guid_errors, 1);
	FILE_IS(BMC_OF(0) "guid", NULL);
	becomes(BMC_OF(0) "guid", GUID, 30000, __LINE__);
	/* one that does not answer this is not asked again */
	wire_remove(w);
	wire_close(w);
	wire_reset(w);
	w->guid_errors = 100;
	w->guid_error = 0xc3;
	if (!EXPECT(wire_add(w) == 0))
		return;
	EXPECT_EQ(w->guid_errors, 97);
	msleep(7000);
	EXPECT_EQ(w->guid_errors, 97);
	wire_remove(w);
	wire_close(w);
}

static int reach(unsigned int channel)
{
	struct ipmi_addr addr = {};
	struct ipmi_lan_addr *lan = (struct ipmi_lan_addr *)&addr;

	lan->addr_type = IPMI_LAN_ADDR_TYPE;
	lan->channel = channel;
	return ask_to(&addr, 1, NETFN_OEM, 0, 100);
}

static void reaches(unsigned int channel, int line)
{
	int rv = -1;

	for (int ms = 0; ms < 3000 && rv; ms += 20) {
		rv = reach(channel);
		msleep(20);
	}
	check_eq(rv, 0, line, "a request to the new channel");
}
#define REACHES(channel) reaches(channel, __LINE__)

static void flash(void)
{
	struct ipmi_addr addr;

	to_bmc(&addr);
	EXPECT_EQ(ask_to(&addr, 2, NETFN_FIRMWARE, -1, 0), 0);
}

/* Firmware with other channels, and another version: after an update, and out of the blue. */
static void case_other_channels(void)
{
	u8 major, minor;

	wire_reset(w);
	/* one that could not be told at first */
	w->channel_cc[3] = 0xc0;
	w->media[3] = IPMI_CHANNEL_MEDIUM_8023LAN;
	if (!EXPECT(wire_add(w) == 0) || !client_open(c))
		return;
	w->channel_cc[3] = 0;
	EXPECT_EQ(reach(1), 0);
	EXPECT_EQ(reach(2), -EINVAL);
	EXPECT_EQ(reach(3), -EINVAL);
	msleep(5500);
	REACHES(3);
	EXPECT_EQ(reach(2), -EINVAL);
	msleep(OLD_MS);
	w->media[1] = 0;
	w->media[2] = IPMI_CHANNEL_MEDIUM_8023LAN;
	w->id[3]++;
	w->id[5] = 0x51;
	EXPECT_EQ(reach(2), -EINVAL);
	REACHES(2);
	EXPECT_EQ(reach(1), -EINVAL);
	EXPECT_EQ(ipmi_get_version(c->user, &major, &minor), 0);
	EXPECT(major == 1 && minor == 5);
	/* as a window ends that a firmware update has opened, nobody has to ask */
	EXPECT_EQ(file_put(PARAMETER "maintenance_mode_timeout_ms", "300"), 0);
	w->media[1] = IPMI_CHANNEL_MEDIUM_8023LAN;
	w->media[2] = 0;
	w->id[3]++;
	flash();
	msleep(500);
	REACHES(1);
	EXPECT_EQ(reach(2), -EINVAL);
	EXPECT_EQ(file_put(PARAMETER "maintenance_mode_timeout_ms", "30000"), 0);
	/* who asks for the version has it asked for when it is old */
	msleep(OLD_MS);
	w->id[3]++;
	w->id[5] = 0x02;
	EXPECT_EQ(ipmi_get_version(c->user, &major, &minor), 0);
	for (int ms = 0; ms < 3000 && major != 2; ms += 10) {
		msleep(10);
		EXPECT_EQ(ipmi_get_version(c->user, &major, &minor), 0);
	}
	EXPECT(major == 2 && minor == 0);
	wire_end();
}

/* A BMC that changed cannot be registered: the old object stays, until it can. */
static void case_attach_again(void)
{
	struct platform_device *other;

	if (!wire_open(w))
		return;
	other = platform_device_register_simple("ipmi_bmc", 1, NULL, 0);
	if (!EXPECT(!IS_ERR(other)))
		return;
	msleep(OLD_MS);
	w->id[11] = 0x77;
	FILE_IS(OBJECT(0) "product_id", "0x7733");
	msleep(300);
	FILE_IS(OBJECT(0) "ipmi0/nr_users", "0");
	FILE_IS(OBJECT(1) "product_id", NULL);
	platform_device_unregister(other);
	becomes(OBJECT(1) "product_id", "0x7733", 9000, __LINE__);
	BECOMES(OBJECT(0) "product_id", NULL);
	FILE_IS(BMC_OF(0) "ipmi0/nr_users", "0");
	wire_remove(w);
	wire_close(w);
}

/* A BMC that does not answer: who reads waits a second, once, and gets what was known. */
static void case_mute_reader(void)
{
	u64 took;

	if (!wire_open(w))
		return;
	msleep(OLD_MS);
	w->id[3] = 9;
	w->hold = true;
	for (int i = 0; i < 3; i++) {
		took = now_ms();
		FILE_IS(BMC_OF(0) "firmware_revision", "2.34");
		took = now_ms() - took;
		if (i ? took > 700 : took < 900 || took > 4000)
			say("reader %d took %llu ms\n", i, took);
	}
	w->hold = false;
	EXPECT(wire_release(w));
	BECOMES(BMC_OF(0) "firmware_revision", "9.34");
	wire_remove(w);
	wire_close(w);
}

const struct consumer_case again_cases[] = {
	{ "direct-response", case_direct_response },
	{ "direct-refused", case_direct_refused },
	{ "last-code", case_last_code },
	{ "kept", case_kept },
	{ "one-buffer", case_one_buffer },
	{ "guid-error", case_guid_error },
	{ "other-channels", case_other_channels },
	{ "attach-again", case_attach_again },
	{ "mute-reader", case_mute_reader },
	{},
};
