// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long requests take, and how long the BMC has had one: sums, from which who reads them at
 * two times has the averages, and the share of the time for which the BMC was busy.
 *
 * What has a beginning and an end adds up without remembering each: the sum of the beginnings is
 * subtracted from that of the ends, and as much is missing as there are under way, times now.
 * Called by request.c, queue.c and deliver.c, in any context. Locks: intf->lock; what has ended is
 * counted under intf->run, which its callers have.
 */
#include <linux/ktime.h>
#include <linux/math64.h>

#include "msghandler.h"

static u64 now_ns(void)
{
	return ktime_get_mono_fast_ns();
}

/**
 * meter_begin_locked() - a user's request is on its way
 * @intf: the interface
 *
 * Context: any, under intf->lock.
 */
void meter_begin_locked(struct ipmi_smi *intf)
{
	lockdep_assert_held(&intf->lock);
	intf->meter.requests++;
	intf->meter.begun_ns += now_ns();
}

/**
 * meter_end_run() - its user has the answer, or nobody has it
 * @intf: the interface
 *
 * Context: any, under intf->run.
 */
void meter_end_run(struct ipmi_smi *intf)
{
	lockdep_assert_held(&intf->run);
	intf->meter.ended++;
	intf->meter.ended_ns += now_ns();
}

/**
 * meter_wire_locked() - the transport has got a message, or has given it back
 * @intf: the interface
 * @busy: has got it
 *
 * Context: any, under intf->lock.
 */
void meter_wire_locked(struct ipmi_smi *intf, bool busy)
{
	lockdep_assert_held(&intf->lock);
	intf->meter.busy = busy;
	intf->meter.bmc_ns += busy ? -now_ns() : now_ns();
}

/**
 * meter_read() - one of the sums
 * @intf: the interface
 * @which: which
 *
 * Context: any.
 * Return: a number, of microseconds where it is a time.
 */
u64 meter_read(struct ipmi_smi *intf, enum meter_figure which)
{
	const struct ipmi_meter *m = &intf->meter;

	guard(ipmi_bh)(&intf->run);
	guard(spinlock_irqsave)(&intf->lock);
	switch (which) {
	case METER_REQUESTS:
		return m->requests;
	case METER_REQUEST_US:
		return div_u64(m->ended_ns - m->begun_ns + (m->requests - m->ended) * now_ns(),
			       NSEC_PER_USEC);
	case METER_BMC_US:
		return div_u64(m->bmc_ns + m->busy * now_ns(), NSEC_PER_USEC);
	case METER_AWAY:
		return m->away;
	case METER_AWAY_COUNT:
		return m->away_count;
	}
	return 0;
}
