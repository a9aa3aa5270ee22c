// SPDX-License-Identifier: GPL-2.0-only
/*
 * kcsloop: a KCS channel of a BMC whose host's side is an interface of ipmi_fake_si.
 *
 * One set of registers, with OBF, IBF and CMD as the hardware keeps them. The BMC's drivers are
 * kcs_bmc and its clients, to which this is a device as kcs_bmc_aspeed is; the host's is ipmi_si.
 * debugfs, kcsloop/:
 *
 *	regs	the host's registers for a program, by pread() and pwrite() at 0 (data) and 1 (status)
 *	present	0 takes the device from kcs_bmc, 1 gives it back
 *	cpu	the processor that gets the BMC's interrupts; 4294967295: whoever writes is it
 *	accesses	by both sides; 0 begins anew
 *	strike	the access that is struck: a byte that is read has the bits of flip wrong, one that is
 *	written too, or is lost if there are none
 *	flip	see there
 *
 * Lock: the loop's own, a spinlock, inside of all others; nothing is called under it.
 */
#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/irq_work.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>

#include <kcs_bmc/kcs_bmc.h>

#include "fake_si_join.h"

#define WHOEVER ~0U

enum { IDR, ODR, STR };

static struct loop {
	struct kcs_bmc_device dev;
	struct ipmi_regs host;
	struct platform_device *pdev;
	struct dentry *folder;
	struct mutex adding;
	bool present;
	call_single_data_t call;
	struct irq_work again;
	u32 cpu;

	spinlock_t lock;
	u8 idr;
	u8 odr;
	u8 str;
	u8 events;
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

static void interrupt(struct irq_work *work)
{
	kcs_bmc_handle_event(&loop.dev);
}

/* On the processor that is to get it. In a call of this kind itself no spinlock may be taken. */
static void interrupt_here(void *unused)
{
	irq_work_queue(&loop.again);
}

/* Not under any lock that an interrupt of the BMC takes. */
static void kick(u8 event)
{
	unsigned int cpu = READ_ONCE(loop.cpu);

	if (!(READ_ONCE(loop.events) & event))
		return;
	/* One that has not begun yet serves this too. */
	if (cpu == WHOEVER || !cpu_online(cpu))
		interrupt(NULL);
	else
		smp_call_function_single_async(cpu, &loop.call);
}

static u8 host_read(const struct ipmi_regs *regs, unsigned int reg)
{
	u8 val;

	scoped_guard(spinlock_irqsave, &loop.lock) {
		val = reg ? loop.str : loop.odr;
		if (!reg)
			loop.str &= ~KCS_BMC_STR_OBF;
		if (access_locked())
			val ^= loop.flip;
	}
	if (!reg)
		kick(KCS_BMC_EVENT_TYPE_OBE);
	return val;
}

static void host_write(const struct ipmi_regs *regs, unsigned int reg, u8 val)
{
	scoped_guard(spinlock_irqsave, &loop.lock) {
		if (access_locked()) {
			if (!loop.flip)
				return;
			val ^= loop.flip;
		}
		loop.idr = val;
		loop.str |= KCS_BMC_STR_IBF;
		loop.str &= ~KCS_BMC_STR_CMD_DAT;
		if (reg)
			loop.str |= KCS_BMC_STR_CMD_DAT;
	}
	kick(KCS_BMC_EVENT_TYPE_IBF);
}

static u8 bmc_inputb(struct kcs_bmc_device *dev, u32 reg)
{
	u8 val;

	guard(spinlock_irqsave)(&loop.lock);
	val = reg == IDR ? loop.idr : reg == ODR ? loop.odr : loop.str;
	if (reg == IDR)
		loop.str &= ~KCS_BMC_STR_IBF;
	if (access_locked())
		val ^= loop.flip;
	return val;
}

static void bmc_updateb(struct kcs_bmc_device *dev, u32 reg, u8 mask, u8 val)
{
	guard(spinlock_irqsave)(&loop.lock);
	if (access_locked()) {
		if (!loop.flip)
			return;
		val ^= loop.flip;
	}
	if (reg == ODR) {
		loop.odr = val;
		loop.str |= KCS_BMC_STR_OBF;
	} else if (reg == STR) {
		mask &= ~(KCS_BMC_STR_OBF | KCS_BMC_STR_IBF | KCS_BMC_STR_CMD_DAT);
		loop.str = (loop.str & ~mask) | (val & mask);
	}
}

static void bmc_outputb(struct kcs_bmc_device *dev, u32 reg, u8 val)
{
	bmc_updateb(dev, reg, 0xff, val);
}

/* Under the device's lock. The lines are levels: what is there already comes as an interrupt. */
static void bmc_irq_mask_update(struct kcs_bmc_device *dev, u8 mask, u8 enable)
{
	lockdep_assert_held(&dev->lock);
	guard(spinlock_irqsave)(&loop.lock);
	loop.events = (loop.events & ~mask) | (enable & mask);
	if (loop.events & KCS_BMC_EVENT_TYPE_IBF && loop.str & KCS_BMC_STR_IBF)
		irq_work_queue(&loop.again);
}

static const struct kcs_bmc_device_ops bmc_ops = {
	.irq_mask_update = bmc_irq_mask_update,
	.io_inputb = bmc_inputb,
	.io_outputb = bmc_outputb,
	.io_updateb = bmc_updateb,
};

static ssize_t regs_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	u8 val;

