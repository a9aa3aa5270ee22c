/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ipmidrv, one command that looks inside of the IPMI drivers: what its subcommands share.
 *
 * main.c reads the command line and calls one cmd_*(). Nothing here changes what the machine or
 * its BMC does, but cmd_bench() and cmd_why() with --probe, which ask.
 */
#ifndef IPMIDRV_H
#define IPMIDRV_H

#include <stdbool.h>

#ifndef IPMIDRV_VERSION
#define IPMIDRV_VERSION "unknown"
#endif

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* The version of the JSON that -j prints: a key that goes, or changes its meaning, makes a new one. */
#define JSON_VERSION 1

/* What the exit status says; ABI, in ipmidrv(8). */
enum status {
	STATUS_WELL = 0,
	STATUS_WRONG = 1,
	STATUS_USAGE = 2,
	STATUS_ROOT = 3,
};

/**
 * struct options - what is common to all subcommands
 * @device: -d: the N of ipmiN, -1 = all
 * @json: -j: JSON in place of text
 * @pretty: -p: with line breaks
 */
struct options {
	int device;
	bool json;
	bool pretty;
};

extern struct options opt;

int cmd_why(int argc, char **argv);
int cmd_stat(int argc, char **argv);
int cmd_trace(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_bench(int argc, char **argv);
int cmd_report(int argc, char **argv);

/**
 * option_common() - an option that every subcommand has
 * @c: what getopt_long() has returned
 *
 * Return: whether it is one, and is done with. Ends the program if its argument is wrong.
 */
bool option_common(int c);

/* For getopt(): what option_common() knows. */
#define COMMON_SHORT "d:jpR:h"
#define COMMON_LONG                                                                               \
	{ "device", required_argument, NULL, 'd' }, { "json", no_argument, NULL, 'j' },           \
	{ "pretty", no_argument, NULL, 'p' }, { "root", required_argument, NULL, 'R' },           \
	{ "help", no_argument, NULL, 'h' }, { "no-color", no_argument, NULL, 256 }

/* Says on stderr what is wrong with the command line; STATUS_USAGE. */
int usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Says on stderr that the subcommand needs root, and what for; STATUS_ROOT. */
int needs_root(const char *what);

/* The subcommand that runs, as the user has typed it. */
extern const char *command_name;

#endif /* IPMIDRV_H */
