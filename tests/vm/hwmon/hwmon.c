// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmi_hwmon with the BMC of tests/bmc, 200 sensors among 1,000 records: what is shown, what is asked
 * and how often, and a BMC, an interface and a module that go while many read.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "hwmon_chip.h"
#include "ktap.h"

#define SENSORS 200
#define CURVES 11
#define CHANNELS 40 /* of each of five types */
#define INPUTS_OF_DCMI 3 /* files with _input in their names */
#define RECORDS 1000
#define SETS 50
#define READERS 16
#define SCRAPERS 10
#define SCRAPE_S 6
#define INTERVAL_S 2
#define BUSY_TRIES 3
#define HOTMOD "/sys/module/ipmi_si/parameters/hotmod"

static int fd = -1;

static void set_reading(int number, int raw)
{
	unsigned char data[] = { number, 1, raw };
	struct reply r;

	EXPECT_EQ(ipmi_ask(fd, NETFN_SENSOR, 0x30, data, sizeof(data), &r), 0);
}

static void set_limits(int number)
{
	unsigned char data[] = { number, 0x1b, 1, 0, 0, 240, 250, 0 };
	struct reply r;

	EXPECT_EQ(ipmi_ask(fd, NETFN_SENSOR, 0x26, data, sizeof(data), &r), 0);
}

/* Reads every file of inputs and alarms once: how many could be read. */
static int scrape(void)
{
	struct dirent *entry;
	DIR *folder = opendir(hwmon_dir);
	int good = 0;

	while (folder && (entry = readdir(folder)))
		if (strstr(entry->d_name, "_input") || strstr(entry->d_name, "_alarm"))
			good += hwmon_value(entry->d_name) >= 0;
	if (folder)
		closedir(folder);
	return good;
}

static long readings(void)
{
	return bmc_number("count 04 2d");
}

static int readings_of(int number)
{
	struct wire w;
	int n = 0;

	for (int i = 0; bmc_wire(NETFN_SENSOR, 0x2d, i, &w); i++)
		n += w.data[0] == number;
	return n;
}

static void shows(void)
{
	for (int i = 1; i <= SENSORS; i++) {
		set_reading(i, i);
		set_limits(i);
	}
	bmc_line("forget");
	REQUIRE(EXPECT_EQ(run("modprobe ipmi_hwmon"), 0));
	REQUIRE(EXPECT(hwmon_appears(60)));
	EXPECT_EQ(run("ls %s | grep -c _input", hwmon_dir), 0);
	EXPECT_EQ(atoi(output()), SENSORS + INPUTS_OF_DCMI);
	/* nobody has read: nobody has asked */
	EXPECT_EQ(readings(), 0);
	EXPECT_STR(file_text("%s/temp1_label", hwmon_dir), "Sensor 1");
	EXPECT_EQ(hwmon_value("temp1_input"), 1000);
	EXPECT_EQ(hwmon_value("temp2_input"), 6 * 6 * 1000); /* raw 6, M = 6 */
	EXPECT_EQ(hwmon_value("in0_input"), 2 * 2 * 10);
	EXPECT_EQ(hwmon_value("curr1_input"), 3 * 3 * 100);
	EXPECT_EQ(hwmon_value("fan1_input"), 4 * 4 * 10);
	EXPECT_EQ(hwmon_value("power1_input"), 5 * 5 * 1000000);
	EXPECT_EQ(readings(), 6);
	EXPECT_EQ(run("grep -c 'controller locator\\|locator' /sys/kernel/debug/ipmi_hwmon/ipmi0/records"),
		  0);
	EXPECT_EQ(atoi(output()), RECORDS - SENSORS);
}

