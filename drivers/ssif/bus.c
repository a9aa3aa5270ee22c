// SPDX-License-Identifier: GPL-2.0-only
/*
 * A request and its answer over SMBus: blocks, tries, waits.
 *
 * Called by the interface's thread (engine.c), by probe.c before there is one, and at
 * panic. No lock. Bounds are in Documentation/house.
 */
#include <linux/delay.h>
#include <linux/freezer.h>

#include <ipmi/core.h>

#include "ssif.h"

#define WRITE_TRIES		5	/* a BMC that is busy does not acknowledge */
#define WRITE_PAUSE_MS		60	/* T6, between two of them (12.17) */
#define PANIC_WRITE_TRIES	3
#define SPOILED_MS		500	/* that an answer which cannot be used is fetched again */
#define MIDDLE_MS		60	/* that a part may not be there yet */
#define MIDDLE_PAUSE_US		2000
#define ANSWER_MS		5000	/* that a BMC may take for its answer */
#define ANSWER_TRIAL_MS		2000	/* the same if it may not know what it is asked in */
#define ANSWER_IMPATIENT_MS	250	/* and if it is tried only */
#define ANSWER_PANIC_MS		500
#define NAP_MIN_US		500	/* a look costs some of the bus, and of the BMC */
#define NAP_MAX_US		100000
#define ALERT_NET_US		100000	/* the first look, if an alert should tell of the answer */

/*
 * The machine may go to sleep while an answer is waited for: the thread goes with it, and the
 * answer is fetched after that. The clock of the wait stands meanwhile.
 */
static void freeze_with_machine(const struct ssif *ssif)
{
	if (!READ_ONCE(ssif->panicking) && current == ssif->thread)
		try_to_freeze();
}

/* Sleep until an alert, at most so long. */
static void nap(struct ssif *ssif, u32 us)
{
	us = clamp_t(u32, us, NAP_MIN_US, NAP_MAX_US);
	if (READ_ONCE(ssif->panicking))
		ipmi_core_panic_delay(USEC_PER_MSEC);
	else if (current == ssif->thread)
		wait_event_interruptible_hrtimeout(ssif->wait,
						   READ_ONCE(ssif->alerted) ||
							   ssif_in_hurry(ssif),
						   ns_to_ktime((u64)us * NSEC_PER_USEC));
	else
		wait_event_hrtimeout(ssif->wait, ssif_in_hurry(ssif),
				     ns_to_ktime((u64)us * NSEC_PER_USEC));
	freeze_with_machine(ssif);
}

/* Not to be woken by an alert: it has nothing to do with this. */
static void rest(struct ssif *ssif, unsigned int ms)
{
	if (READ_ONCE(ssif->panicking))
		ipmi_core_panic_delay(ms * USEC_PER_MSEC);
	else
		wait_event_timeout(ssif->wait, ssif_in_hurry(ssif), msecs_to_jiffies(ms));
	freeze_with_machine(ssif);
}

/* @last: the error struck at the last block, so the BMC may have all of it. */
static int write_request(struct ssif *ssif, const u8 *rq, unsigned int n, bool *last)
{
	struct ssif_part part;
	unsigned int i;
	int rv;

	for (i = 0; ssif_part(&ssif->limits, n, i, &part); i++) {
		rv = xfer_write(ssif, part.cmd, rq + part.at, part.len);
		if (rv < 0) {
			*last = part.at + part.len == n;
			return rv;
		}
		if (part.cmd != SSIF_WRITE_SINGLE)
			ssif_count(ssif, SSIF_SENT_MESSAGES_PARTS);
	}
	return 0;
}

/*
 * What was not acknowledged was not executed, so it may be said again. If the adapter cannot
 * tell, the answer will: it is not said again then, and -EINPROGRESS returned.
 */
static int send(struct ssif *ssif, const u8 *rq, unsigned int n, unsigned int tries)
{
	bool last = false;
	int rv;

	for (;;) {
		rv = write_request(ssif, rq, n, &last);
		if (!rv || !--tries || ssif_in_hurry(ssif))
			break;
		if (rv == -ETIMEDOUT && last)
			break;
		ssif_count(ssif, SSIF_SEND_RETRIES);
		rest(ssif, WRITE_PAUSE_MS);
	}
	ssif_count(ssif, rv ? SSIF_SEND_ERRORS : SSIF_SENT_MESSAGES);
	return rv == -ETIMEDOUT && last ? -EINPROGRESS : rv;
}

