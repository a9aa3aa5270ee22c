// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parameters of ipmi_watchdog: what they take, when, and what becomes of them on the way to
 * the BMC; and what the module makes of a timer that it finds. See suite.toml.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ktap.h"
#include "wdt.h"

#define SYS "/sys/class/watchdog/watchdog0/"
#define USERS "/sys/class/ipmi/ipmi0/device/nr_users"
#define HOTMOD "/sys/module/ipmi_si/parameters/hotmod"
#define PLACE "kcs,i/o,0xca2"

static long users; /* of the interface, without the module */

static int start(void)
{
	int fd = wdt_open("watchdog0");

	EXPECT(fd >= 0);
	return fd;
}

static int loads(const char *parameters)
{
	return run("modprobe ipmi_watchdog %s", parameters);
}

static void unloads(void)
{
	EXPECT_EQ(module_remove("ipmi_watchdog"), 0);
	EXPECT_EQ(file_number(USERS), users);
}

/* Its interface goes and comes back, and so is asked anew who its BMC is. */
static void again(void)
{
	EXPECT_EQ(file_write(HOTMOD, "remove," PLACE), 0);
	EXPECT_EQ(file_write(HOTMOD, "add," PLACE), 0);
	close(ipmi_must_open(0));
}

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
	again();
	users = file_number(USERS);
	REQUIRE(EXPECT_EQ(loads(""), 0));
	EXPECT_EQ(file_number(USERS), users + 1);
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
		fd = start();
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
	int fd = start(), n = -1;

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
	fd = start();
	wdt_told(CMD_SET_TIMER, "44 32 06 10 9a 01");
	EXPECT_EQ(wdt_close(fd), 0);
	unloads();
}

