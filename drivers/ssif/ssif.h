/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ipmi_ssif inside: one BMC on an SMBus.
 *
 * Locks, in the order in which they are taken:
 *
 *   places_lock (mutex, probe.c)	the addresses to be looked at
 *   ssif->lock (spinlock)		the slot for the next message and what others ask of
 *					the thread; never held across a call
 *
 * The bus is used by the interface's thread only, once it runs; before, by probe.c.
 */
#ifndef SSIF_H
#define SSIF_H

#include <linux/device.h>
#include <linux/i2c.h>
#include <linux/ipmi.h>
#include <linux/ipmi_smi.h>
#include <linux/ktime.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include <ipmi/attn.h>
#include <ipmi/compat.h>
#include <ipmi/ssif_frame.h>
#include <ipmi/wait.h>

struct task_struct;

/* The counters; sysfs.c has their names, which are ABI. */
enum ssif_stat {
	SSIF_SENT_MESSAGES,
	SSIF_SENT_MESSAGES_PARTS,
	SSIF_SEND_RETRIES,
	SSIF_SEND_ERRORS,
	SSIF_RECEIVED_MESSAGES,
	SSIF_RECEIVED_MESSAGE_PARTS,
	SSIF_RECEIVE_RETRIES,
	SSIF_RECEIVE_ERRORS,
	SSIF_FLAG_FETCHES,
	SSIF_HOSED,
	SSIF_EVENTS,
	SSIF_WATCHDOG_PRETIMEOUTS,
	SSIF_ALERTS,
	SSIF_NR_STATS,
};

/**
 * struct ssif - one interface
 * @link: on the list of interfaces, under places_lock
 * @client: its device
 * @source: who told of it
 * @slave_addr: the BMC's IPMB address, 0 = not known
 * @dbg: what of it is logged, bit 0: messages
 * @intf: its interface in the core
 * @limits: what its BMC can do
 * @has_alert: it has been seen to alert
 * @thread: who uses the bus
 * @wait: where that sleeps
 * @kicked: it has a reason not to
 * @alerted: the BMC has alerted
 * @lock: see above
 * @next: the message to be sent next, under @lock
 * @stopping: no message is taken any more, under @lock
 * @panicking: nothing may sleep any more
 * @due: housekeeping that others ask for, &enum attn_due, under @lock
 * @watch_mask: what the core waits for
 * @attn: housekeeping (thread)
 * @attn_turn: housekeeping goes before a user's message (thread)
 * @history: what the BMC has taught us of its times (thread)
 * @away: the BMC does not answer (thread); read elsewhere as a hint
 * @away_since: since when (thread)
 * @watch_ms: until the flags are looked at again (thread)
 * @answer: the answer being put together (thread)
 * @stats: counters
 */
struct ssif {
	struct list_head link;
	struct i2c_client *client;
	enum ipmi_addr_src source;
	u8 slave_addr;
	int dbg;
	struct ipmi_smi *intf;
	struct ssif_limits limits;
	bool has_alert;

	struct task_struct *thread;
	wait_queue_head_t wait;
	bool kicked;
	bool alerted;

	spinlock_t lock;
	struct ipmi_smi_msg *next;
	bool stopping;
	bool panicking;
	u8 due;
	unsigned int watch_mask;

	struct attn attn;
	bool attn_turn;
	struct wait_history history;
	bool away;
	ktime_t away_since;
	unsigned int watch_ms;
	struct ssif_answer answer;

	atomic_t stats[SSIF_NR_STATS];
};

static inline void ssif_count(struct ssif *ssif, enum ssif_stat stat)
{
	atomic_inc(&ssif->stats[stat]);
}

/* Somebody wants it to end. */
static inline bool ssif_is_stopping(const struct ssif *ssif)
{
	return READ_ONCE(ssif->stopping);
}

/* bus.c */
int bus_transact(struct ssif *ssif, const u8 *rq, unsigned int n, bool patient);
int bus_ask(struct ssif *ssif, u8 cmd, const u8 *data, unsigned int n);

/* engine.c */
int engine_start(struct ssif *ssif);
void engine_stop(struct ssif *ssif);
void engine_kick(struct ssif *ssif);

/* handlers.c */
extern const struct ipmi_smi_handlers ssif_handlers;

/* probe.c */
struct ssif *ssif_find(const struct device *dev);

/* sysfs.c */
extern const struct attribute_group ssif_attributes;

#endif /* SSIF_H */
