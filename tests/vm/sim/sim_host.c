// SPDX-License-Identifier: GPL-2.0-only
/*
 * The half of sim.c that runs beside the machine: ipmitool over LAN. The environment says how
 * ipmi_sim is reached, see tools/vm/ipmisim.py.
 *
 * What the guest writes to its serial port cannot be tested: ipmi_sim 2.0.33 passes on what
 * comes from the LAN and nothing that comes from the port.
 */
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "ktap.h"
#include "sim.h"

static char records[] = "/tmp/ipmi-sim-XXXXXX";

/* -C 3, the cipher: ipmi_sim cannot be asked which it has, and ipmitool tries for ten seconds. */
static int lan(const char *user, const char *password, const char *command)
{
	return run("ipmitool -I lanplus -C 3 -H 127.0.0.1 -p %s -U %s -P %s %s",
		   getenv("SIM_PORT"), user, password, command);
}

static int as_admin(const char *command)
{
	return lan(getenv("SIM_USER"), getenv("SIM_PASSWORD"), command);
}

static bool comes_to_say(const char *command, const char *what)
{
	double end = now() + PATIENCE;

	while (as_admin(command) || !strstr(output(), what)) {
		if (now() > end) {
			ktap_note("%s: no \"%s\" in: %s", command, what, output());
			return false;
		}
		usleep(200000);
	}
	return true;
}

/* The guest's user, by the guest's password. */
static void the_new_user_may_come_in(void)
{
	REQUIRE(comes_to_say("channel getaccess 1 3", "Enabled User IDs     : 3"));
	EXPECT_EQ(lan(NEW_USER, NEW_PASSWORD, "mc info"), 0);
	EXPECT(strstr(output(), "Product ID                : 3842 "));
	EXPECT(lan(NEW_USER, "wrong", "mc info"));
}

static void the_lan_is_set_up_by_both(void)
{
	REQUIRE(comes_to_say("lan print 1", ADDRESS));
	EXPECT_EQ(as_admin("lan set 1 netmask " NETMASK), 0);
}

static void both_write_the_event_log(void)
{
	int fd = mkstemp(records);
	char command[64];

	REQUIRE(fd >= 0);
	for (int i = 0; i < RECORDS; i++)
		dprintf(fd, "0x04 0x01 0x%02x 0x01 0x57 0x56 0x55\n", HOST_SENSOR);
	close(fd);
	snprintf(command, sizeof(command), "sel add %s", records);
	EXPECT_EQ(as_admin(command), 0);
	unlink(records);
	EXPECT(comes_to_say("sel info", "Entries          : " STRING(RECORDS_OF_BOTH)));
}

/* ipmitool wants a terminal for this. */
static void the_serial_port_is_on_the_lan(void)
{
	double end = now() + PATIENCE;
	bool read_by_guest = false;
	int tty;
	pid_t pid = forkpty(&tty, NULL, NULL, NULL);

	REQUIRE(pid >= 0);
	if (!pid) {
		execlp("ipmitool", "ipmitool", "-I", "lanplus", "-C", "3", "-H", "127.0.0.1", "-p",
		       getenv("SIM_PORT"), "-U", getenv("SIM_USER"), "-P", getenv("SIM_PASSWORD"),
		       "sol", "activate", NULL);
		_exit(127);
	}
	while (!read_by_guest && now() < end) {
		usleep(500000);
		if (write(tty, TYPED "\r", strlen(TYPED) + 1) < 0)
			break;
		read_by_guest = !as_admin("sel info") && strstr(output(), "Entries          : 0");
	}
	EXPECT(read_by_guest);
	kill(pid, SIGTERM);
	close(tty);
	EXPECT_EQ(waitpid(pid, NULL, 0), pid);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(the_new_user_may_come_in),
	KTAP_CASE(the_lan_is_set_up_by_both),
	KTAP_CASE(both_write_the_event_log),
	KTAP_CASE(the_serial_port_is_on_the_lan),
};

int main(void)
{
	return ktap_main(cases, ARRAY_SIZE(cases));
}
