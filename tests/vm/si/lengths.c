// SPDX-License-Identifier: GPL-2.0-only
/*
 * An interface of any kind under load: requests and replies of every length, from one process
 * and from several, with nothing lost, mixed up, slow or left over.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "interface.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define DEVICE "/sys/class/ipmi/ipmi0/device"

#define CMD_READ_FRU 0x11
#define CMD_WRITE_FRU 0x12
#define FRU_SIZE 256

#define SLOW 1.0 /* seconds no request may take; this BMC answers at once */

static int fd;

static bool irq(void)
{
	return interface()->irq != 0;
}

/* As ipmi_ask(), but fails too if the answer was slow or an error. */
static bool ask(int dev, int netfn, int cmd, const void *data, int len, struct reply *r)
{
	double start = now(), took;
	int ret = ipmi_ask(dev, netfn, cmd, data, len, r);

	took = now() - start;
	if (ret || r->len < 1 || r->data[0] || took > SLOW)
		ktap_note("netfn %#x cmd %#x with %d bytes: errno %d, %d bytes, %#x, %.3f s",
			  netfn, cmd, len, -ret, r->len, r->data[0], took);
	return !ret && r->len >= 1 && !r->data[0] && took <= SLOW;
}

static bool fru_write(int dev, int offset, const unsigned char *bytes, int n)
{
	unsigned char data[3 + FRU_SIZE] = { 0, offset & 0xff, offset >> 8 };
	struct reply r;

	memcpy(data + 3, bytes, n);
	return EXPECT(ask(dev, NETFN_STORAGE, CMD_WRITE_FRU, data, 3 + n, &r)) &&
	       EXPECT_EQ(r.len, 2) && EXPECT_EQ(r.data[1], n);
}

static bool fru_read(int dev, int offset, unsigned char *bytes, int n)
{
	unsigned char data[] = { 0, offset & 0xff, offset >> 8, n };
	struct reply r;

	if (!EXPECT(ask(dev, NETFN_STORAGE, CMD_READ_FRU, data, sizeof(data), &r)) ||
	    !EXPECT_EQ(r.len, 2 + n) || !EXPECT_EQ(r.data[1], n))
		return false;
	memcpy(bytes, r.data + 2, n);
	return true;
}

/* Bytes that differ from place to place, and from round to round. */
static void pattern(unsigned char *bytes, int n, int round)
{
	for (int i = 0; i < n; i++)
		bytes[i] = i * 37 + round * 11 + (i >> 4);
}

static void as_it_should_be(void)
{
	EXPECT_STR(file_text(DEVICE "/type"), interface()->type);
	EXPECT_EQ(file_number(DEVICE "/interrupts_enabled"), irq());
}

/* Over SMIC each byte waits for another process: there, not all of those that are alike. */
static int next_length(int n)
{
	bool slow = !strcmp(interface()->type, "smic");

	return n + (slow && n > 20 && n < 220 ? 9 : 1);
}

/* Requests and replies of 1 to 240 bytes that come back as they were sent. */
static void every_length(void)
{
	unsigned char sent[FRU_SIZE], got[FRU_SIZE];

	for (int n = 1; n <= 240; n = next_length(n)) {
		pattern(sent, n, n);
		memset(got, 0, sizeof(got));
		REQUIRE(fru_write(fd, 240 - n, sent, n));
		REQUIRE(fru_read(fd, 240 - n, got, n));
		REQUIRE(EXPECT(!memcmp(sent, got, n)));
	}
}

/* Every byte value goes through: none is taken for a control code. */
static void every_byte(void)
{
	unsigned char sent[128], got[128];

	for (int half = 0; half < 2; half++) {
		for (int i = 0; i < 128; i++)
			sent[i] = half * 128 + i;
		REQUIRE(fru_write(fd, 0, sent, sizeof(sent)));
		REQUIRE(fru_read(fd, 0, got, sizeof(got)));
		EXPECT(!memcmp(sent, got, sizeof(sent)));
	}
}

static void errors_between(void)
{
	struct reply r;

	for (int i = 0; i < 100; i++) {
		unsigned char junk[200] = { 0 };

		EXPECT_EQ(ipmi_ask(fd, NETFN_APP, 0xf0 + i % 8, junk, i * 2, &r), 0);
		EXPECT_EQ(r.data[0], 0xc1);
		REQUIRE(EXPECT(ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r)));
	}
}

static void many_in_flight(void)
{
	struct reply r;

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 90; i++)
			REQUIRE(EXPECT_EQ(ipmi_send(fd, i, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0),
					  0));
		for (int i = 0; i < 90; i++) {
			REQUIRE(EXPECT_EQ(ipmi_wait(fd, ANSWER_MS), 1));
			EXPECT_EQ(ipmi_recv(fd, &r), 0);
			EXPECT_EQ(r.msgid, i);
			EXPECT_EQ(r.data[0], 0);
		}
	}
}

/* One of several processes, each on a part of the FRU of its own; its exit status. */
static int hammer(int part)
{
	unsigned char sent[32], got[32];
	int dev = ipmi_open(0);

	for (int i = 0; i < 60; i++) {
		int n = 1 + (i * 7 + part) % 32;

		pattern(sent, n, i + part * 50);
		if (!fru_write(dev, part * 32, sent, n) || !fru_read(dev, part * 32, got, n) ||
		    memcmp(sent, got, n))
			return 1;
	}
	return 0;
}

static void several_processes(void)
{
	int status;

	fflush(stdout);
	for (int part = 0; part < 4; part++)
		if (!fork())
			_exit(hammer(part));
	for (int part = 0; part < 4; part++) {
		REQUIRE(EXPECT(wait(&status) > 0));
		EXPECT_EQ(status, 0);
	}
}

static void latency(void)
{
	double start = now();
	struct reply r;

	for (int i = 0; i < 200; i++)
		REQUIRE(EXPECT(ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r)));
	ktap_note("Get Device ID takes %.3f ms", (now() - start) / 200 * 1e3);
}

static void nothing_is_left(void)
{
	struct reply r;

	EXPECT_EQ(ipmi_recv(fd, &r), -EAGAIN);
	EXPECT_EQ(file_number(DEVICE "/nr_msgs"), 0);
	EXPECT_EQ(file_number(DEVICE "/hosed_count"), 0);
	EXPECT_EQ(file_number(DEVICE "/interrupts_enabled"), irq());
	ktap_note("%ld interrupts in %ld transactions", file_number(DEVICE "/interrupts"),
		  file_number(DEVICE "/complete_transactions"));
	if (interface()->irq_comes)
		EXPECT(file_number(DEVICE "/interrupts") > 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(as_it_should_be),
	KTAP_CASE(every_length),
	KTAP_CASE(every_byte),
	KTAP_CASE(errors_between),
	KTAP_CASE(many_in_flight),
	KTAP_CASE(several_processes),
	KTAP_CASE(latency),
	KTAP_CASE(nothing_is_left),
};

int main(void)
{
	fd = ipmi_must_open(0);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
