// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmi_si on registers of a BMC that is slow by the byte, has stuck bits or is reset at any
 * register access: the engine and the pacer as they are, on tests/modules/fakebmc.c. The
 * argument is the kind of interface; "every" after it strikes with every fault and at every
 * register access, which takes minutes, and not with some. See suite.toml.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fake_si.h"
#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define DEVICE "/sys/class/ipmi/ipmi0/device"
#define BUSY_US "/sys/module/ipmi_fake_si/parameters/kipmid_max_busy_us"
#define EVENT_BUFFER 0x04 /* of the global enables */

#define BOUND 10.0 /* seconds for a request whatever happens: the house's 6, and a busy machine */
#define AT_ONCE 0.5 /* for one to a BMC that is known to be away */
#define DOUBT 1.5 /* whether it is there is asked for a second */
#define BACK 1.5 /* until a BMC that is back is found: 0.5, and a busy machine */

static const char *kind;
static bool every;

/* Seconds of processor time of the interface's thread. */
static double thread_cpu(void)
{
	static char pid[280];
	struct dirent *entry;
	DIR *proc;

	if (!pid[0]) {
		proc = opendir("/proc");
		while (proc && (entry = readdir(proc)))
			if (!strcmp(file_text("/proc/%s/comm", entry->d_name), "kipmi0"))
				snprintf(pid, sizeof(pid), "%s", entry->d_name);
		closedir(proc);
	}
	EXPECT(pid[0]);
	return strtod(file_text("/proc/%s/schedstat", pid), NULL) / 1e9;
}

