// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers in memory of 1, 2, 4 and 8 bytes: the BMC's three lie 16 bytes apart, each in the
 * second byte of its place, so that all of these sizes with the right shift are the same
 * interface. See suite.toml.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"

static unsigned long bar;

static void bytes_come_back(void)
{
	unsigned char sent[40];
	struct reply r;
	int fd = ipmi_open(0);

	REQUIRE(EXPECT(fd >= 0));
	for (unsigned int i = 0; i < sizeof(sent); i++)
		sent[i] = i * 29 + 0x80;
	EXPECT_EQ(ipmi_ask(fd, NETFN_OEM, CMD_ECHO, sent, sizeof(sent), &r), 0);
	EXPECT_EQ(r.len, 1 + (int)sizeof(sent));
	EXPECT(!memcmp(r.data + 1, sent, sizeof(sent)));
	close(fd);
}

static void one(unsigned long addr, int size, int shift)
{
	char want[128], line[64];
	int n = 0;

	EXPECT_EQ(stack_remove(), 0);
	EXPECT_EQ(run("modprobe ipmi_si type=smic addrs=%#lx regsizes=%d regspacings=16 regshifts=%d",
		      addr, size, shift), 0);
	EXPECT_EQ(run("modprobe ipmi_devintf"), 0);
	bytes_come_back();
	snprintf(want, sizeof(want), "smic,mem,%#lx,rsp=16,rsi=%d,rsh=%d,irq=0,ipmb=32", addr, size,
		 shift);
	EXPECT_STR(file_text("/sys/class/ipmi/ipmi0/device/params"), want);
	/* each register's bytes are claimed, and nothing between them */
	for (int reg = 0; reg < 3; reg++) {
		snprintf(line, sizeof(line), "%08lx-%08lx : ipmi_si", addr + reg * 16,
			 addr + reg * 16 + size - 1);
		n += !run("grep -q '%s' /proc/iomem", line);
	}
	if (!EXPECT_EQ(n, 3)) {
		run("grep ipmi_si /proc/iomem");
		ktap_note("%d bytes: %s", size, output());
	}
	EXPECT_EQ(run("test $(grep -c ' : ipmi_si$' /proc/iomem) = 3"), 0);
}

static void each_size(void)
{
	one(bar + 1, 1, 0);
	one(bar, 2, 8);
	one(bar, 4, 8);
	one(bar, 8, 8);
}

static void nothing_is_kept(void)
{
	EXPECT_EQ(stack_remove(), 0);
	EXPECT_EQ(run("grep ipmi_si /proc/iomem"), 1);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(bytes_come_back),
	KTAP_CASE(each_size),
	KTAP_CASE(nothing_is_kept),
};

int main(void)
{
	close(ipmi_must_open(0));
	bar = strtoul(strchr(file_text("/sys/class/ipmi/ipmi0/device/params"), 'x') - 1, NULL, 0);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
