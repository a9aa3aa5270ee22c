// SPDX-License-Identifier: GPL-2.0-only
/*
 * A request and its answer over SMBus: blocks, tries, waits.
 *
 * Called by the interface's thread (engine.c), and by probe.c before there is one.
 * No lock. Bounds are in Documentation/house.
 */
#include <linux/delay.h>

#include "ssif.h"

#define WRITE_TRIES		5	/* a BMC that is busy does not acknowledge */
#define WRITE_PAUSE_MS		60	/* T6, between two of them (12.17) */
#define READ_BAD_TRIES		5	/* an answer that is spoiled is fetched again */
#define ANSWER_MS		5000	/* that a BMC may take for its answer */
#define ANSWER_IMPATIENT_MS	250	/* the same for one that is tried only */
#define NAP_MIN_US		1000	/* a look costs some of the bus, and of the BMC */
#define NAP_MAX_US		20000

/* Sleep until an alert, at most so long. */
static void nap(struct ssif *ssif, u32 us)
{
	us = clamp_t(u32, us, NAP_MIN_US, NAP_MAX_US);
	if (ssif->thread)
		wait_event_interruptible_hrtimeout(ssif->wait,
						   READ_ONCE(ssif->alerted) ||
							   ssif_is_stopping(ssif),
						   ns_to_ktime((u64)us * NSEC_PER_USEC));
	else
		usleep_range(us, us + us / 8);
}

static int write_request(struct ssif *ssif, const u8 *rq, unsigned int n)
{
	struct ssif_part part;
	unsigned int i;
	int rv;

	for (i = 0; ssif_part(&ssif->limits, n, i, &part); i++) {
		rv = i2c_smbus_write_block_data(ssif->client, part.cmd, part.len, rq + part.at);
		if (rv < 0)
			return rv;
		if (part.cmd != SSIF_WRITE_SINGLE)
			ssif_count(ssif, SSIF_SENT_MESSAGES_PARTS);
	}
	return 0;
}

/* Nothing was executed before the last block was taken, so it may be said again. */
static int send(struct ssif *ssif, const u8 *rq, unsigned int n, unsigned int tries)
{
	int rv;

	for (;;) {
		rv = write_request(ssif, rq, n);
		if (!rv || !--tries || ssif_is_stopping(ssif))
			break;
		ssif_count(ssif, SSIF_SEND_RETRIES);
		msleep(WRITE_PAUSE_MS);
	}
	ssif_count(ssif, rv ? SSIF_SEND_ERRORS : SSIF_SENT_MESSAGES);
	return rv;
}

/* One look: -EAGAIN if there is no answer yet, -EBADMSG if it is spoiled. */
static int look(struct ssif *ssif)
{
	u8 block[I2C_SMBUS_BLOCK_MAX];
	enum ssif_read rv;
	int n;

	n = i2c_smbus_read_block_data(ssif->client, SSIF_READ_START, block);
	if (n < 0)
		return n == -EBADMSG || n == -EPROTO ? -EBADMSG : -EAGAIN;
	rv = ssif_first(&ssif->answer, block, n);
	while (rv == SSIF_READ_MORE) {
		ssif_count(ssif, SSIF_RECEIVED_MESSAGE_PARTS);
		n = i2c_smbus_read_block_data(ssif->client, SSIF_READ_MIDDLE, block);
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

static int fetch(struct ssif *ssif, const u8 *rq, unsigned int limit_ms)
{
	unsigned int slot = wait_slot(rq[0], rq[1]), looks = 0, bad = 0;
	struct wait_facts facts = {};
	ktime_t start = ktime_get();
	struct wait_plan plan;
	u32 waited;
	int rv;

	for (;;) {
		waited = min_t(s64, ktime_us_delta(ktime_get(), start), U32_MAX);
		plan = wait_plan(&ssif->history, &facts, IPMI_STEP_TICK, slot, waited);
		nap(ssif, plan.us);
		if (READ_ONCE(ssif->alerted))
			ssif->has_alert = true;
		WRITE_ONCE(ssif->alerted, false);
		rv = look(ssif);
		looks++;
		/* An answer to another request is an old one. */
		if (!rv && !is_answer(&ssif->answer, rq))
			rv = -EBADMSG;
		waited = min_t(s64, ktime_us_delta(ktime_get(), start), U32_MAX);
		if (!rv) {
			wait_learn(&ssif->history, IPMI_STEP_TICK, slot, waited, looks);
			ssif_count(ssif, SSIF_RECEIVED_MESSAGES);
			return ssif->answer.len;
		}
		if (rv == -EBADMSG && ++bad >= READ_BAD_TRIES)
			break;
		if (waited >= limit_ms * USEC_PER_MSEC) {
			rv = -ETIMEDOUT;
			break;
		}
		if (ssif_is_stopping(ssif)) {
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
 * @patient: false if the BMC is only tried, and may be gone
 *
 * Context: process, sleeps; at most ANSWER_MS and what the bus takes.
 * Return: bytes of the answer in ssif->answer, at least 3; -EMSGSIZE, or -ENXIO and
 * other errors of the bus: it was not sent; -ETIMEDOUT: it was not answered;
 * -EBADMSG: what came was no answer; -ESHUTDOWN.
 */
int bus_transact(struct ssif *ssif, const u8 *rq, unsigned int n, bool patient)
{
	int rv;

	if (n < 2 || n > ssif->limits.request)
		return -EMSGSIZE;
	WRITE_ONCE(ssif->alerted, false);
	log_bytes(ssif, "request", rq, n);
	rv = send(ssif, rq, n, patient ? WRITE_TRIES : 1);
	if (rv)
		return rv == -EMSGSIZE || rv == -ETIMEDOUT || rv == -EBADMSG ? -EIO : rv;
	rv = fetch(ssif, rq, patient ? ANSWER_MS : ANSWER_IMPATIENT_MS);
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

	memcpy(rq + 2, data, min_t(unsigned int, n, 2));
	return bus_transact(ssif, rq, 2 + n, true);
}
