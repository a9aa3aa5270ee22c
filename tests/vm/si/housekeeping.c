// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the driver asks the BMC of tests/bmc on its own account: at its begin, when it is told
 * no, when the BMC has something to say, and when there is no memory for that. How often it looks
 * is looks.c. Judged by what the BMC has received, and by the driver's counters.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define DRIVER "/sys/bus/platform/drivers/ipmi_si"
#define NAME "IPI0001:00"
#define DEVICE "/sys/bus/platform/devices/" NAME "/"
#define DISCOVERY "/sys/kernel/debug/ipmi_si/discovery"

#define STARVE "/sys/module/starve/parameters/"

#define CMD_SET_ENABLES 0x2e
#define CMD_GET_ENABLES 0x2f
#define CMD_CLEAR_FLAGS 0x30
#define CMD_GET_FLAGS 0x31
#define CMD_READ_EVENT 0x35
#define CMD_BT_CAPABILITIES 0x36

#define FLAG_PRETIMEOUT "08"

static int fd;

static long counter(const char *name)
{
	return file_number(DEVICE "%s", name);
}

static long asked(int cmd)
{
	return bmc_number("count %x %x", NETFN_APP, cmd);
}

/*
 * The BMC forgets its enables. Where there are interrupts, that of the control's own answer may
 * be missed, and looked for; what follows is not to see that.
 */
static void lapse(void)
{
	bmc_line("lapse");
	usleep(200000);
}

/* The driver forgets the BMC, and gets to know it anew. */
static void meet_again(void)
{
	close(fd);
	EXPECT_EQ(file_write(DRIVER "/unbind", NAME), 0);
	EXPECT_EQ(file_write(DRIVER "/bind", NAME), 0);
	fd = ipmi_must_open(0);
}

static int ask(void)
{
	struct reply r;
	int ret = ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r);

	return ret ?: r.data[0];
}

static void what_is_asked_at_first(void)
{
	char order[256] = "", want[64];
	struct wire w;
	int n = 0;

	lapse();
	bmc_line("forget");
	meet_again();
	EXPECT(bmc_enables_become(ALL_ENABLES, all_enables()));
	EXPECT_EQ(asked(CMD_BT_CAPABILITIES), 0);
	/* A pre-timeout of the last system is none of this one's. */
	REQUIRE(EXPECT(bmc_wire(NETFN_APP, CMD_CLEAR_FLAGS, 0, &w)));
	EXPECT_HEX(w.data, w.len, FLAG_PRETIMEOUT);
	/* What there is, for an event buffer; and once more, for the interrupts. */
	for (int back = 60; back >= 0 && n < 240; back--)
		if (bmc_wire(NETFN_APP, -1, back, &w) && w.cmd >= CMD_SET_ENABLES &&
		    w.cmd <= CMD_CLEAR_FLAGS)
			n += sprintf(order + n, " %02x", w.cmd);
	snprintf(want, sizeof(want), " 2f%s 30 2f%s", has_irq() ? "" : " 2e",
		 has_irq() ? " 2e" : "");
	if (!EXPECT(n >= (int)strlen(want)) || !EXPECT_STR(order + n - strlen(want), want))
		ktap_note("all of it:%s", order);
}

/* The report of discovery tells at which try it came up. */
static void comes_up_at(int try, const char *fault)
{
	bmc_line("fault %s", fault);
	meet_again();
	bmc_line("nofaults");
	if (!EXPECT_EQ(run("tail -n 2 " DISCOVERY " | grep -q 'up as ipmi0, at try %d$'", try), 0)) {
		run("tail -n 2 " DISCOVERY);
		ktap_note("%s: %s", fault, output());
	}
}

/* An answer to something else is none; one that says "not now" is that of a BMC. */
static void who_is_there(void)
{
	comes_up_at(3, "cmd netfn=06 cmd=01 n=2");
	comes_up_at(2, "netfn netfn=06 cmd=01 n=1");
	comes_up_at(1, "cc netfn=06 cmd=01 n=1 arg=210");
}

