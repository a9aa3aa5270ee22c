// SPDX-License-Identifier: GPL-2.0-only
/*
 * Discovery through the device tree, over memory that is behind no port: what the nodes of
 * ipmi.dts become.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define NODE "8000000000.ipmi"
#define DEVICES "/sys/bus/platform/devices"
#define DRIVER "/sys/bus/platform/drivers/ipmi_si"
#define PARAMS "/sys/class/ipmi/ipmi0/device/params"

#define CMD_READ_FRU 0x11
#define CMD_WRITE_FRU 0x12

#define HWIRQ 144 /* of the interrupt 112 of the second kind */

static bool answers(void)
{
	return EXPECT_EQ(ipmi_try(0), 0);
}

static void the_node_is_an_interface(void)
{
	REQUIRE(answers());
	EXPECT_EQ(ipmi_nodes(), 1);
	EXPECT_STR(link_name("/sys/class/ipmi/ipmi0/device"), NODE);
	EXPECT_STR(link_name(DEVICES "/" NODE "/driver"), "ipmi_si");
}

static void the_module_says_what_it_matches(void)
{
	REQUIRE(EXPECT_EQ(run("modprobe -D \"$(cat " DEVICES "/" NODE "/modalias)\""), 0));
	EXPECT(strstr(output(), "/ipmi_si.ko"));
}

static void properties(void)
{
	char params[128];

	REQUIRE(EXPECT_EQ(run("sed -n 's/^ *\\([0-9]*\\):.* %d *Level .*ipmi_si$/\\1/p' "
			      "/proc/interrupts", HWIRQ), 0));
	REQUIRE(EXPECT(output()[0]));
	snprintf(params, sizeof(params), "smic,mem,0x8000000000,rsp=16,rsi=4,rsh=8,irq=%.*s,ipmb=0",
		 (int)strcspn(output(), "\n"), output());
	EXPECT_STR(file_text(PARAMS), params);
}

static void registers(void)
{
	REQUIRE(EXPECT_EQ(run("sed -n 's/^ *\\(.*\\) : ipmi_si$/\\1/p' /proc/iomem"), 0));
	EXPECT_STR(output(), "8000000000-8000000003\n8000000010-8000000013\n"
			     "8000000020-8000000023\n");
}

/* Through every register, both ways; no more than the kernel's own SMIC can. */
static void bytes_come_back(void)
{
	unsigned char sent[3 + 64] = { 0, 16, 0 }, want[] = { 0, 16, 0, 64 };
	int fd = ipmi_open(0);
	struct reply r;

	REQUIRE(EXPECT(fd >= 0));
	for (int i = 0; i < 64; i++)
		sent[3 + i] = i * 5 + 1;
	EXPECT_EQ(ipmi_ask(fd, NETFN_STORAGE, CMD_WRITE_FRU, sent, sizeof(sent), &r), 0);
	EXPECT_EQ(r.data[0], 0);
	EXPECT_EQ(ipmi_ask(fd, NETFN_STORAGE, CMD_READ_FRU, want, sizeof(want), &r), 0);
	EXPECT_EQ(r.len, 2 + 64);
	EXPECT(!memcmp(r.data + 2, sent + 3, 64));
	close(fd);
}

static void broken_nodes_are_refused(void)
{
	/* the kernel's own stack takes the last one, as if all were well */
	static const char *const broken[] = { "8000010000.ipmi", "bt-without-memory",
					      "8000030000.bmc", "8000020000.ipmi" };

	for (int i = 0; i < (stack_is_ours() ? 4 : 3); i++) {
		EXPECT(file_mode(DEVICES "/%s", broken[i]) > 0);
		EXPECT_STR(link_name(DEVICES "/%s/driver", broken[i]), "");
	}
}

static void unbound_and_bound(void)
{
	REQUIRE(EXPECT_EQ(file_write(DRIVER "/unbind", NODE), 0));
	EXPECT_EQ(ipmi_nodes(), 0);
	run("grep ' ipmi_si$' /proc/iomem");
	EXPECT_STR(output(), "");
	REQUIRE(EXPECT_EQ(file_write(DRIVER "/bind", NODE), 0));
	EXPECT(answers());
}

static void not_wanted(void)
{
	REQUIRE(EXPECT_EQ(stack_remove(), 0));
	EXPECT(run("modprobe ipmi_si tryopenfirmware=0"));
	EXPECT_EQ(ipmi_nodes(), 0);
	EXPECT(!module_loaded("ipmi_si"));
	REQUIRE(EXPECT_EQ(stack_insert(), 0));
	EXPECT(answers());
}

int main(void)
{
	static const struct ktap_case cases[] = {
		KTAP_CASE(the_node_is_an_interface),
		KTAP_CASE(the_module_says_what_it_matches),
		KTAP_CASE(properties),
		KTAP_CASE(registers),
		KTAP_CASE(bytes_come_back),
		KTAP_CASE(broken_nodes_are_refused),
		KTAP_CASE(unbound_and_bound),
		KTAP_CASE(not_wanted),
	};

	return ktap_main(cases, ARRAY_SIZE(cases));
}
