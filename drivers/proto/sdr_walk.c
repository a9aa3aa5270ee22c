// SPDX-License-Identifier: GPL-2.0-only
/*
 * The walk through a BMC's sensor data records. IPMI 2.0, sections 33.9 to 33.12 (a repository)
 * and 35.2 to 35.4 (device SDRs, at each LUN that has sensors).
 *
 * Called by whoever reads records. No lock. What was asked is @state; each answer to it leads to
 * the next one:
 *
 *	IDENTIFY -> INFO -> RESERVE -> READ ... READ -> CHECK
 *
 * A reservation that is lost leads from READ to RESERVE, and the record begins anew. CHECK looks
 * at the stamp again; if that has moved, all begins anew with INFO, and so it goes on if there is
 * no repository after all. What the next LUN has begins with RESERVE.
 */
#include <ipmi/bytes.h>
#include <ipmi/sdr_walk.h>

enum { IDENTIFY, INFO, RESERVE, READ, CHECK };

#define NETFN_SENSOR	  0x04
#define NETFN_APP	  0x06
#define NETFN_STORAGE	  0x0a
#define CMD_GET_DEVICE_ID 0x01

/* Of a repository; those of device SDRs are 20h, 22h and 21h. */
#define CMD_INFO       0x20
#define CMD_RESERVE    0x22
#define CMD_GET	       0x23
#define CMD_GET_DEVICE 0x21

#define RECORD_FIRST 0x0000
#define RECORD_END   0xffff

/* Bounds of one record, and of one request. */
#define TRIES_MAX    6		/* of a record: reservations lost, answers that are no good */
#define BUSY_MAX     10		/* pauses in a row */
#define SILENT_MAX   3		/* requests in a row without an answer */
#define SKIPPED_MAX  64		/* records */
#define RESTARTS_MAX 3
#define PAUSE_MS     50		/* the first, then twice as long each */
#define CHUNK_MAX    64
#define CHUNK_MIN    4

/* Section 5.2. */
enum {
	CC_NODE_BUSY = 0xc0,
	CC_TIMEOUT = 0xc3,
	CC_RESERVATION_LOST = 0xc5,
	CC_NOT_PRESENT = 0xcb,
	CC_SDR_UPDATE = 0xd0,
	CC_FIRMWARE_UPDATE,
	CC_INITIALISING,
	CC_NOT_IN_THIS_STATE = 0xd5,
	CC_UNSPECIFIED = 0xff,
};

/* What Get Device ID says that there is, section 20.1. */
#define HAS_REPOSITORY	BIT(0)
#define HAS_DEVICE_SDRS BIT(1)

static bool seen(const struct sdr_walk *w, u16 id)
{
	return w->seen[id / 8] & BIT(id % 8);
}

static void see(struct sdr_walk *w, u16 id)
{
	w->seen[id / 8] |= BIT(id % 8);
}

static void begin_record(struct sdr_walk *w, u16 id)
{
	see(w, id);
	w->id = id;
	w->has_next = false;
	w->have = 0;
	w->tries = 0;
	w->chunk = w->good_chunk;
}

/* The records of a source, or of one of its LUNs, from the first on. */
static void begin_records(struct sdr_walk *w)
{
	memset(w->seen, 0, sizeof(w->seen));
	w->reservation = 0;
	w->state = RESERVE;
	begin_record(w, RECORD_FIRST);
}

static void begin_source(struct sdr_walk *w, bool device)
{
	w->device = device;
	w->lun = 0;
	w->luns = 0;
	memset(&w->stamp, 0, sizeof(w->stamp));
	w->state = INFO;
}

/**
 * sdr_walk_start() - begin a walk
 * @w: the walk
 *
 * Context: any.
 */
void sdr_walk_start(struct sdr_walk *w)
{
	memset(w, 0, sizeof(*w));
	w->good_chunk = CHUNK_MAX;
	w->state = IDENTIFY;
}

/* How long the record is, as far as its bytes tell. */
static unsigned int record_length(const struct sdr_walk *w)
{
	if (w->have < SDR_HEADER)
		return SDR_HEADER;
	return min_t(unsigned int, SDR_HEADER + w->record[SDR_HEADER - 1], SDR_RECORD_MAX);
}

/* How much of it is asked for next. */
static unsigned int wanted(const struct sdr_walk *w)
{
	return min_t(unsigned int, record_length(w) - w->have, w->chunk);
}

/**
 * sdr_walk_next() - what to ask the BMC next
 * @w: the walk, which has not ended
 * @rq: the request
 *
 * Context: any.
 */
