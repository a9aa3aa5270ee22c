// SPDX-License-Identifier: GPL-2.0-only
/*
 * The SSIF machine of a BMC: requests of the host come in, answers go out.
 *
 * Called by ssif_bmc and by the user-space tests, one caller at a time; pure, so no lock and no
 * clock. IPMI 2.0, section 12; the PEC is SMBus 3.2, section 6.4.
 *
 * A block is looked at when its transfer ends, because only the end tells whether a PEC was behind
 * it; until then what was before stays as it is, so that a spoiled one harms nothing. A new start
 * ends a transfer too, as controllers exist that lose the stop before it. The host may use a PEC or
 * not, for each block: one is behind each block that it reads, and who wants none stops before it.
 */
#include <ipmi/ssif_target.h>

#define FIRST_HEAD	2	/* 00h 01h begins an answer of several parts */
#define FIRST_DATA	(SSIF_BLOCK - FIRST_HEAD)
#define MIDDLE_DATA	(SSIF_BLOCK - 1)	/* behind its number */
#define LAST_NUMBER	0xff
#define NO_PART		0xff	/* there is nothing to read */
#define NOTHING		0xff	/* what is read if nobody drives the bus */

static u8 pec(u8 crc, u8 byte)
{
	unsigned int bit;

	crc ^= byte;
	for (bit = 0; bit < 8; bit++)
		crc = crc & 0x80 ? crc << 1 ^ 0x07 : crc << 1;
	return crc;
}

static bool is_waited_for(const struct ssif_target *t)
{
	return t->phase == SSIF_TARGET_READY || t->phase == SSIF_TARGET_FETCHED;
}

static bool is_read(u8 cmd)
{
	return cmd == SSIF_READ_START || cmd == SSIF_READ_MIDDLE;
}

/* What the host writes is none of SSIF; a request in several parts goes with it. */
static int refuse(struct ssif_target *t)
{
	t->bus = SSIF_TARGET_REFUSED;
	if (t->phase == SSIF_TARGET_PARTS)
		t->phase = SSIF_TARGET_IDLE;
	t->malformed++;
	return -EIO;
}

static int command(struct ssif_target *t)
{
	switch (t->cmd) {
	case SSIF_WRITE_SINGLE:
	case SSIF_WRITE_START:
	case SSIF_READ_RETRY:
		return 0;
	case SSIF_WRITE_MIDDLE:
	case SSIF_WRITE_END:
		return t->phase == SSIF_TARGET_PARTS ? 0 : refuse(t);
	case SSIF_READ_START:
	case SSIF_READ_MIDDLE:
		return is_waited_for(t) ? -EBUSY : 0;
	default:
		return refuse(t);
	}
}

/* Can a block of this kind have so many bytes? */
static bool fits(const struct ssif_target *t)
{
	switch (t->cmd) {
	case SSIF_WRITE_SINGLE:
		return t->count >= SSIF_TARGET_REQUEST_MIN && t->count <= SSIF_BLOCK;
	case SSIF_WRITE_START:
		return t->count && t->count <= SSIF_BLOCK;
	case SSIF_WRITE_MIDDLE:
	case SSIF_WRITE_END:
		return t->count && t->count <= SSIF_BLOCK && t->len + t->count <= SSIF_TARGET_MAX;
	case SSIF_READ_RETRY:
		return t->count == 1;
	default:
		return false;
	}
}

/**
 * ssif_target_byte() - the host writes a byte
 * @t: the machine
 * @val: it
 *
 * Return: 0; -EBUSY or -EIO if it is not to be acknowledged. Who cannot do that goes on.
 */
int ssif_target_byte(struct ssif_target *t, u8 val)
{
	int rv = 0;

	if (t->bus != SSIF_TARGET_WRITE)
		return -EIO;
	if (!t->at) {
		t->cmd = val;
		rv = command(t);
	} else if (t->at == 1) {
		t->count = val;
		rv = fits(t) ? 0 : refuse(t);
	} else if (t->at < 2 + t->count) {
		t->block[t->at - 2] = val;
	} else if (t->at > 2 + t->count || val != t->crc) {
		return refuse(t);
	}
	t->at++;
	t->crc = pec(t->crc, val);
	return rv;
}

