// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sequence table: slots, tokens, answers and times.
 */
#include "seq_requests.h"
#include "test.h"

static void all_slots(void)
{
	struct ipmi_addr addr = ipmb(0, 0x24, 0);
	struct codec_message answer;
	long tokens[SEQ_SLOTS], token;
	unsigned int i, seen = 0;
	u64 mask = 0;

	seq_init(&t);
	for (i = 0; i < SEQ_SLOTS; i++) {
		tokens[i] = alloc_at(i, 0, 1000, 5);
		mask |= 1ULL << seq_of_token(tokens[i]);
		EXPECT(tokens[i] >= 0 && tokens[i] <= 0x7fffffff);
	}
	EXPECT_EQ(mask, ~0ULL);
	EXPECT_EQ(seq_alloc(&t, &owners[64], &addr, 6, 1, 0, 1000, 5, &token), -EAGAIN);

	/* Answers in another order find the right ones, once. */
	for (i = 0; i < SEQ_SLOTS; i++) {
		unsigned int n = (i * 27 + 5) % SEQ_SLOTS;

		answer = answer_to(n, tokens[n]);
		EXPECT(seq_match(&t, &answer) == &owners[n]);
		EXPECT(!seq_match(&t, &answer));
		seen++;
	}
	EXPECT_EQ(seen, SEQ_SLOTS);
	EXPECT_EQ(t.used, 0);
}

/* A number is used again as late as can be. */
static void numbers_go_round(void)
{
	unsigned int i, last = 0, seq;
	long token;

	seq_init(&t);
	for (i = 0; i < 1000; i++) {
		token = alloc_at(1, 0, 1000, 0);
		seq = seq_of_token(token);
		if (i)
			EXPECT_EQ(seq, (last + 1) % SEQ_SLOTS);
		last = seq;
		EXPECT(seq_cancel(&t, token) == &owners[1]);
	}
}

static void stale_tokens(void)
{
	long token, other;
	unsigned int i;

	seq_init(&t);
	token = alloc_at(1, 0, 1000, 0);
	EXPECT(!seq_acknowledge(&t, token + SEQ_SLOTS, 0));
	EXPECT(!seq_acknowledge(&t, -1, 0));
	EXPECT(!seq_cancel(&t, token ^ 1));
	EXPECT(!seq_cancel(&t, token | 0x40000000));
	EXPECT(seq_cancel(&t, token) == &owners[1]);
	EXPECT(!seq_cancel(&t, token));
	EXPECT(!seq_acknowledge(&t, token, 0));

	/* The same slot in its next use. */
	for (i = 0; i < SEQ_SLOTS; i++) {
		other = alloc_at(2, 0, 1000, 0);
		if (seq_of_token(other) == seq_of_token(token)) {
			EXPECT(other != token);
			EXPECT(!seq_cancel(&t, token));
		}
		EXPECT(seq_cancel(&t, other) == &owners[2]);
	}
}

static void only_its_own_answer(void)
{
	struct codec_message good, bad;
	unsigned int i;
	long token;

	seq_init(&t);
	token = alloc_at(5, 3, 1000, 0);
	good = answer_to(5, token);
	for (i = 0; i < 8; i++) {
		bad = good;
		switch (i) {
		case 0:
			bad.seq ^= 1;
			break;
		case 1:
			bad.cmd ^= 1;
			break;
		case 2:
			bad.netfn = 6;
			break;
		case 3:
			bad.netfn = 9;
			break;
		case 4:
			bad.addr.channel = 1;
			break;
		case 5:
			bad.addr.data[0] ^= 2;
			break;
		case 6:
			bad.addr.data[1] ^= 1;
			break;
		default:
			bad.addr.addr_type = IPMI_LAN_ADDR_TYPE;
			break;
		}
		EXPECT_SAY(!seq_match(&t, &bad), "case %u", i);
	}
	EXPECT(seq_match(&t, &good) == &owners[5]);
}

