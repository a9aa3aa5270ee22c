// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/ipmiN as a file: node, numbers, uevent, opening, poll and its relatives, SIGIO,
 * descriptors that are shared, and what the limits max_users and max_msgs_per_user count.
 * The BMC is that of tests/bmc.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define CLASS "/sys/class/ipmi/ipmi0"
#define PARAMETERS "/sys/module/ipmi_msghandler/parameters/"
#define QUICK_MS 2000
#define MAX_USERS 30
#define MAX_MSGS 100

static int fd;

static int send_device_id(int file, long msgid)
{
	return ipmi_send(file, msgid, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0);
}

static long users(void)
{
	return file_number(CLASS "/device/nr_users");
}

static long messages(void)
{
	return file_number(CLASS "/device/nr_msgs");
}

/* After closing, the count may take a moment. */
static void users_become(long n)
{
	for (int i = 0; i < 100 && users() != n; i++)
		usleep(10000);
	EXPECT_EQ(users(), n);
}

static void numbers(void)
{
	unsigned int major_number = 0;
	char line[64];
	struct stat st;
	FILE *f = fopen("/proc/devices", "re");

	REQUIRE(EXPECT_EQ(fstat(fd, &st), 0));
	EXPECT_EQ(st.st_mode, S_IFCHR | 0600);
	EXPECT_EQ(st.st_uid, 0);
	EXPECT_EQ(st.st_gid, 0);
	EXPECT_EQ(minor(st.st_rdev), 0);
	while (fgets(line, sizeof(line), f))
		if (strstr(line, " ipmidev\n"))
			major_number = atoi(line);
	fclose(f);
	EXPECT_EQ(major(st.st_rdev), major_number);
	EXPECT_EQ(run("dmesg | grep -c 'ipmi device interface'"), 0);
}

static void uevent(void)
{
	struct stat st;
	char want[128];

	EXPECT_EQ(fstat(fd, &st), 0);
	snprintf(want, sizeof(want), "MAJOR=%u\nMINOR=0\nDEVNAME=ipmi0", major(st.st_rdev));
	EXPECT_STR(file_text(CLASS "/uevent"), want);
	EXPECT_EQ(file_mode(CLASS "/uevent"), 0644);
	EXPECT_EQ(file_mode(CLASS "/dev"), 0444);
}

/* Nothing is in the class' folder that was not there before us. */
static void class_folder(void)
{
	static const char *const known[] = { ".", "..", "dev", "device", "power", "subsystem",
					     "uevent" };
	DIR *d = opendir(CLASS);
	struct dirent *e;
	int n = 0;

	REQUIRE(EXPECT(d));
	while ((e = readdir(d))) {
		bool found = false;

		for (unsigned int i = 0; i < ARRAY_SIZE(known); i++)
			found |= !strcmp(e->d_name, known[i]);
		if (!EXPECT(found))
			ktap_note("%s", e->d_name);
		n++;
	}
	closedir(d);
	EXPECT_EQ(n, ARRAY_SIZE(known));
}

static void the_major_number_is_not_shown(void)
{
	EXPECT_EQ(file_mode("/sys/module/ipmi_devintf/parameters/ipmi_major"), -1);
	EXPECT(module_loaded("ipmi_devintf"));
}

