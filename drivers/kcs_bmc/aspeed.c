// SPDX-License-Identifier: GPL-2.0-only
/*
 * kcs_bmc_aspeed: the four KCS channels of the LPC controller of ASPEED's chips.
 *
 * The driver core probes a channel from the device tree. Which registers it has is
 * aspeed_channel.c's; here is what happens to them, and when. The controller has no interrupt for a
 * byte that the host has read (OBE); a timer looks for it. Lock: none of its own; regmap's guards a
 * register, and the device's is what the core takes.
 */
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/mfd/syscon.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/regmap.h>

#include <ipmi/compat.h>
#include <ipmi/version.h>

#include "aspeed.h"

#define ALL_EVENTS (KCS_BMC_EVENT_TYPE_IBF | KCS_BMC_EVENT_TYPE_OBE)
/* Looks for a byte that the host has read, while somebody wants to know. */
#define OBE_MS 10

static struct aspeed *to_aspeed(struct kcs_bmc_device *kcs_bmc)
{
	return container_of(kcs_bmc, struct aspeed, kcs_bmc);
}

static u8 aspeed_inputb(struct kcs_bmc_device *kcs_bmc, u32 reg)
{
	u32 val = 0;

	regmap_read(to_aspeed(kcs_bmc)->map, reg, &val);
	return val;
}

static void aspeed_outputb(struct kcs_bmc_device *kcs_bmc, u32 reg, u8 b)
{
	struct aspeed *a = to_aspeed(kcs_bmc);

	regmap_write(a->map, reg, b);
	/* The host's interrupt tells of a byte for it. */
	if (reg == kcs_bmc->ioreg.odr && a->host_irq.id)
		aspeed_channel_assert(a);
}

static void aspeed_updateb(struct kcs_bmc_device *kcs_bmc, u32 reg, u8 mask, u8 b)
{
	regmap_update_bits(to_aspeed(kcs_bmc)->map, reg, mask, b);
}

static void obe_look(struct timer_list *timer)
{
	struct aspeed *a = container_of(timer, struct aspeed, obe);

	if (!READ_ONCE(a->obe_wanted))
		return;
	if (kcs_bmc_read_status(&a->kcs_bmc) & KCS_BMC_STR_OBF)
		mod_timer(timer, jiffies + msecs_to_jiffies(OBE_MS));
	else
		kcs_bmc_handle_event(&a->kcs_bmc);
}

/* The timer's handler takes the device's lock, which is held here: it is not waited for. */
static void aspeed_irq_mask_update(struct kcs_bmc_device *kcs_bmc, u8 mask, u8 enable)
{
	struct aspeed *a = to_aspeed(kcs_bmc);

	if (mask & KCS_BMC_EVENT_TYPE_IBF)
		aspeed_channel_interrupt(a, enable & KCS_BMC_EVENT_TYPE_IBF);
	if (!(mask & KCS_BMC_EVENT_TYPE_OBE))
		return;
	WRITE_ONCE(a->obe_wanted, enable & KCS_BMC_EVENT_TYPE_OBE);
	if (a->obe_wanted)
		mod_timer(&a->obe, jiffies + 1);
}

static const struct kcs_bmc_device_ops aspeed_ops = {
	.irq_mask_update = aspeed_irq_mask_update,
	.io_inputb = aspeed_inputb,
	.io_outputb = aspeed_outputb,
	.io_updateb = aspeed_updateb,
};

static irqreturn_t aspeed_irq(int irq, void *arg)
{
	return kcs_bmc_handle_event(arg);
}

static const struct of_device_id lpc_ids[] __maybe_unused = {
	{ .compatible = "aspeed,ast2400-lpc-v2" },
	{ .compatible = "aspeed,ast2500-lpc-v2" },
	{ .compatible = "aspeed,ast2600-lpc-v2" },
	{}
};

