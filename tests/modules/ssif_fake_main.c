// SPDX-License-Identifier: GPL-2.0-only
/*
 * A fake SMBus adapter with a BMC at address 10h: slow, wrong, silent or gone as it is told.
 *
 * Nothing of the project is in here, so it serves any ipmi_ssif. Parameters:
 *
 *	level		"smbus": the adapter knows SMBus; "i2c": the I2C core makes SMBus of I2C
 *			messages for it, with a real PEC
 *	atomic		it has atomic transfers too
 *	absent		the BMC acknowledges nothing to begin with
 *	parts, pec	what Get System Interface Capabilities says; it is refused if parts is 4
 *	name		the adapter's name
 *	blocks, can_pec	the adapter knows SMBus blocks, and their PEC
 *	behind		the adapter is behind another one
 *	product		its product id, to tell it from others
 *	manufacturer	its maker's number
 *	guid		what Get Device GUID answers, as 32 hexadecimal digits
 *
 * debugfs, ssif_fake/:
 *
 *	fault		write "KIND [N [ARG [CMD]]]", of enum kind in ssif_fake.h: the next N
 *			times, 0 = for ever, and for a request with command CMD only, 0 = for all;
 *			"ok" heals
 *	post		write "event", "message" or "pretimeout": there is one; or "alert": it alerts,
 *			and has nothing to say
 *	hold		write MS: another has the bus for so long
 *	suspended	write 1: the adapter is
 *	log		what went over the bus, see ssif_fake_log.c
 *	bus_us		what a transfer takes
 *	think_us, answer_len, alert	as they say
 *	enables, echoes, reads, writes	what there was
 *	pecs, alarms, enables_asked	writes with a PEC; alerts of it that the host has asked
 *			about; Get BMC Global Enables
 *
 * What is added to its SEL, and events, are lines of the kernel's log; so are requests at panic.
 * Lock: a spinlock over all.
 *
 * The PEC is SMBus 2.0, section 5.4: a CRC of all bytes on the bus, both addresses with their
 * direction bit among them, over x^8 + x^2 + x + 1 from 0 on. It is computed here and not by the
 * I2C core, which is what it is to check. A wrong one behind a write is not acknowledged. IPMI
 * 2.0, section 12: whether a BMC ends an answer with one goes by the request; who wants one that
 * was not asked for reads FFh, for nobody drives the bus.
 *
 * An alert is SMBus 2.0, appendix A: it is up until the host has read a byte from address 0Ch, to
 * which who alerts answers with its own address in the upper seven bits; the lowest bit is free,
 * and here it is sometimes 1. Nobody answers there if nobody alerts. IPMI 2.0, sections 12 and 22.1: a
 * BMC alerts when it has an answer, or something to say by itself for which that is enabled.
 */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/i2c-smbus.h>
#include <linux/i2c.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <ipmi/compat.h>

#include "ssif_fake.h"

#define ADDRESS		0x10
#define ALERT_ADDRESS	0x0c
#define HANG_MS		20

static char *level = "smbus";
module_param(level, charp, 0);
static bool atomic;
module_param(atomic, bool, 0);
static bool absent;
module_param(absent, bool, 0);
static char *name = "ssif_fake";
module_param(name, charp, 0);
static bool blocks = true;
module_param(blocks, bool, 0);
static bool can_pec = true;
module_param(can_pec, bool, 0);
static bool behind;
module_param(behind, bool, 0);

static struct dentry *folder;
static struct i2c_client *ara;
static struct hrtimer alert_timer;
static u32 bus_us = 200;
static bool under_way;

static enum hrtimer_restart alert_now(struct hrtimer *timer)
{
	scoped_guard(spinlock_irqsave, &bmc.lock)
		bmc.alerting = true;
	if (i2c_get_clientdata(ara))
		i2c_handle_smbus_alert(ara);
	return HRTIMER_NORESTART;
}

static void alert_anyway(u32 us)
{
	if (ara)
		hrtimer_start(&alert_timer, ns_to_ktime(us * (u64)NSEC_PER_USEC), HRTIMER_MODE_REL);
}

void alert_in(u32 us)
{
	if (bmc.alert)
		alert_anyway(us);
}

