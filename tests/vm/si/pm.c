// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens to the machine around an interface: suspend, shutdown, an error of its bus,
 * removal without a word. With "asked": removal while the core asks the BMC for the first time.
 * The BMC of tests/bmc tells what it has seen of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define CMD_SET_ENABLES 0x2e
#define CALL "/sys/module/device_call/parameters/call"
#define PM_TEST "/sys/power/pm_test"
#define PM_DELAY "/sys/module/suspend/parameters/pm_test_delay"

#define CC_AWAY 0x82
#define NR_HAMMERS 3

static char device[32];
static const char *bus;
static pid_t hammers[NR_HAMMERS];

static bool on_pci(void)
{
	return !strcmp(hardware(), "host-kcs-pci");
}

static void find_device(void)
{
	bus = on_pci() ? "pci" : "platform";
	snprintf(device, sizeof(device), "%s", link_name("/sys/class/ipmi/ipmi0/device"));
}

static int call(const char *what)
{
	char text[80];

	snprintf(text, sizeof(text), "%s %s %s", what, bus, device);
	return file_write(CALL, text);
}

static int driver(const char *what)
{
	char path[80];

	snprintf(path, sizeof(path), "/sys/bus/%s/drivers/ipmi_si/%s", bus, what);
	return file_write(path, device);
}

/* Processes that ask, whatever happens to the device. */
static void hammer(void)
{
	struct reply r;

	for (;;) {
		int fd = ipmi_open_now(0);

		if (fd < 0) {
			usleep(10000);
			continue;
		}
		for (int i = 0; i < 50; i++)
			if (ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r))
				break;
		close(fd);
	}
}

static void start_hammers(void)
{
	fflush(stdout);
	for (int i = 0; i < NR_HAMMERS; i++) {
		hammers[i] = fork();
		if (!hammers[i])
			hammer();
	}
	usleep(50000);
}

static void stop_hammers(void)
{
	for (int i = 0; i < NR_HAMMERS; i++) {
		kill(hammers[i], SIGKILL);
		EXPECT(waitpid(hammers[i], NULL, 0) == hammers[i]);
	}
}

/* Completion code of Get Device ID, or a negative errno; within so many seconds. */
static int ask(double seconds)
{
	int fd = ipmi_open(0), ret;
	double start = now();
	struct reply r;

	if (fd < 0)
		return fd;
	ret = ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r);
	close(fd);
	if (!EXPECT(now() - start < seconds))
		ktap_note("it took %.3f s", now() - start);
	return ret ?: r.data[0];
}

/* What the BMC was told of its interrupts, and what it has now. */
static int enables_told(int back)
{
	struct wire w;

	return bmc_wire(NETFN_APP, CMD_SET_ENABLES, back, &w) ? w.data[0] & IRQ_ENABLES : -1;
}

/* All of a suspend but for the processors: devices are told, wait 1 s, are told again. */
static int suspend(void)
{
	return file_write("/sys/power/state", "freeze");
}

static void suspend_under_load(void)
{
	REQUIRE(EXPECT_EQ(file_write(PM_TEST, "devices"), 0));
	REQUIRE(EXPECT_EQ(file_write(PM_DELAY, "1"), 0));
	EXPECT(bmc_enables_become(IRQ_ENABLES, IRQ_ENABLES));
	for (int i = 0; i < 3; i++) {
		bmc_line("forget");
		start_hammers();
		EXPECT_EQ(suspend(), 0);
		stop_hammers();
		EXPECT(bmc_enables_become(IRQ_ENABLES, IRQ_ENABLES));
		EXPECT_EQ(enables_told(1), 0);
		EXPECT_EQ(enables_told(0), IRQ_ENABLES);
		EXPECT_EQ(ask(1), 0);
	}
	EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/hosed_count"), 0);
	EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/interrupts_enabled"), 1);
}

