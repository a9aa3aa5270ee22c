// SPDX-License-Identifier: GPL-2.0-only
/*
 * The BT machine against a fake BT BMC, in simulated time.
 */
#include "rig.h"
#include "test.h"
#include "../cases/bt.h"

static struct fake_bt bmc;

static void make(struct rig *r)
{
	fake_bt_init(&bmc);
	bmc.b.answer_len = 16;
	rig_init(r, &ipmi_bt_ops, &bmc.b);
}

static void accesses_are_the_minimum(void)
{
	static const unsigned int sizes[] = { 2, 3, 4, 18, 64, 253, 254 };
	unsigned int i, j;
	struct rig r;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (j = 1; j < ARRAY_SIZE(sizes); j++) {
			make(&r);
			EXPECT_EQ(rig_transact(&r, sizes[i], sizes[j]),
				  sizes[i] + sizes[j] + 12);
			EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_IDLE);
			EXPECT_EQ(bmc.b.accesses, sizes[i] + sizes[j] + 13);
			EXPECT_EQ(bmc.b.executed, 1);
			EXPECT_EQ(bmc.overruns, 0);
			EXPECT_EQ(bmc.ctrl, 0);
			rig_free(&r);
		}
	}
}

static unsigned int whole_reads, whole_writes;

static void read_all(const struct ipmi_regs *regs, unsigned int reg, u8 *bytes, unsigned int n)
{
	whole_reads++;
	while (n--)
		*bytes++ = regs->read(regs, reg);
}

static void write_all(const struct ipmi_regs *regs, unsigned int reg, const u8 *bytes,
		      unsigned int n)
{
	whole_writes++;
	while (n--)
		regs->write(regs, reg, *bytes++);
}

/* Where the bus can do it, a frame is one instruction each way. */
static void frames_in_one_go(void)
{
	struct rig r;

	make(&r);
	bmc.b.regs.read_all = read_all;
	bmc.b.regs.write_all = write_all;
	whole_reads = 0;
	whole_writes = 0;
	EXPECT_EQ(rig_transact(&r, 2, 18), 2 + 18 + 12);
	EXPECT_EQ(rig_transact(&r, 254, 254), 254 + 254 + 12);
	EXPECT_EQ(whole_reads, 2);
	EXPECT_EQ(whole_writes, 2);
	EXPECT_EQ(bmc.overruns, 0);
	rig_free(&r);
}

static void slow_bmcs(void)
{
	static const u32 delays[] = { 0, 1, 10, 35, 100, 1000, 10000, 100000, 2000000 };
	unsigned int i, j, kind;
	struct rig r;

	for (i = 0; i < ARRAY_SIZE(delays); i++) {
		for (j = 0; j < ARRAY_SIZE(delays); j++) {
			for (kind = 0; kind < 2; kind++) {
				make(&r);
				bmc.b.byte_us = delays[i];
				bmc.b.think_us = delays[j];
				bmc.holds_b_busy = kind;
				rig_transact(&r, 2, 18);
				rig_transact(&r, 40, 3);
				EXPECT_EQ(bmc.b.executed, 2);
				rig_free(&r);
			}
		}
	}
}

static void start_refuses(void)
{
	u8 req[300] = { 0x18, 1 };
	struct rig r;

	make(&r);
	EXPECT_EQ(r.m->ops->start(r.m, req, 1), 0xc7);
	/* Its length byte does not reach further. */
	EXPECT_EQ(r.m->ops->start(r.m, req, 255), 0xc8);
	EXPECT_EQ(r.m->ops->start(r.m, req, 272), 0xc8);
	EXPECT_EQ(r.m->ops->start(r.m, req, 300), 0xc8);
	EXPECT_EQ(r.m->ops->start(r.m, req, 254), 0);
	EXPECT_EQ(r.m->ops->start(r.m, req, 2), 0xff);
	EXPECT_EQ(r.m->ops->result(r.m, req, sizeof(req)), 0);
	EXPECT_EQ(bmc.b.accesses, 0);
	rig_free(&r);
}

