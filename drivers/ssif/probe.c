// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmi_ssif: the module, where it looks for BMCs, and how one is brought up.
 *
 * An I2C client comes from ACPI, from sysfs (new_device), or from the I2C core's
 * detection at the addresses of the module's parameters and of SMBIOS, which knows
 * no adapter. Called by the I2C core. Lock: places_lock for the addresses, which do
 * not change once the driver is registered, and for the list of interfaces.
 */
#define pr_fmt(fmt) "ipmi_ssif: " fmt

#include <linux/acpi.h>
#include <linux/ctype.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/slab.h>

#include "ssif.h"

#define SI_MAX_PARMS	4
#define MAX_PLACES	(2 * SI_MAX_PARMS)
#define CMD_GET_CAPABILITIES	0x57	/* Get System Interface Capabilities, 22.9 */

static unsigned short addr[SI_MAX_PARMS];
static int num_addrs;
module_param_array(addr, ushort, &num_addrs, 0);
MODULE_PARM_DESC(addr, "I2C addresses of BMCs to look for.");

static char *adapter_name[SI_MAX_PARMS];
static int num_adapter_names;
module_param_array(adapter_name, charp, &num_adapter_names, 0);
MODULE_PARM_DESC(adapter_name,
		 "The adapter of each address, by its name; without, all adapters. Spaces do not count.");

static int slave_addrs[SI_MAX_PARMS];
static int num_slave_addrs;
module_param_array(slave_addrs, int, &num_slave_addrs, 0);
MODULE_PARM_DESC(slave_addrs, "The IPMB address of each BMC; the default is 0x20.");

static bool alerts_broken;
module_param(alerts_broken, bool, 0);
MODULE_PARM_DESC(alerts_broken, "Do not have the BMC raise SMBus alerts.");

static int dbg[SI_MAX_PARMS];
static int num_dbg;
module_param_array(dbg, int, &num_dbg, 0);
MODULE_PARM_DESC(dbg, "For each address: log messages (1).");

static bool dbg_probe;
module_param(dbg_probe, bool, 0);
MODULE_PARM_DESC(dbg_probe, "Log what is tried to find a BMC.");

static bool tryacpi = true;
module_param(tryacpi, bool, 0);
MODULE_PARM_DESC(tryacpi, "Use the interfaces that ACPI describes.");

static bool trydmi = true;
module_param(trydmi, bool, 0);
MODULE_PARM_DESC(trydmi, "Use the interfaces that SMBIOS describes.");

/* Where somebody says that there is a BMC. */
static struct place {
	unsigned short addr;
	const char *adapter;
	enum ipmi_addr_src source;
	u8 slave_addr;
	int dbg;
} places[MAX_PLACES];
static unsigned int nr_places;
static unsigned short address_list[MAX_PLACES + 1];

static LIST_HEAD(ssifs);
static DEFINE_MUTEX(places_lock);

static void add_place(const struct place *place)
{
	guard(mutex)(&places_lock);
	if (nr_places < MAX_PLACES)
		places[nr_places++] = *place;
}

/* As far as the shorter one goes, without spaces: that is ABI. */
static bool is_name(const char *a, const char *b)
{
	for (;;) {
		a = skip_spaces(a);
		b = skip_spaces(b);
		if (!*a || !*b)
			return true;
		if (*a++ != *b++)
			return false;
	}
}

static const struct place *find_place(const struct i2c_client *client)
{
	unsigned int i;

	for (i = 0; i < nr_places; i++)
		if (places[i].addr == client->addr &&
		    (!places[i].adapter || is_name(places[i].adapter, client->adapter->name)))
			return &places[i];
	return NULL;
}

/**
 * ssif_find() - the interface of a device
 * @dev: an I2C client's; its driver data may be another's (ibmpex)
 *
 * Context: process; what is found stays while the device has its driver.
 * Return: it, or NULL.
 */
struct ssif *ssif_find(const struct device *dev)
{
	struct ssif *ssif;

	guard(mutex)(&places_lock);
	list_for_each_entry(ssif, &ssifs, link)
		if (&ssif->client->dev == dev)
			return ssif;
	return NULL;
}

static struct ssif *alloc(struct i2c_client *client)
{
	struct ssif *ssif = kzalloc(sizeof(*ssif), GFP_KERNEL);

