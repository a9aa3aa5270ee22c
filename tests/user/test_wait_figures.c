// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wait plan, figure by figure: what it does at which time of a wait. test_wait.c says what that
 * comes to; the rules are those at the head of drivers/proto/wait.c and in <ipmi/wait.h>, worked
 * out by hand.
 */
#include <ipmi/wait.h>

#include "test.h"

static struct wait_history hist;
static struct wait_facts facts;

static void begin(void)
{
	memset(&hist, 0, sizeof(hist));
	memset(&facts, 0, sizeof(facts));
}

static void plans(enum ipmi_step verdict, u32 waited_us, enum wait_how how, u32 us, int line)
{
	/* Its slot is number 3, however it is called. */
	struct wait_plan plan = wait_plan(&hist, &facts, verdict, 3 + WAIT_SLOTS, waited_us);

	EXPECT_SAY(plan.how == how && plan.us == us, "line %d: after %u us: %s for %u us", line,
		   waited_us, plan.how == WAIT_SPIN ? "spins" : "sleeps", plan.us);
}

#define BYTE_SPINS(waited, us)	  plans(IPMI_STEP_SOON, waited, WAIT_SPIN, us, __LINE__)
#define BYTE_SLEEPS(waited, us)	  plans(IPMI_STEP_SOON, waited, WAIT_SLEEP, us, __LINE__)
#define ANSWER_SPINS(waited, us)  plans(IPMI_STEP_TICK, waited, WAIT_SPIN, us, __LINE__)
#define ANSWER_SLEEPS(waited, us) plans(IPMI_STEP_TICK, waited, WAIT_SLEEP, us, __LINE__)
#define ANSWER_EVENT(waited, us)  plans(IPMI_STEP_TICK, waited, WAIT_EVENT, us, __LINE__)

static void other_verdicts(void)
{
	begin();
	plans(IPMI_STEP_IDLE, 0, WAIT_EVENT, 0, __LINE__);
	plans(IPMI_STEP_AGAIN, 9, WAIT_SPIN, 0, __LINE__);
	plans(IPMI_STEP_DONE, 9, WAIT_SPIN, 0, __LINE__);
	plans(IPMI_STEP_FAILED, 9, WAIT_SPIN, 0, __LINE__);
	plans(IPMI_STEP_ATTN, 9, WAIT_SPIN, 0, __LINE__);
}

/* Not known: watched for 50 us, then sleeps of a quarter of the wait, later of an eighth. */
static void unknown_byte(void)
{
	begin();
	BYTE_SPINS(0, 2);
	BYTE_SPINS(49, 2);
	BYTE_SLEEPS(50, 12);
	BYTE_SLEEPS(100, 25);
	BYTE_SLEEPS(3999, 999);
	BYTE_SLEEPS(4000, 1000);
	BYTE_SLEEPS(8000, 1000);
	BYTE_SLEEPS(8007, 1000);
	BYTE_SLEEPS(8008, 1001);
	BYTE_SLEEPS(10000, 1250);
	BYTE_SLEEPS(79999, 9999);
	BYTE_SLEEPS(80000, 10000);
	BYTE_SLEEPS(4999999, 10000);
}

/* Up to 10 us: spun for, for 25 us; that is how it is measured, too. */
static void quick_byte(void)
{
	static const u32 byte_us[] = { 1, 9, 10 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(byte_us); i++) {
		begin();
		hist.byte_us = byte_us[i];
		hist.nap_us = 7;
		BYTE_SPINS(0, 2);
		BYTE_SPINS(24, 2);
		BYTE_SLEEPS(25, 10);
		BYTE_SLEEPS(43, 10);
		BYTE_SLEEPS(44, 11);
		hist.bytes = 32;
		BYTE_SPINS(24, 2);
		BYTE_SLEEPS(25, 10);
	}
}