/* Of an answer in several parts, the last one's number from 0 on. */
static unsigned int last_part(const struct ssif_target *t)
{
	if (t->out_len <= SSIF_BLOCK)
		return 0;
	return (t->out_len - FIRST_DATA + MIDDLE_DATA - 1) / MIDDLE_DATA;
}

/* The host wants the part of this number again, which is counted without the first one. */
static void retry(struct ssif_target *t, u8 number)
{
	unsigned int last = last_part(t), part = number == LAST_NUMBER ? last : number + 1U;

	if (t->phase == SSIF_TARGET_ANSWERED && part && part <= last)
		t->next = part;
	else
		refuse(t);
}

/* A block has been written. */
static void take(struct ssif_target *t)
{
	if (t->at < 2 + t->count) {
		refuse(t);
		return;
	}
	if (t->cmd == SSIF_READ_RETRY) {
		retry(t, t->block[0]);
		return;
	}
	/* With a new request the host has given up whatever it had asked. */
	if (t->cmd == SSIF_WRITE_SINGLE || t->cmd == SSIF_WRITE_START)
		t->len = 0;
	memcpy(t->in + t->len, t->block, t->count);
	t->len += t->count;
	/* Where there are no ends, a middle that is not full is one. */
	if (t->cmd == SSIF_WRITE_START || (t->cmd == SSIF_WRITE_MIDDLE && t->count == SSIF_BLOCK)) {
		t->phase = SSIF_TARGET_PARTS;
	} else {
		t->phase = SSIF_TARGET_READY;
		t->requests++;
	}
}

/* A block has been read, or some of it. */
static void gave(struct ssif_target *t)
{
	if (t->part == NO_PART || t->given <= t->give[0])
		return;
	t->next = t->part + 1;
	t->seen = true;
	if (t->part == last_part(t) && !t->over) {
		t->over = true;
		t->answers++;
	}
}

/**
 * ssif_target_stop() - the transfer is over
 * @t: the machine
 *
 * @t->requests has changed if it has completed a request.
 */
void ssif_target_stop(struct ssif_target *t)
{
	if (t->bus == SSIF_TARGET_WRITE && t->at && !is_read(t->cmd))
		take(t);
	else if (t->bus == SSIF_TARGET_READ)
		gave(t);
	t->bus = SSIF_TARGET_QUIET;
}

/**
 * ssif_target_write() - the host begins to write
 * @t: the machine
 */
void ssif_target_write(struct ssif_target *t)
{
	ssif_target_stop(t);
	t->bus = SSIF_TARGET_WRITE;
	t->at = 0;
	t->count = 0;
	t->crc = pec(0, t->addr << 1);
}

/* A part of the answer: its length, 0 if there is no such part. */
static u8 cut(const struct ssif_target *t, unsigned int part, u8 *block)
{
	unsigned int at, n;

	if (!part && t->out_len <= SSIF_BLOCK) {
		memcpy(block, t->out, t->out_len);
		return t->out_len;
	}
	if (!part) {
		block[0] = 0x00;
		block[1] = 0x01;
		memcpy(block + FIRST_HEAD, t->out, FIRST_DATA);
		return SSIF_BLOCK;
	}
	if (part > last_part(t))
		return 0;
	at = FIRST_DATA + MIDDLE_DATA * (part - 1);
	n = min_t(unsigned int, t->out_len - at, MIDDLE_DATA);
	block[0] = part == last_part(t) ? LAST_NUMBER : part - 1;
	memcpy(block + 1, t->out + at, n);
	return n + 1;
}

static u8 choose(const struct ssif_target *t, u8 cmd)
{
	if (t->phase != SSIF_TARGET_ANSWERED)
		return NO_PART;
	if (cmd == SSIF_READ_START)
		return 0;
	return cmd == SSIF_READ_MIDDLE && t->next ? t->next : NO_PART;
}

/**
 * ssif_target_read() - the host begins to read
 * @t: the machine
 *
 * Return: the first byte, the length of a block; 0 if there is none yet.
 */
