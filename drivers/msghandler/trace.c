// SPDX-License-Identifier: GPL-2.0-only
/*
 * The trace events of trace.h: their code, and what they say of each kind of message.
 *
 * Where a message passes on its usual way, the caller asks first if anybody traces:
 * what is here is not for free. Drops are rare, so they just call.
 */
#include <linux/once.h>
#include <linux/random.h>
#include <linux/siphash.h>

#include "msghandler.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/**
 * ipmi_core_trace_id() - what a message is called in traces
 * @message: its address, which is nobody's business, or NULL
 *
 * %p would be of no use before the kernel has gathered randomness.
 *
 * Context: any.
 * Return: a number, 0 for NULL.
 */
u32 ipmi_core_trace_id(const void *message)
{
	static siphash_key_t key;

	if (!message)
		return 0;
	get_random_once(&key, sizeof(key));
	return siphash_1u64((unsigned long)message, &key);
}
EXPORT_SYMBOL_GPL(ipmi_core_trace_id);

/* Where the command is: IPMB direct has its addresses before it. */
static unsigned int cmd_at(const struct ipmi_smi_msg *smi)
{
	return smi->type == IPMI_SMI_MSG_TYPE_IPMB_DIRECT ? 3 : 1;
}

static u16 bytes_after(unsigned int at, int size)
{
	return max_t(int, size - (int)at - 1, 0);
}

/* The user's half of a request. One that is bridged waits in the sequence table. */
static void name_smi(struct ipmi_smi *intf, const struct ipmi_smi_msg *smi,
		     struct trace_about *what)
{
	const struct ipmi_recv_msg *recv;

	guard(spinlock_irqsave)(&intf->lock);
	/* Under the lock: it may lose its owner, whose time is over. */
	recv = ipmi_smi_msg_owner(smi);
	if (!recv)
		recv = seq_owner(&intf->seq, smi->msgid);
	what->id = recv ?: (const void *)smi;
	what->msgid = recv ? recv->msgid : 0;
}

void trace_send(struct ipmi_smi *intf, const struct ipmi_smi_msg *smi)
{
	unsigned int at = cmd_at(smi);
	struct trace_about what = {
		.netfn = smi->data[0] >> 2,
		.cmd = smi->data[at],
		.len = bytes_after(at, smi->data_size),
		.bytes = smi->data,
		.nr_bytes = clamp_t(int, smi->data_size, 0, sizeof(smi->data)),
	};

	name_smi(intf, smi, &what);
	trace_ipmi_send(intf, &what, smi->msgid);
}

static struct trace_about about_answer(struct ipmi_smi *intf, const struct ipmi_smi_msg *smi)
{
	unsigned int at = cmd_at(smi);
	struct trace_about what = {
		.netfn = smi->rsp[0] >> 2,
		.cmd = smi->rsp[at],
		.len = bytes_after(at, smi->rsp_size),
		.cc = -1,
		.bytes = smi->rsp,
		.nr_bytes = clamp_t(int, smi->rsp_size, 0, sizeof(smi->rsp)),
	};

	if (what.len)
		what.cc = smi->rsp[at + 1];
	name_smi(intf, smi, &what);
	return what;
}

void trace_receive(struct ipmi_smi *intf, const struct ipmi_smi_msg *smi)
{
	struct trace_about what = about_answer(intf, smi);

	trace_ipmi_receive(intf, &what, smi->msgid);
}

/**
 * drop_smi() - tell that an answer goes to nobody
 * @intf: the interface
 * @smi: what the transport has returned; it stays the caller's
 * @reason: why
 */
void drop_smi(struct ipmi_smi *intf, const struct ipmi_smi_msg *smi, enum ipmi_drop reason)
{
	struct trace_about what = about_answer(intf, smi);

	trace_ipmi_drop(intf, NULL, &what, reason);
}

static struct trace_about about_recv(const struct ipmi_recv_msg *recv)
{
	struct trace_about what = {
		.id = recv,
		.msgid = recv->msgid,
		.netfn = recv->msg.netfn,
		.cmd = recv->msg.cmd,
		.len = recv->msg.data_len,
		.cc = -1,
		.bytes = recv->msg.data,
		.nr_bytes = TRACE_LEN(recv->msg.data, recv->msg.data_len),
	};

	if (recv->msg.data_len && (recv->recv_type == IPMI_RESPONSE_RECV_TYPE ||
				   recv->recv_type == IPMI_RESPONSE_RESPONSE_TYPE))
		what.cc = recv->msg.data[0];
	return what;
}

void trace_deliver(const struct ipmi_recv_msg *recv)
{
	struct trace_about what = about_recv(recv);

	trace_ipmi_deliver(recv->user, &what, recv->recv_type);
}

/**
 * drop_recv() - tell that a user's message is freed instead of delivered
 * @recv: the message; it stays the caller's
 * @reason: why
 */
void drop_recv(const struct ipmi_recv_msg *recv, enum ipmi_drop reason)
{
	struct trace_about what = about_recv(recv);

	trace_ipmi_drop(recv->user->intf, recv->user, &what, reason);
}

/**
 * drop_message() - tell that what came from afar goes to nobody
 * @intf: the interface
 * @user: who should have got it, NULL = nobody is known
 * @msg: what came, decoded
 * @reason: why
 */
void drop_message(const struct ipmi_smi *intf, const struct ipmi_user *user,
		  const struct codec_message *msg, enum ipmi_drop reason)
{
	struct trace_about what = {
		.msgid = msg->seq,
		.netfn = msg->netfn,
		.cmd = msg->cmd,
		.len = msg->len,
		.cc = msg->netfn & 1 && msg->len ? msg->data[0] : -1,
	};

	trace_ipmi_drop(intf, user, &what, reason);
}

/**
 * drop_async() - tell that what the BMC had for us goes to nobody
 * @intf: the interface
 * @user: who should have got it, NULL = nobody is known
 * @cmd: how it was fetched: Read Event Message Buffer or Get Message
 * @len: bytes of it
 * @reason: why
 */
void drop_async(const struct ipmi_smi *intf, const struct ipmi_user *user, u8 cmd, u16 len,
		enum ipmi_drop reason)
{
	struct trace_about what = {
		.netfn = IPMI_NETFN_APP_RESPONSE,
		.cmd = cmd,
		.len = len,
		.cc = -1,
	};

	trace_ipmi_drop(intf, user, &what, reason);
}
