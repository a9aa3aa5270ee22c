// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long the BT machine waits, to the microsecond, and what it learns of that from the BMC.
 *
 * Get BT Interface Capabilities is IPMI 2.0, section 22.10: request-to-response time in seconds,
 * 1 to 30, and the largest length byte of a request (contract, section 3.3). The other bounds are
 * those of Documentation/house.md and drivers/proto/bt.c.
 */
#include "script.h"
#include "test.h"

#define H2B		0x04
#define B2H		0x08
#define B_BUSY		0x80

#define CTRL(v)		RD(0, v)
#define SET(v)		WR(0, v)
#define OUT(v)		RD(1, v)
#define IN(v)		WR(1, v)

#define REQUEST(seq)	SET(1), IN(3), IN(0x18), IN(seq), IN(0x22), SET(H2B)
#define ANSWER(seq)                                                                               \
	SET(0x40), SET(B2H), SET(2), OUT(4), OUT(0x1c), OUT(seq), OUT(0x22), OUT(0), SET(0x40)

static struct script s;
static u8 seq;

static void begin(void)
{
	script_begin(&s, &ipmi_bt_ops);
	seq = 0;
}

static void end(void)
{
	script_end(&s);
}

static void start(void)
{
	static const u8 request[] = { 0x18, 0x22 };

	CALL(&s, EXPECT_EQ(s.m->ops->start(s.m, request, sizeof(request)), 0));
	seq++;
}

static void hand_over(void)
{
	start();
	STEP(&s, 0, IPMI_STEP_AGAIN, CTRL(0), REQUEST(seq));
}

/* So long it waits for an answer, and no longer. */
static void waits_for(u32 us, int line)
{
	hand_over();
	script_wait(&s, us - 1, IPMI_STEP_TICK, 0, 0, line);
	STEP(&s, 1, IPMI_STEP_FAILED, CTRL(0));
	FAILURE(&s, IPMI_PHASE_THINK, IPMI_CAUSE_SILENT, 0, 0, true, false);
}

#define WAITS_FOR(us) waits_for(us, __LINE__)

/* A request of any command, so that nobody but its sender knows what its answer means. */
static void tell(u8 netfn, u8 cmd, u8 cc, u8 size, u8 seconds, unsigned int n)
{
	const u8 request[] = { netfn, cmd };
	const struct access all[] = {
		CTRL(B2H), SET(0x40), SET(B2H), SET(2), OUT(n + 1), OUT(netfn | 4), OUT(seq + 1),
		OUT(cmd), OUT(cc), OUT(1), OUT(size), OUT(200), OUT(seconds), OUT(3),
	};
	struct access want[ARRAY_SIZE(all) + 1];

	CALL(&s, EXPECT_EQ(s.m->ops->start(s.m, request, 2), 0));
	seq++;
	STEP(&s, 0, IPMI_STEP_AGAIN, CTRL(0), SET(1), IN(3), IN(netfn), IN(seq), IN(cmd),
	     SET(H2B));
	memcpy(want, all, sizeof(all));
	want[6 + n] = (struct access)SET(0x40);
	script_step(&s, 0, IPMI_STEP_DONE, want, 7 + n, __LINE__);
}

/* The longest request that is taken. */
static void takes(unsigned int n, int line)
{
	u8 request[272] = { 0x18, 0x22 };

	/* It stays idle: only what is refused is asked, and then what is taken. */
	EXPECT_SAY(s.m->ops->start(s.m, request, n + 1) == 0xc8, "line %d: takes more", line);
	EXPECT_SAY(s.m->ops->start(s.m, request, n) == 0, "line %d: takes less", line);
}

#define TAKES(n) takes(n, __LINE__)

static void defaults(void)
{
	begin();
	WAITS_FOR(5000000);
	TAKES(254);
	end();
}

