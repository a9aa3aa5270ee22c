// SPDX-License-Identifier: GPL-2.0-only
/*
 * kcs_bmc_cdev_ipmi: /dev/ipmi-kcsN, through which a program on the BMC gets the host's requests of
 * KCS channel N and answers them.
 *
 * A client of kcs_bmc; the machine is proto/kcs_target.c. The device's driver, an interrupt, brings
 * the host's bytes; a program has the file. Locks: channel->life, a mutex, is held while the file
 * is opened or closed, or the device goes; channel->user, a mutex, while a program's buffer is
 * copied, which may take as long as that program likes; channel->lock, a spinlock, inside of the
 * device's, guards the machine. A channel lives as long as its device or its open file.
 */
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/ipmi_bmc.h>
#include <linux/kref.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include <ipmi/kcs_target.h>
#include <ipmi/misc_counter.h>
#include <ipmi/version.h>

#include "kcs_bmc.h"

/**
 * struct channel - a KCS channel
 * @client: for the core
 * @misc: the node
 * @name: its name
 * @entry: in the list of channels, which the core's lock guards
 * @ref: the device, and each open file
 * @wait: where readers wait
 * @life: see above
 * @user: guards @buf; held while it is copied
 * @buf: a message from or to the program
 * @lock: guards what follows
 * @gone: there is no device any more
 * @t: the machine
 */
struct channel {
	struct kcs_bmc_client client;
	struct miscdevice misc;
	char name[24];
	struct list_head entry;
	struct kref ref;
	wait_queue_head_t wait;
	struct mutex life;
	struct mutex user;
	u8 buf[KCS_TARGET_MAX];

	spinlock_t lock;
	bool gone;
	struct kcs_target t;
};

static LIST_HEAD(channels);

static struct channel *to_channel(struct kcs_bmc_client *client)
{
	return container_of(client, struct channel, client);
}

static struct kcs_bmc_device *device_of(const struct kcs_target *t)
{
	return container_of(t, struct channel, t)->client.dev;
}

static u8 take(const struct kcs_target *t)
{
	return kcs_bmc_read_data(device_of(t));
}

static void put(const struct kcs_target *t, u8 val)
{
	kcs_bmc_write_data(device_of(t), val);
}

static void update(const struct kcs_target *t, u8 mask, u8 val)
{
	kcs_bmc_update_status(device_of(t), mask, val);
}

static const struct kcs_target_regs regs = { .take = take, .put = put, .update = update };

static irqreturn_t channel_event(struct kcs_bmc_client *client)
{
	struct channel *channel = to_channel(client);
	enum kcs_target_event what;

	scoped_guard(spinlock, &channel->lock)
		what = kcs_target_event(&channel->t, kcs_bmc_read_status(client->dev));
	if (what == KCS_TARGET_REQUEST)
		wake_up_interruptible(&channel->wait);
	return what == KCS_TARGET_NOTHING ? IRQ_NONE : IRQ_HANDLED;
}

static const struct kcs_bmc_client_ops client_ops = { .event = channel_event };

static void channel_free(struct kref *ref)
{
	kfree(container_of(ref, struct channel, ref));
}

/* The node is there, and so is the channel. */
static int channel_open(struct inode *inode, struct file *file)
{
	struct channel *channel = container_of(file->private_data, struct channel, misc);
	int rv;

	guard(mutex)(&channel->life);
	if (channel->gone)
		return -ENODEV;
	rv = kcs_bmc_enable_device(channel->client.dev, &channel->client);
	if (rv)
		return rv;
	kref_get(&channel->ref);
	file->private_data = channel;
	return stream_open(inode, file);
}

static int channel_release(struct inode *inode, struct file *file)
{
	struct channel *channel = file->private_data;

	scoped_guard(mutex, &channel->life) {
		if (!channel->gone) {
			kcs_bmc_disable_device(channel->client.dev, &channel->client);
			/* Nobody answers: let the host see that. No interrupt comes now. */
			scoped_guard(spinlock_irqsave, &channel->lock)
				kcs_target_abort(&channel->t);
		}
	}
	kref_put(&channel->ref, channel_free);
	return 0;
}

/* Is there something to read, if only the end? */
static bool readable(struct channel *channel)
{
	guard(spinlock_irqsave)(&channel->lock);
	return channel->gone || channel->t.phase == KCS_TARGET_READY;
}

/* The request into the buffer. A program that has too little room for it will never have more. */
static int get_request(struct channel *channel, size_t room, u32 *number)
{
	int rv;

	guard(spinlock_irqsave)(&channel->lock);
	if (channel->gone)
		return -ENODEV;
	rv = kcs_target_request(&channel->t, channel->buf, min(room, sizeof(channel->buf)), number);
	if (rv == -EOVERFLOW)
		kcs_target_abort(&channel->t);
	return rv;
}

/* Return: the length; -EAGAIN if there is no request, or the host has just given it up. */
static ssize_t read_request(struct channel *channel, char __user *buf, size_t count)
{
	u32 number = 0;
	int n;

	if (mutex_lock_interruptible(&channel->user))
		return -ERESTARTSYS;
	n = get_request(channel, count, &number);
	if (n > 0 && copy_to_user(buf, channel->buf, n))
		n = -EFAULT;
	mutex_unlock(&channel->user);
	if (n < 0)
		return n;
	guard(spinlock_irqsave)(&channel->lock);
	return kcs_target_fetched(&channel->t, number) ? n : -EAGAIN;
}

static ssize_t channel_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	struct channel *channel = file->private_data;
	ssize_t n;

	while ((n = read_request(channel, buf, count)) == -EAGAIN) {
		if (file->f_flags & O_NONBLOCK)
			return n;
		if (wait_event_interruptible(channel->wait, readable(channel)))
			return -ERESTARTSYS;
	}
	return n;
}

