// SPDX-License-Identifier: GPL-2.0-only
/*
 * The timer over one kernel and the next, without a reset between them. wdt_kexec MODE:
 *
 *	kexec	the first kernel starts the second one, as kexec -e does
 *	crash	it panics, and the second one is its crash kernel
 *	notify	the same, after the panic notifiers (crash_kexec_post_notifiers)
 *
 * The second kernel has the file system of the first, but for other tests and the job of
 * guest-init, which runs "wdt_kexec MODE second".
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kexec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"
#include "wdt.h"

#define SYS "/sys/class/watchdog/watchdog0/"
#define CMD_GET_SEL_ENTRY 0x43
#define TIMEOUT 300	 /* of the first kernel: room for the start of the second */
#define PANIC_TIMEOUT 200
#define SHORT 12	 /* of the second, which has to feed it */
#define VMCORE "/proc/vmcore"

/* As distributions start a crash kernel. */
#define LINE "console=ttyS0 panic=-1 no_timer_check"
#define CRASH_LINE LINE " reset_devices nr_cpus=1 irqpoll"

static struct wdt_bmc found;
static int fd;

/* The first kernel */

static void starts(void)
{
	/* what a restart makes a reset is another thing before, and one of too short a time */
	REQUIRE(EXPECT_EQ(run("modprobe ipmi_watchdog action=%s timeout=%d panic_wdt_timeout=%d",
			      mode_is("kexec") ? "power_off" : "reset", mode_is("kexec") ? 60 : TIMEOUT,
			      PANIC_TIMEOUT), 0));
	fd = wdt_open("watchdog");
	REQUIRE(EXPECT(fd >= 0));
	EXPECT(wdt_bmc(0).running);
}

static void loads_the_second(void)
{
	const char *line = mode_is("kexec") ? LINE : CRASH_LINE;
	char job[256];
	int image, initrd;

	snprintf(job, sizeof(job),
		 "export VM_STACK=ours VM_HARDWARE=%s\n"
		 "prepare modprobe ipmi_si\n"
		 "prepare modprobe ipmi_devintf\n"
		 "run /vm/bin/wdt_kexec %s second\n", hardware(), mode);
	/* a file of its own: a shell is reading the old one */
	EXPECT_EQ(run("rm /vm/job && touch /vm/job"), 0);
	EXPECT_EQ(file_write("/vm/job", job), 0);
	REQUIRE(EXPECT_EQ(run("cd / && find . -xdev ! -path './boot/*' "
			      "! '(' -path './vm/bin/*' ! -name wdt_kexec ')' | "
			      "cpio -o -H newc >/tmp/initrd"), 0));
	image = open("/boot/vmlinuz", O_RDONLY | O_CLOEXEC);
	initrd = open("/tmp/initrd", O_RDONLY | O_CLOEXEC);
	REQUIRE(EXPECT(image >= 0 && initrd >= 0));
	REQUIRE(EXPECT_EQ(syscall(SYS_kexec_file_load, image, initrd, strlen(line) + 1, line,
				  mode_is("kexec") ? 0 : KEXEC_FILE_ON_CRASH), 0));
	close(image);
	close(initrd);
	unlink("/tmp/initrd");
	EXPECT_EQ(wdt_write(fd, "1"), 0);
}

static void first_ends(void)
{
	if (mode_is("kexec"))
		reboot(RB_KEXEC);
	else
		file_write("/proc/sysrq-trigger", "c");
	sleep(20);
}

/* The second kernel */

static void is_a_crash_kernel(void)
{
	char magic[4] = "";
	int core = open(VMCORE, O_RDONLY | O_CLOEXEC);

	if (mode_is("kexec")) {
		EXPECT_EQ(core, -1);
		EXPECT_EQ(errno, ENOENT);
		return;
	}
	REQUIRE(EXPECT(core >= 0));
	EXPECT_EQ(read(core, magic, 4), 4);
	EXPECT(!memcmp(magic, "\177ELF", 4));
	close(core);
}

