// SPDX-License-Identifier: GPL-2.0-only
/*
 * The codec: kernel messages and addresses <-> bytes on the system interface.
 *
 * Called by msghandler/request.c and command.c (encode), bridge.c (encode, decode),
 * main.c (addresses) and the user-space tests; pure, no lock. Messages to others than the BMC
 * itself travel inside Send Message and come back inside Get Message (IPMI 2.0,
 * sections 22.7 and 22.6) in the form of their own medium, which is described
 * here once for each direction.
 */
#include <ipmi/codec.h>

/* What a message adds to its data on the system interface, at the least. */
#define SI_OVERHEAD	2	/* NetFn/LUN, command */
#define DIRECT_OVERHEAD	4
#define IPMB_OVERHEAD	10
#define LAN_OVERHEAD	12	/* one more than is needed; callers know this limit */

#define NETFN_MASK	0x3f	/* six bits are sent, whatever the caller says */

/* Answer to Get Message: NetFn/LUN, command, completion code, channel. */
enum {
	GET_CC = 2,
	GET_CHANNEL,
	GET_FRAME,
};

/*
 * A message of IPMB form, from its NetFn/LUN on: checksum, sender, sequence
 * number/LUN, command, data, checksum. LAN messages are of that form too.
 */
enum {
	FRAME_NETFN,
	FRAME_CHECKSUM,
	FRAME_SENDER,
	FRAME_SEQ,
	FRAME_CMD,
	FRAME_DATA,
};

static const struct ipmi_system_interface_addr *si_addr(const struct ipmi_addr *addr)
{
	return (const struct ipmi_system_interface_addr *)addr;
}

static const struct ipmi_ipmb_addr *ipmb_addr(const struct ipmi_addr *addr)
{
	return (const struct ipmi_ipmb_addr *)addr;
}

static const struct ipmi_ipmb_direct_addr *direct_addr(const struct ipmi_addr *addr)
{
	return (const struct ipmi_ipmb_direct_addr *)addr;
}

static const struct ipmi_lan_addr *lan_addr(const struct ipmi_addr *addr)
{
	return (const struct ipmi_lan_addr *)addr;
}

/**
 * codec_addr_length() - the length of an address
 * @addr_type: its type
 *
 * Context: any.
 * Return: the length, 0 if there is no such type.
 */
unsigned int codec_addr_length(int addr_type)
{
	switch (addr_type) {
	case IPMI_SYSTEM_INTERFACE_ADDR_TYPE:
		return sizeof(struct ipmi_system_interface_addr);
	case IPMI_IPMB_ADDR_TYPE:
	case IPMI_IPMB_BROADCAST_ADDR_TYPE:
		return sizeof(struct ipmi_ipmb_addr);
	case IPMI_IPMB_DIRECT_ADDR_TYPE:
		return sizeof(struct ipmi_ipmb_direct_addr);
	case IPMI_LAN_ADDR_TYPE:
		return sizeof(struct ipmi_lan_addr);
	default:
		return 0;
	}
}

static int validate_direct(const struct ipmi_addr *addr)
{
	const struct ipmi_ipmb_direct_addr *direct = direct_addr(addr);

	if (addr->channel || direct->slave_addr & 1 || direct->rs_lun > 3 || direct->rq_lun > 3)
		return -EINVAL;
	return 0;
}

/**
 * codec_validate_addr() - may a caller use this address?
 * @addr: the address
 * @len: how much of it the caller gave
 *
 * The LUN of a system interface, the parity of an IPMB address and what is
 * special to a LAN address are not looked at: programs rely on that.
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int codec_validate_addr(const struct ipmi_addr *addr, int len)
{
	if (len < (int)sizeof(struct ipmi_system_interface_addr))
		return -EINVAL;
	if (addr->addr_type == IPMI_SYSTEM_INTERFACE_ADDR_TYPE)
		return addr->channel == IPMI_BMC_CHANNEL ? 0 : -EINVAL;
	if (addr->channel == IPMI_BMC_CHANNEL || addr->channel >= IPMI_NUM_CHANNELS ||
	    addr->channel < 0)
		return -EINVAL;
	if (!codec_addr_length(addr->addr_type) || len < (int)codec_addr_length(addr->addr_type))
		return -EINVAL;
	return addr->addr_type == IPMI_IPMB_DIRECT_ADDR_TYPE ? validate_direct(addr) : 0;
}

static bool lan_equal(const struct ipmi_lan_addr *a, const struct ipmi_lan_addr *b)
{
	return a->session_handle == b->session_handle && a->remote_SWID == b->remote_SWID &&
	       a->local_SWID == b->local_SWID && a->lun == b->lun;
}

static bool direct_equal(const struct ipmi_ipmb_direct_addr *a,
			 const struct ipmi_ipmb_direct_addr *b)
{
	return a->slave_addr == b->slave_addr && a->rs_lun == b->rs_lun && a->rq_lun == b->rq_lun;
}

/**
 * codec_addr_equal() - do two addresses mean the same?
 * @a: one address
 * @b: the other
 *
 * A LAN address's privilege is not part of it: nothing brings it back with an
 * answer.
 *
 * Context: any.
 * Return: true if they do; addresses of unknown type never.
 */
