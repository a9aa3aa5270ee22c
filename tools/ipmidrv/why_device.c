// SPDX-License-Identifier: GPL-2.0-only
/*
 * why, its last third: the device node, whether the BMC answers, who uses it, and whose sensors
 * ipmi_hwmon shows.
 */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "ipmidrv.h"
#include "programs.h"
#include "tree.h"
#include "why.h"

static bool in_container(void)
{
	return tree_exists("/run/systemd/container") || tree_exists("/.dockerenv") ||
	       tree_exists("/run/.containerenv");
}

static void no_node(struct findings *f, const struct iface *i)
{
	char dev[32] = "", command[96] = "udevadm trigger --subsystem-match=ipmi";
	unsigned int major, minor;

	stage(f, "device", STATE_FAIL, "sysfs has ipmi%d, and there is no /dev/ipmi%d", i->number, i->number);
	if (!headline(f, "there is no node /dev/ipmi%d for an interface that works", i->number))
		return;
	if (in_container()) {
		advise(f, NULL, "this is a container: give it the device, as in docker run --device /dev/ipmi%d",
		       i->number);
		return;
	}
	advise(f, command, "have udev make it");
	tree_line(dev, sizeof(dev), "/sys/class/ipmi/ipmi%d/dev", i->number);
	if (sscanf(dev, "%u:%u", &major, &minor) != 2)
		return;
	snprintf(command, sizeof(command), "mknod -m 600 /dev/ipmi%d c %u %u", i->number, major, minor);
	advise(f, command, "or, where nothing manages /dev");
}

/* The node is there: is it the right one, and may this user open it? */
static bool node_is_good(struct findings *f, const struct iface *i)
{
	unsigned int major_no, minor_no;
	char dev[32], command[64];
	struct stat st;

	if (!tree_stat(&st, "/dev/ipmi%d", i->number)) {
		no_node(f, i);
		return false;
	}
	tree_line(dev, sizeof(dev), "/sys/class/ipmi/ipmi%d/dev", i->number);
	if (!tree_is_made_up() && sscanf(dev, "%u:%u", &major_no, &minor_no) == 2 &&
	    (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(major_no, minor_no))) {
		stage(f, "device", STATE_FAIL, "/dev/ipmi%d is not the device %s that sysfs names", i->number, dev);
		if (headline(f, "/dev/ipmi%d is a stale node", i->number)) {
			snprintf(command, sizeof(command), "rm /dev/ipmi%d && udevadm trigger --subsystem-match=ipmi",
				 i->number);
			advise(f, command, "make it anew");
		}
		return false;
	}
	if (tree_may_open("/dev/ipmi%d", i->number))
		return true;
	stage(f, "device", STATE_FAIL, "/dev/ipmi%d has mode %04o and owner %u:%u, and you are user %u: %s",
	      i->number, st.st_mode & 07777, st.st_uid, st.st_gid, tree_user(), strerror(errno));
	if (headline(f, "this user may not open /dev/ipmi%d", i->number)) {
		advise(f, NULL, "use sudo; who can open it can switch the machine off and change the BMC's passwords");
		advise(f, NULL, "or give it to a group: packaging/udev/60-ipmi.rules has a rule for that");
	}
	return false;
}

void stage_device(struct findings *f, const struct facts *m)
{
	if (!m->nr_ifaces) {
		stage(f, "device", STATE_NONE, "no interface, so no /dev/ipmi0");
		return;
	}
	if (m->ifaces[0].number < 0) {
		stage(f, "device", STATE_FAIL, "ipmi_devintf is not loaded, so there is no /dev/ipmi0");
		if (headline(f, "ipmi_devintf, which makes /dev/ipmi0, is not loaded")) {
			advise(f, "modprobe ipmi_devintf", "load it");
			advise(f, "echo ipmi_devintf >/etc/modules-load.d/ipmi.conf", "and at each boot");
		}
		return;
	}
	for (int i = 0; i < m->nr_ifaces; i++)
		if (!node_is_good(f, &m->ifaces[i]))
			return;
	stage(f, "device", STATE_OK, "/dev/ipmi%d, which you may open%s", m->ifaces[0].number,
	      m->nr_ifaces > 1 ? ", and the others" : "");
}

/* By the log, where neither a counter nor debugfs says it. */
static bool log_says_away(const struct facts *m)
{
	return log_index(&m->log, "BMC does not answer") > log_index(&m->log, "BMC answers again");
}

static bool is_away(struct findings *f, const struct facts *m, const struct iface *i)
{
	bool away = i->away > 0 || (i->away == UNKNOWN && m->nr_ifaces == 1 && log_says_away(m));

	if (!away)
		return false;
	if (i->away_ms >= 0)
		stage(f, "bmc", STATE_FAIL, "the BMC of %s has not answered for %lld.%03lld s", iface_name(i),
		      i->away_ms / 1000, i->away_ms % 1000);
	else
		stage(f, "bmc", STATE_FAIL, "the BMC of %s does not answer", iface_name(i));
	if (log_last(&m->log, "BMC does not answer"))
		stage_more(f, "log: %s", log_last(&m->log, "BMC does not answer"));
	if (!headline(f, "the BMC of %s does not answer", iface_name(i)))
		return true;
	if (i->is_program) {
		advise(f, NULL, "its BMC is no hardware, but the %s: see whether that is stopped or hangs", i->place);
	} else {
		advise(f, NULL, "wait some minutes if it restarts, as after a firmware update; requests fail at once meanwhile");
		advise(f, NULL, "if it stays so, reset it over its LAN (ipmitool -I lanplus -H BMC mc reset cold), or take the power cord out for half a minute");
	}
	return true;
}

