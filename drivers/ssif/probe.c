// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmi_ssif: the module, and how an interface is brought up.
 *
 * An I2C client comes from ACPI, from a device tree, from sysfs (new_device), or from
 * places.c. A work tries it until there is a BMC, for that may be late. Called by the I2C
 * core. Lock: ssifs_lock for the list of interfaces.
 */
#define pr_fmt(fmt) "ipmi_ssif: " fmt

#include <linux/acpi.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/suspend.h>

#include <ipmi/core.h>
#include <ipmi/version.h>

#include "ssif.h"

#define CMD_GET_CAPABILITIES	0x57	/* Get System Interface Capabilities, 22.9 */

/* Bounds, all of them in Documentation/house. */
#define PROBE_PAUSE_MIN		HZ
#define PROBE_PAUSE_MAX		(60 * HZ)
#define LOAD_BOUND_MS		3000
#define OTHERS_MAX		8	/* interfaces that are asked about */

static bool alerts_broken;
module_param(alerts_broken, bool, 0);
MODULE_PARM_DESC(alerts_broken, "Do not have the BMC raise SMBus alerts.");

static bool tryacpi = true;
module_param(tryacpi, bool, 0);
MODULE_PARM_DESC(tryacpi, "Use the interfaces that ACPI describes.");

/* The machine is to sleep, or the module goes: no try may hold that up. */
bool ssif_pausing;

static LIST_HEAD(ssifs);
static DEFINE_MUTEX(ssifs_lock);

/**
 * ssif_find() - the interface of a device
 * @dev: an I2C client's
 *
 * Not by the device's driver data, which others that serve the BMC put their own in (ibmpex).
 *
 * Context: process; what is found stays while the device has its driver.
 * Return: it, or NULL.
 */
struct ssif *ssif_find(const struct device *dev)
{
	struct ssif *ssif;

	guard(mutex)(&ssifs_lock);
	list_for_each_entry(ssif, &ssifs, link)
		if (&ssif->client->dev == dev)
			return ssif;
	return NULL;
}

/**
 * ssif_is_served() - is there an interface at a place, or one that is tried?
 * @place: the place
 *
 * Context: process.
 * Return: whether there is.
 */
bool ssif_is_served(const struct place *place)
{
	struct ssif *ssif;

	guard(mutex)(&ssifs_lock);
	list_for_each_entry(ssif, &ssifs, link)
		if (place_has(place, ssif->client))
			return true;
	return false;
}

static struct ssif *alloc(struct i2c_client *client)
{
	struct ssif *ssif = kzalloc(sizeof(*ssif), GFP_KERNEL);

	if (!ssif)
		return NULL;
	ssif->client = client;
	spin_lock_init(&ssif->lock);
	init_waitqueue_head(&ssif->wait);
	init_completion(&ssif->tried);
	ssif_limits_set(&ssif->limits, NULL, 0);
	return ssif;
}

static bool is_device_id(const struct ssif *ssif, int len)
{
	return len >= 8 && !ssif->answer.data[2];
}

/**
 * ssif_is_there() - does a BMC answer?
 * @client: where
 * @patience: how long it may take
 *
 * Context: process, sleeps; one try.
 * Return: 0 if it does; -ENODEV if what answers is none; as bus_transact().
 */
int ssif_is_there(struct i2c_client *client, enum bus_patience patience)
{
	static const u8 rq[] = { IPMI_NETFN_APP_REQUEST << 2, IPMI_GET_DEVICE_ID_CMD };
	struct ssif *ssif;
	int rv;

	if (READ_ONCE(ssif_pausing))
		return -ESHUTDOWN;
	ssif = alloc(client);
	if (!ssif)
		return -ENOMEM;
	rv = bus_transact(ssif, rq, sizeof(rq), patience);
	if (rv >= 0)
		rv = is_device_id(ssif, rv) ? 0 : -ENODEV;
	else if (READ_ONCE(ssif_pausing))
		rv = -ESHUTDOWN;
	kfree(ssif);
	return rv;
}

