// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzing of the BMC's SSIF machine: the input is what the host and the program do. Each step has
 * a byte that says what, and what that takes.
 */
#include <ipmi/ssif_target.h>

#include "fuzz.h"

#define ADDR 0x10

/* As a program does it, or one that answers something else, or too much, or does not answer. */
static void program(struct ssif_target *t, u8 how, unsigned int n)
{
	u8 rsp[SSIF_TARGET_MAX + 2] = { 0 };
	u8 *req = malloc(SSIF_TARGET_MAX);
	u32 number = 0;
	int len = ssif_target_request(t, req, &number);

	MUST(len == -EAGAIN || (len >= SSIF_TARGET_REQUEST_MIN && len <= SSIF_TARGET_MAX));
	if (len > 0) {
		rsp[0] = req[0] | 4;
		rsp[1] = req[1] ^ (how & 1);
		MUST(how & 2 || ssif_target_fetched(t, number));
	}
	if (!ssif_target_answer(t, rsp, n))
		MUST(len > 0 && !(how & 2) && n >= SSIF_TARGET_ANSWER_MIN && n <= SSIF_TARGET_MAX);
	free(req);
}

static void host_reads(struct ssif_target *t, unsigned int n)
{
	u8 len = ssif_target_read(t);

	MUST(len <= SSIF_BLOCK);
	for (unsigned int i = 0; i < n; i++) {
		u8 val = ssif_target_next(t);

		MUST(i <= len || val == 0xff);
	}
}

static void block(struct ssif_target *t, struct input *in, u8 cmd)
{
	u8 n = eat(in), more = eat(in);

	ssif_target_write(t);
	ssif_target_byte(t, cmd);
	ssif_target_byte(t, n);
	for (unsigned int i = 0; i < n + (more & 3U); i++)
		ssif_target_byte(t, i);
	if (more & 4)
		ssif_target_byte(t, t->crc);
	if (more & 8)
		ssif_target_stop(t);
}

static void step(struct ssif_target *t, struct input *in)
{
	u8 what = eat(in);

	switch (what >> 4) {
	case 0:
		ssif_target_write(t);
		break;
	case 1:
		ssif_target_stop(t);
		break;
	case 2:
		host_reads(t, what & 1 ? 300 : eat(in) % 40);
		break;
	case 3:
		ssif_target_give_up(t);
		break;
	case 4:
		ssif_target_left(t);
		break;
	case 5:
	case 6:
		program(t, what, eat(in));
		break;
	case 7:
		ssif_target_write(t);
		ssif_target_byte(t, what & 8 ? SSIF_READ_MIDDLE : SSIF_READ_START);
		host_reads(t, eat(in) % 40);
		break;
	case 8:
		ssif_target_byte(t, eat(in));
		break;
	default:
		block(t, in, what & 15);
		break;
	}
}

/* Whatever happened: a request comes through, and its answer. */
static void recovers(struct ssif_target *t)
{
	static const u8 rq[] = { SSIF_WRITE_SINGLE, 3, 0x18, 0x34, 0x07 };
	u8 req[SSIF_TARGET_MAX], rsp[] = { 0x1c, 0x34, 0x00 };
	u32 number = 0;

	ssif_target_write(t);
	for (unsigned int i = 0; i < sizeof(rq); i++)
		MUST(!ssif_target_byte(t, rq[i]));
	ssif_target_stop(t);
	MUST(ssif_target_request(t, req, &number) == 3 && !memcmp(req, rq + 2, 3));
	MUST(ssif_target_fetched(t, number));
	MUST(!ssif_target_answer(t, rsp, sizeof(rsp)));
	ssif_target_write(t);
	MUST(!ssif_target_byte(t, SSIF_READ_START));
	MUST(ssif_target_read(t) == 3);
	for (unsigned int i = 0; i < 3; i++)
		MUST(ssif_target_next(t) == rsp[i]);
	ssif_target_stop(t);
	MUST(!ssif_target_has_news(t));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = { data, len, 0 };
	/* alone in its memory, so that the sanitizer sees one byte too many */
	struct ssif_target *t = malloc(sizeof(*t));

	ssif_target_init(t, ADDR);
	while (!eaten(&in)) {
		step(t, &in);
		MUST(t->len <= SSIF_TARGET_MAX && t->given <= t->give_len);
	}
	recovers(t);
	free(t);
	return 0;
}
