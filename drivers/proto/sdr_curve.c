// SPDX-License-Identifier: GPL-2.0-only
/*
 * Linearisations of sensors: logarithms, powers and roots, in integers. IPMI 2.0, table 43-1,
 * byte 24, and section 36.3.
 *
 * Called by sdr_value.c. No lock. A number is kept as 64 bits and a power of two, and is right
 * to ten digits or more; what comes out has CURVE_BITS of them.
 */
#include <ipmi/sdr_value.h>

#define TOP_BIT		BIT_ULL(63)
#define CURVE_BITS	43	/* as many as a linear sensor's number has */
#define CURVE_EXP	16	/* a result has no digit below 10^-16 */
#define LOG_BITS	45	/* of a logarithm, behind the point */

/* m * 2^exp; m has its highest bit set, or is 0. */
struct num {
	bool neg;
	u64 m;
	int exp;
};

static const struct num ln_2 = { false, 0xb17217f7d1cf79acULL, -64 };
static const struct num log10_2 = { false, 0x9a209a84fbcff799ULL, -65 };
static const struct num log2_e = { false, 0xb8aa3b295c17f0bcULL, -63 };
static const struct num log2_10 = { false, 0xd49a784bcd1b8afeULL, -62 };

static struct num normal(bool neg, u64 m, int exp)
{
	struct num a = { neg, m, exp };

	while (a.m && !(a.m & TOP_BIT)) {
		a.m <<= 1;
		a.exp--;
	}
	return a;
}

static struct num multiply(struct num a, struct num b)
{
	return normal(a.neg != b.neg, mul_u64_u64_shr(a.m, b.m, 64), a.exp + b.exp + 64);
}

/* Bit by bit; @b is not 0. The quotient of two normal numbers is below 2. */
static struct num divide(struct num a, struct num b)
{
	u64 q = 0, rest = a.m;
	bool carry = false;
	unsigned int i;

	for (i = 0; i < 64; i++) {
		q <<= 1;
		if (carry || rest >= b.m) {
			rest -= b.m;
			q |= 1;
		}
		carry = rest & TOP_BIT;
		rest <<= 1;
	}
	return normal(a.neg != b.neg, q, a.exp - b.exp - 63);
}

/* Both of the same sign. */
static struct num add(struct num a, struct num b)
{
	struct num small = a.exp < b.exp ? a : b;
	struct num large = a.exp < b.exp ? b : a;
	int shift = large.exp - small.exp;

	if (!large.m || !small.m)
		return large.m ? large : small;
	small.m = shift < 63 ? small.m >> shift >> 1 : 0;
	return normal(a.neg, (large.m >> 1) + small.m, large.exp + 1);
}

static struct num times_ten(struct num a, int power)
{
	u64 ten = 1;
	int i;

	for (i = power < 0 ? -power : power; i > 0; i--)
		ten *= 10;
	return power < 0 ? divide(a, normal(false, ten, 0)) : multiply(a, normal(false, ten, 0));
}

/* Position of the highest bit, of what it is worth. */
static int magnitude(struct num a)
{
	return a.exp + 63;
}

/* Bits behind the point are cut off, as if @a was not negative. */
static u64 whole(struct num a)
{
	if (!a.m || a.exp <= -64)
		return 0;
	return a.exp < 0 ? a.m >> -a.exp : a.m << a.exp;
}

/* As many digits behind the point as fit into CURVE_BITS; without any, as many as there are. */
static int to_decimal(struct num a, struct sdr_decimal *d)
{
	struct num scaled, half = { false, TOP_BIT, -64 };
	/* log10(2) is a little more than 3/10, so that this is at most a few too many */
	int power = clamp_t(int, (CURVE_BITS - magnitude(a)) * 31 / 100 + 1, 0, CURVE_EXP);

	*d = (struct sdr_decimal){};
	if (!a.m)
		return 0;
	while (power > 0 && magnitude(times_ten(a, power)) >= CURVE_BITS)
		power--;
	scaled = times_ten(a, power);
	if (magnitude(scaled) >= 62)
		return -ERANGE;
	half.neg = a.neg;
	d->neg = a.neg;
	d->n = whole(add(scaled, half));
	d->exp = -power;
	return 0;
}

/* log2 of a number above 0: each squaring shows one bit more. */
static struct num log2_of(struct num a)
{
	u64 m = a.m, bits = 0;
	unsigned int i;
	s64 log;

	for (i = 0; i < LOG_BITS; i++) {
		/* m is 1 to 2, with 63 bits behind the point; its square 1 to 4, with 62 */
		m = mul_u64_u64_shr(m, m, 64);
		bits <<= 1;
		if (m & TOP_BIT)
			bits |= 1;
		else
			m <<= 1;
	}
	log = (s64)magnitude(a) * (1LL << LOG_BITS) + (s64)bits;
	return normal(log < 0, log < 0 ? -log : log, -LOG_BITS);
}

