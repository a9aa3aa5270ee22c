// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmidrv stat: what the drivers have counted, by sysfs only: the BMC is asked nothing.
 *
 * The core's counters are the files of ipmi_stats/, whatever their names; the transport's lie
 * among other files of the device, so they are named here.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "iface.h"
#include "ipmidrv.h"
#include "text.h"
#include "tree.h"

#define COUNTERS_MAX 128

static const char *const transport[] = {
	"short_timeouts",  "long_timeouts",	  "idles",	     "interrupts",	"attentions",
	"flag_fetches",	   "hosed_count",	  "complete_transactions", "events",	"watchdog_pretimeouts",
	"incoming_messages", "sent_messages",	  "sent_messages_parts",  "send_retries", "send_errors",
	"received_messages", "received_message_parts", "receive_retries", "receive_errors", "hosed",
	"alerts",	   "requests",		  "answers",	     "timeouts",	"refused",
	"late_answers",	   "messages",
};

/* A state and no count: its difference is nothing. */
static bool is_gauge(const char *name)
{
	return !strcmp(name, "bmc_away");
}

struct counter {
	bool core;
	char name[64];
	long long value;
};

struct sample {
	struct iface iface;
	struct counter counters[COUNTERS_MAX];
	int n;
};

static void add(struct sample *s, bool core, const char *name)
{
	long long value = iface_counter(&s->iface, core, name);
	struct counter *c = &s->counters[s->n];

	if (value < 0 || s->n == COUNTERS_MAX)
		return;
	s->n++;
	c->core = core;
	c->value = value;
	snprintf(c->name, sizeof(c->name), "%s", name);
}

static int take(struct sample *samples)
{
	static struct iface ifaces[IFACES_MAX];
	int n = iface_find(ifaces, IFACES_MAX);

	for (int i = 0; i < n; i++) {
		struct sample *s = &samples[i];
		char **names = tree_list("%s/ipmi_stats", ifaces[i].path);

		memset(s, 0, sizeof(*s));
		s->iface = ifaces[i];
		for (char **name = names; *name; name++)
			add(s, true, *name);
		tree_list_free(names);
		for (unsigned int t = 0; t < ARRAY_SIZE(transport); t++)
			add(s, false, transport[t]);
	}
	return n;
}

/* By how much a counter has grown since; what is new counts from 0. They wrap at 32 bits. */
static long long grown(const struct sample *old, int n, const struct sample *now,
		       const struct counter *c)
{
	for (int i = 0; i < n; i++) {
		if (strcmp(old[i].iface.dev, now->iface.dev))
			continue;
		for (int k = 0; k < old[i].n; k++) {
			const struct counter *o = &old[i].counters[k];

			if (o->core != c->core || strcmp(o->name, c->name))
				continue;
			/* an interface that has gone and come again begins at 0 */
			return c->value >= o->value ? c->value - o->value : c->value;
		}
	}
	return c->value;
}

static void print_text(const struct sample *s, int n, const struct sample *old, int nr_old)
{
	for (int i = 0; i < n; i++) {
		const struct sample *now = &s[i];

		say_marked(MARK_TITLE, "%s %s", iface_name(&now->iface), iface_about(&now->iface));
		say("%s\n", now->iface.away > 0 ? "  BMC away" : "");
		for (int k = 0; k < now->n; k++) {
			const struct counter *c = &now->counters[k];
			long long value = old && !is_gauge(c->name) ? grown(old, nr_old, now, c) :
								      c->value;

			if (k && c->core != now->counters[k - 1].core)
				say("  of the transport:\n");
			/* of differences only what has changed */
			if (!old || value)
				say("  %-32s %lld\n", c->name, value);
		}
		if (!now->iface.counted)
			say("  (the kernel's own ipmi_msghandler shows no counters of its own)\n");
	}
}

static struct json_object *json_of(const struct sample *s, int n, const struct sample *old,
				   int nr_old)
{
	struct json_object *top = json_begin("stat"), *list = json_object_new_array();

	json_object_object_add(top, "differences", json_object_new_boolean(old != NULL));
	for (int i = 0; i < n; i++) {
		struct json_object *o = json_object_new_object();
		struct json_object *parts[2] = { json_object_new_object(),
						 json_object_new_object() };

		json_object_object_add(o, "interface", json_text(iface_name(&s[i].iface)));
		json_object_object_add(o, "device", json_text(s[i].iface.dev));
		json_object_object_add(o, "type", json_text(s[i].iface.type));
		json_object_object_add(o, "hardware", json_object_new_boolean(!s[i].iface.is_program));
		json_object_object_add(o, "place", json_text(s[i].iface.place));
		json_object_object_add(o, "irq", s[i].iface.irq < 0 ? NULL : json_object_new_int(s[i].iface.irq));
		json_object_object_add(o, "bmc_away",
				       s[i].iface.away < 0 ?
					       NULL :
					       json_object_new_boolean(s[i].iface.away));
		for (int k = 0; k < s[i].n; k++) {
			const struct counter *c = &s[i].counters[k];
			bool differs = old && !is_gauge(c->name);
			struct json_object *key = json_text(c->name);

			json_object_object_add(parts[!c->core], json_object_get_string(key),
					       json_object_new_int64(
						       differs ? grown(old, nr_old, &s[i], c) :
								 c->value));
			json_object_put(key);
		}
		json_object_object_add(o, "core", parts[0]);
		json_object_object_add(o, "transport", parts[1]);
		json_object_array_add(list, o);
	}
	json_object_object_add(top, "interfaces", list);
	return top;
}

