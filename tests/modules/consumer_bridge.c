// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cases of the module consumer with its own transport: requests through the bridge, how often and
 * when they are sent again, what others ask the host, and what is counted of it.
 */
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/string.h>

#include "consumer_wire.h"

#define NETFN_FIRMWARE 0x08
#define OEM_CHANNEL 2

static struct wire *const w = &wires[0];
static struct client *const c = &clients[0], *const d = &clients[1];

enum where { IPMB, BROADCAST, LAN, DIRECT };

static void address(struct ipmi_addr *addr, enum where where)
{
	struct ipmi_ipmb_addr *ipmb = (struct ipmi_ipmb_addr *)addr;
	struct ipmi_lan_addr *lan = (struct ipmi_lan_addr *)addr;
	struct ipmi_ipmb_direct_addr *direct = (struct ipmi_ipmb_direct_addr *)addr;

	memset(addr, 0, sizeof(*addr));
	switch (where) {
	case IPMB:
	case BROADCAST:
		ipmb->addr_type = where == IPMB ? IPMI_IPMB_ADDR_TYPE :
						  IPMI_IPMB_BROADCAST_ADDR_TYPE;
		ipmb->slave_addr = 0x24;
		break;
	case LAN:
		lan->addr_type = IPMI_LAN_ADDR_TYPE;
		lan->channel = 1;
		lan->session_handle = 7;
		lan->remote_SWID = 0x81;
		lan->local_SWID = 0x82;
		break;
	case DIRECT:
		direct->addr_type = IPMI_IPMB_DIRECT_ADDR_TYPE;
		direct->slave_addr = 0x24;
		direct->rs_lun = 1;
		direct->rq_lun = 2;
		break;
	}
}

/* Nobody asks the same twice, so no number is kept from it. */
static u8 next_cmd;

static int ask_afar(struct client *client, enum where where, long msgid, u8 netfn, int retries,
		    unsigned int retry_ms)
{
	struct kernel_ipmi_msg msg = { .netfn = netfn, .cmd = next_cmd++ };
	struct ipmi_addr addr;

	address(&addr, where);
	return ipmi_request_settime(client->user, &addr, msgid, &msg, client, 0, retries, retry_ms);
}

