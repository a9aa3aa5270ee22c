// SPDX-License-Identifier: GPL-2.0-only
/*
 * i2c_loop: two I2C adapters, "i2c_loop host" and "i2c_loop bmc", that are one bus. A transfer of
 * either reaches the slaves of both through i2c_slave_event(), with interrupts off, as an I2C
 * controller's handler would. debugfs, i2c_loop/:
 *
 *	ssif	N puts a client of ssif_bmc at 10h of the BMC's adapter, whose property timeout-ms
 *		is N, 0 = it has none; what was there goes first. "none": no other one
 *	stubborn	the slave cannot refuse a byte, as with controllers that acknowledge by
 *			themselves
 *	extra	the slave is asked for a byte more than the host takes
 *	stops	so many stops it is not told of
 *	strike	the byte of the bus, counted from now, that arrives with the bits of flip wrong
 *	flip	see there
 *	alerts	how often the BMC's line became low, which is an alert
 *	low	whether it is
 *
 * Where the kernel has GPIOs, the BMC's client has a line "alert", and the host's adapter an SMBus
 * alert: who then reads from 0Ch gets the BMC's address, once for each time that the line became low.
 *
 * Lock: loop.lock, a spinlock, as of a controller's handler: events are told under it.
 */
#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/gpio/driver.h>
#include <linux/gpio/machine.h>
#include <linux/i2c-smbus.h>
#include <linux/i2c.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/property.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#define ADDRESS		0x10
#define ALERT_ADDRESS	0x0c
#define SLAVES		8
#define SLAVE_NAME	0x1000	/* in a client's name: it is a slave */

static struct loop {
	struct mutex adding;
	struct i2c_client *ssif;
	struct i2c_client *ara;
	struct dentry *folder;

	spinlock_t lock;
	struct i2c_client *slaves[SLAVES];
	bool stubborn;
	bool extra;
	u32 stops;
	u32 strike;
	u8 flip;
	u32 alerts;
	u32 low;
	bool alarm;
} loop;

static struct i2c_client *find_locked(u16 addr)
{
	unsigned int i;

	for (i = 0; i < SLAVES; i++)
		if (loop.slaves[i] && loop.slaves[i]->addr == addr)
			return loop.slaves[i];
	return NULL;
}

/* What arrives of a byte. */
static u8 wire_locked(u8 val)
{
	if (loop.strike && !--loop.strike)
		val ^= loop.flip;
	return val;
}

static int write_locked(struct i2c_client *slave, const struct i2c_msg *msg)
{
	unsigned int i;
	u8 val = 0;

	if (i2c_slave_event(slave, I2C_SLAVE_WRITE_REQUESTED, &val) < 0 && !loop.stubborn)
		return -ENXIO;
	for (i = 0; i < msg->len; i++) {
		val = wire_locked(msg->buf[i]);
		if (i2c_slave_event(slave, I2C_SLAVE_WRITE_RECEIVED, &val) < 0 && !loop.stubborn)
			return -ENXIO;
	}
	return 0;
}

static int read_locked(struct i2c_client *slave, struct i2c_msg *msg)
{
	enum i2c_slave_event event = I2C_SLAVE_READ_REQUESTED;
	unsigned int i;
	u8 val = 0;

	for (i = 0; i < msg->len; i++) {
		i2c_slave_event(slave, event, &val);
		event = I2C_SLAVE_READ_PROCESSED;
		msg->buf[i] = wire_locked(val);
		if (i || !(msg->flags & I2C_M_RECV_LEN))
			continue;
		if (!msg->buf[0] || msg->buf[0] > I2C_SMBUS_BLOCK_MAX)
			return -EPROTO;
		msg->len += msg->buf[0];
	}
	if (loop.extra)
		i2c_slave_event(slave, I2C_SLAVE_READ_PROCESSED, &val);
	return 0;
}

