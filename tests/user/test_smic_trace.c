// SPDX-License-Identifier: GPL-2.0-only
/*
 * The SMIC machine, access by access and microsecond by microsecond.
 *
 * The flow is that of the message transfer of IPMI 2.0, section 10, the bits those of its flags
 * register, the codes those of its SMS transfer stream (contract, section 3.2). The bounds are those
 * of Documentation/house.md and <ipmi/transfer.h>.
 */
#include "script.h"
#include "test.h"

#define BUSY		0x01
#define ATN		0x04
#define TX		0x40
#define RX		0x80

/* The registers: data; status, or control when written; flags. */
#define FLAGS(v)	RD(2, v)
#define STATUS(v)	RD(1, v)
#define DATA(v)		RD(0, v)
#define SEND(v)		WR(0, v)
/* The control code, and BUSY beside the flags as they were. */
#define CONTROL(v, was)	WR(1, v), WR(2, (was) | BUSY)

static struct script s;
static const u8 request[] = { 0x18, 0x22, 0x33 };

static void begin(void)
{
	script_begin(&s, &ipmi_smic_ops);
}

static void end(void)
{
	script_end(&s);
}

/* What is under way when something happens. */
enum point { AT_START, AT_READY, AT_WRITE, AT_WRITE_2, AT_WRITE_END, AT_THINK, AT_READ, AT_READ_2,
	     AT_READ_END };

static const struct {
	enum ipmi_step waits;
	enum ipmi_phase phase;
	bool handed;
} points[] = {
	[AT_START] = { IPMI_STEP_SOON, IPMI_PHASE_START, false },
	[AT_READY] = { IPMI_STEP_SOON, IPMI_PHASE_START, false },
	[AT_WRITE] = { IPMI_STEP_SOON, IPMI_PHASE_WRITE, false },
	[AT_WRITE_2] = { IPMI_STEP_SOON, IPMI_PHASE_WRITE, false },
	[AT_WRITE_END] = { IPMI_STEP_TICK, IPMI_PHASE_WRITE_END, true },
	[AT_THINK] = { IPMI_STEP_TICK, IPMI_PHASE_THINK, true },
	[AT_READ] = { IPMI_STEP_SOON, IPMI_PHASE_READ, true },
	[AT_READ_2] = { IPMI_STEP_SOON, IPMI_PHASE_READ, true },
	[AT_READ_END] = { IPMI_STEP_SOON, IPMI_PHASE_READ_END, true },
};

static void go(enum point p)
{
	CALL(&s, EXPECT_EQ(s.m->ops->start(s.m, request, sizeof(request)), 0));
	if (p > AT_START)
		STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX), CONTROL(0x40, TX));
	if (p > AT_READY)
		STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX), STATUS(0xc0), SEND(0x18),
		     CONTROL(0x41, TX));
	if (p > AT_WRITE)
		STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX), STATUS(0xc1), SEND(0x22),
		     CONTROL(0x42, TX));
	if (p > AT_WRITE_2)
		STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX), STATUS(0xc2), SEND(0x33),
		     CONTROL(0x43, TX));
	if (p > AT_WRITE_END)
		STEP(&s, 0, IPMI_STEP_TICK, FLAGS(TX), STATUS(0xc3), DATA(0));
	if (p > AT_THINK)
		STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX | RX), CONTROL(0x44, TX | RX));
	if (p > AT_READ)
		STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX | RX), STATUS(0xc4), DATA(0x1c),
		     CONTROL(0x45, TX | RX));
	if (p > AT_READ_2) {
		STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX | RX), STATUS(0xc5), DATA(0x22),
		     CONTROL(0x45, TX | RX));
		STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX | RX), STATUS(0xc6), DATA(0x00),
		     CONTROL(0x46, TX | RX));
	}
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
	go(AT_READ_END);
	CALL(&s, EXPECT_EQ(s.m->ops->result(s.m, rsp, sizeof(rsp)), 0));
	STEP(&s, 0, IPMI_STEP_DONE, FLAGS(TX), STATUS(0xc0), DATA(0));
	answered();
	EXPECT_EQ(s.m->ops->failure(s.m)->cause, IPMI_CAUSE_NONE);

	/* Two bytes, an answer that is there at once, and flags of others, which stay. */
	CALL(&s, EXPECT_EQ(s.m->ops->start(s.m, request, 2), 0));
	STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(0x7c), CONTROL(0x40, 0x7c));
	STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(0x7c), STATUS(0xc0), SEND(0x18), CONTROL(0x41, 0x7c));
	STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(0x7c), STATUS(0xc1), SEND(0x22), CONTROL(0x43, 0x7c));
	STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(0xfc), STATUS(0xc3), DATA(0), CONTROL(0x44, 0xfc));
	STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(0xfc), STATUS(0xc4), DATA(0x1c), CONTROL(0x45, 0xfc));
	STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(0xfc), STATUS(0xc5), DATA(0x22), CONTROL(0x45, 0xfc));
	STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(0xfc), STATUS(0xc6), DATA(0x00), CONTROL(0x46, 0xfc));
	STEP(&s, 0, IPMI_STEP_DONE, FLAGS(0x7c), STATUS(0xc0), DATA(0));
	answered();
	end();
}

