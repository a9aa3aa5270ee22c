// SPDX-License-Identifier: GPL-2.0-only
/* See fault.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "link.h"
#include "loop.h"
#include "record.h"
#include "request.h"

#define FAULTS 32
#define WRONG_SEQ 0x55

enum mode {
	DROP, /* no answer */
	LATE, /* after arg ms (5000) */
	HANG, /* the wrong sequence number: the interface stays busy until "unhang" */
	NETFN, /* the wrong network function */
	CMD, /* the wrong command */
	CC, /* refused with completion code arg (FFh): nothing is executed */
	CC_DONE, /* executed, but completion code arg (FFh) and no data */
	NO_CC, /* ends before its completion code */
	CHECKSUM, /* the wrong checksum: QEMU drops it */
	TRUNCATE, /* arg bytes (0) after the completion code */
	OVERSIZE, /* filled up to arg bytes (260) with the completion code */
	GARBAGE, /* random bytes */
	TWICE,
	DISCONNECT, /* ends the connection instead, for arg ms (0) */
	SLOW, /* a byte every arg ms (10) */
	CUT, /* arg bytes (0) as they go over the wire, then the connection ends */
	MUTATE, /* up to arg bytes (4) after the sequence number changed, or another length */
	STORM, /* arg times (20) attention without a flag, before the answer */
	MODES,
};

static const struct {
	const char *name;
	double arg;
} modes[MODES] = {
	[DROP] = { "drop", 0 },		[LATE] = { "late", 5000 },
	[HANG] = { "hang", 0 },		[NETFN] = { "netfn", 0 },
	[CMD] = { "cmd", 0 },		[CC] = { "cc", 0xff },
	[CC_DONE] = { "cc-done", 0xff },
	[NO_CC] = { "no-cc", 0 },	[CHECKSUM] = { "checksum", 0 },
	[TRUNCATE] = { "truncate", 0 }, [OVERSIZE] = { "oversize", 260 },
	[GARBAGE] = { "garbage", 0 },	[TWICE] = { "twice", 0 },
	[DISCONNECT] = { "disconnect", 0 }, [SLOW] = { "slow", 10 },
	[CUT] = { "cut", 0 },		[MUTATE] = { "mutate", 4 },
	[STORM] = { "storm", 20 },
};

struct fault {
	enum mode mode;
	int netfn, cmd; /* -1: any */
	long n; /* times left, -1: for ever */
	long skip;
	long percent;
	double arg;
	unsigned long hits;
};

struct late {
	struct timer timer;
	unsigned int link;
	size_t len;
	uint8_t message[];
};

static struct fault faults[FAULTS];
static int nr_faults;

static uint8_t hung[4 + ANSWER_MAX];
static size_t hung_len;
static unsigned int hung_link;

static struct {
	enum { FIXED, RANGE, LOGNORMAL } kind;
	double a, b;
} delay;

static struct away {
	enum { PRESENT, CLOSED, SILENT, BUSY } kind;
	double ms;
} after_reset;
static double away_until;
static int away_kind;
static struct timer away_ends;

/* Random numbers that are the same in each run: uniform, in [0, 1). */
static double uniform(void)
{
	static uint64_t x = 0x9e3779b97f4a7c15;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (x >> 11) / 9007199254740992.0;
}

double delay_next(void)
{
	switch (delay.kind) {
	case RANGE:
		return delay.a + (delay.b - delay.a) * uniform();
	case LOGNORMAL:
		return delay.a * exp(delay.b * sqrt(-2 * log(1 - uniform())) *
				     cos(6.283185307179586 * uniform()));
	default:
		return delay.a;
	}
}

const char *delay_set(int argc, char **argv)
{
	double a, b;
	char end;

	if (argc == 3 && !strcmp(argv[0], "lognormal")) {
		delay.kind = LOGNORMAL;
		delay.a = atof(argv[1]);
		delay.b = atof(argv[2]);
	} else if (argc == 1 && sscanf(argv[0], "%lf-%lf%c", &a, &b, &end) == 2) {
		delay.kind = RANGE;
		delay.a = a;
		delay.b = b;
	} else if (argc == 1 && sscanf(argv[0], "%lf%c", &a, &end) == 1) {
		delay.kind = FIXED;
		delay.a = a;
	} else {
		return "delay MS | MIN-MAX | lognormal MEDIAN SIGMA";
	}
	return NULL;
}

