// SPDX-License-Identifier: GPL-2.0-only
/*
 * A BT BMC: the BMC's side of IPMI 2.0, section 11: its registers (BT_CTRL, the two FIFOs,
 * INTMASK), its message formats and its transfers.
 *
 * Called through struct ipmi_regs by the BT machine. No lock.
 *
 * What the specification leaves open is a member of struct fake_bt: whether B_BUSY is set while
 * the BMC thinks.
 */
#include "fake.h"

/* Section 11, BT_CTRL. */
#define CLR_WR	BIT(0)
#define CLR_RD	BIT(1)
#define H2B	BIT(2)
#define B2H	BIT(3)
#define SMS_ATN	BIT(4)
#define H_BUSY	BIT(6)
#define B_BUSY	BIT(7)

/* Section 11, INTMASK. */
#define B2H_IRQ_EN	BIT(0)
#define B2H_IRQ		BIT(1)
#define BMC_HWRST	BIT(7)

#define NEVER (~0ULL)

static struct fake_bt *to_bt(struct fake_bmc *b)
{
	return (struct fake_bt *)b;
}

/* Section 11, INTMASK: what sets an attention bit raises the interrupt, if it is enabled. */
static void interrupt(struct fake_bt *t)
{
	if (t->intmask & B2H_IRQ_EN)
		t->intmask |= B2H_IRQ;
}

/* Section 11, response: Len, NetFn/LUN, Seq as in the request, Cmd, completion code, data. */
static void put_frame(struct fake_bt *t, u8 seq)
{
	unsigned int i, len = min_t(unsigned int, t->b.rsp_len, 254);

	if (len < 2)
		return;
	t->out[0] = len + 1;
	t->out[1] = t->b.rsp[0];
	t->out[2] = seq;
	for (i = 1; i < len; i++)
		t->out[i + 2] = t->b.rsp[i];
	t->out_len = len + 2;
	t->ctrl |= B2H;
	interrupt(t);
}

/* Section 11, request: Len, which counts what follows, NetFn/LUN, Seq, Cmd, data. */
static void take_frame(struct fake_bt *t)
{
	unsigned int len = t->in[0];

	t->ctrl &= ~H2B;
	/* A frame that is no request is dropped. */
	if (len < 3 || t->in_len != len + 1)
		return;
	t->b.req[0] = t->in[1];
	memcpy(t->b.req + 1, t->in + 3, len - 2);
	t->b.req_len = len - 1;
	t->seq = t->in[2] + t->wrong_seq;
	t->think_ns = t->take_ns + fake_execute(&t->b) * 1000ULL;
	if (t->holds_b_busy)
		t->ctrl |= B_BUSY;
}

/*
 * Section 11, transfers: the BMC takes a request once H2B_ATN is set, and clears that; it writes
 * no answer while the host reads one, which H_BUSY says.
 */
static void bt_run(struct fake_bmc *b)
{
	struct fake_bt *t = to_bt(b);

	if (t->ctrl & H2B && t->take_ns <= b->now_ns)
		take_frame(t);
	if (t->think_ns <= b->now_ns && !(t->ctrl & H_BUSY)) {
		t->think_ns = NEVER;
		t->ctrl &= ~B_BUSY;
		put_frame(t, t->seq);
	}
}

static u8 bt_read(struct fake_bmc *b, unsigned int reg)
{
	struct fake_bt *t = to_bt(b);

	if (reg == 0)
		return t->ctrl;
	if (reg == 2)
		return t->intmask;
	if (t->out_pos < t->out_len)
		return t->out[t->out_pos++];
	t->overruns++;
	return 0xff;
}

/*
 * Section 11, BT_CTRL: writing 1 clears a pointer, sets H2B_ATN, clears B2H_ATN and SMS_ATN and
 * toggles H_BUSY; B_BUSY is the BMC's. Writing 0 does nothing.
 */
static void write_ctrl(struct fake_bt *t, u8 val)
{
	if (val & CLR_WR)
		t->in_len = 0;
	if (val & CLR_RD)
		t->out_pos = 0;
	if (val & H2B) {
		t->ctrl |= H2B;
		t->take_ns = t->b.now_ns + t->b.byte_us * 1000ULL;
	}
	t->ctrl &= ~(val & (B2H | SMS_ATN));
	t->ctrl ^= val & H_BUSY;
}

/* Section 11, INTMASK: the enable is what is written; 1 clears the interrupt, 0 leaves it. */
static void write_intmask(struct fake_bt *t, u8 val)
{
	t->resets += !!(val & BMC_HWRST);
	t->intmask = (t->intmask & B2H_IRQ & ~val) | (val & B2H_IRQ_EN);
}

static void bt_write(struct fake_bmc *b, unsigned int reg, u8 val)
{
	struct fake_bt *t = to_bt(b);

	if (reg == 0) {
		write_ctrl(t, val);
	} else if (reg == 1) {
		if (t->in_len < sizeof(t->in))
			t->in[t->in_len++] = val;
	} else {
		write_intmask(t, val);
	}
}

static void bt_reset(struct fake_bmc *b)
{
	struct fake_bt *t = to_bt(b);

	t->ctrl = 0;
	t->in_len = 0;
	t->out_len = 0;
	t->think_ns = NEVER;
}

/* It has no way to say so: the request is forgotten. */
static void bt_error(struct fake_bmc *b, u8 code)
{
	struct fake_bt *t = to_bt(b);

	(void)code;
	t->think_ns = NEVER;
	t->ctrl &= ~(B_BUSY | H2B);
}

static const struct fake_ops bt_ops = {
	.status = 0,
	.data = 1,
	.read = bt_read,
	.write = bt_write,
	.run = bt_run,
	.reset = bt_reset,
	.error = bt_error,
};

/**
 * fake_bt_init() - power on
 * @t: the fake
 */
void fake_bt_init(struct fake_bt *t)
{
	memset(t, 0, sizeof(*t));
	fake_init(&t->b, &bt_ops);
}

/**
 * fake_bt_attention() - the BMC wants the host to ask for flags
 * @t: the fake
 */
void fake_bt_attention(struct fake_bt *t)
{
	t->ctrl |= SMS_ATN;
	interrupt(t);
}

/**
 * fake_bt_stale() - an answer to a request of long ago comes
 * @t: the fake
 * @seq: its sequence number
 */
void fake_bt_stale(struct fake_bt *t, u8 seq)
{
	put_frame(t, seq);
}
