// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stepping the machine: how long each wait of it took, what that teaches the wait plan
 * (proto/wait.c), and how to wait next.
 *
 * Called by engine.c. Lock: si->pump.
 */
#include "engine.h"
#include "si.h"

#define FEW_LOOKS	2	/* that a byte takes: it is over, and the next one is waited for */

/* The fast clock may step back by a hair. */
static u32 us_since(ktime_t then, ktime_t now)
{
	return clamp_t(s64, ktime_us_delta(now, then), 0, U32_MAX);
}

/* A look ended a wait of @elapsed us: how long it is in all, and what there is to learn of it. */
static u32 waited_pump(struct si *si, enum ipmi_step step, ktime_t now, u32 elapsed)
{
	/*
	 * The clock may be one that advances once a tick only; then time that was spent in
	 * delays does not show in it.
	 */
	u32 waited_us = max(us_since(si->wait.start, now), si->wait.spun_us);

	si->wait.looks++;
	if (si->wait.asleep)
		WRITE_ONCE(si->times.sleeping_us, si->times.sleeping_us + elapsed);
	si->wait.asleep = false;
	if (step != si->wait.verdict) {
		si->now.waited_us += waited_us;
		/*
		 * How long one waits for nothing is not how long an answer takes; nor is a wait
		 * that went on because the burst was over.
		 */
		if (step != IPMI_STEP_FAILED && !si->wait.cut)
			wait_learn(&si->history, si->wait.verdict, si->slot, waited_us,
				   si->wait.irq ? 0 : si->wait.looks,
				   si->burst.from == SI_FROM_INTERRUPT);
	}
	return waited_us;
}

/*
 * Did these @looks, the first of which was at @now, take no longer than a clock costs?
 * Then what it took may be left out; not so where how long to sleep for a byte is learnt from it.
 */
static bool is_brief(const struct si *si, ktime_t now, unsigned int looks)
{
	return now && si->burst.from == SI_FROM_INTERRUPT && looks <= FEW_LOOKS;
}

/**
 * step_pump() - step a machine that is busy until it waits or ends, or the burst has to
 * @si: the interface; burst.looks_left says how far the burst goes
 * @waited_us: set to how long the wait that goes on has taken already; 0 = it begins, or there
 *	is none
 *
 * The time since the last look is told to the machine.
 *
 * Context: any, under si->pump.
 * Return: what the last step found.
 */
enum ipmi_step step_pump(struct si *si, u32 *waited_us)
{
	bool was_waiting = si->wait.verdict != IPMI_STEP_AGAIN;
	ktime_t now = was_waiting ? pace_now() : 0;
	u32 elapsed = was_waiting ? us_since(si->wait.last_look, now) : 0;
	unsigned int looks = si->burst.looks_left;
	enum ipmi_step step, first;

	step = si->m->ops->run(si->m, elapsed, &si->burst.looks_left);
	looks -= si->burst.looks_left;
	si->now.looks += looks;
	/* Only after an AGAIN there is another look. */
	first = looks > 1 ? IPMI_STEP_AGAIN : step;
	*waited_us = 0;
	if (was_waiting)
		*waited_us = waited_pump(si, first, now, elapsed);
	if (first == IPMI_STEP_AGAIN) {
		si->wait.verdict = IPMI_STEP_AGAIN;
		was_waiting = false;
	}
	if (step != IPMI_STEP_SOON && step != IPMI_STEP_TICK) {
		if (step != IPMI_STEP_FAILED)
			WRITE_ONCE(si->burst.progress, si->burst.progress + 1);
		si->wait.verdict = IPMI_STEP_AGAIN;
		return step;
	}
	if (!was_waiting && !is_brief(si, now, looks))
		now = pace_now();
	if (!si->now.start)
		si->now.start = now;
	if (step != si->wait.verdict) {
		WRITE_ONCE(si->burst.progress, si->burst.progress + 1);
		si->wait.start = now;
		si->wait.spun_us = 0;
		si->wait.cut = false;
		si->wait.looks = 0;
		*waited_us = 0;
	}
	si->wait.verdict = step;
	si->wait.last_look = now;
	return step;
}

/* An interrupt has told of the last byte, and was relied upon: so it is for the next one. */
static bool is_told_again(const struct si *si, enum ipmi_step step, u32 waited_us)
{
	return step == IPMI_STEP_SOON && !waited_us && si->burst.from == SI_FROM_INTERRUPT &&
	       si->wait.planned == step && si->wait.plan.how == WAIT_EVENT;
}

/**
 * step_told_pump() - an interrupt has come: is it for a byte, as expected?
 * @si: the interface, whose bus is not cut off
 *
 * Where bytes take their time most interrupts are, and what there is to know of these is known:
 * the next byte is waited for as this one was, with the net that is set. So they need no burst and
 * no clock: last_look and the beginning of the wait stay, and a row of such bytes counts as one
 * wait, of which nothing is learnt.
 *
 * Context: any, under si->pump.
 * Return: true if it was, and all was done; else nothing was done.
 */
bool step_told_pump(struct si *si)
{
	const struct si_wait *w = &si->wait;

	lockdep_assert_held(&si->pump);
	if (w->verdict != IPMI_STEP_SOON || w->planned != IPMI_STEP_SOON ||
	    w->plan.how != WAIT_EVENT || !si->m->ops->told)
		return false;
	if (!si->busy || si->away || si->hold != SI_RUNS || READ_ONCE(si->stopping))
		return false;
	/* A kick wants a burst, and without a net there may be no end to the wait. */
	if (si->pace.alarm != ALARM_NET || !READ_ONCE(si->pace.net_at))
		return false;
	if (!si->m->ops->told(si->m))
		return false;
	si->wait.cut = true;
	si->now.looks++;
	si->burst.count++;
	WRITE_ONCE(si->burst.progress, si->burst.progress + 1);
	return true;
}

/**
 * plan_wait_pump() - how to wait for what a step waits for
 * @si: the interface
 * @step: what step_pump() has returned
 * @waited_us: what it has set
 *
 * Context: any, under si->pump.
 * Return: the plan.
 */
struct wait_plan plan_wait_pump(struct si *si, enum ipmi_step step, u32 waited_us)
{
	struct wait_facts facts;
	struct wait_plan plan;

	if (is_told_again(si, step, waited_us))
		return si->wait.plan;
	facts = pace_facts(si);
	plan = wait_plan(&si->history, &facts, step, si->slot, waited_us);
	si->wait.irq = facts.irq;
	si->wait.plan = plan;
	si->wait.planned = step;
	if (plan.how == WAIT_SPIN) {
		si->wait.spun_us += plan.us;
		WRITE_ONCE(si->times.spinning_us, si->times.spinning_us + plan.us);
	}
	return plan;
}
