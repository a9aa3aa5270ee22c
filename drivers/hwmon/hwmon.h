/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ipmi_hwmon inside. Included by drivers/hwmon/ only.
 *
 *	main.c      the module, its parameters, and the interfaces: a monitor for each
 *	monitor.c   a monitor's thread: when the records are read, and when sensors are
 *	records.c   the walk through a BMC's records, and what becomes of each
 *	chip.c      the hwmon device: its channels, labels and files
 *	channel.c   the callbacks of the hwmon core: what is read from and written to a file
 *	meter.c     the power meter of DCMI
 *	limits.c    thresholds and hysteresis: asked for, shown, set
 *	events.c    events of sensors, for programs that poll an alarm
 *	sweep.c     the cache: who reads what, and which sensor is asked next
 *	ask.c       one request to a BMC, or to a controller behind it
 *	debugfs.c   what became of each record
 *
 * Only a monitor's thread asks its BMC, one request at a time, and only it makes and ends the chip.
 * Callbacks of the hwmon core, which holds a mutex of its own across them from 6.14 or so on, read
 * the cache, and queue what they want done.
 *
 * Locks, none of which is held while a BMC is asked or the hwmon core is called:
 *
 *	monitors_lock (mutex, main.c)	the list of monitors and who shows which BMC
 *	monitor->chip_lock (mutex)	which chip there is, for debugfs
 *	monitor->lock (spinlock, soft interrupts off)	the cache, the lists of sensors, the answer
 */
#ifndef HWMON_H
#define HWMON_H

#include <linux/device.h>
#include <linux/hwmon.h>
#include <linux/ipmi.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/uuid.h>
#include <linux/wait.h>

#include <ipmi/compat.h>
#include <ipmi/core.h>
#include <ipmi/dcmi.h>
#include <ipmi/sdr.h>
#include <ipmi/sdr_value.h>
#include <ipmi/sdr_walk.h>
#include <ipmi/sensor.h>

struct dentry;
struct platform_device;
struct task_struct;

#define INTERVAL_DEFAULT_MS	2000
#define INTERVAL_MIN_MS		500
#define INTERVAL_MAX_MS		60000

#define ASK_MS			5000	/* a BMC, per request */
#define ASK_BRIDGED_MS		500	/* a controller behind it; less than COLD_MS, others wait */
#define ASK_MARGIN_MS		2000	/* what the core may take on top */

#define COLD_MS			1000	/* who reads a sensor that nobody has read lately */
#define WRITE_MS		2000	/* who sets a limit */
#define LATELY_INTERVALS	5	/* so long after it was read a sensor is asked again */
#define BUSY_MS			200	/* a busy BMC is asked again */
#define BUSY_TRIES		3	/* that often, then at its next turn */
#define SILENT_TRIES		3	/* so many requests without an answer: it is away */
#define AWAY_MS			1000	/* a BMC that is away is tried, while somebody reads */
#define LOOK_MS			60000	/* have the records changed? While somebody reads */
#define AGAIN_MIN_MS		5000	/* records that could not be read, and doubling */
#define AGAIN_MAX_MS		60000

#define SENSORS_MAX		2048	/* of one BMC; more are not shown */
#define EVENTS_NOTED		32
#define LABEL_MAX		(SDR_ID_MAX + 32)

/**
 * enum sensor_kind - how a sensor is asked
 * @KIND_RECORD: by Get Sensor Reading, as its record says
 * @KIND_DCMI: by Get Power Reading
 */
enum sensor_kind { KIND_RECORD, KIND_DCMI };

/**
 * struct state - what was read of a sensor
 * @error: 0, or why there is no value
 * @has_states: there are comparison bits, or discrete states
 * @value: in units of hwmon
 * @states: comparison bits, BIT(enum sdr_threshold), or discrete states
 * @power: of KIND_DCMI
 */
struct state {
	int error;
	bool has_states;
	s64 value;
	u16 states;
	struct dcmi_power power;
};

