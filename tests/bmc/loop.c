// SPDX-License-Identifier: GPL-2.0-only
/* See loop.h. */
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "loop.h"

#define WATCHES 16

static struct {
	void (*fn)(void *arg);
	void *arg;
} watches[WATCHES];
static struct pollfd fds[WATCHES];
static int nr;
static struct timer *timers; /* the next one first */
static bool ended;

double clock_ms(void)
{
	static double began;
	struct timespec t;
	double now;

	clock_gettime(CLOCK_MONOTONIC, &t);
	now = t.tv_sec * 1e3 + t.tv_nsec / 1e6;
	if (!began)
		began = now;
	return now - began;
}

void loop_watch(int fd, void (*fn)(void *arg), void *arg)
{
	if (nr == WATCHES) {
		fprintf(stderr, "bmc: more than %d files\n", WATCHES);
		exit(1);
	}
	fds[nr] = (struct pollfd){ .fd = fd, .events = POLLIN };
	watches[nr].fn = fn;
	watches[nr++].arg = arg;
}

void loop_unwatch(int fd)
{
	for (int i = 0; i < nr; i++) {
		if (fds[i].fd != fd)
			continue;
		nr--;
		fds[i] = fds[nr];
		watches[i] = watches[nr];
		return;
	}
}

void timer_start(struct timer *t, double ms, void (*fn)(void *arg), void *arg)
{
	struct timer **at;

	timer_stop(t);
	t->due = clock_ms() + ms;
	t->fn = fn;
	t->arg = arg;
	t->running = true;
	/* of those that are due together the first started comes first */
	for (at = &timers; *at && (*at)->due <= t->due; at = &(*at)->next)
		;
	t->next = *at;
	*at = t;
}

void timer_stop(struct timer *t)
{
	if (!t->running)
		return;
	for (struct timer **at = &timers; *at; at = &(*at)->next) {
		if (*at == t) {
			*at = t->next;
			break;
		}
	}
	t->running = false;
}

static void run_timers(void)
{
	double now = clock_ms();

	while (timers && timers->due <= now) {
		struct timer *t = timers;

		timers = t->next;
		t->running = false;
		t->fn(t->arg);
	}
}

/* Waits for one file or timer, at most until end. */
static void pass(double end)
{
	struct timespec wait;
	double ms;
	int ready;

	if (timers && timers->due < end)
		end = timers->due;
	ms = end < INFINITY ? fmax(0, end - clock_ms()) : 0;
	wait.tv_sec = ms / 1e3;
	wait.tv_nsec = fmod(ms, 1e3) * 1e6;
	ready = ppoll(fds, nr, end < INFINITY ? &wait : NULL, NULL);
	if (ready < 0 && errno != EINTR) {
		perror("bmc: poll");
		exit(1);
	}
	for (int i = 0; ready > 0 && i < nr; i++) {
		if (!fds[i].revents)
			continue;
		/* what it does may change the table: only one a pass */
		watches[i].fn(watches[i].arg);
		break;
	}
	run_timers();
}

void loop_run(void)
{
	while (!ended)
		pass(INFINITY);
}

void loop_run_for(double ms)
{
	double end = clock_ms() + ms;

	do
		pass(end);
	while (clock_ms() < end);
}

void loop_end(void)
{
	ended = true;
}
