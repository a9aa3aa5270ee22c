// SPDX-License-Identifier: GPL-2.0-only
/* See hwmon_chip.h. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"
#include "hwmon_chip.h"

#define GOES_S 5

char hwmon_dir[256];

int hwmon_finds(void)
{
	glob_t found = { 0 };
	int n = 0;

	if (!glob("/sys/class/hwmon/hwmon*", 0, NULL, &found))
		for (size_t i = 0; i < found.gl_pathc; i++) {
			if (strcmp(file_text("%s/name", found.gl_pathv[i]), "ipmi"))
				continue;
			if (!n++)
				snprintf(hwmon_dir, sizeof(hwmon_dir), "%s", found.gl_pathv[i]);
		}
	globfree(&found);
	return n;
}

bool hwmon_appears(int seconds)
{
	for (double end = now() + seconds; now() < end; usleep(20000))
		if (hwmon_finds())
			return true;
	return false;
}

bool hwmon_is_gone(void)
{
	for (double end = now() + GOES_S; now() < end; usleep(50000))
		if (!hwmon_finds())
			return true;
	return false;
}

long long hwmon_value(const char *name)
{
	char path[320], text[32] = "";
	int file, n, rv;

	snprintf(path, sizeof(path), "%s/%s", hwmon_dir, name);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return -errno;
	n = read(file, text, sizeof(text) - 1);
	rv = -errno;
	close(file);
	return n < 0 ? rv : atoll(text);
}
