// SPDX-License-Identifier: GPL-2.0-only
/*
 * The KCS machine where something is wrong, and where nothing is under way: access by access
 * and microsecond by microsecond.
 *
 * Recovery is that of the error exit of IPMI 2.0, section 9.15 (contract, section 3.1: E0 to
 * E3), interrupts and attention those of sections 9.7 and 9.12. The bounds are those of
 * Documentation/house.md and <ipmi/transfer.h>.
 */
#include "script_kcs.h"
#include "test.h"

static struct script s;
static const u8 request[] = { 0x18, 0x22 };

static void begin(void)
{
	script_begin(&s, &ipmi_kcs_ops);
}

static void end(void)
{
	script_end(&s);
}

/* The request is at its first byte; and the BMC says that something is wrong. */
static void write_start(void)
{
	CALL(&s, EXPECT_EQ(s.m->ops->start(s.m, request, sizeof(request)), 0));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(IDLE), COMMAND(0x61));
}

static void go_wrong(void)
{
	write_start();
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(ERROR));
}

/* It is with the BMC. */
static void hand_over(void)
{
	write_start();
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(WRITE), IN(0x18));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(WRITE), COMMAND(0x62));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(WRITE), IN(0x22));
}

enum point { E0, E1, E2, E3 };

/* From the error as far as @point. */
static void abort_as_far_as(enum point point)
{
	if (point > E0)
		STEP(&s, 0, IPMI_STEP_AGAIN, ST(ERROR), COMMAND(0x60));
	if (point > E1)
		STEP(&s, 0, IPMI_STEP_AGAIN, ST(ERROR), IN(0x00));
	if (point > E2)
		STEP(&s, 0, IPMI_STEP_AGAIN, ST(READ | OBF), OUT(0x06), IN(0x68));
}

static void is_recovered(void)
{
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(IDLE), COMMAND(0x61));
}

/* IBF: 100 ms at each point; until there is a code, a dummy byte is taken meanwhile. */
static void ibf_stays(void)
{
	enum point p;

	for (p = E0; p <= E3; p++) {
		begin();
		go_wrong();
		abort_as_far_as(p);
		STEP(&s, 0, IPMI_STEP_SOON, ST(ERROR | IBF | OBF));
		if (p <= E1)
			STEP(&s, 99999, IPMI_STEP_SOON, ST(ERROR | IBF | OBF), OUT(0));
		else
			STEP(&s, 99999, IPMI_STEP_SOON, ST(ERROR | IBF | OBF));
		STEP(&s, 1, IPMI_STEP_AGAIN, ST(ERROR | IBF));
		/* It is told to abort again, and that helps. */
		abort_as_far_as(E3);
		STEP(&s, 0, IPMI_STEP_AGAIN, ST(IDLE));
		is_recovered();
		end();
	}
}

/* Dummy bytes go before the data byte of the abort and after the last. */
static void dummy_bytes(void)
{
	begin();
	go_wrong();
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(ERROR | OBF), COMMAND(0x60));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(ERROR | OBF), OUT(0), IN(0x00));
	STEP(&s, 0, IPMI_STEP_SOON, ST(READ));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(READ | OBF), OUT(0x06), IN(0x68));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(IDLE | OBF), OUT(0));
	is_recovered();
	end();
}

/* The code comes in the read state; who is idle already has none to give. */
static void states_for_the_code(void)
{
	static const u8 wrong[] = { WRITE, ERROR };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		begin();
		go_wrong();
		abort_as_far_as(E2);
		STEP(&s, 9999, IPMI_STEP_SOON, ST(wrong[i]));
		STEP(&s, 1, IPMI_STEP_AGAIN, ST(wrong[i]));
		abort_as_far_as(E2);
		STEP(&s, 0, IPMI_STEP_AGAIN, ST(IDLE));
		is_recovered();
		end();
	}
	/* Without a code for 100 ms. */
	begin();
	go_wrong();
	abort_as_far_as(E2);
	STEP(&s, 99999, IPMI_STEP_SOON, ST(READ));
	STEP(&s, 1, IPMI_STEP_AGAIN, ST(READ));
	abort_as_far_as(E3);
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(IDLE));
	is_recovered();
	end();
}

static void states_at_the_end(void)
{
	static const u8 wrong[] = { READ, WRITE, ERROR };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		begin();
		go_wrong();
		abort_as_far_as(E3);
		STEP(&s, 9999, IPMI_STEP_SOON, ST(wrong[i] | OBF));
		STEP(&s, 1, IPMI_STEP_AGAIN, ST(wrong[i] | OBF));
		abort_as_far_as(E3);
		STEP(&s, 0, IPMI_STEP_AGAIN, ST(IDLE));
		is_recovered();
		end();
	}
}

