// SPDX-License-Identifier: GPL-2.0-only
/*
 * One interface: how it begins and ends.
 *
 * Transports call ipmi_add_smi() and ipmi_unregister_smi(). Locks: ipmi_registry while it becomes
 * known or unknown; intf->stays, intf->run and intf->lock where its transport is turned off.
 */
#define dev_fmt(fmt) "IPMI message handler: " fmt

#include <linux/slab.h>

#include <ipmi/core.h>

#include "msghandler.h"

static struct ipmi_smi *intf_alloc(struct module *owner, const struct ipmi_smi_handlers *handlers,
				   void *send_info, struct device *dev, u8 slave_addr)
{
	struct ipmi_smi *intf;
	unsigned int chan;

	intf = kzalloc(sizeof(*intf), GFP_KERNEL);
	if (!intf)
		return NULL;

	kref_init(&intf->refcount);
	intf->handlers = handlers;
	intf->send_info = send_info;
	intf->owner = owner;
	intf->dev = get_device(dev);
	intf->atomic = handlers->flags & IPMI_CORE_SMI_ATOMIC;
	intf->program = handlers->flags & IPMI_CORE_SMI_PROGRAM;
	init_rwsem(&intf->stays);
	spin_lock_init(&intf->run);
	INIT_LIST_HEAD(&intf->users);
	hash_init(intf->receivers);
	INIT_LIST_HEAD(&intf->events);
	spin_lock_init(&intf->lock);
	INIT_LIST_HEAD(&intf->urgent);
	INIT_LIST_HEAD(&intf->tx);
	INIT_LIST_HEAD(&intf->rx);
	INIT_LIST_HEAD(&intf->timed);
	INIT_LIST_HEAD(&intf->bmc_link);
	INIT_WORK(&intf->work, run_work);
	INIT_WORK(&intf->down, run_down_work);
	INIT_WORK(&intf->free, intf_free_work);
	tasklet_setup(&intf->burst, run_burst);
	INIT_DELAYED_WORK(&intf->event_tick, events_tick);
	INIT_DELAYED_WORK(&intf->bridge_tick, bridge_tick);
	INIT_DELAYED_WORK(&intf->patience, patience_work);
	seq_init(&intf->seq);
	INIT_DELAYED_WORK(&intf->maintenance_work, maintenance_tick);
	INIT_DELAYED_WORK(&intf->recheck, bmc_recheck_work);
	intf->rechecked = get_jiffies_64();

	intf->slave_addr = slave_addr ?: IPMI_BMC_SLAVE_ADDR;
	for (chan = 0; chan < IPMI_NUM_CHANNELS; chan++) {
		intf->channels[chan].address = IPMI_BMC_SLAVE_ADDR;
		intf->channels[chan].lun = 2;
	}
	intf->channels[0].address = intf->slave_addr;
	return intf;
}

/* Every message that is still queued ends with an error, the bridged ones with it. */
static void drain(struct ipmi_smi *intf)
{
	struct ipmi_smi_msg *smi, *tmp;
	LIST_HEAD(queued);

	scoped_guard(spinlock_irqsave, &intf->lock) {
		list_splice_init(&intf->urgent, &queued);
		list_splice_tail_init(&intf->tx, &queued);
	}
	list_for_each_entry_safe(smi, tmp, &queued, link) {
		list_del(&smi->link);
		queue_refused(intf, smi, IPMI_ERR_UNSPECIFIED);
	}
	run_all(intf);
	guard(ipmi_bh)(&intf->run);
	bridge_drop_run(intf, NULL);
	events_drop_run(intf);
}

/* From here on no call down begins, and when this returns none is under way. */
static void forget_handlers(struct ipmi_smi *intf)
{
	/* Calls under intf->run, and those of who asks about the interface. */
	scoped_guard(rwsem_write, &intf->stays) {
		guard(ipmi_bh)(&intf->run);
		guard(spinlock_irqsave)(&intf->lock);
		WRITE_ONCE(intf->handlers, NULL);
	}
	/* Those of workers. */
	cancel_work_sync(&intf->down);
	cancel_delayed_work_sync(&intf->event_tick);
	cancel_delayed_work_sync(&intf->maintenance_work);
}

