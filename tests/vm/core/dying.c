// SPDX-License-Identifier: GPL-2.0-only
/*
 * An interface dies while a hundred users have requests in flight, to the BMC and to others
 * behind it: each request ends in its time, each user hears of it, and nothing is left. The
 * BMC is that of tests/bmc.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define DEVICE "/sys/class/ipmi/ipmi0/device"
#define HOTMOD "/sys/module/ipmi_si/parameters/hotmod"
#define PARAMETERS "/sys/module/ipmi_msghandler/parameters/"
#define USERS 100
#define BRIDGED 60 /* of them; there are 64 slots */
/* The transport's bound for one request, and what is behind the BMC has less. */
#define REQUEST_S 6
#define TRIES 2
#define TRY_MS 1000
#define SLACK_S 4 /* 100 answers to read on a slow machine */
#define REMOVAL_S 3
#define BACK_S 40

static int files[USERS];
static int sent, ended, failed, hung_up;
static int next_cmd; /* so that no number has to wait for the answer to a former one */

/*
 * Everybody asks the BMC, and some ask one behind it, who does not answer. Before, the BMC is
 * told what it is to do now.
 */
static void begin(const char *line)
{
	struct ipmi_ipmb_addr ipmb;
	struct ipmi_lan_addr lan;

	sent = 0;
	bmc_line("satellite %x silent", SATELLITE);
	bmc_line("console %x silent", LAN_CHANNEL);
	for (int i = 0; i < USERS; i++)
		EXPECT((files[i] = ipmi_open(0)) >= 0);
	bmc_line("%s", line);
	for (int i = 0; i < USERS; i++) {
		ipmi_ipmb(&ipmb, 0, SATELLITE, 0);
		ipmi_lan(&lan, LAN_CHANNEL, i, 0x81, 0x82, 0);
		EXPECT_EQ(ipmi_send(files[i], i, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
		sent++;
		if (i >= BRIDGED)
			continue;
		EXPECT_EQ(ipmi_send_timed(files[i], i % 2 ? (void *)&ipmb : (void *)&lan,
					  i % 2 ? sizeof(ipmb) : sizeof(lan), i, NETFN_OEM,
					  next_cmd++ & 0x7f, NULL, 0, TRIES - 1, TRY_MS),
			  0);
		sent++;
	}
}

/* Reads until all is answered, and, if they are to hang up, all have; at most so many seconds. */
static void collect(double seconds, bool hang_up)
{
	struct pollfd p[USERS];
	double end = now() + seconds;
	struct reply r;

	ended = failed = hung_up = 0;
	for (int i = 0; i < USERS; i++)
		p[i] = (struct pollfd){ .fd = files[i], .events = POLLIN | POLLRDHUP };
	while (now() < end && (ended < sent || (hang_up && hung_up < USERS))) {
		if (poll(p, USERS, 100) <= 0)
			continue;
		for (int i = 0; i < USERS; i++) {
			if ((p[i].revents & POLLIN) && !ipmi_recv(files[i], &r)) {
				EXPECT_EQ(r.msgid, i);
				EXPECT_EQ(r.recv_type, IPMI_RESPONSE_RECV_TYPE);
				EXPECT(r.len >= 1);
				ended++;
				failed += r.data[0] != 0;
			} else if (p[i].revents & POLLRDHUP) {
				EXPECT_EQ(ipmi_send(files[i], 1, NETFN_APP, 1, NULL, 0), -ENODEV);
				p[i].fd = -1;
				hung_up++;
			}
		}
	}
	ktap_note("%d requests, %d ended, %d of them with an error, %d files hung up", sent, ended,
		  failed, hung_up);
	EXPECT_EQ(ended, sent);
	EXPECT_EQ(hung_up, hang_up ? USERS : 0);
	/* nothing comes twice */
	for (int i = 0; i < USERS; i++)
		EXPECT_EQ(ipmi_recv(files[i], &r), -EAGAIN);
}

static void close_all(void)
{
	for (int i = 0; i < USERS; i++)
		close(files[i]);
}

/* Works, and nobody has anything. */
static void alive(void)
{
	int fd = ipmi_open(0);
	struct reply r;

	EXPECT(fd >= 0);
	for (int i = 0; i < 10; i++) {
		EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
		EXPECT_EQ(r.data[0], 0);
	}
	close(fd);
	for (int i = 0; i < 200; i++) {
		if (!file_number(DEVICE "/nr_users") && !file_number(DEVICE "/nr_msgs"))
			break;
		usleep(10000);
	}
	EXPECT_EQ(file_number(DEVICE "/nr_users"), 0);
	EXPECT_EQ(file_number(DEVICE "/nr_msgs"), 0);
}

static void wait_until_back(void)
{
	double end = now() + BACK_S;
	struct reply r = { .len = 0 };
	int fd = ipmi_open(0), ret;

	do {
		usleep(200000);
		ret = ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r);
	} while ((ret || r.data[0]) && now() < end);
	close(fd);
	alive();
}

/* The first request has its time, the others an answer at once: it is away. */
static void busy_for_long(void)
{
	begin("after 20 away busy 15000");
	usleep(20000);
	collect(REQUEST_S + TRIES * TRY_MS / 1e3 + SLACK_S, false);
	EXPECT(failed >= BRIDGED);
	close_all();
	wait_until_back();
}

/* In the middle of an answer. */
static void hangs(void)
{
	bmc_line("after 15000 unhang");
	begin("fault hang netfn=6 cmd=1 n=1 skip=20");
	collect(REQUEST_S + TRIES * TRY_MS / 1e3 + SLACK_S, false);
	EXPECT(failed >= BRIDGED);
	close_all();
	wait_until_back();
	bmc_line("nofaults");
}

/* What takes the interface away is a write to a file; it does not wait for anybody. */
static void taken_away(const char *path, const char *text)
{
	double start = now(), took;

	EXPECT_EQ(file_write(path, text), 0);
	took = now() - start;
	ktap_note("it took %.2f s", took);
	EXPECT(took < REMOVAL_S);
	collect(SLACK_S, true);
	EXPECT(failed >= BRIDGED);
	close_all();
	EXPECT_EQ(ipmi_nodes(), 0);
}

static void slow_begin(void)
{
	bmc_line("after %d delay 0", (REMOVAL_S + 1) * 1000);
	begin("delay 300");
	usleep(400000);
}

static void given_back(const char *path, const char *text)
{
	EXPECT_EQ(file_write(path, text), 0);
	alive();
}

static void unbound(void)
{
	char name[64], driver[256], path[300];

	snprintf(name, sizeof(name), "%s", link_name(DEVICE));
	EXPECT_EQ(run("readlink -f " DEVICE "/driver"), 0);
	snprintf(driver, sizeof(driver), "%.*s", (int)strcspn(output(), "\n"), output());
	slow_begin();
	snprintf(path, sizeof(path), "%s/unbind", driver);
	taken_away(path, name);
	snprintf(path, sizeof(path), "%s/bind", driver);
	given_back(path, name);
}

/* The device leaves its bus. */
static void unplugged(void)
{
	char path[300];

	EXPECT_EQ(run("readlink -f " DEVICE), 0);
	snprintf(path, sizeof(path), "%.*s/remove", (int)strcspn(output(), "\n"), output());
	slow_begin();
	taken_away(path, "1");
	given_back("/sys/bus/pci/rescan", "1");
}

static void removed(void)
{
	slow_begin();
	taken_away(HOTMOD, "remove,kcs,i/o,0xca2");
	given_back(HOTMOD, "add,kcs,i/o,0xca2");
}

/* Everybody has closed, with requests on their way: the modules can go at once. */
static void unloaded(void)
{
	double start;

	slow_begin();
	close_all();
	start = now();
	EXPECT_EQ(stack_remove(), 0);
	ktap_note("it took %.2f s", now() - start);
	EXPECT_EQ(stack_insert(), 0);
	file_write(PARAMETERS "max_users", "200");
	alive();
}

static const struct ktap_case isa_cases[] = {
	KTAP_CASE(busy_for_long),
	KTAP_CASE(hangs),
	KTAP_CASE(unbound),
	KTAP_CASE(removed),
	KTAP_CASE(unloaded),
};

static const struct ktap_case pci_cases[] = {
	KTAP_CASE(unbound),
	KTAP_CASE(unplugged),
	KTAP_CASE(unloaded),
};

int main(void)
{
	keep_acpi_ipmi_out();
	close(ipmi_must_open(0));
	usleep(500000);
	module_remove("acpi_ipmi");
	file_write(PARAMETERS "max_users", "200");
	if (strstr(hardware(), "pci"))
		return ktap_main(pci_cases, ARRAY_SIZE(pci_cases));
	return ktap_main(isa_cases, ARRAY_SIZE(isa_cases));
}
