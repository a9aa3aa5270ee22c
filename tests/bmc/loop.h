/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one poll loop: files that become readable, and timers. One thread, so nothing is locked.
 */
#ifndef LOOP_H
#define LOOP_H

#include <stdbool.h>

/* Milliseconds since the program began. */
double clock_ms(void);

/* Calls fn(arg) when fd is readable or hung up, until loop_unwatch(fd). */
void loop_watch(int fd, void (*fn)(void *arg), void *arg);
void loop_unwatch(int fd);

/* A timer lives in its owner's structure and fires once; its function may free it. */
struct timer {
	double due;
	void (*fn)(void *arg);
	void *arg;
	struct timer *next;
	bool running;
};

void timer_start(struct timer *t, double ms, void (*fn)(void *arg), void *arg);
void timer_stop(struct timer *t);

/* Runs until loop_end(). */
void loop_run(void);
void loop_end(void);

/* Runs what is due within so many milliseconds; for the unit tests. */
void loop_run_for(double ms);

#endif
