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
 *	parts, pec	what Get System Interface Capabilities says
 *	product		its product id, to tell it from others
 *	manufacturer	its maker's number
 *	guid		what Get Device GUID answers, as 32 hexadecimal digits
 *
 * debugfs, ssif_fake/:
 *
 *	fault		write "KIND [N [ARG]]", of enum kind below: the next N times, 0 = for
 *			ever; "ok" heals
 *	post		write "event", "message" or "pretimeout": there is one
 *	think_us, answer_len, alert	as they say
 *	enables, echoes, reads, writes, pecs	what there was; the last are writes with a PEC
 *
 * What is added to its SEL, and events, are lines of the log. Lock: a spinlock over all.
 */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/i2c-smbus.h>
#include <linux/i2c.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <ipmi/compat.h>

#define ADDRESS		0x10
#define ALERT_ADDRESS	0x0c
#define MESSAGE_MAX	300
#define NETFN_OEM	0x2e
#define XFER_US		200
#define HANG_MS		20

static char *level = "smbus";
module_param(level, charp, 0);
static bool atomic;
module_param(atomic, bool, 0);
static bool absent;
module_param(absent, bool, 0);
static uint parts = 2;
module_param(parts, uint, 0);
static bool pec;
module_param(pec, bool, 0);
static ushort product = 0x5546;
module_param(product, ushort, 0);
static char *guid = "";
module_param(guid, charp, 0);
static uint manufacturer = 0x7ed9;
module_param(manufacturer, uint, 0);

enum kind {
	OK,
	NACK,		/* nothing is acknowledged */
	NACK_WRITE,
	NACK_READ,
	NACK_MIDDLE,	/* a second or later part of an answer */
	HANG,		/* the adapter gives up after a while */
	UNSURE,		/* it gives up, but the BMC has the request */
	LENGTH,		/* ARG is the length of a block */
	NUMBER,		/* a part has a wrong number */
	LOST,		/* a part is left out */
	REPEAT,		/* a part comes twice */
	NETFN,		/* the answer has another NetFn */
	COMMAND,	/* or another command */
	SHORT,		/* or ends before its completion code */
	ENDLESS,	/* or does not end */
	STALE,		/* the last one is given until there is one */
	BAD_PEC,
	NR_KINDS
};

static const char *const kinds[NR_KINDS] = {
	[OK] = "ok",		[NACK] = "nack",       [NACK_WRITE] = "nack-write",
	[NACK_READ] = "nack-read", [NACK_MIDDLE] = "nack-middle", [HANG] = "hang",
	[UNSURE] = "unsure",	[LENGTH] = "length",   [NUMBER] = "number",
	[LOST] = "lost",	[REPEAT] = "repeat",   [NETFN] = "netfn",
	[COMMAND] = "command",	[SHORT] = "short",     [ENDLESS] = "endless",
	[STALE] = "stale",	[BAD_PEC] = "pec",
};

static struct {
	spinlock_t lock;
	enum kind fault;
	u32 times, arg;
	u8 rq[MESSAGE_MAX], rsp[MESSAGE_MAX], old[MESSAGE_MAX];
	unsigned int rq_len, rsp_len, old_len, part;
	u64 ready_ns;
	u32 think_us, answer_len;
	u8 enables, flags, events;
	bool alert, alerting;
	u32 echoes, reads, writes, pecs;
} bmc = { .answer_len = 16 };

static struct dentry *folder;
static struct i2c_client *ara;
static struct hrtimer alert_timer;

/* Is it the fault's turn? */
static bool strikes(enum kind kind)
{
	if (bmc.fault != kind)
		return false;
	if (bmc.times && !--bmc.times)
		bmc.fault = OK;
	return true;
}

static enum hrtimer_restart alert_now(struct hrtimer *timer)
{
	scoped_guard(spinlock_irqsave, &bmc.lock)
		bmc.alerting = true;
	if (i2c_get_clientdata(ara))
		i2c_handle_smbus_alert(ara);
	return HRTIMER_NORESTART;
}

static void alert_in(u32 us)
{
	if (bmc.alert && ara)
		hrtimer_start(&alert_timer, ns_to_ktime(us * (u64)NSEC_PER_USEC), HRTIMER_MODE_REL);
}

static u8 sum(const u8 *bytes, unsigned int n)
{
	u8 s = 0;

	while (n--)
		s -= *bytes++;
	return s;
}

