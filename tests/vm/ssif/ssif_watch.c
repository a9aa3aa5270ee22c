// SPDX-License-Identifier: GPL-2.0-only
/*
 * What ipmi_ssif does by itself, on tests/modules/ssif_fake_main.c, whose parameters the arguments
 * are: when it looks whether there is something, in which order, and who is told.
 */
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_bus.h"
#include "fake_ssif.h"
#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define STARVE "/sys/module/starve/parameters/"
#define TIMES 256
#define NAP_MORE 1.5 /* seconds: the kernel's own delay of one may have been shorter before */
#define ROUNDS 3 /* of what a busy machine may spoil */
#define PM_TEST "/sys/power/pm_test"
#define PM_DELAY "/sys/module/suspend/parameters/pm_test_delay"

static struct ipmi_cmdspec spec = { 0x30, 0x5a };

static void hear(bool on)
{
	EXPECT_EQ(ioctl(fake_fd, on ? IPMICTL_REGISTER_FOR_CMD : IPMICTL_UNREGISTER_FOR_CMD, &spec),
		  0);
}

static void listen_to_events(int on)
{
	EXPECT_EQ(ioctl(fake_fd, IPMICTL_SET_GETS_EVENTS_CMD, &on), 0);
}

static double times[TIMES];

/* The looks at the flags within so many seconds: how many, and the least time between two. */
static int looks_in(double wait, double *least)
{
	int n;

	fake_forget();
	usleep(wait * 1e6);
	n = fake_times(APP, CMD_GET_FLAGS, times, TIMES);
	*least = 100;
	for (int i = 1; i < n; i++)
		*least = times[i] - times[i - 1] < *least ? times[i] - times[i - 1] : *least;
	return n;
}

static void the_thread_has_its_name(void)
{
	EXPECT_EQ(run("grep -qx kssif0010 /proc/[0-9]*/comm"), 0);
}

/* Nobody listens: nothing is asked. Commands: four times a second. Alerts: once. */
static void when_it_looks(void)
{
	double least;
	int n;

	usleep(300000);
	EXPECT_EQ(looks_in(1, &least), 0);
	hear(true);
	usleep(700000);
	n = looks_in(2, &least);
	if (!EXPECT(n >= 3 && n <= 9 && least > 0.23 && least < 0.4))
		ktap_note("%d looks, %.3f s apart", n, least);
	/* from when it has something to say on, more often for some time */
	EXPECT_EQ(file_write(FAKE "post", "message"), 0);
	EXPECT(fake_next_type(&least) == IPMI_CMD_RECV_TYPE);
	EXPECT_EQ(file_write(FAKE "post", "alert"), 0);
	usleep(500000);
	n = looks_in(3, &least);
	if (!EXPECT(n >= 2 && n <= 4 && least > 0.95))
		ktap_note("%d looks, %.3f s apart", n, least);
	hear(false);
	EXPECT_EQ(looks_in(1.5, &least), 0);
}

/* The BMC has that fault meanwhile. */
static void rebind_with(const char *fault)
{
	EXPECT_EQ(file_write(DRIVER "unbind", CLIENT), 0);
	fake_set("enables", 0);
	fake_fault(fault);
	EXPECT_EQ(file_write(DRIVER "bind", CLIENT), 0);
	close(fake_fd);
	fake_fd = ipmi_open(0);
	EXPECT(fake_fd >= 0);
	EXPECT_EQ(fake_echo(4), 0);
	usleep(300000);
}

static void rebind(void)
{
	rebind_with("ok");
}

/* For an answer to what was bridged it looks soon, and ever more rarely. */
static void a_bridged_request(void)
{
	struct ipmi_ipmb_addr to = { IPMI_IPMB_ADDR_TYPE, 0, 0x52, 0 };
	struct ipmi_req req = { (unsigned char *)&to, sizeof(to), 7, { 6, 1, 0, NULL } };
	double first = 100;

	rebind();
	for (int round = 0; round < ROUNDS && first > 0.04; round++) {
		int n, file = ipmi_open(0);

		/* the pauses have grown to the most, and are to be short again */
		fake_forget();
		EXPECT_EQ(ipmi_send_req(file, &req), 0);
		EXPECT(fake_until_sent(APP, CMD_GET_FLAGS, 4, 5));
		n = fake_times(APP, CMD_GET_FLAGS, times, TIMES);
		for (int i = 1; i < n; i++)
			first = times[i] - times[i - 1] < first ? times[i] - times[i - 1] : first;
		usleep(600000);
		n = fake_times(APP, CMD_GET_FLAGS, times, TIMES);
		EXPECT(n >= 4 && n <= 9);
		EXPECT(times[n - 1] - times[n - 2] > 0.1);
		close(file);
		usleep(500000);
	}
	if (!EXPECT(first < 0.04))
		ktap_note("%.3f s", first);
}

