/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The chassis and the watchdog: what turns the machine off and on.
 */
#ifndef POWER_H
#define POWER_H

void watchdog_stop(void);

#endif
