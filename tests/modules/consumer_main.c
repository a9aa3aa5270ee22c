// SPDX-License-Identifier: GPL-2.0-only
/*
 * A consumer of the message handler in the kernel, for tests only: it uses all of what
 * linux/ipmi.h offers, in each context it may be used in, and nothing else, so it loads on the
 * kernel's own message handler too.
 *
 * tests/vm/core/consumer.c writes the name of a case to ipmi_consumer/run in debugfs; what did
 * not hold is then in ipmi_consumer/said, a line each. One case at a time, under run_lock.
 */
#include <linux/completion.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/timer.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>

#include "consumer.h"
#include "consumer_wire.h"

#define FLIGHT		40

static DEFINE_MUTEX(run_lock);
static struct dentry *folder;

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
	EXPECT_EQ(client_open_on(c, 77), -EINVAL);
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

static const struct consumer_case cases[] = {
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
	{},
};

static const struct consumer_case *const all_cases[] = {
	cases, queue_cases, events_cases, identity_cases, bridge_cases, panic_cases,
	run_cases, again_cases,
};

static const struct consumer_case *find(const char *name)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(all_cases); i++)
		for (const struct consumer_case *c = all_cases[i]; c->name; c++)
			if (!strcmp(name, c->name))
				return c;
	return NULL;
}

static ssize_t run_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	const struct consumer_case *c;
	char name[32] = "";

	if (count >= sizeof(name) || copy_from_user(name, buf, count))
		return -EINVAL;
	c = find(strim(name));
	if (!c)
		return -ENOENT;
	mutex_lock(&run_lock);
	say_nothing();
	c->run();
	mutex_unlock(&run_lock);
	return count;
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
