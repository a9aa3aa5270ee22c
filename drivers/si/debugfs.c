// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs: ipmi_si/discovery, the report of discovery, ipmi_si/DEVICE/times, where the time
 * of an interface has gone, and ipmi_si/DEVICE/quirks, what its BMC needs.
 *
 * For people; no ABI. Nothing here takes a lock that is held while a BMC is asked.
 * debugfs itself sees to it that no reader is left when a file has been removed.
 */
#include <linux/debugfs.h>

#include "si.h"

static struct dentry *root;

static int discovery_show(struct seq_file *m, void *unused)
{
	offers_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(discovery);

/* From the first slot that counts to the last, so that a look tells the shape. */
static void show_answers(struct seq_file *m, const struct si_times *t)
{
	unsigned int slot, first = SI_TIME_SLOTS, last = 0;

	for (slot = 1; slot < SI_TIME_SLOTS; slot++) {
		if (!READ_ONCE(t->answers[slot]))
			continue;
		first = min(first, slot);
		last = slot;
	}
	for (slot = first; slot <= last; slot++)
		seq_printf(m, "below_us %8lu %u\n", BIT(slot), READ_ONCE(t->answers[slot]));
}

static int times_show(struct seq_file *m, void *unused)
{
	const struct si *si = m->private;
	const struct si_times *t = &si->times;

	seq_printf(m, "waiting_us %llu\n", READ_ONCE(t->waiting_us));
	seq_printf(m, "spinning_us %llu\n", READ_ONCE(t->spinning_us));
	seq_printf(m, "sleeping_us %llu\n", READ_ONCE(t->sleeping_us));
	seq_printf(m, "looks %llu\n", READ_ONCE(t->looks));
	seq_printf(m, "failures %u\n", READ_ONCE(t->failures));
	seq_printf(m, "answers_at_once %u\n", READ_ONCE(t->answers[0]));
	show_answers(m, t);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(times);

static int quirks_show(struct seq_file *m, void *unused)
{
	quirks_list(m->private, m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(quirks);

/**
 * si_debugfs_add() - make the folder of an interface
 * @si: the interface
 */
void si_debugfs_add(struct si *si)
{
	si->debugfs = debugfs_create_dir(dev_name(si->desc.dev), root);
	debugfs_create_file("times", 0444, si->debugfs, si, &times_fops);
	debugfs_create_file("quirks", 0444, si->debugfs, si, &quirks_fops);
}

void si_debugfs_remove(struct si *si)
{
	debugfs_remove_recursive(si->debugfs);
	si->debugfs = NULL;
}

void si_debugfs_init(void)
{
	root = debugfs_create_dir("ipmi_si", NULL);
	debugfs_create_file("discovery", 0444, root, NULL, &discovery_fops);
}

void si_debugfs_exit(void)
{
	debugfs_remove_recursive(root);
	offers_free();
}
