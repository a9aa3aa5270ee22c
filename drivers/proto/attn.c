// SPDX-License-Identifier: GPL-2.0-only
/*
 * The attention policy: flags, messages, events and global enables.
 *
 * Called by the engines (si/housekeeping.c, ssif/engine.c) with the engine's
 * own lock held; pure, it touches nothing but struct attn.
 */
#include <ipmi/attn.h>

#define FLAG_MESSAGE	BIT(0)
#define FLAG_EVENT	BIT(1)
#define FLAG_PRETIMEOUT	BIT(3)
#define FLAG_OEM	0xe0

/* So many, and the flags are looked at again: there may be something more urgent. */
#define ATTN_FETCH_MAX	10

#define EVENT_ANSWER_LEN 19

static unsigned int ask(struct attn *a, u8 *rq, u8 cmd, u8 flag)
{
	a->asked = cmd;
	a->flag = flag;
	rq[0] = IPMI_NETFN_APP_REQUEST << 2;
	rq[1] = cmd;
	return 2;
}

static unsigned int ask_byte(struct attn *a, u8 *rq, u8 cmd, u8 flag, u8 data)
{
	rq[2] = data;
	return ask(a, rq, cmd, flag) + 1;
}

/**
 * attn_wanted_enables() - the global enables this interface should have
 * @a: its housekeeping state
 * @current_enables: what the BMC has; bits that are not ours are kept
 *
 * Return: the byte for Set BMC Global Enables (IPMI 2.0, section 22.1).
 */
u8 attn_wanted_enables(const struct attn *a, u8 current_enables)
{
	u8 wanted = current_enables;

	wanted &= ~(IPMI_BMC_RCV_MSG_INTR | IPMI_BMC_EVT_MSG_INTR | IPMI_BMC_EVT_MSG_BUFF);
	if (a->has_events)
		wanted |= IPMI_BMC_EVT_MSG_BUFF;
	if (a->irq_enable_broken)
		return wanted | (current_enables & (IPMI_BMC_RCV_MSG_INTR | IPMI_BMC_EVT_MSG_INTR));
	if (a->use_irq || a->cannot_disable_irq)
		wanted |= IPMI_BMC_RCV_MSG_INTR;
	if (a->use_irq && a->has_events)
		wanted |= IPMI_BMC_EVT_MSG_INTR;
	return wanted;
}

/**
 * attn_takes() - will the next request take a message or an event out of the BMC?
 * @a: housekeeping state
 *
 * The BMC has it no more then, so whoever asks needs room for it before.
 */
bool attn_takes(const struct attn *a)
{
	return a->flags & (FLAG_MESSAGE | FLAG_EVENT | a->oem_flags) &&
	       !(a->flags & FLAG_PRETIMEOUT);
}

/**
 * attn_put_off() - there is no room: messages and events stay with the BMC
 * @a: housekeeping state; the flags have to be fetched again some time later
 */
void attn_put_off(struct attn *a)
{
	a->flags &= FLAG_PRETIMEOUT;
}

/**
 * attn_next() - the next housekeeping request
 * @a: housekeeping state; no request of its own may be under way
 * @rq: room for ATTN_REQUEST_MAX bytes
 *
 * The order is that of the flags' urgency: pre-timeout, messages, events, then
 * what is due. IPMI 2.0, sections 22.1-22.8.
 *
 * Return: the request's length, 0 if nothing is wanted.
 */
unsigned int attn_next(struct attn *a, u8 *rq)
{
	u8 message = FLAG_MESSAGE | a->oem_flags;

	if (a->flags & FLAG_PRETIMEOUT)
		return ask_byte(a, rq, IPMI_CLEAR_MSG_FLAGS_CMD, FLAG_PRETIMEOUT, FLAG_PRETIMEOUT);
	if (a->flags & message)
		return ask(a, rq, IPMI_GET_MSG_CMD, message);
	if (a->flags & FLAG_EVENT)
		return ask(a, rq, IPMI_READ_EVENT_MSG_BUFFER_CMD, FLAG_EVENT);
	if (a->due & ATTN_DUE_CLEAR) {
		a->due &= ~ATTN_DUE_CLEAR;
		return ask_byte(a, rq, IPMI_CLEAR_MSG_FLAGS_CMD, 0, FLAG_PRETIMEOUT);
	}
	if (a->due & ATTN_DUE_SET) {
		a->due &= ~ATTN_DUE_SET;
		return ask_byte(a, rq, IPMI_SET_BMC_GLOBAL_ENABLES_CMD, 0, a->enables);
	}
	if (a->due & ATTN_DUE_ENABLES) {
		a->due &= ~ATTN_DUE_ENABLES;
		return ask(a, rq, IPMI_GET_BMC_GLOBAL_ENABLES_CMD, 0);
	}
	if (a->due & ATTN_DUE_FLAGS) {
		a->due &= ~ATTN_DUE_FLAGS;
		a->fetches = 0;
		return ask(a, rq, IPMI_GET_MSG_FLAGS_CMD, 0);
	}
	return 0;
}

