/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The trace events of ipmi-drivers, decoded: Documentation/tracing.md says what each means.
 */
#ifndef EVENT_H
#define EVENT_H

#include <event-parse.h>
#include <stdbool.h>

enum event_kind {
	EVENT_REQUEST,
	EVENT_SEND,
	EVENT_START,
	EVENT_END,
	EVENT_RECEIVE,
	EVENT_DELIVER,
	EVENT_DROP,
	EVENT_BMC,
};

#define EVENT_BYTES_MAX 512

/**
 * struct event - one event
 * @kind: which
 * @ns: when, by the clock of the trace
 * @bytes, @nr_bytes: what was said, where the driver's events carry it; else NULL
 * @whole: they are a whole message, NetFn and command included, as the transport has it; else they
 *	are its data, a completion code included
 * @has_bytes: this driver's event has that field
 *
 * The others are the fields of that name; what an event does not have is 0, and cc is -1.
 */
struct event {
	enum event_kind kind;
	unsigned long long ns;
	int intf;
	int pid;
	unsigned int id;
	long long msgid;
	unsigned int netfn;
	unsigned int cmd;
	int cc;
	unsigned int len;
	int error;
	int type;
	int verdict;
	unsigned int total_us;
	unsigned int waited_us;
	unsigned int status;
	bool away;
	unsigned long long ms;
	const unsigned char *bytes;
	unsigned int nr_bytes;
	bool whole;
	bool has_bytes;
};

/**
 * event_decode() - what a record of the trace says
 * @event: where to; its bytes point into the record
 * @format: of the event, as tracefs gives it
 * @record: the record; no length in it is believed
 *
 * Return: whether it is an event of ipmi-drivers.
 */
bool event_decode(struct event *event, struct tep_event *format, const struct tep_record *record);

#endif /* EVENT_H */