void sdr_walk_next(const struct sdr_walk *w, struct sdr_walk_request *rq)
{
	memset(rq, 0, sizeof(*rq));
	rq->netfn = w->device ? NETFN_SENSOR : NETFN_STORAGE;
	switch (w->state) {
	case IDENTIFY:
		rq->netfn = NETFN_APP;
		rq->cmd = CMD_GET_DEVICE_ID;
		break;
	case INFO:
	case CHECK:
		rq->cmd = CMD_INFO;
		break;
	case RESERVE:
		rq->cmd = CMD_RESERVE;
		rq->lun = w->lun;
		break;
	case READ:
		rq->cmd = w->device ? CMD_GET_DEVICE : CMD_GET;
		rq->lun = w->lun;
		rq->len = SDR_WALK_DATA_MAX;
		rq->data[0] = w->reservation;
		rq->data[1] = w->reservation >> 8;
		rq->data[2] = w->id;
		rq->data[3] = w->id >> 8;
		rq->data[4] = w->have;
		rq->data[5] = wanted(w);
		break;
	}
}

static enum sdr_walk_event ended(struct sdr_walk *w, enum sdr_walk_end end)
{
	/* There are records, and none of them can be read. */
	if (end == SDR_END_COMPLETE && !w->records)
		end = SDR_END_REFUSED;
	w->end = end;
	return w->records || end == SDR_END_EMPTY ? SDR_WALK_FINISHED : SDR_WALK_FAILED;
}

/* The records of a source, or of one of its LUNs, are over: what comes next? */
static enum sdr_walk_event end_records(struct sdr_walk *w, enum sdr_walk_end end)
{
	if (!w->device && !w->records && w->support & HAS_DEVICE_SDRS) {
		begin_source(w, true);
		return SDR_WALK_ASK;
	}
	/* However this LUN has ended: the next one has other records. */
	if (w->luns && w->end_before == SDR_END_COMPLETE)
		w->end_before = end;
	if (w->luns && w->records + w->skipped < SDR_WALK_RECORDS_MAX) {
		while (!(w->luns & BIT(w->lun)))
			w->lun++;
		w->luns &= ~BIT(w->lun);
		begin_records(w);
		return SDR_WALK_ASK;
	}
	return ended(w, end == SDR_END_COMPLETE ? w->end_before : end);
}

/* After @event, of the last record that there is to be, comes another look at the stamp. */
static enum sdr_walk_event last_record(struct sdr_walk *w, enum sdr_walk_event event,
				       enum sdr_walk_end end)
{
	w->end = end;
	w->state = CHECK;
	return event;
}

/* @event is about this record; the walk goes on with the next one. */
static enum sdr_walk_event next_record(struct sdr_walk *w, enum sdr_walk_event event)
{
	if (w->next == RECORD_END)
		return last_record(w, event, SDR_END_COMPLETE);
	if (seen(w, w->next))
		return last_record(w, event, SDR_END_REPEAT);
	if (w->records + w->skipped >= SDR_WALK_RECORDS_MAX)
		return last_record(w, event, SDR_END_BOUND);
	/*
	 * The first record was asked for as 0 and has a number of its own, by which others may
	 * come back to it. It may also be wrong, and then be that of the next one.
	 */
	if (w->id == RECORD_FIRST && w->record_id != w->next)
		see(w, w->record_id);
	begin_record(w, w->next);
	return event;
}

static enum sdr_walk_event have_record(struct sdr_walk *w)
{
	if (w->id == RECORD_FIRST) {
		w->record_id = ipmi_get16(w->record);
	} else {
		/* Some BMCs put another number into it. */
		w->record_id = w->id;
		w->record[0] = w->id;
		w->record[1] = w->id >> 8;
	}
	w->record_len = w->have;
	w->records++;
	return next_record(w, SDR_WALK_RECORD);
}

static enum sdr_walk_event skip_record(struct sdr_walk *w, u8 cc)
{
	w->cc = cc;
	/* Not one record, and nothing known of the first. */
	if (w->id == RECORD_FIRST && !w->has_next)
		return end_records(w, cc ? SDR_END_REFUSED : SDR_END_SILENT);
	w->record_id = w->id;
	w->skipped++;
	if (!w->has_next || w->skipped > SKIPPED_MAX)
		return last_record(w, SDR_WALK_SKIPPED, SDR_END_CUT);
	return next_record(w, SDR_WALK_SKIPPED);
}

