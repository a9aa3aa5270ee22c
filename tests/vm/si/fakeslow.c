// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmi_si on the fake KCS of tests/modules/fakebmc.c: where the time goes that it waits for, and
 * what is counted; events that no attention tells of. With "back": one that takes longer for its
 * answer, when it is back, than a try of it may. See suite.toml.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_si.h"
#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"
#include "traced.h"

#define DEVICE "/sys/class/ipmi/ipmi0/device"
#define TIMES "/sys/kernel/debug/ipmi_si/hardcode-ipmi-si.4/times"
#define BUSY_US "/sys/module/ipmi_fake_si/parameters/kipmid_max_busy_us"

#define CC_AWAY 0x82
#define CC_TIMEOUT 0xc3
#define ANSWERS 10.0 /* seconds until one that is there answers, on a busy machine */

/*
 * No attention bit tells of it, but somebody listens: the flags are asked for every second.
 */
static void an_event_without_attention(void)
{
	long fetched = file_number(DEVICE "/events");
	int listen = 1;
	struct reply r;

	EXPECT_EQ(ioctl(si_fake_fd, IPMICTL_SET_GETS_EVENTS_CMD, &listen), 0);
	si_fake_set("flags", 2);
	if (EXPECT_EQ(ipmi_wait(si_fake_fd, ANSWER_MS), 1)) {
		EXPECT_EQ(ipmi_recv(si_fake_fd, &r), 0);
		EXPECT_EQ(r.recv_type, IPMI_ASYNC_EVENT_RECV_TYPE);
		EXPECT_EQ(r.len, 16);
	}
	EXPECT_EQ(file_number(DEVICE "/events"), fetched + 1);
	listen = 0;
	EXPECT_EQ(ioctl(si_fake_fd, IPMICTL_SET_GETS_EVENTS_CMD, &listen), 0);
}

/* Does one of the driver's tries of the BMC have the end of a user's request in it? */
static int refused_meanwhile(void)
{
	static struct traced list[2000];
	int n = trace_read(list, ARRAY_SIZE(list), "ipmi_start: |ipmi_end: "), refused = 0;
	bool trying = false;

	for (int i = 0; i < n; i++) {
		if (list[i].own && list[i].cmd == 0x01)
			trying = list[i].start;
		else if (trying && list[i].end && list[i].away)
			refused++;
	}
	return refused;
}

/*
 * It answers, but after a second, which is longer than a try of one that is away may take:
 * each 32nd may take as long as any, so it is found, and nobody has to wait for a try.
 */
static void back_but_slow(void)
{
	double start;
	long ids;
	int n = 0;

	si_fake_fault("ones");
	EXPECT(si_fake_echo(4) != 0);
	trace_begin();
	ids = si_fake("device_ids");
	si_fake_set("think_us", 1000000);
	si_fake_fault("ok");
	for (start = now(); now() - start < 90 && si_fake_echo(4) == CC_AWAY; n++)
		usleep(30000);
	ids = si_fake("device_ids") - ids;
	si_fake_set("think_us", 0);
	ktap_note("found at try %ld, after %.1f s; %d requests refused meanwhile", ids,
		  now() - start, refused_meanwhile());
	/* some that were made while it was set up may have found all ones */
	EXPECT(ids >= 28 && ids <= 34);
	EXPECT(refused_meanwhile() >= 5);
	trace_end();
	EXPECT(si_fake_until_answer(ANSWERS) < ANSWERS);
}

/* The sums of debugfs, of sysfs and of what was asked here agree. */
static long times(const char *name)
{
	char format[64];
	long value = -1;
	char *at;

	run("cat " TIMES);
	snprintf(format, sizeof(format), "%s ", name);
	at = strstr(output(), format);
	if (at)
		value = atol(at + strlen(format));
	return value;
}

