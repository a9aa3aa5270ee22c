// SPDX-License-Identifier: GPL-2.0-only
/*
 * What one boot leaves for the next. wdt_boot MODE: the first boot ends by the watchdog
 * ("reset"), by a panic ("panic") or by a restart ("restart"); the second one looks at the BMC
 * before and after the module is loaded. Which boot it is, the BMC knows.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"
#include "wdt.h"

#define SYS "/sys/class/watchdog/watchdog0/"
#define EXPIRED 0x10

static struct wdt_bmc found;
static int fd;

static void starts(void)
{
	REQUIRE(EXPECT_EQ(run("modprobe ipmi_watchdog action=power_off timeout=5"), 0));
	if (mode_is("reset"))
		EXPECT_EQ(wdt_param("action", "reset"), 0);
	if (mode_is("panic"))
		EXPECT_EQ(wdt_param("panic_wdt_timeout", "200"), 0);
	fd = wdt_open("watchdog");
	REQUIRE(EXPECT(fd >= 0));
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT(wdt_bmc(0).running);
}

static void first_ends(void)
{
	if (mode_is("panic"))
		file_write("/proc/sysrq-trigger", "c");
	if (mode_is("restart"))
		reboot(RB_AUTOBOOT);
	sleep(20);
}

/* Before this kernel's module did anything. */
static void left_behind(void)
{
	EXPECT_EQ(found.expired & EXPIRED, mode_is("reset") ? EXPIRED : 0);
	if (mode_is("panic")) {
		EXPECT(found.running);
		EXPECT_EQ(found.action, 2);
		EXPECT_EQ(found.countdown, 2000);
	}
	if (mode_is("restart")) {
		EXPECT(found.running);
		EXPECT_EQ(found.action, 1);
		EXPECT_EQ(found.countdown, 1200);
	}
}

/* What the first one said as it died: the event, and its last words in two records. */
static void records(void)
{
	/* it knows these records */
	EXPECT_EQ(run("ipmitool -c sel list >/tmp/sel; grep -c . /tmp/sel"), 0);
	EXPECT_STR(output(), "3\n");
	EXPECT_EQ(run("sed -n 1p /tmp/sel | grep 'OS Critical Stop #0x73,Run-time critical stop'"),
		  0);
	EXPECT_EQ(run("sed -n 2p /tmp/sel | grep 'Linux kernel panic: sysrq trigg$'"), 0);
	EXPECT_EQ(run("sed -n 3p /tmp/sel | grep 'Linux kernel panic: ered crash$'"), 0);
}

static void loading_stops_it(void)
{
	REQUIRE(EXPECT_EQ(run("modprobe ipmi_watchdog"), 0));
	EXPECT(!wdt_bmc(0).running);
}

static void boot_status(void)
{
	int status = -1, want = mode_is("reset") ? WDIOF_CARDRESET : 0;

	EXPECT_EQ(file_number(SYS "bootstatus"), want);
	fd = wdt_open("watchdog0");
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_GETBOOTSTATUS, &status), 0);
	EXPECT_EQ(status, want);
	EXPECT_EQ(wdt_close(fd), 0);
	/* the next boot is told of the next time */
	EXPECT_EQ(wdt_bmc(0).expired & EXPIRED, 0);
}

/* As a kernel leaves it that had nowayout too, and was left by kexec. */
static void nowayout_goes_on(void)
{
	/* with the bit that keeps it running: QEMU's BMC shows that one as the other */
	static const unsigned char left[] = { 0x44, 1, 0, 0, 0x58, 2 };
	int ipmi = ipmi_open(0);
	struct reply r;

	EXPECT_EQ(module_remove("ipmi_watchdog"), 0);
	EXPECT_EQ(ipmi_ask(ipmi, NETFN_APP, CMD_SET_TIMER, left, sizeof(left), &r), 0);
	EXPECT_EQ(ipmi_ask(ipmi, NETFN_APP, CMD_RESET_TIMER, NULL, 0, &r), 0);
	close(ipmi);
	REQUIRE(EXPECT_EQ(run("modprobe ipmi_watchdog nowayout=1 timeout=60"), 0));
	/* it was started for good: the kernel feeds it until somebody else does, also once
	 * that has to be often
	 */
	EXPECT_EQ(wdt_param("timeout", "20"), 0);
	EXPECT(wdt_is_fed(0));
	EXPECT_EQ(wdt_param("nowayout", "0"), 0);
	fd = wdt_open("watchdog0");
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT(!wdt_bmc(0).running);
}

static const struct ktap_case first[] = {
	KTAP_CASE(starts),
};

static const struct ktap_case second[] = {
	KTAP_CASE(left_behind),
	KTAP_CASE(loading_stops_it),
	/* only of the watchdog core */
	KTAP_CASE(boot_status),
	KTAP_CASE(nowayout_goes_on),
};

static const struct ktap_case after_panic[] = {
	KTAP_CASE(left_behind),
	KTAP_CASE(records),
	KTAP_CASE(loading_stops_it),
	KTAP_CASE(boot_status),
};

int main(int argc, char **argv)
{
	int ret;

	mode = argc > 1 ? argv[1] : "reset";
	found = wdt_bmc(0);
	if ((found.use || found.expired) && mode_is("panic"))
		return ktap_main(after_panic, stack_is_ours() ? ARRAY_SIZE(after_panic) : 3);
	if (found.use || found.expired)
		return ktap_main(second, stack_is_ours() ? ARRAY_SIZE(second) : 2);
	ret = ktap_main(first, ARRAY_SIZE(first));
	fflush(stdout);
	if (!ret)
		first_ends();
	return 1;
}
