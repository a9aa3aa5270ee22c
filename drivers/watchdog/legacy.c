// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/watchdog as it was before the watchdog core, for preop=preop_give_data: a
 * program may read from it, poll it or ask for SIGIO to hear of a pre-timeout, for
 * which the core's devices have no room.
 *
 * Called by programs, and by device.c. Lock: give.lock for what there is to read; the
 * one open file has the rest to itself.
 */
#define pr_fmt(fmt) "IPMI Watchdog: " fmt

#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/uaccess.h>
#include <linux/watchdog.h>

#include "watchdog.h"

static unsigned long opened;	/* bit 0 */
static bool may_close;		/* a V was the last that was written */

static struct {
	spinlock_t lock;
	bool data;
	wait_queue_head_t wait;
	struct fasync_struct *fasync;
} give = {
	.lock = __SPIN_LOCK_UNLOCKED(give.lock),
	.wait = __WAIT_QUEUE_HEAD_INITIALIZER(give.wait),
};

/* The first sign of life starts the timer. */
static int feed(void)
{
	return READ_ONCE(wdt.armed) ? timer_feed() : timer_start();
}

static int legacy_open(struct inode *inode, struct file *filp)
{
	if (test_and_set_bit(0, &opened))
		return -EBUSY;
	may_close = false;
	return stream_open(inode, filp);
}

static int legacy_fasync(int fd, struct file *filp, int on)
{
	return fasync_helper(fd, filp, on, &give.fasync);
}

static int legacy_release(struct inode *inode, struct file *filp)
{
	int rv;

	if (may_close && !nowayout_get()) {
		rv = timer_stop();
		if (rv)
			pr_crit("the BMC does not stop its timer (error %d): it runs on\n", rv);
	} else if (READ_ONCE(wdt.armed)) {
		pr_crit("closed without a word: the timer runs on\n");
		timer_feed();
	}
	clear_bit(0, &opened);
	return 0;
}

static ssize_t legacy_write(struct file *filp, const char __user *buf, size_t len, loff_t *pos)
{
	bool magic = false;
	size_t i;
	char c;
	int rv;

	if (!len)
		return 0;
	for (i = 0; i < len && !nowayout_get(); i++) {
		if (get_user(c, buf + i))
			return -EFAULT;
		magic |= c == 'V';
	}
	may_close = magic;
	rv = feed();
	return rv ?: len;
}

static bool take_data(void)
{
	bool data = false;

	guard(spinlock_irqsave)(&give.lock);
	swap(data, give.data);
	return data;
}

static ssize_t legacy_read(struct file *filp, char __user *buf, size_t len, loff_t *pos)
{
	int rv;

	if (!len)
		return 0;
	if (!take_data()) {
		if (filp->f_flags & O_NONBLOCK)
			return -EAGAIN;
		rv = wait_event_interruptible(give.wait, take_data());
		if (rv)
			return rv;
	}
	return put_user(0, buf) ? -EFAULT : 1;
}

static __poll_t legacy_poll(struct file *filp, poll_table *wait)
{
	poll_wait(filp, &give.wait, wait);
	return READ_ONCE(give.data) ? EPOLLIN | EPOLLRDNORM : 0;
}

void legacy_pretimeout(void)
{
	scoped_guard(spinlock_irqsave, &give.lock)
		give.data = true;
	wake_up_interruptible(&give.wait);
	kill_fasync(&give.fasync, SIGIO, POLL_IN);
}

static int set_options(int options)
{
	int rv = 0;

	if (options & WDIOS_DISABLECARD)
		rv = nowayout_get() ? -EBUSY : timer_stop();
	if (!rv && (options & WDIOS_ENABLECARD))
		rv = timer_start();
	return rv;
}

static long legacy_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	int __user *uarg = (int __user *)arg;
	int n, rv;

	switch (cmd) {
	case WDIOC_GETSUPPORT:
		return copy_to_user((void __user *)arg, wdt_device.info,
				    sizeof(*wdt_device.info)) ? -EFAULT : 0;
	case WDIOC_GETSTATUS:
		return put_user(0, uarg);
	case WDIOC_GETBOOTSTATUS:
		return put_user(boot_status(), uarg);
	case WDIOC_KEEPALIVE:
		return feed();
	case WDIOC_SETOPTIONS:
		return get_user(n, uarg) ?: set_options(n);
	case WDIOC_GETTIMELEFT:
		return put_user(timer_left(), uarg);
	case WDIOC_SETTIMEOUT:
		rv = get_user(n, uarg) ?: timer_set_timeout(n);
		return rv ?: put_user(wdt.timeout, uarg);
	case WDIOC_GETTIMEOUT:
		return put_user(wdt.timeout, uarg);
	case WDIOC_SETPRETIMEOUT:
		rv = get_user(n, uarg) ?: timer_set_pretimeout(n);
		return rv ?: put_user(wdt.pretimeout, uarg);
	case WDIOC_GETPRETIMEOUT:
		return put_user(wdt.pretimeout, uarg);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations legacy_fops = {
	.owner = THIS_MODULE,
	.open = legacy_open,
	.release = legacy_release,
	.read = legacy_read,
	.write = legacy_write,
	.poll = legacy_poll,
	.fasync = legacy_fasync,
	.unlocked_ioctl = legacy_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice legacy_misc = {
	.minor = WATCHDOG_MINOR,
	.name = "watchdog",
	.fops = &legacy_fops,
};

int legacy_register(void)
{
	return misc_register(&legacy_misc);
}

void legacy_unregister(void)
{
	misc_deregister(&legacy_misc);
	clear_bit(0, &opened);
}

/**
 * legacy_claim() - keep others from opening it, until legacy_unregister()
 *
 * Return: true; false if a program has it.
 */
bool legacy_claim(void)
{
	return !test_and_set_bit(0, &opened);
}
