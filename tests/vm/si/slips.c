// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware whose tables have a slip, as real ones have: the interface is used where there is no
 * doubt of what is meant, and else the log and the report say what is wrong with each record. And
 * who adds an interface finds its device node when he goes on. Nothing is loaded before. See
 * suite.toml.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define PARAMS "/sys/class/ipmi/ipmi0/device/params"
#define REPORT "/sys/kernel/debug/ipmi_si/discovery"
#define PLATFORM "/sys/bus/platform/drivers/ipmi_si/"
#define HOTMOD "/sys/module/ipmi_si/parameters/hotmod"

static bool on(const char *name)
{
	return !strcmp(hardware(), name);
}

static bool logged(const char *text)
{
	if (!run("dmesg | grep -qF '%s'", text))
		return true;
	run("dmesg | grep ipmi");
	ktap_note("no \"%s\" in: %s", text, output());
	return false;
}

static bool reported(const char *text)
{
	if (!run("grep -qF '%s' " REPORT, text))
		return true;
	run("cat " REPORT);
	ktap_note("no \"%s\" in: %s", text, output());
	return false;
}

static int ask(void)
{
	int fd = ipmi_open_now(0), ret;
	struct reply r;

	if (fd < 0)
		return fd;
	ret = ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r);
	close(fd);
	return ret ?: r.data[0];
}

/* "Memory" at 0xca2: 27 of 3,212 public records. */
static void a_port_without_its_bit(void)
{
	EXPECT_EQ(run("modprobe ipmi_si && modprobe ipmi_devintf"), 0);
	EXPECT_EQ(ipmi_nodes(), 1);
	EXPECT_EQ(ask(), 0);
	EXPECT(!strncmp(file_text(PARAMS), "kcs,i/o,0xca2,rsp=1,", 20));
	EXPECT(logged("there can be no register at memory address 0xca2: it is taken for a port"));
	EXPECT(reported("SMBIOS dmi-ipmi-si.0 kcs at i/o 0xca2 "));
	EXPECT_EQ(stack_remove(), 0);
}

/* The administrator knows of it by the same address. */
static void a_port_without_its_bit_is_a_duplicate(void)
{
	EXPECT_EQ(run("modprobe ipmi_si type=kcs ports=0xca2 && modprobe ipmi_devintf"), 0);
	EXPECT_EQ(ipmi_nodes(), 1);
	EXPECT_EQ(ask(), 0);
	EXPECT(reported("parameters speak of this place"));
	EXPECT_EQ(stack_remove(), 0);
}

static void a_wrong_spacing(void)
{
	EXPECT_EQ(run("modprobe ipmi_si && modprobe ipmi_devintf"), 0);
	EXPECT_EQ(ipmi_nodes(), 1);
	EXPECT_EQ(ask(), 0);
	EXPECT(!strncmp(file_text(PARAMS), "kcs,i/o,0xca2,rsp=1,", 20));
	EXPECT(logged("the firmware says that the registers are 4 bytes apart, but they are 1"));
	EXPECT_EQ(stack_remove(), 0);
	/* what the administrator says is not doubted, and the log says what was looked at */
	EXPECT_EQ(run("modprobe ipmi_si trydmi=0 type=kcs ports=0xca2 regspacings=4"), 0);
	EXPECT(logged("kcs at i/o address 0xca2, register spacing 4, which is at 0xca6, reads as"));
	EXPECT_EQ(stack_remove(), 0);
}

/* 28 % of the public records have type 0 or base 0. */
static void records_that_are_wrong(void)
{
	EXPECT(run("modprobe ipmi_si"));
	EXPECT(strstr(output(), "No such device"));
	EXPECT(logged("Unable to find any System Interface(s): ACPI has 1 (IPI0001) and SMBIOS 4 "
		      "(type 38), of which none can be used here"));
	EXPECT(logged("SPMI, which is not used, names bt at i/o 0xe4"));
	EXPECT(logged("modprobe ipmi_si type=kcs ports=0xca2"));
	EXPECT(logged("ACPI IPI0001:00 was refused: its ACPI object has no interface type (_IFT)"));
	EXPECT(logged("it does not say what kind of interface it is (interface type 0, base address "
		      "0xca3)"));
	EXPECT(logged("its address is 0 (interface type 1, base address 0x0)"));
	EXPECT(logged("says neither what kind of interface it is nor where (interface type 0, "));
	EXPECT(logged("its register spacing is none that there is (interface type 1, base address "
		      "0xca3)"));
	EXPECT_EQ(run("modprobe ipmi_si unload_when_empty=0"), 0);
	EXPECT(reported("refused: record type 38: its address is 0"));
	EXPECT_EQ(stack_remove(), 0);
}

