// SPDX-License-Identifier: GPL-2.0-only
/*
 * One SMBus block there or back; at panic too, where the adapter can do without sleeping.
 *
 * Called by bus.c, and by engine.c at panic. The I2C core takes an adapter's atomic transfer
 * at power off, but not at panic, where it would wait for a lock and for interrupts. So at
 * panic the adapter is called here, on a bus that nobody else has. No lock but the bus's
 * own, which is taken here so that at panic there is no doubt whose it is.
 */
#include "ssif.h"

/* Of SMBus over plain I2C: command, length, bytes, PEC. */
#define FRAME_MAX	(I2C_SMBUS_BLOCK_MAX + 3)

/* A transfer of our own that the panic has cut off is ours to end; another's is nobody's. */
static bool take_bus_at_panic(struct ssif *ssif)
{
	return ssif->has_bus || i2c_trylock_bus(ssif->client->adapter, I2C_LOCK_SEGMENT);
}

static void put_bus_at_panic(struct ssif *ssif)
{
	if (!ssif->has_bus)
		i2c_unlock_bus(ssif->client->adapter, I2C_LOCK_SEGMENT);
}

/**
 * xfer_obstacle() - why can nothing be transferred at panic?
 * @ssif: the interface
 *
 * Context: panic, power off.
 * Return: why, for the log; NULL if it can.
 */
const char *xfer_obstacle(struct ssif *ssif)
{
	const struct i2c_adapter *adapter = ssif->client->adapter;

	if (!adapter->algo->smbus_xfer_atomic && !adapter->algo->master_xfer_atomic)
		return "its adapter can only sleep";
	/* The I2C core switches the channel, and sleeps. */
	if (i2c_parent_is_i2c_adapter(adapter))
		return "it is behind a multiplexer";
	if (test_bit(I2C_ALF_IS_SUSPENDED, &adapter->locked_flags))
		return "its adapter is suspended";
	if (!take_bus_at_panic(ssif))
		return "another had its bus when the kernel stopped";
	put_bus_at_panic(ssif);
	return NULL;
}

static int i2c_at_panic(struct i2c_adapter *adapter, struct i2c_msg *msgs, int n)
{
	int rv = adapter->algo->master_xfer_atomic(adapter, msgs, n);

	return rv == n ? 0 : min(rv, -EIO);
}

/* SMBus 3.2, section 6.5.7; its PEC, section 6.4, begins with the address. */
static int write_by_i2c(struct i2c_client *client, u8 cmd, const union i2c_smbus_data *data)
{
	u8 to = client->addr << 1, frame[FRAME_MAX];
	unsigned int n = data->block[0] + 2;
	struct i2c_msg msg = { .addr = client->addr, .buf = frame };

	frame[0] = cmd;
	memcpy(frame + 1, data->block, n - 1);
	if (client->flags & I2C_CLIENT_PEC) {
		frame[n] = i2c_smbus_pec(i2c_smbus_pec(0, &to, 1), frame, n);
		n++;
	}
	msg.len = n;
	return i2c_at_panic(client->adapter, &msg, 1);
}

static int read_by_i2c(struct i2c_client *client, u8 cmd, union i2c_smbus_data *data)
{
	u8 head[] = { client->addr << 1, cmd, client->addr << 1 | 1 };
	bool pec = client->flags & I2C_CLIENT_PEC;
	u8 frame[FRAME_MAX] = {};
	struct i2c_msg msgs[] = {
		{ .addr = client->addr, .len = 1, .buf = &cmd },
		{
			.addr = client->addr,
			.flags = I2C_M_RD | I2C_M_RECV_LEN,
			.len = 1 + pec,
			.buf = frame,
		},
	};
	unsigned int n;
	int rv;

	rv = i2c_at_panic(client->adapter, msgs, 2);
	if (rv)
		return rv;
	n = frame[0] + 1;
	if (n > I2C_SMBUS_BLOCK_MAX + 1)
		return -EPROTO;
	if (pec && i2c_smbus_pec(i2c_smbus_pec(0, head, 3), frame, n) != frame[n])
		return -EBADMSG;
	memcpy(data->block, frame, n);
	return 0;
}

static int transfer_by_adapter(struct i2c_client *client, char rw, u8 cmd,
			       union i2c_smbus_data *data)
{
	struct i2c_adapter *adapter = client->adapter;

	if (adapter->algo->smbus_xfer_atomic)
		return adapter->algo->smbus_xfer_atomic(adapter, client->addr,
							client->flags & I2C_CLIENT_PEC, rw, cmd,
							I2C_SMBUS_BLOCK_DATA, data);
	if (rw == I2C_SMBUS_WRITE)
		return write_by_i2c(client, cmd, data);
	return read_by_i2c(client, cmd, data);
}

static int transfer_at_panic(struct ssif *ssif, char rw, u8 cmd, union i2c_smbus_data *data)
{
	int rv;

	if (!take_bus_at_panic(ssif))
		return -EBUSY;
	rv = transfer_by_adapter(ssif->client, rw, cmd, data);
	/* The first may do no more than end the one that was cut off. */
	if (rv && ssif->cut_off)
		rv = transfer_by_adapter(ssif->client, rw, cmd, data);
	ssif->cut_off = false;
	put_bus_at_panic(ssif);
	return rv;
}

static int transfer(struct ssif *ssif, char rw, u8 cmd, union i2c_smbus_data *data)
{
	struct i2c_client *client = ssif->client;
	int rv;

	if (READ_ONCE(ssif->panicking))
		return transfer_at_panic(ssif, rw, cmd, data);
	i2c_lock_bus(client->adapter, I2C_LOCK_SEGMENT);
	WRITE_ONCE(ssif->has_bus, true);
	rv = __i2c_smbus_xfer(client->adapter, client->addr, client->flags, rw, cmd,
			      I2C_SMBUS_BLOCK_DATA, data);
	WRITE_ONCE(ssif->has_bus, false);
	i2c_unlock_bus(client->adapter, I2C_LOCK_SEGMENT);
	return rv;
}

/**
 * xfer_write() - write one block
 * @ssif: the interface
 * @cmd: SMBus command
 * @bytes: what
 * @n: 1 to SSIF_BLOCK
 *
 * Context: process, sleeps; or panic.
 * Return: 0 or what the adapter says.
 */
int xfer_write(struct ssif *ssif, u8 cmd, const u8 *bytes, unsigned int n)
{
	union i2c_smbus_data data = {};

	data.block[0] = n;
	memcpy(data.block + 1, bytes, n);
	return transfer(ssif, I2C_SMBUS_WRITE, cmd, &data);
}

/**
 * xfer_read() - read one block
 * @ssif: the interface
 * @cmd: SMBus command
 * @block: room for SSIF_BLOCK bytes
 *
 * Not every adapter checks the length that the BMC gives, and the I2C core's own helper
 * would copy that many.
 *
 * Context: process, sleeps; or panic.
 * Return: its bytes; -EPROTO if there can be no such block; what the adapter says.
 */
int xfer_read(struct ssif *ssif, u8 cmd, u8 *block)
{
	union i2c_smbus_data data = {};
	int rv;

	rv = transfer(ssif, I2C_SMBUS_READ, cmd, &data);
	if (rv)
		return min(rv, -1);
	if (!data.block[0] || data.block[0] > SSIF_BLOCK)
		return -EPROTO;
	memcpy(block, data.block + 1, data.block[0]);
	return data.block[0];
}
