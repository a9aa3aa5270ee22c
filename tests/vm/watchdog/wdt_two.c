// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two BMCs, one of which comes and goes: A2, and how the watchdog moves. ipmi0 is on ISA, the
 * other one on PCI.
 */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"
#include "wdt.h"

#define SYS "/sys/class/watchdog/watchdog0"
#define PARENT "/sys/devices/platform/ipmi_watchdog"
#define HOTMOD "/sys/module/ipmi_si/parameters/hotmod"

static int fd;

static void pci_remove(void)
{
	EXPECT_EQ(run("for d in /sys/bus/pci/drivers/ipmi_si/0*; do echo 1 >$d/remove; done"), 0);
	EXPECT_EQ(ipmi_nodes(), 1);
}

static void pci_rescan(void)
{
	double end;

	/* which takes its time on an instrumented kernel */
	EXPECT_EQ(file_write("/sys/bus/pci/rescan", "1"), 0);
	end = now() + 10;
	while (ipmi_nodes() < 2 && now() < end)
		usleep(50000);
	REQUIRE(EXPECT_EQ(ipmi_nodes(), 2));
}

/* What stands in sysfs while this device is the one of the interface that is used; "": none is. */
static void shows(const char *device)
{
	double end = now() + 10;

	while (strcmp(link_name(PARENT "/interface"), device) && now() < end)
		usleep(50000);
	EXPECT_STR(link_name(PARENT "/interface"), device);
	/* the link leads somewhere */
	EXPECT_EQ(run("[ -e " PARENT "/interface ]"), *device ? 0 : 1);
	EXPECT_EQ(run("[ " SYS "/device -ef " PARENT " ]"), 0);
	EXPECT_EQ(run("[ /sys/class/misc/watchdog/device -ef " PARENT " ]"), 0);
	EXPECT_STR(file_text(SYS "/identity"), "IPMI");
}

static void shows_interface(int number)
{
	char device[64];

	snprintf(device, sizeof(device), "%s", link_name("/sys/class/ipmi/ipmi%d/device", number));
	EXPECT(*device);
	shows(device);
}

static void starts_with_one(void)
{
	pci_remove();
	REQUIRE(EXPECT_EQ(run("modprobe ipmi_watchdog timeout=60"), 0));
	fd = wdt_open("watchdog");
	REQUIRE(EXPECT(fd >= 0));
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT(wdt_bmc(0).running);
	shows_interface(0);
}

static void a2_a_second_one_changes_nothing(void)
{
	pci_rescan();
	EXPECT(wdt_bmc(0).running);
	EXPECT(!wdt_bmc(1).running);
	EXPECT(wdt_write_counts(0, fd));
	EXPECT(!wdt_bmc(1).running);
	/* nor does its end */
	pci_remove();
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT(wdt_bmc(0).running);
	pci_rescan();
	EXPECT(wdt_bmc(0).running);
	EXPECT(!wdt_bmc(1).running);
}

/* Who moves has a timer, so that the old one is stopped, also if it is to run for good. */
static void moves_by_parameter(void)
{
	EXPECT_EQ(wdt_param("nowayout", "Y"), 0);
	EXPECT_EQ(wdt_param("ifnum_to_use", "1"), 0);
	EXPECT(!wdt_bmc(0).running);
	EXPECT(wdt_bmc(1).running);
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT(wdt_bmc(1).running);
	EXPECT(!wdt_bmc(0).running);
	EXPECT_EQ(wdt_bmc(1).countdown, 600);
	shows_interface(1);
	EXPECT_EQ(wdt_param("nowayout", "N"), 0);
	/* -1 changes nothing */
	EXPECT_EQ(wdt_param("ifnum_to_use", "-1"), 0);
	EXPECT(wdt_bmc(1).running);
	EXPECT(!wdt_bmc(0).running);
}

/* Nobody has named one: the one that remains goes on with it. */
static void a_remaining_one_goes_on(void)
{
	double end = now() + 10;

	pci_remove();
	while (!wdt_bmc(0).running && now() < end)
		usleep(50000);
	EXPECT(wdt_bmc(0).running);
	EXPECT_EQ(wdt_bmc(0).countdown, 600);
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	/* and keeps it */
	pci_rescan();
	EXPECT(wdt_bmc(0).running);
	EXPECT(!wdt_bmc(1).running);
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	/* one that is not there takes nothing away */
	EXPECT_EQ(wdt_param("ifnum_to_use", "2"), -ENODEV);
	EXPECT(wdt_bmc(0).running);
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT_EQ(wdt_param("ifnum_to_use", "1"), 0);
	EXPECT(!wdt_bmc(0).running);
	EXPECT(wdt_bmc(1).running);
}

static void its_interface_goes(void)
{
	pci_remove();
	EXPECT_EQ(wdt_write(fd, "1"), -ENODEV);
	EXPECT(!wdt_bmc(0).running);
	shows("");
}

static void and_comes_back(void)
{
	double end = now() + 10;

	pci_rescan();
	/* without a word of the program, which has its file still */
	while (!wdt_bmc(1).running && now() < end)
		usleep(50000);
	EXPECT(wdt_bmc(1).running);
	shows_interface(1);
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT(!wdt_bmc(0).running);
}

