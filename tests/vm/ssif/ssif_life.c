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

#include "fake_bus.h"
#include "fake_ssif.h"
#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define EVENT_BUFFER 0x04
#define HAMMERS 4
#define GONE 1.5 /* to unload the driver: the house's 1, and a busy machine */
#define ROUNDS 3 /* of what a busy machine may spoil */
#define DISCOVERY "/sys/kernel/debug/ipmi_ssif/discovery"
#define PARAMETER "/sys/module/ssif_fake/parameters/"

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

static void again(void)
{
	fake_driver();
	fake_fd = ipmi_open(0);
	EXPECT(fake_fd >= 0);
}

/* With a request under way, and the BMC in that state: how long it took. */
static double unload_in(const char *state)
{
	int file = ipmi_open(0);
	double start, took;

	fake_set("answer_len", 100);
	fake_fault(state);
	EXPECT_EQ(ipmi_send(file, 1, NETFN_OEM, CMD_ECHO, "abcd", 4), 0);
	usleep(20000);
	start = now();
	close(file);
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
	took = now() - start;
	EXPECT_EQ(ipmi_nodes(), 0);
	fake_fault("ok");
	fake_set("answer_len", 16);
	again();
	EXPECT(fake_fd >= 0);
	EXPECT(fake_until_answer(BOUND) < BACK);
	close(fake_fd);
	return took;
}

/* 44, 45: whatever the BMC does, the driver can be unloaded, and loaded again. */
static void f44_unload_in_each_state(void)
{
	static const char *const states[] = {
		"ok", "nack 0", "nack-read 0", "hang 0", "length 0 0", "netfn 0", "nack-middle 0",
	};

	close(fake_fd);
	for (unsigned int i = 0; i < ARRAY_SIZE(states); i++) {
		double took = GONE;

		ktap_note("%s", states[i]);
		for (int round = 0; round < ROUNDS && took >= GONE; round++)
			took = unload_in(states[i]);
		if (!EXPECT(took < GONE))
			ktap_note("took %.3f s", took);
	}
	/* nobody would hear it any more */
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
	EXPECT_EQ(strtol(file_text(FAKE "enables"), NULL, 0) & 3, 0);
	again();
}

static void unbind(void)
{
	EXPECT_EQ(file_write(DRIVER "unbind", CLIENT), 0);
}

static void bind(void)
{
	EXPECT_EQ(file_write(DRIVER "bind", CLIENT), 0);
	close(fake_fd);
	fake_fd = ipmi_open(0);
	EXPECT(fake_fd >= 0);
}

/* It is not tried any more, and not waited for, but told that it failed. */
static void what_is_under_way_ends_early(void)
{
	int writes = 5;
	struct reply r;

	for (int round = 0; round < ROUNDS && writes >= 5; round++) {
		fake_forget();
		fake_fault("nack-write 0");
		EXPECT_EQ(ipmi_send(fake_fd, 1, NETFN_OEM, CMD_ECHO, "abcd", 4), 0);
		EXPECT(fake_until_sent(NETFN_OEM << 2, CMD_ECHO, 1, 5));
		unbind();
		writes = fake_requests(NETFN_OEM << 2, CMD_ECHO);
		fake_fault("ok");
		bind();
	}
	EXPECT(writes < 5);
	fake_fault("nack-read 0");
	EXPECT_EQ(ipmi_send(fake_fd, 1, NETFN_OEM, CMD_ECHO, "abcd", 4), 0);
	usleep(20000);
	unbind();
	EXPECT_EQ(ipmi_recv(fake_fd, &r), 0);
	EXPECT_EQ(r.data[0], 0xff);
	fake_fault("ok");
	bind();
	EXPECT_EQ(fake_echo(4), 0);
}

