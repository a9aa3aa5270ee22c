// SPDX-License-Identifier: GPL-2.0-only
/*
 * Between the core and the program: one request at a time down, and what the program writes up.
 *
 * The core calls the handlers, file.c the rest. Lock: vbmc->lock, also while what goes up is
 * queued: shutdown() takes it last, and then there is no interface any more. Nothing here waits.
 */
#include <linux/bottom_half.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/slab.h>

#include <ipmi/core.h>

#include "vbmc.h"

/* Bounds, all of them in Documentation/house. */
#define ANSWER_MS	5000
#define BROUGHT_MAX	64

#define EVENT_LEN	16

/* What a BMC's answer has before the data that the program gives. */
#define BROUGHT_HEAD	3

static_assert(IPMI_VBMC_DATA_MAX == IPMI_MAX_MSG_LENGTH);

/* An event or a message on its way up. */
struct brought {
	struct ipmi_smi_msg msg;
	struct vbmc *vbmc;
};

/*
 * guard(program)(vbmc): the lock, for who has no interrupt to end. The interface is run by a soft
 * interrupt, and that runs at the end of this, in the program's own time.
 */
DEFINE_LOCK_GUARD_1(program, struct vbmc,
		    ({ local_bh_disable(); spin_lock_irqsave(&_T->lock->lock, _T->flags); }),
		    ({ spin_unlock_irqrestore(&_T->lock->lock, _T->flags); local_bh_enable(); }),
		    unsigned long flags)

static void hand_up_locked(struct vbmc *vbmc, struct ipmi_smi_msg *msg)
{
	lockdep_assert_held(&vbmc->lock);
	if (ipmi_core_msg_queue(vbmc->intf, msg))
		ipmi_core_kick(vbmc->intf);
}

/* The request that is with the program ends with an answer that is made here. */
static void answer_locally_locked(struct vbmc *vbmc, u8 cc)
{
	struct ipmi_smi_msg *msg = vbmc->msg;

	lockdep_assert_held(&vbmc->lock);
	if (!msg)
		return;
	vbmc->msg = NULL;
	msg->rsp[0] = msg->data[0] | BIT(2);
	msg->rsp[1] = msg->data[1];
	msg->rsp[2] = cc;
	msg->rsp_size = 3;
	hand_up_locked(vbmc, msg);
}

/* Whoever uses the file shows that the program runs. */
static void is_alive_locked(struct vbmc *vbmc)
{
	lockdep_assert_held(&vbmc->lock);
	if (!vbmc->away || !vbmc->intf)
		return;
	WRITE_ONCE(vbmc->away, false);
	queue_work(system_unbound_wq, &vbmc->news);
}

static void news_work(struct work_struct *work)
{
	struct vbmc *vbmc = container_of(work, struct vbmc, news);
	bool away = READ_ONCE(vbmc->away);

	if (away)
		dev_warn(vbmc->dev,
			 "the program behind ipmi%d (%s, pid %d) does not read its requests; they fail until it does\n",
			 vbmc->number, vbmc->comm, vbmc->pid);
	else
		dev_warn(vbmc->dev, "the program behind ipmi%d reads again after %lld ms\n",
			 vbmc->number, ktime_ms_delta(ktime_get(), vbmc->away_since));
	/* shutdown() waits for this work, so the interface stays. */
	ipmi_core_bmc_news(vbmc->told, away);
}

/* A request is over by its time; the timer was set for it, or for an earlier one. */
static void timer_fires(struct timer_list *timer)
{
	struct vbmc *vbmc = container_of(timer, struct vbmc, timer);

	guard(spinlock_irqsave)(&vbmc->lock);
	if (!vbmc->msg)
		return;
	if (time_before(jiffies, vbmc->due)) {
		mod_timer(timer, vbmc->due);
		return;
	}
	vbmc_count(vbmc, VBMC_TIMEOUTS);
	if (vbmc->unread) {
		WRITE_ONCE(vbmc->away, true);
		vbmc->away_since = ktime_get();
		queue_work(system_unbound_wq, &vbmc->news);
	}
	answer_locally_locked(vbmc, IPMI_TIMEOUT_ERR);
}