static void stops_without_a_bmc(void)
{
	pci_remove();
	EXPECT_EQ(wdt_close(fd), -ENODEV);
	pci_rescan();
	sleep(1);
	EXPECT(!wdt_bmc(1).running);
	/* it was not closed well, as the V did not reach anybody */
	fd = wdt_open("watchdog");
	REQUIRE(EXPECT(fd >= 0));
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT(wdt_bmc(1).running);
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT(!wdt_bmc(1).running);
}

static void by_hotmod(void)
{
	EXPECT_EQ(wdt_param("ifnum_to_use", "0"), 0);
	fd = wdt_open("watchdog0");
	REQUIRE(EXPECT(fd >= 0));
	EXPECT(wdt_bmc(0).running);
	EXPECT_EQ(file_write(HOTMOD, "remove,kcs,i/o,0xca2"), 0);
	EXPECT_EQ(wdt_write(fd, "1"), -ENODEV);
	EXPECT_EQ(file_write(HOTMOD, "add,kcs,i/o,0xca2"), 0);
	close(ipmi_must_open(0));
	sleep(1);
	EXPECT(wdt_bmc(0).running);
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT(!wdt_bmc(0).running);
}

/* Loaded before there is a BMC: its device comes with the first one. */
static void bmcs_come_later(void)
{
	double end = now() + 10;

	EXPECT_EQ(module_remove("ipmi_watchdog"), 0);
	EXPECT_EQ(stack_remove(), 0);
	EXPECT_EQ(run("modprobe ipmi_watchdog start_now=1"), 0);
	EXPECT_EQ(wdt_open("watchdog"), -ENOENT);
	EXPECT_EQ(run("[ -d " PARENT " ]"), 0);
	EXPECT_STR(link_name(PARENT "/interface"), "");
	/* which device that will be can still be chosen */
	EXPECT_EQ(wdt_param("preop", "preop_give_data"), 0);
	EXPECT_EQ(wdt_open("watchdog"), -ENOENT);
	EXPECT_EQ(stack_insert(), 0);
	do {
		fd = wdt_open("watchdog");
		usleep(50000);
	} while (fd == -ENOENT && now() < end);
	REQUIRE(EXPECT(fd >= 0));
	EXPECT_EQ(wdt_open("watchdog0"), -ENOENT);
	EXPECT(wdt_bmc(0).running);
	EXPECT_STR(file_text(WDT_PARAM "start_now"), "0");
	EXPECT(!wdt_bmc(1).running);
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT(!wdt_bmc(0).running);
}

/* The device is made while there is no interface; then one comes, and is replaced by another. */
static void made_without_an_interface(void)
{
	double end = now() + 10;

	while (ipmi_nodes() < 2 && now() < end)
		usleep(50000);
	pci_remove();
	EXPECT_EQ(file_write(HOTMOD, "remove,kcs,i/o,0xca2"), 0);
	EXPECT_EQ(ipmi_nodes(), 0);
	EXPECT_EQ(wdt_param("preop", "preop_none"), 0);
	shows("");
	EXPECT_EQ(file_write(HOTMOD, "add,kcs,i/o,0xca2"), 0);
	close(ipmi_must_open(0));
	shows_interface(0);
	pci_rescan();
	shows_interface(0);
	EXPECT_EQ(file_write(HOTMOD, "remove,kcs,i/o,0xca2"), 0);
	shows_interface(1);
	EXPECT_EQ(file_write(HOTMOD, "add,kcs,i/o,0xca2"), 0);
	close(ipmi_must_open(0));
	shows_interface(1);
}

/* The parameter names one at load: no other is used, also if that one is not there. */
static void named_at_load(void)
{
	double end = now() + 10;

	EXPECT_EQ(module_remove("ipmi_watchdog"), 0);
	while (ipmi_nodes() < 2 && now() < end)
		usleep(50000);
	EXPECT_EQ(run("modprobe ipmi_watchdog ifnum_to_use=1 start_now=1"), 0);
	EXPECT(!wdt_bmc(0).running);
	EXPECT(wdt_bmc(1).running);
	fd = wdt_open("watchdog0");
	REQUIRE(EXPECT(fd >= 0));
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT(!wdt_bmc(1).running);
	EXPECT_EQ(module_remove("ipmi_watchdog"), 0);
	EXPECT_EQ(run("modprobe ipmi_watchdog ifnum_to_use=2 start_now=1"), 0);
	EXPECT_EQ(wdt_open("watchdog0"), -ENOENT);
	EXPECT(!wdt_bmc(0).running);
	EXPECT(!wdt_bmc(1).running);
	EXPECT_EQ(module_remove("ipmi_watchdog"), 0);
	EXPECT_EQ(run("[ -e " PARENT " ]"), 1);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(starts_with_one),
	KTAP_CASE(a2_a_second_one_changes_nothing),
	KTAP_CASE(moves_by_parameter),
	KTAP_CASE(a_remaining_one_goes_on),
	KTAP_CASE(its_interface_goes),
	KTAP_CASE(and_comes_back),
	KTAP_CASE(stops_without_a_bmc),
	KTAP_CASE(by_hotmod),
	KTAP_CASE(bmcs_come_later),
	KTAP_CASE(made_without_an_interface),
	KTAP_CASE(named_at_load),
};

int main(void)
{
	return ktap_main(cases, ARRAY_SIZE(cases));
}