static void limits(void)
{
	char path[320];
	struct wire w;

	EXPECT_EQ(file_mode("%s/temp1_max", hwmon_dir), 0644);
	EXPECT_EQ(file_mode("%s/temp1_input", hwmon_dir), 0444);
	EXPECT_EQ(file_mode("%s/temp1_emergency", hwmon_dir), -1);
	snprintf(path, sizeof(path), "%s/temp2_max", hwmon_dir);
	/* M is 6: 100 degrees are raw 16.7, so 17 */
	EXPECT_EQ(file_write(path, "100000"), 0);
	EXPECT(bmc_wire(NETFN_SENSOR, 0x26, 0, &w));
	EXPECT_HEX(w.data, w.len, "06 08 .. .. .. 11 .. ..");
	EXPECT_EQ(hwmon_value("temp2_max"), 102000);
	/* which raw 6 does not reach, but 17 does */
	EXPECT_EQ(hwmon_value("temp2_max_alarm"), 0);
	set_reading(6, 17);
	sleep(INTERVAL_S + 1);
	EXPECT(hwmon_value("temp2_max_alarm") >= 0);
	sleep(1);
	EXPECT_EQ(hwmon_value("temp2_input"), 102000);
	EXPECT_EQ(hwmon_value("temp2_max_alarm"), 1);
	EXPECT_EQ(hwmon_value("temp2_crit_alarm"), 0);
	/* what is out of reach is as far as it goes */
	EXPECT_EQ(file_write(path, "-5000"), 0);
	EXPECT_EQ(hwmon_value("temp2_max"), 0);
	EXPECT_EQ(file_write(path, "99999999"), 0);
	EXPECT_EQ(hwmon_value("temp2_max"), 255 * 6 * 1000);
}

/* The hysteresis of one side: the nearest raw value, and that of the other side stays. */
static void hysteresis(void)
{
	unsigned char data[] = { 6, 0xff, 0, 3 };
	char path[320];
	struct reply r;
	struct wire w;

	snprintf(path, sizeof(path), "%s/temp2_max", hwmon_dir);
	EXPECT_EQ(file_write(path, "102000"), 0);
	EXPECT_EQ(hwmon_value("temp2_max_hyst"), 102000);
	EXPECT_EQ(file_mode("%s/temp2_max_hyst", hwmon_dir), 0644);
	EXPECT_EQ(file_mode("%s/temp2_crit_hyst", hwmon_dir), 0444);
	/* M is 6: 10 degrees are raw 1.7 */
	snprintf(path, sizeof(path), "%s/temp2_max_hyst", hwmon_dir);
	EXPECT_EQ(file_write(path, "92000"), 0);
	EXPECT(bmc_wire(NETFN_SENSOR, 0x24, 0, &w));
	EXPECT_HEX(w.data, w.len, "06 ff 02 00");
	EXPECT_EQ(hwmon_value("temp2_max_hyst"), 90000);
	EXPECT_EQ(hwmon_value("temp2_min_hyst") - hwmon_value("temp2_min"), 0);
	/* beyond the limit there is none */
	EXPECT_EQ(file_write(path, "103000"), -EINVAL);
	snprintf(path, sizeof(path), "%s/temp2_min_hyst", hwmon_dir);
	EXPECT_EQ(file_write(path, "24000"), 0);
	EXPECT(bmc_wire(NETFN_SENSOR, 0x24, 0, &w));
	EXPECT_HEX(w.data, w.len, "06 ff 02 03");
	EXPECT_EQ(hwmon_value("temp2_max_hyst"), 90000);
	EXPECT_EQ(hwmon_value("temp2_min_hyst") - hwmon_value("temp2_min"), 18000);
	bmc_line("fault cc netfn=04 cmd=24 arg=204 n=1");
	EXPECT_EQ(file_write(path, "6000"), -EINVAL);
	bmc_line("nofaults");
	EXPECT_EQ(hwmon_value("temp2_min_hyst"), 24000);
	EXPECT_EQ(ipmi_ask(fd, NETFN_SENSOR, 0x24, data, sizeof(data), &r), 0);
}

/* Who sets another limit of a sensor while one is being set: both are set, and neither waits for a turn. */
static void two_set_limits(void)
{
	static const char *const files[] = { "temp3_max", "temp3_crit" };
	pid_t pids[2];
	int status;

	for (int i = 0; i < 2; i++) {
		pids[i] = fork();
		if (pids[i])
			continue;
		for (int n = 1; n <= SETS; n++) {
			char path[320], text[16];

			snprintf(path, sizeof(path), "%s/%s", hwmon_dir, files[i]);
			/* M = 4 */
			snprintf(text, sizeof(text), "%d", n * 4000);
			if (file_write(path, text) || hwmon_value(files[i]) != n * 4000)
				_exit(1);
		}
		_exit(0);
	}
	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(waitpid(pids[i], &status, 0), pids[i]);
		EXPECT_EQ(status, 0);
	}
}

