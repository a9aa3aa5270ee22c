/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ipmi_si inside: one system interface behind KCS, SMIC or BT.
 *
 * Locks, in the order in which they are taken:
 *
 *   si_list_lock (mutex, probe.c)  the list of candidates; never held while a
 *                                  BMC is asked anything
 *   offers_lock (discovery.c)      the records for the report of discovery
 *   si->pump (spinlock)            who holds it drives the machine, for one burst:
 *                                  a sender, the interrupt's handler, the timer's or
 *                                  the interface's thread; guards everything marked
 *                                  "pump". Interrupts are off meanwhile
 *   si->lock (spinlock)            the slot for the next message, what others ask of
 *                                  the engine and the timer; never held across a call
 *
 * Registers are touched by the holder of si->pump only. Nothing sleeps under either spinlock,
 * and a burst is bounded (engine.c), so that nobody waits long for it, whoever has it.
 */
#ifndef SI_H
#define SI_H

#include <linux/module.h>
#include <linux/poll.h>
#include <linux/seq_file.h>

#include <linux/acpi.h>
#include <linux/device.h>
#include <linux/hrtimer.h>
#include <linux/ipmi.h>
#include <linux/ipmi_smi.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <ipmi/attn.h>
#include <ipmi/compat.h>
#include <ipmi/machine.h>
#include <ipmi/wait.h>

/* Of the port space of a PC. */
#define SI_LAST_PORT 0xffff

struct dentry;
struct si_offer;
struct task_struct;

/* The counters; sysfs.c has their names, which are ABI. */
enum si_stat {
	SI_SHORT_TIMEOUTS,	/* short sleeps while the BMC was busy */
	SI_LONG_TIMEOUTS,	/* sleeps that only a kick or an interrupt should have ended */
	SI_IDLES,		/* looks that found nothing to do */
	SI_INTERRUPTS,		/* calls of the interrupt handler */
	SI_ATTENTIONS,		/* looks that found the BMC asking for attention */
	SI_FLAG_FETCHES,	/* Get Message Flags requests */
	SI_HOSED_COUNT,		/* requests that failed */
	SI_COMPLETE_TRANSACTIONS, /* requests that were answered, ours included */
	SI_EVENTS,		/* events read from the event buffer */
	SI_WATCHDOG_PRETIMEOUTS, /* pre-timeouts seen */
	SI_INCOMING_MESSAGES,	/* messages read from the receive queue */
	SI_NR_STATS,
};

/* Interface types as SMBIOS type 38, _IFT and the ipmi-type property number them. */
enum si_type { SI_TYPE_INVALID, SI_TYPE_KCS, SI_TYPE_SMIC, SI_TYPE_BT, SI_TYPE_SSIF };

/**
 * struct si_made - an interface as the administrator describes it
 * @source: SI_HARDCODED or SI_HOTMOD
 * @type: &enum si_type
 * @is_mem: memory space
 * @addr: address of its first register
 * @regsize: bytes of a register
 * @regspacing: bytes from one to the next
 * @regshift: bits
 * @irq: interrupt, 0 or less = none
 * @slave_addr: IPMB address, 0 = not given
 */
struct si_made {
	u8 source;
	u8 type;
	bool is_mem;
	unsigned long addr;
	unsigned int regsize;
	unsigned int regspacing;
	unsigned int regshift;
	int irq;
	unsigned int slave_addr;
};

/**
 * struct si_desc - what a source of discovery knows of an interface
 * @source: which source
 * @type: its machine
 * @dev: its device
 * @is_mem: its registers are in memory space, not port space
 * @addr: address of the first register
 * @regsize: bytes of a register: 1, 2, 4 or 8
 * @regspacing: bytes from one register to the next, 0 = not known
 * @regshift: bits by which a value read is shifted
 * @irq: interrupt, 0 = none
 * @irq_is_gpe: it is an ACPI general purpose event, of which there is a number 0
 * @slave_addr: the BMC's IPMB address, 0 = not known
 * @acpi_handle: its object in the ACPI namespace, if that is the source
 */
