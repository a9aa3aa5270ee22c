// SPDX-License-Identifier: GPL-2.0-only
/*
 * SSIF from the BMC's side: against the host's framing (proto/ssif_frame.c), on buses that differ
 * in what they tell, and against a host that writes whatever it likes.
 */
#include <ipmi/ssif_target.h>

#include "test.h"

#define ADDR 0x10

/* What a controller does: @extra: it asks for a byte more; @lossy: it does not tell of stops. */
static struct {
	bool extra;
	bool lossy;
	bool pec;
} how;
static struct ssif_target t;
static struct ssif_limits limits;

static void make(void)
{
	static const u8 caps[] = { 0x1c, 0x57, 0, 0, 0x88, SSIF_TARGET_MAX, SSIF_TARGET_MAX };

	ssif_limits_set(&limits, caps, sizeof(caps));
	ssif_target_init(&t, ADDR);
	how.extra = false;
	how.lossy = false;
	how.pec = false;
}

/* SMBus 3.2, section 6.4, by its polynomial division. */
static u8 crc(const u8 *bytes, unsigned int n)
{
	unsigned int rest = 0, i, bit;

	for (i = 0; i < n; i++) {
		rest ^= bytes[i] << 8;
		for (bit = 0; bit < 8; bit++) {
			rest <<= 1;
			if (rest & 0x10000)
				rest ^= 0x107 << 8;
		}
		rest &= 0xffff;
	}
	return rest >> 8;
}

static void stop(void)
{
	if (!how.lossy)
		ssif_target_stop(&t);
}

/* Raw bytes: how many were acknowledged. @stubborn: it does not stop at one that was not. */
static unsigned int raw(const u8 *bytes, unsigned int n, bool stubborn)
{
	unsigned int i, good = 0;

	ssif_target_write(&t);
	for (i = 0; i < n; i++) {
		if (!ssif_target_byte(&t, bytes[i]))
			good++;
		else if (!stubborn)
			break;
	}
	stop();
	return good;
}

/* A block of SMBus: whether all of it was acknowledged. */
static bool put(u8 cmd, const u8 *data, unsigned int n)
{
	u8 frame[4 + 255] = { ADDR << 1, cmd, n };

	memcpy(frame + 3, data, n);
	frame[3 + n] = crc(frame, 3 + n);
	return raw(frame + 1, 2 + n + how.pec, false) == 2 + n + how.pec;
}

/* A block of SMBus: its length, or -EBUSY if the command was not acknowledged. */
static int get(u8 cmd, u8 *block)
{
	u8 frame[4 + SSIF_BLOCK] = { ADDR << 1, cmd, ADDR << 1 | 1 };
	unsigned int i;

	ssif_target_write(&t);
	if (ssif_target_byte(&t, cmd)) {
		stop();
		return -EBUSY;
	}
	frame[3] = ssif_target_read(&t);
	EXPECT(frame[3] <= SSIF_BLOCK);
	for (i = 0; i < frame[3]; i++)
		frame[4 + i] = ssif_target_next(&t);
	memcpy(block, frame + 4, frame[3]);
	if (how.pec)
		EXPECT_EQ(ssif_target_next(&t), crc(frame, 4 + frame[3]));
	if (how.extra)
		ssif_target_next(&t);
	stop();
	return frame[3];
}

static void make_request(u8 *req, unsigned int n)
{
	for (unsigned int i = 2; i < n; i++)
		req[i] = i * 7 + n;
	req[0] = 0xb8;
	req[1] = 0x42;
}

static bool ask(const u8 *req, unsigned int n)
{
	struct ssif_part part;

	for (unsigned int i = 0; ssif_part(&limits, n, i, &part); i++)
		if (!put(part.cmd, req + part.at, part.len))
			return false;
	/* who is not told of the end of a transfer sees it as the next one begins */
	if (how.lossy)
		ssif_target_write(&t);
	return true;
}

/* The program: fetches the request, @n bytes if there is one, and answers with @m. */
static int serve(u8 *req, unsigned int m, u8 *rsp)
{
	u32 number = 0;
	int n = ssif_target_request(&t, req, &number);

	if (n < 0)
		return n;
	EXPECT(ssif_target_fetched(&t, number));
	for (unsigned int i = 2; i < m; i++)
		rsp[i] = i * 3 + m;
	rsp[0] = req[0] | 4;
	rsp[1] = req[1];
	EXPECT_EQ(ssif_target_answer(&t, rsp, m), 0);
	return n;
}

