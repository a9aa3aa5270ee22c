/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What ipmi_msghandler is made of: an interface, a user, a request on its way, and what is said
 * of a BMC and of a message. Included by msghandler.h only, which says who calls whom.
 *
 * The locks, what each guards and the order in which they are taken are in one place, the
 * table of Documentation/house.md: ipmi_registry, intf->stays, intf->run, intf->lock.
 *
 * Lifetimes: struct ipmi_smi is held by the registry and by each user; struct
 * ipmi_user by its client, by each of its messages that is not freed yet, and by
 * its reserve while that is used. A message has one owner at a time and moves: caller,
 * transmit queue, transport, receive list, client; the last one calls done().
 */
#ifndef OBJECTS_H
#define OBJECTS_H

/*
 * Symbol versions reach struct device, so they depend on which headers have been
 * read: <linux/poll.h> and <linux/seq_file.h> make ours those of Debian's 6.1,
 * <linux/vmalloc.h> those of its 6.12. tools/check-symvers watches over it.
 */
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/seq_file.h>
#include <linux/vmalloc.h>

#include <linux/completion.h>
#include <linux/hashtable.h>
#include <linux/interrupt.h>
#include <linux/ipmi.h>
#include <linux/ipmi_smi.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/uuid.h>
#include <linux/workqueue.h>

#include <ipmi/codec.h>
#include <ipmi/compat.h>
#include <ipmi/privilege.h>
#include <ipmi/seq.h>
#include <ipmi/stats.h>

#define IPMI_EVENT_LEN		16

/* No address or LUN has this value, nor do two bytes of it. */
#define ADDRESS_NOT_SET		(-1)

struct ipmi_bmc;
struct question;

/* Buckets of the hash of command receivers, as a power of 2. */
#define RECEIVER_BITS		8

/* What the BMC is busy with; the numbers are those of the sysfs attribute. */
enum ipmi_maintenance {
	MAINTENANCE_NONE,
	MAINTENANCE_FIRMWARE,
	MAINTENANCE_RESET,
};

/**
 * struct ipmi_channel - one channel as the BMC described it, and our end of it
 * @medium: IPMI_CHANNEL_MEDIUM_*, 0 = not usable
 * @protocol: IPMI_CHANNEL_PROTOCOL_*
 * @address: our slave address there, set by any user (the ABI is so)
 * @lun: our LUN there
 */
struct ipmi_channel {
	u8 medium;
	u8 protocol;
	u8 address;
	u8 lun;
};

/**
 * struct ipmi_meter - sums over the life of an interface; see meter.c
 * @requests: requests of users, and of the core itself
 * @begun_ns: the times at which they began
 * @ended: of these, those that have ended, under intf->run
 * @ended_ns: the times at which they did, under intf->run
 * @busy: the transport has a message
 * @bmc_ns: the times for which it had one, less the time since when it has one
 * @away: the BMC is away
 * @away_count: how often it went
 */
struct ipmi_meter {
	u64 requests;
	u64 begun_ns;
	u64 ended;
	u64 ended_ns;
	bool busy;
	u64 bmc_ns;
	bool away;
	u64 away_count;
};

/* What meter_read() reads. */
enum meter_figure {
	METER_REQUESTS,
	METER_REQUEST_US,
	METER_BMC_US,
	METER_AWAY,
	METER_AWAY_COUNT,
};

/*
 * What follows is private, and symbol versions must not depend on it: the
 * kernel's own core defines these in its source file, where genksyms does not
 * look, and the distributions' consumers were built against that.
 */
#ifndef __GENKSYMS__

