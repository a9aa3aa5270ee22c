// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/ipmb-N of ipmb_dev_int, on the bus of tests/modules/i2c_loop.c, with this program as the
 * master at the other end, or a second node there.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "ipmb_bus.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define NOBODY 0x44
#define QUEUE 256

static int bus = -1, node = -1;
static void *volatile nowhere = (void *)8;

static void set(const char *path, const char *text)
{
	EXPECT_EQ(file_write(path, text), 0);
}

static int revents(int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN | POLLOUT };

	poll(&wait, 1, 0);
	return wait.revents;
}

/* This program is the master at the host's end: messages in one transfer. */
static int master(unsigned char *a, int an, unsigned char *b, int bn)
{
	struct i2c_msg msgs[2] = {
		{ .addr = IPMB_BMC >> 1, .len = an, .buf = a },
		{ .addr = IPMB_BMC >> 1, .len = bn, .buf = b },
	};
	struct i2c_rdwr_ioctl_data all = { .msgs = msgs, .nmsgs = b ? 2 : 1 };

	return ioctl(bus, I2C_RDWR, &all) < 0 ? -errno : 0;
}

/* One request to the BMC, from the master. */
static void master_asks(int cmd)
{
	unsigned char m[64];
	int n = ipmb_message(m, IPMB_BMC, NETFN_APP, IPMB_HOST, 1, cmd, NULL, 0);

	EXPECT_EQ(master(m + 2, n - 2, NULL, 0), 0);
}

