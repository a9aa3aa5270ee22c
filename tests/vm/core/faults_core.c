// SPDX-License-Identifier: GPL-2.0-only
/*
 * More of the known faults of the kernel's own message handler and device, as in faults3.c. With
 * the argument "two" those that take a second interface: one whose BMC is that of tests/bmc, and
 * one to QEMU's own.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define CLASS "/sys/class/ipmi/ipmi"
#define DEVICE CLASS "0/device"
#define PARAMETERS "/sys/module/ipmi_msghandler/parameters/"
#define HOTMOD "/sys/module/ipmi_si/parameters/hotmod"
#define QUICK_MS 2000
#define SLOTS 64
#define CMD_COLD_RESET 0x02
#define CMD_SET_ENABLES 0x2e
#define ASKERS 64
#define THINKS_MS 30
#define FAIR_S 8

/* B2: the window that a reset opens is over when its time is. */
static void b2_window_ends(void)
{
	int fd = ipmi_open(0);
	struct reply r;

	EXPECT_EQ(file_write(PARAMETERS "maintenance_mode_timeout_ms", "1500"), 0);
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_COLD_RESET, NULL, 0, &r), 0);
	EXPECT(strncmp(file_text(DEVICE "/maintenance_mode"), "2 ", 2) == 0);
	usleep(3000000);
	EXPECT_STR(file_text(DEVICE "/maintenance_mode"), "0 0");
	EXPECT_EQ(file_write(PARAMETERS "maintenance_mode_timeout_ms", "30000"), 0);
	close(fd);
}

/* B10: a bridged request that the transport refuses has its own time, not the guard's minute. */
static void b10_refused_by_transport(void)
{
	int fd = ipmi_open(0);
	struct ipmi_ipmb_addr near;
	double end;
	struct reply r;

	ipmi_ipmb(&near, 0, SATELLITE, 0);
	bmc_line("after 10 away busy 12000");
	usleep(50000);
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	EXPECT(r.data[0]);
	EXPECT_EQ(ipmi_send_timed(fd, &near, sizeof(near), 1, NETFN_OEM, 1, NULL, 0, 1, 500), 0);
	REQUIRE(EXPECT_EQ(ipmi_next(fd, 20000, &r), 0));
	EXPECT_EQ(r.msgid, 1);
	EXPECT(r.data[0]);
	end = now() + 40;
	do
		ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r);
	while (r.data[0] && now() < end);
	EXPECT_EQ(r.data[0], 0);
	close(fd);
}

/* B11: who closes while his requests are sent again takes nothing that is still in use. */
static void b11_close_as_it_is_sent_again(void)
{
	struct ipmi_ipmb_addr near;

	ipmi_ipmb(&near, 0, SATELLITE, 0);
	bmc_line("satellite %x silent", SATELLITE);
	for (int i = 0; i < 200; i++) {
		int fd = ipmi_open(0);

		for (int k = 0; k < 4; k++)
			ipmi_send_timed(fd, &near, sizeof(near), k, NETFN_OEM, (i * 4 + k) & 0xff,
					NULL, 0, 4, 5);
		usleep(i % 40 * 1000);
		close(fd);
	}
	bmc_line("satellite %x answer", SATELLITE);
	usleep(500000);
	EXPECT_EQ(file_number(DEVICE "/nr_msgs"), 0);
}

/* B12: what becomes of an answer that the stack makes by itself ends nobody's request. */
static void b12_own_answers(void)
{
	int fd = ipmi_open(0);
	struct ipmi_ipmb_addr other;
	struct reply r;

	bmc_line("satellite %x silent", OTHER_SATELLITE);
	bmc_line("satellite %x refuse arg=0xc1", SATELLITE);
	ipmi_ipmb(&other, 0, OTHER_SATELLITE, 0);
	for (int i = 0; i < SLOTS; i++)
		EXPECT_EQ(ipmi_send_timed(fd, &other, sizeof(other), i, NETFN_OEM, i, NULL, 0, 0,
					  2500),
			  0);
	/* nobody has registered for these */
	for (int i = 0; i < 16; i++)
		bmc_line("ipmb 0 %x 0 %x 30 77", SATELLITE, i);
	for (int i = 0; i < SLOTS; i++) {
		REQUIRE(EXPECT_EQ(ipmi_next(fd, 10000, &r), 0));
		EXPECT_HEX(r.data, r.len, "c3");
	}
	bmc_line("satellite %x answer", SATELLITE);
	bmc_line("satellite %x answer", OTHER_SATELLITE);
	close(fd);
}

