// SPDX-License-Identifier: GPL-2.0-only
/*
 * One request at a time down to the firmware, and its answer up; and whether there is a BMC behind
 * it that answers.
 *
 * Called by handlers.c, by probe.c's interrupt, and by a work that looks while there is something
 * to wait for: the firmware may be waiting to be called, and its interrupt may not come. Lock:
 * pnv->lock.
 *
 * The firmware asks a silent BMC twice, 3 s each time, and then answers C3h itself. What it was
 * given it cannot be made to forget, and its answers have no numbers, but it keeps them in order.
 * So after a request without an answer nobody else's is sent before a question of our own, Get
 * Device ID, has been answered: what was left over has come by then, and is not taken for
 * another's.
 */
#include <linux/jiffies.h>

#include <ipmi/core.h>

#include "powernv.h"

/* Bounds, all of them in Documentation/house. */
#define ANSWER_MS		8000
#define DOUBT_MS		2000
#define AWAY_PAUSE_MS		500
#define LOOK_MS			100
#define LOOK_NO_IRQ_MS		10
#define RECEIVE_MAX		16

static bool is_sent_locked(const struct powernv *pnv)
{
	lockdep_assert_held(&pnv->lock);
	return pnv->msg || pnv->asking;
}

/* There is something to look for, from time to time. At panic who polls looks. */
static void look_later_locked(struct powernv *pnv)
{
	unsigned long pause = msecs_to_jiffies(pnv->irq ? LOOK_MS : LOOK_NO_IRQ_MS);

	lockdep_assert_held(&pnv->lock);
	if (pnv->removing || pnv->panicking)
		return;
	if (!is_sent_locked(pnv)) {
		if (pnv->state != POWERNV_AWAY)
			return;
		pause = time_before(jiffies, pnv->due) ? pnv->due - jiffies : 0;
	}
	queue_delayed_work(system_unbound_wq, &pnv->look, pause);
}

static void hand_up_locked(struct powernv *pnv, struct ipmi_smi_msg *msg)
{
	lockdep_assert_held(&pnv->lock);
	if (ipmi_core_msg_queue(pnv->intf, msg))
		ipmi_core_kick(pnv->intf);
}

static void answer_locally_locked(struct powernv *pnv, struct ipmi_smi_msg *msg, u8 cc)
{
	msg->rsp[0] = msg->data[0] | BIT(2);
	msg->rsp[1] = msg->data[1];
	msg->rsp[2] = cc;
	msg->rsp_size = 3;
	hand_up_locked(pnv, msg);
}

static void end_next_locked(struct powernv *pnv, u8 cc)
{
	struct ipmi_smi_msg *msg = pnv->next;

	lockdep_assert_held(&pnv->lock);
	pnv->next = NULL;
	if (msg)
		answer_locally_locked(pnv, msg, cc);
}

/**
 * engine_end_locked() - end what the core waits for
 * @pnv: the interface
 * @cc: the completion code that it gets
 *
 * Context: any.
 */
void engine_end_locked(struct powernv *pnv, u8 cc)
{
	struct ipmi_smi_msg *msg = pnv->msg;

	lockdep_assert_held(&pnv->lock);
	pnv->msg = NULL;
	if (msg)
		answer_locally_locked(pnv, msg, cc);
	end_next_locked(pnv, cc);
}

/* It takes locks and memory; at panic there is nobody to be told. */
static void tell_locked(struct powernv *pnv)
{
	lockdep_assert_held(&pnv->lock);
	if (pnv->intf && !pnv->panicking)
		queue_work(system_unbound_wq, &pnv->news);
}

static void news_work(struct work_struct *work)
{
	struct powernv *pnv = container_of(work, struct powernv, news);

	/* shutdown() waits for this work, so the interface stays. */
	ipmi_core_bmc_news(pnv->told, READ_ONCE(pnv->state) == POWERNV_AWAY);
}

static void go_away_locked(struct powernv *pnv)
{
	lockdep_assert_held(&pnv->lock);
	if (pnv->state == POWERNV_AWAY)
		return;
	WRITE_ONCE(pnv->state, POWERNV_AWAY);
	pnv->away_since = ktime_get();
	end_next_locked(pnv, IPMI_BUS_ERR);
	if (pnv->intf)
		dev_warn(pnv->dev,
			 "BMC does not answer: the firmware has no answer of it; requests fail until it does\n");
	tell_locked(pnv);
}

/* Return: 0; a completion code if the firmware does not take it. */
static u8 send_locked(struct powernv *pnv, const u8 *rq, unsigned int n)
{
	u8 cc = opal_frame_put(pnv->frame, rq, n);
	int rv;

	lockdep_assert_held(&pnv->lock);
	if (cc)
		return cc;
	rv = firmware_send_locked(pnv, n);
	if (rv)
		return rv == -EBUSY ? IPMI_NODE_BUSY_ERR : IPMI_ERR_UNSPECIFIED;
	memcpy(pnv->sent, rq, sizeof(pnv->sent));
	pnv->due = jiffies + msecs_to_jiffies(ANSWER_MS);
	return 0;
}

