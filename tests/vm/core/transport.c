// SPDX-License-Identifier: GPL-2.0-only
/*
 * The message handler above a transport without hardware, which the module consumer brings
 * (tests/modules/consumer_wire.c): what the core gives it and tells it, and what it makes of what
 * comes. The argument says which of the module's cases; each runs in the kernel.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define FOLDER "/sys/kernel/debug/ipmi_consumer/"
#define MOST 32

static const char *const queue[] = {
	"order", "removal", "gone", "need-watch", "pretimeout", "unfit", "refused", "poll-wire",
	"sources", "numbers", "message-limit", "user-limit", "core-ask", NULL,
};
static const char *const events[] = {
	"kept-events", "lost-events", "event-requests", "maintenance-states", "maintenance-ends",
	NULL,
};
static const char *const identity[] = {
	"questions", "slow-start", "attributes", "channels", "own-address", "same-bmc", NULL,
};
static const char *const identity_old[] = { "mute", "refresh", NULL };
static const char *const bridge[] = {
	"tries", "default-times", "send-refused", "answers", "numbers-run-out", "asked",
	"no-answers", "oem-media", "direct", NULL,
};
static const char *const runner[] = {
	"sleeping-callback", "asker-runs", "failed-start", "end-of-a-burst", NULL,
};
static const char *const foreign[] = {
	"direct-response", "direct-refused", "last-code", "one-buffer", NULL,
};
static const char *const kept[] = { "kept", NULL };
static const char *const changes[] = { "guid-error", "other-channels", "mute-reader", NULL };
static const char *const attach[] = { "attach-again", NULL };
static const char *const last[] = { "last-request", NULL };
static const char *const panic[] = { "panic-kinds", NULL };

static const struct {
	const char *name;
	const char *const *cases;
} groups[] = {
	{ "queue", queue },
	{ "events", events },
	{ "identity", identity },
	{ "identity-old", identity_old },
	{ "bridge", bridge },
	{ "runner", runner },
	{ "foreign", foreign },
	{ "kept", kept },
	{ "changes", changes },
	{ "attach", attach },
	{ "last", last },
	{ "panic", panic },
};

static const char *const *next;

static void in_kernel(void)
{
	EXPECT_EQ(file_write(FOLDER "run", *next++), 0);
	EXPECT_STR(file_text(FOLDER "said"), "");
}

int main(int argc, char **argv)
{
	struct ktap_case cases[MOST];
	int n, failures;

	for (unsigned int i = 0; i < ARRAY_SIZE(groups); i++)
		if (argc > 1 && !strcmp(argv[1], groups[i].name))
			next = groups[i].cases;
	if (!next)
		return 2;
	if (run("grep -q debugfs /proc/mounts || mount -t debugfs none /sys/kernel/debug; "
		"insmod /vm/modules/consumer.ko")) {
		printf("Bail out! %s\n", output());
		return 1;
	}
	for (n = 0; next[n]; n++)
		cases[n] = (struct ktap_case){ next[n], in_kernel };
	failures = ktap_main(cases, n);
	if (argc > 2 && !strcmp(argv[2], "panic") && !failures) {
		fsync(STDOUT_FILENO);
		usleep(200000);
		file_write("/proc/sysrq-trigger", "c");
	}
	/* Who looks for leaks afterwards removes the stack, which this module holds. */
	EXPECT_EQ(module_remove("consumer"), 0);
	return failures;
}