struct si_desc {
	enum ipmi_addr_src source;
	const struct ipmi_machine_ops *type;
	struct device *dev;
	bool is_mem;
	unsigned long addr;
	unsigned int regsize;
	unsigned int regspacing;
	unsigned int regshift;
	int irq;
	bool irq_is_gpe;
	u8 slave_addr;
#ifdef CONFIG_ACPI
	acpi_handle acpi_handle;
#endif
};

/**
 * struct si_io - the registers of one interface, see io.c
 * @regs: seam 4
 * @port: base in port space
 * @mem: base in memory space
 * @claimed: how many registers' regions are ours
 * @size: bytes of a register
 * @spacing: from one to the next
 * @shift: bits
 */
struct si_io {
	struct ipmi_regs regs;
	unsigned long port;
	void __iomem *mem;
	unsigned int claimed;
	unsigned int size;
	unsigned int spacing;
	unsigned int shift;
};

/**
 * struct si_attribute - one file of an interface in sysfs
 * @attr: the file
 * @si: the interface
 * @stat: which counter, for a counter's file
 */
struct si_attribute {
	struct device_attribute attr;
	struct si *si;
	unsigned int stat;
};

#define SI_NR_ATTRS (SI_NR_STATS + 3)

/* How a transaction ended; AWAY and REFUSED: it never was on the wire. */
enum si_verdict { SI_ANSWERED, SI_FAILED, SI_AWAY, SI_REFUSED, SI_STOPPED };

/**
 * enum si_hold - what keeps an interface's engine from its work
 * @SI_RUNS: nothing
 * @SI_HELD: a suspend, or a reboot: requests wait
 * @SI_CUT: its bus is gone: requests fail
 */
enum si_hold { SI_RUNS, SI_HELD, SI_CUT };

/**
 * enum si_from - who has the engine run: callers say it, nobody guesses
 * @SI_FROM_SENDER: the core, with a message; it may be in any context
 * @SI_FROM_INTERRUPT: the interrupt's handler
 * @SI_FROM_TIMER: the timer's
 * @SI_FROM_TASK: the interface's thread, or another task that may sleep and has no lock
 */
enum si_from { SI_FROM_SENDER, SI_FROM_INTERRUPT, SI_FROM_TIMER, SI_FROM_TASK };

/**
 * enum si_alarm - what the timer is set for
 * @ALARM_OFF: it is not, or it was kicked
 * @ALARM_NAP: the next look
 * @ALARM_NET: an interrupt that does not come, or the next look while nothing is under way
 * @ALARM_GRACE: the BMC is ready and there was no interrupt: it has a little longer
 * @ALARM_TASK: the thread is to go on; if it does not, the timer does
 */
enum si_alarm { ALARM_OFF, ALARM_NAP, ALARM_NET, ALARM_GRACE, ALARM_TASK };

/**
 * struct si_transaction - the request under way, see transaction.c
 * @start: when it began, or when it first had to wait, which is microseconds later; 0 =
 *	it did not wait yet, and nobody traces
 * @waited_us: how long the engine has waited in it, for handshakes and the answer
 * @looks: how often the machine was stepped
 * @netfn: what it asks
 * @cmd: ditto
 */
struct si_transaction {
	ktime_t start;
	u32 waited_us;
	u32 looks;
	u8 netfn;
	u8 cmd;
};

/* Slot n counts answers below 2^n us, the last one all that took longer. */
#define SI_TIME_SLOTS 25

/**
 * struct si_times - where the time of an interface has gone, see debugfs.c
 * @answers: requests that were answered, by the time that took; slot 0: without a wait
 * @failures: those that were not
 * @looks: how often the machine was stepped in them
 * @waiting_us: how long the engine has waited in them
 * @spinning_us: of that, busy (the pacer)
 * @sleeping_us: of that, asleep (the pacer)
 */
struct si_times {
	u32 answers[SI_TIME_SLOTS];
	u32 failures;
	u64 looks;
	u64 waiting_us;
	u64 spinning_us;
	u64 sleeping_us;
};

/**
 * struct si_burst - of the bursts in which the machine is driven, under si->pump
 * @count: how many there were
 * @looks_left: of this one, before it has to end
 * @progress: counts whenever the machine has moved on
 * @from: who does it
 * @row: how many in a row have ended while they were spinning
 */
