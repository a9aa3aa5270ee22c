// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sequence table, see <ipmi/seq.h>.
 *
 * Called by msghandler/bridge.c with intf->lock held, and by the user-space
 * tests; pure.
 */
#include <ipmi/seq.h>

#define SEQ_BITS	6
#define GENERATION_MASK	0x1ffffff	/* a token is positive in 32 bits too */

static long token_of(const struct seq_table *t, unsigned int seq)
{
	return (long)(t->slots[seq].generation & GENERATION_MASK) << SEQ_BITS | seq;
}

/**
 * seq_of_token() - the sequence number that goes over the wire
 * @token: what seq_alloc() gave
 *
 * Return: 0 .. 63.
 */
unsigned int seq_of_token(long token)
{
	return token & (SEQ_SLOTS - 1);
}

/**
 * seq_init() - make a table empty
 * @t: the table
 */
void seq_init(struct seq_table *t)
{
	memset(t, 0, sizeof(*t));
}

/* It goes out, or has gone out: how long may its answer take? */
static void expect_answer(struct seq_slot *slot, u64 now_ms)
{
	slot->answer_ms = now_ms + clamp_t(u32, slot->retry_ms, SEQ_LATE_MS, SEQ_GUARD_MS);
}

/* A use of a slot is over, but an answer may come. */
static void remember_late(struct seq_table *t, const struct seq_slot *slot)
{
	t->late[t->next_late++ % SEQ_LATE] = (struct seq_late){
		.addr = slot->addr,
		.netfn = slot->netfn,
		.cmd = slot->cmd,
		.seq = slot - t->slots,
		.until_ms = slot->answer_ms,
	};
	t->late_ms = max_t(u64, t->late_ms, slot->answer_ms);
}

/* The numbers with which answers may come late that a request like @new would be given. */
static u64 late_like(const struct seq_table *t, const struct seq_slot *new, u64 now_ms)
{
	const struct seq_late *late;
	u64 numbers = 0;

	if (now_ms >= t->late_ms)
		return 0;
	for (late = t->late; late < t->late + SEQ_LATE; late++)
		if (now_ms < late->until_ms && late->netfn == new->netfn &&
		    late->cmd == new->cmd && codec_addr_equal(&late->addr, &new->addr))
			numbers |= 1ULL << late->seq;
	return numbers;
}

static struct seq_slot *find_free(struct seq_table *t, u64 but)
{
	unsigned int i, seq;

	for (i = 1; i <= SEQ_SLOTS; i++) {
		seq = (t->last + i) % SEQ_SLOTS;
		if (t->slots[seq].owner || (but >> seq & 1))
			continue;
		t->last = seq;
		return &t->slots[seq];
	}
	return NULL;
}

/**
 * seq_alloc() - take a slot for a request
 * @t: the table
 * @owner: the caller's, not NULL
 * @addr: to whom it goes
 * @netfn: what it asks
 * @cmd: ditto
 * @retries: how often it may be sent again
 * @retry_ms: time per try
 * @now_ms: the time
 * @token: set; names this use of the slot
 *
 * The free slot that has been free for longest is taken, and none to which an
 * answer may still come that looks like the one to this request.
 *
 * Return: 0, -EAGAIN if there is none.
 */
int seq_alloc(struct seq_table *t, void *owner, const struct ipmi_addr *addr, u8 netfn, u8 cmd,
	      unsigned int retries, u32 retry_ms, u64 now_ms, long *token)
{
	struct seq_slot new = {
		.owner = owner,
		.addr = *addr,
		.netfn = netfn & 0x3f,	/* as it goes over the wire */
		.cmd = cmd,
		.retries = retries,
		.retry_ms = retry_ms,
		.due_ms = now_ms + SEQ_GUARD_MS,
	};
	struct seq_slot *slot;

	if (addr->addr_type == IPMI_IPMB_BROADCAST_ADDR_TYPE)
		new.addr.addr_type = IPMI_IPMB_ADDR_TYPE;
	slot = find_free(t, late_like(t, &new, now_ms));
	if (!slot)
		return -EAGAIN;
	new.generation = slot->generation + 1;
	expect_answer(&new, now_ms);
	*slot = new;
	t->used++;
	*token = token_of(t, t->last);
	return 0;
}

static struct seq_slot *find(struct seq_table *t, long token)
{
	unsigned int seq = seq_of_token(token);

	if (!t->slots[seq].owner || token_of(t, seq) != token)
		return NULL;
	return &t->slots[seq];
}

/* @last: no answer can come any more, unless to another try */
static void *take(struct seq_table *t, struct seq_slot *slot, bool last)
{
	void *owner = slot->owner;

	if (!last || slot->again)
		remember_late(t, slot);
	slot->owner = NULL;
	t->used--;
	return owner;
}

/**
 * seq_owner() - whose request is it?
 * @t: the table
 * @token: which
 *
 * Return: its owner, NULL if that use of the slot is over.
 */
void *seq_owner(struct seq_table *t, long token)
{
	struct seq_slot *slot = find(t, token);

	return slot ? slot->owner : NULL;
}

