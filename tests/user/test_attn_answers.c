// SPDX-License-Identifier: GPL-2.0-only
/*
 * The attention policy: each flag, each kind of answer and what is no answer, one by one.
 */
#include "attn_policy.h"
#include "test.h"

/* Each flag of Get Message Flags, IPMI 2.0, section 22.4, and those of an OEM's quirk. */
static void each_flag(void)
{
	static const u8 quirks[] = { 0x00, 0x20, 0x40, 0x80, 0xe0, 0xff };
	unsigned int i, flags;
	u8 shown;

	for (i = 0; i < ARRAY_SIZE(quirks); i++) {
		for (flags = 0; flags < 256; flags++) {
			fresh();
			a.oem_flags = quirks[i];
			a.due = ATTN_DUE_FLAGS;
			asks(RQ(0x18, 0x31));
			EXPECT_EQ(gets(RQ(0x1c, 0x31, 0, flags)),
				  flags & 0x08 ? ATTN_PRETIMEOUT : ATTN_NOTHING);
			shown = flags & (0x0b | (quirks[i] & 0xe0));
			EXPECT_EQ(a.flags, shown);
			EXPECT_EQ(attn_wants(&a), !!shown);
		}
	}
}

/* What is due, and the order: flags are cleared, enables set, then asked for, then flags. */
static void order_of_what_is_due(void)
{
	fresh();
	a.due = ATTN_DUE_CLEAR | ATTN_DUE_SET | ATTN_DUE_ENABLES | ATTN_DUE_FLAGS;
	EXPECT_EQ(a.due, 0x0f);
	a.enables = 0x5a;
	a.flags = 0x0b;
	asks(RQ(0x18, 0x30, 0x08));
	gets(RQ(0x1c, 0x30, 0));
	EXPECT_EQ(a.flags, 0x03);
	asks(RQ(0x18, 0x33));
	gets(RQ(0x1c, 0x33, 0x80));
	asks(RQ(0x18, 0x35));
	gets(RQ(0x1c, 0x35, 0x80));
	EXPECT_EQ(a.due, 0x0f);
	asks(RQ(0x18, 0x30, 0x08));
	gets(RQ(0x1c, 0x30, 0));
	EXPECT_EQ(a.due, ATTN_DUE_SET | ATTN_DUE_ENABLES | ATTN_DUE_FLAGS);
	asks(RQ(0x18, 0x2e, 0x5a));
	gets(RQ(0x1c, 0x2e, 0));
	EXPECT_EQ(a.due, ATTN_DUE_ENABLES | ATTN_DUE_FLAGS);
	asks(RQ(0x18, 0x2f));
	gets(RQ(0x1c, 0x2f, 0, 0x00));
	EXPECT_EQ(a.due, ATTN_DUE_FLAGS);
	asks(RQ(0x18, 0x31));
	EXPECT_EQ(a.due, 0);
	gets(RQ(0x1c, 0x31, 0, 0));
	EXPECT(!attn_wants(&a));
}

/* What is due serves no flag: none is dropped with it, whether it is answered or not. */
static void due_serves_no_flag(void)
{
	static const u8 due[] = { ATTN_DUE_CLEAR, ATTN_DUE_SET, ATTN_DUE_ENABLES, ATTN_DUE_FLAGS };
	u8 rq[ATTN_REQUEST_MAX];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(due); i++) {
		fresh();
		a.flag = 0xff;
		a.due = due[i];
		EXPECT(attn_next(&a, rq));
		a.flags = 0xff;
		attn_failed(&a);
		EXPECT_EQ(a.flags, 0xff);
		EXPECT_EQ(a.asked, 0);
	}
	fresh();
	a.due = ATTN_DUE_CLEAR;
	asks(RQ(0x18, 0x30, 0x08));
	a.flags = 0xff;
	gets(RQ(0x1c, 0x30, 0));
	EXPECT_EQ(a.flags, 0xff);
}

