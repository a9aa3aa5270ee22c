// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmi_ssif on an adapter and a BMC that come and go, and what it does by itself. The arguments
 * are parameters of tests/modules/ssif_fake_main.c. Numbers in names are those of
 * Documentation/faults-si.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_ssif.h"
#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define EVENT_BUFFER 0x04
#define HAMMERS 4
#define GONE 4.0 /* to unload the driver */

/* The counter of one exhausted request goes up by one. */
static void f34_counted_once(void)
{
	long errors = file_number(DEVICE "/receive_errors");

	fake_fault("short 0");
	EXPECT_EQ(fake_echo(4), 0xff);
	fake_fault("ok");
	EXPECT_EQ(file_number(DEVICE "/receive_errors"), errors + 1);
	EXPECT_EQ(fake_echo(4), 0);
}

static bool enabled(void)
{
	for (double end = now() + 3; now() < end; usleep(10000))
		if (strtol(file_text(FAKE "enables"), NULL, 0) & EVENT_BUFFER)
			return true;
	return false;
}

static void enables_come_back(void)
{
	EXPECT(enabled());
	fake_fault("nack 0");
	EXPECT_EQ(fake_echo(4), 0x82);
	fake_set("enables", 0);
	fake_fault("ok");
	EXPECT(fake_until_answer(BOUND) < BACK);
	EXPECT(enabled());
}

static pid_t hammer(void)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid)
		return pid;
	for (;;) {
		int file = ipmi_open_now(0);
		double start = now();

		while (file >= 0 && fake_echo_on(file, 4) >= 0)
			start = now();
		if (now() - start > BOUND)
			_exit(1);
		if (file >= 0)
			close(file);
		else
			usleep(10000);
	}
}

static void start_hammers(pid_t *pids)
{
	for (int i = 0; i < HAMMERS; i++)
		pids[i] = hammer();
	usleep(300000);
}

static void stop_hammers(pid_t *pids)
{
	for (int i = 0; i < HAMMERS; i++) {
		int status = 0;

		kill(pids[i], SIGTERM);
		waitpid(pids[i], &status, 0);
		EXPECT(WIFSIGNALED(status));
	}
}

/* 44, 45: whatever the BMC does, the driver can be unloaded, and loaded again. */
static void f44_unload_in_each_state(void)
{
	static const char *const states[] = {
		"ok", "nack 0", "nack-read 0", "hang 0", "length 0 0", "netfn 0", "nack-middle 0",
	};

	close(fake_fd);
	for (unsigned int i = 0; i < ARRAY_SIZE(states); i++) {
		double start, took;
		int file = ipmi_open(0);

		ktap_note("%s", states[i]);
		fake_set("answer_len", 100);
		fake_fault(states[i]);
		EXPECT_EQ(ipmi_send(file, 1, NETFN_OEM, CMD_ECHO, "abcd", 4), 0);
		usleep(20000);
		start = now();
		close(file);
		EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
		took = now() - start;
		if (!EXPECT(took < GONE))
			ktap_note("took %.3f s", took);
		EXPECT_EQ(ipmi_nodes(), 0);
		fake_fault("ok");
		fake_set("answer_len", 16);
		fake_driver();
		fake_fd = ipmi_open(0);
		REQUIRE(EXPECT(fake_fd >= 0));
		EXPECT(fake_until_answer(BOUND) < BACK);
		close(fake_fd);
	}
	/* nobody would hear it any more */
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
	EXPECT_EQ(strtol(file_text(FAKE "enables"), NULL, 0) & 3, 0);
	fake_driver();
	fake_fd = ipmi_open(0);
}

static void adapter_goes_under_load(void)
{
	pid_t pids[HAMMERS];

	close(fake_fd);
	start_hammers(pids);
	for (int i = 0; i < 3; i++) {
		double start = now();

		if (i == 1)
			fake_fault("hang 0");
		EXPECT_EQ(run("rmmod ssif_fake"), 0);
		EXPECT(now() - start < GONE);
		EXPECT_EQ(ipmi_nodes(), 0);
		fake_load("");
		fake_fd = ipmi_open(0);
		REQUIRE(EXPECT(fake_fd >= 0));
		EXPECT_EQ(fake_echo(4), 0);
		close(fake_fd);
	}
	stop_hammers(pids);
	fake_fd = ipmi_open(0);
}

static bool appears(double wait)
{
	for (double end = now() + wait; now() < end; usleep(50000))
		if (ipmi_nodes())
			return true;
	return false;
}

/* A BMC that boots slower than its host: by parameter, and by new_device. */
static void a_bmc_that_is_late(void)
{
	char adapter[280] = "";

	close(fake_fd);
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
	EXPECT_EQ(run("rmmod ssif_fake"), 0);
	fake_load("absent=1");
	fake_driver();
	usleep(300000);
	EXPECT_EQ(ipmi_nodes(), 0);
	fake_fault("ok");
	EXPECT(appears(6));
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);

	fake_fault("nack 0");
	EXPECT_EQ(run("modprobe ipmi_ssif"), 0);
	run("grep -l ssif_fake /sys/bus/i2c/devices/i2c-*/name");
	snprintf(adapter, sizeof(adapter), "%.*s/new_device", (int)(strlen(output()) - 6), output());
	EXPECT_EQ(file_write(adapter, "ipmi_ssif 0x10"), 0);
	EXPECT_EQ(ipmi_nodes(), 0);
	fake_fault("ok");
	EXPECT(appears(6));
	/* and it goes while it is tried */
	fake_fault("nack 0");
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
	EXPECT_EQ(run("modprobe ipmi_ssif"), 0);
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
	fake_fault("ok");
	EXPECT_EQ(run("rmmod ssif_fake"), 0);
	fake_load("");
	fake_driver();
	fake_fd = ipmi_open(0);
	EXPECT(fake_fd >= 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(fake_is_there),
	KTAP_CASE(f34_counted_once),
	KTAP_CASE(enables_come_back),
	KTAP_CASE(what_comes_by_itself),
	KTAP_CASE(f44_unload_in_each_state),
	KTAP_CASE(adapter_goes_under_load),
	KTAP_CASE(a_bmc_that_is_late),
	KTAP_CASE(fake_leaves_nothing),
};

int main(int argc, char **argv)
{
	fake_arguments(argc, argv);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
