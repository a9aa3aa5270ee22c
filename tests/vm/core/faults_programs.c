// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults of the kernel's own message handler and device that this stack must not have, as in
 * faults3.c: those by which one program gets at others, at memory, or at what is not its own.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define CLASS "/sys/class/ipmi/ipmi0"
#define QUICK_MS 2000
#define PARAMETERS "/sys/module/ipmi_msghandler/parameters/"
#define DEVICE_ID_LEN 16 /* with completion code and auxiliary revision */

static void *no_access; /* a page nobody may touch */

/* A1: who does not read stalls nobody but himself. */
static void a1_idle_listener(void)
{
	int idle = ipmi_open(0), busy = ipmi_open(0), listener = ipmi_open(0), events = 0;
	struct reply r;

	EXPECT_EQ(file_write(PARAMETERS "max_msgs_per_user", "10"), 0);
	EXPECT_EQ(ipmi_set(idle, IPMICTL_SET_GETS_EVENTS_CMD, 1), 0);
	EXPECT_EQ(ipmi_set(listener, IPMICTL_SET_GETS_EVENTS_CMD, 1), 0);
	/* the idle one gets all it may have, while another reads */
	for (int i = 0; i < 10; i++) {
		bmc_line("events 1");
		REQUIRE(EXPECT_EQ(ipmi_next(listener, QUICK_MS, &r), 0));
	}
	bmc_line("after 10 events 5");
	usleep(1500000);
	EXPECT_EQ(ipmi_answers(busy, QUICK_MS), BY_STACK(1, 0));
	if (stack_is_ours()) {
		events = 0;
		while (!ipmi_next(listener, 200, &r))
			events++;
		EXPECT_EQ(events, 5);
	}
	/* it reads again: ten old ones, and then new ones */
	EXPECT(ipmi_drain(idle, 300) >= 10);
	EXPECT_EQ(file_write(PARAMETERS "max_msgs_per_user", "100"), 0);
	EXPECT(ipmi_answers(busy, QUICK_MS));
	ipmi_drain(idle, 100);
	bmc_line("events 1");
	EXPECT_EQ(ipmi_next(idle, QUICK_MS, &r), 0);
	close(idle);
	close(busy);
	close(listener);
}

/* A1: the same with commands from others. */
static void a1_idle_receiver(void)
{
	int idle = ipmi_open(0), busy = ipmi_open(0);

	EXPECT_EQ(ipmi_register(idle, 0x30, 0x55, IPMI_CHAN_ALL), 0);
	EXPECT_EQ(file_write(PARAMETERS "max_msgs_per_user", "10"), 0);
	for (int i = 0; i < 15; i++)
		bmc_line("after 200 ipmb 0 24 0 %x 30 55", i);
	usleep(500000);
	EXPECT_EQ(ipmi_answers(busy, QUICK_MS), BY_STACK(1, 0));
	EXPECT(ipmi_drain(idle, 200) >= 10);
	EXPECT_EQ(file_write(PARAMETERS "max_msgs_per_user", "100"), 0);
	EXPECT(ipmi_answers(busy, QUICK_MS));
	close(idle);
	close(busy);
}

/* B3: what was registered for all channels can be given back channel by channel. */
static void b3_no_zombies(void)
{
	int fd = ipmi_open(0), other = ipmi_open(0);

	EXPECT_EQ(ipmi_register(fd, 0x30, 0x62, IPMI_CHAN_ALL), 0);
	EXPECT_EQ(ipmi_unregister(fd, 0x30, 0x62, 0xffff), 0);
	EXPECT_EQ(ipmi_register(other, 0x30, 0x62, IPMI_CHAN_ALL), BY_STACK(0, -EBUSY));
	close(fd);
	close(other);
}

/* B3: registrations that can match nothing do not pile up. */
static void b3_no_channels(void)
{
	/* the kernel's own walk through all of them each time */
	int fd = ipmi_open(0), n = BY_STACK(300000, 2000);
	long before, after;

	EXPECT_EQ(run("awk '/^MemAvailable/ { print $2 }' /proc/meminfo"), 0);
	sscanf(output(), "%ld", &before);
	for (int i = 0; i < n; i++)
		if (ipmi_register(fd, 0x30, 0x63, 0) && EXPECT(!"registered for no channel"))
			break;
	EXPECT_EQ(run("awk '/^MemAvailable/ { print $2 }' /proc/meminfo"), 0);
	sscanf(output(), "%ld", &after);
	EXPECT_EQ(ipmi_unregister(fd, 0x30, 0x63, 0), -ENOENT);
	ktap_note("%d registrations took %ld KiB", n, before - after);
	if (stack_is_ours())
		EXPECT(before - after < 5000);
	close(fd);
}

/* How often the interface was looked at in a second. */
static long looks(void)
{
	static const char *const counters[] = { "short_timeouts", "long_timeouts", "idles" };
	long n[2] = { 0, 0 };

	for (int i = 0; i < 2; i++) {
		for (unsigned int k = 0; k < ARRAY_SIZE(counters); k++)
			n[i] += file_number(CLASS "/device/%s", counters[k]);
		usleep(1000000);
	}
	return n[1] - n[0];
}

