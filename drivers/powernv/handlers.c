// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the core asks of an interface: struct ipmi_smi_handlers.
 *
 * Called by ipmi_msghandler only. Lock: pnv->lock. The firmware keeps the BMC's events and messages
 * to itself, so that there is nothing to be fetched or watched.
 */
#include <linux/module.h>

#include <ipmi/core.h>

#include "powernv.h"

static int powernv_start_processing(void *send_info, struct ipmi_smi *intf)
{
	struct powernv *pnv = send_info;

	pnv->number = ipmi_core_number(intf);
	pnv->told = intf;
	guard(spinlock_irqsave)(&pnv->lock);
	pnv->intf = intf;
	return 0;
}

static void powernv_shutdown(void *send_info)
{
	struct powernv *pnv = send_info;

	/* What is under way ends, and nothing begins or comes up any more. */
	scoped_guard(spinlock_irqsave, &pnv->lock) {
		engine_end_locked(pnv, IPMI_ERR_UNSPECIFIED);
		pnv->intf = NULL;
	}
	cancel_work_sync(&pnv->news);
}

static int powernv_get_info(void *send_info, struct ipmi_smi_info *data)
{
	struct powernv *pnv = send_info;

	data->addr_src = SI_DEVICETREE;
	data->dev = get_device(pnv->dev);
	return 0;
}

static IPMI_SENDER_RET powernv_sender(void *send_info, struct ipmi_smi_msg *msg)
{
	struct powernv *pnv = send_info;
	u8 cc = engine_begin(pnv, msg);

	if (cc)
		IPMI_SENDER_DONE(ipmi_sender_refuse(pnv->told, msg, cc));
	IPMI_SENDER_DONE(0);
}

static void powernv_set_run_to_completion(void *send_info, bool on)
{
	if (on)
		engine_take_over(send_info);
}

static void powernv_poll(void *send_info)
{
	engine_poll(send_info);
}

const struct ipmi_smi_handlers powernv_handlers = {
	.owner = THIS_MODULE,
	.flags = IPMI_CORE_SMI_ATOMIC,
	.start_processing = powernv_start_processing,
	.shutdown = powernv_shutdown,
	.get_smi_info = powernv_get_info,
	.sender = powernv_sender,
	.set_run_to_completion = powernv_set_run_to_completion,
	.flush_messages = powernv_poll,
	.poll = powernv_poll,
};
