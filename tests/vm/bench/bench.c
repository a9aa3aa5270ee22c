// SPDX-License-Identifier: GPL-2.0-only
/*
 * What tools/bench measures inside the virtual machine, of the driver itself; of whole programs
 * it is bench_tools.c. Each command prints lines of
 * "bench NAME VALUE"; tools/bench/plan.py says what they mean.
 *
 *   bench count N                  N requests, alone: guest nanoseconds for each, which under
 *                                  -icount shift=0 are instructions; marks on port 80h around them
 *   bench load THINK USERS SECONDS [DEVICE|bytes=US]
 *                                  requests of that many processes, one in flight each, to the
 *                                  BMC of tests/bmc, or tests/modules/ssif_fake_main.c if that is
 *                                  loaded, which thinks THINK ms ("erratic": see
 *                                  bmc_thinks()), or to another one ("as-it-is"); or to that of
 *                                  tests/qemu, which needs US for a byte
 *   bench idle SECONDS             nobody asks anything, the device is open
 *   bench memory                   of an open file, and of a message that waits to be read
 *   bench start MODULE...          from modprobe to the first answer
 *   bench death                    a BMC that falls silent in a request, and comes back
 *   bench serve COMMAND...         one of these, with a process of this one as the BMC of ipmi0
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"
#include "measure.h"
#include "program_bmc.h"

#define MARK_PORT 0x80
#define SAMPLES 65536 /* latencies kept of a process */
#define WARM_UP 0.3 /* seconds before anything counts */
#define DEATH_MS 75000 /* that a BMC is dead, at most */
#define SSIF_FAKE "/sys/kernel/debug/ssif_fake/think_us"

struct user {
	long answers, wrong, all;
	unsigned int n;
	float latency[SAMPLES]; /* ms */
};

/* When requests count; all users see it. */
static volatile struct {
	bool begun, over;
} *span;

static int device(int n)
{
	int fd = ipmi_open(n);

	if (fd < 0)
		bench_fatal("/dev/ipmiN", fd);
	return fd;
}

/* What the threads of the driver have used so far, in seconds. */
static double threads(void)
{
	static const char *const names[] = { "kipmi", "ipmi-si", "ipmi-ssif", "kssif", "irq/" };
	struct dirent *entry;
	double sum = 0;
	DIR *proc = opendir("/proc");

	while (proc && (entry = readdir(proc))) {
		if (!isdigit(entry->d_name[0]))
			continue;
		for (size_t i = 0; i < ARRAY_SIZE(names); i++)
			if (!strncmp(file_text("/proc/%s/comm", entry->d_name), names[i],
				     strlen(names[i])))
				sum += atof(file_text("/proc/%s/schedstat", entry->d_name)) / 1e9;
	}
	closedir(proc);
	return sum;
}

static int one_request(int fd, long id)
{
	struct reply r;
	int ret;

	ret = ipmi_send(fd, id, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0);
	if (!ret && !ipmi_wait(fd, ANSWER_MS))
		return -ETIMEDOUT;
	if (!ret)
		ret = ipmi_recv(fd, &r);
	if (ret)
		return ret;
	return r.msgid != id || r.len < 12 || r.data[0] ? -EBADMSG : 0;
}

static void mark(int port, unsigned char what)
{
	if (pwrite(port, &what, 1, MARK_PORT) != 1)
		bench_fatal("port 80h", errno);
}

static int cmd_count(char **argv)
{
	int n = atoi(argv[0]), fd = device(0), port;
	double start, best = 0;

	/* not by ioperm(), which would make every change of context cost more */
	port = open("/dev/port", O_WRONLY);
	if (port < 0)
		bench_fatal("/dev/port", errno);
	for (int i = 0; i < 20; i++)
		if (one_request(fd, i))
			bench_fatal("Get Device ID", EIO);
	/* the fewest of five runs: the others were interrupted by a tick */
	for (int k = 0; k < 5; k++) {
		mark(port, 0x11);
		start = now();
		for (int i = 0; i < n; i++)
			if (one_request(fd, i))
				bench_fatal("Get Device ID", EIO);
		start = (now() - start) / n * 1e9;
		mark(port, 0x12);
		if (!k || start < best)
			best = start;
	}
	bench_say("ns", best);
	return 0;
}

static void use(struct user *u, int dev)
{
	int fd = device(dev);
	double start, stop;

	for (long id = 1; !span->over; id++) {
		start = now();
		u->all++;
		if (one_request(fd, id)) {
			u->wrong++;
			ipmi_drain(fd, 100);
			continue;
		}
		stop = now();
		if (!span->begun || span->over)
			continue;
		if (u->n < SAMPLES)
			u->latency[u->n++] = (stop - start) * 1e3;
		u->answers++;
	}
}

