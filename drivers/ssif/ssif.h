/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ipmi_ssif inside: one BMC on an SMBus.
 *
 * The locks and their order are in the table of Documentation/house.md: ssifs_lock, ssif->lock.
 *
 * The bus is used by the interface's thread only, once it runs; before, by probe.c's work; at
 * panic by who panics.
 */
#ifndef SSIF_H
#define SSIF_H

#include <linux/completion.h>
#include <linux/device.h>
#include <linux/i2c.h>
#include <linux/ipmi.h>
#include <linux/ipmi_smi.h>
#include <linux/ktime.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <ipmi/attn.h>
#include <ipmi/compat.h>
#include <ipmi/ssif_frame.h>
#include <ipmi/wait.h>

struct seq_file;
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
 * @link: on the list of interfaces, under ssifs_lock
 * @client: its device
 * @probe: tries to bring it up, until it is
 * @probe_pause: between two of these, in jiffies
 * @tried: the first of them is over
 * @told: the log knows that it failed
 * @tries: how often it was tried
 * @error: how the last try ended
 * @number: the N of its ipmiN, while it is up
 * @up: the core has it
 * @source: who told of it
 * @slave_addr: the BMC's IPMB address, 0 = not known
 * @dbg: what of it is logged, bit 0: messages
 * @intf: its interface in the core
 * @limits: what its BMC can do
 * @has_alert: it has been seen to alert
 * @answers_alert: it tells of its answers so, as far as one can know (thread)
 * @alert_due: an alert has not been looked after yet (thread)
 * @alert_asked: the flags are being fetched because of one (thread)
 * @alert_pause_ms: from one alert without a reason to the next look after one (thread)
 * @alert_next: not to be looked after one before (thread)
 * @thread: who uses the bus
 * @wait: where that sleeps
 * @kicked: it has a reason not to
 * @alerted: the BMC has alerted
 * @lock: see above
 * @next: the message to be sent next, under @lock
 * @stopping: no message is taken any more, under @lock
 * @hurry: the thread is to end what it does at once
 * @removing: the device goes; as @hurry, for good
 * @panicking: nothing may sleep any more
 * @has_bus: the adapter's lock is this interface's (who uses the bus); at panic, for good
 * @cut_off: the panic has stopped a transfer of this interface's, and nobody has ended it
 * @due: housekeeping that others ask for, &enum attn_due, under @lock
 * @watch_mask: what the core waits for
 * @attn: housekeeping (thread)
 * @attn_turn: housekeeping goes before a user's message (thread)
 * @cur: the message that is with the BMC (thread), taken from @next under @lock
 * @history: the times that were measured on it (thread)
 * @away: the BMC does not answer (thread); read elsewhere as a hint
 * @away_since: since when (thread)
 * @away_tries: how often it was tried since then (thread)
 * @looked: when the flags were last looked at of our own accord, or the BMC that is away
 *	was tried (thread)
 * @watch_ms: until the flags are looked at again (thread)
 * @spare: for the next message or event of the BMC, NULL = there is none (thread)
 * @last: a message of the BMC at panic
 * @last_used: the core has it
 * @starved: there was no memory for it, so the flags are fetched again soon (thread)
 * @reset_checks: looks that are left after a reset command (thread)
 * @answer: the answer being put together (thread)
 * @asked: the beginning of the request before (thread)
 * @slow_ms: its slowest answer lately (thread)
 * @stats: counters
 */
struct ssif {
	struct list_head link;
	struct i2c_client *client;
	struct delayed_work probe;
	unsigned int probe_pause;
	struct completion tried;
	bool told;
	unsigned int tries;
	int error;
	int number;
	bool up;
	enum ipmi_addr_src source;
	u8 slave_addr;
	int dbg;
	struct ipmi_smi *intf;
	struct ssif_limits limits;
	bool has_alert;
	bool answers_alert;
	bool alert_due;
	bool alert_asked;
	unsigned int alert_pause_ms;
	ktime_t alert_next;

	struct task_struct *thread;
	wait_queue_head_t wait;
	bool kicked;
	bool alerted;

	spinlock_t lock;
	struct ipmi_smi_msg *next;
	bool stopping;
	bool hurry;
	bool removing;
	bool panicking;
	bool has_bus;
	bool cut_off;
	u8 due;
	unsigned int watch_mask;

