// SPDX-License-Identifier: GPL-2.0-only
/*
 * The SMIC machine against a fake SMIC BMC, in simulated time.
 */
#include "rig.h"
#include "test.h"
#include "../cases/smic.h"

static struct fake_smic bmc;

static void make(struct rig *r)
{
	fake_smic_init(&bmc);
	bmc.b.answer_len = 16;
	rig_init(r, &ipmi_smic_ops, &bmc.b);
}

static void accesses_are_the_minimum(void)
{
	static const unsigned int sizes[] = { 2, 3, 4, 18, 64, 81, 272 };
	unsigned int i, j;
	struct rig r;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (j = 1; j < ARRAY_SIZE(sizes); j++) {
			make(&r);
			EXPECT_EQ(rig_transact(&r, sizes[i], sizes[j]),
				  5 * sizes[i] + 5 * sizes[j] + 11);
			EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_IDLE);
			EXPECT_EQ(bmc.b.executed, 1);
			rig_free(&r);
		}
	}
}

static void slow_bytes(void)
{
	static const u32 delays[] = { 0, 1, 2, 5, 10, 35, 100, 1000, 3000, 10000 };
	unsigned int i, kind;
	struct rig r;

	for (i = 0; i < ARRAY_SIZE(delays); i++) {
		for (kind = 0; kind < 2; kind++) {
			make(&r);
			bmc.b.byte_us = delays[i];
			bmc.b.think_us = 700;
			bmc.holds_busy = kind;
			rig_transact(&r, 2, 18);
			rig_transact(&r, 40, 3);
			EXPECT_EQ(bmc.b.executed, 2);
			rig_free(&r);
		}
	}
}

static void start_refuses(void)
{
	u8 req[300] = { 0x18, 1 };
	struct rig r;

	make(&r);
	EXPECT_EQ(r.m->ops->start(r.m, req, 1), 0xc7);
	EXPECT_EQ(r.m->ops->start(r.m, req, 273), 0xc8);
	EXPECT_EQ(r.m->ops->start(r.m, req, 2), 0);
	EXPECT_EQ(r.m->ops->start(r.m, req, 2), 0xff);
	EXPECT_EQ(r.m->ops->result(r.m, req, sizeof(req)), 0);
	EXPECT_EQ(bmc.b.accesses, 0);
	rig_free(&r);
}

static void presence(void)
{
	struct fake_fault ones = { .kind = FAKE_ONES };
	struct rig r;

	make(&r);
	EXPECT(r.m->ops->present(r.m));
	fake_inject(&bmc.b, &ones);
	EXPECT(!r.m->ops->present(r.m));
	/* Nor do all ones ask for attention. */
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_IDLE);
	rig_free(&r);
}

static void odd_lengths(void)
{
	u8 req[2];
	struct rig r;
	int len;

	rig_request(req, sizeof(req));
	for (len = -1; len <= 526; len++) {
		make(&r);
		bmc.b.answer_len = len;
		if (len >= 0) {
			EXPECT_EQ(rig_run(&r, req, sizeof(req)), IPMI_STEP_DONE);
			EXPECT(rig_right(&r, req, sizeof(req)));
		} else {
			EXPECT_EQ(rig_run(&r, req, sizeof(req)), IPMI_STEP_FAILED);
			EXPECT_EQ(r.m->ops->failure(r.m)->cause, IPMI_CAUSE_TOO_SHORT);
			EXPECT_EQ(r.m->ops->failure(r.m)->phase, IPMI_PHASE_READ_END);
			EXPECT(r.m->ops->failure(r.m)->executed);
			EXPECT(!r.m->ops->failure(r.m)->dead);
		}
		rig_free(&r);
	}
}

static void endless_answer(void)
{
	rig_endless(make);
}

static void attention(void)
{
	struct rig r;

	make(&r);
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_IDLE);
	fake_smic_attention(&bmc, true);
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_ATTN);
	rig_transact(&r, 2, 18);
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_ATTN);
	fake_smic_attention(&bmc, false);
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_IDLE);
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
	fake_smic_attention(&bmc, true);
	EXPECT(r.m->ops->asserts(r.m));
	EXPECT(r.m->ops->asserts(r.m));
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_ATTN);
	fake_smic_attention(&bmc, false);
	EXPECT(!r.m->ops->asserts(r.m));
	rig_request(req, 2);
	EXPECT_EQ(rig_run(&r, req, 2), IPMI_STEP_DONE);
	EXPECT(!r.m->ops->asserts(r.m));

	/* A bus that nobody drives interrupts nobody. */
	fake_smic_attention(&bmc, true);
	fake_inject(&bmc.b, &ones);
	EXPECT(!r.m->ops->asserts(r.m));
	rig_free(&r);
}

/* BUSY while nothing is under way is the BMC's own affair (contract 9.20). */
static void busy_at_idle(void)
{
	struct fake_fault busy = { .kind = FAKE_BITS, .set = 0x01 };
	struct rig r;

	make(&r);
	fake_inject(&bmc.b, &busy);
	EXPECT_EQ(r.m->ops->step(r.m, 1000000), IPMI_STEP_IDLE);
	EXPECT_EQ(bmc.b.accesses, 1);
	rig_free(&r);
}