static bool is_spoiled(int error)
{
	return error == -EBADMSG || error == -EPROTO;
}

/*
 * The clock that can be read at panic. At power off it may stand, and pauses of a millisecond or
 * more count; else they do not, for a delay is short where its calibration was.
 */
static u32 waited_us(const struct ssif *ssif, u64 start, unsigned int pauses)
{
	s64 us = div_s64(ktime_get_mono_fast_ns() - start, NSEC_PER_USEC);

	if (READ_ONCE(ssif->panicking) && !us)
		us = (s64)pauses * USEC_PER_MSEC;
	return clamp_t(s64, us, 0, U32_MAX);
}

/* The next part of an answer, which the BMC need not have ready at once. */
static int read_middle(struct ssif *ssif, u8 *block)
{
	u64 start = ktime_get_mono_fast_ns();
	unsigned int pauses = 0;
	int n;

	for (;;) {
		n = xfer_read(ssif, SSIF_READ_MIDDLE, block);
		if (n >= 0 || is_spoiled(n) || ssif_in_hurry(ssif) ||
		    waited_us(ssif, start, pauses) >= MIDDLE_MS * USEC_PER_MSEC)
			return n;
		if (READ_ONCE(ssif->panicking))
			ipmi_core_panic_delay(MIDDLE_PAUSE_US);
		else
			usleep_range(MIDDLE_PAUSE_US, MIDDLE_PAUSE_US + MIDDLE_PAUSE_US / 8);
		pauses++;
	}
}

/*
 * One look: -EAGAIN if there is no answer yet, -EBADMSG if there is one that cannot be used.
 *
 * While it has none a BMC does not acknowledge, or gives a block of no bytes, or of FFh of them;
 * an adapter calls that -EPROTO or -EBADMSG. So no error of the first block is an answer.
 */
static int look(struct ssif *ssif)
{
	u8 block[SSIF_BLOCK];
	enum ssif_read rv;
	unsigned int part;
	int n;

	n = xfer_read(ssif, SSIF_READ_START, block);
	/* At panic there is no time for an adapter that hangs. */
	if (n == -ETIMEDOUT && READ_ONCE(ssif->panicking))
		return n;
	if (n < 0)
		return -EAGAIN;
	rv = ssif_first(&ssif->answer, block, n);
	for (part = 1; rv == SSIF_READ_MORE && part < SSIF_PARTS_MAX; part++) {
		ssif_count(ssif, SSIF_RECEIVED_MESSAGE_PARTS);
		n = read_middle(ssif, block);
		if (n < 0)
			return -EBADMSG;
		rv = ssif_more(&ssif->answer, block, n);
	}
	return rv == SSIF_READ_DONE ? 0 : -EBADMSG;
}

static bool is_answer(const struct ssif_answer *a, const u8 *rq)
{
	return a->data[0] >> 2 == (rq[0] >> 2 | 1) && a->data[1] == rq[1];
}

static bool take_alert(struct ssif *ssif)
{
	if (!xchg(&ssif->alerted, false))
		return false;
	ssif->has_alert = true;
	return true;
}

/**
 * bus_note_alert() - an alert that came now is not about an answer
 * @ssif: the interface
 *
 * Context: whoever uses the bus.
 */
void bus_note_alert(struct ssif *ssif)
{
	if (take_alert(ssif))
		ssif->alert_due = true;
}

/*
 * An answer to the request before is an old one, which some BMCs show until they have the new
 * one. Any other that cannot be used has to become right within SPOILED_MS.
 */
static int judge(struct ssif *ssif, const u8 *rq, const u8 *before)
{
	int rv = look(ssif);

	if (rv || is_answer(&ssif->answer, rq))
		return rv;
	return is_answer(&ssif->answer, before) ? -EAGAIN : -EBADMSG;
}

