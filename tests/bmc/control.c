// SPDX-License-Identifier: GPL-2.0-only
/* See control.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "app.h"
#include "bridge.h"
#include "control.h"
#include "dcmi.h"
#include "fault.h"
#include "flags.h"
#include "link.h"
#include "loop.h"
#include "power.h"
#include "record.h"
#include "request.h"
#include "sel.h"
#include "store.h"

#define WORDS 320
#define LINE 2048
#define PART 200 /* of an answer that goes to the guest in one message */

struct reply {
	char *text;
	size_t size;
};

struct delayed {
	struct timer timer;
	char line[];
};

struct client {
	int fd;
	size_t len;
	char line[LINE];
};

static const char *no_words(int argc, const char *usage)
{
	return argc ? usage : NULL;
}

static const char *do_faults(int argc, char **argv, struct reply *r)
{
	(void)argv;
	fault_list(r->text, r->size);
	return no_words(argc, "faults");
}

static const char *do_nofaults(int argc, char **argv, struct reply *r)
{
	(void)argv;
	(void)r;
	fault_clear();
	return no_words(argc, "nofaults");
}

static const char *do_unhang(int argc, char **argv, struct reply *r)
{
	(void)argv;
	(void)r;
	fault_unhang();
	return no_words(argc, "unhang");
}

static const char *do_disconnect(int argc, char **argv, struct reply *r)
{
	(void)r;
	link_close(argc ? atof(argv[0]) : 0);
	return NULL;
}

static const char *do_hw(int argc, char **argv, struct reply *r)
{
	(void)r;
	if (argc != 1)
		return "hw BYTE";
	link_hw(strtoul(argv[0], NULL, 16));
	return NULL;
}

static const char *do_flags(int argc, char **argv, struct reply *r)
{
	if (argc)
		flags_force(strtoul(argv[0], NULL, 16));
	else
		flags_describe(r->text, r->size);
	return NULL;
}

static const char *do_event(int argc, char **argv, struct reply *r)
{
	uint8_t event[EVENT_LEN];

	(void)r;
	if (argc != EVENT_LEN)
		return "event BYTE... (16 of them)";
	for (int i = 0; i < EVENT_LEN; i++)
		event[i] = strtoul(argv[i], NULL, 16);
	flags_event(event);
	return NULL;
}

/* Their last two bytes count. */
static const char *do_events(int argc, char **argv, struct reply *r)
{
	long n = argc == 1 ? strtol(argv[0], NULL, 0) : 0;

	(void)r;
	if (n <= 0)
		return "events COUNT";
	for (long i = 0; i < n; i++) {
		const uint8_t event[EVENT_LEN] = { 0, 0, 2, 0, 0,    0,	   0, 0x20,
						   0, 4, 8, 1, 0x6f, 0xa0, i, i >> 8 };

		flags_event(event);
	}
	return NULL;
}

static const char *do_set(int argc, char **argv, struct reply *r)
{
	(void)r;
	return argc == 2 ? identity_set(argv[0], argv[1]) : "set FIELD VALUE";
}

static const char *do_channel(int argc, char **argv, struct reply *r)
{
	(void)r;
	if (argc != 2 && argc != 3)
		return "channel NUMBER MEDIUM [PROTOCOL]";
	channel_set(strtol(argv[0], NULL, 16), strtol(argv[1], NULL, 16),
		    argc == 3 ? strtol(argv[2], NULL, 16) : 1);
	return NULL;
}

static int kind(int argc, char **argv, int i)
{
	return argc > i && strcmp(argv[i], "-") ? (int)strtol(argv[i], NULL, 16) : -1;
}

static const char *do_count(int argc, char **argv, struct reply *r)
{
	snprintf(r->text, r->size, "%lu", record_count(kind(argc, argv, 0), kind(argc, argv, 1)));
	return NULL;
}

/* "NETFN.LUN.CMD ..." of all that came since "forget", hexadecimal, each kind once. */
static const char *do_kinds(int argc, char **argv, struct reply *r)
{
	size_t n = 0;

	(void)argv;
	r->text[0] = 0;
	for (int i = 0; i < 64 * 256 * 4; i++)
		if (record_seen(i >> 10, i & 3, i >> 2 & 0xff) && n < r->size)
			n += snprintf(r->text + n, r->size - n, "%02x.%x.%02x ", i >> 10, i & 3,
				      i >> 2 & 0xff);
	return no_words(argc, "kinds");
}

