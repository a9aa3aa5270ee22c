// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nobody waits for a stranger: how long one's requests take while somebody else uses the same
 * interface and hardly runs, is stopped, hogs the processor, or keeps the core busy with what is
 * nobody else's affair. With the kernel's own modules and with these, in turns in one machine; the
 * ratio counts, not the time.
 *
 * The argument is how the kernel preempts, which the machine's command line says: full, lazy, none. The
 * strangers are on the first processor, who is measured is on the last one. With the BMC of
 * tests/bmc there are events, too.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"
#include "stranger.h"

#define PREEMPT "/sys/kernel/debug/sched/preempt"

/* What is measured: so many requests, at most so long, with a pause after each. */
#define ASKS 250
#define WINDOW_S 2.0
#define PAUSE_US 4000
#define SETTLE_US 100000
#define LOST_S (ANSWER_MS / 1e3) /* counts for one without an answer */

/*
 * What this host does meanwhile is in each figure, so the least of the rounds are compared. A
 * difference of less than a few ticks says nothing in an emulated machine.
 */
#define ROUNDS 5
#define RATIO 1.5
#define FLOOR_S 0.020

#define STARVED 4 /* senders, each of which runs once in a second or so */
#define ASKS_OF_A_STOP 10
#define EVENTS 100 /* at a time; the BMC keeps 128 */
#define ASKS_OF_EVENTS 25

struct figures {
	double p99, worst; /* seconds */
};

struct stranger {
	const char *who;
	void (*begin)(void);
	void (*meanwhile)(int i); /* before the i-th request, or NULL */
	int pause_us; /* instead of PAUSE_US, or 0 */
	bool outranked; /* who is measured is ahead of it, where there is one processor */
	struct figures least[2]; /* the kernel's own, ours */
	long did; /* in all rounds */
};

static const char *const names[2] = { "the kernel's", "ours" };
static const char *driver = "ipmi_si";
static int fd = -1;
static int cpus;

static void begin_throttled(void)
{
	group_throttle(1);
	stranger_start(in_group, ask);
}

static struct stranger throttled = {
	.who = "a sender with a hundredth of a processor",
	.begin = begin_throttled,
};

static void begin_starved(void)
{
	for (int i = 0; i < STARVED; i++)
		stranger_start(as_idle_class, ask);
	stranger_start(NULL, burn);
}

static struct stranger starved = {
	.who = "idle class senders beside a loop",
	.begin = begin_starved,
	.pause_us = 2 * PAUSE_US,
};

static void begin_polite(void)
{
	stranger_start(as_nice, ask);
	stranger_start(as_nice, ask);
	stranger_start(NULL, burn);
	stranger_start(NULL, burn);
}

static struct stranger polite = {
	.who = "nice senders beside loops",
	.begin = begin_polite,
};

static void begin_hog(void)
{
	stranger_start(NULL, ask);
	stranger_start(as_real_time, spin_and_sleep);
}

static struct stranger hog = {
	.who = "a real-time hog, and a sender below it",
	.begin = begin_hog,
	.pause_us = 2 * PAUSE_US,
	.outranked = true,
};

static void begin_opener(void)
{
	stranger_start(NULL, open_device);
}

static struct stranger opener = {
	.who = "one who opens and closes",
	.begin = begin_opener,
};

static void begin_stopped(void)
{
	stranger_start(NULL, ask_in_batches);
}

/* At another place of what it does each time. */
static void stop(int i)
{
	if (i % ASKS_OF_A_STOP)
		return;
	stranger_signal(0, SIGCONT);
	usleep(500 + rand() % 4000);
	stranger_signal(0, SIGSTOP);
}

static struct stranger stopped = {
	.who = "a sender that is stopped",
	.begin = begin_stopped,
	.meanwhile = stop,
};

static void begin_frozen(void)
{
	stranger_start(in_group, ask_in_batches);
}

static void freeze(int i)
{
	if (i % ASKS_OF_A_STOP)
		return;
	group_freeze(0);
	usleep(500 + rand() % 4000);
	group_freeze(1);
}

static struct stranger frozen = {
	.who = "a sender that is frozen",
	.begin = begin_frozen,
	.meanwhile = freeze,
};

static void begin_registering(void)
{
	stranger_start(NULL, register_many);
}

static struct stranger registering = {
	.who = "one with very many registrations",
	.begin = begin_registering,
};

static void begin_slow_reader(void)
{
	stranger_start(as_listener, read_slowly);
}

static void more_events(int i)
{
	if (i % ASKS_OF_EVENTS == 0)
		bmc_line("events %d", EVENTS);
}

static struct stranger slow_reader = {
	.who = "a slow reader of many events",
	.begin = begin_slow_reader,
	.meanwhile = more_events,
};

static struct stranger *const strangers[] = {
	&throttled, &starved, &polite, &hog, &opener, &stopped, &frozen, &registering, &slow_reader,
};

static bool there_is(const struct stranger *s)
{
	return s != &slow_reader || !strncmp(hardware(), "host-", 5);
}

/* Measuring. */

static void load(bool ours)
{
	const char *const modules[] = { "ipmi_msghandler", "ipmi_devintf", driver };

	for (unsigned int i = 0; i < ARRAY_SIZE(modules); i++)
		if (run(ours ? "insmod $(modinfo -n %s)" :
			       "insmod /lib/modules/$(uname -r)/kernel/drivers/char/ipmi/%s.ko*",
			modules[i]))
			bail_out(modules[i], output());
	fd = ipmi_must_open(0);
	usleep(SETTLE_US);
}

