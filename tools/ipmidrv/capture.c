// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tracefs instance ipmidrv-PID: made, listened to, taken away.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <tracefs.h>
#include <unistd.h>

#include "capture.h"
#include "ipmidrv.h"
#include "text.h"
#include "tree.h"

#define PREFIX "ipmidrv-"

struct capture {
	struct tracefs_instance *instance;
	struct tep_handle *tep;
	void (*take)(const struct event *event, void *arg);
	void *arg;
};

static volatile sig_atomic_t over;

static void on_signal(int number)
{
	over = 1;
}

void capture_catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

bool capture_is_over(void)
{
	return over;
}

static int remove_stale(const char *name, void *unused)
{
	struct tracefs_instance *old;
	int pid;

	if (sscanf(name, PREFIX "%d", &pid) != 1 || tree_exists("/proc/%d", pid))
		return 0;
	old = tracefs_instance_create(name);
	if (old) {
		tracefs_instance_destroy(old);
		tracefs_instance_free(old);
	}
	return 0;
}

static bool begin(struct capture *c)
{
	static const char *const systems[] = { "ipmi", NULL };
	char name[32];

	tracefs_instances_walk(remove_stale, NULL);
	snprintf(name, sizeof(name), PREFIX "%d", getpid());
	c->instance = tracefs_instance_create(name);
	if (!c->instance) {
		complain("cannot make a tracefs instance: %s", strerror(errno));
		return false;
	}
	c->tep = tracefs_local_events_system(NULL, systems);
	/* so that times can be told from those of a day */
	if (!c->tep || tracefs_instance_file_write(c->instance, "trace_clock", "mono") < 0 ||
	    tracefs_event_enable(c->instance, "ipmi", NULL)) {
		complain("cannot listen to the trace events of ipmi: %s", strerror(errno));
		return false;
	}
	return true;
}

const char *capture_obstacle(int *status)
{
	*status = STATUS_WRONG;
	if (tree_is_made_up())
		return "a copy of a machine has no trace events";
	if (geteuid()) {
		*status = STATUS_ROOT;
		return "the trace events are root's";
	}
	if (!tracefs_tracing_dir())
		return "there is no tracefs: mount -t tracefs tracefs /sys/kernel/tracing";
	if (!tracefs_dir_exists(NULL, "events/ipmi/ipmi_request"))
		return "no module that is loaded has the trace events of ipmi-drivers; the kernel's own IPMI modules have none";
	return NULL;
}

struct capture *capture_open(int *status)
{
	const char *obstacle = capture_obstacle(status);
	struct capture *c;

	if (obstacle) {
		complain("%s%s", *status == STATUS_ROOT ? "needs root: " : "", obstacle);
		return NULL;
	}
	c = calloc(1, sizeof(*c));
	if (!c)
		abort();
	if (begin(c))
		return c;
	capture_close(c);
	return NULL;
}

static int on_record(struct tep_event *format, struct tep_record *record, int cpu, void *arg)
{
	struct capture *c = arg;
	struct event event;

	if (event_decode(&event, format, record))
		c->take(&event, c->arg);
	return 0;
}

void capture_drain(struct capture *c, void (*take)(const struct event *event, void *arg), void *arg)
{
	c->take = take;
	c->arg = arg;
	tracefs_iterate_raw_events(c->tep, c->instance, NULL, 0, on_record, c);
}

unsigned long long capture_lost(struct capture *c)
{
	unsigned long long sum = 0;
	long cpus = sysconf(_SC_NPROCESSORS_CONF);

	for (long cpu = 0; cpu < cpus; cpu++) {
		char name[64], *text, *at;

		snprintf(name, sizeof(name), "per_cpu/cpu%ld/stats", cpu);
		text = tracefs_instance_file_read(c->instance, name, NULL);
		at = text ? strstr(text, "overrun: ") : NULL;
		sum += at ? strtoull(at + 9, NULL, 10) : 0;
		free(text);
	}
	return sum;
}

long long capture_wall_us(unsigned long long ns)
{
	static long long offset;

	if (!offset) {
		struct timespec wall, mono;

		clock_gettime(CLOCK_REALTIME, &wall);
		clock_gettime(CLOCK_MONOTONIC, &mono);
		offset = (wall.tv_sec - mono.tv_sec) * 1000000LL +
			 (wall.tv_nsec - mono.tv_nsec) / 1000;
	}
	return ns / 1000 + offset;
}

void capture_close(struct capture *c)
{
	if (c->instance) {
		tracefs_event_disable(c->instance, "ipmi", NULL);
		tracefs_instance_destroy(c->instance);
		tracefs_instance_free(c->instance);
	}
	tep_free(c->tep);
	free(c);
}
