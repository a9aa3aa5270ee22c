// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a message costs through ipmi_vbmc with a program that answers at once: the price of the core
 * and of two devices, without any hardware. Guest nanoseconds, which under -icount shift=0 are
 * instructions, of everything: the user, the program, the switches between them. Figures, and a
 * bound that only an accident would reach.
 */
#include <poll.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"
#include "program_bmc.h"

#define WARM_UP 200
#define REQUESTS 2000
#define BOUND 200000

static void price(void)
{
	pid_t pid = vbmc_start(NULL);
	double start = 0, each;
	struct reply r;
	int fd;

	REQUIRE(EXPECT(pid > 0));
	fd = ipmi_must_open(0);
	for (int i = -WARM_UP; i < REQUESTS; i++) {
		if (!i)
			start = now();
		REQUIRE(EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0));
	}
	each = (now() - start) / REQUESTS * 1e9;
	ktap_note("%.0f instructions a message, %.0f messages in a billion of them", each, 1e9 / each);
	EXPECT(each < BOUND);
	close(fd);
	vbmc_stop(pid);
}

int main(void)
{
	static const struct ktap_case cases[] = { KTAP_CASE(price) };

	return ktap_main(cases, ARRAY_SIZE(cases));
}
