/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A BMC that has sensor data records and may do wrong whatever a BMC has been seen doing wrong.
 * For the tests of the walk; see sdr.c.
 */
#ifndef TESTS_FAKE_SDR_H
#define TESTS_FAKE_SDR_H

#include <ipmi/sdr_walk.h>

#define FAKE_SDR_ANSWER 300

/**
 * struct fake_sdr - the BMC; all 0 and a count is a good one
 * @count: records, with ids from 1 on
 * @told: what the info command says instead, if not 0
 * @support: device support byte of Get Device ID, 0 = repository
 * @luns: of device SDRs; @count records at each
 * @no_repository: what it says of a repository is not so (C1h)
 * @no_info: info is unknown (C1h)
 * @no_reserve: reserving is unknown (C1h)
 * @max_read: more than so many bytes are refused with @long_cc, 0 = any number is good
 * @long_cc: see there
 * @few: no more than so many bytes come, whatever was asked, 0 = all
 * @excess: so many bytes more come than there are
 * @lose_every: the reservation is lost at each so-manieth read, 0 = never
 * @bad: reading this record fails with @bad_cc, 0 = none
 * @bad_cc: see there; 0 = no answer
 * @bad_from: from this offset on
 * @loop_at: the record after this one is @loop_to, 0 = there is no loop
 * @loop_to: see there
 * @endless: after each record there is another one
 * @id_xor: ids in records are wrong by so much
 * @empty_cc: code for the first record of none
 * @busy_cc: what is said for @busy requests
 * @busy: see there
 * @silent_from: no answer from this request on, 0 = never
 * @moves: so often the stamp moves as the last record is read
 * @stamp: the stamp
 * @reservation: the one that is valid
 * @requests: how many there were
 * @reads: how many of them were for records
 */
struct fake_sdr {
	unsigned int count;
	unsigned int told;
	u8 support;
	u8 luns;
	bool no_repository;
	bool no_info;
	bool no_reserve;
	unsigned int max_read;
	u8 long_cc;
	unsigned int few;
	unsigned int excess;
	unsigned int lose_every;
	u16 bad;
	u8 bad_cc;
	u8 bad_from;
	u16 loop_at;
	u16 loop_to;
	bool endless;
	u16 id_xor;
	u8 empty_cc;
	u8 busy_cc;
	unsigned int busy;
	unsigned int silent_from;
	unsigned int moves;
	u32 stamp;
	u16 reservation;
	unsigned int requests;
	unsigned int reads;
};

size_t fake_sdr_record(u16 id, u8 lun, u8 *record);
size_t fake_sdr_ask(struct fake_sdr *bmc, const struct sdr_walk_request *rq, u8 *rsp);

#endif /* TESTS_FAKE_SDR_H */