/* Where it cannot be had, nobody asks for it again. */
static void no_event_buffer(void)
{
	/* where there are interrupts, the first Get and Set are those of the end */
	static const char *const faults[] = { "cc netfn=06 cmd=2f n=1 arg=193",
					      "cmd netfn=06 cmd=2f n=1",
					      "netfn netfn=06 cmd=2f n=1",
					      "cc netfn=06 cmd=2e n=1 arg=204" };

	for (unsigned int i = 0; i < ARRAY_SIZE(faults); i++) {
		bmc_line("fault %s skip=%d", faults[i], has_irq());
		meet_again();
		if (!EXPECT(bmc_enables_become(ALL_ENABLES, has_irq() ? 1 : 0)))
			ktap_note("%s", faults[i]);
		bmc_line("nofaults");
	}
	meet_again();
	EXPECT(bmc_enables_become(ALL_ENABLES, all_enables()));
}

/* A BMC that refuses is asked once, and is found out if its interrupt does not come then. */
static void refused_enables(void)
{
	bmc_line("fault cc netfn=06 cmd=2e arg=204");
	lapse();
	bmc_line("forget");
	meet_again();
	bmc_line("delay 20");
	for (int i = 0; i < 10; i++)
		EXPECT_EQ(ask(), 0);
	bmc_line("delay 0");
	/* at the end of the last driver; for the event buffer; and for the interrupts */
	EXPECT(asked(CMD_SET_ENABLES) >= 2 && asked(CMD_SET_ENABLES) <= 5);
	EXPECT_EQ(bmc_enables() & ALL_ENABLES, 0);
	EXPECT_EQ(counter("interrupts_enabled"), 0);
	bmc_line("nofaults");
	meet_again();
	EXPECT(bmc_enables_become(ALL_ENABLES, all_enables()));
	EXPECT_EQ(counter("interrupts_enabled"), 1);
}

static bool reaches(const char *name, long want)
{
	for (double end = now() + 5; now() < end && counter(name) < want; usleep(10000))
		;
	return counter(name) >= want;
}

/* Each of what is counted, by what makes it count. */
static void each_counter(void)
{
	static const char *const names[] = {
		"events", "incoming_messages", "watchdog_pretimeouts", "attentions",
		"flag_fetches", "complete_transactions", "idles", "hosed_count",
	};
	static const struct {
		const char *line;
		int counts; /* which of the first three */
	} causes[] = {
		{ "events 1", 0 }, { "message 0 aa bb", 1 }, { "flags " FLAG_PRETIMEOUT, 2 },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(causes); i++) {
		long before[ARRAY_SIZE(names)];

		for (unsigned int n = 0; n < ARRAY_SIZE(names); n++)
			before[n] = counter(names[n]);
		bmc_line("%s", causes[i].line);
		EXPECT(reaches(names[causes[i].counts], before[causes[i].counts] + 1));
		for (int n = 0; n < 3; n++)
			EXPECT_EQ(counter(names[n]), before[n] + (n == causes[i].counts));
		EXPECT(counter("attentions") > before[3]);
		EXPECT(counter("flag_fetches") > before[4]);
		EXPECT(counter("flag_fetches") < before[4] + 6);
		/* the line, the flags, what they are about, and whether there is more of it */
		EXPECT(reaches("complete_transactions", before[5] + 3));
		EXPECT(counter("complete_transactions") < before[5] + 20);
		EXPECT(reaches("idles", before[6] + 1));
		EXPECT_EQ(counter("hosed_count"), before[7]);
	}
	bmc_line("flags 00");
}

/* How the waits for a slow BMC are counted. */
static void counted_waits(void)
{
	long longs = counter("long_timeouts"), shorts = counter("short_timeouts");

	bmc_line("delay 20");
	for (int i = 0; i < 20; i++)
		EXPECT_EQ(ask(), 0);
	bmc_line("delay 0");
	longs = counter("long_timeouts") - longs;
	shorts = counter("short_timeouts") - shorts;
	/* where an interrupt ends them, and where a timer does */
	if (!EXPECT(has_irq() ? longs >= 20 : shorts >= 20) ||
	    !EXPECT(has_irq() ? shorts < 200 : longs < 10))
		ktap_note("%ld long, %ld short", longs, shorts);
}

