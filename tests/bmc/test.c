// SPDX-License-Identifier: GPL-2.0-only
/*
 * The unit test of this BMC: a QEMU of our own at its socket, what that says and hears, and the
 * commands that are not about faults or power. The other tests are test_*.c. No lock: all is one
 * thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "control.h"
#include "link.h"
#include "loop.h"
#include "record.h"
#include "request.h"
#include "sel.h"
#include "test.h"

int failed, qemu = -1;
char socket_path[64];
static char path[] = "/tmp/bmc-test-XXXXXX";

void connect_qemu(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", socket_path);
	if (qemu >= 0)
		close(qemu);
	qemu = socket(AF_UNIX, SOCK_STREAM, 0);
	EXPECT(!connect(qemu, (struct sockaddr *)&address, sizeof(address)));
	loop_run_for(5);
}

size_t heard(uint8_t *bytes, size_t size)
{
	ssize_t n = recv(qemu, bytes, size, MSG_DONTWAIT);

	return n < 0 ? 0 : n;
}

void say(uint8_t seq, uint8_t netfn, uint8_t cmd, const void *data, size_t len)
{
	uint8_t message[300] = { seq, netfn << 2, cmd }, wire[FRAME_WIRE_MAX];
	size_t n;

	memcpy(message + 3, data, len);
	n = frame_message(wire, message, 3 + len, 0);
	EXPECT(send(qemu, wire, n, 0) == (ssize_t)n);
	loop_run_for(3);
}

size_t hear(uint8_t *message)
{
	static struct frame_reader r;
	uint8_t byte;

	while (heard(&byte, 1))
		if (frame_read(&r, byte) == FRAME_MESSAGE) {
			memcpy(message, r.bytes, r.len);
			return r.len;
		}
	return 0;
}

int ask(uint8_t netfn, uint8_t cmd, const void *data, size_t len, uint8_t *m, size_t *n)
{
	static uint8_t seq;
	uint8_t buffer[FRAME_MAX];
	size_t got;

	say(++seq, netfn, cmd, data, len);
	got = hear(buffer);
	if (got < 4)
		return -1;
	EXPECT(buffer[0] == seq && buffer[1] == (netfn | 1) << 2 && buffer[2] == cmd);
	if (n)
		*n = got - 4;
	if (m)
		memcpy(m, buffer + 4, got - 4);
	return buffer[3];
}

int line(const char *text, const char *wanted)
{
	char answer[CONTROL_ANSWER];

	control_line(text, answer, sizeof(answer));
	if (strcmp(answer, wanted))
		printf("# %s -> %s\n", text, answer);
	return !strcmp(answer, wanted);
}

static void greeting(void)
{
	uint8_t bytes[64];

	connect_qemu();
	EXPECT(heard(bytes, sizeof(bytes)) == 7 &&
	       !memcmp(bytes, "\xaa\xa0\xff\x01\xa1\x00\xa1", 7));
}

static void commands(void)
{
	uint8_t m[FRAME_MAX];
	size_t n;

	EXPECT(ask(6, 0x01, "", 0, m, &n) == CC_OK && n == 15 && m[0] == 0x21);
	EXPECT(ask(6, 0x37, "", 0, m, &n) == CC_OK && n == 16);
	EXPECT(ask(6, 0x42, "\x0e", 1, m, &n) == CC_OK && n == 9 && m[0] == 0x0f && m[1] == 0x0c);
	EXPECT(ask(6, 0x42, "\x05", 1, m, &n) == CC_BAD_FIELD && n == 0);
	EXPECT(ask(6, 0x42, "", 0, m, &n) == CC_BAD_LENGTH);
	EXPECT(ask(6, 0xf3, "", 0, m, &n) == CC_INVALID_COMMAND);
	EXPECT(ask(0x2e, 0x7f, "\xa0\xa1\xaa", 3, m, &n) == CC_OK && n == 3 && m[2] == 0xaa);
	EXPECT(ask(6, 0x22, "", 0, m, &n) == CC_TIMER_NOT_SET);
}

static void system_event_log(void)
{
	uint8_t record[16] = { 0, 0, 2, [15] = 0x55 }, m[FRAME_MAX], clear[6] = "..CLR\xaa";
	size_t n;

	for (int i = 1; i <= SEL_RECORDS; i++)
		EXPECT(ask(0x0a, 0x44, record, 16, m, &n) == CC_OK && get_u16(m) == i);
	EXPECT(ask(0x0a, 0x44, record, 16, m, &n) == CC_NO_SPACE);
	EXPECT(ask(0x0a, 0x40, "", 0, m, &n) == CC_OK && get_u16(m + 1) == SEL_RECORDS);
	EXPECT(ask(0x0a, 0x43, "\0\0\x07\0\0\xff", 6, m, &n) == CC_OK && n == 18 && m[17] == 0x55);
	EXPECT(get_u16(m) == 8 && get_u16(m + 2) == 7);
	EXPECT(ask(0x0a, 0x42, "", 0, clear, &n) == CC_OK);
	EXPECT(ask(0x0a, 0x47, clear, 6, m, &n) == CC_OK);
	EXPECT(ask(0x0a, 0x43, "\0\0\0\0\0\xff", 6, m, &n) == CC_NOT_PRESENT);
}

static void bridged(void)
{
	static const uint8_t rq[] = { 0x00, 0x24, 0x19, 0xc3, 0x20, 0x06, 0x01, 0xf9 - 0x20 };
	static const uint8_t lan[] = { 0x01, 0x07, 0x81, 0xb8, 0xc7, 0x82, 0x02, 0x7f, 0x42, 0xbb };
	/* to 20h lun 2 from 24h lun 1: 07/01 */
	static const uint8_t rs[] = { 0x00, 0x1e, 0xc2, 0x24, 0x05, 0x01, 0x00, 0x50 };
	uint8_t m[FRAME_MAX];
	size_t n;

	EXPECT(ask(6, 0x34, rq, 8, m, &n) == CC_NAK);
	EXPECT(line("satellite 24 answer", "ok"));
	EXPECT(ask(6, 0x34, rq, 7, m, &n) == CC_BAD_LENGTH);
	EXPECT(ask(6, 0x34, rq, 8, m, &n) == CC_OK);
	loop_run_for(5);
	EXPECT(ask(6, 0x31, "", 0, m, &n) == CC_OK && m[0] == 1);
	EXPECT(ask(6, 0x33, "", 0, m, &n) == CC_OK && n == 19 && !memcmp(m, rs, sizeof(rs)));
	EXPECT(!checksum(m + 3, n - 3) && (uint8_t)(0x20 + m[1] + m[2]) == 0);
	EXPECT(ask(6, 0x31, "", 0, m, &n) == CC_OK && m[0] == 0);
	EXPECT(ask(6, 0x33, "", 0, m, &n) == CC_QUEUE_EMPTY);
	/* an echo by LAN */
	EXPECT(ask(6, 0x34, lan, sizeof(lan), m, &n) == CC_OK);
	loop_run_for(5);
	EXPECT(ask(6, 0x33, "", 0, m, &n) == CC_OK && n == 11);
	EXPECT(m[0] == 0x41 && m[1] == 7 && m[2] == 0x82 && m[5] == 0x81 && m[9] == 0x42);
}

