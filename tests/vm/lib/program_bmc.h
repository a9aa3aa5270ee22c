/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A BMC in the guest, behind /dev/ipmi-vbmc: as little of one as an interface needs. Linked to
 * every program of this folder.
 */
#ifndef PROGRAM_BMC_H
#define PROGRAM_BMC_H

#include <stdbool.h>
#include <sys/types.h>

#include "../../../include/uapi/linux/ipmi_vbmc.h"

/* A message with all its room. */
struct vbmc_packet {
	struct ipmi_vbmc_message header;
	unsigned char data[IPMI_VBMC_DATA_MAX];
};

/* Opens the device with these flags, and makes the interface: a file or a negative errno. */
int vbmc_open(int flags, int *number);

/* read() and write() of one message: 0 or a negative errno. */
int vbmc_read(int fd, struct vbmc_packet *p);
int vbmc_write(int fd, int type, unsigned long long id, const void *data, int len);

/* Its GUID; all zero at first: then it has none. */
extern unsigned char vbmc_guid[16];

/* Answers a request: Get Device ID, Get Device and System GUID if it has one, OEM 2Eh 7Fh echoes, everything else is unknown. */
int vbmc_answer(int fd, const struct vbmc_packet *request);

/* What a child's BMC has been asked, in memory that is shared with it. */
struct vbmc_seen {
	int requests;
	int of[64][256]; /* by network function and command */
};
extern struct vbmc_seen *vbmc_seen;

/* Answers until the interface is gone; up is called once it is there, if it is not NULL. */
void vbmc_serve(int fd, void (*up)(void *), void *arg);

/* A child that is the BMC of a new interface, which is there when this returns; -1 if not. */
pid_t vbmc_start(int *number);

/* Kills it, and waits for its end, which takes the interface along. */
void vbmc_stop(pid_t pid);

#endif
