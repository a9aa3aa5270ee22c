// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sequence table: numbers that are kept from requests that a late answer would fit.
 *
 * The times are those of Documentation/house.md: 5 s, or the time per try up to 60 s, from when
 * the request was last sent.
 */
#include "seq_requests.h"
#include "test.h"

/* Another request like those before, at a time: its number, or -EAGAIN. */
static int number_at(u64 now_ms)
{
	struct ipmi_addr addr = ipmb(0, 0x24, 0);
	long token;
	int rv = seq_alloc(&t, &owners[0], &addr, 6, 1, 0, 1000, now_ms, &token);

	return rv ?: (int)seq_of_token(token);
}

static bool is_any(void *owner, void *arg)
{
	return owner && !arg;
}

/* Who left has an answer to come: nobody like him gets his number meanwhile. */
static void late_answers(void)
{
	struct ipmi_addr other = ipmb(0, 0x26, 0);
	unsigned int i;
	int first, n;
	long token;

	seq_init(&t);
	first = number_at(0);
	EXPECT(seq_drop_owner(&t, is_any, NULL));
	for (i = 0; i < SEQ_SLOTS - 1; i++) {
		n = number_at(1);
		EXPECT(n >= 0 && n != first);
	}
	EXPECT_EQ(number_at(1), -EAGAIN);
	EXPECT_EQ(number_at(SEQ_LATE_MS - 1), -EAGAIN);
	/* who asks something else can have it */
	EXPECT_EQ(seq_alloc(&t, &owners[1], &other, 6, 1, 0, 1000, 1, &token), 0);
	EXPECT_EQ(seq_of_token(token), first);
	EXPECT(seq_cancel(&t, token) == &owners[1]);
	EXPECT_EQ(number_at(SEQ_LATE_MS - 1), -EAGAIN);
	EXPECT_EQ(number_at(SEQ_LATE_MS), first);
}

/* All of them are left: at once there is room for others, and soon for all. */
static void late_answers_of_all(void)
{
	unsigned int i;

	seq_init(&t);
	for (i = 0; i < SEQ_SLOTS; i++)
		EXPECT(number_at(0) >= 0);
	while (seq_drop_owner(&t, is_any, NULL))
		;
	EXPECT_EQ(number_at(1), -EAGAIN);
	for (i = 0; i < SEQ_SLOTS; i++)
		alloc_at(i, 0, 1000, 1);
	while (seq_drop_owner(&t, is_any, NULL))
		;
	EXPECT_EQ(number_at(SEQ_LATE_MS - 1), -EAGAIN);
	EXPECT(number_at(SEQ_LATE_MS) >= 0);
}

/* Sent twice and answered once: another answer may come; after one try none does. */
static void answered_twice(void)
{
	struct codec_message answer;
	enum seq_expiry expiry;
	unsigned int i, round;
	long token, same;
	void *owner;
	int n;

	for (round = 0; round < 2; round++) {
		seq_init(&t);
		token = alloc_at(2, 1, 100, 0);
		seq_acknowledge(&t, token, 0);
		if (round) {
			expiry = seq_expire(&t, 100, &owner, &same);
			EXPECT_EQ(expiry, SEQ_RESEND);
		}
		answer = answer_to(2, token);
		EXPECT(seq_match(&t, &answer) == &owners[2]);
		for (i = 0; i < SEQ_SLOTS - 1; i++)
			EXPECT(number_at(101) >= 0);
		n = seq_alloc(&t, &owners[2], &answer.addr, 6, 2, 0, 100, 101, &token);
		EXPECT_EQ(n, round ? -EAGAIN : 0);
	}
}

/* A table of which all but number 1 are taken, by a request like that of owner 5. */
static void only_one_number(void)
{
	unsigned int i;

	seq_init(&t);
	for (i = 0; i < SEQ_SLOTS; i++)
		t.slots[i].owner = i == 1 ? NULL : &owners[0];
	for (i = 0; i < SEQ_SLOTS; i++)
		t.slots[i].due_ms = ~0ULL;
	t.used = SEQ_SLOTS - 1;
}

/* May a request have that number, at that time? It is given back at once. */
static bool may_have(short channel, u8 slave, u8 lun, u8 netfn, u8 cmd, u64 now_ms)
{
	struct ipmi_addr addr = ipmb(channel, slave, lun);
	long token;

	if (seq_alloc(&t, &owners[9], &addr, netfn, cmd, 0, 1000, now_ms, &token))
		return false;
	EXPECT_EQ(seq_of_token(token), 1);
	EXPECT(seq_cancel(&t, token) == &owners[9]);
	return true;
}

static bool may_have_same(u64 now_ms)
{
	return may_have(0, 0x2a, 0, 6, 5, now_ms);
}

static bool is_five(void *owner, void *arg)
{
	return owner == &owners[5] && !arg;
}

