// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sensor data records: bytes of a record -> struct sdr_sensor. IPMI 2.0, section 43.
 *
 * Called with each record of a walk, and with answers to Get Sensor Reading Factors. No lock.
 * A record says itself how long it is; what there is beyond that, or beyond what was read,
 * is not looked at.
 */
#include <ipmi/bytes.h>
#include <ipmi/sdr.h>

/* Record types, and where a record says what it is: section 43. */
enum {
	TYPE_FULL = 0x01,
	TYPE_COMPACT = 0x02,
	TYPE_EVENT_ONLY = 0x03,
	TYPE_ENTITY = 0x08,
	TYPE_DEVICE_ENTITY = 0x09,
	TYPE_LOCATOR_FIRST = 0x10,
	TYPE_LOCATOR_LAST = 0x14,
	TYPE_OEM = 0xc0,
};

/* Bytes of both a full and a compact record, tables 43-1 and 43-2, counted from 0. */
enum {
	AT_ID = 0,
	AT_TYPE = 3,
	AT_LENGTH,
	AT_OWNER,
	AT_CHANNEL,
	AT_NUMBER,
	AT_ENTITY,
	AT_INSTANCE,
	AT_CAPABILITIES = 11,
	AT_SENSOR_TYPE,
	AT_EVENT_TYPE,
	AT_ASSERTIONS,
	AT_DEASSERTIONS = 16,
	AT_READABLE = 18,
	AT_SETTABLE,
	AT_UNITS,
	AT_BASE_UNIT,
	AT_MODIFIER_UNIT,
};

/* Of a full record only. */
enum {
	FULL_LINEAR = 23,
	FULL_FACTORS,
	FULL_GIVEN = 30,
	FULL_NOMINAL,
	FULL_NORMAL_MAX,
	FULL_NORMAL_MIN,
	FULL_SENSOR_MAX,
	FULL_SENSOR_MIN,
	FULL_THRESHOLDS,
	FULL_HYSTERESIS = 42,
	FULL_ID = 47,
};

/* Of a compact record only. */
enum {
	COMPACT_SHARING = 23,
	COMPACT_OFFSET,
	COMPACT_HYSTERESIS,
	COMPACT_ID = 31,
};

#define FACTORS_LEN	 6
#define EVENT_THRESHOLDS 0x01
#define THRESHOLD_EVENTS 0x0fff
#define STATES		 0x7fff

/* The low @bits of @val are a number in two's complement. */
static int sign_extend(unsigned int val, unsigned int bits)
{
	unsigned int sign = 1u << (bits - 1);

	val &= 2 * sign - 1;
	return (int)(val ^ sign) - (int)sign;
}

/* Six bytes: M, M and tolerance, B, B and accuracy, accuracy, exponents. */
static void parse_factors(struct sdr_factors *factors, const u8 *p)
{
	factors->m = sign_extend(p[0] | (p[1] & 0xc0) << 2, 10);
	factors->b = sign_extend(p[2] | (p[3] & 0xc0) << 2, 10);
	factors->r_exp = sign_extend(p[5] >> 4, 4);
	factors->b_exp = sign_extend(p[5], 4);
}

static void parse_units(struct sdr_units *units, const u8 *record)
{
	u8 val = record[AT_UNITS];

	units->percent = val & BIT(0);
	units->rate = val >> 3 & 7;
	units->relation = val >> 1 & 3;
	units->base = record[AT_BASE_UNIT];
	units->modifier = record[AT_MODIFIER_UNIT];
	/* Wistron's servers say that there is a modifier, and which: unspecified. */
	if (units->relation == 3 || units->modifier == SDR_UNIT_NONE)
		units->relation = 0;
}

static void parse_thresholds(struct sdr_sensor *s, const u8 *record)
{
	u8 known = BIT(SDR_THRESHOLDS) - 1;

	/* Section 43.1, bytes 15 to 20: comparison bits lie above the events. */
	s->compared = record[AT_ASSERTIONS + 1] >> 4 & 7;
	s->compared |= (record[AT_DEASSERTIONS + 1] >> 4 & 7) << SDR_UNC;
	s->assertions &= THRESHOLD_EVENTS;
	s->deassertions &= THRESHOLD_EVENTS;
	if (s->threshold_access == SDR_READABLE || s->threshold_access == SDR_SETTABLE)
		s->readable = record[AT_READABLE] & known;
	if (s->threshold_access == SDR_SETTABLE)
		s->settable = record[AT_SETTABLE] & known;
}

