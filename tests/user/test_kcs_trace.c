// SPDX-License-Identifier: GPL-2.0-only
/*
 * The KCS machine, access by access and microsecond by microsecond.
 *
 * The flow is that of the diagrams of IPMI 2.0, section 9.15 (contract, section 3.1: W0 to R0'
 * and E0 to E3), the bits those of section 9.7, the control codes those of section 9.10. The bounds
 * are those of Documentation/house.md.
 */
#include "script_kcs.h"
#include "test.h"

static struct script s;
static const u8 request[] = { 0x18, 0x22, 0x33 };

static void begin(void)
{
	script_begin(&s, &ipmi_kcs_ops);
}

static void start(void)
{
	CALL(&s, EXPECT_EQ(s.m->ops->start(s.m, request, sizeof(request)), 0));
}

static void end(void)
{
	script_end(&s);
}

/* What is under way when something happens. */
enum point { W0, W1, W1_2, W1_END, W2, R0, R0_2, R0_4, R0_END };

static const struct {
	u8 state;		/* what the BMC shows, as it should */
	u8 past;		/* what it showed before */
	enum ipmi_step waits;	/* for what */
	enum ipmi_phase phase;
	bool handed;
	bool takes_dummies;	/* while IBF is set */
} points[] = {
	[W0] = { IDLE, IDLE, IPMI_STEP_SOON, IPMI_PHASE_START, false, true },
	[W1] = { WRITE, IDLE, IPMI_STEP_SOON, IPMI_PHASE_WRITE, false, true },
	[W1_2] = { WRITE, WRITE, IPMI_STEP_SOON, IPMI_PHASE_WRITE, false, true },
	[W1_END] = { WRITE, WRITE, IPMI_STEP_SOON, IPMI_PHASE_WRITE, false, true },
	[W2] = { WRITE, WRITE, IPMI_STEP_SOON, IPMI_PHASE_WRITE_END, false, true },
	[R0] = { READ, WRITE, IPMI_STEP_TICK, IPMI_PHASE_THINK, true, false },
	[R0_2] = { READ, READ, IPMI_STEP_SOON, IPMI_PHASE_READ, true, false },
	[R0_4] = { READ, READ, IPMI_STEP_SOON, IPMI_PHASE_READ, true, false },
	[R0_END] = { IDLE, READ, IPMI_STEP_SOON, IPMI_PHASE_READ_END, true, false },
};

/* As far as @point, without dummy bytes. */
static void go(enum point point)
{
	start();
	if (point > W0)
		STEP(&s, 0, IPMI_STEP_AGAIN, ST(IDLE), COMMAND(0x61));
	if (point > W1)
		STEP(&s, 0, IPMI_STEP_AGAIN, ST(WRITE), IN(0x18));
	if (point > W1_2)
		STEP(&s, 0, IPMI_STEP_AGAIN, ST(WRITE), IN(0x22));
	if (point > W1_END)
		STEP(&s, 0, IPMI_STEP_AGAIN, ST(WRITE), COMMAND(0x62));
	if (point > W2)
		STEP(&s, 0, IPMI_STEP_AGAIN, ST(WRITE), IN(0x33));
	if (point > R0)
		STEP(&s, 0, IPMI_STEP_AGAIN, ST(READ | OBF), OUT(0x1c), IN(0x68));
	if (point > R0_2) {
		STEP(&s, 0, IPMI_STEP_AGAIN, ST(READ | OBF), OUT(0x22), IN(0x68));
		STEP(&s, 0, IPMI_STEP_AGAIN, ST(READ | OBF), OUT(0x00), IN(0x68));
	}
	if (point > R0_4)
		STEP(&s, 0, IPMI_STEP_SOON, ST(IDLE));
}

static void answered(void)
{
	u8 rsp[4];

	CALL(&s, EXPECT_BYTES(rsp, s.m->ops->result(s.m, rsp, sizeof(rsp)),
			      ((const u8[]){ 0x1c, 0x22, 0x00 }), 3));
}