/* A command to the host, from 24h on the IPMB; IPMI 2.0, section 22.6. */
static void get_message(void)
{
	u8 ipmb[] = { 0x00, 0x30 << 2, 0, 0x24, 0x04, 0x5a, 0x11, 0 };

	if (!(bmc.flags & BIT(0))) {
		bmc.rsp[2] = 0x80;
		return;
	}
	bmc.flags &= ~BIT(0);
	ipmb[2] = sum((u8[]){ 0x20, ipmb[1] }, 2);
	ipmb[7] = sum(ipmb + 3, 4);
	memcpy(bmc.rsp + 3, ipmb, sizeof(ipmb));
	bmc.rsp_len += sizeof(ipmb);
}

static void read_event(void)
{
	if (!bmc.events) {
		bmc.rsp[2] = 0x80;
		return;
	}
	memset(bmc.rsp + 3, bmc.events, 16);
	bmc.rsp_len += 16;
	if (!--bmc.events)
		bmc.flags &= ~BIT(1);
}

static void echo(void)
{
	unsigned int i;

	bmc.echoes++;
	for (i = 0; i < min_t(u32, bmc.answer_len, MESSAGE_MAX - 3); i++)
		bmc.rsp[bmc.rsp_len++] = bmc.rq[2 + i % max(bmc.rq_len - 2, 1U)] + i * 7;
}

static void get_guid(void)
{
	unsigned int i;

	for (i = 0; i < 16; i++) {
		if (strlen(guid) < 32 || sscanf(guid + 2 * i, "%2hhx", &bmc.rsp[3 + i]) != 1) {
			bmc.rsp[2] = 0xc1;
			return;
		}
	}
	bmc.rsp_len += 16;
}

static void app(void)
{
	u8 device_id[] = { 0x20, 0x01, 0x01, 0x23, 0x02, 0xbf, manufacturer, manufacturer >> 8,
			   manufacturer >> 16, product, product >> 8 };
	u8 capabilities[] = { 0, parts << 6 | pec << 3, 255, 255 };

	switch (bmc.rq[1]) {
	case 0x01:
		memcpy(bmc.rsp + 3, device_id, sizeof(device_id));
		bmc.rsp_len += sizeof(device_id);
		break;
	case 0x02:
	case 0x03:
		bmc.enables = 0;
		break;
	case 0x08:
		get_guid();
		break;
	case 0x2e:
		bmc.enables = bmc.rq[2];
		break;
	case 0x2f:
		bmc.rsp[bmc.rsp_len++] = bmc.enables;
		break;
	case 0x30:
		bmc.flags &= ~bmc.rq[2];
		break;
	case 0x31:
		bmc.rsp[bmc.rsp_len++] = bmc.flags;
		break;
	case 0x33:
		get_message();
		break;
	case 0x35:
		read_event();
		break;
	case 0x57:
		memcpy(bmc.rsp + 3, capabilities, sizeof(capabilities));
		bmc.rsp_len += sizeof(capabilities);
		break;
	default:
		bmc.rsp[2] = 0xc1;
	}
}

static void execute(void)
{
	memcpy(bmc.old, bmc.rsp, bmc.rsp_len);
	bmc.old_len = bmc.rsp_len;
	bmc.rsp[0] = bmc.rq[0] | 4;
	bmc.rsp[1] = bmc.rq[1];
	bmc.rsp[2] = 0;
	bmc.rsp_len = 3;
	bmc.part = 0;
	switch (bmc.rq[0] >> 2) {
	case 0x06:
		app();
		break;
	case NETFN_OEM:
		echo();
		break;
	case 0x04:
	case 0x0a:
		if ((bmc.rq[0] >> 2 == 0x04 && bmc.rq[1] == 0x02) ||
		    (bmc.rq[0] >> 2 == 0x0a && bmc.rq[1] == 0x44)) {
			pr_emerg("ssif_fake: SEL: %*ph\n", bmc.rq_len - 2, bmc.rq + 2);
			break;
		}
		fallthrough;
	default:
		bmc.rsp[2] = 0xc1;
	}
	if (strikes(NETFN))
		bmc.rsp[0] ^= 8;
	if (strikes(COMMAND))
		bmc.rsp[1] ^= 1;
	if (strikes(SHORT))
		bmc.rsp_len = 2;
	if (bmc.fault == ENDLESS)
		bmc.rsp_len = MESSAGE_MAX;
	bmc.ready_ns = ktime_get_mono_fast_ns() + bmc.think_us * (u64)NSEC_PER_USEC;
	alert_in(bmc.think_us);
}

