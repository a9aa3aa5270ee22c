// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/ipmi-kcsN, the BMC's side of KCS, on the registers of tests/modules/kcsloop.c: what it takes
 * and refuses while this program is the host, byte by byte; then our host's driver on the other
 * side, with a byte struck at its accesses.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/ipmi_bmc.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bmc_program.h"
#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define NODE "/dev/ipmi-kcs1"
#define LOOP "/sys/kernel/debug/kcsloop/"
#define STATS "/sys/class/misc/ipmi-kcs1/ipmi_stats/"
#define LONGEST 1000

#define OBF 1
#define IBF 2
#define SMS_ATN 4
#define STATE 0xc0

static int regs = -1;
static bool every;
static void *volatile nowhere = (void *)8;
static const unsigned char device_id[] = { 0x18, 0x01 };

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

static int host_state(void)
{
	return host_get(1) & STATE;
}

static void host_request(const unsigned char *req, int n)
{
	host_put(1, 0x61);
	for (int i = 0; i + 1 < n; i++)
		host_put(0, req[i]);
	host_put(1, 0x62);
	host_put(0, req[n - 1]);
	EXPECT_EQ(host_state(), 0x40);
	host_get(0);
}

/* The host fetches the answer: its length. */
static int host_answer(unsigned char *rsp, int room)
{
	int n = 0;

	while (host_state() == 0x40 && n < room) {
		EXPECT(host_get(1) & OBF);
		rsp[n++] = host_get(0);
		host_put(0, 0x68);
	}
	EXPECT_EQ(host_state(), 0);
	host_get(0);
	return n;
}

/* GET_STATUS: the error code. */
static int host_aborts(void)
{
	int code;

	host_put(1, 0x60);
	host_get(0);
	host_put(0, 0);
	EXPECT_EQ(host_state(), 0x40);
	code = host_get(0);
	host_put(0, 0x68);
	EXPECT_EQ(host_state(), 0);
	host_get(0);
	return code;
}

static int node_open(void)
{
	int fd = open(NODE, O_RDWR | O_NONBLOCK | O_CLOEXEC);

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
	struct pollfd wait = { .fd = fd, .events = POLLIN | POLLOUT | POLLRDNORM };

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
	int fd = node_open();

	REQUIRE(EXPECT(fd >= 0));
	EXPECT_EQ(file_mode(NODE), 0600);
	EXPECT_EQ(access("/sys/class/misc/ipmi-kcs1/device", F_OK), -1);
	EXPECT_EQ(node_open(), -EBUSY);
	EXPECT_EQ(module_remove("kcs_bmc_cdev_ipmi"), -EWOULDBLOCK);
	EXPECT_EQ(lseek(fd, 0, SEEK_CUR) < 0 ? -errno : 0, -ESPIPE);
	close(fd);
	fd = node_open();
	EXPECT(fd >= 0);
	EXPECT_EQ(host_aborts(), 0x01);
	close(fd);
}

static void ioctls(void)
{
	int fd = node_open();

	REQUIRE(EXPECT(fd >= 0));
	host_aborts();
	EXPECT_EQ(call(fd, IPMI_BMC_IOCTL_SET_SMS_ATN), 0);
	EXPECT_EQ(host_get(1) & SMS_ATN, SMS_ATN);
	EXPECT_EQ(host_state(), 0);
	EXPECT_EQ(call(fd, IPMI_BMC_IOCTL_CLEAR_SMS_ATN), 0);
	EXPECT_EQ(host_get(1) & SMS_ATN, 0);
	EXPECT_EQ(call(fd, IPMI_BMC_IOCTL_FORCE_ABORT), 0);
	EXPECT_EQ(host_state(), 0xc0);
	EXPECT_EQ(call(fd, _IO(0xb1, 7)), -EINVAL);
	EXPECT_EQ(host_aborts(), 0x01);
	close(fd);
}