	struct attn attn;
	bool attn_turn;
	struct ipmi_smi_msg *cur;
	struct wait_history history;
	bool away;
	ktime_t away_since;
	unsigned int away_tries;
	ktime_t looked;
	unsigned int watch_ms;
	struct ipmi_smi_msg *spare;
	struct ipmi_smi_msg last;
	bool last_used;
	bool starved;
	unsigned int reset_checks;
	struct ssif_answer answer;
	u8 asked[2];
	u32 slow_ms;

	atomic_t stats[SSIF_NR_STATS];
};

/* probe.c: tries are to end at once. */
extern bool ssif_pausing;

static inline void ssif_count(struct ssif *ssif, enum ssif_stat stat)
{
	atomic_inc(&ssif->stats[stat]);
}

/*
 * Somebody waits for the end of whatever is under way. What has a thread sleeps with it; what is
 * only tried ends at once when the machine is to sleep, or the module goes.
 */
static inline bool ssif_in_hurry(const struct ssif *ssif)
{
	return READ_ONCE(ssif->hurry) || READ_ONCE(ssif->removing) ||
	       (!ssif->thread && READ_ONCE(ssif_pausing));
}

/* xfer.c */
int xfer_write(struct ssif *ssif, u8 cmd, const u8 *bytes, unsigned int n);
int xfer_read(struct ssif *ssif, u8 cmd, u8 *block);
const char *xfer_obstacle(struct ssif *ssif);

/* bus.c */
void bus_note_alert(struct ssif *ssif);
/**
 * enum bus_patience - how long a BMC may take for a request
 * @BUS_BRIEF: it may be gone, and somebody waits
 * @BUS_CHECK: it may be gone, or as slow as it has been lately
 * @BUS_SEARCH: it may be something else, but nobody waits
 * @BUS_TRIAL: it may not know the way in which it is asked
 * @BUS_PATIENT: as long as any may
 */
enum bus_patience { BUS_BRIEF, BUS_CHECK, BUS_SEARCH, BUS_TRIAL, BUS_PATIENT };

int bus_transact(struct ssif *ssif, const u8 *rq, unsigned int n, enum bus_patience patience);
int bus_ask(struct ssif *ssif, u8 cmd, const u8 *data, unsigned int n);

/* engine.c */
int ssif_engine_start(struct ssif *ssif);
void ssif_engine_stop(struct ssif *ssif);
void ssif_engine_kick(struct ssif *ssif);
struct ipmi_smi_msg *ssif_take_next(struct ssif *ssif);
void ssif_hand_up(struct ssif *ssif, struct ipmi_smi_msg *msg);
void ssif_answer_locally(struct ssif *ssif, struct ipmi_smi_msg *msg, u8 cc);
void ssif_deliver(struct ssif *ssif, struct ipmi_smi_msg *msg, u8 cmd, unsigned int n);
u8 ssif_cc_of(int rv);

/* halt.c */
void ssif_halt_run(struct ssif *ssif);

/* handlers.c */
extern const struct ipmi_smi_handlers ssif_handlers;

/* places.c */
/**
 * struct place - where somebody says that there is a BMC
 * @addr: its I2C address
 * @adapter: the name of its adapter, NULL = any
 * @source: who says so
 * @slave_addr: the BMC's IPMB address, 0 = not known
 * @dbg: as the parameter
 */
struct place {
	unsigned short addr;
	const char *adapter;
	enum ipmi_addr_src source;
	u8 slave_addr;
	int dbg;
};

int places_init(void);
void places_exit(void);
void places_search(const struct i2c_client *client);
bool places_show(struct seq_file *m);
bool place_has(const struct place *place, const struct i2c_client *client);
const struct place *place_find(const struct i2c_client *client);

/* probe.c */
int ssif_is_there(struct i2c_client *client, enum bus_patience patience);
int ssif_other_interface(void);
bool ssif_show(struct seq_file *m);
bool ssif_is_served(const struct place *place);
struct ssif *ssif_find(const struct device *dev);

/* debugfs.c */
void ssif_debugfs_init(void);
void ssif_debugfs_exit(void);

/* sysfs.c */
extern const struct attribute_group ssif_attributes;

#endif /* SSIF_H */
