// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many processes at once do with /dev/ipmi0 whatever can be done, right and wrong, at random.
 * Each answer must be the one to its request; at the end nothing is left. The first argument is
 * the number of seconds (10), the second that of processes (64), the third the seed (1). The BMC
 * is that of tests/bmc.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define DEVICE "/sys/class/ipmi/ipmi0/device"
#define FIRST_SATELLITE 0x40
#define SATELLITES 32
#define PENDING 16 /* requests of a process */
/* between two of them, and two times of opening, at most; so that the BMC can keep up */
#define SEND_MS 160
#define OPEN_MS 2000
#define LAST_MS 60000

enum counter { SENT, ANSWERED, GIVEN_UP, REFUSED, OPENED, FORKED, COMMANDS, EVENTS, COUNTERS };

static const char *const counter_names[COUNTERS] = {
	"requests",  "answers", "given up",	      "ioctls refused",
	"opens",     "forks",	"commands received", "events",
};

/* What the processes share. */
static struct shared {
	long counts[COUNTERS];
	int bad;
	char what[200]; /* the first thing that was wrong */
} *shared;

static long users;
static int seconds = 10, processes = 64, seed = 1;
static void *no_access, *read_only;

/* One process. */
static int fd = -1;
static unsigned int random_state;
static double end;
static long next_id;
static int me;
static double next_send, next_open;
static struct {
	long id;
	int len; /* of the echo, -1: it is no echo */
	unsigned char first;
	bool bridged;
} pending[PENDING];

static unsigned int pick(unsigned int n)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % n;
}

static void count(enum counter which)
{
	__atomic_add_fetch(&shared->counts[which], 1, __ATOMIC_RELAXED);
}

static void wrong(const char *what, long a, long b)
{
	if (!__atomic_fetch_add(&shared->bad, 1, __ATOMIC_RELAXED))
		snprintf(shared->what, sizeof(shared->what), "%s (%#lx, %#lx)", what, a, b);
}

static void forget_all(void)
{
	memset(pending, 0, sizeof(pending));
}

static void reopen(void)
{
	if (fd >= 0)
		close(fd);
	forget_all();
	/* a signal may have come, or others have all there are */
	do
		fd = open("/dev/ipmi0", O_RDWR | O_CLOEXEC);
	while (fd < 0 && (errno == EINTR || errno == EBUSY) && now() < end);
	if (fd < 0 && now() < end)
		wrong("open", errno, 0);
	count(OPENED);
}

static unsigned char pattern(unsigned char first, int i)
{
	return first + 7 * i;
}

static void check_answer(const struct reply *r)
{
	int i;

	if (r->recv_type == IPMI_ASYNC_EVENT_RECV_TYPE) {
		count(EVENTS);
		if (r->len != 16 || r->netfn != (NETFN_APP | 1))
			wrong("an event", r->len, r->netfn);
		return;
	}
	if (r->recv_type == IPMI_CMD_RECV_TYPE) {
		count(COMMANDS);
		if (r->netfn != 0x30)
			wrong("a command", r->netfn, r->cmd);
		return;
	}
	if (r->recv_type == IPMI_RESPONSE_RESPONSE_TYPE)
		return;
	for (i = 0; i < PENDING && pending[i].id != r->msgid; i++)
		;
	if (i == PENDING || !r->msgid) {
		wrong("an answer to no request of mine", r->msgid, r->recv_type);
		return;
	}
	pending[i].id = 0;
	if (r->len < 1) {
		wrong("no completion code", r->msgid, r->cmd);
		return;
	}
	/* no answer came, or the BMC refused every try (NAK on write) */
	if (pending[i].bridged && (r->data[0] == 0xc3 || r->data[0] == 0x83)) {
		count(GIVEN_UP);
		return;
	}
	count(ANSWERED);
	if (pending[i].len < 0)
		return;
	if (r->data[0] || r->len != pending[i].len + 1) {
		char what[100];

		snprintf(what, sizeof(what), "echo %#lx of %d bytes from type %#x: code %02x, length",
			 r->msgid, pending[i].len, r->addr.addr_type, r->data[0]);
		wrong(what, r->len, r->cmd);
	}
	for (int k = 0; k < pending[i].len && k + 1 < r->len; k++) {
		if (r->data[k + 1] != pattern(pending[i].first, k)) {
			wrong("an echo's data", k, r->data[k + 1]);
			break;
		}
	}
}

