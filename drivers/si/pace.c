// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pacer: when the engine is run again.
 *
 * Whoever has run the engine for a burst, a sender, an interrupt (irq.c) or the timer, sets the
 * timer for as long as the wait plan (proto/wait.c) says, and the timer's handler does the next
 * burst itself: no thread is woken for a look. The interface's thread is for what takes longer
 * than a burst: long messages, busy waiting that the administrator or maintenance mode asks for.
 * Should it not get a processor, the timer goes on in its place. Lock: si->pump for what the
 * timer is set for; si->lock for setting it, and for kicks, which have no pump.
 */
#include <linux/delay.h>
#include <linux/kthread.h>

#include "engine.h"
#include "si.h"

/* Interrupts that should have come and did not, before the interface is polled. */
#define IRQ_MISSES_MAX 3
/* Longest busy wait in one go. */
#define SPIN_MAX_US 50
/* A sleep may be longer by this part of it, so that timers can be put together. */
#define SLACK 64
/* Bounds, in Documentation/house. */
#define TASK_NET_US 1000	/* the thread did not go on: the timer does */
#define GRACE_US 500		/* an interrupt that is on its way */

#define SI_MAX_PARMS 4

static unsigned int kipmid_max_busy_us[SI_MAX_PARMS];
static unsigned int num_max_busy_us;
module_param_array(kipmid_max_busy_us, uint, &num_max_busy_us, 0644);
MODULE_PARM_DESC(kipmid_max_busy_us,
		 "Most time (in us) to spin for the BMC before sleeping, per interface; 0, the default, leaves it to the driver, which spins a few microseconds only.");

static int force_kipmid[SI_MAX_PARMS];
static unsigned int num_force_kipmid;
module_param_array(force_kipmid, int, &num_force_kipmid, 0);
MODULE_PARM_DESC(force_kipmid,
		 "Have a thread kipmidN for an interface (1) or not (0); the default is to have one where there is no interrupt. It costs nothing while nothing is outstanding.");

/**
 * pace_facts() - what the wait plan has to know of an interface
 * @si: the interface
 */
struct wait_facts pace_facts(struct si *si)
{
	struct wait_facts facts = {
		.irq = si_irq_works(si) && si->attn.irq_on,
		.fast = READ_ONCE(si->fast),
	};

	if (si->number < READ_ONCE(num_max_busy_us) && si->number < SI_MAX_PARMS)
		facts.busy_us = READ_ONCE(kipmid_max_busy_us[si->number]);
	return facts;
}

/**
 * pace_kick() - the engine has to run, though who says so cannot run it
 * @si: the interface
 *
 * Context: any.
 */
void pace_kick(struct si *si)
{
	guard(spinlock_irqsave)(&si->lock);
	/* At panic who asks for something also sees to it that it is done. */
	if (si->stopping || READ_ONCE(si->panicking))
		return;
	si->pace.kicked = true;
	WRITE_ONCE(si->pace.net_at, 0);
	hrtimer_start(&si->pace.timer, 0, HRTIMER_MODE_REL);
}

/* What was begun is more than a burst: the thread goes on with it. */
static void hand_over(struct si *si)
{
	WRITE_ONCE(si->pace.handed, true);
	if (wq_has_sleeper(&si->pace.wait))
		wake_up(&si->pace.wait);
}

static bool take_over(struct si *si)
{
	return xchg(&si->pace.handed, false) || kthread_should_stop();
}

/*
 * A net is seldom needed, and to set a timer and to take it back again costs as much as a fifth of
 * a request. So one that is set stays, unless it would be too late: it is set again, or is over,
 * when it runs out (is_early_locked()). That takes no si->lock: a kick that clears net_at meanwhile
 * has the engine run soon, and that sets what is needed then.
 */
static bool keeps_net_pump(struct si *si, enum si_alarm alarm, u64 ns)
{
	ktime_t net_at = READ_ONCE(si->pace.net_at);

	lockdep_assert_held(&si->pump);
	if (alarm == ALARM_OFF)
		return net_at;
	if (alarm != ALARM_NET)
		return false;
	/* A machine that waits was looked at just now. */
	si->pace.until = ktime_add_ns(si->busy ? si->wait.last_look : pace_now(), ns);
	return net_at && net_at <= si->pace.until;
}