/**
 * struct ipmi_smi - one system interface
 * @refcount: see above
 * @rcu: for the lookup by number
 * @number: N of ipmiN
 * @handlers: the transport; NULL once it is off. Written under @stays, @run and @lock,
 *	so any of them is enough to read it; works that intf_off() waits for need none.
 * @send_info: the transport's cookie
 * @owner: the transport's module
 * @dev: the transport's device
 * @atomic: its handlers never sleep, see IPMI_CORE_SMI_ATOMIC
 * @program: its BMC is a program, see IPMI_CORE_SMI_PROGRAM
 * @stays: a lock, see the table
 * @run: a lock, see the table
 * @users: struct ipmi_user.link, under @run
 * @receivers: struct cmd_receiver.hash, by network function and command, under @run
 * @nr_receivers: how many, under @run
 * @events: struct kept_event.link, what came while nobody listened, under @run
 * @nr_events: how many
 * @events_lost: there were more, and that was said
 * @nr_listeners: users that get events, under @run
 * @event_tick: asks the transport for events while somebody listens
 * @watch_mask: what set_need_watch() is to know, under @run; read elsewhere
 * @watch_told: what a transport that may sleep was told, by @down only
 * @was_maintained: there was a window or a mode, by @maintenance_work only
 * @maintenance_told: what set_maintenance_mode() was told, by @maintenance_work only
 * @self: the core's own user, which asks for the BMC's identity, under @lock
 * @lock: a lock, see the table
 * @urgent: smi_msgs with priority, under @lock
 * @tx: smi_msgs, under @lock
 * @flight: the one the transport has, under @lock
 * @rx: smi_msgs that came back or came in, under @lock
 * @running: a runner is at work and will look at the lists again before it
 *	stops, under @lock
 * @panicking: this CPU is alone and runs the interface for good
 * @pretimeout: the transport saw a watchdog pre-timeout, under @lock
 * @work: the runner, where nobody else is or a burst was too short
 * @burst: the runner after an interrupt
 * @down: calls the transport if that may sleep
 * @free: ends it, after the last reference
 * @nr_users: clients attached
 * @nr_msgs: messages they own, in flight or unread
 * @channels: per channel, under @lock
 * @seq: bridged requests that are outstanding, under @lock
 * @bridge_tick: looks after their times
 * @timed: struct ipmi_recv_msg.link, requests to the BMC itself that end by time, under @lock;
 *	only who holds @run as well takes one off
 * @timed_due: when the first of them does, in jiffies_64, under @lock
 * @patience: ends them
 * @ipmb_maintenance_end: jiffies_64 until which IPMB requests get more time, under @lock
 * @maintenance_mode: IPMI_MAINTENANCE_MODE_*, under @lock
 * @maintenance: the window that a command opened, under @lock
 * @maintenance_end: jiffies_64 at its end, under @lock
 * @maintenance_work: its end
 * @slave_addr: the BMC's address as the transport knows it
 * @bmc: whom we talk to, under registry
 * @bmc_link: on @bmc's list of interfaces, under registry
 * @bmc_linkname: name of the link from the BMC's device to @dev
 * @ipmi_version: as in Get Device ID
 * @published: it can be found, under registry
 * @scanned: all channels are known, under registry
 * @guid_open: the BMC has said that it cannot say its GUID yet
 * @scanned_as: what the BMC said of itself then, under registry
 * @recheck: asks the BMC again who it is
 * @recheck_tries: how often it has in a row, by @recheck only
 * @rechecked: when it last was, in jiffies_64, under @lock
 * @attr_nr_users: sysfs attribute on @dev, as are the next two
 * @attr_nr_msgs: ditto
 * @attr_maintenance: ditto
 * @meter: how many requests, and how long they took, under @lock
 * @stats: counters, see <ipmi/stats.h>
 * @stat_files: their files in sysfs
 */
struct ipmi_smi {
	struct kref refcount;
	struct rcu_head rcu;
	int number;
	const struct ipmi_smi_handlers *handlers;
	void *send_info;
	struct module *owner;
	struct device *dev;

	bool atomic;
	bool program;
	struct rw_semaphore stays;

