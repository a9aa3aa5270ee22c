/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What OPAL, the firmware of PowerNV machines, takes as a request and gives as an answer: a byte
 * of its own, and the message behind it.
 *
 * Pure; powernv/engine.c sends and fetches it.
 */
#ifndef IPMI_OPAL_FRAME_H
#define IPMI_OPAL_FRAME_H

#include <ipmi/pure.h>

#define OPAL_FRAME_VERSION	1
#define OPAL_FRAME_REQUEST	62	/* the longest: network function, command and 60 bytes */
#define OPAL_FRAME_ANSWER	272	/* there is room for, from the network function on */
#define OPAL_FRAME_MAX		(1 + OPAL_FRAME_ANSWER)

/**
 * enum opal_answer - what came from the firmware
 * @OPAL_ANSWER_FITS: the answer to the request
 * @OPAL_ANSWER_OTHER: an answer, but to another request: it comes too late
 * @OPAL_ANSWER_SPOILED: no answer at all
 */
enum opal_answer { OPAL_ANSWER_FITS, OPAL_ANSWER_OTHER, OPAL_ANSWER_SPOILED };

u8 opal_frame_put(u8 *frame, const u8 *rq, unsigned int n);
enum opal_answer opal_frame_check(const u8 *frame, u64 len, const u8 *rq);
unsigned int opal_frame_get(const u8 *frame, u64 len, u8 *rsp);

#endif /* IPMI_OPAL_FRAME_H */
