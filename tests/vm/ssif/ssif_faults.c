// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmi_ssif on an adapter and a BMC that are slow, wrong or silent: what goes over the bus;
 * with alerts and PEC: ssif_alerts.c. The arguments are parameters of tests/modules/ssif_fake_main.c. Numbers in names are those of
 * Documentation/faults-si. On the kernel's own stack only what it promises is tried.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fake_bus.h"
#include "fake_ssif.h"
#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define DATA_MAX 253 /* of a request, whose most is 255 */
#define ANSWER_MAX 269 /* of an answer, whose most is 272 */
#define RESET_LOOKS 30

/* 32 is where a request, and where an answer, needs a second part. */
static void lengths(void)
{
	for (int n = 1; n <= DATA_MAX; n += n < 100 || n > DATA_MAX - 36 ? 1 : 9) {
		fake_set("answer_len", n);
		if (!EXPECT_EQ(fake_echo(n), 0) || !EXPECT_EQ(fake_echo(DATA_MAX + 1 - n), 0)) {
			ktap_note("with %d bytes", n);
			break;
		}
	}
	if (stack_is_ours()) {
		fake_set("answer_len", ANSWER_MAX);
		EXPECT_EQ(fake_echo(DATA_MAX), 0);
		/* and beyond: refused; no buffer is overrun */
		EXPECT_EQ(fake_echo(DATA_MAX + 1), 0xc8);
		fake_set("answer_len", ANSWER_MAX + 1);
		EXPECT_EQ(fake_echo(4), 0xff);
	}
	fake_set("answer_len", 16);
	EXPECT_EQ(fake_echo(4), 0);
}

static void late_answers(void)
{
	static const int delays[] = { 1, 3, 6, 20, 100, 700, 3000 };

	for (unsigned int i = 0; i < ARRAY_SIZE(delays); i++) {
		fake_set("think_us", delays[i] * 1000);
		for (int n = 0; n < (delays[i] > 20 ? 1 : 10); n++)
			EXPECT_EQ(fake_echo(4), 0);
	}
	fake_set("think_us", 0);
	EXPECT_EQ(file_number(DEVICE "/hosed"), 0);
}

/*
 * While it has no answer it need not refuse to be read: there are other ways to say so, and what an
 * adapter makes of them. So too while it is found.
 */
