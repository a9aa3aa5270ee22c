// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whoever drives a machine is stopped for good after a register access, before the machine knows
 * of it, as a processor is at panic: after forget() the next request works, of whatever kind the
 * interface, wherever that was. And the one before is not executed twice.
 */
#include "../fake/fake.h"
#include "rig.h"
#include "test.h"

#define REQ_LEN 5
#define STATE_MAX 1024 /* bytes of a machine */

/*
 * The registers of a fake, up to the last access: what the machine was then is kept, and what it
 * does after it does not happen.
 */
static struct {
	struct ipmi_regs regs;
	struct rig r;
	u8 state[STATE_MAX];
	unsigned int left;
} cut;

static void access(void)
{
	if (!--cut.left)
		memcpy(cut.state, cut.r.m, cut.r.m->ops->size);
}

static u8 cut_read(const struct ipmi_regs *regs, unsigned int reg)
{
	u8 value;

	(void)regs;
	if (!cut.left)
		return 0;
	value = cut.r.b->regs.read(&cut.r.b->regs, reg);
	access();
	return value;
}

static void cut_write(const struct ipmi_regs *regs, unsigned int reg, u8 val)
{
	(void)regs;
	if (!cut.left)
		return;
	cut.r.b->regs.write(&cut.r.b->regs, reg, val);
	access();
}

/* Return: false if the request ended before that access. */
static bool is_cut_at(unsigned int at)
{
	u8 req[REQ_LEN];
	enum ipmi_step step;

	rig_request(req, REQ_LEN);
	cut.left = at;
	cut.regs.read = cut_read;
	cut.regs.write = cut_write;
	cut.r.m->regs = &cut.regs;
	EXPECT_EQ(cut.r.m->ops->start(cut.r.m, req, REQ_LEN), 0);
	do {
		step = cut.r.m->ops->step(cut.r.m, 10);
		cut.r.b->now_ns += 10000;
	} while (cut.left && step != IPMI_STEP_DONE && step != IPMI_STEP_FAILED);
	if (cut.left)
		return false;
	memcpy(cut.r.m, cut.state, cut.r.m->ops->size);
	cut.r.m->regs = &cut.r.b->regs;
	return true;
}

static void at_every_access(const struct ipmi_machine_ops *ops, struct fake_bmc *b,
			    void (*init)(void))
{
	u8 first[REQ_LEN], next[REQ_LEN];
	unsigned int at;
	bool is_cut = true;

	rig_request(first, REQ_LEN);
	rig_request(next, REQ_LEN);
	next[1] ^= 0x40;
	EXPECT(ops->size <= STATE_MAX);
	for (at = 1; is_cut; at++) {
		init();
		b->answer_len = 16;
		rig_init(&cut.r, ops, b);
		is_cut = is_cut_at(at);
		if (is_cut) {
			ops->forget(cut.r.m);
			EXPECT_SAY(rig_run(&cut.r, next, REQ_LEN) == IPMI_STEP_DONE,
				   "%s, access %u: the next request fails", ops->name, at);
			EXPECT_SAY(rig_right(&cut.r, next, REQ_LEN),
				   "%s, access %u: the next answer is wrong", ops->name, at);
			EXPECT_SAY(fake_executions(b, first, REQ_LEN) <= 1,
				   "%s, access %u: executed twice", ops->name, at);
			EXPECT_SAY(fake_executions(b, next, REQ_LEN) == 1,
				   "%s, access %u: the next was executed %u times", ops->name, at,
				   fake_executions(b, next, REQ_LEN));
		}
		rig_free(&cut.r);
	}
	EXPECT(at > 30);
}

static struct fake_kcs kcs;
static struct fake_smic smic;
static struct fake_bt bt;

static void init_kcs(void)
{
	fake_kcs_init(&kcs);
}

static void init_smic(void)
{
	fake_smic_init(&smic);
}

static void init_bt(void)
{
	fake_bt_init(&bt);
}

static void torn_kcs(void)
{
	at_every_access(&ipmi_kcs_ops, &kcs.b, init_kcs);
}

static void torn_smic(void)
{
	at_every_access(&ipmi_smic_ops, &smic.b, init_smic);
}

static void torn_bt(void)
{
	at_every_access(&ipmi_bt_ops, &bt.b, init_bt);
}

static const struct test torn_tests[] = {
	TEST(torn_kcs),
	TEST(torn_smic),
	TEST(torn_bt),
};

SUITE(torn);