static void unload(void)
{
	double end = now() + 30;
	int ret;

	close(fd);
	fd = -1;
	/* stack_remove() knows the others */
	while ((ret = module_remove("ipmi_ssif")) && ret != -ENOENT && now() < end)
		usleep(10000);
	ret = stack_remove();
	if (ret)
		bail_out("the stack cannot be unloaded", strerror(-ret));
}

/* A request of who is measured: how long it took. */
static double one_request(void)
{
	double begun = now();
	struct reply r;

	if (!ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r))
		return now() - begun;
	/* its answer may still come */
	close(fd);
	fd = ipmi_must_open(0);
	return LOST_S;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void measure(struct stranger *s, bool ours)
{
	struct figures *least = &s->least[ours], f;
	bool outranks = s->outranked && cpus == 1;
	double took[ASKS], end;
	long did;
	int n = 0;

	strangers_did();
	if (outranks)
		schedule_as(SCHED_FIFO | SCHED_RESET_ON_FORK, STRANGER_PRIORITY + 1);
	s->begin();
	usleep(SETTLE_US);
	end = now() + WINDOW_S;
	do {
		if (s->meanwhile)
			s->meanwhile(n);
		took[n++] = one_request();
		usleep(s->pause_us ?: PAUSE_US);
	} while (n < ASKS && now() < end);
	strangers_end();
	if (outranks)
		schedule_as(SCHED_OTHER, 0);
	did = strangers_did();
	s->did += did;
	qsort(took, n, sizeof(took[0]), by_size);
	f.p99 = took[n * 99 / 100];
	f.worst = took[n - 1];
	ktap_note("%s: %s: p99 %.1f ms, worst %.1f ms of %d requests; it did %ld", s->who,
		  names[ours], f.p99 * 1e3, f.worst * 1e3, n, did);
	if (!least->worst || f.worst < least->worst)
		least->worst = f.worst;
	if (!least->p99 || f.p99 < least->p99)
		least->p99 = f.p99;
}

static bool no_later(double ours, double theirs)
{
	return ours < LOST_S && (ours <= RATIO * theirs || ours <= theirs + FLOOR_S);
}

static bool holds(const struct stranger *s)
{
	return no_later(s->least[1].p99, s->least[0].p99) &&
	       no_later(s->least[1].worst, s->least[0].worst);
}

/* The first round, of all of them, so that each stack is loaded once; the others as needed. */
static void once_with_each_stack(void)
{
	for (int ours = 0; ours < 2; ours++) {
		load(ours);
		for (unsigned int i = 0; i < ARRAY_SIZE(strangers); i++)
			if (there_is(strangers[i]))
				measure(strangers[i], ours);
		unload();
	}
}

static void compare(struct stranger *s)
{
	for (int round = 1; round < ROUNDS && !holds(s); round++) {
		for (int ours = 0; ours < 2; ours++) {
			load(ours);
			measure(s, ours);
			unload();
		}
	}
	ktap_note("%s: p99 %.1f / %.1f ms, worst %.1f / %.1f ms", s->who, s->least[1].p99 * 1e3,
		  s->least[0].p99 * 1e3, s->least[1].worst * 1e3, s->least[0].worst * 1e3);
	EXPECT(no_later(s->least[1].p99, s->least[0].p99));
	EXPECT(no_later(s->least[1].worst, s->least[0].worst));
	/* one who did nothing was no stranger */
	EXPECT(s->did > 0);
}

/* Otherwise the rest says nothing. */
static void the_kernel_preempts_as_asked(void)
{
	const char *modes = file_text(PREEMPT);
	char want[32];

	snprintf(want, sizeof(want), "(%s)", mode);
	if (!EXPECT(strstr(modes, want)))
		ktap_note("%s: %s", PREEMPT, modes);
}

static void beside_a_throttled_sender(void)
{
	compare(&throttled);
}

static void beside_starved_senders(void)
{
	compare(&starved);
}

static void beside_nice_senders(void)
{
	compare(&polite);
}

static void beside_a_real_time_hog(void)
{
	compare(&hog);
}

static void beside_one_who_opens_and_closes(void)
{
	compare(&opener);
}

static void beside_a_stopped_sender(void)
{
	compare(&stopped);
}

static void beside_a_frozen_sender(void)
{
	compare(&frozen);
}

static void beside_many_registrations(void)
{
	compare(&registering);
}

static void beside_a_slow_reader_of_events(void)
{
	compare(&slow_reader);
}

/* the last one only where there are events */
static const struct ktap_case cases[] = {
	KTAP_CASE(the_kernel_preempts_as_asked),
	KTAP_CASE(once_with_each_stack),
	KTAP_CASE(beside_a_throttled_sender),
	KTAP_CASE(beside_starved_senders),
	KTAP_CASE(beside_nice_senders),
	KTAP_CASE(beside_a_real_time_hog),
	KTAP_CASE(beside_one_who_opens_and_closes),
	KTAP_CASE(beside_a_stopped_sender),
	KTAP_CASE(beside_a_frozen_sender),
	KTAP_CASE(beside_many_registrations),
	KTAP_CASE(beside_a_slow_reader_of_events),
};

int main(int argc, char **argv)
{
	mode = argc > 1 ? argv[1] : "full";
	if (!strncmp(hardware(), "ssif", 4))
		driver = "ipmi_ssif";
	keep_acpi_ipmi_out();
	strangers_prepare();
	cpus = sysconf(_SC_NPROCESSORS_ONLN);
	run_on(cpus - 1);
	return ktap_main(cases, ARRAY_SIZE(cases) - !there_is(&slow_reader));
}