/* Longer: one sleep of the learned length, and what is missing. */
static void slept_for_byte(void)
{
	begin();
	hist.byte_us = 11;
	hist.nap_us = 9;
	BYTE_SLEEPS(0, 9);
	BYTE_SPINS(1, 2);
	BYTE_SPINS(15, 2);
	BYTE_SLEEPS(16, 10);
	BYTE_SLEEPS(21, 10);
	BYTE_SLEEPS(47, 11);

	hist.byte_us = 35;
	hist.nap_us = 30;
	hist.bytes = 31;
	BYTE_SLEEPS(0, 30);
	BYTE_SPINS(49, 2);
	BYTE_SLEEPS(50, 10);
	BYTE_SLEEPS(69, 10);
	BYTE_SLEEPS(70, 17);

	hist.byte_us = 400;
	hist.nap_us = 390;
	BYTE_SLEEPS(0, 390);
	BYTE_SPINS(49, 2);
	BYTE_SLEEPS(50, 10);
	BYTE_SLEEPS(799, 99);
	BYTE_SLEEPS(800, 200);
	hist.byte_us = 100000;
	BYTE_SLEEPS(90000, 10000);
}

/* Of which an interrupt may tell: tried, relied upon, and not tried again for a while. */
static void told_of_byte(void)
{
	unsigned int i;

	begin();
	facts.irq = true;
	hist.byte_us = 35;
	hist.nap_us = 30;
	BYTE_SLEEPS(0, 55);
	BYTE_SPINS(43, 2);
	for (i = 0; i < 63; i++)
		wait_learn(&hist, IPMI_STEP_SOON, 3, 35, 0, true);
	BYTE_SLEEPS(0, 55);
	wait_learn(&hist, IPMI_STEP_SOON, 3, 35, 0, true);
	plans(IPMI_STEP_SOON, 0, WAIT_EVENT, 10000, __LINE__);
	plans(IPMI_STEP_SOON, 20000, WAIT_EVENT, 20000, __LINE__);
	EXPECT_EQ(hist.byte_us, 35);
	/* Who has no time to lose spins, and so does who has to without an interrupt. */
	facts.fast = true;
	BYTE_SPINS(0, 2);
	facts.fast = false;
	facts.busy_us = 100;
	BYTE_SPINS(0, 2);
	facts.busy_us = 0;
	facts.irq = false;
	EXPECT(wait_plan(&hist, &facts, IPMI_STEP_SOON, 3, 0).how == WAIT_SLEEP);
	facts.irq = true;
	/* A byte that is there at once says nothing of that; one that is not told of does. */
	wait_learn(&hist, IPMI_STEP_SOON, 3, 1, 0, false);
	hist.byte_us = 35;
	plans(IPMI_STEP_SOON, 0, WAIT_EVENT, 10000, __LINE__);
	wait_learn(&hist, IPMI_STEP_SOON, 3, 10500, 0, false);
	hist.byte_us = 35;
	hist.nap_us = 30;
	hist.bytes = 0;
	BYTE_SLEEPS(0, 30);
	for (i = 0; i < 511; i++)
		wait_learn(&hist, IPMI_STEP_SOON, 3, 35, 0, true);
	EXPECT(hist.told < 0);
	wait_learn(&hist, IPMI_STEP_SOON, 3, 35, 0, false);
	hist.byte_us = 35;
	BYTE_SLEEPS(0, 55);
	/* What is quicker than an interrupt is spun for. */
	hist.byte_us = 1;
	BYTE_SPINS(0, 2);
	hist.byte_us = 2;
	BYTE_SLEEPS(0, 22);
}

/* Every 32nd is measured: watched if that takes no more than 50 us, else slept for by halves. */
static void measured_byte(void)
{
	begin();
	hist.bytes = 32;
	hist.byte_us = 50;
	hist.nap_us = 45;
	BYTE_SPINS(0, 2);
	BYTE_SPINS(49, 2);
	BYTE_SLEEPS(50, 10);
	hist.byte_us = 51;
	BYTE_SLEEPS(0, 25);
	BYTE_SPINS(25, 2);
	/* So are all where timers are too late. */
	hist.bytes = 0;
	hist.napless = true;
	hist.byte_us = 50;
	BYTE_SPINS(0, 2);
	BYTE_SPINS(49, 2);
	hist.byte_us = 51;
	BYTE_SLEEPS(0, 45);
	/* A quick one is nothing of that kind. */
	hist.byte_us = 10;
	BYTE_SPINS(24, 2);
	BYTE_SLEEPS(25, 10);
}

