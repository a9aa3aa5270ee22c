// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module's parameters, with the names, words and effects they have always had.
 *
 * What makes no sense is refused with -EINVAL when it is written. While the module
 * is loaded it is said and the nearest sense is made of it, because a machine whose
 * configuration holds it has to be watched all the same.
 */
#define pr_fmt(fmt) "IPMI Watchdog: " fmt

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/watchdog.h>

#include "watchdog.h"

unsigned int param_panic_timeout = 255;
int param_interface = -1;
int param_start_now;
u8 param_action = WDT_ACTION_RESET;
u8 param_preaction;
u8 param_preop;

static bool ready;

/**
 * params_ready() - the module begins: from here on parameters have effects
 *
 * Before, they are only noted: if one of them makes no sense nothing is there to be taken back.
 */
void params_ready(void)
{
	guard(mutex)(&wdt.lock);
	if (param_preaction == WDT_PRE_NMI && pretimeout_nmi_locked(true)) {
		pr_err("preaction=pre_nmi: this machine has no such NMI\n");
		param_preaction = WDT_PRE_NONE;
	}
	ready = true;
}

/* A word of a list: its place, or -EINVAL. */
static int word_of(const char *val, const char *const words[], size_t n, const char *name)
{
	char word[24]; /* more than any of them, so that what is longer is none of them */
	char *text;
	int rv;

	strscpy(word, val, sizeof(word));
	text = strim(word);
	rv = match_string(words, n, text);
	if (rv < 0)
		pr_err("%s=%s: there is no such word; see modinfo ipmi_watchdog\n", name, text);
	return rv;
}

static const char *const actions[] = {
	[WDT_ACTION_NONE] = "none",
	[WDT_ACTION_RESET] = "reset",
	[WDT_ACTION_POWER_OFF] = "power_off",
	[WDT_ACTION_POWER_CYCLE] = "power_cycle",
};

const char *action_name(void)
{
	return actions[param_action];
}

static int action_set(const char *val, const struct kernel_param *kp)
{
	int rv = word_of(val, actions, ARRAY_SIZE(actions), "action");

	if (rv < 0)
		return -EINVAL;
	param_action = rv;
	return 0;
}

static int action_get(IPMI_PARAM_OUT *out, const struct kernel_param *kp)
{
	return ipmi_param_printf(out, "%s\n", actions[param_action]);
}

static const struct kernel_param_ops action_ops = { .set = action_set, .get = action_get };
module_param_cb(action, &action_ops, NULL, 0644);
MODULE_PARM_DESC(action,
		 "What the BMC does when the time is over: reset, none, power_cycle, power_off. Taken over when the timer is started.");

static const char *const preactions[] = {
	[WDT_PRE_NONE] = "pre_none",
	[WDT_PRE_SMI] = "pre_smi",
	[WDT_PRE_NMI] = "pre_nmi",
	[WDT_PRE_INT] = "pre_int",
};

static int preaction_set(const char *val, const struct kernel_param *kp)
{
	int rv = word_of(val, preactions, ARRAY_SIZE(preactions), "preaction");

	if (rv < 0)
		return ready ? -EINVAL : 0;
	if (!ready) {
		param_preaction = rv;
		return 0;
	}
	if (rv == WDT_PRE_NMI && param_preop == WDT_PREOP_GIVE_DATA)
		return -EINVAL;
	guard(mutex)(&wdt.lock);
	if (rv == WDT_PRE_NMI && pretimeout_nmi_locked(true)) {
		pr_err("preaction=pre_nmi: this machine has no such NMI\n");
		return -EINVAL;
	}
	param_preaction = rv;
	timer_listen_locked();
	return 0;
}

static int preaction_get(IPMI_PARAM_OUT *out, const struct kernel_param *kp)
{
	return ipmi_param_printf(out, "%s\n", preactions[param_preaction]);
}

static const struct kernel_param_ops preaction_ops = { .set = preaction_set, .get = preaction_get };
module_param_cb(preaction, &preaction_ops, NULL, 0644);
MODULE_PARM_DESC(preaction,
		 "How the BMC says that the time is nearly over: pre_none, pre_smi, pre_nmi (x86), pre_int. Taken over when the timer is started.");

static const char *const preops[] = {
	[WDT_PREOP_NONE] = "preop_none",
	[WDT_PREOP_PANIC] = "preop_panic",
	[WDT_PREOP_GIVE_DATA] = "preop_give_data",
};

static int preop_set(const char *val, const struct kernel_param *kp)
{
	int rv = word_of(val, preops, ARRAY_SIZE(preops), "preop");

	if (rv < 0)
		return ready ? -EINVAL : 0;
	if (ready)
		return device_set_preop(rv);
	param_preop = rv;
	return 0;
}