static void lan_and_broadcast(void)
{
	struct ipmi_addr lan = { .addr_type = IPMI_LAN_ADDR_TYPE, .channel = 1 };
	struct ipmi_addr bcast = ipmb(0, 0x24, 0);
	struct codec_message answer = { .netfn = 7, .cmd = 1 };
	long token;

	/* Handle and SWIDs are part of it, the privilege is not. */
	seq_init(&t);
	memcpy(lan.data, "\x04\x07\x81\x82\x00", 5);
	EXPECT_EQ(seq_alloc(&t, &owners[0], &lan, 6, 1, 0, 1000, 0, &token), 0);
	answer.seq = seq_of_token(token);
	answer.addr = lan;
	answer.addr.data[1] = 8;
	EXPECT(!seq_match(&t, &answer));
	answer.addr.data[1] = 7;
	answer.addr.data[3] = 0x83;
	EXPECT(!seq_match(&t, &answer));
	answer.addr.data[3] = 0x82;
	answer.addr.data[0] = 2;
	EXPECT(seq_match(&t, &answer) == &owners[0]);

	/* Who is meant by a broadcast answers as any other. */
	bcast.addr_type = IPMI_IPMB_BROADCAST_ADDR_TYPE;
	EXPECT_EQ(seq_alloc(&t, &owners[1], &bcast, 6, 1, 0, 1000, 0, &token), 0);
	answer.seq = seq_of_token(token);
	answer.addr = ipmb(0, 0x24, 0);
	EXPECT(seq_match(&t, &answer) == &owners[1]);
}

static void expect_none(u64 now_ms)
{
	void *owner = NULL;
	long token;

	EXPECT_EQ(seq_expire(&t, now_ms, &owner, &token), SEQ_NONE);
	EXPECT(!owner);
}

static void one_life(void)
{
	enum seq_expiry expiry;
	void *owner;
	long token, same;
	u64 now = 1000, due;
	int i;

	seq_init(&t);
	EXPECT(!seq_next_due(&t, &due));
	token = alloc_at(3, 4, 2000, now);
	EXPECT(seq_next_due(&t, &due));
	EXPECT_EQ(due, now + 60000);
	expect_none(now + 59999);

	/* Five times two seconds after each acknowledgment, then it is over. */
	for (i = 0; i < 5; i++) {
		EXPECT(seq_acknowledge(&t, token, now) == &owners[3]);
		EXPECT(seq_next_due(&t, &due));
		EXPECT_EQ(due, now + 2000);
		expect_none(now + 1999);
		expiry = seq_expire(&t, now + 2000, &owner, &same);
		EXPECT_EQ(expiry, i < 4 ? SEQ_RESEND : SEQ_TIMED_OUT);
		EXPECT(owner == &owners[3]);
		EXPECT_EQ(same, token);
		now += 2000;
	}
	expect_none(now + 100000);
	EXPECT(!seq_next_due(&t, &due));
	EXPECT(!seq_acknowledge(&t, token, now));
	EXPECT_EQ(t.used, 0);
}

/* Never acknowledged: the guard ends it all the same. */
static void guard(void)
{
	void *owner;
	long token;

	seq_init(&t);
	alloc_at(3, 1, 10, 0);
	expect_none(59999);
	EXPECT_EQ(seq_expire(&t, 60000, &owner, &token), SEQ_RESEND);
	expect_none(119999);
	EXPECT_EQ(seq_expire(&t, 120000, &owner, &token), SEQ_TIMED_OUT);
	expect_none(~0ULL);
}

