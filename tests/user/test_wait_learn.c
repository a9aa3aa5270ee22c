// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wait plan's history, figure by figure: what it learns of one wait. The rules are those beside
 * the functions of drivers/proto/wait.c and in <ipmi/wait.h>, worked out by hand.
 */
#include <ipmi/wait.h>

#include "test.h"

static struct wait_history hist;

static void begin(void)
{
	memset(&hist, 0, sizeof(hist));
}

static void learns_byte(u32 waited_us, u32 byte_us, u32 nap_us, bool napless, u32 bytes, int line)
{
	wait_learn(&hist, IPMI_STEP_SOON, 3, waited_us, 1, false);
	EXPECT_SAY(hist.byte_us == byte_us, "line %d: a byte takes %u us", line, hist.byte_us);
	EXPECT_SAY(hist.nap_us == nap_us, "line %d: a nap of %u us", line, hist.nap_us);
	EXPECT_SAY(hist.napless == napless, "line %d: napless: %d", line, hist.napless);
	EXPECT_SAY(hist.bytes == bytes, "line %d: %u bytes", line, hist.bytes);
}

#define LEARNS_BYTE(...) learns_byte(__VA_ARGS__, __LINE__)

static void set_byte(u32 byte_us, u32 nap_us, u32 bytes)
{
	begin();
	hist.byte_us = byte_us;
	hist.nap_us = nap_us;
	hist.bytes = bytes;
}

/* A figure that is measured moves by a quarter, and to twice at the most. */
static void measuring_bytes(void)
{
	set_byte(0, 0, 7);
	LEARNS_BYTE(35, 35, 35, false, 0);
	set_byte(0, 0, 7);
	LEARNS_BYTE(0, 1, 1, false, 0);
	set_byte(0, 0, 7);
	LEARNS_BYTE(1000, 1000, 1000, false, 0);
	set_byte(0, 0, 7);
	LEARNS_BYTE(1001, 1000, 1000, false, 0);

	set_byte(8, 3, 7);
	hist.napless = true;
	LEARNS_BYTE(20, 10, 10, false, 0);
	set_byte(8, 3, 7);
	LEARNS_BYTE(9, 9, 9, false, 0);
	set_byte(8, 3, 7);
	LEARNS_BYTE(12, 9, 9, false, 0);
	set_byte(8, 3, 7);
	LEARNS_BYTE(13, 10, 10, false, 0);
	set_byte(8, 3, 7);
	LEARNS_BYTE(8, 8, 8, false, 0);
	set_byte(8, 3, 7);
	LEARNS_BYTE(1, 6, 6, false, 0);
	set_byte(1, 3, 7);
	LEARNS_BYTE(0, 1, 1, false, 0);

	set_byte(400, 300, 32);
	LEARNS_BYTE(600, 450, 450, false, 0);
	set_byte(400, 300, 32);
	LEARNS_BYTE(5000, 500, 500, false, 0);
	set_byte(9000, 300, 32);
	LEARNS_BYTE(100000, 10000, 10000, false, 0);
	/* Not yet. */
	set_byte(400, 300, 31);
	LEARNS_BYTE(400, 400, 304, false, 32);
}

/* The others only make it shorter, and teach how late timers are. */
static void naps(void)
{
	/* Aim: 33 us, a thirty-second of it, and one. */
	set_byte(35, 30, 5);
	LEARNS_BYTE(30, 33, 32, false, 6);
	/* Too late by 23 us, with an aim of 37. */
	set_byte(35, 30, 5);
	LEARNS_BYTE(60, 35, 24, false, 6);
	set_byte(35, 30, 5);
	LEARNS_BYTE(38, 35, 29, false, 6);
	set_byte(35, 30, 5);
	LEARNS_BYTE(37, 35, 30, false, 6);
	set_byte(35, 30, 5);
	LEARNS_BYTE(36, 35, 31, false, 6);
	/* However late: no more than twice the aim counts. */
	set_byte(35, 30, 5);
	LEARNS_BYTE(200, 35, 20, false, 6);
	/* Not longer than a byte, nor shorter than 2 us. */
	set_byte(35, 35, 5);
	LEARNS_BYTE(10, 28, 28, false, 6);
	set_byte(35, 6, 5);
	LEARNS_BYTE(74, 35, 2, false, 6);
	set_byte(35, 2, 5);
	LEARNS_BYTE(36, 35, 3, false, 6);

	/* The shortest takes two bytes: timers are too late for naps. */
	set_byte(35, 2, 5);
	LEARNS_BYTE(73, 35, 2, false, 6);
	LEARNS_BYTE(74, 35, 2, true, 7);
	LEARNS_BYTE(74, 35, 2, true, 8);
	set_byte(35, 3, 5);
	LEARNS_BYTE(74, 35, 2, false, 6);
	/* Then none is learned of, until the next measure. */
	hist.napless = true;
	hist.bytes = 30;
	LEARNS_BYTE(10, 28, 2, true, 31);
	LEARNS_BYTE(40, 28, 2, true, 32);
	LEARNS_BYTE(28, 28, 28, false, 0);
	set_byte(1000, 900, 5);
	LEARNS_BYTE(1032, 1000, 900, false, 6);
	set_byte(1000, 900, 5);
	LEARNS_BYTE(1033, 1000, 899, false, 6);
}

