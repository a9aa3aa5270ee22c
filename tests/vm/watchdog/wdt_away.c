// SPDX-License-Identifier: GPL-2.0-only
/*
 * A BMC that is reset, or busy, while it watches: nobody hangs, and it watches again.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ktap.h"
#include "wdt.h"

#define BOUND 20 /* seconds; what a write may take */

static int fd;
static double took; /* what the last write to a BMC that was away took, seconds */

static void cold_reset(void)
{
	int ipmi = ipmi_open(0);

	EXPECT_EQ(ipmi_send(ipmi, 1, NETFN_APP, 0x02, NULL, 0), 0);
	usleep(100000);
	close(ipmi);
}

static bool runs_within(double seconds)
{
	double end = now() + seconds;

	while (now() < end) {
		if (wdt_bmc(0).running)
			return true;
		usleep(100000);
	}
	return false;
}

static void starts(void)
{
	REQUIRE(EXPECT_EQ(run("modprobe ipmi_watchdog timeout=120"), 0));
	fd = wdt_open("watchdog0");
	REQUIRE(EXPECT(fd >= 0));
	EXPECT(wdt_bmc(0).running);
}

/* Its memory is gone, and nobody has noticed: the next sign of life says it all again. */
static void forgotten(void)
{
	cold_reset();
	EXPECT(!wdt_bmc(0).running);
	bmc_line("forget");
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT(wdt_bmc(0).running);
	EXPECT_EQ(wdt_bmc(0).countdown, 1200);
	wdt_told(CMD_SET_TIMER, "44 01 00 00 b0 04");
	EXPECT_EQ(bmc_number("count 6 24"), 1);
	EXPECT_EQ(run("dmesg | grep 'had forgotten the timer, as after a reset: it runs again'"), 0);
	/* that was all */
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT_EQ(bmc_number("count 6 24"), 1);
}

/* A sign of life while it is away fails, in time; and nobody has to say anything later. */
static void away_and_back(const char *manner)
{
	double start;
	int ret;

	bmc_line("reset %s 4000", manner);
	cold_reset();
	start = now();
	ret = wdt_write(fd, "1");
	EXPECT(ret < 0);
	took = now() - start;
	ktap_note("%s: the write ended with %d after %.1f s", manner, ret, took);
	EXPECT(took < BOUND);
	sleep(4);
	EXPECT(runs_within(10));
	EXPECT_EQ(wdt_bmc(0).countdown, 1200);
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	bmc_line("reset");
}

static void closed(void)
{
	away_and_back("closed");
}

static void silent(void)
{
	away_and_back("silent");
}

/* A program that ends does not wait as long for that BMC as one that lives. */
static void ends_sooner(void)
{
	double start, alive = took;
	int status = -1;
	pid_t pid;

	EXPECT_EQ(wdt_close(fd), 0);
	pid = fork();
	if (!pid) {
		if (wdt_open("watchdog0") < 0)
			_exit(1);
		bmc_line("after 300 away silent 8000");
		sleep(1);
		_exit(0);
	}
	sleep(1);
	start = now();
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	EXPECT_EQ(status, 0);
	ktap_note("%.1f s, and %.1f s of one that lives", now() - start, alive);
	EXPECT(now() - start < 0.6 * alive);
	sleep(8);
	fd = wdt_open("watchdog0");
	REQUIRE(EXPECT(fd >= 0));
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT(wdt_bmc(0).running);
}

static void busy(void)
{
	away_and_back("busy");
}

static int asks(int what)
{
	int seconds = 100;

	if (!what)
		return wdt_write(fd, "1");
	return wdt_ioctl(fd, what == 1 ? WDIOC_SETTIMEOUT : WDIOC_GETTIMELEFT, &seconds);
}

/* Who is killed while the BMC is busy is gone at once. */
static void asker_can_be_killed(void)
{
	int status;
	double start;
	pid_t pid;

	bmc_line("after 200 away busy 8000");
	usleep(400000);
	for (int what = 0; what < 3; what++) {
		int ret = 0;

		pid = fork();
		if (!pid)
			_exit(asks(what) ? 1 : 0);
		usleep(500000);
		start = now();
		EXPECT_EQ(kill(pid, SIGKILL), 0);
		while (!ret && now() < start + BOUND) {
			ret = waitpid(pid, &status, WNOHANG);
			usleep(10000);
		}
		EXPECT_EQ(ret, pid);
		EXPECT(now() - start < 3);
		ktap_note("gone after %.2f s, status %x", now() - start, status);
	}
	sleep(9);
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT(wdt_bmc(0).running);
}

/* Closed well while nobody could be told: it must not act when it is back. */
static void stopped_while_away(void)
{
	struct wdt_bmc w;

	bmc_line("after 100 away closed 3000");
	usleep(500000);
	EXPECT(wdt_write(fd, "1") < 0);
	/* the character counts even if the sign of life does not get there */
	EXPECT(wdt_close(fd) < 0);
	sleep(6);
	w = wdt_bmc(0);
	EXPECT(!w.running);
	fd = wdt_open("watchdog0");
	REQUIRE(EXPECT(fd >= 0));
	EXPECT(wdt_bmc(0).running);
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT(!wdt_bmc(0).running);
}

static long lines_with(const char *what)
{
	run("dmesg | grep -c '%s'", what);
	return strtol(output(), NULL, 10);
}

/* One line when it could not be told, one when it could. */
static void says_little(void)
{
	long lost, runs, stopped;

	run("dmesg | grep 'IPMI Watchdog'");
	ktap_note("%s", output());
	lost = lines_with("could not be told that the machine runs .*: trying on");
	runs = lines_with("the BMC knows of the timer again: it runs");
	stopped = lines_with("the BMC knows of the timer again: it is stopped");
	EXPECT(lost >= 4);
	EXPECT_EQ(runs + stopped, lost);
	EXPECT_EQ(stopped, 1);
	/* and the one at load, and that it had forgotten */
	EXPECT_EQ(lines_with("IPMI Watchdog"), lost + runs + stopped + 2);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(starts),
	KTAP_CASE(forgotten),
	KTAP_CASE(closed),
	KTAP_CASE(silent),
	KTAP_CASE(ends_sooner),
	KTAP_CASE(busy),
	KTAP_CASE(asker_can_be_killed),
	KTAP_CASE(stopped_while_away),
	KTAP_CASE(says_little),
};

int main(void)
{
	keep_acpi_ipmi_out();
	return ktap_main(cases, ARRAY_SIZE(cases));
}