static int alert_response_locked(struct i2c_msg *msg)
{
	if (!loop.alarm || !(msg->flags & I2C_M_RD) || msg->len != 1)
		return -ENXIO;
	loop.alarm = false;
	msg->buf[0] = ADDRESS << 1;
	return 0;
}

static int message_locked(struct i2c_msg *msg, struct i2c_client **slave)
{
	if (msg->addr == ALERT_ADDRESS)
		return alert_response_locked(msg);
	*slave = find_locked(msg->addr);
	if (!*slave)
		return -ENXIO;
	return msg->flags & I2C_M_RD ? read_locked(*slave, msg) : write_locked(*slave, msg);
}

static int loop_xfer(struct i2c_adapter *adapter, struct i2c_msg *msgs, int n)
{
	struct i2c_client *slave = NULL;
	int i, rv = 0;
	u8 val = 0;

	guard(spinlock_irqsave)(&loop.lock);
	for (i = 0; i < n && !rv; i++)
		rv = message_locked(msgs + i, &slave);
	if (slave && loop.stops)
		loop.stops--;
	else if (slave)
		i2c_slave_event(slave, I2C_SLAVE_STOP, &val);
	return rv ?: n;
}

static u32 loop_functionality(struct i2c_adapter *adapter)
{
	return I2C_FUNC_I2C | I2C_FUNC_SMBUS_EMUL | I2C_FUNC_SMBUS_READ_BLOCK_DATA | I2C_FUNC_SLAVE;
}

static int replace(struct i2c_client *was, struct i2c_client *is)
{
	unsigned int i;

	guard(spinlock_irqsave)(&loop.lock);
	if (is && find_locked(is->addr))
		return -EBUSY;
	for (i = 0; i < SLAVES; i++) {
		if (loop.slaves[i] == was) {
			loop.slaves[i] = is;
			return 0;
		}
	}
	return -EBUSY;
}

static int loop_reg(struct i2c_client *slave)
{
	return replace(NULL, slave);
}

static int loop_unreg(struct i2c_client *slave)
{
	return replace(slave, NULL);
}

static const struct i2c_algorithm algorithm = {
	.master_xfer = loop_xfer,
	.functionality = loop_functionality,
	.reg_slave = loop_reg,
	.unreg_slave = loop_unreg,
};

static struct i2c_adapter host = { .owner = THIS_MODULE, .algo = &algorithm, .name = "i2c_loop host" };
static struct i2c_adapter bmc = { .owner = THIS_MODULE, .algo = &algorithm, .name = "i2c_loop bmc" };

#ifdef CONFIG_GPIOLIB

static char client_name[24];
static struct gpio_chip chip = {
	.label = "i2c_loop",
	.owner = THIS_MODULE,
	.base = -1,
	.ngpio = 1,
};

/* Low is the alert, as SMBus has it. */
static struct gpiod_lookup_table lines = {
	.dev_id = client_name,
	.table = { GPIO_LOOKUP("i2c_loop", 0, "alert", GPIO_ACTIVE_LOW), {} },
};

static void line_set(struct gpio_chip *gc, unsigned int offset, int high)
{
	scoped_guard(spinlock_irqsave, &loop.lock) {
		if (loop.low == !high)
			return;
		loop.low = !high;
		loop.alarm = !high;
		loop.alerts += !high;
	}
	if (!high)
		i2c_handle_smbus_alert(loop.ara);
}

static int line_output(struct gpio_chip *gc, unsigned int offset, int high)
{
	line_set(gc, offset, high);
	return 0;
}

static int line_direction(struct gpio_chip *gc, unsigned int offset)
{
	return GPIO_LINE_DIRECTION_OUT;
}

static int add_line(void)
{
	int rv;

	chip.set = line_set;
	chip.direction_output = line_output;
	chip.get_direction = line_direction;
	rv = gpiochip_add_data(&chip, NULL);
	if (rv)
		return rv;
	snprintf(client_name, sizeof(client_name), "%d-%04x", bmc.nr, SLAVE_NAME | ADDRESS);
	gpiod_add_lookup_table(&lines);
	return 0;
}

