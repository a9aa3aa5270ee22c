// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzing of the protocol machines, in two ways: against registers that read as
 * the input says, whatever was written, and against a fake BMC that is hit by
 * the faults that the input names. In both, a request must end within its
 * bound, be handed over at most once and bring an answer of sane length; and
 * the machine takes the next one. The fake must answer that right.
 */
#include "fuzz.h"

#define STEPS_MAX	200000

struct noise {
	struct ipmi_regs regs;
	struct input *in;
	const struct prey *prey;
	unsigned int handed;
};

static u8 noise_read(const struct ipmi_regs *regs, unsigned int reg)
{
	struct noise *n = (struct noise *)regs;

	MUST(reg < n->prey->ops->nregs);
	return eaten(n->in) ? 0xff : eat(n->in);
}

static void noise_write(const struct ipmi_regs *regs, unsigned int reg, u8 val)
{
	struct noise *n = (struct noise *)regs;

	MUST(reg < n->prey->ops->nregs);
	n->handed += n->prey->hands_over(reg, val);
}

/* Up to 10 ms, as the wait plan would; never so little that a run takes all day. */
static u32 some_us(struct input *in)
{
	return eaten(in) ? 10000 : (u32)eat(in) * 39 + 40;
}

static enum ipmi_step run(struct ipmi_machine *m, struct input *in, struct fake_bmc *b)
{
	enum ipmi_step step;
	u32 steps = 0, us = 0;
	u64 total_us = 0;

	do {
		MUST(steps++ < STEPS_MAX);
		step = m->ops->step(m, us);
		MUST(step != IPMI_STEP_IDLE && step != IPMI_STEP_ATTN);
		us = step == IPMI_STEP_AGAIN ? 0 : some_us(in);
		total_us += us;
		if (b)
			b->now_ns += us * 1000ULL;
	} while (step != IPMI_STEP_DONE && step != IPMI_STEP_FAILED);
	MUST(total_us <= m->ops->message_timeout_us);
	return step;
}

static void check_end(struct ipmi_machine *m, enum ipmi_step step)
{
	const struct ipmi_failure *f = m->ops->failure(m);
	u8 *rsp = malloc(IPMI_MACHINE_MAX);
	unsigned int n = m->ops->result(m, rsp, IPMI_MACHINE_MAX);

	if (step == IPMI_STEP_DONE) {
		MUST(n >= 3 && n <= IPMI_MACHINE_MAX);
		MUST(f->cause == IPMI_CAUSE_NONE);
	} else {
		MUST(!n);
		MUST(f->cause > IPMI_CAUSE_NONE && f->cause < IPMI_CAUSES);
		MUST(f->phase > IPMI_PHASE_IDLE && f->phase < IPMI_PHASES);
	}
	free(rsp);
}

static unsigned int make_request(struct input *in, u8 *req, unsigned int max)
{
	unsigned int i, n = 2 + eat(in);

	if (n > max)
		n = max;
	for (i = 0; i < n; i++)
		req[i] = i * 5 + 0x18;
	return n;
}

static void against_noise(struct ipmi_machine *m, const struct prey *prey, struct input *in)
{
	struct noise noise = {
		.regs = { .read = noise_read, .write = noise_write },
		.in = in,
		.prey = prey,
	};
	u8 req[IPMI_MACHINE_MAX];
	enum ipmi_step step;
	unsigned int n;

	prey->ops->init(m, &noise.regs);
	do {
		n = make_request(in, req, 254);
		noise.handed = 0;
		if (m->ops->start(m, req, n)) {
			/* A capability was taken for true. */
			MUST(n > 60);
			continue;
		}
		step = run(m, in, NULL);
		MUST(noise.handed <= 1);
		check_end(m, step);
		if (step == IPMI_STEP_FAILED && noise.handed)
			MUST(m->ops->failure(m)->executed);
		step = m->ops->step(m, some_us(in));
		MUST(step == IPMI_STEP_IDLE || step == IPMI_STEP_ATTN);
	} while (!eaten(in));
}

static void one_fault(struct fake_bmc *b, struct input *in)
{
	struct fake_fault fault = {
		.kind = eat(in) % (FAKE_ERROR + 1),
		.at = eat(in),
		.for_us = eat(in) * 1000,
		.set = eat(in),
		.clear = eat(in),
		.code = 1,
	};

	fake_inject(b, &fault);
}

static void against_faults(struct ipmi_machine *m, const struct prey *prey, struct input *in)
{
	struct fake_bmc *b = prey->make(eat(in));
	u8 req[IPMI_MACHINE_MAX], want[FAKE_MAX], rsp[IPMI_MACHINE_MAX];
	unsigned int n, len;

	b->byte_us = eat(in);
	b->think_us = eat(in) * 100;
	b->access_ns = 1;
	b->answer_len = 1 + eat(in) % 200;
	prey->ops->init(m, &b->regs);
	do {
		n = make_request(in, req, 60);
		memset(b->marks, 0, sizeof(b->marks));
		one_fault(b, in);
		MUST(!m->ops->start(m, req, n));
		check_end(m, run(m, in, b));

		fake_heal(b);
		b->now_ns += 100000000;
		b->ops->run(b);
		m->ops->step(m, 100000);
		MUST(fake_executions(b, req, n) <= 1);
		req[1] ^= 0x40;
		MUST(!m->ops->start(m, req, n));
		MUST(run(m, in, b) == IPMI_STEP_DONE);
		len = m->ops->result(m, rsp, sizeof(rsp));
		MUST(len == fake_answer(b, req, n, want));
		MUST(!memcmp(rsp, want, len));
	} while (!eaten(in));
}

/**
 * hunt() - one input for one kind of machine
 * @prey: the kind
 * @data: the input
 * @len: its length
 *
 * Return: 0.
 */
int hunt(const struct prey *prey, const u8 *data, size_t len)
{
	struct input in = { .data = data, .len = len };
	struct ipmi_machine *m = calloc(1, prey->ops->size);

	if (eat(&in) & 1)
		against_noise(m, prey, &in);
	else
		against_faults(m, prey, &in);
	free(m);
	return 0;
}
