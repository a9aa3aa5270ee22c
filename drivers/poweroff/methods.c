// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ways to power a machine off through its BMC: ATCA, CPI1, chassis.
 *
 * detect() is called by poweroff.c in process context, off() with interrupts off on
 * the last CPU: it polls, and is bounded by POWEROFF_LAST_MS a command. No lock.
 */
#define pr_fmt(fmt) "IPMI poweroff: " fmt

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/printk.h>

#include <ipmi/core.h>

#include "poweroff.h"

#define NETFN_CHASSIS		0x00
#define NETFN_SENSOR		0x04
#define NETFN_APP		0x06
#define NETFN_GROUP		0x2c
#define NETFN_OEM		0x2e
#define NETFN_CPI1		0x3e

#define CMD_GET_DEVICE_ID	0x01
#define CMD_CHASSIS_CONTROL	0x02
#define CMD_GET_EVENT_RECEIVER	0x01

#define DEVICE_ID_LEN		12
#define DEVICE_ID_MIN		7 /* up to what it supports */

#define CHASSIS_OFF		0
#define CHASSIS_CYCLE		2
#define SUPPORT_CHASSIS		BIT(7)

/* PICMG 3.0, AdvancedTCA. */
#define PICMG_ID		0
#define CMD_GET_ADDRESS_INFO	0x01
#define CMD_FRU_ACTIVATION	0x11

/* One command and its answer; rsp[0] is the completion code. */
struct exchange {
	u8 netfn, cmd;
	u8 data[4];
	u8 len;
	u8 rsp[16];
	int n;
};

static void bmc_address(struct ipmi_addr *addr)
{
	struct ipmi_system_interface_addr *si = (struct ipmi_system_interface_addr *)addr;

	*addr = (struct ipmi_addr){};
	si->addr_type = IPMI_SYSTEM_INTERFACE_ADDR_TYPE;
	si->channel = IPMI_BMC_CHANNEL;
}

static bool ask(struct ipmi_user *user, struct exchange *x)
{
	struct kernel_ipmi_msg msg = {
		.netfn = x->netfn,
		.cmd = x->cmd,
		.data = x->data,
		.data_len = x->len,
	};

	x->n = ipmi_core_ask(user, &msg, POWEROFF_ASK_MS, x->rsp, sizeof(x->rsp));
	return x->n > 0 && !x->rsp[0];
}

static bool last_to(struct ipmi_user *user, struct ipmi_addr *addr, struct exchange *x)
{
	struct kernel_ipmi_msg msg = {
		.netfn = x->netfn,
		.cmd = x->cmd,
		.data = x->data,
		.data_len = x->len,
	};

	x->n = ipmi_core_last_request(user, addr, &msg, POWEROFF_LAST_MS, x->rsp, sizeof(x->rsp));
	if (x->n < 0)
		pr_err("no answer to command %02x/%02x (error %d)\n", x->netfn, x->cmd, x->n);
	else if (x->rsp[0])
		pr_err("command %02x/%02x: completion code %02x\n", x->netfn, x->cmd, x->rsp[0]);
	return x->n > 0 && !x->rsp[0];
}

static bool last(struct ipmi_user *user, struct exchange *x)
{
	struct ipmi_addr addr;

	bmc_address(&addr);
	return last_to(user, &addr, x);
}

/* AdvancedTCA: the FRU is deactivated. PICMG 3.0, section 3.2.4. */
#define MOTOROLA		0x0000a1
#define MOTOROLA_PPS		0x0051

static bool is_pps;

static bool atca_detect(struct ipmi_user *user, const struct poweroff_id *id)
{
	struct exchange x = {
		.netfn = NETFN_GROUP,
		.cmd = CMD_GET_ADDRESS_INFO,
		.data = { PICMG_ID },
		.len = 1,
	};

	is_pps = id->manufacturer == MOTOROLA && id->product == MOTOROLA_PPS;
	return ask(user, &x);
}

static bool atca_off(struct ipmi_user *user, bool cycle)
{
	struct exchange deactivate = {
		.netfn = NETFN_GROUP,
		.cmd = CMD_FRU_ACTIVATION,
		.data = { PICMG_ID, 0, 0, 0 },
		.len = 4,
	};
	struct exchange pps = {
		.netfn = NETFN_OEM,
		.cmd = 0x11,
		.data = { 0x00, 0x40, 0x0a },
		.len = 3,
	};
	bool taken;

	pr_info("Powering down via ATCA power command\n");
	taken = last(user, &deactivate);
	if (is_pps)
		taken |= last(user, &pps);
	return taken;
}

