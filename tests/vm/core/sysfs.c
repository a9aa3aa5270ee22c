// SPDX-License-Identifier: GPL-2.0-only
/*
 * What sysfs shows of an interface and its BMC: class, devices, links, attributes. The BMC
 * is that of tools/vm/bmc.toml.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "guest.h"
#include "interface.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define CLASS "/sys/class/ipmi/ipmi0"
#define BMC "/sys/devices/platform/ipmi_bmc.0"

static int fd;

static void class_device(void)
{
	char dev[32], uevent[128];
	struct stat st;

	REQUIRE(EXPECT_EQ(stat("/dev/ipmi0", &st), 0));
	snprintf(dev, sizeof(dev), "%u:%u", major(st.st_rdev), minor(st.st_rdev));
	EXPECT_STR(file_text(CLASS "/dev"), dev);
	snprintf(uevent, sizeof(uevent), "MAJOR=%u\nMINOR=%u\nDEVNAME=ipmi0", major(st.st_rdev),
		 minor(st.st_rdev));
	EXPECT_STR(file_text(CLASS "/uevent"), uevent);
	EXPECT_STR(link_name(CLASS "/subsystem"), "ipmi");
}

static void parent(void)
{
	EXPECT_STR(link_name(CLASS "/device"), interface()->device);
	EXPECT_STR(link_name(CLASS "/device/driver"), "ipmi_si");
	EXPECT_STR(link_name(CLASS "/device/ipmi/ipmi0/subsystem"), "ipmi");
}

/* The number of users once nobody comes or goes; acpi_ipmi may still be on its way. */
static long settled_users(void)
{
	long n = file_number(CLASS "/device/nr_users");

	for (int quiet = 0; quiet < 3; quiet++) {
		usleep(100000);
		if (file_number(CLASS "/device/nr_users") != n) {
			n = file_number(CLASS "/device/nr_users");
			quiet = 0;
		}
	}
	return n;
}

static void nr_users(void)
{
	long before = settled_users();
	int other;

	EXPECT_EQ(file_mode(CLASS "/device/nr_users"), 0444);
	EXPECT(before >= 1);
	other = ipmi_open(0);
	EXPECT_EQ(file_number(CLASS "/device/nr_users"), before + 1);
	close(other);
	EXPECT_EQ(file_number(CLASS "/device/nr_users"), before);
}

static void nr_msgs(void)
{
	struct reply r;

	EXPECT_EQ(file_mode(CLASS "/device/nr_msgs"), 0444);
	EXPECT_EQ(file_number(CLASS "/device/nr_msgs"), 0);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(ipmi_send(fd, i, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	/* on the way or unread, they count */
	EXPECT_EQ(file_number(CLASS "/device/nr_msgs"), 3);
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(ipmi_wait(fd, ANSWER_MS), 1);
		EXPECT_EQ(ipmi_recv(fd, &r), 0);
		EXPECT_EQ(file_number(CLASS "/device/nr_msgs"), 2 - i);
	}
}

static void nr_msgs_after_close(void)
{
	int other = ipmi_open(0);

	EXPECT_EQ(ipmi_send(other, 1, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	EXPECT_EQ(ipmi_wait(other, ANSWER_MS), 1);
	EXPECT_EQ(file_number(CLASS "/device/nr_msgs"), 1);
	close(other);
	EXPECT_EQ(file_number(CLASS "/device/nr_msgs"), 0);
}

static void bmc_device(void)
{
	EXPECT_STR(link_name(CLASS "/device/bmc"), "ipmi_bmc.0");
	EXPECT_STR(link_name(BMC "/ipmi0"), interface()->device);
	EXPECT_STR(link_name(BMC "/driver"), "ipmi");
	EXPECT_STR(link_name(BMC "/subsystem"), "platform");
	EXPECT_STR(file_text(BMC "/modalias"), "platform:ipmi_bmc");
	EXPECT_EQ(file_mode("/sys/bus/platform/drivers/ipmi/bind"), 0200);
}

static void bmc_attributes(void)
{
	static const struct {
		const char *name, *value;
	} attributes[] = {
		{ "device_id", "32" },
		{ "provides_device_sdrs", "0" },
		{ "revision", "0" },
		{ "firmware_revision", "1.42" },
		{ "ipmi_version", "2.0" },
		{ "additional_device_support", "0x07" },
		{ "manufacturer_id", "0x007ed9" },
		{ "product_id", "0x1d70" },
		{ "guid", "512a0c8f-7b3d-194e-9a64-5b2e71c0d3f8" },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(attributes); i++) {
		EXPECT_EQ(file_mode(BMC "/%s", attributes[i].name), 0444);
		EXPECT_STR(file_text(BMC "/%s", attributes[i].name), attributes[i].value);
	}
	/* this BMC's answer ends before it */
	EXPECT_EQ(file_mode(BMC "/aux_firmware_revision"), -1);
}

static void si_attributes(void)
{
	static const char *const counters[] = {
		"short_timeouts", "long_timeouts", "idles",		    "interrupts",
		"attentions",	  "flag_fetches",  "hosed_count",	    "complete_transactions",
		"events",	  "watchdog_pretimeouts", "incoming_messages",
	};
	const struct interface *f = interface();
	char params[128];

	EXPECT_STR(file_text(CLASS "/device/type"), f->type);
	EXPECT_EQ(file_mode(CLASS "/device/type"), 0444);
	EXPECT_STR(file_text(CLASS "/device/interrupts_enabled"), f->irq ? "1" : "0");
	EXPECT_EQ(file_mode(CLASS "/device/interrupts_enabled"), 0444);
	snprintf(params, sizeof(params), "%s,i/o,0x%lx,rsp=1,rsi=1,rsh=0,irq=%d,ipmb=%d", f->type,
		 f->port, f->irq, f->device[0] == '0' ? 0 : 32);
	EXPECT_STR(file_text(CLASS "/device/params"), params);
	for (unsigned int i = 0; i < ARRAY_SIZE(counters); i++) {
		EXPECT_EQ(file_mode(CLASS "/device/%s", counters[i]), 0444);
		EXPECT(file_number(CLASS "/device/%s", counters[i]) >= 0);
	}
	EXPECT_EQ(file_number(CLASS "/device/hosed_count"), 0);
}

static void transactions_are_counted(void)
{
	long before = file_number(CLASS "/device/complete_transactions");
	struct reply r;

	for (int i = 0; i < 10; i++)
		EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	EXPECT(file_number(CLASS "/device/complete_transactions") >= before + 10);
}

static void ioports_are_claimed(void)
{
	const struct interface *f = interface();
	char line[32];

	for (int i = 0; i < f->registers; i++) {
		snprintf(line, sizeof(line), "%04lx-%04lx : ipmi_si", f->port + i, f->port + i);
		EXPECT_EQ(run("grep '%s' /proc/ioports", line), 0);
	}
	EXPECT_EQ(run("grep -c ' : ipmi_si$' /proc/ioports"), 0);
	EXPECT_EQ(atoi(output()), f->registers);
	EXPECT_EQ(run("grep '[ ,]ipmi_si$' /proc/interrupts"), f->irq ? 0 : 1);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(class_device),
	KTAP_CASE(parent),
	KTAP_CASE(nr_users),
	KTAP_CASE(nr_msgs),
	KTAP_CASE(nr_msgs_after_close),
	KTAP_CASE(bmc_device),
	KTAP_CASE(bmc_attributes),
	KTAP_CASE(si_attributes),
	KTAP_CASE(transactions_are_counted),
	KTAP_CASE(ioports_are_claimed),
};

int main(void)
{
	fd = ipmi_must_open(0);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