/**
 * struct sensor - a sensor of a chip
 * @all: on chip->sensors
 * @turn: on monitor->urgent or monitor->turns, or on neither; under monitor->lock, as all from
 *	here to the line
 * @used: when somebody read it last, ns of the clock that counts sleep too; 0 = never
 * @asked: when the BMC was asked last, 0 = what is known is worth nothing
 * @due: when it is asked again
 * @tries: how many answers there were, of whatever kind
 * @busy: how often in a row the BMC was busy, BUSY_TRIES = that often or more
 * @state: what the last one said
 * @limits: its thresholds
 * @hyst_pos: its hysteresis, raw
 * @hyst_neg: likewise
 * @set: thresholds that are to be set, BIT(enum sdr_threshold)
 * @set_hyst: so is the hysteresis, that of one side
 * @setting: what was to be set is being set
 * @set_to: raw values of @set
 * @set_pos_to: raw; what @hyst_pos is, where only the other side is to be set
 * @set_neg_to: likewise
 * @cap: the power limit, of KIND_DCMI
 * @set_cap_to: watts, if @set is not 0
 * @set_error: what came of it
 * @chip: whose it is
 * @kind: how it is asked
 * @sdr: what its record says
 * @why: why it is not shown, NULL = it is
 * @type: what it is for hwmon
 * @channel: its number there, from 0 on
 * @scale: decimal places of hwmon's unit
 * @swapped: its upper thresholds are lower ones of the value
 * @attrs: its files, BIT(enum hwmon_TYPE_attributes)
 * @writable: those that root may write
 * @label: its name
 */
struct sensor {
	struct list_head all;
	struct list_head turn;
	u64 used;
	u64 asked;
	u64 due;
	u32 tries;
	u8 busy;
	struct state state;
	struct sensor_thresholds limits;
	u8 hyst_pos;
	u8 hyst_neg;
	u8 set;
	bool set_hyst;
	bool setting;
	u8 set_to[SDR_THRESHOLDS];
	u8 set_pos_to;
	u8 set_neg_to;
	struct dcmi_limit cap;
	u16 set_cap_to;
	int set_error;
	/* ---- does not change while the chip is registered */
	struct chip *chip;
	enum sensor_kind kind;
	struct sdr_sensor sdr;
	const char *why;
	enum hwmon_sensor_types type;
	int channel;
	enum sdr_scale scale;
	bool swapped;
	u32 attrs;
	u32 writable;
	char label[LABEL_MAX];
};

/**
 * struct record - a record that is no sensor
 * @link: on chip->records
 * @id: its id
 * @cc: completion code, if it could not be read
 * @what: what it is
 */
struct record {
	struct list_head link;
	u16 id;
	u8 cc;
	const char *what;
};

/**
 * struct chip - a hwmon device, and all that the records say
 * @monitor: whose
 * @hwmon: the device, NULL = nothing can be shown
 * @gone: it is being removed: nobody waits any more
 * @sensors: all of them, shown or not
 * @records: the other records
 * @nr_records: how many there are in all
 * @nr_sensors: how many sensors
 * @nr_shown: how many of them are shown
 * @turned: the one whose limits were asked for last, for limits_refresh()
 * @refresh: when the next one's are
 * @hash: of all the records
 * @stamp: by which the BMC tells that they have changed
 * @end: how the walk ended
 * @channels: by type and channel
 * @count: how many channels of a type
 * @config: their files
 * @infos: for the hwmon core, as the next two
 * @list: likewise
 * @info: likewise
 */
struct chip {
	struct monitor *monitor;
	struct device *hwmon;
	bool gone;
	struct list_head sensors;
	struct list_head records;
	unsigned int nr_records;
	unsigned int nr_sensors;
	unsigned int nr_shown;
	struct sensor *turned;
	u64 refresh;
	u32 hash;
	struct sdr_stamp stamp;
	enum sdr_walk_end end;
	struct sensor **channels[hwmon_max];
	unsigned int count[hwmon_max];
	u32 *config[hwmon_max];
	struct hwmon_channel_info infos[hwmon_max];
	const struct hwmon_channel_info *list[hwmon_max + 1];
	struct hwmon_chip_info info;
};

/**
 * struct noted - an event that came
 * @owner: who sent it, address or software id
 * @lun: of the sensor
 * @number: of the sensor
 * @type: event type; bit 7 of the record is not in it
 * @offset: which threshold or state
 */
struct noted {
	u8 owner;
	u8 lun;
	u8 number;
	u8 type;
	u8 offset;
};