static bool take_one(void)
{
	struct reply r;
	int ret = ipmi_recv(fd, &r);

	if (ret && ret != -EAGAIN)
		wrong("receive", ret, 0);
	if (!ret)
		check_answer(&r);
	return !ret;
}

/* A request that is right, to the BMC or to somebody behind it. */
static void send_one(void)
{
	struct ipmi_system_interface_addr bmc;
	struct ipmi_ipmb_addr ipmb;
	struct ipmi_lan_addr lan;
	unsigned char data[64];
	int kind = pick(10), len = pick(64), slot, ret;
	int cmd, lun;

	for (slot = 0; slot < PENDING && pending[slot].id; slot++)
		;
	if (slot == PENDING || now() < next_send)
		return;
	next_send = now() + pick(SEND_MS) / 1e3;
	pending[slot].first = pick(256);
	pending[slot].len = len;
	pending[slot].bridged = kind >= 7;
	for (int i = 0; i < len; i++)
		data[i] = pattern(pending[slot].first, i);
	next_id++;
	/*
	 * A late answer to what was given up or closed can be told from one to a later request that
	 * has the same sequence number by nothing but address and command: so both change.
	 */
	cmd = me << 2 | (next_id & 3);
	lun = next_id >> 2 & 3;
	if (kind < 6) {
		ipmi_bmc_addr(&bmc);
		ret = ipmi_send_to(fd, &bmc, sizeof(bmc), next_id, NETFN_OEM, CMD_ECHO, data, len);
	} else if (kind < 7) {
		pending[slot].len = -1;
		ret = ipmi_send(fd, next_id, NETFN_APP, pick(2) ? CMD_GET_DEVICE_ID : 0xf3, data,
				len);
	} else if (kind < 9) {
		ipmi_ipmb(&ipmb, 0, FIRST_SATELLITE + 2 * (next_id >> 4 & (SATELLITES - 1)), lun);
		ret = ipmi_send_timed(fd, &ipmb, sizeof(ipmb), next_id, NETFN_OEM, cmd, data, len,
				      1, 500);
	} else {
		ipmi_lan(&lan, LAN_CHANNEL, next_id >> 4 & 0xff, 0x81, 0x82, lun);
		ret = ipmi_send_timed(fd, &lan, sizeof(lan), next_id, NETFN_OEM, cmd, data, len, 1,
				      500);
	}
	if (ret == 0) {
		pending[slot].id = next_id;
		count(SENT);
	} else if (ret != -EBUSY && ret != -EAGAIN && ret != -EINTR) {
		wrong("send", ret, kind);
	}
}

/* Any ioctl with any argument; it may work, but it must not do harm. */
static void any_ioctl(void)
{
	static const unsigned long numbers[] = {
		IPMICTL_RECEIVE_MSG,		 IPMICTL_RECEIVE_MSG_TRUNC,
		IPMICTL_SEND_COMMAND,		 IPMICTL_SEND_COMMAND_SETTIME,
		IPMICTL_REGISTER_FOR_CMD,	 IPMICTL_UNREGISTER_FOR_CMD,
		IPMICTL_REGISTER_FOR_CMD_CHANS,	 IPMICTL_UNREGISTER_FOR_CMD_CHANS,
		IPMICTL_SET_GETS_EVENTS_CMD,	 IPMICTL_GET_MY_ADDRESS_CMD,
		IPMICTL_GET_MY_LUN_CMD,		 IPMICTL_GET_TIMING_PARMS_CMD,
		IPMICTL_GET_MY_CHANNEL_LUN_CMD,	 IPMICTL_GET_MY_CHANNEL_ADDRESS_CMD,
		IPMICTL_GET_MAINTENANCE_MODE_CMD,
	};
	unsigned char bytes[64];
	unsigned long number = numbers[pick(ARRAY_SIZE(numbers))];
	bool receives = number == IPMICTL_RECEIVE_MSG || number == IPMICTL_RECEIVE_MSG_TRUNC;
	bool sends = number == IPMICTL_SEND_COMMAND || number == IPMICTL_SEND_COMMAND_SETTIME;
	void *arg = bytes;

	for (unsigned int i = 0; i < sizeof(bytes); i++)
		bytes[i] = pick(3) ? 0 : pick(256);
	switch (pick(8)) {
	case 0:
		arg = NULL;
		break;
	case 1:
		arg = no_access;
		break;
	case 2:
		arg = (char *)no_access - 1 - pick(60);
		break;
	case 3:
		arg = read_only;
		break;
	case 4:
		number ^= 1UL << pick(32);
		receives = sends = true;
		break;
	}
	/* random pointers inside a structure would strike this program; random sends the BMC */
	if ((receives || sends) && arg == bytes)
		arg = no_access;
	if (receives && arg == read_only)
		arg = NULL;
	if (ioctl(fd, number, arg) < 0) {
		count(REFUSED);
		if (errno != EFAULT && errno != EINVAL && errno != ENOTTY && errno != EBUSY &&
		    errno != ENOENT && errno != EAGAIN)
			wrong("errno", errno, number);
	}
}

