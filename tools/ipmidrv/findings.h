/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `ipmidrv why` finds: its stages, in their order, the headline and what to do.
 */
#ifndef FINDINGS_H
#define FINDINGS_H

#include <json-c/json.h>
#include <stdbool.h>

/* How a stage went. WARN: it works, and something is wrong all the same. NONE: not looked at. */
enum state { STATE_OK, STATE_WARN, STATE_FAIL, STATE_NONE, STATE_INFO };

#define STAGES_MAX 16
#define ADVICE_MAX 8
#define MORE_MAX 12

/**
 * struct findings - the report; freed by findings_free()
 * @stages: each with a line, and further lines
 * @headline: of the first stage that failed, or else of the first that warned
 * @advice: what to do, with a command or NULL, in its order
 * @left_out: what this user could not look at
 * @failed, @warned: whether a stage did
 */
struct findings {
	struct stage {
		const char *name;
		enum state state;
		char *text;
		char *more[MORE_MAX];
		int nr_more;
	} stages[STAGES_MAX];
	int nr_stages;
	char *headline;
	struct {
		char *text;
		char *command;
	} advice[ADVICE_MAX];
	int nr_advice;
	char *left_out[ADVICE_MAX];
	int nr_left_out;
	bool failed;
	bool warned;
};

/**
 * stage() - a stage has been looked at
 * @f: the report
 * @name: of the stage: a stable key of the JSON
 * @state: how it went
 * @fmt: what was seen, for a person
 */
void stage(struct findings *f, const char *name, enum state state, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* A further line of the stage that was added last. */
void stage_more(struct findings *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/**
 * headline() - what the report says in one line
 * @f: the report
 *
 * Taken if the last stage has failed, or warned, and none before it was as bad.
 *
 * Return: whether it was taken: then its advice is wanted too.
 */
bool headline(struct findings *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* What to do, and the command that does it or NULL. Both are copied. */
void advise(struct findings *f, const char *command, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* What was not looked at, and why. */
void left_out(struct findings *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

void findings_print(const struct findings *f);
struct json_object *findings_json(const struct findings *f, const char *command);
void findings_free(struct findings *f);

#endif /* FINDINGS_H */
