// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmidrv why: is there a /dev/ipmi0 that works, and if not, what is the first thing that is wrong?
 *
 * Facts are read once, then judged in stages from the machine to the BMC.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "ipmidrv.h"
#include "text.h"
#include "tree.h"
#include "why.h"

static void read_facts(struct facts *m)
{
	memset(m, 0, sizeof(*m));
	firmware_read(&m->fw);
	modules_read(&m->modules);
	log_read(&m->log);
	m->nr_ifaces = iface_find(m->ifaces, IFACES_MAX);
	m->ours = version_is_ours(m->modules.at[MOD_MSGHANDLER].version);
	m->discovery = tree_read(NULL, "/sys/kernel/debug/ipmi_si/discovery");
	m->ssif = tree_read(NULL, "/sys/kernel/debug/ipmi_ssif/discovery");
}

static void free_facts(struct facts *m)
{
	log_free(&m->log);
	free(m->discovery);
	free(m->ssif);
}

/* What a user that is not root does not see. */
static void say_left_out(struct findings *f, const struct facts *m)
{
	if (!m->log.readable)
		left_out(f, "the kernel's log: only root may read it");
	if (m->fw.smbios_hidden)
		left_out(f, "the records of SMBIOS: only root may read them");
	if (tree_user() && (m->ours || m->nr_ifaces))
		left_out(f, "debugfs and other users' processes: only root may read them");
}

static void all_is_well(struct findings *f, const struct facts *m)
{
	char names[200] = "", *more = NULL;
	bool known = false;
	int programs = 0;

	for (int i = 0; i < m->nr_ifaces && strlen(names) < sizeof(names) - 80; i++) {
		strcat(names, i ? ", " : "");
		strcat(names, "/dev/");
		strncat(names, iface_name(&m->ifaces[i]), 40);
	}
	for (int i = 0; i < m->nr_ifaces; i++)
		programs += m->ifaces[i].is_program;
	if (programs == m->nr_ifaces)
		more = textf("%s", programs > 1 ? "; they are programs, and no hardware" : "; it is a program, and no hardware");
	else if (programs)
		more = textf("; %d of them %s, and no hardware", programs, programs > 1 ? "are programs" : "is a program");
	for (int i = 0; i < f->nr_stages; i++)
		known |= !strcmp(f->stages[i].name, "bmc") && f->stages[i].state == STATE_OK;
	if (known)
		f->headline = textf("%s %s a BMC that answers%s", names, m->nr_ifaces > 1 ? "have each" : "has", more ?: "");
	else
		f->headline = textf("%s can be opened; whether the BMC answers is not known%s", names, more ?: "");
	free(more);
}

static int why(bool slow)
{
	static void (*const stages[])(struct findings *f, const struct facts *m) = {
		stage_machine, stage_kernel, stage_files, stage_modules, stage_firmware,
		stage_probe,   stage_device, stage_bmc,	  stage_use,	 stage_hwmon,
	};
	static struct facts m;
	struct findings f = {};
	int status;

	read_facts(&m);
	if (slow)
		slow_stages(&f, &m);
	else
		for (unsigned int i = 0; i < ARRAY_SIZE(stages); i++)
			stages[i](&f, &m);
	say_left_out(&f, &m);
	if (!f.headline && !slow)
		all_is_well(&f, &m);
	if (opt.json)
		json_print(findings_json(&f, slow ? "why --slow" : "why"));
	else
		findings_print(&f);
	status = f.failed || f.warned ? STATUS_WRONG : STATUS_WELL;
	findings_free(&f);
	free_facts(&m);
	return status;
}

int cmd_why(int argc, char **argv)
{
	static const struct option options[] = {
		COMMON_LONG,
		{ "slow", no_argument, NULL, 's' },
		{ "probe", required_argument, NULL, 'P' },
		{ "yes", no_argument, NULL, 'y' },
		{}
	};
	const char *address = NULL;
	bool slow = false, yes = false;
	int c;

	while ((c = getopt_long(argc, argv, COMMON_SHORT "sy", options, NULL)) != -1) {
		if (c == 's')
			slow = true;
		else if (c == 'P')
			address = optarg;
		else if (c == 'y')
			yes = true;
		else if (!option_common(c))
			return STATUS_USAGE;
	}
	if (optind < argc)
		return usage("%s: why takes no such word", argv[optind]);
	if (address && slow)
		return usage("--slow and --probe are two questions");
	return address ? probe_address(address, yes) : why(slow);
}