/*
 * B4: who waited for commands and has gone needs no polling any more. The kernel's own goes on,
 * but its counters do not show that.
 */
static void b4_polling_ends(void)
{
	long before, during, after;
	int fd;

	usleep(3000000);
	before = looks();
	fd = ipmi_open(0);
	EXPECT_EQ(ipmi_register(fd, 0x30, 0x64, IPMI_CHAN_ALL), 0);
	usleep(500000);
	during = looks();
	close(fd);
	usleep(3000000);
	after = looks();
	ktap_note("looks a second: %ld before, %ld during, %ld after", before, during, after);
	if (stack_is_ours())
		EXPECT(after <= before);
}

/* B5: a receive that fails takes nothing from the message. */
static void b5_truncation_that_fails(void)
{
	unsigned char addr[sizeof(struct ipmi_addr)];
	int fd = ipmi_open(0);
	struct ipmi_recv recv = { 0 };
	struct reply r;

	EXPECT_EQ(ipmi_send(fd, 1, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	EXPECT_EQ(ipmi_wait(fd, QUICK_MS), 1);
	recv.addr = addr;
	recv.addr_len = sizeof(addr);
	recv.msg.data = no_access;
	recv.msg.data_len = 4;
	EXPECT_EQ(ipmi_call(fd, IPMICTL_RECEIVE_MSG_TRUNC, &recv), -EFAULT);
	EXPECT_EQ(ipmi_recv(fd, &r), 0);
	EXPECT_EQ(r.msgid, 1);
	EXPECT_EQ(r.len, BY_STACK(DEVICE_ID_LEN, 4));
	close(fd);
}

/* B7: no byte of the kernel's memory comes along; for OEM messages see the commands test. */
static void b7_no_foreign_bytes(void)
{
	struct ipmi_lan_addr lan;
	int fd = ipmi_open(0);
	struct reply r;

	ipmi_lan(&lan, LAN_CHANNEL, 7, 0x81, 0x82, 0);
	EXPECT_EQ(ipmi_set(fd, IPMICTL_SET_GETS_EVENTS_CMD, 1), 0);
	for (int i = 0; i < 50; i++) {
		struct ipmi_system_interface_addr bmc;

		/* the sender's own padding is no answer either */
		memset(&bmc, 0xee, sizeof(bmc));
		bmc.addr_type = IPMI_SYSTEM_INTERFACE_ADDR_TYPE;
		bmc.channel = IPMI_BMC_CHANNEL;
		bmc.lun = 0;
		EXPECT_EQ(ipmi_send_to(fd, &bmc, sizeof(bmc), 1, NETFN_APP, CMD_GET_DEVICE_ID, NULL,
				       0), 0);
		EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0);
		if (stack_is_ours())
			EXPECT_HEX((unsigned char *)&r.addr, 8, "0c 00 00 00 0f 00 00 00");
		EXPECT_EQ(ipmi_send_to(fd, &lan, sizeof(lan), 1, NETFN_OEM, CMD_ECHO, NULL, 0), 0);
		EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0);
		if (stack_is_ours())
			EXPECT_HEX((unsigned char *)&r.addr, 12,
				   "04 00 00 00 01 00 .. 07 81 82 00 00");
	}
	bmc_line("events 1");
	EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0);
	if (stack_is_ours())
		EXPECT_HEX((unsigned char *)&r.addr, 8, "0c 00 00 00 0f 00 00 00");
	close(fd);
}

static long requests_in(double seconds, int fd)
{
	double end = now() + seconds;
	struct reply r;
	long n = 0;

	while (now() < end && !ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r))
		n++;
	return n;
}

static void open_and_close(void)
{
	close(ipmi_open(0));
}

static void use_processor(void)
{
	getppid();
}

/* Requests a second beside a process that does this all the time. */
static long requests_beside(int fd, void (*act)(void))
{
	pid_t child;
	long n;

	fflush(stdout);
	child = fork();
	if (!child)
		for (;;)
			act();
	n = requests_in(1, fd);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return n;
}

/* C3: who opens and closes all the time takes from others no more than processor time. */
static void c3_open_and_close(void)
{
	int fd = ipmi_open(0);
	long alone = requests_in(1, fd), beside = requests_beside(fd, open_and_close);
	long busy = requests_beside(fd, use_processor);

	ktap_note("%ld requests a second alone, %ld beside opening, %ld beside computing", alone,
		  beside, busy);
	/* Figures on a machine that others use prove nothing: that it goes on does. */
	EXPECT(beside > 0);
	close(fd);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(a1_idle_listener),
	KTAP_CASE(a1_idle_receiver),
	KTAP_CASE(b3_no_zombies),
	KTAP_CASE(b3_no_channels),
	KTAP_CASE(b4_polling_ends),
	KTAP_CASE(b5_truncation_that_fails),
	KTAP_CASE(b7_no_foreign_bytes),
	KTAP_CASE(c3_open_and_close),
};

int main(void)
{
	keep_acpi_ipmi_out();
	close(ipmi_must_open(0));
	no_access = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
