// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmi_poweroff: how it finds its way, and that the machine goes off. poweroff MODE; what
 * becomes of the machine is in its events and in what the BMC notes, see suite.toml.
 */
#include <errno.h>
#include <linux/reboot.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ktap.h"

#define PARAM "/sys/module/ipmi_poweroff/parameters/"
#define SYSCTL "/proc/sys/dev/ipmi/poweroff_powercycle"
#define CMD_REFUSE 0x72
#define FOR_GOOD 1000000

/* What the BMC is, has to be so before the module asks. */
static void loads(void)
{
	static const unsigned char receiver[] = { 0x24, 2 };
	const char *style = "chassis";
	int fd = ipmi_must_open(0);
	struct reply r;

	if (strstr(mode, "atca") || mode_is("pps")) {
		/* the makers and products of which both make a PPS */
		bmc_line("set manufacturer %s", mode_is("atca-cycle") ? "12634" : "0xa1");
		bmc_line("set product %s", mode_is("atca") ? "0x52" : "0x51");
		style = "ATCA";
	}
	if (mode_is("cpi1")) {
		bmc_line("set manufacturer 0x108");
		bmc_line("set product 0x157");
		bmc_line("satellite 24 answer");
		EXPECT_EQ(ipmi_ask(fd, NETFN_SENSOR, 0x00, receiver, sizeof(receiver), &r), 0);
		style = "CPI1";
	}
	close(fd);
	REQUIRE(EXPECT_EQ(run("modprobe ipmi_poweroff"), 0));
	EXPECT_EQ(run("dmesg | grep 'Found a %s style poweroff function'", style), 0);
}

/* One user, and nothing of it in flight any more: A6. */
static void holds_no_message(void)
{
	EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/nr_users"), 1);
	EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/nr_msgs"), BY_STACK(0, 2));
}

static void parameters(void)
{
	EXPECT_EQ(file_mode(PARAM "poweroff_powercycle"), 0644);
	EXPECT_STR(file_text(PARAM "poweroff_powercycle"), "0");
	EXPECT_EQ(file_mode(PARAM "ifnum_to_use"), 0644);
	EXPECT_STR(file_text(PARAM "ifnum_to_use"), "-1");
	EXPECT_EQ(file_mode(SYSCTL), 0644);
	EXPECT_EQ(file_write(SYSCTL, "7"), 0);
	EXPECT_STR(file_text(PARAM "poweroff_powercycle"), "7");
	EXPECT_EQ(file_write(PARAM "poweroff_powercycle", "0"), 0);
	EXPECT_STR(file_text(SYSCTL), "0");
	EXPECT_EQ(file_write(PARAM "ifnum_to_use", "some"), -EINVAL);
	/* one that is not there takes nothing away */
	if (stack_is_ours()) {
		EXPECT_EQ(file_write(PARAM "ifnum_to_use", "7"), -ENODEV);
		EXPECT_STR(file_text(PARAM "ifnum_to_use"), "-1");
		EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/nr_users"), 1);
	}
	EXPECT_EQ(file_write(PARAM "ifnum_to_use", "0"), 0);
}

/* A6: it leaves nothing behind that pins ipmi_si. */
static void goes_and_comes(void)
{
	EXPECT_EQ(module_remove("ipmi_poweroff"), 0);
	EXPECT_EQ(file_mode(SYSCTL), -1);
	EXPECT_EQ(stack_remove(), 0);
	EXPECT_EQ(stack_insert(), 0);
	EXPECT_EQ(run("modprobe ipmi_poweroff"), 0);
	EXPECT_EQ(run("dmesg | grep -c 'Found a chassis style poweroff function'"), 0);
	EXPECT_STR(output(), "2\n");
}

/* Loaded before its BMC is there it finds it later. */
static void bmc_comes_later(void)
{
	double end = now() + 10;

	EXPECT_EQ(module_remove("ipmi_poweroff"), 0);
	EXPECT_EQ(stack_remove(), 0);
	EXPECT_EQ(run("dmesg -c >/dev/null; modprobe ipmi_poweroff"), 0);
	EXPECT(run("dmesg | grep 'poweroff function'"));
	EXPECT_EQ(stack_insert(), 0);
	while (run("dmesg | grep 'Found a chassis style poweroff function'") && now() < end)
		usleep(50000);
	EXPECT(now() < end);
}