static void parse_common(struct sdr_sensor *s, const u8 *record)
{
	u8 capabilities = record[AT_CAPABILITIES];

	s->record_id = ipmi_get16(record + AT_ID);
	s->owner = record[AT_OWNER];
	s->channel = record[AT_CHANNEL] >> 4;
	s->lun = record[AT_CHANNEL] & 3;
	s->number = record[AT_NUMBER];
	s->entity = record[AT_ENTITY];
	s->instance = record[AT_INSTANCE] & 0x7f;
	s->logical = record[AT_INSTANCE] & BIT(7);
	s->ignore_if_absent = capabilities & BIT(7);
	s->auto_rearm = capabilities & BIT(6);
	s->hysteresis_access = capabilities >> 4 & 3;
	s->threshold_access = capabilities >> 2 & 3;
	s->sensor_type = record[AT_SENSOR_TYPE];
	s->event_type = record[AT_EVENT_TYPE];
	s->has_thresholds = s->event_type == EVENT_THRESHOLDS;
	s->assertions = ipmi_get16(record + AT_ASSERTIONS) & STATES;
	s->deassertions = ipmi_get16(record + AT_DEASSERTIONS) & STATES;
	if (s->has_thresholds)
		parse_thresholds(s, record);
	else
		s->states = ipmi_get16(record + AT_READABLE) & STATES;
	parse_units(&s->units, record);
	s->factors.format = record[AT_UNITS] >> 6;
	s->share_count = 1;
}

static void parse_full(struct sdr_sensor *s, const u8 *record)
{
	unsigned int i;

	s->full = true;
	s->factors.linear = record[FULL_LINEAR] & 0x7f;
	parse_factors(&s->factors, record + FULL_FACTORS);
	/* A discrete sensor may leave its format 0, which says nothing: section 43.1, byte 21. */
	s->analog = s->factors.format != SDR_NOT_ANALOG &&
		    (s->has_thresholds || s->units.base != SDR_UNIT_NONE || s->units.percent);
	s->has_nominal = record[FULL_GIVEN] & BIT(0);
	s->has_normal_max = record[FULL_GIVEN] & BIT(1);
	s->has_normal_min = record[FULL_GIVEN] & BIT(2);
	s->nominal = record[FULL_NOMINAL];
	s->normal_max = record[FULL_NORMAL_MAX];
	s->normal_min = record[FULL_NORMAL_MIN];
	s->sensor_max = record[FULL_SENSOR_MAX];
	s->sensor_min = record[FULL_SENSOR_MIN];
	for (i = 0; i < SDR_THRESHOLDS; i++)
		s->thresholds[i] = record[FULL_THRESHOLDS + SDR_UNR - i];
	s->hysteresis_pos = record[FULL_HYSTERESIS];
	s->hysteresis_neg = record[FULL_HYSTERESIS + 1];
}

static void parse_compact(struct sdr_sensor *s, const u8 *record)
{
	/* A count of 0 makes no sense, and still there is a sensor. */
	s->share_count = max_t(u8, record[COMPACT_SHARING] & 0x0f, 1);
	s->share_alpha = (record[COMPACT_SHARING] >> 4 & 3) == 1;
	s->share_offset = record[COMPACT_OFFSET] & 0x7f;
	s->share_instances = record[COMPACT_OFFSET] & BIT(7);
	s->hysteresis_pos = record[COMPACT_HYSTERESIS];
	s->hysteresis_neg = record[COMPACT_HYSTERESIS + 1];
}

static enum sdr_verdict other_type(u8 type)
{
	if (type >= TYPE_LOCATOR_FIRST && type <= TYPE_LOCATOR_LAST)
		return SDR_LOCATOR;
	switch (type) {
	case TYPE_EVENT_ONLY:
		return SDR_EVENT_ONLY;
	case TYPE_ENTITY:
	case TYPE_DEVICE_ENTITY:
		return SDR_ASSOCIATION;
	case TYPE_OEM:
		return SDR_OEM;
	default:
		return SDR_UNKNOWN;
	}
}

/**
 * sdr_parse() - take a sensor from its record
 * @record: the record, from its id on
 * @len: how much of it there is, hostile
 * @sensor: the sensor; undefined if there is none
 *
 * Context: any.
 * Return: SDR_SENSOR, or why there is none.
 */
