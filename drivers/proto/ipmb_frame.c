// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages on an IPMB (IPMB 1.0, and IPMI 2.0, section 6.7): an address, and the bytes that are
 * written to it.
 *
 * Called by ipmb/engine.c, ipmb_dev/client.c, their I2C slaves, and by the user-space tests; no
 * lock. Each byte of a message that comes, and how many there are, is hostile.
 */
#include <ipmi/ipmb_frame.h>

#define LOCAL_MIN	2	/* NetFn/LUN, command */
#define DIRECT_MIN	4	/* NetFn/LUN, address, sequence number/LUN, command */
#define RESPONSE	BIT(2)	/* of NetFn/LUN */
#define LUN		3

static u8 sum(const u8 *bytes, unsigned int n)
{
	u8 sum = 0;

	while (n--)
		sum += *bytes++;
	return sum;
}

/**
 * ipmb_input_start() - a message begins
 * @in: the receiver; what it has had so far is forgotten
 * @own: the address to which it is sent, in 8 bits
 */
void ipmb_input_start(struct ipmb_input *in, u8 own)
{
	in->open = true;
	in->overlong = false;
	in->frame.bytes[IPMB_TO] = own;
	in->frame.len = 1;
}

/**
 * ipmb_input_byte() - a byte has come
 * @in: the receiver
 * @byte: the byte
 */
void ipmb_input_byte(struct ipmb_input *in, u8 byte)
{
	if (!in->open)
		return;
	if (in->frame.len == IPMB_FRAME_MAX)
		in->overlong = true;
	else
		in->frame.bytes[in->frame.len++] = byte;
}

/**
 * ipmb_input_end() - no more bytes come
 * @in: the receiver
 *
 * Return: whether there was a message, or the beginning of one that is too long; its frame is as
 * it was until the next one begins.
 */
bool ipmb_input_end(struct ipmb_input *in)
{
	bool was_open = in->open;

	in->open = false;
	/* An address alone is how buses are searched. */
	return was_open && in->frame.len > 1;
}

/**
 * ipmb_frame_has_head() - may this be a message?
 * @f: what has come
 *
 * Return: whether it is long enough, and its first checksum is right.
 */
bool ipmb_frame_has_head(const struct ipmb_frame *f)
{
	return f->len >= IPMB_FRAME_MIN && f->len <= IPMB_FRAME_MAX &&
	       !sum(f->bytes, IPMB_FROM);
}

/**
 * ipmb_frame_kind() - what has come?
 * @f: it
 *
 * Return: see enum ipmb_kind. Of a request and a response both checksums are right.
 */
enum ipmb_kind ipmb_frame_kind(const struct ipmb_frame *f)
{
	if (!ipmb_frame_has_head(f) || sum(f->bytes + IPMB_FROM, f->len - IPMB_FROM))
		return IPMB_SPOILED;
	if (!(f->bytes[IPMB_NETFN] & RESPONSE))
		return IPMB_REQUEST;
	return f->len > IPMB_FRAME_MIN ? IPMB_RESPONSE : IPMB_SPOILED;
}

/* The bytes from @to on to @cmd are set already. */
static u8 put_data(struct ipmb_frame *f, const u8 *data, unsigned int n)
{
	if (n > IPMB_FRAME_SENT - IPMB_FRAME_MIN)
		return IPMI_REQ_LEN_EXCEEDED_ERR;
	memcpy(f->bytes + IPMB_DATA, data, n);
	f->len = IPMB_FRAME_MIN + n;
	f->bytes[IPMB_HEAD_SUM] = -sum(f->bytes, IPMB_HEAD_SUM);
	f->bytes[f->len - 1] = -sum(f->bytes + IPMB_FROM, f->len - 1 - IPMB_FROM);
	return 0;
}

/**
 * ipmb_frame_local() - a request to the BMC
 * @f: filled in
 * @bmc: its address, in 8 bits
 * @own: ours
 * @seq: the request's number
 * @msg: the request as on a system interface: NetFn/LUN, command, data
 * @n: bytes of it
 *
 * Return: 0, or the completion code with which it is refused.
 */
