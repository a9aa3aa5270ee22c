// SPDX-License-Identifier: GPL-2.0-only
/*
 * The bytes on the wire: checksums, and messages as QEMU's external interface frames them, good
 * and bad. Called by test.c. No lock: all is one thread.
 */
#include <stdlib.h>
#include <string.h>

#include "test.h"

static void checksums(void)
{
	const uint8_t head[] = { 0x24, 0x19 }, body[] = { 0x20, 0x06, 0x01, 0xaa, 0xbb };

	EXPECT(checksum(head, 2) == 0xc3);
	EXPECT(checksum(body, 5) == 0x74);
	EXPECT(checksum(NULL, 0) == 0);
}

static enum frame_kind read_all(struct frame_reader *r, const uint8_t *bytes, size_t len)
{
	enum frame_kind kind = FRAME_NOT_YET;

	for (size_t i = 0; i < len; i++) {
		EXPECT(kind == FRAME_NOT_YET);
		kind = frame_read(r, bytes[i]);
	}
	return kind;
}

static void known_frames(void)
{
	/* Set Global Enables and its answer, as QEMU and a BMC of another make said it */
	static const uint8_t rq[] = { 0x03, 0x18, 0x2e, 0x09, 0xae, 0xa0 };
	static const uint8_t rs[] = { 0x03, 0x1c, 0x2e, 0x00, 0xb3, 0xa0 };
	struct frame_reader r = { .len = 0 };
	uint8_t wire[FRAME_WIRE_MAX];

	EXPECT(read_all(&r, rq, sizeof(rq)) == FRAME_MESSAGE);
	EXPECT(r.len == 4 && !memcmp(r.bytes, rq, 4));
	EXPECT(frame_message(wire, rs, 4, 0) == sizeof(rs) && !memcmp(wire, rs, sizeof(rs)));
	EXPECT(frame_message(wire, rs, 4, 1) == sizeof(rs) && wire[4] == 0xb4);
}

/* Every byte, at every place, comes back as it went. */
static void every_byte_survives(void)
{
	uint8_t message[300], wire[FRAME_WIRE_MAX];
	struct frame_reader r = { .len = 0 };

	for (int value = 0; value < 256; value++) {
		for (size_t len = 3; len < 12; len++) {
			for (size_t i = 0; i < len; i++)
				message[i] = value + i * (value & 7);
			EXPECT(read_all(&r, wire, frame_message(wire, message, len, 0)) ==
			       FRAME_MESSAGE);
			EXPECT(r.len == len && !memcmp(r.bytes, message, len));
		}
	}
	memset(message, 0xa0, sizeof(message));
	EXPECT(read_all(&r, wire, frame_message(wire, message, sizeof(message), 0)) ==
	       FRAME_MESSAGE);
	EXPECT(r.len == sizeof(message) && !memcmp(r.bytes, message, sizeof(message)));
	EXPECT(read_all(&r, wire, frame_command(wire, message, 2)) == FRAME_COMMAND);
	EXPECT(r.len == 2 && r.bytes[1] == 0xa0);
}

static void bad_frames(void)
{
	static const uint8_t nothing[] = { 0xa0 }, no_command[] = { 0xa1 };
	static const uint8_t sum[] = { 1, 2, 3, 4, 0xa0 }, escape[] = { 1, 0xaa, 0xa0 };
	struct frame_reader r = { .len = 0 };
	uint8_t wire[FRAME_WIRE_MAX], message[] = { 7, 0x18, 1 };

	EXPECT(read_all(&r, nothing, sizeof(nothing)) == FRAME_BAD);
	EXPECT(read_all(&r, no_command, sizeof(no_command)) == FRAME_BAD);
	EXPECT(read_all(&r, sum, sizeof(sum)) == FRAME_BAD);
	EXPECT(read_all(&r, escape, sizeof(escape)) == FRAME_BAD);
	for (int i = 0; i < 5000; i++)
		EXPECT(frame_read(&r, 0x55) == FRAME_NOT_YET);
	EXPECT(frame_read(&r, 0xa0) == FRAME_BAD);
	/* and the next good one is read */
	EXPECT(read_all(&r, wire, frame_message(wire, message, 3, 0)) == FRAME_MESSAGE);
}

static void random_frames(void)
{
	struct frame_reader r = { .len = 0 };

	srand(1);
	for (int i = 0; i < 2000000; i++)
		frame_read(&r, rand() >> 7);
	EXPECT(r.len <= FRAME_MAX);
}

const struct bmc_test frame_tests[] = {
	{ "checksums", checksums },
	{ "known frames", known_frames },
	{ "every byte survives", every_byte_survives },
	{ "bad frames", bad_frames },
	{ "random frames", random_frames },
	{}
};