/* The administrator's limit, and that of maintenance mode; what is longer is not begun. */
static void limits_of_a_byte(void)
{
	static const struct {
		u32 busy_us;
		bool fast;
		u32 limit;
	} cases[] = {
		{ 3000, false, 3000 }, { 3000, true, 3000 }, { 0, true, 500 }, { 60, true, 60 },
	};
	unsigned int i, known;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		begin();
		facts.busy_us = cases[i].busy_us;
		facts.fast = cases[i].fast;
		for (known = 0; known < 4; known++) {
			hist.byte_us = known ? cases[i].limit : 0;
			hist.bytes = known == 2 ? 32 : 0;
			hist.napless = known == 3;
			BYTE_SPINS(0, 2);
			BYTE_SPINS(cases[i].limit - 1, 2);
			EXPECT_EQ(wait_plan(&hist, &facts, IPMI_STEP_SOON, 0, cases[i].limit).how,
				  WAIT_SLEEP);
		}
		hist.byte_us = 5;
		BYTE_SPINS(cases[i].limit - 1, 2);
		hist.byte_us = cases[i].limit + 1;
		hist.bytes = 0;
		hist.nap_us = 44;
		BYTE_SLEEPS(0, 44);
	}
	/* Less than its own, too. */
	begin();
	facts.busy_us = 10;
	BYTE_SPINS(9, 2);
	BYTE_SLEEPS(10, 10);
}

static void unknown_answer(void)
{
	begin();
	ANSWER_SLEEPS(0, 50);
	ANSWER_SLEEPS(1, 49);
	ANSWER_SLEEPS(29, 21);
	ANSWER_SLEEPS(30, 20);
	ANSWER_SLEEPS(50, 20);
	ANSWER_SLEEPS(503, 20);
	ANSWER_SLEEPS(504, 21);
	ANSWER_SLEEPS(2400, 100);
	ANSWER_SLEEPS(239999, 9999);
	ANSWER_SLEEPS(240000, 10000);
	ANSWER_SLEEPS(4999999, 10000);
	/* Maintenance mode. */
	facts.fast = true;
	ANSWER_SPINS(0, 5);
	ANSWER_SPINS(499, 5);
	ANSWER_SLEEPS(500, 20);
	ANSWER_SLEEPS(23999, 999);
	ANSWER_SLEEPS(24000, 1000);
	ANSWER_SLEEPS(48000, 1000);
	/* The administrator's limit. */
	facts.fast = false;
	facts.busy_us = 3000;
	ANSWER_SPINS(0, 5);
	ANSWER_SPINS(2999, 5);
	ANSWER_SLEEPS(3000, 125);
}

/* Until the usual time in one sleep, then a twenty-fourth of the wait each. */
static void usual_answer(void)
{
	begin();
	hist.answer_us[3] = 7000;
	ANSWER_SLEEPS(0, 7000);
	ANSWER_SLEEPS(1000, 6000);
	ANSWER_SLEEPS(6979, 21);
	ANSWER_SLEEPS(6980, 290);
	ANSWER_SLEEPS(7000, 291);
	hist.answer_us[3] = 100000;
	ANSWER_SLEEPS(0, 100000);
	/* Spinning begins when it should come. */
	hist.answer_us[3] = 7000;
	facts.busy_us = 3000;
	ANSWER_SLEEPS(0, 7000);
	ANSWER_SLEEPS(6980, 290);
	ANSWER_SPINS(7000, 5);
	ANSWER_SPINS(9999, 5);
	ANSWER_SLEEPS(10000, 416);
	facts.busy_us = 0;
	facts.fast = true;
	ANSWER_SPINS(7499, 5);
	ANSWER_SLEEPS(7500, 312);
}