enum sdr_verdict sdr_parse(const u8 *record, size_t len, struct sdr_sensor *sensor)
{
	size_t id;

	if (len < SDR_HEADER)
		return SDR_SHORT;
	len = min_t(size_t, len, SDR_HEADER + record[AT_LENGTH]);
	if (record[AT_TYPE] != TYPE_FULL && record[AT_TYPE] != TYPE_COMPACT)
		return other_type(record[AT_TYPE]);
	id = record[AT_TYPE] == TYPE_FULL ? FULL_ID : COMPACT_ID;
	if (len <= id)
		return SDR_SHORT;
	/* Section 43.1, byte 6: with this bit it is the id of a program. */
	if (record[AT_OWNER] & BIT(0))
		return SDR_SOFTWARE;
	memset(sensor, 0, sizeof(*sensor));
	parse_common(sensor, record);
	if (record[AT_TYPE] == TYPE_FULL)
		parse_full(sensor, record);
	else
		parse_compact(sensor, record);
	sdr_id_decode(record + id, len - id, sensor->id, &sensor->id_blank);
	return SDR_SENSOR;
}

/**
 * sdr_verdict_text() - what a record is, in words
 * @verdict: of sdr_parse()
 *
 * Context: any.
 * Return: the words.
 */
const char *sdr_verdict_text(enum sdr_verdict verdict)
{
	switch (verdict) {
	case SDR_SENSOR:
		return "sensor";
	case SDR_SHORT:
		return "record too short";
	case SDR_EVENT_ONLY:
		return "event-only sensor, cannot be read";
	case SDR_ASSOCIATION:
		return "entity association";
	case SDR_LOCATOR:
		return "device locator";
	case SDR_SOFTWARE:
		return "sensor of system software";
	case SDR_OEM:
		return "OEM record";
	default:
		return "unknown record type";
	}
}

static size_t put_alpha(char *out, unsigned int number)
{
	size_t n = 0;

	/* A to Z, AA to ZZ: section 43.2, byte 25. */
	if (number >= 26)
		out[n++] = 'A' + number / 26 - 1;
	out[n++] = 'A' + number % 26;
	return n;
}

static size_t put_number(char *out, unsigned int number)
{
	size_t n = 0;

	if (number >= 100)
		out[n++] = '0' + number / 100;
	if (number >= 10)
		out[n++] = '0' + number / 10 % 10;
	out[n++] = '0' + number % 10;
	return n;
}

/**
 * sdr_share() - make of a sensor another one that shares its record
 * @sensor: as sdr_parse() has filled it in
 * @nth: which: 0 to @share_count - 1
 *
 * Number, instance and name become those of that one. Where there is one sensor only, nothing
 * changes. To be called once for a copy of what sdr_parse() says. IPMI 2.0, section 43.2.
 *
 * Context: any.
 * Return: false if there is no such one, or no such sensor number or instance.
 */
bool sdr_share(struct sdr_sensor *sensor, unsigned int nth)
{
	unsigned int suffix = sensor->share_offset + nth;
	size_t n;

	if (nth >= sensor->share_count || sensor->number + nth > 0xff)
		return false;
	if (sensor->share_instances && sensor->instance + nth > 0x7f)
		return false;
	if (sensor->share_count == 1)
		return true;
	sensor->number += nth;
	if (sensor->share_instances)
		sensor->instance += nth;
	n = strlen(sensor->id);
	if (sensor->id_blank)
		sensor->id[n++] = ' ';
	if (sensor->share_alpha)
		n += put_alpha(sensor->id + n, suffix);
	else
		n += put_number(sensor->id + n, suffix);
	sensor->id[n] = 0;
	return true;
}

/**
 * sdr_factors_answer() - take the factors of one reading
 * @factors: of a sensor with SDR_NON_LINEAR or above; format and linearisation stay
 * @rsp: the answer to Get Sensor Reading Factors, from its completion code on
 * @len: its length, hostile
 *
 * Completion code, next reading for which there are other factors, and six bytes as in a full
 * record: IPMI 2.0, section 35.5.
 *
 * Context: any.
 * Return: false if it tells nothing; the factors are then as they were.
 */
bool sdr_factors_answer(struct sdr_factors *factors, const u8 *rsp, size_t len)
{
	if (len < 2 + FACTORS_LEN || rsp[0])
		return false;
	parse_factors(factors, rsp + 2);
	return true;
}
