// SPDX-License-Identifier: GPL-2.0-only
/* See interface.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"
#include "interface.h"
#include "ktap.h"

#define ACPI "IPI0001:00"
#define SMBIOS "dmi-ipmi-si.0"
#define PCI "0000:00:02.0"
#define HARDCODED "hardcode-ipmi-si.4"

static struct interface known[] = {
	{ "kcs", "kcs", ACPI, 0xca2, 2, 5, true },
	{ "kcs-polled", "kcs", ACPI, 0xca2, 2, 0, false },
	{ "kcs-smbios", "kcs", SMBIOS, 0xca2, 2, 5, false },
	{ "kcs-pci", "kcs", PCI, 0, 2, -1, true },
	{ "bt", "bt", ACPI, 0xe4, 3, 5, true },
	{ "bt-polled", "bt", ACPI, 0xe4, 3, 0, false },
	{ "bt-pci", "bt", PCI, 0, 3, -1, true },
	{ "host-kcs", "kcs", ACPI, 0xca2, 2, 5, true },
	{ "host-kcs-polled", "kcs", ACPI, 0xca2, 2, 0, false },
	{ "host-kcs-pci", "kcs", PCI, 0, 2, -1, true },
	{ "host-bt", "bt", ACPI, 0xe4, 3, 5, true },
	{ "host-bt-polled", "bt", ACPI, 0xe4, 3, 0, false },
	{ "host-smic-wide", "smic", HARDCODED, 1, 3, 0, false },
	{ "host-bt-pci", "bt", PCI, 0, 3, -1, true },
};

const struct interface *interface(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(known); i++) {
		struct interface *f = &known[i];

		if (strcmp(f->hardware, hardware()))
			continue;
		if (!f->port)
			f->port = strtoul(file_text("/sys/bus/pci/devices/%s/resource", f->device),
					  NULL, 0);
		if (f->irq < 0)
			f->irq = file_number("/sys/bus/pci/devices/%s/irq", f->device);
		return f;
	}
	printf("Bail out! the hardware %s is not in lib/interface.c\n", hardware());
	exit(1);
}
