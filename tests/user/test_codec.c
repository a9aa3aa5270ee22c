// SPDX-License-Identifier: GPL-2.0-only
/*
 * The codec, by the tables of tests/cases/codec.h and by brute force.
 */
#include <stdlib.h>

#include "test.h"
#include "../cases/codec.h"

static struct ipmi_addr make_addr(const struct addr_case *c)
{
	struct ipmi_addr addr = { .addr_type = c->type, .channel = c->channel };

	memcpy(addr.data, c->data, sizeof(c->data));
	return addr;
}

static int decode(enum codec_decoder by, const u8 *rsp, size_t len, struct codec_message *msg)
{
	switch (by) {
	case DECODE_IPMB:
		return codec_decode_ipmb(rsp, len, msg);
	case DECODE_LAN:
		return codec_decode_lan(rsp, len, msg);
	default:
		return codec_decode_direct(rsp, len, msg);
	}
}

/* In memory of its own size, so that the sanitizer sees each byte too many. */
static int decode_exact(enum codec_decoder by, const u8 *rsp, size_t len,
			struct codec_message *msg)
{
	u8 *copy = malloc(len + !len);
	size_t i, sum = 0;
	int rv;

	memcpy(copy, rsp, len);
	rv = decode(by, copy, len, msg);
	if (!rv) {
		EXPECT(msg->data >= copy && msg->data + msg->len <= copy + len);
		for (i = 0; i < msg->len; i++)
			sum += msg->data[i];
		EXPECT(sum <= 255 * len);
	}
	free(copy);
	return rv;
}

static void lengths(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(codec_lengths); i++)
		EXPECT_EQ(codec_addr_length(codec_lengths[i].type), codec_lengths[i].len);
}

static void validate(void)
{
	struct ipmi_addr addr;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(codec_validations); i++) {
		addr = make_addr(&codec_validations[i].addr);
		EXPECT_SAY(codec_validate_addr(&addr, codec_validations[i].len) ==
				   codec_validations[i].rv,
			   "case %u", i);
	}
}

/* Each type, channel and length; the table says which byte matters besides. */
static void validate_all(void)
{
	struct ipmi_addr addr = {};
	int type, channel, len;
	unsigned int need;
	bool good;

	for (type = -3; type < 300; type++) {
		need = codec_addr_length(type);
		for (channel = -40; channel < 40; channel++) {
			for (len = -2; len < 41; len++) {
				addr.addr_type = type;
				addr.channel = channel;
				good = need && len >= (int)need;
				good &= type == SI ? channel == 15 : channel >= 0 && channel < 15;
				if (type == DIRECT)
					good &= channel == 0;
				EXPECT_EQ(codec_validate_addr(&addr, len), good ? 0 : -EINVAL);
			}
		}
	}
}

static void equal(void)
{
	struct ipmi_addr a, b;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(codec_equalities); i++) {
		a = make_addr(&codec_equalities[i].a);
		b = make_addr(&codec_equalities[i].b);
		EXPECT_SAY(codec_addr_equal(&a, &b) == codec_equalities[i].equal, "case %u", i);
		EXPECT_SAY(codec_addr_equal(&b, &a) == codec_equalities[i].equal, "case %u", i);
	}
}

static void checksum(void)
{
	u8 data[4] = { 0x20, 0x18, 0x00, 0xff };

	EXPECT_EQ(codec_checksum(data, 0), 0);
	EXPECT_EQ(codec_checksum(data, 2), 0xc8);
	data[2] = 0xc8;
	EXPECT_EQ(codec_checksum(data, 3), 0);
}

