// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests on their way in: allocation, encoding, submission.
 *
 * Called by clients through the kernel's own API. No lock is taken but that of
 * the queue in intf_submit(), so a send never waits for the BMC.
 */
#include <linux/slab.h>

#include <ipmi/core.h>

#include "msghandler.h"
#include "trace.h"

/**
 * struct message - both halves of a request in one allocation
 * @smi: what goes to the transport
 * @recv: what comes back to the client
 * @halves: which of them are still in use, counted
 */
struct message {
	struct ipmi_smi_msg smi;
	struct ipmi_recv_msg recv;
	atomic_t halves;
};

/**
 * request_gfp() - how the caller's context allows memory to be found
 *
 * This kernel's API may promise any context; a caller that can sleep gets the
 * better allocation.
 *
 * Return: GFP_KERNEL or GFP_ATOMIC.
 */
gfp_t request_gfp(void)
{
	return preemptible() && !rcu_preempt_depth() ? GFP_KERNEL : GFP_ATOMIC;
}

static void message_put(struct message *m)
{
	if (atomic_dec_and_test(&m->halves))
		kfree(m);
}

static void message_smi_done(struct ipmi_smi_msg *smi)
{
	message_put(container_of(smi, struct message, smi));
}

static void message_recv_done(struct ipmi_recv_msg *recv)
{
	message_put(container_of(recv, struct message, recv));
}

static void smi_msg_done(struct ipmi_smi_msg *smi)
{
	kfree(smi);
}

static void recv_msg_done(struct ipmi_recv_msg *recv)
{
	kfree(recv);
}

static void smi_msg_init(struct ipmi_smi_msg *smi, void (*done)(struct ipmi_smi_msg *))
{
	smi->type = IPMI_SMI_MSG_TYPE_NORMAL;
	smi->msgid = 0;
	ipmi_smi_msg_owner(smi) = NULL;
	smi->data_size = 0;
	smi->rsp_size = 0;
	smi->done = done;
}

static void recv_msg_init(struct ipmi_recv_msg *recv, struct ipmi_user *user)
{
	recv->user = user;
	recv->recv_type = 0;
	recv->msgid = 0;
	recv->user_msg_data = NULL;
	memset(&recv->addr, 0, sizeof(recv->addr));
	memset(&recv->msg, 0, sizeof(recv->msg));
}

/**
 * ipmi_alloc_smi_msg() - a message for a transport to bring something in
 *
 * Context: any.
 * Return: the message, to be freed with ipmi_free_smi_msg(), or NULL.
 */
struct ipmi_smi_msg *ipmi_alloc_smi_msg(void)
{
	struct ipmi_smi_msg *smi = kmalloc(sizeof(*smi), GFP_ATOMIC);

	if (smi)
		smi_msg_init(smi, smi_msg_done);
	return smi;
}
EXPORT_SYMBOL(ipmi_alloc_smi_msg);

/* One more message for a user; it counts against the limit if @limited. */
static int user_charge(struct ipmi_user *user, bool limited)
{
	kref_get(&user->refcount);
	if (user->internal)
		return 0;
	if (atomic_inc_return(&user->nr_msgs) > READ_ONCE(ipmi_max_msgs_per_user) && limited) {
		atomic_dec(&user->nr_msgs);
		user_put(user);
		return -EBUSY;
	}
	atomic_inc(&user->intf->nr_msgs);
	return 0;
}

static void user_uncharge(struct ipmi_user *user)
{
	if (!user->internal) {
		atomic_dec(&user->nr_msgs);
		atomic_dec(&user->intf->nr_msgs);
	}
	user_put(user);
}

/**
 * recv_msg_alloc() - a message for a user that did not ask for it
 * @user: who gets it; a reference is taken
 *
 * Events, commands: they count against the user's limit, so that one who does
 * not read costs itself messages and others nothing.
 *
 * Context: process.
 * Return: the message or an ERR_PTR: -EBUSY, -ENOMEM.
 */
struct ipmi_recv_msg *recv_msg_alloc(struct ipmi_user *user)
{
	struct ipmi_recv_msg *recv;
	int rv;

	rv = user_charge(user, true);
	if (rv)
		return ERR_PTR(rv);
	recv = kmalloc(sizeof(*recv), GFP_KERNEL);
	if (!recv) {
		user_uncharge(user);
		return ERR_PTR(-ENOMEM);
	}
	recv_msg_init(recv, user);
	recv->done = recv_msg_done;
	return recv;
}

/**
 * ipmi_free_recv_msg() - a client is done with a message
 * @msg: what its receive callback got
 *
 * Context: any.
 */
void ipmi_free_recv_msg(struct ipmi_recv_msg *msg)
{
	struct ipmi_user *user = msg->user;

	msg->done(msg);
	if (user)
		user_uncharge(user);
}
EXPORT_SYMBOL(ipmi_free_recv_msg);

/* Both halves, from the caller or from one allocation. */
static int message_get(const struct ipmi_request *rq, struct ipmi_smi_msg **smi,
		       struct ipmi_recv_msg **recv)
{
	struct message *m;
	int rv;

	rv = user_charge(rq->user, !rq->recv);
	if (rv)
		return rv;

