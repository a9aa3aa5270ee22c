// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmi_watchdog: the module, the interface it is on, and what it does when the
 * machine ends.
 *
 * Interfaces come and go by watcher callbacks, under the message handler's registry,
 * and by the parameter; all of them only say which one is wanted, and the one work
 * item leaves and takes interfaces, under wdt.lock.
 */
#define pr_fmt(fmt) "IPMI Watchdog: " fmt

#include <linux/crash_dump.h>
#include <linux/ipmi.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/reboot.h>
#include <linux/watchdog.h>
#include <linux/workqueue.h>

#include <ipmi/compat.h>
#include <ipmi/core.h>

#include "watchdog.h"

#define NONE		(-1)
#define ATTACH_AGAIN_MS	5000

static int wanted = NONE;	/* the N of ipmiN; changed by cmpxchg() and xchg() */
static int attached = NONE;	/* where we are, by the work only */
static unsigned int bootstatus;

static void attach_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(attach, attach_work);

unsigned int boot_status(void)
{
	return bootstatus;
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
	if (goes)
		set_bit(WDOG_HW_RUNNING, &wdt_device.status);
	if (!known && state.expired)
		bootstatus = WDIOF_CARDRESET;
	known = true;
	param_start_now = 0;
	return 0;
}

static int attach_locked(int number)
{
	unsigned char major = 1, minor = 0;
	struct ipmi_user *user;
	int rv;

	lockdep_assert_held(&wdt.lock);
	rv = ipmi_core_create_user(number, &handlers, NULL, &user);
	if (rv)
		return rv;
	/* A keepalive is to need no memory. */
	rv = ipmi_core_reserve(user);
	if (rv) {
		ipmi_destroy_user(user);
		return rv;
	}
	ipmi_get_version(user, &major, &minor);
	wdt.is_old = major == 1 && minor < 5;
	wdt.user = user;
	rv = take_locked(user);
	if (rv) {
		wdt.user = NULL;
		ipmi_destroy_user(user);
		return rv;
	}
	attached = number;
	return 0;
}

static void detach_locked(int next)
{
	lockdep_assert_held(&wdt.lock);
	timer_detach_locked(next != NONE || !nowayout_get());
	ipmi_destroy_user(wdt.user);
	wdt.user = NULL;
	attached = NONE;
}

static bool may_pass(int rv)
{
	return rv && rv != -EOPNOTSUPP && rv != -EINVAL && rv != -ENODEV;
}

static void attach_work(struct work_struct *work)
{
	int number = READ_ONCE(wanted), rv = 0;
	static bool said;

	scoped_guard(mutex, &wdt.lock) {
		if (wdt.user && number != attached)
			detach_locked(number);
		if (!wdt.user && number != NONE)
			rv = attach_locked(number);
	}
	if (rv == -EOPNOTSUPP)
		pr_err("the BMC of ipmi%d has no watchdog timer\n", number);
	else if (rv && !said)
		pr_warn("ipmi%d cannot be used (error %d)%s\n", number, rv,
			may_pass(rv) ? ": trying on" : "");
	said = rv;
	if (attached != NONE)
		device_show();
	else if (may_pass(rv))
		schedule_delayed_work(&attach, msecs_to_jiffies(ATTACH_AGAIN_MS));
}

static void attach_soon(void)
{
	cancel_delayed_work(&attach);
	schedule_delayed_work(&attach, 0);
}

static void attach_now(void)
{
	attach_soon();
	flush_delayed_work(&attach);
}

/**
 * interface_use() - the parameter names an interface
 * @number: the N of ipmiN, not negative
 */
void interface_use(int number)
{
	if (xchg(&wanted, number) != number)
		attach_now();
}

static void new_smi(int number, struct device *dev)
{
	int use = READ_ONCE(param_interface);

	/* A second interface changes nothing. */
	if (use >= 0 ? use == number : cmpxchg(&wanted, NONE, number) == NONE) {
		WRITE_ONCE(wanted, number);
		attach_soon();
	}
}

static void smi_gone(int number)
{
	if (cmpxchg(&wanted, number, NONE) == number)
		attach_now();
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
	else if (READ_ONCE(wdt.armed))
		timer_stop();
	return NOTIFY_DONE;
}

static struct notifier_block reboot_block = { .notifier_call = on_reboot };

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
	params_ready();
	rv = register_reboot_notifier(&reboot_block);
	if (rv)
		goto err_nmi;
	rv = ipmi_smi_watcher_register(&watcher);
	if (rv)
		goto err_reboot;
	/* Who loads this expects the device to be there afterwards. */
	flush_delayed_work(&attach);
	return 0;

err_reboot:
	unregister_reboot_notifier(&reboot_block);
err_nmi:
	pretimeout_exit();
	return rv;
}

static void __exit ipmi_watchdog_exit(void)
{
	ipmi_smi_watcher_unregister(&watcher);
	unregister_reboot_notifier(&reboot_block);
	cancel_delayed_work_sync(&attach);
	device_hide();
	timer_exit();
	if (wdt.user)
		ipmi_destroy_user(wdt.user);
	pretimeout_exit();
}

module_init(ipmi_watchdog_init);
module_exit(ipmi_watchdog_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Watchdog timer of an IPMI BMC");
