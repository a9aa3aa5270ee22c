// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine: moves messages through the machine, in turns with the housekeeping.
 *
 * Senders (handlers.c), the interrupt's handler (irq.c), the timer's and the interface's
 * thread (pace.c) each run it for a burst: as far as the BMC lets it without more than a
 * little waiting, and no further than its bounds. How to wait for the rest is the plan it
 * returns. How the machine is stepped, and what its waits teach, is step.c's; what the BMC is
 * asked without a request is housekeeping.c's. Lock: si->pump; under it a finished message is
 * queued for the core, which is run only after it has been dropped.
 */
#include <linux/delay.h>

#include <ipmi/core.h>

#include "engine.h"
#include "si.h"

/* Bounds, in Documentation/house. */
#define PANIC_SLICE_MS		100
#define PANIC_STEP_US		50

/* Of one burst: steps of the machine, each some register accesses; and busy waiting. */
#define BURST_LOOKS		128
#define BURST_SPIN_US		50
#define TASK_SPIN_US		10	/* of the thread's, which can be preempted between two */
/* So many in a row that ended while they were spinning are continued after a gap, by the timer. */
#define BURST_ROW		3
#define BURST_GAP_US		10

/**
 * answer_locally() - an answer made here: the request with the response bit
 * @msg: the message
 * @cc: the completion code
 */
void answer_locally(struct ipmi_smi_msg *msg, u8 cc)
{
	msg->rsp[0] = msg->data[0] | 4;
	msg->rsp[1] = msg->data[1];
	msg->rsp[2] = cc;
	msg->rsp_size = 3;
}

/**
 * take_next() - take the message that is to be started next
 * @si: the interface
 *
 * Return: it, NULL if there is none.
 */
struct ipmi_smi_msg *take_next(struct si *si)
{
	struct ipmi_smi_msg *msg = NULL;

	guard(spinlock_irqsave)(&si->lock);
	swap(msg, si->next);
	return msg;
}

static bool has_next(struct si *si)
{
	return READ_ONCE(si->next) && si->hold != SI_HELD;
}

/* @msg: whose request it is, NULL = ours */
static u8 start(struct si *si, const struct ipmi_smi_msg *msg, const u8 *rq, unsigned int n)
{
	u8 cc;

	si->m->patience_us = away_patience_us(si);
	cc = si->m->ops->start(si->m, rq, n);
	if (!cc) {
		transaction_begin(si, msg, rq, n);
		si->busy = true;
		si->wait.verdict = IPMI_STEP_AGAIN;
		si->wait.planned = IPMI_STEP_AGAIN;
		si->slot = wait_slot(rq[0], rq[1]);
	}
	return cc;
}

static bool start_user_pump(struct si *si, struct output *out)
{
	struct ipmi_smi_msg *msg = has_next(si) ? take_next(si) : NULL;
	u8 cc;

	if (!msg)
		return false;
	si->attn_turn = true;
	cc = si->away ? IPMI_BUS_ERR : 0;
	if (!cc && si->quirks)
		cc = quirks_refuse(si, msg->data, msg->data_size);
	if (!cc)
		cc = start(si, msg, msg->data, msg->data_size);
	if (!cc) {
		si->cur = msg;
		return true;
	}
	answer_locally(msg, cc);
	transaction_refused(si, msg);
	put_msg(out, msg);
	return false;
}

/* While the BMC is away a try of it may take seconds, and nobody else waits for that. */
static bool refuse_pump(struct si *si, struct output *out)
{
	struct si_transaction now = si->now;
	struct ipmi_smi_msg *msg;

	if (!si->away || !si->busy)
		return false;
	msg = take_next(si);
	if (!msg)
		return false;
	answer_locally(msg, IPMI_BUS_ERR);
	transaction_refused(si, msg);
	si->now = now;
	put_msg(out, msg);
	return true;
}

