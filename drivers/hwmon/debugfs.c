// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs, ipmi_hwmon/ipmiN/: records, what became of each record and why, and state.
 *
 * For people; no ABI. Locks: monitor->chip_lock, and monitor->lock in it; neither is held while a
 * BMC is asked.
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "hwmon.h"

static struct dentry *root;

static const char *const types[hwmon_max] = {
	[hwmon_temp] = "temp",	       [hwmon_in] = "in",	  [hwmon_curr] = "curr",
	[hwmon_power] = "power",       [hwmon_energy] = "energy", [hwmon_humidity] = "humidity",
	[hwmon_fan] = "fan",	       [hwmon_pwm] = "pwm",	  [hwmon_intrusion] = "intrusion",
};

static void show_sensor(struct seq_file *m, const struct sensor *s)
{
	int first = s->type != hwmon_in && s->type != hwmon_intrusion;

	if (s->kind == KIND_DCMI)
		seq_puts(m, "dcmi                 ");
	else
		seq_printf(m, "%04x %02x/%x/%x %02x %3u.%-3u ", s->sdr.record_id, s->sdr.owner,
			   s->sdr.channel, s->sdr.lun, s->sdr.number, s->sdr.entity,
			   s->sdr.instance);
	if (s->why)
		seq_printf(m, "- %s: %s\n", s->sdr.id, s->why);
	else
		seq_printf(m, "%s%d %s\n", types[s->type], s->channel + first, s->label);
}

static int records_show(struct seq_file *m, void *unused)
{
	struct monitor *monitor = m->private;
	struct sensor *s;
	struct record *r;

	guard(mutex)(&monitor->chip_lock);
	if (!monitor->chip) {
		seq_puts(m, "# not read yet\n");
		return 0;
	}
	seq_printf(m, "# %u records; the walk ended: %s\n", monitor->chip->nr_records,
		   sdr_walk_end_text(monitor->chip->end));
	seq_puts(m, "# record owner/channel/lun number entity.instance file label\n");
	list_for_each_entry(s, &monitor->chip->sensors, all)
		show_sensor(m, s);
	list_for_each_entry(r, &monitor->chip->records, link) {
		seq_printf(m, "%04x - %s", r->id, r->what);
		if (r->cc)
			seq_printf(m, " (completion code %02xh)", r->cc);
		seq_putc(m, '\n');
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(records);

static int state_show(struct seq_file *m, void *unused)
{
	struct monitor *monitor = m->private;

	struct sensor *s;
	unsigned int n = 0;

	guard(ipmi_bh)(&monitor->lock);
	list_for_each_entry(s, &monitor->turns, turn)
		n++;
	seq_printf(m, "requests %lu\n", monitor->requests);
	seq_printf(m, "in_turn %u\n", n);
	seq_printf(m, "away %d\n", monitor->away);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(state);

/**
 * hwmon_debugfs_add() - make the folder of a BMC
 * @m: the monitor
 *
 * Context: process.
 */
void hwmon_debugfs_add(struct monitor *m)
{
	char name[16];

	snprintf(name, sizeof(name), "ipmi%d", m->number);
	m->debugfs = debugfs_create_dir(name, root);
	debugfs_create_file("records", 0444, m->debugfs, m, &records_fops);
	debugfs_create_file("state", 0444, m->debugfs, m, &state_fops);
}

void hwmon_debugfs_remove(struct monitor *m)
{
	debugfs_remove_recursive(m->debugfs);
}

void hwmon_debugfs_init(void)
{
	root = debugfs_create_dir("ipmi_hwmon", NULL);
}

void hwmon_debugfs_exit(void)
{
	debugfs_remove_recursive(root);
}
