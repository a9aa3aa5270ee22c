// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs of ipmi_si: the report of discovery, which tells why there is a /dev/ipmi0 or why
 * there is none, and where the time of an interface goes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define DEBUG "/sys/kernel/debug/ipmi_si"
#define HOTMOD "/sys/module/ipmi_si/parameters/hotmod"

static bool on(const char *name)
{
	return !strcmp(hardware(), name);
}

static const char *device(void)
{
	return on("kcs") ? "IPI0001:00" : "dmi-ipmi-si.0";
}

/* Does the report have a record that begins so, and says this of what became of it? */
static bool told(const char *begin, const char *fate)
{
	const char *at;

	run("cat " DEBUG "/discovery");
	for (at = output(); (at = strstr(at, begin)); at++) {
		const char *next = strchr(at, '\n');
		const char *end = next ? strchr(next + 1, '\n') : NULL;

		/* a story has a line of its own */
		if (end && end[1] == '\t')
			end = strchr(end + 1, '\n');
		if (end && memmem(next, end - next, fate, strlen(fate)))
			return true;
	}
	ktap_note("no \"%s\" with \"%s\" in: %s", begin, fate, output());
	return false;
}

static void the_interface_is_there(void)
{
	REQUIRE(EXPECT_EQ(ipmi_nodes(), 1));
	EXPECT_EQ(file_mode(DEBUG "/discovery"), 0444);
	if (on("kcs")) {
		EXPECT(told("ACPI IPI0001:00 kcs at i/o 0xca2 size 1 spacing 1 irq 5\n",
			    "up as ipmi0, at try 1"));
		EXPECT(told("SMBIOS dmi-ipmi-si.0 kcs at i/o 0xca2 ", "refused: ACPI "));
	} else {
		EXPECT(told("SMBIOS dmi-ipmi-si.0 kcs at i/o 0xca2 ", "up as ipmi0, at try 1"));
	}
}

static void it_is_not_there(void)
{
	EXPECT_EQ(ipmi_nodes(), 0);
	if (on("nothing-there")) {
		EXPECT(told("SMBIOS dmi-ipmi-si.0 kcs at i/o 0xca8 size 1 spacing 1 irq 0\n",
			    "Interface detection failed"));
		EXPECT(told("SMBIOS dmi-ipmi-si.0", ", the next try is in "));
	} else {
		double end = now() + 10;

		while (run("grep -q 'no BMC at this location' " DEBUG "/discovery") && now() < end)
			usleep(100000);
		EXPECT(told("SMBIOS dmi-ipmi-si.0", "There appears to be no BMC at this location"));
		EXPECT(told("SMBIOS dmi-ipmi-si.0", "status 0x02"));
	}
	EXPECT_EQ(run("ls " DEBUG), 0);
	EXPECT_STR(output(), "discovery\n");
}

/* The last number of each line that begins so. */
static long sum_of(const char *key)
{
	long sum = 0;

	for (const char *at = output(); *at; at = strchr(at, '\n') + 1) {
		const char *end = at + strcspn(at, "\n");

		if (!strncmp(at, key, strlen(key)) && at[strlen(key)] == ' ') {
			while (end[-1] != ' ')
				end--;
			sum += atol(end);
		}
		if (!strchr(at, '\n'))
			break;
	}
	return sum;
}

static long answers(void)
{
	return sum_of("answers_at_once") + sum_of("below_us");
}

static void times_add_up(void)
{
	long before, looks;
	struct reply r;
	int fd;

	EXPECT_EQ(file_mode(DEBUG "/%s/times", device()), 0444);
	fd = ipmi_open(0);
	REQUIRE(EXPECT(fd >= 0));
	run("cat %s/%s/times", DEBUG, device());
	before = answers();
	looks = sum_of("looks");
	for (int i = 0; i < 50; i++)
		EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	close(fd);
	run("cat %s/%s/times", DEBUG, device());
	if (!EXPECT(answers() >= before + 50) || !EXPECT(sum_of("looks") >= looks + 50 * 10))
		ktap_note("times: %s", output());
	EXPECT_EQ(sum_of("failures"), 0);
}

/* The last of the report's lines about 0xcc0 that begin with "tried": how often, and the pause. */
static int tried(int *next)
{
	const char *at;
	int n = 0;

	run("cat " DEBUG "/discovery");
	*next = -1;
	at = strstr(output(), "0xcc0 ");
	at = at ? strstr(at, "tried ") : NULL;
	if (at)
		sscanf(at, "tried %d time%*[^0-9]%d", &n, next);
	return n;
}

