// SPDX-License-Identifier: GPL-2.0-only
/*
 * Users: clients of an interface, their birth, wishes and end.
 *
 * Everything here is the kernel's own API. intf->run guards the list of users
 * and their wishes, so once ipmi_destroy_user() has it no callback is running,
 * and none will.
 */
#include <linux/slab.h>

#include "msghandler.h"

static void user_free(struct kref *ref)
{
	struct ipmi_user *user = container_of(ref, struct ipmi_user, refcount);

	intf_put(user->intf);
	kfree(user);
}

void user_put(struct ipmi_user *user)
{
	kref_put(&user->refcount, user_free);
}

/**
 * user_alloc() - a user that is not on the interface's list yet
 * @intf: the interface; a reference is taken
 * @handler: callbacks
 * @handler_data: the client's cookie
 *
 * Return: the user, alive, or NULL.
 */
struct ipmi_user *user_alloc(struct ipmi_smi *intf, const struct ipmi_user_hndl *handler,
			     void *handler_data)
{
	struct ipmi_user *user = kzalloc(sizeof(*user), GFP_KERNEL);

	if (!user)
		return NULL;
	kref_init(&user->refcount);
	kref_get(&intf->refcount);
	user->intf = intf;
	user->handler = handler;
	user->handler_data = handler_data;
	INIT_LIST_HEAD(&user->link);
	user->alive = true;
	return user;
}

/**
 * user_update_watch_locked() - tell the transport what somebody is waiting for
 * @intf: the interface; the caller is its runner
 *
 * Nothing is told that it knows.
 */
void user_update_watch_locked(struct ipmi_smi *intf)
{
	struct ipmi_user *user;
	unsigned int mask = 0;

	lockdep_assert_held(&intf->run);
	if (!list_empty(&intf->receivers))
		mask |= IPMI_WATCH_MASK_CHECK_COMMANDS;
	if (READ_ONCE(intf->seq.used))
		mask |= IPMI_WATCH_MASK_CHECK_MESSAGES;
	list_for_each_entry(user, &intf->users, link)
		if (user->alive && user->handler->ipmi_watchdog_pretimeout)
			mask |= IPMI_WATCH_MASK_CHECK_WATCHDOG;

	if (mask == intf->watch_mask)
		return;
	intf->watch_mask = mask;
	if (intf->handlers && intf->handlers->set_need_watch)
		intf->handlers->set_need_watch(intf->send_info, mask);
}

static void drop_receivers_locked(struct ipmi_user *user)
{
	struct cmd_receiver *rcvr, *tmp;

	lockdep_assert_held(&user->intf->run);
	list_for_each_entry_safe(rcvr, tmp, &user->intf->receivers, link) {
		if (rcvr->user != user)
			continue;
		list_del(&rcvr->link);
		kfree(rcvr);
	}
}

/**
 * user_shutdown_locked() - the last callback a user gets
 * @user: alive or not
 *
 * At its own wish, or because its interface goes away. Its wishes end with it.
 */
void user_shutdown_locked(struct ipmi_user *user)
{
	struct ipmi_smi *intf = user->intf;

	lockdep_assert_held(&intf->run);
	if (!user->alive)
		return;
	WRITE_ONCE(user->alive, false);
	if (user->gets_events)
		intf->nr_listeners--;
	user->gets_events = false;
	drop_receivers_locked(user);
	bridge_drop_locked(intf, user);
	user_update_watch_locked(intf);
	if (user->handler->shutdown)
		user->handler->shutdown(user->handler_data);
	module_put(user->owner);
	user->owner = NULL;
}

/**
 * ipmi_create_user() - attach to an interface
 * @if_num: its number
 * @handler: callbacks; they must stay until ipmi_destroy_user() returned
 * @handler_data: given to each of them
 * @user: set on success
 *
 * Context: process, may sleep.
 * Return: 0; -EINVAL without a receive callback or for an unknown number; -EBUSY
 * at the max_users limit; -ENODEV if the interface is going away; -ENOMEM.
 */
int ipmi_create_user(unsigned int if_num, const struct ipmi_user_hndl *handler, void *handler_data,
		     struct ipmi_user **user)
{
	struct ipmi_smi *intf;
	struct ipmi_user *new;
	int rv = -ENODEV;

	if (!handler || !handler->ipmi_recv_hndl)
		return -EINVAL;
	intf = intf_find(if_num);
	if (!intf)
		return -EINVAL;

