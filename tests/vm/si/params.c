// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which interfaces there are, and how: the parameters that describe some, the sources of
 * discovery, and what takes precedence. The machine has three BMCs, product 1 behind KCS at
 * 0xca2 with interrupt 5, product 2 behind BT at 0xe4 without one, product 3 behind KCS on PCI;
 * ACPI and SMBIOS tell of the first two. Nothing is loaded before. See suite.toml.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define CLASS "/sys/class/ipmi/ipmi"
#define NOWHERE "tryacpi=0 trydmi=0 trypci=0 tryplatform=0 "
#define APPEARS 10.0

struct found {
	const char *device; /* begins so */
	const char *params;
	int product;
};

struct row {
	const char *parameters;
	struct found found[4]; /* in any order */
	const char *log; /* a line it must have */
	bool ours; /* the kernel's own does it otherwise, Documentation/abi tells why */
	const char *fails; /* loading fails, and says so */
};

/* its address is what SMBIOS knows of it, and ACPI does not */
#define ACPI_KCS { "IPI0001:0", "kcs,i/o,0xca2,rsp=1,rsi=1,rsh=0,irq=5,ipmb=36", 1 }
#define ONLY_ACPI_KCS { "IPI0001:0", "kcs,i/o,0xca2,rsp=1,rsi=1,rsh=0,irq=5,ipmb=32", 1 }
#define ACPI_BT { "IPI0001:0", "bt,i/o,0xe4,rsp=1,rsi=1,rsh=0,irq=0,ipmb=32", 2 }
#define DMI_KCS { "dmi-ipmi-si.", "kcs,i/o,0xca2,rsp=1,rsi=1,rsh=0,irq=5,ipmb=36", 1 }
#define DMI_BT { "dmi-ipmi-si.", "bt,i/o,0xe4,rsp=1,rsi=1,rsh=0,irq=0,ipmb=32", 2 }
#define PCI_KCS { "0000:00:02.0", "kcs,i/o,0xc", 3 }
#define HARD_KCS { "hardcode-ipmi-si.0", "kcs,i/o,0xca2,rsp=1,rsi=1,rsh=0,irq=0,ipmb=32", 1 }

#define HARD_BT(irq, ipmb)                                                                     \
	{ "hardcode-ipmi-si.1", "bt,i/o,0xe4,rsp=1,rsi=1,rsh=0,irq=" irq ",ipmb=" #ipmb, 2 }

static const struct row rows[] = {
	/* the sources */
	{ "", { ACPI_KCS, ACPI_BT, PCI_KCS }, .log = "in favor of ACPI", .ours = true },
	{ "tryacpi=0", { DMI_KCS, DMI_BT, PCI_KCS }, .ours = true },
	{ "tryacpi=0 trypci=0", { DMI_KCS, DMI_BT }, .ours = true },
	{ .parameters = "tryacpi=0 trydmi=0", .found = { PCI_KCS } },
	{ "trydmi=0 trypci=0", { ONLY_ACPI_KCS, ACPI_BT }, .ours = true },
	{ "trydmi=0 trypci=0 tryplatform=0 tryopenfirmware=0",
	  { ONLY_ACPI_KCS, ACPI_BT },
	  .ours = true },
	{ NOWHERE,
	  .log = "Unable to find any System Interface",
	  .fails = "No such device" },
	/* the administrator's own, before all others */
	{ .parameters = NOWHERE "type=kcs ports=0xca2", .found = { HARD_KCS } },
	{ .parameters = NOWHERE "ports=3234", .found = { HARD_KCS } },
	{ "trypci=0 ports=0xca2",
	  { HARD_KCS, ACPI_BT },
	  .log = "already exists",
	  .ours = true },
	{ .parameters = NOWHERE "type=kcs,bt ports=0xca2,0xe4", .found = { HARD_KCS, HARD_BT("0", 32) } },
	{ .parameters = NOWHERE "type=bt,kcs ports=0,0xca2",
	  .found = { { "hardcode-ipmi-si.1", "kcs,i/o,0xca2,rsp=1,rsi=1,rsh=0,irq=0,ipmb=32", 1 } } },
	{ NOWHERE "type=kcs,bt ports=0xca2,0xe4 irqs=5,0 slave_addrs=0,0x24",
	  { { "hardcode-ipmi-si.0", "kcs,i/o,0xca2,rsp=1,rsi=1,rsh=0,irq=5,ipmb=32", 1 },
	    HARD_BT("0", 36) },
	  .ours = true },
	{ .parameters = NOWHERE "ports=0xca2 slave_addrs=0x30",
	  .found = { { "hardcode-ipmi-si.0", "kcs,i/o,0xca2,rsp=1,rsi=1,rsh=0,irq=0,ipmb=48", 1 } } },
	/* where nothing answers: only the log can tell what was tried */
	{ NOWHERE "addrs=0xfed90000 regsizes=4 regspacings=8 regshifts=16 slave_addrs=0x22",
	  .log = "at mem address 0xfed90000, slave address 0x22, irq 0" },
	{ NOWHERE "addrs=0xfed90000 regsizes=4 regspacings=8 irqs=9",
	  .log = "regsize 4 spacing 8 irq 9",
	  .ours = true },
	{ NOWHERE "addrs=0xfed90000 regsizes=2", .log = "regsize 2 spacing 2 irq 0" },
	{ NOWHERE "addrs=0xfed90000 regsizes=8 regshifts=56", .log = "regsize 8 spacing 8 irq 0" },
	{ NOWHERE "addrs=0,0xfed90000 regsizes=0,4 regspacings=0,16 irqs=0,9",
	  .log = "regsize 4 spacing 16 irq 9",
	  .ours = true },
	{ NOWHERE "ports=0xca2,0xcc0 regsizes=0,4 regshifts=0,24",
	  { HARD_KCS },
	  .log = "regsize 4 spacing 4 irq 0" },
	{ NOWHERE "ports=0xca2,0xcc0 regsizes=0,8",
	  { HARD_KCS },
	  .log = "Invalid register size: 8",
	  .ours = true },
	{ NOWHERE "ports=0xca2,0xcc0 regshifts=0,8",
	  { HARD_KCS },
	  .log = "Invalid register shift: 8",
	  .ours = true },
	/* one index may name both spaces */
	{ NOWHERE "ports=0xca2 addrs=0xfed90000",
	  { HARD_KCS },
	  .log = "at mem address 0xfed90000",
	  .ours = true },
	/* a place that is not to be used, and a type that is none */
	{ .parameters = "trypci=0 type=invalid ports=0xca2", .found = { ACPI_BT } },
	{ NOWHERE "type=frob,bt ports=0xca2,0xe4",
	  { HARD_BT("0", 32) },
	  .log = "Interface type specified for interface 0, was invalid" },
	{ NOWHERE "ports=1,2,3,4,5", .fails = "Invalid argument" },
	{ NOWHERE "ports=0xca2,x", .fails = "Invalid argument" },
};

static int product(int node)
{
	int fd = ipmi_open(node), id = -1;
	struct reply r;

	if (fd >= 0 && !ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r) && r.len > 11 &&
	    !r.data[0])
		id = r.data[10] | r.data[11] << 8;
	close(fd);
	return id;
}

