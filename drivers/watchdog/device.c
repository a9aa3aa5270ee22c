// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device that programs open: one of the watchdog core, or the legacy one.
 *
 * Called by the watchdog core under its own lock, by the parameters and by main.c.
 * The device appears with the first BMC and stays until the module goes, so that a
 * program keeps its file over a BMC that is taken away and comes back. So its parent in sysfs is
 * not an interface's device, which may go before it, but a platform device of this module; a link
 * there leads to the device of the interface that is used, and changes with it.
 * Lock: shown_lock, here.
 */
#define pr_fmt(fmt) "IPMI Watchdog: " fmt

#include <linux/device.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/sysfs.h>
#include <linux/watchdog.h>

#include "watchdog.h"

/* Which device there is. */
static DEFINE_MUTEX(shown_lock);
static enum { SHOWN_NONE, SHOWN_CORE, SHOWN_LEGACY } shown;

static bool closed; /* the module goes: nothing is shown any more */

/* /sys/devices/platform/ipmi_watchdog, as long as the module is there. */
static struct platform_device *parent;
static struct device *linked; /* where its link leads, NULL: there is none */

#define PARENT_NAME	"ipmi_watchdog"
#define LINK_NAME	"interface"

static int op_start(struct watchdog_device *wdd)
{
	return timer_start();
}

/*
 * The watchdog core takes a timer for stopped before it asks. It has to know of one that
 * was not, or some kernels (6.12 is one) drop every later sign of life.
 */
static int op_stop(struct watchdog_device *wdd)
{
	int rv = timer_stop();

	if (rv)
		set_bit(WDOG_HW_RUNNING, &wdd->status);
	return rv;
}

static int op_ping(struct watchdog_device *wdd)
{
	return timer_feed();
}

static int op_set_timeout(struct watchdog_device *wdd, unsigned int timeout)
{
	return timer_set_timeout(timeout);
}

static int op_set_pretimeout(struct watchdog_device *wdd, unsigned int pretimeout)
{
	return timer_set_pretimeout(pretimeout);
}

static unsigned int op_get_timeleft(struct watchdog_device *wdd)
{
	return timer_left();
}

static const struct watchdog_ops ops = {
	.owner = THIS_MODULE,
	.start = op_start,
	.stop = op_stop,
	.ping = op_ping,
	.set_timeout = op_set_timeout,
	.set_pretimeout = op_set_pretimeout,
	.get_timeleft = op_get_timeleft,
};

static const struct watchdog_info info = {
	.options = WDIOF_SETTIMEOUT | WDIOF_PRETIMEOUT | WDIOF_KEEPALIVEPING | WDIOF_MAGICCLOSE |
		   WDIOF_CARDRESET,
	.firmware_version = 1,
	.identity = "IPMI",
};

struct watchdog_device wdt_device = {
	.info = &info,
	.ops = &ops,
	.min_timeout = 1,
	.max_timeout = WDT_TIMEOUT_MAX,
	.status = WATCHDOG_NOWAYOUT_INIT_STATUS,
};

/**
 * device_set_timeout() - by parameter
 * @timeout: seconds
 *
 * Return: see timer_set_timeout().
 */
int device_set_timeout(unsigned int timeout)
{
	int rv;

	guard(mutex)(&shown_lock);
	rv = timer_set_timeout(timeout);
	/* If it is the watchdog core that feeds the timer: at once, and that often from now on. */
	if (!rv && shown == SHOWN_CORE)
		watchdog_set_last_hw_keepalive(&wdt_device, 0);
	return rv;
}

/* The BMC says that it will act soon: who is to hear of it? Any context but NMI. */
void device_pretimeout(void)
{
	switch (READ_ONCE(shown)) {
	case SHOWN_CORE:
		watchdog_notify_pretimeout(&wdt_device);
		break;
	case SHOWN_LEGACY:
		legacy_pretimeout();
		break;
	default:
		break;
	}
}

/**
 * device_say() - which device there is now, and what it does
 * @number: the N of the ipmiN it is on
 */
void device_say(int number)
{
	char name[16] = "";

	guard(mutex)(&shown_lock);
	if (shown == SHOWN_NONE)
		return;
	if (shown == SHOWN_CORE)
		snprintf(name, sizeof(name), "%d", wdt_device.id);
	pr_info("/dev/watchdog%s on ipmi%d: timeout %u s, action %s%s\n", name, number, wdt.timeout,
		action_name(), READ_ONCE(wdt.armed) ? ", it runs" : "");
}

