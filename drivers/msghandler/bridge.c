// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bridging: messages to and from others than the BMC itself.
 *
 * A request to an IPMB or LAN address travels inside Send Message and its answer
 * comes, some time, inside Get Message; the sequence table (proto/seq.c) keeps
 * them together. request.c sends through here, route.c brings what comes back;
 * what others ask of the host is command.c's.
 * Locks: intf->run for what is delivered, intf->lock for the table.
 *
 * While a request is outstanding, its recv_msg holds the bytes that were sent, so
 * that they can be sent again.
 */
#define dev_fmt(fmt) "IPMI message handler: " fmt

#include <linux/ktime.h>
#include <linux/nospec.h>
#include <linux/slab.h>

#include "msghandler.h"

static unsigned long default_retry_ms = 2000;
module_param(default_retry_ms, ulong, 0644);
MODULE_PARM_DESC(default_retry_ms, "Time (in ms) for one try of a bridged request.");

static unsigned long default_maintenance_retry_ms = 3000;
module_param(default_maintenance_retry_ms, ulong, 0644);
MODULE_PARM_DESC(default_maintenance_retry_ms,
		 "The same while a controller on the IPMB is in maintenance.");

static unsigned int default_max_retries = 4;
module_param(default_max_retries, uint, 0644);
MODULE_PARM_DESC(default_max_retries, "How often a bridged request is sent again.");

/* A table that is full of answers to come is looked at this often at the least. */
#define TICK_MAX_MS 1000

static u64 now_ms(void)
{
	return div_u64(ktime_get_mono_fast_ns(), NSEC_PER_MSEC);
}

static bool is_ipmb(const struct ipmi_addr *addr)
{
	return addr->addr_type == IPMI_IPMB_ADDR_TYPE ||
	       addr->addr_type == IPMI_IPMB_BROADCAST_ADDR_TYPE;
}

static void count(struct ipmi_smi *intf, const struct ipmi_addr *addr, enum ipmi_stat ipmb,
		  enum ipmi_stat lan)
{
	stat_inc(intf, addr->addr_type == IPMI_LAN_ADDR_TYPE ? lan : ipmb);
}

/* Does the channel's medium carry addresses of this type? */
static bool medium_fits(struct ipmi_smi *intf, const struct ipmi_addr *addr)
{
	unsigned int chan = addr->channel;
	u8 medium;

	/* Not every caller in the kernel has had its address validated. */
	if (chan >= IPMI_NUM_CHANNELS)
		return false;
	chan = array_index_nospec(chan, IPMI_NUM_CHANNELS);
	medium = READ_ONCE(intf->channels[chan].medium);
	if (is_ipmb(addr))
		return medium == IPMI_CHANNEL_MEDIUM_IPMB;
	return medium == IPMI_CHANNEL_MEDIUM_8023LAN || medium == IPMI_CHANNEL_MEDIUM_ASYNC;
}

/* A satellite controller that is reset or flashed needs more time. */
static u32 try_time_locked(const struct ipmi_request *rq, const struct ipmi_addr *addr)
{
	struct ipmi_smi *intf = rq->user->intf;

	lockdep_assert_held(&intf->lock);
	if (is_ipmb(addr) && maintenance_command(rq->msg))
		intf->ipmb_maintenance_end = maintenance_window();
	if (rq->retry_ms)
		return rq->retry_ms;
	if (is_ipmb(addr) && time_before64(get_jiffies_64(), intf->ipmb_maintenance_end))
		return READ_ONCE(default_maintenance_retry_ms);
	return READ_ONCE(default_retry_ms);
}

static unsigned int tries(const struct ipmi_request *rq, const struct ipmi_addr *addr)
{
	if (addr->addr_type == IPMI_IPMB_BROADCAST_ADDR_TYPE)
		return 0;
	return rq->retries < 0 ? READ_ONCE(default_max_retries) : rq->retries;
}

/**
 * bridge_patience_ms() - how long all tries of a request take
 * @rq: the request; it says how long one takes
 *
 * A request to the BMC itself is tried once; its user waits as long as it would for a bridged one.
 *
 * Return: milliseconds, INT_MAX at most.
 */
