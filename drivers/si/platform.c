// SPDX-License-Identifier: GPL-2.0-only
/*
 * Discovery through platform devices: ACPI (IPI0001), nodes of a device tree, and the
 * devices that the kernel makes of SMBIOS type 38 records.
 *
 * The driver core calls the probe and remove functions; they describe what they
 * find and leave the rest to probe.c. No lock.
 */
#define dev_fmt(fmt) "ipmi_platform: " fmt

#include <linux/ioport.h>
#include <linux/kmod.h>
#include <linux/log2.h>
#include <linux/of.h>
#include <linux/of_device.h>
#include <linux/platform_device.h>
#include <linux/property.h>

#include "si.h"

static bool tryacpi = true;
module_param(tryacpi, bool, 0);
MODULE_PARM_DESC(tryacpi, "Use interfaces that ACPI describes, default is 1.");

#ifdef CONFIG_OF
static bool tryopenfirmware = true;
module_param(tryopenfirmware, bool, 0);
MODULE_PARM_DESC(tryopenfirmware, "Use interfaces that the device tree describes, default is 1.");
#endif

static bool trydmi = true;
module_param(trydmi, bool, 0);
MODULE_PARM_DESC(trydmi, "Use interfaces that SMBIOS describes, default is 1.");

static bool tryplatform = true;
module_param(tryplatform, bool, 0);
MODULE_PARM_DESC(tryplatform, "Use interfaces that other platform devices describe, default is 1.");

/* The first register's resource, and the second's for the spacing if it is not known. */
static int get_resources(struct platform_device *pdev, struct si_desc *desc)
{
	unsigned int type = IORESOURCE_IO;
	struct resource *res, *second;

	res = platform_get_resource(pdev, type, 0);
	if (!res) {
		type = IORESOURCE_MEM;
		res = platform_get_resource(pdev, type, 0);
	}
	if (!res) {
		dev_err(&pdev->dev, "no I/O or memory address\n");
		return offer_refuse(desc, -ENXIO, "it has neither a port nor a memory address");
	}
	desc->is_mem = type == IORESOURCE_MEM;
	desc->addr = res->start;

	if (!desc->regspacing) {
		desc->regspacing = desc->regsize;
		second = platform_get_resource(pdev, type, 1);
		if (second && second->start > res->start)
			desc->regspacing = second->start - res->start;
	}
	desc->irq = max(platform_get_irq_optional(pdev, 0), 0);
	dev_info(&pdev->dev, "%pR regsize %u spacing %u irq %d\n", res, desc->regsize,
		 desc->regspacing, desc->irq);
	return 0;
}

#if IPMI_HAS_IOPORT && defined(CONFIG_X86)

/*
 * Below 64 KiB a PC has memory, or what the firmware needs, so a record that tells of registers
 * in memory there lacks the bit that makes it a port. Known of 0xca2.
 */
static void take_for_port(struct si_desc *desc)
{
	if (!desc->is_mem || desc->addr > SI_LAST_PORT)
		return;
	if (request_mem_region(desc->addr, desc->regsize, "ipmi_si")) {
		release_mem_region(desc->addr, desc->regsize);
		return;
	}
	dev_info(desc->dev, "there can be no register at memory address 0x%lx: it is taken for a port\n",
		 desc->addr);
	desc->is_mem = false;
}

#else

static void take_for_port(struct si_desc *desc) { }

#endif

static int describe_type(struct device *dev, struct si_desc *desc, unsigned int type)
{
	desc->type = si_type_ops(type);
	if (desc->type)
		return 0;
	dev_warn(dev, "unknown or unsupported interface type %u\n", type);
	return offer_refuse(desc, -ENODEV, "interface type %u is unknown", type);
}

#ifdef CONFIG_ACPI

static const struct acpi_device_id acpi_ids[] = {
	{ "IPI0001", 0 },
	{}
};
MODULE_DEVICE_TABLE(acpi, acpi_ids);

