// SPDX-License-Identifier: GPL-2.0-only
/*
 * The script, see script.h.
 */
#include <stdlib.h>

#include "script.h"
#include "test.h"

/* What a machine that is called again is told at most, so that a wait is counted in full. */
#define LOOK_US	1000000

static const struct access *next(struct script *s, bool write, unsigned int reg, int val)
{
	const struct access *a = s->pos < s->count ? &s->want[s->pos] : NULL;

	s->pos++;
	EXPECT_SAY(a && a->write == write && a->reg == reg && (!write || a->val == val),
		   "line %d, access %u: %s register %u (%02x)", s->line, s->pos,
		   write ? "writes" : "reads", reg, val & 0xff);
	return a;
}

static u8 script_read(const struct ipmi_regs *regs, unsigned int reg)
{
	const struct access *a = next((struct script *)regs, false, reg, 0);

	return a ? a->val : 0;
}

static void script_write(const struct ipmi_regs *regs, unsigned int reg, u8 val)
{
	next((struct script *)regs, true, reg, val);
}

/**
 * script_begin() - a machine in memory that was used before
 * @s: the script
 * @ops: its kind
 */
void script_begin(struct script *s, const struct ipmi_machine_ops *ops)
{
	memset(s, 0, sizeof(*s));
	s->regs.read = script_read;
	s->regs.write = script_write;
	s->m = malloc(ops->size);
	if (!s->m)
		abort();
	memset(s->m, 0xa5, ops->size);
	CALL(s, ops->init(s->m, &s->regs));
}

void script_end(struct script *s)
{
	free(s->m);
	s->m = NULL;
}

/**
 * script_expect() - these accesses are to come, and no other
 * @s: the script
 * @want: the accesses
 * @count: how many
 * @line: of the test
 */
void script_expect(struct script *s, const struct access *want, unsigned int count, int line)
{
	s->want = want;
	s->count = count;
	s->pos = 0;
	s->line = line;
}

/**
 * script_done() - all of them must have come
 * @s: the script
 */
void script_done(struct script *s)
{
	EXPECT_SAY(s->pos == s->count, "line %d: %u accesses, not %u", s->line, s->pos, s->count);
	s->count = 0;
	s->pos = 0;
}

/**
 * script_step() - one step of the machine
 * @s: the script
 * @us: after so long
 * @verdict: what it is to return
 * @want: its accesses
 * @count: how many
 * @line: of the test
 */
void script_step(struct script *s, u32 us, enum ipmi_step verdict, const struct access *want,
		 unsigned int count, int line)
{
	enum ipmi_step step;

	script_expect(s, want, count, line);
	step = s->m->ops->step(s->m, us);
	EXPECT_SAY(step == verdict, "line %d: step() says %d, not %d", line, step, verdict);
	script_done(s);
}

/**
 * script_wait() - nothing happens
 * @s: the script
 * @us: for so long
 * @verdict: what each step is to return
 * @reg: what it reads
 * @val: what it reads there
 * @line: of the test
 */
void script_wait(struct script *s, u32 us, enum ipmi_step verdict, unsigned int reg, u8 val,
		 int line)
{
	const struct access look[] = { RD(reg, val) };
	u32 now;

	for (; us; us -= now) {
		now = min_t(u32, us, LOOK_US);
		script_step(s, now, verdict, look, 1, line);
	}
}

/**
 * script_failure() - is this the story of the failure?
 * @s: the script
 * @want: the story
 * @line: of the test
 */
void script_failure(struct script *s, const struct ipmi_failure *want, int line)
{
	const struct ipmi_failure *f;
	u8 rsp[4];

	f = s->m->ops->failure(s->m);
	EXPECT_SAY(f->phase == want->phase, "line %d: phase %d, not %d", line, f->phase,
		   want->phase);
	EXPECT_SAY(f->cause == want->cause, "line %d: cause %d, not %d", line, f->cause,
		   want->cause);
	EXPECT_SAY(f->status == want->status, "line %d: status %02x, not %02x", line, f->status,
		   want->status);
	EXPECT_SAY(f->code == want->code, "line %d: code %02x, not %02x", line, f->code,
		   want->code);
	EXPECT_SAY(f->executed == want->executed, "line %d: executed: %d", line, f->executed);
	EXPECT_SAY(f->dead == want->dead, "line %d: dead: %d", line, f->dead);
	EXPECT_SAY(!s->m->ops->result(s->m, rsp, sizeof(rsp)), "line %d: an answer", line);
}
