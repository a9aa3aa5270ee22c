/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What ipmi_msghandler tells who traces: the way of each message through the core.
 *
 * The system is ipmi; si/trace.h has the other half. All events of one message
 * carry its msgid, which is the user's, and an id, which no other has as long as it
 * lives (but by a rare chance). len counts data bytes, without NetFn and command, a completion code
 * included; cc is -1 where there is none. data is these bytes, as many as a message can have;
 * bytes is a whole message as it is on the system interface, or on IPMB. Who may read them is
 * root, as all of tracefs. Documentation/tracing shows them at work.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ipmi

#if !defined(MSGHANDLER_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define MSGHANDLER_TRACE_H

#include <linux/tracepoint.h>

#include <ipmi/core.h>

#include "msghandler.h"

TRACE_DEFINE_ENUM(DROP_USER_GONE);
TRACE_DEFINE_ENUM(DROP_USER_FULL);
TRACE_DEFINE_ENUM(DROP_LATE);
TRACE_DEFINE_ENUM(DROP_INVALID);
TRACE_DEFINE_ENUM(DROP_UNCLAIMED);
TRACE_DEFINE_ENUM(DROP_NO_ROOM);
TRACE_DEFINE_ENUM(DROP_NO_MEMORY);

/* clang-format off */

/* How many bytes of data a record has; a caller in the kernel may give any number. */
#define TRACE_LEN(data, len) ((data) ? min_t(unsigned int, len, IPMI_MAX_MSG_LENGTH) : 0)

/* For "%s%x": a completion code in hex, or -1 for none. */
#define TRACE_CC(cc) (cc) < 0 ? "-" : "0x", (cc) < 0 ? 1 : (cc)

/* A user submits a request; error says why it is refused, 0 that it is queued now. */
TRACE_EVENT(ipmi_request,
	TP_PROTO(const struct ipmi_request *rq, const struct ipmi_recv_msg *recv, int error),
	TP_ARGS(rq, recv, error),
	TP_STRUCT__entry(
		__field(int, intf)
		__field(pid_t, pid)
		__field(u32, id)
		__field(long, msgid)
		__field(int, addr_type)
		__field(short, channel)
		__field(u16, len)
		__field(u8, netfn)
		__field(u8, cmd)
		__field(u8, urgent)
		__field(int, error)
		__dynamic_array(u8, data, TRACE_LEN(rq->msg->data, rq->msg->data_len))
	),
	TP_fast_assign(
		__entry->intf = rq->user->intf->number;
		__entry->pid = rq->user->pid;
		__entry->id = ipmi_core_trace_id(recv);
		__entry->msgid = rq->msgid;
		__entry->addr_type = rq->addr->addr_type;
		__entry->channel = rq->addr->channel;
		__entry->len = rq->msg->data_len;
		__entry->netfn = rq->msg->netfn;
		__entry->cmd = rq->msg->cmd;
		__entry->urgent = rq->priority > 0;
		__entry->error = error;
		memcpy(__get_dynamic_array(data), rq->msg->data,
		       __get_dynamic_array_len(data));
	),
	TP_printk("intf=%d id=%08x msgid=%ld pid=%d netfn=0x%02x cmd=0x%02x len=%u to=%s channel=%d urgent=%u error=%d data=%s",
		  __entry->intf, __entry->id, __entry->msgid, __entry->pid, __entry->netfn,
		  __entry->cmd, __entry->len,
		  __print_symbolic(__entry->addr_type,
				   { IPMI_SYSTEM_INTERFACE_ADDR_TYPE, "bmc" },
				   { IPMI_IPMB_ADDR_TYPE, "ipmb" },
				   { IPMI_IPMB_BROADCAST_ADDR_TYPE, "broadcast" },
				   { IPMI_IPMB_DIRECT_ADDR_TYPE, "direct" },
				   { IPMI_LAN_ADDR_TYPE, "lan" }),
		  __entry->channel, __entry->urgent, __entry->error,
		  __print_hex_str(__get_dynamic_array(data), __get_dynamic_array_len(data)))
);

/*
 * The core hands a message to the transport. A bridged request travels in one that
 * has a msgid of its own: wire. Resends have it too.
 */
TRACE_EVENT(ipmi_send,
	TP_PROTO(const struct ipmi_smi *intf, const struct trace_about *what, long wire),
	TP_ARGS(intf, what, wire),
	TP_STRUCT__entry(
		__field(int, intf)
		__field(u8, netfn)
		__field(u8, cmd)
		__field(u16, len)
		__field(u32, id)
		__field(long, msgid)
		__field(long, wire)
		__dynamic_array(u8, bytes, what->nr_bytes)
	),
	TP_fast_assign(
		__entry->intf = intf->number;
		__entry->netfn = what->netfn;
		__entry->cmd = what->cmd;
		__entry->len = what->len;
		__entry->id = ipmi_core_trace_id(what->id);
		__entry->msgid = what->msgid;
		__entry->wire = wire;
		memcpy(__get_dynamic_array(bytes), what->bytes, what->nr_bytes);
	),
	TP_printk("intf=%d id=%08x msgid=%ld netfn=0x%02x cmd=0x%02x len=%u wire=%ld bytes=%s",
		  __entry->intf, __entry->id, __entry->msgid, __entry->netfn, __entry->cmd,
		  __entry->len, __entry->wire,
		  __print_hex_str(__get_dynamic_array(bytes), __get_dynamic_array_len(bytes)))
);

