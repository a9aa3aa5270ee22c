// SPDX-License-Identifier: GPL-2.0-only
/*
 * What waiting for a slow BMC costs: processor time and looks at its registers, per request,
 * for several think times. Says the figures of the kernel's own modules too; only those of one
 * machine under one load can be compared.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"

/*
 * Most looks for a Get Device ID: 22 byte handshakes over KCS, each of which is there at the
 * first or second look, and some ten looks for the answer, however long that takes.
 */
#define LOOKS_MAX 80

static int fd;

/* Processor time of the thread that waits for the BMC and of those at work for it, in us. */
static double thread_us(void)
{
	double sum = 0;
	char *line, *rest;
	static char text[4096];

	run("for p in /proc/[0-9]*; do read -r c < $p/comm; case $c in "
	    "kipmi[0-9]*|ipmi-si[0-9]*|irq/*ipmi_si) "
	    "read -r t rest < $p/schedstat; echo $t;; esac; done");
	snprintf(text, sizeof(text), "%s", output());
	for (rest = text; (line = strsep(&rest, "\n"));)
		sum += atof(line);
	return sum / 1e3;
}

static double own_us(void)
{
	return atof(file_text("/proc/self/schedstat")) / 1e3;
}

/* All that is not idle, in us; it counts ticks of 10 ms. */
static double busy_us(void)
{
	unsigned long user, nice, system, idle, wait, irq, soft;

	if (sscanf(file_text("/proc/stat"), "cpu %lu %lu %lu %lu %lu %lu %lu", &user, &nice,
		   &system, &idle, &wait, &irq, &soft) != 7)
		return 0;
	return (user + nice + system + irq + soft) * 1e4;
}

static long looks(void)
{
	char *at;

	run("cat /sys/kernel/debug/ipmi_si/*/times");
	at = strstr(output(), "looks ");
	return at ? atol(at + 6) : 0;
}

static void measure(const char *delay, int n)
{
	double start, thread, own, busy, took;
	struct reply r;
	long before;

	bmc_line("delay %s", delay);
	for (int i = 0; i < 10; i++)
		ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r);
	thread = thread_us();
	before = looks();
	busy = busy_us();
	own = own_us();
	start = now();
	for (int i = 0; i < n; i++)
		REQUIRE(EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0));
	took = now() - start;
	own = own_us() - own;
	busy = busy_us() - busy;
	before = looks() - before;
	thread = thread_us() - thread;
	ktap_note("delay %s: %.0f/s, per request: thread %.0f us, caller %.0f us, all %.0f us, "
		  "%ld looks", delay, n / took, thread / n, own / n, busy / n, before / n);
	if (stack_is_ours())
		EXPECT(before / n <= LOOKS_MAX);
}

static void one_ms(void)
{
	measure("1", 400);
}

static void five_ms(void)
{
	measure("5", 200);
}

static void erratic(void)
{
	measure("lognormal 3 0.8", 200);
}

/* Neither while it is set up nor under load is an interrupt taken for one that never comes. */
static void the_interrupt_is_believed_in(void)
{
	bool has = !strstr(hardware(), "polled");

	EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/interrupts_enabled"), has);
	EXPECT(run("dmesg | grep 'does not come'"));
}

/* One that does not is noticed, once, and polled around. */
static void one_that_never_comes(void)
{
	measure("5", 200);
	EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/interrupts"), 0);
	if (!stack_is_ours())
		return;
	EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/interrupts_enabled"), 0);
	EXPECT_EQ(run("dmesg | grep -c 'does not come'"), 0);
	EXPECT_STR(output(), "1\n");
}

#define DRIVER "/sys/bus/platform/drivers/ipmi_si"

/* Three misses: after each but the last the BMC is asked whether it has forgotten to interrupt. */
static void misses(void)
{
	char device[32];
	struct reply r;
	long asked;

	snprintf(device, sizeof(device), "%s", link_name("/sys/class/ipmi/ipmi0/device"));
	bmc_line("delay 0");
	bmc_line("forget");
	close(fd);
	EXPECT_EQ(file_write(DRIVER "/unbind", device), 0);
	EXPECT_EQ(file_write(DRIVER "/bind", device), 0);
	fd = ipmi_must_open(0);
	bmc_line("delay 20");
	for (int i = 0; i < 20; i++)
		EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	bmc_line("delay 0");
	EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/interrupts_enabled"), 0);
	asked = bmc_number("count 06 2f");
	/* for the event buffer, at the begin, and after a miss; one at the end of the last driver */
	if (!EXPECT(asked >= 4 && asked <= 5))
		ktap_note("the enables were asked for %ld times", asked);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(one_ms),
	KTAP_CASE(five_ms),
	KTAP_CASE(erratic),
	KTAP_CASE(the_interrupt_is_believed_in),
};

static const struct ktap_case mute[] = {
	KTAP_CASE(one_that_never_comes),
	KTAP_CASE(misses),
};

int main(void)
{
	fd = ipmi_must_open(0);
	if (!strcmp(hardware(), "host-kcs-mute"))
		return ktap_main(mute, ARRAY_SIZE(mute) - !stack_is_ours());
	return ktap_main(cases, ARRAY_SIZE(cases));
}
