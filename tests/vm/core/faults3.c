// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults of the kernel's own message handler and device that this stack must not have: those
 * about an interface and its BMC, and what becomes of them; faults_programs.c has others. Each
 * case is named after its number in the list of known weaknesses; where it cannot take the
 * machine down it runs on the kernel's own modules too, and expects the fault there.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define CLASS "/sys/class/ipmi/ipmi0"
#define QUICK_MS 2000
#define CMD_COLD_RESET 0x02

/* Nothing is loaded and everything is loaded again; nobody has the device open. */
static bool reload(void)
{
	return EXPECT_EQ(stack_remove(), 0) && EXPECT_EQ(stack_insert(), 0);
}

/* A3: the interface goes away under an open descriptor; every call on it has an end. */
static void a3_stale_descriptor(void)
{
	struct ipmi_channel_lun_address_set address = { .channel = 1, .value = 0x20 };
	struct ipmi_timing_parms parms = { -1, 0 };
	struct pollfd p = { .events = POLLIN };
	int file = ipmi_open(0), mode = 0, ret;
	struct reply r;

	EXPECT_EQ(ipmi_set(file, IPMICTL_SET_GETS_EVENTS_CMD, 1), 0);
	EXPECT_EQ(ipmi_register(file, 0x30, 0x57, 1), 0);
	EXPECT_EQ(interface_remove(), 0);
	for (int i = 0; i < 100 && ipmi_nodes(); i++)
		usleep(10000);
	EXPECT_EQ(ipmi_nodes(), 0);
	EXPECT_EQ(ipmi_send(file, 1, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), -ENODEV);
	EXPECT_EQ(ipmi_register(file, 0x30, 0x55, IPMI_CHAN_ALL), -ENODEV);
	EXPECT_EQ(ipmi_register(file, 0x30, 0x55, 1), -ENODEV);
	ret = ipmi_unregister(file, 0x30, 0x57, 1);
	EXPECT(ret == -ENODEV || ret == -ENOENT);
	ret = ipmi_set(file, IPMICTL_SET_GETS_EVENTS_CMD, 0);
	EXPECT(ret == -ENODEV || ret == 0);
	ret = ipmi_set(file, IPMICTL_SET_MAINTENANCE_MODE_CMD, IPMI_MAINTENANCE_MODE_ON);
	EXPECT(ret == -ENODEV || ret == 0);
	ret = ipmi_call(file, IPMICTL_GET_MAINTENANCE_MODE_CMD, &mode);
	EXPECT(ret == -ENODEV || ret == 0);
	ret = ipmi_call(file, IPMICTL_SET_MY_CHANNEL_ADDRESS_CMD, &address);
	EXPECT(ret == -ENODEV || ret == 0);
	ret = ipmi_call(file, IPMICTL_GET_MY_CHANNEL_LUN_CMD, &address);
	EXPECT(ret == -ENODEV || ret == 0);
	EXPECT_EQ(ipmi_call(file, IPMICTL_SET_TIMING_PARMS_CMD, &parms), 0);
	EXPECT_EQ(ipmi_recv(file, &r), -EAGAIN);
	p.fd = file;
	p.events |= POLLRDHUP;
	EXPECT_EQ(poll(&p, 1, 0) == 1 && (p.revents & POLLRDHUP), BY_STACK(1, 0));
	/* a new interface under the old number: the old descriptor is not part of it */
	EXPECT_EQ(interface_add(), 0);
	ret = ipmi_open(0);
	REQUIRE(EXPECT(ret >= 0));
	EXPECT(ipmi_answers(ret, QUICK_MS));
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
				ipmi_answers(fd, QUICK_MS);
			EXPECT(ipmi_answers(fd, QUICK_MS));
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
		quick = ipmi_answers(other, QUICK_MS) && ipmi_answers(fd, QUICK_MS);
		if (stack_is_ours())
			EXPECT(quick);
		else
			ktap_note("after a reset others are %s", quick ? "answered" : "refused");
		if (!quick)
			break;
	}
	EXPECT_EQ(ipmi_set(fd, IPMICTL_SET_MAINTENANCE_MODE_CMD, IPMI_MAINTENANCE_MODE_OFF), 0);
	EXPECT_EQ(ipmi_set(fd, IPMICTL_SET_MAINTENANCE_MODE_CMD, IPMI_MAINTENANCE_MODE_AUTO), 0);
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
	EXPECT_EQ(ipmi_set(fd, IPMICTL_SET_MAINTENANCE_MODE_CMD, IPMI_MAINTENANCE_MODE_ON), 0);
	if (stack_is_ours())
		EXPECT(strncmp(file_text(CLASS "/device/maintenance_mode"), "1 ", 2) == 0);
	EXPECT_EQ(ipmi_set(fd, IPMICTL_SET_MAINTENANCE_MODE_CMD, IPMI_MAINTENANCE_MODE_AUTO), 0);
	EXPECT_EQ(ipmi_call(fd, IPMICTL_GET_MAINTENANCE_MODE_CMD, &mode), 0);
	EXPECT_EQ(mode, IPMI_MAINTENANCE_MODE_AUTO);
	maintenance_is("0 0");
	EXPECT_STR(file_text(CLASS "/device/bmc/firmware_revision"), "1.42");
	EXPECT_EQ(ipmi_set(fd, IPMICTL_SET_GETS_EVENTS_CMD, 1), 0);
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
	EXPECT_EQ(interface_remove(), 0);
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

static const struct ktap_case cases[] = {
	KTAP_CASE(a3_stale_descriptor),
	KTAP_CASE(a5_errors_during_discovery),
	KTAP_CASE(a7_reset_blocks_nobody),
	KTAP_CASE(b1_maintenance_ends),
	KTAP_CASE(b2_refused_reset),
	KTAP_CASE(b18_removal_with_requests),
	KTAP_CASE(b20_firmware_revision),
};

int main(void)
{
	keep_acpi_ipmi_out();
	close(ipmi_must_open(0));
	return ktap_main(cases, ARRAY_SIZE(cases));
}