/* A send that is wrong in one way. */
static void bad_send(void)
{
	static const int channels[] = { 0, 1, 5, 14, 16, -1 };
	struct ipmi_addr addr = { .addr_type = 0 };
	struct ipmi_req req = { .addr = (void *)&addr, .addr_len = pick(42), .msgid = 1 };

	addr.addr_type = 2 + pick(2) * 0x40;
	addr.channel = channels[pick(ARRAY_SIZE(channels))];
	req.msg.data = pick(2) ? no_access : NULL;
	req.msg.data_len = pick(400);
	if (!ipmi_send_req(fd, &req))
		wrong("a bad send was taken", addr.addr_type, req.addr_len);
	count(REFUSED);
}

/* A message that cannot be received stays, and is whole afterwards. */
static void bad_receive(void)
{
	unsigned char addr[40], data[4];
	struct ipmi_recv recv = { .addr = addr, .addr_len = sizeof(addr) };

	recv.msg.data = pick(2) ? no_access : data;
	recv.msg.data_len = recv.msg.data == data ? 0 : 300;
	if (pick(2))
		recv.addr_len = 7;
	if (ioctl(fd, IPMICTL_RECEIVE_MSG, &recv) == 0)
		wrong("a bad receive worked", recv.addr_len, recv.msg.data_len);
	count(REFUSED);
}

/* A child with the same descriptor, or one of its own, for a moment. */
static void fork_one(void)
{
	pid_t child = fork();

	if (child < 0)
		return;
	if (!child) {
		if (pick(2)) {
			fd = -1;
			reopen();
		}
		next_send = 0;
		send_one();
		if (pick(2))
			raise(SIGKILL);
		_exit(0);
	}
	count(FORKED);
	/* its request was the next one's number */
	next_id++;
	if (pick(2)) {
		usleep(pick(3000));
		kill(child, SIGKILL);
	}
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	/* it may have left an answer in the queue we share */
	reopen();
}

static int left(void)
{
	int n = 0;

	for (int i = 0; i < PENDING; i++)
		n += pending[i].id != 0;
	return n;
}

/* Mostly with all answers, now and then without. */
static void begin_anew(void)
{
	if (now() < next_open)
		return;
	next_open = now() + pick(OPEN_MS) / 1e3;
	if (pick(8))
		while (left() && !shared->bad && now() < end)
			if (!take_one())
				ipmi_wait(fd, 100);
	if (pick(2))
		fork_one();
	else
		reopen();
}

static void act(void)
{
	unsigned int what = pick(100);
	struct ipmi_cmdspec spec = { 0x30, pick(4) };
	int on = pick(2);

	if (what < 45)
		send_one();
	else if (what < 75)
		take_one();
	else if (what < 80)
		any_ioctl();
	else if (what < 84)
		bad_send();
	else if (what < 88)
		bad_receive();
	else if (what < 90)
		ioctl(fd, IPMICTL_SET_GETS_EVENTS_CMD, &on);
	else if (what < 92)
		ioctl(fd, on ? IPMICTL_REGISTER_FOR_CMD : IPMICTL_UNREGISTER_FOR_CMD, &spec);
	else if (what < 98)
		ipmi_wait(fd, pick(20));
	else
		begin_anew();
}

