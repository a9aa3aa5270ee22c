/* SPDX-License-Identifier: GPL-2.0-only */
/* Made by tools/sdr-cases. */
/* clang-format off */
#include "qemu_sim.h"

static const struct {
	const char *name;
	const struct sdr_record_case *records;
	unsigned int count;
} sdr_dumps[] = {
	{ "qemu_sim", sdr_qemu_sim, ARRAY_SIZE(sdr_qemu_sim) },
};
