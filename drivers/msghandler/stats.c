// SPDX-License-Identifier: GPL-2.0-only
/*
 * The core's counters in sysfs: the folder ipmi_stats of a transport's device, a
 * file each.
 *
 * The list is <ipmi/stats.h>; stat_inc() counts, from any context. A folder of its
 * own, so that no name can meet one of the transport's. Called by sysfs.c.
 */
#include <linux/slab.h>

#include "msghandler.h"

static const char *const names[STAT_COUNT] = { IPMI_STATS(IPMI_STAT_NAME) };

/* What meter.c knows. */
static const char *const figures[] = {
	[METER_REQUESTS] = "requests",
	[METER_REQUEST_US] = "request_us_total",
	[METER_BMC_US] = "bmc_us_total",
	[METER_AWAY] = "bmc_away",
	[METER_AWAY_COUNT] = "bmc_away_count",
};

#define FILES (STAT_COUNT + ARRAY_SIZE(figures))

/**
 * struct stat_file - one counter's file
 * @attr: the file
 * @intf: the interface, which outlives its files
 * @which: enum ipmi_stat, or of the others enum meter_figure
 */
struct stat_file {
	struct device_attribute attr;
	struct ipmi_smi *intf;
	unsigned int which;
};

/**
 * struct stat_files - the folder of one interface
 * @group: the folder
 * @attrs: its files, as the group wants them
 * @files: its files
 */
struct stat_files {
	struct attribute_group group;
	struct attribute *attrs[FILES + 1];
	struct stat_file files[FILES];
};

static ssize_t stat_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	const struct stat_file *file = container_of(attr, struct stat_file, attr);

	return sysfs_emit(buf, "%u\n", atomic_read(&file->intf->stats[file->which]));
}

static ssize_t figure_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	const struct stat_file *file = container_of(attr, struct stat_file, attr);

	return sysfs_emit(buf, "%llu\n", meter_read(file->intf, file->which));
}

/**
 * stats_add() - show the counters of an interface
 * @intf: the interface
 *
 * Return: 0, -ENOMEM, or what sysfs says.
 */
int stats_add(struct ipmi_smi *intf)
{
	struct stat_files *dir = kzalloc(sizeof(*dir), GFP_KERNEL);
	unsigned int i;
	int rv;

	if (!dir)
		return -ENOMEM;
	for (i = 0; i < FILES; i++) {
		struct stat_file *file = &dir->files[i];
		bool is_stat = i < STAT_COUNT;

		sysfs_attr_init(&file->attr.attr);
		file->which = is_stat ? i : i - STAT_COUNT;
		file->attr.attr.name = is_stat ? names[file->which] : figures[file->which];
		file->attr.attr.mode = 0444;
		file->attr.show = is_stat ? stat_show : figure_show;
		file->intf = intf;
		dir->attrs[i] = &file->attr.attr;
	}
	dir->group.name = "ipmi_stats";
	dir->group.attrs = dir->attrs;
	rv = sysfs_create_group(&intf->dev->kobj, &dir->group);
	if (rv) {
		kfree(dir);
		return rv;
	}
	intf->stat_files = dir;
	return 0;
}

/**
 * stats_remove() - undo stats_add()
 * @intf: the interface
 */
void stats_remove(struct ipmi_smi *intf)
{
	sysfs_remove_group(&intf->dev->kobj, &intf->stat_files->group);
	kfree(intf->stat_files);
	intf->stat_files = NULL;
}
