// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's half of a test with a BMC that two sides use at the same time: ipmitool on
 * /dev/ipmi0 here, on the LAN in sim_host.c. Each side waits for what the other has done to
 * the BMC, and for nothing else.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "guest.h"
#include "ktap.h"
#include "sim.h"

#define OPEN "ipmitool -I open "
#define SERIAL "/dev/ttyS2"

static bool says(const char *command, const char *what)
{
	run(OPEN "%s", command);
	return strstr(output(), what);
}

static bool comes_to_say(const char *command, const char *what)
{
	double end = now() + PATIENCE;

	while (!says(command, what)) {
		if (now() > end) {
			ktap_note("%s: no \"%s\" in: %s", command, what, output());
			return false;
		}
		usleep(200000);
	}
	return true;
}

static void the_bmc_answers(void)
{
	EXPECT(says("mc info", "Product ID                : 3842 "));
	EXPECT(says("channel info 1", "802.3 LAN"));
}

/* Enabled last: before that the other side does not try it. */
static void a_user_is_made(void)
{
	EXPECT_EQ(run(OPEN "user set name 3 " NEW_USER), 0);
	EXPECT_EQ(run(OPEN "user set password 3 " NEW_PASSWORD), 0);
	EXPECT_EQ(run(OPEN "channel setaccess 1 3 ipmi=on link=on callin=on privilege=4"), 0);
	EXPECT_EQ(run(OPEN "user enable 3"), 0);
	EXPECT(says("user list 1", NEW_USER));
}

/* The other side answers the address with a netmask. */
static void the_lan_is_set_up_by_both(void)
{
	EXPECT_EQ(run(OPEN "lan set 1 ipsrc static"), 0);
	EXPECT_EQ(run(OPEN "lan set 1 ipaddr " ADDRESS), 0);
	EXPECT(says("lan print 1", ADDRESS));
	EXPECT(comes_to_say("lan print 1", NETMASK));
}

static void both_write_the_event_log(void)
{
	FILE *f = fopen("/tmp/records", "w");

	REQUIRE(f);
	for (int i = 0; i < RECORDS; i++)
		fprintf(f, "0x04 0x01 0x%02x 0x01 0x57 0x56 0x55\n", GUEST_SENSOR);
	fclose(f);
	EXPECT_EQ(run(OPEN "sel add /tmp/records"), 0);
	EXPECT(comes_to_say("sel info", "Entries          : " STRING(RECORDS_OF_BOTH)));
	EXPECT_EQ(run(OPEN "sel list | grep -c '#0x%02x'", GUEST_SENSOR), 0);
	EXPECT_STR(output(), STRING(RECORDS) "\n");
	EXPECT_EQ(run(OPEN "sel list | grep -c '#0x%02x'", HOST_SENSOR), 0);
	EXPECT_STR(output(), STRING(RECORDS) "\n");
}

/* A read() of the serial port that was given time to bring something. */
static int read_serial(int fd, char *text, int size)
{
	struct pollfd p = { fd, POLLIN, 0 };

	return poll(&p, 1, 1000) > 0 ? read(fd, text, size) : 0;
}

/* What is typed over LAN comes in here; the empty event log says so to the other side. */
static void the_serial_port_is_on_the_lan(void)
{
	double end = now() + PATIENCE;
	char text[4096] = "";
	struct termios raw;
	int fd, n, len = 0;

	fd = open(SERIAL, O_RDWR | O_NOCTTY);
	REQUIRE(fd >= 0);
	EXPECT_EQ(tcgetattr(fd, &raw), 0);
	cfmakeraw(&raw);
	EXPECT_EQ(tcsetattr(fd, TCSANOW, &raw), 0);
	while (!strstr(text, TYPED) && now() < end && len < (int)sizeof(text) - 1) {
		n = read_serial(fd, text + len, sizeof(text) - 1 - len);
		len += n > 0 ? n : 0;
		text[len] = 0;
	}
	close(fd);
	EXPECT(strstr(text, TYPED));
	EXPECT_EQ(run(OPEN "sel clear"), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(the_bmc_answers),
	KTAP_CASE(a_user_is_made),
	KTAP_CASE(the_lan_is_set_up_by_both),
	KTAP_CASE(both_write_the_event_log),
	KTAP_CASE(the_serial_port_is_on_the_lan),
};

int main(void)
{
	return ktap_main(cases, ARRAY_SIZE(cases));
}
