// SPDX-License-Identifier: GPL-2.0-only
/*
 * A KCS BMC: the BMC's side of the flow diagrams of IPMI 2.0, section 9.15.
 *
 * Called through struct ipmi_regs by the KCS machine. No lock.
 */
#include "fake.h"

/* Section 9.7, the status register. */
#define OBF	BIT(0)
#define IBF	BIT(1)
#define SMS_ATN	BIT(2)
#define CD	BIT(3)

enum { IDLE_STATE, READ_STATE, WRITE_STATE, ERROR_STATE };
enum { AT_IDLE, AT_WRITE, AT_WRITE_END, AT_THINK, AT_READ, AT_ERROR, AT_ABORT, AT_CODE };

#define NEVER (~0ULL)

static struct fake_kcs *to_kcs(struct fake_bmc *b)
{
	return (struct fake_kcs *)b;
}

static void set_state(struct fake_kcs *k, u8 state)
{
	k->next_state = state;
	if (k->late_us)
		k->state_ns = k->in_ns + k->late_us * 1000ULL;
	else
		k->status = (k->status & 0x3f) | state << 6;
}

static void put_byte(struct fake_kcs *k, u8 byte)
{
	k->next_out = byte;
	if (k->obf_late_us) {
		k->out_ns = k->in_ns + k->obf_late_us * 1000ULL;
		return;
	}
	k->data_out = byte;
	k->status |= OBF;
}

static void dummy(struct fake_kcs *k)
{
	if (k->dummy)
		put_byte(k, 0);
}

/* Sections 9.7 and 9.10: the error state; its code is kept until it is asked for. */
static void failed(struct fake_kcs *k, u8 code)
{
	k->phase = AT_ERROR;
	k->code = code;
	set_state(k, ERROR_STATE);
}

/*
 * Section 9.10: GET_STATUS/ABORT and WRITE_START are taken at any time, WRITE_END while a request
 * is written; anything else is an illegal control code, 02h. After an abort the state is that of
 * an error, 9.7, until the data byte that follows.
 */
static void take_command(struct fake_kcs *k)
{
	switch (k->data_in) {
	case 0x60:
		k->aborts++;
		k->phase = AT_ABORT;
		set_state(k, ERROR_STATE);
		dummy(k);
		break;
	case 0x61:
		k->phase = AT_WRITE;
		k->b.req_len = 0;
		set_state(k, WRITE_STATE);
		dummy(k);
		break;
	case 0x62:
		if (k->phase != AT_WRITE) {
			failed(k, 2);
			break;
		}
		k->phase = AT_WRITE_END;
		dummy(k);
		break;
	default:
		failed(k, 2);
		break;
	}
}

/* 9.15, writing; a request that is too long for the BMC is a length error, 06h. */
static void take_request_byte(struct fake_kcs *k)
{
	if (k->b.req_len == FAKE_MAX) {
		failed(k, 6);
		return;
	}
	k->b.req[k->b.req_len++] = k->data_in;
	set_state(k, WRITE_STATE);
	if (k->phase == AT_WRITE) {
		dummy(k);
		return;
	}
	k->think_ns = k->in_ns + fake_execute(&k->b) * 1000ULL;
	k->phase = AT_THINK;
	k->sent = 0;
	set_state(k, READ_STATE);
}

/* 9.15, reading: the end is the idle state, and a dummy byte. */
static void next_answer_byte(struct fake_kcs *k)
{
	k->phase = AT_READ;
	if (!fake_answer_ends(&k->b, k->sent)) {
		put_byte(k, fake_answer_byte(&k->b, k->sent++));
		return;
	}
	k->phase = AT_IDLE;
	set_state(k, IDLE_STATE);
	if (k->end_dummy)
		put_byte(k, 0);
}

