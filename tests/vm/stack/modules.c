// SPDX-License-Identifier: GPL-2.0-only
/*
 * The modules that are loaded are those that were meant, and look from outside as the
 * kernel's own do: names, dependencies, aliases, parameters. Only "modprobe ipmi_si" has
 * run before. See suite.toml.
 */
#include <errno.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

static const char *const stack[] = { "ipmi_msghandler", "ipmi_devintf", "ipmi_si" };

struct param {
	const char *name;
	int mode;
	const char *value;
};

static const struct param msghandler_params[] = {
	{ "panic_op", 0600, "none" },
	{ "maintenance_mode_timeout_ms", 0644, "30000" },
	{ "default_retry_ms", 0644, "2000" },
	{ "default_maintenance_retry_ms", 0644, "3000" },
	{ "default_max_retries", 0644, "4" },
	{ "max_users", 0644, "30" },
	{ "max_msgs_per_user", 0644, "100" },
};

static const struct param si_params[] = {
	{ "kcs_debug", 0644, "0" },
	{ "kipmid_max_busy_us", 0644, "" },
};

/* What modinfo says of the modules of stack[]; asking costs a tenth of a second. */
static char *about[ARRAY_SIZE(stack)];

/* A line "field: text" of modinfo whose text begins so: the text, "" if there is none. */
static const char *modinfo(const char *module, const char *field, const char *begin)
{
	static char text[512];
	char *line;

	for (unsigned int i = 0; i < ARRAY_SIZE(stack); i++) {
		if (strcmp(stack[i], module))
			continue;
		for (line = about[i]; line && *line; line = strchrnul(line, '\n') + 1) {
			size_t n = strlen(field);

			if (strncmp(line, field, n) || line[n] != ':')
				continue;
			line += n + 1 + strspn(line + n + 1, " ");
			if (strncmp(line, begin, strlen(begin)))
				continue;
			snprintf(text, sizeof(text), "%.*s", (int)strcspn(line, "\n"), line);
			return text;
		}
	}
	return "";
}

/* Is there a description of a parameter, ending in its type? */
static bool param_is_described(const char *module, const char *name, const char *type)
{
	char begin[64];
	const char *text;

	snprintf(begin, sizeof(begin), "%s:", name);
	text = modinfo(module, "parm", begin);
	return strlen(text) > strlen(begin) + strlen(type) &&
	       !strcmp(text + strlen(text) - strlen(type), type);
}

static void softdep_brings_devintf(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(stack); i++)
		EXPECT(module_loaded(stack[i]));
	EXPECT_STR(modinfo("ipmi_msghandler", "softdep", ""), "post: ipmi_devintf");
	EXPECT_EQ(ipmi_nodes(), 1);
}

static void loaded_from_the_right_place(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(stack); i++) {
		const char *taint;

		ktap_note("%s", modinfo(stack[i], "filename", ""));
		EXPECT(strstr(modinfo(stack[i], "filename", ""),
			      stack_is_ours() ? "/updates/" : "/kernel/"));
		taint = file_text("/sys/module/%s/taint", stack[i]);
		EXPECT_EQ(strchr(taint, 'O') != NULL, stack_is_ours());
	}
}

/* Does a file hold these bytes? */
static bool file_holds(const char *path, const void *bytes, size_t n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	bool found = false;
	void *map;

	if (fd < 0 || fstat(fd, &st))
		return false;
	map = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map != MAP_FAILED) {
		found = memmem(map, st.st_size, bytes, n);
		munmap(map, st.st_size);
	}
	close(fd);
	return found;
}

static void code_is_that_of_the_file(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(stack); i++) {
		unsigned char id[64];
		char path[256];
		int fd, n;

		snprintf(path, sizeof(path), "/sys/module/%s/notes/.note.gnu.build-id", stack[i]);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		REQUIRE(EXPECT(fd >= 0));
		n = read(fd, id, sizeof(id));
		close(fd);
		EXPECT(n > 16);
		EXPECT(file_holds(modinfo(stack[i], "filename", ""), id, n));
	}
}

