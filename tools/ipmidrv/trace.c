// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmidrv trace: a line for each request and each answer, as they happen, or a file for Wireshark.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "capture.h"
#include "exchange.h"
#include "ipmidrv.h"
#include "names.h"
#include "pcap.h"
#include "text.h"

#define TICK_US 50000
#define BYTES_INDENT 48

/* What is wanted, and what was seen. */
static struct trace {
	struct exchanges exchanges;
	int pid;
	int netfn, cmd;
	bool errors;
	unsigned long long slower_us;
	bool hex;
	FILE *file;
	unsigned long long requests, failures;
	bool no_bytes;
	bool whole;
	bool failed;
} trace = { .pid = -1, .netfn = -1, .cmd = -1 };

static bool wanted(const struct exchange *x)
{
	return (opt.device < 0 || x->intf == opt.device) &&
	       (trace.pid < 0 || x->pid == trace.pid) &&
	       (trace.netfn < 0 || (x->netfn & ~1U) == (unsigned int)trace.netfn) &&
	       (trace.cmd < 0 || x->cmd == (unsigned int)trace.cmd);
}

/* Only of answers that are told of is anything told: then the question comes with them. */
static bool wants_answers_only(void)
{
	return trace.errors || trace.slower_us;
}

static void print_time(unsigned long long ns)
{
	long long us = capture_wall_us(ns);
	time_t seconds = us / 1000000;
	struct tm tm;

	localtime_r(&seconds, &tm);
	say("%02d:%02d:%02d.%06lld ", tm.tm_hour, tm.tm_min, tm.tm_sec, us % 1000000);
}

static void print_who(unsigned long long ns, const struct exchange *x, char sign)
{
	char *who = x->pid ? textf("%s[%d]", x->name, x->pid) : textf("kernel");

	print_time(ns);
	say("ipmi%d %-22s %c %-26s %02x/%02x  ", x->intf, who, sign, command_title(x->netfn, x->cmd),
	    x->netfn & ~1U, x->cmd);
	free(who);
}

static void print_ms(unsigned long long us)
{
	say("%llu.%llu ms", us / 1000, us % 1000 / 100);
}

static void print_asked(const struct event *event, const struct exchange *x)
{
	print_who(event->ns, x, '>');
	say("len %u\n", x->len);
}

static void print_answer(unsigned long long ns, const struct exchange *x)
{
	enum mark mark = exchange_failed(x) ? MARK_BAD : MARK_NONE;

	print_who(ns, x, '<');
	if (x->error) {
		say_marked(mark, "refused by the driver: %s\n", strerror(x->error));
		return;
	}
	say_marked(mark, "%s", completion_title(x->cc));
	say("  ");
	print_ms(x->total_us);
	if (x->bmc_us && x->asked_ns) {
		say(" (bmc ");
		print_ms(x->bmc_us);
		say(", queue ");
		print_ms(x->queue_us);
		say(")");
	}
	say("%s\n", x->dropped ? "  nobody got it" : "");
}

static void json_exchange(struct json_object *o, const struct exchange *x)
{
	json_object_object_add(o, "interface", json_object_new_int(x->intf));
	json_object_object_add(o, "pid", json_object_new_int(x->pid));
	json_object_object_add(o, "program", json_text(x->name));
	json_object_object_add(o, "netfn", json_object_new_int(x->netfn & ~1U));
	json_object_object_add(o, "cmd", json_object_new_int(x->cmd));
	json_object_object_add(o, "name", json_text(command_title(x->netfn, x->cmd)));
	json_object_object_add(o, "cc", x->cc < 0 ? NULL : json_object_new_int(x->cc));
	json_object_object_add(o, "error", json_object_new_int(x->error));
	json_object_object_add(o, "dropped", json_object_new_boolean(x->dropped));
	json_object_object_add(o, "total_us", json_object_new_int64(x->total_us));
	json_object_object_add(o, "bmc_us", json_object_new_int64(x->bmc_us));
	json_object_object_add(o, "queue_us", json_object_new_int64(x->queue_us));
}

static void print_json(unsigned long long ns, const struct exchange *x)
{
	struct json_object *o = json_begin("trace");

	json_object_object_add(o, "time_us", json_object_new_int64(capture_wall_us(ns)));
	json_exchange(o, x);
	json_print(o);
}

