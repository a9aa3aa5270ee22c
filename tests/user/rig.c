// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rig, see rig.h. rig_run() does what step_pump() of si/engine.c and pace_arm_pump() of
 * si/pace.c do, time-keeping included.
 */
#include <stdlib.h>

#include "rig.h"
#include "test.h"

#define CPU_OF_SLEEP_NS	8000
/* No bound of a machine allows for so many. */
#define LOOKS_MAX	2000000

void rig_init(struct rig *r, const struct ipmi_machine_ops *ops, struct fake_bmc *b)
{
	memset(r, 0, sizeof(*r));
	r->b = b;
	r->b->access_ns = 1000;
	r->m = calloc(1, ops->size);
	if (!r->m)
		abort();
	ops->init(r->m, &b->regs);
}

void rig_free(struct rig *r)
{
	free(r->m);
	r->m = NULL;
}

static void wait_as(struct rig *r, struct wait_plan plan)
{
	u64 ns = plan.us * 1000ULL;

	if (r->busy_polling) {
		r->cpu_ns += 1000;
		r->b->now_ns += 1000;
		return;
	}
	if (plan.how == WAIT_SPIN) {
		r->cpu_ns += ns;
		r->b->now_ns += ns;
		return;
	}
	EXPECT(plan.us);
	r->sleeps++;
	r->cpu_ns += CPU_OF_SLEEP_NS;
	r->b->now_ns += ns + r->timer_late_us * 1000ULL;
}

/**
 * rig_run() - one request, from start() to its end
 * @r: the rig
 * @req: the request
 * @n: its length
 *
 * Return: IPMI_STEP_DONE and the answer is in the rig, or IPMI_STEP_FAILED;
 * IPMI_STEP_IDLE if start() refused it.
 */
enum ipmi_step rig_run(struct rig *r, const u8 *req, unsigned int n)
{
	const struct ipmi_machine_ops *ops = r->m->ops;
	unsigned int slot = wait_slot(req[0], req[1]);
	enum ipmi_step step, waiting = IPMI_STEP_AGAIN;
	u64 begin = r->b->now_ns, first = 0, last = 0;
	unsigned int looks = 0;
	u64 now, look;

	r->cpu_ns = 0;
	r->looks = 0;
	r->sleeps = 0;
	r->rsp_len = 0;
	r->cc = ops->start(r->m, req, n);
	if (r->cc)
		return IPMI_STEP_IDLE;
	do {
		now = r->b->now_ns;
		step = ops->step(r->m, waiting != IPMI_STEP_AGAIN ? (now - last) / 1000 : 0);
		look = r->b->now_ns - now;
		r->looks++;
		r->cpu_ns += look;
		looks++;
		if (waiting != IPMI_STEP_AGAIN && step != waiting)
			wait_learn(&r->hist, waiting, slot, (now - first) / 1000, looks, false);
		if (step != IPMI_STEP_SOON && step != IPMI_STEP_TICK) {
			waiting = IPMI_STEP_AGAIN;
			continue;
		}
		last = now;
		if (step != waiting) {
			first = now;
			looks = 0;
		}
		waiting = step;
		wait_as(r, wait_plan(&r->hist, &r->facts, step, slot, (now - first) / 1000));
	} while (step != IPMI_STEP_DONE && step != IPMI_STEP_FAILED && r->looks < LOOKS_MAX);

	EXPECT_SAY(r->looks < LOOKS_MAX, "a request came to no end");
	r->took_ns = r->b->now_ns - begin;
	r->rsp_len = ops->result(r->m, r->rsp, sizeof(r->rsp));
	return step;
}

/**
 * rig_right() - is what the last request got the right answer to it?
 * @r: the rig
 * @req: the request
 * @n: its length
 *
 * Return: true if so, as far as an answer fits into a message.
 */
bool rig_right(struct rig *r, const u8 *req, unsigned int n)
{
	u8 want[FAKE_MAX];
	unsigned int len = fake_answer(r->b, req, n, want);

	if (len > IPMI_MACHINE_MAX) {
		len = IPMI_MACHINE_MAX;
		want[2] = IPMI_ERR_MSG_TRUNCATED;
	} else if (len == 2) {
		want[len++] = IPMI_ERR_UNSPECIFIED;
	}
	return r->rsp_len == len && !memcmp(r->rsp, want, len);
}

/**
 * rig_request() - a request
 * @req: room for it
 * @n: its length, at least 2
 *
 * Return: @n.
 */
unsigned int rig_request(u8 *req, unsigned int n)
{
	unsigned int i;

	req[0] = IPMI_NETFN_APP_REQUEST << 2;
	req[1] = IPMI_GET_DEVICE_ID_CMD;
	for (i = 2; i < n; i++)
		req[i] = i * 3 + 1;
	return n;
}

/**
 * rig_transact() - one request that must be answered rightly
 * @r: the rig
 * @n: its length
 * @m: that of its answer
 *
 * Return: how often the machine has accessed a register for it.
 */
unsigned int rig_transact(struct rig *r, unsigned int n, unsigned int m)
{
	unsigned int before = r->b->accesses;
	u8 req[IPMI_MACHINE_MAX];

	rig_request(req, n);
	r->b->answer_len = m - 2;
	EXPECT_EQ(rig_run(r, req, n), IPMI_STEP_DONE);
	EXPECT(rig_right(r, req, n));
	return r->b->accesses - before;
}

/**
 * rig_endless() - an answer that has no end is given up, and its request is not made again
 * @make: makes a rig
 */
void rig_endless(void (*make)(struct rig *r))
{
	u8 req[2];
	struct rig r;
	u32 byte_us;

	rig_request(req, sizeof(req));
	/* The slowest does not get that far within the bound. */
	for (byte_us = 0; byte_us <= 20000; byte_us += 5000) {
		make(&r);
		r.b->answer_forever = true;
		r.b->byte_us = byte_us;
		EXPECT_EQ(rig_run(&r, req, sizeof(req)), IPMI_STEP_FAILED);
		if (byte_us <= 5000)
			EXPECT_EQ(r.m->ops->failure(r.m)->cause, IPMI_CAUSE_TOO_LONG);
		EXPECT_EQ(r.m->ops->failure(r.m)->phase, IPMI_PHASE_READ);
		EXPECT(r.m->ops->failure(r.m)->executed);
		EXPECT(!r.m->ops->failure(r.m)->dead);
		EXPECT(r.took_ns <= 6000000000);
		EXPECT_EQ(r.b->executed, 1);
		rig_free(&r);
	}
}