/**
 * struct monitor - a BMC whose sensors are shown
 * @link: on the list of main.c
 * @number: the N of its ipmiN
 * @pdev: the parent of the hwmon device, a child of the interface's device
 * @user: us, for the core
 * @task: its thread
 * @guid: of the BMC, to tell whether two interfaces lead to one
 * @has_guid: it has told
 * @shows: it is this monitor that shows the BMC; under monitors_lock
 * @debugfs: its folder
 * @chip_lock: see above
 * @chip: what is shown, NULL = nothing yet; changed by the thread under @chip_lock
 * @lock: see above; it guards all from here on
 * @readers: who waits for a sensor
 * @wake: the thread sleeps here while there is nothing to do
 * @urgent: sensors for which somebody waits
 * @turns: sensors that somebody has read lately, by when they are asked again
 * @interval_ms: the update interval
 * @used: when somebody read last
 * @late: how long after its turn a sensor was asked last, ns
 * @away: the BMC does not answer
 * @in_vain: a reader has waited in vain: nobody waits until the BMC has answered
 * @silent: so many requests in a row were not answered
 * @noted: events
 * @nr_noted: how many of them
 * @answered: the thread waits here for an answer
 * @ask_id: of the request in flight
 * @ask_len: bytes of the answer, 0 = none yet
 * @ask_rsp: the answer
 * @requests: how many there were, for debugfs
 */
struct monitor {
	struct list_head link;
	int number;
	struct platform_device *pdev;
	struct ipmi_user *user;
	struct task_struct *task;
	guid_t guid;
	bool has_guid;
	bool shows;
	struct dentry *debugfs;
	struct mutex chip_lock;
	struct chip *chip;

	spinlock_t lock;
	wait_queue_head_t readers;
	wait_queue_head_t wake;
	struct list_head urgent;
	struct list_head turns;
	unsigned int interval_ms;
	u64 used;
	u64 late;
	bool away;
	bool in_vain;
	unsigned int silent;
	struct noted noted[EVENTS_NOTED];
	unsigned int nr_noted;
	wait_queue_head_t answered;
	long ask_id;
	unsigned int ask_len;
	u8 ask_rsp[IPMI_MAX_MSG_LENGTH];
	unsigned long requests;
};

/* main.c */
extern bool param_ipmb;
extern bool param_events;
extern bool param_ignore_scanning;
extern unsigned int param_update_interval;
bool monitor_excludes(const struct sensor *s);
bool monitor_claim(struct monitor *m);

/* monitor.c */
int monitor_start(struct monitor *m);
void monitor_stop(struct monitor *m);

/* records.c */
struct chip *records_read(struct monitor *m);

/* chip.c */
struct chip *chip_alloc(struct monitor *m);
int chip_arrange(struct chip *chip);
int chip_register(struct chip *chip);
void chip_free(struct chip *chip);

/* channel.c */
extern const struct hwmon_ops channel_ops;

/* meter.c */
struct sensor *meter_find(struct chip *chip);
enum sensor_outcome power_meter_read(struct monitor *m, struct sensor *s, struct state *state);
void meter_refresh(struct monitor *m, struct sensor *s);
int meter_get(struct sensor *s, u32 attr, long *val);
int meter_set(struct sensor *s, long val);
void meter_write(struct monitor *m, struct sensor *s);

/* limits.c */
void limits_read(struct monitor *m, struct sensor *s);
void limits_refresh(struct monitor *m);
void limits_files(struct sensor *s);
void limits_write(struct monitor *m, struct sensor *s);
int limits_get(struct sensor *s, u32 attr, long *val);
int limits_set(struct sensor *s, u32 attr, long val);
int limits_alarm(const struct sensor *s, u32 attr, const struct state *state, long *val);
u32 limits_alarm_file(const struct sensor *s, unsigned int threshold);

/* events.c */
void events_note(struct monitor *m, const struct ipmi_recv_msg *msg);
void events_tell(struct monitor *m);

/* sweep.c */
u64 sweep_now(void);
bool sweep_step(struct monitor *m, unsigned int *sleep_ms);
int sweep_get(struct sensor *s, struct state *state);
int sweep_set(struct sensor *s);
void sweep_forget(struct monitor *m);
void sweep_leave(struct chip *chip);
void sweep_soon(struct sensor *s);
void sweep_heard(struct monitor *m, const u8 *rsp, int len);
bool sweep_is_used(struct monitor *m, unsigned int ms);

/* ask.c */
extern const struct ipmi_user_hndl ask_handlers;
int monitor_ask(struct monitor *m, u8 owner, u8 channel, u8 lun, u8 netfn, u8 cmd, const u8 *data,
		u8 len, u8 *rsp, int cap);
int ask_bmc(struct monitor *m, u8 lun, u8 netfn, u8 cmd, const u8 *data, u8 len, u8 *rsp, int cap);
int ask_sensor(struct monitor *m, const struct sensor *s, u8 cmd, const u8 *data, u8 len, u8 *rsp,
	       int cap);

/* debugfs.c */
void hwmon_debugfs_init(void);
void hwmon_debugfs_exit(void);
void hwmon_debugfs_add(struct monitor *m);
void hwmon_debugfs_remove(struct monitor *m);

#endif /* HWMON_H */
