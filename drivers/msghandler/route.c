// SPDX-License-Identifier: GPL-2.0-only
/*
 * Routing: who gets what came in.
 *
 * Called by the runner (intf.c) with intf->run held, one message at a time. All
 * upcalls of this module but a user's own shutdown() are made here.
 */
#define dev_fmt(fmt) "IPMI message handler: " fmt

#include <linux/slab.h>

#include "msghandler.h"
#include "trace.h"

/**
 * route_deliver_locked() - hand a message to its user
 * @recv: the message; it belongs to the client now, or is freed if there is none
 */
void route_deliver_locked(struct ipmi_recv_msg *recv)
{
	struct ipmi_user *user = recv->user;

	lockdep_assert_held(&user->intf->run);
	/* Nobody but the core itself is called while the kernel dies. */
	if (user->alive && (user->internal || !oops_in_progress)) {
		if (trace_ipmi_deliver_enabled())
			trace_deliver(recv);
		user->handler->ipmi_recv_hndl(recv, user->handler_data);
	} else {
		drop_recv(recv, DROP_USER_GONE);
		ipmi_free_recv_msg(recv);
	}
}

void route_set_si_addr(struct ipmi_addr *addr, u8 lun)
{
	struct ipmi_system_interface_addr *si = (struct ipmi_system_interface_addr *)addr;

	memset(addr, 0, sizeof(*addr));
	si->addr_type = IPMI_SYSTEM_INTERFACE_ADDR_TYPE;
	si->channel = IPMI_BMC_CHANNEL;
	si->lun = lun;
}

void route_set_data(struct ipmi_recv_msg *recv, u8 netfn, u8 cmd, const u8 *data, u16 len)
{
	recv->msg.netfn = netfn;
	recv->msg.cmd = cmd;
	recv->msg.data = recv->msg_data;
	recv->msg.data_len = min_t(u16, len, sizeof(recv->msg_data));
	memcpy(recv->msg_data, data, recv->msg.data_len);
}

/* Does the answer belong to the question? If not, it becomes an error. */
static void check_answer(struct ipmi_smi *intf, struct ipmi_smi_msg *smi)
{
	u8 netfn = (smi->data[0] >> 2) | 1;
	u8 cmd = smi->data[1];

	if (smi->rsp_size > (int)sizeof(smi->rsp))
		smi->rsp_size = sizeof(smi->rsp);
	if (smi->rsp_size >= 2 && smi->rsp[0] >> 2 == netfn && smi->rsp[1] == cmd)
		return;

	stat_inc(intf, STAT_INVALID_LOCAL_RESPONSES);
	if (smi->rsp_size < 2)
		dev_warn_ratelimited(intf->dev,
				     "BMC returned too small a message for netfn %x cmd %x, got %d bytes\n",
				     netfn, cmd, smi->rsp_size);
	else
		dev_warn_ratelimited(intf->dev,
				     "BMC returned incorrect response, expected netfn %x cmd %x, got netfn %x cmd %x\n",
				     netfn, cmd, smi->rsp[0] >> 2, smi->rsp[1]);
	smi->rsp[0] = netfn << 2 | (smi->data[0] & 3);
	smi->rsp[1] = cmd;
	smi->rsp[2] = IPMI_ERR_UNSPECIFIED;
	smi->rsp_size = 3;
}

static void route_answer_locked(struct ipmi_smi *intf, struct ipmi_smi_msg *smi,
				struct ipmi_recv_msg *recv)
{
	check_answer(intf, smi);
	recv->recv_type = IPMI_RESPONSE_RECV_TYPE;
	route_set_si_addr(&recv->addr, smi->rsp[0] & 3);
	route_set_data(recv, smi->rsp[0] >> 2, smi->rsp[1], smi->rsp + 2, smi->rsp_size - 2);
	ipmi_free_smi_msg(smi);
	stat_inc(intf, recv->user->alive ? STAT_HANDLED_LOCAL_RESPONSES :
					   STAT_UNHANDLED_LOCAL_RESPONSES);
	route_deliver_locked(recv);
}

/* What the BMC sent on its own: the answer to a question of the transport. */
static void route_async_locked(struct ipmi_smi *intf, struct ipmi_smi_msg *smi)
{
	if (smi->rsp_size > (int)sizeof(smi->rsp))
		smi->rsp_size = sizeof(smi->rsp);
	if (smi->rsp_size < 3 || smi->rsp[0] >> 2 != IPMI_NETFN_APP_RESPONSE)
		goto out;
	if (smi->rsp[1] == IPMI_READ_EVENT_MSG_BUFFER_CMD && !smi->rsp[2])
		event_locked(intf, smi->rsp + 3, smi->rsp_size - 3);
	else if (smi->rsp[1] == IPMI_GET_MSG_CMD)
		bridge_received_locked(intf, smi->rsp, smi->rsp_size);
out:
	ipmi_free_smi_msg(smi);
}

/* No user may send this by itself, so it is always a bridged message. */
static bool is_send_message(const struct ipmi_smi_msg *smi)
{
	return smi->data_size >= 2 && smi->data[0] >> 2 == IPMI_NETFN_APP_REQUEST &&
	       smi->data[1] == IPMI_SEND_MSG_CMD;
}

/**
 * route_one_locked() - route one message
 * @intf: the interface
 * @smi: what the transport returned or brought
 */
void route_one_locked(struct ipmi_smi *intf, struct ipmi_smi_msg *smi)
{
	struct ipmi_recv_msg *recv = ipmi_smi_msg_owner(smi);

	lockdep_assert_held(&intf->run);
	if (smi->type == IPMI_SMI_MSG_TYPE_IPMB_DIRECT)
		bridge_direct_locked(intf, smi);
	else if (is_send_message(smi))
		bridge_sent_locked(intf, smi);
	else if (recv)
		route_answer_locked(intf, smi, recv);
	else
		route_async_locked(intf, smi);
}

/**
 * route_fail_locked() - end a request that the transport never had
 * @intf: the interface
 * @smi: the request
 * @cc: the completion code its user gets
 */
void route_fail_locked(struct ipmi_smi *intf, struct ipmi_smi_msg *smi, u8 cc)
{
	smi->rsp[0] = smi->data[0] | 4;
	smi->rsp[1] = smi->data[1];
	smi->rsp[2] = cc;
	smi->rsp_size = 3;
	stat_inc(intf, STAT_FAILED_SENDS);
	route_one_locked(intf, smi);
}

/**
 * route_event_locked() - give one user one event
 * @recv: allocated for that user
 * @data: the event record
 * @len: its length
 */
void route_event_locked(struct ipmi_recv_msg *recv, const u8 *data, u16 len)
{
	recv->recv_type = IPMI_ASYNC_EVENT_RECV_TYPE;
	route_set_si_addr(&recv->addr, 0);
	route_set_data(recv, IPMI_NETFN_APP_RESPONSE, IPMI_READ_EVENT_MSG_BUFFER_CMD, data, len);
	route_deliver_locked(recv);
}

/**
 * route_pretimeout_locked() - tell who wants to know that the watchdog will bite
 * @intf: the interface
 */
void route_pretimeout_locked(struct ipmi_smi *intf)
{
	struct ipmi_user *user;

	lockdep_assert_held(&intf->run);
	list_for_each_entry(user, &intf->users, link)
		if (user->alive && user->handler->ipmi_watchdog_pretimeout)
			user->handler->ipmi_watchdog_pretimeout(user->handler_data);
}