static int fetch(struct ssif *ssif, const u8 *rq, unsigned int limit_ms)
{
	u8 before[2] = { ssif->asked[0], ssif->asked[1] };
	unsigned int slot = wait_slot(rq[0], rq[1]), looks = 0;
	struct wait_facts facts = {};
	u64 start = ktime_get_mono_fast_ns();
	struct wait_plan plan;
	u32 waited, bad_since = U32_MAX;
	bool alert;
	int rv;

	memcpy(ssif->asked, rq, sizeof(ssif->asked));
	for (;;) {
		waited = waited_us(ssif, start, looks);
		plan = wait_plan(&ssif->history, &facts, IPMI_STEP_TICK, slot, waited);
		nap(ssif, ssif->answers_alert && !looks ? ALERT_NET_US : plan.us);
		alert = take_alert(ssif);
		rv = judge(ssif, rq, before);
		looks++;
		waited = waited_us(ssif, start, looks);
		if (!rv) {
			wait_learn(&ssif->history, IPMI_STEP_TICK, slot, waited, looks, false);
			ssif->answers_alert = alert;
			ssif->slow_ms = max_t(u32, waited / USEC_PER_MSEC, ssif->slow_ms / 8 * 7);
			ssif_count(ssif, SSIF_RECEIVED_MESSAGES);
			return ssif->answer.len;
		}
		/* It was not about the answer, then. */
		if (alert)
			ssif->alert_due = true;
		if (rv == -EBADMSG) {
			bad_since = min(bad_since, waited);
			if (waited - bad_since >= SPOILED_MS * USEC_PER_MSEC)
				break;
		}
		if (rv == -ETIMEDOUT || waited >= limit_ms * USEC_PER_MSEC) {
			rv = -ETIMEDOUT;
			break;
		}
		if (ssif_in_hurry(ssif)) {
			rv = -ESHUTDOWN;
			break;
		}
		ssif_count(ssif, SSIF_RECEIVE_RETRIES);
	}
	ssif_count(ssif, SSIF_RECEIVE_ERRORS);
	return rv;
}

static void log_bytes(struct ssif *ssif, const char *what, const u8 *bytes, int n)
{
	if (ssif->dbg & 1)
		dev_info(&ssif->client->dev, "%s: %*ph\n", what, min(n, 64), bytes);
}

/**
 * bus_transact() - a request and its answer
 * @ssif: the interface
 * @rq: the request, NetFn first
 * @n: bytes of it, at least 2
 * @patience: how long it may take
 *
 * Context: process, sleeps; at most ANSWER_MS and what the bus takes. Or panic.
 * Return: bytes of the answer in ssif->answer, at least 3; -EMSGSIZE, or -ENXIO and
 * other errors of the bus: it was not sent; -ETIMEDOUT: it was not answered;
 * -EBADMSG: what came was no answer; -ESHUTDOWN.
 */
int bus_transact(struct ssif *ssif, const u8 *rq, unsigned int n, enum bus_patience patience)
{
	const unsigned int limits_ms[] = {
		[BUS_BRIEF] = ANSWER_IMPATIENT_MS,
		[BUS_CHECK] = clamp_t(u32, ssif->slow_ms * 2, ANSWER_IMPATIENT_MS, ANSWER_TRIAL_MS),
		[BUS_SEARCH] = ANSWER_TRIAL_MS,
		[BUS_TRIAL] = ANSWER_TRIAL_MS,
		[BUS_PATIENT] = ANSWER_MS,
	};
	unsigned int limit_ms = limits_ms[patience];
	unsigned int tries = patience <= BUS_SEARCH ? 1 : WRITE_TRIES;
	int rv;

	if (n < 2 || n > ssif->limits.request)
		return -EMSGSIZE;
	if (READ_ONCE(ssif->panicking)) {
		tries = PANIC_WRITE_TRIES;
		limit_ms = ANSWER_PANIC_MS;
	}
	bus_note_alert(ssif);
	log_bytes(ssif, "request", rq, n);
	rv = send(ssif, rq, n, tries);
	if (rv == -EINPROGRESS)
		limit_ms = ANSWER_IMPATIENT_MS;
	else if (rv)
		return rv == -EMSGSIZE || rv == -EBADMSG || rv == -ETIMEDOUT ? -EIO : rv;
	rv = fetch(ssif, rq, limit_ms);
	log_bytes(ssif, "answer", ssif->answer.data, max(rv, 0));
	return rv;
}

/**
 * bus_ask() - ask the BMC one thing, before there is a thread
 * @ssif: the interface
 * @cmd: a command of NetFn App
 * @data: its data
 * @n: bytes of it, at most 2
 *
 * Context: process, sleeps.
 * Return: as bus_transact().
 */
int bus_ask(struct ssif *ssif, u8 cmd, const u8 *data, unsigned int n)
{
	u8 rq[4] = { IPMI_NETFN_APP_REQUEST << 2, cmd };

	n = min_t(unsigned int, n, sizeof(rq) - 2);
	memcpy(rq + 2, data, n);
	return bus_transact(ssif, rq, 2 + n, BUS_PATIENT);
}