/* 2 to the power of @a, whose whole part is less than 70. */
static struct num exp2_of(struct num a)
{
	struct num one = { false, TOP_BIT, -63 };
	struct num sum = one, term = one, t;
	u64 n = whole(a);
	unsigned int k;

	/* e^t, t = the fraction * ln 2, is the sum of t^k / k! */
	t = a.exp < 0 && a.exp > -64 ? normal(false, a.m & ((1ULL << -a.exp) - 1), a.exp) : a;
	if (a.exp >= 0)
		t.m = 0;
	t.neg = false;
	t = multiply(t, ln_2);
	for (k = 1; k <= 20 && t.m; k++) {
		term = divide(multiply(term, t), normal(false, k, 0));
		sum = add(sum, term);
	}
	sum.exp += n;
	return a.neg ? divide(one, sum) : sum;
}

static int exponential(struct num a, struct num *result)
{
	/* 2^64 and more is too large, 2^-64 and less is 0. */
	if (a.m && magnitude(a) >= 6) {
		if (!a.neg)
			return -ERANGE;
		result->m = 0;
		result->neg = false;
		return 0;
	}
	*result = exp2_of(a);
	return 0;
}

/* An integer's root, bit by bit, and then by Newton's method to all digits. */
static struct num square_root(struct num a)
{
	struct num root;
	u64 r = 0, bit;
	unsigned int i;

	if (a.exp & 1) {
		a.m >>= 1;
		a.exp++;
	}
	for (bit = 1ULL << 31; bit; bit >>= 1)
		if ((r | bit) * (r | bit) <= a.m)
			r |= bit;
	root = normal(false, r, a.exp / 2);
	a = normal(false, a.m, a.exp);
	for (i = 0; i < 2 && root.m; i++) {
		root = add(root, divide(a, root));
		root.exp--;
	}
	return root;
}

static struct num cube_root(struct num a)
{
	struct num root, three = normal(false, 3, 0);
	bool neg = a.neg;
	u64 r = 0, bit;
	unsigned int i;

	a.neg = false;
	/* below 2^63, so that the root is below 2^21 */
	do {
		a.m >>= 1;
		a.exp++;
	} while (a.exp % 3);
	for (bit = 1ULL << 20; bit; bit >>= 1)
		if ((r | bit) * (r | bit) * (r | bit) <= a.m)
			r |= bit;
	root = normal(false, r, a.exp / 3);
	a = normal(false, a.m, a.exp);
	for (i = 0; i < 3 && root.m; i++) {
		struct num twice = root;

		twice.exp++;
		root = divide(add(twice, divide(a, multiply(root, root))), three);
	}
	root.neg = neg;
	return root;
}

static int apply(enum sdr_linear linear, struct num a, struct num *result)
{
	switch (linear) {
	case SDR_LN:
	case SDR_LOG10:
	case SDR_LOG2:
		if (!a.m || a.neg)
			return -ENODATA;
		*result = log2_of(a);
		if (linear == SDR_LN)
			*result = multiply(*result, ln_2);
		else if (linear == SDR_LOG10)
			*result = multiply(*result, log10_2);
		return 0;
	case SDR_EXP:
		return exponential(multiply(a, log2_e), result);
	case SDR_EXP10:
		return exponential(multiply(a, log2_10), result);
	case SDR_EXP2:
		return exponential(a, result);
	case SDR_INVERSE:
		if (!a.m)
			return -ENODATA;
		*result = divide(normal(false, 1, 0), a);
		result->neg = a.neg;
		return 0;
	case SDR_SQUARE:
		*result = multiply(a, a);
		return 0;
	case SDR_CUBE:
		*result = multiply(a, multiply(a, a));
		return 0;
	case SDR_SQRT:
		if (a.m && a.neg)
			return -ENODATA;
		*result = square_root(a);
		return 0;
	case SDR_CBRT:
		*result = cube_root(a);
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

/**
 * sdr_curve() - L of a number
 * @linear: L; of SDR_LINEAR and from SDR_NON_LINEAR on that is the number itself
 * @d: the number, its exponent -19 to 19; L of it. Undefined on error
 *
 * Context: any.
 * Return: 0; -ENODATA where L has no value, -ERANGE where it is 2^62 or more, -EOPNOTSUPP if
 * there is no such L.
 */
int sdr_curve(enum sdr_linear linear, struct sdr_decimal *d)
{
	struct num result = {};
	int rv;

	if (linear == SDR_LINEAR || linear >= SDR_NON_LINEAR)
		return 0;
	rv = apply(linear, times_ten(normal(d->neg, d->n, 0), d->exp), &result);
	return rv ? rv : to_decimal(result, d);
}
