// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzing of the KCS machine, see machine.c.
 */
#include "fuzz.h"

static struct fake_kcs bmc;
static bool last_byte_next;

static struct fake_bmc *make(u8 how)
{
	fake_kcs_init(&bmc);
	bmc.dummy = how & 1;
	bmc.end_dummy = how & 2;
	bmc.holds_ibf = how & 4;
	return &bmc.b;
}

/* The byte after WRITE_END. */
static bool hands_over(unsigned int reg, u8 val)
{
	bool handed = reg == 0 && last_byte_next;

	last_byte_next = reg == 1 && val == 0x62;
	return handed;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static const struct prey prey = { &ipmi_kcs_ops, make, hands_over };

	last_byte_next = false;
	return hunt(&prey, data, len);
}
