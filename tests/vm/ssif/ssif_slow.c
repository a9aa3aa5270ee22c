// SPDX-License-Identifier: GPL-2.0-only
/*
 * QEMU's own SMBus interface with a BMC that takes its time: it acknowledges all the time, and
 * until there is an answer a block is what was there before, or FFh.
 */
#include <stdio.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define DEVICE "/sys/class/ipmi/ipmi0/device"
#define REQUESTS 40

static void slow(void)
{
	static const int delays[] = { 0, 4, 20, 100, 700 };

	for (unsigned int i = 0; i < ARRAY_SIZE(delays); i++) {
		/* one of 0.7 s is found, and that is all: its answers come after others were read */
		int requests = delays[i] < 20 ? REQUESTS : delays[i] < 700 ? 8 : 0, good = 0, fd;
		struct reply r;

		ktap_note("%d ms", delays[i]);
		bmc_line("delay %d", delays[i]);
		EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
		EXPECT_EQ(run("modprobe ipmi_ssif"), 0);
		fd = ipmi_open(0);
		if (!EXPECT(fd >= 0))
			continue;
		for (int n = 0; n < requests; n++) {
			/* one after another, and the same twice */
			if (ipmi_ask(fd, NETFN_APP, n % 4 < 2 ? CMD_GET_DEVICE_ID : 0x2f, NULL, 0,
				     &r))
				continue;
			good += r.data[0] == 0 && r.len >= (n % 4 < 2 ? 12 : 2);
		}
		/* what is old cannot be told from what is new, where it answers the same command */
		if (!EXPECT(good >= (delays[i] ? requests / 2 : requests)))
			ktap_note("%d of %d with %d ms", good, requests, delays[i]);
		EXPECT_EQ(file_number(DEVICE "/hosed"), 0);
		close(fd);
	}
}

static const struct ktap_case cases[] = {
	KTAP_CASE(slow),
};

int main(void)
{
	return ktap_main(cases, ARRAY_SIZE(cases));
}