/* The same when the request is not the first one for some time: the pauses have grown. */
static void bridged_again(void)
{
	struct ipmi_ipmb_addr to = { IPMI_IPMB_ADDR_TYPE, 0, 0x52, 0 };
	struct ipmi_req req = { (unsigned char *)&to, sizeof(to), 7, { 6, 1, 0, NULL } };
	double first = 100, sent;

	hear(true);
	usleep(1000000);
	for (int round = 0; round < 5 && first > 0.04; round++) {
		int n, file = ipmi_open(0);

		usleep(300000);
		fake_forget();
		EXPECT_EQ(ipmi_send_req(file, &req), 0);
		usleep(300000);
		EXPECT_EQ(fake_times(APP, CMD_SEND_MESSAGE, &sent, 1), 1);
		n = fake_times(APP, CMD_GET_FLAGS, times, TIMES);
		for (int i = 1; i < n; i++)
			if (times[i - 1] > sent && times[i] - times[i - 1] < first)
				first = times[i] - times[i - 1];
		close(file);
	}
	if (!EXPECT(first < 0.06))
		ktap_note("%.3f s", first);
	hear(false);
}

static pid_t hammer(void)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	while (!pid)
		fake_echo_on(fake_fd < 0 ? 0 : fake_fd, 4);
	return pid;
}

/* Who asks all the time, and what comes by itself, take turns. */
static void turns(void)
{
	const struct transfer *all;
	int n, between = 0, most = 0, echoes = 0;
	pid_t pids[3];
	double took;

	for (int i = 0; i < 3; i++) {
		int own = ipmi_open(0), old = fake_fd;

		fake_fd = own;
		pids[i] = hammer();
		fake_fd = old;
		close(own);
	}
	hear(true);
	usleep(200000);
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(file_write(FAKE "post", "message"), 0);
		EXPECT_EQ(fake_next_type(&took), IPMI_CMD_RECV_TYPE);
	}
	hear(false);
	/* they are all there before anybody looks */
	for (int i = 0; i < 40; i++)
		EXPECT_EQ(file_write(FAKE "post", "event"), 0);
	fake_forget();
	listen_to_events(1);
	EXPECT(fake_until_sent(APP, CMD_READ_EVENT, 40, 20));
	n = fake_log(&all);
	for (int i = 0; i < n; i++) {
		if (is_begin(&all[i], NETFN_OEM << 2, CMD_ECHO)) {
			most = between > most ? between : most;
			between = 0;
			echoes++;
		} else if (is_begin(&all[i], APP, CMD_READ_EVENT)) {
			between++;
		}
	}
	if (!EXPECT(most <= 25 && echoes >= 10))
		ktap_note("%d events in a row, %d echoes", most, echoes);
	for (int i = 0; i < 3; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	for (int i = 0; i < 40; i++)
		EXPECT_EQ(fake_next_type(&took), IPMI_ASYNC_EVENT_RECV_TYPE);
	listen_to_events(0);
}

/* What it cannot fetch it lets be until it looks at the flags again. */
static void an_answer_that_is_none(void)
{
	hear(true);
	usleep(500000);
	fake_forget();
	fake_fault("refuse 0 51");
	EXPECT_EQ(file_write(FAKE "post", "message"), 0);
	EXPECT(fake_until_sent(APP, CMD_GET_MESSAGE, 1, 5));
	usleep(500000);
	EXPECT(fake_requests(APP, CMD_GET_MESSAGE) <= fake_requests(APP, CMD_GET_FLAGS) + 1);
	fake_fault("ok");
	usleep(100000);
	fake_forget();
	fake_fault("cut 0 2 51");
	EXPECT_EQ(file_write(FAKE "post", "message"), 0);
	usleep(1000000);
	fake_forget();
	usleep(500000);
	/* five looks for the answer of each, four times a second, or more often if there was a flag */
	EXPECT(fake_requests(APP, CMD_GET_MESSAGE) <= fake_requests(APP, CMD_GET_FLAGS) + 1);
	fake_fault("ok");
	hear(false);
	usleep(300000);
	while (ipmi_wait(fake_fd, 300)) {
		struct reply r;

		ipmi_recv(fake_fd, &r);
	}
}

