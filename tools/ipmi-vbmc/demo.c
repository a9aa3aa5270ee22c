// SPDX-License-Identifier: GPL-2.0-only
/*
 * See demo.h. ipmi_sim reads two files, which are written into a folder of their own: who may log in
 * where, and what the server is made of. What a sensor record and an inventory consist of: IPMI 2.0,
 * section 43.1; the FRU information of IPMI 1.3.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "demo.h"
#include "join.h"

#define SIM "ipmi_sim"
#define USER "admin"
#define PASSWORD "secret"

/* IPMI 2.0, tables 42-3 and 43-15 */
enum { TEMPERATURE = 1, VOLTAGE = 2, CURRENT = 3, FAN = 4, POWER = 0x0b };
enum { CELSIUS = 1, VOLT = 4, AMPERE = 5, WATT = 6, RPM = 18 };

/* limits: lower ones from non-recoverable to non-critical, then upper ones up; 0 and 0 are none. */
static const struct sensor {
	const char *name;
	unsigned char type, unit, entity, instance, m;
	signed char exponent;
	double reading, limits[6];
} sensors[] = {
	{ "Inlet Temp", TEMPERATURE, CELSIUS, 0x37, 1, 1, 0, 23, { 1, 3, 5, 38, 42, 47 } },
	{ "Exhaust Temp", TEMPERATURE, CELSIUS, 0x37, 2, 1, 0, 34, { 0, 0, 0, 70, 75, 80 } },
	{ "CPU1 Temp", TEMPERATURE, CELSIUS, 3, 1, 1, 0, 51, { 0, 0, 0, 85, 95, 100 } },
	{ "CPU2 Temp", TEMPERATURE, CELSIUS, 3, 2, 1, 0, 49, { 0, 0, 0, 85, 95, 100 } },
	{ "DIMM A1 Temp", TEMPERATURE, CELSIUS, 32, 1, 1, 0, 38, { 0, 0, 0, 80, 85, 90 } },
	{ "DIMM B1 Temp", TEMPERATURE, CELSIUS, 32, 2, 1, 0, 39, { 0, 0, 0, 80, 85, 90 } },
	{ "FAN1", FAN, RPM, 29, 1, 60, 0, 5400, { 480, 600, 900 } },
	{ "FAN2", FAN, RPM, 29, 2, 60, 0, 5460, { 480, 600, 900 } },
	{ "FAN3", FAN, RPM, 29, 3, 60, 0, 5340, { 480, 600, 900 } },
	/* one that is about to fail, so that there is something to find */
	{ "FAN4", FAN, RPM, 29, 4, 60, 0, 840, { 480, 600, 900 } },
	{ "12V", VOLTAGE, VOLT, 7, 1, 6, -2, 12.06, { 10.2, 10.8, 11.4, 12.6, 13.2, 13.8 } },
	{ "5V", VOLTAGE, VOLT, 7, 2, 3, -2, 5.01, { 4.25, 4.5, 4.75, 5.25, 5.5, 5.75 } },
	{ "3.3V", VOLTAGE, VOLT, 7, 3, 2, -2, 3.32, { 2.8, 2.96, 3.14, 3.46, 3.64, 3.8 } },
	{ "VBAT", VOLTAGE, VOLT, 40, 1, 2, -2, 3.02, { 2.4, 2.5, 2.6, 3.4, 3.5, 3.6 } },
	{ "CPU1 Vcore", VOLTAGE, VOLT, 3, 1, 1, -2, 0.91, { 0.4, 0.45, 0.5, 1.4, 1.45, 1.5 } },
	{ "CPU2 Vcore", VOLTAGE, VOLT, 3, 2, 1, -2, 0.92, { 0.4, 0.45, 0.5, 1.4, 1.45, 1.5 } },
	{ "PSU1 Input", POWER, WATT, 10, 1, 4, 0, 212, { 0, 0, 0, 800, 880, 960 } },
	{ "PSU2 Input", POWER, WATT, 10, 2, 4, 0, 208, { 0, 0, 0, 800, 880, 960 } },
	{ "PSU1 Current", CURRENT, AMPERE, 10, 1, 1, -1, 1.8, { 0, 0, 0, 8, 9, 10 } },
	{ "PSU2 Current", CURRENT, AMPERE, 10, 2, 1, -1, 1.7, { 0, 0, 0, 8, 9, 10 } },
};

#define NR_SENSORS (sizeof(sensors) / sizeof(sensors[0]))
#define LOWER 0x07
#define UPPER 0x38

static char folder[] = "/tmp/ipmi-vbmc.XXXXXX", address[32];
static int lan_port;
static pid_t child;
static unsigned char bytes[256];
static unsigned int nr;