static void encode(void)
{
	u8 data[300] = { 0xaa, 0xbb }, out[300];
	struct codec_request rq;
	struct ipmi_addr addr;
	unsigned int i, n;
	int rv;

	for (i = 0; i < ARRAY_SIZE(codec_encodings); i++) {
		addr = make_addr(&codec_encodings[i].addr);
		rq = (struct codec_request){
			.addr = &addr,
			.netfn = codec_encodings[i].netfn,
			.cmd = codec_encodings[i].cmd,
			.data = codec_encodings[i].len ? data : NULL,
			.len = codec_encodings[i].len,
			.my_addr = 0x20,
			.my_lun = 2,
			.seq = codec_encodings[i].seq,
		};
		memset(out, 0xee, sizeof(out));
		rv = codec_encode(&rq, out, 272);
		EXPECT_SAY(rv == codec_encodings[i].rv, "case %u: %d", i, rv);
		if (rv < 0)
			continue;
		EXPECT_EQ(out[rv], 0xee);
		for (n = 0; n < 20 && (int)n < rv; n++)
			if (rq.len <= 2 || codec_encodings[i].out[n])
				EXPECT_SAY(out[n] == codec_encodings[i].out[n],
					   "case %u, byte %u: %02x", i, n, out[n]);
	}
}

/* No room is too small to be noticed. */
static void encode_into_little(void)
{
	u8 data[300] = {}, *out;
	struct codec_request rq = { .data = data, .netfn = 4, .cmd = 1 };
	struct addr_case types[] = { { SI, 15, {} }, { IPMB, 0, {} }, { BCAST, 0, {} },
				     { DIRECT, 0, {} }, { LAN, 1, {} } };
	struct ipmi_addr addr;
	unsigned int i;
	size_t cap;
	int rv;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		addr = make_addr(&types[i]);
		rq.addr = &addr;
		for (rq.len = 0; rq.len < 300; rq.len++) {
			for (cap = 0; cap < 300; cap += cap < 16 || cap > 260 ? 1 : 61) {
				out = malloc(cap + !cap);
				rv = codec_encode(&rq, out, cap);
				EXPECT(rv == -EMSGSIZE || (rv > 0 && (size_t)rv <= cap));
				free(out);
			}
		}
		/* A room that is larger than any message does not make messages larger. */
		rq.len = 271;
		EXPECT_EQ(codec_encode(&rq, data, sizeof(data)), -EMSGSIZE);
		rq.len = ~(size_t)0;
		EXPECT_EQ(codec_encode(&rq, data, sizeof(data)), -EMSGSIZE);
	}
}

/* What is encoded has checksums that add up. */
static void encode_sums(void)
{
	u8 data[8] = { 1, 2, 3, 4, 5, 6, 7, 8 }, out[272];
	struct codec_request rq = { .data = data, .my_addr = 0x20, .my_lun = 1 };
	struct ipmi_addr addr;
	unsigned int first;
	int rv;

	for (rq.seq = 0; rq.seq < 64; rq.seq++) {
		for (rq.len = 0; rq.len <= 8; rq.len++) {
			rq.netfn = rq.seq;
			rq.cmd = rq.seq * 5;
			addr = make_addr(&(struct addr_case){ IPMB, 3, { 0x72, 2 } });
			rq.addr = &addr;
			first = 3;
			rv = codec_encode(&rq, out, sizeof(out));
			EXPECT_EQ(codec_checksum(out + first, 3), 0);
			EXPECT_EQ(codec_checksum(out + first + 3, rv - first - 3), 0);

			addr = make_addr(&(struct addr_case){ LAN, 3, { 4, 9, 0x81, 0x83, 2 } });
			first = 4;
			rv = codec_encode(&rq, out, sizeof(out));
			EXPECT_EQ(codec_checksum(out + first, 3), 0);
			EXPECT_EQ(codec_checksum(out + first + 3, rv - first - 3), 0);
		}
	}
}

