// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the core asks of an interface: struct ipmi_smi_handlers.
 *
 * Called by ipmi_msghandler only. Each leaves a note for the engine under
 * si->lock and has it, or the timer, look. Nothing here touches the machine or sleeps, but
 * for what begins and ends an interface.
 */
#include <ipmi/core.h>

#include "si.h"
#include "trace.h"

/*
 * At panic this CPU is alone, and what it needs may be locked by one that was stopped. Locks
 * are made anew; and where one held the pump, what it was doing is not to be relied upon.
 */
static void si_set_run_to_completion(void *send_info, bool on)
{
	struct si *si = send_info;
	unsigned long flags;

	if (!on)
		return;
	if (spin_trylock_irqsave(&si->lock, flags))
		spin_unlock_irqrestore(&si->lock, flags);
	else
		spin_lock_init(&si->lock);
	WRITE_ONCE(si->panicking, true);
	if (spin_trylock_irqsave(&si->pump, flags)) {
		spin_unlock_irqrestore(&si->pump, flags);
	} else {
		spin_lock_init(&si->pump);
		engine_torn(si);
	}
	si->doubt = false;
	if (si->hold == SI_HELD)
		si->hold = SI_RUNS;
}

static void si_flush_messages(void *send_info)
{
	engine_run_at_panic(send_info);
}

static IPMI_SENDER_RET si_sender(void *send_info, struct ipmi_smi_msg *msg)
{
	struct si *si = send_info;
	bool taken = false;

	scoped_guard(spinlock_irqsave, &si->lock) {
		if (!si->stopping && !si->next) {
			si->next = msg;
			taken = true;
		}
	}
	if (!taken)
		IPMI_SENDER_DONE(ipmi_sender_refuse(si->intf, msg, IPMI_NODE_BUSY_ERR));
	engine_run_here(si);
	IPMI_SENDER_DONE(0);
}

static void ask_for(struct si *si, u8 due)
{
	scoped_guard(spinlock_irqsave, &si->lock)
		si->due |= due;
	pace_kick(si);
}

/* Once per second while somebody listens: also the time to see if it was reset. */
static void si_request_events(void *send_info)
{
	ask_for(send_info, ATTN_DUE_FLAGS | ATTN_DUE_ENABLES);
}

static void si_set_need_watch(void *send_info, unsigned int watch_mask)
{
	struct si *si = send_info;

	WRITE_ONCE(si->watch_mask, watch_mask);
	pace_kick(si);
}

static void si_set_maintenance_mode(void *send_info, bool enable)
{
	struct si *si = send_info;

	WRITE_ONCE(si->fast, enable);
	pace_kick(si);
}

static void si_poll(void *send_info)
{
	engine_run_here(send_info);
}

static int si_start_processing(void *send_info, struct ipmi_smi *intf)
{
	struct si *si = send_info;
	int rv;

	si->intf = intf;
	si_irq_start(si);
	rv = pace_start(si);
	if (rv)
		si_irq_free(si);
	return rv;
}

static void si_shutdown(void *send_info)
{
	struct si *si = send_info;

	scoped_guard(spinlock_irqsave, &si->lock)
		si->stopping = true;
	pace_stop(si);
	engine_stop(si);
	si_irq_free(si);
	flush_work(&si->tell);
	si->intf = NULL;
}

static int si_get_info(void *send_info, struct ipmi_smi_info *data)
{
	struct si *si = send_info;

	data->addr_src = si->desc.source;
	data->dev = get_device(si->desc.dev);
#ifdef CONFIG_ACPI
	/* acpi_ipmi only looks at what ACPI is the source of; ACPI knows this one, too. */
	if (si->desc.acpi_handle)
		data->addr_src = SI_ACPI;
	data->addr_info.acpi_info.acpi_handle = si->desc.acpi_handle;
#endif
	return 0;
}

const struct ipmi_smi_handlers si_handlers = {
	.owner = THIS_MODULE,
	.flags = IPMI_CORE_SMI_ATOMIC,
	.start_processing = si_start_processing,
	.shutdown = si_shutdown,
	.get_smi_info = si_get_info,
	.sender = si_sender,
	.request_events = si_request_events,
	.set_need_watch = si_set_need_watch,
	.flush_messages = si_flush_messages,
	.set_run_to_completion = si_set_run_to_completion,
	.set_maintenance_mode = si_set_maintenance_mode,
	.poll = si_poll,
};