static void at_load(void)
{
	EXPECT(loads("action=sleep"));
	EXPECT(loads("timeout=x"));
	EXPECT(loads("ifnum_to_use=x"));
	EXPECT_EQ(loads("start_now=1 timeout=90 pretimeout=30 action=none preaction=pre_int "
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
	EXPECT_EQ(wdt_close(start()), 0);
	EXPECT(!wdt_bmc(0).running);
	unloads();
	/* nonsense is said and brought into range: the machine is watched all the same */
	EXPECT_EQ(loads("timeout=7000 pretimeout=300 panic_wdt_timeout=7000 preaction=oops"), 0);
	EXPECT_STR(file_text(WDT_PARAM "timeout"), "6553");
	EXPECT_STR(file_text(WDT_PARAM "pretimeout"), "255");
	EXPECT_STR(file_text(WDT_PARAM "panic_wdt_timeout"), "6553");
	EXPECT_STR(file_text(WDT_PARAM "preaction"), "pre_none");
	unloads();
	EXPECT_EQ(loads("timeout=20 pretimeout=20 nowayout"), 0);
	EXPECT_STR(file_text(WDT_PARAM "pretimeout"), "0");
	EXPECT_STR(file_text(WDT_PARAM "nowayout"), "Y");
	EXPECT_STR(file_text(SYS "nowayout"), "1");
	unloads();
	EXPECT_EQ(loads("timeout=0 pretimeout=19"), 0);
	EXPECT_STR(file_text(WDT_PARAM "timeout"), "1");
	EXPECT_STR(file_text(WDT_PARAM "pretimeout"), "0");
	unloads();
	EXPECT_EQ(loads("timeout=20 pretimeout=19"), 0);
	EXPECT_STR(file_text(WDT_PARAM "pretimeout"), "19");
	unloads();
	/* an NMI has no data to give */
	EXPECT_EQ(loads("preaction=pre_nmi preop=preop_give_data"), 0);
	EXPECT_STR(file_text(WDT_PARAM "preaction"), "pre_nmi");
	EXPECT_STR(file_text(WDT_PARAM "preop"), "preop_none");
	EXPECT_EQ(wdt_param("preop", "preop_give_data"), -EINVAL);
	EXPECT_EQ(wdt_close(start()), 0);
	unloads();
	/* nobody is there: no device, no user, nothing said */
	bmc_line("forget");
	EXPECT_EQ(loads("ifnum_to_use=3"), 0);
	EXPECT_EQ(run("dmesg | grep 'there is no ipmi3 yet'"), 0);
	EXPECT_EQ(wdt_open("watchdog0"), -ENOENT);
	EXPECT_EQ(bmc_number("count 6 24") + bmc_number("count 6 25"), 0);
	EXPECT_EQ(wdt_param("ifnum_to_use", "-1"), 0);
	EXPECT_EQ(wdt_open("watchdog0"), -ENOENT);
	EXPECT_EQ(wdt_param("ifnum_to_use", "0"), 0);
	EXPECT_EQ(wdt_close(start()), 0);
	unloads();
}

/* What is found in the BMC, and whether it goes on. */
static const struct {
	unsigned char set[6];
	bool runs;
	const char *parameters, *told;
	bool goes_on;
} found[] = {
	{ { 0x44, 1, 0, 0, 0x70, 0x17 }, true, "", "04 00 00 00 64 00", false },
	{ { 0x44, 1, 0, 0, 0x70, 0x17 }, false, "nowayout", "04 00 00 00 64 00", false },
	{ { 0x43, 1, 0, 0, 0x70, 0x17 }, true, "nowayout", "04 00 00 00 64 00", false },
	{ { 0x45, 1, 0, 0, 0x70, 0x17 }, true, "nowayout", "04 00 00 00 64 00", false },
	{ { 0x44, 1, 0, 0, 0x70, 0x17 }, true, "nowayout preop=preop_give_data",
	  "04 00 00 00 64 00", false },
	{ { 0x44, 1, 0, 0, 0x70, 0x17 }, true, "nowayout timeout=500 action=power_off",
	  "44 02 00 10 88 13", true },
};

static void finds_a_timer(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(found); i++) {
		bool good;

		wdt_by_others(found[i].set, found[i].runs);
		bmc_line("forget");
		good = EXPECT_EQ(loads(found[i].parameters), 0);
		good &= wdt_told(CMD_SET_TIMER, found[i].told);
		good &= EXPECT_EQ(bmc_number("count 6 24"), 1);
		good &= EXPECT_EQ(wdt_bmc(0).running, found[i].goes_on);
		if (found[i].goes_on) {
			/* the watchdog core holds it, so it needs its module */
			good &= EXPECT_EQ(module_remove("ipmi_watchdog"), -EAGAIN);
			good &= EXPECT_EQ(wdt_param("nowayout", "N"), 0);
			good &= EXPECT_EQ(wdt_close(start()), 0);
			good &= EXPECT(!wdt_bmc(0).running);
		}
		unloads();
		if (!good)
			ktap_note("all of that is about row %u", i);
	}
}

/* How the boot began, the BMC's flags say: for whom did its timer expire? */
static void boot_status(void)
{
	static const unsigned char firmware[] = { 0x01, 0, 0, 0x3e, 1, 0 };
	static const unsigned char ours[] = { 0x04, 0, 0, 0x3e, 1, 0 };
	double end = now() + 20;
	int fd, n = -1;

	wdt_by_others(firmware, true);
	while (!wdt_bmc(0).expired && now() < end)
		usleep(20000);
	EXPECT_EQ(wdt_bmc(0).expired, 0x02);
	EXPECT_EQ(loads(""), 0);
	EXPECT_STR(file_text(SYS "bootstatus"), "0");
	/* the firmware's flag is its own */
	EXPECT_EQ(wdt_close(start()), 0);
	EXPECT_EQ(wdt_bmc(0).expired, 0x02);
	unloads();
	wdt_by_others(ours, true);
	while (!wdt_bmc(0).expired && now() < end)
		usleep(20000);
	EXPECT_EQ(wdt_bmc(0).expired, 0x10);
	EXPECT_EQ(loads(""), 0);
	EXPECT_EQ(file_number(SYS "bootstatus"), WDIOF_CARDRESET);
	EXPECT_EQ(wdt_bmc(0).expired, 0x10);
	fd = start();
	EXPECT_EQ(wdt_bmc(0).expired, 0);
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_GETBOOTSTATUS, &n), 0);
	EXPECT_EQ(n, WDIOF_CARDRESET);
	EXPECT_EQ(wdt_close(fd), 0);
	unloads();
}

/* A BMC before IPMI 1.5 does not know the bit that lets a timer run on. */
static void old_bmcs(void)
{
	static const struct {
		int version;
		bool old;
	} rows[] = { { 0x01, true }, { 0x41, true }, { 0x51, false }, { 0x02, false } };
	int seconds = 30;

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		bool good;
		int fd;

		bmc_line("set version %d", rows[i].version);
		again();
		EXPECT_EQ(loads(""), 0);
		fd = start();
		good = wdt_told(CMD_SET_TIMER, rows[i].old ? "04 01 00 10 64 00" :
							      "44 01 00 10 64 00");
		good &= EXPECT(wdt_bmc(0).running);
		good &= EXPECT_EQ(wdt_ioctl(fd, WDIOC_SETTIMEOUT, &seconds), 0);
		good &= wdt_told(CMD_SET_TIMER, rows[i].old ? "04 01 00 00 2c 01" :
							       "44 01 00 00 2c 01");
		good &= EXPECT(wdt_bmc(0).running);
		good &= EXPECT_EQ(wdt_close(fd), 0);
		good &= EXPECT(!wdt_bmc(0).running);
		unloads();
		if (!good)
			ktap_note("all of that is about version %02x", rows[i].version);
	}
}

