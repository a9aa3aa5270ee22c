// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything again and again, with a sum at the end: the stack is loaded and removed under
 * traffic, interfaces come and go, the BMC does, processors do, the machine sleeps; users open,
 * close, are killed and get signals; all answers are checked. Memory and references must be
 * where they were. MINUTES in the environment (a kernel parameter) sizes it, 2 if not given;
 * each part ends with its share of the time that is left or with its full count, whichever is
 * first, and says how far it came: quick parts go first. The BMC is that of tests/bmc.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define USERS 16
#define ECHO_MAX 120
#define FULL 1000
#define REQUESTS_FULL 1000000
#define PARTS 8
#define KILLED_SENDS 4
#define KEPT_KB 2048 /* what caches may have grown by; a leak of 1000 rounds is more */
#define HOTMOD "/sys/module/ipmi_si/parameters/hotmod"
#define INTERFACE "kcs,i/o,0xca2"

static double all_end;
static int parts_left = PARTS;
static long before_kb;
static struct {
	long right, errors, refused, opened, signals, wrong, lost;
	bool stop;
} *shared;

static void add(long *counter)
{
	__atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
}

/* ---- users ---- */

/*
 * Echoes of random bytes, one after the other. An answer is the right one, or an error that the
 * BMC's absence explains; a wrong one, or none, is a failure. A file whose interface is gone is
 * opened anew.
 */
static void user(int me)
{
	unsigned char data[ECHO_MAX];
	unsigned int x = me * 2654435761u + 1;
	int fd = -1;
	long id = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!shared->stop) {
		struct reply r;
		int len, ret;

		if (fd < 0) {
			fd = ipmi_open_now(0);
			if (fd < 0) {
				usleep(5000);
				continue;
			}
			add(&shared->opened);
		}
		x = x * 1664525 + 1013904223;
		len = 1 + (x >> 8) % (ECHO_MAX - 1);
		for (int i = 0; i < len; i++)
			data[i] = x >> (i % 24);
		ret = ipmi_send(fd, ++id, NETFN_OEM, CMD_ECHO, data, len);
		if (!ret)
			ret = ipmi_next(fd, 60000, &r);
		if (ret == -ETIMEDOUT) {
			add(&shared->lost);
			printf("# user %d: no answer to request %ld\n", me, id);
		} else if (ret) {
			add(&shared->refused);
			close(fd);
			fd = -1;
			usleep(5000);
		} else if (r.msgid != id || r.len < 1 || r.cmd != CMD_ECHO) {
			add(&shared->wrong);
			printf("# user %d: message %ld, command %02x for %ld\n", me, r.msgid, r.cmd,
			       id);
		} else if (r.data[0]) {
			add(&shared->errors);
		} else if (r.len != len + 1 || memcmp(r.data + 1, data, len)) {
			add(&shared->wrong);
			printf("# user %d: a wrong answer of %d bytes for %d\n", me, r.len, len);
		} else {
			add(&shared->right);
		}
	}
	exit(0);
}

static pid_t pids[USERS];

static void start(int n)
{
	memset(shared, 0, sizeof(*shared));
	fflush(stdout);
	for (int i = 0; i < USERS; i++) {
		pids[i] = i < n ? fork() : 0;
		if (i < n && !pids[i])
			user(i + 1);
	}
}

static void stop(const char *what, long n, long full)
{
	shared->stop = true;
	for (int i = 0; i < USERS; i++) {
		int status;

		if (pids[i] && waitpid(pids[i], &status, 0) == pids[i])
			EXPECT_EQ(status, 0);
	}
	ktap_note("%s: %ld of %ld; answers right %ld, errors %ld, refused %ld, opened %ld, "
		  "wrong %ld, lost %ld", what, n, full, shared->right, shared->errors,
		  shared->refused, shared->opened, shared->wrong, shared->lost);
	EXPECT(n > 0);
	EXPECT(shared->right > 0);
	EXPECT_EQ(shared->wrong, 0);
	EXPECT_EQ(shared->lost, 0);
}

