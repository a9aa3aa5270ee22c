// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sensor data records: what is taken from their bytes, names, and values by the tables of
 * ../cases/sdr.h.
 */
#include <stdlib.h>

#include "../cases/sdr.h"
#include "../cases/sdr/index.h"
#include "test.h"

/* A full record, each byte of which is another one. */
static const u8 full[] = {
	0x34, 0x12, 0x51, 0x01, 48, 0x20, 0x72, 0x30, 0x07, 0x83, 0x7f, 0xe8, 0x01, 0x01, /* 14 */
	0x95, 0x5a, 0x6a, 0x25, 0x3f, 0x1b, 0x80, 0x01, 0x00, 0x00, /* 24 */
	0x9c, 0xc5, 0x05, 0x83, 0x00, 0xdf, 0x05, 0x64, 0x78, 0x0a, 0xff, 0x01, /* 36 */
	66, 65, 64, 61, 62, 63, 2, 3, 0, 0, 0, 0xc5, 'T', 'e', 'm', 'p', ' ',
};

/* A compact one, that four share. */
static const u8 compact[] = {
	0x02, 0x00, 0x51, 0x02, 32, 0x20, 0x00, 0x10, 0x1d, 0x61, 0x00, 0x40, 0x04, 0x03, /* 14 */
	0x03, 0x80, 0x02, 0x00, 0x03, 0x80, 0xc0, 0x00, 0x00, /* 23 */
	0x04, 0x85, 0, 0, 0, 0, 0, 0, 0xc5, 'F', 'a', 'n', 's', ' ',
};

static void full_record(void)
{
	struct sdr_sensor s;

	if (!EXPECT_EQ(sdr_parse(full, sizeof(full), &s), SDR_SENSOR))
		return;
	EXPECT_EQ(s.record_id, 0x1234);
	EXPECT(s.full);
	EXPECT_EQ(s.owner, SDR_BMC_ADDR);
	EXPECT_EQ(s.channel, 7);
	EXPECT_EQ(s.lun, 2);
	EXPECT_EQ(s.number, 0x30);
	EXPECT_EQ(s.entity, 7);
	EXPECT_EQ(s.instance, 3);
	EXPECT(s.logical);
	EXPECT(s.ignore_if_absent);
	EXPECT(s.auto_rearm);
	EXPECT_EQ(s.hysteresis_access, SDR_SETTABLE);
	EXPECT_EQ(s.threshold_access, SDR_SETTABLE);
	EXPECT_EQ(s.sensor_type, 1);
	EXPECT_EQ(s.event_type, 1);
	EXPECT(s.has_thresholds);
	EXPECT(s.analog);
	EXPECT_EQ(s.assertions, 0xa95);
	EXPECT_EQ(s.deassertions, 0x56a);
	EXPECT_EQ(s.compared, BIT(SDR_LNC) | BIT(SDR_LNR) | BIT(SDR_UC));
	EXPECT_EQ(s.readable, 0x3f);
	EXPECT_EQ(s.settable, 0x1b);
	EXPECT_EQ(s.states, 0);
	EXPECT(!s.units.percent);
	EXPECT_EQ(s.units.rate, 0);
	EXPECT_EQ(s.units.relation, 0);
	EXPECT_EQ(s.units.base, SDR_UNIT_CELSIUS);
	EXPECT_EQ(s.factors.format, SDR_TWOS);
	EXPECT_EQ(s.factors.linear, SDR_LINEAR);
	EXPECT_EQ(s.factors.m, -100);
	EXPECT_EQ(s.factors.b, -507);
	EXPECT_EQ(s.factors.r_exp, -3);
	EXPECT_EQ(s.factors.b_exp, -1);
	EXPECT(s.has_nominal && !s.has_normal_max && s.has_normal_min);
	EXPECT_EQ(s.nominal, 0x64);
	EXPECT_EQ(s.normal_max, 0x78);
	EXPECT_EQ(s.normal_min, 0x0a);
	EXPECT_EQ(s.sensor_max, 0xff);
	EXPECT_EQ(s.sensor_min, 0x01);
	EXPECT_BYTES(s.thresholds, 6, ((const u8[]){ 63, 62, 61, 64, 65, 66 }), 6);
	EXPECT_EQ(s.hysteresis_pos, 2);
	EXPECT_EQ(s.hysteresis_neg, 3);
	EXPECT_EQ(s.share_count, 1);
	EXPECT(s.id_blank);
	EXPECT(!strcmp(s.id, "Temp"));
	/* One alone has no suffix. */
	EXPECT(sdr_share(&s, 0));
	EXPECT(!strcmp(s.id, "Temp"));
	EXPECT(!sdr_share(&s, 1));
}

