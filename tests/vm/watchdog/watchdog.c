// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmi_watchdog as a device of the watchdog core: what programs see, and what the BMC is told.
 * The module is loaded here. See suite.toml.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ktap.h"
#include "wdt.h"

#define SYS "/sys/class/watchdog/watchdog0/"

static long users; /* of the interface, without the module */

static int value_of(int fd, unsigned long cmd)
{
	int value = -1;

	EXPECT_EQ(wdt_ioctl(fd, cmd, &value), 0);
	return value;
}

static int set(int fd, unsigned long cmd, int value)
{
	return wdt_ioctl(fd, cmd, &value);
}

static void loading_stops_the_timer(void)
{
	static const unsigned char firmware[] = { 0x43, 1, 0, 0, 0x70, 0x17 };

	wdt_by_others(firmware, true);
	EXPECT(wdt_bmc(0).running);
	users = file_number("/sys/class/ipmi/ipmi0/device/nr_users");
	REQUIRE(EXPECT_EQ(run("modprobe ipmi_watchdog"), 0));
	EXPECT(!wdt_bmc(0).running);
	wdt_told(CMD_SET_TIMER, "04 00 00 00 64 00");
}

static void device(void)
{
	struct stat st;

	REQUIRE(EXPECT_EQ(stat("/dev/watchdog0", &st), 0));
	EXPECT(S_ISCHR(st.st_mode));
	REQUIRE(EXPECT_EQ(stat("/dev/watchdog", &st), 0));
	EXPECT_EQ(major(st.st_rdev), 10);
	EXPECT_EQ(minor(st.st_rdev), 130);
	EXPECT_STR(file_text(SYS "identity"), "IPMI");
	/* whose it is: its parent has a link to the interface's device, which has one to the BMC's */
	EXPECT_STR(link_name(SYS "device"), "ipmi_watchdog");
	EXPECT_EQ(run("[ " SYS "device/interface -ef /sys/class/ipmi/ipmi0/device ]"), 0);
	EXPECT_STR(file_text(SYS "device/interface/bmc/ipmi_version"), "2.0");
	EXPECT_STR(file_text(SYS "state"), "inactive");
	EXPECT_STR(file_text(SYS "bootstatus"), "0");
	EXPECT_STR(file_text(SYS "timeout"), "10");
	EXPECT_STR(file_text(SYS "nowayout"), "0");
	EXPECT_STR(file_text(SYS "min_timeout"), "1");
	EXPECT_STR(file_text(SYS "max_timeout"), "6553");
}

static void support(void)
{
	struct watchdog_info info;
	int fd = wdt_start();

	EXPECT_EQ(ioctl(fd, WDIOC_GETSUPPORT, &info), 0);
	EXPECT_STR((char *)info.identity, "IPMI");
	EXPECT_EQ(info.options, WDIOF_SETTIMEOUT | WDIOF_KEEPALIVEPING | WDIOF_MAGICCLOSE |
					WDIOF_PRETIMEOUT | WDIOF_CARDRESET);
	EXPECT_EQ(info.firmware_version, 1);
	EXPECT_EQ(value_of(fd, WDIOC_GETBOOTSTATUS), 0);
	EXPECT_EQ(wdt_close(fd), 0);
}

static void open_starts(void)
{
	int fd;

	bmc_line("forget");
	fd = wdt_start();
	wdt_told(CMD_SET_TIMER, "44 01 00 10 64 00");
	EXPECT_EQ(bmc_number("count 6 22"), 1);
	EXPECT(wdt_bmc(0).running);
	EXPECT_STR(file_text(SYS "state"), "active");
	EXPECT_EQ(wdt_open("watchdog0"), -EBUSY);
	EXPECT_EQ(wdt_open("watchdog"), -EBUSY);
	/* feeding is one command */
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_KEEPALIVE, NULL), 0);
	EXPECT_EQ(bmc_number("count 6 24"), 1);
	EXPECT_EQ(bmc_number("count 6 22"), 3);
	EXPECT_EQ(wdt_close(fd), 0);
	wdt_told(CMD_SET_TIMER, "04 00 00 00 64 00");
	EXPECT(!wdt_bmc(0).running);
	EXPECT_STR(file_text(SYS "state"), "inactive");
}

