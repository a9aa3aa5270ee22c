/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ipmb_dev_int: an IPMB for programs.
 *
 *   client.c  the I2C client that is on the bus: its slave, and what is sent; the module
 *   file.c    /dev/ipmb-N, and the messages that wait for a reader
 *
 * The messages are proto/ipmb_frame.c's.
 */
#ifndef IPMB_DEV_H
#define IPMB_DEV_H

#include <linux/types.h>

#include <ipmi/ipmb_frame.h>

struct i2c_client;
struct ipmb_file;

/* client.c */
int client_send(struct i2c_client *client, const u8 *bytes, unsigned int n);

/* file.c */
struct ipmb_file *ipmb_file_add(struct i2c_client *client);
void ipmb_file_received(struct ipmb_file *ipmb, const struct ipmb_frame *f, bool overlong);
void ipmb_file_stop(struct ipmb_file *ipmb);
void ipmb_file_free(struct ipmb_file *ipmb);
int ipmb_file_show(struct ipmb_file *ipmb);

#endif /* IPMB_DEV_H */
