// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmi_msghandler: the module, the registry of interfaces, and its watchers.
 *
 * The registry maps interface numbers to interfaces; a number is reserved while
 * its interface is being asked who it is, and it can be found only once that is
 * known. Lock: ipmi_registry for changes and while watchers are told, RCU for
 * the lookup.
 */
#define pr_fmt(fmt) "IPMI message handler: " fmt

#include <linux/xarray.h>

#include <ipmi/core.h>

#include "msghandler.h"

/* Tools and scripts look for this version. */
#define IPMI_DRIVER_VERSION "39.2"

DEFINE_MUTEX(ipmi_registry);
struct workqueue_struct *ipmi_wq;

static DEFINE_XARRAY_ALLOC(interfaces);
static LIST_HEAD(watchers);

unsigned int ipmi_max_users = 30;
module_param_named(max_users, ipmi_max_users, uint, 0644);
MODULE_PARM_DESC(max_users, "Most users of one interface, kernel users included.");

unsigned int ipmi_max_msgs_per_user = 100;
module_param_named(max_msgs_per_user, ipmi_max_msgs_per_user, uint, 0644);
MODULE_PARM_DESC(max_msgs_per_user, "Most messages one user may have in flight or unread.");

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
 * intf_publish_locked() - let the world find an interface, and tell the watchers
 * @intf: the interface, whose BMC is known
 */
void intf_publish_locked(struct ipmi_smi *intf)
{
	struct ipmi_smi_watcher *watcher;

	lockdep_assert_held(&ipmi_registry);

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
 * intf_unpublish_locked() - hide an interface, and tell the watchers
 * @intf: the interface; it keeps its number until intf_release_number()
 */
void intf_unpublish_locked(struct ipmi_smi *intf)
{
	struct ipmi_smi_watcher *watcher;

	lockdep_assert_held(&ipmi_registry);

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

/**
 * ipmi_get_smi_info() - where an interface comes from
 * @if_num: its number
 * @data: filled in; the caller puts @data->dev when done
 *
 * Context: process, may sleep.
 * Return: 0, -EINVAL for an unknown number, -ENOTTY if the transport cannot
 * tell, -ENODEV while it goes away.
 */
int ipmi_get_smi_info(int if_num, struct ipmi_smi_info *data)
{
	struct ipmi_smi *intf = if_num < 0 ? NULL : intf_find(if_num);
	int rv = -ENODEV;

	if (!intf)
		return -EINVAL;

	scoped_guard(mutex, &intf->run) {
		if (!intf->handlers)
			break;
		rv = -ENOTTY;
		if (intf->handlers->get_smi_info)
			rv = intf->handlers->get_smi_info(intf->send_info, data);
	}
	intf_put(intf);
	return rv;
}
EXPORT_SYMBOL(ipmi_get_smi_info);

static const char *const addr_src_names[] = {
	[SI_INVALID] = "invalid",
	[SI_HOTMOD] = "hotmod",
	[SI_HARDCODED] = "hardcoded",
	[SI_SPMI] = "SPMI",
	[SI_ACPI] = "ACPI",
	[SI_SMBIOS] = "SMBIOS",
	[SI_PCI] = "PCI",
	[SI_DEVICETREE] = "device-tree",
	[SI_PLATFORM] = "platform",
};

/**
 * ipmi_addr_src_to_str() - the word for a source of interfaces
 * @src: the source
 *
 * Context: any.
 * Return: a word for logs, "invalid" for what is none.
 */
const char *ipmi_addr_src_to_str(enum ipmi_addr_src src)
{
	if (src >= SI_LAST)
		src = SI_INVALID;
	return addr_src_names[src];
}
EXPORT_SYMBOL(ipmi_addr_src_to_str);

/**
 * ipmi_addr_length() - how long an address of a type is
 * @addr_type: IPMI_*_ADDR_TYPE
 *
 * Return: bytes, 0 for an unknown type.
 */
unsigned int ipmi_addr_length(int addr_type)
{
	return codec_addr_length(addr_type);
}
EXPORT_SYMBOL(ipmi_addr_length);

/**
 * ipmi_validate_addr() - check an address that came from outside
 * @addr: the address
 * @len: how many bytes of it there are
 *
 * Return: 0 or -EINVAL.
 */
int ipmi_validate_addr(struct ipmi_addr *addr, int len)
{
	return codec_validate_addr(addr, len);
}
EXPORT_SYMBOL(ipmi_validate_addr);

/**
 * ipmb_checksum() - the IPMB checksum, a two's complement sum
 * @data: the bytes
 * @size: how many
 *
 * Return: what makes the sum of all of them zero.
 */
unsigned char ipmb_checksum(unsigned char *data, int size)
{
	return codec_checksum(data, size);
}
EXPORT_SYMBOL(ipmb_checksum);

static int __init ipmi_msghandler_init(void)
{
	int rv;

	/* Unbound, so that a busy CPU does not hold up somebody else's BMC. */
	ipmi_wq = alloc_workqueue("ipmi-msghandler", WQ_UNBOUND | WQ_HIGHPRI, 0);
	if (!ipmi_wq)
		return -ENOMEM;

	rv = bmc_init();
	if (rv)
		goto err_wq;
	rv = panic_init();
	if (rv)
		goto err_bmc;
	pr_info("version " IPMI_DRIVER_VERSION "\n");
	return 0;

err_bmc:
	bmc_exit();
err_wq:
	destroy_workqueue(ipmi_wq);
	return rv;
}

static void __exit ipmi_msghandler_exit(void)
{
	panic_exit();
	/* Transports pin this module, so every interface is gone. */
	destroy_workqueue(ipmi_wq);
	bmc_exit();
	rcu_barrier();
	WARN_ON(!xa_empty(&interfaces));
	xa_destroy(&interfaces);
}

module_init(ipmi_msghandler_init);
module_exit(ipmi_msghandler_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("IPMI message handler: interfaces, their users, and who gets what");
MODULE_VERSION(IPMI_DRIVER_VERSION);
/* Nothing else asks for the character device. */
MODULE_SOFTDEP("post: ipmi_devintf");