static void add(unsigned int byte)
{
	bytes[nr++] = byte;
}

static void add_text(const char *text)
{
	add(0xc0 | strlen(text));
	while (*text)
		add(*text++);
}

/* All bytes from start on, and the one that is added, add up to 0. */
static void add_sum(unsigned int start)
{
	unsigned char sum = 0;

	for (unsigned int i = start; i < nr; i++)
		sum -= bytes[i];
	add(sum);
}

static void print_bytes(FILE *f)
{
	for (unsigned int i = 0; i < nr; i++)
		fprintf(f, " 0x%02x", bytes[i]);
	fprintf(f, "\n");
}

static unsigned int raw(const struct sensor *s, double value)
{
	return lround(value / (s->m * pow(10, s->exponent)));
}

static unsigned int sides(const struct sensor *s)
{
	return (s->limits[2] ? LOWER : 0) | (s->limits[5] ? UPPER : 0);
}

/* A full sensor record, number and header included. */
static void sensor_record(const struct sensor *s, unsigned int number)
{
	unsigned int has = sides(s);
	unsigned int events = (has & LOWER ? 0x0015 : 0) | (has & UPPER ? 0x0a80 : 0);

	nr = 0;
	add(number), add(0), add(0x51), add(0x01), add(0);
	add(0x20), add(0), add(number), add(s->entity), add(s->instance), add(0x7f), add(0x68);
	add(s->type), add(0x01);
	add(events), add(events >> 8 | (has & LOWER) << 4);
	add(events), add(events >> 8 | (has & UPPER) << 1);
	add(has), add(has);
	add(0), add(s->unit), add(0), add(0), add(s->m), add(0), add(0), add(0), add(0);
	add((s->exponent & 15) << 4);
	add(0x01), add(raw(s, s->reading)), add(0), add(0), add(0xff), add(0);
	for (int i = 5; i >= 3; i--)
		add(raw(s, s->limits[i]));
	for (int i = 0; i < 3; i++)
		add(raw(s, s->limits[i]));
	add(1), add(1), add(0), add(0), add(0);
	add_text(s->name);
	bytes[4] = nr - 5;
}

static void write_sensor(FILE *f, const struct sensor *s, unsigned int number)
{
	unsigned int has = sides(s);

	fprintf(f, "sensor_add 0x20 0 %u %u 1\n", number, s->type);
	fprintf(f, "sensor_set_threshold 0x20 0 %u settable %s%s", number,
		has & UPPER ? "111" : "000", has & LOWER ? "111" : "000");
	for (int i = 5; i >= 3; i--)
		fprintf(f, " %u", raw(s, s->limits[i]));
	for (int i = 0; i < 3; i++)
		fprintf(f, " %u", raw(s, s->limits[i]));
	fprintf(f, "\nsensor_set_event_support 0x20 0 %u enable scanning per-state", number);
	for (int i = 0; i < 4; i++)
		fprintf(f, " 000101010010101");
	sensor_record(s, number);
	fprintf(f, "\nmain_sdr_add 0x20");
	print_bytes(f);
}

static void add_area(const unsigned char *head, int head_len, const char *const *fields)
{
	unsigned int start = nr;

	while (head_len--)
		add(*head++);
	for (; *fields; fields++)
		add_text(*fields);
	add(0xc1);
	while ((nr + 1 - start) % 8)
		add(0);
	bytes[start + 1] = (nr + 1 - start) / 8;
	add_sum(start);
}

static void write_inventory(FILE *f)
{
	static const unsigned char board_head[] = { 1, 0, 0, 0x20, 0xd0, 0xf0 }, product_head[] = { 1, 0, 0 };
	static const char *const board[] = { "Example", "Mainboard", "B0001", "EX-1", "1", NULL };
	static const char *const product[] = { "Example", "Demo Server", "DS-1", "1", "S0001", "A1", "1", NULL };

	nr = 0;
	add(1), add(0), add(0), add(1), add(0), add(0), add(0), add(0);
	add_area(board_head, sizeof(board_head), board);
	bytes[4] = nr / 8;
	bytes[7] = 1 + 0xff - (unsigned char)(1 + 1 + bytes[4]);
	add_area(product_head, sizeof(product_head), product);
	fprintf(f, "mc_add_fru_data 0x20 0 %u data", nr);
	print_bytes(f);
}

