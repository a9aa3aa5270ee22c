// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults of the kernel's own message handler and device that this stack must not have. Each
 * case is named after its number in the list of known weaknesses; where it cannot take the
 * machine down it runs on the kernel's own modules too, and expects the fault there.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define CLASS "/sys/class/ipmi/ipmi0"
#define PARAMETERS "/sys/module/ipmi_msghandler/parameters/"
#define HOTMOD "/sys/module/ipmi_si/parameters/hotmod"
#define QUICK_MS 2000
#define DEVICE_ID_LEN 16 /* with completion code and auxiliary revision */
#define CMD_COLD_RESET 0x02

static void *no_access; /* a page nobody may touch */

static int call(int file, unsigned long cmd, void *arg)
{
	return ioctl(file, cmd, arg) < 0 ? -errno : 0;
}

static int set(int file, unsigned long cmd, int value)
{
	return call(file, cmd, &value);
}

static int reg(int file, unsigned int netfn, unsigned int cmd, unsigned int chans)
{
	struct ipmi_cmdspec_chans spec = { netfn, cmd, chans };

	return call(file, IPMICTL_REGISTER_FOR_CMD_CHANS, &spec);
}

static int unreg(int file, unsigned int netfn, unsigned int cmd, unsigned int chans)
{
	struct ipmi_cmdspec_chans spec = { netfn, cmd, chans };

	return call(file, IPMICTL_UNREGISTER_FOR_CMD_CHANS, &spec);
}

/* Does the BMC answer file within ms? */
static bool answers(int file, int ms)
{
	struct reply r;
	double end = now() + ms / 1e3;
	int left;

	if (ipmi_send(file, 4711, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0))
		return false;
	while ((left = (end - now()) * 1e3) > 0)
		if (!ipmi_next(file, left, &r) && r.msgid == 4711)
			return !r.data[0];
	return false;
}

/* Nothing is loaded and everything is loaded again; nobody has the device open. */
static bool reload(void)
{
	return EXPECT_EQ(stack_remove(), 0) && EXPECT_EQ(stack_insert(), 0);
}

/* A1: who does not read stalls nobody but himself. */
static void a1_idle_listener(void)
{
	int idle = ipmi_open(0), busy = ipmi_open(0), listener = ipmi_open(0), events = 0;
	struct reply r;

	EXPECT_EQ(file_write(PARAMETERS "max_msgs_per_user", "10"), 0);
	EXPECT_EQ(set(idle, IPMICTL_SET_GETS_EVENTS_CMD, 1), 0);
	EXPECT_EQ(set(listener, IPMICTL_SET_GETS_EVENTS_CMD, 1), 0);
	/* the idle one gets all it may have, while another reads */
	for (int i = 0; i < 10; i++) {
		bmc_line("events 1");
		REQUIRE(EXPECT_EQ(ipmi_next(listener, QUICK_MS, &r), 0));
	}
	bmc_line("after 10 events 5");
	usleep(1500000);
	EXPECT_EQ(answers(busy, QUICK_MS), BY_STACK(1, 0));
	if (stack_is_ours()) {
		events = 0;
		while (!ipmi_next(listener, 200, &r))
			events++;
		EXPECT_EQ(events, 5);
	}
	/* it reads again: ten old ones, and then new ones */
	EXPECT(ipmi_drain(idle, 300) >= 10);
	EXPECT_EQ(file_write(PARAMETERS "max_msgs_per_user", "100"), 0);
	EXPECT(answers(busy, QUICK_MS));
	ipmi_drain(idle, 100);
	bmc_line("events 1");
	EXPECT_EQ(ipmi_next(idle, QUICK_MS, &r), 0);
	close(idle);
	close(busy);
	close(listener);
}

/* A1: the same with commands from others. */
static void a1_idle_receiver(void)
{
	int idle = ipmi_open(0), busy = ipmi_open(0);

	EXPECT_EQ(reg(idle, 0x30, 0x55, IPMI_CHAN_ALL), 0);
	EXPECT_EQ(file_write(PARAMETERS "max_msgs_per_user", "10"), 0);
	for (int i = 0; i < 15; i++)
		bmc_line("after 200 ipmb 0 24 0 %x 30 55", i);
	usleep(500000);
	EXPECT_EQ(answers(busy, QUICK_MS), BY_STACK(1, 0));
	EXPECT(ipmi_drain(idle, 200) >= 10);
	EXPECT_EQ(file_write(PARAMETERS "max_msgs_per_user", "100"), 0);
	EXPECT(answers(busy, QUICK_MS));
	close(idle);
	close(busy);
}

