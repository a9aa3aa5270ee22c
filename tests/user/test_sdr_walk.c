// SPDX-License-Identifier: GPL-2.0-only
/*
 * The walk through a BMC's records, with each misbehaviour of tests/fake/sdr.c.
 */
#include <stdlib.h>

#include "../fake/sdr.h"
#include "test.h"

/* What became of a walk. */
struct outcome {
	enum sdr_walk_event event;
	enum sdr_walk_end end;
	unsigned int records;
	unsigned int skipped;
	unsigned int restarts;
	unsigned int requests;
	unsigned int pauses;
	unsigned int wrong;
	u16 last;
	u8 cc;
};

static bool is_right(const struct sdr_walk *w)
{
	u8 record[64];
	size_t len = fake_sdr_record(w->record_id, w->lun, record);

	return w->record_len == len && !memcmp(w->record, record, len);
}

static struct outcome walk(struct fake_sdr *bmc)
{
	struct sdr_walk *w = malloc(sizeof(*w));
	enum sdr_walk_event event = SDR_WALK_ASK;
	struct sdr_walk_request rq;
	struct outcome o = {};
	u8 rsp[FAKE_SDR_ANSWER];
	size_t len;

	sdr_walk_start(w);
	while (event < SDR_WALK_FINISHED) {
		sdr_walk_next(w, &rq);
		len = fake_sdr_ask(bmc, &rq, rsp);
		event = sdr_walk_answer(w, len ? rsp : NULL, len);
		switch (event) {
		case SDR_WALK_RECORD:
			o.records++;
			o.wrong += !is_right(w);
			o.last = w->record_id;
			break;
		case SDR_WALK_SKIPPED:
			o.skipped++;
			break;
		case SDR_WALK_RESTART:
			o.restarts++;
			o.records = 0;
			o.skipped = 0;
			break;
		case SDR_WALK_PAUSE:
			o.pauses++;
			EXPECT(w->pause_ms > 0 && w->pause_ms <= SDR_WALK_PAUSE_MS);
			break;
		default:
			break;
		}
		if (!EXPECT(w->requests <= SDR_WALK_REQUESTS_MAX))
			break;
	}
	o.event = event;
	o.end = w->end;
	o.requests = w->requests;
	o.cc = w->cc;
	EXPECT_EQ(o.records, w->records);
	EXPECT_EQ(o.skipped, w->skipped);
	EXPECT_EQ(o.restarts, w->restarts);
	EXPECT_EQ(o.pauses, w->pauses);
	EXPECT_EQ(o.requests, bmc->requests);
	EXPECT(o.pauses <= SDR_WALK_PAUSES_MAX);
	free(w);
	return o;
}

static struct outcome expect_all(struct fake_sdr *bmc)
{
	unsigned int count = bmc->count;
	struct outcome o = walk(bmc);

	EXPECT_EQ(o.event, SDR_WALK_FINISHED);
	EXPECT_EQ(o.end, SDR_END_COMPLETE);
	EXPECT_EQ(o.records, count);
	EXPECT_EQ(o.skipped, 0);
	EXPECT_EQ(o.wrong, 0);
	return o;
}

/* Five requests and two a record: all beyond is the walk's fault. */
static void good(void)
{
	static const unsigned int counts[] = { 1, 2, 200, 1000 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		struct fake_sdr bmc = { .count = counts[i] };

		EXPECT_EQ(expect_all(&bmc).requests, 4 + 2 * counts[i]);
	}
}

static void small_answers(void)
{
	static const u8 codes[] = { 0xca, 0xc8, 0xff, 0xc9, 0xcc };
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		for (n = 5; n < 70; n++) {
			struct fake_sdr bmc = { .count = 20, .max_read = n, .long_cc = codes[i] };

			expect_all(&bmc);
		}
	}
	for (n = 1; n < 70; n++) {
		struct fake_sdr bmc = { .count = 20, .few = n };

		expect_all(&bmc);
	}
	/* What was learned holds for the records after it: four reads of 16 bytes and a header. */
	for (n = 16; n < 20; n++) {
		struct fake_sdr bmc = { .count = 100, .max_read = n, .long_cc = 0xca };

		EXPECT(expect_all(&bmc).requests < 4 + 7 * 100);
	}
}