/* Too short, or a code: as if there were no flags and no enables in it. */
static void refused_or_short(void)
{
	fresh();
	a.due = ATTN_DUE_FLAGS;
	asks(RQ(0x18, 0x31));
	EXPECT_EQ(attn_answer(&a, (const u8[]){ 0x1c, 0x31, 0, 0x0b }, 3), ATTN_NOTHING);
	EXPECT_EQ(a.flags, 0);
	a.due = ATTN_DUE_FLAGS;
	asks(RQ(0x18, 0x31));
	EXPECT_EQ(gets(RQ(0x1c, 0x31, 0xc1, 0x0b)), ATTN_NOTHING);
	EXPECT_EQ(a.flags, 0);

	for (int use_irq = 0; use_irq < 2; use_irq++) {
		fresh();
		a.use_irq = use_irq;
		a.irq_on = !use_irq;
		a.enables = 0x77;
		a.had_enables = 0x66;
		a.due = ATTN_DUE_ENABLES;
		asks(RQ(0x18, 0x2f));
		EXPECT_EQ(attn_answer(&a, (const u8[]){ 0x1c, 0x2f, 0, 0x0f }, 3), ATTN_NOTHING);
		EXPECT_EQ(a.irq_on, use_irq);
		a.irq_on = !use_irq;
		a.due = ATTN_DUE_ENABLES;
		asks(RQ(0x18, 0x2f));
		EXPECT_EQ(gets(RQ(0x1c, 0x2f, 0xc1, 0x0f)), ATTN_NOTHING);
		EXPECT_EQ(a.irq_on, use_irq);
		EXPECT_EQ(a.enables, 0x77);
		EXPECT_EQ(a.had_enables, 0x66);
		EXPECT(!attn_wants(&a));
	}
}