/* A transfer that was stopped half-way leaves the bus as it is: the next one only ends it. */
static int use_bus(bool sleeps)
{
	bool hangs = READ_ONCE(bmc.fault) == HANG;
	static unsigned int hung;
	u32 us = hangs ? HANG_MS * USEC_PER_MSEC : READ_ONCE(bus_us);

	if (!sleeps) {
		bmc.at_panic = true;
		if (hangs)
			pr_emerg("ssif_fake: hung %u times at panic\n", ++hung);
		mdelay(hangs ? HANG_MS : 1);
		return xchg(&under_way, false) ? -ETIMEDOUT : 0;
	}
	WRITE_ONCE(under_way, true);
	fsleep(us);
	WRITE_ONCE(under_way, false);
	return 0;
}

/* The address of who alerts, to whoever reads the alert response address. */
static int alert_response(u64 begun, u8 *byte)
{
	int rv = bmc.alerting ? 0 : -ENXIO;

	if (bmc.alerting)
		*byte = ADDRESS << 1 | (++bmc.alarms & 1);
	bmc.alerting = false;
	log_transfer(begun, 'a', 0, rv, byte, !rv);
	return rv;
}

/* No adapter takes an answer for good whose PEC is wrong; this one may be told which is. */
static bool has_bad_pec(u8 cmd)
{
	return bmc.fault == BAD_PEC && (!bmc.arg || bmc.arg == cmd) && strikes(BAD_PEC);
}

static int smbus_block(u64 begun, char rw, u8 cmd, u8 *block)
{
	int rv;

	if (rw == I2C_SMBUS_WRITE) {
		rv = take(cmd, block + 1, block[0]);
	} else {
		rv = give(cmd, block + 1, block);
		if (!rv && has_bad_pec(cmd))
			rv = -EBADMSG;
	}
	log_transfer(begun, rw == I2C_SMBUS_WRITE ? 'w' : 'r', cmd, rv, block + 1,
		     rw == I2C_SMBUS_WRITE || !rv ? block[0] : 0);
	return rv;
}

static int quick(u64 begun)
{
	int rv = bmc.fault == NACK ? -ENXIO : 0;

	log_transfer(begun, 'q', 0, rv, NULL, 0);
	return rv;
}

static int smbus(u16 addr, unsigned short flags, char rw, u8 cmd, int size,
		 union i2c_smbus_data *data, bool sleeps)
{
	u64 begun = log_now();
	int rv = use_bus(sleeps);

	if (rv)
		return rv;
	guard(spinlock_irqsave)(&bmc.lock);
	if (addr == ALERT_ADDRESS && size == I2C_SMBUS_BYTE && rw == I2C_SMBUS_READ)
		return alert_response(begun, &data->byte);
	if (addr != ADDRESS)
		return -ENXIO;
	if (size == I2C_SMBUS_QUICK)
		return quick(begun);
	if (size != I2C_SMBUS_BLOCK_DATA)
		return -EOPNOTSUPP;
	return smbus_block(begun, rw, cmd, data->block);
}

static int smbus_xfer(struct i2c_adapter *a, u16 addr, unsigned short flags, char rw, u8 cmd,
		      int size, union i2c_smbus_data *data)
{
	return smbus(addr, flags, rw, cmd, size, data, true);
}

static int smbus_xfer_atomic(struct i2c_adapter *a, u16 addr, unsigned short flags, char rw,
			     u8 cmd, int size, union i2c_smbus_data *data)
{
	return smbus(addr, flags, rw, cmd, size, data, false);
}

/* SMBus 2.0, section 5.4. */
static u8 crc8(u8 crc, const u8 *bytes, unsigned int n)
{
	unsigned int bit;

	while (n--) {
		crc ^= *bytes++;
		for (bit = 0; bit < 8; bit++)
			crc = crc & 0x80 ? crc << 1 ^ 0x07 : crc << 1;
	}
	return crc;
}

/* SMBus 2.0, section 5.5.7: command, length, bytes; a PEC, or none. */
static int i2c_write(u64 begun, struct i2c_msg *msg)
{
	bool has_pec = msg->len > 2 && msg->len == msg->buf[1] + 3U;
	u8 to = ADDRESS << 1;
	int rv;

	if (!msg->len)
		return quick(begun);
	if (msg->len < 3 || msg->len - 2U - has_pec != msg->buf[1])
		return -ENXIO;
	if (has_pec && crc8(crc8(0, &to, 1), msg->buf, msg->len - 1) != msg->buf[msg->len - 1])
		return -ENXIO;
	bmc.pecs += has_pec;
	bmc.with_pec = has_pec;
	rv = take(msg->buf[0], msg->buf + 2, msg->buf[1]);
	log_transfer(begun, 'w', msg->buf[0], rv, msg->buf + 2, msg->buf[1]);
	return rv;
}

