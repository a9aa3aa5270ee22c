// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sensor commands: what answers say, and what to send to set thresholds and hysteresis.
 *
 * Called by whoever reads sensors. No lock. IPMI 2.0, sections 35.6 to 35.14.
 */
#include <ipmi/sensor.h>

/* Completion codes of section 5.2, and those that the core itself makes of a bus that failed. */
enum {
	CC_LOST_ARBITRATION = 0x81,
	CC_BUS_ERROR,
	CC_NAK,
	CC_NODE_BUSY = 0xc0,
	CC_TIMEOUT = 0xc3,
	CC_OUT_OF_RANGE = 0xc9,
	CC_NOT_PRESENT = 0xcb,
	CC_ILLEGAL_FOR_SENSOR = 0xcd,
	CC_NO_RESPONSE,
	CC_DUPLICATED,
	CC_SDR_UPDATE,
	CC_FIRMWARE_UPDATE,
	CC_INITIALISING,
	CC_NO_DESTINATION,
	CC_NOT_IN_THIS_STATE = 0xd5,
	CC_UNSPECIFIED = 0xff,
};

/* Of section 35.14, byte 3; the threshold masks have a bit for each of six. */
#define READING_EVENTS	    BIT(7)
#define READING_SCANNING    BIT(6)
#define READING_UNAVAILABLE BIT(5)
#define STATES		    0x7fff
#define KNOWN_THRESHOLDS    (BIT(SDR_THRESHOLDS) - 1)

/* Section 35.7: the byte after the number is FFh. */
#define HYSTERESIS_MASK 0xff

/**
 * sensor_outcome_of() - what a completion code means for a sensor
 * @cc: the code
 *
 * A sensor whose entity is off or not plugged in makes BMCs answer with very different codes:
 * Dell 2950 CBh, Sun V20z CDh, Dell 2650 C9h, HP DL145 CEh, Sun X4450 D5h, X6250 FFh, 6000 D3h.
 * D5h, not in this state, is also what others say for a moment, so that it is worth another try.
 *
 * Context: any.
 * Return: the outcome.
 */
enum sensor_outcome sensor_outcome_of(u8 cc)
{
	switch (cc) {
	case 0:
		return SENSOR_GOOD;
	case CC_LOST_ARBITRATION:
	case CC_BUS_ERROR:
	case CC_NAK:
		return SENSOR_SILENT;
	case CC_NODE_BUSY:
	case CC_TIMEOUT:
	case CC_DUPLICATED:
	case CC_SDR_UPDATE:
	case CC_FIRMWARE_UPDATE:
	case CC_INITIALISING:
	case CC_NOT_IN_THIS_STATE:
		return SENSOR_BUSY;
	case CC_OUT_OF_RANGE:
	case CC_NOT_PRESENT:
	case CC_ILLEGAL_FOR_SENSOR:
	case CC_NO_RESPONSE:
	case CC_NO_DESTINATION:
	case CC_UNSPECIFIED:
		return SENSOR_ABSENT;
	default:
		return SENSOR_ERROR;
	}
}

static enum sensor_outcome outcome(const u8 *rsp, size_t len, size_t need)
{
	if (!len)
		return SENSOR_SILENT;
	if (rsp[0])
		return sensor_outcome_of(rsp[0]);
	return len < need ? SENSOR_SILENT : SENSOR_GOOD;
}

/**
 * sensor_reading_answer() - take an answer to Get Sensor Reading
 * @rsp: the answer
 * @len: its length, hostile
 * @reading: what it says; undefined if the outcome is not SENSOR_GOOD
 *
 * IPMI 2.0, section 35.14. Bytes for states may be missing (Dell 2950, Inventec 5441), or hold
 * bits that mean nothing, above the thresholds. A reading without flags is none.
 *
 * Context: any.
 * Return: the outcome; SENSOR_GOOD also where the reading is not available.
 */
