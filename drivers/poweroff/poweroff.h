/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ipmi_poweroff inside: a way to power a machine off is a row of a table.
 */
#ifndef POWEROFF_H
#define POWEROFF_H

#include <linux/ipmi.h>
#include <linux/types.h>

/* How long one command may take: as it is tried out, and when nothing else runs any more. */
#define POWEROFF_ASK_MS		7000
#define POWEROFF_LAST_MS	3000

/**
 * struct poweroff_id - what Get Device ID says, as far as it matters here
 * @version: as it came: the major number in the low nibble
 * @support: additional device support
 * @manufacturer: its number
 * @product: its number
 */
struct poweroff_id {
	u8 version;
	u8 support;
	u32 manufacturer;
	u16 product;
};

/**
 * struct poweroff_method - one way to power off
 * @name: for the log
 * @detect: does this BMC know it? Process context, may ask
 * @off: do it, or with @cycle a power cycle; polled. Return: true if the BMC took it
 * @cycles: it can do a power cycle
 */
struct poweroff_method {
	const char *name;
	bool (*detect)(struct ipmi_user *user, const struct poweroff_id *id);
	bool (*off)(struct ipmi_user *user, bool cycle);
	bool cycles;
};

const struct poweroff_method *poweroff_find(struct ipmi_user *user);

#endif /* POWEROFF_H */
