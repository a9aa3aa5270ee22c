// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interfaces that the administrator describes: module parameters, and hotmod.
 *
 * Both become platform devices with the same properties and resources as those
 * the kernel makes of SMBIOS records, so platform.c finds them as it finds those.
 * hardcode_init() and hardcode_exit() are called by probe.c; made_add() by
 * hotmod.c. Lock: made_lock for the list of devices.
 */
#define pr_fmt(fmt) "ipmi_hardcode: " fmt

#include <linux/log2.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/slab.h>

#include "si.h"

#define SI_MAX_PARMS 4

static char si_type[30];
module_param_string(type, si_type, sizeof(si_type), 0);
MODULE_PARM_DESC(type,
		 "Type of each interface of ports and addrs, separated by commas: kcs, smic, bt; invalid keeps one the firmware describes there from being used.");

static unsigned long addrs[SI_MAX_PARMS];
static unsigned int num_addrs;
module_param_hw_array(addrs, ulong, iomem, &num_addrs, 0);
MODULE_PARM_DESC(addrs, "Memory address of each interface, 0 = it has none.");

static unsigned int ports[SI_MAX_PARMS];
static unsigned int num_ports;
module_param_hw_array(ports, uint, ioport, &num_ports, 0);
MODULE_PARM_DESC(ports, "I/O port of each interface, 0 = it has none.");

static int irqs[SI_MAX_PARMS];
static unsigned int num_irqs;
module_param_hw_array(irqs, int, irq, &num_irqs, 0);
MODULE_PARM_DESC(irqs, "Interrupt of each interface, 0 = none.");

static int regspacings[SI_MAX_PARMS];
static unsigned int num_regspacings;
module_param_hw_array(regspacings, int, other, &num_regspacings, 0);
MODULE_PARM_DESC(regspacings,
		 "Bytes from one register of an interface to the next, default is its size.");

static int regsizes[SI_MAX_PARMS];
static unsigned int num_regsizes;
module_param_hw_array(regsizes, int, other, &num_regsizes, 0);
MODULE_PARM_DESC(regsizes, "Bytes of a register: 1, 2, 4 or (memory) 8; default is 1.");

static int regshifts[SI_MAX_PARMS];
static unsigned int num_regshifts;
module_param_hw_array(regshifts, int, other, &num_regshifts, 0);
MODULE_PARM_DESC(regshifts, "Bits by which a register's value is shifted, default is 0.");

static int slave_addrs[SI_MAX_PARMS];
static unsigned int num_slave_addrs;
module_param_hw_array(slave_addrs, int, other, &num_slave_addrs, 0);
MODULE_PARM_DESC(slave_addrs, "IPMB address of each BMC, default is 0x20.");

/**
 * struct made - a platform device that was made here
 * @link: on the list
 * @pdev: the device
 * @root: what its registers are resources of
 *
 * A tree of its own for each device: one at a place where there is another already would become
 * that one's parent in the kernel's, and take it along when it goes. What uses the registers
 * claims them in the kernel's tree, see io.c.
 */
struct made {
	struct list_head link;
	struct platform_device *pdev;
	struct resource root;
};

static DEFINE_MUTEX(made_lock);
static LIST_HEAD(made);
static bool arrived;
static bool leaving;

static unsigned int nr_resources(const struct si_made *m, struct resource *root,
				 struct resource *res)
{
	unsigned long type = m->is_mem ? IORESOURCE_MEM : IORESOURCE_IO;
	unsigned int n;

	root->end = -1;
	root->flags = type;
	for (n = 0; n < 2; n++) {
		res[n].parent = root;
		res[n].start = m->addr + n * m->regspacing;
		res[n].end = res[n].start + m->regsize - 1;
		res[n].flags = type;
	}
	if (m->irq > 0) {
		res[n].start = m->irq;
		res[n].end = m->irq;
		res[n++].flags = IORESOURCE_IRQ;
	}
	return n;
}

/* The properties are bytes: a number that does not fit must not wrap into one that does. */
static const char *impossible(const struct si_made *m)
{
	if (!is_power_of_2(m->regsize) || m->regsize > (m->is_mem ? 8 : 4)) {
		pr_warn("Invalid register size: %u\n", m->regsize);
		return "its registers cannot have that many bytes";
	}
	if (m->regshift >= m->regsize * 8) {
		pr_warn("Invalid register shift: %u\n", m->regshift);
		return "its registers cannot be shifted by that many bits";
	}
	if (m->slave_addr > 0xff) {
		pr_warn("Invalid slave address: 0x%x\n", m->slave_addr);
		return "there is no such IPMB address";
	}
	return NULL;
}

static void refused(const struct si_made *m, const char *why)
{
	struct si_desc desc = {
		.source = m->source,
		.type = si_type_ops(m->type),
		.is_mem = m->is_mem,
		.addr = m->addr,
		.regsize = m->regsize,
		.regspacing = m->regspacing,
		.irq = m->irq,
	};

	offer_refuse(&desc, 0, "%s", why);
}

/**
 * made_add() - make a platform device for an interface
 * @name: its name: "hardcode-ipmi-si" or "hotmod-ipmi-si"
 * @id: the number after the name
 * @m: the interface
 *
 * Return: 0, -EINVAL for an impossible interface, -EBUSY if its driver did not take
 * it and the device is gone again, -ENOMEM, or what the driver core says.
 */
