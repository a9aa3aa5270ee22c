// SPDX-License-Identifier: GPL-2.0-only
/*
 * The KCS machine of a BMC: against the host's machine, whose registers are joined to it, and
 * against a host that writes whatever it likes.
 */
#include <ipmi/kcs_target.h>
#include <ipmi/machine.h>
#include <ipmi/transfer.h>

#include "test.h"

#define HOST_MAX 272

/**
 * struct joint - both ends of one set of registers
 * @regs: the host's end
 * @t: the BMC's
 * @host: the host's machine
 * @idr: what the host has written
 * @odr: what the BMC has written
 * @str: the status
 * @accesses: of the host
 * @strike: the one whose byte is lost, or 0
 */
struct joint {
	struct ipmi_regs regs;
	struct kcs_target t;
	union {
		struct ipmi_machine m;
		u8 room[2048];
	} host;
	u8 idr;
	u8 odr;
	u8 str;
	unsigned int accesses;
	unsigned int strike;
};

static struct joint j;

static u8 bmc_take(const struct kcs_target *t)
{
	(void)t;
	j.str &= ~KCS_TARGET_IBF;
	return j.idr;
}

static void bmc_put(const struct kcs_target *t, u8 val)
{
	(void)t;
	j.odr = val;
	j.str |= KCS_TARGET_OBF;
}

static void bmc_update(const struct kcs_target *t, u8 mask, u8 val)
{
	(void)t;
	EXPECT(!(mask & (KCS_TARGET_OBF | KCS_TARGET_IBF | KCS_TARGET_CMD)));
	j.str = (j.str & ~mask) | (val & mask);
}

static const struct kcs_target_regs bmc_regs = { bmc_take, bmc_put, bmc_update };

static u8 host_read(const struct ipmi_regs *regs, unsigned int reg)
{
	bool struck = ++j.accesses == j.strike;

	(void)regs;
	if (reg)
		return struck ? j.str ^ KCS_TARGET_OBF : j.str;
	j.str &= ~KCS_TARGET_OBF;
	return struck ? j.odr ^ 0x55 : j.odr;
}

static enum kcs_target_event written(unsigned int reg, u8 val)
{
	enum kcs_target_event what;

	j.idr = val;
	j.str = (j.str & ~KCS_TARGET_CMD) | KCS_TARGET_IBF | (reg ? KCS_TARGET_CMD : 0);
	what = kcs_target_event(&j.t, j.str);
	EXPECT(what != KCS_TARGET_NOTHING);
	EXPECT(!(j.str & KCS_TARGET_IBF));
	return what;
}

static void host_write(const struct ipmi_regs *regs, unsigned int reg, u8 val)
{
	(void)regs;
	if (++j.accesses != j.strike)
		written(reg, val);
}

static void make(void)
{
	memset(&j, 0, sizeof(j));
	j.regs.read = host_read;
	j.regs.write = host_write;
	kcs_target_init(&j.t, &bmc_regs);
	ipmi_kcs_ops.init(&j.host.m, &j.regs);
	EXPECT(ipmi_kcs_ops.size <= sizeof(j.host));
}

/* The program: answers with the request, and then what makes @n bytes of it. */
static void answer(unsigned int n)
{
	u8 req[KCS_TARGET_MAX], rsp[KCS_TARGET_MAX];
	unsigned int i;
	u32 number;
	int len = kcs_target_request(&j.t, req, sizeof(req), &number);

	if (len < 0)
		return;
	EXPECT(len >= 2);
	for (i = 0; i < n; i++)
		rsp[i] = i * 7 + len;
	rsp[0] = req[0] | 4;
	rsp[1] = req[1];
	rsp[2] = 0;
	EXPECT(kcs_target_fetched(&j.t, number));
	EXPECT(!kcs_target_fetched(&j.t, number));
	EXPECT_EQ(kcs_target_request(&j.t, req, sizeof(req), &number), -EAGAIN);
	EXPECT_EQ(kcs_target_answer(&j.t, rsp, n), 0);
	EXPECT_EQ(kcs_target_answer(&j.t, rsp, n), -EINVAL);
}

static void send(unsigned int n)
{
	u8 req[HOST_MAX];
	unsigned int i;

	for (i = 0; i < n; i++)
		req[i] = i * 3 + n;
	req[0] = 0x18;
	EXPECT_EQ(ipmi_kcs_ops.start(&j.host.m, req, n), 0);
}

