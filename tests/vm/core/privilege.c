// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may do what through /dev/ipmi0: files opened without CAP_SYS_RAWIO, at each level that the
 * module's parameter can give them. The whole space of commands is sent, straight and carried;
 * what reaches the BMC of tests/bmc is compared with IPMI 2.0, appendix G.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../../include/uapi/linux/ipmi_privilege.h"
#include "../../cases/privilege.h"
#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"
#include "traced.h"

#define ORDINARY 1000
#define QUICK_MS 3000
#define PARAMETER "/sys/module/ipmi_devintf/parameters/unprivileged"
#define REFUSED "/sys/class/ipmi/ipmi0/device/ipmi_stats/refused_privilege"
#define CMD_COLD_RESET 0x02
#define CMD_CHASSIS_STATUS 0x01
#define CMD_CHASSIS_CONTROL 0x02
#define CMD_MASTER_WRITE_READ 0x52
#define LUNS 4

static int fd; /* opened by root: Administrator */

static const char *const names[] = { [0] = "none", [2] = "user", [3] = "operator", [4] = "admin" };

/* Opens the device without capabilities: the file or a negative errno. */
static int open_ordinary(const char *unprivileged)
{
	int file;

	EXPECT_EQ(file_write(PARAMETER, unprivileged), 0);
	if (seteuid(ORDINARY))
		return -errno;
	file = open("/dev/ipmi0", O_RDWR | O_CLOEXEC);
	if (file < 0)
		file = -errno;
	EXPECT_EQ(seteuid(0), 0);
	return file;
}

static int level_of(int file)
{
	__u32 level = 0;

	return ioctl(file, IPMICTL_GET_PRIVILEGE, &level) < 0 ? -errno : (int)level;
}

static int drop_to(int file, __u32 level)
{
	return ioctl(file, IPMICTL_DROP_PRIVILEGE, &level) < 0 ? -errno : 0;
}

/* A line of /proc/self/fdinfo/FD without its name. */
static const char *fdinfo(int file, const char *name)
{
	static char value[64];
	const char *at = strstr(file_text("/proc/self/fdinfo/%d", file), name);

	value[0] = 0;
	if (at)
		sscanf(at + strlen(name), ":\t%63s", value);
	return value;
}

static int send_lun(int file, int netfn, int lun, int cmd, const void *data, int len)
{
	struct ipmi_system_interface_addr to;

	ipmi_bmc_addr(&to);
	to.lun = lun;
	return ipmi_send_to(file, &to, sizeof(to), 1, netfn, cmd, data, len);
}

/* Sends, and takes the answer if it was sent. */
static int try(int file, int netfn, int cmd, const void *data, int len)
{
	int ret = send_lun(file, netfn, 0, cmd, data, len);
	struct reply r;

	return ret ? ret : ipmi_next(file, QUICK_MS, &r);
}

static void as_ever_by_default(void)
{
	int file;

	EXPECT_STR(file_text(PARAMETER), "admin");
	EXPECT_EQ(level_of(fd), IPMI_PRIVILEGE_ADMIN);
	file = open_ordinary("admin");
	REQUIRE(EXPECT(file >= 0));
	EXPECT_EQ(level_of(file), IPMI_PRIVILEGE_ADMIN);
	EXPECT_EQ(try(file, NETFN_OEM, CMD_ECHO, "x", 1), 0);
	close(file);
	EXPECT_EQ(file_write(PARAMETER, "root"), -EINVAL);
	EXPECT_STR(file_text(PARAMETER), "admin");
}

static void level_of_the_opener(void)
{
	for (int level = 2; level <= 4; level++) {
		int file = open_ordinary(names[level]);

		REQUIRE(EXPECT(file >= 0));
		EXPECT_EQ(level_of(file), level);
		EXPECT_STR(fdinfo(file, "ipmi-privilege"), names[level]);
		/* it stays what it was, whoever uses the file and whatever the parameter says then */
		EXPECT_EQ(file_write(PARAMETER, "admin"), 0);
		EXPECT_EQ(level_of(file), level);
		EXPECT_EQ(try(file, NETFN_OEM, CMD_ECHO, "x", 1), level < 4 ? -EPERM : 0);
		close(file);
	}
	EXPECT_EQ(open_ordinary("none"), -EPERM);
	/* who has the capability is not asked for a level */
	REQUIRE(EXPECT(open("/dev/ipmi0", O_RDWR | O_CLOEXEC) >= 0));
}

