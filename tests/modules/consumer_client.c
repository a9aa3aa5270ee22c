// SPDX-License-Identifier: GPL-2.0-only
/*
 * The clients of the module consumer: users of ipmi0 that ask and wait, and what they find wrong.
 * Called by its cases in process context; the callbacks run in any.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/string.h>

#include "consumer.h"

struct client clients[CLIENTS];
char said[SAID_LEN];
size_t said_len;
static DEFINE_SPINLOCK(said_lock);

void say_nothing(void)
{
	said_len = 0;
	memset(said, 0, sizeof(said));
}

void say(const char *format, ...)
{
	unsigned long flags;
	va_list args;

	spin_lock_irqsave(&said_lock, flags);
	va_start(args, format);
	said_len += vscnprintf(said + said_len, SAID_LEN - said_len, format, args);
	va_end(args);
	spin_unlock_irqrestore(&said_lock, flags);
}

bool check(bool held, int line, const char *what)
{
	if (!held)
		say("line %d: not so: %s\n", line, what);
	return held;
}

void check_eq(long got, long want, int line, const char *what)
{
	if (got != want)
		say("line %d: %s is %ld, not %ld\n", line, what, got, want);
}

void to_bmc(struct ipmi_addr *addr)
{
	struct ipmi_system_interface_addr *si = (struct ipmi_system_interface_addr *)addr;

	memset(addr, 0, sizeof(*addr));
	si->addr_type = IPMI_SYSTEM_INTERFACE_ADDR_TYPE;
	si->channel = IPMI_BMC_CHANNEL;
}

int ask_at(struct client *c, struct ipmi_addr *addr, long msgid, u8 netfn, u8 cmd, const void *data,
	   u16 len)
{
	struct kernel_ipmi_msg msg = {
		.netfn = netfn, .cmd = cmd, .data = (u8 *)data, .data_len = len
	};

	return ipmi_request_settime(c->user, addr, msgid, &msg, c, 0, -1, 0);
}

int ask(struct client *c, long msgid)
{
	struct ipmi_addr addr;

	to_bmc(&addr);
	return ask_at(c, &addr, msgid, NETFN_APP, GET_DEVICE_ID, NULL, 0);
}

/* A line of control for the BMC of tests/bmc. */
int tell_bmc(struct client *c, const char *line)
{
	struct ipmi_addr addr;

	to_bmc(&addr);
	return ask_at(c, &addr, 0x7070, NETFN_OEM, 0x70, line, strlen(line));
}

/* Any context. A request and a free are all that a receive callback may call. */
static void recv_callback(struct ipmi_recv_msg *msg, void *data)
{
	struct client *c = data;
	unsigned long flags;

	if (c->dead)
		say("a message came after ipmi_destroy_user()\n");
	if (msg->user != c->user)
		say("a message of another user came\n");
	if (c->again > 0) {
		c->again--;
		if (ask(c, 1000 + c->again))
			c->refused++;
	}
	if (c->keeps_none) {
		ipmi_free_recv_msg(msg);
		atomic_inc(&c->came);
		return;
	}
	spin_lock_irqsave(&c->lock, flags);
	list_add_tail(&msg->link, &c->msgs);
	spin_unlock_irqrestore(&c->lock, flags);
	atomic_inc(&c->came);
	wake_up(&c->wait);
}

static void shutdown_callback(void *data)
{
	struct client *c = data;

	c->came_before = atomic_read(&c->came);
	atomic_inc(&c->shut);
}

static void pretimeout_callback(void *data)
{
	struct client *c = data;

	atomic_inc(&c->pretimeouts);
}

static void panic_callback(void *data)
{
	struct client *c = data;

	c->panics++;
}

static const struct ipmi_user_hndl handlers = {
	.ipmi_recv_hndl = recv_callback,
	.shutdown = shutdown_callback,
};

