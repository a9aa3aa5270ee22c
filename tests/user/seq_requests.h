/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A sequence table, and requests of many owners that are entered in it. Included by test_seq*.c,
 * each of which has one of its own.
 */
#ifndef TESTS_USER_SEQ_REQUESTS_H
#define TESTS_USER_SEQ_REQUESTS_H

#include <ipmi/seq.h>

#include "test.h"

static struct seq_table t;
static int owners[SEQ_SLOTS + 1];

static inline struct ipmi_addr ipmb(short channel, u8 slave, u8 lun)
{
	struct ipmi_addr addr = { .addr_type = IPMI_IPMB_ADDR_TYPE, .channel = channel };

	addr.data[0] = slave;
	addr.data[1] = lun;
	return addr;
}

/* Each owner asks somebody else, something else. */
static inline long alloc_at(unsigned int owner, unsigned int retries, u32 retry_ms, u64 now_ms)
{
	struct ipmi_addr addr = ipmb(0, 0x20 + 2 * (owner % 32), 0);
	long token = -1;

	EXPECT_EQ(seq_alloc(&t, &owners[owner], &addr, 6, owner, retries, retry_ms, now_ms,
			    &token),
		  0);
	return token;
}

static inline struct codec_message answer_to(unsigned int owner, long token)
{
	return (struct codec_message){
		.addr = ipmb(0, 0x20 + 2 * (owner % 32), 0),
		.netfn = 7,
		.cmd = owner,
		.seq = seq_of_token(token),
	};
}

#endif /* TESTS_USER_SEQ_REQUESTS_H */
