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

static const struct {
	const char *name;
	int mode;
	const char *value, *good, *bad;
} params[] = {
	{ "ifnum_to_use", 0644, "-1", "0", "x" },
	{ "timeout", 0644, "10", "0x14", "6554" },
	{ "pretimeout", 0644, "0", "5", "256" },
	{ "panic_wdt_timeout", 0644, "255", "600", "-1" },
	{ "action", 0644, "reset", "power_off", "resett" },
	{ "preaction", 0644, "pre_none", "pre_smi", "smi" },
	{ "preop", 0644, "preop_none", "preop_panic", "panic" },
	{ "start_now", 0444, "0", NULL, NULL },
	{ "nowayout", 0644, "N", "Y", "maybe" },
};

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

/* The last of these commands that the BMC had. */
static bool told(int cmd, const char *bytes)
{
	struct wire w;

	return EXPECT(bmc_wire(NETFN_APP, cmd, 0, &w)) && EXPECT_HEX(w.data, w.len, bytes);
}

static int start(void)
{
	int fd = wdt_open("watchdog0");

	EXPECT(fd >= 0);
	return fd;
}

static void loading_stops_the_timer(void)
{
	static const unsigned char firmware[] = { 0x43, 1, 0, 0, 0x70, 0x17 };
	int fd = ipmi_open(0);
	struct reply r;

	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_SET_TIMER, firmware, 6, &r), 0);
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_RESET_TIMER, NULL, 0, &r), 0);
	close(fd);
	EXPECT(wdt_bmc(0).running);
	users = file_number("/sys/class/ipmi/ipmi0/device/nr_users");
	REQUIRE(EXPECT_EQ(run("modprobe ipmi_watchdog"), 0));
	EXPECT(!wdt_bmc(0).running);
	told(CMD_SET_TIMER, "04 00 00 00 64 00");
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
	EXPECT_STR(file_text(SYS "state"), "inactive");
	EXPECT_STR(file_text(SYS "bootstatus"), "0");
	EXPECT_STR(file_text(SYS "timeout"), "10");
	EXPECT_STR(file_text(SYS "nowayout"), "0");
	EXPECT_STR(file_text(SYS "max_timeout"), "6553");
}

static void support(void)
{
	struct watchdog_info info;
	int fd = start();

	EXPECT_EQ(ioctl(fd, WDIOC_GETSUPPORT, &info), 0);
	EXPECT_STR((char *)info.identity, "IPMI");
	EXPECT(info.options & WDIOF_SETTIMEOUT);
	EXPECT(info.options & WDIOF_KEEPALIVEPING);
	EXPECT(info.options & WDIOF_MAGICCLOSE);
	EXPECT(info.options & WDIOF_PRETIMEOUT);
	EXPECT_EQ(value_of(fd, WDIOC_GETBOOTSTATUS), 0);
	EXPECT_EQ(wdt_close(fd), 0);
}

static void parameters(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(params); i++) {
		bool good;

		good = EXPECT_EQ(file_mode(WDT_PARAM "%s", params[i].name), params[i].mode);
		good &= EXPECT_STR(file_text(WDT_PARAM "%s", params[i].name), params[i].value);
		if (params[i].good) {
			good &= EXPECT_EQ(wdt_param(params[i].name, params[i].bad), -EINVAL);
			good &= EXPECT_STR(file_text(WDT_PARAM "%s", params[i].name),
					   params[i].value);
			good &= EXPECT_EQ(wdt_param(params[i].name, params[i].good), 0);
			good &= EXPECT_EQ(wdt_param(params[i].name, params[i].value), 0);
		}
		if (!good)
			ktap_note("all of that is about %s", params[i].name);
	}
	EXPECT_EQ(wdt_param("timeout", "0"), -EINVAL);
	EXPECT_EQ(wdt_param("action", "none\n"), 0);
	EXPECT_STR(file_text(WDT_PARAM "action"), "none");
	EXPECT_EQ(wdt_param("action", "reset"), 0);
}

static void open_starts(void)
{
	int fd;

	bmc_line("forget");
	fd = start();
	told(CMD_SET_TIMER, "44 01 00 10 64 00");
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
	told(CMD_SET_TIMER, "04 00 00 00 64 00");
	EXPECT(!wdt_bmc(0).running);
	EXPECT_STR(file_text(SYS "state"), "inactive");
}

