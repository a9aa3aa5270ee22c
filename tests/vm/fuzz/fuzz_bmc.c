// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hostile BMC: its answers have wrong bytes and wrong lengths, or the line is cut in the
 * middle of one. Every request has to end once, as what it was and in time; nothing may stay
 * behind, and with the last fault the trouble has to be over. The first argument is the number
 * of seconds (20). The BMC is that of tests/bmc.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define CHILDREN 4
#define WIRE_MAX 24 /* bytes of a Get Device ID's answer on the wire, escapes included */
#define END_MS 30000 /* in which a request has to end, whatever the BMC does */
#define UP_S 60 /* in which an interface has to come up after all */
#define HOTMOD "/sys/module/ipmi_si/parameters/hotmod"

static int seconds = 20;
static struct {
	long asked, right, changed, lost;
} *shared;

static int ask(int fd, long msgid, int cmd, const unsigned char *data, int len, struct reply *r)
{
	int netfn = cmd == CMD_ECHO ? NETFN_OEM : NETFN_APP;
	int ret = ipmi_send(fd, msgid, netfn, cmd, data, len);

	if (ret)
		return ret;
	ret = ipmi_next(fd, END_MS, r);
	if (ret)
		return ret;
	if (r->msgid != msgid || r->netfn != (netfn | 1) || r->cmd != cmd || r->len < 1)
		return -EPROTO;
	return 0;
}

static void works(void)
{
	int fd = ipmi_open(0);
	struct reply r;

	REQUIRE(EXPECT(fd >= 0));
	EXPECT_EQ(ask(fd, 1, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	EXPECT_EQ(r.data[0], 0);
	EXPECT(r.len >= 12);
	close(fd);
}

static void child(int me)
{
	double end = now() + seconds;
	unsigned char data[200];
	int fd = ipmi_open(0);
	struct reply r;

	srand(me);
	for (long id = me << 20; now() < end; id++) {
		int cmd = rand() % 2 ? CMD_ECHO : CMD_GET_DEVICE_ID, len = 0, ret;

		if (cmd == CMD_ECHO)
			len = 1 + rand() % (sizeof(data) - 1);
		for (int i = 0; i < len; i++)
			data[i] = rand();
		ret = ask(fd, id, cmd, data, len, &r);
		__atomic_add_fetch(&shared->asked, 1, __ATOMIC_RELAXED);
		if (ret) {
			printf("# request %lx, command %02x: %s\n", id, cmd, strerror(-ret));
			__atomic_add_fetch(&shared->lost, 1, __ATOMIC_RELAXED);
		} else if (!r.data[0] && (cmd != CMD_ECHO || (r.len == len + 1 &&
							     !memcmp(r.data + 1, data, len)))) {
			__atomic_add_fetch(&shared->right, 1, __ATOMIC_RELAXED);
		} else {
			__atomic_add_fetch(&shared->changed, 1, __ATOMIC_RELAXED);
		}
	}
	exit(ipmi_recv(fd, &r) == -EAGAIN ? 0 : 1);
}

static void children(void)
{
	fflush(stdout);
	for (int i = 1; i <= CHILDREN; i++)
		if (!fork())
			child(i);
}

static void answers_mutate(void)
{
	int status;

	bmc_line("fault mutate percent=50");
	children();
	while (wait(&status) > 0)
		EXPECT_EQ(status, 0);
	bmc_line("nofaults");
	ktap_note("%ld requests: %ld answers as sent, %ld not, %ld lost", shared->asked,
		  shared->right, shared->changed, shared->lost);
	EXPECT(shared->changed > 10);
	EXPECT(shared->right > 10);
	EXPECT_EQ(shared->lost, 0);
	works();
}

/* Whoever asks first is the driver: what it learns of the BMC while it comes up is wrong. */
static void interface_comes_up(void)
{
	for (int i = 0; i < 8; i++) {
		double end = now() + UP_S;

		bmc_line("fault mutate n=%d", 1 + i);
		EXPECT_EQ(file_write(HOTMOD, "remove,kcs,i/o,0xca2"), 0);
		EXPECT_EQ(file_write(HOTMOD, "add,kcs,i/o,0xca2,irq=5"), 0);
		/* the faults are used up by then, and a device there is once the BMC is known */
		while (!ipmi_nodes() && now() < end)
			usleep(50000);
		REQUIRE(EXPECT(ipmi_nodes()));
		bmc_line("nofaults");
		works();
	}
}

/* The line is cut after each byte of an answer. */
static void cut(void)
{
	struct reply r;
	int fd = ipmi_open(0);

	for (int n = 0; n < WIRE_MAX; n++) {
		int ret;

		bmc_line("fault cut arg=%d n=1 netfn=06 cmd=01", n);
		ret = ask(fd, n, CMD_GET_DEVICE_ID, NULL, 0, &r);
		if (ret)
			ktap_note("cut after %d bytes: %s", n, strerror(-ret));
		EXPECT_EQ(ret, 0);
		for (double end = now() + 10; now() < end; usleep(50000)) {
			ret = ask(fd, n, CMD_GET_DEVICE_ID, NULL, 0, &r);
			if (ret || !r.data[0])
				break;
		}
		EXPECT_EQ(ret, 0);
		EXPECT_EQ(r.data[0], 0);
		bmc_line("nofaults");
	}
	close(fd);
}

int main(int argc, char **argv)
{
	static const struct ktap_case cases[] = {
		KTAP_CASE(answers_mutate),
		KTAP_CASE(interface_comes_up),
		KTAP_CASE(cut),
	};

	if (argc > 1)
		seconds = atoi(argv[1]);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
