// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames of OPAL: requests of every length, answers to others, and what is no answer.
 */
#include <ipmi/opal_frame.h>

#include "test.h"

static const u8 get_device_id[] = { 0x18, 0x01 };

static void requests_of_every_length(void)
{
	u8 frame[OPAL_FRAME_MAX + 1], rq[OPAL_FRAME_ANSWER];

	for (unsigned int i = 0; i < sizeof(rq); i++)
		rq[i] = i + 1;
	for (unsigned int n = 0; n <= sizeof(rq); n++) {
		u8 want = n < 2 ? 0xc7 : n > 62 ? 0xc8 : 0;

		memset(frame, 0xee, sizeof(frame));
		EXPECT_EQ(opal_frame_put(frame, rq, n), want);
		EXPECT_EQ(frame[0], want ? 0xee : 1);
		if (!want)
			EXPECT(!memcmp(frame + 1, rq, n));
		EXPECT_EQ(frame[want ? 1 : n + 1], 0xee);
	}
}

static void answers_of_every_length(void)
{
	u8 frame[OPAL_FRAME_MAX] = { 1, 0x1c, 0x01, 0x00 }, rsp[OPAL_FRAME_ANSWER + 1];

	for (unsigned int i = 4; i < sizeof(frame); i++)
		frame[i] = i;
	for (u64 len = 0; len < 600; len++) {
		enum opal_answer want = len < 4 || len > 273 ? OPAL_ANSWER_SPOILED :
							       OPAL_ANSWER_FITS;

		EXPECT_EQ(opal_frame_check(frame, len, get_device_id), want);
		if (want != OPAL_ANSWER_FITS)
			continue;
		memset(rsp, 0xee, sizeof(rsp));
		EXPECT_EQ(opal_frame_get(frame, len, rsp), len - 1);
		EXPECT(!memcmp(rsp, frame + 1, len - 1));
		EXPECT_EQ(rsp[len - 1], 0xee);
	}
	EXPECT_EQ(opal_frame_check(frame, 1ULL << 32 | 16, get_device_id), OPAL_ANSWER_SPOILED);
	EXPECT_EQ(opal_frame_check(frame, ~0ULL, get_device_id), OPAL_ANSWER_SPOILED);
}

/* Every network function, LUN and command; and versions. */
static void answers_to_others(void)
{
	u8 frame[OPAL_FRAME_MAX] = { 1, 0, 0x01 };

	for (unsigned int netfn_lun = 0; netfn_lun < 256; netfn_lun++) {
		enum opal_answer want = !(netfn_lun & 4) ? OPAL_ANSWER_SPOILED :
					netfn_lun >> 2 == 7 ? OPAL_ANSWER_FITS : OPAL_ANSWER_OTHER;

		frame[1] = netfn_lun;
		EXPECT_EQ(opal_frame_check(frame, 16, get_device_id), want);
	}
	frame[1] = 0x1c;
	for (unsigned int cmd = 0; cmd < 256; cmd++) {
		frame[2] = cmd;
		EXPECT_EQ(opal_frame_check(frame, 16, get_device_id),
			  cmd == 1 ? OPAL_ANSWER_FITS : OPAL_ANSWER_OTHER);
	}
	frame[2] = 1;
	for (unsigned int version = 0; version < 256; version++) {
		frame[0] = version;
		EXPECT_EQ(opal_frame_check(frame, 16, get_device_id),
			  version == 1 ? OPAL_ANSWER_FITS : OPAL_ANSWER_SPOILED);
	}
}

/* What is left of an older message behind the firmware's own C3h goes nowhere. */
static void old_bytes(void)
{
	u8 frame[OPAL_FRAME_MAX] = { 1, 0x1c, 0x01, 0xc3, 0x11, 0x22 }, rsp[OPAL_FRAME_ANSWER];

	memset(rsp, 0xee, sizeof(rsp));
	EXPECT_EQ(opal_frame_get(frame, 64, rsp), 3);
	EXPECT_EQ(rsp[2], 0xc3);
	EXPECT_EQ(rsp[3], 0xee);
	frame[3] = 0xc1;
	EXPECT_EQ(opal_frame_get(frame, 6, rsp), 5);
}

static const struct test opal_tests[] = {
	TEST(requests_of_every_length),
	TEST(answers_of_every_length),
	TEST(answers_to_others),
	TEST(old_bytes),
};

SUITE(opal);
