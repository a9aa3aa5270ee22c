/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the codec must accept, refuse and produce. Tables only, for the runners
 * in user space and in the kernel.
 */
#ifndef TESTS_CASES_CODEC_H
#define TESTS_CASES_CODEC_H

#include <ipmi/codec.h>

#define SI	IPMI_SYSTEM_INTERFACE_ADDR_TYPE
#define IPMB	IPMI_IPMB_ADDR_TYPE
#define BCAST	IPMI_IPMB_BROADCAST_ADDR_TYPE
#define DIRECT	IPMI_IPMB_DIRECT_ADDR_TYPE
#define LAN	IPMI_LAN_ADDR_TYPE

/*
 * An address by its bytes after the channel: SI lun; IPMB slave, lun; direct
 * slave, rs_lun, rq_lun; LAN privilege, handle, remote, local, lun.
 */
struct addr_case {
	int type;
	short channel;
	u8 data[6];
};

static const struct {
	int type;
	unsigned int len;
} codec_lengths[] = {
	{ SI, 8 }, { IPMB, 8 }, { BCAST, 8 }, { DIRECT, 12 }, { LAN, 12 },
	{ 0, 0 },  { -1, 0 },	{ 2, 0 },     { 0x0d, 0 },    { 0x10001, 0 },
};

static const struct {
	struct addr_case addr;
	int len;
	int rv;
} codec_validations[] = {
	{ { SI, 15 }, 8, 0 },
	{ { SI, 15 }, 40, 0 },
	{ { SI, 15 }, 7, -EINVAL },
	{ { SI, 15 }, 0, -EINVAL },
	{ { SI, 15 }, -1, -EINVAL },
	{ { SI, 15, { 4 } }, 8, 0 },
	{ { SI, 15, { 0xff } }, 8, 0 },
	{ { SI, 0 }, 8, -EINVAL },
	{ { SI, 14 }, 8, -EINVAL },
	{ { SI, 16 }, 8, -EINVAL },
	{ { SI, -1 }, 8, -EINVAL },
	{ { IPMB, 0, { 0x20, 0 } }, 8, 0 },
	{ { IPMB, 14, { 0x20, 0 } }, 8, 0 },
	{ { IPMB, 15, { 0x20, 0 } }, 8, -EINVAL },
	{ { IPMB, 16, { 0x20, 0 } }, 8, -EINVAL },
	{ { IPMB, -1, { 0x20, 0 } }, 8, -EINVAL },
	{ { IPMB, 0, { 0x20, 0 } }, 7, -EINVAL },
	{ { IPMB, 0, { 0x21, 9 } }, 8, 0 },
	{ { BCAST, 0, { 0x20, 0 } }, 8, 0 },
	{ { BCAST, 15, { 0x20, 0 } }, 8, -EINVAL },
	{ { DIRECT, 0, { 0x20, 0, 0 } }, 12, 0 },
	{ { DIRECT, 0, { 0x20, 3, 3 } }, 12, 0 },
	{ { DIRECT, 0, { 0x20, 0, 0 } }, 11, -EINVAL },
	{ { DIRECT, 0, { 0x21, 0, 0 } }, 12, -EINVAL },
	{ { DIRECT, 0, { 0x20, 4, 0 } }, 12, -EINVAL },
	{ { DIRECT, 0, { 0x20, 0, 4 } }, 12, -EINVAL },
	{ { DIRECT, 1, { 0x20, 0, 0 } }, 12, -EINVAL },
	{ { DIRECT, 15, { 0x20, 0, 0 } }, 12, -EINVAL },
	{ { LAN, 1, { 4, 7, 0x81, 0x82, 0 } }, 12, 0 },
	{ { LAN, 1, { 0xff, 0xff, 0xff, 0xff, 0xff } }, 12, 0 },
	{ { LAN, 1, { 4, 7, 0x81, 0x82, 0 } }, 11, -EINVAL },
	{ { LAN, 1, { 4, 7, 0x81, 0x82, 0 } }, 8, -EINVAL },
	{ { LAN, 15, { 4, 7, 0x81, 0x82, 0 } }, 12, -EINVAL },
	{ { 0, 0 }, 40, -EINVAL },
	{ { 0x7f, 3 }, 40, -EINVAL },
	{ { -1, 0 }, 40, -EINVAL },
};

