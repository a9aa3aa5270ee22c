// SPDX-License-Identifier: GPL-2.0-only
/*
 * News of a BMC: it went away, or is back.
 *
 * The transport finds out and tells the core, which tells programs: a uevent of the transport's
 * device, and of that of /dev/ipmiN, which stands below it. A BMC that is back may have other
 * firmware, so it is asked who it is and what its channels are.
 */
#include <linux/device.h>
#include <linux/kobject.h>

#include <ipmi/core.h>

#include "msghandler.h"

static int tell_node(struct device *child, void *envp)
{
	if (child->class && !strcmp(child->class->name, "ipmi"))
		kobject_uevent_env(&child->kobj, KOBJ_CHANGE, envp);
	return 0;
}

/**
 * ipmi_core_bmc_news() - a BMC went away, or is back
 * @intf: the interface
 * @away: which of the two; the same twice in a row is no news
 *
 * Context: process, may sleep; one caller at a time. The interface has to stay meanwhile.
 */
void ipmi_core_bmc_news(struct ipmi_smi *intf, bool away)
{
	char *envp[2] = { away ? "IPMI_BMC=away" : "IPMI_BMC=back" };

	scoped_guard(spinlock_irqsave, &intf->lock) {
		if (intf->meter.away == away)
			return;
		intf->meter.away = away;
		intf->meter.away_count += away;
	}
	kobject_uevent_env(&intf->dev->kobj, KOBJ_CHANGE, envp);
	device_for_each_child(intf->dev, envp, tell_node);
	if (!away)
		intf_recheck(intf, 0);
}
EXPORT_SYMBOL_GPL(ipmi_core_bmc_news);
