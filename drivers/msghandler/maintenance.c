// SPDX-License-Identifier: GPL-2.0-only
/*
 * Maintenance mode: the BMC is being reset or flashed.
 *
 * A command that starts such a thing opens a window in which events are not
 * polled for, and in which a firmware update has the transport's full speed.
 * Nobody's messages are refused meanwhile: whether the BMC is there is seen by
 * asking it. Lock: intf->lock for the state; a worker tells the transport.
 */
#include "msghandler.h"

static unsigned long maintenance_mode_timeout_ms = 30000;
module_param(maintenance_mode_timeout_ms, ulong, 0644);
MODULE_PARM_DESC(maintenance_mode_timeout_ms,
		 "How long (in ms) maintenance mode lasts after the last command that starts it.");

static enum ipmi_maintenance state_locked(struct ipmi_smi *intf)
{
	lockdep_assert_held(&intf->lock);
	if (intf->maintenance_mode == IPMI_MAINTENANCE_MODE_ON)
		return MAINTENANCE_FIRMWARE;
	if (intf->maintenance_mode == IPMI_MAINTENANCE_MODE_OFF)
		return MAINTENANCE_NONE;
	if (intf->maintenance && time_after_eq64(get_jiffies_64(), intf->maintenance_end))
		intf->maintenance = MAINTENANCE_NONE;
	return intf->maintenance;
}

/**
 * maintenance_state() - what is going on, and for how long still
 * @intf: the interface
 * @remaining_ms: set: what is left of the window, 0 if none is open
 *
 * Context: any.
 * Return: the state.
 */
enum ipmi_maintenance maintenance_state(struct ipmi_smi *intf, unsigned int *remaining_ms)
{
	enum ipmi_maintenance state;
	s64 left;

	guard(spinlock_irqsave)(&intf->lock);
	state = state_locked(intf);
	*remaining_ms = 0;
	if (state && intf->maintenance_mode == IPMI_MAINTENANCE_MODE_AUTO) {
		left = intf->maintenance_end - get_jiffies_64();
		*remaining_ms = jiffies_to_msecs(max_t(s64, left, 0));
	}
	return state;
}

bool maintenance_active(struct ipmi_smi *intf)
{
	unsigned int remaining_ms;

	return maintenance_state(intf, &remaining_ms) != MAINTENANCE_NONE;
}

/* Tell the transport if it is to hurry now. */
static void tell(struct ipmi_smi *intf, const struct ipmi_smi_handlers *handlers)
{
	unsigned int remaining_ms;
	bool fast = maintenance_state(intf, &remaining_ms) == MAINTENANCE_FIRMWARE;

	if (fast == intf->maintenance_told)
		return;
	intf->maintenance_told = fast;
	if (handlers->set_maintenance_mode)
		handlers->set_maintenance_mode(intf->send_info, fast);
}

/**
 * maintenance_tick() - work: a window has begun or ended, or may have
 * @work: intf->maintenance_work
 *
 * intf_off() waits for its end before it lets the transport go.
 */
void maintenance_tick(struct work_struct *work)
{
	struct ipmi_smi *intf = container_of(work, struct ipmi_smi, maintenance_work.work);
	const struct ipmi_smi_handlers *handlers = READ_ONCE(intf->handlers);
	enum ipmi_maintenance state;
	unsigned int remaining_ms;

	if (!handlers)
		return;
	tell(intf, handlers);
	state = maintenance_state(intf, &remaining_ms);
	if (remaining_ms && READ_ONCE(intf->handlers))
		queue_delayed_work(ipmi_wq, &intf->maintenance_work,
				   msecs_to_jiffies(remaining_ms) + 1);
	/* It was reset or flashed, and may be another now. */
	if (intf->was_maintained && !state)
		intf_recheck(intf, 0);
	intf->was_maintained = state;
}

/* When a window that opens now will end. In jiffies_64, as it may be looked at much later. */
u64 maintenance_window(void)
{
	return get_jiffies_64() + msecs_to_jiffies(READ_ONCE(maintenance_mode_timeout_ms));
}

static enum ipmi_maintenance starts(const struct kernel_ipmi_msg *msg)
{
	if (msg->netfn == IPMI_NETFN_FIRMWARE_REQUEST)
		return MAINTENANCE_FIRMWARE;
	if (msg->netfn == IPMI_NETFN_APP_REQUEST &&
	    (msg->cmd == IPMI_COLD_RESET_CMD || msg->cmd == IPMI_WARM_RESET_CMD))
		return MAINTENANCE_RESET;
	return MAINTENANCE_NONE;
}

/**
 * maintenance_command() - does a command start maintenance of who gets it?
 * @msg: the command
 */
bool maintenance_command(const struct kernel_ipmi_msg *msg)
{
	return starts(msg) != MAINTENANCE_NONE;
}

/**
 * maintenance_trigger() - look at a request that is about to be sent
 * @intf: the interface
 * @msg: what goes to the BMC; it has passed all checks
 *
 * A reset outranks a firmware update, and each command opens the window anew.
 *
 * Context: any.
 */
void maintenance_trigger(struct ipmi_smi *intf, const struct kernel_ipmi_msg *msg)
{
	enum ipmi_maintenance state = starts(msg);

	if (!state)
		return;
	scoped_guard(spinlock_irqsave, &intf->lock) {
		if (intf->maintenance_mode != IPMI_MAINTENANCE_MODE_AUTO || !intf->handlers)
			return;
		intf->maintenance = max(state, state_locked(intf));
		intf->maintenance_end = maintenance_window();
		/* Here, so that intf_off() finds it: without handlers nothing is queued. */
		mod_delayed_work(ipmi_wq, &intf->maintenance_work, 0);
	}
}

/**
 * ipmi_get_maintenance_mode() - the mode a user has set
 * @user: who asks
 *
 * Context: any.
 * Return: IPMI_MAINTENANCE_MODE_*, or -ENODEV.
 */
int ipmi_get_maintenance_mode(struct ipmi_user *user)
{
	if (!READ_ONCE(user->alive))
		return -ENODEV;
	guard(spinlock_irqsave)(&user->intf->lock);
	return user->intf->maintenance_mode;
}
EXPORT_SYMBOL(ipmi_get_maintenance_mode);

/**
 * ipmi_set_maintenance_mode() - set the mode: automatic, off or on
 * @user: who sets it
 * @mode: IPMI_MAINTENANCE_MODE_*
 *
 * Back at automatic, what is left of a window that a command opened counts.
 *
 * Context: any.
 * Return: 0, -EINVAL, -ENODEV, -EPERM below Administrator.
 */
int ipmi_set_maintenance_mode(struct ipmi_user *user, int mode)
{
	struct ipmi_smi *intf = user->intf;
	int rv;

	if (!READ_ONCE(user->alive))
		return -ENODEV;
	rv = access_admin(user);
	if (rv)
		return rv;
	switch (mode) {
	case IPMI_MAINTENANCE_MODE_AUTO:
	case IPMI_MAINTENANCE_MODE_OFF:
	case IPMI_MAINTENANCE_MODE_ON:
		break;
	default:
		return -EINVAL;
	}
	scoped_guard(spinlock_irqsave, &intf->lock) {
		if (!intf->handlers)
			return -ENODEV;
		intf->maintenance_mode = mode;
		if (mode == IPMI_MAINTENANCE_MODE_OFF)
			intf->maintenance = MAINTENANCE_NONE;
		mod_delayed_work(ipmi_wq, &intf->maintenance_work, 0);
	}
	return 0;
}
EXPORT_SYMBOL(ipmi_set_maintenance_mode);
