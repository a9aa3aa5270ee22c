// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fake BMCs behind the registers of the real driver: io.c of the test module ipmi_fake_si.
 *
 * All else in that module is ipmi_si as it is, so its engine and its pacer meet byte delays,
 * stuck bits and resets at any access on a real kernel. There is one BMC of each kind
 * (tests/fake); an interface of that kind is joined to it whatever its address says. The BMC's
 * side follows IPMI 2.0: KCS section 9 (9.15 has the flow charts), SMIC section 10 (10.8 and
 * 10.9), BT section 11 (11.5 and 11.6); its commands sections 20.1 (Get Device ID) and 22.1 to
 * 22.8 (enables, flags, event buffer). debugfs controls it, ipmi_si/fake/KIND/, which goes with
 * the driver's own folder:
 *
 *	fault		write "KIND [AT [FOR_US [SET CLEAR [CODE]]]]", KIND and the rest as in
 *			enum and struct fake_fault; "ok" heals
 *	byte_us ...	fields of struct fake_bmc and of the kind
 *	enables		what Set Global Enables has set; a reset clears them
 *	flags		what Get Message Flags says; no attention bit goes with it
 *	silent		so many of the next requests of NetFn 2Eh are not answered
 *	echoes		requests of NetFn 2Eh that were executed
 *	device_ids, events, bt_caps	other requests, likewise
 *
 * Lock: the BMC's own, a spinlock, since debugfs and the driver are two.
 *
 * An interface at JOINED_ADDR or above is joined to what another test module has instead: the
 * registers of a real driver of the BMC's side (kcsloop.c, btloop_main.c). Who has gone reads as FFh.
 */
#include <linux/debugfs.h>
#include <linux/export.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <fake/fake.h>

#include "fake_si_join.h"
#include "si.h"

#define JOINED_ADDR 0x2000
#define NETFN_OEM 0x2e /* is echoed */
#define FLAG_EVENT 0x02
#define FOR_EVER_US 60000000

/**
 * struct fakebmc - one BMC
 * @kind: its name
 * @lock: for all of it
 * @b: what it is, at the begin of @kcs, @smic or @bt
 * @ops: of the kind, with a reset that is noticed
 * @reset: the kind's own
 * @enables: global enables
 * @flags: message flags
 * @silent: how many of the next ones of that network function get no answer
 * @echoes: requests executed of the network function that is echoed
 * @device_ids: Get Device ID executed
 * @events: Read Event Message Buffer executed
 * @bt_caps: Get BT Interface Capabilities asked for, which it does not know
 */
struct fakebmc {
	const char *kind;
	spinlock_t lock;
	union {
		struct fake_bmc b;
		struct fake_kcs kcs;
		struct fake_smic smic;
		struct fake_bt bt;
	};
	struct fake_ops ops;
	void (*reset)(struct fake_bmc *b);
	u8 enables;
	u8 flags;
	u32 silent;
	u32 echoes;
	u32 device_ids;
	u32 events;
	u32 bt_caps;
};

static struct fakebmc bmcs[] = { { .kind = "kcs" }, { .kind = "smic" }, { .kind = "bt" } };
static struct dentry *folder;
static DEFINE_MUTEX(power);

static struct fakebmc *to_bmc(struct fake_bmc *b)
{
	return container_of(b, struct fakebmc, b);
}

static void reset(struct fake_bmc *b)
{
	to_bmc(b)->enables = 0;
	to_bmc(b)->reset(b);
}