static void whole_transaction(void)
{
	u8 rsp[4];

	begin();
	go(R0_4);
	CALL(&s, EXPECT_EQ(s.m->ops->result(s.m, rsp, sizeof(rsp)), 0));
	STEP(&s, 0, IPMI_STEP_DONE, ST(IDLE | OBF), OUT(0xaa));
	answered();
	EXPECT_EQ(s.m->ops->failure(s.m)->cause, IPMI_CAUSE_NONE);

	/* Two bytes only, and C/D#, SMS_ATN and the OEM bits, which say nothing here. */
	CALL(&s, EXPECT_EQ(s.m->ops->start(s.m, request, 2), 0));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(IDLE | 0x3c), COMMAND(0x61));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(WRITE | 0x3c), IN(0x18));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(WRITE | 0x3c), COMMAND(0x62));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(WRITE | 0x3c), IN(0x22));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(READ | 0x3d), OUT(0x1c), IN(0x68));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(READ | 0x3d), OUT(0x22), IN(0x68));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(READ | 0x3d), OUT(0x00), IN(0x68));
	STEP(&s, 0, IPMI_STEP_DONE, ST(IDLE | 0x3d), OUT(0));
	answered();
	end();
}

/* OBF is cleared before the request and before its last byte, and not in between. */
static void dummy_bytes(void)
{
	begin();
	start();
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(IDLE | OBF), OUT(1), COMMAND(0x61));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(WRITE | OBF), IN(0x18));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(WRITE | OBF), IN(0x22));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(WRITE | OBF), COMMAND(0x62));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(WRITE | OBF), OUT(0), IN(0x33));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(READ | OBF), OUT(0x1c), IN(0x68));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(READ | OBF), OUT(0x22), IN(0x68));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(READ | OBF), OUT(0), IN(0x68));
	STEP(&s, 0, IPMI_STEP_DONE, ST(IDLE | OBF), OUT(0));
	answered();
	end();
}

static bool told(void)
{
	return s.m->ops->told(s.m);
}

/*
 * An interrupt tells of a byte in the middle of a message: one look, and no second one. All else
 * is for a step, and costs a look only.
 */
static void told_of_bytes(void)
{
	begin();
	CALL(&s, EXPECT(!told()), ST(IDLE | OBF));
	start();
	CALL(&s, EXPECT(!told()), ST(IDLE | OBF));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(IDLE), COMMAND(0x61));
	CALL(&s, EXPECT(!told()), ST(0xff));
	CALL(&s, EXPECT(!told()), ST(WRITE));
	CALL(&s, EXPECT(!told()), ST(WRITE | IBF | OBF));
	CALL(&s, EXPECT(!told()), ST(IDLE | OBF));
	CALL(&s, EXPECT(!told()), ST(ERROR | OBF));
	CALL(&s, EXPECT(told()), ST(WRITE | 0x3d), OUT(0), IN(0x18));
	CALL(&s, EXPECT(told()), ST(WRITE | OBF), OUT(0), IN(0x22));
	/* The last byte has a control code before it. */
	CALL(&s, EXPECT(!told()), ST(WRITE | OBF));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(WRITE), COMMAND(0x62));
	CALL(&s, EXPECT(!told()), ST(WRITE | OBF));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(WRITE | OBF), OUT(0), IN(0x33));
	/* The first byte of an answer may be a dummy. */
	CALL(&s, EXPECT(!told()), ST(READ | OBF));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(READ | OBF), OUT(0x1c), IN(0x68));
	CALL(&s, EXPECT(!told()), ST(READ));
	CALL(&s, EXPECT(!told()), ST(READ | IBF | OBF));
	CALL(&s, EXPECT(!told()), ST(WRITE | OBF));
	CALL(&s, EXPECT(!told()), ST(0xff));
	CALL(&s, EXPECT(told()), ST(READ | OBF), OUT(0x22), IN(0x68));
	CALL(&s, EXPECT(told()), ST(READ | 0x3d), OUT(0x00), IN(0x68));
	CALL(&s, EXPECT(!told()), ST(IDLE | OBF));
	STEP(&s, 0, IPMI_STEP_DONE, ST(IDLE | OBF), OUT(0xaa));
	answered();
	end();
}