static void compact_record(void)
{
	struct sdr_sensor s;

	if (!EXPECT_EQ(sdr_parse(compact, sizeof(compact), &s), SDR_SENSOR))
		return;
	EXPECT(!s.full);
	EXPECT(!s.analog);
	EXPECT(!s.has_thresholds);
	EXPECT_EQ(s.compared, 0);
	EXPECT_EQ(s.readable, 0);
	EXPECT_EQ(s.settable, 0);
	EXPECT_EQ(s.states, 0x0003);
	EXPECT_EQ(s.assertions, 0x0003);
	EXPECT(sdr_is_device_relative(s.instance));
	EXPECT(!sdr_is_device_relative(0x5f));
	EXPECT_EQ(s.share_count, 4);
	EXPECT(!s.share_alpha);
	EXPECT(s.share_instances);
	EXPECT_EQ(s.share_offset, 5);
	EXPECT_EQ(s.hysteresis_pos, 0);
	EXPECT_EQ(s.factors.format, SDR_NOT_ANALOG);
}

static struct sdr_sensor shared(u8 sharing, u8 offset, u8 number, unsigned int nth, bool good)
{
	u8 record[sizeof(compact)];
	struct sdr_sensor s;

	memcpy(record, compact, sizeof(record));
	record[7] = number;
	record[23] = sharing;
	record[24] = offset;
	EXPECT_EQ(sdr_parse(record, sizeof(record), &s), SDR_SENSOR);
	EXPECT_EQ(sdr_share(&s, nth), good);
	return s;
}

static void sharing(void)
{
	static const struct {
		u8 sharing, offset;
		unsigned int nth;
		const char *id;
	} names[] = {
		{ 0x04, 0x05, 0, "Fans 5" },	{ 0x04, 0x05, 3, "Fans 8" },
		{ 0x02, 0x09, 1, "Fans 10" },	{ 0x0f, 0x7f, 14, "Fans 141" },
		{ 0x12, 0x00, 0, "Fans A" },	{ 0x12, 0x19, 0, "Fans Z" },
		{ 0x12, 0x19, 1, "Fans AA" },	{ 0x12, 0x33, 0, "Fans AZ" },
		{ 0x12, 0x34, 0, "Fans BA" },	{ 0x1f, 0x7f, 14, "Fans EL" },
		{ 0x01, 0x05, 0, "Fans" },	{ 0x00, 0x05, 0, "Fans" },
	};
	struct sdr_sensor s;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		s = shared(names[i].sharing, names[i].offset, 0x10, names[i].nth, true);
		EXPECT_SAY(!strcmp(s.id, names[i].id), "%u: '%s', not '%s'", i, s.id,
			   names[i].id);
		EXPECT_EQ(s.number, 0x10 + names[i].nth);
		EXPECT_EQ(s.instance, 0x61);
	}
	s = shared(0x04, 0x80, 0x10, 2, true);
	EXPECT_EQ(s.instance, 0x63);
	/* There is no such sensor, number, or instance. */
	shared(0x04, 0x00, 0x10, 4, false);
	shared(0x00, 0x00, 0x10, 1, false);
	shared(0x04, 0x00, 0xfd, 2, true);
	shared(0x04, 0x00, 0xfd, 3, false);
	s = shared(0x0f, 0x80, 0x10, 14, true);
	EXPECT_EQ(s.instance, 0x6f);
}

