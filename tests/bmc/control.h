/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The control of this BMC: lines of text, from a unix socket, from standard input, from the
 * command line, and from the guest by an OEM command. README.md lists them.
 */
#ifndef CONTROL_H
#define CONTROL_H

#include <stddef.h>

#define CONTROL_ANSWER 2048

/* Runs a line: its answer, "ok" or what was asked for, "error: ..." if it is wrong. */
void control_line(const char *line, char *answer, size_t size);

/* Listens at path; one line in, one line out. */
void control_open(const char *path);

/* Obeys standard input too, and ends the program when that ends. */
void control_stdin(void);

#endif
