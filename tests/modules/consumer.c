// SPDX-License-Identifier: GPL-2.0-only
/*
 * A consumer of the message handler in the kernel, for tests only: it uses all of what
 * linux/ipmi.h offers, in each context it may be used in, and nothing else, so it loads on the
 * kernel's own message handler too.
 *
 * tests/vm/core/consumer.c writes the name of a case to ipmi_consumer/run in debugfs; what did
 * not hold is then in ipmi_consumer/said, a line each. One case at a time, under run_lock.
 */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/ipmi.h>
#include <linux/ipmi_smi.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/uaccess.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#define ANSWER_MS	10000
#define NETFN_APP	0x06
#define NETFN_OEM	0x2e
#define GET_DEVICE_ID	0x01
#define CLIENTS		4
#define SPINNERS	4
#define FLIGHT		40
#define SAID_LEN	4000

/* One user of ipmi0, and what it has received. */
struct client {
	struct ipmi_user *user;
	spinlock_t lock;	/* guards @msgs */
	struct list_head msgs;
	wait_queue_head_t wait;
	atomic_t came;		/* calls of its receive callback */
	atomic_t shut;		/* calls of its shutdown callback */
	int again;		/* requests that its receive callback still sends */
	int refused;		/* those that were refused */
	bool dead;		/* ipmi_destroy_user() has returned */
};

static DEFINE_MUTEX(run_lock);
static struct client clients[CLIENTS];
static struct client watched;
static struct dentry *folder;
static char said[SAID_LEN];
static size_t said_len;
static DEFINE_SPINLOCK(said_lock);

static __printf(1, 2) void say(const char *format, ...)
{
	unsigned long flags;
	va_list args;

	spin_lock_irqsave(&said_lock, flags);
	va_start(args, format);
	said_len += vscnprintf(said + said_len, SAID_LEN - said_len, format, args);
	va_end(args);
	spin_unlock_irqrestore(&said_lock, flags);
}

static bool check(bool held, int line, const char *what)
{
	if (!held)
		say("consumer.c:%d: not so: %s\n", line, what);
	return held;
}

static void check_eq(long got, long want, int line, const char *what)
{
	if (got != want)
		say("consumer.c:%d: %s is %ld, not %ld\n", line, what, got, want);
}

#define EXPECT(cond)		check(cond, __LINE__, #cond)
#define EXPECT_EQ(got, want)	check_eq(got, want, __LINE__, #got)

static void to_bmc(struct ipmi_addr *addr)
{
	struct ipmi_system_interface_addr *si = (struct ipmi_system_interface_addr *)addr;

	memset(addr, 0, sizeof(*addr));
	si->addr_type = IPMI_SYSTEM_INTERFACE_ADDR_TYPE;
	si->channel = IPMI_BMC_CHANNEL;
}

static int ask_at(struct client *c, struct ipmi_addr *addr, long msgid, u8 netfn, u8 cmd,
		  const void *data, u16 len)
{
	struct kernel_ipmi_msg msg = { .netfn = netfn, .cmd = cmd, .data = (u8 *)data,
				       .data_len = len };

	return ipmi_request_settime(c->user, addr, msgid, &msg, c, 0, -1, 0);
}

static int ask(struct client *c, long msgid)
{
	struct ipmi_addr addr;

	to_bmc(&addr);
	return ask_at(c, &addr, msgid, NETFN_APP, GET_DEVICE_ID, NULL, 0);
}

/* A line of control for the BMC of tests/bmc. */
static int tell_bmc(struct client *c, const char *line)
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
	spin_lock_irqsave(&c->lock, flags);
	list_add_tail(&msg->link, &c->msgs);
	spin_unlock_irqrestore(&c->lock, flags);
	atomic_inc(&c->came);
	wake_up(&c->wait);
}

static void shutdown_callback(void *data)
{
	struct client *c = data;

	atomic_inc(&c->shut);
}

static const struct ipmi_user_hndl handlers = {
	.ipmi_recv_hndl = recv_callback,
	.shutdown = shutdown_callback,
};

static int client_open_on(struct client *c, int number)
{
	memset(c, 0, sizeof(*c));
	spin_lock_init(&c->lock);
	INIT_LIST_HEAD(&c->msgs);
	init_waitqueue_head(&c->wait);
	return ipmi_create_user(number, &handlers, c, &c->user);
}

static bool client_open(struct client *c)
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

static struct ipmi_recv_msg *client_take(struct client *c)
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