static bool has_dead_irq(struct findings *f, const struct iface *i)
{
	if (i->irq <= 0 || i->irq_works != 0)
		return false;
	stage(f, "bmc", STATE_WARN, "%s: the interrupt %d does not come, so the BMC is polled", iface_name(i), i->irq);
	if (headline(f, "the interrupt of %s does not come; it is slower, and works", iface_name(i))) {
		advise(f, "grep ipmi /proc/interrupts", "see whether it is shared, or counted at all");
		advise(f, "echo 'options ipmi_si irqs=0' >/etc/modprobe.d/ipmi.conf",
		       "if it never comes, a BIOS update may help; without it, by parameters");
	}
	return true;
}

void stage_bmc(struct findings *f, const struct facts *m)
{
	bool known = false;
	int programs = 0;

	if (!m->nr_ifaces) {
		stage(f, "bmc", STATE_NONE, "not reached");
		return;
	}
	for (int i = 0; i < m->nr_ifaces; i++) {
		if (is_away(f, m, &m->ifaces[i]) || has_dead_irq(f, &m->ifaces[i]))
			return;
		if (m->ifaces[i].is_program)
			programs++;
		known |= m->ifaces[i].away != UNKNOWN || m->log.readable;
	}
	if (known)
		stage(f, "bmc", STATE_OK, "answers%s",
		      m->ifaces[0].irq_works > 0 ? ", and its interrupt works" : "");
	else
		stage(f, "bmc", STATE_NONE, "whether it answers is shown by debugfs and the log, for root");
	for (int i = 0; i < m->nr_ifaces && programs; i++)
		if (m->ifaces[i].is_program)
			stage_more(f, "that of %s is no hardware, but a program (ipmi_vbmc)", iface_name(&m->ifaces[i]));
}

static const char *user_name(unsigned int uid)
{
	const struct passwd *p = tree_is_made_up() ? NULL : getpwuid(uid);
	static char number[16];

	snprintf(number, sizeof(number), "%u", uid);
	return p ? p->pw_name : number;
}

void stage_use(struct findings *f, const struct facts *m)
{
	static struct program programs[PROGRAMS_MAX];
	long long limit = 100;
	bool all;
	int n;

	if (!m->nr_ifaces)
		return;
	n = programs_find(programs, PROGRAMS_MAX, &all);
	tree_number(&limit, "/sys/module/ipmi_msghandler/parameters/max_msgs_per_user");
	for (int i = 0; i < m->nr_ifaces; i++) {
		const struct iface *iface = &m->ifaces[i];
		long long refused = iface_counter(iface, true, "refused_requests");
		const struct program *worst = NULL;

		for (int p = 0; p < n; p++)
			if (programs[p].number == iface->number &&
			    (!worst || programs[p].messages > worst->messages))
				worst = &programs[p];
		if (iface->msgs < limit && refused <= 0)
			continue;
		stage(f, "use", STATE_WARN,
		      "%s: %lld messages under way, and %lld requests were refused because their user had %lld",
		      iface_name(iface), iface->msgs < 0 ? 0 : iface->msgs,
		      refused < 0 ? 0 : refused, limit);
		if (worst)
			stage_more(f, "%s[%d] of user %s has it open", worst->name, worst->pid, user_name(worst->uid));
		if (headline(f, "a program asks more of %s than it reads", iface_name(iface)))
			advise(f, "fuser -v /dev/ipmi*", "see who has it open, and stop or mend that program");
		return;
	}
	stage(f, "use", STATE_INFO, "%d open file%s%s", n, n == 1 ? "" : "s",
	      all ? "" : " that this user can see");
	for (int p = 0; p < n; p++)
		stage_more(f, "ipmi%d: %s[%d] of user %s", programs[p].number, programs[p].name,
			   programs[p].pid, user_name(programs[p].uid));
}

/* How many values a hwmon device has. */
static int values_of(const char *hwmon)
{
	char **names = tree_list("/sys/class/hwmon/%s", hwmon);
	int n = 0;

	for (char **name = names; *name; name++) {
		const char *end = strstr(*name, "_input");

		n += end && !strcmp(end, "_input");
	}
	tree_list_free(names);
	return n;
}

void stage_hwmon(struct findings *f, const struct facts *m)
{
	char **names, device[64];
	int number, shown = 0;

	if (!m->modules.at[MOD_HWMON].loaded)
		return;
	stage(f, "hwmon", STATE_INFO, "ipmi_hwmon is loaded: it shows the BMC's sensors in /sys/class/hwmon");
	names = tree_list("/sys/class/hwmon");
	for (char **name = names; *name; name++) {
		if (!tree_link(device, sizeof(device), "/sys/class/hwmon/%s/device", *name) ||
		    sscanf(device, "ipmi_hwmon.%d", &number) != 1)
			continue;
		shown++;
		stage_more(f, "those of ipmi%d are %s, %d values", number, *name, values_of(*name));
	}
	tree_list_free(names);
	if (!shown)
		stage_more(f, "none yet: the records of a BMC are read in the background, and some have none");
}
