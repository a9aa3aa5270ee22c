// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wait plan: its rules one by one, and what it comes to with a KCS BMC in
 * simulated time, where a look costs 1 us for each register access and a sleep
 * 8 us of CPU.
 */
#include <math.h>

#include "rig.h"
#include "test.h"

#define MESSAGES 2000

static struct fake_kcs bmc;

/* What a run of messages came to. */
struct figures {
	double latency_us;
	double cpu_us;
	double looks;
	double sleeps;
};

static double uniform(struct fake_bmc *b)
{
	return (fake_random(b) + 0.5) / (1 << 24);
}

static u32 think_2_to_5_ms(struct fake_bmc *b)
{
	return 2000 + 3000 * uniform(b);
}

static u32 think_erratic(struct fake_bmc *b)
{
	double normal = sqrt(-2 * log(uniform(b))) * cos(2 * M_PI * uniform(b));

	return uniform(b) < 0.01 ? 100000 : 3000 * exp(0.5 * normal);
}

static void make(struct rig *r, u32 byte_us, u32 (*think)(struct fake_bmc *b))
{
	fake_kcs_init(&bmc);
	bmc.b.answer_len = 16;
	bmc.b.byte_us = byte_us;
	bmc.b.think = think;
	rig_init(r, &ipmi_kcs_ops, &bmc.b);
}

static struct figures run(struct rig *r, unsigned int messages)
{
	struct figures f = {};
	unsigned int i;
	u8 req[2];

	rig_request(req, sizeof(req));
	for (i = 0; i < messages; i++) {
		EXPECT_EQ(rig_run(r, req, sizeof(req)), IPMI_STEP_DONE);
		f.latency_us += r->took_ns / 1000.0 / messages;
		f.cpu_us += r->cpu_ns / 1000.0 / messages;
		f.looks += (double)r->looks / messages;
		f.sleeps += (double)r->sleeps / messages;
	}
	return f;
}

static struct figures run_fresh(u32 byte_us, u32 (*think)(struct fake_bmc *b), bool busy_polling,
				u32 timer_late_us)
{
	struct figures f;
	struct rig r;

	make(&r, byte_us, think);
	r.busy_polling = busy_polling;
	r.timer_late_us = timer_late_us;
	f = run(&r, MESSAGES);
	rig_free(&r);
	return f;
}

static double note(const char *what, struct figures f, struct figures ideal)
{
	test_note("%s: latency %.0f us, %.3f of busy polling's; CPU %.0f us, %.1f %%; %.0f looks, %.1f sleeps",
		  what, f.latency_us, f.latency_us / ideal.latency_us, f.cpu_us,
		  100 * f.cpu_us / f.latency_us, f.looks, f.sleeps);
	return f.latency_us / ideal.latency_us;
}

static void slow_bytes_cost_little(void)
{
	struct figures ideal = run_fresh(35, think_2_to_5_ms, true, 0);
	struct figures f = run_fresh(35, think_2_to_5_ms, false, 0);

	EXPECT(note("35 us a byte, 2 to 5 ms", f, ideal) <= 1.10);
	EXPECT(f.cpu_us <= 0.10 * f.latency_us);

	f = run_fresh(35, think_2_to_5_ms, false, 6);
	EXPECT(note("the same, timers 6 us late", f, ideal) <= 1.10);
	EXPECT(f.cpu_us <= 0.10 * f.latency_us);

	f = run_fresh(35, think_2_to_5_ms, false, 50);
	EXPECT(note("the same, timers 50 us late", f, ideal) <= 1.25);
	EXPECT(f.cpu_us <= 0.10 * f.latency_us);

	/* It would be 1.4 with a sleep for each byte. */
	f = run_fresh(35, think_2_to_5_ms, false, 100);
	EXPECT(note("the same, timers 100 us late", f, ideal) <= 1.20);
	EXPECT(f.cpu_us <= 0.35 * f.latency_us);
}

static void erratic_bmc(void)
{
	struct figures ideal = run_fresh(1, think_erratic, true, 0);
	struct figures f = run_fresh(1, think_erratic, false, 0);

	EXPECT(note("lognormal around 3 ms, 1 % at 100 ms", f, ideal) <= 1.06);
	EXPECT(f.cpu_us <= 0.05 * f.latency_us);
}

static u32 think_us;

static u32 think_const(struct fake_bmc *b)
{
	(void)b;
	return think_us;
}

