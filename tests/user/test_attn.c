// SPDX-License-Identifier: GPL-2.0-only
/*
 * The attention policy: what it asks, in which order, and what it makes of the
 * answers.
 */
#include "attn_policy.h"
#include "test.h"

static void wants_nothing(void)
{
	u8 rq[ATTN_REQUEST_MAX];

	fresh();
	EXPECT(!attn_wants(&a));
	EXPECT_EQ(attn_next(&a, rq), 0);
	/* Nor is it moved by an answer to a question it did not ask. */
	EXPECT_EQ(gets(RQ(0x1c, 0x31, 0, 0xff)), ATTN_NOTHING);
	EXPECT_EQ(gets(RQ(0x1c, 0x33, 0, 0xff)), ATTN_NOTHING);
	EXPECT_EQ(gets(RQ(0x1c, 0x00, 0, 0xff)), ATTN_NOTHING);
	EXPECT(!attn_wants(&a));
}

static void flags_by_urgency(void)
{
	fresh();
	a.has_events = true;
	a.due = ATTN_DUE_FLAGS;
	EXPECT(attn_wants(&a));
	asks(RQ(0x18, 0x31));
	EXPECT_EQ(gets(RQ(0x1c, 0x31, 0, 0x0b)), ATTN_PRETIMEOUT);
	asks(RQ(0x18, 0x30, 0x08));
	EXPECT_EQ(gets(RQ(0x1c, 0x30, 0)), ATTN_NOTHING);
	asks(RQ(0x18, 0x33));
	EXPECT_EQ(gets(RQ(0x1c, 0x33, 0, 0, 1, 2, 3)), ATTN_MESSAGE);
	asks(RQ(0x18, 0x33));
	EXPECT_EQ(gets(RQ(0x1c, 0x33, 0x80)), ATTN_NOTHING);
	asks(RQ(0x18, 0x35));
	EXPECT_EQ(gets(RQ(0x1c, 0x35, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)),
		  ATTN_EVENT);
	asks(RQ(0x18, 0x35));
	EXPECT_EQ(gets(RQ(0x1c, 0x35, 0x80)), ATTN_NOTHING);
	EXPECT(!attn_wants(&a));
}

static void oem_flag_is_a_message(void)
{
	fresh();
	a.due = ATTN_DUE_FLAGS;
	asks(RQ(0x18, 0x31));
	EXPECT_EQ(gets(RQ(0x1c, 0x31, 0, 0xe0)), ATTN_NOTHING);
	EXPECT(!attn_wants(&a));

	a.oem_flags = 0x20;
	a.due = ATTN_DUE_FLAGS;
	asks(RQ(0x18, 0x31));
	gets(RQ(0x1c, 0x31, 0, 0x20));
	asks(RQ(0x18, 0x33));
	gets(RQ(0x1c, 0x33, 0x80));
	EXPECT(!attn_wants(&a));
}

/* After some messages the flags are looked at, though there are more: it may be urgent. */
static void many_messages(void)
{
	fresh();
	a.due = ATTN_DUE_FLAGS;
	for (int n = 0; n < 3; n++) {
		asks(RQ(0x18, 0x31));
		gets(RQ(0x1c, 0x31, 0, 0x01));
		for (int i = 0; i < 10; i++) {
			asks(RQ(0x18, 0x33));
			EXPECT_EQ(gets(RQ(0x1c, 0x33, 0, 0)), ATTN_MESSAGE);
		}
	}
	asks(RQ(0x18, 0x31));
	EXPECT_EQ(gets(RQ(0x1c, 0x31, 0, 0x08)), ATTN_PRETIMEOUT);
	asks(RQ(0x18, 0x30, 0x08));
	gets(RQ(0x1c, 0x30, 0));
	EXPECT(!attn_wants(&a));
}

static void short_event_is_none(void)
{
	fresh();
	a.flags = 0x02;
	asks(RQ(0x18, 0x35));
	EXPECT_EQ(gets(RQ(0x1c, 0x35, 0, 1, 2, 3)), ATTN_NOTHING);
	EXPECT(!attn_wants(&a));
}