/* Another driver has the ACPI device; SMBIOS knows the place, and acpi_ipmi gets the object. */
static void a_device_that_another_has(void)
{
	EXPECT_EQ(file_write("/sys/bus/platform/devices/IPI0001:00/driver_override", "nobody"), 0);
	EXPECT_EQ(run("modprobe ipmi_si && modprobe ipmi_devintf"), 0);
	EXPECT_EQ(ipmi_nodes(), 1);
	EXPECT_EQ(ask(), 0);
	EXPECT_STR(link_name("/sys/class/ipmi/ipmi0/device"), "dmi-ipmi-si.0");
	for (double end = now() + 10; now() < end && !module_loaded("acpi_ipmi");)
		usleep(20000);
	EXPECT(module_loaded("acpi_ipmi"));
	for (double end = now() + 5; now() < end; usleep(20000))
		if (file_number("/sys/class/ipmi/ipmi0/device/nr_users") > 0)
			break;
	EXPECT(file_number("/sys/class/ipmi/ipmi0/device/nr_users") > 0);
	EXPECT_EQ(stack_remove(), 0);
	EXPECT_EQ(file_write("/sys/bus/platform/devices/IPI0001:00/driver_override", "\n"), 0);
}

/* Not a moment later: who wrote may be a script. */
static void who_adds_finds_it(void)
{
	keep_acpi_ipmi_out();
	EXPECT_EQ(run("modprobe ipmi_si && modprobe ipmi_devintf"), 0);
	REQUIRE(EXPECT_EQ(ipmi_nodes(), 1));
	EXPECT_EQ(file_write(PLATFORM "unbind", "dmi-ipmi-si.0"), 0);
	for (int i = 0; i < 6; i++) {
		EXPECT_EQ(file_write(PLATFORM "unbind", "IPI0001:00"), 0);
		EXPECT_EQ(ipmi_nodes(), 0);
		EXPECT_EQ(file_write(PLATFORM "bind", "IPI0001:00"), 0);
		EXPECT_EQ(ipmi_nodes(), 1);
	}
	EXPECT_EQ(file_write(PLATFORM "unbind", "IPI0001:00"), 0);
	for (int i = 0; i < 6; i++) {
		EXPECT_EQ(file_write(HOTMOD, "add,kcs,i/o,0xca2"), 0);
		EXPECT_EQ(ipmi_nodes(), 1);
		EXPECT_EQ(file_write(HOTMOD, "remove,kcs,i/o,0xca2"), 0);
		EXPECT_EQ(ipmi_nodes(), 0);
	}
}

static void another_interface_works(void)
{
	EXPECT_EQ(file_write(HOTMOD, "add,kcs,i/o,0xca2:add,kcs,i/o,0xcc0"), 0);
	EXPECT_EQ(ipmi_nodes(), 1);
	EXPECT_EQ(run("dmesg -r | grep '^<6>.*Interface detection failed.*another interface works'"), 0);
	EXPECT_EQ(file_write(HOTMOD, "remove,kcs,i/o,0xca2:remove,kcs,i/o,0xcc0"), 0);
	EXPECT_EQ(stack_remove(), 0);
}

static const struct ktap_case port[] = {
	KTAP_CASE(a_port_without_its_bit),
	KTAP_CASE(a_port_without_its_bit_is_a_duplicate),
};

static const struct ktap_case spacing[] = {
	KTAP_CASE(a_wrong_spacing),
};

static const struct ktap_case records[] = {
	KTAP_CASE(records_that_are_wrong),
};

static const struct ktap_case adding[] = {
	KTAP_CASE(a_device_that_another_has),
	KTAP_CASE(who_adds_finds_it),
	KTAP_CASE(another_interface_works),
};

int main(void)
{
	if (on("slip-port"))
		return ktap_main(port, ARRAY_SIZE(port));
	if (on("slip-spacing"))
		return ktap_main(spacing, ARRAY_SIZE(spacing));
	if (on("slip-records"))
		return ktap_main(records, ARRAY_SIZE(records));
	return ktap_main(adding, ARRAY_SIZE(adding));
}
