/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ipmi_powernv inside: the BMC of a PowerNV machine, which is reached through calls of its
 * firmware, OPAL.
 *
 *   probe.c     the module; how an interface comes and goes
 *   handlers.c  what the core asks of it
 *   engine.c    one request at a time down, and its answer up; is the BMC there?
 *   firmware.c  the calls
 *   sysfs.c     what is shown of it
 *
 * The lock: pnv->lock, a spinlock, in the table of Documentation/house.md. It is held while the
 * firmware takes or gives one message, and while what goes up is queued in the core, so that
 * nothing comes after shutdown().
 */
#ifndef POWERNV_H
#define POWERNV_H

#include <linux/bottom_half.h>
#include <linux/completion.h>
#include <linux/device.h>
#include <linux/ipmi.h>
#include <linux/ipmi_smi.h>
#include <linux/ktime.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include <ipmi/compat.h>
#include <ipmi/opal_frame.h>

/* The counters; sysfs.c has their names, which are ABI. */
enum powernv_stat {
	POWERNV_REQUESTS,
	POWERNV_ANSWERS,
	POWERNV_TIMEOUTS,
	POWERNV_REFUSED,
	POWERNV_DROPPED_ANSWERS,
	POWERNV_BAD_ANSWERS,
	POWERNV_INTERRUPTS,
	POWERNV_NR_STATS,
};

/**
 * enum powernv_state - does the BMC answer?
 * @POWERNV_ANSWERS_WELL: as far as one can know
 * @POWERNV_IN_DOUBT: it has not answered; it is being asked who it is, and requests wait for that
 * @POWERNV_AWAY: it does not; it is asked again and again, and requests fail at once
 */
enum powernv_state { POWERNV_ANSWERS_WELL, POWERNV_IN_DOUBT, POWERNV_AWAY };

/**
 * struct powernv - one interface
 * @dev: its device
 * @id: the interface in calls of the firmware
 * @irq: says that there is an answer, 0 = nothing does
 * @add: brings the interface to the core
 * @tried: it has been brought, or the BMC has not answered so far
 * @pause: from one failure of that to the next try, in jiffies
 * @told_absent: the log knows that there is no interface
 * @added: the core has it (@add, and the end of the device)
 * @number: the N of its ipmiN, while it has
 * @look: looks whether the firmware has an answer, and whether the time for one is over
 * @news: tells the core whether the BMC answers
 * @lock: guards what follows
 * @intf: the interface in the core, from start_processing() on; NULL once shutdown() has begun
 * @told: the same for @news, which shutdown() waits for
 * @msg: the request of the core that is with the firmware, NULL = none
 * @next: one that waits until it is known whether the BMC answers, NULL = none
 * @asking: a question of our own is with the firmware
 * @sent: NetFn/LUN and command of what is
 * @due: when its time is over, in jiffies; else when the BMC is to be asked again
 * @state: see there
 * @doubt_due: when the BMC is away that is in doubt, in jiffies
 * @away_since: since when it is
 * @removing: nothing begins any more
 * @panicking: the same CPU does everything, and nothing may sleep
 * @stats: counters
 * @len: of @frame, for the firmware
 * @frame: what it takes and gives. It reads and writes physical memory, so this has to be memory
 *	of kmalloc(), and no stack
 */
struct powernv {
	struct device *dev;
	u32 id;
	int irq;
	struct delayed_work add;
	struct completion tried;
	unsigned int pause;
	bool told_absent;
	bool added;
	int number;
	struct delayed_work look;
	struct work_struct news;

	spinlock_t lock;
	struct ipmi_smi *intf;
	struct ipmi_smi *told;
	struct ipmi_smi_msg *msg;
	struct ipmi_smi_msg *next;
	bool asking;
	u8 sent[2];
	unsigned long due;
	enum powernv_state state;
	unsigned long doubt_due;
	ktime_t away_since;
	bool removing;
	bool panicking;

	atomic_t stats[POWERNV_NR_STATS];
	__be64 len;
	u8 frame[OPAL_FRAME_MAX];
};

static inline void powernv_count(struct powernv *pnv, enum powernv_stat stat)
{
	atomic_inc(&pnv->stats[stat]);
}

/*
 * guard(powernv_task)(pnv): the lock, for who has no interrupt to end. The interface is run by a
 * soft interrupt, and that runs at the end of this.
 */
DEFINE_LOCK_GUARD_1(powernv_task, struct powernv,
		    ({ local_bh_disable(); spin_lock_irqsave(&_T->lock->lock, _T->flags); }),
		    ({ spin_unlock_irqrestore(&_T->lock->lock, _T->flags); local_bh_enable(); }),
		    unsigned long flags)

/* firmware.c */
int firmware_send_locked(struct powernv *pnv, unsigned int n);
int firmware_receive_locked(struct powernv *pnv, u64 *len);
void firmware_poll(void);

/* engine.c */
void engine_init(struct powernv *pnv);
u8 engine_begin(struct powernv *pnv, struct ipmi_smi_msg *msg);
bool engine_receive_locked(struct powernv *pnv);
void engine_poll(struct powernv *pnv);
void engine_take_over(struct powernv *pnv);
void engine_end_locked(struct powernv *pnv, u8 cc);

/* handlers.c */
extern const struct ipmi_smi_handlers powernv_handlers;

/* sysfs.c */
extern const struct attribute_group *powernv_groups[];

#endif /* POWERNV_H */