/* ACPI namespace, IPMI 2.0 appendix C3. */
static int describe_acpi(struct platform_device *pdev, struct si_desc *desc)
{
	struct device *dev = &pdev->dev;
	unsigned long long type, gpe;
	int rv;

	desc->source = SI_ACPI;
	if (!tryacpi)
		return offer_refuse(desc, -ENODEV, "the module was loaded with tryacpi=0");
	desc->acpi_handle = ACPI_HANDLE(dev);
	dev_info(dev, "probing via ACPI\n");
	if (ACPI_FAILURE(acpi_evaluate_integer(desc->acpi_handle, "_IFT", NULL, &type))) {
		dev_err(dev, "Could not find ACPI IPMI interface type (_IFT)\n");
		return offer_refuse(desc, -EINVAL, "its ACPI object has no interface type (_IFT)");
	}
	if (type == SI_TYPE_SSIF)
		return offer_refuse(desc, -ENODEV, "it is an SSIF, which ipmi_ssif drives");
	rv = describe_type(dev, desc, type);
	if (rv)
		return rv;
	desc->regsize = 1;
	rv = get_resources(pdev, desc);
	if (!rv && ACPI_SUCCESS(acpi_evaluate_integer(desc->acpi_handle, "_GPE", NULL, &gpe))) {
		desc->irq = gpe;
		desc->irq_is_gpe = true;
	}
	/* Firmware that has a BMC may talk to it in AML. */
	if (!rv)
		request_module_nowait("acpi_ipmi");
	return rv;
}

static bool is_acpi(struct device *dev)
{
	return acpi_match_device(acpi_ids, dev);
}

#define ACPI_IDS ACPI_PTR(acpi_ids)

#else

static int describe_acpi(struct platform_device *pdev, struct si_desc *desc)
{
	return -ENODEV;
}

static bool is_acpi(struct device *dev)
{
	return false;
}

#define ACPI_IDS NULL

#endif

/* Sizes and shifts that the registers can have, whoever says so. */
static int check_size(struct device *dev, const struct si_desc *desc)
{
	if (!is_power_of_2(desc->regsize) || desc->regsize > (desc->is_mem ? 8 : 4)) {
		dev_warn(dev, "Invalid register size: %u\n", desc->regsize);
		return offer_refuse(desc, -EINVAL, "its registers cannot have %u bytes",
				    desc->regsize);
	}
	if (desc->regshift >= desc->regsize * 8) {
		dev_warn(dev, "Invalid register shift: %u\n", desc->regshift);
		return offer_refuse(desc, -EINVAL, "its registers cannot be shifted by %u bits",
				    desc->regshift);
	}
	return 0;
}

#ifdef CONFIG_OF

static const struct of_device_id of_ids[] = {
	{ .type = "ipmi", .compatible = "ipmi-kcs", .data = &ipmi_kcs_ops },
	{ .type = "ipmi", .compatible = "ipmi-smic", .data = &ipmi_smic_ops },
	{ .type = "ipmi", .compatible = "ipmi-bt", .data = &ipmi_bt_ops },
	{}
};
MODULE_DEVICE_TABLE(of, of_ids);

/* One cell each; what is not there stays as it is. */
static int get_cell(struct device *dev, const char *name, unsigned int *value)
{
	const __be32 *cell;
	int len;

	cell = of_get_property(dev->of_node, name, &len);
	if (!cell)
		return 0;
	if (len != sizeof(*cell)) {
		dev_warn(dev, "invalid %s in the device tree\n", name);
		return -EINVAL;
	}
	*value = be32_to_cpup(cell);
	return 0;
}

/* The binding "IPMI device" of the kernel's Documentation/devicetree. */
static int describe_of(struct platform_device *pdev, struct si_desc *desc)
{
	struct device *dev = &pdev->dev;
	int rv;

	desc->source = SI_DEVICETREE;
	if (!tryopenfirmware)
		return offer_refuse(desc, -ENODEV, "the module was loaded with tryopenfirmware=0");
	desc->type = of_device_get_match_data(dev);
	desc->regsize = 1;
	dev_info(dev, "probing via device tree\n");
	if (get_cell(dev, "reg-size", &desc->regsize) ||
	    get_cell(dev, "reg-spacing", &desc->regspacing) ||
	    get_cell(dev, "reg-shift", &desc->regshift))
		return offer_refuse(desc, -EINVAL, "a property of its node has a wrong size");
	/* Here, one resource holds all registers. */
	if (!desc->regspacing)
		desc->regspacing = desc->regsize;
	rv = get_resources(pdev, desc);
	return rv ?: check_size(dev, desc);
}