static void without_info_or_reserve(void)
{
	struct fake_sdr none = { .count = 30, .no_info = true, .no_reserve = true };
	struct fake_sdr no_info = { .count = 30, .no_info = true };
	struct fake_sdr no_reserve = { .count = 30, .no_reserve = true };
	struct fake_sdr lies = { .count = 30, .told = 7 };
	struct fake_sdr lies_more = { .count = 30, .told = 700 };

	expect_all(&none);
	expect_all(&no_info);
	expect_all(&no_reserve);
	expect_all(&lies);
	expect_all(&lies_more);
}

/* The record may have changed: nothing of it is kept. */
static void read_anew(void)
{
	struct fake_sdr bmc = { .count = 2 };
	struct sdr_walk *w = malloc(sizeof(*w));
	struct sdr_walk_request rq;
	u8 rsp[FAKE_SDR_ANSWER];
	size_t len;

	sdr_walk_start(w);
	do {
		sdr_walk_next(w, &rq);
		len = fake_sdr_ask(&bmc, &rq, rsp);
		if (rq.len && rq.data[4]) {
			rsp[0] = 0xc5;
			len = 1;
		}
		EXPECT_EQ(sdr_walk_answer(w, rsp, len), SDR_WALK_ASK);
	} while (len > 1);
	sdr_walk_next(w, &rq);
	EXPECT_EQ(rq.cmd, 0x22);
	len = fake_sdr_ask(&bmc, &rq, rsp);
	sdr_walk_answer(w, rsp, len);
	sdr_walk_next(w, &rq);
	EXPECT_EQ(rq.cmd, 0x23);
	EXPECT_EQ(rq.data[0] | rq.data[1] << 8, bmc.reservation);
	EXPECT_EQ(rq.data[4], 0);
	EXPECT_EQ(rq.data[5], SDR_HEADER);
	free(w);
}

static void reservations_lost(void)
{
	unsigned int every;

	for (every = 3; every < 20; every++) {
		struct fake_sdr bmc = { .count = 50, .lose_every = every };

		expect_all(&bmc);
	}
	read_anew();

	/* Lost at each read: header after header, and none is whole. */
	struct fake_sdr always = { .count = 50, .lose_every = 1 };
	struct outcome o = walk(&always);

	EXPECT_EQ(o.event, SDR_WALK_FAILED);
	EXPECT_EQ(o.skipped, 50);
	EXPECT_EQ(o.cc, 0xc5);
	EXPECT(o.requests < 50 * 25);
}

static void wrong_ids_and_excess(void)
{
	struct fake_sdr wrong = { .count = 30, .id_xor = 0x0100 };
	struct fake_sdr next = { .count = 30, .id_xor = 0x0003 };
	struct fake_sdr excess = { .count = 30, .excess = 20 };
	struct outcome o = walk(&wrong);

	EXPECT_EQ(o.records, 30);
	EXPECT_EQ(o.end, SDR_END_COMPLETE);
	/* Only the first has no other id than the one that it says. */
	EXPECT_EQ(o.wrong, 1);
	o = walk(&next);
	EXPECT_EQ(o.records, 30);
	EXPECT_EQ(o.end, SDR_END_COMPLETE);
	EXPECT_EQ(o.wrong, 1);
	expect_all(&excess);
}

static void loops(void)
{
	u16 at, to;

	for (at = 1; at <= 6; at++) {
		for (to = 0; to <= at; to++) {
			struct fake_sdr bmc = { .count = 6, .loop_at = at, .loop_to = to };
			struct outcome o = walk(&bmc);

			EXPECT_EQ(o.event, SDR_WALK_FINISHED);
			EXPECT_EQ(o.end, SDR_END_REPEAT);
			/* Only of a first record that is its own next one there may be two. */
			EXPECT_EQ(o.records, at + (at == 1 && to == 1));
			EXPECT_EQ(o.wrong, 0);
		}
	}
}

static void endless(void)
{
	struct fake_sdr bmc = { .count = 10, .endless = true };
	struct outcome o = walk(&bmc);

	EXPECT_EQ(o.event, SDR_WALK_FINISHED);
	EXPECT_EQ(o.end, SDR_END_BOUND);
	EXPECT_EQ(o.records, SDR_WALK_RECORDS_MAX);
	EXPECT_EQ(o.wrong, 0);

	/* And slowly: the requests are bounded as well. */
	bmc = (struct fake_sdr){ .count = 10, .endless = true, .few = 1 };
	o = walk(&bmc);
	EXPECT_EQ(o.end, SDR_END_BOUND);
	EXPECT_EQ(o.requests, SDR_WALK_REQUESTS_MAX);
	EXPECT_EQ(o.event, SDR_WALK_FINISHED);
}

