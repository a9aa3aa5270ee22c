// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every fault, at every register access of a request, for several durations:
 * the request must end in time and with a verdict that is true, and the next
 * one must work once the fault is gone.
 */
#include <stdio.h>

#include "rig.h"
#include "test.h"

#define REQ_LEN		5
#define HARMLESS_US	300000

static const u32 durations_us[] = { 20, 3000, HARMLESS_US, 0 };

/* What one run is called where it fails. */
struct run {
	const struct fault_case *c;
	unsigned int variant;
	unsigned int at;
	u32 for_us;
	char name[160];
};

static bool is_cut(struct rig *r, const u8 *req, unsigned int n)
{
	u8 want[FAKE_MAX];
	unsigned int len = fake_answer(r->b, req, n, want);

	if (r->rsp_len == 3 && r->rsp[2] == IPMI_ERR_UNSPECIFIED)
		return true;
	return r->rsp_len >= 3 && r->rsp_len <= len && !memcmp(r->rsp, want, r->rsp_len);
}

static void check_failure(struct rig *r, const struct run *run)
{
	const struct ipmi_failure *f = r->m->ops->failure(r->m);
	const struct fault_case *c = run->c;

	EXPECT_SAY(c->causes & BIT(f->cause), "%s: cause is: %s, %s", run->name,
		   ipmi_cause_name(f->cause), ipmi_phase_name(f->phase));
	EXPECT_SAY(f->cause != IPMI_CAUSE_NONE && f->phase != IPMI_PHASE_IDLE,
		   "%s: a failure without a story", run->name);
	EXPECT_SAY(!r->rsp_len, "%s: failed with an answer", run->name);
	if (c->once)
		EXPECT_SAY(f->executed, "%s: not tried again", run->name);
	if (c->fault.code)
		EXPECT_SAY(f->code == c->fault.code, "%s: code %02x", run->name, f->code);
	if (c->harmless)
		EXPECT_SAY(!run->for_us, "%s: failed, %s, %s", run->name,
			   ipmi_cause_name(f->cause), ipmi_phase_name(f->phase));
}

static void check_answer(struct rig *r, const struct run *run, const u8 *req)
{
	if (run->c->lies)
		return;
	EXPECT_SAY(rig_right(r, req, REQ_LEN) || (run->c->cuts && is_cut(r, req, REQ_LEN)),
		   "%s: a wrong answer of %u bytes", run->name, r->rsp_len);
}

/*
 * What the BMC was given before the fault it may still execute after it, once.
 * Where the bus lies it may get something else instead, which nobody can help.
 */
static void check_executions(struct rig *r, const struct run *run, const u8 *req)
{
	const struct ipmi_failure *f = r->m->ops->failure(r->m);
	unsigned int n;

	fake_heal(r->b);
	r->b->now_ns += 10000000;
	r->b->ops->run(r->b);

	n = fake_executions(r->b, req, REQ_LEN);
	EXPECT_SAY(n <= 1, "%s: executed %u times", run->name, n);
	EXPECT_SAY(!f->cause || f->executed || !n, "%s: executed, but the failure says not",
		   run->name);
	EXPECT_SAY(run->c->lies || r->b->executed == n, "%s: executed something else", run->name);
}

static void check_next(struct rig *r, const struct run *run)
{
	const struct ipmi_failure *f = r->m->ops->failure(r->m);
	u8 req[REQ_LEN];
	enum ipmi_step step;

	rig_request(req, sizeof(req));
	req[2] = 0x77;
	step = rig_run(r, req, sizeof(req));
	if (!EXPECT_SAY(step == IPMI_STEP_DONE, "%s: the next request failed: %s, %s", run->name,
			ipmi_cause_name(f->cause), ipmi_phase_name(f->phase)))
		return;
	EXPECT_SAY(rig_right(r, req, sizeof(req)), "%s: the next answer is wrong", run->name);
	EXPECT_SAY(fake_executions(r->b, req, sizeof(req)) == 1,
		   "%s: the next request was executed %u times", run->name,
		   fake_executions(r->b, req, sizeof(req)));
}