/* The BMC changes its ways, and the plan follows within some messages. */
static void follows_the_bmc(void)
{
	static const struct {
		u32 byte_us;
		u32 think_us;
	} ways[] = {
		{ 35, 2000 }, { 100, 2000 }, { 5, 2000 },    { 5, 20000 }, { 5, 500 },
		{ 1, 5 },     { 300, 5000 }, { 2000, 1000 }, { 15, 300 },  { 0, 0 },
	};
	struct figures f, ideal;
	struct rig r, busy;
	unsigned int i;

	make(&r, 0, think_const);
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		bmc.b.byte_us = ways[i].byte_us;
		think_us = ways[i].think_us;
		run(&r, 60);
		f = run(&r, 100);
		rig_init(&busy, &ipmi_kcs_ops, &bmc.b);
		busy.busy_polling = true;
		ideal = run(&busy, 100);
		rig_free(&busy);
		test_note("%u us a byte, %u us to think:", ways[i].byte_us, ways[i].think_us);
		EXPECT(note("  after a change", f, ideal) <= 1.15);
		if (ways[i].think_us > 500)
			EXPECT(f.cpu_us <= 0.12 * f.latency_us + 90);
	}
	rig_free(&r);
}

static u32 think_about(struct fake_bmc *b)
{
	return think_us - 300 * log(uniform(b));
}

/* As in a virtual machine: a steady BMC, at times later by some hundred us, and so are timers. */
static void a_steady_bmc_takes_two_sleeps(void)
{
	static const u32 ways_us[] = { 50, 1000, 5000, 20000, 1000, 5000 };
	struct figures f, ideal;
	struct rig r, busy;
	unsigned int i;

	make(&r, 0, think_about);
	r.timer_late_us = 60;
	for (i = 0; i < ARRAY_SIZE(ways_us); i++) {
		think_us = ways_us[i];
		run(&r, 60);
		f = run(&r, 200);
		rig_init(&busy, &ipmi_kcs_ops, &bmc.b);
		busy.busy_polling = true;
		ideal = run(&busy, 200);
		rig_free(&busy);
		test_note("%u us and some:", think_us);
		if (think_us < 1000)
			continue;
		EXPECT(note("  after a change", f, ideal) <= 1.12);
		EXPECT(f.sleeps <= (think_us < 5000 ? 3.2 : 2.3));
	}
	rig_free(&r);
}

/* One slow answer must not make the next ones slow. */
static void one_outlier_is_forgotten(void)
{
	struct figures f;
	struct rig r;

	make(&r, 0, think_const);
	think_us = 2000;
	run(&r, 50);
	think_us = 3000000;
	run(&r, 1);
	think_us = 2000;
	f = run(&r, 3);
	EXPECT(f.latency_us < 2300);
	rig_free(&r);

	/* Nor one at the very beginning. */
	make(&r, 0, think_const);
	think_us = 3000000;
	run(&r, 1);
	think_us = 2000;
	f = run(&r, 3);
	EXPECT(f.latency_us < 3500);
	rig_free(&r);
}

static unsigned int looks_in_5_s(const struct wait_history *hist, const struct wait_facts *facts,
				 enum ipmi_step verdict)
{
	struct wait_plan plan;
	unsigned int looks = 0;
	u32 us = 0;

	while (us < 5000000) {
		plan = wait_plan(hist, facts, verdict, 3, us);
		if (!EXPECT(plan.us))
			return ~0;
		us += plan.us;
		looks++;
	}
	return looks;
}

static void dead_bmc_costs_few_looks(void)
{
	static const u32 byte_us[] = { 0, 1, 35, 500, 5000 };
	static const u32 answer_us[] = { 0, 5, 300, 3000, 90000 };
	struct wait_facts polled = {}, irq = { .irq = true };
	struct wait_history hist = {};
	unsigned int i, j, looks, most = 0;

	for (i = 0; i < ARRAY_SIZE(byte_us); i++) {
		for (j = 0; j < ARRAY_SIZE(answer_us); j++) {
			hist.byte_us = byte_us[i];
			hist.nap_us = byte_us[i];
			hist.bytes = 1;
			hist.answer_us[3] = answer_us[j];
			looks = looks_in_5_s(&hist, &polled, IPMI_STEP_SOON);
			most = max_t(unsigned int, most, looks);
			looks = looks_in_5_s(&hist, &polled, IPMI_STEP_TICK);
			most = max_t(unsigned int, most, looks);
			looks = looks_in_5_s(&hist, &irq, IPMI_STEP_TICK);
			EXPECT_SAY(looks < 100, "%u looks with an interrupt", looks);
		}
	}
	test_note("at most %u looks in 5 s", most);
	EXPECT(most < 700);
}

