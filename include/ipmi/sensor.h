/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sensor commands: answers to Get Sensor Reading, Thresholds and Hysteresis, and what to send to
 * set the latter two.
 *
 * Pure: bytes in, facts out. An answer begins with its completion code; without bytes none came.
 * Network function 04h, at the LUN of the sensor's owner. IPMI 2.0, section 35.
 */
#ifndef IPMI_SENSOR_H
#define IPMI_SENSOR_H

#include <ipmi/sdr.h>

#define SENSOR_NETFN			0x04
#define SENSOR_GET_FACTORS_CMD		0x23	/* data: number, raw reading */
#define SENSOR_SET_HYSTERESIS_CMD	0x24
#define SENSOR_GET_HYSTERESIS_CMD	0x25	/* data: number, FFh */
#define SENSOR_SET_THRESHOLDS_CMD	0x26
#define SENSOR_GET_THRESHOLDS_CMD	0x27	/* data: number */
#define SENSOR_GET_READING_CMD		0x2d	/* data: number */

#define SENSOR_SET_THRESHOLDS_LEN	8
#define SENSOR_SET_HYSTERESIS_LEN	4

/**
 * enum sensor_outcome - what an answer is worth
 * @SENSOR_GOOD: there is what was asked for
 * @SENSOR_ABSENT: there is nothing now: the sensor, its entity, or its reading is not there
 * @SENSOR_BUSY: the BMC will answer later; what was known stays good until then
 * @SENSOR_SILENT: no answer, or one too short to be one
 * @SENSOR_ERROR: a refusal that means none of these
 */
enum sensor_outcome { SENSOR_GOOD, SENSOR_ABSENT, SENSOR_BUSY, SENSOR_SILENT, SENSOR_ERROR };

/**
 * struct sensor_reading - an answer to Get Sensor Reading
 * @raw: the raw reading; means something if @available
 * @available: the BMC does not say that reading or states are unavailable
 * @scanning: the sensor is being scanned. Some BMCs deny that of good sensors (Dell 2900, 2950,
 *	R410, R610; HP rx3600), so that it is apart from @available
 * @events: the sensor may send events
 * @has_states: the answer has bytes for states; some BMCs leave them out
 * @states: discrete states, bits 0 to 14; of a sensor with thresholds BIT(enum sdr_threshold):
 *	at or beyond them. 0 if there are none
 */
struct sensor_reading {
	u8 raw;
	bool available;
	bool scanning;
	bool events;
	bool has_states;
	u16 states;
};

/**
 * struct sensor_thresholds - an answer to Get Sensor Thresholds
 * @readable: which there are, BIT(enum sdr_threshold); the others are 0
 * @raw: by enum sdr_threshold
 */
struct sensor_thresholds {
	u8 readable;
	u8 raw[SDR_THRESHOLDS];
};

enum sensor_outcome sensor_outcome_of(u8 cc);
enum sensor_outcome sensor_reading_answer(const u8 *rsp, size_t len,
					  struct sensor_reading *reading);
enum sensor_outcome sensor_thresholds_answer(const u8 *rsp, size_t len,
					     struct sensor_thresholds *thresholds);
enum sensor_outcome sensor_hysteresis_answer(const u8 *rsp, size_t len, u8 *pos, u8 *neg);
void sensor_set_thresholds(u8 number, const struct sensor_thresholds *thresholds, u8 which,
			   u8 data[SENSOR_SET_THRESHOLDS_LEN]);
void sensor_set_hysteresis(u8 number, u8 pos, u8 neg, u8 data[SENSOR_SET_HYSTERESIS_LEN]);

#endif /* IPMI_SENSOR_H */
