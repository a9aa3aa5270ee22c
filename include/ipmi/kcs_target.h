/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The BMC's end of a KCS interface: what its registers say to the host's machine (proto/kcs.c).
 *
 * The host writes commands and data, of which the BMC is told by an event each. The machine
 * collects them to a request, which a program fetches and answers, and gives the answer out byte by
 * byte. All that the host does is hostile: in whatever order its bytes come, nothing is read or
 * written beyond the buffers, and GET_STATUS/ABORT leads back to idle. One caller at a time.
 */
#ifndef IPMI_KCS_TARGET_H
#define IPMI_KCS_TARGET_H

#include <ipmi/pure.h>

/* The longest request and the longest answer, which are ABI of /dev/ipmi-kcsN. */
#define KCS_TARGET_MAX 1000
/* The shortest answer: NetFn/LUN, command, completion code. */
#define KCS_TARGET_ANSWER_MIN 3

/* The status register. The hardware keeps OBF, IBF and CMD; the BMC writes the rest. */
#define KCS_TARGET_OBF		BIT(0)	/* the host has not read the last byte */
#define KCS_TARGET_IBF		BIT(1)	/* the BMC has not read the last byte */
#define KCS_TARGET_SMS_ATN	BIT(2)	/* the BMC asks for attention */
#define KCS_TARGET_CMD		BIT(3)	/* that byte is a command */
#define KCS_TARGET_STATE	0xc0	/* the state of the transfer */

struct kcs_target;

/**
 * struct kcs_target_regs - the three registers, from the BMC's side
 * @take: read the byte that the host has written, which clears IBF
 * @put: write a byte for the host, which sets OBF
 * @update: in the status register, set the bits of @mask to those of @val
 *
 * Context: that of the functions below.
 */
struct kcs_target_regs {
	u8 (*take)(const struct kcs_target *t);
	void (*put)(const struct kcs_target *t, u8 val);
	void (*update)(const struct kcs_target *t, u8 mask, u8 val);
};

/**
 * enum kcs_target_phase - how far a transfer is
 * @KCS_TARGET_IDLE: none
 * @KCS_TARGET_START: WRITE_START has come
 * @KCS_TARGET_WRITE: and a byte at least
 * @KCS_TARGET_LAST: WRITE_END has come
 * @KCS_TARGET_READY: the request is complete, nobody has fetched it
 * @KCS_TARGET_FETCHED: it is being answered
 * @KCS_TARGET_READ: the answer goes out
 * @KCS_TARGET_ABORT_1: GET_STATUS/ABORT has come
 * @KCS_TARGET_ABORT_2: the host fetches the error code
 * @KCS_TARGET_ERROR: a transfer failed, the host is to abort it
 */
enum kcs_target_phase {
	KCS_TARGET_IDLE,
	KCS_TARGET_START,
	KCS_TARGET_WRITE,
	KCS_TARGET_LAST,
	KCS_TARGET_READY,
	KCS_TARGET_FETCHED,
	KCS_TARGET_READ,
	KCS_TARGET_ABORT_1,
	KCS_TARGET_ABORT_2,
	KCS_TARGET_ERROR,
};

/**
 * struct kcs_target - the machine
 * @regs: its registers
 * @phase: see there
 * @error: the error code that GET_STATUS tells
 * @requests: requests that were complete, which is the number of the last one too
 * @answers: answers that the host has fetched to the end
 * @aborts: GET_STATUS/ABORT of the host
 * @errors: transfers that ended in the error state
 * @len: length of what came in
 * @out_len: length of the answer
 * @out_at: so much of it is out
 * @in: what came in
 * @out: the answer
 */
struct kcs_target {
	const struct kcs_target_regs *regs;
	enum kcs_target_phase phase;
	u8 error;
	u32 requests;
	u32 answers;
	u32 aborts;
	u32 errors;
	unsigned int len;
	unsigned int out_len;
	unsigned int out_at;
	u8 in[KCS_TARGET_MAX];
	u8 out[KCS_TARGET_MAX];
};

/**
 * enum kcs_target_event - what an event was about
 * @KCS_TARGET_NOTHING: nothing: the host has written nothing
 * @KCS_TARGET_STEP: a transfer went on, or ended
 * @KCS_TARGET_REQUEST: a request is complete
 */
enum kcs_target_event {
	KCS_TARGET_NOTHING,
	KCS_TARGET_STEP,
	KCS_TARGET_REQUEST,
};

void kcs_target_init(struct kcs_target *t, const struct kcs_target_regs *regs);
enum kcs_target_event kcs_target_event(struct kcs_target *t, u8 status);
void kcs_target_abort(struct kcs_target *t);
int kcs_target_request(const struct kcs_target *t, u8 *req, size_t room, u32 *number);
bool kcs_target_fetched(struct kcs_target *t, u32 number);
int kcs_target_answer(struct kcs_target *t, const u8 *rsp, size_t n);

#endif /* IPMI_KCS_TARGET_H */
