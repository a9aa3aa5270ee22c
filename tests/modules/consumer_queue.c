// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cases of the module consumer with its own transport: in which order messages go down, what ends
 * them, and what else the transport and the users are told.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/string.h>

#include <ipmi/core.h>

#include "consumer_wire.h"

static struct wire *const w = &wires[0];
static struct client *const c = &clients[0], *const d = &clients[1];
static atomic_t own_smi, own_recv;

static void own_smi_done(struct ipmi_smi_msg *msg)
{
	atomic_inc(&own_smi);
}

static void own_recv_done(struct ipmi_recv_msg *msg)
{
	atomic_inc(&own_recv);
}

static struct ipmi_smi_msg own[2] = { INIT_IPMI_SMI_MSG(own_smi_done),
				      INIT_IPMI_SMI_MSG(own_smi_done) };
static struct ipmi_recv_msg own_back[2] = { INIT_IPMI_RECV_MSG(own_recv_done),
					    INIT_IPMI_RECV_MSG(own_recv_done) };

static int ask_first(long msgid, int priority)
{
	struct kernel_ipmi_msg msg = { .netfn = NETFN_APP, .cmd = GET_DEVICE_ID };
	struct ipmi_addr addr;

	to_bmc(&addr);
	return ipmi_request_settime(c->user, &addr, msgid, &msg, c, priority, -1, 0);
}

static int ask_own(int i, long msgid, int priority)
{
	struct kernel_ipmi_msg msg = { .netfn = NETFN_APP, .cmd = GET_DEVICE_ID };
	struct ipmi_addr addr;

	to_bmc(&addr);
	return ipmi_request_supply_msgs(c->user, &addr, msgid, &msg, c, &own[i], &own_back[i],
					priority);
}

static bool begin(void)
{
	atomic_set(&own_smi, 0);
	atomic_set(&own_recv, 0);
	return wire_begin();
}

/* Those with priority first, and each kind in its order; one at a time. */
static void case_order(void)
{
	static const long order[] = { 1, 4, 5, 8, 2, 3, 6, 7, 9 };

	if (!begin())
		return;
	w->hold = true;
	EXPECT_EQ(ask_first(1, 0), 0);
	EXPECT(wire_holds(w));
	EXPECT_EQ(ask_first(2, 0), 0);
	EXPECT_EQ(ask_first(3, -1), 0);
	EXPECT_EQ(ask_first(4, 1), 0);
	EXPECT_EQ(ask_first(5, 7), 0);
	EXPECT_EQ(ask_first(6, 0), 0);
	EXPECT_EQ(ask_own(0, 7, 0), 0);
	EXPECT_EQ(ask_own(1, 8, 1), 0);
	EXPECT_EQ(ask_first(9, 0), 0);
	msleep(30);
	EXPECT_EQ(w->nr_sent, 1);
	for (int i = 0; i < ARRAY_SIZE(order); i++) {
		if (!EXPECT(wire_release(w)))
			break;
		EXPECT_EQ(w->sent[i].msgid, order[i]);
		ANSWERED(c, order[i]);
	}
	EXPECT(atomic_read(&own_smi) == 2 && atomic_read(&own_recv) == 2);
	EXPECT_EQ(counter("sent_local_commands"), 18 + ARRAY_SIZE(order));
	EXPECT_EQ(counter("handled_local_responses"), 18 + ARRAY_SIZE(order));
	w->hold = false;
	wire_end();
}

/* All that is queued ends with an error, once, and then the user hears that this is the end. */
static void case_removal(void)
{
	struct ipmi_recv_msg *kept;

	if (!begin())
		return;
	EXPECT_EQ(ask_first(20, 0), 0);
	kept = client_take(c);
	EXPECT(kept);
	EXPECT_EQ(ask_ipmb(c, 30, NETFN_OEM, 0x30), 0);
	EXPECT(wire_sends(w, 2));
	w->hold = true;
	EXPECT_EQ(ask_first(1, 0), 0);
	EXPECT(wire_holds(w));
	EXPECT_EQ(ask_first(2, 0), 0);
	EXPECT_EQ(ask_ipmb(c, 31, NETFN_OEM, 0x31), 0);
	EXPECT_EQ(ask_first(3, 1), 0);
	EXPECT_EQ(ask_own(0, 4, 0), 0);
	EXPECT_EQ(ask_own(1, 5, 1), 0);
	EXPECT_EQ(ipmi_set_gets_events(c->user, true), 0);
	wire_remove(w);
	FAILED(c, 1, 0xce);
	FAILED(c, 3, 0xff);
	FAILED(c, 5, 0xff);
	FAILED(c, 2, 0xff);
	FAILED(c, 31, 0xff);
	FAILED(c, 4, 0xff);
	FAILED(c, 30, 0xff);
	msleep(30);
	EXPECT_EQ(atomic_read(&c->came), 8);
	EXPECT_EQ(c->came_before, 8);
	EXPECT_EQ(atomic_read(&c->shut), 1);
	EXPECT(atomic_read(&own_smi) == 2 && atomic_read(&own_recv) == 2);
	EXPECT_EQ(client_open_on(d, 0), -EINVAL);
	if (kept)
		ipmi_free_recv_msg(kept);
	client_close(c);
	EXPECT_EQ(atomic_read(&c->shut), 1);
	wire_close(w);
}

