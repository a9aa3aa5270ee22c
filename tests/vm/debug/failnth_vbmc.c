// SPDX-License-Identifier: GPL-2.0-only
/*
 * As failnth.c, of /dev/ipmi-vbmc: every allocation, and every copy from and to user space, fails once
 * in making an interface, in each thing that is read and written, in its end, and in its files of
 * sysfs; then some of everybody's, so that the work that brings the interface meets it, too. This
 * process is the BMC, and the user of the interface.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"
#include "nth.h"
#include "program_bmc.h"

#define DEBUG "/sys/kernel/debug/"
#define STRIDE 5
#define PLACES 400
#define UNUSED __attribute__((unused))
#define CMD_OURS 0x33

static int fd = -1; /* of the device */
static int user = -1; /* of /dev/ipmi0 */
static struct vbmc_packet request;

/* The interface is there, or it will not come: answers what is asked until then. */
static bool serve_until_up(void)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	struct vbmc_packet p;

	for (;;) {
		if (poll(&wait, 1, ANSWER_MS) != 1 || wait.revents & (POLLHUP | POLLERR) ||
		    vbmc_read(fd, &p))
			return false;
		if (p.header.type == IPMI_VBMC_UP)
			return true;
		vbmc_answer(fd, &p);
	}
}

static int act_create(void)
{
	struct ipmi_vbmc_create create = { 0 };

	fd = open("/dev/ipmi-vbmc", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return ioctl(fd, IPMI_VBMC_CREATE, &create) ? -errno : 0;
}

/* All of it is gone with the file, however far it came. */
static void after_create(int result)
{
	if (!result)
		EXPECT(serve_until_up());
	if (fd >= 0)
		close(fd);
	fd = -1;
	EXPECT_EQ(ipmi_nodes(), 0);
}

static bool begin(void)
{
	return EXPECT_EQ(act_create(), 0) && EXPECT(serve_until_up()) &&
	       EXPECT((user = ipmi_must_open(0)) >= 0);
}

static void end(void)
{
	close(user);
	close(fd);
	user = fd = -1;
	EXPECT_EQ(ipmi_nodes(), 0);
}

static int act_close(void)
{
	close(fd);
	return 0;
}

static void after_close(UNUSED int result)
{
	EXPECT_EQ(ipmi_nodes(), 0);
	EXPECT_EQ(act_create(), 0);
	EXPECT(serve_until_up());
}

static void comes_and_goes(void)
{
	nth_each("create", act_create, after_create);
	REQUIRE(EXPECT_EQ(act_create(), 0) && EXPECT(serve_until_up()));
	nth_each("close", act_close, after_close);
	close(fd);
	EXPECT_EQ(ipmi_nodes(), 0);
}

static void ask(void)
{
	EXPECT_EQ(ipmi_send(user, 1, NETFN_OEM, CMD_ECHO, "hello", 5), 0);
}

static void is_answered(void)
{
	struct reply r;

	EXPECT_EQ(ipmi_next(user, ANSWER_MS, &r), 0);
	EXPECT_HEX(r.data, r.len, "00 68 65 6c 6c 6f");
}

static int act_read(void)
{
	return vbmc_read(fd, &request);
}

/* What could not be read is still there. */
static void after_read(int result)
{
	if (result)
		EXPECT_EQ(vbmc_read(fd, &request), 0);
	EXPECT_EQ(vbmc_answer(fd, &request), 0);
	is_answered();
	ask();
}

static int act_answer(void)
{
	return vbmc_answer(fd, &request);
}

/* What could not be written can be written again. */
static void after_answer(int result)
{
	if (result)
		EXPECT_EQ(vbmc_answer(fd, &request), 0);
	is_answered();
	ask();
	EXPECT_EQ(vbmc_read(fd, &request), 0);
}

static int act_event(void)
{
	static const unsigned char event[16] = { 1, 0, 2, 0, 0, 0, 0, 0x20, 0, 4, 8, 1, 0x6f, 0xa0 };

	return vbmc_write(fd, IPMI_VBMC_EVENT, 0, event, sizeof(event));
}

static int act_message(void)
{
	/* channel 0, to 20h LUN 2, from 24h: OEM 2Eh 33h */
	unsigned char command[] = { 0, 0xba, 0, 0x24, 0x04, CMD_OURS, 0xaa, 0 };

	command[2] = ipmb_sum(command + 1, 1) - 0x20;
	command[7] = ipmb_sum(command + 3, 4);
	return vbmc_write(fd, IPMI_VBMC_MESSAGE, 0, command, sizeof(command));
}

/* What was taken comes, once; what was not does not. */
static void after_brought(int result)
{
	struct reply r;

	if (!result)
		EXPECT_EQ(ipmi_next(user, ANSWER_MS, &r), 0);
	EXPECT_EQ(ipmi_recv(user, &r), -EAGAIN);
}

static int act_pretimeout(void)
{
	return vbmc_write(fd, IPMI_VBMC_PRETIMEOUT, 0, NULL, 0);
}

static void nothing(UNUSED int result)
{
}

static void reads_and_writes(void)
{
	REQUIRE(begin());
	ask();
	nth_each("read", act_read, after_read);
	EXPECT_EQ(vbmc_read(fd, &request), 0);
	nth_each("answer", act_answer, after_answer);
	EXPECT_EQ(vbmc_answer(fd, &request), 0);
	is_answered();
	EXPECT_EQ(ipmi_set(user, IPMICTL_SET_GETS_EVENTS_CMD, 1), 0);
	EXPECT_EQ(ipmi_register(user, NETFN_OEM, CMD_OURS, IPMI_CHAN_ALL), 0);
	nth_each("event", act_event, after_brought);
	nth_each("message", act_message, after_brought);
	nth_each("pre-timeout", act_pretimeout, nothing);
	end();
}

static glob_t files;
static size_t which;

static int act_file(void)
{
	char text[4096];
	int file = open(files.gl_pathv[which], O_RDONLY | O_CLOEXEC), ret;

	if (file < 0)
		return -errno;
	ret = read(file, text, sizeof(text)) < 0 ? -errno : 0;
	close(file);
	return ret;
}

static void files_of_sysfs(void)
{
	REQUIRE(begin());
	glob("/sys/devices/platform/ipmi_vbmc.0/[aemrltw]*", 0, NULL, &files);
	for (which = 0; which < files.gl_pathc; which++)
		if (!act_file())
			nth_each(files.gl_pathv[which], act_file, nothing);
	EXPECT(which > 4);
	globfree(&files);
	end();
}

/* The n-th allocation of all, whoever makes it. */
static void everybody(void)
{
	int failed = 0, struck = 0;
	char text[32];

	for (int n = 2; n < PLACES; n += STRIDE) {
		bool up;

		snprintf(text, sizeof(text), "%d", n);
		file_write(DEBUG "failslab/interval", text);
		file_write(DEBUG "failslab/times", "1");
		file_write(DEBUG "failslab/probability", "100");
		up = !act_create() && serve_until_up();
		file_write(DEBUG "failslab/probability", "0");
		struck += file_number(DEBUG "failslab/times") == 0;
		failed += !up;
		if (up) {
			user = ipmi_open(0);
			EXPECT(user >= 0);
			ask();
			EXPECT_EQ(vbmc_read(fd, &request), 0);
			EXPECT_EQ(vbmc_answer(fd, &request), 0);
			is_answered();
			close(user);
		}
		close(fd);
		EXPECT_EQ(ipmi_nodes(), 0);
	}
	ktap_note("%d faults, of which %d were refusals", struck, failed);
	EXPECT(struck);
	REQUIRE(begin());
	end();
}

int main(void)
{
	static const struct ktap_case cases[] = {
		KTAP_CASE(comes_and_goes),
		KTAP_CASE(reads_and_writes),
		KTAP_CASE(files_of_sysfs),
		KTAP_CASE(everybody),
	};

	nth_open();
	return ktap_main(cases, ARRAY_SIZE(cases));
}
