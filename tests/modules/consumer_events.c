// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cases of the module consumer with its own transport: events that are kept, lost and asked for,
 * and maintenance mode.
 */
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/string.h>

#include "consumer_wire.h"

#define NETFN_FIRMWARE 0x08
#define COLD_RESET 0x02
#define WARM_RESET 0x03

static struct wire *const w = &wires[0];
static struct client *const c = &clients[0], *const d = &clients[1];

static void event(int number, int len)
{
	u8 rsp[64] = { 0x1c, 0x35, 0 };

	for (int i = 0; i < len; i++)
		rsp[3 + i] = number + i;
	wire_bring(w, rsp, 3 + len);
}

static void event_came(struct client *client, int number, int len, int line)
{
	struct ipmi_recv_msg *msg = client_take(client);

	if (!check(msg, line, "an event came"))
		return;
	check(msg->recv_type == IPMI_ASYNC_EVENT_RECV_TYPE && msg->msg.netfn == 7 &&
		      msg->msg.cmd == 0x35,
	      line, "it is an event");
	check_eq(msg->msg.data_len, len, line, "its length");
	for (int i = 0; i < len; i++)
		check_eq(msg->msg.data[i], (u8)(number + i), line, "its data");
	ipmi_free_recv_msg(msg);
}
#define EVENT_CAME(client, number, len) event_came(client, number, len, __LINE__)

/* Twenty-five are kept, whole and in their order; the shortest has 16 bytes. */
static void case_kept_events(void)
{
	static const u8 refused[] = { 0x1c, 0x35, 0xcb, 1,  2,	3,  4,	5,  6,	7,
				      8,    9,	  10,	11, 12, 13, 14, 15, 16, 17 };

	if (!wire_begin() || !client_open(d))
		return;
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 28; i++)
			event(i, 16 + i);
		wire_bring(w, refused, sizeof(refused));
		event(0, 15);
		event(0, 0);
		for (int ms = 0; ms < 2000 && counter("invalid_events") < 2 * (round + 1); ms += 5)
			msleep(5);
		EXPECT_EQ(counter("invalid_events"), 2 * (round + 1));
		EXPECT_EQ(counter("events"), 28 * (round + 1));
		EXPECT_EQ(counter("lost_events"), 3 * (round + 1));
		EXPECT_EQ(ipmi_set_gets_events(c->user, true), 0);
		EXPECT_EQ(ipmi_set_gets_events(d->user, true), 0);
		for (int i = 0; i < 25; i++)
			EVENT_CAME(c, i, 16 + i);
		EXPECT_EQ(ipmi_set_gets_events(d->user, false), 0);
		EXPECT_EQ(ipmi_set_gets_events(c->user, false), 0);
		EXPECT_EQ(atomic_read(&c->came), 25 * (round + 1));
		EXPECT_EQ(atomic_read(&d->came), 0);
	}
	client_close(d);
	wire_end();
}

/* Of a listener that does not read, only its own copies are lost. */
static void case_lost_events(void)
{
	if (!wire_begin() || !client_open(d))
		return;
	EXPECT_EQ(ipmi_set_gets_events(c->user, true), 0);
	EXPECT_EQ(ipmi_set_gets_events(d->user, true), 0);
	EXPECT_EQ(ipmi_register_for_cmd(c->user, 0x30, 1, IPMI_CHAN_ALL), 0);
	EXPECT_EQ(file_put(PARAMETER "max_msgs_per_user", "2"), 0);
	for (int i = 0; i < 5; i++) {
		static const u8 command[] = { 0x1c, 0x33, 0, 0, 0xc0, 0, 0x24, 0, 0x01, 0 };

		event(i, 16);
		EVENT_CAME(d, i, 16);
		wire_bring(w, command, sizeof(command));
	}
	msleep(50);
	EXPECT_EQ(atomic_read(&c->came), 2);
	EXPECT_EQ(counter("lost_events"), 4);
	EXPECT_EQ(counter("handled_commands"), 1);
	EXPECT_EQ(counter("lost_commands"), 4);
	EXPECT_EQ(file_put(PARAMETER "max_msgs_per_user", "100"), 0);
	client_close(d);
	wire_end();
}

/* While somebody listens, the transport is to look once a second; not in maintenance. */
static void case_event_requests(void)
{
	unsigned long begun;
	int n;

	if (!wire_begin())
		return;
	msleep(100);
	EXPECT_EQ(w->event_requests, 0);
	begun = jiffies;
	EXPECT_EQ(ipmi_set_gets_events(c->user, true), 0);
	msleep(300);
	n = w->event_requests;
	EXPECT(n >= 1 && n <= 1 + (jiffies - begun) / HZ);
	for (int ms = 0; ms < 10000 && w->event_requests < 3; ms += 10)
		msleep(10);
	EXPECT(w->event_requests >= 3);
	EXPECT_EQ(ipmi_set_maintenance_mode(c->user, IPMI_MAINTENANCE_MODE_ON), 0);
	n = w->event_requests;
	msleep(1500);
	EXPECT(w->event_requests <= n);
	EXPECT_EQ(ipmi_set_maintenance_mode(c->user, IPMI_MAINTENANCE_MODE_AUTO), 0);
	for (int ms = 0; ms < 10000 && w->event_requests <= n; ms += 10)
		msleep(10);
	EXPECT(w->event_requests > n);
	EXPECT_EQ(ipmi_set_gets_events(c->user, false), 0);
	n = w->event_requests;
	msleep(1300);
	EXPECT(w->event_requests <= n);
	/* a listener that closes listens no more */
	EXPECT_EQ(ipmi_set_gets_events(c->user, true), 0);
	client_close(c);
	msleep(100);
	n = w->event_requests;
	msleep(1300);
	EXPECT_EQ(w->event_requests, n);
	event(1, 16);
	EXPECT(client_open(c));
	EXPECT_EQ(ipmi_set_gets_events(c->user, true), 0);
	EVENT_CAME(c, 1, 16);
	wire_end();
}

