// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzing of the sequence table: any order of calls, beside a plain model of
 * what must be outstanding. No owner comes back twice, none gets lost, none is
 * given to a wrong answer, and none expires early.
 */
#include <ipmi/seq.h>

#include "fuzz.h"

#define OWNERS 100

struct model {
	bool out;
	long token;
	struct ipmi_addr addr;
	u8 cmd;
	unsigned int tries;
	u64 not_before_ms;
	u32 retry_ms;
	bool again;
	u64 answer_ms;
};

/* A request that ended without an answer, or was sent again: one may come until then. */
struct ghost {
	struct ipmi_addr addr;
	u8 cmd;
	unsigned int seq;
	u64 until_ms;
};

static struct seq_table t;
static struct model models[OWNERS];
static struct ghost ghosts[SEQ_LATE];
static unsigned int next_ghost;
static unsigned int outstanding;

static struct model *returned(void *owner)
{
	struct model *m = owner;

	MUST(m >= models && m < models + OWNERS && m->out);
	return m;
}

/* @last: unless it was sent again, no answer can come */
static void back(void *owner, bool last)
{
	struct model *m = returned(owner);

	m->out = false;
	outstanding--;
	if (last && !m->again)
		return;
	ghosts[next_ghost++ % SEQ_LATE] = (struct ghost){
		.addr = m->addr,
		.cmd = m->cmd,
		.seq = seq_of_token(m->token),
		.until_ms = m->answer_ms,
	};
}

static bool like(const struct ghost *g, const struct model *m, u64 now)
{
	return g->until_ms > now && g->cmd == m->cmd && codec_addr_equal(&g->addr, &m->addr);
}

/* Is there a number that an answer like this one's could not come with? */
static bool any_free(const struct model *m, u64 now)
{
	bool taken[SEQ_SLOTS] = { false };
	unsigned int i, n = 0;

	for (i = 0; i < OWNERS; i++)
		if (models[i].out)
			taken[seq_of_token(models[i].token)] = true;
	for (i = 0; i < SEQ_LATE; i++)
		if (like(&ghosts[i], m, now))
			taken[ghosts[i].seq] = true;
	for (i = 0; i < SEQ_SLOTS; i++)
		n += !taken[i];
	return n > 0;
}

static struct ipmi_addr some_addr(struct input *in)
{
	struct ipmi_addr addr = { .addr_type = IPMI_IPMB_ADDR_TYPE, .channel = eat(in) & 1 };

	addr.data[0] = 0x20 + (eat(in) & 2);
	addr.data[1] = eat(in) & 1;
	return addr;
}

static void alloc(struct input *in, u64 now)
{
	struct model *m = &models[eat(in) % OWNERS];
	int rv;

	if (m->out)
		return;
	m->addr = some_addr(in);
	m->cmd = eat(in) & 3;
	m->tries = eat(in) & 3;
	m->retry_ms = eat(in) * 10;
	rv = seq_alloc(&t, m, &m->addr, 6, m->cmd, m->tries, m->retry_ms, now, &m->token);
	MUST(rv == (any_free(m, now) ? 0 : -EAGAIN));
	if (rv)
		return;
	for (unsigned int i = 0; i < SEQ_LATE; i++)
		MUST(!like(&ghosts[i], m, now) || ghosts[i].seq != seq_of_token(m->token));
	m->out = true;
	m->again = false;
	m->answer_ms = now + SEQ_LATE_MS;
	m->not_before_ms = now + SEQ_GUARD_MS;
	outstanding++;
}

static void acknowledge(struct input *in, u64 now)
{
	struct model *m = &models[eat(in) % OWNERS];
	void *owner = seq_acknowledge(&t, m->token, now);

	if (m->out) {
		MUST(owner == m);
		m->not_before_ms = now + m->retry_ms;
		m->answer_ms = now + SEQ_LATE_MS;
	} else {
		MUST(owner != m);
	}
}

static void cancel(struct input *in)
{
	struct model *m = &models[eat(in) % OWNERS];
	bool out = m->out;
	void *owner = seq_cancel(&t, m->token);

	if (owner)
		back(owner, true);
	MUST((owner == m) == out);
}

static void answer(struct input *in)
{
	struct codec_message msg = { .addr = some_addr(in), .netfn = 6 + (eat(in) & 1) };
	struct model *m;
	void *owner;

	msg.cmd = eat(in) & 3;
	msg.seq = eat(in);
	owner = seq_match(&t, &msg);
	if (!owner)
		return;
	m = returned(owner);
	MUST(msg.netfn == 7 && m->cmd == msg.cmd && codec_addr_equal(&m->addr, &msg.addr));
	MUST(seq_of_token(m->token) == msg.seq % SEQ_SLOTS);
	back(owner, true);
}

static void expire(u64 now)
{
	enum seq_expiry expiry;
	struct model *m;
	void *owner;
	long token;
	u64 due;

	while ((expiry = seq_expire(&t, now, &owner, &token)) != SEQ_NONE) {
		m = returned(owner);
		MUST(m->token == token && now >= m->not_before_ms);
		if (expiry == SEQ_TIMED_OUT) {
			MUST(!m->tries);
			back(owner, false);
			continue;
		}
		MUST(m->tries);
		m->tries--;
		m->again = true;
		m->not_before_ms = now + SEQ_GUARD_MS;
		m->answer_ms = now + SEQ_LATE_MS;
	}
	MUST(seq_next_due(&t, &due) == (outstanding > 0));
	if (outstanding)
		MUST(due > now);
}

static bool is_one_of(void *owner, void *arg)
{
	return ((struct model *)owner - models) % 7 == *(int *)arg;
}

static void drop(struct input *in)
{
	int arg = eat(in) % 7;
	void *owner;

	while ((owner = seq_drop_owner(&t, is_one_of, &arg))) {
		MUST(is_one_of(owner, &arg));
		back(owner, false);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = { .data = data, .len = len };
	u64 now = 0;

	seq_init(&t);
	memset(models, 0, sizeof(models));
	memset(ghosts, 0, sizeof(ghosts));
	next_ghost = 0;
	outstanding = 0;
	while (!eaten(&in)) {
		switch (eat(&in) % 8) {
		case 0:
		case 1:
			alloc(&in, now);
			break;
		case 2:
			acknowledge(&in, now);
			break;
		case 3:
			cancel(&in);
			break;
		case 4:
			answer(&in);
			break;
		case 5:
			now += eat(&in) * 100;
			expire(now);
			break;
		case 6:
			now += eat(&in);
			break;
		default:
			drop(&in);
			break;
		}
		MUST(t.used == outstanding);
	}
	/* In the end all of them come out. */
	while (outstanding) {
		now += 1000000;
		expire(now);
	}
	return 0;
}
