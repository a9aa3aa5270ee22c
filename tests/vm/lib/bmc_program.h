/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A BMC's program in the guest, behind /dev/ipmi-kcsN, /dev/ipmi-bt-host or /dev/ipmi-ssif-host:
 * Get Device ID, Get System Interface Capabilities of SSIF, and an echo of a length that the request
 * says. Linked to every program of this folder.
 */
#ifndef BMC_PROGRAM_H
#define BMC_PROGRAM_H

#include <stdio.h>
#include <sys/types.h>

#define BMC_NETFN_OEM 0x2e
/*
 * Data bytes 0 and 1 are the length of what is behind the command in the answer, completion code
 * included; its byte i is the request's data byte i, beginning anew at its end, plus i.
 */
#define BMC_CMD_ECHO 0x43

/*
 * A child that has the file open and answers what comes until it is stopped or the device goes;
 * -1 if it cannot open it. A node of BT has frames with a length and a sequence number, one of SSIF
 * messages behind a length of four bytes.
 */
pid_t bmc_program_start(const char *node);
void bmc_program_stop(pid_t pid);

#endif
