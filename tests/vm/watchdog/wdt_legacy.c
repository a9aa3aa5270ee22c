// SPDX-License-Identifier: GPL-2.0-only
/*
 * preop=preop_give_data: /dev/watchdog as it was before the watchdog core.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ktap.h"
#include "wdt.h"

#define TIMEOUT 60
#define PRE 58

static volatile sig_atomic_t signals;
static char parameters[128];

static void on_signal(int number)
{
	(void)number;
	signals++;
}

static void device(void)
{
	struct stat st;

	snprintf(parameters, sizeof(parameters),
		 "preop=preop_give_data preaction=pre_int timeout=%d pretimeout=%d", TIMEOUT, PRE);
	REQUIRE(EXPECT_EQ(run("modprobe ipmi_watchdog %s", parameters), 0));
	REQUIRE(EXPECT_EQ(stat("/dev/watchdog", &st), 0));
	EXPECT_EQ(major(st.st_rdev), 10);
	EXPECT_EQ(minor(st.st_rdev), 130);
	EXPECT_EQ(st.st_mode & 0777, 0600);
	EXPECT_EQ(wdt_open("watchdog0"), -ENOENT);
}

static void write_starts(void)
{
	int fd = wdt_open("watchdog");
	struct wire w;

	REQUIRE(EXPECT(fd >= 0));
	EXPECT(!wdt_bmc(0).running);
	EXPECT_EQ(wdt_open("watchdog"), -EBUSY);
	EXPECT_EQ(wdt_write(fd, ""), 0);
	EXPECT(!wdt_bmc(0).running);
	EXPECT_EQ(write(fd, "123", 3), 3);
	EXPECT(wdt_bmc(0).running);
	EXPECT(bmc_wire(NETFN_APP, CMD_SET_TIMER, 0, &w));
	EXPECT_HEX(w.data, w.len, BY_STACK("44 31 3a 10 58 02", "44 31 3a 00 58 02"));
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT(!wdt_bmc(0).running);
}

static void close_without_a_word(void)
{
	int fd = wdt_open("watchdog");

	EXPECT_EQ(wdt_write(fd, "1V1"), 0);
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	close(fd);
	EXPECT(wdt_bmc(0).running);
	fd = wdt_open("watchdog");
	EXPECT_EQ(wdt_write(fd, "xVx"), 0);
	close(fd);
	EXPECT(!wdt_bmc(0).running);
	/* the V was the last program's, and this one has only asked */
	fd = wdt_open("watchdog");
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_KEEPALIVE, NULL), 0);
	bmc_line("forget");
	close(fd);
	EXPECT(wdt_bmc(0).running);
	/* the end is a sign of life */
	EXPECT_EQ(bmc_number("count 6 22"), 1);
	EXPECT_EQ(bmc_number("count 6 24"), 0);
	EXPECT_EQ(run("dmesg | grep 'closed without a word: the timer runs on'"), 0);
	/* it runs: a sign of life does not set it anew */
	fd = wdt_open("watchdog");
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT_EQ(bmc_number("count 6 24"), 0);
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT(!wdt_bmc(0).running);
	/* one that does not run is not told of */
	bmc_line("forget");
	close(wdt_open("watchdog"));
	EXPECT_EQ(bmc_number("count 6 22") + bmc_number("count 6 24"), 0);
}

static void bad_addresses(void)
{
	int fd = wdt_open("watchdog"), *volatile bad = (int *)8;
	static const unsigned long calls[] = {
		WDIOC_GETSUPPORT, WDIOC_GETSTATUS,  WDIOC_GETBOOTSTATUS, WDIOC_SETOPTIONS,
		WDIOC_SETTIMEOUT, WDIOC_GETTIMEOUT, WDIOC_SETPRETIMEOUT, WDIOC_GETPRETIMEOUT,
		WDIOC_GETTIMELEFT,
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(calls); i++)
		if (!EXPECT_EQ(wdt_ioctl(fd, calls[i], bad), -EFAULT))
			ktap_note("ioctl %lx", calls[i]);
	EXPECT_EQ(write(fd, bad, 1), -1);
	EXPECT_EQ(errno, EFAULT);
	EXPECT(!wdt_bmc(0).running);
	close(fd);
}

