/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sensor data records and values of readings, by hand. Records of real machines are in
 * sdr/, see Documentation/testing.md.
 */
#ifndef TESTS_CASES_SDR_H
#define TESTS_CASES_SDR_H

#include <ipmi/sensor.h>
#include <ipmi/sdr_value.h>

struct sdr_value_case {
	const char *what;
	u8 raw;
	struct sdr_factors factors;
	struct sdr_units units;
	enum sdr_scale scale;
	int rv;
	s64 value;
	u8 back;		/* what is nearest to the value, if rv is 0 */
	enum sdr_quantity quantity;
};

#define V { .base = SDR_UNIT_VOLT }
#define C { .base = SDR_UNIT_CELSIUS }
#define RPM { .base = SDR_UNIT_RPM }
#define W { .base = SDR_UNIT_WATT }
#define J(...) { .base = SDR_UNIT_JOULE, __VA_ARGS__ }

static const struct sdr_value_case sdr_values[] = {
	{ "thousandths", 189, { 63, 0, 0, -3, 0, 0 }, V, SDR_MILLI, 0, 11907, 189, SDR_VOLTAGE },
	{ "B * 10", 100, { 2, 5, 1, -2, 0, 0 }, V, SDR_MILLI, 0, 2500, 100, SDR_VOLTAGE },
	{ "half away from 0", 160, { 8, 25, -2, -2, 0, 0 }, V, SDR_MILLI, 0, 12803, 160,
	  SDR_VOLTAGE },
	{ "... below 0", 160, { -8, -25, -2, -2, 0, 0 }, V, SDR_MILLI, 0, -12803, 160,
	  SDR_VOLTAGE },
	{ "B / 10, below 0", 30, { 1, -5, -1, 0, 0, 0 }, C, SDR_MILLI, 0, 29500, 30,
	  SDR_TEMPERATURE },
	{ "M below 0", 20, { -100, 0, 0, -2, 0, 0 }, C, SDR_MILLI, 0, -20000, 20, SDR_TEMPERATURE },
	{ "two's", 0xf6, { 1, 0, 0, 0, 0, 2 }, C, SDR_MILLI, 0, -10000, 0xf6, SDR_TEMPERATURE },
	{ "two's, least", 0x80, { 1, 0, 0, 0, 0, 2 }, C, SDR_ONE, 0, -128, 0x80, SDR_TEMPERATURE },
	{ "one's", 0xf6, { 1, 0, 0, 0, 0, 1 }, C, SDR_MILLI, 0, -9000, 0xf6, SDR_TEMPERATURE },
	{ "one's, -0 is 0", 0xff, { 1, 0, 0, 0, 0, 1 }, C, SDR_MILLI, 0, 0, 0, SDR_TEMPERATURE },
	{ "one's, least", 0x80, { 1, 0, 0, 0, 0, 1 }, C, SDR_ONE, 0, -127, 0x80, SDR_TEMPERATURE },
	{ "fan", 60, { 75, 0, 0, 0, 0, 0 }, RPM, SDR_ONE, 0, 4500, 60, SDR_ROTATION },
	{ "watts", 42, { 4, 0, 0, 0, 0, 0 }, W, SDR_MICRO, 0, 168000000, 42, SDR_POWER },
	{ "1/x", 50, { 1, 0, 0, -4, 7, 0 }, RPM, SDR_ONE, 0, 200, 50, SDR_ROTATION },
	{ "1/0", 0, { 1, 0, 0, -4, 7, 0 }, RPM, SDR_ONE, -ENODATA, 0, 0, SDR_ROTATION },
	{ "Fahrenheit", 100, { 1, 0, 0, 0, 0, 0 }, { .base = SDR_UNIT_FAHRENHEIT }, SDR_MILLI, 0,
	  37778, 100, SDR_TEMPERATURE },
	{ "Kelvin", 200, { 1, 0, 0, 0, 0, 0 }, { .base = SDR_UNIT_KELVIN }, SDR_MILLI, 0, -73150,
	  200, SDR_TEMPERATURE },
	{ "ln", 100, { 1, 0, 0, 0, 1, 0 }, V, SDR_MICRO, 0, 4605170, 100, SDR_VOLTAGE },
	{ "ln 0", 0, { 1, 0, 0, 0, 1, 0 }, V, SDR_MICRO, -ENODATA, 0, 0, SDR_VOLTAGE },
	{ "ln below 0", 0xff, { 1, 0, 0, 0, 1, 2 }, V, SDR_MICRO, -ENODATA, 0, 0, SDR_VOLTAGE },
	{ "log10", 1, { 1, 0, 0, 5, 2, 0 }, V, SDR_MICRO, 0, 5000000, 1, SDR_VOLTAGE },
	{ "log10 below 1", 1, { 1, 0, 0, -5, 2, 0 }, V, SDR_MICRO, 0, -5000000, 1, SDR_VOLTAGE },
	{ "log2", 64, { 1, 0, 0, 0, 3, 0 }, V, SDR_MILLI, 0, 6000, 64, SDR_VOLTAGE },
	{ "e^x", 10, { 1, 0, 0, -1, 4, 0 }, V, SDR_MICRO, 0, 2718282, 10, SDR_VOLTAGE },
	{ "e^-x", 0xff, { 1, 0, 0, 0, 4, 2 }, V, SDR_MICRO, 0, 367879, 0xff, SDR_VOLTAGE },
	{ "10^x", 2, { 1, 0, 0, 0, 5, 0 }, V, SDR_MILLI, 0, 100000, 2, SDR_VOLTAGE },
	{ "10^x, too large", 200, { 1, 0, 0, 0, 5, 0 }, V, SDR_MILLI, -ERANGE, 0, 0, SDR_VOLTAGE },
	{ "2^x", 10, { 1, 0, 0, 0, 6, 0 }, V, SDR_ONE, 0, 1024, 10, SDR_VOLTAGE },
	{ "x^2", 0xfd, { 1, 0, 0, 0, 8, 2 }, V, SDR_ONE, 0, 9, 3, SDR_VOLTAGE },
	{ "x^3", 0xfd, { 1, 0, 0, 0, 9, 2 }, V, SDR_ONE, 0, -27, 0xfd, SDR_VOLTAGE },
	{ "square root", 2, { 1, 0, 0, 0, 10, 0 }, V, SDR_MICRO, 0, 1414214, 2, SDR_VOLTAGE },
	{ "of -1", 0xff, { 1, 0, 0, 0, 10, 2 }, V, SDR_MICRO, -ENODATA, 0, 0, SDR_VOLTAGE },
	{ "cube root", 0xe5, { 1, 0, 0, 0, 11, 2 }, V, SDR_MICRO, 0, -3000000, 0xe5, SDR_VOLTAGE },
	{ "no L", 1, { 1, 0, 0, 0, 12, 0 }, V, SDR_ONE, -EOPNOTSUPP, 0, 0, SDR_VOLTAGE },
	{ "not analog", 1, { 1, 0, 0, 0, 0, 3 }, V, SDR_ONE, -EOPNOTSUPP, 0, 0, SDR_VOLTAGE },
	{ "large", 255, { 511, 0, 7, 7, 0, 0 }, { .base = SDR_UNIT_KELVIN }, SDR_MICRO, 0,
	  1303050000000000000 - 273150000, 255, SDR_TEMPERATURE },
	{ "too large by B", 255, { 511, 511, 7, 7, 0, 0 }, V, SDR_MICRO, -ERANGE, 0, 0,
	  SDR_VOLTAGE },
	{ "percent", 40, { 1, 0, 0, 0, 0, 0 }, { .percent = true, .base = SDR_UNIT_RPM }, SDR_ONE, 0,
	  40, 40, SDR_PERCENT },
	{ "J/s", 40, { 1, 0, 0, 0, 0, 0 }, J(.rate = 3), SDR_ONE, 0, 40, 40, SDR_POWER },
	{ "J/ms", 40, { 1, 0, 0, 0, 0, 0 }, J(.rate = 2), SDR_ONE, 0, 40000, 40, SDR_POWER },
	{ "J/h by a modifier", 36, { 1, 0, 0, 0, 0, 0 },
	  J(.relation = 1, .modifier = SDR_UNIT_HOUR), SDR_MILLI, 0, 10, 35, SDR_POWER },
	{ "joules", 36, { 1, 0, 0, 3, 0, 0 }, J(), SDR_ONE, 0, 36000, 36, SDR_ENERGY },
	{ "J V", 36, { 1, 0, 0, 0, 0, 0 }, J(.relation = 2, .modifier = SDR_UNIT_VOLT), SDR_ONE, 0,
	  36, 36, SDR_NO_QUANTITY },
	{ "Wh", 2, { 1, 0, 0, 0, 0, 0 },
	  { .base = SDR_UNIT_WATT, .relation = 2, .modifier = SDR_UNIT_HOUR }, SDR_ONE, 0, 7200, 2,
	  SDR_ENERGY },
	{ "W ms", 2, { 1, 0, 0, 0, 0, 0 },
	  { .base = SDR_UNIT_WATT, .relation = 2, .modifier = SDR_UNIT_MILLISECOND }, SDR_MILLI, 0,
	  2, 2, SDR_ENERGY },
	{ "W/s is no power", 2, { 1, 0, 0, 0, 0, 0 }, { .base = SDR_UNIT_WATT, .rate = 3 }, SDR_ONE,
	  0, 2, 2, SDR_NO_QUANTITY },
	{ "revolutions/s", 70, { 1, 0, 0, 0, 0, 0 }, { .base = SDR_UNIT_REVOLUTION, .rate = 3 },
	  SDR_ONE, 0, 4200, 70, SDR_ROTATION },
	{ "RPM with a rate", 70, { 1, 0, 0, 0, 0, 0 }, { .base = SDR_UNIT_RPM, .rate = 4 }, SDR_ONE,
	  0, 70, 70, SDR_ROTATION },
	{ "revolutions", 70, { 1, 0, 0, 0, 0, 0 }, { .base = SDR_UNIT_REVOLUTION }, SDR_ONE, 0, 70,
	  70, SDR_NO_QUANTITY },
	{ "V/s is no voltage", 70, { 1, 0, 0, 0, 0, 0 }, { .base = SDR_UNIT_VOLT, .rate = 3 },
	  SDR_ONE, 0, 70, 70, SDR_NO_QUANTITY },
	{ "no such rate", 70, { 1, 0, 0, 0, 0, 0 }, { .base = SDR_UNIT_RPM, .rate = 7 }, SDR_ONE, 0,
	  70, 70, SDR_NO_QUANTITY },
	{ "amperes", 70, { 1, 0, 0, -1, 0, 0 }, { .base = SDR_UNIT_AMPERE }, SDR_MILLI, 0, 7000, 70,
	  SDR_CURRENT },
	{ "J/us, too large", 255, { 511, 0, 0, 7, 0, 0 }, J(.rate = 1), SDR_MICRO, -ERANGE, 0, 0,
	  SDR_POWER },
};

