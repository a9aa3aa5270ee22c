// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation, and every copy from and to user space, fails once: in loading, in each
 * thing that can be done with the device, in hotmod and sysfs, in removing. /proc/self/fail-nth
 * lets the n-th place that can fail do so, for this task only; the threads of the stack are put
 * through the same by failslab's counter, which is everybody's. After each fault the stack has
 * to work, and has to be removable; leaks are looked for at the end, see tools/vm/guest-init.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../../include/uapi/linux/ipmi_privilege.h"
#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"
#include "nth.h"

#define DEBUG "/sys/kernel/debug/"
#define HOTMOD "/sys/module/ipmi_si/parameters/hotmod"
#define STRIDE 17
#define UNREACHED 1000000
#define UNUSED __attribute__((unused))

static int fd = -1;
static const struct {
	const char *name;
	const char *refused; /* a parameter that ends loading just before the module itself begins, if any */
	const char *needs; /* a module of the kernel's own that has to be there */
	int above; /* how many of those above have to be */
} modules[] = {
	{ "ipmi_msghandler", "default_retry_ms=x", NULL, 0 },
	{ "ipmi_si", "trypci=x", NULL, 1 },
	{ "ipmi_devintf", "ipmi_major=x", NULL, 2 },
	{ "ipmi_watchdog", "nowayout=x", "watchdog", 2 },
	{ "ipmi_poweroff", "poweroff_powercycle=x", NULL, 2 },
	{ "ipmi_hwmon", "update_interval=x", "hwmon", 2 },
	{ "ipmi_ssif", "alerts_broken=x", "i2c-i801", 1 },
	{ "ipmi_vbmc", NULL, NULL, 1 },
};
static char path[ARRAY_SIZE(modules)][256];
static int loaded = -1; /* the one whose loading is tried */

static int insert_with(int i, const char *parameters)
{
	int file = open(path[i], O_RDONLY | O_CLOEXEC), ret = 0;

	if (file < 0)
		return -errno;
	if (syscall(SYS_finit_module, file, parameters, 0))
		ret = -errno;
	close(file);
	return ret;
}

static int insert(int i)
{
	return insert_with(i, "");
}

/* How many places of the kernel's own loading come before the module's first. */
static int loader_places(int i)
{
	int places;

	/* one without a parameter is tried place by place */
	if (!modules[i].refused)
		return 0;
	nth_arm(UNREACHED);
	EXPECT_EQ(insert_with(i, modules[i].refused), -EINVAL);
	places = UNREACHED - nth_left();
	nth_arm(0);
	ktap_note("%s: %d places before its own", modules[i].name, places);
	return places;
}

static int take_out(int i)
{
	double end = now() + 10;
	int ret;

	/* kmod's own work may hold it for a moment */
	while ((ret = module_remove(modules[i].name)) == -EAGAIN && now() < end)
		usleep(10000);
	return ret;
}

static void gone(int i)
{
	int ret = take_out(i);

	EXPECT(!ret || ret == -ENOENT);
	EXPECT(!module_loaded(modules[i].name));
}

static int act_load(void)
{
	return insert(loaded);
}

static void after_load(UNUSED int result)
{
	gone(loaded);
}

static int act_remove_module(void)
{
	return take_out(loaded);
}

static void after_remove(UNUSED int result)
{
	gone(loaded);
	EXPECT_EQ(insert(loaded), 0);
}

static void load_and_remove(void)
{
	if (modules[loaded].needs)
		REQUIRE(EXPECT_EQ(run("modprobe %s", modules[loaded].needs), 0));
	for (int i = 0; i < modules[loaded].above; i++)
		REQUIRE(EXPECT_EQ(insert(i), 0));
	nth_each_from(loader_places(loaded), modules[loaded].name, act_load, after_load);
	EXPECT_EQ(insert(loaded), 0);
	nth_each("rmmod", act_remove_module, after_remove);
}

static bool works(void)
{
	return EXPECT_EQ(ipmi_try(0), 0);
}

static void still_works(UNUSED int result)
{
	works();
}

static int act_open(void)
{
	int file = ipmi_open_now(0);

	if (file >= 0)
		close(file);
	return file;
}

static int act_send(void)
{
	return ipmi_send(fd, 1, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0);
}

/* What was sent is answered; nothing else comes. */
static void after_send(int result)
{
	struct reply r;

	if (!result) {
		EXPECT_EQ(ipmi_wait(fd, ANSWER_MS), 1);
		EXPECT_EQ(ipmi_recv(fd, &r), 0);
	}
	EXPECT_EQ(ipmi_recv(fd, &r), -EAGAIN);
}

static int act_recv(void)
{
	struct reply r;

	return ipmi_recv(fd, &r);
}

