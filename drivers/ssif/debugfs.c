// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs: ipmi_ssif/discovery, what has become of each place and device. For people; no ABI.
 *
 * Called by probe.c. No lock of its own, and none that is held while a BMC is asked.
 */
#include <linux/debugfs.h>

#include "ssif.h"

static struct dentry *root;

static int discovery_show(struct seq_file *m, void *unused)
{
	bool any = places_show(m);

	if (!ssif_show(m) && !any)
		seq_puts(m, "No source has offered an interface: neither ACPI (IPI0001 with an I2C address) nor SMBIOS (type 38) nor a device tree nor new_device has one, and addr= names none.\n");
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(discovery);

void ssif_debugfs_init(void)
{
	root = debugfs_create_dir("ipmi_ssif", NULL);
	debugfs_create_file("discovery", 0444, root, NULL, &discovery_fops);
}

void ssif_debugfs_exit(void)
{
	debugfs_remove_recursive(root);
}