/* The time of bytes that were told of is told to the next step; one of them ends a wait. */
static void told_and_silent(void)
{
	begin();
	go(R0_2);
	STEP(&s, 0, IPMI_STEP_SOON, ST(READ));
	WAIT(&s, 4999999, IPMI_STEP_SOON, 1, READ);
	CALL(&s, EXPECT(told()), ST(READ | OBF), OUT(0x22), IN(0x68));
	STEP(&s, 300000, IPMI_STEP_SOON, ST(READ));
	STEP(&s, 100000, IPMI_STEP_SOON, ST(READ));
	STEP(&s, 1, IPMI_STEP_AGAIN, ST(READ));
	end();
}

/* An answer longer than a message is counted on by the steps. */
static void told_without_end(void)
{
	unsigned int i;

	begin();
	go(R0_2);
	for (i = 1; i < IPMI_MACHINE_MAX; i++)
		CALL(&s, EXPECT(told()), ST(READ | OBF), OUT(i), IN(0x68));
	CALL(&s, EXPECT(!told()), ST(READ | OBF));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(READ | OBF), OUT(1), IN(0x68));
	end();
}

/* No answer begins with 00h: one such byte came late. A second one is the answer's. */
static void late_dummy_before_the_answer(void)
{
	u8 rsp[4];

	begin();
	go(R0);
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(READ | OBF), OUT(0x00));
	STEP(&s, 0, IPMI_STEP_TICK, ST(READ));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(READ | OBF), OUT(0x00), IN(0x68));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(READ | OBF), OUT(0x00), IN(0x68));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(READ | OBF), OUT(0x07), IN(0x68));
	STEP(&s, 0, IPMI_STEP_DONE, ST(IDLE | OBF), OUT(0));
	CALL(&s, EXPECT_BYTES(rsp, s.m->ops->result(s.m, rsp, sizeof(rsp)),
			      ((const u8[]){ 0, 0, 7 }), 3));
	/* The next request is a new one. */
	go(R0);
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(READ | OBF), OUT(0x00));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(READ | OBF), OUT(0x1c), IN(0x68));
	end();
}

/* The dummy byte after an answer: there, late by one look, or not at all. */
static void end_of_an_answer(void)
{
	begin();
	go(R0_END);
	STEP(&s, 0, IPMI_STEP_DONE, ST(IDLE | OBF), OUT(0));
	answered();
	go(R0_END);
	STEP(&s, 0, IPMI_STEP_DONE, ST(IDLE));
	answered();
	go(R0_END);
	STEP(&s, 9, IPMI_STEP_SOON, ST(IDLE | IBF | OBF));
	STEP(&s, 9, IPMI_STEP_DONE, ST(IDLE | OBF), OUT(0));
	answered();

	/* Idle after one byte: no answer, but nothing to recover either. */
	go(R0_2);
	STEP(&s, 0, IPMI_STEP_FAILED, ST(IDLE | OBF), OUT(0));
	FAILURE(&s, IPMI_PHASE_READ_END, IPMI_CAUSE_TOO_SHORT, IDLE | OBF, 0, true, false);
	go(R0_2);
	STEP(&s, 0, IPMI_STEP_SOON, ST(IDLE));
	STEP(&s, 0, IPMI_STEP_FAILED, ST(IDLE));
	FAILURE(&s, IPMI_PHASE_READ_END, IPMI_CAUSE_TOO_SHORT, IDLE, 0, true, false);
	end();
}

/* Recovery as in the diagram: E0 to E3, with a code of 42h. */
static void recovers(enum ipmi_step then, u8 state)
{
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(state), COMMAND(0x60));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(ERROR | OBF), OUT(0), IN(0x00));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(READ | OBF), OUT(0x42), IN(0x68));
	STEP(&s, 0, then, ST(IDLE | OBF), OUT(0));
}

