/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the BMC has for the host: messages and events in queues, and the flags, the attention
 * and the interrupt that tell of them.
 */
#ifndef FLAGS_H
#define FLAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLAG_MESSAGE 0x01
#define FLAG_EVENT 0x02
#define FLAG_PRETIMEOUT 0x08

#define EVENT_LEN 16

/* Tells a new connection all that holds. */
void flags_tell_all(void);

void flags_set(uint8_t flags);
void flags_clear(uint8_t flags);

/* Shows these flags, whatever the queues hold. */
void flags_force(uint8_t flags);

/* For the receive queue: what Get Message gives, the channel first. False if it is full. */
bool flags_message(const uint8_t *bytes, size_t len);

/* For the event buffer, and the SEL, as the enables say. */
void flags_event(const uint8_t *record);

/* As after power on. */
void flags_reset(void);

/* For control: how things stand. */
void flags_describe(char *text, size_t size);

#endif
