// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the core asks of an interface: struct ipmi_smi_handlers.
 *
 * Called by ipmi_msghandler only. Each leaves a note for the thread under ssif->lock.
 * At panic there is no thread, and who asks is the one that uses the bus.
 */
#include <linux/module.h>

#include <ipmi/core.h>

#include "ssif.h"

static int ssif_start_processing(void *send_info, struct ipmi_smi *intf)
{
	struct ssif *ssif = send_info;

	ssif->intf = intf;
	return ssif_engine_start(ssif);
}

static void ssif_shutdown(void *send_info)
{
	struct ssif *ssif = send_info;

	scoped_guard(spinlock_irqsave, &ssif->lock)
		ssif->stopping = true;
	WRITE_ONCE(ssif->hurry, true);
	ssif_engine_stop(ssif);
	ssif->intf = NULL;
}

static int ssif_get_info(void *send_info, struct ipmi_smi_info *data)
{
	struct ssif *ssif = send_info;

	data->addr_src = ssif->source;
	data->dev = get_device(&ssif->client->dev);
#ifdef CONFIG_ACPI
	data->addr_info.acpi_info.acpi_handle = ACPI_HANDLE(&ssif->client->dev);
#endif
	return 0;
}

static IPMI_SENDER_RET ssif_sender(void *send_info, struct ipmi_smi_msg *msg)
{
	struct ssif *ssif = send_info;
	bool taken = false;

	/* The thread may be busy trying it, and nobody else waits for that. */
	if (READ_ONCE(ssif->away))
		IPMI_SENDER_DONE(ipmi_sender_refuse(ssif->intf, msg, IPMI_BUS_ERR));
	scoped_guard(spinlock_irqsave, &ssif->lock) {
		if (!ssif->stopping && !ssif->next) {
			ssif->next = msg;
			taken = true;
		}
	}
	if (!taken)
		IPMI_SENDER_DONE(ipmi_sender_refuse(ssif->intf, msg, IPMI_NODE_BUSY_ERR));
	ssif_engine_kick(ssif);
	IPMI_SENDER_DONE(0);
}

/* Once per second while somebody listens: also the time to see if it was reset. */
static void ssif_request_events(void *send_info)
{
	struct ssif *ssif = send_info;

	scoped_guard(spinlock_irqsave, &ssif->lock)
		ssif->due |= ATTN_DUE_FLAGS | ATTN_DUE_ENABLES;
	ssif_engine_kick(ssif);
}

static void ssif_set_need_watch(void *send_info, unsigned int watch_mask)
{
	struct ssif *ssif = send_info;

	WRITE_ONCE(ssif->watch_mask, watch_mask);
	ssif_engine_kick(ssif);
}

/* This CPU is alone now, and another may have been stopped with the lock. */
static void ssif_set_run_to_completion(void *send_info, bool on)
{
	struct ssif *ssif = send_info;

	if (!on)
		return;
	if (spin_trylock(&ssif->lock))
		spin_unlock(&ssif->lock);
	else
		spin_lock_init(&ssif->lock);
	ssif->cut_off = ssif->has_bus;
	WRITE_ONCE(ssif->panicking, true);
}

static void ssif_poll(void *send_info)
{
	struct ssif *ssif = send_info;

	/* Else the thread looks. */
	if (READ_ONCE(ssif->panicking))
		ssif_halt_run(ssif);
}

const struct ipmi_smi_handlers ssif_handlers = {
	.owner = THIS_MODULE,
	.flags = IPMI_CORE_SMI_ATOMIC,
	.start_processing = ssif_start_processing,
	.shutdown = ssif_shutdown,
	.get_smi_info = ssif_get_info,
	.sender = ssif_sender,
	.request_events = ssif_request_events,
	.set_need_watch = ssif_set_need_watch,
	.set_run_to_completion = ssif_set_run_to_completion,
	.flush_messages = ssif_poll,
	.poll = ssif_poll,
};