static void time_left(void)
{
	int fd = wdt_start(), left;
	double end;

	EXPECT_EQ(set(fd, WDIOC_SETTIMEOUT, 6000), 0);
	/* from memory: the BMC is not asked, and need not answer */
	bmc_line("forget");
	bmc_line("fault drop netfn=6 cmd=25");
	left = value_of(fd, WDIOC_GETTIMELEFT);
	EXPECT(left > 5000 && left <= 6000);
	left = file_number(SYS "timeleft");
	EXPECT(left > 5000 && left <= 6000);
	EXPECT_EQ(bmc_number("count 6 25"), 0);
	bmc_line("nofaults");
	EXPECT(wdt_write_counts(0, fd));
	/* it is what is left, and not what there was */
	for (end = now() + 20; value_of(fd, WDIOC_GETTIMELEFT) >= 5999 && now() < end;)
		usleep(100000);
	EXPECT(value_of(fd, WDIOC_GETTIMELEFT) < 5999);
	EXPECT_EQ(wdt_close(fd), 0);
	/* it was stopped */
	EXPECT_EQ(file_number(SYS "timeleft"), 0);
	EXPECT_EQ(wdt_param("timeout", "10"), 0);
}

static void times(void)
{
	int fd = wdt_start();

	EXPECT_EQ(set(fd, WDIOC_SETTIMEOUT, 6553), 0);
	wdt_told(CMD_SET_TIMER, "44 01 00 00 fa ff");
	EXPECT_EQ(value_of(fd, WDIOC_GETTIMEOUT), 6553);
	EXPECT_STR(file_text(WDT_PARAM "timeout"), "6553");
	/* B14: what cannot be is refused */
	EXPECT_EQ(set(fd, WDIOC_SETTIMEOUT, 6554), -EINVAL);
	EXPECT_EQ(set(fd, WDIOC_SETTIMEOUT, 0), -EINVAL);
	EXPECT_EQ(set(fd, WDIOC_SETTIMEOUT, -1), -EINVAL);
	EXPECT_EQ(set(fd, WDIOC_SETPRETIMEOUT, 256), -EINVAL);
	EXPECT_EQ(value_of(fd, WDIOC_GETTIMEOUT), 6553);
	/* and what the BMC refuses is too */
	bmc_line("fault cc netfn=6 cmd=24 n=1 arg=0xcc");
	EXPECT_EQ(set(fd, WDIOC_SETTIMEOUT, 30), -EINVAL);
	EXPECT_EQ(value_of(fd, WDIOC_GETTIMEOUT), 6553);
	EXPECT_EQ(set(fd, WDIOC_SETTIMEOUT, 30), 0);
	EXPECT_EQ(value_of(fd, WDIOC_GETTIMEOUT), 30);
	/* a pre-timeout needs an action to be one on the wire */
	EXPECT_EQ(set(fd, WDIOC_SETPRETIMEOUT, 7), 0);
	wdt_told(CMD_SET_TIMER, "44 01 07 00 2c 01");
	EXPECT_EQ(value_of(fd, WDIOC_GETPRETIMEOUT), 7);
	EXPECT_STR(file_text(WDT_PARAM "pretimeout"), "7");
	EXPECT_EQ(set(fd, WDIOC_SETPRETIMEOUT, 30), -EINVAL);
	EXPECT_EQ(set(fd, WDIOC_SETPRETIMEOUT, 29), 0);
	wdt_told(CMD_SET_TIMER, "44 01 1d 00 2c 01");
	/* one that does not fit any more is given up */
	EXPECT_EQ(set(fd, WDIOC_SETTIMEOUT, 29), 0);
	wdt_told(CMD_SET_TIMER, "44 01 00 00 22 01");
	EXPECT_EQ(value_of(fd, WDIOC_GETPRETIMEOUT), 0);
	EXPECT_STR(file_text(WDT_PARAM "pretimeout"), "0");
	EXPECT_EQ(set(fd, WDIOC_SETTIMEOUT, 300), 0);
	EXPECT_EQ(set(fd, WDIOC_SETPRETIMEOUT, 255), 0);
	wdt_told(CMD_SET_TIMER, "44 01 ff 00 b8 0b");
	EXPECT_EQ(set(fd, WDIOC_SETPRETIMEOUT, 256), -EINVAL);
	EXPECT_EQ(value_of(fd, WDIOC_GETPRETIMEOUT), 255);
	EXPECT_EQ(set(fd, WDIOC_SETPRETIMEOUT, 0), 0);
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT_EQ(wdt_param("timeout", "10"), 0);
}

