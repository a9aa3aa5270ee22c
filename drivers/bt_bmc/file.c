// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/ipmi-bt-host, through which a program on the BMC gets the host's frames and answers them.
 *
 * platform.c brings the registers, and tells of events by an interrupt; without one a timer looks
 * while the file is open. Locks: bt->life, a mutex, is held while the file is opened or closed, or
 * the device goes; bt->user, a mutex, guards the frame and is held while a program's buffer is
 * copied, which may take as long as that program likes; bt->lock, a spinlock, guards the registers,
 * for one frame at most. The structure lives as long as the device or an open file.
 */
#include <linux/bt-bmc.h>
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/kref.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/sysfs.h>
#include <linux/timer.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include <ipmi/misc_counter.h>

#include "bt_bmc.h"

#define DEVICE_NAME "ipmi-bt-host"
#define LOOK_MS 10

/**
 * struct bt_bmc - a BT interface
 * @misc: the node
 * @ref: the device, and an open file
 * @wait: where readers and writers wait
 * @timer: looks, where no interrupt tells
 * @has_irq: one does
 * @life: see above
 * @open: somebody has it open
 * @user: guards @got, @frame and @answer
 * @got: so much of @frame has been taken from the host, and no program has got it yet
 * @frame: the host's
 * @answer: the program's
 * @lock: guards what follows
 * @regs: the registers; NULL = the device has gone
 * @requests: frames that a program has got
 * @answers: frames that the host has been given
 * @malformed: frames of the host that were none
 */
struct bt_bmc {
	struct miscdevice misc;
	struct kref ref;
	wait_queue_head_t wait;
	struct timer_list timer;
	bool has_irq;
	struct mutex life;
	bool open;
	struct mutex user;
	unsigned int got;
	u8 frame[BT_TARGET_MAX];
	u8 answer[BT_TARGET_MAX];

	spinlock_t lock;
	const struct bt_target_regs *regs;
	u32 requests;
	u32 answers;
	u32 malformed;
};

static void bt_free(struct kref *ref)
{
	kfree(container_of(ref, struct bt_bmc, ref));
}

static void look(struct timer_list *timer)
{
	struct bt_bmc *bt = container_of(timer, struct bt_bmc, timer);

	bt_bmc_event(bt);
	mod_timer(timer, jiffies + msecs_to_jiffies(LOOK_MS));
}

/* The node is there, and so is the structure. */
static int bt_open(struct inode *inode, struct file *file)
{
	struct bt_bmc *bt = container_of(file->private_data, struct bt_bmc, misc);

	guard(mutex)(&bt->life);
	if (!bt->regs)
		return -ENODEV;
	if (bt->open)
		return -EBUSY;
	bt->open = true;
	bt->got = 0;
	scoped_guard(spinlock_irqsave, &bt->lock)
		bt_target_set_busy(bt->regs, false);
	if (!bt->has_irq)
		mod_timer(&bt->timer, jiffies + msecs_to_jiffies(LOOK_MS));
	kref_get(&bt->ref);
	file->private_data = bt;
	return stream_open(inode, file);
}

static int bt_release(struct inode *inode, struct file *file)
{
	struct bt_bmc *bt = file->private_data;

	scoped_guard(mutex, &bt->life) {
		timer_delete_sync(&bt->timer);
		bt->open = false;
		/* Nobody answers: the host is not to ask. */
		scoped_guard(spinlock_irqsave, &bt->lock)
			if (bt->regs)
				bt_target_set_busy(bt->regs, true);
	}
	kref_put(&bt->ref, bt_free);
	return 0;
}

static __poll_t state(struct bt_bmc *bt)
{
	__poll_t mask = 0;

	guard(spinlock_irqsave)(&bt->lock);
	if (!bt->regs)
		return EPOLLERR | EPOLLHUP;
	if (READ_ONCE(bt->got) || bt_target_has_request(bt->regs))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (bt_target_has_room(bt->regs))
		mask |= EPOLLOUT | EPOLLWRNORM;
	return mask;
}

/* Takes the host's frame, if none is there: 0, or a negative errno. */
static int fetch(struct bt_bmc *bt)
{
	int n;

	lockdep_assert_held(&bt->user);
	guard(spinlock_irqsave)(&bt->lock);
	if (!bt->regs)
		return -ENODEV;
	if (bt->got)
		return 0;
	n = bt_target_read(bt->regs, bt->frame);
	if (n == -EPROTO) {
		bt->malformed++;
		return -EAGAIN;
	}
	if (n < 0)
		return n;
	WRITE_ONCE(bt->got, n);
	bt->requests++;
	return 0;
}

/* One that a program has too little room for is cut, and the rest is lost. */
static ssize_t read_frame(struct bt_bmc *bt, char __user *buf, size_t count)
{
	int n;

	if (mutex_lock_interruptible(&bt->user))
		return -ERESTARTSYS;
	n = fetch(bt);
	if (!n) {
		n = min_t(size_t, bt->got, count);
		if (copy_to_user(buf, bt->frame, n))
			n = -EFAULT;
		else
			WRITE_ONCE(bt->got, 0);
	}
	mutex_unlock(&bt->user);
	return n;
}