/* What a BMC says of itself, and what becomes of it; NULL: nothing. */
static const struct {
	int manufacturer, product, version, support;
	const char *style;
} makes[] = {
	{ 1, 1, 0x02, 0x80, "chassis" },
	{ 1, 1, 0x02, 0x7f, NULL },
	/* Dell before IPMI 1.5 */
	{ 0x2a2, 1, 0x01, 0, "chassis" },
	{ 0x2a2, 1, 0x90, 0, "chassis" },
	{ 0x2a2, 1, 0x41, 0, "chassis" },
	{ 0x2a3, 1, 0x01, 0, NULL },
	/* four bits of a maker's number are reserved */
	{ 0xf002a2, 1, 0x01, 0, "chassis" },
	{ 0x2a2, 1, 0x51, 0, NULL },
	{ 0x2a2, 1, 0x02, 0, NULL },
	/* one HP */
	{ 0x0b, 0x8201, 0x01, 0, "chassis" },
	{ 0x0b, 0x8201, 0x51, 0, NULL },
	{ 0x0b, 0x8202, 0x01, 0, NULL },
	{ 0x0c, 0x8201, 0x01, 0, NULL },
	{ 0x108, 0x157, 0x51, 0x80, "CPI1" },
	{ 0x108, 0x158, 0x51, 0, NULL },
	{ 0x109, 0x157, 0x51, 0, NULL },
	{ 12634, 1, 0x51, 0x80, "ATCA" },
	{ 1, 1, 0x02, 0x80, "chassis" },
};

/* One that cannot leaves the module loaded, idle, and without a user. */
static void finds_the_way(void)
{
	/* nor does it take more than there has to be in an answer */
	bmc_line("set aux none");
	for (unsigned int i = 0; i < ARRAY_SIZE(makes); i++) {
		bool good;

		bmc_line("set manufacturer %d", makes[i].manufacturer);
		bmc_line("set product %d", makes[i].product);
		bmc_line("set version %d", makes[i].version);
		bmc_line("set support %d", makes[i].support);
		good = EXPECT_EQ(run("dmesg -c >/dev/null; modprobe ipmi_poweroff"), 0);
		if (makes[i].style)
			good &= EXPECT_EQ(run("dmesg | grep 'Found a %s style poweroff function'",
					      makes[i].style), 0);
		else
			good &= EXPECT_EQ(run("dmesg | grep 'Unable to find a poweroff function'"),
					  0);
		good &= EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/nr_users"),
				  makes[i].style ? 1 : 0);
		good &= EXPECT_EQ(module_remove("ipmi_poweroff"), 0);
		if (!good)
			ktap_note("all of that is about row %u", i);
	}
}

/* An answer that is too short for that is asked for again. */
static void bad_answer(void)
{
	double end = now() + 30;
	int before;

	bmc_line("set support 128");
	/* what it can do is enough, if it says that */
	bmc_line("fault truncate netfn=6 cmd=1 n=1 arg=6");
	EXPECT_EQ(run("dmesg -c >/dev/null; modprobe ipmi_poweroff"), 0);
	EXPECT_EQ(run("dmesg | grep 'Found a chassis style poweroff function'"), 0);
	EXPECT_EQ(module_remove("ipmi_poweroff"), 0);
	bmc_line("fault truncate netfn=6 cmd=1 n=1 arg=5");
	before = bmc_number("count 6 1");
	EXPECT_EQ(run("dmesg -c >/dev/null; modprobe ipmi_poweroff"), 0);
	while (run("dmesg | grep 'Found a chassis style poweroff function'") && now() < end)
		usleep(100000);
	EXPECT(now() < end);
	EXPECT(bmc_number("count 6 1") >= before + 2);
	EXPECT_EQ(module_remove("ipmi_poweroff"), 0);
	/* one that cannot is not asked again: who is asked again is so every 5 s */
	bmc_line("set support 0");
	EXPECT_EQ(run("modprobe ipmi_poweroff"), 0);
	before = bmc_number("count 6 1");
	sleep(7);
	EXPECT_EQ(bmc_number("count 6 1"), before);
	EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/nr_users"), 0);
	EXPECT_EQ(module_remove("ipmi_poweroff"), 0);
}

static long users(int n)
{
	return file_number("/sys/class/ipmi/ipmi%d/device/nr_users", n);
}

static void hotmod(const char *what)
{
	EXPECT_EQ(file_write("/sys/module/ipmi_si/parameters/hotmod", what), 0);
}

static bool waits_for_user(int n)
{
	double end = now() + 15;

	while (users(n) != 1 && now() < end)
		usleep(50000);
	return users(n) == 1;
}

