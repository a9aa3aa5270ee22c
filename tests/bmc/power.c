// SPDX-License-Identifier: GPL-2.0-only
/* See power.h. */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "flags.h"
#include "link.h"
#include "loop.h"
#include "power.h"
#include "record.h"
#include "request.h"

#define AFTER_ANSWER_MS 50 /* the answer reaches the host first */
#define BOOT_PARAMETERS 8

static struct timer switching, watchdog;
static uint8_t refused = 0; /* a bit for each chassis control that this one cannot do */
static uint8_t restart_cause;
static uint8_t boot_parameters[BOOT_PARAMETERS][16];

/* As Set Watchdog Timer gives it. */
static struct {
	uint8_t use, actions, pretimeout, expired;
	uint16_t countdown; /* 100 ms */
	bool is_set, running, warned;
	double end;
} wd;

static void do_switch(void *arg)
{
	const enum hw *command = arg;

	note("hardware command %02x", *command);
	link_hw(*command);
}

static uint8_t capabilities(const struct request *rq, struct answer *a)
{
	static const uint8_t bytes[] = { 0x00, 0x20, 0x20, 0x20, 0x20 };

	(void)rq;
	answer_add(a, bytes, sizeof(bytes));
	return CC_OK;
}

static uint8_t status(const struct request *rq, struct answer *a)
{
	static const uint8_t bytes[] = { 0x61, 0x00, 0x00 }; /* on; always stay on */

	(void)rq;
	answer_add(a, bytes, sizeof(bytes));
	return CC_OK;
}

static uint8_t control(const struct request *rq, struct answer *a)
{
	static enum hw command;

	(void)a;
	if (refused >> (rq->data[0] & 0x07) & 1)
		return CC_NOT_IN_THIS_STATE;
	switch (rq->data[0] & 0x0f) {
	case 0:
		command = HW_POWER_OFF;
		break;
	case 1: /* it is on */
		return CC_OK;
	case 2: /* QEMU has no cycle */
	case 3:
		command = HW_RESET;
		break;
	case 4:
		command = HW_NMI;
		break;
	case 5:
		command = HW_SHUTDOWN;
		break;
	default:
		return CC_BAD_FIELD;
	}
	restart_cause = 1; /* chassis control */
	timer_start(&switching, AFTER_ANSWER_MS, do_switch, &command);
	return CC_OK;
}

/* OEM: which chassis controls are refused from now on, a mask. */
static uint8_t refuse(const struct request *rq, struct answer *a)
{
	(void)a;
	refused = rq->data[0];
	return CC_OK;
}

static uint8_t get_restart_cause(const struct request *rq, struct answer *a)
{
	(void)rq;
	answer_u8(a, restart_cause);
	answer_u8(a, 0x0f);
	return CC_OK;
}

static uint8_t set_boot_option(const struct request *rq, struct answer *a)
{
	unsigned int number = rq->data[0] & 0x7f;

	(void)a;
	if (number >= BOOT_PARAMETERS || rq->len - 1 > sizeof(boot_parameters[0]))
		return 0x80;
	memcpy(boot_parameters[number], rq->data + 1, rq->len - 1);
	return CC_OK;
}

static uint8_t get_boot_option(const struct request *rq, struct answer *a)
{
	unsigned int number = rq->data[0] & 0x7f;

	if (number >= BOOT_PARAMETERS)
		return 0x80;
	answer_u8(a, 1);
	answer_u8(a, number);
	answer_add(a, boot_parameters[number], number == 5 ? 5 : 1);
	return CC_OK;
}

static void expired(void *arg)
{
	uint8_t action = wd.actions & 7;
	const uint8_t event[EVENT_LEN] = { 0, 0, 2, 0, 0, 0, 0, 0x20, 0, 4, 0x23, 0, 0x6f,
					   0xc0 | action, wd.use & 7, 0xff };

	(void)arg;
	note("the watchdog expires: action %u", action);
	wd.running = false;
	wd.warned = false;
	wd.expired |= 1 << (wd.use & 7);
	if (!(wd.use & 0x80))
		flags_event(event);
	restart_cause = 4; /* watchdog expiration */
	if (action == 1 || action == 3)
		link_hw(HW_RESET);
	else if (action == 2)
		link_hw(HW_POWER_OFF);
}

static void pretimeout(void *arg)
{
	(void)arg;
	note("the watchdog's pretimeout");
	wd.warned = true;
	if ((wd.actions >> 4 & 7) == 2)
		link_hw(HW_NMI);
	/* with an NMI, too, as QEMU's own does */
	if ((wd.actions >> 4 & 7) >= 2)
		flags_set(FLAG_PRETIMEOUT);
	timer_start(&watchdog, fmax(0, wd.end - clock_ms()), expired, NULL);
}

