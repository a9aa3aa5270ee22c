// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/ipmi-bt-host, the BMC's side of BT, on the registers of tests/modules/btloop_main.c: what it
 * takes and refuses while this program is the host; then our host's driver on the other side, with
 * faults at its accesses.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bt-bmc.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bmc_program.h"
#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define NODE "/dev/ipmi-bt-host"
#define LOOP "/sys/kernel/debug/btloop/"
#define STATS "/sys/class/misc/ipmi-bt-host/ipmi_stats/"

#define CLR_WR 0x01
#define CLR_RD 0x02
#define H2B_ATN 0x04
#define B2H_ATN 0x08
#define SMS_ATN 0x10
#define H_BUSY 0x40
#define B_BUSY 0x80

static int regs = -1;
static bool every;
static void *volatile nowhere = (void *)8;
static const unsigned char request[] = { 3, 0x18, 0x55, 0x01 };
static const unsigned char answer[] = { 5, 0x1c, 0x55, 0x01, 0x00, 0x20 };

static int host_get(int reg)
{
	unsigned char val = 0;

	EXPECT_EQ(pread(regs, &val, 1, reg), 1);
	return val;
}

static void host_put(int reg, int val)
{
	unsigned char byte = val;

	EXPECT_EQ(pwrite(regs, &byte, 1, reg), 1);
}

static void host_request(const unsigned char *frame, int n)
{
	host_put(0, CLR_WR);
	for (int i = 0; i < n; i++)
		host_put(1, frame[i]);
	host_put(0, H2B_ATN);
}

/* The host fetches the answer: its length. */
static int host_answer(unsigned char *frame)
{
	if (!EXPECT_EQ(host_get(0) & B2H_ATN, B2H_ATN))
		return 0;
	host_put(0, H_BUSY);
	host_put(0, B2H_ATN);
	host_put(0, CLR_RD);
	frame[0] = host_get(1);
	for (int i = 1; i <= frame[0]; i++)
		frame[i] = host_get(1);
	host_put(0, H_BUSY);
	return frame[0] + 1;
}

static int node_open(int flags)
{
	int fd = open(NODE, O_RDWR | O_CLOEXEC | flags);

	return fd < 0 ? -errno : fd;
}

static int get(int fd, void *buf, size_t n)
{
	int got = read(fd, buf, n);

	return got < 0 ? -errno : got;
}

static int put(int fd, const void *buf, size_t n)
{
	int done = write(fd, buf, n);

	return done < 0 ? -errno : done;
}

static int call(int fd, unsigned long cmd)
{
	return ioctl(fd, cmd) ? -errno : 0;
}

static int revents(int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN | POLLOUT };

	poll(&wait, 1, 0);
	return wait.revents;
}

static void set(const char *name, unsigned int value)
{
	char path[64], text[16];

	snprintf(path, sizeof(path), LOOP "%s", name);
	snprintf(text, sizeof(text), "%u", value);
	EXPECT_EQ(file_write(path, text), 0);
}

static void one_program_has_it(void)
{
	int fd;

	EXPECT_EQ(host_get(0), B_BUSY);
	fd = node_open(O_NONBLOCK);
	REQUIRE(EXPECT(fd >= 0));
	EXPECT_EQ(host_get(0), 0);
	EXPECT_EQ(file_mode(NODE), 0600);
	EXPECT_STR(link_name("/sys/class/misc/ipmi-bt-host/device"), "btloop");
	EXPECT_EQ(node_open(0), -EBUSY);
	EXPECT_EQ(module_remove("btloop"), -EWOULDBLOCK);
	EXPECT_EQ(lseek(fd, 0, SEEK_CUR) < 0 ? -errno : 0, -ESPIPE);
	EXPECT_EQ(pread(fd, &fd, 1, 1) < 0 ? -errno : 0, -ESPIPE);
	EXPECT_EQ(call(fd, BT_BMC_IOCTL_SMS_ATN), 0);
	EXPECT_EQ(host_get(0), SMS_ATN);
	host_put(0, SMS_ATN);
	EXPECT_EQ(host_get(0), 0);
	EXPECT_EQ(call(fd, _IO(0xb1, 1)), -EINVAL);
	close(fd);
	EXPECT_EQ(host_get(0), B_BUSY);
}

