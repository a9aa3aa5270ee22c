// SPDX-License-Identifier: GPL-2.0-only
/*
 * The BT machine, access by access and microsecond by microsecond.
 *
 * The order is that of the transfer of IPMI 2.0, section 11, the bits and frames those of its
 * registers and message formats (contract, section 3.3).
 */
#include "script.h"
#include "test.h"

#define CLR_WR		0x01
#define CLR_RD		0x02
#define H2B		0x04
#define B2H		0x08
#define ATN		0x10
#define H_BUSY		0x40
#define B_BUSY		0x80

#define CTRL(v)		RD(0, v)
#define SET(v)		WR(0, v)
#define OUT(v)		RD(1, v)
#define IN(v)		WR(1, v)

/* A request of 18 22 33, and its answer. */
#define REQUEST(seq)                                                                              \
	SET(CLR_WR), IN(4), IN(0x18), IN(seq), IN(0x22), IN(0x33), SET(H2B)
#define ANSWER(netfn, seq, cmd)                                                                   \
	SET(H_BUSY), SET(B2H), SET(CLR_RD), OUT(4), OUT(netfn), OUT(seq), OUT(cmd), OUT(0),       \
		SET(H_BUSY)

static struct script s;
static const u8 request[] = { 0x18, 0x22, 0x33 };

static void begin(void)
{
	script_begin(&s, &ipmi_bt_ops);
}

static void end(void)
{
	script_end(&s);
}

static void start(void)
{
	CALL(&s, EXPECT_EQ(s.m->ops->start(s.m, request, sizeof(request)), 0));
}

static void hand_over(u8 seq)
{
	start();
	STEP(&s, 0, IPMI_STEP_AGAIN, CTRL(0), REQUEST(seq));
}

static void answered(void)
{
	u8 rsp[4];

	CALL(&s, EXPECT_BYTES(rsp, s.m->ops->result(s.m, rsp, sizeof(rsp)),
			      ((const u8[]){ 0x1c, 0x22, 0x00 }), 3));
}

/* Sequence numbers go round, so that each names a request among the last 256. */
static void whole_transactions(void)
{
	u8 rsp[4];
	int i;

	begin();
	for (i = 1; i < 600; i++) {
		hand_over(i);
		STEP(&s, 0, IPMI_STEP_TICK, CTRL(0));
		CALL(&s, EXPECT_EQ(s.m->ops->result(s.m, rsp, sizeof(rsp)), 0));
		STEP(&s, 100, IPMI_STEP_DONE, CTRL(B2H), ANSWER(0x1c, i & 0xff, 0x22));
		answered();
	}
	EXPECT_EQ(s.m->ops->failure(s.m)->cause, IPMI_CAUSE_NONE);
	end();
}

/* B_BUSY and H2B_ATN keep a request waiting, an answer only has to be there. */
static void waits(void)
{
	begin();
	start();
	STEP(&s, 0, IPMI_STEP_SOON, CTRL(B_BUSY));
	STEP(&s, 0, IPMI_STEP_SOON, CTRL(H2B));
	STEP(&s, 9, IPMI_STEP_SOON, CTRL(B_BUSY | H2B | ATN));
	STEP(&s, 0, IPMI_STEP_AGAIN, CTRL(0x20 | ATN), REQUEST(1));
	STEP(&s, 0, IPMI_STEP_TICK, CTRL(H2B));
	STEP(&s, 0, IPMI_STEP_TICK, CTRL(B_BUSY));
	STEP(&s, 0, IPMI_STEP_DONE, CTRL(B_BUSY | B2H | ATN), ANSWER(0x1c, 1, 0x22));
	/* H_BUSY that is set already is not toggled off. */
	hand_over(2);
	STEP(&s, 0, IPMI_STEP_DONE, CTRL(B2H | H_BUSY), SET(B2H), SET(CLR_RD), OUT(4), OUT(0x1c),
	     OUT(2), OUT(0x22), OUT(0), SET(H_BUSY));
	answered();
	end();
}