/* How the last try was refused, and no other. */
static void refusals(void)
{
	void *owner;
	long token;

	seq_init(&t);
	token = alloc_at(3, 2, 100, 0);
	EXPECT_EQ(seq_refusal(&t, token), 0);
	EXPECT(seq_refuse(&t, token, 0x83, 0) == &owners[3]);
	EXPECT_EQ(seq_refusal(&t, token), 0x83);
	expect_none(99);
	EXPECT_EQ(seq_expire(&t, 100, &owner, &token), SEQ_RESEND);
	EXPECT_EQ(seq_refusal(&t, token), 0);
	EXPECT(seq_refuse(&t, token, 0x81, 100) == &owners[3]);
	EXPECT_EQ(seq_expire(&t, 200, &owner, &token), SEQ_RESEND);
	EXPECT(seq_refuse(&t, token, 0x82, 200) == &owners[3]);
	EXPECT_EQ(seq_expire(&t, 300, &owner, &token), SEQ_TIMED_OUT);
	EXPECT_EQ(seq_refusal(&t, token), 0x82);
	EXPECT(!seq_refuse(&t, token, 0x83, 300));
	/* refused, then kept by the transport */
	token = alloc_at(4, 1, 100, 400);
	EXPECT(seq_refuse(&t, token, 0x83, 400) == &owners[4]);
	EXPECT_EQ(seq_expire(&t, 500, &owner, &token), SEQ_RESEND);
	EXPECT_EQ(seq_expire(&t, 60500, &owner, &token), SEQ_TIMED_OUT);
	EXPECT_EQ(seq_refusal(&t, token), 0);
	/* the next use of a number knows of none */
	for (unsigned int i = 0; i < SEQ_SLOTS; i++) {
		token = alloc_at(5, 0, 100, 200000);
		EXPECT_EQ(seq_refusal(&t, token), 0);
		EXPECT(seq_cancel(&t, token) == &owners[5]);
	}
}

/* An answer between two tries ends it, whichever try it belongs to. */
static void answer_between_tries(void)
{
	struct codec_message answer;
	void *owner;
	long token;

	seq_init(&t);
	token = alloc_at(3, 2, 100, 0);
	seq_acknowledge(&t, token, 0);
	EXPECT_EQ(seq_expire(&t, 100, &owner, &token), SEQ_RESEND);
	answer = answer_to(3, token);
	EXPECT(seq_match(&t, &answer) == &owners[3]);
	EXPECT(!seq_acknowledge(&t, token, 101));
	expect_none(~0ULL);
}

/* Whatever the order of times: each comes out once, none early. */
static void any_order_of_times(void)
{
	unsigned int round, i, seen[SEQ_SLOTS];
	u32 seed = 1, ms[SEQ_SLOTS];
	enum seq_expiry expiry;
	void *owner;
	u64 now, due;
	long token;

	for (round = 0; round < 200; round++) {
		seq_init(&t);
		memset(seen, 0, sizeof(seen));
		for (i = 0; i < SEQ_SLOTS; i++) {
			seed = seed * 1664525 + 1013904223;
			ms[i] = 1 + (seed >> 20);
			token = alloc_at(i, 0, ms[i], 0);
			seq_acknowledge(&t, token, 0);
		}
		now = 0;
		while (seq_next_due(&t, &due)) {
			EXPECT(due > now);
			expect_none(due - 1);
			now = due;
			while ((expiry = seq_expire(&t, now, &owner, &token)) != SEQ_NONE) {
				i = (int *)owner - owners;
				EXPECT_EQ(expiry, SEQ_TIMED_OUT);
				EXPECT_EQ(ms[i], now);
				seen[i]++;
			}
		}
		for (i = 0; i < SEQ_SLOTS; i++)
			EXPECT_EQ(seen[i], 1);
	}
}

static bool is_odd(void *owner, void *arg)
{
	return ((int *)owner - owners) % 2 == *(int *)arg;
}

static void owners_that_leave(void)
{
	int arg = 1, dropped = 0;
	unsigned int i;
	void *owner;

	seq_init(&t);
	for (i = 0; i < SEQ_SLOTS; i++)
		alloc_at(i, 0, 1000, 0);
	while ((owner = seq_drop_owner(&t, is_odd, &arg))) {
		EXPECT(is_odd(owner, &arg));
		dropped++;
	}
	EXPECT_EQ(dropped, 32);
	EXPECT_EQ(t.used, 32);
	arg = 0;
	while (seq_drop_owner(&t, is_odd, &arg))
		dropped++;
	EXPECT_EQ(dropped, 64);
	EXPECT_EQ(t.used, 0);
}

