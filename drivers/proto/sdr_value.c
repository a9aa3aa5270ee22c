// SPDX-License-Identifier: GPL-2.0-only
/*
 * Raw bytes of sensors <-> values. IPMI 2.0, sections 36.3 to 36.5, 43.1 and 43.17.
 *
 * Called by whoever shows sensors. No lock. From M, B and the exponents comes an exact number,
 * n * 10^exp; L is taken of it (sdr_curve.c), it is converted to the unit of its quantity, and only
 * then cut to the digits that the caller wants. What does not fit is an error, at each step.
 */
#include <ipmi/sdr_value.h>

#define S64_LIMIT (~0ULL >> 1)
#define MICROS	  1000000
#define TIME_NONE 0

/* (y - @sub / 100) * @mul / @div is in the quantity's unit; divisors are not 0. */
struct conversion {
	enum sdr_quantity quantity;
	u32 sub;
	u32 mul;
	u64 div;
};

/* How long a unit of time is, in microseconds. */
static u64 time_us(u8 unit)
{
	switch (unit) {
	case SDR_UNIT_MICROSECOND:
		return 1;
	case SDR_UNIT_MILLISECOND:
		return 1000;
	case SDR_UNIT_SECOND:
		return MICROS;
	case SDR_UNIT_MINUTE:
		return 60ULL * MICROS;
	case SDR_UNIT_HOUR:
		return 3600ULL * MICROS;
	case SDR_UNIT_DAY:
		return 86400ULL * MICROS;
	default:
		return TIME_NONE;
	}
}

/*
 * Per what time: by a rate, or by a modifier that is a time.
 *
 * Return: false if it is both, or something else is in the units.
 */
static bool per_time(const struct sdr_units *units, u64 *us)
{
	*us = TIME_NONE;
	if (units->relation == 1)
		*us = time_us(units->modifier);
	if (units->relation && (*us == TIME_NONE || units->rate))
		return false;
	/* Section 43.17: rates are numbered in the order of the units of time. */
	if (units->rate)
		*us = time_us(SDR_UNIT_MICROSECOND + units->rate - 1);
	return !units->rate || *us != TIME_NONE;
}

static bool is_plain(const struct sdr_units *units)
{
	return !units->rate && !units->relation;
}

static struct conversion rotation(const struct sdr_units *units)
{
	struct conversion c = { SDR_NO_QUANTITY, 0, 1, 1 };
	u64 us;

	if (!per_time(units, &us) || (us == TIME_NONE && units->base != SDR_UNIT_RPM))
		return c;
	c.quantity = SDR_ROTATION;
	if (us != TIME_NONE) {
		c.mul = 60 * MICROS;
		c.div = us;
	}
	return c;
}

static struct conversion energy(const struct sdr_units *units)
{
	struct conversion c = { SDR_NO_QUANTITY, 0, 1, 1 };
	u64 us;

	/* watts times a time */
	if (units->base == SDR_UNIT_WATT && units->relation == 2 && !units->rate) {
		us = time_us(units->modifier);
		if (us == TIME_NONE)
			return c;
		c.quantity = SDR_ENERGY;
		c.mul = us < MICROS ? 1 : div64_u64(us, MICROS);
		c.div = us < MICROS ? div64_u64(MICROS, us) : 1;
	} else if (units->base == SDR_UNIT_WATT) {
		if (is_plain(units))
			c.quantity = SDR_POWER;
	} else if (per_time(units, &us)) {
		c.quantity = us == TIME_NONE ? SDR_ENERGY : SDR_POWER;
		if (us != TIME_NONE) {
			c.mul = MICROS;
			c.div = us;
		}
	}
	return c;
}

static struct conversion conversion_of(const struct sdr_units *units)
{
	struct conversion c = { SDR_NO_QUANTITY, 0, 1, 1 };

	if (units->percent) {
		c.quantity = SDR_PERCENT;
		return c;
	}
	if (units->base == SDR_UNIT_RPM || units->base == SDR_UNIT_REVOLUTION)
		return rotation(units);
	if (units->base == SDR_UNIT_WATT || units->base == SDR_UNIT_JOULE)
		return energy(units);
	if (!is_plain(units))
		return c;
	switch (units->base) {
	case SDR_UNIT_FAHRENHEIT:
		return (struct conversion){ SDR_TEMPERATURE, 3200, 5, 9 };
	case SDR_UNIT_KELVIN:
		return (struct conversion){ SDR_TEMPERATURE, 27315, 1, 1 };
	case SDR_UNIT_CELSIUS:
		c.quantity = SDR_TEMPERATURE;
		break;
	case SDR_UNIT_VOLT:
		c.quantity = SDR_VOLTAGE;
		break;
	case SDR_UNIT_AMPERE:
		c.quantity = SDR_CURRENT;
		break;
	}
	return c;
}