static void b14_refusals_are_reported(void)
{
	int fd, on = WDIOS_ENABLECARD, off = WDIOS_DISABLECARD;

	bmc_line("fault cc netfn=6 cmd=24 n=1 arg=0xcc");
	fd = wdt_open("watchdog0");
	EXPECT_EQ(fd, -EINVAL);
	EXPECT(!wdt_bmc(0).running);

	fd = wdt_start();
	bmc_line("fault cc netfn=6 cmd=24 n=1 arg=0xcc");
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_SETOPTIONS, &off), -EINVAL);
	/* so it goes on */
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT(wdt_bmc(0).running);
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_SETOPTIONS, &off), 0);
	EXPECT(!wdt_bmc(0).running);
	bmc_line("fault cc netfn=6 cmd=24 n=1 arg=0xcc");
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_SETOPTIONS, &on), -EINVAL);
	EXPECT(!wdt_bmc(0).running);
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_SETOPTIONS, &on), 0);
	bmc_line("fault cc netfn=6 cmd=22 n=1 arg=0xff");
	EXPECT_EQ(wdt_write(fd, "1"), -EIO);
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	/* what it has to be told is not forgotten over what it refuses */
	bmc_line("fault cc netfn=6 cmd=22 n=1 arg=0xff");
	bmc_line("fault cc netfn=6 cmd=24 arg=0xcc");
	EXPECT_EQ(wdt_write(fd, "1"), -EIO);
	EXPECT_EQ(set(fd, WDIOC_SETTIMEOUT, 30), -EINVAL);
	bmc_line("nofaults");
	bmc_line("forget");
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT_EQ(bmc_number("count 6 24"), 1);
	/* one that forgets what it was just told */
	bmc_line("fault cc netfn=6 cmd=22 n=2 arg=0x80");
	EXPECT_EQ(wdt_write(fd, "1"), -EIO);
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT(wdt_bmc(0).running);
	EXPECT_EQ(wdt_close(fd), 0);
}

static const struct {
	int cc, errno_of;
	bool again; /* it may be well the next time, so the BMC is told anew */
} codes[] = {
	{ 0xc0, EAGAIN, true },	     { 0xd2, EAGAIN, true },	{ 0xc1, EOPNOTSUPP, false },
	{ 0xc3, ETIMEDOUT, true },   { 0xc7, EINVAL, false },	{ 0xc9, EINVAL, false },
	{ 0xcc, EINVAL, false },     { 0xd5, EINVAL, false },	{ 0xff, EIO, true },
	{ 0xd4, EIO, true },	     { 0x80, EIO, true },
};

