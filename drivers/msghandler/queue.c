// SPDX-License-Identifier: GPL-2.0-only
/*
 * The queues of an interface: what waits for the wire, and what came from it.
 *
 * Filled by request.c and bridge.c from above and by transports from below, in any context;
 * emptied by the runner (run.c). Lock: intf->lock, a leaf that is never held across a call out
 * of this module.
 */
#include <ipmi/core.h>

#include "msghandler.h"
#include "trace.h"

/**
 * intf_kick() - have the runner look at the queues, in a worker
 * @intf: the interface
 *
 * Context: any.
 */
void intf_kick(struct ipmi_smi *intf)
{
	queue_work(ipmi_wq, &intf->work);
}

static int submit_locked(struct ipmi_smi *intf, struct ipmi_smi_msg *smi, bool urgent, bool *idle)
{
	bool is_idle;

	lockdep_assert_held(&intf->lock);
	if (!intf->handlers)
		return -ENODEV;
	list_add_tail(&smi->link, urgent ? &intf->urgent : &intf->tx);
	/* What is queued behind a message in flight goes when that one is back. */
	is_idle = !intf->running && !intf->flight && !intf->panicking;
	if (idle)
		*idle = is_idle;
	else if (is_idle)
		/* Here, so that intf_off() finds it: without handlers nothing is queued. */
		intf_kick(intf);
	return 0;
}

/**
 * queue_submit() - queue a message for the transport
 * @intf: the interface
 * @smi: the message; on success it belongs to the queue
 * @urgent: before all that are not
 * @idle: set to whether the caller has to run the interface now, with run_here(); NULL = it
 *	cannot, and a worker does if need be
 *
 * Context: any.
 * Return: 0, -ENODEV if the interface is off.
 */
int queue_submit(struct ipmi_smi *intf, struct ipmi_smi_msg *smi, bool urgent, bool *idle)
{
	guard(spinlock_irqsave)(&intf->lock);
	return submit_locked(intf, smi, urgent, idle);
}

/**
 * queue_set_patience_locked() - have patience.c look at its requests
 * @intf: the interface
 * @due: when, in jiffies_64
 *
 * Context: any, under intf->lock.
 */
void queue_set_patience_locked(struct ipmi_smi *intf, u64 due)
{
	u64 now = get_jiffies_64();

	lockdep_assert_held(&intf->lock);
	/* Here, so that intf_off() finds it: without handlers nothing is queued. */
	if (!intf->handlers || intf->panicking)
		return;
	intf->timed_due = due;
	mod_delayed_work(ipmi_wq, &intf->patience, due > now ? due - now : 0);
}

static void set_due_locked(struct ipmi_smi *intf, struct ipmi_recv_msg *recv, u64 due)
{
	bool first = list_empty(&intf->timed);

	lockdep_assert_held(&intf->lock);
	msg_time(recv)->due = due;
	list_add_tail(&recv->link, &intf->timed);
	if (first || time_before64(due, intf->timed_due))
		queue_set_patience_locked(intf, due);
}

/**
 * queue_submit_request() - queue_submit() of a user's request
 * @intf: the interface
 * @smi: the half for the transport
 * @recv: the half for the user
 * @urgent: before all that are not
 * @ms: how long its user waits, 0 = as long as it takes; else msg_get() has allocated both halves
 * @idle: see queue_submit()
 *
 * Context: any.
 * Return: 0, -ENODEV if the interface is off.
 */
int queue_submit_request(struct ipmi_smi *intf, struct ipmi_smi_msg *smi,
			 struct ipmi_recv_msg *recv, bool urgent, unsigned int ms, bool *idle)
{
	u64 due = ms ? get_jiffies_64() + msecs_to_jiffies(ms) + 1 : 0;
	int rv;

	guard(spinlock_irqsave)(&intf->lock);
	rv = submit_locked(intf, smi, urgent, idle);
	if (rv)
		return rv;
	meter_begin_locked(intf);
	if (due)
		set_due_locked(intf, recv, due);
	return 0;
}

/**
 * queue_has_tx() - is there a message for the transport?
 * @intf: the interface
 *
 * Without the lock: before it stops, the runner looks once more, under it.
 *
 * Context: any.
 */
bool queue_has_tx(const struct ipmi_smi *intf)
{
	return !list_empty(&intf->tx) || !list_empty(&intf->urgent);
}

/**
 * queue_wants_wire() - is there a message for the transport, and is the wire free?
 * @intf: the interface
 *
 * Context: any, under intf->lock.
 */
bool queue_wants_wire(struct ipmi_smi *intf)
{
	lockdep_assert_held(&intf->lock);
	if (intf->flight || !intf->handlers)
		return false;
	return queue_has_tx(intf);
}

/**
 * queue_next_tx() - take the message whose turn it is, if the wire is free
 * @intf: the interface
 * @handlers: set to the transport's handlers, which stay valid as long as the caller's context
 *	is one that intf_off() waits for
 *
 * Context: any.
 * Return: the message, which is in flight now, or NULL.
 */
struct ipmi_smi_msg *queue_next_tx(struct ipmi_smi *intf, const struct ipmi_smi_handlers **handlers)
{
	struct ipmi_smi_msg *smi = NULL;

