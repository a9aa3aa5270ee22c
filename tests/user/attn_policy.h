/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An attention policy, what it is expected to ask, and the answers that it gets. Included by
 * test_attn*.c, each of which has one of its own.
 */
#ifndef TESTS_USER_ATTN_POLICY_H
#define TESTS_USER_ATTN_POLICY_H

#include <ipmi/attn.h>

#include "test.h"

/* Bytes and how many they are: two arguments. */
#define RQ(...) ((const u8[]){ __VA_ARGS__ }), sizeof((const u8[]){ __VA_ARGS__ })

static struct attn a;

static inline void asks(const u8 *want, size_t n)
{
	u8 rq[ATTN_REQUEST_MAX];
	unsigned int len = attn_next(&a, rq);

	EXPECT_BYTES(rq, len, want, n);
}

static inline enum attn_verdict gets(const u8 *rsp, size_t n)
{
	return attn_answer(&a, rsp, n);
}

static inline void fresh(void)
{
	memset(&a, 0, sizeof(a));
}

#endif /* TESTS_USER_ATTN_POLICY_H */
