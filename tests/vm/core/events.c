// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events of the BMC: who gets them, what is kept while nobody listens, and what one who does
 * not read does to the others. The BMC is that of tests/bmc; with QEMU's own there are fewer cases.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define QUICK_MS 3000
#define QUIET_MS 200
#define KEPT 25 /* events while nobody listens */
#define CMD_READ_EVENT 0x35
#define LISTENERS 3
#define ASKERS 4
#define ROUNDS 10
#define BURST 50

static int fd;

static int listen_to(int file, int on)
{
	return ioctl(file, IPMICTL_SET_GETS_EVENTS_CMD, &on) < 0 ? -errno : 0;
}

static int event_number(const struct reply *r)
{
	return r->len == 16 ? r->data[14] | r->data[15] << 8 : -1;
}

/* The next message is the i-th of "events". */
static bool event_is(int file, int i)
{
	struct reply r;

	return EXPECT_EQ(ipmi_next(file, QUICK_MS, &r), 0) &&
	       EXPECT_EQ(r.recv_type, IPMI_ASYNC_EVENT_RECV_TYPE) && EXPECT_EQ(event_number(&r), i);
}

static void one_event(void)
{
	struct ipmi_system_interface_addr *from;
	struct reply r;

	EXPECT_EQ(listen_to(fd, 1), 0);
	bmc_line("event 11 22 2 33 44 55 66 20 0 4 8 1 6f a1 a2 a3");
	REQUIRE(EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0));
	EXPECT_EQ(r.recv_type, IPMI_ASYNC_EVENT_RECV_TYPE);
	EXPECT_EQ(r.msgid, 0);
	EXPECT_EQ(r.netfn, NETFN_APP | 1);
	EXPECT_EQ(r.cmd, CMD_READ_EVENT);
	/* the record, as it is in the log, without completion code */
	EXPECT_HEX(r.data, r.len, ".. .. 02 .. .. .. .. 20 00 04 08 01 6f a1 a2 a3");
	from = (void *)&r.addr;
	EXPECT_EQ(r.addr_len, sizeof(*from));
	EXPECT_EQ(from->addr_type, IPMI_SYSTEM_INTERFACE_ADDR_TYPE);
	EXPECT_EQ(from->channel, IPMI_BMC_CHANNEL);
	EXPECT_EQ(from->lun, 0);
	EXPECT_EQ(listen_to(fd, 0), 0);
}

/* Anything but 0 is yes. */
static void any_yes(void)
{
	static const int yes[] = { 2, -1, 256, 0x40000000 };

	for (unsigned int i = 0; i < ARRAY_SIZE(yes); i++) {
		EXPECT_EQ(listen_to(fd, yes[i]), 0);
		bmc_line("events 1");
		REQUIRE(event_is(fd, 0));
		EXPECT_EQ(listen_to(fd, 0), 0);
	}
}

static void all_in_order(void)
{
	EXPECT_EQ(listen_to(fd, 1), 0);
	bmc_line("events 60");
	for (int i = 0; i < 60; i++)
		REQUIRE(event_is(fd, i));
	EXPECT_EQ(ipmi_drain(fd, QUIET_MS), 0);
	EXPECT_EQ(listen_to(fd, 0), 0);
}

static void each_listener_gets_each(void)
{
	int files[LISTENERS], deaf = ipmi_open(0);
	struct reply r;

	for (int i = 0; i < LISTENERS; i++) {
		files[i] = ipmi_open(0);
		EXPECT_EQ(listen_to(files[i], 1), 0);
	}
	bmc_line("events 10");
	for (int i = 0; i < LISTENERS; i++)
		for (int n = 0; n < 10; n++)
			REQUIRE(event_is(files[i], n));
	EXPECT_EQ(ipmi_recv(deaf, &r), -EAGAIN);
	/* who stops gets no more, the others go on */
	EXPECT_EQ(listen_to(files[0], 0), 0);
	close(files[1]);
	bmc_line("events 2");
	REQUIRE(event_is(files[2], 0) && event_is(files[2], 1));
	EXPECT_EQ(ipmi_recv(files[0], &r), -EAGAIN);
	close(files[0]);
	close(files[2]);
	close(deaf);
}

