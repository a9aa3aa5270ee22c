// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmi_ssif on an adapter and a BMC that are slow, wrong, silent or gone: tests/modules/
 * ssif_fake.c. The arguments are parameters of that module, after "life" for the second half. Numbers in names are those of
 * Documentation/faults-si. On the kernel's own stack only what it promises is tried.
 */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define DEVICE "/sys/class/ipmi/ipmi0/device"
#define FAKE "/sys/kernel/debug/ssif_fake/"
#define NETFN_OEM 0x2e
#define CMD_ECHO 0x42
#define EVENT_BUFFER 0x04
#define DATA_MAX 253 /* of a request, whose most is 255 */
#define ANSWER_MAX 269 /* of an answer, whose most is 272 */
#define HAMMERS 4

#define BOUND 7.0 /* seconds for a request whatever happens: the house's 6, and a busy machine */
#define AT_ONCE 0.5 /* for one to a BMC that is known to be away */
#define BACK 1.5 /* until a BMC that is back is found: 0.75, and a busy machine */
#define GONE 4.0 /* to unload the driver */

static char parameters[128];
static int fd = -1, answer_len = 16;

static bool by_i2c(void)
{
	return strstr(parameters, "i2c");
}

static void set(const char *name, long value)
{
	char path[128], text[32];

	snprintf(path, sizeof(path), FAKE "%s", name);
	snprintf(text, sizeof(text), "%ld", value);
	EXPECT_EQ(file_write(path, text), 0);
	if (!strcmp(name, "answer_len"))
		answer_len = value;
}

static void fault(const char *text)
{
	EXPECT_EQ(file_write(FAKE "fault", text), 0);
}

static void load_fake(const char *more)
{
	EXPECT_EQ(run("insmod /vm/modules/ssif_fake.ko %s %s", parameters, more), 0);
}

static void load_driver(void)
{
	EXPECT_EQ(run("modprobe ipmi_ssif addr=0x10 adapter_name=ssif_fake"), 0);
}

/*
 * A request with so many bytes of data, to an answer of as many as the BMC is set to: its
 * completion code, or a negative errno; -EBADMSG if the answer is not what it must be.
 */
static int echo_on(int file, int len)
{
	unsigned char data[300];
	static int round;
	struct reply r;
	int ret;

	round++;
	for (int i = 0; i < len; i++)
		data[i] = i * 13 + round;
	ret = ipmi_ask(file, NETFN_OEM, CMD_ECHO, data, len, &r);
	if (ret)
		return ret;
	if (r.len < 1)
		return -EBADMSG;
	if (r.data[0])
		return r.data[0];
	if (r.len != 1 + answer_len)
		return -EBADMSG;
	for (int i = 0; i < answer_len; i++)
		if (r.data[1 + i] != (unsigned char)(data[i % len] + i * 7))
			return -EBADMSG;
	return 0;
}

static int echo(int len)
{
	return echo_on(fd, len);
}

/* How long until it answers? Longer than wait if it does not. */
static double until_answer(double wait)
{
	double start = now();

	/* Nobody who asks all the time may keep it from being found. */
	while (echo(4) && now() < start + wait)
		usleep(20000);
	return now() - start;
}

static void there_is_one(void)
{
	load_fake("");
	load_driver();
	fd = ipmi_open(0);
	REQUIRE(EXPECT(fd >= 0));
	EXPECT_STR(file_text(DEVICE "/type"), "ssif");
	EXPECT_EQ(ipmi_nodes(), 1);
	EXPECT_EQ(echo(4), 0);
}

/* 32 is where a request, and where an answer, needs a second part. */
static void lengths(void)
{
	for (int n = 1; n <= DATA_MAX; n += n < 100 || n > DATA_MAX - 36 ? 1 : 9) {
		set("answer_len", n);
		if (!EXPECT_EQ(echo(n), 0) || !EXPECT_EQ(echo(DATA_MAX + 1 - n), 0)) {
			ktap_note("with %d bytes", n);
			break;
		}
	}
	if (stack_is_ours()) {
		set("answer_len", ANSWER_MAX);
		EXPECT_EQ(echo(DATA_MAX), 0);
		/* and beyond: refused; no buffer is overrun */
		EXPECT_EQ(echo(DATA_MAX + 1), 0xc8);
		set("answer_len", ANSWER_MAX + 1);
		EXPECT_EQ(echo(4), 0xff);
	}
	set("answer_len", 16);
	EXPECT_EQ(echo(4), 0);
}