/* Finding out whether it is there, and starting up, write nothing at all. */
static void presence(void)
{
	struct fake_fault ones = { .kind = FAKE_ONES };
	struct rig r;

	make(&r);
	bmc.ctrl = 0x40;
	EXPECT(r.m->ops->present(r.m));
	EXPECT_EQ(bmc.ctrl, 0x40);
	fake_inject(&bmc.b, &ones);
	EXPECT(!r.m->ops->present(r.m));
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_IDLE);
	EXPECT_EQ(bmc.b.accesses, 3);
	rig_free(&r);
}

/* It answers Get BT Interface Capabilities with this. */
static void say_capabilities(struct rig *r, const u8 *answer, unsigned int n)
{
	static const u8 req[] = { 0x18, 0x36 };

	memcpy(bmc.b.canned, answer, n);
	bmc.b.canned_len = n;
	EXPECT_EQ(rig_run(r, req, sizeof(req)), IPMI_STEP_DONE);
	bmc.b.canned_len = 0;
}

static void capabilities(void)
{
	static const u8 caps[] = { 0x1c, 0x36, 0, 1, 100, 120, 10, 1 };
	static const u8 nonsense[] = { 0x1c, 0x36, 0, 1, 0, 0, 31, 0 };
	static const u8 refused[] = { 0x1c, 0x36, 0xc1, 1, 100, 120, 10, 1 };
	u8 req[200] = { 0x18, 0x36 };
	struct rig r;

	make(&r);
	say_capabilities(&r, caps, sizeof(caps));

	/* What fits into 100 bytes is taken, and an answer may take ten seconds. */
	EXPECT_EQ(r.m->ops->start(r.m, req, 100), 0xc8);
	bmc.b.think_us = 9000000;
	rig_transact(&r, 99, 18);
	bmc.b.think_us = 11000000;
	rig_request(req, 2);
	EXPECT_EQ(rig_run(&r, req, 2), IPMI_STEP_FAILED);
	EXPECT(r.took_ns >= 10000000000 && r.took_ns < 10100000000);
	bmc.b.think_us = 0;

	/* Nonsense is as nothing. */
	say_capabilities(&r, nonsense, sizeof(nonsense));
	rig_transact(&r, 254, 18);
	bmc.b.think_us = 6000000;
	EXPECT_EQ(rig_run(&r, req, 2), IPMI_STEP_FAILED);
	EXPECT(r.took_ns < 5100000000);
	rig_free(&r);

	/* So are capabilities that are refused, or half of them. */
	make(&r);
	say_capabilities(&r, refused, sizeof(refused));
	say_capabilities(&r, caps, 7);
	rig_transact(&r, 254, 18);
	rig_free(&r);
}

static void answer_without_code(void)
{
	struct rig r;
	u8 req[2];

	rig_request(req, sizeof(req));
	make(&r);
	bmc.b.answer_len = 0;
	EXPECT_EQ(rig_run(&r, req, sizeof(req)), IPMI_STEP_DONE);
	EXPECT_BYTES(r.rsp, r.rsp_len, ((const u8[]){ 0x1c, 0x01, 0xff }), 3);
	rig_free(&r);
}

