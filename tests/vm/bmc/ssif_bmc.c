// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/ipmi-ssif-host, the BMC's side of SSIF, on the bus of tests/modules/i2c_loop.c: what it
 * takes and refuses while this program is the host, byte by byte; then our host's driver on the
 * other side, on a bus with faults. With "alert" the BMC has a line for it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../../include/uapi/linux/ipmi_ssif_bmc.h"
#include "bmc_program.h"
#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define NODE "/dev/ipmi-ssif-host"
#define LOOP "/sys/kernel/debug/i2c_loop/"
#define STATS "/sys/class/misc/ipmi-ssif-host/ipmi_stats/"
#define ADDR 0x10
#define BLOCK 32
#define HEAD offsetof(struct ipmi_ssif_msg, payload)
#define PATIENT_MS 60000 /* no test is about that time */

/* SMBus commands. */
#define SINGLE 0x02
#define READ 0x03
#define START 0x06
#define MIDDLE 0x07
#define END 0x08
#define READ_MIDDLE 0x09
#define RETRY 0x0a

static int bus = -1;
static char host_adapter[64];
static void *volatile nowhere = (void *)8;

static void set(const char *name, const char *text)
{
	char path[64];

	snprintf(path, sizeof(path), LOOP "%s", name);
	EXPECT_EQ(file_write(path, text), 0);
}

static void set_number(const char *name, unsigned int value)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", value);
	set(name, text);
}

/* An interface whose program has so long for an answer. */
static void interface(unsigned int timeout_ms)
{
	set_number("ssif", timeout_ms);
}

static int transfer(struct i2c_msg *msgs, int n)
{
	struct i2c_rdwr_ioctl_data data = { .msgs = msgs, .nmsgs = n };

	return ioctl(bus, I2C_RDWR, &data) == n ? 0 : -errno;
}

static int host_raw(const void *bytes, int n)
{
	struct i2c_msg msg = { .addr = ADDR, .len = n, .buf = (void *)bytes };

	return transfer(&msg, 1);
}

static int host_write(int cmd, const void *data, int n)
{
	unsigned char frame[2 + 255] = { cmd, n };

	memcpy(frame + 2, data, n);
	return host_raw(frame, 2 + n);
}

/* A block: its length, or a negative errno. */
static int host_read(int cmd, unsigned char *block)
{
	unsigned char command = cmd, frame[1 + BLOCK + 1];
	struct i2c_msg msgs[] = {
		{ .addr = ADDR, .len = 1, .buf = &command },
		{ .addr = ADDR, .flags = I2C_M_RD, .len = sizeof(frame), .buf = frame },
	};
	int ret = transfer(msgs, 2);

	if (ret)
		return ret;
	if (!EXPECT(frame[0] <= BLOCK))
		return -EPROTO;
	memcpy(block, frame + 1, frame[0]);
	return frame[0];
}

static int node_open(int flags)
{
	int fd = open(NODE, O_RDWR | O_CLOEXEC | flags);

	return fd < 0 ? -errno : fd;
}

/* What a program reads: the length of the message, or a negative errno. */
static int get(int fd, struct ipmi_ssif_msg *msg, size_t room)
{
	int got = read(fd, msg, room);

	if (got < 0)
		return -errno;
	EXPECT_EQ(got, HEAD + msg->len);
	return msg->len;
}

static int put_as(int fd, const void *msg, size_t count)
{
	int done = write(fd, msg, count);

	return done < 0 ? -errno : done;
}

static int put(int fd, const void *bytes, unsigned int n)
{
	struct ipmi_ssif_msg msg = { .len = n };
	int done;

	memcpy(msg.payload, bytes, n);
	done = put_as(fd, &msg, HEAD + n);
	return done < 0 ? done : done - (int)HEAD;
}

static int revents(int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN | POLLOUT };

	poll(&wait, 1, 0);
	return wait.revents;
}

