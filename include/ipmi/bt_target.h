/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The BMC's end of a BT interface: how frames go through its registers (proto/bt.c is the host's).
 *
 * A frame is a length byte and so many more: NetFn/LUN, a sequence number, a command, and so on.
 * The host's bits and what it puts into its FIFO are hostile. One caller at a time.
 */
#ifndef IPMI_BT_TARGET_H
#define IPMI_BT_TARGET_H

#include <ipmi/pure.h>

/* A frame at its longest, and at its shortest: of the host, and of the BMC. */
#define BT_TARGET_MAX		256
#define BT_TARGET_REQUEST_MIN	4
#define BT_TARGET_ANSWER_MIN	5

/* The control register. Writing 1 acts as the comment says, 0 does nothing. */
#define BT_TARGET_CLR_WR_PTR	BIT(0)	/* begin of the BMC's FIFO */
#define BT_TARGET_CLR_RD_PTR	BIT(1)	/* begin of the host's FIFO */
#define BT_TARGET_H2B_ATN	BIT(2)	/* clears it; the host sets it */
#define BT_TARGET_B2H_ATN	BIT(3)	/* sets it; the host clears it */
#define BT_TARGET_SMS_ATN	BIT(4)	/* sets it; the host clears it */
#define BT_TARGET_H_BUSY	BIT(6)	/* nothing: it is the host's */
#define BT_TARGET_B_BUSY	BIT(7)	/* toggles it */

/**
 * struct bt_target_regs - the registers, from the BMC's side
 * @ctrl: read the control register
 * @set_ctrl: write it
 * @get: the next byte of the host's FIFO
 * @put: the next one of the BMC's
 *
 * Embedded in whatever knows how to reach the hardware, or plays it.
 */
struct bt_target_regs {
	u8 (*ctrl)(const struct bt_target_regs *regs);
	void (*set_ctrl)(const struct bt_target_regs *regs, u8 bits);
	u8 (*get)(const struct bt_target_regs *regs);
	void (*put)(const struct bt_target_regs *regs, u8 val);
};

void bt_target_set_busy(const struct bt_target_regs *regs, bool busy);
bool bt_target_has_request(const struct bt_target_regs *regs);
bool bt_target_has_room(const struct bt_target_regs *regs);
int bt_target_read(const struct bt_target_regs *regs, u8 *frame);
int bt_target_write(const struct bt_target_regs *regs, const u8 *frame, size_t n);
void bt_target_attention(const struct bt_target_regs *regs);

#endif /* IPMI_BT_TARGET_H */
