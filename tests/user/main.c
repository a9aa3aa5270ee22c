// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs the user-space tests: all, or those whose "suite: name" holds an
 * argument. Prints KTAP, and at the end what tools/check wants to read.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "test.h"

#define COMPLAINTS_MAX 10

static const struct suite *const suites[] = {
	&codec_suite,
	&privilege_suite,
	&seq_suite,
	&seq_late_suite,
	&attn_suite,
	&attn_answers_suite,
	&wait_figures_suite,
	&wait_learn_suite,
	&wait_suite,
	&transfer_suite,
	&kcs_trace_suite,
	&kcs_recovery_suite,
	&kcs_suite,
	&kcs_target_suite,
	&smic_trace_suite,
	&smic_suite,
	&opal_suite,
	&ipmb_suite,
	&ssif_suite,
	&ssif_target_suite,
	&bt_trace_suite,
	&bt_bounds_suite,
	&bt_suite,
	&bt_target_suite,
	&torn_suite,
	&sdr_suite,
	&sdr_value_suite,
	&sdr_walk_suite,
	&sensor_suite,
};

static unsigned int complaints;

bool test_that(bool holds, const char *file, int line, const char *fmt, ...)
{
	va_list args;

	if (holds)
		return true;
	if (complaints++ < COMPLAINTS_MAX) {
		printf("# %s:%d: not so: ", file, line);
		va_start(args, fmt);
		vprintf(fmt, args);
		va_end(args);
		printf("\n");
	}
	return false;
}

bool test_equal(long long a, long long b, const char *file, int line, const char *what)
{
	return test_that(a == b, file, line, "%s: %lld (0x%llx) and %lld (0x%llx)", what, a, a, b,
			 b);
}

static void print_bytes(const u8 *bytes, size_t n)
{
	size_t i;

	printf("#   %3zu:", n);
	for (i = 0; i < n; i++)
		printf(" %02x", bytes[i]);
	printf("\n");
}

bool test_bytes(const u8 *a, size_t na, const u8 *b, size_t nb, const char *file, int line,
		const char *what)
{
	if (na == nb && !memcmp(a, b, na))
		return true;
	test_that(false, file, line, "%s", what);
	if (complaints <= COMPLAINTS_MAX) {
		print_bytes(a, na);
		print_bytes(b, nb);
	}
	return false;
}

void test_note(const char *fmt, ...)
{
	va_list args;

	printf("# ");
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
}

static bool wanted(const char *name, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (strstr(name, argv[i]))
			return true;
	return argc < 2;
}

int main(int argc, char **argv)
{
	unsigned int i, n, number = 0, failed = 0;
	char name[128];

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n");
	for (i = 0; i < ARRAY_SIZE(suites); i++) {
		for (n = 0; n < suites[i]->count; n++) {
			snprintf(name, sizeof(name), "%s: %s", suites[i]->name,
				 suites[i]->tests[n].name);
			if (!wanted(name, argc, argv))
				continue;
			complaints = 0;
			suites[i]->tests[n].run();
			if (complaints > COMPLAINTS_MAX)
				printf("# and %u more\n", complaints - COMPLAINTS_MAX);
			failed += !!complaints;
			printf("%s %u - %s\n", complaints ? "not ok" : "ok", ++number, name);
		}
	}
	printf("1..%u\n", number);
	printf("%u passed, %u failed, 0 skipped\n", number - failed, failed);
	return failed || !number;
}
