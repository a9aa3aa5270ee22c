// SPDX-License-Identifier: GPL-2.0-only
/*
 * why, its first half: the kernel's configuration, the files of the modules, what is loaded.
 */
#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipmidrv.h"
#include "text.h"
#include "tree.h"
#include "why.h"

/* /proc/config.gz; for the caller to free. */
static char *unpack_config(void)
{
	struct archive *a = archive_read_new();
	struct archive_entry *entry;
	char *text = NULL;
	size_t n = 0;
	la_ssize_t got;

	archive_read_support_filter_gzip(a);
	archive_read_support_format_raw(a);
	if (archive_read_open_filename(a, tree_path("/proc/config.gz"), 16384) == ARCHIVE_OK &&
	    archive_read_next_header(a, &entry) == ARCHIVE_OK) {
		text = calloc(1, TREE_MAX + 1);
		while (text && n < TREE_MAX &&
		       (got = archive_read_data(a, text + n, TREE_MAX - n)) > 0)
			n += got;
	}
	archive_read_free(a);
	return text;
}

static char *read_config(void)
{
	static const char *const places[] = { "/boot/config-%s", "/lib/modules/%s/config",
					      "/usr/lib/modules/%s/config",
					      "/lib/modules/%s/build/.config" };
	char *text = NULL;

	for (unsigned int i = 0; i < ARRAY_SIZE(places) && !text; i++) {
		char path[256];

		snprintf(path, sizeof(path), places[i], tree_release());
		text = tree_read(NULL, "%s", path);
	}
	return text ?: unpack_config();
}

/* 'y', 'm', or 'n' for unset. */
static char config_of(const char *config, const char *name)
{
	size_t n = strlen(name);

	for (const char *at = config; (at = strstr(at, name)); at += n)
		if ((at == config || at[-1] == '\n') && at[n] == '=')
			return at[n + 1];
	return 'n';
}