/* Answers to something else are not taken for those that were asked for. */
static void flags_of_another_answer(void)
{
	int order[4] = { 0 }, n = 0, listen = 1;
	struct wire w;
	struct reply r;

	EXPECT_EQ(ioctl(fd, IPMICTL_SET_GETS_EVENTS_CMD, &listen), 0);
	ipmi_drain(fd, 100);
	bmc_line("fault cmd netfn=06 cmd=31 n=1");
	bmc_line("forget");
	bmc_line("events 1");
	if (EXPECT_EQ(ipmi_next(fd, ANSWER_MS, &r), 0))
		EXPECT_EQ(r.recv_type, IPMI_ASYNC_EVENT_RECV_TYPE);
	for (int back = 40; back >= 0 && n < 4; back--)
		if (bmc_wire(NETFN_APP, -1, back, &w) &&
		    (w.cmd == CMD_GET_FLAGS || w.cmd == CMD_READ_EVENT))
			order[n++] = w.cmd;
	EXPECT_EQ(order[0], CMD_GET_FLAGS);
	EXPECT_EQ(order[1], CMD_GET_FLAGS);
	EXPECT_EQ(order[2], CMD_READ_EVENT);
	bmc_line("nofaults");
	listen = 0;
	EXPECT_EQ(ioctl(fd, IPMICTL_SET_GETS_EVENTS_CMD, &listen), 0);
}

/* Without memory for it, what the BMC has to tell stays there, and comes when there is some. */
static void nothing_is_lost_without_memory(void)
{
	static const char *const lines[] = { "events 1", "message 0 aa bb" };
	static const char *const counters[] = { "events", "incoming_messages" };
	static const int cmds[] = { CMD_READ_EVENT, CMD_GET_MESSAGE };

	if (run("insmod /vm/modules/starve.ko")) {
		EXPECT_STR(output(), "");
		return;
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(lines); i++) {
		long before = counter(counters[i]), fetches;

		/* room for one more is left over from it, which the next one gets */
		bmc_line("%s", lines[i]);
		EXPECT(reaches(counters[i], before + 1));
		usleep(200000);
		EXPECT_EQ(file_write(STARVE "on", "Y"), 0);
		before = counter(counters[i]);
		bmc_line("%s", lines[i]);
		usleep(300000);
		bmc_line("forget");
		fetches = counter("flag_fetches");
		bmc_line("%s", lines[i]);
		sleep(1);
		EXPECT_EQ(counter(counters[i]), before + 1);
		EXPECT(file_number(STARVE "refused") > 0);
		EXPECT_EQ(asked(cmds[i]), 0);
		fetches = counter("flag_fetches") - fetches;
		if (!EXPECT(fetches >= 1 && fetches <= 15))
			ktap_note("%ld looks at the flags in a second", fetches);
		EXPECT_EQ(file_write(STARVE "on", "N"), 0);
		EXPECT(reaches(counters[i], before + 2));
	}
	EXPECT_EQ(run("rmmod starve"), 0);
	bmc_line("flags 00");
}

static const struct ktap_case cases[] = {
	KTAP_CASE(what_is_asked_at_first),
	KTAP_CASE(who_is_there),
	KTAP_CASE(no_event_buffer),
	KTAP_CASE(each_counter),
	KTAP_CASE(counted_waits),
	KTAP_CASE(flags_of_another_answer),
	KTAP_CASE(nothing_is_lost_without_memory),
	/* the last one is about interrupts */
	KTAP_CASE(refused_enables),
};

int main(void)
{
	keep_acpi_ipmi_out();
	fd = ipmi_must_open(0);
	return ktap_main(cases, ARRAY_SIZE(cases) - !has_irq());
}
