/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sequence table: requests on their way through a bridge, and their times.
 *
 * Pure: time is an argument (milliseconds of any steady clock, as u64), and what
 * a slot holds for the caller is an opaque pointer. Called by msghandler/bridge.c
 * under intf->lock, and by the user-space tests.
 *
 * A request that is bridged takes a slot, whose number is its six-bit sequence
 * number on the far bus. Its time begins when the BMC has acknowledged Send
 * Message; until then a long guard runs. When its time is up it is sent again,
 * with the same sequence number, until its retries are used up.
 *
 * A request that ends without its answer, or that was sent more than once, may be
 * answered later. For a while its number is then not given to a request that this
 * answer would fit: nothing else could tell the two apart.
 */
#ifndef IPMI_SEQ_H
#define IPMI_SEQ_H

#include <ipmi/codec.h>

#define SEQ_SLOTS	64
#define SEQ_GUARD_MS	60000
#define SEQ_LATE_MS	5000	/* an answer is late by no more, if its tries are shorter */
#define SEQ_LATE	128	/* so many that may come late are remembered */

/**
 * struct seq_slot - one request
 * @owner: the caller's, NULL = the slot is free
 * @addr: to whom it went
 * @netfn: what it asked
 * @cmd: ditto
 * @acknowledged: the BMC has taken it, so its own time runs
 * @generation: counts the slot's uses, so that a stale token does not match
 * @retries: how often it may still be sent again
 * @retry_ms: time per try
 * @due_ms: when this try's time is up
 * @again: it was sent more than once
 * @answer_ms: until when this use of the slot may be answered
 * @cc: with which completion code its last try was refused, 0 = it was not
 */
struct seq_slot {
	void *owner;
	struct ipmi_addr addr;
	u8 netfn;
	u8 cmd;
	bool acknowledged;
	u32 generation;
	unsigned int retries;
	u32 retry_ms;
	u64 due_ms;
	bool again;
	u64 answer_ms;
	u8 cc;
};

/**
 * struct seq_late - an answer that nobody waits for any more may still come
 * @addr: from whom
 * @netfn: to what, as in struct seq_slot
 * @cmd: ditto
 * @seq: with which number
 * @until_ms: until when
 */
struct seq_late {
	struct ipmi_addr addr;
	u8 netfn;
	u8 cmd;
	u8 seq;
	u64 until_ms;
};

/**
 * struct seq_table - all of one interface
 * @slots: by sequence number
 * @used: how many are
 * @last: where the last free one was found; a number is reused as late as can be
 * @late: a ring, the oldest is forgotten first
 * @next_late: its next place
 * @late_ms: when none is left that could still come
 */
struct seq_table {
	struct seq_slot slots[SEQ_SLOTS];
	unsigned int used;
	unsigned int last;
	struct seq_late late[SEQ_LATE];
	unsigned int next_late;
	u64 late_ms;
};

/**
 * enum seq_expiry - what seq_expire() found
 * @SEQ_NONE: nothing is due
 * @SEQ_RESEND: send the owner's message again; its time runs
 * @SEQ_TIMED_OUT: its retries are used up; the slot is free again
 */
enum seq_expiry { SEQ_NONE, SEQ_RESEND, SEQ_TIMED_OUT };

void seq_init(struct seq_table *t);
int seq_alloc(struct seq_table *t, void *owner, const struct ipmi_addr *addr, u8 netfn, u8 cmd,
	      unsigned int retries, u32 retry_ms, u64 now_ms, long *token);
void *seq_owner(struct seq_table *t, long token);
void *seq_acknowledge(struct seq_table *t, long token, u64 now_ms);
void *seq_refuse(struct seq_table *t, long token, u8 cc, u64 now_ms);
u8 seq_refusal(const struct seq_table *t, long token);
void *seq_cancel(struct seq_table *t, long token);
void *seq_match(struct seq_table *t, const struct codec_message *answer);
enum seq_expiry seq_expire(struct seq_table *t, u64 now_ms, void **owner, long *token);
void *seq_drop_owner(struct seq_table *t, bool (*is_it)(void *owner, void *arg), void *arg);
bool seq_next_due(const struct seq_table *t, u64 *due_ms);
unsigned int seq_of_token(long token);

#endif /* IPMI_SEQ_H */
