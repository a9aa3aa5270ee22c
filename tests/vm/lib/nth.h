/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /proc/self/fail-nth of the instrumented kernel: the n-th place at which this task can be refused
 * memory, or a copy from or to user space, refuses it. Linked to every program of this folder.
 */
#ifndef NTH_H
#define NTH_H

/* Faults that have struck, and those by which what was done has failed. */
extern int nth_faults, nth_refusals;

/* Makes all of it ready, and what fails for everybody, too, where that is switched on. */
void nth_open(void);

/* The n-th place from now on fails; 0: none. How many are left until then. */
void nth_arm(int n);
int nth_left(void);

/*
 * Does it again and again, and each time the next place fails, until there is none left.
 * after() runs without faults. The first places are not ours, and some of them are enough.
 */
void nth_each_from(int first, const char *what, int (*act)(void), void (*after)(int result));
void nth_each(const char *what, int (*act)(void), void (*after)(int result));

#endif
