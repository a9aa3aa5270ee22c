// SPDX-License-Identifier: GPL-2.0-only
/*
 * why --slow: where the time of a request goes. The BMC itself, an interrupt that does not come,
 * other programs, requests that are sent again, the watchdog.
 *
 * Of the driver's histogram (times in debugfs): "below_us N COUNT" is how many answers took less
 * than N microseconds, and not less than half of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipmidrv.h"
#include "programs.h"
#include "text.h"
#include "tree.h"
#include "why.h"

/* A BMC of which one answer in ten takes so long is called slow. */
#define SLOW_US 10000

#define SLOTS 40

/* What times has: the slots by their upper end, and what was answered without a wait. */
struct times {
	unsigned long long waiting_us;
	unsigned long long total;
	unsigned long long ends[SLOTS];
	unsigned long long counts[SLOTS];
	int n;
};

static bool read_times(struct times *t, const struct iface *i)
{
	char *text = tree_read(NULL, "/sys/kernel/debug/ipmi_si/%s/times", i->dev), *line, *rest = text;

	memset(t, 0, sizeof(*t));
	while (text && (line = strsep(&rest, "\n"))) {
		unsigned long long end, count;

		if (sscanf(line, "waiting_us %llu", &t->waiting_us) == 1)
			continue;
		if (sscanf(line, "answers_at_once %llu", &count) == 1)
			end = 0;
		else if (sscanf(line, "below_us %llu %llu", &end, &count) != 2)
			continue;
		if (t->n == SLOTS)
			break;
		t->ends[t->n] = end;
		t->counts[t->n++] = count;
		t->total += count;
	}
	free(text);
	return t->total > 0;
}

/* Below how many microseconds this share of the answers came. */
static unsigned long long share(const struct times *t, unsigned int percent)
{
	unsigned long long sum = 0;

	for (int i = 0; i < t->n; i++) {
		sum += t->counts[i];
		if (sum * 100 >= t->total * percent)
			return t->ends[i];
	}
	return t->n ? t->ends[t->n - 1] : 0;
}

static const char *below(unsigned long long us)
{
	static char text[2][32];
	static int turn;

	turn = !turn;
	if (us)
		snprintf(text[turn], sizeof(text[turn]), "below %llu.%llu ms", us / 1000, us % 1000 / 100);
	else
		snprintf(text[turn], sizeof(text[turn]), "at once");
	return text[turn];
}

static void stage_bmc_time(struct findings *f, const struct iface *i)
{
	struct times t;

	if (i->is_program) {
		stage(f, "bmc time", STATE_NONE, "%s: not known: its BMC is no hardware, but the %s", iface_name(i), i->place);
		return;
	}
	if (!read_times(&t, i)) {
		stage(f, "bmc time", STATE_NONE, "%s: not known: ipmi_si's times in debugfs are root's, and the kernel's own driver has none",
		      iface_name(i));
		return;
	}
	if (share(&t, 90) <= SLOW_US) {
		stage(f, "bmc time", STATE_OK, "%s: of %llu answers half came %s, nine of ten %s", iface_name(i),
		      t.total, below(share(&t, 50)), below(share(&t, 90)));
		return;
	}
	stage(f, "bmc time", STATE_WARN, "%s: of %llu answers half came %s, nine of ten %s", iface_name(i), t.total,
	      below(share(&t, 50)), below(share(&t, 90)));
	stage_more(f, "the driver has waited %llu.%01llu s for it in all", t.waiting_us / 1000000,
		   t.waiting_us % 1000000 / 100000);
	if (headline(f, "the BMC of %s takes its time: one answer in ten needs more than %d ms", iface_name(i),
		     SLOW_US / 1000)) {
		advise(f, "ipmidrv trace -s 10ms", "see which commands those are");
		advise(f, NULL, "ask it less often; a BMC's firmware update or cold reset helps at times");
	}
}

/* By the counters: how long a request takes on the average, and how much of that is the BMC's. */
static void stage_requests(struct findings *f, const struct iface *i)
{
	long long requests = iface_counter(i, true, "requests");
	long long all = iface_counter(i, true, "request_us_total"), bmc = iface_counter(i, true, "bmc_us_total");

	if (requests < 0 || all < 0 || bmc < 0) {
		stage(f, "requests", STATE_NONE, "%s: not known: this driver does not count the time of its requests",
		      iface_name(i));
		return;
	}
	if (!requests || !all) {
		stage(f, "requests", STATE_INFO, "%s: none yet", iface_name(i));
		return;
	}
	stage(f, "requests", STATE_INFO, "%s: %lld took %.1f ms on the average; of that time the BMC had %.0f %%",
	      iface_name(i), requests, all / 1e3 / requests, 100.0 * bmc / all);
	if (bmc < all / 2)
		stage_more(f, "the rest is waiting behind other requests: see who asks, by ipmidrv top");
}

