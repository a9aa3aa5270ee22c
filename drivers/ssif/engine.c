// SPDX-License-Identifier: GPL-2.0-only
/*
 * The thread of an interface: sends what there is to send, and does the housekeeping.
 *
 * Kicked by handlers.c and by alerts. Everything marked "thread" in ssif.h is its
 * own; a finished message goes up with no lock held.
 */
#include <linux/freezer.h>
#include <linux/kthread.h>

#include <ipmi/core.h>

#include "ssif.h"

/* Bounds, all of them in Documentation/house. */
#define AWAY_PAUSE_MIN_MS	100
#define AWAY_PAUSE_MAX_MS	500
#define AWAY_PATIENT_TRY	32
#define WATCH_MIN_MS		10
#define WATCH_MAX_MS		250
#define WATCH_ALERT_MS		1000
#define ALERT_PAUSE_MIN_MS	10
#define ALERT_PAUSE_MAX_MS	100
#define STARVED_PAUSE_MS	100
#define RESET_CHECKS		30
#define RESET_CHECK_MS		1000
#define QUIET_REQUESTS		4
#define NEVER			UINT_MAX

static_assert(SSIF_MAX <= IPMI_MAX_MSG_LENGTH);

/**
 * ssif_engine_kick() - the thread has a reason to look
 * @ssif: the interface
 *
 * Context: any.
 */
void ssif_engine_kick(struct ssif *ssif)
{
	WRITE_ONCE(ssif->kicked, true);
	/* At panic another CPU may have been stopped with the queue's lock; and nobody waits. */
	if (!READ_ONCE(ssif->panicking))
		wake_up(&ssif->wait);
}

static bool take_kick(struct ssif *ssif)
{
	return xchg(&ssif->kicked, false) || kthread_should_stop();
}

/* It is always somewhere: at panic who takes over looks for it in both places. */
struct ipmi_smi_msg *ssif_take_next(struct ssif *ssif)
{
	guard(spinlock_irqsave)(&ssif->lock);
	WRITE_ONCE(ssif->cur, ssif->next);
	ssif->next = NULL;
	return ssif->cur;
}

static void take_due(struct ssif *ssif)
{
	guard(spinlock_irqsave)(&ssif->lock);
	ssif->attn.due |= ssif->due;
	ssif->due = 0;
}

/* A message that ssif_take_next() took has its answer. */
void ssif_hand_up(struct ssif *ssif, struct ipmi_smi_msg *msg)
{
	WRITE_ONCE(ssif->cur, NULL);
	ipmi_core_msg_received(ssif->intf, msg);
}

/* An answer made here: the request with the response bit, and a completion code. */
void ssif_answer_locally(struct ssif *ssif, struct ipmi_smi_msg *msg, u8 cc)
{
	msg->rsp[0] = msg->data[0] | 4;
	msg->rsp[1] = msg->data[1];
	msg->rsp[2] = cc;
	msg->rsp_size = 3;
	ssif_hand_up(ssif, msg);
}

/* So that who asked can tell what happened to it. */
u8 ssif_cc_of(int rv)
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
	ssif->away_tries = 0;
	ssif->looked = ssif->away_since;
	ssif->attn.irq_on = false;
	dev_warn(&ssif->client->dev,
		 "BMC does not answer: %s (error %d); requests fail until it does\n",
		 rv == -ETIMEDOUT ? "it took a request and has no answer" :
				    "it does not acknowledge its address",
		 rv);
	if (ssif->intf)
		ipmi_core_bmc_news(ssif->intf, true);
}

static void come_back(struct ssif *ssif)
{
	if (!ssif->away)
		return;
	WRITE_ONCE(ssif->away, false);
	ssif->attn.due |= ATTN_DUE_CLEAR | ATTN_DUE_ENABLES | ATTN_DUE_FLAGS;
	dev_warn(&ssif->client->dev, "BMC answers again after %lld ms\n",
		 ktime_ms_delta(ktime_get(), ssif->away_since));
	if (ssif->intf)
		ipmi_core_bmc_news(ssif->intf, false);
}

/* What any BMC answers. */
static const u8 get_flags[] = { IPMI_NETFN_APP_REQUEST << 2, IPMI_GET_MSG_FLAGS_CMD };

/*
 * A request that fails may do so for its own sake: a command that the BMC drops in silence, a
 * part of a long one that it does not take. Before others are refused, it is asked once.
 */
static bool still_answers(struct ssif *ssif)
{
	return !ssif->away &&
	       (ssif_in_hurry(ssif) ||
		bus_transact(ssif, get_flags, sizeof(get_flags), BUS_CHECK) >= 0);
}

static int transact(struct ssif *ssif, const u8 *rq, unsigned int n)
{
	bool patient = !ssif->away || !(++ssif->away_tries % AWAY_PATIENT_TRY);
	int rv = bus_transact(ssif, rq, n, patient ? BUS_PATIENT : BUS_CHECK);

	if (rv >= 0)
		come_back(ssif);
	else if (rv != -EMSGSIZE && rv != -EBADMSG && rv != -ESHUTDOWN && !still_answers(ssif))
		go_away(ssif, rv);
	return rv;
}