/* B19: a user may turn the BMC's event buffer off, and on again: it is the user's to ask. */
static void b19_global_enables(void)
{
	unsigned char enables[] = { 0 };
	int fd = ipmi_open(0);
	struct reply r;
	int on = 1;

	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_SET_ENABLES, enables, 1, &r), 0);
	EXPECT_EQ(r.data[0], 0);
	/* requests need none of them */
	for (int i = 0; i < 10; i++)
		EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	enables[0] = 0x0f;
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_SET_ENABLES, enables, 1, &r), 0);
	EXPECT_EQ(ioctl(fd, IPMICTL_SET_GETS_EVENTS_CMD, &on), 0);
	bmc_line("events 1");
	EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0);
	EXPECT_EQ(r.recv_type, IPMI_ASYNC_EVENT_RECV_TYPE);
	close(fd);
}

/* What those who ask share. */
static struct {
	int ready;
	bool go;
	double end;
	int answers[ASKERS];
} *asked;

static void ask_until_the_end(int i)
{
	int fd = ipmi_open(0);
	struct reply r;

	__atomic_add_fetch(&asked->ready, 1, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&asked->go, __ATOMIC_SEQ_CST))
		usleep(1000);
	while (now() < asked->end) {
		if (ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r) || r.data[0])
			_exit(1);
		asked->answers[i]++;
	}
	_exit(0);
}

/* So many ask one thing after another for a time. */
static void ask_by(int n)
{
	memset(asked, 0, sizeof(*asked));
	fflush(stdout);
	for (int i = 0; i < n; i++)
		if (!fork())
			ask_until_the_end(i);
	while (__atomic_load_n(&asked->ready, __ATOMIC_SEQ_CST) < n)
		usleep(1000);
	asked->end = now() + FAIR_S;
	__atomic_store_n(&asked->go, true, __ATOMIC_SEQ_CST);
	for (int i = 0; i < n; i++) {
		int status = -1;

		wait(&status);
		EXPECT_EQ(status, 0);
	}
}

/*
 * Many get no less out of the BMC than one does, and each his part. The BMC thinks for so long
 * that it is what limits them, not a busy machine.
 */
