// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests in a second over SSIF and their 99th percentile, with a BMC that thinks 1, 6 and
 * 20 ms (tests/modules/ssif_fake_main.c): this stack and the kernel's own, in one boot. Figures
 * only; nothing fails for being slow.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define FAKE "/sys/kernel/debug/ssif_fake/"
#define ROUNDS 2
#define REQUESTS 150
#define WARM_UP 20
#define OWN "/lib/modules/$(uname -r)/kernel/drivers/char/ipmi/"

static const int thinks[] = { 1, 6, 20 };

struct figures {
	double rate, p99;
};

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static struct figures measure(int think)
{
	double took[REQUESTS], start = 0, sum = 0;
	struct figures f;
	char text[16];
	struct reply r;
	int fd = ipmi_open(0);

	snprintf(text, sizeof(text), "%d", think * 1000);
	EXPECT_EQ(file_write(FAKE "think_us", text), 0);
	for (int i = -WARM_UP; i < REQUESTS; i++) {
		start = now();
		EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
		if (i >= 0)
			sum += took[i] = now() - start;
	}
	close(fd);
	EXPECT_EQ(file_write(FAKE "think_us", "0"), 0);
	qsort(took, REQUESTS, sizeof(took[0]), by_value);
	f.rate = REQUESTS / sum;
	f.p99 = took[REQUESTS * 99 / 100] * 1e3;
	return f;
}

static void load(bool own)
{
	run("rmmod ipmi_ssif");
	EXPECT_EQ(run("rmmod ipmi_devintf"), 0);
	EXPECT_EQ(run("rmmod ipmi_msghandler"), 0);
	if (!own) {
		EXPECT_EQ(run("modprobe ipmi_devintf"), 0);
		EXPECT_EQ(run("modprobe ipmi_ssif addr=0x10 adapter_name=ssif_fake"), 0);
		return;
	}
	EXPECT_EQ(run("insmod " OWN "ipmi_msghandler.ko"), 0);
	EXPECT_EQ(run("insmod " OWN "ipmi_devintf.ko"), 0);
	EXPECT_EQ(run("insmod " OWN "ipmi_ssif.ko addr=0x10 adapter_name=ssif_fake"), 0);
}

static void speed(void)
{
	struct figures ours[3], own[3];

	EXPECT_EQ(run("insmod /vm/modules/ssif_fake.ko"), 0);
	for (int round = 0; round < ROUNDS; round++) {
		load(false);
		for (int i = 0; i < 3; i++)
			ours[i] = measure(thinks[i]);
		load(true);
		for (int i = 0; i < 3; i++)
			own[i] = measure(thinks[i]);
		for (int i = 0; i < 3; i++) {
			ktap_note("%2d ms: %6.1f/s, p99 %6.2f ms; the kernel's own %6.1f/s, %6.2f ms: %.2f times, p99 %.2f times",
				  thinks[i], ours[i].rate, ours[i].p99, own[i].rate, own[i].p99,
				  ours[i].rate / own[i].rate, own[i].p99 / ours[i].p99);
		}
	}
	EXPECT_EQ(run("rmmod ipmi_ssif ipmi_devintf ipmi_msghandler"), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(speed),
};

int main(void)
{
	return ktap_main(cases, ARRAY_SIZE(cases));
}
