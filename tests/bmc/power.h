/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The chassis and the watchdog: what turns the machine off and on.
 */
#ifndef POWER_H
#define POWER_H

/* The BMC was reset: its timer stops, and nothing is known of it any more. */
void watchdog_forget(void);

/* The firmware sets its timer: what Set Watchdog Timer has as data, and starts it. */
void watchdog_by_firmware(const unsigned char *set);

/* The same, as soon as the host has stopped it. */
void watchdog_by_firmware_at_stop(const unsigned char *set);

#endif
