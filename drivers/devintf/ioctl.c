// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ioctls of /dev/ipmiN: a table, and a short function for each row.
 *
 * Called from devintf.c and compat32.c in the context of the caller. The copies
 * in and out are made in call_run() as the row says; only the two that receive
 * write back themselves, because a message that could not be handed over whole
 * must stay in the queue. Lock: file->recv while one message is handed over.
 */
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <uapi/linux/ipmi_privilege.h>

#include <ipmi/core.h>

#include "devintf.h"

/**
 * call_put() - copy an ioctl's argument out
 * @call: the ioctl under way
 *
 * Return: 0, -EFAULT.
 */
int call_put(struct ipmi_call *call)
{
	if (call->row->put)
		return call->row->put(call);
	if (copy_to_user(call->uarg, &call->arg, _IOC_SIZE(call->row->cmd)))
		return -EFAULT;
	return 0;
}

static int call_get(struct ipmi_call *call)
{
	if (call->row->get)
		return call->row->get(call);
	if (copy_from_user(&call->arg, call->uarg, _IOC_SIZE(call->row->cmd)))
		return -EFAULT;
	return 0;
}

/**
 * call_run() - run one ioctl by its row
 * @file: on which file
 * @row: which
 * @uarg: its argument
 *
 * Context: process.
 * Return: what the ioctl returns.
 */
long call_run(struct ipmi_file *file, const struct ipmi_ioctl *row, void __user *uarg)
{
	struct ipmi_call call = { .file = file, .row = row, .uarg = uarg };
	long rv;

	rv = row->in ? call_get(&call) : 0;
	if (!rv)
		rv = row->fn(&call);
	if (!rv && row->out)
		rv = call_put(&call);
	return rv;
}

static int send(struct ipmi_file *file, const struct ipmi_req *req,
		const struct ipmi_timing_parms *timing, bool bounded)
{
	struct kernel_ipmi_msg msg = {
		.netfn = req->msg.netfn,
		.cmd = req->msg.cmd,
		.data_len = req->msg.data ? req->msg.data_len : 0,
	};
	u8 data[IPMI_MAX_MSG_LENGTH];
	struct ipmi_addr addr = {};
	int rv;

	if (req->addr_len > sizeof(addr))
		return -EINVAL;
	if (copy_from_user(&addr, req->addr, req->addr_len))
		return -EFAULT;
	rv = ipmi_validate_addr(&addr, req->addr_len);
	if (rv)
		return rv;
	if (msg.data_len > sizeof(data))
		return -EMSGSIZE;
	if (msg.data_len && copy_from_user(data, req->msg.data, msg.data_len))
		return -EFAULT;
	msg.data = data;

	return ipmi_core_request(file->user, &addr, req->msgid, &msg, timing->retries,
				 timing->retry_time_ms, bounded);
}

long do_send(struct ipmi_call *call)
{
	struct ipmi_timing_parms timing;

	scoped_guard(spinlock_irqsave, &call->file->lock)
		timing = call->file->timing;
	return send(call->file, &call->arg.req, &timing, false);
}

long do_send_settime(struct ipmi_call *call)
{
	const struct ipmi_req_settime *settime = &call->arg.settime;
	struct ipmi_timing_parms timing = {
		.retries = settime->retries,
		.retry_time_ms = settime->retry_time_ms,
	};

	/* Its time is the end of waiting for the BMC itself, too. */
	return send(call->file, &settime->req, &timing, true);
}

static struct ipmi_recv_msg *first_msg(struct ipmi_file *file)
{
	guard(spinlock_irqsave)(&file->lock);
	return list_first_entry_or_null(&file->msgs, struct ipmi_recv_msg, link);
}

/*
 * Hand one message over. The message stays in the queue until all of it has
 * been copied; file->recv makes sure that nobody else takes it meanwhile.
 */