static void open_flags(void)
{
	static const int flags[] = { O_RDONLY, O_WRONLY, O_RDWR, O_RDWR | O_NONBLOCK,
				     O_RDWR | O_EXCL, O_RDWR | O_TRUNC };
	struct reply r;

	for (unsigned int i = 0; i < ARRAY_SIZE(flags); i++) {
		int file = open("/dev/ipmi0", flags[i]);

		REQUIRE(EXPECT(file >= 0));
		EXPECT_EQ(ipmi_recv(file, &r), -EAGAIN);
		EXPECT_EQ(ipmi_ask(file, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
		close(file);
	}
}

static void other_calls(void)
{
	char byte = 0;
	int arg = 0;

	EXPECT_EQ(read(fd, &byte, 1) < 0 ? errno : 0, EINVAL);
	EXPECT_EQ(write(fd, &byte, 1) < 0 ? errno : 0, EINVAL);
	EXPECT_EQ(ioctl(fd, FIONREAD, &arg) < 0 ? errno : 0, ENOTTY);
	EXPECT_EQ(ioctl(fd, TCGETS, &arg) < 0 ? errno : 0, ENOTTY);
	EXPECT_EQ(ftruncate(fd, 0) < 0 ? errno : 0, EINVAL);
	EXPECT_EQ(fsync(fd) < 0 ? errno : 0, EINVAL);
}

/* All that wait for a descriptor see the same. */
static bool readable(int epoll)
{
	struct timeval none = { 0 };
	struct pollfd p = { .fd = fd, .events = 0xffff & ~POLLNVAL };
	struct epoll_event e = { 0 };
	fd_set in, out, err;
	bool yes = poll(&p, 1, 0) == 1;

	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_ZERO(&err);
	FD_SET(fd, &in);
	FD_SET(fd, &out);
	FD_SET(fd, &err);
	EXPECT_EQ(p.revents, yes ? POLLIN | POLLRDNORM : 0);
	EXPECT_EQ(select(fd + 1, &in, &out, &err, &none), yes);
	EXPECT_EQ(!!FD_ISSET(fd, &in), yes);
	EXPECT_EQ(epoll_wait(epoll, &e, 1, 0), yes);
	EXPECT_EQ(e.events, yes ? EPOLLIN : 0);
	return yes;
}

static void poll_select_epoll(void)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLOUT | EPOLLPRI };
	int epoll = epoll_create1(0);
	struct reply r;

	EXPECT_EQ(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e), 0);
	EXPECT(!readable(epoll));
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(send_device_id(fd, i), 0);
	EXPECT_EQ(ipmi_wait(fd, QUICK_MS), 1);
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(ipmi_wait(fd, QUICK_MS), 1);
		EXPECT(readable(epoll));
		EXPECT_EQ(ipmi_recv(fd, &r), 0);
	}
	EXPECT(!readable(epoll));
	close(epoll);
}

/* Who sleeps in poll() is woken by the answer, in other processes and threads too. */
static void sleepers_are_woken(void)
{
	int status, child[3];
	struct reply r;

	bmc_line("delay 300");
	EXPECT_EQ(send_device_id(fd, 1), 0);
	fflush(stdout);
	for (int i = 0; i < 3; i++) {
		child[i] = fork();
		if (!child[i])
			_exit(ipmi_wait(fd, QUICK_MS) == 1 ? 0 : 1);
	}
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(waitpid(child[i], &status, 0), child[i]);
		EXPECT_EQ(status, 0);
	}
	EXPECT_EQ(ipmi_recv(fd, &r), 0);
	bmc_line("delay 0");
}

static volatile int signals, last_band, last_fd;

static void on_signal(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	signals++;
	last_band = info->si_band;
	last_fd = info->si_fd;
}

static void signals_become(int n)
{
	for (int i = 0; i < 100 && signals < n; i++)
		usleep(10000);
	usleep(50000);
	EXPECT_EQ(signals, n);
}