static void metadata(void)
{
	char version[32];

	/* DKMS takes the higher one, and what is of one build says so. */
	snprintf(version, sizeof(version), "%s", modinfo("ipmi_msghandler", "version", ""));
	EXPECT(strverscmp(version, "39.2") > 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(stack); i++) {
		EXPECT_STR(modinfo(stack[i], "version", ""), version);
		EXPECT(*modinfo(stack[i], "author", ""));
	}
	EXPECT_STR(modinfo("ipmi_msghandler", "depends", ""), "");
	EXPECT_STR(modinfo("ipmi_devintf", "depends", ""), "ipmi_msghandler");
	EXPECT_STR(modinfo("ipmi_si", "depends", ""), "ipmi_msghandler");
	for (unsigned int i = 0; i < ARRAY_SIZE(stack); i++)
		EXPECT(!strncmp(modinfo(stack[i], "license", ""), "GPL", 3));
}

static void aliases(void)
{
	static const char *const names[] = { "acpi:IPI0001:", "platform:dmi-ipmi-si" };

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		EXPECT_EQ(run("modprobe -R '%s'", names[i]), 0);
		EXPECT(strstr(output(), "ipmi_si"));
	}
}

static void check_params(const char *module, const struct param *params, int n)
{
	for (int i = 0; i < n; i++) {
		const char *name = params[i].name;
		bool good;

		good = EXPECT_EQ(file_mode("/sys/module/%s/parameters/%s", module, name),
				 params[i].mode);
		good &= EXPECT_STR(file_text("/sys/module/%s/parameters/%s", module, name),
				   params[i].value);
		good &= EXPECT(param_is_described(module, name, ""));
		if (!good)
			ktap_note("all of that is about %s", name);
	}
}