/* The host's side of the answer. */
static enum ssif_read fetch(struct ssif_answer *a)
{
	u8 block[SSIF_BLOCK];
	enum ssif_read rv = ssif_first(a, block, get(SSIF_READ_START, block));

	for (unsigned int i = 1; rv == SSIF_READ_MORE && i < SSIF_PARTS_MAX; i++)
		rv = ssif_more(a, block, get(SSIF_READ_MIDDLE, block));
	return rv;
}

static bool transact(unsigned int n, unsigned int m)
{
	u8 req[SSIF_TARGET_MAX], got[SSIF_TARGET_MAX], rsp[SSIF_TARGET_MAX];
	struct ssif_answer a;

	make_request(req, n);
	return EXPECT(ask(req, n)) && EXPECT_EQ(serve(got, m, rsp), n) &&
	       EXPECT_BYTES(req, n, got, n) && EXPECT_EQ(fetch(&a), SSIF_READ_DONE) &&
	       EXPECT_BYTES(a.data, a.len, rsp, m);
}

static void all_lengths(void)
{
	unsigned int kind, n, m;

	for (kind = 0; kind < 8; kind++) {
		make();
		how.extra = kind & 1;
		how.lossy = kind & 2;
		how.pec = kind & 4;
		for (n = 2; n <= SSIF_TARGET_MAX; n++)
			for (m = 3; m <= SSIF_TARGET_MAX; m += n % 16 == 2 ? 1 : 50)
				if (!transact(n, m)) {
					test_note("kind %u, %u bytes and %u", kind, n, m);
					return;
				}
		EXPECT_EQ(t.malformed, 0);
		EXPECT_EQ(t.late, 0);
		ssif_target_stop(&t);
		EXPECT_EQ(t.answers, t.requests);
	}
}

/* A host whose BMC takes start and end only: the end is a middle that is not full. */
static void two_kinds_of_ends(void)
{
	static const u8 caps[] = { 0x1c, 0x57, 0, 0, 0x40, 63, 255 };

	make();
	ssif_limits_set(&limits, caps, sizeof(caps));
	for (unsigned int n = 2; n <= limits.request; n++)
		EXPECT(transact(n, 5));
}

/* Requests that are longer than a message can be, and one that is too short. */
static void too_long_and_too_short(void)
{
	u8 data[SSIF_BLOCK] = { 0xb8, 0x42 }, got[SSIF_TARGET_MAX];
	u32 number;

	for (unsigned int n = 1; n <= SSIF_BLOCK; n++) {
		make();
		EXPECT(put(SSIF_WRITE_START, data, SSIF_BLOCK));
		for (unsigned int i = 1; i < 7; i++)
			EXPECT(put(SSIF_WRITE_MIDDLE, data, SSIF_BLOCK));
		EXPECT_EQ(put(SSIF_WRITE_END, data, n), n <= 30);
		EXPECT_EQ(ssif_target_request(&t, got, &number), n <= 30 ? 224 + (int)n : -EAGAIN);
		/* and what is behind such a one is none */
		EXPECT_EQ(put(SSIF_WRITE_END, data, 1), false);
	}
	make();
	EXPECT(!put(SSIF_WRITE_SINGLE, data, 1));
	EXPECT_EQ(ssif_target_request(&t, got, &number), -EAGAIN);
	EXPECT_EQ(t.malformed, 1);
	EXPECT(put(SSIF_WRITE_SINGLE, data, 2));
	EXPECT_EQ(ssif_target_request(&t, got, &number), 2);
}

/*
 * Each length that a block may say with each that it has, as a part of every kind, from a host that
 * stops where it is not acknowledged and from one that goes on.
 */