	if (len != 1 || *pos > 1)
		return -EINVAL;
	val = host_read(&loop.host, *pos);
	return copy_to_user(to, &val, 1) ? -EFAULT : 1;
}

static ssize_t regs_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	u8 val;

	if (len != 1 || *pos > 1)
		return -EINVAL;
	if (copy_from_user(&val, from, 1))
		return -EFAULT;
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
	int rv = 0;

	guard(mutex)(&loop.adding);
	if (!val == !loop.present)
		return 0;
	if (val)
		rv = kcs_bmc_add_device(&loop.dev);
	else
		kcs_bmc_remove_device(&loop.dev);
	loop.present = val && !rv;
	irq_work_sync(&loop.again);
	return rv;
}
DEFINE_DEBUGFS_ATTRIBUTE(present_ops, NULL, present_set, "%llu\n");

static int __init kcsloop_init(void)
{
	int rv;

	mutex_init(&loop.adding);
	spin_lock_init(&loop.lock);
	INIT_CSD(&loop.call, interrupt_here, NULL);
	init_irq_work(&loop.again, interrupt);
	loop.cpu = WHOEVER;
	loop.pdev = platform_device_register_simple("kcsloop", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(loop.pdev))
		return PTR_ERR(loop.pdev);
	loop.dev.dev = &loop.pdev->dev;
	loop.dev.channel = 1;
	loop.dev.ioreg = (struct kcs_ioreg){ IDR, ODR, STR };
	loop.dev.ops = &bmc_ops;
	loop.host.read = host_read;
	loop.host.write = host_write;
	rv = present_set(NULL, 1);
	if (rv) {
		platform_device_unregister(loop.pdev);
		return rv;
	}
	loop.folder = debugfs_create_dir("kcsloop", NULL);
	debugfs_create_file("regs", 0600, loop.folder, NULL, &regs_ops);
	debugfs_create_file_unsafe("present", 0200, loop.folder, NULL, &present_ops);
	debugfs_create_u32("cpu", 0600, loop.folder, &loop.cpu);
	debugfs_create_u32("accesses", 0600, loop.folder, &loop.accesses);
	debugfs_create_u32("strike", 0600, loop.folder, &loop.strike);
	debugfs_create_x8("flip", 0600, loop.folder, &loop.flip);
	fake_si_join("kcs", &loop.host);
	return 0;
}

static void __exit kcsloop_exit(void)
{
	debugfs_remove_recursive(loop.folder);
	fake_si_join("kcs", NULL);
	present_set(NULL, 0);
	platform_device_unregister(loop.pdev);
}

module_init(kcsloop_init);
module_exit(kcsloop_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A BMC's KCS channel, joined to ipmi_fake_si");
