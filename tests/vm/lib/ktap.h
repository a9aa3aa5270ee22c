/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KTAP for the programs that run in the virtual machine. A program is a table of
 * cases; ktap_main() runs them in order and prints one result for each:
 *
 *	static void empty_queue(void)
 *	{
 *		EXPECT_EQ(ipmi_recv(fd, &r), -EAGAIN);
 *	}
 *	static const struct ktap_case cases[] = { KTAP_CASE(empty_queue), ... };
 *	int main(void) { return ktap_main(cases, ARRAY_SIZE(cases)); }
 */
#ifndef KTAP_H
#define KTAP_H

#include <stdbool.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct ktap_case {
	const char *name;
	void (*run)(void);
};

#define KTAP_CASE(function) { #function, function }

/* Each of these says whether it held, and marks the running case as failed if not. */
#define EXPECT(cond) ktap_expect(cond, __FILE__, __LINE__, #cond)
#define EXPECT_EQ(got, want) ktap_expect_eq(got, want, __FILE__, __LINE__, #got)
#define EXPECT_STR(got, want) ktap_expect_str(got, want, __FILE__, __LINE__, #got)

/* As EXPECT, and the case ends here if it did not hold. */
#define REQUIRE(cond)                                                                          \
	do {                                                                                   \
		if (!EXPECT(cond))                                                             \
			return;                                                                \
	} while (0)

/* The case ends here and counts as skipped; reason says what is missing. */
#define SKIP(reason)                                                                           \
	do {                                                                                   \
		ktap_skip(reason);                                                             \
		return;                                                                        \
	} while (0)

bool ktap_expect(bool held, const char *file, int line, const char *what);
bool ktap_expect_eq(long long got, long long want, const char *file, int line, const char *what);
bool ktap_expect_str(const char *got, const char *want, const char *file, int line,
		     const char *what);
void ktap_skip(const char *reason);

/* A line of diagnosis; it belongs to the case whose result comes next. */
void ktap_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

int ktap_main(const struct ktap_case *cases, int n);

#endif
