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

/* How many programs and modules use the interface. */
#define WDT_USERS "/sys/class/ipmi/ipmi0/device/nr_users"

/* modprobe with these parameters: its exit status. */
int wdt_load(const char *parameters);

/* Removes the module, which leaves as many users as there were before. */
void wdt_unload(void);

/* The interface of host-kcs goes, and comes: 0 or a negative errno. */
int wdt_bmc_remove(void);
int wdt_bmc_add(void);

/* Both, so that its BMC is asked anew who it is. */
void wdt_bmc_anew(void);

/* Opens /dev/watchdog0, which starts the timer; the descriptor. */
int wdt_start(void);

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
