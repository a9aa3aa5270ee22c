// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/ipmi-vbmc: what it takes and refuses, and what its BMC, a program, can do to others by
 * being slow, stopped, killed or wrong, which is: nothing. In a machine without a BMC.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"
#include "program_bmc.h"

#define USERS 64
#define CYCLES 1000
#define INTERFACES 64
#define EVENTS 50
#define ANSWER_S 5
#define CMD_GET_DEVICE_GUID 0x08
#define CC_BUS 0x82
#define CC_TIMEOUT 0xc3
#define CC_UNKNOWN 0xff

#define DEVICE "/sys/devices/platform/ipmi_vbmc.0/"
#define COUNTER(name) file_number(DEVICE name)

static void *volatile nowhere = (void *)8;

/* One Get Device ID: its completion code or a negative errno, and how long that took. */
static int device_id(int fd, double *seconds)
{
	double begun = now();
	struct reply r;
	int ret = ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r);

	if (seconds)
		*seconds = now() - begun;
	return ret ? ret : r.len ? r.data[0] : -EPROTO;
}

/* The interface is there: serves until it says so. */
static bool serve_until_up(int fd)
{
	struct vbmc_packet p;

	for (;;) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };

		if (poll(&wait, 1, ANSWER_MS) != 1 || vbmc_read(fd, &p))
			return false;
		if (p.header.type == IPMI_VBMC_UP)
			return true;
		vbmc_answer(fd, &p);
	}
}

static void says_what_it_is(void)
{
	int number = -1, fd;
	pid_t pid = vbmc_start(&number);
	char params[100];

	REQUIRE(EXPECT(pid > 0));
	EXPECT_EQ(number, 0);
	fd = ipmi_must_open(0);
	EXPECT_EQ(device_id(fd, NULL), 0);
	EXPECT_STR(file_text("/sys/class/ipmi/ipmi0/device/type"), "vbmc");
	snprintf(params, sizeof(params), "vbmc,program,pid=%d,ipmb=32,comm=vbmc", pid);
	EXPECT_STR(file_text(DEVICE "params"), params);
	EXPECT(COUNTER("requests") >= 2);
	EXPECT_EQ(COUNTER("answers"), COUNTER("requests"));
	EXPECT_EQ(run("dmesg | grep -q 'ipmi0 is no hardware: its BMC is the program vbmc (pid %d)'", pid), 0);
	EXPECT_EQ(file_mode("/dev/ipmi-vbmc"), 0600);
	close(fd);
	vbmc_stop(pid);
	EXPECT_EQ(ipmi_nodes(), 0);
}

static int create(int fd, unsigned int size, const void *arg)
{
	unsigned long cmd = _IOC(_IOC_READ | _IOC_WRITE, IPMI_IOC_MAGIC, 0xd0, size);

	return ioctl(fd, cmd, arg) ? -errno : 0;
}