static bool run_one(struct rig *r, struct run *run)
{
	struct fake_fault fault = run->c->fault;
	u8 req[REQ_LEN];
	bool struck;

	fault.at = run->at;
	fault.for_us = run->for_us;
	fake_inject(r->b, &fault);
	rig_request(req, sizeof(req));
	if (rig_run(r, req, sizeof(req)) == IPMI_STEP_FAILED)
		check_failure(r, run);
	else
		check_answer(r, run, req);
	struck = r->b->struck || !r->b->fault.kind;

	EXPECT_SAY(r->took_ns <= r->m->ops->message_timeout_us * 1000ULL, "%s: took %llu us",
		   run->name, (unsigned long long)r->took_ns / 1000);
	check_executions(r, run, req);
	check_next(r, run);
	return struck;
}

/**
 * faults_run() - all of it
 * @cases: the faults
 * @count: how many
 * @make: makes a fresh machine with a fresh BMC
 * @variants: kinds of BMC it can make
 */
void faults_run(const struct fault_case *cases, unsigned int count,
		void (*make)(struct rig *r, unsigned int variant), unsigned int variants)
{
	unsigned int i, d, runs = 0;
	struct run run;
	struct rig r;
	bool struck;

	for (i = 0; i < count; i++) {
		run.c = &cases[i];
		for (run.variant = 0; run.variant < variants; run.variant++) {
			for (d = 0; d < ARRAY_SIZE(durations_us); d++) {
				run.for_us = durations_us[d];
				if (run.c->once && run.for_us)
					continue;
				run.at = 0;
				do {
					snprintf(run.name, sizeof(run.name),
						 "%s, variant %u, access %u, for %u us",
						 run.c->name, run.variant, run.at, run.for_us);
					make(&r, run.variant);
					struck = run_one(&r, &run);
					rig_free(&r);
					run.at++;
					runs++;
				} while (struck);
			}
		}
	}
	test_note("%u runs", runs);
}

/**
 * faults_brief_try() - a caller that does not want to wait for long
 * @make: makes a machine
 * @busy: what the status shows while the BMC does not take a request
 *
 * It is not kept waiting for an answer; but a request that the BMC has not yet got is
 * not given up, since that would win nothing.
 */
void faults_brief_try(void (*make)(struct rig *r, unsigned int variant), u8 busy)
{
	struct fake_fault fault = { .kind = FAKE_BITS, .set = busy, .for_us = 3000000 };
	struct rig r;
	u8 req[2];

	rig_request(req, sizeof(req));
	make(&r, 0);
	r.m->patience_us = 300000;
	EXPECT_EQ(rig_run(&r, req, sizeof(req)), IPMI_STEP_DONE);
	fake_inject(r.b, &fault);
	EXPECT_EQ(rig_run(&r, req, sizeof(req)), IPMI_STEP_DONE);
	EXPECT(r.took_ns > 2900000000);

	r.b->think_us = 2000000;
	EXPECT_EQ(rig_run(&r, req, sizeof(req)), IPMI_STEP_FAILED);
	EXPECT_EQ(r.m->ops->failure(r.m)->cause, IPMI_CAUSE_SILENT);
	EXPECT(r.m->ops->failure(r.m)->executed);
	EXPECT_SAY(r.took_ns >= 300000000 && r.took_ns < 450000000, "it took %llu us",
		   (unsigned long long)r.took_ns / 1000);
	EXPECT_EQ(fake_executions(r.b, req, sizeof(req)), 3);

	/* The next one may wait again, and what was late is not its answer. */
	r.m->patience_us = 0;
	req[1] ^= 0x40;
	EXPECT_EQ(rig_run(&r, req, sizeof(req)), IPMI_STEP_DONE);
	EXPECT(rig_right(&r, req, sizeof(req)));
	EXPECT(r.took_ns > 1900000000);
	rig_free(&r);
}
