// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decoding the trace events, by the formats that the kernel gives, so that fields may be added.
 */
#include <string.h>

#include "event.h"
#include "ipmidrv.h"

static const char *const kinds[] = {
	[EVENT_REQUEST] = "ipmi_request", [EVENT_SEND] = "ipmi_send",	    [EVENT_START] = "ipmi_start",
	[EVENT_END] = "ipmi_end",	  [EVENT_RECEIVE] = "ipmi_receive", [EVENT_DELIVER] = "ipmi_deliver",
	[EVENT_DROP] = "ipmi_drop",	  [EVENT_BMC] = "ipmi_bmc",
};

/* A number, @none if the event has no such field or the record is too short for it. */
static long long number(struct tep_event *format, const struct tep_record *record, const char *name,
			long long none)
{
	struct tep_format_field *field = tep_find_field(format, name);
	unsigned long long value = 0;

	if (!field || field->offset < 0 || field->size < 1 || field->size > 8 ||
	    (long long)field->offset + field->size > record->size ||
	    tep_read_number_field(field, record->data, &value))
		return none;
	if (field->flags & TEP_FIELD_IS_SIGNED && field->size < 8) {
		unsigned int shift = 64 - 8 * field->size;

		return (long long)(value << shift) >> shift;
	}
	return (long long)value;
}

/* A dynamic array: its place is a word of the record, the length above the offset. */
static void take_bytes(struct event *event, struct tep_event *format,
		       const struct tep_record *record)
{
	static const char *const names[] = { "data", "bytes" };

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		struct tep_format_field *field = tep_find_field(format, names[i]);
		unsigned int place, offset, len;

		if (!field || !(field->flags & TEP_FIELD_IS_DYNAMIC) || field->size != 4 ||
		    field->offset < 0 || field->offset + 4 > record->size)
			continue;
		place = number(format, record, names[i], 0);
		event->has_bytes = true;
		event->whole = i == 1;
		offset = place & 0xffff;
		len = place >> 16;
		if (offset + len > (unsigned int)record->size || len > EVENT_BYTES_MAX)
			return;
		event->bytes = (const unsigned char *)record->data + offset;
		event->nr_bytes = len;
		return;
	}
}

bool event_decode(struct event *event, struct tep_event *format, const struct tep_record *record)
{
	unsigned int kind = 0;

	memset(event, 0, sizeof(*event));
	while (kind < ARRAY_SIZE(kinds) && strcmp(kinds[kind], format->name))
		kind++;
	if (kind == ARRAY_SIZE(kinds) || record->size < 0)
		return false;
	event->kind = kind;
	event->ns = record->ts;
	event->intf = number(format, record, "intf", -1);
	event->pid = number(format, record, "pid", 0);
	event->id = number(format, record, "id", 0);
	event->msgid = number(format, record, "msgid", 0);
	event->netfn = number(format, record, "netfn", 0);
	event->cmd = number(format, record, "cmd", 0);
	event->cc = number(format, record, "cc", -1);
	event->len = number(format, record, "len", 0);
	event->error = number(format, record, "error", 0);
	event->type = number(format, record, "type", 0);
	event->verdict = number(format, record, "verdict", 0);
	event->total_us = number(format, record, "total_us", 0);
	event->waited_us = number(format, record, "waited_us", 0);
	event->status = number(format, record, "status", 0);
	event->away = number(format, record, "away", 0);
	event->ms = number(format, record, "ms", 0);
	take_bytes(event, format, record);
	return true;
}
