// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two PCI interfaces on one interrupt line: what is one's interrupt is none of the other's,
 * and neither loses its own.
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

/* The handler of the idle one is called for each answer of the other, and has nothing to do. */
static void the_idle_one_stays_idle(void)
{
	long calls = count(BT, "interrupts"), looks = count(BT, "idles");
	static const char slow[] = "delay 1";
	struct reply r;

	EXPECT_EQ(ipmi_ask(fds[KCS], NETFN_OEM, CMD_CONTROL, slow, strlen(slow), &r), 0);
	ask_many(KCS);
	calls = count(BT, "interrupts") - calls;
	looks = count(BT, "idles") - looks;
	ktap_note("idle: %ld interrupts, %ld looks", calls, looks);
	EXPECT(calls >= REQUESTS / 2);
	EXPECT(looks <= REQUESTS / 10);
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

static const struct ktap_case cases[] = {
	KTAP_CASE(one_line),
	KTAP_CASE(the_idle_one_stays_idle),
	KTAP_CASE(neither_loses_its_own),
};

int main(void)
{
	for (int n = 0; n < 2; n++) {
		int fd = ipmi_must_open(n), which;

		which = strcmp(file_text(DEVICE "type", n), "kcs") ? BT : KCS;
		fds[which] = fd;
		numbers[which] = n;
	}
	return ktap_main(cases, ARRAY_SIZE(cases));
}
