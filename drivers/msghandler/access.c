// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a user may do, by its privilege level.
 *
 * Every user begins as Administrator, which is what the kernel's own API knows; ipmi_devintf
 * lowers those whose file was opened without the privilege for that. Requests are checked in
 * request_send(), through which all of them go, before they are queued. No lock: a level is one
 * word, and only gets lower.
 */
#include <ipmi/core.h>

#include "msghandler.h"

/* LUN of the target, which is where it is for each type of address. */
static u8 target_lun(const struct ipmi_addr *addr)
{
	switch (addr->addr_type) {
	case IPMI_IPMB_ADDR_TYPE:
	case IPMI_IPMB_BROADCAST_ADDR_TYPE:
		return ((const struct ipmi_ipmb_addr *)addr)->lun;
	case IPMI_LAN_ADDR_TYPE:
		return ((const struct ipmi_lan_addr *)addr)->lun;
	case IPMI_IPMB_DIRECT_ADDR_TYPE:
		return ((const struct ipmi_ipmb_direct_addr *)addr)->rs_lun;
	default:
		return ((const struct ipmi_system_interface_addr *)addr)->lun;
	}
}

/* To slave address 0 listens who listens to all. */
static bool is_broadcast(const struct ipmi_addr *addr)
{
	switch (addr->addr_type) {
	case IPMI_IPMB_BROADCAST_ADDR_TYPE:
		return true;
	case IPMI_IPMB_ADDR_TYPE:
		return !((const struct ipmi_ipmb_addr *)addr)->slave_addr;
	case IPMI_IPMB_DIRECT_ADDR_TYPE:
		return !((const struct ipmi_ipmb_direct_addr *)addr)->slave_addr;
	default:
		return false;
	}
}

/**
 * access_request() - may its user send a request?
 * @rq: the request
 *
 * Context: any.
 * Return: 0, -EPERM.
 */
int access_request(const struct ipmi_request *rq)
{
	enum ipmi_privilege level = READ_ONCE(rq->user->level);
	struct privilege_request what = {
		.netfn = rq->msg->netfn,
		.cmd = rq->msg->cmd,
		.data = rq->msg->data,
		.len = rq->msg->data_len,
		.listed = rq->user->listed,
	};

	if (level >= PRIVILEGE_ADMIN)
		return 0;
	what.lun = target_lun(rq->addr);
	what.broadcast = is_broadcast(rq->addr);
	return privilege_needed(&what) <= level ? 0 : -EPERM;
}

/**
 * access_admin() - may a user do what only an Administrator may?
 * @user: the user
 *
 * What is refused is counted.
 *
 * Context: any.
 * Return: 0, -EPERM.
 */
int access_admin(struct ipmi_user *user)
{
	if (READ_ONCE(user->level) >= PRIVILEGE_ADMIN)
		return 0;
	stat_inc(user->intf, STAT_REFUSED_PRIVILEGE);
	return -EPERM;
}

/**
 * ipmi_core_restrict() - lower the privilege level of a user, for good
 * @user: the user
 * @level: what it may have from now on
 * @listed: commands that it may send besides, see struct privilege_request; they have to stay
 *	until ipmi_destroy_user() returned; NULL = as before
 *
 * What it has sent before is executed.
 *
 * Context: any.
 * Return: 0, -EPERM for a level above its own.
 */
int ipmi_core_restrict(struct ipmi_user *user, enum ipmi_privilege level, const u8 *listed)
{
	int old = READ_ONCE(user->level);

	do {
		if ((int)level > old)
			return -EPERM;
	} while (!try_cmpxchg(&user->level, &old, (int)level));
	if (listed)
		WRITE_ONCE(user->listed, listed);
	return 0;
}
EXPORT_SYMBOL_GPL(ipmi_core_restrict);

/**
 * ipmi_core_user_info() - what there is to say of a user
 * @user: the user
 * @info: filled in
 *
 * Context: process, soft interrupt; no lock held.
 */
void ipmi_core_user_info(struct ipmi_user *user, struct ipmi_core_user_info *info)
{
	struct cmd_receiver *rcvr;

	info->interface = user->intf->number;
	info->level = READ_ONCE(user->level);
	info->messages = atomic_read(&user->nr_msgs);
	info->registrations = 0;
	guard(ipmi_bh)(&user->intf->run);
	info->events = user->gets_events;
	list_for_each_entry(rcvr, &user->receivers, link) {
		/* A program may have very many, and others wait for this lock. */
		if (++info->registrations >= IPMI_CORE_REGISTRATIONS_SHOWN)
			break;
	}
}
EXPORT_SYMBOL_GPL(ipmi_core_user_info);
