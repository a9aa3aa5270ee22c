// SPDX-License-Identifier: GPL-2.0-only
/*
 * What ipmi_watchdog makes of the BMC and of the timer that it finds, old, refusing or wrong as they
 * may be, and how it leaves them: as its interface goes, and as the module goes. See suite.toml.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ktap.h"
#include "wdt.h"

#define SYS "/sys/class/watchdog/watchdog0/"
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
		good = EXPECT_EQ(wdt_load(found[i].parameters), 0);
		good &= wdt_told(CMD_SET_TIMER, found[i].told);
		good &= EXPECT_EQ(bmc_number("count 6 24"), 1);
		good &= EXPECT_EQ(wdt_bmc(0).running, found[i].goes_on);
		if (found[i].goes_on) {
			/* the watchdog core holds it, so it needs its module */
			good &= EXPECT_EQ(module_remove("ipmi_watchdog"), -EAGAIN);
			good &= EXPECT_EQ(wdt_param("nowayout", "N"), 0);
			good &= EXPECT_EQ(wdt_close(wdt_start()), 0);
			good &= EXPECT(!wdt_bmc(0).running);
		}
		wdt_unload();
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
	EXPECT_EQ(wdt_load(""), 0);
	EXPECT_STR(file_text(SYS "bootstatus"), "0");
	/* the firmware's flag is its own */
	EXPECT_EQ(wdt_close(wdt_start()), 0);
	EXPECT_EQ(wdt_bmc(0).expired, 0x02);
	wdt_unload();
	wdt_by_others(ours, true);
	while (!wdt_bmc(0).expired && now() < end)
		usleep(20000);
	EXPECT_EQ(wdt_bmc(0).expired, 0x10);
	EXPECT_EQ(wdt_load(""), 0);
	EXPECT_EQ(file_number(SYS "bootstatus"), WDIOF_CARDRESET);
	EXPECT_EQ(wdt_bmc(0).expired, 0x10);
	fd = wdt_start();
	EXPECT_EQ(wdt_bmc(0).expired, 0);
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_GETBOOTSTATUS, &n), 0);
	EXPECT_EQ(n, WDIOF_CARDRESET);
	EXPECT_EQ(wdt_close(fd), 0);
	wdt_unload();
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
		wdt_bmc_anew();
		EXPECT_EQ(wdt_load(""), 0);
		fd = wdt_start();
		good = wdt_told(CMD_SET_TIMER, rows[i].old ? "04 01 00 10 64 00" :
							      "44 01 00 10 64 00");
		good &= EXPECT(wdt_bmc(0).running);
		good &= EXPECT_EQ(wdt_ioctl(fd, WDIOC_SETTIMEOUT, &seconds), 0);
		good &= wdt_told(CMD_SET_TIMER, rows[i].old ? "04 01 00 00 2c 01" :
							       "44 01 00 00 2c 01");
		good &= EXPECT(wdt_bmc(0).running);
		good &= EXPECT_EQ(wdt_close(fd), 0);
		good &= EXPECT(!wdt_bmc(0).running);
		wdt_unload();
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

		EXPECT_EQ(wdt_load(stays ? "nowayout=1" : ""), 0);
		fd = wdt_start();
		bmc_line("forget");
		EXPECT_EQ(wdt_bmc_remove(), 0);
		EXPECT_EQ(wdt_write(fd, "1"), -ENODEV);
		EXPECT_EQ(wdt_bmc_add(), 0);
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
		wdt_bmc_anew();
		EXPECT(bmc_received(NETFN_APP, CMD_SET_TIMER, 2, 20000));
		EXPECT_EQ(bmc_number("count 6 24"), 2);
		EXPECT(!wdt_bmc(0).running);
		EXPECT_EQ(wdt_param("nowayout", "N"), 0);
		EXPECT_EQ(wdt_close(wdt_start()), 0);
		wdt_unload();
	}
}

