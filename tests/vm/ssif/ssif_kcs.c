// SPDX-License-Identifier: GPL-2.0-only
/*
 * One BMC with two system interfaces, KCS of QEMU's and SSIF of tests/modules/ssif_fake_main.c,
 * is one object in sysfs; another is another. And the parameters of ipmi_ssif.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fake_ssif.h"
#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define CMD_GET_DEVICE_GUID 0x08
#define BMC(n) "/sys/class/ipmi/ipmi" #n "/device/bmc"

static void load(const char *fake, const char *driver)
{
	EXPECT_EQ(run("insmod /vm/modules/ssif_fake.ko %s", fake), 0);
	EXPECT_EQ(run("modprobe ipmi_ssif %s", driver), 0);
}

static void unload(void)
{
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
	EXPECT_EQ(run("rmmod ssif_fake"), 0);
}

static void works(int n)
{
	struct reply r;
	int fd = ipmi_open(n);

	REQUIRE(EXPECT(fd >= 0));
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	EXPECT_EQ(r.data[0], 0);
	close(fd);
}

/* Who the KCS one is, as the fake's parameters say it. */
static const char *same(void)
{
	static char text[128];
	struct reply r;
	int fd = ipmi_open(0), n;

	n = snprintf(text, sizeof(text), "product=%ld manufacturer=%ld",
		     strtol(file_text(BMC(0) "/product_id"), NULL, 0),
		     strtol(file_text(BMC(0) "/manufacturer_id"), NULL, 0));
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_GUID, NULL, 0, &r), 0);
	if (!r.data[0] && EXPECT_EQ(r.len, 17)) {
		n += snprintf(text + n, sizeof(text) - n, " guid=");
		for (int i = 0; i < 16; i++)
			n += snprintf(text + n, sizeof(text) - n, "%02x", r.data[1 + i]);
	}
	close(fd);
	return text;
}

static void one_bmc(void)
{
	char first[64];

	works(0);
	load(same(), "addr=0x10 adapter_name=ssif_fake");
	works(1);
	snprintf(first, sizeof(first), "%s", link_name(BMC(0)));
	EXPECT(first[0]);
	EXPECT_STR(link_name(BMC(1)), first);
	run("ls -d /sys/bus/platform/devices/ipmi_bmc.* | wc -l");
	EXPECT_EQ(atoi(output()), 1);
	/* one goes, and the other goes on */
	unload();
	works(0);
	EXPECT_EQ(ipmi_nodes(), 1);
	EXPECT_STR(link_name(BMC(0)), first);
}

static void two_bmcs(void)
{
	char first[64];

	load("product=99", "addr=0x10 adapter_name=ssif_fake");
	works(1);
	snprintf(first, sizeof(first), "%s", link_name(BMC(0)));
	EXPECT(strcmp(link_name(BMC(1)), first));
	run("ls -d /sys/bus/platform/devices/ipmi_bmc.* | wc -l");
	EXPECT_EQ(atoi(output()), 2);
	unload();
}

static bool logged(const char *pattern)
{
	return run("dmesg | tail -n 40 | grep -q '%s'", pattern) == 0;
}

/* The BMC's address on the IPMB, as a program sees it. */
static int slave_address(int n)
{
	unsigned int address = 0;
	int fd = ipmi_open(n);

	EXPECT_EQ(ioctl(fd, IPMICTL_GET_MY_ADDRESS_CMD, &address), 0);
	close(fd);
	return address;
}

/* Whose adapter's name is what, and whether there is an interface then. */
static void adapter_names(void)
{
	static const struct {
		const char *name, *parameter;
		bool is;
	} names[] = {
		{ "ssif_fake", "adapter_name=nobody", false },
		{ "ssif_fake", "adapter_name=ssif_fakes", true },
		{ "ssif_fake", "adapter_name=ssi", true },
		{ "ssif_fake", "adapter_name=sif_fake", false },
		{ "ssif_fake", "", true },
		{ "\\\"SMBus of ours\\\"", "adapter_name=SMBusof", true },
		{ "\\\"SMBus of ours\\\"", "adapter_name=SMBusour", false },
		{ "\\\"SMBus of ours\\\"", "adapter_name=SMBus,SMBusofours", true },
	};
	char fake[64], driver[64];

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(fake, sizeof(fake), "name=%s", names[i].name);
		snprintf(driver, sizeof(driver), "addr=0x10 %s", names[i].parameter);
		load(fake, driver);
		if (names[i].is)
			works(1);
		if (!EXPECT_EQ(ipmi_nodes(), 1 + names[i].is))
			ktap_note("%s, %s", fake, driver);
		unload();
	}
}

