// SPDX-License-Identifier: GPL-2.0-only
/* See frame.h. */
#include <string.h>

#include "frame.h"

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
	if (byte == FRAME_MESSAGE_END || byte == FRAME_COMMAND_END) {
		r->ended = true;
		if (r->too_long || r->escaped)
			return FRAME_BAD;
		if (byte == FRAME_COMMAND_END)
			return r->len ? FRAME_COMMAND : FRAME_BAD;
		if (r->len < MESSAGE_MIN || checksum(r->bytes, r->len))
			return FRAME_BAD;
		r->len--;
		return FRAME_MESSAGE;
	}
	if (byte == FRAME_ESCAPE) {
		r->escaped = true;
	} else if (r->len == FRAME_MAX) {
		r->too_long = true;
	} else {
		r->bytes[r->len++] = r->escaped ? byte & ~ESCAPED : byte;
		r->escaped = false;
	}
	return FRAME_NOT_YET;
}

bool frame_escapes(uint8_t byte)
{
	return byte == FRAME_MESSAGE_END || byte == FRAME_COMMAND_END || byte == FRAME_ESCAPE;
}

static size_t put(uint8_t *out, size_t n, uint8_t byte)
{
	if (frame_escapes(byte)) {
		out[n++] = FRAME_ESCAPE;
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
	out[n++] = FRAME_MESSAGE_END;
	return n;
}

size_t frame_command(uint8_t *out, const uint8_t *bytes, size_t len)
{
	size_t n = put_all(out, bytes, len);

	out[n++] = FRAME_COMMAND_END;
	return n;
}
