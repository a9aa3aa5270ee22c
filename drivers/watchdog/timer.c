// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one timer: what it is to do, and whether the BMC knows.
 *
 * Called by the devices, the parameters and main.c. Lock: wdt.lock, except where
 * said. A timer that is armed stays so while its BMC is away or its interface is
 * gone: once the BMC can be told again it is armed again, and counts from there.
 */
#define pr_fmt(fmt) "IPMI Watchdog: " fmt

#include <linux/errno.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/printk.h>
#include <linux/watchdog.h>
#include <linux/workqueue.h>

#include "watchdog.h"

#define AGAIN_MS		1000	/* a BMC that did not hear is told once a second */
#define END_SLACK_MS		1000	/* clocks differ: so much before the end is the end */

struct wdt_timer wdt = {
	.lock = __MUTEX_INITIALIZER(wdt.lock),
	.timeout = 10,
};

static void tell_again(struct work_struct *work);
static DECLARE_DELAYED_WORK(again, tell_again);

/**
 * timer_may_pass() - is it worth another try?
 * @rv: 0 or what the BMC's functions return
 *
 * Return: true if it is.
 */
bool timer_may_pass(int rv)
{
	return rv && rv != -EINVAL && rv != -EOPNOTSUPP && rv != -ENODEV;
}

/**
 * timer_tell_later_locked() - the BMC has to be told, and not by who asks
 */
void timer_tell_later_locked(void)
{
	lockdep_assert_held(&wdt.lock);
	wdt.must_set = true;
	schedule_delayed_work(&again, msecs_to_jiffies(AGAIN_MS));
}

/**
 * timer_note_locked() - what came of telling the BMC that the timer is to run
 * @rv: 0 or why not
 * @since: before it was told, nanoseconds
 *
 * Return: @rv.
 */
int timer_note_locked(int rv, u64 since)
{
	lockdep_assert_held(&wdt.lock);
	if (!rv) {
		if (wdt.told && !wdt.asleep)
			pr_warn("the BMC knows of the timer again: it runs\n");
		wdt.told &= wdt.asleep;
		/* It may have begun to count long before it said so. */
		WRITE_ONCE(wdt.fed, since);
		return 0;
	}
	wdt.must_set = true;
	if (!wdt.told && rv != -EINTR) {
		pr_warn("the BMC could not be told that the machine runs (error %d)%s\n", rv,
			timer_may_pass(rv) ? ": trying on" : "");
		wdt.told = true;
	}
	if (timer_may_pass(rv))
		timer_tell_later_locked();
	return rv;
}

/**
 * timer_tell_locked() - tell the BMC that the timer is to run
 * @set: as what
 *
 * Set and Reset: the first sets the countdown anew if the timer runs, the second
 * starts it if it does not, as after an expiry or a reset of the BMC. A machine that sleeps
 * cannot feed it, so then this waits for timer_wake().
 *
 * Return: 0, -ENODEV, or what bmc_set() returns.
 */
int timer_tell_locked(const struct wdt_set *set)
{
	bool must_set = wdt.must_set;
	int rv;

	lockdep_assert_held(&wdt.lock);
	if (wdt.asleep) {
		WRITE_ONCE(wdt.must_set, true);
		return wdt.user ? 0 : -ENODEV;
	}
	/* A pre-timeout from here on is one of what is set here, or may be. */
	WRITE_ONCE(wdt.must_set, false);
	clear_bit(0, &wdt.warned);
	rv = wdt.user ? bmc_set(wdt.user, set) : -ENODEV;
	if (!rv)
		rv = bmc_reset(wdt.user);
	if (rv && must_set)
		WRITE_ONCE(wdt.must_set, true);
	/* -ESTALE: the BMC has no timer set. Just after it was set, that is its error. */
	return rv == -ESTALE ? -EIO : rv;
}

static int arm_locked(void)
{
	u64 since = ktime_get_mono_fast_ns();
	struct wdt_set set = wdt.set;

	set.forget = false;
	return timer_note_locked(timer_tell_locked(&set), since);
}

/**
 * timer_listen_locked() - listen to NMIs while they may come
 *
 * The timer that runs makes them, or the next one will.
 */
void timer_listen_locked(void)
{
	lockdep_assert_held(&wdt.lock);
	pretimeout_nmi_locked(param_preaction == WDT_PRE_NMI ||
			      (wdt.armed && wdt.set.preaction == WDT_PRE_NMI));
}

static int stop_locked(void)
{
	int rv = wdt.user ? bmc_stop(wdt.user, wdt.timeout) : 0;

	if (rv && !timer_may_pass(rv) && rv != -ENODEV)
		return rv;
	/* A BMC that cannot be told now may still come back and act. */
	WRITE_ONCE(wdt.armed, false);
	wdt.must_set = false;
	timer_listen_locked();
	if (timer_may_pass(rv))
		timer_tell_later_locked();
	else if (wdt.told)
		pr_warn("the BMC knows of the timer again: it is stopped\n");
	if (wdt.must_set && !wdt.told)
		pr_warn("the BMC could not be told to stop its timer (error %d): trying on\n", rv);
	wdt.told = wdt.must_set;
	return 0;
}