bool codec_addr_equal(const struct ipmi_addr *a, const struct ipmi_addr *b)
{
	if (a->addr_type != b->addr_type || a->channel != b->channel)
		return false;
	switch (a->addr_type) {
	case IPMI_SYSTEM_INTERFACE_ADDR_TYPE:
		return si_addr(a)->lun == si_addr(b)->lun;
	case IPMI_IPMB_ADDR_TYPE:
	case IPMI_IPMB_BROADCAST_ADDR_TYPE:
		return ipmb_addr(a)->slave_addr == ipmb_addr(b)->slave_addr &&
		       ipmb_addr(a)->lun == ipmb_addr(b)->lun;
	case IPMI_IPMB_DIRECT_ADDR_TYPE:
		return direct_equal(direct_addr(a), direct_addr(b));
	case IPMI_LAN_ADDR_TYPE:
		return lan_equal(lan_addr(a), lan_addr(b));
	default:
		return false;
	}
}

/**
 * codec_checksum() - the checksum of IPMB
 * @data: the bytes
 * @len: how many
 *
 * Context: any.
 * Return: what makes the sum of all bytes 0 (IPMI 2.0, section 13.8).
 */
u8 codec_checksum(const u8 *data, size_t len)
{
	u8 sum = 0;

	while (len--)
		sum += *data++;
	return -sum;
}

static void put_data(u8 *out, const struct codec_request *rq)
{
	if (rq->len)
		memcpy(out, rq->data, rq->len);
}

/* Will @overhead and the data fit into a message, and that into @cap? */
static bool fits(const struct codec_request *rq, size_t overhead, size_t cap)
{
	return rq->len <= IPMI_MAX_MSG_LENGTH - overhead && rq->len + overhead <= cap;
}

/* The commands by which messages travel are the driver's own. */
static bool is_ours(u8 netfn, u8 cmd)
{
	return (netfn & NETFN_MASK) == IPMI_NETFN_APP_REQUEST &&
	       (cmd == IPMI_GET_MSG_CMD || cmd == IPMI_SEND_MSG_CMD ||
		cmd == IPMI_READ_EVENT_MSG_BUFFER_CMD);
}

static int encode_si(const struct codec_request *rq, u8 *out, size_t cap)
{
	u8 lun = si_addr(rq->addr)->lun;

	if (rq->netfn & 1 || lun > 3 || is_ours(rq->netfn, rq->cmd))
		return -EINVAL;
	if (!fits(rq, SI_OVERHEAD, cap))
		return -EMSGSIZE;
	out[0] = rq->netfn << 2 | lun;
	out[1] = rq->cmd;
	put_data(out + SI_OVERHEAD, rq);
	return rq->len + SI_OVERHEAD;
}

/* Of a response the completion code is part of the data, so there must be some. */
static int encode_direct(const struct codec_request *rq, u8 *out, size_t cap)
{
	const struct ipmi_ipmb_direct_addr *direct = direct_addr(rq->addr);
	bool response = rq->netfn & 1;

	if (response && !rq->len)
		return -EINVAL;
	if (!fits(rq, DIRECT_OVERHEAD, cap))
		return -EMSGSIZE;
	if (direct->rs_lun > 3 || direct->rq_lun > 3)
		return -EINVAL;
	out[0] = rq->netfn << 2 | (response ? direct->rq_lun : direct->rs_lun);
	out[1] = direct->slave_addr;
	out[2] = rq->seq << 2 | (response ? direct->rs_lun : direct->rq_lun);
	out[3] = rq->cmd;
	put_data(out + DIRECT_OVERHEAD, rq);
	return rq->len + DIRECT_OVERHEAD;
}

static size_t put_send_message(u8 *out, const struct codec_request *rq)
{
	out[0] = IPMI_NETFN_APP_REQUEST << 2;
	out[1] = IPMI_SEND_MSG_CMD;
	/* Neither tracking nor encryption: the bits above the channel are 0. */
	out[2] = rq->addr->channel & 0xf;
	return 3;
}