/**
 * ssif_other_interface() - is there an interface already?
 *
 * Context: process, sleeps.
 * Return: the N of its ipmiN; -ENODEV.
 */
int ssif_other_interface(void)
{
	struct ipmi_smi_info info;
	int n;

	for (n = 0; n < OTHERS_MAX; n++) {
		if (ipmi_get_smi_info(n, &info))
			continue;
		put_device(info.dev);
		return n;
	}
	return -ENODEV;
}

/**
 * ssif_show() - the report on all devices
 * @m: where to
 *
 * Context: process.
 * Return: whether there was anything to report.
 */
bool ssif_show(struct seq_file *m)
{
	struct ssif *ssif;

	guard(mutex)(&ssifs_lock);
	list_for_each_entry(ssif, &ssifs, link) {
		seq_printf(m, "%s %s at i2c address 0x%02x, adapter %s: ",
			   ipmi_addr_src_to_str(ssif->source), dev_name(&ssif->client->dev),
			   ssif->client->addr, ssif->client->adapter->name);
		if (READ_ONCE(ssif->up))
			seq_printf(m, "up as ipmi%d%s\n", ssif->number, READ_ONCE(ssif->away) ?
				   ", but its BMC does not answer" : "");
		else
			seq_printf(m, "tried %u time%s, and again in at most %u s\n\tGet Device ID got no valid answer (error %d)\n",
				   ssif->tries, ssif->tries == 1 ? "" : "s",
				   ssif->probe_pause / HZ, ssif->error);
	}
	return !list_empty(&ssifs);
}

/* Has the BMC an event message buffer? It has if it lets us enable it. */
static void find_event_buffer(struct ssif *ssif)
{
	const u8 *rsp = ssif->answer.data;
	u8 enables;

	if (bus_ask(ssif, IPMI_GET_BMC_GLOBAL_ENABLES_CMD, NULL, 0) < 4 || rsp[2])
		return;
	enables = rsp[3];
	if (!(enables & IPMI_BMC_EVT_MSG_BUFF)) {
		enables |= IPMI_BMC_EVT_MSG_BUFF;
		if (bus_ask(ssif, IPMI_SET_BMC_GLOBAL_ENABLES_CMD, &enables, 1) < 3 || rsp[2])
			return;
	}
	ssif->attn.has_events = true;
}

/*
 * Not every BMC takes the commands for several parts that it says it does. Get Device ID with too
 * many bytes changes nothing; whatever is answered, all of it has been taken.
 */
static void try_limits(struct ssif *ssif)
{
	static const u8 rq[2 * SSIF_BLOCK + 1] = {
		IPMI_NETFN_APP_REQUEST << 2, IPMI_GET_DEVICE_ID_CMD,
	};
	const struct ssif_limits said = ssif->limits;
	unsigned int n;

	for (;;) {
		n = ssif_limits_trial(&ssif->limits);
		if (!n || bus_transact(ssif, rq, n, BUS_TRIAL) >= 0 || ssif_in_hurry(ssif))
			break;
		ssif_limits_lower(&ssif->limits);
	}
	if (ssif->limits.parts != said.parts || ssif->limits.request != said.request)
		dev_info(&ssif->client->dev,
			 "BMC does not take requests of %u bytes in several parts, as it says it does: up to %u are sent\n",
			 said.request, ssif->limits.request);
}

static void get_limits(struct ssif *ssif)
{
	static const u8 ssif_type;
	int rv;

	/* Until it says more of itself it can do what every BMC can. */
	ssif->client->flags &= ~I2C_CLIENT_PEC;
	ssif_limits_set(&ssif->limits, NULL, 0);
	rv = bus_ask(ssif, CMD_GET_CAPABILITIES, &ssif_type, 1);

	ssif_limits_set(&ssif->limits, ssif->answer.data, max(rv, 0));
	if (ssif->limits.has_pec && i2c_check_functionality(ssif->client->adapter,
							    I2C_FUNC_SMBUS_PEC))
		ssif->client->flags |= I2C_CLIENT_PEC;
	try_limits(ssif);
}