#undef V
#undef C
#undef RPM
#undef W
#undef J

struct sdr_id_case {
	const char *what;
	u8 field[33];
	u8 len;			/* of the field, its first byte included */
	const char *id;
	bool blank;
};

static const struct sdr_id_case sdr_ids[] = {
	{ "8-bit", { 0xc5, 'F', 'a', 'n', ' ', '1' }, 6, "Fan 1" },
	{ "nothing", {}, 0, "" },
	{ "empty", { 0xc0 }, 1, "" },
	{ "record ends first", { 0xdf, 'F', 'a', 'n' }, 4, "Fan" },
	{ "more in the record", { 0xc2, 'F', 'a', 'n' }, 4, "Fa" },
	{ "blanks at the end", { 0xc5, 'F', 'a', 'n', ' ', ' ' }, 6, "Fan", true },
	{ "zeros at the end", { 0xc5, 'F', 'a', 'n', 0, 0 }, 6, "Fan" },
	{ "only blanks", { 0xc2, ' ', ' ' }, 3, "", true },
	{ "control characters", { 0xc5, 'F', '\n', 'a', 0x7f, 'n' }, 6, "Fan" },
	{ "Latin-1", { 0xc3, 0xb0, 'C', 0x9b }, 4, "\xc2\xb0" "C" },
	{ "UTF-8 all the same", { 0xc3, 0xc2, 0xb0, 'C' }, 4, "\xc2\xb0" "C" },
	{ "not UTF-8: too long a form", { 0xc2, 0xc0, 0xaf }, 3, "\xc3\x80\xc2\xaf" },
	{ "not UTF-8: half a pair", { 0xc3, 0xed, 0xa0, 0x80 }, 4, "\xc3\xad\xc2\xa0" },
	{ "not UTF-8: cut", { 0xc2, 'a', 0xe2 }, 3, "a\xc3\xa2" },
	{ "not UTF-8: beyond the last", { 0xc4, 0xf4, 0x90, 0xa0, 0xa0 }, 5,
	  "\xc3\xb4\xc2\xa0\xc2\xa0" },
	{ "BCD plus", { 0x44, 0x12, 0xab, 0xcd, 0xef }, 5, "12 -.:,_" },
	{ "packed", { 0x83, 0x29, 0xdc, 0xa6 }, 4, "IPMI" },
	{ "packed, cut", { 0x83, 0x29, 0xdc }, 3, "IP" },
	{ "packed, zero byte", { 0x83, 0x21, 0x00, 0x00 }, 4, "A", true },
	{ "plain bytes as Unicode", { 0x03, 'F', 'a', 'n' }, 4, "Fan" },
	{ "UTF-16", { 0x06, 'F', 0, 'a', 0, 'n', 0 }, 7, "Fan" },
	{ "UTF-16, others", { 0x04, 0xac, 0x20, 0x2d, 0x4e }, 5, "\xe2\x82\xac\xe4\xb8\xad" },
	{ "UTF-16, a pair", { 0x06, 0x3d, 0xd8, 0x00, 0xde, 'a', 0 }, 7, "\xf0\x9f\x98\x80" "a" },
	{ "UTF-16, half pairs", { 0x06, 0x00, 0xde, 'a', 0, 0x3d, 0xd8 }, 7, "a" },
	{ "UTF-16, half a character", { 0x05, 'a', 0, 0xac, 0x20, 0xff }, 6, "a\xe2\x82\xac" },
};