const char *fault_add(int argc, char **argv)
{
	struct fault f = { .mode = MODES, .netfn = -1, .cmd = -1, .n = -1, .percent = 100 };

	if (nr_faults == FAULTS)
		return "too many faults";
	for (int i = 0; i < MODES && argc > 0; i++)
		if (!strcmp(argv[0], modes[i].name))
			f.mode = i;
	if (f.mode == MODES)
		return "there is no such fault";
	f.arg = modes[f.mode].arg;
	for (int i = 1; i < argc; i++) {
		const char *value = strchr(argv[i], '=');
		size_t key = value ? value++ - argv[i] : 0;

		if (key == 5 && !strncmp(argv[i], "netfn", key))
			f.netfn = strtol(value, NULL, 16);
		else if (key == 3 && !strncmp(argv[i], "cmd", key))
			f.cmd = strtol(value, NULL, 16);
		else if (key == 1 && argv[i][0] == 'n')
			f.n = strtol(value, NULL, 0);
		else if (key == 4 && !strncmp(argv[i], "skip", key))
			f.skip = strtol(value, NULL, 0);
		else if (key == 7 && !strncmp(argv[i], "percent", key))
			f.percent = strtol(value, NULL, 0);
		else if (key == 3 && !strncmp(argv[i], "arg", key))
			f.arg = strtod(value, NULL);
		else
			return "fault MODE [netfn=] [cmd=] [n=] [skip=] [percent=] [arg=]";
	}
	faults[nr_faults++] = f;
	return NULL;
}

void fault_clear(void)
{
	nr_faults = 0;
}

void fault_list(char *text, size_t size)
{
	size_t n = 0;

	for (int i = 0; i < nr_faults && n < size; i++)
		n += snprintf(text + n, size - n, "%s%s %lu", i ? ", " : "",
			      modes[faults[i].mode].name, faults[i].hits);
}

/* The first that strikes: of those that come before the execution, or of the others. */
static struct fault *strike(uint8_t netfn, uint8_t cmd, bool before, size_t data_len)
{
	for (struct fault *f = faults; f < faults + nr_faults; f++) {
		if (!f->n || (f->netfn >= 0 && f->netfn != netfn) ||
		    (f->cmd >= 0 && f->cmd != cmd) || (f->mode == CC) != before)
			continue;
		/* what is short already would not show it */
		if (f->mode == TRUNCATE && data_len <= f->arg)
			continue;
		if (f->skip > 0) {
			f->skip--;
			continue;
		}
		if (uniform() * 100 >= f->percent)
			continue;
		if (f->n > 0)
			f->n--;
		f->hits++;
		return f;
	}
	return NULL;
}

struct fault *fault_before(uint8_t netfn, uint8_t cmd)
{
	return strike(netfn, cmd, true, 0);
}

struct fault *fault_for(uint8_t netfn, uint8_t cmd, size_t data_len)
{
	return strike(netfn, cmd, false, data_len);
}

static void send_late(void *arg)
{
	struct late *late = arg;

	if (late->link == link_number())
		link_send(late->message, late->len, 0);
	free(late);
}

static void answer_later(const uint8_t *message, size_t len, double ms)
{
	struct late *late = calloc(1, sizeof(*late) + len);

	if (!late)
		abort();
	late->link = link_number();
	late->len = len;
	memcpy(late->message, message, len);
	timer_start(&late->timer, ms, send_late, late);
}

/* A length that is a little or quite wrong, and some bytes; all but the sequence number. */
static size_t mutate(uint8_t *m, size_t len, size_t bytes)
{
	size_t n = uniform() * 4;

	if (n == 0)
		len = 1 + uniform() * len;
	else if (n == 1)
		for (n = uniform() * 300; n && len < 4 + ANSWER_MAX; n--)
			m[len++] = uniform() * 256;
	for (n = uniform() * (bytes + 1); n && len > 1; n--)
		m[1 + (size_t)(uniform() * (len - 1))] = uniform() * 256;
	return len;
}