/* What was asked, or answered; an answer begins with its completion code. */
static void print_bytes(const struct event *event, const struct exchange *x)
{
	bool answer = event->kind != EVENT_REQUEST, blanked;
	unsigned char data[EVENT_BYTES_MAX];
	unsigned int n = event->nr_bytes;

	if (!event->has_bytes)
		trace.no_bytes = true;
	if (!event->bytes || !n || opt.json)
		return;
	memcpy(data, event->bytes, n);
	blanked = n > answer && blank_secrets(x->netfn, x->cmd, data + answer, n - answer, answer);
	say("%*s", BYTES_INDENT, "");
	for (unsigned int i = 0; i < n; i++)
		say(" %02x", data[i]);
	say("%s\n", blanked ? "  (secrets are shown as 00)" : "");
}

static void print_bmc(const struct event *event)
{
	struct json_object *o;

	if (opt.device >= 0 && event->intf != opt.device)
		return;
	if (opt.json) {
		o = json_begin("trace");
		json_object_object_add(o, "time_us", json_object_new_int64(capture_wall_us(event->ns)));
		json_object_object_add(o, "interface", json_object_new_int(event->intf));
		json_object_object_add(o, "bmc", json_text(event->away ? "away" : "back"));
		json_object_object_add(o, "away_ms", json_object_new_int64(event->ms));
		json_print(o);
		return;
	}
	print_time(event->ns);
	say("ipmi%d %-22s ! ", event->intf, "kernel");
	if (event->away)
		say_marked(MARK_BAD, "BMC away, status 0x%02x\n", event->status);
	else
		say_marked(MARK_GOOD, "BMC back after %llu.%03llu s\n", event->ms / 1000, event->ms % 1000);
}

/*
 * The messages as the transport has them, if the events carry those. What the driver asks for itself,
 * and all on a driver whose events carry no bytes, is written without its data.
 */
static void write_packet(const struct event *event, const struct exchange *x)
{
	bool whole = (event->kind == EVENT_SEND || event->kind == EVENT_RECEIVE) && event->has_bytes;
	bool outline = event->kind == EVENT_START || (event->kind == EVENT_END && event->cc >= 0);

	trace.whole |= whole;
	if (!whole && !(outline && (!trace.whole || !event->id)))
		return;
	if (x ? !wanted(x) :
		trace.pid >= 0 || trace.netfn >= 0 || (opt.device >= 0 && event->intf != opt.device))
		return;
	if (!pcap_write(trace.file, capture_wall_us(event->ns), event))
		trace.failed = true;
}

static void print_step(enum exchange_step step, const struct event *event, const struct exchange *x)
{
	/* what the driver asks for itself has no other beginning */
	if ((step == STEP_ASKED || (step == STEP_STARTED && !x->id)) && !wants_answers_only() &&
	    !opt.json) {
		print_asked(event, x);
		if (trace.hex && x->id)
			print_bytes(event, x);
	}
	if (step != STEP_OVER || (trace.errors && !exchange_failed(x)) ||
	    x->total_us < trace.slower_us)
		return;
	if (opt.json)
		print_json(event->ns, x);
	else
		print_answer(event->ns, x);
	if (trace.hex && x->id && !x->error)
		print_bytes(event, x);
}

static void take(const struct event *event, void *unused)
{
	struct exchange x;
	enum exchange_step step;

	if (event->kind == EVENT_BMC) {
		if (!trace.file)
			print_bmc(event);
		return;
	}
	step = exchange_take(&trace.exchanges, event, &x);
	if (trace.file)
		write_packet(event, step == STEP_NONE ? NULL : &x);
	if (step == STEP_NONE || !wanted(&x))
		return;
	if (step == STEP_OVER) {
		trace.requests++;
		trace.failures += exchange_failed(&x);
	}
	if (!trace.file)
		print_step(step, event, &x);
}

