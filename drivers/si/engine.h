/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine's inside: what halt.c shares with engine.c.
 */
#ifndef SI_ENGINE_H
#define SI_ENGINE_H

#include "si.h"

/**
 * struct output - what a pass has to hand up once the pump is free again
 * @msgs: messages with their answers
 * @pretimeout: the watchdog's
 */
struct output {
	struct list_head msgs;
	bool pretimeout;
};

void answer_locally(struct ipmi_smi_msg *msg, u8 cc);
void put_msg(struct output *out, struct ipmi_smi_msg *msg);
struct ipmi_smi_msg *take_next(struct si *si);
struct wait_plan pump_locked(struct si *si, struct output *out);
void hand_up(struct si *si, struct output *out);

#endif /* SI_ENGINE_H */