/* "MS NETFN LUN CMD: BYTES", all but MS hexadecimal; "none" */
static const char *do_last(int argc, char **argv, struct reply *r)
{
	const struct recorded *found = record_find(kind(argc, argv, 0), kind(argc, argv, 1),
						   argc > 2 ? strtoul(argv[2], NULL, 0) : 0);
	size_t n;

	if (!found) {
		snprintf(r->text, r->size, "none");
		return NULL;
	}
	n = snprintf(r->text, r->size, "%.1f %02x %x %02x:", found->ms, found->netfn, found->lun,
		     found->cmd);
	for (size_t i = 0; i < found->len && n < r->size; i++)
		n += snprintf(r->text + n, r->size - n, " %02x", found->data[i]);
	return NULL;
}

static const char *do_forget(int argc, char **argv, struct reply *r)
{
	(void)argv;
	(void)r;
	record_forget();
	return no_words(argc, "forget");
}

static const char *do_lapse(int argc, char **argv, struct reply *r)
{
	(void)argv;
	(void)r;
	flags_reset();
	link_hw(HW_IRQ_OFF);
	return no_words(argc, "lapse");
}

static const char *do_timer(int argc, char **argv, struct reply *r)
{
	bool at_stop = argc && !strcmp(argv[0], "stop");
	uint8_t set[6];

	(void)r;
	argc -= at_stop;
	argv += at_stop;
	if (argc != sizeof(set))
		return "timer [stop] BYTE... (6 of them)";
	for (int i = 0; i < argc; i++)
		set[i] = strtoul(argv[i], NULL, 16);
	if (at_stop)
		watchdog_by_firmware_at_stop(set);
	else
		watchdog_by_firmware(set);
	return NULL;
}

static const char *do_trace(int argc, char **argv, struct reply *r)
{
	(void)r;
	record_note_every_one(argc && !strcmp(argv[0], "on"));
	return argc == 1 ? NULL : "trace on|off";
}

static const char *do_sdr(int argc, char **argv, struct reply *r)
{
	(void)r;
	if (argc != 2)
		return "sdr SENSORS RECORDS";
	store_make_sdr(atoi(argv[0]), atoi(argv[1]));
	return NULL;
}

static const char *do_record(int argc, char **argv, struct reply *r)
{
	uint8_t bytes[WORDS];

	(void)r;
	if (argc < 5)
		return "record BYTE...";
	for (int i = 0; i < argc; i++)
		bytes[i] = strtoul(argv[i], NULL, 16);
	store_add_record(bytes, argc);
	return NULL;
}

static const char *do_sel(int argc, char **argv, struct reply *r)
{
	const uint8_t *record = sel_record(argc ? strtoul(argv[0], NULL, 0) : 0);
	size_t n = 0;

	if (!record)
		n = snprintf(r->text, r->size, "none");
	for (int i = 0; record && i < SEL_RECORD; i++)
		n += snprintf(r->text + n, r->size - n, "%s%02x", i ? " " : "", record[i]);
	return NULL;
}

static const char *do_raw(int argc, char **argv, struct reply *r)
{
	uint8_t bytes[WORDS];

	(void)r;
	for (int i = 0; i < argc; i++)
		bytes[i] = strtoul(argv[i], NULL, 16);
	link_send_raw(bytes, argc);
	return NULL;
}

static const char *do_quit(int argc, char **argv, struct reply *r)
{
	(void)argv;
	(void)r;
	loop_end();
	return no_words(argc, "quit");
}

static void run_delayed(void *arg)
{
	struct delayed *d = arg;
	char answer[CONTROL_ANSWER];

	control_line(d->line, answer, sizeof(answer));
	free(d);
}

static const char *do_after(int argc, char **argv, struct reply *r)
{
	struct delayed *d;
	size_t len = 1;

	(void)r;
	if (argc < 2)
		return "after MS LINE";
	for (int i = 1; i < argc; i++)
		len += strlen(argv[i]) + 1;
	d = calloc(1, sizeof(*d) + len);
	if (!d)
		abort();
	for (int i = 1; i < argc; i++) {
		strcat(d->line, argv[i]);
		strcat(d->line, " ");
	}
	timer_start(&d->timer, atof(argv[0]), run_delayed, d);
	return NULL;
}

