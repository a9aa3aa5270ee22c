// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everybody at once: programs that open and feed the device, parameters, the change between the
 * two devices, and an interface that comes and goes. What each of them gets is its luck; the
 * kernel complains of nothing, and afterwards everything works and nothing is left.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"
#include "wdt.h"

#define SECONDS 6
#define PATIENCE 60 /* until each has come to the end of what it was doing */
#define HOTMOD "/sys/module/ipmi_si/parameters/hotmod"

static void loads(void)
{
	close(ipmi_must_open(0));
	/* of too long a time to end */
	REQUIRE(EXPECT_EQ(run("modprobe ipmi_watchdog action=none preaction=pre_int timeout=600"),
			  0));
}

/* For all of them: is it over? And of each, how often it has asked. */
static struct {
	bool over;
	long rounds[16];
} *shared;
static int me;

static bool goes_on(void)
{
	__atomic_add_fetch(&shared->rounds[me], 1, __ATOMIC_RELAXED);
	return !__atomic_load_n(&shared->over, __ATOMIC_RELAXED);
}

static void programs(void)
{
	while (goes_on()) {
		int fd = wdt_open("watchdog"), seconds = 500 + rand() % 100, off = WDIOS_DISABLECARD;

		if (fd < 0)
			continue;
		wdt_write(fd, "1");
		wdt_ioctl(fd, WDIOC_SETTIMEOUT, &seconds);
		wdt_ioctl(fd, WDIOC_GETTIMELEFT, &seconds);
		if (rand() % 2)
			wdt_ioctl(fd, WDIOC_SETOPTIONS, &off);
		wdt_close(fd);
	}
}

static void times(void)
{
	char text[16];

	while (goes_on()) {
		snprintf(text, sizeof(text), "%d", 500 + rand() % 100);
		wdt_param("timeout", text);
		/* now and then a pre-timeout that comes */
		snprintf(text, sizeof(text), "%d", rand() % 256);
		wdt_param("pretimeout", text);
	}
}

/* The second one is never there. */
static void numbers(void)
{
	while (goes_on()) {
		wdt_param("ifnum_to_use", "1");
		usleep(100000);
		wdt_param("ifnum_to_use", "0");
		usleep(400000);
	}
}

static void devices(void)
{
	while (goes_on()) {
		wdt_param("preop", "preop_give_data");
		wdt_param("preop", "preop_none");
	}
}

static void interfaces(void)
{
	while (goes_on()) {
		file_write(HOTMOD, "remove,kcs,i/o,0xca2");
		file_write(HOTMOD, "add,kcs,i/o,0xca2");
		usleep(200000);
	}
}

static void readers(void)
{
	while (goes_on()) {
		file_number("/sys/class/watchdog/watchdog0/timeleft");
		file_text("/sys/class/watchdog/watchdog0/state");
	}
}

static void all_at_once(void)
{
	static void (*const everybody[])(void) = {
		programs, programs, times, numbers, devices, interfaces, readers,
	};
	pid_t pids[ARRAY_SIZE(everybody)];
	double end;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	REQUIRE(EXPECT(shared != MAP_FAILED));

	for (unsigned int i = 0; i < ARRAY_SIZE(everybody); i++) {
		pids[i] = fork();
		if (!pids[i]) {
			srand(i);
			me = i;
			everybody[i]();
			_exit(0);
		}
	}
	sleep(SECONDS);
	/* nobody hangs: each comes to its end, and came there before */
	__atomic_store_n(&shared->over, true, __ATOMIC_RELAXED);
	end = now() + PATIENCE;
	for (unsigned int i = 0; i < ARRAY_SIZE(everybody); i++) {
		int status = -1, ret;

		while (!(ret = waitpid(pids[i], &status, WNOHANG)) && now() < end)
			usleep(10000);
		if (!EXPECT_EQ(ret, pids[i]) || !EXPECT_EQ(status, 0) ||
		    !EXPECT(shared->rounds[i] > 2))
			ktap_note("number %u, after %ld rounds", i, shared->rounds[i]);
		if (!ret)
			kill(pids[i], SIGKILL);
	}
}

static void works(void)
{
	double end = now() + 15;
	int fd;

	file_write(HOTMOD, "add,kcs,i/o,0xca2");
	close(ipmi_must_open(0));
	EXPECT_EQ(wdt_param("ifnum_to_use", "0"), 0);
	/* who got -ENODEV has left it running, perhaps, and has to be followed by somebody */
	do {
		fd = wdt_open("watchdog");
		usleep(50000);
	} while (fd < 0 && now() < end);
	REQUIRE(EXPECT(fd >= 0));
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT(wdt_bmc(0).running);
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT(!wdt_bmc(0).running);
	EXPECT_EQ(wdt_param("preop", "preop_none"), 0);
	EXPECT_EQ(wdt_param("timeout", "100"), 0);
	EXPECT_STR(file_text("/sys/class/watchdog/watchdog0/timeout"), "100");
}

static void nothing_is_left(void)
{
	EXPECT_EQ(module_remove("ipmi_watchdog"), 0);
	/* it is a user, too, and may have come before it was kept out */
	if (module_loaded("acpi_ipmi"))
		EXPECT_EQ(module_remove("acpi_ipmi"), 0);
	EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/nr_users"), 0);
	EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/nr_msgs"), 0);
	EXPECT_EQ(stack_remove(), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(loads), KTAP_CASE(all_at_once), KTAP_CASE(works), KTAP_CASE(nothing_is_left),
};

int main(void)
{
	keep_acpi_ipmi_out();
	return ktap_main(cases, ARRAY_SIZE(cases));
}
