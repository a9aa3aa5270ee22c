// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages as a 32-bit program sends and receives them under a 64-bit kernel: structures of
 * another size, pointers and ids that are extended. Built for 32 bits only.
 */
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define DEVICE_ID_LEN 16 /* completion code, 11 bytes, auxiliary revision */
#define QUICK_MS 2000

_Static_assert(sizeof(long) == 4, "build this for 32 bits");

static int fd;
static unsigned char *no_access; /* a page nobody may touch */
static struct ipmi_system_interface_addr bmc;

/* What the kernel is given, and what it gives back, between bytes it must leave alone. */
struct guarded {
	uint32_t before[4];
	struct ipmi_recv recv;
	uint32_t after[16];
};

static void prepare(struct guarded *g, void *addr, int addr_len, void *data, int data_len)
{
	memset(g, 0xa5, sizeof(*g));
	g->recv.addr = addr;
	g->recv.addr_len = addr_len;
	g->recv.msg.data = data;
	g->recv.msg.data_len = data_len;
}

static void intact(const struct guarded *g)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(g->before); i++)
		EXPECT_EQ(g->before[i], 0xa5a5a5a5);
	for (unsigned int i = 0; i < ARRAY_SIZE(g->after); i++)
		EXPECT_EQ(g->after[i], 0xa5a5a5a5);
}

static int receive(unsigned long cmd, struct guarded *g)
{
	return ioctl(fd, cmd, &g->recv) < 0 ? -errno : 0;
}

static bool answer_waits(long msgid)
{
	return EXPECT_EQ(ipmi_send(fd, msgid, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0) &&
	       EXPECT_EQ(ipmi_wait(fd, QUICK_MS), 1);
}

static void send_and_receive(void)
{
	unsigned char addr[40], data[64];
	struct guarded g;

	REQUIRE(answer_waits(7));
	prepare(&g, addr, sizeof(addr), data, sizeof(data));
	EXPECT_EQ(receive(IPMICTL_RECEIVE_MSG, &g), 0);
	intact(&g);
	EXPECT_EQ(g.recv.recv_type, IPMI_RESPONSE_RECV_TYPE);
	EXPECT_EQ(g.recv.msgid, 7);
	EXPECT_EQ(g.recv.addr_len, 8);
	EXPECT(g.recv.addr == addr && g.recv.msg.data == data);
	EXPECT_EQ(g.recv.msg.netfn, NETFN_APP | 1);
	EXPECT_EQ(g.recv.msg.cmd, CMD_GET_DEVICE_ID);
	EXPECT_EQ(g.recv.msg.data_len, DEVICE_ID_LEN);
	EXPECT_EQ(data[0], 0);
	EXPECT_EQ(data[1], 0x21);
	EXPECT(!memcmp(addr, &bmc, 7));
}

static void ids_come_back(void)
{
	static const long ids[] = { 0, 1, -1, LONG_MIN, LONG_MAX, 0x12345678 };
	struct reply r;

	for (unsigned int i = 0; i < ARRAY_SIZE(ids); i++) {
		REQUIRE(answer_waits(ids[i]));
		EXPECT_EQ(ipmi_recv(fd, &r), 0);
		EXPECT_EQ(r.msgid, ids[i]);
	}
}

static void settime(void)
{
	struct ipmi_ipmb_addr addr;
	double start = now();
	struct reply r;

	EXPECT_EQ(ipmi_send_timed(fd, &bmc, sizeof(bmc), 8, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0,
				  3, 5000),
		  0);
	EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0);
	EXPECT_EQ(r.msgid, 8);
	EXPECT_EQ(r.len, DEVICE_ID_LEN);
	start = now();
	/* its two numbers arrive: no repetition, 3 s, which is not what the module says */
	bmc_line("satellite %x silent", SATELLITE);
	bmc_line("forget");
	ipmi_ipmb(&addr, 0, SATELLITE, 0);
	EXPECT_EQ(ipmi_send_timed(fd, &addr, sizeof(addr), 9, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0,
				  0, 3000), 0);
	EXPECT_EQ(ipmi_next(fd, 30000, &r), 0);
	EXPECT_HEX(r.data, r.len, "c3");
	EXPECT(now() - start >= BY_STACK(2.9, 1));
	EXPECT_EQ(bmc_number("count 6 34"), 1);
}