/* A second, and twice as long each time; only the first failure is told in the log. */
static void pauses(void)
{
	int longest[5] = { 0 };

	run("dmesg -c >/dev/null");
	EXPECT_EQ(file_write(HOTMOD, "add,kcs,i/o,0xcc0"), 0);
	for (double end = now() + 30; now() < end; usleep(5000)) {
		int next, n = tried(&next);

		if (n > 4)
			break;
		if (next > longest[n])
			longest[n] = next;
	}
	EXPECT_EQ(file_write(HOTMOD, "remove,kcs,i/o,0xcc0"), 0);
	/* one that it was never seen to wait for would be none, on a host that sleeps for long */
	for (int n = 1, ms = 1000; n <= 4; n++, ms *= 2)
		if (!EXPECT(longest[n] > ms / 2 && longest[n] <= ms))
			ktap_note("after try %d the next was in up to %d ms", n, longest[n]);
	EXPECT_EQ(run("dmesg | grep -c 'Interface detection failed'"), 0);
	EXPECT_STR(output(), "1\n");
}

/* The ports 0xe0 to 0xe3 of this machine (QEMU's pc-testdev) read as what was written to them. */
static void ports(bool write, unsigned char bytes[4])
{
	int fd = open("/dev/port", O_RDWR | O_CLOEXEC);

	EXPECT_EQ(write ? pwrite(fd, bytes, 4, 0xe0) : pread(fd, bytes, 4, 0xe0), 4);
	close(fd);
}

/* Tries a KCS interface whose second register is at 0xe0, and waits until that has failed. */
static void try_wide(const char *options)
{
	char op[80];

	snprintf(op, sizeof(op), "add,kcs,i/o,0xb0,rsp=0x30,%s", options);
	EXPECT_EQ(file_write(HOTMOD, op), 0);
	for (double end = now() + 20; now() < end; usleep(100000)) {
		run("tail -n 1 " DEBUG "/discovery");
		if (strstr(output(), "no BMC at this location"))
			break;
	}
	EXPECT_EQ(file_write(HOTMOD, "remove,kcs,i/o,0xb0"), 0);
}

/* Ports of two and four bytes, with the value in the second one. */
static void wide_ports(void)
{
	static const char *const options[] = { "rsi=2,rsh=8", "rsi=4,rsh=8" };

	EXPECT_EQ(file_write(HOTMOD, "remove,kcs,i/o,0xca2"), 0);
	for (int i = 0; i < 2; i++) {
		unsigned char busy[4] = { 0x51, 0x02, 0x53, 0x54 };
		unsigned char free[4] = { 0x51, 0, 0x53, 0x54 };

		ports(true, busy);
		try_wide(options[i]);
		if (!EXPECT(strstr(output(), "status 0x02")))
			ktap_note("%s: %s", options[i], output());
		/* this one takes what is written, which then is its status */
		ports(true, free);
		try_wide(options[i]);
		ports(false, free);
		ktap_note("%s: %02x %02x %02x %02x", options[i], free[0], free[1], free[2], free[3]);
		EXPECT_EQ(free[0], 0);
		EXPECT(free[1] == 0x60 || free[1] == 0x61);
		EXPECT_EQ(free[2], i ? 0 : 0x53);
		EXPECT_EQ(free[3], i ? 0 : 0x54);
	}
}

static void what_is_named_by_hand(void)
{
	/* nothing is there */
	EXPECT_EQ(file_write(HOTMOD, "add,kcs,i/o,0xcc0"), 0);
	for (double end = now() + 5; now() < end; usleep(20000))
		if (!run("grep -q 0xcc0 " DEBUG "/discovery && "
			 "grep -A2 0xcc0 " DEBUG "/discovery | grep -q failed"))
			break;
	EXPECT(told("hotmod hotmod-ipmi-si.1 kcs at i/o 0xcc0 ", "Interface detection failed"));
	EXPECT_EQ(file_write(HOTMOD, "remove,kcs,i/o,0xcc0"), 0);
	EXPECT(told("hotmod hotmod-ipmi-si.1 kcs at i/o 0xcc0 ", "removed"));
}

static void a_duplicate(void)
{
	char who[64];

	snprintf(who, sizeof(who), "has described the same place (%s)", device());
	EXPECT_EQ(file_write(HOTMOD, "add,kcs,i/o,0xca2"), 0);
	EXPECT(told("hotmod hotmod-ipmi-si.2 kcs at i/o 0xca2 ", who));
}