static void any_length_of_the_host(void)
{
	static const u8 cmds[] = { SSIF_WRITE_SINGLE, SSIF_WRITE_START, SSIF_WRITE_MIDDLE,
				   SSIF_WRITE_END, SSIF_READ_RETRY, SSIF_READ_START, 0x00, 0xff };
	u8 bytes[2 + 255] = { 0 };

	for (unsigned int c = 0; c < ARRAY_SIZE(cmds); c++)
		for (unsigned int says = 0; says < 256; says++)
			for (unsigned int has = 0; has < 256;
			     has += has < 40 || has > 250 ? 1 : 35) {
				bool fits = says && says <= SSIF_BLOCK && has == says;
				u8 cmd = cmds[c];
				enum ssif_target_phase want = SSIF_TARGET_IDLE;

				make();
				EXPECT(put(SSIF_WRITE_START, bytes, SSIF_BLOCK));
				bytes[0] = cmd;
				bytes[1] = says;
				raw(bytes, 2 + has, has & 1);
				if (fits && (cmd == SSIF_WRITE_START ||
					     (cmd == SSIF_WRITE_MIDDLE && says == SSIF_BLOCK)))
					want = SSIF_TARGET_PARTS;
				else if (fits &&
					 (cmd == SSIF_WRITE_MIDDLE || cmd == SSIF_WRITE_END ||
					  (cmd == SSIF_WRITE_SINGLE && says > 1)))
					want = SSIF_TARGET_READY;
				EXPECT_SAY(t.phase == want, "command %u, %u bytes, says %u: %u", cmd,
					   has, says, t.phase);
				EXPECT_SAY(t.at <= 3 + SSIF_BLOCK, "%u bytes were looked at", t.at);
				EXPECT(transact(40, 40));
			}
}

/* A PEC that is not right, by one bit, in each part; and one behind it. */
static void spoiled_pecs(void)
{
	u8 frame[5 + SSIF_BLOCK] = { ADDR << 1 }, got[SSIF_TARGET_MAX];
	u32 number;

	for (unsigned int bit = 0; bit < 10; bit++) {
		make();
		frame[1] = SSIF_WRITE_SINGLE;
		frame[2] = 3;
		memcpy(frame + 3, "\xb8\x42\x07", 3);
		frame[6] = crc(frame, 6) ^ (bit < 8 ? 1U << bit : 0);
		frame[7] = frame[6];
		EXPECT_EQ(raw(frame + 1, 6 + (bit == 8), true), bit < 8 ? 5 : 6);
		EXPECT_EQ(ssif_target_request(&t, got, &number), bit == 9 ? 3 : -EAGAIN);
		EXPECT_EQ(t.malformed, bit < 9);
	}
	/* bytes behind one: of the PEC of all that, which is 0, there may be many */
	make();
	ssif_target_write(&t);
	memcpy(frame, "\2\3\xb8\x42\x07", 5);
	for (unsigned int i = 0; i < 5; i++)
		EXPECT_EQ(ssif_target_byte(&t, frame[i]), 0);
	EXPECT_EQ(ssif_target_byte(&t, t.crc), 0);
	for (unsigned int i = 0; i < 600; i++)
		EXPECT_EQ(ssif_target_byte(&t, 0), -EIO);
	stop();
	EXPECT_EQ(ssif_target_request(&t, got, &number), -EAGAIN);
	/* a part without one that is right takes the whole request with it */
	make();
	memset(frame, 0, sizeof(frame));
	EXPECT(put(SSIF_WRITE_START, frame, SSIF_BLOCK));
	frame[0] = SSIF_WRITE_MIDDLE;
	frame[1] = SSIF_BLOCK;
	EXPECT_EQ(raw(frame, 3 + SSIF_BLOCK, true), 2 + SSIF_BLOCK);
	EXPECT(!put(SSIF_WRITE_END, frame, 4));
	EXPECT_EQ(ssif_target_request(&t, got, &number), -EAGAIN);
	EXPECT(transact(200, 200));
}