	spinlock_t run;
	struct list_head users;
	DECLARE_HASHTABLE(receivers, RECEIVER_BITS);
	unsigned int nr_receivers;
	struct list_head events;
	unsigned int nr_events;
	bool events_lost;
	unsigned int nr_listeners;
	struct delayed_work event_tick;
	unsigned int watch_mask;
	unsigned int watch_told;
	bool maintenance_told;
	bool was_maintained;
	struct ipmi_user *self;

	spinlock_t lock;
	struct list_head urgent;
	struct list_head tx;
	struct ipmi_smi_msg *flight;
	struct list_head rx;
	bool running;
	bool panicking;
	bool pretimeout;
	struct ipmi_channel channels[IPMI_NUM_CHANNELS];
	struct seq_table seq;
	struct delayed_work bridge_tick;
	struct list_head timed;
	u64 timed_due;
	struct delayed_work patience;
	u64 ipmb_maintenance_end;
	int maintenance_mode;
	enum ipmi_maintenance maintenance;
	u64 maintenance_end;
	struct delayed_work maintenance_work;

	struct work_struct work;
	struct tasklet_struct burst;
	struct work_struct down;
	struct work_struct free;
	atomic_t nr_users;
	atomic_t nr_msgs;
	u8 slave_addr;

	struct ipmi_bmc *bmc;
	struct list_head bmc_link;
	char bmc_linkname[16];
	u8 ipmi_version;
	bool published;
	bool scanned;
	bool guid_open;
	struct ipmi_device_id scanned_as;
	struct delayed_work recheck;
	unsigned int recheck_tries;
	u64 rechecked;

	struct device_attribute attr_nr_users;
	struct device_attribute attr_nr_msgs;
	struct device_attribute attr_maintenance;

	struct ipmi_meter meter;
	atomic_t stats[STAT_COUNT];
	struct stat_files *stat_files;
};

static inline void stat_inc(struct ipmi_smi *intf, enum ipmi_stat stat)
{
	atomic_inc(&intf->stats[stat]);
}

/**
 * struct ipmi_user - one client of one interface
 * @refcount: see above
 * @intf: its interface, held
 * @handler: the client's callbacks; it keeps them until destroy returned
 * @handler_data: the client's cookie
 * @link: on intf->users, under intf->run
 * @alive: the client wants callbacks, under intf->run; read elsewhere as a hint
 * @gets_events: it wants events, under intf->run
 * @atomic: its callbacks never sleep; else @work calls them
 * @work: calls its callbacks
 * @inbox: messages for @work, under intf->run
 * @pretimeout: @work is to tell it of a pre-timeout, under intf->run
 * @receivers: struct cmd_receiver.link, under intf->run
 * @ended: its shutdown() callback has returned
 * @reserve: a question for which no memory is needed, see ask.c; NULL = none
 * @internal: it is the core itself, which is no user that anyone counts
 * @level: enum ipmi_privilege; it only gets lower
 * @listed: what it may send besides, see struct privilege_request
 * @own_address: its own address on a channel, ADDRESS_NOT_SET = the channel's
 * @own_lun: its own LUN there, likewise
 * @pid: the process that attached, for traces; 0 = the core itself
 * @nr_msgs: messages it owns
 * @owner: module of the transport that it pins, NULL if it does not
 */
struct ipmi_user {
	struct kref refcount;
	struct ipmi_smi *intf;
	const struct ipmi_user_hndl *handler;
	void *handler_data;
	struct list_head link;
	bool alive;
	bool gets_events;
	bool atomic;
	bool internal;
	bool pretimeout;
	struct work_struct work;
	struct list_head inbox;
	struct list_head receivers;
	struct completion ended;
	struct question *reserve;
	int level;
	const u8 *listed;
	s16 own_address[IPMI_NUM_CHANNELS];
	s16 own_lun[IPMI_NUM_CHANNELS];
	pid_t pid;
	atomic_t nr_msgs;
	struct module *owner;
};

#endif /* !__GENKSYMS__ */

