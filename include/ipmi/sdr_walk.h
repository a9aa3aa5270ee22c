/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The walk through a BMC's sensor data records: which request comes next, and what an answer means.
 *
 * Pure: no time, no lock, no allocation. Who walks sends what sdr_walk_next() says to the BMC at
 * its system interface, one request at a time, hands each answer to sdr_walk_answer(), and does
 * what that returns:
 *
 *	sdr_walk_start(w);
 *	do {
 *		if (event == SDR_WALK_PAUSE)
 *			wait w->pause_ms;
 *		sdr_walk_next(w, &rq);
 *		event = sdr_walk_answer(w, rsp, len);	(NULL, 0: none came)
 *	} while (event < SDR_WALK_FINISHED);
 *
 * Whatever a BMC answers the walk ends after SDR_WALK_REQUESTS_MAX requests, SDR_WALK_PAUSES_MAX
 * pauses and SDR_WALK_RECORDS_MAX records. IPMI 2.0, sections 33 and 35.
 */
#ifndef IPMI_SDR_WALK_H
#define IPMI_SDR_WALK_H

#include <ipmi/sdr.h>

#define SDR_WALK_RECORDS_MAX	4096	/* since the walk began or began anew */
#define SDR_WALK_REQUESTS_MAX	65536	/* in all */
#define SDR_WALK_PAUSES_MAX	100	/* in all */
#define SDR_WALK_PAUSE_MS	1000	/* the longest */
#define SDR_WALK_DATA_MAX	6

/**
 * struct sdr_walk_request - what to send to the BMC
 * @netfn: network function
 * @lun: at this LUN of the BMC
 * @cmd: command
 * @len: bytes of @data
 * @data: its data
 */
struct sdr_walk_request {
	u8 netfn;
	u8 lun;
	u8 cmd;
	u8 len;
	u8 data[SDR_WALK_DATA_MAX];
};

/**
 * enum sdr_walk_event - what an answer meant
 * @SDR_WALK_ASK: go on
 * @SDR_WALK_RECORD: @record of struct sdr_walk holds one, @record_len bytes; go on
 * @SDR_WALK_SKIPPED: @record_id cannot be read, @cc is why (0 = no answer, or a bad one); go on
 * @SDR_WALK_RESTART: the records have changed meanwhile: forget all that there were; go on
 * @SDR_WALK_PAUSE: the BMC is busy: wait @pause_ms, then go on
 * @SDR_WALK_FINISHED: that was all; @end says how. The records that there were are good
 * @SDR_WALK_FAILED: there were no records; @end says why
 */
enum sdr_walk_event {
	SDR_WALK_ASK,
	SDR_WALK_RECORD,
	SDR_WALK_SKIPPED,
	SDR_WALK_RESTART,
	SDR_WALK_PAUSE,
	SDR_WALK_FINISHED,
	SDR_WALK_FAILED,
};

/**
 * enum sdr_walk_end - how a walk has ended
 * @SDR_END_COMPLETE: with the last record
 * @SDR_END_EMPTY: the BMC has no records
 * @SDR_END_REPEAT: the records begin again: the next one of one is one that there was
 * @SDR_END_CUT: at a record that cannot be read, nor which one comes next
 * @SDR_END_BOUND: after as many records, requests or pauses as there may be
 * @SDR_END_CHANGING: with the last record, but the records have changed in each try
 * @SDR_END_SILENT: the BMC does not answer
 * @SDR_END_BUSY: the BMC is busy for too long
 * @SDR_END_REFUSED: the BMC has no such commands, or refuses them; @cc of struct sdr_walk
 */
enum sdr_walk_end {
	SDR_END_COMPLETE,
	SDR_END_EMPTY,
	SDR_END_REPEAT,
	SDR_END_CUT,
	SDR_END_BOUND,
	SDR_END_CHANGING,
	SDR_END_SILENT,
	SDR_END_BUSY,
	SDR_END_REFUSED,
};

/**
 * struct sdr_stamp - by which one sees whether the records have changed
 * @known: the BMC has told
 * @device: of device SDRs, not of a repository
 * @count: records (a repository) or sensors (a device); only compared
 * @first: time of the last addition, or the change indicator of a device
 * @second: time of the last erase; 0 of a device
 */
struct sdr_stamp {
	bool known;
	bool device;
	u16 count;
	u32 first;
	u32 second;
};

/**
 * struct sdr_walk - a walk, some 8 KiB; who walks reads the fields before the line
 * @record: the record of SDR_WALK_RECORD, until the next answer
 * @record_len: its length
 * @record_id: its id, and that of SDR_WALK_SKIPPED: the one by which it was asked for
 * @cc: completion code behind SDR_WALK_SKIPPED and SDR_WALK_FAILED, 0 = no answer or a bad one
 * @pause_ms: how long SDR_WALK_PAUSE is
 * @end: how the walk has ended
 * @device: the records are a device's own, at @lun; else the SDR repository's
 * @lun: of the records
 * @stamp: of the records, as the walk began or began anew
 * @records: how many there were, since then
 * @skipped: how many could not be read, since then
 * @requests: how many requests there were in all
 * @pauses: how many pauses there were in all
 * @restarts: how often it began anew
 * @state: what was asked
 * @support: what Get Device ID says that there is
 * @luns: LUNs that are still to be walked, a bit each
 * @end_before: how those before have ended: with COMPLETE, or the first that did not
 * @reservation: of the records, 0 = none
 * @id: the record that is being read
 * @next: the one after it, if @has_next
 * @has_next: known from an answer about this record
 * @have: bytes of it that there are
 * @chunk: so many are asked for at a time
 * @good_chunk: so many have come last
 * @tries: how often this record was begun anew
 * @busy: how often in a row the BMC was busy
 * @silent: how often in a row it has not answered
 * @seen: ids that there were, a bit each
 */
struct sdr_walk {
	u8 record[SDR_RECORD_MAX];
	u8 record_len;
	u16 record_id;
	u8 cc;
	unsigned int pause_ms;
	enum sdr_walk_end end;
	bool device;
	u8 lun;
	struct sdr_stamp stamp;
	unsigned int records;
	unsigned int skipped;
	unsigned int requests;
	unsigned int pauses;
	unsigned int restarts;
	/* ---- the walk's own */
	u8 state;
	u8 support;
	u8 luns;
	enum sdr_walk_end end_before;
	u16 reservation;
	u16 id;
	u16 next;
	bool has_next;
	u8 have;
	u8 chunk;
	u8 good_chunk;
	u8 tries;
	u8 busy;
	u8 silent;
	u8 seen[65536 / 8];
};

void sdr_walk_start(struct sdr_walk *w);
void sdr_walk_next(const struct sdr_walk *w, struct sdr_walk_request *rq);
enum sdr_walk_event sdr_walk_answer(struct sdr_walk *w, const u8 *rsp, size_t len);
const char *sdr_walk_end_text(enum sdr_walk_end end);

void sdr_stamp_request(const struct sdr_stamp *stamp, struct sdr_walk_request *rq);
bool sdr_stamp_moved(const struct sdr_stamp *stamp, const u8 *rsp, size_t len);

#endif /* IPMI_SDR_WALK_H */
