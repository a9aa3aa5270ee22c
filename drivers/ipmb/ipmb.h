/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ipmi_ipmb inside: a BMC that is reached over an IPMB, on which this machine is a controller too.
 *
 *   probe.c     the module; how an interface comes and goes
 *   handlers.c  what the core asks of it
 *   engine.c    one message at a time onto the bus, and its answer; is the BMC there?
 *   bus.c       I2C: a message is written, and what others write comes byte by byte
 *   sysfs.c     what is shown of it
 *
 * The lock: ipmb->lock, a spinlock, in the table of Documentation/house.md. It is held while a byte
 * of others is taken, and while what goes up is queued in the core, so that nothing comes after
 * shutdown(). It is not held while a message is on the bus.
 */
#ifndef IPMB_H
#define IPMB_H

#include <linux/bottom_half.h>
#include <linux/completion.h>
#include <linux/device.h>
#include <linux/i2c.h>
#include <linux/ipmi.h>
#include <linux/ipmi_smi.h>
#include <linux/ktime.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include <ipmi/compat.h>
#include <ipmi/ipmb_frame.h>

/* The counters; sysfs.c has their names, which are ABI. */
enum ipmb_stat {
	IPMB_REQUESTS,
	IPMB_ANSWERS,
	IPMB_RESENT,
	IPMB_TIMEOUTS,
	IPMB_BUS_ERRORS,
	IPMB_REFUSED,
	IPMB_LATE_ANSWERS,
	IPMB_COMMANDS,
	IPMB_DROPPED_COMMANDS,
	IPMB_BAD_MESSAGES,
	IPMB_NR_STATS,
};

/**
 * enum ipmb_state - does the BMC answer?
 * @IPMB_ANSWERS_WELL: as far as one can know
 * @IPMB_IN_DOUBT: it has not answered; it is being asked who it is, and messages wait for that
 * @IPMB_AWAY: it does not; it is asked again and again, and requests to it fail at once
 */
enum ipmb_state { IPMB_ANSWERS_WELL, IPMB_IN_DOUBT, IPMB_AWAY };

/**
 * enum ipmb_step - how far a message is
 * @IPMB_IDLE: there is none
 * @IPMB_TO_SEND: it is to be written, at a time
 * @IPMB_SENDING: it is being written
 * @IPMB_WAITING: it has been, and its answer has to come until a time
 */
enum ipmb_step { IPMB_IDLE, IPMB_TO_SEND, IPMB_SENDING, IPMB_WAITING };

/**
 * struct ipmb - one interface
 * @dev: its device
 * @client: by which it writes to the bus
 * @slave: to which others write; @client, or one on another adapter
 * @bmc: the BMC's address, in 8 bits
 * @own: ours
 * @retry_ms: an answer has to come within this time
 * @max_retries: else the request is sent again, so often
 * @wq: runs @run
 * @add: brings the interface to the core
 * @tried: it has been brought, or the BMC has not answered so far
 * @pause: from one failure of that to the next try, in jiffies
 * @told_absent: the log knows that there is no interface
 * @added: the core has it (@add, and the end of the device)
 * @number: the N of its ipmiN, while it has
 * @run: writes to the bus, and looks whether the time for an answer is over
 * @news: tells the core whether the BMC answers
 * @wire: what @run is writing
 * @lock: guards what follows
 * @in: what others are writing
 * @intf: the interface in the core, from start_processing() on; NULL once shutdown() has begun
 * @told: the same for @news, which shutdown() waits for
 * @msg: the message of the core that is in @frame, NULL = none
 * @next: one that waits until a question of our own has ended, NULL = none
 * @asking: such a question is in @frame
 * @frame: what is under way
 * @step: how far it is
 * @due: see there, in jiffies
 * @serial: another one for each that begins
 * @seq: the number of the last request
 * @tries: how often @frame has been sent again
 * @bus_tries: how often the bus has failed it since
 * @ask_due: when a BMC that is away is asked again, in jiffies
 * @state: see there
 * @away_since: since when it is
 * @removing: nothing begins any more
 * @panicking: the same CPU does everything, and nothing may sleep
 * @brought: commands of others that the core has
 * @stats: counters
 */
struct ipmb {
	struct device *dev;
	struct i2c_client *client;
	struct i2c_client *slave;
	u8 bmc;
	u8 own;
	unsigned int retry_ms;
	unsigned int max_retries;
	struct workqueue_struct *wq;
	struct delayed_work add;
	struct completion tried;
	unsigned int pause;
	bool told_absent;
	bool added;
	int number;
	struct delayed_work run;
	struct work_struct news;
	u8 wire[IPMB_FRAME_SENT];

	spinlock_t lock;
	struct ipmb_input in;
	struct ipmi_smi *intf;
	struct ipmi_smi *told;
	struct ipmi_smi_msg *msg;
	struct ipmi_smi_msg *next;
	bool asking;
	struct ipmb_frame frame;
	enum ipmb_step step;
	unsigned long due;
	u32 serial;
	u8 seq;
	unsigned int tries;
	unsigned int bus_tries;
	unsigned long ask_due;
	enum ipmb_state state;
	ktime_t away_since;
	bool removing;
	bool panicking;

	atomic_t brought;
	atomic_t stats[IPMB_NR_STATS];
};

static inline void ipmb_count(struct ipmb *ipmb, enum ipmb_stat stat)
{
	atomic_inc(&ipmb->stats[stat]);
}

/*
 * guard(ipmb_task)(ipmb): the lock, for who has no interrupt to end. The interface is run by a soft
 * interrupt, and that runs at the end of this.
 */
DEFINE_LOCK_GUARD_1(ipmb_task, struct ipmb,
		    ({ local_bh_disable(); spin_lock_irqsave(&_T->lock->lock, _T->flags); }),
		    ({ spin_unlock_irqrestore(&_T->lock->lock, _T->flags); local_bh_enable(); }),
		    unsigned long flags)

/* bus.c */
int ipmb_bus_init(struct ipmb *ipmb);
void ipmb_bus_end(struct ipmb *ipmb);
int ipmb_bus_write(struct ipmb *ipmb, unsigned int n);

/* engine.c */
void ipmb_engine_init(struct ipmb *ipmb);
u8 ipmb_engine_begin(struct ipmb *ipmb, struct ipmi_smi_msg *msg);
void ipmb_engine_received_locked(struct ipmb *ipmb, const struct ipmb_frame *f, bool overlong);
void ipmb_engine_take_over(struct ipmb *ipmb);
void ipmb_engine_end_locked(struct ipmb *ipmb, u8 cc);

/* handlers.c */
extern const struct ipmi_smi_handlers ipmb_handlers;

/* sysfs.c */
extern const struct attribute_group *ipmb_groups[];

#endif /* IPMB_H */
