// SPDX-License-Identifier: GPL-2.0-only
/*
 * A BMC that thinks for long, whose answers are late, lost or wrong, and whose process ends and
 * starts again under traffic: each request ends within its bound, and the next one is right.
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
#include "interface.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define DEVICE "/sys/class/ipmi/ipmi0/device"

/* For a request, whatever happens: 6 s, or what QEMU's BT asks for; and a busy machine. */
#define BOUND (strcmp(interface()->type, "bt") ? 7.0 : 13.0)
#define BACK 1.8 /* until a BMC that is back is found */

static int fd;

/* Its completion code, or a negative errno. */
static int ask(void)
{
	struct reply r;
	int ret = ipmi_send(fd, 1, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0);

	if (!ret)
		ret = ipmi_next(fd, 20000, &r);
	return ret ? ret : r.len < 1 ? -EBADMSG : r.data[0];
}

static bool answers_within(double seconds)
{
	double end = now() + seconds;

	while (ask())
		if (now() > end)
			return false;
		else
			usleep(10000);
	return true;
}

static int enables(void)
{
	int value = -1;

	sscanf(bmc_line("flags"), "enables=%x", &value);
	return value;
}

/* Within three seconds: the driver looks once a second if somebody listens. */
static bool enables_are(int value)
{
	double end = now() + 3;

	while (enables() != value)
		if (now() > end)
			return false;
		else
			usleep(50000);
	return true;
}

/* Asks until told otherwise; exits with 1 if a request did not end in time. */
static void hammer(double seconds)
{
	double end = now() + seconds;

	fd = ipmi_open(0);
	while (now() < end) {
		double start = now();
		int ret = ask();

		if (ret < 0 || now() - start > BOUND)
			_exit(1);
		usleep(5000);
	}
	_exit(0);
}

static void hammers(int n, double seconds)
{
	fflush(stdout);
	for (int i = 0; i < n; i++)
		if (!fork())
			hammer(seconds);
}

static void hammers_are_well(int n)
{
	int status;

	while (n--) {
		REQUIRE(EXPECT(wait(&status) > 0));
		EXPECT_EQ(status, 0);
	}
}

static void slow(void)
{
	bmc_line("delay 20-150");
	for (int i = 0; i < 20; i++)
		EXPECT_EQ(ask(), 0);
	bmc_line("delay lognormal 3 1.5");
	for (int i = 0; i < 100; i++)
		EXPECT_EQ(ask(), 0);
	bmc_line("delay 0");
	EXPECT_EQ(file_number(DEVICE "/hosed_count"), 0);
}

/* The BMC's process ends and starts again, several times. */
static void disconnects(void)
{
	int before = enables();

	hammers(2, 3);
	for (int i = 0; i < 4; i++) {
		bmc_line("after 100 disconnect 200");
		usleep(300000);
		EXPECT(answers_within(BOUND + BACK));
	}
	hammers_are_well(2);
	EXPECT(answers_within(BACK));
	EXPECT(enables_are(before));
}

/* Answers that are late, lost, or to another request: the next one is right. */
static void spoiled(void)
{
	static const char *const modes[] = { "late arg=1000", "netfn", "cmd", "no-cc", "checksum",
					     "twice", "garbage", "storm" };

	for (unsigned int i = 0; i < ARRAY_SIZE(modes); i++) {
		double start;
		char mode[16];

		sscanf(modes[i], "%15s", mode);
		bmc_line("fault %s netfn=06 cmd=01 n=1 %s", mode,
			 modes[i] + strlen(mode) + (modes[i][strlen(mode)] == ' '));
		start = now();
		ask();
		if (!EXPECT(now() - start < BOUND) || !EXPECT(answers_within(BACK)))
			ktap_note("%s", modes[i]);
	}
	bmc_line("nofaults");
}

static void nothing_is_left(void)
{
	struct reply r;

	EXPECT_EQ(ipmi_recv(fd, &r), -EAGAIN);
	EXPECT_EQ(file_number(DEVICE "/nr_msgs"), 0);
	EXPECT_EQ(ipmi_nodes(), 1);
	EXPECT_EQ(ask(), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(slow),
	KTAP_CASE(spoiled),
	KTAP_CASE(disconnects),
	KTAP_CASE(nothing_is_left),
};

int main(void)
{
	int listen = 1;

	fd = ipmi_open(0);
	if (fd < 0 || ioctl(fd, IPMICTL_SET_GETS_EVENTS_CMD, &listen)) {
		printf("Bail out! /dev/ipmi0: %s\n", strerror(errno));
		return 1;
	}
	return ktap_main(cases, ARRAY_SIZE(cases));
}
