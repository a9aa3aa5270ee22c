// SPDX-License-Identifier: GPL-2.0-only
/* See flags.h. */
#include <stdio.h>
#include <string.h>

#include "flags.h"
#include "link.h"
#include "request.h"
#include "sel.h"

#define ENABLE_MESSAGE_IRQ 0x01
#define ENABLE_EVENT_IRQ 0x02
#define ENABLE_EVENT_BUFFER 0x04
#define ENABLE_SEL 0x08

#define MESSAGES 32
#define MESSAGE_MAX 300
#define EVENTS 128

static uint8_t enables = ENABLE_SEL, flags;
static int told = -1; /* the last enum hw about attention */

static struct {
	uint8_t bytes[MESSAGE_MAX];
	size_t len;
} messages[MESSAGES];
static unsigned int first_message, nr_messages;

static uint8_t events[EVENTS][EVENT_LEN];
static unsigned int first_event, nr_events, lost_events;

static void tell(bool again)
{
	bool irq = ((enables & ENABLE_MESSAGE_IRQ) && (flags & (FLAG_MESSAGE | FLAG_PRETIMEOUT))) ||
		   ((enables & ENABLE_EVENT_IRQ) && (flags & FLAG_EVENT));
	int state = !flags ? HW_NO_ATTN : irq ? HW_ATTN_IRQ : HW_ATTN;

	if (state != told || (again && flags))
		link_hw(state);
	told = state;
}

void flags_tell_all(void)
{
	told = -1;
	tell(false);
	if (enables & (ENABLE_MESSAGE_IRQ | ENABLE_EVENT_IRQ))
		link_hw(HW_IRQ_ON);
}

void flags_set(uint8_t which)
{
	flags |= which;
	tell(true);
}

void flags_clear(uint8_t which)
{
	flags &= ~which;
	tell(false);
}

void flags_force(uint8_t which)
{
	flags = which;
	told = -1;
	tell(false);
}

bool flags_message(const uint8_t *bytes, size_t len)
{
	unsigned int at = (first_message + nr_messages) % MESSAGES;

	if (nr_messages == MESSAGES || len > MESSAGE_MAX)
		return false;
	memcpy(messages[at].bytes, bytes, len);
	messages[at].len = len;
	nr_messages++;
	flags_set(FLAG_MESSAGE);
	return true;
}

void flags_event(const uint8_t *record)
{
	uint8_t kept[EVENT_LEN];

	memcpy(kept, record, EVENT_LEN);
	if (enables & ENABLE_SEL)
		sel_add(kept);
	if (!(enables & ENABLE_EVENT_BUFFER))
		return;
	if (nr_events == EVENTS) {
		lost_events++;
		return;
	}
	memcpy(events[(first_event + nr_events++) % EVENTS], kept, EVENT_LEN);
	flags_set(FLAG_EVENT);
}

void flags_reset(void)
{
	enables = ENABLE_SEL;
	flags = 0;
	nr_messages = 0;
	nr_events = 0;
	tell(false);
}

void flags_describe(char *text, size_t size)
{
	snprintf(text, size, "enables=%02x flags=%02x messages=%u events=%u lost=%u", enables,
		 flags, nr_messages, nr_events, lost_events);
}

static uint8_t set_enables(const struct request *rq, struct answer *a)
{
	uint8_t irq = ENABLE_MESSAGE_IRQ | ENABLE_EVENT_IRQ;

	(void)a;
	if (!(enables & irq) != !(rq->data[0] & irq))
		link_hw(rq->data[0] & irq ? HW_IRQ_ON : HW_IRQ_OFF);
	enables = rq->data[0];
	tell(false);
	return CC_OK;
}

static uint8_t get_enables(const struct request *rq, struct answer *a)
{
	(void)rq;
	answer_u8(a, enables);
	return CC_OK;
}

static uint8_t clear_flags(const struct request *rq, struct answer *a)
{
	(void)a;
	if (rq->data[0] & FLAG_MESSAGE)
		nr_messages = 0;
	if (rq->data[0] & FLAG_EVENT)
		nr_events = 0;
	flags_clear(rq->data[0]);
	return CC_OK;
}

static uint8_t get_flags(const struct request *rq, struct answer *a)
{
	(void)rq;
	answer_u8(a, flags);
	return CC_OK;
}

static uint8_t get_message(const struct request *rq, struct answer *a)
{
	(void)rq;
	if (!nr_messages)
		return CC_QUEUE_EMPTY;
	answer_add(a, messages[first_message].bytes, messages[first_message].len);
	first_message = (first_message + 1) % MESSAGES;
	if (!--nr_messages)
		flags_clear(FLAG_MESSAGE);
	return CC_OK;
}

static uint8_t read_event(const struct request *rq, struct answer *a)
{
	(void)rq;
	if (!nr_events)
		return CC_QUEUE_EMPTY;
	answer_add(a, events[first_event], EVENT_LEN);
	first_event = (first_event + 1) % EVENTS;
	if (!--nr_events)
		flags_clear(FLAG_EVENT);
	return CC_OK;
}

const struct command flags_commands[] = {
	{ NETFN_APP, 0x2e, 1, set_enables }, { NETFN_APP, 0x2f, 0, get_enables },
	{ NETFN_APP, 0x30, 1, clear_flags }, { NETFN_APP, 0x31, 0, get_flags },
	{ NETFN_APP, 0x33, 0, get_message }, { NETFN_APP, 0x35, 0, read_event },
	{ 0 },
};
