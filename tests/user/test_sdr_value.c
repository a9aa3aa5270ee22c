// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values of raw readings, against floating point: every reading, linearisation and format, with
 * a dense set of factors. What needs no floating point is in test_sdr.c.
 */
#include "sdr_reference.h"
#include "test.h"

static const struct sdr_units volts = { .base = SDR_UNIT_VOLT };

static void check(const struct sdr_factors *f, unsigned int raw, unsigned int scale)
{
	double y = sdr_reference(f, raw);
	s64 value = 0;
	int rv = sdr_value(&volts, f, raw, scale, &value);

	if (!sdr_agrees(y, scale, rv, value))
		EXPECT_SAY(false, "raw %u m %d b %d exps %d %d L %u format %u: %d, %lld, not %.17g",
			   raw, f->m, f->b, f->b_exp, f->r_exp, f->linear, f->format, rv,
			   (long long)value, y * pow(10, scale));
}

static void every_reading(struct sdr_factors f, unsigned int scale)
{
	unsigned int raw;

	for (f.linear = SDR_LINEAR; f.linear <= SDR_CBRT; f.linear++)
		for (f.format = SDR_UNSIGNED; f.format <= SDR_TWOS; f.format++)
			for (raw = 0; raw < 256; raw++)
				check(&f, raw, scale);
}

/* The ends of each factor, and what real records have. */
static void sweep(void)
{
	static const s16 ms[] = { 1, -1, 63, 511, -512 }, bs[] = { 0, 5, -512 };
	static const s8 b_exps[] = { -8, -1, 0, 7 }, r_exps[] = { -8, -3, -2, 0, 3, 7 };
	unsigned int m, b, be, re;

	for (m = 0; m < ARRAY_SIZE(ms); m++)
		for (b = 0; b < ARRAY_SIZE(bs); b++)
			for (be = 0; be < ARRAY_SIZE(b_exps); be++)
				for (re = 0; re < ARRAY_SIZE(r_exps); re++)
					every_reading((struct sdr_factors){ .m = ms[m],
									    .b = bs[b],
									    .b_exp = b_exps[be],
									    .r_exp = r_exps[re] },
						      re % 2 ? SDR_MILLI : SDR_MICRO);
}

/* All there are, each with a few readings, in an order that visits each combination of two. */
static void every_factor(void)
{
	struct sdr_factors f = {};
	unsigned int n = 1, raw;

	for (f.m = -512; f.m < 512; f.m++) {
		for (f.b_exp = -8; f.b_exp < 8; f.b_exp++) {
			for (f.r_exp = -8; f.r_exp < 8; f.r_exp++) {
				n = n * 1664525 + 1013904223;
				f.b = (int)(n >> 22) - 512;
				f.linear = (n >> 12 & 0x3ff) % 12;
				f.format = (n >> 2 & 0x3ff) % 3;
				raw = n >> 16 & 0xff;
				check(&f, raw, SDR_MILLI);
				check(&f, 0, SDR_MICRO);
				check(&f, 0xff, SDR_ONE);
			}
		}
	}
}

/* Units are converted after L, and before digits are cut. */
static void degrees(void)
{
	static const struct sdr_units fahrenheit = { .base = SDR_UNIT_FAHRENHEIT };
	static const struct sdr_units kelvin = { .base = SDR_UNIT_KELVIN };
	struct sdr_factors f = { .m = 7, .b = 3 };
	unsigned int raw;
	s64 value = 0;
	double y;
	int rv;

	for (f.r_exp = -8; f.r_exp <= 4; f.r_exp++) {
		for (f.linear = SDR_LINEAR; f.linear <= SDR_CBRT; f.linear++) {
			for (raw = 0; raw < 256; raw++) {
				y = sdr_reference(&f, raw);
				rv = sdr_value(&fahrenheit, &f, raw, SDR_MILLI, &value);
				EXPECT_SAY(sdr_agrees((y - 32) * 5 / 9, 3, rv, value),
					   "%u F, 10^%d, L %u: %d, %lld", raw, f.r_exp, f.linear,
					   rv, (long long)value);
				rv = sdr_value(&kelvin, &f, raw, SDR_MICRO, &value);
				EXPECT_SAY(sdr_agrees(y - 273.15, 6, rv, value),
					   "%u K, 10^%d, L %u: %d, %lld", raw, f.r_exp, f.linear,
					   rv, (long long)value);
			}
		}
	}
}

static const struct test sdr_value_tests[] = {
	TEST(sweep),
	TEST(every_factor),
	TEST(degrees),
};

SUITE(sdr_value);
