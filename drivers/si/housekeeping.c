// SPDX-License-Identifier: GPL-2.0-only
/*
 * Housekeeping: what the BMC is asked without a user's request, and what comes of it.
 *
 * Its flags, messages and events when it shows attention, its global enables, whether it is
 * back; and when to look at it while nobody asks it anything. The engine calls it; what to
 * ask next is the policy of proto/attn.c. Lock: si->pump.
 */
#include "engine.h"
#include "si.h"

/* Bounds, all of them in Documentation/house. */
#define ATTN_PAUSE_MIN_US	10000
#define ATTN_PAUSE_MAX_US	1000000
#define STARVED_PAUSE_US	100000
#define WATCH_MESSAGES_US	10000
#define WATCH_OTHER_US		250000
#define WATCH_IRQ_US		1000000
#define RESET_CHECKS		30
#define RESET_CHECK_US		1000000

static void take_due(struct si *si)
{
	if (!READ_ONCE(si->due))
		return;
	guard(spinlock_irqsave)(&si->lock);
	si->attn.due |= si->due;
	si->due = 0;
}

/* Is the BMC there, or back? If it is back, it may have another firmware. */
static unsigned int ask_who_it_is(struct attn *attn, u8 *rq)
{
	attn->flag = 0;
	attn->asked = IPMI_GET_DEVICE_ID_CMD;
	rq[0] = IPMI_NETFN_APP_REQUEST << 2;
	rq[1] = attn->asked;
	return 2;
}

static void check_reset(struct si *si)
{
	if (!si->reset_checks || ktime_before(pace_now(), si->reset_next))
		return;
	si->reset_checks--;
	si->reset_next = ktime_add_us(pace_now(), RESET_CHECK_US);
	si->attn.due |= ATTN_DUE_ENABLES | ATTN_DUE_FLAGS;
}

static void last_room_done(struct ipmi_smi_msg *msg)
{
	struct si *si = container_of(msg, struct si, last_room);

	si->last_room_used = false;
}

/* At panic there may be no memory: one message comes and goes. */
static struct ipmi_smi_msg *take_last_room(struct si *si)
{
	if (si->last_room_used)
		return NULL;
	si->last_room_used = true;
	si->last_room.done = last_room_done;
	return &si->last_room;
}

/* What the BMC hands over it has no more, so there has to be room for it first. */
static bool has_room(struct si *si)
{
	if (!attn_takes(&si->attn))
		return true;
	if (!si->spare)
		si->spare = READ_ONCE(si->panicking) ? take_last_room(si) : ipmi_alloc_smi_msg();
	return si->spare;
}

/**
 * housekeeping_next_pump() - what the BMC is to be asked now
 * @si: the interface, with no request under way
 * @rq: room for ATTN_REQUEST_MAX bytes
 *
 * Return: the length of the request, 0 = nothing.
 */
unsigned int housekeeping_next_pump(struct si *si, u8 *rq)
{
	unsigned int n;

	lockdep_assert_held(&si->pump);
	if (si->away) {
		if (ktime_before(pace_now(), si->away_next))
			return 0;
		/* All of it is asked again when the BMC is back. */
		si->attn.due = 0;
		si->attn.flags = 0;
	}
	if (si->away || si->doubt)
		return ask_who_it_is(&si->attn, rq);
	take_due(si);
	check_reset(si);
	if (!has_room(si)) {
		attn_put_off(&si->attn);
		si->starved = true;
		si->attn_next = ktime_add_us(pace_now(), STARVED_PAUSE_US);
	}
	n = attn_next(&si->attn, rq);
	if (n && rq[1] == IPMI_GET_MSG_FLAGS_CMD)
		si_count(si, SI_FLAG_FETCHES);
	return n;
}

static void deliver_async(struct si *si, struct output *out, u8 cmd, const u8 *rsp, unsigned int n)
{
	struct ipmi_smi_msg *msg = si->spare;

	si->spare = NULL;
	msg->data[0] = IPMI_NETFN_APP_REQUEST << 2;
	msg->data[1] = cmd;
	msg->data_size = 2;
	memcpy(msg->rsp, rsp, n);
	msg->rsp_size = n;
	put_msg(out, msg);
}

/**
 * housekeeping_done_pump() - take the answer to what housekeeping_next_pump() asked
 * @si: the interface
 * @out: what goes up of it
 */
