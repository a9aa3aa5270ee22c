// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmi_watchdog: the module, the interface it is on, and what it does when the
 * machine ends or sleeps.
 *
 * Watcher callbacks, under the message handler's registry, note which interfaces there are,
 * and leave one that goes. A work item takes the one that is to be used: the parameter's, or
 * the one that was found first. A write of the parameter moves by itself, to say what came of
 * it. All that leaves or takes an interface holds wdt.lock.
 */
#define pr_fmt(fmt) "IPMI Watchdog: " fmt

#include <linux/crash_dump.h>
#include <linux/ipmi.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/reboot.h>
#include <linux/suspend.h>
#include <linux/watchdog.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <ipmi/compat.h>
#include <ipmi/core.h>
#include <ipmi/version.h>

#include "watchdog.h"

#define ATTACH_AGAIN_MS	5000

static DEFINE_XARRAY(present);	/* each ipmiN that there is: its device, if it has one */
static int attached = IPMI_CORE_NONE; /* where we are, changed under wdt.lock */
static bool moved;		/* and that is still to be said, under wdt.lock */
static unsigned int bootstatus;

static void attach_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(attach, attach_work);

unsigned int boot_status(void)
{
	return bootstatus;
}

/**
 * interface_device() - the device of the interface that is used
 *
 * Context: under shown_lock, until the end of which it stays: smi_gone() takes that lock before
 * it lets go of a device.
 * Return: the device, or NULL.
 */
struct device *interface_device(void)
{
	int number = READ_ONCE(attached);
	void *entry = number == IPMI_CORE_NONE ? NULL : xa_load(&present, number);

	return xa_is_value(entry) ? NULL : entry;
}

/* The last words of a request at panic; everything else is asked through the core. */
static void receive(struct ipmi_recv_msg *msg, void *unused)
{
	ipmi_free_recv_msg(msg);
}

/* A panic takes longer than a heartbeat. */
static void at_panic(void *unused)
{
	struct wdt_set set = wdt.set;
	static bool done;

	if (done || !wdt.armed || !wdt.user)
		return;
	done = true;
	set.timeout = param_panic_timeout;
	set.pretimeout = 0;
	set.keep = !wdt.is_old && !wdt.must_set;
	bmc_set_at_panic(wdt.user, &set);
}

static const struct ipmi_user_hndl handlers = {
	.ipmi_recv_hndl = receive,
	.ipmi_watchdog_pretimeout = pretimeout_message,
	.ipmi_panic_handler = at_panic,
};

/*
 * A timer that may not be stopped, or that watches over a crash dump, goes on: the
 * watchdog core feeds it until a program takes over.
 */
static bool goes_on(const struct wdt_state *state)
{
	return state->running && state->ours && param_preop != WDT_PREOP_GIVE_DATA &&
	       (nowayout_get() || is_kdump_kernel());
}

static int take_locked(struct ipmi_user *user)
{
	static bool known; /* an earlier BMC has said how this boot began */
	struct wdt_state state;
	bool goes;
	int rv;

	lockdep_assert_held(&wdt.lock);
	rv = bmc_get(user, &state);
	if (rv)
		return rv;
	goes = !known && !wdt.armed && goes_on(&state);
	if (!goes)
		pretimeout_test_locked();
	rv = timer_attach_locked(param_start_now || goes);
	if (rv)
		return rv;
	if (goes && wdt.armed)
		set_bit(WDOG_HW_RUNNING, &wdt_device.status);
	if (!known && state.expired)
		bootstatus = WDIOF_CARDRESET;
	known = true;
	param_start_now = 0;
	return 0;
}

static int make_user(int number, struct ipmi_user **user, bool *is_old)
{
	unsigned char major = 1, minor = 0;
	int rv;

	if (!xa_load(&present, number))
		return -ENODEV;
	rv = ipmi_core_create_user(number, &handlers, NULL, user);
	if (rv)
		return rv == -EINVAL ? -ENODEV : rv; /* it has just gone */
	/* It is fed whatever memory there is. */
	rv = ipmi_core_reserve(*user);
	if (rv) {
		ipmi_destroy_user(*user);
		return rv;
	}
	ipmi_get_version(*user, &major, &minor);
	*is_old = major == 1 && minor < 5;
	return 0;
}

static void detach_locked(bool stop)
{
	lockdep_assert_held(&wdt.lock);
	timer_detach_locked(stop);
	ipmi_destroy_user(wdt.user);
	wdt.user = NULL;
}

/* The BMC that we are on is left once the other one does its work. */
static int move_locked(int number)
{
	struct ipmi_user *old = wdt.user, *user;
	bool was_old = wdt.is_old, is_old;
	int rv;

	lockdep_assert_held(&wdt.lock);
	rv = make_user(number, &user, &is_old);
	if (rv)
		return rv;
	wdt.user = user;
	wdt.is_old = is_old;
	rv = take_locked(user);
	if (rv) {
		/* It may have heard all the same, and nobody would feed it. */
		if (old && wdt.armed)
			bmc_stop(user, wdt.timeout);
		ipmi_destroy_user(user);
		wdt.user = old;
		wdt.is_old = was_old;
		return rv;
	}
	if (old) {
		wdt.user = old;
		timer_detach_locked(true);
		ipmi_destroy_user(old);
		wdt.user = user;
		/* Both may lead to the same BMC, which has just been stopped then. */
		timer_again_locked();
	}
	WRITE_ONCE(attached, number);
	moved = true;
	return 0;
}

static int choose(void)
{
	return ipmi_core_choose(&present, READ_ONCE(param_interface), READ_ONCE(attached));
}