static const struct {
	const char *name;
	const char *(*with_reply)(int argc, char **argv, struct reply *r);
	const char *(*plain)(int argc, char **argv);
} verbs[] = {
	{ "after", do_after, NULL },
	{ "away", NULL, away_set },
	{ "channel", do_channel, NULL },
	{ "console", NULL, bridge_console },
	{ "count", do_count, NULL },
	{ "dcmi", NULL, dcmi_set },
	{ "delay", NULL, delay_set },
	{ "disconnect", do_disconnect, NULL },
	{ "event", do_event, NULL },
	{ "events", do_events, NULL },
	{ "fault", NULL, fault_add },
	{ "faults", do_faults, NULL },
	{ "flags", do_flags, NULL },
	{ "forget", do_forget, NULL },
	{ "hw", do_hw, NULL },
	{ "ipmb", NULL, bridge_ipmb },
	{ "kinds", do_kinds, NULL },
	{ "lan", NULL, bridge_lan },
	{ "lapse", do_lapse, NULL },
	{ "last", do_last, NULL },
	{ "message", NULL, bridge_message },
	{ "nofaults", do_nofaults, NULL },
	{ "quit", do_quit, NULL },
	{ "raw", do_raw, NULL },
	{ "record", do_record, NULL },
	{ "reset", NULL, reset_set },
	{ "satellite", NULL, bridge_satellite },
	{ "sdr", do_sdr, NULL },
	{ "sel", do_sel, NULL },
	{ "set", do_set, NULL },
	{ "timer", do_timer, NULL },
	{ "trace", do_trace, NULL },
	{ "unhang", do_unhang, NULL },
};

void control_line(const char *line, char *answer, size_t size)
{
	struct reply r = { answer, size };
	const char *wrong = "there is no such line";
	char words[LINE], *argv[WORDS], *rest;
	int argc = 0;

	snprintf(answer, size, "ok");
	snprintf(words, sizeof(words), "%s", line);
	for (char *word = strtok_r(words, " \t\r\n", &rest); word && argc < WORDS;
	     word = strtok_r(NULL, " \t\r\n", &rest))
		argv[argc++] = word;
	if (!argc)
		return;
	for (unsigned int i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(argv[0], verbs[i].name))
			continue;
		if (verbs[i].plain)
			wrong = verbs[i].plain(argc - 1, argv + 1);
		else
			wrong = verbs[i].with_reply(argc - 1, argv + 1, &r);
	}
	if (wrong)
		snprintf(answer, size, "error: %s", wrong);
	note("%s -> %s", line, answer);
}

static void client_gone(struct client *c)
{
	loop_unwatch(c->fd);
	close(c->fd);
	free(c);
}

static void client_readable(void *arg)
{
	struct client *c = arg;
	char answer[CONTROL_ANSWER + 1], *end;
	ssize_t n = read(c->fd, c->line + c->len, sizeof(c->line) - 1 - c->len);

	if (n <= 0) {
		if (c->fd == STDIN_FILENO)
			loop_end();
		client_gone(c);
		return;
	}
	c->len += n;
	c->line[c->len] = 0;
	while ((end = strchr(c->line, '\n'))) {
		*end = 0;
		control_line(c->line, answer, CONTROL_ANSWER);
		strcat(answer, "\n");
		if (c->fd != STDIN_FILENO && write(c->fd, answer, strlen(answer)) < 0)
			note("a client does not listen: %s", strerror(errno));
		c->len -= end + 1 - c->line;
		memmove(c->line, end + 1, c->len + 1);
	}
	if (c->len == sizeof(c->line) - 1)
		c->len = 0; /* no line of ours is that long */
}

static void client_new(int fd)
{
	struct client *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->fd = fd;
	loop_watch(fd, client_readable, c);
}

static void client_connects(void *arg)
{
	const int *listener = arg;
	int fd = accept4(*listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd >= 0)
		client_new(fd);
}

void control_open(const char *path)
{
	static int listener;
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	unlink(path);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(listener, 4)) {
		fprintf(stderr, "bmc: %s: %s\n", path, strerror(errno));
		exit(1);
	}
	loop_watch(listener, client_connects, &listener);
}

void control_stdin(void)
{
	client_new(STDIN_FILENO);
}

/*
 * OEM command 70h: a line of control. The answer's first part comes back, and the rest by
 * 71h, whose data is the offset, low byte first; it ends with a part that is not full.
 */
static char guest_answer[CONTROL_ANSWER];

static void answer_part(struct answer *a, size_t at)
{
	size_t len = strlen(guest_answer);

	if (at > len)
		at = len;
	answer_add(a, guest_answer + at, len - at < PART ? len - at : PART);
}

static uint8_t guest_line(const struct request *rq, struct answer *a)
{
	char line[LINE];

	snprintf(line, sizeof(line), "%.*s", (int)rq->len, (const char *)rq->data);
	control_line(line, guest_answer, sizeof(guest_answer));
	answer_part(a, 0);
	return CC_OK;
}

static uint8_t guest_more(const struct request *rq, struct answer *a)
{
	answer_part(a, get_u16(rq->data));
	return CC_OK;
}

const struct command control_commands[] = {
	{ NETFN_OEM, 0x70, 1, guest_line },
	{ NETFN_OEM, 0x71, 2, guest_more },
	{ 0 },
};
