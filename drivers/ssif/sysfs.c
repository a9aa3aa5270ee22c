// SPDX-License-Identifier: GPL-2.0-only
/*
 * What sysfs shows of an interface, on its I2C client: names and formats are ABI.
 *
 * Added and removed by probe.c. No lock.
 */
#include <linux/sysfs.h>

#include "ssif.h"

/* One counter's file. */
struct stat_attribute {
	struct device_attribute attr;
	enum ssif_stat stat;
};

static ssize_t stat_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct stat_attribute *a = container_of(attr, struct stat_attribute, attr);
	struct ssif *ssif = ssif_find(dev);

	return ssif ? sysfs_emit(buf, "%u\n", atomic_read(&ssif->stats[a->stat])) : -ENODEV;
}

static ssize_t type_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "ssif\n");
}
static DEVICE_ATTR_RO(type);

#define STAT(_name, _stat)								\
	static struct stat_attribute stat_##_name = {					\
		.attr = __ATTR(_name, 0444, stat_show, NULL),				\
		.stat = _stat,								\
	}

STAT(sent_messages, SSIF_SENT_MESSAGES);
STAT(sent_messages_parts, SSIF_SENT_MESSAGES_PARTS);
STAT(send_retries, SSIF_SEND_RETRIES);
STAT(send_errors, SSIF_SEND_ERRORS);
STAT(received_messages, SSIF_RECEIVED_MESSAGES);
STAT(received_message_parts, SSIF_RECEIVED_MESSAGE_PARTS);
STAT(receive_retries, SSIF_RECEIVE_RETRIES);
STAT(receive_errors, SSIF_RECEIVE_ERRORS);
STAT(flag_fetches, SSIF_FLAG_FETCHES);
STAT(hosed, SSIF_HOSED);
STAT(events, SSIF_EVENTS);
STAT(watchdog_pretimeouts, SSIF_WATCHDOG_PRETIMEOUTS);
STAT(alerts, SSIF_ALERTS);

static struct attribute *attributes[] = {
	&dev_attr_type.attr,
	&stat_sent_messages.attr.attr,
	&stat_sent_messages_parts.attr.attr,
	&stat_send_retries.attr.attr,
	&stat_send_errors.attr.attr,
	&stat_received_messages.attr.attr,
	&stat_received_message_parts.attr.attr,
	&stat_receive_retries.attr.attr,
	&stat_receive_errors.attr.attr,
	&stat_flag_fetches.attr.attr,
	&stat_hosed.attr.attr,
	&stat_events.attr.attr,
	&stat_watchdog_pretimeouts.attr.attr,
	&stat_alerts.attr.attr,
	NULL
};

const struct attribute_group ssif_attributes = {
	.attrs = attributes,
};
