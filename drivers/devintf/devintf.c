// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmi_devintf: /dev/ipmiN, its nodes, files and queues.
 *
 * Each open file is one user of the message handler. Answers are queued on the
 * file by the receive callback (runner context) under file->lock, and fetched
 * by the ioctls in ioctl.c.
 */
#define pr_fmt(fmt) "ipmi device interface: " fmt

#include <linux/device.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>

#include <ipmi/compat.h>
#include <ipmi/core.h>
#include <ipmi/version.h>

#include "devintf.h"

#define DEVICE_NAME "ipmidev"

static int ipmi_major;
module_param(ipmi_major, int, 0);
MODULE_PARM_DESC(ipmi_major, "Major number of /dev/ipmiN; 0, the default, picks a free one.");

static struct class *ipmi_class;

/* Readers are told on the transition from empty to not empty, as ever. */
static void file_recv(struct ipmi_recv_msg *msg, void *data)
{
	struct ipmi_file *file = data;
	bool first;

	scoped_guard(spinlock_irqsave, &file->lock) {
		first = list_empty(&file->msgs);
		list_add_tail(&msg->link, &file->msgs);
	}
	if (!first)
		return;
	if (wq_has_sleeper(&file->wait))
		wake_up_all(&file->wait);
	kill_fasync(&file->fasync, SIGIO, POLL_IN);
}

/* The interface is gone: who waits is to hear of it. */
static void file_shutdown(void *data)
{
	struct ipmi_file *file = data;

	scoped_guard(spinlock_irqsave, &file->lock)
		file->gone = true;
	wake_up_all(&file->wait);
	kill_fasync(&file->fasync, SIGIO, POLL_HUP);
}

static const struct ipmi_user_hndl file_handlers = {
	.ipmi_recv_hndl = file_recv,
	.shutdown = file_shutdown,
};

/*
 * That the interface is gone is said by EPOLLRDHUP, to who asks for it. EPOLLHUP and EPOLLERR come
 * unasked and stay, and programs of the kernel's own device, which says neither, poll for ever
 * without a pause if they see them (ipmievd).
 */
static __poll_t ipmi_poll(struct file *filp, poll_table *wait)
{
	struct ipmi_file *file = filp->private_data;
	__poll_t mask = 0;

	poll_wait(filp, &file->wait, wait);
	guard(spinlock_irqsave)(&file->lock);
	if (!list_empty(&file->msgs))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (file->gone)
		mask |= EPOLLRDHUP;
	return mask;
}

static int ipmi_fasync(int fd, struct file *filp, int on)
{
	struct ipmi_file *file = filp->private_data;

	return fasync_helper(fd, filp, on, &file->fasync);
}

static int ipmi_open(struct inode *inode, struct file *filp)
{
	struct ipmi_file *file;
	int level, rv;

	level = access_of_opener(filp);
	if (level < 0)
		return level;
	file = kzalloc(sizeof(*file), GFP_KERNEL);
	if (!file)
		return -ENOMEM;
	spin_lock_init(&file->lock);
	INIT_LIST_HEAD(&file->msgs);
	mutex_init(&file->recv);
	init_waitqueue_head(&file->wait);
	file->timing.retries = -1;

	rv = ipmi_core_create_user(iminor(inode), &file_handlers, file, &file->user);
	if (rv) {
		kfree(file);
		return rv;
	}
	access_restrict(file, level);
	filp->private_data = file;
	return 0;
}

static int ipmi_release(struct inode *inode, struct file *filp)
{
	struct ipmi_file *file = filp->private_data;
	struct ipmi_recv_msg *msg, *tmp;

	/* After this nothing is queued any more. */
	ipmi_destroy_user(file->user);
	list_for_each_entry_safe(msg, tmp, &file->msgs, link)
		ipmi_free_recv_msg(msg);
	mutex_destroy(&file->recv);
	kfree(file);
	return 0;
}

static const struct file_operations ipmi_fops = {
	.owner = THIS_MODULE,
	.open = ipmi_open,
	.release = ipmi_release,
	.poll = ipmi_poll,
	.fasync = ipmi_fasync,
	.unlocked_ioctl = ipmi_ioctl,
#ifdef CONFIG_COMPAT
	.compat_ioctl = ipmi_compat_ioctl,
#endif
	.show_fdinfo = ipmi_show_fdinfo,
	.llseek = noop_llseek,
};

static void new_smi(int if_num, struct device *parent)
{
	struct device *dev;

	dev = device_create(ipmi_class, parent, MKDEV(ipmi_major, if_num), NULL, "ipmi%d", if_num);
	if (IS_ERR(dev))
		pr_err("cannot create /dev/ipmi%d: %ld\n", if_num, PTR_ERR(dev));
}

static void smi_gone(int if_num)
{
	device_destroy(ipmi_class, MKDEV(ipmi_major, if_num));
}

static struct ipmi_smi_watcher watcher = {
	.owner = THIS_MODULE,
	.new_smi = new_smi,
	.smi_gone = smi_gone,
};

/* An unregistered watcher is not told, so the nodes that are left go here. */
static void destroy_nodes(void)
{
	struct device *dev;

	while ((dev = class_find_device(ipmi_class, NULL, NULL, device_match_any))) {
		device_unregister(dev);
		put_device(dev);
	}
}

static int __init ipmi_devintf_init(void)
{
	int rv;

	if (ipmi_major < 0) {
		pr_err("ipmi_major=%d is no major number; give 0 for any, or 1 to 511\n",
		       ipmi_major);
		return -EINVAL;
	}

	ipmi_class = ipmi_class_create("ipmi");
	if (IS_ERR(ipmi_class))
		return PTR_ERR(ipmi_class);

	rv = register_chrdev(ipmi_major, DEVICE_NAME, &ipmi_fops);
	if (rv < 0) {
		pr_err("cannot get major number %d: %d\n", ipmi_major, rv);
		goto err_class;
	}
	if (!ipmi_major)
		ipmi_major = rv;

	rv = ipmi_smi_watcher_register(&watcher);
	if (rv)
		goto err_chrdev;
	pr_info("ready, major %d\n", ipmi_major);
	return 0;

err_chrdev:
	unregister_chrdev(ipmi_major, DEVICE_NAME);
err_class:
	class_destroy(ipmi_class);
	return rv;
}

static void __exit ipmi_devintf_exit(void)
{
	ipmi_smi_watcher_unregister(&watcher);
	destroy_nodes();
	unregister_chrdev(ipmi_major, DEVICE_NAME);
	class_destroy(ipmi_class);
}

module_init(ipmi_devintf_init);
module_exit(ipmi_devintf_exit);
MODULE_LICENSE("GPL");
MODULE_AUTHOR(IPMI_DRIVERS_AUTHOR);
MODULE_VERSION(IPMI_DRIVERS_VERSION);
MODULE_DESCRIPTION("IPMI character devices /dev/ipmiN");