static void times(void)
{
	static const struct {
		u8 seconds;
		u32 us;
	} cases[] = {
		{ 0, 5000000 },	  { 1, 5000000 },   { 5, 5000000 },  { 6, 6000000 },
		{ 29, 29000000 }, { 30, 30000000 }, { 31, 5000000 }, { 255, 5000000 },
	};
	unsigned int i;

	begin();
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		tell(0x18, 0x36, 0, 255, 9, 8);
		tell(0x18, 0x36, 0, 255, cases[i].seconds, 8);
		WAITS_FOR(cases[i].us);
	}
	end();
}

static void sizes(void)
{
	static const u8 sizes[][2] = { { 63, 63 }, { 64, 64 }, { 254, 254 }, { 255, 255 },
				       { 62, 255 }, { 0, 255 } };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		begin();
		tell(0x18, 0x36, 0, 70, 5, 8);
		tell(0x18, 0x36, 0, sizes[i][0], 5, 8);
		TAKES(sizes[i][1] - 1);
		end();
	}
}

/* Only that command, of that network function, with an answer that is whole, says so. */
static void not_capabilities(void)
{
	begin();
	tell(0x18, 0x35, 0, 100, 10, 8);
	tell(0x28, 0x36, 0, 100, 10, 8);
	tell(0x18, 0x36, 0xc1, 100, 10, 8);
	tell(0x18, 0x36, 0, 100, 10, 7);
	WAITS_FOR(5000000);
	TAKES(254);
	end();
	/* What was once told stays. */
	begin();
	tell(0x18, 0x36, 0, 100, 10, 8);
	tell(0x18, 0x36, 0xc1, 200, 20, 8);
	WAITS_FOR(10000000);
	TAKES(99);
	end();
}

static void patience(void)
{
	begin();
	tell(0x18, 0x36, 0, 255, 10, 8);
	s.m->patience_us = 300000;
	start();
	WAIT(&s, 400000, IPMI_STEP_SOON, 0, B_BUSY);
	STEP(&s, 0, IPMI_STEP_AGAIN, CTRL(0), REQUEST(seq));
	STEP(&s, 299999, IPMI_STEP_TICK, CTRL(0));
	STEP(&s, 1, IPMI_STEP_FAILED, CTRL(0));
	FAILURE(&s, IPMI_PHASE_THINK, IPMI_CAUSE_SILENT, 0, 0, true, false);
	end();
}

/* It does not take the request for 5 s; or what is written to it. */
static void busy(void)
{
	static const u8 status[] = { B_BUSY, H2B, B_BUSY | H2B };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(status); i++) {
		begin();
		/* However long it may think. */
		tell(0x18, 0x36, 0, 255, 10, 8);
		start();
		WAIT(&s, 4999999, IPMI_STEP_SOON, 0, status[i]);
		STEP(&s, 1, IPMI_STEP_FAILED, CTRL(status[i]));
		FAILURE(&s, IPMI_PHASE_START, IPMI_CAUSE_BUSY, status[i], 0, false, true);
		hand_over();
		WAIT(&s, 9999999, IPMI_STEP_TICK, 0, status[i]);
		STEP(&s, 1, IPMI_STEP_FAILED, CTRL(status[i]));
		FAILURE(&s, IPMI_PHASE_THINK, IPMI_CAUSE_BUSY, status[i], 0, true, true);
		STEP(&s, 0, IPMI_STEP_IDLE, CTRL(status[i]));
		end();
	}
}

/* Both waits: as long as the answer may take, and 0.4 s. */
static void in_all(void)
{
	begin();
	start();
	WAIT(&s, 3000000, IPMI_STEP_SOON, 0, B_BUSY);
	STEP(&s, 0, IPMI_STEP_AGAIN, CTRL(0), REQUEST(seq));
	WAIT(&s, 2399999, IPMI_STEP_TICK, 0, 0);
	STEP(&s, 1, IPMI_STEP_FAILED, CTRL(0));
	FAILURE(&s, IPMI_PHASE_THINK, IPMI_CAUSE_SILENT, 0, 0, true, false);

	tell(0x18, 0x36, 0, 255, 7, 8);
	start();
	WAIT(&s, 3000000, IPMI_STEP_SOON, 0, B_BUSY);
	STEP(&s, 0, IPMI_STEP_AGAIN, CTRL(0), REQUEST(seq));
	WAIT(&s, 4399999, IPMI_STEP_TICK, 0, 0);
	STEP(&s, 1, IPMI_STEP_FAILED, CTRL(0));
	end();
}