/* The last words to the BMC, though it takes its time; and the first. */
static void alerts_are_switched_off(void)
{
	EXPECT(enabled());
	usleep(100000);
	fake_set("think_us", 20000);
	fake_forget();
	unbind();
	EXPECT_EQ(fake_enables(), 4);
	EXPECT_EQ(fake_requests(APP, CMD_GET_ENABLES), 1);
	EXPECT_EQ(fake_requests(APP, CMD_SET_ENABLES), 1);
	fake_set("think_us", 0);
	/* the event buffer is on: that is not tried out */
	fake_forget();
	bind();
	EXPECT(fake_until_sent(APP, CMD_SET_ENABLES, 1, 5));
	usleep(100000);
	EXPECT_EQ(fake_requests(APP, CMD_SET_ENABLES), 1);
	EXPECT_EQ(fake_requests(APP, CMD_CLEAR_FLAGS), 1);
	EXPECT_EQ(fake_enables(), 7);
	/* one that refuses, as far as it goes */
	fake_fault("stubborn 0");
	fake_forget();
	unbind();
	EXPECT_EQ(fake_enables(), 5);
	EXPECT_EQ(fake_requests(APP, CMD_GET_ENABLES), 2);
	EXPECT_EQ(fake_requests(APP, CMD_SET_ENABLES), 2);
	/* one that enables nothing has no event buffer, and is not asked all the time */
	fake_set("enables", 0);
	fake_fault("refuse 0 46");
	fake_forget();
	bind();
	EXPECT(fake_until_sent(APP, CMD_SET_ENABLES, 2, 5));
	usleep(300000);
	EXPECT_EQ(fake_requests(APP, CMD_SET_ENABLES), 2);
	EXPECT_EQ(fake_echo(4), 0);
	EXPECT_EQ(file_write(FAKE "post", "event"), 0);
	fake_fault("ok");
	unbind();
	/* with what it can do when it is not known to have one it comes up, too */
	fake_fault("refuse 0 47");
	fake_set("enables", 0);
	bind();
	usleep(200000);
	EXPECT_EQ(fake_enables(), 0);
	fake_fault("ok");
	unbind();
	fake_set("enables", 0);
	fake_forget();
	bind();
	EXPECT(fake_until_sent(APP, CMD_SET_ENABLES, 2, 5));
	EXPECT(enabled());
	/* one that is away is told nothing */
	fake_fault("nack 0");
	EXPECT_EQ(fake_echo(4), 0x82);
	fake_forget();
	unbind();
	EXPECT_EQ(fake_requests(APP, CMD_GET_ENABLES), 0);
	fake_fault("ok");
	bind();
	/* what it had to say before is gone */
	EXPECT_EQ(fake_echo(4), 0);
}

