/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who the BMC is, and the channels it has.
 */
#ifndef APP_H
#define APP_H

#include <stddef.h>
#include <stdint.h>

#define CHANNELS 16
#define MEDIUM_IPMB 0x01
#define MEDIUM_LAN 0x04

struct identity {
	uint8_t device_id, revision, firmware1, firmware2, version, support;
	uint32_t manufacturer;
	uint16_t product;
	uint8_t aux[4];
	int aux_len;
	uint8_t guid[16];
	int has_guid;
	uint8_t self_test[2];
};

extern struct identity identity;

/* A UUID as text, first three fields byte by byte as they are written; "none" for none. */
const char *identity_guid(const char *text);

/* A field by name: "product 0x1234", "aux 01020304"; NULL or what is wrong. */
const char *identity_set(const char *name, const char *value);

/* Medium and protocol of a channel; 0 for the medium: there is no such channel. */
void channel_set(int channel, uint8_t medium, uint8_t protocol);
uint8_t channel_medium(int channel);

#endif