static void describe(struct ssif *ssif)
{
	const struct place *place = place_find(ssif->client);

	if (ACPI_HANDLE(&ssif->client->dev))
		ssif->source = SI_ACPI;
	else if (ssif->client->dev.of_node)
		ssif->source = SI_DEVICETREE;
	else
		ssif->source = place ? place->source : SI_HOTMOD;
	if (place) {
		ssif->slave_addr = place->slave_addr;
		ssif->dbg = place->dbg;
	}
}

static void tell_absent(struct ssif *ssif, int error)
{
	int other = ssif_other_interface();
	char text[40] = "";

	if (ssif->told)
		return;
	ssif->told = true;
	if (other >= 0)
		scnprintf(text, sizeof(text), "; ipmi%d is another, and there", other);
	dev_warn(&ssif->client->dev,
		 "Not present: Get Device ID got no valid answer (%d); it is tried again%s\n",
		 error, text);
}

static int bring_up(struct ssif *ssif)
{
	struct device *dev = &ssif->client->dev;
	int rv;

	memset(&ssif->attn, 0, sizeof(ssif->attn));
	ssif->tries++;
	rv = bus_ask(ssif, IPMI_GET_DEVICE_ID_CMD, NULL, 0);
	ssif->error = min(rv, 0);
	if (!is_device_id(ssif, rv)) {
		if (!ssif_in_hurry(ssif))
			tell_absent(ssif, rv);
		return -ENODEV;
	}
	get_limits(ssif);
	find_event_buffer(ssif);
	/* Not all of that was asked; the next try will. */
	if (ssif_in_hurry(ssif))
		return -ESHUTDOWN;
	ssif->attn.use_irq = !alerts_broken;
	ssif->stopping = false;
	WRITE_ONCE(ssif->away, false);
	WRITE_ONCE(ssif->hurry, false);

	rv = sysfs_create_group(&dev->kobj, &ssif_attributes);
	if (rv)
		return rv;
	rv = ipmi_register_smi(&ssif_handlers, ssif, dev, ssif->slave_addr);
	if (rv) {
		dev_err(dev, "Unable to register the interface: error %d\n", rv);
		sysfs_remove_group(&dev->kobj, &ssif_attributes);
		return rv;
	}
	ssif->number = ipmi_core_number(ssif->intf);
	return 0;
}

static void probe_work(struct work_struct *work)
{
	struct ssif *ssif = container_of(work, struct ssif, probe.work);

	WRITE_ONCE(ssif->up, !bring_up(ssif));
	complete_all(&ssif->tried);
	if (ssif->up)
		return;
	WRITE_ONCE(ssif->hurry, false);
	ssif->probe_pause = clamp(ssif->probe_pause * 2, PROBE_PAUSE_MIN, PROBE_PAUSE_MAX);
	queue_delayed_work(system_freezable_wq, &ssif->probe, ssif->probe_pause);
}

static int ssif_probe(struct i2c_client *client)
{
	struct ssif *ssif;

	if (!i2c_check_functionality(client->adapter, I2C_FUNC_SMBUS_BLOCK_DATA)) {
		dev_err(&client->dev, "its adapter cannot transfer SMBus blocks\n");
		return -ENODEV;
	}
	ssif = alloc(client);
	if (!ssif)
		return -ENOMEM;
	INIT_DELAYED_WORK(&ssif->probe, probe_work);
	describe(ssif);
	dev_info(&client->dev,
		 "Trying %s-specified SSIF interface at i2c address 0x%x, adapter %s, slave address 0x%x\n",
		 ipmi_addr_src_to_str(ssif->source), client->addr, client->adapter->name,
		 ssif->slave_addr);
	scoped_guard(mutex, &ssifs_lock)
		list_add_tail(&ssif->link, &ssifs);
	queue_delayed_work(system_freezable_wq, &ssif->probe, 0);
	/* So that a script can go on to use it; but a BMC that is slow does not hold it up. */
	wait_for_completion_timeout(&ssif->tried, msecs_to_jiffies(LOAD_BOUND_MS));
	return 0;
}

