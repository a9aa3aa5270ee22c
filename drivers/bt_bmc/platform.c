// SPDX-License-Identifier: GPL-2.0-only
/*
 * bt-bmc: the iBT interface of ASPEED's LPC controller. The module.
 *
 * The driver core probes it from the device tree; the file is file.c's. No lock of its own: the
 * control register and the FIFO are touched under that of file.c, the interrupt's by its handler.
 */
#include <linux/bitfield.h>
#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include <ipmi/compat.h>
#include <ipmi/version.h>

#include "bt_bmc.h"

#define CR0	0x00	/* the host's address and interrupt */
#define CR0_ADDR	GENMASK(31, 16)
#define CR0_IRQ		GENMASK(15, 12)
#define CR0_CLR_RD_PTR	BIT(3)	/* let the BMC clear its pointers */
#define CR0_CLR_WR_PTR	BIT(2)
#define CR0_ENABLE	BIT(0)
#define CR1	0x04	/* which interrupts */
#define CR2	0x08	/* which of them there are; writing 1 clears */
#define CR_H2B_ATN	BIT(0)	/* it was set */
#define CR_H_BUSY	BIT(6)	/* it was cleared */
#define CTRL	0x10
#define DATA	0x14

#define HOST_ADDR 0xe4
#define HOST_IRQ  10

/**
 * struct ibt - an iBT interface
 * @regs: for file.c
 * @base: the registers
 * @bt: the file
 */
struct ibt {
	struct bt_target_regs regs;
	void __iomem *base;
	struct bt_bmc *bt;
};

static void __iomem *base_of(const struct bt_target_regs *regs)
{
	return container_of(regs, struct ibt, regs)->base;
}

static u8 ibt_ctrl(const struct bt_target_regs *regs)
{
	return ioread8(base_of(regs) + CTRL);
}

static void ibt_set_ctrl(const struct bt_target_regs *regs, u8 bits)
{
	iowrite8(bits, base_of(regs) + CTRL);
}

static u8 ibt_get(const struct bt_target_regs *regs)
{
	return ioread8(base_of(regs) + DATA);
}

static void ibt_put(const struct bt_target_regs *regs, u8 val)
{
	iowrite8(val, base_of(regs) + DATA);
}

static void ibt_interrupts(const struct ibt *ibt, bool on)
{
	u32 bits = CR_H2B_ATN | CR_H_BUSY, cr1 = ioread32(ibt->base + CR1);

	iowrite32(on ? cr1 | bits : cr1 & ~bits, ibt->base + CR1);
}

static irqreturn_t ibt_irq(int irq, void *arg)
{
	struct ibt *ibt = arg;
	u32 events = ioread32(ibt->base + CR2) & ioread32(ibt->base + CR1) &
		     (CR_H2B_ATN | CR_H_BUSY);

	if (!events)
		return IRQ_NONE;
	iowrite32(events, ibt->base + CR2);
	bt_bmc_event(ibt->bt);
	return IRQ_HANDLED;
}

static void ibt_enable(const struct ibt *ibt)
{
	iowrite32(FIELD_PREP(CR0_ADDR, HOST_ADDR) | FIELD_PREP(CR0_IRQ, HOST_IRQ) | CR0_CLR_RD_PTR |
		  CR0_CLR_WR_PTR | CR0_ENABLE, ibt->base + CR0);
	bt_target_set_busy(&ibt->regs, false);
}

static int ibt_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct ibt *ibt = devm_kzalloc(dev, sizeof(*ibt), GFP_KERNEL);
	int irq, rv;

	if (!ibt)
		return -ENOMEM;
	ibt->base = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(ibt->base))
		return PTR_ERR(ibt->base);
	irq = platform_get_irq_optional(pdev, 0);
	if (irq == -EPROBE_DEFER)
		return irq;
	ibt->regs = (struct bt_target_regs){ ibt_ctrl, ibt_set_ctrl, ibt_get, ibt_put };
	platform_set_drvdata(pdev, ibt);
	ibt_interrupts(ibt, false);
	/* Once there is a file, the registers are touched under its lock only. */
	ibt_enable(ibt);
	ibt->bt = bt_bmc_add(dev, &ibt->regs, irq > 0);
	if (IS_ERR(ibt->bt))
		return dev_err_probe(dev, PTR_ERR(ibt->bt), "no /dev/ipmi-bt-host\n");
	if (irq > 0) {
		rv = request_irq(irq, ibt_irq, IRQF_SHARED, dev_name(dev), ibt);
		if (rv) {
			bt_bmc_remove(ibt->bt);
			return dev_err_probe(dev, rv, "interrupt %d cannot be used\n", irq);
		}
		ibt_interrupts(ibt, true);
	}
	dev_info(dev, "/dev/ipmi-bt-host is the BT interface that the host has at 0x%x, %s\n",
		 HOST_ADDR, irq > 0 ? "with an interrupt" : "polled");
	return 0;
}

static void ibt_remove(struct platform_device *pdev)
{
	struct ibt *ibt = platform_get_drvdata(pdev);
	int irq = platform_get_irq_optional(pdev, 0);

	ibt_interrupts(ibt, false);
	if (irq > 0)
		free_irq(irq, ibt);
	bt_bmc_remove(ibt->bt);
}

/* A line that is still enabled would tell the next kernel of what it does not expect. */
static void ibt_shutdown(struct platform_device *pdev)
{
	ibt_interrupts(platform_get_drvdata(pdev), false);
}

static const struct of_device_id ibt_ids[] = {
	{ .compatible = "aspeed,ast2400-ibt-bmc" },
	{ .compatible = "aspeed,ast2500-ibt-bmc" },
	{ .compatible = "aspeed,ast2600-ibt-bmc" },
	{}
};
MODULE_DEVICE_TABLE(of, ibt_ids);

static struct platform_driver ibt_driver = {
	.driver = {
		.name = "ipmi-bt-host",
		.of_match_table = ibt_ids,
	},
	.probe = ibt_probe,
	IPMI_PLATFORM_REMOVE(ibt_remove),
	.shutdown = ibt_shutdown,
};
module_platform_driver(ibt_driver);
MODULE_LICENSE("GPL");
MODULE_AUTHOR(IPMI_DRIVERS_AUTHOR);
MODULE_VERSION(IPMI_DRIVERS_VERSION);
MODULE_DESCRIPTION("The BT interface of ASPEED's chips, the BMC's side");
