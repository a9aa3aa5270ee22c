// SPDX-License-Identifier: GPL-2.0-only
/*
 * SSIF framing: how a message is cut into SMBus blocks, and put together again.
 *
 * Called by ssif/bus.c and ssif/probe.c, and by the user-space tests; no lock.
 * IPMI 2.0, section 12.
 */
#include <ipmi/ssif_frame.h>

#define ANSWER_MIN	3	/* NetFn/LUN, command, completion code */
#define FIRST_HEAD	2	/* 00h 01h begins an answer of several parts */
#define LAST_NUMBER	0xff
#define SHORT_END_MAX	(2 * SSIF_BLOCK - 1)	/* of a request whose end is not full */

#define CAP_LEN		7	/* answer: up to the largest sizes */
#define CAP_PARTS(b)	((b) >> 6)
#define CAP_PEC		0x08

/**
 * ssif_limits_set() - what a BMC says of itself
 * @l: filled in; what every BMC can do if there is no such answer
 * @rsp: its answer to Get System Interface Capabilities, NetFn first
 * @n: bytes of it, hostile
 */
void ssif_limits_set(struct ssif_limits *l, const u8 *rsp, unsigned int n)
{
	*l = (struct ssif_limits){ .parts = 1, .said = 1, .request = SSIF_BLOCK };
	if (n < CAP_LEN || rsp[2])
		return;
	l->has_pec = rsp[4] & CAP_PEC;
	switch (CAP_PARTS(rsp[4])) {
	case 1:
		/* Start and end: the end is a middle that is not full. */
		l->parts = 2;
		l->request = clamp_t(u16, rsp[5], SSIF_BLOCK, SHORT_END_MAX);
		break;
	case 2:
		l->parts = 3;
		l->request = clamp_t(u16, rsp[5], SSIF_BLOCK, 255);
		break;
	}
	if (l->request == SSIF_BLOCK)
		l->parts = 1;
	l->said = l->parts;
}

/**
 * ssif_limits_trial() - how long a request has to be that shows whether a BMC does as it says
 * @l: what is known of it
 *
 * Return: bytes, so that there is one block of each kind; 0 if no trial is needed.
 */
unsigned int ssif_limits_trial(const struct ssif_limits *l)
{
	if (l->parts == 1)
		return 0;
	return (l->request > 2 * SSIF_BLOCK ? 2 : 1) * SSIF_BLOCK + 1;
}

/**
 * ssif_limits_lower() - what else to try of a BMC that has not taken a request of several parts
 * @l: changed: start and end without a middle, then an end of the other kind, then one block
 */
void ssif_limits_lower(struct ssif_limits *l)
{
	if (l->parts == 3 && l->request > 2 * SSIF_BLOCK) {
		l->request = 2 * SSIF_BLOCK;
	} else if (l->parts > 1 && l->parts == l->said) {
		l->parts = 5 - l->said;
		l->request = min_t(u16, l->request, SHORT_END_MAX);
	} else {
		l->parts = 1;
		l->request = SSIF_BLOCK;
	}
}

/**
 * ssif_part() - the i-th block of a request
 * @l: what the BMC can do
 * @len: bytes of the request, 1 to @l->request
 * @i: which block
 * @part: filled in
 *
 * Return: false if there is no such block.
 */
bool ssif_part(const struct ssif_limits *l, unsigned int len, unsigned int i,
	       struct ssif_part *part)
{
	unsigned int left;

	part->at = i * SSIF_BLOCK;
	if (part->at >= len)
		return false;
	left = len - part->at;
	part->len = min_t(unsigned int, left, SSIF_BLOCK);
	if (len <= SSIF_BLOCK)
		part->cmd = SSIF_WRITE_SINGLE;
	else if (!i)
		part->cmd = SSIF_WRITE_START;
	else if (left > SSIF_BLOCK || l->parts < 3)
		part->cmd = SSIF_WRITE_MIDDLE;
	else
		part->cmd = SSIF_WRITE_END;
	return true;
}

static enum ssif_read add(struct ssif_answer *a, const u8 *bytes, unsigned int len)
{
	if (a->len + len > sizeof(a->data))
		return SSIF_READ_LONG;
	memcpy(a->data + a->len, bytes, len);
	a->len += len;
	return SSIF_READ_MORE;
}

/**
 * ssif_first() - the block that SSIF_READ_START brought
 * @a: the answer, begun anew
 * @block: the block
 * @len: its bytes, hostile
 *
 * Return: how it goes on; SSIF_READ_MORE asks for SSIF_READ_MIDDLE.
 */
enum ssif_read ssif_first(struct ssif_answer *a, const u8 *block, unsigned int len)
{
	a->len = 0;
	a->next = 0;
	if (len > SSIF_BLOCK)
		return SSIF_READ_LENGTH;
	/* No answer begins with 00h: its NetFn is odd. */
	if (len >= FIRST_HEAD && block[0] == 0x00 && block[1] == 0x01) {
		if (len != SSIF_BLOCK)
			return SSIF_READ_LENGTH;
		return add(a, block + FIRST_HEAD, len - FIRST_HEAD);
	}
	if (len < ANSWER_MIN)
		return SSIF_READ_SHORT;
	add(a, block, len);
	return SSIF_READ_DONE;
}

/**
 * ssif_more() - a block that SSIF_READ_MIDDLE brought
 * @a: the answer
 * @block: the block, its number first
 * @len: its bytes, hostile
 *
 * Return: how it goes on.
 */
enum ssif_read ssif_more(struct ssif_answer *a, const u8 *block, unsigned int len)
{
	bool last;
	enum ssif_read rv;

	if (len < 2 || len > SSIF_BLOCK)
		return SSIF_READ_LENGTH;
	last = block[0] == LAST_NUMBER;
	if (!last && block[0] != a->next)
		return SSIF_READ_NUMBER;
	if (!last && len != SSIF_BLOCK)
		return SSIF_READ_LENGTH;
	rv = add(a, block + 1, len - 1);
	if (rv < 0)
		return rv;
	a->next++;
	return last ? SSIF_READ_DONE : SSIF_READ_MORE;
}
