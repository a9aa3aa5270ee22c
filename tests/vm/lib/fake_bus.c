// SPDX-License-Identifier: GPL-2.0-only
/*
 * What went over the bus of tests/modules/ssif_fake_main.c, and the counters of ipmi_ssif.
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

#define TRANSFERS 8192

static const char *const counters[] = {
	"sent_messages", "sent_messages_parts", "send_retries", "send_errors",
	"received_messages", "received_message_parts", "receive_retries", "receive_errors",
	"flag_fetches", "hosed", "events", "watchdog_pretimeouts", "alerts",
};

void fake_forget(void)
{
	EXPECT_EQ(file_write(FAKE "log", "0"), 0);
}

int fake_log(const struct transfer **all)
{
	static struct transfer transfers[TRANSFERS];
	FILE *f = fopen(FAKE "log", "r");
	int n = 0;

	*all = transfers;
	if (!EXPECT(f))
		return 0;
	for (; n < TRANSFERS; n++) {
		struct transfer *t = &transfers[n];
		long long begun, ended;

		if (fscanf(f, "%lld %lld %c %x %d %d %hhx %hhx %hhx %hhx", &begun, &ended, &t->how,
			   (unsigned int *)&t->cmd, &t->rv, &t->len, &t->bytes[0], &t->bytes[1],
			   &t->bytes[2], &t->bytes[3]) != 10)
			break;
		t->begun = begun / 1e6;
		t->ended = ended / 1e6;
	}
	fclose(f);
	return n;
}

bool is_begin(const struct transfer *t, int netfn_lun, int cmd)
{
	return t->how == 'w' && (t->cmd == 2 || t->cmd == 6) && t->bytes[0] == netfn_lun &&
	       t->bytes[1] == cmd;
}

int fake_times(int netfn_lun, int cmd, double *times, int max)
{
	const struct transfer *all;
	int n = fake_log(&all), found = 0;

	for (int i = 0; i < n; i++)
		if (is_begin(&all[i], netfn_lun, cmd) && found < max)
			times[found++] = all[i].begun;
	return found;
}

int fake_requests(int netfn_lun, int cmd)
{
	static double times[TRANSFERS];

	return fake_times(netfn_lun, cmd, times, TRANSFERS);
}

bool fake_until_sent(int netfn_lun, int cmd, int n, double wait)
{
	for (double end = now() + wait; now() < end; usleep(5000))
		if (fake_requests(netfn_lun, cmd) >= n)
			return true;
	return fake_requests(netfn_lun, cmd) >= n;
}

static long counted[ARRAY_SIZE(counters)];

void fake_counters(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(counters); i++)
		counted[i] = file_number(DEVICE "/%s", counters[i]);
}

bool fake_counted(const char *const *changes)
{
	bool good = true;

	for (unsigned int i = 0; i < ARRAY_SIZE(counters); i++) {
		size_t n = strlen(counters[i]);
		long want = 0;

		for (const char *const *c = changes; *c; c++)
			if (!strncmp(*c, counters[i], n) && (*c)[n] == ' ')
				want = atol(*c + n);
		if (EXPECT_EQ(file_number(DEVICE "/%s", counters[i]) - counted[i], want))
			continue;
		ktap_note("of %s", counters[i]);
		good = false;
	}
	return good;
}

double to_first_look, between_looks;

int looks_at(int think_us)
{
	const struct transfer *all, *last = NULL;
	int n, looks = 0;

	fake_set("think_us", think_us);
	fake_forget();
	EXPECT_EQ(fake_echo(4), 0);
	n = fake_log(&all);
	to_first_look = between_looks = 100;
	for (int i = 0; i < n; i++) {
		if (!last && is_begin(&all[i], NETFN_OEM << 2, CMD_ECHO)) {
			last = &all[i];
		} else if (last && all[i].how == 'r') {
			double wait = all[i].begun - last->ended;

			if (!looks++)
				to_first_look = wait;
			else if (wait < between_looks)
				between_looks = wait;
			last = &all[i];
		} else if (last && all[i].how == 'w') {
			break;
		}
	}
	return looks;
}

struct try tries[TRIES_MAX];

int find_tries(void)
{
	const struct transfer *all;
	int n = fake_log(&all), found = 0;

	for (int i = 0; i < n; i++) {
		bool new = is_begin(&all[i], APP, CMD_GET_FLAGS);
		double gone = all[i].begun - all[0].begun;
		/* within one they are 0.06 s apart, or later on a busy machine; the pauses grow */
		double apart = gone < 2 ? 0.085 : gone < 8 ? gone / 24 : 0.33;

		/* that one was asked before it was called away */
		if (new && !found && i > 0 && all[i].begun - all[i - 1].ended < 0.05)
			continue;
		if (new && (!found || all[i].begun - tries[found - 1].ended > apart)) {
			if (found == TRIES_MAX)
				break;
			tries[found++] = (struct try){ all[i].begun, 0, 0 };
		}
		if (!found)
			continue;
		tries[found - 1].writes += new;
		tries[found - 1].ended = all[i].ended;
	}
	return found;
}

void until_tries(int n, double wait)
{
	for (double end = now() + wait; find_tries() <= n && now() < end; usleep(50000))
		;
	EXPECT(find_tries() > n);
}
