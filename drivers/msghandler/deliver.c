// SPDX-License-Identifier: GPL-2.0-only
/*
 * Delivery: a message goes to its user.
 *
 * Called by route.c, bridge.c, command.c and event.c, which know whose it is, under intf->run.
 * The clients of this project have said that their callbacks do not sleep: theirs are called
 * where the message came, with soft interrupts off. Any other client's callbacks are called by a
 * worker of its own, in process context and without a lock, so that one that takes its time holds
 * up nobody but itself.
 */
#include "msghandler.h"
#include "trace.h"

/**
 * deliver_run() - hand a message to its user
 * @recv: the message; it belongs to the client now, or is freed if there is none
 *
 * Context: any, under intf->run; panic.
 */
void deliver_run(struct ipmi_recv_msg *recv)
{
	struct ipmi_user *user = recv->user;

	lockdep_assert_held(&user->intf->run);
	if (recv->recv_type == IPMI_RESPONSE_RECV_TYPE ||
	    recv->recv_type == IPMI_RESPONSE_RESPONSE_TYPE)
		meter_end_run(user->intf);
	/* Nobody but the core itself is called while the kernel dies. */
	if (!user->alive || (!user->internal && user->intf->panicking)) {
		drop_recv(recv, DROP_USER_GONE);
		ipmi_free_recv_msg(recv);
		return;
	}
	if (trace_ipmi_deliver_enabled())
		trace_deliver(recv);
	if (user->atomic) {
		user->handler->ipmi_recv_hndl(recv, user->handler_data);
		return;
	}
	list_add_tail(&recv->link, &user->inbox);
	queue_work(ipmi_client_wq, &user->work);
}

/**
 * deliver_cc_run() - hand a request back to its user with nothing but a completion code
 * @recv: the user's half of it
 * @cc: the code
 *
 * Context: see deliver_run().
 */
void deliver_cc_run(struct ipmi_recv_msg *recv, u8 cc)
{
	recv->msg_data[0] = cc;
	recv->msg.data = recv->msg_data;
	recv->msg.data_len = 1;
	deliver_run(recv);
}

static void pretimeout_run(struct ipmi_user *user)
{
	if (!user->alive || !user->handler->ipmi_watchdog_pretimeout)
		return;
	if (user->atomic) {
		user->handler->ipmi_watchdog_pretimeout(user->handler_data);
		return;
	}
	user->pretimeout = true;
	queue_work(ipmi_client_wq, &user->work);
}

/**
 * deliver_pretimeout_run() - tell who wants to know that the watchdog will act soon
 * @intf: the interface
 *
 * Context: see deliver_run().
 */
void deliver_pretimeout_run(struct ipmi_smi *intf)
{
	struct ipmi_user *user;

	lockdep_assert_held(&intf->run);
	list_for_each_entry(user, &intf->users, link)
		pretimeout_run(user);
}

/* The next message for a user that is alive; @pretimeout: it is to be told of one. */
static struct ipmi_recv_msg *take_next(struct ipmi_user *user, bool *pretimeout)
{
	struct ipmi_recv_msg *recv;

	guard(ipmi_bh)(&user->intf->run);
	*pretimeout = user->alive && user->pretimeout;
	user->pretimeout = false;
	if (!user->alive)
		return NULL;
	recv = list_first_entry_or_null(&user->inbox, struct ipmi_recv_msg, link);
	if (recv)
		list_del(&recv->link);
	return recv;
}

/**
 * deliver_work() - work: the callbacks of a client that may sleep in them
 * @work: user->work
 */
void deliver_work(struct work_struct *work)
{
	struct ipmi_user *user = container_of(work, struct ipmi_user, work);
	struct ipmi_recv_msg *recv;
	bool pretimeout;

	for (;;) {
		recv = take_next(user, &pretimeout);
		if (pretimeout)
			user->handler->ipmi_watchdog_pretimeout(user->handler_data);
		if (recv)
			user->handler->ipmi_recv_hndl(recv, user->handler_data);
		else if (!pretimeout)
			return;
		cond_resched();
	}
}

/**
 * deliver_set_si_addr() - the address of the BMC itself
 * @addr: filled in
 * @lun: its LUN
 */
void deliver_set_si_addr(struct ipmi_addr *addr, u8 lun)
{
	struct ipmi_system_interface_addr *si = (struct ipmi_system_interface_addr *)addr;

	memset(addr, 0, sizeof(*addr));
	si->addr_type = IPMI_SYSTEM_INTERFACE_ADDR_TYPE;
	si->channel = IPMI_BMC_CHANNEL;
	si->lun = lun;
}

/**
 * deliver_set_data() - what a user's message says
 * @recv: the message
 * @netfn: its network function
 * @cmd: its command
 * @data: its bytes, copied as far as there is room
 * @len: how many
 */
void deliver_set_data(struct ipmi_recv_msg *recv, u8 netfn, u8 cmd, const u8 *data, u16 len)
{
	recv->msg.netfn = netfn;
	recv->msg.cmd = cmd;
	recv->msg.data = recv->msg_data;
	recv->msg.data_len = min_t(u16, len, sizeof(recv->msg_data));
	memcpy(recv->msg_data, data, recv->msg.data_len);
}