/* Three times, for each error anew; what it ends with tells of the first error. */
static void three_aborts(void)
{
	int i;

	begin();
	go_wrong();
	for (i = 0; i < 2; i++) {
		abort_as_far_as(E2);
		STEP(&s, 10000, IPMI_STEP_AGAIN, ST(WRITE));
	}
	abort_as_far_as(E2);
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(IDLE));
	is_recovered();
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(READ));
	for (i = 0; i < 2; i++) {
		abort_as_far_as(E2);
		STEP(&s, 10000, IPMI_STEP_AGAIN, ST(WRITE));
	}
	abort_as_far_as(E3);
	STEP(&s, 9999, IPMI_STEP_SOON, ST(WRITE));
	STEP(&s, 1, IPMI_STEP_FAILED, ST(WRITE));
	FAILURE(&s, IPMI_PHASE_WRITE, IPMI_CAUSE_STATE, READ, 0x06, false, true);
	end();
}

/* All recovery of one request: 400 ms, whatever it gets on meanwhile. */
static void recovery_in_all(void)
{
	begin();
	go_wrong();
	STEP(&s, 90000, IPMI_STEP_SOON, ST(ERROR | IBF));
	abort_as_far_as(E1);
	STEP(&s, 90000, IPMI_STEP_SOON, ST(ERROR | IBF));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(ERROR), IN(0x00));
	STEP(&s, 90000, IPMI_STEP_SOON, ST(READ));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(READ | OBF), OUT(6), IN(0x68));
	STEP(&s, 90000, IPMI_STEP_SOON, ST(READ | IBF));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(IDLE));
	is_recovered();
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(ERROR));
	STEP(&s, 39999, IPMI_STEP_SOON, ST(ERROR | IBF));
	STEP(&s, 1, IPMI_STEP_FAILED, ST(ERROR | IBF));
	FAILURE(&s, IPMI_PHASE_WRITE, IPMI_CAUSE_ERROR, ERROR, 0, false, true);
	end();
}

/* All tries of one request: 5.4 s, though no wait of it is too long. */
static void tries_in_all(void)
{
	begin();
	CALL(&s, EXPECT_EQ(s.m->ops->start(s.m, request, sizeof(request)), 0));
	WAIT(&s, 4000000, IPMI_STEP_SOON, 1, IBF);
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(IDLE), COMMAND(0x61));
	WAIT(&s, 1399999, IPMI_STEP_SOON, 1, WRITE | IBF);
	STEP(&s, 1, IPMI_STEP_AGAIN, ST(WRITE | IBF));
	abort_as_far_as(E3);
	STEP(&s, 0, IPMI_STEP_FAILED, ST(IDLE));
	FAILURE(&s, IPMI_PHASE_WRITE, IPMI_CAUSE_BUSY, WRITE | IBF, 6, false, true);
	end();
}

/* All ones for 100 ms: nobody is there, or nobody any more. */
static void absent(void)
{
	begin();
	CALL(&s, EXPECT_EQ(s.m->ops->start(s.m, request, sizeof(request)), 0));
	STEP(&s, 0, IPMI_STEP_SOON, ST(0xff));
	STEP(&s, 99999, IPMI_STEP_SOON, ST(0xff));
	STEP(&s, 1, IPMI_STEP_FAILED, ST(0xff));
	FAILURE(&s, IPMI_PHASE_START, IPMI_CAUSE_ABSENT, 0xff, 0, false, true);

	/* A moment of it is no more than that. */
	hand_over();
	STEP(&s, 0, IPMI_STEP_TICK, ST(0xff));
	STEP(&s, 99999, IPMI_STEP_TICK, ST(0xff));
	STEP(&s, 1, IPMI_STEP_TICK, ST(READ));
	STEP(&s, 1, IPMI_STEP_TICK, ST(0xff));
	STEP(&s, 99999, IPMI_STEP_TICK, ST(0xff));
	STEP(&s, 1, IPMI_STEP_FAILED, ST(0xff));
	FAILURE(&s, IPMI_PHASE_THINK, IPMI_CAUSE_ABSENT, 0xff, 0, true, true);

	/* In recovery: the story is that of the error. */
	go_wrong();
	abort_as_far_as(E1);
	STEP(&s, 0, IPMI_STEP_SOON, ST(0xff));
	STEP(&s, 99999, IPMI_STEP_SOON, ST(0xff));
	STEP(&s, 1, IPMI_STEP_FAILED, ST(0xff));
	FAILURE(&s, IPMI_PHASE_WRITE, IPMI_CAUSE_ERROR, ERROR, 0, false, true);
	end();
}