static void send(u8 netfn, u8 cmd)
{
	struct ipmi_recv_msg *msg;
	struct ipmi_addr addr;

	to_bmc(&addr);
	EXPECT_EQ(ask_at(c, &addr, 1, netfn, cmd, NULL, 0), 0);
	msg = client_take(c);
	EXPECT(msg);
	if (msg)
		ipmi_free_recv_msg(msg);
}

/* The state, and that its time is no less than this; the transport hurries for firmware only. */
static int maintenance(int state, int least, int line)
{
	unsigned long end = jiffies + 5 * HZ;
	int is = -1, left = -1;
	char text[32];

	file_has(DEVICE_OF(0) "maintenance_mode", text, sizeof(text));
	check(sscanf(text, "%d %d", &is, &left) == 2, line, "two numbers");
	check_eq(is, state, line, "the state");
	check(left >= least && left <= 30000 && (!least == !left), line, text);
	while (w->fast != (state == 1) && time_before(jiffies, end))
		msleep(1);
	check_eq(w->fast, state == 1, line, "the hurry");
	return left;
}
#define MAINTENANCE(state, least) maintenance(state, least, __LINE__)

static void case_maintenance_states(void)
{
	int left;

	if (!wire_begin())
		return;
	FILE_IS(PARAMETER "maintenance_mode_timeout_ms", "30000");
	MAINTENANCE(0, 0);
	send(NETFN_APP, 0x04);
	send(NETFN_OEM, COLD_RESET);
	EXPECT_EQ(ask_ipmb(c, 1, NETFN_FIRMWARE, 1), 0);
	EXPECT_EQ(ask_ipmb(c, 1, NETFN_APP, COLD_RESET), 0);
	MAINTENANCE(0, 0);
	EXPECT_EQ(w->fast_calls, 0);

	send(NETFN_FIRMWARE, 0);
	left = MAINTENANCE(1, 20000);
	EXPECT(left <= 30000);
	EXPECT_EQ(w->fast_calls, 1);
	/* each command begins it anew */
	msleep(400);
	EXPECT(MAINTENANCE(1, 1) <= 29700);
	left = MAINTENANCE(1, 1);
	send(NETFN_FIRMWARE, 9);
	EXPECT(MAINTENANCE(1, 1) > left);
	/* a reset is more than that, and stays so */
	send(NETFN_APP, WARM_RESET);
	MAINTENANCE(2, 20000);
	msleep(200);
	left = MAINTENANCE(2, 1);
	send(NETFN_FIRMWARE, 0);
	EXPECT(MAINTENANCE(2, 1) > left);
	EXPECT_EQ(w->fast_calls, 2);

	/* by hand: off ends it for good, on has no end */
	EXPECT_EQ(ipmi_set_maintenance_mode(c->user, IPMI_MAINTENANCE_MODE_ON), 0);
	MAINTENANCE(1, 0);
	EXPECT_EQ(ipmi_set_maintenance_mode(c->user, IPMI_MAINTENANCE_MODE_AUTO), 0);
	MAINTENANCE(2, 1);
	EXPECT_EQ(ipmi_set_maintenance_mode(c->user, IPMI_MAINTENANCE_MODE_OFF), 0);
	MAINTENANCE(0, 0);
	send(NETFN_APP, COLD_RESET);
	MAINTENANCE(0, 0);
	EXPECT_EQ(ipmi_set_maintenance_mode(c->user, IPMI_MAINTENANCE_MODE_AUTO), 0);
	MAINTENANCE(0, 0);
	send(NETFN_APP, COLD_RESET);
	MAINTENANCE(2, 20000);
	wire_end();
}

/* The transport is told of the end, too, and not before it. */
static void case_maintenance_ends(void)
{
	u64 start, took;

	if (!wire_begin())
		return;
	EXPECT_EQ(file_put(PARAMETER "maintenance_mode_timeout_ms", "700"), 0);
	start = ktime_get_ns();
	send(NETFN_FIRMWARE, 0);
	for (int ms = 0; ms < 5000 && !w->fast_calls; ms++)
		msleep(1);
	EXPECT(w->fast);
	for (int ms = 0; ms < 9000 && w->fast; ms++)
		msleep(1);
	took = div_u64(ktime_get_ns() - start, NSEC_PER_MSEC);
	if (took < 690 || took > 7000)
		say("it lasted %llu ms\n", took);
	EXPECT_EQ(w->fast_calls, 2);
	FILE_IS(DEVICE_OF(0) "maintenance_mode", "0 0");
	EXPECT_EQ(file_put(PARAMETER "maintenance_mode_timeout_ms", "30000"), 0);
	wire_end();
}

const struct consumer_case events_cases[] = {
	{ "kept-events", case_kept_events },
	{ "lost-events", case_lost_events },
	{ "event-requests", case_event_requests },
	{ "maintenance-states", case_maintenance_states },
	{ "maintenance-ends", case_maintenance_ends },
	{},
};
