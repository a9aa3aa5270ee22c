/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside ssif_fake.ko: the BMC (ssif_fake_bmc.c), its adapter (ssif_fake_main.c) and what
 * went over it (ssif_fake_log.c).
 */
#ifndef SSIF_FAKE_H
#define SSIF_FAKE_H

#include <linux/spinlock.h>
#include <linux/types.h>

struct dentry;

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
	BAD_PEC,	/* of an answer; with ARG, of that SMBus command's */
	BAD_WRITE,	/* the adapter says that a request was spoiled, before it is whole */
	UNSURE_START,	/* as UNSURE, of the first part of several */
	REFUSE,		/* command ARG of NetFn App is refused */
	STUBBORN,	/* so is to stop alerting for messages */
	CUT,		/* an answer has ARG bytes */
	LACKS,		/* a write with SMBus command ARG is not acknowledged */
	IGNORES,	/* or is, and forgotten */
	EMPTY,		/* while there is no answer a block has ARG bytes, which the adapter passes on */
	PROTO,		/* or it says -EPROTO */
	SPOILT,		/* or -EBADMSG */
	NR_KINDS
};

extern const char *const fake_kinds[NR_KINDS];

struct fake_bmc {
	spinlock_t lock;
	enum kind fault;
	u32 times, arg, only;	/* only: of a request with that command */
	u8 rq[MESSAGE_MAX], rsp[MESSAGE_MAX], old[MESSAGE_MAX];
	unsigned int rq_len, rsp_len, old_len, part;
	u64 ready_ns;
	u32 think_us, answer_len;
	u8 enables, flags, events;
	u8 neighbour[8];		/* what it has to say, of all zeroes: nothing */
	bool alert, alerting, at_panic, begun;
	bool with_pec;			/* so was the last write */
	u32 echoes, reads, writes, pecs, alarms, enables_asked;
};

extern struct fake_bmc bmc;

/* ssif_fake_bmc.c; all under bmc.lock */
bool strikes(enum kind kind);
int take(u8 cmd, const u8 *bytes, unsigned int n);
int give(u8 cmd, u8 *block, u8 *n);

/* ssif_fake_main.c */
void alert_in(u32 us);

/* ssif_fake_log.c; the first under bmc.lock */
void log_transfer(u64 begun_us, char how, u8 cmd, int rv, const u8 *bytes, unsigned int n);
u64 log_now(void);
void log_init(struct dentry *folder);

#endif /* SSIF_FAKE_H */
