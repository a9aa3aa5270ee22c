// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sensor commands and DCMI's power commands: answers of every length, and what is sent.
 */
#include <ipmi/dcmi.h>

#include "../cases/sdr.h"
#include "test.h"

static void codes(void)
{
	struct sensor_reading reading;
	struct dcmi_power power;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sensor_codes); i++) {
		EXPECT_SAY(sensor_outcome_of(sensor_codes[i].cc) == sensor_codes[i].outcome,
			   "code %02x", sensor_codes[i].cc);
		if (!sensor_codes[i].cc)
			continue;
		EXPECT_EQ(sensor_reading_answer(&sensor_codes[i].cc, 1, &reading),
			  sensor_codes[i].outcome);
		EXPECT_EQ(dcmi_power_answer(&sensor_codes[i].cc, 1, &power),
			  sensor_codes[i].outcome);
	}
}

static void readings(void)
{
	const u8 rsp[] = { 0, 0x55, 0xc0, 0xc3, 0x81, 0xee };
	struct sensor_reading r;
	size_t len;

	EXPECT_EQ(sensor_reading_answer(NULL, 0, &r), SENSOR_SILENT);
	for (len = 0; len < 3; len++)
		EXPECT_EQ(sensor_reading_answer(rsp, len, &r), SENSOR_SILENT);
	for (; len <= sizeof(rsp); len++) {
		EXPECT_EQ(sensor_reading_answer(rsp, len, &r), SENSOR_GOOD);
		EXPECT_EQ(r.raw, 0x55);
		EXPECT(r.available && r.scanning && r.events);
		EXPECT_EQ(r.has_states, len > 3);
		EXPECT_EQ(r.states, len == 3 ? 0 : len == 4 ? 0xc3 : 0x01c3);
	}
	EXPECT_EQ(sensor_reading_answer((u8[]){ 0, 0, 0x20 }, 3, &r), SENSOR_GOOD);
	EXPECT(!r.available && !r.scanning && !r.events);
	EXPECT_EQ(sensor_reading_answer((u8[]){ 0, 0, 0x40 }, 3, &r), SENSOR_GOOD);
	EXPECT(r.available && r.scanning && !r.events);
}

static void thresholds(void)
{
	const u8 rsp[] = { 0, 0xdb, 1, 2, 3, 4, 5, 6 };
	struct sensor_thresholds t;
	u8 data[SENSOR_SET_THRESHOLDS_LEN];
	size_t len;

	for (len = 0; len < 2; len++)
		EXPECT_EQ(sensor_thresholds_answer(rsp, len, &t), SENSOR_SILENT);
	/* Of those that are missing none can be read. */
	for (; len <= sizeof(rsp); len++) {
		EXPECT_EQ(sensor_thresholds_answer(rsp, len, &t), SENSOR_GOOD);
		EXPECT_EQ(t.readable, 0x1b & (BIT(len - 2) - 1));
	}
	EXPECT_EQ(t.raw[SDR_LNC], 1);
	EXPECT_EQ(t.raw[SDR_LC], 2);
	EXPECT_EQ(t.raw[SDR_LNR], 0);
	EXPECT_EQ(t.raw[SDR_UNC], 4);
	EXPECT_EQ(t.raw[SDR_UC], 5);
	EXPECT_EQ(t.raw[SDR_UNR], 0);
	sensor_set_thresholds(0x30, &t, 0xd0, data);
	EXPECT_BYTES(data, sizeof(data), ((const u8[]){ 0x30, 0x10, 1, 2, 0, 4, 5, 0 }), 8);
}

static void hysteresis(void)
{
	const u8 rsp[] = { 0, 7, 8 };
	u8 data[SENSOR_SET_HYSTERESIS_LEN], pos, neg;
	size_t len;

	for (len = 0; len < 3; len++)
		EXPECT_EQ(sensor_hysteresis_answer(rsp, len, &pos, &neg), SENSOR_SILENT);
	EXPECT_EQ(sensor_hysteresis_answer(rsp, len, &pos, &neg), SENSOR_GOOD);
	EXPECT_EQ(pos, 7);
	EXPECT_EQ(neg, 8);
	EXPECT_EQ(sensor_hysteresis_answer((u8[]){ 0xcd }, 1, &pos, &neg), SENSOR_ABSENT);
	sensor_set_hysteresis(0x30, 2, 3, data);
	EXPECT_BYTES(data, sizeof(data), ((const u8[]){ 0x30, 0xff, 2, 3 }), 4);
}

static void dcmi_requests(void)
{
	struct dcmi_limit limit = {
		.action = 0x11, .limit_w = 0x1234, .correction_ms = 0x01020304, .period_s = 0x0506
	};
	u8 data[DCMI_REQUEST_MAX];

	EXPECT_BYTES(data, dcmi_ask_capabilities(data), ((const u8[]){ 0xdc, 1 }), 2);
	EXPECT_BYTES(data, dcmi_ask_power(data), ((const u8[]){ 0xdc, 1, 0, 0 }), 4);
	EXPECT_BYTES(data, dcmi_ask_limit(data), ((const u8[]){ 0xdc, 0, 0 }), 3);
	EXPECT_BYTES(data, dcmi_set_limit(&limit, data),
		     ((const u8[]){ 0xdc, 0, 0, 0, 0x11, 0x34, 0x12, 4, 3, 2, 1, 0, 0, 6, 5 }), 15);
}

