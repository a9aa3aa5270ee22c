// SPDX-License-Identifier: GPL-2.0-only
/*
 * kcs_bmc: which KCS channels a BMC has, who uses them, and who is told of their events.
 *
 * Drivers of hardware bring devices; kinds of clients are offered each of them; one client at a
 * time has a device. Locks: kcs_bmc_lock guards both lists, and is held while a kind of client is
 * offered a device or told that it goes, so those do not come back here. A device's own lock guards
 * its client, which is called under it: after kcs_bmc_disable_device() no event is under way.
 */
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/export.h>
#include <linux/module.h>
#include <linux/mutex.h>

#include <ipmi/version.h>

#include "kcs_bmc.h"

static DEFINE_MUTEX(kcs_bmc_lock);
static LIST_HEAD(kcs_bmc_devices);
static LIST_HEAD(kcs_bmc_drivers);

/**
 * kcs_bmc_read_data() - read what the host has written, which clears IBF
 * @kcs_bmc: the device
 *
 * Context: any.
 * Return: the byte.
 */
u8 kcs_bmc_read_data(struct kcs_bmc_device *kcs_bmc)
{
	return kcs_bmc->ops->io_inputb(kcs_bmc, kcs_bmc->ioreg.idr);
}
EXPORT_SYMBOL(kcs_bmc_read_data);

/**
 * kcs_bmc_write_data() - write what the host is to read, which sets OBF
 * @kcs_bmc: the device
 * @data: the byte
 *
 * Context: any.
 */
void kcs_bmc_write_data(struct kcs_bmc_device *kcs_bmc, u8 data)
{
	kcs_bmc->ops->io_outputb(kcs_bmc, kcs_bmc->ioreg.odr, data);
}
EXPORT_SYMBOL(kcs_bmc_write_data);

/**
 * kcs_bmc_read_status() - read the status register
 * @kcs_bmc: the device
 *
 * Context: any.
 * Return: what it says.
 */
u8 kcs_bmc_read_status(struct kcs_bmc_device *kcs_bmc)
{
	return kcs_bmc->ops->io_inputb(kcs_bmc, kcs_bmc->ioreg.str);
}
EXPORT_SYMBOL(kcs_bmc_read_status);

/**
 * kcs_bmc_write_status() - write the status register
 * @kcs_bmc: the device
 * @data: what it is to say; the hardware keeps OBF, IBF and CMD_DAT
 *
 * Context: any.
 */
void kcs_bmc_write_status(struct kcs_bmc_device *kcs_bmc, u8 data)
{
	kcs_bmc->ops->io_outputb(kcs_bmc, kcs_bmc->ioreg.str, data);
}
EXPORT_SYMBOL(kcs_bmc_write_status);

/**
 * kcs_bmc_update_status() - change some bits of the status register
 * @kcs_bmc: the device
 * @mask: which
 * @val: what they are to be
 *
 * Context: any.
 */
void kcs_bmc_update_status(struct kcs_bmc_device *kcs_bmc, u8 mask, u8 val)
{
	kcs_bmc->ops->io_updateb(kcs_bmc, kcs_bmc->ioreg.str, mask, val);
}
EXPORT_SYMBOL(kcs_bmc_update_status);

/**
 * kcs_bmc_update_event_mask() - of which events the client is to be told
 * @kcs_bmc: the device
 * @mask: the events that are meant
 * @events: those of them that it is to be told of
 *
 * Context: any; the client, in its event() too.
 */
void kcs_bmc_update_event_mask(struct kcs_bmc_device *kcs_bmc, u8 mask, u8 events)
{
	kcs_bmc->ops->irq_mask_update(kcs_bmc, mask, events);
}
EXPORT_SYMBOL(kcs_bmc_update_event_mask);

/**
 * kcs_bmc_handle_event() - the device's interrupt
 * @kcs_bmc: the device
 *
 * Context: any, interrupts and timers included.
 * Return: IRQ_HANDLED if it was the client's, else IRQ_NONE.
 */
irqreturn_t kcs_bmc_handle_event(struct kcs_bmc_device *kcs_bmc)
{
	struct kcs_bmc_client *client;

	guard(spinlock_irqsave)(&kcs_bmc->lock);
	client = kcs_bmc->client;
	return client ? client->ops->event(client) : IRQ_NONE;
}
EXPORT_SYMBOL(kcs_bmc_handle_event);

/**
 * kcs_bmc_enable_device() - use a device
 * @kcs_bmc: the device
 * @client: who is told of its events, IBF first of all
 *
 * Context: any.
 * Return: 0; -EBUSY if another client uses it.
 */
int kcs_bmc_enable_device(struct kcs_bmc_device *kcs_bmc, struct kcs_bmc_client *client)
{
	guard(spinlock_irqsave)(&kcs_bmc->lock);
	if (kcs_bmc->client)
		return -EBUSY;
	kcs_bmc->client = client;
	kcs_bmc_update_event_mask(kcs_bmc, KCS_BMC_EVENT_TYPE_IBF, KCS_BMC_EVENT_TYPE_IBF);
	return 0;
}
EXPORT_SYMBOL(kcs_bmc_enable_device);

