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
	/* A block of SMBus; Linux's longest message, and its parts of 30 and 31 bytes. */
	EXPECT_EQ(SSIF_BLOCK, 32);
	EXPECT_EQ(SSIF_MAX, 272);
	EXPECT_EQ(SSIF_PARTS_MAX, 9);
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
		} else if (len > 272) {
			EXPECT_EQ(rv, SSIF_READ_LONG);
		} else {
			EXPECT_EQ(rv, SSIF_READ_DONE);
			EXPECT_EQ(a.len, len);
			EXPECT(!memcmp(a.data, message, len));
			EXPECT(i <= 9);
		}
		if (len == 272)
			EXPECT_EQ(i, 9);
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

/* Get System Interface Capabilities, IPMI 2.0, section 22.9: each kind, and sizes around the bounds. */
static void limits_of_each_kind(void)
{
	static const struct {
		u8 kind, size;
		u8 parts, request;
	} cases[] = {
		{ 0, 32, 1, 32 },   { 0, 64, 1, 32 },	{ 1, 31, 1, 32 },  { 1, 32, 1, 32 },
		{ 1, 33, 2, 33 },   { 1, 62, 2, 62 },	{ 1, 63, 2, 63 },  { 1, 64, 2, 63 },
		{ 1, 255, 2, 63 },  { 2, 0, 1, 32 },	{ 2, 32, 1, 32 },  { 2, 33, 3, 33 },
		{ 2, 63, 3, 63 },   { 2, 64, 3, 64 },	{ 2, 254, 3, 254 }, { 2, 255, 3, 255 },
		{ 3, 64, 1, 32 },
	};
	struct ssif_limits l;

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		/* The answer's size, the version and the reserved byte are nobody's business. */
		u8 rsp[] = { 0x1c, 0x57, 0, 0xff, cases[i].kind << 6 | 0x37, cases[i].size, 99 };

		ssif_limits_set(&l, rsp, sizeof(rsp));
		EXPECT_SAY(l.parts == cases[i].parts, "case %u: %u parts", i, l.parts);
		EXPECT_SAY(l.request == cases[i].request, "case %u: %u bytes", i, l.request);
		EXPECT(!l.has_pec);
		rsp[4] = cases[i].kind << 6 | 0x08;
		ssif_limits_set(&l, rsp, sizeof(rsp));
		EXPECT(l.has_pec);
		EXPECT_EQ(l.parts, cases[i].parts);
	}
}

/* What is tried of a BMC that takes no long request: each way once, and at last one block. */
static void limits_that_are_lowered(void)
{
	static const struct {
		u8 kind, size;
		struct { u8 trial, parts, request; } steps[4];
	} cases[] = {
		{ 2, 255, { { 65, 3, 255 }, { 33, 3, 64 }, { 33, 2, 63 }, { 0, 1, 32 } } },
		{ 2, 65, { { 65, 3, 65 }, { 33, 3, 64 }, { 33, 2, 63 }, { 0, 1, 32 } } },
		{ 2, 64, { { 33, 3, 64 }, { 33, 2, 63 }, { 0, 1, 32 }, { 0, 1, 32 } } },
		{ 2, 40, { { 33, 3, 40 }, { 33, 2, 40 }, { 0, 1, 32 }, { 0, 1, 32 } } },
		{ 1, 255, { { 33, 2, 63 }, { 33, 3, 63 }, { 0, 1, 32 }, { 0, 1, 32 } } },
		{ 0, 255, { { 0, 1, 32 }, { 0, 1, 32 }, { 0, 1, 32 }, { 0, 1, 32 } } },
	};

	for (unsigned int c = 0; c < ARRAY_SIZE(cases); c++) {
		struct ssif_limits l = limits(cases[c].kind, cases[c].size);

		for (unsigned int i = 0; i < 4; i++) {
			EXPECT_SAY(ssif_limits_trial(&l) == cases[c].steps[i].trial, "case %u.%u", c, i);
			EXPECT_SAY(l.parts == cases[c].steps[i].parts, "case %u.%u", c, i);
			EXPECT_SAY(l.request == cases[c].steps[i].request, "case %u.%u", c, i);
			EXPECT(ssif_limits_trial(&l) <= l.request);
			ssif_limits_lower(&l);
		}
	}
}