	if (atomic_inc_return(&intf->nr_users) > READ_ONCE(ipmi_max_users)) {
		stat_inc(intf, STAT_REFUSED_USERS);
		rv = -EBUSY;
		goto err;
	}
	new = user_alloc(intf, handler, handler_data);
	if (!new) {
		rv = -ENOMEM;
		goto err;
	}

	scoped_guard(mutex, &intf->run) {
		if (!intf->handlers || !try_module_get(intf->owner))
			break;
		new->owner = intf->owner;
		new->pid = task_tgid_nr(current);
		list_add_tail(&new->link, &intf->users);
		/* Before the pre-timeout callback can run, the caller has its user. */
		*user = new;
		user_update_watch_locked(intf);
		rv = 0;
	}
	if (!rv) {
		intf_put(intf);
		return 0;
	}
	user_put(new);
err:
	atomic_dec(&intf->nr_users);
	intf_put(intf);
	return rv;
}
EXPORT_SYMBOL(ipmi_create_user);

/**
 * ipmi_destroy_user() - detach from an interface
 * @user: what ipmi_create_user() gave
 *
 * No callback runs once this returned. Messages that the client still holds are
 * to be freed with ipmi_free_recv_msg(); requests in flight are executed and
 * their answers dropped.
 *
 * Context: process, sleeps; not from a callback.
 * Return: 0, where this kernel's prototype has a value.
 */
IPMI_DESTROY_USER_RET ipmi_destroy_user(struct ipmi_user *user)
{
	struct ipmi_smi *intf = user->intf;

	scoped_guard(mutex, &intf->run) {
		user_shutdown_locked(user);
		list_del(&user->link);
	}
	atomic_dec(&intf->nr_users);
	user_put(user);
	IPMI_DESTROY_USER_DONE;
}
EXPORT_SYMBOL(ipmi_destroy_user);

/**
 * ipmi_get_version() - the IPMI version of the BMC
 * @user: who asks
 * @major: set
 * @minor: set
 *
 * Answered from what the BMC said when its interface came up.
 *
 * Return: 0, -ENODEV if the interface is gone.
 */
int ipmi_get_version(struct ipmi_user *user, unsigned char *major, unsigned char *minor)
{
	if (!READ_ONCE(user->alive))
		return -ENODEV;
	*major = user->intf->ipmi_version & 0xf;
	*minor = user->intf->ipmi_version >> 4;
	return 0;
}
EXPORT_SYMBOL(ipmi_get_version);

static int check_channel(struct ipmi_user *user, unsigned int channel)
{
	if (!READ_ONCE(user->alive))
		return -ENODEV;
	return channel < IPMI_NUM_CHANNELS ? 0 : -EINVAL;
}

/**
 * ipmi_set_my_address() - our slave address on a channel, for every user
 * @user: who sets it
 * @channel: 0 .. 15
 * @address: the 8-bit form
 *
 * Context: any.
 * Return: 0, -EINVAL, -ENODEV.
 */
int ipmi_set_my_address(struct ipmi_user *user, unsigned int channel, unsigned char address)
{
	int rv = check_channel(user, channel);

	if (!rv)
		WRITE_ONCE(user->intf->channels[channel].address, address);
	return rv;
}
EXPORT_SYMBOL(ipmi_set_my_address);

/**
 * ipmi_get_my_address() - see ipmi_set_my_address()
 * @user: who asks
 * @channel: 0 .. 15
 * @address: set
 *
 * Return: 0, -EINVAL, -ENODEV.
 */
int ipmi_get_my_address(struct ipmi_user *user, unsigned int channel, unsigned char *address)
{
	int rv = check_channel(user, channel);

	if (!rv)
		*address = READ_ONCE(user->intf->channels[channel].address);
	return rv;
}
EXPORT_SYMBOL(ipmi_get_my_address);

/**
 * ipmi_set_my_LUN() - our LUN on a channel, for every user
 * @user: who sets it
 * @channel: 0 .. 15
 * @LUN: its low two bits are taken
 *
 * Context: any.
 * Return: 0, -EINVAL, -ENODEV.
 */
int ipmi_set_my_LUN(struct ipmi_user *user, unsigned int channel, unsigned char LUN)
{
	int rv = check_channel(user, channel);

	if (!rv)
		WRITE_ONCE(user->intf->channels[channel].lun, LUN & 3);
	return rv;
}
EXPORT_SYMBOL(ipmi_set_my_LUN);