static long receive_locked(struct ipmi_call *call, bool trunc)
{
	struct ipmi_file *file = call->file;
	struct ipmi_recv *recv = &call->arg.recv;
	struct ipmi_recv_msg *msg;
	unsigned int addr_len;
	long rv = 0;

	lockdep_assert_held(&file->recv);
	msg = first_msg(file);
	if (!msg)
		return -EAGAIN;

	addr_len = ipmi_addr_length(msg->addr.addr_type);
	if (addr_len > recv->addr_len)
		return -EINVAL;
	if (copy_to_user(recv->addr, &msg->addr, addr_len))
		return -EFAULT;
	recv->addr_len = addr_len;
	recv->recv_type = msg->recv_type;
	recv->msgid = msg->msgid;
	recv->msg.netfn = msg->msg.netfn;
	recv->msg.cmd = msg->msg.cmd;

	if (msg->msg.data_len > recv->msg.data_len) {
		rv = -EMSGSIZE;
		if (!trunc)
			return rv;
	} else {
		recv->msg.data_len = msg->msg.data_len;
	}
	if (copy_to_user(recv->msg.data, msg->msg.data, recv->msg.data_len))
		return -EFAULT;
	if (call_put(call))
		return -EFAULT;

	scoped_guard(spinlock_irqsave, &file->lock)
		list_del(&msg->link);
	ipmi_free_recv_msg(msg);
	return rv;
}

/* Another reader may be in a page fault for as long as it likes: who waits can be killed. */
static long receive(struct ipmi_call *call, bool trunc)
{
	long rv;

	if (mutex_lock_killable(&call->file->recv))
		return -EINTR;
	rv = receive_locked(call, trunc);
	mutex_unlock(&call->file->recv);
	return rv;
}

long do_receive(struct ipmi_call *call)
{
	return receive(call, false);
}

long do_receive_trunc(struct ipmi_call *call)
{
	return receive(call, true);
}

static long do_register(struct ipmi_call *call)
{
	return ipmi_register_for_cmd(call->file->user, call->arg.cmd.netfn, call->arg.cmd.cmd,
				     IPMI_CHAN_ALL);
}

static long do_unregister(struct ipmi_call *call)
{
	return ipmi_unregister_for_cmd(call->file->user, call->arg.cmd.netfn, call->arg.cmd.cmd,
				       IPMI_CHAN_ALL);
}

static long do_register_chans(struct ipmi_call *call)
{
	const struct ipmi_cmdspec_chans *spec = &call->arg.chans;

	return ipmi_register_for_cmd(call->file->user, spec->netfn, spec->cmd, spec->chans);
}

static long do_unregister_chans(struct ipmi_call *call)
{
	const struct ipmi_cmdspec_chans *spec = &call->arg.chans;

	return ipmi_unregister_for_cmd(call->file->user, spec->netfn, spec->cmd, spec->chans);
}

static long do_set_gets_events(struct ipmi_call *call)
{
	return ipmi_set_gets_events(call->file->user, call->arg.val);
}

static long do_set_my_address(struct ipmi_call *call)
{
	return ipmi_set_my_address(call->file->user, 0, call->arg.uval);
}

static long do_get_my_address(struct ipmi_call *call)
{
	u8 val = 0;
	long rv = ipmi_get_my_address(call->file->user, 0, &val);

	call->arg.uval = val;
	return rv;
}

static long do_set_my_lun(struct ipmi_call *call)
{
	return ipmi_set_my_LUN(call->file->user, 0, call->arg.uval);
}

static long do_get_my_lun(struct ipmi_call *call)
{
	u8 val = 0;
	long rv = ipmi_get_my_LUN(call->file->user, 0, &val);

	call->arg.uval = val;
	return rv;
}

static long do_set_chan_address(struct ipmi_call *call)
{
	const struct ipmi_channel_lun_address_set *set = &call->arg.chan;

	return ipmi_set_my_address(call->file->user, set->channel, set->value);
}

static long do_get_chan_address(struct ipmi_call *call)
{
	struct ipmi_channel_lun_address_set *set = &call->arg.chan;

	return ipmi_get_my_address(call->file->user, set->channel, &set->value);
}

static long do_set_chan_lun(struct ipmi_call *call)
{
	const struct ipmi_channel_lun_address_set *set = &call->arg.chan;

	return ipmi_set_my_LUN(call->file->user, set->channel, set->value);
}

static long do_get_chan_lun(struct ipmi_call *call)
{
	struct ipmi_channel_lun_address_set *set = &call->arg.chan;

	return ipmi_get_my_LUN(call->file->user, set->channel, &set->value);
}

static long do_set_timing(struct ipmi_call *call)
{
	guard(spinlock_irqsave)(&call->file->lock);
	call->file->timing = call->arg.timing;
	return 0;
}