/* A message of IPMB form, receiver included: the checksums begin with it. */
static size_t put_frame(u8 *out, const struct codec_request *rq, u8 to, u8 lun, u8 from)
{
	u8 *frame = out + 1;

	out[0] = to;
	frame[FRAME_NETFN] = rq->netfn << 2 | lun;
	frame[FRAME_CHECKSUM] = codec_checksum(out, 2);
	frame[FRAME_SENDER] = from;
	frame[FRAME_SEQ] = rq->seq << 2 | (rq->my_lun & 3);
	frame[FRAME_CMD] = rq->cmd;
	put_data(frame + FRAME_DATA, rq);
	frame[FRAME_DATA + rq->len] =
		codec_checksum(frame + FRAME_SENDER, FRAME_DATA - FRAME_SENDER + rq->len);
	return 1 + FRAME_DATA + rq->len + 1;
}

static int encode_ipmb(const struct codec_request *rq, u8 *out, size_t cap)
{
	const struct ipmi_ipmb_addr *ipmb = ipmb_addr(rq->addr);
	bool broadcast = ipmb->addr_type == IPMI_IPMB_BROADCAST_ADDR_TYPE;
	size_t n;

	if (!fits(rq, IPMB_OVERHEAD + broadcast, cap))
		return -EMSGSIZE;
	if (ipmb->lun > 3)
		return -EINVAL;
	n = put_send_message(out, rq);
	/* The broadcast address goes before the frame, and no checksum covers it. */
	if (broadcast)
		out[n++] = 0;
	return n + put_frame(out + n, rq, ipmb->slave_addr, ipmb->lun, rq->my_addr);
}

static int encode_lan(const struct codec_request *rq, u8 *out, size_t cap)
{
	const struct ipmi_lan_addr *lan = lan_addr(rq->addr);
	size_t n;

	if (!fits(rq, LAN_OVERHEAD, cap))
		return -EMSGSIZE;
	if (lan->lun > 3)
		return -EINVAL;
	n = put_send_message(out, rq);
	/* Nor the session handle. */
	out[n++] = lan->session_handle;
	return n + put_frame(out + n, rq, lan->remote_SWID, lan->lun, lan->local_SWID);
}

/**
 * codec_encode() - put a message into bytes for the transport
 * @rq: the message; its address has passed codec_validate_addr()
 * @out: room for them
 * @cap: that room
 *
 * Whether the channel's medium fits the address, and which sequence number is
 * free, is the caller's business. A broadcast has the form of Table 20-2, the
 * others that of sections 7.2 (LAN) and 7.3 (IPMB) of the IPMI 2.0
 * specification and its Send Message command, section 22.7.
 *
 * Context: any.
 * Return: the number of bytes, -EINVAL for what may not be sent, -EMSGSIZE for
 * too much data.
 */
int codec_encode(const struct codec_request *rq, u8 *out, size_t cap)
{
	switch (rq->addr->addr_type) {
	case IPMI_SYSTEM_INTERFACE_ADDR_TYPE:
		return encode_si(rq, out, cap);
	case IPMI_IPMB_ADDR_TYPE:
	case IPMI_IPMB_BROADCAST_ADDR_TYPE:
		return encode_ipmb(rq, out, cap);
	case IPMI_IPMB_DIRECT_ADDR_TYPE:
		return encode_direct(rq, out, cap);
	case IPMI_LAN_ADDR_TYPE:
		return encode_lan(rq, out, cap);
	default:
		return -EINVAL;
	}
}

static void clear_message(struct codec_message *msg, int addr_type, short channel)
{
	memset(msg, 0, sizeof(*msg));
	msg->addr.addr_type = addr_type;
	msg->addr.channel = channel;
	msg->addr_len = codec_addr_length(addr_type);
}

/* Is this a Get Message answer that holds @need bytes after its channel? */
static int check_get_message(const u8 *rsp, size_t len, size_t need)
{
	if (len < GET_CHANNEL || len > IPMI_MAX_MSG_LENGTH ||
	    rsp[0] >> 2 != IPMI_NETFN_APP_RESPONSE || rsp[1] != IPMI_GET_MSG_CMD)
		return -EINVAL;
	if (rsp[GET_CC])
		return -ENODATA;
	return len < GET_FRAME + need ? -EBADMSG : 0;
}

