// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/ipmi-vbmc: the file of a program, and the life of the interface behind it. The module.
 *
 * An open file is a struct vbmc. Its ioctl makes the interface: a work brings it to the core,
 * because the core asks the BMC who it is, which is the program, who has to come back from the
 * ioctl for that. The end of the file takes it away. The files' own lock is bmc.c's.
 */
#include <linux/err.h>
#include <linux/idr.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <ipmi/version.h>

#include "vbmc.h"

static DEFINE_IDA(slots);

static void add_work(struct work_struct *work)
{
	struct vbmc *vbmc = container_of(work, struct vbmc, adding);
	int rv = ipmi_add_smi(THIS_MODULE, &vbmc_handlers, vbmc, vbmc->dev, vbmc->slave_addr);

	/* Who closes the file wants none. */
	if (rv && !READ_ONCE(vbmc->closing))
		dev_warn(vbmc->dev,
			 "no interface: %s (pid %d) did not say who the BMC is (error %d)\n",
			 vbmc->comm, vbmc->pid, rv);
	if (!rv)
		dev_info(vbmc->dev, "ipmi%d is no hardware: its BMC is the program %s (pid %d)\n",
			 vbmc->number, vbmc->comm, vbmc->pid);
	scoped_guard(spinlock_irqsave, &vbmc->lock) {
		vbmc->added = !rv;
		vbmc->tell_up = !rv;
		if (rv)
			vbmc->state = VBMC_FAILED;
	}
	vbmc->error = rv;
	complete(&vbmc->started);
	wake_up_all(&vbmc->wait);
}

static int vbmc_open(struct inode *inode, struct file *file)
{
	struct vbmc *vbmc = kzalloc(sizeof(*vbmc), GFP_KERNEL);

	if (!vbmc)
		return -ENOMEM;
	vbmc->number = -1;
	INIT_WORK(&vbmc->adding, add_work);
	vbmc_init(vbmc);
	file->private_data = vbmc;
	return stream_open(inode, file);
}

/* The interface is gone when this returns, and whoever was in a call to it has been told. */
static int vbmc_release(struct inode *inode, struct file *file)
{
	struct vbmc *vbmc = file->private_data;

	vbmc_close(vbmc);
	flush_work(&vbmc->adding);
	if (vbmc->added)
		ipmi_unregister_smi(vbmc->told);
	if (vbmc->dev) {
		platform_device_unregister(to_platform_device(vbmc->dev));
		ida_free(&slots, vbmc->slot);
	}
	kfree(vbmc);
	return 0;
}

static ssize_t vbmc_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	struct vbmc *vbmc = file->private_data;
	struct vbmc_message m;
	size_t n;
	int rv;

	if (count < sizeof(m.header))
		return -EMSGSIZE;
	while ((rv = vbmc_take(vbmc, &m, count)) == -EAGAIN) {
		if (file->f_flags & O_NONBLOCK)
			return rv;
		if (wait_event_interruptible(vbmc->wait, vbmc_readable(vbmc)))
			return -ERESTARTSYS;
	}
	if (rv)
		return rv;
	n = sizeof(m.header) + m.header.length;
	if (!copy_to_user(buf, &m, n))
		return n;
	vbmc_untake(vbmc, &m);
	return -EFAULT;
}

static ssize_t vbmc_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct vbmc *vbmc = file->private_data;
	struct vbmc_message m;
	int rv;

	if (count < sizeof(m.header) || count > sizeof(m))
		return -EINVAL;
	if (copy_from_user(&m, buf, count))
		return -EFAULT;
	if (m.header.length != count - sizeof(m.header))
		return -EINVAL;
	while ((rv = vbmc_give(vbmc, &m)) == -EAGAIN) {
		if (file->f_flags & O_NONBLOCK)
			return rv;
		if (wait_event_interruptible(vbmc->wait, vbmc_writable(vbmc)))
			return -ERESTARTSYS;
	}
	return rv ?: count;
}

static __poll_t vbmc_poll(struct file *file, poll_table *table)
{
	struct vbmc *vbmc = file->private_data;
	__poll_t events = 0;

	poll_wait(file, &vbmc->wait, table);
	if (vbmc_readable(vbmc))
		events |= EPOLLIN | EPOLLRDNORM;
	if (vbmc_writable(vbmc))
		events |= EPOLLOUT | EPOLLWRNORM;
	switch (READ_ONCE(vbmc->state)) {
	case VBMC_NONE:
		return EPOLLERR;
	case VBMC_BEGUN:
		return events;
	case VBMC_FAILED:
		break;
	}
	return events | EPOLLHUP;
}

