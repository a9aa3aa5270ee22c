// SPDX-License-Identifier: GPL-2.0-only
/*
 * Putting requests and answers together. A request of a user has an id that no other has while it
 * lives; what the driver asks for itself has the id 0, and there is one at a time on an interface.
 */
#include <stdio.h>
#include <string.h>

#include "exchange.h"
#include "ipmidrv.h"
#include "programs.h"

#define TYPE_ANSWER 1 /* IPMI_RESPONSE_RECV_TYPE */

static struct exchange *find(struct exchanges *x, const struct event *event)
{
	for (unsigned int i = 0; i < x->count; i++)
		if (x->at[i].id == event->id && x->at[i].intf == event->intf)
			return &x->at[i];
	return NULL;
}

static void forget(struct exchanges *x, struct exchange *which)
{
	size_t after = x->at + x->count - (which + 1);

	/* in the order in which they came, so that the first is the oldest */
	memmove(which, which + 1, after * sizeof(*which));
	x->count--;
}

/* Remembered, so that a process that has ended meanwhile keeps its name. */
static void name_exchange(struct exchanges *x, struct exchange *which)
{
	unsigned int slot = (unsigned int)which->pid % ARRAY_SIZE(x->names);

	if (!which->pid) {
		strcpy(which->name, "kernel");
		return;
	}
	if (x->names[slot].pid != which->pid) {
		x->names[slot].pid = which->pid;
		program_name(x->names[slot].name, sizeof(x->names[slot].name), which->pid);
	}
	memcpy(which->name, x->names[slot].name, sizeof(which->name));
}

static struct exchange *add(struct exchanges *x, const struct event *event)
{
	struct exchange *which = find(x, event);

	if (which)
		forget(x, which);
	if (x->count == EXCHANGES_MAX)
		forget(x, &x->at[0]);
	which = &x->at[x->count++];
	*which = (struct exchange){ .id = event->id,
				    .intf = event->intf,
				    .pid = event->pid,
				    .netfn = event->netfn,
				    .cmd = event->cmd,
				    .len = event->len,
				    .cc = -1 };
	name_exchange(x, which);
	return which;
}

static void end(struct exchange *which, const struct event *event)
{
	unsigned long long begin = which->asked_ns ?: which->started_ns;

	which->total_us = begin && event->ns > begin ? (event->ns - begin) / 1000 : 0;
	if (which->asked_ns && which->started_ns > which->asked_ns)
		which->queue_us = (which->started_ns - which->asked_ns) / 1000;
}

enum exchange_step exchange_take(struct exchanges *x, const struct event *event,
				 struct exchange *which)
{
	struct exchange *found = NULL;
	enum exchange_step step = STEP_SEEN;

	if (event->kind == EVENT_REQUEST) {
		found = add(x, event);
		found->asked_ns = event->ns;
		found->error = event->error < 0 ? -event->error : event->error;
		step = found->error ? STEP_OVER : STEP_ASKED;
	} else if (event->kind == EVENT_START) {
		found = find(x, event);
		if (!found || !event->id)
			found = event->id ? NULL : add(x, event);
		if (!found)
			return STEP_NONE;
		if (!found->started_ns)
			found->started_ns = event->ns;
		step = STEP_STARTED;
	} else {
		found = find(x, event);
		if (!found)
			return STEP_NONE;
	}
	if (event->kind == EVENT_END) {
		found->bmc_us += event->total_us;
		/* what carries a bridged request is not its answer */
		if (found->cc < 0 && event->cmd == found->cmd)
			found->cc = event->cc;
		step = event->id ? STEP_ENDED : STEP_OVER;
	} else if ((event->kind == EVENT_DELIVER && event->type == TYPE_ANSWER) ||
		   event->kind == EVENT_DROP) {
		found->cc = event->cc;
		found->dropped = event->kind == EVENT_DROP;
		step = STEP_OVER;
	}
	if (step == STEP_OVER)
		end(found, event);
	*which = *found;
	if (step == STEP_OVER)
		forget(x, found);
	return step;
}

bool exchange_failed(const struct exchange *x)
{
	return x->error || x->cc != 0;
}