/* The transport gives a message back, or brings one. */
TRACE_EVENT(ipmi_receive,
	TP_PROTO(const struct ipmi_smi *intf, const struct trace_about *what, long wire),
	TP_ARGS(intf, what, wire),
	TP_STRUCT__entry(
		__field(int, intf)
		__field(u8, netfn)
		__field(u8, cmd)
		__field(u16, len)
		__field(u32, id)
		__field(long, msgid)
		__field(long, wire)
		__field(int, cc)
		__dynamic_array(u8, bytes, what->nr_bytes)
	),
	TP_fast_assign(
		__entry->intf = intf->number;
		__entry->netfn = what->netfn;
		__entry->cmd = what->cmd;
		__entry->len = what->len;
		__entry->id = ipmi_core_trace_id(what->id);
		__entry->msgid = what->msgid;
		__entry->wire = wire;
		__entry->cc = what->cc;
		memcpy(__get_dynamic_array(bytes), what->bytes, what->nr_bytes);
	),
	TP_printk("intf=%d id=%08x msgid=%ld netfn=0x%02x cmd=0x%02x len=%u cc=%s%x wire=%ld bytes=%s",
		  __entry->intf, __entry->id, __entry->msgid, __entry->netfn, __entry->cmd,
		  __entry->len, TRACE_CC(__entry->cc), __entry->wire,
		  __print_hex_str(__get_dynamic_array(bytes), __get_dynamic_array_len(bytes)))
);

/* A user gets a message; pid is the process that opened the user. */
TRACE_EVENT(ipmi_deliver,
	TP_PROTO(const struct ipmi_user *user, const struct trace_about *what, int type),
	TP_ARGS(user, what, type),
	TP_STRUCT__entry(
		__field(int, intf)
		__field(pid_t, pid)
		__field(u32, id)
		__field(long, msgid)
		__field(int, type)
		__field(u16, len)
		__field(u8, netfn)
		__field(u8, cmd)
		__field(int, cc)
		__dynamic_array(u8, data, what->nr_bytes)
	),
	TP_fast_assign(
		__entry->intf = user->intf->number;
		__entry->pid = user->pid;
		__entry->id = ipmi_core_trace_id(what->id);
		__entry->msgid = what->msgid;
		__entry->type = type;
		__entry->len = what->len;
		__entry->netfn = what->netfn;
		__entry->cmd = what->cmd;
		__entry->cc = what->cc;
		memcpy(__get_dynamic_array(data), what->bytes, what->nr_bytes);
	),
	TP_printk("intf=%d id=%08x msgid=%ld pid=%d netfn=0x%02x cmd=0x%02x len=%u cc=%s%x type=%s data=%s",
		  __entry->intf, __entry->id, __entry->msgid, __entry->pid, __entry->netfn,
		  __entry->cmd, __entry->len, TRACE_CC(__entry->cc),
		  __print_symbolic(__entry->type,
				   { IPMI_RESPONSE_RECV_TYPE, "answer" },
				   { IPMI_ASYNC_EVENT_RECV_TYPE, "event" },
				   { IPMI_CMD_RECV_TYPE, "command" },
				   { IPMI_RESPONSE_RESPONSE_TYPE, "sent" },
				   { IPMI_OEM_RECV_TYPE, "oem" }),
		  __print_hex_str(__get_dynamic_array(data), __get_dynamic_array_len(data)))
);

/* A message ends without a user who gets it. */
TRACE_EVENT(ipmi_drop,
	TP_PROTO(const struct ipmi_smi *intf, const struct ipmi_user *user,
		 const struct trace_about *what, enum ipmi_drop reason),
	TP_ARGS(intf, user, what, reason),
	TP_STRUCT__entry(
		__field(int, intf)
		__field(pid_t, pid)
		__field(u32, id)
		__field(long, msgid)
		__field(u16, len)
		__field(u8, netfn)
		__field(u8, cmd)
		__field(int, cc)
		__field(int, reason)
	),
	TP_fast_assign(
		__entry->intf = intf->number;
		__entry->pid = user ? user->pid : 0;
		__entry->id = ipmi_core_trace_id(what->id);
		__entry->msgid = what->msgid;
		__entry->len = what->len;
		__entry->netfn = what->netfn;
		__entry->cmd = what->cmd;
		__entry->cc = what->cc;
		__entry->reason = reason;
	),
	TP_printk("intf=%d id=%08x msgid=%ld pid=%d netfn=0x%02x cmd=0x%02x len=%u cc=%s%x reason=%s",
		  __entry->intf, __entry->id, __entry->msgid, __entry->pid, __entry->netfn,
		  __entry->cmd, __entry->len, TRACE_CC(__entry->cc),
		  __print_symbolic(__entry->reason,
				   { DROP_USER_GONE, "user-gone" },
				   { DROP_USER_FULL, "user-full" },
				   { DROP_LATE, "late" },
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
