// SPDX-License-Identifier: GPL-2.0-only
/*
 * There is no memory for a transport's own messages, as long as the parameter says so:
 *
 *	echo Y >/sys/module/starve/parameters/on
 *
 * What ipmi_alloc_smi_msg() has got goes back again, and its caller gets NULL.
 */
#include <linux/ipmi.h>
#include <linux/ipmi_smi.h>
#include <linux/kprobes.h>
#include <linux/module.h>

static bool on;
module_param(on, bool, 0644);
MODULE_PARM_DESC(on, "Is there no memory?");

static atomic_t refused = ATOMIC_INIT(0);
module_param_named(refused, refused.counter, int, 0444);
MODULE_PARM_DESC(refused, "How often there was none.");

static int starve(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct ipmi_smi_msg *msg = (struct ipmi_smi_msg *)regs_return_value(regs);

	if (!READ_ONCE(on) || !msg)
		return 0;
	atomic_inc(&refused);
	ipmi_free_smi_msg(msg);
	regs_set_return_value(regs, 0);
	return 0;
}

static struct kretprobe probe = {
	.kp.symbol_name = "ipmi_alloc_smi_msg",
	.handler = starve,
	.maxactive = 16,
};

static int __init starve_init(void)
{
	return register_kretprobe(&probe);
}

static void __exit starve_exit(void)
{
	unregister_kretprobe(&probe);
}

module_init(starve_init);
module_exit(starve_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("No memory for what a BMC has to tell");