static int i2c_read(u64 begun, u8 cmd, struct i2c_msg *msg)
{
	u8 head[] = { ADDRESS << 1, cmd, ADDRESS << 1 | 1 };
	u8 n = 0;
	int rv = give(cmd, msg->buf + 1, &n);

	log_transfer(begun, 'r', cmd, rv, msg->buf + 1, rv ? 0 : n);
	if (rv)
		return rv;
	if (!n || n > 32)
		return -EPROTO;
	msg->buf[0] = n;
	if (msg->len > 1) {
		msg->buf[n + 1] = bmc.with_pec ? crc8(crc8(0, head, 3), msg->buf, n + 1) : 0xff;
		/* The last byte; at panic the completion code. */
		if (has_bad_pec(cmd))
			msg->buf[bmc.at_panic ? 3 : n] ^= 0x55;
	}
	msg->len += n;
	return 0;
}

static int i2c(struct i2c_msg *msgs, int n, bool sleeps)
{
	u64 begun = log_now();
	int rv = use_bus(sleeps);

	if (rv)
		return rv;
	guard(spinlock_irqsave)(&bmc.lock);
	if (msgs->addr == ALERT_ADDRESS && n == 1 && msgs->flags & I2C_M_RD)
		return alert_response(begun, msgs->buf) ?: 1;
	if (msgs->addr != ADDRESS)
		return -ENXIO;
	if (n == 1 && !(msgs->flags & I2C_M_RD))
		rv = i2c_write(begun, msgs);
	else if (n == 2 && msgs[1].flags & I2C_M_RECV_LEN)
		rv = i2c_read(begun, msgs->buf[0], msgs + 1);
	else
		rv = -EOPNOTSUPP;
	return rv ?: n;
}

static int i2c_xfer(struct i2c_adapter *a, struct i2c_msg *msgs, int n)
{
	return i2c(msgs, n, true);
}

static int i2c_xfer_atomic(struct i2c_adapter *a, struct i2c_msg *msgs, int n)
{
	return i2c(msgs, n, false);
}

static u32 functionality(struct i2c_adapter *a)
{
	return I2C_FUNC_SMBUS_QUICK | I2C_FUNC_SMBUS_BYTE |
	       (blocks ? I2C_FUNC_SMBUS_BLOCK_DATA : 0) | (can_pec ? I2C_FUNC_SMBUS_PEC : 0);
}

static struct i2c_algorithm algorithm = { .functionality = functionality };

static struct i2c_adapter adapter = {
	.owner = THIS_MODULE,
	.class = I2C_CLASS_HWMON,
	.algo = &algorithm,
};

/* What it may be behind. */
static struct i2c_adapter root = {
	.owner = THIS_MODULE,
	.algo = &algorithm,
	.name = "ssif_root",
};

static ssize_t fault_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	char line[48] = "", name[16] = "";
	unsigned int times = 0, arg = 0, only = 0;
	int kind;

	if (len >= sizeof(line) || copy_from_user(line, from, len))
		return -EINVAL;
	if (sscanf(line, "%15s %u %u %u", name, &times, &arg, &only) < 1)
		return -EINVAL;
	kind = match_string(fake_kinds, NR_KINDS, name);
	if (kind < 0)
		return kind;
	guard(spinlock_irqsave)(&bmc.lock);
	bmc.fault = kind;
	bmc.times = times;
	bmc.arg = arg;
	bmc.only = only;
	return len;
}

static const struct file_operations fault_ops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = fault_write,
};

static ssize_t post_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	char what[16] = "";
	u8 enable = BIT(0);

	if (len >= sizeof(what) || copy_from_user(what, from, len))
		return -EINVAL;
	guard(spinlock_irqsave)(&bmc.lock);
	if (sysfs_streq(what, "event")) {
		bmc.events++;
		bmc.flags |= BIT(1);
		enable = BIT(1);
	} else if (sysfs_streq(what, "message")) {
		bmc.flags |= BIT(0);
	} else if (sysfs_streq(what, "pretimeout")) {
		bmc.flags |= BIT(3);
	} else if (sysfs_streq(what, "alert")) {
		alert_anyway(0);
		return len;
	} else {
		return -EINVAL;
	}
	if (bmc.enables & enable)
		alert_in(0);
	return len;
}

