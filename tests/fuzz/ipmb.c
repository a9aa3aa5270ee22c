// SPDX-License-Identifier: GPL-2.0-only
/*
 * IPMB: events of a bus in any order, and messages of programs of any length. It must stay within
 * its buffers, and what it sends must be what it would take.
 */
#include <ipmi/ipmb_frame.h>

#include "fuzz.h"

static void take(const struct ipmb_frame *f, const struct ipmb_frame *rq)
{
	/* of its very length, so that the sanitizer sees one byte too many */
	u8 *msg = malloc(f->len - 3);

	switch (ipmb_frame_kind(f)) {
	case IPMB_RESPONSE:
		if (ipmb_frame_answers(f, rq))
			MUST(ipmb_frame_get_local(f, rq, msg) >= 3);
		fallthrough;
	case IPMB_REQUEST:
		MUST(ipmb_frame_get_direct(f, msg) == f->len - 3);
		break;
	case IPMB_SPOILED:
		break;
	}
	free(msg);
}

static void bus(struct input *in, const struct ipmb_frame *rq)
{
	struct ipmb_input *r = calloc(1, sizeof(*r));

	for (unsigned int i = 0; i < 600 && !eaten(in); i++) {
		u8 what = eat(in);

		if (what < 8)
			ipmb_input_start(r, eat(in));
		else if (what >= 16)
			ipmb_input_byte(r, what == 16 ? eat(in) : what);
		else if (ipmb_input_end(r)) {
			MUST(r->frame.len > 1 && r->frame.len <= IPMB_FRAME_MAX);
			if (r->frame.len > 3)
				take(&r->frame, rq);
		}
	}
	free(r);
}

static void message(struct input *in, struct ipmb_frame *f, bool direct)
{
	unsigned int n = eat(in) % 40;
	u8 *msg = malloc(n + 1), seq = eat(in) & (IPMB_SEQS - 1), cc;

	for (unsigned int i = 0; i < n; i++)
		msg[i] = eat(in);
	cc = direct ? ipmb_frame_direct(f, 0x60, seq, msg, n) :
		      ipmb_frame_local(f, 0x20, 0x60, seq, msg, n);
	if (!cc) {
		u8 got[IPMB_FRAME_MAX];

		MUST(f->len <= IPMB_FRAME_SENT);
		if (direct || !(msg[0] & 4))
			MUST(ipmb_frame_kind(f) != IPMB_SPOILED);
		MUST(ipmb_frame_get_direct(f, got) == f->len - 3);
		MUST(got[1] == 0x60 && got[0] == msg[0]);
		take(f, f);
	}
	free(msg);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = { data, len, 0 };
	struct ipmb_frame *f = calloc(1, sizeof(*f));

	message(&in, f, true);
	message(&in, f, false);
	bus(&in, f);
	free(f);
	return 0;
}