static long do_get_timing(struct ipmi_call *call)
{
	guard(spinlock_irqsave)(&call->file->lock);
	call->arg.timing = call->file->timing;
	return 0;
}

static long do_get_maintenance(struct ipmi_call *call)
{
	int mode = ipmi_get_maintenance_mode(call->file->user);

	if (mode < 0)
		return mode;
	call->arg.val = mode;
	return 0;
}

static long do_set_maintenance(struct ipmi_call *call)
{
	return ipmi_set_maintenance_mode(call->file->user, call->arg.val);
}

/*
 * The copies of the two that are called most are of constant size, so that a hardened
 * kernel need not look at run time what is copied.
 */
static int get_req(struct ipmi_call *call)
{
	return copy_from_user(&call->arg.req, call->uarg, sizeof(call->arg.req)) ? -EFAULT : 0;
}

static int get_recv(struct ipmi_call *call)
{
	return copy_from_user(&call->arg.recv, call->uarg, sizeof(call->arg.recv)) ? -EFAULT : 0;
}

static int put_recv(struct ipmi_call *call)
{
	return copy_to_user(call->uarg, &call->arg.recv, sizeof(call->arg.recv)) ? -EFAULT : 0;
}

/* The order is that of use: a request is two lookups at the head. */
/* The levels of the ioctls are those of the table. */
static_assert(IPMI_PRIVILEGE_USER == (int)PRIVILEGE_USER);
static_assert(IPMI_PRIVILEGE_OPERATOR == (int)PRIVILEGE_OPERATOR);
static_assert(IPMI_PRIVILEGE_ADMIN == (int)PRIVILEGE_ADMIN);

static const struct ipmi_ioctl ioctls[] = {
	{ IPMICTL_SEND_COMMAND, true, false, do_send, get_req },
	{ IPMICTL_RECEIVE_MSG_TRUNC, true, false, do_receive_trunc, get_recv, put_recv },
	{ IPMICTL_RECEIVE_MSG, true, false, do_receive },
	{ IPMICTL_SEND_COMMAND_SETTIME, true, false, do_send_settime },
	{ IPMICTL_REGISTER_FOR_CMD, true, false, do_register },
	{ IPMICTL_UNREGISTER_FOR_CMD, true, false, do_unregister },
	{ IPMICTL_REGISTER_FOR_CMD_CHANS, true, false, do_register_chans },
	{ IPMICTL_UNREGISTER_FOR_CMD_CHANS, true, false, do_unregister_chans },
	{ IPMICTL_SET_GETS_EVENTS_CMD, true, false, do_set_gets_events },
	{ IPMICTL_SET_MY_ADDRESS_CMD, true, false, do_set_my_address },
	{ IPMICTL_GET_MY_ADDRESS_CMD, false, true, do_get_my_address },
	{ IPMICTL_SET_MY_LUN_CMD, true, false, do_set_my_lun },
	{ IPMICTL_GET_MY_LUN_CMD, false, true, do_get_my_lun },
	{ IPMICTL_SET_MY_CHANNEL_ADDRESS_CMD, true, false, do_set_chan_address },
	{ IPMICTL_GET_MY_CHANNEL_ADDRESS_CMD, true, true, do_get_chan_address },
	{ IPMICTL_SET_MY_CHANNEL_LUN_CMD, true, false, do_set_chan_lun },
	{ IPMICTL_GET_MY_CHANNEL_LUN_CMD, true, true, do_get_chan_lun },
	{ IPMICTL_SET_TIMING_PARMS_CMD, true, false, do_set_timing },
	{ IPMICTL_GET_TIMING_PARMS_CMD, false, true, do_get_timing },
	{ IPMICTL_GET_MAINTENANCE_MODE_CMD, false, true, do_get_maintenance },
	{ IPMICTL_SET_MAINTENANCE_MODE_CMD, true, false, do_set_maintenance },
	{ IPMICTL_GET_PRIVILEGE, false, true, do_get_privilege },
	{ IPMICTL_DROP_PRIVILEGE, true, false, do_drop_privilege },
};

long ipmi_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ioctls); i++)
		if (ioctls[i].cmd == cmd)
			return call_run(filp->private_data, &ioctls[i], (void __user *)arg);
	return -ENOTTY;
}