/**
 * sdr_quantity() - what is measured in such units
 * @units: of a record
 *
 * Context: any.
 * Return: the quantity; SDR_PERCENT whatever it is a percentage of.
 */
enum sdr_quantity sdr_quantity(const struct sdr_units *units)
{
	return conversion_of(units).quantity;
}

/**
 * sdr_is_non_linear() - do each reading's factors have to be asked for?
 * @factors: of a record
 *
 * IPMI 2.0, section 36.2. Get Sensor Reading Factors tells them, see sdr_factors_answer(); those
 * of the record mean nothing.
 *
 * Context: any.
 * Return: true if so.
 */
bool sdr_is_non_linear(const struct sdr_factors *factors)
{
	return factors->linear >= SDR_NON_LINEAR;
}

/**
 * sdr_swaps_limits() - is the upper limit of raw readings the lower one of values?
 * @factors: of a record
 *
 * A BMC compares raw readings with raw thresholds, and 1/x falls where x rises.
 *
 * Context: any.
 * Return: true if so: then limits, and alarms, are to be taken crosswise.
 */
bool sdr_swaps_limits(const struct sdr_factors *factors)
{
	return factors->linear == SDR_INVERSE && factors->m > 0;
}

static u64 ten_to(unsigned int power)
{
	u64 ten = 1;

	while (power--)
		ten *= 10;
	return ten;
}

/* @n times @by, if that fits into an s64. */
static bool grow(u64 *n, u64 by)
{
	if (*n && by && *n > div64_u64(S64_LIMIT, by))
		return false;
	*n *= by;
	return true;
}

/* Section 36.3: what number a raw reading is. */
static int number_of(const struct sdr_factors *factors, u8 raw)
{
	if (factors->format == SDR_UNSIGNED || raw < 0x80)
		return raw;
	return (int)raw - (factors->format == SDR_ONES ? 0xff : 0x100);
}

/* (m * x + b * 10^b_exp) * 10^r_exp, exactly: below 2^44, and an exponent of -16 to 7. */
static struct sdr_decimal linear_part(const struct sdr_factors *factors, int x)
{
	s64 a = (s64)factors->m * x, b = factors->b;
	struct sdr_decimal d = { .exp = factors->r_exp };

	if (factors->b_exp >= 0) {
		b *= (s64)ten_to(factors->b_exp);
	} else {
		a *= (s64)ten_to(-factors->b_exp);
		d.exp += factors->b_exp;
	}
	d.neg = a + b < 0;
	d.n = d.neg ? -(a + b) : a + b;
	return d;
}

/* Minus @hundredths. */
static int subtract(struct sdr_decimal *d, u32 hundredths)
{
	s64 n;

	if (d->exp > -2) {
		if (!grow(&d->n, ten_to(d->exp + 2)))
			return -ERANGE;
		d->exp = -2;
	}
	/* below 2^44, or as large as it may be; so that only the latter can be too much */
	if (d->n > S64_LIMIT / 2)
		return -ERANGE;
	n = d->neg ? -(s64)d->n : (s64)d->n;
	n -= (s64)(hundredths * ten_to(-2 - d->exp));
	d->neg = n < 0;
	d->n = n < 0 ? -n : n;
	return 0;
}

/* Rounds half away from 0. */
static u64 divide_rounded(u64 n, u64 by)
{
	u64 q = div64_u64(n, by), rest = n - q * by;

	return rest >= by - rest ? q + 1 : q;
}

static int convert(struct sdr_decimal d, const struct conversion *c, enum sdr_scale scale,
		   s64 *value)
{
	u64 div = c->div;

	if (c->sub && subtract(&d, c->sub))
		return -ERANGE;
	if (!grow(&d.n, c->mul))
		return -ERANGE;
	d.exp += scale;
	if (d.exp > 0) {
		if (d.exp > 18 || !grow(&d.n, ten_to(d.exp)))
			return -ERANGE;
	} else if (!grow(&div, ten_to(-d.exp))) {
		/* so large a divisor leaves nothing of any number */
		d.n = 0;
		div = 1;
	}
	d.n = divide_rounded(d.n, div);
	*value = d.neg ? -(s64)d.n : (s64)d.n;
	return 0;
}

