// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the BMC is told last by a machine that ends: each boot ends in one way, and the next one
 * asks the BMC of tests/bmc, which has seen it. The BMC's product number says which boot it is.
 */
#include <stdio.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ktap.h"
#include "wdt.h"

#define FIRST 100
#define HOTMOD "/sys/module/ipmi_si/parameters/hotmod"
#define PLACE "kcs,i/o,0xca2"
#define SAID "dmesg | grep 'watchdog0: pretimeout event'"

enum armed { ARMED, STOPPED, WARNED };

static const struct end {
	const char *about;
	bool panics;
	enum armed armed;
	const char *version; /* of the BMC */
	const char *parameters;
	const char *set; /* the only Set Watchdog Timer; NULL: none */
	bool reset;	 /* a Reset Watchdog Timer follows */
} ends[] = {
	{ "a restart gives it time and makes it a reset", false, ARMED, "2",
	  "timeout=60 pretimeout=20 preaction=pre_int action=power_off", "44 01 00 10 b0 04", true },
	{ "a restart takes no time away", false, ARMED, "2",
	  "timeout=300 pretimeout=20 preaction=pre_int action=power_cycle", "44 01 00 10 b8 0b", true },
	{ "a restart makes no reset of what was to do nothing", false, ARMED, "2",
	  "timeout=60 pretimeout=20 preaction=pre_int action=none", "44 00 00 10 b0 04", true },
	{ "a restart does not start one", false, STOPPED, "2", "timeout=60", NULL, false },
	{ "a panic sets its time and does what was wanted", true, ARMED, "2",
	  "timeout=600 pretimeout=20 preaction=pre_int action=power_off panic_wdt_timeout=300",
	  "44 02 00 10 b8 0b", false },
	{ "a panic after the pre-timeout starts it anew", true, WARNED, "2",
	  "timeout=600 pretimeout=20 preaction=pre_int action=power_cycle",
	  "04 03 00 00 f6 09", true },
	{ "an old BMC is told to start it, too", true, ARMED, "1",
	  "timeout=600 action=reset panic_wdt_timeout=1000", "04 01 00 10 10 27", true },
	{ "a panic does not start one", true, STOPPED, "2", "timeout=60", NULL, false },
};

static const struct end *this, *last;

static void loads(void)
{
	bmc_line("set version %s", this->version);
	/* who is asked anew */
	EXPECT_EQ(file_write(HOTMOD, "remove," PLACE), 0);
	EXPECT_EQ(file_write(HOTMOD, "add," PLACE), 0);
	close(ipmi_must_open(0));
	EXPECT_EQ(run("modprobe pretimeout_noop"), 0);
	REQUIRE(EXPECT_EQ(run("modprobe ipmi_watchdog %s", this->parameters), 0));
}

static void starts(void)
{
	double end = now() + 20;
	int fd, seconds = 22;

	fd = wdt_open("watchdog0");
	REQUIRE(EXPECT(fd >= 0));
	if (this->armed == STOPPED) {
		EXPECT_EQ(wdt_close(fd), 0);
		EXPECT(!wdt_bmc(0).running);
	}
	if (this->armed == WARNED) {
		EXPECT_EQ(wdt_ioctl(fd, WDIOC_SETTIMEOUT, &seconds), 0);
		while (run(SAID) && now() < end)
			usleep(50000);
		EXPECT_EQ(run(SAID), 0);
	}
	bmc_line("forget");
}

static void the_last_boot(void)
{
	struct wire set, reset;
	bool is_set = bmc_wire(NETFN_APP, CMD_SET_TIMER, 0, &set);
	bool is_reset = bmc_wire(NETFN_APP, CMD_RESET_TIMER, 0, &reset);
	bool good;

	good = EXPECT_EQ(bmc_number("count 6 24"), last->set ? 1 : 0);
	good &= EXPECT_EQ(bmc_number("count 6 22"), last->reset);
	if (last->set && EXPECT(is_set))
		good &= EXPECT_HEX(set.data, set.len, last->set);
	if (last->reset)
		good &= EXPECT(is_reset && is_set && reset.at >= set.at && !reset.len);
	if (!good)
		ktap_note("not so: %s", last->about);
}

static const struct ktap_case middle[] = {
	KTAP_CASE(the_last_boot),
	KTAP_CASE(loads),
	KTAP_CASE(starts),
};

int main(void)
{
	int fd = ipmi_must_open(0), boot, ret;
	struct reply r;

	keep_acpi_ipmi_out();
	if (ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r) || r.len < 12)
		return 1;
	close(fd);
	boot = (r.data[10] | r.data[11] << 8) - FIRST;
	if (boot < 0 || boot > (int)ARRAY_SIZE(ends))
		boot = 0;
	last = boot ? &ends[boot - 1] : NULL;
	this = boot < (int)ARRAY_SIZE(ends) ? &ends[boot] : NULL;
	ret = ktap_main(middle + !last, ARRAY_SIZE(middle) - !last - (this ? 0 : 2));
	if (ret || !this)
		return ret;
	bmc_line("set product %d", FIRST + boot + 1);
	fflush(stdout);
	if (this->panics)
		file_write("/proc/sysrq-trigger", "c");
	else
		reboot(RB_AUTOBOOT);
	sleep(20);
	return 1;
}