	if (rq->recv) {
		*smi = rq->smi;
		*recv = rq->recv;
		smi_msg_init(*smi, (*smi)->done);
	} else {
		m = kmalloc(sizeof(*m), request_gfp());
		if (!m) {
			user_uncharge(rq->user);
			return -ENOMEM;
		}
		atomic_set(&m->halves, 2);
		*smi = &m->smi;
		*recv = &m->recv;
		smi_msg_init(*smi, message_smi_done);
		(*recv)->done = message_recv_done;
	}
	recv_msg_init(*recv, rq->user);
	return 0;
}

/* A send that failed: the caller's buffers stay the caller's. */
static void message_unget(const struct ipmi_request *rq, struct ipmi_smi_msg *smi,
			  struct ipmi_recv_msg *recv)
{
	if (!rq->recv) {
		smi->done(smi);
		recv->done(recv);
	}
	user_uncharge(rq->user);
}

/* The broadcast form is for the wire; a channel beyond the last is none. */
static struct ipmi_channel *channel_of(struct ipmi_smi *intf, const struct ipmi_addr *addr)
{
	if (addr->channel < 0 || addr->channel >= IPMI_NUM_CHANNELS)
		return &intf->channels[0];
	return &intf->channels[addr->channel];
}

/* Straight to a neighbour on the IPMB, where the transport is one itself. */
static int encode_direct(const struct ipmi_request *rq, struct codec_request *crq,
			 struct ipmi_smi_msg *smi, struct ipmi_recv_msg *recv)
{
	const struct ipmi_smi_handlers *handlers = READ_ONCE(rq->user->intf->handlers);
	int rv;

	if (!handlers)
		return -ENODEV;
	if (!(handlers->flags & IPMI_SMI_CAN_HANDLE_IPMB_DIRECT))
		return -EAFNOSUPPORT;
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
	struct ipmi_channel *chan = channel_of(rq->user->intf, &recv->addr);
	struct codec_request crq = {
		.addr = &recv->addr,
		.netfn = rq->msg->netfn,
		.cmd = rq->msg->cmd,
		.data = rq->msg->data,
		.len = rq->msg->data_len,
		.my_addr = READ_ONCE(chan->address),
		.my_lun = READ_ONCE(chan->lun),
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

/**
 * request_send() - send one request
 * @rq: all there is to know of it
 *
 * Context: any; see request_gfp().
 * Return: 0 and the answer comes through the user's receive callback, or an
 * errno and nothing will come: -ENODEV, -EBUSY, -ENOMEM, -EINVAL, -EMSGSIZE,
 * -EAFNOSUPPORT, -EAGAIN.
 */
int request_send(const struct ipmi_request *rq)
{
	struct ipmi_smi_msg *smi;
	struct ipmi_recv_msg *recv;
	int rv;

	if (!READ_ONCE(rq->user->alive))
		return -ENODEV;
	rv = message_get(rq, &smi, &recv);
	if (rv) {
		count_refused(rq->user->intf, rv);
		trace_ipmi_request(rq, NULL, rv);
		return rv;
	}

	recv->msgid = rq->msgid;
	/* The caller's address may be no longer than its type needs. */
	memcpy(&recv->addr, rq->addr, codec_addr_length(rq->addr->addr_type));
	recv->user_msg_data = rq->user_msg_data;
	rv = encode(rq, smi, recv);
	if (rv) {
		count_refused(rq->user->intf, rv);
		goto err;
	}
	trace_ipmi_request(rq, recv, 0);
	rv = intf_submit(rq->user->intf, smi, rq->priority > 0, rq->run);
	if (!rv)
		return 0;
	/* The interface went off. If it has ended the request already, that is that. */
	if (!bridge_undo(rq->user->intf, smi)) {
		smi->done(smi);
		return 0;
	}
err:
	trace_ipmi_request(rq, recv, rv);
	message_unget(rq, smi, recv);
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
 * Context: any on kernels before 7.0, else process.
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
 * @supplied_smi: a struct ipmi_smi_msg whose done() is called when it is free
 * @supplied_recv: likewise, freed through ipmi_free_recv_msg()
 * @priority: > 0 goes before what is queued without
 *
 * Nothing is allocated and the user's limit does not apply, though it counts.
 *
 * Context: see ipmi_request_settime().
 * Return: see request_send(); after an error both buffers are the caller's and
 * no done() is called.
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
	};

	return user ? request_send(&rq) : -EINVAL;
}
EXPORT_SYMBOL(ipmi_request_supply_msgs);

/**
 * ipmi_core_request() - send a request, and run the interface here if it is idle
 * @user: who sends
 * @addr: to whom, as checked by ipmi_validate_addr()
 * @msgid: comes back with the answer
 * @msg: what; the data is copied
 * @max_retries: of bridged messages, negative = the module's default
 * @retry_time_ms: of bridged messages, 0 = the module's default
 *
 * As ipmi_request_settime(), but the caller may find itself the runner: receive
 * callbacks, its own and others', may run before this returns, so it must hold
 * no lock that one of them takes. A fast BMC has then answered already, and no
 * thread was woken. It never waits for a slow one.
 *
 * Context: process, may sleep.
 * Return: see request_send().
 */
int ipmi_core_request(struct ipmi_user *user, struct ipmi_addr *addr, long msgid,
		      struct kernel_ipmi_msg *msg, int max_retries, unsigned int retry_time_ms)
{
	struct ipmi_request rq = {
		.user = user,
		.addr = addr,
		.msgid = msgid,
		.msg = msg,
		.retries = max_retries,
		.retry_ms = retry_time_ms,
		.run = true,
	};

	return request_send(&rq);
}
EXPORT_SYMBOL_GPL(ipmi_core_request);