static const struct {
	struct addr_case a, b;
	bool equal;
} codec_equalities[] = {
	{ { SI, 15, { 1 } }, { SI, 15, { 1 } }, true },
	{ { SI, 15, { 1 } }, { SI, 15, { 2 } }, false },
	{ { IPMB, 0, { 0x24, 1 } }, { IPMB, 0, { 0x24, 1 } }, true },
	{ { IPMB, 0, { 0x24, 1, 9 } }, { IPMB, 0, { 0x24, 1, 8 } }, true },
	{ { IPMB, 0, { 0x24, 1 } }, { IPMB, 0, { 0x26, 1 } }, false },
	{ { IPMB, 0, { 0x24, 1 } }, { IPMB, 0, { 0x24, 0 } }, false },
	{ { IPMB, 0, { 0x24, 1 } }, { IPMB, 1, { 0x24, 1 } }, false },
	{ { IPMB, 0, { 0x24, 1 } }, { BCAST, 0, { 0x24, 1 } }, false },
	{ { BCAST, 0, { 0x24, 1 } }, { BCAST, 0, { 0x24, 1 } }, true },
	{ { DIRECT, 0, { 0x24, 1, 2 } }, { DIRECT, 0, { 0x24, 1, 2 } }, true },
	{ { DIRECT, 0, { 0x24, 1, 2 } }, { DIRECT, 0, { 0x26, 1, 2 } }, false },
	{ { DIRECT, 0, { 0x24, 1, 2 } }, { DIRECT, 0, { 0x24, 0, 2 } }, false },
	{ { DIRECT, 0, { 0x24, 1, 2 } }, { DIRECT, 0, { 0x24, 1, 0 } }, false },
	{ { LAN, 1, { 4, 7, 0x81, 0x82, 0 } }, { LAN, 1, { 4, 7, 0x81, 0x82, 0 } }, true },
	{ { LAN, 1, { 4, 7, 0x81, 0x82, 0 } }, { LAN, 1, { 2, 7, 0x81, 0x82, 0 } }, true },
	{ { LAN, 1, { 4, 7, 0x81, 0x82, 0 } }, { LAN, 1, { 4, 6, 0x81, 0x82, 0 } }, false },
	{ { LAN, 1, { 4, 7, 0x81, 0x82, 0 } }, { LAN, 1, { 4, 7, 0x80, 0x82, 0 } }, false },
	{ { LAN, 1, { 4, 7, 0x81, 0x82, 0 } }, { LAN, 1, { 4, 7, 0x81, 0x80, 0 } }, false },
	{ { LAN, 1, { 4, 7, 0x81, 0x82, 0 } }, { LAN, 1, { 4, 7, 0x81, 0x82, 1 } }, false },
	{ { 0x33, 1, { 1 } }, { 0x33, 1, { 1 } }, false },
};

