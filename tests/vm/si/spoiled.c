// SPDX-License-Identifier: GPL-2.0-only
/*
 * A BMC that thinks for long, whose answers are late, lost or wrong, and whose process ends and
 * starts again under traffic: each request ends within its bound, and the next one is right.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "interface.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define DEVICE "/sys/class/ipmi/ipmi0/device"

/* For a request, whatever happens: 6 s, or what QEMU's BT asks for; and a busy machine. */
#define BOUND (strcmp(interface()->type, "bt") ? 7.0 : 13.0)
#define BACK 1.8 /* until a BMC that is back is found */

static int fd;

/* Its completion code, or a negative errno. */
static int ask(void)
{
	struct reply r;
	int ret = ipmi_send(fd, 1, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0);

	if (!ret)
		ret = ipmi_next(fd, 20000, &r);
	return ret ? ret : r.len < 1 ? -EBADMSG : r.data[0];
}

static bool answers_within(double seconds)
{
	double end = now() + seconds;

	while (ask())
		if (now() > end)
			return false;
		else
			usleep(10000);
	return true;
}

/* All of it is what this BMC says of itself. */
static void the_next_is_right(void)
{
	static unsigned char first[32];
	static int len;
	struct reply r;

	EXPECT_EQ(ipmi_send(fd, 2, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	EXPECT_EQ(ipmi_next(fd, 20000, &r), 0);
	EXPECT_EQ(r.netfn, NETFN_APP | 1);
	EXPECT_EQ(r.cmd, CMD_GET_DEVICE_ID);
	EXPECT_EQ(r.data[0], 0);
	if (!len) {
		len = r.len;
		memcpy(first, r.data, len < 32 ? len : 32);
	}
	EXPECT(len >= 12);
	EXPECT(r.len == len && !memcmp(first, r.data, len < 32 ? len : 32));
}

/* Asks until told otherwise; exits with 1 if a request did not end in time. */
static void hammer(double seconds)
{
	double end = now() + seconds;

	fd = ipmi_open(0);
	while (now() < end) {
		double start = now();
		int ret = ask();

		if (ret < 0 || now() - start > BOUND)
			_exit(1);
		usleep(5000);
	}
	_exit(0);
}

static void hammers(int n, double seconds)
{
	fflush(stdout);
	for (int i = 0; i < n; i++)
		if (!fork())
			hammer(seconds);
}

static void hammers_are_well(int n)
{
	int status;

	while (n--) {
		REQUIRE(EXPECT(wait(&status) > 0));
		EXPECT_EQ(status, 0);
	}
}

static void slow(void)
{
	bmc_line("delay 20-150");
	for (int i = 0; i < 20; i++)
		EXPECT_EQ(ask(), 0);
	bmc_line("delay lognormal 3 1.5");
	for (int i = 0; i < 100; i++)
		EXPECT_EQ(ask(), 0);
	bmc_line("delay 0");
	EXPECT_EQ(file_number(DEVICE "/hosed_count"), 0);
	the_next_is_right();
}

/* The BMC's process ends and starts again, several times. */
static void disconnects(void)
{
	unsigned int before = bmc_enables();

	hammers(2, 3);
	for (int i = 0; i < 4; i++) {
		bmc_line("after 100 disconnect 200");
		usleep(300000);
		EXPECT(answers_within(BOUND + BACK));
	}
	hammers_are_well(2);
	EXPECT(answers_within(BACK));
	EXPECT(bmc_enables_become(~0, before));
}

/*
 * Answers that are late, wrong or to another request. What its user is told: an answer that
 * cannot be the one to this request is an error of the driver's own, FFh; and the next one is
 * right. QEMU drops a message with a wrong checksum or none of a completion code, and answers
 * C3h after 4 s.
 */
static void spoiled(void)
{
	static const struct {
		const char *mode, *arg;
		int kcs, bt; /* -1: any; -2: any but success */
	} faults[] = {
		{ "late", "arg=1000", 0, 0 },  { "netfn", "", 0xff, 0xff }, { "cmd", "", 0xff, 0xff },
		{ "no-cc", "", -2, -2 }, { "checksum", "", 0xc3, 0xc3 }, { "twice", "", 0, 0 },
		{ "garbage", "", -1, -1 },     { "storm", "", 0, 0 },
		{ "cc", "arg=195", 0xc3, 0xc3 },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(faults); i++) {
		int want = strcmp(interface()->type, "bt") ? faults[i].kcs : faults[i].bt, cc;
		double start;

		bmc_line("fault %s netfn=06 cmd=01 n=1 %s", faults[i].mode, faults[i].arg);
		start = now();
		cc = ask();
		if (!EXPECT(now() - start < BOUND) ||
		    !EXPECT(want < 0 ? cc >= -1 - want : cc == want))
			ktap_note("%s: %#x", faults[i].mode, cc);
		/* some are taken for a BMC that is away, until it is tried again */
		if (!EXPECT(answers_within(BACK)))
			ktap_note("%s", faults[i].mode);
		the_next_is_right();
	}
	bmc_line("nofaults");
}

/* Another user, for so long: how many of its requests did not succeed. */
static int failures_of_another(double seconds)
{
	double end = now() + seconds;
	int failures = 0;

	fd = ipmi_open(0);
	while (now() < end)
		failures += ask() != 0;
	return failures < 100 ? failures : 100;
}

/* A wrong answer ends the request that it was given to, and nobody else's. */
static void one_is_nobody_elses_affair(void)
{
	static const char *const faults[] = { "netfn", "cmd" };
	int status, failures = 0;

	fflush(stdout);
	for (int i = 0; i < 3; i++)
		if (!fork())
			_exit(failures_of_another(3));
	usleep(300000);
	for (unsigned int i = 0; i < 2 * ARRAY_SIZE(faults); i++) {
		struct reply r = { 0 };

		bmc_line("fault %s netfn=06 cmd=08 n=1", faults[i / 2]);
		EXPECT_EQ(ipmi_ask(fd, NETFN_APP, 0x08, NULL, 0, &r), 0);
		EXPECT_EQ(r.data[0], 0xff);
	}
	for (int i = 0; i < 3; i++) {
		REQUIRE(EXPECT(wait(&status) > 0));
		failures += WEXITSTATUS(status);
	}
	EXPECT_EQ(failures, 0);
	bmc_line("nofaults");
}

static void nothing_is_left(void)
{
	struct reply r;

	EXPECT_EQ(ipmi_recv(fd, &r), -EAGAIN);
	EXPECT_EQ(file_number(DEVICE "/nr_msgs"), 0);
	EXPECT_EQ(ipmi_nodes(), 1);
	EXPECT_EQ(ask(), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(slow),
	KTAP_CASE(spoiled),
	KTAP_CASE(one_is_nobody_elses_affair),
	KTAP_CASE(disconnects),
	KTAP_CASE(nothing_is_left),
};

int main(void)
{
	int listen = 1;

	fd = ipmi_open(0);
	if (fd < 0 || ioctl(fd, IPMICTL_SET_GETS_EVENTS_CMD, &listen)) {
		printf("Bail out! /dev/ipmi0: %s\n", strerror(errno));
		return 1;
	}
	return ktap_main(cases, ARRAY_SIZE(cases));
}
