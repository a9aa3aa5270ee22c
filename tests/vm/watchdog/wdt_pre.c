// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens before the BMC acts. wdt_pre MODE PREACTION: "noop" survives it, the others end
 * in a panic, see suite.toml. Behind ipmi_vbmc a program brings the pre-timeout. "nmis" is about
 * NMIs that are not the watchdog's, and about a BMC of tests/bmc that sends none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ktap.h"
#include "wdt.h"

#define SYS "/sys/class/watchdog/watchdog0/"
#define CMD_CHASSIS_CONTROL 0x02
#define PRETIMEOUTS "/sys/class/ipmi/ipmi0/device/watchdog_pretimeouts"

static const char *preaction;
static int fd;

static void loads(void)
{
	EXPECT_EQ(run("modprobe -a pretimeout_noop pretimeout_panic"), 0);
	/* an interface that is no hardware has to be named */
	REQUIRE(EXPECT_EQ(run("modprobe ipmi_watchdog timeout=60 pretimeout=58 preaction=%s "
			      "preop=%s %s", preaction, mode_is("preop") ? "preop_panic" : "preop_none",
			      strcmp(hardware(), "vbmc") ? "" : "ifnum_to_use=0"), 0));
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

/* As somebody else's hardware would: Chassis Control, pulse a diagnostic interrupt. */
static bool nmi_is_unknown(void)
{
	static const unsigned char pulse = 4;
	int ipmi = ipmi_must_open(0);
	double end = now() + 5;
	struct reply r;

	EXPECT_EQ(run("dmesg -c >/dev/null"), 0);
	EXPECT_EQ(ipmi_ask(ipmi, NETFN_CHASSIS, CMD_CHASSIS_CONTROL, &pulse, 1, &r), 0);
	EXPECT_EQ(r.data[0], 0);
	close(ipmi);
	do {
		usleep(100000);
		if (!run("dmesg | grep 'NMI received for unknown reason'"))
			return true;
	} while (now() < end);
	return false;
}

static int start_with(const char *timeout, const char *pretimeout, const char *pre)
{
	int wdt;

	EXPECT_EQ(wdt_param("preaction", pre), 0);
	EXPECT_EQ(wdt_param("pretimeout", "0"), 0);
	EXPECT_EQ(wdt_param("timeout", timeout), 0);
	EXPECT_EQ(wdt_param("pretimeout", pretimeout), 0);
	wdt = wdt_open("watchdog0");
	EXPECT(wdt >= 0);
	return wdt;
}

/* It is tried out at load, with a time that does no harm, and said if none came. */
static void tried_out(void)
{
	struct wire w;

	EXPECT_EQ(run("modprobe -a pretimeout_noop pretimeout_panic"), 0);
	/* a load that fails over another parameter leaves nothing that an NMI could find */
	EXPECT(run("modprobe ipmi_watchdog preaction=pre_nmi action=typo"));
	EXPECT(nmi_is_unknown());
	bmc_line("forget");
	bmc_line("fault cc netfn=6 cmd=24 n=1 arg=0xcc");
	EXPECT_EQ(run("dmesg -c >/dev/null; modprobe ipmi_watchdog action=none preaction=pre_nmi"), 0);
	EXPECT_EQ(run("dmesg | grep 'asked for an NMI and none came'"), 0);
	EXPECT_EQ(module_remove("ipmi_watchdog"), 0);
	EXPECT_EQ(run("dmesg -c >/dev/null; modprobe ipmi_watchdog action=none preaction=pre_nmi"), 0);
	EXPECT(run("dmesg | grep 'none came'"));
	EXPECT(bmc_wire(NETFN_APP, CMD_SET_TIMER, 1, &w));
	EXPECT_HEX(w.data, w.len, "04 20 63 00 e8 03");
	wdt_told(CMD_SET_TIMER, "04 00 00 00 64 00");
	EXPECT(!wdt_bmc(0).running);
	EXPECT_EQ(module_remove("ipmi_watchdog"), 0);
	/* not if it is not asked for */
	bmc_line("forget");
	EXPECT_EQ(run("modprobe ipmi_watchdog action=none preaction=pre_int"), 0);
	EXPECT_EQ(bmc_number("count 6 24"), 1);
	EXPECT_EQ(bmc_number("count 6 22"), 0);
}

static void nmis_of_others(void)
{
	int wdt;

	EXPECT(nmi_is_unknown());
	/* ours, but nothing runs */
	EXPECT_EQ(wdt_param("preaction", "pre_nmi"), 0);
	EXPECT(nmi_is_unknown());
	/* long before its time */
	wdt = start_with("40", "5", "pre_nmi");
	EXPECT(nmi_is_unknown());
	EXPECT_EQ(wdt_close(wdt), 0);
	/* and after its end */
	EXPECT(nmi_is_unknown());
	/* at the time, but what was set has no pre-timeout */
	wdt = start_with("2", "0", "pre_nmi");
	sleep(2);
	EXPECT(nmi_is_unknown());
	EXPECT_EQ(wdt_close(wdt), 0);
	/* at the time, but that comes by message, whatever the next one will do */
	wdt = start_with("600", "255", "pre_int");
	EXPECT_EQ(wdt_param("timeout", "256"), 0);
	EXPECT_EQ(wdt_param("preaction", "pre_nmi"), 0);
	sleep(3);
	EXPECT(nmi_is_unknown());
	EXPECT_EQ(wdt_close(wdt), 0);
	EXPECT(run("dmesg | grep 'pretimeout event'"));
}

/* At the time it is ours, and no more if nobody listens. */
static void nmi_of_ours(void)
{
	int wdt = start_with("256", "250", "pre_nmi");

	EXPECT_EQ(run("dmesg -c >/dev/null"), 0);
	/* which is taken over by the next start */
	EXPECT_EQ(wdt_param("preaction", "pre_none"), 0);
	EXPECT(is_said(1));
	EXPECT(run("dmesg | grep 'NMI received for unknown reason'"));
	/* the message that this BMC sends with it is of the same pre-timeout */
	sleep(2);
	EXPECT(is_said(1));
	bmc_line("forget");
	EXPECT_EQ(wdt_write(wdt, "1"), 0);
	wdt_told(CMD_SET_TIMER, "44 20 fa 00 00 0a");
	EXPECT_EQ(wdt_close(wdt), 0);
	EXPECT(nmi_is_unknown());
	EXPECT_EQ(module_remove("ipmi_watchdog"), 0);
	EXPECT(nmi_is_unknown());
}

static const struct ktap_case nmis[] = {
	KTAP_CASE(tried_out),
	KTAP_CASE(nmis_of_others),
	KTAP_CASE(nmi_of_ours),
};

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
	if (mode_is("nmis"))
		return ktap_main(nmis, ARRAY_SIZE(nmis));
	if (mode_is("noop"))
		return ktap_main(noop, ARRAY_SIZE(noop));
	if (ktap_main(others, ARRAY_SIZE(others)))
		return 1;
	fflush(stdout);
	/* before the BMC itself would reset the machine */
	sleep(30);
	return 1;
}