static bool becomes(const char *path, long value)
{
	for (double end = now() + 20; now() < end; usleep(2000))
		if (file_number("%s", path) == value)
			return true;
	return false;
}

static void one_program_has_it(void)
{
	int fd;

	interface(PATIENT_MS);
	fd = node_open(O_NONBLOCK);
	REQUIRE(EXPECT(fd >= 0));
	EXPECT_EQ(file_mode(NODE), 0600);
	EXPECT_EQ(node_open(0), -EBUSY);
	EXPECT_EQ(module_remove("ssif_bmc"), -EWOULDBLOCK);
	EXPECT_EQ(lseek(fd, 0, SEEK_CUR) < 0 ? -errno : 0, -ESPIPE);
	EXPECT_EQ(pread(fd, &fd, 1, 1) < 0 ? -errno : 0, -ESPIPE);
	EXPECT_EQ(ioctl(fd, _IO(0xb1, 0)) ? -errno : 0, -ENOTTY);
	close(fd);
	fd = node_open(O_NONBLOCK);
	EXPECT(fd >= 0);
	close(fd);
}

static void requests_and_answers(void)
{
	static const unsigned char longer[sizeof(struct ipmi_ssif_msg) + 1];
	struct ipmi_ssif_msg msg;
	unsigned char block[BLOCK];
	int fd = node_open(O_NONBLOCK);

	REQUIRE(EXPECT(fd >= 0));
	EXPECT_EQ(sizeof(msg), 260);
	EXPECT_EQ(get(fd, &msg, sizeof(msg)), -EAGAIN);
	EXPECT_EQ(revents(fd), 0);
	EXPECT_EQ(host_read(READ, block), 0);
	EXPECT_EQ(host_write(SINGLE, "\x18\x01\x07", 3), 0);
	EXPECT_EQ(revents(fd), POLLIN);
	EXPECT_EQ(host_read(READ, block), -ENXIO);
	/* too little room, or none: it stays */
	EXPECT_EQ(get(fd, &msg, HEAD + 2), -EINVAL);
	EXPECT_EQ(get(fd, nowhere, sizeof(msg)), -EFAULT);
	EXPECT_EQ(revents(fd), POLLIN);
	EXPECT_EQ(get(fd, &msg, HEAD + 3), 3);
	EXPECT(!memcmp(msg.payload, "\x18\x01\x07", 3));
	EXPECT_EQ(revents(fd), 0);
	EXPECT_EQ(get(fd, &msg, sizeof(msg)), -EAGAIN);
	/* what is no message */
	memcpy(msg.payload, "\x1c\x01\x00\x42", 4);
	msg.len = 4;
	EXPECT_EQ(put_as(fd, &msg, HEAD - 1), -EINVAL);
	EXPECT_EQ(put_as(fd, &msg, HEAD + 3), -EINVAL);
	EXPECT_EQ(put_as(fd, longer, sizeof(longer)), -EINVAL);
	EXPECT_EQ(put_as(fd, nowhere, HEAD + 4), -EFAULT);
	msg.len = 0;
	EXPECT_EQ(put_as(fd, &msg, sizeof(msg)), -EINVAL);
	msg.len = 255;
	EXPECT_EQ(put_as(fd, &msg, sizeof(msg)), -EINVAL);
	msg.len = 0xffffffff;
	EXPECT_EQ(put_as(fd, &msg, sizeof(msg)), -EINVAL);
	EXPECT_EQ(host_read(READ, block), -ENXIO);
	/* what is behind it does not matter */
	msg.len = 4;
	EXPECT_EQ(put_as(fd, &msg, sizeof(msg)), sizeof(msg));
	EXPECT_EQ(host_read(READ, block), 4);
	EXPECT(!memcmp(block, "\x1c\x01\x00\x42", 4));
	EXPECT_EQ(put(fd, "\x1c\x01\x00", 3), -EINVAL);
	close(fd);
}

