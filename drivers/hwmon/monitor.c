// SPDX-License-Identifier: GPL-2.0-only
/*
 * A monitor's thread: it reads the records of its BMC, makes the hwmon device of them, and asks
 * sensors in turn; once a minute, while somebody reads, it looks whether the records have changed.
 *
 * Started and stopped by main.c, under the message handler's registry. Whatever it waits for ends
 * at once when it is to stop.
 */
#define pr_fmt(fmt) "IPMI hwmon: " fmt

#include <linux/err.h>
#include <linux/freezer.h>
#include <linux/kthread.h>
#include <linux/minmax.h>
#include <linux/platform_device.h>
#include <linux/string.h>

#include "hwmon.h"

#define NETFN_APP		0x06
#define CMD_GET_DEVICE_ID	0x01
#define CMD_GET_DEVICE_GUID	0x08
#define GUID_LEN		16
#define CLAIM_AGAIN_MS		5000

/**
 * struct course - what a monitor's thread knows between two turns
 * @look: when the records are looked at next, ns
 * @again_ms: the pause after records that could not be read
 * @was_away: the BMC was away when it was asked last
 * @said: that they could not be read was said
 */
struct course {
	u64 look;
	unsigned int again_ms;
	bool was_away;
	bool said;
};

static void say_shown(struct monitor *m, const struct chip *chip)
{
	if (chip->nr_shown)
		pr_info("ipmi%d: %u of %u sensors are shown, of %u records\n", m->number,
			chip->nr_shown, chip->nr_sensors, chip->nr_records);
	else
		pr_info("ipmi%d: there is nothing to show: %u records, %u sensors; debugfs says why\n",
			m->number, chip->nr_records, chip->nr_sensors);
}

/* The old chip goes before the new one comes: they have the same parent and name. */
static void swap_chip(struct monitor *m, struct chip *chip)
{
	struct chip *old = m->chip;

	if (old) {
		sweep_leave(old);
		if (old->hwmon)
			hwmon_device_unregister(old->hwmon);
	}
	scoped_guard(mutex, &m->chip_lock)
		scoped_guard(ipmi_bh, &m->lock)
			m->chip = chip;
	chip_free(old);
}

static int show(struct monitor *m, struct chip *chip)
{
	int rv;

	swap_chip(m, chip);
	rv = chip_register(chip);
	if (!rv)
		say_shown(m, chip);
	return rv;
}

static int read_all(struct monitor *m)
{
	struct chip *chip;
	int rv;

	chip = records_read(m);
	if (IS_ERR(chip))
		return PTR_ERR(chip);
	if (m->chip && m->chip->hash == chip->hash && (m->chip->hwmon || !m->chip->nr_shown)) {
		m->chip->stamp = chip->stamp;
		chip_free(chip);
		return 0;
	}
	rv = chip_arrange(chip);
	if (rv) {
		chip_free(chip);
		return rv;
	}
	return show(m, chip);
}

/*
 * Do the records have to be read again? A BMC that has just come back may be too busy to tell.
 *
 * Return: 1 if so, 0, or a negative errno if the BMC has not told.
 */
static int have_moved(struct monitor *m)
{
	struct sdr_walk_request rq;
	u8 rsp[32];
	int len;

	if (!m->chip || !m->chip->stamp.known)
		return 1;
	sdr_stamp_request(&m->chip->stamp, &rq);
	len = ask_bmc(m, rq.lun, rq.netfn, rq.cmd, rq.data, rq.len, rsp, sizeof(rsp));
	sweep_heard(m, rsp, len);
	if (len < 1)
		return len ?: -EIO;
	if (sensor_outcome_of(rsp[0]) == SENSOR_BUSY)
		return -EBUSY;
	return sdr_stamp_moved(&m->chip->stamp, rsp, len);
}

static void look(struct monitor *m, struct course *c)
{
	int rv = have_moved(m);

	if (rv > 0)
		rv = READ_ONCE(m->away) ? -ENODATA : read_all(m);
	if (kthread_should_stop())
		return;
	if (!rv) {
		c->again_ms = AGAIN_MIN_MS;
		c->look = sweep_now() + (u64)LOOK_MS * NSEC_PER_MSEC;
		c->said = false;
		return;
	}
	if (!m->chip && !c->said) {
		pr_warn("ipmi%d: its sensor records cannot be read (error %d): trying on\n",
			m->number, rv);
		c->said = true;
	}
	c->look = sweep_now() + (u64)c->again_ms * NSEC_PER_MSEC;
	c->again_ms = min(2 * c->again_ms, (unsigned int)AGAIN_MAX_MS);
}

