// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmi-vbmc: the command line.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo.h"
#include "join.h"

static const char usage[] =
	"usage: ipmi-vbmc [-a ADDRESS] unix:PATH | tcp:PORT\n"
	"       ipmi-vbmc --demo\n"
	"\n"
	"Gives this machine a /dev/ipmiN whose BMC is the one that listens at that socket: OpenIPMI's\n"
	"ipmi_sim, or any that speaks the protocol of QEMU's ipmi-bmc-extern. With --demo it starts an\n"
	"ipmi_sim with an example server. See ipmi-vbmc(8).\n";

static volatile bool stop;

static void end(int signal)
{
	(void)signal;
	stop = true;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "address", required_argument, NULL, 'a' },
		{ "demo", no_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	struct sigaction action = { .sa_handler = end };
	unsigned long slave_addr = 0;
	const char *wrong, *where;
	bool demo = false;
	int option, rv;

	while ((option = getopt_long(argc, argv, "a:hV", options, NULL)) >= 0) {
		switch (option) {
		case 'a':
			slave_addr = strtoul(optarg, NULL, 0);
			if (slave_addr & 1 || slave_addr < 2 || slave_addr > 0xfe) {
				fprintf(stderr, "ipmi-vbmc: %s is no address of a BMC: it is even, 2 to 0xfe\n",
					optarg);
				return WRONG_USAGE;
			}
			break;
		case 'd':
			demo = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return ALL_WELL;
		case 'V':
			printf("ipmi-vbmc " VERSION "\n");
			return ALL_WELL;
		default:
			fputs(usage, stderr);
			return WRONG_USAGE;
		}
	}
	if (argc != optind + !demo) {
		fputs(usage, stderr);
		return WRONG_USAGE;
	}
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	where = demo ? demo_start() : argv[optind];
	wrong = where ? join_address(where) : NULL;
	if (wrong) {
		fprintf(stderr, "ipmi-vbmc: %s: %s\n", where, wrong);
		return WRONG_USAGE;
	}
	rv = where ? join_run(slave_addr, demo ? demo_hint : NULL, &stop) : SOMETHING_WRONG;
	if (demo)
		demo_stop();
	return rv;
}