static void requests_and_answers(void)
{
	static const unsigned char rsp[] = { 0x1c, 0x01, 0x00, 0x20 };
	unsigned char buf[LONGEST + 1] = { 0 };
	int fd = node_open();

	REQUIRE(EXPECT(fd >= 0));
	host_aborts();
	EXPECT_EQ(get(fd, buf, sizeof(buf)), -EAGAIN);
	EXPECT_EQ(revents(fd), 0);
	EXPECT_EQ(put(fd, rsp, 4), -EINVAL); /* nobody has asked */
	host_request(device_id, 2);
	EXPECT_EQ(revents(fd), POLLIN | POLLRDNORM);
	EXPECT_EQ(put(fd, rsp, 4), -EINVAL); /* nobody has read it */
	EXPECT_EQ(get(fd, nowhere, 100), -EFAULT);
	EXPECT_EQ(get(fd, buf, sizeof(buf)), 2);
	EXPECT(!memcmp(buf, device_id, 2));
	EXPECT_EQ(revents(fd), 0);
	EXPECT_EQ(get(fd, buf, sizeof(buf)), -EAGAIN);
	EXPECT_EQ(put(fd, rsp, 2), -EINVAL);
	EXPECT_EQ(put(fd, buf, LONGEST + 1), -EINVAL);
	EXPECT_EQ(put(fd, nowhere, 4), -EFAULT);
	EXPECT_EQ(put(fd, "\x1c\x02\0", 3), -EINVAL); /* an answer to something else */
	EXPECT_EQ(put(fd, rsp, 4), 4);
	EXPECT_EQ(put(fd, rsp, 4), -EINVAL);
	EXPECT_EQ(host_answer(buf, sizeof(buf)), 4);
	EXPECT(!memcmp(buf, rsp, 4));
	close(fd);
}

static void the_longest(void)
{
	unsigned char req[LONGEST], buf[LONGEST];
	int fd = node_open();

	REQUIRE(EXPECT(fd >= 0));
	host_aborts();
	for (int i = 0; i < LONGEST; i++)
		req[i] = i * 7;
	host_request(req, LONGEST);
	EXPECT_EQ(get(fd, buf, LONGEST), LONGEST);
	EXPECT(!memcmp(buf, req, LONGEST));
	req[0] |= 4;
	EXPECT_EQ(put(fd, req, LONGEST), LONGEST);
	EXPECT_EQ(host_answer(buf, LONGEST), LONGEST);
	EXPECT(!memcmp(buf, req, LONGEST));
	req[0] = 0;
	/* one more */
	host_put(1, 0x61);
	for (int i = 0; i < LONGEST; i++)
		host_put(0, 1);
	EXPECT_EQ(host_state(), 0x80);
	host_put(0, 1);
	EXPECT_EQ(host_state(), 0xc0);
	EXPECT_EQ(host_aborts(), 0x06);
	/* a program without the room for it */
	host_request(req, LONGEST);
	EXPECT_EQ(get(fd, buf, LONGEST - 1), -EOVERFLOW);
	EXPECT_EQ(host_state(), 0xc0);
	EXPECT_EQ(get(fd, buf, LONGEST), -EAGAIN);
	EXPECT_EQ(host_aborts(), 0x01);
	close(fd);
}