static void rules(void)
{
	static const enum ipmi_step at_once[] = { IPMI_STEP_AGAIN, IPMI_STEP_DONE, IPMI_STEP_ATTN,
						  IPMI_STEP_FAILED };
	struct wait_facts polled = {}, irq = { .irq = true };
	struct wait_history hist = {};
	struct wait_plan plan;
	unsigned int i;
	u32 us;

	plan = wait_plan(&hist, &polled, IPMI_STEP_IDLE, 0, 0);
	EXPECT_EQ(plan.how, WAIT_EVENT);
	EXPECT_EQ(plan.us, 0);
	for (i = 0; i < ARRAY_SIZE(at_once); i++) {
		plan = wait_plan(&hist, &polled, at_once[i], 0, 0);
		EXPECT_EQ(plan.how, WAIT_SPIN);
		EXPECT_EQ(plan.us, 0);
	}

	/* No sleep is zero, or longer than 10 ms; nor is a slot out of the table. */
	for (us = 0; us < 10000000; us += us / 50 + 1) {
		plan = wait_plan(&hist, &polled, IPMI_STEP_TICK, ~0U, us);
		EXPECT(plan.us && plan.us <= 10000 && plan.how != WAIT_EVENT);
		plan = wait_plan(&hist, &polled, IPMI_STEP_SOON, 0, us);
		EXPECT(plan.us && plan.us <= 10000 && plan.how != WAIT_EVENT);
		plan = wait_plan(&hist, &irq, IPMI_STEP_TICK, 0, us);
		EXPECT(plan.us >= 10000 && plan.us <= 100000 && plan.how == WAIT_EVENT);
	}

	/* The net below an interrupt. */
	plan = wait_plan(&hist, &irq, IPMI_STEP_TICK, 0, 0);
	EXPECT_EQ(plan.us, 10000);
	hist.answer_us[0] = 7000;
	plan = wait_plan(&hist, &irq, IPMI_STEP_TICK, 0, 0);
	EXPECT_EQ(plan.us, 14000);
	for (i = 0; i < 100; i++)
		wait_learn(&hist, IPMI_STEP_TICK, 0, i % 2 ? 25000 : 15000, 0, false);
	plan = wait_plan(&hist, &irq, IPMI_STEP_TICK, 0, 0);
	EXPECT_SAY(plan.us >= 30000 && plan.us <= 50000, "a net of %u us below 15 to 25 ms",
		   plan.us);
	/* An answer that is there before an interrupt could tell is spun for, but not for long. */
	hist.answer_us[2] = 5;
	plan = wait_plan(&hist, &irq, IPMI_STEP_TICK, 2, 0);
	EXPECT_EQ(plan.how, WAIT_SPIN);
	EXPECT(plan.us && plan.us <= 5);
	plan = wait_plan(&hist, &irq, IPMI_STEP_TICK, 2, 50);
	EXPECT_EQ(plan.how, WAIT_EVENT);
	/* So it is if that is what interrupts have taught, and not any more once it takes longer. */
	wait_learn(&hist, IPMI_STEP_TICK, 4, 30, 0, false);
	EXPECT_EQ(wait_plan(&hist, &irq, IPMI_STEP_TICK, 4, 0).how, WAIT_SPIN);
	for (i = 0; i < 3; i++)
		wait_learn(&hist, IPMI_STEP_TICK, 4, 2000, 0, false);
	EXPECT_EQ(wait_plan(&hist, &irq, IPMI_STEP_TICK, 4, 0).how, WAIT_EVENT);
	/* Whatever was taught, the first look is not far away. */
	wait_learn(&hist, IPMI_STEP_TICK, 1, 5000000, 0, false);
	plan = wait_plan(&hist, &polled, IPMI_STEP_TICK, 1, 0);
	EXPECT_SAY(plan.us <= 4000, "the first look after %u us", plan.us);
	for (i = 0; i < 1000; i++)
		wait_learn(&hist, IPMI_STEP_TICK, 1, 5000000, i % 4, false);
	plan = wait_plan(&hist, &polled, IPMI_STEP_TICK, 1, 0);
	EXPECT_SAY(plan.us <= 100000, "the first look after %u us", plan.us);
	/* The usual time. */
	hist.answer_us[0] = 7000;
	plan = wait_plan(&hist, &polled, IPMI_STEP_TICK, 0, 0);
	EXPECT_EQ(plan.how, WAIT_SLEEP);
	EXPECT_EQ(plan.us, 7000);
}

