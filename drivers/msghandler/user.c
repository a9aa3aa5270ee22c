// SPDX-License-Identifier: GPL-2.0-only
/*
 * Users: clients of an interface, their beginning and end.
 *
 * Most of it is the kernel's own API. intf->run guards the list of users; once
 * ipmi_destroy_user() has had it, and the user's worker has ended, no callback is
 * running, and none will.
 */
#include <linux/slab.h>

#include <ipmi/core.h>

#include "msghandler.h"

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
	INIT_LIST_HEAD(&user->inbox);
	INIT_LIST_HEAD(&user->receivers);
	INIT_WORK(&user->work, deliver_work);
	init_completion(&user->ended);
	user->alive = true;
	user->level = PRIVILEGE_ADMIN;
	address_init(user);
	return user;
}

/**
 * user_end_run() - a user gets nothing any more, and is asked for nothing
 * @user: alive or not
 *
 * At its own wish, or because its interface goes away. Its requests that wait for an answer by a
 * bridge end here.
 *
 * Context: any, under intf->run.
 * Return: whether it was alive; then the caller calls user_ended() without the lock.
 */
bool user_end_run(struct ipmi_user *user)
{
	struct ipmi_smi *intf = user->intf;

	lockdep_assert_held(&intf->run);
	if (!user->alive)
		return false;
	WRITE_ONCE(user->alive, false);
	if (user->gets_events)
		intf->nr_listeners--;
	user->gets_events = false;
	bridge_drop_run(intf, user);
	return true;
}

/**
 * user_ended() - the last callback a user gets
 * @user: whom user_end_run() has ended
 *
 * Context: process, may sleep; no lock held.
 */
void user_ended(struct ipmi_user *user)
{
	struct ipmi_smi *intf = user->intf;

	/* It is not queued any more. */
	cancel_work_sync(&user->work);
	command_drop(user);
	scoped_guard(ipmi_bh, &intf->run)
		watch_update_run(intf);
	if (user->handler->shutdown)
		user->handler->shutdown(user->handler_data);
	module_put(user->owner);
	user->owner = NULL;
	complete_all(&user->ended);
}

/**
 * user_end_all() - the interface goes away: its users hear of it
 * @intf: the interface
 *
 * What waits for a client's own worker is delivered first.
 *
 * Context: process, sleeps for the callbacks of clients; no lock held.
 */
void user_end_all(struct ipmi_smi *intf)
{
	struct ipmi_user *user, *found;

	do {
		found = NULL;
		scoped_guard(ipmi_bh, &intf->run) {
			list_for_each_entry(user, &intf->users, link) {
				if (!user->alive)
					continue;
				kref_get(&user->refcount);
				found = user;
				break;
			}
		}
		if (found) {
			bool ends;

			flush_work(&found->work);
			scoped_guard(ipmi_bh, &intf->run)
				ends = user_end_run(found);
			if (ends)
				user_ended(found);
			user_put(found);
		}
	} while (found);
}

static int create(unsigned int if_num, const struct ipmi_user_hndl *handler, void *handler_data,
		  bool atomic, struct ipmi_user **user)
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
	new->atomic = atomic;
	new->pid = task_tgid_nr(current);

	scoped_guard(ipmi_bh, &intf->run) {
		if (!intf->handlers || !try_module_get(intf->owner))
			break;
		new->owner = intf->owner;
		list_add_tail(&new->link, &intf->users);
		/* Before the pre-timeout callback can run, the caller has its user. */
		*user = new;
		watch_update_run(intf);
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
	return create(if_num, handler, handler_data, false, user);
}
EXPORT_SYMBOL(ipmi_create_user);

/**
 * ipmi_core_create_user() - ipmi_create_user() for a client whose callbacks never sleep
 * @if_num: see there
 * @handler: callbacks; but for shutdown() they may be called with soft interrupts off and a lock
 *	of the interface held: they may take note, wake somebody and free a message, no more
 * @handler_data: see there
 * @user: see there
 *
 * Its messages need no worker.
 *
 * Context: process, may sleep.
 * Return: see ipmi_create_user().
 */
int ipmi_core_create_user(unsigned int if_num, const struct ipmi_user_hndl *handler,
			  void *handler_data, struct ipmi_user **user)
{
	return create(if_num, handler, handler_data, true, user);
}
EXPORT_SYMBOL_GPL(ipmi_core_create_user);

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
	struct ipmi_recv_msg *recv, *tmp;
	bool ends;

	scoped_guard(ipmi_bh, &intf->run)
		ends = user_end_run(user);
	if (ends)
		user_ended(user);
	else
		/*
		 * Its interface goes away. Who takes it away is in user_ended(), or has been, where
		 * nothing is waited for but callbacks of this client.
		 */
		wait_for_completion(&user->ended);
	scoped_guard(ipmi_bh, &intf->run)
		list_del(&user->link);
	list_for_each_entry_safe(recv, tmp, &user->inbox, link)
		ipmi_free_recv_msg(recv);
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
 * Answered from what the BMC last said. If that is old it is asked again, for the next caller.
 *
 * Return: 0, -ENODEV if the interface is gone.
 */
int ipmi_get_version(struct ipmi_user *user, unsigned char *major, unsigned char *minor)
{
	u8 version;

	if (!READ_ONCE(user->alive))
		return -ENODEV;
	intf_recheck_if_old(user->intf);
	version = READ_ONCE(user->intf->ipmi_version);
	*major = version & 0xf;
	*minor = version >> 4;
	return 0;
}
EXPORT_SYMBOL(ipmi_get_version);
