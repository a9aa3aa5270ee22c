// SPDX-License-Identifier: GPL-2.0-only
/*
 * The distribution's own modules on top of this ipmi_msghandler: they load (so names and
 * versions of all symbols are what they were built for), register, and can be removed.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

static const char *const neighbours[] = { "acpi_ipmi", "ibmaem", "ibmpex" };

static long users(void)
{
	return file_number("/sys/class/ipmi/ipmi0/device/nr_users");
}

/* Waits until the file has that number. */
static bool users_become(long n)
{
	double end = now() + 5;

	while (users() != n && now() < end)
		usleep(1000);
	return users() == n;
}

static void acpi_ipmi_comes_by_itself(void)
{
	double end = now() + 5;

	/* the driver of an ACPI interface asks for it */
	while (!module_loaded("acpi_ipmi") && now() < end)
		usleep(1000);
	EXPECT(module_loaded("acpi_ipmi"));
	EXPECT(users_become(1));
}

static void they_are_the_distributions(void)
{
	EXPECT_EQ(run("modprobe -a acpi_ipmi ibmaem ibmpex"), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(neighbours); i++) {
		EXPECT(module_loaded(neighbours[i]));
		EXPECT_STR(file_text("/sys/module/%s/taint", neighbours[i]), "");
		EXPECT_EQ(run("ls -d /sys/module/ipmi_msghandler/holders/%s", neighbours[i]), 0);
	}
	EXPECT_EQ(run("dmesg | grep -E 'disagrees about version|Unknown symbol'"), 1);
}

static void requests_go_on(void)
{
	int fd = ipmi_open(0);
	struct reply r;

	REQUIRE(EXPECT(fd >= 0));
	for (int i = 0; i < 20; i++)
		EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	close(fd);
}

static void msghandler_is_held(void)
{
	EXPECT_EQ(module_remove("ipmi_msghandler"), -EAGAIN);
}

static void they_go(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(neighbours); i++) {
		EXPECT_EQ(module_remove(neighbours[i]), 0);
		EXPECT(!module_loaded(neighbours[i]));
	}
	EXPECT(users_become(0));
}

static void before_the_interface(void)
{
	keep_acpi_ipmi_out();
	REQUIRE(EXPECT_EQ(stack_remove(), 0));
	/* -i: what keep_acpi_ipmi_out() says is about others */
	EXPECT_EQ(run("modprobe -i -a acpi_ipmi ibmaem ibmpex"), 0);
	EXPECT_EQ(stack_insert(), 0);
	EXPECT(users_become(1));
	requests_go_on();
}

static void many_times(void)
{
	for (int i = 0; i < 3; i++) {
		REQUIRE(EXPECT_EQ(run("rmmod acpi_ipmi ibmaem ibmpex"), 0));
		EXPECT_EQ(users(), 0);
		REQUIRE(EXPECT_EQ(run("modprobe -i -a acpi_ipmi ibmaem ibmpex"), 0));
		EXPECT_EQ(users(), 1);
	}
}

static void interface_goes_first(void)
{
	/* acpi_ipmi has a user on it, but none that holds the driver for ever */
	int ret = module_remove("ipmi_si");

	if (ret == -EAGAIN) {
		EXPECT_EQ(module_remove("acpi_ipmi"), 0);
		ret = module_remove("ipmi_si");
	}
	EXPECT_EQ(ret, 0);
	EXPECT_EQ(run("rmmod ibmaem ibmpex"), 0);
	EXPECT_EQ(stack_remove(), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(acpi_ipmi_comes_by_itself),
	KTAP_CASE(they_are_the_distributions),
	KTAP_CASE(requests_go_on),
	KTAP_CASE(msghandler_is_held),
	KTAP_CASE(they_go),
	KTAP_CASE(before_the_interface),
	KTAP_CASE(many_times),
	KTAP_CASE(interface_goes_first),
};

int main(void)
{
	return ktap_main(cases, ARRAY_SIZE(cases));
}