static bool do_user(struct ssif *ssif)
{
	struct ipmi_smi_msg *msg = ssif_take_next(ssif);
	int rv;

	if (!msg)
		return false;
	ssif->attn_turn = true;
	if (ssif->away) {
		ssif_answer_locally(ssif, msg, IPMI_BUS_ERR);
		return true;
	}
	rv = transact(ssif, msg->data, msg->data_size);
	if (rv < 0) {
		ssif_answer_locally(ssif, msg, ssif_cc_of(rv));
		return true;
	}
	memcpy(msg->rsp, ssif->answer.data, rv);
	msg->rsp_size = rv;
	if (attn_is_reset(msg->rsp, rv))
		ssif->reset_checks = RESET_CHECKS;
	/* Its answer comes by itself. */
	if (msg->data[0] >> 2 == IPMI_NETFN_APP_REQUEST && msg->data[1] == IPMI_SEND_MSG_CMD)
		ssif->watch_ms = WATCH_MIN_MS;
	ssif_hand_up(ssif, msg);
	return true;
}

void ssif_deliver(struct ssif *ssif, struct ipmi_smi_msg *msg, u8 cmd, unsigned int n)
{
	msg->data[0] = IPMI_NETFN_APP_REQUEST << 2;
	msg->data[1] = cmd;
	msg->data_size = 2;
	memcpy(msg->rsp, ssif->answer.data, n);
	msg->rsp_size = n;
	ipmi_core_msg_received(ssif->intf, msg);
}

static void deliver_async(struct ssif *ssif, u8 cmd, unsigned int n)
{
	struct ipmi_smi_msg *msg = ssif->spare;

	ssif->spare = NULL;
	ssif_deliver(ssif, msg, cmd, n);
}

/*
 * An alert without a reason was about an answer that was there before it. Asking for the flags
 * may lead to the next such alert: do not let it keep us busy.
 */
static void got_flags(struct ssif *ssif)
{
	unsigned int pause = ssif->alert_pause_ms * 2;

	if (!ssif->alert_asked)
		return;
	ssif->alert_asked = false;
	if (ssif->attn.flags) {
		ssif->alert_pause_ms = 0;
		return;
	}
	ssif->answers_alert = true;
	ssif->alert_pause_ms = clamp_t(unsigned int, pause, ALERT_PAUSE_MIN_MS, ALERT_PAUSE_MAX_MS);
	ssif->alert_next = ktime_add_ms(ktime_get(), ssif->alert_pause_ms);
}

static void attn_done(struct ssif *ssif, unsigned int n)
{
	bool flags = ssif->attn.asked == IPMI_GET_MSG_FLAGS_CMD;

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
	if (flags)
		got_flags(ssif);
	/* Where there was something there may soon be more. */
	if (ssif->attn.flags)
		ssif->watch_ms = WATCH_MIN_MS;
}

/* What the BMC hands over it has no more, so there has to be room for it first. */
static bool has_room(struct ssif *ssif)
{
	if (!attn_takes(&ssif->attn))
		return true;
	if (!ssif->spare)
		ssif->spare = ipmi_alloc_smi_msg();
	return ssif->spare;
}