/* Both ways in several parts, at the lengths where their number changes. */
static void several_parts(void)
{
	static const unsigned char lengths[] = { 32, 33, 61,  62,  64,	65,  92, 93,
						 96, 97, 216, 217, 247, 248, 254 };
	unsigned char bytes[254], block[BLOCK];
	int fd = node_open(O_NONBLOCK);
	struct ipmi_ssif_msg msg;

	REQUIRE(EXPECT(fd >= 0));
	for (unsigned int i = 0; i < ARRAY_SIZE(lengths); i++) {
		int n = lengths[i], at;

		for (int k = 0; k < n; k++)
			bytes[k] = k * 3 + n;
		memcpy(bytes, "\xb8\x42", 2);
		for (at = 0; n > BLOCK && at + BLOCK < n; at += BLOCK)
			EXPECT_EQ(host_write(at ? MIDDLE : START, bytes + at, BLOCK), 0);
		EXPECT_EQ(host_write(at ? END : SINGLE, bytes + at, n - at), 0);
		EXPECT_EQ(get(fd, &msg, sizeof(msg)), n);
		EXPECT(!memcmp(msg.payload, bytes, n));
		bytes[0] |= 4;
		EXPECT_EQ(put(fd, bytes, n), n);
		if (n <= BLOCK) {
			EXPECT_EQ(host_read(READ, block), n);
			EXPECT(!memcmp(block, bytes, n));
			continue;
		}
		EXPECT_EQ(host_read(READ, block), BLOCK);
		EXPECT(!memcmp(block, "\0\1", 2) && !memcmp(block + 2, bytes, 30));
		for (at = 30; at < n;) {
			int got = host_read(READ_MIDDLE, block);

			if (!EXPECT(got > 1))
				break;
			EXPECT_EQ(block[0], at + got - 1 == n ? 0xff : (at - 30) / 31);
			EXPECT(!memcmp(block + 1, bytes + at, got - 1));
			at += got - 1;
		}
		EXPECT_EQ(at, n);
		EXPECT_EQ(host_write(RETRY, "\0", 1), 0);
		EXPECT(host_read(READ_MIDDLE, block) > 1);
		EXPECT(!memcmp(block + 1, bytes + 30, 1));
	}
	close(fd);
}

/* An answer that comes too late is nobody's, and the request that came meanwhile is whole. */
static void late_answers(void)
{
	struct ipmi_ssif_msg msg;
	unsigned char block[BLOCK];
	int fd;

	interface(20);
	fd = node_open(O_NONBLOCK);
	REQUIRE(EXPECT(fd >= 0));
	/* one that nobody reads is given up too */
	EXPECT_EQ(host_write(SINGLE, "\x18\x01", 2), 0);
	EXPECT(becomes(STATS "given_up", 1));
	EXPECT_EQ(get(fd, &msg, sizeof(msg)), -EAGAIN);
	EXPECT_EQ(host_read(READ, block), 0);
	close(fd);

	interface(PATIENT_MS);
	fd = node_open(O_NONBLOCK);
	REQUIRE(EXPECT(fd >= 0));
	EXPECT_EQ(host_write(SINGLE, "\x18\x01\xaa", 3), 0);
	EXPECT_EQ(get(fd, &msg, sizeof(msg)), 3);
	/* the host asks something else */
	EXPECT_EQ(host_write(SINGLE, "\x18\x02\xbb\xcc", 4), 0);
	EXPECT_EQ(put(fd, "\x1c\x01\x00", 3), -EINVAL);
	EXPECT_EQ(revents(fd), POLLIN);
	EXPECT_EQ(host_read(READ, block), -ENXIO);
	EXPECT_EQ(get(fd, &msg, sizeof(msg)), 4);
	EXPECT(!memcmp(msg.payload, "\x18\x02\xbb\xcc", 4));
	EXPECT_EQ(put(fd, "\x1c\x01\x00", 3), -EINVAL);
	EXPECT_EQ(put(fd, "\x1c\x02\x00", 3), 3);
	EXPECT_EQ(host_read(READ, block), 3);
	EXPECT(!memcmp(block, "\x1c\x02\x00", 3));
	EXPECT_EQ(file_number(STATS "late"), 2);
	/* who leaves does not answer */
	EXPECT_EQ(host_write(SINGLE, "\x18\x01", 2), 0);
	EXPECT_EQ(get(fd, &msg, sizeof(msg)), 2);
	close(fd);
	EXPECT_EQ(host_read(READ, block), 0);
	EXPECT_EQ(file_number(STATS "given_up"), 1);
}