/* A3: the interface goes away under an open descriptor; every call on it has an end. */
static void a3_stale_descriptor(void)
{
	struct ipmi_channel_lun_address_set address = { .channel = 1, .value = 0x20 };
	struct ipmi_timing_parms parms = { -1, 0 };
	struct pollfd p = { .events = POLLIN };
	int file = ipmi_open(0), mode = 0, ret;
	struct reply r;

	EXPECT_EQ(set(file, IPMICTL_SET_GETS_EVENTS_CMD, 1), 0);
	EXPECT_EQ(reg(file, 0x30, 0x57, 1), 0);
	EXPECT_EQ(file_write(HOTMOD, "remove,kcs,i/o,0xca2"), 0);
	for (int i = 0; i < 100 && ipmi_nodes(); i++)
		usleep(10000);
	EXPECT_EQ(ipmi_nodes(), 0);
	EXPECT_EQ(ipmi_send(file, 1, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), -ENODEV);
	EXPECT_EQ(reg(file, 0x30, 0x55, IPMI_CHAN_ALL), -ENODEV);
	EXPECT_EQ(reg(file, 0x30, 0x55, 1), -ENODEV);
	ret = unreg(file, 0x30, 0x57, 1);
	EXPECT(ret == -ENODEV || ret == -ENOENT);
	ret = set(file, IPMICTL_SET_GETS_EVENTS_CMD, 0);
	EXPECT(ret == -ENODEV || ret == 0);
	ret = set(file, IPMICTL_SET_MAINTENANCE_MODE_CMD, IPMI_MAINTENANCE_MODE_ON);
	EXPECT(ret == -ENODEV || ret == 0);
	ret = call(file, IPMICTL_GET_MAINTENANCE_MODE_CMD, &mode);
	EXPECT(ret == -ENODEV || ret == 0);
	ret = call(file, IPMICTL_SET_MY_CHANNEL_ADDRESS_CMD, &address);
	EXPECT(ret == -ENODEV || ret == 0);
	ret = call(file, IPMICTL_GET_MY_CHANNEL_LUN_CMD, &address);
	EXPECT(ret == -ENODEV || ret == 0);
	EXPECT_EQ(call(file, IPMICTL_SET_TIMING_PARMS_CMD, &parms), 0);
	EXPECT_EQ(ipmi_recv(file, &r), -EAGAIN);
	p.fd = file;
	p.events |= POLLRDHUP;
	EXPECT_EQ(poll(&p, 1, 0) == 1 && (p.revents & POLLRDHUP), BY_STACK(1, 0));
	/* a new interface under the old number: the old descriptor is not part of it */
	EXPECT_EQ(file_write(HOTMOD, "add,kcs,i/o,0xca2"), 0);
	ret = ipmi_open(0);
	REQUIRE(EXPECT(ret >= 0));
	EXPECT(answers(ret, QUICK_MS));
	EXPECT_EQ(ipmi_send(file, 1, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), -ENODEV);
	close(ret);
	close(file);
	reload();
}

/* A5: answers with an error while the BMC comes up, at each place where it is asked who it is. */
static void a5_errors_during_discovery(void)
{
	static const int codes[] = { 0xd2, 0xc0, 0xd1 };
	int lost = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(codes); i++) {
		for (int skip = 0; skip < 4; skip++) {
			int fd = -ENOENT;

			bmc_line("nofaults");
			bmc_line("fault cc netfn=6 cmd=1 n=%d skip=%d arg=%d", i == 1 ? 3 : 1, skip,
				 codes[i]);
			REQUIRE(EXPECT_EQ(stack_remove(), 0));
			stack_insert();
			for (int ms = 0; ms < 4000 && fd == -ENOENT; ms += 10) {
				fd = ipmi_open_now(0);
				usleep(10000);
			}
			if (fd < 0) {
				ktap_note("lost after %d good answers and %02x", skip, codes[i]);
				lost++;
				/* the fault may not be used up, and cannot be taken back from here */
				for (int again = 0; again < 4 && fd < 0; again++) {
					stack_remove();
					stack_insert();
					usleep(500000);
					fd = ipmi_open_now(0);
				}
				REQUIRE(EXPECT(fd >= 0));
			}
			/* and what is left of the fault strikes us, not the interface */
			for (int i = 0; i < 8; i++)
				answers(fd, QUICK_MS);
			EXPECT(answers(fd, QUICK_MS));
			close(fd);
		}
	}
	bmc_line("nofaults");
	EXPECT_EQ(lost > 0, BY_STACK(0, 1));
}