static void tell_again(struct work_struct *work)
{
	guard(mutex)(&wdt.lock);
	if (!wdt.must_set || !wdt.user || wdt.asleep)
		return;
	if (wdt.armed)
		arm_locked();
	else
		stop_locked();
}

static int start_locked(void)
{
	struct wdt_set set = {
		.action = param_action,
		.preaction = param_preaction,
		.timeout = wdt.timeout,
		.pretimeout = wdt.pretimeout,
		.keep = !wdt.is_old,
		.forget = true,
	};
	u64 since = ktime_get_mono_fast_ns();
	int rv;

	lockdep_assert_held(&wdt.lock);
	if (!wdt.user)
		return -ENODEV;
	rv = timer_tell_locked(&set);
	if (rv) {
		pr_err("the BMC does not start its timer (error %d)%s\n", rv,
		       rv == -EINVAL ? ": it cannot do this action, preaction or time" : "");
		/* It may have heard all the same, or half of it. */
		if (timer_may_pass(rv))
			timer_tell_later_locked();
		return rv;
	}
	wdt.set = set;
	WRITE_ONCE(wdt.armed, true);
	timer_listen_locked();
	return timer_note_locked(0, since);
}

/**
 * timer_start() - arm the timer as the parameters say
 *
 * Context: process, sleeps; see WDT_ASK_MS. So do the others here.
 * Return: 0; -EINTR; -ENODEV between timer_hold() and timer_release(); what
 * bmc_set() returns, and it is as it was before.
 */
int timer_start(void)
{
	int rv;

	if (mutex_lock_killable(&wdt.lock))
		return -EINTR;
	rv = wdt.held ? -ENODEV : start_locked();
	mutex_unlock(&wdt.lock);
	return rv;
}

/**
 * timer_hold() - let no program start it, while another device is made
 *
 * Return: 0; -EINTR; -EBUSY if it is armed.
 */
int timer_hold(void)
{
	int rv = -EBUSY;

	if (mutex_lock_killable(&wdt.lock))
		return -EINTR;
	if (!wdt.armed) {
		wdt.held = true;
		rv = 0;
	}
	mutex_unlock(&wdt.lock);
	return rv;
}

void timer_release(void)
{
	guard(mutex)(&wdt.lock);
	wdt.held = false;
}

/**
 * timer_stop() - disarm it
 *
 * A BMC that does not answer now is told as soon as it does.
 *
 * Return: 0; -EINTR; else the BMC's refusal, and it is still armed.
 */
int timer_stop(void)
{
	int rv;

	if (mutex_lock_killable(&wdt.lock))
		return -EINTR;
	rv = stop_locked();
	mutex_unlock(&wdt.lock);
	return rv;
}

/* From its pre-timeout on the BMC takes no Reset, and does not say so (27.5). */
static bool past_pretimeout_locked(void)
{
	return wdt.set.preaction != WDT_PRE_NONE && wdt.set.pretimeout && !timer_is_before_end();
}

static int feed_locked(void)
{
	u64 since = ktime_get_mono_fast_ns();
	int rv;

	lockdep_assert_held(&wdt.lock);
	if (!wdt.user)
		return -ENODEV;
	if (wdt.must_set || past_pretimeout_locked())
		return arm_locked();
	rv = bmc_reset(wdt.user);
	if (rv != -ESTALE)
		return timer_note_locked(rv, since);
	rv = arm_locked();
	if (!rv)
		pr_notice("the BMC had forgotten the timer, as after a reset: it runs again\n");
	return rv;
}

/**
 * timer_feed() - the machine is well
 *
 * Return: 0; -EINVAL if the timer is not armed; -ENODEV without an interface;
 * else see bmc_set().
 */
int timer_feed(void)
{
	int rv;

	if (mutex_lock_killable(&wdt.lock))
		return -EINTR;
	rv = wdt.armed ? feed_locked() : -EINVAL;
	mutex_unlock(&wdt.lock);
	return rv;
}

static int set_times_locked(unsigned int timeout, unsigned int pretimeout)
{
	int rv = 0;

	lockdep_assert_held(&wdt.lock);
	if (wdt.armed) {
		u64 since = ktime_get_mono_fast_ns();
		struct wdt_set set = wdt.set;

		set.timeout = timeout;
		set.pretimeout = pretimeout;
		set.forget = false;
		rv = timer_tell_locked(&set);
		if (!rv)
			wdt.set = set;
		if (!rv || timer_may_pass(rv))
			timer_note_locked(rv, since);
	}
	if (rv)
		return rv;
	wdt.timeout = timeout;
	wdt.pretimeout = pretimeout;
	wdt_device.timeout = timeout;
	wdt_device.pretimeout = pretimeout;
	return 0;
}

