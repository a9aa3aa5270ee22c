// SPDX-License-Identifier: GPL-2.0-only
/*
 * A consumer in the kernel, tests/modules/consumer_main.c, uses all of the message handler's own
 * interface. This runs its cases, and takes interfaces away under it and gives them back. With
 * the argument "host" also what takes the BMC of tests/bmc.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define FOLDER "/sys/kernel/debug/ipmi_consumer/"
#define DEVICE "/sys/class/ipmi/ipmi0/device"
#define HOTMOD "/sys/module/ipmi_si/parameters/hotmod"
#define PLACE "kcs,i/o,0xca2"

static void in_kernel(const char *name)
{
	EXPECT_EQ(file_write(FOLDER "run", name), 0);
	EXPECT_STR(file_text(FOLDER "said"), "");
}

/* Nobody is left, and nothing of anybody. */
static void nothing_left(void)
{
	for (int i = 0; i < 500; i++) {
		if (!file_number(DEVICE "/nr_users") && !file_number(DEVICE "/nr_msgs"))
			break;
		usleep(10000);
	}
	EXPECT_EQ(file_number(DEVICE "/nr_users"), 0);
	EXPECT_EQ(file_number(DEVICE "/nr_msgs"), 0);
}

#define IN_KERNEL(function, name)                                                              \
	static void function(void)                                                             \
	{                                                                                      \
		in_kernel(name);                                                               \
		nothing_left();                                                                \
	}

IN_KERNEL(request, "request")
IN_KERNEL(refusals, "refusals")
IN_KERNEL(supplied_messages, "supplied")
IN_KERNEL(contexts_to_send_from, "contexts")
IN_KERNEL(sends_in_its_callback, "chain")
IN_KERNEL(poll_interface, "poll")
IN_KERNEL(info, "info")
IN_KERNEL(addresses, "addresses")
IN_KERNEL(maintenance, "maintenance")
IN_KERNEL(registrations, "registrations")
IN_KERNEL(events, "events")
IN_KERNEL(commands, "commands")
IN_KERNEL(leaves_with_requests, "leave")
IN_KERNEL(keeps_a_message, "keep")

static void take_away(void)
{
	EXPECT_EQ(file_write(HOTMOD, "remove," PLACE), 0);
	for (int i = 0; i < 500 && ipmi_nodes(); i++)
		usleep(10000);
	EXPECT_EQ(ipmi_nodes(), 0);
}

static void give_back(void)
{
	int fd;

	EXPECT_EQ(file_write(HOTMOD, "add," PLACE), 0);
	fd = ipmi_open(0);
	EXPECT(fd >= 0);
	close(fd);
}

static void watcher(void)
{
	in_kernel("watch");
	for (int i = 0; i < 5; i++) {
		take_away();
		in_kernel("is-gone");
		give_back();
		in_kernel("is-back");
	}
	in_kernel("unwatch");
	nothing_left();
}

static void watcher_comes_first(void)
{
	take_away();
	in_kernel("watch-nothing");
	give_back();
	in_kernel("is-back");
	in_kernel("unwatch");
	nothing_left();
}

static void left_behind(void)
{
	in_kernel("stay");
	take_away();
	in_kernel("left-behind");
	give_back();
	nothing_left();
}

static void comes_and_goes(void)
{
	in_kernel("spin");
	for (int i = 0; i < 10; i++) {
		take_away();
		give_back();
		usleep(100000);
	}
	in_kernel("spin-stop");
	nothing_left();
}

/* The transport's module goes under the watcher's user, and comes back. */
static void transport_unloaded(void)
{
	in_kernel("watch");
	in_kernel("unwatch");
	EXPECT_EQ(module_remove("consumer"), 0);
	EXPECT_EQ(stack_remove(), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(request),
	KTAP_CASE(refusals),
	KTAP_CASE(supplied_messages),
	KTAP_CASE(contexts_to_send_from),
	KTAP_CASE(sends_in_its_callback),
	KTAP_CASE(poll_interface),
	KTAP_CASE(info),
	KTAP_CASE(addresses),
	KTAP_CASE(maintenance),
	KTAP_CASE(registrations),
	KTAP_CASE(leaves_with_requests),
	KTAP_CASE(keeps_a_message),
	KTAP_CASE(watcher),
	KTAP_CASE(watcher_comes_first),
	KTAP_CASE(left_behind),
	KTAP_CASE(comes_and_goes),
	KTAP_CASE(transport_unloaded),
};

/* What the BMC has to do something for. */
static const struct ktap_case host_cases[] = {
	KTAP_CASE(events),
	KTAP_CASE(commands),
};

int main(int argc, char **argv)
{
	struct ktap_case all[ARRAY_SIZE(cases) + ARRAY_SIZE(host_cases)];
	bool host = argc > 1 && !strcmp(argv[1], "host");
	int fd, n = 0;

	keep_acpi_ipmi_out();
	if (run("grep -q debugfs /proc/mounts || mount -t debugfs none /sys/kernel/debug; "
		"insmod /vm/modules/consumer.ko")) {
		printf("Bail out! %s\n", output());
		return 1;
	}
	fd = ipmi_must_open(0);
	close(fd);
	/* it comes by itself, but not to an interface of hotmod's */
	usleep(500000);
	module_remove("acpi_ipmi");
	if (host) {
		memcpy(all, host_cases, sizeof(host_cases));
		n = ARRAY_SIZE(host_cases);
	}
	memcpy(all + n, cases, sizeof(cases));
	return ktap_main(all, n + ARRAY_SIZE(cases));
}