	if (!ssif)
		return NULL;
	ssif->client = client;
	spin_lock_init(&ssif->lock);
	init_waitqueue_head(&ssif->wait);
	ssif_limits_set(&ssif->limits, NULL, 0);
	return ssif;
}

static bool is_device_id(const struct ssif *ssif, int len)
{
	return len >= 8 && !ssif->answer.data[2];
}

/* Is there a BMC at an address of the list? Nothing is logged about what is none. */
static int ssif_detect(struct i2c_client *client, struct i2c_board_info *info)
{
	static const u8 rq[] = { IPMI_NETFN_APP_REQUEST << 2, IPMI_GET_DEVICE_ID_CMD };
	const struct place *place = find_place(client);
	struct ssif *ssif;
	int rv = -ENODEV;

	if (!place || !i2c_check_functionality(client->adapter, I2C_FUNC_SMBUS_BLOCK_DATA))
		return -ENODEV;
	ssif = alloc(client);
	if (!ssif)
		return -ENOMEM;
	if (is_device_id(ssif, bus_transact(ssif, rq, sizeof(rq), false))) {
		strscpy(info->type, "ipmi_ssif", I2C_NAME_SIZE);
		rv = 0;
	}
	if (dbg_probe)
		pr_info("%s BMC on %s at i2c address 0x%x\n", rv ? "No" : "Found a",
			client->adapter->name, client->addr);
	kfree(ssif);
	return rv;
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

static void get_limits(struct ssif *ssif)
{
	static const u8 ssif_type;
	int rv = bus_ask(ssif, CMD_GET_CAPABILITIES, &ssif_type, 1);

	ssif_limits_set(&ssif->limits, ssif->answer.data, max(rv, 0));
	if (ssif->limits.has_pec && i2c_check_functionality(ssif->client->adapter,
							    I2C_FUNC_SMBUS_PEC))
		ssif->client->flags |= I2C_CLIENT_PEC;
}

static void describe(struct ssif *ssif)
{
	const struct place *place = find_place(ssif->client);

	if (ACPI_HANDLE(&ssif->client->dev))
		ssif->source = SI_ACPI;
	else
		ssif->source = place ? place->source : SI_HOTMOD;
	if (place) {
		ssif->slave_addr = place->slave_addr;
		ssif->dbg = place->dbg;
	}
}

static int bring_up(struct ssif *ssif)
{
	struct device *dev = &ssif->client->dev;
	int rv;

	rv = bus_ask(ssif, IPMI_GET_DEVICE_ID_CMD, NULL, 0);
	if (!is_device_id(ssif, rv)) {
		dev_err(dev, "Not present: Get Device ID got no valid answer (%d)\n", rv);
		return -ENODEV;
	}
	get_limits(ssif);
	find_event_buffer(ssif);
	ssif->attn.use_irq = !alerts_broken;

	scoped_guard(mutex, &places_lock)
		list_add_tail(&ssif->link, &ssifs);
	rv = sysfs_create_group(&dev->kobj, &ssif_attributes);
	if (rv)
		goto err_list;
	rv = ipmi_register_smi(&ssif_handlers, ssif, dev, ssif->slave_addr);
	if (rv) {
		dev_err(dev, "Unable to register the interface: error %d\n", rv);
		goto err_sysfs;
	}
	return 0;

err_sysfs:
	sysfs_remove_group(&dev->kobj, &ssif_attributes);
err_list:
	scoped_guard(mutex, &places_lock)
		list_del(&ssif->link);
	return rv;
}

static int ssif_probe(struct i2c_client *client)
{
	struct ssif *ssif;
	int rv;

	if (!i2c_check_functionality(client->adapter, I2C_FUNC_SMBUS_BLOCK_DATA)) {
		dev_err(&client->dev, "its adapter cannot transfer SMBus blocks\n");
		return -ENODEV;
	}
	ssif = alloc(client);
	if (!ssif)
		return -ENOMEM;
	describe(ssif);
	dev_info(&client->dev,
		 "Trying %s-specified SSIF interface at i2c address 0x%x, adapter %s, slave address 0x%x\n",
		 ipmi_addr_src_to_str(ssif->source), client->addr, client->adapter->name,
		 ssif->slave_addr);
	rv = bring_up(ssif);
	if (rv)
		kfree(ssif);
	return rv;
}

static void ssif_remove(struct i2c_client *client)
{
	struct ssif *ssif = ssif_find(&client->dev);

	if (!ssif)
		return;
	ipmi_unregister_smi(ssif->intf);
	sysfs_remove_group(&client->dev.kobj, &ssif_attributes);
	scoped_guard(mutex, &places_lock)
		list_del(&ssif->link);
	client->flags &= ~I2C_CLIENT_PEC;
	kfree(ssif);
}

/* The device is locked, so the interface stays. */
static void ssif_alert(struct i2c_client *client, enum i2c_alert_protocol type, unsigned int data)
{
	struct ssif *ssif = ssif_find(&client->dev);

	if (!ssif || type != I2C_PROTOCOL_SMBUS_ALERT)
		return;
	ssif_count(ssif, SSIF_ALERTS);
	WRITE_ONCE(ssif->alerted, true);
	engine_kick(ssif);
}

static int dmi_probe(struct platform_device *pdev)
{
	struct place place = { .source = SI_SMBIOS };
	u16 i2c_addr;

	if (device_property_read_u16(&pdev->dev, "i2c-addr", &i2c_addr)) {
		dev_warn(&pdev->dev, "SMBIOS gives no I2C address\n");
		return -ENODEV;
	}
	place.addr = i2c_addr;
	device_property_read_u8(&pdev->dev, "slave-addr", &place.slave_addr);
	add_place(&place);
	return 0;
}

static struct platform_driver dmi_driver = {
	.driver = { .name = "dmi-ipmi-ssif" },
	.probe = dmi_probe,
};

#ifdef CONFIG_ACPI
static const struct acpi_device_id acpi_ids[] = {
	{ "IPI0001" },
	{ }
};
MODULE_DEVICE_TABLE(acpi, acpi_ids);
#endif

static const struct i2c_device_id i2c_ids[] = {
	{ "ipmi_ssif" },
	{ }
};
MODULE_DEVICE_TABLE(i2c, i2c_ids);

static struct i2c_driver ssif_driver = {
	.class = I2C_CLASS_HWMON,
	.driver = { .name = "ipmi_ssif" },
	.ipmi_i2c_probe = ssif_probe,
	.remove = ssif_remove,
	.alert = ssif_alert,
	.id_table = i2c_ids,
	.detect = ssif_detect,
	.address_list = address_list,
};

/* The parameters come first: they are right where SMBIOS is wrong. */
static void add_parameters(void)
{
	int i;

	for (i = 0; i < num_addrs; i++) {
		struct place place = {
			.addr = addr[i],
			.adapter = i < num_adapter_names ? adapter_name[i] : NULL,
			.source = SI_HARDCODED,
			.slave_addr = i < num_slave_addrs ? slave_addrs[i] : 0,
			.dbg = i < num_dbg ? dbg[i] : 0,
		};

		add_place(&place);
	}
}

static int __init ipmi_ssif_init(void)
{
	unsigned int i;
	int rv;

	add_parameters();
	if (trydmi) {
		rv = platform_driver_register(&dmi_driver);
		if (rv)
			pr_warn("cannot see what SMBIOS says: error %d\n", rv);
		trydmi = !rv;
	}
	for (i = 0; i < nr_places; i++)
		address_list[i] = places[i].addr;
	address_list[i] = I2C_CLIENT_END;
#ifdef CONFIG_ACPI
	if (tryacpi)
		ssif_driver.driver.acpi_match_table = ACPI_PTR(acpi_ids);
#endif
	rv = i2c_add_driver(&ssif_driver);
	if (rv && trydmi)
		platform_driver_unregister(&dmi_driver);
	return rv;
}
module_init(ipmi_ssif_init);

static void __exit ipmi_ssif_exit(void)
{
	i2c_del_driver(&ssif_driver);
	if (trydmi)
		platform_driver_unregister(&dmi_driver);
}
module_exit(ipmi_ssif_exit);

MODULE_ALIAS("platform:dmi-ipmi-ssif");
MODULE_DESCRIPTION("IPMI over SMBus: the SMBus System Interface (SSIF)");
MODULE_LICENSE("GPL");
