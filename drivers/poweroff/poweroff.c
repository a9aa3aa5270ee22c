// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmi_poweroff: the BMC powers the machine off, or off and on again.
 *
 * Watcher callbacks note which interfaces there are, and leave one that goes; one work
 * item takes the one that is to be used: the parameter's, or the one that was found first.
 * A write of the parameter moves by itself, to say what came of it. All that leaves or takes
 * an interface holds target_lock. At power off the kernel calls us on its last CPU with
 * interrupts off, and no lock is taken.
 */
#define pr_fmt(fmt) "IPMI poweroff: " fmt

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/ipmi.h>
#include <linux/module.h>
#include <linux/nmi.h>
#include <linux/notifier.h>
#include <linux/reboot.h>
#include <linux/sysctl.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <ipmi/compat.h>
#include <ipmi/core.h>
#include <ipmi/version.h>

#include "poweroff.h"

#define FIND_AGAIN_MS	5000
#define GONE_MS		10000	/* so long after its answer a BMC may take to do it */
#define GONE_STEP_MS	100

/* Before ACPI, for what ACPI cannot do; where others are is in <linux/reboot.h>. */
#define PRIO_CYCLE	(SYS_OFF_PRIO_FIRMWARE + 16)
#define PRIO_LAST	INT_MIN	/* when nobody else is left */

static int powercycle;
module_param_named(poweroff_powercycle, powercycle, int, 0644);
MODULE_PARM_DESC(poweroff_powercycle, "Not 0: off and on again, where the BMC can do that.");

static int interface = IPMI_CORE_NONE;

static DEFINE_MUTEX(target_lock);
static DEFINE_XARRAY(present); /* the N of each ipmiN that there is */
/* Where we are, changed under target_lock, as the next five. */
static int attached = IPMI_CORE_NONE;
static struct ipmi_user *user;
static const struct poweroff_method *method;
static struct sys_off_handler *on_cycle, *on_off, *on_last;

static void find_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(find, find_work);

/* A BMC that said yes needs a moment. If the power stays on, the next handler is called. */
static void wait_for_the_end(void)
{
	unsigned int ms;

	for (ms = 0; ms < GONE_MS; ms += GONE_STEP_MS) {
		touch_nmi_watchdog();
		mdelay(GONE_STEP_MS);
	}
	pr_err("the BMC said that the power would go, and it did not\n");
}

static int power_cycle(struct sys_off_data *data)
{
	if (powercycle && method->cycles && method->off(user, true))
		wait_for_the_end();
	return NOTIFY_DONE;
}

static int power_off(struct sys_off_data *data)
{
	if (method->off(user, false))
		wait_for_the_end();
	return NOTIFY_DONE;
}

/*
 * A kernel that has a way to power off expects not to come back from it: it would go on to the
 * end of init, and panic. Without one it would have halted the machine, and so do we.
 */
static int stand_still(struct sys_off_data *data)
{
	pr_emerg("nothing has powered this machine off: it is halted, and can be switched off by hand\n");
	for (;;) {
		touch_nmi_watchdog();
		mdelay(GONE_STEP_MS);
	}
	return NOTIFY_DONE;
}

static void hook_locked(void)
{
	lockdep_assert_held(&target_lock);
	on_last = register_sys_off_handler(SYS_OFF_MODE_POWER_OFF, PRIO_LAST, stand_still, NULL);
	on_off = register_sys_off_handler(SYS_OFF_MODE_POWER_OFF, SYS_OFF_PRIO_DEFAULT, power_off,
					  NULL);
	on_cycle = register_sys_off_handler(SYS_OFF_MODE_POWER_OFF, PRIO_CYCLE, power_cycle, NULL);
	if (IS_ERR(on_off) || IS_ERR(on_cycle) || IS_ERR(on_last))
		pr_err("the kernel does not take a way to power off: %d, %d, %d\n",
		       PTR_ERR_OR_ZERO(on_off), PTR_ERR_OR_ZERO(on_cycle),
		       PTR_ERR_OR_ZERO(on_last));
}

static void unhook_locked(void)
{
	lockdep_assert_held(&target_lock);
	if (!IS_ERR_OR_NULL(on_cycle))
		unregister_sys_off_handler(on_cycle);
	if (!IS_ERR_OR_NULL(on_off))
		unregister_sys_off_handler(on_off);
	if (!IS_ERR_OR_NULL(on_last))
		unregister_sys_off_handler(on_last);
	on_cycle = NULL;
	on_off = NULL;
	on_last = NULL;
}

static void receive(struct ipmi_recv_msg *msg, void *unused)
{
	ipmi_free_recv_msg(msg);
}

static const struct ipmi_user_hndl handlers = { .ipmi_recv_hndl = receive };

