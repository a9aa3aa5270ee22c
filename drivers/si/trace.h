/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What ipmi_si tells who traces: each transaction with the BMC, and when it is away.
 *
 * The system is ipmi; msghandler/trace.h has the other half, and says what the
 * common fields mean. intf is -1 while the core does not have the interface yet.
 * What the driver asks for itself has no id. Documentation/tracing shows them at work.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ipmi

#if !defined(SI_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define SI_TRACE_H

#include <linux/tracepoint.h>

#include "si.h"

#ifndef SI_TRACE_NAMES
#define SI_TRACE_NAMES

/* clang-format off */

/* For "%s%x": a completion code in hex, or -1 for none. */
#define TRACE_CC(cc) (cc) < 0 ? "-" : "0x", (cc) < 0 ? 1 : (cc)

#define SI_TRACE_VERDICTS						\
	{ SI_ANSWERED, "answered" },					\
	{ SI_FAILED, "failed" },					\
	{ SI_AWAY, "away" },						\
	{ SI_REFUSED, "refused" },					\
	{ SI_STOPPED, "stopped" }

#define SI_TRACE_PHASES							\
	{ IPMI_PHASE_IDLE, "-" },					\
	{ IPMI_PHASE_START, "start" },					\
	{ IPMI_PHASE_WRITE, "write" },					\
	{ IPMI_PHASE_WRITE_END, "write-end" },				\
	{ IPMI_PHASE_THINK, "think" },					\
	{ IPMI_PHASE_READ, "read" },					\
	{ IPMI_PHASE_READ_END, "read-end" },				\
	{ IPMI_PHASE_ABORT, "abort" }

#define SI_TRACE_CAUSES							\
	{ IPMI_CAUSE_NONE, "-" },					\
	{ IPMI_CAUSE_ABSENT, "absent" },				\
	{ IPMI_CAUSE_BUSY, "busy" },					\
	{ IPMI_CAUSE_SILENT, "silent" },				\
	{ IPMI_CAUSE_STATE, "state" },					\
	{ IPMI_CAUSE_ERROR, "error" },					\
	{ IPMI_CAUSE_TOO_SHORT, "too-short" },				\
	{ IPMI_CAUSE_TOO_LONG, "too-long" },				\
	{ IPMI_CAUSE_WRONG, "wrong" }
/* clang-format on */

#endif /* SI_TRACE_NAMES */

TRACE_DEFINE_ENUM(SI_ANSWERED);
TRACE_DEFINE_ENUM(SI_FAILED);
TRACE_DEFINE_ENUM(SI_AWAY);
TRACE_DEFINE_ENUM(SI_REFUSED);
TRACE_DEFINE_ENUM(SI_STOPPED);
TRACE_DEFINE_ENUM(IPMI_PHASE_IDLE);
TRACE_DEFINE_ENUM(IPMI_PHASE_START);
TRACE_DEFINE_ENUM(IPMI_PHASE_WRITE);
TRACE_DEFINE_ENUM(IPMI_PHASE_WRITE_END);
TRACE_DEFINE_ENUM(IPMI_PHASE_THINK);
TRACE_DEFINE_ENUM(IPMI_PHASE_READ);
TRACE_DEFINE_ENUM(IPMI_PHASE_READ_END);
TRACE_DEFINE_ENUM(IPMI_PHASE_ABORT);
TRACE_DEFINE_ENUM(IPMI_CAUSE_NONE);
TRACE_DEFINE_ENUM(IPMI_CAUSE_ABSENT);
TRACE_DEFINE_ENUM(IPMI_CAUSE_BUSY);
TRACE_DEFINE_ENUM(IPMI_CAUSE_SILENT);
TRACE_DEFINE_ENUM(IPMI_CAUSE_STATE);
TRACE_DEFINE_ENUM(IPMI_CAUSE_ERROR);
TRACE_DEFINE_ENUM(IPMI_CAUSE_TOO_SHORT);
TRACE_DEFINE_ENUM(IPMI_CAUSE_TOO_LONG);
TRACE_DEFINE_ENUM(IPMI_CAUSE_WRONG);

/* clang-format off */