/* A net has run out. Has the wait that it is for begun after it was set? Then it is set again. */
static bool is_early_locked(struct si *si)
{
	s64 left_ns = ktime_to_ns(ktime_sub(si->pace.until, pace_now()));

	lockdep_assert_held(&si->lock);
	if (!si->pace.net_at || si->pace.alarm != ALARM_NET || left_ns <= 0)
		return false;
	WRITE_ONCE(si->pace.net_at, si->pace.until);
	hrtimer_start(&si->pace.timer, ns_to_ktime(left_ns), HRTIMER_MODE_REL);
	return true;
}

static void set_alarm_pump(struct si *si, enum si_alarm alarm, u64 ns)
{
	si->pace.alarm = alarm;
	if (keeps_net_pump(si, alarm, ns))
		return;
	guard(spinlock_irqsave)(&si->lock);
	if (si->pace.kicked || si->stopping)
		return;
	WRITE_ONCE(si->pace.net_at, alarm == ALARM_NET ? si->pace.until : 0);
	if (alarm == ALARM_OFF)
		hrtimer_try_to_cancel(&si->pace.timer);
	else
		hrtimer_start_range_ns(&si->pace.timer, ns_to_ktime(ns),
				       alarm == ALARM_NAP ? ns / SLACK : 0, HRTIMER_MODE_REL);
}

/**
 * pace_arm_pump() - have the engine go on when the plan says, and not before
 * @si: the interface
 * @plan: the plan
 * @from: who has made it; a task goes on by itself where there is more to do at once
 *
 * Context: any, under si->pump.
 */
void pace_arm_pump(struct si *si, struct wait_plan plan, enum si_from from)
{
	u64 ns = (u64)plan.us * NSEC_PER_USEC;

	lockdep_assert_held(&si->pump);
	if (plan.how == WAIT_SPIN) {
		if (from != SI_FROM_TASK)
			hand_over(si);
		if (si->pace.alarm != ALARM_TASK)
			set_alarm_pump(si, ALARM_TASK, TASK_NET_US * NSEC_PER_USEC);
	} else if (!ns) {
		if (si->pace.alarm != ALARM_OFF)
			set_alarm_pump(si, ALARM_OFF, 0);
	} else if (plan.how == WAIT_SLEEP) {
		si_count(si, SI_SHORT_TIMEOUTS);
		set_alarm_pump(si, ALARM_NAP, ns);
	} else {
		si_count(si, SI_LONG_TIMEOUTS);
		set_alarm_pump(si, ALARM_NET, ns);
	}
}

/* The wait ran out and the BMC had been ready: an interrupt was missed. */
static void irq_missed_pump(struct si *si)
{
	if (++si->irq.missed < IRQ_MISSES_MAX) {
		/*
		 * A BMC that was reset unnoticed has forgotten that it is to interrupt. Until
		 * that is known, no other one is missed.
		 */
		si->attn.irq_on = false;
		si->attn.due |= ATTN_DUE_ENABLES;
	} else {
		WRITE_ONCE(si->irq.broken, true);
		dev_warn(si->desc.dev,
			 "interrupt %d does not come when the BMC is ready, polling instead; check what the firmware or the irqs parameter says of it\n",
			 si->desc.irq);
	}
	pace_kick(si);
}

/* Is there an interrupt that should have come? Without a request the timer is the driver's own. */
static bool is_due_pump(const struct si *si)
{
	return si->busy && si_irq_works(si) && si->attn.irq_on && si->hold == SI_RUNS && !si->away;
}

/*
 * The timer has run out. Return: whether the engine is to be run; somebody may have run it
 * since, or the BMC is ready and its interrupt may just be on its way.
 */
static bool take_alarm_pump(struct si *si, bool *net)
{
	enum si_alarm alarm = si->pace.alarm;

	scoped_guard(spinlock_irqsave, &si->lock) {
		if (!si->pace.kicked && hrtimer_is_queued(&si->pace.timer))
			return false;
		if (!si->pace.kicked && is_early_locked(si))
			return false;
		WRITE_ONCE(si->pace.net_at, 0);
		if (!si->pace.kicked && alarm == ALARM_OFF)
			return false;
		*net = !si->pace.kicked && (alarm == ALARM_NET || alarm == ALARM_GRACE) &&
		       is_due_pump(si);
		si->pace.kicked = false;
		si->pace.alarm = ALARM_OFF;
	}
	if (!*net || alarm == ALARM_GRACE || !si->m->ops->asserts(si->m))
		return true;
	set_alarm_pump(si, ALARM_GRACE, GRACE_US * NSEC_PER_USEC);
	return false;
}

