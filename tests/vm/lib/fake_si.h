/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fake BMCs of tests/modules/fakebmc.c behind ipmi_si, for the programs of ../si/.
 */
#ifndef FAKE_SI_H
#define FAKE_SI_H

#define SI_FAKE "/sys/kernel/debug/ipmi_si/fake/"

/* the kind that is spoken to, and an open device of it */
extern const char *si_fake_kind;
extern int si_fake_fd;

/* Its numbers in debugfs; sets one; has a fault strike, "ok" heals. */
long si_fake(const char *name);
void si_fake_set(const char *name, long value);
void si_fake_fault(const char *text);

/*
 * A request with so many bytes of data, to an answer of as many as the BMC is set to: its
 * completion code, or a negative errno; -EBADMSG if the answer is not what it must be.
 */
int si_fake_echo(int len);

/* How long until it answers? Longer than wait if it does not. */
double si_fake_until_answer(double wait);

#endif