static void create_checks_its_argument(void)
{
	struct {
		struct ipmi_vbmc_create known;
		char later[16];
	} arg = { { 0 }, { 0 } };
	int fd = open("/dev/ipmi-vbmc", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	struct pollfd poll_none = { .fd = fd, .events = POLLIN };
	struct vbmc_packet p;

	REQUIRE(EXPECT(fd >= 0));
	EXPECT_EQ(vbmc_read(fd, &p), -ENOTCONN);
	EXPECT_EQ(vbmc_write(fd, IPMI_VBMC_PRETIMEOUT, 0, NULL, 0), -ENOTCONN);
	EXPECT_EQ(vbmc_write(fd, IPMI_VBMC_ANSWER, 1, "abc", 3), -ENOTCONN);
	EXPECT_EQ(poll(&poll_none, 1, 0), 1);
	EXPECT_EQ(poll_none.revents, POLLERR);
	EXPECT_EQ(ioctl(fd, _IO(IPMI_IOC_MAGIC, 0xd0), &arg) ? -errno : 0, -ENOTTY);
	EXPECT_EQ(create(fd, sizeof(arg.known) - 1, &arg), -EINVAL);
	EXPECT_EQ(create(fd, sizeof(arg.known), (void *)1), -EFAULT);
	arg.known.flags = 1;
	EXPECT_EQ(create(fd, sizeof(arg.known), &arg), -EINVAL);
	arg.known.flags = 0;
	arg.known.slave_addr = 0x21;
	EXPECT_EQ(create(fd, sizeof(arg.known), &arg), -EINVAL);
	arg.known.slave_addr = 0;
	arg.known.reserved[6] = 1;
	EXPECT_EQ(create(fd, sizeof(arg.known), &arg), -EINVAL);
	arg.known.reserved[6] = 0;
	arg.later[15] = 1;
	EXPECT_EQ(create(fd, sizeof(arg), &arg), -E2BIG);
	EXPECT_EQ(access(DEVICE, F_OK), -1);
	arg.later[15] = 0;
	arg.known.number = 77;
	EXPECT_EQ(create(fd, sizeof(arg), &arg), 0);
	EXPECT_EQ(arg.known.number, 0);
	EXPECT_EQ(create(fd, sizeof(arg.known), &arg), -EBUSY);
	EXPECT_EQ(ipmi_nodes(), 0);
	EXPECT(serve_until_up(fd));
	EXPECT_EQ(ipmi_nodes(), 1);
	close(fd);
	EXPECT_EQ(ipmi_nodes(), 0);
}

/* A file with an interface that is up, and a user with one request that the program has not read. */
static int begin_with_request(int flags, int *user)
{
	int fd = vbmc_open(flags, NULL);

	*user = -1;
	if (!EXPECT(fd >= 0))
		return fd;
	if (!EXPECT(serve_until_up(fd)))
		goto wrong;
	*user = ipmi_must_open(0);
	if (EXPECT_EQ(ipmi_send(*user, 5, NETFN_OEM, CMD_ECHO, "hello", 5), 0))
		return fd;
wrong:
	close(fd);
	return -1;
}

static int answer_is(int user, int code)
{
	struct reply r;

	if (ipmi_wait(user, ANSWER_MS) != 1 || ipmi_recv(user, &r) || r.len < 1)
		return -1;
	return EXPECT_EQ(r.data[0], code) ? 0 : -1;
}

static void reads_whole_messages(void)
{
	struct pollfd wait;
	struct vbmc_packet p;
	int user, fd = begin_with_request(O_NONBLOCK, &user);

	REQUIRE(fd >= 0);
	wait = (struct pollfd){ .fd = fd, .events = POLLIN | POLLOUT };
	EXPECT_EQ(poll(&wait, 1, 1000), 1);
	EXPECT_EQ(wait.revents, POLLIN | POLLOUT);
	/* too short, and to nowhere: it stays */
	EXPECT_EQ(read(fd, &p, 8) < 0 ? -errno : 0, -EMSGSIZE);
	EXPECT_EQ(read(fd, &p, sizeof(p.header) + 6) < 0 ? -errno : 0, -EMSGSIZE);
	EXPECT_EQ(read(fd, nowhere, sizeof(p)) < 0 ? -errno : 0, -EFAULT);
	EXPECT_EQ(vbmc_read(fd, &p), 0);
	EXPECT_EQ(p.header.type, IPMI_VBMC_REQUEST);
	EXPECT(p.header.id);
	EXPECT_EQ(p.header.reserved, 0);
	EXPECT_HEX(p.data, p.header.length, "b8 7f 68 65 6c 6c 6f");
	EXPECT_EQ(vbmc_read(fd, &p), -EAGAIN);
	EXPECT_EQ(poll(&wait, 1, 0), 1);
	EXPECT_EQ(wait.revents, POLLOUT);
	close(fd);
	EXPECT_EQ(answer_is(user, CC_BUS), 0);
	close(user);
}

static int raw(int fd, struct vbmc_packet *p, size_t n)
{
	return write(fd, p, n) < 0 ? -errno : 0;
}

static void refuses_what_is_wrong(void)
{
	struct vbmc_packet p, bad = { .header = { .type = IPMI_VBMC_EVENT, .length = 16 } };
	int user, fd = begin_with_request(O_NONBLOCK, &user);
	unsigned long long id;

	REQUIRE(fd >= 0);
	/* not read yet */
	EXPECT_EQ(vbmc_write(fd, IPMI_VBMC_ANSWER, 100, "abc", 3), -ESTALE);
	EXPECT_EQ(vbmc_read(fd, &p), 0);
	id = p.header.id;
	EXPECT_EQ(vbmc_write(fd, IPMI_VBMC_ANSWER, id + 1, "abc", 3), -ESTALE);
	EXPECT_EQ(vbmc_write(fd, IPMI_VBMC_ANSWER, id, NULL, 0), -EINVAL);
	EXPECT_EQ(vbmc_write(fd, IPMI_VBMC_UP, 0, NULL, 0), -EINVAL);
	EXPECT_EQ(vbmc_write(fd, IPMI_VBMC_REQUEST, id, "abc", 3), -EINVAL);
	EXPECT_EQ(vbmc_write(fd, 0, 0, NULL, 0), -EINVAL);
	EXPECT_EQ(vbmc_write(fd, 0xffff, 0, NULL, 0), -EINVAL);
	EXPECT_EQ(vbmc_write(fd, IPMI_VBMC_EVENT, 0, p.data, 15), -EINVAL);
	EXPECT_EQ(vbmc_write(fd, IPMI_VBMC_EVENT, 0, p.data, 17), -EINVAL);
	EXPECT_EQ(vbmc_write(fd, IPMI_VBMC_EVENT, 1, p.data, 16), -EINVAL);
	EXPECT_EQ(vbmc_write(fd, IPMI_VBMC_MESSAGE, 0, p.data, 0), -EINVAL);
	EXPECT_EQ(vbmc_write(fd, IPMI_VBMC_MESSAGE, 0, p.data, 270), -EINVAL);
	EXPECT_EQ(vbmc_write(fd, IPMI_VBMC_PRETIMEOUT, 0, "a", 1), -EINVAL);
	EXPECT_EQ(raw(fd, &bad, 0), -EINVAL);
	EXPECT_EQ(raw(fd, &bad, sizeof(bad.header) - 1), -EINVAL);
	EXPECT_EQ(raw(fd, &bad, sizeof(bad.header) + 15), -EINVAL);
	EXPECT_EQ(raw(fd, &bad, sizeof(bad.header) + 17), -EINVAL);
	EXPECT_EQ(raw(fd, nowhere, sizeof(bad.header) + 16), -EFAULT);
	bad.header.reserved = 1;
	EXPECT_EQ(raw(fd, &bad, sizeof(bad.header) + 16), -EINVAL);
	EXPECT_EQ(lseek(fd, 0, SEEK_SET) < 0 ? -errno : 0, -ESPIPE);
	/* and the request has still its answer */
	EXPECT_EQ(COUNTER("late_answers"), 2);
	EXPECT_EQ(vbmc_answer(fd, &p), 0);
	EXPECT_EQ(vbmc_answer(fd, &p), -ESTALE);
	EXPECT_EQ(answer_is(user, 0), 0);
	/* the right number, but it has not been read */
	EXPECT_EQ(ipmi_send(user, 6, NETFN_OEM, CMD_ECHO, NULL, 0), 0);
	EXPECT_EQ(vbmc_write(fd, IPMI_VBMC_ANSWER, id + 1, "\xbc\x7f", 3), -ESTALE);
	EXPECT_EQ(vbmc_read(fd, &p), 0);
	EXPECT_EQ(p.header.id, id + 1);
	EXPECT_EQ(vbmc_answer(fd, &p), 0);
	EXPECT_EQ(answer_is(user, 0), 0);
	close(user);
	close(fd);
}

static void wrong_answers_are_ffh(void)
{
	static const unsigned char wrong[][4] = { { 0xbc }, { 0xbc, 0x7e, 0 }, { 0xb8, 0x7f, 0 } };
	static const int len[] = { 1, 3, 3 };
	unsigned char longest[IPMI_VBMC_DATA_MAX] = { 0xbc, 0x7f };
	struct vbmc_packet p;
	struct reply r;
	int user, fd = begin_with_request(O_NONBLOCK, &user);

	REQUIRE(fd >= 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(len); i++) {
		EXPECT_EQ(vbmc_read(fd, &p), 0);
		EXPECT_EQ(vbmc_write(fd, IPMI_VBMC_ANSWER, p.header.id, wrong[i], len[i]), 0);
		EXPECT_EQ(answer_is(user, CC_UNKNOWN), 0);
		EXPECT_EQ(ipmi_send(user, 6, NETFN_OEM, CMD_ECHO, NULL, 0), 0);
	}
	EXPECT_EQ(vbmc_read(fd, &p), 0);
	EXPECT_EQ(vbmc_write(fd, IPMI_VBMC_ANSWER, p.header.id, longest, sizeof(longest)), 0);
	EXPECT_EQ(ipmi_wait(user, ANSWER_MS), 1);
	EXPECT_EQ(ipmi_recv(user, &r), 0);
	EXPECT_EQ(r.len, sizeof(longest) - 2);
	close(user);
	close(fd);
}

static void late_answer_is_dropped(void)
{
	struct vbmc_packet p, late;
	int user, fd = begin_with_request(O_NONBLOCK, &user);
	double begun;

	REQUIRE(fd >= 0);
	EXPECT_EQ(vbmc_read(fd, &p), 0);
	EXPECT_EQ(vbmc_answer(fd, &p), 0);
	EXPECT_EQ(answer_is(user, 0), 0);
	/* the timer is still set for those before */
	usleep(500000);
	begun = now();
	EXPECT_EQ(ipmi_send(user, 6, NETFN_OEM, CMD_ECHO, NULL, 0), 0);
	EXPECT_EQ(vbmc_read(fd, &late), 0);
	EXPECT_EQ(answer_is(user, CC_TIMEOUT), 0);
	EXPECT(now() - begun > ANSWER_S - 0.1);
	EXPECT_EQ(COUNTER("timeouts"), 1);
	/* it had read it, so it is there */
	EXPECT_EQ(ipmi_send(user, 7, NETFN_OEM, CMD_ECHO, NULL, 0), 0);
	EXPECT_EQ(vbmc_answer(fd, &late), -ESTALE);
	EXPECT_EQ(COUNTER("late_answers"), 1);
	EXPECT_EQ(COUNTER("refused"), 0);
	EXPECT_EQ(vbmc_read(fd, &p), 0);
	EXPECT_EQ(vbmc_answer(fd, &p), 0);
	EXPECT_EQ(answer_is(user, 0), 0);
	close(user);
	close(fd);
}

/* The command succeeds within some seconds. */
static bool becomes(const char *command)
{
	for (double end = now() + 5; now() < end; usleep(20000))
		if (!run("%s", command))
			return true;
	return false;
}

static void stop(pid_t pid)
{
	int status;

	kill(pid, SIGSTOP);
	EXPECT_EQ(waitpid(pid, &status, WUNTRACED), pid);
}

static void stopped_program_holds_nobody_up(void)
{
	pid_t pid = vbmc_start(NULL);
	int user;
	double s;

	REQUIRE(EXPECT(pid > 0));
	user = ipmi_must_open(0);
	stop(pid);
	EXPECT_EQ(device_id(user, &s), CC_TIMEOUT);
	EXPECT(s > ANSWER_S - 0.1);
	for (int i = 0; i < 20; i++)
		EXPECT_EQ(device_id(user, NULL), CC_BUS);
	EXPECT_EQ(COUNTER("timeouts"), 1);
	EXPECT(COUNTER("refused") >= 20);
	/* others are told by a worker, in its own time */
	EXPECT(becomes("[ $(cat /sys/class/ipmi/ipmi0/device/ipmi_stats/bmc_away) = 1 ]"));
	kill(pid, SIGCONT);
	for (double end = now() + 5; now() < end && device_id(user, NULL); usleep(20000))
		;
	EXPECT_EQ(device_id(user, NULL), 0);
	EXPECT(becomes("dmesg | grep -q 'the program behind ipmi0 reads again after'"));
	/* a request is in flight, then it is killed */
	stop(pid);
	EXPECT_EQ(ipmi_send(user, 5, NETFN_OEM, CMD_ECHO, NULL, 0), 0);
	vbmc_stop(pid);
	EXPECT_EQ(answer_is(user, CC_BUS), 0);
	EXPECT_EQ(device_id(user, NULL), -ENODEV);
	EXPECT_EQ(ipmi_nodes(), 0);
	close(user);
}

/* Answers what comes before this command, which has been read then. */
static bool serve_until_asked(int fd, int netfn, int cmd)
{
	struct vbmc_packet p;

	while (!vbmc_read(fd, &p)) {
		if (p.header.type == IPMI_VBMC_REQUEST && p.data[0] >> 2 == netfn &&
		    p.data[1] == cmd)
			return true;
		if (p.header.type == IPMI_VBMC_REQUEST)
			vbmc_answer(fd, &p);
	}
	return false;
}

static void not_a_bmc_is_no_interface(void)
{
	struct vbmc_packet p;
	struct pollfd wait;
	double begun;
	int fd = vbmc_open(0, NULL);

	REQUIRE(EXPECT(fd >= 0));
	EXPECT_EQ(vbmc_read(fd, &p), 0);
	EXPECT_EQ(vbmc_write(fd, IPMI_VBMC_ANSWER, p.header.id, "\x1c\x01\xc3", 3), 0);
	EXPECT_EQ(vbmc_read(fd, &p), -ENODEV);
	wait = (struct pollfd){ .fd = fd, .events = POLLIN };
	EXPECT_EQ(poll(&wait, 1, 0), 1);
	EXPECT_EQ(wait.revents, POLLIN | POLLHUP);
	EXPECT_EQ(vbmc_write(fd, IPMI_VBMC_ANSWER, p.header.id, "abc", 3), -ENODEV);
	EXPECT_EQ(vbmc_write(fd, IPMI_VBMC_EVENT, 0, &p, 16), -ENODEV);
	EXPECT_EQ(ipmi_nodes(), 0);
	close(fd);
	/* closed while it is being asked: nobody waits for its answer, or asks it more */
	fd = vbmc_open(0, NULL);
	REQUIRE(EXPECT(fd >= 0));
	begun = now();
	close(fd);
	EXPECT(now() - begun < ANSWER_S - 1);
	EXPECT_EQ(ipmi_nodes(), 0);
	/* and while it is asked what is tried several times */
	fd = vbmc_open(0, NULL);
	REQUIRE(EXPECT(fd >= 0) && EXPECT(serve_until_asked(fd, NETFN_APP, CMD_GET_DEVICE_GUID)));
	begun = now();
	close(fd);
	EXPECT(now() - begun < ANSWER_S - 1);
	EXPECT_EQ(ipmi_nodes(), 0);
}

static void brings_events_and_commands(void)
{
	unsigned char event[16] = { 1, 0, 2, 0, 0, 0, 0, 0x20, 0, 4, 8, 1, 0x6f, 0xa0, 0, 0 };
	/* channel 0, to 20h LUN 2, from 24h: OEM 2Eh 33h */
	unsigned char command[] = { 0, 0xba, 0, 0x24, 0x04, 0x33, 0xaa, 0 };
	int user, fd = begin_with_request(O_NONBLOCK, &user), i;
	struct vbmc_packet p;
	struct reply r;

	REQUIRE(fd >= 0);
	EXPECT_EQ(vbmc_read(fd, &p), 0);
	EXPECT_EQ(vbmc_answer(fd, &p), 0);
	EXPECT_EQ(answer_is(user, 0), 0);
	EXPECT_EQ(ipmi_set(user, IPMICTL_SET_GETS_EVENTS_CMD, 1), 0);
	/* more in all than may be on their way */
	for (i = 0; i < 2 * EVENTS; i++) {
		event[14] = i;
		REQUIRE(EXPECT_EQ(vbmc_write(fd, IPMI_VBMC_EVENT, 0, event, 16), 0));
		if (i % EVENTS != EVENTS - 1)
			continue;
		for (int n = i + 1 - EVENTS; n <= i; n++) {
			REQUIRE(EXPECT_EQ(ipmi_next(user, ANSWER_MS, &r), 0));
			EXPECT_EQ(r.recv_type, IPMI_ASYNC_EVENT_RECV_TYPE);
			EXPECT_EQ(r.len, 16);
			EXPECT_EQ(r.data[14], n);
		}
	}
	EXPECT_EQ(COUNTER("events"), 2 * EVENTS);
	EXPECT_EQ(ipmi_register(user, NETFN_OEM, 0x33, IPMI_CHAN_ALL), 0);
	command[2] = ipmb_sum(command + 1, 1) - 0x20;
	command[7] = ipmb_sum(command + 3, 4);
	EXPECT_EQ(vbmc_write(fd, IPMI_VBMC_MESSAGE, 0, command, sizeof(command)), 0);
	REQUIRE(EXPECT_EQ(ipmi_next(user, ANSWER_MS, &r), 0));
	EXPECT_EQ(r.recv_type, IPMI_CMD_RECV_TYPE);
	EXPECT_EQ(r.cmd, 0x33);
	EXPECT_HEX(r.data, r.len, "aa");
	EXPECT_EQ(vbmc_write(fd, IPMI_VBMC_PRETIMEOUT, 0, NULL, 0), 0);
	EXPECT_EQ(COUNTER("watchdog_pretimeouts"), 1);
	close(user);
	close(fd);
}

static void file_may_be_passed_on(void)
{
	int number, fd = vbmc_open(0, &number), user;
	pid_t pid;

	REQUIRE(EXPECT(fd >= 0));
	pid = fork();
	if (!pid) {
		vbmc_serve(fd, NULL, NULL);
		_exit(0);
	}
	close(fd);
	user = ipmi_must_open(number);
	EXPECT_EQ(device_id(user, NULL), 0);
	EXPECT_EQ(module_remove("ipmi_vbmc"), -EAGAIN);
	vbmc_stop(pid);
	EXPECT_EQ(device_id(user, NULL), -ENODEV);
	close(user);
}

/* Who has the interface open keeps what is left of it, not the module. */
static void module_may_go_before_its_users(void)
{
	pid_t pid = vbmc_start(NULL);
	int user, device;

	REQUIRE(EXPECT(pid > 0));
	user = ipmi_must_open(0);
	device = open(DEVICE "requests", O_RDONLY);
	vbmc_stop(pid);
	EXPECT_EQ(module_remove("ipmi_vbmc"), 0);
	close(user);
	close(device);
	/* the core frees it in its own time */
	usleep(200000);
	EXPECT_EQ(run("modprobe ipmi_vbmc"), 0);
}

static void one_user(void)
{
	struct reply r;
	int fd = ipmi_open(0);

	while (!ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r))
		;
	_exit(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r) != -ENODEV);
}

