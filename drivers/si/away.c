// SPDX-License-Identifier: GPL-2.0-only
/*
 * A BMC goes away, and comes back: one line in the log, news for the core, one trace event; when
 * it is taken for away; and how often and how patiently it is tried meanwhile.
 *
 * Called by the engine. Lock: si->pump; the core is told by a work, which may sleep.
 */
#include <ipmi/core.h>

#include "si.h"
#include "trace.h"

/* Bounds, in Documentation/house. */
#define AWAY_PAUSE_MIN_US	100000
#define AWAY_PAUSE_MAX_US	500000
#define AWAY_PATIENCE_US	300000
#define AWAY_PATIENT_TRY	32
#define DOUBT_PATIENCE_US	1000000

static void tell_work(struct work_struct *work)
{
	struct si *si = container_of(work, struct si, tell);

	ipmi_core_bmc_news(si->intf, READ_ONCE(si->away));
}

/**
 * away_init() - once in the life of an interface
 * @si: the interface
 */
void away_init(struct si *si)
{
	INIT_WORK(&si->tell, tell_work);
}

/* It takes memory and locks; at panic there is nobody to be told. */
static void tell(struct si *si)
{
	if (!READ_ONCE(si->panicking))
		schedule_work(&si->tell);
}

/**
 * go_away() - the BMC does not answer any more
 * @si: the interface
 * @f: how that was found
 */
void go_away(struct si *si, const struct ipmi_failure *f)
{
	WRITE_ONCE(si->away, true);
	si->doubt = false;
	si->away_since = pace_now();
	si->away_tries = 0;
	/* A BMC that was reset has to be told of its interrupts again. */
	si->attn.irq_on = false;
	trace_ipmi_bmc(si, f, 0);
	if (!si->intf)
		return;
	dev_warn(si->desc.dev,
		 "BMC does not answer: %s %s: %s (status 0x%02x); requests fail until it does\n",
		 si->m->ops->name, ipmi_phase_name(f->phase), ipmi_cause_name(f->cause), f->status);
	tell(si);
}

/**
 * come_back() - the BMC answers again
 * @si: the interface
 *
 * Whatever it forgot while it was away is set up again.
 */
void come_back(struct si *si)
{
	s64 ms = ktime_ms_delta(pace_now(), si->away_since);

	WRITE_ONCE(si->away, false);
	/* One that has worked will again. */
	if (si->irq.proved)
		WRITE_ONCE(si->irq.broken, false);
	si_irq_ack(si);
	trace_ipmi_bmc(si, NULL, ms);
	si->attn.due |= ATTN_DUE_CLEAR | ATTN_DUE_ENABLES | ATTN_DUE_FLAGS;
	if (!si->intf)
		return;
	dev_warn(si->desc.dev, "BMC answers again after %lld ms\n", ms);
	tell(si);
}

/**
 * away_is_certain() - a request has failed: is the BMC away?
 * @si: the interface
 * @f: how
 *
 * It is if its interface takes nothing any more. Who takes a request and does not answer may
 * only not have liked that one: before anybody else's is refused, it is asked who it is
 * (housekeeping.c), and is away if it does not answer that either. At panic there is no time.
 *
 * Return: whether it is.
 */
bool away_is_certain(struct si *si, const struct ipmi_failure *f)
{
	bool asked = si->doubt;

	si->doubt = false;
	if (f->dead)
		return true;
	if (f->cause != IPMI_CAUSE_SILENT)
		return false;
	if (asked || READ_ONCE(si->panicking))
		return true;
	si->doubt = true;
	return false;
}

/**
 * away_patience_us() - how long the next request may take
 * @si: the interface
 *
 * What a BMC that is away has swallowed it will not answer when it is back, so a try of it
 * is brief; but for one now and then, should it have become slow. For the answer to whether it
 * is away others wait.
 *
 * Return: microseconds, 0 = as long as any.
 */
u32 away_patience_us(struct si *si)
{
	if (!si->away)
		return si->doubt ? DOUBT_PATIENCE_US : 0;
	return ++si->away_tries % AWAY_PATIENT_TRY ? AWAY_PATIENCE_US : 0;
}

/**
 * away_pause() - when the BMC is to be tried again
 * @si: the interface
 * @longest: after the longest pause; else the longer it is away, the longer
 */
void away_pause(struct si *si, bool longest)
{
	ktime_t now = pace_now();
	s64 us = AWAY_PAUSE_MAX_US;

	if (!longest)
		us = clamp_t(s64, ktime_us_delta(now, si->away_since) / 16, AWAY_PAUSE_MIN_US,
			     AWAY_PAUSE_MAX_US);
	si->away_next = ktime_add_us(now, us);
}
