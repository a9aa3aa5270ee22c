// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts of a device that has no driver, on a line that others share: QEMU's "edu" raises
 * them, and this module takes them back without claiming one. Its registers: QEMU's docs/specs/edu.
 *
 *	raise	write how many, one after the other
 *	seen	how many were
 */
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/pci.h>

#define REG_STATUS	0x24	/* of interrupts */
#define REG_RAISE	0x60
#define REG_ACK		0x64

#define WAIT_US		100000	/* for one of them */

static struct pci_dev *edu;
static void __iomem *regs;

static unsigned int seen;
module_param(seen, uint, 0444);

static irqreturn_t on_irq(int irq, void *data)
{
	u32 status = ioread32(regs + REG_STATUS);

	if (status) {
		iowrite32(status, regs + REG_ACK);
		WRITE_ONCE(seen, seen + 1);
	}
	return IRQ_NONE;
}

static int raise_set(const char *val, const struct kernel_param *kp)
{
	unsigned int n, before, us;
	int rv = kstrtouint(val, 0, &n);

	if (rv)
		return rv;
	while (n--) {
		before = READ_ONCE(seen);
		iowrite32(1, regs + REG_RAISE);
		for (us = 0; us < WAIT_US && READ_ONCE(seen) == before; us += 10)
			udelay(10);
		if (READ_ONCE(seen) == before)
			return -ETIMEDOUT;
		cond_resched();
	}
	return 0;
}

static const struct kernel_param_ops raise_ops = { .set = raise_set };
module_param_cb(raise, &raise_ops, NULL, 0200);

static int __init edu_irq_init(void)
{
	int rv;

	edu = pci_get_device(0x1234, 0x11e8, NULL);
	if (!edu)
		return -ENODEV;
	rv = pci_enable_device(edu);
	if (rv)
		goto err_put;
	regs = pci_iomap(edu, 0, 0);
	if (!regs) {
		rv = -ENOMEM;
		goto err_disable;
	}
	rv = request_irq(edu->irq, on_irq, IRQF_SHARED, "edu_irq", edu);
	if (!rv)
		return 0;
	pci_iounmap(edu, regs);
err_disable:
	pci_disable_device(edu);
err_put:
	pci_dev_put(edu);
	return rv;
}

static void __exit edu_irq_exit(void)
{
	free_irq(edu->irq, edu);
	pci_iounmap(edu, regs);
	pci_disable_device(edu);
	pci_dev_put(edu);
}

module_init(edu_irq_init);
module_exit(edu_irq_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Interrupts that are nobody's, for a test");
