/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Beyond the BMC: satellite controllers on its IPMBs, consoles on its LANs. They answer what
 * comes by Send Message, each in its manner, and send commands to the host.
 */
#ifndef BRIDGE_H
#define BRIDGE_H

#include <stddef.h>
#include <stdint.h>

/*
 * satellite ADDRESS MANNER [n=COUNT] [arg=X]   (address: hex; see README.md for the manners)
 * console CHANNEL MANNER [n=COUNT] [arg=X]     (all that are on this LAN channel)
 * ipmb CHANNEL FROM LUN SEQ NETFN CMD [DATA...]
 * lan CHANNEL PRIVILEGE HANDLE REMOTE LOCAL LUN SEQ NETFN CMD [DATA...]
 * message CHANNEL [BYTES...]
 * All numbers are hexadecimal. Return NULL or what is wrong with the line.
 */
const char *bridge_satellite(int argc, char **argv);
const char *bridge_console(int argc, char **argv);
const char *bridge_ipmb(int argc, char **argv);
const char *bridge_lan(int argc, char **argv);
const char *bridge_message(int argc, char **argv);

#endif
