// SPDX-License-Identifier: GPL-2.0-only
/*
 * The KCS machine against a fake KCS BMC, in simulated time.
 */
#include <ipmi/transfer.h>

#include "rig.h"
#include "test.h"
#include "../cases/kcs.h"

static struct fake_kcs bmc;

static void make(struct rig *r)
{
	fake_kcs_init(&bmc);
	bmc.b.answer_len = 16;
	rig_init(r, &ipmi_kcs_ops, &bmc.b);
}

static void accesses_are_the_minimum(void)
{
	static const unsigned int sizes[] = { 2, 3, 4, 18, 64, 271, 272 };
	unsigned int i, j, n, m;
	struct rig r;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (j = 1; j < ARRAY_SIZE(sizes); j++) {
			n = sizes[i];
			m = sizes[j];

			make(&r);
			EXPECT_EQ(rig_transact(&r, n, m), 2 * n + 3 * m + 7);
			/* The idle look after it is the only one. */
			EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_IDLE);
			EXPECT_EQ(bmc.b.accesses, 2 * n + 3 * m + 8);
			EXPECT_EQ(bmc.b.empty_reads, 0);
			EXPECT_EQ(bmc.b.executed, 1);
			rig_free(&r);

			make(&r);
			bmc.dummy = false;
			EXPECT_EQ(rig_transact(&r, n, m), 2 * n + 3 * m + 6);
			EXPECT_EQ(bmc.b.empty_reads, 0);
			rig_free(&r);

			/* One more look, for a last dummy byte that does not come. */
			make(&r);
			bmc.dummy = false;
			bmc.end_dummy = false;
			EXPECT_EQ(rig_transact(&r, n, m), 2 * n + 3 * m + 6);
			EXPECT_EQ(bmc.b.empty_reads, 0);
			rig_free(&r);
		}
	}
	make(&r);
	test_note("Get Device ID: %u accesses", rig_transact(&r, 2, 18));
	rig_free(&r);
}

static void slow_bytes(void)
{
	static const u32 delays[] = { 0, 1, 2, 5, 10, 35, 100, 1000, 3000, 10000 };
	unsigned int i, kind;
	struct rig r;

	for (i = 0; i < ARRAY_SIZE(delays); i++) {
		for (kind = 0; kind < 32; kind++) {
			make(&r);
			bmc.b.byte_us = delays[i];
			bmc.b.think_us = 700;
			bmc.dummy = kind & 1;
			bmc.end_dummy = kind & 2;
			bmc.holds_ibf = kind & 4;
			bmc.wants_obf_clear = kind & 8;
			/* Who waits for OBF to be cleared cannot be late with it. */
			bmc.obf_late_us = kind & 16 && !bmc.wants_obf_clear ? 30 : 0;
			rig_transact(&r, 2, 18);
			rig_transact(&r, 40, 3);
			EXPECT_EQ(bmc.b.executed, 2);
			rig_free(&r);
		}
	}
}

static void full_size_at_2_ms_per_byte(void)
{
	struct rig r;

	make(&r);
	bmc.b.byte_us = 2000;
	rig_transact(&r, 272, 272);
	EXPECT(r.took_ns < 2000000000);
	rig_free(&r);
}

static void state_bits_late(void)
{
	struct rig r;
	u32 late;

	for (late = 1; late < 8000; late *= 3) {
		make(&r);
		bmc.late_us = late;
		bmc.obf_late_us = late + 5;
		bmc.dummy = false;
		rig_transact(&r, 3, 18);
		rig_transact(&r, 2, 3);
		EXPECT_EQ(bmc.b.executed, 2);
		rig_free(&r);
	}
}

static void start_refuses(void)
{
	u8 req[300] = { 0x18, 1 };
	struct rig r;

	make(&r);
	EXPECT_EQ(r.m->ops->start(r.m, req, 0), 0xc7);
	EXPECT_EQ(r.m->ops->start(r.m, req, 1), 0xc7);
	EXPECT_EQ(r.m->ops->start(r.m, req, 273), 0xc8);
	EXPECT_EQ(r.m->ops->start(r.m, req, 2), 0);
	EXPECT_EQ(r.m->ops->start(r.m, req, 2), 0xff);
	EXPECT_EQ(bmc.b.accesses, 0);
	EXPECT_EQ(r.m->ops->result(r.m, req, sizeof(req)), 0);
	rig_free(&r);
}

static void result_is_cut_to_the_room(void)
{
	u8 req[2], rsp[4] = { 0, 0, 0, 0xee };
	struct rig r;

	make(&r);
	rig_request(req, sizeof(req));
	EXPECT_EQ(rig_run(&r, req, sizeof(req)), IPMI_STEP_DONE);
	EXPECT_EQ(r.m->ops->result(r.m, rsp, 3), 3);
	EXPECT_EQ(rsp[0], 0x1c);
	EXPECT_EQ(rsp[3], 0xee);
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
	EXPECT_EQ(bmc.b.accesses, 2);
	rig_free(&r);
}

