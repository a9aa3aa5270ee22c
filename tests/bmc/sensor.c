// SPDX-License-Identifier: GPL-2.0-only
/* Sensors that read what they were set to, and where their events go. */
#include <string.h>

#include "request.h"
#include "sel.h"

#define SCANNING 0xc0
#define NO_READING 0xe0

static uint8_t readings[256];
static uint8_t is_set[256];
static uint8_t thresholds[256][7]; /* readable, and six values; lower ones first */
static uint8_t hysteresis[256][2]; /* upwards, downwards */
static uint8_t receiver[] = { 0x20, 0x00 };

static uint8_t set_receiver(const struct request *rq, struct answer *a)
{
	(void)a;
	memcpy(receiver, rq->data, sizeof(receiver));
	return CC_OK;
}

static uint8_t get_receiver(const struct request *rq, struct answer *a)
{
	(void)rq;
	answer_add(a, receiver, sizeof(receiver));
	return CC_OK;
}

/* Generator, version, type, number, direction and kind, three bytes of data. */
static uint8_t platform_event(const struct request *rq, struct answer *a)
{
	uint8_t record[SEL_RECORD] = { 0, 0, 0x02, 0, 0, 0, 0, rq->data[0], 0 };

	(void)a;
	memcpy(record + 9, rq->data + 1, 7);
	return sel_add(record) ? CC_OK : CC_NO_SPACE;
}

/* Comparison bits: at a threshold, or beyond it. */
static uint8_t crossed(uint8_t number)
{
	const uint8_t *t = thresholds[number];
	uint8_t bits = 0;

	for (int i = 0; i < 6; i++)
		if (t[0] & 1 << i &&
		    (i < 3 ? readings[number] <= t[1 + i] : readings[number] >= t[1 + i]))
			bits |= 1 << i;
	return bits;
}

static uint8_t get_reading(const struct request *rq, struct answer *a)
{
	answer_u8(a, readings[rq->data[0]]);
	answer_u8(a, is_set[rq->data[0]] ? SCANNING : NO_READING);
	answer_u16(a, 0x8000 | crossed(rq->data[0]));
	return CC_OK;
}

static uint8_t set_reading(const struct request *rq, struct answer *a)
{
	(void)a;
	readings[rq->data[0]] = rq->data[2];
	is_set[rq->data[0]] = 1;
	return CC_OK;
}

static uint8_t get_thresholds(const struct request *rq, struct answer *a)
{
	answer_add(a, thresholds[rq->data[0]], sizeof(thresholds[0]));
	return CC_OK;
}

static uint8_t set_thresholds(const struct request *rq, struct answer *a)
{
	uint8_t *t = thresholds[rq->data[0]];

	(void)a;
	for (int i = 0; i < 6; i++)
		if (rq->data[1] & 1 << i)
			t[1 + i] = rq->data[2 + i];
	t[0] |= rq->data[1];
	return CC_OK;
}

static uint8_t get_hysteresis(const struct request *rq, struct answer *a)
{
	answer_add(a, hysteresis[rq->data[0]], sizeof(hysteresis[0]));
	return CC_OK;
}

static uint8_t set_hysteresis(const struct request *rq, struct answer *a)
{
	(void)a;
	memcpy(hysteresis[rq->data[0]], rq->data + 2, sizeof(hysteresis[0]));
	return CC_OK;
}

/* Of 16 readings each: M is 1 for the first of them, 2 for the next, and so on; all else is 0. */
static uint8_t get_factors(const struct request *rq, struct answer *a)
{
	uint8_t step = rq->data[1] / 16, bytes[] = { (step + 1) * 16, step + 1, 0, 0, 0, 0, 0 };

	answer_add(a, bytes, sizeof(bytes));
	return CC_OK;
}

const struct command sensor_commands[] = {
	{ NETFN_SENSOR, 0x00, 2, set_receiver },   { NETFN_SENSOR, 0x01, 0, get_receiver },
	{ NETFN_SENSOR, 0x02, 8, platform_event }, { NETFN_SENSOR, 0x2d, 1, get_reading },
	{ NETFN_SENSOR, 0x30, 3, set_reading },	   { NETFN_SENSOR, 0x26, 8, set_thresholds },
	{ NETFN_SENSOR, 0x27, 1, get_thresholds }, { NETFN_SENSOR, 0x23, 2, get_factors },
	{ NETFN_SENSOR, 0x24, 4, set_hysteresis }, { NETFN_SENSOR, 0x25, 2, get_hysteresis },
	{ 0 },
};