static void client_close(struct client *c)
{
	ipmi_destroy_user(c->user);
	c->dead = true;
	client_drain(c);
}

/* The next message is a good answer to Get Device ID with this number. */
static bool answered(struct client *c, long msgid, int line)
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
		say("consumer.c:%d: message %ld netfn %x cmd %x of %d bytes, code %02x, not %ld\n", line,
		    msg->msgid, msg->msg.netfn, msg->msg.cmd, msg->msg.data_len, msg->msg.data[0],
		    msgid);
	ipmi_free_recv_msg(msg);
	return good;
}

#define ANSWERED(c, msgid) answered(c, msgid, __LINE__)

static void case_request(void)
{
	struct client *c = &clients[0];

	if (!client_open(c))
		return;
	for (int i = 0; i < 20; i++) {
		EXPECT_EQ(ask(c, LONG_MAX - i), 0);
		ANSWERED(c, LONG_MAX - i);
	}
	client_close(c);
	EXPECT_EQ(atomic_read(&c->came), 20);
}

static void case_refusals(void)
{
	struct client *c = &clients[0];
	struct ipmi_user *user;
	struct ipmi_addr addr;
	u8 data[300] = {};

	EXPECT_EQ(ipmi_create_user(0, NULL, NULL, &user), -EINVAL);
	EXPECT_EQ(ipmi_create_user(77, &handlers, c, &user), -EINVAL);
	if (!client_open(c))
		return;
	to_bmc(&addr);
	EXPECT_EQ(ask_at(c, &addr, 1, NETFN_APP | 1, GET_DEVICE_ID, NULL, 0), -EINVAL);
	EXPECT_EQ(ask_at(c, &addr, 1, NETFN_APP, 0x34, NULL, 0), -EINVAL);
	EXPECT_EQ(ask_at(c, &addr, 1, NETFN_OEM, 0x7f, data, 271), -EMSGSIZE);
	addr.addr_type = 0x55;
	EXPECT_EQ(ask_at(c, &addr, 1, NETFN_APP, GET_DEVICE_ID, NULL, 0), -EINVAL);
	EXPECT_EQ(ask(c, 2), 0);
	ANSWERED(c, 2);
	client_close(c);
}

/* Static messages, as the watchdog has them. */
static atomic_t supplied_smi, supplied_recv;

static void smi_done(struct ipmi_smi_msg *msg)
{
	atomic_inc(&supplied_smi);
}

static void recv_done(struct ipmi_recv_msg *msg)
{
	atomic_inc(&supplied_recv);
}

static struct ipmi_smi_msg static_smi = INIT_IPMI_SMI_MSG(smi_done);
static struct ipmi_recv_msg static_recv = INIT_IPMI_RECV_MSG(recv_done);

static int ask_supplied(struct client *c, struct ipmi_addr *addr, long msgid)
{
	struct kernel_ipmi_msg msg = { .netfn = NETFN_APP, .cmd = GET_DEVICE_ID };

	return ipmi_request_supply_msgs(c->user, addr, msgid, &msg, c, &static_smi, &static_recv,
					1);
}

static bool comes_to(atomic_t *count, int n)
{
	for (int ms = 0; ms < ANSWER_MS && atomic_read(count) != n; ms += 5)
		msleep(5);
	return atomic_read(count) == n;
}

static void case_supplied(void)
{
	struct client *c = &clients[0];
	struct ipmi_addr addr;

	atomic_set(&supplied_smi, 0);
	atomic_set(&supplied_recv, 0);
	if (!client_open(c))
		return;
	to_bmc(&addr);
	for (int i = 1; i <= 10; i++) {
		EXPECT_EQ(ask_supplied(c, &addr, i), 0);
		ANSWERED(c, i);
		EXPECT(comes_to(&supplied_smi, i) && comes_to(&supplied_recv, i));
	}
	/* what was refused stays the caller's, and is not done */
	addr.addr_type = 0x55;
	EXPECT_EQ(ask_supplied(c, &addr, 99), -EINVAL);
	EXPECT(atomic_read(&supplied_smi) == 10 && atomic_read(&supplied_recv) == 10);
	/* its user leaves first: both come back all the same */
	to_bmc(&addr);
	EXPECT_EQ(ask_supplied(c, &addr, 100), 0);
	client_close(c);
	EXPECT(comes_to(&supplied_smi, 11) && comes_to(&supplied_recv, 11));
}

/* Contexts to send from. */
static int sent_there;
static struct completion sent;

static void send_in_timer(struct timer_list *timer)
{
	sent_there = ask(&clients[0], 7);
	complete(&sent);
}

