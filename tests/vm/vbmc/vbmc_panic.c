// SPDX-License-Identifier: GPL-2.0-only
/*
 * A panic, with its text to be written, while interfaces have requests with their programs: one that
 * runs, and one that is stopped. How long it takes, the harness sees.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"
#include "program_bmc.h"

#define RECORDS_MS 200 /* what was printed has arrived */

static void prepare(void)
{
	pid_t pid[2];
	int status, fd;

	for (int i = 0; i < 2; i++) {
		pid[i] = vbmc_start(NULL);
		REQUIRE(EXPECT(pid[i] > 0));
	}
	kill(pid[1], SIGSTOP);
	EXPECT_EQ(waitpid(pid[1], &status, WUNTRACED), pid[1]);
	for (int i = 0; i < 2; i++) {
		fd = ipmi_must_open(i);
		for (int n = 0; n < 50; n++)
			EXPECT_EQ(ipmi_send(fd, n, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	}
}

int main(void)
{
	static const struct ktap_case cases[] = { KTAP_CASE(prepare) };
	int failures = ktap_main(cases, ARRAY_SIZE(cases));

	fsync(STDOUT_FILENO);
	usleep(RECORDS_MS * 1000);
	if (!failures)
		file_write("/proc/sysrq-trigger", "c");
	return failures;
}
