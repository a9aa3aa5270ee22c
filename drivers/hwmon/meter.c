// SPDX-License-Identifier: GPL-2.0-only
/*
 * The power meter of DCMI, the Data Center Manageability Interface: a sensor without a record, and
 * its power limit.
 *
 * Called by chip.c, sweep.c and limits.c, in a monitor's thread, but for meter_get() and
 * meter_set(), which channel.c calls for who reads or writes. Lock: monitor->lock.
 */
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "hwmon.h"

#define MICRO_PER_WATT 1000000LL

static int ask_dcmi(struct monitor *m, u8 cmd, const u8 *data, u8 n, u8 *rsp, int cap)
{
	return ask_bmc(m, 0, DCMI_NETFN, cmd, data, n, rsp, cap);
}

/**
 * meter_refresh() - ask for the power limit
 * @m: the monitor
 * @s: the meter
 *
 * A limit that is not in force has no file. Where that changes, the chip is made anew.
 *
 * Context: the monitor's thread; one request.
 */
void meter_refresh(struct monitor *m, struct sensor *s)
{
	struct dcmi_limit limit;
	u8 data[DCMI_REQUEST_MAX], rsp[24];
	size_t n = dcmi_ask_limit(data);
	int len;

	len = ask_dcmi(m, DCMI_GET_LIMIT_CMD, data, n, rsp, sizeof(rsp));
	if (dcmi_limit_answer(len > 0 ? rsp : NULL, max(len, 0), &limit) != SENSOR_GOOD)
		return;
	guard(ipmi_bh)(&m->lock);
	if (s->chip->hwmon && limit.active != s->cap.active) {
		s->chip->hash = ~s->chip->hash;
		s->chip->stamp.known = false;
		return;
	}
	s->cap = limit;
}

/**
 * meter_find() - is there a power meter?
 * @chip: the chip
 *
 * Context: the monitor's thread; one request, or two.
 * Return: a sensor for it that chip_free() frees once it is on the list, or NULL.
 */
struct sensor *meter_find(struct chip *chip)
{
	struct monitor *m = chip->monitor;
	struct dcmi_capabilities caps = {};
	u8 data[DCMI_REQUEST_MAX], rsp[24];
	size_t n = dcmi_ask_capabilities(data);
	struct sensor *s;
	int len;

	len = ask_dcmi(m, DCMI_GET_CAPABILITIES_CMD, data, n, rsp, sizeof(rsp));
	if (dcmi_capabilities_answer(len > 0 ? rsp : NULL, max(len, 0), &caps) != SENSOR_GOOD ||
	    !caps.has_power)
		return NULL;
	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		return NULL;
	INIT_LIST_HEAD(&s->turn);
	s->chip = chip;
	s->kind = KIND_DCMI;
	s->sdr.owner = SDR_BMC_ADDR;
	s->type = hwmon_power;
	s->attrs = HWMON_P_INPUT | HWMON_P_INPUT_LOWEST | HWMON_P_INPUT_HIGHEST | HWMON_P_AVERAGE |
		   HWMON_P_AVERAGE_INTERVAL | HWMON_P_LABEL;
	strscpy(s->label, "DCMI power", sizeof(s->label));
	meter_refresh(m, s);
	if (s->cap.active) {
		s->attrs |= HWMON_P_CAP;
		s->writable = HWMON_P_CAP;
	}
	return s;
}

/**
 * power_meter_read() - Get Power Reading
 * @m: the monitor
 * @s: the meter
 * @state: filled in
 *
 * Context: the monitor's thread; one request.
 * Return: what the answer was worth.
 */
enum sensor_outcome power_meter_read(struct monitor *m, struct sensor *s, struct state *state)
{
	u8 data[DCMI_REQUEST_MAX], rsp[24];
	size_t n = dcmi_ask_power(data);
	enum sensor_outcome how;
	int len;

	len = ask_dcmi(m, DCMI_GET_READING_CMD, data, n, rsp, sizeof(rsp));
	sweep_heard(m, rsp, len);
	how = dcmi_power_answer(len > 0 ? rsp : NULL, max(len, 0), &state->power);
	state->error = how == SENSOR_GOOD && state->power.measuring ? 0 : -ENODATA;
	return how;
}

/**
 * meter_get() - the value of one of its files
 * @s: the meter
 * @attr: the file
 * @val: filled in
 *
 * Context: a reader; see sweep_get().
 * Return: 0, -EOPNOTSUPP, or what sweep_get() returns.
 */
int meter_get(struct sensor *s, u32 attr, long *val)
{
	struct state state;
	s64 value;
	int rv;

	if (attr == hwmon_power_cap) {
		*val = min_t(s64, READ_ONCE(s->cap.limit_w) * MICRO_PER_WATT, LONG_MAX);
		return 0;
	}
	rv = sweep_get(s, &state);
	if (rv)
		return rv;
	if (attr == hwmon_power_average_interval)
		value = state.power.period_ms;
	else if (attr == hwmon_power_input)
		value = state.power.now_w * MICRO_PER_WATT;
	else if (attr == hwmon_power_input_lowest)
		value = state.power.min_w * MICRO_PER_WATT;
	else if (attr == hwmon_power_input_highest)
		value = state.power.max_w * MICRO_PER_WATT;
	else if (attr == hwmon_power_average)
		value = state.power.average_w * MICRO_PER_WATT;
	else
		return -EOPNOTSUPP;
	*val = min_t(s64, value, LONG_MAX);
	return 0;
}

/**
 * meter_set() - set the power limit
 * @s: the meter
 * @val: microwatts, rounded to watts
 *
 * Context: a writer; see sweep_set().
 * Return: 0, -EINVAL, or what sweep_set() returns.
 */
int meter_set(struct sensor *s, long val)
{
	s64 watts;

	if (val < 0)
		return -EINVAL;
	watts = div_s64((s64)val + MICRO_PER_WATT / 2, MICRO_PER_WATT);
	if (watts > U16_MAX)
		return -EINVAL;
	scoped_guard(ipmi_bh, &s->chip->monitor->lock) {
		s->set = 1;
		s->set_cap_to = watts;
	}
	return sweep_set(s);
}

/* Why the BMC has not taken a limit. */
static int set_error(const u8 *rsp, int len)
{
	if (len < 0)
		return len;
	switch (dcmi_set_answer(rsp, len)) {
	case SENSOR_GOOD:
		return 0;
	case SENSOR_BUSY:
		return -EBUSY;
	case SENSOR_ERROR:
		return -EINVAL;
	default:
		return -EIO;
	}
}

/**
 * meter_write() - set the limit that somebody wants set, and ask for what it is then
 * @m: the monitor
 * @s: the meter
 *
 * All else of the limit stays as it is.
 *
 * Context: the monitor's thread.
 */
void meter_write(struct monitor *m, struct sensor *s)
{
	u8 data[DCMI_REQUEST_MAX], rsp[8];
	struct dcmi_limit limit;
	size_t n;
	int len, rv;

	scoped_guard(ipmi_bh, &m->lock) {
		if (!s->set)
			return;
		s->set = 0;
		s->setting = true;
		limit = s->cap;
		limit.limit_w = s->set_cap_to;
	}
	n = dcmi_set_limit(&limit, data);
	len = ask_dcmi(m, DCMI_SET_LIMIT_CMD, data, n, rsp, sizeof(rsp));
	rv = set_error(rsp, len);
	meter_refresh(m, s);
	guard(ipmi_bh)(&m->lock);
	s->setting = false;
	s->set_error = rv;
}
