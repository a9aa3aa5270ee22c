// SPDX-License-Identifier: GPL-2.0-only
/*
 * SSIF framing: every length there and back, and blocks that are lost, repeated, out of order
 * or of the wrong length.
 */
#include <ipmi/ssif_frame.h>

#include "test.h"

static struct ssif_limits limits(unsigned int parts, unsigned int request)
{
	u8 rsp[] = { 0x1c, 0x57, 0, 0, parts << 6, request, 255 };
	struct ssif_limits l;

	ssif_limits_set(&l, rsp, sizeof(rsp));
	return l;
}

/* Without an answer, or with a bad one, it is what every BMC can do. */
static void limits_of_hostile_answers(void)
{
	u8 rsp[] = { 0x1c, 0x57, 0, 0, 0x88, 255, 255 };
	struct ssif_limits l;

	for (unsigned int n = 0; n < sizeof(rsp); n++) {
		ssif_limits_set(&l, rsp, n);
		EXPECT_EQ(l.request, 32);
		EXPECT_EQ(l.parts, 1);
		EXPECT(!l.has_pec);
	}
	ssif_limits_set(&l, rsp, sizeof(rsp));
	EXPECT_EQ(l.request, 255);
	EXPECT_EQ(l.parts, 3);
	EXPECT(l.has_pec);
	rsp[2] = 0xc1;
	ssif_limits_set(&l, rsp, sizeof(rsp));
	EXPECT_EQ(l.request, 32);
	EXPECT_EQ(limits(0, 255).request, 32);
	EXPECT_EQ(limits(3, 255).request, 32);
	EXPECT_EQ(limits(2, 0).request, 32);
	EXPECT_EQ(limits(2, 32).parts, 1);
	EXPECT_EQ(limits(1, 255).request, 63);
}

/* The blocks of a request are all of it, in order, and of the right kind. */
static void requests_of_every_length(void)
{
	static const unsigned int parts[] = { 0, 1, 2 };

	for (unsigned int p = 0; p < ARRAY_SIZE(parts); p++) {
		struct ssif_limits l = limits(parts[p], 255);

		for (unsigned int len = 1; len <= l.request; len++) {
			struct ssif_part part;
			unsigned int at = 0, i;

			for (i = 0; ssif_part(&l, len, i, &part); i++) {
				bool last = part.at + part.len == len;

				EXPECT_EQ(part.at, at);
				EXPECT(part.len >= 1 && part.len <= 32);
				EXPECT(last || part.len == 32);
				if (len <= 32)
					EXPECT_EQ(part.cmd, 0x02);
				else if (!i)
					EXPECT_EQ(part.cmd, 0x06);
				else if (last && l.parts == 3)
					EXPECT_EQ(part.cmd, 0x08);
				else
					EXPECT_EQ(part.cmd, 0x07);
				/* Nothing but its not being full ends such a request. */
				if (last && len > 32 && l.parts == 2)
					EXPECT(part.len < 32);
				at += part.len;
			}
			EXPECT_EQ(at, len);
		}
	}
}

/* What a BMC sends for an answer of so many bytes: block i, or 0 after the last one. */
static unsigned int block_of(const u8 *message, unsigned int len, unsigned int i, u8 *block)
{
	unsigned int at, n;

	if (len <= 32) {
		memcpy(block, message, len);
		return i ? 0 : len;
	}
	if (!i) {
		block[0] = 0x00;
		block[1] = 0x01;
		memcpy(block + 2, message, 30);
		return 32;
	}
	at = 30 + 31 * (i - 1);
	if (at >= len)
		return 0;
	n = len - at < 31 ? len - at : 31;
	block[0] = at + n == len ? 0xff : i - 1;
	memcpy(block + 1, message + at, n);
	return n + 1;
}

static void make_message(u8 *message, unsigned int len)
{
	for (unsigned int i = 0; i < len; i++)
		message[i] = i * 7 + len;
	message[0] = 0x1c;
}

