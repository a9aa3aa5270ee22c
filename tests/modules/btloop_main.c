// SPDX-License-Identifier: GPL-2.0-only
/*
 * btloop: a BT interface of a BMC, with the file of bt-bmc, whose host's side is an interface of
 * ipmi_fake_si. The registers are those of tests/fake/ibt.h. debugfs, btloop/:
 *
 *	regs	the host's registers for a program, by pread() and pwrite() at 0 to 2
 *	present	0 takes the interface away, 1 gives it back
 *	mute	the BMC's interrupt does not come, from the next time on that it is present
 *	accesses	by both sides; 0 begins anew
 *	strike	the access that is struck: a byte that is read has the bits of flip wrong, one that is
 *	written too, or is lost if there are none
 *	flip	see there
 *
 * Lock: the loop's own, a spinlock, inside of all others; nothing is called under it.
 */
#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>

#include <bt_bmc/bt_bmc.h>
#include <fake/ibt.h>

#include "fake_si_join.h"

#define NREGS 3

static struct loop {
	struct ipmi_regs host;
	struct bt_target_regs bmc;
	struct bt_bmc *bt;
	struct platform_device *pdev;
	struct dentry *folder;
	struct mutex adding;
	bool mute;

	spinlock_t lock;
	struct ibt hw;
	bool quiet;
	u32 accesses;
	u32 strike;
	u8 flip;
} loop;

/* Return: whether this access is struck. */
static bool access_locked(void)
{
	lockdep_assert_held(&loop.lock);
	return ++loop.accesses == loop.strike;
}

/* A write that is struck: whether it is lost. */
static bool is_lost_locked(u8 *val)
{
	if (!access_locked())
		return false;
	*val ^= loop.flip;
	return !loop.flip;
}

static u8 host_read(const struct ipmi_regs *regs, unsigned int reg)
{
	u8 val;

	guard(spinlock_irqsave)(&loop.lock);
	val = ibt_host_read(&loop.hw, reg);
	return access_locked() ? val ^ loop.flip : val;
}

static void host_write(const struct ipmi_regs *regs, unsigned int reg, u8 val)
{
	bool tell;

	scoped_guard(spinlock_irqsave, &loop.lock) {
		if (is_lost_locked(&val))
			return;
		ibt_host_write(&loop.hw, reg, val);
		tell = reg == IBT_CTRL && loop.bt && !loop.quiet;
	}
	/* Whoever takes the interface away has first waited for the host's side. */
	if (tell)
		bt_bmc_event(loop.bt);
}

static u8 bmc_ctrl(const struct bt_target_regs *regs)
{
	guard(spinlock_irqsave)(&loop.lock);
	return access_locked() ? loop.hw.ctrl ^ loop.flip : loop.hw.ctrl;
}

static void bmc_set_ctrl(const struct bt_target_regs *regs, u8 bits)
{
	guard(spinlock_irqsave)(&loop.lock);
	if (!is_lost_locked(&bits))
		ibt_bmc_ctrl(&loop.hw, bits);
}

static u8 bmc_get(const struct bt_target_regs *regs)
{
	u8 val;

	guard(spinlock_irqsave)(&loop.lock);
	val = ibt_bmc_get(&loop.hw);
	return access_locked() ? val ^ loop.flip : val;
}

static void bmc_put(const struct bt_target_regs *regs, u8 val)
{
	guard(spinlock_irqsave)(&loop.lock);
	if (!is_lost_locked(&val))
		ibt_bmc_put(&loop.hw, val);
}

static ssize_t regs_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	u8 val;

	if (len != 1 || *pos >= NREGS)
		return -EINVAL;
	val = host_read(&loop.host, *pos);
	return copy_to_user(to, &val, 1) ? -EFAULT : 1;
}

static ssize_t regs_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	u8 val;

	if (len != 1 || *pos >= NREGS)
		return -EINVAL;
	if (copy_from_user(&val, from, 1))
		return -EFAULT;
	/* As an interface of ipmi_fake_si does, so that it is waited for. */
	guard(rcu)();
	host_write(&loop.host, *pos, val);
	return 1;
}

static const struct file_operations regs_ops = {
	.owner = THIS_MODULE,
	.read = regs_read,
	.write = regs_write,
	.llseek = default_llseek,
};

static int present_set(void *data, u64 val)
{
	struct bt_bmc *bt;

	guard(mutex)(&loop.adding);
	if (!val == !loop.bt)
		return 0;
	if (val) {
		bt = bt_bmc_add(&loop.pdev->dev, &loop.bmc, !loop.mute);
		if (IS_ERR(bt))
			return PTR_ERR(bt);
		guard(spinlock_irqsave)(&loop.lock);
		loop.quiet = loop.mute;
		loop.bt = bt;
		return 0;
	}
	bt = loop.bt;
	scoped_guard(spinlock_irqsave, &loop.lock)
		loop.quiet = true;
	synchronize_rcu();
	loop.bt = NULL;
	bt_bmc_remove(bt);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(present_ops, NULL, present_set, "%llu\n");

static int __init btloop_init(void)
{
	int rv;

	mutex_init(&loop.adding);
	spin_lock_init(&loop.lock);
	loop.host.read = host_read;
	loop.host.write = host_write;
	loop.bmc = (struct bt_target_regs){ bmc_ctrl, bmc_set_ctrl, bmc_get, bmc_put };
	loop.hw.ctrl = BT_TARGET_B_BUSY;
	loop.pdev = platform_device_register_simple("btloop", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(loop.pdev))
		return PTR_ERR(loop.pdev);
	rv = present_set(NULL, 1);
	if (rv) {
		platform_device_unregister(loop.pdev);
		return rv;
	}
	loop.folder = debugfs_create_dir("btloop", NULL);
	debugfs_create_file("regs", 0600, loop.folder, NULL, &regs_ops);
	debugfs_create_file_unsafe("present", 0200, loop.folder, NULL, &present_ops);
	debugfs_create_bool("mute", 0600, loop.folder, &loop.mute);
	debugfs_create_u32("accesses", 0600, loop.folder, &loop.accesses);
	debugfs_create_u32("strike", 0600, loop.folder, &loop.strike);
	debugfs_create_x8("flip", 0600, loop.folder, &loop.flip);
	fake_si_join("bt", &loop.host);
	return 0;
}

static void __exit btloop_exit(void)
{
	debugfs_remove_recursive(loop.folder);
	fake_si_join("bt", NULL);
	present_set(NULL, 0);
	platform_device_unregister(loop.pdev);
}

module_init(btloop_init);
module_exit(btloop_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A BMC's BT interface, joined to ipmi_fake_si");