/* What the BMC has not answered by then is answered after it. */
static void a_request_lasts_longer_than_a_suspend(void)
{
	int fd = ipmi_open(0);
	double start = now();
	struct reply r;

	bmc_line("delay 2000");
	EXPECT_EQ(ipmi_send(fd, 7, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	EXPECT_EQ(ipmi_send(fd, 8, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	usleep(100000);
	EXPECT_EQ(suspend(), 0);
	ktap_note("resumed after %.2f s", now() - start);
	for (int i = 7; i <= 8; i++) {
		EXPECT_EQ(ipmi_next(fd, ANSWER_MS, &r), 0);
		EXPECT_EQ(r.msgid, i);
		EXPECT_EQ(r.data[0], 0);
	}
	bmc_line("delay 0");
	close(fd);
}

/* As before a kexec: no interrupt any more; but a request to switch the power off must work. */
static void shutdown_under_load(void)
{
	EXPECT(bmc_enables_become(IRQ_ENABLES, IRQ_ENABLES));
	start_hammers();
	EXPECT_EQ(call("shutdown"), 0);
	EXPECT_EQ(bmc_enables() & IRQ_ENABLES, 0);
	stop_hammers();
	EXPECT_EQ(ask(1), 0);
	EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/interrupts_enabled"), 0);
	/* Others do not switch them on again. */
	sleep(2);
	EXPECT_EQ(bmc_enables() & IRQ_ENABLES, 0);
	EXPECT(run("dmesg | grep 'does not come'"));

	/* The next driver finds it as if nothing had been. */
	EXPECT_EQ(driver("unbind"), 0);
	EXPECT_EQ(driver("bind"), 0);
	EXPECT_EQ(ask(1), 0);
	EXPECT(bmc_enables_become(IRQ_ENABLES, IRQ_ENABLES));
	EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/hosed_count"), 0);
}

/* What a request ends with that the BMC answers after so long, when the device is removed. */
static int removed_while_it_thinks(int ms)
{
	struct reply r = { 0 };
	int fd = ipmi_open(0), ret;

	bmc_line("fault late netfn=06 cmd=01 n=1 arg=%d", ms);
	EXPECT_EQ(ipmi_send(fd, 1, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	usleep(20000);
	EXPECT_EQ(driver("unbind"), 0);
	ret = ipmi_next(fd, ANSWER_MS, &r);
	close(fd);
	EXPECT_EQ(driver("bind"), 0);
	EXPECT_EQ(ask(20), 0);
	bmc_line("nofaults");
	return ret ? ret : r.data[0];
}

/*
 * Removal, like a suspend, gives it a second: what is answered within half of one gets its answer,
 * and what would take 3.5 s is ended by the driver. A host that is too busy for that is asked
 * again.
 */
static void removal_waits_for_a_second(void)
{
	int brief = -1, lengthy = 0;

	for (int i = 0; i < 3 && brief; i++)
		brief = removed_while_it_thinks(400);
	EXPECT_EQ(brief, 0);
	for (int i = 0; i < 3 && !lengthy; i++)
		lengthy = removed_while_it_thinks(3500);
	EXPECT(lengthy);
	ktap_note("%#x and %#x", brief, lengthy);
	EXPECT(bmc_enables_become(IRQ_ENABLES, IRQ_ENABLES));
}

/* Tries of the candidate that is not there, and what the report says of the next one, in ms. */
static int tries(int *next)
{
	const char *at;
	int n = 0;

	run("cat /sys/kernel/debug/ipmi_si/discovery");
	at = strstr(output(), "0xcc0 ");
	at = at ? strstr(at, "tried ") : NULL;
	*next = -1;
	if (at)
		sscanf(at, "tried %d time%*[^0-9]%d", &n, next);
	return n;
}

/* Who was not there before a suspend is looked for after it, at once, and again as at first. */
static void a_candidate_sleeps_too(void)
{
	int before = 0, after = 0, next = -1;

	EXPECT_EQ(file_write("/sys/module/ipmi_si/parameters/hotmod", "add,kcs,i/o,0xcc0"), 0);
	for (double end = now() + 20; now() < end && before < 3; usleep(20000))
		before = tries(&next);
	REQUIRE(EXPECT(before >= 3));
	EXPECT(next > 1000 || before > 3);
	EXPECT_EQ(suspend(), 0);
	for (double end = now() + 20; now() < end && after <= before; usleep(20000))
		after = tries(&next);
	EXPECT(after > before);
	EXPECT(after > before + 1 || (next >= 0 && next <= 1000));
	EXPECT_EQ(file_write("/sys/module/ipmi_si/parameters/hotmod", "remove,kcs,i/o,0xcc0"), 0);
	EXPECT_EQ(ask(5), 0);
}

/*
 * The BMC has told the driver who it is, and is silent when the core asks: who removes the
 * interface then does not wait for that.
 */
static void removal_while_the_core_asks(void)
{
	char name[64];
	double start;
	pid_t child;

	bmc_line("after 3000 unhang");
	bmc_line("fault hang netfn=06 cmd=01 skip=1 n=1");
	EXPECT_EQ(driver("unbind"), 0);
	fflush(stdout);
	child = fork();
	if (!child)
		_exit(file_write("/sys/module/ipmi_si/parameters/hotmod", "add,kcs,i/o,0xca2"));
	usleep(700000);
	EXPECT_EQ(run("cat /sys/kernel/debug/ipmi_si/discovery | tail -n 1"), 0);
	EXPECT(strstr(output(), "try 1 is under way"));
	EXPECT_EQ(run("ls /sys/bus/platform/drivers/ipmi_si | grep hotmod"), 0);
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(output(), "\n"), output());
	start = now();
	EXPECT_EQ(file_write("/sys/bus/platform/drivers/ipmi_si/unbind", name), 0);
	ktap_note("unbind of %s took %.2f s", name, now() - start);
	EXPECT(now() - start < 1);
	EXPECT(waitpid(child, NULL, 0) == child);
	sleep(3);
	EXPECT_EQ(driver("bind"), 0);
	EXPECT_EQ(ask(20), 0);
	bmc_line("nofaults");
}

/* BT's own interrupt enable, in INTMASK_REG (IPMI 2.0, section 11); -1 over KCS, which has none. */
static int bt_enable(void)
{
	unsigned char mask = 0xff;
	int port;

	if (strcmp(hardware(), "host-bt"))
		return -1;
	port = open("/dev/port", O_RDONLY | O_CLOEXEC);
	EXPECT_EQ(pread(port, &mask, 1, 0xe6), 1);
	close(port);
	return mask & 1;
}

static void unbind_under_load(void)
{
	int with = bt_enable();
	double start = now();

	start_hammers();
	for (int i = 0; i < 5; i++) {
		EXPECT_EQ(driver("unbind"), 0);
		EXPECT_EQ(driver("bind"), 0);
		usleep(100000);
	}
	EXPECT(now() - start < 60);
	stop_hammers();
	EXPECT_EQ(ask(1), 0);
	EXPECT_EQ(driver("unbind"), 0);
	EXPECT_EQ(ipmi_nodes(), 0);
	if (with >= 0) {
		EXPECT_EQ(with, 1);
		EXPECT_EQ(bt_enable(), 0);
	}
	EXPECT_EQ(driver("bind"), 0);
	EXPECT_EQ(ask(1), 0);
	/* The BMC is without interrupts while nobody is there for them. */
	EXPECT(bmc_enables_become(IRQ_ENABLES, IRQ_ENABLES));
	EXPECT_EQ(enables_told(1), 0);
}

/* Requests fail at once, no register is touched; afterwards all is as before. */
static void an_error_of_the_bus(void)
{
	int fd = ipmi_open(0);
	struct reply r;

	/* its answer never comes; QEMU makes one of it after 4 s */
	bmc_line("fault drop netfn=06 cmd=01 n=1");
	EXPECT_EQ(ipmi_send(fd, 1, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	usleep(50000);
	EXPECT_EQ(call("frozen"), 0);
	/* only the driver says so, and only of what never was on the wire or is given up */
	EXPECT_EQ(ipmi_next(fd, ANSWER_MS, &r), 0);
	EXPECT_EQ(r.data[0], CC_AWAY);
	EXPECT_EQ(ask(5), CC_AWAY);
	sleep(1);
	EXPECT_EQ(ask(5), CC_AWAY);
	EXPECT_EQ(call("reset"), 0);
	EXPECT_EQ(call("resume"), 0);
	for (double end = now() + 15; now() < end && ask(15); usleep(50000))
		;
	EXPECT_EQ(ask(5), 0);
	bmc_line("nofaults");
	EXPECT(bmc_enables_become(IRQ_ENABLES, IRQ_ENABLES));
	/* One of ours at the most, and none of those that failed. */
	EXPECT_EQ(ipmi_wait(fd, 100), 0);
	close(fd);

	/* One that lasts ends with the device's removal. */
	EXPECT_EQ(call("failed"), 0);
	EXPECT_EQ(ask(5), CC_AWAY);
	EXPECT_EQ(driver("unbind"), 0);
	EXPECT_EQ(driver("bind"), 0);
	EXPECT_EQ(ask(5), 0);

	/* One that goes on by itself leaves the device its state. */
	EXPECT_EQ(call("normal"), 0);
	EXPECT_EQ(ask(5), CC_AWAY);
	EXPECT_EQ(call("resume"), 0);
	for (double end = now() + 5; now() < end && ask(5); usleep(50000))
		;
	EXPECT_EQ(ask(5), 0);
}

static long interrupts(long irq)
{
	long n[2] = { 0, 0 };

	sscanf(file_text("/sys/kernel/irq/%ld/per_cpu_count", irq), "%ld,%ld", &n[0], &n[1]);
	return n[0] + n[1];
}

/* Nobody reads the answer that raises it, so it stays up, to the end and beyond. */
static void a_level_that_is_stuck(void)
{
	long irq = file_number("/sys/bus/pci/devices/%s/irq", device), before;
	cpu_set_t first, all;
	int fd = ipmi_open(0);

	/* Where it comes is where it would keep the removal from its end. */
	EXPECT_EQ(run("echo 1 >/proc/irq/%ld/smp_affinity", irq), 0);
	EXPECT_EQ(sched_getaffinity(0, sizeof(all), &all), 0);
	CPU_ZERO(&first);
	CPU_SET(0, &first);
	EXPECT_EQ(sched_setaffinity(0, sizeof(first), &first), 0);
	EXPECT_EQ(ask(1), 0);

	/* nobody can tell it so later, and asking all that is asked at first would take long */
	bmc_line("after 3000 delay 0");
	bmc_line("delay 300");
	EXPECT_EQ(ipmi_send(fd, 1, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	usleep(50000);
	before = interrupts(irq);
	EXPECT_EQ(call("failed"), 0);
	for (double end = now() + 10; now() < end && interrupts(irq) == before;)
		usleep(50000);
	usleep(300000);
	/* it has come, and is masked most of the time: 32 interrupts every 10 ms */
	if (!EXPECT(interrupts(irq) > before && interrupts(irq) <= before + 3000))
		ktap_note("%ld interrupts while it was cut off", interrupts(irq) - before);
	close(fd);
	before = interrupts(irq);
	EXPECT_EQ(driver("unbind"), 0);
	if (!EXPECT(interrupts(irq) <= before + 1000))
		ktap_note("%ld interrupts while it was removed", interrupts(irq) - before);

	EXPECT_EQ(driver("bind"), 0);
	EXPECT_EQ(ask(15), 0);
	bmc_line("delay 0");
	EXPECT(bmc_enables_become(IRQ_ENABLES, IRQ_ENABLES));
	EXPECT_EQ(sched_setaffinity(0, sizeof(all), &all), 0);
}

/* Its registers read as all ones from one moment to the next, and then it is removed. */
static void surprise_removal(void)
{
	char path[80];
	double start;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/remove", device);
	for (int i = 0; i < 3; i++) {
		start_hammers();
		EXPECT_EQ(run("printf '\\000' | dd of=/sys/bus/pci/devices/%s/config bs=1 seek=4 "
			      "conv=notrunc", device), 0);
		start = now();
		EXPECT_EQ(file_write(path, "1"), 0);
		if (!EXPECT(now() - start < 5))
			ktap_note("removal took %.2f s", now() - start);
		EXPECT_EQ(ipmi_nodes(), 0);
		stop_hammers();
		EXPECT_EQ(file_write("/sys/bus/pci/rescan", "1"), 0);
		EXPECT_EQ(ask(6), 0);
	}
}

static const struct ktap_case asked_cases[] = {
	KTAP_CASE(removal_while_the_core_asks),
};

static const struct ktap_case cases[] = {
	KTAP_CASE(suspend_under_load),
	KTAP_CASE(a_request_lasts_longer_than_a_suspend),
	KTAP_CASE(a_candidate_sleeps_too),
	KTAP_CASE(shutdown_under_load),
	KTAP_CASE(removal_waits_for_a_second),
	KTAP_CASE(unbind_under_load),
	KTAP_CASE(an_error_of_the_bus),
	KTAP_CASE(a_level_that_is_stuck),
	KTAP_CASE(surprise_removal),
};

int main(int argc, char **argv)
{
	close(ipmi_open(0));
	find_device();
	if (argc == 2 && !strcmp(argv[1], "asked"))
		return ktap_main(asked_cases, ARRAY_SIZE(asked_cases));
	if (run("insmod /vm/modules/device_call.ko")) {
		printf("Bail out! device_call: %s\n", output());
		return 1;
	}
	/* the last three are about PCI */
	return ktap_main(cases, ARRAY_SIZE(cases) - (on_pci() ? 0 : 3));
}
