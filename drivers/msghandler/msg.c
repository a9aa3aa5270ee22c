// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages: where their memory comes from, whom they count against, how they end.
 *
 * A request and its answer are one allocation, each half of which is done on its own. Called by
 * request.c on the way down, by deliver.c and its callers on the way up, by transports and
 * clients through the kernel's own API. No lock is taken.
 */
#include <linux/slab.h>

#include "msghandler.h"

/**
 * struct message - both halves of a request in one allocation
 * @smi: what goes to the transport
 * @recv: what comes back to the client
 * @halves: which of them are still in use, counted
 * @time: how long its user waits for the answer, if that has an end
 */
struct message {
	struct ipmi_smi_msg smi;
	struct ipmi_recv_msg recv;
	atomic_t halves;
	struct msg_time time;
};

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
	INIT_LIST_HEAD(&recv->link);
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
 * Context: any.
 * Return: the message or an ERR_PTR: -EBUSY, -ENOMEM.
 */
struct ipmi_recv_msg *recv_msg_alloc(struct ipmi_user *user)
{
	struct ipmi_recv_msg *recv;
	int rv;

	rv = user_charge(user, true);
	if (rv)
		return ERR_PTR(rv);
	recv = kmalloc(sizeof(*recv), GFP_ATOMIC | __GFP_NOWARN);
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

static int alloc_both(const struct ipmi_request *rq, struct ipmi_smi_msg **smi,
		      struct ipmi_recv_msg **recv)
{
	struct message *m = kmalloc(sizeof(*m), rq->gfp);

	if (!m)
		return -ENOMEM;
	atomic_set(&m->halves, 2);
	*smi = &m->smi;
	*recv = &m->recv;
	m->time.smi = &m->smi;
	smi_msg_init(*smi, message_smi_done);
	(*recv)->done = message_recv_done;
	return 0;
}

/* The sender has brought one half or both. */
static int use_supplied(const struct ipmi_request *rq, struct ipmi_smi_msg **smi,
			struct ipmi_recv_msg **recv)
{
	*smi = rq->smi ?: kmalloc(sizeof(**smi), rq->gfp);
	if (!*smi)
		return -ENOMEM;
	/* At most one of them is allocated: if this one is, the other is the sender's. */
	*recv = rq->recv ?: kmalloc(sizeof(**recv), rq->gfp);
	if (!*recv)
		return -ENOMEM;
	smi_msg_init(*smi, rq->smi ? rq->smi->done : smi_msg_done);
	if (!rq->recv)
		(*recv)->done = recv_msg_done;
	return 0;
}

/**
 * msg_get() - both halves of a request: its sender's, and what is missing is allocated
 * @rq: the request; its gfp says how memory may be found
 * @smi: set to the half for the transport
 * @recv: set to the half for the user
 *
 * Context: as @rq->gfp says.
 * Return: 0, -EBUSY at the user's limit, -ENOMEM.
 */
int msg_get(const struct ipmi_request *rq, struct ipmi_smi_msg **smi, struct ipmi_recv_msg **recv)
{
	int rv;

	rv = user_charge(rq->user, !rq->recv);
	if (rv)
		return rv;

	rv = rq->smi || rq->recv ? use_supplied(rq, smi, recv) : alloc_both(rq, smi, recv);
	if (rv) {
		user_uncharge(rq->user);
		return rv;
	}
	recv_msg_init(*recv, rq->user);
	return 0;
}

/**
 * msg_time() - how long the user of a request waits
 * @recv: its half of a request of which it has supplied none
 *
 * Return: where that is kept; it is queue.c's and patience.c's, under intf->lock.
 */
struct msg_time *msg_time(struct ipmi_recv_msg *recv)
{
	return &container_of(recv, struct message, recv)->time;
}

/**
 * msg_unget() - undo msg_get(): the send failed
 * @rq: the request; buffers that are its sender's stay so
 * @smi: the one half
 * @recv: the other
 *
 * Context: any.
 */
void msg_unget(const struct ipmi_request *rq, struct ipmi_smi_msg *smi, struct ipmi_recv_msg *recv)
{
	if (!rq->smi)
		smi->done(smi);
	if (!rq->recv)
		recv->done(recv);
	user_uncharge(rq->user);
}
