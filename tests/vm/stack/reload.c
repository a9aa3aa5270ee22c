// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading and removing the stack many times, idle and under load, and refusing to be
 * removed while somebody has the device open. No module is loaded before.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define ROUNDS 8
#define CHILDREN 3

static bool answers(void)
{
	return EXPECT_EQ(ipmi_try(0), 0);
}

static void by_modprobe(void)
{
	for (int i = 0; i < 2; i++) {
		REQUIRE(EXPECT_EQ(run("modprobe ipmi_si && modprobe ipmi_devintf"), 0));
		REQUIRE(answers());
		EXPECT_EQ(run("modprobe -r ipmi_devintf ipmi_si"), 0);
		EXPECT(!module_loaded("ipmi_si"));
		EXPECT(!module_loaded("ipmi_devintf"));
		EXPECT_EQ(stack_remove(), 0);
	}
}

static void idle(void)
{
	double least = 1e9, sum = 0;

	for (int i = 0; i < ROUNDS; i++) {
		double start = now(), took;

		REQUIRE(EXPECT_EQ(stack_insert(), 0));
		REQUIRE(answers());
		took = now() - start;
		sum += took;
		least = took < least ? took : least;
		REQUIRE(EXPECT_EQ(stack_remove(), 0));
		EXPECT_EQ(ipmi_nodes(), 0);
	}
	ktap_note("from nothing to the first answer: %.1f ms, at best %.1f ms", sum / ROUNDS * 1e3,
		  least * 1e3);
}

static void open_device_holds(void)
{
	int fd;

	REQUIRE(EXPECT_EQ(stack_insert(), 0));
	fd = ipmi_open(0);
	REQUIRE(EXPECT(fd >= 0));
	EXPECT_EQ(module_remove("ipmi_si"), -EAGAIN);
	EXPECT_EQ(module_remove("ipmi_devintf"), -EAGAIN);
	EXPECT_EQ(module_remove("ipmi_msghandler"), -EAGAIN);
	close(fd);
	REQUIRE(EXPECT_EQ(stack_remove(), 0));
}

/* Sends as fast as it can, without waiting for all of the answers, until it is killed. */
static void sender(int opened)
{
	int fd = ipmi_open(0);
	struct reply r;

	if (fd < 0 || write(opened, "", 1) != 1)
		_exit(1);
	for (long i = 0;; i++) {
		ipmi_send(fd, i, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0);
		if (i % 8 == 0)
			ipmi_wait(fd, ANSWER_MS);
		while (!ipmi_recv(fd, &r))
			;
	}
}

static void under_load(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		pid_t child[CHILDREN];
		int opened[2];
		char byte;

		REQUIRE(EXPECT_EQ(stack_insert(), 0));
		REQUIRE(EXPECT_EQ(pipe(opened), 0));
		fflush(stdout);
		for (int k = 0; k < CHILDREN; k++) {
			child[k] = fork();
			if (!child[k])
				sender(opened[1]);
		}
		close(opened[1]);
		EXPECT_EQ(read(opened[0], &byte, 1), 1);
		usleep(20000 + i * 1000);
		EXPECT_EQ(module_remove("ipmi_si"), -EAGAIN);
		for (int k = 0; k < CHILDREN; k++)
			kill(child[k], SIGKILL);
		for (int k = 0; k < CHILDREN; k++)
			waitpid(child[k], NULL, 0);
		close(opened[0]);
		REQUIRE(EXPECT_EQ(stack_remove(), 0));
	}
}

static void devintf_alone(void)
{
	REQUIRE(EXPECT_EQ(stack_insert(), 0));
	for (int i = 0; i < ROUNDS; i++) {
		REQUIRE(answers());
		EXPECT_EQ(module_remove("ipmi_devintf"), 0);
		EXPECT_EQ(ipmi_nodes(), 0);
		REQUIRE(EXPECT_EQ(stack_insert(), 0));
	}
	REQUIRE(EXPECT_EQ(stack_remove(), 0));
}

static void si_alone(void)
{
	REQUIRE(EXPECT_EQ(stack_insert(), 0));
	for (int i = 0; i < ROUNDS; i++) {
		REQUIRE(answers());
		EXPECT_EQ(module_remove("ipmi_si"), 0);
		EXPECT_EQ(ipmi_nodes(), 0);
		REQUIRE(EXPECT_EQ(stack_insert(), 0));
	}
	REQUIRE(EXPECT_EQ(stack_remove(), 0));
}

static void unbind_and_bind(void)
{
	char name[64], path[128];

	REQUIRE(EXPECT_EQ(stack_insert(), 0));
	REQUIRE(answers());
	snprintf(name, sizeof(name), "%s", link_name("/sys/class/ipmi/ipmi0/device"));
	for (int i = 0; i < ROUNDS; i++) {
		snprintf(path, sizeof(path), "/sys/bus/platform/drivers/ipmi_si/unbind");
		REQUIRE(EXPECT_EQ(file_write(path, name), 0));
		EXPECT_EQ(ipmi_open_now(0), -ENOENT);
		snprintf(path, sizeof(path), "/sys/bus/platform/drivers/ipmi_si/bind");
		REQUIRE(EXPECT_EQ(file_write(path, name), 0));
		REQUIRE(answers());
	}
	REQUIRE(EXPECT_EQ(stack_remove(), 0));
}

static const struct ktap_case quiet_cases[] = {
	KTAP_CASE(by_modprobe),
	KTAP_CASE(idle),
	KTAP_CASE(open_device_holds),
};

static const struct ktap_case busy_cases[] = {
	KTAP_CASE(under_load),
};

static const struct ktap_case part_cases[] = {
	KTAP_CASE(devintf_alone),
	KTAP_CASE(si_alone),
	KTAP_CASE(unbind_and_bind),
};

/* The argument says which of these, so that no test takes long. */
int main(int argc, char **argv)
{
	const char *which = argc > 1 ? argv[1] : "";

	keep_acpi_ipmi_out();
	if (!strcmp(which, "busy"))
		return ktap_main(busy_cases, ARRAY_SIZE(busy_cases));
	if (!strcmp(which, "part"))
		return ktap_main(part_cases, ARRAY_SIZE(part_cases));
	return ktap_main(quiet_cases, ARRAY_SIZE(quiet_cases));
}
