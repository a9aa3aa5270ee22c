/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * /dev/ipmi-vbmc: an IPMI interface whose BMC is a program.
 *
 * A program opens the device and makes an interface with IPMI_VBMC_CREATE. From then on each read()
 * gives one message and each write() takes one, a struct ipmi_vbmc_message each time. The interface
 * goes when the last reference to the open file does, as hardware that is pulled out.
 *
 * The interface appears as /dev/ipmiN once the program has said who the BMC is: it is asked Get
 * Device ID, Get Device GUID and Get Channel Info first, so it has to serve requests as soon as
 * IPMI_VBMC_CREATE has returned. One request is with the program at a time. It has 5 seconds for
 * the answer; then the sender is told C3h, and the answer is refused. A request that has not even
 * been read by then shows that the program does not run: until it uses the file again, requests
 * are answered with 82h at once.
 *
 * All numbers are in the byte order of the machine. Nothing here depends on the size of a pointer.
 */
#ifndef _UAPI_LINUX_IPMI_VBMC_H
#define _UAPI_LINUX_IPMI_VBMC_H

#include <linux/ioctl.h>
#include <linux/ipmi.h>
#include <linux/types.h>

/**
 * struct ipmi_vbmc_create - the argument of IPMI_VBMC_CREATE
 * @flags: none is known: 0
 * @number: filled in: the N of /dev/ipmiN
 * @slave_addr: the BMC's own address on its IPMB, 0 = 20h
 * @reserved: 0
 *
 * The number of the ioctl says how long the structure is. A program that knows more of it than the
 * kernel has to leave what the kernel does not know 0, or is told E2BIG; what a program does not
 * know is 0.
 */
struct ipmi_vbmc_create {
	__u32 flags;
	__s32 number;
	__u8 slave_addr;
	__u8 reserved[7];
};

/*
 * Make the interface of this open file: one, and once. E2BIG, EINVAL for an argument that is not
 * understood, EBUSY if there was one, ENOSPC if there are 64 of all programs, ENOMEM.
 */
#define IPMI_VBMC_CREATE _IOWR(IPMI_IOC_MAGIC, 0xd0, struct ipmi_vbmc_create)

/**
 * struct ipmi_vbmc_message - what read() gives and write() takes
 * @id: of a request, and of the answer to it; 0 for all others
 * @type: IPMI_VBMC_*, see there
 * @length: how many bytes of @data there are
 * @reserved: 0
 * @data: what the type says
 *
 * read() needs room for all of it, else EMSGSIZE, and the message stays. write() takes @length
 * bytes of @data and no others, else EINVAL.
 */
struct ipmi_vbmc_message {
	__u64 id;
	__u16 type;
	__u16 length;
	__u32 reserved;
	__u8 data[];
};

/* Bytes of data that a message has at most. */
#define IPMI_VBMC_DATA_MAX 272

/* read(): the interface is there as /dev/ipmiN. No data. */
#define IPMI_VBMC_UP 1

/* read(): NetFn and LUN in one byte, command, data of a request. */
#define IPMI_VBMC_REQUEST 2

/*
 * write(): the answer to the request @id, which was read: NetFn and LUN, command, completion code,
 * data. ESTALE if it comes too late, or there is no such request. What does not fit the request
 * goes up all the same, as from any BMC, and the sender is told FFh.
 */
#define IPMI_VBMC_ANSWER 3

/* write(): an event, the 16 bytes of its record (IPMI 2.0, table 32-1). */
#define IPMI_VBMC_EVENT 4

/*
 * write(): a message from a channel, what follows the completion code in the answer to Get Message
 * (IPMI 2.0, section 22.6): the channel, then a command or an answer as the channel has them.
 */
#define IPMI_VBMC_MESSAGE 5

/* write(): the watchdog's pre-timeout has come. No data. */
#define IPMI_VBMC_PRETIMEOUT 6

/*
 * Of events and messages 64 may be on their way to who gets them; then write() waits, or says
 * EAGAIN. ENOTCONN before IPMI_VBMC_CREATE; ENODEV from read() and write() once the interface is
 * gone because the program did not say who the BMC is.
 */

#endif /* _UAPI_LINUX_IPMI_VBMC_H */