static int vbmc_start_processing(void *send_info, struct ipmi_smi *intf)
{
	struct vbmc *vbmc = send_info;

	vbmc->number = ipmi_core_number(intf);
	vbmc->told = intf;
	scoped_guard(spinlock_irqsave, &vbmc->lock)
		vbmc->intf = intf;
	complete(&vbmc->started);
	return 0;
}

static void vbmc_shutdown(void *send_info)
{
	struct vbmc *vbmc = send_info;

	/* What is with the program ends, and nothing begins or comes up any more. */
	scoped_guard(spinlock_irqsave, &vbmc->lock) {
		answer_locally_locked(vbmc, IPMI_ERR_UNSPECIFIED);
		vbmc->intf = NULL;
	}
	wake_up_all(&vbmc->wait);
	timer_delete_sync(&vbmc->timer);
	cancel_work_sync(&vbmc->news);
}

/* The one that an administrator adds at run time is the nearest that there is. */
static int vbmc_get_info(void *send_info, struct ipmi_smi_info *data)
{
	struct vbmc *vbmc = send_info;

	data->addr_src = SI_HOTMOD;
	data->dev = get_device(vbmc->dev);
	return 0;
}

/* Return: 0, or the completion code with which the message is refused. */
static u8 begin(struct vbmc *vbmc, struct ipmi_smi_msg *msg)
{
	guard(spinlock_irqsave)(&vbmc->lock);
	if (vbmc->closing || vbmc->panicking || vbmc->away) {
		vbmc_count(vbmc, VBMC_REFUSED);
		return IPMI_BUS_ERR;
	}
	if (vbmc->msg)
		return IPMI_NODE_BUSY_ERR;
	vbmc_count(vbmc, VBMC_REQUESTS);
	vbmc->msg = msg;
	vbmc->id++;
	vbmc->unread = true;
	vbmc->due = jiffies + msecs_to_jiffies(ANSWER_MS);
	/* One that is set for an earlier request sees then that it is too early for this one. */
	if (!timer_pending(&vbmc->timer))
		mod_timer(&vbmc->timer, vbmc->due);
	return 0;
}

static IPMI_SENDER_RET vbmc_sender(void *send_info, struct ipmi_smi_msg *msg)
{
	struct vbmc *vbmc = send_info;
	u8 cc = begin(vbmc, msg);

	if (cc)
		IPMI_SENDER_DONE(ipmi_sender_refuse(vbmc->told, msg, cc));
	wake_up_interruptible(&vbmc->wait);
	IPMI_SENDER_DONE(0);
}

/*
 * No program runs any more: what is with one is answered by the next poll, and whatever comes at
 * once. Another CPU may have been stopped with the lock, and what is under way the core knows.
 */
static void vbmc_set_run_to_completion(void *send_info, bool on)
{
	struct vbmc *vbmc = send_info;

	if (!on || vbmc->panicking)
		return;
	if (spin_trylock(&vbmc->lock))
		spin_unlock(&vbmc->lock);
	else
		spin_lock_init(&vbmc->lock);
	vbmc->msg = ipmi_core_in_flight(vbmc->told);
	WRITE_ONCE(vbmc->panicking, true);
}

static void vbmc_poll(void *send_info)
{
	struct vbmc *vbmc = send_info;

	/* Else there is nothing to look at. */
	if (!READ_ONCE(vbmc->panicking))
		return;
	guard(spinlock_irqsave)(&vbmc->lock);
	answer_locally_locked(vbmc, IPMI_BUS_ERR);
}

const struct ipmi_smi_handlers vbmc_handlers = {
	.owner = THIS_MODULE,
	.flags = IPMI_CORE_SMI_ATOMIC | IPMI_CORE_SMI_PROGRAM,
	.start_processing = vbmc_start_processing,
	.shutdown = vbmc_shutdown,
	.get_smi_info = vbmc_get_info,
	.sender = vbmc_sender,
	.set_run_to_completion = vbmc_set_run_to_completion,
	.flush_messages = vbmc_poll,
	.poll = vbmc_poll,
};

