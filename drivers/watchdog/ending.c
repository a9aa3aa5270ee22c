// SPDX-License-Identifier: GPL-2.0-only
/*
 * The timer's last words: what the BMC is told as the machine restarts, goes off or sleeps, and as
 * the module goes.
 *
 * Called by main.c, from notifiers and at module exit. Lock: wdt.lock, taken here.
 */
#define pr_fmt(fmt) "IPMI Watchdog: " fmt

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/sched/signal.h>

#include "watchdog.h"

#define LAST_STOP_MS		10000	/* when nobody can tell it later: tried for so long */
#define LAST_STOP_STEP_MS	250

/*
 * The last command to the BMC of a timer that has to stop. Nothing sends it again later, so it is
 * sent here until it succeeds, for LAST_STOP_MS.
 */
static int stop_last_locked(void)
{
	unsigned long end = jiffies + msecs_to_jiffies(LAST_STOP_MS);
	int rv;

	lockdep_assert_held(&wdt.lock);
	for (;;) {
		rv = bmc_stop(wdt.user, wdt.timeout);
		if (!timer_may_pass(rv) || time_after(jiffies, end))
			break;
		if (fatal_signal_pending(current))
			break;
		msleep(LAST_STOP_STEP_MS);
	}
	if (rv) {
		pr_crit("the BMC could not be told to stop its timer (error %d): it may still act\n",
			rv);
		return rv;
	}
	WRITE_ONCE(wdt.armed, false);
	WRITE_ONCE(wdt.must_set, false);
	return 0;
}

/* Does the BMC run a timer of ours, or may it, for all that we know? */
static bool may_run_locked(void)
{
	lockdep_assert_held(&wdt.lock);
	return wdt.user && (wdt.armed || wdt.must_set);
}

/**
 * timer_extend() - the last word to an armed timer before the machine restarts
 * @timeout: seconds, at least
 *
 * Then it is to reset a machine that does not come up; but one that was to do nothing does
 * nothing then.
 */
void timer_extend(unsigned int timeout)
{
	u64 since = ktime_get_mono_fast_ns();
	struct wdt_set set;
	int rv;

	guard(mutex)(&wdt.lock);
	if (!wdt.armed || !wdt.user)
		return;
	set = wdt.set;
	if (set.action != WDT_ACTION_NONE)
		set.action = WDT_ACTION_RESET;
	set.pretimeout = 0;
	set.timeout = max(set.timeout, timeout);
	rv = timer_tell_locked(&set);
	if (rv) {
		pr_warn("the BMC could not be given %u s for the restart (error %d): it may act sooner\n",
			set.timeout, rv);
		return;
	}
	wdt.set = set;
	timer_note_locked(0, since);
}

/**
 * timer_end() - the machine goes off, or stands still: it must not be reset for that
 *
 * Context: process, sleeps; LAST_STOP_MS and one command.
 */
void timer_end(void)
{
	guard(mutex)(&wdt.lock);
	if (may_run_locked())
		stop_last_locked();
}

/**
 * timer_sleep() - the machine is about to sleep: it must not be reset for that
 *
 * An armed timer stays armed, and programs may go on with it as long as they still run; the BMC
 * is told as the machine wakes.
 */
void timer_sleep(void)
{
	int rv;

	guard(mutex)(&wdt.lock);
	if (may_run_locked()) {
		rv = bmc_stop(wdt.user, wdt.timeout);
		if (rv)
			pr_warn("the BMC could not be told to stop its timer (error %d): it may act while the machine sleeps\n",
				rv);
		WRITE_ONCE(wdt.must_set, wdt.armed || rv);
	}
	wdt.asleep = true;
}

/**
 * timer_wake() - the machine has slept, or does not sleep after all
 *
 * The firmware may have set the timer for its own use meanwhile, so it is set anew.
 */
void timer_wake(void)
{
	guard(mutex)(&wdt.lock);
	wdt.asleep = false;
	if (!wdt.user)
		return;
	timer_again_locked();
	if (!wdt.armed && wdt.must_set)
		timer_tell_later_locked();
}

/**
 * timer_exit() - the module goes: so does the timer, unless it was started for good
 *
 * It runs on without a program that could stop it if start_now started it, or if its program
 * died, or if the BMC was away as it was to be stopped.
 *
 * Context: process, sleeps; LAST_STOP_MS and one command.
 */
void timer_exit(void)
{
	timer_quiet();
	guard(mutex)(&wdt.lock);
	if (!may_run_locked())
		return;
	if (wdt.armed && nowayout_get())
		pr_notice("nowayout: the BMC's timer runs on\n");
	else
		stop_last_locked();
}
