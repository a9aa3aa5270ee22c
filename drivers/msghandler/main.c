// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmi_msghandler: the module, its parameters, and what of the kernel's API belongs to no
 * other file.
 */
#define pr_fmt(fmt) "IPMI message handler: " fmt

#include <ipmi/core.h>
#include <ipmi/version.h>

#include "msghandler.h"

struct workqueue_struct *ipmi_wq;
struct workqueue_struct *ipmi_client_wq;

unsigned int ipmi_max_users = 30;
module_param_named(max_users, ipmi_max_users, uint, 0644);
MODULE_PARM_DESC(max_users, "Most users of one interface, kernel users included.");

unsigned int ipmi_max_msgs_per_user = 100;
module_param_named(max_msgs_per_user, ipmi_max_msgs_per_user, uint, 0644);
MODULE_PARM_DESC(max_msgs_per_user, "Most messages one user may have in flight or unread.");

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

	scoped_guard(rwsem_read, &intf->stays) {
		const struct ipmi_smi_handlers *handlers = READ_ONCE(intf->handlers);

		if (!handlers)
			break;
		rv = -ENOTTY;
		if (handlers->get_smi_info)
			rv = handlers->get_smi_info(intf->send_info, data);
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

	/* First, so that no module of another build comes in beside. */
	rv = oneset_init();
	if (rv)
		return rv;
	/* Unbound, so that a busy CPU does not hold up somebody else's BMC. */
	ipmi_wq = alloc_workqueue("ipmi-msghandler", WQ_UNBOUND | WQ_HIGHPRI | WQ_MEM_RECLAIM, 0);
	if (!ipmi_wq) {
		rv = -ENOMEM;
		goto err_oneset;
	}
	/* What clients do in their callbacks may take its time, and memory. */
	ipmi_client_wq = alloc_workqueue("ipmi-clients", WQ_UNBOUND | WQ_HIGHPRI, 0);
	if (!ipmi_client_wq) {
		rv = -ENOMEM;
		goto err_wq;
	}

	rv = bmc_init();
	if (rv)
		goto err_client_wq;
	rv = panic_init();
	if (rv)
		goto err_bmc;
	pr_info("version " IPMI_DRIVERS_VERSION " of ipmi-drivers\n");
	return 0;

err_bmc:
	bmc_exit();
err_client_wq:
	destroy_workqueue(ipmi_client_wq);
err_wq:
	destroy_workqueue(ipmi_wq);
err_oneset:
	oneset_exit();
	return rv;
}

static void __exit ipmi_msghandler_exit(void)
{
	panic_exit();
	/* Transports pin this module, so every interface is gone. */
	destroy_workqueue(ipmi_client_wq);
	destroy_workqueue(ipmi_wq);
	bmc_exit();
	rcu_barrier();
	registry_exit();
	oneset_exit();
}

module_init(ipmi_msghandler_init);
module_exit(ipmi_msghandler_exit);
MODULE_LICENSE("GPL");
MODULE_AUTHOR(IPMI_DRIVERS_AUTHOR);
MODULE_VERSION(IPMI_DRIVERS_VERSION);
MODULE_DESCRIPTION("IPMI message handler: interfaces, their users, and who gets what");
/* Nothing else asks for the character device. */
MODULE_SOFTDEP("post: ipmi_devintf");
