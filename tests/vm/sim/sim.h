/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the two halves of the test know of each other: sim.c runs in the guest, sim_host.c
 * beside it.
 */
#ifndef SIM_H
#define SIM_H

/* Seconds that one side waits for what the other has to do. */
#define PATIENCE 40.0

#define NEW_USER "operator"
#define NEW_PASSWORD "hush"

#define ADDRESS "10.1.2.3"
#define NETMASK "255.255.240.0"

/* Each side writes so many, of a sensor of its own. */
#define RECORDS 20
#define RECORDS_OF_BOTH 40
#define GUEST_SENSOR 0x11
#define HOST_SENSOR 0x22

#define TYPED "typed-over-lan"

#define STRING_(x) #x
#define STRING(x) STRING_(x)

#endif
