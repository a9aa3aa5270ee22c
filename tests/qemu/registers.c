// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fake BMCs of tests/fake, driven by a clock from outside: what is due, and when.
 *
 * Called by device.c. No lock: QEMU's, which its devices have, is held.
 */
#include <stdlib.h>

#include "fake.h"
#include "registers.h"

/* Section 9.7 and section 11: what raises the interrupt. */
#define KCS_OBF		BIT(0)
#define KCS_IBF		BIT(1)
#define BT_H2B_ATN	BIT(2)
#define BT_INT_PENDING	BIT(1)

struct registers {
	union {
		struct fake_bmc bmc;
		struct fake_kcs kcs;
		struct fake_bt bt;
	};
	bool is_bt;
	registers_execute *execute;
	void *opaque;
};

/*
 * The fake has made an answer of its own: put the real one in its place. Through the FIFO of BT
 * the bytes go in one piece, so what the firmware needs for each counts here.
 */
static u32 think(struct fake_bmc *b)
{
	struct registers *r = (struct registers *)b;
	u32 us = 0;

	b->rsp_len = r->execute(r->opaque, b->req, b->req_len, b->rsp, &us);
	if (r->is_bt)
		us += b->byte_us * (b->req_len + b->rsp_len);
	return us;
}

/**
 * registers_new() - power on
 * @bt: BT, else KCS
 * @execute: answers requests
 * @opaque: its first parameter
 *
 * Return: the registers, NULL if there is no memory.
 */
struct registers *registers_new(bool bt, registers_execute *execute, void *opaque)
{
	struct registers *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	if (bt)
		fake_bt_init(&r->bt);
	else
		fake_kcs_init(&r->kcs);
	r->is_bt = bt;
	r->execute = execute;
	r->opaque = opaque;
	r->bmc.think = think;
	return r;
}

/**
 * registers_delay() - how fast the firmware is, from now on
 * @r: the registers
 * @byte_us: for a byte, either way
 * @state_us: until the state bits of KCS follow
 */
void registers_delay(struct registers *r, uint32_t byte_us, uint32_t state_us)
{
	r->bmc.byte_us = byte_us;
	if (!r->is_bt)
		r->kcs.late_us = state_us;
}

uint8_t registers_read(struct registers *r, uint64_t now_ns, unsigned int reg)
{
	r->bmc.now_ns = now_ns;
	return r->bmc.regs.read(&r->bmc.regs, reg);
}

/* A firmware that needs no time has done its part before the host looks again. */
void registers_write(struct registers *r, uint64_t now_ns, unsigned int reg, uint8_t val)
{
	r->bmc.now_ns = now_ns;
	r->bmc.regs.write(&r->bmc.regs, reg, val);
	registers_run(r, now_ns);
}

void registers_run(struct registers *r, uint64_t now_ns)
{
	r->bmc.now_ns = now_ns;
	r->bmc.ops->run(&r->bmc);
}

void registers_attention(struct registers *r, uint64_t now_ns, bool on, bool interrupt)
{
	r->bmc.now_ns = now_ns;
	if (!r->is_bt)
		fake_kcs_attention(&r->kcs, on, on && interrupt);
	else if (on)
		fake_bt_attention(&r->bt);
}

static void earlier(uint64_t *due, bool is_due, u64 at)
{
	if (is_due && at < *due)
		*due = at;
}

/**
 * registers_due() - when the firmware does something by itself next
 * @r: the registers
 *
 * Return: the time, REGISTERS_NEVER if it waits for the host.
 */
uint64_t registers_due(const struct registers *r)
{
	uint64_t due = REGISTERS_NEVER;

	if (r->is_bt) {
		earlier(&due, r->bt.ctrl & BT_H2B_ATN, r->bt.take_ns);
		earlier(&due, true, r->bt.think_ns);
		return due;
	}
	earlier(&due, r->kcs.status & KCS_IBF && r->kcs.think_ns == REGISTERS_NEVER, r->kcs.in_ns);
	earlier(&due, true, r->kcs.think_ns);
	earlier(&due, true, r->kcs.state_ns);
	earlier(&due, true, r->kcs.out_ns);
	return due;
}

bool registers_interrupt(const struct registers *r)
{
	return r->is_bt ? r->bt.intmask & BT_INT_PENDING : r->kcs.status & KCS_OBF;
}

unsigned int registers_accesses(const struct registers *r)
{
	return r->bmc.accesses;
}