static void calls(void)
{
	int fd = wdt_open("watchdog"), n = 0;
	struct watchdog_info info;

	EXPECT_EQ(wdt_ioctl(fd, WDIOC_GETSUPPORT, (int *)&info), 0);
	EXPECT_STR((char *)info.identity, "IPMI");
	EXPECT_EQ(info.firmware_version, 1);
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_KEEPALIVE, NULL), 0);
	EXPECT(wdt_bmc(0).running);
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_GETTIMEOUT, &n), 0);
	EXPECT_EQ(n, TIMEOUT);
	n = 100;
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_SETTIMEOUT, &n), 0);
	EXPECT_EQ(n, 100);
	EXPECT_EQ(wdt_bmc(0).countdown, 1000);
	n = 6554;
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_SETTIMEOUT, &n), BY_STACK(-EINVAL, 0));
	n = BY_STACK(0, 100);
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_SETTIMEOUT, &n), BY_STACK(-EINVAL, 0));
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_GETTIMEOUT, &n), 0);
	EXPECT_EQ(n, 100);
	n = 6000;
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_SETTIMEOUT, &n), 0);
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_GETTIMELEFT, &n), BY_STACK(0, -ENOTTY));
	EXPECT(n > 5000 && n <= 6000);
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_GETBOOTSTATUS, &n), 0);
	EXPECT_EQ(n, 0);
	n = 57;
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_SETPRETIMEOUT, &n), 0);
	EXPECT_EQ(n, 57);
	EXPECT_EQ(wdt_bmc(0).pretimeout, 57);
	n = 256;
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_SETPRETIMEOUT, &n), BY_STACK(-EINVAL, 0));
	n = PRE;
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_SETPRETIMEOUT, &n), 0);
	n = TIMEOUT;
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_SETTIMEOUT, &n), 0);
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_GETPRETIMEOUT, &n), 0);
	EXPECT_EQ(n, PRE);
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_GETSTATUS, &n), 0);
	EXPECT_EQ(n, 0);
	n = WDIOS_DISABLECARD;
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_SETOPTIONS, &n), 0);
	EXPECT(!wdt_bmc(0).running);
	/* of all that there might be, these two are known */
	n = ~(WDIOS_ENABLECARD | WDIOS_DISABLECARD);
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_SETOPTIONS, &n), 0);
	EXPECT(!wdt_bmc(0).running);
	n = WDIOS_ENABLECARD;
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_SETOPTIONS, &n), 0);
	EXPECT(wdt_bmc(0).running);
	n = WDIOS_ENABLECARD | WDIOS_DISABLECARD;
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_SETOPTIONS, &n), 0);
	EXPECT(wdt_bmc(0).running);
	EXPECT_EQ(wdt_ioctl(fd, 0x5700, &n), -ENOTTY);
	EXPECT_EQ(lseek(fd, 0, SEEK_SET), -1);
	EXPECT_EQ(errno, ESPIPE);
	EXPECT_EQ(wdt_close(fd), 0);
}

static void gives_data(void)
{
	int fd = wdt_open("watchdog");
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char c = 1;

	signals = 0;
	signal(SIGIO, on_signal);
	EXPECT_EQ(fcntl(fd, F_SETOWN, getpid()), 0);
	EXPECT_EQ(fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC), 0);
	EXPECT_EQ(read(fd, &c, 1), -1);
	EXPECT_EQ(errno, EAGAIN);
	EXPECT_EQ(read(fd, &c, 0), 0);
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT_EQ(poll(&p, 1, 100), 0);
	/* the signal may come first */
	while (poll(&p, 1, 20000) < 0 && errno == EINTR)
		;
	EXPECT_EQ(p.revents, POLLIN);
	EXPECT_EQ(read(fd, &c, 1), 1);
	EXPECT_EQ(c, 0);
	for (int i = 0; i < 500 && !signals; i++)
		usleep(10000);
	EXPECT_EQ(signals, 1);
	EXPECT_EQ(read(fd, &c, 1), -1);
	EXPECT_EQ(errno, EAGAIN);
	/* the next sign of life counts */
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT(wdt_write_counts(0, fd));
	/* that took until the next one, perhaps */
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	while (read(fd, &c, 1) == 1)
		;
	c = 1;
	/* and a read that waits gets the next one */
	EXPECT_EQ(fcntl(fd, F_SETFL, 0), 0);
	EXPECT_EQ(read(fd, &c, 1), 1);
	EXPECT_EQ(c, 0);
	EXPECT_EQ(wdt_close(fd), 0);
	signal(SIGIO, SIG_IGN);
}