/**
 * struct cmd_receiver - "commands like this are for me"
 * @hash: in intf->receivers, under intf->run
 * @link: on user->receivers, under intf->run
 * @user: who
 * @netfn: which network function
 * @cmd: which command
 * @chans: on which channels, a mask
 */
struct cmd_receiver {
	struct hlist_node hash;
	struct list_head link;
	struct ipmi_user *user;
	u8 netfn;
	u8 cmd;
	u32 chans;
};

/**
 * struct msg_time - a request whose user waits no longer than it has said
 * @smi: its half for the transport
 * @due: when that is over, in jiffies_64
 */
struct msg_time {
	struct ipmi_smi_msg *smi;
	u64 due;
};

/**
 * struct ipmi_request - one request on its way in
 * @user: whose
 * @addr: to whom
 * @msgid: the caller's number for it
 * @msg: what
 * @user_msg_data: the caller's cookie
 * @priority: > 0 goes before all that has none
 * @retries: for IPMB and LAN, -1 = the module's default
 * @retry_ms: likewise, 0 = the module's default
 * @bounded: of a request to the BMC itself, @retries and @retry_ms are how long its user waits
 * @smi: the caller's own buffers; what is NULL is allocated
 * @recv: ditto
 * @gfp: how memory may be found
 * @run: the caller may run the interface: it is in process context and holds no lock
 */
struct ipmi_request {
	struct ipmi_user *user;
	struct ipmi_addr *addr;
	long msgid;
	const struct kernel_ipmi_msg *msg;
	void *user_msg_data;
	int priority;
	int retries;
	unsigned int retry_ms;
	bool bounded;
	struct ipmi_smi_msg *smi;
	struct ipmi_recv_msg *recv;
	gfp_t gfp;
	bool run;
};

/**
 * struct ipmi_identity - what a BMC says of itself
 * @id: its Get Device ID answer
 * @has_guid: it has one
 * @guid: its Get Device GUID answer, bytes as they came
 */
struct ipmi_identity {
	struct ipmi_device_id id;
	bool has_guid;
	u8 guid[16];
};

/**
 * enum guid_answer - what the answer to Get Device GUID says
 * @GUID_KNOWN: the GUID
 * @GUID_NONE: there is none
 * @GUID_NOT_NOW: an error that passes: nothing is known
 * @GUID_NO_ANSWER: nothing
 */
enum guid_answer { GUID_KNOWN, GUID_NONE, GUID_NOT_NOW, GUID_NO_ANSWER };

/**
 * enum ipmi_drop - why a message ends without a user who gets it
 * @DROP_USER_GONE: its user has left
 * @DROP_USER_FULL: its user has as many unread messages as it may have
 * @DROP_LATE: what it answers has ended, or was never asked
 * @DROP_INVALID: it is no message
 * @DROP_UNCLAIMED: nobody registered for it
 * @DROP_NO_ROOM: more events came than are kept
 * @DROP_NO_MEMORY: there was no memory for it
 */
enum ipmi_drop {
	DROP_USER_GONE,
	DROP_USER_FULL,
	DROP_LATE,
	DROP_INVALID,
	DROP_UNCLAIMED,
	DROP_NO_ROOM,
	DROP_NO_MEMORY,
};

/**
 * struct trace_about - what the trace events say of a message
 * @id: nobody else's as long as it lives; of a request, that of its half that its
 *	user gets
 * @msgid: its user's number for it
 * @netfn: network function
 * @cmd: command
 * @len: bytes of data, a completion code included
 * @cc: the completion code, -1 = it has none
 * @bytes: what is recorded of the message itself
 * @nr_bytes: how many
 */
struct trace_about {
	const void *id;
	long msgid;
	u8 netfn;
	u8 cmd;
	u16 len;
	int cc;
	const u8 *bytes;
	unsigned int nr_bytes;
};

#endif /* OBJECTS_H */
