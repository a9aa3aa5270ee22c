/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Joins an interface of ipmi_vbmc to a BMC behind a socket.
 */
#ifndef JOIN_H
#define JOIN_H

#include <stdbool.h>

/* What the exit status says; as of ipmidrv, in ipmi-vbmc(8). */
enum { ALL_WELL, SOMETHING_WRONG, WRONG_USAGE, NEEDS_ROOT };

/* One line, with the program's name. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * unix:PATH, or tcp:PORT on the loopback device; NULL or what is wrong with it. The text has to
 * stay.
 */
const char *join_address(const char *text);

/*
 * Waits for the BMC, makes the interface, and serves it until stop is set: the exit status. up is
 * called with the N of /dev/ipmiN once that is there, if it is not NULL.
 */
int join_run(unsigned char slave_addr, void (*up)(int number), const volatile bool *stop);

#endif
