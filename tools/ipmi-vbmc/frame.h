/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bytes on the wire between QEMU's ipmi-bmc-extern and a BMC (the "VM" protocol).
 *
 * A message is: sequence number, netfn << 2 | lun, command, data, checksum; its end is A0h.
 * A hardware command is one byte and its arguments; its end is A1h. Where A0h, A1h or AAh occur
 * inside, AAh and the byte with bit 4 set stand for them. All bytes of a message, the checksum
 * included, add up to 0. Pure; everything else in this folder lies above it.
 */
#ifndef FRAME_H
#define FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_MESSAGE_END 0xa0
#define FRAME_COMMAND_END 0xa1
#define FRAME_ESCAPE 0xaa

#define FRAME_MAX 1024 /* bytes between two ends, escapes removed */
#define FRAME_WIRE_MAX (2 * (FRAME_MAX + 1) + 1)

enum frame_kind {
	FRAME_NOT_YET,
	FRAME_MESSAGE, /* bytes[0..len) without its checksum */
	FRAME_COMMAND, /* bytes[0..len) */
	FRAME_BAD,
};

struct frame_reader {
	uint8_t bytes[FRAME_MAX];
	size_t len;
	bool escaped;
	bool too_long;
	bool ended;
};

/* Takes one byte; what it ended stays in bytes until the next one. */
enum frame_kind frame_read(struct frame_reader *r, uint8_t byte);

/* Two's complement: with it the bytes add up to 0. */
uint8_t checksum(const uint8_t *bytes, size_t len);

/* A byte that goes over the wire as two. */
bool frame_escapes(uint8_t byte);

/*
 * What goes over the wire for a message without its checksum, or a hardware command: the length
 * in out, which has room for FRAME_WIRE_MAX. wrong is added to the checksum.
 */
size_t frame_message(uint8_t *out, const uint8_t *bytes, size_t len, uint8_t wrong);
size_t frame_command(uint8_t *out, const uint8_t *bytes, size_t len);

#endif
