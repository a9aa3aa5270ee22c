// SPDX-License-Identifier: GPL-2.0-only
/*
 * The thread of an interface: sends what there is to send, and does the housekeeping.
 *
 * Kicked by handlers.c and by alerts. Everything marked "thread" in ssif.h is its
 * own; a finished message goes up with no lock held.
 */
#include <linux/kthread.h>

#include <ipmi/core.h>

#include "ssif.h"

/* Bounds, all of them in Documentation/house. */
#define AWAY_PAUSE_MS		500
#define WATCH_MIN_MS		10
#define WATCH_MAX_MS		250
#define WATCH_ALERT_MS		1000

/**
 * engine_kick() - the thread has a reason to look
 * @ssif: the interface
 *
 * Context: any.
 */
void engine_kick(struct ssif *ssif)
{
	WRITE_ONCE(ssif->kicked, true);
	wake_up(&ssif->wait);
}

static bool take_kick(struct ssif *ssif)
{
	return xchg(&ssif->kicked, false) || kthread_should_stop();
}

static struct ipmi_smi_msg *take_next(struct ssif *ssif)
{
	struct ipmi_smi_msg *msg = NULL;

	guard(spinlock_irqsave)(&ssif->lock);
	swap(msg, ssif->next);
	return msg;
}

static void take_due(struct ssif *ssif)
{
	guard(spinlock_irqsave)(&ssif->lock);
	ssif->attn.due |= ssif->due;
	ssif->due = 0;
}

/* An answer made here: the request with the response bit, and a completion code. */
static void answer_locally(struct ssif *ssif, struct ipmi_smi_msg *msg, u8 cc)
{
	msg->rsp[0] = msg->data[0] | 4;
	msg->rsp[1] = msg->data[1];
	msg->rsp[2] = cc;
	msg->rsp_size = 3;
	ipmi_core_msg_received(ssif->intf, msg);
}

/* So that who asked can tell what happened to it. */
static u8 cc_of(int rv)
{
	switch (rv) {
	case -EMSGSIZE:
		return IPMI_REQ_LEN_EXCEEDED_ERR;
	case -ETIMEDOUT:
		return IPMI_TIMEOUT_ERR;
	case -EBADMSG:
	case -ESHUTDOWN:
		return IPMI_ERR_UNSPECIFIED;
	default:
		return IPMI_BUS_ERR;
	}
}

static void go_away(struct ssif *ssif, int rv)
{
	ssif_count(ssif, SSIF_HOSED);
	if (ssif->away)
		return;
	WRITE_ONCE(ssif->away, true);
	ssif->away_since = ktime_get();
	dev_warn(&ssif->client->dev,
		 "BMC does not answer: %s (error %d); requests fail until it does\n",
		 rv == -ETIMEDOUT ? "it took a request and has no answer" :
				    "it does not acknowledge its address",
		 rv);
}

static void come_back(struct ssif *ssif)
{
	if (!ssif->away)
		return;
	WRITE_ONCE(ssif->away, false);
	ssif->attn.due |= ATTN_DUE_CLEAR | ATTN_DUE_ENABLES | ATTN_DUE_FLAGS;
	dev_warn(&ssif->client->dev, "BMC answers again after %lld ms\n",
		 ktime_ms_delta(ktime_get(), ssif->away_since));
}

static int transact(struct ssif *ssif, const u8 *rq, unsigned int n)
{
	int rv = bus_transact(ssif, rq, n, !ssif->away);

	if (rv >= 0)
		come_back(ssif);
	else if (rv != -EMSGSIZE && rv != -EBADMSG && rv != -ESHUTDOWN)
		go_away(ssif, rv);
	return rv;
}

static bool do_user(struct ssif *ssif)
{
	struct ipmi_smi_msg *msg = take_next(ssif);
	int rv;

	if (!msg)
		return false;
	ssif->attn_turn = true;
	if (ssif->away) {
		answer_locally(ssif, msg, IPMI_BUS_ERR);
		return true;
	}
	rv = transact(ssif, msg->data, msg->data_size);
	if (rv < 0) {
		answer_locally(ssif, msg, cc_of(rv));
		return true;
	}
	memcpy(msg->rsp, ssif->answer.data, rv);
	msg->rsp_size = rv;
	ipmi_core_msg_received(ssif->intf, msg);
	return true;
}

static void deliver_async(struct ssif *ssif, u8 cmd, unsigned int n)
{
	struct ipmi_smi_msg *msg = ipmi_alloc_smi_msg();

	/* Without memory it stays with the BMC, which keeps its flag up. */
	if (!msg)
		return;
	msg->data[0] = IPMI_NETFN_APP_REQUEST << 2;
	msg->data[1] = cmd;
	msg->data_size = 2;
	memcpy(msg->rsp, ssif->answer.data, n);
	msg->rsp_size = n;
	ipmi_core_msg_received(ssif->intf, msg);
}

