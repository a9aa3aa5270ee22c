// SPDX-License-Identifier: GPL-2.0-only
/*
 * The trace events and the core's counters: every stage of a message tells of it, under
 * the number its user gave it, and what is counted is what happened.
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

#define TRACING "/sys/kernel/tracing"
#define STATS "/sys/class/ipmi/ipmi0/device/ipmi_stats"
#define EVENT_LEN 16
#define LINE 1024 /* with the bytes of the longest message */

static int fd;
static char *log_text;

static void forget(void)
{
	/* What is written there does not matter; to open it so does. */
	run(": >" TRACING "/trace");
}

static void snapshot(void)
{
	free(log_text);
	run("cat " TRACING "/trace");
	log_text = strdup(output());
}

/* A line of the log: where it is, "" if there is none; how many there are. */
struct line {
	const char *at;
	char text[LINE];
	int n;
};

/* The first line of an event that has a text in it. */
static struct line find(const char *event, const char *format, long value)
{
	struct line found = { .at = "" };
	char begin[64], has[64];

	snprintf(begin, sizeof(begin), " %s: ", event);
	snprintf(has, sizeof(has), format, value);
	for (const char *at = log_text; at && *at; at = strchr(at, '\n') + 1) {
		size_t n = strcspn(at, "\n");
		char text[LINE];

		snprintf(text, sizeof(text), "%.*s ", (int)n, at);
		if (strstr(text, begin) && strstr(text, has)) {
			if (!found.n++) {
				found.at = at;
				strcpy(found.text, text);
			}
		}
		if (!at[n])
			break;
	}
	return found;
}

static struct line by_msgid(const char *event, long msgid)
{
	return find(event, " msgid=%ld ", msgid);
}

static bool has(const struct line *line, const char *text)
{
	if (!strstr(line->text, text)) {
		ktap_note("not \"%s\": %s", text, line->text);
		return false;
	}
	return true;
}

static long field(const struct line *line, const char *name)
{
	char begin[32];
	const char *at;

	snprintf(begin, sizeof(begin), " %s=", name);
	at = strstr(line->text, begin);
	return at ? strtol(at + strlen(begin), NULL, 0) : -1000;
}

static const char *word(const struct line *line, const char *name)
{
	static char text[2][LINE];
	static int turn;
	char begin[32];
	const char *at;

	snprintf(begin, sizeof(begin), " %s=", name);
	at = strstr(line->text, begin);
	turn = !turn;
	snprintf(text[turn], sizeof(text[turn]), "%.*s", at ? (int)strcspn(at + strlen(begin), " ") : 0,
		 at ? at + strlen(begin) : "");
	return text[turn];
}

static long count(const char *name)
{
	return file_number(STATS "/%s", name);
}

static void there_are_eight(void)
{
	static const char *const events[] = {
		"ipmi_request", "ipmi_send", "ipmi_receive", "ipmi_deliver",
		"ipmi_drop",	"ipmi_start", "ipmi_end",    "ipmi_bmc",
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(events); i++)
		EXPECT_EQ(file_mode(TRACING "/events/ipmi/%s/format", events[i]), 0440);
	EXPECT_EQ(run("ls -d " TRACING "/events/ipmi/ipmi_* | wc -l"), 0);
	EXPECT_STR(output(), "8\n");
}

static void nothing_is_traced_by_itself(void)
{
	struct reply r;

	forget();
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	snapshot();
	EXPECT(!strstr(log_text, " ipmi_"));
	EXPECT_EQ(file_write(TRACING "/events/ipmi/enable", "1"), 0);
}

static bool hex_is(const char *hex, const unsigned char *bytes, int len)
{
	char byte[3];

	for (int i = 0; i < len; i++) {
		snprintf(byte, sizeof(byte), "%02x", bytes[i]);
		if (strncmp(hex + 2 * i, byte, 2))
			return false;
	}
	return (int)strlen(hex) == 2 * len;
}