static void data_both_ways(void)
{
	unsigned char data[200];
	struct ipmi_lan_addr addr;
	struct reply r;

	for (int i = 0; i < 200; i++)
		data[i] = ~i;
	EXPECT_EQ(ipmi_send(fd, 9, NETFN_OEM, CMD_ECHO, data, sizeof(data)), 0);
	REQUIRE(EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0));
	EXPECT(r.len == 201 && !memcmp(r.data + 1, data, 200));
	ipmi_lan(&addr, LAN_CHANNEL, 7, 0x81, 0x82, 0);
	EXPECT_EQ(ipmi_send_to(fd, &addr, sizeof(addr), 10, NETFN_OEM, CMD_ECHO, data, 100), 0);
	REQUIRE(EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0));
	EXPECT(r.len == 101 && !memcmp(r.data + 1, data, 100));
	EXPECT_EQ(r.addr_len, sizeof(addr));
}

static void short_buffers(void)
{
	unsigned char addr[40], data[64];
	struct guarded g, copy;

	REQUIRE(answer_waits(11));
	prepare(&g, addr, sizeof(addr), data, 4);
	copy = g;
	EXPECT_EQ(receive(IPMICTL_RECEIVE_MSG, &g), -EMSGSIZE);
	EXPECT(!memcmp(&g, &copy, sizeof(g)));
	prepare(&g, addr, 7, data, sizeof(data));
	EXPECT_EQ(receive(IPMICTL_RECEIVE_MSG, &g), -EINVAL);
	EXPECT_EQ(receive(IPMICTL_RECEIVE_MSG_TRUNC, &g), -EINVAL);
	memset(data, 0xee, sizeof(data));
	prepare(&g, addr, sizeof(addr), data, 4);
	EXPECT_EQ(receive(IPMICTL_RECEIVE_MSG_TRUNC, &g), -EMSGSIZE);
	intact(&g);
	EXPECT_EQ(g.recv.msgid, 11);
	EXPECT_EQ(g.recv.msg.data_len, 4);
	EXPECT_EQ(data[4], 0xee);
	prepare(&g, addr, sizeof(addr), data, sizeof(data));
	EXPECT_EQ(receive(IPMICTL_RECEIVE_MSG_TRUNC, &g), -EAGAIN);
}

/* Buffers of exactly the right size are large enough, of one byte less are not. */
static void exact_buffers(void)
{
	unsigned char addr[40], data[64];
	struct ipmi_lan_addr far;
	struct guarded g;

	REQUIRE(answer_waits(21));
	prepare(&g, addr, 7, data, sizeof(data));
	EXPECT_EQ(receive(IPMICTL_RECEIVE_MSG, &g), -EINVAL);
	prepare(&g, addr, 8, data, DEVICE_ID_LEN - 1);
	EXPECT_EQ(receive(IPMICTL_RECEIVE_MSG, &g), -EMSGSIZE);
	prepare(&g, addr, 8, data, DEVICE_ID_LEN);
	EXPECT_EQ(receive(IPMICTL_RECEIVE_MSG, &g), 0);
	intact(&g);
	EXPECT_EQ(g.recv.addr_len, 8);
	EXPECT_EQ(g.recv.msg.data_len, DEVICE_ID_LEN);

	ipmi_lan(&far, LAN_CHANNEL, 7, 0x81, 0x82, 0);
	EXPECT_EQ(ipmi_send_to(fd, &far, sizeof(far), 22, NETFN_OEM, CMD_ECHO, data, 3), 0);
	REQUIRE(EXPECT_EQ(ipmi_wait(fd, QUICK_MS), 1));
	prepare(&g, addr, 11, data, sizeof(data));
	EXPECT_EQ(receive(IPMICTL_RECEIVE_MSG_TRUNC, &g), -EINVAL);
	prepare(&g, addr, 12, data, 4);
	EXPECT_EQ(receive(IPMICTL_RECEIVE_MSG_TRUNC, &g), 0);
	intact(&g);
	EXPECT_EQ(g.recv.addr_len, 12);
	EXPECT_EQ(g.recv.msg.data_len, 4);
	EXPECT_EQ(g.recv.msgid, 22);
}

