// SPDX-License-Identifier: GPL-2.0-only
/*
 * What tools/bench measures inside the virtual machine, of whole programs. Each command prints
 * lines of "bench NAME VALUE"; tools/bench/plan.py says what they mean.
 *
 *   bench_tools fill SENSORS RECORDS
 *                                  readings for the sensors, records in the event log
 *   bench_tools think MS           the BMC thinks so long
 *   bench_tools run N COMMAND...   N times at once: wall and processor time
 *   bench_tools scrape COMMAND...  once, and how many requests for sensors the BMC has got meanwhile
 *   bench_tools appear MS          ipmi_hwmon is loaded and its device comes, of a BMC that thinks so
 *                                  long: how long that takes, and by the time that the BMC thought
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "hwmon_chip.h"
#include "ipmi_dev.h"
#include "ktap.h"
#include "measure.h"

static int cmd_fill(char **argv)
{
	unsigned char reading[] = { 0, 1, 42 };
	unsigned char record[16] = { 0, 0, 2, 0, 0, 0, 0, 0x20, 0, 4, 1, 0, 1, 0x57, 42, 50 };
	int sensors = atoi(argv[0]), records = atoi(argv[1]), fd = ipmi_must_open(0);
	struct reply r;

	for (int i = 0; i < sensors; i++) {
		reading[0] = i;
		if (ipmi_ask(fd, NETFN_SENSOR, 0x30, reading, 3, &r) || r.data[0])
			bench_fatal("Set Sensor Reading", EIO);
	}
	for (int i = 0; i < records; i++) {
		record[11] = i % sensors;
		if (ipmi_ask(fd, NETFN_STORAGE, 0x44, record, 16, &r) || r.data[0])
			bench_fatal("Add SEL Entry", EIO);
	}
	return 0;
}

static int cmd_think(char **argv)
{
	bmc_line("delay %s", argv[0]);
	return 0;
}

static int cmd_run(char **argv)
{
	struct machine before = machine_now();
	int n = atoi(argv[0]), status, failed = 0;
	double start = now();

	fflush(stdout);
	for (int i = 0; i < n; i++) {
		if (!fork()) {
			int null = open("/dev/null", O_RDWR);

			dup2(null, 1);
			dup2(null, 2);
			execvp(argv[1], argv + 1);
			_exit(127);
		}
	}
	while (wait(&status) > 0)
		failed += status != 0;
	if (failed)
		bench_fatal(argv[1], EIO);
	bench_say("wall", now() - start);
	bench_say("processor", machine_now().busy - before.busy);
	return 0;
}

/* Of sensors, records and power meters: the core asks for events besides, once a second. */
static long sensor_requests(void)
{
	return bmc_number("count 04 -") + bmc_number("count 0a -") + bmc_number("count 2c -");
}

static int cmd_scrape(char **argv)
{
	char *once[64] = { "1" };

	for (size_t i = 0; argv[i] && i + 2 < ARRAY_SIZE(once); i++)
		once[i + 1] = argv[i];
	bmc_line("forget");
	cmd_run(once);
	bench_say("requests", sensor_requests());
	return 0;
}

static int cmd_appear(char **argv)
{
	double begin, wall;
	long requests;

	bmc_line("delay %s", argv[0]);
	bmc_line("forget");
	begin = now();
	if (run("modprobe ipmi_hwmon") || !hwmon_appears(60))
		bench_fatal("ipmi_hwmon", EIO);
	wall = now() - begin;
	requests = sensor_requests();
	bench_say("wall", wall);
	bench_say("requests", requests);
	bench_say("times", wall * 1e3 / (requests * atof(argv[0])));
	return 0;
}

static const struct {
	const char *name;
	int arguments;
	int (*run)(char **argv);
} commands[] = {
	{ "fill", 2, cmd_fill },     { "think", 1, cmd_think },   { "run", 2, cmd_run },
	{ "scrape", 1, cmd_scrape }, { "appear", 1, cmd_appear },
};

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; argc > 1 && i < ARRAY_SIZE(commands); i++)
		if (!strcmp(argv[1], commands[i].name) && argc - 2 >= commands[i].arguments)
			return commands[i].run(argv + 2);
	fprintf(stderr, "bench_tools: see the head of bench_tools.c\n");
	return 2;
}