static void nothing(int signal)
{
	(void)signal;
}

/* A read that waits: for a request, for a signal. */
static void waits(void)
{
	struct sigaction catch = { .sa_handler = nothing };
	struct ipmi_ssif_msg msg;
	unsigned char block[BLOCK];
	int fd = node_open(0), status = 0;
	pid_t pid;

	REQUIRE(EXPECT(fd >= 0));
	sigaction(SIGALRM, &catch, NULL);
	ualarm(50000, 50000);
	EXPECT_EQ(get(fd, &msg, sizeof(msg)), -EINTR);
	ualarm(0, 0);
	pid = fork();
	if (!pid)
		_exit(get(fd, &msg, sizeof(msg)) == 2 && put(fd, "\x1c\x01\x00", 3) == 3 ? 0 : 1);
	usleep(50000);
	EXPECT_EQ(waitpid(pid, &status, WNOHANG), 0);
	EXPECT_EQ(host_write(SINGLE, "\x18\x01", 2), 0);
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	EXPECT_EQ(status, 0);
	EXPECT_EQ(host_read(READ, block), 3);
	close(fd);
}

static void a_device_that_goes(void)
{
	int fd = node_open(0), again, status = 0;
	struct ipmi_ssif_msg msg;
	pid_t pid;

	REQUIRE(EXPECT(fd >= 0));
	pid = fork();
	if (!pid)
		_exit(get(fd, &msg, sizeof(msg)) == -ENODEV ? 0 : 1);
	usleep(50000);
	set("ssif", "none");
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	EXPECT_EQ(status, 0);
	EXPECT_EQ(access(NODE, F_OK), -1);
	EXPECT_EQ(host_write(SINGLE, "\x18\x01", 2), -ENXIO);
	EXPECT_EQ(get(fd, &msg, sizeof(msg)), -ENODEV);
	EXPECT_EQ(put(fd, "\x1c\x01\x00", 3), -ENODEV);
	EXPECT_EQ(revents(fd), POLLERR | POLLHUP);
	interface(PATIENT_MS);
	EXPECT_EQ(get(fd, &msg, sizeof(msg)), -ENODEV);
	again = node_open(O_NONBLOCK);
	REQUIRE(EXPECT(again >= 0));
	close(fd);
	/* it goes with a request that nobody has read, and its time running */
	EXPECT_EQ(host_write(SINGLE, "\x18\x01", 2), 0);
	interface(PATIENT_MS);
	close(again);
	fd = node_open(O_NONBLOCK);
	EXPECT_EQ(get(fd, &msg, sizeof(msg)), -EAGAIN);
	close(fd);
}

