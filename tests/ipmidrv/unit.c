// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parts of ipmidrv that need no machine: trace events of any contents, requests and answers,
 * secrets, the file for Wireshark. Prints KTAP.
 *
 * usage: unit [FILE.pcap]     also writes that file
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "exchange.h"
#include "ipmidrv.h"
#include "names.h"
#include "pcap.h"
#include "tally.h"
#include "text.h"

struct options opt = { .device = -1 };
const char *command_name = "unit";

static unsigned int number, failed, complaints;

#define EXPECT(holds)                                                                             \
	do {                                                                                      \
		if (!(holds) && complaints++ < 10)                                                \
			printf("# %s:%d: not so: %s\n", __FILE__, __LINE__, #holds);              \
	} while (0)

static void run(const char *name, void (*test)(void))
{
	complaints = 0;
	test();
	failed += !!complaints;
	printf("%s %u - ipmidrv: %s\n", complaints ? "not ok" : "ok", ++number, name);
}

static const char request_format[] =
	"name: ipmi_request\n"
	"ID: 77\n"
	"format:\n"
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n"
	"\n"
	"\tfield:int intf;\toffset:8;\tsize:4;\tsigned:1;\n"
	"\tfield:pid_t pid;\toffset:12;\tsize:4;\tsigned:1;\n"
	"\tfield:u32 id;\toffset:16;\tsize:4;\tsigned:0;\n"
	"\tfield:long msgid;\toffset:24;\tsize:8;\tsigned:1;\n"
	"\tfield:u8 netfn;\toffset:32;\tsize:1;\tsigned:0;\n"
	"\tfield:u8 cmd;\toffset:33;\tsize:1;\tsigned:0;\n"
	"\tfield:__data_loc u8[] data;\toffset:36;\tsize:4;\tsigned:0;\n"
	"\tfield:int error;\toffset:40;\tsize:4;\tsigned:1;\n"
	"\n"
	"print fmt: \"%d\", REC->intf\n";

static struct tep_event *parse(struct tep_handle *tep)
{
	static char text[sizeof(request_format)];

	memcpy(text, request_format, sizeof(text));
	tep_set_file_bigendian(tep, TEP_LITTLE_ENDIAN);
	tep_set_local_bigendian(tep, TEP_LITTLE_ENDIAN);
	tep_set_long_size(tep, 8);
	if (tep_parse_event(tep, text, strlen(text), "ipmi"))
		abort();
	return tep_find_event_by_name(tep, "ipmi", "ipmi_request");
}

/* Each length of a record, each place of its bytes: nothing outside of it is read. */
static void test_hostile_records(void)
{
	struct tep_handle *tep = tep_alloc();
	struct tep_event *format = parse(tep);
	static const unsigned int places[] = { 0,	   0x0004002c, 0xffff0000, 0xffffffff,
					       0x0001ffff, 0x0005002c, 0x0030002c };

	for (int size = 0; size <= 48; size++) {
		for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
			/* what lies behind the record would be seen in the numbers */
			unsigned char data[80];
			struct tep_record record = { .ts = 5, .size = size, .data = data };
			struct event event;

			memset(data, 0xa5, sizeof(data));
			if (size >= 40)
				memcpy(data + 36, &places[i], 4);
			EXPECT(event_decode(&event, format, &record));
			EXPECT(!event.nr_bytes || (event.bytes >= data &&
						   event.bytes + event.nr_bytes <= data + size));
			EXPECT(event.has_bytes == (size >= 40));
			EXPECT((event.intf == -1) == (size < 12) && !event.pid == (size < 16));
			EXPECT(!event.id == (size < 20) && !event.msgid == (size < 32));
			EXPECT(!event.netfn == (size < 33) && !event.cmd == (size < 34) &&
			       !event.error == (size < 44));
		}
	}
	tep_free(tep);
}

static void test_decode(void)
{
	struct tep_handle *tep = tep_alloc();
	struct tep_event *format = parse(tep);
	unsigned char data[48] = { 0 };
	struct tep_record record = { .ts = 1234, .size = sizeof(data), .data = data };
	int intf = -1, pid = 8123, error = -12;
	unsigned int id = 0xfedcba98, place = 0x0003002c;
	long long msgid = -7;
	struct event event;

	memcpy(data + 8, &intf, 4);
	memcpy(data + 12, &pid, 4);
	memcpy(data + 16, &id, 4);
	memcpy(data + 24, &msgid, 8);
	data[32] = 0x0a;
	data[33] = 0x23;
	memcpy(data + 36, &place, 4);
	memcpy(data + 40, &error, 4);
	memcpy(data + 44, "\1\2\3", 4);
	EXPECT(event_decode(&event, format, &record));
	EXPECT(event.kind == EVENT_REQUEST && event.ns == 1234 && event.intf == -1 &&
	       event.pid == 8123);
	EXPECT(event.id == 0xfedcba98 && event.msgid == -7 && event.netfn == 0x0a &&
	       event.cmd == 0x23);
	EXPECT(event.error == -12 && event.cc == -1);
	EXPECT(!event.whole && event.nr_bytes == 3 && !memcmp(event.bytes, "\1\2\3", 3));
	tep_free(tep);
}