static bool write_server(const char *path)
{
	FILE *f = fopen(path, "w");

	if (!f)
		return false;
	fprintf(f, "mc_setbmc 0x20\nmc_add 0x20 0 no-device-sdrs 0x23 1 0 0x9f 0x7ed9 0x0001\n");
	fprintf(f, "sel_enable 0x20 1000 0x0a\n");
	for (unsigned int i = 0; i < NR_SENSORS; i++)
		write_sensor(f, &sensors[i], i);
	write_inventory(f);
	/* FAN4 going low; a power supply that was away for a while; the system began to boot */
	fprintf(f, "sel_add 0x20 0x02 0x10 0x27 0x00 0x68 0x20 0x00 0x04 0x04 0x09 0x01 0x50 0x0e 0x0f\n");
	fprintf(f, "sel_add 0x20 0x02 0x40 0x27 0x00 0x68 0x20 0x00 0x04 0x08 0x30 0x6f 0x03 0xff 0xff\n");
	fprintf(f, "mc_enable 0x20\n");
	/* last, so that it is held against the limits */
	for (unsigned int i = 0; i < NR_SENSORS; i++)
		fprintf(f, "sensor_set_value 0x20 0 %u %u 1\n", i, raw(&sensors[i], sensors[i].reading));
	return !fclose(f);
}

static bool write_access(const char *path, int port)
{
	FILE *f = fopen(path, "w");

	if (!f)
		return false;
	fprintf(f,
		"name \"demo\"\n"
		"startlan 1\n"
		"  addr 127.0.0.1 %d\n"
		"  priv_limit admin\n"
		"  allowed_auths_user none md2 md5 straight\n"
		"  allowed_auths_operator none md2 md5 straight\n"
		"  allowed_auths_admin none md2 md5 straight\n"
		"  guid a123456789abcdefa123456789abcdef\n"
		"endlan\n"
		"serial 15 127.0.0.1 %d codec VM ipmb 0x20\n"
		"user 1 true \"\" \"\" user 10 none md2 md5 straight\n"
		"user 2 true \"" USER "\" \"" PASSWORD "\" admin 10 none md2 md5 straight\n",
		lan_port, port);
	return !fclose(f);
}

/* One of the loopback device that is free now. */
static int free_port(int type)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0), port = -1;

	if (fd >= 0 && !bind(fd, (struct sockaddr *)&in, len) &&
	    !getsockname(fd, (struct sockaddr *)&in, &len))
		port = ntohs(in.sin_port);
	close(fd);
	return port;
}

static void sim(const char *access, const char *server, pid_t parent)
{
	char log[64];

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(1);
	snprintf(log, sizeof(log), "%s/log", folder);
	if (!freopen("/dev/null", "r", stdin) || !freopen(log, "w", stdout) || dup2(1, 2) < 0)
		_exit(1);
	execlp(SIM, SIM, "-n", "-c", access, "-f", server, "-s", folder, NULL);
	_exit(127);
}

const char *demo_start(void)
{
	char access[64], server[64];
	pid_t me = getpid();
	int port, status;

	if (!mkdtemp(folder)) {
		say("no folder can be made in /tmp: %s", strerror(errno));
		folder[0] = 0;
		return NULL;
	}
	lan_port = free_port(SOCK_DGRAM);
	port = free_port(SOCK_STREAM);
	snprintf(access, sizeof(access), "%s/access", folder);
	snprintf(server, sizeof(server), "%s/server", folder);
	if (!write_access(access, port) || !write_server(server)) {
		say("%s cannot be written to: %s", folder, strerror(errno));
		return NULL;
	}
	child = fork();
	if (!child)
		sim(access, server, me);
	/* long enough to see that it cannot be started */
	usleep(500000);
	if (child < 0 || waitpid(child, &status, WNOHANG) == child) {
		child = 0;
		if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
			say("there is no " SIM "; on Debian: apt install openipmi");
		else
			say(SIM " does not start; %s/log says why", folder);
		if (WIFEXITED(status) && WEXITSTATUS(status) != 127)
			folder[0] = 0; /* for who reads that */
		return NULL;
	}
	snprintf(address, sizeof(address), "tcp:%d", port);
	return address;
}

void demo_hint(int number)
{
	say("a server with %zu sensors, an inventory and an event log; FAN4 is about to fail. Try, elsewhere:",
	    NR_SENSORS);
	printf("  ipmitool -d %d sdr\n", number);
	printf("  ipmitool -d %d sel elist\n", number);
	printf("  ipmitool -I lanplus -H 127.0.0.1 -p %d -U " USER " -P " PASSWORD " fru\n", lan_port);
	printf("Ctrl-C ends it.\n");
	fflush(stdout);
}

void demo_stop(void)
{
	char command[64];

	if (child > 0) {
		kill(child, SIGTERM);
		waitpid(child, NULL, 0);
	}
	if (!folder[0] || folder[strlen(folder) - 1] == 'X')
		return;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	if (system(command))
		say("%s could not be removed", folder);
}