/* Answers to something else are dropped, and ours is waited for. */
static void stale_answers(void)
{
	unsigned int i;
	struct rig r;
	u8 req[2];

	rig_request(req, sizeof(req));
	make(&r);
	rig_transact(&r, 2, 18);

	/* At idle. */
	fake_bt_stale(&bmc, 77);
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_IDLE);
	EXPECT_EQ(bmc.ctrl, 0);
	rig_transact(&r, 2, 18);

	/* Before a request, even one with the number that this one gets. */
	for (i = 0; i < 256; i++) {
		fake_bt_stale(&bmc, i);
		rig_transact(&r, 2, 18);
		EXPECT_EQ(bmc.ctrl, 0);
	}

	/* While it thinks: the wait goes on, and has its end. */
	bmc.b.think_us = 1000000;
	EXPECT_EQ(r.m->ops->start(r.m, req, sizeof(req)), 0);
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_AGAIN);
	for (i = 0; i < 4900; i++) {
		if (i % 10 == 0)
			fake_bt_stale(&bmc, i * 7 + bmc.in[2] + 1);
		if (!EXPECT_EQ(r.m->ops->step(r.m, 1000), IPMI_STEP_TICK))
			break;
	}
	bmc.b.now_ns += 1000000000;
	EXPECT_EQ(r.m->ops->step(r.m, 1000), IPMI_STEP_DONE);

	/* A late answer to what has failed is not the answer to the next. */
	bmc.b.think_us = 5100000;
	EXPECT_EQ(rig_run(&r, req, sizeof(req)), IPMI_STEP_FAILED);
	EXPECT_EQ(r.m->ops->failure(r.m)->cause, IPMI_CAUSE_SILENT);
	EXPECT(r.m->ops->failure(r.m)->executed);
	EXPECT(!r.m->ops->failure(r.m)->dead);
	bmc.b.now_ns += 200000000;
	bmc.b.ops->run(&bmc.b);
	bmc.b.think_us = 1000;
	rig_transact(&r, 3, 10);
	EXPECT_EQ(bmc.resets, 0);

	/* Not even if it comes while the next is waited for, and is the same but one. */
	i = bmc.seq;
	EXPECT_EQ(r.m->ops->start(r.m, req, sizeof(req)), 0);
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_AGAIN);
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_TICK);
	fake_bt_stale(&bmc, i);
	EXPECT_EQ(r.m->ops->step(r.m, 10), IPMI_STEP_TICK);
	bmc.b.now_ns += 2000000;
	EXPECT_EQ(r.m->ops->step(r.m, 2000), IPMI_STEP_DONE);
	rig_free(&r);
}

static void wrong_answers(void)
{
	struct rig r;
	u8 req[2];

	rig_request(req, sizeof(req));
	make(&r);
	bmc.wrong_seq = true;
	EXPECT_EQ(rig_run(&r, req, sizeof(req)), IPMI_STEP_FAILED);
	EXPECT_EQ(r.m->ops->failure(r.m)->cause, IPMI_CAUSE_SILENT);
	bmc.wrong_seq = false;

	memcpy(bmc.b.canned, "\x1c\x02\x00", 3);
	bmc.b.canned_len = 3;
	EXPECT_EQ(rig_run(&r, req, sizeof(req)), IPMI_STEP_FAILED);
	memcpy(bmc.b.canned, "\x18\x01\x00", 3);
	EXPECT_EQ(rig_run(&r, req, sizeof(req)), IPMI_STEP_FAILED);
	bmc.b.canned_len = 0;
	rig_transact(&r, 2, 18);
	rig_free(&r);
}

/* Who answers something else does not get the ten seconds it asks for. */
static void wrong_answers_of_a_slow_bmc(void)
{
	static const u8 caps[] = { 0x1c, 0x36, 0, 1, 255, 255, 10, 1 };
	u8 req[2] = { 0x18, 0x36 };
	struct rig r;

	make(&r);
	say_capabilities(&r, caps, sizeof(caps));
	rig_request(req, 2);

	bmc.wrong_seq = true;
	EXPECT_EQ(rig_run(&r, req, 2), IPMI_STEP_FAILED);
	EXPECT_EQ(r.m->ops->failure(r.m)->cause, IPMI_CAUSE_SILENT);
	EXPECT(r.took_ns >= 5000000000 && r.took_ns < 5100000000);
	bmc.wrong_seq = false;
	memcpy(bmc.b.canned, "\x20\x01\x00", 3);
	bmc.b.canned_len = 3;
	EXPECT_EQ(rig_run(&r, req, 2), IPMI_STEP_FAILED);
	EXPECT_EQ(r.m->ops->failure(r.m)->cause, IPMI_CAUSE_WRONG);
	EXPECT(r.took_ns < 100000000);
	bmc.b.canned_len = 0;

	/* One who is slow does, and an answer to what has failed before is not its fault. */
	bmc.b.think_us = 11000000;
	EXPECT_EQ(rig_run(&r, req, 2), IPMI_STEP_FAILED);
	EXPECT(r.took_ns >= 10000000000 && r.took_ns < 10100000000);
	bmc.b.think_us = 9000000;
	EXPECT_EQ(r.m->ops->start(r.m, req, 2), 0);
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_AGAIN);
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_TICK);
	fake_bt_stale(&bmc, bmc.in[2] - 1);
	for (unsigned int s = 0; s < 8; s++) {
		bmc.b.now_ns += 1000000000;
		EXPECT_EQ(r.m->ops->step(r.m, 1000000), IPMI_STEP_TICK);
	}
	bmc.b.now_ns += 1100000000;
	EXPECT_EQ(r.m->ops->step(r.m, 1000000), IPMI_STEP_DONE);
	rig_free(&r);
}

