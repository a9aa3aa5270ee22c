// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages on an IPMB: requests and responses of every length, what is none, and whose answer it is.
 */
#include <ipmi/ipmb_frame.h>

#include "test.h"

#define BMC 0x20
#define OWN 0x60

/* Get Device ID as the specification has it on the bus, and an answer to it. */
static const u8 wire_request[] = { 0x20, 0x18, 0xc8, 0x60, 0x14, 0x01, 0x8b };
static const u8 wire_response[] = { 0x60, 0x1c, 0x84, 0x20, 0x14, 0x01, 0x00, 0x51, 0x7a };
static const u8 get_device_id[] = { 0x18, 0x01 };

/* What comes byte by byte; the first one is the address. */
static bool comes(struct ipmb_input *in, const u8 *bytes, unsigned int n)
{
	ipmb_input_start(in, bytes[0]);
	for (unsigned int i = 1; i < n; i++)
		ipmb_input_byte(in, bytes[i]);
	return ipmb_input_end(in);
}

static void as_it_is_on_the_bus(void)
{
	struct ipmb_frame rq;
	struct ipmb_input in;
	u8 msg[IPMB_FRAME_MAX];

	EXPECT_EQ(ipmb_frame_local(&rq, BMC, OWN, 5, get_device_id, 2), 0);
	EXPECT_BYTES(rq.bytes, rq.len, wire_request, sizeof(wire_request));
	EXPECT(comes(&in, wire_response, sizeof(wire_response)));
	EXPECT_EQ(ipmb_frame_kind(&in.frame), IPMB_RESPONSE);
	EXPECT(ipmb_frame_answers(&in.frame, &rq));
	EXPECT_EQ(ipmb_frame_get_local(&in.frame, &rq, msg), 4);
	EXPECT_BYTES(msg, 4, (const u8 *)"\x1c\x01\x00\x51", 4);
	EXPECT(comes(&in, wire_request, sizeof(wire_request)));
	EXPECT_EQ(ipmb_frame_kind(&in.frame), IPMB_REQUEST);
	EXPECT_EQ(ipmb_frame_get_direct(&in.frame, msg), 4);
	EXPECT_BYTES(msg, 4, (const u8 *)"\x18\x60\x14\x01", 4);
}

static void requests_of_every_length(void)
{
	struct ipmb_frame f;
	u8 msg[272];

	for (unsigned int i = 0; i < sizeof(msg); i++)
		msg[i] = i * 7 + 0x18;
	msg[0] = 0x1a;
	for (unsigned int n = 0; n <= sizeof(msg); n++) {
		u8 want = n < 2 ? 0xc7 : n > 2 + 26 ? 0xc8 : 0;

		f.len = 0;
		EXPECT_EQ(ipmb_frame_local(&f, BMC, OWN, 63, msg, n), want);
		if (want)
			continue;
		EXPECT_EQ(f.len, n + 5);
		EXPECT_EQ(ipmb_frame_kind(&f), IPMB_REQUEST);
		EXPECT_EQ(f.bytes[IPMB_NETFN], 0x1a);
		EXPECT_EQ(f.bytes[IPMB_SEQ], 0xfc);
		EXPECT_BYTES(f.bytes + IPMB_DATA, n - 2, msg + 2, n - 2);
	}
	for (unsigned int n = 0; n <= sizeof(msg); n++) {
		u8 want = n < 4 ? 0xc7 : n > 4 + 26 ? 0xc8 : 0;

		msg[0] = 0x1a;
		EXPECT_EQ(ipmb_frame_direct(&f, OWN, 9, msg, n), want);
		if (!want) {
			EXPECT_EQ(ipmb_frame_kind(&f), IPMB_REQUEST);
			EXPECT_EQ(f.bytes[IPMB_TO], msg[1]);
			EXPECT_EQ(f.bytes[IPMB_SEQ], 9 << 2 | (msg[2] & 3));
		}
		/* a response has the number that it was given, and a completion code */
		msg[0] = 0x1e;
		want = n == 4 ? 0xc7 : want;
		EXPECT_EQ(ipmb_frame_direct(&f, OWN, 33, msg, n), want);
		if (want)
			continue;
		EXPECT_EQ(ipmb_frame_kind(&f), IPMB_RESPONSE);
		EXPECT_EQ(f.bytes[IPMB_SEQ], msg[2]);
		EXPECT_BYTES(f.bytes + IPMB_DATA, n - 4, msg + 4, n - 4);
	}
}

