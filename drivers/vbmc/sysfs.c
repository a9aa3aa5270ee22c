// SPDX-License-Identifier: GPL-2.0-only
/*
 * What sysfs shows of an interface, on its device: names and formats are ABI.
 *
 * Added and removed with the device, by file.c. No lock.
 */
#include <linux/sysfs.h>

#include "vbmc.h"

/* One counter's file. */
struct stat_attribute {
	struct device_attribute attr;
	enum vbmc_stat stat;
};

static ssize_t stat_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct stat_attribute *a = container_of(attr, struct stat_attribute, attr);
	struct vbmc *vbmc = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%u\n", atomic_read(&vbmc->stats[a->stat]));
}

static ssize_t type_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "vbmc\n");
}
static DEVICE_ATTR_RO(type);

static ssize_t params_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct vbmc *vbmc = dev_get_drvdata(dev);

	return sysfs_emit(buf, "vbmc,program,pid=%d,ipmb=%u,comm=%s\n", vbmc->pid,
			  vbmc->slave_addr ?: IPMI_BMC_SLAVE_ADDR, vbmc->comm);
}
static DEVICE_ATTR_RO(params);

#define STAT(_name, _stat)								\
	static struct stat_attribute stat_##_name = {					\
		.attr = __ATTR(_name, 0444, stat_show, NULL),				\
		.stat = _stat,								\
	}

STAT(requests, VBMC_REQUESTS);
STAT(answers, VBMC_ANSWERS);
STAT(timeouts, VBMC_TIMEOUTS);
STAT(refused, VBMC_REFUSED);
STAT(late_answers, VBMC_LATE_ANSWERS);
STAT(events, VBMC_EVENTS);
STAT(messages, VBMC_MESSAGES);
STAT(watchdog_pretimeouts, VBMC_PRETIMEOUTS);

static struct attribute *vbmc_attrs[] = {
	&dev_attr_type.attr,
	&dev_attr_params.attr,
	&stat_requests.attr.attr,
	&stat_answers.attr.attr,
	&stat_timeouts.attr.attr,
	&stat_refused.attr.attr,
	&stat_late_answers.attr.attr,
	&stat_events.attr.attr,
	&stat_messages.attr.attr,
	&stat_watchdog_pretimeouts.attr.attr,
	NULL
};

static const struct attribute_group vbmc_group = { .attrs = vbmc_attrs };

const struct attribute_group *vbmc_groups[] = { &vbmc_group, NULL };
