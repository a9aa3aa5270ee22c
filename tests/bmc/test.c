// SPDX-License-Identifier: GPL-2.0-only
/*
 * The unit test of this BMC: the bytes on the wire, and a QEMU of our own at its socket.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "control.h"
#include "frame.h"
#include "link.h"
#include "loop.h"
#include "record.h"
#include "request.h"
#include "sel.h"

static int failed;
static int qemu = -1; /* our end of the link */
static char path[] = "/tmp/bmc-test-XXXXXX", socket_path[64];

#define EXPECT(cond)                                                                \
	do {                                                                        \
		if (!(cond)) {                                                      \
			printf("# %s:%d: not so: %s\n", __FILE__, __LINE__, #cond); \
			failed = 1;                                                 \
		}                                                                   \
	} while (0)

static void checksums(void)
{
	const uint8_t head[] = { 0x24, 0x19 }, body[] = { 0x20, 0x06, 0x01, 0xaa, 0xbb };

	EXPECT(checksum(head, 2) == 0xc3);
	EXPECT(checksum(body, 5) == 0x74);
	EXPECT(checksum(NULL, 0) == 0);
}

static enum frame_kind read_all(struct frame_reader *r, const uint8_t *bytes, size_t len)
{
	enum frame_kind kind = FRAME_NOT_YET;

	for (size_t i = 0; i < len; i++) {
		EXPECT(kind == FRAME_NOT_YET);
		kind = frame_read(r, bytes[i]);
	}
	return kind;
}

static void known_frames(void)
{
	/* Set Global Enables and its answer, as QEMU and a BMC of another make said it */
	static const uint8_t rq[] = { 0x03, 0x18, 0x2e, 0x09, 0xae, 0xa0 };
	static const uint8_t rs[] = { 0x03, 0x1c, 0x2e, 0x00, 0xb3, 0xa0 };
	struct frame_reader r = { .len = 0 };
	uint8_t wire[FRAME_WIRE_MAX];

	EXPECT(read_all(&r, rq, sizeof(rq)) == FRAME_MESSAGE);
	EXPECT(r.len == 4 && !memcmp(r.bytes, rq, 4));
	EXPECT(frame_message(wire, rs, 4, 0) == sizeof(rs) && !memcmp(wire, rs, sizeof(rs)));
	EXPECT(frame_message(wire, rs, 4, 1) == sizeof(rs) && wire[4] == 0xb4);
}

/* Every byte, at every place, comes back as it went. */
static void every_byte_survives(void)
{
	uint8_t message[300], wire[FRAME_WIRE_MAX];
	struct frame_reader r = { .len = 0 };

	for (int value = 0; value < 256; value++) {
		for (size_t len = 3; len < 12; len++) {
			for (size_t i = 0; i < len; i++)
				message[i] = value + i * (value & 7);
			EXPECT(read_all(&r, wire, frame_message(wire, message, len, 0)) ==
			       FRAME_MESSAGE);
			EXPECT(r.len == len && !memcmp(r.bytes, message, len));
		}
	}
	memset(message, 0xa0, sizeof(message));
	EXPECT(read_all(&r, wire, frame_message(wire, message, sizeof(message), 0)) ==
	       FRAME_MESSAGE);
	EXPECT(r.len == sizeof(message) && !memcmp(r.bytes, message, sizeof(message)));
	EXPECT(read_all(&r, wire, frame_command(wire, message, 2)) == FRAME_COMMAND);
	EXPECT(r.len == 2 && r.bytes[1] == 0xa0);
}

static void bad_frames(void)
{
	static const uint8_t nothing[] = { 0xa0 }, no_command[] = { 0xa1 };
	static const uint8_t sum[] = { 1, 2, 3, 4, 0xa0 }, escape[] = { 1, 0xaa, 0xa0 };
	struct frame_reader r = { .len = 0 };
	uint8_t wire[FRAME_WIRE_MAX], message[] = { 7, 0x18, 1 };

	EXPECT(read_all(&r, nothing, sizeof(nothing)) == FRAME_BAD);
	EXPECT(read_all(&r, no_command, sizeof(no_command)) == FRAME_BAD);
	EXPECT(read_all(&r, sum, sizeof(sum)) == FRAME_BAD);
	EXPECT(read_all(&r, escape, sizeof(escape)) == FRAME_BAD);
	for (int i = 0; i < 5000; i++)
		EXPECT(frame_read(&r, 0x55) == FRAME_NOT_YET);
	EXPECT(frame_read(&r, 0xa0) == FRAME_BAD);
	/* and the next good one is read */
	EXPECT(read_all(&r, wire, frame_message(wire, message, 3, 0)) == FRAME_MESSAGE);
}

static void random_frames(void)
{
	struct frame_reader r = { .len = 0 };

	srand(1);
	for (int i = 0; i < 2000000; i++)
		frame_read(&r, rand() >> 7);
	EXPECT(r.len <= FRAME_MAX);
}

static void connect_qemu(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", socket_path);
	if (qemu >= 0)
		close(qemu);
	qemu = socket(AF_UNIX, SOCK_STREAM, 0);
	EXPECT(!connect(qemu, (struct sockaddr *)&address, sizeof(address)));
	loop_run_for(5);
}

/* Bytes that came, up to size. */
static size_t heard(uint8_t *bytes, size_t size)
{
	ssize_t n = recv(qemu, bytes, size, MSG_DONTWAIT);

	return n < 0 ? 0 : n;
}

static void say(uint8_t seq, uint8_t netfn, uint8_t cmd, const void *data, size_t len)
{
	uint8_t message[300] = { seq, netfn << 2, cmd }, wire[FRAME_WIRE_MAX];
	size_t n;

	memcpy(message + 3, data, len);
	n = frame_message(wire, message, 3 + len, 0);
	EXPECT(send(qemu, wire, n, 0) == (ssize_t)n);
	loop_run_for(3);
}

/* The next message from the BMC, hardware commands between left out; its length. */
static size_t hear(uint8_t *message)
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

/* A request and its answer's completion code; -1 if there is none. */
static int ask(uint8_t netfn, uint8_t cmd, const void *data, size_t len, uint8_t *m, size_t *n)
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

/* A control line, and whether it gave this answer. */
static int line(const char *text, const char *wanted)
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

static void faults(void)
{
	uint8_t m[FRAME_MAX];
	size_t n;

	EXPECT(line("fault cc netfn=6 cmd=1 n=2 skip=1 arg=0xd2", "ok"));
	EXPECT(ask(6, 1, "", 0, m, &n) == CC_OK);
	EXPECT(ask(6, 1, "", 0, m, &n) == 0xd2 && n == 0);
	EXPECT(ask(6, 4, "", 0, m, &n) == CC_OK);
	EXPECT(ask(6, 1, "", 0, m, &n) == 0xd2);
	EXPECT(ask(6, 1, "", 0, m, &n) == CC_OK);
	EXPECT(line("faults", "cc 2"));
	EXPECT(line("nofaults", "ok"));
	EXPECT(ask(6, 0x2e, "\x08", 1, m, &n) == CC_OK);
	EXPECT(line("fault cc cmd=2e n=1 arg=0xcc", "ok"));
	EXPECT(ask(6, 0x2e, "\x0c", 1, m, &n) == 0xcc);
	EXPECT(ask(6, 0x2f, "", 0, m, &n) == CC_OK && m[0] == 0x08);
	EXPECT(line("fault cc-done cmd=2e n=1 arg=0xcc", "ok"));
	EXPECT(ask(6, 0x2e, "\x0c", 1, m, &n) == 0xcc);
	EXPECT(ask(6, 0x2f, "", 0, m, &n) == CC_OK && m[0] == 0x0c);
	EXPECT(line("nofaults", "ok"));
	EXPECT(line("fault drop n=1", "ok"));
	EXPECT(ask(6, 1, "", 0, m, &n) == -1);
	EXPECT(line("fault checksum n=1", "ok"));
	EXPECT(ask(6, 1, "", 0, m, &n) == -1);
	EXPECT(line("fault truncate n=1 arg=3", "ok"));
	EXPECT(ask(6, 1, "", 0, m, &n) == CC_OK && n == 3);
	EXPECT(line("fault oversize n=1 arg=400", "ok"));
	EXPECT(ask(6, 1, "", 0, m, &n) == CC_OK && n == 399);
	EXPECT(line("nofaults", "ok"));
	EXPECT(line("fault twice n=1", "ok"));
	EXPECT(ask(6, 1, "", 0, m, &n) == CC_OK);
	EXPECT(hear(m) == 19);
	EXPECT(line("fault late n=1 arg=20", "ok"));
	EXPECT(ask(6, 1, "", 0, m, &n) == -1);
	loop_run_for(30);
	EXPECT(hear(m) == 19);
	EXPECT(line("nofaults", "ok"));
}

static void hang_and_unhang(void)
{
	uint8_t m[FRAME_MAX];
	size_t n;

	EXPECT(line("fault hang n=1", "ok"));
	say(0x11, 6, 1, "", 0);
	EXPECT(hear(m) == 4 && m[0] != 0x11);
	EXPECT(line("after 5 unhang", "ok"));
	loop_run_for(20);
	EXPECT(hear(m) == 19 && m[0] == 0x11);
	EXPECT(line("nofaults", "ok"));
	EXPECT(line("away busy 20", "ok"));
	say(0x12, 6, 1, "", 0);
	EXPECT(hear(m) == 4 && m[0] != 0x12);
	loop_run_for(40);
	EXPECT(hear(m) == 4 && m[0] == 0x12 && m[3] == CC_NOT_READY);
	EXPECT(ask(6, 1, "", 0, m, &n) == CC_OK);
}

static void delays(void)
{
	uint8_t m[FRAME_MAX];
	double start = clock_ms();

	EXPECT(line("delay 20-30", "ok"));
	EXPECT(ask(6, 1, "", 0, m, NULL) == -1);
	while (!hear(m) && clock_ms() < start + 1000)
		loop_run_for(1);
	EXPECT(clock_ms() - start >= 20 && clock_ms() - start < 500);
	EXPECT(line("delay lognormal 3 0.5", "ok"));
	EXPECT(line("delay 0", "ok"));
	EXPECT(ask(6, 1, "", 0, m, NULL) == CC_OK);
}

static void away_and_back(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	uint8_t byte;
	int fd;

	EXPECT(line("reset closed 50", "ok"));
	EXPECT(ask(6, 2, "", 0, NULL, NULL) == CC_OK);
	loop_run_for(10);
	while (recv(qemu, &byte, 1, 0) == 1)
		;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", socket_path);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	EXPECT(connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0);
	close(fd);
	loop_run_for(100);
	connect_qemu();
	EXPECT(ask(6, 1, "", 0, NULL, NULL) == CC_OK);
	EXPECT(line("reset", "ok"));
}

/* Where QEMU would answer wrongly, the BMC does it rightly. */
static void escaped_numbers(void)
{
	uint8_t m[FRAME_MAX];

	EXPECT(line("fault disconnect n=1", "ok"));
	say(0xa0, 6, 1, "", 0);
	EXPECT(hear(m) == 4 && m[0] == 0xa0 && m[1] == 7 << 2 && m[2] == 1 &&
	       m[3] == CC_NOT_READY);
	connect_qemu();
	EXPECT(line("fault cut n=1 arg=9", "ok"));
	say(0xa1, 6, 1, "", 0);
	EXPECT(hear(m) == 4 && m[0] == 0xa1 && m[3] == CC_NOT_READY);
	connect_qemu();
	say(0xa1, 6, 1, "", 0);
	EXPECT(hear(m) == 19 && m[0] == 0xa1);
	/* too late for this connection */
	EXPECT(line("fault disconnect n=1", "ok"));
	say(0x9f, 6, 1, "", 0);
	say(0xa0, 6, 1, "", 0);
	EXPECT(!hear(m));
	connect_qemu();
	EXPECT(hear(m) == 4 && m[0] == 0xa0 && m[3] == CC_NOT_READY);
	EXPECT(line("fault drop n=1", "ok"));
	say(0xaa, 6, 1, "", 0);
	EXPECT(!hear(m));
	loop_run_for(4100);
	EXPECT(hear(m) == 4 && m[0] == 0xaa && m[3] == CC_TIMEOUT);
	/* answered is answered */
	say(0xaa, 6, 1, "", 0);
	EXPECT(hear(m) == 19);
	EXPECT(line("fault disconnect n=1", "ok"));
	say(0x9f, 6, 1, "", 0);
	EXPECT(!hear(m));
	connect_qemu();
	EXPECT(line("nofaults", "ok"));
}

static void watchdog(void)
{
	static const uint8_t set[] = { 0x04, 0x01, 0, 0, 1, 0 };
	uint8_t m[FRAME_MAX], bytes[64];
	size_t n;

	EXPECT(ask(6, 0x24, set, sizeof(set), m, &n) == CC_OK);
	EXPECT(ask(6, 0x25, "", 0, m, &n) == CC_OK && n == 8 && !(m[0] & 0x40));
	EXPECT(ask(6, 0x22, "", 0, m, &n) == CC_OK);
	EXPECT(ask(6, 0x25, "", 0, m, &n) == CC_OK && (m[0] & 0x40));
	loop_run_for(150);
	n = heard(bytes, sizeof(bytes));
	EXPECT(n >= 2 && !memcmp(bytes + n - 2, "\x04\xa1", 2));
	EXPECT(ask(6, 0x25, "", 0, m, &n) == CC_OK && m[3] == 0x10 && !(m[0] & 0x40));
}

/* What is refused changes nothing: the timer is as the last good line has set it. */
static void watchdog_nonsense(void)
{
	static const struct {
		uint8_t bytes[7];
		size_t len;
		int cc;
	} rows[] = {
		{ { 0x04, 0x01, 0, 0, 0x64 }, 5, CC_BAD_LENGTH },
		{ { 0x04, 0x01, 0, 0, 0x64, 0, 0 }, 7, CC_BAD_LENGTH },
		{ { 0x00, 0x01, 0, 0, 0x64, 0 }, 6, CC_BAD_FIELD }, /* uses */
		{ { 0x06, 0x01, 0, 0, 0x64, 0 }, 6, CC_BAD_FIELD },
		{ { 0x07, 0x01, 0, 0, 0x64, 0 }, 6, CC_BAD_FIELD },
		{ { 0x0c, 0x01, 0, 0, 0x64, 0 }, 6, CC_BAD_FIELD },
		{ { 0x24, 0x01, 0, 0, 0x64, 0 }, 6, CC_BAD_FIELD },
		{ { 0x04, 0x04, 0, 0, 0x64, 0 }, 6, CC_BAD_FIELD }, /* actions */
		{ { 0x04, 0x09, 0, 0, 0x64, 0 }, 6, CC_BAD_FIELD },
		{ { 0x04, 0x41, 5, 0, 0x64, 0 }, 6, CC_BAD_FIELD }, /* and interrupts */
		{ { 0x04, 0x81, 0, 0, 0x64, 0 }, 6, CC_BAD_FIELD },
		{ { 0x04, 0x01, 0, 0x01, 0x64, 0 }, 6, CC_BAD_FIELD }, /* flags to clear */
		{ { 0x04, 0x01, 0, 0x40, 0x64, 0 }, 6, CC_BAD_FIELD },
		{ { 0x04, 0x31, 11, 0, 0x64, 0 }, 6, CC_BAD_FIELD }, /* 11 of 10 seconds */
		{ { 0x04, 0x01, 255, 0, 0xf5, 0x09 }, 6, CC_BAD_FIELD },
	};
	static const uint8_t good[][6] = {
		{ 0x01, 0x00, 0, 0x3e, 0, 0 },	   { 0xc5, 0x13, 1, 0, 0x0a, 0 },
		{ 0x04, 0x21, 255, 0, 0xf6, 0x09 }, { 0x84, 0x32, 10, 0x10, 0x64, 0 },
	};
	uint8_t m[FRAME_MAX];
	size_t n;

	for (unsigned int i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		EXPECT(ask(6, 0x24, good[i], 6, m, &n) == CC_OK);
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		EXPECT(ask(6, 0x24, rows[i].bytes, rows[i].len, m, &n) == rows[i].cc && n == 0);
	EXPECT(ask(6, 0x25, "", 0, m, &n) == CC_OK && n == 8);
	EXPECT(m[0] == 0x84 && m[1] == 0x32 && m[2] == 10 && get_u16(m + 4) == 0x64);
	EXPECT(ask(6, 0x22, "", 0, m, &n) == CC_OK);
	EXPECT(ask(6, 0x24, rows[0].bytes, 5, m, &n) == CC_BAD_LENGTH);
	EXPECT(ask(6, 0x24, rows[2].bytes, 6, m, &n) == CC_BAD_FIELD);
	EXPECT(ask(6, 0x25, "", 0, m, &n) == CC_OK && m[0] == 0xc4);
	EXPECT(ask(6, 0x24, good[3], 6, m, &n) == CC_OK);
}

/* The pre-timeout comes 0.1 s before the end of 1.1 s; setting the timer ends it. */
static void watchdog_warns(void)
{
	static const uint8_t set[] = { 0x04, 0x30, 1, 0, 11, 0 };
	uint8_t m[FRAME_MAX];
	double end = clock_ms() + 5000;
	size_t n;

	EXPECT(ask(6, 0x24, set, sizeof(set), m, &n) == CC_OK);
	EXPECT(ask(6, 0x31, "", 0, m, &n) == CC_OK && m[0] == 0);
	EXPECT(ask(6, 0x22, "", 0, m, &n) == CC_OK);
	do {
		EXPECT(ask(6, 0x31, "", 0, m, &n) == CC_OK && n == 1);
	} while (m[0] == 0 && clock_ms() < end);
	EXPECT(m[0] == 0x08);
	/* what it refuses, and Reset Watchdog Timer, leave the flag */
	EXPECT(ask(6, 0x24, "\0\0\0\0\0\0", 6, m, &n) == CC_BAD_FIELD);
	EXPECT(ask(6, 0x22, "", 0, m, &n) == CC_OK);
	EXPECT(ask(6, 0x31, "", 0, m, &n) == CC_OK && m[0] == 0x08);
	EXPECT(ask(6, 0x24, set, sizeof(set), m, &n) == CC_OK);
	EXPECT(ask(6, 0x31, "", 0, m, &n) == CC_OK && m[0] == 0);
	EXPECT(ask(6, 0x25, "", 0, m, &n) == CC_OK && !(m[0] & 0x40));
}

/* The firmware sets it for its own use, and starts it. */
static void watchdog_of_firmware(void)
{
	uint8_t m[FRAME_MAX];
	size_t n;

	EXPECT(line("timer 43 01 00 00 70 17", "ok"));
	EXPECT(ask(6, 0x25, "", 0, m, &n) == CC_OK && n == 8);
	EXPECT(m[0] == 0x43 && m[1] == 0x01 && get_u16(m + 4) == 0x1770);
	EXPECT(ask(6, 0x24, "\4\0\0\0\144\0", 6, m, &n) == CC_OK);
	EXPECT(ask(6, 0x25, "", 0, m, &n) == CC_OK && m[0] == 0x04);
	EXPECT(line("timer 43 01", "error: timer [stop] BYTE... (6 of them)"));
	EXPECT(line("timer stop 43 01 00 00 70 17", "ok"));
	EXPECT(ask(6, 0x24, "\104\0\0\0\144\0", 6, m, &n) == CC_OK);
	EXPECT(ask(6, 0x25, "", 0, m, &n) == CC_OK && m[0] == 0x04);
	for (int i = 0; i < 2; i++) {
		EXPECT(ask(6, 0x24, "\4\0\0\0\144\0", 6, m, &n) == CC_OK);
		EXPECT(ask(6, 0x25, "", 0, m, &n) == CC_OK && m[0] == (i ? 0x04 : 0x43));
	}
}

/* Boards that go off by commands of their own, and take nothing else for them. */
static void boards(void)
{
	uint8_t m[FRAME_MAX], bytes[64];
	size_t n;

	EXPECT(ask(0x2c, 0x01, "", 1, m, &n) == CC_INVALID_COMMAND);
	EXPECT(line("set manufacturer 0xa1", "ok"));
	EXPECT(line("set product 0x51", "ok"));
	EXPECT(ask(0x2c, 0x01, "", 1, m, &n) == CC_OK && n == 7);
	EXPECT(ask(0x2c, 0x01, "\1", 1, m, &n) == CC_BAD_FIELD);
	EXPECT(ask(0x2c, 0x11, "\0\0\0\0", 4, m, &n) == CC_OK && n == 1);
	EXPECT(ask(0x2e, 0x11, "\0\x40\x0b", 3, m, &n) == CC_BAD_FIELD);
	EXPECT(ask(0x2e, 0x11, "\0\x40\x0a\0", 4, m, &n) == CC_BAD_LENGTH);
	loop_run_for(100);
	EXPECT(!heard(bytes, sizeof(bytes)));
	EXPECT(ask(0x2e, 0x11, "\0\x40\x0a", 3, m, &n) == CC_OK && n == 0);
	loop_run_for(100);
	EXPECT(heard(bytes, sizeof(bytes)) == 2 && !memcmp(bytes, "\x03\xa1", 2));
	EXPECT(line("set product 0x52", "ok"));
	EXPECT(ask(0x2e, 0x11, "\0\x40\x0a", 3, m, &n) == CC_INVALID_COMMAND);
	EXPECT(ask(0x2c, 0x11, "\0\0\1\0", 4, m, &n) == CC_OK);
	EXPECT(ask(0x2c, 0x11, "\0\1\0\0", 4, m, &n) == CC_BAD_FIELD);
	EXPECT(ask(0x2c, 0x11, "\0\0\0\0\0", 5, m, &n) == CC_BAD_LENGTH);
	loop_run_for(100);
	EXPECT(!heard(bytes, sizeof(bytes)));
	EXPECT(ask(0x2c, 0x11, "\0\0\0\0", 4, m, &n) == CC_OK);
	loop_run_for(100);
	EXPECT(heard(bytes, sizeof(bytes)) == 2 && !memcmp(bytes, "\x03\xa1", 2));
	EXPECT(line("set manufacturer 32473", "ok"));
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

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "checksums", checksums },
	{ "known frames", known_frames },
	{ "every byte survives", every_byte_survives },
	{ "bad frames", bad_frames },
	{ "random frames", random_frames },
	{ "greeting", greeting },
	{ "commands", commands },
	{ "system event log", system_event_log },
	{ "bridged messages", bridged },
	{ "records of requests", records },
	{ "control from the guest", from_the_guest },
	{ "bad lines", bad_lines },
	{ "faults", faults },
	{ "hang and unhang", hang_and_unhang },
	{ "delays", delays },
	{ "away and back", away_and_back },
	{ "escaped sequence numbers", escaped_numbers },
	{ "watchdog", watchdog },
	{ "watchdog: nonsense is refused", watchdog_nonsense },
	{ "watchdog: its pre-timeout flag", watchdog_warns },
	{ "watchdog: the firmware's", watchdog_of_firmware },
	{ "boards that power off otherwise", boards },
	{ "events and interrupts", events_and_interrupts },
};

int main(void)
{
	int failures = 0, nr = sizeof(tests) / sizeof(tests[0]);

	setvbuf(stdout, NULL, _IOLBF, 0);
	record_be_silent();
	if (!mkdtemp(path))
		return 1;
	snprintf(socket_path, sizeof(socket_path), "%s/bmc", path);
	link_open(socket_path);
	for (int i = 0; i < nr; i++) {
		failed = 0;
		tests[i].run();
		failures += failed;
		printf("%s %d - bmc: %s\n", failed ? "not ok" : "ok", i + 1, tests[i].name);
	}
	unlink(socket_path);
	rmdir(path);
	return failures ? 1 : 0;
}