/* The data is aa bb ..., from our address 20h, our LUN 2. */
static const struct {
	struct addr_case addr;
	u8 netfn;
	u8 cmd;
	u8 seq;
	size_t len;
	int rv;
	u8 out[20];
} codec_encodings[] = {
	/* To the BMC. */
	{ { SI, 15 }, 0x06, 0x01, 0, 0, 2, { 0x18, 0x01 } },
	{ { SI, 15, { 3 } }, 0x0a, 0x44, 9, 2, 4, { 0x2b, 0x44, 0xaa, 0xbb } },
	/* Six bits of a network function are sent. */
	{ { SI, 15 }, 0x46, 0x01, 0, 0, 2, { 0x18, 0x01 } },
	{ { SI, 15 }, 0x07, 0x01, 0, 0, -EINVAL, {} },
	{ { SI, 15, { 4 } }, 0x06, 0x01, 0, 0, -EINVAL, {} },
	{ { SI, 15 }, 0x06, 0x33, 0, 0, -EINVAL, {} },
	{ { SI, 15 }, 0x06, 0x34, 0, 0, -EINVAL, {} },
	{ { SI, 15 }, 0x06, 0x35, 0, 0, -EINVAL, {} },
	{ { SI, 15 }, 0x46, 0x34, 0, 0, -EINVAL, {} },
	{ { SI, 15 }, 0x06, 0x32, 0, 0, 2, { 0x18, 0x32 } },
	{ { SI, 15 }, 0x06, 0x36, 0, 0, 2, { 0x18, 0x36 } },
	{ { SI, 15 }, 0x06, 0x2e, 0, 1, 3, { 0x18, 0x2e, 0xaa } },
	{ { SI, 15 }, 0x06, 0x31, 0, 0, 2, { 0x18, 0x31 } },
	{ { SI, 15 }, 0x0a, 0x34, 0, 0, 2, { 0x28, 0x34 } },
	{ { SI, 15 }, 0x0a, 0x34, 0, 270, 272, { 0x28, 0x34, 0xaa } },
	{ { SI, 15 }, 0x0a, 0x34, 0, 271, -EMSGSIZE, {} },
	/* What may not be sent is said before what is too long. */
	{ { SI, 15 }, 0x06, 0x34, 0, 272, -EINVAL, {} },
	/* To the IPMB. */
	{ { IPMB, 0, { 0x24, 1 } }, 0x06, 0x01, 1, 2, 12,
	  { 0x18, 0x34, 0x00, 0x24, 0x19, 0xc3, 0x20, 0x06, 0x01, 0xaa, 0xbb, 0x74 } },
	{ { IPMB, 7, { 0x24, 1 } }, 0x06, 0x34, 1, 0, 10,
	  { 0x18, 0x34, 0x07, 0x24, 0x19, 0xc3, 0x20, 0x06, 0x34, 0xa6 } },
	{ { IPMB, 0, { 0x24, 1 } }, 0x07, 0x01, 0x15, 2, 12,
	  { 0x18, 0x34, 0x00, 0x24, 0x1d, 0xbf, 0x20, 0x56, 0x01, 0xaa, 0xbb, 0x24 } },
	/* Six bits of a sequence number. */
	{ { IPMB, 0, { 0x24, 1 } }, 0x07, 0x01, 0x55, 2, 12,
	  { 0x18, 0x34, 0x00, 0x24, 0x1d, 0xbf, 0x20, 0x56, 0x01, 0xaa, 0xbb, 0x24 } },
	{ { IPMB, 0, { 0x24, 4 } }, 0x06, 0x01, 1, 2, -EINVAL, {} },
	{ { IPMB, 0, { 0x24, 1 } }, 0x06, 0x01, 1, 262, 272, { 0x18, 0x34 } },
	{ { IPMB, 0, { 0x24, 1 } }, 0x06, 0x01, 1, 263, -EMSGSIZE, {} },
	{ { IPMB, 0, { 0x24, 4 } }, 0x06, 0x01, 1, 263, -EMSGSIZE, {} },
	{ { BCAST, 0, { 0x24, 1 } }, 0x06, 0x01, 2, 2, 13,
	  { 0x18, 0x34, 0x00, 0x00, 0x24, 0x19, 0xc3, 0x20, 0x0a, 0x01, 0xaa, 0xbb, 0x70 } },
	{ { BCAST, 0, { 0x24, 1 } }, 0x06, 0x01, 2, 261, 272, { 0x18, 0x34 } },
	{ { BCAST, 0, { 0x24, 1 } }, 0x06, 0x01, 2, 262, -EMSGSIZE, {} },
	{ { BCAST, 0, { 0x24, 4 } }, 0x06, 0x01, 2, 0, -EINVAL, {} },
	/* To a LAN. */
	{ { LAN, 1, { 4, 7, 0x81, 0x82, 0 } }, 0x06, 0x01, 0, 2, 13,
	  { 0x18, 0x34, 0x01, 0x07, 0x81, 0x18, 0x67, 0x82, 0x02, 0x01, 0xaa, 0xbb, 0x16 } },
	{ { LAN, 1, { 4, 7, 0x81, 0x82, 4 } }, 0x06, 0x01, 0, 2, -EINVAL, {} },
	{ { LAN, 1, { 4, 7, 0x81, 0x82, 3 } }, 0x06, 0x01, 0, 260, 271, { 0x18, 0x34, 0x01 } },
	{ { LAN, 1, { 4, 7, 0x81, 0x82, 3 } }, 0x06, 0x01, 0, 261, -EMSGSIZE, {} },
	/* Straight to an IPMB: the LUNs change places in a response. */
	{ { DIRECT, 0, { 0x24, 1, 2 } }, 0x06, 0x01, 5, 2, 6,
	  { 0x19, 0x24, 0x16, 0x01, 0xaa, 0xbb } },
	{ { DIRECT, 0, { 0x24, 1, 2 } }, 0x07, 0x01, 5, 2, 6,
	  { 0x1e, 0x24, 0x15, 0x01, 0xaa, 0xbb } },
	{ { DIRECT, 0, { 0x24, 1, 2 } }, 0x06, 0x01, 0x45, 0, 4, { 0x19, 0x24, 0x16, 0x01 } },
	{ { DIRECT, 0, { 0x24, 1, 2 } }, 0x07, 0x01, 5, 0, -EINVAL, {} },
	{ { DIRECT, 0, { 0x24, 1, 2 } }, 0x07, 0x01, 5, 1, 5, { 0x1e, 0x24, 0x15, 0x01, 0xaa } },
	{ { DIRECT, 0, { 0x24, 4, 2 } }, 0x06, 0x01, 5, 0, -EINVAL, {} },
	{ { DIRECT, 0, { 0x24, 1, 4 } }, 0x06, 0x01, 5, 0, -EINVAL, {} },
	{ { DIRECT, 0, { 0x24, 1, 2 } }, 0x06, 0x01, 5, 268, 272, { 0x19, 0x24, 0x16, 0x01 } },
	{ { DIRECT, 0, { 0x24, 1, 2 } }, 0x06, 0x01, 5, 269, -EMSGSIZE, {} },
	{ { 0x33, 0 }, 0x06, 0x01, 0, 0, -EINVAL, {} },
};