static void absent(void)
{
	begin();
	start();
	STEP(&s, 0, IPMI_STEP_SOON, CTRL(0xff));
	STEP(&s, 99999, IPMI_STEP_SOON, CTRL(0xff));
	STEP(&s, 1, IPMI_STEP_FAILED, CTRL(0xff));
	FAILURE(&s, IPMI_PHASE_START, IPMI_CAUSE_ABSENT, 0xff, 0, false, true);
	hand_over();
	STEP(&s, 0, IPMI_STEP_TICK, CTRL(0xff));
	STEP(&s, 99999, IPMI_STEP_TICK, CTRL(0xff));
	STEP(&s, 1, IPMI_STEP_FAILED, CTRL(0xff));
	FAILURE(&s, IPMI_PHASE_THINK, IPMI_CAUSE_ABSENT, 0xff, 0, true, true);
	end();
}

/* A request that waits meanwhile for 9 s, and not for more than 5 s after a wrong answer. */
static void gets_a_wrong_answer(bool late)
{
	hand_over();
	WAIT(&s, 1000000, IPMI_STEP_TICK, 0, 0);
	STEP(&s, 0, IPMI_STEP_TICK, CTRL(B2H), ANSWER((u8)(seq - 1)));
	if (late) {
		WAIT(&s, 7999999, IPMI_STEP_TICK, 0, 0);
	} else {
		WAIT(&s, 3999999, IPMI_STEP_TICK, 0, 0);
	}
	STEP(&s, 1, IPMI_STEP_FAILED, CTRL(0));
	FAILURE(&s, IPMI_PHASE_THINK, IPMI_CAUSE_SILENT, 0, 0, true, false);
}

/*
 * Who answers, but not what was asked, gets 5 s and no more. The answer to a request before,
 * which had none, is no fault of this one's; but there is one such answer only.
 */
static void wrong_answers(void)
{
	begin();
	tell(0x18, 0x36, 0, 255, 9, 8);
	gets_a_wrong_answer(false);
	/* That one was wrong, so it is not owed any more. */
	gets_a_wrong_answer(false);
	/* This one is. */
	WAITS_FOR(9000000);
	gets_a_wrong_answer(true);
	/* And so is that of the last one; but not twice. */
	hand_over();
	STEP(&s, 0, IPMI_STEP_TICK, CTRL(B2H), ANSWER((u8)(seq - 1)));
	STEP(&s, 0, IPMI_STEP_TICK, CTRL(B2H), ANSWER((u8)(seq - 1)));
	WAIT(&s, 4999999, IPMI_STEP_TICK, 0, 0);
	STEP(&s, 1, IPMI_STEP_FAILED, CTRL(0));

	/* Nothing is owed by who never had the request, */
	start();
	WAIT(&s, 4999999, IPMI_STEP_SOON, 0, B_BUSY);
	STEP(&s, 1, IPMI_STEP_FAILED, CTRL(B_BUSY));
	gets_a_wrong_answer(false);
	/* or has answered at last, between the requests */
	WAITS_FOR(9000000);
	STEP(&s, 0, IPMI_STEP_IDLE, CTRL(B2H), ANSWER(seq));
	gets_a_wrong_answer(false);
	/* or has answered another since. */
	WAITS_FOR(9000000);
	hand_over();
	STEP(&s, 0, IPMI_STEP_DONE, CTRL(B2H), ANSWER(seq));
	gets_a_wrong_answer(false);
	end();
}

static const struct test bt_bounds_tests[] = {
	TEST(defaults),
	TEST(times),
	TEST(sizes),
	TEST(not_capabilities),
	TEST(patience),
	TEST(busy),
	TEST(in_all),
	TEST(absent),
	TEST(wrong_answers),
};

SUITE(bt_bounds);