static void start_up(void)
{
	fresh();
	a.use_irq = true;
	a.has_events = true;
	a.due = ATTN_DUE_CLEAR | ATTN_DUE_ENABLES | ATTN_DUE_FLAGS;
	asks(RQ(0x18, 0x30, 0x08));
	gets(RQ(0x1c, 0x30, 0));
	asks(RQ(0x18, 0x2f));
	gets(RQ(0x1c, 0x2f, 0, 0x08));
	/* Up to here nobody may wait for an interrupt. */
	EXPECT(!a.irq_on);
	asks(RQ(0x18, 0x2e, 0x0f));
	gets(RQ(0x1c, 0x2e, 0));
	EXPECT(a.irq_on);
	asks(RQ(0x18, 0x31));
	gets(RQ(0x1c, 0x31, 0, 0));
	EXPECT(!attn_wants(&a));

	/* They are as they should be: nothing to set. */
	a.due = ATTN_DUE_ENABLES;
	asks(RQ(0x18, 0x2f));
	gets(RQ(0x1c, 0x2f, 0, 0x0f));
	EXPECT(!attn_wants(&a));
}

static void wanted_enables(void)
{
	fresh();
	EXPECT_EQ(attn_wanted_enables(&a, 0xff), 0xf8);
	a.has_events = true;
	EXPECT_EQ(attn_wanted_enables(&a, 0x00), 0x04);
	a.use_irq = true;
	EXPECT_EQ(attn_wanted_enables(&a, 0x00), 0x07);
	a.has_events = false;
	EXPECT_EQ(attn_wanted_enables(&a, 0x00), 0x01);
	a.irq_enable_broken = true;
	EXPECT_EQ(attn_wanted_enables(&a, 0x00), 0x00);
	EXPECT_EQ(attn_wanted_enables(&a, 0x03), 0x03);
	/* What cannot be set is not touched, whether it is wanted or not (contract, section 5.8). */
	a.use_irq = false;
	EXPECT_EQ(attn_wanted_enables(&a, 0xfb), 0xfb);
	EXPECT_EQ(attn_wanted_enables(&a, 0x06), 0x02);
	EXPECT_EQ(attn_wanted_enables(&a, 0x05), 0x01);
	a.irq_enable_broken = false;
	a.use_irq = false;
	a.cannot_disable_irq = true;
	EXPECT_EQ(attn_wanted_enables(&a, 0x00), 0x01);
}

static void bmc_that_refuses_enables(void)
{
	fresh();
	a.use_irq = true;
	a.due = ATTN_DUE_ENABLES;
	asks(RQ(0x18, 0x2f));
	gets(RQ(0x1c, 0x2f, 0, 0x00));
	asks(RQ(0x18, 0x2e, 0x01));
	gets(RQ(0x1c, 0x2e, 0xcc));
	EXPECT(a.irq_enable_broken);
	EXPECT(a.irq_on);
	asks(RQ(0x18, 0x2f));
	gets(RQ(0x1c, 0x2f, 0, 0x00));
	EXPECT(!attn_wants(&a));

	fresh();
	a.due = ATTN_DUE_ENABLES;
	asks(RQ(0x18, 0x2f));
	gets(RQ(0x1c, 0x2f, 0, 0x01));
	asks(RQ(0x18, 0x2e, 0x00));
	gets(RQ(0x1c, 0x2e, 0xcc));
	EXPECT(a.cannot_disable_irq);
	asks(RQ(0x18, 0x2f));
	gets(RQ(0x1c, 0x2f, 0, 0x01));
	EXPECT(!attn_wants(&a));
}

