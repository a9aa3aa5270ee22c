// SPDX-License-Identifier: GPL-2.0-only
/*
 * A BMC that has sensor data records, for the tests of the walk. Get Device ID, and info, reserve
 * and get of both sources; each field of struct fake_sdr is one thing that it does wrong.
 */
#include <stdio.h>

#include "sdr.h"

/* A full record of 48 to 63 bytes, whose number and name say which it is. */
size_t fake_sdr_record(u16 id, u8 lun, u8 *record)
{
	size_t name = 1 + id % 16, i;

	memset(record, 0, 48 + name);
	record[0] = id;
	record[1] = id >> 8;
	record[2] = 0x51;
	record[3] = 0x01;
	record[4] = 43 + name;
	record[5] = 0x20;
	record[6] = lun;
	record[7] = id;
	record[12] = 0x01;
	record[13] = 0x01;
	record[21] = 1;
	record[24] = 1;
	record[47] = 0xc0 | name;
	for (i = 0; i < name; i++)
		record[48 + i] = 'a' + (id + i) % 26;
	return 48 + name;
}

static size_t refuse(u8 *rsp, u8 cc)
{
	rsp[0] = cc;
	return 1;
}

static size_t device_id(struct fake_sdr *bmc, u8 *rsp)
{
	memset(rsp, 0, 16);
	rsp[1] = 0x20;
	rsp[5] = 0x02;
	rsp[6] = bmc->support ? bmc->support : 0x02;
	return 16;
}

static size_t info(struct fake_sdr *bmc, bool device, u8 *rsp)
{
	unsigned int told = bmc->told ? bmc->told : bmc->count;

	if (bmc->no_info)
		return refuse(rsp, 0xc1);
	memset(rsp, 0, 16);
	if (device) {
		rsp[1] = told;
		rsp[2] = 0x80 | bmc->luns;
		rsp[3] = bmc->stamp;
		return 7;
	}
	rsp[1] = 0x51;
	rsp[2] = told;
	rsp[3] = told >> 8;
	rsp[6] = bmc->stamp;
	return 15;
}

static size_t reserve(struct fake_sdr *bmc, u8 *rsp)
{
	if (bmc->no_reserve)
		return refuse(rsp, 0xc1);
	bmc->reservation++;
	rsp[0] = 0;
	rsp[1] = bmc->reservation;
	rsp[2] = bmc->reservation >> 8;
	return 3;
}

static u16 next_of(struct fake_sdr *bmc, u16 id)
{
	if (bmc->loop_at && id == bmc->loop_at)
		return bmc->loop_to;
	if (bmc->endless)
		return id + 1;
	return id >= bmc->count ? 0xffff : id + 1;
}

static size_t get(struct fake_sdr *bmc, const struct sdr_walk_request *rq, u8 *rsp)
{
	u16 reservation = rq->data[0] | rq->data[1] << 8;
	u16 id = rq->data[2] | rq->data[3] << 8, next;
	u8 at = rq->data[4], n = rq->data[5], record[64];
	size_t len, more;

	bmc->reads++;
	if (!bmc->count)
		return refuse(rsp, bmc->empty_cc);
	if (!id)
		id = 1;
	if (id > bmc->count && !bmc->endless)
		return refuse(rsp, 0xcb);
	if (bmc->lose_every && !(bmc->reads % bmc->lose_every))
		bmc->reservation++;
	if (at && !bmc->no_reserve && reservation != bmc->reservation)
		return refuse(rsp, 0xc5);
	if (bmc->bad && id == bmc->bad && at >= bmc->bad_from)
		return bmc->bad_cc ? refuse(rsp, bmc->bad_cc) : 0;
	if (bmc->max_read && n > bmc->max_read)
		return refuse(rsp, bmc->long_cc);
	next = next_of(bmc, id);
	if (next == 0xffff && bmc->moves) {
		bmc->moves--;
		bmc->stamp++;
	}
	len = fake_sdr_record(id, rq->lun, record);
	if (at >= len)
		return refuse(rsp, 0xc9);
	record[0] ^= bmc->id_xor;
	record[1] ^= bmc->id_xor >> 8;
	rsp[0] = 0;
	rsp[1] = next;
	rsp[2] = next >> 8;
	len = min_t(size_t, len - at, n);
	if (bmc->few)
		len = min_t(size_t, len, bmc->few);
	memcpy(rsp + 3, record + at, len);
	for (more = 0; more < bmc->excess; more++)
		rsp[3 + len++] = 0xee;
	return 3 + len;
}

/* The answer to a request, from its completion code on; 0 = none. */
size_t fake_sdr_ask(struct fake_sdr *bmc, const struct sdr_walk_request *rq, u8 *rsp)
{
	bool device = rq->netfn == 0x04;

	bmc->requests++;
	if (bmc->silent_from && bmc->requests >= bmc->silent_from)
		return 0;
	if (bmc->busy) {
		bmc->busy--;
		return refuse(rsp, bmc->busy_cc);
	}
	if (rq->netfn == 0x06 && rq->cmd == 0x01)
		return device_id(bmc, rsp);
	if (rq->netfn != 0x04 && rq->netfn != 0x0a)
		return refuse(rsp, 0xc1);
	if (bmc->no_repository && !device)
		return refuse(rsp, 0xc1);
	if (bmc->support && !(bmc->support & (device ? 1 : 2)))
		return refuse(rsp, 0xc1);
	if (rq->cmd == 0x20)
		return info(bmc, device, rsp);
	if (rq->cmd == 0x22)
		return reserve(bmc, rsp);
	return rq->cmd == (device ? 0x21 : 0x23) ? get(bmc, rq, rsp) : refuse(rsp, 0xc1);
}
