// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/ipmb-N, by which programs send and get messages on the IPMB of I2C adapter N.
 *
 * client.c brings what has come, in any context. Locks: ipmb->user, a mutex, orders readers, and is
 * held while a program's buffer is filled, which may take as long as that program likes;
 * ipmb->life, an rwsem, keeps the client while something is sent; ipmb->lock, a spinlock, guards
 * the queue. The structure lives as long as the device or an open file.
 */
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/i2c.h>
#include <linux/kref.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/sysfs.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include <ipmi/misc_counter.h>

#include "ipmb_dev.h"

/* Messages that nobody has read yet. One more is lost: who sent it will try again. */
#define QUEUE_MAX 256

/* How a program gets a message, and gives one. */
struct slot {
	u8 len;
	u8 bytes[IPMB_FRAME_MAX];
};

/**
 * struct ipmb_file - a client's file
 * @misc: the node
 * @name: its name
 * @ref: the device, and each open file
 * @wait: where readers wait
 * @life: guards @client
 * @client: NULL = it has gone
 * @user: see above
 * @lock: guards what follows
 * @first: the oldest message of @queue
 * @count: so many there are
 * @gone: the device has
 * @received: messages that a program has got
 * @sent: messages that were sent
 * @failed: messages that were not, because of the bus
 * @dropped: messages that came while the queue was full
 * @malformed: what came and was no message
 * @queue: messages that nobody has read
 */
struct ipmb_file {
	struct miscdevice misc;
	char name[16];
	struct kref ref;
	wait_queue_head_t wait;
	struct rw_semaphore life;
	struct i2c_client *client;
	struct mutex user;

	spinlock_t lock;
	unsigned int first;
	unsigned int count;
	bool gone;
	u32 received;
	u32 sent;
	u32 failed;
	u32 dropped;
	u32 malformed;
	struct slot queue[QUEUE_MAX];
};

static void file_free(struct kref *ref)
{
	kvfree(container_of(ref, struct ipmb_file, ref));
}

/* The node is there, and so is the structure. */
static int file_open(struct inode *inode, struct file *file)
{
	struct ipmb_file *ipmb = container_of(file->private_data, struct ipmb_file, misc);

	kref_get(&ipmb->ref);
	file->private_data = ipmb;
	return stream_open(inode, file);
}

static int file_release(struct inode *inode, struct file *file)
{
	struct ipmb_file *ipmb = file->private_data;

	kref_put(&ipmb->ref, file_free);
	return 0;
}

/* Return: the oldest message, which stays there until drop_oldest(); -EAGAIN, -ENODEV. */
static struct slot *oldest(struct ipmb_file *ipmb)
{
	lockdep_assert_held(&ipmb->user);
	guard(spinlock_irqsave)(&ipmb->lock);
	if (ipmb->gone)
		return ERR_PTR(-ENODEV);
	return ipmb->count ? &ipmb->queue[ipmb->first] : ERR_PTR(-EAGAIN);
}

static void drop_oldest(struct ipmb_file *ipmb)
{
	lockdep_assert_held(&ipmb->user);
	guard(spinlock_irqsave)(&ipmb->lock);
	ipmb->first = (ipmb->first + 1) % QUEUE_MAX;
	ipmb->count--;
	ipmb->received++;
}

/* One that a program has too little room for is cut, and the rest is lost. */
static ssize_t read_oldest(struct ipmb_file *ipmb, char __user *buf, size_t room)
{
	struct slot *slot;
	ssize_t n;

	if (mutex_lock_interruptible(&ipmb->user))
		return -ERESTARTSYS;
	slot = oldest(ipmb);
	n = PTR_ERR_OR_ZERO(slot);
	if (!n) {
		n = min_t(size_t, slot->len + 1, room);
		if (copy_to_user(buf, slot, n))
			n = -EFAULT;
		else
			drop_oldest(ipmb);
	}
	mutex_unlock(&ipmb->user);
	return n;
}

static __poll_t state(struct ipmb_file *ipmb)
{
	guard(spinlock_irqsave)(&ipmb->lock);
	if (ipmb->gone)
		return EPOLLERR | EPOLLHUP;
	return EPOLLOUT | EPOLLWRNORM | (ipmb->count ? EPOLLIN | EPOLLRDNORM : 0);
}

static ssize_t file_read(struct file *file, char __user *buf, size_t room, loff_t *pos)
{
	struct ipmb_file *ipmb = file->private_data;
	ssize_t n;

	if (!room)
		return 0;
	while ((n = read_oldest(ipmb, buf, room)) == -EAGAIN) {
		if (file->f_flags & O_NONBLOCK)
			return n;
		if (wait_event_interruptible(ipmb->wait, state(ipmb) & (EPOLLIN | EPOLLERR)))
			return -ERESTARTSYS;
	}
	return n;
}

