/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs of bench/ share: a figure that is said, and what a machine has used. */
#ifndef MEASURE_H
#define MEASURE_H

struct machine {
	double busy; /* seconds of all processors */
	double thread; /* of that, the driver's own threads */
	double switches; /* from one task to another, a measure of wakeups */
};

/* A line for tools/bench/boots.py. */
void bench_say(const char *name, double value);

/* There is no figure: the program ends. error may be negative. */
void bench_fatal(const char *what, int error) __attribute__((noreturn));

/* What the machine has used so far, but for the driver's threads. */
struct machine machine_now(void);

#endif