static void records(void)
{
	EXPECT(line("forget", "ok"));
	EXPECT(ask(6, 0x42, "\x01", 1, NULL, NULL) == CC_OK);
	EXPECT(ask(6, 0x42, "\x02", 1, NULL, NULL) == CC_OK);
	EXPECT(ask(6, 0x01, "", 0, NULL, NULL) == CC_OK);
	EXPECT(line("count 6 42", "2"));
	EXPECT(line("count 6", "3"));
	EXPECT(line("count - 1", "1"));
	EXPECT(record_find(6, 0x42, 0)->data[0] == 2);
	EXPECT(record_find(6, 0x42, 1)->data[0] == 1);
	EXPECT(!record_find(6, 0x42, 2));
	EXPECT(line("last 6 2", "none"));
}

static void from_the_guest(void)
{
	uint8_t m[FRAME_MAX];
	char text[64];
	size_t n;

	EXPECT(ask(0x2e, 0x70, "count 6 42", 10, m, &n) == CC_OK && n == 1 && m[0] == '2');
	EXPECT(ask(0x2e, 0x70, "nonsense", 8, m, &n) == CC_OK);
	snprintf(text, sizeof(text), "%.*s", (int)n, (char *)m);
	EXPECT(!strcmp(text, "error: there is no such line"));
	/* a long answer in parts */
	EXPECT(ask(0x2e, 0x7f, m, 250, NULL, NULL) == CC_OK);
	EXPECT(ask(0x2e, 0x70, "last", 4, m, &n) == CC_OK && n == 200);
	EXPECT(ask(0x2e, 0x71, "\xc8\0", 2, m, &n) == CC_OK && n == 200);
	EXPECT(ask(0x2e, 0x71, "\x90\x01", 2, m, &n) == CC_OK && n == 200);
	EXPECT(ask(0x2e, 0x71, "\xff\xff", 2, m, &n) == CC_OK && n == 0);
}

