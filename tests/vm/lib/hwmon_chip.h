/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hwmon device of ipmi_hwmon. Linked to every program of this folder.
 */
#ifndef HWMON_CHIP_H
#define HWMON_CHIP_H

#include <stdbool.h>

/* Its folder; that of the first one. */
extern char hwmon_dir[256];

/* How many there are; hwmon_dir is set if there is one. */
int hwmon_finds(void);

/* Waits for one, or until there is none. */
bool hwmon_appears(int seconds);
bool hwmon_is_gone(void);

/* The value of a file, or a negative errno. */
long long hwmon_value(const char *name);

#endif