/* What a user is told whose interface is gone. */
static void case_gone(void)
{
	int users = module_refcount(THIS_MODULE);
	u8 value, major, minor;

	if (!begin())
		return;
	/* each user keeps the transport's module */
	EXPECT_EQ(module_refcount(THIS_MODULE), users + 1);
	EXPECT(client_open(d));
	EXPECT_EQ(module_refcount(THIS_MODULE), users + 2);
	client_close(d);
	EXPECT_EQ(module_refcount(THIS_MODULE), users + 1);
	wire_remove(w);
	EXPECT_EQ(module_refcount(THIS_MODULE), users);
	EXPECT_EQ(ask(c, 1), -ENODEV);
	EXPECT_EQ(ask_own(0, 1, 1), -ENODEV);
	EXPECT_EQ(ipmi_set_gets_events(c->user, true), -ENODEV);
	EXPECT_EQ(ipmi_set_gets_events(c->user, false), -ENODEV);
	EXPECT_EQ(ipmi_register_for_cmd(c->user, 0x30, 1, 1), -ENODEV);
	EXPECT_EQ(ipmi_register_for_cmd(c->user, 0x30, 1, 0), -ENODEV);
	EXPECT_EQ(ipmi_unregister_for_cmd(c->user, 0x30, 1, 1), -ENODEV);
	EXPECT_EQ(ipmi_set_my_address(c->user, 0, 0x20), -ENODEV);
	EXPECT_EQ(ipmi_get_my_address(c->user, 0, &value), -ENODEV);
	EXPECT_EQ(ipmi_set_my_LUN(c->user, 0, 2), -ENODEV);
	EXPECT_EQ(ipmi_get_my_LUN(c->user, 16, &value), -ENODEV);
	EXPECT_EQ(ipmi_get_version(c->user, &major, &minor), -ENODEV);
	EXPECT_EQ(ipmi_get_maintenance_mode(c->user), -ENODEV);
	EXPECT_EQ(ipmi_set_maintenance_mode(c->user, IPMI_MAINTENANCE_MODE_ON), -ENODEV);
	EXPECT_EQ(ipmi_set_maintenance_mode(c->user, 7), -ENODEV);
	EXPECT(atomic_read(&own_smi) == 0 && atomic_read(&own_recv) == 0);
	client_close(c);
	EXPECT_EQ(atomic_read(&c->came), 0);
	wire_close(w);
}

/* The transport knows what somebody waits for, and is told nothing twice. */
static void watched(unsigned int mask, int calls, int line)
{
	unsigned long end = jiffies + 5 * HZ;

	while ((w->watch != mask || w->watch_calls < calls) && time_before(jiffies, end))
		usleep_range(500, 1000);
	check_eq(w->watch, mask, line, "the mask");
	check_eq(w->watch_calls, calls, line, "calls of set_need_watch()");
}
#define WATCHED(mask, calls) watched(mask, calls, __LINE__)

