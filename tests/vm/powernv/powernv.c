// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmi_powernv above a firmware whose answers are spoiled on their way, see
 * tests/modules/opal_fault.c: each request ends, with its own answer or an error, and the next one
 * has its own. A BMC that does not answer, and is back; removal under load; a start without a BMC.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define CMD_GET_ENABLES 0x2f
#define CC_BUS 0x82
#define CC_BUSY 0xc0
#define CC_TIMEOUT 0xc3
#define CC_TOO_LONG 0xc8
#define CC_UNKNOWN 0xff
#define ANSWER_S 8.0
#define SLACK_S 4.0 /* an answer takes 0.2 s here, and a busy host */
#define LONGEST 60 /* bytes of data that the firmware takes */
#define SENDERS 3
#define ROUNDS 4

#define FAULT "/sys/kernel/debug/opal_fault/"
#define DRIVER "/sys/bus/platform/drivers/ipmi-powernv/"
#define NAME "ibm,opal:ipmi"
#define COUNTER(name) file_number(DRIVER NAME "/" name)

static int fd = -1;

static void fault(const char *text)
{
	EXPECT_EQ(file_write(FAULT "fault", text), 0);
}

static bool again(void)
{
	fd = ipmi_open(0);
	return EXPECT(fd >= 0);
}

/* A request's completion code or a negative errno; the answer has to be that command's. */
static int ask(int cmd, const void *data, int len)
{
	struct reply r;
	int ret = ipmi_send(fd, cmd, NETFN_APP, cmd, data, len);

	if (!ret)
		ret = ipmi_wait(fd, (ANSWER_S + SLACK_S) * 1000) == 1 ? ipmi_recv(fd, &r) :
									-ETIMEDOUT;
	if (ret)
		return ret;
	EXPECT_EQ(r.msgid, cmd);
	EXPECT_EQ(r.cmd, cmd);
	EXPECT_EQ(r.netfn, NETFN_APP | 1);
	if (r.len && !r.data[0])
		EXPECT_EQ(r.len, cmd == CMD_GET_DEVICE_ID ? 12 : 2);
	else
		EXPECT_EQ(r.len, 1);
	return r.len ? r.data[0] : -EPROTO;
}

static int enables(void)
{
	return ask(CMD_GET_ENABLES, NULL, 0);
}

static void says_what_it_is(void)
{
	REQUIRE(again());
	EXPECT_EQ(ask(CMD_GET_DEVICE_ID, NULL, 0), 0);
	EXPECT_STR(link_name("/sys/class/ipmi/ipmi0/device"), NAME);
	EXPECT_STR(file_text(DRIVER NAME "/type"), "opal");
	EXPECT_EQ(run("grep -q '^opal,interface=0,irq=[1-9]' " DRIVER NAME "/params"), 0);
	EXPECT_EQ(run("grep -q opal-ipmi /proc/interrupts"), 0);
	EXPECT_EQ(run("grep -q 'opal-ipmi' /sys/bus/platform/devices/" NAME "/modalias"), 0);
	EXPECT(COUNTER("interrupts") > 0);
	EXPECT_EQ(COUNTER("answers"), COUNTER("requests"));
}

static void lengths(void)
{
	static const unsigned char data[LONGEST + 1];
	long sent = file_number(FAULT "sent");

	/* too long for the command, but not for the firmware */
	EXPECT(ask(CMD_GET_ENABLES, data, LONGEST) >= 0);
	EXPECT(file_number(FAULT "sent") > sent);
	sent = file_number(FAULT "sent");
	EXPECT_EQ(ask(CMD_GET_ENABLES, data, LONGEST + 1), CC_TOO_LONG);
	EXPECT_EQ(file_number(FAULT "sent"), sent);
}

/* A request whose answer does not come ends, and others have theirs then. */
static void lost(void)
{
	double begun = now();

	fault("lose 1");
	EXPECT_EQ(enables(), CC_TIMEOUT);
	EXPECT(now() - begun > ANSWER_S - 0.5);
	EXPECT_EQ(COUNTER("timeouts"), 1);
	EXPECT_EQ(enables(), 0);
}

/* One that comes after all is nobody's. */
static void late(void)
{
	long dropped = COUNTER("dropped_answers");

	fault("hold 1");
	EXPECT_EQ(enables(), CC_TIMEOUT);
	EXPECT_EQ(file_number(FAULT "held"), 1);
	fault("give");
	EXPECT_EQ(ask(CMD_GET_DEVICE_ID, NULL, 0), 0);
	EXPECT_EQ(file_number(FAULT "held"), 0);
	EXPECT_EQ(COUNTER("dropped_answers"), dropped + 1);
	EXPECT_EQ(enables(), 0);
}

static void of_another(const char *kind)
{
	long dropped = COUNTER("dropped_answers");

	fault(kind);
	EXPECT_EQ(enables(), CC_TIMEOUT);
	EXPECT_EQ(COUNTER("dropped_answers"), dropped + 1);
	EXPECT_EQ(enables(), 0);
}

static void of_another_command(void)
{
	of_another("cmd 1");
}

static void of_another_function(void)
{
	of_another("netfn 1");
}

