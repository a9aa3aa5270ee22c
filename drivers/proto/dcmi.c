// SPDX-License-Identifier: GPL-2.0-only
/*
 * DCMI's power commands: what to send, and what answers say. DCMI 1.5, sections 6.1 and 6.6.
 *
 * Called by whoever shows a server's power. No lock. Requests and answers begin with the body's
 * number, the latter after their completion code; a BMC without DCMI may answer anything.
 */
#include <ipmi/bytes.h>
#include <ipmi/dcmi.h>

#define DCMI_BODY 0xdc

#define PARAMETER_CAPABILITIES 1
#define MODE_STATISTICS	       1

/* Where an answer has what; the completion code and the body come first. */
enum {
	CAPS_MAJOR = 2,
	CAPS_MINOR,
	CAPS_POWER = 6,
	CAPS_LEN,

	POWER_NOW = 2,
	POWER_MIN = 4,
	POWER_MAX = 6,
	POWER_AVERAGE = 8,
	POWER_TIMESTAMP = 10,
	POWER_PERIOD = 14,
	POWER_STATE = 18,
	POWER_LEN,

	LIMIT_ACTION = 4,
	LIMIT_WATTS,
	LIMIT_CORRECTION = 7,
	LIMIT_PERIOD = 13,
	LIMIT_LEN = 15,
};

#define POWER_MEASURING BIT(6)
#define CC_NO_LIMIT	0x80	/* and all of the answer is there nevertheless */
#define CC_OWN_FIRST	0x80	/* of this command itself */
#define CC_OWN_LAST	0xbe

/**
 * dcmi_ask_capabilities() - the data of Get DCMI Capabilities Info, parameter 1
 * @data: the data
 *
 * Context: any.
 * Return: its length.
 */
size_t dcmi_ask_capabilities(u8 data[DCMI_REQUEST_MAX])
{
	data[0] = DCMI_BODY;
	data[1] = PARAMETER_CAPABILITIES;
	return 2;
}

/**
 * dcmi_ask_power() - the data of Get Power Reading, of the whole server
 * @data: the data
 *
 * Context: any.
 * Return: its length.
 */
size_t dcmi_ask_power(u8 data[DCMI_REQUEST_MAX])
{
	data[0] = DCMI_BODY;
	data[1] = MODE_STATISTICS;
	ipmi_put16(data + 2, 0);
	return 4;
}

/**
 * dcmi_ask_limit() - the data of Get Power Limit
 * @data: the data
 *
 * Context: any.
 * Return: its length.
 */
size_t dcmi_ask_limit(u8 data[DCMI_REQUEST_MAX])
{
	data[0] = DCMI_BODY;
	ipmi_put16(data + 1, 0);
	return 3;
}

/**
 * dcmi_set_limit() - the data of Set Power Limit
 * @limit: the limit; whether it is in force is the command Activate/Deactivate Power Limit's
 * @data: the data
 *
 * Context: any.
 * Return: its length.
 */
size_t dcmi_set_limit(const struct dcmi_limit *limit, u8 data[DCMI_REQUEST_MAX])
{
	memset(data, 0, DCMI_REQUEST_MAX);
	data[0] = DCMI_BODY;
	data[4] = limit->action;
	ipmi_put16(data + 5, limit->limit_w);
	ipmi_put32(data + 7, limit->correction_ms);
	ipmi_put16(data + 13, limit->period_s);
	return DCMI_REQUEST_MAX;
}

static enum sensor_outcome outcome(const u8 *rsp, size_t len, size_t need)
{
	if (!len)
		return SENSOR_SILENT;
	if (rsp[0])
		return sensor_outcome_of(rsp[0]);
	if (len < 2 || rsp[1] != DCMI_BODY)
		return SENSOR_ERROR;
	return len < need ? SENSOR_SILENT : SENSOR_GOOD;
}

/**
 * dcmi_capabilities_answer() - take an answer to Get DCMI Capabilities Info, parameter 1
 * @rsp: the answer
 * @len: its length, hostile
 * @caps: what it says; undefined if the outcome is not SENSOR_GOOD
 *
 * Context: any.
 * Return: the outcome; SENSOR_ERROR from a BMC without DCMI.
 */
enum sensor_outcome dcmi_capabilities_answer(const u8 *rsp, size_t len,
					     struct dcmi_capabilities *caps)
{
	enum sensor_outcome rv = outcome(rsp, len, CAPS_LEN);

	if (rv != SENSOR_GOOD)
		return rv;
	caps->major = rsp[CAPS_MAJOR];
	caps->minor = rsp[CAPS_MINOR];
	caps->has_power = rsp[CAPS_POWER] & BIT(0);
	return SENSOR_GOOD;
}

/**
 * dcmi_power_answer() - take an answer to Get Power Reading
 * @rsp: the answer
 * @len: its length, hostile
 * @power: what it says; undefined if the outcome is not SENSOR_GOOD
 *
 * Context: any.
 * Return: the outcome.
 */
enum sensor_outcome dcmi_power_answer(const u8 *rsp, size_t len, struct dcmi_power *power)
{
	enum sensor_outcome rv = outcome(rsp, len, POWER_LEN);

	if (rv != SENSOR_GOOD)
		return rv;
	power->now_w = ipmi_get16(rsp + POWER_NOW);
	power->min_w = ipmi_get16(rsp + POWER_MIN);
	power->max_w = ipmi_get16(rsp + POWER_MAX);
	power->average_w = ipmi_get16(rsp + POWER_AVERAGE);
	power->timestamp = ipmi_get32(rsp + POWER_TIMESTAMP);
	power->period_ms = ipmi_get32(rsp + POWER_PERIOD);
	power->measuring = rsp[POWER_STATE] & POWER_MEASURING;
	return SENSOR_GOOD;
}

/**
 * dcmi_limit_answer() - take an answer to Get Power Limit
 * @rsp: the answer
 * @len: its length, hostile
 * @limit: what it says; undefined if the outcome is not SENSOR_GOOD
 *
 * Completion code 80h says that no limit is in force; the one that would be comes with it.
 *
 * Context: any.
 * Return: the outcome; SENSOR_ABSENT if there is no limit at all.
 */
enum sensor_outcome dcmi_limit_answer(const u8 *rsp, size_t len, struct dcmi_limit *limit)
{
	enum sensor_outcome rv;

	if (len && rsp[0] == CC_NO_LIMIT)
		rv = len < LIMIT_LEN || rsp[1] != DCMI_BODY ? SENSOR_ABSENT : SENSOR_GOOD;
	else
		rv = outcome(rsp, len, LIMIT_LEN);
	if (rv != SENSOR_GOOD)
		return rv;
	limit->active = !rsp[0];
	limit->action = rsp[LIMIT_ACTION];
	limit->limit_w = ipmi_get16(rsp + LIMIT_WATTS);
	limit->correction_ms = ipmi_get32(rsp + LIMIT_CORRECTION);
	limit->period_s = ipmi_get16(rsp + LIMIT_PERIOD);
	return SENSOR_GOOD;
}

/**
 * dcmi_set_answer() - take an answer to Set Power Limit
 * @rsp: the answer
 * @len: its length, hostile
 *
 * Codes of the command itself, as 84h for a limit out of range, are SENSOR_ERROR.
 *
 * Context: any.
 * Return: the outcome.
 */
enum sensor_outcome dcmi_set_answer(const u8 *rsp, size_t len)
{
	if (len && rsp[0] >= CC_OWN_FIRST && rsp[0] <= CC_OWN_LAST)
		return SENSOR_ERROR;
	return outcome(rsp, len, 2);
}
