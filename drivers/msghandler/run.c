// SPDX-License-Identifier: GPL-2.0-only
/*
 * One interface: its queues and its runner.
 *
 * Transports call ipmi_smi_msg_received() and ipmi_smi_watchdog_pretimeout();
 * request.c submits. All calls down to the transport and up to users are made by
 * the runner, which holds intf->run; the queues are under intf->lock, which is
 * never held across such a call.
 */
#include <ipmi/core.h>

#include "msghandler.h"
#include "trace.h"

/**
 * intf_kick() - have the runner look at the queues
 * @intf: the interface
 *
 * Context: any.
 */
void intf_kick(struct ipmi_smi *intf)
{
	queue_work(ipmi_wq, &intf->work);
}

static struct ipmi_smi_msg *next_tx(struct ipmi_smi *intf)
{
	struct ipmi_smi_msg *smi = NULL;

	guard(spinlock_irqsave)(&intf->lock);
	if (intf->flight || !intf->handlers)
		return NULL;
	if (!list_empty(&intf->urgent))
		smi = list_first_entry(&intf->urgent, struct ipmi_smi_msg, link);
	else if (!list_empty(&intf->tx))
		smi = list_first_entry(&intf->tx, struct ipmi_smi_msg, link);
	if (smi) {
		list_del(&smi->link);
		intf->flight = smi;
	}
	return smi;
}

static struct ipmi_smi_msg *next_rx(struct ipmi_smi *intf)
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

/* Keep the wire busy: the transport takes one message at a time. */
static void feed_locked(struct ipmi_smi *intf)
{
	struct ipmi_smi_msg *smi;
	u8 cc;

	lockdep_assert_held(&intf->run);
	while ((smi = next_tx(intf))) {
		if (trace_ipmi_send_enabled())
			trace_send(intf, smi);
		cc = ipmi_compat_send(intf->handlers, intf->send_info, smi);
		if (!cc)
			return;
		scoped_guard(spinlock_irqsave, &intf->lock)
			intf->flight = NULL;
		route_fail_locked(intf, smi, cc);
	}
}

/**
 * run_one_locked() - one turn: the wire first, then what came in
 * @intf: the interface; the caller is its runner
 *
 * Return: false if there was nothing.
 */
bool run_one_locked(struct ipmi_smi *intf)
{
	struct ipmi_smi_msg *smi;
	bool pretimeout = false;

	lockdep_assert_held(&intf->run);
	feed_locked(intf);
	smi = next_rx(intf);
	if (smi) {
		route_one_locked(intf, smi);
		return true;
	}
	if (!READ_ONCE(intf->pretimeout))
		return false;
	scoped_guard(spinlock_irqsave, &intf->lock)
		swap(pretimeout, intf->pretimeout);
	if (pretimeout)
		route_pretimeout_locked(intf);
	return pretimeout;
}

static bool has_work(struct ipmi_smi *intf)
{
	lockdep_assert_held(&intf->lock);
	if (!list_empty(&intf->rx) || intf->pretimeout)
		return true;
	if (intf->flight || !intf->handlers)
		return false;
	return !list_empty(&intf->tx) || !list_empty(&intf->urgent);
}

/* The runner. A flood is served in turns, so that others get intf->run too. */
static void run_locked(struct ipmi_smi *intf)
{
	unsigned int turn;
	bool more;

	lockdep_assert_held(&intf->run);
	scoped_guard(spinlock_irqsave, &intf->lock)
		intf->running = true;

	for (turn = 0; turn < RUN_BATCH && run_one_locked(intf); turn++)
		;
	/* Answers that come by themselves have to be looked for. */
	if (!READ_ONCE(intf->seq.used) != !(intf->watch_mask & IPMI_WATCH_MASK_CHECK_MESSAGES))
		user_update_watch_locked(intf);

	scoped_guard(spinlock_irqsave, &intf->lock) {
		intf->running = false;
		more = has_work(intf);
	}
	if (more)
		intf_kick(intf);
}

/**
 * run_work() - work: the runner, where nobody could run the interface himself
 * @work: intf->work
 */
void run_work(struct work_struct *work)
{
	struct ipmi_smi *intf = container_of(work, struct ipmi_smi, work);

	guard(mutex)(&intf->run);
	run_locked(intf);
}

/**
 * intf_submit() - queue a message for the transport
 * @intf: the interface
 * @smi: the message; on success it belongs to the queue
 * @urgent: before all that are not
 * @run: the caller may run the interface; else a worker does
 *
 * Context: any; with @run process, may sleep.
 * Return: 0, -ENODEV if the interface is off.
 */