static void dcmi_power(void)
{
	u8 rsp[] = { 0, 0xdc, 1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x40 };
	struct dcmi_power p;
	size_t len;

	for (len = 0; len < sizeof(rsp); len++)
		EXPECT_EQ(dcmi_power_answer(rsp, len, &p), len == 1 ? SENSOR_ERROR : SENSOR_SILENT);
	EXPECT_EQ(dcmi_power_answer(rsp, len, &p), SENSOR_GOOD);
	EXPECT(p.measuring);
	EXPECT_EQ(p.now_w, 0x101);
	EXPECT_EQ(p.min_w, 0x202);
	EXPECT_EQ(p.max_w, 0x303);
	EXPECT_EQ(p.average_w, 0x404);
	EXPECT_EQ(p.timestamp, 0x08070605);
	EXPECT_EQ(p.period_ms, 0x0c0b0a09);
	rsp[18] = 0xbf;
	EXPECT_EQ(dcmi_power_answer(rsp, len, &p), SENSOR_GOOD);
	EXPECT(!p.measuring);
	rsp[1] = 0;
	EXPECT_EQ(dcmi_power_answer(rsp, len, &p), SENSOR_ERROR);
}

static void dcmi_limits(void)
{
	u8 rsp[] = { 0, 0xdc, 0, 0, 0x11, 0x34, 0x12, 4, 3, 2, 1, 0, 0, 6, 5 };
	struct dcmi_limit l;
	size_t len;

	for (len = 2; len < sizeof(rsp); len++)
		EXPECT_EQ(dcmi_limit_answer(rsp, len, &l), SENSOR_SILENT);
	EXPECT_EQ(dcmi_limit_answer(rsp, len, &l), SENSOR_GOOD);
	EXPECT(l.active);
	EXPECT_EQ(l.action, 0x11);
	EXPECT_EQ(l.limit_w, 0x1234);
	EXPECT_EQ(l.correction_ms, 0x01020304);
	EXPECT_EQ(l.period_s, 0x0506);
	/* Not in force, and there all the same. */
	rsp[0] = 0x80;
	EXPECT_EQ(dcmi_limit_answer(rsp, len, &l), SENSOR_GOOD);
	EXPECT(!l.active);
	EXPECT_EQ(l.limit_w, 0x1234);
	EXPECT_EQ(dcmi_limit_answer(rsp, len - 1, &l), SENSOR_ABSENT);
	EXPECT_EQ(dcmi_limit_answer(rsp, 1, &l), SENSOR_ABSENT);
	rsp[1] = 0;
	EXPECT_EQ(dcmi_limit_answer(rsp, len, &l), SENSOR_ABSENT);
	EXPECT_EQ(dcmi_set_answer((u8[]){ 0, 0xdc }, 2), SENSOR_GOOD);
	EXPECT_EQ(dcmi_set_answer((u8[]){ 0x82 }, 1), SENSOR_ERROR);
	EXPECT_EQ(dcmi_set_answer((u8[]){ 0x84, 0xdc }, 2), SENSOR_ERROR);
	EXPECT_EQ(dcmi_set_answer((u8[]){ 0xc0 }, 1), SENSOR_BUSY);
	EXPECT_EQ(dcmi_set_answer(NULL, 0), SENSOR_SILENT);
}

static void dcmi_caps(void)
{
	u8 rsp[] = { 0, 0xdc, 1, 5, 2, 0, 1, 7 };
	struct dcmi_capabilities caps;

	EXPECT_EQ(dcmi_capabilities_answer(rsp, 6, &caps), SENSOR_SILENT);
	EXPECT_EQ(dcmi_capabilities_answer(rsp, 7, &caps), SENSOR_GOOD);
	EXPECT_EQ(caps.major, 1);
	EXPECT_EQ(caps.minor, 5);
	EXPECT(caps.has_power);
	rsp[6] = 0xfe;
	EXPECT_EQ(dcmi_capabilities_answer(rsp, 8, &caps), SENSOR_GOOD);
	EXPECT(!caps.has_power);
	EXPECT_EQ(dcmi_capabilities_answer((u8[]){ 0xc1 }, 1, &caps), SENSOR_ERROR);
	rsp[1] = 0;
	EXPECT_EQ(dcmi_capabilities_answer(rsp, 8, &caps), SENSOR_ERROR);
}

static const struct test sensor_tests[] = {
	TEST(codes),	     TEST(readings),   TEST(thresholds), TEST(hysteresis),
	TEST(dcmi_requests), TEST(dcmi_power), TEST(dcmi_limits), TEST(dcmi_caps),
};

SUITE(sensor);
