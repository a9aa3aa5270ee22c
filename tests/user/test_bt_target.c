// SPDX-License-Identifier: GPL-2.0-only
/*
 * BT from the BMC's side: against the host's machine, whose registers are joined to it, and against
 * a host that writes whatever it likes.
 */
#include <ipmi/machine.h>
#include <ipmi/transfer.h>

#include "../fake/ibt.h"
#include "test.h"

#define HOST_MAX 254 /* what one length byte can say, less the sequence number */

static struct ibt hw;
static struct ipmi_regs host;
static struct bt_target_regs bmc;
static union {
	struct ipmi_machine m;
	u8 room[2048];
} machine;
static unsigned int accesses, strike;

/* What is read, or wrong if this access is struck; and whether a write is lost. */
static u8 seen(u8 val)
{
	return ++accesses == strike ? val ^ 0x88 : val;
}

static bool lost(void)
{
	return ++accesses == strike;
}

static u8 host_read(const struct ipmi_regs *regs, unsigned int reg)
{
	(void)regs;
	return seen(ibt_host_read(&hw, reg));
}

static void host_write(const struct ipmi_regs *regs, unsigned int reg, u8 val)
{
	(void)regs;
	if (!lost())
		ibt_host_write(&hw, reg, val);
}

static u8 bmc_ctrl(const struct bt_target_regs *regs)
{
	(void)regs;
	return seen(hw.ctrl);
}

static void bmc_set_ctrl(const struct bt_target_regs *regs, u8 bits)
{
	(void)regs;
	if (!lost())
		ibt_bmc_ctrl(&hw, bits);
}

static u8 bmc_get(const struct bt_target_regs *regs)
{
	(void)regs;
	return seen(ibt_bmc_get(&hw));
}

static void bmc_put(const struct bt_target_regs *regs, u8 val)
{
	(void)regs;
	if (!lost())
		ibt_bmc_put(&hw, val);
}

static void make(void)
{
	memset(&hw, 0, sizeof(hw));
	accesses = 0;
	strike = 0;
	host.read = host_read;
	host.write = host_write;
	bmc = (struct bt_target_regs){ bmc_ctrl, bmc_set_ctrl, bmc_get, bmc_put };
	EXPECT(ipmi_bt_ops.size <= sizeof(machine));
	ipmi_bt_ops.init(&machine.m, &host);
}

/* The program: answers with @m bytes from NetFn/LUN on. */
static void serve(unsigned int m)
{
	u8 req[BT_TARGET_MAX], rsp[BT_TARGET_MAX] = { 0 };
	int n = bt_target_read(&bmc, req);

	if (n < 0)
		return;
	EXPECT_EQ(n, req[0] + 1);
	EXPECT(!(hw.ctrl & BT_TARGET_B_BUSY));
	rsp[0] = m + 1;
	rsp[1] = req[1] | 4;
	rsp[2] = req[2];
	rsp[3] = req[3];
	for (unsigned int i = 5; i < m + 2; i++)
		rsp[i] = i * 3 + n;
	bt_target_write(&bmc, rsp, m + 2);
}

/* Return: whether the host has got an answer of @m bytes. */
static bool transact(unsigned int n, unsigned int m)
{
	u8 req[HOST_MAX], rsp[HOST_MAX];

	for (unsigned int i = 0; i < n; i++)
		req[i] = i * 3 + n;
	req[0] = 0xb8;
	req[1] = 0x42;
	EXPECT_EQ(ipmi_bt_ops.start(&machine.m, req, n), 0);
	for (unsigned int i = 0; i < 1000000; i++) {
		enum ipmi_step step = ipmi_bt_ops.step(&machine.m, 1000);

		if (step == IPMI_STEP_DONE)
			return ipmi_bt_ops.result(&machine.m, rsp, sizeof(rsp)) == m;
		if (step == IPMI_STEP_FAILED)
			return false;
		serve(m);
	}
	EXPECT_SAY(false, "the transfer does not end");
	return false;
}