static struct exchanges exchanges;

static enum exchange_step feed(enum event_kind kind, unsigned int id, unsigned long long us, int cc,
			       struct exchange *x)
{
	struct event event = { .kind = kind,
			       .id = id,
			       .ns = us * 1000,
			       .netfn = 6,
			       .cmd = 1,
			       .cc = cc,
			       .type = 1,
			       .total_us = 40 };

	return exchange_take(&exchanges, &event, x);
}

static void test_exchange(void)
{
	struct exchange x;

	memset(&exchanges, 0, sizeof(exchanges));
	EXPECT(feed(EVENT_DELIVER, 5, 1, 0, &x) == STEP_NONE);
	EXPECT(feed(EVENT_REQUEST, 5, 100, -1, &x) == STEP_ASKED);
	EXPECT(feed(EVENT_REQUEST, 6, 101, -1, &x) == STEP_ASKED);
	EXPECT(feed(EVENT_START, 5, 110, -1, &x) == STEP_STARTED);
	EXPECT(feed(EVENT_START, 9, 111, -1, &x) == STEP_NONE);
	EXPECT(feed(EVENT_SEND, 5, 112, -1, &x) == STEP_SEEN &&
	       feed(EVENT_SEND, 9, 112, -1, &x) == STEP_NONE);
	EXPECT(feed(EVENT_END, 5, 150, 0, &x) == STEP_ENDED);
	EXPECT(feed(EVENT_DELIVER, 5, 160, 0, &x) == STEP_OVER);
	EXPECT(x.total_us == 60 && x.bmc_us == 40 && x.queue_us == 10 && !x.cc &&
	       !exchange_failed(&x));
	EXPECT(feed(EVENT_DELIVER, 5, 160, 0, &x) == STEP_NONE);
	EXPECT(feed(EVENT_DROP, 6, 200, 0xc1, &x) == STEP_OVER);
	EXPECT(x.dropped && x.cc == 0xc1 && exchange_failed(&x));
	/* what the driver asks for itself */
	EXPECT(feed(EVENT_START, 0, 300, -1, &x) == STEP_STARTED);
	EXPECT(feed(EVENT_END, 0, 350, 0, &x) == STEP_OVER && x.total_us == 50 && !strcmp(x.name, "kernel"));
	EXPECT(!exchanges.count);
}

/* Requests that nobody answers do not fill the memory, and the newest are kept. */
static void test_exchange_many(void)
{
	struct exchange x;

	memset(&exchanges, 0, sizeof(exchanges));
	for (unsigned int i = 1; i <= EXCHANGES_MAX + 10; i++)
		EXPECT(feed(EVENT_REQUEST, i, i, -1, &x) == STEP_ASKED);
	EXPECT(exchanges.count == EXCHANGES_MAX);
	EXPECT(feed(EVENT_DELIVER, 10, 9000, 0, &x) == STEP_NONE);
	EXPECT(feed(EVENT_DELIVER, 11, 9000, 0, &x) == STEP_OVER);
	EXPECT(feed(EVENT_DELIVER, EXCHANGES_MAX + 10, 9000, 0, &x) == STEP_OVER);
}

static bool is_blank(unsigned int netfn, unsigned int cmd, const char *text, size_t len,
		     size_t blanked, int answer)
{
	unsigned char *data = malloc(len ?: 1);
	size_t n;
	bool rest = true;

	memcpy(data, text, len);
	n = blank_secrets(netfn, cmd, data, len, answer);
	for (size_t i = len - blanked; i < len; i++)
		rest &= !data[i];
	rest &= !memcmp(data, text, len - blanked);
	free(data);
	return n == blanked && rest;
}

static void test_tally(void)
{
	static struct tally tally;
	struct exchange x = { .pid = 7, .netfn = 6, .cmd = 1, .name = "seven" };

	tally_clear(&tally);
	EXPECT(!times_share(&tally.all, 50));
	for (unsigned int i = 1; i <= 100; i++) {
		x.total_us = 101 - i;
		tally_add(&tally, &x);
	}
	x = (struct exchange){
		.pid = 8, .netfn = 6, .cmd = 2, .cc = 0xc1, .total_us = 5000, .queue_us = 9
	};
	tally_add(&tally, &x);
	tally_sort(&tally, ORDER_RATE);
	EXPECT(tally.nr_programs == 2 && tally.programs[0].pid == 7 &&
	       tally.programs[0].times.count == 100);
	EXPECT(times_share(&tally.programs[0].times, 50) == 50 &&
	       times_share(&tally.programs[0].times, 95) == 95);
	EXPECT(times_share(&tally.programs[0].times, 100) == 100 && tally.errors == 1);
	EXPECT(tally.nr_commands == 2 && tally.commands[0].cmd == 2);
	tally_sort(&tally, ORDER_TIME);
	EXPECT(tally.programs[0].pid == 8 && tally.programs[0].waits_us == 9);
	tally_sort(&tally, ORDER_ERRORS);
	EXPECT(tally.programs[0].pid == 8);
	/* more programs, and more times, than there is room for */
	for (unsigned int i = 0; i < 3000; i++) {
		x.pid = 100 + i;
		tally_add(&tally, &x);
	}
	EXPECT(tally.nr_programs == TALLY_ROWS && tally.all.count == 3101);
	EXPECT(times_share(&tally.all, 100) == 5000);
}