/* A message or an event came: ask for the next until none is left. */
static enum attn_verdict fetched(struct attn *a, u8 cc, bool whole, enum attn_verdict verdict)
{
	if (cc || !whole) {
		a->flags &= ~a->flag;
		return ATTN_NOTHING;
	}
	/* Not every BMC shows again what it has shown: SMS_ATN of BT is cleared by looking. */
	if (++a->fetches >= ATTN_FETCH_MAX) {
		a->flags &= ~a->flag;
		a->due |= ATTN_DUE_FLAGS;
	}
	return verdict;
}

static enum attn_verdict got_flags(struct attn *a, const u8 *rsp, unsigned int len)
{
	if (rsp[2] || len < 4)
		return ATTN_NOTHING;

	a->flags = rsp[3] & (FLAG_MESSAGE | FLAG_EVENT | FLAG_PRETIMEOUT |
			     (a->oem_flags & FLAG_OEM));
	return a->flags & FLAG_PRETIMEOUT ? ATTN_PRETIMEOUT : ATTN_NOTHING;
}

static enum attn_verdict got_enables(struct attn *a, const u8 *rsp, unsigned int len)
{
	if (rsp[2] || len < 4) {
		a->irq_on = a->use_irq;
		return ATTN_NOTHING;
	}

	a->had_enables = rsp[3];
	a->enables = attn_wanted_enables(a, rsp[3]);
	if (a->enables != rsp[3])
		a->due |= ATTN_DUE_SET;
	/* With the next answer, if it has to be set first. */
	a->irq_on = a->use_irq && !((a->enables ^ rsp[3]) & IPMI_BMC_RCV_MSG_INTR);
	return ATTN_NOTHING;
}

/* A BMC that refuses is not asked for the same again. */
static enum attn_verdict set_enables(struct attn *a, u8 cc)
{
	u8 changed = a->enables ^ a->had_enables;

	a->irq_on = a->use_irq;
	if (!cc || !(changed & IPMI_BMC_RCV_MSG_INTR))
		return ATTN_NOTHING;
	if (a->enables & IPMI_BMC_RCV_MSG_INTR)
		a->irq_enable_broken = true;
	else
		a->cannot_disable_irq = true;
	a->due |= ATTN_DUE_ENABLES;
	return ATTN_NOTHING;
}

/**
 * attn_failed() - the request under way brought no answer
 * @a: housekeeping state
 *
 * Its flag is dropped: if the cause is still there, the BMC shows it again.
 */
void attn_failed(struct attn *a)
{
	a->flags &= ~a->flag;
	/* What the enables are stays unknown; that the BMC interrupts is found out again. */
	if (a->asked == IPMI_GET_BMC_GLOBAL_ENABLES_CMD ||
	    a->asked == IPMI_SET_BMC_GLOBAL_ENABLES_CMD)
		a->irq_on = a->use_irq;
	a->asked = 0;
}

/**
 * attn_answer() - take the answer to what attn_next() asked
 * @a: housekeeping state
 * @rsp: NetFn/LUN, command, completion code, data, as it came
 * @len: bytes of it, hostile
 *
 * Return: what the engine is to do with it.
 */
enum attn_verdict attn_answer(struct attn *a, const u8 *rsp, unsigned int len)
{
	u8 asked = a->asked;

	if (len < 3 || rsp[0] >> 2 != IPMI_NETFN_APP_RESPONSE || rsp[1] != asked) {
		attn_failed(a);
		return ATTN_NOTHING;
	}

	a->asked = 0;
	switch (asked) {
	case IPMI_GET_MSG_FLAGS_CMD:
		return got_flags(a, rsp, len);
	case IPMI_CLEAR_MSG_FLAGS_CMD:
		a->flags &= ~a->flag;
		return ATTN_NOTHING;
	case IPMI_GET_MSG_CMD:
		return fetched(a, rsp[2], true, ATTN_MESSAGE);
	case IPMI_READ_EVENT_MSG_BUFFER_CMD:
		return fetched(a, rsp[2], len >= EVENT_ANSWER_LEN, ATTN_EVENT);
	case IPMI_GET_BMC_GLOBAL_ENABLES_CMD:
		return got_enables(a, rsp, len);
	case IPMI_SET_BMC_GLOBAL_ENABLES_CMD:
		return set_enables(a, rsp[2]);
	default:
		return ATTN_NOTHING;
	}
}

/**
 * attn_is_reset() - has the BMC taken a command to reset itself?
 * @rsp: NetFn/LUN, command, completion code, data, as it came
 * @len: bytes of it, hostile
 *
 * It forgets its enables some time soon then, and may be back before anybody has missed
 * it. IPMI 2.0, sections 20.2 and 20.3.
 *
 * Return: whether it has.
 */
bool attn_is_reset(const u8 *rsp, unsigned int len)
{
	return len >= 3 && rsp[0] >> 2 == IPMI_NETFN_APP_RESPONSE && !rsp[2] &&
	       (rsp[1] == IPMI_COLD_RESET_CMD || rsp[1] == IPMI_WARM_RESET_CMD);
}
