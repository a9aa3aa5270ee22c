// SPDX-License-Identifier: GPL-2.0-only
/*
 * A BMC that is reset or gets new firmware while requests are in flight: each of them ends
 * within the bound, waiting for the BMC costs next to nothing and two lines of the log, and
 * when it is back all is set up again. The BMC of tests/bmc plays it.
 */
#include <errno.h>
#include <signal.h>
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

#define CMD_COLD_RESET 0x02
#define CC_AWAY 0x82

#define IN_FLIGHT 8
#define LOOKS_PER_SECOND 250 /* of a BMC that is away */
#define BACK 3.0 /* seconds; one is meant, the rest is the machine's */

static int fd;

static bool is_bt(void)
{
	return strstr(hardware(), "bt");
}

/* Of one request, whatever the BMC does: KCS's own, and what this BMC asks for over BT. */
static double bound(void)
{
	return is_bt() ? 11.5 : 7;
}

static long looks(void)
{
	char *at;

	run("cat /sys/kernel/debug/ipmi_si/*/times");
	at = strstr(output(), "looks ");
	return at ? atol(at + 6) : 0;
}

/* What the driver has said since that was emptied. */
static long log_lines(void)
{
	run("dmesg | grep -c ipmi_si");
	return atol(output());
}

static int ask(void)
{
	struct reply r;
	int ret = ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r);

	return ret ?: r.data[0];
}

/* Events are wanted, so that there is something to set up again. */
static void listen_to_events(void)
{
	int on = 1;

	EXPECT_EQ(ioctl(fd, IPMICTL_SET_GETS_EVENTS_CMD, &on), 0);
	EXPECT(bmc_enables_become(ALL_ENABLES, all_enables()));
}

static void an_event_arrives(void)
{
	struct reply r;

	ipmi_drain(fd, 50);
	bmc_line("events 1");
	if (EXPECT_EQ(ipmi_next(fd, 5000, &r), 0))
		EXPECT_EQ(r.recv_type, IPMI_ASYNC_EVENT_RECV_TYPE);
}

static void firmware_update(void)
{
	double start, first = 0, last = 0;
	int ms = is_bt() ? 17000 : 11000;
	long before, per_second;
	struct reply r;

	EXPECT_EQ(ask(), 0);
	run("dmesg -c >/dev/null");
	bmc_line("away busy %d", ms);
	before = looks();
	start = now();
	for (int i = 0; i < IN_FLIGHT; i++)
		EXPECT_EQ(ipmi_send(fd, 100 + i, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	for (int i = 0; i < IN_FLIGHT; i++) {
		EXPECT_EQ(ipmi_next(fd, 1000 * bound(), &r), 0);
		EXPECT(r.data[0]);
		last = now() - start;
		first = first ?: last;
	}
	if (!EXPECT(last < bound()) || !EXPECT(last - first < 1))
		ktap_note("ended after %.2f to %.2f s", first, last);

	/* Away: answers at once, and next to no work. */
	last = now();
	EXPECT_EQ(ask(), CC_AWAY);
	EXPECT(now() - last < 1);
	sleep(2);
	EXPECT_EQ(ask(), CC_AWAY);

	while (ask() && now() - start < ms / 1e3 + BACK)
		usleep(20000);
	per_second = (looks() - before) / (now() - start);
	ktap_note("back %.3f s after the BMC, %ld looks per second", now() - start - ms / 1e3,
		  per_second);
	EXPECT(per_second < LOOKS_PER_SECOND);
	EXPECT_EQ(ask(), 0);
	EXPECT(log_lines() <= 2);
	EXPECT(bmc_enables_become(ALL_ENABLES, all_enables()));
	an_event_arrives();
}

/* It forgets everything, and is back before anybody has missed it. */
static void cold_reset(void)
{
	double start = now();
	struct reply r;

	run("dmesg -c >/dev/null");
	bmc_line("reset busy 1500");
	EXPECT_EQ(ipmi_send(fd, 1, NETFN_APP, CMD_COLD_RESET, NULL, 0), 0);
	for (int i = 2; i < 2 + IN_FLIGHT; i++)
		EXPECT_EQ(ipmi_send(fd, i, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	for (int i = 1; i < 2 + IN_FLIGHT; i++)
		EXPECT_EQ(ipmi_next(fd, 1000 * bound(), &r), 0);
	EXPECT(now() - start < bound());
	while (ask() && now() - start < bound() + BACK)
		usleep(20000);
	EXPECT_EQ(ask(), 0);
	EXPECT(log_lines() <= 2);
	EXPECT(bmc_enables_become(ALL_ENABLES, all_enables()));
	an_event_arrives();
	bmc_line("reset");
}

static const struct ktap_case cases[] = {
	KTAP_CASE(listen_to_events),
	KTAP_CASE(cold_reset),
	KTAP_CASE(firmware_update),
	KTAP_CASE(cold_reset),
};

int main(void)
{
	fd = ipmi_must_open(0);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
