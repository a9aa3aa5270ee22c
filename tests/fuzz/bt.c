// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzing of the BT machine, see machine.c.
 */
#include "fuzz.h"

static struct fake_bt bmc;

static struct fake_bmc *make(u8 how)
{
	fake_bt_init(&bmc);
	bmc.holds_b_busy = how & 1;
	return &bmc.b;
}

/* H2B_ATN. A reset of the BMC must never be asked for. */
static bool hands_over(unsigned int reg, u8 val)
{
	MUST(reg != 2);
	return reg == 0 && val & BIT(2);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static const struct prey prey = { &ipmi_bt_ops, make, hands_over };

	return hunt(&prey, data, len);
}