static int run(double seconds)
{
	struct timespec begin, now;
	unsigned long long lost;
	struct capture *c;
	int status;
	double past;

	c = capture_open(&status);
	if (!c)
		return status;
	capture_catch_signals();
	clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		usleep(TICK_US);
		capture_drain(c, take, NULL);
		fflush(stdout);
		if (trace.file)
			fflush(trace.file);
		clock_gettime(CLOCK_MONOTONIC, &now);
		past = now.tv_sec - begin.tv_sec + (now.tv_nsec - begin.tv_nsec) / 1e9;
	} while (!capture_is_over() && !trace.failed && !ferror(stdout) &&
		 (!seconds || past < seconds));
	lost = capture_lost(c);
	capture_close(c);
	if (trace.no_bytes || (trace.file && trace.requests && !trace.whole))
		complain("the trace events of this driver carry no bytes: shown are commands, lengths and completion codes");
	if (!opt.json)
		fprintf(stderr, "%llu requests in %.0f s, %llu errors, %llu events lost\n", trace.requests, past,
			trace.failures, lost);
	if (trace.failed)
		complain("cannot write the file: %s", strerror(errno));
	return trace.failed ? STATUS_WRONG : STATUS_WELL;
}

/* "10ms", "500us", "2s"; a number alone is milliseconds. */
static bool parse_time(const char *text, unsigned long long *us)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || value < 0 || value > 1e9)
		return false;
	if (!strcmp(end, "us"))
		*us = value;
	else if (!strcmp(end, "s"))
		*us = value * 1e6;
	else if (!strcmp(end, "ms") || !*end)
		*us = value * 1e3;
	else
		return false;
	return true;
}

/* "6/1", "0x0a/0x23", "0a": NetFn and command in hexadecimal, as they are printed. */
static bool parse_command(const char *text, int *netfn, int *cmd)
{
	char *end;
	long n = strtol(text, &end, 16);

	if (end == text || n < 0 || n > 0x3f)
		return false;
	*netfn = n & ~1;
	if (!*end)
		return true;
	if (*end != '/')
		return false;
	text = end + 1;
	n = strtol(text, &end, 16);
	if (end == text || *end || n < 0 || n > 0xff)
		return false;
	*cmd = n;
	return true;
}

int cmd_trace(int argc, char **argv)
{
	static const struct option options[] = {
		COMMON_LONG,
		{ "pid", required_argument, NULL, 'P' },
		{ "command", required_argument, NULL, 'c' },
		{ "errors", no_argument, NULL, 'e' },
		{ "slower", required_argument, NULL, 's' },
		{ "hex", no_argument, NULL, 'x' },
		{ "write", required_argument, NULL, 'w' },
		{ "seconds", required_argument, NULL, 't' },
		{}
	};
	const char *path = NULL;
	double seconds = 0;
	char *end;
	int c, status;

	while ((c = getopt_long(argc, argv, COMMON_SHORT "P:c:es:xw:t:", options, NULL)) != -1) {
		if (c == 'P') {
			trace.pid = strtol(optarg, &end, 10);
			if (*end || trace.pid < 0)
				return usage("-P %s: no process; 0 is the kernel", optarg);
		} else if (c == 'c') {
			if (!parse_command(optarg, &trace.netfn, &trace.cmd))
				return usage("-c %s: a NetFn and a command, as 06/01 or 0a", optarg);
		} else if (c == 'e') {
			trace.errors = true;
		} else if (c == 's') {
			if (!parse_time(optarg, &trace.slower_us))
				return usage("-s %s: a time, as 10ms or 500us", optarg);
		} else if (c == 'x') {
			trace.hex = true;
		} else if (c == 'w') {
			path = optarg;
		} else if (c == 't') {
			seconds = strtod(optarg, &end);
			if (*end || seconds <= 0)
				return usage("-t %s: how many seconds", optarg);
		} else if (!option_common(c)) {
			return STATUS_USAGE;
		}
	}
	if (optind < argc)
		return usage("%s: trace takes no such word", argv[optind]);
	if (path && (trace.hex || opt.json))
		return usage("-w writes a file, -x and -j print");
	if (geteuid())
		return needs_root("the trace events are root's");
	/* what is in it is root's */
	umask(077);
	if (path) {
		trace.file = strcmp(path, "-") ? fopen(path, "we") : stdout;
		if (!trace.file || !pcap_begin(trace.file)) {
			complain("%s: %s", path, strerror(errno));
			return STATUS_WRONG;
		}
	}
	status = run(seconds);
	if (trace.file && trace.file != stdout && fclose(trace.file)) {
		complain("%s: %s", path, strerror(errno));
		return STATUS_WRONG;
	}
	return status;
}