/* Within 10 us: spun for, from the beginning. */
static void quick_answer(void)
{
	begin();
	hist.answer_us[3] = 10;
	ANSWER_SPINS(0, 2);
	ANSWER_SPINS(24, 2);
	ANSWER_SLEEPS(25, 20);
	hist.answer_us[3] = 1;
	ANSWER_SPINS(0, 2);
	ANSWER_SPINS(24, 2);
	hist.answer_us[3] = 11;
	ANSWER_SLEEPS(0, 20);
	hist.answer_us[3] = 20;
	ANSWER_SLEEPS(0, 20);
	hist.answer_us[3] = 21;
	ANSWER_SLEEPS(0, 21);

	hist.answer_us[3] = 10;
	facts.busy_us = 24;
	ANSWER_SPINS(24, 2);
	ANSWER_SLEEPS(25, 20);
	facts.busy_us = 300;
	ANSWER_SPINS(299, 2);
	ANSWER_SLEEPS(300, 20);
}

/* The net below an interrupt: twice the usual time, then what was waited; 10 to 100 ms. */
static void net(void)
{
	begin();
	facts.irq = true;
	ANSWER_EVENT(0, 10000);
	ANSWER_EVENT(1, 10000);
	ANSWER_EVENT(10001, 10001);
	ANSWER_EVENT(99999, 99999);
	ANSWER_EVENT(100001, 100000);
	hist.answer_us[3] = 51;
	ANSWER_EVENT(0, 10000);
	hist.answer_us[3] = 5001;
	ANSWER_EVENT(0, 10002);
	hist.answer_us[3] = 49999;
	ANSWER_EVENT(0, 99998);
	hist.answer_us[3] = 50001;
	ANSWER_EVENT(0, 100000);
	hist.answer_us[3] = ~0U;
	ANSWER_EVENT(0, 100000);
	/* Whatever may be spun for, an interrupt is waited for; but not for a byte, */
	hist.answer_us[3] = 51;
	facts.busy_us = 3000;
	ANSWER_EVENT(0, 10000);
	/* nor for an answer that is usually there before it could tell, and not long for that. */
	hist.answer_us[3] = 50;
	ANSWER_SPINS(0, 2);
	ANSWER_SPINS(49, 2);
	ANSWER_EVENT(50, 10000);
	BYTE_SPINS(0, 2);
}

/*
 * Commands that are next to each other or 32 apart, and the same of other network functions, have
 * slots of their own; LUN and direction have not.
 */
static void slots_of_commands(void)
{
	static const u8 netfns[] = { 0x00, 0x04, 0x06, 0x0a, 0x0c, 0x2c, 0x30 };
	unsigned int cmd, other, i, j;

	EXPECT_EQ(WAIT_SLOTS, 32);
	for (cmd = 0; cmd < 256; cmd++) {
		for (other = 0; other < cmd; other++)
			if (other >> 5 == cmd >> 5 || (other & 31) == (cmd & 31))
				EXPECT(wait_slot(0x18, cmd) != wait_slot(0x18, other));
		for (i = 0; i < ARRAY_SIZE(netfns); i++)
			for (j = 0; j < i; j++)
				EXPECT(wait_slot(netfns[i] << 2, cmd) !=
				       wait_slot(netfns[j] << 2, cmd));
		for (i = 1; i < 8; i++)
			EXPECT_EQ(wait_slot(0x18, cmd), wait_slot(0x18 + i, cmd));
	}
}

static const struct test wait_figures_tests[] = {
	TEST(other_verdicts),
	TEST(unknown_byte),
	TEST(quick_byte),
	TEST(slept_for_byte),
	TEST(told_of_byte),
	TEST(measured_byte),
	TEST(limits_of_a_byte),
	TEST(unknown_answer),
	TEST(usual_answer),
	TEST(quick_answer),
	TEST(net),
	TEST(slots_of_commands),
};

SUITE(wait_figures);