/* The host gives up while the program is at it: the late answer goes nowhere. */
static void a_host_that_gives_up(void)
{
	static const unsigned char self_test[] = { 0x18, 0x04 }, rsp[] = { 0x1c, 0x01, 0x00 };
	long aborts = file_number(STATS "aborts"), answers = file_number(STATS "answers");
	unsigned char buf[16];
	int fd = node_open();

	REQUIRE(EXPECT(fd >= 0));
	host_aborts();
	host_request(device_id, 2);
	EXPECT_EQ(get(fd, buf, sizeof(buf)), 2);
	EXPECT_EQ(host_aborts(), 0x01);
	EXPECT_EQ(put(fd, rsp, 3), -EINVAL);
	host_request(self_test, 2);
	EXPECT_EQ(revents(fd), POLLIN | POLLRDNORM);
	EXPECT_EQ(put(fd, rsp, 3), -EINVAL);
	EXPECT_EQ(get(fd, buf, sizeof(buf)), 2);
	EXPECT_EQ(put(fd, rsp, 3), -EINVAL);
	EXPECT_EQ(put(fd, "\x1c\x04\0", 3), 3);
	EXPECT_EQ(host_answer(buf, sizeof(buf)), 3);
	EXPECT_EQ(file_number(STATS "aborts"), aborts + 2);
	EXPECT_EQ(file_number(STATS "answers"), answers + 1);
	/* and a program that does: the host sees it */
	host_request(device_id, 2);
	close(fd);
	EXPECT_EQ(host_state(), 0xc0);
	/* nobody takes the host's bytes now; who opens it finds them */
	host_get(0);
	host_put(1, 0x60);
	EXPECT(host_get(1) & IBF);
	fd = node_open();
	EXPECT(!(host_get(1) & IBF));
	host_put(0, 0);
	EXPECT_EQ(host_state(), 0x40);
	EXPECT_EQ(host_aborts(), 0x01);
	close(fd);
}

static void nothing(int signal)
{
	(void)signal;
}

static void blocking_reads(void)
{
	struct sigaction catch = { .sa_handler = nothing };
	int fd = open(NODE, O_RDWR | O_CLOEXEC), status = 0;
	unsigned char buf[16];
	pid_t pid;

	REQUIRE(EXPECT(fd >= 0));
	host_aborts();
	sigaction(SIGALRM, &catch, NULL);
	ualarm(50000, 50000);
	EXPECT_EQ(get(fd, buf, sizeof(buf)), -EINTR);
	ualarm(0, 0);
	pid = fork();
	if (!pid)
		_exit(get(fd, buf, sizeof(buf)) == 2 ? 0 : 1);
	usleep(50000);
	EXPECT_EQ(waitpid(pid, &status, WNOHANG), 0);
	host_request(device_id, 2);
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	EXPECT_EQ(status, 0);
	close(fd);
}

/* The device goes, and comes back, while a program waits in a read. */
static void a_device_that_goes(void)
{
	int fd = open(NODE, O_RDWR | O_CLOEXEC), again, status = 0;
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
	EXPECT_EQ(put(fd, "\x1c\x01\0", 3), -ENODEV);
	EXPECT_EQ(call(fd, IPMI_BMC_IOCTL_FORCE_ABORT), -ENODEV);
	EXPECT_EQ(revents(fd) & ~(POLLIN | POLLRDNORM), POLLERR | POLLHUP);
	set("present", 1);
	EXPECT_EQ(get(fd, buf, sizeof(buf)), -ENODEV);
	again = node_open();
	EXPECT(again >= 0);
	close(fd);
	EXPECT_EQ(node_open(), -EBUSY);
	host_aborts();
	host_request(device_id, 2);
	EXPECT_EQ(get(again, buf, sizeof(buf)), 2);
	close(again);
}

