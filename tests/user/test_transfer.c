// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the machines have in common: lengths, clocks, tries, answers that are too short or too
 * long; and the words for a failure.
 *
 * The figures are those of <ipmi/transfer.h> and of Documentation/house.md ("Every wait has a
 * bound"); 5 s for one wait is that of IPMI 2.0, section 9.15 (contract, section 4).
 */
#include <ipmi/transfer.h>

#include "test.h"

static struct transfer t;
static const struct ipmi_regs no_regs;

static void begin(void)
{
	u8 req[2] = { 0x18, 0x01 };

	memset(&t, 0xa5, sizeof(t));
	t.m.regs = &no_regs;
	t.m.patience_us = 0;
	EXPECT_EQ(transfer_start(&t, req, sizeof(req)), 0);
}

static void bounds(void)
{
	EXPECT_EQ(TRANSFER_WAIT_US, 5000000);
	EXPECT_EQ(TRANSFER_US, 5400000);
	EXPECT_EQ(TRANSFER_ABORT_US, 400000);
	EXPECT_EQ(TRANSFER_MESSAGE_US, 6000000);
	EXPECT_EQ(TRANSFER_ABORT_WAIT_US, 100000);
	EXPECT_EQ(TRANSFER_ABSENT_US, 100000);
	EXPECT_EQ(TRANSFER_ELAPSED_US, 1000000);
	EXPECT_EQ(TRANSFER_TRIES, 3);
	EXPECT_EQ(TRANSFER_ABORTS, 3);
	EXPECT_EQ(TRANSFER_SURPLUS_MAX, 256);
	EXPECT_EQ(TRANSFER_NOTHING, 0xff);
	/* As its comment says. */
	EXPECT(TRANSFER_US + TRANSFER_ABORT_US < TRANSFER_MESSAGE_US);
	/* Linux's longest message (contract, section 4). */
	EXPECT_EQ(IPMI_MACHINE_MAX, 272);
}

static void start_begins_anew(void)
{
	u8 req[273] = { 0x18, 0x01 };
	unsigned int i;

	for (i = 2; i < sizeof(req); i++)
		req[i] = i * 3;
	begin();
	EXPECT_EQ(t.status, 0);
	EXPECT_EQ(t.tries, 0);
	EXPECT_EQ(t.aborts, 0);
	EXPECT(!t.handed);
	EXPECT_EQ(t.total_us, 0);
	EXPECT_EQ(t.wait_us, 0);
	EXPECT_EQ(t.ones_us, 0);
	EXPECT_EQ(t.abort_us, 0);
	EXPECT_EQ(t.len, 2);
	EXPECT_EQ(t.sent, 0);
	EXPECT_EQ(t.got, 0);
	EXPECT_EQ(t.failure.phase, 0);
	EXPECT_EQ(t.failure.cause, 0);
	EXPECT_EQ(t.failure.status, 0);
	EXPECT_EQ(t.failure.code, 0);
	EXPECT(!t.failure.executed);
	EXPECT(!t.failure.dead);
	EXPECT_BYTES(t.req, 2, req, 2);

	/* The codes of too short and too long, and what is neither; IPMI 2.0, table 5-2. */
	EXPECT_EQ(transfer_start(&t, req, 0), 0xc7);
	EXPECT_EQ(transfer_start(&t, req, 1), 0xc7);
	EXPECT_EQ(transfer_start(&t, req, 3), 0);
	EXPECT_EQ(transfer_start(&t, req, 273), 0xc8);
	EXPECT_EQ(transfer_start(&t, req, ~0U), 0xc8);
	EXPECT_EQ(transfer_start(&t, req, 272), 0);
	EXPECT_EQ(t.len, 272);
	EXPECT_BYTES(t.req, 272, req, 272);
}

static void clocks(void)
{
	begin();
	t.status = 0x12;
	transfer_account(&t, 0x34, 7, false);
	EXPECT_EQ(t.status, 0x34);
	EXPECT_EQ(t.total_us, 7);
	EXPECT_EQ(t.wait_us, 7);
	EXPECT_EQ(t.abort_us, 0);
	EXPECT_EQ(t.ones_us, 0);
	transfer_account(&t, 0x56, 20, true);
	EXPECT_EQ(t.total_us, 27);
	EXPECT_EQ(t.wait_us, 27);
	EXPECT_EQ(t.abort_us, 20);

	/* Who slept for longer than a second has not waited for longer. */
	transfer_account(&t, 0x56, 1000000, true);
	EXPECT_EQ(t.abort_us, 1000020);
	transfer_account(&t, 0x56, 1000001, true);
	EXPECT_EQ(t.total_us, 2000027);
	EXPECT_EQ(t.wait_us, 2000027);
	EXPECT_EQ(t.abort_us, 2000020);
	transfer_account(&t, 0x56, ~0U, false);
	EXPECT_EQ(t.total_us, 3000027);
	EXPECT_EQ(t.abort_us, 2000020);
}

/* A look at once is the same, but counts nothing; unless there is nothing to see. */
static void looks(void)
{
	begin();
	transfer_look(&t, 0x34, 0, true);
	EXPECT_EQ(t.status, 0x34);
	EXPECT_EQ(t.total_us, 0);
	transfer_look(&t, 0x56, 9, true);
	EXPECT_EQ(t.status, 0x56);
	EXPECT_EQ(t.total_us, 9);
	EXPECT_EQ(t.wait_us, 9);
	EXPECT_EQ(t.abort_us, 9);
	transfer_look(&t, 0x56, 9, false);
	EXPECT_EQ(t.abort_us, 9);

	/* Ones count from the first look that sees them. */
	transfer_look(&t, 0xff, 500, false);
	EXPECT_EQ(t.ones_us, 0);
	EXPECT_EQ(t.status, 0xff);
	transfer_look(&t, 0xff, 60000, false);
	EXPECT_EQ(t.ones_us, 60000);
	transfer_look(&t, 0xff, 0, false);
	EXPECT_EQ(t.ones_us, 60000);
	transfer_look(&t, 0xff, 39999, false);
	EXPECT_EQ(t.ones_us, 99999);
	EXPECT(!transfer_is_absent(&t));
	transfer_look(&t, 0xff, 1, false);
	EXPECT(transfer_is_absent(&t));

	/* One look that sees something ends it, at once or later. */
	transfer_look(&t, 0x00, 0, false);
	EXPECT_EQ(t.status, 0);
	EXPECT_EQ(t.ones_us, 0);
	transfer_look(&t, 0xff, 0, false);
	transfer_look(&t, 0xff, 70000, false);
	EXPECT_EQ(t.ones_us, 70000);
	transfer_look(&t, 0xfe, 10, false);
	EXPECT_EQ(t.ones_us, 0);
	EXPECT(!transfer_is_absent(&t));
	/* Nor is the one after that more than the first. */
	transfer_look(&t, 0xff, 70000, false);
	EXPECT_EQ(t.ones_us, 0);
}

static void patience(void)
{
	begin();
	EXPECT_EQ(transfer_patience(&t, 5000000), 5000000);
	t.m.patience_us = 300000;
	EXPECT_EQ(transfer_patience(&t, 5000000), 5000000);
	t.handed = true;
	EXPECT_EQ(transfer_patience(&t, 5000000), 300000);
	EXPECT_EQ(transfer_patience(&t, 299999), 299999);
	t.m.patience_us = 0;
	EXPECT_EQ(transfer_patience(&t, 5000000), 5000000);
}

static void tries(void)
{
	begin();
	t.sent = 2;
	EXPECT(transfer_may_repeat(&t));
	EXPECT_EQ(t.sent, 0);
	EXPECT(transfer_may_repeat(&t));
	t.sent = 2;
	EXPECT(!transfer_may_repeat(&t));

	begin();
	t.total_us = 5399999;
	EXPECT(transfer_may_repeat(&t));
	t.total_us = 5400000;
	EXPECT(!transfer_may_repeat(&t));

	begin();
	t.handed = true;
	EXPECT(!transfer_may_repeat(&t));
}

static void story(void)
{
	begin();
	t.status = 0x42;
	t.failure.code = 7;
	t.failure.dead = true;
	transfer_record(&t, IPMI_PHASE_READ, IPMI_CAUSE_ERROR);
	EXPECT_EQ(t.failure.phase, IPMI_PHASE_READ);
	EXPECT_EQ(t.failure.cause, IPMI_CAUSE_ERROR);
	EXPECT_EQ(t.failure.status, 0x42);
	EXPECT_EQ(t.failure.code, 0);
	EXPECT(!t.failure.executed);
	EXPECT(!t.failure.dead);
	t.handed = true;
	transfer_record(&t, IPMI_PHASE_READ, IPMI_CAUSE_ERROR);
	EXPECT(t.failure.executed);
	EXPECT(transfer_failure(&t.m) == &t.failure);
}

static void take_bytes(unsigned int n)
{
	unsigned int i;

	begin();
	for (i = 0; i < n; i++)
		EXPECT(transfer_take(&t, i * 5 + 1));
	EXPECT_EQ(t.got, n);
}

/* Too long: code C6h and the message's length; without a code: FFh. */
static void answers(void)
{
	u8 rsp[300];
	unsigned int n;

	for (n = 0; n < 2; n++) {
		take_bytes(n);
		EXPECT(!transfer_complete(&t));
	}
	take_bytes(2);
	EXPECT(transfer_complete(&t));
	EXPECT_EQ(transfer_result(&t.m, rsp, sizeof(rsp)), 3);
	EXPECT_BYTES(rsp, 3, ((const u8[]){ 1, 6, 0xff }), 3);

	take_bytes(3);
	t.failure.cause = IPMI_CAUSE_STATE;
	EXPECT_EQ(transfer_result(&t.m, rsp, sizeof(rsp)), 0);
	EXPECT(transfer_complete(&t));
	EXPECT_EQ(transfer_result(&t.m, rsp, sizeof(rsp)), 3);
	EXPECT_BYTES(rsp, 3, ((const u8[]){ 1, 6, 11 }), 3);
	rsp[2] = 0xee;
	EXPECT_EQ(transfer_result(&t.m, rsp, 2), 2);
	EXPECT_EQ(rsp[2], 0xee);
	EXPECT_EQ(transfer_result(&t.m, rsp, 3), 3);

	take_bytes(272);
	EXPECT(transfer_complete(&t));
	EXPECT_EQ(transfer_result(&t.m, rsp, sizeof(rsp)), 272);
	EXPECT_EQ(rsp[2], 11);
	EXPECT_EQ(rsp[271], (271 * 5 + 1) & 0xff);

	take_bytes(273);
	/* What does not fit went nowhere: the array before the end is whole. */
	EXPECT_EQ(t.rsp[271], (271 * 5 + 1) & 0xff);
	EXPECT(transfer_complete(&t));
	EXPECT_EQ(transfer_result(&t.m, rsp, sizeof(rsp)), 272);
	EXPECT_EQ(rsp[1], 6);
	EXPECT_EQ(rsp[2], 0xc6);
	EXPECT_EQ(rsp[3], 16);

	/* There is an end to it. */
	take_bytes(272 + 256);
	EXPECT(!transfer_take(&t, 0));
	EXPECT_EQ(t.got, 272 + 256);
}

static u8 fifo_next;
static unsigned int fifo_reg, fifo_calls;

static u8 fifo_read(const struct ipmi_regs *regs, unsigned int reg)
{
	(void)regs;
	fifo_reg = reg;
	fifo_calls++;
	return fifo_next++;
}

static void fifo_write(const struct ipmi_regs *regs, unsigned int reg, u8 val)
{
	EXPECT_EQ(val, fifo_next);
	fifo_read(regs, reg);
}

static void fifo_read_all(const struct ipmi_regs *regs, unsigned int reg, u8 *bytes,
			  unsigned int n)
{
	(void)regs;
	fifo_reg = reg;
	fifo_calls++;
	memset(bytes, 0x77, n);
}

static void fifo_write_all(const struct ipmi_regs *regs, unsigned int reg, const u8 *bytes,
			   unsigned int n)
{
	(void)regs;
	fifo_reg = reg;
	fifo_calls++;
	EXPECT_EQ(bytes[n - 1], 0x77);
}

/* Byte by byte, or all at once where the bus can. */
static void fifos(void)
{
	struct ipmi_regs regs = { .read = fifo_read, .write = fifo_write };
	u8 bytes[5] = {};

	begin();
	t.m.regs = &regs;
	fifo_next = 9;
	fifo_calls = 0;
	transfer_read_all(&t, 3, bytes, 4);
	EXPECT_BYTES(bytes, 5, ((const u8[]){ 9, 10, 11, 12, 0 }), 5);
	EXPECT_EQ(fifo_calls, 4);
	EXPECT_EQ(fifo_reg, 3);
	fifo_next = 9;
	transfer_write_all(&t, 4, bytes, 4);
	EXPECT_EQ(fifo_calls, 8);
	EXPECT_EQ(fifo_reg, 4);
	EXPECT_EQ(fifo_next, 13);

	regs.read_all = fifo_read_all;
	transfer_write_all(&t, 5, bytes, 0);
	transfer_read_all(&t, 6, bytes, 4);
	EXPECT_BYTES(bytes, 5, ((const u8[]){ 0x77, 0x77, 0x77, 0x77, 0 }), 5);
	EXPECT_EQ(fifo_calls, 9);
	EXPECT_EQ(fifo_reg, 6);
	regs.write_all = fifo_write_all;
	transfer_write_all(&t, 7, bytes, 4);
	EXPECT_EQ(fifo_calls, 10);
	EXPECT_EQ(fifo_reg, 7);
}

/* Logs say these words, and people look for them. */
static void words(void)
{
	static const char *const phases[] = {
		"between requests", "starting a request", "writing a request",
		"handing over a request", "waiting for an answer", "reading an answer",
		"closing an answer", "recovering",
	};
	static const char *const causes[] = {
		"no error", "nothing is there", "stays busy", "is silent", "is in a wrong state",
		"reports an error", "answer without a completion code", "answer without an end",
		"answer to something else",
	};
	unsigned int i;

	EXPECT_EQ(IPMI_PHASES, ARRAY_SIZE(phases));
	for (i = 0; i < ARRAY_SIZE(phases); i++)
		EXPECT_SAY(!strcmp(ipmi_phase_name(i), phases[i]), "phase %u: %s", i,
			   ipmi_phase_name(i));
	EXPECT(!strcmp(ipmi_phase_name(i), "?"));
	EXPECT(!strcmp(ipmi_phase_name(-1), "?"));

	EXPECT_EQ(IPMI_CAUSES, ARRAY_SIZE(causes));
	for (i = 0; i < ARRAY_SIZE(causes); i++)
		EXPECT_SAY(!strcmp(ipmi_cause_name(i), causes[i]), "cause %u: %s", i,
			   ipmi_cause_name(i));
	EXPECT(!strcmp(ipmi_cause_name(i), "?"));
	EXPECT(!strcmp(ipmi_cause_name(-1), "?"));
}

static const struct test transfer_tests[] = {
	TEST(bounds),
	TEST(start_begins_anew),
	TEST(clocks),
	TEST(looks),
	TEST(patience),
	TEST(tries),
	TEST(story),
	TEST(answers),
	TEST(fifos),
	TEST(words),
};

SUITE(transfer);
