// SPDX-License-Identifier: GPL-2.0-only
/*
 * hotmod: what it takes and refuses, what comes of it, and interfaces that come and go under
 * traffic. The machine has KCS at 0xca2 and BT at 0xe4; no source of discovery is asked, so
 * there is no interface at the begin. See suite.toml.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define CLASS "/sys/class/ipmi/ipmi"
#define HOTMOD "/sys/module/ipmi_si/parameters/hotmod"
#define KCS "kcs,i/o,0xca2"
#define BT "bt,i/o,0xe4"

/* A BMC is asked some things before it has a node. */
#define APPEARS 10.0

static int hotmod(const char *text)
{
	return file_write(HOTMOD, text);
}

/* Waits until there are so many nodes. */
static bool nodes(int n)
{
	for (double end = now() + APPEARS; ipmi_nodes() != n && now() < end;)
		usleep(20000);
	return ipmi_nodes() == n;
}

/* How many there were made and are still there. */
static long devices(void)
{
	run("ls /sys/devices/platform | grep -c '^hotmod-ipmi-si'");
	return atol(output());
}

/* An operation that is refused, and how. */
static const struct {
	const char *text;
	int error;
	const char *log;
} refusals[] = {
	{ "\n", EINVAL, "No hotmod operation given" },
	{ "add", EINVAL, "No hotmod operation given" },
	{ "frob,kcs,i/o,0xca2", EINVAL, "Invalid hotmod operation 'frob'" },
	{ "ADD,kcs,i/o,0xca2", EINVAL, "Invalid hotmod operation 'ADD'" },
	{ "add,", EINVAL, "No hotmod interface type given" },
	{ "add,kcs", EINVAL, "No hotmod interface type given" },
	{ "add,ssif,i/o,0xca2", EINVAL, "Invalid hotmod interface type 'ssif'" },
	{ "add,invalid,i/o,0xca2", EINVAL, "Invalid hotmod interface type 'invalid'" },
	{ "add, kcs,i/o,0xca2", EINVAL, "Invalid hotmod interface type ' kcs'" },
	{ "add,kcs,i/o", EINVAL, "No hotmod address space given" },
	{ "add,kcs,io,0xca2", EINVAL, "Invalid hotmod address space 'io'" },
	{ "add,kcs,i/o,", EINVAL, "Invalid hotmod address ''" },
	{ "add,kcs,i/o,xyz", EINVAL, "Invalid hotmod address 'xyz'" },
	{ "add,kcs,i/o,0xca2x", EINVAL, "Invalid hotmod address '0xca2x'" },
	{ "add,kcs,i/o,0x1ffffffffffffffff", ERANGE, "Invalid hotmod address '0x1ff" },
	{ "add,kcs,i/o,0xca2,rsp", EINVAL, "No option given for 'rsp'" },
	{ "add,kcs,i/o,0xca2,rsp=", EINVAL, "Bad option given for 'rsp'" },
	{ "add,kcs,i/o,0xca2,rsp=x", EINVAL, "Bad option given for 'rsp'" },
	{ "add,kcs,i/o,0xca2,ipmb=0x20x", EINVAL, "Bad option given for 'ipmb'" },
	{ "add,kcs,i/o,0xca2,frob=1", EINVAL, "Invalid hotmod option 'frob'" },
	{ "remove,kcs,i/o,0xca2,frob=1", EINVAL, "Invalid hotmod option 'frob'" },
	{ "remove,kcs,i/o,0xca2:", EINVAL, "No hotmod operation given" },
	{ "remove,kcs,i/o,0xca2:add,kcs,i/o,0xca2 0", EINVAL, "Invalid hotmod address" },
};

static void what_is_refused(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(refusals); i++) {
		run("dmesg -c");
		if (!EXPECT_EQ(hotmod(refusals[i].text), -refusals[i].error))
			ktap_note("%s", refusals[i].text);
		run("dmesg | grep 'ipmi_hotmod: '");
		if (!EXPECT(strstr(output(), refusals[i].log)))
			ktap_note("\"%s\" not in: %s", refusals[i].log, output());
	}
	EXPECT_EQ(ipmi_nodes(), 0);
}