struct si_burst {
	unsigned int count;
	unsigned int looks_left;
	unsigned int progress;
	enum si_from from;
	unsigned int row;
};

/**
 * struct si_wait - a wait of the machine's, under si->pump
 * @verdict: what it waits for, AGAIN = it does not
 * @start: since when
 * @spun_us: how long this wait has spun, by plan
 * @last_look: last time the machine was stepped while waiting
 * @looks: how often it was stepped in this wait
 * @asleep: since then nobody was busy for it
 * @cut: a burst ended in it, or it is that of a row of bytes, see step_told_pump()
 * @irq: an interrupt ends it
 * @plan: how it goes on, as planned last
 * @planned: what for
 */
struct si_wait {
	enum ipmi_step verdict;
	ktime_t start;
	u32 spun_us;
	ktime_t last_look;
	unsigned int looks;
	bool asleep;
	bool cut;
	bool irq;
	struct wait_plan plan;
	enum ipmi_step planned;
};

/**
 * struct si_irq - the interrupt of an interface, under si->pump
 * @claimed: it is ours
 * @level: it is level triggered, so it may be stuck
 * @masked: it was, and is masked until @timer unmasks it
 * @leaving: it is about to be given back
 * @proved: it has come once
 * @broken: it never comes; read elsewhere
 * @quiet: the BMC is not to raise it any more; read elsewhere
 * @missed: how often in a row it did not come, though it should have
 * @bursts: si_burst.count at the last interrupt that was not ours
 * @useless: interrupts in a row that changed nothing
 * @last: when the last one of them was over, or the line unmasked
 * @pause: how long it was masked last, in us
 * @timer: unmasks it
 */
struct si_irq {
	bool claimed;
	bool level;
	bool masked;
	bool leaving;
	bool proved;
	bool broken;
	bool quiet;
	unsigned int missed;
	unsigned int bursts;
	unsigned int useless;
	ktime_t last;
	u32 pause;
	struct hrtimer timer;
};

/**
 * struct si_pace - when the engine is run again
 * @timer: runs it when the plan's time is over, under si->lock
 * @alarm: what it is set for, under si->pump
 * @kicked: it is set to now, whatever the plan, under si->lock
 * @net_at: it runs out then, and was set as a net; 0 = it was not; under si->lock, read elsewhere
 * @until: when the net that is wanted is to run out, under si->pump
 * @thread: goes on with what is more than a burst
 * @wait: where it sleeps
 * @handed: there is something for it
 */
struct si_pace {
	struct hrtimer timer;
	enum si_alarm alarm;
	bool kicked;
	ktime_t net_at;
	ktime_t until;
	struct task_struct *thread;
	wait_queue_head_t wait;
	bool handed;
};

/**
 * struct si - one interface, candidate or at work
 * @link: on the list of candidates, under si_list_lock
 * @desc: where it is
 * @probe: tries to bring it up, again and again
 * @probe_pause: until the next try, in jiffies
 * @halt_by: when the try under way has to have ended, in jiffies; 0 = it may take its time
 * @offer: its record in the report of discovery
 * @tried: its first try is over (probe.c's work, or after it)
 * @tried_again: so is another one (likewise)
 * @up: the core has it (likewise)
 * @told: its first failure was logged, under si_list_lock
 * @debugfs: its folder there
 * @number: the N of its thread's name
 * @io: its registers
 * @intf: its interface in the core, NULL while it has none; set before the pacer
 *	starts and cleared after it stopped
 * @pump: see above
 * @m: its machine (pump)
 * @busy: the machine has a request (pump)
 * @cur: whose request it is, NULL = housekeeping (pump)
 * @slot: the slot of @history of the request under way (pump)
 * @now: the request under way (pump)
 * @attn: housekeeping (pump)
 * @quirks: rows of quirks.c that apply (pump); read elsewhere
 * @attn_turn: housekeeping goes before a user's message (pump)
 * @attn_pause_us: before the flags are fetched again although none was set (pump)
 * @attn_next: when (pump)
 * @spare: for the next message or event of the BMC, NULL = there is none (pump)
 * @last_room: instead of @spare at panic, where there may be no memory (pump)
 * @last_room_used: the core has it (pump)
 * @starved: there was no memory for it, so the flags are fetched again at @attn_next (pump)
 * @times: sums of the requests before (pump); read elsewhere
 * @history: the times that were measured on it (pump)
 * @burst: of the bursts in which it is driven
 * @wait: the machine's wait
 * @irq: its interrupt
 * @pace: when the engine is run again
 * @hold: what keeps the engine from its work (pump)
 * @doubt: it was silent once, so it is asked for a sign of life before anything else (pump)
 * @away: the BMC does not answer (pump); read elsewhere as a hint
 * @away_since: since when (pump)
 * @away_next: when it is tried again (pump)
 * @away_tries: how often it was (pump)
 * @tell: the work that tells user space of @away
 * @reset_checks: how often it is still to be seen to, after it was told to reset itself (pump)
 * @reset_next: when (pump)
 * @lock: see above
 * @next: the message to be started next, under @lock
 * @stopping: no message is taken any more, under @lock
 * @due: housekeeping that others ask for, &enum attn_due, under @lock
 * @watch_mask: what the core waits for
 * @fast: maintenance mode
 * @panicking: nothing may sleep any more, and this CPU is alone
 * @stats: counters
 * @attrs: their files, and three more
 * @nr_attrs: how many there are
 */