static void learns_answer(u32 waited_us, unsigned int looks, u32 answer_us, int streak, int line)
{
	wait_learn(&hist, IPMI_STEP_TICK, 3 + WAIT_SLOTS, waited_us, looks, false);
	EXPECT_SAY(hist.answer_us[3] == answer_us, "line %d: an answer takes %u us", line,
		   hist.answer_us[3]);
	EXPECT_SAY(hist.streak[3] == streak, "line %d: a streak of %d", line, hist.streak[3]);
}

#define LEARNS_ANSWER(...) learns_answer(__VA_ARGS__, __LINE__)

static void set_answer(u32 answer_us, int streak)
{
	begin();
	hist.answer_us[3] = answer_us;
	hist.streak[3] = streak;
}

static void first_answers(void)
{
	unsigned int looks;

	for (looks = 0; looks < 5; looks++) {
		set_answer(0, 0);
		LEARNS_ANSWER(3000, looks, 3000, 7);
		set_answer(0, -16);
		LEARNS_ANSWER(4001, looks, 4000, 7);
		set_answer(0, 3);
		LEARNS_ANSWER(0, looks, 1, 7);
	}
}

/* An interrupt tells how long it takes: a quarter of the way, to twice at the most. */
static void told_by_an_interrupt(void)
{
	set_answer(4000, -5);
	LEARNS_ANSWER(2000, 0, 3500, 7);
	set_answer(4000, 2);
	LEARNS_ANSWER(5000, 0, 4250, 7);
	set_answer(4000, 2);
	LEARNS_ANSWER(4001, 0, 4001, 7);
	set_answer(4000, 2);
	LEARNS_ANSWER(90000, 0, 5000, 7);
	set_answer(99000, 2);
	LEARNS_ANSWER(900000, 0, 100000, 7);
	set_answer(1, 2);
	LEARNS_ANSWER(0, 0, 1, 7);
}

/* There at the first look: a thirty-second earlier, after three in a row twice that, and so on. */
static void found_at_the_first_look(void)
{
	static const struct {
		int streak, then;
		u32 us;
	} cases[] = {
		{ -16, 1, 3100 }, { -1, 1, 3100 }, { 0, 1, 3100 }, { 1, 2, 3100 }, { 2, 3, 3100 },
		{ 3, 4, 3000 },   { 4, 5, 2800 },  { 5, 6, 2400 }, { 6, 7, 1600 }, { 7, 7, 1600 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		set_answer(3200, cases[i].streak);
		LEARNS_ANSWER(9999, 1, cases[i].us, cases[i].then);
	}
	set_answer(3200, 0);
	LEARNS_ANSWER(3099, 1, 3099, 1);
	set_answer(3200, 0);
	LEARNS_ANSWER(5, 1, 5, 1);
	set_answer(1, 7);
	LEARNS_ANSWER(0, 1, 1, 7);
}

/* At the second: a quarter of the way. At a later one: a 256th of it, unless 16 in a row. */
static void found_later(void)
{
	set_answer(3200, 7);
	LEARNS_ANSWER(3600, 2, 3300, 0);
	set_answer(3200, -7);
	LEARNS_ANSWER(3201, 2, 3201, 0);
	set_answer(3200, 3);
	LEARNS_ANSWER(90000, 2, 4000, 0);
	set_answer(3200, 3);
	LEARNS_ANSWER(3200, 2, 3200, 0);
	set_answer(3200, 3);
	LEARNS_ANSWER(3000, 2, 3200, 0);

	set_answer(2560, 7);
	LEARNS_ANSWER(3600, 3, 2570, -1);
	LEARNS_ANSWER(3600, 4, 2581, -2);
	set_answer(2560, 0);
	LEARNS_ANSWER(2564, 3, 2561, -1);
	set_answer(2560, 3);
	LEARNS_ANSWER(2500, 3, 2560, -1);
	set_answer(2560, -14);
	LEARNS_ANSWER(90000, 9, 2570, -15);
	set_answer(2560, -15);
	LEARNS_ANSWER(3560, 9, 2810, -16);
	LEARNS_ANSWER(90000, 9, 3513, -16);
	set_answer(99999, -16);
	LEARNS_ANSWER(4000000, 9, 100000, -16);
}

/* Each slot is its own, and nothing else is learned of. */
static void nothing_else(void)
{
	struct wait_history before;
	unsigned int i;

	begin();
	wait_learn(&hist, IPMI_STEP_TICK, 3, 777, 0, false);
	EXPECT_EQ(hist.byte_us, 0);
	for (i = 0; i < WAIT_SLOTS; i++) {
		EXPECT_EQ(hist.answer_us[i], i == 3 ? 777 : 0);
		EXPECT_EQ(hist.streak[i], i == 3 ? 7 : 0);
	}
	memcpy(&before, &hist, sizeof(hist));
	wait_learn(&hist, IPMI_STEP_IDLE, 3, 999, 1, false);
	wait_learn(&hist, IPMI_STEP_AGAIN, 3, 999, 1, false);
	wait_learn(&hist, IPMI_STEP_DONE, 3, 999, 1, false);
	EXPECT(!memcmp(&before, &hist, sizeof(hist)));
	wait_learn(&hist, IPMI_STEP_SOON, 3, 44, 1, false);
	EXPECT_EQ(hist.answer_us[3], 777);
	EXPECT_EQ(hist.byte_us, 44);
}

static const struct test wait_learn_tests[] = {
	TEST(measuring_bytes),
	TEST(naps),
	TEST(first_answers),
	TEST(told_by_an_interrupt),
	TEST(found_at_the_first_look),
	TEST(found_later),
	TEST(nothing_else),
};

SUITE(wait_learn);
