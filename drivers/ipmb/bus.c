// SPDX-License-Identifier: GPL-2.0-only
/*
 * I2C: a message is written to the address of its receiver, and what others write to ours comes
 * byte by byte.
 *
 * Called by probe.c and engine.c; the slave by the I2C adapter's driver, in any context. Lock:
 * ipmb->lock, for one byte, or for what becomes of a whole message.
 */
#include <linux/err.h>
#include <linux/of.h>

#include "ipmb.h"

static void end_locked(struct ipmb *ipmb)
{
	lockdep_assert_held(&ipmb->lock);
	if (ipmb_input_end(&ipmb->in))
		ipmb_engine_received_locked(ipmb, &ipmb->in.frame, ipmb->in.overlong);
}

/* A message ends where the bus is released, or the next transfer begins without that. */
static int slave_event(struct i2c_client *slave, enum i2c_slave_event event, u8 *val)
{
	struct ipmb *ipmb = i2c_get_clientdata(slave);

	guard(spinlock_irqsave)(&ipmb->lock);
	switch (event) {
	case I2C_SLAVE_WRITE_REQUESTED:
		end_locked(ipmb);
		ipmb_input_start(&ipmb->in, ipmb->own);
		break;
	case I2C_SLAVE_WRITE_RECEIVED:
		ipmb_input_byte(&ipmb->in, *val);
		break;
	case I2C_SLAVE_READ_REQUESTED:
		end_locked(ipmb);
		fallthrough;
	case I2C_SLAVE_READ_PROCESSED:
		/* nobody reads on an IPMB */
		*val = 0xff;
		break;
	case I2C_SLAVE_STOP:
		end_locked(ipmb);
		break;
	}
	return 0;
}

/* Where another adapter is the slave, there is a second client with our address on that. */
static int make_slave(struct ipmb *ipmb, struct device_node *node)
{
	struct i2c_board_info info = {
		.type = "ipmb-slave",
		.addr = ipmb->client->addr,
		.flags = I2C_CLIENT_SLAVE,
	};
	struct i2c_adapter *adapter = of_get_i2c_adapter_by_node(node);

	if (!adapter)
		return -EPROBE_DEFER;
	ipmb->slave = i2c_new_client_device(adapter, &info);
	i2c_put_adapter(adapter);
	return PTR_ERR_OR_ZERO(ipmb->slave);
}

static void unmake_slave(struct ipmb *ipmb)
{
	if (ipmb->slave != ipmb->client)
		i2c_unregister_device(ipmb->slave);
}

/**
 * ipmb_bus_init() - others may write to us
 * @ipmb: the interface, which is ready for that
 *
 * Context: process.
 * Return: 0, or a negative errno.
 */
int ipmb_bus_init(struct ipmb *ipmb)
{
	struct device_node *node = of_parse_phandle(ipmb->dev->of_node, "slave-dev", 0);
	int rv = 0;

	if (node) {
		rv = make_slave(ipmb, node);
		of_node_put(node);
	} else {
		ipmb->slave = ipmb->client;
		ipmb->slave->flags |= I2C_CLIENT_SLAVE;
	}
	if (rv)
		return dev_err_probe(ipmb->dev, rv, "no I2C client for its slave-dev\n");
	i2c_set_clientdata(ipmb->slave, ipmb);
	rv = i2c_slave_register(ipmb->slave, slave_event);
	if (!rv)
		return 0;
	unmake_slave(ipmb);
	return dev_err_probe(ipmb->dev, rv, "its I2C adapter cannot be a slave at 0x%02x\n",
			     ipmb->client->addr);
}

/**
 * ipmb_bus_end() - nobody writes to us any more
 * @ipmb: the interface
 *
 * Context: process.
 */
void ipmb_bus_end(struct ipmb *ipmb)
{
	i2c_slave_unregister(ipmb->slave);
	unmake_slave(ipmb);
}

/**
 * ipmb_bus_write() - write a message
 * @ipmb: the interface, with the message in @ipmb->wire
 * @n: bytes of it
 *
 * Context: process; the transfer of the adapter.
 * Return: 0; a negative errno if nobody has it, or perhaps nobody.
 */
int ipmb_bus_write(struct ipmb *ipmb, unsigned int n)
{
	struct i2c_msg msg = {
		.addr = ipmb->wire[IPMB_TO] >> 1,
		.len = n - IPMB_NETFN,
		.buf = ipmb->wire + IPMB_NETFN,
	};
	int rv = i2c_transfer(ipmb->client->adapter, &msg, 1);

	return rv < 0 ? rv : rv == 1 ? 0 : -EIO;
}