static void dead_bmcs(void)
{
	static const struct {
		struct fake_fault fault;
		enum ipmi_cause cause;
		u32 bound_us;
	} cases[] = {
		{ { .kind = FAKE_ONES }, IPMI_CAUSE_ABSENT, 110000 },
		{ { .kind = FAKE_ZEROS }, IPMI_CAUSE_STATE, 1000 },
		{ { .kind = FAKE_BITS, .set = 0x01 }, IPMI_CAUSE_BUSY, 5600000 },
		{ { .kind = FAKE_FREEZE }, IPMI_CAUSE_BUSY, 5600000 },
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
		EXPECT(!f->executed);
		EXPECT_SAY(r.took_ns / 1000 <= cases[i].bound_us, "case %u took %llu us", i,
			   (unsigned long long)r.took_ns / 1000);
		EXPECT_SAY(r.looks < 800, "case %u: %u looks", i, r.looks);
		EXPECT_EQ(bmc.b.executed, 0);
		rig_free(&r);
	}
}

static void silent_bmc_recovers(void)
{
	struct rig r;
	u8 req[2];

	rig_request(req, sizeof(req));
	make(&r);
	bmc.b.think_us = 60000000;
	EXPECT_EQ(rig_run(&r, req, sizeof(req)), IPMI_STEP_FAILED);
	EXPECT_EQ(r.m->ops->failure(r.m)->cause, IPMI_CAUSE_SILENT);
	EXPECT_EQ(r.m->ops->failure(r.m)->phase, IPMI_PHASE_THINK);
	EXPECT(r.m->ops->failure(r.m)->executed);
	EXPECT(!r.m->ops->failure(r.m)->dead);
	EXPECT(r.took_ns >= 5000000000 && r.took_ns < 5100000000);
	EXPECT_EQ(bmc.b.executed, 1);
	bmc.b.think_us = 0;
	rig_transact(&r, 2, 18);
	rig_free(&r);
}

static void interrupted_transfer_is_aborted(void)
{
	unsigned int steps, max;
	struct rig r, other;
	u8 req[4];

	rig_request(req, sizeof(req));
	for (max = 1; max < 30; max++) {
		make(&r);
		rig_init(&other, &ipmi_smic_ops, &bmc.b);
		other.m->ops->start(other.m, req, sizeof(req));
		for (steps = 0; steps < max; steps++)
			other.m->ops->step(other.m, 1);
		rig_free(&other);
		rig_transact(&r, 2, 18);
		rig_free(&r);
	}
}

/* The error code that comes with the end of a request. */
static void error_code(void)
{
	struct fake_fault data = { .kind = FAKE_CORRUPT };
	struct rig r;
	u8 req[2];

	rig_request(req, sizeof(req));
	make(&r);
	fake_inject(&bmc.b, &data);
	EXPECT_EQ(rig_run(&r, req, sizeof(req)), IPMI_STEP_FAILED);
	EXPECT_EQ(r.m->ops->failure(r.m)->cause, IPMI_CAUSE_ERROR);
	EXPECT_EQ(r.m->ops->failure(r.m)->phase, IPMI_PHASE_WRITE_END);
	EXPECT(r.m->ops->failure(r.m)->code);
	EXPECT(r.m->ops->failure(r.m)->executed);
	EXPECT_EQ(bmc.b.executed, 1);
	rig_free(&r);
}

static void slow_recovery(void)
{
	struct rig r;
	u8 req[2];

	rig_request(req, sizeof(req));
	make(&r);
	bmc.b.byte_us = 90000;
	bmc.b.think_us = 60000000;
	EXPECT_EQ(rig_run(&r, req, sizeof(req)), IPMI_STEP_FAILED);
	EXPECT(!r.m->ops->failure(r.m)->dead);
	EXPECT(r.took_ns < 6000000000);
	rig_free(&r);
}

static void make_variant(struct rig *r, unsigned int variant)
{
	make(r);
	bmc.b.byte_us = variant & 1 ? 35 : 0;
	bmc.b.think_us = variant & 1 ? 1000 : 0;
	bmc.holds_busy = variant & 2;
}

static void a_try_is_brief(void)
{
	faults_brief_try(make_variant, 0x01);
}

static void faults_at_every_access(void)
{
	faults_run(smic_faults, ARRAY_SIZE(smic_faults), make_variant, 4);
}

static const struct test smic_tests[] = {
	TEST(accesses_are_the_minimum),
	TEST(slow_bytes),
	TEST(start_refuses),
	TEST(presence),
	TEST(odd_lengths),
	TEST(endless_answer),
	TEST(attention),
	TEST(reason_to_interrupt),
	TEST(busy_at_idle),
	TEST(dead_bmcs),
	TEST(silent_bmc_recovers),
	TEST(interrupted_transfer_is_aborted),
	TEST(error_code),
	TEST(slow_recovery),
	TEST(a_try_is_brief),
	TEST(faults_at_every_access),
};

SUITE(smic);
