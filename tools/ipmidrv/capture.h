/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Listening to the trace events in a tracefs instance of our own, so that nobody else's tracing is
 * disturbed.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include "event.h"

struct capture;

/* Why capture_open() would fail, with the exit status for it; NULL = nothing is known. */
const char *capture_obstacle(int *status);

/**
 * capture_open() - begin
 *
 * Takes away what a former run that was killed has left. Says on stderr what is wrong.
 *
 * Return: the capture, for capture_close(); NULL, and *status is the exit status.
 */
struct capture *capture_open(int *status);

/* Hands over all events that there are, in the order of their time. */
void capture_drain(struct capture *c, void (*take)(const struct event *event, void *arg), void *arg);

/* How many events were overwritten before they were read. */
unsigned long long capture_lost(struct capture *c);

/* What to add to an event's time to have microseconds since 1970. */
long long capture_wall_us(unsigned long long ns);

void capture_close(struct capture *c);

/* Ends with SIGINT, SIGTERM, SIGHUP: true from then on. */
void capture_catch_signals(void);
bool capture_is_over(void);

#endif /* CAPTURE_H */