/**
 * sdr_value() - the value of a raw reading, or of a threshold
 * @units: of the record
 * @factors: of the record, or for this reading where sdr_is_non_linear()
 * @raw: the reading
 * @scale: what a digit of @value is worth
 * @value: in the unit of sdr_quantity(), rounded half away from 0
 *
 * Context: any. It takes some thousand instructions where L is no straight line.
 * Return: 0; -ENODATA if there is no value, as of 1/0; -ERANGE if it is too large;
 * -EOPNOTSUPP if readings are no numbers, or L is none that IPMI 2.0 has.
 */
int sdr_value(const struct sdr_units *units, const struct sdr_factors *factors, u8 raw,
	      enum sdr_scale scale, s64 *value)
{
	struct conversion c = conversion_of(units);
	struct sdr_decimal d;
	int rv;

	if (factors->format >= SDR_NOT_ANALOG)
		return -EOPNOTSUPP;
	d = linear_part(factors, number_of(factors, raw));
	rv = sdr_curve(factors->linear, &d);
	return rv ? rv : convert(d, &c, scale, value);
}

/**
 * sdr_delta() - by how much values differ that differ by so much raw: a hysteresis
 * @units: of the record
 * @factors: of the record
 * @raw: the difference, unsigned whatever the format is
 * @scale: what a digit of @delta is worth
 * @delta: in the unit of sdr_quantity(), 0 or more
 *
 * IPMI 2.0, section 36.4: B does not count, and there is no such thing with L.
 *
 * Context: any.
 * Return: 0, -ERANGE if it is too large, -EOPNOTSUPP where differences depend on the reading.
 */
int sdr_delta(const struct sdr_units *units, const struct sdr_factors *factors, u8 raw,
	      enum sdr_scale scale, s64 *delta)
{
	struct conversion c = conversion_of(units);
	struct sdr_decimal d = { .exp = factors->r_exp };

	if (factors->format >= SDR_NOT_ANALOG || factors->linear != SDR_LINEAR)
		return -EOPNOTSUPP;
	d.n = (factors->m < 0 ? -factors->m : factors->m) * raw;
	c.sub = 0;
	return convert(d, &c, scale, delta);
}

typedef int (*sdr_function)(const struct sdr_units *units, const struct sdr_factors *factors,
			    u8 raw, enum sdr_scale scale, s64 *value);

/* There are 256 raw readings, so all are tried: L need not have an inverse. */
static int nearest(sdr_function f, const struct sdr_units *units,
		   const struct sdr_factors *factors, s64 wanted, enum sdr_scale scale, u8 *raw)
{
	u64 distance, least = ~0ULL;
	bool found = false;
	unsigned int i;
	int rv = 0;
	s64 value;

	if (sdr_is_non_linear(factors))
		return -EOPNOTSUPP;
	for (i = 0; i <= 0xff; i++) {
		rv = f(units, factors, i, scale, &value);
		if (rv == -EOPNOTSUPP)
			return rv;
		if (rv)
			continue;
		distance = value > wanted ? (u64)value - (u64)wanted : (u64)wanted - (u64)value;
		if (found && distance >= least)
			continue;
		found = true;
		least = distance;
		*raw = i;
	}
	return found ? 0 : -ERANGE;
}

/**
 * sdr_raw() - the raw reading whose value is nearest: a threshold to be set
 * @units: of the record
 * @factors: of the record
 * @value: in the unit of sdr_quantity()
 * @scale: what a digit of @value is worth
 * @raw: the reading; what it stands for says sdr_value(). Beyond all values it is the last
 *	one; of two that are as near, the one with the lower number
 *
 * Context: any, but it is 256 times sdr_value().
 * Return: 0, -EOPNOTSUPP where factors depend on the reading, -ERANGE if no reading has a value.
 */
int sdr_raw(const struct sdr_units *units, const struct sdr_factors *factors, s64 value,
	    enum sdr_scale scale, u8 *raw)
{
	return nearest(sdr_value, units, factors, value, scale, raw);
}

/**
 * sdr_raw_delta() - the raw difference that is nearest: a hysteresis to be set
 * @units: of the record
 * @factors: of the record
 * @delta: in the unit of sdr_quantity()
 * @scale: what a digit of @delta is worth
 * @raw: see sdr_raw()
 *
 * Context: any.
 * Return: see sdr_raw().
 */
int sdr_raw_delta(const struct sdr_units *units, const struct sdr_factors *factors, s64 delta,
		  enum sdr_scale scale, u8 *raw)
{
	return nearest(sdr_delta, units, factors, delta, scale, raw);
}
