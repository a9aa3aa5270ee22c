// SPDX-License-Identifier: GPL-2.0-only
/*
 * One interface: its life.
 *
 * Transports call ipmi_add_smi() and ipmi_unregister_smi(), panic.c takes over.
 * Its queues and its runner are in run.c. Locks: ipmi_registry while it becomes
 * known or unknown; intf->run and intf->lock where its transport is turned off.
 */
#define dev_fmt(fmt) "IPMI message handler: " fmt

#include <linux/slab.h>

#include "msghandler.h"

static void intf_free(struct kref *ref)
{
	struct ipmi_smi *intf = container_of(ref, struct ipmi_smi, refcount);

	put_device(intf->dev);
	mutex_destroy(&intf->run);
	kfree_rcu(intf, rcu);
}

void intf_put(struct ipmi_smi *intf)
{
	kref_put(&intf->refcount, intf_free);
}

/**
 * intf_take_over() - the panicking CPU becomes the interface's runner for good
 * @intf: the interface
 *
 * Other CPUs are stopped and may hold its locks. What one of them was changing
 * is not to be trusted, so if the queues were locked they are forgotten. What users
 * have queued, or would have sent again, is in any case: nobody waits for it any more,
 * and there is little time.
 *
 * Context: panic.
 * Return: false if there is nobody to talk to, or no way to do so here.
 */
bool intf_take_over(struct ipmi_smi *intf)
{
	if (!intf->handlers || !intf->handlers->poll)
		return false;
	if (spin_trylock(&intf->lock)) {
		spin_unlock(&intf->lock);
	} else {
		spin_lock_init(&intf->lock);
		INIT_LIST_HEAD(&intf->rx);
		intf->flight = NULL;
	}
	INIT_LIST_HEAD(&intf->urgent);
	INIT_LIST_HEAD(&intf->tx);
	seq_init(&intf->seq);
	if (!mutex_trylock(&intf->run))
		mutex_init(&intf->run);
	else
		mutex_unlock(&intf->run);
	intf->running = false;
	WRITE_ONCE(intf->panicking, true);
	if (intf->handlers->set_run_to_completion)
		intf->handlers->set_run_to_completion(intf->send_info, true);
	return true;
}

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
	mutex_init(&intf->run);
	INIT_LIST_HEAD(&intf->users);
	INIT_LIST_HEAD(&intf->receivers);
	INIT_LIST_HEAD(&intf->events);
	spin_lock_init(&intf->lock);
	INIT_LIST_HEAD(&intf->urgent);
	INIT_LIST_HEAD(&intf->tx);
	INIT_LIST_HEAD(&intf->rx);
	INIT_LIST_HEAD(&intf->bmc_link);
	INIT_WORK(&intf->work, run_work);
	INIT_DELAYED_WORK(&intf->event_tick, events_tick);
	INIT_DELAYED_WORK(&intf->bridge_tick, bridge_tick);
	seq_init(&intf->seq);
	INIT_DELAYED_WORK(&intf->maintenance_work, maintenance_tick);

	intf->slave_addr = slave_addr ?: IPMI_BMC_SLAVE_ADDR;
	for (chan = 0; chan < IPMI_NUM_CHANNELS; chan++) {
		intf->channels[chan].address = IPMI_BMC_SLAVE_ADDR;
		intf->channels[chan].lun = 2;
	}
	intf->channels[0].address = intf->slave_addr;
	return intf;
}

/* Every message that is still queued ends with an error; then the users do. */
static void drain_locked(struct ipmi_smi *intf)
{
	struct ipmi_smi_msg *smi, *tmp;
	struct ipmi_user *user;
	LIST_HEAD(queued);

	lockdep_assert_held(&intf->run);
	while (run_one_locked(intf))
		;
	scoped_guard(spinlock_irqsave, &intf->lock) {
		list_splice_init(&intf->urgent, &queued);
		list_splice_tail_init(&intf->tx, &queued);
	}
	list_for_each_entry_safe(smi, tmp, &queued, link) {
		list_del(&smi->link);
		route_fail_locked(intf, smi, IPMI_ERR_UNSPECIFIED);
	}
	bridge_drop_locked(intf, NULL);
	events_drop_locked(intf);
	list_for_each_entry(user, &intf->users, link)
		user_shutdown_locked(user);
}

/* Turn the transport off. After this nothing calls it, and it calls nobody. */
static void intf_off(struct ipmi_smi *intf)
{
	const struct ipmi_smi_handlers *handlers = intf->handlers;

	scoped_guard(mutex, &intf->run) {
		guard(spinlock_irqsave)(&intf->lock);
		intf->handlers = NULL;
	}
	if (handlers->shutdown)
		handlers->shutdown(intf->send_info);

	scoped_guard(mutex, &intf->run)
		drain_locked(intf);
	cancel_delayed_work_sync(&intf->event_tick);
	cancel_delayed_work_sync(&intf->bridge_tick);
	cancel_delayed_work_sync(&intf->maintenance_work);
	cancel_work_sync(&intf->work);
	ask_stop(intf);
	intf_release_number(intf);
	intf_put(intf);
}

static int intf_start(struct ipmi_smi *intf)
{
	struct ipmi_identity who;
	int rv;

	rv = bmc_identify(intf, &who);
	if (rv)
		return rv;
	bmc_scan_channels(intf, &who);

	guard(mutex)(&ipmi_registry);
	rv = bmc_attach_locked(intf, &who);
	if (rv)
		return rv;
	rv = sysfs_add(intf);
	if (rv) {
		bmc_detach_locked(intf);
		return rv;
	}
	intf_publish_locked(intf);
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
		goto err_ask;

	rv = intf_start(intf);
	if (rv)
		intf_off(intf);
	return rv;

err_ask:
	ask_stop(intf);
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
		intf_unpublish_locked(intf);
		sysfs_remove(intf);
		bmc_detach_locked(intf);
	}
	intf_off(intf);
}
EXPORT_SYMBOL(ipmi_unregister_smi);
