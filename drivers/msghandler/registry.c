// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registry: which interface has which number, and who watches them come and go.
 *
 * A number is reserved while its interface is being asked who it is, and it can be found only
 * once that is known. Called by intf.c, user.c, panic.c, and by clients through the kernel's own
 * API. Lock: ipmi_registry for changes and while watchers are told, RCU for the lookup.
 */
#include <linux/xarray.h>

#include <ipmi/core.h>

#include "msghandler.h"

DEFINE_MUTEX(ipmi_registry);

static DEFINE_XARRAY_ALLOC(interfaces);
static LIST_HEAD(watchers);

/**
 * intf_find() - the interface with a number
 * @number: N of ipmiN
 *
 * Context: any.
 * Return: the interface with a reference taken, NULL if no interface with that
 * number is published.
 */
struct ipmi_smi *intf_find(unsigned int number)
{
	struct ipmi_smi *intf;

	guard(rcu)();
	intf = xa_load(&interfaces, number);
	if (intf && !kref_get_unless_zero(&intf->refcount))
		intf = NULL;
	return intf;
}

/**
 * intf_next() - walk the published interfaces without a lock
 * @number: where to start; set to the number of what was found
 *
 * Context: panic, when nobody else runs.
 * Return: the interface, or NULL at the end.
 */
struct ipmi_smi *intf_next(unsigned long *number)
{
	return xa_find(&interfaces, number, ULONG_MAX, XA_PRESENT);
}

/**
 * intf_reserve_number() - give an interface the lowest free number
 * @intf: the interface; nobody can find it yet
 *
 * Return: 0, -ENOMEM or -EBUSY.
 */
int intf_reserve_number(struct ipmi_smi *intf)
{
	u32 number;
	int rv;

	rv = xa_alloc(&interfaces, &number, NULL, XA_LIMIT(0, INT_MAX), GFP_KERNEL);
	if (!rv)
		intf->number = number;
	return rv;
}

void intf_release_number(struct ipmi_smi *intf)
{
	xa_erase(&interfaces, intf->number);
}

/**
 * ipmi_core_number() - the N of ipmiN
 * @intf: what start_processing() got
 *
 * Context: any.
 * Return: the number, which is the interface's as long as it lives.
 */
int ipmi_core_number(const struct ipmi_smi *intf)
{
	return intf->number;
}
EXPORT_SYMBOL_GPL(ipmi_core_number);

/**
 * ipmi_core_is_program() - is the BMC of an interface a program?
 * @if_num: the N of its ipmiN
 *
 * Context: any.
 * Return: whether its transport has said so; false if there is no such interface.
 */
bool ipmi_core_is_program(unsigned int if_num)
{
	struct ipmi_smi *intf = intf_find(if_num);
	bool yes = intf && intf->program;

	if (intf)
		intf_put(intf);
	return yes;
}
EXPORT_SYMBOL_GPL(ipmi_core_is_program);

/**
 * intf_publish_registry() - make an interface visible to users, and tell the watchers
 * @intf: the interface, whose BMC is known
 */
void intf_publish_registry(struct ipmi_smi *intf)
{
	struct ipmi_smi_watcher *watcher;

	lockdep_assert_held(&ipmi_registry);
	intf->published = true;

	/* The number is reserved, so its place exists and this cannot fail. */
	xa_store(&interfaces, intf->number, intf, GFP_KERNEL);

	list_for_each_entry(watcher, &watchers, link) {
		if (!try_module_get(watcher->owner))
			continue;
		watcher->new_smi(intf->number, intf->dev);
		module_put(watcher->owner);
	}
}

/**
 * intf_unpublish_registry() - hide an interface, and tell the watchers
 * @intf: the interface; it keeps its number until intf_release_number()
 */
void intf_unpublish_registry(struct ipmi_smi *intf)
{
	struct ipmi_smi_watcher *watcher;

	lockdep_assert_held(&ipmi_registry);
	intf->published = false;

	xa_store(&interfaces, intf->number, NULL, GFP_KERNEL);
	list_for_each_entry(watcher, &watchers, link)
		watcher->smi_gone(intf->number);
}

/**
 * ipmi_smi_watcher_register() - hear of every interface, present and to come
 * @watcher: callbacks; they may create and destroy users, send and wait, but not
 *	add or remove watchers or interfaces
 *
 * The interfaces that exist are told before this returns.
 *
 * Context: process, may sleep.
 * Return: 0.
 */
int ipmi_smi_watcher_register(struct ipmi_smi_watcher *watcher)
{
	struct ipmi_smi *intf;
	unsigned long number;

	guard(mutex)(&ipmi_registry);
	list_add(&watcher->link, &watchers);
	xa_for_each(&interfaces, number, intf)
		watcher->new_smi(intf->number, intf->dev);
	return 0;
}
EXPORT_SYMBOL(ipmi_smi_watcher_register);

/**
 * ipmi_smi_watcher_unregister() - hear no more
 * @watcher: what was registered; smi_gone() is not called
 *
 * Context: process, may sleep. No callback runs once this returned.
 * Return: 0.
 */
int ipmi_smi_watcher_unregister(struct ipmi_smi_watcher *watcher)
{
	guard(mutex)(&ipmi_registry);
	list_del(&watcher->link);
	return 0;
}
EXPORT_SYMBOL(ipmi_smi_watcher_unregister);

void registry_exit(void)
{
	WARN_ON(!xa_empty(&interfaces));
	xa_destroy(&interfaces);
}