void housekeeping_done_pump(struct si *si, struct output *out)
{
	u8 rsp[IPMI_MACHINE_MAX];
	unsigned int n = si->m->ops->result(si->m, rsp, sizeof(rsp));
	bool flags = si->attn.asked == IPMI_GET_MSG_FLAGS_CMD;
	enum attn_verdict verdict;
	u32 pause;

	lockdep_assert_held(&si->pump);
	transaction_end(si, NULL, rsp, n, NULL);
	verdict = attn_answer(&si->attn, rsp, n);
	/* What was under way when the kernel panicked. */
	if (housekeeping_is_over(si))
		verdict = ATTN_NOTHING;
	switch (verdict) {
	case ATTN_MESSAGE:
		si_count(si, SI_INCOMING_MESSAGES);
		deliver_async(si, out, IPMI_GET_MSG_CMD, rsp, n);
		break;
	case ATTN_EVENT:
		si_count(si, SI_EVENTS);
		deliver_async(si, out, IPMI_READ_EVENT_MSG_BUFFER_CMD, rsp, n);
		break;
	case ATTN_PRETIMEOUT:
		si_count(si, SI_WATCHDOG_PRETIMEOUTS);
		out->pretimeout = true;
		break;
	case ATTN_NOTHING:
		break;
	}
	if (si->away || si->doubt)
		quirks_find(si, rsp, n);
	if (si->away)
		come_back(si);
	/* It may have been reset, which is why it was silent. */
	if (si->doubt)
		si->attn.due |= ATTN_DUE_ENABLES | ATTN_DUE_FLAGS;
	si->doubt = false;
	if (!flags)
		return;
	/* Attention without a flag is a BMC's fault: do not let it keep us busy. */
	pause = clamp_t(u32, si->attn_pause_us * 2, ATTN_PAUSE_MIN_US, ATTN_PAUSE_MAX_US);
	si->attn_pause_us = si->attn.flags ? 0 : pause;
	si->attn_next = ktime_add_us(pace_now(), si->attn_pause_us);
}

/**
 * housekeeping_expect_reset() - the BMC was told to reset itself
 * @si: the interface
 */
void housekeeping_expect_reset(struct si *si)
{
	si->reset_checks = RESET_CHECKS;
	si->reset_next = ktime_add_us(pace_now(), RESET_CHECK_US);
}

/**
 * housekeeping_idle_pump() - nothing is under way: what does the BMC want?
 * @si: the interface
 * @plan: filled in: when to look again, unless something is to be done
 *
 * Return: whether there is something to be done.
 */
bool housekeeping_idle_pump(struct si *si, struct wait_plan *plan)
{
	bool attention;
	s64 us;

	lockdep_assert_held(&si->pump);
	if (si->away) {
		us = ktime_us_delta(si->away_next, pace_now());
		*plan = us > 0 ? plan_event(us) : plan_now();
		return us <= 0;
	}
	attention = si->m->ops->step(si->m, 0) == IPMI_STEP_ATTN;
	if (housekeeping_is_over(si)) {
		*plan = plan_event(0);
		return false;
	}
	if (si->starved) {
		us = ktime_us_delta(si->attn_next, pace_now());
		if (us > 0) {
			*plan = plan_event(us);
			return false;
		}
		si->starved = false;
		si->attn.due |= ATTN_DUE_FLAGS;
		return true;
	}
	if (attention) {
		us = si->attn_pause_us ? ktime_us_delta(si->attn_next, pace_now()) : 0;
		if (us > 0) {
			*plan = plan_event(us);
			return false;
		}
		si_count(si, SI_ATTENTIONS);
		si->attn.due |= ATTN_DUE_FLAGS;
		return true;
	}
	si_count(si, SI_IDLES);
	si->attn_pause_us = 0;
	if (!READ_ONCE(si->watch_mask))
		*plan = plan_event(0);
	else if (si_irq_works(si))
		*plan = plan_event(WATCH_IRQ_US);
	else if (READ_ONCE(si->watch_mask) & IPMI_WATCH_MASK_CHECK_MESSAGES)
		*plan = plan_event(WATCH_MESSAGES_US);
	else
		*plan = plan_event(WATCH_OTHER_US);
	if (!si->reset_checks)
		return false;
	us = ktime_us_delta(si->reset_next, pace_now());
	if (!plan->us || us < plan->us)
		*plan = plan_event(max_t(s64, us, 1));
	return us <= 0;
}
