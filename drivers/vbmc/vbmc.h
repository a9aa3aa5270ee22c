/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ipmi_vbmc inside: an interface whose BMC is the program that holds an open file.
 *
 *   file.c      the file of the program, and the life of its interface
 *   bmc.c       what the core asks of the interface, and what the program gives
 *   sysfs.c     what is shown of it
 *
 * The lock: vbmc->lock, a spinlock, in the table of Documentation/house.md. It is held while what
 * goes up is queued in the core, so that nothing comes after shutdown().
 */
#ifndef VBMC_H
#define VBMC_H

#include <linux/completion.h>
#include <linux/device.h>
#include <linux/ipmi.h>
#include <linux/ipmi_smi.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <ipmi/compat.h>
#include <uapi/linux/ipmi_vbmc.h>

/* Interfaces of all programs together. */
#define VBMC_MAX 64

/* The counters; sysfs.c has their names, which are ABI. */
enum vbmc_stat {
	VBMC_REQUESTS,
	VBMC_ANSWERS,
	VBMC_TIMEOUTS,
	VBMC_REFUSED,
	VBMC_LATE_ANSWERS,
	VBMC_EVENTS,
	VBMC_MESSAGES,
	VBMC_PRETIMEOUTS,
	VBMC_NR_STATS,
};

/**
 * enum vbmc_state - how far an open file is
 * @VBMC_NONE: no interface was asked for
 * @VBMC_BEGUN: there is one, or it is being asked who its BMC is
 * @VBMC_FAILED: the program did not say so, and it is gone
 */
enum vbmc_state { VBMC_NONE, VBMC_BEGUN, VBMC_FAILED };

/**
 * struct vbmc - an open file, and its interface
 * @dev: the interface's platform device ipmi_vbmc.N; NULL before IPMI_VBMC_CREATE. Who has the
 *	interface open may hold it longer than this, and than the module
 * @slot: the N of that
 * @slave_addr: the BMC's own address, as the program has said
 * @pid: the program's process that has made the interface
 * @comm: its name
 * @adding: brings the interface to the core
 * @started: the core has given it a number, or has refused it
 * @error: why it has refused it
 * @number: the N of its ipmiN
 * @added: the core has the interface, for the end of the file
 * @news: tells the core whether the program runs
 * @wait: where readers and writers of the file wait
 * @brought: events and messages that are on their way up
 * @lock: guards what follows
 * @state: see there
 * @intf: the interface in the core, from start_processing() on; NULL once shutdown() has begun
 * @told: the same for @news, which shutdown() waits for
 * @msg: the request that is with the program, NULL = none
 * @id: its number
 * @unread: the program has not read it
 * @due: when its time is over, in jiffies
 * @timer: looks then, or earlier
 * @tell_up: the program is to be told that the interface is there
 * @closing: the file is being closed
 * @panicking: programs do not run any more
 * @away: the program does not read
 * @away_since: since when
 * @stats: counters
 */
struct vbmc {
	struct device *dev;
	int slot;
	u8 slave_addr;
	pid_t pid;
	char comm[TASK_COMM_LEN];
	struct work_struct adding;
	struct completion started;
	int error;
	int number;
	bool added;
	struct work_struct news;
	wait_queue_head_t wait;
	atomic_t brought;

	spinlock_t lock;
	enum vbmc_state state;
	struct ipmi_smi *intf;
	struct ipmi_smi *told;
	struct ipmi_smi_msg *msg;
	u64 id;
	bool unread;
	unsigned long due;
	struct timer_list timer;
	bool tell_up;
	bool closing;
	bool panicking;
	bool away;
	ktime_t away_since;

	atomic_t stats[VBMC_NR_STATS];
};

static inline void vbmc_count(struct vbmc *vbmc, enum vbmc_stat stat)
{
	atomic_inc(&vbmc->stats[stat]);
}

/**
 * struct vbmc_message - struct ipmi_vbmc_message with all the room that one can need
 * @header: as in the UAPI
 * @data: its data
 */
struct vbmc_message {
	struct ipmi_vbmc_message header;
	u8 data[IPMI_VBMC_DATA_MAX];
};

static_assert(offsetof(struct vbmc_message, data) == sizeof(struct ipmi_vbmc_message));

/* bmc.c */
extern const struct ipmi_smi_handlers vbmc_handlers;
void vbmc_init(struct vbmc *vbmc);
void vbmc_close(struct vbmc *vbmc);
bool vbmc_readable(struct vbmc *vbmc);
bool vbmc_writable(struct vbmc *vbmc);
int vbmc_take(struct vbmc *vbmc, struct vbmc_message *m, size_t room);
void vbmc_untake(struct vbmc *vbmc, const struct vbmc_message *m);
int vbmc_give(struct vbmc *vbmc, const struct vbmc_message *m);

/* sysfs.c */
extern const struct attribute_group *vbmc_groups[];

#endif /* VBMC_H */