/* What a BMC can do; what it cannot is not sent. Requests are two bytes longer than their data. */
static void limits(void)
{
	/* and ones that do not do as they say, which is found out */
	static const struct {
		const char *parts;
		int most;
		const char *fault;
	} kinds[] = {
		{ "0", 30, "ok" }, { "1", 61, "ok" }, { "3", 30, "ok" }, { "4", 30, "ok" },
		{ "2", 253, "ok" },
		{ "2", 62, "lacks 0 7" }, { "2", 61, "lacks 0 8" }, { "2", 30, "lacks 0 6" },
		{ "2", 62, "ignores 0 7" }, { "2", 61, "ignores 0 8" },
		{ "1", 61, "lacks 0 7" }, { "1", 30, "lacks 0 6" },
		{ "2", 253, "ok" },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		ktap_note("parts=%s %s", kinds[i].parts, kinds[i].fault);
		unbind();
		fake_fault(kinds[i].fault);
		EXPECT_EQ(file_write(PARAMETER "parts", kinds[i].parts), 0);
		bind();
		EXPECT_EQ(fake_echo(kinds[i].most), 0);
		fake_forget();
		EXPECT_EQ(fake_echo(kinds[i].most + 1), 0xc8);
		EXPECT_EQ(fake_requests(NETFN_OEM << 2, CMD_ECHO), 0);
		EXPECT_EQ(fake_echo(1), 0);
	}
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

static bool logged(const char *pattern, int times)
{
	run("dmesg | grep -c '%s'", pattern);
	if (atoi(output()) == times)
		return true;
	ktap_note("%d times: %s", atoi(output()), pattern);
	return false;
}

/* The pauses between what is tried again and again: a second, and twice as long each time. */
static void doubling(const double *at)
{
	EXPECT(at[1] - at[0] > 0.9 && at[1] - at[0] < 1.9);
	EXPECT(at[2] - at[1] > 1.9 && at[2] - at[1] < 3.8);
}

static int looks_at_the_place(double *at)
{
	const struct transfer *all;
	int n = fake_log(&all), found = 0;

	for (int i = 0; i < n && found < 3; i++)
		if (all[i].how == 'q')
			at[found++] = all[i].begun;
	return found;
}

/* What gives no proper answer to Get Device ID is not brought up. */
static void is_none_with(const char *fault)
{
	fake_fault(fault);
	fake_forget();
	EXPECT(fake_until_sent(APP, CMD_GET_DEVICE_ID, 1, 40));
	usleep(300000);
	if (!EXPECT_EQ(ipmi_nodes(), 0))
		ktap_note("%s", fault);
}

/* A BMC that boots slower than its host: by parameter, */
static void a_bmc_that_is_late(void)
{
	double at[3];

	close(fake_fd);
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
	EXPECT_EQ(run("rmmod ssif_fake"), 0);
	fake_load("absent=1");
	fake_forget();
	fake_driver();
	for (double end = now() + 20; looks_at_the_place(at) < 3 && now() < end;)
		usleep(50000);
	REQUIRE(EXPECT_EQ(looks_at_the_place(at), 3));
	doubling(at);
	EXPECT_EQ(ipmi_nodes(), 0);
	EXPECT(logged("No BMC yet at i2c address 0x10, hardcoded-specified, adapter ssif_fake: "
		      "nobody acknowledges it on 1 adapter; .* try addr=0x08", 1));
	EXPECT_EQ(run("grep 'nobody acknowledges it on 1 adapter' " DISCOVERY), 0);
	/* something is there, but it does not answer: it is tried once */
	fake_fault("nack-write 0");
	fake_forget();
	EXPECT(fake_until_sent(APP, CMD_GET_DEVICE_ID, 1, 10));
	usleep(300000);
	EXPECT_EQ(fake_requests(APP, CMD_GET_DEVICE_ID), 1);
	EXPECT_EQ(run("grep 'on ssif_fake something acknowledges it' " DISCOVERY), 0);
	EXPECT_EQ(ipmi_nodes(), 0);
	is_none_with("refuse 0 1");
	is_none_with("cut 0 6 1");
	fake_fault("ok");
	EXPECT(appears(40));
	EXPECT(run("dmesg | tail -n 20 | grep 'Trying hardcoded-specified SSIF interface at i2c address "
		   "0x10, adapter ssif_fake'") == 0);
	EXPECT_EQ(run("grep 'hardcoded at i2c address 0x10.*: found' " DISCOVERY), 0);
	EXPECT_EQ(run("grep 'hardcoded 0-0010 at .*: up as ipmi0' " DISCOVERY), 0);
	/* what the administrator has unbound stays so, and is not looked for */
	fake_forget();
	unbind();
	sleep(3);
	EXPECT_EQ(fake_requests(APP, CMD_GET_DEVICE_ID), 0);
	EXPECT_EQ(ipmi_nodes(), 0);
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
}

/* and by new_device. */
static void a_device_that_is_late(void)
{
	static const char *const no_bmc[] = { "nack-write 0", "refuse 0 1", "cut 0 7" };
	char adapter[280] = "";
	double at[32], groups[3];
	int n, found = 0;

	fake_fault("nack-write 0");
	EXPECT_EQ(run("modprobe ipmi_ssif"), 0);
	run("grep -l ssif_fake /sys/bus/i2c/devices/i2c-*/name");
	snprintf(adapter, sizeof(adapter), "%.*s/new_device", (int)(strlen(output()) - 6), output());
	run("dmesg -c >/dev/null");
	fake_forget();
	EXPECT_EQ(file_write(adapter, "ipmi_ssif 0x10"), 0);
	EXPECT_EQ(ipmi_nodes(), 0);
	EXPECT(logged("Trying hotmod-specified SSIF interface at i2c address 0x10", 1));
	EXPECT(fake_until_sent(APP, CMD_GET_DEVICE_ID, 15, 20));
	n = fake_times(APP, CMD_GET_DEVICE_ID, at, ARRAY_SIZE(at));
	for (int i = 0; i < n && found < 3; i += 5)
		groups[found++] = at[i];
	REQUIRE(EXPECT_EQ(found, 3));
	for (int i = 0; i < 15; i++)
		if (i % 5)
			EXPECT(at[i] - at[i - 1] > 0.05);
	groups[1] -= at[4] - at[0];
	groups[2] -= at[4] - at[0] + at[9] - at[5];
	doubling(groups);
	EXPECT(logged("Not present", 1));
	EXPECT_EQ(run("grep 'Get Device ID got no valid answer (error -6)' " DISCOVERY), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(no_bmc); i++) {
		fake_fault(no_bmc[i]);
		unbind();
		EXPECT_EQ(file_write(DRIVER "bind", CLIENT), 0);
		EXPECT_EQ(ipmi_nodes(), 0);
	}
	fake_fault("ok");
	EXPECT(appears(6));
	close(fake_fd);
	fake_fd = ipmi_open(0);
	EXPECT_EQ(fake_echo(4), 0);
}

/* The first try holds a script up for three seconds; and it goes while it is tried. */
static void a_probe_is_bounded(void)
{
	const struct transfer *all;
	double start, took;

	unbind();
	fake_fault("nack-read 0");
	start = now();
	EXPECT_EQ(file_write(DRIVER "bind", CLIENT), 0);
	took = now() - start;
	if (!EXPECT(took > 2.9 && took < 4.7))
		ktap_note("%.3f s", took);
	fake_forget();
	unbind();
	EXPECT(fake_log(&all) < 20);
	fake_fault("ok");
	EXPECT_EQ(file_write(DRIVER "bind", CLIENT), 0);
	EXPECT(appears(6));
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
	fake_fault("nack 0");
	EXPECT_EQ(run("modprobe ipmi_ssif"), 0);
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
	fake_fault("ok");
	EXPECT_EQ(run("rmmod ssif_fake"), 0);
	fake_load("");
	again();
}

static const struct ktap_case cases[] = {
	KTAP_CASE(fake_is_there),
	KTAP_CASE(f34_counted_once),
	KTAP_CASE(enables_come_back),
	KTAP_CASE(what_comes_by_itself),
	KTAP_CASE(f44_unload_in_each_state),
	KTAP_CASE(what_is_under_way_ends_early),
	KTAP_CASE(alerts_are_switched_off),
	KTAP_CASE(limits),
	KTAP_CASE(adapter_goes_under_load),
	KTAP_CASE(a_bmc_that_is_late),
	KTAP_CASE(a_device_that_is_late),
	KTAP_CASE(a_probe_is_bounded),
	KTAP_CASE(fake_leaves_nothing),
};

int main(int argc, char **argv)
{
	fake_arguments(argc, argv);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