/* TX_DATA_RDY and RX_DATA_RDY are waited for, each with its own bound of 5 s. */
static void not_ready(void)
{
	int i;

	begin();
	go(AT_WRITE);
	for (i = 0; i < 4; i++)
		STEP(&s, 1000000, IPMI_STEP_SOON, FLAGS(0), STATUS(0xc1));
	STEP(&s, 999999, IPMI_STEP_SOON, FLAGS(RX), STATUS(0xc1));
	STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX), STATUS(0xc1), SEND(0x22), CONTROL(0x42, TX));
	STEP(&s, 400000, IPMI_STEP_SOON, FLAGS(0), STATUS(0xc2));
	STEP(&s, 1, IPMI_STEP_AGAIN, FLAGS(0), STATUS(0xc2));
	end();

	begin();
	go(AT_WRITE_2);
	for (i = 0; i < 4; i++)
		STEP(&s, 1000000, IPMI_STEP_SOON, FLAGS(0), STATUS(0xc2));
	STEP(&s, 999999, IPMI_STEP_SOON, FLAGS(0), STATUS(0xc2));
	STEP(&s, 1, IPMI_STEP_AGAIN, FLAGS(0), STATUS(0xc2));
	STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(0), CONTROL(0x40, 0));
	STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(0), STATUS(0xc0));
	/* It was not handed over: it is sent again, from its beginning. */
	STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX), CONTROL(0x40, TX));
	STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX), STATUS(0xc0), SEND(0x18), CONTROL(0x41, TX));
	end();

	/* The first byte of an answer: one wait, from the last byte of the request on. */
	begin();
	go(AT_WRITE_END);
	WAIT(&s, 3000000, IPMI_STEP_TICK, 2, TX | BUSY);
	STEP(&s, 0, IPMI_STEP_TICK, FLAGS(TX), STATUS(0xc3), DATA(0));
	WAIT(&s, 1999999, IPMI_STEP_TICK, 2, TX);
	STEP(&s, 1, IPMI_STEP_AGAIN, FLAGS(TX));
	STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX), CONTROL(0x40, TX));
	STEP(&s, 0, IPMI_STEP_FAILED, FLAGS(TX), STATUS(0xc0));
	FAILURE(&s, IPMI_PHASE_THINK, IPMI_CAUSE_SILENT, TX, 0, true, false);

	go(AT_READ);
	for (i = 0; i < 4; i++)
		STEP(&s, 1000000, IPMI_STEP_SOON, FLAGS(TX), STATUS(0xc4));
	STEP(&s, 999999, IPMI_STEP_SOON, FLAGS(TX), STATUS(0xc4));
	STEP(&s, 1, IPMI_STEP_AGAIN, FLAGS(TX), STATUS(0xc4));
	STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX), CONTROL(0x40, TX));
	STEP(&s, 0, IPMI_STEP_FAILED, FLAGS(TX), STATUS(0xc0));
	FAILURE(&s, IPMI_PHASE_READ, IPMI_CAUSE_SILENT, TX, 0, true, false);
	end();
}