enum codec_decoder { DECODE_IPMB, DECODE_LAN, DECODE_DIRECT };

static const struct {
	enum codec_decoder by;
	u8 rsp[20];
	size_t len;
	int rv;
	struct addr_case addr;
	u8 netfn;
	u8 cmd;
	u8 seq;
	u8 dest_lun;
	size_t data; /* where it begins */
	size_t data_len;
} codec_decodings[] = {
	/* A command from 24h LUN 1 to our LUN 2. */
	{ DECODE_IPMB, { 0x1c, 0x33, 0, 0, 0xc2, 0x1e, 0x24, 0x45, 0x55, 1, 2, 0xaa }, 12, 0,
	  { IPMB, 0, { 0x24, 1 } }, 0x30, 0x55, 0x11, 2, 9, 2 },
	{ DECODE_IPMB, { 0x1c, 0x33, 0, 0x47, 0xc2, 0x1e, 0x24, 0x45, 0x55, 0xaa }, 10, 0,
	  { IPMB, 7, { 0x24, 1 } }, 0x30, 0x55, 0x11, 2, 9, 0 },
	/* A response: a completion code, no more. */
	{ DECODE_IPMB, { 0x1c, 0x33, 0, 0, 0x1e, 0xc2, 0x24, 0x05, 0x01, 0xc1, 0xaa }, 11, 0,
	  { IPMB, 0, { 0x24, 1 } }, 0x07, 0x01, 1, 2, 9, 1 },
	{ DECODE_IPMB, { 0x1c, 0x33, 0, 0, 0x1e, 0xc2, 0x24, 0x05, 0x01, 0xaa }, 10, -EBADMSG, {},
	  0, 0, 0, 0, 0, 0 },
	{ DECODE_IPMB, { 0x1c, 0x33, 0x80 }, 3, -ENODATA, {}, 0, 0, 0, 0, 0, 0 },
	{ DECODE_IPMB, { 0x1c, 0x33, 0x80, 0, 0xc2, 0x1e, 0x24, 0x45, 0x55, 1, 2 }, 11, -ENODATA,
	  {}, 0, 0, 0, 0, 0, 0 },
	{ DECODE_IPMB, { 0x18, 0x33, 0, 0, 0xc2, 0x1e, 0x24, 0x45, 0x55, 1, 2 }, 11, -EINVAL, {},
	  0, 0, 0, 0, 0, 0 },
	{ DECODE_IPMB, { 0x1c, 0x34, 0, 0, 0xc2, 0x1e, 0x24, 0x45, 0x55, 1, 2 }, 11, -EINVAL, {},
	  0, 0, 0, 0, 0, 0 },
	/* A command on channel 1 at privilege 4, session 7, from 81h to our 82h. */
	{ DECODE_LAN,
	  { 0x1c, 0x33, 0, 0x41, 7, 0x82, 0x18, 0x66, 0x81, 0x48, 0x01, 9, 8, 0xaa }, 14, 0,
	  { LAN, 1, { 4, 7, 0x81, 0x82, 0 } }, 0x06, 0x01, 0x12, 0, 11, 2 },
	{ DECODE_LAN, { 0x1c, 0x33, 0, 0x41, 7, 0x82, 0x1f, 0x66, 0x81, 0x49, 0x01, 0, 0xaa }, 13,
	  0, { LAN, 1, { 4, 7, 0x81, 0x82, 1 } }, 0x07, 0x01, 0x12, 3, 11, 1 },
	{ DECODE_LAN, { 0x1c, 0x33, 0, 0x41, 7, 0x82, 0x1c, 0x66, 0x81, 0x48, 0x01, 0xaa }, 12,
	  -EBADMSG, {}, 0, 0, 0, 0, 0, 0 },
	{ DECODE_LAN, { 0x1c, 0x33, 0x80 }, 3, -ENODATA, {}, 0, 0, 0, 0, 0, 0 },
	/* A command to our LUN 2 from their LUN 1, and a response to it. */
	{ DECODE_DIRECT, { 0x1a, 0x24, 0x15, 0x01, 0xaa }, 5, 0, { DIRECT, 0, { 0x24, 2, 1 } },
	  0x06, 0x01, 5, 2, 4, 1 },
	{ DECODE_DIRECT, { 0x1a, 0x24, 0x15, 0x01 }, 4, 0, { DIRECT, 0, { 0x24, 2, 1 } }, 0x06,
	  0x01, 5, 2, 4, 0 },
	{ DECODE_DIRECT, { 0x1e, 0x24, 0x15, 0x01, 0x00 }, 5, 0, { DIRECT, 0, { 0x24, 1, 2 } },
	  0x07, 0x01, 5, 2, 4, 1 },
	{ DECODE_DIRECT, { 0x1e, 0x24, 0x15, 0x01 }, 4, -EBADMSG, {}, 0, 0, 0, 0, 0, 0 },
};

#endif /* TESTS_CASES_CODEC_H */
