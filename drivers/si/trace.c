// SPDX-License-Identifier: GPL-2.0-only
/* The code of the trace events of trace.h, called by the engine. */
#include <ipmi/core.h>

#include "si.h"

/* Of a device's name this much is recorded; those of the firmware are shorter. */
#define SI_TRACE_DEV 24

/* As the core names a message: by its own pointer in it, which says nothing else here. */
static u32 si_trace_id(const struct ipmi_smi_msg *msg)
{
	const void *owner = msg ? ipmi_smi_msg_owner(msg) : NULL;

	return ipmi_core_trace_id(owner ?: msg);
}

static int si_trace_number(const struct si *si)
{
	return si->intf ? ipmi_core_number(si->intf) : -1;
}

#define CREATE_TRACE_POINTS
#include "trace.h"
