// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmidrv bench: how long requests take on this machine, by commands that change nothing, from one
 * program and from four at once; and the comparison of two such runs.
 */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ask.h"
#include "capture.h"
#include "iface.h"
#include "ipmidrv.h"
#include "modules.h"
#include "tally.h"
#include "text.h"
#include "tree.h"

#define NETFN_SENSOR 0x04
#define NETFN_APP 0x06
#define NETFN_STORAGE 0x0a
#define GET_DEVICE_ID 0x01
#define GET_SENSOR_READING 0x2d
#define GET_SDR 0x23

#define SDR_FULL 0x01
#define SDR_COMPACT 0x02
#define SDRS_LOOKED_AT 64
#define SDR_BYTES 16

#define PROGRAMS 4

/**
 * struct bench - one command, asked again and again
 * @name: a stable key of the JSON, by which two runs are compared
 * @len: of @data; @usable: the BMC knows it
 * @times: of the answers; @failed: how many were no answer, or an error
 * @seconds: how long it ran
 */
struct bench {
	const char *name;
	unsigned char netfn, cmd;
	unsigned char data[6];
	unsigned int len;
	bool usable;
	struct times_us times;
	unsigned int failed;
	double seconds;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void run_one(struct bench *b, int fd, double seconds)
{
	double begin = now(), last = begin, at;
	struct answer answer;

	do {
		int rv = ask(fd, b->netfn, b->cmd, b->data, b->len, &answer);

		at = now();
		if (rv)
			b->failed++;
		else
			times_add(&b->times, (at - last) * 1e6);
		last = at;
		/* a BMC that is away answers at once: no reason to ask it so often */
		if (rv)
			usleep(20000);
	} while (at - begin < seconds && !capture_is_over());
	b->seconds = at - begin;
}

/* The number of a sensor that the repository knows: the key of a full or compact record. */
static bool find_sensor(int fd, unsigned char *sensor)
{
	unsigned char rq[6] = { 0, 0, 0, 0, 0, 8 };
	struct answer a;

	for (int i = 0; i < SDRS_LOOKED_AT; i++) {
		if (ask(fd, NETFN_STORAGE, GET_SDR, rq, sizeof(rq), &a) || a.len < 11)
			return false;
		if (a.data[6] == SDR_FULL || a.data[6] == SDR_COMPACT) {
			*sensor = a.data[10];
			return true;
		}
		memcpy(rq + 2, a.data + 1, 2);
		if (rq[2] == 0xff && rq[3] == 0xff)
			return false;
	}
	return false;
}

struct parallel {
	double each[PROGRAMS];
	double rate;
	unsigned int p50_us;
	double unfair;
	bool ran;
};

/* What a child says at its end. */
struct said {
	double rate;
	unsigned int p50_us;
};

static void child(int number, int out, double seconds)
{
	static struct bench b = { .netfn = NETFN_APP, .cmd = GET_DEVICE_ID };
	struct said said;
	int fd = ask_open(number);

	if (fd < 0)
		_exit(1);
	run_one(&b, fd, seconds);
	said = (struct said){ b.times.count / b.seconds, times_share(&b.times, 50) };
	_exit(write(out, &said, sizeof(said)) != sizeof(said));
}

static void run_parallel(struct parallel *p, int number, double seconds)
{
	double least = INFINITY, most = 0;
	int pipes[2], i;
	struct said said;

	memset(p, 0, sizeof(*p));
	if (pipe(pipes))
		return;
	fflush(stdout);
	for (i = 0; i < PROGRAMS; i++)
		if (!fork())
			child(number, pipes[1], seconds);
	close(pipes[1]);
	for (i = 0; i < PROGRAMS && read(pipes[0], &said, sizeof(said)) == sizeof(said); i++) {
		p->each[i] = said.rate;
		p->rate += said.rate;
		p->p50_us = said.p50_us > p->p50_us ? said.p50_us : p->p50_us;
		least = fmin(least, said.rate);
		most = fmax(most, said.rate);
	}
	close(pipes[0]);
	while (wait(NULL) > 0)
		;
	p->ran = i == PROGRAMS && least > 0;
	p->unfair = p->ran ? most / least : 0;
}

static const char *driver(void)
{
	static char text[96];
	char version[64];

	tree_line(version, sizeof(version), "/sys/module/ipmi_msghandler/version");
	if (version_is_ours(version))
		snprintf(text, sizeof(text), "ipmi-drivers %s", version);
	else
		snprintf(text, sizeof(text), "the kernel's own");
	return text;
}

static void print_text(const struct iface *i, struct bench *b, unsigned int n,
		       const struct parallel *p, double bmc, double cpu)
{
	say("%s, %s%s; %s on %s; only commands that change nothing\n", iface_name(i), iface_about(i),
	    i->irq_works > 0 ? ", interrupt works" : "", driver(), tree_release());
	for (; n; n--, b++) {
		if (!b->usable) {
			say("%-22s this BMC has none\n", b->name);
			continue;
		}
		say("%-22s %6llu in %.0f s  %6.0f/s   p50 %6.1f ms  p95 %6.1f ms  p99 %6.1f ms  max %6.1f ms",
		    b->name, b->times.count, b->seconds, b->times.count / b->seconds,
		    times_share(&b->times, 50) / 1e3, times_share(&b->times, 95) / 1e3,
		    times_share(&b->times, 99) / 1e3, times_share(&b->times, 100) / 1e3);
		say(b->failed ? "  %u FAILED\n" : "\n", b->failed);
	}
	if (p->ran)
		say("%d programs at once              %6.0f/s   p50 %6.1f ms  (fair: fastest %.2f x slowest)\n", PROGRAMS,
		    p->rate, p->p50_us / 1e3, p->unfair);
	else
		say("%d programs at once     could not run\n", PROGRAMS);
	if (bmc >= 0)
		say("of the time: BMC %.0f %%, ", bmc);
	say("CPU of this program %.1f %% of one core\n", cpu);
}

static struct json_object *json_of(const struct iface *i, struct bench *b, unsigned int n,
				   const struct parallel *p, double seconds, double bmc, double cpu)
{
	struct json_object *top = json_begin("bench"), *list = json_object_new_array(), *o;

	json_object_object_add(top, "interface", json_text(iface_name(i)));
	json_object_object_add(top, "about", json_text(iface_about(i)));
	json_object_object_add(top, "driver", json_text(driver()));
	json_object_object_add(top, "kernel", json_text(tree_release()));
	json_object_object_add(top, "seconds", json_object_new_double(seconds));
	for (; n; n--, b++) {
		if (!b->usable)
			continue;
		o = json_object_new_object();
		json_object_object_add(o, "name", json_text(b->name));
		json_object_object_add(o, "count", json_object_new_int64(b->times.count));
		json_object_object_add(o, "failed", json_object_new_int(b->failed));
		json_object_object_add(o, "per_second", json_object_new_double(b->times.count / b->seconds));
		json_object_object_add(o, "p50_us", json_object_new_int64(times_share(&b->times, 50)));
		json_object_object_add(o, "p95_us", json_object_new_int64(times_share(&b->times, 95)));
		json_object_object_add(o, "p99_us", json_object_new_int64(times_share(&b->times, 99)));
		json_object_object_add(o, "max_us", json_object_new_int64(times_share(&b->times, 100)));
		json_object_array_add(list, o);
	}
	if (p->ran) {
		o = json_object_new_object();
		json_object_object_add(o, "name", json_text("4 programs at once"));
		json_object_object_add(o, "per_second", json_object_new_double(p->rate));
		json_object_object_add(o, "p50_us", json_object_new_int64(p->p50_us));
		json_object_object_add(o, "fastest_by_slowest", json_object_new_double(p->unfair));
		json_object_array_add(list, o);
	}
	json_object_object_add(top, "results", list);
	json_object_object_add(top, "bmc_percent", bmc < 0 ? NULL : json_object_new_double(bmc));
	json_object_object_add(top, "cpu_percent", json_object_new_double(cpu));
	return top;
}

static double cpu_seconds(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return r.ru_utime.tv_sec + r.ru_stime.tv_sec +
	       (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static int measure(const struct iface *i, double seconds)
{
	static struct bench benches[] = {
		{ .name = "Get Device ID", .netfn = NETFN_APP, .cmd = GET_DEVICE_ID },
		{ .name = "Get Sensor Reading", .netfn = NETFN_SENSOR, .cmd = GET_SENSOR_READING, .len = 1 },
		{ .name = "Get SDR, 16 bytes", .netfn = NETFN_STORAGE, .cmd = GET_SDR, .data = { [5] = SDR_BYTES }, .len = 6 },
	};
	long long bmc = iface_counter(i, true, "bmc_us_total"),
		  all = iface_counter(i, true, "request_us_total");
	double part = seconds / (ARRAY_SIZE(benches) + 1), cpu = cpu_seconds(), begin = now(),
	       of_time = -1;
	unsigned int failed = 0, answered = 0;
	struct answer answer;
	struct parallel parallel;
	int fd = ask_open(i->number);

	if (fd < 0) {
		int error = errno;

		complain("/dev/ipmi%d: %s", i->number, strerror(error));
		return error == EACCES && geteuid() ? needs_root("to ask the BMC") : STATUS_WRONG;
	}
	benches[1].usable = find_sensor(fd, benches[1].data);
	benches[0].usable = true;
	benches[2].usable =
		!ask(fd, NETFN_STORAGE, GET_SDR, benches[2].data, benches[2].len, &answer);
	for (unsigned int n = 0; n < ARRAY_SIZE(benches); n++) {
		if (benches[n].usable)
			run_one(&benches[n], fd, part);
		failed += benches[n].failed;
		answered += benches[n].times.count > 0;
	}
	cpu = (cpu_seconds() - cpu) / (now() - begin) * 100;
	close(fd);
	run_parallel(&parallel, i->number, part);
	if (bmc >= 0 && all >= 0) {
		bmc = iface_counter(i, true, "bmc_us_total") - bmc;
		all = iface_counter(i, true, "request_us_total") - all;
		of_time = all > 0 ? 100.0 * bmc / all : -1;
	}
	if (opt.json)
		json_print(
			json_of(i, benches, ARRAY_SIZE(benches), &parallel, seconds, of_time, cpu));
	else
		print_text(i, benches, ARRAY_SIZE(benches), &parallel, of_time, cpu);
	return failed || !answered || !parallel.ran ? STATUS_WRONG : STATUS_WELL;
}

/* A run that was kept; NULL after it was said what is wrong. */
static struct json_object *load(const char *path)
{
	char *text = tree_read(NULL, "%s", path);
	struct json_object *o, *results, *command;

	if (!text) {
		complain("%s: %s", path, strerror(errno));
		return NULL;
	}
	o = json_tokener_parse(text);
	free(text);
	if (json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, "results", &results) &&
	    json_object_is_type(results, json_type_array) && json_object_object_get_ex(o, "command", &command) &&
	    !strcmp(json_object_get_string(command) ?: "", "bench"))
		return o;
	complain("%s is not what \"ipmidrv bench -j\" prints", path);
	json_object_put(o);
	return NULL;
}

static const char *word(struct json_object *o, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) ? json_object_get_string(value) ?: "?" : "?";
}

static double figure(struct json_object *o, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) ? json_object_get_double(value) : NAN;
}

