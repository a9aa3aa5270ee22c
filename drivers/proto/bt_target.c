// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames of BT from the BMC's side: the host's requests and the answers to them.
 *
 * Called by bt_bmc/file.c and by the user-space tests, one caller at a time; pure, so no lock and
 * no clock. The steps are those of IPMI 2.0, sections 11.5 and 11.6. Nothing waits here: who finds
 * no frame, or no room for one, comes back.
 */
#include <ipmi/bt_target.h>

/* So often the bit is looked at; twice in a row it has to be as it should. */
#define LOOKS 6

/**
 * bt_target_set_busy() - whether the host may write
 * @regs: the registers
 * @busy: it may not
 *
 * Writing toggles the bit, so one look or write that goes wrong would leave it as it should not be,
 * and then the host never asks again, and nothing here is told of anything.
 */
void bt_target_set_busy(const struct bt_target_regs *regs, bool busy)
{
	unsigned int i, right = 0;

	for (i = 0; i < LOOKS && right < 2; i++) {
		if (!!(regs->ctrl(regs) & BT_TARGET_B_BUSY) == busy) {
			right++;
			continue;
		}
		regs->set_ctrl(regs, BT_TARGET_B_BUSY);
		right = 0;
	}
}

/**
 * bt_target_has_request() - has the host written a frame?
 * @regs: the registers
 */
bool bt_target_has_request(const struct bt_target_regs *regs)
{
	return regs->ctrl(regs) & BT_TARGET_H2B_ATN;
}

/**
 * bt_target_has_room() - has the host read the last frame?
 * @regs: the registers
 */
bool bt_target_has_room(const struct bt_target_regs *regs)
{
	return !(regs->ctrl(regs) & (BT_TARGET_H_BUSY | BT_TARGET_B2H_ATN));
}

/**
 * bt_target_read() - take the host's frame
 * @regs: the registers
 * @frame: is filled, BT_TARGET_MAX bytes at most
 *
 * Return: its length; -EAGAIN if there is none, -EPROTO if it was too short to be one, and is gone.
 */
int bt_target_read(const struct bt_target_regs *regs, u8 *frame)
{
	unsigned int i;

	if (!bt_target_has_request(regs))
		return -EAGAIN;
	bt_target_set_busy(regs, true);
	regs->set_ctrl(regs, BT_TARGET_H2B_ATN);
	regs->set_ctrl(regs, BT_TARGET_CLR_RD_PTR);
	frame[0] = regs->get(regs);
	for (i = 1; i <= frame[0]; i++)
		frame[i] = regs->get(regs);
	bt_target_set_busy(regs, false);
	return i < BT_TARGET_REQUEST_MIN ? -EPROTO : (int)i;
}

/**
 * bt_target_write() - give the host a frame
 * @regs: the registers
 * @frame: it
 * @n: its length, or more
 *
 * Return: 0; -EINVAL if it is none, -EAGAIN if the host has not read the last one.
 */
int bt_target_write(const struct bt_target_regs *regs, const u8 *frame, size_t n)
{
	unsigned int i;

	if (n < BT_TARGET_ANSWER_MIN || frame[0] + 1U < BT_TARGET_ANSWER_MIN || n < frame[0] + 1U)
		return -EINVAL;
	if (!bt_target_has_room(regs))
		return -EAGAIN;
	regs->set_ctrl(regs, BT_TARGET_CLR_WR_PTR);
	for (i = 0; i <= frame[0]; i++)
		regs->put(regs, frame[i]);
	regs->set_ctrl(regs, BT_TARGET_B2H_ATN);
	return 0;
}

/**
 * bt_target_attention() - ask for the host's attention; the host ends it
 * @regs: the registers
 */
void bt_target_attention(const struct bt_target_regs *regs)
{
	regs->set_ctrl(regs, BT_TARGET_SMS_ATN);
}
