// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line: the subcommand, and the options that all of them have.
 */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipmidrv.h"
#include "text.h"
#include "tree.h"

struct options opt = { .device = -1 };
const char *command_name = "";

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments;
	const char *about;
} commands[] = {
	{ "why", cmd_why, "[--slow | --probe ADDRESS [-y]]", "why there is no /dev/ipmi0, or why it is slow" },
	{ "stat", cmd_stat, "[-i SECONDS [-n COUNT] | --prometheus]", "what the drivers have counted" },
	{ "top", cmd_top, "[-b] [-i SECONDS] [-n COUNT]", "who asks the BMC, how much, and how long it takes" },
	{ "trace", cmd_trace, "[-P PID] [-c NETFN/CMD] [-e] [-s TIME] [-x | -w FILE] [-t SECONDS]", "a line for each request and answer, or a file for Wireshark" },
	{ "bench", cmd_bench, "[-t SECONDS] | --diff A.json B.json", "how long requests take, by commands that change nothing" },
	{ "report", cmd_report, "[-o FILE]", "what a bug report must contain, in one tarball" },
};

int usage(const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		abort();
	va_end(args);
	complain("%s; \"ipmidrv --help\" says what there is", text);
	free(text);
	return STATUS_USAGE;
}

int needs_root(const char *what)
{
	complain("needs root: %s", what);
	return STATUS_ROOT;
}

static void help(void)
{
	say("usage: ipmidrv COMMAND [OPTION...]\n\n");
	for (const struct command *c = commands; c < commands + ARRAY_SIZE(commands); c++)
		say("  %-7s %s\n          %s\n", c->name, c->arguments, c->about);
	say("\n  -d, --device ipmiN  only this interface    -j, --json    JSON, \"version\": 1\n"
	    "  -p, --pretty        JSON with line breaks  --no-color    also: NO_COLOR=1\n"
	    "  -V, --version       of this program        -h, --help    this\n\n"
	    "The exit status is 0 if all is well, 1 if something is wrong, 2 for wrong usage, and 3\n"
	    "where root is needed. Each command has a manual page: ipmidrv-COMMAND(8).\n");
}

static int device_number(const char *text)
{
	char *end;
	long n;

	if (!strncmp(text, "/dev/", 5))
		text += 5;
	if (!strncmp(text, "ipmi", 4))
		text += 4;
	errno = 0;
	n = strtol(text, &end, 10);
	if (!*text || *end || errno || n < 0 || n > 9999)
		return -1;
	return n;
}

bool option_common(int c)
{
	switch (c) {
	case 'd':
		opt.device = device_number(optarg);
		if (opt.device < 0)
			exit(usage("-d %s: there is no interface of that name; they are called ipmi0, ipmi1, ...",
				   optarg));
		return true;
	case 'j':
		opt.json = true;
		return true;
	case 'p':
		opt.pretty = true;
		return true;
	case 'R':
		tree_set_root(optarg);
		return true;
	case 256:
		text_no_color();
		return true;
	case 'h':
		help();
		exit(STATUS_WELL);
	}
	return false;
}

int main(int argc, char **argv)
{
	setlocale(LC_CTYPE, "");
	if (argc < 2) {
		help();
		return STATUS_USAGE;
	}
	if (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
		help();
		return STATUS_WELL;
	}
	if (!strcmp(argv[1], "-V") || !strcmp(argv[1], "--version")) {
		say("ipmidrv %s\n", IPMIDRV_VERSION);
		return STATUS_WELL;
	}
	for (const struct command *c = commands; c < commands + ARRAY_SIZE(commands); c++) {
		int status;

		if (strcmp(argv[1], c->name))
			continue;
		command_name = c->name;
		status = c->run(argc - 1, argv + 1);
		if (fflush(stdout) || ferror(stdout)) {
			complain("writing to the standard output: %s", strerror(errno));
			return STATUS_WRONG;
		}
		return status;
	}
	return usage("there is no command %s", argv[1]);
}
