// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmb_dev_int: an I2C client whose own address others on the IPMB write to. The module.
 *
 * The I2C core probes it, and calls its slave, in any context. Lock: bus->lock, a spinlock, guards
 * the message that is coming; it is held while that goes to the readers' queue.
 */
#include <linux/acpi.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/i2c.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include <ipmi/compat.h>
#include <ipmi/version.h>

#include "ipmb_dev.h"

/**
 * struct bus - a client
 * @file: its file
 * @is_i2c: messages are sent as they are, and not as blocks of the SMBus
 * @lock: guards what follows
 * @in: the message that is coming
 */
struct bus {
	struct ipmb_file *file;
	bool is_i2c;
	spinlock_t lock;
	struct ipmb_input in;
};

/**
 * client_send() - send a message
 * @client: the client
 * @bytes: the message, from its address on; at least IPMB_FRAME_MIN
 * @n: bytes of it
 *
 * A block of the SMBus is a message with a byte too many, its length: IPMB it is not. But that is
 * what a device without the property i2c-protocol sends, and who is at the other end may know it.
 *
 * Context: process; the transfer of the adapter.
 * Return: 0, or a negative errno.
 */
int client_send(struct i2c_client *client, const u8 *bytes, unsigned int n)
{
	struct bus *bus = i2c_get_clientdata(client);
	union i2c_smbus_data block;
	struct i2c_msg msg = {
		.addr = bytes[IPMB_TO] >> 1,
		.len = n - IPMB_NETFN,
		.buf = (u8 *)bytes + IPMB_NETFN,
	};
	int rv;

	if (bus->is_i2c) {
		rv = i2c_transfer(client->adapter, &msg, 1);
		return rv < 0 ? rv : rv == 1 ? 0 : -EIO;
	}
	block.block[0] = n - IPMB_HEAD_SUM;
	if (block.block[0] > I2C_SMBUS_BLOCK_MAX)
		return -EMSGSIZE;
	memcpy(block.block + 1, bytes + IPMB_HEAD_SUM, block.block[0]);
	return i2c_smbus_xfer(client->adapter, msg.addr, 0, I2C_SMBUS_WRITE, bytes[IPMB_NETFN],
			      I2C_SMBUS_BLOCK_DATA, &block);
}

static void end_locked(struct bus *bus)
{
	lockdep_assert_held(&bus->lock);
	if (ipmb_input_end(&bus->in))
		ipmb_file_received(bus->file, &bus->in.frame, bus->in.overlong);
}

/* A message ends where the bus is released, or the next transfer begins without that. */
static int slave_event(struct i2c_client *client, enum i2c_slave_event event, u8 *val)
{
	struct bus *bus = i2c_get_clientdata(client);

	guard(spinlock_irqsave)(&bus->lock);
	switch (event) {
	case I2C_SLAVE_WRITE_REQUESTED:
		end_locked(bus);
		ipmb_input_start(&bus->in, client->addr << 1);
		break;
	case I2C_SLAVE_WRITE_RECEIVED:
		ipmb_input_byte(&bus->in, *val);
		break;
	case I2C_SLAVE_READ_REQUESTED:
		end_locked(bus);
		fallthrough;
	case I2C_SLAVE_READ_PROCESSED:
		/* nobody reads on an IPMB */
		*val = 0xff;
		break;
	case I2C_SLAVE_STOP:
		end_locked(bus);
		break;
	}
	return 0;
}

static int bus_probe(struct i2c_client *client)
{
	struct device *dev = &client->dev;
	struct bus *bus = devm_kzalloc(dev, sizeof(*bus), GFP_KERNEL);
	int rv;

	if (!bus)
		return -ENOMEM;
	spin_lock_init(&bus->lock);
	bus->is_i2c = device_property_read_bool(dev, "i2c-protocol");
	bus->file = ipmb_file_add(client);
	if (IS_ERR(bus->file))
		return PTR_ERR(bus->file);
	i2c_set_clientdata(client, bus);
	client->flags |= I2C_CLIENT_SLAVE;
	rv = i2c_slave_register(client, slave_event);
	if (rv) {
		ipmb_file_stop(bus->file);
		ipmb_file_free(bus->file);
		return dev_err_probe(dev, rv, "its I2C adapter cannot be a slave at 0x%02x\n",
				     client->addr);
	}
	/* Nobody has the file before all of it works. */
	rv = ipmb_file_show(bus->file);
	if (rv) {
		ipmb_file_stop(bus->file);
		i2c_slave_unregister(client);
		ipmb_file_free(bus->file);
		return dev_err_probe(dev, rv, "no /dev/ipmb-%d\n", client->adapter->nr);
	}
	dev_info(dev, "/dev/ipmb-%d is address 0x%02x on the IPMB, %s\n", client->adapter->nr,
		 client->addr << 1,
		 bus->is_i2c ? "in messages of I2C" :
			       "which it writes to in blocks of the SMBus (no i2c-protocol)");
	return 0;
}

static IPMI_I2C_REMOVE_RET bus_remove(struct i2c_client *client)
{
	struct bus *bus = i2c_get_clientdata(client);

	ipmb_file_stop(bus->file);
	i2c_slave_unregister(client);
	ipmb_file_free(bus->file);
	IPMI_I2C_REMOVE_DONE;
}

static const struct i2c_device_id i2c_ids[] = {
	{ "ipmb-dev" },
	{ }
};
MODULE_DEVICE_TABLE(i2c, i2c_ids);

static const struct of_device_id of_ids[] = {
	{ .compatible = "ipmb-dev" },
	{ }
};
MODULE_DEVICE_TABLE(of, of_ids);

static const struct acpi_device_id acpi_ids[] = {
	{ "IPMB0001" },
	{ }
};
MODULE_DEVICE_TABLE(acpi, acpi_ids);

static struct i2c_driver bus_driver = {
	.driver = {
		.name = "ipmb-dev",
		.of_match_table = of_ids,
		.acpi_match_table = ACPI_PTR(acpi_ids),
	},
	.ipmi_i2c_probe = bus_probe,
	.remove = bus_remove,
	.id_table = i2c_ids,
};
module_i2c_driver(bus_driver);

MODULE_LICENSE("GPL");
MODULE_AUTHOR(IPMI_DRIVERS_AUTHOR);
MODULE_VERSION(IPMI_DRIVERS_VERSION);
MODULE_DESCRIPTION("An IPMB for programs");
