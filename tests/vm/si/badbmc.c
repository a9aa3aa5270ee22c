// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware tells of a KCS interface that does not work: nothing there, or something that
 * never gets on. Loading ipmi_si ends in bounded time, says what it found, makes no device
 * node, and the module can be removed. No module is loaded before. See suite.toml.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define LOAD 15.0 /* seconds that loading may take at most, whatever the BMC does */
#define REMOVE 5.0
#define SOON 1.0 /* promised; the driver's own share is 0.2 s */

static void load_ends(void)
{
	double start = now();
	int status = run("modprobe ipmi_si");

	ktap_note("modprobe took %.2f s, exit status %d, said: %.*s", now() - start, status,
		  (int)strcspn(output(), "\n"), output());
	EXPECT(now() - start < LOAD);
	if (strcmp(hardware(), "stuck"))
		return;
	/* Its first try takes 5 s, and loading does not wait for its end. */
	EXPECT(run("dmesg | grep 'no BMC at this location'"));
	EXPECT_EQ(run("dmesg | grep '1 interface(s) did not answer within 3000 ms'"), 0);
}

static void no_interface(void)
{
	EXPECT_EQ(ipmi_nodes(), 0);
	EXPECT_EQ(run("ls /sys/class/ipmi/*"), 1);
}

static void says_why(void)
{
	double end = now() + LOAD;
	int status;

	/* the driver may go on trying after it has loaded */
	do {
		status = run("dmesg | grep 'ipmi_si dmi-ipmi-si.0: .*\\(%s\\|%s\\)'",
			     "Interface detection failed", "no BMC at this location");
		usleep(100000);
	} while (status && now() < end);
	EXPECT_EQ(status, 0);
	ktap_note("%.*s", (int)strcspn(output(), "\n"), output());
}

static void can_be_removed(void)
{
	double start = now();

	if (module_loaded("ipmi_si"))
		EXPECT_EQ(module_remove("ipmi_si"), 0);
	EXPECT(now() - start < REMOVE);
	EXPECT(!module_loaded("ipmi_si"));
	EXPECT_EQ(run("grep ipmi_si /proc/ioports"), 1);
}

/* A try of a BMC that says nothing takes 5 s, but nobody who ends it has to wait for that. */
static bool is_tried(void)
{
	for (double end = now() + LOAD; now() < end; usleep(10000))
		if (!run("grep -q 'is under way' /sys/kernel/debug/ipmi_si/discovery"))
			return true;
	return EXPECT(!"it is tried");
}

static void a_try_can_be_ended(void)
{
	double start;

	EXPECT_EQ(run("modprobe ipmi_si"), 0);
	REQUIRE(is_tried());
	start = now();
	EXPECT_EQ(file_write("/sys/bus/platform/drivers/ipmi_si/unbind", "dmi-ipmi-si.0"), 0);
	ktap_note("unbind took %.2f s", now() - start);
	EXPECT(now() - start < SOON);

	start = now();
	EXPECT_EQ(file_write("/sys/bus/platform/drivers/ipmi_si/bind", "dmi-ipmi-si.0"), 0);
	EXPECT(now() - start < LOAD);
	REQUIRE(is_tried());
	EXPECT_EQ(file_write("/sys/power/pm_test", "devices"), 0);
	EXPECT_EQ(file_write("/sys/module/suspend/parameters/pm_test_delay", "1"), 0);
	start = now();
	EXPECT_EQ(file_write("/sys/power/state", "freeze"), 0);
	ktap_note("suspend took %.2f s, one of them asleep", now() - start);
	EXPECT(now() - start < 1 + SOON);

	REQUIRE(is_tried());
	start = now();
	EXPECT_EQ(module_remove("ipmi_si"), 0);
	ktap_note("rmmod took %.2f s", now() - start);
	EXPECT(now() - start < SOON);
}

static void removal_while_it_is_tried(void)
{
	double start = now();
	int ret;

	run("modprobe ipmi_si >/tmp/modprobe.log &");
	do {
		usleep(1000);
		ret = module_remove("ipmi_si");
	} while (ret && now() - start < LOAD + REMOVE);
	EXPECT_EQ(ret, 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(load_ends),      KTAP_CASE(no_interface),
	KTAP_CASE(says_why),       KTAP_CASE(can_be_removed),
	KTAP_CASE(removal_while_it_is_tried),
};

/* The kernel's own tries for minutes. */
static const struct ktap_case stuck[] = {
	KTAP_CASE(load_ends),      KTAP_CASE(no_interface),
	KTAP_CASE(says_why),       KTAP_CASE(can_be_removed),
	KTAP_CASE(a_try_can_be_ended), KTAP_CASE(removal_while_it_is_tried),
};

int main(void)
{
	if (!strcmp(hardware(), "stuck"))
		return ktap_main(stuck, ARRAY_SIZE(stuck));
	return ktap_main(cases, ARRAY_SIZE(cases));
}