/* Before this kernel's module did anything. */
static void left_behind(void)
{
	EXPECT(found.running);
	EXPECT_EQ(found.use, 4);
	EXPECT_EQ(found.action, 1);
	EXPECT_EQ(found.countdown, 10 * (mode_is("kexec") ? 120 : mode_is("notify") ? PANIC_TIMEOUT :
									    TIMEOUT));
	EXPECT_EQ(found.expired & 0x10, 0);
}

/* The records of the panic are in the SEL: the event, and the text in two parts. */
static void records(void)
{
	/* the last entry, all of it */
	static const unsigned char last[] = { 0, 0, 0xff, 0xff, 0, 0xff };
	static const char text[] = "ered crash";
	int ipmi = ipmi_must_open(0);
	struct reply r;

	EXPECT_EQ(ipmi_ask(ipmi, NETFN_STORAGE, CMD_GET_SEL_ENTRY, last, sizeof(last), &r), 0);
	close(ipmi);
	if (!mode_is("notify")) {
		EXPECT(r.data[0]);
		return;
	}
	EXPECT_EQ(r.data[0], 0);
	REQUIRE(EXPECT_EQ(r.len, 3 + 16));
	EXPECT_EQ(r.data[3 + 2], 0xf0);
	EXPECT_EQ(r.data[3 + 4], 1);
	EXPECT(!memcmp(r.data + 3 + 5, text, strlen(text)));
}

/* While the dump is written the kernel feeds it: with a short time, that is soon seen. */
static void crash_kernel_feeds(void)
{
	REQUIRE(EXPECT_EQ(run("modprobe ipmi_watchdog timeout=%d", SHORT), 0));
	EXPECT_EQ(wdt_bmc(0).countdown, 10 * SHORT);
	EXPECT_EQ(wdt_bmc(0).action, 1);
	for (int i = 0; i < 2; i++)
		EXPECT(wdt_is_fed(0));
	EXPECT_EQ(wdt_bmc(0).expired & 0x10, 0);
	EXPECT_EQ(run("cat " VMCORE " | head -c 1000000 | wc -c"), 0);
	EXPECT_STR(output(), "1000000\n");
}

static void next_kernel_stops_it(void)
{
	REQUIRE(EXPECT_EQ(run("modprobe ipmi_watchdog"), 0));
	EXPECT(!wdt_bmc(0).running);
}

/* And it is everybody's again. */
static void works(void)
{
	fd = wdt_open("watchdog0");
	REQUIRE(EXPECT(fd >= 0));
	EXPECT_EQ(wdt_write(fd, "1"), 0);
	EXPECT(wdt_bmc(0).running);
	EXPECT_EQ(wdt_close(fd), 0);
	EXPECT(!wdt_bmc(0).running);
	EXPECT_STR(file_text(SYS "bootstatus"), "0");
}

static const struct ktap_case first[] = {
	KTAP_CASE(starts),
	KTAP_CASE(loads_the_second),
};

static const struct ktap_case crash[] = {
	KTAP_CASE(is_a_crash_kernel), KTAP_CASE(left_behind), KTAP_CASE(records),
	KTAP_CASE(crash_kernel_feeds), KTAP_CASE(works),
};

static const struct ktap_case next[] = {
	KTAP_CASE(is_a_crash_kernel),
	KTAP_CASE(left_behind),
	KTAP_CASE(next_kernel_stops_it),
	KTAP_CASE(works),
};

int main(int argc, char **argv)
{
	int ret;

	mode = argc > 1 ? argv[1] : "kexec";
	keep_acpi_ipmi_out();
	if (argc > 2) {
		found = wdt_bmc(0);
		return mode_is("kexec") ? ktap_main(next, ARRAY_SIZE(next)) :
					  ktap_main(crash, ARRAY_SIZE(crash));
	}
	ret = ktap_main(first, ARRAY_SIZE(first));
	fflush(stdout);
	if (!ret)
		first_ends();
	return 1;
}
