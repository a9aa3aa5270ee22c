// SPDX-License-Identifier: GPL-2.0-only
/*
 * ssif_bmc: an I2C slave that is the BMC's end of SSIF. The module.
 *
 * The I2C controller's driver tells of each byte, mostly in its interrupt's handler and with a lock
 * of its own; the file is file.c's. A request that is not answered in time is given up by a timer,
 * so that the host sees that nobody answers; a new one of the host's ends it too. The alert is set
 * by a work, since the line may be behind a bus. Locks: see ssif_bmc.h.
 */
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/gpio/consumer.h>
#include <linux/i2c.h>
#include <linux/jiffies.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/property.h>
#include <linux/slab.h>

#include <ipmi/compat.h>
#include <ipmi/version.h>

#include "ssif_bmc.h"

#define TIMEOUT_MS 500

static void alert_work(struct work_struct *work)
{
	struct ssif_bmc *ssif = container_of(work, struct ssif_bmc, alert_work);

	gpiod_set_value_cansleep(ssif->alert, READ_ONCE(ssif->alerting));
}

/**
 * ssif_bmc_news_locked() - there may be an answer that the host has not seen, or none any more
 * @ssif: the interface
 *
 * Context: any, under ssif->lock.
 */
void ssif_bmc_news_locked(struct ssif_bmc *ssif)
{
	bool news = ssif_target_has_news(&ssif->t);

	lockdep_assert_held(&ssif->lock);
	if (!ssif->alert || ssif->gone || news == ssif->alerting)
		return;
	WRITE_ONCE(ssif->alerting, news);
	queue_work(system_highpri_wq, &ssif->alert_work);
}

static void give_up(struct timer_list *timer)
{
	struct ssif_bmc *ssif = container_of(timer, struct ssif_bmc, timer);

	guard(spinlock_irqsave)(&ssif->lock);
	/* One that came while this waited for the lock has time of its own. */
	if (time_after_eq(jiffies, ssif->deadline))
		ssif_target_give_up(&ssif->t);
}

static int step_locked(struct ssif_bmc *ssif, enum i2c_slave_event event, u8 *val)
{
	lockdep_assert_held(&ssif->lock);
	switch (event) {
	case I2C_SLAVE_WRITE_REQUESTED:
		ssif_target_write(&ssif->t);
		return 0;
	case I2C_SLAVE_WRITE_RECEIVED:
		return ssif_target_byte(&ssif->t, *val);
	case I2C_SLAVE_READ_REQUESTED:
		*val = ssif_target_read(&ssif->t);
		return 0;
	case I2C_SLAVE_READ_PROCESSED:
		*val = ssif_target_next(&ssif->t);
		return 0;
	case I2C_SLAVE_STOP:
		ssif_target_stop(&ssif->t);
		return 0;
	}
	return 0;
}

static int slave_event(struct i2c_client *client, enum i2c_slave_event event, u8 *val)
{
	struct ssif_bmc *ssif = i2c_get_clientdata(client);
	bool is_new;
	int rv;

	scoped_guard(spinlock_irqsave, &ssif->lock) {
		u32 before = ssif->t.requests;

		rv = step_locked(ssif, event, val);
		is_new = ssif->t.requests != before;
		if (is_new) {
			ssif->deadline = jiffies + ssif->timeout;
			mod_timer(&ssif->timer, ssif->deadline);
		}
		ssif_bmc_news_locked(ssif);
	}
	if (is_new)
		wake_up_interruptible(&ssif->wait);
	return rv;
}

static struct ssif_bmc *alloc(struct i2c_client *client)
{
	struct ssif_bmc *ssif = kzalloc(sizeof(*ssif), GFP_KERNEL);
	u32 ms = 0;

	if (!ssif)
		return NULL;
	kref_init(&ssif->ref);
	init_waitqueue_head(&ssif->wait);
	timer_setup(&ssif->timer, give_up, 0);
	INIT_WORK(&ssif->alert_work, alert_work);
	mutex_init(&ssif->life);
	mutex_init(&ssif->user);
	spin_lock_init(&ssif->lock);
	device_property_read_u32(&client->dev, "timeout-ms", &ms);
	ssif->timeout = msecs_to_jiffies(ms ?: TIMEOUT_MS);
	ssif_target_init(&ssif->t, client->addr);
	return ssif;
}

/* No event comes any more; nothing of the device is used when this returns. */
static void end(struct ssif_bmc *ssif)
{
	ssif_bmc_hide(ssif);
	timer_shutdown_sync(&ssif->timer);
	cancel_work_sync(&ssif->alert_work);
	gpiod_set_value_cansleep(ssif->alert, 0);
	ssif_bmc_put(ssif);
}

static int ssif_bmc_probe(struct i2c_client *client)
{
	struct device *dev = &client->dev;
	struct ssif_bmc *ssif = alloc(client);
	int rv;

	if (!ssif)
		return -ENOMEM;
	ssif->alert = devm_gpiod_get_optional(dev, "alert", GPIOD_OUT_LOW);
	if (IS_ERR(ssif->alert)) {
		rv = PTR_ERR(ssif->alert);
		ssif_bmc_put(ssif);
		return dev_err_probe(dev, rv, "the line of its alert cannot be used\n");
	}
	i2c_set_clientdata(client, ssif);
	rv = ssif_bmc_show(ssif, dev);
	if (rv) {
		ssif_bmc_put(ssif);
		return dev_err_probe(dev, rv, "no /dev/ipmi-ssif-host\n");
	}
	client->flags |= I2C_CLIENT_SLAVE;
	rv = i2c_slave_register(client, slave_event);
	if (rv) {
		end(ssif);
		return dev_err_probe(dev, rv, "its I2C controller cannot be a slave at 0x%02x\n",
				     client->addr);
	}
	dev_info(dev, "/dev/ipmi-ssif-host is the SSIF interface that the host has at 0x%02x, answers within %u ms%s\n",
		 client->addr, jiffies_to_msecs(ssif->timeout), ssif->alert ? ", with alerts" : "");
	return 0;
}

static IPMI_I2C_REMOVE_RET ssif_bmc_remove(struct i2c_client *client)
{
	struct ssif_bmc *ssif = i2c_get_clientdata(client);

	i2c_slave_unregister(client);
	end(ssif);
	IPMI_I2C_REMOVE_DONE;
}

static const struct of_device_id ssif_bmc_of_ids[] = {
	{ .compatible = "ssif-bmc" },
	{}
};
MODULE_DEVICE_TABLE(of, ssif_bmc_of_ids);

static const struct i2c_device_id ssif_bmc_ids[] = {
	{ "ipmi-ssif-host" },
	{}
};
MODULE_DEVICE_TABLE(i2c, ssif_bmc_ids);

static struct i2c_driver ssif_bmc_driver = {
	.driver = {
		.name = "ipmi-ssif-host",
		.of_match_table = ssif_bmc_of_ids,
	},
	.ipmi_i2c_probe = ssif_bmc_probe,
	.remove = ssif_bmc_remove,
	.id_table = ssif_bmc_ids,
};
module_i2c_driver(ssif_bmc_driver);
MODULE_LICENSE("GPL");
MODULE_AUTHOR(IPMI_DRIVERS_AUTHOR);
MODULE_VERSION(IPMI_DRIVERS_VERSION);
MODULE_DESCRIPTION("The BMC's side of SSIF");
