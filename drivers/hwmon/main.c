// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmi_hwmon: the module, its parameters, and a monitor for each interface.
 *
 * Watcher callbacks, under the message handler's registry, make and end monitors, each with a
 * platform device ipmi_hwmon.N as a child of the interface's device: programs name a chip by its
 * parent, and this one has a number and no dashes. Lock: monitors_lock.
 */
#define pr_fmt(fmt) "IPMI hwmon: " fmt

#include <linux/err.h>
#include <linux/ipmi.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <ipmi/version.h>

#include "hwmon.h"

#define INTERFACES_MAX	16
#define EXCLUDES_MAX	64

static int interfaces[INTERFACES_MAX];
static unsigned int nr_interfaces;
module_param_array(interfaces, int, &nr_interfaces, 0444);
MODULE_PARM_DESC(interfaces, "N of each ipmiN whose BMC's sensors are shown; default: all.");

unsigned int param_update_interval = INTERVAL_DEFAULT_MS;

static int update_interval_set(const char *val, const struct kernel_param *kp)
{
	return param_set_uint_minmax(val, kp, INTERVAL_MIN_MS, INTERVAL_MAX_MS);
}

static const struct kernel_param_ops update_interval_ops = {
	.set = update_interval_set,
	.get = param_get_uint,
};
module_param_cb(update_interval, &update_interval_ops, &param_update_interval, 0444);
MODULE_PARM_DESC(update_interval, "ms between two readings of a sensor that somebody reads, 500 to 60000; default 2000.");

bool param_ipmb;
module_param_named(ipmb, param_ipmb, bool, 0444);
MODULE_PARM_DESC(ipmb, "Show sensors of other management controllers too; default off.");

bool param_events = true;
module_param_named(events, param_events, bool, 0444);
MODULE_PARM_DESC(events, "Take events, for programs that poll alarms; default on.");

bool param_ignore_scanning;
module_param_named(ignore_scanning, param_ignore_scanning, bool, 0444);
MODULE_PARM_DESC(ignore_scanning, "Show sensors too of which the BMC says that it does not scan them; default off.");

static char *exclude[EXCLUDES_MAX];
static unsigned int nr_exclude;
module_param_array(exclude, charp, &nr_exclude, 0444);
MODULE_PARM_DESC(exclude, "Sensors that are left out: names, or numbers as 0x2a.");

static DEFINE_MUTEX(monitors_lock);
static LIST_HEAD(monitors);

/**
 * monitor_excludes() - does the parameter exclude name this sensor?
 * @s: the sensor
 *
 * Context: any.
 * Return: true if so, by its name or its number.
 */
bool monitor_excludes(const struct sensor *s)
{
	unsigned int i, number;

	for (i = 0; i < nr_exclude; i++)
		if (!strcmp(exclude[i], s->sdr.id) ||
		    (!kstrtouint(exclude[i], 0, &number) && number == s->sdr.number))
			return true;
	return false;
}

/**
 * monitor_claim() - show this BMC, unless another interface leads to it and shows it
 * @m: the monitor
 *
 * Context: the monitor's thread.
 * Return: true if @m shows it.
 */
bool monitor_claim(struct monitor *m)
{
	struct monitor *other;

	guard(mutex)(&monitors_lock);
	if (m->has_guid)
		list_for_each_entry(other, &monitors, link)
			if (other != m && other->shows && other->has_guid &&
			    guid_equal(&other->guid, &m->guid))
				return false;
	m->shows = true;
	return true;
}

static bool is_wanted(int number)
{
	unsigned int i;

	for (i = 0; i < nr_interfaces; i++)
		if (interfaces[i] == number)
			return true;
	return !nr_interfaces;
}

static int start(struct monitor *m, struct device *dev)
{
	struct platform_device_info info = {
		.parent = dev,
		.name = KBUILD_MODNAME,
		.id = m->number,
	};
	int rv;

	m->pdev = platform_device_register_full(&info);
	if (IS_ERR(m->pdev))
		return PTR_ERR(m->pdev);
	rv = monitor_start(m);
	if (rv)
		platform_device_unregister(m->pdev);
	return rv;
}

static void new_smi(int number, struct device *dev)
{
	struct monitor *m;
	int rv = -ENOMEM;

	if (!is_wanted(number))
		return;
	m = kzalloc(sizeof(*m), GFP_KERNEL);
	if (m) {
		m->number = number;
		scoped_guard(mutex, &monitors_lock)
			list_add_tail(&m->link, &monitors);
		rv = start(m, dev);
	}
	if (!rv)
		return;
	pr_err("ipmi%d: its sensors cannot be shown (error %d)\n", number, rv);
	if (!m)
		return;
	scoped_guard(mutex, &monitors_lock)
		list_del(&m->link);
	kfree(m);
}

static void end(struct monitor *m)
{
	monitor_stop(m);
	scoped_guard(mutex, &monitors_lock)
		list_del(&m->link);
	platform_device_unregister(m->pdev);
	kfree(m);
}

static struct monitor *find(int number)
{
	struct monitor *m;

	guard(mutex)(&monitors_lock);
	list_for_each_entry(m, &monitors, link)
		if (m->number == number)
			return m;
	return NULL;
}

static void smi_gone(int number)
{
	struct monitor *m = find(number);

	if (m)
		end(m);
}

static struct ipmi_smi_watcher watcher = {
	.owner = THIS_MODULE,
	.new_smi = new_smi,
	.smi_gone = smi_gone,
};

static int __init ipmi_hwmon_init(void)
{
	int rv;

	hwmon_debugfs_init();
	rv = ipmi_smi_watcher_register(&watcher);
	if (rv)
		hwmon_debugfs_exit();
	return rv;
}

static void __exit ipmi_hwmon_exit(void)
{
	struct monitor *m, *next;

	ipmi_smi_watcher_unregister(&watcher);
	/* Nobody else changes the list any more. */
	list_for_each_entry_safe(m, next, &monitors, link)
		end(m);
	hwmon_debugfs_exit();
}

module_init(ipmi_hwmon_init);
module_exit(ipmi_hwmon_exit);
MODULE_LICENSE("GPL");
MODULE_AUTHOR(IPMI_DRIVERS_AUTHOR);
MODULE_VERSION(IPMI_DRIVERS_VERSION);
MODULE_DESCRIPTION("Sensors of an IPMI BMC as a hwmon device");