static void an_interface_that_is_removed(void)
{
	char record[64];

	EXPECT_EQ(run("(sleep 2; true) < %s/%s/times &", DEBUG, device()), 0);
	EXPECT_EQ(file_write(HOTMOD, "remove,kcs,i/o,0xca2"), 0);
	EXPECT_EQ(file_mode(DEBUG "/%s", device()), -1);
	snprintf(record, sizeof(record), "%s kcs at i/o 0xca2 ", device());
	EXPECT(told(record, "removed"));
	EXPECT_EQ(ipmi_nodes(), 0);
}

/* One cannot make it grow without end. */
static void many_of_them(void)
{
	for (int i = 0; i < 100; i++) {
		EXPECT_EQ(file_write(HOTMOD, "add,kcs,i/o,0xcc0"), 0);
		EXPECT_EQ(file_write(HOTMOD, "remove,kcs,i/o,0xcc0"), 0);
	}
	EXPECT_EQ(run("grep -c 'at i/o 0x' " DEBUG "/discovery"), 0);
	EXPECT(atoi(output()) <= 40);
	/* the last 32 of those that are over, and of the oldest none */
	EXPECT_EQ(run("grep -c -e '\\] removed$' -e '\\] refused: ' " DEBUG "/discovery"), 0);
	EXPECT_EQ(atoi(output()), 32);
	EXPECT(run("grep 'hotmod-ipmi-si.1 ' " DEBUG "/discovery"));
}

static void the_module_leaves_nothing(void)
{
	EXPECT_EQ(stack_remove(), 0);
	EXPECT_EQ(file_mode(DEBUG), -1);
}

static void sources_that_are_off(void)
{
	EXPECT_EQ(run("modprobe ipmi_si tryacpi=0 trydmi=0 trypci=0 unload_when_empty=0"), 0);
	if (on("kcs"))
		EXPECT(told("ACPI IPI0001:00\n", "refused: the module was loaded with tryacpi=0"));
	EXPECT(told("SMBIOS dmi-ipmi-si.0\n", "refused: the module was loaded with trydmi=0"));
	EXPECT(told("PCI -\n", "refused: the module was loaded with trypci=0"));
	EXPECT_EQ(stack_remove(), 0);

	EXPECT_EQ(run("modprobe ipmi_si type=invalid,frob ports=0xca8,0xcc0 trypci=0 "
		      "unload_when_empty=0"), 0);
	EXPECT(told("hardcoded hardcode-ipmi-si.0\n", "refused: type=invalid: the place is to be"));
	EXPECT(told("hardcoded - at i/o 0xcc0 size 1 spacing 1 irq 0\n",
		    "refused: its type is none of kcs, smic, bt and invalid"));
	EXPECT_EQ(stack_remove(), 0);
}

static void a_load_that_fails_says_why(void)
{
	EXPECT(run("modprobe ipmi_si tryacpi=0 trydmi=0"));
	EXPECT_EQ(file_mode(DEBUG), -1);
	EXPECT_EQ(run("dmesg | grep 'SMBIOS dmi-ipmi-si.0 was refused: .*trydmi=0'"), 0);
}

static const struct ktap_case with_bmc[] = {
	KTAP_CASE(the_interface_is_there),
	KTAP_CASE(times_add_up),
	KTAP_CASE(what_is_named_by_hand),
	KTAP_CASE(a_duplicate),
	KTAP_CASE(an_interface_that_is_removed),
	KTAP_CASE(many_of_them),
	KTAP_CASE(the_module_leaves_nothing),
	KTAP_CASE(sources_that_are_off),
	KTAP_CASE(a_load_that_fails_says_why),
};

static const struct ktap_case stuck[] = {
	KTAP_CASE(it_is_not_there),
	KTAP_CASE(wide_ports),
	KTAP_CASE(many_of_them),
	KTAP_CASE(the_module_leaves_nothing),
};

static const struct ktap_case without[] = {
	KTAP_CASE(it_is_not_there),
	KTAP_CASE(what_is_named_by_hand),
	KTAP_CASE(pauses),
	KTAP_CASE(many_of_them),
	KTAP_CASE(the_module_leaves_nothing),
	KTAP_CASE(sources_that_are_off),
	KTAP_CASE(a_load_that_fails_says_why),
};

int main(void)
{
	int fd;

	if (on("stuck"))
		return ktap_main(stuck, ARRAY_SIZE(stuck));
	if (strncmp(hardware(), "kcs", 3))
		return ktap_main(without, ARRAY_SIZE(without));
	fd = ipmi_open(0);
	if (fd >= 0)
		close(fd);
	return ktap_main(with_bmc, ARRAY_SIZE(with_bmc));
}