/* The firmware: what tests/fake has put into the answer becomes that of a BMC. */
static u32 think(struct fake_bmc *b)
{
	static const u8 device_id[] = { 0x20, 0x01, 0x01, 0x23, 0x02, 0x80, 0xd9, 0x7e,
					0x00, 0x70, 0x1d, 0x00, 0x00, 0x00, 0x00 };
	struct fakebmc *f = to_bmc(b);

	if (b->req[0] >> 2 == NETFN_OEM) {
		f->echoes++;
		if (!f->silent)
			return b->think_us;
		f->silent--;
		return FOR_EVER_US;
	}
	b->rsp[2] = 0;
	b->rsp_len = 3;
	switch (b->req[0] << 8 | b->req[1]) {
	case 0x1801:
		f->device_ids++;
		memcpy(b->rsp + 3, device_id, sizeof(device_id));
		b->rsp_len += sizeof(device_id);
		break;
	case 0x182e:
		f->enables = b->req[2];
		break;
	case 0x182f:
		b->rsp[b->rsp_len++] = f->enables;
		break;
	case 0x1830:
		break;
	case 0x1831:
		b->rsp[b->rsp_len++] = f->flags;
		break;
	case 0x1835:
		f->events++;
		if (!(f->flags & FLAG_EVENT)) {
			b->rsp[2] = 0x80; /* the queue is empty */
			break;
		}
		f->flags &= ~FLAG_EVENT;
		memset(b->rsp + b->rsp_len, 0x5a, 16);
		b->rsp_len += 16;
		break;
	case 0x1836:
		f->bt_caps++;
		fallthrough;
	default:
		b->rsp[2] = 0xc1;
		break;
	}
	return b->think_us;
}

static void power_on(struct fakebmc *f)
{
	spin_lock_init(&f->lock);
	if (!strcmp(f->kind, "kcs"))
		fake_kcs_init(&f->kcs);
	else if (!strcmp(f->kind, "smic"))
		fake_smic_init(&f->smic);
	else
		fake_bt_init(&f->bt);
	f->b.think = think;
	f->ops = *f->b.ops;
	f->reset = f->ops.reset;
	f->ops.reset = reset;
	f->b.ops = &f->ops;
}

static struct fakebmc *bmc_of(const struct ipmi_regs *regs)
{
	struct si_io *io = container_of(regs, struct si_io, regs);

	return (struct fakebmc *)io->port;
}

static u8 reg_read(const struct ipmi_regs *regs, unsigned int reg)
{
	struct fakebmc *f = bmc_of(regs);

	guard(spinlock_irqsave)(&f->lock);
	f->b.now_ns = ktime_get_mono_fast_ns();
	return f->b.regs.read(&f->b.regs, reg);
}

static void reg_write(const struct ipmi_regs *regs, unsigned int reg, u8 val)
{
	struct fakebmc *f = bmc_of(regs);

	guard(spinlock_irqsave)(&f->lock);
	f->b.now_ns = ktime_get_mono_fast_ns();
	f->b.regs.write(&f->b.regs, reg, val);
}

static ssize_t fault_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	static const char *const kinds[] = { "ok",     "bits",	 "garbage", "ones",  "zeros", "freeze",
					     "lost",   "corrupt", "reset",   "reboot", "error" };
	struct fakebmc *f = file->private_data;
	unsigned int at = 0, for_us = 0, set = 0, clear = 0, code = 0;
	char line[64] = "", name[16] = "";
	struct fake_fault fault;
	int kind;

	if (len >= sizeof(line) || copy_from_user(line, from, len))
		return -EINVAL;
	if (sscanf(line, "%15s %u %u %x %x %x", name, &at, &for_us, &set, &clear, &code) < 1)
		return -EINVAL;
	kind = match_string(kinds, ARRAY_SIZE(kinds), name);
	if (kind < 0)
		return kind;
	fault = (struct fake_fault){ kind, at, for_us, set, clear, code };
	guard(spinlock_irqsave)(&f->lock);
	if (kind == FAKE_OK)
		fake_heal(&f->b);
	else
		fake_inject(&f->b, &fault);
	return len;
}

static const struct file_operations fault_ops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = fault_write,
};