static void verdicts(void)
{
	static const struct {
		u8 type;
		enum sdr_verdict verdict;
	} types[] = {
		{ 0x00, SDR_UNKNOWN },	   { 0x03, SDR_EVENT_ONLY }, { 0x04, SDR_UNKNOWN },
		{ 0x08, SDR_ASSOCIATION }, { 0x09, SDR_ASSOCIATION }, { 0x0f, SDR_UNKNOWN },
		{ 0x10, SDR_LOCATOR },	   { 0x11, SDR_LOCATOR },    { 0x12, SDR_LOCATOR },
		{ 0x13, SDR_LOCATOR },	   { 0x14, SDR_LOCATOR },    { 0x15, SDR_UNKNOWN },
		{ 0xc0, SDR_OEM },	   { 0xff, SDR_UNKNOWN },
	};
	u8 record[sizeof(full)];
	struct sdr_sensor s;
	unsigned int i;

	memcpy(record, full, sizeof(full));
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		record[3] = types[i].type;
		EXPECT_EQ(sdr_parse(record, sizeof(record), &s), types[i].verdict);
	}
	record[3] = 0x01;
	record[5] = 0x41;
	EXPECT_EQ(sdr_parse(record, sizeof(record), &s), SDR_SOFTWARE);
	for (i = SDR_SENSOR; i < SDR_UNKNOWN; i++)
		EXPECT(strcmp(sdr_verdict_text(i), sdr_verdict_text(i + 1)));
}

/* In memory of its own size, and by what the record says itself. */
static void lengths(void)
{
	static const struct {
		const u8 *record;
		size_t len, least;
	} records[] = { { full, sizeof(full), 48 }, { compact, sizeof(compact), 32 } };
	struct sdr_sensor s;
	unsigned int i;
	size_t len;
	u8 *copy;

	for (i = 0; i < ARRAY_SIZE(records); i++) {
		for (len = 0; len <= records[i].len; len++) {
			copy = malloc(len + !len);
			memcpy(copy, records[i].record, len);
			EXPECT_EQ(sdr_parse(copy, len, &s),
				  len < records[i].least ? SDR_SHORT : SDR_SENSOR);
			if (len >= records[i].least)
				EXPECT(strlen(s.id) <= len - records[i].least);
			free(copy);
		}
		copy = malloc(records[i].len);
		memcpy(copy, records[i].record, records[i].len);
		for (len = 5; len < records[i].len; len++) {
			copy[4] = len - 5;
			EXPECT_EQ(sdr_parse(copy, records[i].len, &s),
				  len < records[i].least ? SDR_SHORT : SDR_SENSOR);
		}
		free(copy);
	}
}