static void case_need_watch(void)
{
	static const u8 ok[] = { 0x1c, 0x33, 0, 0x00, 0xbe, 0, 0x24, 0, 0x30, 0x00, 0 };
	u8 rsp[sizeof(ok)];

	if (!begin())
		return;
	WATCHED(0, 0);
	EXPECT_EQ(ipmi_register_for_cmd(c->user, 0x30, 1, 1), 0);
	WATCHED(IPMI_WATCH_MASK_CHECK_COMMANDS, 1);
	EXPECT_EQ(ipmi_register_for_cmd(c->user, 0x30, 2, 1), 0);
	EXPECT_EQ(ipmi_unregister_for_cmd(c->user, 0x30, 1, 1), 0);
	WATCHED(IPMI_WATCH_MASK_CHECK_COMMANDS, 1);
	EXPECT(client_open_watching(d, 0));
	WATCHED(IPMI_WATCH_MASK_CHECK_COMMANDS | IPMI_WATCH_MASK_CHECK_WATCHDOG, 2);
	EXPECT_EQ(ipmi_unregister_for_cmd(c->user, 0x30, 2, 1), 0);
	WATCHED(IPMI_WATCH_MASK_CHECK_WATCHDOG, 3);
	client_close(d);
	WATCHED(0, 4);
	/* a registration ends with its user */
	EXPECT(client_open(d));
	EXPECT_EQ(ipmi_register_for_cmd(d->user, 0x30, 1, 1), 0);
	WATCHED(IPMI_WATCH_MASK_CHECK_COMMANDS, 5);
	client_close(d);
	WATCHED(0, 6);
	/* an answer to come */
	EXPECT_EQ(ask_ipmb(c, 1, NETFN_OEM, 0x30), 0);
	WATCHED(IPMI_WATCH_MASK_CHECK_MESSAGES, 7);
	memcpy(rsp, ok, sizeof(rsp));
	rsp[7] = w->sent[0].data[7] & 0xfc;
	wire_bring(w, rsp, sizeof(rsp));
	FAILED(c, 1, 0);
	WATCHED(0, 8);
	wire_end();
}

static void case_pretimeout(void)
{
	struct client *e = &clients[2];

	if (!begin() || !client_open_watching(d, 0) || !client_open_watching(e, 0))
		return;
	for (int i = 1; i < 4; i++) {
		ipmi_smi_watchdog_pretimeout(w->intf);
		EXPECT(comes_to(&d->pretimeouts, i) && comes_to(&e->pretimeouts, i));
		EXPECT_EQ(counter("pretimeouts"), i);
	}
	client_close(d);
	ipmi_smi_watchdog_pretimeout(w->intf);
	EXPECT(comes_to(&e->pretimeouts, 4));
	EXPECT_EQ(atomic_read(&d->pretimeouts), 3);
	client_close(e);
	wire_end();
}

/* Answers that do not fit are made errors, to the question that was asked. */
static void case_unfit(void)
{
	static const u8 answers[][4] = {
		{ 0x1c, 0x01 },	      { 0x1c },
		{ 0x1c, 0x02, 0, 9 }, { 0x24, 0x01, 0, 9 },
		{ 0x18, 0x01, 0, 9 }, { 0x1e, 0x01, 0xd5 },
	};
	static const int lens[] = { 0, 1, 4, 4, 4, 3 };
	struct ipmi_recv_msg *msg;
	u8 big[300] = { 0x1c, 0x01, 0 };

	if (!begin())
		return;
	w->hold = true;
	for (int i = 0; i < ARRAY_SIZE(lens); i++) {
		EXPECT_EQ(ask(c, i), 0);
		EXPECT(wire_holds(w));
		wire_give_back(w, answers[i], lens[i]);
		msg = client_take(c);
		if (!EXPECT(msg))
			continue;
		EXPECT(msg->msg.netfn == 7 && msg->msg.cmd == 1 && msg->msg.data_len == 1);
		EXPECT_EQ(msg->msg.data[0], i < 5 ? 0xff : 0xd5);
		EXPECT_EQ(((struct ipmi_system_interface_addr *)&msg->addr)->lun, i < 5 ? 0 : 2);
		EXPECT_EQ(msg->addr.channel, IPMI_BMC_CHANNEL);
		ipmi_free_recv_msg(msg);
		EXPECT_EQ(counter("invalid_local_responses"), min(i + 1, 5));
	}
	/* without a completion code there are no data; and what is too long is cut off */
	EXPECT_EQ(ask(c, 10), 0);
	EXPECT(wire_holds(w));
	wire_give_back(w, answers[0], 2);
	msg = client_take(c);
	if (EXPECT(msg)) {
		EXPECT_EQ(msg->msg.data_len, 0);
		ipmi_free_recv_msg(msg);
	}
	EXPECT_EQ(ask(c, 11), 0);
	EXPECT(wire_holds(w));
	wire_give_back(w, big, 300);
	msg = client_take(c);
	if (EXPECT(msg)) {
		EXPECT_EQ(msg->msg.data_len, IPMI_MAX_MSG_LENGTH - 2);
		ipmi_free_recv_msg(msg);
	}
	EXPECT_EQ(counter("invalid_local_responses"), 5);
	w->hold = false;
	wire_end();
}