/* What is behind the message is ignored. */
static ssize_t file_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct ipmb_file *ipmb = file->private_data;
	struct slot slot;
	int rv;

	if (!count || count > sizeof(slot))
		return -EINVAL;
	if (copy_from_user(&slot, buf, count))
		return -EFAULT;
	if (slot.len < IPMB_FRAME_MIN || count < slot.len + 1U)
		return -EINVAL;
	guard(rwsem_read)(&ipmb->life);
	if (!ipmb->client)
		return -ENODEV;
	rv = client_send(ipmb->client, slot.bytes, slot.len);
	guard(spinlock_irqsave)(&ipmb->lock);
	if (rv)
		ipmb->failed++;
	else
		ipmb->sent++;
	return rv ?: count;
}

static __poll_t file_poll(struct file *file, poll_table *wait)
{
	struct ipmb_file *ipmb = file->private_data;

	poll_wait(file, &ipmb->wait, wait);
	return state(ipmb);
}

static const struct file_operations file_ops = {
	.owner = THIS_MODULE,
	.open = file_open,
	.release = file_release,
	.read = file_read,
	.write = file_write,
	.poll = file_poll,
};

MISC_COUNTER(struct ipmb_file, received, received);
MISC_COUNTER(struct ipmb_file, sent, sent);
MISC_COUNTER(struct ipmb_file, failed, failed);
MISC_COUNTER(struct ipmb_file, dropped, dropped);
MISC_COUNTER(struct ipmb_file, malformed, malformed);

static struct attribute *stats_attrs[] = {
	&counter_received.attr.attr,
	&counter_sent.attr.attr,
	&counter_failed.attr.attr,
	&counter_dropped.attr.attr,
	&counter_malformed.attr.attr,
	NULL
};

static const struct attribute_group stats_group = { .name = "ipmi_stats", .attrs = stats_attrs };
static const struct attribute_group *file_groups[] = { &stats_group, NULL };

/**
 * ipmb_file_received() - something has come
 * @ipmb: the file
 * @f: what; only its first checksum is looked at here, the rest is the programs'
 * @overlong: @f is the beginning of it
 *
 * Context: any.
 */
void ipmb_file_received(struct ipmb_file *ipmb, const struct ipmb_frame *f, bool overlong)
{
	struct slot *slot;

	scoped_guard(spinlock_irqsave, &ipmb->lock) {
		if (overlong || !ipmb_frame_has_head(f)) {
			ipmb->malformed++;
			return;
		}
		if (ipmb->count == QUEUE_MAX) {
			ipmb->dropped++;
			return;
		}
		slot = &ipmb->queue[(ipmb->first + ipmb->count) % QUEUE_MAX];
		slot->len = f->len;
		memcpy(slot->bytes, f->bytes, f->len);
		ipmb->count++;
	}
	wake_up_interruptible_poll(&ipmb->wait, EPOLLIN | EPOLLRDNORM);
}

/**
 * ipmb_file_add() - a client is to have a file
 * @client: the client
 *
 * Context: process.
 * Return: the file, which nobody can open yet, or an error pointer.
 */
struct ipmb_file *ipmb_file_add(struct i2c_client *client)
{
	struct ipmb_file *ipmb = kvzalloc(sizeof(*ipmb), GFP_KERNEL);

	if (!ipmb)
		return ERR_PTR(-ENOMEM);
	kref_init(&ipmb->ref);
	init_waitqueue_head(&ipmb->wait);
	init_rwsem(&ipmb->life);
	mutex_init(&ipmb->user);
	spin_lock_init(&ipmb->lock);
	ipmb->client = client;
	snprintf(ipmb->name, sizeof(ipmb->name), "ipmb-%d", client->adapter->nr);
	ipmb->misc.minor = MISC_DYNAMIC_MINOR;
	ipmb->misc.name = ipmb->name;
	ipmb->misc.fops = &file_ops;
	ipmb->misc.parent = &client->dev;
	ipmb->misc.groups = file_groups;
	ipmb->misc.mode = 0600;
	return ipmb;
}

/**
 * ipmb_file_show() - the file can be opened from now on
 * @ipmb: the file
 *
 * Context: process.
 * Return: 0, or a negative errno.
 */
int ipmb_file_show(struct ipmb_file *ipmb)
{
	return misc_register(&ipmb->misc);
}

/**
 * ipmb_file_stop() - the client goes, and is not used when this returns
 * @ipmb: the file; who has it open is told by each call
 *
 * Context: process; the transfer that is under way.
 */
void ipmb_file_stop(struct ipmb_file *ipmb)
{
	if (!IS_ERR_OR_NULL(ipmb->misc.this_device))
		misc_deregister(&ipmb->misc);
	scoped_guard(rwsem_write, &ipmb->life)
		ipmb->client = NULL;
	scoped_guard(spinlock_irqsave, &ipmb->lock)
		ipmb->gone = true;
	wake_up_all(&ipmb->wait);
}

/**
 * ipmb_file_free() - nothing comes any more
 * @ipmb: the file, after ipmb_file_stop()
 *
 * Context: process.
 */
void ipmb_file_free(struct ipmb_file *ipmb)
{
	kref_put(&ipmb->ref, file_free);
}
