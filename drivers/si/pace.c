// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pacer: the only place in this module that waits.
 *
 * One thread per interface runs the engine whenever there is something to do and
 * sleeps otherwise, until it is kicked: by the timer, by a sender that found the
 * machine taken, or by an interrupt (irq.c). Whoever has run the engine, the thread or a
 * sender, sets the timer for as long as the wait plan (proto/wait.c) says, so a
 * sender wakes no thread. Lock: si->pump guards the timer.
 */
#include <linux/delay.h>
#include <linux/kthread.h>

#include "si.h"

/* Interrupts that should have come and did not, before we stop believing in them. */
#define IRQ_MISSES_MAX 3
/* Longest busy wait in one go. */
#define SPIN_MAX_US 50
/* A sleep may be longer by this part of it, so that timers can be put together. */
#define SLACK 64

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
		/*
		 * A BMC that was reset unnoticed has forgotten that it is to interrupt. Until
		 * that is known, no other one is missed.
		 */
		WRITE_ONCE(si->attn.irq_on, false);
		scoped_guard(spinlock_irqsave, &si->lock)
			si->due |= ATTN_DUE_ENABLES;
		pace_kick(si);
		return;
	}
	WRITE_ONCE(si->irq_broken, true);
	dev_warn(si->desc.dev,
		 "interrupt %d does not come when the BMC is ready, polling instead; check what the firmware or the irqs parameter says of it\n",
		 si->desc.irq);
}

static void spin(struct si *si, u32 us)
{
	us = min_t(u32, us, SPIN_MAX_US);
	if (us)
		udelay(us);
	WRITE_ONCE(si->times.spinning_us, si->times.spinning_us + us);
	cond_resched();
}

/**
 * pace_wait() - wait as the plan says, here
 * @si: the interface, whose thread does not run
 * @plan: the plan
 *
 * Context: process, sleeps.
 */
void pace_wait(struct si *si, struct wait_plan plan)
{
	if (plan.how == WAIT_SPIN) {
		spin(si, plan.us);
		return;
	}
	si_count(si, SI_SHORT_TIMEOUTS);
	si->asleep = true;
	usleep_range(plan.us, plan.us + plan.us / SLACK + 1);
}

static enum hrtimer_restart pace_timer(struct hrtimer *timer)
{
	struct si *si = container_of(timer, struct si, timer);

	WRITE_ONCE(si->timer_net, si->armed_net);
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
	ipmi_hrtimer_setup(&si->timer, pace_timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
}

/**
 * pace_arm_locked() - have the thread go on when the plan says, and not before
 * @si: the interface
 * @plan: the plan; of a spin only the thread can make something
 *
 * Context: process, the caller holds the pump.
 */
void pace_arm_locked(struct si *si, struct wait_plan plan)
{
	u64 ns = (u64)plan.us * NSEC_PER_USEC;

	lockdep_assert_held(&si->pump);
	if (plan.how == WAIT_SPIN || !ns || READ_ONCE(si->stopping)) {
		if (si->armed != WAIT_SPIN)
			hrtimer_try_to_cancel(&si->timer);
		si->armed = WAIT_SPIN;
		return;
	}
	si_count(si, plan.how == WAIT_SLEEP ? SI_SHORT_TIMEOUTS : SI_LONG_TIMEOUTS);
	si->armed = plan.how;
	/* Without a request it is for the driver's own time, and no interrupt is due. */
	si->armed_net = plan.how == WAIT_EVENT && si->busy;
	si->asleep = true;
	hrtimer_start_range_ns(&si->timer, ns_to_ktime(ns),
			       plan.how == WAIT_SLEEP ? ns / SLACK : 0, HRTIMER_MODE_REL);
}

static int pace_thread(void *data)
{
	struct si *si = data;
	unsigned int progress;
	struct wait_plan plan;
	bool net, missed;

	while (!kthread_should_stop()) {
		net = xchg(&si->timer_net, false);
		progress = READ_ONCE(si->progress);
		plan = engine_run(si);
		missed = net && progress != READ_ONCE(si->progress) && !READ_ONCE(si->away);
		if (si_irq_works(si) && READ_ONCE(si->attn.irq_on))
			irq_judge(si, missed);
		if (plan.how == WAIT_SPIN)
			spin(si, plan.us);
		else
			wait_event_interruptible(si->wait, take_kick(si));
	}
	return 0;
}

/**
 * pace_interrupt() - run the engine for an interrupt
 * @si: the interface
 *
 * For an answer nobody else has to be woken then. It is no place to wait for long.
 *
 * Context: the interrupt's thread.
 */
void pace_interrupt(struct si *si)
{
	struct wait_plan plan;
	u32 spun = 0;

	for (;;) {
		plan = engine_run(si);
		if (plan.how != WAIT_SPIN)
			return;
		spun += plan.us;
		if (spun > SPIN_MAX_US)
			break;
		spin(si, plan.us);
	}
	pace_kick(si);
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

	si->armed = WAIT_SPIN;
	si->timer_net = false;
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
 * pace_stop() - stop the thread and its timer
 * @si: the interface; nobody is let in any more (si->stopping)
 *
 * Context: process, sleeps at most as long as the engine needs for one pass.
 */
void pace_stop(struct si *si)
{
	kthread_stop(si->thread);
	si->thread = NULL;
	guard(mutex)(&si->pump);
	hrtimer_cancel(&si->timer);
}