struct si {
	struct list_head link;
	struct si_desc desc;
	struct delayed_work probe;
	unsigned long probe_pause;
	unsigned long halt_by;
	bool tried;
	bool tried_again;
	bool up;
	bool told;
	struct si_offer *offer;
	struct dentry *debugfs;
	int number;
	struct si_io io;
	struct ipmi_smi *intf;

	spinlock_t pump;
	struct ipmi_machine *m;
	bool busy;
	struct ipmi_smi_msg *cur;
	unsigned int slot;
	struct si_transaction now;
	struct attn attn;
	u32 quirks;
	bool attn_turn;
	u32 attn_pause_us;
	ktime_t attn_next;
	struct ipmi_smi_msg *spare;
	struct ipmi_smi_msg last_room;
	bool last_room_used;
	bool starved;
	struct si_times times;
	struct wait_history history;
	struct si_burst burst;
	struct si_wait wait;
	struct si_irq irq;
	struct si_pace pace;
	enum si_hold hold;
	bool doubt;
	bool away;
	ktime_t away_since;
	ktime_t away_next;
	unsigned int away_tries;
	struct work_struct tell;
	unsigned int reset_checks;
	ktime_t reset_next;

	spinlock_t lock;
	struct ipmi_smi_msg *next;
	bool stopping;
	u8 due;

	unsigned int watch_mask;
	bool fast;
	bool panicking;

	atomic_t stats[SI_NR_STATS];
	struct si_attribute attrs[SI_NR_ATTRS];
	unsigned int nr_attrs;
};

static inline void si_count(struct si *si, enum si_stat stat)
{
	atomic_inc(&si->stats[stat]);
}

/* handlers.c */
extern const struct ipmi_smi_handlers si_handlers;

/* engine.c */
int engine_ask(struct si *si, const u8 *rq, unsigned int n, u8 *rsp, unsigned int cap);
void engine_run_here(struct si *si);
void engine_run_at_panic(struct si *si);

/* halt.c */
void engine_stop(struct si *si);
void engine_quiet(struct si *si);
void engine_hold(struct si *si);
void engine_cut(struct si *si);
void engine_resume(struct si *si);
void engine_torn(struct si *si);

/* power.c */
extern const struct dev_pm_ops si_pm_ops;
void si_reboot(struct device *dev);
void si_cut(struct device *dev);
void si_mend(struct device *dev);

/* away.c */
void go_away(struct si *si, const struct ipmi_failure *f);
void come_back(struct si *si);
u32 away_patience_us(struct si *si);
bool away_is_certain(struct si *si, const struct ipmi_failure *f);
void away_pause(struct si *si, bool longest);
void away_init(struct si *si);

