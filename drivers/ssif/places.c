// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where somebody says that there is a BMC: parameters, and SMBIOS, which knows no adapter.
 *
 * Each place is looked at by the I2C core's detection, with a driver of its own, when an
 * adapter appears; and again and again by a work, for BMCs that are later than their
 * adapter. The places do not change once places_init() has returned. Lock: searching_lock, so
 * that no search begins once the module goes; the I2C core has its own over the drivers' clients.
 */
#define pr_fmt(fmt) "ipmi_ssif: " fmt

#include <linux/ctype.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/property.h>

#include "ssif.h"

#define SI_MAX_PARMS	4
#define MAX_PLACES	(2 * SI_MAX_PARMS)
#define SEARCH_PAUSE_MIN	HZ
#define SEARCH_PAUSE_MAX	(60 * HZ)

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

static int dbg[SI_MAX_PARMS];
static int num_dbg;
module_param_array(dbg, int, &num_dbg, 0);
MODULE_PARM_DESC(dbg, "For each address: log messages (1).");

static bool dbg_probe;
module_param(dbg_probe, bool, 0);
MODULE_PARM_DESC(dbg_probe, "Log what is tried to find a BMC.");

static bool trydmi = true;
module_param(trydmi, bool, 0);
MODULE_PARM_DESC(trydmi, "Use the interfaces that SMBIOS describes.");

static struct place places[MAX_PLACES];
static unsigned int nr_places;

/**
 * struct finder - an I2C driver that detects, and drives nothing
 * @driver: it
 * @name: its name
 * @addresses: the one of its place
 * @is_added: it is registered
 */
static struct finder {
	struct i2c_driver driver;
	char name[24];
	unsigned short addresses[2];
	bool is_added;
} finders[MAX_PLACES];

static void search(struct work_struct *work);
static DECLARE_DELAYED_WORK(search_work, search);
static unsigned long search_pause;
static bool searching;
static DEFINE_MUTEX(searching_lock);

static void add_place(const struct place *place)
{
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

/**
 * place_find() - what is known of the place of a client
 * @client: the client
 *
 * Context: any.
 * Return: the place, or NULL.
 */
const struct place *place_find(const struct i2c_client *client)
{
	unsigned int i;

	for (i = 0; i < nr_places; i++)
		if (places[i].addr == client->addr &&
		    (!places[i].adapter || is_name(places[i].adapter, client->adapter->name)))
			return &places[i];
	return NULL;
}

/* Is there a BMC? Nothing is logged about what is none. */
static int detect(struct i2c_client *client, struct i2c_board_info *info)
{
	bool found;

	if (!place_find(client) ||
	    !i2c_check_functionality(client->adapter, I2C_FUNC_SMBUS_BLOCK_DATA))
		return -ENODEV;
	found = ssif_is_there(client);
	if (dbg_probe)
		pr_info("%s BMC on %s at i2c address 0x%x\n", found ? "Found a" : "No",
			client->adapter->name, client->addr);
	if (!found)
		return -ENODEV;
	strscpy(info->type, "ipmi_ssif", I2C_NAME_SIZE);
	return 0;
}

static int finder_add(unsigned int i)
{
	struct finder *f = &finders[i];
	int rv;

	memset(&f->driver, 0, sizeof(f->driver));
	snprintf(f->name, sizeof(f->name), "ipmi_ssif_finder%u", i);
	f->addresses[0] = places[i].addr;
	f->addresses[1] = I2C_CLIENT_END;
	f->driver.driver.name = f->name;
	f->driver.class = I2C_CLASS_HWMON;
	f->driver.detect = detect;
	f->driver.address_list = f->addresses;
	rv = i2c_add_driver(&f->driver);
	f->is_added = !rv;
	return rv;
}

static void finder_del(unsigned int i)
{
	if (finders[i].is_added)
		i2c_del_driver(&finders[i].driver);
	finders[i].is_added = false;
}

/* A client that nobody drives was unbound by the administrator, who may bind it again. */
static bool is_missing(unsigned int i)
{
	return list_empty(&finders[i].driver.clients) && !ssif_is_served(&places[i]);
}

/*
 * A driver that is registered anew has every adapter looked at. That costs one transfer on each
 * of them, and two uevents, and goes on for ever: a BMC may be without power for days.
 */
static void search(struct work_struct *work)
{
	unsigned int i;

	for (i = 0; i < nr_places; i++) {
		if (!is_missing(i))
			continue;
		finder_del(i);
		finder_add(i);
	}
	search_pause = min_t(unsigned long, search_pause * 2, SEARCH_PAUSE_MAX);
	queue_delayed_work(system_freezable_wq, &search_work, search_pause);
}

/**
 * places_search() - one that was there is gone: look again soon
 *
 * Context: process.
 */
void places_search(void)
{
	guard(mutex)(&searching_lock);
	if (!searching || !nr_places)
		return;
	search_pause = SEARCH_PAUSE_MIN;
	mod_delayed_work(system_freezable_wq, &search_work, search_pause);
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

/**
 * places_init() - have all places looked at
 *
 * The driver of what is found is registered already.
 *
 * Context: process, sleeps; bounded by the table in Documentation/house.
 * Return: 0, or what the driver core says.
 */
int places_init(void)
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
	for (i = 0; i < nr_places; i++) {
		rv = finder_add(i);
		if (rv) {
			places_exit();
			return rv;
		}
	}
	scoped_guard(mutex, &searching_lock)
		searching = true;
	places_search();
	return 0;
}

/**
 * places_exit() - undo places_init(); what was found goes
 *
 * Context: process, sleeps.
 */
void places_exit(void)
{
	unsigned int i;

	scoped_guard(mutex, &searching_lock)
		searching = false;
	cancel_delayed_work_sync(&search_work);
	for (i = 0; i < nr_places; i++)
		finder_del(i);
	if (trydmi)
		platform_driver_unregister(&dmi_driver);
}
