// SPDX-License-Identifier: GPL-2.0-only
/*
 * Boards that are not powered off by Chassis Control. Which one this is, its maker says:
 * "set manufacturer 12634" (PICMG) or "0xa1" (Motorola) makes it an AdvancedTCA one, "0x108" a
 * CPI1. One of Motorola with "set product 0x51" does nothing at FRU activation: it waits for an OEM
 * command.
 */
#include <stdbool.h>

#include "app.h"
#include "dcmi.h"
#include "link.h"
#include "loop.h"
#include "record.h"
#include "request.h"

#define PICMG 12634
#define MOTOROLA 0xa1
#define PPS 0x51
#define CPI1 0x108
#define SLOT 10
#define AFTER_ANSWER_MS 50

#define NETFN_CPI1 0x3e
#define PICMG_ID 0

static struct timer switching;

static void power_off(void *arg)
{
	(void)arg;
	link_hw(HW_POWER_OFF);
}

static void go(const char *by)
{
	note("power off by %s", by);
	timer_start(&switching, AFTER_ANSWER_MS, power_off, NULL);
}

static bool is_atca(void)
{
	return identity.manufacturer == PICMG || identity.manufacturer == MOTOROLA;
}

static bool is_pps(void)
{
	return identity.manufacturer == MOTOROLA && identity.product == PPS;
}

/* Get Address Info: the group's number alone, for the one who asks. PICMG 3.0, section 3.2.3. */
static uint8_t address_info(const struct request *rq, struct answer *a)
{
	static const uint8_t bytes[] = { 0x41, 0x82, 0xff, 0x00, 0x01, 0x00 };

	if (dcmi_is_for(rq))
		return dcmi_capabilities(rq, a);
	if (!is_atca())
		return CC_INVALID_COMMAND;
	if (rq->data[0] != PICMG_ID)
		return CC_BAD_FIELD;
	answer_u8(a, rq->data[0]);
	answer_add(a, bytes, sizeof(bytes));
	return CC_OK;
}

/* Of FRU 0, which is the board itself. */
static uint8_t fru_activation(const struct request *rq, struct answer *a)
{
	if (!is_atca())
		return CC_INVALID_COMMAND;
	if (rq->len != 4)
		return CC_BAD_LENGTH;
	if (rq->data[0] != PICMG_ID || rq->data[1] || rq->data[2] > 1)
		return CC_BAD_FIELD;
	answer_u8(a, rq->data[0]);
	if (!rq->data[2] && !is_pps())
		go("FRU activation");
	return CC_OK;
}

static uint8_t pps_off(const struct request *rq, struct answer *a)
{
	(void)a;
	if (!is_pps())
		return CC_INVALID_COMMAND;
	if (rq->len != 3)
		return CC_BAD_LENGTH;
	if (rq->data[0] != 0x00 || rq->data[1] != 0x40 || rq->data[2] != 0x0a)
		return CC_BAD_FIELD;
	go("Motorola's command");
	return CC_OK;
}

static uint8_t cpi1_slot(const struct request *rq, struct answer *a)
{
	(void)rq;
	if (identity.manufacturer != CPI1)
		return CC_INVALID_COMMAND;
	answer_u8(a, SLOT);
	return CC_OK;
}

static uint8_t cpi1_ready(const struct request *rq, struct answer *a)
{
	(void)a;
	return identity.manufacturer == CPI1 && rq->data[0] == 1 ? CC_OK : CC_INVALID_COMMAND;
}

static uint8_t cpi1_off(const struct request *rq, struct answer *a)
{
	uint8_t cc = cpi1_ready(rq, a);

	if (cc == CC_OK)
		go("CPI1");
	return cc;
}

const struct command picmg_commands[] = {
	{ NETFN_GROUP, 0x01, 1, address_info },
	{ NETFN_GROUP, 0x11, 4, fru_activation },
	{ NETFN_OEM, 0x11, 3, pps_off },
	{ NETFN_CPI1, 0xa3, 0, cpi1_slot },
	{ NETFN_CPI1, 0x84, 1, cpi1_ready },
	{ NETFN_CPI1, 0x82, 1, cpi1_off },
	{ 0 },
};
