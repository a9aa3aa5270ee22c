// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device that programs open: one of the watchdog core, or the legacy one.
 *
 * Called by the watchdog core under its own lock, by the parameters and by main.c.
 * The device appears with the first BMC and stays until the module goes, so that a
 * program keeps its file over a BMC that is taken away and comes back. In sysfs it stands below
 * the device of the interface that is used. As that goes, or another interface is used, it is
 * moved: the kernel removes a device's folder with all that is in it.
 */
#define pr_fmt(fmt) "IPMI Watchdog: " fmt

#include <linux/device.h>
#include <linux/kdev_t.h>
#include <linux/major.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/watchdog.h>

#include "watchdog.h"

/* Which device there is. */
static DEFINE_MUTEX(shown_lock);
static enum { SHOWN_NONE, SHOWN_CORE, SHOWN_LEGACY } shown;

/*
 * The devices that the watchdog core has made of ours, watchdogN and, if it is the first of all,
 * the /dev/watchdog of old; held while they are registered. There are none where no interface was
 * there at that time: the core does not tell, so they are looked for below the parent.
 */
static struct device *nodes[2];
static bool closed; /* the module goes: nothing is shown any more */
static struct device *nodes_parent; /* not held: the kernel does while they stand below it */

#define MOVE_TRIES	4

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

/* One child of the interface's device: is it ours? */
static int note_node(struct device *child, void *unused)
{
	char name[16];

	snprintf(name, sizeof(name), "watchdog%d", wdt_device.id);
	if (child->class && !strcmp(child->class->name, "watchdog") &&
	    !strcmp(dev_name(child), name))
		nodes[0] = get_device(child);
	else if (!wdt_device.id && child->devt == MKDEV(MISC_MAJOR, WATCHDOG_MINOR))
		nodes[1] = get_device(child);
	return 0;
}

/*
 * device_move() of some kernels (6.1 is one) keeps a reference to the folder of the class that the
 * node has been in, "watchdog" or "misc": it would stay below the old parent, and that would never
 * be freed. Of the two references that the node had, one is gone then; this is the other.
 */
static int move_and_leave(struct device *node, struct device *parent)
{
	enum dpm_order order = parent ? DPM_ORDER_DEV_AFTER_PARENT : DPM_ORDER_NONE;
	struct kobject *above = node->parent ? &node->parent->kobj : NULL;
	struct kobject *folder = kobject_get(node->kobj.parent);
	unsigned int refs = kref_read(&folder->kref);
	int rv = device_move(node, parent, order);

	if (!rv && folder != above && kref_read(&folder->kref) == refs - 1)
		kobject_put(folder);
	kobject_put(folder);
	return rv;
}

/* Memory that lacks once may be there the next time; what stays behind would go with its parent. */
static void move_node(struct device *node, struct device *parent)
{
	int rv = 0;

	for (int i = 0; i < MOVE_TRIES; i++) {
		rv = move_and_leave(node, parent);
		if (!rv)
			return;
	}
	pr_warn("%s cannot be moved to %s in sysfs: error %d\n", dev_name(node),
		parent ? dev_name(parent) : "where no interface is", rv);
}

static void follow_locked(void)
{
	struct device *parent = interface_device();

	lockdep_assert_held(&shown_lock);
	if (parent == nodes_parent)
		return;
	nodes_parent = parent;
	for (unsigned int i = 0; i < ARRAY_SIZE(nodes); i++)
		if (nodes[i])
			move_node(nodes[i], parent);
}

/* The interface that is used has gone, or is another one now. */
void device_follow(void)
{
	guard(mutex)(&shown_lock);
	follow_locked();
}

static int register_locked(void)
{
	int rv;

	nodes_parent = interface_device();
	wdt_device.parent = nodes_parent;
	rv = watchdog_register_device(&wdt_device);
	if (!rv && nodes_parent)
		device_for_each_child(nodes_parent, NULL, note_node);
	return rv;
}

static void unregister_locked(void)
{
	watchdog_unregister_device(&wdt_device);
	for (unsigned int i = 0; i < ARRAY_SIZE(nodes); i++) {
		put_device(nodes[i]);
		nodes[i] = NULL;
	}
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
		/* Armed and closed without a word: the module's end is a word. */
		watchdog_stop_on_unregister(&wdt_device);
		rv = register_locked();
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
		unregister_locked();
	else if (was == SHOWN_LEGACY)
		legacy_unregister();
}

int device_show(void)
{
	guard(mutex)(&shown_lock);
	follow_locked();
	return show_locked();
}

/* For good: the module goes. */
void device_hide(void)
{
	guard(mutex)(&shown_lock);
	closed = true;
	hide_locked();
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