/* What begins an answer of several parts, IPMI 2.0, section 12.5, and what does not. */
static void beginnings(void)
{
	static const struct {
		u8 block[3];
		u8 len;
		int rv;
	} cases[] = {
		{ { 0x00, 0x01, 0x1c }, 2, SSIF_READ_LENGTH },
		{ { 0x00, 0x01, 0x1c }, 3, SSIF_READ_LENGTH },
		{ { 0x00, 0x01, 0x1c }, 31, SSIF_READ_LENGTH },
		{ { 0x00, 0x01, 0x1c }, 32, SSIF_READ_MORE },
		{ { 0x00, 0x01, 0x1c }, 33, SSIF_READ_LENGTH },
		{ { 0x00, 0x01, 0x1c }, 1, SSIF_READ_SHORT },
		{ { 0x00, 0x01, 0x1c }, 0, SSIF_READ_SHORT },
		{ { 0x00, 0x00, 0x1c }, 32, SSIF_READ_DONE },
		{ { 0x00, 0x02, 0x1c }, 3, SSIF_READ_DONE },
		{ { 0x01, 0x01, 0x1c }, 3, SSIF_READ_DONE },
		{ { 0x04, 0x01, 0x00 }, 3, SSIF_READ_DONE },
		{ { 0x1c, 0x01, 0x00 }, 2, SSIF_READ_SHORT },
		{ { 0x1c, 0x01, 0x00 }, 32, SSIF_READ_DONE },
		{ { 0x1c, 0x01, 0x00 }, 33, SSIF_READ_LENGTH },
		{ { 0x1c, 0x01, 0x00 }, 255, SSIF_READ_LENGTH },
	};
	u8 block[256] = {};
	struct ssif_answer a;

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		bool more = cases[i].rv == SSIF_READ_MORE;

		memset(&a, 0xee, sizeof(a));
		memcpy(block, cases[i].block, 3);
		EXPECT_SAY((int)ssif_first(&a, block, cases[i].len) == cases[i].rv, "case %u", i);
		EXPECT_EQ(a.next, 0);
		EXPECT_EQ(a.len, more ? 30 : cases[i].rv ? 0 : cases[i].len);
		EXPECT(!memcmp(a.data, block + 2 * more, a.len));
	}
}

/* The last block has 1 to 31 bytes beside its number, FFh; the others have 31. */
static void ends(void)
{
	u8 block[34] = { 0x00, 0x01, 0x1c };
	struct ssif_answer a;

	for (unsigned int len = 0; len <= sizeof(block); len++) {
		memcpy(block, "\x00\x01\x1c", 3);
		EXPECT_EQ(ssif_first(&a, block, 32), SSIF_READ_MORE);
		block[0] = 0xfe;
		EXPECT_EQ((int)ssif_more(&a, block, len),
			  len < 2 || len > 32 ? SSIF_READ_LENGTH : SSIF_READ_NUMBER);
		block[0] = 0x00;
		if (len != 32)
			EXPECT_EQ(ssif_more(&a, block, len), SSIF_READ_LENGTH);
		EXPECT_EQ(a.next, 0);
		EXPECT_EQ(a.len, 30);
		block[0] = 0xff;
		if (len < 2 || len > 32) {
			EXPECT_EQ(ssif_more(&a, block, len), SSIF_READ_LENGTH);
			EXPECT_EQ(a.len, 30);
		} else {
			EXPECT_EQ(ssif_more(&a, block, len), SSIF_READ_DONE);
			EXPECT_EQ(a.len, 30 + len - 1);
		}
	}
}

static const struct test ssif_tests[] = {
	TEST(limits_of_hostile_answers),
	TEST(requests_of_every_length),
	TEST(answers_of_every_length),
	TEST(spoiled_answers),
	TEST(an_answer_without_end),
	TEST(limits_of_each_kind),
	TEST(limits_that_are_lowered),
	TEST(beginnings),
	TEST(ends),
};

SUITE(ssif);
