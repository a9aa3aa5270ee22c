/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What ipmi_si's trace events tell: which transactions there were, and when, by the guest's
 * clock. Linked to every program of this folder.
 */
#ifndef TRACED_H
#define TRACED_H

#include <stdbool.h>

struct traced {
	double at; /* seconds */
	bool start, end; /* ipmi_start, ipmi_end */
	bool own; /* the driver's, not a user's */
	bool away, back; /* ipmi_bmc; of ipmi_end: it was refused because the BMC is away */
	int netfn, cmd;
	char text[400]; /* the line from the event's name on */
};

/* From now on; what was noted before is forgotten. */
void trace_begin(void);

/* What was noted, oldest first, of lines that grep -E finds this in: how many. */
int trace_read(struct traced *list, int max, const char *pattern);

/* No more. */
void trace_end(void);

#endif