static void times_of_failures(void)
{
	long failures = times("failures"), hosed = file_number(DEVICE "/hosed_count");

	si_fake_fault("ones");
	EXPECT_EQ(si_fake_echo(4), CC_TIMEOUT);
	EXPECT_EQ(si_fake_echo(4), CC_AWAY);
	EXPECT(file_number(DEVICE "/hosed_count") > hosed);
	si_fake_fault("ok");
	EXPECT(si_fake_until_answer(ANSWERS) < ANSWERS);
	EXPECT_EQ(times("failures") - failures, file_number(DEVICE "/hosed_count") - hosed);
}

/* How long the driver was busy waiting in five requests. */
static long spun(const char *busy_us, long think_us)
{
	long before = times("spinning_us");

	EXPECT_EQ(file_write(BUSY_US, busy_us), 0);
	si_fake_set("think_us", think_us);
	for (int i = 0; i < 5; i++)
		EXPECT_EQ(si_fake_echo(4), 0);
	si_fake_set("think_us", 0);
	EXPECT_EQ(file_write(BUSY_US, "0"), 0);
	return times("spinning_us") - before;
}

/* Where the time of slow answers goes: none is counted as a quick one. */
static void times_of_answers(void)
{
	long waiting = times("waiting_us"), spinning = times("spinning_us");
	long sleeping = times("sleeping_us"), looks = times("looks"), at_once, below = 0, before = 0;

	for (int slot = 1; slot <= 15; slot++) {
		char name[32];

		snprintf(name, sizeof(name), "below_us %8lu", 1UL << slot);
		before += times(name) > 0 ? times(name) : 0;
	}
	at_once = times("answers_at_once");
	si_fake_set("think_us", 33000);
	for (int i = 0; i < 20; i++)
		EXPECT_EQ(si_fake_echo(4), 0);
	si_fake_set("think_us", 0);
	for (int slot = 1; slot <= 15; slot++) {
		char name[32];

		snprintf(name, sizeof(name), "below_us %8lu", 1UL << slot);
		below += times(name) > 0 ? times(name) : 0;
	}
	waiting = times("waiting_us") - waiting;
	spinning = times("spinning_us") - spinning;
	sleeping = times("sleeping_us") - sleeping;
	looks = times("looks") - looks;
	ktap_note("%ld us of waiting, %ld spinning, %ld asleep; %ld looks; quick ones: %ld and %ld",
		  waiting, spinning, sleeping, looks, below - before,
		  times("answers_at_once") - at_once);
	EXPECT(waiting >= 20 * 33000);
	EXPECT(sleeping > waiting / 2 && sleeping <= waiting + waiting / 10);
	EXPECT(spinning < waiting / 4);
	EXPECT(looks >= 20 * 10 && looks < 20 * 400);
	EXPECT_EQ(below, before);
	EXPECT_EQ(times("answers_at_once"), at_once);
	/* and where the administrator wants it otherwise: longer than it is known to take */
	spinning = spun("1000000", 80000);
	if (!EXPECT(spinning > 20000))
		ktap_note("%ld us of spinning", spinning);
	/* another interface's word */
	spinning = spun("0,1000000", 160000);
	if (!EXPECT(spinning < 20000))
		ktap_note("%ld us of spinning", spinning);
}

/* How long it was busy waiting for answers that take longer each time, in maintenance or not. */
static long spun_in(int maintenance)
{
	long before = times("spinning_us");

	EXPECT_EQ(ioctl(si_fake_fd, IPMICTL_SET_MAINTENANCE_MODE_CMD, &maintenance), 0);
	for (int us = 30000; us <= 150000; us += 20000) {
		si_fake_set("think_us", us);
		EXPECT_EQ(si_fake_echo(4), 0);
	}
	si_fake_set("think_us", 0);
	for (int i = 0; i < 300; i++)
		EXPECT_EQ(si_fake_echo(4), 0);
	return times("spinning_us") - before;
}

