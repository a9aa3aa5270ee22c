// SPDX-License-Identifier: GPL-2.0-only
/*
 * Adding up the requests of a tick.
 */
#include <stdlib.h>
#include <string.h>

#include "ipmidrv.h"
#include "tally.h"

void times_add(struct times_us *t, unsigned long long us)
{
	t->at[t->count++ % TALLY_TIMES] = us < 0xffffffffULL ? us : 0xffffffffU;
}

static int by_number(const void *a, const void *b)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;

	return x < y ? -1 : x > y;
}

unsigned int times_share(struct times_us *t, unsigned int percent)
{
	size_t n = t->count < TALLY_TIMES ? t->count : TALLY_TIMES;

	if (!n)
		return 0;
	qsort(t->at, n, sizeof(t->at[0]), by_number);
	return t->at[(n * percent + 99) / 100 ? (n * percent + 99) / 100 - 1 : 0];
}

void tally_clear(struct tally *t)
{
	memset(t, 0, sizeof(*t));
}

static void add(struct tally_row *row, const struct exchange *x)
{
	times_add(&row->times, x->total_us);
	row->waits_us += x->queue_us;
	row->errors += exchange_failed(x);
	row->netfn = x->netfn;
	row->cmd = x->cmd;
}

void tally_add(struct tally *t, const struct exchange *x)
{
	struct tally_row *row = NULL;
	unsigned int i;

	times_add(&t->all, x->total_us);
	t->bmc_us += x->bmc_us;
	t->errors += exchange_failed(x);
	t->dropped += x->dropped;
	for (i = 0; i < t->nr_programs && !row; i++)
		if (t->programs[i].pid == x->pid && t->programs[i].intf == x->intf)
			row = &t->programs[i];
	/* of more programs than there are rows the last row is everybody else */
	if (!row) {
		row = &t->programs[t->nr_programs < TALLY_ROWS ? t->nr_programs++ : TALLY_ROWS - 1];
		row->pid = x->pid;
		row->intf = x->intf;
		memcpy(row->name, x->name, sizeof(row->name));
	}
	add(row, x);
	row = NULL;
	for (i = 0; i < t->nr_commands && !row; i++)
		if (t->commands[i].netfn == x->netfn && t->commands[i].cmd == x->cmd)
			row = &t->commands[i];
	if (!row && t->nr_commands < TALLY_ROWS)
		row = &t->commands[t->nr_commands++];
	if (row)
		add(row, x);
}

static enum tally_order order_now;

static double weight(const struct tally_row *row)
{
	if (order_now == ORDER_ERRORS)
		return row->errors + row->times.count / 1e9;
	if (order_now == ORDER_TIME)
		return times_share((struct times_us *)&row->times, 50);
	return row->times.count;
}

static int by_weight(const void *a, const void *b)
{
	double x = weight(a), y = weight(b);

	return x < y ? 1 :
	       x > y ? -1 :
		       ((const struct tally_row *)a)->pid - ((const struct tally_row *)b)->pid;
}

void tally_sort(struct tally *t, enum tally_order order)
{
	order_now = order;
	qsort(t->programs, t->nr_programs, sizeof(t->programs[0]), by_weight);
	order_now = ORDER_TIME;
	qsort(t->commands, t->nr_commands, sizeof(t->commands[0]), by_weight);
}