static struct json_object *result_of(struct json_object *o, size_t n)
{
	struct json_object *results = json_object_object_get(o, "results"), *row;

	row = n < json_object_array_length(results) ? json_object_array_get_idx(results, n) : NULL;
	return json_object_is_type(row, json_type_object) ? row : NULL;
}

static struct json_object *same_of(struct json_object *o, const char *name)
{
	struct json_object *row;

	for (size_t n = 0; (row = result_of(o, n)); n++)
		if (!strcmp(word(row, "name"), name))
			return row;
	return NULL;
}

static int diff(const char *first, const char *second)
{
	struct json_object *a = load(first), *b = load(second), *row, *other, *top, *list, *o;
	int status = STATUS_WRONG;

	if (!a || !b)
		goto out;
	top = json_begin("bench --diff");
	list = json_object_new_array();
	if (!opt.json)
		say("A: %s: %s on %s, %s\nB: %s: %s on %s, %s\n\n%-22s %12s %12s %8s %12s %12s %8s\n", first, word(a, "driver"),
		    word(a, "kernel"), word(a, "about"), second, word(b, "driver"), word(b, "kernel"), word(b, "about"), "",
		    "A p50 ms", "B p50 ms", "B/A", "A /s", "B /s", "B/A");
	for (size_t n = 0; (row = result_of(a, n)); n++) {
		double ap = figure(row, "p50_us"), ar = figure(row, "per_second"), bp, br;

		other = same_of(b, word(row, "name"));
		if (!other)
			continue;
		bp = figure(other, "p50_us");
		br = figure(other, "per_second");
		status = STATUS_WELL;
		if (!opt.json)
			say("%-22.40s %12.3f %12.3f %8.2f %12.1f %12.1f %8.2f\n", word(row, "name"), ap / 1e3, bp / 1e3, bp / ap,
			    ar, br, br / ar);
		o = json_object_new_object();
		json_object_object_add(o, "name", json_text(word(row, "name")));
		json_object_object_add(o, "p50_ratio", isfinite(bp / ap) ? json_object_new_double(bp / ap) : NULL);
		json_object_object_add(o, "rate_ratio", isfinite(br / ar) ? json_object_new_double(br / ar) : NULL);
		json_object_array_add(list, o);
	}
	json_object_object_add(top, "results", list);
	if (opt.json)
		json_print(top);
	else
		json_object_put(top);
	if (status)
		complain("the two have no command in common");
out:
	json_object_put(a);
	json_object_put(b);
	return status;
}

