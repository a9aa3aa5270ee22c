// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cache: who reads what, and which sensor the BMC is asked for next.
 *
 * A sensor that somebody has read lately is asked once per update interval, by the monitor's
 * thread (monitor.c), which calls sweep_step(). Callbacks of the hwmon core (channel.c) take what
 * is known; only who reads a sensor of which nothing is known lately waits for it. Lock:
 * monitor->lock.
 */
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/ktime.h>

#include "hwmon.h"

#define NS_PER_MS	NSEC_PER_MSEC
#define LATE_MAX_MS	30000

/**
 * sweep_now() - the clock of this folder
 *
 * Context: any.
 * Return: nanoseconds, those in which the machine slept too; never 0.
 */
u64 sweep_now(void)
{
	return ktime_get_boottime_ns() ?: 1;
}

static u64 interval_ns(const struct monitor *m)
{
	return (u64)m->interval_ms * NS_PER_MS;
}

/* Is what is known of a sensor good enough to be shown? Where turns are late, for longer. */
static bool is_fresh_locked(const struct monitor *m, const struct sensor *s, u64 now)
{
	lockdep_assert_held(&m->lock);
	return s->asked && now - s->asked <= 2 * (interval_ns(m) + m->late);
}

/* Was the BMC busy just now, so that the sensor is asked again soon? */
static bool is_busy_locked(const struct monitor *m, const struct sensor *s, u64 now)
{
	lockdep_assert_held(&m->lock);
	return s->busy && !list_empty(&s->turn) && s->due > now;
}

static void take_turn_locked(struct monitor *m, struct sensor *s)
{
	struct sensor *before;

	lockdep_assert_held(&m->lock);
	list_del_init(&s->turn);
	list_for_each_entry_reverse(before, &m->turns, turn)
		if (before->due <= s->due)
			break;
	list_add(&s->turn, &before->turn);
}

/* The sensor to ask now, or NULL and in @sleep_ms for how long there is none. */
static struct sensor *next_locked(struct monitor *m, u64 now, unsigned int *sleep_ms)
{
	u64 lately = LATELY_INTERVALS * interval_ns(m);
	struct sensor *s, *tmp;

	lockdep_assert_held(&m->lock);
	s = list_first_entry_or_null(&m->urgent, struct sensor, turn);
	if (s) {
		list_del_init(&s->turn);
		return s;
	}
	list_for_each_entry_safe(s, tmp, &m->turns, turn) {
		if (now - s->used > lately) {
			list_del_init(&s->turn);
			continue;
		}
		if (s->due > now) {
			*sleep_ms = div_u64(s->due - now, NS_PER_MS) + 1;
			return NULL;
		}
		m->late = min_t(u64, now - s->due, (u64)LATE_MAX_MS * NS_PER_MS);
		list_del_init(&s->turn);
		return s;
	}
	*sleep_ms = LOOK_MS;
	return NULL;
}

/* Has nobody answered? 0 = somebody has; a transport that knows that its BMC is away says so. */
static unsigned int silence_of(const u8 *rsp, int len)
{
	if (len == -ENODEV || (len > 0 && rsp[0] == IPMI_BUS_ERR))
		return SILENT_TRIES;
	return len < 1 || rsp[0] == IPMI_TIMEOUT_ERR;
}

/* Some BMCs say of good sensors that they are not scanned; the administrator knows. */
static bool is_worth(const struct sensor_reading *r)
{
	return r->available && (r->scanning || param_ignore_scanning);
}

static enum sensor_outcome factors_of(struct monitor *m, const struct sensor *s, u8 raw,
				      struct sdr_factors *f)
{
	u8 data[] = { s->sdr.number, raw }, rsp[8];
	int len;

	*f = s->sdr.factors;
	if (!sdr_is_non_linear(f))
		return SENSOR_GOOD;
	len = ask_sensor(m, s, SENSOR_GET_FACTORS_CMD, data, sizeof(data), rsp, sizeof(rsp));
	if (len < 1)
		return SENSOR_SILENT;
	return sdr_factors_answer(f, rsp, len) ? SENSOR_GOOD : sensor_outcome_of(rsp[0]);
}

static enum sensor_outcome read_record(struct monitor *m, struct sensor *s, struct state *state)
{
	struct sensor_reading reading;
	struct sdr_factors factors;
	enum sensor_outcome how;
	u8 rsp[8];
	int len;

