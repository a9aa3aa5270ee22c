// SPDX-License-Identifier: GPL-2.0-only
/* See measure.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"
#include "measure.h"

void bench_say(const char *name, double value)
{
	printf("bench %s %.6g\n", name, value);
}

void bench_fatal(const char *what, int error)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(error < 0 ? -error : error));
	exit(1);
}

/*
 * How long the processor of a machine that has one was idle, to the nanosecond: /proc/stat counts
 * hundredths of a second.
 */
static double idle_of_one(void)
{
	FILE *f = fopen("/proc/timer_list", "r");
	double ns, sum = 0;
	char line[512];

	if (!f)
		bench_fatal("/proc/timer_list", errno);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, " .idle_sleeptime : %lf", &ns) == 1 ||
		    sscanf(line, " .iowait_sleeptime : %lf", &ns) == 1)
			sum += ns / 1e9;
	fclose(f);
	return sum;
}

struct machine machine_now(void)
{
	struct machine m = { 0 };
	char line[512];
	double v[8];
	FILE *f = fopen("/proc/stat", "r");

	if (!f)
		bench_fatal("/proc/stat", errno);
	while (fgets(line, sizeof(line), f)) {
		/* user nice system idle iowait irq softirq steal */
		if (!strncmp(line, "cpu ", 4) &&
		    sscanf(line + 4, "%lf %lf %lf %lf %lf", v, v + 1, v + 2, v + 3, v + 4) == 5)
			m.busy = (sysconf(_SC_NPROCESSORS_ONLN) * now() -
				  (v[3] + v[4]) / sysconf(_SC_CLK_TCK));
		else if (!strncmp(line, "ctxt ", 5))
			m.switches = atof(line + 5);
	}
	fclose(f);
	if (sysconf(_SC_NPROCESSORS_ONLN) == 1)
		m.busy = now() - idle_of_one();
	return m;
}
