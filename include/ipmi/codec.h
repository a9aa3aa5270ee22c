/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The codec: kernel messages and addresses <-> bytes on the system interface.
 *
 * Pure: no interface, no user, no sequence table. Called by msghandler/request.c and
 * command.c (encode), bridge.c (encode, decode) and main.c (addresses), and by the
 * user-space tests. Every length that comes from a BMC is hostile.
 */
#ifndef IPMI_CODEC_H
#define IPMI_CODEC_H

#include <ipmi/pure.h>

/**
 * struct codec_request - one message to put on the wire
 * @addr: to whom; already validated by codec_validate_addr()
 * @netfn: network function; odd = this is a response (IPMB, LAN, direct)
 * @cmd: command
 * @data: its data, may be NULL when @len is 0
 * @len: bytes of data
 * @my_addr: our IPMB address on the target's channel
 * @my_lun: our LUN there
 * @seq: six-bit sequence number of a bridged or direct message
 */
struct codec_request {
	const struct ipmi_addr *addr;
	u8 netfn;
	u8 cmd;
	const u8 *data;
	size_t len;
	u8 my_addr;
	u8 my_lun;
	u8 seq;
};

/**
 * struct codec_message - one message taken off the wire
 * @addr: from whom (a response: whom we had asked), every byte initialised
 * @addr_len: its length by codec_addr_length()
 * @netfn: network function as received; odd = a response
 * @cmd: command
 * @seq: its six-bit sequence number
 * @dest_lun: our LUN it was sent to
 * @data: its data inside the buffer it was decoded from: a response begins with
 *	its completion code, a command has none; no checksum
 * @len: bytes of data
 */
struct codec_message {
	struct ipmi_addr addr;
	unsigned int addr_len;
	u8 netfn;
	u8 cmd;
	u8 seq;
	u8 dest_lun;
	const u8 *data;
	size_t len;
};

unsigned int codec_addr_length(int addr_type);
int codec_validate_addr(const struct ipmi_addr *addr, int len);
bool codec_addr_equal(const struct ipmi_addr *a, const struct ipmi_addr *b);
u8 codec_checksum(const u8 *data, size_t len);
int codec_encode(const struct codec_request *rq, u8 *out, size_t cap);
int codec_decode_ipmb(const u8 *rsp, size_t len, struct codec_message *msg);
int codec_decode_lan(const u8 *rsp, size_t len, struct codec_message *msg);
int codec_decode_direct(const u8 *rsp, size_t len, struct codec_message *msg);

#endif /* IPMI_CODEC_H */
