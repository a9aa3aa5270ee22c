/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bt-bmc: the BMC's side of BT.
 *
 *   file.c      /dev/ipmi-bt-host, on registers of any kind
 *   platform.c  those of ASPEED's iBT; the module
 *
 * The frames are proto/bt_target.c's.
 */
#ifndef BT_BMC_H
#define BT_BMC_H

#include <linux/types.h>

#include <ipmi/bt_target.h>

struct bt_bmc;
struct device;

/* file.c */
struct bt_bmc *bt_bmc_add(struct device *dev, const struct bt_target_regs *regs, bool has_irq);
void bt_bmc_remove(struct bt_bmc *bt);
void bt_bmc_event(struct bt_bmc *bt);

#endif /* BT_BMC_H */