/* One signal when the first message comes, none while there are some. */
static void sigio(void)
{
	struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };
	int file = ipmi_open(0);
	struct reply r;

	sigaction(SIGUSR1, &action, NULL);
	EXPECT_EQ(fcntl(file, F_SETOWN, getpid()), 0);
	EXPECT_EQ(fcntl(file, F_SETSIG, SIGUSR1), 0);
	EXPECT_EQ(fcntl(file, F_SETFL, fcntl(file, F_GETFL) | FASYNC), 0);
	signals = 0;
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(send_device_id(file, i), 0);
	signals_become(1);
	EXPECT_EQ(last_fd, file);
	EXPECT(last_band & POLLIN);
	EXPECT_EQ(ipmi_recv(file, &r), 0);
	EXPECT_EQ(send_device_id(file, 3), 0);
	signals_become(1);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(ipmi_recv(file, &r), 0);
	EXPECT_EQ(ipmi_recv(file, &r), -EAGAIN);
	EXPECT_EQ(send_device_id(file, 4), 0);
	signals_become(2);
	EXPECT_EQ(ipmi_recv(file, &r), 0);
	/* and none once it is switched off */
	EXPECT_EQ(fcntl(file, F_SETFL, fcntl(file, F_GETFL) & ~FASYNC), 0);
	EXPECT_EQ(ipmi_ask(file, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	signals_become(2);
	close(file);
}

/* A duplicate is the same file: one queue, alive until the last of them is closed. */
static void duplicates(void)
{
	int file = ipmi_open(0), twin = dup(file), status, child;
	long before = users();
	struct reply r;

	EXPECT_EQ(send_device_id(file, 1), 0);
	close(file);
	EXPECT_EQ(ipmi_next(twin, QUICK_MS, &r), 0);
	EXPECT_EQ(r.msgid, 1);
	fflush(stdout);
	child = fork();
	if (!child) {
		EXPECT_EQ(ipmi_ask(twin, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
		_exit(r.data[0]);
	}
	close(twin);
	EXPECT_EQ(waitpid(child, &status, 0), child);
	EXPECT_EQ(status, 0);
	users_become(before - 1);
}

static void max_users(void)
{
	int files[MAX_USERS + 2], n = 0, room;

	EXPECT_EQ(file_number(PARAMETERS "max_users"), MAX_USERS);
	/* the kernel's own users count too */
	room = MAX_USERS - users();
	while (n <= MAX_USERS && (files[n] = open("/dev/ipmi0", O_RDWR)) >= 0)
		n++;
	EXPECT_EQ(errno, EBUSY);
	EXPECT_EQ(n, room);
	EXPECT_EQ(users(), MAX_USERS);
	/* the next open sees a new limit */
	EXPECT_EQ(file_write(PARAMETERS "max_users", "31"), 0);
	files[n] = open("/dev/ipmi0", O_RDWR);
	EXPECT(files[n] >= 0);
	EXPECT_EQ(users(), MAX_USERS + 1);
	EXPECT(open("/dev/ipmi0", O_RDWR) < 0 && errno == EBUSY);
	/* who has it open keeps it when the limit falls */
	EXPECT_EQ(file_write(PARAMETERS "max_users", "2"), 0);
	EXPECT_EQ(send_device_id(files[n], 1), 0);
	EXPECT_EQ(ipmi_drain(files[n], QUICK_MS / 4), 1);
	EXPECT(open("/dev/ipmi0", O_RDWR) < 0 && errno == EBUSY);
	EXPECT_EQ(file_write(PARAMETERS "max_users", "30"), 0);
	for (int i = 0; i <= n; i++)
		close(files[i]);
	users_become(MAX_USERS - room);
}

/* Requests on their way and answers that nobody has read count together. */
static void max_messages(void)
{
	int other = ipmi_open(0), file = ipmi_open(0), sent = 0;
	struct reply r;

	EXPECT_EQ(file_number(PARAMETERS "max_msgs_per_user"), MAX_MSGS);
	bmc_line("delay 5");
	while (sent <= MAX_MSGS && !send_device_id(file, sent))
		sent++;
	EXPECT_EQ(sent, MAX_MSGS);
	EXPECT_EQ(send_device_id(file, 1), -EBUSY);
	EXPECT_EQ(messages(), MAX_MSGS);
	/* it is a limit of one user */
	EXPECT_EQ(send_device_id(other, 1), 0);
	EXPECT_EQ(ipmi_next(other, QUICK_MS, &r), 0);
	EXPECT_EQ(send_device_id(file, 1), -EBUSY);
	/* one read, one more sent */
	EXPECT_EQ(ipmi_next(file, QUICK_MS, &r), 0);
	EXPECT_EQ(send_device_id(file, 100), 0);
	EXPECT_EQ(send_device_id(file, 101), -EBUSY);
	for (int i = 0; i < MAX_MSGS; i++) {
		EXPECT_EQ(ipmi_next(file, QUICK_MS, &r), 0);
		EXPECT_EQ(r.msgid, i + 1);
	}
	EXPECT_EQ(messages(), 0);
	bmc_line("delay 0");
	/* the next send sees a new limit */
	EXPECT_EQ(file_write(PARAMETERS "max_msgs_per_user", "3"), 0);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(send_device_id(file, i), 0);
	EXPECT_EQ(send_device_id(file, 3), -EBUSY);
	EXPECT_EQ(file_write(PARAMETERS "max_msgs_per_user", "100"), 0);
	EXPECT_EQ(send_device_id(file, 3), 0);
	close(file);
	close(other);
}

/* What was sent before the close goes to the BMC; nobody hears the answers. */
static void close_with_requests(void)
{
	int file = ipmi_open(0);

	bmc_line("forget");
	bmc_line("delay 5");
	for (int i = 0; i < 20; i++)
		EXPECT_EQ(send_device_id(file, i), 0);
	close(file);
	EXPECT(bmc_received(NETFN_APP, CMD_GET_DEVICE_ID, 20, QUICK_MS));
	bmc_line("delay 0");
	for (int i = 0; i < 100 && messages(); i++)
		usleep(10000);
	EXPECT_EQ(messages(), 0);
	EXPECT_EQ(bmc_number("count 6 1"), 20);
}

/* The interface goes: a signal, and poll() says so, with an answer that was not read still there. */
static void hang_up(void)
{
	struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };
	struct pollfd p = { .fd = ipmi_open(0), .events = POLLIN };
	int mode = 7, status = -1;
	double end = now() + 10, polled;
	struct reply r;
	pid_t child;

	if (!stack_is_ours())
		SKIP("the kernel's own says nothing");
	sigaction(SIGUSR1, &action, NULL);
	EXPECT_EQ(send_device_id(p.fd, 5), 0);
	EXPECT_EQ(ipmi_wait(p.fd, QUICK_MS), 1);
	EXPECT_EQ(fcntl(p.fd, F_SETOWN, getpid()), 0);
	EXPECT_EQ(fcntl(p.fd, F_SETSIG, SIGUSR1), 0);
	EXPECT_EQ(fcntl(p.fd, F_SETFL, fcntl(p.fd, F_GETFL) | FASYNC), 0);
	signals = 0;
	/* one sleeps until it is told, and has no signal */
	fflush(stdout);
	child = fork();
	if (!child) {
		p.fd = ipmi_open(0);
		p.events |= POLLRDHUP;
		_exit(poll(&p, 1, -1) == 1 && p.revents == POLLRDHUP ? 0 : 1);
	}
	for (int i = 0; i < 200 && users() < 3; i++)
		usleep(10000);
	usleep(100000);
	EXPECT_EQ(interface_remove(), 0);
	signals_become(1);
	EXPECT(last_band & POLLHUP);
	EXPECT_EQ(poll(&p, 1, 0), 1);
	EXPECT_EQ(p.revents, POLLIN);
	p.events |= POLLRDHUP;
	EXPECT_EQ(poll(&p, 1, 0), 1);
	EXPECT_EQ(p.revents, POLLIN | POLLRDHUP);
	EXPECT_EQ(ipmi_recv(p.fd, &r), 0);
	EXPECT_EQ(r.msgid, 5);
	EXPECT_EQ(poll(&p, 1, 0), 1);
	EXPECT_EQ(p.revents, POLLRDHUP);
	/* a program that does not know of it sleeps, and does not turn in a circle (ipmievd) */
	p.events = POLLIN;
	polled = now();
	EXPECT_EQ(poll(&p, 1, 300), 0);
	EXPECT(now() - polled >= 0.29);
	EXPECT_EQ(ioctl(p.fd, IPMICTL_GET_MAINTENANCE_MODE_CMD, &mode) < 0 ? errno : 0, ENODEV);
	EXPECT_EQ(mode, 7);
	EXPECT_EQ(ipmi_open_now(0), -ENOENT);
	while (!waitpid(child, &status, WNOHANG) && now() < end)
		usleep(10000);
	EXPECT_EQ(status, 0);
	if (status)
		kill(child, SIGKILL);
	close(p.fd);
	EXPECT_EQ(interface_add(), 0);
	close(ipmi_open(0));
}

static const struct ktap_case cases[] = {
	KTAP_CASE(numbers),
	KTAP_CASE(uevent),
	KTAP_CASE(class_folder),
	KTAP_CASE(the_major_number_is_not_shown),
	KTAP_CASE(open_flags),
	KTAP_CASE(other_calls),
	KTAP_CASE(poll_select_epoll),
	KTAP_CASE(sleepers_are_woken),
	KTAP_CASE(sigio),
	KTAP_CASE(duplicates),
	KTAP_CASE(max_users),
	KTAP_CASE(max_messages),
	KTAP_CASE(close_with_requests),
	KTAP_CASE(hang_up),
};

int main(void)
{
	keep_acpi_ipmi_out();
	fd = ipmi_must_open(0);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