static void empty(void)
{
	static const u8 codes[] = { 0xff, 0xcb };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		struct fake_sdr bmc = { .empty_cc = codes[i] };
		struct outcome o = walk(&bmc);

		EXPECT_EQ(o.event, SDR_WALK_FINISHED);
		EXPECT_EQ(o.end, SDR_END_EMPTY);
		EXPECT_EQ(o.requests, 4);
	}
	struct fake_sdr bmc = { .empty_cc = 0xc1 };
	struct outcome o = walk(&bmc);

	EXPECT_EQ(o.event, SDR_WALK_FAILED);
	EXPECT_EQ(o.end, SDR_END_REFUSED);
	EXPECT_EQ(o.cc, 0xc1);
}

static void changes(void)
{
	unsigned int moves;

	for (moves = 1; moves <= 3; moves++) {
		struct fake_sdr bmc = { .count = 10, .moves = moves };

		/* Its last record is read in two parts, and it moves in each */
		EXPECT_EQ(expect_all(&bmc).restarts, (moves + 1) / 2);
	}
	struct fake_sdr bmc = { .count = 10, .moves = 100 };
	struct outcome o = walk(&bmc);

	EXPECT_EQ(o.event, SDR_WALK_FINISHED);
	EXPECT_EQ(o.end, SDR_END_CHANGING);
	EXPECT_EQ(o.restarts, 3);
	EXPECT_EQ(o.records, 10);
}

static void one_bad_record(void)
{
	static const u8 codes[] = { 0xc3, 0xca, 0xff, 0xc1, 0xd5, 0x00 };
	struct outcome o;
	unsigned int i;
	u16 bad;

	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		for (bad = 1; bad <= 5; bad++) {
			struct fake_sdr body = {
				.count = 5, .bad = bad, .bad_cc = codes[i], .bad_from = 5
			};
			struct fake_sdr header = { .count = 5, .bad = bad, .bad_cc = codes[i] };

			/* Its header says which one is next. */
			o = walk(&body);
			EXPECT_EQ(o.event, SDR_WALK_FINISHED);
			EXPECT_EQ(o.end, SDR_END_COMPLETE);
			EXPECT_EQ(o.records, 4);
			EXPECT_EQ(o.skipped, 1);
			EXPECT_EQ(o.wrong, 0);
			EXPECT_EQ(o.cc, codes[i]);

			/* Without one there is only what came before. */
			o = walk(&header);
			EXPECT_EQ(o.records, bad - 1);
			if (bad == 1)
				continue;
			EXPECT_EQ(o.event, SDR_WALK_FINISHED);
			EXPECT_EQ(o.end, SDR_END_CUT);
			EXPECT_EQ(o.skipped, 1);
			EXPECT_EQ(o.last, bad - 1);
		}
	}
}

static void busy(void)
{
	static const u8 codes[] = { 0xc0, 0xc3, 0xd0, 0xd1, 0xd2, 0xd5 };
	unsigned int i, n;
	struct outcome o;

	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		for (n = 1; n <= 10; n++) {
			struct fake_sdr bmc = { .count = 5, .busy = n, .busy_cc = codes[i] };

			EXPECT_EQ(expect_all(&bmc).pauses, n);
		}
		struct fake_sdr bmc = { .count = 5, .busy = ~0u, .busy_cc = codes[i] };

		o = walk(&bmc);
		EXPECT_EQ(o.event, SDR_WALK_FAILED);
		EXPECT_EQ(o.end, SDR_END_BUSY);
		EXPECT_EQ(o.cc, codes[i]);
	}
}

static void silent(void)
{
	struct outcome o;
	unsigned int n;

	for (n = 1; n <= 14; n++) {
		struct fake_sdr bmc = { .count = 5, .silent_from = n };

		o = walk(&bmc);
		/* The twelve requests before the last look at the stamp are needed. */
		EXPECT_EQ(o.records, n < 4 ? 0 : (n - 4) / 2);
		EXPECT(o.requests <= n + 9);
		if (o.records)
			EXPECT_EQ(o.event, SDR_WALK_FINISHED);
		else
			EXPECT_EQ(o.event, SDR_WALK_FAILED);
		EXPECT(o.end == SDR_END_SILENT);
	}
}