static void show(struct fakebmc *f)
{
	struct dentry *d = debugfs_create_dir(f->kind, folder);

	debugfs_create_file("fault", 0200, d, f, &fault_ops);
	debugfs_create_u32("byte_us", 0600, d, &f->b.byte_us);
	debugfs_create_u32("think_us", 0600, d, &f->b.think_us);
	debugfs_create_u32("silent", 0600, d, &f->silent);
	debugfs_create_u32("answer_len", 0600, d, (u32 *)&f->b.answer_len);
	debugfs_create_bool("answer_forever", 0600, d, &f->b.answer_forever);
	debugfs_create_u32("accesses", 0400, d, &f->b.accesses);
	debugfs_create_u32("echoes", 0400, d, &f->echoes);
	debugfs_create_u32("device_ids", 0400, d, &f->device_ids);
	debugfs_create_u32("events", 0400, d, &f->events);
	debugfs_create_u32("bt_caps", 0400, d, &f->bt_caps);
	debugfs_create_x8("flags", 0600, d, &f->flags);
	debugfs_create_bool("struck", 0400, d, &f->b.struck);
	debugfs_create_x8("enables", 0400, d, &f->enables);
	if (!strcmp(f->kind, "kcs")) {
		debugfs_create_bool("holds", 0600, d, &f->kcs.holds_ibf);
		debugfs_create_bool("dummy", 0600, d, &f->kcs.dummy);
		debugfs_create_bool("wants_obf_clear", 0600, d, &f->kcs.wants_obf_clear);
		debugfs_create_u32("late_us", 0600, d, &f->kcs.late_us);
		debugfs_create_u32("obf_late_us", 0600, d, &f->kcs.obf_late_us);
	} else if (!strcmp(f->kind, "smic")) {
		debugfs_create_bool("holds", 0600, d, &f->smic.holds_busy);
	} else {
		debugfs_create_bool("holds", 0600, d, &f->bt.holds_b_busy);
		debugfs_create_bool("wrong_seq", 0600, d, &f->bt.wrong_seq);
	}
}

/* The BMCs are there from the first interface on; they do not go with it. */
static void power_on_all(void)
{
	struct dentry *parent;
	unsigned int i;

	guard(mutex)(&power);
	if (folder)
		return;
	parent = debugfs_lookup("ipmi_si", NULL);
	folder = debugfs_create_dir("fake", parent);
	dput(parent);
	for (i = 0; i < ARRAY_SIZE(bmcs); i++) {
		power_on(&bmcs[i]);
		show(&bmcs[i]);
	}
}

struct joint {
	const char *kind;
	const struct ipmi_regs __rcu *regs;
};

static struct joint joints[] = { { .kind = "kcs" }, { .kind = "bt" } };

static struct joint *joint_of(const char *kind)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(joints); i++)
		if (!strcmp(joints[i].kind, kind))
			return &joints[i];
	return NULL;
}

static u8 joined_read(const struct ipmi_regs *regs, unsigned int reg)
{
	const struct joint *joint = (void *)container_of(regs, struct si_io, regs)->port;
	const struct ipmi_regs *far;

	guard(rcu)();
	far = rcu_dereference(joint->regs);
	return far ? far->read(far, reg) : 0xff;
}

static void joined_write(const struct ipmi_regs *regs, unsigned int reg, u8 val)
{
	const struct joint *joint = (void *)container_of(regs, struct si_io, regs)->port;
	const struct ipmi_regs *far;

	guard(rcu)();
	far = rcu_dereference(joint->regs);
	if (far)
		far->write(far, reg, val);
}

void fake_si_join(const char *kind, const struct ipmi_regs *regs)
{
	rcu_assign_pointer(joint_of(kind)->regs, regs);
	synchronize_rcu();
}
EXPORT_SYMBOL_GPL(fake_si_join);

int io_map(struct si *si)
{
	unsigned int i;

	if (si->desc.addr >= JOINED_ADDR) {
		struct joint *joint = joint_of(si->desc.type->name);

		if (!joint)
			return -ENODEV;
		si->io.port = (unsigned long)joint;
		si->io.regs.read = joined_read;
		si->io.regs.write = joined_write;
		return 0;
	}
	power_on_all();
	for (i = 0; i < ARRAY_SIZE(bmcs); i++)
		if (!strcmp(bmcs[i].kind, si->desc.type->name))
			si->io.port = (unsigned long)&bmcs[i];
	si->io.regs.read = reg_read;
	si->io.regs.write = reg_write;
	return 0;
}

void io_unmap(struct si *si)
{
	si->io.port = 0;
}
