// SPDX-License-Identifier: GPL-2.0-only
/*
 * The modules of the stack, by /sys/module and libkmod.
 */
#include <libkmod.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipmidrv.h"
#include "modules.h"
#include "text.h"
#include "tree.h"

const char *const module_names[MOD_COUNT] = {
	"ipmi_msghandler", "ipmi_devintf",  "ipmi_si",	  "ipmi_ssif",
	"ipmi_watchdog",   "ipmi_poweroff", "ipmi_hwmon", "ipmi_vbmc",
};

bool version_is_ours(const char *version)
{
	return atoi(version) >= 40;
}

/* A module that is built in has a folder too, if it has parameters or a version. */
static void look_at_loaded(struct module *m, const char *name)
{
	m->builtin = tree_exists("/sys/module/%s", name) &&
		     !tree_exists("/sys/module/%s/initstate", name);
	m->loaded = m->builtin || tree_says("live", "/sys/module/%s/initstate", name);
	tree_line(m->version, sizeof(m->version), "/sys/module/%s/version", name);
}

static void look_at_info(struct module *m, struct kmod_module *mod)
{
	struct kmod_list *list = NULL, *item;

	if (kmod_module_get_info(mod, &list) < 0)
		return;
	kmod_list_foreach(item, list) {
		const char *key = kmod_module_info_get_key(item);
		const char *value = kmod_module_info_get_value(item);

		if (!strcmp(key, "version"))
			snprintf(m->file_version, sizeof(m->file_version), "%s", value);
		else if (!strcmp(key, "vermagic"))
			snprintf(m->vermagic, sizeof(m->vermagic), "%.*s", (int)strcspn(value, " "),
				 value);
		else if (!strcmp(key, "sig_id") || !strcmp(key, "signer"))
			m->is_signed = true;
	}
	kmod_module_info_free_list(list);
}

static void look_at_file(struct module *m, struct kmod_ctx *ctx, const char *name)
{
	struct kmod_list *list = NULL;
	struct kmod_module *mod;
	const char *text;

	if (kmod_module_new_from_lookup(ctx, name, &list) < 0 || !list)
		return;
	mod = kmod_module_get_module(list);
	text = kmod_module_get_path(mod);
	if (text) {
		size_t skip = strlen(tree_path("%s", ""));

		snprintf(m->path, sizeof(m->path), "%s", strlen(text) > skip ? text + skip : text);
		look_at_info(m, mod);
	}
	text = kmod_module_get_install_commands(mod);
	if (text)
		snprintf(m->install, sizeof(m->install), "%s", text);
	kmod_module_unref(mod);
	kmod_module_unref_list(list);
}

static void look_at_blacklist(struct modules *m, struct kmod_ctx *ctx)
{
	struct kmod_config_iter *it = kmod_config_get_blacklists(ctx);

	while (it && kmod_config_iter_next(it))
		for (int i = 0; i < MOD_COUNT; i++)
			if (!strcmp(kmod_config_iter_get_key(it), module_names[i]))
				m->at[i].blacklisted = true;
	kmod_config_iter_free_iter(it);
}

static void say_nothing(void *data, int priority, const char *file, int line, const char *fn,
			const char *format, va_list args)
{
}

void modules_read(struct modules *m)
{
	static const char *const folders[] = { "/etc/modprobe.d", "/run/modprobe.d",
					       "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d",
					       "/lib/modprobe.d" };
	const char *config[ARRAY_SIZE(folders) + 1] = {};
	struct kmod_ctx *ctx;
	char *dir;

	memset(m, 0, sizeof(*m));
	for (int i = 0; i < MOD_COUNT; i++)
		look_at_loaded(&m->at[i], module_names[i]);
	for (unsigned int i = 0; i < ARRAY_SIZE(folders); i++)
		config[i] = textf("%s", tree_path("%s", folders[i]));
	dir = textf("%s", tree_path("/lib/modules/%s", tree_release()));
	ctx = kmod_new(dir, config);
	if (ctx) {
		kmod_set_log_fn(ctx, say_nothing, NULL);
		for (int i = 0; i < MOD_COUNT; i++)
			look_at_file(&m->at[i], ctx, module_names[i]);
		look_at_blacklist(m, ctx);
		kmod_unref(ctx);
	}
	free(dir);
	for (unsigned int i = 0; i < ARRAY_SIZE(folders); i++)
		free((char *)config[i]);
}

const char *signature_wanted(void)
{
	static char text[64];

	if (tree_says("Y", "/sys/module/module/parameters/sig_enforce"))
		return "module.sig_enforce is on";
	if (tree_line(text, sizeof(text), "/sys/kernel/security/lockdown") &&
	    (strstr(text, "[integrity]") || strstr(text, "[confidentiality]")))
		return "the kernel is locked down, as Secure Boot does";
	return NULL;
}