/* The record begins anew, with a reservation of its own. */
static enum sdr_walk_event try_again(struct sdr_walk *w, u8 cc)
{
	if (++w->tries > TRIES_MAX)
		return skip_record(w, cc);
	w->have = 0;
	w->state = RESERVE;
	return SDR_WALK_ASK;
}

static enum sdr_walk_event refused_read(struct sdr_walk *w, u8 cc)
{
	unsigned int asked = wanted(w);

	if (cc == CC_RESERVATION_LOST)
		return try_again(w, cc);
	if (w->id == RECORD_FIRST && !w->have && !w->has_next &&
	    (cc == CC_UNSPECIFIED || cc == CC_NOT_PRESENT))
		return end_records(w, SDR_END_EMPTY);
	if (cc == CC_NOT_PRESENT || asked <= CHUNK_MIN)
		return skip_record(w, cc);
	/* CAh, C8h and FFh are what BMCs say to more than they can, and others something else. */
	w->chunk = max_t(unsigned int, asked / 2, CHUNK_MIN);
	return SDR_WALK_ASK;
}

static enum sdr_walk_event read_answer(struct sdr_walk *w, const u8 *rsp, size_t len)
{
	unsigned int asked = wanted(w), got;

	if (rsp[0])
		return refused_read(w, rsp[0]);
	if (len < 3)
		return try_again(w, 0);
	got = min_t(size_t, len - 3, asked);
	w->next = ipmi_get16(rsp + 1);
	w->has_next = true;
	if (!got && w->have < SDR_HEADER)
		return try_again(w, 0);
	memcpy(w->record + w->have, rsp + 3, got);
	w->have += got;
	if (asked == w->chunk && got == asked)
		w->good_chunk = w->chunk;
	/* It may end before it said that it would. */
	if (!got || (w->have >= SDR_HEADER && w->have >= record_length(w)))
		return have_record(w);
	return SDR_WALK_ASK;
}

/* Sections 33.9 and 35.2. */
static bool take_stamp(struct sdr_stamp *stamp, const u8 *rsp, size_t len)
{
	if (len < (stamp->device ? 3 : 14) || rsp[0])
		return false;
	stamp->known = true;
	if (stamp->device) {
		stamp->count = rsp[1];
		stamp->first = len >= 7 ? ipmi_get32(rsp + 3) : 0;
		stamp->second = 0;
	} else {
		stamp->count = ipmi_get16(rsp + 2);
		stamp->first = ipmi_get32(rsp + 6);
		stamp->second = ipmi_get32(rsp + 10);
	}
	return true;
}

static enum sdr_walk_event identify_answer(struct sdr_walk *w, const u8 *rsp, size_t len)
{
	if (!rsp[0] && len >= 7) {
		if (rsp[6] & BIT(1))
			w->support |= HAS_REPOSITORY;
		if (rsp[6] & BIT(0) || rsp[2] & BIT(7))
			w->support |= HAS_DEVICE_SDRS;
	}
	/* A BMC that does not say is asked for both. */
	if (!w->support)
		w->support = HAS_REPOSITORY | HAS_DEVICE_SDRS;
	begin_source(w, !(w->support & HAS_REPOSITORY));
	return SDR_WALK_ASK;
}

static enum sdr_walk_event info_answer(struct sdr_walk *w, const u8 *rsp, size_t len)
{
	w->stamp.device = w->device;
	if (take_stamp(&w->stamp, rsp, len) && w->device)
		w->luns = rsp[2] & 0x0f;
	/* Without an answer, or LUNs, it is the first one that has sensors. */
	if (!w->luns)
		w->luns = BIT(0);
	while (!(w->luns & BIT(w->lun)))
		w->lun++;
	w->luns &= ~BIT(w->lun);
	w->end_before = SDR_END_COMPLETE;
	begin_records(w);
	return SDR_WALK_ASK;
}

static enum sdr_walk_event check_answer(struct sdr_walk *w, const u8 *rsp, size_t len)
{
	if (!sdr_stamp_moved(&w->stamp, rsp, len))
		return end_records(w, w->end);
	if (w->restarts >= RESTARTS_MAX)
		return ended(w, SDR_END_CHANGING);
	w->restarts++;
	w->records = 0;
	w->skipped = 0;
	begin_source(w, w->device);
	return SDR_WALK_RESTART;
}

/* What is not a record can be done without: @rsp is good or a refusal. */
static enum sdr_walk_event take_answer(struct sdr_walk *w, const u8 *rsp, size_t len)
{
	switch (w->state) {
	case IDENTIFY:
		return identify_answer(w, rsp, len);
	case INFO:
		return info_answer(w, rsp, len);
	case RESERVE:
		/* Section 33.11: reading from the record's begin on needs none. */
		w->reservation = !rsp[0] && len >= 3 ? ipmi_get16(rsp + 1) : 0;
		w->state = READ;
		return SDR_WALK_ASK;
	case CHECK:
		return check_answer(w, rsp, len);
	default:
		return read_answer(w, rsp, len);
	}
}