/* CPI1, a CompactPCI board: its hot swap controller hears of it, then it goes. */
static bool cpi1_detect(struct ipmi_user *user, const struct poweroff_id *id)
{
	return id->manufacturer == 0x000108 && id->product == 0x0157;
}

static bool cpi1_off(struct ipmi_user *user, bool cycle)
{
	struct exchange slot = { .netfn = NETFN_CPI1, .cmd = 0xa3 };
	struct exchange receiver = { .netfn = NETFN_SENSOR, .cmd = CMD_GET_EVENT_RECEIVER };
	struct exchange swap = { .netfn = NETFN_CPI1, .cmd = 0x80, .len = 1 };
	struct exchange ready = { .netfn = NETFN_CPI1, .cmd = 0x84, .data = { 1 }, .len = 1 };
	struct exchange off = { .netfn = NETFN_CPI1, .cmd = 0x82, .data = { 1 }, .len = 1 };
	struct ipmi_addr addr = {};
	struct ipmi_ipmb_addr *ipmb = (struct ipmi_ipmb_addr *)&addr;

	pr_info("Powering down via CPI1 power command\n");
	if (!last(user, &slot) || slot.n < 2 || !last(user, &receiver) || receiver.n < 3)
		return false;

	/* PICMG 2.9: slot 1 is B0h, slot 9 C0h, and slot 10 C4h, because C2h is taken. */
	swap.data[0] = (slot.rsp[1] > 9 ? 0xb0 : 0xae) + 2 * slot.rsp[1];
	ipmb->addr_type = IPMI_IPMB_ADDR_TYPE;
	ipmb->slave_addr = receiver.rsp[1];
	ipmb->lun = receiver.rsp[2] & 3;
	last_to(user, &addr, &swap);

	/* If the other controller refuses, the board is powered off all the same. */
	last(user, &ready);
	return last(user, &off);
}

/* Chassis Control. IPMI 2.0, section 28.3. */
static bool chassis_detect(struct ipmi_user *user, const struct poweroff_id *id)
{
	bool is_old_dell = id->manufacturer == 0x0002a2 &&
			   ((id->version & 0xf) < 1 ||
			    ((id->version & 0xf) == 1 && id->version >> 4 < 5));
	bool is_old_hp = id->manufacturer == 0x00000b && id->product == 0x8201 &&
			 id->version == 0x01;

	/* Two makers' machines can do it and do not say so. */
	return (id->support & SUPPORT_CHASSIS) || is_old_dell || is_old_hp;
}

static bool chassis_off(struct ipmi_user *user, bool cycle)
{
	struct exchange x = {
		.netfn = NETFN_CHASSIS,
		.cmd = CMD_CHASSIS_CONTROL,
		.data = { cycle ? CHASSIS_CYCLE : CHASSIS_OFF },
		.len = 1,
	};

	pr_info("Powering %s via IPMI chassis control command\n", cycle ? "cycle" : "down");
	return last(user, &x);
}

static const struct poweroff_method methods[] = {
	{ .name = "ATCA", .detect = atca_detect, .off = atca_off },
	{ .name = "CPI1", .detect = cpi1_detect, .off = cpi1_off },
	{ .name = "chassis", .detect = chassis_detect, .off = chassis_off, .cycles = true },
};

/**
 * poweroff_find() - how can this BMC power the machine off?
 * @user: the BMC
 *
 * Context: process, sleeps at most twice POWEROFF_ASK_MS.
 * Return: the method; NULL if there is none; an ERR_PTR if the BMC does not say
 * who it is.
 */
const struct poweroff_method *poweroff_find(struct ipmi_user *user)
{
	struct exchange x = { .netfn = NETFN_APP, .cmd = CMD_GET_DEVICE_ID };
	struct poweroff_id id = {};
	unsigned int i;

	if (!ask(user, &x) || x.n < DEVICE_ID_MIN)
		return ERR_PTR(x.n < 0 ? x.n : -EIO);
	id.version = x.rsp[5];
	id.support = x.rsp[6];
	/* One that does not say who made it is none of those that have to be known by name. */
	if (x.n >= DEVICE_ID_LEN) {
		id.manufacturer = (x.rsp[7] | x.rsp[8] << 8 | x.rsp[9] << 16) & 0xfffff;
		id.product = x.rsp[10] | x.rsp[11] << 8;
	}

	for (i = 0; i < ARRAY_SIZE(methods); i++)
		if (methods[i].detect(user, &id))
			return &methods[i];
	return NULL;
}