static void late_answers(void)
{
	static const int delays[] = { 1, 3, 6, 20, 100, 700, 3000 };

	for (unsigned int i = 0; i < ARRAY_SIZE(delays); i++) {
		set("think_us", delays[i] * 1000);
		for (int n = 0; n < (delays[i] > 20 ? 1 : 10); n++)
			EXPECT_EQ(echo(4), 0);
	}
	set("think_us", 0);
	EXPECT_EQ(file_number(DEVICE "/hosed"), 0);
}

/* Up to four times in a row the address is not acknowledged: it is busy. */
static void a_busy_bmc(void)
{
	char line[32];

	for (int n = 1; n <= 4; n++) {
		snprintf(line, sizeof(line), "nack-write %d", n);
		fault(line);
		EXPECT_EQ(echo(4), 0);
		EXPECT_EQ(echo(100), 0);
	}
	EXPECT_EQ(file_number(DEVICE "/hosed"), 0);
}

/* One that is met some times only is not noticed; one that stays is an error in time. */
static const struct fault {
	const char *line;
	int cc;
	int think_us;
	bool away;
} faults[] = {
	{ .line = "nack-read 5" },
	{ .line = "nack-middle 8" },
	{ .line = "unsure 1" },
	{ .line = "length 2 1" },
	{ .line = "number 2" },
	{ .line = "lost 2" },
	{ .line = "repeat 1" },
	{ .line = "pec 2" },
	{ .line = "stale 0", .think_us = 60000 },
	{ .line = "nack 0", .cc = 0x82, .away = true },
	{ .line = "nack-write 0", .cc = 0x82, .away = true },
	{ .line = "nack-read 0", .cc = 0xc3, .away = true },
	{ .line = "nack-middle 0", .cc = 0xff },
	{ .line = "hang 0", .cc = 0xc3, .away = true },
	{ .line = "length 0 0", .cc = 0xff },
	{ .line = "length 0 1", .cc = 0xff },
	{ .line = "length 0 2", .cc = 0xff },
	{ .line = "length 0 31", .cc = 0xff },
	{ .line = "length 0 33", .cc = 0xff },
	{ .line = "length 0 255", .cc = 0xff },
	{ .line = "number 0", .cc = 0xff },
	{ .line = "lost 0", .cc = 0xff },
	{ .line = "repeat 0", .cc = 0xff },
	{ .line = "pec 0", .cc = 0xff },
	{ .line = "netfn 0", .cc = 0xff },
	{ .line = "command 0", .cc = 0xff },
	{ .line = "short 0", .cc = 0xff },
	{ .line = "endless 0", .cc = 0xff },
};

static void one_fault(const struct fault *f)
{
	long echoes = file_number(FAKE "echoes"), hosed = file_number(DEVICE "/hosed");
	double start, took;
	struct reply r;

	/* The housekeeping after the last one is done, and the last answer is another's. */
	usleep(100000);
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	set("think_us", f->think_us);
	fault(f->line);
	start = now();
	EXPECT_EQ(echo(4), f->cc);
	took = now() - start;
	EXPECT(took < BOUND);
	/* nothing is executed twice */
	EXPECT(file_number(FAKE "echoes") <= echoes + 1);
	EXPECT_EQ(file_number(DEVICE "/hosed") > hosed, f->away);
	/* it is known by now: nobody waits again */
	for (int i = 0; i < 5 && f->away; i++) {
		start = now();
		EXPECT_EQ(echo(4), 0x82);
		EXPECT(now() - start < AT_ONCE);
		usleep(30000);
	}
	fault("ok");
	set("think_us", 0);
	took = until_answer(BOUND);
	if (!EXPECT(took < (f->away ? BACK : AT_ONCE)))
		ktap_note("back after %.3f s", took);
}

