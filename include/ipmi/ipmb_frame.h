/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages on an IPMB: what is sent, what comes, and whether it is the answer to what was sent.
 *
 * Pure; ipmb/engine.c and ipmb_dev/client.c send and receive them over I2C.
 */
#ifndef IPMI_IPMB_FRAME_H
#define IPMI_IPMB_FRAME_H

#include <ipmi/pure.h>

#define IPMB_FRAME_MIN	7	/* without data; a response has a completion code too */
#define IPMB_FRAME_SENT	33	/* the longest that is sent */
#define IPMB_FRAME_MAX	239	/* there is room for; a byte tells the length to programs */
#define IPMB_SEQS	64

/* Where what is in a frame. */
enum {
	IPMB_TO,
	IPMB_NETFN,
	IPMB_HEAD_SUM,
	IPMB_FROM,
	IPMB_SEQ,
	IPMB_CMD,
	IPMB_DATA,
};

/**
 * struct ipmb_frame - a message as it is on the bus
 * @len: bytes of it, the address of the receiver included
 * @bytes: that address first, which I2C puts there itself
 */
struct ipmb_frame {
	unsigned int len;
	u8 bytes[IPMB_FRAME_MAX];
};

/**
 * struct ipmb_input - what a receiver has of a message that is coming
 * @open: one is coming
 * @overlong: there was no room for all of it
 * @frame: so much of it
 */
struct ipmb_input {
	bool open;
	bool overlong;
	struct ipmb_frame frame;
};

/**
 * enum ipmb_kind - what has come
 * @IPMB_SPOILED: no message
 * @IPMB_REQUEST: somebody asks
 * @IPMB_RESPONSE: somebody answers
 */
enum ipmb_kind { IPMB_SPOILED, IPMB_REQUEST, IPMB_RESPONSE };

void ipmb_input_start(struct ipmb_input *in, u8 own);
void ipmb_input_byte(struct ipmb_input *in, u8 byte);
bool ipmb_input_end(struct ipmb_input *in);

bool ipmb_frame_has_head(const struct ipmb_frame *f);
enum ipmb_kind ipmb_frame_kind(const struct ipmb_frame *f);
u8 ipmb_frame_local(struct ipmb_frame *f, u8 bmc, u8 own, u8 seq, const u8 *msg, unsigned int n);
u8 ipmb_frame_direct(struct ipmb_frame *f, u8 own, u8 seq, const u8 *msg, unsigned int n);
bool ipmb_frame_answers(const struct ipmb_frame *f, const struct ipmb_frame *rq);
unsigned int ipmb_frame_get_local(const struct ipmb_frame *f, const struct ipmb_frame *rq, u8 *msg);
unsigned int ipmb_frame_get_direct(const struct ipmb_frame *f, u8 *msg);

#endif /* IPMI_IPMB_FRAME_H */
