// SPDX-License-Identifier: GPL-2.0-only
/*
 * A BMC that is away for some time: how often it is tried, what is told of it, and what is set up
 * again when it is back. Its PCI function decodes no address meanwhile, so a try fails at once.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"
#include "traced.h"

#define CLASS "/sys/class/ipmi/ipmi0/device/"
#define STATS CLASS "ipmi_stats/"
#define CMD_GET_DEVICE_GUID 0x08
#define CMD_CLEAR_FLAGS 0x30
#define CC_AWAY 0x82

static int fd;
static char device[32];
static struct traced traces[300];
static int of_node[4]; /* as counts below, of /dev/ipmi0 */

/* A PCI function whose I/O space is off reads as FFh. */
static void decode(bool on)
{
	EXPECT_EQ(run("printf '\\%o' | dd of=/sys/bus/pci/devices/%s/config bs=1 seek=4 conv=notrunc",
		      on ? 3 : 2, device), 0);
}

static int ask(void)
{
	struct reply r;
	int ret = ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r);

	return ret ?: r.data[0];
}

static bool answers(void)
{
	for (double end = now() + 10; now() < end; usleep(20000))
		if (!ask())
			return true;
	return false;
}

static int events_of_the_kernel(void)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int s = socket(AF_NETLINK, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		       NETLINK_KOBJECT_UEVENT);

	EXPECT(s >= 0 && !bind(s, (struct sockaddr *)&addr, sizeof(addr)));
	return s;
}

/* How many events of this device have said so since the last look, of all that came. */
static void count_events(int s, const char *const *texts, int *counts, int n)
{
	char text[4096];
	ssize_t len;

	while ((len = recv(s, text, sizeof(text) - 1, 0)) > 0) {
		text[len] = 0;
		if (strncmp(text, "change@", 7) || !strstr(text, device))
			continue;
		/* that of /dev/ipmi0 stands below it */
		if (strstr(text, "/ipmi/ipmi0")) {
			for (int i = 0; i < n; i++)
				of_node[i] += memmem(text, len, texts[i], strlen(texts[i]) + 1) &&
					      memmem(text, len, "SUBSYSTEM=ipmi", 15);
			continue;
		}
		for (int i = 0; i < n; i++)
			counts[i] += memmem(text, len, texts[i], strlen(texts[i]) + 1) != NULL;
	}
}

/* The events are sent by a worker: not before the answer that tells the same, but soon after it. */
static void wait_for_event(int s, const char *const *texts, int *counts, int n, int which)
{
	for (double end = now() + 10; !counts[which] && now() < end; usleep(20000))
		count_events(s, texts, counts, n);
}

/* Away for a moment, while it forgets all; nobody listens to events or sends it anything. */
static void all_is_set_up_again(void)
{
	static const char *const texts[] = { "IPMI_BMC=away", "IPMI_BMC=back" };
	int counts[2] = { 0 }, s = events_of_the_kernel();

	long gone = file_number(STATS "bmc_away_count");

	EXPECT(bmc_enables_become(ALL_ENABLES, ALL_ENABLES));
	EXPECT_EQ(file_number(STATS "bmc_away"), 0);
	memset(of_node, 0, sizeof(of_node));
	bmc_line("forget");
	bmc_line("after 700 lapse");
	decode(false);
	EXPECT(ask());
	EXPECT_EQ(ask(), CC_AWAY);
	wait_for_event(s, texts, counts, 2, 0);
	EXPECT_EQ(counts[0], 1);
	EXPECT_EQ(counts[1], 0);
	EXPECT_EQ(file_number(STATS "bmc_away"), 1);
	EXPECT_EQ(file_number(STATS "bmc_away_count"), gone + 1);
	sleep(2);
	decode(true);
	EXPECT(answers());
	EXPECT(bmc_enables_become(ALL_ENABLES, ALL_ENABLES));
	/* what was shown before its reset is over */
	EXPECT(bmc_number("count %x %x", NETFN_APP, CMD_CLEAR_FLAGS) >= 1);
	wait_for_event(s, texts, counts, 2, 1);
	EXPECT_EQ(counts[0], 1);
	EXPECT_EQ(counts[1], 1);
	/* the device of the node is told next */
	for (double end = now() + 5; !of_node[1] && now() < end; usleep(20000))
		count_events(s, texts, counts, 2);
	EXPECT_EQ(of_node[0], 1);
	EXPECT_EQ(of_node[1], 1);
	EXPECT_EQ(file_number(STATS "bmc_away"), 0);
	EXPECT_EQ(file_number(STATS "bmc_away_count"), gone + 1);
	/* it may be another one now, with other channels */
	EXPECT(bmc_received(NETFN_APP, CMD_GET_DEVICE_GUID, 1, 5000));
	close(s);
}

