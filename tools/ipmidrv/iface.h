/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interfaces to BMCs that this machine has, as sysfs and debugfs show them.
 */
#ifndef IFACE_H
#define IFACE_H

#include <stdbool.h>

/* What is not known, of a number that is never negative. */
#define UNKNOWN (-1)

/**
 * struct iface - an interface
 * @number: the N of ipmiN; UNKNOWN if ipmi_devintf is not loaded
 * @path: its device's folder, below the root
 * @dev: its device's name
 * @driver: ipmi_si, ipmi_ssif, ...
 * @type: kcs, smic, bt, ssif, vbmc, ...
 * @is_program: it is of ipmi_vbmc: there is no hardware, its BMC is a program
 * @place: "i/o 0xca2", "program NAME (pid 17)", or "" where there is none
 * @irq: its interrupt, 0 = none, UNKNOWN
 * @irq_works: 1, 0 or UNKNOWN
 * @counted: it has ipmi_stats/, so it is of ipmi-drivers
 * @away: its BMC does not answer: 1, 0 or UNKNOWN
 * @away_ms: for how long, or UNKNOWN
 * @users, @msgs: how many it has, or UNKNOWN
 */
struct iface {
	int number;
	char path[512];
	char dev[64];
	char driver[32];
	char type[16];
	bool is_program;
	char place[48];
	int irq;
	int irq_works;
	bool counted;
	int away;
	long long away_ms;
	long long users;
	long long msgs;
};

/* The interfaces, by number; at most @room. Those that -d leaves out are not among them. */
int iface_find(struct iface *found, int room);

/* A counter of ipmi_stats/ (@core) or of the transport; UNKNOWN if there is none of that name. */
long long iface_counter(const struct iface *iface, bool core, const char *name);

/* "ipmi0", or the device's name where there is none. */
const char *iface_name(const struct iface *iface);

/* "KCS i/o 0xca2 irq 5", "no hardware: program NAME (pid 17)", for people; valid until the next call. */
const char *iface_about(const struct iface *iface);

#define IFACES_MAX 64

#endif /* IFACE_H */
