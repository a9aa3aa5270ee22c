// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may do what with an open /dev/ipmiN, and what /proc says of it.
 *
 * A file has the privilege level that it was opened with, whoever uses it afterwards: that of an
 * Administrator if its opener had CAP_SYS_RAWIO in the initial user namespace, else what the
 * parameters say. The message handler judges each request (msghandler/access.c). Called by
 * devintf.c and ioctl.c; no lock.
 */
#define pr_fmt(fmt) "ipmi device interface: " fmt

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/moduleparam.h>
#include <linux/seq_file.h>

#include <ipmi/compat.h>
#include <ipmi/core.h>

#include "devintf.h"

/* Beside the levels: it may not even open it. */
#define MAY_NOTHING 0

static const struct {
	const char *name;
	int level;
} levels[] = {
	{ "none", MAY_NOTHING },
	{ "user", PRIVILEGE_USER },
	{ "operator", PRIVILEGE_OPERATOR },
	{ "admin", PRIVILEGE_ADMIN },
};

static const char *level_name(int level)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(levels); i++)
		if (levels[i].level == level)
			return levels[i].name;
	return "?";
}

static int unprivileged_set(const char *val, const struct kernel_param *kp)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(levels); i++) {
		if (sysfs_streq(val, levels[i].name)) {
			WRITE_ONCE(*(int *)kp->arg, levels[i].level);
			return 0;
		}
	}
	pr_err("unprivileged=%s is none of none, user, operator, admin\n", val);
	return -EINVAL;
}

static int unprivileged_get(IPMI_PARAM_OUT *out, const struct kernel_param *kp)
{
	return ipmi_param_printf(out, "%s\n", level_name(READ_ONCE(*(int *)kp->arg)));
}

static const struct kernel_param_ops unprivileged_ops = {
	.set = unprivileged_set,
	.get = unprivileged_get,
};

static int unprivileged = PRIVILEGE_ADMIN;
module_param_cb(unprivileged, &unprivileged_ops, &unprivileged, 0644);
MODULE_PARM_DESC(unprivileged,
		 "What a file may do whose opener has no CAP_SYS_RAWIO: none, user, operator or admin (the default), by IPMI 2.0, appendix G. Counts for files opened from then on.");

static u8 listed[PRIVILEGE_LIST_BYTES];
static char *listed_text;

static int listed_set(const char *val, const struct kernel_param *kp)
{
	if (!privilege_parse_list(val, listed)) {
		pr_err("unprivileged_commands=%s is no list of NETFN:CMD, hexadecimal, NETFN even\n",
		       val);
		return -EINVAL;
	}
	return param_set_charp(val, kp);
}

static const struct kernel_param_ops listed_ops = {
	.set = listed_set,
	.get = param_get_charp,
	.free = param_free_charp,
};

module_param_cb(unprivileged_commands, &listed_ops, &listed_text, 0444);
MODULE_PARM_DESC(unprivileged_commands,
		 "Commands of makers that such files may send as well: NETFN:CMD[,...], hexadecimal; CMD may be *.");

/**
 * access_of_opener() - the privilege level of who opens a file
 * @filp: the file
 *
 * Return: a level, -EPERM if it may not open it.
 */
int access_of_opener(const struct file *filp)
{
	int level = READ_ONCE(unprivileged);

	/* The capability is checked last: a check that fails goes to the audit log. */
	if (level == PRIVILEGE_ADMIN || file_ns_capable(filp, &init_user_ns, CAP_SYS_RAWIO))
		return PRIVILEGE_ADMIN;
	return level == MAY_NOTHING ? -EPERM : level;
}

/**
 * access_restrict() - a file that was just opened gets its level
 * @file: the file
 * @level: its level
 */
void access_restrict(struct ipmi_file *file, int level)
{
	/* A user begins as Administrator. */
	if (level < PRIVILEGE_ADMIN)
		ipmi_core_restrict(file->user, level, listed);
}

long do_get_privilege(struct ipmi_call *call)
{
	struct ipmi_core_user_info info;

	ipmi_core_user_info(call->file->user, &info);
	call->arg.uval = info.level;
	return 0;
}

long do_drop_privilege(struct ipmi_call *call)
{
	switch (call->arg.uval) {
	case PRIVILEGE_USER:
	case PRIVILEGE_OPERATOR:
	case PRIVILEGE_ADMIN:
		return ipmi_core_restrict(call->file->user, call->arg.uval, listed);
	default:
		return -EINVAL;
	}
}

static unsigned int count_unread(struct ipmi_file *file)
{
	struct ipmi_recv_msg *msg;
	unsigned int n = 0;

	/* As many as max_msgs_per_user, and the events that were kept. */
	guard(spinlock_irqsave)(&file->lock);
	list_for_each_entry(msg, &file->msgs, link)
		n++;
	return n;
}

/**
 * ipmi_show_fdinfo() - what /proc/PID/fdinfo/FD says of an open file
 * @m: where to write it
 * @filp: the file
 *
 * Its lines are ABI, see Documentation/abi.
 */
void ipmi_show_fdinfo(struct seq_file *m, struct file *filp)
{
	struct ipmi_file *file = filp->private_data;
	struct ipmi_core_user_info info;

	ipmi_core_user_info(file->user, &info);
	seq_printf(m, "ipmi-interface:\t%d\n", info.interface);
	seq_printf(m, "ipmi-privilege:\t%s\n", level_name(info.level));
	seq_printf(m, "ipmi-messages:\t%u\n", info.messages);
	seq_printf(m, "ipmi-unread:\t%u\n", count_unread(file));
	seq_printf(m, "ipmi-events:\t%u\n", info.events);
	seq_printf(m, "ipmi-registrations:\t%u\n", info.registrations);
}