static void answers_of_every_length(void)
{
	u8 message[320], block[32];
	struct ssif_answer a;

	for (unsigned int len = 0; len <= 300; len++) {
		enum ssif_read rv = SSIF_READ_MORE;
		unsigned int i, n;

		make_message(message, len ? len : 1);
		for (i = 0; rv == SSIF_READ_MORE; i++) {
			n = block_of(message, len, i, block);
			if (!n && i)
				break;
			rv = i ? ssif_more(&a, block, n) : ssif_first(&a, block, n);
		}
		if (len < 3) {
			EXPECT_EQ(rv, SSIF_READ_SHORT);
		} else if (len > SSIF_MAX) {
			EXPECT_EQ(rv, SSIF_READ_LONG);
		} else {
			EXPECT_EQ(rv, SSIF_READ_DONE);
			EXPECT_EQ(a.len, len);
			EXPECT(!memcmp(a.data, message, len));
			EXPECT(i <= SSIF_PARTS_MAX);
		}
		if (len == SSIF_MAX)
			EXPECT_EQ(i, SSIF_PARTS_MAX);
	}
}

/* Of four blocks, one is lost, comes twice, is early, or has another length. */
static void spoiled_answers(void)
{
	u8 message[110], block[4][33];
	struct ssif_answer a;
	unsigned int n[4];

	make_message(message, sizeof(message));
	for (unsigned int i = 0; i < 4; i++)
		n[i] = block_of(message, sizeof(message), i, block[i]);

	EXPECT_EQ(ssif_first(&a, block[0], n[0]), SSIF_READ_MORE);
	EXPECT_EQ(ssif_more(&a, block[2], n[2]), SSIF_READ_NUMBER);
	EXPECT_EQ(ssif_more(&a, block[1], n[1]), SSIF_READ_MORE);
	EXPECT_EQ(ssif_more(&a, block[1], n[1]), SSIF_READ_NUMBER);
	EXPECT_EQ(ssif_more(&a, block[2], n[2] - 1), SSIF_READ_LENGTH);
	EXPECT_EQ(ssif_more(&a, block[2], 0), SSIF_READ_LENGTH);
	EXPECT_EQ(ssif_more(&a, block[2], 1), SSIF_READ_LENGTH);
	EXPECT_EQ(ssif_more(&a, block[2], 33), SSIF_READ_LENGTH);
	EXPECT_EQ(ssif_more(&a, block[2], n[2]), SSIF_READ_MORE);
	EXPECT_EQ(ssif_more(&a, block[3], n[3]), SSIF_READ_DONE);
	EXPECT_EQ(a.len, sizeof(message));

	EXPECT_EQ(ssif_first(&a, block[0], 31), SSIF_READ_LENGTH);
	EXPECT_EQ(ssif_first(&a, block[0], 33), SSIF_READ_LENGTH);
	/* It begins anew, whatever there was. */
	EXPECT_EQ(ssif_first(&a, message, 3), SSIF_READ_DONE);
	EXPECT_EQ(a.len, 3);
}

/* A BMC that never comes to an end is stopped at the longest message. */
static void an_answer_without_end(void)
{
	u8 block[32] = { 0x00, 0x01, 0x1c };
	struct ssif_answer a;
	enum ssif_read rv = ssif_first(&a, block, sizeof(block));
	unsigned int blocks = 0;

	while (rv == SSIF_READ_MORE) {
		block[0] = blocks++;
		rv = ssif_more(&a, block, sizeof(block));
	}
	EXPECT_EQ(rv, SSIF_READ_LONG);
	EXPECT(blocks <= 9);
}

static const struct test ssif_tests[] = {
	TEST(limits_of_hostile_answers),
	TEST(requests_of_every_length),
	TEST(answers_of_every_length),
	TEST(spoiled_answers),
	TEST(an_answer_without_end),
};

SUITE(ssif);