static int take(u8 cmd, const u8 *bytes, unsigned int n)
{
	bool end = cmd == 2 || cmd == 8 || (cmd == 7 && parts == 1);

	bmc.writes++;
	if (bmc.fault == HANG)
		return -ETIMEDOUT;
	if (strikes(NACK) || strikes(NACK_WRITE))
		return -ENXIO;
	if (cmd == 2 || cmd == 6)
		bmc.rq_len = 0;
	if (!n || bmc.rq_len + n > MESSAGE_MAX || (!end && n != 32))
		return -ENXIO;
	memcpy(bmc.rq + bmc.rq_len, bytes, n);
	bmc.rq_len += n;
	if (!end)
		return 0;
	execute();
	return strikes(UNSURE) ? -ETIMEDOUT : 0;
}

/* A block of an answer: IPMI 2.0, section 12.5. */
static unsigned int cut(const u8 *rsp, unsigned int len, unsigned int part, u8 *block)
{
	unsigned int at = 30 + 31 * (part - 1), n;

	if (len <= 32) {
		memcpy(block, rsp, len);
		return len;
	}
	if (!part) {
		block[0] = 0;
		block[1] = 1;
		memcpy(block + 2, rsp, 30);
		return 32;
	}
	if (at >= len)
		return 0;
	n = min(len - at, 31U);
	block[0] = at + n == len && bmc.fault != ENDLESS ? 0xff : part - 1;
	memcpy(block + 1, rsp + at, n);
	return n + 1;
}

/* *n is what the BMC says, *block has room for 32. */
static int give(u8 cmd, u8 *block, u8 *n)
{
	bool early = ktime_get_mono_fast_ns() < bmc.ready_ns;
	bool old = early && bmc.fault == STALE && bmc.old_len;

	bmc.reads++;
	if (bmc.fault == HANG)
		return -ETIMEDOUT;
	if (strikes(NACK) || strikes(NACK_READ) || (cmd == 9 && strikes(NACK_MIDDLE)))
		return -ENXIO;
	if (!bmc.rsp_len || (early && !old))
		return -ENXIO;
	if (cmd == 3)
		bmc.part = 0;
	else if (!bmc.part)
		return -ENXIO;
	if (cmd == 9 && strikes(LOST))
		bmc.part++;
	*n = cut(old ? bmc.old : bmc.rsp, old ? bmc.old_len : bmc.rsp_len, bmc.part, block);
	if (cmd == 9 && strikes(NUMBER))
		block[0] ^= 0x20;
	if (!(cmd == 9 && strikes(REPEAT)))
		bmc.part++;
	if (strikes(LENGTH))
		*n = bmc.arg;
	return *n || bmc.fault == LENGTH ? 0 : -ENXIO;
}

static void wait_bus(bool sleeps)
{
	bool hangs = READ_ONCE(bmc.fault) == HANG;

	if (!sleeps)
		mdelay(hangs ? HANG_MS : 1);
	else if (hangs)
		msleep(HANG_MS);
	else
		usleep_range(XFER_US, XFER_US + XFER_US / 4);
}

static int smbus(u16 addr, unsigned short flags, char rw, u8 cmd, int size,
		 union i2c_smbus_data *data, bool sleeps)
{
	int rv;

