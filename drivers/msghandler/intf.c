// SPDX-License-Identifier: GPL-2.0-only
/*
 * One interface: its life, its queues and its runner.
 *
 * Transports call ipmi_add_smi(), ipmi_unregister_smi(), ipmi_smi_msg_received()
 * and ipmi_smi_watchdog_pretimeout(); request.c submits. All calls down to the
 * transport and up to users are made by the runner, which holds intf->run; the
 * queues are under intf->lock, which is never held across such a call.
 */
#define dev_fmt(fmt) "IPMI message handler: " fmt

#include <linux/slab.h>

#include <ipmi/core.h>

#include "msghandler.h"
#include "trace.h"

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
 * intf_kick() - have the runner look at the queues
 * @intf: the interface
 *
 * Context: any.
 */
void intf_kick(struct ipmi_smi *intf)
{
	queue_work(ipmi_wq, &intf->work);
}

static struct ipmi_smi_msg *next_tx(struct ipmi_smi *intf)
{
	struct ipmi_smi_msg *smi = NULL;

	guard(spinlock_irqsave)(&intf->lock);
	if (intf->flight || !intf->handlers)
		return NULL;
	if (!list_empty(&intf->urgent))
		smi = list_first_entry(&intf->urgent, struct ipmi_smi_msg, link);
	else if (!list_empty(&intf->tx))
		smi = list_first_entry(&intf->tx, struct ipmi_smi_msg, link);
	if (smi) {
		list_del(&smi->link);
		intf->flight = smi;
	}
	return smi;
}

static struct ipmi_smi_msg *next_rx(struct ipmi_smi *intf)
{
	struct ipmi_smi_msg *smi;

	guard(spinlock_irqsave)(&intf->lock);
	smi = list_first_entry_or_null(&intf->rx, struct ipmi_smi_msg, link);
	if (smi)
		list_del(&smi->link);
	return smi;
}

/* Keep the wire busy: the transport takes one message at a time. */
static void feed_locked(struct ipmi_smi *intf)
{
	struct ipmi_smi_msg *smi;
	u8 cc;

	lockdep_assert_held(&intf->run);
	while ((smi = next_tx(intf))) {
		if (trace_ipmi_send_enabled())
			trace_send(intf, smi);
		cc = ipmi_compat_send(intf->handlers, intf->send_info, smi);
		if (!cc)
			return;
		scoped_guard(spinlock_irqsave, &intf->lock)
			intf->flight = NULL;
		route_fail_locked(intf, smi, cc);
	}
}

/* One turn: the wire first, then what came in. False if there was nothing. */
static bool run_one_locked(struct ipmi_smi *intf)
{
	struct ipmi_smi_msg *smi;
	bool pretimeout = false;

	lockdep_assert_held(&intf->run);
	feed_locked(intf);
	smi = next_rx(intf);
	if (smi) {
		route_one_locked(intf, smi);
		return true;
	}
	scoped_guard(spinlock_irqsave, &intf->lock)
		swap(pretimeout, intf->pretimeout);
	if (pretimeout)
		route_pretimeout_locked(intf);
	return pretimeout;
}

static bool has_work(struct ipmi_smi *intf)
{
	lockdep_assert_held(&intf->lock);
	if (!list_empty(&intf->rx) || intf->pretimeout)
		return true;
	if (intf->flight || !intf->handlers)
		return false;
	return !list_empty(&intf->tx) || !list_empty(&intf->urgent);
}

/* The runner. A flood is served in turns, so that others get intf->run too. */
static void run_locked(struct ipmi_smi *intf)
{
	unsigned int turn;
	bool more;

	lockdep_assert_held(&intf->run);
	scoped_guard(spinlock_irqsave, &intf->lock)
		intf->running = true;

	for (turn = 0; turn < RUN_BATCH && run_one_locked(intf); turn++)
		;
	/* Answers that come by themselves have to be looked for. */
	if (!READ_ONCE(intf->seq.used) != !(intf->watch_mask & IPMI_WATCH_MASK_CHECK_MESSAGES))
		user_update_watch_locked(intf);

	scoped_guard(spinlock_irqsave, &intf->lock) {
		intf->running = false;
		more = has_work(intf);
	}
	if (more)
		intf_kick(intf);
}

static void run_work(struct work_struct *work)
{
	struct ipmi_smi *intf = container_of(work, struct ipmi_smi, work);

	guard(mutex)(&intf->run);
	run_locked(intf);
}

/* Run the interface in the caller's context, if nobody else does. */
static void run_here(struct ipmi_smi *intf)
{
	if (!mutex_trylock(&intf->run)) {
		intf_kick(intf);
		return;
	}
	run_locked(intf);
	mutex_unlock(&intf->run);
}

