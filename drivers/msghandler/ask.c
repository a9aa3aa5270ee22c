// SPDX-License-Identifier: GPL-2.0-only
/*
 * The core's own questions: straight, bounded question and answer.
 *
 * Called by bmc.c (and panic.c) from process context with no lock held, and by
 * clients through ipmi_core_ask(). The core is a user of its own interface, so its
 * questions take everybody's road.
 */
#include <linux/completion.h>
#include <linux/slab.h>

#include <ipmi/core.h>

#include "msghandler.h"

/* An answer may come after nobody waits for it any more: two hold this. */
struct question {
	struct kref refcount;
	struct completion answered;
	int len;
	u8 rsp[IPMI_MAX_MSG_LENGTH];
};

static void question_free(struct kref *ref)
{
	kfree(container_of(ref, struct question, refcount));
}

static void ask_recv(struct ipmi_recv_msg *recv, void *data)
{
	struct question *q = recv->user_msg_data;

	/* panic.c asks without one: it looks at the message as it is freed. */
	if (!q) {
		ipmi_free_recv_msg(recv);
		return;
	}
	q->len = recv->msg.data_len;
	memcpy(q->rsp, recv->msg.data, q->len);
	ipmi_free_recv_msg(recv);
	complete(&q->answered);
	kref_put(&q->refcount, question_free);
}

static const struct ipmi_user_hndl ask_handlers = {
	.ipmi_recv_hndl = ask_recv,
};

/**
 * ask_start() - make it possible to ask
 * @intf: the interface
 *
 * Return: 0, -ENOMEM.
 */
int ask_start(struct ipmi_smi *intf)
{
	struct ipmi_user *self = user_alloc(intf, &ask_handlers, NULL);

	if (!self)
		return -ENOMEM;
	self->internal = true;
	intf->self = self;
	return 0;
}

/**
 * ask_stop() - end it; the transport is off, so nothing is in flight
 * @intf: the interface
 */
void ask_stop(struct ipmi_smi *intf)
{
	struct ipmi_user *self = NULL;

	scoped_guard(spinlock_irqsave, &intf->lock)
		swap(self, intf->self);
	user_put(self);
}

/* A question may be on its way in while the interface ends. */
static struct ipmi_user *self_get(struct ipmi_smi *intf)
{
	guard(spinlock_irqsave)(&intf->lock);
	if (intf->self)
		kref_get(&intf->self->refcount);
	return intf->self;
}

/*
 * One question by the core's own user, and the wait for its answer. A client may
 * be killed while it waits; the core itself finishes what it began.
 */
static int question_ask(struct ipmi_smi *intf, const struct kernel_ipmi_msg *msg, int priority,
			unsigned int state, unsigned int ms, u8 *rsp, int cap)
{
	struct ipmi_addr addr;
	struct question *q;
	struct ipmi_request rq = {
		.addr = &addr,
		.msg = msg,
		.priority = priority,
	};
	long left;
	int rv;

	rq.user = self_get(intf);
	if (!rq.user)
		return -ENODEV;
	q = kzalloc(sizeof(*q), GFP_KERNEL);
	if (!q) {
		user_put(rq.user);
		return -ENOMEM;
	}
	kref_init(&q->refcount);
	init_completion(&q->answered);

	route_set_si_addr(&addr, 0);
	rq.user_msg_data = q;
	kref_get(&q->refcount);
	rv = request_send(&rq);
	user_put(rq.user);
	if (rv) {
		kref_put(&q->refcount, question_free);
		goto out;
	}
	if (state == TASK_KILLABLE)
		left = wait_for_completion_killable_timeout(&q->answered, msecs_to_jiffies(ms));
	else
		left = wait_for_completion_timeout(&q->answered, msecs_to_jiffies(ms));
	if (left <= 0) {
		rv = left ? -EINTR : -ETIMEDOUT;
	} else {
		rv = min(q->len, cap);
		memcpy(rsp, q->rsp, rv);
		rv = rv ?: -EIO;
	}
out:
	kref_put(&q->refcount, question_free);
	return rv;
}

/**
 * ask() - ask the BMC one thing and wait for the answer
 * @intf: the interface
 * @netfn: network function
 * @cmd: command
 * @data: request data
 * @len: bytes of it
 * @rsp: room for the answer, which begins with the completion code
 * @cap: that room
 *
 * Context: process, sleeps at most ASK_TIMEOUT_MS.
 * Return: the length of the answer, at least 1 and at most @cap; -ETIMEDOUT;
 * -EIO for an answer without a completion code; what request_send() returns.
 */
int ask(struct ipmi_smi *intf, u8 netfn, u8 cmd, const u8 *data, u16 len, u8 *rsp, int cap)
{
	struct kernel_ipmi_msg msg = {
		.netfn = netfn,
		.cmd = cmd,
		.data = (u8 *)data,
		.data_len = len,
	};

	return question_ask(intf, &msg, 0, TASK_UNINTERRUPTIBLE, ASK_TIMEOUT_MS, rsp, cap);
}

/**
 * ipmi_core_ask() - a client asks the BMC one thing and waits for the answer
 * @user: the client, at most @ms of whose time this takes
 * @msg: the question, to the BMC itself; it goes before all that has no priority
 * @ms: how long to wait
 * @rsp: room for the answer, which begins with the completion code
 * @cap: that room
 *
 * The question counts against nobody's limit, and the client's receive callback
 * sees nothing of it.
 *
 * Context: process, sleeps.
 * Return: the length of the answer, at least 1 and at most @cap; -ETIMEDOUT;
 * -EINTR if the caller was killed; -EIO for an answer without a completion code;
 * -ENODEV; what request_send() returns.
 */
int ipmi_core_ask(struct ipmi_user *user, const struct kernel_ipmi_msg *msg, unsigned int ms,
		  u8 *rsp, int cap)
{
	if (!READ_ONCE(user->alive))
		return -ENODEV;
	return question_ask(user->intf, msg, 1, TASK_KILLABLE, ms, rsp, cap);
}
EXPORT_SYMBOL_GPL(ipmi_core_ask);
