// SPDX-License-Identifier: GPL-2.0-only
/*
 * What sysfs shows of an interface, on its device: names and formats are ABI.
 *
 * Added and removed by the driver core, with the driver. No lock.
 */
#include <linux/sysfs.h>

#include "powernv.h"

/* One counter's file. */
struct stat_attribute {
	struct device_attribute attr;
	enum powernv_stat stat;
};

static ssize_t stat_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct stat_attribute *a = container_of(attr, struct stat_attribute, attr);
	struct powernv *pnv = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%u\n", atomic_read(&pnv->stats[a->stat]));
}

static ssize_t type_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "opal\n");
}
static DEVICE_ATTR_RO(type);

static ssize_t params_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct powernv *pnv = dev_get_drvdata(dev);

	return sysfs_emit(buf, "opal,interface=%u,irq=%d\n", pnv->id, pnv->irq);
}
static DEVICE_ATTR_RO(params);

#define STAT(_name, _stat)								\
	static struct stat_attribute stat_##_name = {					\
		.attr = __ATTR(_name, 0444, stat_show, NULL),				\
		.stat = _stat,								\
	}

STAT(requests, POWERNV_REQUESTS);
STAT(answers, POWERNV_ANSWERS);
STAT(timeouts, POWERNV_TIMEOUTS);
STAT(refused, POWERNV_REFUSED);
STAT(dropped_answers, POWERNV_DROPPED_ANSWERS);
STAT(bad_answers, POWERNV_BAD_ANSWERS);
STAT(interrupts, POWERNV_INTERRUPTS);

static struct attribute *powernv_attrs[] = {
	&dev_attr_type.attr,
	&dev_attr_params.attr,
	&stat_requests.attr.attr,
	&stat_answers.attr.attr,
	&stat_timeouts.attr.attr,
	&stat_refused.attr.attr,
	&stat_dropped_answers.attr.attr,
	&stat_bad_answers.attr.attr,
	&stat_interrupts.attr.attr,
	NULL
};

static const struct attribute_group powernv_group = { .attrs = powernv_attrs };

const struct attribute_group *powernv_groups[] = { &powernv_group, NULL };
