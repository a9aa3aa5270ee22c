// SPDX-License-Identifier: GPL-2.0-only
/* See sel.h. */
#include <string.h>
#include <time.h>

#include "record.h"
#include "request.h"
#include "sel.h"

#define IPMI_VERSION 0x51
#define WITH_TIME 0xe0 /* record types below it carry one */
#define CAN 0x0a /* delete, reserve */
#define ERASED 0x01
#define FIRST 0x0000
#define LAST 0xffff

static uint8_t records[SEL_RECORDS][SEL_RECORD];
static unsigned int nr;
static uint16_t next_id = 1, reservation;
static uint32_t added = 0xffffffff, erased = 0xffffffff;
static int32_t time_offset;

uint32_t sel_time(void)
{
	return time(NULL) + time_offset;
}

uint16_t sel_add(uint8_t record[SEL_RECORD])
{
	uint32_t now = sel_time();

	if (nr == SEL_RECORDS)
		return 0;
	record[0] = next_id;
	record[1] = next_id >> 8;
	if (record[2] < WITH_TIME)
		for (int i = 0; i < 4; i++)
			record[3 + i] = now >> 8 * i;
	memcpy(records[nr++], record, SEL_RECORD);
	note_bytes("SEL", record, SEL_RECORD);
	added = now;
	return next_id++;
}

const uint8_t *sel_record(unsigned int i)
{
	return i < nr ? records[i] : NULL;
}

static int find(uint16_t id)
{
	if (!nr)
		return -1;
	if (id == FIRST)
		return 0;
	if (id == LAST)
		return nr - 1;
	for (unsigned int i = 0; i < nr; i++)
		if (get_u16(records[i]) == id)
			return i;
	return -1;
}

static uint8_t get_info(const struct request *rq, struct answer *a)
{
	(void)rq;
	answer_u8(a, IPMI_VERSION);
	answer_u16(a, nr);
	answer_u16(a, (SEL_RECORDS - nr) * SEL_RECORD);
	answer_u32(a, added);
	answer_u32(a, erased);
	answer_u8(a, CAN | (nr == SEL_RECORDS ? 0x80 : 0));
	return CC_OK;
}

static uint8_t reserve(const struct request *rq, struct answer *a)
{
	(void)rq;
	if (!++reservation)
		reservation++;
	answer_u16(a, reservation);
	return CC_OK;
}

static uint8_t get_entry(const struct request *rq, struct answer *a)
{
	int i = find(get_u16(rq->data + 2));
	unsigned int offset = rq->data[4], len = rq->data[5];

	if (get_u16(rq->data) && get_u16(rq->data) != reservation)
		return CC_CANCELLED;
	if (i < 0)
		return CC_NOT_PRESENT;
	if (offset > SEL_RECORD)
		return CC_RANGE;
	if (len == 0xff || len > SEL_RECORD - offset)
		len = SEL_RECORD - offset;
	answer_u16(a, i + 1U < nr ? get_u16(records[i + 1]) : LAST);
	answer_add(a, records[i] + offset, len);
	return CC_OK;
}

static uint8_t add_entry(const struct request *rq, struct answer *a)
{
	uint8_t record[SEL_RECORD];
	uint16_t id;

	memcpy(record, rq->data, SEL_RECORD);
	id = sel_add(record);
	if (!id)
		return CC_NO_SPACE;
	answer_u16(a, id);
	return CC_OK;
}

static uint8_t delete_entry(const struct request *rq, struct answer *a)
{
	int i = find(get_u16(rq->data + 2));

	if (get_u16(rq->data) && get_u16(rq->data) != reservation)
		return CC_CANCELLED;
	if (i < 0)
		return CC_NOT_PRESENT;
	answer_add(a, records[i], 2);
	memmove(records[i], records[i + 1], (--nr - i) * SEL_RECORD);
	reservation++;
	return CC_OK;
}

static uint8_t clear(const struct request *rq, struct answer *a)
{
	if (memcmp(rq->data + 2, "CLR", 3))
		return CC_BAD_FIELD;
	if (get_u16(rq->data) != reservation)
		return CC_CANCELLED;
	if (rq->data[5] == 0xaa) {
		nr = 0;
		erased = sel_time();
		reservation++;
	}
	answer_u8(a, ERASED);
	return CC_OK;
}

static uint8_t get_time(const struct request *rq, struct answer *a)
{
	(void)rq;
	answer_u32(a, sel_time());
	return CC_OK;
}

static uint8_t set_time(const struct request *rq, struct answer *a)
{
	(void)a;
	time_offset = get_u32(rq->data) - (uint32_t)time(NULL);
	return CC_OK;
}

const struct command sel_commands[] = {
	{ NETFN_STORAGE, 0x40, 0, get_info },
	{ NETFN_STORAGE, 0x42, 0, reserve },
	{ NETFN_STORAGE, 0x43, 6, get_entry },
	{ NETFN_STORAGE, 0x44, SEL_RECORD, add_entry },
	{ NETFN_STORAGE, 0x46, 4, delete_entry },
	{ NETFN_STORAGE, 0x47, 6, clear },
	{ NETFN_STORAGE, 0x48, 0, get_time },
	{ NETFN_STORAGE, 0x49, 4, set_time },
	{ 0 },
};
