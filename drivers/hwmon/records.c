// SPDX-License-Identifier: GPL-2.0-only
/*
 * The walk through a BMC's records, and what becomes of each.
 *
 * Called by monitor.c, in a monitor's thread. Between two requests of the walk sensors that are
 * shown already have their turn, and after each the BMC rests an eighth of the time that it took.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/jhash.h>
#include <linux/kthread.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/ktime.h>

#include "hwmon.h"

#define REST_SHIFT	3
#define REST_MAX_US	10000

static int keep_other(struct chip *chip, u16 id, u8 cc, const char *what)
{
	struct record *r = kzalloc(sizeof(*r), GFP_KERNEL);

	if (!r)
		return -ENOMEM;
	r->id = id;
	r->cc = cc;
	r->what = what;
	list_add_tail(&r->link, &chip->records);
	return 0;
}

static int keep_sensor(struct chip *chip, const struct sdr_sensor *sdr, unsigned int nth)
{
	struct sensor *s = kzalloc(sizeof(*s), GFP_KERNEL);

	if (!s)
		return -ENOMEM;
	s->chip = chip;
	s->sdr = *sdr;
	INIT_LIST_HEAD(&s->turn);
	if (!sdr_share(&s->sdr, nth)) {
		kfree(s);
		return 0;
	}
	list_add_tail(&s->all, &chip->sensors);
	chip->nr_sensors++;
	return 0;
}

static int keep(struct chip *chip, const struct sdr_walk *w)
{
	struct sdr_sensor sdr;
	enum sdr_verdict verdict;
	unsigned int nth;
	int rv = 0;

	chip->nr_records++;
	chip->hash = jhash(w->record, w->record_len, chip->hash + w->record_id);
	verdict = sdr_parse(w->record, w->record_len, &sdr);
	sdr.record_id = w->record_id;
	if (verdict != SDR_SENSOR)
		return keep_other(chip, w->record_id, 0, sdr_verdict_text(verdict));
	for (nth = 0; nth < sdr.share_count && !rv; nth++) {
		if (chip->nr_sensors >= SENSORS_MAX)
			return keep_other(chip, w->record_id, 0, "one sensor too many");
		rv = keep_sensor(chip, &sdr, nth);
	}
	return rv;
}

/* One request of the walk, and a little rest; whose turn it is meanwhile comes first. */
static int step(struct monitor *m, const struct sdr_walk *w, u8 *rsp, int cap)
{
	struct sdr_walk_request rq;
	unsigned int unused, us;
	ktime_t begin;
	int len;

	if (m->chip && !READ_ONCE(m->away)) {
		events_tell(m);
		sweep_step(m, &unused);
	}
	sdr_walk_next(w, &rq);
	begin = ktime_get();
	len = ask_bmc(m, rq.lun, rq.netfn, rq.cmd, rq.data, rq.len, rsp, cap);
	us = clamp_t(s64, ktime_us_delta(ktime_get(), begin) >> REST_SHIFT, 10, REST_MAX_US);
	usleep_range(us, us + us / 4);
	return len;
}

static struct chip *emptied(struct monitor *m, struct chip *chip)
{
	chip_free(chip);
	return chip_alloc(m);
}

static int walk(struct monitor *m, struct sdr_walk *w, struct chip **chip)
{
	enum sdr_walk_event event = SDR_WALK_ASK;
	u8 rsp[SDR_RECORD_MAX + 8];
	int len, rv = 0;

	sdr_walk_start(w);
	do {
		if (event == SDR_WALK_PAUSE)
			wait_event_idle_timeout(m->wake, kthread_should_stop(),
						msecs_to_jiffies(w->pause_ms));
		len = step(m, w, rsp, sizeof(rsp));
		if (kthread_should_stop())
			return -EINTR;
		event = sdr_walk_answer(w, len > 0 ? rsp : NULL, max(len, 0));
		if (event == SDR_WALK_RECORD) {
			rv = keep(*chip, w);
		} else if (event == SDR_WALK_SKIPPED) {
			rv = keep_other(*chip, w->record_id, w->cc, "cannot be read");
		} else if (event == SDR_WALK_RESTART) {
			*chip = emptied(m, *chip);
			rv = *chip ? 0 : -ENOMEM;
		}
	} while (!rv && event < SDR_WALK_FINISHED);
	if (rv)
		return rv;
	(*chip)->stamp = w->stamp;
	(*chip)->end = w->end;
	if (event == SDR_WALK_FINISHED || w->end == SDR_END_EMPTY || w->end == SDR_END_REFUSED)
		return 0;
	return w->end == SDR_END_BUSY ? -EBUSY : -EIO;
}

/**
 * records_read() - read all records of a BMC
 * @m: the monitor
 *
 * Context: the monitor's thread; as long as the BMC takes.
 * Return: a chip with all there is, or an ERR_PTR(): -ENOMEM, -EINTR if the thread is to end,
 * -EBUSY and -EIO as the walk has ended.
 */
struct chip *records_read(struct monitor *m)
{
	struct sdr_walk *w = kzalloc(sizeof(*w), GFP_KERNEL);
	struct chip *chip = chip_alloc(m);
	int rv = -ENOMEM;

	if (w && chip)
		rv = walk(m, w, &chip);
	kfree(w);
	if (!rv)
		return chip;
	chip_free(chip);
	return ERR_PTR(rv);
}
