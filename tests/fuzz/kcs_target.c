// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzing of the BMC's KCS machine: the input is what the host and the program do, two bytes each.
 */
#include <ipmi/kcs_target.h>

#include "fuzz.h"

static u8 idr, odr, str;

static u8 take(const struct kcs_target *t)
{
	(void)t;
	str &= ~KCS_TARGET_IBF;
	return idr;
}

static void put(const struct kcs_target *t, u8 val)
{
	(void)t;
	odr = val;
	str |= KCS_TARGET_OBF;
}

static void update(const struct kcs_target *t, u8 mask, u8 val)
{
	(void)t;
	MUST(!(mask & (KCS_TARGET_OBF | KCS_TARGET_IBF | KCS_TARGET_CMD)));
	str = (str & ~mask) | (val & mask);
}

static void host(struct kcs_target *t, bool cmd, u8 val)
{
	idr = val;
	str = (str & ~KCS_TARGET_CMD) | KCS_TARGET_IBF | (cmd ? KCS_TARGET_CMD : 0);
	MUST(kcs_target_event(t, str) != KCS_TARGET_NOTHING);
	MUST(!(str & KCS_TARGET_IBF));
}

static void program(struct kcs_target *t, u8 how, unsigned int n)
{
	u8 req[KCS_TARGET_MAX], rsp[KCS_TARGET_MAX + 2] = { 0 };
	u32 number = 0;
	int len = kcs_target_request(t, req, sizeof(req) - (how & 1), &number);

	if (len >= 2) {
		rsp[0] = req[0] | 4;
		rsp[1] = req[1] ^ (how & 2);
		MUST(how & 4 || kcs_target_fetched(t, number));
	}
	if (!kcs_target_answer(t, rsp, n))
		MUST(len >= 2 && !(how & 6) && n >= KCS_TARGET_ANSWER_MIN && n <= KCS_TARGET_MAX);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static const struct kcs_target_regs regs = { take, put, update };
	struct input in = { data, len };
	struct kcs_target *t = malloc(sizeof(*t));
	u8 what, val;

	str = 0;
	kcs_target_init(t, &regs);
	while (!eaten(&in)) {
		what = eat(&in);
		val = eat(&in);
		if (what == 0xff)
			kcs_target_abort(t);
		else if (what & 0x80)
			program(t, what >> 4, (what & 3) << 8 | val);
		else if (what & 0x40)
			for (unsigned int i = 0; i < val; i++)
				host(t, false, i);
		else
			host(t, what & 1, val);
		MUST(t->len <= KCS_TARGET_MAX && t->out_at <= t->out_len);
	}
	/* whatever happened, the host gets the interface idle */
	host(t, true, 0x60);
	host(t, false, 0);
	host(t, false, 0x68);
	MUST(t->phase == KCS_TARGET_IDLE && !odr && !(str & KCS_TARGET_STATE));
	free(t);
	return 0;
}
