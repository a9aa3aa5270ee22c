// SPDX-License-Identifier: GPL-2.0-only
/*
 * The words for a failure's phase and cause, as log lines and tests use them.
 *
 * Called by si/engine.c, away.c and bringup.c, and by the user-space tests; pure.
 */
#include <ipmi/machine.h>

static const char *const phase_names[] = {
	[IPMI_PHASE_IDLE] = "between requests",
	[IPMI_PHASE_START] = "starting a request",
	[IPMI_PHASE_WRITE] = "writing a request",
	[IPMI_PHASE_WRITE_END] = "handing over a request",
	[IPMI_PHASE_THINK] = "waiting for an answer",
	[IPMI_PHASE_READ] = "reading an answer",
	[IPMI_PHASE_READ_END] = "closing an answer",
	[IPMI_PHASE_ABORT] = "recovering",
};

static const char *const cause_names[] = {
	[IPMI_CAUSE_NONE] = "no error",
	[IPMI_CAUSE_ABSENT] = "nothing is there",
	[IPMI_CAUSE_BUSY] = "stays busy",
	[IPMI_CAUSE_SILENT] = "is silent",
	[IPMI_CAUSE_STATE] = "is in a wrong state",
	[IPMI_CAUSE_ERROR] = "reports an error",
	[IPMI_CAUSE_TOO_SHORT] = "answer without a completion code",
	[IPMI_CAUSE_TOO_LONG] = "answer without an end",
	[IPMI_CAUSE_WRONG] = "answer to something else",
};

static_assert(ARRAY_SIZE(phase_names) == IPMI_PHASES, "a name for each phase");
static_assert(ARRAY_SIZE(cause_names) == IPMI_CAUSES, "a name for each cause");

/**
 * ipmi_phase_name() - where a failure struck, in words
 * @phase: from struct ipmi_failure
 *
 * Context: any.
 * Return: the words, never NULL.
 */
const char *ipmi_phase_name(enum ipmi_phase phase)
{
	return (unsigned int)phase < IPMI_PHASES ? phase_names[phase] : "?";
}

/**
 * ipmi_cause_name() - what a failure was, in words
 * @cause: from struct ipmi_failure
 *
 * Context: any.
 * Return: the words, never NULL.
 */
const char *ipmi_cause_name(enum ipmi_cause cause)
{
	return (unsigned int)cause < IPMI_CAUSES ? cause_names[cause] : "?";
}