/* A label's value, in which a backslash, a quote and a newline are escaped. */
static char *label(const char *text)
{
	char *out = malloc(2 * strlen(text) + 1), *to = out;

	if (!out)
		abort();
	for (; *text; text++) {
		if (*text == '\\' || *text == '"' || *text == '\n')
			*to++ = '\\';
		*to++ = *text == '\n' ? 'n' : *text;
	}
	*to = 0;
	return out;
}

static void head(const char *name, const char *kind, const char *help)
{
	say("# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind);
}

static void print_events(const struct sample *s, int n, bool core)
{
	const char *name = core ? "ipmi_driver_core_events_total" : "ipmi_driver_transport_events_total";
	bool any = false;

	for (int i = 0; i < n; i++) {
		char *iface = label(iface_name(&s[i].iface));

		for (int k = 0; k < s[i].n; k++) {
			char *counter = label(s[i].counters[k].name);

			if (s[i].counters[k].core == core && !is_gauge(counter)) {
				if (!any)
					head(name, "counter", core ? "Counters of ipmi_msghandler, the files of ipmi_stats." :
								     "Counters of the transport: ipmi_si, ipmi_ssif or ipmi_vbmc.");
				any = true;
				say("%s{interface=\"%s\",counter=\"%s\"} %lld\n", name, iface, counter,
				    s[i].counters[k].value);
			}
			free(counter);
		}
		free(iface);
	}
}

/* The names and labels are those of ipmi-drivers.prom.sh, and ABI like them. */
static void print_prometheus(const struct sample *s, int n)
{
	bool any = false;

	if (n)
		head("ipmi_driver_info", "gauge", "An IPMI interface of this machine.");
	for (int i = 0; i < n; i++) {
		char *iface = label(iface_name(&s[i].iface)), *type = label(s[i].iface.type);

		say("ipmi_driver_info{interface=\"%s\",type=\"%s\"} 1\n", iface, type);
		free(iface);
		free(type);
	}
	for (int i = 0; i < n; i++) {
		char *iface = label(iface_name(&s[i].iface));

		if (s[i].iface.away >= 0) {
			if (!any)
				head("ipmi_driver_bmc_away", "gauge", "Whether the BMC does not answer.");
			any = true;
			say("ipmi_driver_bmc_away{interface=\"%s\"} %d\n", iface, s[i].iface.away);
		}
		free(iface);
	}
	print_events(s, n, true);
	print_events(s, n, false);
}

static void print(const struct sample *s, int n, const struct sample *old, int nr_old)
{
	if (opt.json)
		json_print(json_of(s, n, old, nr_old));
	else
		print_text(s, n, old, nr_old);
	fflush(stdout);
}

static int repeat(double seconds, long rounds)
{
	static struct sample both[2][IFACES_MAX];
	int n[2], turn = 0;

	n[0] = take(both[0]);
	for (long round = 0; !rounds || round < rounds; round++) {
		usleep(seconds * 1000000);
		turn = !turn;
		n[turn] = take(both[turn]);
		print(both[turn], n[turn], both[!turn], n[!turn]);
		if (ferror(stdout))
			break;
	}
	return n[turn] ? STATUS_WELL : STATUS_WRONG;
}

int cmd_stat(int argc, char **argv)
{
	static const struct option options[] = {
		COMMON_LONG,
		{ "interval", required_argument, NULL, 'i' },
		{ "count", required_argument, NULL, 'n' },
		{ "prometheus", no_argument, NULL, 'P' },
		{}
	};
	static struct sample samples[IFACES_MAX];
	bool prometheus = false;
	double seconds = 0;
	long rounds = 0;
	char *end;
	int c, n;

	while ((c = getopt_long(argc, argv, COMMON_SHORT "i:n:", options, NULL)) != -1) {
		if (c == 'i') {
			seconds = strtod(optarg, &end);
			if (*end || seconds < 0.1 || seconds > 86400)
				return usage("-i %s: from 0.1 to 86400 seconds", optarg);
		} else if (c == 'n') {
			rounds = strtol(optarg, &end, 10);
			if (*end || rounds < 1)
				return usage("-n %s: how often, 1 or more", optarg);
		} else if (c == 'P') {
			prometheus = true;
		} else if (!option_common(c)) {
			return STATUS_USAGE;
		}
	}
	if (optind < argc)
		return usage("%s: stat takes no such word", argv[optind]);
	if (prometheus && (seconds || opt.json))
		return usage("--prometheus is a form of its own, of one look");
	if (rounds && !seconds)
		return usage("-n goes with -i");
	if (seconds)
		return repeat(seconds, rounds);
	n = take(samples);
	if (prometheus) {
		print_prometheus(samples, n);
		return STATUS_WELL;
	}
	if (!n && !opt.json) {
		complain("no interface%s; \"ipmidrv why\" says why", opt.device >= 0 ? " of that name" : "");
		return STATUS_WRONG;
	}
	print(samples, n, NULL, 0);
	return n ? STATUS_WELL : STATUS_WRONG;
}
