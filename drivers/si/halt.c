// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine halts: for good, for a suspend, for a reboot, because its bus was cut off, or
 * because the CPU that ran it was stopped.
 *
 * Called by handlers.c and power.c, in process context. Each leaves the BMC as somebody
 * else would like to find it: nothing half done, and no interrupt enabled. Lock: si->pump, for
 * a burst at a time.
 */
#include <ipmi/core.h>

#include "engine.h"
#include "si.h"

/* In Documentation/house. */
#define STOP_BOUND_MS 1000

/*
 * What is under way may end. Nothing is held while the BMC is waited for, so that others may
 * drive the machine meanwhile, unless they are kept from it.
 */
static void run_out(struct si *si)
{
	ktime_t end = ktime_add_ms(pace_now(), STOP_BOUND_MS);
	struct wait_plan plan;
	bool idle, away;

	do {
		struct output out = OUTPUT_INIT(out);

		scoped_guard(spinlock_irqsave, &si->pump) {
			plan = burst_pump(si, &out, SI_FROM_TASK);
			hand_up_pump(si, &out);
			idle = plan.how == WAIT_EVENT && !si->busy;
			away = si->away;
		}
		hand_up_end(si, &out, SI_FROM_TASK);
		if (idle)
			return;
		pace_wait(si, plan);
	} while (ktime_before(pace_now(), end) && !away);
}

/* Until there is an interrupt again, the BMC has to be polled. */
static void quiet(struct si *si)
{
	scoped_guard(spinlock_irqsave, &si->pump) {
		WRITE_ONCE(si->irq.quiet, true);
		if (si->attn.use_irq) {
			si->attn.use_irq = false;
			si->attn.due |= ATTN_DUE_ENABLES;
		}
	}
	run_out(si);
	guard(spinlock_irqsave)(&si->pump);
	if (si->m->ops->irq && si->hold != SI_CUT)
		si->m->ops->irq(si->m, false);
}

/* Whose request it is need not wait for its end. */
static void abandon_pump(struct si *si, struct output *out, u8 cc)
{
	struct ipmi_smi_msg *msg = si->cur;

	if (si->busy)
		transaction_end(si, msg, NULL, 0, NULL);
	if (msg) {
		answer_locally(msg, cc);
		put_msg(out, msg);
	}
	si->cur = NULL;
}

/**
 * engine_give_up_pump() - a try has to end, though the core is asking the BMC already
 * @si: the interface, which is not up yet
 * @out: what the core has asked, and whatever it asks next, not answered
 *
 * Context: any, under si->pump.
 */
void engine_give_up_pump(struct si *si, struct output *out)
{
	struct ipmi_smi_msg *msg;

	lockdep_assert_held(&si->pump);
	if (si->busy) {
		abandon_pump(si, out, IPMI_BUS_ERR);
		si->m->ops->forget(si->m);
		attn_failed(&si->attn);
		si->busy = false;
	}
	msg = take_next(si);
	if (!msg)
		return;
	answer_locally(msg, IPMI_BUS_ERR);
	put_msg(out, msg);
}

/**
 * engine_stop() - end everything, after the pacer has stopped
 * @si: the interface
 *
 * What is under way may finish within a bound, the BMC is told to raise no more
 * interrupts, and what is left ends with an error.
 *
 * Context: process, sleeps at most STOP_BOUND_MS.
 */
void engine_stop(struct si *si)
{
	struct ipmi_smi_msg *msg;
	struct output out = OUTPUT_INIT(out);

	scoped_guard(spinlock_irqsave, &si->pump)
		if (si->hold == SI_HELD)
			si->hold = SI_RUNS;
	quiet(si);
	scoped_guard(spinlock_irqsave, &si->pump) {
		abandon_pump(si, &out, IPMI_ERR_UNSPECIFIED);
		si->busy = false;
		msg = take_next(si);
		if (msg) {
			answer_locally(msg, IPMI_ERR_UNSPECIFIED);
			put_msg(&out, msg);
		}
		hand_up_pump(si, &out);
	}
	hand_up_end(si, &out, SI_FROM_TASK);
}

/**
 * engine_quiet() - the machine is about to be switched off or started anew
 * @si: the interface
 *
 * The BMC raises no more interrupts. Requests still work, by polling: the one that switches
 * the power off is yet to come.
 *
 * Context: process, sleeps at most STOP_BOUND_MS.
 */
void engine_quiet(struct si *si)
{
	quiet(si);
}

/**
 * engine_hold() - touch no register until engine_resume()
 * @si: the interface
 *
 * What is under way may finish within a bound; new requests wait, and so does one that needs
 * longer.
 *
 * Context: process, sleeps at most STOP_BOUND_MS.
 */
void engine_hold(struct si *si)
{
	scoped_guard(spinlock_irqsave, &si->pump)
		if (si->hold == SI_RUNS)
			si->hold = SI_HELD;
	quiet(si);
}

/**
 * engine_cut() - the bus is gone
 * @si: the interface
 *
 * All requests fail at once, and no register is touched until engine_resume().
 *
 * Context: process.
 */
void engine_cut(struct si *si)
{
	static const struct ipmi_failure cut = { .cause = IPMI_CAUSE_ABSENT, .status = 0xff };
	struct output out = OUTPUT_INIT(out);

	scoped_guard(spinlock_irqsave, &si->pump) {
		si->hold = SI_CUT;
		/* The machine may finish it when the bus is back: nobody waits for it any more. */
		abandon_pump(si, &out, IPMI_BUS_ERR);
		if (!si->away)
			go_away(si, &cut);
		hand_up_pump(si, &out);
	}
	hand_up_end(si, &out, SI_FROM_TASK);
	pace_kick(si);
}

/**
 * engine_resume() - go on after engine_hold() or engine_cut()
 * @si: the interface
 *
 * What the BMC may have forgotten meanwhile is set up again.
 *
 * Context: process.
 */
void engine_resume(struct si *si)
{
	scoped_guard(spinlock_irqsave, &si->pump) {
		si->hold = SI_RUNS;
		WRITE_ONCE(si->irq.quiet, false);
		si->attn.use_irq = si_irq_works(si);
		si->attn.irq_on = false;
		si->attn.due |= ATTN_DUE_ENABLES | ATTN_DUE_FLAGS;
		si->away_next = pace_now();
		si_irq_ack(si);
	}
	pace_kick(si);
}

/**
 * engine_torn() - the CPU that ran the engine was stopped in the middle of a burst
 * @si: the interface
 *
 * A byte may have been written that the machine does not know of, and a message may be nowhere
 * but in a register of that CPU. So what was under way ends here. The core knows which message
 * it has given; and the next request finds the interface busy, and recovers it.
 *
 * Context: panic.
 */
void engine_torn(struct si *si)
{
	struct ipmi_smi_msg *msg = ipmi_core_in_flight(si->intf);

	si->m->ops->forget(si->m);
	attn_failed(&si->attn);
	si->busy = false;
	si->cur = NULL;
	si->next = NULL;
	if (!msg)
		return;
	answer_locally(msg, IPMI_ERR_UNSPECIFIED);
	ipmi_core_msg_queue(si->intf, msg);
}
