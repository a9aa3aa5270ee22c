/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sensor data records: bytes of a record -> what there is to know of a sensor.
 *
 * Pure: no time, no lock. Called by whoever reads a BMC's sensors, with the records that a walk
 * (ipmi/sdr_walk.h) hands over, by the user-space tests and the fuzzer. Every byte of a record is
 * hostile. IPMI 2.0, section 43; what becomes of a raw reading is in ipmi/sdr_value.h.
 */
#ifndef IPMI_SDR_H
#define IPMI_SDR_H

#include <ipmi/pure.h>

#define SDR_HEADER	5		/* id, version, type, length of the rest */
#define SDR_RECORD_MAX	255		/* as far as an offset of one byte reaches */
#define SDR_ID_MAX	72		/* an id string, its suffix and its end, in UTF-8 */
#define SDR_BMC_ADDR	0x20		/* owner of the BMC's own sensors */

/**
 * enum sdr_verdict - what a record is
 * @SDR_SENSOR: a sensor, or several that share it: struct sdr_sensor is filled in
 * @SDR_SHORT: of a type that is known, and shorter than that can be
 * @SDR_EVENT_ONLY: a sensor that sends events and cannot be read (type 03h)
 * @SDR_ASSOCIATION: which entity is part of which (08h, 09h)
 * @SDR_LOCATOR: of a device, FRU or controller (10h to 14h)
 * @SDR_SOFTWARE: a sensor of system software, which no controller can read
 * @SDR_OEM: only its maker knows (C0h)
 * @SDR_UNKNOWN: of no type that IPMI 2.0 has
 */
enum sdr_verdict {
	SDR_SENSOR,
	SDR_SHORT,
	SDR_EVENT_ONLY,
	SDR_ASSOCIATION,
	SDR_LOCATOR,
	SDR_SOFTWARE,
	SDR_OEM,
	SDR_UNKNOWN,
};

/**
 * enum sdr_threshold - the six thresholds, in the order of masks, of comparison bits and of the
 * commands Get and Set Sensor Thresholds; a record holds them in the reverse order
 * @SDR_LNC: lower non-critical
 * @SDR_LC: lower critical
 * @SDR_LNR: lower non-recoverable
 * @SDR_UNC: upper non-critical
 * @SDR_UC: upper critical
 * @SDR_UNR: upper non-recoverable
 * @SDR_THRESHOLDS: how many there are
 */
enum sdr_threshold { SDR_LNC, SDR_LC, SDR_LNR, SDR_UNC, SDR_UC, SDR_UNR, SDR_THRESHOLDS };

/**
 * enum sdr_access - what one may do with thresholds, or with hysteresis (byte 12 of the record,
 * with the numbers there)
 * @SDR_NONE: there are none
 * @SDR_READABLE: read them
 * @SDR_SETTABLE: read and set them
 * @SDR_FIXED: they exist, and can be neither read nor set
 */
enum sdr_access { SDR_NONE, SDR_READABLE, SDR_SETTABLE, SDR_FIXED };

/**
 * enum sdr_format - how a raw byte is a number
 * @SDR_UNSIGNED: 0 to 255
 * @SDR_ONES: one's complement, -127 to 127
 * @SDR_TWOS: two's complement, -128 to 127
 * @SDR_NOT_ANALOG: it is none
 */
enum sdr_format { SDR_UNSIGNED, SDR_ONES, SDR_TWOS, SDR_NOT_ANALOG };

/**
 * enum sdr_base_unit - units of IPMI 2.0, section 43.17, as far as they are used here
 * @SDR_UNIT_NONE: unspecified
 * @SDR_UNIT_CELSIUS: degrees
 * @SDR_UNIT_FAHRENHEIT: degrees
 * @SDR_UNIT_KELVIN: kelvins
 * @SDR_UNIT_VOLT: volts
 * @SDR_UNIT_AMPERE: amperes
 * @SDR_UNIT_WATT: watts
 * @SDR_UNIT_JOULE: joules
 * @SDR_UNIT_RPM: revolutions per minute
 * @SDR_UNIT_MICROSECOND: this unit, and the six that follow, are times
 * @SDR_UNIT_MILLISECOND: a time
 * @SDR_UNIT_SECOND: a time
 * @SDR_UNIT_MINUTE: a time
 * @SDR_UNIT_HOUR: a time
 * @SDR_UNIT_DAY: a time
 * @SDR_UNIT_REVOLUTION: revolutions, of a fan if there is a rate as well
 * @SDR_UNIT_LAST: there are none above
 */
enum sdr_base_unit {
	SDR_UNIT_NONE = 0,
	SDR_UNIT_CELSIUS = 1,
	SDR_UNIT_FAHRENHEIT = 2,
	SDR_UNIT_KELVIN = 3,
	SDR_UNIT_VOLT = 4,
	SDR_UNIT_AMPERE = 5,
	SDR_UNIT_WATT = 6,
	SDR_UNIT_JOULE = 7,
	SDR_UNIT_RPM = 18,
	SDR_UNIT_MICROSECOND = 20,
	SDR_UNIT_MILLISECOND = 21,
	SDR_UNIT_SECOND = 22,
	SDR_UNIT_MINUTE = 23,
	SDR_UNIT_HOUR = 24,
	SDR_UNIT_DAY = 25,
	SDR_UNIT_REVOLUTION = 41,
	SDR_UNIT_LAST = 92,
};