static void short_answers(void)
{
	u8 req[2];
	struct rig r;
	int kind;

	for (kind = 0; kind < 4; kind++) {
		make(&r);
		bmc.end_dummy = kind & 1;
		bmc.dummy = kind & 2;
		rig_request(req, sizeof(req));

		/* The header alone says what it answers: leniently an error FFh. */
		bmc.b.answer_len = 0;
		EXPECT_EQ(rig_run(&r, req, sizeof(req)), IPMI_STEP_DONE);
		EXPECT_BYTES(r.rsp, r.rsp_len, ((const u8[]){ 0x1c, 0x01, 0xff }), 3);

		bmc.b.answer_len = -1;
		EXPECT_EQ(rig_run(&r, req, sizeof(req)), IPMI_STEP_FAILED);
		EXPECT_EQ(r.m->ops->failure(r.m)->cause, IPMI_CAUSE_TOO_SHORT);
		EXPECT_EQ(r.m->ops->failure(r.m)->phase, IPMI_PHASE_READ_END);
		EXPECT(r.m->ops->failure(r.m)->executed);
		EXPECT(!r.m->ops->failure(r.m)->dead);

		bmc.b.answer_len = -2;
		EXPECT_EQ(rig_run(&r, req, sizeof(req)), IPMI_STEP_FAILED);
		EXPECT(r.m->ops->failure(r.m)->executed);
		EXPECT(!r.m->ops->failure(r.m)->dead);
		EXPECT(r.took_ns < 50000000);
		EXPECT_EQ(bmc.b.executed, 3);
		/* The interface was idle all the time: nothing to recover. */
		EXPECT_EQ(bmc.aborts, 0);
		rig_free(&r);
	}
}

static void long_answers(void)
{
	u8 req[2];
	struct rig r;
	int len;

	rig_request(req, sizeof(req));
	for (len = 268; len <= 526; len++) {
		make(&r);
		bmc.b.answer_len = len;
		EXPECT_EQ(rig_run(&r, req, sizeof(req)), IPMI_STEP_DONE);
		EXPECT(rig_right(&r, req, sizeof(req)));
		EXPECT_EQ(r.rsp[2], len > 270 ? 0xc6 : 0);
		rig_free(&r);
	}
}

static void endless_answer(void)
{
	rig_endless(make);
}

static void attention_at_idle(void)
{
	struct fake_fault ones = { .kind = FAKE_ONES };
	struct rig r;

	make(&r);
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_IDLE);
	fake_kcs_attention(&bmc, true, true);
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_ATTN);
	/* The interrupt's dummy byte was taken, once. */
	EXPECT_EQ(bmc.b.data_reads, 1);
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_ATTN);
	EXPECT_EQ(bmc.b.data_reads, 1);
	/* A request goes through while it asks. */
	rig_transact(&r, 2, 18);
	fake_kcs_attention(&bmc, false, false);
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_IDLE);
	EXPECT_EQ(bmc.b.empty_reads, 0);

	/* All ones ask for nothing. */
	fake_inject(&bmc.b, &ones);
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
	fake_kcs_attention(&bmc, true, true);
	EXPECT(r.m->ops->asserts(r.m));
	EXPECT(r.m->ops->asserts(r.m));
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_ATTN);
	/* The dummy byte was taken, so without attention the line is free. */
	fake_kcs_attention(&bmc, false, false);
	EXPECT(!r.m->ops->asserts(r.m));
	rig_request(req, 2);
	EXPECT_EQ(rig_run(&r, req, 2), IPMI_STEP_DONE);
	r.m->ops->step(r.m, 0);
	EXPECT(!r.m->ops->asserts(r.m));

	/* A bus that nobody drives interrupts nobody. */
	fake_kcs_attention(&bmc, true, true);
	fake_inject(&bmc.b, &ones);
	EXPECT(!r.m->ops->asserts(r.m));
	rig_free(&r);
}

static void late_last_dummy_is_swallowed_at_idle(void)
{
	unsigned int reads;
	struct rig r;
	u8 req[2];

	make(&r);
	bmc.end_dummy = false;
	rig_transact(&r, 2, 18);
	fake_kcs_attention(&bmc, false, true);
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_IDLE);
	rig_transact(&r, 2, 18);
	/* Or by the next request, if that is first, before it does anything else. */
	fake_kcs_attention(&bmc, false, true);
	rig_request(req, sizeof(req));
	EXPECT_EQ(r.m->ops->start(r.m, req, sizeof(req)), 0);
	reads = bmc.b.data_reads;
	EXPECT_EQ(r.m->ops->step(r.m, 0), IPMI_STEP_AGAIN);
	EXPECT_EQ(bmc.b.data_reads, reads + 1);
	EXPECT_EQ(bmc.b.empty_reads, 0);
	rig_free(&r);
}