static void the_node(void)
{
	unsigned char m[300];

	REQUIRE(EXPECT_EQ(file_mode("%s", ipmb_bmc_node), 0600));
	node = open(ipmb_bmc_node, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	REQUIRE(EXPECT(node >= 0));
	EXPECT_EQ(ipmb_get(node, m, sizeof(m)), -EAGAIN);
	EXPECT_EQ(revents(node), POLLOUT);
	EXPECT_EQ(lseek(node, 0, SEEK_SET) < 0 ? -errno : 0, -ESPIPE);
	/* not exclusive */
	EXPECT_EQ(close(open(ipmb_bmc_node, O_RDWR | O_CLOEXEC)), 0);
	EXPECT_STR(link_name("/sys/class/misc/ipmb-%d/device/driver", ipmb_bmc_adapter), "ipmb-dev");
}

static void in_their_order(void)
{
	unsigned char m[300];

	for (int i = 0; i < 5; i++)
		master_asks(i);
	EXPECT_EQ(revents(node), POLLIN | POLLOUT);
	for (int i = 0; i < 5; i++) {
		EXPECT_EQ(ipmb_get(node, m, sizeof(m)), 8);
		EXPECT_EQ(m[0], 7);
		EXPECT_EQ(m[1], IPMB_BMC);
		EXPECT_EQ(m[6], i);
	}
	EXPECT_EQ(revents(node), POLLOUT);
	/* what there is no room for is lost, and what cannot be copied is not */
	master_asks(1);
	master_asks(2);
	EXPECT_EQ(ipmb_get(node, m, 0), 0);
	EXPECT_EQ(ipmb_get(node, nowhere, 8), -EFAULT);
	EXPECT_EQ(ipmb_get(node, m, 7), 7);
	EXPECT_EQ(m[6], 1);
	EXPECT_EQ(ipmb_get(node, m, sizeof(m)), 8);
	EXPECT_EQ(m[6], 2);
}

static void more_than_there_is_room_for(void)
{
	long dropped = ipmb_count(ipmb_bmc_adapter, "dropped");
	unsigned char m[300];

	for (int i = 0; i < QUEUE + 3; i++)
		master_asks(i & 0xff);
	EXPECT_EQ(ipmb_count(ipmb_bmc_adapter, "dropped"), dropped + 3);
	for (int i = 0; i < QUEUE; i++) {
		ipmb_get(node, m, sizeof(m));
		if (!EXPECT_EQ(m[6], i))
			break;
	}
	EXPECT_EQ(ipmb_get(node, m, sizeof(m)), -EAGAIN);
}

static void what_is_no_message(void)
{
	long malformed = ipmb_count(ipmb_bmc_adapter, "malformed");
	unsigned char m[300] = { 0 }, longest[300] = { 0 };
	int n = ipmb_message(m, IPMB_BMC, NETFN_APP, IPMB_HOST, 1, 1, NULL, 0);

	EXPECT_EQ(master(m + 2, 5, NULL, 0), 0);
	m[3] ^= 1;
	EXPECT_EQ(master(m + 2, n - 2, NULL, 0), 0);
	m[3] ^= 1;
	memcpy(longest, m, n);
	EXPECT_EQ(master(longest + 2, 239, NULL, 0), 0);
	EXPECT_EQ(ipmb_count(ipmb_bmc_adapter, "malformed"), malformed + 3);
	EXPECT_EQ(ipmb_get(node, m, sizeof(m)), -EAGAIN);
	/* the longest, and one whose second checksum is wrong: that is the program's to see */
	EXPECT_EQ(master(longest + 2, 238, NULL, 0), 0);
	EXPECT_EQ(ipmb_get(node, m, sizeof(m)), 240);
	EXPECT_EQ(m[0], 239);
	EXPECT_EQ(ipmb_count(ipmb_bmc_adapter, "malformed"), malformed + 3);
}

/* A message ends at a repeated start too, and where a stop was not seen. */
static void without_a_stop(void)
{
	unsigned char a[32], b[32], m[300];
	int an = ipmb_message(a, IPMB_BMC, NETFN_APP, IPMB_HOST, 1, 1, "\1\2", 2);
	int bn = ipmb_message(b, IPMB_BMC, NETFN_APP, IPMB_HOST, 2, 2, NULL, 0);

	EXPECT_EQ(master(a + 2, an - 2, b + 2, bn - 2), 0);
	EXPECT_EQ(ipmb_get(node, m, sizeof(m)), an);
	EXPECT_EQ(memcmp(a, m, an), 0);
	EXPECT_EQ(ipmb_get(node, m, sizeof(m)), bn);
	EXPECT_EQ(memcmp(b, m, bn), 0);
	set("/sys/kernel/debug/i2c_loop/stops", "1");
	EXPECT_EQ(master(a + 2, an - 2, NULL, 0), 0);
	EXPECT_EQ(ipmb_get(node, m, sizeof(m)), -EAGAIN);
	EXPECT_EQ(master(b + 2, bn - 2, NULL, 0), 0);
	EXPECT_EQ(ipmb_get(node, m, sizeof(m)), an);
	EXPECT_EQ(ipmb_get(node, m, sizeof(m)), bn);
}

/* Two nodes: one writes messages, and one without the property blocks of the SMBus. */
static void what_is_sent(void)
{
	unsigned char m[300] = { 0 }, got[300];
	long malformed;
	int n, other;

	ipmb_host_write("new_device", "ipmb-dev 0x1030");
	other = open(ipmb_host_node, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	REQUIRE(EXPECT(other >= 0));
	n = ipmb_message(m, IPMB_HOST, NETFN_APP, IPMB_BMC, 3, 1, "\1\2\3", 3);
	for (int i = 0; i < 8; i++)
		EXPECT_EQ(ipmb_put(node, m, i), -EINVAL);
	EXPECT_EQ(ipmb_put(node, m, n - 1), -EINVAL);
	EXPECT_EQ(ipmb_put(node, m, 241), -EINVAL);
	m[0] = 6;
	EXPECT_EQ(ipmb_put(node, m, n), -EINVAL);
	m[0] = n - 1;
	EXPECT_EQ(ipmb_put(node, nowhere, n), -EFAULT);
	EXPECT_EQ(ipmb_get(other, got, sizeof(got)), -EAGAIN);
	EXPECT_EQ(ipmb_put(node, m, n), n);
	EXPECT_EQ(ipmb_get(other, got, sizeof(got)), n);
	EXPECT_EQ(memcmp(m, got, n), 0);
	/* what is behind it is ignored */
	EXPECT_EQ(ipmb_put(node, m, n + 5), n + 5);
	EXPECT_EQ(ipmb_get(other, got, sizeof(got)), n);
	EXPECT_EQ(ipmb_count(ipmb_bmc_adapter, "sent"), 2);
	m[1] = NOBODY;
	EXPECT_EQ(ipmb_put(node, m, n), -ENXIO);
	EXPECT_EQ(ipmb_count(ipmb_bmc_adapter, "failed"), 1);

	n = ipmb_message(m, IPMB_BMC, NETFN_APP, IPMB_HOST, 3, 1, NULL, 0);
	malformed = ipmb_count(ipmb_bmc_adapter, "malformed");
	EXPECT_EQ(ipmb_put(other, m, n), n);
	EXPECT_EQ(ipmb_count(ipmb_bmc_adapter, "malformed"), malformed + 1);
	EXPECT_EQ(ipmb_get(node, got, sizeof(got)), -EAGAIN);
	m[0] = 35;
	EXPECT_EQ(ipmb_put(other, m, 36), -EMSGSIZE);
	m[0] = 34;
	EXPECT_EQ(ipmb_put(other, m, 35), 35);
	close(other);
	ipmb_host_write("delete_device", "0x1030");
	EXPECT_EQ(access(ipmb_host_node, F_OK), -1);
}

static void a_device_that_goes(void)
{
	int fd = open(ipmb_bmc_node, O_RDWR | O_CLOEXEC), status = 0;
	unsigned char m[64];
	pid_t pid;

	pid = fork();
	if (!pid)
		_exit(ipmb_get(fd, m, sizeof(m)) == -ENODEV ? 0 : 1);
	usleep(50000);
	EXPECT_EQ(waitpid(pid, &status, WNOHANG), 0);
	set(IPMB_CLIENT "present", "0");
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	EXPECT_EQ(status, 0);
	EXPECT_EQ(access(ipmb_bmc_node, F_OK), -1);
	EXPECT_EQ(ipmb_get(fd, m, sizeof(m)), -ENODEV);
	EXPECT_EQ(ipmb_put(fd, m, ipmb_message(m, IPMB_HOST, NETFN_APP, IPMB_BMC, 3, 1, NULL, 0)),
		  -ENODEV);
	EXPECT_EQ(revents(fd), POLLERR | POLLHUP);
	EXPECT_EQ(module_remove("ipmb_dev_int"), -EWOULDBLOCK);
	set(IPMB_CLIENT "present", "0x10");
	EXPECT_EQ(ipmb_get(fd, m, sizeof(m)), -ENODEV);
	close(fd);
	close(node);
	node = open(ipmb_bmc_node, O_RDWR | O_CLOEXEC);
	REQUIRE(EXPECT(node >= 0));
	/* a reader waits for what comes */
	pid = fork();
	if (!pid)
		_exit(ipmb_get(node, m, sizeof(m)) == 8 ? 0 : 1);
	usleep(50000);
	EXPECT_EQ(waitpid(pid, &status, WNOHANG), 0);
	master_asks(1);
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	EXPECT_EQ(status, 0);
	close(node);
}

static void all_goes(void)
{
	close(bus);
	EXPECT_EQ(module_remove("ipmb_client"), 0);
	EXPECT_EQ(access(ipmb_bmc_node, F_OK), -1);
	EXPECT_EQ(module_remove("ipmb_dev_int"), 0);
	EXPECT_EQ(module_remove("i2c_loop"), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(the_node),
	KTAP_CASE(in_their_order),
	KTAP_CASE(more_than_there_is_room_for),
	KTAP_CASE(what_is_no_message),
	KTAP_CASE(without_a_stop),
	KTAP_CASE(what_is_sent),
	KTAP_CASE(a_device_that_goes),
	KTAP_CASE(all_goes),
};

int main(void)
{
	char path[32];

	ipmb_bus_init();
	snprintf(path, sizeof(path), "/dev/i2c-%d", ipmb_host_adapter);
	bus = open(path, O_RDWR | O_CLOEXEC);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
