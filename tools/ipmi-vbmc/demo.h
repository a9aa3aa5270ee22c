/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An example server for --demo: OpenIPMI's ipmi_sim with a configuration of ours.
 */
#ifndef DEMO_H
#define DEMO_H

/* Starts it: the address at which it listens, for join_address(); NULL, and that was said. */
const char *demo_start(void);

/* What to try, once there is a /dev/ipmiN. */
void demo_hint(int number);

/* Ends it, and removes its files. */
void demo_stop(void);

#endif
