// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests to the BMC itself by SEND_COMMAND_SETTIME: their time is the end of waiting. The BMC
 * is that of tests/bmc, which thinks for as long as it is told.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define STATS "/sys/class/ipmi/ipmi0/device/ipmi_stats/"
#define SLOW_MS 1500
#define QUIET_MS 200
#define LONG_MS 8000
#define CMD_SELF_TEST 0x04
#define CMD_GUID 0x08

static int fd;
static struct ipmi_system_interface_addr bmc;

static int timed(int file, long msgid, int cmd, int retries, int ms)
{
	return ipmi_send_timed(file, &bmc, sizeof(bmc), msgid, NETFN_APP, cmd, NULL, 0, retries, ms);
}

static long count(const char *name)
{
	return file_number(STATS "%s", name);
}

static bool becomes(const char *name, long value)
{
	for (double end = now() + 10; count(name) != value && now() < end; usleep(10000))
		;
	return EXPECT_EQ(count(name), value);
}

/* That the time of one is over is told with its number, and nothing else comes. */
static void over_is(int file, long msgid, int cmd)
{
	struct reply r;

	REQUIRE(EXPECT_EQ(ipmi_next(file, LONG_MS, &r), 0));
	EXPECT_EQ(r.recv_type, IPMI_RESPONSE_RECV_TYPE);
	EXPECT_EQ(r.msgid, msgid);
	EXPECT_EQ(r.netfn, NETFN_APP | 1);
	EXPECT_EQ(r.cmd, cmd);
	EXPECT_HEX(r.data, r.len, "c3");
	EXPECT_HEX((unsigned char *)&r.addr, 8, "0c 00 00 00 0f 00 00 00");
}

static void in_time(void)
{
	long before = count("timed_out_local_commands");
	struct reply r;

	EXPECT_EQ(timed(fd, 1, CMD_GET_DEVICE_ID, 0, 5000), 0);
	REQUIRE(EXPECT_EQ(ipmi_next(fd, LONG_MS, &r), 0));
	EXPECT_EQ(r.msgid, 1);
	EXPECT_EQ(r.data[0], 0);
	EXPECT_EQ(count("timed_out_local_commands"), before);
}

/* The answer comes while nobody waits for it any more. */
static void too_late(void)
{
	long over = count("timed_out_local_commands"), late = count("late_responses");
	double start = now();

	bmc_line("delay %d", SLOW_MS);
	EXPECT_EQ(timed(fd, 0x123456789, CMD_GET_DEVICE_ID, 0, 200), 0);
	over_is(fd, 0x123456789, CMD_GET_DEVICE_ID);
	EXPECT(now() - start >= 0.2);
	EXPECT_EQ(count("late_responses"), late);
	EXPECT_EQ(count("timed_out_local_commands"), over + 1);
	EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/nr_msgs"), 0);
	becomes("late_responses", late + 1);
	EXPECT_EQ(ipmi_drain(fd, QUIET_MS), 0);
	bmc_line("delay 0");
}

static void as_long_as_all_tries(void)
{
	double start = now();

	bmc_line("delay %d", SLOW_MS);
	EXPECT_EQ(timed(fd, 2, CMD_GET_DEVICE_ID, 2, 150), 0);
	over_is(fd, 2, CMD_GET_DEVICE_ID);
	EXPECT(now() - start >= 0.45);
	bmc_line("delay 0");
}

/* In the queue behind another one: it is not sent any more. */
static void never_sent(void)
{
	int other = ipmi_open(0);
	struct reply r;

	bmc_line("forget");
	bmc_line("delay %d", SLOW_MS);
	EXPECT_EQ(ipmi_send(other, 3, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	EXPECT_EQ(timed(fd, 4, CMD_SELF_TEST, 0, 5000), 0);
	EXPECT_EQ(timed(fd, 5, CMD_GUID, 0, 200), 0);
	EXPECT_EQ(timed(fd, 6, CMD_GUID, 0, 100), 0);
	/* the one that waits least first */
	over_is(fd, 6, CMD_GUID);
	over_is(fd, 5, CMD_GUID);
	REQUIRE(EXPECT_EQ(ipmi_next(other, LONG_MS, &r), 0));
	EXPECT_EQ(r.msgid, 3);
	EXPECT_EQ(r.data[0], 0);
	REQUIRE(EXPECT_EQ(ipmi_next(fd, LONG_MS, &r), 0));
	EXPECT_EQ(r.msgid, 4);
	EXPECT_EQ(r.data[0], 0);
	bmc_line("delay 0");
	EXPECT_EQ(bmc_number("count 6 %x", CMD_SELF_TEST), 1);
	EXPECT_EQ(bmc_number("count 6 %x", CMD_GUID), 0);
	close(other);
}

/* Without a time, and by SEND_COMMAND whatever is set for bridged ones, there is no end. */
static void no_time(void)
{
	struct ipmi_timing_parms parms = { .retries = 0, .retry_time_ms = 100 };
	struct reply r;

	bmc_line("delay 500");
	EXPECT_EQ(timed(fd, 7, CMD_GET_DEVICE_ID, 0, 0), 0);
	EXPECT_EQ(ipmi_next(fd, LONG_MS, &r), 0);
	EXPECT_EQ(r.data[0], 0);
	EXPECT_EQ(ioctl(fd, IPMICTL_SET_TIMING_PARMS_CMD, &parms), 0);
	EXPECT_EQ(ipmi_send(fd, 8, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	EXPECT_EQ(ipmi_next(fd, LONG_MS, &r), 0);
	EXPECT_EQ(r.data[0], 0);
	bmc_line("delay 0");
}

/* Its file goes before its time is over, and its time before its answer comes. */
static void nobody_waits(void)
{
	long late = count("late_responses");
	int other = ipmi_open(0);

	bmc_line("delay %d", SLOW_MS);
	for (int i = 0; i < 5; i++)
		EXPECT_EQ(timed(other, i, CMD_GET_DEVICE_ID, 0, 100 * i + 100), 0);
	close(other);
	becomes("late_responses", late + 1);
	bmc_line("delay 0");
	EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/nr_msgs"), 0);
}

/* The interface goes while some are queued and one is with the BMC. */
static void interface_goes(void)
{
	int file = ipmi_must_open(0);
	struct reply r;

	bmc_line("delay %d", SLOW_MS);
	for (int i = 0; i < 4; i++)
		EXPECT_EQ(timed(file, i, CMD_GET_DEVICE_ID, 0, i & 1 ? 100 : 5000), 0);
	usleep(50000);
	close(fd);
	EXPECT_EQ(interface_remove(), 0);
	for (int i = 0; i < 4; i++) {
		REQUIRE(EXPECT_EQ(ipmi_next(file, LONG_MS, &r), 0));
		EXPECT_EQ(r.len, 1);
		EXPECT(r.data[0]);
	}
	EXPECT_EQ(ipmi_recv(file, &r), -EAGAIN);
	close(file);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(in_time),
	KTAP_CASE(too_late),
	KTAP_CASE(as_long_as_all_tries),
	KTAP_CASE(never_sent),
	KTAP_CASE(no_time),
	KTAP_CASE(nobody_waits),
	KTAP_CASE(interface_goes),
};

int main(void)
{
	keep_acpi_ipmi_out();
	ipmi_bmc_addr(&bmc);
	fd = ipmi_must_open(0);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