static bool works(void)
{
	double end = now() + 20;
	struct reply r;
	int fd, ret;

	for (;;) {
		fd = ipmi_open(0);
		if (!EXPECT(fd >= 0))
			return false;
		ret = ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r);
		close(fd);
		if ((!ret && !r.data[0]) || now() > end)
			return EXPECT_EQ(ret, 0) && EXPECT_EQ(r.data[0], 0);
		usleep(100000);
	}
}

/* ---- what must stay as it was ---- */

static long memory_kb(void)
{
	static const char *const names[] = { "SUnreclaim:", "VmallocUsed:", "Percpu:" };
	long sum = 0;

	/* what is freed after a grace period is freed */
	sync();
	file_write("/proc/sys/vm/drop_caches", "3");
	usleep(500000);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		run("awk '/^%s/ { print $2 }' /proc/meminfo", names[i]);
		sum += atol(output());
	}
	return sum;
}

static double part_end;

static bool more(long n, long full)
{
	return n < full && (!n || now() < part_end);
}

/* ---- the parts ---- */

static void load_and_remove(void)
{
	long n;

	REQUIRE(EXPECT_EQ(stack_remove(), 0));
	start(3);
	for (n = 0; more(n, FULL); n++) {
		double end = now() + 20;
		int ret;

		REQUIRE(EXPECT_EQ(stack_insert(), 0));
		usleep(n % 40 * 1000);
		/* users have it open: they are told to leave by the interface's end */
		while ((ret = module_remove("ipmi_si")) == -EAGAIN && now() < end) {
			file_write(HOTMOD, "remove," INTERFACE);
			usleep(2000);
		}
		EXPECT_EQ(ret, 0);
		while ((ret = stack_remove()) && now() < end)
			;
		REQUIRE(EXPECT_EQ(ret, 0));
	}
	REQUIRE(EXPECT_EQ(stack_insert(), 0));
	stop("loaded and removed", n, FULL);
	works();
}

static void hotmod(void)
{
	long n;

	start(4);
	for (n = 0; more(n, FULL); n++) {
		REQUIRE(EXPECT_EQ(file_write(HOTMOD, "remove," INTERFACE), 0));
		REQUIRE(EXPECT_EQ(file_write(HOTMOD, "add," INTERFACE ",irq=5"), 0));
		usleep(n % 40 * 1000);
	}
	stop("interfaces removed and added", n, FULL);
	works();
	EXPECT_EQ(ipmi_nodes(), 1);
}

static void bmc_restarts(void)
{
	static const char *const kinds[] = { "closed", "silent" };
	long n;

	works();
	start(USERS);
	for (n = 0; more(n, FULL); n++) {
		struct reply r;
		char line[64];
		int fd = ipmi_open(0);

		/* it may be away just now, and then it does not hear this */
		snprintf(line, sizeof(line), "after %ld away %s %ld", 1 + n * 7 % 50, kinds[n % 2],
			 20 + n * 37 % 180);
		ipmi_ask(fd, NETFN_OEM, 0x70, line, strlen(line), &r);
		close(fd);
		usleep(100000 + n * 13 % 200 * 1000);
	}
	stop("restarts of the BMC", n, FULL);
	works();
}

static void requests(void)
{
	start(8);
	while (more(shared->right, REQUESTS_FULL))
		usleep(50000);
	stop("requests", shared->right, REQUESTS_FULL);
	EXPECT_EQ(shared->errors, 0);
	EXPECT_EQ(shared->refused, 0);
}

/* Opens, sends, and closes without waiting for the answer, or is killed in the middle of it. */
static void open_and_close(void)
{
	long n;

	start(2);
	for (n = 0; more(n, 100 * FULL); n++) {
		int fd = ipmi_open(0);

		REQUIRE(EXPECT(fd >= 0));
		if (n % 2)
			ipmi_send(fd, n, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0);
		if (n % 16 == 0) {
			pid_t pid = fork();

			/* few: what a file has sent is carried out though it is closed */
			for (int i = 0; !pid && i < KILLED_SENDS; i++)
				ipmi_send(fd, i, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0);
			while (!pid)
				pause();
			close(fd);
			usleep(1000);
			kill(pid, SIGKILL);
			waitpid(pid, NULL, 0);
		} else {
			close(fd);
		}
	}
	stop("files opened and closed", n, 100 * FULL);
	works();
}