static void send_in_work(struct work_struct *work)
{
	sent_there = ask(&clients[0], 8);
	complete(&sent);
}

static DEFINE_TIMER(timer, send_in_timer);
static DECLARE_WORK(work, send_in_work);

static void case_contexts(void)
{
	static DEFINE_SPINLOCK(some_lock);
	struct client *c = &clients[0];
	int rv;

	if (!client_open(c))
		return;
	for (int i = 0; i < 10; i++) {
		init_completion(&sent);
		mod_timer(&timer, jiffies + 1);
		EXPECT(wait_for_completion_timeout(&sent, msecs_to_jiffies(ANSWER_MS)));
		EXPECT_EQ(sent_there, 0);
		ANSWERED(c, 7);

		init_completion(&sent);
		schedule_work(&work);
		EXPECT(wait_for_completion_timeout(&sent, msecs_to_jiffies(ANSWER_MS)));
		EXPECT_EQ(sent_there, 0);
		ANSWERED(c, 8);

		spin_lock_irq(&some_lock);
		rv = ask(c, 9);
		spin_unlock_irq(&some_lock);
		EXPECT_EQ(rv, 0);
		ANSWERED(c, 9);

		rcu_read_lock();
		rv = ask(c, 10);
		rcu_read_unlock();
		EXPECT_EQ(rv, 0);
		ANSWERED(c, 10);
	}
	timer_delete_sync(&timer);
	flush_work(&work);
	client_close(c);
}

/* The receive callback sends the next one, and the next one. */
static void case_chain(void)
{
	struct client *c = &clients[0];

	if (!client_open(c))
		return;
	c->again = 50;
	EXPECT_EQ(ask(c, 1), 0);
	EXPECT(comes_to(&c->came, 51));
	EXPECT_EQ(c->refused, 0);
	client_close(c);
}

static void case_poll(void)
{
	struct client *c = &clients[0];
	unsigned long end;

	if (!client_open(c))
		return;
	for (int i = 1; i <= 10; i++) {
		EXPECT_EQ(ask(c, i), 0);
		end = jiffies + msecs_to_jiffies(ANSWER_MS);
		while (atomic_read(&c->came) < i && time_before(jiffies, end)) {
			ipmi_poll_interface(c->user);
			cond_resched();
		}
		ANSWERED(c, i);
	}
	client_close(c);
}

static void case_info(void)
{
	struct ipmi_smi_info info = {};
	struct client *c = &clients[0];
	u8 major = 0, minor = 0xff, bytes[] = { 0x20, 0x18 };
	struct ipmi_addr addr;

	EXPECT_EQ(ipmi_get_smi_info(0, &info), 0);
	EXPECT(info.dev);
	EXPECT_EQ(info.addr_src, SI_ACPI);
#ifdef CONFIG_ACPI
	EXPECT(info.addr_info.acpi_info.acpi_handle);
#endif
	put_device(info.dev);
	EXPECT_EQ(ipmi_get_smi_info(77, &info), -EINVAL);
	EXPECT(!strcmp(ipmi_addr_src_to_str(SI_ACPI), "ACPI"));
	EXPECT_EQ(ipmi_addr_length(IPMI_LAN_ADDR_TYPE), sizeof(struct ipmi_lan_addr));
	EXPECT_EQ(ipmi_addr_length(0x55), 0);
	to_bmc(&addr);
	EXPECT_EQ(ipmi_validate_addr(&addr, sizeof(struct ipmi_system_interface_addr)), 0);
	EXPECT_EQ(ipmi_validate_addr(&addr, 7), -EINVAL);
	addr.channel = 3;
	EXPECT_EQ(ipmi_validate_addr(&addr, sizeof(struct ipmi_system_interface_addr)), -EINVAL);
	EXPECT_EQ(ipmb_checksum(bytes, 2), 0xc8);
	if (!client_open(c))
		return;
	EXPECT_EQ(ipmi_get_version(c->user, &major, &minor), 0);
	EXPECT(major == 2 && minor == 0);
	client_close(c);
}

