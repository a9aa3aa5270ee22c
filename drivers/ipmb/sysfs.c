// SPDX-License-Identifier: GPL-2.0-only
/*
 * What sysfs shows of an interface, on its device: names and formats are ABI.
 *
 * Added and removed by the driver core, with the driver. No lock.
 */
#include <linux/sysfs.h>

#include "ipmb.h"

/* One counter's file. */
struct stat_attribute {
	struct device_attribute attr;
	enum ipmb_stat stat;
};

static ssize_t stat_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct stat_attribute *a = container_of(attr, struct stat_attribute, attr);
	struct ipmb *ipmb = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%u\n", atomic_read(&ipmb->stats[a->stat]));
}

static ssize_t type_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "ipmb\n");
}
static DEVICE_ATTR_RO(type);

static ssize_t params_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct ipmb *ipmb = dev_get_drvdata(dev);

	return sysfs_emit(buf, "ipmb,i2c=%d,own=0x%02x,bmc=0x%02x,retry_ms=%u,retries=%u\n",
			  ipmb->client->adapter->nr, ipmb->own, ipmb->bmc, ipmb->retry_ms,
			  ipmb->max_retries);
}
static DEVICE_ATTR_RO(params);

#define STAT(_name, _stat)								\
	static struct stat_attribute stat_##_name = {					\
		.attr = __ATTR(_name, 0444, stat_show, NULL),				\
		.stat = _stat,								\
	}

STAT(requests, IPMB_REQUESTS);
STAT(answers, IPMB_ANSWERS);
STAT(resent, IPMB_RESENT);
STAT(timeouts, IPMB_TIMEOUTS);
STAT(bus_errors, IPMB_BUS_ERRORS);
STAT(refused, IPMB_REFUSED);
STAT(late_answers, IPMB_LATE_ANSWERS);
STAT(commands, IPMB_COMMANDS);
STAT(dropped_commands, IPMB_DROPPED_COMMANDS);
STAT(bad_messages, IPMB_BAD_MESSAGES);

static struct attribute *ipmb_attrs[] = {
	&dev_attr_type.attr,
	&dev_attr_params.attr,
	&stat_requests.attr.attr,
	&stat_answers.attr.attr,
	&stat_resent.attr.attr,
	&stat_timeouts.attr.attr,
	&stat_bus_errors.attr.attr,
	&stat_refused.attr.attr,
	&stat_late_answers.attr.attr,
	&stat_commands.attr.attr,
	&stat_dropped_commands.attr.attr,
	&stat_bad_messages.attr.attr,
	NULL
};

static const struct attribute_group ipmb_group = { .attrs = ipmb_attrs };

const struct attribute_group *ipmb_groups[] = { &ipmb_group, NULL };
