/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A KCS channel of ASPEED's LPC controller.
 *
 *   aspeed.c          its life, and what kcs_bmc asks of it
 *   aspeed_channel.c  which bits of which registers that is
 */
#ifndef ASPEED_H
#define ASPEED_H

#include <linux/timer.h>
#include <linux/types.h>

#include "kcs_bmc.h"

struct aspeed_channel;
struct regmap;

/**
 * struct aspeed_host_irq - the host's interrupt, on the LPC bus
 * @id: its number, 0 = none
 * @type: IRQ_TYPE_* of linux/irq.h
 */
struct aspeed_host_irq {
	u32 id;
	u32 type;
};

/**
 * struct aspeed - a channel
 * @kcs_bmc: for the core
 * @map: all registers of the controller
 * @where: which are the channel's
 * @addr: the host's addresses, of data and status
 * @addrs: how many of them the device tree says
 * @host_irq: see there
 * @obe: looks for a byte that the host has read
 * @obe_wanted: somebody wants to know of that
 */
struct aspeed {
	struct kcs_bmc_device kcs_bmc;
	struct regmap *map;
	const struct aspeed_channel *where;
	u32 addr[2];
	unsigned int addrs;
	struct aspeed_host_irq host_irq;
	struct timer_list obe;
	bool obe_wanted;
};

/* aspeed_channel.c */
int aspeed_channel_find(struct aspeed *a);
int aspeed_channel_set_address(struct aspeed *a);
int aspeed_channel_set_host_irq(struct aspeed *a);
void aspeed_channel_assert(struct aspeed *a);
void aspeed_channel_enable(struct aspeed *a, bool on);
void aspeed_channel_interrupt(struct aspeed *a, bool on);

#endif /* ASPEED_H */
