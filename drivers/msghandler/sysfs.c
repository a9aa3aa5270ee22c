// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysfs: the attributes of BMCs and those the core adds to a transport's device.
 *
 * Names and formats are ABI. What is known is answered from memory; if what a BMC says of itself
 * is old it is asked again, for which the reader waits at most IDENTITY_WAIT_MS. Nothing here
 * takes a lock that somebody holds who waits for a BMC.
 */
#include "msghandler.h"

/* clang-format off */
#define BMC_ATTR(_name, _fmt, ...)						\
static ssize_t _name##_show(struct device *dev, struct device_attribute *attr,	\
			    char *buf)						\
{										\
	struct ipmi_identity who;						\
	const struct ipmi_device_id *id = &who.id;				\
										\
	bmc_identity(dev, &who);						\
	return sysfs_emit(buf, _fmt "\n", __VA_ARGS__);				\
}										\
static DEVICE_ATTR_RO(_name)
/* clang-format on */

BMC_ATTR(device_id, "%u", id->device_id);
BMC_ATTR(provides_device_sdrs, "%u", id->device_revision >> 7);
BMC_ATTR(revision, "%u", id->device_revision & 0x0f);
/* Bit 7 of the first byte says that the device is busy, and is no revision. */
BMC_ATTR(firmware_revision, "%u.%x", id->firmware_revision_1 & 0x7f, id->firmware_revision_2);
BMC_ATTR(ipmi_version, "%u.%u", ipmi_version_major(id), ipmi_version_minor(id));
BMC_ATTR(additional_device_support, "0x%02x", id->additional_device_support);
BMC_ATTR(manufacturer_id, "0x%6.6x", id->manufacturer_id);
BMC_ATTR(product_id, "0x%4.4x", id->product_id);
BMC_ATTR(aux_firmware_revision, "0x%02x 0x%02x 0x%02x 0x%02x", id->aux_firmware_revision[3],
	 id->aux_firmware_revision[2], id->aux_firmware_revision[1], id->aux_firmware_revision[0]);

static ssize_t guid_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct ipmi_identity who;
	guid_t guid;

	bmc_identity(dev, &who);
	if (!who.has_guid)
		return -ENOENT;
	import_guid(&guid, who.guid);
	return sysfs_emit(buf, "%pUl\n", &guid);
}
static DEVICE_ATTR_RO(guid);

static struct attribute *bmc_attrs[] = {
	&dev_attr_device_id.attr,
	&dev_attr_provides_device_sdrs.attr,
	&dev_attr_revision.attr,
	&dev_attr_firmware_revision.attr,
	&dev_attr_ipmi_version.attr,
	&dev_attr_additional_device_support.attr,
	&dev_attr_manufacturer_id.attr,
	&dev_attr_product_id.attr,
	&dev_attr_aux_firmware_revision.attr,
	&dev_attr_guid.attr,
	NULL
};

static umode_t bmc_attr_visible(struct kobject *kobj, struct attribute *attr, int n)
{
	struct ipmi_identity who;

	/* As it is registered: ipmi_registry is held, which the BMC's answer may need. */
	bmc_said(kobj_to_dev(kobj), &who);
	if (attr == &dev_attr_aux_firmware_revision.attr)
		return who.id.aux_firmware_revision_set ? attr->mode : 0;
	if (attr == &dev_attr_guid.attr)
		return who.has_guid ? attr->mode : 0;
	return attr->mode;
}

static const struct attribute_group bmc_group = {
	.attrs = bmc_attrs,
	.is_visible = bmc_attr_visible,
};

const struct attribute_group *ipmi_bmc_groups[] = { &bmc_group, NULL };

static ssize_t nr_users_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct ipmi_smi *intf = container_of(attr, struct ipmi_smi, attr_nr_users);

	return sysfs_emit(buf, "%d\n", atomic_read(&intf->nr_users));
}

static ssize_t nr_msgs_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct ipmi_smi *intf = container_of(attr, struct ipmi_smi, attr_nr_msgs);

	return sysfs_emit(buf, "%d\n", atomic_read(&intf->nr_msgs));
}

static ssize_t maintenance_mode_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct ipmi_smi *intf = container_of(attr, struct ipmi_smi, attr_maintenance);
	enum ipmi_maintenance state;
	unsigned int remaining_ms;

	state = maintenance_state(intf, &remaining_ms);
	return sysfs_emit(buf, "%u %u\n", state, remaining_ms);
}

static void attr_init(struct device_attribute *attr, const char *name,
		      ssize_t (*show)(struct device *dev, struct device_attribute *attr, char *buf))
{
	sysfs_attr_init(&attr->attr);
	attr->attr.name = name;
	attr->attr.mode = 0444;
	attr->show = show;
}

/**
 * sysfs_add() - put the core's attributes on a transport's device
 * @intf: the interface
 *
 * They live in @intf and not in the device's driver data, which belongs to the
 * transport, and which clients such as ibmpex overwrite.
 *
 * Return: 0 or what sysfs says.
 */
int sysfs_add(struct ipmi_smi *intf)
{
	int rv;

	attr_init(&intf->attr_nr_users, "nr_users", nr_users_show);
	attr_init(&intf->attr_nr_msgs, "nr_msgs", nr_msgs_show);
	attr_init(&intf->attr_maintenance, "maintenance_mode", maintenance_mode_show);

	rv = device_create_file(intf->dev, &intf->attr_nr_users);
	if (rv)
		return rv;
	rv = device_create_file(intf->dev, &intf->attr_nr_msgs);
	if (rv)
		goto err_users;
	rv = device_create_file(intf->dev, &intf->attr_maintenance);
	if (rv)
		goto err_msgs;
	rv = stats_add(intf);
	if (rv)
		goto err_maintenance;
	return 0;

err_maintenance:
	device_remove_file(intf->dev, &intf->attr_maintenance);
err_msgs:
	device_remove_file(intf->dev, &intf->attr_nr_msgs);
err_users:
	device_remove_file(intf->dev, &intf->attr_nr_users);
	return rv;
}

void sysfs_remove(struct ipmi_smi *intf)
{
	stats_remove(intf);
	device_remove_file(intf->dev, &intf->attr_maintenance);
	device_remove_file(intf->dev, &intf->attr_nr_msgs);
	device_remove_file(intf->dev, &intf->attr_nr_users);
}
