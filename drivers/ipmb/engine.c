// SPDX-License-Identifier: GPL-2.0-only
/*
 * One message at a time onto the bus, and its answer; commands of others; and whether the BMC
 * answers.
 *
 * Called by handlers.c, by the slave of bus.c, and by a work, which alone writes to the bus. Lock:
 * ipmb->lock.
 *
 * A request is sent again until it is answered, max_retries times, with the same number, by which
 * the BMC knows it again. The bus has several masters: a message that nobody acknowledges, or that
 * loses the bus to another one, is written again after a pause. An answer may come before the
 * adapter has said that the request was written.
 */
#include <linux/jiffies.h>
#include <linux/slab.h>

#include <ipmi/core.h>

#include "ipmb.h"

/* Bounds, all of them in Documentation/house. */
#define BUS_TRIES	4
#define BUS_PAUSE_MS	10
#define AWAY_PAUSE_MS	500
#define BROUGHT_MAX	64

#define RESPONSE	BIT(2)	/* of NetFn/LUN */

/* A command of others on its way up. */
struct brought {
	struct ipmi_smi_msg msg;
	struct ipmb *ipmb;
};

static bool is_direct(const struct ipmi_smi_msg *msg)
{
	return msg->type == IPMI_SMI_MSG_TYPE_IPMB_DIRECT;
}

/* A response of ours wants no answer, and says nothing of the BMC. */
static bool is_request_to_bmc(const struct ipmb *ipmb, const struct ipmi_smi_msg *msg)
{
	if (!is_direct(msg))
		return true;
	return msg->data_size > 1 && !(msg->data[0] & RESPONSE) && msg->data[1] == ipmb->bmc;
}

/* There is something to do, at a time. At panic nothing is done. */
static void run_later_locked(struct ipmb *ipmb)
{
	unsigned long at = ipmb->due;

	lockdep_assert_held(&ipmb->lock);
	if (ipmb->removing || ipmb->panicking || ipmb->step == IPMB_SENDING)
		return;
	if (ipmb->step == IPMB_IDLE) {
		if (ipmb->state != IPMB_AWAY)
			return;
		at = ipmb->ask_due;
	}
	mod_delayed_work(ipmb->wq, &ipmb->run, time_before(jiffies, at) ? at - jiffies : 0);
}

static void hand_up_locked(struct ipmb *ipmb, struct ipmi_smi_msg *msg)
{
	lockdep_assert_held(&ipmb->lock);
	if (ipmi_core_msg_queue(ipmb->intf, msg))
		ipmi_core_kick(ipmb->intf);
}

/* What became of a message; of a response of ours, which nobody answers, this is all there is. */
static void answer_locally_locked(struct ipmb *ipmb, struct ipmi_smi_msg *msg, u8 cc)
{
	unsigned int n = is_direct(msg) ? 4 : 2;

	memcpy(msg->rsp, msg->data, n);
	msg->rsp[0] |= RESPONSE;
	msg->rsp[n] = cc;
	msg->rsp_size = n + 1;
	hand_up_locked(ipmb, msg);
}

static void begin_locked(struct ipmb *ipmb)
{
	lockdep_assert_held(&ipmb->lock);
	ipmb->serial++;
	ipmb->tries = 0;
	ipmb->bus_tries = 0;
	ipmb->step = IPMB_TO_SEND;
	ipmb->due = jiffies;
}

static u8 next_seq_locked(struct ipmb *ipmb)
{
	lockdep_assert_held(&ipmb->lock);
	ipmb->seq = (ipmb->seq + 1) % IPMB_SEQS;
	return ipmb->seq;
}

/* Return: 0, or the completion code with which it is refused. */
static u8 begin_msg_locked(struct ipmb *ipmb, struct ipmi_smi_msg *msg)
{
	u8 seq = next_seq_locked(ipmb), cc;

	if (is_direct(msg))
		cc = ipmb_frame_direct(&ipmb->frame, ipmb->own, seq, msg->data, msg->data_size);
	else
		cc = ipmb_frame_local(&ipmb->frame, ipmb->bmc, ipmb->own, seq, msg->data,
				      msg->data_size);
	if (cc)
		return cc;
	ipmb->msg = msg;
	begin_locked(ipmb);
	return 0;
}

/* A question of our own. */
static void ask_locked(struct ipmb *ipmb)
{
	static const u8 rq[] = { IPMI_NETFN_APP_REQUEST << 2, IPMI_GET_DEVICE_ID_CMD };

	ipmb_frame_local(&ipmb->frame, ipmb->bmc, ipmb->own, next_seq_locked(ipmb), rq, sizeof(rq));
	ipmb->asking = true;
	begin_locked(ipmb);
}