/*
 * Network function, sequence number and command name an answer; its LUN does not. One with
 * another sequence number is late; one with this number is all that this request gets.
 */
static void answers_to_something_else(void)
{
	static const u8 late[][3] = {
		{ 0x1c, 0, 0x22 }, { 0x1c, 2, 0x22 }, { 0x1c, 129, 0x22 }, { 0x18, 0, 0x22 },
	};
	static const u8 wrong[][3] = {
		{ 0x18, 1, 0x22 }, { 0x14, 1, 0x22 }, { 0x3c, 1, 0x22 },
		{ 0x1c, 1, 0x23 }, { 0x1c, 1, 0x00 },
	};
	unsigned int i;

	begin();
	hand_over(1);
	for (i = 0; i < ARRAY_SIZE(late); i++)
		STEP(&s, 0, IPMI_STEP_TICK, CTRL(B2H), ANSWER(late[i][0], late[i][1], late[i][2]));
	/* Nor does one answer that is too short to say so. */
	STEP(&s, 0, IPMI_STEP_TICK, CTRL(B2H), SET(H_BUSY), SET(B2H), SET(CLR_RD), OUT(0),
	     SET(H_BUSY));
	STEP(&s, 0, IPMI_STEP_DONE, CTRL(B2H), ANSWER(0x1f, 1, 0x22));
	end();

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		begin();
		hand_over(1);
		STEP(&s, 0, IPMI_STEP_FAILED, CTRL(B2H),
		     ANSWER(wrong[i][0], wrong[i][1], wrong[i][2]));
		FAILURE(&s, IPMI_PHASE_THINK, IPMI_CAUSE_WRONG, B2H, 0, true, false);
		end();
	}
	begin();
	hand_over(1);
	STEP(&s, 0, IPMI_STEP_FAILED, CTRL(B2H), SET(H_BUSY), SET(B2H), SET(CLR_RD), OUT(2),
	     OUT(0x1c), OUT(1), SET(H_BUSY));
	FAILURE(&s, IPMI_PHASE_THINK, IPMI_CAUSE_WRONG, B2H, 0, true, false);
	end();

	/* Two bytes and a sequence number: an answer without a code, which is made up for. */
	begin();
	hand_over(1);
	STEP(&s, 0, IPMI_STEP_DONE, CTRL(B2H), SET(H_BUSY), SET(B2H), SET(CLR_RD), OUT(3),
	     OUT(0x1c), OUT(1), OUT(0x22), SET(H_BUSY));
	EXPECT_EQ(s.m->ops->failure(s.m)->cause, IPMI_CAUSE_NONE);
	end();
}

/* Leftovers go before a request: an answer to nobody, H_BUSY of somebody else. */
static void leftovers(void)
{
	int i;

	begin();
	start();
	STEP(&s, 0, IPMI_STEP_AGAIN, CTRL(B2H), ANSWER(0x1c, 1, 0x22));
	STEP(&s, 0, IPMI_STEP_AGAIN, CTRL(H_BUSY), SET(H_BUSY));
	/* Twice in a row, and then it is left alone; the request goes on all the same. */
	STEP(&s, 0, IPMI_STEP_AGAIN, CTRL(H_BUSY), REQUEST(1));
	end();

	begin();
	start();
	STEP(&s, 0, IPMI_STEP_AGAIN, CTRL(H_BUSY | B_BUSY), SET(H_BUSY));
	STEP(&s, 0, IPMI_STEP_SOON, CTRL(B_BUSY));
	for (i = 0; i < 2; i++)
		STEP(&s, 0, IPMI_STEP_AGAIN, CTRL(H_BUSY | B_BUSY), SET(H_BUSY));
	STEP(&s, 0, IPMI_STEP_SOON, CTRL(H_BUSY | B_BUSY));
	STEP(&s, 0, IPMI_STEP_AGAIN, CTRL(H_BUSY), REQUEST(1));
	/* A new request tries again. */
	STEP(&s, 0, IPMI_STEP_DONE, CTRL(B2H), ANSWER(0x1c, 1, 0x22));
	start();
	for (i = 0; i < 2; i++)
		STEP(&s, 0, IPMI_STEP_AGAIN, CTRL(H_BUSY), SET(H_BUSY));
	STEP(&s, 0, IPMI_STEP_AGAIN, CTRL(H_BUSY), REQUEST(2));
	end();

	/* At idle, likewise. */
	begin();
	STEP(&s, 0, IPMI_STEP_IDLE, CTRL(B2H), ANSWER(0x1c, 1, 0x22));
	STEP(&s, 0, IPMI_STEP_IDLE, CTRL(H_BUSY), SET(H_BUSY));
	STEP(&s, 0, IPMI_STEP_IDLE, CTRL(H_BUSY));
	STEP(&s, 0, IPMI_STEP_IDLE, CTRL(0x20));
	STEP(&s, 0, IPMI_STEP_IDLE, CTRL(B2H | H_BUSY), SET(B2H), SET(CLR_RD), OUT(0),
	     SET(H_BUSY));
	/* All ones are nothing. */
	STEP(&s, 0, IPMI_STEP_IDLE, CTRL(0xff));
	end();
}