/* Answers of every length, to every question, do no harm and end. */
static void hostile_answers(void)
{
	static const u8 cmds[] = { 0x30, 0x31, 0x33, 0x35, 0x2e, 0x2f };
	u8 rsp[32], rq[ATTN_REQUEST_MAX];
	unsigned int i, len, n;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		for (len = 0; len < sizeof(rsp); len++) {
			fresh();
			a.due = 0x0f;
			a.flags = 0x0b;
			for (n = 0; attn_wants(&a) && n < 100; n++) {
				if (!attn_next(&a, rq))
					break;
				memset(rsp, 0, sizeof(rsp));
				rsp[0] = 0x1c;
				rsp[1] = cmds[i];
				attn_answer(&a, rsp, len);
			}
			EXPECT_SAY(n < 40, "command %02x, %u bytes: %u questions", cmds[i], len,
				   n);
		}
	}
}

static void failed_question_is_dropped(void)
{
	u8 rq[ATTN_REQUEST_MAX];

	fresh();
	a.flags = 0x03;
	EXPECT_EQ(attn_next(&a, rq), 2);
	attn_failed(&a);
	asks(RQ(0x18, 0x35));
	attn_failed(&a);
	EXPECT(!attn_wants(&a));
}

static void reset_commands(void)
{
	static const u8 cold[] = { 0x1c, IPMI_COLD_RESET_CMD, 0 };
	static const u8 warm[] = { 0x1c, IPMI_WARM_RESET_CMD, 0 };
	static const u8 refused[] = { 0x1c, IPMI_COLD_RESET_CMD, 0xc1 };
	static const u8 chassis[] = { 0x04, 0x02, 0 };
	static const u8 other[] = { 0x1c, 0x01, 0 };

	EXPECT(attn_is_reset(cold, 3));
	EXPECT(attn_is_reset(warm, 3));
	EXPECT(!attn_is_reset(cold, 2));
	EXPECT(!attn_is_reset(refused, 3));
	EXPECT(!attn_is_reset(chassis, 3));
	EXPECT(!attn_is_reset(other, 3));
	EXPECT(!attn_is_reset((const u8[]){ 0x1c, 0x04, 0 }, 3));
	EXPECT(!attn_is_reset((const u8[]){ 0x18, 0x02, 0 }, 3));
	EXPECT(!attn_is_reset((const u8[]){ 0x1c, 0x03, 0x01 }, 3));
	EXPECT(attn_is_reset((const u8[]){ 0x1f, 0x03, 0, 9 }, 4));
}

/* What takes something out of the BMC is put off where there is no room for it. */
static void no_room(void)
{
	static const u8 flags[] = { 0x01, 0x02, 0x03, 0x20 };
	unsigned int i;

	fresh();
	a.oem_flags = 0xe0;
	EXPECT(!attn_takes(&a));
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		a.due = ATTN_DUE_FLAGS;
		EXPECT(!attn_takes(&a));
		asks(RQ(0x18, 0x31));
		EXPECT_EQ(gets(RQ(0x1c, 0x31, 0, flags[i])), ATTN_NOTHING);
		EXPECT(attn_takes(&a));
		attn_put_off(&a);
		EXPECT(!attn_takes(&a));
		EXPECT(!attn_wants(&a));
	}
	/* A pre-timeout is told of; the next request after it takes something. */
	a.due = ATTN_DUE_FLAGS;
	asks(RQ(0x18, 0x31));
	EXPECT_EQ(gets(RQ(0x1c, 0x31, 0, 0x09)), ATTN_PRETIMEOUT);
	EXPECT(!attn_takes(&a));
	asks(RQ(0x18, 0x30, 0x08));
	EXPECT_EQ(gets(RQ(0x1c, 0x30, 0)), ATTN_NOTHING);
	EXPECT(attn_takes(&a));
	attn_put_off(&a);
	EXPECT(!attn_wants(&a));
}

static const struct test attn_tests[] = {
	TEST(wants_nothing),
	TEST(flags_by_urgency),
	TEST(oem_flag_is_a_message),
	TEST(many_messages),
	TEST(short_event_is_none),
	TEST(start_up),
	TEST(wanted_enables),
	TEST(bmc_that_refuses_enables),
	TEST(hostile_answers),
	TEST(failed_question_is_dropped),
	TEST(reset_commands),
	TEST(no_room),
};

SUITE(attn);
