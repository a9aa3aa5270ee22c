// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two PCI interfaces on one interrupt line: what is one's interrupt is none of the other's,
 * and neither loses its own. QEMU's "edu" is on it too, and its interrupts are nobody's
 * (tests/modules/edu_irq.c).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define DEVICE "/sys/class/ipmi/ipmi%d/device/"
#define NETFN_OEM 0x2e
#define CMD_CONTROL 0x70
#define REQUESTS 200
#define EDU "/sys/module/edu_irq/parameters/"

enum { KCS, BT }; /* which of fds and numbers */
static int fds[2], numbers[2];

static long count(int which, const char *name)
{
	return file_number(DEVICE "%s", numbers[which], name);
}

static void ask_many(int which)
{
	struct reply r;

	for (int i = 0; i < REQUESTS; i++)
		REQUIRE(EXPECT_EQ(ipmi_ask(fds[which], NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r),
				  0));
}

static void one_line(void)
{
	EXPECT_EQ(run("grep -c 'ipmi_si, ipmi_si' /proc/interrupts"), 0);
	EXPECT_EQ(count(KCS, "interrupts_enabled"), 1);
	EXPECT_EQ(count(BT, "interrupts_enabled"), 1);
}

/* Of the line: interrupts of which everybody has said that they are others', lately in a row. */
static long nobodys(void)
{
	long n = -1;

	run("cat /proc/irq/%ld/spurious", file_number("/sys/bus/pci/devices/%s/irq",
	    link_name("/sys/class/ipmi/ipmi%d/device", numbers[KCS])));
	sscanf(output(), "count %*d\nunhandled %ld", &n);
	return n;
}

static void control(const char *line)
{
	struct reply r;

	EXPECT_EQ(ipmi_ask(fds[KCS], NETFN_OEM, CMD_CONTROL, line, strlen(line), &r), 0);
}

/* The handler of the idle one is called for each answer of the other, and has nothing to do. */
static void the_idle_one_stays_idle(void)
{
	long calls = count(BT, "interrupts"), looks = count(BT, "idles");
	long others = count(KCS, "interrupts");

	control("delay 1");
	ask_many(KCS);
	control("delay 0");
	calls = count(BT, "interrupts") - calls;
	looks = count(BT, "idles") - looks;
	others = count(KCS, "interrupts") - others;
	ktap_note("idle: %ld interrupts of %ld, %ld looks; nobody's: %ld", calls, others, looks,
		  nobodys());
	/* Each of the line is seen by both. */
	EXPECT(others > 0);
	EXPECT(calls >= others - 2 && calls <= others + 2);
	EXPECT(looks <= calls / 10 + 5);
	/* Theirs they do claim. */
	EXPECT(nobodys() < others / 2 + 10);
}

/*
 * A device of which no driver knows raises the line: neither says that it was its own. The
 * kernel counts them from anew after a pause, as there may be on a busy host.
 */
static void interrupts_of_others(void)
{
	long raised = -1, n = 0;

	for (int i = 0; i < 5 && n < 80; i++) {
		usleep(300000);
		EXPECT_EQ(file_write(EDU "raise", "100"), 0);
		raised = file_number(EDU "seen");
		n = nobodys();
	}
	EXPECT(raised >= 100);
	if (!EXPECT(n >= 80))
		ktap_note("of 100 of the other device's interrupts %ld were nobody's", n);
	EXPECT_EQ(count(KCS, "interrupts_enabled"), 1);
	EXPECT_EQ(count(BT, "interrupts_enabled"), 1);
}

static void neither_loses_its_own(void)
{
	for (int which = KCS; which <= BT; which++) {
		ask_many(which);
		EXPECT_EQ(count(which, "hosed_count"), 0);
		EXPECT_EQ(count(which, "interrupts_enabled"), 1);
	}
	EXPECT(run("dmesg | grep -e 'nobody cared' -e 'does not come'"));
}

/* Without its driver the line is the other's alone; and the driver gets it back. */
static void one_goes_and_comes(void)
{
	char name[32];

	snprintf(name, sizeof(name), "%s", link_name("/sys/class/ipmi/ipmi%d/device", numbers[KCS]));
	close(fds[KCS]);
	EXPECT_EQ(file_write("/sys/bus/pci/drivers/ipmi_si/unbind", name), 0);
	ask_many(BT);
	EXPECT_EQ(count(BT, "interrupts_enabled"), 1);
	EXPECT_EQ(file_write("/sys/bus/pci/drivers/ipmi_si/bind", name), 0);
	fds[KCS] = ipmi_must_open(numbers[KCS]);
	neither_loses_its_own();
}

/* All are tried at once, but the first that was found is the first, however slow its BMC is. */
static void numbers_in_the_order_found(void)
{
	control("delay 300");
	close(fds[KCS]);
	close(fds[BT]);
	EXPECT_EQ(stack_remove(), 0);
	EXPECT_EQ(run("modprobe ipmi_si; modprobe ipmi_devintf"), 0);
	for (int n = 0; n < 2; n++)
		close(ipmi_must_open(n));
	EXPECT_STR(file_text(DEVICE "type", 0), "kcs");
	EXPECT_STR(file_text(DEVICE "type", 1), "bt");
}

static const struct ktap_case cases[] = {
	KTAP_CASE(one_line),
	KTAP_CASE(the_idle_one_stays_idle),
	KTAP_CASE(interrupts_of_others),
	KTAP_CASE(neither_loses_its_own),
	KTAP_CASE(one_goes_and_comes),
	KTAP_CASE(numbers_in_the_order_found),
};

int main(void)
{
	for (int n = 0; n < 2; n++) {
		int fd = ipmi_must_open(n), which;

		which = strcmp(file_text(DEVICE "type", n), "kcs") ? BT : KCS;
		fds[which] = fd;
		numbers[which] = n;
	}
	keep_acpi_ipmi_out();
	if (run("insmod /vm/modules/edu_irq.ko")) {
		printf("Bail out! edu_irq: %s\n", output());
		return 1;
	}
	return ktap_main(cases, ARRAY_SIZE(cases));
}