static IPMI_I2C_REMOVE_RET ssif_remove(struct i2c_client *client)
{
	struct ssif *ssif = ssif_find(&client->dev);

	if (!ssif)
		IPMI_I2C_REMOVE_DONE;
	WRITE_ONCE(ssif->removing, true);
	wake_up_all(&ssif->wait);
	cancel_delayed_work_sync(&ssif->probe);
	WRITE_ONCE(ssif->removing, false);
	if (ssif->up) {
		ipmi_unregister_smi(ssif->intf);
		sysfs_remove_group(&client->dev.kobj, &ssif_attributes);
	}
	scoped_guard(mutex, &ssifs_lock)
		list_del(&ssif->link);
	client->flags &= ~I2C_CLIENT_PEC;
	kfree(ssif);
	places_search(client);
	IPMI_I2C_REMOVE_DONE;
}

/* The I2C core's worker, with the device locked, so the interface stays. */
static void ssif_alert(struct i2c_client *client, enum i2c_alert_protocol type, unsigned int data)
{
	struct ssif *ssif = ssif_find(&client->dev);

	if (!ssif || type != I2C_PROTOCOL_SMBUS_ALERT)
		return;
	ssif_count(ssif, SSIF_ALERTS);
	WRITE_ONCE(ssif->alerted, true);
	ssif_engine_kick(ssif);
}

#ifdef CONFIG_ACPI
static const struct acpi_device_id acpi_ids[] = {
	{ "IPI0001" },
	{ }
};
MODULE_DEVICE_TABLE(acpi, acpi_ids);
#endif

/* In a device tree this is "ipmi_ssif", whoever the vendor is. */
static const struct i2c_device_id i2c_ids[] = {
	{ "ipmi_ssif" },
	{ }
};
MODULE_DEVICE_TABLE(i2c, i2c_ids);

static struct i2c_driver ssif_driver = {
	.driver = { .name = "ipmi_ssif" },
	.ipmi_i2c_probe = ssif_probe,
	.remove = ssif_remove,
	.alert = ssif_alert,
	.id_table = i2c_ids,
};

/* What is tried would else keep the freezer waiting, which waits for its work. */
static int pm_event(struct notifier_block *nb, unsigned long event, void *unused)
{
	bool pausing = event == PM_SUSPEND_PREPARE || event == PM_HIBERNATION_PREPARE ||
		       event == PM_RESTORE_PREPARE;

	WRITE_ONCE(ssif_pausing, pausing);
	return NOTIFY_DONE;
}

static struct notifier_block pm_notifier = { .notifier_call = pm_event };

static int __init ipmi_ssif_init(void)
{
	int rv;

#ifdef CONFIG_ACPI
	if (tryacpi)
		ssif_driver.driver.acpi_match_table = ACPI_PTR(acpi_ids);
#endif
	rv = i2c_add_driver(&ssif_driver);
	if (rv)
		return rv;
	rv = places_init();
	if (rv) {
		i2c_del_driver(&ssif_driver);
		return rv;
	}
	register_pm_notifier(&pm_notifier);
	ssif_debugfs_init();
	return 0;
}
module_init(ipmi_ssif_init);

static void __exit ipmi_ssif_exit(void)
{
	ssif_debugfs_exit();
	unregister_pm_notifier(&pm_notifier);
	WRITE_ONCE(ssif_pausing, true);
	places_exit();
	i2c_del_driver(&ssif_driver);
}
module_exit(ipmi_ssif_exit);

MODULE_ALIAS("platform:dmi-ipmi-ssif");
MODULE_DESCRIPTION("IPMI over SMBus: the SMBus System Interface (SSIF)");
MODULE_LICENSE("GPL");
MODULE_AUTHOR(IPMI_DRIVERS_AUTHOR);
MODULE_VERSION(IPMI_DRIVERS_VERSION);