static void what_the_bmc_says(void)
{
	int fd = wdt_start();

	for (unsigned int i = 0; i < ARRAY_SIZE(codes); i++) {
		bool good;

		bmc_line("forget");
		bmc_line("fault cc netfn=6 cmd=24 n=1 arg=%d", codes[i].cc);
		good = EXPECT_EQ(set(fd, WDIOC_SETTIMEOUT, 100), -codes[i].errno_of);
		bmc_line("nofaults");
		good &= EXPECT_EQ(value_of(fd, WDIOC_GETTIMEOUT), 10);
		good &= EXPECT_EQ(wdt_write(fd, "1"), 0);
		/* by the write or by itself, whichever is first */
		good &= EXPECT_EQ(bmc_number("count 6 24") > 1, codes[i].again);
		if (codes[i].again)
			good &= wdt_told(CMD_SET_TIMER, "44 01 00 00 64 00");
		else
			good &= EXPECT_EQ(bmc_number("count 6 22"), 1);
		if (!good)
			ktap_note("all of that is about completion code %02x", codes[i].cc);
	}
	EXPECT_EQ(wdt_close(fd), 0);
}

static bool counts_down_from(int countdown)
{
	double end = now() + 30;

	while (wdt_bmc(0).countdown != countdown && now() < end)
		usleep(50000);
	return wdt_bmc(0).countdown == countdown;
}

/* A BMC that has done what it says that it could not. */
static void it_did_all_the_same(void)
{
	double end = now() + 30;
	int fd, n;

	bmc_line("forget");
	bmc_line("fault cc-done netfn=6 cmd=22 n=1 arg=0xff");
	EXPECT_EQ(wdt_open("watchdog0"), -EIO);
	/* nobody feeds it, so it is stopped */
	while (wdt_bmc(0).running && now() < end)
		usleep(50000);
	EXPECT(!wdt_bmc(0).running);
	EXPECT_EQ(bmc_number("count 6 22"), 1);
	wdt_told(CMD_SET_TIMER, "04 00 00 00 64 00");

	fd = wdt_start();
	EXPECT_EQ(set(fd, WDIOC_SETTIMEOUT, 300), 0);
	bmc_line("fault cc-done netfn=6 cmd=24 n=1 arg=0xff");
	EXPECT_EQ(set(fd, WDIOC_SETTIMEOUT, 200), -EIO);
	EXPECT_EQ(value_of(fd, WDIOC_GETTIMEOUT), 300);
	/* without a word of the program */
	EXPECT(counts_down_from(3000));
	EXPECT(wdt_bmc(0).running);
	/* and once is enough */
	n = bmc_number("count 6 24");
	sleep(2);
	EXPECT_EQ(bmc_number("count 6 24"), n);

	/* told to stop, it is told again until it says so */
	bmc_line("forget");
	bmc_line("fault cc netfn=6 cmd=24 n=2 arg=0xff");
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT(bmc_received(NETFN_APP, CMD_SET_TIMER, 3, 30000));
	for (end = now() + 10; wdt_bmc(0).running && now() < end;)
		usleep(50000);
	EXPECT(!wdt_bmc(0).running);
	EXPECT_EQ(wdt_param("timeout", "10"), 0);
}

static void magic_close(void)
{
	int fd = wdt_start();

	close(fd);
	EXPECT(wdt_bmc(0).running);
	fd = wdt_start();
	EXPECT_EQ(wdt_write(fd, "V"), 0);
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	close(fd);
	EXPECT(wdt_bmc(0).running);
	fd = wdt_start();
	EXPECT_EQ(wdt_write(fd, "xVx"), 0);
	close(fd);
	EXPECT(!wdt_bmc(0).running);
	/* one that is running is not started again, and what it is set to stays */
	fd = wdt_start();
	close(fd);
	bmc_line("forget");
	fd = wdt_start();
	EXPECT_EQ(bmc_number("count 6 24"), 0);
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT(!wdt_bmc(0).running);
}

/* The BMC does not let it be stopped: it runs on, and its module has to stay for it. */
static void cannot_be_stopped(void)
{
	int fd = wdt_start();

	bmc_line("fault cc netfn=6 cmd=24 n=1 arg=0xcc");
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT(wdt_bmc(0).running);
	EXPECT_EQ(module_remove("ipmi_watchdog"), -EAGAIN);
	EXPECT_EQ(wdt_close(wdt_start()), 0);
	EXPECT(!wdt_bmc(0).running);
}