/* What the access says goes before the masks, and a modifier has to be one. */
static void access_and_units(void)
{
	u8 record[sizeof(full)];
	struct sdr_sensor s;

	memcpy(record, full, sizeof(full));
	record[11] = 0x00;
	sdr_parse(record, sizeof(record), &s);
	EXPECT_EQ(s.threshold_access, SDR_NONE);
	EXPECT_EQ(s.readable | s.settable, 0);
	record[11] = 0x04;
	sdr_parse(record, sizeof(record), &s);
	EXPECT_EQ(s.threshold_access, SDR_READABLE);
	EXPECT_EQ(s.readable, 0x3f);
	EXPECT_EQ(s.settable, 0);
	record[11] = 0x3c;
	sdr_parse(record, sizeof(record), &s);
	EXPECT_EQ(s.threshold_access, SDR_FIXED);
	EXPECT_EQ(s.hysteresis_access, SDR_FIXED);
	EXPECT_EQ(s.readable | s.settable, 0);
	record[18] = 0xff;
	record[19] = 0xff;
	record[11] = 0x08;
	sdr_parse(record, sizeof(record), &s);
	EXPECT_EQ(s.readable, 0x3f);
	EXPECT_EQ(s.settable, 0x3f);

	record[20] = 0x1b;
	record[22] = SDR_UNIT_HOUR;
	sdr_parse(record, sizeof(record), &s);
	EXPECT(s.units.percent);
	EXPECT_EQ(s.units.rate, 3);
	EXPECT_EQ(s.units.relation, 1);
	EXPECT_EQ(s.units.modifier, SDR_UNIT_HOUR);
	EXPECT_EQ(s.factors.format, SDR_UNSIGNED);
	record[20] = 0x06;
	sdr_parse(record, sizeof(record), &s);
	EXPECT_EQ(s.units.relation, 0);
	record[20] = 0x04;
	record[22] = 0;
	sdr_parse(record, sizeof(record), &s);
	EXPECT_EQ(s.units.relation, 0);

	/* Analog: with thresholds, or with a unit; not by the format alone. */
	EXPECT(s.analog);
	record[13] = 0x6f;
	sdr_parse(record, sizeof(record), &s);
	EXPECT(s.analog);
	EXPECT_EQ(s.states, 0x7fff);
	record[21] = 0;
	sdr_parse(record, sizeof(record), &s);
	EXPECT(!s.analog);
	record[20] = 0x01;
	sdr_parse(record, sizeof(record), &s);
	EXPECT(s.analog);
	record[20] = 0xc1;
	record[13] = 0x01;
	sdr_parse(record, sizeof(record), &s);
	EXPECT(!s.analog);
}

static void ids(void)
{
	char id[SDR_ID_MAX];
	unsigned int i;
	bool blank;
	u8 *copy;

	for (i = 0; i < ARRAY_SIZE(sdr_ids); i++) {
		copy = malloc(sdr_ids[i].len + !sdr_ids[i].len);
		memcpy(copy, sdr_ids[i].field, sdr_ids[i].len);
		EXPECT_EQ(sdr_id_decode(copy, sdr_ids[i].len, id, &blank), strlen(sdr_ids[i].id));
		EXPECT_SAY(!strcmp(id, sdr_ids[i].id), "%s: '%s'", sdr_ids[i].what, id);
		EXPECT_SAY(blank == sdr_ids[i].blank, "%s", sdr_ids[i].what);
		free(copy);
	}
}

/* The longest there are leave room for a suffix. */
static void longest_ids(void)
{
	static const u8 codes[] = { 0x1f, 0x5f, 0x9f, 0xdf };
	unsigned int i, byte;
	char *id = malloc(SDR_ID_MAX - 4);
	u8 field[32];
	bool blank;

	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		for (byte = 0; byte < 256; byte++) {
			memset(field, byte, sizeof(field));
			field[0] = codes[i];
			EXPECT(sdr_id_decode(field, sizeof(field), id, &blank) <= 62);
		}
	}
	free(id);
}

static void factors(void)
{
	u8 rsp[] = { 0, 0xff, 0x9c, 0xc5, 0x05, 0x83, 0x00, 0x5f };
	struct sdr_factors f = { .linear = 0x70, .format = SDR_ONES }, was = f;
	size_t len;

	EXPECT(sdr_is_non_linear(&f));
	for (len = 0; len < sizeof(rsp); len++) {
		EXPECT(!sdr_factors_answer(&f, rsp, len));
		EXPECT(!memcmp(&f, &was, sizeof(f)));
	}
	EXPECT(sdr_factors_answer(&f, rsp, sizeof(rsp)));
	EXPECT_EQ(f.m, -100);
	EXPECT_EQ(f.b, -507);
	EXPECT_EQ(f.r_exp, 5);
	EXPECT_EQ(f.b_exp, -1);
	EXPECT_EQ(f.linear, 0x70);
	EXPECT_EQ(f.format, SDR_ONES);
	rsp[0] = 0xcd;
	EXPECT(!sdr_factors_answer(&f, rsp, sizeof(rsp)));
}

