/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DCMI's power commands: what to send, and what an answer says.
 *
 * Pure: bytes in, facts out. An answer begins with its completion code; without bytes none came.
 * Network function 2Ch, LUN 0. DCMI 1.5, section 6.
 */
#ifndef IPMI_DCMI_H
#define IPMI_DCMI_H

#include <ipmi/sensor.h>

#define DCMI_NETFN			0x2c
#define DCMI_GET_CAPABILITIES_CMD	0x01
#define DCMI_GET_READING_CMD		0x02
#define DCMI_GET_LIMIT_CMD		0x03
#define DCMI_SET_LIMIT_CMD		0x04

#define DCMI_REQUEST_MAX 15

/**
 * struct dcmi_power - an answer to Get Power Reading
 * @measuring: measurement is active; if not, the rest means nothing
 * @now_w: current power, in watts
 * @min_w: lowest in the period
 * @max_w: highest
 * @average_w: average
 * @timestamp: when, in seconds since 1970 by the BMC's clock
 * @period_ms: of how long the average is
 */
struct dcmi_power {
	bool measuring;
	u16 now_w;
	u16 min_w;
	u16 max_w;
	u16 average_w;
	u32 timestamp;
	u32 period_ms;
};

/**
 * struct dcmi_limit - an answer to Get Power Limit, and what to set
 * @active: the limit is in force
 * @action: what the BMC does if it cannot be kept: 0 nothing, 1 power off, 2 to 10h as its maker
 *	says, 11h an entry in the log
 * @limit_w: in watts
 * @correction_ms: for how long it may be exceeded
 * @period_s: over which time is averaged
 */
struct dcmi_limit {
	bool active;
	u8 action;
	u16 limit_w;
	u32 correction_ms;
	u16 period_s;
};

/**
 * struct dcmi_capabilities - an answer to Get DCMI Capabilities Info, parameter 1
 * @major: version of DCMI
 * @minor: ditto
 * @has_power: it has the power commands
 */
struct dcmi_capabilities {
	u8 major;
	u8 minor;
	bool has_power;
};

size_t dcmi_ask_capabilities(u8 data[DCMI_REQUEST_MAX]);
size_t dcmi_ask_power(u8 data[DCMI_REQUEST_MAX]);
size_t dcmi_ask_limit(u8 data[DCMI_REQUEST_MAX]);
size_t dcmi_set_limit(const struct dcmi_limit *limit, u8 data[DCMI_REQUEST_MAX]);

enum sensor_outcome dcmi_capabilities_answer(const u8 *rsp, size_t len,
					     struct dcmi_capabilities *caps);
enum sensor_outcome dcmi_power_answer(const u8 *rsp, size_t len, struct dcmi_power *power);
enum sensor_outcome dcmi_limit_answer(const u8 *rsp, size_t len, struct dcmi_limit *limit);
enum sensor_outcome dcmi_set_answer(const u8 *rsp, size_t len);

#endif /* IPMI_DCMI_H */
