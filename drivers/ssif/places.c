// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where somebody says that there is a BMC: parameters, and SMBIOS, which knows no adapter.
 *
 * Each place is looked at by the I2C core's detection, with a driver of its own, when an
 * adapter appears; and for some minutes again by a work, for BMCs that are later than their
 * adapter. The places do not change once places_init() has returned. Locks: searching_lock, so
 * that no search begins once the module goes; news_lock, for what was found, inside of the I2C
 * core's own, which is held over detect().
 */
#define pr_fmt(fmt) "ipmi_ssif: " fmt

#include <linux/ctype.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/seq_file.h>

#include "ssif.h"

#define SI_MAX_PARMS	4
#define MAX_PLACES	(2 * SI_MAX_PARMS)
#define SEARCH_PAUSE_MIN	HZ
#define SEARCH_PAUSE_MAX	(60 * HZ)
#define SEARCH_FOR		(600 * HZ)
#define STRANGER_TRIES		8	/* of what acknowledges, and may be something else */
#define ADDR_MIN		0x08	/* what is below and above is reserved by I2C */
#define ADDR_MAX		0x77
#define TEXT_MAX		240

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
	char name[28];
	unsigned short addresses[2];
	bool is_added;
} finders[MAX_PLACES];

/**
 * struct news - what has become of the search for a place
 * @rounds: how often all adapters were looked at
 * @strangers: how often something acknowledged that was no BMC
 * @asked: so it did in the last round
 * @adapter: the name of its adapter
 * @error: what it said to Get Device ID, 0 = something else
 * @adapters: how many were looked at
 * @taken: the device that has the address on one of them, which is not looked at then
 * @is_over: it is not searched any more
 */
static struct news {
	unsigned int rounds;
	unsigned int strangers;
	bool asked;
	char adapter[48];
	int error;
	unsigned int adapters;
	char taken[32];
	bool is_over;
} news[MAX_PLACES];
static DEFINE_MUTEX(news_lock);

static void search(struct work_struct *work);
static DECLARE_DELAYED_WORK(search_work, search);
static unsigned long search_pause;
static unsigned long search_end;
static bool by_work;
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

static bool is_on(const struct place *place, const struct i2c_adapter *adapter)
{
	return !place->adapter || is_name(place->adapter, adapter->name);
}

/**
 * place_has() - is a client at a place?
 * @place: the place
 * @client: the client
 *
 * Context: any.
 * Return: whether it is.
 */
bool place_has(const struct place *place, const struct i2c_client *client)
{
	return place->addr == client->addr && is_on(place, client->adapter);
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
		if (place_has(&places[i], client))
			return &places[i];
	return NULL;
}

/* Two may mean the same, one with an adapter and one without. */
static void note_stranger(const struct i2c_client *client, int error)
{
	unsigned int i;

	guard(mutex)(&news_lock);
	for (i = 0; i < nr_places; i++) {
		struct news *n = &news[i];

		if (!place_has(&places[i], client))
			continue;
		n->asked = true;
		n->error = error;
		strscpy(n->adapter, client->adapter->name, sizeof(n->adapter));
	}
}

/* Is there a BMC? What is none is noted. */
static int detect(struct i2c_client *client, struct i2c_board_info *info)
{
	int rv;

	if (!place_find(client) ||
	    !i2c_check_functionality(client->adapter, I2C_FUNC_SMBUS_BLOCK_DATA))
		return -ENODEV;
	/* Whoever loads a module waits for this, but nobody for the work. */
	rv = ssif_is_there(client, READ_ONCE(by_work) ? BUS_SEARCH : BUS_BRIEF);
	if (dbg_probe)
		pr_info("%s BMC on %s at i2c address 0x%x\n", rv ? "No" : "Found a",
			client->adapter->name, client->addr);
	if (rv == -ESHUTDOWN)
		return -ENODEV;
	if (rv) {
		note_stranger(client, rv);
		return -ENODEV;
	}
	strscpy(info->type, "ipmi_ssif", I2C_NAME_SIZE);
	return 0;
}

static bool is_address(unsigned int address)
{
	return address >= ADDR_MIN && address <= ADDR_MAX;
}

static int finder_add(unsigned int i)
{
	struct finder *f = &finders[i];
	int rv;

	if (!is_address(places[i].addr))
		return 0;
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
	return finders[i].is_added && list_empty(&finders[i].driver.clients) &&
	       !ssif_is_served(&places[i]);
}

/**
 * struct census - where a place may be
 * @place: the place
 * @adapters: so many adapters
 * @taken: a device of its address on one
 */
struct census {
	const struct place *place;
	unsigned int adapters;
	char taken[32];
};

static int count(struct device *dev, void *data)
{
	struct i2c_adapter *adapter = i2c_verify_adapter(dev);
	struct i2c_client *client = i2c_verify_client(dev);
	struct census *c = data;

	if (client && place_has(c->place, client))
		strscpy(c->taken, dev_name(dev), sizeof(c->taken));
	if (adapter && adapter->class & I2C_CLASS_HWMON && is_on(c->place, adapter) &&
	    i2c_check_functionality(adapter, I2C_FUNC_SMBUS_BLOCK_DATA))
		c->adapters++;
	return 0;
}

/* The address has seven bits here, eight in SMBIOS; each has been taken for the other. */
static int describe_slip(const struct place *place, char *text, size_t size)
{
	bool in_smbios = place->source == SI_SMBIOS;
	unsigned int other = in_smbios ? place->addr * 2 : place->addr / 2;

	if (!is_address(other))
		return 0;
	return scnprintf(text, size, in_smbios ?
			 "; if SMBIOS gives the address without shifting it, try addr=0x%02x" :
			 "; if that includes the direction bit, try addr=0x%02x", other);
}

