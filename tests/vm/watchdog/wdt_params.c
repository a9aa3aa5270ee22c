// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parameters of ipmi_watchdog: what they take, when, and what becomes of them on the way to
 * the BMC. See suite.toml.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ktap.h"
#include "wdt.h"

#define SYS "/sys/class/watchdog/watchdog0/"

static const struct {
	const char *name;
	int mode;
	const char *value, *good, *shown, *bad;
} params[] = {
	{ "ifnum_to_use", 0644, "-1", "0", "0", "x" },
	{ "timeout", 0644, "10", "0x14", "20", "6554" },
	{ "timeout", 0644, "10", "1", "1", "0" },
	{ "timeout", 0644, "10", "6553", "6553", "-1" },
	{ "pretimeout", 0644, "0", "9", "9", "10" },
	{ "pretimeout", 0644, "0", "1", "1", "256" },
	{ "panic_wdt_timeout", 0644, "255", "0", "0", "-1" },
	{ "panic_wdt_timeout", 0644, "255", "6553", "6553", "6554" },
	{ "action", 0644, "reset", "none", "none", "resett" },
	{ "action", 0644, "reset", "power_off\n", "power_off", "power" },
	{ "action", 0644, "reset", "power_cycle", "power_cycle", "Reset" },
	{ "preaction", 0644, "pre_none", "pre_smi", "pre_smi", "smi" },
	{ "preaction", 0644, "pre_none", "pre_int\n", "pre_int", "pre_" },
	{ "preop", 0644, "preop_none", "preop_panic", "preop_panic", "panic" },
	{ "preop", 0644, "preop_none", "preop_give_data\n", "preop_give_data",
	  "preop_give_data_and_more" },
	{ "start_now", 0444, "0", NULL, NULL, NULL },
	{ "nowayout", 0644, "N", "Y", "Y", "maybe" },
	{ "nowayout", 0644, "N", "1", "Y", "2" },
};

static void values(void)
{
	long users;

	wdt_bmc_anew();
	users = file_number(WDT_USERS);
	REQUIRE(EXPECT_EQ(wdt_load(""), 0));
	EXPECT_EQ(file_number(WDT_USERS), users + 1);
	for (unsigned int i = 0; i < ARRAY_SIZE(params); i++) {
		const char *name = params[i].name;
		bool good;

		good = EXPECT_EQ(file_mode(WDT_PARAM "%s", name), params[i].mode);
		good &= EXPECT_STR(file_text(WDT_PARAM "%s", name), params[i].value);
		if (params[i].good) {
			good &= EXPECT_EQ(wdt_param(name, params[i].bad), -EINVAL);
			good &= EXPECT_STR(file_text(WDT_PARAM "%s", name), params[i].value);
			good &= EXPECT_EQ(wdt_param(name, params[i].good), 0);
			good &= EXPECT_STR(file_text(WDT_PARAM "%s", name), params[i].shown);
			good &= EXPECT_EQ(wdt_param(name, params[i].bad), -EINVAL);
			good &= EXPECT_STR(file_text(WDT_PARAM "%s", name), params[i].shown);
			good &= EXPECT_EQ(wdt_param(name, params[i].value), 0);
		}
		if (!good)
			ktap_note("all of that is about row %u, %s", i, name);
	}
	/* a pre-timeout that does not fit a new time is none */
	EXPECT_EQ(wdt_param("pretimeout", "9"), 0);
	EXPECT_EQ(wdt_param("timeout", "9"), 0);
	EXPECT_STR(file_text(WDT_PARAM "pretimeout"), "0");
	EXPECT_EQ(wdt_param("timeout", "300"), 0);
	EXPECT_EQ(wdt_param("pretimeout", "255"), 0);
	EXPECT_EQ(wdt_param("pretimeout", "256"), -EINVAL);
	EXPECT_STR(file_text(WDT_PARAM "pretimeout"), "255");
	EXPECT_STR(file_text(SYS "pretimeout"), "255");
	/* without a timer that runs nothing is said to the BMC */
	wdt_told(CMD_SET_TIMER, "04 00 00 00 64 00");
	EXPECT_EQ(wdt_param("timeout", "600"), 0);
	EXPECT_EQ(wdt_param("pretimeout", "100"), 0);
}