static void closes_while_all_send(void)
{
	pid_t pid, users[USERS];
	int status;

	EXPECT_EQ(file_write("/sys/module/ipmi_msghandler/parameters/max_users", "100"), 0);
	for (int round = 0; round < 3; round++) {
		pid = vbmc_start(NULL);
		REQUIRE(EXPECT(pid > 0));
		fflush(stdout);
		for (int i = 0; i < USERS; i++) {
			users[i] = fork();
			if (!users[i])
				one_user();
		}
		for (double end = now() + 10; now() < end && vbmc_seen->requests < 20 * USERS;)
			usleep(10000);
		EXPECT(vbmc_seen->requests >= 20 * USERS);
		vbmc_stop(pid);
		for (int i = 0; i < USERS; i++) {
			EXPECT_EQ(waitpid(users[i], &status, 0), users[i]);
			EXPECT_EQ(status, 0);
		}
	}
	EXPECT_EQ(ipmi_nodes(), 0);
}

static void comes_and_goes(void)
{
	for (int i = 0; i < CYCLES; i++) {
		int fd = vbmc_open(0, NULL);

		REQUIRE(EXPECT(fd >= 0));
		/* some of them before, and while, the BMC is asked */
		if (i % 4)
			REQUIRE(EXPECT(serve_until_up(fd)));
		close(fd);
	}
	EXPECT_EQ(ipmi_nodes(), 0);
}