/* Not all that comes is an answer. */
static void kinds(void)
{
	struct ipmi_cmdspec_chans spec = { 0x30, 0x55, IPMI_CHAN_ALL };
	int on = 256;
	struct reply r;

	EXPECT_EQ(ioctl(fd, IPMICTL_SET_GETS_EVENTS_CMD, &on), 0);
	bmc_line("events 1");
	REQUIRE(EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0));
	EXPECT_EQ(r.recv_type, IPMI_ASYNC_EVENT_RECV_TYPE);
	EXPECT_EQ(r.len, 16);
	on = 0;
	EXPECT_EQ(ioctl(fd, IPMICTL_SET_GETS_EVENTS_CMD, &on), 0);
	EXPECT_EQ(ioctl(fd, IPMICTL_REGISTER_FOR_CMD_CHANS, &spec), 0);
	bmc_line("ipmb 0 24 1 11 30 55 1 2 3");
	REQUIRE(EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0));
	EXPECT_EQ(r.recv_type, IPMI_CMD_RECV_TYPE);
	EXPECT_EQ(r.msgid, 0x11);
	EXPECT_HEX(r.data, r.len, "01 02 03");
	EXPECT_EQ(ioctl(fd, IPMICTL_UNREGISTER_FOR_CMD_CHANS, &spec), 0);
}

static void bad_pointers(void)
{
	unsigned char addr[40], data[64];
	struct guarded g;
	struct reply r;

	EXPECT_EQ(ipmi_send_req(fd, (void *)no_access), -EFAULT);
	EXPECT_EQ(ipmi_send_req(fd, NULL), -EFAULT);
	EXPECT_EQ(ipmi_send_req(fd, (void *)-8), -EFAULT);
	EXPECT_EQ(ipmi_send_to(fd, no_access, 8, 1, NETFN_APP, 1, NULL, 0), -EFAULT);
	EXPECT_EQ(ipmi_send_to(fd, no_access, 41, 1, NETFN_APP, 1, NULL, 0), -EINVAL);
	EXPECT_EQ(ipmi_send(fd, 1, NETFN_APP, 1, no_access, 4), -EFAULT);
	EXPECT_EQ(ipmi_send(fd, 1, NETFN_APP, 1, (void *)-4, 4), -EFAULT);
	EXPECT_EQ(ipmi_send(fd, 1, NETFN_APP, 1, no_access, 273), -EMSGSIZE);
	EXPECT_EQ(ipmi_send_timed(fd, no_access, 8, 1, NETFN_APP, 1, NULL, 0, 0, 0), -EFAULT);
	EXPECT_EQ(ioctl(fd, IPMICTL_SEND_COMMAND_SETTIME, no_access) < 0 ? errno : 0, EFAULT);
	/* a NULL pointer to data has no length */
	EXPECT_EQ(ipmi_send(fd, 12, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 999), 0);
	REQUIRE(EXPECT_EQ(ipmi_wait(fd, QUICK_MS), 1));
	prepare(&g, no_access, 40, data, sizeof(data));
	EXPECT_EQ(receive(IPMICTL_RECEIVE_MSG, &g), -EFAULT);
	prepare(&g, addr, 40, no_access, sizeof(data));
	EXPECT_EQ(receive(IPMICTL_RECEIVE_MSG, &g), -EFAULT);
	prepare(&g, (void *)-8, 40, data, sizeof(data));
	EXPECT_EQ(receive(IPMICTL_RECEIVE_MSG_TRUNC, &g), -EFAULT);
	EXPECT_EQ(ioctl(fd, IPMICTL_RECEIVE_MSG, no_access) < 0 ? errno : 0, EFAULT);
	/* and the message is still there */
	EXPECT_EQ(ipmi_recv(fd, &r), 0);
	EXPECT_EQ(r.msgid, 12);
	EXPECT_EQ(r.len, DEVICE_ID_LEN);
}

static void refusals(void)
{
	unsigned char data[272] = { 0 };

	EXPECT_EQ(ipmi_send(fd, 1, NETFN_APP | 1, 1, NULL, 0), -EINVAL);
	EXPECT_EQ(ipmi_send(fd, 1, NETFN_APP, CMD_SEND_MESSAGE, NULL, 0), -EINVAL);
	EXPECT_EQ(ipmi_send(fd, 1, NETFN_APP, 1, data, 271), -EMSGSIZE);
	EXPECT_EQ(ipmi_send_to(fd, &bmc, 7, 1, NETFN_APP, 1, NULL, 0), -EINVAL);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(send_and_receive),
	KTAP_CASE(ids_come_back),
	KTAP_CASE(settime),
	KTAP_CASE(data_both_ways),
	KTAP_CASE(short_buffers),
	KTAP_CASE(exact_buffers),
	KTAP_CASE(kinds),
	KTAP_CASE(bad_pointers),
	KTAP_CASE(refusals),
};

int main(void)
{
	fd = ipmi_must_open(0);
	ipmi_bmc_addr(&bmc);
	no_access = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