/* Blocks of 0 to 255 bytes that say they are of another length, and bytes in any order. */
static void a_hostile_host(void)
{
	unsigned char bytes[300], block[BLOCK];
	pid_t pid = bmc_program_start(NODE);
	struct ipmi_ssif_msg msg;
	unsigned int seed = 5;
	int fd;

	REQUIRE(EXPECT(pid > 0));
	for (int says = 0; says < 256; says += says >= 28 && says < 38 ? 1 : 9) {
		set("stubborn", says & 1 ? "Y" : "N");
		for (int has = 0; has < 256; has += has >= 30 && has < 38 ? 1 : 15) {
			memset(bytes, 0x55, sizeof(bytes));
			bytes[0] = (says & 2 ? START : SINGLE) + (has & 1 && says & 2);
			bytes[1] = says;
			host_raw(bytes, 2 + has);
		}
	}
	for (int i = 0; i < 1000; i++) {
		int n = 1 + (seed >> 8) % 40;

		for (int k = 0; k < n; k++) {
			seed = seed * 1103515245 + 12345;
			bytes[k] = k ? seed >> 16 : (seed >> 16) % 12;
		}
		if (seed >> 20 & 1)
			bytes[1] = n - 2;
		if (seed >> 21 & 1)
			host_raw(bytes, n);
		else
			host_read(bytes[0], block);
	}
	EXPECT_EQ(kill(pid, 0), 0);
	bmc_program_stop(pid);
	set("stubborn", "N");
	fd = node_open(O_NONBLOCK);
	REQUIRE(EXPECT(fd >= 0));
	EXPECT_EQ(host_write(SINGLE, "\x18\x01\x07", 3), 0);
	EXPECT_EQ(get(fd, &msg, sizeof(msg)), 3);
	EXPECT_EQ(put(fd, "\x1c\x01\x00", 3), 3);
	EXPECT_EQ(host_read(READ, block), 3);
	close(fd);
	ktap_note("%ld requests among them, and %ld that were none", file_number(STATS "requests"),
		  file_number(STATS "malformed"));
}

static int ipmi = -1;
static pid_t program;

static int echo(int n, int m)
{
	unsigned char data[300] = { m, m >> 8 };
	struct reply r;
	int ret;

	for (int i = 2; i < n; i++)
		data[i] = i * 5 + n;
	ret = ipmi_ask(ipmi, BMC_NETFN_OEM, BMC_CMD_ECHO, data, n, &r);
	if (ret)
		return ret;
	if (r.data[0])
		return r.data[0];
	if (r.len != m)
		return -EBADMSG;
	for (int i = 1; i < m; i++)
		if (r.data[i] != (unsigned char)(data[i % n] + i))
			return -EBADMSG;
	return 0;
}