static bool start_attn_pump(struct si *si)
{
	u8 rq[ATTN_REQUEST_MAX];
	unsigned int n;

	si->attn_turn = false;
	n = housekeeping_wants(si) ? housekeeping_next_pump(si, rq) : 0;
	if (!n)
		return false;
	si->cur = NULL;
	if (!start(si, NULL, rq, n))
		return true;
	attn_failed(&si->attn);
	si->doubt = false;
	away_pause(si, true);
	return false;
}

/* A user's message and housekeeping take turns while both want the wire. */
static bool start_next_pump(struct si *si, struct output *out)
{
	if (housekeeping_is_over(si) && !si->away)
		return start_user_pump(si, out);
	if (si->doubt || si->attn_turn || !has_next(si))
		return start_attn_pump(si) || start_user_pump(si, out);
	return start_user_pump(si, out) || start_attn_pump(si);
}

static void done_pump(struct si *si, struct output *out)
{
	struct ipmi_smi_msg *msg = si->cur;

	si->busy = false;
	si->cur = NULL;
	si_irq_ack(si);
	si_count(si, SI_COMPLETE_TRANSACTIONS);
	if (!msg) {
		housekeeping_done_pump(si, out);
		return;
	}
	msg->rsp_size = si->m->ops->result(si->m, msg->rsp, sizeof(msg->rsp));
	transaction_end(si, msg, msg->rsp, msg->rsp_size, NULL);
	/* The core leaves it alone for a while, so nobody else would see that it is back. */
	if (attn_is_reset(msg->rsp, msg->rsp_size))
		housekeeping_expect_reset(si);
	put_msg(out, msg);
}

static u8 failure_cc(const struct ipmi_failure *f)
{
	switch (f->cause) {
	case IPMI_CAUSE_ABSENT:
	case IPMI_CAUSE_BUSY:
	case IPMI_CAUSE_SILENT:
		return IPMI_TIMEOUT_ERR;
	default:
		return IPMI_ERR_UNSPECIFIED;
	}
}

static void failed_pump(struct si *si, struct output *out)
{
	const struct ipmi_failure *f = si->m->ops->failure(si->m);
	struct ipmi_smi_msg *msg = si->cur;

	transaction_end(si, msg, NULL, 0, f);
	si->busy = false;
	si->cur = NULL;
	si_count(si, SI_HOSED_COUNT);
	if (msg) {
		answer_locally(msg, failure_cc(f));
		put_msg(out, msg);
	} else {
		attn_failed(&si->attn);
	}
	if (!si->away && !away_is_certain(si, f)) {
		dev_warn_ratelimited(si->desc.dev, "a request failed: %s %s: %s (status 0x%02x)\n",
				     si->m->ops->name, ipmi_phase_name(f->phase),
				     ipmi_cause_name(f->cause), f->status);
		return;
	}
	if (!si->away)
		go_away(si, f);
	away_pause(si, false);
}

/* Something has ended and goes up now. Is there more to do, or does the BMC want it? */
static struct wait_plan plan_after_pump(struct si *si)
{
	struct wait_plan plan;

	if (si->busy || si->doubt || attn_wants(&si->attn) || READ_ONCE(si->due) || has_next(si))
		return plan_now();
	return housekeeping_idle_pump(si, &plan) ? plan_now() : plan;
}

/* Drive the machine until it waits, something has to go up, or the burst has to end. */
static struct wait_plan drive_pump(struct si *si, struct output *out)
{
	struct wait_plan plan;
	enum ipmi_step step;
	u32 waited_us;

	lockdep_assert_held(&si->pump);
	if (si->hold == SI_CUT) {
		start_user_pump(si, out);
		return plan_event(0);
	}
	if (si_is_halted(si)) {
		engine_give_up_pump(si, out);
		return plan_event(0);
	}
	while (si->burst.looks_left) {
		if (refuse_pump(si, out))
			return plan_after_pump(si);
		if (!si->busy && !start_next_pump(si, out)) {
			if (!list_empty(&out->msgs))
				return plan_after_pump(si);
			if (!housekeeping_idle_pump(si, &plan))
				return plan;
			continue;
		}
		step = step_pump(si, &waited_us);
		switch (step) {
		case IPMI_STEP_DONE:
			done_pump(si, out);
			break;
		case IPMI_STEP_FAILED:
			failed_pump(si, out);
			break;
		case IPMI_STEP_SOON:
		case IPMI_STEP_TICK:
			return plan_wait_pump(si, step, waited_us);
		default:
			continue;
		}
		/* Something has ended: let go of the pump, and hand it up. */
		if (!list_empty(&out->msgs) || out->pretimeout)
			return plan_after_pump(si);
	}
	return plan_now();
}

