// SPDX-License-Identifier: GPL-2.0-only
/*
 * The modules of this project work with each other only, all of one version. One of the same name
 * that is not of it, the kernel's own or one of another build, is refused as it is loaded.
 *
 * Called by main.c as the module begins and ends, and by the module loader. What has another name
 * (acpi_ipmi) is none of this file's business. ipmi_msghandler itself
 * cannot be mixed up: there is one, this one.
 */
#define pr_fmt(fmt) "IPMI message handler: " fmt

#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/string.h>

#include "msghandler.h"

static const char *const set[] = {
	"ipmi_devintf",	 "ipmi_si",    "ipmi_ssif", "ipmi_watchdog",
	"ipmi_poweroff", "ipmi_hwmon", "ipmi_vbmc", "ipmi_powernv",
	"ipmi_ipmb",
};

/* Before any of its code has run. An error ends the load of the module, with that error. */
static int on_module(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct module *mod = data;

	if (event != MODULE_STATE_COMING || match_string(set, ARRAY_SIZE(set), mod->name) < 0)
		return NOTIFY_DONE;
	if (mod->version && !strcmp(mod->version, IPMI_DRIVERS_VERSION))
		return NOTIFY_DONE;
	pr_err("%s is refused: its version is %s (srcversion %s), and mine is " IPMI_DRIVERS_VERSION
	       " of ipmi-drivers: they have to be of one build. 'modinfo -n %s' says which file it is; install them again ('make install', dkms), run depmod, and rebuild the initramfs if it holds IPMI modules\n",
	       mod->name, mod->version ?: "none", mod->srcversion ?: "unknown", mod->name);
	return notifier_from_errno(-ENOEXEC);
}

static struct notifier_block block = { .notifier_call = on_module };

/**
 * oneset_init() - from here on, refuse what is not of this build
 *
 * Return: 0 or what the kernel says.
 */
int oneset_init(void)
{
	return register_module_notifier(&block);
}

/** oneset_exit() - the end of it. */
void oneset_exit(void)
{
	unregister_module_notifier(&block);
}