static void case_refused(void)
{
	if (!begin())
		return;
	w->refuse = 0xc0;
	for (int i = 0; i < 5; i++)
		EXPECT_EQ(ask(c, i), 0);
	for (int i = 0; i < 5; i++)
		FAILED(c, i, 0xc0);
	w->refuse = 0;
	EXPECT_EQ(ask(c, 9), 0);
	ANSWERED(c, 9);
	EXPECT_EQ(w->nr_sent, 6);
	wire_end();
}

static void case_poll_wire(void)
{
	if (!begin())
		return;
	for (int i = 1; i < 5; i++) {
		ipmi_poll_interface(c->user);
		EXPECT_EQ(w->polls, i);
	}
	EXPECT_EQ(w->alone_calls, 0);
	EXPECT_EQ(ask(c, 9), 0);
	ANSWERED(c, 9);
	wire_remove(w);
	ipmi_poll_interface(c->user);
	EXPECT_EQ(w->polls, 4);
	client_close(c);
	wire_close(w);
}

static void case_sources(void)
{
	static const char *const names[] = { "invalid", "hotmod", "hardcoded",	 "SPMI",    "ACPI",
					     "SMBIOS",	"PCI",	  "device-tree", "platform" };
	struct ipmi_smi_info info = {};

	for (int i = 0; i < ARRAY_SIZE(names); i++)
		EXPECT(!strcmp(ipmi_addr_src_to_str(i), names[i]));
	EXPECT(!strcmp(ipmi_addr_src_to_str(SI_LAST), "invalid"));
	EXPECT(!strcmp(ipmi_addr_src_to_str(-1), "invalid"));
	EXPECT_EQ(ipmi_get_smi_info(0, &info), -EINVAL);
	if (!begin())
		return;
	EXPECT_EQ(ipmi_get_smi_info(0, &info), 0);
	EXPECT(info.addr_src == SI_HOTMOD && info.dev == &w->pdev->dev);
	put_device(info.dev);
	EXPECT_EQ(ipmi_get_smi_info(1, &info), -EINVAL);
	EXPECT_EQ(ipmi_get_smi_info(-1, &info), -EINVAL);
	w->handlers.get_smi_info = NULL;
	EXPECT_EQ(ipmi_get_smi_info(0, &info), -ENOTTY);
	wire_end();
}

/* The lowest number that is free, and no other is found. */
static void case_numbers(void)
{
	for (int i = 0; i < 3; i++)
		EXPECT(wire_open(&wires[i]));
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(client_open_on(c, i), 0);
		client_close(c);
	}
	EXPECT_EQ(client_open_on(c, 3), -EINVAL);
	wire_remove(&wires[1]);
	wire_close(&wires[1]);
	EXPECT_EQ(client_open_on(c, 1), -EINVAL);
	EXPECT_EQ(client_open_on(c, 2), 0);
	client_close(c);
	EXPECT(wire_open(&wires[3]));
	EXPECT_EQ(client_open_on(c, 1), 0);
	wires[3].nr_sent = 0;
	EXPECT_EQ(ask(c, 1), 0);
	ANSWERED(c, 1);
	EXPECT_EQ(wires[3].nr_sent, 1);
	client_close(c);
	for (int i = 0; i < 4; i++) {
		if (i == 1)
			continue;
		wire_remove(&wires[i]);
		wire_close(&wires[i]);
	}
	/* one that does not start is none, and leaves nothing */
	wire_reset(w);
	w->start_error = -ENXIO;
	EXPECT_EQ(wire_add(w), -ENXIO);
	EXPECT_EQ(w->shut, 0);
	EXPECT_EQ(client_open_on(c, 0), -EINVAL);
	wire_close(w);
	EXPECT(wire_open(w));
	EXPECT_EQ(client_open_on(c, 0), 0);
	client_close(c);
	wire_remove(w);
	wire_close(w);
}

/* The limit of messages is of one user; a caller's own count, but have none. */
static void case_message_limit(void)
{
	if (!begin() || !client_open(d))
		return;
	EXPECT_EQ(file_put(PARAMETER "max_msgs_per_user", "3"), 0);
	w->hold = true;
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(ask(c, i), 0);
	EXPECT_EQ(ask(c, 3), -EBUSY);
	EXPECT_EQ(ask_own(0, 3, 0), 0);
	FILE_IS(DEVICE_OF(0) "nr_msgs", "4");
	EXPECT_EQ(ask(d, 1), 0);
	FILE_IS(DEVICE_OF(0) "nr_msgs", "5");
	EXPECT_EQ(ask(c, 3), -EBUSY);
	EXPECT_EQ(ask(c, 3), -EBUSY);
	EXPECT_EQ(counter("refused_requests"), 3);
	for (int i = 0; i < 4; i++) {
		EXPECT(wire_release(w));
		ANSWERED(c, i);
	}
	EXPECT(wire_release(w));
	ANSWERED(d, 1);
	FILE_IS(DEVICE_OF(0) "nr_msgs", "0");
	w->hold = false;
	for (int i = 0; i < 5; i++) {
		EXPECT_EQ(ask(c, i), 0);
		ANSWERED(c, i);
	}
	EXPECT_EQ(file_put(PARAMETER "max_msgs_per_user", "100"), 0);
	client_close(d);
	wire_end();
}