void stage_kernel(struct findings *f, const struct facts *m)
{
	static const char *const names[] = { "CONFIG_IPMI_HANDLER", "CONFIG_IPMI_SI",
					     "CONFIG_IPMI_DEVICE_INTERFACE" };
	char *config = read_config(), values[ARRAY_SIZE(names)];

	if (!config) {
		stage(f, "kernel", STATE_NONE, "%s; its configuration is in no file here", tree_release());
		return;
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		values[i] = config_of(config, names[i]);
	free(config);
	if (values[0] != 'n') {
		stage(f, "kernel", STATE_OK, "IPMI_HANDLER=%c IPMI_SI=%c IPMI_DEVICE_INTERFACE=%c",
		      values[0], values[1], values[2]);
		if (values[0] == 'y')
			stage_more(f, "built in: ipmi-drivers cannot replace it");
		return;
	}
	if (m->modules.at[MOD_MSGHANDLER].loaded)
		return;
	stage(f, "kernel", STATE_FAIL, "CONFIG_IPMI_HANDLER is not set in %s", tree_release());
	if (headline(f, "this kernel was built without IPMI drivers"))
		advise(f, NULL, "boot a kernel that has CONFIG_IPMI_HANDLER=m; the distribution's server kernels do");
}

/* Is the module of no use because its file was built for another kernel, or is not signed? */
static bool file_is_wrong(struct findings *f, const struct facts *m, int id)
{
	const struct module *mod = &m->modules.at[id];
	const char *name = module_names[id], *wanted = signature_wanted();

	if (*mod->vermagic && strcmp(mod->vermagic, tree_release())) {
		stage(f, "files", STATE_FAIL, "%s was built for %s, and %s runs", mod->path, mod->vermagic,
		      tree_release());
		if (headline(f, "%s was built for another kernel", name))
			advise(f, NULL, "build it for this one: make KVER=%s, or dkms autoinstall -k %s",
			       tree_release(), tree_release());
		return true;
	}
	if (wanted && !mod->is_signed && !mod->loaded) {
		stage(f, "files", STATE_FAIL, "%s is not signed, and %s", mod->path, wanted);
		if (headline(f, "this kernel takes signed modules only, and %s is not", name)) {
			advise(f, "make sign && make install", "sign the modules with a key of this machine");
			advise(f, "mokutil --import /var/lib/dkms/mok.pub",
			       "or, with DKMS, have the machine trust the key it signs with, and reboot");
		}
		return true;
	}
	return false;
}

/* Is there a line of modprobe's configuration that keeps the module out? */
static bool is_kept_out(struct findings *f, const struct facts *m, int id)
{
	const struct module *mod = &m->modules.at[id];
	const char *name = module_names[id];
	char command[128], by_hand[64];

	if (mod->loaded || !(mod->blacklisted || *mod->install))
		return false;
	snprintf(by_hand, sizeof(by_hand), "modprobe %s", name);
	snprintf(command, sizeof(command), "grep -rE '(blacklist|install) +%s' /etc/modprobe.d /lib/modprobe.d /run/modprobe.d",
		 name);
	if (*mod->install)
		stage(f, "files", STATE_FAIL, "modprobe runs \"%s\" in place of loading %s", mod->install,
		      name);
	else
		stage(f, "files", STATE_FAIL, "%s is blacklisted in modprobe's configuration", name);
	if (headline(f, "%s is kept from being loaded by modprobe's configuration", name)) {
		advise(f, command, "find the line, and remove it if nobody needs it");
		if (!*mod->install)
			advise(f, by_hand, "a blacklisted module can still be loaded by hand");
	}
	return true;
}

void stage_files(struct findings *f, const struct facts *m)
{
	static const int needed[] = { MOD_MSGHANDLER, MOD_SI, MOD_DEVINTF };
	const struct module *core = &m->modules.at[MOD_MSGHANDLER];

	if (core->builtin) {
		stage(f, "files", STATE_NONE, "built into the kernel");
		return;
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(needed); i++) {
		const struct module *mod = &m->modules.at[needed[i]];

		if (!*mod->path && !mod->loaded) {
			stage(f, "files", STATE_FAIL, "there is no %s below /lib/modules/%s",
			      module_names[needed[i]], tree_release());
			if (headline(f, "%s is not installed for this kernel", module_names[needed[i]]))
				advise(f, NULL, "install the package that has it (Debian: linux-image-%s, RHEL: kernel-modules), or ipmi-drivers; then depmod",
				       tree_release());
			return;
		}
		if (file_is_wrong(f, m, needed[i]) || is_kept_out(f, m, needed[i]))
			return;
	}
	for (int i = 0; i < MOD_COUNT; i++) {
		const struct module *mod = &m->modules.at[i];

		if (!*mod->path ||
		    (version_is_ours(mod->file_version) == version_is_ours(core->file_version)))
			continue;
		stage(f, "files", STATE_WARN, "%s is %s, and %s is %s", core->path,
		      version_is_ours(core->file_version) ? "of ipmi-drivers" : "the kernel's own", mod->path,
		      version_is_ours(mod->file_version) ? "of ipmi-drivers" : "not");
		if (headline(f, "the module files are a mix of ipmi-drivers and the kernel's own"))
			advise(f, "depmod && update-initramfs -u", "install them again, then");
		return;
	}
	stage(f, "files", STATE_OK, "%s%s%s", core->path,
	      version_is_ours(core->file_version) ? ", ipmi-drivers " : ", the kernel's own",
	      version_is_ours(core->file_version) ? core->file_version : "");
}

/* The stack in a word: "ipmi-drivers 40.0.1", "the kernel's own"; false if it is a mix. */
static bool of_one_stack(const struct modules *mods, int *odd)
{
	const struct module *core = &mods->at[MOD_MSGHANDLER];

	for (int i = 0; i < MOD_COUNT; i++) {
		const struct module *mod = &mods->at[i];

		if (!mod->loaded || i == MOD_MSGHANDLER)
			continue;
		if (version_is_ours(core->version) ? strcmp(core->version, mod->version) != 0 :
						     version_is_ours(mod->version)) {
			*odd = i;
			return false;
		}
	}
	return true;
}

/* Why the kernel did not take a module, by its own words. */
static bool was_refused(struct findings *f, const struct facts *m)
{
	static const struct {
		const char *text;
		const char *headline;
		const char *advice;
	} lines[] = {
		{ "of unsigned module", "the kernel refused the modules: they are not signed",
		  "sign them with a key that the machine trusts: make sign, or see mokutil(1)" },
		{ "is refused: its version is", "the kernel refused a module: it is of another build",
		  "install all of one build again, run depmod, make the initramfs anew" },
		{ "Unknown symbol ipmi", "the kernel refused a module: it is of another build",
		  "install all of one build again, run depmod, make the initramfs anew" },
		{ "version magic", "the kernel refused a module: it was built for another kernel",
		  "build the modules for the kernel that runs" },
		{ "Unable to find any System Interface", "ipmi_si found no BMC, and does not stay loaded",
		  "if there is a BMC, say where: modprobe ipmi_si type=kcs ports=0xca2" },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(lines); i++) {
		const char *line = log_last(&m->log, lines[i].text);

		if (!line)
			continue;
		stage_more(f, "log: %s", line);
		if (headline(f, "%s", lines[i].headline))
			advise(f, NULL, "%s", lines[i].advice);
		return true;
	}
	return false;
}

static void not_loaded(struct findings *f, const struct facts *m, const char *what,
		       const char *command)
{
	stage(f, "modules", STATE_FAIL, "%s", what);
	/* what was wrong with the files has said it already */
	if (was_refused(f, m))
		return;
	if (headline(f, "%s", what)) {
		advise(f, command, "load them");
		advise(f, "printf 'ipmi_si\\nipmi_devintf\\n' >/etc/modules-load.d/ipmi.conf",
		       "and at each boot");
	}
}

void stage_modules(struct findings *f, const struct facts *m)
{
	const struct module *core = &m->modules.at[MOD_MSGHANDLER];
	const char *whose = m->ours ? core->version : "the kernel's own";
	char names[256] = "";
	int odd;

	for (int i = 0; i < MOD_COUNT; i++)
		if (m->modules.at[i].loaded)
			snprintf(names + strlen(names), sizeof(names) - strlen(names), " %s",
				 module_names[i]);
	if (!of_one_stack(&m->modules, &odd)) {
		stage(f, "modules", STATE_FAIL, "ipmi_msghandler is %s%s, %s is %s%s",
		      m->ours ? "of ipmi-drivers " : "the kernel's own", m->ours ? core->version : "",
		      module_names[odd], m->modules.at[odd].version[0] ? "" : "the kernel's own",
		      m->modules.at[odd].version);
		if (headline(f, "what is loaded is a mix of two builds"))
			advise(f, "modprobe -r ipmi_devintf ipmi_si ipmi_msghandler && modprobe -a ipmi_si ipmi_devintf",
			       "load all of one build: after an installation, at the next boot or by");
		return;
	}
	if (!core->loaded) {
		not_loaded(f, m, "no IPMI driver is loaded", "modprobe -a ipmi_si ipmi_devintf");
		return;
	}
	if (!m->nr_ifaces && !m->modules.at[MOD_SI].loaded && !m->modules.at[MOD_SSIF].loaded &&
	    m->modules.at[MOD_VBMC].loaded) {
		stage(f, "modules", STATE_FAIL, "of what makes an interface ipmi_vbmc alone is loaded, and no program is its BMC");
		if (headline(f, "no program is the BMC of ipmi_vbmc, and no driver of a real one is loaded")) {
			advise(f, "modprobe ipmi_si", "for the BMC of this machine, load its driver");
			advise(f, "ipmi-vbmc --demo", "for one that is a program, start it");
		}
		return;
	}
	if (!m->nr_ifaces && !m->modules.at[MOD_SI].loaded && !m->modules.at[MOD_SSIF].loaded) {
		not_loaded(f, m, "neither ipmi_si nor ipmi_ssif is loaded, and they are what reaches a BMC",
			   "modprobe ipmi_si");
		return;
	}
	stage(f, "modules", STATE_OK, "%s loaded,%s%s", names + 1,
	      m->ours ? " all of ipmi-drivers " : " ", whose);
}