/* A caller with less patience. */
static void brief(void)
{
	begin();
	s.m->patience_us = 300000;
	go(AT_START);
	WAIT(&s, 400000, IPMI_STEP_SOON, 2, BUSY);
	end();
	begin();
	s.m->patience_us = 300000;
	go(AT_THINK);
	STEP(&s, 299999, IPMI_STEP_TICK, FLAGS(TX));
	STEP(&s, 1, IPMI_STEP_AGAIN, FLAGS(TX));
	end();
}

/* BUSY stays: 5 s at each point, then three times 100 ms in recovery. */
static void busy_stays(void)
{
	enum point p;
	int i;

	for (p = AT_START; p <= AT_READ_END; p++) {
		begin();
		go(p);
		WAIT(&s, 4999999, points[p].waits, 2, TX | RX | BUSY);
		STEP(&s, 1, IPMI_STEP_AGAIN, FLAGS(TX | BUSY));
		for (i = 0; i < 3; i++) {
			STEP(&s, 99999, IPMI_STEP_SOON, FLAGS(BUSY));
			STEP(&s, 1, i < 2 ? IPMI_STEP_AGAIN : IPMI_STEP_FAILED, FLAGS(BUSY));
		}
		FAILURE(&s, points[p].phase, IPMI_CAUSE_BUSY, TX | BUSY, 0, points[p].handed,
			true);
		STEP(&s, 0, IPMI_STEP_IDLE, FLAGS(BUSY));
		end();
	}
}

static void recovers(enum ipmi_step then)
{
	STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX | RX), CONTROL(0x40, TX | RX));
	STEP(&s, 0, then, FLAGS(TX), STATUS(0xc0));
}

/* Any status but the one that acknowledges the control code is wrong. */
static void wrong_status(void)
{
	static const struct {
		enum point p;
		u8 right, too;
	} cases[] = {
		{ AT_READY, 0xc0, 0xc0 },     { AT_WRITE, 0xc1, 0xc1 },
		{ AT_WRITE_2, 0xc2, 0xc2 },   { AT_WRITE_END, 0xc3, 0xc3 },
		{ AT_READ, 0xc4, 0xc6 },      { AT_READ_2, 0xc5, 0xc6 },
		{ AT_READ_END, 0xc0, 0xc0 },
	};
	unsigned int i, status;
	bool again;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		for (status = 0; status < 256; status++) {
			if (status == cases[i].right || status == cases[i].too)
				continue;
			again = !points[cases[i].p].handed;
			begin();
			go(cases[i].p);
			STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX | RX), STATUS(status));
			EXPECT_EQ(s.m->ops->failure(s.m)->cause, IPMI_CAUSE_STATE);
			EXPECT_EQ(s.m->ops->failure(s.m)->phase, points[cases[i].p].phase);
			recovers(again ? IPMI_STEP_AGAIN : IPMI_STEP_FAILED);
			if (again)
				STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX), CONTROL(0x40, TX));
			else
				FAILURE(&s, points[cases[i].p].phase, IPMI_CAUSE_STATE, TX | RX, 0,
					true, false);
			end();
		}
	}
}

/* Three tries, then the interface is as good as dead. */
static void three_tries(void)
{
	int i;

	begin();
	go(AT_READY);
	for (i = 0; i < 3; i++) {
		STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX), STATUS(0xc1));
		recovers(i < 2 ? IPMI_STEP_AGAIN : IPMI_STEP_FAILED);
		if (i < 2)
			STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX), CONTROL(0x40, TX));
	}
	FAILURE(&s, IPMI_PHASE_START, IPMI_CAUSE_STATE, TX, 0, false, true);
	end();
}

/* The BMC's own code comes in the data register at the two ends. */
static void error_codes(void)
{
	begin();
	go(AT_WRITE_END);
	STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX | RX), STATUS(0xc3), DATA(0x05));
	recovers(IPMI_STEP_FAILED);
	FAILURE(&s, IPMI_PHASE_WRITE_END, IPMI_CAUSE_ERROR, TX | RX, 0x05, true, false);
	go(AT_READ_END);
	STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX), STATUS(0xc0), DATA(0x01));
	recovers(IPMI_STEP_FAILED);
	FAILURE(&s, IPMI_PHASE_READ_END, IPMI_CAUSE_ERROR, TX, 0x01, true, false);
	end();
}