/* Whoever armed it, and whatever kept it from being stopped: the module's end does, nowayout apart. */
static void module_goes(void)
{
	static const unsigned char stop[] = { 4, 0, 0, 0, 100, 0 };
	int fd;

	EXPECT_EQ(wdt_load("start_now=1 timeout=60"), 0);
	EXPECT(wdt_bmc(0).running);
	wdt_unload();
	EXPECT(!wdt_bmc(0).running);
	wdt_told(CMD_SET_TIMER, "04 00 00 00 58 02");
	EXPECT_EQ(wdt_load("start_now=1 timeout=60 nowayout=1"), 0);
	wdt_unload();
	EXPECT(wdt_bmc(0).running);
	EXPECT_EQ(run("dmesg | grep 'nowayout: the BMC.s timer runs on'"), 0);
	wdt_by_others(stop, false);

	/* closed without V: some kernels only let the module go without a device of the core */
	EXPECT_EQ(wdt_load("preop=preop_give_data timeout=60"), 0);
	fd = wdt_open("watchdog");
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	close(fd);
	EXPECT(wdt_bmc(0).running);
	wdt_unload();
	EXPECT(!wdt_bmc(0).running);

	/* with V, but the BMC did not hear it, and hears it later or not at all */
	EXPECT_EQ(wdt_load("timeout=60"), 0);
	fd = wdt_start();
	bmc_line("fault cc netfn=6 cmd=24 n=4 arg=0xc0");
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT(wdt_bmc(0).running);
	wdt_unload();
	bmc_line("nofaults");
	EXPECT(!wdt_bmc(0).running);
	EXPECT_EQ(run("dmesg | grep 'could not be told to stop its timer (error -11): trying on'"), 0);
	EXPECT_EQ(wdt_load("start_now=1 timeout=60"), 0);
	bmc_line("fault cc netfn=6 cmd=24 arg=0xcc");
	wdt_unload();
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
	EXPECT_EQ(wdt_load("preop=preop_give_data timeout=60"), 0);
	fd = wdt_open("watchdog");
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	bmc_line("fault cc netfn=6 cmd=24 n=1 arg=0xcc");
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT(wdt_bmc(0).running);
	EXPECT_EQ(run("dmesg | grep 'the BMC does not stop its timer (error -22): it runs on'"), 0);
	wdt_unload();
	EXPECT(!wdt_bmc(0).running);
	/* its interface goes */
	EXPECT_EQ(wdt_load("timeout=60"), 0);
	fd = wdt_start();
	bmc_line("fault cc netfn=6 cmd=24 n=1 arg=0xcc");
	bmc_line("forget");
	wdt_bmc_anew();
	EXPECT_EQ(run("dmesg | grep 'BMC that is left could not be told to stop its timer (error -22)'"), 0);
	EXPECT(bmc_received(NETFN_APP, CMD_RESET_TIMER, 1, 20000));
	EXPECT_EQ(wdt_close(fd), 0);
	wdt_unload();
	/* start_now, with what the BMC cannot do: no reason to have no device */
	bmc_line("fault cc netfn=6 cmd=24 n=1 arg=0xcc");
	EXPECT_EQ(wdt_load("start_now=1 timeout=60"), 0);
	EXPECT_EQ(run("dmesg | grep 'does not start its timer (error -22)'"), 0);
	EXPECT(!wdt_bmc(0).running);
	EXPECT_EQ(wdt_close(wdt_start()), 0);
	wdt_unload();
}

/* The answer to the first question, Get Watchdog Timer, or to the next, is no good. */
static void bad_answers(void)
{
	long users = file_number(WDT_USERS);
	double end = now() + 60;
	int fd;

	bmc_line("forget");
	bmc_line("fault cc netfn=6 cmd=24 n=1 arg=0xcc");
	EXPECT_EQ(run("dmesg -c >/dev/null"), 0);
	EXPECT_EQ(wdt_load(""), 0);
	EXPECT_EQ(run("dmesg | grep 'ipmi0 cannot be used (error -22)$'"), 0);
	EXPECT_EQ(wdt_open("watchdog0"), -ENOENT);
	wdt_unload();
	bmc_line("fault cc netfn=6 cmd=25 n=1 arg=0xc1");
	EXPECT_EQ(wdt_load(""), 0);
	EXPECT_EQ(run("dmesg | grep 'the BMC of ipmi0 has no watchdog timer'"), 0);
	EXPECT_EQ(wdt_open("watchdog0"), -ENOENT);
	EXPECT_EQ(file_number(WDT_USERS), users);
	EXPECT_EQ(bmc_number("count 6 25"), 2);
	/* which is for good: a BMC that may be better is asked every 5 s */
	sleep(7);
	EXPECT_EQ(bmc_number("count 6 25"), 2);
	wdt_unload();
	/* the time that is left is optional, as the time that was set; whose timer it is is not */
	bmc_line("fault truncate netfn=6 cmd=25 n=1 arg=6");
	EXPECT_EQ(wdt_load(""), 0);
	EXPECT_EQ(wdt_close(wdt_start()), 0);
	wdt_unload();
	bmc_line("fault truncate netfn=6 cmd=25 n=1 arg=4");
	EXPECT_EQ(wdt_load(""), 0);
	EXPECT_EQ(wdt_close(wdt_start()), 0);
	wdt_unload();
	bmc_line("fault truncate netfn=6 cmd=25 n=2 arg=3");
	EXPECT_EQ(wdt_load(""), 0);
	EXPECT_EQ(run("dmesg | grep 'ipmi0 cannot be used (error -5): trying on'"), 0);
	EXPECT_EQ(file_number(WDT_USERS), users);
	do {
		usleep(100000);
		fd = wdt_open("watchdog0");
	} while (fd == -ENOENT && now() < end);
	REQUIRE(EXPECT(fd >= 0));
	EXPECT(wdt_bmc(0).running);
	/* twice, and said once */
	EXPECT_EQ(run("test $(dmesg | grep -c 'trying on') = 1"), 0);
	EXPECT_EQ(wdt_close(fd), 0);
	wdt_unload();
}

static const struct ktap_case cases[] = {
	KTAP_CASE(finds_a_timer),     KTAP_CASE(boot_status), KTAP_CASE(old_bmcs),
	KTAP_CASE(interface_goes),    KTAP_CASE(bad_answers), KTAP_CASE(module_goes),
	KTAP_CASE(refusals_are_said),
};

int main(void)
{
	keep_acpi_ipmi_out();
	return ktap_main(cases, ARRAY_SIZE(cases));
}