static void so_many_and_no_more(void)
{
	pid_t pid[INTERFACES];
	int n = 0, number, fd, user;

	while (n < INTERFACES && (pid[n] = vbmc_start(&number)) > 0) {
		EXPECT_EQ(number, n);
		n++;
	}
	EXPECT_EQ(n, INTERFACES);
	EXPECT_EQ(vbmc_open(0, NULL), -ENOSPC);
	user = ipmi_must_open(INTERFACES - 1);
	EXPECT_EQ(device_id(user, NULL), 0);
	close(user);
	vbmc_stop(pid[10]);
	fd = vbmc_open(0, &number);
	EXPECT(fd >= 0);
	EXPECT_EQ(number, 10);
	close(fd);
	for (int i = 0; i < n; i++)
		if (i != 10)
			vbmc_stop(pid[i]);
	EXPECT_EQ(ipmi_nodes(), 0);
}

/* What acts on the machine has nothing to do with it, unless somebody says so. */
static void is_taken_only_if_named(void)
{
	pid_t pid = vbmc_start(NULL);

	REQUIRE(EXPECT(pid > 0));
	EXPECT_EQ(run("modprobe ipmi_watchdog && modprobe ipmi_poweroff"), 0);
	usleep(300000);
	EXPECT_EQ(vbmc_seen->of[NETFN_APP][0x25], 0); /* Get Watchdog Timer */
	EXPECT_EQ(run("dmesg | grep -q 'style poweroff function'"), 1);
	EXPECT_EQ(file_write("/sys/module/ipmi_watchdog/parameters/ifnum_to_use", "0"), 0);
	EXPECT_EQ(file_write("/sys/module/ipmi_poweroff/parameters/ifnum_to_use", "0"), 0);
	EXPECT(vbmc_seen->of[NETFN_APP][0x25] > 0);
	EXPECT_EQ(run("dmesg | grep -q 'style poweroff function'"), 0);
	EXPECT_EQ(run("rmmod ipmi_watchdog ipmi_poweroff"), 0);
	vbmc_stop(pid);
}

