// SPDX-License-Identifier: GPL-2.0-only
/*
 * How often the driver looks at the BMC of tests/bmc: when it shows attention and has nothing to
 * say, while others ask, while somebody waits or nobody does; with "reset", after a command that
 * resets it. Judged by the trace events, whose clock is the driver's own, and by its counters.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"
#include "traced.h"

#define DEVICE "/sys/bus/platform/devices/IPI0001:00/"
#define CMD_COLD_RESET 0x02

static int fd;
static struct traced traces[600];

static long counter(const char *name)
{
	return file_number(DEVICE "%s", name);
}

/*
 * Looks at the flags, 10 ms apart and twice as long each time, to a second: none comes early,
 * and so close to it that the pauses cannot be meant to be longer.
 */
static bool paused_as_meant(void)
{
	double first = 1e9, last = 1e9, pause = 0.010;
	int n;

	trace_begin();
	bmc_line("flags 00");
	bmc_line("hw 01");
	sleep(8);
	n = trace_read(traces, ARRAY_SIZE(traces), "ipmi_start: .* cmd=0x31 ");
	bmc_line("hw 00");
	trace_end();
	EXPECT(n >= 6 && n <= 18);
	for (int i = 1; i < n; i++, pause *= 2) {
		double gap = traces[i].at - traces[i - 1].at, least = pause < 1 ? pause : 1;

		if (!EXPECT(gap >= 0.99 * least))
			ktap_note("between look %d and the next: %.3f s", i, gap);
		if (i <= 3 && gap < first)
			first = gap;
		if (i >= 9 && gap < last)
			last = gap;
	}
	ktap_note("%d looks, the shortest at first %.3f s, at last %.3f s apart", n, first, last);
	return first < 0.095 && last < 1.25;
}

/* On a busy host all may come late, so it has three chances. */
static void attention_without_a_flag(void)
{
	bool meant = false;

	for (int i = 0; i < 3 && !meant; i++)
		meant = paused_as_meant();
	EXPECT(meant);
	/* A pause is no wait for an interrupt that did not come. */
	EXPECT_EQ(counter("interrupts_enabled"), has_irq());
}

static pid_t asks_all_the_time(void)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid)
		return pid;
	fd = ipmi_open(0);
	for (int i = 0; i < 20; i++)
		ipmi_send(fd, i, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0);
	for (;;) {
		struct reply r;

		if (ipmi_next(fd, ANSWER_MS, &r))
			_exit(1);
		ipmi_send(fd, 1, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0);
	}
}

/* The wire is never free, but theirs in turns with the driver's own: once a second. */
static void users_leave_room(void)
{
	int listen = 1;
	pid_t pid[2];
	long n;

	bmc_line("delay 5");
	EXPECT_EQ(ioctl(fd, IPMICTL_SET_GETS_EVENTS_CMD, &listen), 0);
	for (int i = 0; i < 2; i++)
		pid[i] = asks_all_the_time();
	usleep(200000);
	trace_begin();
	sleep(4);
	/* no request of ours: all that others want is in the queue before it */
	n = trace_read(traces, ARRAY_SIZE(traces), "ipmi_start: .* cmd=0x31 ");
	trace_end();
	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(waitpid(pid[i], NULL, WNOHANG), 0);
		kill(pid[i], SIGKILL);
		waitpid(pid[i], NULL, 0);
	}
	if (!EXPECT(n >= 2 && n <= 8))
		ktap_note("flags were asked for %ld times in 4 s", n);
	listen = 0;
	EXPECT_EQ(ioctl(fd, IPMICTL_SET_GETS_EVENTS_CMD, &listen), 0);
	bmc_line("delay 0");
}

/* Looks at an idle BMC in so many seconds. */
static double looks_per_second(double seconds)
{
	double start = now();
	long before = counter("idles");

	usleep(seconds * 1e6);
	before = counter("idles") - before;
	return before / (now() - start);
}

/*
 * Nobody waits: none. For commands, 4 a second; for an answer from behind a bridge, 100; with
 * an interrupt, one. A timer is late, never early; and the core looks after a bridged request
 * ten times a second.
 */