/* A question of our own. If the firmware does not take it, that is no answer either. */
static void ask_locked(struct powernv *pnv)
{
	static const u8 rq[] = { IPMI_NETFN_APP_REQUEST << 2, IPMI_GET_DEVICE_ID_CMD };

	lockdep_assert_held(&pnv->lock);
	pnv->asking = !send_locked(pnv, rq, sizeof(rq));
	if (!pnv->asking) {
		pnv->due = jiffies + msecs_to_jiffies(AWAY_PAUSE_MS);
		go_away_locked(pnv);
	}
}

static void doubt_locked(struct powernv *pnv)
{
	lockdep_assert_held(&pnv->lock);
	WRITE_ONCE(pnv->state, POWERNV_IN_DOUBT);
	pnv->doubt_due = jiffies + msecs_to_jiffies(DOUBT_MS);
	ask_locked(pnv);
}

/* The BMC has answered our question, so it answers those of others. */
static void come_back_locked(struct powernv *pnv)
{
	bool was_away = pnv->state == POWERNV_AWAY;
	struct ipmi_smi_msg *msg = pnv->next;
	u8 cc;

	lockdep_assert_held(&pnv->lock);
	WRITE_ONCE(pnv->state, POWERNV_ANSWERS_WELL);
	pnv->next = NULL;
	if (msg) {
		cc = send_locked(pnv, msg->data, msg->data_size);
		if (cc)
			answer_locally_locked(pnv, msg, cc);
		else
			pnv->msg = msg;
	}
	if (!was_away)
		return;
	if (!pnv->intf) {
		if (!pnv->removing && !pnv->panicking)
			mod_delayed_work(system_unbound_wq, &pnv->add, 0);
		return;
	}
	dev_warn(pnv->dev, "BMC answers again after %lld ms\n",
		 ktime_ms_delta(ktime_get(), pnv->away_since));
	tell_locked(pnv);
}

/* Our question has ended. */
static void asked_locked(struct powernv *pnv, bool answered)
{
	lockdep_assert_held(&pnv->lock);
	pnv->asking = false;
	if (answered) {
		come_back_locked(pnv);
		return;
	}
	pnv->due = jiffies + msecs_to_jiffies(AWAY_PAUSE_MS);
	go_away_locked(pnv);
}

/* What is with the firmware has an answer that cannot be used, and will get no other. */
static void spoiled_locked(struct powernv *pnv)
{
	struct ipmi_smi_msg *msg = pnv->msg;

	lockdep_assert_held(&pnv->lock);
	powernv_count(pnv, POWERNV_BAD_ANSWERS);
	if (pnv->asking) {
		asked_locked(pnv, false);
	} else if (msg) {
		pnv->msg = NULL;
		answer_locally_locked(pnv, msg, IPMI_ERR_UNSPECIFIED);
		doubt_locked(pnv);
	}
}

static void answered_locked(struct powernv *pnv, u64 len)
{
	struct ipmi_smi_msg *msg = pnv->msg;

	lockdep_assert_held(&pnv->lock);
	if (pnv->asking) {
		/* C3h is the firmware's word for a BMC that does not answer. */
		asked_locked(pnv, pnv->frame[3] != IPMI_TIMEOUT_ERR);
		return;
	}
	powernv_count(pnv, POWERNV_ANSWERS);
	pnv->msg = NULL;
	static_assert(sizeof(msg->rsp) >= OPAL_FRAME_ANSWER);
	msg->rsp_size = opal_frame_get(pnv->frame, len, msg->rsp);
	hand_up_locked(pnv, msg);
	if (msg->rsp[2] == IPMI_TIMEOUT_ERR)
		doubt_locked(pnv);
}

static void received_locked(struct powernv *pnv, u64 len)
{
	enum opal_answer answer = OPAL_ANSWER_OTHER;

	lockdep_assert_held(&pnv->lock);
	if (is_sent_locked(pnv))
		answer = opal_frame_check(pnv->frame, len, pnv->sent);
	switch (answer) {
	case OPAL_ANSWER_FITS:
		answered_locked(pnv, len);
		break;
	case OPAL_ANSWER_OTHER:
		powernv_count(pnv, POWERNV_DROPPED_ANSWERS);
		break;
	case OPAL_ANSWER_SPOILED:
		spoiled_locked(pnv);
		break;
	}
}

/**
 * engine_receive_locked() - take what the firmware has
 * @pnv: the interface
 *
 * Context: any, hard interrupts included; at most RECEIVE_MAX calls of the firmware, which keeps
 * its interrupt up if there is more.
 * Return: whether there was anything.
 */
