// SPDX-License-Identifier: GPL-2.0-only
/*
 * Routing: what a message that came in is, and so which file knows who gets it.
 *
 * Called by the runner (run.c) with intf->run held, one message at a time.
 */
#define dev_fmt(fmt) "IPMI message handler: " fmt

#include "msghandler.h"
#include "trace.h"

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

static void route_answer_run(struct ipmi_smi *intf, struct ipmi_smi_msg *smi,
			     struct ipmi_recv_msg *recv)
{
	patience_answered_run(intf, recv);
	check_answer(intf, smi);
	recv->recv_type = IPMI_RESPONSE_RECV_TYPE;
	deliver_set_si_addr(&recv->addr, smi->rsp[0] & 3);
	deliver_set_data(recv, smi->rsp[0] >> 2, smi->rsp[1], smi->rsp + 2, smi->rsp_size - 2);
	ipmi_free_smi_msg(smi);
	stat_inc(intf, recv->user->alive ? STAT_HANDLED_LOCAL_RESPONSES :
					   STAT_UNHANDLED_LOCAL_RESPONSES);
	deliver_run(recv);
}

/* Its user has been told that it came too late. */
static void route_late_run(struct ipmi_smi *intf, struct ipmi_smi_msg *smi)
{
	stat_inc(intf, STAT_LATE_RESPONSES);
	drop_smi(intf, smi, DROP_LATE);
	ipmi_free_smi_msg(smi);
}

/* What the BMC sent on its own: the answer to a question of the transport. */
static void route_async_run(struct ipmi_smi *intf, struct ipmi_smi_msg *smi)
{
	if (smi->rsp_size > (int)sizeof(smi->rsp))
		smi->rsp_size = sizeof(smi->rsp);
	if (smi->rsp_size < 3 || smi->rsp[0] >> 2 != IPMI_NETFN_APP_RESPONSE)
		goto out;
	if (smi->rsp[1] == IPMI_READ_EVENT_MSG_BUFFER_CMD && !smi->rsp[2])
		event_run(intf, smi->rsp + 3, smi->rsp_size - 3);
	else if (smi->rsp[1] == IPMI_GET_MSG_CMD)
		bridge_received_run(intf, smi->rsp, smi->rsp_size);
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
 * route_one_run() - route one message
 * @intf: the interface
 * @smi: what the transport returned or brought
 */
void route_one_run(struct ipmi_smi *intf, struct ipmi_smi_msg *smi)
{
	struct ipmi_recv_msg *recv = ipmi_smi_msg_owner(smi);

	lockdep_assert_held(&intf->run);
	if (smi->type == IPMI_SMI_MSG_TYPE_IPMB_DIRECT)
		bridge_direct_run(intf, smi);
	else if (is_send_message(smi))
		bridge_sent_run(intf, smi);
	else if (recv)
		route_answer_run(intf, smi, recv);
	else if (smi->msgid == PATIENCE_OVER)
		route_late_run(intf, smi);
	else
		route_async_run(intf, smi);
}