/* While somebody listens to events it is seen to that there are some. */
static void a_secret_reset(void)
{
	listen_to_events(1);
	fake_set("enables", 0);
	EXPECT(fake_enables_become(~0, 7));
	fake_set("enables", 8);
	EXPECT(fake_enables_become(~0, 15));
	listen_to_events(0);
}

/* One that refuses to enable it has no event buffer. */
static void no_event_buffer(void)
{
	rebind_with("refuse 1 46");
	EXPECT(fake_enables_become(~0, 1));
	rebind();
	EXPECT(fake_enables_become(~0, 7));
}

/* While the machine sleeps the bus is let be. */
static void asleep(void)
{
	double frozen[2], begun, took;
	int n;

	hear(true);
	REQUIRE(EXPECT_EQ(file_write(PM_DELAY, "2"), 0));
	REQUIRE(EXPECT_EQ(file_write(PM_TEST, "freezer"), 0));
	usleep(500000);
	/* a look before it sleeps, from which on the time is taken */
	fake_forget();
	EXPECT(fake_until_sent(APP, CMD_GET_FLAGS, 1, 5));
	begun = now();
	EXPECT_EQ(file_write("/sys/power/state", "freeze"), 0);
	/* The kernel counts loops, which are not always as many seconds as it takes them for. */
	took = now() - begun;
	EXPECT_EQ(file_write(PM_TEST, "none"), 0);
	usleep(800000);
	n = fake_times(APP, CMD_GET_FLAGS, times, TIMES);
	frozen[0] = 0;
	for (int i = 1; i < n; i++)
		frozen[0] = times[i] - times[i - 1] > frozen[0] ? times[i] - times[i - 1] :
								  frozen[0];
	if (!EXPECT(n >= 2 && frozen[0] > took * 0.7))
		ktap_note("%d looks, at most %.3f s apart, in a sleep of %.3f s", n, frozen[0], took);
	hear(false);
}

/* How long it takes to put the machine to sleep, and to wake it at once. */
static double nap(void)
{
	double begun = now();

	EXPECT_EQ(file_write("/sys/power/state", "freeze"), 0);
	return now() - begun;
}

/* A BMC that does not answer does not keep the machine awake; what it has been asked is answered later. */
static void asleep_amid_a_request(void)
{
	double usual, took = 100;
	struct reply r;

	REQUIRE(EXPECT_EQ(file_write(PM_DELAY, "1"), 0));
	REQUIRE(EXPECT_EQ(file_write(PM_TEST, "freezer"), 0));
	usual = nap();
	for (int round = 0; round < 3 && took > usual + NAP_MORE; round++) {
		fake_fault("nack-read 0 0 66");
		fake_forget();
		EXPECT_EQ(ipmi_send(fake_fd, 1, NETFN_OEM, 0x42, "abcd", 4), 0);
		EXPECT(fake_until_sent(NETFN_OEM << 2, 0x42, 1, 5));
		took = nap();
		fake_fault("ok");
		EXPECT(ipmi_wait(fake_fd, 5000));
		EXPECT_EQ(ipmi_recv(fake_fd, &r), 0);
		EXPECT_EQ(r.data[0], 0);
	}
	if (!EXPECT(took < usual + NAP_MORE))
		ktap_note("a request: %.3f s instead of %.3f s", took, usual);
	/* nor does one that is being looked for */
	took = 100;
	for (int round = 0; round < 3 && took > usual + NAP_MORE; round++) {
		EXPECT_EQ(file_write(DRIVER "unbind", CLIENT), 0);
		fake_fault("nack-read 0");
		/* that takes 3 s, and the try 5 */
		EXPECT_EQ(file_write(DRIVER "bind", CLIENT), 0);
		took = nap();
		fake_fault("ok");
		close(fake_fd);
		fake_fd = ipmi_open(0);
		REQUIRE(EXPECT(fake_fd >= 0));
	}
	if (!EXPECT(took < usual + NAP_MORE))
		ktap_note("a try: %.3f s instead of %.3f s", took, usual);
	EXPECT_EQ(file_write(PM_TEST, "none"), 0);
}

/* Reads what the kernel tells udev until it has said that: false after some time. */
static bool uevent(int s, const char *what)
{
	char text[4096];

	for (;;) {
		ssize_t n = recv(s, text, sizeof(text) - 1, 0);
		bool ours = false, told = false;

		if (n <= 0)
			return false;
		text[n] = 0;
		for (char *p = text; p < text + n; p += strlen(p) + 1) {
			ours |= strstr(p, "DEVPATH=") && strstr(p, CLIENT);
			told |= !strcmp(p, what);
		}
		if (ours && told)
			return true;
	}
}