static void on_alarm(int number)
{
	(void)number;
}

static void worker(int number)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval often = { { 0, 7000 }, { 0, 7000 } };
	double last;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	me = number;
	random_state = seed * 1000 + number;
	sigaction(SIGALRM, &action, NULL);
	if (number % 4 == 0)
		setitimer(ITIMER_REAL, &often, NULL);
	next_id = (long)number << 40;
	reopen();
	while (now() < end && !shared->bad && fd >= 0)
		act();
	/* each request that is left is answered */
	last = now() + LAST_MS / 1e3;
	while (fd >= 0 && left() && now() < last && !shared->bad)
		if (ipmi_wait(fd, 100) == 1)
			take_one();
	if (fd >= 0 && left() && !shared->bad)
		wrong("requests without an answer", left(), number);
	_exit(0);
}

/* Others send commands and events to the host meanwhile. */
static void disturb(void)
{
	/* one of eight is not there */
	for (int i = 0; i < SATELLITES; i++)
		if (i % 8)
			bmc_line("satellite %x answer", FIRST_SATELLITE + 2 * i);
	for (int ms = 0; ms < seconds * 1000; ms += 200) {
		bmc_line("after %d ipmb 0 24 0 %x 30 %x 99", ms, ms / 200 & 0x3f, ms / 200 & 3);
		if (ms % 1000 == 0)
			bmc_line("after %d events 2", ms);
	}
}

/* The kernel's own users stay; one of them may still be on its way. */
static long kernel_users(void)
{
	usleep(500000);
	return file_number(DEVICE "/nr_users");
}

static void storm(void)
{
	int status, bad = 0;

	users = kernel_users();
	REQUIRE(EXPECT_EQ(file_write("/sys/module/ipmi_msghandler/parameters/max_users", "200"), 0));
	disturb();
	end = now() + seconds;
	fflush(stdout);
	for (int i = 0; i < processes; i++)
		if (!fork())
			worker(i);
	for (int i = 0; i < processes; i++) {
		REQUIRE(EXPECT(wait(&status) > 0));
		bad += status != 0;
	}
	EXPECT_EQ(bad, 0);
	EXPECT_EQ(shared->bad, 0);
	if (shared->bad)
		ktap_note("first: %s", shared->what);
	for (int i = 0; i < COUNTERS; i++)
		ktap_note("%s: %ld", counter_names[i], shared->counts[i]);
	for (int i = 0; i < COUNTERS; i++)
		if (i != GIVEN_UP)
			EXPECT(shared->counts[i] > 0);
}

static void nothing_is_left(void)
{
	for (int i = 0; i < 500; i++) {
		if (file_number(DEVICE "/nr_users") == users && !file_number(DEVICE "/nr_msgs"))
			break;
		usleep(20000);
	}
	EXPECT_EQ(file_number(DEVICE "/nr_users"), users);
	EXPECT_EQ(file_number(DEVICE "/nr_msgs"), 0);
}

static void works_as_before(void)
{
	int file = ipmi_open(0);
	struct reply r;

	for (int i = 0; i < 100; i++) {
		EXPECT_EQ(ipmi_ask(file, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
		EXPECT_EQ(r.data[0], 0);
	}
	close(file);
}

static void can_be_unloaded(void)
{
	EXPECT_EQ(stack_remove(), 0);
	EXPECT_EQ(ipmi_nodes(), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(storm),
	KTAP_CASE(nothing_is_left),
	KTAP_CASE(works_as_before),
	KTAP_CASE(can_be_unloaded),
};

int main(int argc, char **argv)
{
	if (argc > 1)
		seconds = atoi(argv[1]);
	if (argc > 2)
		processes = atoi(argv[2]);
	if (argc > 3)
		seed = atoi(argv[3]);
	keep_acpi_ipmi_out();
	close(ipmi_must_open(0));
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	read_only = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	no_access = mmap(NULL, 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	no_access = (char *)no_access + 4096;
	return ktap_main(cases, ARRAY_SIZE(cases));
}
