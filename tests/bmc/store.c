// SPDX-License-Identifier: GPL-2.0-only
/* See store.h. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "request.h"
#include "sel.h"
#include "store.h"

#define IPMI_VERSION 0x51
#define SDR_SIZE 65536
#define SDR_HEAD 5
#define SDR_MAX 2048
#define FRU_SIZE 65536
#define FRU_AREA_DEFAULT 256
#define CAN_RESERVE 0x02
#define NONE 0xffff

static uint8_t sdrs[SDR_SIZE];
static struct {
	size_t at, len;
} sdr_index[SDR_MAX];
static unsigned int nr_sdrs;
static uint16_t reservation;

static uint8_t frus[FRU_SIZE];
static size_t fru_size, fru_area = FRU_AREA_DEFAULT;

static size_t read_file(const char *path, uint8_t *bytes, size_t size)
{
	FILE *f = fopen(path, "re");
	size_t n;

	if (!f) {
		fprintf(stderr, "bmc: %s: %s\n", path, strerror(errno));
		exit(1);
	}
	n = fread(bytes, 1, size, f);
	fclose(f);
	return n;
}

void store_read_sdr(const char *path)
{
	size_t size = read_file(path, sdrs, sizeof(sdrs));

	for (size_t at = 0; at + SDR_HEAD <= size && nr_sdrs < SDR_MAX; nr_sdrs++) {
		size_t len = SDR_HEAD + sdrs[at + 4];

		if (at + len > size)
			break;
		sdr_index[nr_sdrs].at = at;
		sdr_index[nr_sdrs].len = len;
		/* ids count from 1: 0 asks for the first one */
		sdrs[at] = nr_sdrs + 1;
		sdrs[at + 1] = (nr_sdrs + 1) >> 8;
		at += len;
	}
}

static void add_record(const uint8_t *record, size_t len)
{
	size_t at = nr_sdrs ? sdr_index[nr_sdrs - 1].at + sdr_index[nr_sdrs - 1].len : 0;

	if (nr_sdrs == SDR_MAX || at + len > sizeof(sdrs))
		return;
	memcpy(sdrs + at, record, len);
	sdr_index[nr_sdrs].at = at;
	sdr_index[nr_sdrs].len = len;
	nr_sdrs++;
	sdrs[at] = nr_sdrs;
	sdrs[at + 1] = nr_sdrs >> 8;
}

/*
 * Of each five sensors one is a temperature, a voltage, a current, a fan, a power; all have
 * thresholds that can be read and set.
 */
static void add_sensor(unsigned int i)
{
	static const uint8_t types[] = { 1, 2, 3, 4, 0x0b }, units[] = { 1, 4, 5, 18, 6 };
	static const uint8_t exps[] = { 0x00, 0xe0, 0xf0, 0x10, 0x00 };
	uint8_t r[48 + 16] = {
		[2] = IPMI_VERSION,
		[3] = 0x01,
		[5] = 0x20,
		[7] = i + 1,
		[8] = 3,
		[9] = 1 + i % 90,
		[10] = 0x7f,
		[11] = 0x68,
		[12] = types[i % 5],
		[13] = 0x01,
		[15] = 0x70,
		[17] = 0x70,
		[18] = 0x1b,
		[19] = 0x1b,
		[21] = units[i % 5],
		[24] = 1 + i % 7,
		[29] = exps[i % 5],
	};
	int n = snprintf((char *)r + 48, 16, "Sensor %u", i + 1);

	r[47] = 0xc0 | n;
	r[4] = 48 + n - SDR_HEAD;
	add_record(r, 48 + n);
}

static uint32_t changed;

/* So many sensors, and locators up to so many records: a repository that was just made. */
void store_make_sdr(unsigned int sensors, unsigned int records)
{
	static const uint8_t locator[] = { 0, 0, IPMI_VERSION, 0x12, 12, 0x24, 0, 0, 0, 0, 0, 0, 6,
					   1, 0, 0xc1,	       'M' };

	nr_sdrs = 0;
	changed++;
	for (unsigned int i = 0; i < sensors; i++)
		add_sensor(i);
	while (nr_sdrs < records && nr_sdrs < SDR_MAX)
		add_record(locator, sizeof(locator));
}