static void requests_and_answers(void)
{
	unsigned char buf[300] = { 0 };
	int fd = node_open(O_NONBLOCK);

	REQUIRE(EXPECT(fd >= 0));
	EXPECT_EQ(get(fd, buf, sizeof(buf)), -EAGAIN);
	EXPECT_EQ(revents(fd), POLLOUT);
	host_request(request, 4);
	EXPECT_EQ(revents(fd), POLLIN | POLLOUT);
	EXPECT_EQ(get(fd, buf, 0), 0);
	EXPECT_EQ(get(fd, nowhere, 100), -EFAULT);
	EXPECT_EQ(revents(fd), POLLIN | POLLOUT);
	EXPECT_EQ(get(fd, buf, sizeof(buf)), 4);
	EXPECT(!memcmp(buf, request, 4));
	EXPECT_EQ(revents(fd), POLLOUT);
	EXPECT_EQ(put(fd, answer, 4), -EINVAL);
	EXPECT_EQ(put(fd, answer, 5), -EINVAL); /* less than it says */
	EXPECT_EQ(put(fd, buf, 257), -EINVAL);
	EXPECT_EQ(put(fd, nowhere, 6), -EFAULT);
	EXPECT_EQ(put(fd, answer, 6), 6);
	EXPECT_EQ(revents(fd), 0);
	EXPECT_EQ(put(fd, answer, 6), -EAGAIN);
	EXPECT_EQ(host_answer(buf), 6);
	EXPECT(!memcmp(buf, answer, 6));
	EXPECT_EQ(revents(fd), POLLOUT);
	/* too little room: cut, and the next one is whole */
	host_request(request, 4);
	EXPECT_EQ(get(fd, buf, 2), 2);
	EXPECT_EQ(get(fd, buf, 2), -EAGAIN);
	host_request(request, 4);
	EXPECT_EQ(get(fd, buf, 4), 4);
	close(fd);
}

/* Every length that a host may say, and both ends of what a program may. */
static void frames_of_all_lengths(void)
{
	long malformed = file_number(STATS "malformed");
	unsigned char frame[256], buf[256];
	int fd = node_open(O_NONBLOCK);

	REQUIRE(EXPECT(fd >= 0));
	for (int i = 0; i < 256; i++)
		frame[i] = i * 3;
	for (int n = 0; n < 256; n++) {
		frame[0] = n;
		host_request(frame, n + 1);
		if (n < 3) {
			EXPECT_EQ(get(fd, buf, sizeof(buf)), -EAGAIN);
			continue;
		}
		EXPECT_EQ(get(fd, buf, sizeof(buf)), n + 1);
		EXPECT(!memcmp(buf, frame, n + 1));
	}
	EXPECT_EQ(file_number(STATS "malformed"), malformed + 3);
	for (int n = 4; n < 256; n += n < 250 ? 41 : 1) {
		frame[0] = n;
		EXPECT_EQ(put(fd, frame, n + 1), n + 1);
		EXPECT_EQ(host_answer(buf), n + 1);
		EXPECT(!memcmp(buf, frame, n + 1));
	}
	close(fd);
}

static void nothing(int signal)
{
	(void)signal;
}

/* A read and a write that wait, with and without an interrupt; and a signal. */
static void waits(void)
{
	struct sigaction catch = { .sa_handler = nothing };
	unsigned char buf[256];
	int fd = node_open(0), status = 0;
	pid_t pid;

	REQUIRE(EXPECT(fd >= 0));
	sigaction(SIGALRM, &catch, NULL);
	ualarm(50000, 50000);
	EXPECT_EQ(get(fd, buf, sizeof(buf)), -EINTR);
	EXPECT_EQ(put(fd, answer, 6), 6);
	EXPECT_EQ(put(fd, answer, 6), -EINTR);
	ualarm(0, 0);
	EXPECT_EQ(host_answer(buf), 6);
	pid = fork();
	if (!pid)
		_exit(get(fd, buf, sizeof(buf)) == 4 && put(fd, answer, 6) == 6 &&
		      put(fd, answer, 6) == 6 ? 0 : 1);
	usleep(50000);
	EXPECT_EQ(waitpid(pid, &status, WNOHANG), 0);
	host_request(request, 4);
	for (double end = now() + 5; !(host_get(0) & B2H_ATN) && now() < end;)
		usleep(1000);
	usleep(50000);
	EXPECT_EQ(waitpid(pid, &status, WNOHANG), 0);
	EXPECT_EQ(host_answer(buf), 6);
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	EXPECT_EQ(status, 0);
	EXPECT_EQ(host_answer(buf), 6);
	close(fd);
}

static void waits_without_an_interrupt(void)
{
	set("mute", 1);
	set("present", 0);
	set("present", 1);
	waits();
	set("mute", 0);
	set("present", 0);
	set("present", 1);
}

static void a_device_that_goes(void)
{
	int fd = node_open(0), again, status = 0;
	unsigned char buf[16];
	pid_t pid;

	REQUIRE(EXPECT(fd >= 0));
	pid = fork();
	if (!pid)
		_exit(get(fd, buf, sizeof(buf)) == -ENODEV ? 0 : 1);
	usleep(50000);
	set("present", 0);
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	EXPECT_EQ(status, 0);
	EXPECT_EQ(access(NODE, F_OK), -1);
	EXPECT_EQ(get(fd, buf, sizeof(buf)), -ENODEV);
	EXPECT_EQ(put(fd, answer, 6), -ENODEV);
	EXPECT_EQ(call(fd, BT_BMC_IOCTL_SMS_ATN), -ENODEV);
	EXPECT_EQ(revents(fd), POLLERR | POLLHUP);
	set("present", 1);
	EXPECT_EQ(get(fd, buf, sizeof(buf)), -ENODEV);
	again = node_open(O_NONBLOCK);
	EXPECT(again >= 0);
	close(fd);
	host_request(request, 4);
	EXPECT_EQ(get(again, buf, sizeof(buf)), 4);
	close(again);
}

