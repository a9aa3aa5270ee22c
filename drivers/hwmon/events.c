// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events of sensors: who polls the file of an alarm is woken, and there is a uevent.
 *
 * ask.c notes what the core delivers, with soft interrupts off; the monitor's thread tells, without
 * a lock. Lock: monitor->lock.
 */
#include <linux/string.h>

#include "hwmon.h"

/* An event record, as of the SEL; IPMI 2.0, section 32.1. */
#define EVENT_LEN	16
#define EVENT_RECORD	0x02	/* its type: a system event */
#define EVENT_THRESHOLD	0x01
#define OFFSET_MASK	0x0f

/**
 * events_note() - an event came
 * @m: the monitor
 * @msg: it
 *
 * Context: any but interrupts.
 */
void events_note(struct monitor *m, const struct ipmi_recv_msg *msg)
{
	const u8 *ev = msg->msg.data;
	struct noted *n;

	if (msg->msg.data_len < EVENT_LEN || ev[2] != EVENT_RECORD)
		return;
	scoped_guard(ipmi_bh, &m->lock) {
		if (m->nr_noted >= EVENTS_NOTED)
			return; /* the alarm is seen with the next reading */
		n = &m->noted[m->nr_noted++];
		n->owner = ev[7];
		n->lun = ev[8] & 3;
		n->number = ev[11];
		n->type = ev[12] & 0x7f;
		n->offset = ev[13] & OFFSET_MASK;
	}
	wake_up(&m->wake);
}

static void tell(struct chip *chip, const struct noted *n)
{
	struct sensor *s;
	u32 file;

	list_for_each_entry(s, &chip->sensors, all) {
		if (s->why || s->kind != KIND_RECORD || s->sdr.number != n->number ||
		    s->sdr.owner != n->owner || s->sdr.lun != n->lun ||
		    s->sdr.event_type != n->type)
			continue;
		sweep_soon(s);
		/* Two offsets for each threshold: it is crossed downwards, or upwards. */
		if (s->type == hwmon_intrusion && !n->offset)
			hwmon_notify_event(chip->hwmon, s->type, hwmon_intrusion_alarm, s->channel);
		file = n->type == EVENT_THRESHOLD ? limits_alarm_file(s, n->offset / 2) : 0;
		if (file)
			hwmon_notify_event(chip->hwmon, s->type, file, s->channel);
	}
}

/**
 * events_tell() - tell of the events that were noted
 * @m: the monitor
 *
 * Context: the monitor's thread.
 */
void events_tell(struct monitor *m)
{
	struct noted noted[EVENTS_NOTED];
	unsigned int n, i;

	scoped_guard(ipmi_bh, &m->lock) {
		n = m->nr_noted;
		memcpy(noted, m->noted, n * sizeof(noted[0]));
		m->nr_noted = 0;
	}
	if (m->chip && m->chip->hwmon)
		for (i = 0; i < n; i++)
			tell(m->chip, &noted[i]);
}