static void add_and_remove(void)
{
	EXPECT_EQ(hotmod(" \tadd," KCS "\n"), 0);
	REQUIRE(EXPECT(nodes(1)));
	EXPECT_STR(file_text(CLASS "0/device/type"), "kcs");
	EXPECT_STR(file_text(CLASS "0/device/params"),
		   "kcs,i/o,0xca2,rsp=1,rsi=1,rsh=0,irq=0,ipmb=32");
	EXPECT(!strncmp(link_name(CLASS "0/device"), "hotmod-ipmi-si.", 15));
	/* by its address; what is not there is removed as well */
	EXPECT_EQ(hotmod("remove," KCS), 0);
	EXPECT(nodes(0));
	EXPECT_EQ(hotmod("remove," KCS), 0);
	EXPECT_EQ(run("grep ipmi_si /proc/ioports"), 1);
}

/* Addresses are octal, decimal or hexadecimal; the last of several options counts. */
static void numbers_and_options(void)
{
	EXPECT_EQ(hotmod("add,kcs,i/o,06242,irq=7,ipmb=0x24,irq=0,ipmb=36,rsh=0,rsi=1,rsp=01"), 0);
	REQUIRE(EXPECT(nodes(1)));
	EXPECT_STR(file_text(CLASS "0/device/params"),
		   "kcs,i/o,0xca2,rsp=1,rsi=1,rsh=0,irq=0,ipmb=36");
	/* remove looks at type, space and address only */
	EXPECT_EQ(hotmod("remove,bt,i/o,3234"), 0);
	EXPECT_EQ(hotmod("remove,kcs,mem,3234"), 0);
	EXPECT_EQ(ipmi_nodes(), 1);
	EXPECT_EQ(hotmod("remove,kcs,i/o,3234,irq=9,ipmb=1"), 0);
	EXPECT(nodes(0));
}

static bool slow_bmc;

static void with_an_interrupt(void)
{
	char text[160];
	struct reply r;
	int fd;

	EXPECT_EQ(hotmod("add," KCS ",irq=5"), 0);
	REQUIRE(EXPECT(nodes(1)));
	EXPECT_EQ(file_number(CLASS "0/device/interrupts_enabled"), 1);
	EXPECT_EQ(run("grep -q ipmi_si /proc/interrupts"), 0);
	fd = ipmi_open(0);
	for (int i = 0; i < 20; i++)
		EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	/* an answer that is there at once needs none */
	if (slow_bmc)
		EXPECT(file_number(CLASS "0/device/interrupts") > 0);
	close(fd);
	/* what params says is what hotmod takes */
	snprintf(text, sizeof(text), "remove,%s", file_text(CLASS "0/device/params"));
	EXPECT_EQ(hotmod(text), 0);
	EXPECT(nodes(0));
	EXPECT_EQ(run("grep -q ipmi_si /proc/interrupts"), 1);
}

static void several_operations(void)
{
	int bt;

	EXPECT_EQ(hotmod("add," KCS ":add," BT ",ipmb=0x24\n"), 0);
	REQUIRE(EXPECT(nodes(2)));
	/* they are tried at the same time, so either may be the first */
	bt = !strcmp(file_text(CLASS "0/device/type"), "bt") ? 0 : 1;
	EXPECT_STR(file_text(CLASS "%d/device/type", bt), "bt");
	EXPECT_STR(file_text(CLASS "%d/device/type", !bt), "kcs");
	/* the report of discovery tells which is which */
	if (stack_is_ours())
		for (int n = 0; n < 2; n++)
			EXPECT_EQ(run("grep -A 1 'hotmod-ipmi-si.* %s at ' "
				      "/sys/kernel/debug/ipmi_si/discovery | "
				      "grep -q 'up as ipmi%d, at try 1$'",
				      file_text(CLASS "%d/device/type", n), n), 0);
	/* the first one is done, the second one stops it, the third one is not looked at */
	EXPECT_EQ(hotmod("remove," KCS ":frob:remove," BT), -EINVAL);
	EXPECT(nodes(1));
	EXPECT_STR(file_text(CLASS "%d/device/type", bt), "bt");
	EXPECT_EQ(hotmod("remove," BT), 0);
	EXPECT(nodes(0));
}

