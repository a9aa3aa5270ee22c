/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What ipmi_fake_si exports to test modules that are a BMC's hardware, see fakebmc.c.
 */
#ifndef TESTS_FAKE_SI_JOIN_H
#define TESTS_FAKE_SI_JOIN_H

#include <ipmi/machine.h>

/* Interfaces of @kind have these registers from now on; NULL = none, and nobody uses the old ones. */
void fake_si_join(const char *kind, const struct ipmi_regs *regs);

#endif /* TESTS_FAKE_SI_JOIN_H */