/**
 * seq_acknowledge() - the BMC has taken the request: its own time begins
 * @t: the table
 * @token: which
 * @now_ms: the time
 *
 * Return: its owner, NULL if that use of the slot is over.
 */
void *seq_acknowledge(struct seq_table *t, long token, u64 now_ms)
{
	struct seq_slot *slot = find(t, token);

	if (!slot)
		return NULL;
	slot->acknowledged = true;
	slot->due_ms = now_ms + slot->retry_ms;
	expect_answer(slot, now_ms);
	return slot->owner;
}

/**
 * seq_refuse() - the BMC could not send the request this time
 * @t: the table
 * @token: which
 * @cc: the completion code of Send Message
 * @now_ms: the time
 *
 * It is sent again when the time of this try is up, if it may be.
 *
 * Return: its owner, NULL if that use of the slot is over.
 */
void *seq_refuse(struct seq_table *t, long token, u8 cc, u64 now_ms)
{
	void *owner = seq_acknowledge(t, token, now_ms);

	if (owner)
		t->slots[seq_of_token(token)].cc = cc;
	return owner;
}

/**
 * seq_refusal() - how the last try of a request was refused
 * @t: the table
 * @token: which; if seq_expire() has just ended it, this still tells
 *
 * Return: the completion code of seq_refuse(), 0 if the last try was not refused.
 */
u8 seq_refusal(const struct seq_table *t, long token)
{
	return t->slots[seq_of_token(token)].cc;
}

/**
 * seq_cancel() - the request was not sent, and will not be
 * @t: the table
 * @token: which
 *
 * Return: its owner, NULL if that use of the slot is over; the slot is free.
 */
void *seq_cancel(struct seq_table *t, long token)
{
	struct seq_slot *slot = find(t, token);

	return slot ? take(t, slot, true) : NULL;
}

/* A broadcast is answered by whoever is meant, from its own address. */
static bool answers(const struct seq_slot *slot, const struct codec_message *answer)
{
	return slot->owner && (answer->netfn & 1) && (slot->netfn | 1) == answer->netfn &&
	       slot->cmd == answer->cmd && codec_addr_equal(&slot->addr, &answer->addr);
}

/**
 * seq_match() - whom does an answer belong to?
 * @t: the table
 * @answer: what came, decoded
 *
 * Sequence number, channel, network function, command and address must all be
 * those of the request.
 *
 * Return: the owner, and the slot is free; NULL if it answers nothing that is
 * outstanding: it is stale, late, or somebody else's.
 */
void *seq_match(struct seq_table *t, const struct codec_message *answer)
{
	struct seq_slot *slot = &t->slots[answer->seq % SEQ_SLOTS];

	return answers(slot, answer) ? take(t, slot, true) : NULL;
}

/**
 * seq_expire() - one request whose time is up
 * @t: the table
 * @now_ms: the time
 * @owner: set unless SEQ_NONE
 * @token: set likewise
 *
 * To be called until it says SEQ_NONE.
 *
 * Return: what is to be done with it.
 */
enum seq_expiry seq_expire(struct seq_table *t, u64 now_ms, void **owner, long *token)
{
	struct seq_slot *slot;
	unsigned int seq;

	for (seq = 0; t->used && seq < SEQ_SLOTS; seq++) {
		slot = &t->slots[seq];
		if (!slot->owner || now_ms < slot->due_ms)
			continue;
		*owner = slot->owner;
		*token = token_of(t, seq);
		if (!slot->retries) {
			take(t, slot, false);
			return SEQ_TIMED_OUT;
		}
		slot->retries--;
		slot->acknowledged = false;
		slot->cc = 0;
		slot->again = true;
		slot->due_ms = now_ms + SEQ_GUARD_MS;
		expect_answer(slot, now_ms);
		return SEQ_RESEND;
	}
	return SEQ_NONE;
}

/**
 * seq_drop_owner() - free the slots of somebody who is gone
 * @t: the table
 * @is_it: does this owner belong to them?
 * @arg: its argument
 *
 * To be called until it returns NULL.
 *
 * Return: an owner whose slot is free now, or NULL.
 */
void *seq_drop_owner(struct seq_table *t, bool (*is_it)(void *owner, void *arg), void *arg)
{
	unsigned int seq;

	for (seq = 0; t->used && seq < SEQ_SLOTS; seq++)
		if (t->slots[seq].owner && is_it(t->slots[seq].owner, arg))
			return take(t, &t->slots[seq], false);
	return NULL;
}

/**
 * seq_next_due() - when is seq_expire() worth a call?
 * @t: the table
 * @due_ms: set to the earliest time
 *
 * Return: false if nothing is outstanding.
 */
bool seq_next_due(const struct seq_table *t, u64 *due_ms)
{
	unsigned int seq;
	bool any = false;

	for (seq = 0; t->used && seq < SEQ_SLOTS; seq++) {
		const struct seq_slot *slot = &t->slots[seq];

		if (!slot->owner || (any && slot->due_ms >= *due_ms))
			continue;
		*due_ms = slot->due_ms;
		any = true;
	}
	return any;
}
