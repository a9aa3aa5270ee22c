// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the firmware says. SMBIOS comes from the kernel's /sys/firmware/dmi/entries; its raw records
 * are root's.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware.h"
#include "ipmidrv.h"
#include "tree.h"

#define RECORD_SHORT 16 /* up to the address */
#define RECORD_LONG 18	/* with spacing and interrupt */

static void take_record(struct firmware *fw, const unsigned char *raw, size_t size)
{
	struct bmc_record *r = &fw->records[fw->nr_records];
	static const unsigned char spacings[] = { 1, 4, 16, 0 };
	unsigned long long base = 0;

	if (size < RECORD_SHORT || raw[0] != 38 || fw->nr_records == ARRAY_SIZE(fw->records))
		return;
	fw->nr_records++;
	for (int i = 7; i >= 0; i--)
		base = base << 8 | raw[8 + i];
	r->type = raw[4];
	r->version = raw[5];
	if (r->type == 4) {
		r->addr = raw[6] >> 1;
		return;
	}
	r->is_mem = !(base & 1);
	r->addr = base & ~1ULL;
	if (size >= RECORD_LONG) {
		r->addr |= raw[16] >> 4 & 1;
		r->spacing = spacings[raw[16] >> 6];
	}
}

static void read_smbios(struct firmware *fw)
{
	char **names = tree_list("/sys/firmware/dmi/entries");

	for (char **name = names; *name; name++) {
		size_t size;
		char *raw;

		if (strncmp(*name, "38-", 3))
			continue;
		raw = tree_read(&size, "/sys/firmware/dmi/entries/%s/raw", *name);
		if (raw)
			take_record(fw, (unsigned char *)raw, size);
		else if (errno == EACCES)
			fw->smbios_hidden = true;
		free(raw);
	}
	tree_list_free(names);
}

static int count(const char *folder, const char *begin)
{
	char **names = tree_list("%s", folder);
	int n = 0;

	for (char **name = names; *name; name++)
		n += !strncmp(*name, begin, strlen(begin));
	tree_list_free(names);
	return n;
}

/* Class 0c07: SMIC, KCS or BT by its last two digits. */
static int count_pci(void)
{
	char **names = tree_list("/sys/bus/pci/devices");
	int n = 0;

	for (char **name = names; *name; name++)
		n += tree_says("0x0c07", "/sys/bus/pci/devices/%s/class", *name);
	tree_list_free(names);
	return n;
}

static bool is_portable(void)
{
	static const unsigned char kinds[] = { 8, 9, 10, 11, 14, 30, 31, 32 };
	long long kind;

	if (tree_number(&kind, "/sys/class/dmi/id/chassis_type"))
		for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++)
			if (kind == kinds[i])
				return true;
	return false;
}

static bool is_virtual(const struct firmware *fw)
{
	char *cpu = tree_read(NULL, "/proc/cpuinfo");
	bool says = cpu && strstr(cpu, " hypervisor");

	free(cpu);
	return says || strstr(fw->vendor, "QEMU") || strstr(fw->vendor, "VMware");
}

void firmware_read(struct firmware *fw)
{
	char version[64], date[32];

	memset(fw, 0, sizeof(*fw));
	tree_line(fw->vendor, sizeof(fw->vendor), "/sys/class/dmi/id/sys_vendor");
	tree_line(fw->product, sizeof(fw->product), "/sys/class/dmi/id/product_name");
	tree_line(version, sizeof(version), "/sys/class/dmi/id/bios_version");
	tree_line(date, sizeof(date), "/sys/class/dmi/id/bios_date");
	if (*version)
		snprintf(fw->bios, sizeof(fw->bios), "BIOS %.50s (%s)", version, *date ? date : "no date");
	fw->hypervisor = is_virtual(fw);
	fw->portable = is_portable();
	read_smbios(fw);
	fw->acpi = count("/sys/bus/acpi/devices", "IPI0001:");
	fw->pci = count_pci();
}

const char *bmc_record_about(const struct bmc_record *r)
{
	static const char *const kinds[] = { "unknown interface", "KCS", "SMIC", "BT", "SSIF" };
	static char text[128];
	const char *kind = kinds[r->type < ARRAY_SIZE(kinds) ? r->type : 0];

	if (r->type == 4)
		snprintf(text, sizeof(text), "SSIF at i2c 0x%02llx, IPMI %u.%u", r->addr,
			 r->version >> 4, r->version & 15);
	else
		snprintf(text, sizeof(text), "%s at %s 0x%llx, IPMI %u.%u", kind,
			 r->is_mem ? "mem" : "i/o", r->addr, r->version >> 4, r->version & 15);
	return text;
}