/* Whatever the phase, the beginning of a request is one, and what was before is over. */
static void a_request_out_of_any_phase(void)
{
	u8 req[100], got[SSIF_TARGET_MAX], rsp[SSIF_TARGET_MAX], block[SSIF_BLOCK];
	u32 number = 0;

	make_request(req, sizeof(req));
	for (unsigned int phase = 0; phase < 8; phase++) {
		for (unsigned int n = 2; n <= 100; n += 49) {
			make();
			if (phase >= 1)
				EXPECT(put(SSIF_WRITE_START, req, SSIF_BLOCK));
			if (phase == 2)
				EXPECT(!put(SSIF_WRITE_MIDDLE, req, 0));
			if (phase >= 3)
				EXPECT(put(SSIF_WRITE_END, req, 5));
			if (phase >= 4)
				EXPECT_EQ(ssif_target_request(&t, got, &number), 37);
			if (phase == 5)
				EXPECT(ssif_target_fetched(&t, number));
			if (phase >= 6)
				EXPECT_EQ(serve(got, 100, rsp), 37);
			if (phase == 7)
				EXPECT_EQ(get(SSIF_READ_START, block), 32);
			EXPECT(ask(req, n));
			EXPECT_EQ(ssif_target_request(&t, got, &number), (int)n);
			EXPECT_BYTES(got, n, req, n);
			EXPECT(transact(n, 33));
		}
	}
}

/* An answer is for the request that was read last. */
static void late_answers(void)
{
	u8 got[SSIF_TARGET_MAX], block[SSIF_BLOCK], rsp[SSIF_TARGET_MAX + 1] = { 0x1c, 0x01 };
	u32 number = 0, old;

	make();
	EXPECT_EQ(ssif_target_answer(&t, rsp, 3), -EINVAL);
	EXPECT(put(SSIF_WRITE_SINGLE, (const u8 *)"\x18\x01", 2));
	EXPECT_EQ(ssif_target_answer(&t, rsp, 3), -EINVAL);
	EXPECT_EQ(ssif_target_request(&t, got, &number), 2);
	old = number;
	/* replaced while it was being fetched */
	EXPECT(put(SSIF_WRITE_SINGLE, (const u8 *)"\x18\x02", 2));
	EXPECT(!ssif_target_fetched(&t, old));
	EXPECT_EQ(ssif_target_request(&t, got, &number), 2);
	EXPECT_EQ(got[1], 0x02);
	EXPECT(ssif_target_fetched(&t, number));
	EXPECT(!ssif_target_fetched(&t, number));
	EXPECT_EQ(ssif_target_request(&t, got, &number), -EAGAIN);
	EXPECT_EQ(ssif_target_answer(&t, rsp, 3), -EINVAL);
	EXPECT_EQ(t.late, 3);
	rsp[1] = 0x02;
	EXPECT_EQ(ssif_target_answer(&t, rsp, 2), -EINVAL);
	EXPECT_EQ(ssif_target_answer(&t, rsp, 255), -EINVAL);
	rsp[0] = 0x18;
	EXPECT_EQ(ssif_target_answer(&t, rsp, 3), -EINVAL);
	rsp[0] = 0x1d;
	EXPECT_EQ(get(SSIF_READ_START, block), -EBUSY);
	EXPECT(!ssif_target_has_news(&t));
	EXPECT_EQ(ssif_target_answer(&t, rsp, 3), 0);
	EXPECT(ssif_target_has_news(&t));
	EXPECT_EQ(ssif_target_answer(&t, rsp, 3), -EINVAL);
	EXPECT_EQ(get(SSIF_READ_START, block), 3);
	EXPECT(!ssif_target_has_news(&t));
	/* again, for a host that has not got it right */
	EXPECT_EQ(get(SSIF_READ_START, block), 3);
	EXPECT_EQ(t.answers, 1);
	/* replaced while it was being answered: the newer request stays */
	EXPECT(put(SSIF_WRITE_SINGLE, (const u8 *)"\x18\x02", 2));
	EXPECT_EQ(ssif_target_request(&t, got, &number), 2);
	EXPECT(ssif_target_fetched(&t, number));
	EXPECT(put(SSIF_WRITE_SINGLE, (const u8 *)"\x18\x02\x03", 3));
	EXPECT_EQ(ssif_target_answer(&t, rsp, 3), -EINVAL);
	EXPECT_EQ(serve(got, 9, rsp), 3);
	EXPECT_EQ(get(SSIF_READ_START, block), 9);
	EXPECT_EQ(t.malformed, 0);
}

