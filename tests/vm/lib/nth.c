// SPDX-License-Identifier: GPL-2.0-only
/* See nth.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"
#include "ktap.h"
#include "nth.h"

#define DEBUG "/sys/kernel/debug/"
#define STEPS_MAX 3000
#define LOADER_STRIDE 29

int nth_faults, nth_refusals;
static int knob = -1;

void nth_open(void)
{
	knob = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	/* without these nothing that may sleep would fail */
	file_write(DEBUG "failslab/ignore-gfp-wait", "N");
	file_write(DEBUG "fail_page_alloc/ignore-gfp-wait", "N");
	file_write(DEBUG "fail_page_alloc/ignore-gfp-highmem", "N");
	file_write(DEBUG "fail_page_alloc/min-order", "0");
	/* the log is a serial line, and each fault would bring its stack */
	file_write(DEBUG "failslab/verbose", "0");
	file_write(DEBUG "fail_page_alloc/verbose", "0");
	file_write(DEBUG "fail_usercopy/verbose", "0");
}

/* Reading and writing the knob copies, too: the fault may be for that, and then is used up. */
void nth_arm(int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", n);

	if (pwrite(knob, text, len, 0) != len && pwrite(knob, text, len, 0) != len)
		ktap_note("fail-nth: %s", strerror(errno));
}

int nth_left(void)
{
	char text[16] = "";

	if (pread(knob, text, sizeof(text) - 1, 0) > 0)
		return atoi(text);
	EXPECT_EQ(errno, EFAULT);
	return 1;
}

/* Has it struck? Switches it off in any case. */
static bool struck(void)
{
	bool yes = nth_left() == 0;

	nth_arm(0);
	return yes;
}

void nth_each_from(int first, const char *what, int (*act)(void), void (*after)(int result))
{
	int before = nth_faults, before_refusals = nth_refusals, n;

	for (n = 1; n < STEPS_MAX; n += n + LOADER_STRIDE < first ? LOADER_STRIDE : 1) {
		bool hit;
		int ret;

		nth_arm(n);
		ret = act();
		hit = struck();
		nth_faults += hit;
		nth_refusals += hit && ret < 0;
		after(ret);
		if (!hit) {
			if (ret < 0)
				ktap_note("%s: fails without a fault: %s", what, strerror(-ret));
			EXPECT(ret >= 0);
			break;
		}
	}
	EXPECT(n < STEPS_MAX);
	EXPECT(nth_faults > before);
	ktap_note("%s: %d faults, of which %d were refusals", what, nth_faults - before,
		  nth_refusals - before_refusals);
}

void nth_each(const char *what, int (*act)(void), void (*after)(int result))
{
	nth_each_from(0, what, act, after);
}