/* Nothing is under way: what has waited for that begins. */
static void begin_next_locked(struct ipmb *ipmb)
{
	struct ipmi_smi_msg *msg = ipmb->next;
	u8 cc;

	lockdep_assert_held(&ipmb->lock);
	ipmb->next = NULL;
	if (!msg)
		return;
	if (ipmb->state == IPMB_AWAY && is_request_to_bmc(ipmb, msg))
		cc = IPMI_BUS_ERR;
	else
		cc = begin_msg_locked(ipmb, msg);
	if (cc)
		answer_locally_locked(ipmb, msg, cc);
}

/**
 * ipmb_engine_end_locked() - end what the core waits for
 * @ipmb: the interface
 * @cc: the completion code that it gets
 *
 * Context: any.
 */
void ipmb_engine_end_locked(struct ipmb *ipmb, u8 cc)
{
	struct ipmi_smi_msg *msg = ipmb->msg, *next = ipmb->next;

	lockdep_assert_held(&ipmb->lock);
	ipmb->msg = NULL;
	ipmb->next = NULL;
	if (msg) {
		ipmb->step = IPMB_IDLE;
		answer_locally_locked(ipmb, msg, cc);
	}
	if (next)
		answer_locally_locked(ipmb, next, cc);
}

/* It takes locks and memory; at panic there is nobody to be told. */
static void tell_locked(struct ipmb *ipmb)
{
	lockdep_assert_held(&ipmb->lock);
	if (ipmb->intf && !ipmb->panicking)
		queue_work(system_unbound_wq, &ipmb->news);
}

static void news_work(struct work_struct *work)
{
	struct ipmb *ipmb = container_of(work, struct ipmb, news);

	/* shutdown() waits for this work, so the interface stays. */
	ipmi_core_bmc_news(ipmb->told, READ_ONCE(ipmb->state) == IPMB_AWAY);
}

static void go_away_locked(struct ipmb *ipmb)
{
	lockdep_assert_held(&ipmb->lock);
	ipmb->ask_due = jiffies + msecs_to_jiffies(AWAY_PAUSE_MS);
	if (ipmb->state == IPMB_AWAY)
		return;
	WRITE_ONCE(ipmb->state, IPMB_AWAY);
	ipmb->away_since = ktime_get();
	if (ipmb->intf)
		dev_warn(ipmb->dev,
			 "BMC does not answer on the IPMB at 0x%02x; requests fail until it does\n",
			 ipmb->bmc);
	tell_locked(ipmb);
}

/* The BMC has answered our question, so it answers those of others. */
static void come_back_locked(struct ipmb *ipmb)
{
	bool was_away = ipmb->state == IPMB_AWAY;

	lockdep_assert_held(&ipmb->lock);
	WRITE_ONCE(ipmb->state, IPMB_ANSWERS_WELL);
	if (!was_away)
		return;
	if (!ipmb->intf) {
		if (!ipmb->removing && !ipmb->panicking)
			mod_delayed_work(system_unbound_wq, &ipmb->add, 0);
		return;
	}
	dev_warn(ipmb->dev, "BMC answers again after %lld ms\n",
		 ktime_ms_delta(ktime_get(), ipmb->away_since));
	tell_locked(ipmb);
}

/* What is under way has come to an end without an answer, or needs none: its completion code. */
static void over_locked(struct ipmb *ipmb, u8 cc)
{
	struct ipmi_smi_msg *msg = ipmb->msg;
	bool is_doubtful;

	lockdep_assert_held(&ipmb->lock);
	ipmb->step = IPMB_IDLE;
	if (ipmb->asking) {
		ipmb->asking = false;
		go_away_locked(ipmb);
		begin_next_locked(ipmb);
		return;
	}
	ipmb->msg = NULL;
	if (cc == IPMI_TIMEOUT_ERR)
		ipmb_count(ipmb, IPMB_TIMEOUTS);
	is_doubtful = cc && ipmb->state == IPMB_ANSWERS_WELL && is_request_to_bmc(ipmb, msg);
	answer_locally_locked(ipmb, msg, cc);
	if (is_doubtful) {
		WRITE_ONCE(ipmb->state, IPMB_IN_DOUBT);
		ask_locked(ipmb);
	}
}

