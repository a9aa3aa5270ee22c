// SPDX-License-Identifier: GPL-2.0-only
/*
 * The runner of an interface: gives the wire its next message, and what came to whoever it is for.
 *
 * Whoever holds intf->run is the runner. It is a spinlock that keeps soft interrupts off, so the
 * runner is never preempted by a task, whatever its own priority is, and works in bursts of
 * RUN_BATCH messages and some RUN_BURST_US: a sender whose interface is idle, the soft interrupt
 * after a transport's interrupt or timer, a transport's thread, or a worker, which also goes on
 * where a burst was too short. The queues are queue.c's, who gets what is route.c's.
 */
#include <ipmi/core.h>

#include "msghandler.h"
#include "trace.h"

/*
 * Keep the wire busy: the transport takes one message at a time. One that it refuses comes back
 * like an answer, so there is another turn, and the next message has that.
 */
static void feed_run(struct ipmi_smi *intf)
{
	const struct ipmi_smi_handlers *handlers;
	struct ipmi_smi_msg *smi;
	u8 cc;

	lockdep_assert_held(&intf->run);
	if (!queue_has_tx(intf))
		return;
	smi = queue_next_tx(intf, &handlers);
	if (!smi)
		return;
	if (trace_ipmi_send_enabled())
		trace_send(intf, smi);
	cc = ipmi_compat_send(handlers, intf->send_info, smi);
	if (cc)
		queue_refused(intf, smi, cc);
}

/* A transport that may sleep gets its messages from a worker, where nobody holds a lock. */
static void ask_to_feed_locked(struct ipmi_smi *intf)
{
	lockdep_assert_held(&intf->lock);
	if (!intf->atomic && queue_wants_wire(intf))
		queue_work(ipmi_wq, &intf->down);
}

/**
 * run_down_work() - work: all calls down to a transport that may sleep in them
 * @work: intf->down
 *
 * intf_off() waits for its end before it lets the transport go.
 */
void run_down_work(struct work_struct *work)
{
	struct ipmi_smi *intf = container_of(work, struct ipmi_smi, down);
	const struct ipmi_smi_handlers *handlers;
	struct ipmi_smi_msg *smi;
	u8 cc;

	do {
		smi = queue_next_tx(intf, &handlers);
		if (!handlers)
			return;
		watch_tell(intf, handlers);
		if (!smi)
			return;
		if (trace_ipmi_send_enabled())
			trace_send(intf, smi);
		cc = ipmi_compat_send(handlers, intf->send_info, smi);
		if (cc) {
			queue_refused(intf, smi, cc);
			intf_kick(intf);
			cond_resched();
		}
	} while (cc);
}

/* One turn: the wire first, then what came in. Return: false if there was nothing. */
static bool run_one_run(struct ipmi_smi *intf)
{
	struct ipmi_smi_msg *smi;
	bool pretimeout = false;

	lockdep_assert_held(&intf->run);
	if (intf->atomic || intf->panicking) {
		feed_run(intf);
	} else {
		guard(spinlock_irqsave)(&intf->lock);
		ask_to_feed_locked(intf);
	}
	smi = queue_next_rx(intf);
	if (smi) {
		route_one_run(intf, smi);
		return true;
	}
	if (!READ_ONCE(intf->pretimeout))
		return false;
	scoped_guard(spinlock_irqsave, &intf->lock)
		swap(pretimeout, intf->pretimeout);
	if (pretimeout)
		deliver_pretimeout_run(intf);
	return pretimeout;
}

/* Is there work for the runner? A transport that may sleep is given its messages by a worker. */
static bool has_work(struct ipmi_smi *intf)
{
	lockdep_assert_held(&intf->lock);
	if (!list_empty(&intf->rx) || intf->pretimeout)
		return true;
	return intf->atomic && queue_wants_wire(intf);
}

/* Answers that come by themselves have to be looked for. */
static void watch_for_answers_run(struct ipmi_smi *intf)
{
	lockdep_assert_held(&intf->run);
	if (!READ_ONCE(intf->seq.used) != !(intf->watch_mask & IPMI_WATCH_MASK_CHECK_MESSAGES))
		watch_update_run(intf);
}

