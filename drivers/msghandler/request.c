// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests on their way in: encoding and submission.
 *
 * Called by clients through the kernel's own API. A send never waits for the BMC: no lock is
 * taken but that of the queue, and, by a client that lets the interface run in its context,
 * intf->run for one burst.
 */
#include <linux/nospec.h>

#include <ipmi/core.h>

#include "msghandler.h"
#include "trace.h"

/* The broadcast form is for the wire; a channel beyond the last is none. */
static unsigned int channel_of(const struct ipmi_addr *addr)
{
	if (addr->channel < 0 || addr->channel >= IPMI_NUM_CHANNELS)
		return 0;
	return array_index_nospec(addr->channel, IPMI_NUM_CHANNELS);
}

/* The transport's module may go as soon as its handlers are off. */
static int check_direct(struct ipmi_smi *intf)
{
	const struct ipmi_smi_handlers *handlers;

	guard(spinlock_irqsave)(&intf->lock);
	handlers = intf->handlers;
	if (!handlers)
		return -ENODEV;
	if (!(handlers->flags & IPMI_SMI_CAN_HANDLE_IPMB_DIRECT))
		return -EAFNOSUPPORT;
	return 0;
}

/* Straight to a neighbour on the IPMB, where the transport is one itself. */
static int encode_direct(const struct ipmi_request *rq, struct codec_request *crq,
			 struct ipmi_smi_msg *smi, struct ipmi_recv_msg *recv)
{
	int rv;

	rv = check_direct(rq->user->intf);
	if (rv)
		return rv;
	crq->seq = rq->msgid & (SEQ_SLOTS - 1);
	rv = codec_encode(crq, smi->data, sizeof(smi->data));
	if (rv < 0)
		return rv;
	smi->data_size = rv;
	smi->type = IPMI_SMI_MSG_TYPE_IPMB_DIRECT;
	smi->msgid = rq->msgid;
	recv->msg.netfn = rq->msg->netfn | 1;
	recv->msg.cmd = rq->msg->cmd;
	recv->recv_type = rq->msg->netfn & 1 ? IPMI_RESPONSE_RESPONSE_TYPE :
					       IPMI_RESPONSE_RECV_TYPE;
	stat_inc(rq->user->intf, rq->msg->netfn & 1 ? STAT_SENT_IPMB_RESPONSES :
						      STAT_SENT_IPMB_COMMANDS);
	ipmi_smi_msg_owner(smi) = recv;
	return 0;
}

static int encode(const struct ipmi_request *rq, struct ipmi_smi_msg *smi,
		  struct ipmi_recv_msg *recv)
{
	unsigned int chan = channel_of(&recv->addr);
	struct codec_request crq = {
		.addr = &recv->addr,
		.netfn = rq->msg->netfn,
		.cmd = rq->msg->cmd,
		.data = rq->msg->data,
		.len = rq->msg->data_len,
		.my_addr = address_of(rq->user, chan),
		.my_lun = address_lun_of(rq->user, chan),
	};
	int rv;

	switch (recv->addr.addr_type) {
	case IPMI_SYSTEM_INTERFACE_ADDR_TYPE:
		break;
	case IPMI_IPMB_DIRECT_ADDR_TYPE:
		return encode_direct(rq, &crq, smi, recv);
	default:
		return bridge_encode(rq, &crq, smi, recv);
	}
	rv = codec_encode(&crq, smi->data, sizeof(smi->data));
	if (rv < 0)
		return rv;
	smi->data_size = rv;
	smi->msgid = rq->msgid;
	ipmi_smi_msg_owner(smi) = recv;
	maintenance_trigger(rq->user->intf, rq->msg);
	stat_inc(rq->user->intf, STAT_SENT_LOCAL_COMMANDS);
	return 0;
}

static void count_refused(struct ipmi_smi *intf, int error)
{
	switch (error) {
	case -EBUSY:
		stat_inc(intf, STAT_REFUSED_REQUESTS);
		break;
	case -EPERM:
		stat_inc(intf, STAT_REFUSED_PRIVILEGE);
		break;
	case -EAGAIN:
		stat_inc(intf, STAT_REFUSED_BRIDGED);
		break;
	case -ENODEV:
	case -ENOMEM:
		break;
	default:
		stat_inc(intf, STAT_SENT_INVALID_COMMANDS);
		break;
	}
}

static int submit(const struct ipmi_request *rq, struct ipmi_smi_msg *smi,
		  struct ipmi_recv_msg *recv, bool *idle)
{
	unsigned int ms = 0;

	if (rq->bounded && rq->retry_ms && recv->addr.addr_type == IPMI_SYSTEM_INTERFACE_ADDR_TYPE)
		ms = bridge_patience_ms(rq);
	return queue_submit_request(rq->user->intf, smi, recv, rq->priority > 0, ms, idle);
}

/**
 * request_send() - send one request
 * @rq: all there is to know of it
 *
 * Context: any; as @rq->gfp and @rq->run say.
 * Return: 0 and the answer comes through the user's receive callback, or an
 * errno and nothing will come: -ENODEV, -EPERM, -EBUSY, -ENOMEM, -EINVAL, -EMSGSIZE,
 * -EAFNOSUPPORT, -EAGAIN.
 */
