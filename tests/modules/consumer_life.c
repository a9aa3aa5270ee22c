// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cases of the module consumer: interfaces come and go, and so do watchers and users. Called one
 * at a time under the lock of consumer_main.c; the watcher's callbacks run while others do.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/module.h>

#include "consumer.h"

#define SPINNERS	4

static struct client watched;

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

void case_spin(void)
{
	atomic_set(&spins, 0);
	atomic_set(&lost, 0);
	for (int i = 0; i < SPINNERS; i++) {
		struct task_struct *task = kthread_run(spin, &spinner_clients[i], "consumer/%d", i);

		spinners[i] = EXPECT(!IS_ERR(task)) ? task : NULL;
	}
}

void case_spin_stop(void)
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

void stop_watching(void)
{
	if (watching)
		ipmi_smi_watcher_unregister(&watcher);
	watching = false;
	if (attached)
		client_close(&watched);
	attached = false;
}

/* Interfaces that are there already are told before this returns. */
void case_watch(void)
{
	atomic_set(&told_new, 0);
	atomic_set(&told_gone, 0);
	EXPECT_EQ(ipmi_smi_watcher_register(&watcher), 0);
	watching = true;
	EXPECT_EQ(atomic_read(&told_new), 1);
	EXPECT(attached);
}

/* None is there: nothing is told. */
void case_watch_nothing(void)
{
	atomic_set(&told_new, 0);
	atomic_set(&told_gone, 0);
	EXPECT_EQ(ipmi_smi_watcher_register(&watcher), 0);
	watching = true;
	EXPECT_EQ(atomic_read(&told_new), 0);
}

void case_is_gone(void)
{
	EXPECT_EQ(atomic_read(&told_gone), 1);
	EXPECT(!attached);
	atomic_set(&told_gone, 0);
	atomic_set(&told_new, 0);
}

void case_is_back(void)
{
	EXPECT(comes_to(&told_new, 1));
	EXPECT(attached);
	if (!attached)
		return;
	EXPECT_EQ(ask(&watched, 6), 0);
	ANSWERED(&watched, 6);
}

void case_unwatch(void)
{
	stop_watching();
	EXPECT_EQ(atomic_read(&told_gone), 0);
}

/* A user whose interface is taken away under it. */
void case_stay(void)
{
	if (client_open(&clients[0]))
		EXPECT_EQ(ask(&clients[0], 1), 0);
}

void case_left_behind(void)
{
	struct client *c = &clients[0];
	struct ipmi_recv_msg *msg;

	EXPECT_EQ(atomic_read(&c->shut), 1);
	EXPECT_EQ(ask(c, 2), -ENODEV);
	/* its request was answered before that, or ended by it */
	msg = client_take(c);
	if (EXPECT(msg)) {
		EXPECT_EQ(msg->msgid, 1);
		EXPECT(msg->msg.data_len >= 1);
		ipmi_free_recv_msg(msg);
	}
	client_close(c);
	EXPECT_EQ(atomic_read(&c->shut), 1);
}