static const struct ipmi_user_hndl watching_handlers = {
	.ipmi_recv_hndl = recv_callback,
	.shutdown = shutdown_callback,
	.ipmi_watchdog_pretimeout = pretimeout_callback,
	.ipmi_panic_handler = panic_callback,
};

static int client_open_as(struct client *c, int number, const struct ipmi_user_hndl *as)
{
	memset(c, 0, sizeof(*c));
	spin_lock_init(&c->lock);
	INIT_LIST_HEAD(&c->msgs);
	init_waitqueue_head(&c->wait);
	return ipmi_create_user(number, as, c, &c->user);
}

int client_open_on(struct client *c, int number)
{
	return client_open_as(c, number, &handlers);
}

/* One that wants to hear of the watchdog and of a panic, too. */
bool client_open_watching(struct client *c, int number)
{
	return EXPECT(client_open_as(c, number, &watching_handlers) == 0);
}

bool client_open(struct client *c)
{
	return EXPECT(client_open_on(c, 0) == 0);
}

static struct ipmi_recv_msg *client_pop(struct client *c)
{
	struct ipmi_recv_msg *msg;

	spin_lock_irq(&c->lock);
	msg = list_first_entry_or_null(&c->msgs, struct ipmi_recv_msg, link);
	if (msg)
		list_del(&msg->link);
	spin_unlock_irq(&c->lock);
	return msg;
}

struct ipmi_recv_msg *client_take(struct client *c)
{
	wait_event_timeout(c->wait, !list_empty_careful(&c->msgs), msecs_to_jiffies(ANSWER_MS));
	return client_pop(c);
}

static void client_drain(struct client *c)
{
	struct ipmi_recv_msg *msg;

	while ((msg = client_pop(c)))
		ipmi_free_recv_msg(msg);
}

void client_close(struct client *c)
{
	ipmi_destroy_user(c->user);
	c->dead = true;
	client_drain(c);
}

/* The next message is a good answer to Get Device ID with this number. */
bool answered(struct client *c, long msgid, int line)
{
	struct ipmi_recv_msg *msg = client_take(c);
	bool good;

	if (!check(msg, line, "an answer came"))
		return false;
	good = msg->msgid == msgid && msg->user_msg_data == c &&
	       msg->msg.netfn == (NETFN_APP | 1) && msg->msg.cmd == GET_DEVICE_ID &&
	       msg->msg.data_len > 11 && !msg->msg.data[0] &&
	       msg->recv_type == IPMI_RESPONSE_RECV_TYPE &&
	       msg->addr.addr_type == IPMI_SYSTEM_INTERFACE_ADDR_TYPE;
	if (!good)
		say("line %d: message %ld netfn %x cmd %x of %d bytes, code %02x, not %ld\n", line,
		    msg->msgid, msg->msg.netfn, msg->msg.cmd, msg->msg.data_len, msg->msg.data[0],
		    msgid);
	ipmi_free_recv_msg(msg);
	return good;
}

bool comes_to(atomic_t *count, int n)
{
	for (int ms = 0; ms < ANSWER_MS && atomic_read(count) != n; ms += 5)
		msleep(5);
	return atomic_read(count) == n;
}

/* The next message has this number and this completion code, and no more data than that. */
bool failed(struct client *c, long msgid, u8 cc, int line)
{
	struct ipmi_recv_msg *msg = client_take(c);
	bool good;

	if (!check(msg, line, "an answer came"))
		return false;
	good = msg->msgid == msgid && msg->msg.data_len == 1 && msg->msg.data[0] == cc &&
	       msg->msg.netfn & 1;
	if (!good)
		say("line %d: message %ld netfn %x cmd %x of %d bytes, code %02x, not %ld with %02x\n",
		    line, msg->msgid, msg->msg.netfn, msg->msg.cmd, msg->msg.data_len,
		    msg->msg.data[0], msgid, cc);
	ipmi_free_recv_msg(msg);
	return good;
}