int request_send(const struct ipmi_request *rq)
{
	struct ipmi_smi *intf = rq->user->intf;
	struct ipmi_smi_msg *smi;
	struct ipmi_recv_msg *recv;
	bool idle = false;
	int rv;

	if (!READ_ONCE(rq->user->alive))
		return -ENODEV;
	rv = access_request(rq);
	if (!rv)
		rv = msg_get(rq, &smi, &recv);
	if (rv) {
		count_refused(intf, rv);
		trace_ipmi_request(rq, NULL, rv);
		return rv;
	}

	recv->msgid = rq->msgid;
	/* The caller's address may be no longer than its type needs. */
	memcpy(&recv->addr, rq->addr, codec_addr_length(rq->addr->addr_type));
	recv->user_msg_data = rq->user_msg_data;
	rv = encode(rq, smi, recv);
	if (rv) {
		count_refused(intf, rv);
		goto err;
	}
	trace_ipmi_request(rq, recv, 0);
	rv = submit(rq, smi, recv, rq->run ? &idle : NULL);
	if (!rv) {
		/* The user holds the interface, which a message that has ended does no more. */
		if (idle)
			run_here(intf);
		return 0;
	}
	/* The interface went off. If it has ended the request already, that is that. */
	if (!bridge_undo(intf, smi)) {
		scoped_guard(spinlock_irqsave, &intf->lock)
			meter_begin_locked(intf);
		smi->done(smi);
		return 0;
	}
err:
	trace_ipmi_request(rq, recv, rv);
	msg_unget(rq, smi, recv);
	return rv;
}

/**
 * ipmi_request_settime() - send a request
 * @user: who sends
 * @addr: to whom, as checked by ipmi_validate_addr()
 * @msgid: comes back with the answer
 * @msg: what; the data is copied
 * @user_msg_data: comes back with the answer
 * @priority: > 0 goes before what is queued without
 * @max_retries: of bridged messages, negative = the module's default
 * @retry_time_ms: of bridged messages, 0 = the module's default
 *
 * Context: any.
 * Return: see request_send().
 */
int ipmi_request_settime(struct ipmi_user *user, struct ipmi_addr *addr, long msgid,
			 struct kernel_ipmi_msg *msg, void *user_msg_data, int priority,
			 int max_retries, unsigned int retry_time_ms)
{
	struct ipmi_request rq = {
		.user = user,
		.addr = addr,
		.msgid = msgid,
		.msg = msg,
		.user_msg_data = user_msg_data,
		.priority = priority,
		.retries = max_retries,
		.retry_ms = retry_time_ms,
		.gfp = GFP_ATOMIC,
	};

	return user ? request_send(&rq) : -EINVAL;
}
EXPORT_SYMBOL(ipmi_request_settime);

/**
 * ipmi_request_supply_msgs() - send a request in the caller's own buffers
 * @user: who sends
 * @addr: to whom
 * @msgid: comes back with the answer
 * @msg: what; the data is copied
 * @user_msg_data: comes back with the answer
 * @supplied_smi: a struct ipmi_smi_msg whose done() is called when it is free, or NULL
 * @supplied_recv: likewise, freed through ipmi_free_recv_msg()
 * @priority: > 0 goes before what is queued without
 *
 * Nothing is allocated but what is not supplied. With @supplied_recv the user's limit does not
 * apply, though it counts.
 *
 * Context: see ipmi_request_settime().
 * Return: see request_send(); after an error what was supplied is the caller's and
 * no done() of it is called.
 */
int ipmi_request_supply_msgs(struct ipmi_user *user, struct ipmi_addr *addr, long msgid,
			     struct kernel_ipmi_msg *msg, void *user_msg_data, void *supplied_smi,
			     struct ipmi_recv_msg *supplied_recv, int priority)
{
	struct ipmi_request rq = {
		.user = user,
		.addr = addr,
		.msgid = msgid,
		.msg = msg,
		.user_msg_data = user_msg_data,
		.priority = priority,
		.retries = -1,
		.smi = supplied_smi,
		.recv = supplied_recv,
		.gfp = GFP_ATOMIC,
	};

	return user ? request_send(&rq) : -EINVAL;
}
EXPORT_SYMBOL(ipmi_request_supply_msgs);

/**
 * ipmi_core_request() - send a request of a task, and run the interface here if it is idle
 * @user: who sends
 * @addr: to whom, as checked by ipmi_validate_addr()
 * @msgid: comes back with the answer
 * @msg: what; the data is copied
 * @max_retries: of bridged messages, negative = the module's default
 * @retry_time_ms: of bridged messages, 0 = the module's default
 * @bounded: a request to the BMC itself ends with C3h when the time of all its tries is over,
 *	if @retry_time_ms is not 0
 *
 * As ipmi_request_settime(), but the caller may find itself the runner for one burst: receive
 * callbacks, its own and others', may run before this returns, so it must hold
 * no lock that one of them takes. A fast BMC has then answered already, and no
 * thread was woken. It never waits for a slow one.
 *
 * Context: process, may sleep for memory, before anything is locked.
 * Return: see request_send().
 */
int ipmi_core_request(struct ipmi_user *user, struct ipmi_addr *addr, long msgid,
		      struct kernel_ipmi_msg *msg, int max_retries, unsigned int retry_time_ms,
		      bool bounded)
{
	struct ipmi_request rq = {
		.user = user,
		.addr = addr,
		.msgid = msgid,
		.msg = msg,
		.retries = max_retries,
		.retry_ms = retry_time_ms,
		.bounded = bounded,
		.gfp = GFP_KERNEL,
		.run = true,
	};

	return request_send(&rq);
}
EXPORT_SYMBOL_GPL(ipmi_core_request);