/* One whose interrupt was given up gets it back with the BMC, since it has worked before. */
static void its_interrupt_comes_back(void)
{
	bmc_line("delay 20");
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(ask(), 0);
	EXPECT_EQ(file_number(CLASS "interrupts_enabled"), 1);
	bmc_line("hw 06"); /* it does not come, although it is enabled */
	for (int i = 0; i < 10; i++)
		EXPECT_EQ(ask(), 0);
	EXPECT_EQ(file_number(CLASS "interrupts_enabled"), 0);
	bmc_line("hw 05");
	decode(false);
	EXPECT(ask());
	decode(true);
	EXPECT(answers());
	EXPECT_EQ(file_number(CLASS "interrupts_enabled"), 1);
	for (int i = 0; i < 10; i++)
		EXPECT_EQ(ask(), 0);
	EXPECT_EQ(file_number(CLASS "interrupts_enabled"), 1);
	bmc_line("delay 0");
}

/* The shortest time between two tries of which the first came so long after it went away. */
static double shortest(const struct traced *t, int n, double from, double to)
{
	double least = 1e9;

	for (int i = 1; i + 1 < n; i++) {
		double at = t[i].at - t[0].at, gap = t[i + 1].at - t[i].at;

		if (t[i + 1].start && at >= from && at < to && gap < least)
			least = gap;
	}
	return least;
}

/*
 * A sixteenth of the time that it has been away, but from 0.1 to 0.5 s: none comes early, and so
 * close to it that the pauses cannot be meant to be longer.
 */
static bool tried_as_meant(void)
{
	double early, later, last;
	int n;

	trace_begin();
	decode(false);
	EXPECT(ask());
	sleep(18);
	n = trace_read(traces, ARRAY_SIZE(traces), "ipmi_bmc: |ipmi_start: .* id=00000000 .*cmd=0x01 ");
	trace_end();
	decode(true);
	EXPECT(answers());
	if (!EXPECT(n > 10 && traces[0].away))
		return true;
	for (int i = 1; i + 1 < n; i++) {
		double at = traces[i].at - traces[0].at, gap = traces[i + 1].at - traces[i].at;
		double least = at / 16;

		least = least < 0.1 ? 0.1 : least > 0.5 ? 0.5 : least;
		if (!EXPECT(gap >= 0.98 * least))
			ktap_note("%.3f s after a try at %.3f s", gap, at);
	}
	early = shortest(traces, n, 0, 1.5);
	later = shortest(traces, n, 3, 5);
	last = shortest(traces, n, 15, 20);
	ktap_note("%d tries; the shortest pause at first %.3f s, then %.3f s, at last %.3f s", n - 1,
		  early, later, last);
	return early < 0.3 && later < 0.45 && last < 0.85;
}

/* On a busy host all may come late, so it has three chances. */
static void how_often_it_is_tried(void)
{
	bool meant = false;

	for (int i = 0; i < 3 && !meant; i++)
		meant = tried_as_meant();
	EXPECT(meant);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(all_is_set_up_again),
	KTAP_CASE(its_interrupt_comes_back),
};

static const struct ktap_case long_cases[] = {
	KTAP_CASE(how_often_it_is_tried),
};

int main(int argc, char **argv)
{
	fd = ipmi_must_open(0);
	snprintf(device, sizeof(device), "%s", link_name("/sys/class/ipmi/ipmi0/device"));
	if (argc > 1 && !strcmp(argv[1], "long"))
		return ktap_main(long_cases, ARRAY_SIZE(long_cases));
	return ktap_main(cases, ARRAY_SIZE(cases));
}