static int preop_get(IPMI_PARAM_OUT *out, const struct kernel_param *kp)
{
	return ipmi_param_printf(out, "%s\n", preops[param_preop]);
}

static const struct kernel_param_ops preop_ops = { .set = preop_set, .get = preop_get };
module_param_cb(preop, &preop_ops, NULL, 0644);
MODULE_PARM_DESC(preop,
		 "What is done then: preop_none (the watchdog core's governor decides), preop_panic, preop_give_data (a byte to read; /dev/watchdog is then not of the watchdog core).");

/* A number of seconds. While the module is loaded, the nearest one that can be. */
static int read_time(const char *val, const struct kernel_param *kp, unsigned int min,
		     unsigned int max, unsigned int *n)
{
	if (kstrtouint(val, 0, n))
		return -EINVAL;
	if (*n >= min && *n <= max)
		return 0;
	pr_err("%s=%u: must be %u to %u seconds\n", kp->name, *n, min, max);
	*n = clamp(*n, min, max);
	return ready ? -EINVAL : 0;
}

static int timeout_set(const char *val, const struct kernel_param *kp)
{
	unsigned int n;
	int rv = read_time(val, kp, 1, WDT_TIMEOUT_MAX, &n);

	if (rv)
		return rv;
	if (ready)
		return device_set_timeout(n);
	wdt.timeout = n;
	return 0;
}

static int pretimeout_set(const char *val, const struct kernel_param *kp)
{
	unsigned int n;
	int rv = read_time(val, kp, 0, WDT_PRETIMEOUT_MAX, &n);

	if (rv)
		return rv;
	if (ready)
		return timer_set_pretimeout(n);
	wdt.pretimeout = n;
	return 0;
}

static int panic_timeout_set(const char *val, const struct kernel_param *kp)
{
	unsigned int n;
	int rv = read_time(val, kp, 0, WDT_TIMEOUT_MAX, &n);

	if (!rv)
		param_panic_timeout = n;
	return rv;
}

static const struct kernel_param_ops timeout_ops = { .set = timeout_set, .get = param_get_uint };
module_param_cb(timeout, &timeout_ops, &wdt.timeout, 0644);
MODULE_PARM_DESC(timeout, "Seconds until the BMC acts, 1 to 6553.");

static const struct kernel_param_ops pretimeout_ops = {
	.set = pretimeout_set,
	.get = param_get_uint,
};
module_param_cb(pretimeout, &pretimeout_ops, &wdt.pretimeout, 0644);
MODULE_PARM_DESC(pretimeout, "Seconds before that at which it says so, 0 to 255; 0 = never.");

static const struct kernel_param_ops panic_timeout_ops = {
	.set = panic_timeout_set,
	.get = param_get_uint,
};
module_param_cb(panic_wdt_timeout, &panic_timeout_ops, &param_panic_timeout, 0644);
MODULE_PARM_DESC(panic_wdt_timeout, "Seconds that a panic may take, if the timer runs.");

static int interface_set(const char *val, const struct kernel_param *kp)
{
	int number, rv;

	rv = kstrtoint(val, 0, &number);
	if (!rv && ready && number >= 0)
		return interface_use(number);
	if (!rv)
		WRITE_ONCE(param_interface, number);
	return rv;
}

static const struct kernel_param_ops interface_ops = { .set = interface_set, .get = param_get_int };
module_param_cb(ifnum_to_use, &interface_ops, &param_interface, 0644);
MODULE_PARM_DESC(ifnum_to_use, "N of the ipmiN whose BMC watches; -1, the default: the first.");

module_param_named(start_now, param_start_now, int, 0444);
MODULE_PARM_DESC(start_now, "Not 0: start the timer as soon as there is a BMC.");

static int nowayout_set(const char *val, const struct kernel_param *kp)
{
	bool on;

	/* The name alone says yes. */
	if (kstrtobool(val ?: "1", &on))
		return -EINVAL;
	assign_bit(WDOG_NO_WAY_OUT, &wdt_device.status, on);
	return 0;
}

bool nowayout_get(void)
{
	return test_bit(WDOG_NO_WAY_OUT, &wdt_device.status);
}

static int nowayout_show(IPMI_PARAM_OUT *out, const struct kernel_param *kp)
{
	return ipmi_param_printf(out, "%c\n", nowayout_get() ? 'Y' : 'N');
}

static const struct kernel_param_ops nowayout_ops = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = nowayout_set,
	.get = nowayout_show,
};
module_param_cb(nowayout, &nowayout_ops, NULL, 0644);
MODULE_PARM_DESC(nowayout, "A timer that was started cannot be stopped.");