static ssize_t channel_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct channel *channel = file->private_data;
	int rv;

	if (count < KCS_TARGET_ANSWER_MIN || count > KCS_TARGET_MAX)
		return -EINVAL;
	if (mutex_lock_interruptible(&channel->user))
		return -ERESTARTSYS;
	if (copy_from_user(channel->buf, buf, count)) {
		rv = -EFAULT;
	} else {
		guard(spinlock_irqsave)(&channel->lock);
		rv = channel->gone ? -ENODEV :
				     kcs_target_answer(&channel->t, channel->buf, count);
	}
	mutex_unlock(&channel->user);
	return rv ?: count;
}

static __poll_t channel_poll(struct file *file, poll_table *wait)
{
	struct channel *channel = file->private_data;

	poll_wait(file, &channel->wait, wait);
	guard(spinlock_irqsave)(&channel->lock);
	if (channel->gone)
		return EPOLLERR | EPOLLHUP;
	return channel->t.phase == KCS_TARGET_READY ? EPOLLIN | EPOLLRDNORM : 0;
}

static long channel_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct channel *channel = file->private_data;

	guard(spinlock_irqsave)(&channel->lock);
	if (channel->gone)
		return -ENODEV;
	switch (cmd) {
	case IPMI_BMC_IOCTL_SET_SMS_ATN:
		update(&channel->t, KCS_TARGET_SMS_ATN, KCS_TARGET_SMS_ATN);
		return 0;
	case IPMI_BMC_IOCTL_CLEAR_SMS_ATN:
		update(&channel->t, KCS_TARGET_SMS_ATN, 0);
		return 0;
	case IPMI_BMC_IOCTL_FORCE_ABORT:
		kcs_target_abort(&channel->t);
		return 0;
	}
	return -EINVAL;
}

static const struct file_operations channel_fops = {
	.owner = THIS_MODULE,
	.open = channel_open,
	.release = channel_release,
	.read = channel_read,
	.write = channel_write,
	.poll = channel_poll,
	.unlocked_ioctl = channel_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

MISC_COUNTER(struct channel, requests, t.requests);
MISC_COUNTER(struct channel, answers, t.answers);
MISC_COUNTER(struct channel, aborts, t.aborts);
MISC_COUNTER(struct channel, errors, t.errors);

static struct attribute *stats_attrs[] = {
	&counter_requests.attr.attr,
	&counter_answers.attr.attr,
	&counter_aborts.attr.attr,
	&counter_errors.attr.attr,
	NULL
};

static const struct attribute_group stats_group = { .name = "ipmi_stats", .attrs = stats_attrs };
static const struct attribute_group *channel_groups[] = { &stats_group, NULL };

static int add_device(struct kcs_bmc_device *kcs_bmc)
{
	struct channel *channel = kzalloc(sizeof(*channel), GFP_KERNEL);
	int rv;

	if (!channel)
		return -ENOMEM;
	kref_init(&channel->ref);
	mutex_init(&channel->life);
	mutex_init(&channel->user);
	spin_lock_init(&channel->lock);
	init_waitqueue_head(&channel->wait);
	channel->client.ops = &client_ops;
	channel->client.dev = kcs_bmc;
	kcs_target_init(&channel->t, &regs);
	snprintf(channel->name, sizeof(channel->name), "ipmi-kcs%u", kcs_bmc->channel);
	channel->misc.minor = MISC_DYNAMIC_MINOR;
	channel->misc.name = channel->name;
	channel->misc.fops = &channel_fops;
	channel->misc.groups = channel_groups;
	channel->misc.mode = 0600;
	list_add(&channel->entry, &channels);
	rv = misc_register(&channel->misc);
	if (rv) {
		list_del(&channel->entry);
		kref_put(&channel->ref, channel_free);
		return rv;
	}
	dev_info(kcs_bmc->dev, "KCS channel %u is /dev/%s\n", kcs_bmc->channel, channel->name);
	return 0;
}

static struct channel *channel_of(struct kcs_bmc_device *kcs_bmc)
{
	struct channel *channel;

	list_for_each_entry(channel, &channels, entry)
		if (channel->client.dev == kcs_bmc)
			return channel;
	return NULL;
}

/* Whoever has the file open keeps it, and is told by each call that there is no device. */
static int remove_device(struct kcs_bmc_device *kcs_bmc)
{
	struct channel *channel = channel_of(kcs_bmc);

	if (!channel)
		return -ENODEV;
	list_del(&channel->entry);
	misc_deregister(&channel->misc);
	scoped_guard(mutex, &channel->life) {
		kcs_bmc_disable_device(kcs_bmc, &channel->client);
		scoped_guard(spinlock_irqsave, &channel->lock)
			channel->gone = true;
	}
	wake_up_all(&channel->wait);
	kref_put(&channel->ref, channel_free);
	return 0;
}

static const struct kcs_bmc_driver_ops driver_ops = {
	.add_device = add_device,
	.remove_device = remove_device,
};

static struct kcs_bmc_driver driver = { .ops = &driver_ops };

static int __init kcs_bmc_cdev_ipmi_init(void)
{
	kcs_bmc_register_driver(&driver);
	return 0;
}

static void __exit kcs_bmc_cdev_ipmi_exit(void)
{
	kcs_bmc_unregister_driver(&driver);
}

module_init(kcs_bmc_cdev_ipmi_init);
module_exit(kcs_bmc_cdev_ipmi_exit);
MODULE_LICENSE("GPL");
MODULE_AUTHOR(IPMI_DRIVERS_AUTHOR);
MODULE_VERSION(IPMI_DRIVERS_VERSION);
MODULE_DESCRIPTION("/dev/ipmi-kcsN: a BMC's programs answer the host's requests over KCS");