/* Who is away is told to udev, and to who asks: at once, though it is being tried. */
static void away(void)
{
	struct sockaddr_nl to = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	struct timeval patience = { 5, 0 };
	int s = socket(AF_NETLINK, SOCK_DGRAM, NETLINK_KOBJECT_UEVENT), quick = 0;

	REQUIRE(EXPECT(s >= 0));
	EXPECT_EQ(bind(s, (struct sockaddr *)&to, sizeof(to)), 0);
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	fake_fault("nack 0");
	EXPECT_EQ(fake_echo(4), 0x82);
	EXPECT(uevent(s, "IPMI_BMC=away"));
	/* a transfer of 3 s begins, and is no reason to wait */
	fake_set("bus_us", 3000000);
	usleep(1000000);
	for (int i = 0; i < 3; i++) {
		double start = now();

		EXPECT_EQ(fake_echo(4), 0x82);
		quick += now() - start < 0.3;
	}
	EXPECT(quick >= 2);
	fake_set("bus_us", 200);
	fake_fault("ok");
	EXPECT(uevent(s, "IPMI_BMC=back"));
	close(s);
	EXPECT(fake_until_answer(BOUND) < BACK);
}

/* Without memory for it, what the BMC has to tell stays there, and comes when there is some. */
static void nothing_is_lost_without_memory(void)
{
	static const char *const what[] = { "event", "message" };
	static const int cmds[] = { CMD_READ_EVENT, CMD_GET_MESSAGE };
	static const int types[] = { IPMI_ASYNC_EVENT_RECV_TYPE, IPMI_CMD_RECV_TYPE };
	double least, took;
	int n;

	REQUIRE(EXPECT_EQ(run("insmod /vm/modules/starve.ko"), 0));
	listen_to_events(1);
	hear(true);
	for (unsigned int i = 0; i < ARRAY_SIZE(what); i++) {
		/* it asks once more whether there is another one, which may leave room for one */
		EXPECT_EQ(file_write(FAKE "post", what[i]), 0);
		EXPECT(fake_next_type(&took) == types[i]);
		usleep(500000);
		EXPECT_EQ(file_write(STARVE "on", "Y"), 0);
		EXPECT_EQ(file_write(FAKE "post", what[i]), 0);
		usleep(300000);
		n = looks_in(2, &least);
		if (!EXPECT(n >= 2 && n <= 30))
			ktap_note("%d looks at the flags in 2 s", n);
		EXPECT_EQ(fake_times(APP, cmds[i], times, TIMES), 0);
		EXPECT(file_number(STARVE "refused") > 0);
		EXPECT_EQ(file_write(STARVE "on", "N"), 0);
		EXPECT(fake_next_type(&took) == types[i]);
	}
	hear(false);
	listen_to_events(0);
	EXPECT_EQ(run("rmmod starve"), 0);
}

/* The watchdog's driver is told of its pre-timeout. */
static void a_pretimeout(void)
{
	int file;

	EXPECT_EQ(run("modprobe pretimeout_noop"), 0);
	REQUIRE(EXPECT_EQ(run("modprobe ipmi_watchdog timeout=90 pretimeout=30 preaction=pre_int"), 0));
	EXPECT_EQ(run("dmesg -c >/dev/null; exec 3>/dev/watchdog0; sleep 0.2; echo -n 1 >&3; "
		      "echo pretimeout > " FAKE "post; echo alert > " FAKE "post; sleep 2; "
		      "echo -n V >&3"), 0);
	EXPECT_EQ(run("dmesg | grep 'pretimeout event'"), 0);
	file = file_number(DEVICE "/watchdog_pretimeouts");
	EXPECT_EQ(file, 1);
	EXPECT_EQ(run("rmmod ipmi_watchdog"), 0);
	rebind();
}

static const struct ktap_case cases[] = {
	KTAP_CASE(fake_is_there),
	KTAP_CASE(the_thread_has_its_name),
	KTAP_CASE(when_it_looks),
	KTAP_CASE(a_bridged_request),
	KTAP_CASE(bridged_again),
	KTAP_CASE(turns),
	KTAP_CASE(an_answer_that_is_none),
	KTAP_CASE(a_secret_reset),
	KTAP_CASE(no_event_buffer),
	KTAP_CASE(asleep),
	KTAP_CASE(asleep_amid_a_request),
	KTAP_CASE(away),
	KTAP_CASE(nothing_is_lost_without_memory),
	KTAP_CASE(a_pretimeout),
	KTAP_CASE(fake_leaves_nothing),
};

int main(int argc, char **argv)
{
	fake_arguments(argc, argv);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