/* A read that waits ends with a signal, and with SIGKILL. */
static void a8_read_can_be_killed(void)
{
	static const int numbers[] = { SIGUSR1, SIGKILL };

	signal(SIGUSR1, SIG_DFL);
	for (unsigned int i = 0; i < ARRAY_SIZE(numbers); i++) {
		int fd = wdt_open("watchdog"), status = 0, ret = 0;
		double end = now() + 5;
		pid_t pid = fork();
		char c;

		if (!pid)
			_exit(read(fd, &c, 1) == 1);
		close(fd);
		usleep(300000);
		kill(pid, numbers[i]);
		while (!ret && now() < end) {
			ret = waitpid(pid, &status, WNOHANG);
			usleep(10000);
		}
		REQUIRE(EXPECT_EQ(ret, pid));
		EXPECT(WIFSIGNALED(status));
	}
}

static void nowayout(void)
{
	int fd = wdt_open("watchdog"), off = WDIOS_DISABLECARD;

	EXPECT_EQ(wdt_param("nowayout", "Y"), 0);
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_SETOPTIONS, &off), BY_STACK(-EBUSY, 0));
	EXPECT_EQ(wdt_write(fd, "V"), 0);
	close(fd);
	EXPECT(BY_STACK(wdt_bmc(0).running, true));
	if (stack_is_ours()) {
		/* a V counts if it was one then, and still is one */
		fd = wdt_open("watchdog");
		EXPECT_EQ(wdt_write(fd, "V"), 0);
		EXPECT_EQ(wdt_param("nowayout", "N"), 0);
		close(fd);
		EXPECT(wdt_bmc(0).running);
		fd = wdt_open("watchdog");
		EXPECT_EQ(wdt_write(fd, "V"), 0);
		EXPECT_EQ(wdt_param("nowayout", "Y"), 0);
		close(fd);
		EXPECT(wdt_bmc(0).running);
	}
	EXPECT_EQ(wdt_param("nowayout", "N"), 0);
	fd = wdt_open("watchdog");
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT(!wdt_bmc(0).running);
}

/* Its interface goes while a program has it, and comes back. */
static void by_hotmod(void)
{
	static const char hotmod[] = "/sys/module/ipmi_si/parameters/hotmod";
	static const unsigned char expires[] = { 4, 0, 0, 0, 1, 0 };
	int fd = wdt_open("watchdog"), n = -1;
	double end = now() + 10;

	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT_EQ(file_write(hotmod, "remove,kcs,i/o,0xca2"), 0);
	EXPECT_EQ(wdt_write(fd, "1"), -ENODEV);
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_KEEPALIVE, NULL), -ENODEV);
	EXPECT_EQ(file_write(hotmod, "add,kcs,i/o,0xca2"), 0);
	/* without a word of the program */
	while (!wdt_bmc(0).running && now() < end)
		usleep(50000);
	EXPECT(wdt_bmc(0).running);
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT(!wdt_bmc(0).running);

	/* how the boot began is not what has happened since */
	wdt_by_others(expires, true);
	for (end = now() + 10; !wdt_bmc(0).expired && now() < end;)
		usleep(20000);
	EXPECT_EQ(wdt_bmc(0).expired, 0x10);
	bmc_line("forget");
	EXPECT_EQ(file_write(hotmod, "remove,kcs,i/o,0xca2"), 0);
	EXPECT_EQ(file_write(hotmod, "add,kcs,i/o,0xca2"), 0);
	EXPECT(bmc_received(NETFN_APP, CMD_SET_TIMER, 1, 20000));
	fd = wdt_open("watchdog");
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_GETBOOTSTATUS, &n), 0);
	EXPECT_EQ(n, 0);
	EXPECT_EQ(wdt_close(fd), 0);
	/* and what is found at load is */
	wdt_by_others(expires, true);
	for (end = now() + 10; !wdt_bmc(0).expired && now() < end;)
		usleep(20000);
	EXPECT_EQ(module_remove("ipmi_watchdog"), 0);
	REQUIRE(EXPECT_EQ(run("modprobe ipmi_watchdog %s", parameters), 0));
	fd = wdt_open("watchdog");
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_GETBOOTSTATUS, &n), 0);
	EXPECT_EQ(n, WDIOF_CARDRESET);
	EXPECT_EQ(wdt_close(fd), 0);
}