static void decode_table(void)
{
	struct codec_message msg;
	struct ipmi_addr addr;
	unsigned int i;
	int rv;

	for (i = 0; i < ARRAY_SIZE(codec_decodings); i++) {
		memset(&msg, 0xee, sizeof(msg));
		rv = decode(codec_decodings[i].by, codec_decodings[i].rsp, codec_decodings[i].len,
			    &msg);
		EXPECT_SAY(rv == codec_decodings[i].rv, "case %u: %d", i, rv);
		if (rv)
			continue;
		addr = make_addr(&codec_decodings[i].addr);
		/* Every byte of it, gaps included. */
		EXPECT_SAY(!memcmp(&addr, &msg.addr, sizeof(addr)), "case %u: address", i);
		EXPECT_EQ(msg.addr_len, codec_addr_length(addr.addr_type));
		EXPECT_EQ(msg.netfn, codec_decodings[i].netfn);
		EXPECT_EQ(msg.cmd, codec_decodings[i].cmd);
		EXPECT_EQ(msg.seq, codec_decodings[i].seq);
		EXPECT_EQ(msg.dest_lun, codec_decodings[i].dest_lun);
		EXPECT_EQ(msg.data - codec_decodings[i].rsp, (long)codec_decodings[i].data);
		EXPECT_EQ(msg.len, codec_decodings[i].data_len);
	}
}

static void decode_all_lengths(void)
{
	static const unsigned int least[] = { 10, 12, 4 };
	struct codec_message msg;
	u8 rsp[400] = { 0x1c, 0x33 };
	enum codec_decoder by;
	bool response;
	size_t len;
	int rv;

	for (by = DECODE_IPMB; by <= DECODE_DIRECT; by++) {
		response = by == DECODE_DIRECT;
		for (len = 0; len < sizeof(rsp); len++) {
			rv = decode_exact(by, rsp, len, &msg);
			if (len >= least[by] + response && len <= 272)
				EXPECT_EQ(rv, 0);
			else if (by != DECODE_DIRECT && (len < 3 || len > 272))
				EXPECT_EQ(rv, -EINVAL);
			else
				EXPECT_EQ(rv, -EBADMSG);
			if (!rv)
				EXPECT_EQ(msg.len, len - least[by]);
		}
	}
}

/* What we send is what the other side takes for a message from us. */
static void there_and_back(void)
{
	u8 data[4] = { 0, 2, 3, 4 }, out[272], rsp[272] = { 0x1c, 0x33, 0 };
	struct codec_request rq = { .cmd = 0x2d, .data = data, .my_addr = 0x20, .my_lun = 3 };
	struct codec_message msg;
	struct ipmi_addr addr;
	int rv;

	for (rq.netfn = 0; rq.netfn < 64; rq.netfn++) {
		rq.seq = 63 - rq.netfn;
		rq.len = 4;
		addr = make_addr(&(struct addr_case){ IPMB, 6, { 0x24, 1 } });
		rq.addr = &addr;
		rv = codec_encode(&rq, out, sizeof(out));
		rsp[3] = out[2];
		memcpy(rsp + 4, out + 4, rv - 4);
		EXPECT_EQ(codec_decode_ipmb(rsp, rv, &msg), 0);
		EXPECT_EQ(msg.netfn, rq.netfn);
		EXPECT_EQ(msg.cmd, rq.cmd);
		EXPECT_EQ(msg.seq, rq.seq);
		EXPECT_EQ(msg.dest_lun, 1);
		EXPECT_EQ(((struct ipmi_ipmb_addr *)&msg.addr)->slave_addr, 0x20);
		EXPECT_EQ(((struct ipmi_ipmb_addr *)&msg.addr)->lun, 3);
		EXPECT_BYTES(msg.data, msg.len, data, sizeof(data));
	}
}

static const struct test codec_tests[] = {
	TEST(lengths),
	TEST(validate),
	TEST(validate_all),
	TEST(equal),
	TEST(checksum),
	TEST(encode),
	TEST(encode_into_little),
	TEST(encode_sums),
	TEST(decode_table),
	TEST(decode_all_lengths),
	TEST(there_and_back),
};

SUITE(codec);