unsigned int bridge_patience_ms(const struct ipmi_request *rq)
{
	return min_t(u64, (tries(rq, rq->addr) + 1ULL) * rq->retry_ms, INT_MAX);
}

static int encode_as(const struct ipmi_request *rq, struct codec_request *crq, unsigned int seq,
		     struct ipmi_smi_msg *smi)
{
	int rv;

	crq->seq = seq;
	rv = codec_encode(crq, smi->data, sizeof(smi->data));
	if (rv < 0)
		return rv;
	smi->data_size = rv;
	return 0;
}

/* A request takes a slot, and its bytes are kept in case they are sent again. */
static int take_slot(const struct ipmi_request *rq, struct codec_request *crq,
		     struct ipmi_smi_msg *smi, struct ipmi_recv_msg *recv)
{
	struct ipmi_smi *intf = rq->user->intf;
	int rv;

	guard(spinlock_irqsave)(&intf->lock);
	if (!intf->handlers)
		return -ENODEV;
	rv = seq_alloc(&intf->seq, recv, crq->addr, rq->msg->netfn, rq->msg->cmd,
		       tries(rq, crq->addr), try_time_locked(rq, crq->addr), now_ms(),
		       &smi->msgid);
	if (rv)
		return rv;
	encode_as(rq, crq, seq_of_token(smi->msgid), smi);
	memcpy(recv->msg_data, smi->data, smi->data_size);
	recv->msg.data_len = smi->data_size;
	/* Send Message may not come back. Here, so that intf_off() finds it. */
	if (!intf->panicking)
		queue_delayed_work(ipmi_wq, &intf->bridge_tick, msecs_to_jiffies(TICK_MAX_MS));
	return 0;
}

/**
 * bridge_encode() - encode a message that goes through a bridge
 * @rq: the request
 * @crq: the same for the codec; its address is @recv's
 * @smi: to be filled in
 * @recv: its other half, which has the address
 *
 * Context: any.
 * Return: 0; -EINVAL, -EMSGSIZE; -EAGAIN if too many are outstanding; -ENODEV.
 */
int bridge_encode(const struct ipmi_request *rq, struct codec_request *crq,
		  struct ipmi_smi_msg *smi, struct ipmi_recv_msg *recv)
{
	struct ipmi_smi *intf = rq->user->intf;
	struct ipmi_addr *addr = &recv->addr;
	bool response = rq->msg->netfn & 1;
	int rv;

	if (!medium_fits(intf, addr)) {
		/* Other firmware may have other channels: the next one may fit. */
		intf_recheck_if_old(intf);
		return -EINVAL;
	}
	/* Of a response the caller knows the number: it came with the command. */
	rv = encode_as(rq, crq, rq->msgid & (SEQ_SLOTS - 1), smi);
	if (rv)
		return rv;

	recv->msg.netfn = rq->msg->netfn | 1;
	recv->msg.cmd = rq->msg->cmd;
	smi->msgid = BRIDGE_NO_TOKEN;
	if (response) {
		recv->recv_type = IPMI_RESPONSE_RESPONSE_TYPE;
		ipmi_smi_msg_owner(smi) = recv;
		count(intf, addr, STAT_SENT_IPMB_RESPONSES, STAT_SENT_LAN_RESPONSES);
		return 0;
	}
	recv->recv_type = IPMI_RESPONSE_RECV_TYPE;
	rv = take_slot(rq, crq, smi, recv);
	if (rv)
		return rv;
	/* The answer comes from one, and that is what its user is told. */
	if (is_ipmb(addr)) {
		addr->addr_type = IPMI_IPMB_ADDR_TYPE;
		rq->addr->addr_type = IPMI_IPMB_ADDR_TYPE;
	}
	count(intf, addr, STAT_SENT_IPMB_COMMANDS, STAT_SENT_LAN_COMMANDS);
	return 0;
}

/**
 * bridge_undo() - a message that was encoded could not be sent
 * @intf: the interface
 * @smi: the message, bridged or not
 *
 * Return: false if its request has been ended by others meanwhile.
 */
