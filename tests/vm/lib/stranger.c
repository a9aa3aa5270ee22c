// SPDX-License-Identifier: GPL-2.0-only
/* See stranger.h. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "stranger.h"

#define GROUPS "/sys/fs/cgroup/"
#define GROUP GROUPS "strangers/"

#define HOG_SPINS_S 0.040
#define HOG_SLEEPS_US 10000
#define BATCH 16
#define REGISTRATIONS 10000
#define READS_EVERY_US 20000

static pid_t children[8];
static int n_children;
static int fd = -1; /* in a child */
static long *did;

void bail_out(const char *what, const char *why)
{
	printf("Bail out! %s: %s\n", what, why);
	exit(1);
}

static void must_write(const char *path, const char *text)
{
	int ret = file_write(path, text);

	if (ret)
		bail_out(path, strerror(-ret));
}

void strangers_prepare(void)
{
	if (mount("none", GROUPS, "cgroup2", 0, NULL) && errno != EBUSY)
		bail_out("cgroup2", strerror(errno));
	must_write(GROUPS "cgroup.subtree_control", "+cpu\n");
	if (mkdir(GROUP, 0755) && errno != EEXIST)
		bail_out(GROUP, strerror(errno));
	/* the hog leaves enough for others; the kernel's net under it would be one more stranger */
	must_write("/proc/sys/kernel/sched_rt_runtime_us", "-1\n");
	did = mmap(NULL, sizeof(*did), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (did == MAP_FAILED)
		bail_out("mmap", strerror(errno));
}

int stranger_start(void (*first)(void), void (*again)(void))
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		bail_out("fork", strerror(errno));
	if (pid) {
		children[n_children] = pid;
		return n_children++;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	run_on(0);
	fd = ipmi_open(0);
	if (first)
		first();
	for (;;)
		again();
}

void stranger_signal(int number, int signal)
{
	kill(children[number], signal);
}

void strangers_end(void)
{
	/* so that they can end soon */
	group_throttle(0);
	group_freeze(0);
	while (n_children) {
		kill(children[--n_children], SIGKILL);
		waitpid(children[n_children], NULL, 0);
	}
}

long strangers_did(void)
{
	return __atomic_exchange_n(did, 0, __ATOMIC_RELAXED);
}

static void done(void)
{
	__atomic_add_fetch(did, 1, __ATOMIC_RELAXED);
}

void run_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		bail_out("sched_setaffinity", strerror(errno));
}

void schedule_as(int policy, int priority)
{
	struct sched_param param = { .sched_priority = priority };

	if (sched_setscheduler(0, policy, &param))
		bail_out("sched_setscheduler", strerror(errno));
}

void as_idle_class(void)
{
	schedule_as(SCHED_IDLE, 0);
}

void as_nice(void)
{
	setpriority(PRIO_PROCESS, 0, 19);
}

void as_real_time(void)
{
	schedule_as(SCHED_FIFO, STRANGER_PRIORITY);
}

void in_group(void)
{
	if (file_write(GROUP "cgroup.procs", "0\n"))
		_exit(1);
}

void as_listener(void)
{
	int on = 1;

	if (ioctl(fd, IPMICTL_SET_GETS_EVENTS_CMD, &on) < 0)
		_exit(1);
}

void without_device(void)
{
	close(fd);
	fd = -1;
}

void group_throttle(int on)
{
	must_write(GROUP "cpu.max", on ? "1000 100000\n" : "max 100000\n");
}

void group_freeze(int on)
{
	must_write(GROUP "cgroup.freeze", on ? "1\n" : "0\n");
}

void ask(void)
{
	struct reply r;

	if (!ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r))
		done();
}

void ask_in_batches(void)
{
	static long msgid;
	struct reply r;
	int n = 0;

	while (n < BATCH && !ipmi_send(fd, ++msgid, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0))
		n++;
	while (n-- && !ipmi_next(fd, ANSWER_MS, &r))
		done();
}

void burn(void)
{
	for (volatile int i = 0; i < 1000000; i++)
		;
}

void spin_and_sleep(void)
{
	for (double end = now() + HOG_SPINS_S; now() < end;)
		;
	usleep(HOG_SLEEPS_US);
}

void open_device(void)
{
	int file = open("/dev/ipmi0", O_RDWR | O_CLOEXEC);

	if (file < 0)
		return;
	close(file);
	done();
}

/* Each is for one channel of a command, so that none is in the way of another. */
void register_many(void)
{
	int file = ipmi_open_now(0);

	for (int i = 0; i < REGISTRATIONS; i++) {
		struct ipmi_cmdspec_chans spec = {
			.netfn = i >> 12,
			.cmd = i >> 4 & 0xff,
			.chans = 1 << (i & 15),
		};

		if (ioctl(file, IPMICTL_REGISTER_FOR_CMD_CHANS, &spec) < 0)
			break;
		done();
	}
	close(file);
}

void read_slowly(void)
{
	struct reply r;

	usleep(READS_EVERY_US);
	if (!ipmi_recv(fd, &r))
		done();
}
