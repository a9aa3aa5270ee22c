/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests and their answers, put together from the trace events.
 */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include "event.h"

/**
 * struct exchange - a request, and what became of it
 * @id, @intf: which
 * @pid: of the process that opened the user; 0: the driver itself, or another part of the kernel
 * @name: of the process; anybody's text
 * @asked_ns, @started_ns: when it was asked, when it went to the BMC; 0 = not seen
 * @bmc_us: how long the BMC had it
 * @total_us, @queue_us: when it is over: in all, and before it went to the BMC
 * @cc: the completion code, -1 = none
 * @error: why the driver refused it, an errno, or 0
 * @dropped: nobody got the answer
 */
struct exchange {
	unsigned int id;
	int intf;
	int pid;
	char name[32];
	unsigned int netfn;
	unsigned int cmd;
	unsigned int len;
	unsigned long long asked_ns;
	unsigned long long started_ns;
	unsigned int bmc_us;
	unsigned long long total_us;
	unsigned long long queue_us;
	int cc;
	int error;
	bool dropped;
};

/* So many may be under way; of more the oldest are forgotten. */
#define EXCHANGES_MAX 4096

/**
 * struct exchanges - those that are under way; all zero to begin with
 * @count: of slots in use
 * @names: the last processes' names, so that one that is gone keeps its own
 */
struct exchanges {
	struct exchange at[EXCHANGES_MAX];
	unsigned int count;
	struct {
		int pid;
		char name[32];
	} names[256];
};

enum exchange_step { STEP_NONE, STEP_SEEN, STEP_ASKED, STEP_STARTED, STEP_ENDED, STEP_OVER };

/**
 * exchange_take() - an event
 * @x: the exchanges
 * @event: it
 * @which: the exchange it belongs to
 *
 * Return: how far the exchange is. STEP_NONE: it is of none that is known, and @which is not
 * written; STEP_SEEN: of one, which is as far as it was; STEP_OVER: it is complete, and forgotten by the next call.
 */
enum exchange_step exchange_take(struct exchanges *x, const struct event *event,
				 struct exchange *which);

/* Whether it failed: an error of the driver's, or a completion code that is not 0. */
bool exchange_failed(const struct exchange *x);

#endif /* EXCHANGE_H */
