/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The watchdog as a program uses it, and as the BMC has it. Linked to every program of
 * this folder.
 */
#ifndef WDT_H
#define WDT_H

#include <linux/watchdog.h>
#include <stdbool.h>

#define CMD_RESET_TIMER 0x22
#define CMD_SET_TIMER 0x24
#define CMD_GET_TIMER 0x25

#define WDT_PARAM "/sys/module/ipmi_watchdog/parameters/"

/* Opens a node of /dev: a descriptor or a negative errno. */
int wdt_open(const char *node);

/* One write, "1" or "V": 0 or a negative errno. */
int wdt_write(int fd, const char *text);

/* One ioctl with an int: 0 or a negative errno. */
int wdt_ioctl(int fd, unsigned long cmd, int *value);

/* Feeds it every 200 ms for so many seconds: 0 or the first negative errno. */
int wdt_feed(int fd, double seconds);

/* Closes it with the magic character: 0 or a negative errno. */
int wdt_close(int fd);

/* The BMC's timer: Get Watchdog Timer. */
struct wdt_bmc {
	bool running;
	int use, action, preaction, pretimeout, expired;
	int countdown, left; /* 100 ms */
};

/* Of the BMC behind /dev/ipmiN; waits for one that is away, or ends the program. */
struct wdt_bmc wdt_bmc(int n);

/* Writes a parameter of the module: 0 or a negative errno. */
int wdt_param(const char *name, const char *value);

/*
 * Does somebody feed the timer behind /dev/ipmiN? A timer that nobody feeds only counts down, so
 * one that has more left than before was fed. Looks until the timer stops, or for a minute.
 */
bool wdt_is_fed(int n);

/* Does a write to fd give that timer its time back? It is tried with some seconds gone. */
bool wdt_write_counts(int n, int fd);

/* Was the last of these commands that the BMC of tests/bmc had made of these bytes? */
bool wdt_told(int cmd, const char *bytes);

/* Sets the BMC's timer as another program does, and starts it if so. */
void wdt_by_others(const unsigned char *set, bool start);

#endif