static bool do_attn(struct ssif *ssif)
{
	u8 rq[ATTN_REQUEST_MAX];
	unsigned int n;
	int rv;

	ssif->attn_turn = false;
	take_due(ssif);
	if (!has_room(ssif)) {
		attn_put_off(&ssif->attn);
		ssif->starved = true;
		ssif->looked = ktime_get();
	}
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

/* Is it back? Any request will do to see. */
static bool try_away(struct ssif *ssif)
{
	if (!(ssif->attn.due & ATTN_DUE_FLAGS))
		return false;
	ssif->attn.due = 0;
	ssif->attn.flags = 0;
	transact(ssif, get_flags, sizeof(get_flags));
	ssif->looked = ktime_get();
	return true;
}

/* A user's message and housekeeping take turns while both want the bus. */
static bool do_one(struct ssif *ssif)
{
	if (ssif->away)
		return do_user(ssif) || try_away(ssif);
	if (ssif->attn_turn)
		return do_attn(ssif) || do_user(ssif);
	return do_user(ssif) || do_attn(ssif);
}

static unsigned int watch_pause_ms(struct ssif *ssif)
{
	unsigned int mask = READ_ONCE(ssif->watch_mask);

	if (!mask)
		return NEVER;
	if (ssif->has_alert)
		return WATCH_ALERT_MS;
	if (!(mask & IPMI_WATCH_MASK_CHECK_MESSAGES))
		return WATCH_MAX_MS;
	return clamp_t(unsigned int, ssif->watch_ms, WATCH_MIN_MS, WATCH_MAX_MS);
}

/* How long after it was looked at the BMC is to be asked of our own accord. */
static unsigned int pause_ms(struct ssif *ssif)
{
	if (ssif->away)
		return clamp_t(s64, ktime_ms_delta(ktime_get(), ssif->away_since) / 16,
			       AWAY_PAUSE_MIN_MS, AWAY_PAUSE_MAX_MS);
	if (ssif->starved)
		return STARVED_PAUSE_MS;
	return min_t(unsigned int, watch_pause_ms(ssif),
		     ssif->reset_checks ? RESET_CHECK_MS : NEVER);
}

/* What is left of it. By the clock, for whoever sends something wakes the thread. */
static unsigned int left_ms(struct ssif *ssif)
{
	unsigned int pause = pause_ms(ssif);
	s64 passed = ktime_ms_delta(ktime_get(), ssif->looked);

	return pause == NEVER ? NEVER : max_t(s64, pause - passed, 0);
}

static unsigned int alert_left_ms(struct ssif *ssif)
{
	if (!ssif->alert_due || ssif->away)
		return NEVER;
	return max_t(s64, ktime_ms_delta(ssif->alert_next, ktime_get()), 0);
}

static void note_due(struct ssif *ssif)
{
	bus_note_alert(ssif);
	if (!alert_left_ms(ssif)) {
		ssif->alert_due = false;
		ssif->alert_asked = true;
		ssif->attn.due |= ATTN_DUE_FLAGS;
	}
	if (left_ms(ssif))
		return;
	ssif->looked = ktime_get();
	ssif->starved = false;
	ssif->attn.due |= ATTN_DUE_FLAGS;
	ssif->watch_ms = min_t(unsigned int, ssif->watch_ms * 2, WATCH_MAX_MS);
	if (!ssif->away && ssif->reset_checks) {
		ssif->reset_checks--;
		ssif->attn.due |= ATTN_DUE_ENABLES;
	}
}

static void sleep(struct ssif *ssif)
{
	unsigned int ms = min(left_ms(ssif), alert_left_ms(ssif));

	if (ms == NEVER)
		wait_event_freezable(ssif->wait, take_kick(ssif));
	else if (ms)
		wait_event_freezable_timeout(ssif->wait, take_kick(ssif), msecs_to_jiffies(ms));
}

static int ssif_engine_thread(void *data)
{
	struct ssif *ssif = data;

	/* While the machine sleeps so does the bus. */
	set_freezable();
	while (!kthread_should_stop()) {
		try_to_freeze();
		note_due(ssif);
		if (!do_one(ssif))
			sleep(ssif);
	}
	return 0;
}

/**
 * ssif_engine_start() - start the thread
 * @ssif: the interface
 *
 * Context: process.
 * Return: 0, or why there is no thread.
 */
int ssif_engine_start(struct ssif *ssif)
{
	struct task_struct *thread;

	ssif->attn.due |= ATTN_DUE_CLEAR | ATTN_DUE_ENABLES;
	ssif->watch_ms = WATCH_MIN_MS;
	ssif->looked = ktime_get();
	thread = kthread_create(ssif_engine_thread, ssif, "kssif%4.4x",
				i2c_adapter_id(ssif->client->adapter) << 8 | ssif->client->addr);
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	ssif->thread = thread;
	wake_up_process(thread);
	return 0;
}

/*
 * Nobody will hear its alerts any more, so it is told to raise none: what are its enables, set
 * them, and both once more if it refuses.
 */
static void quiet(struct ssif *ssif)
{
	u8 rq[ATTN_REQUEST_MAX];
	unsigned int i, n;
	int rv;

	if (ssif->away || !ssif->attn.irq_on)
		return;
	WRITE_ONCE(ssif->hurry, false);
	ssif->attn.use_irq = false;
	ssif->attn.flags = 0;
	ssif->attn.due = ATTN_DUE_ENABLES;
	for (i = 0; i < QUIET_REQUESTS; i++) {
		ssif->attn.due &= ATTN_DUE_ENABLES | ATTN_DUE_SET;
		n = attn_next(&ssif->attn, rq);
		if (!n)
			break;
		rv = bus_transact(ssif, rq, n, BUS_BRIEF);
		if (rv < 0)
			break;
		attn_answer(&ssif->attn, ssif->answer.data, rv);
	}
	WRITE_ONCE(ssif->hurry, true);
}

/**
 * ssif_engine_stop() - stop the thread, and end what is left with an error
 * @ssif: the interface; nobody is let in any more (ssif->stopping)
 *
 * Context: process, sleeps; what is on the bus ends, and the BMC has a moment to take
 * that it is not to alert any more.
 */
void ssif_engine_stop(struct ssif *ssif)
{
	struct ipmi_smi_msg *msg;

	if (ssif->thread) {
		wake_up(&ssif->wait);
		kthread_stop(ssif->thread);
		quiet(ssif);
		ssif->thread = NULL;
	}
	msg = ssif_take_next(ssif);
	if (msg)
		ssif_answer_locally(ssif, msg, IPMI_ERR_UNSPECIFIED);
	if (ssif->spare)
		ipmi_free_smi_msg(ssif->spare);
	ssif->spare = NULL;
}