static void *shared_memory(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		bench_fatal("memory", errno);
	return p;
}

static int by_value(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return x < y ? -1 : x > y;
}

static void fake_thinks(double ms)
{
	FILE *f = fopen(SSIF_FAKE, "w");

	if (!f || fprintf(f, "%.0f", ms * 1000) < 0 || fclose(f))
		bench_fatal(SSIF_FAKE, errno);
}

/* Milliseconds, or less than none if the BMC does not always think the same. */
static double bmc_thinks(const char *think)
{
	if (!strcmp(think, "as-it-is"))
		return -1;
	if (!access(SSIF_FAKE, F_OK)) {
		fake_thinks(atof(think));
		return atof(think);
	}
	bmc_line("nofaults");
	if (!strcmp(think, "erratic")) {
		bmc_line("delay lognormal 3 0.5");
		bmc_line("fault late percent=1 arg=100");
		return -1;
	}
	bmc_line("delay %s", think);
	return atof(think);
}

/* Of the BMC of tests/qemu, else 0. */
static double accesses(bool timed)
{
	return timed ? atof(bmc_line("accesses")) : 0;
}

static int cmd_load(char **argv)
{
	bool timed = argv[3] && !strncmp(argv[3], "bytes=", 6);
	int users = atoi(argv[1]), dev = argv[3] && !timed ? atoi(argv[3]) : 0;
	double seconds = atof(argv[2]), cpu, touched;
	size_t size = users * sizeof(struct user);
	struct user *u = shared_memory(size);
	double answers = 0, wrong = 0, all_requests = 0, least = 1e9, think, start;
	struct machine before, after;
	float *all;
	int n = 0;

	span = shared_memory(sizeof(*span));
	think = bmc_thinks(argv[0]);
	if (timed)
		bmc_line("bytes %s", argv[3] + 6);
	touched = accesses(timed);
	fflush(stdout);
	for (int i = 0; i < users; i++) {
		if (!fork()) {
			use(u + i, dev);
			_exit(0);
		}
	}
	usleep(WARM_UP * 1e6);
	cpu = threads();
	before = machine_now();
	start = now();
	span->begun = true;
	usleep(seconds * 1e6);
	span->over = true;
	seconds = now() - start;
	after = machine_now();
	cpu = threads() - cpu;
	/* a BMC that is a child stays */
	for (int i = 0; i < users; i++)
		wait(NULL);
	touched = accesses(timed) - touched;
	all = malloc(users * SAMPLES * sizeof(*all));
	for (int i = 0; i < users; i++) {
		answers += u[i].answers;
		wrong += u[i].wrong;
		all_requests += u[i].all;
		if (u[i].answers < least)
			least = u[i].answers;
		memcpy(all + n, u[i].latency, u[i].n * sizeof(*all));
		n += u[i].n;
	}
	if (timed)
		bmc_line("bytes 0");
	if (strcmp(argv[0], "as-it-is"))
		bmc_thinks("0");
	bench_say("wrong", wrong);
	if (!n)
		bench_fatal("no request was answered", EIO);
	qsort(all, n, sizeof(*all), by_value);
	bench_say("rate", answers / seconds);
	bench_say("p50", all[n / 2]);
	if (think >= 0 && users == 1)
		bench_say("added", all[n / 2] - think);
	bench_say("p99", all[(int)(n * 0.99)]);
	bench_say("max", all[n - 1]);
	bench_say("cpu", (after.busy - before.busy) / answers * 1e3);
	bench_say("thread", cpu / answers * 1e3);
	bench_say("switches", (after.switches - before.switches) / answers);
	bench_say("wakes", (after.switches - before.switches) / seconds);
	if (timed)
		bench_say("accesses", touched / all_requests);
	if (users > 1)
		bench_say("slowest", least / (answers / users));
	return 0;
}

static int cmd_idle(char **argv)
{
	struct machine before, after;
	double seconds = atof(argv[0]), cpu;
	int fd = device(0);

	one_request(fd, 1);
	sleep(1);
	cpu = threads();
	before = machine_now();
	usleep(seconds * 1e6);
	after = machine_now();
	bench_say("wakeups", (after.switches - before.switches) / seconds);
	bench_say("busy", (after.busy - before.busy) / seconds);
	bench_say("thread", (threads() - cpu) / seconds);
	return 0;
}