/* Recovery that meets a set IBF: three waits of 100 ms each. */
static void never_recovers(u8 state)
{
	int i;

	for (i = 0; i < 3; i++) {
		STEP(&s, 99999, IPMI_STEP_SOON, ST(state | IBF));
		STEP(&s, 1, i < 2 ? IPMI_STEP_AGAIN : IPMI_STEP_FAILED, ST(state | IBF));
	}
}

/* IBF stays: 5 s, at each point. */
static void ibf_stays(void)
{
	enum point p;

	for (p = W0; p <= R0_END; p++) {
		u8 status = points[p].state | IBF;

		begin();
		go(p);
		STEP(&s, 0, points[p].waits, ST(status | OBF));
		/* A BMC may wait for the host to take a dummy byte. */
		if (points[p].takes_dummies)
			STEP(&s, 1, points[p].waits, ST(status | OBF), OUT(0));
		else
			STEP(&s, 1, points[p].waits, ST(status | OBF));
		WAIT(&s, 4999998, points[p].waits, 1, status);
		STEP(&s, 1, IPMI_STEP_AGAIN, ST(status));
		never_recovers(points[p].state);
		FAILURE(&s, points[p].phase, IPMI_CAUSE_BUSY, status, 0, points[p].handed, true);
		/* It is idle, and takes the next. */
		STEP(&s, 0, IPMI_STEP_IDLE, ST(IBF));
		start();
		end();
	}
}

/* The error state: at once, and the request goes out again if it was not handed over. */
static void error_state(void)
{
	enum point p;
	int i;

	for (p = W0; p < R0_END; p++) {
		begin();
		go(p);
		for (i = 0; i < 3; i++) {
			STEP(&s, 0, IPMI_STEP_AGAIN, ST(ERROR));
			EXPECT_EQ(s.m->ops->failure(s.m)->cause, IPMI_CAUSE_ERROR);
			EXPECT_EQ(s.m->ops->failure(s.m)->phase,
				  i ? IPMI_PHASE_START : points[p].phase);
			recovers(i == 2 || points[p].handed ? IPMI_STEP_FAILED : IPMI_STEP_AGAIN,
				 ERROR);
			if (points[p].handed)
				break;
		}
		if (points[p].handed)
			FAILURE(&s, points[p].phase, IPMI_CAUSE_ERROR, ERROR, 0x42, true, false);
		else
			FAILURE(&s, IPMI_PHASE_START, IPMI_CAUSE_ERROR, ERROR, 0x42, false, true);
		STEP(&s, 0, IPMI_STEP_IDLE, ST(IDLE));
		end();
	}
}

/* What was overcome is not told, and what is sent again is all of it. */
static void second_try(void)
{
	begin();
	go(W2);
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(ERROR));
	recovers(IPMI_STEP_AGAIN, ERROR);
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(IDLE), COMMAND(0x61));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(WRITE), IN(0x18));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(WRITE), IN(0x22));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(WRITE), COMMAND(0x62));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(WRITE), IN(0x33));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(READ | OBF), OUT(0x1c), IN(0x68));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(READ | OBF), OUT(0x22), IN(0x68));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(READ | OBF), OUT(0x00), IN(0x68));
	STEP(&s, 0, IPMI_STEP_DONE, ST(IDLE | OBF), OUT(0));
	answered();
	EXPECT_EQ(s.m->ops->failure(s.m)->cause, IPMI_CAUSE_NONE);
	end();
}