static const struct file_operations post_ops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = post_write,
};

static ssize_t hold_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	unsigned int ms;
	int rv = kstrtouint_from_user(from, len, 0, &ms);

	if (rv)
		return rv;
	i2c_lock_bus(&adapter, I2C_LOCK_SEGMENT);
	msleep(ms);
	i2c_unlock_bus(&adapter, I2C_LOCK_SEGMENT);
	return len;
}

static const struct file_operations hold_ops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = hold_write,
};

static int suspended_set(void *unused, u64 value)
{
	if (value)
		i2c_mark_adapter_suspended(&adapter);
	else
		i2c_mark_adapter_resumed(&adapter);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(suspended_ops, NULL, suspended_set, "%llu\n");

static void show(void)
{
	folder = debugfs_create_dir("ssif_fake", NULL);
	debugfs_create_file("fault", 0200, folder, NULL, &fault_ops);
	debugfs_create_file("post", 0200, folder, NULL, &post_ops);
	debugfs_create_file("hold", 0200, folder, NULL, &hold_ops);
	debugfs_create_file_unsafe("suspended", 0200, folder, NULL, &suspended_ops);
	log_init(folder);
	debugfs_create_u32("bus_us", 0600, folder, &bus_us);
	debugfs_create_u32("think_us", 0600, folder, &bmc.think_us);
	debugfs_create_u32("answer_len", 0600, folder, &bmc.answer_len);
	debugfs_create_bool("alert", 0600, folder, &bmc.alert);
	debugfs_create_x8("enables", 0600, folder, &bmc.enables);
	debugfs_create_u32("echoes", 0400, folder, &bmc.echoes);
	debugfs_create_u32("reads", 0400, folder, &bmc.reads);
	debugfs_create_u32("writes", 0400, folder, &bmc.writes);
	debugfs_create_u32("pecs", 0400, folder, &bmc.pecs);
	debugfs_create_u32("alarms", 0400, folder, &bmc.alarms);
	debugfs_create_u32("enables_asked", 0400, folder, &bmc.enables_asked);
}

static int add_adapters(void)
{
	int rv;

	strscpy(adapter.name, name, sizeof(adapter.name));
	if (behind) {
		rv = i2c_add_adapter(&root);
		if (rv)
			return rv;
		adapter.dev.parent = &root.dev;
	}
	rv = i2c_add_adapter(&adapter);
	if (rv && behind)
		i2c_del_adapter(&root);
	return rv;
}

static void del_adapters(void)
{
	i2c_del_adapter(&adapter);
	if (behind)
		i2c_del_adapter(&root);
}

static int __init ssif_fake_init(void)
{
	struct i2c_smbus_alert_setup setup = {};
	int rv;

	spin_lock_init(&bmc.lock);
	bmc.fault = absent ? NACK : OK;
	ipmi_hrtimer_setup(&alert_timer, alert_now, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	if (!strcmp(level, "i2c")) {
		algorithm.master_xfer = i2c_xfer;
		algorithm.master_xfer_atomic = atomic ? i2c_xfer_atomic : NULL;
	} else {
		algorithm.smbus_xfer = smbus_xfer;
		algorithm.smbus_xfer_atomic = atomic ? smbus_xfer_atomic : NULL;
	}
	rv = add_adapters();
	if (rv)
		return rv;
	ara = i2c_new_smbus_alert_device(&adapter, &setup);
	if (IS_ERR(ara)) {
		del_adapters();
		return PTR_ERR(ara);
	}
	show();
	return 0;
}

static void __exit ssif_fake_exit(void)
{
	debugfs_remove_recursive(folder);
	scoped_guard(spinlock_irqsave, &bmc.lock)
		bmc.alert = false;
	hrtimer_cancel(&alert_timer);
	i2c_unregister_device(ara);
	del_adapters();
}

module_init(ssif_fake_init);
module_exit(ssif_fake_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A fake SMBus adapter with a BMC");