/* SMS_ATN is cleared by who fetches the flags because of it, and by nobody else. */
static void attention(void)
{
	static const u8 flags[] = { 0x18, 0x31 };

	begin();
	STEP(&s, 0, IPMI_STEP_ATTN, CTRL(ATN));
	start();
	STEP(&s, 0, IPMI_STEP_AGAIN, CTRL(ATN), REQUEST(1));
	STEP(&s, 0, IPMI_STEP_DONE, CTRL(ATN | B2H), ANSWER(0x1c, 1, 0x22));
	CALL(&s, EXPECT_EQ(s.m->ops->start(s.m, flags, 2), 0));
	STEP(&s, 0, IPMI_STEP_AGAIN, CTRL(ATN), SET(ATN), SET(CLR_WR), IN(3), IN(0x18), IN(2),
	     IN(0x31), SET(H2B));
	STEP(&s, 0, IPMI_STEP_DONE, CTRL(ATN | B2H), ANSWER(0x1c, 2, 0x31));
	/* It came again while they were fetched: that is not told yet. */
	CALL(&s, EXPECT_EQ(s.m->ops->start(s.m, flags, 2), 0));
	STEP(&s, 0, IPMI_STEP_AGAIN, CTRL(ATN), SET(CLR_WR), IN(3), IN(0x18), IN(3), IN(0x31),
	     SET(H2B));
	STEP(&s, 0, IPMI_STEP_DONE, CTRL(B2H), ANSWER(0x1c, 3, 0x31));

	/* Told, and gone: there is nothing to clear. */
	STEP(&s, 0, IPMI_STEP_ATTN, CTRL(ATN));
	STEP(&s, 0, IPMI_STEP_IDLE, CTRL(0));
	CALL(&s, EXPECT_EQ(s.m->ops->start(s.m, flags, 2), 0));
	STEP(&s, 0, IPMI_STEP_AGAIN, CTRL(ATN), SET(CLR_WR), IN(3), IN(0x18), IN(4), IN(0x31),
	     SET(H2B));
	STEP(&s, 0, IPMI_STEP_DONE, CTRL(B2H), ANSWER(0x1c, 4, 0x31));
	STEP(&s, 0, IPMI_STEP_ATTN, CTRL(ATN));
	STEP(&s, 0, IPMI_STEP_IDLE, CTRL(0xff));
	CALL(&s, EXPECT_EQ(s.m->ops->start(s.m, flags, 2), 0));
	STEP(&s, 0, IPMI_STEP_AGAIN, CTRL(ATN), SET(CLR_WR), IN(3), IN(0x18), IN(5), IN(0x31),
	     SET(H2B));
	STEP(&s, 0, IPMI_STEP_DONE, CTRL(B2H), ANSWER(0x1c, 5, 0x31));

	/* The same number of another network function is another command. */
	STEP(&s, 0, IPMI_STEP_ATTN, CTRL(ATN));
	CALL(&s, EXPECT_EQ(s.m->ops->start(s.m, (const u8[]){ 0x28, 0x31 }, 2), 0));
	STEP(&s, 0, IPMI_STEP_AGAIN, CTRL(ATN), SET(CLR_WR), IN(3), IN(0x28), IN(6), IN(0x31),
	     SET(H2B));
	/* With an answer to be drained as well. */
	STEP(&s, 0, IPMI_STEP_DONE, CTRL(B2H), ANSWER(0x2c, 6, 0x31));
	STEP(&s, 0, IPMI_STEP_ATTN, CTRL(ATN | B2H), ANSWER(0x2c, 6, 0x31));
	end();
}

