/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SSIF framing: how a message is cut into SMBus blocks, and put together again.
 *
 * Pure; ssif/bus.c sends and fetches the blocks; the BMC's end is ssif_target.h. IPMI 2.0,
 * section 12.
 */
#ifndef IPMI_SSIF_FRAME_H
#define IPMI_SSIF_FRAME_H

#include <ipmi/pure.h>

#define SSIF_BLOCK	32	/* what one SMBus block holds */
#define SSIF_MAX	272	/* the longest message */
#define SSIF_PARTS_MAX	9	/* of an answer: 30 bytes of it, then 31 each */

/* SMBus commands. */
enum ssif_cmd {
	SSIF_WRITE_SINGLE = 0x02,
	SSIF_READ_START = 0x03,
	SSIF_WRITE_START = 0x06,
	SSIF_WRITE_MIDDLE = 0x07,
	SSIF_WRITE_END = 0x08,
	SSIF_READ_MIDDLE = 0x09,
	SSIF_READ_RETRY = 0x0a,	/* a write: which part the next one is */
};

/**
 * struct ssif_limits - what a BMC can do; of Get System Interface Capabilities
 * @parts: how a long request is cut: 1 not at all, 2 the end is a middle that is not full,
 *	3 start, middles and end
 * @said: the same, as the BMC says
 * @request: bytes of the longest request
 * @has_pec: packet error checking
 */
struct ssif_limits {
	u8 parts;
	u8 said;
	u16 request;
	bool has_pec;
};

/**
 * struct ssif_part - one block of a request
 * @cmd: SMBus command
 * @at: where in the request it begins
 * @len: its bytes
 */
struct ssif_part {
	u8 cmd;
	u16 at;
	u8 len;
};

/* How an answer goes on. Less than 0: it is spoiled, and is to be fetched anew. */
enum ssif_read {
	SSIF_READ_SHORT = -4,	/* too short for an answer */
	SSIF_READ_NUMBER = -3,	/* not the block that was due */
	SSIF_READ_LENGTH = -2,	/* a block of the wrong length */
	SSIF_READ_LONG = -1,	/* longer than any message */
	SSIF_READ_DONE = 0,
	SSIF_READ_MORE = 1,
};

/**
 * struct ssif_answer - an answer being put together
 * @len: bytes so far
 * @next: the number of the block that is due
 * @data: the bytes
 */
struct ssif_answer {
	u16 len;
	u8 next;
	u8 data[SSIF_MAX];
};

void ssif_limits_set(struct ssif_limits *l, const u8 *rsp, unsigned int n);
unsigned int ssif_limits_trial(const struct ssif_limits *l);
void ssif_limits_lower(struct ssif_limits *l);
bool ssif_part(const struct ssif_limits *l, unsigned int len, unsigned int i,
	       struct ssif_part *part);
enum ssif_read ssif_first(struct ssif_answer *a, const u8 *block, unsigned int len);
enum ssif_read ssif_more(struct ssif_answer *a, const u8 *block, unsigned int len);

#endif /* IPMI_SSIF_FRAME_H */