static void nothing_is_left(void)
{
	EXPECT_EQ(module_remove("ipmi_vbmc"), 0);
	EXPECT_EQ(access("/dev/ipmi-vbmc", F_OK), -1);
	EXPECT_EQ(run("modprobe ipmi_vbmc"), 0);
	EXPECT_EQ(module_remove("ipmi_vbmc"), 0);
	EXPECT_EQ(stack_remove(), 0);
}

int main(void)
{
	static const struct ktap_case cases[] = {
		KTAP_CASE(says_what_it_is),
		KTAP_CASE(create_checks_its_argument),
		KTAP_CASE(reads_whole_messages),
		KTAP_CASE(refuses_what_is_wrong),
		KTAP_CASE(wrong_answers_are_ffh),
		KTAP_CASE(late_answer_is_dropped),
		KTAP_CASE(stopped_program_holds_nobody_up),
		KTAP_CASE(not_a_bmc_is_no_interface),
		KTAP_CASE(brings_events_and_commands),
		KTAP_CASE(file_may_be_passed_on),
		KTAP_CASE(module_may_go_before_its_users),
		KTAP_CASE(closes_while_all_send),
		KTAP_CASE(comes_and_goes),
		KTAP_CASE(so_many_and_no_more),
		KTAP_CASE(is_taken_only_if_named),
		KTAP_CASE(nothing_is_left),
	};

	return ktap_main(cases, ARRAY_SIZE(cases));
}