static void case_addresses(void)
{
	struct client *c = &clients[0], *other = &clients[1];
	u8 value = 0;

	if (!client_open(c) || !client_open(other))
		return;
	for (unsigned int i = 0; i < IPMI_NUM_CHANNELS; i++) {
		EXPECT_EQ(ipmi_set_my_address(c->user, i, 0x40 + 2 * i), 0);
		EXPECT_EQ(ipmi_set_my_LUN(c->user, i, i), 0);
	}
	for (unsigned int i = 0; i < IPMI_NUM_CHANNELS; i++) {
		EXPECT_EQ(ipmi_get_my_address(other->user, i, &value), 0);
		EXPECT_EQ(value, 0x40 + 2 * i);
		EXPECT_EQ(ipmi_get_my_LUN(other->user, i, &value), 0);
		EXPECT_EQ(value, i & 3);
		EXPECT_EQ(ipmi_set_my_address(c->user, i, 0x20), 0);
		EXPECT_EQ(ipmi_set_my_LUN(c->user, i, 2), 0);
	}
	EXPECT_EQ(ipmi_set_my_address(c->user, 16, 0x20), -EINVAL);
	EXPECT_EQ(ipmi_get_my_address(c->user, 16, &value), -EINVAL);
	EXPECT_EQ(ipmi_set_my_LUN(c->user, 16, 0), -EINVAL);
	EXPECT_EQ(ipmi_get_my_LUN(c->user, 16, &value), -EINVAL);
	client_close(c);
	client_close(other);
}

static void case_maintenance(void)
{
	struct client *c = &clients[0];

	if (!client_open(c))
		return;
	EXPECT_EQ(ipmi_get_maintenance_mode(c->user), IPMI_MAINTENANCE_MODE_AUTO);
	EXPECT_EQ(ipmi_set_maintenance_mode(c->user, IPMI_MAINTENANCE_MODE_ON), 0);
	EXPECT_EQ(ipmi_get_maintenance_mode(c->user), IPMI_MAINTENANCE_MODE_ON);
	EXPECT_EQ(ask(c, 1), 0);
	ANSWERED(c, 1);
	EXPECT_EQ(ipmi_set_maintenance_mode(c->user, 3), -EINVAL);
	EXPECT_EQ(ipmi_set_maintenance_mode(c->user, IPMI_MAINTENANCE_MODE_OFF), 0);
	EXPECT_EQ(ipmi_set_maintenance_mode(c->user, IPMI_MAINTENANCE_MODE_AUTO), 0);
	client_close(c);
}

static void case_registrations(void)
{
	struct client *c = &clients[0], *other = &clients[1];

	if (!client_open(c) || !client_open(other))
		return;
	EXPECT_EQ(ipmi_register_for_cmd(c->user, 0x30, 0x11, 3), 0);
	EXPECT_EQ(ipmi_register_for_cmd(other->user, 0x30, 0x11, 2), -EBUSY);
	EXPECT_EQ(ipmi_register_for_cmd(other->user, 0x30, 0x11, 4), 0);
	EXPECT_EQ(ipmi_unregister_for_cmd(other->user, 0x30, 0x11, 3), -ENOENT);
	EXPECT_EQ(ipmi_unregister_for_cmd(c->user, 0x30, 0x11, 1), 0);
	EXPECT_EQ(ipmi_register_for_cmd(other->user, 0x30, 0x11, 1), 0);
	/* what is left goes with its user */
	client_close(c);
	EXPECT_EQ(ipmi_register_for_cmd(other->user, 0x30, 0x11, 2), 0);
	client_close(other);
}

/* The next message of a kind, others than that are answers to tell_bmc(). */
static struct ipmi_recv_msg *take_kind(struct client *c, int recv_type)
{
	struct ipmi_recv_msg *msg;

	while ((msg = client_take(c)) && msg->recv_type != recv_type)
		ipmi_free_recv_msg(msg);
	return msg;
}

static void case_events(void)
{
	struct client *c = &clients[0], *other = &clients[1];
	struct ipmi_recv_msg *msg;

	if (!client_open(c) || !client_open(other))
		return;
	EXPECT_EQ(ipmi_set_gets_events(c->user, true), 0);
	EXPECT_EQ(ipmi_set_gets_events(other->user, true), 0);
	EXPECT_EQ(tell_bmc(c, "events 1"), 0);
	for (int i = 0; i < 2; i++) {
		msg = take_kind(&clients[i], IPMI_ASYNC_EVENT_RECV_TYPE);
		if (EXPECT(msg)) {
			EXPECT_EQ(msg->msg.data_len, 16);
			ipmi_free_recv_msg(msg);
		}
	}
	EXPECT_EQ(ipmi_set_gets_events(other->user, false), 0);
	client_close(c);
	client_close(other);
}

