/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bus of tests/modules/i2c_loop.c as an IPMB, whose BMC is the client of ipmb_client.c, behind
 * /dev/ipmb-N. Linked to every program of this folder.
 */
#ifndef IPMB_BUS_H
#define IPMB_BUS_H

#include <stddef.h>

/* Addresses of 8 bits, as on the bus. */
#define IPMB_BMC 0x20
#define IPMB_HOST 0x60

#define IPMB_CLIENT "/sys/kernel/debug/ipmb_client/"

/* Of I2C; /dev/ipmb-N of each; the directory in sysfs of what the host has at IPMB_HOST. */
extern int ipmb_host_adapter, ipmb_bmc_adapter;
extern char ipmb_bmc_node[32], ipmb_host_node[32], ipmb_host_device[64];

/* Finds the adapters and makes the BMC's client. */
void ipmb_bus_init(void);

/* Of a /dev/ipmb-N, one of its counters. */
long ipmb_count(int adapter, const char *name);

/* "new_device" or "delete_device" of the host's adapter. */
void ipmb_host_write(const char *file, const char *text);

/* A message as programs write and read it, its length first: how many bytes it has with that. */
int ipmb_message(unsigned char *m, int to, int netfn, int from, int seq, int cmd, const void *data,
		 int n);

/* read() and write(): what they return, or a negative errno. */
int ipmb_get(int fd, void *buf, size_t n);
int ipmb_put(int fd, const void *buf, size_t n);

#endif
