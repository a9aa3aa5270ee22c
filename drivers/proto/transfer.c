// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the protocol machines have in common, see <ipmi/transfer.h>.
 *
 * Called by kcs.c, smic.c and bt.c; pure, no lock.
 */
#include <ipmi/transfer.h>

/**
 * transfer_read_all() - read a FIFO
 * @t: the transfer
 * @reg: its register
 * @bytes: room for them
 * @n: how many
 *
 * Context: any.
 */
void transfer_read_all(const struct transfer *t, unsigned int reg, u8 *bytes, unsigned int n)
{
	const struct ipmi_regs *regs = t->m.regs;
	unsigned int i;

	if (regs->read_all) {
		regs->read_all(regs, reg, bytes, n);
		return;
	}
	for (i = 0; i < n; i++)
		bytes[i] = regs->read(regs, reg);
}

/**
 * transfer_write_all() - write to a FIFO
 * @t: the transfer
 * @reg: its register
 * @bytes: what
 * @n: how many
 *
 * Context: any.
 */
void transfer_write_all(const struct transfer *t, unsigned int reg, const u8 *bytes, unsigned int n)
{
	const struct ipmi_regs *regs = t->m.regs;
	unsigned int i;

	if (regs->write_all) {
		regs->write_all(regs, reg, bytes, n);
		return;
	}
	for (i = 0; i < n; i++)
		regs->write(regs, reg, bytes[i]);
}

/**
 * transfer_start() - take a request
 * @t: the transfer; the machine is idle
 * @req: the request
 * @n: its length
 *
 * Context: any.
 * Return: an IPMI completion code, see struct ipmi_machine_ops.
 */
u8 transfer_start(struct transfer *t, const u8 *req, unsigned int n)
{
	if (n < 2)
		return IPMI_REQ_LEN_INVALID_ERR;
	if (n > IPMI_MACHINE_MAX)
		return IPMI_REQ_LEN_EXCEEDED_ERR;

	memcpy(t->req, req, n);
	t->len = n;
	t->sent = 0;
	t->got = 0;
	t->tries = 0;
	t->aborts = 0;
	t->handed = false;
	t->status = 0;
	t->total_us = 0;
	t->wait_us = 0;
	t->ones_us = 0;
	t->abort_us = 0;
	memset(&t->failure, 0, sizeof(t->failure));
	return IPMI_CC_NO_ERROR;
}

/**
 * transfer_account() - the status register was read after some time, or shows nothing
 * @t: the transfer
 * @status: what it shows
 * @elapsed_us: since the last look
 * @recovery: the machine is recovering from a failure
 *
 * Context: any.
 */
void transfer_account(struct transfer *t, u8 status, u32 elapsed_us, bool recovery)
{
	bool before = t->status == TRANSFER_NOTHING;

	elapsed_us = min_t(u32, elapsed_us, TRANSFER_ELAPSED_US);
	t->status = status;
	t->total_us += elapsed_us;
	t->wait_us += elapsed_us;
	if (recovery)
		t->abort_us += elapsed_us;
	t->ones_us = before && status == TRANSFER_NOTHING ? t->ones_us + elapsed_us : 0;
}

/**
 * transfer_is_absent() - has the bus read all ones for too long?
 * @t: the transfer
 *
 * A BMC's reset may show so for a moment, too.
 *
 * Context: any.
 * Return: true if nobody is there.
 */
bool transfer_is_absent(const struct transfer *t)
{
	return t->ones_us >= TRANSFER_ABSENT_US;
}

/**
 * transfer_patience() - how long may one wait last?
 * @t: the transfer
 * @own_us: as far as the machine is concerned
 *
 * Context: any.
 * Return: that, or less if the caller of the machine says so.
 */
u32 transfer_patience(const struct transfer *t, u32 own_us)
{
	if (!t->handed || !t->m.patience_us)
		return own_us;
	return min_t(u32, t->m.patience_us, own_us);
}

/**
 * transfer_may_repeat() - the interface is idle again: what of the request?
 * @t: the transfer
 *
 * One whose last byte was not written cannot have been executed, so it may be
 * tried again. Any other must not be: who knows what it does.
 *
 * Context: any.
 * Return: true if it is to be sent once more.
 */
bool transfer_may_repeat(struct transfer *t)
{
	if (t->handed || ++t->tries >= TRANSFER_TRIES || t->total_us >= TRANSFER_US)
		return false;
	t->sent = 0;
	return true;
}

/**
 * transfer_record() - begin the story of a failure
 * @t: the transfer
 * @phase: where
 * @cause: what
 *
 * Context: any.
 */
void transfer_record(struct transfer *t, enum ipmi_phase phase, enum ipmi_cause cause)
{
	t->failure = (struct ipmi_failure){
		.phase = phase,
		.cause = cause,
		.status = t->status,
		.executed = t->handed,
	};
}

/**
 * transfer_complete() - the answer has ended
 * @t: the transfer
 *
 * One that is longer than a message is cut and says so by its completion code.
 * One that has none gets FFh, as long as it tells what it answers. A failure
 * that was overcome is forgotten.
 *
 * Context: any.
 * Return: false if it is no answer at all.
 */
bool transfer_complete(struct transfer *t)
{
	if (t->got < 2)
		return false;
	if (t->got == 2)
		t->rsp[t->got++] = IPMI_ERR_UNSPECIFIED;
	if (t->got > IPMI_MACHINE_MAX) {
		t->got = IPMI_MACHINE_MAX;
		t->rsp[2] = IPMI_ERR_MSG_TRUNCATED;
	}
	t->failure.cause = IPMI_CAUSE_NONE;
	return true;
}

/**
 * transfer_result() - struct ipmi_machine_ops.result
 * @m: the machine, idle after IPMI_STEP_DONE
 * @rsp: room for the answer
 * @cap: that room
 *
 * Context: any.
 * Return: bytes of it, 0 after a failure.
 */
unsigned int transfer_result(struct ipmi_machine *m, u8 *rsp, unsigned int cap)
{
	struct transfer *t = to_transfer(m);
	unsigned int n = min_t(unsigned int, t->got, cap);

	if (t->failure.cause)
		return 0;
	memcpy(rsp, t->rsp, n);
	return n;
}

/**
 * transfer_failure() - struct ipmi_machine_ops.failure
 * @m: the machine, idle after IPMI_STEP_FAILED
 *
 * Context: any.
 * Return: the story.
 */
const struct ipmi_failure *transfer_failure(const struct ipmi_machine *m)
{
	return &((const struct transfer *)m)->failure;
}