bool bridge_undo(struct ipmi_smi *intf, struct ipmi_smi_msg *smi)
{
	/* Only what waits in the table has no owner. */
	if (ipmi_smi_msg_owner(smi))
		return true;
	guard(spinlock_irqsave)(&intf->lock);
	return seq_cancel(&intf->seq, smi->msgid);
}

/* The clock of the table. Coarse is enough, but no coarser than the next slot. */
static void set_tick(struct ipmi_smi *intf)
{
	u64 due, now = now_ms();
	bool any;

	if (READ_ONCE(intf->panicking))
		return;
	scoped_guard(spinlock_irqsave, &intf->lock)
		any = intf->handlers && seq_next_due(&intf->seq, &due);
	if (!any)
		return;
	due = due > now ? min_t(u64, due - now, TICK_MAX_MS) : 0;
	mod_delayed_work(ipmi_wq, &intf->bridge_tick, msecs_to_jiffies(due) + 1);
}

static void resend_run(struct ipmi_smi *intf, struct ipmi_recv_msg *recv, long token)
{
	struct ipmi_smi_msg *smi = ipmi_alloc_smi_msg();

	if (smi) {
		memcpy(smi->data, recv->msg_data, recv->msg.data_len);
		smi->data_size = recv->msg.data_len;
		smi->msgid = token;
		if (!queue_submit(intf, smi, false, NULL)) {
			count(intf, &recv->addr, STAT_RETRANSMITTED_IPMB_COMMANDS,
			      STAT_RETRANSMITTED_LAN_COMMANDS);
			return;
		}
		ipmi_free_smi_msg(smi);
	}
	count(intf, &recv->addr, STAT_DROPPED_REXMIT_IPMB_COMMANDS,
	      STAT_DROPPED_REXMIT_LAN_COMMANDS);
	/* Not this time: let its clock run, and see again. */
	guard(spinlock_irqsave)(&intf->lock);
	seq_acknowledge(&intf->seq, token, now_ms());
}

/* Of a broadcast only the bytes that were sent still tell: it is for address 0. */
static void count_time_out(struct ipmi_smi *intf, const struct ipmi_recv_msg *recv)
{
	bool broadcast = is_ipmb(&recv->addr) && recv->msg.data_len > 3 && !recv->msg_data[3];

	count(intf, &recv->addr,
	      broadcast ? STAT_TIMED_OUT_IPMB_BROADCASTS : STAT_TIMED_OUT_IPMB_COMMANDS,
	      STAT_TIMED_OUT_LAN_COMMANDS);
}

/**
 * bridge_expire_run() - send again what is due, and end what was sent enough
 * @intf: the interface; the caller is its runner
 *
 * If the last try was refused, its user is told with which completion code.
 */
void bridge_expire_run(struct ipmi_smi *intf)
{
	enum seq_expiry what;
	void *owner;
	long token;
	u8 cc;

	lockdep_assert_held(&intf->run);
	for (;;) {
		scoped_guard(spinlock_irqsave, &intf->lock) {
			what = seq_expire(&intf->seq, now_ms(), &owner, &token);
			cc = what == SEQ_NONE ? 0 : seq_refusal(&intf->seq, token);
		}
		switch (what) {
		case SEQ_NONE:
			return;
		case SEQ_RESEND:
			resend_run(intf, owner, token);
			break;
		case SEQ_TIMED_OUT:
			count_time_out(intf, owner);
			deliver_cc_run(owner, cc ?: IPMI_TIMEOUT_ERR);
			break;
		}
	}
}

/**
 * bridge_tick() - work: somebody's time may be up
 * @work: intf->bridge_tick
 */
void bridge_tick(struct work_struct *work)
{
	struct ipmi_smi *intf = container_of(work, struct ipmi_smi, bridge_tick.work);

	scoped_guard(ipmi_bh, &intf->run) {
		bridge_expire_run(intf);
		/* Perhaps nobody waits any more. */
		watch_update_run(intf);
	}
	set_tick(intf);
}

