// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmi_ipmb: the module, and how an interface comes and goes.
 *
 * An I2C client comes from a device tree, or from sysfs (new_device). There is an interface once
 * the BMC has answered, which may be late: engine.c asks it, and a work brings the interface to the
 * core then. Called by the I2C core. Lock: ipmb->lock.
 */
#include <linux/module.h>
#include <linux/of.h>
#include <linux/property.h>
#include <linux/slab.h>

#include <ipmi/core.h>
#include <ipmi/version.h>

#include "ipmb.h"

/* Bounds, all of them in Documentation/house. */
#define ADD_PAUSE_MIN	HZ
#define ADD_PAUSE_MAX	(60 * HZ)
#define LOAD_BOUND_MS	3000
#define RETRY_MS_MAX	10000
#define RETRIES_MAX	16

static int bmcaddr = 0x20;
module_param(bmcaddr, int, 0644);
MODULE_PARM_DESC(bmcaddr, "The BMC's address, in 8 bits.");

static uint retry_time_ms = 250;
module_param(retry_time_ms, uint, 0644);
MODULE_PARM_DESC(retry_time_ms, "Time for an answer, before the request is sent again, in ms.");

static uint max_retries = 1;
module_param(max_retries, uint, 0644);
MODULE_PARM_DESC(max_retries, "How often it is sent again.");

static void add_work(struct work_struct *work)
{
	struct ipmb *ipmb = container_of(work, struct ipmb, add.work);
	int rv;

	/* Where the BMC is away, its answer begins this again. */
	if (ipmb->added || READ_ONCE(ipmb->removing) || READ_ONCE(ipmb->state) == IPMB_AWAY)
		return;
	rv = ipmi_add_smi(THIS_MODULE, &ipmb_handlers, ipmb, ipmb->dev, ipmb->bmc);
	WRITE_ONCE(ipmb->added, !rv);
	complete_all(&ipmb->tried);
	if (!rv || READ_ONCE(ipmb->removing))
		return;
	if (!ipmb->told_absent)
		dev_warn(ipmb->dev, "no interface (error %d); it is tried again\n", rv);
	ipmb->told_absent = true;
	ipmb->pause = clamp_t(unsigned int, ipmb->pause * 2, ADD_PAUSE_MIN, ADD_PAUSE_MAX);
	queue_delayed_work(system_unbound_wq, &ipmb->add, ipmb->pause);
}

/* The device tree knows better than the parameters. */
static int get_settings(struct ipmb *ipmb)
{
	u32 ms = READ_ONCE(retry_time_ms), retries = READ_ONCE(max_retries);
	int address = READ_ONCE(bmcaddr);
	u8 byte;

	if (!device_property_read_u8(ipmb->dev, "bmcaddr", &byte))
		address = byte;
	device_property_read_u32(ipmb->dev, "retry-time", &ms);
	device_property_read_u32(ipmb->dev, "max-retries", &retries);
	if (address <= 0 || address > 0xff || address & 1) {
		dev_notice(ipmb->dev, "bmcaddr 0x%x is no address of a BMC: it is even, 2 to 0xfe\n",
			   address);
		return -EINVAL;
	}
	ipmb->bmc = address;
	ipmb->own = ipmb->client->addr << 1;
	ipmb->retry_ms = clamp_t(u32, ms, 1, RETRY_MS_MAX);
	ipmb->max_retries = min_t(u32, retries, RETRIES_MAX);
	return 0;
}

static void end_queue(void *wq)
{
	destroy_workqueue(wq);
}

static int ipmb_probe(struct i2c_client *client)
{
	struct device *dev = &client->dev;
	struct ipmb *ipmb = devm_kzalloc(dev, sizeof(*ipmb), GFP_KERNEL);
	int rv;

	if (!ipmb)
		return -ENOMEM;
	ipmb->dev = dev;
	ipmb->client = client;
	ipmb->number = -1;
	INIT_DELAYED_WORK(&ipmb->add, add_work);
	init_completion(&ipmb->tried);
	rv = get_settings(ipmb);
	if (rv)
		return rv;
	ipmb->wq = alloc_ordered_workqueue("kipmb%04x", WQ_HIGHPRI, client->addr);
	if (!ipmb->wq)
		return -ENOMEM;
	rv = devm_add_action_or_reset(dev, end_queue, ipmb->wq);
	if (rv)
		return rv;
	ipmb_engine_init(ipmb);
	i2c_set_clientdata(client, ipmb);
	rv = ipmb_bus_init(ipmb);
	if (rv)
		return rv;
	queue_delayed_work(ipmb->wq, &ipmb->run, 0);
	/* So that a script can go on to use it; but a BMC that is slow does not hold it up. */
	if (!wait_for_completion_timeout(&ipmb->tried, msecs_to_jiffies(LOAD_BOUND_MS)) &&
	    READ_ONCE(ipmb->state) == IPMB_AWAY)
		dev_warn(dev, "BMC does not answer yet; there is no interface until it does\n");
	return 0;
}

static IPMI_I2C_REMOVE_RET ipmb_remove(struct i2c_client *client)
{
	struct ipmb *ipmb = i2c_get_clientdata(client);

	/* If the core is just asking the BMC who it is, it is not to wait for that. */
	scoped_guard(ipmb_task, ipmb) {
		if (!ipmb->added) {
			WRITE_ONCE(ipmb->removing, true);
			ipmb_engine_end_locked(ipmb, IPMI_BUS_ERR);
		}
	}
	cancel_delayed_work_sync(&ipmb->add);
	/* Who uses the interface may send the BMC a last command. */
	if (ipmb->added)
		ipmi_unregister_smi(ipmb->told);
	scoped_guard(spinlock_irqsave, &ipmb->lock)
		WRITE_ONCE(ipmb->removing, true);
	ipmb_bus_end(ipmb);
	cancel_delayed_work_sync(&ipmb->run);
	cancel_delayed_work_sync(&ipmb->add);
	IPMI_I2C_REMOVE_DONE;
}

static const struct i2c_device_id i2c_ids[] = {
	{ "ipmi-ipmb" },
	{ }
};
MODULE_DEVICE_TABLE(i2c, i2c_ids);

static const struct of_device_id of_ids[] = {
	{ .type = "ipmi", .compatible = "ipmi-ipmb" },
	{ }
};
MODULE_DEVICE_TABLE(of, of_ids);

static struct i2c_driver ipmb_driver = {
	.driver = {
		.name = "ipmi-ipmb",
		.of_match_table = of_ids,
		.dev_groups = ipmb_groups,
	},
	.ipmi_i2c_probe = ipmb_probe,
	.remove = ipmb_remove,
	.id_table = i2c_ids,
};
module_i2c_driver(ipmb_driver);

MODULE_LICENSE("GPL");
MODULE_AUTHOR(IPMI_DRIVERS_AUTHOR);
MODULE_VERSION(IPMI_DRIVERS_VERSION);
MODULE_DESCRIPTION("IPMI over an IPMB, on which the host is a controller too");
