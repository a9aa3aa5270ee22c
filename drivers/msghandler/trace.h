/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What ipmi_msghandler tells who traces: the way of each message through the core.
 *
 * The system is ipmi; si/trace.h has the other half. All events of one message
 * carry its msgid, which is the user's, and an id, which is nobody else's as long as
 * it lives. len counts data bytes, without NetFn and command, a completion code
 * included; cc is -1 where there is none. Documentation/tracing shows them at work.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ipmi

#if !defined(MSGHANDLER_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define MSGHANDLER_TRACE_H

#include <linux/tracepoint.h>

#include "msghandler.h"

#ifndef MSGHANDLER_TRACE_ONCE
#define MSGHANDLER_TRACE_ONCE

/**
 * enum ipmi_drop - why a message ends with nobody
 * @DROP_USER_GONE: its user has left
 * @DROP_USER_FULL: its user has as many unread messages as it may have
 * @DROP_LATE: the request that it answers has ended, or never was
 * @DROP_STRANGE: it does not fit the request that it seems to answer
 * @DROP_INVALID: it is no message
 * @DROP_UNCLAIMED: nobody registered for it
 * @DROP_NO_ROOM: more events came than are kept
 * @DROP_NO_MEMORY: there was no memory for it
 */
enum ipmi_drop {
	DROP_USER_GONE,
	DROP_USER_FULL,
	DROP_LATE,
	DROP_STRANGE,
	DROP_INVALID,
	DROP_UNCLAIMED,
	DROP_NO_ROOM,
	DROP_NO_MEMORY,
};

/* A request that the transport has is known by its other half, which the user gets. */
static inline const void *trace_id(const struct ipmi_smi_msg *smi)
{
	const void *owner = ipmi_smi_msg_owner(smi);

	return owner ?: smi;
}

/* IPMB direct has its addresses before the command. */
static inline unsigned int trace_cmd_at(const struct ipmi_smi_msg *smi)
{
	return smi->type == IPMI_SMI_MSG_TYPE_IPMB_DIRECT ? 3 : 1;
}

static inline unsigned int trace_len(const struct ipmi_smi_msg *smi, int size)
{
	return max_t(int, size - (int)trace_cmd_at(smi) - 1, 0);
}

static inline int trace_cc(const struct ipmi_smi_msg *smi)
{
	unsigned int at = trace_cmd_at(smi) + 1;

	return smi->rsp_size > (int)at ? smi->rsp[at] : -1;
}

/* Of an answer or its like: the first byte of data, where that is a completion code. */
static inline int trace_recv_cc(const struct ipmi_recv_msg *recv)
{
	if (recv->recv_type != IPMI_RESPONSE_RECV_TYPE &&
	    recv->recv_type != IPMI_RESPONSE_RESPONSE_TYPE)
		return -1;
	return recv->msg.data && recv->msg.data_len ? recv->msg.data[0] : -1;
}

#endif /* MSGHANDLER_TRACE_ONCE */

TRACE_DEFINE_ENUM(DROP_USER_GONE);
TRACE_DEFINE_ENUM(DROP_USER_FULL);
TRACE_DEFINE_ENUM(DROP_LATE);
TRACE_DEFINE_ENUM(DROP_STRANGE);
TRACE_DEFINE_ENUM(DROP_INVALID);
TRACE_DEFINE_ENUM(DROP_UNCLAIMED);
TRACE_DEFINE_ENUM(DROP_NO_ROOM);
TRACE_DEFINE_ENUM(DROP_NO_MEMORY);

/* clang-format off */