/* And of this program. */
static double own_cpu(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_utime.tv_sec + u.ru_stime.tv_sec +
	       (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void there_is_one(void)
{
	EXPECT_STR(file_text(DEVICE "/type"), kind);
	EXPECT_EQ(file_number(DEVICE "/interrupts_enabled"), 0);
	EXPECT_EQ(ipmi_nodes(), 1);
	/* Get BT Interface Capabilities, IPMI 2.0, section 22.10, over BT only */
	EXPECT_EQ(si_fake("bt_caps"), !strcmp(kind, "bt"));
}

static void lengths(void)
{
	int most = strcmp(kind, "bt") ? 268 : 250;

	for (int n = 1; n <= most; n += n < 20 || n > most - 20 ? 1 : 9) {
		si_fake_set("answer_len", n);
		REQUIRE(EXPECT_EQ(si_fake_echo(n), 0));
		REQUIRE(EXPECT_EQ(si_fake_echo(most - n), 0));
	}
	si_fake_set("answer_len", 16);
}

/* From the processor's own pace to 10 ms for a byte. */
static void byte_delays(void)
{
	static const int delays[] = { 1, 5, 35, 100, 1000, 10000 };

	for (unsigned int i = 0; i < ARRAY_SIZE(delays); i++) {
		si_fake_set("byte_us", delays[i]);
		for (int n = 0; n < (delays[i] > 500 ? 2 : 50); n++)
			EXPECT_EQ(si_fake_echo(4), 0);
	}
	si_fake_set("byte_us", 0);
	EXPECT_EQ(file_number(DEVICE "/hosed_count"), 0);
}

static void answer_delays(void)
{
	static const int delays[] = { 10, 300, 3000, 50000, 1000000 };

	for (unsigned int i = 0; i < ARRAY_SIZE(delays); i++) {
		si_fake_set("think_us", delays[i]);
		for (int n = 0; n < (delays[i] > 10000 ? 2 : 20); n++)
			EXPECT_EQ(si_fake_echo(4), 0);
	}
	si_fake_set("think_us", 0);
	EXPECT_EQ(file_number(DEVICE "/hosed_count"), 0);
}

/* Bits that come later than others, and busy bits that stay until the answer is there. */
static void late_bits(void)
{
	si_fake_set("think_us", 2000);
	si_fake_set("holds", 1);
	for (int n = 0; n < 20; n++)
		EXPECT_EQ(si_fake_echo(4), 0);
	si_fake_set("holds", 0);
	/* its state bits, and then OBF; a dummy byte would tell nothing any more */
	for (int us = 1; us <= 8000 && !strcmp(kind, "kcs"); us *= 3) {
		si_fake_set("dummy", 0);
		si_fake_set("late_us", us);
		si_fake_set("obf_late_us", us + 5);
		for (int n = 0; n < 5; n++)
			EXPECT_EQ(si_fake_echo(4), 0);
	}
	if (!strcmp(kind, "kcs")) {
		si_fake_set("dummy", 1);
		si_fake_set("late_us", 0);
		si_fake_set("obf_late_us", 0);
	}
	si_fake_set("think_us", 0);
	EXPECT_EQ(file_number(DEVICE "/hosed_count"), 0);
}

/* Seconds of a request and of processor time for it, the mean of many. */
struct cost {
	double took, cpu;
};

static struct cost cost(int think_us, const char *busy_us)
{
	struct cost c = { 0 };

	EXPECT_EQ(file_write(BUSY_US, busy_us), 0);
	si_fake_set("byte_us", 35);
	si_fake_set("think_us", think_us);
	for (int n = 0; n < 20; n++)
		EXPECT_EQ(si_fake_echo(4), 0);
	c.took = -now();
	c.cpu = -thread_cpu() - own_cpu();
	for (int n = 0; n < 100; n++)
		if (!EXPECT_EQ(si_fake_echo(4), 0))
			break;
	c.cpu = (c.cpu + thread_cpu() + own_cpu()) / 100;
	c.took = (c.took + now()) / 100;
	si_fake_set("byte_us", 0);
	si_fake_set("think_us", 0);
	EXPECT_EQ(file_write(BUSY_US, "0"), 0);
	return c;
}

/*
 * 35 us a byte, some ms a command. What busy waiting would be faster by is told only: much of it
 * is the emulated processor's slowness, and what else its host does.
 */
static void a_bmc_of_the_field(void)
{
	static const int think_us[] = { 2000, 5000 };
	struct cost ours, busy;

	for (unsigned int i = 0; i < ARRAY_SIZE(think_us); i++) {
		ours = cost(think_us[i], "0");
		busy = cost(think_us[i], "1000000");
		ktap_note("%d us: %.3f ms a request at %.0f %% of a processor; busy waiting "
			  "%.3f ms at %.0f %%: latency x %.2f, processor time x %.2f",
			  think_us[i], ours.took * 1e3, 100 * ours.cpu / ours.took, busy.took * 1e3,
			  100 * busy.cpu / busy.took, ours.took / busy.took, ours.cpu / busy.cpu);
		EXPECT(ours.cpu < ours.took / 2);
	}
}

static int lines_of_log(void)
{
	run("dmesg | grep -c 'ipmi_si hardcode-ipmi-si'");
	return atoi(output());
}

#define CC_TIMEOUT 0xc3
#define CC_UNSPECIFIED 0xff

struct fault {
	const char *kind, *line;
	bool fatal; /* nothing can work while it lasts */
	bool seldom; /* takes 5 s, and another one like it is tried in the short form */
	int cc; /* what a request ends with, if that is always the same */
};

static const struct fault faults[] = {
	{ "kcs", "bits 0 0 02", .fatal = true, .cc = CC_TIMEOUT }, /* IBF stuck */
	{ "kcs", "bits 0 0 01", .fatal = false }, /* OBF stuck */
	{ "kcs", "bits 0 0 0 01", .fatal = true, .seldom = true }, /* no OBF */
	{ "kcs", "bits 0 0 04", .fatal = false }, /* SMS_ATN stuck */
	{ "kcs", "bits 0 0 c0", .fatal = true, .seldom = true }, /* the error state */
	{ "kcs", "bits 0 0 0 c0", .fatal = true, .seldom = true }, /* the idle state */
	{ "smic", "bits 0 0 01", .fatal = true }, /* BUSY stuck */
	{ "smic", "bits 0 0 0 40", .fatal = true, .seldom = true }, /* no TX_DATA_RDY */
	{ "smic", "bits 0 0 0 80", .fatal = true, .seldom = true }, /* no RX_DATA_RDY */
	{ "smic", "bits 0 0 04", .fatal = false }, /* SMS_ATN stuck */
	{ "bt", "bits 0 0 80", .fatal = true, .seldom = true }, /* B_BUSY stuck */
	{ "bt", "bits 0 0 04", .fatal = true, .seldom = true }, /* H2B_ATN stuck */
	{ "bt", "bits 0 0 08", .fatal = false }, /* B2H_ATN stuck */
	{ "bt", "bits 0 0 0 08", .fatal = true, .seldom = true }, /* no B2H_ATN */
	{ "bt", "bits 0 0 10", .fatal = false }, /* SMS_ATN stuck */
	{ "bt", "zeros", .fatal = true, .seldom = true },
	{ "bt", "lost", .fatal = true },
	{ "kcs smic", "zeros", .fatal = true },
	{ "kcs smic", "lost", .fatal = true },
	{ "kcs smic bt", "ones", .fatal = true, .cc = CC_TIMEOUT },
	{ "kcs smic bt", "freeze", .fatal = true, .seldom = true },
	{ "kcs smic bt", "garbage", .fatal = false },
};

static void one_fault(const struct fault *f)
{
	int cc, lines;
	double start, took, cpu, back;

	lines = lines_of_log();
	si_fake_fault(f->line);
	start = now();
	cc = si_fake_echo(4);
	took = now() - start;
	EXPECT(took < BOUND);
	EXPECT(cc >= 0);
	if (f->fatal)
		EXPECT(cc > 0);
	if (f->cc)
		EXPECT_EQ(cc, f->cc);
	/* it is known by now, or asked once more, which the first one waits for */
	for (int i = 0; i < 10 && f->fatal; i++) {
		double again = now();

		EXPECT(si_fake_echo(4) > 0);
		EXPECT(now() - again < (i ? AT_ONCE : DOUBT));
		usleep(30000);
	}
	start = now();
	cpu = thread_cpu();
	usleep(every ? 1000000 : 300000);
	cpu = (thread_cpu() - cpu) / (now() - start);
	EXPECT(cpu < 0.1);
	si_fake_fault("ok");
	back = si_fake_until_answer(BOUND);
	EXPECT(back < BACK);
	lines = lines_of_log() - lines;
	if (f->fatal)
		EXPECT(lines <= 3);
	ktap_note("%s: %02x after %.2f s, processor %.1f %%, back after %.2f s, %d lines", f->line,
		  cc, took, cpu * 100, back, lines);
}

static void stuck(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(faults); i++)
		if (strstr(faults[i].kind, kind) && (every || !faults[i].seldom))
			one_fault(&faults[i]);
}

/* Over BT a request that was lost takes 5 s. */
static bool all_accesses(void)
{
	return every || strcmp(kind, "bt");
}

/*
 * At each step-th access of a request. What was executed is not executed again.
 */
static void at_every_access(const char *what, int step)
{
	long accesses, echoes;
	double worst = 0, start;
	char line[32];
	int bad = 0;

	accesses = si_fake("accesses");
	EXPECT_EQ(si_fake_echo(4), 0);
	accesses = si_fake("accesses") - accesses;
	EXPECT(accesses > 20);
	for (int at = 0; at < accesses; at += step) {
		snprintf(line, sizeof(line), what, at);
		echoes = si_fake("echoes");
		si_fake_fault(line);
		start = now();
		bad += si_fake_echo(4) != 0;
		if (!EXPECT(now() - start < BOUND) || !EXPECT(si_fake("echoes") <= echoes + 1))
			ktap_note("%s", line);
		start = now();
		if (!EXPECT(si_fake_until_answer(BOUND) < BACK))
			ktap_note("%s", line);
		worst = now() - start > worst ? now() - start : worst;
	}
	si_fake_fault("ok");
	if (all_accesses())
		EXPECT(bad > 0);
	ktap_note("%ld accesses, %d requests failed; back after %.3f s at worst", accesses, bad,
		  worst);
}

static void reset_at_every_access(void)
{
	at_every_access("reset %d 1", all_accesses() ? 1 : 11);
}

static void reboot_at_every_access(void)
{
	at_every_access("reboot %d 20000", all_accesses() ? 1 : 13);
}

static int enables(void)
{
	return strtol(file_text(SI_FAKE "%s/enables", kind), NULL, 0);
}

static bool enabled(void)
{
	for (double end = now() + 3; now() < end; usleep(10000))
		if (enables() & EVENT_BUFFER)
			return true;
	return false;
}

static void enables_come_back(void)
{
	int listen = 1;

	si_fake_fault("reboot 0 300000");
	EXPECT(si_fake_echo(4) != 0);
	EXPECT(si_fake_until_answer(BOUND) < 0.3 + BACK);
	EXPECT(enabled());
	/* with a listener, after a reset that nobody has noticed too */
	EXPECT_EQ(ioctl(si_fake_fd, IPMICTL_SET_GETS_EVENTS_CMD, &listen), 0);
	si_fake_fault("reset 0 1");
	EXPECT_EQ(si_fake_echo(4), 0);
	EXPECT(enabled());
	listen = 0;
	EXPECT_EQ(ioctl(si_fake_fd, IPMICTL_SET_GETS_EVENTS_CMD, &listen), 0);
}

/* An answer that does not end is an error, in time. */
static void an_endless_answer(void)
{
	double start = now();

	si_fake_set("answer_forever", 1);
	/* a frame of BT says how long it is */
	EXPECT_EQ(si_fake_echo(4) != 0, strcmp(kind, "bt") != 0);
	EXPECT(now() - start < BOUND);
	si_fake_set("answer_forever", 0);
	EXPECT(si_fake_until_answer(BOUND) < BACK);
}

static void nothing_is_left(void)
{
	struct reply r;

	EXPECT_EQ(ipmi_recv(si_fake_fd, &r), -EAGAIN);
	EXPECT_EQ(file_number(DEVICE "/nr_msgs"), 0);
	EXPECT_EQ(ipmi_nodes(), 1);
	close(si_fake_fd);
	EXPECT_EQ(module_remove("ipmi_devintf"), 0);
	EXPECT_EQ(module_remove("ipmi_fake_si"), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(there_is_one),
	KTAP_CASE(lengths),
	KTAP_CASE(byte_delays),
	KTAP_CASE(answer_delays),
	KTAP_CASE(late_bits),
	KTAP_CASE(a_bmc_of_the_field),
	KTAP_CASE(stuck),
	KTAP_CASE(reset_at_every_access),
	KTAP_CASE(reboot_at_every_access),
	KTAP_CASE(enables_come_back),
	KTAP_CASE(an_endless_answer),
	KTAP_CASE(nothing_is_left),
};

int main(int argc, char **argv)
{
	if (argc < 2 || argc > 3)
		return 2;
	kind = si_fake_kind = argv[1];
	every = argc == 3 && !strcmp(argv[2], "every");
	si_fake_fd = ipmi_must_open(0);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