/* Its interface goes while a program has it: the BMC must not act, unless that was asked for. */
static void interface_goes(void)
{
	struct wire w;

	for (int stays = 0; stays < 2; stays++) {
		int fd;

		EXPECT_EQ(loads(stays ? "nowayout=1" : ""), 0);
		fd = start();
		bmc_line("forget");
		EXPECT_EQ(file_write(HOTMOD, "remove," PLACE), 0);
		EXPECT_EQ(wdt_write(fd, "1"), -ENODEV);
		EXPECT_EQ(file_write(HOTMOD, "add," PLACE), 0);
		EXPECT(bmc_received(NETFN_APP, CMD_RESET_TIMER, 1, 20000));
		wdt_told(CMD_SET_TIMER, "44 01 00 00 64 00");
		EXPECT_EQ(bmc_number("count 6 24"), stays ? 1 : 2);
		if (!stays && EXPECT(bmc_wire(NETFN_APP, CMD_SET_TIMER, 1, &w)))
			EXPECT_HEX(w.data, w.len, "04 00 00 00 64 00");
		EXPECT_EQ(wdt_write(fd, "1"), 0);
		EXPECT_EQ(wdt_param("nowayout", "N"), 0);
		EXPECT_EQ(wdt_close(fd), 0);
		EXPECT(!wdt_bmc(0).running);
		/* nobody's timer is told nothing as its interface goes, and is stopped after */
		bmc_line("forget");
		EXPECT_EQ(wdt_param("nowayout", stays ? "Y" : "N"), 0);
		wdt_by_others(found[0].set, true);
		again();
		EXPECT(bmc_received(NETFN_APP, CMD_SET_TIMER, 2, 20000));
		EXPECT_EQ(bmc_number("count 6 24"), 2);
		EXPECT(!wdt_bmc(0).running);
		EXPECT_EQ(wdt_param("nowayout", "N"), 0);
		EXPECT_EQ(wdt_close(start()), 0);
		unloads();
	}
}

/* Whoever armed it, and whatever kept it from being stopped: the module's end does, nowayout apart. */
static void module_goes(void)
{
	static const unsigned char stop[] = { 4, 0, 0, 0, 100, 0 };
	int fd;

	EXPECT_EQ(loads("start_now=1 timeout=60"), 0);
	EXPECT(wdt_bmc(0).running);
	unloads();
	EXPECT(!wdt_bmc(0).running);
	wdt_told(CMD_SET_TIMER, "04 00 00 00 58 02");
	EXPECT_EQ(loads("start_now=1 timeout=60 nowayout=1"), 0);
	unloads();
	EXPECT(wdt_bmc(0).running);
	EXPECT_EQ(run("dmesg | grep 'nowayout: the BMC.s timer runs on'"), 0);
	wdt_by_others(stop, false);

	/* closed without V: some kernels only let the module go without a device of the core */
	EXPECT_EQ(loads("preop=preop_give_data timeout=60"), 0);
	fd = wdt_open("watchdog");
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	close(fd);
	EXPECT(wdt_bmc(0).running);
	unloads();
	EXPECT(!wdt_bmc(0).running);

	/* with V, but the BMC did not hear it, and hears it later or not at all */
	EXPECT_EQ(loads("timeout=60"), 0);
	fd = start();
	bmc_line("fault cc netfn=6 cmd=24 n=4 arg=0xc0");
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT(wdt_bmc(0).running);
	unloads();
	bmc_line("nofaults");
	EXPECT(!wdt_bmc(0).running);
	EXPECT_EQ(run("dmesg | grep 'could not be told to stop its timer (error -11): trying on'"), 0);
	EXPECT_EQ(loads("start_now=1 timeout=60"), 0);
	bmc_line("fault cc netfn=6 cmd=24 arg=0xcc");
	unloads();
	bmc_line("nofaults");
	EXPECT(wdt_bmc(0).running);
	EXPECT_EQ(run("dmesg | grep 'could not be told to stop its timer (error -22): it may still act'"), 0);
	wdt_by_others(stop, false);
}

