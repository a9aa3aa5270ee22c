// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/ipmi-ssif-host, through which a program on the BMC gets the host's requests and answers
 * them.
 *
 * slave.c brings the host's bytes. Locks: see ssif_bmc.h. The structure lives as long as the device
 * or an open file.
 */
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <linux/uaccess.h>

#include <ipmi/misc_counter.h>

#include "ssif_bmc.h"

#define DEVICE_NAME "ipmi-ssif-host"
#define HEAD offsetof(struct ipmi_ssif_msg, payload)

static_assert(IPMI_SSIF_PAYLOAD_MAX == SSIF_TARGET_MAX);

static void ssif_free(struct kref *ref)
{
	kfree(container_of(ref, struct ssif_bmc, ref));
}

/**
 * ssif_bmc_put() - one who has the structure less
 * @ssif: the interface
 */
void ssif_bmc_put(struct ssif_bmc *ssif)
{
	kref_put(&ssif->ref, ssif_free);
}

/* The node is there, and so is the structure. */
static int ssif_open(struct inode *inode, struct file *file)
{
	struct ssif_bmc *ssif = container_of(file->private_data, struct ssif_bmc, misc);

	guard(mutex)(&ssif->life);
	if (READ_ONCE(ssif->gone))
		return -ENODEV;
	if (ssif->open)
		return -EBUSY;
	ssif->open = true;
	kref_get(&ssif->ref);
	file->private_data = ssif;
	return stream_open(inode, file);
}

static int ssif_release(struct inode *inode, struct file *file)
{
	struct ssif_bmc *ssif = file->private_data;

	scoped_guard(mutex, &ssif->life) {
		ssif->open = false;
		guard(spinlock_irqsave)(&ssif->lock);
		ssif_target_left(&ssif->t);
	}
	ssif_bmc_put(ssif);
	return 0;
}

/* Is there something to read, if only the end? */
static bool readable(struct ssif_bmc *ssif)
{
	guard(spinlock_irqsave)(&ssif->lock);
	return ssif->gone || ssif->t.phase == SSIF_TARGET_READY;
}

/* The request into the buffer: what a program gets of it. */
static int get_request(struct ssif_bmc *ssif, size_t room, u32 *number)
{
	int n;

	lockdep_assert_held(&ssif->user);
	guard(spinlock_irqsave)(&ssif->lock);
	if (ssif->gone)
		return -ENODEV;
	n = ssif_target_request(&ssif->t, ssif->msg.payload, number);
	if (n < 0)
		return n;
	ssif->msg.len = n;
	return HEAD + n <= room ? HEAD + n : -EINVAL;
}

/* Return: the length; -EAGAIN if there is no request, or the host has just given it up. */
static ssize_t read_request(struct ssif_bmc *ssif, char __user *buf, size_t count)
{
	u32 number = 0;
	int n;

	if (mutex_lock_interruptible(&ssif->user))
		return -ERESTARTSYS;
	n = get_request(ssif, count, &number);
	if (n > 0 && copy_to_user(buf, &ssif->msg, n))
		n = -EFAULT;
	mutex_unlock(&ssif->user);
	if (n < 0)
		return n;
	guard(spinlock_irqsave)(&ssif->lock);
	return ssif_target_fetched(&ssif->t, number) ? n : -EAGAIN;
}

static ssize_t ssif_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	struct ssif_bmc *ssif = file->private_data;
	ssize_t n;

	while ((n = read_request(ssif, buf, count)) == -EAGAIN) {
		if (file->f_flags & O_NONBLOCK)
			return n;
		if (wait_event_interruptible(ssif->wait, readable(ssif)))
			return -ERESTARTSYS;
	}
	return n;
}

/* @count: as much of the buffer as the program has filled. */
static int answer(struct ssif_bmc *ssif, size_t count)
{
	int rv;

	lockdep_assert_held(&ssif->user);
	guard(spinlock_irqsave)(&ssif->lock);
	if (ssif->gone)
		return -ENODEV;
	if (ssif->msg.len > count - HEAD)
		return -EINVAL;
	rv = ssif_target_answer(&ssif->t, ssif->msg.payload, ssif->msg.len);
	ssif_bmc_news_locked(ssif);
	return rv;
}

static ssize_t ssif_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct ssif_bmc *ssif = file->private_data;
	int rv;

	if (count < HEAD || count > sizeof(ssif->msg))
		return -EINVAL;
	if (mutex_lock_interruptible(&ssif->user))
		return -ERESTARTSYS;
	rv = copy_from_user(&ssif->msg, buf, count) ? -EFAULT : answer(ssif, count);
	mutex_unlock(&ssif->user);
	return rv ?: count;
}

static __poll_t ssif_poll(struct file *file, poll_table *wait)
{
	struct ssif_bmc *ssif = file->private_data;

	poll_wait(file, &ssif->wait, wait);
	guard(spinlock_irqsave)(&ssif->lock);
	if (ssif->gone)
		return EPOLLERR | EPOLLHUP;
	return ssif->t.phase == SSIF_TARGET_READY ? EPOLLIN | EPOLLRDNORM : 0;
}

static const struct file_operations ssif_fops = {
	.owner = THIS_MODULE,
	.open = ssif_open,
	.release = ssif_release,
	.read = ssif_read,
	.write = ssif_write,
	.poll = ssif_poll,
};

MISC_COUNTER(struct ssif_bmc, requests, t.requests);
MISC_COUNTER(struct ssif_bmc, answers, t.answers);
MISC_COUNTER(struct ssif_bmc, malformed, t.malformed);
MISC_COUNTER(struct ssif_bmc, late, t.late);
MISC_COUNTER(struct ssif_bmc, given_up, t.given_up);

static struct attribute *stats_attrs[] = {
	&counter_requests.attr.attr,
	&counter_answers.attr.attr,
	&counter_malformed.attr.attr,
	&counter_late.attr.attr,
	&counter_given_up.attr.attr,
	NULL
};

static const struct attribute_group stats_group = { .name = "ipmi_stats", .attrs = stats_attrs };
static const struct attribute_group *ssif_groups[] = { &stats_group, NULL };

/**
 * ssif_bmc_show() - there is an interface
 * @ssif: the interface
 * @dev: its device
 *
 * Context: process.
 * Return: 0, or a negative errno.
 */
int ssif_bmc_show(struct ssif_bmc *ssif, struct device *dev)
{
	ssif->misc.minor = MISC_DYNAMIC_MINOR;
	ssif->misc.name = DEVICE_NAME;
	ssif->misc.fops = &ssif_fops;
	ssif->misc.parent = dev;
	ssif->misc.groups = ssif_groups;
	ssif->misc.mode = 0600;
	return misc_register(&ssif->misc);
}

/**
 * ssif_bmc_hide() - it goes
 * @ssif: the interface; who has the file open is told by each call
 *
 * Context: process.
 */
void ssif_bmc_hide(struct ssif_bmc *ssif)
{
	misc_deregister(&ssif->misc);
	scoped_guard(mutex, &ssif->life) {
		guard(spinlock_irqsave)(&ssif->lock);
		ssif->gone = true;
	}
	wake_up_all(&ssif->wait);
}
