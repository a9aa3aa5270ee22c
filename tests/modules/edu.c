// SPDX-License-Identifier: GPL-2.0-only
/*
 * A neighbour on an interrupt line: QEMU's device "edu", which raises its interrupt when it is
 * told to. It is, every 2 ms, if the last one was seen, and the time until it is seen is
 * summed up:
 *
 *	cat /sys/module/edu/parameters/latency		COUNT SUM_US WORST_US
 *	echo >/sys/module/edu/parameters/latency	from now on
 *
 * The time runs from when the interrupt should have been raised, so that a processor whose
 * interrupts are off counts too; one that has not been seen yet counts as well.
 */
#include <linux/cleanup.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/spinlock.h>

#include <ipmi/compat.h>

/* QEMU's docs/specs/edu */
#define EDU_STATUS	0x24
#define EDU_RAISE	0x60
#define EDU_ACK		0x64

#define PERIOD_US	2000

static void __iomem *regs;
static struct hrtimer timer;

static DEFINE_SPINLOCK(lock);
static bool raised;
static ktime_t since;
static unsigned long count;
static u64 sum_us, worst_us;

static u64 age_us(void)
{
	return max_t(s64, ktime_us_delta(ktime_get(), since), 0);
}

static irqreturn_t on_line(int irq, void *unused)
{
	u32 status = readl(regs + EDU_STATUS);
	u64 us;

	if (!status)
		return IRQ_NONE;
	writel(status, regs + EDU_ACK);
	guard(spinlock_irqsave)(&lock);
	if (!raised)
		return IRQ_HANDLED;
	us = age_us();
	raised = false;
	count++;
	sum_us += us;
	worst_us = max(worst_us, us);
	return IRQ_HANDLED;
}

static enum hrtimer_restart on_time(struct hrtimer *t)
{
	guard(spinlock_irqsave)(&lock);
	if (!raised) {
		raised = true;
		since = hrtimer_get_expires(t);
		writel(1, regs + EDU_RAISE);
	}
	hrtimer_forward_now(t, ns_to_ktime(PERIOD_US * NSEC_PER_USEC));
	return HRTIMER_RESTART;
}

static int latency_get(char *buffer, const struct kernel_param *kp)
{
	u64 sum, worst;

	guard(spinlock_irqsave)(&lock);
	sum = sum_us;
	worst = worst_us;
	if (raised) {
		sum += age_us();
		worst = max(worst, age_us());
	}
	return sysfs_emit(buffer, "%lu %llu %llu\n", count + raised, sum, worst);
}

static int latency_set(const char *val, const struct kernel_param *kp)
{
	guard(spinlock_irqsave)(&lock);
	count = 0;
	sum_us = 0;
	worst_us = 0;
	return 0;
}

static const struct kernel_param_ops latency_ops = { .get = latency_get, .set = latency_set };
module_param_cb(latency, &latency_ops, NULL, 0600);

static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int rv = pcim_enable_device(pdev);

	if (rv)
		return rv;
	regs = pcim_iomap(pdev, 0, 0);
	if (!regs)
		return -ENOMEM;
	ipmi_hrtimer_setup(&timer, on_time, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	rv = request_irq(pdev->irq, on_line, IRQF_SHARED, "edu", pdev);
	if (!rv)
		hrtimer_start(&timer, ns_to_ktime(PERIOD_US * NSEC_PER_USEC), HRTIMER_MODE_REL);
	return rv;
}

static void edu_remove(struct pci_dev *pdev)
{
	hrtimer_cancel(&timer);
	free_irq(pdev->irq, pdev);
}

static const struct pci_device_id edu_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };

static struct pci_driver edu = {
	.name = "edu",
	.id_table = edu_ids,
	.probe = edu_probe,
	.remove = edu_remove,
};
module_pci_driver(edu);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A neighbour that measures how late its interrupts are");
