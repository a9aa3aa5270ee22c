// SPDX-License-Identifier: GPL-2.0-only
/*
 * A machine that has no BMC: loading ipmi_si ends at once with "No such device", and leaves
 * nothing behind. No module is loaded before. See suite.toml.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define AT_ONCE 3.0 /* seconds; most of it is modprobe */

static void fails_at_once(void)
{
	double start = now();

	EXPECT(run("modprobe ipmi_si") != 0);
	EXPECT(strstr(output(), "No such device"));
	ktap_note("modprobe took %.2f s and said: %.*s", now() - start,
		  (int)strcspn(output(), "\n"), output());
	EXPECT(now() - start < AT_ONCE);
}

static void nothing_stays(void)
{
	EXPECT(!module_loaded("ipmi_si"));
	EXPECT_EQ(ipmi_nodes(), 0);
	EXPECT_EQ(run("grep ipmi_si /proc/ioports"), 1);
	EXPECT_EQ(run("ls /sys/class/ipmi/* /sys/bus/platform/drivers/ipmi_si"), 1);
}

static void again_and_again(void)
{
	for (int i = 0; i < 10; i++) {
		EXPECT_EQ(stack_insert(), -ENODEV);
		REQUIRE(EXPECT_EQ(stack_remove(), 0));
	}
}

static void stays_if_told_to(void)
{
	EXPECT_EQ(run("modprobe ipmi_si unload_when_empty=0"), 0);
	EXPECT(module_loaded("ipmi_si"));
	EXPECT_EQ(ipmi_nodes(), 0);
	EXPECT_EQ(module_remove("ipmi_si"), 0);
}

static void others_load(void)
{
	EXPECT_EQ(run("modprobe -a ipmi_devintf acpi_ipmi"), 0);
	EXPECT_EQ(ipmi_nodes(), 0);
	EXPECT_EQ(ipmi_open_now(0), -ENOENT);
	EXPECT_EQ(stack_remove(), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(fails_at_once),   KTAP_CASE(nothing_stays), KTAP_CASE(again_and_again),
	KTAP_CASE(stays_if_told_to), KTAP_CASE(others_load),
};

int main(void)
{
	return ktap_main(cases, ARRAY_SIZE(cases));
}
