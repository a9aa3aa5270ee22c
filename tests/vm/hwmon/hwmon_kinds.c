// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmi_hwmon with the BMC of tests/bmc: sensors of rarer kinds, the module's parameters, two interfaces
 * that lead to one BMC, and others' requests beside the walk through the records.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "hwmon_chip.h"
#include "ktap.h"
#include "program_bmc.h"

#define RECORDS_FILE "/sys/kernel/debug/ipmi_hwmon/ipmi%d/records"
#define HOTMOD "/sys/module/ipmi_si/parameters/hotmod"
#define NETFN_STORAGE 0x0a
#define BMC_ADDRESS 0x20
#define LINEAR 0x00
#define NON_LINEAR 0x70
#define INTERVAL_S 2
#define CLAIM_S 5
#define ASKED 12 /* requests of another user, during the walk */

/* The module again, with these parameters. */
static bool loads(const char *parameters)
{
	module_remove("ipmi_hwmon");
	return EXPECT_EQ(run("modprobe ipmi_hwmon %s", parameters), 0);
}

static void set_reading(int fd, int number, int raw)
{
	unsigned char data[] = { number, 1, raw };
	struct reply r;

	EXPECT_EQ(ipmi_ask(fd, NETFN_SENSOR, 0x30, data, sizeof(data), &r), 0);
}

/* A temperature in a full record: degrees Celsius, M is 1. */
static void add_temperature(int owner, int number, int linear, const char *name)
{
	unsigned char r[64] = { [2] = 0x51, [3] = 0x01, [5] = owner,	[7] = number, [8] = 3,
				[9] = 1,    [10] = 0x7f, [11] = 0x68, [12] = 1,	      [13] = 1,
				[15] = 0x70, [17] = 0x70, [18] = 0x1b, [19] = 0x1b,   [21] = 1,
				[23] = linear, [24] = 1 };
	size_t n = strlen(name), len = 48 + n;
	char line[3 * sizeof(r) + 1];

	r[4] = len - 5;
	r[47] = 0xc0 | n;
	memcpy(r + 48, name, n);
	for (size_t i = 0; i < len; i++)
		sprintf(line + 3 * i, " %02x", r[i]);
	bmc_line("record%s", line);
}

static void behind_another(void)
{
	struct wire w;

	bmc_line("sdr 1 1");
	add_temperature(SATELLITE, 5, LINEAR, "Behind");
	bmc_line("forget");
	bmc_line("satellite %x answer", SATELLITE);
	REQUIRE(loads(""));
	REQUIRE(EXPECT(hwmon_appears(60)));
	EXPECT_EQ(hwmon_value("temp2_input"), -ENOENT);
	EXPECT_EQ(run("grep 'Behind: behind another controller' " RECORDS_FILE, 0), 0);
	EXPECT_EQ(bmc_number("count 06 34"), 0);

	REQUIRE(loads("ipmb=1"));
	REQUIRE(EXPECT(hwmon_appears(60)));
	EXPECT_STR(file_text("%s/temp2_label", hwmon_dir), "Behind");
	EXPECT_EQ(hwmon_value("temp2_input"), (SATELLITE + 5) * 1000);
	EXPECT(bmc_wire(NETFN_APP, CMD_SEND_MESSAGE, 0, &w));
	EXPECT_HEX(w.data, w.len, ".. 24 10 .. 20 .. 2d 05 ..");
	/* who is not there has no value, and the BMC's own sensors have */
	bmc_line("satellite %x silent", SATELLITE);
	sleep(2 * INTERVAL_S + 2);
	EXPECT_EQ(hwmon_value("temp2_input"), -ENODATA);
	EXPECT_EQ(hwmon_value("temp1_input"), 1000);
	bmc_line("satellite %x answer", SATELLITE);
	sleep(INTERVAL_S + 1);
	EXPECT_EQ(hwmon_value("temp2_input"), (SATELLITE + 5) * 1000);
}

static void non_linear(void)
{
	unsigned char limits[] = { 250, 0x1b, 1, 0, 0, 240, 250, 0 };
	int fd = ipmi_must_open(0);
	struct reply r;
	struct wire w;

	bmc_line("sdr 1 1");
	add_temperature(BMC_ADDRESS, 250, NON_LINEAR, "Curved");
	set_reading(fd, 250, 32);
	EXPECT_EQ(ipmi_ask(fd, NETFN_SENSOR, 0x26, limits, sizeof(limits), &r), 0);
	REQUIRE(loads(""));
	REQUIRE(EXPECT(hwmon_appears(60)));
	bmc_line("forget");
	/* the factors of reading 32 are M = 3 */
	EXPECT_EQ(hwmon_value("temp2_input"), 96000);
	EXPECT(bmc_wire(NETFN_SENSOR, 0x23, 0, &w));
	EXPECT_HEX(w.data, w.len, "fa 20");
	EXPECT_EQ(bmc_number("count 04 23"), 1);
	/* its limits would need factors of their own */
	EXPECT_EQ(file_mode("%s/temp2_max", hwmon_dir), -1);
	set_reading(fd, 250, 16);
	/* a BMC that is busy when it is asked for the factors */
	bmc_line("fault cc netfn=04 cmd=23 arg=192 n=2");
	sleep(INTERVAL_S + 2);
	EXPECT_EQ(hwmon_value("temp2_input"), 32000);
	bmc_line("nofaults");
	bmc_line("fault cc netfn=04 cmd=23 arg=193");
	sleep(INTERVAL_S + 1);
	EXPECT_EQ(hwmon_value("temp2_input"), -ENODATA);
	bmc_line("nofaults");
	close(fd);
}