/* A message that could not be received is still there, or the receiver was told; then the next. */
static void after_recv(UNUSED int result)
{
	struct reply r;

	while (!ipmi_recv(fd, &r))
		;
	EXPECT_EQ(ipmi_send(fd, 1, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	EXPECT_EQ(ipmi_wait(fd, ANSWER_MS), 1);
}

static int act_register(void)
{
	struct ipmi_cmdspec spec = { .netfn = 0x2e, .cmd = 0x11 };

	return ioctl(fd, IPMICTL_REGISTER_FOR_CMD, &spec) < 0 ? -errno : 0;
}

static void after_register(int result)
{
	struct ipmi_cmdspec spec = { .netfn = 0x2e, .cmd = 0x11 };

	EXPECT_EQ(ioctl(fd, IPMICTL_UNREGISTER_FOR_CMD, &spec), result ? -1 : 0);
}

static int act_settings(void)
{
	struct ipmi_timing_parms timing;
	unsigned int value;
	int on = 1;

	if (ioctl(fd, IPMICTL_SET_GETS_EVENTS_CMD, &on) ||
	    ioctl(fd, IPMICTL_GET_TIMING_PARMS_CMD, &timing) ||
	    ioctl(fd, IPMICTL_SET_TIMING_PARMS_CMD, &timing) ||
	    ioctl(fd, IPMICTL_GET_MY_ADDRESS_CMD, &value) ||
	    ioctl(fd, IPMICTL_SET_MY_ADDRESS_CMD, &value) ||
	    ioctl(fd, IPMICTL_GET_PRIVILEGE, &value) || ioctl(fd, IPMICTL_DROP_PRIVILEGE, &value))
		return -errno;
	return 0;
}

static int act_fdinfo(void)
{
	char text[256];
	int file, n;

	snprintf(text, sizeof(text), "/proc/self/fdinfo/%d", fd);
	file = open(text, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return -errno;
	n = read(file, text, sizeof(text)) < 0 ? -errno : 0;
	close(file);
	return n;
}

static void nothing(UNUSED int result)
{
}

static void use_device(void)
{
	REQUIRE(EXPECT_EQ(insert(2), 0));
	REQUIRE(works());
	fd = ipmi_open(0);
	nth_each("open", act_open, nothing);
	nth_each("send", act_send, after_send);
	after_recv(0);
	nth_each("receive", act_recv, after_recv);
	act_recv();
	nth_each("register for a command", act_register, after_register);
	nth_each("settings", act_settings, still_works);
	nth_each("fdinfo", act_fdinfo, nothing);
	close(fd);
}

static glob_t files;
static size_t which;

static int act_read(void)
{
	char text[4096];
	int file = open(files.gl_pathv[which], O_RDONLY | O_CLOEXEC), ret = 0;

	if (file < 0)
		return -errno;
	while ((ret = read(file, text, sizeof(text))) > 0)
		;
	ret = ret < 0 ? -errno : 0;
	close(file);
	return ret;
}

static void read_files(void)
{
	static const char *const patterns[] = {
		"/sys/devices/platform/ipmi_bmc*/*", "/sys/class/ipmi/ipmi0/device/*",
		"/sys/bus/platform/drivers/ipmi_si/*/ipmi_stats/*", DEBUG "ipmi*", DEBUG "ipmi*/*",
	};

	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++)
		glob(patterns[i], i ? GLOB_APPEND : 0, NULL, &files);
	for (which = 0; which < files.gl_pathc; which++) {
		char text[16];
		int file = open(files.gl_pathv[which], O_RDONLY | O_CLOEXEC);

		if (file < 0 || read(file, text, sizeof(text)) < 0) {
			if (file >= 0)
				close(file);
			continue;
		}
		close(file);
		nth_each(files.gl_pathv[which], act_read, nothing);
	}
	globfree(&files);
	EXPECT(which > 4);
	works();
}

static int act_add(void)
{
	return file_write(HOTMOD, "add,kcs,i/o,0xca2,irq=5,ipmb=0x20");
}

static int act_remove(void)
{
	return file_write(HOTMOD, "remove,kcs,i/o,0xca2");
}

static void back(UNUSED int result)
{
	act_add();
	works();
}

static void away(UNUSED int result)
{
	act_remove();
}

static void hotmod(void)
{
	REQUIRE(EXPECT_EQ(act_remove(), 0));
	nth_each("hotmod add", act_add, away);
	act_add();
	REQUIRE(works());
	nth_each("hotmod remove", act_remove, back);
	works();
}

/* The n-th allocation of all, whoever makes it, the stack's threads included. */
static void everybody(void)
{
	char text[32];

	for (int i = 2; i >= 0; i--)
		gone(i);
	for (int n = 2; n < 1000; n += STRIDE) {
		int file, ret = 0;
		struct reply r;

		snprintf(text, sizeof(text), "%d", n);
		file_write(DEBUG "failslab/interval", text);
		file_write(DEBUG "failslab/times", "1");
		file_write(DEBUG "failslab/probability", "100");
		for (int i = 0; i < 3 && !ret; i++)
			ret = insert(i);
		file = ret ? ret : ipmi_open(0);
		if (file >= 0) {
			ipmi_ask(file, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r);
			close(file);
		}
		file_write(DEBUG "failslab/probability", "0");
		nth_faults += file_number(DEBUG "failslab/times") == 0;
		if (!ret)
			works();
		for (int i = 2; i >= 0; i--)
			gone(i);
	}
	ktap_note("%d faults in all", nth_faults);
}

int main(int argc, char **argv)
{
	static const struct ktap_case loading[] = { KTAP_CASE(load_and_remove) };
	static const struct ktap_case use[] = {
		KTAP_CASE(use_device),
		KTAP_CASE(read_files),
		KTAP_CASE(hotmod),
		KTAP_CASE(everybody),
	};

	for (size_t i = 0; i < ARRAY_SIZE(modules); i++) {
		if (!run("modinfo -n %s", modules[i].name))
			snprintf(path[i], sizeof(path[i]), "%.*s", (int)strcspn(output(), "\n"),
				 output());
		if (argc > 1 && !strcmp(argv[1], modules[i].name))
			loaded = i;
	}
	if (argc > 1 && loaded < 0) {
		printf("Bail out! there is no module %s\n", argv[1]);
		return 1;
	}
	/* what the kernel asks for would come when all is to be gone: acpi_ipmi, and ipmi_devintf */
	file_write("/proc/sys/kernel/modprobe", "/bin/true");
	nth_open();
	if (loaded >= 0)
		return ktap_main(loading, ARRAY_SIZE(loading));
	insert(0);
	insert(1);
	return ktap_main(use, ARRAY_SIZE(use));
}
