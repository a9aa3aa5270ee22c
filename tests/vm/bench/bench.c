// SPDX-License-Identifier: GPL-2.0-only
/*
 * What tools/bench measures inside the virtual machine. Each command prints lines of
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
 *   bench fill SENSORS RECORDS     readings for the sensors, records in the event log
 *   bench think MS                 the BMC thinks so long
 *   bench run N COMMAND...         N times at once: wall and processor time
 *   bench serve COMMAND...         one of these, with a process of this one as the BMC of ipmi0
 *   bench scrape COMMAND...        once, and how many requests for sensors the BMC has got meanwhile
 *   bench appear MS                ipmi_hwmon is loaded and its device comes, of a BMC that thinks so
 *                                  long: how long that takes, and by the time that the BMC thought
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
#include "hwmon_chip.h"
#include "ipmi_dev.h"
#include "ktap.h"
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

struct machine {
	double busy; /* seconds of all processors */
	double thread; /* of that, the driver's own threads */
	double switches; /* from one task to another, a measure of wakeups */
};

static void say(const char *name, double value)
{
	printf("bench %s %.6g\n", name, value);
}

static void fatal(const char *what, int error)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(error < 0 ? -error : error));
	exit(1);
}

static int device(int n)
{
	int fd = ipmi_open(n);

	if (fd < 0)
		fatal("/dev/ipmiN", fd);
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

/*
 * How long the processor of a machine that has one was idle, to the nanosecond: /proc/stat counts
 * hundredths of a second.
 */
static double idle_of_one(void)
{
	FILE *f = fopen("/proc/timer_list", "r");
	double ns, sum = 0;
	char line[512];

	if (!f)
		fatal("/proc/timer_list", errno);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, " .idle_sleeptime : %lf", &ns) == 1 ||
		    sscanf(line, " .iowait_sleeptime : %lf", &ns) == 1)
			sum += ns / 1e9;
	fclose(f);
	return sum;
}

static struct machine machine_now(void)
{
	struct machine m = { 0 };
	char line[512];
	double v[8];
	FILE *f = fopen("/proc/stat", "r");

	if (!f)
		fatal("/proc/stat", errno);
	while (fgets(line, sizeof(line), f)) {
		/* user nice system idle iowait irq softirq steal */
		if (!strncmp(line, "cpu ", 4) &&
		    sscanf(line + 4, "%lf %lf %lf %lf %lf", v, v + 1, v + 2, v + 3, v + 4) == 5)
			m.busy = (sysconf(_SC_NPROCESSORS_ONLN) * now() -
				  (v[3] + v[4]) / sysconf(_SC_CLK_TCK));
		else if (!strncmp(line, "ctxt ", 5))
			m.switches = atof(line + 5);
	}
	fclose(f);
	if (sysconf(_SC_NPROCESSORS_ONLN) == 1)
		m.busy = now() - idle_of_one();
	return m;
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
		fatal("port 80h", errno);
}

static int cmd_count(char **argv)
{
	int n = atoi(argv[0]), fd = device(0), port;
	double start, best = 0;

	/* not by ioperm(), which would make every change of context cost more */
	port = open("/dev/port", O_WRONLY);
	if (port < 0)
		fatal("/dev/port", errno);
	for (int i = 0; i < 20; i++)
		if (one_request(fd, i))
			fatal("Get Device ID", EIO);
	/* the fewest of five runs: the others were interrupted by a tick */
	for (int k = 0; k < 5; k++) {
		mark(port, 0x11);
		start = now();
		for (int i = 0; i < n; i++)
			if (one_request(fd, i))
				fatal("Get Device ID", EIO);
		start = (now() - start) / n * 1e9;
		mark(port, 0x12);
		if (!k || start < best)
			best = start;
	}
	say("ns", best);
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
		fatal("memory", errno);
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
		fatal(SSIF_FAKE, errno);
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
	say("wrong", wrong);
	if (!n)
		fatal("no request was answered", EIO);
	qsort(all, n, sizeof(*all), by_value);
	say("rate", answers / seconds);
	say("p50", all[n / 2]);
	if (think >= 0 && users == 1)
		say("added", all[n / 2] - think);
	say("p99", all[(int)(n * 0.99)]);
	say("max", all[n - 1]);
	say("cpu", (after.busy - before.busy) / answers * 1e3);
	say("thread", cpu / answers * 1e3);
	say("switches", (after.switches - before.switches) / answers);
	say("wakes", (after.switches - before.switches) / seconds);
	if (timed)
		say("accesses", touched / all_requests);
	if (users > 1)
		say("slowest", least / (answers / users));
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
	say("wakeups", (after.switches - before.switches) / seconds);
	say("busy", (after.busy - before.busy) / seconds);
	say("thread", (threads() - cpu) / seconds);
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
		fatal("/proc/slabinfo", errno);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%*s %lf %*f %lf", &objects, &size) == 2)
			total += objects * size;
	fclose(f);
	f = fopen("/proc/meminfo", "r");
	if (!f)
		fatal("/proc/meminfo", errno);
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
					fatal("send", ret);
			}
			/* until the last one's answer is there, so that none waits to be sent */
			p = (struct pollfd){ fd[FILES - 1], POLLIN, 0 };
			poll(&p, 1, 1000);
		}
		usleep(300000);
		if (round) {
			say("file", (open_files - start) / FILES);
			say("message", (used() - open_files) / (FILES * EACH));
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
			fatal(output(), EIO);
	say("modprobe", now() - start);
	fd = device(0);
	if (one_request(fd, 1))
		fatal("Get Device ID", EIO);
	say("first", now() - start);
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
	say("error", ends(fd, 1, &good));
	if (good)
		fatal("the BMC is dead and answers", EIO);
	if (now() < back - 2) {
		double t = ends(fd, 2, &good);

		if (!good)
			say("again", t);
	}
	if (now() < back)
		usleep((back - now()) * 1e6);
	for (long id = 3; now() < back + 60; id++) {
		ends(fd, id, &good);
		if (good) {
			say("back", now() - back);
			return 0;
		}
		usleep(20000);
	}
	fatal("the BMC is back and is not seen", EIO);
	return 1;
}