/* The answer to the i-th message that was sent, as Get Message brings it. */
static void bring_answer(int i)
{
	const u8 *sent = w->sent[i].data;
	u8 rsp[] = { 0x1c, 0x33, 0, 0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, *at = rsp + 4;

	rsp[3] = sent[2];
	if (sent[2]) {
		*at++ = sent[3];
		*at++ = sent[7];
		sent += 2;
	}
	/* sent: .. .. chan to netfn sum from seq cmd; a LAN's session comes before that */
	at[0] = (rsp[3] ? sent[3] : sent[4]) | 4;
	at[2] = rsp[3] ? sent[2] : sent[3];
	at[3] = (rsp[3] ? sent[6] : sent[7]) & 0xfc;
	at[4] = rsp[3] ? sent[7] : sent[8];
	wire_bring(w, rsp, at + 7 - rsp);
}

/* So many tries, none of them earlier than it may be, and none different; then c3, or what refuses it. */
static u64 gives_up(int first, int tries, int least_ms, int line)
{
	struct ipmi_recv_msg *msg;
	u64 took, begun = 0;

	check(wire_sends(w, first + 1), line, "it is sent");
	wait_event_timeout(c->wait, !list_empty_careful(&c->msgs), 60 * HZ);
	msg = client_take(c);
	took = div_u64(ktime_get_mono_fast_ns(), NSEC_PER_MSEC) - w->sent[first].at_ms;
	if (check(msg, line, "it ends")) {
		check_eq(msg->msg.data_len, 1, line, "its length");
		check_eq(msg->msg.data[0], w->send_cc ?: 0xc3, line, "its code");
		ipmi_free_recv_msg(msg);
	}
	check_eq(w->nr_sent - first, tries, line, "tries");
	for (int i = first; i < w->nr_sent; i++) {
		if (i > first)
			check(w->sent[i].at_ms - begun >= least_ms, line, "a try's time");
		check(w->sent[i].len == w->sent[first].len &&
			      !memcmp(w->sent[i].data, w->sent[first].data, SENT_BYTES),
		      line, "the same");
		begun = w->sent[i].at_ms;
	}
	check(took >= (u64)tries * least_ms, line, "the last try's time");
	return took;
}
#define GIVES_UP(first, tries, least_ms) gives_up(first, tries, least_ms, __LINE__)

static void case_tries(void)
{
	u64 many, one;

	if (!wire_begin())
		return;
	EXPECT_EQ(ask_afar(c, IPMB, 1, NETFN_OEM, 2, 200), 0);
	GIVES_UP(0, 3, 200);
	EXPECT_EQ(counter("sent_ipmb_commands"), 1);
	EXPECT_EQ(counter("retransmitted_ipmb_commands"), 2);
	EXPECT_EQ(counter("timed_out_ipmb_commands"), 1);
	w->nr_sent = 0;
	EXPECT_EQ(ask_afar(c, LAN, 1, NETFN_OEM, 1, 200), 0);
	GIVES_UP(0, 2, 200);
	EXPECT_EQ(counter("sent_lan_commands"), 1);
	EXPECT_EQ(counter("retransmitted_lan_commands"), 1);
	EXPECT_EQ(counter("timed_out_lan_commands"), 1);
	w->nr_sent = 0;
	EXPECT_EQ(ask_afar(c, BROADCAST, 1, NETFN_OEM, 3, 200), 0);
	GIVES_UP(0, 1, 200);
	EXPECT_EQ(counter("timed_out_ipmb_broadcasts"), 1);
	EXPECT_EQ(counter("timed_out_ipmb_commands"), 1);
	/* thirty tries of a short time and one of as long as all of them: no second is rounded up */
	w->nr_sent = 0;
	EXPECT_EQ(ask_afar(c, IPMB, 1, NETFN_OEM, 29, 50), 0);
	many = GIVES_UP(0, 30, 50);
	w->nr_sent = 0;
	EXPECT_EQ(ask_afar(c, IPMB, 1, NETFN_OEM, 0, 1500), 0);
	one = GIVES_UP(0, 1, 1500);
	if (many > 6 * one)
		say("thirty tries took %llu ms, one %llu\n", many, one);
	wire_end();
}

/* What the parameters say, where the caller says nothing. */
static void case_default_times(void)
{
	u64 ipmb, lan;

	FILE_IS(PARAMETER "default_max_retries", "4");
	FILE_IS(PARAMETER "default_retry_ms", "2000");
	FILE_IS(PARAMETER "default_maintenance_retry_ms", "3000");
	if (!wire_begin())
		return;
	EXPECT_EQ(ask_afar(c, IPMB, 1, NETFN_OEM, 0, 0), 0);
	GIVES_UP(0, 1, 2000);
	w->nr_sent = 0;
	EXPECT_EQ(file_put(PARAMETER "default_retry_ms", "80"), 0);
	EXPECT_EQ(ask_afar(c, IPMB, 1, NETFN_OEM, -1, 0), 0);
	GIVES_UP(0, 5, 80);
	EXPECT_EQ(file_put(PARAMETER "default_max_retries", "1"), 0);
	w->nr_sent = 0;
	EXPECT_EQ(ask_afar(c, IPMB, 1, NETFN_OEM, -3, 100), 0);
	GIVES_UP(0, 2, 100);
	/* a controller that is reset or flashed has more time, others have not */
	EXPECT_EQ(file_put(PARAMETER "default_maintenance_retry_ms", "1000"), 0);
	w->nr_sent = 0;
	EXPECT_EQ(ask_afar(c, LAN, 1, NETFN_FIRMWARE, -1, 0), 0);
	lan = GIVES_UP(0, 2, 80);
	w->nr_sent = 0;
	EXPECT_EQ(ask_afar(c, IPMB, 1, NETFN_OEM, -1, 0), 0);
	ipmb = GIVES_UP(0, 2, 80);
	if (ipmb >= 1900 || lan >= 1900)
		say("without a reason: %llu and %llu ms\n", ipmb, lan);
	w->nr_sent = 0;
	EXPECT_EQ(ask_afar(c, IPMB, 1, NETFN_FIRMWARE, -1, 0), 0);
	GIVES_UP(0, 2, 1000);
	w->nr_sent = 0;
	EXPECT_EQ(ask_afar(c, IPMB, 1, NETFN_OEM, 0, 0), 0);
	ipmb = GIVES_UP(0, 1, 1000);
	w->nr_sent = 0;
	EXPECT_EQ(ask_afar(c, LAN, 1, NETFN_OEM, 0, 0), 0);
	lan = GIVES_UP(0, 1, 80);
	EXPECT(2 * lan < ipmb);
	/* the caller's own time counts; and the window ends */
	w->nr_sent = 0;
	EXPECT_EQ(ask_afar(c, IPMB, 1, NETFN_OEM, 0, 100), 0);
	EXPECT(2 * GIVES_UP(0, 1, 100) < ipmb);
	EXPECT_EQ(file_put(PARAMETER "maintenance_mode_timeout_ms", "100"), 0);
	w->nr_sent = 0;
	EXPECT_EQ(ask_afar(c, IPMB, 1, NETFN_FIRMWARE, 0, 200), 0);
	GIVES_UP(0, 1, 200);
	w->nr_sent = 0;
	EXPECT_EQ(ask_afar(c, IPMB, 1, NETFN_OEM, 0, 0), 0);
	EXPECT(2 * GIVES_UP(0, 1, 80) < ipmb);
	FILE_IS(DEVICE_OF(0) "maintenance_mode", "0 0");
	EXPECT_EQ(file_put(PARAMETER "maintenance_mode_timeout_ms", "30000"), 0);
	EXPECT_EQ(file_put(PARAMETER "default_maintenance_retry_ms", "3000"), 0);
	EXPECT_EQ(file_put(PARAMETER "default_retry_ms", "2000"), 0);
	EXPECT_EQ(file_put(PARAMETER "default_max_retries", "4"), 0);
	wire_end();
}

/* Send Message is refused: for the moment, for good, without a word. */
static void case_send_refused(void)
{
	static const u8 passing[] = { 0xc0, 0x81, 0x82, 0x83 },
			lasting[] = { 0x80, 0x84, 0xc1, 0xc3 };

	if (!wire_begin())
		return;
	for (int lan = 0; lan < 2; lan++) {
		for (int i = 0; i < ARRAY_SIZE(passing); i++) {
			w->nr_sent = 0;
			w->send_cc = passing[i];
			EXPECT_EQ(ask_afar(c, lan ? LAN : IPMB, 1, NETFN_OEM, 1, 60), 0);
			GIVES_UP(0, 2, 60);
		}
		for (int i = 0; i < ARRAY_SIZE(lasting); i++) {
			w->nr_sent = 0;
			w->send_cc = lasting[i];
			EXPECT_EQ(ask_afar(c, lan ? LAN : IPMB, i, NETFN_OEM, 1, 60), 0);
			FAILED(c, i, lasting[i]);
			EXPECT_EQ(w->nr_sent, 1);
		}
		EXPECT_EQ(counter("sent_lan_command_errs"), lan * ARRAY_SIZE(lasting));
	}
	EXPECT_EQ(counter("sent_ipmb_command_errs"), ARRAY_SIZE(lasting));
	w->send_cc = 0;
	w->send_len = 2;
	EXPECT_EQ(ask_afar(c, IPMB, 7, NETFN_OEM, 1, 60), 0);
	FAILED(c, 7, 0xff);
	w->send_len = 3;
	/* a response of a user's: what became of it, whatever that is */
	w->send_cc = 0x83;
	EXPECT_EQ(ask_afar(c, IPMB, 0x155, NETFN_OEM | 1, 1, 60), 0);
	FAILED(c, 0x155, 0x83);
	w->send_cc = 0;
	EXPECT_EQ(ask_afar(c, LAN, 9, NETFN_OEM | 1, 1, 60), 0);
	FAILED(c, 9, 0);
	EXPECT_EQ(w->sent[w->nr_sent - 2].data[7], 0x15 << 2 | 2);
	EXPECT_EQ(counter("sent_ipmb_responses"), 1);
	EXPECT_EQ(counter("sent_lan_responses"), 1);
	EXPECT_EQ(counter("sent_ipmb_commands"), 9);
	EXPECT_EQ(counter("sent_lan_commands"), 8);
	wire_end();
}

/* Whose answer is whose, and what is counted of it. */
static void case_answers(void)
{
	if (!wire_begin() || !client_open(d))
		return;
	EXPECT_EQ(ask_afar(c, IPMB, 1, NETFN_OEM, 1, 5000), 0);
	EXPECT_EQ(ask_afar(c, LAN, 2, NETFN_OEM, 1, 5000), 0);
	EXPECT_EQ(ask_afar(d, LAN, 3, NETFN_OEM, 1, 5000), 0);
	EXPECT_EQ(ask_afar(d, IPMB, 4, NETFN_OEM, 1, 5000), 0);
	EXPECT(wire_sends(w, 4));
	bring_answer(3);
	FAILED(d, 4, 0);
	bring_answer(1);
	FAILED(c, 2, 0);
	bring_answer(0);
	FAILED(c, 1, 0);
	EXPECT_EQ(counter("handled_ipmb_responses"), 2);
	EXPECT_EQ(counter("handled_lan_responses"), 1);
	/* again, and for one who has gone */
	client_close(d);
	for (int i = 0; i < 3; i++)
		bring_answer(i);
	for (int ms = 0; ms < 2000 && counter("late_responses") < 3; ms += 5)
		msleep(5);
	EXPECT_EQ(counter("late_responses"), 3);
	EXPECT_EQ(counter("unhandled_ipmb_responses"), 1);
	EXPECT_EQ(counter("unhandled_lan_responses"), 2);
	EXPECT_EQ(counter("handled_ipmb_responses"), 2);
	EXPECT_EQ(atomic_read(&c->came), 2);
	FILE_IS(DEVICE_OF(0) "nr_msgs", "0");
	wire_end();
}

/* All numbers are taken. */
static void case_numbers_run_out(void)
{
	if (!wire_begin() || !client_open(d))
		return;
	for (int i = 0; i < 64; i++)
		EXPECT_EQ(ask_afar(i & 1 ? c : d, i & 2 ? IPMB : LAN, i, NETFN_OEM, 0, 30000), 0);
	EXPECT_EQ(ask_afar(c, IPMB, 64, NETFN_OEM, 0, 30000), -EAGAIN);
	EXPECT_EQ(ask_afar(c, LAN, 64, NETFN_OEM, 0, 30000), -EAGAIN);
	EXPECT_EQ(counter("refused_bridged"), 2);
	FILE_IS(DEVICE_OF(0) "nr_msgs", "64");
	client_close(d);
	EXPECT_EQ(atomic_read(&c->came), 0);
	FILE_IS(DEVICE_OF(0) "nr_msgs", "32");
	EXPECT_EQ(ask_afar(c, IPMB, 64, NETFN_OEM, 0, 30000), 0);
	EXPECT(wire_sends(w, 65));
	wire_end();
}

static void came(struct client *client, int type, long msgid, int line)
{
	struct ipmi_recv_msg *msg = client_take(client);

	if (!check(msg, line, "a message came"))
		return;
	check_eq(msg->recv_type, type, line, "its type");
	check_eq(msg->msgid, msgid, line, "its number");
	ipmi_free_recv_msg(msg);
}
#define CAME(client, type, msgid) came(client, type, msgid, __LINE__)

static void counts(const char *name, long n, int line)
{
	for (int ms = 0; ms < 2000 && counter(name) < n; ms += 5)
		msleep(5);
	check_eq(counter(name), n, line, name);
}
#define COUNTS(name, n) counts(name, n, __LINE__)

/* Commands of others: to who wants them, or an answer of our own, from where we are. */
static void case_asked(void)
{
	static const u8 ipmb[] = { 0x1c, 0x33, 0, 0x00, 0xc1, 0, 0x24, 0x47, 0x55, 1, 0 };
	static const u8 lan[] = { 0x1c, 0x33, 0, 0x41, 7, 0x82, 0xc2, 0, 0x81, 0x48, 0x55, 1, 0 };

	if (!wire_begin() || !client_open(d))
		return;
	EXPECT_EQ(ipmi_set_my_address(c->user, 0, 0x42), 0);
	wire_bring(w, ipmb, sizeof(ipmb));
	EXPECT(wire_sends(w, 1));
	SENT_IS(w, 0, "18 34 00 24 c7 15 42 45 55 c1 63");
	wire_bring(w, lan, sizeof(lan));
	EXPECT(wire_sends(w, 2));
	SENT_IS(w, 1, "18 34 01 07 81 c4 bb 82 4a 55 c1 1e");
	COUNTS("unhandled_commands", 2);
	EXPECT_EQ(ipmi_register_for_cmd(c->user, 0x30, 0x55, 1 << 0), 0);
	EXPECT_EQ(ipmi_register_for_cmd(d->user, 0x30, 0x55, 1 << 1), 0);
	wire_bring(w, ipmb, sizeof(ipmb));
	wire_bring(w, lan, sizeof(lan));
	CAME(c, IPMI_CMD_RECV_TYPE, 0x11);
	CAME(d, IPMI_CMD_RECV_TYPE, 0x12);
	EXPECT_EQ(counter("handled_commands"), 2);
	EXPECT_EQ(counter("unhandled_commands"), 2);
	EXPECT_EQ(w->nr_sent, 2);
	/* what is none: too short at each byte */
	for (int len = 4; len < 10; len++)
		wire_bring(w, ipmb, len);
	for (int len = 4; len < 12; len++)
		wire_bring(w, lan, len);
	COUNTS("invalid_commands", 14);
	client_close(d);
	wire_end();
}

static void case_no_answers(void)
{
	static const u8 ipmb[] = { 0x1c, 0x33, 0, 0x00, 0xc5, 0, 0x24, 0x47, 0x55, 0 };
	static const u8 lan[] = { 0x1c, 0x33, 0, 0x41, 7, 0x82, 0xc6, 0, 0x81, 0x48, 0x55, 0 };
	static const u8 refused[] = { 0x1c, 0x33, 0x80, 0x00, 0xc1, 0, 0x24, 0x47, 0x55, 1, 0 };
	static const u8 other[] = { 0x18, 0x33, 0, 0x00, 0xc1, 0, 0x24, 0x47, 0x55, 1, 0 };

	if (!wire_begin())
		return;
	/* the network function says that it was to be an answer, once it is there */
	for (int len = 4; len <= 10; len++)
		wire_bring(w, ipmb, len);
	COUNTS("invalid_commands", 1);
	COUNTS("invalid_ipmb_responses", 6);
	for (int len = 4; len <= 12; len++)
		wire_bring(w, lan, len);
	COUNTS("invalid_commands", 4);
	COUNTS("invalid_lan_responses", 6);
	wire_bring(w, refused, sizeof(refused));
	wire_bring(w, other, sizeof(other));
	wire_bring(w, ipmb, 3);
	wire_bring(w, ipmb, 2);
	msleep(50);
	EXPECT_EQ(counter("unhandled_commands"), 0);
	EXPECT_EQ(counter("invalid_commands"), 4);
	EXPECT_EQ(counter("late_responses"), 0);
	EXPECT_EQ(w->nr_sent, 0);
	wire_end();
}

/* Channels of an OEM's own: 60h to 7Fh are their media. */
static void case_oem_media(void)
{
	static const u8 media[] = { 0x5f, 0x60, 0x7f, 0x20 };
	u8 rsp[] = { 0x1c, 0x33, 0, OEM_CHANNEL, 0xaa, 0xbb };
	struct ipmi_recv_msg *msg;

	for (int i = 0; i < ARRAY_SIZE(media); i++) {
		wire_reset(w);
		w->media[OEM_CHANNEL] = media[i];
		if (!EXPECT(wire_add(w) == 0) || !client_open(c))
			return;
		w->nr_sent = 0;
		wire_bring(w, rsp, sizeof(rsp));
		COUNTS("unhandled_commands", i == 1 || i == 2);
		EXPECT_EQ(ipmi_register_for_cmd(c->user, 7, 0x33, 1 << OEM_CHANNEL), 0);
		wire_bring(w, rsp, sizeof(rsp));
		rsp[3] |= 0x40;
		wire_bring(w, rsp, 4);
		rsp[3] = OEM_CHANNEL;
		if (i == 1 || i == 2) {
			msg = client_take(c);
			if (EXPECT(msg)) {
				EXPECT(msg->msg.data_len == 2 && msg->msg.data[0] == 0xaa);
				EXPECT(msg->msg.netfn == 7 && msg->msg.cmd == 0x33);
				ipmi_free_recv_msg(msg);
			}
			CAME(c, IPMI_OEM_RECV_TYPE, 0);
			EXPECT_EQ(counter("handled_commands"), 2);
		}
		msleep(20);
		EXPECT_EQ(atomic_read(&c->came), i == 1 || i == 2 ? 2 : 0);
		EXPECT_EQ(w->nr_sent, 0);
		wire_end();
	}
}

static int ask_direct(long msgid, u8 netfn, int len)
{
	static u8 data[IPMI_MAX_MSG_LENGTH];
	struct ipmi_addr addr;

	address(&addr, DIRECT);
	return ask_at(c, &addr, msgid, netfn, 0x55, data, len);
}

/* Straight to a neighbour on the IPMB, if the transport is one itself. */
static void case_direct(void)
{
	static const u8 command[] = { 0xc1, 0x26, 0x4a, 0x66, 9 };
	static const u8 wrong_cmd[] = { 0xc6, 0x24, 0x05, 0x56, 0 };
	static const u8 no_answer[] = { 0xc2, 0x24, 0x05, 0x55, 0 };
	struct ipmi_recv_msg *msg;

	if (!wire_begin())
		return;
	EXPECT_EQ(ask_direct(1, 0x30, 1), -EAFNOSUPPORT);
	wire_remove(w);
	client_close(c);
	wire_close(w);
	wire_reset(w);
	w->handlers.flags = IPMI_SMI_CAN_HANDLE_IPMB_DIRECT;
	if (!EXPECT(wire_add(w) == 0) || !client_open(c))
		return;
	w->nr_sent = 0;
	EXPECT_EQ(ask_direct(1, 0x30, 269), -EMSGSIZE);
	EXPECT_EQ(ask_direct(1, 0x31, 0), -EINVAL);
	EXPECT_EQ(ask_direct(0x141, 0x30, 2), 0);
	EXPECT(wire_sends(w, 1));
	SENT_IS(w, 0, "c1 24 06 55 00 00");
	EXPECT_EQ(w->sent[0].type, IPMI_SMI_MSG_TYPE_IPMB_DIRECT);
	msg = client_take(c);
	if (EXPECT(msg)) {
		EXPECT_EQ(msg->msgid, 0x141);
		EXPECT(msg->msg.netfn == 0x31 && msg->msg.cmd == 0x55 && msg->msg.data_len == 1);
		EXPECT_EQ(msg->recv_type, IPMI_RESPONSE_RECV_TYPE);
		EXPECT_EQ(msg->addr.addr_type, IPMI_IPMB_DIRECT_ADDR_TYPE);
		ipmi_free_recv_msg(msg);
	}
	EXPECT_EQ(counter("sent_ipmb_commands"), 1);
	EXPECT_EQ(counter("handled_ipmb_responses"), 1);
	EXPECT_EQ(ask_direct(2, 0x31, 1), 0);
	CAME(c, IPMI_RESPONSE_RESPONSE_TYPE, 2);
	EXPECT_EQ(counter("sent_ipmb_responses"), 1);
	w->hold = true;
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(ask_direct(i, 0x30, 0), 0);
		EXPECT(wire_holds(w));
		wire_give_back(w, i ? wrong_cmd : no_answer, i == 2 ? 3 : 5);
		FAILED(c, i, 0xff);
		EXPECT_EQ(counter("invalid_ipmb_responses"), i + 1);
	}
	w->hold = false;
	for (int i = 0; i < 2; i++) {
		struct ipmi_smi_msg *smi = ipmi_alloc_smi_msg();

		if (!EXPECT(smi))
			break;
		smi->type = IPMI_SMI_MSG_TYPE_IPMB_DIRECT;
		memcpy(smi->rsp, command, sizeof(command));
		smi->rsp_size = i ? 3 : sizeof(command);
		w->nr_sent = 0;
		ipmi_smi_msg_received(w->intf, smi);
		if (i) {
			COUNTS("invalid_commands", 1);
			break;
		}
		EXPECT(wire_sends(w, 1));
		SENT_IS(w, 0, "c6 26 49 66 c1");
		EXPECT_EQ(w->sent[0].type, IPMI_SMI_MSG_TYPE_IPMB_DIRECT);
	}
	COUNTS("unhandled_commands", 1);
	wire_end();
}

const struct consumer_case bridge_cases[] = {
	{ "tries", case_tries },
	{ "default-times", case_default_times },
	{ "send-refused", case_send_refused },
	{ "answers", case_answers },
	{ "numbers-run-out", case_numbers_run_out },
	{ "asked", case_asked },
	{ "no-answers", case_no_answers },
	{ "oem-media", case_oem_media },
	{ "direct", case_direct },
	{},
};
