// SPDX-License-Identifier: GPL-2.0-only
/*
 * At the address of a place there is something that is no BMC: it is asked who it is a few times,
 * and then let be. The arguments are parameters of tests/modules/ssif_fake_main.c.
 */
#include <stdio.h>
#include <unistd.h>

#include "fake_bus.h"
#include "fake_ssif.h"
#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define DISCOVERY "/sys/kernel/debug/ipmi_ssif/discovery"
#define TRIES 8 /* after 1 s, 2 s, ... 32 s, 60 s; and one as the driver is loaded */

static bool is_over(double wait)
{
	for (double end = now() + wait; now() < end; sleep(1))
		if (run("grep -q 'and not any more' " DISCOVERY) == 0)
			return true;
	return false;
}

static void a_stranger_is_let_be(void)
{
	fake_load("");
	fake_fault("nack-read 0");
	fake_forget();
	fake_driver();
	EXPECT(is_over(200));
	EXPECT_EQ(fake_requests(APP, CMD_GET_DEVICE_ID), TRIES);
	EXPECT_EQ(run("dmesg | grep 'something acknowledges it.* not looked for any more'"), 0);
	fake_forget();
	sleep(70);
	EXPECT_EQ(fake_requests(APP, CMD_GET_DEVICE_ID), 0);
	EXPECT_EQ(ipmi_nodes(), 0);
	/* who knows better says so */
	fake_fault("ok");
	EXPECT_EQ(run("echo ipmi_ssif 0x10 >$(grep -l ssif_fake /sys/bus/i2c/devices/i2c-*/name | "
		      "sed 's/name$/new_device/')"), 0);
	EXPECT_EQ(ipmi_nodes(), 1);
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
	EXPECT_EQ(run("rmmod ssif_fake"), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(a_stranger_is_let_be),
};

int main(int argc, char **argv)
{
	fake_arguments(argc, argv);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