/* transaction.c */
void transaction_begin(struct si *si, const struct ipmi_smi_msg *msg, const u8 *rq, unsigned int n);
void transaction_end(struct si *si, const struct ipmi_smi_msg *msg, const u8 *rsp, unsigned int n,
		     const struct ipmi_failure *f);
void transaction_refused(struct si *si, const struct ipmi_smi_msg *msg);

/* irq.c */
void si_irq_init(struct si *si);
void si_irq_start(struct si *si);
void si_irq_free(struct si *si);
bool si_irq_works(const struct si *si);
void si_irq_ack(struct si *si);

/* pace.c */
void pace_init(struct si *si);
int pace_start(struct si *si);
void pace_stop(struct si *si);
void pace_kick(struct si *si);
void pace_wait(struct si *si, struct wait_plan plan);
void pace_arm_pump(struct si *si, struct wait_plan plan, enum si_from from);
struct wait_facts pace_facts(struct si *si);

/*
 * The time, at panic too, by the clock that needs no lock: another CPU may have been stopped
 * while it held the timekeeper's.
 */
static inline ktime_t pace_now(void)
{
	return ns_to_ktime(ktime_get_mono_fast_ns());
}

/* io.c */
int io_map(struct si *si);
void io_unmap(struct si *si);

/* bringup.c */
int bringup(struct si *si);
void takedown(struct si *si);

/* quirks.c */
void quirks_find(struct si *si, const u8 *rsp, unsigned int n);
u8 quirks_refuse(const struct si *si, const u8 *rq, unsigned int n);
void quirks_list(const struct si *si, struct seq_file *m);

/* probe.c */
int si_probe_init(void);
void si_probe_exit(void);
bool si_has_none(void);
void si_try_all(void);
int si_add(const struct si_desc *desc);
struct si *si_find_device(const struct device *dev);
bool si_is_halted(const struct si *si);
void si_stop_trying(struct si *si);
void si_try_again(struct si *si);
void si_remove_device(struct device *dev);
void si_wait_turn(const struct si *si);
void si_wait_tried(struct device *dev);
void si_remove_place(bool is_mem, unsigned long addr, unsigned int type);

/* discovery.c */
struct si_offer *offer_add(struct si *si);
__printf(3, 4) int offer_refuse(const struct si_desc *desc, int error, const char *fmt, ...);
__printf(2, 3) void offer_decline(struct si *si, const char *fmt, ...);
__printf(2, 3) void offer_story(struct si *si, const char *fmt, ...);
__printf(2, 3) void offer_story_add(struct si *si, const char *fmt, ...);
void offer_log(struct si *si, const struct si *works);
void offer_try(struct si *si);
void offer_failed(struct si *si);
void offer_up(struct si *si);
void offer_remove(struct si *si);
void offers_log(void);
void offers_show(struct seq_file *m);
void offers_free(void);

/* tables.c */
#define TABLES_SUM_MAX 256
void tables_look(void);
void tables_find_acpi(struct si_desc *desc);
const char *tables_sum(char *text, size_t size);

/* debugfs.c */
void si_debugfs_init(void);
void si_debugfs_exit(void);
void si_debugfs_add(struct si *si);
void si_debugfs_remove(struct si *si);

/* hardcode.c */
void made_arrived(void);
int made_add(const char *name, int id, const struct si_made *m);
bool made_has(const struct device *dev);
bool made_remove(struct device *dev);
void hardcode_init(void);
void hardcode_exit(void);
bool hardcode_match(bool is_mem, unsigned long addr);

/* pci.c */
#ifdef CONFIG_PCI
int si_pci_init(void);
void si_pci_exit(void);
#else
static inline int si_pci_init(void) { return 0; }
static inline void si_pci_exit(void) { }
#endif

/* platform.c */
int platform_init(void);
void platform_exit(void);

/* types.c */
const struct ipmi_machine_ops *si_type_ops(unsigned int type);
int si_type_number(const char *name);

#define SI_DEBUG_ENABLE	BIT(0)
#define SI_DEBUG_MSG	BIT(1)
unsigned int si_debug_mask(const struct ipmi_machine_ops *ops);

/* sysfs.c */
int si_sysfs_add(struct si *si);
void si_sysfs_remove(struct si *si);

#endif /* SI_H */