/* Each verdict of a dead BMC, and how soon it comes. */
static void dead_bmcs(void)
{
	static const struct {
		struct fake_fault fault;
		enum ipmi_cause cause;
		u32 bound_us;
	} cases[] = {
		{ { .kind = FAKE_ONES }, IPMI_CAUSE_ABSENT, 110000 },
		{ { .kind = FAKE_ZEROS }, IPMI_CAUSE_STATE, 50000 },
		{ { .kind = FAKE_BITS, .set = 0x02 }, IPMI_CAUSE_BUSY, 5600000 },
		{ { .kind = FAKE_FREEZE }, IPMI_CAUSE_BUSY, 5600000 },
		{ { .kind = FAKE_LOST }, IPMI_CAUSE_STATE, 50000 },
		{ { .kind = FAKE_BITS, .set = 0xc0 }, IPMI_CAUSE_ERROR, 50000 },
	};
	unsigned int i, busy;
	const struct ipmi_failure *f;
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
		busy = r.cpu_ns / (r.took_ns / 100);
		EXPECT_SAY(r.looks < 800, "case %u: %u looks, %u %% of a CPU", i, r.looks, busy);
		EXPECT_EQ(bmc.b.executed, 0);
		rig_free(&r);
	}
}

/* Silent after it took the request: not repeated, but recovered. */
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
	EXPECT_EQ(r.m->ops->failure(r.m)->code, 1);
	EXPECT(r.took_ns >= 5000000000 && r.took_ns < 5100000000);
	EXPECT_EQ(bmc.b.executed, 1);
	bmc.b.think_us = 0;
	rig_transact(&r, 2, 18);
	rig_free(&r);
}

/* Somebody else, a boot loader say, left a transfer unfinished. */
static void interrupted_transfer_is_aborted(void)
{
	unsigned int steps, max;
	struct rig r, other;
	u8 req[4];
	bool idle;

	rig_request(req, sizeof(req));
	for (max = 1; max < 30; max++) {
		make(&r);
		rig_init(&other, &ipmi_kcs_ops, &bmc.b);
		other.m->ops->start(other.m, req, sizeof(req));
		for (steps = 0; steps < max; steps++)
			other.m->ops->step(other.m, 1);
		rig_free(&other);
		bmc.b.now_ns += 1000000;
		bmc.b.ops->run(&bmc.b);
		idle = !(bmc.status >> 6);
		rig_transact(&r, 2, 18);
		EXPECT_EQ(bmc.aborts, idle ? 0 : 1);
		rig_free(&r);
	}
}

/* A caller that oversleeps, or a machine that stood still, costs the BMC nothing. */
static void oversleeping_is_no_failure(void)
{
	enum ipmi_step step;
	struct rig r;
	u8 req[4];

	rig_request(req, sizeof(req));
	make(&r);
	bmc.b.byte_us = 10;
	bmc.b.think_us = 4000;
	EXPECT_EQ(r.m->ops->start(r.m, req, sizeof(req)), 0);
	do {
		bmc.b.now_ns += 20000000000;
		step = r.m->ops->step(r.m, 20000000);
	} while (step == IPMI_STEP_AGAIN || step == IPMI_STEP_SOON || step == IPMI_STEP_TICK);
	EXPECT_EQ(step, IPMI_STEP_DONE);

	/* It stood still together with the BMC. */
	EXPECT_EQ(r.m->ops->start(r.m, req, sizeof(req)), 0);
	do {
		bmc.b.now_ns += 10000;
		step = r.m->ops->step(r.m, 10);
	} while (step != IPMI_STEP_TICK);
	EXPECT_EQ(r.m->ops->step(r.m, 3600000000), IPMI_STEP_TICK);
	EXPECT_EQ(r.m->ops->step(r.m, 1000), IPMI_STEP_TICK);
	rig_free(&r);
}

/* Recovery that gets on, but slowly, is bounded as well. */
static void slow_recovery(void)
{
	struct fake_fault error = { .kind = FAKE_BITS, .set = 0xc0 };
	struct rig r;
	u8 req[2];

	rig_request(req, sizeof(req));
	make(&r);
	bmc.b.byte_us = 80000;
	fake_inject(&bmc.b, &error);
	EXPECT_EQ(rig_run(&r, req, sizeof(req)), IPMI_STEP_FAILED);
	EXPECT(r.m->ops->failure(r.m)->dead);
	EXPECT_SAY(r.took_ns < 450000000, "took %llu us", (unsigned long long)r.took_ns / 1000);
	rig_free(&r);
}