static void describe(unsigned int i, char *text, size_t size)
{
	const struct place *place = &places[i];
	const struct news *n = &news[i];
	int at = 0;

	lockdep_assert_held(&news_lock);
	if (!is_address(place->addr))
		at = scnprintf(text, size, "that is no address");
	else if (n->strangers)
		at = scnprintf(text, size,
			       "on %s something acknowledges it, but does not answer Get Device ID as a BMC does (error %d)",
			       n->adapter, n->error);
	else if (n->taken[0])
		at = scnprintf(text, size, "the device %s has it already", n->taken);
	else if (n->adapters)
		at = scnprintf(text, size, "nobody acknowledges it on %u adapter%s",
			       n->adapters, n->adapters == 1 ? "" : "s");
	else
		at = scnprintf(text, size,
			       "there is no adapter %sthat transfers SMBus blocks and may be searched",
			       place->adapter ? "of that name " : "");
	describe_slip(place, text + at, size - at);
}

static void tell(unsigned int i, const char *text, bool is_over)
{
	int other = ssif_other_interface();

	pr_info("No BMC yet at i2c address 0x%02x, %s-specified, adapter %s: %s. It is %s.\n",
		places[i].addr, ipmi_addr_src_to_str(places[i].source),
		places[i].adapter ?: "any", text,
		is_over ? "not looked for any more" : "looked for again");
	if (other >= 0)
		pr_info("ipmi%d is another interface, and there.\n", other);
}

/* By now: places_search() may have begun another search meanwhile. */
static bool is_last_round(void)
{
	return time_after_eq(jiffies + READ_ONCE(search_pause), READ_ONCE(search_end));
}

/* All adapters were looked at for a place: what does that say? */
static void conclude(unsigned int i, bool is_last)
{
	struct census c = { .place = &places[i] };
	struct news *n = &news[i];
	char text[TEXT_MAX];
	bool is_over, is_news;

	/* It takes the I2C core's lock. */
	i2c_for_each_dev(&c, count);
	scoped_guard(mutex, &news_lock) {
		n->adapters = c.adapters;
		strscpy(n->taken, c.taken, sizeof(n->taken));
		n->rounds++;
		n->strangers += n->asked;
		n->asked = false;
		is_over = is_last || n->strangers >= STRANGER_TRIES;
		n->is_over = is_over;
		/* One that comes up together with its host needs no line. */
		is_news = n->rounds == 2 || is_over;
		describe(i, text, sizeof(text));
	}
	if (is_news)
		tell(i, text, is_over);
}

/*
 * A driver that is registered anew has every adapter looked at. That costs one transfer on each
 * of them, and two uevents; what acknowledges is asked who it is, and that may be anything. So it
 * is done for as long as a BMC may need to start, and not for ever.
 */
static void search(struct work_struct *work)
{
	unsigned int i;

	for (i = 0; i < nr_places && !READ_ONCE(ssif_pausing); i++) {
		if (news[i].is_over || !is_missing(i))
			continue;
		finder_del(i);
		WRITE_ONCE(by_work, true);
		finder_add(i);
		WRITE_ONCE(by_work, false);
		if (is_missing(i))
			conclude(i, is_last_round());
	}
	if (is_last_round())
		return;
	search_pause = min_t(unsigned long, search_pause * 2, SEARCH_PAUSE_MAX);
	queue_delayed_work(system_freezable_wq, &search_work, search_pause);
}

static void search_locked(void)
{
	lockdep_assert_held(&searching_lock);
	search_pause = SEARCH_PAUSE_MIN;
	search_end = jiffies + SEARCH_FOR;
	mod_delayed_work(system_freezable_wq, &search_work, search_pause);
}

/**
 * places_search() - one that was there is gone: look for it again soon
 * @client: where
 *
 * Context: process.
 */
void places_search(const struct i2c_client *client)
{
	unsigned int i;

	guard(mutex)(&searching_lock);
	if (!searching || !place_find(client))
		return;
	scoped_guard(mutex, &news_lock)
		for (i = 0; i < nr_places; i++)
			if (place_has(&places[i], client))
				news[i] = (struct news){};
	search_locked();
}

/**
 * places_show() - the report
 * @m: where to
 *
 * Context: process.
 * Return: whether there was anything to report.
 */
bool places_show(struct seq_file *m)
{
	char text[TEXT_MAX];
	unsigned int i;

	guard(mutex)(&news_lock);
	for (i = 0; i < nr_places; i++) {
		const struct news *n = &news[i];

		seq_printf(m, "%s at i2c address 0x%02x, adapter %s: ",
			   ipmi_addr_src_to_str(places[i].source), places[i].addr,
			   places[i].adapter ?: "any");
		if (ssif_is_served(&places[i])) {
			seq_puts(m, "found, see below\n");
			continue;
		}
		seq_printf(m, "looked for %u time%s, %s\n", n->rounds, n->rounds == 1 ? "" : "s",
			   n->is_over ? "and not any more" : "and again");
		describe(i, text, sizeof(text));
		seq_printf(m, "\t%s\n", text);
	}
	return nr_places;
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
		if (is_missing(i) || !finders[i].is_added)
			conclude(i, !finders[i].is_added);
	}
	guard(mutex)(&searching_lock);
	searching = true;
	if (nr_places)
		search_locked();
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
