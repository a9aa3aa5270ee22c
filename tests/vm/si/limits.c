// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interfaces by hotmod at the limits: which numbers it takes, and what is left of what it
 * does not use.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define HOTMOD "/sys/module/ipmi_si/parameters/hotmod"
#define AWAY "kcs,i/o,0xcc0" /* nothing is there */

#define DEVICES "/sys/bus/platform/devices/hotmod-ipmi-si.*"

/* What write() says to a number, here and (if that differs) to the kernel's own module. */
static const struct {
	const char *option;
	int result, intree;
} numbers[] = {
	{ "irq=0", 0, 0 },
	{ "irq=-1", -EINVAL, -EINVAL },
	{ "irq=+1", -EINVAL, -EINVAL },
	{ "irq=4294967295", 0, 0 },
	{ "irq=4294967296", -EINVAL, 0 }, /* there it is 0 */
	{ "irq=1x", -EINVAL, -EINVAL },
	{ "irq= 1", -EINVAL, -EINVAL },
	{ "irq=", -EINVAL, -EINVAL },
	{ "rsi=0", 0, 0 },
	{ "rsi=3", 0, 0 },
	{ "rsi=8", 0, 0 },
	{ "rsi=257", 0, 0 },
	{ "rsi=-1", -EINVAL, -EINVAL },
	{ "rsp=0", 0, 0 },
	{ "rsp=0x10000", 0, 0 },
	{ "rsp=-1", -EINVAL, -EINVAL },
	{ "rsh=8", 0, 0 },
	{ "rsh=256", 0, 0 },
	{ "ipmb=0x120", 0, 0 },
};

static int add(const char *option)
{
	char op[80];

	snprintf(op, sizeof(op), "add," AWAY ",%s", option);
	return file_write(HOTMOD, op);
}

static void which_numbers_are_taken(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(numbers); i++) {
		int want = stack_is_ours() ? numbers[i].result : numbers[i].intree;

		if (!EXPECT_EQ(add(numbers[i].option), want))
			ktap_note("%s", numbers[i].option);
		EXPECT_EQ(file_write(HOTMOD, "remove," AWAY), 0);
	}
}

/* Success of write() says that it was understood; what came of it is in the log. */
static void what_is_impossible_is_told(void)
{
	static const struct {
		const char *option, *log;
	} cases[] = {
		{ "rsi=3", "Invalid register size: 3" },
		{ "rsi=8", "Invalid register size: 8" },
		{ "rsi=257", "Invalid register size: 257" },
		{ "rsh=256", "Invalid register shift: 256" },
		{ "rsi=4,rsh=32", "Invalid register shift: 32" },
		{ "ipmb=0x120", "Invalid slave address: 0x120" },
	};

	if (!stack_is_ours())
		SKIP("there, what does not fit in a byte wraps");
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		run("dmesg -c >/dev/null");
		EXPECT_EQ(add(cases[i].option), 0);
		if (!EXPECT_EQ(run("dmesg | grep -q '%s'", cases[i].log), 0))
			ktap_note("%s", cases[i].option);
		EXPECT(run("ls -d " DEVICES));
	}
}

static void a_size_of_0_is_no_size(void)
{
	run("dmesg -c >/dev/null");
	EXPECT_EQ(add("rsi=0,rsp=0"), 0);
	EXPECT_EQ(run("dmesg | grep -q 'regsize 1 spacing 1'"), 0);
	EXPECT_EQ(file_write(HOTMOD, "remove," AWAY), 0);
	EXPECT(run("ls -d " DEVICES));
}

static void a_duplicate_leaves_no_device(void)
{
	run("dmesg -c >/dev/null");
	EXPECT_EQ(file_write(HOTMOD, "add,kcs,i/o,0xca2"), 0);
	EXPECT_EQ(run("dmesg | grep -q duplicate"), 0);
	/* There it stays until the module goes. */
	if (stack_is_ours())
		EXPECT(run("ls -d " DEVICES));
	EXPECT_EQ(ipmi_nodes(), 1);
}

/* What ports= and addrs= may not do in a kernel that is locked down, it may not either. */
static void a_locked_down_kernel(void)
{
	EXPECT_EQ(run("mount -t securityfs securityfs /sys/kernel/security"), 0);
	REQUIRE(EXPECT_EQ(run("echo integrity > /sys/kernel/security/lockdown"), 0));
	EXPECT_EQ(add("irq=0"), stack_is_ours() ? -EPERM : 0);
}

static void the_interface_works_still(void)
{
	struct reply r;
	int fd = ipmi_open(0);

	REQUIRE(EXPECT(fd >= 0));
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	close(fd);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(which_numbers_are_taken),
	KTAP_CASE(what_is_impossible_is_told),
	KTAP_CASE(a_size_of_0_is_no_size),
	KTAP_CASE(a_duplicate_leaves_no_device),
	KTAP_CASE(a_locked_down_kernel),
	KTAP_CASE(the_interface_works_still),
};

int main(void)
{
	int fd = ipmi_open(0);

	if (fd >= 0)
		close(fd);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
