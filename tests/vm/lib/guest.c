// SPDX-License-Identifier: GPL-2.0-only
/* See guest.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guest.h"

#define HOTMOD "/sys/module/ipmi_si/parameters/hotmod"
#define PLACE "kcs,i/o,0xca2"

#define PATH_OF(format)                                                                        \
	char path[512];                                                                        \
	va_list args;                                                                          \
                                                                                               \
	va_start(args, format);                                                                \
	vsnprintf(path, sizeof(path), format, args);                                           \
	va_end(args)

static char said[65536];

const char *mode;

bool mode_is(const char *name)
{
	return !strcmp(mode, name);
}

double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* Reads a file into text, without its last newline: its length or a negative errno. */
static int slurp(const char *path, char *text, int size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), n, err;

	text[0] = 0;
	if (fd < 0)
		return -errno;
	n = read(fd, text, size - 1);
	err = errno;
	close(fd);
	if (n < 0)
		return -err;
	if (n && text[n - 1] == '\n')
		n--;
	text[n] = 0;
	return n;
}

const char *file_text(const char *format, ...)
{
	static char text[4096];
	PATH_OF(format);
	int ret = slurp(path, text, sizeof(text));

	errno = ret < 0 ? -ret : 0;
	return text;
}

long file_number(const char *format, ...)
{
	char text[64], *end;
	PATH_OF(format);
	int ret = slurp(path, text, sizeof(text));
	long number = strtol(text, &end, 10);

	return ret <= 0 || *end ? -1 : number;
}

int file_mode(const char *format, ...)
{
	struct stat st;
	PATH_OF(format);

	return stat(path, &st) ? -1 : (int)(st.st_mode & 07777);
}

const char *link_name(const char *format, ...)
{
	static char target[512];
	PATH_OF(format);
	ssize_t n = readlink(path, target, sizeof(target) - 1);
	char *slash;

	target[n < 0 ? 0 : n] = 0;
	slash = strrchr(target, '/');
	return slash ? slash + 1 : target;
}

int file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

int run(const char *format, ...)
{
	char command[1024];
	size_t n, have = 0;
	va_list args;
	FILE *f;
	int ret;

	va_start(args, format);
	n = vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	snprintf(command + n, sizeof(command) - n, " 2>&1");
	fflush(stdout);
	f = popen(command, "re");
	if (!f)
		return -1;
	while ((n = fread(said + have, 1, sizeof(said) - 1 - have, f)) > 0)
		have += n;
	said[have] = 0;
	ret = pclose(f);
	return WIFEXITED(ret) ? WEXITSTATUS(ret) : -1;
}

const char *output(void)
{
	return said;
}

bool module_loaded(const char *name)
{
	char path[128];

	/* what is built in has a folder too, but no such file */
	snprintf(path, sizeof(path), "/sys/module/%s/initstate", name);
	return access(path, F_OK) == 0;
}

int module_remove(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
}

static int module_insert(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, "", 0))
		ret = -errno;
	close(fd);
	return ret;
}

static bool is_vbmc(void)
{
	return !strcmp(hardware(), "vbmc");
}

static bool is_powernv(void)
{
	return strstr(hardware(), "powernv");
}

int interface_remove(void)
{
	if (!is_vbmc())
		return file_write(HOTMOD, "remove," PLACE);
	/* it goes with the program, whose end is not killall's */
	return run("killall ipmi-vbmc; for i in $(seq 100); do pidof ipmi-vbmc || exit 0; sleep 0.05; done; exit 1") ? -EIO : 0;
}

int interface_add(void)
{
	if (!is_vbmc())
		return file_write(HOTMOD, "add," PLACE);
	return run("ipmi-vbmc unix:/vm/vbmc/bmc.sock >/dev/null 2>&1 &") ? -EIO : 0;
}

int stack_insert(void)
{
	static const char *const names[] = { "ipmi_msghandler", "ipmi_devintf", "ipmi_si" };
	static char path[3][256];

	if (is_vbmc())
		return run("modprobe ipmi_vbmc && modprobe ipmi_devintf") ? -EIO : interface_add();
	if (is_powernv())
		return run("modprobe ipmi_powernv && modprobe ipmi_devintf") ? -EIO : 0;
	for (int i = 0; i < 3; i++) {
		int ret;

		if (!path[i][0] && !run("modinfo -n %s", names[i]))
			snprintf(path[i], sizeof(path[i]), "%.*s", (int)strcspn(said, "\n"), said);
		ret = module_insert(path[i]);
		if (ret && ret != -EEXIST)
			return ret;
	}
	return 0;
}

void keep_acpi_ipmi_out(void)
{
	run("mkdir -p /etc/modprobe.d; "
	    "echo install acpi_ipmi /bin/true >/etc/modprobe.d/acpi_ipmi.conf");
}

int stack_remove(void)
{
	/* acpi_ipmi comes by itself, some time after ipmi_si, and uses its interface */
	static const char *const names[] = { "acpi_ipmi", "ipmi_devintf",   "ipmi_si",
					     "ipmi_vbmc", "ipmi_powernv", "ipmi_msghandler" };
	double end = now() + 30;
	int ret;

	if (is_vbmc())
		interface_remove();
	do {
		ret = 0;
		for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			int err = module_remove(names[i]);

			if (err && err != -ENOENT)
				ret = err;
		}
		if (ret)
			usleep(10000);
	} while (ret && now() < end);
	return ret;
}

bool stack_is_ours(void)
{
	const char *stack = getenv("VM_STACK");

	return !stack || !strcmp(stack, "ours");
}

bool has_irq(void)
{
	return !strstr(hardware(), "polled") && !is_vbmc();
}

const char *hardware(void)
{
	const char *name = getenv("VM_HARDWARE");

	return name ? name : "";
}