static void attn_done(struct ssif *ssif, unsigned int n)
{
	switch (attn_answer(&ssif->attn, ssif->answer.data, n)) {
	case ATTN_MESSAGE:
		deliver_async(ssif, IPMI_GET_MSG_CMD, n);
		break;
	case ATTN_EVENT:
		ssif_count(ssif, SSIF_EVENTS);
		deliver_async(ssif, IPMI_READ_EVENT_MSG_BUFFER_CMD, n);
		break;
	case ATTN_PRETIMEOUT:
		ssif_count(ssif, SSIF_WATCHDOG_PRETIMEOUTS);
		ipmi_smi_watchdog_pretimeout(ssif->intf);
		break;
	case ATTN_NOTHING:
		break;
	}
	/* Where there was something there may soon be more. */
	if (ssif->attn.flags)
		ssif->watch_ms = WATCH_MIN_MS;
}

static bool do_attn(struct ssif *ssif)
{
	u8 rq[ATTN_REQUEST_MAX];
	unsigned int n;
	int rv;

	ssif->attn_turn = false;
	take_due(ssif);
	n = attn_next(&ssif->attn, rq);
	if (!n)
		return false;
	if (rq[1] == IPMI_GET_MSG_FLAGS_CMD)
		ssif_count(ssif, SSIF_FLAG_FETCHES);
	rv = transact(ssif, rq, n);
	if (rv >= 0)
		attn_done(ssif, rv);
	else
		attn_failed(&ssif->attn);
	return true;
}

/* A user's message and housekeeping take turns while both want the bus. */
static bool do_one(struct ssif *ssif)
{
	if (ssif->away)
		return do_user(ssif);
	if (ssif->attn_turn)
		return do_attn(ssif) || do_user(ssif);
	return do_user(ssif) || do_attn(ssif);
}

/* How long until the BMC is asked of its own accord; 0 = for ever. */
static unsigned int pause_ms(struct ssif *ssif)
{
	if (ssif->away)
		return AWAY_PAUSE_MS;
	if (!READ_ONCE(ssif->watch_mask))
		return 0;
	if (ssif->has_alert)
		return WATCH_ALERT_MS;
	if (!(READ_ONCE(ssif->watch_mask) & IPMI_WATCH_MASK_CHECK_MESSAGES))
		return WATCH_MAX_MS;
	ssif->watch_ms = clamp_t(unsigned int, ssif->watch_ms * 2, WATCH_MIN_MS, WATCH_MAX_MS);
	return ssif->watch_ms;
}

static void sleep(struct ssif *ssif)
{
	unsigned int ms = pause_ms(ssif);

	if (!ms)
		wait_event_interruptible(ssif->wait, take_kick(ssif));
	else if (!wait_event_interruptible_timeout(ssif->wait, take_kick(ssif),
						   msecs_to_jiffies(ms)))
		ssif->attn.due |= ATTN_DUE_FLAGS;
}

/* Is it back? Any request will do to see. */
static void try_away(struct ssif *ssif)
{
	u8 rq[] = { IPMI_NETFN_APP_REQUEST << 2, IPMI_GET_MSG_FLAGS_CMD };

	if (ssif->attn.due & ATTN_DUE_FLAGS) {
		ssif->attn.due = 0;
		transact(ssif, rq, sizeof(rq));
	}
}

static int engine_thread(void *data)
{
	struct ssif *ssif = data;

	while (!kthread_should_stop()) {
		if (READ_ONCE(ssif->alerted)) {
			WRITE_ONCE(ssif->alerted, false);
			ssif->attn.due |= ATTN_DUE_FLAGS;
			ssif->has_alert = true;
		}
		if (do_one(ssif))
			continue;
		if (ssif->away)
			try_away(ssif);
		else if (attn_wants(&ssif->attn))
			continue;
		sleep(ssif);
	}
	return 0;
}

/**
 * engine_start() - start the thread
 * @ssif: the interface
 *
 * Context: process.
 * Return: 0, or why there is no thread.
 */
int engine_start(struct ssif *ssif)
{
	struct task_struct *thread;

	ssif->attn.due |= ATTN_DUE_CLEAR | ATTN_DUE_ENABLES;
	thread = kthread_create(engine_thread, ssif, "kssif%4.4x",
				i2c_adapter_id(ssif->client->adapter) << 8 | ssif->client->addr);
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	ssif->thread = thread;
	wake_up_process(thread);
	return 0;
}

/**
 * engine_stop() - stop the thread, and end what is left with an error
 * @ssif: the interface; nobody is let in any more (ssif->stopping)
 *
 * Context: process, sleeps; what is on the bus ends, nothing is waited for.
 */
void engine_stop(struct ssif *ssif)
{
	struct ipmi_smi_msg *msg;

	if (ssif->thread) {
		wake_up(&ssif->wait);
		kthread_stop(ssif->thread);
		ssif->thread = NULL;
	}
	msg = take_next(ssif);
	if (msg)
		answer_locally(ssif, msg, IPMI_ERR_UNSPECIFIED);
}