static bool any_lun(int netfn, int cmd)
{
	return (netfn == NETFN_SENSOR && cmd >= 0x20 && cmd <= 0x30) ||
	       (netfn == NETFN_STORAGE && cmd >= 0x10 && cmd <= 0x12);
}

/* Is it for the message handler to refuse whoever sends it? */
static bool never(int netfn, int cmd)
{
	return netfn & 1 || (netfn == NETFN_APP && cmd >= 0x33 && cmd <= 0x35);
}

static bool allowed(int level, int netfn, int lun, int cmd)
{
	if (never(netfn, cmd) || (lun && !any_lun(netfn, cmd)))
		return false;
	return (int)privilege_expected(netfn, cmd) <= level;
}

/* Each NetFn as a program may write it, of which only six bits are sent, command and LUN. */
static void sweep(int level)
{
	int file = open_ordinary(names[level]), sent = 0, refused = 0;
	long before = file_number(REFUSED);
	const char *kinds;

	REQUIRE(EXPECT(file >= 0));
	bmc_line("forget");
	for (int i = 0; i < 256 * LUNS * 256; i++) {
		int netfn = i >> 10, lun = i >> 8 & 3, cmd = i & 0xff, ret;
		struct reply r;

		ret = send_lun(file, netfn, lun, cmd, NULL, 0);
		if (ret == -EPERM)
			refused++;
		if (ret)
			continue;
		sent++;
		if (ipmi_next(file, QUICK_MS, &r))
			ktap_note("no answer to netfn %02x lun %d cmd %02x", netfn, lun, cmd);
	}
	EXPECT_EQ(bmc_number("count"), sent);
	EXPECT_EQ(file_number(REFUSED) - before, refused);
	kinds = bmc_line("kinds");
	for (int i = 0; i < 64 * LUNS * 256; i++) {
		int netfn = i >> 10, lun = i >> 8 & 3, cmd = i & 0xff;
		char kind[16];

		snprintf(kind, sizeof(kind), "%02x.%x.%02x ", netfn, lun, cmd);
		if (!strstr(kinds, kind) == allowed(level, netfn, lun, cmd)) {
			EXPECT_STR(kind, strstr(kinds, kind) ? "not sent" : "sent");
			break;
		}
	}
	ktap_note("%s: %d sent, %d refused", names[level], sent, refused);
	close(file);
}

static void every_command_of_a_user(void)
{
	sweep(IPMI_PRIVILEGE_USER);
}

static void every_command_of_an_operator(void)
{
	sweep(IPMI_PRIVILEGE_OPERATOR);
}

/* A message for an IPMB in the data of Send Message: its length. */
static int carry(unsigned char *out, int channel, int netfn, int cmd, const void *data, int len)
{
	out[0] = channel;
	out[1] = OTHER_SATELLITE;
	out[2] = netfn << 2;
	out[3] = ipmb_sum(out + 1, 2);
	out[4] = 0x20;
	out[5] = 0x42;
	out[6] = cmd;
	memmove(out + 7, data, len);
	out[7 + len] = ipmb_sum(out + 4, 3 + len);
	return 8 + len;
}

/* By IPMB to one that is to do it, or to hand it on: how many did not get what was expected. */
static int sweep_bridged(int level, bool nested)
{
	int file = open_ordinary(names[level]), wrong = 0;
	struct ipmi_ipmb_addr to;
	long sent = 0;

	if (file < 0)
		return -1;
	ipmi_ipmb(&to, 0, SATELLITE, 0);
	bmc_all_answer();
	for (int netfn = 0; netfn < 64; netfn += 2) {
		for (int cmd = 0; cmd < 256; cmd++) {
			bool may = (int)privilege_expected(netfn, cmd) <= level;
			unsigned char data[16];
			struct reply r;
			int len, ret;

			len = carry(data, 0x40, netfn, cmd, NULL, 0);
			ret = nested ? ipmi_send_to(file, &to, sizeof(to), 1, NETFN_APP,
						    CMD_SEND_MESSAGE, data, len) :
				       ipmi_send_to(file, &to, sizeof(to), 1, netfn, cmd, NULL, 0);
			if (ret != (may ? 0 : -EPERM) && wrong++ < 4)
				ktap_note("netfn %02x cmd %02x: %d", netfn, cmd, ret);
			if (ret)
				continue;
			sent++;
			if (ipmi_next(file, QUICK_MS, &r))
				wrong++;
		}
	}
	EXPECT_EQ(bmc_number("count 6 34"), sent);
	close(file);
	return wrong;
}