/* The longest message that can be: all of it is there. */
static void all_of_a_long_one(void)
{
	unsigned char data[200];
	struct line line;
	struct reply r;

	for (unsigned int i = 0; i < sizeof(data); i++)
		data[i] = i * 7;
	forget();
	REQUIRE(EXPECT_EQ(ipmi_send(fd, 5151, NETFN_OEM, CMD_ECHO, data, sizeof(data)), 0));
	REQUIRE(EXPECT_EQ(ipmi_next(fd, ANSWER_MS, &r), 0));
	snapshot();
	line = by_msgid("ipmi_request", 5151);
	EXPECT(hex_is(word(&line, "data"), data, sizeof(data)));
	line = by_msgid("ipmi_send", 5151);
	EXPECT(!strncmp(word(&line, "bytes"), "b87f", 4));
	EXPECT(hex_is(word(&line, "bytes") + 4, data, sizeof(data)));
}

/* Three answers of 20 ms each, of requests that wait for each other. */
static void how_long_they_took(void)
{
	long requests, request_us, bmc_us;
	struct reply r;

	bmc_line("delay 20");
	requests = count("requests");
	request_us = count("request_us_total");
	bmc_us = count("bmc_us_total");
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(ipmi_send(fd, i, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	/* what is under way counts as far as it has come */
	usleep(5000);
	EXPECT(count("request_us_total") - request_us >= 3 * 4000);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(ipmi_next(fd, ANSWER_MS, &r), 0);
	EXPECT_EQ(count("requests"), requests + 3);
	bmc_us = count("bmc_us_total") - bmc_us;
	request_us = count("request_us_total") - request_us;
	EXPECT(bmc_us >= 3 * 19000);
	/* 20, 40 and 60 ms */
	EXPECT(request_us >= 2 * bmc_us - 3000);
	EXPECT(request_us <= 3 * bmc_us + 3000);
	/* nothing is under way now, and the time goes on without them */
	bmc_us = count("bmc_us_total");
	request_us = count("request_us_total");
	usleep(50000);
	EXPECT_EQ(count("bmc_us_total"), bmc_us);
	EXPECT_EQ(count("request_us_total"), request_us);
	bmc_line("delay 0");
}

static void one_request_by_its_number(void)
{
	static const char *const stages[] = {
		"ipmi_request", "ipmi_send", "ipmi_start", "ipmi_end", "ipmi_receive", "ipmi_deliver",
	};
	const long msgid = 424242;
	struct line line, before = { .at = "" };
	struct reply r;

	forget();
	REQUIRE(EXPECT_EQ(ipmi_send(fd, msgid, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0));
	REQUIRE(EXPECT_EQ(ipmi_next(fd, ANSWER_MS, &r), 0));
	snapshot();
	for (unsigned int i = 0; i < ARRAY_SIZE(stages); i++) {
		line = by_msgid(stages[i], msgid);
		if (!EXPECT_EQ(line.n, 1)) {
			ktap_note("that is %s; the trace:\n%s", stages[i], log_text);
			return;
		}
		EXPECT_EQ(field(&line, "intf"), 0);
		EXPECT_EQ(field(&line, "cmd"), CMD_GET_DEVICE_ID);
		EXPECT_EQ(field(&line, "netfn"), i < 3 ? NETFN_APP : i == 3 ? NETFN_APP : NETFN_APP | 1);
		EXPECT_EQ(field(&line, "len"), i < 3 ? 0 : r.len);
		if (i >= 3)
			EXPECT_EQ(field(&line, "cc"), 0);
		if (i) {
			EXPECT(line.at > before.at);
			EXPECT_STR(word(&line, "id"), word(&before, "id"));
		}
		before = line;
	}
	EXPECT_EQ(strspn(word(&line, "id"), "0123456789abcdef"), 8);
	EXPECT(strcmp(word(&line, "id"), "00000000"));
	EXPECT_EQ(field(&line, "pid"), getpid());
	EXPECT(has(&line, " type=answer "));
	EXPECT(hex_is(word(&line, "data"), r.data, r.len));
	line = by_msgid("ipmi_send", msgid);
	EXPECT_STR(word(&line, "bytes"), "1801");
	line = by_msgid("ipmi_receive", msgid);
	EXPECT(!strncmp(word(&line, "bytes"), "1c01", 4));
	EXPECT(hex_is(word(&line, "bytes") + 4, r.data, r.len));
	line = by_msgid("ipmi_request", msgid);
	EXPECT_STR(word(&line, "data"), "");
	EXPECT_EQ(field(&line, "pid"), getpid());
	EXPECT(has(&line, " to=bmc "));
	EXPECT_EQ(field(&line, "channel"), IPMI_BMC_CHANNEL);
	EXPECT_EQ(field(&line, "urgent"), 0);
	EXPECT_EQ(field(&line, "error"), 0);
	line = by_msgid("ipmi_end", msgid);
	EXPECT(has(&line, " verdict=answered "));
	EXPECT(field(&line, "looks") > 0);
	EXPECT(field(&line, "total_us") >= field(&line, "waited_us"));
	EXPECT_EQ(find("ipmi_drop", " intf=%ld ", 0).n, 0);
}

static void the_time_of_an_answer(void)
{
	struct line line;
	struct reply r;

	bmc_line("delay 20");
	forget();
	EXPECT_EQ(ipmi_send(fd, 20000, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	EXPECT_EQ(ipmi_next(fd, ANSWER_MS, &r), 0);
	snapshot();
	bmc_line("delay 0");
	line = by_msgid("ipmi_end", 20000);
	EXPECT(field(&line, "waited_us") >= 19000);
	EXPECT(field(&line, "total_us") < 2000000);
}

static void a_refused_request(void)
{
	long before = count("sent_invalid_commands");
	struct line line;

	forget();
	EXPECT_EQ(ipmi_send(fd, 31, NETFN_APP | 1, CMD_GET_DEVICE_ID, NULL, 0), -EINVAL);
	snapshot();
	line = by_msgid("ipmi_request", 31);
	EXPECT_EQ(field(&line, "error"), -EINVAL);
	EXPECT_EQ(by_msgid("ipmi_send", 31).n, 0);
	EXPECT_EQ(count("sent_invalid_commands"), before + 1);
}

static void an_answer_whose_user_has_left(void)
{
	long before = count("unhandled_local_responses");
	struct line line;
	double end = now() + 5;
	int other = ipmi_open(0);

	bmc_line("delay 300");
	forget();
	EXPECT_EQ(ipmi_send(other, 777, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	close(other);
	do {
		usleep(20000);
		snapshot();
		line = by_msgid("ipmi_drop", 777);
	} while (!line.n && now() < end);
	bmc_line("delay 0");
	EXPECT(has(&line, " reason=user-gone "));
	EXPECT_EQ(field(&line, "pid"), getpid());
	EXPECT_EQ(by_msgid("ipmi_deliver", 777).n, 0);
	EXPECT_EQ(count("unhandled_local_responses"), before + 1);
}

/* Through a bridge it travels in a message of another number. */
static void a_bridged_request_by_its_number(void)
{
	long sent = count("sent_ipmb_commands"), handled = count("handled_ipmb_responses");
	struct ipmi_ipmb_addr addr;
	struct line request, send, line;
	struct reply r;

	bmc_line("satellite %x answer", SATELLITE);
	forget();
	ipmi_ipmb(&addr, 0, SATELLITE, 0);
	REQUIRE(EXPECT_EQ(ipmi_send_to(fd, &addr, sizeof(addr), 555, NETFN_APP, CMD_GET_DEVICE_ID,
				       NULL, 0),
			  0));
	REQUIRE(EXPECT_EQ(ipmi_next(fd, ANSWER_MS, &r), 0));
	snapshot();
	request = by_msgid("ipmi_request", 555);
	EXPECT(has(&request, " to=ipmb "));
	send = by_msgid("ipmi_send", 555);
	EXPECT_EQ(field(&send, "cmd"), CMD_SEND_MESSAGE);
	EXPECT_STR(word(&send, "id"), word(&request, "id"));
	line = by_msgid("ipmi_end", field(&send, "wire"));
	EXPECT_EQ(field(&line, "cmd"), CMD_SEND_MESSAGE);
	line = by_msgid("ipmi_receive", 555);
	EXPECT_EQ(field(&line, "cmd"), CMD_SEND_MESSAGE);
	line = by_msgid("ipmi_deliver", 555);
	EXPECT_STR(word(&line, "id"), word(&request, "id"));
	EXPECT_EQ(field(&line, "cmd"), CMD_GET_DEVICE_ID);
	EXPECT_EQ(count("sent_ipmb_commands"), sent + 1);
	EXPECT_EQ(count("handled_ipmb_responses"), handled + 1);
}

static void a_late_answer(void)
{
	long late = count("late_responses"), timed_out = count("timed_out_ipmb_commands");
	struct ipmi_ipmb_addr addr;
	struct line line;
	struct reply r;

	bmc_line("satellite %x late n=1 arg=1500", SATELLITE);
	forget();
	ipmi_ipmb(&addr, 0, SATELLITE, 0);
	EXPECT_EQ(ipmi_send_timed(fd, &addr, sizeof(addr), 556, NETFN_APP, CMD_GET_DEVICE_ID, NULL,
				  0, 0, 300),
		  0);
	EXPECT_EQ(ipmi_next(fd, ANSWER_MS, &r), 0);
	EXPECT_EQ(r.data[0], IPMI_TIMEOUT_COMPLETION_CODE);
	EXPECT_EQ(ipmi_drain(fd, 2500), 0);
	snapshot();
	line = by_msgid("ipmi_deliver", 556);
	EXPECT_EQ(field(&line, "cc"), IPMI_TIMEOUT_COMPLETION_CODE);
	line = find("ipmi_drop", " reason=late ", 0);
	EXPECT_EQ(line.n, 1);
	EXPECT_EQ(count("timed_out_ipmb_commands"), timed_out + 1);
	EXPECT_EQ(count("late_responses"), late + 1);
}

static void a_command_nobody_wants(void)
{
	long before = count("unhandled_commands");
	struct line line;

	forget();
	bmc_line("ipmb 0 %x 2 11 30 55", SATELLITE);
	EXPECT_EQ(ipmi_drain(fd, 1500), 0);
	snapshot();
	line = find("ipmi_drop", " reason=unclaimed ", 0);
	EXPECT_EQ(line.n, 1);
	EXPECT_EQ(field(&line, "netfn"), 0x30);
	EXPECT_EQ(field(&line, "cmd"), 0x55);
	EXPECT_EQ(field(&line, "msgid"), 0x11);
	EXPECT_EQ(count("unhandled_commands"), before + 1);
}

static void events_without_a_listener(void)
{
	long events = count("events"), lost = count("lost_events");
	double end = now() + 10;

	forget();
	bmc_line("events 28");
	while (count("events") < events + 28 && now() < end)
		usleep(20000);
	EXPECT_EQ(count("events"), events + 28);
	EXPECT_EQ(count("lost_events"), lost + 3);
	snapshot();
	EXPECT_EQ(find("ipmi_drop", " reason=no-room ", 0).n, 3);
}

/* What is no answer has no completion code. */
static void an_event_with_a_listener(void)
{
	int on = 1, off = 0;
	struct line line;
	struct reply r;

	EXPECT_EQ(ioctl(fd, IPMICTL_SET_GETS_EVENTS_CMD, &on), 0);
	ipmi_drain(fd, 500);
	forget();
	bmc_line("events 1");
	EXPECT_EQ(ipmi_next(fd, ANSWER_MS, &r), 0);
	snapshot();
	line = find("ipmi_deliver", " type=event ", 0);
	EXPECT_EQ(line.n, 1);
	EXPECT(has(&line, " cc=-1 "));
	EXPECT_EQ(field(&line, "len"), EVENT_LEN);
	EXPECT_EQ(field(&line, "pid"), getpid());
	EXPECT_EQ(ioctl(fd, IPMICTL_SET_GETS_EVENTS_CMD, &off), 0);
}

static void what_is_counted(void)
{
	long sent = count("sent_local_commands"), handled = count("handled_local_responses");
	long refused = count("refused_requests"), users = count("refused_users");
	int others[40], n;
	struct reply r;

	for (int i = 0; i < 5; i++)
		EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	/* the driver itself may ask at any time */
	EXPECT(count("sent_local_commands") >= sent + 5 && count("sent_local_commands") < sent + 9);
	EXPECT(count("handled_local_responses") >= handled + 5);

	for (n = 0; n < 150; n++)
		if (ipmi_send(fd, n, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0))
			break;
	EXPECT_EQ(n, 100);
	EXPECT_EQ(count("refused_requests"), refused + 1);
	EXPECT_EQ(ipmi_drain(fd, 500), 100);

	for (n = 0; n < 40; n++) {
		others[n] = ipmi_open_now(0);
		if (others[n] < 0)
			break;
	}
	EXPECT_EQ(others[n], -EBUSY);
	EXPECT_EQ(count("refused_users"), users + 1);
	while (n--)
		close(others[n]);
}

static void counters_are_files(void)
{
	int n = 0, bad = 0;
	char *names, *name, *rest;

	REQUIRE(EXPECT_EQ(run("ls " STATS), 0));
	rest = names = strdup(output());
	while ((name = strsep(&rest, "\n"))) {
		if (!*name)
			continue;
		n++;
		bad += file_mode(STATS "/%s", name) != 0444 || count(name) < 0;
	}
	free(names);
	EXPECT(n >= 30);
	EXPECT_EQ(bad, 0);
}

/* A PCI function whose I/O space is off reads as FFh. */
static void decode(bool on)
{
	static const char *const find = "dirname $(grep -l 0x0c0701 /sys/bus/pci/devices/*/class)";

	run("printf '\\%o' | dd of=$(%s)/config bs=1 seek=4 conv=notrunc", on ? 3 : 2, find);
}

static void away_and_back(void)
{
	struct line line;
	struct reply r;
	double end;

	EXPECT_EQ(file_write(TRACING "/events/ipmi/enable", "1"), 0);
	decode(false);
	EXPECT_EQ(ipmi_send(fd, 901, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	EXPECT_EQ(ipmi_next(fd, ANSWER_MS, &r), 0);
	EXPECT(r.data[0] != 0);
	/* Now it is known, and nobody waits. */
	EXPECT_EQ(ipmi_send(fd, 902, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	EXPECT_EQ(ipmi_next(fd, 500, &r), 0);
	snapshot();
	line = by_msgid("ipmi_end", 901);
	EXPECT(has(&line, " verdict=failed "));
	EXPECT(has(&line, " cause=absent "));
	EXPECT(has(&line, " status=0xff "));
	line = by_msgid("ipmi_end", 902);
	EXPECT(has(&line, " verdict=away "));
	EXPECT_EQ(by_msgid("ipmi_start", 902).n, 0);
	line = find("ipmi_bmc", " state=away ", 0);
	EXPECT_EQ(line.n, 1);
	EXPECT_EQ(field(&line, "intf"), 0);
	EXPECT(has(&line, " cause=absent "));
	EXPECT_EQ(run("cat /sys/kernel/debug/ipmi_si/discovery"), 0);
	EXPECT(strstr(output(), "up as ipmi0, at try 1, but its BMC has not answered for "));

	decode(true);
	for (end = now() + 10; now() < end; usleep(100000)) {
		snapshot();
		line = find("ipmi_bmc", " state=back ", 0);
		if (line.n)
			break;
	}
	EXPECT_EQ(line.n, 1);
	EXPECT(field(&line, "after_ms") > 0);
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	run("cat /sys/kernel/debug/ipmi_si/discovery");
	EXPECT(!strstr(output(), "has not answered"));
}

static const struct ktap_case cases[] = {
	KTAP_CASE(there_are_eight),
	KTAP_CASE(nothing_is_traced_by_itself),
	KTAP_CASE(one_request_by_its_number),
	KTAP_CASE(all_of_a_long_one),
	KTAP_CASE(how_long_they_took),
	KTAP_CASE(the_time_of_an_answer),
	KTAP_CASE(a_refused_request),
	KTAP_CASE(an_answer_whose_user_has_left),
	KTAP_CASE(a_bridged_request_by_its_number),
	KTAP_CASE(a_late_answer),
	KTAP_CASE(a_command_nobody_wants),
	KTAP_CASE(events_without_a_listener),
	KTAP_CASE(an_event_with_a_listener),
	KTAP_CASE(what_is_counted),
	KTAP_CASE(counters_are_files),
};

static const struct ktap_case away_cases[] = {
	KTAP_CASE(away_and_back),
};

int main(int argc, char **argv)
{
	run("[ -e " TRACING "/trace ] || mount -t tracefs tracefs " TRACING);
	fd = ipmi_must_open(0);
	if (argc > 1 && !strcmp(argv[1], "away"))
		return ktap_main(away_cases, ARRAY_SIZE(away_cases));
	return ktap_main(cases, ARRAY_SIZE(cases));
}