static void sources(void)
{
	struct fake_sdr device = { .count = 20, .support = 0x01, .luns = 0x01 };
	struct fake_sdr luns = { .count = 20, .support = 0x01, .luns = 0x0d };
	struct fake_sdr other = { .count = 20, .support = 0x01, .luns = 0x08 };
	struct fake_sdr no_info = { .count = 20, .support = 0x01, .no_info = true };
	struct fake_sdr both = { .count = 20, .support = 0x03, .luns = 0x0f };
	struct fake_sdr lies = {
		.count = 20, .support = 0x03, .luns = 0x01, .no_repository = true
	};
	struct fake_sdr none = { .support = 0x80, .empty_cc = 0xc1 };
	struct outcome o;

	expect_all(&device);
	o = walk(&luns);
	EXPECT_EQ(o.records, 60);
	EXPECT_EQ(o.wrong, 0);
	EXPECT_EQ(o.end, SDR_END_COMPLETE);
	expect_all(&other);
	expect_all(&no_info);
	expect_all(&both);
	expect_all(&lies);
	/* A BMC that has neither is asked for both. */
	o = walk(&none);
	EXPECT_EQ(o.event, SDR_WALK_FAILED);
	EXPECT_EQ(o.end, SDR_END_REFUSED);
}

static void stamps(void)
{
	struct sdr_stamp stamp = { .known = true, .count = 0x201, .first = 0x04030201, .second = 8 };
	u8 rsp[15] = { 0, 0x51, 1, 2, 0, 0, 1, 2, 3, 4, 8, 0, 0, 0, 2 };
	struct sdr_walk_request rq;
	unsigned int i;

	sdr_stamp_request(&stamp, &rq);
	EXPECT_EQ(rq.netfn, 0x0a);
	EXPECT_EQ(rq.cmd, 0x20);
	EXPECT_EQ(rq.len, 0);
	EXPECT(!sdr_stamp_moved(&stamp, rsp, sizeof(rsp)));
	for (i = 0; i < sizeof(rsp); i++) {
		rsp[i] ^= 1;
		EXPECT_EQ(sdr_stamp_moved(&stamp, rsp, sizeof(rsp)),
			  i == 2 || i == 3 || (i >= 6 && i < 14));
		rsp[i] ^= 1;
	}
	rsp[13] = 1;
	EXPECT(sdr_stamp_moved(&stamp, rsp, 14));
	EXPECT(!sdr_stamp_moved(&stamp, rsp, 13));
	EXPECT(!sdr_stamp_moved(&stamp, NULL, 0));
	stamp.known = false;
	EXPECT(!sdr_stamp_moved(&stamp, rsp, sizeof(rsp)));

	stamp = (struct sdr_stamp){ .known = true, .device = true, .count = 5, .first = 9 };
	sdr_stamp_request(&stamp, &rq);
	EXPECT_EQ(rq.netfn, 0x04);
	EXPECT(!sdr_stamp_moved(&stamp, (u8[]){ 0, 5, 0x81, 9, 0, 0, 0 }, 7));
	EXPECT(sdr_stamp_moved(&stamp, (u8[]){ 0, 5, 0x81, 9, 0, 0, 1 }, 7));
	EXPECT(sdr_stamp_moved(&stamp, (u8[]){ 0, 6, 0x81, 9, 0, 0, 0 }, 7));
	EXPECT(sdr_stamp_moved(&stamp, (u8[]){ 0, 5, 0x01 }, 3));
}

static void texts(void)
{
	enum sdr_walk_end end;

	for (end = SDR_END_COMPLETE; end < SDR_END_REFUSED; end++)
		EXPECT(strcmp(sdr_walk_end_text(end), sdr_walk_end_text(end + 1)));
}

static const struct test sdr_walk_tests[] = {
	TEST(good),	     TEST(small_answers), TEST(without_info_or_reserve),
	TEST(reservations_lost), TEST(wrong_ids_and_excess), TEST(loops),
	TEST(endless),	     TEST(empty),	  TEST(changes),
	TEST(one_bad_record), TEST(busy),	  TEST(silent),
	TEST(sources),	     TEST(stamps),	  TEST(texts),
};

SUITE(sdr_walk);