/* Bytes of all that the kernel has allocated: objects, and pages of other kinds. */
static double used(void)
{
	double total = 0, objects, size, kb;
	char line[512];
	FILE *f;

	/* or the free objects of slabs that a processor holds would count */
	run("for s in /sys/kernel/slab/*/shrink; do echo 1 >$s; done");
	f = fopen("/proc/slabinfo", "r");

	if (!f)
		bench_fatal("/proc/slabinfo", errno);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%*s %lf %*f %lf", &objects, &size) == 2)
			total += objects * size;
	fclose(f);
	f = fopen("/proc/meminfo", "r");
	if (!f)
		bench_fatal("/proc/meminfo", errno);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "VmallocUsed: %lf", &kb) == 1 ||
		    sscanf(line, "Percpu: %lf", &kb) == 1)
			total += kb * 1024;
	fclose(f);
	return total;
}

static int cmd_memory(char **argv)
{
	enum { FILES = 25, EACH = 90 };
	int fd[FILES];
	double start, open_files;
	struct pollfd p;

	(void)argv;
	for (int round = 0; round < 2; round++) {
		/* the first one fills the allocator's own caches */
		start = used();
		for (int i = 0; i < FILES; i++)
			fd[i] = device(0);
		open_files = used();
		for (int k = 0; k < EACH; k++) {
			for (int i = 0; i < FILES; i++) {
				int ret = ipmi_send(fd[i], k, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0);

				if (ret)
					bench_fatal("send", ret);
			}
			/* until the last one's answer is there, so that none waits to be sent */
			p = (struct pollfd){ fd[FILES - 1], POLLIN, 0 };
			poll(&p, 1, 1000);
		}
		usleep(300000);
		if (round) {
			bench_say("file", (open_files - start) / FILES);
			bench_say("message", (used() - open_files) / (FILES * EACH));
		}
		for (int i = 0; i < FILES; i++)
			close(fd[i]);
		usleep(300000);
	}
	return 0;
}

static int cmd_start(char **argv)
{
	double start = now();
	int fd;

	for (; *argv; argv++)
		if (run("modprobe %s", *argv))
			bench_fatal(output(), EIO);
	bench_say("modprobe", now() - start);
	fd = device(0);
	if (one_request(fd, 1))
		bench_fatal("Get Device ID", EIO);
	bench_say("first", now() - start);
	return 0;
}

/* Until a request ends, well or not; *good says how. */
static double ends(int fd, long id, bool *good)
{
	double start = now();
	struct reply r = { 0 };
	int ret = ipmi_send(fd, id, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0);

	if (!ret && ipmi_wait(fd, DEATH_MS) && !ipmi_recv(fd, &r))
		*good = r.msgid == id && !r.data[0];
	else
		*good = false;
	return now() - start;
}

static int cmd_death(char **argv)
{
	double back;
	bool good;
	int fd;

	(void)argv;
	/* told before, for it cannot be told anything while it is dead */
	bmc_line("after %d unhang", DEATH_MS - 5000);
	bmc_line("fault hang netfn=06 cmd=01 n=1");
	fd = device(0);
	back = now() + (DEATH_MS - 5000) / 1e3;
	bench_say("error", ends(fd, 1, &good));
	if (good)
		bench_fatal("the BMC is dead and answers", EIO);
	if (now() < back - 2) {
		double t = ends(fd, 2, &good);

		if (!good)
			bench_say("again", t);
	}
	if (now() < back)
		usleep((back - now()) * 1e6);
	for (long id = 3; now() < back + 60; id++) {
		ends(fd, id, &good);
		if (good) {
			bench_say("back", now() - back);
			return 0;
		}
		usleep(20000);
	}
	bench_fatal("the BMC is back and is not seen", EIO);
	return 1;
}

static int command(char **argv);

static int cmd_serve(char **argv)
{
	int number, ret;
	pid_t pid = vbmc_start(&number);

	if (pid < 0 || number)
		bench_fatal("ipmi_vbmc", EIO);
	ret = command(argv);
	vbmc_stop(pid);
	return ret;
}

static const struct {
	const char *name;
	int arguments;
	int (*run)(char **argv);
} commands[] = {
	{ "count", 1, cmd_count }, { "load", 3, cmd_load },   { "idle", 1, cmd_idle },
	{ "memory", 0, cmd_memory }, { "start", 1, cmd_start }, { "death", 0, cmd_death },
	{ "serve", 1, cmd_serve },
};

/* One of them, with its arguments; they end with NULL. */
static int command(char **argv)
{
	int arguments = 0;

	while (argv[0] && argv[arguments + 1])
		arguments++;
	for (size_t i = 0; i < ARRAY_SIZE(commands) && argv[0]; i++)
		if (!strcmp(argv[0], commands[i].name) && arguments >= commands[i].arguments)
			return commands[i].run(argv + 1);
	fprintf(stderr, "bench: see the head of bench.c\n");
	return 2;
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	return argc ? command(argv + 1) : 2;
}
