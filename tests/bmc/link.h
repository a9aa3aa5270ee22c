/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The connection with QEMU, which comes to our socket: messages in and out, hardware commands.
 * Where there are SMIC registers instead (smic.h) they take what goes out.
 */
#ifndef LINK_H
#define LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hw {
	HW_NO_ATTN = 0x00,
	HW_ATTN = 0x01,
	HW_ATTN_IRQ = 0x02,
	HW_POWER_OFF = 0x03,
	HW_RESET = 0x04,
	HW_IRQ_ON = 0x05,
	HW_IRQ_OFF = 0x06,
	HW_NMI = 0x07,
	HW_SHUTDOWN = 0x09,
};

/* Listens at path; each message goes to request_arrived() in request.h. */
void link_open(const char *path);

/* Changes with each connection: an answer to a request of an older one is nobody's. */
unsigned int link_number(void);

/* A message without its checksum; wrong is added to that. Without a connection nothing happens. */
void link_send(const uint8_t *bytes, size_t len, uint8_t wrong);

/* The same, one byte every ms. */
void link_send_slowly(const uint8_t *bytes, size_t len, double ms);

/* The first bytes of what would go over the wire; then the connection ends. */
void link_send_part(const uint8_t *bytes, size_t len, size_t part);

/* Bytes as they are. */
void link_send_raw(const uint8_t *bytes, size_t len);

void link_hw(enum hw command);

/* Ends the connection. Nobody can connect for the next ms. */
void link_close(double ms);

#endif
