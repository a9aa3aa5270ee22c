// SPDX-License-Identifier: GPL-2.0-only
/*
 * why: the machine, what its firmware says of a BMC, who has the registers, and what came of
 * looking for the BMC there.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipmidrv.h"
#include "text.h"
#include "tree.h"
#include "why.h"

/* Of a story of the driver's so much is shown. */
#define STORY_SHOWN 300

void stage_machine(struct findings *f, const struct facts *m)
{
	const struct firmware *fw = &m->fw;

	stage(f, "machine", STATE_INFO, "%s%s%s%s%s, Linux %s", *fw->vendor ? fw->vendor : "unknown maker",
	      *fw->product ? " " : "", fw->product, *fw->bios ? ", " : "", fw->bios, tree_release());
	if (fw->hypervisor)
		stage_more(f, "a virtual machine: it has a BMC only if its hypervisor emulates one");
	else if (fw->portable)
		stage_more(f, "a laptop or tablet: these have no BMC");
}

/* The innermost line of /proc/ioports or iomem that holds the address; false if none does. */
static bool owner_of(char *owner, size_t size, bool is_mem, unsigned long long addr)
{
	char *text = tree_read(NULL, is_mem ? "/proc/iomem" : "/proc/ioports");
	char *line, *rest = text;
	bool found = false;

	while (text && (line = strsep(&rest, "\n"))) {
		unsigned long long from, to;
		const char *name = strstr(line, " : ");

		/* who is not root sees zeros */
		if (!name || sscanf(line, " %llx-%llx", &from, &to) != 2 || !to || addr < from || addr > to)
			continue;
		/* what spans everything is no owner */
		if (to - from > 0xff)
			continue;
		snprintf(owner, size, "%s", name + 3);
		found = true;
	}
	free(text);
	return found;
}

/* The names under which a BMC's registers may be held without harm. */
static bool is_friend(const char *owner)
{
	static const char *const names[] = { "ipmi", "IPI0001", "pnp ", "ACPI " };

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		if (strcasestr(owner, names[i]))
			return true;
	return isxdigit((unsigned char)owner[0]) && strchr(owner, ':'); /* a device's name, 00:05 */
}

static void stage_resources(struct findings *f, const struct facts *m, const struct bmc_record *r)
{
	char owner[64], *cmdline;

	if (m->nr_ifaces || !r->addr || r->type == 4 ||
	    !owner_of(owner, sizeof(owner), r->is_mem, r->addr) || is_friend(owner))
		return;
	stage(f, "resources", STATE_FAIL, "%s 0x%llx is held by %s", r->is_mem ? "mem" : "i/o", r->addr,
	      owner);
	cmdline = tree_read(NULL, "/proc/cmdline");
	if (cmdline && strstr(cmdline, "acpi_enforce_resources="))
		stage_more(f, "the kernel's command line has acpi_enforce_resources=");
	free(cmdline);
	if (headline(f, "the BMC's registers are held by %s", owner))
		advise(f, "grep -i -B2 -A2 ipmi /proc/ioports /proc/iomem",
		       "unload the driver that holds them, then modprobe ipmi_si");
}