u8 ssif_target_read(struct ssif_target *t)
{
	u8 cmd = 0, n = 0, i;

	if (t->bus == SSIF_TARGET_WRITE && t->at == 1)
		cmd = t->cmd;
	t->crc = pec(pec(pec(0, t->addr << 1), cmd), t->addr << 1 | 1);
	ssif_target_stop(t);
	t->bus = SSIF_TARGET_READ;
	t->part = choose(t, cmd);
	if (t->part != NO_PART)
		n = cut(t, t->part, t->give + 1);
	if (!n)
		t->part = NO_PART;
	t->give[0] = n;
	for (i = 0; i <= n; i++)
		t->crc = pec(t->crc, t->give[i]);
	t->give[n + 1] = t->crc;
	t->give_len = n + 2;
	t->given = 1;
	return n;
}

/**
 * ssif_target_next() - the host goes on to read
 * @t: the machine
 *
 * Some controllers ask for a byte more than the host takes.
 *
 * Return: the next byte.
 */
u8 ssif_target_next(struct ssif_target *t)
{
	if (t->bus != SSIF_TARGET_READ || t->given >= t->give_len)
		return NOTHING;
	return t->give[t->given++];
}

/**
 * ssif_target_request() - the request that nobody has fetched
 * @t: the machine
 * @req: is filled with it, SSIF_TARGET_MAX bytes at most; it stays there until
 *	ssif_target_fetched()
 * @number: is filled with its number
 *
 * Return: its length; -EAGAIN if there is none.
 */
int ssif_target_request(const struct ssif_target *t, u8 *req, u32 *number)
{
	if (t->phase != SSIF_TARGET_READY)
		return -EAGAIN;
	memcpy(req, t->in, t->len);
	*number = t->requests;
	return t->len;
}

/**
 * ssif_target_fetched() - who has got it from ssif_target_request() will answer it
 * @t: the machine
 * @number: the request's
 *
 * Return: whether the host still waits for that.
 */
bool ssif_target_fetched(struct ssif_target *t, u32 number)
{
	if (t->phase != SSIF_TARGET_READY || t->requests != number)
		return false;
	t->phase = SSIF_TARGET_FETCHED;
	return true;
}

/* The NetFn of @rsp is that of the answer to @t->in, and the command is the same. */
static bool is_answer(const struct ssif_target *t, const u8 *rsp)
{
	return rsp[0] >> 2 == (t->in[0] >> 2 | 1) && rsp[1] == t->in[1];
}

/**
 * ssif_target_answer() - answer the request that was fetched
 * @t: the machine
 * @rsp: NetFn/LUN, command, completion code and data
 * @n: their length
 *
 * What answers another command is refused: it is the late answer to a request that the host has
 * given up. Nothing changes for the request that there is instead.
 *
 * Return: 0; -EINVAL if it is too short or too long, if no request waits for it, or another one.
 */
int ssif_target_answer(struct ssif_target *t, const u8 *rsp, size_t n)
{
	if (n < SSIF_TARGET_ANSWER_MIN || n > SSIF_TARGET_MAX)
		return -EINVAL;
	if (t->phase != SSIF_TARGET_FETCHED || !is_answer(t, rsp)) {
		t->late++;
		return -EINVAL;
	}
	memcpy(t->out, rsp, n);
	t->out_len = n;
	t->next = 0;
	t->seen = false;
	t->over = false;
	t->phase = SSIF_TARGET_ANSWERED;
	return 0;
}

/**
 * ssif_target_give_up() - the last request has not been answered in time, if it has not
 * @t: the machine
 */
void ssif_target_give_up(struct ssif_target *t)
{
	if (!is_waited_for(t))
		return;
	t->phase = SSIF_TARGET_IDLE;
	t->given_up++;
}

/**
 * ssif_target_left() - who was to answer has gone
 * @t: the machine
 */
void ssif_target_left(struct ssif_target *t)
{
	if (t->phase == SSIF_TARGET_FETCHED)
		ssif_target_give_up(t);
}

/**
 * ssif_target_has_news() - is there an answer of which the host has seen nothing?
 * @t: the machine
 */
bool ssif_target_has_news(const struct ssif_target *t)
{
	return t->phase == SSIF_TARGET_ANSWERED && !t->seen;
}

/**
 * ssif_target_init() - a machine at rest
 * @t: the machine
 * @addr: the BMC's address on the bus, 7 bits
 */
void ssif_target_init(struct ssif_target *t, u8 addr)
{
	memset(t, 0, sizeof(*t));
	t->addr = addr;
}
