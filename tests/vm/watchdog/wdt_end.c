// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the BMC does when nobody feeds its watchdog any more, and that it does nothing while
 * somebody does. wdt_end ACTION; the verdict is in the machine's events, see suite.toml.
 * "dead" is a panic while the BMC is busy for ever: it does not keep the machine from restarting.
 * "poweroff" and "restart" do that while it runs, and the BMC is told; "refused" is a restart of
 * which it does not want to hear.
 */
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ktap.h"
#include "wdt.h"

#define TIMEOUT 6 /* room for a machine that is busy with others */
#define FEEDS 3

static const char *action;
static int fd;

static void opens(void)
{
	int seconds = TIMEOUT;

	EXPECT_EQ(wdt_param("action", action), 0);
	fd = wdt_open("watchdog");
	REQUIRE(EXPECT(fd >= 0));
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_SETTIMEOUT, &seconds), 0);
}

static void lives_while_fed(void)
{
	struct wdt_bmc w;

	/* each gives it its time back: it would not live if it were not fed */
	for (int i = 0; i < FEEDS; i++)
		EXPECT(wdt_write_counts(0, fd));
	w = wdt_bmc(0);
	EXPECT(w.running);
	EXPECT_EQ(w.use, 4);
	EXPECT_EQ(w.countdown, 10 * TIMEOUT);
	EXPECT_EQ(w.expired & 0x10, 0);
}

static void dies_while_the_bmc_is_dead(void)
{
	int seconds = 600;

	fd = wdt_open("watchdog");
	REQUIRE(EXPECT(fd >= 0));
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_SETTIMEOUT, &seconds), 0);
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	bmc_line("after 200 away busy 1000000");
	sleep(1);
}

static void ends_while_it_runs(void)
{
	fd = wdt_open("watchdog");
	REQUIRE(EXPECT(fd >= 0));
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT(wdt_bmc(0).running);
	bmc_line("trace on");
	if (!strcmp(action, "refused"))
		bmc_line("fault cc netfn=6 cmd=24 arg=0xff");
}

static const struct ktap_case ends[] = {
	KTAP_CASE(ends_while_it_runs),
};

static const struct ktap_case dead[] = {
	KTAP_CASE(dies_while_the_bmc_is_dead),
};

static const struct ktap_case cases[] = {
	KTAP_CASE(opens),
	KTAP_CASE(lives_while_fed),
};

int main(int argc, char **argv)
{
	action = argc > 1 ? argv[1] : "reset";
	if (!strcmp(action, "dead")) {
		if (ktap_main(dead, ARRAY_SIZE(dead)))
			return 1;
		fflush(stdout);
		file_write("/proc/sysrq-trigger", "c");
	}
	if (!strcmp(action, "poweroff") || !strcmp(action, "restart") ||
	    !strcmp(action, "refused")) {
		if (ktap_main(ends, ARRAY_SIZE(ends)))
			return 1;
		fflush(stdout);
		reboot(strcmp(action, "poweroff") ? RB_AUTOBOOT : RB_POWER_OFF);
	}
	if (ktap_main(cases, ARRAY_SIZE(cases)))
		return 1;
	fflush(stdout);
	/* Nobody feeds it now. Who comes to the end of this has found no watchdog. */
	sleep(5 * TIMEOUT);
	return 1;
}
