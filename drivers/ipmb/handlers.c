// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the core asks of an interface: struct ipmi_smi_handlers.
 *
 * Called by ipmi_msghandler only. Lock: ipmb->lock. A BMC on an IPMB sends its events to whoever it
 * was told to, so that there is nothing to be fetched or watched.
 */
#include <linux/module.h>

#include <ipmi/core.h>

#include "ipmb.h"

static int ipmb_start_processing(void *send_info, struct ipmi_smi *intf)
{
	struct ipmb *ipmb = send_info;

	ipmb->number = ipmi_core_number(intf);
	ipmb->told = intf;
	guard(spinlock_irqsave)(&ipmb->lock);
	ipmb->intf = intf;
	return 0;
}

static void ipmb_shutdown(void *send_info)
{
	struct ipmb *ipmb = send_info;

	/* What is under way ends, and nothing begins or comes up any more. */
	scoped_guard(spinlock_irqsave, &ipmb->lock) {
		ipmb_engine_end_locked(ipmb, IPMI_ERR_UNSPECIFIED);
		ipmb->intf = NULL;
	}
	cancel_work_sync(&ipmb->news);
}

static int ipmb_get_info(void *send_info, struct ipmi_smi_info *data)
{
	struct ipmb *ipmb = send_info;

	data->addr_src = ipmb->dev->of_node ? SI_DEVICETREE : SI_HARDCODED;
	data->dev = get_device(ipmb->dev);
	return 0;
}

static IPMI_SENDER_RET ipmb_sender(void *send_info, struct ipmi_smi_msg *msg)
{
	struct ipmb *ipmb = send_info;
	u8 cc = ipmb_engine_begin(ipmb, msg);

	if (cc)
		IPMI_SENDER_DONE(ipmi_sender_refuse(ipmb->told, msg, cc));
	IPMI_SENDER_DONE(0);
}

static void ipmb_set_run_to_completion(void *send_info, bool on)
{
	if (on)
		ipmb_engine_take_over(send_info);
}

/* The adapter tells by itself what comes, and at panic nothing does. */
static void ipmb_poll(void *send_info)
{
}

const struct ipmi_smi_handlers ipmb_handlers = {
	.owner = THIS_MODULE,
	.flags = IPMI_CORE_SMI_ATOMIC | IPMI_SMI_CAN_HANDLE_IPMB_DIRECT,
	.start_processing = ipmb_start_processing,
	.shutdown = ipmb_shutdown,
	.get_smi_info = ipmb_get_info,
	.sender = ipmb_sender,
	.set_run_to_completion = ipmb_set_run_to_completion,
	.flush_messages = ipmb_poll,
	.poll = ipmb_poll,
};
