// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel panics, and leaves records in the SEL as panic_op (the first argument) says. What
 * the BMC saw, and how long it took, is judged outside: see panic and bmc in suite.toml. The
 * second argument says how things are then:
 *
 *	well	the BMC answers
 *	remote	its events go to another, who does not answer
 *	stuck	it answers no more from that moment on
 *	away	it has not answered for some time, and that is known
 *	busy	others have requests in flight
 *	gone	it goes at that moment, while programs have the kernel send uevents
 */
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define PARAMETER "/sys/module/ipmi_msghandler/parameters/panic_op"
#define CMD_SET_EVENT_RECEIVER 0x00
#define LONG_MS 60000
#define ASKERS 8
#define LISTENERS 200
#define RECORDS_MS 200 /* what is still on its way to the BMC has arrived */

static const char *op, *how;

static void remote_receiver(int fd)
{
	static const unsigned char receiver[] = { SATELLITE, 0 };
	struct reply r;

	bmc_line("satellite %x silent", SATELLITE);
	EXPECT_EQ(ipmi_ask(fd, NETFN_SENSOR, CMD_SET_EVENT_RECEIVER, receiver, 2, &r), 0);
	EXPECT_EQ(r.data[0], 0);
}

static void known_to_be_away(int fd)
{
	struct reply r = { .len = 0 };

	bmc_line("after 10 away busy %d", LONG_MS);
	usleep(50000);
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	EXPECT(r.data[0]);
}

static void ask_for_ever(void)
{
	int fd = ipmi_open(0);
	struct reply r;

	for (;;)
		ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r);
}

/*
 * Each takes memory, and a mutex, which it has for most of the time if many listen: who is
 * stopped with it does not give it back.
 */
static void send_uevents(void)
{
	int to = open("/sys/class/ipmi/ipmi0/uevent", O_WRONLY | O_CLOEXEC);

	for (;;)
		if (pwrite(to, "change", 6, 0) != 6)
			usleep(1000);
}

static void listen_to_uevents(void)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = 1 };

	for (int i = 0; i < LISTENERS; i++) {
		int s = socket(AF_NETLINK, SOCK_DGRAM, NETLINK_KOBJECT_UEVENT);

		EXPECT(s >= 0 && !bind(s, (struct sockaddr *)&addr, sizeof(addr)));
	}
}

/* A PCI function whose I/O space is off reads as FFh. */
static void go_away(void)
{
	EXPECT_EQ(run("printf '\\2' | dd of=/sys/class/ipmi/ipmi0/device/config bs=1 seek=4 "
		      "conv=notrunc"), 0);
}

static void prepare(void)
{
	int fd = ipmi_open(0);

	EXPECT_EQ(file_write(PARAMETER, op), 0);
	EXPECT_STR(file_text(PARAMETER), op);
	if (!strcmp(how, "remote"))
		remote_receiver(fd);
	else if (!strcmp(how, "away"))
		known_to_be_away(fd);
	else if (!strcmp(how, "stuck"))
		bmc_line("after 10 away busy %d", LONG_MS);
	else if (!strcmp(how, "busy"))
		for (int i = 0; i < ASKERS; i++)
			if (!fork())
				ask_for_ever();
	if (!strcmp(how, "gone")) {
		listen_to_uevents();
		for (int i = 0; i < 4; i++)
			if (!fork())
				send_uevents();
		go_away();
	}
	usleep(RECORDS_MS * 1000);
	close(fd);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(prepare),
};

int main(int argc, char **argv)
{
	int failures;

	if (argc != 3)
		return 2;
	op = argv[1];
	how = argv[2];
	keep_acpi_ipmi_out();
	failures = ktap_main(cases, ARRAY_SIZE(cases));
	fsync(STDOUT_FILENO);
	usleep(RECORDS_MS * 1000);
	if (!failures)
		file_write("/proc/sysrq-trigger", "c");
	return failures;
}
