/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The BMC of tests/bmc, controlled from inside the guest, and messages to those behind it.
 * Linked to every program of this folder.
 */
#ifndef HOST_BMC_H
#define HOST_BMC_H

#include <linux/ipmi.h>
#include <stdbool.h>

#include "ipmi_dev.h"

#define CMD_GET_MESSAGE 0x33
#define CMD_SEND_MESSAGE 0x34
#define CMD_GET_CHANNEL_INFO 0x42
#define NETFN_OEM 0x2e
#define CMD_ECHO 0x7f

#define SATELLITE 0x24 /* an address on the IPMB */
#define OTHER_SATELLITE 0x26
#define LAN_CHANNEL 1

/* What is meant to differ from the kernel's own modules; Documentation/abi says why. */
#define BY_STACK(ours, intree) (stack_is_ours() ? (ours) : (intree))

/*
 * A line of control, see tests/bmc/README.md: its answer. Ends the program if the BMC does not
 * take the line. Opens /dev/ipmi0 for it and closes it again.
 */
const char *bmc_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
long bmc_number(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* One request that the BMC received; at is in milliseconds of its clock. */
struct wire {
	double at;
	int netfn, lun, cmd;
	int len;
	unsigned char data[300];
};

/* The back-th newest of that kind, 0 is the newest; false if there is none. */
bool bmc_wire(int netfn, int cmd, int back, struct wire *w);

/* Waits until the BMC has received so many of that kind since "forget", at most ms. */
bool bmc_received(int netfn, int cmd, long n, int ms);

/* Both satellites and the console answer as they should, and nobody has asked anything. */
void bmc_all_answer(void);

void ipmi_ipmb(struct ipmi_ipmb_addr *addr, int channel, int slave, int lun);
void ipmi_lan(struct ipmi_lan_addr *addr, int channel, int handle, int remote, int local, int lun);

/* SEND_COMMAND to any address. */
int ipmi_send_to(int fd, const void *addr, int addr_len, long msgid, int netfn, int cmd,
		 const void *data, int len);

/* The same by SEND_COMMAND_SETTIME. */
int ipmi_send_timed(int fd, const void *addr, int addr_len, long msgid, int netfn, int cmd,
		    const void *data, int len, int retries, int retry_ms);

/* Waits for a message and receives it: 0, -ETIMEDOUT or another negative errno. */
int ipmi_next(int fd, int ms, struct reply *reply);

/* Does the BMC answer this file within ms? What comes before that is dropped. */
bool ipmi_answers(int fd, int ms);

/* Takes all that comes until there was nothing for ms; how many. */
int ipmi_drain(int fd, int ms);

/* Are these the bytes of the text "00 24 .. c3", where ".." is any? Says so if they are not. */
bool is_hex(const unsigned char *bytes, int len, const char *text);
#define EXPECT_HEX(bytes, len, text) EXPECT(is_hex(bytes, len, text))

/* Its global enables (IPMI 2.0, 22.1): interrupts for messages and a full buffer; event buffer. */
#define IRQ_ENABLES 0x03
#define EVENT_BUFFER 0x04
#define ALL_ENABLES (IRQ_ENABLES | EVENT_BUFFER)

/* All that the driver enables on this hardware. */
unsigned int all_enables(void);

/* Its global enables, as they are now. */
unsigned int bmc_enables(void);

/* Waits 5 s until they, of those in mask, are these. Says what they are if they are not. */
bool bmc_enables_become(unsigned int mask, unsigned int want);

/* So that the bytes and this one add up to 0. */
unsigned char ipmb_sum(const unsigned char *bytes, int len);

#endif
