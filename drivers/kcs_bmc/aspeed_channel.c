// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the KCS channels of ASPEED's LPC controller have their registers and bits: the same in
 * AST2400, AST2500 and AST2600.
 *
 * Called by aspeed.c; none of it sleeps. No lock: regmap's guards a register.
 */
#include <linux/errno.h>
#include <linux/irq.h>
#include <linux/kernel.h>
#include <linux/regmap.h>

#include "aspeed.h"

#define HICR0	0x000
#define HICR2	0x008
#define HICR4	0x010
#define HICR4_LADR12_IS_2 BIT(7) /* LADR12 is channel 2's, else channel 1's */
#define LADR3H	0x014
#define LADR3L	0x018
#define LADR12H	0x01c
#define LADR12L	0x020
#define SIRQCR0	0x070
#define HICR5	0x080
#define HICRB	0x100
#define HICRC	0x104
#define HICRC_AUTO_CLEAR BIT(1) /* the host's interrupt goes with OBF */
#define LADR4	0x110
#define LSADR12	0x120

#define LAST_PORT 0xffff
#define LAST_IRQ  15

/* A bit, or bits, of a register. */
struct field {
	u32 reg;
	u32 mask;
};

/**
 * struct aspeed_channel - one of the four
 * @io: its registers, by which it is found
 * @enable: it is on, when all of these are set; the second may be none
 * @interrupt: its interrupt tells of a byte of the host
 * @status_offset: from the address of data to that of status, if only the first is said
 * @own_status: the status has an address of its own, which is in LSADR12; none = it cannot
 * @irq_id: the host's interrupt; none = it cannot be chosen
 * @irq_high: it is active high
 * @irq_assert: there is one
 */
struct aspeed_channel {
	struct kcs_ioreg io;
	struct field enable[2];
	struct field interrupt;
	u32 status_offset;
	struct field own_status;
	struct field irq_id;
	struct field irq_high;
	struct field irq_assert;
};

static const struct aspeed_channel channels[] = {
	{
		.io = { .idr = 0x24, .odr = 0x30, .str = 0x3c },
		.enable = { { HICR0, BIT(5) } },
		.interrupt = { HICR2, BIT(1) },
		.status_offset = 4,
		.own_status = { HICRB, BIT(4) },
	},
	{
		.io = { .idr = 0x28, .odr = 0x34, .str = 0x40 },
		.enable = { { HICR0, BIT(6) } },
		.interrupt = { HICR2, BIT(2) },
		.status_offset = 4,
		.own_status = { HICRB, BIT(5) },
		.irq_id = { HICR5, GENMASK(19, 16) },
		.irq_high = { HICR5, BIT(13) },
		.irq_assert = { HICR5, BIT(12) },
	},
	{
		.io = { .idr = 0x2c, .odr = 0x38, .str = 0x44 },
		.enable = { { HICR0, BIT(7) }, { HICR4, BIT(2) } },
		.interrupt = { HICR2, BIT(3) },
		.status_offset = 1,
		.irq_id = { HICR5, GENMASK(23, 20) },
		.irq_high = { HICR5, BIT(15) },
		.irq_assert = { HICR5, BIT(14) },
	},
	{
		.io = { .idr = 0x114, .odr = 0x118, .str = 0x11c },
		.enable = { { HICRB, BIT(0) } },
		.interrupt = { HICRB, BIT(1) },
		.status_offset = 1,
		.irq_id = { HICRC, GENMASK(7, 4) },
		.irq_assert = { HICRC, BIT(0) },
	},
};

static void put(const struct aspeed *a, const struct field *f, u32 val)
{
	if (f->mask)
		regmap_update_bits(a->map, f->reg, f->mask, val << __ffs(f->mask));
}

static void put_all(const struct aspeed *a, const struct field *f, bool on)
{
	regmap_update_bits(a->map, f->reg, f->mask, on ? f->mask : 0);
}

/**
 * aspeed_channel_find() - which channel has these registers?
 * @a: the channel, whose registers are known; its number is filled in
 *
 * Return: 0; -EINVAL if there is none.
 */
int aspeed_channel_find(struct aspeed *a)
{
	const struct kcs_ioreg *io = &a->kcs_bmc.ioreg;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(channels); i++) {
		const struct kcs_ioreg *its = &channels[i].io;

		if (io->idr != its->idr || io->odr != its->odr || io->str != its->str)
			continue;
		a->where = &channels[i];
		a->kcs_bmc.channel = i + 1;
		return 0;
	}
	return -EINVAL;
}

