// SPDX-License-Identifier: GPL-2.0-only
/*
 * The core's own questions: straight, bounded question and answer.
 *
 * Called by bmc.c (and panic.c) from process context with no lock held. The core
 * is a user of its own interface, so its questions take everybody's road.
 */
#include <linux/completion.h>
#include <linux/slab.h>

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
	struct ipmi_system_interface_addr si = {
		.addr_type = IPMI_SYSTEM_INTERFACE_ADDR_TYPE,
		.channel = IPMI_BMC_CHANNEL,
	};
	struct ipmi_addr addr = {};
	struct kernel_ipmi_msg msg = {
		.netfn = netfn,
		.cmd = cmd,
		.data = (u8 *)data,
		.data_len = len,
	};
	struct question *q;
	struct ipmi_request rq = {
		.addr = &addr,
		.msg = &msg,
	};
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

	memcpy(&addr, &si, sizeof(si));
	rq.user_msg_data = q;
	kref_get(&q->refcount);
	rv = request_send(&rq);
	user_put(rq.user);
	if (rv) {
		kref_put(&q->refcount, question_free);
	} else if (!wait_for_completion_timeout(&q->answered, msecs_to_jiffies(ASK_TIMEOUT_MS))) {
		rv = -ETIMEDOUT;
	} else {
		rv = min(q->len, cap);
		memcpy(rsp, q->rsp, rv);
		rv = rv ?: -EIO;
	}
	kref_put(&q->refcount, question_free);
	return rv;
}