/* SMS_ATN stays until the caller, who knows of it, fetches the flags. */
static void attention(void)
{
	u8 flags[2] = { 0x18, 0x31 };
	struct rig r;

	make(&r);
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_IDLE);
	fake_bt_attention(&bmc);
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_ATTN);
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_ATTN);
	rig_transact(&r, 2, 18);
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_ATTN);
	EXPECT_EQ(rig_run(&r, flags, 2), IPMI_STEP_DONE);
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_IDLE);

	/* Somebody else's question does not take it away unseen. */
	fake_bt_attention(&bmc);
	EXPECT_EQ(rig_run(&r, flags, 2), IPMI_STEP_DONE);
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_ATTN);
	rig_free(&r);
}

static void interrupt_enable(void)
{
	struct rig r;

	make(&r);
	r.m->ops->irq(r.m, true);
	EXPECT_EQ(bmc.intmask, 1);
	r.m->ops->irq(r.m, false);
	EXPECT_EQ(bmc.intmask, 0);
	EXPECT_EQ(bmc.resets, 0);
	EXPECT_EQ(bmc.b.accesses, 2);

	/* An answer, or attention, raises it; it is acknowledged with the enable kept, or gone. */
	r.m->ops->irq(r.m, true);
	rig_transact(&r, 2, 18);
	EXPECT_EQ(bmc.intmask, 3);
	r.m->ops->irq(r.m, true);
	EXPECT_EQ(bmc.intmask, 1);
	fake_bt_attention(&bmc);
	EXPECT_EQ(bmc.intmask, 3);
	r.m->ops->irq(r.m, false);
	EXPECT_EQ(bmc.intmask, 0);
	rig_transact(&r, 2, 18);
	EXPECT_EQ(bmc.intmask, 0);
	EXPECT_EQ(bmc.resets, 0);
	rig_free(&r);
}

/* Whose interrupt is it? A look that changes nothing tells. */
static void reason_to_interrupt(void)
{
	struct fake_fault ones = { .kind = FAKE_ONES };
	struct rig r;
	u8 req[2];

	make(&r);
	EXPECT(!r.m->ops->asserts(r.m));
	fake_bt_attention(&bmc);
	EXPECT(r.m->ops->asserts(r.m));
	EXPECT(r.m->ops->asserts(r.m));
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_ATTN);
	req[0] = 0x18;
	req[1] = 0x31;
	EXPECT_EQ(rig_run(&r, req, 2), IPMI_STEP_DONE);
	EXPECT(!r.m->ops->asserts(r.m));
	/* Acknowledged, what is left of it is the status bit of its own. */
	bmc.intmask = 3;
	EXPECT(r.m->ops->asserts(r.m));
	r.m->ops->irq(r.m, true);
	EXPECT(!r.m->ops->asserts(r.m));

	/* A bus that nobody drives interrupts nobody. */
	fake_bt_attention(&bmc);
	fake_inject(&bmc.b, &ones);
	EXPECT(!r.m->ops->asserts(r.m));
	rig_free(&r);
}

/* H_BUSY that an interrupted reader left behind is toggled off, once. */
static void left_h_busy(void)
{
	struct fake_fault stuck = { .kind = FAKE_BITS, .set = 0x48 };
	unsigned int i, before;
	struct rig r;

	make(&r);
	bmc.ctrl = 0x40;
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_IDLE);
	EXPECT_EQ(bmc.ctrl, 0);
	bmc.ctrl = 0x40;
	rig_transact(&r, 2, 18);
	EXPECT_EQ(bmc.ctrl, 0);
	/* With an answer half read. */
	bmc.ctrl = 0x40;
	fake_bt_stale(&bmc, 9);
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_IDLE);
	EXPECT_EQ(bmc.ctrl, 0);

	/* Bits that stay are left alone in the end. */
	fake_inject(&bmc.b, &stuck);
	for (i = 0; i < 4; i++)
		r.m->ops->step(r.m, 0);
	before = bmc.b.accesses;
	for (i = 0; i < 100; i++)
		EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_IDLE);
	EXPECT_EQ(bmc.b.accesses, before + 100);
	fake_heal(&bmc.b);
	rig_transact(&r, 2, 18);
	rig_free(&r);
}

