/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The BMC's side of KCS: what the modules of this folder share.
 *
 *   core.c      kcs_bmc: joins the drivers of hardware below and the clients above
 *   cdev.c      kcs_bmc_cdev_ipmi: /dev/ipmi-kcsN, a client; the machine is proto/kcs_target.c
 *   serio.c     kcs_bmc_serio: a serio port, a client
 *   aspeed.c    kcs_bmc_aspeed: the LPC controller of ASPEED's chips, and aspeed_channel.c,
 *               where its channels' registers are
 *   npcm7xx.c   kcs_bmc_npcm7xx: that of Nuvoton's
 *
 * The structures are ABI, down to the order of their members: a kernel's own kcs_bmc_aspeed works
 * with this kcs_bmc, and the other way round, where both agree about them (CONFIG_MODVERSIONS).
 */
#ifndef KCS_BMC_H
#define KCS_BMC_H

#include <linux/bits.h>
#include <linux/irqreturn.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct device;
struct kcs_bmc_client;
struct kcs_bmc_device;
struct kcs_bmc_device_ops;

/* What a device can tell of: the host has read a byte, the host has written one. */
#define KCS_BMC_EVENT_TYPE_OBE BIT(0)
#define KCS_BMC_EVENT_TYPE_IBF BIT(1)

#define KCS_BMC_STR_OBF BIT(0)
#define KCS_BMC_STR_IBF BIT(1)
#define KCS_BMC_STR_CMD_DAT BIT(3)

/**
 * struct kcs_ioreg - where a channel's registers are, as the device's driver counts
 * @idr: what the host has written
 * @odr: what the host is to read
 * @str: the status
 */
struct kcs_ioreg {
	u32 idr;
	u32 odr;
	u32 str;
};

/**
 * struct kcs_bmc_device - a channel
 * @entry: in the core's list
 * @dev: the hardware
 * @channel: its number, from 1
 * @ioreg: see there
 * @ops: what its driver does
 * @lock: guards @client; held, with interrupts off, while the client is told of an event
 * @client: who has it open, or NULL
 */
struct kcs_bmc_device {
	struct list_head entry;
	struct device *dev;
	u32 channel;
	struct kcs_ioreg ioreg;
	const struct kcs_bmc_device_ops *ops;
	spinlock_t lock;
	struct kcs_bmc_client *client;
};

/**
 * struct kcs_bmc_device_ops - what the driver of a device does
 * @irq_mask_update: of the events in @mask, tell of those in @enable only; called under the lock
 * @io_inputb: read a register
 * @io_outputb: write one
 * @io_updateb: set the bits of @mask to those of @b
 *
 * None sleeps; all but the first are called with or without the lock.
 */
struct kcs_bmc_device_ops {
	void (*irq_mask_update)(struct kcs_bmc_device *kcs_bmc, u8 mask, u8 enable);
	u8 (*io_inputb)(struct kcs_bmc_device *kcs_bmc, u32 reg);
	void (*io_outputb)(struct kcs_bmc_device *kcs_bmc, u32 reg, u8 b);
	void (*io_updateb)(struct kcs_bmc_device *kcs_bmc, u32 reg, u8 mask, u8 b);
};

/**
 * struct kcs_bmc_client_ops - what a client does
 * @event: something has happened, or another device has raised the interrupt; called under the
 *	device's lock, with interrupts off
 */
struct kcs_bmc_client_ops {
	irqreturn_t (*event)(struct kcs_bmc_client *client);
};

/**
 * struct kcs_bmc_client - who uses a device
 * @ops: see there
 * @dev: the device
 */
struct kcs_bmc_client {
	const struct kcs_bmc_client_ops *ops;
	struct kcs_bmc_device *dev;
};

/**
 * struct kcs_bmc_driver_ops - a kind of client
 * @add_device: there is a device
 * @remove_device: it goes; nothing of it is used after that
 */
struct kcs_bmc_driver_ops {
	int (*add_device)(struct kcs_bmc_device *kcs_bmc);
	int (*remove_device)(struct kcs_bmc_device *kcs_bmc);
};

/**
 * struct kcs_bmc_driver - a kind of client, which is offered every device
 * @entry: in the core's list
 * @ops: see there
 */
struct kcs_bmc_driver {
	struct list_head entry;
	const struct kcs_bmc_driver_ops *ops;
};

/* core.c, for drivers of devices */
irqreturn_t kcs_bmc_handle_event(struct kcs_bmc_device *kcs_bmc);
int kcs_bmc_add_device(struct kcs_bmc_device *kcs_bmc);
void kcs_bmc_remove_device(struct kcs_bmc_device *kcs_bmc);

/* core.c, for clients */
void kcs_bmc_register_driver(struct kcs_bmc_driver *drv);
void kcs_bmc_unregister_driver(struct kcs_bmc_driver *drv);
int kcs_bmc_enable_device(struct kcs_bmc_device *kcs_bmc, struct kcs_bmc_client *client);
void kcs_bmc_disable_device(struct kcs_bmc_device *kcs_bmc, struct kcs_bmc_client *client);
u8 kcs_bmc_read_data(struct kcs_bmc_device *kcs_bmc);
void kcs_bmc_write_data(struct kcs_bmc_device *kcs_bmc, u8 data);
u8 kcs_bmc_read_status(struct kcs_bmc_device *kcs_bmc);
void kcs_bmc_write_status(struct kcs_bmc_device *kcs_bmc, u8 data);
void kcs_bmc_update_status(struct kcs_bmc_device *kcs_bmc, u8 mask, u8 val);
void kcs_bmc_update_event_mask(struct kcs_bmc_device *kcs_bmc, u8 mask, u8 events);

#endif /* KCS_BMC_H */
