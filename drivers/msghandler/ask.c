// SPDX-License-Identifier: GPL-2.0-only
/*
 * The core's own questions: a request whose caller waits for the answer, for a bounded time.
 *
 * Called by identify.c from process context with no lock held, and by clients through
 * ipmi_core_ask(). The core is a user of its own interface, so its questions are queued,
 * sent and answered as those of any other user.
 */
#include <linux/bitops.h>
#include <linux/completion.h>
#include <linux/slab.h>

#include <ipmi/core.h>

#include "msghandler.h"

/**
 * struct question - a question with all that its way takes
 * @refs: its asker, and the two halves of its message, which may come back after nobody
 *	waits any more
 * @answered: the answer is there
 * @owner: the client whose reserve it is, held while it is used; NULL = it was allocated
 * @used: it is, bit 0
 * @smi: the half for the transport
 * @recv: the half with the answer
 */
struct question {
	atomic_t refs;
	struct completion answered;
	struct ipmi_user *owner;
	unsigned long used;
	struct ipmi_smi_msg smi;
	struct ipmi_recv_msg recv;
};

static void question_put(struct question *q)
{
	struct ipmi_user *owner = q->owner;

	if (!atomic_dec_and_test(&q->refs))
		return;
	if (!owner) {
		kfree(q);
		return;
	}
	clear_bit_unlock(0, &q->used);
	user_put(owner);
}

static void question_smi_done(struct ipmi_smi_msg *smi)
{
	question_put(container_of(smi, struct question, smi));
}

static void question_recv_done(struct ipmi_recv_msg *recv)
{
	question_put(container_of(recv, struct question, recv));
}

/* The reserve of @client if it is free; without a client, or a reserve, what memory there is. */
static struct question *question_get(struct ipmi_user *client)
{
	struct question *q = client ? client->reserve : NULL;

	if (q && !test_and_set_bit_lock(0, &q->used)) {
		kref_get(&client->refcount);
	} else {
		q = kmalloc(sizeof(*q), GFP_KERNEL);
		if (!q)
			return NULL;
		q->owner = NULL;
	}
	atomic_set(&q->refs, 3);
	init_completion(&q->answered);
	q->smi.done = question_smi_done;
	q->recv.done = question_recv_done;
	return q;
}

static void ask_recv(struct ipmi_recv_msg *recv, void *data)
{
	struct question *q = recv->user_msg_data;

	/* panic.c asks without one: it looks at the message as it is freed. */
	if (!q) {
		ipmi_free_recv_msg(recv);
		return;
	}
	complete(&q->answered);
	/* The asker reads the answer in the message, which it holds. */
	ipmi_free_recv_msg(recv);
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
	self->atomic = true;
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
static int question_ask(struct ipmi_smi *intf, struct ipmi_user *client,
			const struct kernel_ipmi_msg *msg, int priority, unsigned int state,
			unsigned int ms, u8 *rsp, int cap)
{
	struct ipmi_addr addr;
	struct ipmi_request rq = {
		.addr = &addr,
		.msg = msg,
		.priority = priority,
		.run = true,
	};
	struct question *q;
	long left;
	int rv;

	rq.user = self_get(intf);
	if (!rq.user)
		return -ENODEV;
	q = question_get(client);
	if (!q) {
		user_put(rq.user);
		return -ENOMEM;
	}

	deliver_set_si_addr(&addr, 0);
	rq.user_msg_data = q;
	rq.smi = &q->smi;
	rq.recv = &q->recv;
	rv = request_send(&rq);
	user_put(rq.user);
	if (rv) {
		/* The halves are still ours. */
		question_put(q);
		question_put(q);
		goto out;
	}
	if (state == TASK_KILLABLE)
		left = wait_for_completion_killable_timeout(&q->answered, msecs_to_jiffies(ms));
	else
		left = wait_for_completion_timeout(&q->answered, msecs_to_jiffies(ms));
	if (left <= 0) {
		rv = left ? -EINTR : -ETIMEDOUT;
	} else {
		rv = min_t(int, q->recv.msg.data_len, cap);
		memcpy(rsp, q->recv.msg.data, rv);
		rv = rv ?: -EIO;
	}
out:
	question_put(q);
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

	return question_ask(intf, NULL, &msg, 0, TASK_UNINTERRUPTIBLE, ASK_TIMEOUT_MS, rsp, cap);
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
	return question_ask(user->intf, user, msg, 1, TASK_KILLABLE, ms, rsp, cap);
}
EXPORT_SYMBOL_GPL(ipmi_core_ask);

/**
 * ipmi_core_reserve() - have a client's next question find memory whatever happens
 * @user: the client, which asks one question at a time
 *
 * Its questions by ipmi_core_ask() then allocate nothing, but for one that is asked while the
 * answer to an earlier one, for which nobody waits any more, is still to come.
 *
 * Context: process, sleeps; once, before the first question.
 * Return: 0, -ENOMEM.
 */
int ipmi_core_reserve(struct ipmi_user *user)
{
	struct question *q = kzalloc(sizeof(*q), GFP_KERNEL);

	if (!q)
		return -ENOMEM;
	q->owner = user;
	user->reserve = q;
	return 0;
}
EXPORT_SYMBOL_GPL(ipmi_core_reserve);