	guard(spinlock_irqsave)(&intf->lock);
	*handlers = intf->handlers;
	if (intf->flight || !intf->handlers)
		return NULL;
	if (!list_empty(&intf->urgent))
		smi = list_first_entry(&intf->urgent, struct ipmi_smi_msg, link);
	else if (!list_empty(&intf->tx))
		smi = list_first_entry(&intf->tx, struct ipmi_smi_msg, link);
	if (smi) {
		list_del(&smi->link);
		intf->flight = smi;
		meter_wire_locked(intf, true);
	}
	return smi;
}

/**
 * queue_next_rx() - take what came first
 * @intf: the interface
 *
 * Context: any.
 * Return: the message, or NULL.
 */
struct ipmi_smi_msg *queue_next_rx(struct ipmi_smi *intf)
{
	struct ipmi_smi_msg *smi;

	/* Before it stops, the runner looks once more, under the lock. */
	if (list_empty(&intf->rx))
		return NULL;
	guard(spinlock_irqsave)(&intf->lock);
	smi = list_first_entry_or_null(&intf->rx, struct ipmi_smi_msg, link);
	if (smi)
		list_del(&smi->link);
	return smi;
}

/**
 * queue_refused() - the transport did not take a message
 * @intf: the interface
 * @smi: the message, which was in flight
 * @cc: the completion code that its user gets
 *
 * It goes up like an answer.
 *
 * Context: any.
 */
void queue_refused(struct ipmi_smi *intf, struct ipmi_smi_msg *smi, u8 cc)
{
	/* As sent, with the response bit in the network function, then the completion code. */
	unsigned int n = smi->type == IPMI_SMI_MSG_TYPE_IPMB_DIRECT ? 4 : 2;

	memcpy(smi->rsp, smi->data, n);
	smi->rsp[0] |= BIT(2);
	smi->rsp[n] = cc;
	smi->rsp_size = n + 1;
	stat_inc(intf, STAT_FAILED_SENDS);
	guard(spinlock_irqsave)(&intf->lock);
	if (intf->flight == smi) {
		intf->flight = NULL;
		meter_wire_locked(intf, false);
	}
	list_add_tail(&smi->link, &intf->rx);
}

/**
 * ipmi_core_msg_queue() - a transport returns a message, or brings one; in this order
 * @intf: the interface
 * @msg: see ipmi_smi_msg_received()
 *
 * For a transport that is driven by several contexts: under its own lock, so that
 * messages go up in the order in which they came.
 *
 * Context: any, hard interrupts included.
 * Return: whether ipmi_core_run() or ipmi_core_kick() has to be called, once the lock has
 * been dropped.
 */
bool ipmi_core_msg_queue(struct ipmi_smi *intf, struct ipmi_smi_msg *msg)
{
	if (trace_ipmi_receive_enabled())
		trace_receive(intf, msg);
	guard(spinlock_irqsave)(&intf->lock);
	if (intf->flight == msg) {
		intf->flight = NULL;
		meter_wire_locked(intf, false);
	}
	list_add_tail(&msg->link, &intf->rx);
	return !intf->running && !intf->panicking;
}
EXPORT_SYMBOL_GPL(ipmi_core_msg_queue);

/**
 * ipmi_core_in_flight() - which message has the transport?
 * @intf: the interface
 *
 * For a transport that was stopped while it changed what it knows of it.
 *
 * Context: panic, from set_run_to_completion().
 * Return: it, NULL if the transport has none.
 */
struct ipmi_smi_msg *ipmi_core_in_flight(const struct ipmi_smi *intf)
{
	return intf->flight;
}
EXPORT_SYMBOL_GPL(ipmi_core_in_flight);

/**
 * ipmi_core_kick() - have the interface run as soon as the interrupt is over
 * @intf: the interface
 *
 * Context: interrupts, hard or soft; a timer's callback. It costs no task switch there.
 */
void ipmi_core_kick(struct ipmi_smi *intf)
{
	tasklet_schedule(&intf->burst);
}
EXPORT_SYMBOL_GPL(ipmi_core_kick);

/**
 * ipmi_smi_msg_received() - a transport returns a message, or brings one
 * @intf: the interface
 * @msg: the message handed to sender(), with its answer; or one from
 *	ipmi_alloc_smi_msg() that carries what the BMC sent on its own. It belongs
 *	to the core now.
 *
 * Context: any, hard interrupts included.
 */
void ipmi_smi_msg_received(struct ipmi_smi *intf, struct ipmi_smi_msg *msg)
{
	if (ipmi_core_msg_queue(intf, msg))
		intf_kick(intf);
}
EXPORT_SYMBOL(ipmi_smi_msg_received);

/**
 * ipmi_smi_watchdog_pretimeout() - a transport saw the watchdog's pre-timeout
 * @intf: the interface
 *
 * Context: any.
 */
void ipmi_smi_watchdog_pretimeout(struct ipmi_smi *intf)
{
	stat_inc(intf, STAT_PRETIMEOUTS);
	guard(spinlock_irqsave)(&intf->lock);
	intf->pretimeout = true;
	/* Waking a worker takes locks that a stopped CPU may hold. */
	if (!intf->panicking)
		intf_kick(intf);
}
EXPORT_SYMBOL(ipmi_smi_watchdog_pretimeout);
