// SPDX-License-Identifier: GPL-2.0-only
/*
 * A fuzzer of /dev/ipmi0 that knows its ioctls: structures are right but for a field or two, in
 * which there is a value from a list of bad ones; pointers lead to the end of a page, to pages
 * that may not be read or written, into the kernel, or to nothing. Several processes do so to
 * the same open files, while another changes what the structures hold. What it tests is that
 * the kernel survives, which its own checks decide, and that the device still works after it.
 *
 * fuzz_ioctl [SECONDS (15)] [SEED (1)]
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

#include "../../../include/uapi/linux/ipmi_privilege.h"
#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define PROCESSES 6
#define FILES 6
#define PAGE 4096
#define KERNEL_ADDRESS 0xffff888000000000UL

static int seconds = 15, seed = 1;
static unsigned char *page; /* shared, with nothing behind it */
static void *no_access, *read_only;
static int fds[FILES];
static unsigned int random_state;
static struct {
	long calls, taken, errors[256];
} *shared;

static unsigned int pick(unsigned int n)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % n;
}

static long number(void)
{
	static const long list[] = {
		0, 1, 2, 3, 7, 8, 12, 15, 16, 31, 32, 36, 39, 40, 41, 63, 64, 255, 256, 271,
		272, 273, 300, 4095, 4096, 65535, 65536, 0x7fffffff, 0x80000000L, 0xffffffffL,
		-1, -2, -22, 0x7fffffffffffffffL,
	};

	return pick(3) ? list[pick(ARRAY_SIZE(list))] : (long)pick(1 << 24) << pick(40);
}

/* Somewhere for n bytes, good more often than not. */
static void *place(size_t n)
{
	switch (pick(12)) {
	case 0:
		return NULL;
	case 1:
		return no_access;
	case 2:
		return read_only;
	case 3:
		return (void *)(KERNEL_ADDRESS + pick(1 << 20));
	case 4: /* its last byte is the page's */
		return page + PAGE - (n < PAGE ? n : PAGE);
	case 5: /* and here it is one too far */
		return page + PAGE - (n < PAGE ? n : PAGE) + 1;
	case 6:
		return (void *)number();
	default:
		return page + pick(PAGE / 2);
	}
}

static void address(struct ipmi_addr *addr)
{
	static const int types[] = {
		IPMI_SYSTEM_INTERFACE_ADDR_TYPE, IPMI_IPMB_ADDR_TYPE,
		IPMI_IPMB_BROADCAST_ADDR_TYPE,	 IPMI_LAN_ADDR_TYPE, 0x81,
	};

	memset(addr, 0, sizeof(*addr));
	addr->addr_type = pick(8) ? types[pick(ARRAY_SIZE(types))] : (int)number();
	addr->channel = addr->addr_type == IPMI_SYSTEM_INTERFACE_ADDR_TYPE ? IPMI_BMC_CHANNEL :
									     pick(4);
	if (!pick(8))
		addr->channel = number();
	for (int i = 0; i < 8; i++)
		addr->data[i] = pick(3) ? 0x20 + pick(8) : pick(256);
}

static void request(struct ipmi_req *req)
{
	struct ipmi_addr *addr = place(sizeof(*addr)), good;

	address(&good);
	if ((unsigned char *)addr >= page && (unsigned char *)addr <= page + PAGE - sizeof(*addr))
		memcpy(addr, &good, sizeof(good));
	req->addr = (unsigned char *)addr;
	req->addr_len = pick(4) ? 8 + 4 * pick(2) : number();
	req->msgid = number();
	req->msg.netfn = pick(4) ? 6 : pick(256);
	req->msg.cmd = pick(4) ? 1 : pick(256);
	/* not those that reset or stop the machine */
	if ((req->msg.netfn & ~1) == 0 || (req->msg.netfn & ~1) == 0x2e || req->msg.netfn >= 0x40 ||
	    (req->msg.netfn == 6 && (req->msg.cmd == 2 || req->msg.cmd == 3)))
		req->msg.cmd = 1;
	req->msg.data_len = pick(4) ? pick(40) : number();
	req->msg.data = place(req->msg.data_len);
}

static void receive(struct ipmi_recv *recv)
{
	recv->addr_len = pick(4) ? (long)sizeof(struct ipmi_addr) : number();
	recv->addr = place(sizeof(struct ipmi_addr));
	recv->msg.data_len = pick(4) ? 272 : number();
	recv->msg.data = place(272);
}

