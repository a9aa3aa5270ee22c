// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests to the BMC itself whose users wait no longer than they have said.
 *
 * Such a request is on intf->timed from queue_submit_request() on. When its time is over, its user
 * gets completion code C3h. If it was still in the queue it is not sent any more; if the transport
 * has it, it is marked, and its answer dropped when it comes (route.c). Nothing is said to the BMC,
 * which knows no way to take a request back. Called by the work below and by route.c.
 * Locks: intf->run, intf->lock.
 */
#include "msghandler.h"

/* A request whose time is over, as taken out by take_expired(). */
struct expired {
	struct ipmi_recv_msg *recv;
	struct ipmi_smi_msg *unsent;
	u8 netfn_lun;
	u8 cmd;
};

static struct ipmi_recv_msg *find_expired_locked(struct ipmi_smi *intf, u64 now)
{
	struct ipmi_recv_msg *recv;

	lockdep_assert_held(&intf->lock);
	list_for_each_entry(recv, &intf->timed, link)
		if (!time_before64(now, msg_time(recv)->due))
			return recv;
	return NULL;
}

/* Return: false if there is none. */
static bool take_expired(struct ipmi_smi *intf, struct expired *e)
{
	u64 now = get_jiffies_64();
	struct ipmi_smi_msg *smi;

	guard(spinlock_irqsave)(&intf->lock);
	while ((e->recv = find_expired_locked(intf, now))) {
		list_del_init(&e->recv->link);
		smi = msg_time(e->recv)->smi;
		/* It has just come back, and is routed next. */
		if (smi != intf->flight && smi->rsp_size)
			continue;
		e->netfn_lun = smi->data[0];
		e->cmd = smi->data[1];
		e->unsent = NULL;
		if (smi == intf->flight) {
			ipmi_smi_msg_owner(smi) = NULL;
			smi->msgid = PATIENCE_OVER;
		} else {
			list_del(&smi->link);
			e->unsent = smi;
		}
		return true;
	}
	return false;
}

static void set_timer(struct ipmi_smi *intf)
{
	struct ipmi_recv_msg *recv;
	u64 due = U64_MAX;

	guard(spinlock_irqsave)(&intf->lock);
	list_for_each_entry(recv, &intf->timed, link)
		due = min(due, msg_time(recv)->due);
	if (due != U64_MAX)
		queue_set_patience_locked(intf, due);
}

static void expire_run(struct ipmi_smi *intf, struct expired *e)
{
	lockdep_assert_held(&intf->run);
	if (e->unsent)
		ipmi_free_smi_msg(e->unsent);
	e->recv->recv_type = IPMI_RESPONSE_RECV_TYPE;
	e->recv->msg.netfn = e->netfn_lun >> 2 | 1;
	e->recv->msg.cmd = e->cmd;
	deliver_set_si_addr(&e->recv->addr, e->netfn_lun & 3);
	stat_inc(intf, STAT_TIMED_OUT_LOCAL_COMMANDS);
	deliver_cc_run(e->recv, IPMI_TIMEOUT_ERR);
}

/* As many as a runner does in one go. Return: whether there may be more. */
static bool expire_some(struct ipmi_smi *intf)
{
	struct expired e;

	guard(ipmi_bh)(&intf->run);
	for (int i = 0; i < RUN_BATCH; i++) {
		if (!take_expired(intf, &e))
			return false;
		expire_run(intf, &e);
	}
	return true;
}

/**
 * patience_work() - work: somebody's patience may be over
 * @work: intf->patience
 */
void patience_work(struct work_struct *work)
{
	struct ipmi_smi *intf = container_of(work, struct ipmi_smi, patience.work);

	while (expire_some(intf))
		cond_resched();
	set_timer(intf);
}

/**
 * patience_answered_run() - a request has its answer: nobody's patience matters any more
 * @intf: the interface
 * @recv: the user's half of it
 *
 * Context: any, under intf->run.
 */
void patience_answered_run(struct ipmi_smi *intf, struct ipmi_recv_msg *recv)
{
	lockdep_assert_held(&intf->run);
	/* Only who holds intf->run takes one off, so that this one is on it or not. */
	if (list_empty(&recv->link))
		return;
	guard(spinlock_irqsave)(&intf->lock);
	list_del_init(&recv->link);
}