static void duplicates(void)
{
	EXPECT_EQ(hotmod("add," KCS), 0);
	REQUIRE(EXPECT(nodes(1)));
	EXPECT_EQ(hotmod("add," KCS), 0);
	EXPECT_EQ(hotmod("add,bt,i/o,0xca2"), 0);
	EXPECT_EQ(run("dmesg | grep 'hotmod-specified kcs state machine: duplicate'"), 0);
	EXPECT_EQ(run("dmesg | grep 'hotmod-specified bt state machine: duplicate'"), 0);
	EXPECT_EQ(ipmi_nodes(), 1);
	/* the kernel's own keeps a device for each of them until the module goes */
	EXPECT_EQ(devices(), BY_STACK(1, 3));
	EXPECT_EQ(hotmod("remove," KCS), 0);
	EXPECT(nodes(0));
}

/* Whoever is at an address goes, an open file gets its end, and the next one comes. */
static int hammer(int fd)
{
	struct reply r;

	for (;;) {
		int ret = ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r);

		if (ret == -ENODEV || ret == -EPIPE || ret == -EINVAL || (!ret && r.data[0]))
			return 0;
		if (ret)
			return -ret;
	}
}

static void remove_under_traffic(void)
{
	int status;

	keep_acpi_ipmi_out();
	for (int round = 0; round < 5; round++) {
		EXPECT_EQ(hotmod("add," KCS ",irq=5"), 0);
		REQUIRE(EXPECT(nodes(1)));
		fflush(stdout);
		for (int i = 0; i < 3; i++) {
			int fd = ipmi_open(0);

			REQUIRE(fd >= 0);
			if (!fork())
				_exit(hammer(fd));
			close(fd);
		}
		usleep(200000);
		EXPECT_EQ(hotmod("remove," KCS), 0);
		EXPECT_EQ(ipmi_nodes(), 0);
		for (int i = 0; i < 3; i++) {
			REQUIRE(EXPECT(wait(&status) > 0));
			EXPECT_EQ(status, 0);
		}
	}
}

