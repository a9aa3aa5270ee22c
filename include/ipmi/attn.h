/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The attention policy: what a transport asks its BMC on its own account.
 *
 * Message flags, the receive message queue, the event buffer and the global
 * enables are the same business behind KCS, SMIC, BT and SSIF, so it is stated
 * once. Pure: the engine asks attn_next() for a request when the wire is free,
 * and gives every answer to attn_answer(). The caller's engine lock guards it.
 */
#ifndef IPMI_ATTN_H
#define IPMI_ATTN_H

#include <ipmi/pure.h>

/* The longest request attn_next() makes. */
#define ATTN_REQUEST_MAX 3

/**
 * enum attn_verdict - what an answer means to the engine
 * @ATTN_NOTHING: it was housekeeping
 * @ATTN_MESSAGE: the answer carries a message; deliver it to the core
 * @ATTN_EVENT: the answer carries an event; deliver it to the core
 * @ATTN_PRETIMEOUT: the watchdog is about to expire; tell the core
 */
enum attn_verdict {
	ATTN_NOTHING,
	ATTN_MESSAGE,
	ATTN_EVENT,
	ATTN_PRETIMEOUT,
};

/**
 * enum attn_due - housekeeping that is due, in order of urgency
 * @ATTN_DUE_CLEAR: clear stale message flags (at start and after a reset)
 * @ATTN_DUE_ENABLES: check the global enables, and set them where they differ
 * @ATTN_DUE_SET: set the enables to what that check found (the policy's own)
 * @ATTN_DUE_FLAGS: fetch the message flags
 */
enum attn_due {
	ATTN_DUE_CLEAR = BIT(0),
	ATTN_DUE_ENABLES = BIT(1),
	ATTN_DUE_SET = BIT(2),
	ATTN_DUE_FLAGS = BIT(3),
};

/**
 * struct attn - the state of one interface's housekeeping
 * @due: &enum attn_due bits
 * @flags: message flags that the BMC showed and nobody has served yet
 * @oem_flags: flag bits that mean "receive message available" here (a quirk)
 * @fetches: messages or events fetched in a row, bounded by ATTN_FETCH_MAX
 * @asked: the command that is under way, 0 = none
 * @flag: the flag it serves
 * @enables: the global enables the BMC is to be set to
 * @had_enables: what it had
 * @use_irq: the receive-queue and event-buffer interrupts are wanted
 * @irq_on: as far as one can know the BMC raises interrupts: it was told to, or will
 *	not be told
 * @has_events: the BMC has an event message buffer
 * @cannot_disable_irq: the BMC refuses to clear the interrupt enable
 * @irq_enable_broken: the BMC refuses to set it
 */
struct attn {
	u8 due;
	u8 flags;
	u8 oem_flags;
	u8 fetches;
	u8 asked;
	u8 flag;
	u8 enables;
	u8 had_enables;
	bool use_irq;
	bool irq_on;
	bool has_events;
	bool cannot_disable_irq;
	bool irq_enable_broken;
};

static inline bool attn_wants(const struct attn *a)
{
	return a->due || a->flags;
}

bool attn_takes(const struct attn *a);
void attn_put_off(struct attn *a);
unsigned int attn_next(struct attn *a, u8 *rq);
enum attn_verdict attn_answer(struct attn *a, const u8 *rsp, unsigned int len);
void attn_failed(struct attn *a);
bool attn_is_reset(const u8 *rsp, unsigned int len);
u8 attn_wanted_enables(const struct attn *a, u8 current_enables);

#endif /* IPMI_ATTN_H */