/* A user submits a request; error says why it is refused, 0 that it is queued now. */
TRACE_EVENT(ipmi_request,
	TP_PROTO(const struct ipmi_request *rq, const struct ipmi_recv_msg *recv, int error),
	TP_ARGS(rq, recv, error),
	TP_STRUCT__entry(
		__field(int, intf)
		__field(pid_t, pid)
		__field(const void *, id)
		__field(long, msgid)
		__field(int, addr_type)
		__field(short, channel)
		__field(u16, len)
		__field(u8, netfn)
		__field(u8, cmd)
		__field(u8, urgent)
		__field(int, error)
	),
	TP_fast_assign(
		__entry->intf = rq->user->intf->number;
		__entry->pid = rq->user->pid;
		__entry->id = recv;
		__entry->msgid = rq->msgid;
		__entry->addr_type = rq->addr->addr_type;
		__entry->channel = rq->addr->channel;
		__entry->len = rq->msg->data_len;
		__entry->netfn = rq->msg->netfn;
		__entry->cmd = rq->msg->cmd;
		__entry->urgent = rq->priority > 0;
		__entry->error = error;
	),
	TP_printk("intf=%d id=%p msgid=%ld pid=%d netfn=0x%02x cmd=0x%02x len=%u to=%s channel=%d urgent=%u error=%d",
		  __entry->intf, __entry->id, __entry->msgid, __entry->pid, __entry->netfn,
		  __entry->cmd, __entry->len,
		  __print_symbolic(__entry->addr_type,
				   { IPMI_SYSTEM_INTERFACE_ADDR_TYPE, "bmc" },
				   { IPMI_IPMB_ADDR_TYPE, "ipmb" },
				   { IPMI_IPMB_BROADCAST_ADDR_TYPE, "broadcast" },
				   { IPMI_IPMB_DIRECT_ADDR_TYPE, "direct" },
				   { IPMI_LAN_ADDR_TYPE, "lan" }),
		  __entry->channel, __entry->urgent, __entry->error)
);

/* The core hands a message to the transport. */
TRACE_EVENT(ipmi_send,
	TP_PROTO(const struct ipmi_smi *intf, const struct ipmi_smi_msg *smi),
	TP_ARGS(intf, smi),
	TP_STRUCT__entry(
		__field(int, intf)
		__field(u8, netfn)
		__field(u8, cmd)
		__field(u16, len)
		__field(const void *, id)
		__field(long, msgid)
	),
	TP_fast_assign(
		__entry->intf = intf->number;
		__entry->netfn = smi->data[0] >> 2;
		__entry->cmd = smi->data[trace_cmd_at(smi)];
		__entry->len = trace_len(smi, smi->data_size);
		__entry->id = trace_id(smi);
		__entry->msgid = smi->msgid;
	),
	TP_printk("intf=%d id=%p msgid=%ld netfn=0x%02x cmd=0x%02x len=%u",
		  __entry->intf, __entry->id, __entry->msgid, __entry->netfn, __entry->cmd,
		  __entry->len)
);

/* The transport gives a message back, or brings one. */
TRACE_EVENT(ipmi_receive,
	TP_PROTO(const struct ipmi_smi *intf, const struct ipmi_smi_msg *smi),
	TP_ARGS(intf, smi),
	TP_STRUCT__entry(
		__field(int, intf)
		__field(u8, netfn)
		__field(u8, cmd)
		__field(u16, len)
		__field(const void *, id)
		__field(long, msgid)
		__field(int, cc)
	),
	TP_fast_assign(
		__entry->intf = intf->number;
		__entry->netfn = smi->rsp[0] >> 2;
		__entry->cmd = smi->rsp[trace_cmd_at(smi)];
		__entry->len = trace_len(smi, smi->rsp_size);
		__entry->id = trace_id(smi);
		__entry->msgid = smi->msgid;
		__entry->cc = trace_cc(smi);
	),
	TP_printk("intf=%d id=%p msgid=%ld netfn=0x%02x cmd=0x%02x len=%u cc=%d",
		  __entry->intf, __entry->id, __entry->msgid, __entry->netfn, __entry->cmd,
		  __entry->len, __entry->cc)
);

