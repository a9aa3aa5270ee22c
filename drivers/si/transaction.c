// SPDX-License-Identifier: GPL-2.0-only
/*
 * One request and its answer on the wire: what is remembered, traced and logged of it.
 *
 * The engine says when a transaction begins and how it ends; debugfs.c shows what has
 * been summed up. Lock: si->pump.
 */
#include "si.h"
#include "trace.h"

/* kcs_debug and its like: a bitmask, see types.c. */
static void debug_bytes(struct si *si, const char *what, const u8 *data, unsigned int n)
{
	unsigned int mask = si_debug_mask(si->desc.type);

	if ((mask & (SI_DEBUG_ENABLE | SI_DEBUG_MSG)) != (SI_DEBUG_ENABLE | SI_DEBUG_MSG))
		return;
	dev_info(si->desc.dev, "%s %s: %*ph\n", si->desc.type->name, what, (int)min(n, 64U), data);
}

/**
 * transaction_begin() - the machine has taken a request
 * @si: the interface
 * @msg: whose it is, NULL = housekeeping
 * @rq: its bytes
 * @n: how many, at least 2
 */
void transaction_begin(struct si *si, const struct ipmi_smi_msg *msg, const u8 *rq, unsigned int n)
{
	/* A clock costs as much as the rest, and a BMC that is quick needs none. */
	si->now = (struct si_transaction){
		.start = trace_ipmi_end_enabled() ? pace_now() : 0,
		.netfn = rq[0] >> 2,
		.cmd = rq[1],
	};
	debug_bytes(si, "request", rq, n);
	trace_ipmi_start(si, msg, n - 2);
}

static void sum_up(struct si *si, bool answered, u32 total_us)
{
	struct si_times *t = &si->times;
	unsigned int slot = min(fls(total_us), SI_TIME_SLOTS - 1);

	/* Others read without a lock. */
	WRITE_ONCE(t->looks, t->looks + si->now.looks);
	WRITE_ONCE(t->waiting_us, t->waiting_us + si->now.waited_us);
	if (answered)
		WRITE_ONCE(t->answers[slot], t->answers[slot] + 1);
	else
		WRITE_ONCE(t->failures, t->failures + 1);
}

/**
 * transaction_end() - it has ended
 * @si: the interface
 * @msg: whose it was, NULL = housekeeping
 * @rsp: the answer
 * @n: bytes of it, 0 = there is none
 * @f: why not, NULL = the interface was stopped
 */
void transaction_end(struct si *si, const struct ipmi_smi_msg *msg, const u8 *rsp, unsigned int n,
		     const struct ipmi_failure *f)
{
	s64 us = si->now.start ? ktime_us_delta(pace_now(), si->now.start) : 0;
	u32 total_us = clamp_t(s64, us, 0, U32_MAX);
	enum si_verdict verdict = n ? SI_ANSWERED : f ? SI_FAILED : SI_STOPPED;

	sum_up(si, n, total_us);
	if (n)
		debug_bytes(si, "answer", rsp, n);
	trace_ipmi_end(si, msg, verdict, n > 2 ? rsp[2] : -1, n > 2 ? n - 2 : 0, total_us, f);
}

/**
 * transaction_refused() - a user's request ends without having been on the wire
 * @si: the interface
 * @msg: the request, with the answer that was made here
 */
void transaction_refused(struct si *si, const struct ipmi_smi_msg *msg)
{
	si->now = (struct si_transaction){
		.netfn = msg->data[0] >> 2,
		.cmd = msg->data[1],
	};
	trace_ipmi_end(si, msg, si->away ? SI_AWAY : SI_REFUSED, msg->rsp[2], 1, 0, NULL);
}
