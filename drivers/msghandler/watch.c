// SPDX-License-Identifier: GPL-2.0-only
/*
 * What somebody waits for, as a transport without interrupts has to know it.
 *
 * Called whenever users, command receivers or bridged requests come and go. Lock: intf->run.
 */
#include "msghandler.h"

static bool wants_pretimeout_run(struct ipmi_smi *intf)
{
	struct ipmi_user *user;

	lockdep_assert_held(&intf->run);
	/* The CPU that was changing the list may have been stopped, and nobody would hear of it. */
	if (intf->panicking)
		return false;
	list_for_each_entry(user, &intf->users, link)
		if (user->alive && user->handler->ipmi_watchdog_pretimeout)
			return true;
	return false;
}

/**
 * watch_update_run() - tell the transport what somebody is waiting for
 * @intf: the interface; the caller is its runner
 *
 * Nothing is told that it knows. A transport that may sleep is told by a worker, and at panic not
 * at all.
 *
 * Context: any, panic included, under intf->run.
 */
void watch_update_run(struct ipmi_smi *intf)
{
	unsigned int mask = 0;

	lockdep_assert_held(&intf->run);
	if (intf->nr_receivers)
		mask |= IPMI_WATCH_MASK_CHECK_COMMANDS;
	if (READ_ONCE(intf->seq.used))
		mask |= IPMI_WATCH_MASK_CHECK_MESSAGES;
	if (wants_pretimeout_run(intf))
		mask |= IPMI_WATCH_MASK_CHECK_WATCHDOG;

	if (mask == intf->watch_mask)
		return;
	WRITE_ONCE(intf->watch_mask, mask);
	if (!intf->handlers || !intf->handlers->set_need_watch)
		return;
	if (intf->atomic)
		intf->handlers->set_need_watch(intf->send_info, mask);
	else if (!intf->panicking)
		queue_work(ipmi_wq, &intf->down);
}

/**
 * watch_tell() - tell a transport that may sleep
 * @intf: the interface
 * @handlers: its handlers
 *
 * Context: the worker that makes all calls down to such a transport.
 */
void watch_tell(struct ipmi_smi *intf, const struct ipmi_smi_handlers *handlers)
{
	unsigned int mask = READ_ONCE(intf->watch_mask);

	if (intf->atomic || mask == intf->watch_told || !handlers->set_need_watch)
		return;
	intf->watch_told = mask;
	handlers->set_need_watch(intf->send_info, mask);
}
