// SPDX-License-Identifier: GPL-2.0-only
/* See wdt.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ktap.h"
#include "wdt.h"

#define HOTMOD "/sys/module/ipmi_si/parameters/hotmod"
#define PLACE "kcs,i/o,0xca2"
#define BACK_S 15 /* one that is not there now is back within that */
#define LOOK_S 60
#define GONE 20 /* 100 ms */
#define TRIES 5

static long users; /* of the interface, without the module */

int wdt_load(const char *parameters)
{
	users = file_number(WDT_USERS);
	return run("modprobe ipmi_watchdog %s", parameters);
}

void wdt_unload(void)
{
	EXPECT_EQ(module_remove("ipmi_watchdog"), 0);
	EXPECT_EQ(file_number(WDT_USERS), users);
}

int wdt_bmc_remove(void)
{
	return file_write(HOTMOD, "remove," PLACE);
}

int wdt_bmc_add(void)
{
	return file_write(HOTMOD, "add," PLACE);
}

void wdt_bmc_anew(void)
{
	EXPECT_EQ(wdt_bmc_remove(), 0);
	EXPECT_EQ(wdt_bmc_add(), 0);
	close(ipmi_must_open(0));
}

int wdt_start(void)
{
	int fd = wdt_open("watchdog0");

	EXPECT(fd >= 0);
	return fd;
}

int wdt_open(const char *node)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/dev/%s", node);
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int wdt_write(int fd, const char *text)
{
	return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

int wdt_ioctl(int fd, unsigned long cmd, int *value)
{
	return ioctl(fd, cmd, value) < 0 ? -errno : 0;
}

int wdt_feed(int fd, double seconds)
{
	double end = now() + seconds;
	int ret = 0;

	while (!ret && now() < end) {
		ret = wdt_write(fd, "1");
		usleep(200000);
	}
	return ret;
}

int wdt_close(int fd)
{
	int ret = wdt_write(fd, "V");

	return close(fd) ? -errno : ret;
}

struct wdt_bmc wdt_bmc(int n)
{
	int fd = ipmi_open(n), ret = fd < 0 ? fd : 0;
	double end = now() + BACK_S;
	struct wdt_bmc w = {};
	struct reply r = {};

	while (!ret) {
		ret = ipmi_ask(fd, NETFN_APP, CMD_GET_TIMER, NULL, 0, &r);
		if (ret || (r.len == 9 && !r.data[0]) || now() > end)
			break;
		usleep(100000);
	}
	if (ret || r.len != 9 || r.data[0]) {
		printf("Bail out! Get Watchdog Timer of ipmi%d: error %d, completion code %02x\n",
		       n, ret, r.data[0]);
		exit(1);
	}
	close(fd);
	w.running = r.data[1] & 0x40;
	w.use = r.data[1] & 7;
	w.action = r.data[2] & 7;
	w.preaction = r.data[2] >> 4 & 7;
	w.pretimeout = r.data[3];
	w.expired = r.data[4];
	w.countdown = r.data[5] | r.data[6] << 8;
	w.left = r.data[7] | r.data[8] << 8;
	return w;
}

int wdt_param(const char *name, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), WDT_PARAM "%s", name);
	return file_write(path, value);
}

bool wdt_is_fed(int n)
{
	int before = wdt_bmc(n).left;
	double end = now() + LOOK_S;

	while (now() < end) {
		struct wdt_bmc w = wdt_bmc(n);

		if (!w.running)
			return false;
		if (w.left > before)
			return true;
		before = w.left;
		usleep(100000);
	}
	return false;
}

bool wdt_write_counts(int n, int fd)
{
	/* a machine that is slow may need more time for it than the write gives */
	for (int i = 0; i < TRIES; i++) {
		struct wdt_bmc w = wdt_bmc(n);

		while (w.running && w.left > w.countdown - GONE) {
			usleep(100000);
			w = wdt_bmc(n);
		}
		if (!w.running || wdt_write(fd, "1"))
			return false;
		if (wdt_bmc(n).left > w.left)
			return true;
	}
	return false;
}

bool wdt_told(int cmd, const char *bytes)
{
	struct wire w;

	return EXPECT(bmc_wire(NETFN_APP, cmd, 0, &w)) && EXPECT_HEX(w.data, w.len, bytes);
}

void wdt_by_others(const unsigned char *set, bool start)
{
	int fd = ipmi_must_open(0);
	struct reply r;

	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_SET_TIMER, set, 6, &r), 0);
	EXPECT_EQ(r.data[0], 0);
	if (start)
		EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_RESET_TIMER, NULL, 0, &r), 0);
	close(fd);
}
