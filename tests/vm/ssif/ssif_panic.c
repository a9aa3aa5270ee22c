// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel panics, and leaves records in the SEL of a BMC on an SMBus; or powers off by it.
 * What it saw, and how long that took, is judged outside: see panic and require in suite.toml.
 * The first argument says how things are then, the others are parameters of tests/modules/ssif_fake_main.c:
 *
 *	well	the BMC answers
 *	busy	it has a request, and others wait
 *	cut	the adapter is in the middle of a transfer of the driver's
 *	taken	and of somebody else's
 *	stuck	the adapter hangs from that moment on
 *	mute	the BMC does not answer from that moment on
 *	deaf	it acknowledges no request from that moment on
 *	spoiled	its first four answers are
 *	asleep	the adapter is suspended
 *	off	no panic: power off, by a power cycle
 *	board	no panic: power off, of a board that has its neighbour know of it before
 */
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define FAKE "/sys/kernel/debug/ssif_fake/"
#define PARAMETER "/sys/module/ipmi_msghandler/parameters/panic_op"
#define NETFN_OEM 0x2e
#define CMD_ECHO 0x42
#define WAITING 8
#define BUS_MS "5000" /* that a transfer takes */
#define BEGUN_US 200000 /* until it is surely under way */

static const char *how;
static char parameters[128];
static int fd;

/*
 * One request is with the BMC, others wait behind it, and nobody is on the bus: the BMC tells of
 * its answers by an alert, and is known for that.
 */
static void make_busy(void)
{
	struct reply r;

	EXPECT_EQ(file_write(FAKE "alert", "1"), 0);
	EXPECT_EQ(file_write(FAKE "think_us", "40000"), 0);
	for (int i = 0; i < 10; i++)
		EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	EXPECT_EQ(file_write(FAKE "think_us", "150000"), 0);
}

/* What is to go on while the kernel panics. */
static void begin(void)
{
	if (!strcmp(how, "taken")) {
		if (!fork())
			_exit(file_write(FAKE "hold", BUS_MS));
		usleep(BEGUN_US);
	} else if (!strcmp(how, "busy") || !strcmp(how, "cut")) {
		for (int i = 0; i < WAITING; i++)
			ipmi_send(fd, i, NETFN_OEM, CMD_ECHO, "1234", 4);
	}
	if (!strcmp(how, "cut"))
		usleep(BEGUN_US);
}

static void prepare(void)
{
	struct reply r;

	EXPECT_EQ(run("insmod /vm/modules/ssif_fake.ko %s", parameters), 0);
	EXPECT_EQ(run("modprobe ipmi_ssif addr=0x10 adapter_name=ssif_fake"), 0);
	fd = ipmi_open(0);
	REQUIRE(EXPECT(fd >= 0));
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	EXPECT_EQ(r.data[0], 0);
	EXPECT_EQ(file_write(PARAMETER, "string"), 0);
	if (!strcmp(how, "busy")) {
		make_busy();
	} else if (!strcmp(how, "off")) {
		EXPECT_EQ(run("modprobe ipmi_poweroff poweroff_powercycle=1"), 0);
	} else if (!strcmp(how, "board")) {
		EXPECT_EQ(run("modprobe ipmi_poweroff"), 0);
		EXPECT_EQ(run("dmesg | grep 'Found a CPI1 style poweroff function'"), 0);
	} else if (!strcmp(how, "stuck")) {
		EXPECT_EQ(file_write(FAKE "fault", "hang"), 0);
	} else if (!strcmp(how, "mute")) {
		EXPECT_EQ(file_write(FAKE "fault", "nack-read"), 0);
	} else if (!strcmp(how, "deaf")) {
		EXPECT_EQ(file_write(FAKE "fault", "nack-write"), 0);
	} else if (!strcmp(how, "spoiled")) {
		EXPECT_EQ(file_write(FAKE "fault", "pec 4"), 0);
	} else if (!strcmp(how, "asleep")) {
		EXPECT_EQ(file_write(FAKE "suspended", "1"), 0);
	} else if (!strcmp(how, "cut")) {
		EXPECT_EQ(file_write(FAKE "bus_us", BUS_MS "000"), 0);
	}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(prepare),
};

int main(int argc, char **argv)
{
	int failures;

	if (argc < 2)
		return 2;
	how = argv[1];
	for (int i = 2; i < argc; i++) {
		strcat(parameters, argv[i]);
		strcat(parameters, " ");
	}
	failures = ktap_main(cases, ARRAY_SIZE(cases));
	fsync(STDOUT_FILENO);
	usleep(200000);
	if (failures)
		return failures;
	begin();
	if (!strcmp(how, "off") || !strcmp(how, "board"))
		reboot(RB_POWER_OFF);
	file_write("/proc/sysrq-trigger", "c");
	return failures;
}