static void del_line(void)
{
	gpiod_remove_lookup_table(&lines);
	gpiochip_remove(&chip);
}

#else

static int add_line(void)
{
	return 0;
}

static void del_line(void)
{
}

#endif

static struct property_entry properties[] = { PROPERTY_ENTRY_U32("timeout-ms", 0), {} };
static const struct software_node node = { .name = "i2c_loop", .properties = properties };

static int ssif_set(bool wanted, u32 timeout_ms)
{
	struct i2c_board_info info = {
		I2C_BOARD_INFO("ipmi-ssif-host", ADDRESS),
		.flags = I2C_CLIENT_SLAVE,
	};
	struct i2c_client *client;

	guard(mutex)(&loop.adding);
	if (loop.ssif)
		i2c_unregister_device(loop.ssif);
	loop.ssif = NULL;
	if (!wanted)
		return 0;
	properties[0] = PROPERTY_ENTRY_U32("timeout-ms", timeout_ms);
	if (timeout_ms)
		info.swnode = &node;
	client = i2c_new_client_device(&bmc, &info);
	if (IS_ERR(client))
		return PTR_ERR(client);
	loop.ssif = client;
	return 0;
}

static ssize_t ssif_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	char text[16] = "";
	u32 ms = 0;
	int rv;

	if (len >= sizeof(text) || copy_from_user(text, from, len))
		return -EINVAL;
	if (!sysfs_streq(text, "none")) {
		rv = kstrtou32(text, 0, &ms);
		if (rv)
			return rv;
		rv = ssif_set(true, ms);
	} else {
		rv = ssif_set(false, 0);
	}
	return rv ?: len;
}

static const struct file_operations ssif_ops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = ssif_write,
};

static void show(void)
{
	loop.folder = debugfs_create_dir("i2c_loop", NULL);
	debugfs_create_file("ssif", 0200, loop.folder, NULL, &ssif_ops);
	debugfs_create_bool("stubborn", 0600, loop.folder, &loop.stubborn);
	debugfs_create_bool("extra", 0600, loop.folder, &loop.extra);
	debugfs_create_u32("stops", 0600, loop.folder, &loop.stops);
	debugfs_create_u32("strike", 0600, loop.folder, &loop.strike);
	debugfs_create_x8("flip", 0600, loop.folder, &loop.flip);
	debugfs_create_u32("alerts", 0400, loop.folder, &loop.alerts);
	debugfs_create_u32("low", 0400, loop.folder, &loop.low);
}

static int __init i2c_loop_init(void)
{
	struct i2c_smbus_alert_setup setup = {};
	int rv;

	mutex_init(&loop.adding);
	spin_lock_init(&loop.lock);
	rv = i2c_add_adapter(&host);
	if (rv)
		return rv;
	rv = i2c_add_adapter(&bmc);
	if (rv)
		goto no_bmc;
	loop.ara = i2c_new_smbus_alert_device(&host, &setup);
	rv = PTR_ERR_OR_ZERO(loop.ara);
	if (rv)
		goto no_alert;
	rv = add_line();
	if (rv)
		goto no_line;
	show();
	return 0;

no_line:
	i2c_unregister_device(loop.ara);
no_alert:
	i2c_del_adapter(&bmc);
no_bmc:
	i2c_del_adapter(&host);
	return rv;
}

static void __exit i2c_loop_exit(void)
{
	debugfs_remove_recursive(loop.folder);
	ssif_set(false, 0);
	del_line();
	i2c_unregister_device(loop.ara);
	i2c_del_adapter(&bmc);
	i2c_del_adapter(&host);
}

module_init(i2c_loop_init);
module_exit(i2c_loop_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Two I2C adapters that are one bus");