/* The engine puts a request on the wire. */
TRACE_EVENT(ipmi_start,
	TP_PROTO(const struct si *si, const struct ipmi_smi_msg *msg, unsigned int len),
	TP_ARGS(si, msg, len),
	TP_STRUCT__entry(
		__field(int, intf)
		__field(u8, netfn)
		__field(u8, cmd)
		__field(u16, len)
		__field(u32, id)
		__field(long, msgid)
		__array(char, dev, SI_TRACE_DEV)
	),
	TP_fast_assign(
		__entry->intf = si_trace_number(si);
		__entry->netfn = si->now.netfn;
		__entry->cmd = si->now.cmd;
		__entry->len = len;
		__entry->id = si_trace_id(msg);
		__entry->msgid = msg ? msg->msgid : 0;
		strscpy(__entry->dev, dev_name(si->desc.dev), SI_TRACE_DEV);
	),
	TP_printk("intf=%d id=%08x msgid=%ld netfn=0x%02x cmd=0x%02x len=%u dev=%s",
		  __entry->intf, __entry->id, __entry->msgid, __entry->netfn, __entry->cmd,
		  __entry->len, __entry->dev)
);

/*
 * It is over: total_us from the start, of which waited_us went by while the BMC had
 * something to do; looks is how often its status was read. A request that fails has
 * phase, cause and the status last read; one that never went to the BMC (away,
 * refused) has no start either.
 */
TRACE_EVENT(ipmi_end,
	TP_PROTO(const struct si *si, const struct ipmi_smi_msg *msg, enum si_verdict verdict,
		 int cc, unsigned int len, u32 total_us, const struct ipmi_failure *f),
	TP_ARGS(si, msg, verdict, cc, len, total_us, f),
	TP_STRUCT__entry(
		__field(int, intf)
		__field(u8, netfn)
		__field(u8, cmd)
		__field(u16, len)
		__field(u32, id)
		__field(long, msgid)
		__field(int, cc)
		__field(int, verdict)
		__field(u32, total_us)
		__field(u32, waited_us)
		__field(u32, looks)
		__field(int, phase)
		__field(int, cause)
		__field(u8, status)
		__array(char, dev, SI_TRACE_DEV)
	),
	TP_fast_assign(
		__entry->intf = si_trace_number(si);
		__entry->netfn = si->now.netfn;
		__entry->cmd = si->now.cmd;
		__entry->len = len;
		__entry->id = si_trace_id(msg);
		__entry->msgid = msg ? msg->msgid : 0;
		__entry->cc = cc;
		__entry->verdict = verdict;
		__entry->total_us = total_us;
		__entry->waited_us = si->now.waited_us;
		__entry->looks = si->now.looks;
		__entry->phase = f ? f->phase : IPMI_PHASE_IDLE;
		__entry->cause = f ? f->cause : IPMI_CAUSE_NONE;
		__entry->status = f ? f->status : 0;
		strscpy(__entry->dev, dev_name(si->desc.dev), SI_TRACE_DEV);
	),
	TP_printk("intf=%d id=%08x msgid=%ld netfn=0x%02x cmd=0x%02x len=%u cc=%s%x verdict=%s total_us=%u waited_us=%u looks=%u phase=%s cause=%s status=0x%02x dev=%s",
		  __entry->intf, __entry->id, __entry->msgid, __entry->netfn, __entry->cmd,
		  __entry->len, TRACE_CC(__entry->cc),
		  __print_symbolic(__entry->verdict, SI_TRACE_VERDICTS),
		  __entry->total_us, __entry->waited_us, __entry->looks,
		  __print_symbolic(__entry->phase, SI_TRACE_PHASES),
		  __print_symbolic(__entry->cause, SI_TRACE_CAUSES), __entry->status,
		  __entry->dev)
);

/* The BMC does not answer any more, or does again after ms. */
TRACE_EVENT(ipmi_bmc,
	TP_PROTO(const struct si *si, const struct ipmi_failure *f, u64 ms),
	TP_ARGS(si, f, ms),
	TP_STRUCT__entry(
		__field(int, intf)
		__field(bool, away)
		__field(int, phase)
		__field(int, cause)
		__field(u8, status)
		__field(u64, ms)
		__array(char, dev, SI_TRACE_DEV)
	),
	TP_fast_assign(
		__entry->intf = si_trace_number(si);
		__entry->away = f;
		__entry->phase = f ? f->phase : IPMI_PHASE_IDLE;
		__entry->cause = f ? f->cause : IPMI_CAUSE_NONE;
		__entry->status = f ? f->status : 0;
		__entry->ms = ms;
		strscpy(__entry->dev, dev_name(si->desc.dev), SI_TRACE_DEV);
	),
	TP_printk("intf=%d state=%s after_ms=%llu phase=%s cause=%s status=0x%02x dev=%s",
		  __entry->intf, __entry->away ? "away" : "back", __entry->ms,
		  __print_symbolic(__entry->phase, SI_TRACE_PHASES),
		  __print_symbolic(__entry->cause, SI_TRACE_CAUSES), __entry->status,
		  __entry->dev)
);

/* clang-format on */

#endif /* SI_TRACE_H */

/* From include/, which is where the compiler looks. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH ../drivers/si
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