/**
 * vbmc_init() - a new file, without an interface
 * @vbmc: it, all zero
 */
void vbmc_init(struct vbmc *vbmc)
{
	spin_lock_init(&vbmc->lock);
	init_waitqueue_head(&vbmc->wait);
	init_completion(&vbmc->started);
	INIT_WORK(&vbmc->news, news_work);
	timer_setup(&vbmc->timer, timer_fires, 0);
}

/**
 * vbmc_close() - the program has gone: nobody waits for it any more
 * @vbmc: the file
 *
 * The interface is still there; each request is refused at once.
 *
 * Context: process.
 */
void vbmc_close(struct vbmc *vbmc)
{
	guard(program)(vbmc);
	vbmc->closing = true;
	if (vbmc->intf)
		answer_locally_locked(vbmc, IPMI_BUS_ERR);
}

/**
 * vbmc_readable() - is there something to read, if only the end?
 * @vbmc: the file, which is being used
 *
 * Context: process.
 */
bool vbmc_readable(struct vbmc *vbmc)
{
	guard(spinlock_irqsave)(&vbmc->lock);
	is_alive_locked(vbmc);
	return vbmc->state != VBMC_BEGUN || vbmc->tell_up || (vbmc->msg && vbmc->unread);
}

/**
 * vbmc_writable() - may an event or a message be written, or does that fail at once?
 * @vbmc: the file, which is being used
 *
 * Context: any.
 */
bool vbmc_writable(struct vbmc *vbmc)
{
	return !READ_ONCE(vbmc->intf) || atomic_read(&vbmc->brought) < BROUGHT_MAX;
}

static int state_error_locked(const struct vbmc *vbmc)
{
	lockdep_assert_held(&vbmc->lock);
	if (vbmc->state == VBMC_NONE)
		return -ENOTCONN;
	return vbmc->state == VBMC_FAILED ? -ENODEV : 0;
}

/* For what is no answer: is there no interface (yet)? */
static int gone_locked(const struct vbmc *vbmc)
{
	return state_error_locked(vbmc) ?: vbmc->intf ? 0 : -ENODEV;
}

/**
 * vbmc_take() - what the program reads next
 * @vbmc: the file
 * @m: filled in
 * @room: so much of it the program has room for
 *
 * Context: process.
 * Return: 0; -EAGAIN if there is nothing, -EMSGSIZE, -ENOTCONN, -ENODEV.
 */
int vbmc_take(struct vbmc *vbmc, struct vbmc_message *m, size_t room)
{
	int rv;

	*m = (struct vbmc_message){};
	guard(spinlock_irqsave)(&vbmc->lock);
	is_alive_locked(vbmc);
	rv = state_error_locked(vbmc);
	if (rv)
		return rv;
	if (vbmc->tell_up) {
		vbmc->tell_up = false;
		m->header.type = IPMI_VBMC_UP;
		return 0;
	}
	if (!vbmc->msg || !vbmc->unread)
		return -EAGAIN;
	m->header.id = vbmc->id;
	m->header.type = IPMI_VBMC_REQUEST;
	m->header.length = vbmc->msg->data_size;
	if (sizeof(m->header) + m->header.length > room)
		return -EMSGSIZE;
	memcpy(m->data, vbmc->msg->data, m->header.length);
	vbmc->unread = false;
	return 0;
}

/**
 * vbmc_untake() - the program could not be given what vbmc_take() took
 * @vbmc: the file
 * @m: the message
 *
 * Context: process.
 */
void vbmc_untake(struct vbmc *vbmc, const struct vbmc_message *m)
{
	guard(spinlock_irqsave)(&vbmc->lock);
	if (m->header.type == IPMI_VBMC_UP)
		vbmc->tell_up = true;
	else if (vbmc->msg && vbmc->id == m->header.id)
		vbmc->unread = true;
}

