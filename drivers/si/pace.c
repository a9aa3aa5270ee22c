// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pacer: the only place in this module that waits.
 *
 * One thread per interface runs the engine whenever there is something to do and
 * sleeps otherwise: on a high-resolution timer for as long as the wait plan
 * (proto/wait.c) says, or until it is kicked by a sender or an interrupt (irq.c). No
 * lock but the wait queue's.
 */
#include <linux/delay.h>
#include <linux/kthread.h>

#include "si.h"

/* Interrupts that should have come and did not, before we stop believing in them. */
#define IRQ_MISSES_MAX 3
/* Longest busy wait in one go. */
#define SPIN_MAX_US 50

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
		.irq = si_irq_works(si),
		.fast = READ_ONCE(si->fast),
	};

	if (si->number < READ_ONCE(num_max_busy_us) && si->number < SI_MAX_PARMS)
		facts.busy_us = READ_ONCE(kipmid_max_busy_us[si->number]);
	return facts;
}

/**
 * pace_kick() - the pacer has a reason to run the engine
 * @si: the interface
 *
 * Context: any.
 */
void pace_kick(struct si *si)
{
	WRITE_ONCE(si->kicked, true);
	if (wq_has_sleeper(&si->wait))
		wake_up(&si->wait);
}

static bool take_kick(struct si *si)
{
	return xchg(&si->kicked, false) || kthread_should_stop();
}

/* The wait ran out and the BMC had been ready: an interrupt was missed. */
static void irq_judge(struct si *si, bool missed)
{
	if (xchg(&si->irq_seen, false)) {
		si->irq_missed = 0;
		si->irq_proved = true;
		return;
	}
	if (!missed || si->irq_broken)
		return;
	if (++si->irq_missed < IRQ_MISSES_MAX) {
		/* A BMC that was reset unnoticed has forgotten that it is to interrupt. */
		scoped_guard(spinlock_irqsave, &si->lock)
			si->due |= ATTN_DUE_ENABLES;
		return;
	}
	WRITE_ONCE(si->irq_broken, true);
	dev_warn(si->desc.dev,
		 "interrupt %d does not come when the BMC is ready, polling instead; check what the firmware or the irqs parameter says of it\n",
		 si->desc.irq);
}

/* What the sleep cost a request, if there is one. */
static void slept(struct si *si, ktime_t since)
{
	s64 us = ktime_us_delta(pace_now(), since);

	WRITE_ONCE(si->times.sleeping_us, si->times.sleeping_us + max_t(s64, us, 0));
}

static void sleep(struct si *si, u32 us)
{
	ktime_t since = pace_now();

	usleep_range(us, us + us / 8 + 1);
	slept(si, since);
}

/**
 * pace_wait() - wait as the plan says
 * @si: the interface
 * @plan: the plan
 *
 * Context: process, sleeps. Only the pacer's thread waits for events; before it
 * runs there are none, and such a wait is an ordinary sleep.
 */
void pace_wait(struct si *si, struct wait_plan plan)
{
	u32 spin_us = min_t(u32, plan.us, SPIN_MAX_US);

	switch (plan.how) {
	case WAIT_SPIN:
		if (spin_us)
			udelay(spin_us);
		WRITE_ONCE(si->times.spinning_us, si->times.spinning_us + spin_us);
		cond_resched();
		break;
	case WAIT_SLEEP:
		si_count(si, SI_SHORT_TIMEOUTS);
		sleep(si, plan.us);
		break;
	case WAIT_EVENT:
		si_count(si, SI_LONG_TIMEOUTS);
		sleep(si, plan.us);
		break;
	}
}

/* Sleep until there is something to do. True if the time ran out instead. */
static bool wait_kick(struct si *si, u32 us)
{
	bool busy = READ_ONCE(si->busy), timed_out;
	ktime_t since = busy ? pace_now() : 0;

	if (take_kick(si))
		return false;
	if (!us) {
		wait_event_interruptible(si->wait, take_kick(si));
		return false;
	}
	si_count(si, SI_LONG_TIMEOUTS);
	timed_out = wait_event_interruptible_hrtimeout(si->wait, take_kick(si),
						       ns_to_ktime((u64)us * NSEC_PER_USEC)) ==
		    -ETIME;
	if (busy)
		slept(si, since);
	return timed_out;
}

