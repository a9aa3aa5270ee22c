// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmidrv top: who asks the BMC, how much, and how long it takes; every few seconds.
 *
 * Programs and times come from the trace events; without them (the kernel's own stack, no root)
 * what sysfs counts is left. A tick is made into lines, which go to the screen or to the output.
 */
#include <getopt.h>
#include <ncurses.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "capture.h"
#include "exchange.h"
#include "iface.h"
#include "ipmidrv.h"
#include "names.h"
#include "tally.h"
#include "text.h"
#include "tree.h"

#define LINES_OF_TICK 400
#define HISTORY 60
#define POLL_MS 100

static struct top {
	struct capture *capture;
	const char *obstacle;
	struct exchanges exchanges;
	struct tally tally;
	double seconds;
	enum tally_order order;
	bool by_command;
	bool help;
	int device;
	unsigned long long lost;
	long long done[IFACES_MAX];
	double history[HISTORY];
	unsigned int ticks;
} top = { .seconds = 2, .device = -1 };

static struct {
	char *at[LINES_OF_TICK];
	unsigned int n;
} lines;

static void line(const char *fmt, ...)
{
	va_list args;

	if (lines.n == LINES_OF_TICK)
		return;
	va_start(args, fmt);
	if (vasprintf(&lines.at[lines.n], fmt, args) < 0)
		abort();
	va_end(args);
	lines.n++;
}

static void take(const struct event *event, void *unused)
{
	struct exchange x;

	if (event->kind == EVENT_BMC || exchange_take(&top.exchanges, event, &x) != STEP_OVER)
		return;
	if (top.device < 0 || x.intf == top.device)
		tally_add(&top.tally, &x);
}

static const char *user_of(int pid)
{
	static char name[32];
	struct passwd *p;
	struct stat st;

	if (!pid)
		return "kernel";
	if (!tree_stat(&st, "/proc/%d", pid))
		return "?";
	p = getpwuid(st.st_uid);
	if (p)
		snprintf(name, sizeof(name), "%s", p->pw_name);
	else
		snprintf(name, sizeof(name), "%u", st.st_uid);
	return name;
}

/* How many messages the transport has carried, whoever asked. */
static long long carried(const struct iface *i)
{
	long long n = iface_counter(i, false, "complete_transactions");

	if (n < 0)
		n = iface_counter(i, false, "received_messages");
	return n >= 0 ? n : iface_counter(i, false, "answers");
}

static void lines_of_interface(const struct iface *i, long long grown)
{
	char state[64] = "BMC: ?";

	if (i->away > 0 && i->away_ms >= 0)
		snprintf(state, sizeof(state), "BMC: AWAY for %lld s", i->away_ms / 1000);
	else if (i->away >= 0)
		snprintf(state, sizeof(state), "BMC: %s", i->away ? "AWAY" : "present");
	line("%s %s%s  %s  %.1f messages/s", iface_name(i), iface_about(i),
	     i->irq > 0 && i->irq_works == 0 ? " (does not come)" : "", state,
	     grown < 0 ? 0 : grown / top.seconds);
	if (i->msgs >= 0)
		line("  users %lld  under way %lld", i->users, i->msgs);
}

/* The last HISTORY ticks as a bar each, the newest at the right. */
static void line_of_history(double rate)
{
	static const char levels[] = " .:-=+*#";
	char bar[HISTORY + 1];
	double most = 1;

	top.history[top.ticks++ % HISTORY] = rate;
	for (unsigned int i = 0; i < HISTORY; i++)
		most = top.history[i] > most ? top.history[i] : most;
	for (unsigned int i = 0; i < HISTORY; i++)
		bar[i] = levels[(unsigned int)(top.history[(top.ticks + i) % HISTORY] / most * 7)];
	bar[HISTORY] = 0;
	line("|%s| most %.0f/s", bar, most);
}

static void lines_of_rows(void)
{
	unsigned int n = top.by_command ? top.tally.nr_commands : top.tally.nr_programs;
	struct tally_row *row = top.by_command ? top.tally.commands : top.tally.programs;

	line("");
	if (top.by_command)
		line("%-30s %8s %9s %9s %9s %7s", "COMMAND", "req/s", "p50 ms", "p95 ms", "waits ms", "errors");
	else
		line("%7s %-9s %-16s %8s %9s %9s %9s %7s  %s", "PID", "USER", "PROGRAM", "req/s", "p50 ms",
		     "p95 ms", "waits ms", "errors", "last command");
	for (; n; n--, row++) {
		char pid[16] = "-";
		double rate = row->times.count / top.seconds,
		       waits = row->waits_us / 1e3 / row->times.count;
		double p50 = times_share(&row->times, 50) / 1e3,
		       p95 = times_share(&row->times, 95) / 1e3;

		if (row->pid)
			snprintf(pid, sizeof(pid), "%d", row->pid);
		if (top.by_command)
			line("%-22s (%02x/%02x) %8.1f %9.1f %9.1f %9.1f %7u", command_title(row->netfn, row->cmd),
			     row->netfn & ~1U, row->cmd, rate, p50, p95, waits, row->errors);
		else
			line("%7s %-9.9s %-16.16s %8.1f %9.1f %9.1f %9.1f %7u  %s (%02x/%02x)", pid,
			     user_of(row->pid), row->name, rate, p50, p95, waits, row->errors,
			     command_title(row->netfn, row->cmd), row->netfn & ~1U, row->cmd);
	}
}

static void line_of_slowest(void)
{
	char text[200] = "slowest commands:";

	for (unsigned int i = 0; i < top.tally.nr_commands && i < 3; i++) {
		struct tally_row *row = &top.tally.commands[i];
		size_t n = strlen(text);

		snprintf(text + n, sizeof(text) - n, "%s %s %.1f ms x %llu", i ? "," : "",
			 command_title(row->netfn, row->cmd), times_share(&row->times, 50) / 1e3,
			 row->times.count);
	}
	if (top.tally.nr_commands)
		line("%s", text);
}

static void json_of_tick(const struct iface *ifaces, int n, const long long *grown)
{
	struct json_object *o = json_begin("top"), *list = json_object_new_array(), *row;

	json_object_object_add(o, "seconds", json_object_new_double(top.seconds));
	json_object_object_add(o, "left_out", top.obstacle ? json_text(top.obstacle) : NULL);
	for (int i = 0; i < n; i++) {
		row = json_object_new_object();
		json_object_object_add(row, "interface", json_text(iface_name(&ifaces[i])));
		json_object_object_add(row, "bmc_away",
				       ifaces[i].away < 0 ? NULL :
							    json_object_new_boolean(ifaces[i].away));
		json_object_object_add(row, "messages",
				       grown[i] < 0 ? NULL : json_object_new_int64(grown[i]));
		json_object_array_add(list, row);
	}
	json_object_object_add(o, "interfaces", list);
	list = json_object_new_array();
	for (unsigned int i = 0; i < top.tally.nr_programs; i++) {
		struct tally_row *p = &top.tally.programs[i];

		row = json_object_new_object();
		json_object_object_add(row, "pid", json_object_new_int(p->pid));
		json_object_object_add(row, "program", json_text(p->name));
		json_object_object_add(row, "interface", json_object_new_int(p->intf));
		json_object_object_add(row, "requests", json_object_new_int64(p->times.count));
		json_object_object_add(row, "errors", json_object_new_int(p->errors));
		json_object_object_add(row, "p50_us", json_object_new_int64(times_share(&p->times, 50)));
		json_object_object_add(row, "p95_us", json_object_new_int64(times_share(&p->times, 95)));
		json_object_object_add(row, "waits_us", json_object_new_int64(p->waits_us));
		json_object_object_add(row, "netfn", json_object_new_int(p->netfn & ~1U));
		json_object_object_add(row, "cmd", json_object_new_int(p->cmd));
		json_object_array_add(list, row);
	}
	json_object_object_add(o, "programs", list);
	json_print(o);
}

/* Looks, and makes the lines of a tick, or prints it as JSON. */
static void tick(bool first)
{
	static struct iface ifaces[IFACES_MAX];
	long long grown[IFACES_MAX];
	int n = iface_find(ifaces, IFACES_MAX), shown = 0;
	time_t now = time(NULL);
	char clock[16];

	if (top.capture) {
		capture_drain(top.capture, take, NULL);
		top.lost = capture_lost(top.capture);
	}
	tally_sort(&top.tally, top.order);
	for (int i = 0; i < n; i++) {
		long long count = carried(&ifaces[i]);

		grown[i] = count >= 0 && top.done[i] >= 0 ? count - top.done[i] : UNKNOWN;
		top.done[i] = count;
	}
	if (opt.json) {
		if (!first)
			json_of_tick(ifaces, n, grown);
		return;
	}
	strftime(clock, sizeof(clock), "%H:%M:%S", localtime(&now));
	line("ipmidrv top %s, every %.1f s", clock, top.seconds);
	for (int i = 0; i < n; i++) {
		if (top.device >= 0 && ifaces[i].number != top.device)
			continue;
		lines_of_interface(&ifaces[i], grown[i]);
		shown++;
	}
	if (!shown)
		line("no interface; \"ipmidrv why\" says why");
	if (top.obstacle) {
		line("no programs, no times: %s", top.obstacle);
		return;
	}
	line("now %.1f req/s  p50 %.1f ms  p95 %.1f ms  max %.1f ms  errors %.1f/s  unread %u  BMC time %.0f %%  events lost %llu",
	     top.tally.all.count / top.seconds, times_share(&top.tally.all, 50) / 1e3,
	     times_share(&top.tally.all, 95) / 1e3, times_share(&top.tally.all, 100) / 1e3,
	     top.tally.errors / top.seconds, top.tally.dropped,
	     top.tally.bmc_us / 1e4 / top.seconds, top.lost);
	line_of_history(top.tally.all.count / top.seconds);
	lines_of_rows();
	line("");
	line_of_slowest();
}

static void print_lines(void)
{
	for (unsigned int i = 0; i < lines.n; i++)
		say("%s\n", lines.at[i]);
	fflush(stdout);
}

static void draw_lines(void)
{
	erase();
	for (unsigned int i = 0; i < lines.n && (int)i < LINES - 1; i++) {
		char *safe = text_escape(lines.at[i]);

		/* a name may hold a newline or a tab, which would move what follows */
		for (char *at = safe; *at; at++)
			if (*at == '\n' || *at == '\t')
				*at = ' ';
		mvaddnstr(i, 0, safe, COLS);
		free(safe);
	}
	attron(A_REVERSE);
	mvaddnstr(LINES - 1, 0,
		  top.help ? "s: by rate, time or errors  d: next device  c: programs or commands  q: quit  h: less" :
			     "[q]uit [s]ort [d]evice [c]ommands [h]elp",
		  COLS);
	attroff(A_REVERSE);
	refresh();
}

static void forget_lines(void)
{
	while (lines.n)
		free(lines.at[--lines.n]);
}

static void next_device(void)
{
	static struct iface ifaces[IFACES_MAX];
	int n = iface_find(ifaces, IFACES_MAX), next = -1;

	for (int i = 0; i < n; i++)
		if (ifaces[i].number > top.device && (next < 0 || ifaces[i].number < next))
			next = ifaces[i].number;
	top.device = next;
}

/* Whether to go on. */
static bool key(int c)
{
	switch (c) {
	case 'q':
		return false;
	case 's':
		top.order = (top.order + 1) % ORDER_COUNT;
		break;
	case 'd':
		next_device();
		break;
	case 'c':
		top.by_command = !top.by_command;
		break;
	case 'h':
		top.help = !top.help;
		break;
	}
	return true;
}

/* Waits for a tick to be over; false if it is the end. */
static bool wait_tick(bool screen)
{
	int left = top.seconds * 1000;

	for (; left > 0 && !capture_is_over(); left -= POLL_MS) {
		if (top.capture)
			capture_drain(top.capture, take, NULL);
		if (screen) {
			int c = getch(); /* waits for POLL_MS */

			if (c != ERR && !key(c))
				return false;
			if (c != ERR)
				draw_lines();
		} else {
			usleep(POLL_MS * 1000);
		}
	}
	return !capture_is_over();
}

static int run(bool batch, long rounds)
{
	bool screen = !batch && !opt.json;
	int status;

	top.obstacle = capture_obstacle(&status);
	if (!top.obstacle) {
		top.capture = capture_open(&status);
		if (!top.capture)
			return status;
	}
	memset(top.done, 0xff, sizeof(top.done));
	capture_catch_signals();
	if (screen) {
		initscr();
		cbreak();
		noecho();
		curs_set(0);
		timeout(POLL_MS);
	}
	/* what was counted before the first tick is not of it */
	tick(true);
	if (screen)
		draw_lines();
	for (long round = 0; (!rounds || round < rounds) && wait_tick(screen) && !ferror(stdout);
	     round++) {
		forget_lines();
		tick(false);
		if (screen)
			draw_lines();
		else if (!opt.json)
			print_lines();
		tally_clear(&top.tally);
	}
	if (screen)
		endwin();
	forget_lines();
	if (top.capture)
		capture_close(top.capture);
	return STATUS_WELL;
}

int cmd_top(int argc, char **argv)
{
	static const struct option options[] = {
		COMMON_LONG,
		{ "batch", no_argument, NULL, 'b' },
		{ "interval", required_argument, NULL, 'i' },
		{ "count", required_argument, NULL, 'n' },
		{}
	};
	bool batch = false;
	long rounds = 0;
	char *end;
	int c;

	while ((c = getopt_long(argc, argv, COMMON_SHORT "bi:n:", options, NULL)) != -1) {
		if (c == 'b') {
			batch = true;
		} else if (c == 'i') {
			top.seconds = strtod(optarg, &end);
			if (*end || top.seconds < 0.1 || top.seconds > 3600)
				return usage("-i %s: from 0.1 to 3600 seconds", optarg);
		} else if (c == 'n') {
			rounds = strtol(optarg, &end, 10);
			if (*end || rounds < 1)
				return usage("-n %s: how often, 1 or more", optarg);
		} else if (!option_common(c)) {
			return STATUS_USAGE;
		}
	}
	if (optind < argc)
		return usage("%s: top takes no such word", argv[optind]);
	if (!batch && !opt.json && (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO)))
		return usage("top wants a terminal; -b is for scripts");
	top.device = opt.device;
	return run(batch, rounds);
}
