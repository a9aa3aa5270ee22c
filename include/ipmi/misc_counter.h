/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters of a misc device, in a folder of its sysfs node.
 *
 * The structure that they are members of has the device as its member misc. The files are there as
 * long as the node is, and so is the structure.
 */
#ifndef IPMI_MISC_COUNTER_H
#define IPMI_MISC_COUNTER_H

#include <linux/device.h>
#include <linux/miscdevice.h>
#include <linux/stddef.h>
#include <linux/sysfs.h>

/**
 * struct misc_counter - one counter's file
 * @attr: the file
 * @at: where the counter is, from the device on
 */
struct misc_counter {
	struct device_attribute attr;
	ptrdiff_t at;
};

static inline ssize_t misc_counter_show(struct device *dev, struct device_attribute *attr,
					char *buf)
{
	const struct misc_counter *counter = container_of(attr, struct misc_counter, attr);
	const struct miscdevice *misc = dev_get_drvdata(dev);
	const u32 *value = (const void *)misc + counter->at;

	return sysfs_emit(buf, "%u\n", READ_ONCE(*value));
}

/* The file _name is of the u32 _member of _type. */
#define MISC_COUNTER(_type, _name, _member)					\
	static struct misc_counter counter_##_name = {				\
		.attr = __ATTR(_name, 0444, misc_counter_show, NULL),		\
		.at = (ptrdiff_t)offsetof(_type, _member) - (ptrdiff_t)offsetof(_type, misc),	\
	}

#endif /* IPMI_MISC_COUNTER_H */