static void answered_locked(struct ipmb *ipmb, const struct ipmb_frame *f)
{
	struct ipmi_smi_msg *msg = ipmb->msg;

	lockdep_assert_held(&ipmb->lock);
	ipmb->step = IPMB_IDLE;
	if (ipmb->asking) {
		ipmb->asking = false;
		come_back_locked(ipmb);
		begin_next_locked(ipmb);
		return;
	}
	ipmb_count(ipmb, IPMB_ANSWERS);
	ipmb->msg = NULL;
	static_assert(sizeof(msg->rsp) >= IPMB_FRAME_MAX);
	msg->rsp_size = is_direct(msg) ? ipmb_frame_get_direct(f, msg->rsp) :
					 ipmb_frame_get_local(f, &ipmb->frame, msg->rsp);
	hand_up_locked(ipmb, msg);
}

static void brought_done(struct ipmi_smi_msg *msg)
{
	struct brought *b = container_of(msg, struct brought, msg);
	struct ipmb *ipmb = b->ipmb;

	kfree(b);
	atomic_dec(&ipmb->brought);
}

/* Somebody asks us. There is an interface that can be told of it, or nobody is. */
static bool bring_locked(struct ipmb *ipmb, const struct ipmb_frame *f)
{
	struct brought *b;

	lockdep_assert_held(&ipmb->lock);
	if (!ipmb->intf || atomic_read(&ipmb->brought) >= BROUGHT_MAX)
		return false;
	b = kzalloc(sizeof(*b), GFP_ATOMIC | __GFP_NOWARN);
	if (!b)
		return false;
	atomic_inc(&ipmb->brought);
	b->ipmb = ipmb;
	b->msg.done = brought_done;
	b->msg.type = IPMI_SMI_MSG_TYPE_IPMB_DIRECT;
	b->msg.rsp_size = ipmb_frame_get_direct(f, b->msg.rsp);
	hand_up_locked(ipmb, &b->msg);
	return true;
}

/* The BMC may have got what the bus is said to have failed. */
static bool is_awaited_locked(const struct ipmb *ipmb)
{
	lockdep_assert_held(&ipmb->lock);
	if (ipmb->step == IPMB_TO_SEND)
		return ipmb->tries || ipmb->bus_tries;
	return ipmb->step != IPMB_IDLE;
}

static void response_locked(struct ipmb *ipmb, const struct ipmb_frame *f)
{
	lockdep_assert_held(&ipmb->lock);
	if (is_awaited_locked(ipmb) && !(ipmb->frame.bytes[IPMB_NETFN] & RESPONSE) &&
	    ipmb_frame_answers(f, &ipmb->frame))
		answered_locked(ipmb, f);
	else
		ipmb_count(ipmb, IPMB_LATE_ANSWERS);
}

/**
 * ipmb_engine_received_locked() - somebody has written to us
 * @ipmb: the interface
 * @f: what; hostile
 * @overlong: @f is the beginning of it
 *
 * Context: any.
 */
void ipmb_engine_received_locked(struct ipmb *ipmb, const struct ipmb_frame *f, bool overlong)
{
	enum ipmb_kind kind = overlong ? IPMB_SPOILED : ipmb_frame_kind(f);

	lockdep_assert_held(&ipmb->lock);
	if (ipmb->panicking)
		return;
	switch (kind) {
	case IPMB_RESPONSE:
		response_locked(ipmb, f);
		break;
	case IPMB_REQUEST:
		ipmb_count(ipmb, bring_locked(ipmb, f) ? IPMB_COMMANDS : IPMB_DROPPED_COMMANDS);
		break;
	case IPMB_SPOILED:
		ipmb_count(ipmb, IPMB_BAD_MESSAGES);
		return;
	}
	/* A BMC that speaks is there: it is asked at once. */
	if (ipmb->state == IPMB_AWAY && f->bytes[IPMB_FROM] == ipmb->bmc)
		ipmb->ask_due = jiffies;
	run_later_locked(ipmb);
}

static void written_locked(struct ipmb *ipmb, int error)
{
	bool is_away = ipmb->asking && ipmb->state == IPMB_AWAY;

	lockdep_assert_held(&ipmb->lock);
	if (!error && ipmb->frame.bytes[IPMB_NETFN] & RESPONSE) {
		over_locked(ipmb, 0);
	} else if (!error) {
		ipmb->step = IPMB_WAITING;
		ipmb->due = jiffies + msecs_to_jiffies(ipmb->retry_ms);
	} else {
		if (!is_away)
			ipmb_count(ipmb, IPMB_BUS_ERRORS);
		if (is_away || ++ipmb->bus_tries == BUS_TRIES) {
			over_locked(ipmb, IPMI_BUS_ERR);
			return;
		}
		ipmb->step = IPMB_TO_SEND;
		ipmb->due = jiffies + msecs_to_jiffies(BUS_PAUSE_MS);
	}
}