/* The transport is off: what it has left ends, and nothing of ours is under way any more. */
static void intf_end(struct ipmi_smi *intf)
{
	drain(intf);
	/* Its questions have ended. */
	cancel_delayed_work_sync(&intf->recheck);
	user_end_all(intf);
	cancel_delayed_work_sync(&intf->bridge_tick);
	cancel_delayed_work_sync(&intf->patience);
	/* A listener may have come just before. */
	cancel_delayed_work_sync(&intf->event_tick);
	tasklet_kill(&intf->burst);
	cancel_work_sync(&intf->work);
	ask_stop(intf);
}

/* Turn the transport off. After this nothing calls it, and it calls nobody. */
static void intf_off(struct ipmi_smi *intf)
{
	const struct ipmi_smi_handlers *handlers = intf->handlers;

	forget_handlers(intf);
	if (handlers->shutdown)
		handlers->shutdown(intf->send_info);
	intf_end(intf);
	intf_release_number(intf);
	intf_put(intf);
}

static int intf_start(struct ipmi_smi *intf)
{
	struct ipmi_identity who;
	int rv;

	rv = identify(intf, &who);
	if (rv)
		return rv;
	identify_channels(intf, &who.id);

	guard(mutex)(&ipmi_registry);
	rv = bmc_attach_registry(intf, &who);
	if (rv)
		return rv;
	rv = sysfs_add(intf);
	if (rv) {
		bmc_detach_registry(intf);
		return rv;
	}
	intf_publish_registry(intf);
	if (!intf->scanned || READ_ONCE(intf->guid_open))
		intf_recheck(intf, RECHECK_PAUSE_MS);
	return 0;
}

/**
 * ipmi_add_smi() - a transport brings an interface
 * @owner: its module
 * @handlers: its operations, constant until ipmi_unregister_smi() returned
 * @send_info: its cookie
 * @dev: its device; a reference is held as long as the interface lives
 * @slave_addr: the BMC's IPMB address, 0 = 20h
 *
 * The BMC is asked who it is before anyone can see the interface, and no global
 * lock is held meanwhile.
 *
 * Context: process, sleeps; bounded by the table in Documentation/house.
 * Return: 0; the transport's error from start_processing(); -EIO if the BMC does
 * not say who it is; -ENOMEM. If start_processing() had succeeded, shutdown() was
 * called.
 */
int ipmi_add_smi(struct module *owner, const struct ipmi_smi_handlers *handlers, void *send_info,
		 struct device *dev, unsigned char slave_addr)
{
	struct ipmi_smi *intf;
	int rv;

	intf = intf_alloc(owner, handlers, send_info, dev, slave_addr);
	if (!intf)
		return -ENOMEM;

	rv = intf_reserve_number(intf);
	if (rv)
		goto err_put;
	rv = ask_start(intf);
	if (rv)
		goto err_number;
	rv = handlers->start_processing(send_info, intf);
	if (rv)
		goto err_off;

	rv = intf_start(intf);
	if (rv)
		intf_off(intf);
	return rv;

err_off:
	/* It may have brought something before it failed. */
	forget_handlers(intf);
	intf_end(intf);
err_number:
	intf_release_number(intf);
err_put:
	intf_put(intf);
	return rv;
}
EXPORT_SYMBOL(ipmi_add_smi);

/**
 * ipmi_unregister_smi() - a transport takes its interface back
 * @intf: the interface, NULL is allowed
 *
 * Watchers hear of it, requests in flight end with an error, and shutdown() has
 * been called when this returns. Users that still hold it get -ENODEV.
 *
 * Context: process, sleeps; not from a callback of this interface.
 */
void ipmi_unregister_smi(struct ipmi_smi *intf)
{
	if (!intf)
		return;

	scoped_guard(mutex, &ipmi_registry) {
		intf_unpublish_registry(intf);
		sysfs_remove(intf);
		bmc_detach_registry(intf);
	}
	intf_off(intf);
}
EXPORT_SYMBOL(ipmi_unregister_smi);