/* Lost arbitration, bus error, NAK and busy: the next try of the same request may succeed. */
static bool passes(u8 cc)
{
	return cc == IPMI_NODE_BUSY_ERR || cc == IPMI_LOST_ARBITRATION_ERR ||
	       cc == IPMI_BUS_ERR || cc == IPMI_NAK_ON_WRITE_ERR;
}

/**
 * bridge_sent_run() - the BMC has answered Send Message
 * @intf: the interface
 * @smi: the message and the answer; freed here
 */
void bridge_sent_run(struct ipmi_smi *intf, struct ipmi_smi_msg *smi)
{
	u8 cc = smi->rsp_size < 3 ? IPMI_ERR_UNSPECIFIED : smi->rsp[2];
	struct ipmi_recv_msg *recv = ipmi_smi_msg_owner(smi);
	long token = smi->msgid;

	ipmi_free_smi_msg(smi);
	if (recv) {
		/* A response of a user: it hears what became of it. */
		deliver_cc_run(recv, cc);
		return;
	}
	if (token == BRIDGE_NO_TOKEN)
		return;
	scoped_guard(spinlock_irqsave, &intf->lock) {
		if (!cc)
			seq_acknowledge(&intf->seq, token, now_ms());
		else if (passes(cc))
			seq_refuse(&intf->seq, token, cc, now_ms());
		else
			recv = seq_cancel(&intf->seq, token);
	}
	if (recv) {
		count(intf, &recv->addr, STAT_SENT_IPMB_COMMAND_ERRS, STAT_SENT_LAN_COMMAND_ERRS);
		deliver_cc_run(recv, cc);
	}
	set_tick(intf);
}

static void give_answer_run(struct ipmi_smi *intf, struct ipmi_recv_msg *recv,
			    const struct codec_message *msg)
{
	if (recv->user->alive)
		count(intf, &msg->addr, STAT_HANDLED_IPMB_RESPONSES, STAT_HANDLED_LAN_RESPONSES);
	else
		count(intf, &msg->addr, STAT_UNHANDLED_IPMB_RESPONSES,
		      STAT_UNHANDLED_LAN_RESPONSES);
	recv->addr = msg->addr;
	deliver_set_data(recv, msg->netfn, msg->cmd, msg->data, msg->len);
	deliver_run(recv);
}

static void answer_came_run(struct ipmi_smi *intf, const struct codec_message *msg)
{
	struct ipmi_recv_msg *recv;

	scoped_guard(spinlock_irqsave, &intf->lock)
		recv = seq_match(&intf->seq, msg);
	/* Late, twice, or nobody's: no request may have it. */
	if (!recv) {
		stat_inc(intf, STAT_LATE_RESPONSES);
		count(intf, &msg->addr, STAT_UNHANDLED_IPMB_RESPONSES,
		      STAT_UNHANDLED_LAN_RESPONSES);
		drop_message(intf, NULL, msg, DROP_LATE);
		return;
	}
	give_answer_run(intf, recv, msg);
}

static void message_came_run(struct ipmi_smi *intf, const struct codec_message *msg)
{
	if (msg->netfn & 1)
		answer_came_run(intf, msg);
	else
		command_run(intf, msg);
}

/* What cannot be decoded: the network function, if it came so far, tells what it was to be. */
static void count_invalid(struct ipmi_smi *intf, u8 medium, const u8 *rsp, unsigned int len)
{
	bool ipmb = medium == IPMI_CHANNEL_MEDIUM_IPMB;
	unsigned int netfn_at = ipmb ? 4 : 6;

	if (len <= netfn_at || !(rsp[netfn_at] & BIT(2)))
		stat_inc(intf, STAT_INVALID_COMMANDS);
	else
		stat_inc(intf, ipmb ? STAT_INVALID_IPMB_RESPONSES : STAT_INVALID_LAN_RESPONSES);
	drop_async(intf, NULL, IPMI_GET_MSG_CMD, len - 4, DROP_INVALID);
}