static void tick(int number)
{
	(void)number;
	shared->signals++;
}

static void signals(void)
{
	struct itimerval timer = { { 0, 1000 }, { 0, 1000 } };
	struct sigaction action = { .sa_handler = tick };
	int fd = ipmi_open(0);
	long n;

	REQUIRE(EXPECT(fd >= 0));
	start(2);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
	for (n = 0; more(n, 100 * FULL); n++) {
		struct reply r;
		int ret;

		do {
			ret = ipmi_send(fd, n, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0);
		} while (ret == -EINTR);
		REQUIRE(EXPECT_EQ(ret, 0));
		do {
			struct pollfd wait = { .fd = fd, .events = POLLIN };

			poll(&wait, 1, 10);
			ret = ipmi_recv(fd, &r);
		} while (ret == -EAGAIN || ret == -EINTR);
		REQUIRE(EXPECT_EQ(ret, 0));
		REQUIRE(EXPECT_EQ(r.msgid, n));
		REQUIRE(EXPECT_EQ(r.data[0], 0));
	}
	timer.it_value.tv_usec = 0;
	setitimer(ITIMER_REAL, &timer, NULL);
	close(fd);
	ktap_note("%ld signals", shared->signals);
	stop("requests between signals", n, 100 * FULL);
}

static void processors(void)
{
	long n;

	start(4);
	for (n = 0; more(n, FULL); n++) {
		REQUIRE(EXPECT_EQ(file_write("/sys/devices/system/cpu/cpu1/online", "0"), 0));
		usleep(n % 10 * 1000);
		REQUIRE(EXPECT_EQ(file_write("/sys/devices/system/cpu/cpu1/online", "1"), 0));
		usleep(n % 10 * 1000);
	}
	stop("processors taken away and given back", n, FULL);
	EXPECT_EQ(shared->errors, 0);
}

/* All devices go to sleep and wake a second later, as in suspend to idle. */
static void sleeps(void)
{
	long n;

	EXPECT_EQ(file_write("/sys/power/pm_test", "devices"), 0);
	file_write("/sys/module/suspend/parameters/pm_test_delay", "1");
	start(4);
	for (n = 0; more(n, FULL); n++) {
		REQUIRE(EXPECT_EQ(file_write("/sys/power/state", "freeze"), 0));
		usleep(200000);
	}
	file_write("/sys/power/pm_test", "none");
	stop("suspends and resumes", n, FULL);
	works();
}

static void nothing_is_left(void)
{
	long after;

	EXPECT_EQ(stack_remove(), 0);
	EXPECT_EQ(ipmi_nodes(), 0);
	after = memory_kb();
	ktap_note("kernel memory before %ld kB, after %ld kB", before_kb, after);
	EXPECT(after - before_kb < KEPT_KB);
}

/* Each part has its share of the time that is left. */
#define PART(name)                                                                               \
	static void part_##name(void)                                                            \
	{                                                                                        \
		part_end = now() + (all_end - now()) / parts_left--;                             \
		name();                                                                          \
	}
PART(hotmod)
PART(processors)
PART(open_and_close)
PART(signals)
PART(bmc_restarts)
PART(load_and_remove)
PART(sleeps)
PART(requests)

int main(void)
{
	static const struct ktap_case cases[] = {
		{ "hotmod", part_hotmod },
		{ "processors", part_processors },
		{ "open_and_close", part_open_and_close },
		{ "signals", part_signals },
		{ "bmc_restarts", part_bmc_restarts },
		{ "load_and_remove", part_load_and_remove },
		{ "sleeps", part_sleeps },
		{ "requests", part_requests },
		KTAP_CASE(nothing_is_left),
	};
	const char *minutes = getenv("MINUTES");

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	keep_acpi_ipmi_out();
	/* what a first time allocates for ever */
	stack_insert();
	works();
	stack_remove();
	before_kb = memory_kb();
	stack_insert();
	all_end = now() + (minutes ? atof(minutes) : 2) * 60;
	return ktap_main(cases, ARRAY_SIZE(cases));
}