int intf_submit(struct ipmi_smi *intf, struct ipmi_smi_msg *smi, bool urgent, bool run)
{
	bool idle;

	scoped_guard(spinlock_irqsave, &intf->lock) {
		if (!intf->handlers)
			return -ENODEV;
		list_add_tail(&smi->link, urgent ? &intf->urgent : &intf->tx);
		/* What is queued behind a message in flight goes when that one is back. */
		idle = !intf->running && !intf->flight && !intf->panicking;
		/* Here, so that intf_off() finds it: without handlers nothing is queued. */
		if (idle && !run)
			intf_kick(intf);
	}
	if (idle && run) {
		/* Who has the lock and does not run has it for a moment only. */
		guard(mutex)(&intf->run);
		run_locked(intf);
	}
	return 0;
}

/**
 * ipmi_core_msg_queue() - a transport returns a message, or brings one; in this order
 * @intf: the interface
 * @msg: see ipmi_smi_msg_received()
 *
 * For a transport that is driven by several threads: under its own lock, so that
 * messages go up in the order in which they came.
 *
 * Context: any, hard interrupts included.
 * Return: whether ipmi_core_run() has to be called, once the lock has been dropped.
 */
bool ipmi_core_msg_queue(struct ipmi_smi *intf, struct ipmi_smi_msg *msg)
{
	if (trace_ipmi_receive_enabled())
		trace_receive(intf, msg);
	guard(spinlock_irqsave)(&intf->lock);
	if (intf->flight == msg)
		intf->flight = NULL;
	list_add_tail(&msg->link, &intf->rx);
	return !intf->running && !intf->panicking;
}
EXPORT_SYMBOL_GPL(ipmi_core_msg_queue);

/**
 * ipmi_core_run() - run the interface here, if nobody else does
 * @intf: the interface
 *
 * For a transport whose own thread can do the rest, so that none has to be woken:
 * users' callbacks and the transport's own sender() may be called before this
 * returns, so the caller must hold no lock.
 *
 * Context: process, may sleep; or panic.
 */
void ipmi_core_run(struct ipmi_smi *intf)
{
	if (!mutex_trylock(&intf->run)) {
		intf_kick(intf);
		return;
	}
	run_locked(intf);
	mutex_unlock(&intf->run);
}
EXPORT_SYMBOL_GPL(ipmi_core_run);

/**
 * ipmi_core_kick() - have the interface run, soon and somewhere else
 * @intf: the interface
 *
 * For a transport that has called ipmi_core_msg_queue() where it may not run the interface itself.
 *
 * Context: any, hard interrupts included.
 */
void ipmi_core_kick(struct ipmi_smi *intf)
{
	intf_kick(intf);
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
 * ipmi_core_msg_received() - ipmi_smi_msg_received(), and run the interface here
 * @intf: the interface
 * @msg: the message
 *
 * For a transport with one thread that does all; see ipmi_core_run().
 *
 * Context: process, may sleep; or panic.
 */
void ipmi_core_msg_received(struct ipmi_smi *intf, struct ipmi_smi_msg *msg)
{
	if (ipmi_core_msg_queue(intf, msg))
		ipmi_core_run(intf);
}
EXPORT_SYMBOL_GPL(ipmi_core_msg_received);

/**
 * ipmi_smi_watchdog_pretimeout() - a transport saw the watchdog's pre-timeout
 * @intf: the interface
 *
 * Context: any.
 */
void ipmi_smi_watchdog_pretimeout(struct ipmi_smi *intf)
{
	stat_inc(intf, STAT_PRETIMEOUTS);
	scoped_guard(spinlock_irqsave, &intf->lock)
		intf->pretimeout = true;
	intf_kick(intf);
}
EXPORT_SYMBOL(ipmi_smi_watchdog_pretimeout);

/**
 * ipmi_poll_interface() - look at the hardware now, and deliver what is there
 * @user: a user of the interface
 *
 * For callers that cannot wait for interrupts or threads. Bounded by one look of
 * the transport and one batch of messages.
 *
 * Context: process, may sleep.
 */
void ipmi_poll_interface(struct ipmi_user *user)
{
	struct ipmi_smi *intf = user->intf;

	if (READ_ONCE(intf->panicking)) {
		intf_run_at_panic(intf);
		return;
	}
	guard(mutex)(&intf->run);
	run_locked(intf);
	if (!intf->handlers || !intf->handlers->poll)
		return;
	/* What the transport returns meanwhile is looked at below. */
	scoped_guard(spinlock_irqsave, &intf->lock)
		intf->running = true;
	intf->handlers->poll(intf->send_info);
	run_locked(intf);
}
EXPORT_SYMBOL(ipmi_poll_interface);

/**
 * intf_run_at_panic() - one turn of the runner, and one look at the hardware
 * @intf: an interface that was taken over
 *
 * Context: panic.
 */
void intf_run_at_panic(struct ipmi_smi *intf)
{
	if (!mutex_trylock(&intf->run))
		return;
	bridge_expire_locked(intf);
	while (run_one_locked(intf))
		;
	if (intf->handlers)
		intf->handlers->poll(intf->send_info);
	while (run_one_locked(intf))
		;
	mutex_unlock(&intf->run);
}