/**
 * intf_submit() - queue a message for the transport
 * @intf: the interface
 * @smi: the message; on success it belongs to the queue
 * @urgent: before all that are not
 * @run: the caller may run the interface; else a worker does
 *
 * Context: any; with @run process, may sleep.
 * Return: 0, -ENODEV if the interface is off.
 */
int intf_submit(struct ipmi_smi *intf, struct ipmi_smi_msg *smi, bool urgent, bool run)
{
	bool idle;

	scoped_guard(spinlock_irqsave, &intf->lock) {
		if (!intf->handlers)
			return -ENODEV;
		list_add_tail(&smi->link, urgent ? &intf->urgent : &intf->tx);
		/* What is queued behind a message in flight goes when that one is back. */
		idle = !intf->running && !intf->flight;
	}
	if (READ_ONCE(intf->panicking))
		return 0;
	if (idle && run)
		run_here(intf);
	else if (idle)
		intf_kick(intf);
	return 0;
}

/* True if a runner has to be found for it. */
static bool receive(struct ipmi_smi *intf, struct ipmi_smi_msg *msg)
{
	if (trace_ipmi_receive_enabled())
		trace_receive(intf, msg);
	guard(spinlock_irqsave)(&intf->lock);
	if (intf->flight == msg)
		intf->flight = NULL;
	list_add_tail(&msg->link, &intf->rx);
	return !intf->running && !intf->panicking;
}

/**
 * ipmi_smi_msg_received() - a transport returns a message, or brings one
 * @intf: the interface
 * @msg: the message handed to sender(), with its answer; or one from
 *	ipmi_alloc_smi_msg() that carries what the BMC sent on its own. It belongs
 *	to the core now.
 *
 * Context: any, hard interrupts included.
 */
void ipmi_smi_msg_received(struct ipmi_smi *intf, struct ipmi_smi_msg *msg)
{
	if (receive(intf, msg))
		intf_kick(intf);
}
EXPORT_SYMBOL(ipmi_smi_msg_received);

/**
 * ipmi_core_msg_received() - ipmi_smi_msg_received(), and run the interface here
 * @intf: the interface
 * @msg: the message
 *
 * For a transport whose own thread can do the rest, so that none has to be woken:
 * users' callbacks and the transport's own sender() may be called before this
 * returns, so the caller must hold no lock.
 *
 * Context: process, may sleep; or panic.
 */
void ipmi_core_msg_received(struct ipmi_smi *intf, struct ipmi_smi_msg *msg)
{
	if (receive(intf, msg))
		run_here(intf);
}
EXPORT_SYMBOL_GPL(ipmi_core_msg_received);


/**
 * ipmi_smi_watchdog_pretimeout() - a transport saw the watchdog's pre-timeout
 * @intf: the interface
 *
 * Context: any.
 */
void ipmi_smi_watchdog_pretimeout(struct ipmi_smi *intf)
{
	stat_inc(intf, STAT_PRETIMEOUTS);
	scoped_guard(spinlock_irqsave, &intf->lock)
		intf->pretimeout = true;
	intf_kick(intf);
}
EXPORT_SYMBOL(ipmi_smi_watchdog_pretimeout);

/**
 * ipmi_poll_interface() - look at the hardware now, and deliver what is there
 * @user: a user of the interface
 *
 * For callers that cannot wait for interrupts or threads. Bounded by one look of
 * the transport and one batch of messages.
 *
 * Context: process, may sleep.
 */
void ipmi_poll_interface(struct ipmi_user *user)
{
	struct ipmi_smi *intf = user->intf;

	if (READ_ONCE(intf->panicking)) {
		intf_run_at_panic(intf);
		return;
	}
	guard(mutex)(&intf->run);
	run_locked(intf);
	if (intf->handlers && intf->handlers->poll)
		intf->handlers->poll(intf->send_info);
	run_locked(intf);
}
EXPORT_SYMBOL(ipmi_poll_interface);

/**
 * intf_take_over() - the panicking CPU becomes the interface's runner for good
 * @intf: the interface
 *
 * Other CPUs are stopped and may hold its locks. What one of them was changing
 * is not to be trusted, so if the queues were locked they are forgotten.
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
		INIT_LIST_HEAD(&intf->urgent);
		INIT_LIST_HEAD(&intf->tx);
		INIT_LIST_HEAD(&intf->rx);
		intf->flight = NULL;
	}
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

/**
 * intf_run_at_panic() - one turn of the runner, and one look at the hardware
 * @intf: an interface that was taken over
 *
 * Context: panic.
 */
void intf_run_at_panic(struct ipmi_smi *intf)
{
	if (!mutex_trylock(&intf->run))
		return;
	bridge_expire_locked(intf);
	while (run_one_locked(intf))
		;
	if (intf->handlers)
		intf->handlers->poll(intf->send_info);
	while (run_one_locked(intf))
		;
	mutex_unlock(&intf->run);
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