static bool looks_as_meant(void)
{
	struct ipmi_cmdspec spec = { .netfn = NETFN_OEM + 2, .cmd = 0x11 };
	struct ipmi_ipmb_addr addr;
	double none, commands, answers;
	struct reply r;

	bmc_line("satellite %x silent", SATELLITE);
	sleep(1);
	none = looks_per_second(2);
	EXPECT_EQ(ioctl(fd, IPMICTL_REGISTER_FOR_CMD, &spec), 0);
	usleep(100000);
	commands = looks_per_second(3);
	EXPECT_EQ(ioctl(fd, IPMICTL_UNREGISTER_FOR_CMD, &spec), 0);
	ipmi_ipmb(&addr, 0, SATELLITE, 0);
	EXPECT_EQ(ipmi_send_timed(fd, &addr, sizeof(addr), 1, NETFN_APP, CMD_GET_DEVICE_ID, NULL,
				  0, 0, 3000), 0);
	usleep(100000);
	answers = looks_per_second(2);
	EXPECT_EQ(ipmi_next(fd, ANSWER_MS, &r), 0);
	bmc_all_answer();
	ktap_note("looks per second: %.1f, %.1f, %.1f", none, commands, answers);
	EXPECT(none < 0.6);
	if (has_irq()) {
		EXPECT(commands < 1.5);
		EXPECT(answers < 13);
		return commands > 0.3;
	}
	EXPECT(commands < 4.8);
	EXPECT(answers < 125);
	return commands > 1.5 && answers > 3 * commands;
}

static void how_often_it_looks(void)
{
	bool meant = false;

	for (int i = 0; i < 3 && !meant; i++)
		meant = looks_as_meant();
	EXPECT(meant);
}

/*
 * A BMC that was told to reset itself is looked at every second, 30 times: nobody else would
 * see what it forgot. This one takes the command and does nothing.
 */
static void after_a_reset(void)
{
	double shortest = 1e9;
	struct reply r;
	int n, missed = 0;

	EXPECT(bmc_enables_become(ALL_ENABLES, all_enables()));
	usleep(300000);
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_COLD_RESET, NULL, 0, &r), 0);
	EXPECT_EQ(r.data[0], 0);
	/* The control's own answer may lack its interrupt, and be looked for; not what follows. */
	bmc_line("lapse");
	usleep(200000);
	trace_begin();
	/* without any other request */
	sleep(33);
	n = trace_read(traces, ARRAY_SIZE(traces), "ipmi_start: .* cmd=0x2f ");
	for (int i = 1; i < n; i++) {
		double gap = traces[i].at - traces[i - 1].at;

		/* well below what a busy host takes off a second, when the look before it was late */
		if (gap < 0.7)
			missed++;
		else
			shortest = gap < shortest ? gap : shortest;
	}
	/* The interrupt of the first look's answer was switched off; then it looks once more. */
	EXPECT(missed <= has_irq());
	EXPECT_EQ(n, 30 + missed);
	EXPECT(shortest < 1.5);
	n = trace_read(traces, ARRAY_SIZE(traces), "ipmi_start: .* cmd=0x31 ");
	EXPECT(n >= 30);
	EXPECT(bmc_enables_become(ALL_ENABLES, all_enables()));
	trace_end();
	EXPECT_EQ(counter("interrupts_enabled"), has_irq());
}

static const struct ktap_case cases[] = {
	KTAP_CASE(attention_without_a_flag),
	KTAP_CASE(users_leave_room),
	KTAP_CASE(how_often_it_looks),
};

static const struct ktap_case reset_cases[] = {
	KTAP_CASE(after_a_reset),
};

int main(int argc, char **argv)
{
	keep_acpi_ipmi_out();
	fd = ipmi_must_open(0);
	if (argc > 1 && !strcmp(argv[1], "reset"))
		return ktap_main(reset_cases, ARRAY_SIZE(reset_cases));
	return ktap_main(cases, ARRAY_SIZE(cases));
}
