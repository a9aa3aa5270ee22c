/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only file that knows kernels differ. It never looks at a version
 * number, because distributions carry changes back: what C can find out is
 * asked in C, the rest is asked of the target's headers by compat.mk, which
 * passes the IPMI_* answers (0 or 1) on the command line.
 *
 * What needs nothing from here on any kernel that compat.mk takes: timer_delete_sync()
 * and timer_shutdown_sync() (never the del_ names), noop_llseek, or no .llseek
 * at all where seeking must fail (never no_llseek), container_of() in a timer
 * callback (never from_timer()).
 */
#ifndef IPMI_COMPAT_H
#define IPMI_COMPAT_H

#ifndef IPMI_COMPAT_ASKED
#error "compat.mk was not read: build with the kernel's make, through Kbuild"
#endif

#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/hrtimer.h>
#include <linux/ipmi.h>
#include <linux/ipmi_smi.h>
#include <linux/mutex.h>
#include <linux/moduleparam.h>
#include <linux/platform_device.h>
#include <linux/spinlock.h>
#include <linux/sysfs.h>

/*
 * ipmi_smi_handlers.sender returned nothing before it learned to refuse a
 * message. A sender of ours is declared IPMI_SENDER_RET and ends, everywhere,
 * in IPMI_SENDER_DONE(cc); a cc that is not 0 comes from
 * ipmi_sender_refuse(), so that it reaches the core on either kernel.
 */
#if IPMI_SENDER_RETURNS_INT
#define IPMI_SENDER_RET int
#define IPMI_SENDER_DONE(cc) return (cc)
#else
#define IPMI_SENDER_RET void
#define IPMI_SENDER_DONE(cc)	\
	do {			\
		(void)(cc);	\
		return;		\
	} while (0)
#endif

/**
 * ipmi_compat_send - hand a message to a transport
 * @handlers: the transport's handlers
 * @send_info: the transport's own pointer
 * @msg: the message
 *
 * Return: 0 when the transport took @msg, else an IPMI completion code, and
 * @msg is still the caller's. A sender that returns nothing always took it.
 */
static inline int ipmi_compat_send(const struct ipmi_smi_handlers *handlers, void *send_info,
				   struct ipmi_smi_msg *msg)
{
#if IPMI_SENDER_RETURNS_INT
	return handlers->sender(send_info, msg);
#else
	handlers->sender(send_info, msg);
	return 0;
#endif
}

/**
 * ipmi_sender_refuse - a transport does not take a message
 * @intf: the interface the message came from
 * @msg: the message
 * @cc: the completion code that says why, not 0
 *
 * A sender that returns int says so by its return value and leaves @msg with
 * the core. A sender that returns nothing has taken @msg, so it gives it back
 * as an answer that holds only @cc; the caller must hold no lock.
 *
 * Return: the argument for IPMI_SENDER_DONE().
 */
static inline int ipmi_sender_refuse(struct ipmi_smi *intf, struct ipmi_smi_msg *msg, u8 cc)
{
#if !IPMI_SENDER_RETURNS_INT
	/* As sent, with the response bit in the NetFn, then the completion code. */
	unsigned int n = msg->type == IPMI_SMI_MSG_TYPE_IPMB_DIRECT ? 4 : 2;

	memcpy(msg->rsp, msg->data, n);
	msg->rsp[0] |= 1 << 2;
	msg->rsp[n] = cc;
	msg->rsp_size = n + 1;
	ipmi_smi_msg_received(intf, msg);
	cc = 0;
#endif
	return cc;
}

/* The core's own pointer in a message: untyped in 6.1, recv_msg later. An lvalue. */
#if IPMI_SMI_MSG_HAS_RECV_MSG
#define ipmi_smi_msg_owner(msg) ((msg)->recv_msg)
#else
#define ipmi_smi_msg_owner(msg) ((msg)->user_data)
#endif

/* The probe() of an I2C driver that takes the client only. */
#if IPMI_I2C_HAS_PROBE_NEW
#define ipmi_i2c_probe probe_new
#else
#define ipmi_i2c_probe probe
#endif

/* Its remove() returned an int, of which only 0 made sense, and then nothing. */
#if IPMI_I2C_REMOVE_RETURNS_INT
#define IPMI_I2C_REMOVE_RET int
#define IPMI_I2C_REMOVE_DONE return 0
#else
#define IPMI_I2C_REMOVE_RET void
#define IPMI_I2C_REMOVE_DONE return
#endif

/* ipmi_destroy_user() returned an int that was always 0, and then nothing. */
#if IPMI_DESTROY_USER_RETURNS_INT
#define IPMI_DESTROY_USER_RET int
#define IPMI_DESTROY_USER_DONE return 0
#else
#define IPMI_DESTROY_USER_RET void
#define IPMI_DESTROY_USER_DONE return
#endif