static void nowayout(void)
{
	int fd, off = WDIOS_DISABLECARD;

	EXPECT_EQ(wdt_param("nowayout", "Y"), 0);
	EXPECT_STR(file_text(SYS "nowayout"), "1");
	fd = wdt_start();
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_SETOPTIONS, &off), -EBUSY);
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT(wdt_bmc(0).running);
	fd = wdt_start();
	EXPECT_EQ(wdt_param("nowayout", "N"), 0);
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT(!wdt_bmc(0).running);
}

static void module_stays_while_open(void)
{
	int fd = wdt_start();

	EXPECT_EQ(module_remove("ipmi_watchdog"), -EAGAIN);
	EXPECT_EQ(module_remove("ipmi_si"), -EAGAIN);
	EXPECT_EQ(wdt_close(fd), 0);
	/* closed without a word it runs on until the module goes */
	close(wdt_start());
	EXPECT(wdt_bmc(0).running);
	EXPECT_EQ(module_remove("ipmi_watchdog"), 0);
	EXPECT(!wdt_bmc(0).running);
	EXPECT_EQ(wdt_open("watchdog0"), -ENOENT);
	EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/nr_users"), users);
	EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/nr_msgs"), 0);
	EXPECT_EQ(run("modprobe ipmi_watchdog"), 0);
}
/*
 * Set Watchdog Timer is all that a BMC hears after its pre-timeout, even if it cannot say so, as
 * it may be with pre_smi. Before that, and if there is none, a sign of life is one Reset.
 */
static void fed_after_the_pretimeout(void)
{
	static const struct {
		const char *preaction, *timeout, *pretimeout;
		int sets;
	} rows[] = {
		{ "pre_smi", "60", "58", 1 }, { "pre_none", "60", "58", 0 },
		{ "pre_smi", "60", "0", 0 },  { "pre_smi", "4", "0", 0 },
		{ "pre_smi", "60", "40", 0 },
	};

	EXPECT_EQ(wdt_param("action", "none"), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		bool good;
		int fd;

		EXPECT_EQ(wdt_param("preaction", rows[i].preaction), 0);
		EXPECT_EQ(wdt_param("timeout", rows[i].timeout), 0);
		EXPECT_EQ(wdt_param("pretimeout", rows[i].pretimeout), 0);
		fd = wdt_start();
		sleep(3);
		bmc_line("forget");
		good = EXPECT_EQ(wdt_write(fd, "1"), 0);
		good &= EXPECT_EQ(bmc_number("count 6 24"), rows[i].sets);
		good &= EXPECT_EQ(bmc_number("count 6 22"), 1);
		if (rows[i].sets) {
			good &= wdt_told(CMD_SET_TIMER, "44 10 3a 00 58 02");
			good &= EXPECT(wdt_write_counts(0, fd));
		}
		good &= EXPECT_EQ(wdt_close(fd), 0);
		if (!good)
			ktap_note("all of that is about row %u", i);
	}
	EXPECT_EQ(wdt_param("action", "reset"), 0);
	EXPECT_EQ(wdt_param("preaction", "pre_none"), 0);
	EXPECT_EQ(wdt_param("pretimeout", "0"), 0);
	EXPECT_EQ(wdt_param("timeout", "10"), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(loading_stops_the_timer),
	KTAP_CASE(device),
	KTAP_CASE(support),
	KTAP_CASE(open_starts),
	KTAP_CASE(time_left),
	KTAP_CASE(times),
	KTAP_CASE(b14_refusals_are_reported),
	KTAP_CASE(what_the_bmc_says),
	KTAP_CASE(it_did_all_the_same),
	KTAP_CASE(magic_close),
	KTAP_CASE(cannot_be_stopped),
	KTAP_CASE(nowayout),
	KTAP_CASE(module_stays_while_open),
	KTAP_CASE(fed_after_the_pretimeout),
};

int main(void)
{
	keep_acpi_ipmi_out();
	return ktap_main(cases, ARRAY_SIZE(cases));
}