/* What a program does not hear is said. */
static void refusals_are_said(void)
{
	int fd;

	/* V, which the BMC refuses */
	EXPECT_EQ(loads("preop=preop_give_data timeout=60"), 0);
	fd = wdt_open("watchdog");
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	bmc_line("fault cc netfn=6 cmd=24 n=1 arg=0xcc");
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT(wdt_bmc(0).running);
	EXPECT_EQ(run("dmesg | grep 'the BMC does not stop its timer (error -22): it runs on'"), 0);
	unloads();
	EXPECT(!wdt_bmc(0).running);
	/* its interface goes */
	EXPECT_EQ(loads("timeout=60"), 0);
	fd = start();
	bmc_line("fault cc netfn=6 cmd=24 n=1 arg=0xcc");
	bmc_line("forget");
	again();
	EXPECT_EQ(run("dmesg | grep 'BMC that is left could not be told to stop its timer (error -22)'"), 0);
	EXPECT(bmc_received(NETFN_APP, CMD_RESET_TIMER, 1, 20000));
	EXPECT_EQ(wdt_close(fd), 0);
	unloads();
	/* start_now, with what the BMC cannot do: no reason to have no device */
	bmc_line("fault cc netfn=6 cmd=24 n=1 arg=0xcc");
	EXPECT_EQ(loads("start_now=1 timeout=60"), 0);
	EXPECT_EQ(run("dmesg | grep 'does not start its timer (error -22)'"), 0);
	EXPECT(!wdt_bmc(0).running);
	EXPECT_EQ(wdt_close(start()), 0);
	unloads();
}

/* One that is not there, or no good, is refused, and changes nothing: not even for a moment. */
static void no_such_interface(void)
{
	int fd;

	EXPECT_EQ(loads("timeout=60 nowayout=1"), 0);
	fd = start();
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
	unloads();
}

/* The answer to the first question, Get Watchdog Timer, or to the next, is no good. */
static void bad_answers(void)
{
	double end = now() + 60;
	int fd;

	bmc_line("forget");
	bmc_line("fault cc netfn=6 cmd=24 n=1 arg=0xcc");
	EXPECT_EQ(run("dmesg -c >/dev/null; modprobe ipmi_watchdog"), 0);
	EXPECT_EQ(run("dmesg | grep 'ipmi0 cannot be used (error -22)$'"), 0);
	EXPECT_EQ(wdt_open("watchdog0"), -ENOENT);
	unloads();
	bmc_line("fault cc netfn=6 cmd=25 n=1 arg=0xc1");
	EXPECT_EQ(loads(""), 0);
	EXPECT_EQ(run("dmesg | grep 'the BMC of ipmi0 has no watchdog timer'"), 0);
	EXPECT_EQ(wdt_open("watchdog0"), -ENOENT);
	EXPECT_EQ(file_number(USERS), users);
	EXPECT_EQ(bmc_number("count 6 25"), 2);
	/* which is for good: a BMC that may be better is asked every 5 s */
	sleep(7);
	EXPECT_EQ(bmc_number("count 6 25"), 2);
	unloads();
	/* the time that is left is optional, as the time that was set; whose timer it is is not */
	bmc_line("fault truncate netfn=6 cmd=25 n=1 arg=6");
	EXPECT_EQ(loads(""), 0);
	EXPECT_EQ(wdt_close(start()), 0);
	unloads();
	bmc_line("fault truncate netfn=6 cmd=25 n=1 arg=4");
	EXPECT_EQ(loads(""), 0);
	EXPECT_EQ(wdt_close(start()), 0);
	unloads();
	bmc_line("fault truncate netfn=6 cmd=25 n=2 arg=3");
	EXPECT_EQ(loads(""), 0);
	EXPECT_EQ(run("dmesg | grep 'ipmi0 cannot be used (error -5): trying on'"), 0);
	EXPECT_EQ(file_number(USERS), users);
	do {
		usleep(100000);
		fd = wdt_open("watchdog0");
	} while (fd == -ENOENT && now() < end);
	REQUIRE(EXPECT(fd >= 0));
	EXPECT(wdt_bmc(0).running);
	/* twice, and said once */
	EXPECT_EQ(run("test $(dmesg | grep -c 'trying on') = 1"), 0);
	EXPECT_EQ(wdt_close(fd), 0);
	unloads();
}

static const struct ktap_case cases[] = {
	KTAP_CASE(values),	  KTAP_CASE(words_on_the_wire), KTAP_CASE(while_it_runs),
	KTAP_CASE(at_load),	  KTAP_CASE(finds_a_timer),	KTAP_CASE(boot_status),
	KTAP_CASE(old_bmcs),	  KTAP_CASE(interface_goes),	KTAP_CASE(bad_answers),
	KTAP_CASE(module_goes),	  KTAP_CASE(refusals_are_said), KTAP_CASE(no_such_interface),
};

int main(void)
{
	keep_acpi_ipmi_out();
	return ktap_main(cases, ARRAY_SIZE(cases));
}