struct sensor_code_case {
	u8 cc;
	enum sensor_outcome outcome;
};

static const struct sensor_code_case sensor_codes[] = {
	{ 0x00, SENSOR_GOOD },	 { 0x81, SENSOR_SILENT }, { 0x82, SENSOR_SILENT },
	{ 0x83, SENSOR_SILENT }, { 0xc0, SENSOR_BUSY },	  { 0xc1, SENSOR_ERROR },
	{ 0xc2, SENSOR_ERROR },	 { 0xc3, SENSOR_BUSY },	  { 0xc4, SENSOR_ERROR },
	{ 0xc7, SENSOR_ERROR },	 { 0xc9, SENSOR_ABSENT }, { 0xcb, SENSOR_ABSENT },
	{ 0xcc, SENSOR_ERROR },	 { 0xcd, SENSOR_ABSENT }, { 0xce, SENSOR_ABSENT },
	{ 0xcf, SENSOR_BUSY },	 { 0xd0, SENSOR_BUSY },	  { 0xd1, SENSOR_BUSY },
	{ 0xd2, SENSOR_BUSY },	 { 0xd3, SENSOR_ABSENT }, { 0xd4, SENSOR_ERROR },
	{ 0xd5, SENSOR_BUSY }, { 0xff, SENSOR_ABSENT },
};

/* A record of a real machine, and what tools/sdr-cases makes of it. */
struct sdr_record_case {
	enum sdr_verdict verdict;
	u8 len;
	u8 number;
	u8 share_count;
	const char *id;		/* NULL: in a coding that the tool does not know */
	bool has_values;
	s64 values[6];		/* in millionths, of sdr_record_raws */
	u8 record[SDR_RECORD_MAX];
};

#define SDR_NO_VALUE (-0x7fffffffffffffffLL)

static const u8 sdr_record_raws[] = { 0, 1, 100, 127, 128, 255 };

#endif /* TESTS_CASES_SDR_H */
