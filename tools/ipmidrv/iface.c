// SPDX-License-Identifier: GPL-2.0-only
/*
 * The interfaces. /sys/class/ipmi is ipmi_devintf's; without that module they are found below the
 * drivers of their devices. On the kernel's own stack what it does not show stays UNKNOWN.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "iface.h"
#include "ipmidrv.h"
#include "tree.h"

static const char *const drivers[] = {
	"platform/drivers/ipmi_si", "pci/drivers/ipmi_si",  "i2c/drivers/ipmi_ssif",
	"platform/drivers/ipmi-powernv", "i2c/drivers/ipmi-ipmb",
};

/* Devices of no driver: an interface that is a program. */
#define PROGRAMS "/sys/bus/platform/devices"

static int number_of(const char *name)
{
	int n;

	return sscanf(name, "ipmi%d", &n) == 1 ? n : UNKNOWN;
}

/* "vbmc,program,pid=17,ipmb=32,comm=NAME": its name may be anything, and is the last */
static void take_program(struct iface *f, const char *params)
{
	const char *name = strstr(params, ",comm=");
	int pid;

	f->irq = 0;
	if (name && sscanf(params, "vbmc,program,pid=%d,", &pid) == 1)
		snprintf(f->place, sizeof(f->place), "program %.15s (pid %d)", name + strlen(",comm="), pid);
}

/* "kcs,i/o,0xca2,rsp=1,rsi=1,rsh=0,irq=5,ipmb=32" */
static void take_params(struct iface *f)
{
	char line[256], space[8];
	unsigned long addr;
	const char *irq;

	if (!tree_line(line, sizeof(line), "%s/params", f->path))
		return;
	if (f->is_program) {
		take_program(f, line);
		return;
	}
	if (sscanf(line, "%15[^,],%7[^,],0x%lx", f->type, space, &addr) == 3)
		snprintf(f->place, sizeof(f->place), "%s 0x%lx", space, addr);
	irq = strstr(line, "irq=");
	if (irq) {
		long n = strtol(irq + 4, NULL, 10);

		f->irq = n >= 0 && n <= 0xffff ? n : UNKNOWN;
	}
}

/* "... up as ipmi0, at try 1, but its BMC has not answered for 2077 ms" */
static void take_away(struct iface *f)
{
	static const char *const reports[] = { "ipmi_si", "ipmi_ssif" };
	long long away = iface_counter(f, true, "bmc_away");
	char up[32];

	f->away = away < 0 ? UNKNOWN : away > 0;
	if (f->number < 0 || f->away == 0)
		return;
	snprintf(up, sizeof(up), "up as ipmi%d", f->number);
	for (unsigned int i = 0; i < ARRAY_SIZE(reports); i++) {
		char *text = tree_read(NULL, "/sys/kernel/debug/%s/discovery", reports[i]);
		char *at = text, *since;

		while (at && (at = strstr(at, up)) && isdigit((unsigned char)at[strlen(up)]))
			at++;
		if (at) {
			at[strcspn(at, "\n")] = 0;
			since = strstr(at, "has not answered for ");
			f->away = f->away > 0 || since || strstr(at, "does not answer");
			if (since)
				f->away_ms = strtoll(since + strlen("has not answered for "), NULL, 10);
		}
		free(text);
	}
}

static void take(struct iface *f, int number, const char *path)
{
	long long n;

	*f = (struct iface){ .number = number,
			     .irq = UNKNOWN,
			     .irq_works = UNKNOWN,
			     .away_ms = UNKNOWN,
			     .users = UNKNOWN,
			     .msgs = UNKNOWN };
	snprintf(f->path, sizeof(f->path), "%s", path);
	if (!tree_link(f->dev, sizeof(f->dev), "%s", path))
		snprintf(f->dev, sizeof(f->dev), "%s", strrchr(path, '/') + 1);
	tree_link(f->driver, sizeof(f->driver), "%s/driver", path);
	tree_line(f->type, sizeof(f->type), "%s/type", path);
	f->is_program = !strcmp(f->type, "vbmc");
	take_params(f);
	if (tree_number(&n, "%s/interrupts_enabled", path))
		f->irq_works = n > 0;
	tree_number(&f->users, "%s/nr_users", path);
	tree_number(&f->msgs, "%s/nr_msgs", path);
	f->counted = tree_exists("%s/ipmi_stats", path);
	take_away(f);
}

static int from_class(struct iface *found, int room)
{
	char **names = tree_list("/sys/class/ipmi");
	int n = 0;

	for (char **name = names; *name && n < room; name++) {
		char path[256];
		int number = number_of(*name);

		if (number < 0 || (opt.device >= 0 && number != opt.device))
			continue;
		snprintf(path, sizeof(path), "/sys/class/ipmi/%.200s/device", *name);
		take(&found[n++], number, path);
	}
	tree_list_free(names);
	return n;
}

static int from_drivers(struct iface *found, int room)
{
	int n = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(drivers); i++) {
		char **names = tree_list("/sys/bus/%s", drivers[i]);

		for (char **name = names; *name && n < room; name++) {
			char path[512];

			snprintf(path, sizeof(path), "/sys/bus/%s/%.200s", drivers[i], *name);
			/* a device that is only tried yet has no such file */
			if (tree_exists("%s/type", path) && tree_exists("%s/driver", path))
				take(&found[n++], UNKNOWN, path);
		}
		tree_list_free(names);
	}
	return n;
}

static int from_programs(struct iface *found, int room)
{
	char **names = tree_list(PROGRAMS);
	int n = 0;

	for (char **name = names; *name && n < room; name++) {
		char path[256];

		snprintf(path, sizeof(path), PROGRAMS "/%.200s", *name);
		if (!strncmp(*name, "ipmi_vbmc.", strlen("ipmi_vbmc.")) && tree_exists("%s/type", path))
			take(&found[n++], UNKNOWN, path);
	}
	tree_list_free(names);
	return n;
}

int iface_find(struct iface *found, int room)
{
	int n = from_class(found, room);

	if (n || tree_exists("/sys/class/ipmi") || opt.device >= 0)
		return n;
	n = from_drivers(found, room);
	return n + from_programs(found + n, room - n);
}

long long iface_counter(const struct iface *iface, bool core, const char *name)
{
	long long n;

	return tree_number(&n, "%s/%s%s", iface->path, core ? "ipmi_stats/" : "", name) ? n : UNKNOWN;
}

const char *iface_name(const struct iface *iface)
{
	static char name[16];

	if (iface->number < 0)
		return iface->dev;
	snprintf(name, sizeof(name), "ipmi%d", iface->number);
	return name;
}

const char *iface_about(const struct iface *iface)
{
	static char text[128];
	char type[16], irq[24] = "";

	if (iface->is_program) {
		snprintf(text, sizeof(text), "no hardware: %s", *iface->place ? iface->place : "a program");
		return text;
	}
	for (unsigned int i = 0; i < sizeof(type); i++)
		type[i] = toupper((unsigned char)iface->type[i]);
	if (iface->irq > 0)
		snprintf(irq, sizeof(irq), " irq %d", iface->irq);
	snprintf(text, sizeof(text), "%s%s%s%s", *type ? type : "interface", *iface->place ? " " : "",
		 iface->place, irq);
	return text;
}
