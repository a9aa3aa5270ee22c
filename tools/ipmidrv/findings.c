// SPDX-License-Identifier: GPL-2.0-only
/*
 * The report of `ipmidrv why`, collected and then printed as text or JSON.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "findings.h"
#include "text.h"

#define FORMAT(text)                                                                              \
	do {                                                                                      \
		va_list args_;                                                                    \
                                                                                                  \
		va_start(args_, fmt);                                                             \
		if (vasprintf(&(text), fmt, args_) < 0)                                           \
			abort();                                                                  \
		va_end(args_);                                                                    \
	} while (0)

static const struct {
	const char *text;
	const char *key;
	enum mark mark;
} states[] = {
	[STATE_OK] = { "ok", "ok", MARK_GOOD },	   [STATE_WARN] = { "WARN", "warn", MARK_CARE },
	[STATE_FAIL] = { "FAIL", "fail", MARK_BAD }, [STATE_NONE] = { "--", "none", MARK_NONE },
	[STATE_INFO] = { "", "info", MARK_NONE },
};

void stage(struct findings *f, const char *name, enum state state, const char *fmt, ...)
{
	struct stage *s = &f->stages[f->nr_stages];

	if (f->nr_stages == STAGES_MAX)
		return;
	f->nr_stages++;
	s->name = name;
	s->state = state;
	FORMAT(s->text);
}

void stage_more(struct findings *f, const char *fmt, ...)
{
	struct stage *s = &f->stages[f->nr_stages - 1];

	if (s->nr_more == MORE_MAX)
		return;
	FORMAT(s->more[s->nr_more]);
	s->nr_more++;
}

bool headline(struct findings *f, const char *fmt, ...)
{
	enum state state = f->stages[f->nr_stages - 1].state;

	if (f->failed || (f->warned && state != STATE_FAIL) ||
	    (state != STATE_FAIL && state != STATE_WARN))
		return false;
	/* what only warned gives way, with what it advised */
	while (f->nr_advice) {
		free(f->advice[--f->nr_advice].text);
		free(f->advice[f->nr_advice].command);
	}
	free(f->headline);
	f->failed |= state == STATE_FAIL;
	f->warned |= state == STATE_WARN;
	FORMAT(f->headline);
	return true;
}

void advise(struct findings *f, const char *command, const char *fmt, ...)
{
	if (f->nr_advice == ADVICE_MAX)
		return;
	FORMAT(f->advice[f->nr_advice].text);
	f->advice[f->nr_advice++].command = command ? textf("%s", command) : NULL;
}

void left_out(struct findings *f, const char *fmt, ...)
{
	if (f->nr_left_out == ADVICE_MAX)
		return;
	FORMAT(f->left_out[f->nr_left_out]);
	f->nr_left_out++;
}

static const char *sum(const struct findings *f)
{
	return f->failed ? "NOT AVAILABLE" : f->warned ? "WORKS, BUT" : "OK";
}

void findings_print(const struct findings *f)
{
	int i, n;

	say_marked(f->failed ? MARK_BAD : f->warned ? MARK_CARE : MARK_GOOD, "ipmi: %s", sum(f));
	say("%s %s\n\n", f->warned && !f->failed ? "" : ":", f->headline);
	for (i = 0; i < f->nr_stages; i++) {
		const struct stage *s = &f->stages[i];

		say("  %-10s ", s->name);
		if (s->state != STATE_INFO) {
			say_marked(states[s->state].mark, "%s", states[s->state].text);
			say("%*s", 6 - (int)strlen(states[s->state].text), "");
		}
		say("%s\n", s->text);
		for (n = 0; n < s->nr_more; n++)
			say("  %-10s %6s%s\n", "", "", s->more[n]);
	}
	for (i = 0; i < f->nr_advice; i++) {
		say("%s  %-10s %s\n", i ? "" : "\n", i ? "" : "Do this:", f->advice[i].text);
		if (f->advice[i].command)
			say("  %-10s     %s\n", "", f->advice[i].command);
	}
	for (i = 0; i < f->nr_left_out; i++)
		say("%s  %-10s %s\n", i ? "" : "\n", i ? "" : "Left out:", f->left_out[i]);
}

struct json_object *findings_json(const struct findings *f, const char *command)
{
	struct json_object *top = json_begin(command), *list = json_object_new_array(), *o;
	int i, n;

	json_object_object_add(top, "result", json_text(f->failed ? "fail" : f->warned ? "warn" : "ok"));
	json_object_object_add(top, "headline", json_text(f->headline));
	for (i = 0; i < f->nr_stages; i++) {
		struct json_object *more = json_object_new_array();

		o = json_object_new_object();
		json_object_object_add(o, "stage", json_text(f->stages[i].name));
		json_object_object_add(o, "state", json_text(states[f->stages[i].state].key));
		json_object_object_add(o, "text", json_text(f->stages[i].text));
		for (n = 0; n < f->stages[i].nr_more; n++)
			json_object_array_add(more, json_text(f->stages[i].more[n]));
		json_object_object_add(o, "more", more);
		json_object_array_add(list, o);
	}
	json_object_object_add(top, "stages", list);
	list = json_object_new_array();
	for (i = 0; i < f->nr_advice; i++) {
		o = json_object_new_object();
		json_object_object_add(o, "text", json_text(f->advice[i].text));
		json_object_object_add(o, "command",
				       f->advice[i].command ? json_text(f->advice[i].command) :
							      NULL);
		json_object_array_add(list, o);
	}
	json_object_object_add(top, "advice", list);
	list = json_object_new_array();
	for (i = 0; i < f->nr_left_out; i++)
		json_object_array_add(list, json_text(f->left_out[i]));
	json_object_object_add(top, "left_out", list);
	return top;
}

void findings_free(struct findings *f)
{
	int i, n;

	for (i = 0; i < f->nr_stages; i++) {
		free(f->stages[i].text);
		for (n = 0; n < f->stages[i].nr_more; n++)
			free(f->stages[i].more[n]);
	}
	for (i = 0; i < f->nr_advice; i++) {
		free(f->advice[i].text);
		free(f->advice[i].command);
	}
	for (i = 0; i < f->nr_left_out; i++)
		free(f->left_out[i]);
	free(f->headline);
}
