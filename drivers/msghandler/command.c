// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands to the host: from others on the IPMB, on a LAN, on a channel of an OEM's own; and who
 * has registered for which.
 *
 * Called by bridge.c, which has taken a command out of what the BMC gave, and by clients through
 * the kernel's own API. A hash finds the receiver of a command, however many there are. Lock:
 * intf->run.
 */
#include <linux/hashtable.h>
#include <linux/slab.h>

#include "msghandler.h"

/* Receivers of one user that are freed in one go, so that the lock is not held for long. */
#define DROP_BATCH 64

static unsigned int hash_of(u8 netfn, u8 cmd)
{
	return netfn << 8 | cmd;
}

static struct cmd_receiver *find_receiver_run(struct ipmi_smi *intf, u8 netfn, u8 cmd, u32 chans)
{
	struct cmd_receiver *rcvr;

	lockdep_assert_held(&intf->run);
	hash_for_each_possible(intf->receivers, rcvr, hash, hash_of(netfn, cmd))
		if (rcvr->netfn == netfn && rcvr->cmd == cmd && (rcvr->chans & chans))
			return rcvr;
	return NULL;
}

static void free_receiver_run(struct ipmi_smi *intf, struct cmd_receiver *rcvr)
{
	lockdep_assert_held(&intf->run);
	hash_del(&rcvr->hash);
	list_del(&rcvr->link);
	intf->nr_receivers--;
	kfree(rcvr);
}

/**
 * command_drop() - forget what a user has registered for
 * @user: the user, who is not alive any more
 *
 * Context: process.
 */
void command_drop(struct ipmi_user *user)
{
	struct list_head *receivers = &user->receivers;
	unsigned int n;

	do {
		scoped_guard(ipmi_bh, &user->intf->run)
			for (n = 0; n < DROP_BATCH && !list_empty(receivers); n++)
				free_receiver_run(user->intf,
						  list_first_entry(receivers, struct cmd_receiver,
								   link));
		cond_resched();
	} while (n == DROP_BATCH);
}

static struct ipmi_user *receiver_run(struct ipmi_smi *intf, u8 netfn, u8 cmd, u8 chan)
{
	struct cmd_receiver *rcvr = find_receiver_run(intf, netfn, cmd, BIT(chan));

	return rcvr ? rcvr->user : NULL;
}

/* Nobody wants such commands: say so to who sent it, at our own account. */
static void refuse_command(struct ipmi_smi *intf, const struct codec_message *msg)
{
	struct ipmi_channel *chan = &intf->channels[msg->addr.channel];
	static const u8 cc = IPMI_INVALID_COMMAND_ERR;
	struct codec_request crq = {
		.addr = &msg->addr,
		.netfn = msg->netfn | 1,
		.cmd = msg->cmd,
		.data = &cc,
		.len = 1,
		.my_addr = READ_ONCE(chan->address),
		.my_lun = msg->dest_lun,
		.seq = msg->seq,
	};
	struct ipmi_smi_msg *smi = ipmi_alloc_smi_msg();
	int rv;

	if (!smi)
		return;
	if (msg->addr.addr_type == IPMI_IPMB_DIRECT_ADDR_TYPE)
		smi->type = IPMI_SMI_MSG_TYPE_IPMB_DIRECT;
	smi->msgid = BRIDGE_NO_TOKEN;
	rv = codec_encode(&crq, smi->data, sizeof(smi->data));
	smi->data_size = max(rv, 0);
	if (rv < 0 || queue_submit(intf, smi, false, NULL))
		ipmi_free_smi_msg(smi);
}

/* What recv_msg_alloc() has refused a message for. */
static enum ipmi_drop drop_reason(const struct ipmi_recv_msg *recv)
{
	return PTR_ERR(recv) == -EBUSY ? DROP_USER_FULL : DROP_NO_MEMORY;
}

/**
 * command_run() - somebody asks the host for something
 * @intf: the interface
 * @msg: the command
 *
 * It goes to who registered for it; if nobody did, its sender is told so.
 *
 * Context: any, under intf->run; panic.
 */
void command_run(struct ipmi_smi *intf, const struct codec_message *msg)
{
	struct ipmi_user *user;
	struct ipmi_recv_msg *recv;

	user = receiver_run(intf, msg->netfn, msg->cmd, msg->addr.channel);
	if (!user) {
		stat_inc(intf, STAT_UNHANDLED_COMMANDS);
		drop_message(intf, NULL, msg, DROP_UNCLAIMED);
		refuse_command(intf, msg);
		return;
	}
	/* One that does not read loses it; its sender will try again. */
	recv = recv_msg_alloc(user);
	if (IS_ERR(recv)) {
		stat_inc(intf, STAT_LOST_COMMANDS);
		drop_message(intf, user, msg, drop_reason(recv));
		return;
	}
	stat_inc(intf, STAT_HANDLED_COMMANDS);
	recv->recv_type = IPMI_CMD_RECV_TYPE;
	recv->addr = msg->addr;
	recv->msgid = msg->seq;
	deliver_set_data(recv, msg->netfn, msg->cmd, msg->data, msg->len);
	deliver_run(recv);
}