	wait_bus(sleeps);
	guard(spinlock_irqsave)(&bmc.lock);
	if (addr == ALERT_ADDRESS && size == I2C_SMBUS_BYTE && bmc.alerting) {
		bmc.alerting = false;
		data->byte = ADDRESS << 1;
		return 0;
	}
	if (addr != ADDRESS)
		return -ENXIO;
	if (size == I2C_SMBUS_QUICK)
		return bmc.fault == NACK ? -ENXIO : 0;
	if (size != I2C_SMBUS_BLOCK_DATA)
		return -EOPNOTSUPP;
	if (rw == I2C_SMBUS_WRITE)
		return take(cmd, data->block + 1, data->block[0]);
	rv = give(cmd, data->block + 1, data->block);
	return !rv && strikes(BAD_PEC) ? -EBADMSG : rv;
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

static int i2c_write(struct i2c_msg *msg)
{
	bool has_pec = msg->len > 2 && msg->len == msg->buf[1] + 3U;
	u8 to = ADDRESS << 1;

	if (!msg->len)
		return bmc.fault == NACK ? -ENXIO : 0;
	if (msg->len < 3 || msg->len - 2U - has_pec != msg->buf[1])
		return -ENXIO;
	if (has_pec && i2c_smbus_pec(i2c_smbus_pec(0, &to, 1), msg->buf, msg->len - 1) !=
			       msg->buf[msg->len - 1])
		return -ENXIO;
	bmc.pecs += has_pec;
	return take(msg->buf[0], msg->buf + 2, msg->buf[1]);
}

static int i2c_read(u8 cmd, struct i2c_msg *msg)
{
	u8 head[] = { ADDRESS << 1, cmd, ADDRESS << 1 | 1 };
	u8 n, crc;
	int rv = give(cmd, msg->buf + 1, &n);

	if (rv)
		return rv;
	if (!n || n > 32)
		return -EPROTO;
	msg->buf[0] = n;
	if (msg->len > 1) {
		crc = i2c_smbus_pec(i2c_smbus_pec(0, head, 3), msg->buf, n + 1);
		msg->buf[n + 1] = strikes(BAD_PEC) ? crc ^ 0x55 : crc;
	}
	msg->len += n;
	return 0;
}

static int i2c(struct i2c_msg *msgs, int n, bool sleeps)
{
	int rv = -EOPNOTSUPP;

	wait_bus(sleeps);
	guard(spinlock_irqsave)(&bmc.lock);
	if (msgs->addr == ALERT_ADDRESS && bmc.alerting && n == 1) {
		bmc.alerting = false;
		msgs->buf[0] = ADDRESS << 1;
		return 1;
	}
	if (msgs->addr != ADDRESS)
		return -ENXIO;
	if (n == 1 && !(msgs->flags & I2C_M_RD))
		rv = i2c_write(msgs);
	else if (n == 2 && msgs[1].flags & I2C_M_RECV_LEN)
		rv = i2c_read(msgs->buf[0], msgs + 1);
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
	return I2C_FUNC_SMBUS_QUICK | I2C_FUNC_SMBUS_BYTE | I2C_FUNC_SMBUS_BLOCK_DATA |
	       I2C_FUNC_SMBUS_PEC;
}

static struct i2c_algorithm algorithm = { .functionality = functionality };

static struct i2c_adapter adapter = {
	.owner = THIS_MODULE,
	.class = I2C_CLASS_HWMON,
	.algo = &algorithm,
	.name = "ssif_fake",
};

static ssize_t fault_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	char line[48] = "", name[16] = "";
	unsigned int times = 0, arg = 0;
	int kind;

	if (len >= sizeof(line) || copy_from_user(line, from, len))
		return -EINVAL;
	if (sscanf(line, "%15s %u %u", name, &times, &arg) < 1)
		return -EINVAL;
	kind = match_string(kinds, NR_KINDS, name);
	if (kind < 0)
		return kind;
	guard(spinlock_irqsave)(&bmc.lock);
	bmc.fault = kind;
	bmc.times = times;
	bmc.arg = arg;
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

static void show(void)
{
	folder = debugfs_create_dir("ssif_fake", NULL);
	debugfs_create_file("fault", 0200, folder, NULL, &fault_ops);
	debugfs_create_file("post", 0200, folder, NULL, &post_ops);
	debugfs_create_u32("think_us", 0600, folder, &bmc.think_us);
	debugfs_create_u32("answer_len", 0600, folder, &bmc.answer_len);
	debugfs_create_bool("alert", 0600, folder, &bmc.alert);
	debugfs_create_x8("enables", 0600, folder, &bmc.enables);
	debugfs_create_u32("echoes", 0400, folder, &bmc.echoes);
	debugfs_create_u32("reads", 0400, folder, &bmc.reads);
	debugfs_create_u32("writes", 0400, folder, &bmc.writes);
	debugfs_create_u32("pecs", 0400, folder, &bmc.pecs);
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
	rv = i2c_add_adapter(&adapter);
	if (rv)
		return rv;
	ara = i2c_new_smbus_alert_device(&adapter, &setup);
	if (IS_ERR(ara)) {
		i2c_del_adapter(&adapter);
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
	i2c_del_adapter(&adapter);
}

module_init(ssif_fake_init);
module_exit(ssif_fake_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A fake SMBus adapter with a BMC");
