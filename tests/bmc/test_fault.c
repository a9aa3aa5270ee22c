// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults and delays that a BMC is told to have, and how it goes away and comes back; what becomes
 * of requests meanwhile. Called by test.c. No lock: all is one thread.
 */
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "loop.h"
#include "request.h"
#include "test.h"

static void faults(void)
{
	uint8_t m[FRAME_MAX];
	size_t n;

	EXPECT(line("fault cc netfn=6 cmd=1 n=2 skip=1 arg=0xd2", "ok"));
	EXPECT(ask(6, 1, "", 0, m, &n) == CC_OK);
	EXPECT(ask(6, 1, "", 0, m, &n) == 0xd2 && n == 0);
	EXPECT(ask(6, 4, "", 0, m, &n) == CC_OK);
	EXPECT(ask(6, 1, "", 0, m, &n) == 0xd2);
	EXPECT(ask(6, 1, "", 0, m, &n) == CC_OK);
	EXPECT(line("faults", "cc 2"));
	EXPECT(line("nofaults", "ok"));
	EXPECT(ask(6, 0x2e, "\x08", 1, m, &n) == CC_OK);
	EXPECT(line("fault cc cmd=2e n=1 arg=0xcc", "ok"));
	EXPECT(ask(6, 0x2e, "\x0c", 1, m, &n) == 0xcc);
	EXPECT(ask(6, 0x2f, "", 0, m, &n) == CC_OK && m[0] == 0x08);
	EXPECT(line("fault cc-done cmd=2e n=1 arg=0xcc", "ok"));
	EXPECT(ask(6, 0x2e, "\x0c", 1, m, &n) == 0xcc);
	EXPECT(ask(6, 0x2f, "", 0, m, &n) == CC_OK && m[0] == 0x0c);
	EXPECT(line("nofaults", "ok"));
	EXPECT(line("fault drop n=1", "ok"));
	EXPECT(ask(6, 1, "", 0, m, &n) == -1);
	EXPECT(line("fault checksum n=1", "ok"));
	EXPECT(ask(6, 1, "", 0, m, &n) == -1);
	EXPECT(line("fault truncate n=1 arg=3", "ok"));
	EXPECT(ask(6, 1, "", 0, m, &n) == CC_OK && n == 3);
	EXPECT(line("fault oversize n=1 arg=400", "ok"));
	EXPECT(ask(6, 1, "", 0, m, &n) == CC_OK && n == 399);
	EXPECT(line("nofaults", "ok"));
	EXPECT(line("fault twice n=1", "ok"));
	EXPECT(ask(6, 1, "", 0, m, &n) == CC_OK);
	EXPECT(hear(m) == 19);
	EXPECT(line("fault late n=1 arg=20", "ok"));
	EXPECT(ask(6, 1, "", 0, m, &n) == -1);
	loop_run_for(30);
	EXPECT(hear(m) == 19);
	EXPECT(line("nofaults", "ok"));
}

static void hang_and_unhang(void)
{
	uint8_t m[FRAME_MAX];
	size_t n;

	EXPECT(line("fault hang n=1", "ok"));
	say(0x11, 6, 1, "", 0);
	EXPECT(hear(m) == 4 && m[0] != 0x11);
	EXPECT(line("after 5 unhang", "ok"));
	loop_run_for(20);
	EXPECT(hear(m) == 19 && m[0] == 0x11);
	EXPECT(line("nofaults", "ok"));
	EXPECT(line("away busy 20", "ok"));
	say(0x12, 6, 1, "", 0);
	EXPECT(hear(m) == 4 && m[0] != 0x12);
	loop_run_for(40);
	EXPECT(hear(m) == 4 && m[0] == 0x12 && m[3] == CC_NOT_READY);
	EXPECT(ask(6, 1, "", 0, m, &n) == CC_OK);
}

static void delays(void)
{
	uint8_t m[FRAME_MAX];
	double start = clock_ms();

	EXPECT(line("delay 20-30", "ok"));
	EXPECT(ask(6, 1, "", 0, m, NULL) == -1);
	while (!hear(m) && clock_ms() < start + 1000)
		loop_run_for(1);
	EXPECT(clock_ms() - start >= 20 && clock_ms() - start < 500);
	EXPECT(line("delay lognormal 3 0.5", "ok"));
	EXPECT(line("delay 0", "ok"));
	EXPECT(ask(6, 1, "", 0, m, NULL) == CC_OK);
}

static void away_and_back(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	uint8_t byte;
	int fd;

	EXPECT(line("reset closed 50", "ok"));
	EXPECT(ask(6, 2, "", 0, NULL, NULL) == CC_OK);
	loop_run_for(10);
	while (recv(qemu, &byte, 1, 0) == 1)
		;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", socket_path);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	EXPECT(connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0);
	close(fd);
	loop_run_for(100);
	connect_qemu();
	EXPECT(ask(6, 1, "", 0, NULL, NULL) == CC_OK);
	EXPECT(line("reset", "ok"));
}

/* Where QEMU would answer wrongly, the BMC does it rightly. */
static void escaped_numbers(void)
{
	uint8_t m[FRAME_MAX];

	EXPECT(line("fault disconnect n=1", "ok"));
	say(0xa0, 6, 1, "", 0);
	EXPECT(hear(m) == 4 && m[0] == 0xa0 && m[1] == 7 << 2 && m[2] == 1 &&
	       m[3] == CC_NOT_READY);
	connect_qemu();
	EXPECT(line("fault cut n=1 arg=9", "ok"));
	say(0xa1, 6, 1, "", 0);
	EXPECT(hear(m) == 4 && m[0] == 0xa1 && m[3] == CC_NOT_READY);
	connect_qemu();
	say(0xa1, 6, 1, "", 0);
	EXPECT(hear(m) == 19 && m[0] == 0xa1);
	/* too late for this connection */
	EXPECT(line("fault disconnect n=1", "ok"));
	say(0x9f, 6, 1, "", 0);
	say(0xa0, 6, 1, "", 0);
	EXPECT(!hear(m));
	connect_qemu();
	EXPECT(hear(m) == 4 && m[0] == 0xa0 && m[3] == CC_NOT_READY);
	EXPECT(line("fault drop n=1", "ok"));
	say(0xaa, 6, 1, "", 0);
	EXPECT(!hear(m));
	loop_run_for(4100);
	EXPECT(hear(m) == 4 && m[0] == 0xaa && m[3] == CC_TIMEOUT);
	/* answered is answered */
	say(0xaa, 6, 1, "", 0);
	EXPECT(hear(m) == 19);
	EXPECT(line("fault disconnect n=1", "ok"));
	say(0x9f, 6, 1, "", 0);
	EXPECT(!hear(m));
	connect_qemu();
	EXPECT(line("nofaults", "ok"));
}

const struct bmc_test fault_tests[] = {
	{ "faults", faults },
	{ "hang and unhang", hang_and_unhang },
	{ "delays", delays },
	{ "away and back", away_and_back },
	{ "escaped sequence numbers", escaped_numbers },
	{}
};