static void case_commands(void)
{
	static const u8 answer[] = { 0, 0xab };
	struct client *c = &clients[0];
	struct ipmi_recv_msg *msg;
	struct ipmi_addr addr;

	if (!client_open(c))
		return;
	EXPECT_EQ(ipmi_register_for_cmd(c->user, 0x30, 0x12, IPMI_CHAN_ALL), 0);
	EXPECT_EQ(tell_bmc(c, "ipmb 0 24 0 11 30 12 99"), 0);
	msg = take_kind(c, IPMI_CMD_RECV_TYPE);
	if (EXPECT(msg)) {
		EXPECT(msg->msg.data_len == 1 && msg->msg.data[0] == 0x99);
		EXPECT_EQ(msg->msgid, 0x11);
		addr = msg->addr;
		EXPECT_EQ(ask_at(c, &addr, msg->msgid, 0x31, 0x12, answer, 2), 0);
		ipmi_free_recv_msg(msg);
		msg = take_kind(c, IPMI_RESPONSE_RESPONSE_TYPE);
		if (EXPECT(msg)) {
			EXPECT(msg->msg.data_len == 1 && !msg->msg.data[0]);
			ipmi_free_recv_msg(msg);
		}
	}
	EXPECT_EQ(ipmi_unregister_for_cmd(c->user, 0x30, 0x12, IPMI_CHAN_ALL), 0);
	client_close(c);
}

/* Requests of all kinds are on their way as their user leaves; others get all of theirs. */
static void case_leave(void)
{
	struct client *c = &clients[0], *other = &clients[1];
	int came;

	for (int round = 0; round < 20; round++) {
		if (!client_open(c) || !client_open(other))
			return;
		for (int i = 0; i < FLIGHT; i++) {
			EXPECT_EQ(ask(c, i), 0);
			EXPECT_EQ(ask(other, i), 0);
		}
		if (round % 2)
			usleep_range(100, 2000);
		client_close(c);
		came = atomic_read(&c->came);
		for (int i = 0; i < FLIGHT; i++)
			if (!ANSWERED(other, i))
				break;
		EXPECT_EQ(atomic_read(&c->came), came);
		client_close(other);
	}
}

/* A message may be kept for longer than its user lives. */
static void case_keep(void)
{
	struct client *c = &clients[0];
	struct ipmi_recv_msg *msg;

	if (!client_open(c))
		return;
	EXPECT_EQ(ask(c, 1), 0);
	msg = client_take(c);
	EXPECT(msg);
	client_close(c);
	msleep(50);
	if (msg) {
		EXPECT_EQ(msg->msgid, 1);
		ipmi_free_recv_msg(msg);
	}
}

/* Threads that come, ask and go all the time, whatever happens to the interface. */
static struct task_struct *spinners[SPINNERS];
static struct client spinner_clients[SPINNERS];
static atomic_t spins, lost;

static int spin(void *data)
{
	struct client *c = data;

	while (!kthread_should_stop()) {
		if (client_open_on(c, 0)) {
			msleep(1);
			continue;
		}
		for (int i = 0; i < 3; i++) {
			/* -ENODEV: it is gone; else there is an answer, if only an error */
			if (ask(c, i))
				break;
			wait_event_timeout(c->wait,
					   atomic_read(&c->came) > i || atomic_read(&c->shut),
					   msecs_to_jiffies(ANSWER_MS));
			if (atomic_read(&c->came) <= i && !atomic_read(&c->shut))
				atomic_inc(&lost);
		}
		client_close(c);
		atomic_inc(&spins);
	}
	return 0;
}

static void case_spin(void)
{
	atomic_set(&spins, 0);
	atomic_set(&lost, 0);
	for (int i = 0; i < SPINNERS; i++) {
		struct task_struct *task = kthread_run(spin, &spinner_clients[i], "consumer/%d", i);

		spinners[i] = EXPECT(!IS_ERR(task)) ? task : NULL;
	}
}

static void case_spin_stop(void)
{
	for (int i = 0; i < SPINNERS; i++) {
		if (spinners[i])
			kthread_stop(spinners[i]);
		spinners[i] = NULL;
	}
	EXPECT(atomic_read(&spins) > SPINNERS);
	EXPECT_EQ(atomic_read(&lost), 0);
}

/* The watcher: a user of ipmi0 as long as that is there, which asks at once. */
static atomic_t told_new, told_gone;
static bool watching, attached;

static void new_smi(int number, struct device *dev)
{
	atomic_inc(&told_new);
	if (number || attached)
		return;
	EXPECT(dev);
	EXPECT_EQ(client_open_on(&watched, number), 0);
	attached = watched.user;
	if (!attached)
		return;
	EXPECT_EQ(ask(&watched, 5), 0);
	ANSWERED(&watched, 5);
}