/* LADR12 is one register of two channels, which take turns at setting it. */
static void set_address_12(const struct aspeed *a)
{
	bool second = a->kcs_bmc.channel == 2;

	regmap_update_bits(a->map, HICR4, HICR4_LADR12_IS_2, second ? HICR4_LADR12_IS_2 : 0);
	regmap_write(a->map, LADR12H, a->addr[0] >> 8);
	regmap_write(a->map, LADR12L, a->addr[0] & 0xff);
	if (a->addrs < 2)
		return;
	regmap_update_bits(a->map, LSADR12, second ? 0xffff0000 : 0xffff,
			   second ? a->addr[1] << 16 : a->addr[1]);
	put_all(a, &a->where->own_status, true);
}

/**
 * aspeed_channel_set_address() - where the host finds the channel
 * @a: the channel, with the addresses that the device tree says; that of the status is filled in
 *
 * Return: 0; -EINVAL if it cannot have them.
 */
int aspeed_channel_set_address(struct aspeed *a)
{
	if (a->addrs < 2)
		a->addr[1] = a->addr[0] + a->where->status_offset;
	if (a->addr[0] > LAST_PORT || a->addr[1] > LAST_PORT)
		return -EINVAL;
	switch (a->kcs_bmc.channel) {
	case 1:
	case 2:
		set_address_12(a);
		return 0;
	case 3:
		/* The status is behind the data. */
		if (a->addrs > 1)
			return -EINVAL;
		regmap_write(a->map, LADR3H, a->addr[0] >> 8);
		regmap_write(a->map, LADR3L, a->addr[0] & 0xff);
		return 0;
	default:
		regmap_write(a->map, LADR4, a->addr[1] << 16 | a->addr[0]);
		return 0;
	}
}

/* Channel 4's interrupt may be an edge. */
static int set_host_irq_4(const struct aspeed *a)
{
	static const struct field type = { HICRC, GENMASK(3, 2) };

	switch (a->host_irq.type) {
	case IRQ_TYPE_LEVEL_LOW:
		put(a, &type, 0);
		break;
	case IRQ_TYPE_LEVEL_HIGH:
		put(a, &type, 1);
		break;
	case IRQ_TYPE_EDGE_RISING:
		put(a, &type, 3);
		break;
	default:
		return -EINVAL;
	}
	regmap_update_bits(a->map, HICRC, HICRC_AUTO_CLEAR, 0);
	return 0;
}

/**
 * aspeed_channel_set_host_irq() - which interrupt tells the host of a byte
 * @a: the channel, with what the device tree says
 *
 * Return: 0; -EINVAL if it cannot have that one.
 */
int aspeed_channel_set_host_irq(struct aspeed *a)
{
	const struct aspeed_host_irq *irq = &a->host_irq;
	int rv = 0;

	if (!irq->id)
		return 0;
	if (irq->id > LAST_IRQ)
		return -EINVAL;
	/* Channel 1 has those of a keyboard and a mouse. */
	if (a->kcs_bmc.channel == 1)
		return irq->id == 1 || irq->id == 12 ? 0 : -EINVAL;
	if (a->kcs_bmc.channel == 4)
		rv = set_host_irq_4(a);
	else if (irq->type == IRQ_TYPE_LEVEL_LOW || irq->type == IRQ_TYPE_LEVEL_HIGH)
		put_all(a, &a->where->irq_high, irq->type == IRQ_TYPE_LEVEL_HIGH);
	else
		rv = -EINVAL;
	if (!rv)
		put(a, &a->where->irq_id, irq->id);
	return rv;
}

/**
 * aspeed_channel_assert() - the host's interrupt; the controller takes it back
 * @a: the channel, which has one
 *
 * Context: any.
 */
void aspeed_channel_assert(struct aspeed *a)
{
	u32 bit;

	if (a->kcs_bmc.channel == 1) {
		bit = a->host_irq.id == 1 ? BIT(0) : BIT(1);
		regmap_update_bits(a->map, SIRQCR0, bit, bit);
		return;
	}
	put_all(a, &a->where->irq_assert, true);
}

/**
 * aspeed_channel_enable() - the channel is there for the host, or not
 * @a: the channel
 * @on: which
 */
void aspeed_channel_enable(struct aspeed *a, bool on)
{
	put_all(a, &a->where->enable[0], on);
	if (a->where->enable[1].mask)
		put_all(a, &a->where->enable[1], on);
}

/**
 * aspeed_channel_interrupt() - whether a byte of the host raises the BMC's interrupt
 * @a: the channel
 * @on: it does
 *
 * Context: any.
 */
void aspeed_channel_interrupt(struct aspeed *a, bool on)
{
	put_all(a, &a->where->interrupt, on);
}
