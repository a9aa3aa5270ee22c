// SPDX-License-Identifier: GPL-2.0-only
/*
 * The calls of OPAL: one message down, one up, and some time for the firmware itself.
 *
 * Called by engine.c. Lock: pnv->lock, which guards the frame, but for firmware_poll(). The
 * firmware is big-endian, whatever the kernel is.
 */
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/types.h>

#include <asm/opal.h>

#include "powernv.h"

static_assert(offsetof(struct opal_ipmi_msg, netfn) == 1);
static_assert(offsetof(struct opal_ipmi_msg, data) == 3);

static struct opal_ipmi_msg *message(struct powernv *pnv)
{
	return (struct opal_ipmi_msg *)pnv->frame;
}

/**
 * firmware_send_locked() - give the firmware a request
 * @pnv: the interface, with the request in its frame
 * @n: bytes of it, from the network function on
 *
 * Context: any.
 * Return: 0; -EBUSY if it has no room for it; another negative errno.
 */
int firmware_send_locked(struct powernv *pnv, unsigned int n)
{
	s64 rc;

	lockdep_assert_held(&pnv->lock);
	rc = opal_ipmi_send(pnv->id, message(pnv), n + 1);
	if (rc == OPAL_RESOURCE || rc == OPAL_BUSY)
		return -EBUSY;
	return rc ? -EIO : 0;
}

/**
 * firmware_receive_locked() - has the firmware an answer?
 * @pnv: the interface
 * @len: bytes of its frame that are in use then, as the firmware says; hostile
 *
 * Context: any.
 * Return: 0; -EAGAIN if it has none; another negative errno if it had one that it does not give.
 */
int firmware_receive_locked(struct powernv *pnv, u64 *len)
{
	s64 rc;

	lockdep_assert_held(&pnv->lock);
	/* It looks at this, and throws an answer away for whom it takes to be older or newer. */
	pnv->frame[0] = OPAL_FRAME_VERSION;
	pnv->len = cpu_to_be64(sizeof(pnv->frame));
	rc = opal_ipmi_recv(pnv->id, message(pnv), (__force u64 *)&pnv->len);
	if (rc == OPAL_EMPTY || rc == OPAL_BUSY)
		return -EAGAIN;
	*len = be64_to_cpu(pnv->len);
	return rc ? -EIO : 0;
}

/**
 * firmware_poll() - give the firmware time to talk to the BMC
 *
 * It has no processor of its own: it talks in calls of this kind, of which taking an answer is
 * none. Else the kernel makes one when the firmware interrupts, and every other second.
 *
 * Context: any.
 */
void firmware_poll(void)
{
	opal_poll_events(NULL);
}