static void every_bridged_command(void)
{
	EXPECT_EQ(sweep_bridged(IPMI_PRIVILEGE_USER, false), 0);
	EXPECT_EQ(sweep_bridged(IPMI_PRIVILEGE_OPERATOR, false), 0);
}

static void every_command_by_two_bridges(void)
{
	EXPECT_EQ(sweep_bridged(IPMI_PRIVILEGE_USER, true), 0);
	EXPECT_EQ(sweep_bridged(IPMI_PRIVILEGE_OPERATOR, true), 0);
}

/* Other ways to the same ends. */
static void ways_around(void)
{
	static const unsigned char public_bus[] = { 0, 0x24, 0, 1 }, private_bus[] = { 1, 0xa0, 1 };
	int file = open_ordinary("user"), operator = open_ordinary("operator");
	unsigned char inner[64], outer[64];
	struct ipmi_ipmb_addr to;
	struct ipmi_lan_addr lan;
	int len;

	REQUIRE(EXPECT(file >= 0 && operator >= 0));
	bmc_all_answer();
	ipmi_ipmb(&to, 0, SATELLITE, 0);

	/* three bridges, and one that is not to look as if it were one */
	len = carry(inner, 0x40, NETFN_CHASSIS, CMD_CHASSIS_CONTROL, "\1", 1);
	len = carry(outer, 0x40, NETFN_APP, CMD_SEND_MESSAGE, inner, len);
	EXPECT_EQ(ipmi_send_to(file, &to, sizeof(to), 1, NETFN_APP, CMD_SEND_MESSAGE, outer, len),
		  -EPERM);
	outer[3]++;
	EXPECT_EQ(ipmi_send_to(operator, &to, sizeof(to), 1, NETFN_APP, CMD_SEND_MESSAGE, outer,
			       len), -EPERM);

	/* to all */
	to.addr_type = IPMI_IPMB_BROADCAST_ADDR_TYPE;
	EXPECT_EQ(ipmi_send_to(file, &to, sizeof(to), 1, NETFN_APP, 4, NULL, 0), -EPERM);
	ipmi_ipmb(&to, 0, 0, 0);
	EXPECT_EQ(ipmi_send_to(file, &to, sizeof(to), 1, NETFN_APP, 4, NULL, 0), -EPERM);

	/* as an answer, to another LUN, by LAN */
	ipmi_ipmb(&to, 0, SATELLITE, 0);
	EXPECT_EQ(ipmi_send_to(operator, &to, sizeof(to), 1, NETFN_APP | 1, 1, "", 1), -EPERM);
	ipmi_ipmb(&to, 0, SATELLITE, 1);
	EXPECT_EQ(ipmi_send_to(operator, &to, sizeof(to), 1, NETFN_APP, 1, NULL, 0), -EPERM);
	ipmi_lan(&lan, LAN_CHANNEL, 7, 0x81, 0x82, 0);
	EXPECT_EQ(ipmi_send_to(file, &lan, sizeof(lan), 1, NETFN_CHASSIS, CMD_CHASSIS_CONTROL, "\1",
			       1), -EPERM);

	/* as bytes on a bus */
	EXPECT_EQ(try(operator, NETFN_APP, CMD_MASTER_WRITE_READ, public_bus, 4), -EPERM);
	EXPECT_EQ(try(file, NETFN_APP, CMD_MASTER_WRITE_READ, private_bus, 3), -EPERM);
	EXPECT_EQ(bmc_number("count 6 34"), 0);
	EXPECT_EQ(bmc_number("count 6 52"), 0);
	EXPECT_EQ(try(operator, NETFN_APP, CMD_MASTER_WRITE_READ, private_bus, 3), 0);
	EXPECT_EQ(bmc_number("count 6 52"), 1);

	/* what concerns all */
	EXPECT_EQ(ioctl(file, IPMICTL_REGISTER_FOR_CMD, &(struct ipmi_cmdspec){ 0x30, 1 }), -1);
	EXPECT_EQ(errno, EPERM);
	EXPECT_EQ(ioctl(operator, IPMICTL_REGISTER_FOR_CMD_CHANS,
			&(struct ipmi_cmdspec_chans){ 0x30, 1, 1 }), -1);
	EXPECT_EQ(errno, EPERM);
	EXPECT_EQ(ioctl(operator, IPMICTL_SET_MAINTENANCE_MODE_CMD, &(int){ 2 }), -1);
	EXPECT_EQ(errno, EPERM);
	close(file);
	close(operator);
}