/* An answer that QEMU does not know: it stops waiting, and the interface stays busy. */
static void hang(const uint8_t *message, size_t len)
{
	uint8_t wrong[4];

	memcpy(hung, message, len);
	hung_len = len;
	hung_link = link_number();
	memcpy(wrong, message, sizeof(wrong));
	wrong[0] += WRONG_SEQ;
	link_send(wrong, sizeof(wrong), 0);
}

void fault_unhang(void)
{
	if (hung_len && hung_link == link_number())
		link_send(hung, hung_len, 0);
	hung_len = 0;
}

void fault_answer(struct fault *f, const uint8_t *message, size_t len)
{
	uint8_t m[4 + ANSWER_MAX];
	size_t arg = f->arg;

	memcpy(m, message, len);
	note("fault %s strikes %02x/%02x", modes[f->mode].name, (m[1] >> 2) & ~1, m[2]);
	switch (f->mode) {
	case DROP:
		return;
	case LATE:
		answer_later(m, len, f->arg);
		return;
	case HANG:
		hang(m, len);
		return;
	case NETFN:
		m[1] ^= 2 << 2;
		break;
	case CMD:
		m[2] ^= 1;
		break;
	case CC:
	case CC_DONE:
		m[3] = arg;
		len = 4;
		break;
	case NO_CC:
		len = 3;
		break;
	case CHECKSUM:
		link_send(m, len, 1);
		return;
	case TRUNCATE:
		len = 4 + arg < len ? 4 + arg : len;
		break;
	case OVERSIZE:
		while (len < 3 + arg && len < sizeof(m)) {
			m[len] = len - 3;
			len++;
		}
		break;
	case GARBAGE:
		len = 4 + uniform() * 40;
		for (size_t i = 3; i < len; i++)
			m[i] = uniform() * 256;
		break;
	case TWICE:
		link_send(m, len, 0);
		break;
	case DISCONNECT:
		link_close(f->arg);
		return;
	case SLOW:
		link_send_slowly(m, len, f->arg);
		return;
	case CUT:
		link_send_part(m, len, arg);
		return;
	case MUTATE:
		len = mutate(m, len, arg);
		break;
	case STORM:
		while (arg--) {
			link_hw(HW_ATTN_IRQ);
			link_hw(HW_NO_ATTN);
		}
		break;
	case MODES:
		break;
	}
	link_send(m, len, 0);
}

static void back(void *arg)
{
	(void)arg;
	note("back");
	if (away_kind == BUSY)
		fault_unhang();
	away_kind = PRESENT;
}

static void away_begin(int kind, double ms)
{
	note("away for %.0f ms", ms);
	away_kind = kind;
	away_until = clock_ms() + ms;
	if (kind == CLOSED)
		link_close(ms);
	timer_start(&away_ends, ms, back, NULL);
}

bool away_takes(const uint8_t *request, size_t len)
{
	const uint8_t answer[] = { request[0], request[1] | 1 << 2, request[2], CC_NOT_READY };

	(void)len;
	if (away_kind == BUSY)
		hang(answer, sizeof(answer));
	return away_kind != PRESENT;
}

static const char *read_away(int argc, char **argv, struct away *away)
{
	static const char *const kinds[] = { "present", "closed", "silent", "busy" };

	if (argc == 2) {
		for (int i = PRESENT; i <= BUSY; i++) {
			if (strcmp(argv[0], kinds[i]))
				continue;
			away->kind = i;
			away->ms = atof(argv[1]);
			return NULL;
		}
	}
	return "closed|silent|busy MS";
}

const char *away_set(int argc, char **argv)
{
	struct away away;
	const char *wrong = read_away(argc, argv, &away);

	if (!wrong)
		away_begin(away.kind, away.ms);
	return wrong;
}

const char *reset_set(int argc, char **argv)
{
	after_reset.kind = PRESENT;
	return argc ? read_away(argc, argv, &after_reset) : NULL;
}

/* The answer to the reset command goes out first. */
static void reset_now(void *arg)
{
	(void)arg;
	away_begin(after_reset.kind, after_reset.ms);
}

void reset_begins(void)
{
	static struct timer soon;

	if (after_reset.kind != PRESENT)
		timer_start(&soon, 1, reset_now, NULL);
}