u8 ipmb_frame_local(struct ipmb_frame *f, u8 bmc, u8 own, u8 seq, const u8 *msg, unsigned int n)
{
	if (n < LOCAL_MIN)
		return IPMI_REQ_LEN_INVALID_ERR;
	f->bytes[IPMB_TO] = bmc;
	f->bytes[IPMB_NETFN] = msg[0];
	f->bytes[IPMB_FROM] = own;
	f->bytes[IPMB_SEQ] = seq << 2;
	f->bytes[IPMB_CMD] = msg[1];
	return put_data(f, msg + LOCAL_MIN, n - LOCAL_MIN);
}

/**
 * ipmb_frame_direct() - a message to anybody on the bus
 * @f: filled in
 * @own: our address, in 8 bits
 * @seq: its number, if it is a request; a response has that of what it answers
 * @msg: NetFn/LUN, address, sequence number/LUN, command, data
 * @n: bytes of it
 *
 * Return: 0, or the completion code with which it is refused.
 */
u8 ipmb_frame_direct(struct ipmb_frame *f, u8 own, u8 seq, const u8 *msg, unsigned int n)
{
	bool is_response;

	if (n < DIRECT_MIN)
		return IPMI_REQ_LEN_INVALID_ERR;
	is_response = msg[0] & RESPONSE;
	/* It would be taken for a request without its completion code. */
	if (is_response && n == DIRECT_MIN)
		return IPMI_REQ_LEN_INVALID_ERR;
	f->bytes[IPMB_TO] = msg[1];
	f->bytes[IPMB_NETFN] = msg[0];
	f->bytes[IPMB_FROM] = own;
	f->bytes[IPMB_SEQ] = is_response ? msg[2] : seq << 2 | (msg[2] & LUN);
	f->bytes[IPMB_CMD] = msg[3];
	return put_data(f, msg + DIRECT_MIN, n - DIRECT_MIN);
}

/**
 * ipmb_frame_answers() - is this the answer to a request?
 * @f: a response
 * @rq: the request
 *
 * LUNs are not compared: there are controllers that do not return them.
 *
 * Return: whether sender, network function, number and command are those of the answer.
 */
bool ipmb_frame_answers(const struct ipmb_frame *f, const struct ipmb_frame *rq)
{
	return f->bytes[IPMB_FROM] == rq->bytes[IPMB_TO] &&
	       (f->bytes[IPMB_NETFN] | LUN) == (rq->bytes[IPMB_NETFN] | RESPONSE | LUN) &&
	       (f->bytes[IPMB_SEQ] | LUN) == (rq->bytes[IPMB_SEQ] | LUN) &&
	       f->bytes[IPMB_CMD] == rq->bytes[IPMB_CMD];
}

/**
 * ipmb_frame_get_local() - take the BMC's answer out of its frame
 * @f: a response
 * @rq: the request that it answers, from ipmb_frame_local()
 * @msg: room for IPMB_FRAME_MAX bytes
 *
 * Return: bytes of the answer as on a system interface: NetFn/LUN, command, completion code, data.
 */
unsigned int ipmb_frame_get_local(const struct ipmb_frame *f, const struct ipmb_frame *rq, u8 *msg)
{
	unsigned int n = f->len - IPMB_FRAME_MIN;

	msg[0] = rq->bytes[IPMB_NETFN] | RESPONSE;
	msg[1] = f->bytes[IPMB_CMD];
	memcpy(msg + LOCAL_MIN, f->bytes + IPMB_DATA, n);
	return LOCAL_MIN + n;
}

/**
 * ipmb_frame_get_direct() - take a message out of its frame
 * @f: a request or a response
 * @msg: room for IPMB_FRAME_MAX bytes
 *
 * Return: bytes of it: NetFn/LUN, address of who has sent it, sequence number/LUN, command,
 * [completion code,] data.
 */
unsigned int ipmb_frame_get_direct(const struct ipmb_frame *f, u8 *msg)
{
	unsigned int n = f->len - IPMB_FRAME_MIN;

	msg[0] = f->bytes[IPMB_NETFN];
	msg[1] = f->bytes[IPMB_FROM];
	msg[2] = f->bytes[IPMB_SEQ];
	msg[3] = f->bytes[IPMB_CMD];
	memcpy(msg + DIRECT_MIN, f->bytes + IPMB_DATA, n);
	return DIRECT_MIN + n;
}