/* How long: by the time per try, within 5 and 60 s, from the last sending on. */
static void until_when(void)
{
	static const u32 times[][2] = {
		{ 0, 5000 },	  { 1000, 5000 },   { 4999, 5000 },   { 5000, 5000 },
		{ 5001, 5001 },	  { 20000, 20000 }, { 59999, 59999 }, { 60000, 60000 },
		{ 60001, 60000 }, { ~0U, 60000 },
	};
	unsigned int i;
	void *owner;
	long token;

	for (i = 0; i < ARRAY_SIZE(times); i++) {
		/* Never acknowledged. */
		only_one_number();
		alloc_at(5, 0, times[i][0], 100);
		EXPECT(seq_drop_owner(&t, is_five, NULL) == &owners[5]);
		EXPECT_EQ(t.used, 63);
		EXPECT(!may_have_same(100 + times[i][1] - 1));
		EXPECT(may_have_same(100 + times[i][1]));

		/* Acknowledged after a while. */
		only_one_number();
		token = alloc_at(5, 0, times[i][0], 100);
		seq_acknowledge(&t, token, 3000);
		EXPECT(seq_drop_owner(&t, is_five, NULL) == &owners[5]);
		EXPECT(!may_have_same(3000 + times[i][1] - 1));
		EXPECT(may_have_same(3000 + times[i][1]));

		/* Sent again, by the guard's time, and not acknowledged. */
		only_one_number();
		alloc_at(5, 1, times[i][0], 100);
		EXPECT_EQ(seq_expire(&t, 60100, &owner, &token), SEQ_RESEND);
		EXPECT(seq_drop_owner(&t, is_five, NULL) == &owners[5]);
		EXPECT(!may_have_same(60100 + times[i][1] - 1));
		EXPECT(may_have_same(60100 + times[i][1]));

		/* Never answered. */
		only_one_number();
		alloc_at(5, 0, times[i][0], 100);
		EXPECT_EQ(seq_expire(&t, 60100, &owner, &token), SEQ_TIMED_OUT);
		EXPECT_EQ(may_have_same(60099), times[i][1] <= 59999);
	}
	/* What was not sent has no answer. */
	only_one_number();
	EXPECT(seq_cancel(&t, alloc_at(5, 0, 1000, 100)) == &owners[5]);
	EXPECT(may_have_same(100));
}

/* Timed out and acknowledged: its time per try is over, the rest of 5 s is not. */
static void after_its_time(void)
{
	void *owner;
	long token;

	only_one_number();
	token = alloc_at(5, 0, 1000, 0);
	seq_acknowledge(&t, token, 200);
	EXPECT_EQ(seq_expire(&t, 1200, &owner, &token), SEQ_TIMED_OUT);
	EXPECT(!may_have_same(1200));
	EXPECT(!may_have_same(5199));
	EXPECT(may_have_same(5200));
}

/* Only who would take the answer for his: each part of what names it counts. */
static void who_may_not(void)
{
	only_one_number();
	alloc_at(5, 0, 1000, 0);
	seq_drop_owner(&t, is_five, NULL);
	EXPECT(!may_have(0, 0x2a, 0, 6, 5, 1));
	EXPECT(may_have(1, 0x2a, 0, 6, 5, 1));
	EXPECT(may_have(0, 0x2c, 0, 6, 5, 1));
	EXPECT(may_have(0, 0x2a, 1, 6, 5, 1));
	EXPECT(may_have(0, 0x2a, 0, 4, 5, 1));
	EXPECT(may_have(0, 0x2a, 0, 6, 4, 1));
	EXPECT(!may_have(0, 0x2a, 0, 6, 5, 1));
	/* Six bits of it are sent. */
	EXPECT(!may_have(0, 0x2a, 0, 0x46, 5, 1));
}

static struct ipmi_addr many_addr = { .addr_type = IPMI_IPMB_ADDR_TYPE };

/* So many requests to somebody, who are all dropped. */
static void drop_many(u8 slave, unsigned int count, u64 now_ms)
{
	unsigned int i;
	long token;

	many_addr.data[0] = slave;
	for (i = 0; i < count; i++)
		EXPECT_EQ(seq_alloc(&t, &owners[1], &many_addr, 6, 1, 0, 1000, now_ms, &token), 0);
	for (i = 0; i < count; i++)
		EXPECT(seq_drop_owner(&t, is_any, NULL));
}

static bool has_number_for(u8 slave, u64 now_ms)
{
	long token;

	many_addr.data[0] = slave;
	if (seq_alloc(&t, &owners[1], &many_addr, 6, 1, 0, 1000, now_ms, &token))
		return false;
	seq_cancel(&t, token);
	return true;
}

/* 128 of them are remembered, the oldest is forgotten first, and all by their time. */
static void how_many(void)
{
	seq_init(&t);
	drop_many(0x20, 64, 0);
	drop_many(0x22, 64, 10);
	EXPECT(!has_number_for(0x20, 20));
	EXPECT(!has_number_for(0x22, 20));
	EXPECT(has_number_for(0x24, 20));
	drop_many(0x24, 1, 30);
	EXPECT(has_number_for(0x20, 40));
	EXPECT(!has_number_for(0x22, 40));
	/* All of the first are over, and the last one is, too. */
	EXPECT(has_number_for(0x20, 5000));
	EXPECT(!has_number_for(0x22, 5009));
	EXPECT(has_number_for(0x22, 5010));
}

/* Nobody who is meant: nothing is changed, whatever else there is. */
static void nobody_leaves(void)
{
	unsigned int i;

	seq_init(&t);
	for (i = 0; i < SEQ_SLOTS; i++)
		alloc_at(i == 5 ? 6 : i, 0, 1000, 0);
	EXPECT(!seq_drop_owner(&t, is_five, NULL));
	EXPECT_EQ(t.used, SEQ_SLOTS);
}

static const struct test seq_late_tests[] = {
	TEST(late_answers),
	TEST(late_answers_of_all),
	TEST(answered_twice),
	TEST(until_when),
	TEST(after_its_time),
	TEST(who_may_not),
	TEST(how_many),
	TEST(nobody_leaves),
};

SUITE(seq_late);
