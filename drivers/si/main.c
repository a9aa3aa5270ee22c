// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmi_si, the module: what is begun when it is loaded, in order, and ended again.
 */
#define pr_fmt(fmt) "ipmi_si: " fmt

#include <ipmi/version.h>

#include "si.h"

static bool unload_when_empty = true;
module_param(unload_when_empty, bool, 0);
MODULE_PARM_DESC(unload_when_empty,
		 "Fail to load if no interface is specified or found, default is 1; 0 is useful for hot add.");

/* Each record that there is was refused, and offers_log() says why. */
static void tell_none(void)
{
	char sum[TABLES_SUM_MAX];

	pr_warn("Unable to find any System Interface(s): %s; if there is a BMC, say where, as in \"modprobe ipmi_si type=kcs ports=0xca2\", or load ipmi_ssif if it is on an SMBus; unload_when_empty=0 keeps this module for hotmod\n",
		tables_sum(sum, sizeof(sum)));
	offers_log();
}

static int __init ipmi_si_init(void)
{
	int rv;

	pr_info("IPMI System Interface driver\n");
	rv = si_probe_init();
	if (rv)
		return rv;

	si_debugfs_init();
	hardcode_init();
	rv = platform_init();
	if (rv)
		goto err_made;
	made_arrived();
	tables_look();
	rv = si_pci_init();
	if (rv)
		goto err_platform;
	if (si_has_none() && unload_when_empty) {
		tell_none();
		rv = -ENODEV;
		goto err_pci;
	}
	si_try_all();
	return 0;

err_pci:
	si_pci_exit();
err_platform:
	platform_exit();
err_made:
	hardcode_exit();
	si_debugfs_exit();
	si_probe_exit();
	return rv;
}

static void __exit ipmi_si_exit(void)
{
	si_pci_exit();
	platform_exit();
	hardcode_exit();
	si_debugfs_exit();
	si_probe_exit();
}

module_init(ipmi_si_init);
module_exit(ipmi_si_exit);
MODULE_LICENSE("GPL");
MODULE_AUTHOR(IPMI_DRIVERS_AUTHOR);
MODULE_VERSION(IPMI_DRIVERS_VERSION);
MODULE_DESCRIPTION("IPMI system interfaces: KCS, SMIC, BT");