static int my_address(int file)
{
	unsigned int value = 0;

	EXPECT_EQ(ioctl(file, IPMICTL_GET_MY_ADDRESS_CMD, &value), 0);
	return value;
}

/* Below Administrator the address and LUN are the file's own. */
static void address_of_its_own(void)
{
	int file = open_ordinary("user"), other = open_ordinary("user");
	struct ipmi_ipmb_addr to;
	struct reply r;
	struct wire w;

	REQUIRE(EXPECT(file >= 0 && other >= 0));
	bmc_all_answer();
	ipmi_ipmb(&to, 0, SATELLITE, 0);
	EXPECT_EQ(ioctl(file, IPMICTL_SET_MY_ADDRESS_CMD, &(unsigned int){ 0x42 }), 0);
	EXPECT_EQ(ioctl(file, IPMICTL_SET_MY_LUN_CMD, &(unsigned int){ 3 }), 0);
	EXPECT_EQ(my_address(file), 0x42);
	EXPECT_EQ(my_address(other), 0x20);
	EXPECT_EQ(my_address(fd), 0x20);
	/* until it sets one it has the interface's */
	EXPECT_EQ(ioctl(fd, IPMICTL_SET_MY_ADDRESS_CMD, &(unsigned int){ 0x44 }), 0);
	EXPECT_EQ(my_address(file), 0x42);
	EXPECT_EQ(my_address(other), 0x44);
	EXPECT_EQ(ioctl(fd, IPMICTL_SET_MY_ADDRESS_CMD, &(unsigned int){ 0x20 }), 0);

	EXPECT_EQ(ipmi_send_to(file, &to, sizeof(to), 1, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	EXPECT_EQ(ipmi_next(file, QUICK_MS, &r), 0);
	EXPECT(bmc_wire(NETFN_APP, CMD_SEND_MESSAGE, 0, &w));
	EXPECT_EQ(w.data[4], 0x42);
	EXPECT_EQ(w.data[5] & 3, 3);
	EXPECT_EQ(ipmi_send_to(other, &to, sizeof(to), 1, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	EXPECT_EQ(ipmi_next(other, QUICK_MS, &r), 0);
	EXPECT(bmc_wire(NETFN_APP, CMD_SEND_MESSAGE, 0, &w));
	EXPECT_EQ(w.data[4], 0x20);
	EXPECT_EQ(w.data[5] & 3, 2);
	close(file);
	close(other);
}

/* By itself, by a child, by who was passed it; and never up again. */
static void dropped(void)
{
	int file = ipmi_must_open(0), status = 0;

	EXPECT_EQ(level_of(file), IPMI_PRIVILEGE_ADMIN);
	EXPECT_EQ(drop_to(file, 0), -EINVAL);
	EXPECT_EQ(drop_to(file, 1), -EINVAL);
	EXPECT_EQ(drop_to(file, 5), -EINVAL);
	EXPECT_EQ(drop_to(file, 0x102), -EINVAL);
	EXPECT_EQ(ioctl(file, IPMICTL_DROP_PRIVILEGE, NULL), -1);
	EXPECT_EQ(errno, EFAULT);
	EXPECT_EQ(drop_to(file, IPMI_PRIVILEGE_ADMIN), 0);
	EXPECT_EQ(try(file, NETFN_CHASSIS, CMD_CHASSIS_STATUS, NULL, 0), 0);
	EXPECT_EQ(drop_to(file, IPMI_PRIVILEGE_OPERATOR), 0);
	EXPECT_EQ(drop_to(file, IPMI_PRIVILEGE_ADMIN), -EPERM);
	EXPECT_EQ(try(file, NETFN_APP, CMD_COLD_RESET, NULL, 0), -EPERM);
	/* a child's is the same file; root there is not more than root here */
	if (!fork())
		_exit(drop_to(file, IPMI_PRIVILEGE_USER) ||
		      drop_to(file, IPMI_PRIVILEGE_OPERATOR) != -EPERM);
	wait(&status);
	EXPECT_EQ(status, 0);
	EXPECT_EQ(level_of(file), IPMI_PRIVILEGE_USER);
	EXPECT_EQ(try(file, NETFN_CHASSIS, CMD_CHASSIS_CONTROL, "\6", 1), -EPERM);
	EXPECT_EQ(try(file, NETFN_CHASSIS, CMD_CHASSIS_STATUS, NULL, 0), 0);
	close(file);
}

/* Root of a container has CAP_SYS_RAWIO there, and is an ordinary opener here. */
static void root_of_a_container(void)
{
	int status = -1;

	EXPECT_EQ(file_write(PARAMETER, "user"), 0);
	if (!fork()) {
		int file;

		if (unshare(CLONE_NEWUSER) || file_write("/proc/self/uid_map", "0 0 1"))
			_exit(1);
		file = open("/dev/ipmi0", O_RDWR | O_CLOEXEC);
		if (file < 0)
			_exit(2);
		if (level_of(file) != IPMI_PRIVILEGE_USER)
			_exit(3);
		_exit(try(file, NETFN_CHASSIS, CMD_CHASSIS_CONTROL, "\6", 1) == -EPERM ? 0 : 4);
	}
	wait(&status);
	EXPECT_EQ(WEXITSTATUS(status), 0);
	EXPECT_EQ(file_write(PARAMETER, "admin"), 0);
}

static void refusals_are_told(void)
{
	int file = open_ordinary("user");
	long before = file_number(REFUSED);
	struct traced list[4];

	REQUIRE(EXPECT(file >= 0));
	trace_begin();
	EXPECT_EQ(try(file, NETFN_CHASSIS, CMD_CHASSIS_CONTROL, "\6", 1), -EPERM);
	trace_end();
	EXPECT_EQ(file_number(REFUSED), before + 1);
	EXPECT_EQ(trace_read(list, 4, "ipmi_request:.* netfn=0x00 cmd=0x02 .* error=-1"), 1);
	EXPECT_EQ(trace_read(list, 4, "ipmi_send:.* netfn=0x00"), 0);
	EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/nr_msgs"), 0);
	close(file);
}

static void what_proc_says(void)
{
	int file = ipmi_must_open(0), on = 1;
	struct reply r;

	EXPECT_STR(fdinfo(file, "ipmi-interface"), "0");
	EXPECT_STR(fdinfo(file, "ipmi-privilege"), "admin");
	EXPECT_STR(fdinfo(file, "ipmi-messages"), "0");
	EXPECT_STR(fdinfo(file, "ipmi-events"), "0");
	EXPECT_STR(fdinfo(file, "ipmi-registrations"), "0");
	EXPECT_EQ(ioctl(file, IPMICTL_SET_GETS_EVENTS_CMD, &on), 0);
	EXPECT_EQ(ioctl(file, IPMICTL_REGISTER_FOR_CMD, &(struct ipmi_cmdspec){ 0x30, 1 }), 0);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(ipmi_send(file, i, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	for (int i = 0; i < 100 && strcmp(fdinfo(file, "ipmi-unread"), "3"); i++)
		usleep(20000);
	EXPECT_STR(fdinfo(file, "ipmi-unread"), "3");
	EXPECT_STR(fdinfo(file, "ipmi-messages"), "3");
	EXPECT_STR(fdinfo(file, "ipmi-events"), "1");
	EXPECT_STR(fdinfo(file, "ipmi-registrations"), "1");
	EXPECT_EQ(ipmi_recv(file, &r), 0);
	EXPECT_STR(fdinfo(file, "ipmi-unread"), "2");
	close(file);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(as_ever_by_default),
	KTAP_CASE(level_of_the_opener),
	KTAP_CASE(every_command_of_a_user),
	KTAP_CASE(every_command_of_an_operator),
	KTAP_CASE(every_bridged_command),
	KTAP_CASE(every_command_by_two_bridges),
	KTAP_CASE(ways_around),
	KTAP_CASE(address_of_its_own),
	KTAP_CASE(dropped),
	KTAP_CASE(root_of_a_container),
	KTAP_CASE(refusals_are_told),
	KTAP_CASE(what_proc_says),
};

int main(void)
{
	keep_acpi_ipmi_out();
	fd = ipmi_must_open(0);
	chmod("/dev/ipmi0", 0666);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