/* What is no answer ends the request at once. */
static void spoiled(void)
{
	static const char *const kinds[] = {
		"version 1",  "length 1 0",   "length 1 1",	     "length 1 3",
		"length 1 274", "length 1 4294967295", "error 1 6", "error 1 7",
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		long bad = COUNTER("bad_answers");
		double begun = now();

		ktap_note("%s", kinds[i]);
		fault(kinds[i]);
		EXPECT_EQ(enables(), CC_UNKNOWN);
		EXPECT(now() - begun < SLACK_S);
		EXPECT_EQ(COUNTER("bad_answers"), bad + 1);
		/* this one waits until the driver's own question has been answered */
		EXPECT_EQ(enables(), 0);
	}
}

static void longest_answer(void)
{
	struct reply r;

	fault("full 1");
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_ENABLES, NULL, 0, &r), 0);
	EXPECT_EQ(r.len, 270);
	EXPECT_EQ(r.data[0], 0);
	EXPECT_EQ(r.data[269], 0xa5);
	EXPECT_EQ(enables(), 0);
}

/* The firmware takes no request; here it does, and the answer is nobody's. */
static void not_taken(void)
{
	fault("refuse 1 10");
	EXPECT_EQ(enables(), CC_BUSY);
	fault("refuse 1 6");
	EXPECT_EQ(enables(), CC_UNKNOWN);
	EXPECT_EQ(ask(CMD_GET_DEVICE_ID, NULL, 0), 0);
}

/* What the firmware says of a BMC that is silent: without old bytes, and others need not wait. */
static void goes_away(void)
{
	double begun;

	fault("silent");
	EXPECT_EQ(enables(), CC_TIMEOUT);
	/* this one waits until it is known */
	begun = now();
	EXPECT_EQ(enables(), CC_BUS);
	EXPECT(now() - begun < SLACK_S);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(enables(), CC_BUS);
	EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/ipmi_stats/bmc_away_count"), 1);
}

static void comes_back(void)
{
	double end = now() + 2 * SLACK_S;
	int cc;

	fault("ok");
	while ((cc = enables()) == CC_BUS && now() < end)
		usleep(50000);
	EXPECT_EQ(cc, 0);
	EXPECT_EQ(ask(CMD_GET_DEVICE_ID, NULL, 0), 0);
}

/* Sends as fast as it can until the device goes. */
static void sender(void)
{
	struct reply r;
	int file = ipmi_open(0);

	while (!ipmi_send(file, 1, NETFN_APP, CMD_GET_ENABLES, NULL, 0))
		while (!ipmi_recv(file, &r))
			;
	pause();
}

static void unbind_under_load(void)
{
	pid_t child[SENDERS];

	close(fd);
	for (int round = 0; round < ROUNDS; round++) {
		double begun;

		fflush(stdout);
		for (int i = 0; i < SENDERS; i++) {
			child[i] = fork();
			if (!child[i])
				sender();
		}
		usleep(300000 + round * 37000);
		begun = now();
		EXPECT_EQ(file_write(DRIVER "unbind", NAME), 0);
		EXPECT(now() - begun < SLACK_S);
		EXPECT_EQ(ipmi_open_now(0), -ENOENT);
		for (int i = 0; i < SENDERS; i++)
			kill(child[i], SIGKILL);
		for (int i = 0; i < SENDERS; i++)
			waitpid(child[i], NULL, 0);
		EXPECT_EQ(file_write(DRIVER "bind", NAME), 0);
		REQUIRE(EXPECT_EQ(ipmi_try(0), 0));
	}
}

static void open_device_holds(void)
{
	REQUIRE(again());
	EXPECT_EQ(ipmi_send(fd, 1, NETFN_APP, CMD_GET_ENABLES, NULL, 0), 0);
	EXPECT_EQ(module_remove("ipmi_powernv"), -EAGAIN);
	close(fd);
	EXPECT_EQ(run("rmmod ipmi_powernv"), 0);
	EXPECT_EQ(ipmi_nodes(), 0);
}

/* There is no BMC when the module is loaded: it waits for one, and nobody waits for it. */
static void begins_without_bmc(void)
{
	double begun = now();

	fault("silent");
	EXPECT_EQ(run("modprobe ipmi_powernv"), 0);
	EXPECT(now() - begun < 3 + SLACK_S);
	EXPECT_EQ(ipmi_nodes(), 0);
	begun = now();
	EXPECT_EQ(run("rmmod ipmi_powernv"), 0);
	EXPECT(now() - begun < SLACK_S);
	EXPECT_EQ(run("modprobe ipmi_powernv"), 0);
	EXPECT_EQ(ipmi_nodes(), 0);
	fault("ok");
	REQUIRE(EXPECT_EQ(ipmi_try(0), 0));
}

static void leaves_nothing(void)
{
	EXPECT_EQ(stack_remove(), 0);
	EXPECT_EQ(run("rmmod opal_fault"), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(says_what_it_is),
	KTAP_CASE(lengths),
	KTAP_CASE(lost),
	KTAP_CASE(late),
	KTAP_CASE(of_another_command),
	KTAP_CASE(of_another_function),
	KTAP_CASE(spoiled),
	KTAP_CASE(longest_answer),
	KTAP_CASE(not_taken),
	KTAP_CASE(goes_away),
	KTAP_CASE(comes_back),
	KTAP_CASE(unbind_under_load),
	KTAP_CASE(open_device_holds),
	KTAP_CASE(begins_without_bmc),
	KTAP_CASE(leaves_nothing),
};

int main(void)
{
	return ktap_main(cases, ARRAY_SIZE(cases));
}