static void values(void)
{
	unsigned int i;
	s64 value;
	u8 back;
	int rv;

	for (i = 0; i < ARRAY_SIZE(sdr_values); i++) {
		const struct sdr_value_case *c = &sdr_values[i];

		value = 0;
		rv = sdr_value(&c->units, &c->factors, c->raw, c->scale, &value);
		EXPECT_SAY(rv == c->rv && (rv || value == c->value), "%s: %d, %lld", c->what, rv,
			   (long long)value);
		EXPECT_SAY(sdr_quantity(&c->units) == c->quantity, "%s: %u", c->what,
			   sdr_quantity(&c->units));
		if (c->rv)
			continue;
		EXPECT_EQ(sdr_raw(&c->units, &c->factors, c->value, c->scale, &back), 0);
		EXPECT_SAY(back == c->back, "%s: back to %u", c->what, back);
	}
}

static void deltas(void)
{
	static const struct sdr_units celsius = { .base = SDR_UNIT_CELSIUS };
	static const struct sdr_units fahrenheit = { .base = SDR_UNIT_FAHRENHEIT };
	struct sdr_factors f = { .m = -25, .b = 300, .b_exp = 1, .r_exp = -1, .format = SDR_TWOS };
	s64 delta;
	u8 raw;

	EXPECT_EQ(sdr_delta(&celsius, &f, 3, SDR_MILLI, &delta), 0);
	EXPECT_EQ(delta, 7500);
	EXPECT_EQ(sdr_delta(&celsius, &f, 255, SDR_MILLI, &delta), 0);
	EXPECT_EQ(delta, 637500);
	EXPECT_EQ(sdr_delta(&fahrenheit, &f, 4, SDR_MILLI, &delta), 0);
	EXPECT_EQ(delta, 5556);
	EXPECT_EQ(sdr_raw_delta(&celsius, &f, 7400, SDR_MILLI, &raw), 0);
	EXPECT_EQ(raw, 3);
	EXPECT_EQ(sdr_raw_delta(&celsius, &f, 1000000, SDR_MILLI, &raw), 0);
	EXPECT_EQ(raw, 255);
	EXPECT_EQ(sdr_raw_delta(&celsius, &f, -5, SDR_MILLI, &raw), 0);
	EXPECT_EQ(raw, 0);
	f.linear = SDR_LN;
	EXPECT_EQ(sdr_delta(&celsius, &f, 3, SDR_MILLI, &delta), -EOPNOTSUPP);
	EXPECT_EQ(sdr_raw_delta(&celsius, &f, 3, SDR_MILLI, &raw), -EOPNOTSUPP);
	f.linear = SDR_NON_LINEAR;
	EXPECT_EQ(sdr_delta(&celsius, &f, 3, SDR_MILLI, &delta), -EOPNOTSUPP);
	EXPECT_EQ(sdr_raw(&celsius, &f, 3, SDR_MILLI, &raw), -EOPNOTSUPP);
	/* With a reading's own factors it is a straight line. */
	EXPECT_EQ(sdr_value(&celsius, &f, 4, SDR_MILLI, &delta), 0);
	EXPECT_EQ(delta, 290000);
	f.linear = SDR_LINEAR;
	f.format = SDR_NOT_ANALOG;
	EXPECT_EQ(sdr_delta(&celsius, &f, 3, SDR_MILLI, &delta), -EOPNOTSUPP);
}

