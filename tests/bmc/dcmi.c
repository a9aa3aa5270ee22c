// SPDX-License-Identifier: GPL-2.0-only
/*
 * DCMI's power commands, of a BMC that has been told by the line "dcmi" that it has a meter; any
 * other refuses them. DCMI 1.5, sections 6.1 and 6.6.
 */
#include <stdbool.h>
#include <stdlib.h>

#include "dcmi.h"
#include "request.h"

#define BODY 0xdc
#define MODE_STATISTICS 1
#define MEASURING 0x40
#define PERIOD_MS 5000
#define CORRECTION_MS 1000
#define SAMPLING_S 1
#define NOW 1700000000

#define CC_NO_LIMIT 0x80
#define CC_OUT_OF_RANGE 0x84

static bool is_there;
static uint16_t now_w, min_w, max_w, average_w, limit_w, limit_max_w;

const char *dcmi_set(int argc, char **argv)
{
	if (argc != 6)
		return "dcmi NOW MIN MAX AVERAGE LIMIT LIMIT-MAX";
	is_there = true;
	now_w = atoi(argv[0]);
	min_w = atoi(argv[1]);
	max_w = atoi(argv[2]);
	average_w = atoi(argv[3]);
	limit_w = atoi(argv[4]);
	limit_max_w = atoi(argv[5]);
	return NULL;
}

bool dcmi_is_for(const struct request *rq)
{
	return is_there && rq->data[0] == BODY;
}

/* Parameter 1 only: conformance 1.5, power management. */
uint8_t dcmi_capabilities(const struct request *rq, struct answer *a)
{
	static const uint8_t bytes[] = { BODY, 1, 5, 2, 0, 1, 0 };

	if (rq->len != 2)
		return CC_BAD_LENGTH;
	if (rq->data[1] != 1)
		return CC_BAD_FIELD;
	answer_add(a, bytes, sizeof(bytes));
	return CC_OK;
}

static uint8_t power_reading(const struct request *rq, struct answer *a)
{
	if (!dcmi_is_for(rq))
		return CC_INVALID_COMMAND;
	if (rq->len != 4)
		return CC_BAD_LENGTH;
	if (rq->data[1] != MODE_STATISTICS)
		return CC_BAD_FIELD;
	answer_u8(a, BODY);
	answer_u16(a, now_w);
	answer_u16(a, min_w);
	answer_u16(a, max_w);
	answer_u16(a, average_w);
	answer_u32(a, NOW);
	answer_u32(a, PERIOD_MS);
	answer_u8(a, MEASURING);
	return CC_OK;
}

static uint8_t get_limit(const struct request *rq, struct answer *a)
{
	if (!dcmi_is_for(rq))
		return CC_INVALID_COMMAND;
	answer_u8(a, BODY);
	answer_u16(a, 0);
	answer_u8(a, 0);
	answer_u16(a, limit_w);
	answer_u32(a, CORRECTION_MS);
	answer_u16(a, 0);
	answer_u16(a, SAMPLING_S);
	return limit_w ? CC_OK : CC_NO_LIMIT;
}

static uint8_t set_limit(const struct request *rq, struct answer *a)
{
	if (!dcmi_is_for(rq))
		return CC_INVALID_COMMAND;
	if (rq->len != 15)
		return CC_BAD_LENGTH;
	if (get_u16(rq->data + 5) > limit_max_w)
		return CC_OUT_OF_RANGE;
	limit_w = get_u16(rq->data + 5);
	answer_u8(a, BODY);
	return CC_OK;
}

const struct command dcmi_commands[] = {
	{ NETFN_GROUP, 0x02, 4, power_reading },
	{ NETFN_GROUP, 0x03, 3, get_limit },
	{ NETFN_GROUP, 0x04, 1, set_limit },
	{ 0 },
};