/* The file of the DCMI meter with this end. */
static const char *meter(const char *end)
{
	static char name[64];
	int n = 0;

	if (!run("grep -lx 'DCMI power' %s/power*_label", hwmon_dir))
		sscanf(strrchr(output(), '/') + 1, "power%d", &n);
	snprintf(name, sizeof(name), "power%d_%s", n, end);
	return name;
}

static void power_meter(void)
{
	char path[320];
	struct wire w;

	EXPECT_EQ(hwmon_value(meter("input")), 321 * 1000000LL);
	EXPECT_EQ(hwmon_value(meter("input_lowest")), 100 * 1000000LL);
	EXPECT_EQ(hwmon_value(meter("input_highest")), 500 * 1000000LL);
	EXPECT_EQ(hwmon_value(meter("average")), 300 * 1000000LL);
	EXPECT_EQ(hwmon_value(meter("average_interval")), 5000);
	EXPECT_EQ(hwmon_value(meter("cap")), 400 * 1000000LL);
	EXPECT_EQ(file_mode("%s/%s", hwmon_dir, meter("cap")), 0644);
	snprintf(path, sizeof(path), "%s/%s", hwmon_dir, meter("cap"));
	EXPECT_EQ(file_write(path, "450400000"), 0);
	EXPECT(bmc_wire(0x2c, 0x04, 0, &w));
	/* the action, the time to correct and the period stay */
	EXPECT_HEX(w.data, w.len, "dc 00 00 00 00 c2 01 e8 03 00 00 00 00 01 00");
	EXPECT_EQ(hwmon_value(meter("cap")), 450 * 1000000LL);
	/* the BMC takes 600 at most, and the file no more than its two bytes hold */
	EXPECT_EQ(file_write(path, "601000000"), -EINVAL);
	EXPECT_EQ(file_write(path, "65536000000"), -EINVAL);
	EXPECT_EQ(file_write(path, "-1"), -EINVAL);
	bmc_line("fault cc netfn=2c cmd=04 arg=192 n=1");
	EXPECT_EQ(file_write(path, "410000000"), -EBUSY);
	bmc_line("nofaults");
	EXPECT_EQ(hwmon_value(meter("cap")), 450 * 1000000LL);
}

/* One request for each sensor and interval, however many read. */
static void scrapers(void)
{
	pid_t pids[SCRAPERS];
	int bad = 0, status;
	double begin;
	long asked;

	scrape();
	bmc_line("forget");
	begin = now();
	for (int i = 0; i < SCRAPERS; i++) {
		pids[i] = fork();
		if (pids[i])
			continue;
		for (int n = 0; n < SCRAPE_S; n++) {
			if (scrape() < SENSORS)
				_exit(1);
			sleep(1);
		}
		_exit(0);
	}
	for (int i = 0; i < SCRAPERS; i++)
		bad += waitpid(pids[i], &status, 0) < 0 || status;
	asked = readings();
	EXPECT_EQ(bad, 0);
	ktap_note("%ld readings in %.1f s", asked, now() - begin);
	EXPECT(asked <= ((now() - begin) / INTERVAL_S + 1) * SENSORS);
	EXPECT(asked >= SENSORS);
	/* and one for limits in an interval */
	EXPECT(bmc_number("count 04 27") <= (now() - begin) / INTERVAL_S + 1);
}

static void rests(void)
{
	sleep(6 * INTERVAL_S);
	bmc_line("forget");
	sleep(2 * INTERVAL_S);
	EXPECT_EQ(readings(), 0);
	EXPECT_EQ(hwmon_value("temp3_input"), 11 * 4 * 1000); /* raw 11, M = 4 */
	EXPECT_EQ(readings(), 1);
}

/* Who reads again within an interval has all from memory: no request at all. */
static void warm(void)
{
	char path[320];

	snprintf(path, sizeof(path), "%s/update_interval", hwmon_dir);
	EXPECT_EQ(file_write(path, "60000"), 0);
	/* those that were to be asked by the old interval have been */
	sleep(INTERVAL_S + 1);
	EXPECT(scrape() >= SENSORS);
	bmc_line("forget");
	for (int i = 0; i < 3; i++)
		EXPECT(scrape() >= SENSORS);
	/* but whether the records have changed is asked once a minute */
	EXPECT_EQ(bmc_number("count 04 -"), 0);
	EXPECT_EQ(bmc_number("count 2c -"), 0);
	EXPECT_EQ(file_write(path, "2000"), 0);
}

