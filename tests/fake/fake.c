// SPDX-License-Identifier: GPL-2.0-only
/*
 * What all fake BMCs share: time, counting, faults, and a firmware that answers.
 *
 * Called by machines through struct ipmi_regs, and by tests. No lock.
 */
#include "fake.h"

static struct fake_bmc *to_fake(const struct ipmi_regs *regs)
{
	return (struct fake_bmc *)regs;
}

/**
 * fake_random() - noise
 * @b: the fake
 *
 * Return: the next of a sequence that is always the same.
 */
u32 fake_random(struct fake_bmc *b)
{
	b->seed = b->seed * 1664525 + 1013904223;
	return b->seed >> 8;
}

static bool lasts(const struct fake_bmc *b, enum fake_fault_kind kind)
{
	return b->struck && b->fault.kind == kind;
}

static bool off_the_bus(const struct fake_bmc *b)
{
	return lasts(b, FAKE_ONES) || lasts(b, FAKE_ZEROS) || lasts(b, FAKE_REBOOT);
}

static void strike(struct fake_bmc *b)
{
	b->struck = true;
	b->fault_end_ns = b->fault.for_us ? b->now_ns + b->fault.for_us * 1000ULL : ~0ULL;
	if (b->fault.kind == FAKE_RESET || b->fault.kind == FAKE_REBOOT)
		b->ops->reset(b);
	else if (b->fault.kind == FAKE_ERROR)
		b->ops->error(b, b->fault.code);
}

/* Before each access: the firmware first, then the fault. */
static void catch_up(struct fake_bmc *b)
{
	b->now_ns += b->access_ns;
	if (b->struck && b->now_ns >= b->fault_end_ns)
		fake_heal(b);
	if (!lasts(b, FAKE_FREEZE) && !off_the_bus(b))
		b->ops->run(b);
	if (b->fault.kind != FAKE_OK && !b->struck && b->accesses >= b->strike_at)
		strike(b);
	b->accesses++;
}

static u8 fake_read(const struct ipmi_regs *regs, unsigned int reg)
{
	struct fake_bmc *b = to_fake(regs);
	u8 val;

	catch_up(b);
	if (reg == b->ops->data)
		b->data_reads++;
	if (off_the_bus(b))
		return b->fault.kind == FAKE_ZEROS ? 0x00 : 0xff;
	val = b->ops->read(b, reg);
	if (reg == b->ops->status && lasts(b, FAKE_GARBAGE))
		return fake_random(b);
	if (reg == b->ops->status && lasts(b, FAKE_BITS))
		return (val | b->fault.set) & ~b->fault.clear;
	if (reg == b->ops->data && lasts(b, FAKE_CORRUPT))
		return fake_random(b);
	return val;
}

static void fake_write(const struct ipmi_regs *regs, unsigned int reg, u8 val)
{
	struct fake_bmc *b = to_fake(regs);

	catch_up(b);
	if (!off_the_bus(b) && !lasts(b, FAKE_LOST))
		b->ops->write(b, reg, val);
}

/**
 * fake_init() - power on
 * @b: the fake, all zeros
 * @ops: its kind
 */
void fake_init(struct fake_bmc *b, const struct fake_ops *ops)
{
	b->regs.read = fake_read;
	b->regs.write = fake_write;
	b->ops = ops;
	b->seed = 1;
	b->answer_len = 1;
	ops->reset(b);
}

/**
 * fake_inject() - prepare a fault
 * @b: the fake
 * @fault: what and when
 */
void fake_inject(struct fake_bmc *b, const struct fake_fault *fault)
{
	b->fault = *fault;
	b->struck = false;
	b->strike_at = b->accesses + fault->at;
}

/**
 * fake_heal() - the fault is gone
 * @b: the fake
 */
void fake_heal(struct fake_bmc *b)
{
	b->fault.kind = FAKE_OK;
	b->struck = false;
}

/**
 * fake_answer() - what this BMC answers to a request
 * @b: the fake
 * @req: the request
 * @n: its length
 * @rsp: the answer, FAKE_MAX bytes
 *
 * Each byte depends on the request and its place, so no mix-up goes unseen.
 *
 * Return: the length of @rsp.
 */
unsigned int fake_answer(const struct fake_bmc *b, const u8 *req, unsigned int n, u8 *rsp)
{
	unsigned int i, len = clamp_t(int, 2 + b->answer_len, 0, FAKE_MAX);

	if (b->canned_len) {
		memcpy(rsp, b->canned, b->canned_len);
		return b->canned_len;
	}
	rsp[0] = req[0] | 4;
	rsp[1] = req[1];
	rsp[2] = 0;
	for (i = 3; i < len; i++)
		rsp[i] = req[i % n] + i * 7;
	return len;
}

/**
 * fake_mark() - a request in four bytes
 * @req: the request
 * @n: its length
 *
 * Return: a figure that no two requests of a test are likely to share.
 */
u32 fake_mark(const u8 *req, unsigned int n)
{
	u32 mark = n;

	while (n--)
		mark = mark * 31 + *req++;
	return mark;
}

/**
 * fake_executions() - how often was this request executed?
 * @b: the fake
 * @req: the request
 * @n: its length
 *
 * Return: how often, among the last FAKE_MARKS.
 */
unsigned int fake_executions(const struct fake_bmc *b, const u8 *req, unsigned int n)
{
	unsigned int i, count = 0;

	for (i = 0; i < FAKE_MARKS; i++)
		count += b->marks[i] == fake_mark(req, n);
	return count;
}

/**
 * fake_execute() - the firmware has a whole request in req
 * @b: the fake
 *
 * Return: how long it takes, in us; the answer is in rsp already.
 */
u32 fake_execute(struct fake_bmc *b)
{
	b->marks[b->executed++ % FAKE_MARKS] = fake_mark(b->req, b->req_len);
	b->rsp_len = fake_answer(b, b->req, b->req_len, b->rsp);
	return b->think ? b->think(b) : b->think_us;
}

/**
 * fake_answer_byte() - byte @i of the answer
 * @b: the fake
 * @i: which
 *
 * Return: the byte.
 */
u8 fake_answer_byte(const struct fake_bmc *b, unsigned int i)
{
	return i < b->rsp_len ? b->rsp[i] : (u8)i;
}

/**
 * fake_answer_ends() - are @i bytes the whole answer?
 * @b: the fake
 * @i: how many
 *
 * Return: true if so.
 */
bool fake_answer_ends(const struct fake_bmc *b, unsigned int i)
{
	return i >= b->rsp_len && !b->answer_forever;
}