/* A7: a process that resets the BMC keeps nobody from asking it. */
static void a7_reset_blocks_nobody(void)
{
	int fd = ipmi_open(0), other = ipmi_open(0);
	struct reply r;

	for (int cmd = CMD_COLD_RESET; cmd <= CMD_COLD_RESET + 1; cmd++) {
		bool quick;

		EXPECT_EQ(ipmi_ask(fd, NETFN_APP, cmd, NULL, 0, &r), 0);
		quick = answers(other, QUICK_MS) && answers(fd, QUICK_MS);
		if (stack_is_ours())
			EXPECT(quick);
		else
			ktap_note("after a reset others are %s", quick ? "answered" : "refused");
		if (!quick)
			break;
	}
	EXPECT_EQ(set(fd, IPMICTL_SET_MAINTENANCE_MODE_CMD, IPMI_MAINTENANCE_MODE_OFF), 0);
	EXPECT_EQ(set(fd, IPMICTL_SET_MAINTENANCE_MODE_CMD, IPMI_MAINTENANCE_MODE_AUTO), 0);
	close(fd);
	close(other);
	reload();
}

static void maintenance_is(const char *state)
{
	if (stack_is_ours())
		EXPECT_STR(file_text(CLASS "/device/maintenance_mode"), state);
}

/* B1: maintenance that was switched on and then left to itself is over. */
static void b1_maintenance_ends(void)
{
	int fd = ipmi_open(0), mode = -1;
	struct reply r;

	maintenance_is("0 0");
	EXPECT_EQ(set(fd, IPMICTL_SET_MAINTENANCE_MODE_CMD, IPMI_MAINTENANCE_MODE_ON), 0);
	if (stack_is_ours())
		EXPECT(strncmp(file_text(CLASS "/device/maintenance_mode"), "1 ", 2) == 0);
	EXPECT_EQ(set(fd, IPMICTL_SET_MAINTENANCE_MODE_CMD, IPMI_MAINTENANCE_MODE_AUTO), 0);
	EXPECT_EQ(call(fd, IPMICTL_GET_MAINTENANCE_MODE_CMD, &mode), 0);
	EXPECT_EQ(mode, IPMI_MAINTENANCE_MODE_AUTO);
	maintenance_is("0 0");
	EXPECT_STR(file_text(CLASS "/device/bmc/firmware_revision"), "1.42");
	EXPECT_EQ(set(fd, IPMICTL_SET_GETS_EVENTS_CMD, 1), 0);
	bmc_line("events 1");
	EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0);
	close(fd);
}

/* B2: a reset that was refused for its size is none. */
static void b2_refused_reset(void)
{
	static const unsigned char data[271];
	int fd = ipmi_open(0);

	EXPECT_EQ(ipmi_send(fd, 1, NETFN_APP, CMD_COLD_RESET, data, sizeof(data)), -EMSGSIZE);
	maintenance_is("0 0");
	close(fd);
}

/* B3: what was registered for all channels can be given back channel by channel. */
static void b3_no_zombies(void)
{
	int fd = ipmi_open(0), other = ipmi_open(0);

	EXPECT_EQ(reg(fd, 0x30, 0x62, IPMI_CHAN_ALL), 0);
	EXPECT_EQ(unreg(fd, 0x30, 0x62, 0xffff), 0);
	EXPECT_EQ(reg(other, 0x30, 0x62, IPMI_CHAN_ALL), BY_STACK(0, -EBUSY));
	close(fd);
	close(other);
}

/* B3: registrations that can match nothing do not pile up. */
static void b3_no_channels(void)
{
	/* the kernel's own walk through all of them each time */
	int fd = ipmi_open(0), n = BY_STACK(300000, 2000);
	long before, after;

	EXPECT_EQ(run("awk '/^MemAvailable/ { print $2 }' /proc/meminfo"), 0);
	sscanf(output(), "%ld", &before);
	for (int i = 0; i < n; i++)
		if (reg(fd, 0x30, 0x63, 0) && EXPECT(!"registered for no channel"))
			break;
	EXPECT_EQ(run("awk '/^MemAvailable/ { print $2 }' /proc/meminfo"), 0);
	sscanf(output(), "%ld", &after);
	EXPECT_EQ(unreg(fd, 0x30, 0x63, 0), -ENOENT);
	ktap_note("%d registrations took %ld KiB", n, before - after);
	if (stack_is_ours())
		EXPECT(before - after < 5000);
	close(fd);
}