/* Bytes in any order, from two hosts at once, while a program answers: it ends where it began. */
static void a_hostile_host(void)
{
	static const unsigned char usual[] = { 0x60, 0x61, 0x62, 0x68, 0x00, 0x18 };
	pid_t pid = bmc_program_start(NODE), other;
	int rounds = 20000;
	unsigned int seed;

	REQUIRE(EXPECT(pid > 0));
	other = fork();
	seed = getpid();
	for (int i = 0; i < rounds; i++) {
		unsigned char byte;

		seed = seed * 1103515245 + 12345;
		byte = usual[(seed >> 20) % 6];
		if (!(seed >> 16 & 7))
			byte = seed >> 24;
		pwrite(regs, &byte, 1, seed >> 30 == 3);
		if (seed >> 12 & 1)
			pread(regs, &byte, 1, 0);
	}
	if (!other)
		_exit(0);
	waitpid(other, NULL, 0);
	EXPECT_EQ(host_aborts() & ~7, 0);
	EXPECT_EQ(kill(pid, 0), 0);
	bmc_program_stop(pid);
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

static void lengths(unsigned int cpu)
{
	set("cpu", cpu);
	for (int n = 2; n <= 262; n += n < 40 ? 1 : 37)
		EXPECT_EQ(echo(n, 5), 0);
	for (int m = 1; m <= 262; m += m < 40 ? 1 : 37)
		EXPECT_EQ(echo(2, m), 0);
	EXPECT_EQ(echo(262, 262), 0);
}

static pid_t program;

/* Our host's driver on the other side. */
static void both_machines_meet(void)
{
	struct reply r;

	program = bmc_program_start(NODE);
	REQUIRE(EXPECT(program > 0));
	EXPECT_EQ(file_write("/sys/module/ipmi_fake_si/parameters/hotmod", "add,kcs,mem,0x2000"), 0);
	ipmi = ipmi_must_open(0);
	EXPECT_EQ(ipmi_ask(ipmi, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	EXPECT_EQ(r.data[0], 0);
	EXPECT_EQ(r.len, 16);
	lengths(~0U);
	/* the BMC's interrupt on the other processor */
	lengths(1);
}

/* At an access of either side a byte is lost, or wrong: the next request is answered. */
static void a_fault_at_any_access(void)
{
	static const unsigned int flips[] = { 0x01, 0x00, 0xc0 };
	int fine = 0, at;

	set("cpu", ~0U);
	for (int kind = 0; kind < 3; kind++) {
		set("flip", flips[kind]);
		for (at = 1 + (kind & 1); at < 120; at += every ? 1 : 5) {
			set("accesses", 0);
			set("strike", at);
			fine += !echo(4, 5);
			set("strike", 0);
			if (!EXPECT_EQ(echo(4, 5), 0))
				ktap_note("after a fault %02x at access %d", flips[kind], at);
		}
	}
	EXPECT(fine > 20);
	ktap_note("%d requests were answered in spite of it", fine);
}

/* The program goes away, and comes back. */
static void a_program_that_is_restarted(void)
{
	bmc_program_stop(program);
	EXPECT(echo(4, 5) != 0);
	program = bmc_program_start(NODE);
	REQUIRE(EXPECT(program > 0));
	for (double end = now() + 10; echo(4, 5) && now() < end;)
		usleep(10000);
	EXPECT_EQ(echo(4, 5), 0);
}

static void all_goes(void)
{
	close(ipmi);
	bmc_program_stop(program);
	close(regs);
	EXPECT_EQ(file_write("/sys/module/ipmi_fake_si/parameters/hotmod", "remove,kcs,mem,0x2000"), 0);
	EXPECT_EQ(module_remove("kcs_bmc"), -EWOULDBLOCK);
	EXPECT_EQ(module_remove("kcs_bmc_cdev_ipmi"), 0);
	EXPECT_EQ(access(NODE, F_OK), -1);
	/* in the other order too */
	EXPECT_EQ(run("insmod /vm/modules/kcs_bmc_cdev_ipmi.ko"), 0);
	EXPECT_EQ(access(NODE, F_OK), 0);
	EXPECT_EQ(module_remove("kcsloop"), 0);
	EXPECT_EQ(access(NODE, F_OK), -1);
	EXPECT_EQ(module_remove("kcs_bmc_cdev_ipmi"), 0);
	EXPECT_EQ(module_remove("kcs_bmc"), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(one_program_has_it),
	KTAP_CASE(ioctls),
	KTAP_CASE(requests_and_answers),
	KTAP_CASE(the_longest),
	KTAP_CASE(a_host_that_gives_up),
	KTAP_CASE(blocking_reads),
	KTAP_CASE(a_device_that_goes),
	KTAP_CASE(a_hostile_host),
	KTAP_CASE(both_machines_meet),
	KTAP_CASE(a_fault_at_any_access),
	KTAP_CASE(a_program_that_is_restarted),
	KTAP_CASE(all_goes),
};

int main(int argc, char **argv)
{
	every = argc > 1 && !strcmp(argv[1], "every");
	regs = open(LOOP "regs", O_RDWR | O_CLOEXEC);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