enum sensor_outcome sensor_reading_answer(const u8 *rsp, size_t len,
					  struct sensor_reading *reading)
{
	enum sensor_outcome rv = outcome(rsp, len, 3);

	if (rv != SENSOR_GOOD)
		return rv;
	memset(reading, 0, sizeof(*reading));
	reading->raw = rsp[1];
	reading->events = rsp[2] & READING_EVENTS;
	reading->scanning = rsp[2] & READING_SCANNING;
	reading->available = !(rsp[2] & READING_UNAVAILABLE);
	reading->has_states = len > 3;
	if (len > 3)
		reading->states = rsp[3];
	if (len > 4)
		reading->states |= (rsp[4] << 8) & STATES;
	return SENSOR_GOOD;
}

/**
 * sensor_thresholds_answer() - take an answer to Get Sensor Thresholds
 * @rsp: the answer
 * @len: its length, hostile: of thresholds that are missing none is readable
 * @thresholds: what it says; undefined if the outcome is not SENSOR_GOOD
 *
 * IPMI 2.0, section 35.9.
 *
 * Context: any.
 * Return: the outcome.
 */
enum sensor_outcome sensor_thresholds_answer(const u8 *rsp, size_t len,
					     struct sensor_thresholds *thresholds)
{
	enum sensor_outcome rv = outcome(rsp, len, 2);
	unsigned int i;

	if (rv != SENSOR_GOOD)
		return rv;
	memset(thresholds, 0, sizeof(*thresholds));
	for (i = 0; i < SDR_THRESHOLDS && 2 + i < len; i++) {
		if (!(rsp[1] & BIT(i)))
			continue;
		thresholds->readable |= BIT(i);
		thresholds->raw[i] = rsp[2 + i];
	}
	return SENSOR_GOOD;
}

/**
 * sensor_hysteresis_answer() - take an answer to Get Sensor Hysteresis
 * @rsp: the answer
 * @len: its length, hostile
 * @pos: raw, of thresholds that are crossed upwards; undefined if the outcome is not SENSOR_GOOD
 * @neg: raw, of those crossed downwards; ditto
 *
 * IPMI 2.0, section 35.7.
 *
 * Context: any.
 * Return: the outcome.
 */
enum sensor_outcome sensor_hysteresis_answer(const u8 *rsp, size_t len, u8 *pos, u8 *neg)
{
	enum sensor_outcome rv = outcome(rsp, len, 3);

	if (rv != SENSOR_GOOD)
		return rv;
	*pos = rsp[1];
	*neg = rsp[2];
	return SENSOR_GOOD;
}

/**
 * sensor_set_thresholds() - the data of Set Sensor Thresholds
 * @number: of the sensor
 * @thresholds: all, those that are not to be set as they are: some BMCs look at them too
 * @which: which to set, BIT(enum sdr_threshold)
 * @data: the data
 *
 * IPMI 2.0, section 35.8.
 *
 * Context: any.
 */
void sensor_set_thresholds(u8 number, const struct sensor_thresholds *thresholds, u8 which,
			   u8 data[SENSOR_SET_THRESHOLDS_LEN])
{
	data[0] = number;
	data[1] = which & KNOWN_THRESHOLDS;
	memcpy(data + 2, thresholds->raw, SDR_THRESHOLDS);
}

/**
 * sensor_set_hysteresis() - the data of Set Sensor Hysteresis
 * @number: of the sensor
 * @pos: raw, of thresholds that are crossed upwards
 * @neg: raw, of those crossed downwards
 * @data: the data
 *
 * IPMI 2.0, section 35.6.
 *
 * Context: any.
 */
void sensor_set_hysteresis(u8 number, u8 pos, u8 neg, u8 data[SENSOR_SET_HYSTERESIS_LEN])
{
	data[0] = number;
	data[1] = HYSTERESIS_MASK;
	data[2] = pos;
	data[3] = neg;
}
