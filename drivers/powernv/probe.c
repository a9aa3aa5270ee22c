// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmi_powernv: the module, and how an interface comes and goes.
 *
 * The kernel makes the device of the firmware's node /ibm,opal/ipmi. There is an interface once
 * the BMC has answered, which may be late: engine.c asks it, and a work brings the interface to
 * the core then. Called by the driver core. Lock: pnv->lock.
 */
#include <linux/interrupt.h>
#include <linux/irqdomain.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_irq.h>
#include <linux/platform_device.h>

#include <asm/opal.h>

#include <ipmi/core.h>
#include <ipmi/version.h>

#include "powernv.h"

/* Bounds, all of them in Documentation/house. */
#define ADD_PAUSE_MIN	HZ
#define ADD_PAUSE_MAX	(60 * HZ)
#define LOAD_BOUND_MS	3000

static void add_work(struct work_struct *work)
{
	struct powernv *pnv = container_of(work, struct powernv, add.work);
	int rv;

	/* Where the BMC is away, its answer begins this again. */
	if (pnv->added || READ_ONCE(pnv->removing) || READ_ONCE(pnv->state) == POWERNV_AWAY)
		return;
	rv = ipmi_add_smi(THIS_MODULE, &powernv_handlers, pnv, pnv->dev, 0);
	WRITE_ONCE(pnv->added, !rv);
	complete_all(&pnv->tried);
	if (!rv || READ_ONCE(pnv->removing))
		return;
	if (!pnv->told_absent)
		dev_warn(pnv->dev, "no interface (error %d); it is tried again\n", rv);
	pnv->told_absent = true;
	pnv->pause = clamp_t(unsigned int, pnv->pause * 2, ADD_PAUSE_MIN, ADD_PAUSE_MAX);
	queue_delayed_work(system_unbound_wq, &pnv->add, pnv->pause);
}

static irqreturn_t powernv_irq(int irq, void *data)
{
	struct powernv *pnv = data;

	powernv_count(pnv, POWERNV_INTERRUPTS);
	guard(spinlock_irqsave)(&pnv->lock);
	return IRQ_RETVAL(engine_receive_locked(pnv));
}

static void dispose_mapping(void *data)
{
	struct powernv *pnv = data;

	irq_dispose_mapping(pnv->irq);
}

/*
 * The event of the firmware that says that there is an answer. On POWER8 its node does not say
 * whose interrupt it is.
 */
static int get_irq(struct powernv *pnv, u32 event)
{
	int rv = of_irq_get(pnv->dev->of_node, 0);

	if (rv == -EPROBE_DEFER)
		return rv;
	pnv->irq = rv > 0 ? rv : opal_event_request(event);
	if (pnv->irq <= 0) {
		pnv->irq = 0;
		return 0;
	}
	rv = devm_add_action_or_reset(pnv->dev, dispose_mapping, pnv);
	if (rv)
		return rv;
	return devm_request_irq(pnv->dev, pnv->irq, powernv_irq, IRQ_TYPE_LEVEL_HIGH, "opal-ipmi",
				pnv);
}

static int powernv_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct powernv *pnv;
	u32 id, event;
	int rv;

	if (of_property_read_u32(dev->of_node, "ibm,ipmi-interface-id", &id) ||
	    of_property_read_u32(dev->of_node, "interrupts", &event)) {
		dev_warn(dev, "its node in the device tree lacks ibm,ipmi-interface-id or interrupts\n");
		return -EINVAL;
	}
	pnv = devm_kzalloc(dev, sizeof(*pnv), GFP_KERNEL);
	if (!pnv)
		return -ENOMEM;
	pnv->dev = dev;
	pnv->id = id;
	pnv->number = -1;
	INIT_DELAYED_WORK(&pnv->add, add_work);
	init_completion(&pnv->tried);
	engine_init(pnv);
	platform_set_drvdata(pdev, pnv);
	rv = get_irq(pnv, event);
	if (rv)
		return rv;
	if (!pnv->irq)
		dev_info(dev, "the firmware's event %u has no interrupt: it is polled\n", event);
	queue_delayed_work(system_unbound_wq, &pnv->look, 0);
	/* So that a script can go on to use it; but a BMC that is slow does not hold it up. */
	if (!wait_for_completion_timeout(&pnv->tried, msecs_to_jiffies(LOAD_BOUND_MS)) &&
	    READ_ONCE(pnv->state) == POWERNV_AWAY)
		dev_warn(dev, "BMC does not answer yet; there is no interface until it does\n");
	return 0;
}

/* What the firmware still has comes to whoever is next, and is dropped there. */
static void powernv_remove(struct platform_device *pdev)
{
	struct powernv *pnv = platform_get_drvdata(pdev);

	/* If the core is just asking the BMC who it is, it is not to wait for that. */
	scoped_guard(powernv_task, pnv) {
		if (!pnv->added) {
			WRITE_ONCE(pnv->removing, true);
			engine_end_locked(pnv, IPMI_BUS_ERR);
		}
	}
	cancel_delayed_work_sync(&pnv->add);
	/* The last requests of its users, which stop a watchdog's timer, still go out. */
	if (pnv->added)
		ipmi_unregister_smi(pnv->told);
	scoped_guard(powernv_task, pnv)
		WRITE_ONCE(pnv->removing, true);
	cancel_delayed_work_sync(&pnv->add);
	cancel_delayed_work_sync(&pnv->look);
}

static const struct of_device_id powernv_ids[] = {
	{ .compatible = "ibm,opal-ipmi" },
	{ }
};
MODULE_DEVICE_TABLE(of, powernv_ids);

static struct platform_driver powernv_driver = {
	.driver = {
		.name = "ipmi-powernv",
		.of_match_table = powernv_ids,
		.dev_groups = powernv_groups,
	},
	.probe = powernv_probe,
	IPMI_PLATFORM_REMOVE(powernv_remove),
};
module_platform_driver(powernv_driver);

MODULE_LICENSE("GPL");
MODULE_AUTHOR(IPMI_DRIVERS_AUTHOR);
MODULE_VERSION(IPMI_DRIVERS_VERSION);
MODULE_DESCRIPTION("IPMI through OPAL, the firmware of PowerNV machines");