/* Limits are rounded to what there is, and the ends are the ends. */
static void raws(void)
{
	static const struct sdr_units volts = { .base = SDR_UNIT_VOLT };
	struct sdr_factors f = { .m = 63, .r_exp = -3 };
	s64 lowest = -(s64)(~0ULL >> 1) - 1;
	u8 raw;

	EXPECT_EQ(sdr_raw(&volts, &f, 11900, SDR_MILLI, &raw), 0);
	EXPECT_EQ(raw, 189);
	EXPECT_EQ(sdr_raw(&volts, &f, 11938, SDR_MILLI, &raw), 0);
	EXPECT_EQ(raw, 189);
	EXPECT_EQ(sdr_raw(&volts, &f, 11939, SDR_MILLI, &raw), 0);
	EXPECT_EQ(raw, 190);
	EXPECT_EQ(sdr_raw(&volts, &f, ~0ULL >> 1, SDR_MILLI, &raw), 0);
	EXPECT_EQ(raw, 255);
	EXPECT_EQ(sdr_raw(&volts, &f, lowest, SDR_MILLI, &raw), 0);
	EXPECT_EQ(raw, 0);
	f.format = SDR_TWOS;
	EXPECT_EQ(sdr_raw(&volts, &f, lowest, SDR_MILLI, &raw), 0);
	EXPECT_EQ(raw, 128);
	/* Half way between 0 and 1. */
	f.m = 2;
	EXPECT_EQ(sdr_raw(&volts, &f, 1, SDR_MILLI, &raw), 0);
	EXPECT_EQ(raw, 0);
	/* No reading has a value. */
	f = (struct sdr_factors){ .m = 0, .linear = SDR_INVERSE };
	EXPECT_EQ(sdr_raw(&volts, &f, 1, SDR_MILLI, &raw), -ERANGE);
	EXPECT(!sdr_swaps_limits(&f));
	f.m = 1;
	EXPECT(sdr_swaps_limits(&f));
	f.m = -1;
	EXPECT(!sdr_swaps_limits(&f));
	f.m = 1;
	f.linear = SDR_LN;
	EXPECT(!sdr_swaps_limits(&f));
}

static void check_values(const char *name, const struct sdr_record_case *c,
			 const struct sdr_sensor *s)
{
	unsigned int i;
	s64 value, off;
	int rv;

	for (i = 0; i < ARRAY_SIZE(sdr_record_raws); i++) {
		rv = sdr_value(&s->units, &s->factors, sdr_record_raws[i], SDR_MICRO, &value);
		if (rv)
			value = SDR_NO_VALUE;
		/* the tool uses floating point for what is no straight line */
		off = s->factors.linear ? 1 : 0;
		EXPECT_SAY(value >= c->values[i] - off && value <= c->values[i] + off,
			   "%s: number %u, raw %u: %lld, not %lld", name, c->number,
			   sdr_record_raws[i], (long long)value, (long long)c->values[i]);
	}
}

/* Those that tools/sdr-cases has made. */
static void dumps(void)
{
	const struct sdr_record_case *c;
	struct sdr_sensor s;
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(sdr_dumps); i++) {
		for (n = 0; n < sdr_dumps[i].count; n++) {
			c = &sdr_dumps[i].records[n];
			EXPECT_EQ(sdr_parse(c->record, c->len, &s), c->verdict);
			if (c->verdict != SDR_SENSOR)
				continue;
			EXPECT_EQ(s.number, c->number);
			EXPECT_EQ(s.share_count, c->share_count);
			if (c->id)
				EXPECT_SAY(!strcmp(s.id, c->id), "'%s', not '%s'", s.id, c->id);
			if (c->has_values)
				check_values(sdr_dumps[i].name, c, &s);
		}
	}
}

static const struct test sdr_tests[] = {
	TEST(dumps),
	TEST(full_record), TEST(compact_record), TEST(sharing),	     TEST(verdicts),
	TEST(lengths),	   TEST(access_and_units), TEST(ids),	     TEST(longest_ids),
	TEST(factors),	   TEST(values),	 TEST(deltas),	     TEST(raws),
};

SUITE(sdr);
