// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmb_client: a client of ipmb_dev_int on one end of i2c_loop, with the property i2c-protocol,
 * which sysfs's new_device cannot give. debugfs, ipmb_client/:
 *
 *	present	7-bit address to have it at; 0 takes it away
 *	naks	so many messages to it are not acknowledged, from now on
 *
 * Lock: the mutex, while the client comes or goes.
 */
#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/i2c.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/property.h>

static int adapter_nr = -1;
module_param_named(adapter, adapter_nr, int, 0);
MODULE_PARM_DESC(adapter, "The I2C adapter.");

static struct i2c_client *client;
static i2c_slave_cb_t drivers;
static struct dentry *folder;
static atomic_t naks;
static DEFINE_MUTEX(adding);

static const struct property_entry properties[] = { PROPERTY_ENTRY_BOOL("i2c-protocol"), {} };
static const struct software_node node = { .name = "ipmb_client", .properties = properties };

/* In the place of the driver's own. */
static int slave_event(struct i2c_client *slave, enum i2c_slave_event event, u8 *val)
{
	if (event == I2C_SLAVE_WRITE_REQUESTED && atomic_dec_if_positive(&naks) >= 0)
		return -EBUSY;
	return drivers(slave, event, val);
}

static int present_set(void *data, u64 address)
{
	struct i2c_board_info info = {
		.type = "ipmb-dev",
		.addr = address,
		.flags = I2C_CLIENT_SLAVE,
		.swnode = &node,
	};
	struct i2c_adapter *adapter;

	guard(mutex)(&adding);
	if (client)
		i2c_unregister_device(client);
	client = NULL;
	if (!address)
		return 0;
	adapter = i2c_get_adapter(adapter_nr);
	if (!adapter)
		return -ENODEV;
	client = i2c_new_client_device(adapter, &info);
	i2c_put_adapter(adapter);
	if (IS_ERR(client)) {
		int rv = PTR_ERR(client);

		client = NULL;
		return rv;
	}
	/* It is there, if the driver is. */
	drivers = client->slave_cb;
	if (drivers)
		client->slave_cb = slave_event;
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(present_ops, NULL, present_set, "%llu\n");

static int __init ipmb_client_init(void)
{
	folder = debugfs_create_dir("ipmb_client", NULL);
	debugfs_create_file_unsafe("present", 0200, folder, NULL, &present_ops);
	debugfs_create_atomic_t("naks", 0600, folder, &naks);
	return 0;
}

static void __exit ipmb_client_exit(void)
{
	debugfs_remove_recursive(folder);
	present_set(NULL, 0);
}

module_init(ipmb_client_init);
module_exit(ipmb_client_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A client of ipmb_dev_int with a property");