	len = ask_sensor(m, s, SENSOR_GET_READING_CMD, &s->sdr.number, 1, rsp, sizeof(rsp));
	if (s->sdr.owner == SDR_BMC_ADDR)
		sweep_heard(m, rsp, len);
	how = sensor_reading_answer(len > 0 ? rsp : NULL, max(len, 0), &reading);
	state->error = -ENODATA;
	if (how != SENSOR_GOOD || !is_worth(&reading))
		return how;
	state->has_states = reading.has_states;
	state->states = reading.states;
	if (s->type != hwmon_intrusion) {
		how = factors_of(m, s, reading.raw, &factors);
		if (how != SENSOR_GOOD ||
		    sdr_value(&s->sdr.units, &factors, reading.raw, s->scale, &state->value))
			return how;
	}
	state->error = 0;
	return how;
}

static bool is_to_be_set_locked(const struct monitor *m, const struct sensor *s)
{
	lockdep_assert_held(&m->lock);
	return s->set || s->set_hyst;
}

/* One request for a sensor, what somebody wants set before it. */
static void serve(struct monitor *m, struct sensor *s)
{
	enum sensor_outcome how;
	struct state state = {};
	bool again;
	u64 now;

	if (s->kind == KIND_DCMI) {
		meter_write(m, s);
		how = power_meter_read(m, s, &state);
	} else {
		limits_write(m, s);
		how = read_record(m, s, &state);
	}

	scoped_guard(ipmi_bh, &m->lock) {
		now = sweep_now();
		again = how == SENSOR_BUSY && s->busy < BUSY_TRIES;
		/* Some say for ever that they are busy: then it is one request per turn. */
		s->busy = how == SENSOR_BUSY ? min(s->busy + 1, BUSY_TRIES) : 0;
		if (again) {
			/* What was known stays good until then. */
			s->due = now + (u64)BUSY_MS * NS_PER_MS;
		} else {
			s->due = now + interval_ns(m);
			if (how != SENSOR_BUSY || s->state.error || !is_fresh_locked(m, s, now)) {
				s->state = state;
				s->asked = now;
			}
			s->tries++;
		}
		/* Who waits to read has an answer now; who has come to set something has not. */
		if (is_to_be_set_locked(m, s))
			list_move_tail(&s->turn, &m->urgent);
		else
			take_turn_locked(m, s);
	}
	wake_up_all(&m->readers);
}

/**
 * sweep_step() - ask for the sensor whose turn it is
 * @m: the monitor, whose BMC is not away
 * @sleep_ms: if there is none, how long that stays so unless somebody reads
 *
 * Context: the monitor's thread; a request or a few.
 * Return: true if there was one.
 */
bool sweep_step(struct monitor *m, unsigned int *sleep_ms)
{
	struct sensor *s;

	scoped_guard(ipmi_bh, &m->lock)
		s = next_locked(m, sweep_now(), sleep_ms);
	if (s)
		serve(m, s);
	return s;
}

static bool is_tried(struct monitor *m, struct sensor *s, u32 tries)
{
	guard(ipmi_bh)(&m->lock);
	return s->tries != tries || m->away || s->chip->gone;
}

/**
 * sweep_get() - what is known of a sensor
 * @s: the sensor; from now on it is asked in turn, for a while
 * @state: filled in
 *
 * Where nothing is known lately, waits for this one sensor, at most COLD_MS; if that was in vain
 * nobody waits again until the BMC has answered something.
 *
 * Context: a reader; may sleep, can be killed.
 * Return: 0, -ENODATA if there is no reading, -ERESTARTSYS.
 */
int sweep_get(struct sensor *s, struct state *state)
{
	struct monitor *m = s->chip->monitor;
	bool fresh, patient;
	u32 tries;
	long left;
	u64 now;

	scoped_guard(ipmi_bh, &m->lock) {
		now = sweep_now();
		s->used = now;
		m->used = now;
		fresh = is_fresh_locked(m, s, now) && !m->away;
		patient = !m->away && !m->in_vain && !s->chip->gone;
		tries = s->tries;
		if (fresh) {
			*state = s->state;
			if (list_empty(&s->turn) && !s->chip->gone) {
				take_turn_locked(m, s);
				wake_up(&m->wake);
			}
		} else if (!m->away && !s->chip->gone && !is_busy_locked(m, s, now)) {
			list_move_tail(&s->turn, &m->urgent);
			wake_up(&m->wake);
		}
	}
	if (fresh)
		return state->error;
	if (!patient)
		return -ENODATA;
	left = wait_event_killable_timeout(m->readers, is_tried(m, s, tries),
					   msecs_to_jiffies(COLD_MS));
	if (left < 0)
		return left;
	guard(ipmi_bh)(&m->lock);
	if (!left && s->tries == tries)
		m->in_vain = true;
	if (s->tries == tries || m->away)
		return -ENODATA;
	*state = s->state;
	return state->error;
}

