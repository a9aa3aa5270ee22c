// SPDX-License-Identifier: GPL-2.0-only
/*
 * What OPAL, the firmware of PowerNV machines, says about IPMI, spoiled on its way to whoever asks.
 *
 * Nothing of the project is in here, so it serves any ipmi_powernv. debugfs, opal_fault/:
 *
 *	fault		write "KIND [N [ARG]]": what happens to the next N answers, 0 = to all;
 *			"ok" ends it, and "give" gives what was held back
 *	struck		how often it has
 *	held		how many answers are held back
 *	sent, polls	requests that the firmware was given; calls that gave it time
 *
 * Kinds:
 *
 *	lose		the firmware has none
 *	hold		the same, and gives it after "give" was written, as soon as it has no other
 *	netfn, cmd	another network function or command
 *	version		another version
 *	length		says that it has ARG bytes
 *	error		the call fails with -ARG
 *	silent		what the firmware makes of a BMC that does not answer: C3h, and old bytes
 *	full		an answer of 272 bytes
 *	refuse		of a request, not an answer: the call fails with -ARG, though it is sent
 *
 * Lock: a spinlock over all. The firmware's calls are functions of the kernel, and are changed on
 * their return.
 */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <asm/opal.h>

#include <ipmi/compat.h>

#define ROOM	273
#define STALE	60	/* bytes behind the firmware's own C3h */
#define HELD	4

enum kind { OK, LOSE, HOLD, NETFN, CMD, VERSION, LENGTH, ERROR, SILENT, FULL, REFUSE, NR_KINDS };

static const char *const kinds[] = {
	"ok",	  "lose",   "hold",  "netfn",  "cmd",  "version",
	"length", "error",  "silent", "full", "refuse",
};

struct call {
	u8 *frame;
	__be64 *len;
};

static DEFINE_SPINLOCK(lock);
static enum kind fault;
static u32 times, arg, struck, sent, polls, held;
static bool give;
static u8 kept[HELD][ROOM];
static u64 kept_len[HELD];
static struct dentry *folder;

/* The kind that strikes now. */
static enum kind strikes(bool request)
{
	enum kind kind = fault;

	if ((kind == REFUSE) != request)
		return OK;
	if (times && !--times)
		fault = OK;
	return kind;
}

static s64 changed(enum kind kind, struct call *call)
{
	u64 len = be64_to_cpu(*call->len);

	struck++;
	switch (kind) {
	case HOLD:
		if (held < HELD) {
			memcpy(kept[held], call->frame, min_t(u64, len, ROOM));
			kept_len[held++] = len;
		}
		return OPAL_EMPTY;
	case LOSE:
		return OPAL_EMPTY;
	case NETFN:
		call->frame[1] ^= 0x10;
		break;
	case CMD:
		call->frame[2] ^= 0x10;
		break;
	case VERSION:
		call->frame[0] = 2;
		break;
	case LENGTH:
		*call->len = cpu_to_be64(arg);
		break;
	case SILENT:
		call->frame[3] = 0xc3;
		memset(call->frame + 4, 0x5a, STALE);
		*call->len = cpu_to_be64(4 + STALE);
		break;
	case FULL:
		memset(call->frame + 4, 0xa5, ROOM - 4);
		*call->len = cpu_to_be64(ROOM);
		break;
	default:
		return -(s64)arg;
	}
	return OPAL_SUCCESS;
}

/* One of those that were held back. */
static bool give_back(struct call *call)
{
	if (!give || !held)
		return false;
	held--;
	memcpy(call->frame, kept[0], ROOM);
	*call->len = cpu_to_be64(kept_len[0]);
	memmove(kept[0], kept[1], sizeof(kept) - sizeof(kept[0]));
	memmove(kept_len, kept_len + 1, sizeof(kept_len) - sizeof(kept_len[0]));
	return true;
}

static int entered(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct call *call = (struct call *)instance->data;

	call->frame = (u8 *)regs->gpr[4];
	call->len = (__be64 *)regs->gpr[5];
	return 0;
}

static int received(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct call *call = (struct call *)instance->data;
	s64 rc = regs->gpr[3];
	enum kind kind;

	guard(spinlock_irqsave)(&lock);
	if (rc == OPAL_EMPTY && give_back(call)) {
		regs->gpr[3] = OPAL_SUCCESS;
	} else if (rc == OPAL_SUCCESS) {
		kind = strikes(false);
		if (kind != OK)
			regs->gpr[3] = changed(kind, call);
	}
	return 0;
}

static int was_sent(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	guard(spinlock_irqsave)(&lock);
	sent++;
	if (strikes(true) == REFUSE) {
		struck++;
		regs->gpr[3] = -(s64)arg;
	}
	return 0;
}

static int polled(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	guard(spinlock_irqsave)(&lock);
	polls++;
	return 0;
}

static struct kretprobe receive_probe = {
	.kp.symbol_name = "opal_ipmi_recv",
	.entry_handler = entered,
	.handler = received,
	.data_size = sizeof(struct call),
	.maxactive = 16,
};

static struct kretprobe send_probe = {
	.kp.symbol_name = "opal_ipmi_send",
	.handler = was_sent,
	.maxactive = 16,
};

static struct kretprobe poll_probe = {
	.kp.symbol_name = "opal_poll_events",
	.handler = polled,
	.maxactive = 16,
};

static struct kretprobe *probes[] = { &receive_probe, &send_probe, &poll_probe };

static ssize_t fault_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	char line[48] = "", name[16] = "";
	unsigned int n = 0, what = 0;
	int kind;

	if (len >= sizeof(line) || copy_from_user(line, from, len))
		return -EINVAL;
	if (sscanf(line, "%15s %u %u", name, &n, &what) < 1)
		return -EINVAL;
	kind = match_string(kinds, NR_KINDS, name);
	if (kind < 0 && !sysfs_streq(name, "give"))
		return kind;
	guard(spinlock_irqsave)(&lock);
	give = kind < 0;
	if (!give) {
		fault = kind;
		times = n;
		arg = what;
	}
	return len;
}

static const struct file_operations fault_ops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = fault_write,
};

static int __init opal_fault_init(void)
{
	int rv = register_kretprobes(probes, ARRAY_SIZE(probes));

	if (rv)
		return rv;
	folder = debugfs_create_dir("opal_fault", NULL);
	debugfs_create_file("fault", 0200, folder, NULL, &fault_ops);
	debugfs_create_u32("struck", 0600, folder, &struck);
	debugfs_create_u32("held", 0400, folder, &held);
	debugfs_create_u32("sent", 0400, folder, &sent);
	debugfs_create_u32("polls", 0400, folder, &polls);
	return 0;
}

static void __exit opal_fault_exit(void)
{
	debugfs_remove_recursive(folder);
	unregister_kretprobes(probes, ARRAY_SIZE(probes));
}

module_init(opal_fault_init);
module_exit(opal_fault_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Faults of the firmware of PowerNV machines");
