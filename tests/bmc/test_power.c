// SPDX-License-Identifier: GPL-2.0-only
/*
 * What acts on the machine: the watchdog timer, and the commands that power it off. Called by
 * test.c. No lock: all is one thread.
 */
#include <string.h>

#include "loop.h"
#include "request.h"
#include "test.h"

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

const struct bmc_test power_tests[] = {
	{ "watchdog", watchdog },
	{ "watchdog: nonsense is refused", watchdog_nonsense },
	{ "watchdog: its pre-timeout flag", watchdog_warns },
	{ "watchdog: the firmware's", watchdog_of_firmware },
	{ "boards that power off otherwise", boards },
	{}
};