static void some_are_kept(void)
{
	int second = ipmi_open(0);
	struct reply r;

	bmc_line("events %d", KEPT + 8);
	/* they are fetched at once, and the newest are dropped */
	for (int i = 0; i < 100 && !strstr(bmc_line("flags"), "events=0"); i++)
		usleep(20000);
	usleep(QUIET_MS * 1000);
	EXPECT_EQ(listen_to(fd, 1), 0);
	for (int i = 0; i < KEPT; i++)
		REQUIRE(event_is(fd, i));
	EXPECT_EQ(ipmi_drain(fd, QUIET_MS), 0);
	/* they went to the first who asked */
	EXPECT_EQ(listen_to(second, 1), 0);
	EXPECT_EQ(ipmi_next(second, QUIET_MS, &r), -ETIMEDOUT);
	/* and from now on to both */
	bmc_line("events 1");
	EXPECT(event_is(fd, 0) && event_is(second, 0));
	close(second);
	EXPECT_EQ(listen_to(fd, 0), 0);
}

static void kept_again(void)
{
	bmc_line("events 3");
	usleep(QUIET_MS * 1000);
	EXPECT_EQ(listen_to(fd, 1), 0);
	for (int i = 0; i < 3; i++)
		REQUIRE(event_is(fd, i));
	EXPECT_EQ(listen_to(fd, 0), 0);
}

static void events_between_requests(void)
{
	int events = 0, answers = 0;
	struct reply r;

	EXPECT_EQ(listen_to(fd, 1), 0);
	for (int i = 0; i < 20; i++)
		bmc_line("after %d events 3", 100 + 10 * i);
	for (int i = 0; i < 200; i++) {
		EXPECT_EQ(ipmi_send(fd, i, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
		do {
			REQUIRE(EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0));
			events += r.recv_type == IPMI_ASYNC_EVENT_RECV_TYPE;
		} while (r.recv_type != IPMI_RESPONSE_RECV_TYPE);
		EXPECT_EQ(r.msgid, i);
		answers++;
		usleep(1000);
	}
	events += ipmi_drain(fd, QUICK_MS / 2);
	EXPECT_EQ(events, 60);
	EXPECT_EQ(answers, 200);
	EXPECT_EQ(listen_to(fd, 0), 0);
}

static int *asked; /* by each of the others, shared with them */

static void ask_for_ever(int *count)
{
	int file = ipmi_open(0);
	struct reply r;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!ipmi_ask(file, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r))
		__atomic_add_fetch(count, 1, __ATOMIC_SEQ_CST);
	_exit(1);
}

/* Each of them goes on: who hangs would be killed below without a word. */
static void they_go_on(void)
{
	int before[ASKERS];

	memcpy(before, asked, sizeof(before));
	for (int i = 0; i < ASKERS; i++) {
		double end = now() + ANSWER_MS / 1e3;

		while (__atomic_load_n(&asked[i], __ATOMIC_SEQ_CST) == before[i] && now() < end)
			usleep(1000);
		EXPECT(asked[i] > before[i]);
	}
}