/* Who updates firmware has no time to lose. */
static void maintenance_is_quick(void)
{
	int automatic = IPMI_MAINTENANCE_MODE_AUTO;
	long usually = 0, then = 0;

	/* On a busy host a look may come when the answer is there already, and needs no spin. */
	for (int try = 0; try < 3 && then <= usually; try++) {
		usually = spun_in(IPMI_MAINTENANCE_MODE_OFF);
		then = spun_in(IPMI_MAINTENANCE_MODE_ON);
	}
	EXPECT_EQ(ioctl(si_fake_fd, IPMICTL_SET_MAINTENANCE_MODE_CMD, &automatic), 0);
	ktap_note("%ld us of spinning, in maintenance mode %ld us", usually, then);
	EXPECT(then > usually);
}

/* Another user, for so long: how many of its requests were refused because of an away BMC. */
static int refused_of_another(double seconds)
{
	double end = now() + seconds;
	int refused = 0;

	si_fake_fd = ipmi_open(0);
	while (now() < end)
		refused += si_fake_echo(4) == CC_AWAY;
	return refused < 100 ? refused : 100;
}

/* One request without an answer is that request's affair; others wait, and go on. */
static void one_silent_request(void)
{
	int status, refused = 0;

	fflush(stdout);
	for (int i = 0; i < 3; i++)
		if (!fork())
			_exit(refused_of_another(9));
	usleep(300000);
	si_fake_set("silent", 1);
	for (int i = 0; i < 3; i++) {
		REQUIRE(EXPECT(wait(&status) > 0));
		refused += WEXITSTATUS(status);
	}
	EXPECT_EQ(si_fake("silent"), 0);
	if (!EXPECT_EQ(refused, 0))
		ktap_note("%d or more were refused", refused);
	EXPECT(run("dmesg | grep 'BMC does not answer'"));
	EXPECT_EQ(run("dmesg | grep 'a request failed: kcs waiting for an answer: is silent'"), 0);
}

/* Who says nothing more, whatever it is asked, is found away by the second request, soon. */
static void silence(void)
{
	double start;

	si_fake_set("think_us", 60000000);
	EXPECT_EQ(si_fake_echo(4), CC_TIMEOUT);
	start = now();
	EXPECT_EQ(si_fake_echo(4), CC_AWAY);
	if (!EXPECT(now() - start < 2))
		ktap_note("it took %.2f s", now() - start);
	si_fake_set("think_us", 0);
	EXPECT(si_fake_until_answer(ANSWERS) < ANSWERS);
}

/* How often the interface's thread has gone to sleep. */
static long thread_slept(void)
{
	run("sed -n 's/^voluntary_ctxt_switches:.//p' /proc/$(pidof kipmi0)/status");
	return atol(output());
}

/*
 * Bytes that are quick are spun for, and where they are too many for one burst the timer goes on:
 * the thread is not woken for each request.
 */
static void quick_bytes_wake_no_thread(void)
{
	long slept, spinning = times("spinning_us");

	si_fake_set("byte_us", 6);
	si_fake_set("think_us", 2000);
	slept = thread_slept();
	EXPECT(slept > 0);
	for (int i = 0; i < 200; i++)
		EXPECT_EQ(si_fake_echo(16), 0);
	slept = thread_slept() - slept;
	spinning = times("spinning_us") - spinning;
	si_fake_set("byte_us", 0);
	si_fake_set("think_us", 0);
	ktap_note("%ld us of spinning; the thread was woken %ld times", spinning, slept);
	EXPECT(spinning > 200 * 30);
	EXPECT(slept < 200 / 2);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(quick_bytes_wake_no_thread),
	KTAP_CASE(maintenance_is_quick),
	KTAP_CASE(times_of_answers),
	KTAP_CASE(an_event_without_attention),
	KTAP_CASE(one_silent_request),
	KTAP_CASE(silence),
	KTAP_CASE(times_of_failures),
};

static const struct ktap_case back_cases[] = {
	KTAP_CASE(back_but_slow),
};

int main(int argc, char **argv)
{
	si_fake_kind = "kcs";
	si_fake_fd = ipmi_must_open(0);
	if (argc == 2 && !strcmp(argv[1], "back"))
		return ktap_main(back_cases, ARRAY_SIZE(back_cases));
	return ktap_main(cases, ARRAY_SIZE(cases));
}