static void attach_work(struct work_struct *work)
{
	int number = IPMI_CORE_NONE, rv = 0;
	bool say = false;
	static bool said;

	scoped_guard(mutex, &wdt.lock) {
		number = choose();
		if (number != IPMI_CORE_NONE && number != attached)
			rv = move_locked(number);
		swap(say, moved);
	}
	if (rv == -EOPNOTSUPP)
		pr_err("the BMC of ipmi%d has no watchdog timer\n", number);
	else if (rv && !said)
		pr_warn("ipmi%d cannot be used (error %d)%s\n", number, rv,
			timer_may_pass(rv) ? ": trying on" : "");
	said = rv;
	if (READ_ONCE(attached) != IPMI_CORE_NONE && !device_show() && say)
		device_say(number);
	if (timer_may_pass(rv))
		schedule_delayed_work(&attach, msecs_to_jiffies(ATTACH_AGAIN_MS));
}

static void attach_soon(void)
{
	cancel_delayed_work(&attach);
	schedule_delayed_work(&attach, 0);
}

/**
 * interface_use() - the parameter names an interface
 * @number: the N of ipmiN, not negative
 *
 * Return: 0; -ENODEV if it is not there, -EOPNOTSUPP if its BMC has no watchdog, or what
 * bmc_set() returns: then nothing has changed, and the one that is used stays in use. If none
 * is used the number is noted, as at load.
 */
int interface_use(int number)
{
	int rv = 0;

	scoped_guard(mutex, &wdt.lock) {
		if (number != attached && wdt.user)
			rv = move_locked(number);
		if (!rv)
			WRITE_ONCE(param_interface, number);
	}
	if (!rv) {
		attach_soon();
		flush_delayed_work(&attach);
	}
	return rv;
}

static void new_smi(int number, struct device *dev)
{
	void *entry = get_device(dev) ?: xa_mk_value(1);

	if (xa_err(xa_store(&present, number, entry, GFP_KERNEL)))
		put_device(dev);
	ipmi_core_note(&present, number);
	/* A second interface changes nothing. */
	if (choose() == number)
		attach_soon();
}

static void smi_gone(int number)
{
	void *entry = xa_erase(&present, number);

	scoped_guard(mutex, &wdt.lock) {
		if (attached == number) {
			WRITE_ONCE(attached, IPMI_CORE_NONE);
			/* Another one goes on with it. */
			detach_locked(choose() != IPMI_CORE_NONE || !nowayout_get());
		}
	}
	/* Its device is removed next: nothing must lead to it then. */
	device_follow();
	if (!xa_is_value(entry))
		put_device(entry);
	attach_soon();
}

static struct ipmi_smi_watcher watcher = {
	.owner = THIS_MODULE,
	.new_smi = new_smi,
	.smi_gone = smi_gone,
};

/* The first call counts: a machine that goes off must not be reset, one that restarts may. */
static int on_reboot(struct notifier_block *nb, unsigned long code, void *unused)
{
	static bool done;

	if (done)
		return NOTIFY_DONE;
	done = true;
	if (code == SYS_RESTART)
		timer_extend(WDT_REBOOT_MIN);
	else
		timer_end();
	return NOTIFY_DONE;
}

static struct notifier_block reboot_block = { .notifier_call = on_reboot };

/* Programs still run before, and run again after. */
static int on_sleep(struct notifier_block *nb, unsigned long event, void *unused)
{
	switch (event) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
	case PM_RESTORE_PREPARE:
		timer_sleep();
		break;
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
	case PM_POST_RESTORE:
		timer_wake();
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block sleep_block = { .notifier_call = on_sleep };

static void take_down(void)
{
	unsigned long number;
	void *entry;

	unregister_pm_notifier(&sleep_block);
	unregister_reboot_notifier(&reboot_block);
	cancel_delayed_work_sync(&attach);
	device_exit();
	timer_exit();
	if (wdt.user)
		ipmi_destroy_user(wdt.user);
	pretimeout_exit();
	xa_for_each(&present, number, entry)
		if (!xa_is_value(entry))
			put_device(entry);
	xa_destroy(&present);
}

static int __init ipmi_watchdog_init(void)
{
	int rv;

	if (param_preaction == WDT_PRE_NMI && param_preop == WDT_PREOP_GIVE_DATA) {
		pr_warn("preop_give_data does not go with pre_nmi: preop_none it is\n");
		param_preop = WDT_PREOP_NONE;
	}
	if (wdt.pretimeout >= wdt.timeout) {
		pr_warn("pretimeout=%u is not before timeout=%u: there will be none\n",
			wdt.pretimeout, wdt.timeout);
		wdt.pretimeout = 0;
	}
	rv = device_init();
	if (rv)
		return rv;
	params_ready();
	/* Who is not registered may be unregistered all the same. */
	rv = register_reboot_notifier(&reboot_block) ?: register_pm_notifier(&sleep_block) ?:
	     ipmi_smi_watcher_register(&watcher);
	if (rv) {
		take_down();
		return rv;
	}
	/* Who loads this expects the device to be there afterwards. */
	flush_delayed_work(&attach);
	if (choose() != IPMI_CORE_NONE)
		return 0;
	if (param_interface >= 0)
		pr_info("there is no ipmi%d yet: its watchdog is used once it is there\n",
			param_interface);
	else
		pr_info("there is no interface yet: /dev/watchdogN comes with the first\n");
	return 0;
}

static void __exit ipmi_watchdog_exit(void)
{
	ipmi_smi_watcher_unregister(&watcher);
	take_down();
}

module_init(ipmi_watchdog_init);
module_exit(ipmi_watchdog_exit);
MODULE_LICENSE("GPL");
MODULE_AUTHOR(IPMI_DRIVERS_AUTHOR);
MODULE_VERSION(IPMI_DRIVERS_VERSION);
MODULE_DESCRIPTION("Watchdog timer of an IPMI BMC");
