/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What our own transports and clients may use of ipmi_msghandler beyond the
 * kernel's <linux/ipmi.h> and <linux/ipmi_smi.h>.
 */
#ifndef IPMI_CORE_H
#define IPMI_CORE_H

#include <linux/bits.h>
#include <linux/ipmi.h>
#include <linux/xarray.h>

#include <ipmi/privilege.h>

struct ipmi_smi;

/*
 * In ipmi_smi_handlers.flags of a transport whose sender() and set_need_watch() never sleep: they
 * are called where there is something to send or to tell, with soft interrupts off and a lock of
 * the interface held. Those of any other transport are called by a worker, without a lock.
 *
 * The flag changes nothing for the others:
 *
 *   request_events(), set_maintenance_mode()
 *                      by a worker, without a lock; they may sleep
 *   start_processing(), shutdown(), get_smi_info()
 *                      by who adds, removes or asks for the interface; they may sleep
 *   poll()             by ipmi_poll_interface(), with soft interrupts off and a lock of the
 *                      interface held; it must not sleep
 *   set_run_to_completion(), then sender() and poll()
 *                      at panic and at power off, with interrupts off; they must not sleep
 *   flush_messages()   never
 */
#define IPMI_CORE_SMI_ATOMIC BIT(31)

/*
 * In ipmi_smi_handlers.flags of a transport whose BMC is a program. What acts on the machine, as a
 * watchdog and power off do, takes its interfaces only where the administrator names one.
 */
#define IPMI_CORE_SMI_PROGRAM BIT(30)

/* No interface, where the N of an ipmiN is meant. */
#define IPMI_CORE_NONE (-1)

bool ipmi_core_is_program(unsigned int if_num);

/* The mark of an interface that a client may use though nobody has named it. */
#define IPMI_CORE_UNNAMED XA_MARK_0

/**
 * ipmi_core_note() - note what an interface may be used for, in a table of ipmi_core_choose()
 * @present: the table
 * @number: the N of its ipmiN, which is in the table, or there was no memory for that
 *
 * Context: process, from new_smi() of a watcher.
 */
static inline void ipmi_core_note(struct xarray *present, int number)
{
	if (!ipmi_core_is_program(number))
		xa_set_mark(present, number, IPMI_CORE_UNNAMED);
}

/**
 * ipmi_core_choose() - which interface a client uses that uses one at a time
 * @present: the interfaces that there are, by the N of their ipmiN, each after ipmi_core_note()
 * @wanted: the N that the administrator has named, negative if none
 * @used: the N that is used so far, negative if none
 *
 * The one that was named, or else the one that is used, or else the lowest N of those that need
 * not be named. One that is named or used and is not there is not replaced by another.
 *
 * Context: any.
 * Return: its N, or IPMI_CORE_NONE.
 */
static inline int ipmi_core_choose(struct xarray *present, int wanted, int used)
{
	int number = wanted < 0 ? used : wanted;
	unsigned long first = 0;

	if (number >= 0)
		return xa_load(present, number) ? number : IPMI_CORE_NONE;
	return xa_find(present, &first, ULONG_MAX, IPMI_CORE_UNNAMED) ? first : IPMI_CORE_NONE;
}

int ipmi_core_create_user(unsigned int if_num, const struct ipmi_user_hndl *handler,
			  void *handler_data, struct ipmi_user **user);
int ipmi_core_reserve(struct ipmi_user *user);

/* Counting goes no further. */
#define IPMI_CORE_REGISTRATIONS_SHOWN 1000

/**
 * struct ipmi_core_user_info - what there is to say of a user
 * @interface: the N of its ipmiN
 * @level: its privilege level
 * @messages: how many it has, in flight or unread
 * @registrations: for how many commands it has registered, IPMI_CORE_REGISTRATIONS_SHOWN = or more
 * @events: it gets events
 */
struct ipmi_core_user_info {
	int interface;
	enum ipmi_privilege level;
	unsigned int messages;
	unsigned int registrations;
	bool events;
};

int ipmi_core_restrict(struct ipmi_user *user, enum ipmi_privilege level, const u8 *listed);
void ipmi_core_user_info(struct ipmi_user *user, struct ipmi_core_user_info *info);

int ipmi_core_number(const struct ipmi_smi *intf);
u32 ipmi_core_trace_id(const void *message);
void ipmi_core_bmc_news(struct ipmi_smi *intf, bool away);

int ipmi_core_request(struct ipmi_user *user, struct ipmi_addr *addr, long msgid,
		      struct kernel_ipmi_msg *msg, int max_retries, unsigned int retry_time_ms,
		      bool bounded);

int ipmi_core_ask(struct ipmi_user *user, const struct kernel_ipmi_msg *msg, unsigned int ms,
		  u8 *rsp, int cap);
int ipmi_core_last_request(struct ipmi_user *user, struct ipmi_addr *addr,
			   const struct kernel_ipmi_msg *msg, unsigned int ms, u8 *rsp, int cap);
void ipmi_core_panic_delay(unsigned int us);

struct ipmi_smi_msg;
bool ipmi_core_msg_queue(struct ipmi_smi *intf, struct ipmi_smi_msg *msg);
struct ipmi_smi_msg *ipmi_core_in_flight(const struct ipmi_smi *intf);
void ipmi_core_run(struct ipmi_smi *intf);
void ipmi_core_kick(struct ipmi_smi *intf);
void ipmi_core_msg_received(struct ipmi_smi *intf, struct ipmi_smi_msg *msg);

/* In <linux/ipmi.h> of later kernels; ours exports it on every kernel. */
void ipmi_panic_request_and_wait(struct ipmi_user *user, struct ipmi_addr *addr,
				 struct kernel_ipmi_msg *msg);

#endif /* IPMI_CORE_H */
