/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /dev/ipmiN as the programs of this folder use it. Functions that can fail return
 * a negative errno. Linked to every program of this folder.
 */
#ifndef IPMI_DEV_H
#define IPMI_DEV_H

#include <linux/ipmi.h>
#include <stddef.h>

#define NETFN_CHASSIS 0x00
#define NETFN_SENSOR 0x04
#define NETFN_APP 0x06
#define NETFN_STORAGE 0x0a

#define CMD_GET_DEVICE_ID 0x01

#define ANSWER_MS 10000

struct reply {
	int recv_type;
	struct ipmi_addr addr;
	int addr_len;
	long msgid;
	unsigned char netfn;
	unsigned char cmd;
	int len;
	unsigned char data[300];
};

/* Opens /dev/ipmiN; waits for the node until its interface may have come up. */
int ipmi_open(int n);

/* The same; without a device there is no test. */
int ipmi_must_open(int n);

/* As ipmi_open() without waiting. */
int ipmi_open_now(int n);

/* How many /dev/ipmi* there are. */
int ipmi_nodes(void);

/* SEND_COMMAND as the system interface address, LUN 0. */
int ipmi_send(int fd, long msgid, int netfn, int cmd, const void *data, int len);

/* SEND_COMMAND as it is given. */
int ipmi_send_req(int fd, struct ipmi_req *req);

/* RECEIVE_MSG_TRUNC, does not wait; -EAGAIN if there is nothing. */
int ipmi_recv(int fd, struct reply *reply);

/* Waits for a message to receive: 1, or 0 after ms milliseconds. */
int ipmi_wait(int fd, int ms);

/* Sends, waits, receives: 0 and the reply, or -ETIMEDOUT. */
int ipmi_ask(int fd, int netfn, int cmd, const void *data, int len, struct reply *reply);

/* Opens /dev/ipmiN, asks who the BMC is, and closes: 0, a completion code or a negative errno. */
int ipmi_try(int number);

/* An ioctl, and one that takes a number: 0 or a negative errno. */
int ipmi_call(int fd, unsigned long cmd, void *arg);
int ipmi_set(int fd, unsigned long cmd, int value);

/* For commands of that kind on these channels, a mask: 0 or a negative errno. */
int ipmi_register(int fd, unsigned int netfn, unsigned int cmd, unsigned int chans);
int ipmi_unregister(int fd, unsigned int netfn, unsigned int cmd, unsigned int chans);

/* Fills in the BMC's own address. */
void ipmi_bmc_addr(struct ipmi_system_interface_addr *addr);

#endif