/* The first BMC, until another one is named: none but that one is used. */
static void two_bmcs(void)
{
	/* acpi_ipmi is a user, too */
	keep_acpi_ipmi_out();
	REQUIRE(EXPECT_EQ(stack_remove(), 0));
	REQUIRE(EXPECT_EQ(run("modprobe -a ipmi_si ipmi_devintf"), 0));
	close(ipmi_must_open(0));
	close(ipmi_must_open(1));
	EXPECT_EQ(run("modprobe ipmi_poweroff"), 0);
	EXPECT_EQ(users(0), 1);
	EXPECT_EQ(users(1), 0);
	EXPECT_EQ(file_write(PARAM "ifnum_to_use", "-1"), 0);
	EXPECT_EQ(users(0), 1);
	EXPECT_EQ(file_write(PARAM "ifnum_to_use", "1"), 0);
	EXPECT_EQ(users(0), 0);
	EXPECT_EQ(users(1), 1);
	EXPECT_EQ(file_write(PARAM "ifnum_to_use", "0"), 0);
	EXPECT_EQ(users(0), 1);
	EXPECT_EQ(users(1), 0);
	/* it goes, and comes back; the other one is not asked */
	hotmod("remove,kcs,i/o,0xca2");
	EXPECT_EQ(users(1), 0);
	hotmod("add,kcs,i/o,0xca2");
	EXPECT(waits_for_user(0));
	EXPECT_EQ(users(1), 0);
	/* nobody has named one: the one that remains is used, and stays */
	EXPECT_EQ(file_write(PARAM "ifnum_to_use", "-1"), 0);
	hotmod("remove,kcs,i/o,0xca2");
	EXPECT(waits_for_user(1));
	hotmod("add,kcs,i/o,0xca2");
	close(ipmi_must_open(0));
	EXPECT_EQ(users(0), 0);
	EXPECT_EQ(users(1), 1);
	/* and the other way round: the one that is not used goes and comes */
	EXPECT_EQ(file_write(PARAM "ifnum_to_use", "1"), 0);
	hotmod("remove,kcs,i/o,0xca2");
	EXPECT_EQ(users(1), 1);
	hotmod("add,kcs,i/o,0xca2");
	close(ipmi_must_open(0));
	EXPECT_EQ(users(0), 0);
	EXPECT_EQ(users(1), 1);
	EXPECT_EQ(module_remove("ipmi_poweroff"), 0);
	EXPECT_EQ(users(1), 0);
	EXPECT_EQ(run("modprobe ipmi_poweroff ifnum_to_use=1"), 0);
	EXPECT_EQ(users(0), 0);
	EXPECT_EQ(users(1), 1);
	EXPECT_EQ(module_remove("ipmi_poweroff"), 0);
	EXPECT_EQ(run("modprobe ipmi_poweroff ifnum_to_use=2"), 0);
	EXPECT_EQ(users(0), 0);
	EXPECT_EQ(users(1), 0);
	EXPECT_EQ(module_remove("ipmi_poweroff"), 0);
}

static void refuse(unsigned char mask)
{
	int fd = ipmi_open(0);
	struct reply r;

	EXPECT_EQ(ipmi_ask(fd, NETFN_OEM, CMD_REFUSE, &mask, 1, &r), 0);
	EXPECT_EQ(r.data[0], 0);
	close(fd);
}

/* It is asked for at the very end, so the last thing is to prepare for it. */
static void prepares(void)
{
	if (strstr(mode, "cycle") || mode_is("dead"))
		EXPECT_EQ(file_write(SYSCTL, "1"), 0);
	if (mode_is("cycle-refused"))
		refuse(1 << 2);
	/* nobody can switch it off but this one, later */
	if (mode_is("refused")) {
		EXPECT_EQ(file_write(SYSCTL, "1"), 0);
		refuse(1 << 2 | 1 << 0);
		bmc_line("after 15000 hw 03");
	}
	if (mode_is("dead"))
		bmc_line("after 300 away busy %d", FOR_GOOD);
	if (mode_is("silent-cycle"))
		bmc_line("after 300 away silent %d", FOR_GOOD);
	/* "yes", and nothing is done; it has 10 s to do it, and the note is one of its log */
	if (mode_is("lying-cycle")) {
		bmc_line("fault cc netfn=0 cmd=2 n=1 arg=0");
		bmc_line("after 7000 faults");
	}
	/* it goes without the blessing of the hot swap controller */
	if (mode_is("cpi1"))
		bmc_line("fault cc netfn=3e cmd=84 arg=0xff");
	bmc_line("trace on");
	sleep(1);
}

static const struct ktap_case all[] = {
	KTAP_CASE(loads), KTAP_CASE(holds_no_message), KTAP_CASE(parameters),
	KTAP_CASE(goes_and_comes), KTAP_CASE(bmc_comes_later), KTAP_CASE(prepares),
};

static const struct ktap_case two[] = {
	KTAP_CASE(two_bmcs),
};

static const struct ktap_case makers[] = {
	KTAP_CASE(finds_the_way),
	KTAP_CASE(bad_answer),
};

static const struct ktap_case some[] = {
	KTAP_CASE(loads),
	KTAP_CASE(prepares),
};

int main(int argc, char **argv)
{
	int ret;

	mode = argc > 1 ? argv[1] : "off";
	keep_acpi_ipmi_out();
	if (mode_is("two"))
		return ktap_main(two, ARRAY_SIZE(two));
	if (mode_is("find"))
		return ktap_main(makers, ARRAY_SIZE(makers));
	ret = mode_is("off") ? ktap_main(all, ARRAY_SIZE(all)) : ktap_main(some, ARRAY_SIZE(some));
	if (ret)
		return 1;
	fflush(stdout);
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_POWER_OFF,
		NULL);
	return 1;
}
