// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzing of sensor data records: any bytes as a record, any factors against floating point, and
 * any answers to sensor and DCMI commands.
 */
#include <ipmi/dcmi.h>

#include "../user/sdr_reference.h"
#include "fuzz.h"

static bool is_clean(const char *id)
{
	for (; *id; id++)
		if ((u8)*id < 0x20 || (u8)*id == 0x7f)
			return false;
	return true;
}

/* Every one that shares the record, in memory of its own size. */
static void parse(const u8 *data, size_t len)
{
	struct sdr_sensor sensor, one;
	u8 *copy = malloc(len + !len);
	unsigned int nth;
	s64 value;
	u8 raw;

	memcpy(copy, data, len);
	if (sdr_parse(copy, len, &sensor) != SDR_SENSOR) {
		free(copy);
		return;
	}
	free(copy);
	MUST(strlen(sensor.id) < SDR_ID_MAX - 4 && is_clean(sensor.id));
	MUST(sensor.share_count >= 1 && sensor.share_count <= 15);
	MUST(!(sensor.settable & ~0x3f) && !(sensor.readable & ~0x3f) && !(sensor.compared & ~0x3f));
	for (nth = 0; nth < 17; nth++) {
		one = sensor;
		if (!sdr_share(&one, nth))
			continue;
		MUST(nth < sensor.share_count);
		MUST(strlen(one.id) < SDR_ID_MAX && is_clean(one.id));
		MUST(one.number == sensor.number + nth);
	}
	sdr_value(&sensor.units, &sensor.factors, sensor.nominal, SDR_MICRO, &value);
	sdr_delta(&sensor.units, &sensor.factors, sensor.hysteresis_pos, SDR_MILLI, &value);
	if (!sdr_raw(&sensor.units, &sensor.factors, value, SDR_MILLI, &raw))
		MUST(sensor.factors.format != SDR_NOT_ANALOG);
}

static void compare(struct input *in)
{
	static const enum sdr_scale scales[] = { SDR_ONE, SDR_MILLI, SDR_MICRO };
	static const u8 bases[] = { SDR_UNIT_VOLT, SDR_UNIT_CELSIUS, SDR_UNIT_FAHRENHEIT,
				    SDR_UNIT_KELVIN };
	struct sdr_factors f = {
		.m = (eat(in) | eat(in) << 8) % 1024 - 512,
		.b = (eat(in) | eat(in) << 8) % 1024 - 512,
		.b_exp = eat(in) % 16 - 8,
		.r_exp = eat(in) % 16 - 8,
		.linear = eat(in) % 12,
		.format = eat(in) % 3,
	};
	enum sdr_scale scale = scales[eat(in) % 3];
	struct sdr_units units = { .base = bases[eat(in) % 4] };
	double y, unit;
	unsigned int raw;
	s64 value = 0;
	int rv;

	/* what is subtracted from large numbers is lost in a double, not here */
	for (raw = 0; raw < 256; raw++) {
		y = sdr_reference(&f, raw);
		unit = y;
		if (units.base == SDR_UNIT_FAHRENHEIT)
			unit = (y - 32) * 5 / 9;
		else if (units.base == SDR_UNIT_KELVIN)
			unit = y - 273.15;
		rv = sdr_value(&units, &f, raw, scale, &value);
		MUST(sdr_agrees(unit, scale, rv, value));
	}
}

static void answers(const u8 *data, size_t len)
{
	struct sensor_thresholds thresholds;
	struct sensor_reading reading;
	struct dcmi_capabilities caps;
	struct sdr_factors factors;
	struct dcmi_power power;
	struct dcmi_limit limit;
	u8 pos, neg, *copy = malloc(len + !len);

	memcpy(copy, data, len);
	if (sensor_reading_answer(copy, len, &reading) == SENSOR_GOOD)
		MUST(len >= 3 && !copy[0] && reading.states < 0x8000);
	if (sensor_thresholds_answer(copy, len, &thresholds) == SENSOR_GOOD)
		MUST(len >= 2 && thresholds.readable < 0x40);
	if (sensor_hysteresis_answer(copy, len, &pos, &neg) == SENSOR_GOOD)
		MUST(len >= 3 && pos == copy[1] && neg == copy[2]);
	if (dcmi_power_answer(copy, len, &power) == SENSOR_GOOD)
		MUST(len >= 19 && copy[1] == 0xdc);
	if (dcmi_limit_answer(copy, len, &limit) == SENSOR_GOOD)
		MUST(len >= 15 && copy[1] == 0xdc && limit.active == !copy[0]);
	if (dcmi_capabilities_answer(copy, len, &caps) == SENSOR_GOOD)
		MUST(len >= 7 && copy[1] == 0xdc);
	if (sdr_factors_answer(&factors, copy, len))
		MUST(len >= 8 && factors.m >= -512 && factors.m < 512 && factors.b >= -512 &&
		     factors.b < 512 && factors.b_exp >= -8 && factors.b_exp < 8);
	dcmi_set_answer(copy, len);
	free(copy);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = { .data = data, .len = len };
	u8 what = eat(&in);

	if (what % 3 == 0)
		compare(&in);
	else if (len && what % 3 == 1)
		parse(data + 1, len - 1);
	else if (len)
		answers(data + 1, len - 1);
	return 0;
}