static void bad_lines(void)
{
	static const char *const bad[] = {
		"fault",	"fault nonsense", "fault drop what=1", "delay",	    "delay x",
		"delay 1-",	"away",		  "away far 5",	       "satellite", "satellite 24 odd",
		"ipmb 0 24",	"ipmb 0 24 0 0 6 zz", "lan 1",	       "message",   "event 1 2",
		"set nothing 1", "after 5",	  "hw",		       "trace",	    "channel 1",
	};
	char answer[CONTROL_ANSWER];

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		control_line(bad[i], answer, sizeof(answer));
		EXPECT(!strncmp(answer, "error: ", 7));
	}
	EXPECT(line("", "ok"));
	EXPECT(line("   ", "ok"));
}

static void events_and_interrupts(void)
{
	uint8_t m[FRAME_MAX], bytes[64];
	size_t n;

	EXPECT(line("event 0 0 2 0 0 0 0 20 0 4 8 1 6f 1 2 3", "ok"));
	EXPECT(ask(6, 0x35, "", 0, m, &n) == CC_QUEUE_EMPTY);
	EXPECT(ask(6, 0x2e, "\x0f", 1, m, &n) == CC_OK);
	EXPECT(line("events 3", "ok"));
	n = heard(bytes, sizeof(bytes));
	EXPECT(n == 6 && !memcmp(bytes, "\x02\xa1\x02\xa1\x02\xa1", 6));
	for (int i = 0; i < 3; i++)
		EXPECT(ask(6, 0x35, "", 0, m, &n) == CC_OK && n == 16 && m[14] == i);
	EXPECT(ask(6, 0x35, "", 0, m, &n) == CC_QUEUE_EMPTY);
	EXPECT(line("flags", "enables=0f flags=00 messages=0 events=0 lost=0"));
}

static const struct bmc_test own_tests[] = {
	{ "greeting", greeting },
	{ "commands", commands },
	{ "system event log", system_event_log },
	{ "bridged messages", bridged },
	{ "records of requests", records },
	{ "control from the guest", from_the_guest },
	{ "bad lines", bad_lines },
	{ "events and interrupts", events_and_interrupts },
	{}
};

int main(void)
{
	/* the greeting is the first that a connection brings */
	static const struct bmc_test *const groups[] = {
		frame_tests, own_tests, fault_tests, power_tests,
	};
	int failures = 0, nr = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	record_be_silent();
	if (!mkdtemp(path))
		return 1;
	snprintf(socket_path, sizeof(socket_path), "%s/bmc", path);
	link_open(socket_path);
	for (unsigned int i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		for (const struct bmc_test *t = groups[i]; t->run; t++) {
			failed = 0;
			t->run();
			failures += failed;
			printf("%s %d - bmc: %s\n", failed ? "not ok" : "ok", ++nr, t->name);
		}
	unlink(socket_path);
	rmdir(path);
	return failures ? 1 : 0;
}