/* Takes a place for an interface, and the file's only chance. */
static int begin(struct vbmc *vbmc)
{
	int slot = ida_alloc_max(&slots, VBMC_MAX - 1, GFP_KERNEL);

	if (slot < 0)
		return slot;
	scoped_guard(spinlock_irqsave, &vbmc->lock) {
		if (vbmc->state == VBMC_NONE) {
			vbmc->state = VBMC_BEGUN;
			vbmc->slot = slot;
			return 0;
		}
	}
	ida_free(&slots, slot);
	return -EBUSY;
}

/* Nothing is bound to it: it is where the interface is in sysfs. */
static struct platform_device *new_device(struct vbmc *vbmc)
{
	struct platform_device *pdev = platform_device_alloc(KBUILD_MODNAME, vbmc->slot);
	int rv;

	if (!pdev)
		return ERR_PTR(-ENOMEM);
	pdev->dev.groups = vbmc_groups;
	dev_set_drvdata(&pdev->dev, vbmc);
	rv = platform_device_add(pdev);
	if (!rv)
		return pdev;
	platform_device_put(pdev);
	return ERR_PTR(rv);
}

static int add_device(struct vbmc *vbmc)
{
	struct platform_device *pdev;

	vbmc->pid = task_tgid_nr(current);
	get_task_comm(vbmc->comm, current);
	pdev = new_device(vbmc);
	if (!IS_ERR(pdev)) {
		vbmc->dev = &pdev->dev;
		return 0;
	}
	ida_free(&slots, vbmc->slot);
	scoped_guard(spinlock_irqsave, &vbmc->lock)
		vbmc->state = VBMC_FAILED;
	wake_up_all(&vbmc->wait);
	return PTR_ERR(pdev);
}

static int create(struct vbmc *vbmc, void __user *at, size_t size)
{
	struct ipmi_vbmc_create arg;
	int rv;

	if (size < sizeof(arg))
		return -EINVAL;
	rv = copy_struct_from_user(&arg, sizeof(arg), at, size);
	if (rv)
		return rv;
	if (arg.flags || arg.slave_addr & 1 || memchr_inv(arg.reserved, 0, sizeof(arg.reserved)))
		return -EINVAL;
	rv = begin(vbmc) ?: add_device(vbmc);
	if (rv)
		return rv;
	vbmc->slave_addr = arg.slave_addr;
	queue_work(system_unbound_wq, &vbmc->adding);
	/* Nobody is asked anything before that. Who is killed meanwhile closes the file. */
	if (wait_for_completion_killable(&vbmc->started))
		return -EINTR;
	if (vbmc->number < 0)
		return vbmc->error;
	arg.number = vbmc->number;
	return copy_to_user(at, &arg, sizeof(arg)) ? -EFAULT : 0;
}

/* A later version of the structure has another size, and so another number. */
static long vbmc_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	const unsigned int fixed = IOCSIZE_MASK;

	if ((cmd & ~fixed) != (IPMI_VBMC_CREATE & ~fixed))
		return -ENOTTY;
	return create(file->private_data, (void __user *)arg, _IOC_SIZE(cmd));
}

static const struct file_operations vbmc_fops = {
	.owner = THIS_MODULE,
	.open = vbmc_open,
	.release = vbmc_release,
	.read = vbmc_read,
	.write = vbmc_write,
	.poll = vbmc_poll,
	.unlocked_ioctl = vbmc_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice vbmc_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "ipmi-vbmc",
	.fops = &vbmc_fops,
	.mode = 0600,
};

static int __init ipmi_vbmc_init(void)
{
	return misc_register(&vbmc_misc);
}

/* An open file holds the module, so there is no interface any more. */
static void __exit ipmi_vbmc_exit(void)
{
	misc_deregister(&vbmc_misc);
	ida_destroy(&slots);
}

module_init(ipmi_vbmc_init);
module_exit(ipmi_vbmc_exit);
MODULE_LICENSE("GPL");
MODULE_AUTHOR(IPMI_DRIVERS_AUTHOR);
MODULE_VERSION(IPMI_DRIVERS_VERSION);
MODULE_DESCRIPTION("IPMI interfaces whose BMC is a program");
