// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens to the machine around an interface: suspend, reboot, a cut-off bus.
 *
 * Called by the driver core through the drivers of platform.c and pci.c with the device's lock
 * held, by which the interface stays; they leave the rest to halt.c.
 */
#include <linux/kernel.h>
#include <linux/pm.h>

#include "si.h"

/* Nobody tries to bring it up any more; it may just have come up. */
static bool is_up(struct si *si)
{
	si_stop_trying(si);
	return si->up;
}

static int si_suspend(struct device *dev)
{
	struct si *si = si_find_device(dev);

	if (si && is_up(si))
		engine_hold(si);
	return 0;
}

static int si_resume(struct device *dev)
{
	struct si *si = si_find_device(dev);

	if (!si)
		return 0;
	if (si->up)
		engine_resume(si);
	else
		si_try_again(si);
	return 0;
}

DEFINE_SIMPLE_DEV_PM_OPS(si_pm_ops, si_suspend, si_resume);

/**
 * si_reboot() - the machine is switched off or started anew, or another kernel is
 * @dev: the device
 *
 * The next kernel finds the BMC idle and without interrupts. Where there is a next one,
 * nobody of this one may come in between; else the power is still to be switched off.
 *
 * Context: process, sleeps; bounded by the table in Documentation/house.
 */
void si_reboot(struct device *dev)
{
	struct si *si = si_find_device(dev);

	if (!si || !is_up(si))
		return;
	if (system_state == SYSTEM_RESTART)
		engine_hold(si);
	else
		engine_quiet(si);
	dev_dbg(dev, "BMC interrupts are disabled\n");
}

/**
 * si_cut() - the device's bus is gone
 * @dev: the device
 *
 * Context: process, sleeps.
 */
void si_cut(struct device *dev)
{
	struct si *si = si_find_device(dev);

	if (si && is_up(si))
		engine_cut(si);
}

/**
 * si_mend() - it is back
 * @dev: the device
 *
 * Context: process.
 */
void si_mend(struct device *dev)
{
	si_resume(dev);
}