static void time_left(void)
{
	int fd = start(), left;

	/* an answer that is too short says nothing, and one that is too long does no harm */
	bmc_line("fault truncate netfn=6 cmd=25 n=1 arg=7");
	EXPECT_EQ(value_of(fd, WDIOC_GETTIMELEFT), 0);
	bmc_line("fault oversize netfn=6 cmd=25 n=1 arg=250");
	EXPECT(value_of(fd, WDIOC_GETTIMELEFT) >= 0);

	EXPECT_EQ(set(fd, WDIOC_SETTIMEOUT, 60), 0);
	usleep(1200000);
	left = value_of(fd, WDIOC_GETTIMELEFT);
	EXPECT(left >= 40 && left <= 58);
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT(value_of(fd, WDIOC_GETTIMELEFT) >= left);
	EXPECT(file_number(SYS "timeleft") > 40);
	EXPECT_EQ(wdt_close(fd), 0);
}

static void times(void)
{
	int fd = start();

	EXPECT_EQ(set(fd, WDIOC_SETTIMEOUT, 6553), 0);
	told(CMD_SET_TIMER, "44 01 00 00 fa ff");
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
	told(CMD_SET_TIMER, "44 01 07 00 2c 01");
	EXPECT_EQ(value_of(fd, WDIOC_GETPRETIMEOUT), 7);
	EXPECT_STR(file_text(WDT_PARAM "pretimeout"), "7");
	EXPECT_EQ(set(fd, WDIOC_SETPRETIMEOUT, 30), -EINVAL);
	/* one that does not fit any more is given up */
	EXPECT_EQ(set(fd, WDIOC_SETTIMEOUT, 5), 0);
	EXPECT_EQ(value_of(fd, WDIOC_GETPRETIMEOUT), 0);
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT_EQ(wdt_param("timeout", "10"), 0);
}

static void parameters_while_running(void)
{
	int fd = start();

	EXPECT_EQ(wdt_param("timeout", "40"), 0);
	told(CMD_SET_TIMER, "44 01 00 00 90 01");
	EXPECT_EQ(value_of(fd, WDIOC_GETTIMEOUT), 40);
	EXPECT_STR(file_text(SYS "timeout"), "40");
	EXPECT_EQ(wdt_param("pretimeout", "6"), 0);
	told(CMD_SET_TIMER, "44 01 06 00 90 01");
	/* B14 */
	bmc_line("fault cc netfn=6 cmd=24 n=1 arg=0xc9");
	EXPECT_EQ(wdt_param("timeout", "50"), -EINVAL);
	EXPECT_STR(file_text(WDT_PARAM "timeout"), "40");
	/* what it does is taken over by the next start */
	EXPECT_EQ(wdt_param("action", "power_off"), 0);
	EXPECT_EQ(wdt_param("preaction", "pre_int"), 0);
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT_EQ(wdt_bmc(0).action, 1);
	EXPECT_EQ(wdt_close(fd), 0);
	fd = start();
	told(CMD_SET_TIMER, "44 32 06 10 90 01");
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT_EQ(wdt_param("action", "reset"), 0);
	EXPECT_EQ(wdt_param("preaction", "pre_none"), 0);
	EXPECT_EQ(wdt_param("pretimeout", "0"), 0);
	EXPECT_EQ(wdt_param("timeout", "10"), 0);
}

static void b14_refusals_are_reported(void)
{
	int fd, on = WDIOS_ENABLECARD, off = WDIOS_DISABLECARD;

	bmc_line("fault cc netfn=6 cmd=24 n=1 arg=0xcc");
	fd = wdt_open("watchdog0");
	EXPECT_EQ(fd, -EINVAL);
	EXPECT(!wdt_bmc(0).running);

	fd = start();
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
	/* one that forgets what it was just told */
	bmc_line("fault cc netfn=6 cmd=22 n=2 arg=0x80");
	EXPECT_EQ(wdt_write(fd, "1"), -EIO);
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT(wdt_bmc(0).running);
	EXPECT_EQ(wdt_close(fd), 0);
}

static void magic_close(void)
{
	int fd = start();

	close(fd);
	EXPECT(wdt_bmc(0).running);
	fd = start();
	EXPECT_EQ(wdt_write(fd, "V"), 0);
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	close(fd);
	EXPECT(wdt_bmc(0).running);
	fd = start();
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT(!wdt_bmc(0).running);
}

static void nowayout(void)
{
	int fd, off = WDIOS_DISABLECARD;

	EXPECT_EQ(wdt_param("nowayout", "Y"), 0);
	EXPECT_STR(file_text(SYS "nowayout"), "1");
	fd = start();
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_SETOPTIONS, &off), -EBUSY);
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT(wdt_bmc(0).running);
	fd = start();
	EXPECT_EQ(wdt_param("nowayout", "N"), 0);
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT(!wdt_bmc(0).running);
}

static void module_stays_while_open(void)
{
	int fd = start();

	EXPECT_EQ(module_remove("ipmi_watchdog"), -EAGAIN);
	EXPECT_EQ(module_remove("ipmi_si"), -EAGAIN);
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT_EQ(module_remove("ipmi_watchdog"), 0);
	EXPECT(!wdt_bmc(0).running);
	EXPECT_EQ(wdt_open("watchdog0"), -ENOENT);
	EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/nr_users"), users);
	EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/nr_msgs"), 0);
}