/**
 * timer_set_timeout() - change the time, at once if it is armed
 * @timeout: seconds
 *
 * A pre-timeout that no longer fits is given up, as in the watchdog core.
 *
 * Return: 0, -EINVAL, or what bmc_set() returns; then nothing has changed.
 */
int timer_set_timeout(unsigned int timeout)
{
	int rv;

	if (!timeout || timeout > WDT_TIMEOUT_MAX)
		return -EINVAL;
	if (mutex_lock_killable(&wdt.lock))
		return -EINTR;
	rv = set_times_locked(timeout, wdt.pretimeout < timeout ? wdt.pretimeout : 0);
	mutex_unlock(&wdt.lock);
	return rv;
}

/**
 * timer_set_pretimeout() - likewise
 * @pretimeout: seconds before the end, less than the timeout; 0 = none
 *
 * Return: see timer_set_timeout().
 */
int timer_set_pretimeout(unsigned int pretimeout)
{
	int rv = -EINVAL;

	if (mutex_lock_killable(&wdt.lock))
		return -EINTR;
	if (pretimeout <= WDT_PRETIMEOUT_MAX && (!pretimeout || pretimeout < wdt.timeout))
		rv = set_times_locked(wdt.timeout, pretimeout);
	mutex_unlock(&wdt.lock);
	return rv;
}

/**
 * timer_left() - how long until the BMC acts
 *
 * From memory, when it was fed and what it was armed with: programs that watch machines read it
 * at every turn, and a BMC that is slow or away must not hold them up or give them an error.
 *
 * Context: any.
 * Return: seconds, 0 if no timer is armed, or its time is over.
 */
unsigned int timer_left(void)
{
	u64 whole = (u64)READ_ONCE(wdt.set.timeout) * NSEC_PER_SEC;
	u64 since = ktime_get_mono_fast_ns() - READ_ONCE(wdt.fed);

	if (!READ_ONCE(wdt.armed) || since >= whole)
		return 0;
	return div_u64(whole - since, NSEC_PER_SEC);
}

/**
 * timer_attach_locked() - there is a BMC now, in wdt.user
 * @start: its timer is to run from now on
 *
 * A timer that was armed before is armed here. Else the BMC's is stopped, whoever
 * started it, unless it is to run. A BMC that cannot run it as the parameters say is one all
 * the same: programs are told why by their open or ioctl, and can choose something else.
 *
 * Return: 0 or what bmc_set() returns.
 */
int timer_attach_locked(bool start)
{
	int rv;

	lockdep_assert_held(&wdt.lock);
	if (wdt.armed) {
		u64 since = ktime_get_mono_fast_ns();
		struct wdt_set set = wdt.set;

		set.keep = !wdt.is_old;
		set.forget = false;
		rv = timer_tell_locked(&set);
		if (rv)
			return rv;
		wdt.set = set;
		return timer_note_locked(0, since);
	}
	if (start) {
		rv = start_locked();
		if (!rv || timer_may_pass(rv))
			return rv;
	}
	return bmc_stop(wdt.user, wdt.timeout);
}

/**
 * timer_again_locked() - the BMC may have been told otherwise: tell it anew if it is armed
 */
void timer_again_locked(void)
{
	lockdep_assert_held(&wdt.lock);
	if (wdt.armed)
		arm_locked();
}

/**
 * timer_detach_locked() - the BMC is about to be left
 * @stop: it must not act any more
 *
 * An armed timer stays armed, for the next BMC. One that could not be stopped before is to be
 * stopped in any case.
 */
void timer_detach_locked(bool stop)
{
	int rv = 0;

	lockdep_assert_held(&wdt.lock);
	if (wdt.armed ? stop : wdt.must_set)
		rv = bmc_stop(wdt.user, wdt.timeout);
	if (rv)
		pr_warn("the BMC that is left could not be told to stop its timer (error %d): it may still act\n",
			rv);
}

/**
 * timer_was_pretimeout() - the next to feed it must set it
 *
 * A BMC may say so twice, by an NMI and by a message.
 *
 * Context: any, NMI included.
 * Return: true if this is the first that is heard of it.
 */
bool timer_was_pretimeout(void)
{
	WRITE_ONCE(wdt.must_set, true);
	return !test_and_set_bit(0, &wdt.warned);
}

/**
 * timer_is_before_end() - can the BMC have come to its pre-timeout yet?
 *
 * Context: any, NMI included.
 * Return: true if it cannot.
 */
bool timer_is_before_end(void)
{
	u64 ms = (u64)(wdt.set.timeout - wdt.set.pretimeout) * MSEC_PER_SEC;

	if (!READ_ONCE(wdt.armed))
		return true;
	return ms > END_SLACK_MS &&
	       ktime_get_mono_fast_ns() - READ_ONCE(wdt.fed) < (ms - END_SLACK_MS) * NSEC_PER_MSEC;
}

/**
 * timer_quiet() - nobody tells the BMC anything by itself any more
 */
void timer_quiet(void)
{
	cancel_delayed_work_sync(&again);
}