/* One byte is no answer, but the interface is READY: nothing to recover. */
static void too_short(void)
{
	begin();
	go(AT_READ);
	STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX | RX), STATUS(0xc6), DATA(0x1c),
	     CONTROL(0x46, TX | RX));
	STEP(&s, 0, IPMI_STEP_FAILED, FLAGS(TX), STATUS(0xc0), DATA(0));
	FAILURE(&s, IPMI_PHASE_READ_END, IPMI_CAUSE_TOO_SHORT, TX, 0, true, false);
	end();
}

/* 272 bytes and 256 more are taken, and no more than that. */
static void too_long(void)
{
	int i;

	begin();
	go(AT_READ_2);
	for (i = 1; i < 272 + 256; i++)
		STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX | RX), STATUS(0xc5), DATA(i),
		     CONTROL(0x45, TX | RX));
	STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX | RX), STATUS(0xc5), DATA(i));
	recovers(IPMI_STEP_FAILED);
	FAILURE(&s, IPMI_PHASE_READ, IPMI_CAUSE_TOO_LONG, TX | RX, 0, true, false);
	end();
}

/* Recovery: three times for each error, 100 ms a wait, 400 ms in all. */
static void recovery(void)
{
	int i;

	begin();
	go(AT_READY);
	for (i = 0; i < 2; i++) {
		/* Twice it fails, in vain; the third time it works. */
		STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX), STATUS(0xff));
		STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX), CONTROL(0x40, TX));
		STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX), STATUS(0xc5));
		STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX), CONTROL(0x40, TX));
		STEP(&s, 99999, IPMI_STEP_SOON, FLAGS(TX | BUSY));
		STEP(&s, 1, IPMI_STEP_AGAIN, FLAGS(TX | BUSY));
		recovers(IPMI_STEP_AGAIN);
		STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX), CONTROL(0x40, TX));
	}
	STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX), STATUS(0xc6));
	for (i = 0; i < 3; i++) {
		STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX), CONTROL(0x40, TX));
		STEP(&s, 0, i < 2 ? IPMI_STEP_AGAIN : IPMI_STEP_FAILED, FLAGS(TX), STATUS(0xc5));
	}
	FAILURE(&s, IPMI_PHASE_START, IPMI_CAUSE_STATE, TX, 0, false, true);

	go(AT_READY);
	for (i = 0; i < 2; i++) {
		STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX), STATUS(0xff));
		STEP(&s, 90000, IPMI_STEP_SOON, FLAGS(TX | BUSY));
		STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX), CONTROL(0x40, TX));
		STEP(&s, 90000, IPMI_STEP_SOON, FLAGS(TX | BUSY));
		STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX), STATUS(0xc0));
		STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX), CONTROL(0x40, TX));
	}
	STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX), STATUS(0xff));
	STEP(&s, 39999, IPMI_STEP_SOON, FLAGS(TX | BUSY));
	STEP(&s, 1, IPMI_STEP_FAILED, FLAGS(TX | BUSY));
	FAILURE(&s, IPMI_PHASE_START, IPMI_CAUSE_STATE, TX, 0, false, true);
	end();
}

/* All tries of one request: 5.4 s, though no wait of it is too long. */
static void tries_in_all(void)
{
	begin();
	go(AT_START);
	WAIT(&s, 4000000, IPMI_STEP_SOON, 2, BUSY);
	STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX), CONTROL(0x40, TX));
	WAIT(&s, 1399999, IPMI_STEP_SOON, 2, BUSY);
	STEP(&s, 1, IPMI_STEP_AGAIN, FLAGS(BUSY));
	recovers(IPMI_STEP_FAILED);
	FAILURE(&s, IPMI_PHASE_START, IPMI_CAUSE_BUSY, BUSY, 0, false, true);
	end();
}