static void busy_and_absent(void)
{
	sleep(6 * INTERVAL_S);
	bmc_line("fault cc netfn=04 cmd=2d arg=192 n=2");
	EXPECT_EQ(hwmon_value("temp1_input"), 1000);
	bmc_line("nofaults");
	/* "not in this state" too may be so for a moment only */
	bmc_line("fault cc netfn=04 cmd=2d arg=213 n=2");
	EXPECT_EQ(hwmon_value("temp5_input"), 21 * 7 * 1000);
	bmc_line("nofaults");
	/* or for good: that costs no more than any other sensor then */
	bmc_line("fault cc netfn=04 cmd=2d arg=213");
	bmc_line("forget");
	EXPECT_EQ(hwmon_value("in3_input"), -ENODATA);
	EXPECT_EQ(readings_of(17), 1 + BUSY_TRIES);
	for (int i = 0; i < 10; i++)
		EXPECT_EQ(hwmon_value("in3_input"), -ENODATA);
	EXPECT(readings_of(17) <= 1 + BUSY_TRIES + 1);
	bmc_line("nofaults");
	sleep(INTERVAL_S + 1);
	EXPECT(hwmon_value("in3_input") > 0);
	bmc_line("fault cc netfn=04 cmd=2d arg=203");
	EXPECT_EQ(hwmon_value("in2_input"), -ENODATA);
	bmc_line("nofaults");
	sleep(INTERVAL_S + 1);
	EXPECT(hwmon_value("in2_input") > 0);
}

static void wakes(void)
{
	struct pollfd p = { .events = POLLPRI };
	char path[320], text[8];

	snprintf(path, sizeof(path), "%s/temp1_max_alarm", hwmon_dir);
	p.fd = open(path, O_RDONLY | O_CLOEXEC);
	REQUIRE(EXPECT(p.fd >= 0));
	EXPECT(read(p.fd, text, sizeof(text)) > 0);
	EXPECT_EQ(poll(&p, 1, 100), 0);
	bmc_line("event 01 00 02 00 00 00 00 20 00 04 01 01 01 57 50 50");
	EXPECT_EQ(poll(&p, 1, 5000), 1);
	close(p.fd);
}

static void away(void)
{
	double begin;

	hwmon_value("temp1_input");
	bmc_line("sdr 50 60");
	/* and as it comes back it is not ready to tell whether its records have changed */
	bmc_line("fault cc netfn=0a cmd=20 arg=210 n=1");
	bmc_line("away silent 9000");
	sleep(8);
	hwmon_value("temp1_input");
	begin = now();
	for (int i = 0; i < 20; i++)
		EXPECT_EQ(hwmon_value("temp4_input"), -ENODATA);
	EXPECT(now() - begin < 5);
	/* it is back with other records; who has not seen it go looks once a minute */
	for (int i = 0; i < 100; i++) {
		hwmon_value("temp1_input");
		if (!run("[ $(ls %s | grep -c _input$) = 51 ]", hwmon_dir))
			break;
		sleep(1);
		hwmon_appears(1);
	}
	EXPECT_EQ(run("[ $(ls %s | grep -c _input$) = 51 ]", hwmon_dir), 0);
	EXPECT(hwmon_value("temp1_input") > 0);
	EXPECT_STR(file_text("%s/temp10_label", hwmon_dir), "Sensor 46");
}

static pid_t readers[READERS];

static void readers_start(void)
{
	for (int i = 0; i < READERS; i++) {
		readers[i] = fork();
		if (readers[i])
			continue;
		for (;;) {
			hwmon_finds();
			scrape();
		}
	}
}

static void readers_stop(void)
{
	for (int i = 0; i < READERS; i++)
		kill(readers[i], SIGKILL);
	for (int i = 0; i < READERS; i++)
		EXPECT_EQ(waitpid(readers[i], NULL, 0), readers[i]);
}