/* A user gets a message; pid is the process that opened the user. */
TRACE_EVENT(ipmi_deliver,
	TP_PROTO(const struct ipmi_recv_msg *recv),
	TP_ARGS(recv),
	TP_STRUCT__entry(
		__field(int, intf)
		__field(pid_t, pid)
		__field(const void *, id)
		__field(long, msgid)
		__field(int, type)
		__field(u16, len)
		__field(u8, netfn)
		__field(u8, cmd)
		__field(int, cc)
	),
	TP_fast_assign(
		__entry->intf = recv->user->intf->number;
		__entry->pid = recv->user->pid;
		__entry->id = recv;
		__entry->msgid = recv->msgid;
		__entry->type = recv->recv_type;
		__entry->len = recv->msg.data_len;
		__entry->netfn = recv->msg.netfn;
		__entry->cmd = recv->msg.cmd;
		__entry->cc = trace_recv_cc(recv);
	),
	TP_printk("intf=%d id=%p msgid=%ld pid=%d netfn=0x%02x cmd=0x%02x len=%u cc=%d type=%s",
		  __entry->intf, __entry->id, __entry->msgid, __entry->pid, __entry->netfn,
		  __entry->cmd, __entry->len, __entry->cc,
		  __print_symbolic(__entry->type,
				   { IPMI_RESPONSE_RECV_TYPE, "answer" },
				   { IPMI_ASYNC_EVENT_RECV_TYPE, "event" },
				   { IPMI_CMD_RECV_TYPE, "command" },
				   { IPMI_RESPONSE_RESPONSE_TYPE, "sent" },
				   { IPMI_OEM_RECV_TYPE, "oem" }))
);

/* Nobody gets a message: one of a user (recv), or one of the transport (smi). */
TRACE_EVENT(ipmi_drop,
	TP_PROTO(const struct ipmi_smi *intf, const struct ipmi_recv_msg *recv,
		 const struct ipmi_smi_msg *smi, enum ipmi_drop reason),
	TP_ARGS(intf, recv, smi, reason),
	TP_STRUCT__entry(
		__field(int, intf)
		__field(pid_t, pid)
		__field(const void *, id)
		__field(long, msgid)
		__field(u16, len)
		__field(u8, netfn)
		__field(u8, cmd)
		__field(int, cc)
		__field(int, reason)
	),
	TP_fast_assign(
		__entry->intf = intf->number;
		__entry->reason = reason;
		if (recv) {
			__entry->pid = recv->user ? recv->user->pid : 0;
			__entry->id = recv;
			__entry->msgid = recv->msgid;
			__entry->len = recv->msg.data_len;
			__entry->netfn = recv->msg.netfn;
			__entry->cmd = recv->msg.cmd;
			__entry->cc = trace_recv_cc(recv);
		} else {
			__entry->pid = 0;
			__entry->id = trace_id(smi);
			__entry->msgid = smi->msgid;
			__entry->len = trace_len(smi, smi->rsp_size);
			__entry->netfn = smi->rsp[0] >> 2;
			__entry->cmd = smi->rsp[trace_cmd_at(smi)];
			__entry->cc = trace_cc(smi);
		}
	),
	TP_printk("intf=%d id=%p msgid=%ld pid=%d netfn=0x%02x cmd=0x%02x len=%u cc=%d reason=%s",
		  __entry->intf, __entry->id, __entry->msgid, __entry->pid, __entry->netfn,
		  __entry->cmd, __entry->len, __entry->cc,
		  __print_symbolic(__entry->reason,
				   { DROP_USER_GONE, "user-gone" },
				   { DROP_USER_FULL, "user-full" },
				   { DROP_LATE, "late" },
				   { DROP_STRANGE, "strange" },
				   { DROP_INVALID, "invalid" },
				   { DROP_UNCLAIMED, "unclaimed" },
				   { DROP_NO_ROOM, "no-room" },
				   { DROP_NO_MEMORY, "no-memory" }))
);

/* clang-format on */

#endif /* MSGHANDLER_TRACE_H */

/* From include/, which is where the compiler looks. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH ../drivers/msghandler
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