static bool has_work(struct monitor *m)
{
	guard(ipmi_bh)(&m->lock);
	return !list_empty(&m->urgent) || m->nr_noted;
}

static void rest(struct monitor *m, unsigned int ms)
{
	wait_event_freezable_timeout(m->wake, has_work(m) || kthread_should_stop(),
				     msecs_to_jiffies(ms));
}

/* A BMC that is away is tried while somebody reads, or there is nothing to read yet. */
static void try_away(struct monitor *m)
{
	u8 rsp[32];
	int len;

	/* Who read meanwhile has had -ENODATA already. */
	sweep_forget(m);
	rest(m, AWAY_MS);
	if (kthread_should_stop() || (m->chip && !sweep_is_used(m, LOOK_MS)))
		return;
	len = ask_bmc(m, 0, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, rsp, sizeof(rsp));
	sweep_heard(m, rsp, len);
}

static void turn(struct monitor *m, struct course *c)
{
	unsigned int sleep_ms = LOOK_MS;
	u64 now = sweep_now();

	events_tell(m);
	if (READ_ONCE(m->away)) {
		c->was_away = true;
		try_away(m);
		return;
	}
	if (c->was_away) {
		/* It may have other records now. */
		c->was_away = false;
		c->look = now;
	}
	if (!m->chip ? now >= c->look : now >= c->look && sweep_is_used(m, LOOK_MS)) {
		look(m, c);
		return;
	}
	if (sweep_step(m, &sleep_ms)) {
		limits_refresh(m);
		return;
	}
	if (!m->chip)
		sleep_ms = AGAIN_MIN_MS;
	rest(m, sleep_ms);
}

static void ask_guid(struct monitor *m)
{
	u8 rsp[1 + GUID_LEN];
	int len = ask_bmc(m, 0, NETFN_APP, CMD_GET_DEVICE_GUID, NULL, 0, rsp, sizeof(rsp));

	m->has_guid = len == sizeof(rsp) && !rsp[0] && memchr_inv(rsp + 1, 0x00, GUID_LEN) &&
		      memchr_inv(rsp + 1, 0xff, GUID_LEN);
	if (m->has_guid)
		import_guid(&m->guid, rsp + 1);
}

static int run(void *data)
{
	struct course course = { .again_ms = AGAIN_MIN_MS };
	struct monitor *m = data;

	set_freezable();
	ask_guid(m);
	/* Another interface may lead to the same BMC. */
	while (!kthread_should_stop() && !monitor_claim(m))
		wait_event_freezable_timeout(m->wake, kthread_should_stop(),
					     msecs_to_jiffies(CLAIM_AGAIN_MS));
	while (!kthread_should_stop())
		turn(m, &course);
	swap_chip(m, NULL);
	return 0;
}

/**
 * monitor_start() - begin to show the sensors of a BMC
 * @m: the monitor, with its parent device and its number
 *
 * Context: process, under the message handler's registry.
 * Return: 0, -ENOMEM, what ipmi_core_create_user() returns.
 */
int monitor_start(struct monitor *m)
{
	int rv;

	mutex_init(&m->chip_lock);
	spin_lock_init(&m->lock);
	init_waitqueue_head(&m->readers);
	init_waitqueue_head(&m->wake);
	init_waitqueue_head(&m->answered);
	INIT_LIST_HEAD(&m->urgent);
	INIT_LIST_HEAD(&m->turns);
	m->interval_ms = param_update_interval;

	rv = ipmi_core_create_user(m->number, &ask_handlers, m, &m->user);
	if (rv)
		return rv;
	if (param_events)
		ipmi_set_gets_events(m->user, true);
	hwmon_debugfs_add(m);
	m->task = kthread_run(run, m, "ipmi_hwmon/%d", m->number);
	if (IS_ERR(m->task)) {
		hwmon_debugfs_remove(m);
		ipmi_destroy_user(m->user);
		return PTR_ERR(m->task);
	}
	return 0;
}

/**
 * monitor_stop() - end it: the hwmon device is gone afterwards
 * @m: the monitor
 *
 * Context: process, under the message handler's registry. Waits for nothing that a BMC does.
 */
void monitor_stop(struct monitor *m)
{
	kthread_stop(m->task);
	hwmon_debugfs_remove(m);
	ipmi_destroy_user(m->user);
}