/* Bits and bytes in any order, from two hosts at once, while a program answers. */
static void a_hostile_host(void)
{
	pid_t pid = bmc_program_start(NODE), other;
	unsigned char buf[256];
	unsigned int seed;
	int fd;

	REQUIRE(EXPECT(pid > 0));
	other = fork();
	seed = getpid();
	for (int i = 0; i < 20000; i++) {
		unsigned char byte;

		seed = seed * 1103515245 + 12345;
		byte = seed >> 16;
		pwrite(regs, &byte, 1, (seed >> 28) % 3);
		if (seed >> 12 & 1)
			pread(regs, &byte, 1, 1);
	}
	if (!other)
		_exit(0);
	waitpid(other, NULL, 0);
	EXPECT_EQ(kill(pid, 0), 0);
	bmc_program_stop(pid);
	/* the bits that are the host's */
	host_put(0, B2H_ATN | SMS_ATN | (host_get(0) & H_BUSY));
	fd = node_open(O_NONBLOCK);
	REQUIRE(EXPECT(fd >= 0));
	get(fd, buf, sizeof(buf));
	EXPECT_EQ(host_get(0), 0);
	host_request(request, 4);
	EXPECT_EQ(get(fd, buf, sizeof(buf)), 4);
	close(fd);
	ktap_note("%ld requests among them", file_number(STATS "requests"));
}

static int ipmi = -1;

static int echo(int n, int m)
{
	unsigned char data[300] = { m, m >> 8 };
	struct reply r;
	int ret;

	for (int i = 2; i < n; i++)
		data[i] = i * 5 + n;
	ret = ipmi_ask(ipmi, BMC_NETFN_OEM, BMC_CMD_ECHO, data, n, &r);
	if (ret)
		return ret;
	if (r.data[0])
		return r.data[0];
	if (r.len != m)
		return -EBADMSG;
	for (int i = 1; i < m; i++)
		if (r.data[i] != (unsigned char)(data[i % n] + i))
			return -EBADMSG;
	return 0;
}

static pid_t program;

/* Our host's driver on the other side. */
static void both_machines_meet(void)
{
	struct reply r;

	program = bmc_program_start(NODE);
	REQUIRE(EXPECT(program > 0));
	EXPECT_EQ(file_write("/sys/module/ipmi_fake_si/parameters/hotmod", "add,bt,mem,0x2000"), 0);
	ipmi = ipmi_must_open(0);
	EXPECT_EQ(ipmi_ask(ipmi, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	EXPECT_EQ(r.data[0], 0);
	EXPECT_EQ(r.len, 16);
	/* the host keeps to what every FIFO holds, as this BMC does not say more */
	for (int n = 2; n <= 60; n++)
		EXPECT_EQ(echo(n, 5), 0);
	for (int m = 1; m <= 250; m += m < 40 ? 1 : 30)
		EXPECT_EQ(echo(2, m), 0);
}

static void a_fault_at_any_access(void)
{
	int fine = 0;

	for (int kind = 0; kind < 3; kind++) {
		set("flip", kind == 1 ? 0 : kind == 0 ? 0x01 : 0x88);
		for (int at = 1 + (kind & 1); at < 60; at += every ? 1 : 7) {
			set("accesses", 0);
			set("strike", at);
			fine += !echo(4, 5);
			set("strike", 0);
			for (int more = 0; more < 3 && echo(4, 5); more++)
				;
			if (!EXPECT_EQ(echo(4, 5), 0))
				ktap_note("after a fault of kind %d at access %d", kind, at);
		}
	}
	ktap_note("%d requests were answered in spite of it", fine);
}

static void all_goes(void)
{
	close(ipmi);
	bmc_program_stop(program);
	close(regs);
	EXPECT_EQ(file_write("/sys/module/ipmi_fake_si/parameters/hotmod", "remove,bt,mem,0x2000"), 0);
	EXPECT_EQ(module_remove("btloop"), 0);
	EXPECT_EQ(access(NODE, F_OK), -1);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(one_program_has_it),
	KTAP_CASE(requests_and_answers),
	KTAP_CASE(frames_of_all_lengths),
	KTAP_CASE(waits),
	KTAP_CASE(waits_without_an_interrupt),
	KTAP_CASE(a_device_that_goes),
	KTAP_CASE(a_hostile_host),
	KTAP_CASE(both_machines_meet),
	KTAP_CASE(a_fault_at_any_access),
	KTAP_CASE(all_goes),
};

int main(int argc, char **argv)
{
	every = argc > 1 && !strcmp(argv[1], "every");
	regs = open(LOOP "regs", O_RDWR | O_CLOEXEC);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