/*
 * A burst that ends while it spins, for bytes that are quick but many: the timer does the next,
 * since to wake the thread costs more than all of them. Not so where somebody has asked for long
 * spins, or where it goes on: then the thread does it, which tasks can share the processor with.
 */
static struct wait_plan end_of_spin_pump(struct si *si, struct wait_plan plan)
{
	struct wait_facts facts = pace_facts(si);

	if (facts.fast || facts.busy_us || si->burst.row >= BURST_ROW) {
		si->burst.row = 0;
		return plan;
	}
	si->burst.row++;
	si->wait.cut = true;
	return (struct wait_plan){ .how = WAIT_SLEEP, .us = BURST_GAP_US };
}

/**
 * burst_pump() - drive the machine within the bounds of a burst, whatever keeps the engine
 * @si: the interface
 * @out: what goes up
 * @from: the caller; a task waits for most of it by itself, without the pump
 *
 * Context: any, under si->pump.
 * Return: how to wait before the next time; a spin of 0: there is more to do at once.
 */
struct wait_plan burst_pump(struct si *si, struct output *out, enum si_from from)
{
	u32 spin_us = from == SI_FROM_TASK ? TASK_SPIN_US : BURST_SPIN_US;
	struct wait_plan plan;

	lockdep_assert_held(&si->pump);
	si->burst.count++;
	si->burst.from = from;
	si->burst.looks_left = BURST_LOOKS;
	for (;;) {
		plan = drive_pump(si, out);
		if (plan.how != WAIT_SPIN || !plan.us || plan.us > spin_us)
			break;
		udelay(plan.us);
		spin_us -= plan.us;
	}
	if (plan.how != WAIT_SPIN)
		si->burst.row = 0;
	else if (plan.us && from != SI_FROM_TASK)
		plan = end_of_spin_pump(si, plan);
	si->wait.asleep = plan.how != WAIT_SPIN;
	return plan;
}

/**
 * hand_up_pump() - give the core what a pass has brought
 * @si: the interface
 * @out: what
 *
 * Under the pump, because who has it next may bring what the BMC said later.
 *
 * Context: any, under si->pump, which has to be dropped next, and then hand_up_end().
 */
void hand_up_pump(struct si *si, struct output *out)
{
	struct ipmi_smi_msg *msg, *tmp;

	lockdep_assert_held(&si->pump);
	list_for_each_entry_safe(msg, tmp, &out->msgs, link) {
		list_del(&msg->link);
		out->run |= ipmi_core_msg_queue(si->intf, msg);
	}
}

/**
 * hand_up_end() - have the core deal with what it was given
 * @si: the interface
 * @out: what hand_up_pump() was called with
 * @from: the caller; a task runs it here
 *
 * Context: any, without a lock of ours.
 */
void hand_up_end(struct si *si, struct output *out, enum si_from from)
{
	if (out->run && from == SI_FROM_TASK)
		ipmi_core_run(si->intf);
	else if (out->run)
		ipmi_core_kick(si->intf);
	if (out->pretimeout)
		ipmi_smi_watchdog_pretimeout(si->intf);
}

/**
 * engine_burst_pump() - one burst, and what follows from it
 * @si: the interface
 * @out: what went up; hand_up_end() is the caller's
 * @from: the caller
 *
 * The timer is set for the next one; if that is due at once the thread is to do it.
 *
 * Context: any, under si->pump.
 * Return: how to wait before the next time.
 */
struct wait_plan engine_burst_pump(struct si *si, struct output *out, enum si_from from)
{
	struct wait_plan plan;