static void msghandler_parameters(void)
{
	DIR *dir = opendir("/sys/module/ipmi_msghandler/parameters");
	struct dirent *entry;
	int n = 0;

	check_params("ipmi_msghandler", msghandler_params, ARRAY_SIZE(msghandler_params));
	REQUIRE(EXPECT(dir));
	while ((entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	closedir(dir);
	EXPECT_EQ(n, ARRAY_SIZE(msghandler_params));
}

static void si_parameters(void)
{
	/* can be given at load time, cannot be seen later */
	static const char *const hidden[] = { "tryacpi", "trydmi", "unload_when_empty" };

	check_params("ipmi_si", si_params, ARRAY_SIZE(si_params));
	for (unsigned int i = 0; i < ARRAY_SIZE(hidden); i++) {
		EXPECT(param_is_described("ipmi_si", hidden[i], " (bool)"));
		EXPECT_EQ(file_mode("/sys/module/ipmi_si/parameters/%s", hidden[i]), -1);
	}
}

static void devintf_parameters(void)
{
	EXPECT(param_is_described("ipmi_devintf", "ipmi_major", " (int)"));
	if (!stack_is_ours()) {
		EXPECT_EQ(file_mode("/sys/module/ipmi_devintf/parameters"), -1);
		return;
	}
	EXPECT_EQ(file_mode("/sys/module/ipmi_devintf/parameters/ipmi_major"), -1);
	EXPECT_EQ(file_mode("/sys/module/ipmi_devintf/parameters/unprivileged"), 0644);
	EXPECT_STR(file_text("/sys/module/ipmi_devintf/parameters/unprivileged"), "admin");
	EXPECT_EQ(file_mode("/sys/module/ipmi_devintf/parameters/unprivileged_commands"), 0444);
}

/* The rest, which is not loaded here: where it lies, what it needs, what it can be told. */
static void modules_of_other_kinds(void)
{
	static const struct {
		const char *name, *alias, *depends;
		const char *params[10];
	} others[] = {
		{ "ipmi_ssif", "platform:dmi-ipmi-ssif", "ipmi_msghandler",
		  { "addr", "adapter_name", "slave_addrs", "alerts_broken", "dbg", "dbg_probe",
		    "tryacpi", "trydmi" } },
		{ "ipmi_watchdog", "", "ipmi_msghandler",
		  { "timeout", "pretimeout", "panic_wdt_timeout", "action", "preaction", "preop",
		    "start_now", "nowayout", "ifnum_to_use" } },
		{ "ipmi_poweroff", "", "ipmi_msghandler",
		  { "poweroff_powercycle", "ifnum_to_use" } },
	};

	if (stack_is_ours()) {
		EXPECT_EQ(run("modinfo -F filename ipmi_vbmc | grep -q /updates/"), 0);
		EXPECT_EQ(run("modinfo -F depends ipmi_vbmc | grep -q ipmi_msghandler"), 0);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(others); i++) {
		const char *name = others[i].name;

		EXPECT_EQ(run("modinfo -F filename %s", name), 0);
		EXPECT(strstr(output(), stack_is_ours() ? "/updates/" : "/kernel/"));
		EXPECT_EQ(run("modinfo -F depends %s", name), 0);
		EXPECT(strstr(output(), others[i].depends));
		if (*others[i].alias)
			EXPECT_EQ(run("modinfo -F alias %s | grep -qF '%s'", name,
				      others[i].alias), 0);
		for (const char *const *param = others[i].params; *param; param++)
			EXPECT_EQ(run("modinfo -F parm %s | grep -q '^%s:.'", name, *param), 0);
	}
}

static void panic_op(void)
{
	static const char *const path = "/sys/module/ipmi_msghandler/parameters/panic_op";

	EXPECT_EQ(file_write(path, "event\n"), 0);
	EXPECT_STR(file_text("%s", path), "event");
	EXPECT_EQ(file_write(path, " string "), 0);
	EXPECT_STR(file_text("%s", path), "string");
	EXPECT_EQ(file_write(path, "strings"), -EINVAL);
	EXPECT_EQ(file_write(path, "\n"), -EINVAL);
	EXPECT_STR(file_text("%s", path), "string");
	EXPECT_EQ(file_write(path, "none"), 0);
	EXPECT_STR(file_text("%s", path), "none");
}

static void numbers_can_be_set(void)
{
	for (unsigned int i = 1; i < ARRAY_SIZE(msghandler_params); i++) {
		const struct param *p = &msghandler_params[i];
		char path[256];

		snprintf(path, sizeof(path), "/sys/module/ipmi_msghandler/parameters/%s", p->name);
		EXPECT_EQ(file_write(path, "77"), 0);
		EXPECT_STR(file_text("%s", path), "77");
		EXPECT_EQ(file_write(path, "many"), -EINVAL);
		EXPECT_EQ(file_write(path, p->value), 0);
	}
	EXPECT_EQ(file_write("/sys/module/ipmi_si/parameters/kipmid_max_busy_us", "100,200"), 0);
	EXPECT_STR(file_text("/sys/module/ipmi_si/parameters/kipmid_max_busy_us"), "100,200");
}

static void chrdev_is_named(void)
{
	EXPECT_EQ(run("grep -c ' ipmidev$' /proc/devices"), 0);
	EXPECT_STR(output(), "1\n");
}

static const struct ktap_case cases[] = {
	KTAP_CASE(softdep_brings_devintf),
	KTAP_CASE(loaded_from_the_right_place),
	KTAP_CASE(code_is_that_of_the_file),
	KTAP_CASE(metadata),
	KTAP_CASE(aliases),
	KTAP_CASE(msghandler_parameters),
	KTAP_CASE(si_parameters),
	KTAP_CASE(devintf_parameters),
	KTAP_CASE(modules_of_other_kinds),
	KTAP_CASE(panic_op),
	KTAP_CASE(numbers_can_be_set),
	KTAP_CASE(chrdev_is_named),
};

int main(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(stack); i++)
		if (!run("modinfo %s", stack[i]))
			about[i] = strdup(output());
	return ktap_main(cases, ARRAY_SIZE(cases));
}
