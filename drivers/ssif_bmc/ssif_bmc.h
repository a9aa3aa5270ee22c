/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ssif_bmc: the BMC's side of SSIF.
 *
 *   slave.c  the I2C slave, the answer's time, the alert; the module
 *   file.c   /dev/ipmi-ssif-host
 *
 * The machine is proto/ssif_target.c's. Locks: ssif->life, a mutex, is held while the file is
 * opened or closed, or the device goes; ssif->user, a mutex, while a program's buffer is copied,
 * which may take as long as that program likes; ssif->lock, a spinlock with interrupts off, guards
 * the machine, for one byte or the copy of one message.
 */
#ifndef SSIF_BMC_H
#define SSIF_BMC_H

#include <linux/kref.h>
#include <linux/miscdevice.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <uapi/linux/ipmi_ssif_bmc.h>

#include <ipmi/ssif_target.h>

struct device;
struct gpio_desc;

/**
 * struct ssif_bmc - an SSIF interface
 * @misc: the node
 * @ref: the device, and an open file
 * @wait: where readers wait
 * @timeout: for an answer, in jiffies
 * @timer: gives up the request that has none then
 * @alert: the line that tells the host of an answer; NULL = there is none
 * @alert_work: sets it
 * @life: see above
 * @open: somebody has it open
 * @user: guards @msg
 * @msg: a message from or to the program
 * @lock: guards what follows
 * @gone: there is no device any more
 * @deadline: when the last request is given up, in jiffies
 * @alerting: what the line is to be
 * @t: the machine
 */
struct ssif_bmc {
	struct miscdevice misc;
	struct kref ref;
	wait_queue_head_t wait;
	unsigned long timeout;
	struct timer_list timer;
	struct gpio_desc *alert;
	struct work_struct alert_work;
	struct mutex life;
	bool open;
	struct mutex user;
	struct ipmi_ssif_msg msg;

	spinlock_t lock;
	bool gone;
	unsigned long deadline;
	bool alerting;
	struct ssif_target t;
};

/* slave.c */
void ssif_bmc_news_locked(struct ssif_bmc *ssif);

/* file.c */
int ssif_bmc_show(struct ssif_bmc *ssif, struct device *dev);
void ssif_bmc_hide(struct ssif_bmc *ssif);
void ssif_bmc_put(struct ssif_bmc *ssif);

#endif /* SSIF_BMC_H */