/* Those who ask drive the interface too, each on a processor of its own. */
static void in_order_while_others_ask(void)
{
	pid_t others[ASKERS];

	asked = mmap(NULL, ASKERS * sizeof(*asked), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	fflush(stdout);
	for (int i = 0; i < ASKERS; i++) {
		others[i] = fork();
		if (!others[i])
			ask_for_ever(&asked[i]);
	}
	EXPECT_EQ(listen_to(fd, 1), 0);
	for (int n = 0; n < ROUNDS; n++) {
		bool good = true;

		bmc_line("events %d", BURST);
		for (int i = 0; i < BURST && good; i++)
			good = event_is(fd, i);
		if (!good)
			break;
	}
	they_go_on();
	for (int i = 0; i < ASKERS; i++) {
		EXPECT_EQ(waitpid(others[i], NULL, WNOHANG), 0);
		kill(others[i], SIGKILL);
		waitpid(others[i], NULL, 0);
	}
	EXPECT_EQ(ipmi_drain(fd, QUIET_MS), 0);
	EXPECT_EQ(listen_to(fd, 0), 0);
}

/* An answer to Read Event Message Buffer that is no event: dropped, the next one is taken. */
static void short_events(void)
{
	EXPECT_EQ(listen_to(fd, 1), 0);
	for (int len = 0; len < 16; len += 5) {
		bmc_line("fault truncate netfn=6 cmd=35 n=1 arg=%d", len);
		bmc_line("events 2");
		REQUIRE(event_is(fd, 1));
		bmc_line("nofaults");
	}
	EXPECT_EQ(ipmi_drain(fd, QUIET_MS), 0);
	EXPECT_EQ(listen_to(fd, 0), 0);
}

/* Messages of a listener that has gone are gone. */
static void closed_with_events(void)
{
	int file = ipmi_open(0);

	EXPECT_EQ(listen_to(file, 1), 0);
	bmc_line("events 20");
	/* All have come, or the rest would be kept for the next listener. */
	for (int i = 0; i < 1000 && file_number("/sys/class/ipmi/ipmi0/device/nr_msgs") < 20; i++)
		usleep(10000);
	close(file);
	EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/nr_msgs"), 0);
	EXPECT_EQ(listen_to(fd, 1), 0);
	EXPECT_EQ(ipmi_drain(fd, QUIET_MS), 0);
	EXPECT_EQ(listen_to(fd, 0), 0);
}

/* QEMU's BMC makes an event of each state that a sensor enters, once. */
static void sensor_enters(int sensor, int state)
{
	const unsigned char data[] = { sensor, 0x50,	     0,	   1 << state, 0, 0,
				       0,      0xa0 | state, 0xa1, 0xa2 };
	int file = ipmi_open(0);
	struct reply r;

	EXPECT_EQ(ipmi_ask(file, NETFN_SENSOR, 0x30, data, sizeof(data), &r), 0);
	EXPECT_EQ(r.data[0], 0);
	close(file);
}

static void sensor_events(void)
{
	int second = ipmi_open(0);
	struct reply r;

	EXPECT_EQ(listen_to(fd, 1), 0);
	EXPECT_EQ(listen_to(second, 1), 0);
	for (int state = 0; state < 5; state++) {
		sensor_enters(10, state);
		for (int i = 0; i < 2; i++) {
			REQUIRE(EXPECT_EQ(ipmi_next(i ? fd : second, QUICK_MS, &r), 0));
			EXPECT_EQ(r.recv_type, IPMI_ASYNC_EVENT_RECV_TYPE);
			EXPECT_EQ(r.msgid, 0);
			EXPECT_EQ(r.netfn, NETFN_APP | 1);
			EXPECT_EQ(r.cmd, CMD_READ_EVENT);
			EXPECT_EQ(r.len, 16);
			EXPECT_EQ(r.data[11], 10);
			EXPECT_EQ(r.data[13], 0xa0 | state);
		}
	}
	close(second);
	EXPECT_EQ(listen_to(fd, 0), 0);
}

static void sensor_events_are_kept(void)
{
	struct reply r;

	for (int state = 0; state < 4; state++) {
		sensor_enters(11, state);
		/* this BMC's buffer holds one: it must have been fetched */
		usleep(QUIET_MS * 1000);
	}
	EXPECT_EQ(listen_to(fd, 1), 0);
	for (int state = 0; state < 4; state++) {
		REQUIRE(EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0));
		EXPECT_EQ(r.data[11], 11);
		EXPECT_EQ(r.data[13], 0xa0 | state);
	}
	EXPECT_EQ(ipmi_drain(fd, QUIET_MS), 0);
	EXPECT_EQ(listen_to(fd, 0), 0);
}

static const struct ktap_case simulator_cases[] = {
	KTAP_CASE(sensor_events),
	KTAP_CASE(sensor_events_are_kept),
};

static const struct ktap_case cases[] = {
	KTAP_CASE(one_event),
	KTAP_CASE(any_yes),
	KTAP_CASE(all_in_order),
	KTAP_CASE(each_listener_gets_each),
	KTAP_CASE(some_are_kept),
	KTAP_CASE(kept_again),
	KTAP_CASE(events_between_requests),
	KTAP_CASE(in_order_while_others_ask),
	KTAP_CASE(short_events),
	KTAP_CASE(closed_with_events),
};

int main(void)
{
	fd = ipmi_must_open(0);
	if (!strcmp(hardware(), "kcs"))
		return ktap_main(simulator_cases, ARRAY_SIZE(simulator_cases));
	return ktap_main(cases, ARRAY_SIZE(cases));
}
