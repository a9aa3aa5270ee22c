// SPDX-License-Identifier: GPL-2.0-only
/* See frame.h. */
#include <string.h>

#include "frame.h"

#define END_OF_MESSAGE 0xa0
#define END_OF_COMMAND 0xa1
#define ESCAPE 0xaa
#define ESCAPED 0x10
#define MESSAGE_MIN 4 /* sequence number, netfn, command, checksum */

uint8_t checksum(const uint8_t *bytes, size_t len)
{
	uint8_t sum = 0;

	while (len--)
		sum += *bytes++;
	return -sum;
}

enum frame_kind frame_read(struct frame_reader *r, uint8_t byte)
{
	if (r->ended)
		memset(r, 0, sizeof(*r));
	if (byte == END_OF_MESSAGE || byte == END_OF_COMMAND) {
		r->ended = true;
		if (r->too_long || r->escaped)
			return FRAME_BAD;
		if (byte == END_OF_COMMAND)
			return r->len ? FRAME_COMMAND : FRAME_BAD;
		if (r->len < MESSAGE_MIN || checksum(r->bytes, r->len))
			return FRAME_BAD;
		r->len--;
		return FRAME_MESSAGE;
	}
	if (byte == ESCAPE) {
		r->escaped = true;
	} else if (r->len == FRAME_MAX) {
		r->too_long = true;
	} else {
		r->bytes[r->len++] = r->escaped ? byte & ~ESCAPED : byte;
		r->escaped = false;
	}
	return FRAME_NOT_YET;
}

static size_t put(uint8_t *out, size_t n, uint8_t byte)
{
	if (byte == END_OF_MESSAGE || byte == END_OF_COMMAND || byte == ESCAPE) {
		out[n++] = ESCAPE;
		byte |= ESCAPED;
	}
	out[n++] = byte;
	return n;
}

static size_t put_all(uint8_t *out, const uint8_t *bytes, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n = put(out, n, bytes[i]);
	return n;
}

size_t frame_message(uint8_t *out, const uint8_t *bytes, size_t len, uint8_t wrong)
{
	size_t n = put_all(out, bytes, len);

	n = put(out, n, checksum(bytes, len) + wrong);
	out[n++] = END_OF_MESSAGE;
	return n;
}

size_t frame_command(uint8_t *out, const uint8_t *bytes, size_t len)
{
	size_t n = put_all(out, bytes, len);

	out[n++] = END_OF_COMMAND;
	return n;
}