/* An answer has not come in time. */
static void late_locked(struct ipmb *ipmb)
{
	lockdep_assert_held(&ipmb->lock);
	if (ipmb->tries == ipmb->max_retries) {
		over_locked(ipmb, IPMI_TIMEOUT_ERR);
		return;
	}
	if (!ipmb->asking)
		ipmb_count(ipmb, IPMB_RESENT);
	ipmb->tries++;
	ipmb->bus_tries = 0;
	ipmb->step = IPMB_TO_SEND;
	ipmb->due = jiffies;
}

/* Return: bytes of what is to be written now. */
static unsigned int take_locked(struct ipmb *ipmb)
{
	lockdep_assert_held(&ipmb->lock);
	if (ipmb->removing || ipmb->panicking)
		return 0;
	if (ipmb->step == IPMB_WAITING && time_after_eq(jiffies, ipmb->due))
		late_locked(ipmb);
	if (ipmb->step == IPMB_IDLE && ipmb->state == IPMB_AWAY &&
	    time_after_eq(jiffies, ipmb->ask_due))
		ask_locked(ipmb);
	if (ipmb->step != IPMB_TO_SEND || time_before(jiffies, ipmb->due))
		return 0;
	ipmb->step = IPMB_SENDING;
	memcpy(ipmb->wire, ipmb->frame.bytes, ipmb->frame.len);
	return ipmb->frame.len;
}

static void run_work(struct work_struct *work)
{
	struct ipmb *ipmb = container_of(work, struct ipmb, run.work);
	unsigned int n;
	u32 serial;
	int error;

	scoped_guard(ipmb_task, ipmb) {
		n = take_locked(ipmb);
		serial = ipmb->serial;
	}
	error = n ? ipmb_bus_write(ipmb, n) : 0;
	guard(ipmb_task)(ipmb);
	/* At panic this CPU is stopped, or is the one that panics. */
	if (ipmb->panicking)
		return;
	/* Its answer may have come, and another message may have begun. */
	if (n && ipmb->step == IPMB_SENDING && ipmb->serial == serial)
		written_locked(ipmb, error);
	run_later_locked(ipmb);
}

/**
 * ipmb_engine_init() - before there is a slave, and an interface
 * @ipmb: all zero, but for what it was told
 *
 * Whether there is a BMC is not known. The first run asks it.
 */
void ipmb_engine_init(struct ipmb *ipmb)
{
	spin_lock_init(&ipmb->lock);
	INIT_DELAYED_WORK(&ipmb->run, run_work);
	INIT_WORK(&ipmb->news, news_work);
	ipmb->state = IPMB_AWAY;
	ipmb->away_since = ktime_get();
	ipmb->ask_due = jiffies;
}

/**
 * ipmb_engine_begin() - a message of the core
 * @ipmb: the interface
 * @msg: the message
 *
 * Context: any.
 * Return: 0; the completion code with which it is refused.
 */
u8 ipmb_engine_begin(struct ipmb *ipmb, struct ipmi_smi_msg *msg)
{
	u8 cc = 0;

	guard(spinlock_irqsave)(&ipmb->lock);
	if (ipmb->removing || ipmb->panicking ||
	    (ipmb->state == IPMB_AWAY && is_request_to_bmc(ipmb, msg)))
		cc = IPMI_BUS_ERR;
	else if (ipmb->msg || ipmb->next)
		cc = IPMI_NODE_BUSY_ERR;
	else if (ipmb->asking)
		ipmb->next = msg;
	else
		cc = begin_msg_locked(ipmb, msg);
	if (cc) {
		ipmb_count(ipmb, IPMB_REFUSED);
		return cc;
	}
	ipmb_count(ipmb, IPMB_REQUESTS);
	run_later_locked(ipmb);
	return 0;
}

/**
 * ipmb_engine_take_over() - this CPU is alone now
 * @ipmb: the interface
 *
 * Nothing is sent or received any more: that takes interrupts, and waits. What the core has given
 * ends. Another CPU may have been stopped with the lock, and what is under way the core knows.
 *
 * Context: panic, power off.
 */
void ipmb_engine_take_over(struct ipmb *ipmb)
{
	if (ipmb->panicking)
		return;
	WRITE_ONCE(ipmb->panicking, true);
	if (spin_trylock(&ipmb->lock))
		spin_unlock(&ipmb->lock);
	else
		spin_lock_init(&ipmb->lock);
	guard(spinlock_irqsave)(&ipmb->lock);
	ipmb->next = NULL;
	ipmb->msg = ipmb->intf ? ipmi_core_in_flight(ipmb->intf) : NULL;
	ipmb_engine_end_locked(ipmb, IPMI_BUS_ERR);
}
