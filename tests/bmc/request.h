/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The way of a request: it arrives, the BMC thinks, a command of the tables below is executed,
 * the answer goes out, or what a fault makes of it.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include <stddef.h>
#include <stdint.h>

#define NETFN_CHASSIS 0x00
#define NETFN_SENSOR 0x04
#define NETFN_APP 0x06
#define NETFN_STORAGE 0x0a
#define NETFN_GROUP 0x2c
#define NETFN_OEM 0x2e

#define CC_OK 0x00
#define CC_TIMER_NOT_SET 0x80
#define CC_QUEUE_EMPTY 0x80
#define CC_LOST_ARBITRATION 0x81
#define CC_BUS_ERROR 0x82
#define CC_NAK 0x83
#define CC_NODE_BUSY 0xc0
#define CC_INVALID_COMMAND 0xc1
#define CC_INVALID_LUN 0xc2
#define CC_TIMEOUT 0xc3
#define CC_NO_SPACE 0xc4
#define CC_CANCELLED 0xc5
#define CC_BAD_LENGTH 0xc7
#define CC_RANGE 0xc9
#define CC_NOT_PRESENT 0xcb
#define CC_BAD_FIELD 0xcc
#define CC_NOT_IN_THIS_STATE 0xd5
#define CC_NOT_READY 0xd2

#define ANSWER_MAX 700 /* more than QEMU takes, for faults */

struct request {
	uint8_t seq, netfn, lun, cmd;
	const uint8_t *data;
	size_t len;
};

/* What follows the completion code. */
struct answer {
	uint8_t data[ANSWER_MAX];
	size_t len;
};

void answer_add(struct answer *a, const void *bytes, size_t len);
void answer_u8(struct answer *a, uint8_t value);
void answer_u16(struct answer *a, uint16_t value);
void answer_u32(struct answer *a, uint32_t value);

uint16_t get_u16(const uint8_t *at);
uint32_t get_u32(const uint8_t *at);

/* A command of the BMC; fn returns the completion code. */
struct command {
	uint8_t netfn, cmd;
	uint8_t min_len;
	uint8_t (*fn)(const struct request *rq, struct answer *a);
};

/* Each ends with an entry without fn. */
extern const struct command app_commands[];
extern const struct command bridge_commands[];
extern const struct command control_commands[];
extern const struct command dcmi_commands[];
extern const struct command flags_commands[];
extern const struct command picmg_commands[];
extern const struct command power_commands[];
extern const struct command sel_commands[];
extern const struct command sensor_commands[];
extern const struct command store_commands[];

/* A message of the link, without its checksum. */
void request_arrived(const uint8_t *bytes, size_t len);

/* Executes a request: the completion code. */
uint8_t request_execute(const struct request *rq, struct answer *a);

#endif
