// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program behind /dev/ipmi-vbmc that means harm: random messages, ioctls and places in memory, by
 * several processes that share their files, while others use the interfaces that come of it.
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
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"
#include "program_bmc.h"

#define PROGRAMS 5
#define USERS 3
#define FILES 5
#define PAGE 4096

static int seconds = 12, seed = 1;
static unsigned char *page; /* shared, with nothing behind it */
static int fds[FILES];
static unsigned int random_state;
static struct {
	long calls, taken, answers, users, errors[256];
} *shared;

static unsigned int pick(unsigned int n)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % n;
}

static void count(bool taken)
{
	__atomic_add_fetch(&shared->calls, 1, __ATOMIC_RELAXED);
	__atomic_add_fetch(taken ? &shared->taken : &shared->errors[errno & 255], 1,
			   __ATOMIC_RELAXED);
}

static void *place(size_t n)
{
	switch (pick(16)) {
	case 0:
		return NULL;
	case 1:
		return (void *)0xffff888000000000UL;
	case 2: /* its last byte is the page's, and one too far */
		return page + PAGE - n;
	case 3:
		return page + PAGE - n + 1;
	default:
		return page + pick(PAGE / 2);
	}
}

static bool good(const void *at, size_t n)
{
	return (unsigned char *)at >= page && (unsigned char *)at + n <= page + PAGE;
}

static void make(int fd)
{
	struct {
		struct ipmi_vbmc_create known;
		unsigned char later[32];
	} arg = { { 0 }, { 0 } };
	unsigned int size = pick(2) ? sizeof(arg.known) : pick(2) ? pick(64) : pick(1 << 14);
	void *at = place(sizeof(arg));

	if (!pick(3))
		((unsigned char *)&arg)[pick(sizeof(arg))] = pick(256);
	if (good(at, sizeof(arg)))
		memcpy(at, &arg, sizeof(arg));
	count(!ioctl(fd, _IOC(pick(20) ? 3 : pick(4), pick(20) ? IPMI_IOC_MAGIC : pick(256),
			      pick(20) ? 0xd0 : pick(256), size), at));
}

static void scribble(int fd)
{
	struct vbmc_packet p = { .header = { .id = pick(4) ? pick(300) : pick(1 << 24) } };
	int len = pick(4) ? pick(40) : pick(300);
	void *at = place(sizeof(p));

	p.header.type = pick(8) ? 3 + pick(4) : pick(1 << 16);
	if (p.header.type != IPMI_VBMC_ANSWER && pick(8))
		p.header.id = 0;
	if (p.header.type == IPMI_VBMC_EVENT && pick(4))
		len = 16;
	if (p.header.type == IPMI_VBMC_PRETIMEOUT)
		len = 0;
	p.header.length = pick(8) ? len : (int)pick(1 << 16);
	p.header.reserved = !pick(16);
	for (size_t i = 0; i < sizeof(p.data); i++)
		p.data[i] = pick(3) ? pick(8) : pick(256);
	if (good(at, sizeof(p)))
		memcpy(at, &p, sizeof(p));
	count(write(fd, at, sizeof(p.header) + (len < 300 ? len : 0)) >= 0);
}

/* So that interfaces come up: a good answer, or one with a byte changed. */
static void serve(int fd)
{
	struct vbmc_packet p;
	int ret = vbmc_read(fd, &p);

	errno = -ret;
	count(!ret);
	if (ret || p.header.type != IPMI_VBMC_REQUEST)
		return;
	if (!pick(20))
		p.data[pick(p.header.length)] = pick(256);
	if (!vbmc_answer(fd, &p))
		__atomic_add_fetch(&shared->answers, 1, __ATOMIC_RELAXED);
}

