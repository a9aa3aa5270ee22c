// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzing of the codec: hostile answers to the decoders, any request to the
 * encoder, whose output must have the size it says and checksums that add up.
 */
#include <ipmi/codec.h>

#include "fuzz.h"

static void check_decoded(int rv, const struct codec_message *msg, const u8 *rsp, size_t len)
{
	unsigned int i, sum = 0;

	if (rv) {
		MUST(rv == -EINVAL || rv == -ENODATA || rv == -EBADMSG);
		return;
	}
	MUST(msg->data >= rsp && msg->data + msg->len <= rsp + len);
	MUST(msg->seq < 64 && msg->netfn < 64 && msg->dest_lun < 4);
	MUST(msg->addr_len == codec_addr_length(msg->addr.addr_type));
	MUST(!(msg->netfn & 1) || msg->len);
	MUST(codec_addr_equal(&msg->addr, &msg->addr));
	for (i = 0; i < msg->len; i++)
		sum += msg->data[i];
	/* Reads each byte of both, so that the sanitizer does. */
	for (i = 0; i < sizeof(msg->addr); i++)
		sum += ((const u8 *)&msg->addr)[i];
	MUST(sum < 0x10000000);
}

static void decode(const u8 *rsp, size_t len)
{
	struct codec_message msg;

	check_decoded(codec_decode_ipmb(rsp, len, &msg), &msg, rsp, len);
	check_decoded(codec_decode_lan(rsp, len, &msg), &msg, rsp, len);
	check_decoded(codec_decode_direct(rsp, len, &msg), &msg, rsp, len);
}

static void encode(struct input *in)
{
	static const int types[] = { IPMI_SYSTEM_INTERFACE_ADDR_TYPE, IPMI_IPMB_ADDR_TYPE,
				     IPMI_IPMB_BROADCAST_ADDR_TYPE, IPMI_IPMB_DIRECT_ADDR_TYPE,
				     IPMI_LAN_ADDR_TYPE, 0x55 };
	struct ipmi_addr addr = {
		.addr_type = types[eat(in) % ARRAY_SIZE(types)],
		.channel = (signed char)eat(in),
	};
	struct codec_request rq = { .addr = &addr };
	size_t i, cap;
	int rv, frame;
	u8 *out;

	for (i = 0; i < 6; i++)
		addr.data[i] = eat(in);
	rq.netfn = eat(in);
	rq.cmd = eat(in);
	rq.my_addr = eat(in);
	rq.my_lun = eat(in);
	rq.seq = eat(in);
	cap = eat(in) | eat(in) << 8;
	cap %= 400;
	rq.len = in->len - in->pos;
	rq.data = rq.len ? in->data + in->pos : NULL;

	codec_validate_addr(&addr, cap);
	out = malloc(cap + !cap);
	rv = codec_encode(&rq, out, cap);
	MUST(rv == -EINVAL || rv == -EMSGSIZE || (rv >= 2 && (size_t)rv <= cap && rv <= 272));
	if (rv > 0 && out[0] == 0x18 && out[1] == 0x34 &&
	    addr.addr_type != IPMI_SYSTEM_INTERFACE_ADDR_TYPE &&
	    addr.addr_type != IPMI_IPMB_DIRECT_ADDR_TYPE) {
		frame = addr.addr_type == IPMI_IPMB_ADDR_TYPE ? 3 : 4;
		MUST(!codec_checksum(out + frame, 3));
		MUST(!codec_checksum(out + frame + 3, rv - frame - 3));
	}
	free(out);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = { .data = data, .len = len };

	if (eat(&in) & 1)
		encode(&in);
	else if (len)
		decode(data + 1, len - 1);
	return 0;
}
