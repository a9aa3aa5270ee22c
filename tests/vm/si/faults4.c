// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults of the kernel's own ipmi_si that this one must not have, each case named after its
 * number in the list of known weaknesses. Where it cannot take the machine down the case runs
 * on the kernel's own too, and expects the fault there. What needs stuck bits (18 to 25) is in
 * fakebmc.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define CLASS "/sys/class/ipmi/ipmi"
#define DEVICE CLASS "0/device"
#define HOTMOD "/sys/module/ipmi_si/parameters/hotmod"

static int fd;

static int ask(void)
{
	struct reply r;
	int ret = ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r);

	return ret ? ret : r.data[0];
}

/* Seconds of processor time that kernel threads whose name begins so have had. */
static double cpu_of(const char *name)
{
	run("cat $(grep -ls '^%s' /proc/[0-9]*/comm | sed 's/comm$/schedstat/') /dev/null", name);
	return strtod(output(), NULL) / 1e9;
}

/* 5: nobody polls thousands of times a second while a BMC thinks. */
static void n5_a_thread_that_burns(void)
{
	double cpu, start;

	bmc_line("delay 300");
	EXPECT_EQ(ask(), 0);
	start = now();
	cpu = cpu_of("kipmi0");
	for (int i = 0; i < 5; i++)
		EXPECT_EQ(ask(), 0);
	cpu = (cpu_of("kipmi0") - cpu) / (now() - start);
	bmc_line("delay 0");
	ktap_note("%.1f %% of a processor while the BMC thinks", cpu * 100);
	EXPECT_EQ(cpu < 0.05, BY_STACK(1, 0));
}

/* 23: a command is executed once, whatever becomes of its answer. */
static void n23_executed_once(void)
{
	struct reply r;

	bmc_line("forget");
	bmc_line("fault late netfn=2e cmd=7f n=1 arg=1500");
	EXPECT_EQ(ipmi_ask(fd, NETFN_OEM, CMD_ECHO, "once", 4, &r), 0);
	EXPECT_EQ(bmc_number("count 2e 7f"), 1);
	bmc_line("fault drop netfn=2e cmd=7f n=1");
	EXPECT_EQ(ipmi_ask(fd, NETFN_OEM, CMD_ECHO, "once", 4, &r), 0);
	EXPECT(r.data[0]);
	EXPECT_EQ(bmc_number("count 2e 7f"), 2);
	bmc_line("nofaults");
}

/* 28: a BMC that is still busy with its own start is asked again, and not at once. */
static void n28_still_starting(void)
{
	double start;

	bmc_line("fault cc netfn=06 cmd=01 arg=210");
	bmc_line("after 1500 nofaults");
	close(fd);
	EXPECT_EQ(stack_remove(), 0);
	start = now();
	EXPECT_EQ(run("modprobe ipmi_si; modprobe ipmi_devintf"), 0);
	fd = ipmi_open(0);
	ktap_note("opened after %.1f s: %d", now() - start, fd);
	EXPECT_EQ(fd >= 0, BY_STACK(1, 0));
	if (fd < 0) {
		EXPECT_EQ(stack_remove(), 0);
		EXPECT_EQ(run("modprobe ipmi_si; modprobe ipmi_devintf"), 0);
		fd = ipmi_open(0);
	}
	EXPECT_EQ(ask(), 0);
}

/* 38: after the driver is gone the BMC raises no interrupt any more. */
static void n38_interrupts_stay_enabled(void)
{
	struct wire w;

	EXPECT_EQ(bmc_enables() & IRQ_ENABLES, IRQ_ENABLES);
	bmc_line("forget");
	close(fd);
	EXPECT_EQ(stack_remove(), 0);
	/* who looks now is polled, and leaves the enables alone until it is told to */
	EXPECT_EQ(run("modprobe ipmi_si; modprobe ipmi_devintf"), 0);
	fd = ipmi_open(0);
	REQUIRE(EXPECT(fd >= 0));
	for (int back = 10; back >= 0; back--)
		if (bmc_wire(NETFN_APP, 0x2e, back, &w))
			break;
	ktap_note("the first enables after it went: %#x", w.len ? w.data[0] : -1);
	EXPECT_EQ(!(w.data[0] & IRQ_ENABLES), BY_STACK(1, 0));
}

/* 42: a number is free again when its interface is gone. */
static void n42_numbers(void)
{
	close(fd);
	EXPECT_EQ(stack_remove(), 0);
	EXPECT_EQ(run("modprobe ipmi_si tryacpi=0 trydmi=0 unload_when_empty=0; "
		      "modprobe ipmi_devintf"),
		  0);
	for (int i = 0; i < 6; i++) {
		EXPECT_EQ(file_write(HOTMOD, "add,kcs,i/o,0xca2"), 0);
		for (double end = now() + 5; !ipmi_nodes() && now() < end;)
			usleep(20000);
		EXPECT_EQ(run("cat /proc/[0-9]*/comm | grep -qx kipmi%d", BY_STACK(0, i)), 0);
		EXPECT_EQ(file_write(HOTMOD, "remove,kcs,i/o,0xca2"), 0);
	}
	EXPECT_EQ(stack_remove(), 0);
	EXPECT_EQ(run("modprobe ipmi_si; modprobe ipmi_devintf"), 0);
	fd = ipmi_open(0);
	EXPECT_EQ(ask(), 0);
}

/* 49: the irqs parameter. */
static void n49_irqs(void)
{
	close(fd);
	EXPECT_EQ(stack_remove(), 0);
	EXPECT_EQ(run("modprobe ipmi_si type=kcs ports=0xca2 irqs=5; modprobe ipmi_devintf"), 0);
	fd = ipmi_open(0);
	EXPECT_EQ(ask(), 0);
	EXPECT_EQ(file_number(DEVICE "/interrupts_enabled"), BY_STACK(1, 0));
}

/* 55: what counts the fetches of flags counts them. */
static void n55_flag_fetches(void)
{
	long before = file_number(DEVICE "/flag_fetches");
	int listen = 1;

	EXPECT_EQ(ioctl(fd, IPMICTL_SET_GETS_EVENTS_CMD, &listen), 0);
	bmc_line("events 1");
	sleep(2);
	EXPECT_EQ(file_number(DEVICE "/flag_fetches") > before, BY_STACK(1, 0));
	ipmi_drain(fd, 10);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(n23_executed_once),
	KTAP_CASE(n28_still_starting),
	KTAP_CASE(n38_interrupts_stay_enabled),
	KTAP_CASE(n49_irqs),
	KTAP_CASE(n55_flag_fetches),
	KTAP_CASE(n42_numbers),
};

static const struct ktap_case polled[] = {
	KTAP_CASE(n5_a_thread_that_burns),
};

int main(void)
{
	keep_acpi_ipmi_out();
	fd = ipmi_must_open(0);
	if (strstr(hardware(), "polled"))
		return ktap_main(polled, ARRAY_SIZE(polled));
	return ktap_main(cases, ARRAY_SIZE(cases));
}