/* 34: by cause, in time; a request is answered, whatever its answer lacks. */
static void f34_faults(void)
{
	set("answer_len", 110);
	for (unsigned int i = 0; i < ARRAY_SIZE(faults); i++) {
		ktap_note("%s", faults[i].line);
		one_fault(&faults[i]);
	}
	set("answer_len", 16);
}

/* The counter of one exhausted request goes up by one. */
static void f34_counted_once(void)
{
	long errors = file_number(DEVICE "/receive_errors");

	fault("short 0");
	EXPECT_EQ(echo(4), 0xff);
	fault("ok");
	EXPECT_EQ(file_number(DEVICE "/receive_errors"), errors + 1);
	EXPECT_EQ(echo(4), 0);
}

static bool enabled(void)
{
	for (double end = now() + 3; now() < end; usleep(10000))
		if (strtol(file_text(FAKE "enables"), NULL, 0) & EVENT_BUFFER)
			return true;
	return false;
}

static void enables_come_back(void)
{
	EXPECT(enabled());
	fault("nack 0");
	EXPECT_EQ(echo(4), 0x82);
	set("enables", 0);
	fault("ok");
	EXPECT(until_answer(BOUND) < BACK);
	EXPECT(enabled());
}

/* Until there is a message: its type; how long that took goes to *took. */
static int next_type(double *took)
{
	double start = now();
	struct reply r;
	int ret = ipmi_wait(fd, 5000) ? ipmi_recv(fd, &r) : -ETIMEDOUT;

	*took = now() - start;
	return ret ? ret : r.recv_type;
}

/* 15, 36: what the BMC has to say by itself, with and without an alert. */
static void what_comes_by_itself(void)
{
	struct ipmi_cmdspec spec = { 0x30, 0x5a };
	long events = file_number(DEVICE "/events"), pre, fetches;
	int listen = 1;
	double took;

	EXPECT_EQ(ioctl(fd, IPMICTL_SET_GETS_EVENTS_CMD, &listen), 0);
	EXPECT_EQ(ioctl(fd, IPMICTL_REGISTER_FOR_CMD, &spec), 0);
	for (int n = 0; n < 4; n++) {
		EXPECT_EQ(file_write(FAKE "post", "event"), 0);
		EXPECT_EQ(next_type(&took), IPMI_ASYNC_EVENT_RECV_TYPE);
		EXPECT(took < 2);
		EXPECT_EQ(file_write(FAKE "post", "message"), 0);
		EXPECT_EQ(next_type(&took), IPMI_CMD_RECV_TYPE);
		EXPECT(took < 2);
	}
	EXPECT_EQ(file_number(DEVICE "/events"), events + 4);
	pre = file_number(DEVICE "/watchdog_pretimeouts");
	EXPECT_EQ(file_write(FAKE "post", "pretimeout"), 0);
	for (double end = now() + 3; now() < end; usleep(10000))
		if (file_number(DEVICE "/watchdog_pretimeouts") > pre)
			break;
	EXPECT_EQ(file_number(DEVICE "/watchdog_pretimeouts"), pre + 1);
	/* and nothing is asked for all the time */
	fetches = file_number(DEVICE "/flag_fetches");
	sleep(1);
	EXPECT(file_number(DEVICE "/flag_fetches") - fetches < 12);
	listen = 0;
	EXPECT_EQ(ioctl(fd, IPMICTL_SET_GETS_EVENTS_CMD, &listen), 0);
	EXPECT_EQ(ioctl(fd, IPMICTL_UNREGISTER_FOR_CMD, &spec), 0);
}

