// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is left to do at panic and at power off, where there is no thread: the core's last requests,
 * and the answers to those of them that go through a bridge.
 *
 * Called by handlers.c, on the one CPU that is left, with interrupts off. No lock but ssif->lock,
 * which nobody else takes any more, and the bus's own (xfer.c). Nothing sleeps, and nothing is
 * allocated.
 */
#include <ipmi/core.h>

#include "ssif.h"

static int transact_at_panic(struct ssif *ssif, const u8 *rq, unsigned int n)
{
	const char *obstacle;
	int rv;

	if (ssif->away)
		return -ENODEV;
	obstacle = xfer_obstacle(ssif);
	if (obstacle)
		dev_warn(&ssif->client->dev, "nothing can be said to the BMC any more: %s\n",
			 obstacle);
	rv = obstacle ? -EBUSY : bus_transact(ssif, rq, n, BUS_PATIENT);
	if (rv < 0)
		WRITE_ONCE(ssif->away, rv != -EMSGSIZE && rv != -EBADMSG);
	return rv;
}

static void last_done(struct ipmi_smi_msg *msg)
{
	container_of(msg, struct ssif, last)->last_used = false;
}

/*
 * Does the BMC have the answer to a bridged request that the core waits for? Get Message alone is
 * asked for it: what else the BMC has to say stays there. Nothing is allocated for the answer, so
 * the next one is not fetched before the core is done with it. IPMI 2.0, section 22.6.
 */
static void fetch_at_panic(struct ssif *ssif)
{
	static const u8 get_message[] = { IPMI_NETFN_APP_REQUEST << 2, IPMI_GET_MSG_CMD };
	int rv;

	if (!(READ_ONCE(ssif->watch_mask) & IPMI_WATCH_MASK_CHECK_MESSAGES) || ssif->last_used ||
	    ssif->away)
		return;
	rv = transact_at_panic(ssif, get_message, sizeof(get_message));
	if (rv <= 3 || ssif->answer.data[2])
		return;
	ssif->last_used = true;
	ssif->last.done = last_done;
	ssif_deliver(ssif, &ssif->last, IPMI_GET_MSG_CMD, rv);
}

/**
 * ssif_halt_run() - do what there is to do, without sleeping
 * @ssif: the interface
 *
 * One request: the core's, or where it has none and waits for an answer from behind the BMC, a look
 * for that. A BMC that does not answer costs its time once.
 *
 * Context: panic, power off.
 */
void ssif_halt_run(struct ssif *ssif)
{
	struct ipmi_smi_msg *msg = ssif->cur;
	int rv;

	/* The thread will not finish it any more, and others wait behind it. */
	if (msg)
		ssif_answer_locally(ssif, msg, IPMI_ERR_UNSPECIFIED);
	msg = ssif_take_next(ssif);
	if (!msg) {
		fetch_at_panic(ssif);
		return;
	}
	rv = transact_at_panic(ssif, msg->data, msg->data_size);
	if (rv < 0) {
		ssif_answer_locally(ssif, msg, ssif_cc_of(rv));
		return;
	}
	memcpy(msg->rsp, ssif->answer.data, rv);
	msg->rsp_size = rv;
	ssif_hand_up(ssif, msg);
}