static void with_an_open_file(void)
{
	struct reply r;
	int old, new;

	EXPECT_EQ(hotmod("add," KCS), 0);
	REQUIRE(EXPECT(nodes(1)));
	old = ipmi_open(0);
	EXPECT_EQ(hotmod("remove," KCS), 0);
	EXPECT_EQ(hotmod("add," KCS), 0);
	REQUIRE(EXPECT(nodes(1)));
	EXPECT(ipmi_send(old, 1, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0) < 0);
	for (int i = 0; i < 4; i++)
		if (file_mode(CLASS "%d", i) >= 0) {
			new = ipmi_open(i);
			EXPECT_EQ(ipmi_ask(new, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
			close(new);
		}
	close(old);
	EXPECT_EQ(hotmod("remove," KCS), 0);
	EXPECT(nodes(0));
}

/* The highest K of hotmod-ipmi-si.K. */
static long highest(void)
{
	run("ls /sys/devices/platform | sed -n 's/^hotmod-ipmi-si.//p' | sort -n | tail -n 1");
	return atol(output());
}

/* K counts additions; nothing of the old ones stays. */
static void many(void)
{
	long before = devices(), k;

	EXPECT_EQ(hotmod("add," KCS), 0);
	REQUIRE(EXPECT(nodes(1)));
	k = highest();
	EXPECT(k > 10);
	EXPECT_EQ(hotmod("remove," KCS), 0);
	for (int i = 0; i < 50; i++) {
		EXPECT_EQ(hotmod("add,kcs,mem,0xfed90000"), 0);
		EXPECT_EQ(hotmod("remove,kcs,mem,0xfed90000"), 0);
	}
	EXPECT_EQ(devices(), before);
	EXPECT_EQ(hotmod("add," KCS), 0);
	REQUIRE(EXPECT(nodes(1)));
	EXPECT_EQ(highest(), k + 51);
}

/* Lines of the log about a request and its answer over an interface of this kind. */
static int logged(int node, const char *kind)
{
	int fd = ipmi_open(node);
	struct reply r;

	run("dmesg -c >/dev/null");
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	close(fd);
	run("dmesg | grep -c -e '%s request: 18 01$' -e '%s answer: 1c 01 00 20 '", kind, kind);
	return atoi(output());
}

/* The messages, of the kind of interface whose mask says so: 1 and 2 together. */
static void debug_masks(void)
{
	static const char *const kinds[] = { "kcs", "bt" };
	char path[64], other[64];
	int bt;

	EXPECT_EQ(file_number("/sys/module/ipmi_si/parameters/kcs_debug"), 0);
	EXPECT_EQ(file_number("/sys/module/ipmi_si/parameters/smic_debug"), 1);
	EXPECT_EQ(file_number("/sys/module/ipmi_si/parameters/bt_debug"), 0);
	if (!stack_is_ours())
		return;
	EXPECT_EQ(hotmod("add," KCS ":add," BT), 0);
	REQUIRE(EXPECT(nodes(2)));
	for (bt = 0; strcmp(file_text(CLASS "%d/device/type", bt), "bt"); bt++)
		REQUIRE(bt < 8);
	for (int i = 0; i < 2; i++) {
		int node = i ? bt : bt ? 0 : 1;

		snprintf(path, sizeof(path), "/sys/module/ipmi_si/parameters/%s_debug", kinds[i]);
		snprintf(other, sizeof(other), "/sys/module/ipmi_si/parameters/%s_debug", kinds[!i]);
		EXPECT_EQ(logged(node, kinds[i]), 0);
		EXPECT_EQ(file_write(path, "1"), 0);
		EXPECT_EQ(logged(node, kinds[i]), 0);
		EXPECT_EQ(file_write(path, "2"), 0);
		EXPECT_EQ(logged(node, kinds[i]), 0);
		EXPECT_EQ(file_write(path, "3"), 0);
		EXPECT_EQ(logged(node, kinds[i]), 2);
		EXPECT_EQ(file_write(path, "0"), 0);
		EXPECT_EQ(file_write(other, "7"), 0);
		EXPECT_EQ(logged(node, kinds[i]), 0);
		EXPECT_EQ(file_write(other, "0"), 0);
	}
	EXPECT_EQ(hotmod("remove," KCS ":remove," BT), 0);
	EXPECT(nodes(0));
}

/* What has the region of a register keeps it, and those before it are given back. */
static void registers_of_others(void)
{
	/* the keyboard's second; its first is not free either */
	EXPECT_EQ(run("grep -q '0060-0060 : keyboard' /proc/ioports"), 0);
	run("dmesg -c >/dev/null");
	EXPECT_EQ(hotmod("add,kcs,i/o,0x5f"), 0);
	for (double end = now() + 5; now() < end; usleep(20000))
		if (!run("dmesg | grep -q 'Could not set up I/O space at i/o address 0x5f'"))
			break;
	EXPECT_EQ(run("dmesg | grep -q 'Could not set up I/O space at i/o address 0x5f'"), 0);
	EXPECT_EQ(run("grep ipmi_si /proc/ioports"), 1);
	EXPECT_EQ(run("grep -q '0060-0060 : keyboard' /proc/ioports"), 0);
	EXPECT_EQ(hotmod("remove,kcs,i/o,0x5f"), 0);
	/* it can be had again by who does not ask for that one */
	EXPECT_EQ(ipmi_nodes(), 0);
}

/* An IPMB address is the BMC's for requests that go behind it. */
static void the_address_is_used(void)
{
	struct ipmi_channel_lun_address_set lun = { .channel = 0 };
	int fd;

	EXPECT_EQ(hotmod("add," KCS ",ipmb=0x24"), 0);
	REQUIRE(EXPECT(nodes(1)));
	fd = ipmi_open(0);
	EXPECT_EQ(ioctl(fd, IPMICTL_GET_MY_CHANNEL_ADDRESS_CMD, &lun), 0);
	EXPECT_EQ(lun.value, 0x24);
	close(fd);
	EXPECT_EQ(hotmod("remove," KCS), 0);
	EXPECT(nodes(0));
}

/* It goes with the module. */
static void the_module_goes(void)
{
	EXPECT_EQ(stack_remove(), 0);
	EXPECT_EQ(run("ls -d /sys/devices/platform/hotmod-ipmi-si.*"), 1);
	EXPECT_EQ(ipmi_nodes(), 0);
}

/* With the module: it says so in the log, and does it. */
static void at_load(void)
{
	EXPECT_EQ(run("modprobe ipmi_si tryacpi=0 trydmi=0 trypci=0 hotmod=add," KCS), 0);
	EXPECT_EQ(run("modprobe ipmi_devintf"), 0);
	REQUIRE(EXPECT(nodes(1)));
	EXPECT_EQ(stack_remove(), 0);
}

/* tryplatform is about what hotmod makes, too. */
static void without_platform_devices(void)
{
	EXPECT_EQ(run("modprobe ipmi_si tryacpi=0 trydmi=0 trypci=0 tryplatform=0 "
		      "unload_when_empty=0"), 0);
	EXPECT_EQ(hotmod("add," KCS), 0);
	EXPECT_EQ(run("ls -d /sys/bus/platform/drivers/ipmi_si/hotmod-ipmi-si.*"),
		  1);
	EXPECT_EQ(ipmi_nodes(), 0);
	EXPECT_EQ(stack_remove(), 0);
}

/* Whoever is first at an address stays; a PCI function that comes later keeps its driver. */
static void a_duplicate_on_pci(void)
{
	static const char *const dev = "0000:00:02.0";
	unsigned long port;
	char text[64];

	EXPECT_EQ(run("modprobe ipmi_si tryacpi=0 trydmi=0; modprobe ipmi_devintf"), 0);
	REQUIRE(EXPECT(nodes(1)));
	port = strtoul(file_text("/sys/bus/pci/devices/%s/resource", dev), NULL, 0);
	EXPECT_EQ(file_write("/sys/bus/pci/drivers/ipmi_si/unbind", dev), 0);
	EXPECT(nodes(0));
	EXPECT_EQ(run("setpci -s %s COMMAND=3 || printf '\003' | "
		      "dd of=/sys/bus/pci/devices/%s/config bs=1 seek=4 conv=notrunc", dev, dev), 0);
	snprintf(text, sizeof(text), "add,kcs,i/o,%#lx", port);
	EXPECT_EQ(hotmod(text), 0);
	REQUIRE(EXPECT(nodes(1)));
	EXPECT_EQ(file_write("/sys/bus/pci/drivers/ipmi_si/bind", dev), 0);
	EXPECT_EQ(run("dmesg | grep 'PCI-specified kcs state machine: duplicate'"), 0);
	EXPECT_EQ(ipmi_nodes(), 1);
	EXPECT(!strncmp(link_name(CLASS "0/device"), "hotmod-ipmi-si.", 15));
	EXPECT_EQ(stack_remove(), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(what_is_refused),
	KTAP_CASE(add_and_remove),
	KTAP_CASE(numbers_and_options),
	KTAP_CASE(with_an_interrupt),
	KTAP_CASE(several_operations),
	KTAP_CASE(duplicates),
	KTAP_CASE(remove_under_traffic),
	KTAP_CASE(with_an_open_file),
	KTAP_CASE(many),
	KTAP_CASE(debug_masks),
	KTAP_CASE(registers_of_others),
	KTAP_CASE(the_address_is_used),
	KTAP_CASE(the_module_goes),
	KTAP_CASE(at_load),
	KTAP_CASE(without_platform_devices),
	KTAP_CASE(a_duplicate_on_pci),
};

static void with_a_slow_bmc(void)
{
	slow_bmc = true;
	bmc_line("delay 20");
	EXPECT_EQ(hotmod("remove," KCS), 0);
	with_an_interrupt();
}

/* Alone: on a machine whose BMC is that of tests/bmc. */
static const struct ktap_case slow_cases[] = { KTAP_CASE(with_a_slow_bmc) };

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "slow"))
		return ktap_main(slow_cases, ARRAY_SIZE(slow_cases));
	return ktap_main(cases, ARRAY_SIZE(cases));
}
