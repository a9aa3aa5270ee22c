// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ioctls of 32-bit processes: four structures hold pointers or longs.
 *
 * Called by the VFS. Each of the four has a row with its own way in and out; all
 * other ioctls are the same in both worlds. No lock.
 */
#include <linux/fs.h>
#include <linux/uaccess.h>

#include "devintf.h"

#ifdef CONFIG_COMPAT

struct compat_ipmi_msg {
	u8 netfn;
	u8 cmd;
	u16 data_len;
	compat_uptr_t data;
};

struct compat_ipmi_req {
	compat_uptr_t addr;
	compat_uint_t addr_len;
	compat_long_t msgid;
	struct compat_ipmi_msg msg;
};

struct compat_ipmi_req_settime {
	struct compat_ipmi_req req;
	compat_int_t retries;
	compat_uint_t retry_time_ms;
};

struct compat_ipmi_recv {
	compat_int_t recv_type;
	compat_uptr_t addr;
	compat_uint_t addr_len;
	compat_long_t msgid;
	struct compat_ipmi_msg msg;
};

#define COMPAT_IPMICTL_SEND_COMMAND \
	_IOR(IPMI_IOC_MAGIC, 13, struct compat_ipmi_req)
#define COMPAT_IPMICTL_SEND_COMMAND_SETTIME \
	_IOR(IPMI_IOC_MAGIC, 21, struct compat_ipmi_req_settime)
#define COMPAT_IPMICTL_RECEIVE_MSG \
	_IOWR(IPMI_IOC_MAGIC, 12, struct compat_ipmi_recv)
#define COMPAT_IPMICTL_RECEIVE_MSG_TRUNC \
	_IOWR(IPMI_IOC_MAGIC, 11, struct compat_ipmi_recv)

static void msg_from_compat(struct ipmi_msg *msg, const struct compat_ipmi_msg *c)
{
	msg->netfn = c->netfn;
	msg->cmd = c->cmd;
	msg->data_len = c->data_len;
	msg->data = compat_ptr(c->data);
}

static void req_from_compat(struct ipmi_req *req, const struct compat_ipmi_req *c)
{
	req->addr = compat_ptr(c->addr);
	req->addr_len = c->addr_len;
	req->msgid = c->msgid;
	msg_from_compat(&req->msg, &c->msg);
}

static int get_req(struct ipmi_call *call)
{
	struct compat_ipmi_req c;

	if (copy_from_user(&c, call->uarg, sizeof(c)))
		return -EFAULT;
	req_from_compat(&call->arg.req, &c);
	return 0;
}

static int get_settime(struct ipmi_call *call)
{
	struct compat_ipmi_req_settime c;

	if (copy_from_user(&c, call->uarg, sizeof(c)))
		return -EFAULT;
	req_from_compat(&call->arg.settime.req, &c.req);
	call->arg.settime.retries = c.retries;
	call->arg.settime.retry_time_ms = c.retry_time_ms;
	return 0;
}

static int get_recv(struct ipmi_call *call)
{
	struct ipmi_recv *recv = &call->arg.recv;
	struct compat_ipmi_recv c;

	if (copy_from_user(&c, call->uarg, sizeof(c)))
		return -EFAULT;
	recv->recv_type = c.recv_type;
	recv->addr = compat_ptr(c.addr);
	recv->addr_len = c.addr_len;
	recv->msgid = c.msgid;
	msg_from_compat(&recv->msg, &c.msg);
	return 0;
}

static int put_recv(struct ipmi_call *call)
{
	const struct ipmi_recv *recv = &call->arg.recv;
	struct compat_ipmi_recv c = {
		.recv_type = recv->recv_type,
		.addr = ptr_to_compat(recv->addr),
		.addr_len = recv->addr_len,
		.msgid = recv->msgid,
		.msg = {
			.netfn = recv->msg.netfn,
			.cmd = recv->msg.cmd,
			.data_len = recv->msg.data_len,
			.data = ptr_to_compat(recv->msg.data),
		},
	};

	return copy_to_user(call->uarg, &c, sizeof(c)) ? -EFAULT : 0;
}

static const struct ipmi_ioctl compat_ioctls[] = {
	{ COMPAT_IPMICTL_SEND_COMMAND, true, false, do_send, get_req },
	{ COMPAT_IPMICTL_RECEIVE_MSG_TRUNC, true, false, do_receive_trunc, get_recv, put_recv },
	{ COMPAT_IPMICTL_RECEIVE_MSG, true, false, do_receive, get_recv, put_recv },
	{ COMPAT_IPMICTL_SEND_COMMAND_SETTIME, true, false, do_send_settime, get_settime },
};

long ipmi_compat_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(compat_ioctls); i++)
		if (compat_ioctls[i].cmd == cmd)
			return call_run(filp->private_data, &compat_ioctls[i], compat_ptr(arg));
	return ipmi_ioctl(filp, cmd, (unsigned long)compat_ptr(arg));
}

#endif /* CONFIG_COMPAT */