static const struct {
	const char *action, *preaction, *bytes;
} words[] = {
	{ "none", "pre_none", "44 00 64 10 70 17" },
	{ "reset", "pre_none", "44 01 64 10 70 17" },
	{ "power_off", "pre_smi", "44 12 64 10 70 17" },
	{ "power_cycle", "pre_nmi", "44 23 64 10 70 17" },
	{ "reset", "pre_int", "44 31 64 10 70 17" },
};

static void words_on_the_wire(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(words); i++) {
		int fd;

		EXPECT_EQ(wdt_param("action", words[i].action), 0);
		EXPECT_EQ(wdt_param("preaction", words[i].preaction), 0);
		EXPECT_STR(file_text(WDT_PARAM "preaction"), words[i].preaction);
		fd = wdt_start();
		if (!wdt_told(CMD_SET_TIMER, words[i].bytes))
			ktap_note("all of that is about row %u", i);
		EXPECT_EQ(wdt_close(fd), 0);
		wdt_told(CMD_SET_TIMER, "04 00 00 00 70 17");
	}
	EXPECT_EQ(wdt_param("preaction", "pre_none"), 0);
	EXPECT_EQ(wdt_param("pretimeout", "0"), 0);
	EXPECT_EQ(wdt_param("timeout", "10"), 0);
}

static void while_it_runs(void)
{
	int fd = wdt_start(), n = -1;

	bmc_line("forget");
	EXPECT_EQ(wdt_param("timeout", "40"), 0);
	wdt_told(CMD_SET_TIMER, "44 01 00 00 90 01");
	EXPECT_EQ(bmc_number("count 6 22"), 1);
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_GETTIMEOUT, &n), 0);
	EXPECT_EQ(n, 40);
	EXPECT_STR(file_text(SYS "timeout"), "40");
	EXPECT_EQ(wdt_param("pretimeout", "6"), 0);
	wdt_told(CMD_SET_TIMER, "44 01 06 00 90 01");
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_GETPRETIMEOUT, &n), 0);
	EXPECT_EQ(n, 6);
	/* B14 */
	bmc_line("fault cc netfn=6 cmd=24 n=1 arg=0xc9");
	EXPECT_EQ(wdt_param("timeout", "50"), -EINVAL);
	EXPECT_STR(file_text(WDT_PARAM "timeout"), "40");
	EXPECT_EQ(wdt_bmc(0).countdown, 400);
	/* what it does is taken over by the next start */
	EXPECT_EQ(wdt_param("action", "power_off"), 0);
	EXPECT_EQ(wdt_param("preaction", "pre_int"), 0);
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT_EQ(wdt_bmc(0).action, 1);
	EXPECT_EQ(wdt_param("timeout", "41"), 0);
	wdt_told(CMD_SET_TIMER, "44 01 06 00 9a 01");
	EXPECT_EQ(wdt_close(fd), 0);
	fd = wdt_start();
	wdt_told(CMD_SET_TIMER, "44 32 06 10 9a 01");
	EXPECT_EQ(wdt_close(fd), 0);
	wdt_unload();
}