/* A token is positive in 32 bits after any number of uses, and each of those has its own. */
static void tokens_after_many_uses(void)
{
	static const u32 uses[][2] = { { 0x1fffffe, 0x1ffffff }, { 0x1ffffff, 0 }, { 0, 1 },
				       { 0x0aaaaa9, 0x0aaaaaa }, { 0x1555554, 0x1555555 } };
	unsigned int i;
	long token;

	for (i = 0; i < ARRAY_SIZE(uses); i++) {
		seq_init(&t);
		t.slots[1].generation = uses[i][0];
		token = alloc_at(1, 0, 1000, 0);
		EXPECT_EQ(token, ((long)uses[i][1] << 6) + 1);
		EXPECT_EQ(seq_of_token(token), 1);
		EXPECT(seq_owner(&t, token) == &owners[1]);
		EXPECT(!seq_owner(&t, token ^ 0x40));
		EXPECT(!seq_owner(&t, token ^ 0x40000000));
		EXPECT(!seq_owner(&t, token ^ 2));
		EXPECT(seq_cancel(&t, token) == &owners[1]);
		EXPECT_EQ(t.used, 0);
		EXPECT(!seq_owner(&t, token));
		EXPECT(!seq_cancel(&t, token));
		EXPECT_EQ(t.used, 0);
	}
	EXPECT_EQ(seq_of_token(63), 63);
	EXPECT_EQ(seq_of_token(64), 0);
}

/* The next free number is the one after those that are taken. */
static void free_numbers_between_others(void)
{
	long tokens[SEQ_SLOTS], token;
	unsigned int i;

	seq_init(&t);
	EXPECT_EQ(seq_of_token(alloc_at(0, 0, 1000, 0)), 1);
	seq_init(&t);
	for (i = 0; i < SEQ_SLOTS; i++)
		tokens[i] = alloc_at(i, 0, 1000, 0);
	EXPECT(seq_cancel(&t, tokens[40]));
	EXPECT(seq_cancel(&t, tokens[50]));
	EXPECT_EQ(t.used, 62);
	token = alloc_at(1, 0, 1000, 0);
	EXPECT_EQ(seq_of_token(token), seq_of_token(tokens[40]));
	EXPECT(seq_cancel(&t, token));
	token = alloc_at(1, 0, 1000, 0);
	EXPECT_EQ(seq_of_token(token), seq_of_token(tokens[50]));
}

/* Each network function has its own response, IPMI 2.0, section 5.1; six bits are sent. */
static void network_functions(void)
{
	struct ipmi_addr addr = ipmb(0, 0x24, 0);
	struct codec_message answer = { .addr = addr, .cmd = 1 };
	unsigned int netfn, other;
	long token;

	for (netfn = 0; netfn < 256; netfn += 2) {
		seq_init(&t);
		EXPECT_EQ(seq_alloc(&t, &owners[1], &addr, netfn, 1, 0, 1000, 0, &token), 0);
		answer.seq = seq_of_token(token);
		for (other = 0; other < 64; other++) {
			answer.netfn = other;
			if (other != (netfn & 0x3f) + 1)
				EXPECT(!seq_match(&t, &answer));
		}
		answer.netfn = (netfn & 0x3f) + 1;
		/* A number has six bits too, whatever is above them. */
		answer.seq |= netfn & 0xc0;
		EXPECT(seq_match(&t, &answer) == &owners[1]);
	}
}

static void acknowledgement(void)
{
	void *owner;
	long token;

	seq_init(&t);
	token = alloc_at(1, 1, 1000, 0);
	EXPECT(!t.slots[1].acknowledged);
	EXPECT_EQ(t.slots[1].retries, 1);
	seq_acknowledge(&t, token, 0);
	EXPECT(t.slots[1].acknowledged);
	EXPECT_EQ(seq_expire(&t, 1000, &owner, &token), SEQ_RESEND);
	EXPECT(!t.slots[1].acknowledged);
	EXPECT_EQ(t.slots[1].retries, 0);
	EXPECT(t.slots[1].again);
}

static const struct test seq_tests[] = {
	TEST(all_slots),
	TEST(numbers_go_round),
	TEST(stale_tokens),
	TEST(only_its_own_answer),
	TEST(lan_and_broadcast),
	TEST(one_life),
	TEST(guard),
	TEST(refusals),
	TEST(answer_between_tries),
	TEST(any_order_of_times),
	TEST(owners_that_leave),
	TEST(tokens_after_many_uses),
	TEST(free_numbers_between_others),
	TEST(network_functions),
	TEST(acknowledgement),
};

SUITE(seq);