/* How often the interface was looked at in a second. */
static long looks(void)
{
	static const char *const counters[] = { "short_timeouts", "long_timeouts", "idles" };
	long n[2] = { 0, 0 };

	for (int i = 0; i < 2; i++) {
		for (unsigned int k = 0; k < ARRAY_SIZE(counters); k++)
			n[i] += file_number(CLASS "/device/%s", counters[k]);
		usleep(1000000);
	}
	return n[1] - n[0];
}

/*
 * B4: who waited for commands and has gone needs no polling any more. The kernel's own goes on,
 * but its counters do not show that.
 */
static void b4_polling_ends(void)
{
	long before, during, after;
	int fd;

	usleep(3000000);
	before = looks();
	fd = ipmi_open(0);
	EXPECT_EQ(reg(fd, 0x30, 0x64, IPMI_CHAN_ALL), 0);
	usleep(500000);
	during = looks();
	close(fd);
	usleep(3000000);
	after = looks();
	ktap_note("looks a second: %ld before, %ld during, %ld after", before, during, after);
	if (stack_is_ours())
		EXPECT(after <= before);
}

/* B5: a receive that fails takes nothing from the message. */
static void b5_truncation_that_fails(void)
{
	unsigned char addr[sizeof(struct ipmi_addr)];
	int fd = ipmi_open(0);
	struct ipmi_recv recv = { 0 };
	struct reply r;

	EXPECT_EQ(ipmi_send(fd, 1, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	EXPECT_EQ(ipmi_wait(fd, QUICK_MS), 1);
	recv.addr = addr;
	recv.addr_len = sizeof(addr);
	recv.msg.data = no_access;
	recv.msg.data_len = 4;
	EXPECT_EQ(call(fd, IPMICTL_RECEIVE_MSG_TRUNC, &recv), -EFAULT);
	EXPECT_EQ(ipmi_recv(fd, &r), 0);
	EXPECT_EQ(r.msgid, 1);
	EXPECT_EQ(r.len, BY_STACK(DEVICE_ID_LEN, 4));
	close(fd);
}

/* B7: no byte of the kernel's memory comes along; for OEM messages see the commands test. */
static void b7_no_foreign_bytes(void)
{
	struct ipmi_lan_addr lan;
	int fd = ipmi_open(0);
	struct reply r;

	ipmi_lan(&lan, LAN_CHANNEL, 7, 0x81, 0x82, 0);
	EXPECT_EQ(set(fd, IPMICTL_SET_GETS_EVENTS_CMD, 1), 0);
	for (int i = 0; i < 50; i++) {
		struct ipmi_system_interface_addr bmc;

		/* the sender's own padding is no answer either */
		memset(&bmc, 0xee, sizeof(bmc));
		bmc.addr_type = IPMI_SYSTEM_INTERFACE_ADDR_TYPE;
		bmc.channel = IPMI_BMC_CHANNEL;
		bmc.lun = 0;
		EXPECT_EQ(ipmi_send_to(fd, &bmc, sizeof(bmc), 1, NETFN_APP, CMD_GET_DEVICE_ID, NULL,
				       0), 0);
		EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0);
		if (stack_is_ours())
			EXPECT_HEX((unsigned char *)&r.addr, 8, "0c 00 00 00 0f 00 00 00");
		EXPECT_EQ(ipmi_send_to(fd, &lan, sizeof(lan), 1, NETFN_OEM, CMD_ECHO, NULL, 0), 0);
		EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0);
		if (stack_is_ours())
			EXPECT_HEX((unsigned char *)&r.addr, 12,
				   "04 00 00 00 01 00 .. 07 81 82 00 00");
	}
	bmc_line("events 1");
	EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0);
	if (stack_is_ours())
		EXPECT_HEX((unsigned char *)&r.addr, 8, "0c 00 00 00 0f 00 00 00");
	close(fd);
}

