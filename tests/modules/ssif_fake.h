/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside ssif_fake.ko: the BMC (ssif_fake_bmc.c) and its adapter (ssif_fake_main.c).
 */
#ifndef SSIF_FAKE_H
#define SSIF_FAKE_H

#include <linux/spinlock.h>
#include <linux/types.h>

#define MESSAGE_MAX	300

enum kind {
	OK,
	NACK,		/* nothing is acknowledged */
	NACK_WRITE,
	NACK_READ,
	NACK_MIDDLE,	/* a second or later part of an answer */
	HANG,		/* the adapter gives up after a while */
	UNSURE,		/* it gives up, but the BMC has the request */
	LENGTH,		/* ARG is the length of a block */
	NUMBER,		/* a part has a wrong number */
	LOST,		/* a part is left out */
	REPEAT,		/* a part comes twice */
	NETFN,		/* the answer has another NetFn */
	COMMAND,	/* or another command */
	SHORT,		/* or ends before its completion code */
	ENDLESS,	/* or does not end */
	STALE,		/* the last one is given until there is one */
	BAD_PEC,
	NR_KINDS
};

extern const char *const fake_kinds[NR_KINDS];

struct fake_bmc {
	spinlock_t lock;
	enum kind fault;
	u32 times, arg;
	u8 rq[MESSAGE_MAX], rsp[MESSAGE_MAX], old[MESSAGE_MAX];
	unsigned int rq_len, rsp_len, old_len, part;
	u64 ready_ns;
	u32 think_us, answer_len;
	u8 enables, flags, events;
	bool alert, alerting, at_panic;
	u32 echoes, reads, writes, pecs;
};

extern struct fake_bmc bmc;

/* ssif_fake_bmc.c; all under bmc.lock */
bool strikes(enum kind kind);
int take(u8 cmd, const u8 *bytes, unsigned int n);
int give(u8 cmd, u8 *block, u8 *n);

/* ssif_fake_main.c */
void alert_in(u32 us);

#endif /* SSIF_FAKE_H */