static void left_out(void)
{
	bmc_line("sdr 5 5");
	REQUIRE(loads("'exclude=Sensor 2,0x1'"));
	REQUIRE(EXPECT(hwmon_appears(60)));
	EXPECT_EQ(file_mode("%s/temp1_input", hwmon_dir), -1);
	EXPECT_EQ(file_mode("%s/in0_input", hwmon_dir), -1);
	EXPECT_EQ(file_mode("%s/curr1_input", hwmon_dir), 0444);
	EXPECT_EQ(run("grep -c 'left out by the parameter' " RECORDS_FILE, 0), 0);
	EXPECT_EQ(atoi(output()), 2);
}

static void which_interfaces(void)
{
	REQUIRE(loads("interfaces=1,3"));
	sleep(1);
	EXPECT(!hwmon_finds());
	EXPECT_EQ(file_mode("/sys/kernel/debug/ipmi_hwmon/ipmi0"), -1);
	REQUIRE(loads("interfaces=3,0"));
	EXPECT(hwmon_appears(60));
}

/* Of two interfaces to one BMC one shows it, and the other one if that goes. */
static void two_to_one(void)
{
	int number = -1;
	pid_t pid;

	bmc_line("set guid 000102030405060708090a0b0c0d0e0f");
	for (unsigned int i = 0; i < sizeof(vbmc_guid); i++)
		vbmc_guid[i] = i;
	REQUIRE(loads(""));
	REQUIRE(EXPECT(hwmon_appears(60)));
	REQUIRE(EXPECT_EQ(run("modprobe ipmi_vbmc"), 0));
	pid = vbmc_start(&number);
	REQUIRE(EXPECT(pid > 0));
	for (int i = 0; i < 50 && !vbmc_seen->of[NETFN_APP][0x08]; i++)
		usleep(100000);
	sleep(1);
	EXPECT_EQ(number, 1);
	EXPECT_EQ(vbmc_seen->of[NETFN_STORAGE][0x20], 0);
	EXPECT_STR(file_text(RECORDS_FILE, number), "# not read yet");

	EXPECT_EQ(file_write(HOTMOD, "remove,kcs,i/o,0xca2"), 0);
	EXPECT(hwmon_is_gone());
	for (int i = 0; i < 10 * (CLAIM_S + 5) && !vbmc_seen->of[NETFN_STORAGE][0x20]; i++)
		usleep(100000);
	EXPECT(vbmc_seen->of[NETFN_STORAGE][0x20]);
	vbmc_stop(pid);
	EXPECT_EQ(file_write(HOTMOD, "add,kcs,i/o,0xca2,irq=5"), 0);
	EXPECT(hwmon_appears(60));
	EXPECT_EQ(run("modprobe -r ipmi_vbmc"), 0);
}

/* What the BMC has got between a request of ours and the one before: how many of the walk. */
static int walked_before(int back, int *next)
{
	int n = 0, netfn, lun, cmd;
	double at;

	while (sscanf(bmc_line("last - - %d", back++), "%lf %x %x %x:", &at, (unsigned int *)&netfn,
		      (unsigned int *)&lun, (unsigned int *)&cmd) == 4) {
		if (netfn == NETFN_OEM)
			break;
		n += netfn == NETFN_STORAGE;
	}
	*next = back;
	return n;
}

/*
 * Somebody else's request waits for one of the walk, by the order in which the BMC got them. Ours
 * comes while the BMC thinks of one of the walk's; where this guest had no processor for so long, more
 * of those are in front of it, so that it is as often as not that counts.
 */
static void walk_is_fair(void)
{
	int fd = ipmi_must_open(0), at = 0, fair = 0, all = 0;
	struct reply r;

	bmc_line("sdr 200 1000");
	bmc_line("forget");
	REQUIRE(loads(""));
	EXPECT(bmc_received(NETFN_STORAGE, 0x23, 20, 10000));
	bmc_line("delay 50");
	for (unsigned char i = 0; i < ASKED; i++)
		EXPECT_EQ(ipmi_ask(fd, NETFN_OEM, CMD_ECHO, &i, 1, &r), 0);
	EXPECT(!hwmon_finds());
	/* while it walks on, what is counted from the newest one back moves */
	EXPECT_EQ(module_remove("ipmi_hwmon"), 0);
	bmc_line("delay 0");
	/* what came after the last one */
	walked_before(0, &at);
	for (int i = 1; i < ASKED; i++) {
		int n = walked_before(at, &at);

		fair += n <= 1;
		all += n;
	}
	ktap_note("%d of %d requests waited for at most one of the walk's, which had %d", fair, ASKED - 1, all);
	EXPECT(2 * fair >= ASKED);
	EXPECT(all >= ASKED / 2);
	close(fd);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(behind_another),
	KTAP_CASE(non_linear),
	KTAP_CASE(left_out),
	KTAP_CASE(which_interfaces),
	KTAP_CASE(walk_is_fair),
	KTAP_CASE(two_to_one),
};

int main(void)
{
	int fd = ipmi_must_open(0);

	for (int i = 1; i <= 5; i++)
		set_reading(fd, i, i);
	close(fd);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