static int give_answer(struct vbmc *vbmc, const struct vbmc_message *m)
{
	struct ipmi_smi_msg *msg;
	int rv;

	guard(program)(vbmc);
	is_alive_locked(vbmc);
	rv = state_error_locked(vbmc);
	if (rv)
		return rv;
	msg = vbmc->msg;
	if (!msg || vbmc->unread || vbmc->id != m->header.id) {
		vbmc_count(vbmc, VBMC_LATE_ANSWERS);
		return -ESTALE;
	}
	vbmc_count(vbmc, VBMC_ANSWERS);
	vbmc->msg = NULL;
	memcpy(msg->rsp, m->data, m->header.length);
	msg->rsp_size = m->header.length;
	hand_up_locked(vbmc, msg);
	return 0;
}

static void brought_done(struct ipmi_smi_msg *msg)
{
	struct brought *b = container_of(msg, struct brought, msg);
	struct vbmc *vbmc = b->vbmc;

	kfree(b);
	if (atomic_dec_return(&vbmc->brought) == BROUGHT_MAX - 1)
		wake_up_interruptible(&vbmc->wait);
}

/* As the answer to what a transport of hardware would have asked its BMC. */
static int bring(struct vbmc *vbmc, const struct vbmc_message *m, u8 cmd, enum vbmc_stat stat)
{
	struct brought *b;
	int rv;

	if (atomic_inc_return(&vbmc->brought) > BROUGHT_MAX) {
		atomic_dec(&vbmc->brought);
		return -EAGAIN;
	}
	b = kzalloc(sizeof(*b), GFP_KERNEL);
	if (!b) {
		atomic_dec(&vbmc->brought);
		return -ENOMEM;
	}
	b->vbmc = vbmc;
	b->msg.done = brought_done;
	b->msg.data[0] = IPMI_NETFN_APP_REQUEST << 2;
	b->msg.data[1] = cmd;
	b->msg.data_size = 2;
	b->msg.rsp[0] = IPMI_NETFN_APP_RESPONSE << 2;
	b->msg.rsp[1] = cmd;
	b->msg.rsp[2] = 0;
	memcpy(b->msg.rsp + BROUGHT_HEAD, m->data, m->header.length);
	b->msg.rsp_size = BROUGHT_HEAD + m->header.length;

	scoped_guard(program, vbmc) {
		is_alive_locked(vbmc);
		rv = gone_locked(vbmc);
		if (!rv) {
			vbmc_count(vbmc, stat);
			hand_up_locked(vbmc, &b->msg);
		}
	}
	if (rv)
		brought_done(&b->msg);
	return rv;
}

static int pretimeout(struct vbmc *vbmc)
{
	int rv;

	guard(program)(vbmc);
	is_alive_locked(vbmc);
	rv = gone_locked(vbmc);
	if (rv)
		return rv;
	vbmc_count(vbmc, VBMC_PRETIMEOUTS);
	ipmi_smi_watchdog_pretimeout(vbmc->intf);
	return 0;
}

/**
 * vbmc_give() - the program has written something
 * @vbmc: the file
 * @m: what, whose length is that of its data; the rest is hostile
 *
 * Context: process. What becomes of it is run here, in a soft interrupt.
 * Return: 0; -EAGAIN if too much is on its way, -EINVAL, -ESTALE, -ENOTCONN, -ENODEV, -ENOMEM.
 */
int vbmc_give(struct vbmc *vbmc, const struct vbmc_message *m)
{
	unsigned int n = m->header.length;

	if (m->header.reserved || (m->header.id && m->header.type != IPMI_VBMC_ANSWER))
		return -EINVAL;
	switch (m->header.type) {
	case IPMI_VBMC_ANSWER:
		return n ? give_answer(vbmc, m) : -EINVAL;
	case IPMI_VBMC_EVENT:
		if (n != EVENT_LEN)
			return -EINVAL;
		return bring(vbmc, m, IPMI_READ_EVENT_MSG_BUFFER_CMD, VBMC_EVENTS);
	case IPMI_VBMC_MESSAGE:
		if (!n || n > IPMI_MAX_MSG_LENGTH - BROUGHT_HEAD)
			return -EINVAL;
		return bring(vbmc, m, IPMI_GET_MSG_CMD, VBMC_MESSAGES);
	case IPMI_VBMC_PRETIMEOUT:
		return n ? -EINVAL : pretimeout(vbmc);
	}
	return -EINVAL;
}