/**
 * bridge_received_run() - a message came out of the BMC's receive queue
 * @intf: the interface
 * @rsp: the answer to Get Message
 * @len: bytes of it, hostile
 */
void bridge_received_run(struct ipmi_smi *intf, const u8 *rsp, unsigned int len)
{
	struct codec_message msg;
	u8 chan, medium;
	int rv;

	if (len < 4 || rsp[2])
		return;
	chan = rsp[3] & 0xf;
	medium = READ_ONCE(intf->channels[chan].medium);
	switch (medium) {
	case IPMI_CHANNEL_MEDIUM_IPMB:
		rv = codec_decode_ipmb(rsp, len, &msg);
		break;
	case IPMI_CHANNEL_MEDIUM_8023LAN:
	case IPMI_CHANNEL_MEDIUM_ASYNC:
		rv = codec_decode_lan(rsp, len, &msg);
		break;
	default:
		if (medium >= IPMI_CHANNEL_MEDIUM_OEM_MIN && medium <= IPMI_CHANNEL_MEDIUM_OEM_MAX)
			command_oem_run(intf, rsp, len, chan);
		return;
	}
	if (!rv)
		message_came_run(intf, &msg);
	else
		count_invalid(intf, medium, rsp, len);
}

/*
 * What became of a response that a user sent straight to a neighbour. Nobody answers that, so the
 * transport says whether it was sent, as if it had been asked to Send Message: ipmi_ipmb does so
 * in the direct form. The form of the system interface, and one with the response's own command,
 * as of a message that was refused, say the same.
 */
static u8 direct_sent_cc(const struct ipmi_smi_msg *smi, const struct codec_message *msg)
{
	if (msg && (msg->netfn & 1))
		return msg->data[0];
	if (smi->rsp_size == 3 && smi->rsp[0] >> 2 == IPMI_NETFN_APP_RESPONSE &&
	    smi->rsp[1] == IPMI_SEND_MSG_CMD)
		return smi->rsp[2];
	return IPMI_ERR_UNSPECIFIED;
}

/**
 * bridge_direct_run() - a message of the direct kind came back, or came
 * @intf: the interface
 * @smi: the message; freed here
 */
void bridge_direct_run(struct ipmi_smi *intf, struct ipmi_smi_msg *smi)
{
	struct ipmi_recv_msg *recv = ipmi_smi_msg_owner(smi);
	struct codec_message msg;
	int rv;

	rv = codec_decode_direct(smi->rsp, max(smi->rsp_size, 0), &msg);
	if (!recv) {
		if (!rv)
			message_came_run(intf, &msg);
		else
			stat_inc(intf, STAT_INVALID_COMMANDS);
	} else if (recv->recv_type == IPMI_RESPONSE_RESPONSE_TYPE) {
		deliver_cc_run(recv, direct_sent_cc(smi, rv ? NULL : &msg));
	} else if (rv || !(msg.netfn & 1) || msg.cmd != recv->msg.cmd) {
		stat_inc(intf, STAT_INVALID_IPMB_RESPONSES);
		deliver_cc_run(recv, IPMI_ERR_UNSPECIFIED);
	} else {
		give_answer_run(intf, recv, &msg);
	}
	ipmi_free_smi_msg(smi);
}

static bool is_of_user(void *owner, void *user)
{
	return !user || ((struct ipmi_recv_msg *)owner)->user == user;
}

static struct ipmi_recv_msg *drop_one(struct ipmi_smi *intf, struct ipmi_user *user)
{
	guard(spinlock_irqsave)(&intf->lock);
	return seq_drop_owner(&intf->seq, is_of_user, user);
}

/**
 * bridge_drop_run() - end what is outstanding
 * @intf: the interface
 * @user: of this user, who is gone; NULL = of all, who hear of it
 */
void bridge_drop_run(struct ipmi_smi *intf, struct ipmi_user *user)
{
	struct ipmi_recv_msg *recv;

	lockdep_assert_held(&intf->run);
	while ((recv = drop_one(intf, user)))
		deliver_cc_run(recv, IPMI_ERR_UNSPECIFIED);
}