static void f36_alerts(void)
{
	struct ipmi_cmdspec spec = { 0x30, 0x5a };
	long alerts, reads, fewest = 1000;
	double took;
	int late = 0;

	set("alert", 1);
	set("think_us", 30000);
	alerts = file_number(DEVICE "/alerts");
	for (int n = 0; n < 10; n++)
		EXPECT_EQ(echo(4), 0);
	EXPECT(file_number(DEVICE "/alerts") >= alerts + 9);
	/* who alerts is not asked before, whatever time it takes; a busy machine may be late */
	for (int round = 0; round < 3 && fewest > 20; round++) {
		reads = file_number(FAKE "reads");
		for (int n = 0; n < 10; n++) {
			set("think_us", n % 2 ? 5000 : 40000);
			EXPECT_EQ(echo(4), 0);
		}
		reads = file_number(FAKE "reads") - reads;
		fewest = reads < fewest ? reads : fewest;
	}
	if (!EXPECT(fewest <= 20))
		ktap_note("%ld reads", fewest);
	/* one that is idle is heard too, and at once: nobody looks more than once a second,
	   so of ten some would be late by more than half of one */
	EXPECT_EQ(ioctl(fd, IPMICTL_REGISTER_FOR_CMD, &spec), 0);
	set("think_us", 0);
	for (int n = 0; n < 5; n++) {
		usleep(50000 + n * 30000);
		EXPECT_EQ(file_write(FAKE "post", "message"), 0);
		EXPECT_EQ(next_type(&took), IPMI_CMD_RECV_TYPE);
		late += took > 0.5;
	}
	/* and so is one while a request is under way, whose answer it is not about */
	for (int n = 0; n < 5; n++) {
		set("think_us", 150000);
		EXPECT_EQ(ipmi_send(fd, 1, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
		usleep(50000);
		EXPECT_EQ(file_write(FAKE "post", "message"), 0);
		EXPECT_EQ(next_type(&took), IPMI_RESPONSE_RECV_TYPE);
		set("think_us", 0);
		EXPECT_EQ(next_type(&took), IPMI_CMD_RECV_TYPE);
		late += took > 0.5;
	}
	EXPECT(late <= 3);
	EXPECT_EQ(ioctl(fd, IPMICTL_UNREGISTER_FOR_CMD, &spec), 0);
	what_comes_by_itself();
	set("alert", 0);
	/* one that has stopped to alert is answered for all that */
	set("think_us", 5000);
	for (int n = 0; n < 5; n++)
		EXPECT_EQ(echo(4), 0);
	set("think_us", 0);
}

static void pec(void)
{
	long pecs = file_number(FAKE "pecs");

	if (!by_i2c())
		return;
	EXPECT_EQ(echo(4), 0);
	EXPECT_EQ(echo(100), 0);
	EXPECT_EQ(file_number(FAKE "pecs") - pecs, strstr(parameters, "pec=1") ? 5 : 0);
}

static pid_t hammer(void)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid)
		return pid;
	for (;;) {
		int file = ipmi_open_now(0);
		double start = now();

		while (file >= 0 && echo_on(file, 4) >= 0)
			start = now();
		if (now() - start > BOUND)
			_exit(1);
		if (file >= 0)
			close(file);
		else
			usleep(10000);
	}
}

static void start_hammers(pid_t *pids)
{
	for (int i = 0; i < HAMMERS; i++)
		pids[i] = hammer();
	usleep(300000);
}

static void stop_hammers(pid_t *pids)
{
	for (int i = 0; i < HAMMERS; i++) {
		int status = 0;

		kill(pids[i], SIGTERM);
		waitpid(pids[i], &status, 0);
		EXPECT(WIFSIGNALED(status));
	}
}

/* 44, 45: whatever the BMC does, the driver can be unloaded, and loaded again. */
static void f44_unload_in_each_state(void)
{
	static const char *const states[] = {
		"ok", "nack 0", "nack-read 0", "hang 0", "length 0 0", "netfn 0", "nack-middle 0",
	};

	close(fd);
	for (unsigned int i = 0; i < ARRAY_SIZE(states); i++) {
		double start, took;
		int file = ipmi_open(0);

		ktap_note("%s", states[i]);
		set("answer_len", 100);
		fault(states[i]);
		EXPECT_EQ(ipmi_send(file, 1, NETFN_OEM, CMD_ECHO, "abcd", 4), 0);
		usleep(20000);
		start = now();
		close(file);
		EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
		took = now() - start;
		if (!EXPECT(took < GONE))
			ktap_note("took %.3f s", took);
		EXPECT_EQ(ipmi_nodes(), 0);
		fault("ok");
		set("answer_len", 16);
		load_driver();
		fd = ipmi_open(0);
		REQUIRE(EXPECT(fd >= 0));
		EXPECT(until_answer(BOUND) < BACK);
		close(fd);
	}
	/* nobody would hear it any more */
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
	EXPECT_EQ(strtol(file_text(FAKE "enables"), NULL, 0) & 3, 0);
	load_driver();
	fd = ipmi_open(0);
}