/* Of what there is no room for nothing is written elsewhere, and nothing of it is a message. */
static void what_comes_in_every_length(void)
{
	struct {
		struct ipmb_input in;
		u8 behind[64];
	} r;
	u8 bytes[400] = { OWN, 0x18, 0x88, 0x20 }, msg[IPMB_FRAME_MAX + 1];

	for (unsigned int n = 1; n <= sizeof(bytes); n++) {
		u8 was = 0;

		memset(&r, 0xee, sizeof(r));
		if (n > 4) {
			was = bytes[n - 1];
			for (unsigned int i = 3; i < n - 1; i++)
				bytes[n - 1] -= bytes[i];
		}
		EXPECT_EQ(comes(&r.in, bytes, n), n > 1);
		EXPECT_EQ(r.behind[0], 0xee);
		EXPECT_EQ(r.in.overlong, n > 239);
		EXPECT_EQ(r.in.frame.len, min_t(unsigned int, n, 239));
		EXPECT_EQ(ipmb_frame_has_head(&r.in.frame), n >= 7);
		if (n <= 239) {
			EXPECT_EQ(ipmb_frame_kind(&r.in.frame), n < 7 ? IPMB_SPOILED : IPMB_REQUEST);
			if (n >= 7) {
				memset(msg, 0xee, sizeof(msg));
				EXPECT_EQ(ipmb_frame_get_direct(&r.in.frame, msg), n - 3);
				EXPECT_EQ(msg[n - 3], 0xee);
			}
		}
		bytes[n - 1] = n > 4 ? was : bytes[n - 1];
	}
}

/* Bytes without a beginning, two beginnings, two ends. */
static void beginnings_and_ends(void)
{
	struct ipmb_input in = { 0 };

	EXPECT(!ipmb_input_end(&in));
	ipmb_input_byte(&in, 1);
	EXPECT(!ipmb_input_end(&in));
	EXPECT_EQ(in.frame.len, 0);
	ipmb_input_start(&in, OWN);
	EXPECT(!ipmb_input_end(&in));
	ipmb_input_start(&in, OWN);
	ipmb_input_byte(&in, 1);
	EXPECT(comes(&in, wire_request, sizeof(wire_request)));
	EXPECT_BYTES(in.frame.bytes, in.frame.len, wire_request, sizeof(wire_request));
	EXPECT(!ipmb_input_end(&in));
	ipmb_input_byte(&in, 1);
	EXPECT_EQ(in.frame.len, sizeof(wire_request));
}

/* Any byte of a message that is wrong makes it none. */
static void wrong_bytes(void)
{
	u8 bytes[sizeof(wire_response)];
	struct ipmb_input in;

	for (unsigned int at = 1; at < sizeof(bytes); at++) {
		for (unsigned int wrong = 1; wrong < 256; wrong++) {
			memcpy(bytes, wire_response, sizeof(bytes));
			bytes[at] ^= wrong;
			comes(&in, bytes, sizeof(bytes));
			EXPECT_EQ(ipmb_frame_kind(&in.frame), IPMB_SPOILED);
			EXPECT_EQ(ipmb_frame_has_head(&in.frame), at > 2);
		}
	}
	/* a response without a completion code, its checksums right */
	comes(&in, (const u8 *)"\x60\x1c\x84\x20\x14\x01\xcb", 7);
	EXPECT_EQ(ipmb_frame_kind(&in.frame), IPMB_SPOILED);
	EXPECT(ipmb_frame_has_head(&in.frame));
}

/* Every sender, network function, number and command. */
static void answers_to_others(void)
{
	struct ipmb_frame rq, f;

	ipmb_frame_local(&rq, BMC, OWN, 5, get_device_id, 2);
	for (unsigned int b = 0; b < 256; b++) {
		memcpy(f.bytes, wire_response, sizeof(wire_response));
		f.len = sizeof(wire_response);
		f.bytes[IPMB_FROM] = b;
		EXPECT_EQ(ipmb_frame_answers(&f, &rq), b == BMC);
		f.bytes[IPMB_FROM] = BMC;
		f.bytes[IPMB_NETFN] = b;
		EXPECT_EQ(ipmb_frame_answers(&f, &rq), b >> 2 == 7);
		f.bytes[IPMB_NETFN] = 0x1c;
		f.bytes[IPMB_SEQ] = b;
		EXPECT_EQ(ipmb_frame_answers(&f, &rq), b >> 2 == 5);
		f.bytes[IPMB_SEQ] = 0x14;
		f.bytes[IPMB_CMD] = b;
		EXPECT_EQ(ipmb_frame_answers(&f, &rq), b == 1);
	}
	/* the LUN of the answer is that of the request, whatever came */
	ipmb_frame_local(&rq, BMC, OWN, 5, (const u8 *)"\x1a\x01", 2);
	f.bytes[IPMB_CMD] = 1;
	f.bytes[IPMB_NETFN] = 0x1d;
	EXPECT(ipmb_frame_answers(&f, &rq));
	EXPECT_EQ(ipmb_frame_get_local(&f, &rq, f.bytes), 4);
	EXPECT_EQ(f.bytes[0], 0x1e);
}

static const struct test ipmb_tests[] = {
	TEST(as_it_is_on_the_bus),
	TEST(requests_of_every_length),
	TEST(what_comes_in_every_length),
	TEST(beginnings_and_ends),
	TEST(wrong_bytes),
	TEST(answers_to_others),
};

SUITE(ipmb);