static enum hrtimer_restart pace_timer(struct hrtimer *timer)
{
	struct si *si = container_of(timer, struct si, pace.timer);
	unsigned int progress;
	struct output out = OUTPUT_INIT(out);
	bool net;

	scoped_guard(spinlock_irqsave, &si->pump) {
		if (!take_alarm_pump(si, &net))
			return HRTIMER_NORESTART;
		progress = si->burst.progress;
		engine_burst_pump(si, &out, SI_FROM_TIMER);
		if (net && progress != si->burst.progress && !si->away)
			irq_missed_pump(si);
	}
	hand_up_end(si, &out, SI_FROM_TIMER);
	return HRTIMER_NORESTART;
}

/**
 * pace_init() - once in the life of an interface
 * @si: the interface
 */
void pace_init(struct si *si)
{
	init_waitqueue_head(&si->pace.wait);
	ipmi_hrtimer_setup(&si->pace.timer, pace_timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
}

static void spin(u32 us)
{
	us = min_t(u32, us, SPIN_MAX_US);
	if (us)
		udelay(us);
	cond_resched();
}

/**
 * pace_wait() - wait as the plan says, here
 * @si: the interface
 * @plan: the plan
 *
 * Context: process, sleeps.
 */
void pace_wait(struct si *si, struct wait_plan plan)
{
	if (plan.how == WAIT_SPIN) {
		spin(plan.us);
		return;
	}
	si_count(si, SI_SHORT_TIMEOUTS);
	usleep_range(plan.us, plan.us + plan.us / SLACK + 1);
}

static struct wait_plan run_as_task(struct si *si)
{
	struct wait_plan plan;
	struct output out = OUTPUT_INIT(out);

	scoped_guard(spinlock_irqsave, &si->pump)
		plan = engine_burst_pump(si, &out, SI_FROM_TASK);
	hand_up_end(si, &out, SI_FROM_TASK);
	return plan;
}

static int pace_thread(void *data)
{
	struct si *si = data;
	struct wait_plan plan;

	while (!kthread_should_stop()) {
		plan = run_as_task(si);
		if (plan.how == WAIT_SPIN)
			spin(plan.us);
		else
			wait_event_interruptible(si->pace.wait, take_over(si));
	}
	return 0;
}

/* Nobody starts it any more (si->stopping). */
static void stop_timer(struct si *si)
{
	hrtimer_cancel(&si->pace.timer);
	si->pace.alarm = ALARM_OFF;
	si->pace.kicked = false;
	si->pace.net_at = 0;
}

static bool has_kipmid(const struct si *si)
{
	if (si->number < num_force_kipmid)
		return force_kipmid[si->number];
	return !si->irq.claimed;
}

/**
 * pace_start() - start the thread
 * @si: the interface, whose interrupt is taken if it has one
 *
 * Context: process.
 * Return: 0, or why there is no thread.
 */
int pace_start(struct si *si)
{
	struct task_struct *thread;

	scoped_guard(spinlock_irqsave, &si->pump)
		si->attn.due |= ATTN_DUE_CLEAR | ATTN_DUE_ENABLES;

	/*
	 * Somebody has to be there for what takes long in any case. Administrators know
	 * the thread that polls by its name, and say by force_kipmid if they want one.
	 */
	thread = kthread_run(pace_thread, si, has_kipmid(si) ? "kipmi%d" : "ipmi-si%d",
			     si->number);
	if (IS_ERR(thread)) {
		/* An interrupt may have come already, and have set the timer. */
		scoped_guard(spinlock_irqsave, &si->lock)
			si->stopping = true;
		stop_timer(si);
		return PTR_ERR(thread);
	}
	si->pace.thread = thread;
	return 0;
}

/**
 * pace_stop() - stop the thread and its timer
 * @si: the interface; nobody is let in any more (si->stopping)
 *
 * Context: process, sleeps at most as long as the engine needs for one burst.
 */
void pace_stop(struct si *si)
{
	kthread_stop(si->pace.thread);
	si->pace.thread = NULL;
	stop_timer(si);
}
