// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmi_ssif with what an SMBus may have beside transfers: alerts, and packet error codes. The
 * arguments are parameters of tests/modules/ssif_fake_main.c. The number in a name is that of
 * Documentation/faults-si.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake_bus.h"
#include "fake_ssif.h"
#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define ROUNDS 3 /* of what a busy machine may spoil */

/* Alerts, and nobody listens: then it is an alert only that has the BMC asked for anything. */
static void heard_by_alert(bool busy)
{
	fake_set("think_us", busy ? 150000 : 0);
	fake_forget();
	if (busy) {
		EXPECT_EQ(ipmi_send(fake_fd, 1, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
		EXPECT(fake_until_sent(APP, CMD_GET_DEVICE_ID, 1, 5));
	}
	EXPECT_EQ(file_write(FAKE "post", "message"), 0);
	if (busy) {
		double took;

		EXPECT_EQ(fake_next_type(&took), IPMI_RESPONSE_RECV_TYPE);
		fake_set("think_us", 0);
	}
	EXPECT(fake_until_sent(APP, CMD_GET_MESSAGE, 1, 5));
	usleep(50000);
}

/* Alerts that come all the time and mean nothing do not keep the bus busy. */
static void alerts_without_a_reason(void)
{
	double at[64], shortest = 100, longest = 0;
	int n;

	usleep(300000);
	fake_forget();
	for (double end = now() + 1.2; now() < end; usleep(1000))
		file_write(FAKE "post", "alert");
	n = fake_times(APP, CMD_GET_FLAGS, at, ARRAY_SIZE(at));
	EXPECT(n >= 5 && n <= 20);
	for (int i = 1; i < n; i++) {
		shortest = at[i] - at[i - 1] < shortest ? at[i] - at[i - 1] : shortest;
		if (i > 4)
			EXPECT(at[i] - at[i - 1] > 0.095);
	}
	for (int i = 5; i < n; i++)
		longest = !longest || at[i] - at[i - 1] < longest ? at[i] - at[i - 1] : longest;
	if (!EXPECT(shortest > 0.009 && shortest < 0.05 && longest < 0.2))
		ktap_note("%d, %.3f to %.3f s apart", n, shortest, longest);
	usleep(300000);
	/* a message is a reason, and all is as at first */
	fake_set("alert", 0);
	fake_forget();
	EXPECT_EQ(file_write(FAKE "post", "message"), 0);
	EXPECT_EQ(file_write(FAKE "post", "alert"), 0);
	EXPECT(fake_until_sent(APP, CMD_GET_MESSAGE, 1, 5));
	usleep(50000);
	shortest = 100;
	fake_forget();
	for (double end = now() + 0.4; now() < end; usleep(1000))
		file_write(FAKE "post", "alert");
	n = fake_times(APP, CMD_GET_FLAGS, at, ARRAY_SIZE(at));
	for (int i = 1; i < n; i++)
		shortest = at[i] - at[i - 1] < shortest ? at[i] - at[i - 1] : shortest;
	if (!EXPECT(shortest < 0.05))
		ktap_note("%.3f s", shortest);
	usleep(300000);
}

static void f36_alerts(void)
{
	long alerts = file_number(DEVICE "/alerts"), alarms = file_number(FAKE "alarms");
	double soonest = 100;
	int fewest = 1000;

	fake_set("alert", 1);
	for (int n = 0; n < 10; n++)
		looks_at(30000);
	/* who alerts is not asked before, whatever time it takes; a busy machine may be late */
	for (int round = 0; round < ROUNDS && (fewest > 20 || soonest > 0.09); round++) {
		int looks = 0;

		for (int n = 0; n < 10; n++) {
			looks += looks_at(n % 2 ? 5000 : 40000);
			if (n % 2 == 0 && to_first_look < soonest)
				soonest = to_first_look;
		}
		fewest = looks < fewest ? looks : fewest;
	}
	if (!EXPECT(fewest <= 20 && soonest < 0.09))
		ktap_note("%d looks, the first after %.3f s", fewest, soonest);
	for (int n = 0; n < 3; n++) {
		heard_by_alert(false);
		heard_by_alert(true);
	}
	what_comes_by_itself();
	alerts_without_a_reason();
	usleep(100000);
	EXPECT_EQ(file_number(DEVICE "/alerts") - alerts, file_number(FAKE "alarms") - alarms);
	/* one that has stopped to alert is waited for once, and answered for all that */
	fake_set("alert", 1);
	looks_at(30000);
	looks_at(30000);
	fake_set("alert", 0);
	EXPECT(looks_at(150000) >= 2);
	EXPECT(to_first_look > 0.095 && between_looks < 0.09);
	looks_at(30000);
	EXPECT(to_first_look < 0.09 || (looks_at(30000), to_first_look < 0.09));
	for (int n = 0; n < 5; n++)
		EXPECT_EQ(fake_echo(4), 0);
	fake_set("think_us", 0);
}

static void pec(void)
{
	long pecs = file_number(FAKE "pecs");

	if (!fake_by_i2c())
		return;
	usleep(100000);
	pecs = file_number(FAKE "pecs");
	EXPECT_EQ(fake_echo(4), 0);
	EXPECT_EQ(fake_echo(100), 0);
	EXPECT_EQ(file_number(FAKE "pecs") - pecs, strstr(fake_parameters, "pec=1") ? 5 : 0);
	/* another BMC, that knows none */
	close(fake_fd);
	EXPECT_EQ(file_write("/sys/module/ssif_fake/parameters/pec", "0"), 0);
	pecs = file_number(FAKE "pecs");
	EXPECT_EQ(file_write(DRIVER "unbind", CLIENT), 0);
	/* its alerts were switched off: two requests */
	EXPECT_EQ(file_number(FAKE "pecs") - pecs, 2);
	EXPECT_EQ(file_write(DRIVER "bind", CLIENT), 0);
	fake_fd = ipmi_open(0);
	REQUIRE(EXPECT(fake_fd >= 0));
	EXPECT_EQ(fake_echo(100), 0);
	EXPECT_EQ(file_number(FAKE "pecs") - pecs, 2);
	EXPECT_EQ(file_write(DRIVER "unbind", CLIENT), 0);
	EXPECT_EQ(file_write("/sys/module/ssif_fake/parameters/pec", "1"), 0);
	EXPECT_EQ(file_write(DRIVER "bind", CLIENT), 0);
	close(fake_fd);
	fake_fd = ipmi_open(0);
	REQUIRE(EXPECT(fake_fd >= 0));
	EXPECT_EQ(fake_echo(100), 0);
	EXPECT(file_number(FAKE "pecs") - pecs > 6);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(fake_is_there),
	KTAP_CASE(f36_alerts),
	KTAP_CASE(pec),
	KTAP_CASE(fake_leaves_nothing),
};

int main(int argc, char **argv)
{
	fake_arguments(argc, argv);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