/* An answer to something else is no answer; its flag is dropped as after a failure. */
static void answers_to_something_else(void)
{
	static const u8 wrong[][3] = {
		{ 0x18, 0x33, 0 }, { 0x1c, 0x32, 0 }, { 0x1c, 0x34, 0 },
		{ 0x2c, 0x33, 0 }, { 0x14, 0x33, 0 }, { 0x1c, 0x35, 0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		fresh();
		a.flags = 0x03;
		asks(RQ(0x18, 0x33));
		EXPECT_EQ(gets(wrong[i], 3), ATTN_NOTHING);
		EXPECT_EQ(a.flags, 0x02);
		EXPECT_EQ(a.asked, 0);
	}
	for (i = 0; i < 3; i++) {
		fresh();
		a.flags = 0x03;
		asks(RQ(0x18, 0x33));
		EXPECT_EQ(attn_answer(&a, (const u8[]){ 0x1c, 0x33, 0 }, i), ATTN_NOTHING);
		EXPECT_EQ(a.flags, 0x02);
	}

	/* One answer is taken, from whichever LUN, and no second. */
	fresh();
	a.flags = 0x03;
	asks(RQ(0x18, 0x33));
	EXPECT_EQ(gets(RQ(0x1e, 0x33, 0)), ATTN_MESSAGE);
	EXPECT_EQ(a.asked, 0);
	EXPECT_EQ(a.flags, 0x03);
	EXPECT_EQ(gets(RQ(0x1c, 0x33, 0)), ATTN_NOTHING);
}

/* An event is 16 bytes, IPMI 2.0, section 22.8: with less there is none. */
static void length_of_an_event(void)
{
	u8 rsp[20] = { 0x1c, 0x35, 0, 1 };

	for (unsigned int len = 3; len <= sizeof(rsp); len++) {
		fresh();
		a.flags = 0x02;
		asks(RQ(0x18, 0x35));
		EXPECT_EQ(gets(rsp, len), len >= 19 ? ATTN_EVENT : ATTN_NOTHING);
		EXPECT_EQ(a.flags, len >= 19 ? 0x02 : 0);
	}
}

/* Ten in a row, events as well; what else is due stays so, and a new look counts anew. */
static void many_events(void)
{
	u8 rsp[19] = { 0x1c, 0x35, 0, 1 };

	fresh();
	a.flags = 0x02;
	for (int i = 0; i < 10; i++) {
		asks(RQ(0x18, 0x35));
		a.due = ATTN_DUE_CLEAR;
		EXPECT_EQ(gets(rsp, sizeof(rsp)), ATTN_EVENT);
		EXPECT_EQ(a.flags, i < 9 ? 0x02 : 0);
		EXPECT_EQ(a.due, ATTN_DUE_CLEAR | (i < 9 ? 0 : ATTN_DUE_FLAGS));
	}
	asks(RQ(0x18, 0x30, 0x08));
	gets(RQ(0x1c, 0x30, 0));
	asks(RQ(0x18, 0x31));
	gets(RQ(0x1c, 0x31, 0, 0x02));
	EXPECT_EQ(a.fetches, 0);
}

/*
 * May one wait for an interrupt? Set BMC Global Enables, IPMI 2.0, section 22.1: bit 0 is that of
 * the receive queue, with which a BMC of ours interrupts at all.
 */
static void when_interrupts_come(void)
{
	/* Only the event buffer's bits change: the other interrupt is on already. */
	fresh();
	a.use_irq = true;
	a.has_events = true;
	a.due = ATTN_DUE_ENABLES;
	asks(RQ(0x18, 0x2f));
	EXPECT_EQ(gets(RQ(0x1c, 0x2f, 0, 0x01)), ATTN_NOTHING);
	EXPECT(a.irq_on);
	EXPECT_EQ(a.had_enables, 0x01);
	a.due |= ATTN_DUE_FLAGS;
	asks(RQ(0x18, 0x2e, 0x07));
	/* A refusal of those says nothing about that bit. */
	EXPECT_EQ(gets(RQ(0x1c, 0x2e, 0xcc)), ATTN_NOTHING);
	EXPECT(a.irq_on);
	EXPECT(!a.irq_enable_broken);
	EXPECT(!a.cannot_disable_irq);
	EXPECT_EQ(a.due, ATTN_DUE_FLAGS);

	/* It is set, and there is something else to be done. */
	fresh();
	a.use_irq = true;
	a.due = ATTN_DUE_ENABLES;
	asks(RQ(0x18, 0x2f));
	gets(RQ(0x1c, 0x2f, 0, 0x00));
	EXPECT(!a.irq_on);
	asks(RQ(0x18, 0x2e, 0x01));
	a.due = ATTN_DUE_FLAGS;
	EXPECT_EQ(gets(RQ(0x1c, 0x2e, 0xcc)), ATTN_NOTHING);
	EXPECT(a.irq_on);
	EXPECT(a.irq_enable_broken);
	EXPECT(!a.cannot_disable_irq);
	EXPECT_EQ(a.due, ATTN_DUE_FLAGS | ATTN_DUE_ENABLES);

	/* Without an interrupt of our own none is waited for, whatever the BMC has. */
	fresh();
	a.irq_on = true;
	a.due = ATTN_DUE_ENABLES;
	asks(RQ(0x18, 0x2f));
	gets(RQ(0x1c, 0x2f, 0, 0x00));
	EXPECT(!a.irq_on);
	EXPECT(!attn_wants(&a));
	a.irq_on = true;
	a.due = ATTN_DUE_ENABLES;
	asks(RQ(0x18, 0x2f));
	gets(RQ(0x1c, 0x2f, 0, 0x01));
	EXPECT(!a.irq_on);
	a.irq_on = true;
	asks(RQ(0x18, 0x2e, 0x00));
	EXPECT_EQ(gets(RQ(0x1c, 0x2e, 0)), ATTN_NOTHING);
	EXPECT(!a.irq_on);
	EXPECT(!attn_wants(&a));
}

/* No answer to a question about enables: what they are is unknown, and found out. */
static void enables_without_an_answer(void)
{
	static const struct {
		u8 due;
		bool told;
	} cases[] = {
		{ ATTN_DUE_ENABLES, true },
		{ ATTN_DUE_SET, true },
		{ ATTN_DUE_CLEAR, false },
		{ ATTN_DUE_FLAGS, false },
	};
	u8 rq[ATTN_REQUEST_MAX];

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		for (int use_irq = 0; use_irq < 2; use_irq++) {
			fresh();
			a.use_irq = use_irq;
			a.irq_on = !use_irq;
			a.due = cases[i].due;
			EXPECT(attn_next(&a, rq));
			attn_failed(&a);
			EXPECT_EQ(a.irq_on, cases[i].told ? use_irq : !use_irq);
			EXPECT_EQ(a.asked, 0);
			EXPECT_EQ(a.due, 0);
		}
	}
}

static const struct test attn_answers_tests[] = {
	TEST(each_flag),
	TEST(order_of_what_is_due),
	TEST(due_serves_no_flag),
	TEST(refused_or_short),
	TEST(answers_to_something_else),
	TEST(length_of_an_event),
	TEST(many_events),
	TEST(when_interrupts_come),
	TEST(enables_without_an_answer),
};

SUITE(attn_answers);