static void all_lengths(void)
{
	unsigned int n, m;

	make();
	/* without the BMC's word the host keeps to what every FIFO holds */
	for (n = 2; n <= 62; n++)
		for (m = 3; m <= HOST_MAX; m += n == 2 ? 1 : 31)
			EXPECT_SAY(transact(n, m), "%u bytes, and %u", n, m);
}

static void any_access_may_be_struck(void)
{
	unsigned int at;

	for (at = 1; at < 90; at++) {
		make();
		strike = at;
		transact(5, 7);
		strike = 0;
		/* a bit that was lost may cost the next one too */
		EXPECT_SAY(transact(5, 7) || transact(5, 7), "after a fault at access %u", at);
	}
}

static void frames_are_checked(void)
{
	static const u8 frame[] = { 4, 0xbc, 7, 0x42, 0, 0xee };
	u8 got[BT_TARGET_MAX], longest[BT_TARGET_MAX + 1] = { 255 };
	unsigned int n;

	make();
	EXPECT(!bt_target_has_request(&bmc));
	EXPECT(bt_target_has_room(&bmc));
	EXPECT_EQ(bt_target_read(&bmc, got), -EAGAIN);
	for (n = 0; n < 5; n++)
		EXPECT_EQ(bt_target_write(&bmc, frame, n), -EINVAL);
	EXPECT_EQ(bt_target_write(&bmc, (const u8 *)"\3\xbc\7\x42\0", 5), -EINVAL);
	EXPECT_EQ(bt_target_write(&bmc, (const u8 *)"\5\xbc\7\x42\0", 5), -EINVAL);
	EXPECT_EQ(hw.ctrl, 0);
	/* what is behind the frame stays behind */
	EXPECT_EQ(bt_target_write(&bmc, frame, 6), 0);
	EXPECT_EQ(hw.ctrl, BT_TARGET_B2H_ATN);
	EXPECT_EQ(hw.b2h.in, 5);
	EXPECT_BYTES(hw.b2h.bytes, 5, frame, 5);
	EXPECT(!bt_target_has_room(&bmc));
	EXPECT_EQ(bt_target_write(&bmc, frame, 5), -EAGAIN);
	hw.ctrl = BT_TARGET_H_BUSY;
	EXPECT_EQ(bt_target_write(&bmc, frame, 5), -EAGAIN);
	hw.ctrl = 0;
	EXPECT_EQ(bt_target_write(&bmc, longest, 256), 0);
	hw.ctrl = 0;
	bt_target_attention(&bmc);
	EXPECT_EQ(hw.ctrl, BT_TARGET_SMS_ATN);
	bt_target_set_busy(&bmc, true);
	bt_target_set_busy(&bmc, true);
	EXPECT_EQ(hw.ctrl, BT_TARGET_SMS_ATN | BT_TARGET_B_BUSY);
	bt_target_set_busy(&bmc, false);
	bt_target_set_busy(&bmc, false);
	EXPECT_EQ(hw.ctrl, BT_TARGET_SMS_ATN);
}

/* Whatever length the host says: no more than a frame is taken, and the host may go on. */
static void any_length_of_the_host(void)
{
	struct {
		u8 frame[BT_TARGET_MAX];
		u8 behind;
	} got;

	for (unsigned int n = 0; n < 256; n++) {
		make();
		got.behind = 0x5a;
		for (unsigned int i = 0; i < 256; i++)
			hw.h2b.bytes[i] = i ? i : n;
		hw.ctrl = BT_TARGET_H2B_ATN | (n & 1 ? BT_TARGET_B_BUSY : 0);
		EXPECT_EQ(bt_target_read(&bmc, got.frame), n < 3 ? -EPROTO : (int)n + 1);
		EXPECT_EQ(got.frame[n], n);
		EXPECT_EQ(got.behind, 0x5a);
		EXPECT_EQ(hw.ctrl, 0);
	}
}

static const struct test bt_target_tests[] = {
	TEST(all_lengths),
	TEST(any_access_may_be_struck),
	TEST(frames_are_checked),
	TEST(any_length_of_the_host),
};
SUITE(bt_target);