/* One burst. Return: whether there is more to do, which the caller has to see to. */
static bool burst_run(struct ipmi_smi *intf)
{
	unsigned int turn = 0;
	ktime_t end = 0;

	lockdep_assert_held(&intf->run);
	scoped_guard(spinlock_irqsave, &intf->lock)
		intf->running = true;

	while (run_one_run(intf) && ++turn < RUN_BATCH) {
		/* Most bursts have one message, and need no clock for that. */
		if (turn == 1)
			end = ktime_add_us(ktime_get(), RUN_BURST_US);
		else if (ktime_after(ktime_get(), end))
			break;
	}
	watch_for_answers_run(intf);

	guard(spinlock_irqsave)(&intf->lock);
	intf->running = false;
	/* A sender that came since the last turn saw a runner, and left its message to it. */
	ask_to_feed_locked(intf);
	return has_work(intf);
}

static void burst_or_kick_run(struct ipmi_smi *intf)
{
	if (burst_run(intf))
		intf_kick(intf);
}

/**
 * run_all() - bursts, for as long as there is something to do
 * @intf: the interface
 *
 * Context: process; no lock held.
 */
void run_all(struct ipmi_smi *intf)
{
	bool more;

	do {
		scoped_guard(ipmi_bh, &intf->run)
			more = burst_run(intf);
		cond_resched();
	} while (more);
}

/**
 * run_work() - work: the runner, where nobody else is or a burst was too short
 * @work: intf->work
 */
void run_work(struct work_struct *work)
{
	run_all(container_of(work, struct ipmi_smi, work));
}

/**
 * run_burst() - tasklet: a burst after a transport's interrupt
 * @tasklet: intf->burst
 */
void run_burst(struct tasklet_struct *tasklet)
{
	struct ipmi_smi *intf = container_of(tasklet, struct ipmi_smi, burst);

	guard(ipmi_bh)(&intf->run);
	burst_or_kick_run(intf);
}

/**
 * run_here() - a burst in the context of a sender
 * @intf: the interface, which queue_submit() has found idle
 *
 * Context: process, soft interrupt; no lock held.
 */
void run_here(struct ipmi_smi *intf)
{
	guard(ipmi_bh)(&intf->run);
	burst_or_kick_run(intf);
}

/**
 * ipmi_core_run() - run the interface here, if nobody else does
 * @intf: the interface
 *
 * For a transport whose own thread can do the rest, so that none has to be woken:
 * users' callbacks and the transport's own sender() may be called before this
 * returns, so the caller must hold no lock.
 *
 * Context: process. At panic there is a runner for good, and this is not called.
 */
void ipmi_core_run(struct ipmi_smi *intf)
{
	if (!spin_trylock_bh(&intf->run)) {
		intf_kick(intf);
		return;
	}
	burst_or_kick_run(intf);
	spin_unlock_bh(&intf->run);
}
EXPORT_SYMBOL_GPL(ipmi_core_run);

/**
 * ipmi_core_msg_received() - ipmi_smi_msg_received(), and run the interface here
 * @intf: the interface
 * @msg: the message
 *
 * For a transport with one thread that does all; see ipmi_core_run().
 *
 * Context: process; or panic.
 */
void ipmi_core_msg_received(struct ipmi_smi *intf, struct ipmi_smi_msg *msg)
{
	if (ipmi_core_msg_queue(intf, msg))
		ipmi_core_run(intf);
}
EXPORT_SYMBOL_GPL(ipmi_core_msg_received);

/**
 * ipmi_poll_interface() - look at the hardware now, and deliver what is there
 * @user: a user of the interface
 *
 * For callers that cannot wait for interrupts or threads. Bounded by one look of
 * the transport and two bursts.
 *
 * Context: process, soft interrupt.
 */
void ipmi_poll_interface(struct ipmi_user *user)
{
	struct ipmi_smi *intf = user->intf;

	if (READ_ONCE(intf->panicking)) {
		run_at_panic(intf);
		return;
	}
	guard(ipmi_bh)(&intf->run);
	burst_or_kick_run(intf);
	if (!intf->handlers || !intf->handlers->poll)
		return;
	/* What the transport returns meanwhile is looked at below. */
	scoped_guard(spinlock_irqsave, &intf->lock)
		intf->running = true;
	intf->handlers->poll(intf->send_info);
	burst_or_kick_run(intf);
}
EXPORT_SYMBOL(ipmi_poll_interface);

/**
 * run_at_panic() - all there is to do, and one look at the hardware
 * @intf: an interface that was taken over
 *
 * Context: panic.
 */
void run_at_panic(struct ipmi_smi *intf)
{
	if (!spin_trylock(&intf->run))
		return;
	bridge_expire_run(intf);
	while (run_one_run(intf))
		;
	watch_for_answers_run(intf);
	if (intf->handlers)
		intf->handlers->poll(intf->send_info);
	while (run_one_run(intf))
		;
	spin_unlock(&intf->run);
}