static void load_parameters(void)
{
	EXPECT(run("modprobe ipmi_watchdog action=sleep"));
	EXPECT_EQ(run("modprobe ipmi_watchdog start_now=1 timeout=90 pretimeout=30 action=none "
		      "preaction=pre_int preop=oops"), 0);
	/* start_now: it runs, and nobody feeds it */
	told(CMD_SET_TIMER, "44 30 1e 10 84 03");
	EXPECT(wdt_bmc(0).running);
	EXPECT_STR(file_text(WDT_PARAM "start_now"), "0");
	EXPECT_STR(file_text(WDT_PARAM "preop"), "preop_none");
	EXPECT_STR(file_text(SYS "state"), "inactive");
	EXPECT_EQ(wdt_close(start()), 0);
	EXPECT(!wdt_bmc(0).running);
	EXPECT_EQ(module_remove("ipmi_watchdog"), 0);
	/* nonsense is said and brought into range: the machine is watched all the same */
	EXPECT_EQ(run("modprobe ipmi_watchdog timeout=7000 pretimeout=300"), 0);
	EXPECT_STR(file_text(WDT_PARAM "timeout"), "6553");
	EXPECT_STR(file_text(WDT_PARAM "pretimeout"), "255");
	EXPECT_EQ(module_remove("ipmi_watchdog"), 0);
	EXPECT_EQ(run("modprobe ipmi_watchdog timeout=20 pretimeout=20"), 0);
	EXPECT_STR(file_text(WDT_PARAM "pretimeout"), "0");
	EXPECT_EQ(wdt_param("timeout", "10"), 0);
}

/* The answer to the first question, Get Watchdog Timer, is no good. */
static void bad_answers(void)
{
	double end = now() + 30;
	int fd;

	EXPECT_EQ(module_remove("ipmi_watchdog"), 0);
	bmc_line("fault cc netfn=6 cmd=25 n=1 arg=0xc1");
	EXPECT_EQ(run("modprobe ipmi_watchdog"), 0);
	EXPECT_EQ(run("dmesg | grep 'the BMC of ipmi0 has no watchdog timer'"), 0);
	EXPECT_EQ(wdt_open("watchdog0"), -ENOENT);
	EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/nr_users"), users);
	EXPECT_EQ(module_remove("ipmi_watchdog"), 0);
	/* too short: it may be better the next time */
	bmc_line("fault truncate netfn=6 cmd=25 n=1 arg=7");
	EXPECT_EQ(run("modprobe ipmi_watchdog"), 0);
	EXPECT_EQ(run("dmesg | grep 'ipmi0 cannot be used (error -5): trying on'"), 0);
	do {
		usleep(100000);
		fd = wdt_open("watchdog0");
	} while (fd == -ENOENT && now() < end);
	REQUIRE(EXPECT(fd >= 0));
	EXPECT(wdt_bmc(0).running);
	EXPECT_EQ(wdt_close(fd), 0);
}

/* Set Watchdog Timer is all that a BMC hears after its pre-timeout, even if it cannot say so. */
static void fed_after_the_pretimeout(void)
{
	int fd;

	EXPECT_EQ(wdt_param("timeout", "60"), 0);
	EXPECT_EQ(wdt_param("pretimeout", "58"), 0);
	EXPECT_EQ(wdt_param("preaction", "pre_smi"), 0);
	fd = start();
	EXPECT_EQ(wdt_bmc(0).preaction, 1);
	sleep(5);
	EXPECT(wdt_bmc(0).left < 570);
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT(wdt_bmc(0).left > 580);
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT_EQ(wdt_param("preaction", "pre_none"), 0);
	EXPECT_EQ(wdt_param("pretimeout", "0"), 0);
	EXPECT_EQ(wdt_param("timeout", "10"), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(loading_stops_the_timer),
	KTAP_CASE(device),
	KTAP_CASE(support),
	KTAP_CASE(parameters),
	KTAP_CASE(open_starts),
	KTAP_CASE(time_left),
	KTAP_CASE(times),
	KTAP_CASE(parameters_while_running),
	KTAP_CASE(b14_refusals_are_reported),
	KTAP_CASE(magic_close),
	KTAP_CASE(nowayout),
	KTAP_CASE(module_stays_while_open),
	KTAP_CASE(load_parameters),
	KTAP_CASE(fed_after_the_pretimeout),
	KTAP_CASE(bad_answers),
};

int main(void)
{
	keep_acpi_ipmi_out();
	return ktap_main(cases, ARRAY_SIZE(cases));
}