void stage_firmware(struct findings *f, const struct facts *m)
{
	const struct firmware *fw = &m->fw;
	bool devicetree = tree_exists("/sys/firmware/devicetree/base");
	bool none = !fw->nr_records && !fw->smbios_hidden && !fw->acpi && !fw->pci && !devicetree;
	char acpi[16], pci[16];

	snprintf(acpi, sizeof(acpi), "%d", fw->acpi);
	snprintf(pci, sizeof(pci), "%d", fw->pci);
	stage(f, "firmware", none && !m->nr_ifaces ? STATE_FAIL : STATE_OK,
	      "SMBIOS type 38: %s;  ACPI: %s;  PCI: %s",
	      fw->nr_records	 ? bmc_record_about(&fw->records[0]) :
	      fw->smbios_hidden ? "there is one, for root to read" :
				  "none",
	      fw->acpi ? acpi : "none", fw->pci ? pci : "none");
	if (devicetree)
		stage_more(f, "there is a device tree, which is not looked at");
	for (int i = 1; i < fw->nr_records; i++)
		stage_more(f, "SMBIOS type 38: %s", bmc_record_about(&fw->records[i]));
	if (none && !m->nr_ifaces) {
		if (headline(f, "the firmware tells of no BMC%s",
			     fw->hypervisor ? ", and this is a virtual machine" :
			     fw->portable   ? ", and this is a laptop or tablet" :
					      "")) {
			advise(f, "ipmidrv why --probe 0xca2", "if there is one all the same, look at the usual address");
			advise(f, NULL, "some BIOSes have a setup item that hides the BMC (\"IPMI\", \"BMC support\")");
		}
		return;
	}
	for (int i = 0; i < fw->nr_records; i++)
		stage_resources(f, m, &fw->records[i]);
}

/* What a story of the driver's means, and what to do. */
static void explain(struct findings *f, const struct facts *m, const char *story, const char *source)
{
	char options[128] = "echo 'options ipmi_si type=kcs ports=0xca2' >/etc/modprobe.d/ipmi.conf";

	if (strstr(story, "reads as 0xff") || strstr(story, "Interface detection failed")) {
		if (!headline(f, "the address that %s names is empty", source))
			return;
		advise(f, "ipmidrv why --probe 0xca2",
		       "look for the BMC at the usual address (asks first; reads only)");
		advise(f, options, "if it answers, keep it");
		advise(f, NULL, "a BIOS update often corrects the table; see \"SMBIOS\" in ipmidrv-why(8)");
	} else if (strstr(story, "Could not set up I/O space")) {
		if (headline(f, "the BMC's registers cannot be had"))
			advise(f, "cat /proc/ioports /proc/iomem", "see who has them");
	} else if (strstr(story, "no BMC at this location") || strstr(story, "no valid answer")) {
		if (!headline(f, "something is at the address that %s names, but it does not answer as a BMC", source))
			return;
		advise(f, NULL, "wait some minutes: a BMC that restarts is found when it answers");
		advise(f, NULL, "take the power cord out for half a minute, or reset the BMC over its LAN: ipmitool -I lanplus -H BMC mc reset cold");
	} else if (headline(f, "the BMC was not found: %.*s", 120, story)) {
		advise(f, "dmesg | grep -i ipmi", "read what the driver says");
	}
	if (m->fw.hypervisor)
		advise(f, NULL, "in a virtual machine, look whether its hypervisor emulates a BMC");
}

/* The second line of an offer, and its story, which begins with a tab. */
static void judge_offer(struct findings *f, const struct facts *m, const char *offer,
			const char *state, const char *story)
{
	char source[32] = "the firmware";
	const char *text = strchr(offer, ']');

	if (text)
		sscanf(text + 1, " %31s", source);
	stage_more(f, "%s: %s", text ? text + 2 : offer, state);
	if (*story)
		stage_more(f, "  %.*s", STORY_SHOWN, story);
	if (!m->nr_ifaces)
		explain(f, m, *story ? story : state, source);
}

static bool begins_offer(const char *line)
{
	const char *text = *line == '[' ? strchr(line, ']') : NULL;

	/* a source and a device, where the next line has a state: its words are few */
	return text && strncmp(text, "] tried ", 8) && strncmp(text, "] up as ", 8) &&
	       strncmp(text, "] refused", 9) && strncmp(text, "] removed", 9) &&
	       strncmp(text, "] waits", 7) && strncmp(text, "] try ", 6);
}

