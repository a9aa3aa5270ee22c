// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs the suites of tests/user in the kernel, under KUnit: the same tests, the same tables of
 * tests/cases, but compiled as the modules are and watched by the kernel's own sanitizers.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/sched.h>

#include "../user/test.h"

#define COMPLAINTS_MAX 10

static const struct suite *const suites[] = {
	&codec_suite,	     &seq_suite,	  &seq_late_suite,   &attn_suite,
	&attn_answers_suite, &wait_figures_suite, &wait_learn_suite, &transfer_suite,
	&kcs_trace_suite,    &kcs_recovery_suite, &kcs_suite,	     &smic_trace_suite,
	&smic_suite,	     &ssif_suite,	  &opal_suite,	     &ipmb_suite,
	&bt_trace_suite,     &bt_bounds_suite,	  &bt_suite,	     &torn_suite,
	&privilege_suite,    &sdr_suite,	  &sdr_walk_suite,   &sensor_suite,
};

static struct kunit *running;
static unsigned int complaints;

bool test_that(bool holds, const char *file, int line, const char *fmt, ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	/* the tests are long, and a kernel need not be preemptible */
	cond_resched();
	if (holds)
		return true;
	if (complaints++ < COMPLAINTS_MAX) {
		va_start(args, fmt);
		vaf.va = &args;
		KUNIT_FAIL(running, "%s:%d: not so: %pV", file, line, &vaf);
		va_end(args);
	}
	return false;
}

bool test_equal(long long a, long long b, const char *file, int line, const char *what)
{
	return test_that(a == b, file, line, "%s: %lld (0x%llx) and %lld (0x%llx)", what, a, a, b,
			 b);
}

bool test_bytes(const u8 *a, size_t na, const u8 *b, size_t nb, const char *file, int line,
		const char *what)
{
	if (na == nb && !memcmp(a, b, na))
		return true;
	return test_that(false, file, line, "%s: %*ph and %*ph", what, (int)na, a, (int)nb, b);
}

void test_note(const char *fmt, ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	va_start(args, fmt);
	vaf.va = &args;
	kunit_info(running, "%pV", &vaf);
	va_end(args);
}

/* One case, and a parameter for each test of each suite, in their order. */
static const void *next_test(const void *prev, char *desc)
{
	bool found = !prev;
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(suites); i++) {
		for (n = 0; n < suites[i]->count; n++) {
			if (found) {
				snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s: %s", suites[i]->name,
					 suites[i]->tests[n].name);
				return &suites[i]->tests[n];
			}
			found = prev == &suites[i]->tests[n];
		}
	}
	return NULL;
}

static void proto(struct kunit *test)
{
	running = test;
	complaints = 0;
	((const struct test *)test->param_value)->run();
	if (complaints > COMPLAINTS_MAX)
		kunit_info(test, "and %u more", complaints - COMPLAINTS_MAX);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(proto, next_test),
	{}
};

static struct kunit_suite suite = {
	.name = "ipmi",
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_DESCRIPTION("The tests of tests/user under KUnit");
MODULE_LICENSE("GPL");