static void test_secrets(void)
{
	/* Send Message: channel, address, NetFn and LUN, checksum, address, number, command */
	static const char sent[] = "\x40\x20\x18\xc8\x81\x04\x47\x02\x02secret";

	EXPECT(is_blank(6, 0x47, "\2\2password", 10, 8, 0));
	EXPECT(is_blank(7, 0x47, "\2\2password", 10, 8, 0));
	EXPECT(is_blank(6, 0x47, "\2", 1, 0, 0));
	EXPECT(is_blank(6, 0x01, "\2\2password", 10, 0, 0));
	EXPECT(is_blank(0x0c, 1, "\1\x10public", 8, 6, 0));
	EXPECT(is_blank(0x0c, 1, "\1\x03\xc0\xa8\1\1", 6, 0, 0));
	EXPECT(is_blank(0x0c, 2, "\x11public", 7, 6, 1));
	EXPECT(is_blank(6, 0x34, sent, sizeof(sent) - 1, 6, 0));
	for (size_t n = 0; n < 9; n++)
		EXPECT(is_blank(6, 0x34, sent, n, 0, 0));
	/* one in another: all of it */
	EXPECT(is_blank(6, 0x34, "\x40\x20\x18\xc8\x81\x04\x34\x40\x20\x18", 10, 3, 0));
	for (size_t n = 0; n < 12; n++)
		is_blank(6, 0x33, "\x40\x81\x1c\x63\x20\x04\x47\x00 abc", n, 0, 1);
}

static void test_escape(void)
{
	static const struct {
		const char *text, *shown;
	} rows[] = {
		{ "plain\n\ttext", "plain\n\ttext" },	   { "\033[2J", "\\x1b[2J" },
		{ "\xc3\xa4 \xe2\x82\xac", "\xc3\xa4 \xe2\x82\xac" }, { "\xff\xc0\x80", "\\xff\\xc0\\x80" },
		{ "\xc2\x9b", "\\xc2\\x9b" },		   { "\xe2\x80\xae", "\\xe2\\x80\\xae" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },	   { "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
		{ "\xe2\x82", "\\xe2\\x82" },		   { "\r\b\x7f", "\\x0d\\x08\\x7f" },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		char *shown = text_escape(rows[i].text);

		EXPECT(!strcmp(shown, rows[i].shown));
		free(shown);
	}
}

static FILE *file;

/* Get Device ID with its answer; a password; what goes without its bytes; too much, and nothing. */
static void test_pcap(void)
{
	static const unsigned char ask[] = { 0x18, 1 };
	static const unsigned char id[] = { 0x1c, 1, 0,	   0x20, 1, 1,	  0x42,
					    2,	  7, 0xd9, 0x7e, 0, 0x70, 0x1d };
	static const unsigned char password[] = "\x18\x47\2\2SECRETKEY";
	static unsigned char long_one[EVENT_BYTES_MAX] = { 0x18, 0x34 };
	const struct event events[] = {
		{ .kind = EVENT_SEND, .whole = true, .bytes = ask, .nr_bytes = sizeof(ask) },
		{ .kind = EVENT_RECEIVE, .whole = true, .bytes = id, .nr_bytes = sizeof(id) },
		{ .kind = EVENT_SEND, .whole = true, .bytes = password, .nr_bytes = 13 },
		{ .kind = EVENT_END, .netfn = 6, .cmd = 0x47, .cc = 0xc1, .len = 1 },
		{ .kind = EVENT_START, .netfn = 0x0a, .cmd = 0x23, .cc = -1, .len = 6 },
		{ .kind = EVENT_SEND,
		  .whole = true,
		  .bytes = long_one,
		  .nr_bytes = sizeof(long_one) },
		{ .kind = EVENT_RECEIVE, .whole = true },
	};

	if (!file)
		file = tmpfile();
	EXPECT(pcap_begin(file));
	for (unsigned int i = 0; i < ARRAY_SIZE(events); i++)
		EXPECT(pcap_write(file, 1700000000123456LL + i * 1000, &events[i]));
	EXPECT(!fflush(file) && ftell(file) == 24 + 7 * (16 + 11) + 2 + 14 + 13 + 3 + 2 + 255);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		file = fopen(argv[1], "w+");
		if (!file)
			return 1;
	}
	run("hostile trace records", test_hostile_records);
	run("trace records", test_decode);
	run("requests and answers", test_exchange);
	run("requests without answers", test_exchange_many);
	run("adding up", test_tally);
	run("secrets", test_secrets);
	run("what a terminal may not get", test_escape);
	run("the file for Wireshark", test_pcap);
	printf("1..%u\n", number);
	return !!failed;
}