/* 9.15, reading and the error exit: READ, 68h, asks for the next byte; the code 01h is "aborted". */
static void take_data(struct fake_kcs *k)
{
	switch (k->phase) {
	case AT_WRITE:
	case AT_WRITE_END:
		take_request_byte(k);
		break;
	case AT_READ:
		if (k->data_in == 0x68)
			next_answer_byte(k);
		else
			failed(k, 2);
		break;
	case AT_ABORT:
		k->phase = AT_CODE;
		set_state(k, READ_STATE);
		put_byte(k, k->code ? k->code : 1);
		break;
	case AT_CODE:
		k->phase = AT_IDLE;
		k->code = 0;
		set_state(k, IDLE_STATE);
		put_byte(k, 0);
		break;
	case AT_ERROR:
		break;
	default:
		failed(k, 2);
		break;
	}
}

/* What the firmware does first, of what is due. */
static bool run_one(struct fake_kcs *k)
{
	u64 now = k->b.now_ns;

	if (k->state_ns <= now) {
		k->status = (k->status & 0x3f) | k->next_state << 6;
		k->state_ns = NEVER;
		return true;
	}
	if (k->out_ns <= now) {
		k->data_out = k->next_out;
		k->status |= OBF;
		k->out_ns = NEVER;
		return true;
	}
	if (k->think_ns <= now) {
		k->in_ns = k->think_ns;
		k->think_ns = NEVER;
		k->status &= ~IBF;
		next_answer_byte(k);
		return true;
	}
	if (k->status & IBF && k->in_ns <= now && k->think_ns == NEVER) {
		if (k->wants_obf_clear && k->status & OBF)
			return false;
		if (k->status & CD)
			take_command(k);
		else
			take_data(k);
		if (!k->holds_ibf || k->phase != AT_THINK)
			k->status &= ~IBF;
		return true;
	}
	return false;
}

static void kcs_run(struct fake_bmc *b)
{
	while (run_one(to_kcs(b)))
		;
}

/* 9.7: reading Data_Out clears OBF. */
static u8 kcs_read(struct fake_bmc *b, unsigned int reg)
{
	struct fake_kcs *k = to_kcs(b);

	if (reg == 1)
		return k->status;
	if (!(k->status & OBF))
		b->empty_reads++;
	k->status &= ~OBF;
	return k->data_out;
}

/* 9.7: whatever the host writes sets IBF, and C/D# tells to which of the two registers. */
static void kcs_write(struct fake_bmc *b, unsigned int reg, u8 val)
{
	struct fake_kcs *k = to_kcs(b);

	k->data_in = val;
	k->status = (k->status & ~CD) | IBF | (reg == 1 ? CD : 0);
	k->in_ns = b->now_ns + b->byte_us * 1000ULL;
	/* A new command ends what the firmware was at. */
	if (reg == 1)
		k->think_ns = NEVER;
}

static void kcs_reset(struct fake_bmc *b)
{
	struct fake_kcs *k = to_kcs(b);

	k->status = 0;
	k->phase = AT_IDLE;
	k->code = 0;
	k->think_ns = NEVER;
	k->state_ns = NEVER;
	k->out_ns = NEVER;
}

static void kcs_error(struct fake_bmc *b, u8 code)
{
	struct fake_kcs *k = to_kcs(b);

	k->in_ns = b->now_ns;
	k->think_ns = NEVER;
	k->status &= ~IBF;
	failed(k, code);
}

static const struct fake_ops kcs_ops = {
	.status = 1,
	.data = 0,
	.read = kcs_read,
	.write = kcs_write,
	.run = kcs_run,
	.reset = kcs_reset,
	.error = kcs_error,
};

/**
 * fake_kcs_init() - power on
 * @k: the fake
 */
void fake_kcs_init(struct fake_kcs *k)
{
	memset(k, 0, sizeof(*k));
	k->dummy = true;
	k->end_dummy = true;
	fake_init(&k->b, &kcs_ops);
}

/**
 * fake_kcs_attention() - the BMC wants the host to ask for flags, or no more
 * @k: the fake
 * @on: SMS_ATN
 * @dummy: with a dummy byte in Data_Out, as for an interrupt
 */
void fake_kcs_attention(struct fake_kcs *k, bool on, bool dummy)
{
	k->status &= ~SMS_ATN;
	if (on)
		k->status |= SMS_ATN;
	if (dummy)
		put_byte(k, 0);
}