static ssize_t write_frame(struct bt_bmc *bt, const char __user *buf, size_t count)
{
	int rv;

	if (mutex_lock_interruptible(&bt->user))
		return -ERESTARTSYS;
	if (copy_from_user(bt->answer, buf, count)) {
		rv = -EFAULT;
	} else {
		guard(spinlock_irqsave)(&bt->lock);
		rv = bt->regs ? bt_target_write(bt->regs, bt->answer, count) : -ENODEV;
		if (!rv)
			bt->answers++;
	}
	mutex_unlock(&bt->user);
	return rv ?: count;
}

static ssize_t bt_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	struct bt_bmc *bt = file->private_data;
	ssize_t n;

	if (!count)
		return 0;
	while ((n = read_frame(bt, buf, count)) == -EAGAIN) {
		if (file->f_flags & O_NONBLOCK)
			return n;
		if (wait_event_interruptible(bt->wait, state(bt) & (EPOLLIN | EPOLLERR)))
			return -ERESTARTSYS;
	}
	return n;
}

static ssize_t bt_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct bt_bmc *bt = file->private_data;
	ssize_t n;

	if (count < BT_TARGET_ANSWER_MIN || count > BT_TARGET_MAX)
		return -EINVAL;
	while ((n = write_frame(bt, buf, count)) == -EAGAIN) {
		if (file->f_flags & O_NONBLOCK)
			return n;
		if (wait_event_interruptible(bt->wait, state(bt) & (EPOLLOUT | EPOLLERR)))
			return -ERESTARTSYS;
	}
	return n;
}

static __poll_t bt_poll(struct file *file, poll_table *wait)
{
	struct bt_bmc *bt = file->private_data;

	poll_wait(file, &bt->wait, wait);
	return state(bt);
}

static long bt_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct bt_bmc *bt = file->private_data;

	if (cmd != BT_BMC_IOCTL_SMS_ATN)
		return -EINVAL;
	guard(spinlock_irqsave)(&bt->lock);
	if (!bt->regs)
		return -ENODEV;
	bt_target_attention(bt->regs);
	return 0;
}

static const struct file_operations bt_fops = {
	.owner = THIS_MODULE,
	.open = bt_open,
	.release = bt_release,
	.read = bt_read,
	.write = bt_write,
	.poll = bt_poll,
	.unlocked_ioctl = bt_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

MISC_COUNTER(struct bt_bmc, requests, requests);
MISC_COUNTER(struct bt_bmc, answers, answers);
MISC_COUNTER(struct bt_bmc, malformed, malformed);

static struct attribute *stats_attrs[] = {
	&counter_requests.attr.attr,
	&counter_answers.attr.attr,
	&counter_malformed.attr.attr,
	NULL
};

static const struct attribute_group stats_group = { .name = "ipmi_stats", .attrs = stats_attrs };
static const struct attribute_group *bt_groups[] = { &stats_group, NULL };

/**
 * bt_bmc_event() - the host may have written a frame, or read one
 * @bt: the interface
 *
 * Context: any.
 */
void bt_bmc_event(struct bt_bmc *bt)
{
	__poll_t what = wq_has_sleeper(&bt->wait) ? state(bt) : 0;

	/* A poll() that waits for another event is not woken. */
	if (what)
		wake_up_interruptible_poll(&bt->wait, what);
}

/**
 * bt_bmc_add() - there is an interface
 * @dev: its device
 * @regs: its registers, which stay until bt_bmc_remove()
 * @has_irq: bt_bmc_event() will be called
 *
 * Context: process.
 * Return: the interface, or an error pointer.
 */
struct bt_bmc *bt_bmc_add(struct device *dev, const struct bt_target_regs *regs, bool has_irq)
{
	struct bt_bmc *bt = kzalloc(sizeof(*bt), GFP_KERNEL);
	int rv;

	if (!bt)
		return ERR_PTR(-ENOMEM);
	kref_init(&bt->ref);
	init_waitqueue_head(&bt->wait);
	timer_setup(&bt->timer, look, 0);
	mutex_init(&bt->life);
	mutex_init(&bt->user);
	spin_lock_init(&bt->lock);
	bt->has_irq = has_irq;
	bt->regs = regs;
	bt->misc.minor = MISC_DYNAMIC_MINOR;
	bt->misc.name = DEVICE_NAME;
	bt->misc.fops = &bt_fops;
	bt->misc.parent = dev;
	bt->misc.groups = bt_groups;
	bt->misc.mode = 0600;
	rv = misc_register(&bt->misc);
	if (!rv)
		return bt;
	kref_put(&bt->ref, bt_free);
	return ERR_PTR(rv);
}

/**
 * bt_bmc_remove() - it goes; the registers are not used when this returns
 * @bt: the interface; who has the file open is told by each call
 *
 * Context: process.
 */
void bt_bmc_remove(struct bt_bmc *bt)
{
	misc_deregister(&bt->misc);
	scoped_guard(mutex, &bt->life) {
		timer_shutdown_sync(&bt->timer);
		scoped_guard(spinlock_irqsave, &bt->lock)
			bt->regs = NULL;
	}
	wake_up_all(&bt->wait);
	kref_put(&bt->ref, bt_free);
}
