// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands to the host: from others on the IPMB, on a LAN, on a channel of an OEM's own.
 *
 * Each goes to the one user that registered for it (user.c). Called by bridge.c, which has
 * taken it out of what the BMC gave. Lock: intf->run.
 */
#include "msghandler.h"

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
	if (rv < 0 || intf_submit(intf, smi, false, false))
		ipmi_free_smi_msg(smi);
}

/* What recv_msg_alloc() has refused a message for. */
static enum ipmi_drop drop_reason(const struct ipmi_recv_msg *recv)
{
	return PTR_ERR(recv) == -EBUSY ? DROP_USER_FULL : DROP_NO_MEMORY;
}

/**
 * command_locked() - somebody asks the host for something
 * @intf: the interface
 * @msg: the command
 *
 * It goes to who registered for it; if nobody did, its sender is told so.
 *
 * Context: process or panic; the caller is the interface's runner.
 */
void command_locked(struct ipmi_smi *intf, const struct codec_message *msg)
{
	struct ipmi_user *user;
	struct ipmi_recv_msg *recv;

	user = user_for_command_locked(intf, msg->netfn, msg->cmd, msg->addr.channel);
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
	route_set_data(recv, msg->netfn, msg->cmd, msg->data, msg->len);
	route_deliver_locked(recv);
}

/**
 * command_oem_locked() - a message came on a channel of an OEM's own
 * @intf: the interface
 * @rsp: the answer to Get Message, which goes whole to who registered for it
 * @len: bytes of it, at least 4
 * @chan: the channel
 *
 * Context: process or panic; the caller is the interface's runner.
 */
void command_oem_locked(struct ipmi_smi *intf, const u8 *rsp, unsigned int len, u8 chan)
{
	struct ipmi_user *user;
	struct ipmi_recv_msg *recv;

	user = user_for_command_locked(intf, IPMI_NETFN_APP_RESPONSE, IPMI_GET_MSG_CMD, chan);
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
	route_set_si_addr(&recv->addr, 0);
	route_set_data(recv, IPMI_NETFN_APP_RESPONSE, IPMI_GET_MSG_CMD, rsp + 4, len - 4);
	route_deliver_locked(recv);
}
