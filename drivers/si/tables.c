// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the firmware's tables say of interfaces, beside the devices that the kernel makes of them.
 *
 * A record that is wrong becomes no device, and an ACPI object may have a device that another
 * driver has: without this file nobody would learn why there is no /dev/ipmi0. main.c calls
 * tables_look() when the module is loaded, main.c and discovery.c show the sum, and platform.c
 * asks for the ACPI object of an address that it has learnt elsewhere. No lock: what is counted
 * here does not change afterwards.
 */
#define pr_fmt(fmt) "ipmi_si: " fmt

#include <linux/acpi.h>
#include <linux/dmi.h>
#include <linux/kmod.h>

#include "si.h"

#define SMBIOS_TYPE 38

#define REC_LEN_OLD	0x10	/* up to the base address */
#define REC_LEN		0x12	/* with spacing and interrupt */

/* Of the records that there are, not of those that work. */
static struct {
	unsigned int smbios;
	unsigned int acpi;
	u8 spmi_type;
	bool spmi;
	bool spmi_mem;
	u64 spmi_addr;
} tables;

static u64 base_of(const u8 *rec)
{
	__le64 base;

	memcpy(&base, rec + 8, sizeof(base));
	return le64_to_cpu(base);
}

/* The kernel's own rules for a record (SMBIOS 3, section 7.39): NULL = it makes a device of it. */
static const char *fault_of(const u8 *rec, u8 len)
{
	u64 base;

	if (len < REC_LEN_OLD)
		return "the record is too short";
	base = base_of(rec);
	if (!rec[4] || rec[4] > SI_TYPE_SSIF)
		return base ? "it does not say what kind of interface it is" :
			      "it says neither what kind of interface it is nor where";
	if (!base)
		return "its address is 0";
	if (len >= REC_LEN && rec[4] != SI_TYPE_SSIF && rec[16] >> 6 == 3)
		return "its register spacing is none that there is";
	return NULL;
}

static void look_at_record(const struct dmi_header *header, void *unused)
{
	const u8 *rec = (const u8 *)header;
	struct si_desc desc = { .source = SI_SMBIOS };
	const char *fault;
	u64 base;

	if (header->type != SMBIOS_TYPE)
		return;
	tables.smbios++;
	fault = fault_of(rec, header->length);
	if (!fault)
		return;
	base = header->length < REC_LEN_OLD ? 0 : base_of(rec);
	offer_refuse(&desc, 0, "record type 38: %s (interface type %u, base address 0x%llx)",
		     fault, header->length > 4 ? rec[4] : 0, base);
}

#ifdef CONFIG_ACPI

static void look_at_spmi(void)
{
	struct acpi_table_header *header;
	const struct acpi_table_spmi *spmi;

	if (ACPI_FAILURE(acpi_get_table(ACPI_SIG_SPMI, 0, &header)))
		return;
	spmi = (const struct acpi_table_spmi *)header;
	if (header->length >= offsetofend(struct acpi_table_spmi, ipmi_register)) {
		tables.spmi = true;
		tables.spmi_type = spmi->interface_type;
		tables.spmi_mem = spmi->ipmi_register.space_id == ACPI_ADR_SPACE_SYSTEM_MEMORY;
		tables.spmi_addr = spmi->ipmi_register.address;
	}
	acpi_put_table(header);
}

/* Nobody offers an object whose device another driver has taken, or that has none. */
static void look_at_device(acpi_handle handle)
{
	struct acpi_device *adev = acpi_fetch_acpi_dev(handle);
	struct device *dev = adev ? acpi_get_first_physical_node(adev) : NULL;
	struct si_desc desc = { .source = SI_ACPI, .dev = dev };

	if (!dev) {
		offer_refuse(&desc, 0,
			     "the kernel has made no device of an IPI0001 object; its _STA may say that it is not present");
		return;
	}
	/* Who has the lock may be waiting for this module to be loaded. */
	if (!device_trylock(dev))
		return;
	if (dev->driver && strcmp(dev->driver->name, "ipmi_si"))
		offer_refuse(&desc, 0, "the driver %s has the device of the ACPI object",
			     dev->driver->name);
	device_unlock(dev);
}