/* @len bytes of a frame, at least FRAME_DATA and a checksum. */
static int take_frame(struct codec_message *msg, const u8 *frame, size_t len)
{
	msg->netfn = frame[FRAME_NETFN] >> 2;
	msg->dest_lun = frame[FRAME_NETFN] & 3;
	msg->seq = frame[FRAME_SEQ] >> 2;
	msg->cmd = frame[FRAME_CMD];
	msg->data = frame + FRAME_DATA;
	msg->len = len - FRAME_DATA - 1;
	/* A response without a completion code is none. */
	return msg->netfn & 1 && !msg->len ? -EBADMSG : 0;
}

/**
 * codec_decode_ipmb() - take a message from an IPMB channel
 * @rsp: the BMC's answer to Get Message, from its NetFn/LUN on
 * @len: its length, hostile
 * @msg: the message, valid as long as @rsp; undefined on error
 *
 * The BMC has received the message and checked it, so neither checksum is
 * verified: the first covers our own address, which Get Message does not
 * repeat, and some BMCs do not bother to fill in the second.
 *
 * Context: any.
 * Return: 0, -EINVAL if @rsp does not answer Get Message, -ENODATA if it says
 * that there is no message, -EBADMSG if it is too short to hold one.
 */
int codec_decode_ipmb(const u8 *rsp, size_t len, struct codec_message *msg)
{
	struct ipmi_ipmb_addr *ipmb = (struct ipmi_ipmb_addr *)&msg->addr;
	const u8 *frame = rsp + GET_FRAME;
	int rv = check_get_message(rsp, len, FRAME_DATA + 1);

	if (rv)
		return rv;
	clear_message(msg, IPMI_IPMB_ADDR_TYPE, rsp[GET_CHANNEL] & 0xf);
	ipmb->slave_addr = frame[FRAME_SENDER];
	ipmb->lun = frame[FRAME_SEQ] & 3;
	return take_frame(msg, frame, len - GET_FRAME);
}

/**
 * codec_decode_lan() - take a message from a LAN or serial channel
 * @rsp: the BMC's answer to Get Message, from its NetFn/LUN on
 * @len: its length, hostile
 * @msg: the message, valid as long as @rsp; undefined on error
 *
 * As codec_decode_ipmb(), with a session handle and our own SWID before the
 * frame. The checksums are not verified here either.
 *
 * Context: any.
 * Return: see codec_decode_ipmb().
 */
int codec_decode_lan(const u8 *rsp, size_t len, struct codec_message *msg)
{
	struct ipmi_lan_addr *lan = (struct ipmi_lan_addr *)&msg->addr;
	const u8 *frame = rsp + GET_FRAME + 2;
	int rv = check_get_message(rsp, len, 2 + FRAME_DATA + 1);

	if (rv)
		return rv;
	clear_message(msg, IPMI_LAN_ADDR_TYPE, rsp[GET_CHANNEL] & 0xf);
	lan->privilege = rsp[GET_CHANNEL] >> 4;
	lan->session_handle = rsp[GET_FRAME];
	lan->local_SWID = rsp[GET_FRAME + 1];
	lan->remote_SWID = frame[FRAME_SENDER];
	lan->lun = frame[FRAME_SEQ] & 3;
	return take_frame(msg, frame, len - GET_FRAME - 2);
}

/**
 * codec_decode_direct() - take a message that came straight from an IPMB
 * @rsp: NetFn/LUN, sender, sequence number/LUN, command, data
 * @len: its length, hostile
 * @msg: the message, valid as long as @rsp; undefined on error
 *
 * Such a message has no checksum any more.
 *
 * Context: any.
 * Return: 0, or -EBADMSG if it is too short or too long.
 */
int codec_decode_direct(const u8 *rsp, size_t len, struct codec_message *msg)
{
	struct ipmi_ipmb_direct_addr *direct = (struct ipmi_ipmb_direct_addr *)&msg->addr;
	u8 their_lun;

	if (len < DIRECT_OVERHEAD || len > IPMI_MAX_MSG_LENGTH)
		return -EBADMSG;
	clear_message(msg, IPMI_IPMB_DIRECT_ADDR_TYPE, 0);
	msg->netfn = rsp[0] >> 2;
	msg->dest_lun = rsp[0] & 3;
	msg->seq = rsp[2] >> 2;
	msg->cmd = rsp[3];
	msg->data = rsp + DIRECT_OVERHEAD;
	msg->len = len - DIRECT_OVERHEAD;

	their_lun = rsp[2] & 3;
	direct->slave_addr = rsp[1];
	direct->rs_lun = msg->netfn & 1 ? their_lun : msg->dest_lun;
	direct->rq_lun = msg->netfn & 1 ? msg->dest_lun : their_lun;
	return msg->netfn & 1 && !msg->len ? -EBADMSG : 0;
}
