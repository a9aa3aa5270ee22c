// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzing of the walk: a BMC that does everything wrong that tests/fake/sdr.c can, at the same
 * time, and whose answers are spoiled besides. The walk ends within its bounds, asks for nothing
 * that makes no sense, and each record that it hands over was asked for.
 */
#include "../fake/sdr.h"
#include "fuzz.h"

static struct fake_sdr make(struct input *in)
{
	struct fake_sdr bmc = { .count = eat(in) };
	u8 what = eat(in);

	bmc.support = eat(in) & 0x83;
	bmc.luns = eat(in) & 0x0f;
	bmc.empty_cc = eat(in) | 0x80;
	bmc.no_info = what & 1;
	bmc.no_reserve = what & 2;
	bmc.endless = what & 4;
	if (what & 8)
		bmc.max_read = eat(in) % 64;
	if (what & 16)
		bmc.lose_every = eat(in) % 16;
	if (what & 32) {
		bmc.bad = eat(in);
		bmc.bad_cc = eat(in);
		bmc.bad_from = eat(in) % 64;
	}
	if (what & 64) {
		bmc.loop_at = eat(in);
		bmc.loop_to = eat(in);
	}
	if (what & 128) {
		bmc.few = eat(in) % 32;
		bmc.moves = eat(in);
		bmc.told = eat(in);
	}
	bmc.long_cc = eat(in) | 0x80;
	bmc.id_xor = eat(in);
	bmc.excess = eat(in) % 64;
	bmc.busy_cc = eat(in) | 0x80;
	bmc.busy = eat(in) % 16;
	return bmc;
}

/* A byte of the input for each answer, while there are any. */
static size_t spoil(struct input *in, u8 *rsp, size_t len)
{
	switch (eat(in) % 16) {
	case 0:
		return 0;
	case 1:
		rsp[0] = eat(in);
		return len + !len;
	case 2:
		return len ? eat(in) % len : 0;
	case 3:
		/* what is next */
		if (len >= 3) {
			rsp[1] = eat(in);
			rsp[2] = eat(in);
		}
		return len;
	case 4:
		if (len)
			rsp[eat(in) % len] = eat(in);
		return len;
	case 5:
		memset(rsp + len, 0xa5, FAKE_SDR_ANSWER - len);
		return FAKE_SDR_ANSWER;
	default:
		return len;
	}
}

static void check_request(const struct sdr_walk *w, const struct sdr_walk_request *rq)
{
	MUST(rq->netfn == 0x04 || rq->netfn == 0x06 || rq->netfn == 0x0a);
	MUST(rq->lun < 4 && rq->len <= SDR_WALK_DATA_MAX);
	MUST(rq->netfn == 0x04 || !rq->lun);
	if (!rq->len)
		return;
	MUST(rq->data[5] && rq->data[4] + rq->data[5] <= SDR_RECORD_MAX);
	MUST((rq->data[2] | rq->data[3] << 8) == w->id && w->id != 0xffff);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = { .data = data, .len = len };
	struct fake_sdr bmc = make(&in);
	struct sdr_walk *w = malloc(sizeof(*w));
	enum sdr_walk_event event = SDR_WALK_ASK;
	unsigned int records = 0, skipped = 0, requests = 0, pauses = 0, restarts = 0;
	u8 rsp[FAKE_SDR_ANSWER] = {}, *copy;
	struct sdr_walk_request rq;
	size_t n;

	sdr_walk_start(w);
	while (event < SDR_WALK_FINISHED) {
		sdr_walk_next(w, &rq);
		check_request(w, &rq);
		n = fake_sdr_ask(&bmc, &rq, rsp);
		if (!eaten(&in))
			n = spoil(&in, rsp, n);
		copy = malloc(n + !n);
		memcpy(copy, rsp, n);
		event = sdr_walk_answer(w, n ? copy : NULL, n);
		free(copy);
		MUST(++requests <= SDR_WALK_REQUESTS_MAX);
		MUST(requests == w->requests);
		switch (event) {
		case SDR_WALK_RECORD:
			records++;
			MUST(w->record_len && rq.len);
			MUST(w->record_id != 0 || w->record[0] + w->record[1] == 0);
			break;
		case SDR_WALK_SKIPPED:
			skipped++;
			break;
		case SDR_WALK_RESTART:
			restarts++;
			records = 0;
			skipped = 0;
			break;
		case SDR_WALK_PAUSE:
			pauses++;
			MUST(w->pause_ms && w->pause_ms <= SDR_WALK_PAUSE_MS);
			break;
		default:
			break;
		}
		MUST(records == w->records && skipped == w->skipped && restarts == w->restarts);
		MUST(records + skipped <= SDR_WALK_RECORDS_MAX);
		MUST(pauses <= SDR_WALK_PAUSES_MAX && restarts <= 3);
	}
	MUST((event == SDR_WALK_FINISHED) == (records || w->end == SDR_END_EMPTY));
	free(w);
	return 0;
}
