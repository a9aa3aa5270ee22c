/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The system interface of this hardware (../suite.toml), as the guest ought to see it.
 * Linked to every program of this folder.
 */
#ifndef INTERFACE_H
#define INTERFACE_H

#include <stdbool.h>

struct interface {
	const char *hardware;
	const char *type;
	const char *device; /* its name in sysfs */
	unsigned long port; /* of its first register; on PCI its BAR says so */
	int registers;
	int irq; /* that it uses, 0 = none; on PCI its function says so */
	bool irq_comes; /* without ACPI it does not, in this machine */
};

/* Ends the program if the hardware is not in the table. */
const struct interface *interface(void);

#endif