/* The driver lets go of the interface, and takes it again. */
static void unbound(void)
{
	char device[128], driver[256], path[320], text[32];
	int file;

	snprintf(device, sizeof(device), "%s", link_name("/sys/class/ipmi/ipmi0/device"));
	REQUIRE(EXPECT(realpath("/sys/class/ipmi/ipmi0/device/driver", driver)));
	snprintf(path, sizeof(path), "%s/temp1_input", hwmon_dir);
	file = open(path, O_RDONLY | O_CLOEXEC);
	EXPECT(pread(file, text, sizeof(text), 0) > 0);
	snprintf(path, sizeof(path), "%s/unbind", driver);
	EXPECT_EQ(file_write(path, device), 0);
	/* not only is there no folder: what was opened before has no value any more */
	EXPECT(!hwmon_finds());
	EXPECT_EQ(pread(file, text, sizeof(text), 0), -1);
	EXPECT_EQ(errno, ENODEV);
	close(file);
	snprintf(path, sizeof(path), "%s/bind", driver);
	EXPECT_EQ(file_write(path, device), 0);
	EXPECT(hwmon_appears(30));
	EXPECT(hwmon_value("temp1_input") > 0);
}

static void goes(void)
{
	double begin;

	readers_start();
	sleep(2);
	for (int i = 0; i < 2; i++)
		unbound();
	for (int i = 0; i < 2; i++) {
		begin = now();
		EXPECT_EQ(file_write(HOTMOD, "remove,kcs,i/o,0xca2"), 0);
		EXPECT(hwmon_is_gone());
		EXPECT(now() - begin < 10);
		EXPECT_EQ(file_write(HOTMOD, "add,kcs,i/o,0xca2,irq=5"), 0);
		EXPECT(hwmon_appears(30));
		sleep(1);
	}
	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(module_remove("ipmi_hwmon"), 0);
		EXPECT(hwmon_is_gone());
		EXPECT_EQ(run("modprobe ipmi_hwmon"), 0);
		EXPECT(hwmon_appears(30));
		sleep(1);
	}
	EXPECT_EQ(run("echo freezer >/sys/power/pm_test && echo freeze >/sys/power/state"), 0);
	sleep(1);
	EXPECT(hwmon_value("temp1_input") > 0);
	/* while it does not answer */
	bmc_line("after 1000 away silent 20000");
	sleep(3);
	begin = now();
	EXPECT_EQ(module_remove("ipmi_hwmon"), 0);
	EXPECT(now() - begin < 3);
	readers_stop();
}

static const struct ktap_case cases[] = {
	KTAP_CASE(shows),
	KTAP_CASE(limits),
	KTAP_CASE(hysteresis),
	KTAP_CASE(two_set_limits),
	KTAP_CASE(power_meter),
	KTAP_CASE(scrapers),
	KTAP_CASE(rests),
	KTAP_CASE(warm),
	KTAP_CASE(busy_and_absent),
	KTAP_CASE(wakes),
	KTAP_CASE(away),
	KTAP_CASE(goes),
};

/*
 * For hwmon_every.sh: readings and limits of all kinds, and a sensor for each of the curves that a
 * record can name, 1 to 11, whose reading of 2 they all have a value for.
 */
static int fill(void)
{
	unsigned char limits[] = { 0, 0x1b, 0, 0, 0, 0, 0, 0 };
	struct reply r;

	bmc_line("sdr %d %d", SENSORS, SENSORS);
	for (int i = 1; i <= CURVES; i++) {
		/* a full record of a temperature in degrees Celsius, M = 1, without limits; number, curve, name */
		bmc_line("record 0 0 51 1 34 20 0 %x 3 1 7f 40 1 1 0 0 0 0 0 0 0 1 0 %x 1 0 0 0 0 0 0 0 0 0 0 "
			 "0 0 0 0 0 0 0 0 0 0 0 0 c9 43 75 72 76 65 20 %x 30 20",
			 SENSORS + i, i, 'a' + i - 1);
		set_reading(SENSORS + i, 2);
	}
	for (int i = 1; i <= SENSORS; i++) {
		set_reading(i, i * 37 % 255);
		limits[0] = i;
		limits[2] = 10 + i % 20;
		limits[3] = i % 10;
		limits[5] = 200 + i % 20;
		limits[6] = 220 + i % 30;
		EXPECT_EQ(ipmi_ask(fd, NETFN_SENSOR, 0x26, limits, sizeof(limits), &r), 0);
	}
	return 0;
}

int main(int argc, char **argv)
{
	fd = ipmi_must_open(0);
	if (argc > 1 && !strcmp(argv[1], "fill"))
		return fill();
	bmc_line("sdr %d %d", SENSORS, RECORDS);
	bmc_line("dcmi 321 100 500 300 400 600");
	return ktap_main(cases, ARRAY_SIZE(cases));
}
