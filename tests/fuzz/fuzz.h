/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the fuzzers share: an input that is eaten byte by byte, and a check that
 * ends the run.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdio.h>
#include <stdlib.h>

#include "../fake/fake.h"

struct input {
	const u8 *data;
	size_t len;
	size_t pos;
};

static inline u8 eat(struct input *in)
{
	return in->pos < in->len ? in->data[in->pos++] : 0;
}

static inline bool eaten(const struct input *in)
{
	return in->pos >= in->len;
}

#define MUST(holds)                                                                    \
	do {                                                                           \
		if (!(holds)) {                                                        \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #holds); \
			abort();                                                       \
		}                                                                      \
	} while (0)

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

/**
 * struct prey - a kind of machine, for machine.c
 * @ops: the machine
 * @make: powers on a fresh fake of its kind
 * @hands_over: does this register write hand a request to the BMC?
 */
struct prey {
	const struct ipmi_machine_ops *ops;
	struct fake_bmc *(*make)(u8 how);
	bool (*hands_over)(unsigned int reg, u8 val);
};

int hunt(const struct prey *prey, const u8 *data, size_t len);

#endif /* TESTS_FUZZ_FUZZ_H */