static void not_ready(void)
{
	static const char *const ways[] = {
		"empty 0 0", "empty 0 255", "proto 0", "spoilt 0", "stale 0",
	};
	static const int delays[] = { 4, 16, 60, 300, 2000 };
	long hosed = file_number(DEVICE "/hosed");
	struct reply r;

	for (unsigned int w = 0; w < ARRAY_SIZE(ways); w++) {
		for (unsigned int i = 0; i < ARRAY_SIZE(delays); i++) {
			fake_set("think_us", 0);
			EXPECT_EQ(ipmi_ask(fake_fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
			fake_fault(ways[w]);
			fake_set("think_us", delays[i] * 1000);
			if (!EXPECT_EQ(fake_echo(4), 0))
				ktap_note("%s, %d ms", ways[w], delays[i]);
			fake_fault("ok");
		}
		if (w == ARRAY_SIZE(ways) - 1)
			break;
		fake_set("think_us", 20000);
		fake_fault(ways[w]);
		EXPECT_EQ(file_write(DRIVER "unbind", CLIENT), 0);
		EXPECT_EQ(file_write(DRIVER "bind", CLIENT), 0);
		close(fake_fd);
		fake_fd = ipmi_open(0);
		if (!EXPECT(fake_fd >= 0) || !EXPECT_EQ(fake_echo(4), 0))
			ktap_note("%s", ways[w]);
		fake_fault("ok");
		hosed = 0;
	}
	fake_set("think_us", 0);
	EXPECT_EQ(file_number(DEVICE "/hosed"), hosed);
}

/* One that drops one command, or the later parts of a long one, is there for all others. */
static void one_request_fails(void)
{
	static const struct {
		const char *fault;
		int len, cc;
	} cases[] = { { "nack-read 0 0 66", 4, 0xc3 }, { "lacks 0 8", 60, 0x82 }, { "lacks 0 7", 200, 0x82 } };
	long hosed = file_number(DEVICE "/hosed");
	struct reply r;

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		int other = ipmi_open(0);

		fake_fault(cases[i].fault);
		EXPECT_EQ(ipmi_send(fake_fd, 1, NETFN_OEM, CMD_ECHO, (char[200]){}, cases[i].len),
			  0);
		usleep(20000);
		EXPECT_EQ(ipmi_ask(other, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
		EXPECT_EQ(r.data[0], 0);
		EXPECT(ipmi_wait(fake_fd, 6000));
		EXPECT_EQ(ipmi_recv(fake_fd, &r), 0);
		if (!EXPECT_EQ(r.data[0], cases[i].cc))
			ktap_note("%s", cases[i].fault);
		close(other);
		EXPECT_EQ(file_number(DEVICE "/hosed"), hosed);
		fake_fault("ok");
	}
	EXPECT_EQ(fake_echo(200), 0);
}

/* Up to four times in a row the address is not acknowledged: it is busy. */
static void a_busy_bmc(void)
{
	char line[32];

	for (int n = 1; n <= 4; n++) {
		snprintf(line, sizeof(line), "nack-write %d", n);
		fake_fault(line);
		EXPECT_EQ(fake_echo(4), 0);
		EXPECT_EQ(fake_echo(100), 0);
	}
	EXPECT_EQ(file_number(DEVICE "/hosed"), 0);
}

static long looks_begun;

/*
 * One that has been told to reset itself is looked after every second, thirty times; the next cases
 * go on meanwhile. Nobody listens, so it is these looks that ask for the enables, and no others.
 */
static void a_reset_begins(void)
{
	struct reply r;
	double at[4];

	/* half a minute, once */
	if (fake_by_i2c())
		return;
	looks_begun = file_number(FAKE "enables_asked");
	fake_forget();
	EXPECT_EQ(ipmi_ask(fake_fd, NETFN_APP, CMD_COLD_RESET, NULL, 0, &r), 0);
	EXPECT(fake_until_sent(APP, CMD_GET_ENABLES, 3, 10));
	EXPECT_EQ(fake_times(APP, CMD_GET_ENABLES, at, 3), 3);
	EXPECT(at[1] - at[0] > 0.95 && at[2] - at[1] > 0.95);
	EXPECT(at[2] - at[0] < 4);
	/* it had forgotten them */
	EXPECT_EQ(fake_enables() & 5, 5);
}

static void a_reset_ends(void)
{
	double end = now() + 60;
	long looks = 0;

	if (fake_by_i2c())
		return;
	while (looks < RESET_LOOKS && now() < end) {
		usleep(100000);
		looks = file_number(FAKE "enables_asked") - looks_begun;
	}
	sleep(2);
	EXPECT_EQ(file_number(FAKE "enables_asked") - looks_begun, RESET_LOOKS);
}

/* A BMC that always needs the same time is known for it; one that does not is not looked at all the time. */
static void looks(void)
{
	double least = 100;
	int fewest = 1000;

	for (int n = 0; n < 20; n++) {
		looks_at(20000);
		least = between_looks < least ? between_looks : least;
	}
	for (int n = 0; n < 30; n++) {
		int it = looks_at(80000);

		fewest = it < fewest ? it : fewest;
	}
	/* one or two, once that is learnt, and before some 35; a busy machine is late, but not always */
	if (!EXPECT(fewest <= 16))
		ktap_note("%d looks", fewest);
	for (int n = 0; n < 5; n++) {
		looks_at(60000);
		least = between_looks < least ? between_looks : least;
	}
	for (int n = 0; n < 40; n++) {
		looks_at(0);
		EXPECT(to_first_look >= 0.0005);
	}
	for (int n = 0; n < 5; n++) {
		looks_at(10000);
		least = between_looks < least ? between_looks : least;
	}
	if (!EXPECT(least >= 0.0005 && least < 0.002))
		ktap_note("%.6f s", least);
	fake_set("think_us", 0);
}

/* Of all that the driver asks by itself, just the looks at the flags are counted as such. */
static bool counts_fetches(void)
{
	long fetches = file_number(DEVICE "/flag_fetches");

	fake_forget();
	what_comes_by_itself();
	usleep(100000);
	return file_number(DEVICE "/flag_fetches") - fetches == fake_requests(APP, CMD_GET_FLAGS);
}

static int reads_on_bus(void)
{
	const struct transfer *all;
	int n = fake_log(&all), reads = 0;

	for (int i = 0; i < n; i++)
		reads += all[i].how == 'r';
	return reads;
}

/* Every counter counts what it is called for, once, and nothing else. */
static void counts(void)
{
	static const char line[] = "receive_retries %d";
	char retries[32];
	struct reply r;

	/* no look at an answer that is not there yet */
	fake_fault("ok");
	fake_set("answer_len", 16);
	fake_counters();
	EXPECT_EQ(fake_echo(4), 0);
	COUNTED("sent_messages 1", "received_messages 1");
	fake_set("answer_len", 110);
	fake_counters();
	EXPECT_EQ(fake_echo(100), 0);
	COUNTED("sent_messages 1", "sent_messages_parts 4", "received_messages 1",
		"received_message_parts 3");
	fake_counters();
	fake_fault("nack-write 4");
	EXPECT_EQ(fake_echo(4), 0);
	COUNTED("sent_messages 1", "send_retries 4", "received_messages 1", "received_message_parts 3");
	fake_counters();
	fake_fault("unsure 1");
	EXPECT_EQ(fake_echo(4), 0);
	COUNTED("send_errors 1", "received_messages 1", "received_message_parts 3");
	fake_counters();
	fake_fault("nack-read 5");
	EXPECT_EQ(fake_echo(4), 0);
	snprintf(retries, sizeof(retries), line, 5);
	COUNTED("sent_messages 1", "received_messages 1", "received_message_parts 3", retries);
	fake_counters();
	fake_forget();
	fake_fault("short 0");
	EXPECT_EQ(fake_echo(4), 0xff);
	fake_fault("ok");
	snprintf(retries, sizeof(retries), line, reads_on_bus() - 1);
	COUNTED("sent_messages 1", "receive_errors 1", retries);
	fake_set("answer_len", 16);
	/* an alert without a reason: the flags are fetched for it */
	fake_counters();
	fake_forget();
	EXPECT_EQ(file_write(FAKE "post", "alert"), 0);
	EXPECT(fake_until_sent(APP, CMD_GET_FLAGS, 1, 5));
	usleep(100000);
	COUNTED("alerts 1", "flag_fetches 1", "sent_messages 1", "received_messages 1");
	/* what is refused before it is sent counts for nothing */
	fake_counters();
	EXPECT_EQ(ipmi_ask(fake_fd, NETFN_OEM, CMD_ECHO, (char[254]){}, 254, &r), 0);
	EXPECT_EQ(r.data[0], 0xc8);
	COUNTED("alerts 0");
	/* a look of its own may lie between the two */
	EXPECT(counts_fetches() || counts_fetches() || counts_fetches());
}

/* A BMC that is away: tried once each time, but every 32nd time as patiently as any. */
static void tries_of_one_that_is_away(void)
{
	double start, pause = 100, flags[4];

	if (fake_by_i2c())
		return;
	fake_fault("nack 0");
	fake_forget();
	EXPECT_EQ(fake_echo(4), 0x82);
	start = now();
	EXPECT(run("dmesg | tail -n 20 | grep 'BMC does not answer: it does not acknowledge'") == 0);
	until_tries(32, 30);
	for (int i = 0; i < 32; i++)
		if (!EXPECT_EQ(tries[i].writes, i == 31 ? 5 : 1))
			ktap_note("the %d. try", i + 1);
	/* 0.1 s apart, and ever more rarely up to twice a second */
	EXPECT(tries[1].begun - tries[0].begun < 0.2 || tries[2].begun - tries[1].begun < 0.2 ||
	       tries[3].begun - tries[2].begun < 0.2);
	EXPECT(tries[30].begun - tries[29].begun > 0.15);
	while (now() < start + 13)
		usleep(100000);
	for (int n = find_tries(), i = n - 1; i > n - 4; i--)
		pause = tries[i].begun - tries[i - 1].begun < pause ?
				tries[i].begun - tries[i - 1].begun : pause;
	if (!EXPECT(pause > 0.48 && pause < 0.62))
		ktap_note("%.3f s", pause);
	/* one that takes a request and does not answer is tried for a quarter of a second */
	fake_forget();
	fake_fault("nack-read 0");
	until_tries(2, 30);
	for (int i = 0; i < 2; i++)
		EXPECT(tries[i].ended - tries[i].begun > 0.24);
	EXPECT(tries[0].ended - tries[0].begun < 0.5 || tries[1].ended - tries[1].begun < 0.5);
	EXPECT(tries[1].begun - tries[0].ended > 0.45);
	fake_forget();
	fake_fault("ok");
	/* it may have been reset: what it had to say is old, what is enabled is seen to */
	EXPECT(fake_until_sent(APP, CMD_GET_ENABLES, 1, 5));
	usleep(100000);
	EXPECT_EQ(fake_requests(APP, CMD_CLEAR_FLAGS), 1);
	EXPECT_EQ(fake_times(APP, CMD_GET_ENABLES, &start, 1), 1);
	EXPECT(fake_times(APP, CMD_GET_FLAGS, flags, 4) > 0);
	EXPECT(flags[fake_times(APP, CMD_GET_FLAGS, flags, 4) - 1] > start);
	EXPECT(fake_until_answer(BOUND) < BACK);
}

/*
 * One that is met some times only is not noticed; one that stays is an error in time. What goes over
 * the bus for it: how often the request was begun, the answer, and its further parts; -1 = that
 * goes by the time. And how long that was, from the first block to the last, in milliseconds.
 */
static const struct fault {
	const char *line;
	int cc;
	int writes, reads, middles;
	int from, to;
	int request;
	int think_us;
	bool away;
} faults[] = {
	{ .line = "nack-read 5", .writes = 1, .reads = 6, .middles = 3 },
	{ .line = "nack-middle 4", .writes = 1, .reads = 1, .middles = 7 },
	{ .line = "nack-middle 8", .writes = 1, .reads = 1, .middles = 11 },
	{ .line = "unsure 1", .writes = 1, .reads = 1, .middles = 3 },
	{ .line = "unsure-start 2", .writes = 3, .reads = 1, .middles = 3, .request = 100 },
	{ .line = "pec-write 4", .writes = 5, .reads = 1, .middles = 3 },
	{ .line = "length 2 1", .writes = 1, .reads = 3, .middles = 3 },
	{ .line = "length 4 1", .writes = 1, .reads = 5, .middles = 3 },
	{ .line = "number 2", .writes = 1, .reads = 3, .middles = 5 },
	{ .line = "lost 2", .writes = 1, .reads = 3, .middles = 5 },
	{ .line = "repeat 1", .writes = 1, .reads = 2, .middles = 5 },
	{ .line = "pec 2", .writes = 1, .reads = 3, .middles = 3 },
	{ .line = "pec 4 9", .writes = 1, .reads = 5, .middles = 7 },
	{ .line = "stale 0", .writes = 1, .reads = -1, .middles = 3, .think_us = 60000 },
	{ .line = "stale 0", .writes = 1, .reads = -1, .middles = 3, .think_us = 300000 },
	{ .line = "nack 0", .cc = 0x82, .writes = 5, .from = 220, .to = 600, .away = true },
	{ .line = "nack-write 0", .cc = 0x82, .writes = 5, .from = 220, .to = 600, .away = true },
	{ .line = "unsure-start 0", .cc = 0x82, .writes = 5, .from = 220, .to = 600, .request = 100 },
	{ .line = "pec-write 0", .cc = 0x82, .writes = 5, .from = 220, .to = 600, .away = true },
	{ .line = "nack-read 0", .cc = 0xc3, .writes = 1, .reads = -1, .from = 5000, .to = 5700, .away = true },
	{ .line = "nack-middle 0", .cc = 0xff, .writes = 1, .reads = -1, .middles = -1, .from = 500, .to = 900 },
	{ .line = "hang 0", .cc = 0xc3, .writes = 1, .reads = -1, .from = 250, .to = 800, .away = true },
	{ .line = "length 0 0", .cc = 0xc3, .writes = 1, .reads = -1, .from = 5000, .to = 5700, .away = true },
	{ .line = "length 0 33", .cc = 0xc3, .writes = 1, .reads = -1, .from = 5000, .to = 5700, .away = true },
	{ .line = "length 0 255", .cc = 0xc3, .writes = 1, .reads = -1, .from = 5000, .to = 5700, .away = true },
	{ .line = "pec 0", .cc = 0xc3, .writes = 1, .reads = -1, .from = 5000, .to = 5700, .away = true },
	{ .line = "length 0 1", .cc = 0xff, .writes = 1, .reads = -1, .from = 500, .to = 900 },
	{ .line = "length 0 2", .cc = 0xff, .writes = 1, .reads = -1, .from = 500, .to = 900 },
	{ .line = "length 0 31", .cc = 0xff, .writes = 1, .reads = -1, .from = 500, .to = 900 },
	{ .line = "number 0", .cc = 0xff, .writes = 1, .reads = -1, .middles = -1, .from = 500, .to = 900 },
	{ .line = "lost 0", .cc = 0xff, .writes = 1, .reads = -1, .middles = -1, .from = 500, .to = 900 },
	{ .line = "repeat 0", .cc = 0xff, .writes = 1, .reads = -1, .middles = -1, .from = 500, .to = 900 },
	{ .line = "pec 0 9", .cc = 0xff, .writes = 1, .reads = -1, .middles = -1, .from = 500, .to = 900 },
	{ .line = "netfn 0", .cc = 0xff, .writes = 1, .reads = -1, .middles = -1, .from = 500, .to = 900 },
	{ .line = "command 0", .cc = 0xff, .writes = 1, .reads = -1, .middles = -1, .from = 500, .to = 900 },
	{ .line = "short 0", .cc = 0xff, .writes = 1, .reads = -1, .middles = -1, .from = 500, .to = 900 },
	{ .line = "endless 0", .cc = 0xff, .writes = 1, .reads = -1, .middles = -1, .from = 500, .to = 900 },
};

/* Is that what went over the bus for the request, and for it alone? In *took, how long. */
static void look_at_bus(const struct fault *f, double *took)
{
	const struct transfer *all;
	int n = fake_log(&all), writes = 0, reads = 0, middles = 0, first = -1;

	for (int i = 0; i < n; i++) {
		const struct transfer *t = &all[i];

		if (is_begin(t, NETFN_OEM << 2, CMD_ECHO)) {
			first = first < 0 ? i : first;
			writes++;
			if (writes > 1)
				EXPECT(t->begun - all[i - 1].ended > 0.05);
		} else if (first < 0) {
			continue;
		} else if (t->how == 'w' && (t->cmd == 2 || t->cmd == 6)) {
			/* it is asked if it answers at all */
			break;
		}
		reads += t->cmd == 3;
		middles += t->cmd == 9;
		*took = t->ended - all[first].begun;
	}
	EXPECT_EQ(writes, f->writes);
	if (f->reads >= 0)
		EXPECT_EQ(reads, f->reads);
	if (f->middles >= 0)
		EXPECT_EQ(middles, f->middles);
}

/* Returns how long the last of it took on the bus. */
static double one_fault(const struct fault *f)
{
	long echoes = file_number(FAKE "echoes"), hosed = file_number(DEVICE "/hosed");
	double start, took, on_bus = 0;
	struct reply r;

	/* The housekeeping after the last one is done, and the last answer is another's. */
	usleep(100000);
	EXPECT_EQ(ipmi_ask(fake_fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	fake_set("think_us", f->think_us);
	fake_forget();
	fake_fault(f->line);
	start = now();
	EXPECT_EQ(fake_echo(f->request ?: 4), f->cc);
	took = now() - start;
	EXPECT(took < BOUND);
	look_at_bus(f, &on_bus);
	/* nothing is executed twice */
	EXPECT(file_number(FAKE "echoes") <= echoes + 1);
	EXPECT_EQ(file_number(DEVICE "/hosed") > hosed, f->away);
	/* it is known by now: nobody waits again */
	for (int i = 0; i < 5 && f->away; i++) {
		start = now();
		EXPECT_EQ(fake_echo(4), 0x82);
		EXPECT(now() - start < AT_ONCE);
		usleep(30000);
	}
	fake_fault("ok");
	fake_set("think_us", 0);
	took = fake_until_answer(BOUND);
	if (!EXPECT(took < (f->away ? BACK : AT_ONCE)))
		ktap_note("back after %.3f s", took);
	return on_bus * 1000;
}

/* 34: by cause, in time; a request is answered, whatever its answer lacks. */
static void f34_faults(void)
{
	fake_set("answer_len", 110);
	for (unsigned int i = 0; i < ARRAY_SIZE(faults); i++) {
		const struct fault *f = &faults[i];
		double ms;

		ktap_note("%s", f->line);
		ms = one_fault(f);
		/* a busy machine may be late once */
		if (f->to && ms > f->to)
			ms = one_fault(f);
		if (!EXPECT(ms >= f->from && (!f->to || ms <= f->to)))
			ktap_note("%.1f ms on the bus", ms);
	}
	fake_set("answer_len", 16);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(fake_is_there),
	KTAP_CASE(lengths),
	KTAP_CASE(late_answers),
	KTAP_CASE(a_busy_bmc),
	KTAP_CASE(not_ready),
	KTAP_CASE(one_request_fails),
	KTAP_CASE(a_reset_begins),
	KTAP_CASE(looks),
	KTAP_CASE(a_reset_ends),
	KTAP_CASE(counts),
	KTAP_CASE(f34_faults),
	KTAP_CASE(tries_of_one_that_is_away),
	KTAP_CASE(fake_leaves_nothing),
};

int main(int argc, char **argv)
{
	fake_arguments(argc, argv);
	/* the kernel's own: as far as lengths, times and a busy BMC */
	return ktap_main(cases, stack_is_ours() ? ARRAY_SIZE(cases) : 4);
}
