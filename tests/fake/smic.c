// SPDX-License-Identifier: GPL-2.0-only
/*
 * A SMIC BMC: the BMC's side of IPMI 2.0, section 10: its registers (data, control and status,
 * flags), and the transfers of its SMS stream. Beside each rule is the part of the section that
 * has it.
 *
 * Called through struct ipmi_regs by the SMIC machine. No lock.
 *
 * What the specification leaves open is a member of struct fake_smic: whether BUSY stays while
 * the BMC thinks, or only RX_DATA_RDY tells of the answer. TX_DATA_RDY is always set here; that
 * it is waited for is in tests/user/test_smic_trace.c and in the faults of tests/cases/smic.h.
 */
#include "fake.h"

/* The flags register: BUSY is set by the host and cleared by the BMC, all else is the BMC's. */
#define BUSY	BIT(0)
#define SMS_ATN	BIT(2)
#define TX	BIT(6)
#define RX	BIT(7)

enum { AT_READY, AT_WRITE, AT_THINK, AT_READ };

#define NEVER (~0ULL)

static struct fake_smic *to_smic(struct fake_bmc *b)
{
	return (struct fake_smic *)b;
}

/*
 * SMS status codes: READY ends a message; what went wrong, or 0, is in the data register. Codes:
 * 1 aborted, 2 illegal control code, 5 buffer full.
 */
static void ready(struct fake_smic *s, u8 code)
{
	s->status = 0xc0;
	s->data = code;
	s->flags &= ~RX;
	s->phase = AT_READY;
	s->think_ns = NEVER;
}

/* Writing: each byte comes with its control code, and is acknowledged by that code's status. */
static void take(struct fake_smic *s, u8 status)
{
	if (s->b.req_len == FAKE_MAX) {
		ready(s, 5);
		return;
	}
	s->b.req[s->b.req_len++] = s->data;
	s->status = status;
	s->phase = AT_WRITE;
}

/* Its last byte comes with WR_END; then the data register has the error code, 0 = none. */
static void end_of_request(struct fake_smic *s)
{
	take(s, 0xc3);
	s->data = 0;
	s->phase = AT_THINK;
	s->think_ns = s->busy_ns + fake_execute(&s->b) * 1000ULL;
	s->sent = 0;
}

/*
 * Reading: RX_DATA_RDY, and RD_START for the first byte, RD_NEXT for the next, RD_END for the last
 * one, which the BMC alone knows to be the last.
 */
static void give(struct fake_smic *s, u8 status)
{
	s->data = fake_answer_byte(&s->b, s->sent++);
	s->status = fake_answer_ends(&s->b, s->sent) ? 0xc6 : status;
	s->flags |= RX;
	s->phase = AT_READ;
}

/*
 * SMS control codes: GET_STATUS and WR_START are taken at any time and end what was under way;
 * the others in their order only, else it is an illegal control code.
 */
static void obey(struct fake_smic *s)
{
	if (s->control == 0x40) {
		ready(s, 0);
	} else if (s->control == 0x41) {
		s->flags &= ~RX;
		s->think_ns = NEVER;
		s->b.req_len = 0;
		take(s, 0xc1);
	} else if (s->control == 0x42 && s->phase == AT_WRITE) {
		take(s, 0xc2);
	} else if (s->control == 0x43 && s->phase == AT_WRITE) {
		end_of_request(s);
	} else if (s->control == 0x44 && s->flags & RX) {
		give(s, 0xc4);
	} else if (s->control == 0x45 && s->phase == AT_READ &&
		   !fake_answer_ends(&s->b, s->sent)) {
		give(s, 0xc5);
	} else if (s->control == 0x46 && s->phase == AT_READ) {
		ready(s, 0);
	} else {
		ready(s, 2);
	}
}

/* The handshake: the BMC looks at the control code once BUSY is set, and clears BUSY after. */
static void smic_run(struct fake_bmc *b)
{
	struct fake_smic *s = to_smic(b);

	if (s->flags & BUSY && s->busy_ns <= b->now_ns) {
		if (s->think_ns == NEVER || s->control == 0x40 || s->control == 0x41) {
			obey(s);
			if (!s->holds_busy || s->phase != AT_THINK)
				s->flags &= ~BUSY;
		} else if (!s->holds_busy) {
			/* Told something while it thinks. */
			ready(s, 2);
			s->flags &= ~BUSY;
		}
	}
	if (s->think_ns <= b->now_ns) {
		s->think_ns = NEVER;
		if (!fake_answer_ends(b, 0))
			s->flags |= RX;
		s->flags &= ~BUSY;
	}
}

static u8 smic_read(struct fake_bmc *b, unsigned int reg)
{
	struct fake_smic *s = to_smic(b);

	if (reg == 0)
		return s->data;
	return reg == 1 ? s->status : s->flags;
}

/* The host can set BUSY and no more: a 0, and the other flags, are as if not written. */
static void smic_write(struct fake_bmc *b, unsigned int reg, u8 val)
{
	struct fake_smic *s = to_smic(b);

	if (reg == 0) {
		s->data = val;
	} else if (reg == 1) {
		s->control = val;
	} else if (val & BUSY) {
		s->flags |= BUSY;
		s->busy_ns = b->now_ns + b->byte_us * 1000ULL;
	}
}

/* The data latch keeps its byte: between two writes, nobody could help that. */
static void smic_reset(struct fake_bmc *b)
{
	struct fake_smic *s = to_smic(b);

	ready(s, s->data);
	s->flags = TX;
}

static void smic_error(struct fake_bmc *b, u8 code)
{
	struct fake_smic *s = to_smic(b);

	ready(s, code ? code : s->data);
	s->flags &= ~BUSY;
}

static const struct fake_ops smic_ops = {
	.status = 2,
	.data = 0,
	.read = smic_read,
	.write = smic_write,
	.run = smic_run,
	.reset = smic_reset,
	.error = smic_error,
};

/**
 * fake_smic_init() - power on
 * @s: the fake
 */
void fake_smic_init(struct fake_smic *s)
{
	memset(s, 0, sizeof(*s));
	fake_init(&s->b, &smic_ops);
}

/**
 * fake_smic_attention() - the BMC wants the host to ask for flags, or no more
 * @s: the fake
 * @on: SMS_ATN
 */
void fake_smic_attention(struct fake_smic *s, bool on)
{
	s->flags &= ~SMS_ATN;
	if (on)
		s->flags |= SMS_ATN;
}