static void at_load(void)
{
	EXPECT(wdt_load("action=sleep"));
	EXPECT(wdt_load("timeout=x"));
	EXPECT(wdt_load("ifnum_to_use=x"));
	EXPECT_EQ(wdt_load("start_now=1 timeout=90 pretimeout=30 action=none preaction=pre_int "
			"preop=oops"), 0);
	/* start_now: it runs, and nobody feeds it */
	wdt_told(CMD_SET_TIMER, "44 30 1e 10 84 03");
	EXPECT(wdt_bmc(0).running);
	EXPECT_EQ(run("dmesg | grep '/dev/watchdog0 on ipmi0: timeout 90 s, action none, it runs'"), 0);
	EXPECT_STR(file_text(WDT_PARAM "start_now"), "0");
	EXPECT_STR(file_text(WDT_PARAM "preop"), "preop_none");
	EXPECT_STR(file_text(SYS "state"), "inactive");
	EXPECT_STR(file_text(SYS "timeout"), "90");
	EXPECT_STR(file_text(SYS "pretimeout"), "30");
	EXPECT_EQ(wdt_close(wdt_start()), 0);
	EXPECT(!wdt_bmc(0).running);
	wdt_unload();
	/* nonsense is said and brought into range: the machine is watched all the same */
	EXPECT_EQ(wdt_load("timeout=7000 pretimeout=300 panic_wdt_timeout=7000 preaction=oops"), 0);
	EXPECT_STR(file_text(WDT_PARAM "timeout"), "6553");
	EXPECT_STR(file_text(WDT_PARAM "pretimeout"), "255");
	EXPECT_STR(file_text(WDT_PARAM "panic_wdt_timeout"), "6553");
	EXPECT_STR(file_text(WDT_PARAM "preaction"), "pre_none");
	wdt_unload();
	EXPECT_EQ(wdt_load("timeout=20 pretimeout=20 nowayout"), 0);
	EXPECT_STR(file_text(WDT_PARAM "pretimeout"), "0");
	EXPECT_STR(file_text(WDT_PARAM "nowayout"), "Y");
	EXPECT_STR(file_text(SYS "nowayout"), "1");
	wdt_unload();
	EXPECT_EQ(wdt_load("timeout=0 pretimeout=19"), 0);
	EXPECT_STR(file_text(WDT_PARAM "timeout"), "1");
	EXPECT_STR(file_text(WDT_PARAM "pretimeout"), "0");
	wdt_unload();
	EXPECT_EQ(wdt_load("timeout=20 pretimeout=19"), 0);
	EXPECT_STR(file_text(WDT_PARAM "pretimeout"), "19");
	wdt_unload();
	/* an NMI has no data to give */
	EXPECT_EQ(wdt_load("preaction=pre_nmi preop=preop_give_data"), 0);
	EXPECT_STR(file_text(WDT_PARAM "preaction"), "pre_nmi");
	EXPECT_STR(file_text(WDT_PARAM "preop"), "preop_none");
	EXPECT_EQ(wdt_param("preop", "preop_give_data"), -EINVAL);
	EXPECT_EQ(wdt_close(wdt_start()), 0);
	wdt_unload();
	/* nobody is there: no device, no user, nothing said */
	bmc_line("forget");
	EXPECT_EQ(wdt_load("ifnum_to_use=3"), 0);
	EXPECT_EQ(run("dmesg | grep 'there is no ipmi3 yet'"), 0);
	EXPECT_EQ(wdt_open("watchdog0"), -ENOENT);
	EXPECT_EQ(bmc_number("count 6 24") + bmc_number("count 6 25"), 0);
	EXPECT_EQ(wdt_param("ifnum_to_use", "-1"), 0);
	EXPECT_EQ(wdt_open("watchdog0"), -ENOENT);
	EXPECT_EQ(wdt_param("ifnum_to_use", "0"), 0);
	EXPECT_EQ(wdt_close(wdt_start()), 0);
	wdt_unload();
}

/* One that is not there, or no good, is refused, and changes nothing: not even for a moment. */
static void no_such_interface(void)
{
	int fd;

	EXPECT_EQ(wdt_load("timeout=60 nowayout=1"), 0);
	fd = wdt_start();
	bmc_line("forget");
	EXPECT_EQ(wdt_param("ifnum_to_use", "7"), -ENODEV);
	EXPECT_STR(file_text(WDT_PARAM "ifnum_to_use"), "-1");
	EXPECT_EQ(bmc_number("count 6 24"), 0);
	EXPECT(wdt_bmc(0).running);
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT_EQ(wdt_param("ifnum_to_use", "0"), 0);
	EXPECT_EQ(wdt_param("ifnum_to_use", "1"), -ENODEV);
	EXPECT_STR(file_text(WDT_PARAM "ifnum_to_use"), "0");
	EXPECT_EQ(bmc_number("count 6 24"), 0);
	EXPECT_EQ(wdt_param("nowayout", "N"), 0);
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT(!wdt_bmc(0).running);
	wdt_unload();
}

static const struct ktap_case cases[] = {
	KTAP_CASE(values),  KTAP_CASE(words_on_the_wire), KTAP_CASE(while_it_runs),
	KTAP_CASE(at_load), KTAP_CASE(no_such_interface),
};

int main(void)
{
	keep_acpi_ipmi_out();
	return ktap_main(cases, ARRAY_SIZE(cases));
}