static bool is_set(struct monitor *m, struct sensor *s)
{
	guard(ipmi_bh)(&m->lock);
	return (!is_to_be_set_locked(m, s) && !s->setting) || m->away || s->chip->gone;
}

/**
 * sweep_set() - have the thread set what @s->set and @s->set_hyst say
 * @s: the sensor
 *
 * Context: who writes; may sleep WRITE_MS, can be killed.
 * Return: 0; -ENODATA if the BMC is away; -ETIMEDOUT, and it may still be set; -ERESTARTSYS; or
 * what the BMC's refusal means.
 */
int sweep_set(struct sensor *s)
{
	struct monitor *m = s->chip->monitor;
	long left;

	scoped_guard(ipmi_bh, &m->lock) {
		if (m->away || s->chip->gone) {
			s->set = 0;
			s->set_hyst = false;
			return -ENODATA;
		}
		m->used = sweep_now();
		list_move_tail(&s->turn, &m->urgent);
		wake_up(&m->wake);
	}
	left = wait_event_killable_timeout(m->readers, is_set(m, s), msecs_to_jiffies(WRITE_MS));
	if (left < 0)
		return left;
	guard(ipmi_bh)(&m->lock);
	if (!is_to_be_set_locked(m, s) && !s->setting)
		return s->set_error;
	return m->away ? -ENODATA : -ETIMEDOUT;
}

/**
 * sweep_forget() - nothing that is known is worth anything
 * @m: the monitor, whose BMC went away
 *
 * Context: the monitor's thread.
 */
void sweep_forget(struct monitor *m)
{
	struct sensor *s;

	scoped_guard(ipmi_bh, &m->lock) {
		if (!m->chip)
			return;
		list_for_each_entry(s, &m->chip->sensors, all) {
			s->asked = 0;
			s->busy = 0;
			s->set = 0;
			s->set_hyst = false;
			list_del_init(&s->turn);
		}
	}
}

/**
 * sweep_leave() - nobody waits for a sensor of this chip any more, nor will
 * @chip: the chip, which is about to be removed
 *
 * Context: process.
 */
void sweep_leave(struct chip *chip)
{
	struct monitor *m = chip->monitor;
	struct sensor *s;

	scoped_guard(ipmi_bh, &m->lock) {
		chip->gone = true;
		list_for_each_entry(s, &chip->sensors, all)
			list_del_init(&s->turn);
	}
	wake_up_all(&m->readers);
}

/**
 * sweep_soon() - what is known of a sensor is out of date: an event came
 * @s: the sensor
 *
 * Context: the monitor's thread.
 */
void sweep_soon(struct sensor *s)
{
	struct monitor *m = s->chip->monitor;

	guard(ipmi_bh)(&m->lock);
	if (!list_empty(&s->turn))
		list_move(&s->turn, &m->urgent);
	s->asked = 0;
}

/**
 * sweep_heard() - what ask_bmc() has returned: the BMC has answered, or not
 * @m: the monitor
 * @rsp: the answer
 * @len: its length, or why there is none
 *
 * After SILENT_TRIES in a row without an answer the BMC is away: readers get that at once.
 *
 * Context: the monitor's thread.
 */
void sweep_heard(struct monitor *m, const u8 *rsp, int len)
{
	unsigned int silence = silence_of(rsp, len);
	bool went;

	if (len == -EINTR || len == -ENOMEM)
		return; /* that is not the BMC's doing */
	scoped_guard(ipmi_bh, &m->lock) {
		m->silent = silence ? min(m->silent + silence, 2U * SILENT_TRIES) : 0;
		went = m->silent >= SILENT_TRIES && !m->away;
		m->away = m->silent >= SILENT_TRIES;
		m->in_vain = m->in_vain && silence;
	}
	if (!went)
		return;
	sweep_forget(m);
	wake_up_all(&m->readers);
}

/**
 * sweep_is_used() - has somebody read a sensor lately?
 * @m: the monitor
 * @ms: how lately
 *
 * Context: any but interrupts.
 * Return: true if so.
 */
bool sweep_is_used(struct monitor *m, unsigned int ms)
{
	guard(ipmi_bh)(&m->lock);
	return m->used && sweep_now() - m->used <= (u64)ms * NS_PER_MS;
}
