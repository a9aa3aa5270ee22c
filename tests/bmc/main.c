// SPDX-License-Identifier: GPL-2.0-only
/*
 * A BMC for tests, the peer of QEMU's ipmi-bmc-extern. README.md tells what it can do.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "control.h"
#include "link.h"
#include "loop.h"
#include "smic.h"
#include "store.h"

static const char usage[] =
	"usage: bmc --socket PATH | --smic PATH[,SPACING[,SHIFT]] [--control PATH] [--sdr FILE] [--fru FILE] [--fru-size N]\n"
	"           [--line LINE]... [--detached]\n"
	"PATH is where QEMU connects: -chardev socket,id=c,path=PATH,reconnect=1\n"
	"or what it shares: -object memory-backend-file,id=m,mem-path=PATH,size=1M,share=on\n"
	"Standard input is read for lines of control; its end is the BMC's.\n";

static void run_line(const char *line)
{
	char answer[CONTROL_ANSWER];

	control_line(line, answer, sizeof(answer));
	if (!strncmp(answer, "error", 5)) {
		fprintf(stderr, "bmc: %s: %s\n", line, answer);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "smic", required_argument, NULL, 'm' },
		{ "control", required_argument, NULL, 'c' },
		{ "sdr", required_argument, NULL, 'r' },
		{ "fru", required_argument, NULL, 'f' },
		{ "fru-size", required_argument, NULL, 'z' },
		{ "line", required_argument, NULL, 'l' },
		{ "detached", no_argument, NULL, 'd' },
		{ 0 },
	};
	const char *socket = NULL, *smic = NULL, *control = NULL, *fru = NULL, *wrong_smic;
	int option, fru_size = 256, detached = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (option == 's')
			socket = optarg;
		else if (option == 'm')
			smic = optarg;
		else if (option == 'c')
			control = optarg;
		else if (option == 'r')
			store_read_sdr(optarg);
		else if (option == 'f')
			fru = optarg;
		else if (option == 'z')
			fru_size = atoi(optarg);
		else if (option == 'l')
			run_line(optarg);
		else if (option == 'd')
			detached = 1;
		else
			goto wrong;
	}
	if (!socket == !smic || optind < argc || fru_size <= 0)
		goto wrong;
	if (fru)
		store_read_fru(fru, fru_size);
	if (socket)
		link_open(socket);
	wrong_smic = smic ? smic_open(smic) : NULL;
	if (wrong_smic) {
		fprintf(stderr, "bmc: %s: %s\n", smic, wrong_smic);
		return 2;
	}
	if (control)
		control_open(control);
	if (!detached)
		control_stdin();
	printf("ready\n");
	loop_run();
	return 0;
wrong:
	fputs(usage, stderr);
	return 2;
}
