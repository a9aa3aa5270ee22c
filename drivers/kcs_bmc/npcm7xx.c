// SPDX-License-Identifier: GPL-2.0-only
/*
 * kcs_bmc_npcm7xx: the KCS channels of Nuvoton's NPCM7xx.
 *
 * The driver core probes a channel from the device tree; its interrupt is shared by all. The host's
 * addresses are set by the host's firmware. No lock of its own: regmap's guards a register.
 */
#include <linux/interrupt.h>
#include <linux/mfd/syscon.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/regmap.h>

#include <ipmi/compat.h>
#include <ipmi/version.h>

#include "kcs_bmc.h"

#define CHANNELS 3

/* of the control register */
#define CTL_IBFIE BIT(0)
#define CTL_OBEIE BIT(1)
/* of the interrupt enable register */
#define IE_IRQE	 BIT(0)
#define IE_HIRQE BIT(3)

/**
 * struct where - the registers of a channel
 * @io: what the core reads and writes
 * @ctl: control, which has the BMC's interrupts
 * @ie: interrupt enable, for both sides
 */
struct where {
	struct kcs_ioreg io;
	u32 ctl;
	u32 ie;
};

static const struct where places[CHANNELS] = {
	{ { .idr = 0x10, .odr = 0x0e, .str = 0x0c }, .ctl = 0x18, .ie = 0x1c },
	{ { .idr = 0x22, .odr = 0x20, .str = 0x1e }, .ctl = 0x2a, .ie = 0x2e },
	{ { .idr = 0x34, .odr = 0x32, .str = 0x30 }, .ctl = 0x3c, .ie = 0x40 },
};

/**
 * struct npcm - a channel
 * @kcs_bmc: for the core
 * @map: all registers of the controller
 * @where: which are the channel's
 */
struct npcm {
	struct kcs_bmc_device kcs_bmc;
	struct regmap *map;
	const struct where *where;
};

static struct npcm *to_npcm(struct kcs_bmc_device *kcs_bmc)
{
	return container_of(kcs_bmc, struct npcm, kcs_bmc);
}

static u8 npcm_inputb(struct kcs_bmc_device *kcs_bmc, u32 reg)
{
	u32 val = 0;

	regmap_read(to_npcm(kcs_bmc)->map, reg, &val);
	return val;
}

static void npcm_outputb(struct kcs_bmc_device *kcs_bmc, u32 reg, u8 b)
{
	regmap_write(to_npcm(kcs_bmc)->map, reg, b);
}

static void npcm_updateb(struct kcs_bmc_device *kcs_bmc, u32 reg, u8 mask, u8 b)
{
	regmap_update_bits(to_npcm(kcs_bmc)->map, reg, mask, b);
}

static void npcm_irq_mask_update(struct kcs_bmc_device *kcs_bmc, u8 mask, u8 enable)
{
	struct npcm *npcm = to_npcm(kcs_bmc);
	u32 which = 0, on = 0;

	if (mask & KCS_BMC_EVENT_TYPE_OBE)
		which |= CTL_OBEIE;
	if (mask & KCS_BMC_EVENT_TYPE_IBF)
		which |= CTL_IBFIE;
	if (enable & KCS_BMC_EVENT_TYPE_OBE)
		on |= CTL_OBEIE;
	if (enable & KCS_BMC_EVENT_TYPE_IBF)
		on |= CTL_IBFIE;
	regmap_update_bits(npcm->map, npcm->where->ctl, which, on);
}

static const struct kcs_bmc_device_ops npcm_ops = {
	.irq_mask_update = npcm_irq_mask_update,
	.io_inputb = npcm_inputb,
	.io_outputb = npcm_outputb,
	.io_updateb = npcm_updateb,
};

static void npcm_enable(struct npcm *npcm, bool on)
{
	u32 bits = IE_IRQE | IE_HIRQE;

	npcm_irq_mask_update(&npcm->kcs_bmc, KCS_BMC_EVENT_TYPE_IBF | KCS_BMC_EVENT_TYPE_OBE, 0);
	regmap_update_bits(npcm->map, npcm->where->ie, bits, on ? bits : 0);
}

static irqreturn_t npcm_irq(int irq, void *arg)
{
	return kcs_bmc_handle_event(arg);
}

static int npcm_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct npcm *npcm;
	u32 channel;
	int irq, rv;

	if (of_property_read_u32(dev->of_node, "kcs_chan", &channel) || !channel ||
	    channel > CHANNELS)
		return dev_err_probe(dev, -ENODEV, "kcs_chan says no channel of 1 to %d\n",
				     CHANNELS);
	npcm = devm_kzalloc(dev, sizeof(*npcm), GFP_KERNEL);
	if (!npcm)
		return -ENOMEM;
	npcm->map = syscon_node_to_regmap(dev->of_node->parent);
	if (IS_ERR(npcm->map))
		return dev_err_probe(dev, -ENODEV, "the parent node has no registers\n");
	irq = platform_get_irq(pdev, 0);
	if (irq < 0)
		return irq;
	npcm->where = &places[channel - 1];
	npcm->kcs_bmc.dev = dev;
	npcm->kcs_bmc.channel = channel;
	npcm->kcs_bmc.ioreg = npcm->where->io;
	npcm->kcs_bmc.ops = &npcm_ops;
	platform_set_drvdata(pdev, npcm);

	npcm_enable(npcm, true);
	rv = kcs_bmc_add_device(&npcm->kcs_bmc);
	if (!rv) {
		/* The core has made the lock, which the handler of a shared line takes at once. */
		rv = devm_request_irq(dev, irq, npcm_irq, IRQF_SHARED, dev_name(dev),
				      &npcm->kcs_bmc);
		if (rv)
			kcs_bmc_remove_device(&npcm->kcs_bmc);
	}
	if (rv) {
		dev_warn(dev, "KCS channel %u cannot be used (error %d)\n", channel, rv);
		npcm_enable(npcm, false);
		return rv;
	}
	dev_info(dev, "KCS channel %u, its registers at 0x%x\n", channel, npcm->where->io.str);
	return 0;
}

static void npcm_remove(struct platform_device *pdev)
{
	struct npcm *npcm = platform_get_drvdata(pdev);

	kcs_bmc_remove_device(&npcm->kcs_bmc);
	npcm_enable(npcm, false);
}

/* A line that is still enabled would tell the next kernel of what it does not expect. */
static void npcm_shutdown(struct platform_device *pdev)
{
	struct npcm *npcm = platform_get_drvdata(pdev);

	npcm_irq_mask_update(&npcm->kcs_bmc, KCS_BMC_EVENT_TYPE_IBF | KCS_BMC_EVENT_TYPE_OBE, 0);
}

static const struct of_device_id npcm_ids[] = {
	{ .compatible = "nuvoton,npcm750-kcs-bmc" },
	{}
};
MODULE_DEVICE_TABLE(of, npcm_ids);

static struct platform_driver npcm_driver = {
	.driver = {
		.name = "npcm-kcs-bmc",
		.of_match_table = npcm_ids,
	},
	.probe = npcm_probe,
	IPMI_PLATFORM_REMOVE(npcm_remove),
	.shutdown = npcm_shutdown,
};
module_platform_driver(npcm_driver);
MODULE_LICENSE("GPL");
MODULE_AUTHOR(IPMI_DRIVERS_AUTHOR);
MODULE_VERSION(IPMI_DRIVERS_VERSION);
MODULE_DESCRIPTION("KCS channels of Nuvoton's NPCM7xx, the BMC's side");
