/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The registers of a BT interface from both sides, as IPMI 2.0, section 11.3, has them: bits that
 * one side sets and the other clears, and two FIFOs. Pure; for the user-space tests, and under a
 * lock for tests/modules/btloop_main.c.
 */
#ifndef TESTS_FAKE_IBT_H
#define TESTS_FAKE_IBT_H

#include <ipmi/bt_target.h>

#define IBT_DEPTH 256

/* The host's registers. */
enum { IBT_CTRL, IBT_DATA, IBT_INTMASK };

/**
 * struct ibt_fifo - from one side to the other
 * @bytes: what was written
 * @in: where the next one goes
 * @out: where it is read
 */
struct ibt_fifo {
	u8 bytes[IBT_DEPTH];
	u8 in;
	u8 out;
};

/**
 * struct ibt - the interface
 * @ctrl: the control register
 * @intmask: the host's interrupt
 * @h2b: what the host writes
 * @b2h: what the BMC writes
 */
struct ibt {
	u8 ctrl;
	u8 intmask;
	struct ibt_fifo h2b;
	struct ibt_fifo b2h;
};

static inline u8 ibt_host_read(struct ibt *i, unsigned int reg)
{
	if (reg == IBT_DATA)
		return i->b2h.bytes[i->b2h.out++];
	return reg == IBT_CTRL ? i->ctrl : i->intmask;
}

static inline void ibt_host_write(struct ibt *i, unsigned int reg, u8 val)
{
	if (reg == IBT_DATA) {
		i->h2b.bytes[i->h2b.in++] = val;
		return;
	}
	if (reg != IBT_CTRL) {
		i->intmask = val & 1;
		return;
	}
	if (val & BT_TARGET_CLR_WR_PTR)
		i->h2b.in = 0;
	if (val & BT_TARGET_CLR_RD_PTR)
		i->b2h.out = 0;
	i->ctrl |= val & BT_TARGET_H2B_ATN;
	i->ctrl &= ~(val & (BT_TARGET_B2H_ATN | BT_TARGET_SMS_ATN));
	i->ctrl ^= val & BT_TARGET_H_BUSY;
}

static inline void ibt_bmc_ctrl(struct ibt *i, u8 val)
{
	if (val & BT_TARGET_CLR_WR_PTR)
		i->b2h.in = 0;
	if (val & BT_TARGET_CLR_RD_PTR)
		i->h2b.out = 0;
	i->ctrl &= ~(val & BT_TARGET_H2B_ATN);
	i->ctrl |= val & (BT_TARGET_B2H_ATN | BT_TARGET_SMS_ATN);
	i->ctrl ^= val & BT_TARGET_B_BUSY;
}

static inline u8 ibt_bmc_get(struct ibt *i)
{
	return i->h2b.bytes[i->h2b.out++];
}

static inline void ibt_bmc_put(struct ibt *i, u8 val)
{
	i->b2h.bytes[i->b2h.in++] = val;
}

#endif /* TESTS_FAKE_IBT_H */
