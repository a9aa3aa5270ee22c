/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the firmware says of the machine and its BMC: SMBIOS, ACPI, PCI.
 */
#ifndef FIRMWARE_H
#define FIRMWARE_H

#include <stdbool.h>

/**
 * struct bmc_record - a record of SMBIOS, type 38 (section 7.39)
 * @type: 1 KCS, 2 SMIC, 3 BT, 4 SSIF
 * @addr: the base address, or the I2C address
 * @is_mem: a memory address
 * @spacing: of its registers, 0 = the record does not say
 * @version: of IPMI, 0x20 = 2.0
 */
struct bmc_record {
	unsigned int type;
	unsigned long long addr;
	bool is_mem;
	unsigned int spacing;
	unsigned int version;
};

/**
 * struct firmware - all of it
 * @vendor, @product, @bios: of the machine, "" = unknown
 * @hypervisor: it is a virtual machine
 * @portable: its chassis is that of a laptop or tablet
 * @records, @nr_records: SMBIOS
 * @smbios_hidden: there are records, and this user may not read them
 * @acpi: how many IPI0001 objects
 * @pci: how many functions of the class "IPMI"
 */
struct firmware {
	char vendor[64];
	char product[64];
	char bios[96];
	bool hypervisor;
	bool portable;
	struct bmc_record records[8];
	int nr_records;
	bool smbios_hidden;
	int acpi;
	int pci;
};

void firmware_read(struct firmware *fw);

/* "KCS at i/o 0xca2, IPMI 2.0", for people; valid until the next call. */
const char *bmc_record_about(const struct bmc_record *r);

#endif /* FIRMWARE_H */
