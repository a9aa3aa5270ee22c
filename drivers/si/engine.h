/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine's inside: what halt.c, step.c and housekeeping.c share with engine.c.
 */
#ifndef SI_ENGINE_H
#define SI_ENGINE_H

#include "si.h"

/**
 * struct output - what a burst has to hand up
 * @msgs: messages with their answers
 * @pretimeout: the watchdog's
 * @run: the core has to be run for what it was given
 */
struct output {
	struct list_head msgs;
	bool pretimeout;
	bool run;
};

#define OUTPUT_INIT(out) { .msgs = LIST_HEAD_INIT((out).msgs) }

/* A message goes up at the end of the burst, with its answer. */
static inline void put_msg(struct output *out, struct ipmi_smi_msg *msg)
{
	list_add_tail(&msg->link, &out->msgs);
}

static inline struct wait_plan plan_now(void)
{
	return (struct wait_plan){ .how = WAIT_SPIN };
}

static inline struct wait_plan plan_event(s64 us)
{
	return (struct wait_plan){ .how = WAIT_EVENT, .us = clamp_t(s64, us, 0, U32_MAX) };
}

/* engine.c */
void answer_locally(struct ipmi_smi_msg *msg, u8 cc);
struct ipmi_smi_msg *take_next(struct si *si);
struct wait_plan burst_pump(struct si *si, struct output *out, enum si_from from);
struct wait_plan engine_burst_pump(struct si *si, struct output *out, enum si_from from);
void hand_up_pump(struct si *si, struct output *out);
void hand_up_end(struct si *si, struct output *out, enum si_from from);

/* step.c */
enum ipmi_step step_pump(struct si *si, u32 *waited_us);
bool step_told_pump(struct si *si);
struct wait_plan plan_wait_pump(struct si *si, enum ipmi_step step, u32 waited_us);

/* halt.c */
void engine_give_up_pump(struct si *si, struct output *out);

/* housekeeping.c */
static inline bool housekeeping_wants(const struct si *si)
{
	return si->away || si->doubt || si->reset_checks || READ_ONCE(si->due) ||
	       attn_wants(&si->attn);
}

/*
 * At panic and power off nobody wants to know what the BMC has to say, unless the core waits for
 * the answer to a bridged request; and, should the BMC be away, whether it is back.
 */
static inline bool housekeeping_is_over(const struct si *si)
{
	return READ_ONCE(si->panicking) &&
	       !(READ_ONCE(si->watch_mask) & IPMI_WATCH_MASK_CHECK_MESSAGES);
}

unsigned int housekeeping_next_pump(struct si *si, u8 *rq);
void housekeeping_done_pump(struct si *si, struct output *out);
void housekeeping_expect_reset(struct si *si);
bool housekeeping_idle_pump(struct si *si, struct wait_plan *plan);

#endif /* SI_ENGINE_H */