/* A state that lags behind IBF has 10 ms; any other that is wrong has no time. */
static void wrong_states(void)
{
	static const u8 states[] = { IDLE, READ, WRITE };
	unsigned int i;
	enum point p;

	for (p = W0; p <= R0_4; p++) {
		for (i = 0; i < ARRAY_SIZE(states); i++) {
			u8 state = states[i];
			bool lags = p != W0 && state == points[p].past;
			bool again = !points[p].handed;

			if (state == points[p].state || (p >= R0 && state == IDLE))
				continue;
			begin();
			go(p);
			if (lags) {
				STEP(&s, 0, points[p].waits, ST(state));
				STEP(&s, 9999, points[p].waits, ST(state));
			}
			/* Where it is idle there is nothing to recover. */
			STEP(&s, lags, !again && state == IDLE ? IPMI_STEP_FAILED : IPMI_STEP_AGAIN,
			     ST(state));
			EXPECT_EQ(s.m->ops->failure(s.m)->cause, IPMI_CAUSE_STATE);
			EXPECT_EQ(s.m->ops->failure(s.m)->phase, points[p].phase);
			if (state != IDLE)
				recovers(again ? IPMI_STEP_AGAIN : IPMI_STEP_FAILED, state);
			if (again)
				STEP(&s, 0, IPMI_STEP_AGAIN, ST(IDLE), COMMAND(0x61));
			else
				FAILURE(&s, points[p].phase, IPMI_CAUSE_STATE, state, 0x42, true,
					false);
			end();
		}
	}
	/* At the start it may not even be idle because of another error. */
	begin();
	start();
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(READ));
	never_recovers(READ);
	FAILURE(&s, IPMI_PHASE_START, IPMI_CAUSE_STATE, READ, 0, false, true);
	end();
}

/* Idle instead of an answer: the BMC has forgotten the request; or the bits lag. */
static void idle_without_an_answer(void)
{
	begin();
	go(R0);
	STEP(&s, 0, IPMI_STEP_TICK, ST(IDLE));
	STEP(&s, 9999, IPMI_STEP_TICK, ST(IDLE));
	STEP(&s, 1, IPMI_STEP_FAILED, ST(IDLE));
	FAILURE(&s, IPMI_PHASE_THINK, IPMI_CAUSE_STATE, IDLE, 0, true, false);

	go(R0);
	STEP(&s, 9999, IPMI_STEP_TICK, ST(IDLE));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(READ | OBF), OUT(0x1c), IN(0x68));

	/* A byte that is left there, and nothing more. */
	end();
	begin();
	go(R0);
	STEP(&s, 0, IPMI_STEP_FAILED, ST(IDLE | OBF), OUT(0x1c));
	FAILURE(&s, IPMI_PHASE_READ_END, IPMI_CAUSE_TOO_SHORT, IDLE | OBF, 0, true, false);
	end();
}

/* OBF does not come: 5 s for each byte. */
static void silent(void)
{
	enum point p;

	for (p = R0; p <= R0_4; p++) {
		begin();
		go(p);
		WAIT(&s, 4999999, points[p].waits, 1, READ);
		STEP(&s, 1, IPMI_STEP_AGAIN, ST(READ));
		recovers(IPMI_STEP_FAILED, READ);
		FAILURE(&s, points[p].phase, IPMI_CAUSE_SILENT, READ, 0x42, true, false);
		end();
	}

	/* Less if the caller has less patience; a byte that comes begins a new wait. */
	begin();
	s.m->patience_us = 300000;
	start();
	WAIT(&s, 300000, IPMI_STEP_SOON, 1, IBF);
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(IDLE), COMMAND(0x61));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(WRITE), IN(0x18));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(WRITE), IN(0x22));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(WRITE), COMMAND(0x62));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(WRITE), IN(0x33));
	STEP(&s, 299999, IPMI_STEP_TICK, ST(READ));
	STEP(&s, 0, IPMI_STEP_AGAIN, ST(READ | OBF), OUT(0x1c), IN(0x68));
	STEP(&s, 299999, IPMI_STEP_SOON, ST(READ));
	STEP(&s, 1, IPMI_STEP_AGAIN, ST(READ));
	recovers(IPMI_STEP_FAILED, READ);
	FAILURE(&s, IPMI_PHASE_READ, IPMI_CAUSE_SILENT, READ, 0x42, true, false);
	end();
}

static const struct test kcs_trace_tests[] = {
	TEST(whole_transaction),
	TEST(dummy_bytes),
	TEST(told_of_bytes),
	TEST(told_and_silent),
	TEST(told_without_end),
	TEST(late_dummy_before_the_answer),
	TEST(end_of_an_answer),
	TEST(ibf_stays),
	TEST(error_state),
	TEST(second_try),
	TEST(wrong_states),
	TEST(idle_without_an_answer),
	TEST(silent),
};

SUITE(kcs_trace);
