/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ipmi_devintf inside: one open file, and what its ioctls share.
 */
#ifndef DEVINTF_H
#define DEVINTF_H

#include <linux/compat.h>
#include <linux/ipmi.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

struct fasync_struct;
struct seq_file;

/**
 * struct ipmi_file - one open /dev/ipmiN
 * @user: its user in the message handler
 * @lock: guards @msgs and @gone; taken in the receive callback
 * @msgs: what came and was not read yet
 * @gone: the interface was removed
 * @recv: one reader at a time
 * @wait: who polls
 * @fasync: who wants SIGIO
 * @timing: how its bridged requests are retried, under @lock
 */
struct ipmi_file {
	struct ipmi_user *user;
	spinlock_t lock;
	struct list_head msgs;
	bool gone;
	struct mutex recv;
	wait_queue_head_t wait;
	struct fasync_struct *fasync;
	struct ipmi_timing_parms timing;
};

/* The argument of any ioctl, in its 64-bit form; copied as the ioctl's row says. */
union ipmi_arg {
	struct ipmi_req req;
	struct ipmi_req_settime settime;
	struct ipmi_recv recv;
	struct ipmi_cmdspec cmd;
	struct ipmi_cmdspec_chans chans;
	struct ipmi_channel_lun_address_set chan;
	struct ipmi_timing_parms timing;
	unsigned int uval;
	int val;
};

/**
 * struct ipmi_call - one ioctl under way
 * @file: on which file
 * @row: the ioctl's row
 * @arg: its argument, copied in
 * @uarg: where it came from
 */
struct ipmi_call {
	struct ipmi_file *file;
	const struct ipmi_ioctl *row;
	union ipmi_arg arg;
	void __user *uarg;
};

/**
 * struct ipmi_ioctl - one row of the table of ioctls
 * @cmd: its number; the size that it encodes is copied
 * @in: copy the argument in before @fn
 * @out: copy it out after @fn returned 0
 * @fn: what it does
 * @get: how the argument comes in, where that is not all that @cmd says
 * @put: how it goes out, likewise
 */
struct ipmi_ioctl {
	unsigned int cmd;
	bool in;
	bool out;
	long (*fn)(struct ipmi_call *call);
	int (*get)(struct ipmi_call *call);
	int (*put)(struct ipmi_call *call);
};

int call_put(struct ipmi_call *call);
long call_run(struct ipmi_file *file, const struct ipmi_ioctl *row, void __user *uarg);

/* ioctl.c */
long ipmi_ioctl(struct file *filp, unsigned int cmd, unsigned long arg);
long do_receive(struct ipmi_call *call);
long do_receive_trunc(struct ipmi_call *call);
long do_send(struct ipmi_call *call);
long do_send_settime(struct ipmi_call *call);

/* access.c */
int access_of_opener(const struct file *filp);
void access_restrict(struct ipmi_file *file, int level);
long do_get_privilege(struct ipmi_call *call);
long do_drop_privilege(struct ipmi_call *call);
void ipmi_show_fdinfo(struct seq_file *m, struct file *filp);

/* compat32.c */
#ifdef CONFIG_COMPAT
long ipmi_compat_ioctl(struct file *filp, unsigned int cmd, unsigned long arg);
#endif

#endif /* DEVINTF_H */
