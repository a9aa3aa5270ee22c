/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What happened: notes for the log of the run, and the requests that came, byte for byte, for a
 * test to ask about.
 */
#ifndef RECORD_H
#define RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A line on standard output, with the milliseconds. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void note_bytes(const char *what, const uint8_t *bytes, size_t len);

/* No notes from now on; for the unit tests. */
void record_be_silent(void);

/* Keeps a request; every_one also makes a note of it. */
void record_request(uint8_t netfn, uint8_t lun, uint8_t cmd, const uint8_t *data, size_t len);
void record_note_every_one(int on);

void record_forget(void);

struct recorded {
	double ms;
	uint8_t netfn, lun, cmd;
	uint8_t data[300];
	size_t len;
};

/* How many of that kind came since record_forget(); -1 stands for any. */
unsigned long record_count(int netfn, int cmd);

/* Has one come since then to that LUN? */
bool record_seen(int netfn, int lun, int cmd);

/* The back-th newest of that kind (0 is the newest), NULL if it is not kept (any more). */
const struct recorded *record_find(int netfn, int cmd, unsigned int back);

#endif
