/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Raw bytes of sensors <-> values, in integers.
 *
 * Pure: no floating point, no time, no lock. A value is an s64 that counts a power of ten of the
 * sensor's quantity, which the caller names: with SDR_MILLI 12.8 V are 12800. It is right to the
 * last digit where the sensor is linear, and else to that or to one part in 10,000, whichever is
 * larger. Called by whoever shows sensors, by the user-space tests and the fuzzer.
 */
#ifndef IPMI_SDR_VALUE_H
#define IPMI_SDR_VALUE_H

#include <ipmi/sdr.h>

/**
 * enum sdr_linear - linearisations of IPMI 2.0, table 43-1, byte 24
 * @SDR_LINEAR: y = x
 * @SDR_LN: natural logarithm
 * @SDR_LOG10: logarithm to base 10
 * @SDR_LOG2: logarithm to base 2
 * @SDR_EXP: e to the x
 * @SDR_EXP10: 10 to the x
 * @SDR_EXP2: 2 to the x
 * @SDR_INVERSE: 1/x
 * @SDR_SQUARE: second power
 * @SDR_CUBE: third power
 * @SDR_SQRT: square root
 * @SDR_CBRT: cube root
 * @SDR_NON_LINEAR: from here to 7Fh M, B and the exponents are those of one reading, and
 *	Get Sensor Reading Factors tells them: see sdr_factors_answer()
 */
enum sdr_linear {
	SDR_LINEAR,
	SDR_LN,
	SDR_LOG10,
	SDR_LOG2,
	SDR_EXP,
	SDR_EXP10,
	SDR_EXP2,
	SDR_INVERSE,
	SDR_SQUARE,
	SDR_CUBE,
	SDR_SQRT,
	SDR_CBRT,
	SDR_NON_LINEAR = 0x70,
};

/**
 * enum sdr_quantity - what a sensor measures, and in which unit its values come
 * @SDR_NO_QUANTITY: something else, in units of its own: values are not converted
 * @SDR_TEMPERATURE: degrees Celsius, whatever the record says
 * @SDR_VOLTAGE: volts
 * @SDR_CURRENT: amperes
 * @SDR_POWER: watts; also joules per time
 * @SDR_ENERGY: joules; also watts times a time
 * @SDR_ROTATION: revolutions per minute; also revolutions, or RPM, with a rate
 * @SDR_PERCENT: percent, of whatever
 */
enum sdr_quantity {
	SDR_NO_QUANTITY,
	SDR_TEMPERATURE,
	SDR_VOLTAGE,
	SDR_CURRENT,
	SDR_POWER,
	SDR_ENERGY,
	SDR_ROTATION,
	SDR_PERCENT,
};

/**
 * enum sdr_scale - one unit is ten to this
 * @SDR_ONE: as it is
 * @SDR_MILLI: thousandths
 * @SDR_MICRO: millionths
 */
enum sdr_scale { SDR_ONE = 0, SDR_MILLI = 3, SDR_MICRO = 6 };

/**
 * struct sdr_decimal - a number, @n * 10^@exp
 * @neg: it is below 0
 * @n: digits
 * @exp: exponent
 */
struct sdr_decimal {
	bool neg;
	u64 n;
	int exp;
};

/* sdr_curve.c: for sdr_value.c */
int sdr_curve(enum sdr_linear linear, struct sdr_decimal *d);

/* sdr_value.c */
enum sdr_quantity sdr_quantity(const struct sdr_units *units);
bool sdr_is_non_linear(const struct sdr_factors *factors);
bool sdr_swaps_limits(const struct sdr_factors *factors);
int sdr_value(const struct sdr_units *units, const struct sdr_factors *factors, u8 raw,
	      enum sdr_scale scale, s64 *value);
int sdr_delta(const struct sdr_units *units, const struct sdr_factors *factors, u8 raw,
	      enum sdr_scale scale, s64 *delta);
int sdr_raw(const struct sdr_units *units, const struct sdr_factors *factors, s64 value,
	    enum sdr_scale scale, u8 *raw);
int sdr_raw_delta(const struct sdr_units *units, const struct sdr_factors *factors, s64 delta,
		  enum sdr_scale scale, u8 *raw);

#endif /* IPMI_SDR_VALUE_H */
