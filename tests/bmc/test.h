/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The unit test of this BMC: its tests, and the QEMU at the BMC's socket that test.c plays for
 * them. Included by test*.c only.
 */
#ifndef TEST_H
#define TEST_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "frame.h"

/* A list of them ends with one that is empty. */
struct bmc_test {
	const char *name;
	void (*run)(void);
};

extern const struct bmc_test frame_tests[], fault_tests[], power_tests[];

extern int failed; /* the test that runs */
extern int qemu; /* our end of the link */
extern char socket_path[64];

#define EXPECT(cond)                                                                \
	do {                                                                        \
		if (!(cond)) {                                                      \
			printf("# %s:%d: not so: %s\n", __FILE__, __LINE__, #cond); \
			failed = 1;                                                 \
		}                                                                   \
	} while (0)

/* QEMU comes, again if it was there. */
void connect_qemu(void);

/* Bytes that came, up to size. */
size_t heard(uint8_t *bytes, size_t size);

/* Sends a request, and lets the BMC run for 3 ms. */
void say(uint8_t seq, uint8_t netfn, uint8_t cmd, const void *data, size_t len);

/* The next message from the BMC, hardware commands between left out; its length, 0 if none. */
size_t hear(uint8_t *message);

/* A request and its answer's completion code; -1 if there is none. */
int ask(uint8_t netfn, uint8_t cmd, const void *data, size_t len, uint8_t *m, size_t *n);

/* A control line, and whether it gave this answer. */
int line(const char *text, const char *wanted);

#endif /* TEST_H */