static void stage_interrupt(struct findings *f, const struct iface *i)
{
	if (i->irq > 0 && i->irq_works == 0) {
		stage(f, "interrupt", STATE_WARN, "%s: interrupt %d does not come, the BMC is polled", iface_name(i),
		      i->irq);
		if (headline(f, "the interrupt of %s does not come", iface_name(i)))
			advise(f, "grep ipmi /proc/interrupts", "see whether it is counted at all, or shared");
	} else if (i->is_program) {
		stage(f, "interrupt", STATE_INFO, "%s is no hardware: none, and nothing is polled", iface_name(i));
	} else if (i->irq == 0) {
		stage(f, "interrupt", STATE_INFO, "%s has none, so the driver polls the BMC", iface_name(i));
	} else {
		stage(f, "interrupt", i->irq_works > 0 ? STATE_OK : STATE_NONE, "%s: %s", iface_name(i),
		      i->irq_works > 0 ? "works" : "not known");
	}
}

static void stage_queue(struct findings *f, const struct iface *i)
{
	static struct program programs[PROGRAMS_MAX];
	bool all;
	int n = programs_find(programs, PROGRAMS_MAX, &all), open = 0;

	for (int p = 0; p < n; p++)
		open += programs[p].number == i->number;
	if (i->msgs > 2) {
		stage(f, "queue", STATE_WARN, "%s: %lld messages under way at this moment, %d open files", iface_name(i),
		      i->msgs, open);
		if (headline(f, "requests to %s wait behind others", iface_name(i)))
			advise(f, "ipmidrv top", "see whose");
	} else {
		stage(f, "queue", STATE_OK, "%s: %lld messages under way at this moment, %d open files", iface_name(i),
		      i->msgs < 0 ? 0 : i->msgs, open);
	}
	for (int p = 0; p < n; p++)
		if (programs[p].number == i->number)
			stage_more(f, "%s[%d]", programs[p].name, programs[p].pid);
}

/* Counters that only grow when something had to be done twice, or in vain. */
static void stage_retries(struct findings *f, const struct iface *i)
{
	static const struct {
		bool core;
		const char *name;
		const char *what;
	} counters[] = {
		{ true, "retransmitted_ipmb_commands", "bridged requests sent again" },
		{ true, "timed_out_ipmb_commands", "bridged requests never answered" },
		{ true, "retransmitted_lan_commands", "requests over LAN sent again" },
		{ true, "late_responses", "answers that came too late" },
		{ true, "failed_sends", "requests that were not sent" },
		{ false, "hosed_count", "times the interface had to be recovered" },
		{ false, "hosed", "times the interface had to be recovered" },
		{ false, "send_retries", "requests sent again on the SMBus" },
		{ false, "receive_retries", "answers fetched again on the SMBus" },
		{ false, "timeouts", "requests that the program did not answer in time" },
		{ false, "late_answers", "answers of the program that came too late" },
		{ false, "refused", "requests refused while the program did not read" },
	};
	char *seen[ARRAY_SIZE(counters)];
	unsigned int n = 0;

	for (unsigned int c = 0; c < ARRAY_SIZE(counters); c++) {
		long long count = iface_counter(i, counters[c].core, counters[c].name);

		if (count > 0)
			seen[n++] = textf("%lld %s", count, counters[c].what);
	}
	stage(f, "retries", n ? STATE_INFO : STATE_OK, "%s: %s", iface_name(i), n ? seen[0] : "none");
	for (unsigned int c = 0; c < n; c++) {
		if (c)
			stage_more(f, "%s", seen[c]);
		free(seen[c]);
	}
}

static void stage_watchdog(struct findings *f, const struct facts *m)
{
	long long timeout, left;
	char **names = tree_list("/sys/class/watchdog");
	bool any = false;

	for (char **name = names; *name; name++) {
		char identity[64];

		if (!tree_line(identity, sizeof(identity), "/sys/class/watchdog/%s/identity", *name) ||
		    !strstr(identity, "IPMI"))
			continue;
		any = true;
		stage(f, "watchdog", STATE_INFO, "/dev/%s is the BMC's", *name);
		if (tree_number(&timeout, "/sys/class/watchdog/%s/timeout", *name))
			stage_more(f, "timeout %lld s; who feeds it asks the BMC each time", timeout);
		if (tree_exists("/sys/class/watchdog/%s/timeleft", *name) &&
		    tree_says("active", "/sys/class/watchdog/%s/state", *name) &&
		    tree_number(&left, "/sys/class/watchdog/%s/timeleft", *name))
			stage_more(f, "%lld s left", left);
	}
	tree_list_free(names);
	if (!any)
		stage(f, "watchdog", STATE_INFO,
		      m->modules.at[MOD_WATCHDOG].loaded ? "ipmi_watchdog is loaded" : "the BMC's is not used");
}

void slow_stages(struct findings *f, const struct facts *m)
{
	if (!m->nr_ifaces) {
		stage(f, "device", STATE_FAIL, "there is no interface");
		if (headline(f, "there is no interface to a BMC"))
			advise(f, "ipmidrv why", "see why");
		return;
	}
	for (int i = 0; i < m->nr_ifaces; i++) {
		const struct iface *iface = &m->ifaces[i];

		if (iface->away > 0) {
			stage(f, "bmc", STATE_FAIL, "the BMC of %s does not answer", iface_name(iface));
			if (headline(f, "the BMC of %s does not answer", iface_name(iface)))
				advise(f, "ipmidrv why", "see more");
		}
		stage_requests(f, iface);
		stage_bmc_time(f, iface);
		stage_interrupt(f, iface);
		stage_queue(f, iface);
		stage_retries(f, iface);
	}
	stage_watchdog(f, m);
	if (!f->headline)
		f->headline = textf("nothing here is slow by what the drivers know");
}