static void fair_shares(void)
{
	int alone, all = 0, least;

	asked = mmap(NULL, sizeof(*asked), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	EXPECT_EQ(file_write(PARAMETERS "max_users", "100"), 0);
	bmc_line("delay %d", THINKS_MS);
	ask_by(1);
	alone = asked->answers[0];
	ask_by(ASKERS);
	bmc_line("delay 0");
	least = asked->answers[0];
	for (int i = 0; i < ASKERS; i++) {
		all += asked->answers[i];
		if (asked->answers[i] < least)
			least = asked->answers[i];
	}
	ktap_note("one had %d answers, %d had %d, the least of them %d", alone, ASKERS, all, least);
	/* the BMC sets the pace; a fifth for what else the machine does */
	EXPECT(all * 5 >= alone * 4);
	EXPECT(least * ASKERS * 2 >= all);
}

/* B8: BMCs without a GUID are two if only their manufacturer differs. */
static void b8_manufacturers(void)
{
	char bmc[64];

	snprintf(bmc, sizeof(bmc), "%s", link_name(CLASS "1/device/bmc"));
	EXPECT(bmc[0]);
	EXPECT_EQ(strcmp(bmc, link_name(CLASS "2/device/bmc")) != 0, BY_STACK(1, 0));
}

/* C4: while a slow BMC is asked who it is, nobody else waits. */
static void c4_slow_discovery(void)
{
	struct reply r;
	int status;
	pid_t child;

	bmc_line("delay 1000");
	bmc_line("after 8000 delay 0");
	EXPECT_EQ(file_write(HOTMOD, "remove,kcs,i/o,0xca2"), 0);
	fflush(stdout);
	child = fork();
	if (!child)
		_exit(file_write(HOTMOD, "add,kcs,i/o,0xca2") != 0);
	usleep(500000);
	for (int i = 0; i < 20; i++) {
		int fd = ipmi_open(1);

		REQUIRE(EXPECT(fd >= 0));
		EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
		close(fd);
	}
	EXPECT(file_number(CLASS "1/device/nr_users") >= 0);
	/* the slow one was not ready before we were */
	EXPECT_EQ(access("/dev/ipmi0", F_OK) != 0, BY_STACK(1, access("/dev/ipmi0", F_OK) != 0));
	EXPECT_EQ(waitpid(child, &status, 0), child);
	EXPECT_EQ(status, 0);
	close(ipmi_open(0));
	EXPECT_EQ(access("/dev/ipmi0", F_OK), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(b11_close_as_it_is_sent_again),
	KTAP_CASE(b12_own_answers),
	KTAP_CASE(b19_global_enables),
	KTAP_CASE(fair_shares),
};

/* The kernel's own has no such file, and takes long. */
/* A page that nobody fills in: who touches it sleeps until it is killed. */
static void *bottomless_page(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	range.range.start = (unsigned long)page;
	range.range.len = 4096;
	if (uffd < 0 || page == MAP_FAILED || ioctl(uffd, UFFDIO_API, &api) ||
	    ioctl(uffd, UFFDIO_REGISTER, &range))
		return NULL;
	return page;
}

static pid_t reader(int file, bool bottomless)
{
	struct ipmi_addr addr;
	unsigned char data[64];
	struct ipmi_recv recv = {
		.addr = (void *)&addr,
		.addr_len = sizeof(addr),
		.msg = { .data = data, .data_len = sizeof(data) },
	};
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child)
		return child;
	if (bottomless)
		recv.addr = bottomless_page();
	if (!recv.addr)
		_exit(2);
	ioctl(file, IPMICTL_RECEIVE_MSG, &recv);
	_exit(1);
}

static bool dies(pid_t child)
{
	double end = now() + 3;
	int status = 0;
	pid_t got = 0;

	kill(child, SIGKILL);
	while (!got && now() < end) {
		got = waitpid(child, &status, WNOHANG);
		usleep(10000);
	}
	return got == child && WIFSIGNALED(status);
}

/* Who waits behind a reader that is in a page fault can be killed; the message is nobody's yet. */
static void a_reader_is_killed(void)
{
	int fd = ipmi_open(0);
	pid_t first, second;
	struct reply r;

	EXPECT_EQ(ipmi_send(fd, 7, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	EXPECT_EQ(ipmi_wait(fd, QUICK_MS), 1);
	first = reader(fd, true);
	usleep(300000);
	second = reader(fd, false);
	usleep(300000);
	EXPECT(dies(second));
	EXPECT(dies(first));
	EXPECT_EQ(ipmi_recv(fd, &r), 0);
	EXPECT_EQ(r.msgid, 7);
	EXPECT_EQ(r.data[0], 0);
	close(fd);
}

static long left_behind(void)
{
	run("cd /sys/devices/platform; ls -d ipmi_bmc.* *ipmi-si*/nr_users *ipmi-si*/nr_msgs "
	    "*ipmi-si*/maintenance_mode *ipmi-si*/ipmi_stats *ipmi-si*/bmc *ipmi-si*/ipmi 2>/dev/null "
	    "| wc -l");
	return atol(output());
}

/*
 * The BMC tells the transport who it is, and then the core an error: the registration fails. Nothing
 * of it is left behind, nothing is done for it any more, and the next one succeeds.
 */
static void registration_fails(void)
{
	/* for two tries, of which each asks seven times */
	bmc_line("fault cc netfn=06 cmd=01 skip=1 n=13 arg=%d", 0xd5);
	run("dmesg -C");
	EXPECT_EQ(file_write(HOTMOD, "remove,kcs,i/o,0xca2"), 0);
	EXPECT_EQ(left_behind(), 0);
	EXPECT_EQ(file_write(HOTMOD, "add,kcs,i/o,0xca2"), 0);
	for (double end = now() + 10; now() < end;) {
		if (!run("dmesg | grep -q 'asked 6 times, last completion code 0xd5'"))
			break;
		usleep(20000);
	}
	EXPECT_EQ(run("dmesg | grep -q 'asked 6 times, last completion code 0xd5'"), 0);
	/* it is tried again and again, and between two tries there is nothing */
	for (double end = now() + 10; left_behind() && now() < end;)
		usleep(20000);
	EXPECT_EQ(left_behind(), 0);
	EXPECT_EQ(ipmi_nodes(), 0);
	EXPECT_EQ(ipmi_open_now(0), -ENOENT);
	close(ipmi_open(0));
	EXPECT_EQ(ipmi_try(0), 0);
	/* and one that is removed while it is asked */
	bmc_line("fault cc netfn=06 cmd=01 skip=1 n=3 arg=%d", 0xd5);
	EXPECT_EQ(file_write(HOTMOD, "remove,kcs,i/o,0xca2"), 0);
	EXPECT_EQ(file_write(HOTMOD, "add,kcs,i/o,0xca2"), 0);
	usleep(700000);
	EXPECT_EQ(file_write(HOTMOD, "remove,kcs,i/o,0xca2"), 0);
	EXPECT_EQ(left_behind(), 0);
	EXPECT_EQ(file_write(HOTMOD, "add,kcs,i/o,0xca2"), 0);
	close(ipmi_open(0));
	EXPECT_EQ(ipmi_try(0), 0);
}

static const struct ktap_case our_cases[] = {
	KTAP_CASE(a_reader_is_killed),
	KTAP_CASE(registration_fails),
	KTAP_CASE(b2_window_ends),
	KTAP_CASE(b10_refused_by_transport),
};

static const struct ktap_case two_cases[] = {
	KTAP_CASE(b8_manufacturers),
	KTAP_CASE(c4_slow_discovery),
};

/* Whoever was first: that of tests/bmc becomes ipmi0, those on PCI 1 and 2. */
static bool in_order(void)
{
	static const char *const devices[] = { "platform/devices/IPI0001:00",
					       "pci/devices/0000:00:02.0",
					       "pci/devices/0000:00:03.0" };
	char drivers[3][256];
	int fd;

	close(ipmi_open(2));
	for (int i = 0; i < 3; i++) {
		if (run("readlink -f /sys/bus/%s/driver", devices[i]))
			return false;
		snprintf(drivers[i], sizeof(drivers[i]), "%.*s", (int)strcspn(output(), "\n"),
			 output());
		if (run("echo %s >%s/unbind", strrchr(devices[i], '/') + 1, drivers[i]))
			return false;
	}
	for (int i = 0; i < 3; i++) {
		if (run("echo %s >%s/bind", strrchr(devices[i], '/') + 1, drivers[i]))
			return false;
		fd = ipmi_open(i);
		if (fd < 0)
			return false;
		close(fd);
	}
	return true;
}

int main(int argc, char **argv)
{
	struct ktap_case all[ARRAY_SIZE(cases) + ARRAY_SIZE(our_cases)];
	int n = ARRAY_SIZE(cases), fd;

	keep_acpi_ipmi_out();
	fd = ipmi_must_open(0);
	close(fd);
	usleep(500000);
	module_remove("acpi_ipmi");
	if (argc > 1 && !strcmp(argv[1], "two")) {
		if (!in_order()) {
			printf("Bail out! the interfaces do not come\n");
			return 1;
		}
		return ktap_main(two_cases, ARRAY_SIZE(two_cases));
	}
	memcpy(all, cases, sizeof(cases));
	if (stack_is_ours()) {
		memcpy(all + n, our_cases, sizeof(our_cases));
		n += ARRAY_SIZE(our_cases);
	}
	return ktap_main(all, n);
}