static void detach_locked(void)
{
	lockdep_assert_held(&target_lock);
	if (!user)
		return;
	unhook_locked();
	ipmi_destroy_user(user);
	user = NULL;
	WRITE_ONCE(attached, IPMI_CORE_NONE);
}

/* The BMC that we are on is left once it is known that the other one can power off. */
static int move_locked(int number)
{
	const struct poweroff_method *found;
	struct ipmi_user *new;
	int rv;

	lockdep_assert_held(&target_lock);
	if (!xa_load(&present, number))
		return -ENODEV;
	rv = ipmi_core_create_user(number, &handlers, NULL, &new);
	if (rv)
		return rv == -EINVAL ? -ENODEV : rv; /* it has just gone */
	found = poweroff_find(new);
	if (IS_ERR_OR_NULL(found)) {
		ipmi_destroy_user(new);
		if (!found)
			pr_err("Unable to find a poweroff function that will work, giving up\n");
		return found ? PTR_ERR(found) : -EOPNOTSUPP;
	}
	pr_info("Found a %s style poweroff function\n", found->name);
	detach_locked();
	WRITE_ONCE(attached, number);
	user = new;
	method = found;
	hook_locked();
	return 0;
}

static int choose(void)
{
	return ipmi_core_choose(&present, READ_ONCE(interface), READ_ONCE(attached));
}

static void find_work(struct work_struct *work)
{
	int number, rv = 0;

	guard(mutex)(&target_lock);
	number = choose();
	if (number != IPMI_CORE_NONE && number != attached)
		rv = move_locked(number);
	/* Who is busy may answer later. */
	if (rv && rv != -EOPNOTSUPP && rv != -EINVAL && rv != -ENODEV)
		schedule_delayed_work(&find, msecs_to_jiffies(FIND_AGAIN_MS));
}

static void find_soon(void)
{
	cancel_delayed_work(&find);
	schedule_delayed_work(&find, 0);
}

static void new_smi(int number, struct device *dev)
{
	xa_store(&present, number, xa_mk_value(1), GFP_KERNEL);
	ipmi_core_note(&present, number);
	/* A second interface changes nothing. */
	if (choose() == number)
		find_soon();
}

static void smi_gone(int number)
{
	xa_erase(&present, number);
	scoped_guard(mutex, &target_lock)
		if (attached == number)
			detach_locked();
	find_soon();
}

static struct ipmi_smi_watcher watcher = {
	.owner = THIS_MODULE,
	.new_smi = new_smi,
	.smi_gone = smi_gone,
};

static bool ready;

/* One that cannot be used is refused, and the one that is used stays; if none is, it is noted. */
static int interface_set(const char *val, const struct kernel_param *kp)
{
	int number, rv;

	rv = kstrtoint(val, 0, &number);
	if (rv)
		return rv;
	scoped_guard(mutex, &target_lock) {
		if (number >= 0 && number != attached && user)
			rv = move_locked(number);
		if (!rv)
			WRITE_ONCE(interface, number);
	}
	if (!rv && ready && number >= 0) {
		find_soon();
		flush_delayed_work(&find);
	}
	return rv;
}

static const struct kernel_param_ops interface_ops = { .set = interface_set, .get = param_get_int };
module_param_cb(ifnum_to_use, &interface_ops, &interface, 0644);
MODULE_PARM_DESC(ifnum_to_use, "N of the ipmiN whose BMC is used; -1, the default: the first.");

static struct ctl_table sysctls[] = {
	{
		.procname = "poweroff_powercycle",
		.data = &powercycle,
		.maxlen = sizeof(powercycle),
		.mode = 0644,
		.proc_handler = proc_dointvec,
	},
	{} /* for kernels that do not count */
};

static struct ctl_table_header *sysctl_header;

static int __init ipmi_poweroff_init(void)
{
	int rv;

	sysctl_header = ipmi_register_sysctl("dev/ipmi", sysctls, 1);
	if (!sysctl_header)
		return -ENOMEM;
	rv = ipmi_smi_watcher_register(&watcher);
	if (rv) {
		unregister_sysctl_table(sysctl_header);
		return rv;
	}
	ready = true;
	flush_delayed_work(&find);
	return 0;
}

static void __exit ipmi_poweroff_exit(void)
{
	ipmi_smi_watcher_unregister(&watcher);
	cancel_delayed_work_sync(&find);
	scoped_guard(mutex, &target_lock)
		detach_locked();
	unregister_sysctl_table(sysctl_header);
	xa_destroy(&present);
}

module_init(ipmi_poweroff_init);
module_exit(ipmi_poweroff_exit);
MODULE_LICENSE("GPL");
MODULE_AUTHOR(IPMI_DRIVERS_AUTHOR);
MODULE_VERSION(IPMI_DRIVERS_VERSION);
MODULE_DESCRIPTION("Power off through an IPMI BMC");