static enum hrtimer_restart on_time(struct hrtimer *timer)
{
	struct si *si = container_of(timer, struct si, timer);

	WRITE_ONCE(si->time_is_up, true);
	pace_kick(si);
	return HRTIMER_NORESTART;
}

/**
 * pace_init() - once in the life of an interface
 * @si: the interface
 */
void pace_init(struct si *si)
{
	init_waitqueue_head(&si->wait);
	ipmi_hrtimer_setup(&si->timer, on_time, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
}

/**
 * pace_go_on() - somebody else has run the engine; the pacer does when the plan says
 * @si: the interface
 * @plan: the plan
 *
 * Until then it sleeps: woken at once it would only look at a BMC that is thinking.
 *
 * Context: process.
 */
void pace_go_on(struct si *si, struct wait_plan plan)
{
	if (plan.how == WAIT_EVENT && !plan.us)
		return;
	if (plan.how == WAIT_SPIN) {
		pace_kick(si);
		return;
	}
	si_count(si, plan.how == WAIT_SLEEP ? SI_SHORT_TIMEOUTS : SI_LONG_TIMEOUTS);
	WRITE_ONCE(si->timer_since, pace_now());
	hrtimer_start(&si->timer, ns_to_ktime((u64)plan.us * NSEC_PER_USEC), HRTIMER_MODE_REL);
}

/**
 * pace_before_pass() - what pace_go_on() has left is of no use any more
 * @si: the interface, whose si->pump the caller holds
 *
 * Context: process.
 */
void pace_before_pass(struct si *si)
{
	ktime_t since = READ_ONCE(si->timer_since);

	if (!since)
		return;
	WRITE_ONCE(si->timer_since, 0);
	/* One that comes all the same costs a look. */
	hrtimer_try_to_cancel(&si->timer);
	if (si->busy)
		slept(si, since);
}

static int pace_thread(void *data)
{
	struct si *si = data;
	bool timed_out = false, missed;
	unsigned int progress;
	struct wait_plan plan;
	bool settled;

	while (!kthread_should_stop()) {
		/* Read without the pump: to judge by too little costs a poll or two. */
		settled = attn_enables_settled(&si->attn);
		progress = READ_ONCE(si->progress);
		timed_out |= xchg(&si->time_is_up, false);
		plan = engine_run(si);
		missed = timed_out && settled && progress != READ_ONCE(si->progress) &&
			 !READ_ONCE(si->away);
		if (si_irq_works(si))
			irq_judge(si, missed);
		timed_out = false;
		if (plan.how == WAIT_EVENT)
			timed_out = wait_kick(si, plan.us);
		else
			pace_wait(si, plan);
	}
	return 0;
}

static bool has_kipmid(const struct si *si)
{
	if (si->number < num_force_kipmid)
		return force_kipmid[si->number];
	return !si->irq_claimed;
}

/**
 * pace_now() - the time, at panic too
 *
 * The clock that needs no lock: another CPU may have been stopped while it held
 * the timekeeper's.
 *
 * Context: any.
 */
ktime_t pace_now(void)
{
	return ns_to_ktime(ktime_get_mono_fast_ns());
}

/**
 * pace_start() - start the thread, and take the interrupt
 * @si: the interface
 *
 * Context: process.
 * Return: 0, or why there is no thread.
 */
int pace_start(struct si *si)
{
	struct task_struct *thread;

	si_irq_start(si);
	si->attn.use_irq = si->irq_claimed;
	si->attn.due |= ATTN_DUE_CLEAR | ATTN_DUE_ENABLES;

	/*
	 * Somebody has to wait for the BMC in any case. Administrators know the
	 * thread that polls by its name, and say by force_kipmid if they want one.
	 */
	thread = kthread_run(pace_thread, si, has_kipmid(si) ? "kipmi%d" : "ipmi-si%d",
			     si->number);
	if (IS_ERR(thread)) {
		si_irq_free(si);
		return PTR_ERR(thread);
	}
	si->thread = thread;
	return 0;
}

/**
 * pace_stop() - stop the thread
 * @si: the interface
 *
 * Context: process, sleeps at most as long as the longest wait of a plan.
 */
void pace_stop(struct si *si)
{
	kthread_stop(si->thread);
	si->thread = NULL;
}