static void judge_report(struct findings *f, const struct facts *m, const char *report)
{
	char *text = textf("%s", report), *rest = text, *line, *offer = NULL, *state = NULL;
	char *story = "";

	while ((line = strsep(&rest, "\n"))) {
		if (*line == '\t') {
			story = line + 1;
			continue;
		}
		if (state && !strstr(state, "up as "))
			judge_offer(f, m, offer, state, story);
		state = NULL;
		story = "";
		if (begins_offer(line)) {
			offer = line;
		} else if (offer && *line == '[') {
			state = strchr(line, ']');
			state = state ? state + 2 : line;
		}
	}
	if (state && !strstr(state, "up as "))
		judge_offer(f, m, offer, state, story);
	free(text);
}

/* ipmi_ssif's report: "SOURCE at i2c address ...: looked for ...", then its story. */
static void judge_ssif(struct findings *f, const struct facts *m)
{
	char *text, *rest, *line, *before = NULL;

	if (!m->ssif)
		return;
	rest = text = textf("%s", m->ssif);
	while ((line = strsep(&rest, "\n"))) {
		if (*line == '\t' && before && (strstr(before, "looked for") || strstr(before, ": tried "))) {
			stage_more(f, "%s", before);
			stage_more(f, "  %.*s", STORY_SHOWN, line + 1);
			if (!m->nr_ifaces && headline(f, "no BMC was found on the SMBus")) {
				advise(f, "modprobe i2c_i801; modprobe i2c_piix4",
				       "load the driver of the SMBus adapter that the BMC is on");
				advise(f, "ipmi-locate; i2cdetect -l", "see which adapter that may be");
			}
		}
		before = line;
	}
	free(text);
}

/* Without the report, as on the kernel's own stack: by the lines of the log. */
static void judge_log(struct findings *f, const struct facts *m)
{
	static const char *const lines[] = { "Interface detection failed", "no BMC at this location",
					     "Could not set up I/O space",
					     "Unable to find any System Interface" };

	for (unsigned int i = 0; i < ARRAY_SIZE(lines); i++) {
		const char *line = log_last(&m->log, lines[i]);

		if (!line)
			continue;
		stage_more(f, "log: %.*s", STORY_SHOWN, line);
		explain(f, m, line, strstr(line, "dmi-") ? "SMBIOS" : "the firmware");
		return;
	}
	if (!m->log.readable)
		stage_more(f, "why is in the kernel's log, and in ipmi_si/discovery of debugfs, for root");
	if (headline(f, "no interface to a BMC has come up"))
		advise(f, "sudo ipmidrv why", "as root, more can be seen");
}

void stage_probe(struct findings *f, const struct facts *m)
{
	const char *none = "No source has offered an interface";

	if (m->nr_ifaces) {
		const struct iface *i = &m->ifaces[0];

		stage(f, "probe", STATE_OK, "%s: %s, device %s", iface_name(i), iface_about(i), i->dev);
		for (int n = 1; n < m->nr_ifaces; n++) {
			i++;
			stage_more(f, "%s: %s, device %s", iface_name(i), iface_about(i), i->dev);
		}
		if (m->discovery)
			judge_report(f, m, m->discovery);
		return;
	}
	if (!m->modules.at[MOD_SI].loaded && !m->modules.at[MOD_SSIF].loaded) {
		stage(f, "probe", STATE_NONE, "no driver has looked for a BMC");
		return;
	}
	if (m->discovery && strstr(m->discovery, none)) {
		stage(f, "probe", STATE_FAIL, "%.*s", (int)strcspn(m->discovery, "\n"), m->discovery);
		if (headline(f, "the firmware tells of no BMC"))
			advise(f, "ipmidrv why --probe 0xca2", "look for one at the usual address");
	} else if (m->discovery) {
		stage(f, "probe", STATE_FAIL, "no BMC answers where the firmware, or a parameter, says");
		judge_report(f, m, m->discovery);
	} else {
		stage(f, "probe", STATE_FAIL, "no BMC has been found");
		judge_log(f, m);
	}
	judge_ssif(f, m);
}
