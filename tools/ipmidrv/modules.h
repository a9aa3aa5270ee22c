/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The modules of the stack: what is loaded, and what modprobe would load.
 */
#ifndef MODULES_H
#define MODULES_H

#include <stdbool.h>

enum module_id {
	MOD_MSGHANDLER,
	MOD_DEVINTF,
	MOD_SI,
	MOD_SSIF,
	MOD_WATCHDOG,
	MOD_POWEROFF,
	MOD_HWMON,
	MOD_VBMC,
	MOD_COUNT
};
extern const char *const module_names[MOD_COUNT];

/**
 * struct module - one module of the stack
 * @loaded: it is in the kernel, as a module or built in
 * @builtin: the latter
 * @version: of what is loaded; "" = none, as the kernel's own have
 * @path: the file that modprobe would take; "" = there is none
 * @file_version: its version
 * @vermagic: the kernel that it was built for
 * @is_signed: it carries a signature
 * @blacklisted: modprobe's configuration has a line "blacklist"
 * @install: the command of a line "install"; "" = none
 */
struct module {
	bool loaded;
	bool builtin;
	char version[64];
	char path[256];
	char file_version[64];
	char vermagic[128];
	bool is_signed;
	bool blacklisted;
	char install[128];
};

struct modules {
	struct module at[MOD_COUNT];
};

/* Reads all of it; what libkmod does not find stays empty. */
void modules_read(struct modules *m);

/* Is this version one of ipmi-drivers? They are above 39, and the kernel's own have 39.2 or none. */
bool version_is_ours(const char *version);

/* Does the kernel take signed modules only? What says so, or NULL. */
const char *signature_wanted(void);

#endif /* MODULES_H */