int cmd_bench(int argc, char **argv)
{
	static const struct option options[] = {
		COMMON_LONG,
		{ "time", required_argument, NULL, 't' },
		{ "diff", no_argument, NULL, 'D' },
		{}
	};
	static struct iface ifaces[IFACES_MAX];
	double seconds = 20;
	bool compare = false;
	char *end;
	int c;

	while ((c = getopt_long(argc, argv, COMMON_SHORT "t:", options, NULL)) != -1) {
		if (c == 't') {
			seconds = strtod(optarg, &end);
			if (!strcmp(end, "s"))
				end++;
			if (*end || !(seconds >= 0.4) || seconds > 3600)
				return usage("-t %s: from 0.4 to 3600 seconds", optarg);
		} else if (c == 'D') {
			compare = true;
		} else if (!option_common(c)) {
			return STATUS_USAGE;
		}
	}
	if (compare) {
		if (argc - optind != 2)
			return usage("--diff compares two files that \"bench -j\" has printed");
		return diff(argv[optind], argv[optind + 1]);
	}
	if (optind < argc)
		return usage("%s: bench takes no such word", argv[optind]);
	if (tree_is_made_up())
		return usage("a copy of a machine cannot be asked");
	if (!iface_find(ifaces, IFACES_MAX) || ifaces[0].number < 0) {
		complain("no interface%s; \"ipmidrv why\" says why", opt.device >= 0 ? " of that name" : "");
		return STATUS_WRONG;
	}
	capture_catch_signals();
	return measure(&ifaces[0], seconds);
}