/**
 * command_oem_run() - a message came on a channel of an OEM's own
 * @intf: the interface
 * @rsp: the answer to Get Message, which goes whole to who registered for it
 * @len: bytes of it, at least 4
 * @chan: the channel
 *
 * Context: any, under intf->run; panic.
 */
void command_oem_run(struct ipmi_smi *intf, const u8 *rsp, unsigned int len, u8 chan)
{
	struct ipmi_user *user;
	struct ipmi_recv_msg *recv;

	user = receiver_run(intf, IPMI_NETFN_APP_RESPONSE, IPMI_GET_MSG_CMD, chan);
	if (!user) {
		stat_inc(intf, STAT_UNHANDLED_COMMANDS);
		drop_async(intf, NULL, IPMI_GET_MSG_CMD, len - 4, DROP_UNCLAIMED);
		return;
	}
	recv = recv_msg_alloc(user);
	if (IS_ERR(recv)) {
		stat_inc(intf, STAT_LOST_COMMANDS);
		drop_async(intf, user, IPMI_GET_MSG_CMD, len - 4, drop_reason(recv));
		return;
	}
	stat_inc(intf, STAT_HANDLED_COMMANDS);
	recv->recv_type = IPMI_OEM_RECV_TYPE;
	deliver_set_si_addr(&recv->addr, 0);
	deliver_set_data(recv, IPMI_NETFN_APP_RESPONSE, IPMI_GET_MSG_CMD, rsp + 4, len - 4);
	deliver_run(recv);
}

/**
 * ipmi_register_for_cmd() - receive commands that others send to this host
 * @user: who wants them
 * @netfn: which network function
 * @cmd: which command
 * @chans: from which channels, a mask of 16 bits; IPMI_CHAN_ALL for all
 *
 * Context: process, may sleep.
 * Return: 0; -EINVAL for no channel at all; -EBUSY if somebody has one of them
 * already; -EPERM below Administrator; -ENODEV; -ENOMEM.
 */
int ipmi_register_for_cmd(struct ipmi_user *user, unsigned char netfn, unsigned char cmd,
			  unsigned int chans)
{
	struct ipmi_smi *intf = user->intf;
	struct cmd_receiver *rcvr;
	int denied;

	denied = access_admin(user);
	if (denied)
		return denied;
	rcvr = kmalloc(sizeof(*rcvr), GFP_KERNEL);
	if (!rcvr)
		return -ENOMEM;
	rcvr->user = user;
	rcvr->netfn = netfn;
	rcvr->cmd = cmd;
	/* There are 16 channels: more bits could never be unregistered again. */
	rcvr->chans = chans & GENMASK(IPMI_NUM_CHANNELS - 1, 0);

	scoped_guard(ipmi_bh, &intf->run) {
		int rv = 0;

		if (!user->alive)
			rv = -ENODEV;
		else if (!rcvr->chans)
			rv = chans ? -EINVAL : 0;
		else if (find_receiver_run(intf, netfn, cmd, rcvr->chans))
			rv = -EBUSY;
		if (rv || !rcvr->chans) {
			/* No channel: nothing to receive, and nothing to keep. */
			kfree(rcvr);
			return rv;
		}
		hash_add(intf->receivers, &rcvr->hash, hash_of(netfn, cmd));
		list_add_tail(&rcvr->link, &user->receivers);
		intf->nr_receivers++;
		watch_update_run(intf);
	}
	return 0;
}
EXPORT_SYMBOL(ipmi_register_for_cmd);

/**
 * ipmi_unregister_for_cmd() - undo it, for some or all of the channels
 * @user: who had them
 * @netfn: which network function
 * @cmd: which command
 * @chans: from which channels
 *
 * Context: process, may sleep.
 * Return: 0, -ENOENT if @user has none of them, -ENODEV.
 */
int ipmi_unregister_for_cmd(struct ipmi_user *user, unsigned char netfn, unsigned char cmd,
			    unsigned int chans)
{
	struct ipmi_smi *intf = user->intf;
	struct cmd_receiver *rcvr;
	struct hlist_node *tmp;
	int rv = -ENOENT;

	guard(ipmi_bh)(&intf->run);
	if (!user->alive)
		return -ENODEV;
	hash_for_each_possible_safe(intf->receivers, rcvr, tmp, hash, hash_of(netfn, cmd)) {
		if (rcvr->user != user || rcvr->netfn != netfn || rcvr->cmd != cmd ||
		    !(rcvr->chans & chans))
			continue;
		rv = 0;
		rcvr->chans &= ~chans;
		if (!rcvr->chans)
			free_receiver_run(intf, rcvr);
	}
	watch_update_run(intf);
	return rv;
}
EXPORT_SYMBOL(ipmi_unregister_for_cmd);