/* Return: whether the host has got an answer of @m bytes, whatever it had to do for that. */
static bool serve(unsigned int m)
{
	u8 rsp[HOST_MAX];
	unsigned int i;

	for (i = 0; i < 100000; i++) {
		enum ipmi_step step = ipmi_kcs_ops.step(&j.host.m, 100);

		if (step == IPMI_STEP_DONE)
			return ipmi_kcs_ops.result(&j.host.m, rsp, sizeof(rsp)) == m;
		if (step == IPMI_STEP_FAILED)
			return false;
		if (step == IPMI_STEP_TICK)
			answer(m);
	}
	EXPECT_SAY(false, "the transfer does not end");
	return false;
}

static bool transact(unsigned int n, unsigned int m)
{
	send(n);
	return serve(m);
}

static void all_lengths(void)
{
	unsigned int n, m, number = 0;

	make();
	for (n = 2; n <= HOST_MAX; n++) {
		for (m = KCS_TARGET_ANSWER_MIN; m <= HOST_MAX; m += n == 2 ? 1 : 89) {
			EXPECT_SAY(transact(n, m), "%u bytes, and %u", n, m);
			EXPECT_EQ(j.t.len, n);
			EXPECT_EQ(j.t.requests, ++number);
			EXPECT_EQ(j.t.phase, KCS_TARGET_IDLE);
		}
	}
	EXPECT_EQ(j.t.answers, number);
	EXPECT_EQ(j.t.aborts, 0);
	EXPECT_EQ(j.t.errors, 0);
}

/* One byte is lost or wrong, at every access there is: the next request is answered. */
static void any_access_may_be_struck(void)
{
	unsigned int at = 0, fine = 0;

	do {
		make();
		j.strike = ++at;
		fine += transact(5, 7);
		j.strike = 0;
		EXPECT_SAY(transact(5, 7), "after a fault at access %u", at);
	} while (at < 30);
	EXPECT(fine > 15);
}

static void state_is(enum kcs_target_phase phase, u8 state, u8 odr)
{
	EXPECT_EQ(j.t.phase, phase);
	EXPECT_EQ(j.str & KCS_TARGET_STATE, state);
	EXPECT_EQ(j.odr, odr);
	EXPECT(j.str & KCS_TARGET_OBF);
	j.str &= ~KCS_TARGET_OBF;
}

static void abort_tells(u8 code)
{
	written(1, 0x60);
	state_is(KCS_TARGET_ABORT_1, 0x80, 0);
	written(0, 0);
	state_is(KCS_TARGET_ABORT_2, 0x40, code);
	written(0, 0x68);
	state_is(KCS_TARGET_IDLE, 0, 0);
}

static void errors_have_their_codes(void)
{
	unsigned int i;

	make();
	/* a byte from nowhere; a command that there is not; an end without a begin */
	written(0, 0x12);
	state_is(KCS_TARGET_ERROR, 0xc0, 0);
	abort_tells(0x01);
	written(1, 0x77);
	state_is(KCS_TARGET_ERROR, 0xc0, 0);
	abort_tells(0x02);
	written(1, 0x61);
	state_is(KCS_TARGET_START, 0x80, 0);
	written(1, 0x62);
	state_is(KCS_TARGET_ERROR, 0xc0, 0);
	abort_tells(0x01);
	/* one byte too many, before WRITE_END and after it */
	written(1, 0x61);
	for (i = 0; i < KCS_TARGET_MAX; i++) {
		written(0, i);
		state_is(KCS_TARGET_WRITE, 0x80, 0);
	}
	written(0, 0);
	state_is(KCS_TARGET_ERROR, 0xc0, 0);
	abort_tells(0x06);
	written(1, 0x61);
	for (i = 0; i < KCS_TARGET_MAX; i++)
		written(0, i);
	written(1, 0x62);
	EXPECT_EQ(written(0, 0), KCS_TARGET_STEP);
	state_is(KCS_TARGET_ERROR, 0xc0, 0);
	abort_tells(0x06);
	EXPECT_EQ(j.t.aborts, 5);
	EXPECT_EQ(j.t.errors, 5);
	EXPECT_EQ(j.t.requests, 0);
	EXPECT(transact(5, 7));
}

static void request_of(const u8 *req, unsigned int n)
{
	unsigned int i;

	written(1, 0x61);
	for (i = 0; i + 1 < n; i++)
		written(0, req[i]);
	written(1, 0x62);
	EXPECT_EQ(written(0, req[n - 1]), KCS_TARGET_REQUEST);
	EXPECT_EQ(j.str & KCS_TARGET_STATE, 0x40);
}

