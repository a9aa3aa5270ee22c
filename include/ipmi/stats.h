/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The core's counters: one line each, with its name in enum ipmi_stat, its file in
 * sysfs (ipmi_stats/ of the interface's device) and what it counts. The files are
 * ABI. Who adds a line adds it to the table in Documentation/tracing too.
 */
#ifndef IPMI_STATS_H
#define IPMI_STATS_H

/* clang-format off */
#define IPMI_STATS(X)										\
	X(SENT_INVALID_COMMANDS, sent_invalid_commands, "requests refused for what they say")	\
	X(SENT_LOCAL_COMMANDS, sent_local_commands, "requests to the BMC itself")		\
	X(HANDLED_LOCAL_RESPONSES, handled_local_responses, "its answers, given to a user")	\
	X(INVALID_LOCAL_RESPONSES, invalid_local_responses, "of these, made an error: unfit")	\
	X(UNHANDLED_LOCAL_RESPONSES, unhandled_local_responses, "its answers; user gone")	\
	X(TIMED_OUT_LOCAL_COMMANDS, timed_out_local_commands, "of these, waited for no longer")	\
												\
	X(SENT_IPMB_COMMANDS, sent_ipmb_commands, "requests over IPMB, bridged or direct")	\
	X(SENT_IPMB_COMMAND_ERRS, sent_ipmb_command_errs, "of these, refused by the BMC")	\
	X(RETRANSMITTED_IPMB_COMMANDS, retransmitted_ipmb_commands, "of these, sent again")	\
	X(TIMED_OUT_IPMB_COMMANDS, timed_out_ipmb_commands, "of these, never answered")		\
	X(TIMED_OUT_IPMB_BROADCASTS, timed_out_ipmb_broadcasts, "broadcasts never answered")	\
	X(HANDLED_IPMB_RESPONSES, handled_ipmb_responses, "answers given to a user")		\
	X(INVALID_IPMB_RESPONSES, invalid_ipmb_responses, "answers that are no message")	\
	X(UNHANDLED_IPMB_RESPONSES, unhandled_ipmb_responses, "answers to nothing; user gone")	\
	X(SENT_IPMB_RESPONSES, sent_ipmb_responses, "answers of users to commands")		\
	X(DROPPED_REXMIT_IPMB_COMMANDS, dropped_rexmit_ipmb_commands, "not sent again: no way")	\
												\
	X(SENT_LAN_COMMANDS, sent_lan_commands, "requests over LAN channels")			\
	X(SENT_LAN_COMMAND_ERRS, sent_lan_command_errs, "of these, refused by the BMC")		\
	X(RETRANSMITTED_LAN_COMMANDS, retransmitted_lan_commands, "of these, sent again")	\
	X(TIMED_OUT_LAN_COMMANDS, timed_out_lan_commands, "of these, never answered")		\
	X(HANDLED_LAN_RESPONSES, handled_lan_responses, "answers given to a user")		\
	X(INVALID_LAN_RESPONSES, invalid_lan_responses, "answers that are no message")		\
	X(UNHANDLED_LAN_RESPONSES, unhandled_lan_responses, "answers to nothing; user gone")	\
	X(SENT_LAN_RESPONSES, sent_lan_responses, "answers of users to commands")		\
	X(DROPPED_REXMIT_LAN_COMMANDS, dropped_rexmit_lan_commands, "not sent again: no way")	\
												\
	X(HANDLED_COMMANDS, handled_commands, "commands from others, given to a user")		\
	X(INVALID_COMMANDS, invalid_commands, "commands that are no message")			\
	X(UNHANDLED_COMMANDS, unhandled_commands, "commands nobody registered for")		\
	X(EVENTS, events, "events of the BMC")							\
	X(INVALID_EVENTS, invalid_events, "events too short to be one")				\
												\
	X(LATE_RESPONSES, late_responses, "answers after their request had ended, dropped")	\
	X(LOST_EVENTS, lost_events, "copies of events that found no room or no reader")		\
	X(LOST_COMMANDS, lost_commands, "commands whose user does not read what it has")	\
	X(FAILED_SENDS, failed_sends, "messages the transport did not take, ended in error")	\
	X(REFUSED_REQUESTS, refused_requests, "requests above max_msgs_per_user")		\
	X(REFUSED_PRIVILEGE, refused_privilege, "what a user's privilege level does not allow")	\
	X(REFUSED_BRIDGED, refused_bridged, "requests with all sequence numbers taken")		\
	X(REFUSED_USERS, refused_users, "users above max_users")				\
	X(PRETIMEOUTS, pretimeouts, "pre-timeouts of the watchdog")

/* STAT_SENT_INVALID_COMMANDS and so on; STAT_COUNT is how many there are. */
#define IPMI_STAT_ENUM(_id, _name, _help) STAT_##_id,
enum ipmi_stat { IPMI_STATS(IPMI_STAT_ENUM) STAT_COUNT };
/* clang-format on */
#undef IPMI_STAT_ENUM

/* For a table of their names in the same order: IPMI_STATS(IPMI_STAT_NAME). */
#define IPMI_STAT_NAME(_id, _name, _help) #_name,

#endif /* IPMI_STATS_H */