static bool is_there(const struct found *f)
{
	for (int i = 0; i < 4; i++) {
		const char *device = link_name(CLASS "%d/device", i);

		if (strncmp(device, f->device, strlen(f->device)) ||
		    strncmp(file_text(CLASS "%d/device/params", i), f->params, strlen(f->params)))
			continue;
		return product(i) == f->product;
	}
	return false;
}

static int wanted(const struct row *row)
{
	int n = 0;

	while (n < 4 && row->found[n].device)
		n++;
	return n;
}

static bool loads(const struct row *row)
{
	int status = run("modprobe ipmi_si %s", row->parameters);

	if (!row->fails)
		return EXPECT_EQ(status, 0);
	EXPECT(status);
	if (!EXPECT(strstr(output(), row->fails)))
		ktap_note("%s", output());
	return false;
}

static void one_row(const struct row *row)
{
	int n = wanted(row);

	run("dmesg -c >/dev/null");
	if (loads(row)) {
		EXPECT_EQ(run("modprobe ipmi_devintf"), 0);
		for (double end = now() + APPEARS; ipmi_nodes() != n && now() < end;)
			usleep(20000);
		EXPECT_EQ(ipmi_nodes(), n);
		for (int i = 0; i < n; i++)
			if (!EXPECT(is_there(&row->found[i])))
				ktap_note("no %s %s", row->found[i].device, row->found[i].params);
	}
	if (row->log && !EXPECT_EQ(run("dmesg | grep -qF '%s'", row->log), 0)) {
		run("dmesg | grep -i ipmi");
		ktap_note("no \"%s\" in: %s", row->log, output());
	}
	EXPECT_EQ(stack_remove(), 0);
	EXPECT_EQ(ipmi_nodes(), 0);
	EXPECT_EQ(run("grep ipmi_si /proc/ioports /proc/iomem /proc/interrupts"), 1);
}

static void parameters(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].ours && !stack_is_ours())
			continue;
		ktap_note("modprobe ipmi_si %s", rows[i].parameters);
		one_row(&rows[i]);
	}
}

static bool nodes(int n)
{
	for (double end = now() + APPEARS; ipmi_nodes() != n && now() < end;)
		usleep(20000);
	return EXPECT_EQ(ipmi_nodes(), n);
}

static bool is_running(const char *format, int n)
{
	char name[32];

	snprintf(name, sizeof(name), format, n);
	return !run("cat /proc/[0-9]*/comm 2>/dev/null | grep -x %s", name);
}