static void make_variant(struct rig *r, unsigned int variant)
{
	make(r);
	bmc.b.byte_us = variant & 1 ? 35 : 0;
	bmc.b.think_us = variant & 1 ? 1000 : 0;
	bmc.holds_ibf = variant & 1;
	bmc.dummy = !(variant & 2);
	bmc.end_dummy = !(variant & 2);
}

static void a_try_is_brief(void)
{
	faults_brief_try(make_variant, 0x02);
}

/* A run is so many steps, told the time once, and ends with the first that is no AGAIN. */
static void a_run_is_steps(void)
{
	static const u8 req[] = { IPMI_NETFN_APP_REQUEST << 2, IPMI_GET_DEVICE_ID_CMD };
	unsigned int looks, steps = 0, all = 0, runs = 0;
	enum ipmi_step step;
	struct rig r;

	make(&r);
	EXPECT_EQ(r.m->ops->start(r.m, req, sizeof(req)), 0);
	while (r.m->ops->step(r.m, 0) != IPMI_STEP_DONE && ++steps < 100)
		;
	rig_free(&r);
	make(&r);
	EXPECT_EQ(r.m->ops->start(r.m, req, sizeof(req)), 0);
	do {
		looks = 3;
		step = r.m->ops->run(r.m, 0, &looks);
		all += 3 - looks;
		EXPECT_EQ(looks && step == IPMI_STEP_AGAIN, false);
	} while (step != IPMI_STEP_DONE && ++runs < 100);
	EXPECT_EQ(step, IPMI_STEP_DONE);
	r.rsp_len = r.m->ops->result(r.m, r.rsp, sizeof(r.rsp));
	EXPECT(rig_right(&r, req, sizeof(req)));
	EXPECT_EQ(all, steps + 1);

	/* Only the first of them is later than the one before. */
	EXPECT_EQ(r.m->ops->start(r.m, req, sizeof(req)), 0);
	bmc.b.byte_us = 10;
	looks = 128;
	EXPECT_EQ(r.m->ops->run(r.m, 0, &looks), IPMI_STEP_SOON);
	EXPECT_EQ(looks, 126);
	looks = 128;
	bmc.b.now_ns += 20000;
	EXPECT_EQ(r.m->ops->run(r.m, 1000000, &looks), IPMI_STEP_SOON);
	EXPECT_EQ(looks, 126);
	EXPECT_EQ(((struct transfer *)r.m)->total_us, 1000000);
	rig_free(&r);
}

/* A request is bounded too if each of its bytes is there at the first look after it. */
static void bytes_at_the_first_look(void)
{
	static const u8 req[IPMI_MAX_MSG_LENGTH] = { IPMI_NETFN_APP_REQUEST << 2, 0xff };
	const u32 each_us = 90000;
	enum ipmi_step step;
	unsigned int looks;
	u64 took_us = 0;
	struct rig r;

	make(&r);
	bmc.b.byte_us = 10;
	EXPECT_EQ(r.m->ops->start(r.m, req, sizeof(req)), 0);
	do {
		looks = 128;
		bmc.b.now_ns += each_us * 1000ULL;
		step = r.m->ops->run(r.m, each_us, &looks);
		took_us += each_us;
	} while (step != IPMI_STEP_DONE && step != IPMI_STEP_FAILED && took_us < 60000000);
	EXPECT_EQ(step, IPMI_STEP_FAILED);
	EXPECT_SAY(took_us <= r.m->ops->message_timeout_us, "%llu us", (unsigned long long)took_us);
	rig_free(&r);
}

static void faults_at_every_access(void)
{
	faults_run(kcs_faults, ARRAY_SIZE(kcs_faults), make_variant, 4);
}

static const struct test kcs_tests[] = {
	TEST(accesses_are_the_minimum),
	TEST(slow_bytes),
	TEST(full_size_at_2_ms_per_byte),
	TEST(state_bits_late),
	TEST(start_refuses),
	TEST(result_is_cut_to_the_room),
	TEST(presence),
	TEST(short_answers),
	TEST(long_answers),
	TEST(endless_answer),
	TEST(attention_at_idle),
	TEST(reason_to_interrupt),
	TEST(late_last_dummy_is_swallowed_at_idle),
	TEST(dead_bmcs),
	TEST(silent_bmc_recovers),
	TEST(interrupted_transfer_is_aborted),
	TEST(oversleeping_is_no_failure),
	TEST(slow_recovery),
	TEST(a_try_is_brief),
	TEST(a_run_is_steps),
	TEST(bytes_at_the_first_look),
	TEST(faults_at_every_access),
};

SUITE(kcs);
