// SPDX-License-Identifier: GPL-2.0-only
/*
 * What OPAL takes as a request and gives as an answer.
 *
 * Called by powernv/engine.c and by the user-space tests; no lock.
 */
#include <ipmi/opal_frame.h>

#define REQUEST_MIN	2	/* NetFn/LUN, command */
#define ANSWER_MIN	3	/* and completion code */
#define RESPONSE	BIT(2)	/* of NetFn/LUN */
#define NETFN_LUN_LUN	3

/**
 * opal_frame_put() - put a request into a frame
 * @frame: room for OPAL_FRAME_MAX bytes; @n + 1 of them are used
 * @rq: the request, from NetFn/LUN on
 * @n: bytes of it
 *
 * Return: 0, or the completion code with which it is refused: the firmware takes it neither
 * shorter nor longer.
 */
u8 opal_frame_put(u8 *frame, const u8 *rq, unsigned int n)
{
	if (n < REQUEST_MIN)
		return IPMI_REQ_LEN_INVALID_ERR;
	if (n > OPAL_FRAME_REQUEST)
		return IPMI_REQ_LEN_EXCEEDED_ERR;
	frame[0] = OPAL_FRAME_VERSION;
	memcpy(frame + 1, rq, n);
	return 0;
}

/**
 * opal_frame_check() - is this the answer to a request?
 * @frame: what came, of OPAL_FRAME_MAX bytes of room
 * @len: bytes of it, as the firmware says; hostile
 * @rq: NetFn/LUN and command of the request
 *
 * The firmware has no numbers for its requests. What is left over from one that nobody waits for
 * any more can only be told by its network function and command.
 *
 * Return: what it is.
 */
enum opal_answer opal_frame_check(const u8 *frame, u64 len, const u8 *rq)
{
	if (len < 1 + ANSWER_MIN || len > OPAL_FRAME_MAX || frame[0] != OPAL_FRAME_VERSION)
		return OPAL_ANSWER_SPOILED;
	if (!(frame[1] & RESPONSE))
		return OPAL_ANSWER_SPOILED;
	if ((frame[1] ^ (rq[0] | RESPONSE)) & ~NETFN_LUN_LUN || frame[2] != rq[1])
		return OPAL_ANSWER_OTHER;
	return OPAL_ANSWER_FITS;
}

/**
 * opal_frame_get() - take the answer out of a frame
 * @frame: what came, which opal_frame_check() has found to fit
 * @len: bytes of it
 * @rsp: room for OPAL_FRAME_ANSWER bytes
 *
 * Where a BMC has not answered, the firmware answers C3h, and leaves behind it as many bytes of
 * an older message as there is room for. No command has data behind that code.
 *
 * Return: bytes of the answer, from NetFn/LUN on.
 */
unsigned int opal_frame_get(const u8 *frame, u64 len, u8 *rsp)
{
	unsigned int n = frame[ANSWER_MIN] == IPMI_TIMEOUT_ERR ? ANSWER_MIN : len - 1;

	memcpy(rsp, frame + 1, n);
	return n;
}