static bool is_busy(u8 cc)
{
	return cc == CC_NODE_BUSY || cc == CC_TIMEOUT || cc == CC_SDR_UPDATE ||
	       cc == CC_FIRMWARE_UPDATE || cc == CC_INITIALISING || cc == CC_NOT_IN_THIS_STATE;
}

static enum sdr_walk_event silent(struct sdr_walk *w)
{
	w->cc = 0;
	w->silent++;
	/* One record may be what the BMC dies of; of two it is the BMC. */
	if (w->silent >= 2 * SILENT_MAX || (w->silent >= SILENT_MAX && w->state != READ))
		return ended(w, SDR_END_SILENT);
	if (w->silent == SILENT_MAX)
		return skip_record(w, 0);
	return SDR_WALK_ASK;
}

static enum sdr_walk_event busy(struct sdr_walk *w, u8 cc)
{
	w->cc = cc;
	if (w->pauses >= SDR_WALK_PAUSES_MAX)
		return ended(w, SDR_END_BUSY);
	w->pauses++;
	w->pause_ms = min_t(unsigned int, PAUSE_MS << w->busy, SDR_WALK_PAUSE_MS);
	w->busy++;
	return SDR_WALK_PAUSE;
}

/**
 * sdr_walk_answer() - take the answer to what sdr_walk_next() said
 * @w: the walk, which has not ended
 * @rsp: the answer from its completion code on, NULL if none came
 * @len: its length, hostile; 0 if none came
 *
 * Context: any.
 * Return: what it means; the walk has ended with SDR_WALK_FINISHED or SDR_WALK_FAILED.
 */
enum sdr_walk_event sdr_walk_answer(struct sdr_walk *w, const u8 *rsp, size_t len)
{
	if (++w->requests >= SDR_WALK_REQUESTS_MAX)
		return ended(w, SDR_END_BOUND);
	if (!len)
		return silent(w);
	w->silent = 0;
	if (is_busy(rsp[0]) && w->busy < BUSY_MAX)
		return busy(w, rsp[0]);
	w->busy = 0;
	if (is_busy(rsp[0]) && w->state == READ) {
		if (w->records || w->has_next || w->id != RECORD_FIRST)
			return skip_record(w, rsp[0]);
		w->cc = rsp[0];
		return ended(w, SDR_END_BUSY);
	}
	return take_answer(w, rsp, len);
}

/**
 * sdr_walk_end_text() - how a walk has ended, in words
 * @end: how
 *
 * Context: any.
 * Return: the words.
 */
const char *sdr_walk_end_text(enum sdr_walk_end end)
{
	switch (end) {
	case SDR_END_COMPLETE:
		return "complete";
	case SDR_END_EMPTY:
		return "no records";
	case SDR_END_REPEAT:
		return "records begin again";
	case SDR_END_CUT:
		return "record cannot be read";
	case SDR_END_BOUND:
		return "too many records or requests";
	case SDR_END_CHANGING:
		return "records keep changing";
	case SDR_END_SILENT:
		return "no answer";
	case SDR_END_BUSY:
		return "BMC is busy";
	default:
		return "refused";
	}
}

/**
 * sdr_stamp_request() - what to ask to see whether the records have changed
 * @stamp: of a walk that has ended
 * @rq: the request
 *
 * Context: any.
 */
void sdr_stamp_request(const struct sdr_stamp *stamp, struct sdr_walk_request *rq)
{
	memset(rq, 0, sizeof(*rq));
	rq->netfn = stamp->device ? NETFN_SENSOR : NETFN_STORAGE;
	rq->cmd = CMD_INFO;
}

/**
 * sdr_stamp_moved() - do the records have to be read again?
 * @stamp: of a walk that has ended
 * @rsp: the answer to sdr_stamp_request()
 * @len: its length, hostile; 0 if none came
 *
 * Context: any.
 * Return: true if they have changed; false also if the BMC does not say.
 */
bool sdr_stamp_moved(const struct sdr_stamp *stamp, const u8 *rsp, size_t len)
{
	struct sdr_stamp now = { .device = stamp->device };

	if (!stamp->known || !take_stamp(&now, rsp, len))
		return false;
	return now.count != stamp->count || now.first != stamp->first ||
	       now.second != stamp->second;
}