/* Our host's driver on the other side. */
static void both_sides_meet(void)
{
	struct reply r;

	program = bmc_program_start(NODE);
	REQUIRE(EXPECT(program > 0));
	EXPECT_EQ(run("echo ipmi_ssif 0x10 >%s/new_device", host_adapter), 0);
	ipmi = ipmi_must_open(0);
	EXPECT_EQ(ipmi_ask(ipmi, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	EXPECT_EQ(r.data[0], 0);
	EXPECT_EQ(r.len, 16);
	for (int n = 2; n <= 252; n += n % 31 < 2 ? 1 : 5)
		if (!EXPECT_EQ(echo(n, 5), 0))
			ktap_note("with %d bytes", n);
	for (int m = 1; m <= 252; m += m % 31 < 2 ? 1 : 5)
		if (!EXPECT_EQ(echo(2, m), 0))
			ktap_note("with %d bytes of answer", m);
	EXPECT_EQ(echo(252, 252), 0);
	set("extra", "Y");
	EXPECT_EQ(echo(100, 100), 0);
	set("extra", "N");
	/* ends of transfers that nobody tells of */
	set("stops", "1000");
	EXPECT_EQ(echo(100, 100), 0);
	set("stops", "0");
}

/* With a PEC each byte that is wrong is noticed, and no request is lost by it. */
static void a_fault_on_the_bus(void)
{
	int fine = 0;

	for (int at = 1; at < 130; at += at < 8 ? 1 : 11) {
		set_number("flip", at % 3 ? 0x01 : 0xa4);
		set_number("strike", at);
		fine += !echo(40, 40);
		set_number("strike", 0);
		if (!EXPECT_EQ(echo(40, 40), 0))
			ktap_note("after a fault at byte %d", at);
	}
	ktap_note("%d requests were answered in spite of it", fine);
	EXPECT(fine >= 10);
}

/* The BMC goes, with its program, and comes again. */
static void a_bmc_that_goes(void)
{
	int ret = -1;

	set("ssif", "none");
	EXPECT(echo(4, 5) != 0);
	interface(PATIENT_MS);
	bmc_program_stop(program);
	program = bmc_program_start(NODE);
	REQUIRE(EXPECT(program > 0));
	for (double end = now() + 30; ret && now() < end; usleep(50000))
		ret = echo(4, 5);
	EXPECT_EQ(ret, 0);
}

/* The line is low while there is an answer of which the host has seen nothing. */
static void alerts(void)
{
	long raised = file_number(LOOP "alerts");
	struct ipmi_ssif_msg msg;
	unsigned char block[BLOCK];
	int fd;

	if (!mode_is("alert"))
		return;
	fd = node_open(O_NONBLOCK);
	REQUIRE(EXPECT(fd >= 0));
	for (int i = 1; i <= 3; i++) {
		EXPECT_EQ(host_write(SINGLE, "\x18\x01", 2), 0);
		EXPECT_EQ(get(fd, &msg, sizeof(msg)), 2);
		EXPECT_EQ(file_number(LOOP "alerts"), raised + i - 1);
		EXPECT_EQ(put(fd, "\x1c\x01\x00", 3), 3);
		EXPECT(becomes(LOOP "alerts", raised + i));
		EXPECT_EQ(host_read(READ, block), 3);
		EXPECT_EQ(host_read(READ, block), 3);
		EXPECT(becomes(LOOP "low", 0));
	}
	EXPECT_EQ(host_write(SINGLE, "\x18\x01", 2), 0);
	EXPECT_EQ(get(fd, &msg, sizeof(msg)), 2);
	EXPECT_EQ(put(fd, "\x1c\x01\x00", 3), 3);
	EXPECT(becomes(LOOP "low", 1));
	/* who goes takes it back */
	interface(PATIENT_MS);
	EXPECT_EQ(file_number(LOOP "low"), 0);
	close(fd);
}

/* And our host's driver hears it. */
static void alerts_are_heard(void)
{
	char path[128];

	if (!mode_is("alert"))
		return;
	EXPECT_EQ(echo(4, 5), 0);
	snprintf(path, sizeof(path), "%s/%s-0010/alerts", host_adapter, strrchr(host_adapter, '-') + 1);
	ktap_note("%ld alerts", file_number("%s", path));
	EXPECT(file_number("%s", path) > 0);
}

static void all_goes(void)
{
	close(ipmi);
	bmc_program_stop(program);
	close(bus);
	EXPECT_EQ(run("echo 0x10 >%s/delete_device", host_adapter), 0);
	/* its line is the module's, which stays as long as that */
	set("ssif", "none");
	EXPECT_EQ(module_remove("i2c_loop"), 0);
	EXPECT_EQ(access(NODE, F_OK), -1);
	EXPECT_EQ(module_remove("ssif_bmc"), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(one_program_has_it),
	KTAP_CASE(requests_and_answers),
	KTAP_CASE(several_parts),
	KTAP_CASE(late_answers),
	KTAP_CASE(waits),
	KTAP_CASE(a_device_that_goes),
	KTAP_CASE(a_hostile_host),
	KTAP_CASE(alerts),
	KTAP_CASE(both_sides_meet),
	KTAP_CASE(a_fault_on_the_bus),
	KTAP_CASE(alerts_are_heard),
	KTAP_CASE(a_bmc_that_goes),
	KTAP_CASE(all_goes),
};

int main(int argc, char **argv)
{
	char node[32];

	mode = argc > 1 ? argv[1] : "";
	run("grep -lx 'i2c_loop host' /sys/bus/i2c/devices/i2c-*/name | sed 's,/name,,'");
	snprintf(host_adapter, sizeof(host_adapter), "%.*s", (int)strcspn(output(), "\n"), output());
	snprintf(node, sizeof(node), "/dev/i2c-%s", strrchr(host_adapter, '-') ? strrchr(host_adapter, '-') + 1 : "");
	bus = open(node, O_RDWR | O_CLOEXEC);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