static void longest_request(void)
{
	u8 req[KCS_TARGET_MAX], got[KCS_TARGET_MAX];
	unsigned int i;
	u32 number = 0;

	for (i = 0; i < sizeof(req); i++)
		req[i] = i * 11;
	make();
	request_of(req, sizeof(req));
	EXPECT_EQ(kcs_target_request(&j.t, got, sizeof(got) - 1, &number), -EOVERFLOW);
	EXPECT_EQ(kcs_target_request(&j.t, got, sizeof(got), &number), sizeof(got));
	EXPECT_EQ(number, 1);
	EXPECT_BYTES(got, sizeof(got), req, sizeof(req));
}

/* Who is late, or answers what was not asked, changes nothing. */
static void answers_belong_to_requests(void)
{
	static const u8 first[] = { 0x18, 0x01 }, second[] = { 0x18, 0x2e, 0x0f };
	static const u8 to_first[] = { 0x1c, 0x01, 0x00, 0x20 }, to_second[] = { 0x1c, 0x2e, 0x00 };
	static const u8 a_request[] = { 0x18, 0x2e, 0x00 };
	u8 got[8];
	u32 number = 0, old;

	make();
	EXPECT_EQ(kcs_target_answer(&j.t, to_first, 4), -EINVAL);
	request_of(first, 2);
	EXPECT_EQ(kcs_target_answer(&j.t, to_first, 4), -EINVAL); /* not fetched */
	EXPECT_EQ(kcs_target_request(&j.t, got, sizeof(got), &old), 2);
	abort_tells(0x01);
	EXPECT(!kcs_target_fetched(&j.t, old));
	request_of(second, 3);
	EXPECT(!kcs_target_fetched(&j.t, old));
	EXPECT_EQ(kcs_target_request(&j.t, got, sizeof(got), &number), 3);
	EXPECT_EQ(number, old + 1);
	EXPECT(kcs_target_fetched(&j.t, number));
	EXPECT_EQ(kcs_target_answer(&j.t, to_first, 4), -EINVAL);
	EXPECT_EQ(kcs_target_answer(&j.t, a_request, 3), -EINVAL);
	EXPECT_EQ(kcs_target_answer(&j.t, to_second, 2), -EINVAL);
	EXPECT_EQ(kcs_target_answer(&j.t, to_second, KCS_TARGET_MAX + 1), -EINVAL);
	EXPECT_EQ(kcs_target_answer(&j.t, to_second, 3), 0);
	EXPECT_EQ(j.odr, 0x1c);
	/* the host goes on with what is no READ */
	written(0, 0x67);
	state_is(KCS_TARGET_ERROR, 0xc0, 0);
	EXPECT_EQ(kcs_target_answer(&j.t, to_second, 3), -EINVAL);
	written(0, 0x68);
	state_is(KCS_TARGET_ERROR, 0xc0, 0);
	abort_tells(0x02);
	EXPECT_EQ(j.t.answers, 0);
}

/* The program gives up; and nothing happens where the host has written nothing. */
static void program_aborts(void)
{
	make();
	EXPECT_EQ(kcs_target_event(&j.t, KCS_TARGET_CMD | KCS_TARGET_OBF), KCS_TARGET_NOTHING);
	EXPECT_EQ(j.t.phase, KCS_TARGET_IDLE);
	written(1, 0x61);
	written(0, 0x18);
	j.str |= KCS_TARGET_IBF;
	kcs_target_abort(&j.t);
	EXPECT(!(j.str & KCS_TARGET_IBF));
	state_is(KCS_TARGET_ERROR, 0xc0, 0);
	EXPECT_EQ(j.t.errors, 1);
	EXPECT(transact(5, 7));
	EXPECT_EQ(j.t.aborts, 1);
}

static void any_order_of_bytes(void)
{
	static const u8 usual[] = { 0x60, 0x61, 0x62, 0x68, 0x00 };
	unsigned int i, seed = 1;

	make();
	for (i = 0; i < 300000; i++) {
		seed = seed * 1103515245 + 12345;
		written(seed >> 30 == 3, usual[(seed >> 20) % 5]);
		if (seed >> 16 & 1)
			answer(KCS_TARGET_ANSWER_MIN + (seed >> 8 & 7));
		EXPECT(j.t.len <= KCS_TARGET_MAX && j.t.out_at <= KCS_TARGET_MAX);
	}
	EXPECT(j.t.requests > 100);
	EXPECT(transact(5, 7));
}

static const struct test kcs_target_tests[] = {
	TEST(all_lengths),
	TEST(any_access_may_be_struck),
	TEST(errors_have_their_codes),
	TEST(longest_request),
	TEST(answers_belong_to_requests),
	TEST(program_aborts),
	TEST(any_order_of_bytes),
};
SUITE(kcs_target);