/* Between requests: attention, and dummy bytes that come with an interrupt. */
static void idle(void)
{
	begin();
	STEP(&s, 0, IPMI_STEP_IDLE, ST(IDLE));
	STEP(&s, 0, IPMI_STEP_IDLE, ST(0xff));
	STEP(&s, 5, IPMI_STEP_ATTN, ST(IDLE | ATN));
	STEP(&s, 0, IPMI_STEP_ATTN, ST(IDLE | ATN | OBF), OUT(0));
	STEP(&s, 0, IPMI_STEP_IDLE, ST(IDLE | OBF), OUT(0));
	/* Whatever state it is in is a matter for the next request. */
	STEP(&s, 0, IPMI_STEP_IDLE, ST(ERROR | IBF));
	STEP(&s, 0, IPMI_STEP_IDLE, ST(READ | 0x38));
	STEP(&s, 0, IPMI_STEP_ATTN, ST(WRITE | 0x3e));
	end();
}

static void reasons_to_interrupt(void)
{
	begin();
	CALL(&s, EXPECT(!s.m->ops->asserts(s.m)), ST(IDLE));
	CALL(&s, EXPECT(s.m->ops->asserts(s.m)), ST(IDLE | OBF));
	CALL(&s, EXPECT(s.m->ops->asserts(s.m)), ST(IDLE | ATN));
	CALL(&s, EXPECT(s.m->ops->asserts(s.m)), ST(READ | OBF));
	CALL(&s, EXPECT(!s.m->ops->asserts(s.m)), ST(ERROR | 0x3a));
	CALL(&s, EXPECT(!s.m->ops->asserts(s.m)), ST(0xff));
	CALL(&s, EXPECT(s.m->ops->asserts(s.m)), ST(0xfd));
	end();
}

static void presence(void)
{
	begin();
	CALL(&s, EXPECT(!s.m->ops->present(s.m)), ST(0xff));
	CALL(&s, EXPECT(s.m->ops->present(s.m)), ST(0xfe));
	CALL(&s, EXPECT(s.m->ops->present(s.m)), ST(0x7f));
	CALL(&s, EXPECT(s.m->ops->present(s.m)), ST(0x00));
	end();
}

/* While it is under way there is no answer, no story and no room for another. */
static void one_at_a_time(void)
{
	u8 long_request[273] = { 0x18, 0x01 }, rsp[4];

	begin();
	CALL(&s, EXPECT_EQ(s.m->ops->start(s.m, long_request, 1), 0xc7));
	CALL(&s, EXPECT_EQ(s.m->ops->start(s.m, long_request, 273), 0xc8));
	STEP(&s, 0, IPMI_STEP_IDLE, ST(IDLE));
	CALL(&s, EXPECT_EQ(s.m->ops->start(s.m, long_request, 272), 0));
	CALL(&s, EXPECT_EQ(s.m->ops->start(s.m, request, 2), 0xff));
	CALL(&s, EXPECT_EQ(s.m->ops->result(s.m, rsp, sizeof(rsp)), 0));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(IDLE), COMMAND(0x61));
	CALL(&s, EXPECT_EQ(s.m->ops->start(s.m, request, 2), 0xff));

	/* To set it up again forgets all of that. */
	CALL(&s, s.m->ops->init(s.m, &s.regs));
	EXPECT(s.m->ops == &ipmi_kcs_ops);
	EXPECT(s.m->regs == &s.regs);
	EXPECT_EQ(s.m->patience_us, 0);
	STEP(&s, 0, IPMI_STEP_IDLE, ST(IDLE));
	hand_over();
	end();
}

static void kind(void)
{
	EXPECT(!strcmp(ipmi_kcs_ops.name, "kcs"));
	EXPECT_EQ(ipmi_kcs_ops.nregs, 2);
	EXPECT_EQ(ipmi_kcs_ops.step_timeout_us, 5000000);
	EXPECT_EQ(ipmi_kcs_ops.answer_timeout_us, 5000000);
	EXPECT_EQ(ipmi_kcs_ops.message_timeout_us, 6000000);
	EXPECT(!ipmi_kcs_ops.irq);
}

static const struct test kcs_recovery_tests[] = {
	TEST(ibf_stays),
	TEST(dummy_bytes),
	TEST(states_for_the_code),
	TEST(states_at_the_end),
	TEST(three_aborts),
	TEST(recovery_in_all),
	TEST(tries_in_all),
	TEST(absent),
	TEST(idle),
	TEST(reasons_to_interrupt),
	TEST(presence),
	TEST(one_at_a_time),
	TEST(kind),
};

SUITE(kcs_recovery);