	lockdep_assert_held(&si->pump);
	if (si->hold == SI_HELD || READ_ONCE(si->stopping))
		return plan_event(0);
	plan = burst_pump(si, out, from);
	pace_arm_pump(si, plan, from);
	if (!list_empty(&out->msgs))
		hand_up_pump(si, out);
	return plan;
}

/**
 * engine_ask() - ask the BMC one thing, before there is a pacer
 * @si: the interface; its pacer does not run
 * @rq: the request
 * @n: bytes of it
 * @rsp: room for the answer
 * @cap: that room
 *
 * Context: process, sleeps; bounded by the machine's message_timeout_us, and by what
 * si_stop_trying() grants.
 * Return: the length of the answer, at least 3; -EIO, and the machine's
 * failure() tells the story, unless si_is_halted().
 */
int engine_ask(struct si *si, const u8 *rq, unsigned int n, u8 *rsp, unsigned int cap)
{
	struct wait_plan plan;
	enum ipmi_step step;
	u32 waited_us;
	int rv = -EIO;

	scoped_guard(spinlock_irqsave, &si->pump)
		if (start(si, NULL, rq, n))
			return -EIO;
	do {
		scoped_guard(spinlock_irqsave, &si->pump) {
			si->burst.looks_left = BURST_LOOKS;
			step = step_pump(si, &waited_us);
			plan = plan_wait_pump(si, step, waited_us);
			si->wait.asleep = plan.how != WAIT_SPIN;
		}
		if (step == IPMI_STEP_SOON || step == IPMI_STEP_TICK)
			pace_wait(si, plan);
	} while (step != IPMI_STEP_DONE && step != IPMI_STEP_FAILED && !si_is_halted(si));

	/* A machine that is left in the middle is made anew for the next try. */
	guard(spinlock_irqsave)(&si->pump);
	si->busy = false;
	if (step == IPMI_STEP_DONE)
		rv = si->m->ops->result(si->m, rsp, cap);
	transaction_end(si, NULL, rsp, max(rv, 0),
			step == IPMI_STEP_FAILED ? si->m->ops->failure(si->m) : NULL);
	return rv < 3 ? -EIO : rv;
}

/**
 * engine_run_at_panic() - drive the machine without sleeping
 * @si: the interface
 *
 * To the end of a message, or for a slice of time.
 *
 * Context: panic, power off.
 */
void engine_run_at_panic(struct si *si)
{
	u32 us, waited_us = 0;
	struct wait_plan plan;
	struct output out = OUTPUT_INIT(out);
	bool done;

	do {
		unsigned long flags;

		if (!spin_trylock_irqsave(&si->pump, flags))
			return;
		plan = burst_pump(si, &out, SI_FROM_TASK);
		done = !list_empty(&out.msgs) || !si->busy;
		hand_up_pump(si, &out);
		spin_unlock_irqrestore(&si->pump, flags);
		if (done)
			break;
		us = clamp_t(u32, plan.us, 1, PANIC_STEP_US);
		ipmi_core_panic_delay(us);
		/* At power off the clock may have stopped. */
		waited_us += us;
	} while (waited_us < PANIC_SLICE_MS * USEC_PER_MSEC);
	/* The core looks by itself: no hand_up_end(), which may wake a worker. */
}

/**
 * engine_run_here() - a burst in the caller's own context, if the machine is free
 * @si: the interface
 *
 * If it is not, who has it may have looked for a message already: the timer does it.
 *
 * Context: any.
 */
void engine_run_here(struct si *si)
{
	unsigned long flags;
	struct output out = OUTPUT_INIT(out);

	if (READ_ONCE(si->panicking)) {
		engine_run_at_panic(si);
		return;
	}
	if (!spin_trylock_irqsave(&si->pump, flags)) {
		pace_kick(si);
		return;
	}
	engine_burst_pump(si, &out, SI_FROM_SENDER);
	spin_unlock_irqrestore(&si->pump, flags);
	hand_up_end(si, &out, SI_FROM_SENDER);
}