/* Who polls has a thread kipmiN, unless the administrator says otherwise of the N-th. */
static void threads(void)
{
	static const char *const parameters[] = { "", "force_kipmid=0", "force_kipmid=1,1",
						  "force_kipmid=0,0,1" };

	if (!stack_is_ours())
		SKIP("there, who has an interrupt has no thread");
	for (unsigned int i = 0; i < ARRAY_SIZE(parameters); i++) {
		const char *force = strchr(parameters[i], '=');

		EXPECT_EQ(run("modprobe ipmi_si %s; modprobe ipmi_devintf", parameters[i]), 0);
		nodes(3);
		/* who has an interrupt first, of those as they were found: PCI last */
		EXPECT_STR(file_text(CLASS "0/device/type"), "kcs");
		EXPECT_STR(link_name(CLASS "1/device"), "0000:00:02.0");
		EXPECT_STR(file_text(CLASS "2/device/type"), "bt");
		for (int n = 0; n < 3; n++) {
			bool polls = !strcmp(file_text(CLASS "%d/device/type", n), "bt");

			force = force && *force ? force + 1 : NULL;
			if (force && *force) {
				polls = *force == '1';
				force++;
			}
			if (!EXPECT(is_running(polls ? "kipmi%d" : "ipmi-si%d", n)) ||
			    !EXPECT(!is_running(polls ? "ipmi-si%d" : "kipmi%d", n)))
				ktap_note("%s: of interface %d", parameters[i], n);
		}
		EXPECT_EQ(stack_remove(), 0);
	}
}

/* Of two sources the second may know the address, too. */
static void the_address_of_a_duplicate(void)
{
	static const char *const driver = "/sys/bus/platform/drivers/ipmi_si";
	char acpi[32], path[80];
	int kcs;

	if (!stack_is_ours())
		SKIP("there, a duplicate is gone when its twin is");
	EXPECT_EQ(run("modprobe ipmi_si trypci=0; modprobe ipmi_devintf"), 0);
	REQUIRE(nodes(2));
	kcs = strcmp(file_text(CLASS "0/device/type"), "kcs") ? 1 : 0;
	snprintf(acpi, sizeof(acpi), "%s", link_name(CLASS "%d/device", kcs));
	snprintf(path, sizeof(path), "%s/unbind", driver);
	EXPECT_EQ(file_write(path, acpi), 0);
	EXPECT_EQ(file_write(path, "dmi-ipmi-si.0"), 0);
	EXPECT_EQ(file_write(path, "dmi-ipmi-si.1"), 0);
	snprintf(path, sizeof(path), "%s/bind", driver);
	EXPECT_EQ(file_write(path, acpi), 0);
	REQUIRE(nodes(2));
	EXPECT(strstr(file_text("/sys/bus/platform/devices/%s/params", acpi), ",ipmb=32"));
	EXPECT_EQ(file_write(path, "dmi-ipmi-si.0"), 0);
	EXPECT_EQ(file_write(path, "dmi-ipmi-si.1"), 0);
	EXPECT_EQ(ipmi_nodes(), 2);
	EXPECT(strstr(file_text("/sys/bus/platform/devices/%s/params", acpi), ",ipmb=36"));
	EXPECT_EQ(stack_remove(), 0);
}

/* Reads the product again and again; its exit status. */
static int ask_all_the_time(int node, int is)
{
	for (int i = 0; i < 200; i++)
		if (product(node) != is)
			return 1;
	return 0;
}

/* Three interfaces at the same time: none gets another's answers. */
static void all_at_once(void)
{
	int status, nodes;

	EXPECT_EQ(run("modprobe ipmi_si; modprobe ipmi_devintf"), 0);
	for (double end = now() + APPEARS; ipmi_nodes() != 3 && now() < end;)
		usleep(20000);
	nodes = ipmi_nodes();
	EXPECT_EQ(nodes, BY_STACK(3, 1));
	fflush(stdout);
	for (int i = 0; i < nodes; i++) {
		const char *type = file_text(CLASS "%d/device/type", i);
		int is = !strncmp(link_name(CLASS "%d/device", i), "0000", 4) ? 3 :
			 !strcmp(type, "bt")				     ? 2 :
										1;

		for (int times = 0; times < 2; times++)
			if (!fork())
				_exit(ask_all_the_time(i, is));
	}
	for (int i = 0; i < 2 * nodes; i++) {
		REQUIRE(EXPECT(wait(&status) > 0));
		EXPECT_EQ(status, 0);
	}
	EXPECT_EQ(run("ls -d /sys/devices/platform/ipmi_bmc.*"), 0);
	EXPECT_EQ(stack_remove(), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(parameters),
	KTAP_CASE(threads),
	KTAP_CASE(the_address_of_a_duplicate),
	KTAP_CASE(all_at_once),
};

int main(void)
{
	keep_acpi_ipmi_out();
	return ktap_main(cases, ARRAY_SIZE(cases));
}