static void case_user_limit(void)
{
	if (!begin())
		return;
	EXPECT_EQ(file_put(PARAMETER "max_users", "2"), 0);
	EXPECT(client_open(d));
	FILE_IS(DEVICE_OF(0) "nr_users", "2");
	EXPECT_EQ(client_open_on(&clients[2], 0), -EBUSY);
	EXPECT_EQ(client_open_on(&clients[2], 0), -EBUSY);
	EXPECT_EQ(counter("refused_users"), 2);
	FILE_IS(DEVICE_OF(0) "nr_users", "2");
	client_close(d);
	FILE_IS(DEVICE_OF(0) "nr_users", "1");
	EXPECT(client_open(d));
	client_close(d);
	EXPECT_EQ(file_put(PARAMETER "max_users", "30"), 0);
	wire_end();
}

/* Questions of a client that waits, which only this project's clients have. */
static void case_core_ask(void)
{
	typeof(&ipmi_core_ask) core_ask = symbol_get(ipmi_core_ask);
	struct kernel_ipmi_msg msg = { .netfn = NETFN_APP, .cmd = GET_DEVICE_ID };
	u8 rsp[32] = {};
	u64 start;

	if (!EXPECT(core_ask))
		return;
	if (!begin())
		return;
	EXPECT_EQ(core_ask(c->user, &msg, 5000, rsp, sizeof(rsp)), 16);
	EXPECT(!memcmp(rsp, w->id, 16));
	memset(rsp, 0xee, sizeof(rsp));
	EXPECT_EQ(core_ask(c->user, &msg, 5000, rsp, 4), 4);
	EXPECT(!memcmp(rsp, w->id, 4) && rsp[4] == 0xee);
	/* it counts for nobody */
	EXPECT_EQ(file_put(PARAMETER "max_msgs_per_user", "0"), 0);
	EXPECT_EQ(core_ask(c->user, &msg, 5000, rsp, sizeof(rsp)), 16);
	EXPECT_EQ(file_put(PARAMETER "max_msgs_per_user", "100"), 0);
	w->id_len = 0;
	EXPECT_EQ(core_ask(c->user, &msg, 5000, rsp, sizeof(rsp)), -EIO);
	w->id_len = 16;
	/* it goes first, and nobody hears of an answer that comes too late */
	w->hold = true;
	EXPECT_EQ(ask(c, 1), 0);
	EXPECT(wire_holds(w));
	EXPECT_EQ(ask(c, 2), 0);
	start = ktime_get_ns();
	EXPECT_EQ(core_ask(c->user, &msg, 300, rsp, sizeof(rsp)), -ETIMEDOUT);
	EXPECT(ktime_get_ns() - start >= 290 * NSEC_PER_MSEC);
	FILE_IS(DEVICE_OF(0) "nr_msgs", "2");
	EXPECT(wire_release(w));
	ANSWERED(c, 1);
	EXPECT(wire_holds(w));
	EXPECT_EQ(w->sent[w->nr_sent - 1].msgid, 0);
	EXPECT(wire_release(w));
	EXPECT(wire_release(w));
	ANSWERED(c, 2);
	w->hold = false;
	msleep(20);
	EXPECT_EQ(atomic_read(&c->came), 2);
	wire_remove(w);
	EXPECT_EQ(core_ask(c->user, &msg, 5000, rsp, sizeof(rsp)), -ENODEV);
	client_close(c);
	wire_close(w);
	symbol_put(ipmi_core_ask);
}

const struct consumer_case queue_cases[] = {
	{ "order", case_order },
	{ "removal", case_removal },
	{ "gone", case_gone },
	{ "need-watch", case_need_watch },
	{ "pretimeout", case_pretimeout },
	{ "unfit", case_unfit },
	{ "refused", case_refused },
	{ "poll-wire", case_poll_wire },
	{ "sources", case_sources },
	{ "numbers", case_numbers },
	{ "message-limit", case_message_limit },
	{ "user-limit", case_user_limit },
	{ "core-ask", case_core_ask },
	{},
};
