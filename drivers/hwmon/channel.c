// SPDX-License-Identifier: GPL-2.0-only
/*
 * The callbacks of the hwmon core: what is read from and written to the files of a BMC's sensors.
 *
 * From 6.14 or so on the core holds a mutex of the device across them, so that who waits here has
 * everybody else wait who reads this BMC: at most COLD_MS, or WRITE_MS. Called by the hwmon core,
 * in the context of who reads or writes; monitor->lock is taken below.
 */
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>

#include "hwmon.h"

#define PWM_MAX		255
#define PERCENT_MILLI	100000

static struct sensor *sensor_of(const struct chip *chip, enum hwmon_sensor_types type, int channel)
{
	return chip->channels[type][channel];
}

static umode_t is_visible(const void *data, enum hwmon_sensor_types type, u32 attr, int channel)
{
	const struct chip *chip = data;

	if (type == hwmon_chip)
		return attr == hwmon_chip_update_interval ? 0644 : 0;
	return sensor_of(chip, type, channel)->writable & BIT(attr) ? 0644 : 0444;
}

static bool is_input(enum hwmon_sensor_types type, u32 attr)
{
	switch (type) {
	case hwmon_temp:
		return attr == hwmon_temp_input;
	case hwmon_in:
		return attr == hwmon_in_input;
	case hwmon_curr:
		return attr == hwmon_curr_input;
	case hwmon_power:
		return attr == hwmon_power_input;
	case hwmon_energy:
		return attr == hwmon_energy_input;
	case hwmon_humidity:
		return attr == hwmon_humidity_input;
	case hwmon_fan:
		return attr == hwmon_fan_input;
	default:
		return false;
	}
}

static int read_sensor(struct sensor *s, u32 attr, long *val)
{
	struct state state;
	s64 value;
	int rv;

	if (s->kind == KIND_DCMI)
		return meter_get(s, attr, val);
	/* Limits are answered from memory, whatever the BMC does. */
	if (!limits_get(s, attr, val))
		return 0;
	rv = sweep_get(s, &state);
	if (!limits_alarm(s, attr, rv ? NULL : &state, val))
		return 0;
	if (rv)
		return rv;
	if (s->type == hwmon_intrusion)
		value = state.states & BIT(0);
	else if (s->type == hwmon_pwm)
		value = div_s64(clamp_t(s64, state.value, 0, PERCENT_MILLI) * PWM_MAX +
				PERCENT_MILLI / 2, PERCENT_MILLI);
	else if (is_input(s->type, attr))
		value = state.value;
	else
		rv = -EOPNOTSUPP;
	if (!rv)
		*val = clamp_t(s64, value, LONG_MIN, LONG_MAX);
	return rv;
}

static int on_read(struct device *dev, enum hwmon_sensor_types type, u32 attr, int channel,
		   long *val)
{
	struct chip *chip = dev_get_drvdata(dev);

	if (type == hwmon_chip) {
		*val = READ_ONCE(chip->monitor->interval_ms);
		return 0;
	}
	return read_sensor(sensor_of(chip, type, channel), attr, val);
}

static int on_read_string(struct device *dev, enum hwmon_sensor_types type, u32 attr, int channel,
			  const char **text)
{
	*text = sensor_of(dev_get_drvdata(dev), type, channel)->label;
	return 0;
}

static int on_write(struct device *dev, enum hwmon_sensor_types type, u32 attr, int channel,
		    long val)
{
	struct chip *chip = dev_get_drvdata(dev);
	struct sensor *s;

	if (type == hwmon_chip) {
		WRITE_ONCE(chip->monitor->interval_ms,
			   clamp_val(val, INTERVAL_MIN_MS, INTERVAL_MAX_MS));
		return 0;
	}
	s = sensor_of(chip, type, channel);
	return s->kind == KIND_DCMI ? meter_set(s, val) : limits_set(s, attr, val);
}

const struct hwmon_ops channel_ops = {
	.is_visible = is_visible,
	.read = on_read,
	.read_string = on_read_string,
	.write = on_write,
};