static void unlink_locked(void)
{
	lockdep_assert_held(&shown_lock);
	if (linked)
		sysfs_remove_link(&parent->dev.kobj, LINK_NAME);
	linked = NULL;
}

static void link_locked(void)
{
	struct device *target = interface_device();
	int rv;

	lockdep_assert_held(&shown_lock);
	if (closed || target == linked)
		return;
	unlink_locked();
	if (!target)
		return;
	rv = sysfs_create_link(&parent->dev.kobj, &target->kobj, LINK_NAME);
	if (rv)
		pr_warn("sysfs does not show that %s is used: no link %s (error %d)\n",
			dev_name(target), LINK_NAME, rv);
	else
		linked = target;
}

/* The interface that is used has gone, or is another one now: the link follows. */
void device_follow(void)
{
	guard(mutex)(&shown_lock);
	link_locked();
}

static int show_locked(void)
{
	bool legacy = param_preop == WDT_PREOP_GIVE_DATA;
	int rv;

	lockdep_assert_held(&shown_lock);
	if (shown != SHOWN_NONE)
		return 0;
	if (closed)
		return -ESHUTDOWN;
	if (legacy) {
		rv = legacy_register();
	} else {
		wdt_device.timeout = wdt.timeout;
		wdt_device.pretimeout = wdt.pretimeout;
		wdt_device.bootstatus = boot_status();
		/* One that was closed without 'V', and runs, ends with the module. */
		watchdog_stop_on_unregister(&wdt_device);
		rv = watchdog_register_device(&wdt_device);
	}
	if (rv)
		pr_crit("cannot make /dev/watchdog%s: error %d; this machine is not watched\n",
			rv == -EBUSY ? ", another driver has it" : "", rv);
	else
		WRITE_ONCE(shown, legacy ? SHOWN_LEGACY : SHOWN_CORE);
	return rv;
}

static void hide_locked(void)
{
	int was = shown;

	lockdep_assert_held(&shown_lock);
	WRITE_ONCE(shown, SHOWN_NONE);
	if (was == SHOWN_CORE)
		watchdog_unregister_device(&wdt_device);
	else if (was == SHOWN_LEGACY)
		legacy_unregister();
}

/**
 * device_show() - an interface is used: its device is linked to, and programs get theirs
 *
 * Return: 0, also if they had it before; -ESHUTDOWN as the module goes; what the registration of
 * the device returns.
 */
int device_show(void)
{
	guard(mutex)(&shown_lock);
	link_locked();
	return show_locked();
}

/**
 * device_init() - the module comes: the parent of what device_show() makes
 *
 * Return: 0 or a negative errno.
 */
int device_init(void)
{
	struct platform_device *made;

	made = platform_device_register_simple(PARENT_NAME, PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(made))
		return PTR_ERR(made);
	parent = made;
	wdt_device.parent = &made->dev;
	return 0;
}

/* For good: the module goes. No interface goes any more. */
void device_exit(void)
{
	guard(mutex)(&shown_lock);
	closed = true;
	hide_locked();
	unlink_locked();
	platform_device_unregister(parent);
}

/**
 * device_set_preop() - what to do at a pre-timeout, at run time
 * @preop: enum wdt_preop
 *
 * To and from WDT_PREOP_GIVE_DATA one device goes and the other comes.
 *
 * Return: 0; -EBUSY while the timer runs or a program has the device, or if another
 * driver has /dev/watchdog; -EINVAL with pre_nmi, which cannot give data.
 */
int device_set_preop(u8 preop)
{
	bool legacy = preop == WDT_PREOP_GIVE_DATA;
	u8 old = param_preop;
	int rv;

	guard(mutex)(&shown_lock);
	if (legacy && param_preaction == WDT_PRE_NMI)
		return -EINVAL;
	if (shown == SHOWN_NONE || shown == (legacy ? SHOWN_LEGACY : SHOWN_CORE)) {
		param_preop = preop;
		return 0;
	}
	rv = timer_hold();
	if (rv)
		return rv;
	if (shown == SHOWN_LEGACY && !legacy_claim()) {
		timer_release();
		return -EBUSY;
	}
	/*
	 * A program that opened it only now would have its timer stopped by the watchdog core,
	 * and some kernels (7.2 is one) would then never let go of this module.
	 */
	hide_locked();
	param_preop = preop;
	rv = show_locked();
	if (rv) {
		param_preop = old;
		show_locked();
	}
	timer_release();
	return rv;
}