/* class_create() lost its first argument, the module. */
#if IPMI_CLASS_CREATE_HAS_OWNER
#define ipmi_class_create(name) class_create(THIS_MODULE, name)
#else
#define ipmi_class_create(name) class_create(name)
#endif

/*
 * Callbacks of classes and buses received const pointers one after another.
 * Declare ours as  int f(IPMI_CLASS_CONST struct device *dev, ...).
 */
#if IPMI_CLASS_CALLBACKS_ARE_CONST
#define IPMI_CLASS_CONST const /* class: dev_uevent, devnode */
#else
#define IPMI_CLASS_CONST
#endif

#if IPMI_BUS_UEVENT_IS_CONST
#define IPMI_BUS_UEVENT_CONST const /* bus, device type: uevent, first argument */
#else
#define IPMI_BUS_UEVENT_CONST
#endif

#if IPMI_BUS_MATCH_IS_CONST
#define IPMI_BUS_MATCH_CONST const /* bus: match, second argument */
#else
#define IPMI_BUS_MATCH_CONST
#endif

#if IPMI_CHILD_MATCH_IS_CONST
#define IPMI_CHILD_MATCH_CONST const /* device_find_child(): match, second argument */
#else
#define IPMI_CHILD_MATCH_CONST
#endif

/*
 * The initialiser of a platform_driver's remove callback, written to return
 * nothing: that was .remove_new while .remove still returned int. compat.mk
 * refuses a kernel that has neither.
 */
#if IPMI_PLATFORM_HAS_REMOVE_NEW
#define IPMI_PLATFORM_REMOVE(fn) .remove_new = (fn)
#else
#define IPMI_PLATFORM_REMOVE(fn) .remove = (fn)
#endif

/**
 * ipmi_hrtimer_setup - initialise a timer together with its callback
 * @timer: the timer
 * @fn: its callback
 * @clock: CLOCK_MONOTONIC and the like
 * @mode: HRTIMER_MODE_REL and the like
 *
 * hrtimer_setup() replaced hrtimer_init() and the assignment of
 * timer->function, which became private.
 */
static inline void ipmi_hrtimer_setup(struct hrtimer *timer,
				      enum hrtimer_restart (*fn)(struct hrtimer *timer),
				      clockid_t clock, enum hrtimer_mode mode)
{
#if IPMI_HAS_HRTIMER_SETUP
	hrtimer_setup(timer, fn, clock, mode);
#else
	hrtimer_init(timer, clock, mode);
	timer->function = fn;
#endif
}

/*
 * A table of sysctls ended with an empty entry, and then had its entries counted.
 * @table has such an entry, which is not one of @n.
 */
#if IPMI_SYSCTL_IS_COUNTED
#define ipmi_register_sysctl(path, table, n) register_sysctl_sz(path, table, n)
#else
#define ipmi_register_sysctl(path, table, n) register_sysctl(path, table)
#endif

/*
 * Are there inb() and outb()? Once the kernel could be built without, it says
 * so by CONFIG_HAS_IOPORT; before, only by CONFIG_NO_IOPORT_MAP.
 */
#if defined(CONFIG_NO_IOPORT_MAP)
#define IPMI_HAS_IOPORT 0
#elif defined(CONFIG_HAS_IOPORT) || !IPMI_IOPORT_IS_OPTIONAL
#define IPMI_HAS_IOPORT 1
#else
#define IPMI_HAS_IOPORT 0
#endif

/*
 * kernel_param_ops.get is given a page to write to, and is to be given a seq_buf (proposed in
 * May 2026). Ours is declared  int f(IPMI_PARAM_OUT *out, const struct kernel_param *kp)
 * and ends in  return ipmi_param_printf(out, ...).
 */
#if IPMI_PARAM_GET_TAKES_SEQ_BUF
#include <linux/seq_buf.h>
#define IPMI_PARAM_OUT struct seq_buf
#define ipmi_param_printf(out, fmt, ...)			\
	({							\
		seq_buf_printf(out, fmt, ##__VA_ARGS__);	\
		0;						\
	})
#else
#define IPMI_PARAM_OUT char
#define ipmi_param_printf(out, fmt, ...) sysfs_emit(out, fmt, ##__VA_ARGS__)
#endif

/* guard(ipmi_bh)(&lock): a spinlock, with soft interrupts off. 6.1 has no spinlock_bh. */
DEFINE_LOCK_GUARD_1(ipmi_bh, spinlock_t, spin_lock_bh(_T->lock), spin_unlock_bh(_T->lock))

#endif /* IPMI_COMPAT_H */