static void no_answer_in_time(void)
{
	u8 got[SSIF_TARGET_MAX], block[SSIF_BLOCK], rsp[3] = { 0x1c, 0x01 };
	u32 number = 0;

	for (unsigned int phase = 0; phase < 5; phase++) {
		make();
		if (phase == 1)
			EXPECT(put(SSIF_WRITE_START, got, SSIF_BLOCK));
		if (phase >= 2)
			EXPECT(put(SSIF_WRITE_SINGLE, (const u8 *)"\x18\x01", 2));
		if (phase >= 3) {
			EXPECT_EQ(ssif_target_request(&t, got, &number), 2);
			EXPECT(ssif_target_fetched(&t, number));
		}
		if (phase == 4)
			EXPECT_EQ(ssif_target_answer(&t, rsp, 3), 0);
		ssif_target_give_up(&t);
		EXPECT_EQ(t.given_up, phase == 2 || phase == 3);
		EXPECT_EQ(get(SSIF_READ_START, block), phase == 4 ? 3 : 0);
		EXPECT_EQ(ssif_target_request(&t, got, &number), -EAGAIN);
		EXPECT_EQ(ssif_target_answer(&t, rsp, 3), -EINVAL);
		EXPECT_EQ(put(SSIF_WRITE_END, got, 1), phase == 1);
		EXPECT(transact(3, 3));
	}
	/* who leaves takes along what it was to answer, and nothing else */
	EXPECT(put(SSIF_WRITE_SINGLE, (const u8 *)"\x18\x01", 2));
	ssif_target_left(&t);
	EXPECT_EQ(ssif_target_request(&t, got, &number), 2);
	EXPECT(ssif_target_fetched(&t, number));
	ssif_target_left(&t);
	EXPECT_EQ(ssif_target_answer(&t, rsp, 3), -EINVAL);
}

/* Parts that are read again, are not there, or were cut short. */
static void parts_of_an_answer(void)
{
	u8 req[2] = { 0x18, 0x01 }, got[SSIF_TARGET_MAX], rsp[SSIF_TARGET_MAX], block[SSIF_BLOCK];

	make();
	EXPECT_EQ(get(SSIF_READ_START, block), 0);
	EXPECT_EQ(get(SSIF_READ_MIDDLE, block), 0);
	EXPECT(put(SSIF_WRITE_SINGLE, req, 2));
	EXPECT_EQ(serve(got, 100, rsp), 2);
	EXPECT_EQ(get(SSIF_READ_MIDDLE, block), 0);
	EXPECT_EQ(get(SSIF_READ_START, block), 32);
	EXPECT_EQ(get(SSIF_READ_MIDDLE, block), 32);
	EXPECT_EQ(block[0], 0);
	/* the host stops before the last byte: it has not got this one */
	ssif_target_write(&t);
	EXPECT_EQ(ssif_target_byte(&t, SSIF_READ_MIDDLE), 0);
	EXPECT_EQ(ssif_target_read(&t), 32);
	for (unsigned int i = 0; i < 31; i++)
		ssif_target_next(&t);
	ssif_target_stop(&t);
	EXPECT_EQ(get(SSIF_READ_MIDDLE, block), 32);
	EXPECT_EQ(block[0], 1);
	/* it wants one again: the one before, the last one, none that there is */
	EXPECT(put(SSIF_READ_RETRY, (const u8 *)"\0", 1));
	EXPECT_EQ(get(SSIF_READ_MIDDLE, block), 32);
	EXPECT_EQ(block[0], 0);
	EXPECT(put(SSIF_READ_RETRY, (const u8 *)"\xff", 1));
	EXPECT_EQ(get(SSIF_READ_MIDDLE, block), 9);
	EXPECT_EQ(block[0], 0xff);
	EXPECT_BYTES(block + 1, 8, rsp + 92, 8);
	EXPECT_EQ(t.answers, 1);
	EXPECT_EQ(get(SSIF_READ_MIDDLE, block), 0);
	EXPECT(put(SSIF_READ_RETRY, (const u8 *)"\2", 1));
	EXPECT_EQ(get(SSIF_READ_MIDDLE, block), 9);
	EXPECT_EQ(t.malformed, 0);
	EXPECT(put(SSIF_READ_RETRY, (const u8 *)"\3", 1));
	EXPECT(put(SSIF_READ_RETRY, (const u8 *)"\xfe", 1));
	EXPECT(!put(SSIF_READ_RETRY, (const u8 *)"\0\0", 2));
	EXPECT_EQ(t.malformed, 3);
	/* from the beginning, as often as it likes */
	EXPECT_EQ(get(SSIF_READ_START, block), 32);
	EXPECT_EQ(get(SSIF_READ_START, block), 32);
	EXPECT_EQ(get(SSIF_READ_MIDDLE, block), 32);
	EXPECT_EQ(block[0], 0);
	/* an answer of one part has no second one */
	EXPECT(put(SSIF_WRITE_SINGLE, req, 2));
	EXPECT_EQ(serve(got, 32, rsp), 2);
	EXPECT_EQ(get(SSIF_READ_START, block), 32);
	EXPECT_EQ(get(SSIF_READ_MIDDLE, block), 0);
	EXPECT(put(SSIF_READ_RETRY, (const u8 *)"\xff", 1));
	EXPECT_EQ(get(SSIF_READ_MIDDLE, block), 0);
	EXPECT_EQ(t.malformed, 4);
}

