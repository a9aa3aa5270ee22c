// SPDX-License-Identifier: GPL-2.0-only
/*
 * When a BMC is asked again who it is, and what its channels are.
 *
 * Called by who has a reason to think that it may have changed: a program wants a channel that
 * there was not, or the version; maintenance ends. bmc.c's worker asks. Lock: intf->lock.
 */
#include "msghandler.h"

static void recheck_locked(struct ipmi_smi *intf, unsigned int ms)
{
	lockdep_assert_held(&intf->lock);
	/* Here, so that intf_off() finds it: without handlers nothing is queued. */
	if (!intf->handlers || intf->panicking)
		return;
	intf->rechecked = get_jiffies_64();
	mod_delayed_work(ipmi_client_wq, &intf->recheck, msecs_to_jiffies(ms));
}

/**
 * intf_recheck() - have the BMC asked again who it is, and what its channels are
 * @intf: the interface
 * @ms: after this time
 *
 * Context: any.
 */
void intf_recheck(struct ipmi_smi *intf, unsigned int ms)
{
	guard(spinlock_irqsave)(&intf->lock);
	recheck_locked(intf, ms);
}

/**
 * intf_recheck_if_old() - the same, if that was not done for IDENTITY_FRESH_MS
 * @intf: the interface
 *
 * Context: any.
 */
void intf_recheck_if_old(struct ipmi_smi *intf)
{
	u64 stale;

	guard(spinlock_irqsave)(&intf->lock);
	stale = intf->rechecked + msecs_to_jiffies(IDENTITY_FRESH_MS);
	if (!time_before64(get_jiffies_64(), stale))
		recheck_locked(intf, 0);
}