/**
 * struct sdr_units - in what a reading is measured (bytes 21 to 23 of the record)
 * @percent: the percentage bit; @base then says what of, if anything
 * @rate: 0 = none, 1 to 6 = per us, ms, s, min, h, day
 * @relation: 0 = there is no modifier, 1 = base / modifier, 2 = base * modifier; 0 too where
 *	the modifier is unspecified, or the relation 3, which does not exist
 * @base: enum sdr_base_unit
 * @modifier: ditto
 */
struct sdr_units {
	bool percent;
	u8 rate;
	u8 relation;
	u8 base;
	u8 modifier;
};

/**
 * struct sdr_factors - y = L((m * x + b * 10^b_exp) * 10^r_exp), IPMI 2.0, section 36.3
 * @m: M, -512 to 511
 * @b: B, -512 to 511
 * @b_exp: K1, -8 to 7
 * @r_exp: K2, -8 to 7
 * @linear: L, enum sdr_linear of ipmi/sdr_value.h
 * @format: how x is a number, enum sdr_format
 */
struct sdr_factors {
	s16 m;
	s16 b;
	s8 b_exp;
	s8 r_exp;
	u8 linear;
	u8 format;
};

/**
 * struct sdr_sensor - a sensor, as its record describes it
 * @record_id: the record's own
 * @full: it is a full record (01h), not a compact one (02h)
 * @owner: IPMB address of the controller that has it, SDR_BMC_ADDR = the BMC
 * @channel: by which channel that is reached
 * @lun: LUN there
 * @number: sensor number there; with the three above it is the sensor's key
 * @entity: what it measures
 * @instance: which of them, 0 to 127; from 60h on numbered by the owner for itself
 * @logical: the entity is a container, not a part
 * @ignore_if_absent: the sensor means nothing while the entity is absent
 * @auto_rearm: alarms end by themselves
 * @sensor_type: IPMI 2.0, table 42-3
 * @event_type: table 42-1; 01h = it has thresholds
 * @has_thresholds: @event_type is that of thresholds; otherwise states are discrete
 * @analog: readings are numbers: a full record with a format, that has thresholds or a unit
 * @threshold_access: what one may do with thresholds
 * @hysteresis_access: what one may do with hysteresis
 * @compared: comparison bits that Get Sensor Reading returns, BIT(enum sdr_threshold)
 * @readable: thresholds that can be read, ditto; 0 if the access says that none can
 * @settable: thresholds that can be set, ditto; 0 if the access says that none can
 * @assertions: events that are sent as they begin (bits 0 to 14, of thresholds 0 to 11)
 * @deassertions: ... and as they end
 * @states: discrete states that can be read, bits 0 to 14; 0 with thresholds
 * @units: in what it is measured
 * @factors: from raw to value; only of a full record
 * @has_nominal: @nominal is given
 * @has_normal_max: @normal_max is given
 * @has_normal_min: @normal_min is given
 * @nominal: raw, as all that follow
 * @normal_max: highest reading that is normal
 * @normal_min: lowest
 * @sensor_max: highest reading that there can be
 * @sensor_min: lowest
 * @thresholds: by enum sdr_threshold: what they are at first
 * @hysteresis_pos: of thresholds that are crossed upwards, 0 = none given
 * @hysteresis_neg: of those crossed downwards, ditto
 * @share_count: so many sensors share the record, with numbers from @number on; 1 or more
 * @share_alpha: suffixes of their names are letters, not numbers
 * @share_offset: suffix of the first
 * @share_instances: instances of their entities count up as well
 * @id_blank: the id string ended in a blank
 * @id: the id string, valid UTF-8 without control characters, blanks at the end, or suffix; may
 *	be empty
 */
struct sdr_sensor {
	u16 record_id;
	bool full;
	u8 owner;
	u8 channel;
	u8 lun;
	u8 number;
	u8 entity;
	u8 instance;
	bool logical;
	bool ignore_if_absent;
	bool auto_rearm;
	u8 sensor_type;
	u8 event_type;
	bool has_thresholds;
	bool analog;
	enum sdr_access threshold_access;
	enum sdr_access hysteresis_access;
	u8 compared;
	u8 readable;
	u8 settable;
	u16 assertions;
	u16 deassertions;
	u16 states;
	struct sdr_units units;
	struct sdr_factors factors;
	bool has_nominal;
	bool has_normal_max;
	bool has_normal_min;
	u8 nominal;
	u8 normal_max;
	u8 normal_min;
	u8 sensor_max;
	u8 sensor_min;
	u8 thresholds[SDR_THRESHOLDS];
	u8 hysteresis_pos;
	u8 hysteresis_neg;
	u8 share_count;
	bool share_alpha;
	u8 share_offset;
	bool share_instances;
	bool id_blank;
	char id[SDR_ID_MAX];
};

static inline bool sdr_is_device_relative(u8 instance)
{
	return instance >= 0x60;
}

/* sdr.c */
enum sdr_verdict sdr_parse(const u8 *record, size_t len, struct sdr_sensor *sensor);
const char *sdr_verdict_text(enum sdr_verdict verdict);
bool sdr_share(struct sdr_sensor *sensor, unsigned int nth);
bool sdr_factors_answer(struct sdr_factors *factors, const u8 *rsp, size_t len);

/* sdr_id.c */
size_t sdr_id_decode(const u8 *field, size_t len, char *out, bool *blank);

#endif /* IPMI_SDR_H */
