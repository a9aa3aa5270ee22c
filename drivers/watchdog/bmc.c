// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands: Set, Reset and Get Watchdog Timer. IPMI 2.0, section 27.
 *
 * Called by timer.c, main.c and pretimeout.c under wdt.lock, and by main.c at
 * panic. Each is bounded, and a caller that is killed does not wait for its end.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/sched.h>

#include <ipmi/core.h>

#include "watchdog.h"

#define NETFN_APP		0x06
#define CMD_RESET_TIMER		0x22
#define CMD_SET_TIMER		0x24
#define CMD_GET_TIMER		0x25

#define CC_NOT_INITIALISED	0x80	/* of Reset Watchdog Timer: nobody has set it */

#define USE_SMS_OS		4
#define USE_MASK		0x07
#define USE_RUNS		BIT(6)	/* of Set: do not stop; of Get: it runs */
#define EXPIRED_SMS_OS		BIT(USE_SMS_OS)

#define SET_LEN			6
#define GET_LEN			9
#define GET_LEN_MIN		5 /* up to the expiration flags; some leave out the rest */

static int errno_of(u8 cc)
{
	switch (cc) {
	case 0:
		return 0;
	case CC_NOT_INITIALISED:
		return -ESTALE;
	case IPMI_NODE_BUSY_ERR:
	case IPMI_DEVICE_IN_INIT_ERR:
		return -EAGAIN;
	case IPMI_INVALID_COMMAND_ERR:
		return -EOPNOTSUPP;
	case IPMI_TIMEOUT_ERR:
		return -ETIMEDOUT;
	case 0xc7: /* length */
	case 0xc9: /* out of range */
	case 0xcc: /* invalid field */
	case 0xd5: /* not in this state, or not with this parameter */
		return -EINVAL;
	default:
		return -EIO;
	}
}

/* Return: bytes in @rsp, the completion code included, or what went wrong. */
static int ask(struct ipmi_user *user, u8 cmd, u8 *data, u16 len, u8 *rsp, int cap)
{
	struct kernel_ipmi_msg msg = {
		.netfn = NETFN_APP,
		.cmd = cmd,
		.data = data,
		.data_len = len,
	};
	unsigned int ms = current->flags & PF_EXITING ? WDT_EXIT_MS : WDT_ASK_MS;
	int rv;

	rv = ipmi_core_ask(user, &msg, ms, rsp, cap);
	if (rv < 0)
		return rv;
	return errno_of(rsp[0]) ?: rv;
}

static void encode(const struct wdt_set *set, u8 data[SET_LEN])
{
	unsigned int ticks = min(set->timeout, WDT_TIMEOUT_MAX) * 10;

	data[0] = USE_SMS_OS | (set->keep ? USE_RUNS : 0);
	data[1] = set->action | (set->pretimeout ? set->preaction << 4 : 0);
	data[2] = set->pretimeout;
	data[3] = set->forget ? EXPIRED_SMS_OS : 0;
	data[4] = ticks;
	data[5] = ticks >> 8;
}

/**
 * bmc_set() - Set Watchdog Timer
 * @user: on which interface
 * @set: to what
 *
 * Return: 0; -EINVAL if the BMC cannot do that; -EOPNOTSUPP if it has no
 * watchdog; -EAGAIN, -ETIMEDOUT, -EIO, -EINTR, -ENODEV.
 */
int bmc_set(struct ipmi_user *user, const struct wdt_set *set)
{
	u8 data[SET_LEN], cc;

	encode(set, data);
	return min(ask(user, CMD_SET_TIMER, data, sizeof(data), &cc, 1), 0);
}

/**
 * bmc_stop() - Set Watchdog Timer, so that it does not run
 * @user: on which interface
 * @timeout: what a Reset Watchdog Timer of others would start
 *
 * Return: see bmc_set().
 */
int bmc_stop(struct ipmi_user *user, unsigned int timeout)
{
	struct wdt_set set = { .timeout = timeout };

	return bmc_set(user, &set);
}

/**
 * bmc_reset() - Reset Watchdog Timer: start it, or start anew
 * @user: on which interface
 *
 * Return: 0; -ESTALE if the BMC does not know what was set, say as it was reset;
 * else see bmc_set().
 */
int bmc_reset(struct ipmi_user *user)
{
	u8 cc;

	return min(ask(user, CMD_RESET_TIMER, NULL, 0, &cc, 1), 0);
}

/**
 * bmc_get() - Get Watchdog Timer
 * @user: on which interface
 * @state: filled in
 *
 * Return: see bmc_set().
 */
int bmc_get(struct ipmi_user *user, struct wdt_state *state)
{
	u8 rsp[GET_LEN];
	int rv;

	rv = ask(user, CMD_GET_TIMER, NULL, 0, rsp, sizeof(rsp));
	if (rv < 0)
		return rv;
	if (rv < GET_LEN_MIN)
		return -EIO;
	state->running = rsp[1] & USE_RUNS;
	state->ours = (rsp[1] & USE_MASK) == USE_SMS_OS;
	state->expired = rsp[4] & EXPIRED_SMS_OS;
	return 0;
}

/**
 * bmc_set_at_panic() - Set Watchdog Timer, and start it if Set has stopped it
 * @user: on which interface
 * @set: to what
 *
 * Context: panic.
 */
void bmc_set_at_panic(struct ipmi_user *user, const struct wdt_set *set)
{
	struct ipmi_system_interface_addr addr = {
		.addr_type = IPMI_SYSTEM_INTERFACE_ADDR_TYPE,
		.channel = IPMI_BMC_CHANNEL,
	};
	u8 data[SET_LEN];
	struct kernel_ipmi_msg msg = {
		.netfn = NETFN_APP,
		.cmd = CMD_SET_TIMER,
		.data = data,
		.data_len = sizeof(data),
	};

	encode(set, data);
	ipmi_panic_request_and_wait(user, (struct ipmi_addr *)&addr, &msg);
	if (set->keep)
		return;
	msg.cmd = CMD_RESET_TIMER;
	msg.data_len = 0;
	ipmi_panic_request_and_wait(user, (struct ipmi_addr *)&addr, &msg);
}