/* What no host should do: bytes before a start, reads without a command, beyond the end. */
static void out_of_order(void)
{
	u8 req[2] = { 0x18, 0x01 }, got[SSIF_TARGET_MAX], rsp[SSIF_TARGET_MAX], block[SSIF_BLOCK];
	u32 number;

	make();
	EXPECT_EQ(ssif_target_byte(&t, SSIF_WRITE_SINGLE), -EIO);
	EXPECT_EQ(ssif_target_next(&t), 0xff);
	ssif_target_stop(&t);
	EXPECT_EQ(ssif_target_read(&t), 0);
	ssif_target_next(&t); /* its PEC */
	for (unsigned int i = 0; i < 300; i++)
		EXPECT_EQ(ssif_target_next(&t), 0xff);
	EXPECT_EQ(ssif_target_byte(&t, SSIF_WRITE_SINGLE), -EIO);
	ssif_target_stop(&t);
	/* quick commands, as of who looks which addresses there are */
	ssif_target_write(&t);
	ssif_target_stop(&t);
	EXPECT_EQ(t.malformed, 0);
	EXPECT(put(SSIF_WRITE_SINGLE, req, 2));
	EXPECT_EQ(serve(got, 32, rsp), 2);
	EXPECT_EQ(ssif_target_read(&t), 0);
	ssif_target_stop(&t);
	ssif_target_write(&t);
	EXPECT_EQ(ssif_target_byte(&t, 0x55), -EIO);
	EXPECT_EQ(ssif_target_read(&t), 0);
	ssif_target_stop(&t);
	EXPECT_EQ(t.malformed, 1);
	EXPECT_EQ(get(SSIF_READ_START, block), 32);
	/* a command without a block, and a block that a read is behind */
	EXPECT_EQ(raw((const u8 *)"\2", 1, false), 1);
	EXPECT_EQ(t.malformed, 2);
	/* which harms nothing */
	EXPECT_EQ(get(SSIF_READ_START, block), 32);
	ssif_target_write(&t);
	for (unsigned int i = 0; i < 4; i++)
		EXPECT_EQ(ssif_target_byte(&t, "\2\2\x18\1"[i]), 0);
	EXPECT_EQ(ssif_target_read(&t), 0);
	EXPECT_EQ(ssif_target_request(&t, got, &number), 2);
	EXPECT_EQ(get(SSIF_READ_START, block), -EBUSY);
	/* who reads all the same */
	ssif_target_write(&t);
	EXPECT_EQ(ssif_target_byte(&t, SSIF_READ_START), -EBUSY);
	EXPECT_EQ(ssif_target_read(&t), 0);
	ssif_target_stop(&t);
	EXPECT_EQ(t.malformed, 2);
}

static const struct test ssif_target_tests[] = {
	TEST(all_lengths),
	TEST(two_kinds_of_ends),
	TEST(too_long_and_too_short),
	TEST(any_length_of_the_host),
	TEST(spoiled_pecs),
	TEST(a_request_out_of_any_phase),
	TEST(late_answers),
	TEST(no_answer_in_time),
	TEST(parts_of_an_answer),
	TEST(out_of_order),
};
SUITE(ssif_target);
