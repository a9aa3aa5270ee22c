// SPDX-License-Identifier: GPL-2.0-only
/*
 * Documentation/ABI and what sysfs shows: each file of the stack is described, and each that is
 * described is there. The list of them is made of the descriptions' What: lines, by the Makefile.
 */
#include <dirent.h>
#include <fnmatch.h>
#include <glob.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define DEVICE "/sys/class/ipmi/ipmi0/device"

static const char *const described[] = {
#include "abi_files.h"
};

/* What the kernel itself has in a device's folder. */
static const char *const generic[] = {
	"driver_override", "modalias", "name", "uevent", "waiting_for_supplier", "numa_node",
};

/* What a BMC need not say. */
static const char *const optional[] = { "guid", "aux_firmware_revision" };

static bool is_one_of(const char *name, const char *const *list, int n)
{
	for (int i = 0; i < n; i++)
		if (!strcmp(name, list[i]))
			return true;
	return false;
}

/* With "*" for each "<...>". */
static const char *pattern(const char *what)
{
	static char text[256];
	char *out = text;

	for (; *what && out < text + sizeof(text) - 1; what++) {
		if (*what == '<') {
			*out++ = '*';
			what += strcspn(what, ">");
		} else {
			*out++ = *what;
		}
	}
	*out = 0;
	return text;
}

static bool is_described(const char *path)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(described); i++)
		if (!fnmatch(pattern(described[i]), path, FNM_PATHNAME))
			return true;
	return false;
}

static bool exists(const char *path)
{
	glob_t found = { 0 };
	bool any = !glob(path, 0, NULL, &found);

	globfree(&found);
	return any;
}

/* What the bus has in a device's folder: its first device has that too, or else only some devices do. */
static bool is_of_the_bus(const char *name)
{
	char path[300];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/0000:00:00.0/%s", name);
	return !strcmp(link_name(DEVICE "/subsystem"), "pci") &&
	       (exists(path) || !strncmp(name, "resource", 8) || !strncmp(name, "reset", 5));
}

/* The files of a folder, and the links that are ours; as, too, what its files may be called. */
static int look_into(const char *folder, const char *as, const char *links)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int n = 0;

	if (!EXPECT(dir))
		return 0;
	while ((entry = readdir(dir))) {
		char path[512], other[512];

		if (entry->d_type == DT_LNK ? fnmatch(links, entry->d_name, 0) :
					      entry->d_type != DT_REG)
			continue;
		if (is_one_of(entry->d_name, generic, ARRAY_SIZE(generic)) ||
		    is_of_the_bus(entry->d_name))
			continue;
		n++;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		snprintf(other, sizeof(other), "%s/%s", as, entry->d_name);
		if (!is_described(path) && !is_described(other))
			EXPECT_STR(path, "described in Documentation/ABI");
	}
	closedir(dir);
	return n;
}

static void all_are_described(void)
{
	char driver[256];
	glob_t found = { 0 };

	/* nothing is bound to those whose BMC is a program */
	strcpy(driver, "/sys/devices/platform/");
	if (exists(DEVICE "/driver")) {
		snprintf(driver, sizeof(driver), "/sys/bus/%s", link_name(DEVICE "/subsystem"));
		snprintf(driver + strlen(driver), sizeof(driver) - strlen(driver), "/drivers/%s/",
			 link_name(DEVICE "/driver"));
	}
	snprintf(driver + strlen(driver), sizeof(driver) - strlen(driver), "%s", link_name(DEVICE));
	EXPECT(look_into(DEVICE, driver, "bmc") > 10);
	EXPECT(look_into(DEVICE "/ipmi_stats", "", "") > 30);
	EXPECT(look_into("/sys/devices/platform/ipmi_bmc.0", "", "ipmi*") > 8);
	EXPECT(!glob("/sys/module/ipmi_*/parameters", 0, NULL, &found));
	for (size_t i = 0; i < found.gl_pathc; i++)
		EXPECT(look_into(found.gl_pathv[i], "", "") > 0);
	globfree(&found);
}

/* Is there a device, or a folder, of that kind on this machine? */
static bool is_of_this_machine(const char *path)
{
	char folder[256], subsystem[300], copy[256];

	snprintf(copy, sizeof(copy), "%s", path);
	snprintf(folder, sizeof(folder), "%s", dirname(copy));
	snprintf(subsystem, sizeof(subsystem), "%s/subsystem", folder);
	snprintf(copy, sizeof(copy), "%s", folder);
	if (!strcmp(basename(copy), "ipmi_stats") || !strcmp(basename(copy), "parameters"))
		return exists(folder);
	return exists(subsystem);
}

static void all_are_there(void)
{
	int seen = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(described); i++) {
		const char *path = pattern(described[i]), *name = strrchr(path, '/') + 1;

		if (!is_of_this_machine(path) || is_one_of(name, optional, ARRAY_SIZE(optional)))
			continue;
		seen++;
		if (!exists(path))
			EXPECT_STR(path, "there");
	}
	EXPECT(seen > 60);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(all_are_described),
	KTAP_CASE(all_are_there),
};

int main(void)
{
	keep_acpi_ipmi_out();
	ipmi_must_open(0);
	run("modprobe ipmi_watchdog; modprobe ipmi_poweroff; modprobe ipmi_hwmon");
	return ktap_main(cases, ARRAY_SIZE(cases));
}