static void smi_gone(int number)
{
	atomic_inc(&told_gone);
	if (number || !attached)
		return;
	client_close(&watched);
	attached = false;
}

static struct ipmi_smi_watcher watcher = {
	.owner = THIS_MODULE,
	.new_smi = new_smi,
	.smi_gone = smi_gone,
};

static void stop_watching(void)
{
	if (watching)
		ipmi_smi_watcher_unregister(&watcher);
	watching = false;
	if (attached)
		client_close(&watched);
	attached = false;
}

/* Interfaces that are there already are told before this returns. */
static void case_watch(void)
{
	atomic_set(&told_new, 0);
	atomic_set(&told_gone, 0);
	EXPECT_EQ(ipmi_smi_watcher_register(&watcher), 0);
	watching = true;
	EXPECT_EQ(atomic_read(&told_new), 1);
	EXPECT(attached);
}

/* None is there: nothing is told. */
static void case_watch_nothing(void)
{
	atomic_set(&told_new, 0);
	atomic_set(&told_gone, 0);
	EXPECT_EQ(ipmi_smi_watcher_register(&watcher), 0);
	watching = true;
	EXPECT_EQ(atomic_read(&told_new), 0);
}

static void case_is_gone(void)
{
	EXPECT_EQ(atomic_read(&told_gone), 1);
	EXPECT(!attached);
	atomic_set(&told_gone, 0);
	atomic_set(&told_new, 0);
}

static void case_is_back(void)
{
	EXPECT(comes_to(&told_new, 1));
	EXPECT(attached);
	if (!attached)
		return;
	EXPECT_EQ(ask(&watched, 6), 0);
	ANSWERED(&watched, 6);
}

static void case_unwatch(void)
{
	stop_watching();
	EXPECT_EQ(atomic_read(&told_gone), 0);
}

/* A user whose interface is taken away under it. */
static void case_stay(void)
{
	if (client_open(&clients[0]))
		EXPECT_EQ(ask(&clients[0], 1), 0);
}

static void case_left_behind(void)
{
	struct client *c = &clients[0];

	EXPECT_EQ(atomic_read(&c->shut), 1);
	EXPECT_EQ(ask(c, 2), -ENODEV);
	ANSWERED(c, 1);
	client_close(c);
	EXPECT_EQ(atomic_read(&c->shut), 1);
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{ "request", case_request },
	{ "refusals", case_refusals },
	{ "supplied", case_supplied },
	{ "contexts", case_contexts },
	{ "chain", case_chain },
	{ "poll", case_poll },
	{ "info", case_info },
	{ "addresses", case_addresses },
	{ "maintenance", case_maintenance },
	{ "registrations", case_registrations },
	{ "events", case_events },
	{ "commands", case_commands },
	{ "leave", case_leave },
	{ "keep", case_keep },
	{ "spin", case_spin },
	{ "spin-stop", case_spin_stop },
	{ "watch", case_watch },
	{ "watch-nothing", case_watch_nothing },
	{ "is-gone", case_is_gone },
	{ "is-back", case_is_back },
	{ "unwatch", case_unwatch },
	{ "stay", case_stay },
	{ "left-behind", case_left_behind },
};

static ssize_t run_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	char name[32] = "";

	if (count >= sizeof(name) || copy_from_user(name, buf, count))
		return -EINVAL;
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		if (strcmp(strim(name), cases[i].name))
			continue;
		mutex_lock(&run_lock);
		said_len = 0;
		memset(said, 0, sizeof(said));
		cases[i].run();
		mutex_unlock(&run_lock);
		return count;
	}
	return -ENOENT;
}

static const struct file_operations run_fops = {
	.owner = THIS_MODULE,
	.write = run_write,
};

static ssize_t said_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	return simple_read_from_buffer(buf, count, pos, said, said_len);
}

static const struct file_operations said_fops = {
	.owner = THIS_MODULE,
	.read = said_read,
};

static int __init consumer_init(void)
{
	folder = debugfs_create_dir("ipmi_consumer", NULL);
	debugfs_create_file("run", 0200, folder, NULL, &run_fops);
	debugfs_create_file("said", 0400, folder, NULL, &said_fops);
	return 0;
}

static void __exit consumer_exit(void)
{
	debugfs_remove(folder);
	stop_watching();
}

module_init(consumer_init);
module_exit(consumer_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A consumer of the IPMI message handler, for its tests");