/* B18: requests of an interface that is removed end with an error, and who waits is woken. */
static void b18_removal_with_requests(void)
{
	int fd = ipmi_open(0), waiting = ipmi_open(0), replies = 0, hung_up = 0, status;
	struct ipmi_ipmb_addr silent;
	double start;
	struct reply r;
	pid_t child;

	bmc_line("satellite %x silent", SATELLITE);
	ipmi_ipmb(&silent, 0, SATELLITE, 0);
	EXPECT_EQ(ipmi_send_timed(fd, &silent, sizeof(silent), 0, NETFN_APP, 1, NULL, 0, 4, 20000),
		  0);
	bmc_line("delay 400");
	for (int i = 1; i < 10; i++)
		EXPECT_EQ(ipmi_send(fd, i, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	fflush(stdout);
	child = fork();
	if (!child) {
		struct pollfd p = { .fd = waiting, .events = POLLIN | POLLRDHUP };

		_exit(poll(&p, 1, 5000) == 1 && (p.revents & POLLRDHUP) ? 0 : 1);
	}
	usleep(100000);
	start = now();
	EXPECT_EQ(file_write(HOTMOD, "remove,kcs,i/o,0xca2"), 0);
	ktap_note("removal took %.2f s", now() - start);
	EXPECT(now() - start < 3);
	while (now() < start + 4) {
		struct pollfd p = { .fd = fd, .events = POLLIN | POLLRDHUP };

		if (poll(&p, 1, 500) <= 0)
			continue;
		hung_up |= p.revents & POLLRDHUP;
		if (ipmi_recv(fd, &r))
			break;
		EXPECT_EQ(r.recv_type, IPMI_RESPONSE_RECV_TYPE);
		EXPECT(r.len >= 1);
		if (r.data[0])
			ktap_note("request %ld: %02x", r.msgid, r.data[0]);
		replies++;
	}
	EXPECT_EQ(hung_up != 0, BY_STACK(1, 0));
	if (stack_is_ours())
		EXPECT_EQ(replies, 10);
	EXPECT_EQ(waitpid(child, &status, 0), child);
	EXPECT_EQ(WEXITSTATUS(status), BY_STACK(0, 1));
	EXPECT_EQ(ipmi_recv(fd, &r), -EAGAIN);
	close(fd);
	close(waiting);
	reload();
	bmc_line("delay 0");
}

/* B20: the "device busy" bit is not part of the version. */
static void b20_firmware_revision(void)
{
	bmc_line("set firmware1 0x82");
	bmc_line("set aux 01020304");
	REQUIRE(reload());
	close(ipmi_open(0));
	EXPECT_STR(file_text(CLASS "/device/bmc/firmware_revision"), BY_STACK("2.42", "130.42"));
	EXPECT_STR(file_text(CLASS "/device/bmc/aux_firmware_revision"), "0x04 0x03 0x02 0x01");
	bmc_line("set firmware1 1");
	bmc_line("set aux 0");
	reload();
}

static long requests_in(double seconds, int fd)
{
	double end = now() + seconds;
	struct reply r;
	long n = 0;

	while (now() < end && !ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r))
		n++;
	return n;
}

static void open_and_close(void)
{
	close(ipmi_open(0));
}

static void use_processor(void)
{
	getppid();
}

/* Requests a second beside a process that does this all the time. */
static long requests_beside(int fd, void (*act)(void))
{
	pid_t child;
	long n;

	fflush(stdout);
	child = fork();
	if (!child)
		for (;;)
			act();
	n = requests_in(1, fd);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return n;
}

/* C3: who opens and closes all the time takes from others no more than processor time. */
static void c3_open_and_close(void)
{
	int fd = ipmi_open(0);
	long alone = requests_in(1, fd), beside = requests_beside(fd, open_and_close);
	long busy = requests_beside(fd, use_processor);

	ktap_note("%ld requests a second alone, %ld beside opening, %ld beside computing", alone,
		  beside, busy);
	/* Figures on a machine that others use prove nothing: that it goes on does. */
	EXPECT(beside > 0);
	close(fd);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(a1_idle_listener),
	KTAP_CASE(a1_idle_receiver),
	KTAP_CASE(a3_stale_descriptor),
	KTAP_CASE(a5_errors_during_discovery),
	KTAP_CASE(a7_reset_blocks_nobody),
	KTAP_CASE(b1_maintenance_ends),
	KTAP_CASE(b2_refused_reset),
	KTAP_CASE(b3_no_zombies),
	KTAP_CASE(b3_no_channels),
	KTAP_CASE(b4_polling_ends),
	KTAP_CASE(b5_truncation_that_fails),
	KTAP_CASE(b7_no_foreign_bytes),
	KTAP_CASE(b18_removal_with_requests),
	KTAP_CASE(b20_firmware_revision),
	KTAP_CASE(c3_open_and_close),
};

int main(void)
{
	keep_acpi_ipmi_out();
	close(ipmi_must_open(0));
	no_access = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
