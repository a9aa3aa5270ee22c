// SPDX-License-Identifier: GPL-2.0-only
/*
 * SSIF framing, fed with blocks and capabilities that nobody has checked: it must stay within
 * its buffers, come to an end, and cut every request into blocks that are all of it.
 */
#include <ipmi/ssif_frame.h>

#include "fuzz.h"

static void answer(struct input *in)
{
	struct ssif_answer *a = malloc(sizeof(*a));
	enum ssif_read rv = SSIF_READ_MORE;
	unsigned int blocks = 0;

	for (bool first = true; rv == SSIF_READ_MORE && !eaten(in); first = false) {
		unsigned int len = eat(in) % 40;
		/* of its very length, so that the sanitizer sees one byte too many */
		u8 *block = malloc(len + 1);

		for (unsigned int i = 0; i < len; i++)
			block[i] = eat(in);
		rv = first ? ssif_first(a, block, len) : ssif_more(a, block, len);
		free(block);
		MUST(a->len <= SSIF_MAX);
		MUST(++blocks <= 10);
	}
	if (rv == SSIF_READ_DONE)
		MUST(a->len >= 3);
	free(a);
}

static void request(struct input *in)
{
	struct ssif_limits l;
	struct ssif_part part;
	unsigned int n = eat(in) % 10, len, at = 0;
	u8 *rsp = malloc(n + 1);

	for (unsigned int i = 0; i < n; i++)
		rsp[i] = eat(in);
	ssif_limits_set(&l, rsp, n);
	free(rsp);
	MUST(l.request >= 32 && l.request <= 255);
	len = 1 + eat(in) % l.request;
	for (unsigned int i = 0; ssif_part(&l, len, i, &part); i++) {
		MUST(part.at == at && part.len >= 1 && part.len <= 32);
		at += part.len;
	}
	MUST(at == len);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = { data, len, 0 };

	request(&in);
	while (!eaten(&in))
		answer(&in);
	return 0;
}