static void other(int i)
{
	struct pollfd wait = { .fd = fds[i], .events = POLLIN | POLLOUT };
	int file;

	switch (pick(6)) {
	case 0:
		poll(&wait, 1, pick(3));
		break;
	case 1:
		count(read(fds[i], place(300), pick(2) ? pick(300) : 4096) >= 0);
		break;
	case 2: /* a new one, here only; the old one goes if nobody else has it */
	case 3:
		file = open("/dev/ipmi-vbmc", O_RDWR | O_NONBLOCK | O_CLOEXEC);
		if (file >= 0) {
			dup2(file, fds[i]);
			close(file);
		}
		break;
	case 4:
		lseek(fds[i], pick(100), SEEK_SET);
		break;
	case 5:
		if (mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fds[i], 0) != MAP_FAILED)
			ktap_note("the device let itself be mapped");
		break;
	}
}

static void program(int me)
{
	double end = now() + seconds;

	random_state = seed * 1000 + me;
	while (now() < end) {
		int i = pick(FILES);

		if (!me) /* the page changes under those who look at it */
			page[pick(PAGE)] = pick(256);
		else if (pick(2))
			serve(fds[i]);
		else if (pick(4))
			scribble(fds[i]);
		else if (pick(3))
			make(fds[i]);
		else
			other(i);
	}
	_exit(0);
}

/* Sends, and receives whatever there is. */
static void user(int me)
{
	double end = now() + seconds;
	struct reply r;

	random_state = seed * 2000 + me;
	while (now() < end) {
		int fd = ipmi_open_now(pick(4));

		if (fd < 0) {
			usleep(1000);
			continue;
		}
		ipmi_set(fd, IPMICTL_SET_GETS_EVENTS_CMD, 1);
		ipmi_register(fd, 6, 1, IPMI_CHAN_ALL);
		for (int n = pick(50); n; n--) {
			ipmi_send(fd, n, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0);
			ipmi_wait(fd, 5);
			while (!ipmi_recv(fd, &r))
				__atomic_add_fetch(&shared->users, 1, __ATOMIC_RELAXED);
		}
		close(fd);
	}
	_exit(0);
}

static void survives(void)
{
	int status;

	for (int i = 0; i < FILES; i++) {
		fds[i] = vbmc_open(O_NONBLOCK, NULL);
		EXPECT(fds[i] >= 0);
	}
	fflush(NULL);
	for (int i = 0; i < PROGRAMS + USERS; i++) {
		if (fork())
			continue;
		if (i < PROGRAMS)
			program(i);
		user(i);
	}
	while (wait(&status) > 0)
		EXPECT_EQ(status, 0);
	ktap_note("%ld calls, %ld taken; %ld answers, %ld messages for users", shared->calls,
		  shared->taken, shared->answers, shared->users);
	for (int i = 0; i < 256; i++)
		if (shared->errors[i])
			ktap_note("%8ld %s", shared->errors[i], strerror(i));
	EXPECT(shared->calls > 1000);
	EXPECT(shared->answers > 100);
	EXPECT(shared->users > 20);
}

static void works(void)
{
	struct reply r;
	pid_t pid;
	int number, fd;

	for (int i = 0; i < FILES; i++)
		close(fds[i]);
	EXPECT_EQ(ipmi_nodes(), 0);
	pid = vbmc_start(&number);
	REQUIRE(EXPECT(pid > 0));
	fd = ipmi_open(number);
	REQUIRE(EXPECT(fd >= 0));
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	EXPECT_EQ(r.data[0], 0);
	close(fd);
	vbmc_stop(pid);
}

static void nothing_is_left(void)
{
	EXPECT_EQ(module_remove("ipmi_vbmc"), 0);
	EXPECT_EQ(stack_remove(), 0);
}

int main(int argc, char **argv)
{
	static const struct ktap_case cases[] = {
		KTAP_CASE(survives),
		KTAP_CASE(works),
		KTAP_CASE(nothing_is_left),
	};

	if (argc > 1)
		seconds = atoi(argv[1]);
	if (argc > 2)
		seed = atoi(argv[2]);
	page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	munmap(page + PAGE, PAGE);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
