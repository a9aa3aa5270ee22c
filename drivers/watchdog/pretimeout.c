// SPDX-License-Identifier: GPL-2.0-only
/*
 * The BMC says that it will act soon, by a message interrupt or by an NMI.
 *
 * The message comes through the message handler, whose runner calls us, so nothing
 * may be asked of the BMC here. The NMI comes to any CPU in any state, so it only
 * panics, or leaves a note for an irq_work.
 */
#define pr_fmt(fmt) "IPMI Watchdog: " fmt

#include <linux/delay.h>
#include <linux/irq_work.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#ifdef CONFIG_X86
#include <asm/nmi.h>
#endif

#include "watchdog.h"

#define TEST_TIMEOUT_S	100
#define TEST_PRE_S	99
#define TEST_WAIT_MS	1500
#define TEST_STEP_MS	10

/**
 * pretimeout_message() - ipmi_user_hndl.ipmi_watchdog_pretimeout
 * @unused: the user's cookie
 *
 * Context: process or soft interrupt, under the interface's lock; see ipmi_core_create_user().
 */
void pretimeout_message(void *unused)
{
	/* Somebody else's, or of a timer that was stopped meanwhile. */
	if (!READ_ONCE(wdt.armed))
		return;
	/* What comes with an NMI too may come late, when the timer has been set anew for that. */
	if (wdt.set.preaction == WDT_PRE_NMI && (!wdt.set.pretimeout || timer_is_before_end()))
		return;
	if (param_preop == WDT_PREOP_PANIC)
		panic("Watchdog pre-timeout");
	if (timer_was_pretimeout())
		device_pretimeout();
}

#ifdef CONFIG_X86

static void after_nmi(struct irq_work *work)
{
	device_pretimeout();
}

static struct irq_work nmi_work = IRQ_WORK_INIT(after_nmi);
static bool nmi_on;		/* the handler is registered, under wdt.lock */
static bool testing, seen;

/* An NMI that nobody else knew. It can only be ours when the BMC is about to act. */
static int nmi(unsigned int type, struct pt_regs *regs)
{
	if (READ_ONCE(testing)) {
		WRITE_ONCE(seen, true);
		return NMI_HANDLED;
	}
	if (wdt.set.preaction != WDT_PRE_NMI || !wdt.set.pretimeout || timer_is_before_end())
		return NMI_DONE;
	if (param_preop == WDT_PREOP_PANIC)
		nmi_panic(regs, "pre-timeout");
	if (timer_was_pretimeout())
		irq_work_queue(&nmi_work);
	return NMI_HANDLED;
}

/**
 * pretimeout_nmi_locked() - listen to NMIs, or no more
 * @on: which of them
 *
 * Return: 0 or why not.
 */
int pretimeout_nmi_locked(bool on)
{
	int rv = 0;

	lockdep_assert_held(&wdt.lock);
	if (on == nmi_on)
		return 0;
	if (on)
		rv = register_nmi_handler(NMI_UNKNOWN, nmi, 0, "ipmi");
	else
		unregister_nmi_handler(NMI_UNKNOWN, "ipmi");
	if (!rv)
		nmi_on = on;
	return rv;
}

/**
 * pretimeout_test_locked() - does an NMI of this BMC reach us?
 *
 * The time is set so that the BMC has to send one after a second. The timer is to
 * be set anew after this.
 */
void pretimeout_test_locked(void)
{
	const struct wdt_set set = {
		/* A BMC may not count for an action that is none. */
		.action = param_action,
		.preaction = WDT_PRE_NMI,
		.timeout = TEST_TIMEOUT_S,
		.pretimeout = TEST_PRE_S,
	};
	unsigned int ms;

	lockdep_assert_held(&wdt.lock);
	if (!nmi_on || wdt.armed)
		return;
	WRITE_ONCE(seen, false);
	WRITE_ONCE(testing, true);
	if (!bmc_set(wdt.user, &set) && !bmc_reset(wdt.user))
		for (ms = 0; ms < TEST_WAIT_MS && !READ_ONCE(seen); ms += TEST_STEP_MS)
			msleep(TEST_STEP_MS);
	WRITE_ONCE(testing, false);
	if (!READ_ONCE(seen))
		pr_err("preaction=pre_nmi: the BMC was asked for an NMI and none came\n");
}

void pretimeout_exit(void)
{
	scoped_guard(mutex, &wdt.lock)
		pretimeout_nmi_locked(false);
	irq_work_sync(&nmi_work);
}

#else

int pretimeout_nmi_locked(bool on)
{
	return on ? -EOPNOTSUPP : 0;
}

void pretimeout_test_locked(void)
{
}

void pretimeout_exit(void)
{
}

#endif