static bool no_adapter_is_reported(void)
{
	return !run("grep 'there is no adapter that transfers SMBus blocks' "
		    "/sys/kernel/debug/ipmi_ssif/discovery");
}

/* An adapter that cannot transfer blocks is not asked to, one that knows no PEC uses none. */
static void what_the_adapter_knows(void)
{
	run("dmesg -c >/dev/null");
	load("blocks=0", "addr=0x10 dbg_probe=1");
	EXPECT_EQ(ipmi_nodes(), 1);
	EXPECT(!logged("BMC on ssif_fake"));
	/* the place is looked at, now and then, until a device has it */
	for (double end = now() + 5; !no_adapter_is_reported() && now() < end;)
		usleep(20000);
	EXPECT(no_adapter_is_reported());
	EXPECT_EQ(run("echo ipmi_ssif 0x10 >$(grep -l ssif_fake /sys/bus/i2c/devices/i2c-*/name | "
		      "sed 's/name$/new_device/')"), 0);
	usleep(300000);
	EXPECT_EQ(ipmi_nodes(), 1);
	EXPECT(logged("its adapter cannot transfer SMBus blocks"));
	EXPECT(!logged("Not present"));
	unload();
	load("level=i2c pec=1 can_pec=0", "addr=0x10");
	works(1);
	EXPECT_EQ(file_number("/sys/kernel/debug/ssif_fake/pecs"), 0);
	unload();
	load("level=i2c pec=1", "addr=0x10");
	works(1);
	EXPECT(file_number("/sys/kernel/debug/ssif_fake/pecs") > 0);
	unload();
}

static void parameters(void)
{
	/* the second of each is the second's */
	load("", "addr=0x11,0x10 adapter_name=ssif_fake,'s sif' slave_addrs=0x26,0x24 dbg=1,0");
	works(1);
	EXPECT(logged("address 0x10, adapter ssif_fake, slave address 0x24"));
	EXPECT_EQ(slave_address(1), 0x24);
	EXPECT(!logged("ipmi_ssif .*request: "));
	EXPECT(fake_enables_become(5, 5));
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
	EXPECT_EQ(run("modprobe ipmi_ssif addr=0x11,0x10 slave_addrs=0x26 dbg=0,1"), 0);
	works(1);
	EXPECT_EQ(slave_address(1), 0x20);
	EXPECT(logged("ipmi_ssif .*request: 18 01"));
	EXPECT(logged("ipmi_ssif .*answer: 1c 01 00"));
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);

	run("dmesg -c >/dev/null");
	EXPECT_EQ(run("modprobe ipmi_ssif addr=0x10 alerts_broken=1 dbg_probe=1"), 0);
	works(1);
	EXPECT(logged("Found a BMC on ssif_fake at i2c address 0x10"));
	EXPECT(!logged("ipmi_ssif .*request: "));
	EXPECT(fake_enables_become(5, 4));
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
	EXPECT_EQ(file_write("/sys/kernel/debug/ssif_fake/fault", "nack-write"), 0);
	EXPECT_EQ(run("modprobe ipmi_ssif addr=0x10 dbg_probe=1"), 0);
	EXPECT(logged("No BMC on ssif_fake at i2c address 0x10"));
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
	EXPECT_EQ(file_write("/sys/kernel/debug/ssif_fake/fault", "ok"), 0);
	/* where nobody is: what that means, and what may be meant */
	run("dmesg -c >/dev/null");
	EXPECT_EQ(run("modprobe ipmi_ssif addr=0x20,0x80,0x30 adapter_name=,,nobody"), 0);
	sleep(2);
	EXPECT(logged("address 0x20, hardcoded-specified, adapter .*: nobody acknowledges it on 1 "
		      "adapter; .*try addr=0x10. It is looked for again"));
	EXPECT(logged("address 0x80, .*: that is no address; .*try addr=0x40. It is not looked for"));
	EXPECT(logged("address 0x30, .*, adapter nobody: there is no adapter of that name"));
	EXPECT(logged("ipmi0 is another interface, and there"));
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
	EXPECT(run("modprobe ipmi_ssif addr=1,2,3,4,5") != 0);
	EXPECT_EQ(run("modprobe ipmi_ssif"), 0);
	EXPECT_EQ(ipmi_nodes(), 1);
	unload();
}

static const struct ktap_case cases[] = {
	KTAP_CASE(one_bmc),
	KTAP_CASE(two_bmcs),
	KTAP_CASE(parameters),
	KTAP_CASE(adapter_names),
	KTAP_CASE(what_the_adapter_knows),
};

int main(void)
{
	return ktap_main(cases, ARRAY_SIZE(cases));
}