/**
 * kcs_bmc_disable_device() - use it no longer
 * @kcs_bmc: the device
 * @client: who has used it; nothing happens if that is another one
 *
 * Context: any but the client's event().
 */
void kcs_bmc_disable_device(struct kcs_bmc_device *kcs_bmc, struct kcs_bmc_client *client)
{
	u8 all = KCS_BMC_EVENT_TYPE_IBF | KCS_BMC_EVENT_TYPE_OBE;

	guard(spinlock_irqsave)(&kcs_bmc->lock);
	if (kcs_bmc->client != client)
		return;
	kcs_bmc_update_event_mask(kcs_bmc, all, 0);
	kcs_bmc->client = NULL;
}
EXPORT_SYMBOL(kcs_bmc_disable_device);

static int offer(struct kcs_bmc_driver *drv, struct kcs_bmc_device *kcs_bmc)
{
	int rv = drv->ops->add_device(kcs_bmc);

	if (rv)
		dev_err(kcs_bmc->dev, "no client for KCS channel %u (error %d)\n",
			kcs_bmc->channel, rv);
	return rv;
}

static void take_back(struct kcs_bmc_driver *drv, struct kcs_bmc_device *kcs_bmc)
{
	int rv = drv->ops->remove_device(kcs_bmc);

	/* Who was registered later, and has refused the device, does not know it. */
	if (rv && rv != -ENODEV)
		dev_err(kcs_bmc->dev, "a client does not give back KCS channel %u (error %d)\n",
			kcs_bmc->channel, rv);
}

/**
 * kcs_bmc_add_device() - there is a device
 * @kcs_bmc: it, all but @entry and @client of which are set
 *
 * Context: process.
 * Return: 0, or the error of a client that has failed; then the device is not there, and whoever
 * else was offered it has been told that it goes.
 */
int kcs_bmc_add_device(struct kcs_bmc_device *kcs_bmc)
{
	struct kcs_bmc_driver *drv;
	int rv;

	spin_lock_init(&kcs_bmc->lock);
	kcs_bmc->client = NULL;

	guard(mutex)(&kcs_bmc_lock);
	list_add(&kcs_bmc->entry, &kcs_bmc_devices);
	list_for_each_entry(drv, &kcs_bmc_drivers, entry) {
		rv = offer(drv, kcs_bmc);
		if (rv)
			goto undo;
	}
	return 0;
undo:
	list_for_each_entry_continue_reverse(drv, &kcs_bmc_drivers, entry)
		take_back(drv, kcs_bmc);
	list_del(&kcs_bmc->entry);
	return rv;
}
EXPORT_SYMBOL(kcs_bmc_add_device);

/**
 * kcs_bmc_remove_device() - a device goes
 * @kcs_bmc: it; no client uses it when this returns
 *
 * Context: process.
 */
void kcs_bmc_remove_device(struct kcs_bmc_device *kcs_bmc)
{
	struct kcs_bmc_driver *drv;

	guard(mutex)(&kcs_bmc_lock);
	list_del(&kcs_bmc->entry);
	list_for_each_entry(drv, &kcs_bmc_drivers, entry)
		take_back(drv, kcs_bmc);
}
EXPORT_SYMBOL(kcs_bmc_remove_device);

/**
 * kcs_bmc_register_driver() - there is a kind of clients
 * @drv: it; it is offered the devices that are there at once
 *
 * Context: process.
 */
void kcs_bmc_register_driver(struct kcs_bmc_driver *drv)
{
	struct kcs_bmc_device *kcs_bmc;

	guard(mutex)(&kcs_bmc_lock);
	list_add(&drv->entry, &kcs_bmc_drivers);
	list_for_each_entry(kcs_bmc, &kcs_bmc_devices, entry)
		offer(drv, kcs_bmc);
}
EXPORT_SYMBOL(kcs_bmc_register_driver);

/**
 * kcs_bmc_unregister_driver() - it goes
 * @drv: it; it uses no device when this returns
 *
 * Context: process.
 */
void kcs_bmc_unregister_driver(struct kcs_bmc_driver *drv)
{
	struct kcs_bmc_device *kcs_bmc;

	guard(mutex)(&kcs_bmc_lock);
	list_del(&drv->entry);
	list_for_each_entry(kcs_bmc, &kcs_bmc_devices, entry)
		take_back(drv, kcs_bmc);
}
EXPORT_SYMBOL(kcs_bmc_unregister_driver);

MODULE_LICENSE("GPL");
MODULE_AUTHOR(IPMI_DRIVERS_AUTHOR);
MODULE_VERSION(IPMI_DRIVERS_VERSION);
MODULE_DESCRIPTION("The BMC's side of KCS: devices and their clients");
