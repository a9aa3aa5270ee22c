/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The little there is to a test runner: tests in suites, expectations, KTAP.
 *
 * A test goes on after an expectation that does not hold, says so once for each
 * of the first few, and has failed.
 */
#ifndef TESTS_USER_TEST_H
#define TESTS_USER_TEST_H

#include <ipmi/pure.h>

struct test {
	const char *name;
	void (*run)(void);
};

struct suite {
	const char *name;
	const struct test *tests;
	unsigned int count;
};

#define TEST(fn) { #fn, fn }
#define SUITE(id)                                                                                 \
	const struct suite id##_suite = { #id, id##_tests, ARRAY_SIZE(id##_tests) }

extern const struct suite attn_answers_suite;
extern const struct suite attn_suite;
extern const struct suite bt_bounds_suite;
extern const struct suite bt_suite;
extern const struct suite bt_target_suite;
extern const struct suite bt_trace_suite;
extern const struct suite codec_suite;
extern const struct suite ipmb_suite;
extern const struct suite kcs_recovery_suite;
extern const struct suite kcs_suite;
extern const struct suite kcs_target_suite;
extern const struct suite kcs_trace_suite;
extern const struct suite privilege_suite;
extern const struct suite sdr_suite;
extern const struct suite sdr_value_suite;
extern const struct suite sdr_walk_suite;
extern const struct suite sensor_suite;
extern const struct suite seq_late_suite;
extern const struct suite seq_suite;
extern const struct suite smic_suite;
extern const struct suite smic_trace_suite;
extern const struct suite opal_suite;
extern const struct suite ssif_suite;
extern const struct suite ssif_target_suite;
extern const struct suite torn_suite;
extern const struct suite transfer_suite;
extern const struct suite wait_figures_suite;
extern const struct suite wait_learn_suite;
extern const struct suite wait_suite;

bool test_that(bool holds, const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
bool test_equal(long long a, long long b, const char *file, int line, const char *what);
bool test_bytes(const u8 *a, size_t na, const u8 *b, size_t nb, const char *file, int line,
		const char *what);
void test_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* All of them are true if it holds, so that a test can stop where it must. */
#define EXPECT(holds) test_that(holds, __FILE__, __LINE__, "%s", #holds)
#define EXPECT_SAY(holds, ...) test_that(holds, __FILE__, __LINE__, __VA_ARGS__)
#define EXPECT_EQ(a, b) test_equal(a, b, __FILE__, __LINE__, #a " == " #b)
#define EXPECT_BYTES(a, na, b, nb) test_bytes(a, na, b, nb, __FILE__, __LINE__, #a " == " #b)

#endif /* TESTS_USER_TEST_H */
