// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens before the BMC acts. wdt_pre MODE PREACTION: "noop" survives it, the others end
 * in a panic, see suite.toml.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"
#include "wdt.h"

#define SYS "/sys/class/watchdog/watchdog0/"
#define PRETIMEOUTS "/sys/class/ipmi/ipmi0/device/watchdog_pretimeouts"

static const char *preaction;
static int fd;

static void loads(void)
{
	EXPECT_EQ(run("modprobe -a pretimeout_noop pretimeout_panic"), 0);
	REQUIRE(EXPECT_EQ(run("modprobe ipmi_watchdog timeout=60 pretimeout=58 preaction=%s "
			      "preop=%s", preaction, mode_is("preop") ? "preop_panic" : "preop_none"), 0));
	/* pre_nmi has been tried out */
	EXPECT(run("dmesg | grep 'none came'"));
	if (!stack_is_ours())
		return;
	EXPECT_STR(file_text(SYS "pretimeout_governor"), "noop");
	if (mode_is("panic"))
		EXPECT_EQ(file_write(SYS "pretimeout_governor", "panic"), 0);
}

static void starts(void)
{
	fd = wdt_open("watchdog");
	REQUIRE(EXPECT(fd >= 0));
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT(wdt_bmc(0).running);
	EXPECT_EQ(wdt_bmc(0).pretimeout, 58);
}

/* Waits for the n-th notice. */
static bool is_said(int n)
{
	double end = now() + 20;

	while (now() < end) {
		run("dmesg | grep -c 'watchdog0: pretimeout event'");
		if (atoi(output()) == n)
			return true;
		usleep(100000);
	}
	return false;
}

static void governor_hears(void)
{
	EXPECT(is_said(1));
}

/* What the BMC hears after its pre-timeout counts, and the next one comes. */
static void fed_anew(void)
{
	sleep(1);
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT(is_said(2));
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT(!wdt_bmc(0).running);
}

/* Another program's timer is no business of the device, which is stopped. */
static void of_others(void)
{
	static const unsigned char soon[] = { 4, 0x31, 59, 0, 0x58, 2 };
	static const unsigned char stop[] = { 4, 0, 0, 0, 100, 0 };
	double end = now() + 20;
	int ipmi = ipmi_must_open(0);
	long before = file_number(PRETIMEOUTS);
	struct reply r;

	if (strcmp(preaction, "pre_int"))
		return;
	EXPECT_EQ(ipmi_ask(ipmi, NETFN_APP, CMD_SET_TIMER, soon, sizeof(soon), &r), 0);
	EXPECT_EQ(ipmi_ask(ipmi, NETFN_APP, CMD_RESET_TIMER, NULL, 0, &r), 0);
	while (file_number(PRETIMEOUTS) == before && now() < end)
		usleep(50000);
	EXPECT_EQ(file_number(PRETIMEOUTS), before + 1);
	sleep(1);
	EXPECT_EQ(ipmi_ask(ipmi, NETFN_APP, CMD_SET_TIMER, stop, sizeof(stop), &r), 0);
	close(ipmi);
	run("dmesg | grep -c 'watchdog0: pretimeout event'");
	EXPECT_STR(output(), "2\n");
}

static const struct ktap_case noop[] = {
	KTAP_CASE(loads),
	KTAP_CASE(starts),
	KTAP_CASE(governor_hears),
	KTAP_CASE(fed_anew),
	KTAP_CASE(of_others),
};

static const struct ktap_case others[] = {
	KTAP_CASE(loads),
	KTAP_CASE(starts),
};

int main(int argc, char **argv)
{
	mode = argc > 1 ? argv[1] : "noop";
	preaction = argc > 2 ? argv[2] : "pre_int";
	if (mode_is("noop"))
		return ktap_main(noop, ARRAY_SIZE(noop));
	if (ktap_main(others, ARRAY_SIZE(others)))
		return 1;
	fflush(stdout);
	/* before the BMC itself would reset the machine */
	sleep(30);
	return 1;
}