static void absent(void)
{
	begin();
	go(AT_START);
	STEP(&s, 0, IPMI_STEP_SOON, FLAGS(0xff));
	STEP(&s, 99999, IPMI_STEP_SOON, FLAGS(0xff));
	STEP(&s, 1, IPMI_STEP_FAILED, FLAGS(0xff));
	FAILURE(&s, IPMI_PHASE_START, IPMI_CAUSE_ABSENT, 0xff, 0, false, true);

	/* In recovery: the story is that of the error. */
	go(AT_WRITE_END);
	STEP(&s, 0, IPMI_STEP_AGAIN, FLAGS(TX), STATUS(0xc0));
	STEP(&s, 0, IPMI_STEP_SOON, FLAGS(0xff));
	STEP(&s, 99999, IPMI_STEP_SOON, FLAGS(0xff));
	STEP(&s, 1, IPMI_STEP_FAILED, FLAGS(0xff));
	FAILURE(&s, IPMI_PHASE_WRITE_END, IPMI_CAUSE_STATE, TX, 0, true, true);
	end();
}

/* Attention is SMS_ATN; an interrupt may also come because there is data. */
static void idle(void)
{
	begin();
	STEP(&s, 0, IPMI_STEP_IDLE, FLAGS(0x00));
	STEP(&s, 0, IPMI_STEP_IDLE, FLAGS(0xff));
	STEP(&s, 9, IPMI_STEP_ATTN, FLAGS(ATN));
	STEP(&s, 0, IPMI_STEP_ATTN, FLAGS(0xfe));
	STEP(&s, 0, IPMI_STEP_IDLE, FLAGS(0xfb));

	CALL(&s, EXPECT(!s.m->ops->asserts(s.m)), FLAGS(0x00));
	CALL(&s, EXPECT(!s.m->ops->asserts(s.m)), FLAGS(0xff));
	CALL(&s, EXPECT(s.m->ops->asserts(s.m)), FLAGS(ATN));
	CALL(&s, EXPECT(s.m->ops->asserts(s.m)), FLAGS(RX));
	CALL(&s, EXPECT(!s.m->ops->asserts(s.m)), FLAGS(0x7b));

	CALL(&s, EXPECT(!s.m->ops->present(s.m)), FLAGS(0xff));
	CALL(&s, EXPECT(s.m->ops->present(s.m)), FLAGS(0x7f));
	CALL(&s, EXPECT(s.m->ops->present(s.m)), FLAGS(0xfe));
	end();
}

static void one_at_a_time(void)
{
	u8 long_request[273] = { 0x18, 0x01 }, rsp[4];

	begin();
	CALL(&s, EXPECT_EQ(s.m->ops->start(s.m, long_request, 1), 0xc7));
	CALL(&s, EXPECT_EQ(s.m->ops->start(s.m, long_request, 273), 0xc8));
	STEP(&s, 0, IPMI_STEP_IDLE, FLAGS(0));
	CALL(&s, EXPECT_EQ(s.m->ops->start(s.m, long_request, 272), 0));
	CALL(&s, EXPECT_EQ(s.m->ops->start(s.m, request, 2), 0xff));
	CALL(&s, EXPECT_EQ(s.m->ops->result(s.m, rsp, sizeof(rsp)), 0));

	/* To set it up again forgets all of that. */
	CALL(&s, s.m->ops->init(s.m, &s.regs));
	EXPECT(s.m->ops == &ipmi_smic_ops);
	EXPECT(s.m->regs == &s.regs);
	EXPECT_EQ(s.m->patience_us, 0);
	STEP(&s, 0, IPMI_STEP_IDLE, FLAGS(0));
	end();
}

static void kind(void)
{
	EXPECT(!strcmp(ipmi_smic_ops.name, "smic"));
	EXPECT_EQ(ipmi_smic_ops.nregs, 3);
	EXPECT_EQ(ipmi_smic_ops.step_timeout_us, 5000000);
	EXPECT_EQ(ipmi_smic_ops.answer_timeout_us, 5000000);
	EXPECT_EQ(ipmi_smic_ops.message_timeout_us, 6000000);
	EXPECT(!ipmi_smic_ops.irq);
}

static const struct test smic_trace_tests[] = {
	TEST(whole_transaction),
	TEST(not_ready),
	TEST(brief),
	TEST(busy_stays),
	TEST(wrong_status),
	TEST(three_tries),
	TEST(error_codes),
	TEST(too_short),
	TEST(too_long),
	TEST(recovery),
	TEST(tries_in_all),
	TEST(absent),
	TEST(idle),
	TEST(one_at_a_time),
	TEST(kind),
};

SUITE(smic_trace);