static void start(void)
{
	double ms = wd.countdown * 100.0, pre = wd.actions & 0x70 ? wd.pretimeout * 1e3 : 0;

	wd.running = true;
	wd.end = clock_ms() + ms;
	if (pre > 0 && pre <= ms)
		timer_start(&watchdog, ms - pre, pretimeout, NULL);
	else
		timer_start(&watchdog, ms, expired, NULL);
}

static void stop(void)
{
	wd.running = false;
	wd.warned = false;
	timer_stop(&watchdog);
}

void watchdog_forget(void)
{
	stop();
	wd.is_set = false;
}

/*
 * What Set Watchdog Timer may say. IPMI 2.0, section 27.6: the uses 1 to 5, the actions and the
 * pre-timeout interrupts 0 to 3, no reserved bit, and no pre-timeout before the countdown begins.
 */
static uint8_t watchdog_check(const struct request *rq)
{
	uint8_t use = rq->data[0] & 7;

	if (rq->len != 6)
		return CC_BAD_LENGTH;
	if ((rq->data[0] & 0x38) || use < 1 || use > 5 || (rq->data[1] & 0xcc) ||
	    (rq->data[3] & 0xc1) || rq->data[2] * 10 > get_u16(rq->data + 4))
		return CC_BAD_FIELD;
	return CC_OK;
}

static uint8_t of_firmware[6];
static bool firmware_waits;

void watchdog_by_firmware_at_stop(const unsigned char *set)
{
	memcpy(of_firmware, set, sizeof(of_firmware));
	firmware_waits = true;
}

void watchdog_by_firmware(const unsigned char *set)
{
	stop();
	wd.is_set = true;
	wd.use = set[0] & 0x87;
	wd.actions = set[1];
	wd.pretimeout = set[2];
	wd.countdown = get_u16(set + 4);
	start();
}

/* What is refused changes nothing; what is taken ends the pre-timeout that there was. */
static uint8_t watchdog_set(const struct request *rq, struct answer *a)
{
	bool stays = (rq->data[0] & 0x40) && wd.running;
	uint8_t cc = watchdog_check(rq);

	(void)a;
	if (cc != CC_OK)
		return cc;
	flags_clear(FLAG_PRETIMEOUT);
	wd.is_set = true;
	wd.use = rq->data[0] & 0x87;
	wd.actions = rq->data[1];
	wd.pretimeout = rq->data[2];
	wd.expired &= ~rq->data[3];
	wd.countdown = get_u16(rq->data + 4);
	stop();
	if (stays)
		start();
	if (firmware_waits && !(rq->data[0] & 0x40)) {
		firmware_waits = false;
		watchdog_by_firmware(of_firmware);
	}
	return CC_OK;
}

static uint8_t watchdog_reset(const struct request *rq, struct answer *a)
{
	(void)rq;
	(void)a;
	if (!wd.is_set)
		return CC_TIMER_NOT_SET;
	/* Once it has warned it only hears Set Watchdog Timer (IPMI 2.0, section 27.5). */
	if (!wd.warned)
		start();
	return CC_OK;
}

static uint8_t watchdog_get(const struct request *rq, struct answer *a)
{
	(void)rq;
	answer_u8(a, wd.use | (wd.running ? 0x40 : 0));
	answer_u8(a, wd.actions);
	answer_u8(a, wd.pretimeout);
	answer_u8(a, wd.expired);
	answer_u16(a, wd.countdown);
	answer_u16(a, wd.running ? fmax(0, wd.end - clock_ms()) / 100 : 0);
	return CC_OK;
}

const struct command power_commands[] = {
	{ NETFN_CHASSIS, 0x00, 0, capabilities },
	{ NETFN_CHASSIS, 0x01, 0, status },
	{ NETFN_CHASSIS, 0x02, 1, control },
	{ NETFN_CHASSIS, 0x07, 0, get_restart_cause },
	{ NETFN_CHASSIS, 0x08, 1, set_boot_option },
	{ NETFN_CHASSIS, 0x09, 3, get_boot_option },
	{ NETFN_OEM, 0x72, 1, refuse },
	{ NETFN_APP, 0x22, 0, watchdog_reset },
	{ NETFN_APP, 0x24, 6, watchdog_set },
	{ NETFN_APP, 0x25, 0, watchdog_get },
	{ 0 },
};