static void call(void)
{
	static const unsigned long known[] = {
		IPMICTL_SEND_COMMAND, IPMICTL_SEND_COMMAND, IPMICTL_SEND_COMMAND,
		IPMICTL_SEND_COMMAND_SETTIME, IPMICTL_RECEIVE_MSG, IPMICTL_RECEIVE_MSG_TRUNC,
		IPMICTL_RECEIVE_MSG_TRUNC, IPMICTL_REGISTER_FOR_CMD, IPMICTL_UNREGISTER_FOR_CMD,
		IPMICTL_REGISTER_FOR_CMD_CHANS, IPMICTL_UNREGISTER_FOR_CMD_CHANS,
		IPMICTL_SET_GETS_EVENTS_CMD, IPMICTL_SET_MY_ADDRESS_CMD, IPMICTL_GET_MY_ADDRESS_CMD,
		IPMICTL_SET_MY_LUN_CMD, IPMICTL_GET_MY_LUN_CMD, IPMICTL_SET_MY_CHANNEL_ADDRESS_CMD,
		IPMICTL_GET_MY_CHANNEL_ADDRESS_CMD, IPMICTL_SET_MY_CHANNEL_LUN_CMD,
		IPMICTL_GET_MY_CHANNEL_LUN_CMD, IPMICTL_SET_TIMING_PARMS_CMD,
		IPMICTL_GET_TIMING_PARMS_CMD, IPMICTL_GET_MAINTENANCE_MODE_CMD,
		IPMICTL_SET_MAINTENANCE_MODE_CMD, IPMICTL_GET_PRIVILEGE, IPMICTL_DROP_PRIVILEGE,
	};
	unsigned long cmd = known[pick(ARRAY_SIZE(known))];
	union {
		struct ipmi_req_settime settime;
		struct ipmi_recv recv;
		unsigned int words[16];
	} arg;
	void *at;

	for (size_t i = 0; i < ARRAY_SIZE(arg.words); i++)
		arg.words[i] = pick(2) ? pick(16) : number();
	if (cmd == IPMICTL_SEND_COMMAND || cmd == IPMICTL_SEND_COMMAND_SETTIME) {
		request(&arg.settime.req);
		arg.settime.retries = pick(4) ? (int)pick(3) : number();
		arg.settime.retry_time_ms = pick(4) ? pick(500) : number();
	} else if (cmd == IPMICTL_RECEIVE_MSG || cmd == IPMICTL_RECEIVE_MSG_TRUNC) {
		receive(&arg.recv);
	}
	if (!pick(30))
		cmd ^= 1UL << pick(32);
	at = place(sizeof(arg));
	if ((unsigned char *)at >= page && (unsigned char *)at <= page + PAGE - sizeof(arg))
		memcpy(at, &arg, sizeof(arg));
	__atomic_add_fetch(&shared->calls, 1, __ATOMIC_RELAXED);
	if (!ioctl(fds[pick(FILES)], cmd, at))
		__atomic_add_fetch(&shared->taken, 1, __ATOMIC_RELAXED);
	else
		__atomic_add_fetch(&shared->errors[errno & 255], 1, __ATOMIC_RELAXED);
}

static void other(void)
{
	struct pollfd wait = { .fd = fds[pick(FILES)], .events = POLLIN };
	char byte;
	int file;

	switch (pick(6)) {
	case 0:
		poll(&wait, 1, pick(5));
		break;
	case 1:
		if (read(wait.fd, &byte, 1) > 0 || write(wait.fd, &byte, 1) > 0)
			ktap_note("the device took bytes");
		break;
	case 2:
		fcntl(wait.fd, F_SETFL, pick(2) ? O_ASYNC : 0);
		break;
	case 3: /* a number that this process alone has another file behind, or none */
		file = open("/dev/ipmi0", O_RDWR | O_CLOEXEC);
		if (file >= 0) {
			dup2(file, fds[pick(FILES)]);
			close(file);
		}
		break;
	case 4:
		if (mmap(NULL, PAGE, PROT_READ, MAP_SHARED, wait.fd, 0) != MAP_FAILED)
			ktap_note("the device let itself be mapped");
		break;
	case 5:
		lseek(wait.fd, number(), SEEK_SET);
		break;
	}
}

static void fuzzer(int me)
{
	double end = now() + seconds;

	signal(SIGIO, SIG_IGN);
	random_state = seed * 1000 + me;
	while (now() < end) {
		if (!me) /* the page changes under those who look at it */
			page[pick(PAGE)] = pick(256);
		else if (pick(16))
			call();
		else
			other();
	}
	exit(0);
}

static void survives(void)
{
	int status;

	fflush(stdout);
	for (int i = 0; i < PROCESSES; i++)
		if (!fork())
			fuzzer(i);
	while (wait(&status) > 0)
		EXPECT_EQ(status, 0);
	ktap_note("%ld calls, %ld taken", shared->calls, shared->taken);
	for (int i = 0; i < 256; i++)
		if (shared->errors[i])
			ktap_note("%8ld %s", shared->errors[i], strerror(i));
	EXPECT(shared->calls > 1000);
	EXPECT(shared->taken > 100);
}

/* What was sent may still be answered or time out; all of it goes with its file. */
static void works(void)
{
	struct reply r;
	int fd;

	for (int i = 0; i < FILES; i++)
		close(fds[i]);
	fd = ipmi_open(0);
	REQUIRE(EXPECT(fd >= 0));
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	EXPECT_EQ(r.data[0], 0);
	close(fd);
}

static void nothing_is_left(void)
{
	EXPECT_EQ(stack_remove(), 0);
	EXPECT_EQ(ipmi_nodes(), 0);
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
	no_access = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	read_only = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	for (int i = 0; i < FILES; i++)
		fds[i] = ipmi_open(0);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