bool engine_receive_locked(struct powernv *pnv)
{
	unsigned int i;
	u64 len;
	int rv;

	lockdep_assert_held(&pnv->lock);
	for (i = 0; i < RECEIVE_MAX; i++) {
		rv = firmware_receive_locked(pnv, &len);
		if (rv == -EAGAIN)
			break;
		if (rv)
			spoiled_locked(pnv);
		else
			received_locked(pnv, len);
	}
	look_later_locked(pnv);
	return i;
}

/* What has taken too long. */
static void check_time_locked(struct powernv *pnv)
{
	struct ipmi_smi_msg *msg = pnv->msg;

	lockdep_assert_held(&pnv->lock);
	if (pnv->state == POWERNV_IN_DOUBT && time_after_eq(jiffies, pnv->doubt_due))
		go_away_locked(pnv);
	if (!time_after_eq(jiffies, pnv->due))
		return;
	if (msg) {
		powernv_count(pnv, POWERNV_TIMEOUTS);
		pnv->msg = NULL;
		answer_locally_locked(pnv, msg, IPMI_TIMEOUT_ERR);
		doubt_locked(pnv);
	} else if (pnv->asking) {
		asked_locked(pnv, false);
	} else if (pnv->state == POWERNV_AWAY) {
		ask_locked(pnv);
	}
}

static void look_work(struct work_struct *work)
{
	struct powernv *pnv = container_of(work, struct powernv, look.work);

	firmware_poll();
	guard(powernv_task)(pnv);
	/* At panic this CPU is stopped, or is the one that panics. */
	if (pnv->panicking)
		return;
	engine_receive_locked(pnv);
	check_time_locked(pnv);
	look_later_locked(pnv);
}

/**
 * engine_init() - before there is an interrupt, and an interface
 * @pnv: all zero, but for its device
 *
 * Whether there is a BMC is not known. The first look asks it.
 */
void engine_init(struct powernv *pnv)
{
	spin_lock_init(&pnv->lock);
	INIT_DELAYED_WORK(&pnv->look, look_work);
	INIT_WORK(&pnv->news, news_work);
	pnv->state = POWERNV_AWAY;
	pnv->away_since = ktime_get();
	pnv->due = jiffies;
}

/**
 * engine_begin() - a request of the core
 * @pnv: the interface
 * @msg: the request
 *
 * Context: any.
 * Return: 0; the completion code with which it is refused.
 */
u8 engine_begin(struct powernv *pnv, struct ipmi_smi_msg *msg)
{
	u8 cc;

	guard(spinlock_irqsave)(&pnv->lock);
	if (pnv->removing || pnv->state == POWERNV_AWAY)
		cc = IPMI_BUS_ERR;
	else if (pnv->msg || pnv->next)
		cc = IPMI_NODE_BUSY_ERR;
	else if (pnv->state == POWERNV_IN_DOUBT)
		cc = 0;
	else
		cc = send_locked(pnv, msg->data, msg->data_size);
	if (cc) {
		powernv_count(pnv, POWERNV_REFUSED);
		return cc;
	}
	powernv_count(pnv, POWERNV_REQUESTS);
	if (pnv->state == POWERNV_IN_DOUBT)
		pnv->next = msg;
	else
		pnv->msg = msg;
	look_later_locked(pnv);
	return 0;
}

/**
 * engine_poll() - give the firmware time, and take what it has
 * @pnv: the interface
 *
 * Context: any; panic, power off.
 */
void engine_poll(struct powernv *pnv)
{
	firmware_poll();
	guard(spinlock_irqsave)(&pnv->lock);
	engine_receive_locked(pnv);
}

/**
 * engine_take_over() - this CPU is alone now
 * @pnv: the interface
 *
 * Another one may have been stopped with the lock. What that was doing is not to be trusted, but
 * the core knows which message it has given: it ends. An answer to it that still comes is not taken
 * for that to another command. What was under way otherwise goes on: its answer comes first anyway.
 *
 * Context: panic, power off.
 */
void engine_take_over(struct powernv *pnv)
{
	if (pnv->panicking)
		return;
	WRITE_ONCE(pnv->panicking, true);
	if (spin_trylock(&pnv->lock)) {
		spin_unlock(&pnv->lock);
		return;
	}
	spin_lock_init(&pnv->lock);
	guard(spinlock_irqsave)(&pnv->lock);
	pnv->asking = false;
	pnv->next = NULL;
	if (pnv->state == POWERNV_IN_DOUBT)
		WRITE_ONCE(pnv->state, POWERNV_ANSWERS_WELL);
	pnv->msg = pnv->intf ? ipmi_core_in_flight(pnv->intf) : NULL;
	engine_end_locked(pnv, IPMI_ERR_UNSPECIFIED);
}
