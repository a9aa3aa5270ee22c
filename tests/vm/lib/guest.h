/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the programs of this folder do with the guest around /dev/ipmiN: modules, files,
 * commands. Linked to every program of this folder.
 */
#ifndef GUEST_H
#define GUEST_H

#include <stdbool.h>

/* The content of a file without its last newline; "" and errno set if it cannot be read. */
const char *file_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* As a number; -1 if it is none. */
long file_number(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Permission bits of a file, -1 if it is not there. */
int file_mode(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The last component of what a link points to, "" if it is none. */
const char *link_name(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes a text to a file: 0 or a negative errno. */
int file_write(const char *path, const char *text);

/* Runs a shell command: its exit status; output() has what it said on both outputs. */
int run(const char *format, ...) __attribute__((format(printf, 1, 2)));
const char *output(void);

bool module_loaded(const char *name);

/* delete_module() without waiting: 0 or a negative errno. */
int module_remove(const char *name);

/* Loads ipmi_msghandler, ipmi_devintf and ipmi_si, without modprobe: 0 or a negative errno. */
int stack_insert(void);

/* Keeps acpi_ipmi from being loaded when an ACPI interface is found. */
void keep_acpi_ipmi_out(void);

/* Removes the modules of the stack and who sits on them: 0 or a negative errno. */
int stack_remove(void);

/*
 * Takes the interface of this hardware away, a KCS or one whose BMC is a program, and brings it
 * again: 0 or a negative errno.
 */
int interface_remove(void);
int interface_add(void);

/* Is this the project's stack, or the kernel's own? Which hardware of suite.toml is it? */
bool stack_is_ours(void);
const char *hardware(void);

/* Has its system interface an interrupt that the driver uses? */
bool has_irq(void);

/* Which variant of a test this is: its first argument, which the program's main() takes. */
extern const char *mode;
bool mode_is(const char *name);

/* Seconds of the monotonic clock. */
double now(void);

#endif
