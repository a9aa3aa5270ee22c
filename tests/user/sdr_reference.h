/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a raw reading is worth, with the floating point that drivers/proto does without. For the
 * sweep in test_sdr_value.c and for the fuzzer, which compare.
 */
#ifndef TESTS_USER_SDR_REFERENCE_H
#define TESTS_USER_SDR_REFERENCE_H

#include <math.h>

#include <ipmi/sdr_value.h>

static inline double sdr_reference_x(unsigned int format, unsigned int raw)
{
	if (format == 1)
		return raw & 0x80 ? -(double)(~raw & 0xff) : raw;
	return format == 2 ? (double)(signed char)raw : raw;
}

/* NAN where there is no value. */
static inline double sdr_reference_curve(unsigned int linear, double y)
{
	switch (linear) {
	case 1:
		return y > 0 ? log(y) : NAN;
	case 2:
		return y > 0 ? log10(y) : NAN;
	case 3:
		return y > 0 ? log2(y) : NAN;
	case 4:
		return exp(y);
	case 5:
		return pow(10, y);
	case 6:
		return exp2(y);
	case 7:
		return y != 0 ? 1 / y : NAN;
	case 8:
		return y * y;
	case 9:
		return y * y * y;
	case 10:
		return y >= 0 ? sqrt(y) : NAN;
	case 11:
		return cbrt(y);
	default:
		return y;
	}
}

static inline double sdr_reference(const struct sdr_factors *f, unsigned int raw)
{
	/* x and b are added as integers, so that nothing is left over where they cancel */
	double sum = sdr_reference_x(f->format, raw) * f->m * 1e8 + f->b * pow(10, f->b_exp + 8);

	return sdr_reference_curve(f->linear, f->r_exp < 8 ? sum / pow(10, 8 - f->r_exp) : sum);
}

/*
 * Is this what sdr_value() should say, where @y is the truth in the unit of the quantity? Half of
 * the last digit, and a thousandth of the one part in 10,000 that is allowed besides.
 */
static inline bool sdr_agrees(double y, unsigned int scale, int rv, s64 value)
{
	double scaled = y * pow(10, scale);

	if (isnan(y))
		return rv == -ENODATA;
	if (rv == -ERANGE)
		return fabs(scaled) > 1e18 || fabs(y) > 1e13;
	return !rv && fabs((double)value - scaled) <= 0.5 + 1e-6 + 1e-7 * fabs(scaled);
}

#endif /* TESTS_USER_SDR_REFERENCE_H */