static acpi_status look_at_object(acpi_handle handle, u32 level, void *unused, void **ret)
{
	unsigned long long type;

	tables.acpi++;
	if (ACPI_FAILURE(acpi_evaluate_integer(handle, "_IFT", NULL, &type)))
		type = SI_TYPE_INVALID;
	/* What is bound to this driver is in the report already; SSIF is another driver's. */
	if (type != SI_TYPE_SSIF)
		look_at_device(handle);
	return AE_OK;
}

static void look_at_acpi(void)
{
	if (acpi_disabled)
		return;
	acpi_get_devices("IPI0001", look_at_object, NULL, NULL);
	look_at_spmi();
}

struct place {
	const struct si_desc *desc;
	bool found;
};

/* The first register's resource decides, as it does where the object is the source. */
static acpi_status look_at_resource(struct acpi_resource *ares, void *data)
{
	struct place *place = data;
	struct resource res = {};

	if (!(place->desc->is_mem ? acpi_dev_resource_memory(ares, &res) :
				    acpi_dev_resource_io(ares, &res)))
		return AE_OK;
	place->found = res.start == place->desc->addr;
	return AE_CTRL_TERMINATE;
}

static acpi_status find_object(acpi_handle handle, u32 level, void *data, void **ret)
{
	const struct si_desc *desc = data;
	struct place place = { .desc = desc };
	unsigned long long type;

	if (ACPI_FAILURE(acpi_evaluate_integer(handle, "_IFT", NULL, &type)) ||
	    si_type_ops(type) != desc->type)
		return AE_OK;
	acpi_walk_resources(handle, METHOD_NAME__CRS, look_at_resource, &place);
	if (!place.found)
		return AE_OK;
	*ret = handle;
	return AE_CTRL_TERMINATE;
}

/**
 * tables_find_acpi() - what ACPI knows of an interface that another source describes
 * @desc: the interface; its ACPI object is filled in, and for SMBIOS, which may have told of no
 *	interrupt, its general purpose event
 *
 * Whatever driver has the object's device: firmware that has a BMC may talk to it in AML, for
 * which acpi_ipmi has to know the object.
 *
 * Context: process.
 */
void tables_find_acpi(struct si_desc *desc)
{
	unsigned long long gpe;
	void *handle = NULL;

	if (acpi_disabled)
		return;
	acpi_get_devices("IPI0001", find_object, desc, &handle);
	if (!handle)
		return;
	desc->acpi_handle = handle;
	if (desc->source == SI_SMBIOS && !desc->irq &&
	    ACPI_SUCCESS(acpi_evaluate_integer(handle, "_GPE", NULL, &gpe))) {
		desc->irq = gpe;
		desc->irq_is_gpe = true;
	}
	request_module_nowait("acpi_ipmi");
}

#else

static void look_at_acpi(void) { }

void tables_find_acpi(struct si_desc *desc) { }

#endif

/**
 * tables_look() - note what the tables say, once the platform driver has seen its devices
 */
void tables_look(void)
{
	memset(&tables, 0, sizeof(tables));
	dmi_walk(look_at_record, NULL);
	look_at_acpi();
}

/**
 * tables_sum() - what the tables say, for a person
 * @text: room for it
 * @size: that room
 *
 * Return: @text.
 */
const char *tables_sum(char *text, size_t size)
{
	const struct ipmi_machine_ops *type = si_type_ops(tables.spmi_type);
	int n;

	if (!tables.acpi && !tables.smbios)
		n = scnprintf(text, size,
			      "neither ACPI (IPI0001) nor SMBIOS (type 38) nor PCI nor a device tree has one");
	else
		n = scnprintf(text, size,
			      "ACPI has %u (IPI0001) and SMBIOS %u (type 38), of which none can be used here, PCI and device tree have none",
			      tables.acpi, tables.smbios);
	if (tables.spmi)
		scnprintf(text + n, size - n,
			  "; ACPI's table SPMI, which is not used, names %s at %s 0x%llx",
			  type ? type->name : tables.spmi_type == SI_TYPE_SSIF ? "ssif" : "one",
			  tables.spmi_mem ? "mem" : "i/o", tables.spmi_addr);
	return text;
}
