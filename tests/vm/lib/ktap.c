// SPDX-License-Identifier: GPL-2.0-only
/* See ktap.h. Linked to every program of this folder. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ktap.h"

static bool failed;
static const char *skipped;

void ktap_note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("# ");
	vprintf(format, args);
	printf("\n");
	va_end(args);
}

void ktap_skip(const char *reason)
{
	skipped = reason;
}

bool ktap_expect(bool held, const char *file, int line, const char *what)
{
	if (!held) {
		failed = true;
		ktap_note("%s:%d: not so: %s", file, line, what);
	}
	return held;
}

bool ktap_expect_eq(long long got, long long want, const char *file, int line, const char *what)
{
	if (got != want) {
		failed = true;
		ktap_note("%s:%d: %s is %lld (%#llx), not %lld (%#llx)", file, line, what, got,
			  (unsigned long long)got, want, (unsigned long long)want);
	}
	return got == want;
}

bool ktap_expect_str(const char *got, const char *want, const char *file, int line,
		     const char *what)
{
	bool held = !strcmp(got, want);

	if (!held) {
		failed = true;
		ktap_note("%s:%d: %s is \"%s\", not \"%s\"", file, line, what, got, want);
	}
	return held;
}

int ktap_main(const struct ktap_case *cases, int n)
{
	int failures = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n1..%d\n", n);
	for (int i = 0; i < n; i++) {
		failed = false;
		skipped = NULL;
		cases[i].run();
		failures += failed;
		printf("%s %d %s%s%s\n", failed ? "not ok" : "ok", i + 1, cases[i].name,
		       skipped && !failed ? " # SKIP " : "", skipped && !failed ? skipped : "");
	}
	return failures ? 1 : 0;
}