/* The interrupt: enabled and acknowledged in one write to INTMASK. Bit 7 would reset the BMC. */
static void interrupts(void)
{
	begin();
	CALL(&s, s.m->ops->irq(s.m, true), WR(2, 0x03));
	CALL(&s, s.m->ops->irq(s.m, false), WR(2, 0x02));

	CALL(&s, EXPECT(!s.m->ops->asserts(s.m)), CTRL(0), RD(2, 0x01));
	CALL(&s, EXPECT(s.m->ops->asserts(s.m)), CTRL(0), RD(2, 0x03));
	CALL(&s, EXPECT(s.m->ops->asserts(s.m)), CTRL(B2H), RD(2, 0x01));
	CALL(&s, EXPECT(s.m->ops->asserts(s.m)), CTRL(ATN), RD(2, 0x01));
	CALL(&s, EXPECT(!s.m->ops->asserts(s.m)), CTRL(0xe7), RD(2, 0xfd));
	CALL(&s, EXPECT(!s.m->ops->asserts(s.m)), CTRL(0xff), RD(2, 0xff));

	CALL(&s, EXPECT(!s.m->ops->present(s.m)), CTRL(0xff));
	CALL(&s, EXPECT(s.m->ops->present(s.m)), CTRL(0x7f));
	CALL(&s, EXPECT(s.m->ops->present(s.m)), CTRL(0x00));
	end();
}

static void one_at_a_time(void)
{
	u8 long_request[255] = { 0x18, 0x01 }, rsp[4];

	begin();
	CALL(&s, EXPECT_EQ(s.m->ops->start(s.m, long_request, 1), 0xc7));
	/* Len is one byte, and counts itself not, but the sequence number. */
	CALL(&s, EXPECT_EQ(s.m->ops->start(s.m, long_request, 255), 0xc8));
	STEP(&s, 0, IPMI_STEP_IDLE, CTRL(0));
	CALL(&s, EXPECT_EQ(s.m->ops->start(s.m, long_request, 254), 0));
	CALL(&s, EXPECT_EQ(s.m->ops->start(s.m, request, 2), 0xff));
	CALL(&s, EXPECT_EQ(s.m->ops->result(s.m, rsp, sizeof(rsp)), 0));

	/* To set it up again forgets all of that. */
	CALL(&s, s.m->ops->init(s.m, &s.regs));
	EXPECT(s.m->ops == &ipmi_bt_ops);
	EXPECT(s.m->regs == &s.regs);
	EXPECT_EQ(s.m->patience_us, 0);
	STEP(&s, 0, IPMI_STEP_IDLE, CTRL(0));
	hand_over(1);
	end();
}

static void kind(void)
{
	EXPECT(!strcmp(ipmi_bt_ops.name, "bt"));
	EXPECT_EQ(ipmi_bt_ops.nregs, 3);
	EXPECT_EQ(ipmi_bt_ops.step_timeout_us, 5000000);
	EXPECT_EQ(ipmi_bt_ops.answer_timeout_us, 30000000);
	EXPECT_EQ(ipmi_bt_ops.message_timeout_us, 31000000);
}

static const struct test bt_trace_tests[] = {
	TEST(whole_transactions),
	TEST(waits),
	TEST(answers_to_something_else),
	TEST(leftovers),
	TEST(attention),
	TEST(interrupts),
	TEST(one_at_a_time),
	TEST(kind),
};

SUITE(bt_trace);