static bool is_of(struct device *dev)
{
	return dev->of_node && of_match_device(of_ids, dev);
}

#else

#define of_ids NULL

static int describe_of(struct platform_device *pdev, struct si_desc *desc)
{
	return -ENODEV;
}

static bool is_of(struct device *dev)
{
	return false;
}

#endif

/* The properties and resources that the kernel's SMBIOS code gives its devices. */
static int describe_platform(struct platform_device *pdev, struct si_desc *desc)
{
	struct device *dev = &pdev->dev;
	u8 type, source, size = 1, shift = 0;
	int rv;

	if (device_property_read_u8(dev, "ipmi-type", &type))
		return -ENODEV;
	if (device_property_read_u8(dev, "addr-source", &source) || source >= SI_LAST)
		source = SI_PLATFORM;
	desc->source = source;
	if (source == SI_SMBIOS && !trydmi)
		return offer_refuse(desc, -ENODEV, "the module was loaded with trydmi=0");
	if (source != SI_SMBIOS && source != SI_HARDCODED && !tryplatform)
		return offer_refuse(desc, -ENODEV, "the module was loaded with tryplatform=0");

	/* It only keeps its address from others. */
	if (type == SI_TYPE_INVALID && source == SI_HARDCODED)
		return offer_refuse(desc, -ENODEV, "type=invalid: the place is to be left alone");
	dev_info(dev, "probing via %s\n", ipmi_addr_src_to_str(source));
	rv = describe_type(dev, desc, type);
	if (rv)
		return rv;
	device_property_read_u8(dev, "slave-addr", &desc->slave_addr);
	device_property_read_u8(dev, "reg-shift", &shift);
	if (device_property_read_u8(dev, "reg-size", &size))
		size = 1;
	desc->regsize = size;
	desc->regshift = shift;
	rv = get_resources(pdev, desc);
	if (!rv && source == SI_SMBIOS)
		take_for_port(desc);
	rv = rv ?: check_size(dev, desc);
	if (!rv && tryacpi)
		tables_find_acpi(desc);
	return rv;
}

static int platform_probe(struct platform_device *pdev)
{
	struct si_desc desc = { .dev = &pdev->dev };
	int rv;

	if (is_acpi(&pdev->dev))
		rv = describe_acpi(pdev, &desc);
	else if (is_of(&pdev->dev))
		rv = describe_of(pdev, &desc);
	else
		rv = describe_platform(pdev, &desc);
	if (rv)
		return rv;
	/* A duplicate was told of; its device keeps us, so that nobody else tries. */
	rv = si_add(&desc);
	if (rv)
		return rv == -EBUSY ? 0 : rv;
	/* hotmod makes several, and waits for all of them at the same time. */
	if (desc.source != SI_HOTMOD || made_has(&pdev->dev))
		si_wait_tried(&pdev->dev);
	return 0;
}

static void platform_remove(struct platform_device *pdev)
{
	si_remove_device(&pdev->dev);
}

static void platform_shutdown(struct platform_device *pdev)
{
	si_reboot(&pdev->dev);
}

static const struct platform_device_id platform_ids[] = {
	{ .name = "dmi-ipmi-si" },
	{ .name = "hardcode-ipmi-si" },
	{ .name = "hotmod-ipmi-si" },
	{}
};

static struct platform_driver si_platform_driver = {
	.driver = {
		.name = "ipmi_si",
		.acpi_match_table = ACPI_IDS,
		.of_match_table = of_ids,
		/* It only describes, and hardcode.c looks at what came of it. */
		.probe_type = PROBE_FORCE_SYNCHRONOUS,
		.pm = pm_sleep_ptr(&si_pm_ops),
	},
	.probe = platform_probe,
	IPMI_PLATFORM_REMOVE(platform_remove),
	.shutdown = platform_shutdown,
	.id_table = platform_ids,
};

int platform_init(void)
{
	return platform_driver_register(&si_platform_driver);
}

void platform_exit(void)
{
	platform_driver_unregister(&si_platform_driver);
}

MODULE_ALIAS("platform:dmi-ipmi-si");
