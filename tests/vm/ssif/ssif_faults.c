// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmi_ssif on an adapter and a BMC that are slow, wrong or silent: what goes over the bus. The
 * arguments are parameters of tests/modules/ssif_fake_main.c. Numbers in names are those of
 * Documentation/faults-si. On the kernel's own stack only what it promises is tried.
 */
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fake_ssif.h"
#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define DATA_MAX 253 /* of a request, whose most is 255 */
#define ANSWER_MAX 269 /* of an answer, whose most is 272 */

/* 32 is where a request, and where an answer, needs a second part. */
static void lengths(void)
{
	for (int n = 1; n <= DATA_MAX; n += n < 100 || n > DATA_MAX - 36 ? 1 : 9) {
		fake_set("answer_len", n);
		if (!EXPECT_EQ(fake_echo(n), 0) || !EXPECT_EQ(fake_echo(DATA_MAX + 1 - n), 0)) {
			ktap_note("with %d bytes", n);
			break;
		}
	}
	if (stack_is_ours()) {
		fake_set("answer_len", ANSWER_MAX);
		EXPECT_EQ(fake_echo(DATA_MAX), 0);
		/* and beyond: refused; no buffer is overrun */
		EXPECT_EQ(fake_echo(DATA_MAX + 1), 0xc8);
		fake_set("answer_len", ANSWER_MAX + 1);
		EXPECT_EQ(fake_echo(4), 0xff);
	}
	fake_set("answer_len", 16);
	EXPECT_EQ(fake_echo(4), 0);
}

static void late_answers(void)
{
	static const int delays[] = { 1, 3, 6, 20, 100, 700, 3000 };

	for (unsigned int i = 0; i < ARRAY_SIZE(delays); i++) {
		fake_set("think_us", delays[i] * 1000);
		for (int n = 0; n < (delays[i] > 20 ? 1 : 10); n++)
			EXPECT_EQ(fake_echo(4), 0);
	}
	fake_set("think_us", 0);
	EXPECT_EQ(file_number(DEVICE "/hosed"), 0);
}

/* Up to four times in a row the address is not acknowledged: it is busy. */
static void a_busy_bmc(void)
{
	char line[32];

	for (int n = 1; n <= 4; n++) {
		snprintf(line, sizeof(line), "nack-write %d", n);
		fake_fault(line);
		EXPECT_EQ(fake_echo(4), 0);
		EXPECT_EQ(fake_echo(100), 0);
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
	EXPECT_EQ(ipmi_ask(fake_fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	fake_set("think_us", f->think_us);
	fake_fault(f->line);
	start = now();
	EXPECT_EQ(fake_echo(4), f->cc);
	took = now() - start;
	EXPECT(took < BOUND);
	/* nothing is executed twice */
	EXPECT(file_number(FAKE "echoes") <= echoes + 1);
	EXPECT_EQ(file_number(DEVICE "/hosed") > hosed, f->away);
	/* it is known by now: nobody waits again */
	for (int i = 0; i < 5 && f->away; i++) {
		start = now();
		EXPECT_EQ(fake_echo(4), 0x82);
		EXPECT(now() - start < AT_ONCE);
		usleep(30000);
	}
	fake_fault("ok");
	fake_set("think_us", 0);
	took = fake_until_answer(BOUND);
	if (!EXPECT(took < (f->away ? BACK : AT_ONCE)))
		ktap_note("back after %.3f s", took);
}

/* 34: by cause, in time; a request is answered, whatever its answer lacks. */
static void f34_faults(void)
{
	fake_set("answer_len", 110);
	for (unsigned int i = 0; i < ARRAY_SIZE(faults); i++) {
		ktap_note("%s", faults[i].line);
		one_fault(&faults[i]);
	}
	fake_set("answer_len", 16);
}

static void f36_alerts(void)
{
	struct ipmi_cmdspec spec = { 0x30, 0x5a };
	long alerts, reads, fewest = 1000;
	double took;
	int late = 0;

	fake_set("alert", 1);
	fake_set("think_us", 30000);
	alerts = file_number(DEVICE "/alerts");
	for (int n = 0; n < 10; n++)
		EXPECT_EQ(fake_echo(4), 0);
	EXPECT(file_number(DEVICE "/alerts") >= alerts + 9);
	/* who alerts is not asked before, whatever time it takes; a busy machine may be late */
	for (int round = 0; round < 3 && fewest > 20; round++) {
		reads = file_number(FAKE "reads");
		for (int n = 0; n < 10; n++) {
			fake_set("think_us", n % 2 ? 5000 : 40000);
			EXPECT_EQ(fake_echo(4), 0);
		}
		reads = file_number(FAKE "reads") - reads;
		fewest = reads < fewest ? reads : fewest;
	}
	if (!EXPECT(fewest <= 20))
		ktap_note("%ld reads", fewest);
	/* one that is idle is heard too, and at once: nobody looks more than once a second,
	   so of ten some would be late by more than half of one */
	EXPECT_EQ(ioctl(fake_fd, IPMICTL_REGISTER_FOR_CMD, &spec), 0);
	fake_set("think_us", 0);
	for (int n = 0; n < 5; n++) {
		usleep(50000 + n * 30000);
		EXPECT_EQ(file_write(FAKE "post", "message"), 0);
		EXPECT_EQ(fake_next_type(&took), IPMI_CMD_RECV_TYPE);
		late += took > 0.5;
	}
	/* and so is one while a request is under way, whose answer it is not about */
	for (int n = 0; n < 5; n++) {
		fake_set("think_us", 150000);
		EXPECT_EQ(ipmi_send(fake_fd, 1, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
		usleep(50000);
		EXPECT_EQ(file_write(FAKE "post", "message"), 0);
		EXPECT_EQ(fake_next_type(&took), IPMI_RESPONSE_RECV_TYPE);
		fake_set("think_us", 0);
		EXPECT_EQ(fake_next_type(&took), IPMI_CMD_RECV_TYPE);
		late += took > 0.5;
	}
	EXPECT(late <= 3);
	EXPECT_EQ(ioctl(fake_fd, IPMICTL_UNREGISTER_FOR_CMD, &spec), 0);
	what_comes_by_itself();
	fake_set("alert", 0);
	/* one that has stopped to alert is answered for all that */
	fake_set("think_us", 5000);
	for (int n = 0; n < 5; n++)
		EXPECT_EQ(fake_echo(4), 0);
	fake_set("think_us", 0);
}

static void pec(void)
{
	long pecs = file_number(FAKE "pecs");

	if (!fake_by_i2c())
		return;
	EXPECT_EQ(fake_echo(4), 0);
	EXPECT_EQ(fake_echo(100), 0);
	EXPECT_EQ(file_number(FAKE "pecs") - pecs, strstr(fake_parameters, "pec=1") ? 5 : 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(fake_is_there),
	KTAP_CASE(lengths),
	KTAP_CASE(late_answers),
	KTAP_CASE(a_busy_bmc),
	KTAP_CASE(pec),
	KTAP_CASE(f34_faults),
	KTAP_CASE(f36_alerts),
	KTAP_CASE(fake_leaves_nothing),
};

int main(int argc, char **argv)
{
	fake_arguments(argc, argv);
	/* the kernel's own: as far as lengths, times and a busy BMC */
	return ktap_main(cases, stack_is_ours() ? ARRAY_SIZE(cases) : 4);
}