void store_add_record(const uint8_t *record, size_t len)
{
	changed++;
	add_record(record, len);
}

void store_read_fru(const char *path, int size)
{
	fru_size = read_file(path, frus, sizeof(frus));
	fru_area = size;
}

static uint8_t sdr_info(const struct request *rq, struct answer *a)
{
	(void)rq;
	answer_u8(a, IPMI_VERSION);
	answer_u16(a, nr_sdrs);
	answer_u16(a, NONE);
	answer_u32(a, changed);
	answer_u32(a, changed);
	answer_u8(a, CAN_RESERVE);
	return CC_OK;
}

static uint8_t sdr_reserve(const struct request *rq, struct answer *a)
{
	(void)rq;
	if (!++reservation)
		reservation++;
	answer_u16(a, reservation);
	return CC_OK;
}

static uint8_t sdr_get(const struct request *rq, struct answer *a)
{
	unsigned int id = get_u16(rq->data + 2), offset = rq->data[4], len = rq->data[5];
	unsigned int i = !id ? 0 : id == NONE ? nr_sdrs - 1 : id - 1;

	if (get_u16(rq->data) && get_u16(rq->data) != reservation)
		return CC_CANCELLED;
	if (i >= nr_sdrs)
		return CC_NOT_PRESENT;
	if (offset > sdr_index[i].len)
		return CC_RANGE;
	if (len == 0xff || len > sdr_index[i].len - offset)
		len = sdr_index[i].len - offset;
	answer_u16(a, i + 1 < nr_sdrs ? i + 2 : NONE);
	answer_add(a, sdrs + sdr_index[i].at + offset, len);
	return CC_OK;
}

static uint8_t *fru(uint8_t number)
{
	return (number + 1) * fru_area <= fru_size ? frus + number * fru_area : NULL;
}

static uint8_t fru_info(const struct request *rq, struct answer *a)
{
	if (!fru(rq->data[0]))
		return CC_NOT_PRESENT;
	answer_u16(a, fru_area);
	answer_u8(a, 0); /* by bytes */
	return CC_OK;
}

static uint8_t fru_read(const struct request *rq, struct answer *a)
{
	size_t offset = get_u16(rq->data + 1), len = rq->data[3];
	uint8_t *f = fru(rq->data[0]);

	if (!f)
		return CC_NOT_PRESENT;
	if (offset > fru_area)
		return CC_RANGE;
	if (len > fru_area - offset)
		len = fru_area - offset;
	answer_u8(a, len);
	answer_add(a, f + offset, len);
	return CC_OK;
}

static uint8_t fru_write(const struct request *rq, struct answer *a)
{
	size_t offset = get_u16(rq->data + 1), len = rq->len - 3;
	uint8_t *f = fru(rq->data[0]);

	if (!f)
		return CC_NOT_PRESENT;
	if (offset > fru_area || len > fru_area - offset)
		return CC_RANGE;
	memcpy(f + offset, rq->data + 3, len);
	answer_u8(a, len);
	return CC_OK;
}

static uint8_t sdr_time(const struct request *rq, struct answer *a)
{
	(void)rq;
	answer_u32(a, sel_time());
	return CC_OK;
}

const struct command store_commands[] = {
	{ NETFN_STORAGE, 0x10, 1, fru_info },	 { NETFN_STORAGE, 0x11, 4, fru_read },
	{ NETFN_STORAGE, 0x12, 3, fru_write },	 { NETFN_STORAGE, 0x20, 0, sdr_info },
	{ NETFN_STORAGE, 0x22, 0, sdr_reserve }, { NETFN_STORAGE, 0x23, 6, sdr_get },
	{ NETFN_STORAGE, 0x28, 0, sdr_time },	 { 0 },
};
