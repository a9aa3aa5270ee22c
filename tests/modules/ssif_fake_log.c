// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log of ssif_fake.ko: each transfer on its bus, for tests that count tries and look at the
 * time between them. debugfs, ssif_fake/log: a line for each since something was written to it,
 *
 *	BEGUN ENDED HOW COMMAND RESULT LENGTH BYTE BYTE BYTE BYTE
 *
 * times in microseconds of CLOCK_MONOTONIC; HOW is w(rite), r(ead), q(uick) or a(lert response);
 * the block's length and the first of its bytes, in hexadecimal like the command. Lock: bmc.lock.
 */
#include <linux/debugfs.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/timekeeping.h>

#include "ssif_fake.h"

#define ENTRIES	8192
#define SHOWN	4

static struct entry {
	u64 begun_us, ended_us;
	int rv;
	char how;
	u8 cmd, len, bytes[SHOWN];
} entries[ENTRIES];
static unsigned int nr_entries;

u64 log_now(void)
{
	return div_u64(ktime_get_mono_fast_ns(), NSEC_PER_USEC);
}

/* What is beyond its room is not in it. */
void log_transfer(u64 begun_us, char how, u8 cmd, int rv, const u8 *bytes, unsigned int n)
{
	struct entry *e = &entries[nr_entries];

	if (nr_entries == ENTRIES)
		return;
	nr_entries++;
	*e = (struct entry){ .begun_us = begun_us, .ended_us = log_now(), .rv = rv, .how = how,
			     .cmd = cmd, .len = n };
	memcpy(e->bytes, bytes, min_t(unsigned int, n, SHOWN));
}

static int log_show(struct seq_file *s, void *unused)
{
	unsigned int i, n;

	scoped_guard(spinlock_irqsave, &bmc.lock)
		n = nr_entries;
	for (i = 0; i < n; i++) {
		const struct entry *e = &entries[i];

		seq_printf(s, "%llu %llu %c %x %d %u %x %x %x %x\n", e->begun_us, e->ended_us,
			   e->how, e->cmd, e->rv, e->len, e->bytes[0], e->bytes[1], e->bytes[2],
			   e->bytes[3]);
	}
	return 0;
}

static int log_open(struct inode *inode, struct file *file)
{
	return single_open(file, log_show, NULL);
}

static ssize_t log_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	guard(spinlock_irqsave)(&bmc.lock);
	nr_entries = 0;
	return len;
}

static const struct file_operations log_ops = {
	.owner = THIS_MODULE,
	.open = log_open,
	.read = seq_read,
	.write = log_write,
	.llseek = seq_lseek,
	.release = single_release,
};

void log_init(struct dentry *folder)
{
	debugfs_create_file("log", 0600, folder, NULL, &log_ops);
}