int made_add(const char *name, int id, const struct si_made *m)
{
	const char *why = impossible(m);
	struct property_entry props[] = {
		PROPERTY_ENTRY_U8("ipmi-type", m->type),
		PROPERTY_ENTRY_U8("addr-source", m->source),
		PROPERTY_ENTRY_U8("slave-addr", m->slave_addr),
		PROPERTY_ENTRY_U8("reg-size", m->regsize),
		PROPERTY_ENTRY_U8("reg-shift", m->regshift),
		{},
	};
	struct platform_device_info info = {
		.name = name,
		.id = id,
		.properties = props,
	};
	struct resource res[3] = {};
	struct made *new;

	if (why) {
		refused(m, why);
		return -EINVAL;
	}
	new = kzalloc(sizeof(*new), GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	info.num_res = nr_resources(m, &new->root, res);
	info.res = res;
	new->pdev = platform_device_register_full(&info);
	if (IS_ERR(new->pdev)) {
		int rv = PTR_ERR(new->pdev);

		pr_warn("cannot make device %s.%d: %d\n", name, id, rv);
		refused(m, "no device could be made for it; the log says more");
		kfree(new);
		return rv;
	}
	scoped_guard(mutex, &made_lock) {
		list_add_tail(&new->link, &made);
		/* hotmod may be written to before the driver is there, and while it goes. */
		if (!leaving && (!arrived || si_find_device(&new->pdev->dev)))
			return 0;
	}
	made_remove(&new->pdev->dev);
	return -EBUSY;
}

static struct made *take(struct device *dev)
{
	struct made *m;

	guard(mutex)(&made_lock);
	list_for_each_entry(m, &made, link) {
		if (dev && &m->pdev->dev != dev)
			continue;
		list_del(&m->link);
		return m;
	}
	return NULL;
}

/**
 * made_has() - is this a device that was made here, and is made_add() over with it?
 * @dev: the device
 */
bool made_has(const struct device *dev)
{
	struct made *m;

	guard(mutex)(&made_lock);
	list_for_each_entry(m, &made, link)
		if (&m->pdev->dev == dev)
			return true;
	return false;
}

/**
 * made_remove() - remove a device that was made here
 * @dev: the device, or NULL for any
 *
 * Return: true if there was one.
 */
bool made_remove(struct device *dev)
{
	struct made *m = take(dev);

	if (!m)
		return false;
	platform_device_unregister(m->pdev);
	kfree(m);
	return true;
}

static struct device *find_untaken(void)
{
	struct made *m;

	guard(mutex)(&made_lock);
	arrived = true;
	list_for_each_entry(m, &made, link)
		if (!strcmp(m->pdev->name, "hotmod-ipmi-si") && !si_find_device(&m->pdev->dev))
			return &m->pdev->dev;
	return NULL;
}

/**
 * made_arrived() - the platform driver is registered
 *
 * What hotmod has made before and the driver did not take goes; from now on made_add()
 * sees to that.
 */
void made_arrived(void)
{
	struct device *dev;

	while ((dev = find_untaken()))
		made_remove(dev);
}

static int parm(const int *values, unsigned int num, unsigned int i, int missing)
{
	return i < num && values[i] ? values[i] : missing;
}

static void hardcode_one(unsigned int i, const char *type, unsigned long addr, bool is_mem)
{
	struct si_made m = {
		.source = SI_HARDCODED,
		.is_mem = is_mem,
		.addr = addr,
		.regsize = parm(regsizes, num_regsizes, i, 1),
		.regshift = parm(regshifts, num_regshifts, i, 0),
		.irq = parm(irqs, num_irqs, i, 0),
		.slave_addr = parm(slave_addrs, num_slave_addrs, i, 0),
	};
	int number;

	m.regspacing = parm(regspacings, num_regspacings, i, m.regsize);
	number = si_type_number(type && *type ? type : "kcs");
	if (number < 0) {
		pr_warn("Interface type specified for interface %u, was invalid: '%s'; there are kcs, smic, bt\n",
			i, type);
		refused(&m, "its type is none of kcs, smic, bt and invalid");
		return;
	}
	m.type = number;
	/* Both spaces may be named for one index, so the name's number tells them apart. */
	made_add("hardcode-ipmi-si", i + (is_mem ? SI_MAX_PARMS : 0), &m);
}

/**
 * hardcode_init() - make the devices of the module parameters
 */
void hardcode_init(void)
{
	char *rest = si_type, *type;
	unsigned int i;

	for (i = 0; i < SI_MAX_PARMS; i++) {
		type = strsep(&rest, ",");
		if (i < num_ports && ports[i])
			hardcode_one(i, type, ports[i], false);
		if (i < num_addrs && addrs[i])
			hardcode_one(i, type, addrs[i], true);
	}
}

/**
 * hardcode_exit() - remove all devices that were made, by hotmod too
 */
void hardcode_exit(void)
{
	scoped_guard(mutex, &made_lock)
		leaving = true;
	while (made_remove(NULL))
		;
}

/**
 * hardcode_match() - did the administrator name this place?
 * @is_mem: memory space
 * @addr: the address
 */
bool hardcode_match(bool is_mem, unsigned long addr)
{
	unsigned int i;

	for (i = 0; i < SI_MAX_PARMS; i++) {
		if (is_mem ? i < num_addrs && addrs[i] == addr : i < num_ports && ports[i] == addr)
			return true;
	}
	return false;
}