static void adapter_goes_under_load(void)
{
	pid_t pids[HAMMERS];

	close(fd);
	start_hammers(pids);
	for (int i = 0; i < 3; i++) {
		double start = now();

		if (i == 1)
			fault("hang 0");
		EXPECT_EQ(run("rmmod ssif_fake"), 0);
		EXPECT(now() - start < GONE);
		EXPECT_EQ(ipmi_nodes(), 0);
		load_fake("");
		fd = ipmi_open(0);
		REQUIRE(EXPECT(fd >= 0));
		EXPECT_EQ(echo(4), 0);
		close(fd);
	}
	stop_hammers(pids);
	fd = ipmi_open(0);
}

static bool appears(double wait)
{
	for (double end = now() + wait; now() < end; usleep(50000))
		if (ipmi_nodes())
			return true;
	return false;
}

/* A BMC that boots slower than its host: by parameter, and by new_device. */
static void a_bmc_that_is_late(void)
{
	char adapter[280] = "";

	close(fd);
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
	EXPECT_EQ(run("rmmod ssif_fake"), 0);
	load_fake("absent=1");
	load_driver();
	usleep(300000);
	EXPECT_EQ(ipmi_nodes(), 0);
	fault("ok");
	EXPECT(appears(6));
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);

	fault("nack 0");
	EXPECT_EQ(run("modprobe ipmi_ssif"), 0);
	run("grep -l ssif_fake /sys/bus/i2c/devices/i2c-*/name");
	snprintf(adapter, sizeof(adapter), "%.*s/new_device", (int)(strlen(output()) - 6), output());
	EXPECT_EQ(file_write(adapter, "ipmi_ssif 0x10"), 0);
	EXPECT_EQ(ipmi_nodes(), 0);
	fault("ok");
	EXPECT(appears(6));
	/* and it goes while it is tried */
	fault("nack 0");
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
	EXPECT_EQ(run("modprobe ipmi_ssif"), 0);
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
	fault("ok");
	EXPECT_EQ(run("rmmod ssif_fake"), 0);
	load_fake("");
	load_driver();
	fd = ipmi_open(0);
	EXPECT(fd >= 0);
}

static void nothing_is_left(void)
{
	struct reply r;

	EXPECT_EQ(ipmi_recv(fd, &r), -EAGAIN);
	EXPECT_EQ(file_number(DEVICE "/nr_msgs"), 0);
	close(fd);
	EXPECT_EQ(run("rmmod ssif_fake"), 0);
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
}

/* What goes over the bus. */
static const struct ktap_case cases[] = {
	KTAP_CASE(there_is_one),
	KTAP_CASE(lengths),
	KTAP_CASE(late_answers),
	KTAP_CASE(a_busy_bmc),
	KTAP_CASE(pec),
	KTAP_CASE(f34_faults),
	KTAP_CASE(f36_alerts),
	KTAP_CASE(nothing_is_left),
};

/* How an interface comes and goes, and what it does by itself. */
static const struct ktap_case more[] = {
	KTAP_CASE(there_is_one),
	KTAP_CASE(f34_counted_once),
	KTAP_CASE(enables_come_back),
	KTAP_CASE(what_comes_by_itself),
	KTAP_CASE(f44_unload_in_each_state),
	KTAP_CASE(adapter_goes_under_load),
	KTAP_CASE(a_bmc_that_is_late),
	KTAP_CASE(nothing_is_left),
};

int main(int argc, char **argv)
{
	bool life = argc > 1 && !strcmp(argv[1], "life");

	for (int i = 1 + life; i < argc; i++) {
		strcat(parameters, argv[i]);
		strcat(parameters, " ");
	}
	if (life)
		return ktap_main(more, ARRAY_SIZE(more));
	/* the kernel's own: as far as lengths, times and a busy BMC */
	return ktap_main(cases, stack_is_ours() ? ARRAY_SIZE(cases) : 4);
}