static void dead_bmcs(void)
{
	static const struct {
		struct fake_fault fault;
		enum ipmi_cause cause;
		u32 bound_us;
		bool executed;
	} cases[] = {
		{ { .kind = FAKE_ONES }, IPMI_CAUSE_ABSENT, 110000, false },
		{ { .kind = FAKE_BITS, .set = 0x80 }, IPMI_CAUSE_BUSY, 5100000, false },
		{ { .kind = FAKE_BITS, .set = 0x04 }, IPMI_CAUSE_BUSY, 5100000, false },
		{ { .kind = FAKE_FREEZE }, IPMI_CAUSE_BUSY, 5100000, true },
		{ { .kind = FAKE_BITS, .set = 0x88 }, IPMI_CAUSE_BUSY, 5100000, false },
	};
	const struct ipmi_failure *f;
	unsigned int i;
	struct rig r;
	u8 req[2];

	rig_request(req, sizeof(req));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		make(&r);
		fake_inject(&bmc.b, &cases[i].fault);
		EXPECT_EQ(rig_run(&r, req, sizeof(req)), IPMI_STEP_FAILED);
		f = r.m->ops->failure(r.m);
		EXPECT_EQ(f->cause, cases[i].cause);
		EXPECT(f->dead);
		EXPECT_EQ(f->executed, cases[i].executed);
		EXPECT_SAY(r.took_ns / 1000 <= cases[i].bound_us, "case %u took %llu us", i,
			   (unsigned long long)r.took_ns / 1000);
		EXPECT_SAY(r.looks < 700, "case %u: %u looks", i, r.looks);
		EXPECT_EQ(bmc.resets, 0);
		/* Nothing is read off a bus that nobody drives. */
		if (f->cause == IPMI_CAUSE_ABSENT)
			EXPECT_EQ(bmc.b.data_reads, 0);
		rig_free(&r);
	}
}

/* Slow to take a request and slow to answer it: one bound for both. */
static void slow_twice(void)
{
	struct fake_fault busy = { .kind = FAKE_BITS, .set = 0x80, .for_us = 4500000 };
	struct rig r;
	u8 req[2];

	rig_request(req, sizeof(req));
	make(&r);
	bmc.b.think_us = 4500000;
	fake_inject(&bmc.b, &busy);
	EXPECT_EQ(rig_run(&r, req, sizeof(req)), IPMI_STEP_FAILED);
	EXPECT(r.took_ns < 6000000000);
	EXPECT(r.m->ops->failure(r.m)->executed);
	rig_free(&r);
}

static void make_variant(struct rig *r, unsigned int variant)
{
	make(r);
	bmc.b.byte_us = variant & 1 ? 35 : 0;
	bmc.b.think_us = variant & 1 ? 1000 : 0;
	bmc.holds_b_busy = variant & 2;
}

static void a_try_is_brief(void)
{
	faults_brief_try(make_variant, 0x80);
}

static void faults_at_every_access(void)
{
	faults_run(bt_faults, ARRAY_SIZE(bt_faults), make_variant, 4);
	EXPECT_EQ(bmc.resets, 0);
}

static const struct test bt_tests[] = {
	TEST(accesses_are_the_minimum),
	TEST(frames_in_one_go),
	TEST(slow_bmcs),
	TEST(start_refuses),
	TEST(presence),
	TEST(capabilities),
	TEST(answer_without_code),
	TEST(stale_answers),
	TEST(wrong_answers),
	TEST(wrong_answers_of_a_slow_bmc),
	TEST(attention),
	TEST(interrupt_enable),
	TEST(reason_to_interrupt),
	TEST(left_h_busy),
	TEST(dead_bmcs),
	TEST(slow_twice),
	TEST(a_try_is_brief),
	TEST(faults_at_every_access),
};

SUITE(bt);
