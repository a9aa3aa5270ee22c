// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysfs: the attributes of one interface, on the device it was found through.
 *
 * Names and formats are ABI. The attributes live in struct si, because others
 * write to the device's driver data. No lock: single values are read.
 */
#include "si.h"

static struct si_attribute *to_attr(struct device_attribute *attr)
{
	return container_of(attr, struct si_attribute, attr);
}

static ssize_t stat_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct si_attribute *a = to_attr(attr);

	return sysfs_emit(buf, "%u\n", atomic_read(&a->si->stats[a->stat]));
}

static ssize_t type_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", to_attr(attr)->si->desc.type->name);
}

static ssize_t interrupts_enabled_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", si_irq_works(to_attr(attr)->si));
}

/* The tail of a hotmod operation that names this interface. */
static ssize_t params_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	const struct si_desc *d = &to_attr(attr)->si->desc;
	u8 slave_addr = d->slave_addr;

	/* Who does not say has the usual one, but for PCI and device trees: that is ABI. */
	if (!slave_addr && d->source != SI_PCI && d->source != SI_DEVICETREE)
		slave_addr = IPMI_BMC_SLAVE_ADDR;
	return sysfs_emit(buf, "%s,%s,0x%lx,rsp=%u,rsi=%u,rsh=%u,irq=%d,ipmb=%u\n", d->type->name,
			  d->is_mem ? "mem" : "i/o", d->addr, d->regspacing, d->regsize,
			  d->regshift, d->irq, slave_addr);
}

static const char *const stat_names[SI_NR_STATS] = {
	[SI_SHORT_TIMEOUTS] = "short_timeouts",
	[SI_LONG_TIMEOUTS] = "long_timeouts",
	[SI_IDLES] = "idles",
	[SI_INTERRUPTS] = "interrupts",
	[SI_ATTENTIONS] = "attentions",
	[SI_FLAG_FETCHES] = "flag_fetches",
	[SI_HOSED_COUNT] = "hosed_count",
	[SI_COMPLETE_TRANSACTIONS] = "complete_transactions",
	[SI_EVENTS] = "events",
	[SI_WATCHDOG_PRETIMEOUTS] = "watchdog_pretimeouts",
	[SI_INCOMING_MESSAGES] = "incoming_messages",
};

static int add_file(struct si *si, unsigned int n, const char *name,
		    ssize_t (*show)(struct device *dev, struct device_attribute *attr, char *buf))
{
	struct si_attribute *a = &si->attrs[n];
	int rv;

	sysfs_attr_init(&a->attr.attr);
	a->attr.attr.name = name;
	a->attr.attr.mode = 0444;
	a->attr.show = show;
	a->si = si;
	a->stat = n;
	rv = device_create_file(si->desc.dev, &a->attr);
	if (!rv)
		si->nr_attrs++;
	return rv;
}

/**
 * si_sysfs_add() - add the attributes to the interface's device
 * @si: the interface
 *
 * Return: 0 or what sysfs says, and then there are none.
 */
int si_sysfs_add(struct si *si)
{
	unsigned int i;
	int rv = 0;

	si->nr_attrs = 0;
	for (i = 0; i < SI_NR_STATS; i++)
		atomic_set(&si->stats[i], 0);
	for (i = 0; i < SI_NR_STATS && !rv; i++)
		rv = add_file(si, i, stat_names[i], stat_show);
	if (!rv)
		rv = add_file(si, i++, "type", type_show);
	if (!rv)
		rv = add_file(si, i++, "interrupts_enabled", interrupts_enabled_show);
	if (!rv)
		rv = add_file(si, i++, "params", params_show);
	if (rv)
		si_sysfs_remove(si);
	return rv;
}

void si_sysfs_remove(struct si *si)
{
	while (si->nr_attrs)
		device_remove_file(si->desc.dev, &si->attrs[--si->nr_attrs].attr);
}