static int cmd_fill(char **argv)
{
	unsigned char reading[] = { 0, 1, 42 };
	unsigned char record[16] = { 0, 0, 2, 0, 0, 0, 0, 0x20, 0, 4, 1, 0, 1, 0x57, 42, 50 };
	int sensors = atoi(argv[0]), records = atoi(argv[1]), fd = device(0);
	struct reply r;

	for (int i = 0; i < sensors; i++) {
		reading[0] = i;
		if (ipmi_ask(fd, NETFN_SENSOR, 0x30, reading, 3, &r) || r.data[0])
			fatal("Set Sensor Reading", EIO);
	}
	for (int i = 0; i < records; i++) {
		record[11] = i % sensors;
		if (ipmi_ask(fd, NETFN_STORAGE, 0x44, record, 16, &r) || r.data[0])
			fatal("Add SEL Entry", EIO);
	}
	return 0;
}

static int cmd_think(char **argv)
{
	bmc_line("delay %s", argv[0]);
	return 0;
}

static int cmd_run(char **argv)
{
	struct machine before = machine_now();
	int n = atoi(argv[0]), status, failed = 0;
	double start = now();

	fflush(stdout);
	for (int i = 0; i < n; i++) {
		if (!fork()) {
			int null = open("/dev/null", O_RDWR);

			dup2(null, 1);
			dup2(null, 2);
			execvp(argv[1], argv + 1);
			_exit(127);
		}
	}
	while (wait(&status) > 0)
		failed += status != 0;
	if (failed)
		fatal(argv[1], EIO);
	say("wall", now() - start);
	say("processor", machine_now().busy - before.busy);
	return 0;
}

static int command(char **argv);

static int cmd_serve(char **argv)
{
	int number, ret;
	pid_t pid = vbmc_start(&number);

	if (pid < 0 || number)
		fatal("ipmi_vbmc", EIO);
	ret = command(argv);
	vbmc_stop(pid);
	return ret;
}

/* Of sensors, records and power meters: the core asks for events besides, once a second. */
static long sensor_requests(void)
{
	return bmc_number("count 04 -") + bmc_number("count 0a -") + bmc_number("count 2c -");
}

static int cmd_scrape(char **argv)
{
	char *once[64] = { "1" };

	for (size_t i = 0; argv[i] && i + 2 < ARRAY_SIZE(once); i++)
		once[i + 1] = argv[i];
	bmc_line("forget");
	cmd_run(once);
	say("requests", sensor_requests());
	return 0;
}

static int cmd_appear(char **argv)
{
	double begin, wall;
	long requests;

	bmc_line("delay %s", argv[0]);
	bmc_line("forget");
	begin = now();
	if (run("modprobe ipmi_hwmon") || !hwmon_appears(60))
		fatal("ipmi_hwmon", EIO);
	wall = now() - begin;
	requests = sensor_requests();
	say("wall", wall);
	say("requests", requests);
	say("times", wall * 1e3 / (requests * atof(argv[0])));
	return 0;
}

static const struct {
	const char *name;
	int arguments;
	int (*run)(char **argv);
} commands[] = {
	{ "count", 1, cmd_count }, { "load", 3, cmd_load },   { "idle", 1, cmd_idle },
	{ "memory", 0, cmd_memory }, { "start", 1, cmd_start }, { "death", 0, cmd_death },
	{ "fill", 2, cmd_fill },  { "think", 1, cmd_think },
	{ "run", 2, cmd_run },    { "scrape", 1, cmd_scrape },  { "appear", 1, cmd_appear },
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
