/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the protocol machines have in common: a request, the answer as it grows,
 * the clocks that bound both, and how it failed.
 *
 * Pure. Embedded in struct kcs, struct smic and struct bt, and of no concern to
 * anybody above seam 3. The caller's rule of one caller at a time guards it.
 */
#ifndef IPMI_TRANSFER_H
#define IPMI_TRANSFER_H

#include <ipmi/machine.h>

/* No BMC shows this in a status register; a bus that nobody drives does. */
#define TRANSFER_NOTHING	0xff

/* The bounds, all in us; the second and third add up to less than the last. */
#define TRANSFER_WAIT_US	5000000	/* one wait for the BMC */
#define TRANSFER_US		5400000	/* all tries, until recovery begins for the last time */
#define TRANSFER_ABORT_US	400000	/* recovery, all of one message */
#define TRANSFER_MESSAGE_US	6000000
#define TRANSFER_ABORT_WAIT_US	100000	/* one wait in recovery */
#define TRANSFER_ABSENT_US	100000	/* all ones that long: nobody is there */
#define TRANSFER_ELAPSED_US	1000000	/* a caller that slept longer costs the BMC no more */

#define TRANSFER_TRIES		3	/* of a request that was not yet handed over */
#define TRANSFER_ABORTS		3	/* of recovery, each time */
#define TRANSFER_SURPLUS_MAX	256	/* bytes dropped before an answer counts as endless */

/**
 * struct transfer - one request and its answer
 * @m: the machine; first, so that struct ipmi_machine is what this begins with
 * @status: the status register as last read
 * @tries: of this request
 * @aborts: of this recovery
 * @handed: the last request byte is with the BMC
 * @total_us: since start()
 * @wait_us: in this wait
 * @ones_us: with a status of all ones
 * @abort_us: in recovery
 * @len: bytes of the request
 * @sent: of them, written
 * @got: bytes of the answer, those that were dropped included
 * @failure: how it failed; the cause is IPMI_CAUSE_NONE after success
 * @req: NetFn/LUN, command, data
 * @rsp: NetFn/LUN, command, completion code, data
 */
struct transfer {
	struct ipmi_machine m;
	u8 status;
	u8 tries;
	u8 aborts;
	bool handed;
	u32 total_us;
	u32 wait_us;
	u32 ones_us;
	u32 abort_us;
	unsigned int len;
	unsigned int sent;
	unsigned int got;
	struct ipmi_failure failure;
	u8 req[IPMI_MACHINE_MAX];
	u8 rsp[IPMI_MACHINE_MAX];
};

static inline struct transfer *to_transfer(struct ipmi_machine *m)
{
	return (struct transfer *)m;
}

static inline u8 transfer_read(const struct transfer *t, unsigned int reg)
{
	return t->m.regs->read(t->m.regs, reg);
}

static inline void transfer_write(const struct transfer *t, unsigned int reg, u8 val)
{
	t->m.regs->write(t->m.regs, reg, val);
}

void transfer_read_all(const struct transfer *t, unsigned int reg, u8 *bytes, unsigned int n);
void transfer_write_all(const struct transfer *t, unsigned int reg, const u8 *bytes,
			unsigned int n);
u8 transfer_start(struct transfer *t, const u8 *req, unsigned int n);
void transfer_account(struct transfer *t, u8 status, u32 elapsed_us, bool recovery);

/* The status register was read. Most looks follow the one before at once. */
static inline void transfer_look(struct transfer *t, u8 status, u32 elapsed_us, bool recovery)
{
	if (!elapsed_us && status != TRANSFER_NOTHING) {
		t->status = status;
		t->ones_us = 0;
		return;
	}
	transfer_account(t, status, elapsed_us, recovery);
}

/**
 * transfer_take() - one more byte of the answer
 * @t: the transfer
 * @byte: the byte
 *
 * What is longer than a message is counted, and dropped.
 *
 * Context: any.
 * Return: false if there is no end to it.
 */
static inline bool transfer_take(struct transfer *t, u8 byte)
{
	if (t->got == IPMI_MACHINE_MAX + TRANSFER_SURPLUS_MAX)
		return false;
	if (t->got < IPMI_MACHINE_MAX)
		t->rsp[t->got] = byte;
	t->got++;
	return true;
}

/**
 * transfer_run() - struct ipmi_machine_ops.run
 * @m: the machine
 * @elapsed_us: for the first step
 * @looks: how many steps at most; set to how many were left
 * @step: the machine's own, which is made part of the loop here
 *
 * Context: any.
 * Return: what the last step did.
 */
static __always_inline enum ipmi_step
transfer_run(struct ipmi_machine *m, u32 elapsed_us, unsigned int *looks,
	     enum ipmi_step (*step)(struct ipmi_machine *m, u32 elapsed_us))
{
	unsigned int left = *looks;
	enum ipmi_step found;

	do {
		found = step(m, elapsed_us);
		elapsed_us = 0;
	} while (--left && found == IPMI_STEP_AGAIN);
	*looks = left;
	return found;
}

bool transfer_is_absent(const struct transfer *t);
u32 transfer_patience(const struct transfer *t, u32 own_us);
bool transfer_may_repeat(struct transfer *t);
void transfer_record(struct transfer *t, enum ipmi_phase phase, enum ipmi_cause cause);
bool transfer_complete(struct transfer *t);
unsigned int transfer_result(struct ipmi_machine *m, u8 *rsp, unsigned int cap);
const struct ipmi_failure *transfer_failure(const struct ipmi_machine *m);

#endif /* IPMI_TRANSFER_H */