static void slots(void)
{
	u8 used[WAIT_SLOTS] = {};
	unsigned int netfn, cmd, i, most = 0;

	for (netfn = 0; netfn < 256; netfn++)
		for (cmd = 0; cmd < 256; cmd++)
			EXPECT(wait_slot(netfn, cmd) < WAIT_SLOTS);
	/* Sensor, SDR and SEL reading do not get into each other's way. */
	used[wait_slot(0x10, 0x2d)]++;
	used[wait_slot(0x28, 0x23)]++;
	used[wait_slot(0x28, 0x43)]++;
	used[wait_slot(0x28, 0x11)]++;
	used[wait_slot(0x18, 0x01)]++;
	used[wait_slot(0x18, 0x31)]++;
	used[wait_slot(0x18, 0x33)]++;
	used[wait_slot(0x18, 0x34)]++;
	used[wait_slot(0x18, 0x22)]++;
	for (i = 0; i < WAIT_SLOTS; i++)
		most = max_t(unsigned int, most, used[i]);
	EXPECT_EQ(most, 1);
}

/* How long one wait spins, from its beginning, in all. */
static u32 spins(const struct wait_history *hist, const struct wait_facts *facts,
		 enum ipmi_step verdict)
{
	struct wait_plan plan;
	u32 us = 0, spun = 0;

	while (us < 100000) {
		plan = wait_plan(hist, facts, verdict, 0, us);
		us += plan.us;
		if (plan.how == WAIT_SPIN)
			spun += plan.us;
	}
	return spun;
}

static void spinning_is_bounded(void)
{
	static const u32 byte_us[] = { 0, 1, 8, 12, 35, 49, 500, 5000 };
	struct wait_facts facts = {};
	struct wait_history hist = {};
	unsigned int i, bytes;

	for (i = 0; i < ARRAY_SIZE(byte_us); i++) {
		for (bytes = 0; bytes <= 32; bytes += 32) {
			hist.byte_us = byte_us[i];
			hist.nap_us = byte_us[i];
			hist.bytes = bytes;
			hist.answer_us[0] = byte_us[i];

			facts = (struct wait_facts){};
			EXPECT(spins(&hist, &facts, IPMI_STEP_SOON) <= 52);
			EXPECT(spins(&hist, &facts, IPMI_STEP_TICK) <= 26);
			facts.busy_us = 3000;
			EXPECT(spins(&hist, &facts, IPMI_STEP_SOON) <= 3002);
			EXPECT(spins(&hist, &facts, IPMI_STEP_TICK) <= 3005);
			/* What it would not see the end of it does not begin. */
			if (byte_us[i] <= 500)
				EXPECT(spins(&hist, &facts, IPMI_STEP_SOON) >= 2000);
			else
				EXPECT(spins(&hist, &facts, IPMI_STEP_SOON) <= 600);
			EXPECT(spins(&hist, &facts, IPMI_STEP_TICK) >= 2990);
			facts.busy_us = 10;
			EXPECT(spins(&hist, &facts, IPMI_STEP_SOON) <= 52);
			facts.busy_us = 0;
			facts.fast = true;
			EXPECT(spins(&hist, &facts, IPMI_STEP_SOON) <= 502);
			EXPECT(spins(&hist, &facts, IPMI_STEP_TICK) <= 505);
			if (byte_us[i])
				EXPECT(spins(&hist, &facts, IPMI_STEP_TICK) >= 490);
		}
	}
}

/* In maintenance mode latency counts more. */
static void fast_is_faster(void)
{
	struct figures ideal, f;
	struct rig r;

	make(&r, 35, think_const);
	think_us = 1000;
	r.facts.fast = true;
	run(&r, 50);
	f = run(&r, 200);
	r.busy_polling = true;
	ideal = run(&r, 200);
	EXPECT(note("maintenance", f, ideal) <= 1.03);
	rig_free(&r);
}

static const struct test wait_tests[] = {
	TEST(rules),
	TEST(slots),
	TEST(spinning_is_bounded),
	TEST(dead_bmc_costs_few_looks),
	TEST(slow_bytes_cost_little),
	TEST(erratic_bmc),
	TEST(follows_the_bmc),
	TEST(a_steady_bmc_takes_two_sleeps),
	TEST(one_outlier_is_forgotten),
	TEST(fast_is_faster),
};

SUITE(wait);
