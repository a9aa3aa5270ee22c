// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the BMC is told when the machine sleeps, as far as the kernel's own trial of it goes:
 * programs are frozen, and run again after some seconds.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ktap.h"
#include "wdt.h"

#define PM_TEST "/sys/power/pm_test"
#define PM_DELAY "/sys/module/suspend/parameters/pm_test_delay"
#define FIRMWARES "43 01 00 00 70 17"

/* For some seconds, or for none at all, as emulated machines have it. */
static void sleeps(void)
{
	EXPECT_EQ(file_write(PM_TEST, "freezer"), 0);
	file_write(PM_DELAY, "1");
	bmc_line("forget");
	EXPECT_EQ(file_write("/sys/power/state", "freeze"), 0);
	EXPECT_EQ(file_write(PM_TEST, "none"), 0);
}

static void loads(void)
{
	REQUIRE(EXPECT_EQ(run("modprobe ipmi_watchdog timeout=60"), 0));
}

/* A sign of life on the way to sleep is one, and starts nothing. */
static pid_t feeds(int fd)
{
	pid_t pid = fork();

	while (!pid)
		if (wdt_write(fd, "1"))
			_exit(1);
	usleep(100000);
	return pid;
}

/* It must not act meanwhile, and it does again after; a timer that cannot be stopped, too. */
static void one_that_runs(void)
{
	struct wire w;
	pid_t feeder;

	for (int stays = 0; stays < 2; stays++) {
		int fd;

		EXPECT_EQ(wdt_param("nowayout", stays ? "Y" : "N"), 0);
		fd = wdt_open("watchdog0");
		REQUIRE(EXPECT(fd >= 0));
		bmc_line("timer stop " FIRMWARES);
		feeder = stays ? feeds(fd) : 0;
		sleeps();
		if (stays) {
			EXPECT_EQ(kill(feeder, SIGKILL), 0);
			EXPECT_EQ(waitpid(feeder, NULL, 0), feeder);
		}
		EXPECT_EQ(bmc_number("count 6 24"), 2);
		EXPECT(bmc_wire(NETFN_APP, CMD_SET_TIMER, 1, &w));
		EXPECT_HEX(w.data, w.len, "04 00 00 00 58 02");
		wdt_told(CMD_SET_TIMER, "44 01 00 00 58 02");
		if (!stays)
			EXPECT_EQ(bmc_number("count 6 22"), 1);
		EXPECT(wdt_bmc(0).running);
		EXPECT_EQ(wdt_bmc(0).use, 4);
		EXPECT_EQ(wdt_write(fd, "1"), 0);
		EXPECT_EQ(wdt_bmc(0).countdown, 600);
		EXPECT_EQ(wdt_param("nowayout", "N"), 0);
		EXPECT_EQ(wdt_close(fd), 0);
		EXPECT(!wdt_bmc(0).running);
	}
}

/* One that does not is nobody's business, the firmware's neither. */
static void one_that_does_not(void)
{
	bmc_line("timer " FIRMWARES);
	sleeps();
	EXPECT_EQ(wdt_bmc(0).use, 3);
	EXPECT_EQ(bmc_number("count 6 24") + bmc_number("count 6 22"), 0);
	EXPECT_EQ(module_remove("ipmi_watchdog"), 0);
}

/* A BMC that does not want to stop does not keep the machine awake. */
static void one_that_refuses(void)
{
	int fd;

	loads();
	fd = wdt_open("watchdog0");
	REQUIRE(EXPECT(fd >= 0));
	bmc_line("fault cc netfn=6 cmd=24 n=1 arg=0xcc");
	sleeps();
	EXPECT_EQ(run("dmesg | grep 'it may act while the machine sleeps'"), 0);
	wdt_told(CMD_SET_TIMER, "44 01 00 00 58 02");
	EXPECT(wdt_bmc(0).running);
	EXPECT_EQ(wdt_bmc(0).use, 4);
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT_EQ(module_remove("ipmi_watchdog"), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(loads),
	KTAP_CASE(one_that_runs),
	KTAP_CASE(one_that_does_not),
	KTAP_CASE(one_that_refuses),
};

int main(void)
{
	keep_acpi_ipmi_out();
	return ktap_main(cases, ARRAY_SIZE(cases));
}