/* From one device to the other and back, when nobody has it. */
static void changes(void)
{
	int fd = wdt_open("watchdog"), off = WDIOS_DISABLECARD;

	/* it is open, if not started; and can be started after that */
	EXPECT_EQ(wdt_param("preop", "preop_none"), -EBUSY);
	EXPECT_STR(file_text(WDT_PARAM "preop"), "preop_give_data");
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT(wdt_bmc(0).running);
	EXPECT_EQ(wdt_param("preop", "preop_none"), -EBUSY);
	EXPECT_EQ(module_remove("ipmi_watchdog"), -EAGAIN);
	/* an NMI has no data to give */
	EXPECT_EQ(wdt_param("preaction", "pre_nmi"), -EINVAL);
	EXPECT_STR(file_text(WDT_PARAM "preaction"), "pre_int");
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT_EQ(wdt_param("preop", "preop_none"), 0);
	EXPECT_STR(file_text(WDT_PARAM "preop"), "preop_none");
	EXPECT_STR(file_text("/sys/class/watchdog/watchdog0/timeout"), "60");
	EXPECT_STR(file_text("/sys/class/watchdog/watchdog0/pretimeout"), "58");
	fd = wdt_open("watchdog0");
	EXPECT(fd >= 0);
	EXPECT_EQ(wdt_param("preop", "preop_give_data"), -EBUSY);
	EXPECT_EQ(wdt_param("preop", "preop_panic"), 0);
	/* who has stopped its timer loses the device, and is told */
	EXPECT_EQ(wdt_ioctl(fd, WDIOC_SETOPTIONS, &off), 0);
	EXPECT_EQ(wdt_param("preop", "preop_give_data"), 0);
	EXPECT_EQ(wdt_write(fd, "1"), -ENODEV);
	close(fd);
	EXPECT(!wdt_bmc(0).running);
	EXPECT_EQ(wdt_open("watchdog0"), -ENOENT);
	fd = wdt_open("watchdog");
	EXPECT(fd >= 0);
	close(fd);
	/* softdog takes the first place of the watchdog core, and with it /dev/watchdog */
	EXPECT_EQ(wdt_param("preop", "preop_none"), 0);
	EXPECT_EQ(module_remove("ipmi_watchdog"), 0);
	EXPECT_EQ(run("modprobe softdog && modprobe ipmi_watchdog"), 0);
	EXPECT_EQ(wdt_param("preop", "preop_give_data"), -EBUSY);
	EXPECT_STR(file_text(WDT_PARAM "preop"), "preop_none");
	EXPECT_EQ(run("dmesg | grep 'make /dev/watchdog, another driver has it: error -16;'"), 0);
	fd = wdt_open("watchdog1");
	EXPECT(fd >= 0);
	EXPECT(wdt_bmc(0).running);
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT_EQ(module_remove("ipmi_watchdog"), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(device),
	KTAP_CASE(write_starts),
	KTAP_CASE(close_without_a_word),
	KTAP_CASE(calls),
	KTAP_CASE(gives_data),
	KTAP_CASE(nowayout),
	/* only ours from here on; A8 leaves 6.1's own with a process that nobody can end */
	KTAP_CASE(bad_addresses),
	KTAP_CASE(a8_read_can_be_killed),
	KTAP_CASE(by_hotmod),
	KTAP_CASE(changes),
};

int main(void)
{
	keep_acpi_ipmi_out();
	return ktap_main(cases, stack_is_ours() ? ARRAY_SIZE(cases) : 6);
}