/* What the device tree says: channel (by its registers), and the host's addresses and interrupt. */
static int describe(struct aspeed *a, struct device *dev)
{
	struct device_node *np = dev->of_node;
	u32 irq[2];
	int n;

	if (!np->parent || !of_match_node(lpc_ids, np->parent))
		return dev_err_probe(dev, -ENODEV, "the parent node is no LPC controller\n");
	a->map = syscon_node_to_regmap(np->parent);
	if (IS_ERR(a->map))
		return dev_err_probe(dev, -ENODEV, "the parent node has no registers\n");
	/* The registers' offsets in the controller, each with a length. */
	if (of_property_read_u32_index(np, "reg", 0, &a->kcs_bmc.ioreg.idr) ||
	    of_property_read_u32_index(np, "reg", 2, &a->kcs_bmc.ioreg.odr) ||
	    of_property_read_u32_index(np, "reg", 4, &a->kcs_bmc.ioreg.str) ||
	    aspeed_channel_find(a))
		return dev_err_probe(dev, -EINVAL, "reg says the registers of no channel\n");

	n = of_property_read_variable_u32_array(np, "aspeed,lpc-io-reg", a->addr, 1, 2);
	if (n < 0)
		return dev_err_probe(dev, n, "aspeed,lpc-io-reg says no address\n");
	a->addrs = n;
	n = of_property_read_variable_u32_array(np, "aspeed,lpc-interrupts", irq, 2, 2);
	if (n == -EINVAL)
		return 0;
	if (n < 0)
		return dev_err_probe(dev, n, "aspeed,lpc-interrupts says no interrupt\n");
	a->host_irq = (struct aspeed_host_irq){ .id = irq[0], .type = irq[1] };
	return 0;
}

static void aspeed_quiet(struct aspeed *a)
{
	aspeed_channel_interrupt(a, false);
	WRITE_ONCE(a->obe_wanted, false);
}

static int start(struct aspeed *a, struct device *dev, int irq)
{
	int rv;

	aspeed_quiet(a);
	rv = aspeed_channel_set_address(a);
	if (rv)
		return dev_err_probe(dev, rv, "this channel cannot have that address\n");
	rv = aspeed_channel_set_host_irq(a);
	if (rv)
		return dev_err_probe(dev, rv, "this channel cannot have that interrupt\n");
	aspeed_channel_enable(a, true);
	rv = kcs_bmc_add_device(&a->kcs_bmc);
	if (!rv) {
		/* The core has made the lock, which the handler of a shared line takes at once. */
		rv = devm_request_irq(dev, irq, aspeed_irq, IRQF_SHARED, dev_name(dev),
				      &a->kcs_bmc);
		if (rv)
			kcs_bmc_remove_device(&a->kcs_bmc);
	}
	if (rv) {
		dev_warn(dev, "KCS channel %u cannot be used (error %d)\n", a->kcs_bmc.channel, rv);
		aspeed_channel_enable(a, false);
		aspeed_quiet(a);
		timer_shutdown_sync(&a->obe);
	}
	return rv;
}

static int aspeed_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct aspeed *a = devm_kzalloc(dev, sizeof(*a), GFP_KERNEL);
	int irq, rv;

	if (!a)
		return -ENOMEM;
	rv = describe(a, dev);
	if (rv)
		return rv;
	irq = platform_get_irq(pdev, 0);
	if (irq < 0)
		return irq;
	a->kcs_bmc.dev = dev;
	a->kcs_bmc.ops = &aspeed_ops;
	timer_setup(&a->obe, obe_look, 0);
	platform_set_drvdata(pdev, a);
	rv = start(a, dev, irq);
	if (!rv)
		dev_info(dev, "KCS channel %u, for the host at 0x%x\n", a->kcs_bmc.channel,
			 a->addr[0]);
	return rv;
}

static void aspeed_remove(struct platform_device *pdev)
{
	struct aspeed *a = platform_get_drvdata(pdev);

	kcs_bmc_remove_device(&a->kcs_bmc);
	aspeed_channel_enable(a, false);
	aspeed_quiet(a);
	timer_shutdown_sync(&a->obe);
}

/* A line that is still enabled would tell the next kernel of what it does not expect. */
static void aspeed_shutdown(struct platform_device *pdev)
{
	aspeed_quiet(platform_get_drvdata(pdev));
}

static const struct of_device_id aspeed_ids[] = {
	{ .compatible = "aspeed,ast2400-kcs-bmc-v2" },
	{ .compatible = "aspeed,ast2500-kcs-bmc-v2" },
	{ .compatible = "aspeed,ast2600-kcs-bmc" },
	{}
};
MODULE_DEVICE_TABLE(of, aspeed_ids);

static struct platform_driver aspeed_driver = {
	.driver = {
		.name = "ast-kcs-bmc",
		.of_match_table = aspeed_ids,
	},
	.probe = aspeed_probe,
	IPMI_PLATFORM_REMOVE(aspeed_remove),
	.shutdown = aspeed_shutdown,
};
module_platform_driver(aspeed_driver);
MODULE_LICENSE("GPL");
MODULE_AUTHOR(IPMI_DRIVERS_AUTHOR);
MODULE_VERSION(IPMI_DRIVERS_VERSION);
MODULE_DESCRIPTION("KCS channels of ASPEED's chips, the BMC's side");
