/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The BMC's end of SSIF: what an I2C slave says to the host's transfers (ssif_frame.h).
 *
 * The host writes blocks of a request and reads blocks of the answer, and the I2C controller tells
 * of each byte. The machine collects a request, which a program fetches and answers, and gives the
 * answer out block by block. All that the host does is hostile: whatever bytes come, in whatever
 * order and however many, nothing is read or written beyond the buffers, and the beginning of a
 * request is taken at any time. One caller at a time.
 */
#ifndef IPMI_SSIF_TARGET_H
#define IPMI_SSIF_TARGET_H

#include <ipmi/ssif_frame.h>

/* The longest request and the longest answer, which are ABI of /dev/ipmi-ssif-host. */
#define SSIF_TARGET_MAX 254
/* The shortest ones: NetFn/LUN, command; and a completion code. */
#define SSIF_TARGET_REQUEST_MIN 2
#define SSIF_TARGET_ANSWER_MIN	3

/**
 * enum ssif_target_phase - how far a request is
 * @SSIF_TARGET_IDLE: there is none, or it was given up
 * @SSIF_TARGET_PARTS: some of its parts have come
 * @SSIF_TARGET_READY: it is complete, nobody has fetched it
 * @SSIF_TARGET_FETCHED: it is being answered
 * @SSIF_TARGET_ANSWERED: the host can have the answer, as often as it likes
 */
enum ssif_target_phase {
	SSIF_TARGET_IDLE,
	SSIF_TARGET_PARTS,
	SSIF_TARGET_READY,
	SSIF_TARGET_FETCHED,
	SSIF_TARGET_ANSWERED,
};

/**
 * enum ssif_target_bus - what the transfer on the bus is
 * @SSIF_TARGET_QUIET: there is none
 * @SSIF_TARGET_WRITE: the host writes
 * @SSIF_TARGET_REFUSED: it has written what cannot be right; the rest is not looked at
 * @SSIF_TARGET_READ: the host reads
 */
enum ssif_target_bus {
	SSIF_TARGET_QUIET,
	SSIF_TARGET_WRITE,
	SSIF_TARGET_REFUSED,
	SSIF_TARGET_READ,
};

/**
 * struct ssif_target - the machine
 * @phase: see there
 * @requests: requests that were complete, which is the number of the last one too
 * @answers: answers that the host has fetched to the end
 * @malformed: transfers of the host that were no part of SSIF
 * @late: answers of the program that no request waited for
 * @given_up: requests that the program has not answered in time
 * @bus: see there
 * @addr: the BMC's address on the bus, 7 bits
 * @cmd: of a write, the SMBus command
 * @count: and so many bytes of data, as it says
 * @at: bytes that have come
 * @crc: of a write, the PEC that would be right now
 * @part: of a read, which part of the answer it is
 * @next: the part that SSIF_READ_MIDDLE gives next, 0 = the first one has not been read
 * @seen: the host has read the first part
 * @over: it has read the last one
 * @give_len: length of @give
 * @given: so much of it is out
 * @len: length of the request
 * @out_len: length of the answer
 * @block: what is being written
 * @give: what is being read: the number of bytes, they, the PEC
 * @in: the request
 * @out: the answer
 */
struct ssif_target {
	enum ssif_target_phase phase;
	u32 requests;
	u32 answers;
	u32 malformed;
	u32 late;
	u32 given_up;
	enum ssif_target_bus bus;
	u8 addr;
	u8 cmd;
	u8 count;
	u8 at;
	u8 crc;
	u8 part;
	u8 next;
	bool seen;
	bool over;
	u8 give_len;
	u8 given;
	u8 len;
	u8 out_len;
	u8 block[SSIF_BLOCK];
	u8 give[1 + SSIF_BLOCK + 1];
	u8 in[SSIF_TARGET_MAX];
	u8 out[SSIF_TARGET_MAX];
};

void ssif_target_init(struct ssif_target *t, u8 addr);

/* The I2C controller's side. */
void ssif_target_write(struct ssif_target *t);
int ssif_target_byte(struct ssif_target *t, u8 val);
u8 ssif_target_read(struct ssif_target *t);
u8 ssif_target_next(struct ssif_target *t);
void ssif_target_stop(struct ssif_target *t);

/* The program's side. */
int ssif_target_request(const struct ssif_target *t, u8 *req, u32 *number);
bool ssif_target_fetched(struct ssif_target *t, u32 number);
int ssif_target_answer(struct ssif_target *t, const u8 *rsp, size_t n);
void ssif_target_give_up(struct ssif_target *t);
void ssif_target_left(struct ssif_target *t);
bool ssif_target_has_news(const struct ssif_target *t);

#endif /* IPMI_SSIF_TARGET_H */
