// SPDX-License-Identifier: GPL-2.0-only
/*
 * Thresholds and hysteresis: asked for, shown, set; and the alarms of thresholds.
 *
 * A file of a limit is answered from memory and never fails, because programs take a limit that
 * cannot be read for 0. Called by chip.c and sweep.c in the monitor's thread, which asks the BMC,
 * and by channel.c in the context of who reads or writes. Lock: monitor->lock.
 */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>

#include "hwmon.h"

#define LIMIT_TRIES	3

/**
 * struct limit - a threshold, as hwmon has it
 * @type: of a sensor of this type
 * @threshold: which one
 * @attr: its file
 * @alarm: the file that says that it is crossed
 *
 * Where two have one file, the first that can be read is what it shows, and the alarm is of both.
 */
struct limit {
	u8 type;
	u8 threshold;
	u8 attr;
	u8 alarm;
};

#define LIMIT(kind, threshold, name) \
	{ hwmon_##kind, threshold, hwmon_##kind##_##name, hwmon_##kind##_##name##_alarm }

static const struct limit limits[] = {
	LIMIT(temp, SDR_LNC, min),
	LIMIT(temp, SDR_LC, lcrit),
	LIMIT(temp, SDR_UNC, max),
	LIMIT(temp, SDR_UC, crit),
	LIMIT(temp, SDR_UNR, emergency),
	LIMIT(in, SDR_LNC, min),
	LIMIT(in, SDR_LC, lcrit),
	LIMIT(in, SDR_UNC, max),
	LIMIT(in, SDR_UC, crit),
	LIMIT(curr, SDR_LNC, min),
	LIMIT(curr, SDR_LC, lcrit),
	LIMIT(curr, SDR_UNC, max),
	LIMIT(curr, SDR_UC, crit),
	LIMIT(power, SDR_LNC, min),
	LIMIT(power, SDR_LC, lcrit),
	LIMIT(power, SDR_UNC, max),
	LIMIT(power, SDR_UC, crit),
	LIMIT(fan, SDR_LNC, min),
	LIMIT(fan, SDR_LC, min),
	LIMIT(fan, SDR_UNC, max),
	LIMIT(fan, SDR_UC, max),
	{ hwmon_humidity, SDR_LNC, hwmon_humidity_min, hwmon_humidity_alarm },
	{ hwmon_humidity, SDR_LC, hwmon_humidity_min, hwmon_humidity_alarm },
	{ hwmon_humidity, SDR_UNC, hwmon_humidity_max, hwmon_humidity_alarm },
	{ hwmon_humidity, SDR_UC, hwmon_humidity_max, hwmon_humidity_alarm },
};

/* The files of temperatures with hysteresis: an absolute value, beside that of a limit. */
static const struct hyst {
	u8 attr;
	u8 of;
	bool below;
} hysts[] = {
	{ hwmon_temp_max_hyst, hwmon_temp_max, true },
	{ hwmon_temp_crit_hyst, hwmon_temp_crit, true },
	{ hwmon_temp_emergency_hyst, hwmon_temp_emergency, true },
	{ hwmon_temp_min_hyst, hwmon_temp_min, false },
	{ hwmon_temp_lcrit_hyst, hwmon_temp_lcrit, false },
};

/* The BMC's own number of a threshold: of a sensor like 1/x its lower ones are upper values. */
static unsigned int own(const struct sensor *s, unsigned int threshold)
{
	return s->swapped ? (threshold + SDR_UNC) % SDR_THRESHOLDS : threshold;
}

static u8 readable(const struct sensor *s)
{
	return s->limits.readable & s->sdr.readable;
}

static const struct limit *limit_of(const struct sensor *s, u32 attr)
{
	const struct limit *l;

	for (l = limits; l < limits + ARRAY_SIZE(limits); l++)
		if (l->type == s->type && l->attr == attr &&
		    readable(s) & BIT(own(s, l->threshold)))
			return l;
	return NULL;
}

static const struct hyst *hyst_of(const struct sensor *s, u32 attr)
{
	const struct hyst *h;

	if (s->type == hwmon_temp)
		for (h = hysts; h < hysts + ARRAY_SIZE(hysts); h++)
			if (h->attr == attr)
				return h;
	return NULL;
}

/* As a reading is asked for again if the BMC is busy. */
static int ask_patiently(struct monitor *m, const struct sensor *s, u8 cmd, const u8 *data, u8 n,
			 u8 *rsp, int cap)
{
	int len, tries = 0;

	for (;;) {
		len = ask_sensor(m, s, cmd, data, n, rsp, cap);
		if (len < 1 || sensor_outcome_of(rsp[0]) != SENSOR_BUSY || ++tries >= LIMIT_TRIES)
			return len;
		msleep(BUSY_MS);
	}
}

static void read_hysteresis(struct monitor *m, struct sensor *s)
{
	u8 data[] = { s->sdr.number, 0xff }, rsp[8], pos = 0, neg = 0;
	int len;

	if (s->type != hwmon_temp || s->swapped || s->sdr.hysteresis_access == SDR_NONE ||
	    s->sdr.hysteresis_access == SDR_FIXED)
		return;
	len = ask_patiently(m, s, SENSOR_GET_HYSTERESIS_CMD, data, sizeof(data), rsp, sizeof(rsp));
	if (sensor_hysteresis_answer(len > 0 ? rsp : NULL, max(len, 0), &pos, &neg) !=
	    SENSOR_GOOD) {
		pos = s->sdr.hysteresis_pos;
		neg = s->sdr.hysteresis_neg;
	}
	guard(ipmi_bh)(&m->lock);
	s->hyst_pos = pos;
	s->hyst_neg = neg;
	if (!s->set_hyst) {
		s->set_pos_to = pos;
		s->set_neg_to = neg;
	}
}

static bool has_limits(const struct sensor *s)
{
	/* Those of a non-linear sensor would need factors of their own each. */
	return s->sdr.has_thresholds && s->sdr.readable && !sdr_is_non_linear(&s->sdr.factors);
}

static enum sensor_outcome read_thresholds(struct monitor *m, struct sensor *s)
{
	struct sensor_thresholds now;
	enum sensor_outcome how;
	u8 rsp[16];
	int len;

	len = ask_patiently(m, s, SENSOR_GET_THRESHOLDS_CMD, &s->sdr.number, 1, rsp, sizeof(rsp));
	how = sensor_thresholds_answer(len > 0 ? rsp : NULL, max(len, 0), &now);
	if (how == SENSOR_GOOD) {
		guard(ipmi_bh)(&m->lock);
		/* Once the files are there no limit may vanish. */
		if (!s->chip->hwmon || (now.readable & s->limits.readable) == s->limits.readable)
			s->limits = now;
	}
	return how;
}

/**
 * limits_read() - ask for the limits of a sensor
 * @m: the monitor
 * @s: the sensor, not shown yet
 *
 * Those of its record are taken if the BMC does not tell now.
 *
 * Context: the monitor's thread.
 */
void limits_read(struct monitor *m, struct sensor *s)
{
	enum sensor_outcome how;

	if (!has_limits(s))
		return;
	how = read_thresholds(m, s);
	if (how != SENSOR_GOOD && how != SENSOR_ERROR && s->sdr.full) {
		s->limits.readable = s->sdr.readable;
		memcpy(s->limits.raw, s->sdr.thresholds, sizeof(s->limits.raw));
	}
	/* Of a BMC that was busy that long not even that is asked. */
	if (how != SENSOR_BUSY)
		read_hysteresis(m, s);
}

/**
 * limits_refresh() - ask for the limits of one sensor, those of each in turn
 * @m: the monitor
 *
 * Somebody else may set them: one is asked for with each interval in which somebody reads.
 *
 * Context: the monitor's thread.
 */
void limits_refresh(struct monitor *m)
{
	struct chip *chip = m->chip;
	struct sensor *s;
	u64 now = sweep_now();

	if (!chip || !chip->hwmon || now < chip->refresh)
		return;
	chip->refresh = now + (u64)READ_ONCE(m->interval_ms) * NSEC_PER_MSEC;
	s = chip->turned ?: list_entry(&chip->sensors, struct sensor, all);
	list_for_each_entry_continue(s, &chip->sensors, all)
		if (!s->why && (s->kind == KIND_DCMI || (readable(s) && has_limits(s))))
			break;
	chip->turned = list_entry_is_head(s, &chip->sensors, all) ? NULL : s;
	if (chip->turned && s->kind == KIND_DCMI)
		meter_refresh(m, s);
	else if (chip->turned)
		read_thresholds(m, s);
}

/**
 * limits_files() - which files of limits and alarms a sensor has
 * @s: the sensor, with its limits
 *
 * Context: the monitor's thread.
 */
void limits_files(struct sensor *s)
{
	bool hyst_settable = s->sdr.hysteresis_access == SDR_SETTABLE;
	const struct limit *l;
	const struct hyst *h;
	u8 bit;

	if (!s->sdr.has_thresholds)
		return;
	for (l = limits; l < limits + ARRAY_SIZE(limits); l++) {
		if (l->type != s->type)
			continue;
		bit = BIT(own(s, l->threshold));
		if (s->sdr.compared & bit)
			s->attrs |= BIT(l->alarm);
		if (!(readable(s) & bit) || s->attrs & BIT(l->attr))
			continue;
		s->attrs |= BIT(l->attr);
		if (s->sdr.settable & bit)
			s->writable |= BIT(l->attr);
	}
	if (s->type != hwmon_temp || s->swapped)
		return;
	for (h = hysts; h < hysts + ARRAY_SIZE(hysts); h++)
		if (s->attrs & BIT(h->of) &&
		    ((h->below ? s->hyst_pos : s->hyst_neg) || hyst_settable))
			s->attrs |= BIT(h->attr);
	/* One hysteresis is for all limits of a side: it is set beside one of them. */
	if (hyst_settable)
		s->writable |= s->attrs & (BIT(hwmon_temp_max_hyst) | BIT(hwmon_temp_min_hyst));
}

static int errno_of(const u8 *rsp, int len)
{
	if (len < 0)
		return len;
	switch (rsp[0]) {
	case 0:
		return 0;
	case 0xc7: /* length */
	case 0xc9: /* out of range */
	case 0xcc: /* invalid field */
		return -EINVAL;
	case 0xd4: /* privilege */
		return -EACCES;
	default:
		return sensor_outcome_of(rsp[0]) == SENSOR_BUSY ? -EBUSY : -EIO;
	}
}

/**
 * limits_write() - set what somebody wants set, and ask what the BMC has made of it
 * @m: the monitor
 * @s: the sensor
 *
 * Context: the monitor's thread; no request if there is nothing to set.
 */
void limits_write(struct monitor *m, struct sensor *s)
{
	u8 data[SENSOR_SET_THRESHOLDS_LEN], rsp[4], which, pos_to, neg_to;
	struct sensor_thresholds to;
	bool hyst;
	int rv = 0;

	scoped_guard(ipmi_bh, &m->lock) {
		which = s->set;
		hyst = s->set_hyst;
		/* What somebody else wants from now on is for the next turn. */
		s->set = 0;
		s->set_hyst = false;
		s->setting = which || hyst;
		pos_to = s->set_pos_to;
		neg_to = s->set_neg_to;
		to = s->limits;
		memcpy(to.raw, s->set_to, sizeof(to.raw));
	}
	if (!which && !hyst)
		return;
	if (which) {
		sensor_set_thresholds(s->sdr.number, &to, which, data);
		rv = errno_of(rsp, ask_patiently(m, s, SENSOR_SET_THRESHOLDS_CMD, data,
						 SENSOR_SET_THRESHOLDS_LEN, rsp, sizeof(rsp)));
		read_thresholds(m, s);
	}
	if (hyst && !rv) {
		sensor_set_hysteresis(s->sdr.number, pos_to, neg_to, data);
		rv = errno_of(rsp, ask_patiently(m, s, SENSOR_SET_HYSTERESIS_CMD, data,
						 SENSOR_SET_HYSTERESIS_LEN, rsp, sizeof(rsp)));
		read_hysteresis(m, s);
	}
	scoped_guard(ipmi_bh, &m->lock) {
		s->setting = false;
		s->set_error = rv;
	}
}

/**
 * limits_get() - the value of a file of a limit
 * @s: the sensor
 * @attr: the file
 * @val: filled in
 *
 * Context: a reader.
 * Return: 0, or -EOPNOTSUPP if it is no such file.
 */
int limits_get(struct sensor *s, u32 attr, long *val)
{
	const struct sdr_units *units = &s->sdr.units;
	const struct hyst *h = hyst_of(s, attr);
	const struct limit *l = limit_of(s, h ? h->of : attr);
	s64 value = 0, delta = 0;
	u8 raw, hyst;

	if (!l)
		return -EOPNOTSUPP;
	scoped_guard(ipmi_bh, &s->chip->monitor->lock) {
		raw = s->limits.raw[own(s, l->threshold)];
		hyst = !h ? 0 : h->below ? s->hyst_pos : s->hyst_neg;
	}
	/* chip.c has seen that it can be computed. */
	if (sdr_value(units, &s->sdr.factors, raw, s->scale, &value))
		value = 0;
	if (hyst && !sdr_delta(units, &s->sdr.factors, hyst, s->scale, &delta))
		value += h->below ? -delta : delta;
	*val = clamp_t(s64, value, LONG_MIN, LONG_MAX);
	return 0;
}

static int set_hysteresis(struct sensor *s, const struct hyst *h, long val)
{
	long of;
	s64 delta;
	u8 raw;

	if (limits_get(s, h->of, &of))
		return -EOPNOTSUPP;
	delta = h->below ? (s64)of - val : (s64)val - of;
	if (delta < 0 || sdr_raw_delta(&s->sdr.units, &s->sdr.factors, delta, s->scale, &raw))
		return -EINVAL;
	scoped_guard(ipmi_bh, &s->chip->monitor->lock) {
		s->set_hyst = true;
		*(h->below ? &s->set_pos_to : &s->set_neg_to) = raw;
	}
	return sweep_set(s);
}

/**
 * limits_set() - write to the file of a limit
 * @s: the sensor
 * @attr: the file
 * @val: its new value, rounded and cut to what the BMC has a raw value for
 *
 * Context: a writer; may sleep, see sweep_set().
 * Return: 0, -EINVAL if no raw value can be computed, or what sweep_set() returns.
 */
int limits_set(struct sensor *s, u32 attr, long val)
{
	const struct hyst *h = hyst_of(s, attr);
	const struct limit *l = limit_of(s, attr);
	unsigned int threshold;
	u8 raw;

	if (h)
		return set_hysteresis(s, h, val);
	if (!l)
		return -EOPNOTSUPP;
	if (sdr_raw(&s->sdr.units, &s->sdr.factors, val, s->scale, &raw))
		return -EINVAL;
	threshold = own(s, l->threshold);
	scoped_guard(ipmi_bh, &s->chip->monitor->lock) {
		s->set |= BIT(threshold);
		s->set_to[threshold] = raw;
	}
	return sweep_set(s);
}

/**
 * limits_alarm() - the value of a file of an alarm
 * @s: the sensor
 * @attr: the file
 * @state: what was read, NULL = nothing
 * @val: filled in: 0 or 1; an alarm of which nothing is known is none
 *
 * Context: a reader.
 * Return: 0, or -EOPNOTSUPP if it is no such file.
 */
int limits_alarm(const struct sensor *s, u32 attr, const struct state *state, long *val)
{
	const struct limit *l;
	u8 bits = 0;

	for (l = limits; l < limits + ARRAY_SIZE(limits); l++)
		if (l->type == s->type && l->alarm == attr)
			bits |= BIT(own(s, l->threshold));
	if (!bits)
		return -EOPNOTSUPP;
	*val = state && state->has_states && state->states & bits & s->sdr.compared;
	return 0;
}

/**
 * limits_alarm_file() - which file of an alarm an event is about
 * @s: the sensor
 * @threshold: enum sdr_threshold of the event
 *
 * Context: any.
 * Return: enum hwmon_TYPE_attributes, 0 = there is none.
 */
u32 limits_alarm_file(const struct sensor *s, unsigned int threshold)
{
	const struct limit *l;

	for (l = limits; l < limits + ARRAY_SIZE(limits); l++)
		if (l->type == s->type && own(s, l->threshold) == threshold &&
		    s->attrs & BIT(l->alarm))
			return l->alarm;
	return 0;
}
