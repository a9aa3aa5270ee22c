// SPDX-License-Identifier: GPL-2.0-only
/* See traced.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"
#include "ktap.h"
#include "traced.h"

#define TRACING "/sys/kernel/tracing"

void trace_begin(void)
{
	run("[ -e " TRACING "/trace ] || mount -t tracefs tracefs " TRACING);
	EXPECT_EQ(file_write(TRACING "/trace_clock", "mono"), 0);
	EXPECT_EQ(file_write(TRACING "/trace", ""), 0);
	EXPECT_EQ(file_write(TRACING "/events/ipmi/enable", "1"), 0);
}

void trace_end(void)
{
	EXPECT_EQ(file_write(TRACING "/events/ipmi/enable", "0"), 0);
}

static int number(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? (int)strtol(at + strlen(name), NULL, 0) : -1;
}

static bool parse(const char *line, struct traced *t)
{
	const char *name = strstr(line, ": ipmi_"), *at = name;

	memset(t, 0, sizeof(*t));
	if (!name)
		return false;
	while (at > line && at[-1] != ' ')
		at--;
	t->at = strtod(at, NULL);
	snprintf(t->text, sizeof(t->text), "%.*s", (int)strcspn(name + 2, "\n"), name + 2);
	t->start = !strncmp(t->text, "ipmi_start:", 11);
	t->end = !strncmp(t->text, "ipmi_end:", 9);
	t->own = strstr(t->text, " id=00000000 ");
	t->netfn = number(t->text, " netfn=");
	t->cmd = number(t->text, " cmd=");
	t->away = strstr(t->text, " state=away ") || strstr(t->text, " verdict=away ");
	t->back = strstr(t->text, " state=back ");
	return true;
}

int trace_read(struct traced *list, int max, const char *pattern)
{
	char line[1024];
	int n = 0;
	FILE *f;

	snprintf(line, sizeof(line), "grep -E '%s' " TRACING "/trace", pattern);
	fflush(stdout);
	f = popen(line, "re");
	while (f && fgets(line, sizeof(line), f))
		if (n < max && parse(line, &list[n]))
			n++;
	if (f)
		pclose(f);
	return n;
}