/**
 * ipmi_get_my_LUN() - see ipmi_set_my_LUN()
 * @user: who asks
 * @channel: 0 .. 15
 * @LUN: set
 *
 * Return: 0, -EINVAL, -ENODEV.
 */
int ipmi_get_my_LUN(struct ipmi_user *user, unsigned int channel, unsigned char *LUN)
{
	int rv = check_channel(user, channel);

	if (!rv)
		*LUN = READ_ONCE(user->intf->channels[channel].lun);
	return rv;
}
EXPORT_SYMBOL(ipmi_get_my_LUN);

static struct cmd_receiver *find_receiver_locked(struct ipmi_smi *intf, u8 netfn, u8 cmd,
						 u32 chans)
{
	struct cmd_receiver *rcvr;

	lockdep_assert_held(&intf->run);
	list_for_each_entry(rcvr, &intf->receivers, link)
		if (rcvr->netfn == netfn && rcvr->cmd == cmd && (rcvr->chans & chans))
			return rcvr;
	return NULL;
}

/**
 * user_for_command_locked() - who takes a command that came in
 * @intf: the interface
 * @netfn: its network function
 * @cmd: the command
 * @chan: the channel it came from
 *
 * Return: the user, valid while intf->run is held, or NULL.
 */
struct ipmi_user *user_for_command_locked(struct ipmi_smi *intf, u8 netfn, u8 cmd, u8 chan)
{
	struct cmd_receiver *rcvr = find_receiver_locked(intf, netfn, cmd, BIT(chan));

	return rcvr ? rcvr->user : NULL;
}

/**
 * ipmi_register_for_cmd() - receive commands that others send to this host
 * @user: who wants them
 * @netfn: which network function
 * @cmd: which command
 * @chans: from which channels, a mask of 16 bits; IPMI_CHAN_ALL for all
 *
 * Context: process, may sleep.
 * Return: 0; -EINVAL for no channel at all; -EBUSY if somebody has one of them
 * already; -ENODEV; -ENOMEM.
 */
int ipmi_register_for_cmd(struct ipmi_user *user, unsigned char netfn, unsigned char cmd,
			  unsigned int chans)
{
	struct ipmi_smi *intf = user->intf;
	struct cmd_receiver *rcvr;

	rcvr = kmalloc(sizeof(*rcvr), GFP_KERNEL);
	if (!rcvr)
		return -ENOMEM;
	rcvr->user = user;
	rcvr->netfn = netfn;
	rcvr->cmd = cmd;
	/* There are 16 channels: more bits could never be unregistered again. */
	rcvr->chans = chans & GENMASK(IPMI_NUM_CHANNELS - 1, 0);

	scoped_guard(mutex, &intf->run) {
		int rv = 0;

		if (!user->alive)
			rv = -ENODEV;
		else if (!rcvr->chans)
			rv = chans ? -EINVAL : 0;
		else if (find_receiver_locked(intf, netfn, cmd, rcvr->chans))
			rv = -EBUSY;
		if (rv || !rcvr->chans) {
			/* No channel: nothing to receive, and nothing to keep. */
			kfree(rcvr);
			return rv;
		}
		list_add_tail(&rcvr->link, &intf->receivers);
		user_update_watch_locked(intf);
	}
	return 0;
}
EXPORT_SYMBOL(ipmi_register_for_cmd);

/**
 * ipmi_unregister_for_cmd() - undo it, for some or all of the channels
 * @user: who had them
 * @netfn: which network function
 * @cmd: which command
 * @chans: from which channels
 *
 * Context: process, may sleep.
 * Return: 0, -ENOENT if @user has none of them, -ENODEV.
 */
int ipmi_unregister_for_cmd(struct ipmi_user *user, unsigned char netfn, unsigned char cmd,
			    unsigned int chans)
{
	struct ipmi_smi *intf = user->intf;
	struct cmd_receiver *rcvr, *tmp;
	int rv = -ENOENT;

	guard(mutex)(&intf->run);
	if (!user->alive)
		return -ENODEV;
	list_for_each_entry_safe(rcvr, tmp, &intf->receivers, link) {
		if (rcvr->user != user || rcvr->netfn != netfn || rcvr->cmd != cmd ||
		    !(rcvr->chans & chans))
			continue;
		rv = 0;
		rcvr->chans &= ~chans;
		if (rcvr->chans)
			continue;
		list_del(&rcvr->link);
		kfree(rcvr);
	}
	user_update_watch_locked(intf);
	return rv;
}
EXPORT_SYMBOL(ipmi_unregister_for_cmd);
