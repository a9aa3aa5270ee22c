// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzing of the SMIC machine, see machine.c.
 */
#include "fuzz.h"

static struct fake_smic bmc;

static struct fake_bmc *make(u8 how)
{
	fake_smic_init(&bmc);
	bmc.holds_busy = how & 1;
	return &bmc.b;
}

/* WR_END. */
static bool hands_over(unsigned int reg, u8 val)
{
	return reg == 1 && val == 0x43;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static const struct prey prey = { &ipmi_smic_ops, make, hands_over };

	return hunt(&prey, data, len);
}
