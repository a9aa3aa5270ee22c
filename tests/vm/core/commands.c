// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages that come to the host unasked: commands by IPMB and LAN, OEM messages, and what is
 * neither. Who has registered gets them, and for nobody the stack answers. The BMC is that of
 * tests/bmc.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define QUICK_MS 2000
#define QUIET_MS 200
#define OEM_CHANNEL 3
#define OEM_MEDIUM 0x60

static int fd, other;

static void fresh(void)
{
	ipmi_drain(fd, 50);
	ipmi_drain(other, 0);
	bmc_line("satellite %x answer", SATELLITE);
	bmc_line("forget");
}

/* The host has sent one message to somebody, this. */
static void sent(const char *bytes)
{
	struct wire w;

	REQUIRE(EXPECT(bmc_received(NETFN_APP, CMD_SEND_MESSAGE, 1, QUICK_MS)));
	REQUIRE(EXPECT(bmc_wire(NETFN_APP, CMD_SEND_MESSAGE, 0, &w)));
	EXPECT_HEX(w.data, w.len, bytes);
	usleep(QUIET_MS * 1000);
	EXPECT_EQ(bmc_number("count 6 34"), 1);
}

static void unclaimed_by_ipmb(void)
{
	struct reply r;

	fresh();
	bmc_line("ipmb 0 24 1 11 30 55 1 2 3");
	sent("00 24 c5 17 20 46 55 c1 84");
	EXPECT_EQ(ipmi_recv(fd, &r), -EAGAIN);
}

static void b9_unclaimed_by_lan(void)
{
	struct reply r;

	fresh();
	/* channel 1, administrator, session 7, from 81h to 82h, LUN 0, number 12h: 30/55 */
	bmc_line("lan 1 4 7 81 82 0 12 30 55 1 2 3");
	if (!stack_is_ours()) {
		/* 6.1 does not answer, 7.2 with a checksum that is wrong */
		usleep(QUIET_MS * 1000);
		return;
	}
	sent("01 07 81 c4 bb 82 4a 55 c1 1e");
	EXPECT_EQ(ipmi_recv(fd, &r), -EAGAIN);
}

/* An answer nobody waits for is no command: nothing is said to it. */
static void unasked_answers(void)
{
	struct reply r;

	fresh();
	EXPECT_EQ(ipmi_register(fd, 0x31, 0x55, IPMI_CHAN_ALL), 0);
	bmc_line("ipmb 0 24 1 11 31 55 0 1 2");
	bmc_line("lan 1 4 7 81 82 0 12 31 55 0 1 2");
	EXPECT_EQ(ipmi_next(fd, QUIET_MS, &r), -ETIMEDOUT);
	EXPECT_EQ(bmc_number("count 6 34"), 0);
	EXPECT_EQ(ipmi_unregister(fd, 0x31, 0x55, IPMI_CHAN_ALL), 0);
}

static void command_by_ipmb(void)
{
	struct ipmi_ipmb_addr from;
	const unsigned char answer[] = { 0x00, 0xaa };
	struct reply r;

	fresh();
	EXPECT_EQ(ipmi_register(fd, 0x30, 0x55, IPMI_CHAN_ALL), 0);
	bmc_line("ipmb 0 24 1 11 30 55 1 2 3");
	REQUIRE(EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0));
	EXPECT_EQ(r.recv_type, IPMI_CMD_RECV_TYPE);
	EXPECT_EQ(r.msgid, 0x11);
	EXPECT_EQ(r.netfn, 0x30);
	EXPECT_EQ(r.cmd, 0x55);
	EXPECT_HEX(r.data, r.len, "01 02 03");
	ipmi_ipmb(&from, 0, 0x24, 1);
	EXPECT_EQ(r.addr_len, sizeof(from));
	EXPECT(!memcmp(&r.addr, &from, sizeof(from)));
	EXPECT_EQ(bmc_number("count 6 34"), 0);
	/* the answer goes back with the number of the command */
	EXPECT_EQ(ipmi_send_to(fd, &r.addr, r.addr_len, r.msgid, r.netfn | 1, r.cmd, answer, 2), 0);
	sent("00 24 c5 17 20 46 55 00 aa 9b");
	EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0);
	EXPECT_EQ(r.recv_type, IPMI_RESPONSE_RESPONSE_TYPE);
	EXPECT_EQ(r.msgid, 0x11);
	EXPECT_HEX(r.data, r.len, "00");
	EXPECT_EQ(ipmi_unregister(fd, 0x30, 0x55, IPMI_CHAN_ALL), 0);
}

static void command_by_lan(void)
{
	const unsigned char answer[] = { 0x00, 0xaa };
	struct reply r;

	fresh();
	EXPECT_EQ(ipmi_register(fd, 0x30, 0x55, 1 << LAN_CHANNEL), 0);
	bmc_line("lan 1 4 7 81 82 0 12 30 55 1 2 3");
	REQUIRE(EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0));
	EXPECT_EQ(r.recv_type, IPMI_CMD_RECV_TYPE);
	EXPECT_EQ(r.msgid, 0x12);
	EXPECT_EQ(r.netfn, 0x30);
	EXPECT_HEX(r.data, r.len, "01 02 03");
	EXPECT_EQ(r.addr_len, sizeof(struct ipmi_lan_addr));
	EXPECT_HEX((unsigned char *)&r.addr, 11, "04 00 00 00 01 00 04 07 81 82 00");
	EXPECT_EQ(ipmi_send_to(fd, &r.addr, r.addr_len, r.msgid, r.netfn | 1, r.cmd, answer, 2), 0);
	sent("01 07 81 c4 bb 82 4a 55 00 aa 35");
	EXPECT_EQ(ipmi_unregister(fd, 0x30, 0x55, 1 << LAN_CHANNEL), 0);
	ipmi_drain(fd, QUIET_MS);
}

/* Data of no bytes, of many, and every number. */
static void any_command(void)
{
	struct reply r;

	fresh();
	EXPECT_EQ(ipmi_register(fd, 0x30, 0x55, IPMI_CHAN_ALL), 0);
	for (int seq = 0; seq < 64; seq += 3) {
		char data[200] = "";

		for (int i = 0; i < seq; i++)
			sprintf(data + 3 * i, " %02x", i + seq);
		bmc_line("ipmb 0 %x %x %x 30 55%s", 2 * seq, seq & 3, seq, data);
		REQUIRE(EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0));
		EXPECT_EQ(r.msgid, seq);
		EXPECT_EQ(r.len, seq);
		for (int i = 0; i < seq; i++)
			EXPECT_EQ(r.data[i], i + seq);
		EXPECT_EQ(((struct ipmi_ipmb_addr *)&r.addr)->slave_addr, 2 * seq);
		EXPECT_EQ(((struct ipmi_ipmb_addr *)&r.addr)->lun, seq & 3);
	}
	EXPECT_EQ(ipmi_unregister(fd, 0x30, 0x55, IPMI_CHAN_ALL), 0);
}

static void each_to_who_registered(void)
{
	struct reply r;

	fresh();
	EXPECT_EQ(ipmi_register(fd, 0x30, 0x55, 1 << 0), 0);
	EXPECT_EQ(ipmi_register(other, 0x30, 0x55, 1 << 1 | 1 << 2), 0);
	EXPECT_EQ(ipmi_register(other, 0x30, 0x56, 1 << 0), 0);
	bmc_line("ipmb 0 24 0 1 30 55");
	bmc_line("lan 1 4 7 81 82 0 2 30 55");
	bmc_line("lan 2 4 7 81 82 0 3 30 55");
	bmc_line("ipmb 0 24 0 4 30 56");
	EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0);
	EXPECT_EQ(r.msgid, 1);
	for (int i = 2; i <= 4; i++) {
		REQUIRE(EXPECT_EQ(ipmi_next(other, QUICK_MS, &r), 0));
		EXPECT_EQ(r.msgid, i);
	}
	EXPECT_EQ(ipmi_next(fd, QUIET_MS, &r), -ETIMEDOUT);
	EXPECT_EQ(ipmi_recv(other, &r), -EAGAIN);
	EXPECT_EQ(bmc_number("count 6 34"), 0);
	/* once it is unregistered, the stack answers */
	EXPECT_EQ(ipmi_unregister(fd, 0x30, 0x55, 1 << 0), 0);
	bmc_line("ipmb 0 24 0 5 30 55");
	EXPECT(bmc_received(NETFN_APP, CMD_SEND_MESSAGE, 1, QUICK_MS));
	close(other);
	other = ipmi_open(0);
	bmc_line("ipmb 0 24 0 6 30 56");
	EXPECT(bmc_received(NETFN_APP, CMD_SEND_MESSAGE, 2, QUICK_MS));
	EXPECT_EQ(ipmi_recv(fd, &r), -EAGAIN);
}

static void many_at_once(void)
{
	struct reply r;

	fresh();
	EXPECT_EQ(ipmi_register(fd, 0x30, 0x55, IPMI_CHAN_ALL), 0);
	/* they wait in the BMC's queue while it has no time */
	bmc_line("after 100 forget");
	for (int i = 0; i < 20; i++)
		bmc_line("after 100 ipmb 0 24 0 %x 30 55 %x", i, i);
	for (int i = 0; i < 20; i++) {
		REQUIRE(EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0));
		EXPECT_EQ(r.msgid, i);
		EXPECT_EQ(r.data[0], i);
	}
	EXPECT_EQ(ipmi_unregister(fd, 0x30, 0x55, IPMI_CHAN_ALL), 0);
	EXPECT_EQ(ipmi_drain(fd, QUIET_MS), 0);
}

/* Requests go on between commands that come as fast as they can. */
static void commands_and_requests(void)
{
	int commands = 0, answers = 0;
	struct reply r;

	fresh();
	EXPECT_EQ(ipmi_register(fd, 0x30, 0x55, IPMI_CHAN_ALL), 0);
	for (int i = 0; i < 40; i++)
		bmc_line("after %d ipmb 0 24 0 %x 30 55", 200 + 5 * i, i);
	for (int i = 0; i < 300 || commands < 40; i++) {
		if (i < 300)
			REQUIRE(EXPECT_EQ(ipmi_send(fd, 1000 + i, NETFN_APP, CMD_GET_DEVICE_ID,
						    NULL, 0),
					  0));
		while (!ipmi_next(fd, i < 300 ? 10 : QUICK_MS, &r)) {
			commands += r.recv_type == IPMI_CMD_RECV_TYPE;
			answers += r.recv_type == IPMI_RESPONSE_RECV_TYPE && !r.data[0];
			if (r.recv_type == IPMI_RESPONSE_RECV_TYPE)
				break;
		}
		if (i > 2000)
			break;
	}
	answers += ipmi_drain(fd, QUIET_MS);
	EXPECT_EQ(commands, 40);
	EXPECT_EQ(answers, 300);
	EXPECT_EQ(ipmi_unregister(fd, 0x30, 0x55, IPMI_CHAN_ALL), 0);
}

/* What is no message at all, for each kind of channel: it goes nowhere, and what follows works. */
static void malformed_messages(void)
{
	static const int channels[] = { 0x00, 0x41, 0x05, OEM_CHANNEL, 0x09, 0x0f };
	char data[64] = "";
	struct reply r;

	fresh();
	EXPECT_EQ(ipmi_register(fd, 0x30, 0x55, IPMI_CHAN_ALL), 0);
	for (int len = 0; len < 6; len++) {
		for (unsigned int i = 0; i < ARRAY_SIZE(channels); i++)
			bmc_line("message %x%s", channels[i], data);
		strcat(data, " c0");
	}
	EXPECT_EQ(ipmi_next(fd, QUIET_MS, &r), -ETIMEDOUT);
	bmc_line("ipmb 0 24 0 1 30 55 7");
	REQUIRE(EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0));
	EXPECT_HEX(r.data, r.len, "07");
	EXPECT_EQ(ipmi_unregister(fd, 0x30, 0x55, IPMI_CHAN_ALL), 0);
}

/* Channels are read when the interface comes up. */
static void oem_channel_appears(void)
{
	close(fd);
	close(other);
	fd = ipmi_open(0);
	bmc_line("channel %x %x 1", OEM_CHANNEL, OEM_MEDIUM);
	close(fd);
	REQUIRE(EXPECT_EQ(stack_remove(), 0));
	REQUIRE(EXPECT_EQ(stack_insert(), 0));
	fd = ipmi_open(0);
	other = ipmi_open(0);
	EXPECT(fd >= 0 && other >= 0);
}

static void oem_message(void)
{
	struct ipmi_system_interface_addr *from;
	struct reply r;

	fresh();
	EXPECT_EQ(ipmi_register(fd, NETFN_APP | 1, CMD_GET_MESSAGE, 1 << OEM_CHANNEL), 0);
	for (int len = 0; len < 40; len += 13) {
		char data[128] = "";

		for (int i = 0; i < len; i++)
			sprintf(data + 3 * i, " %02x", i + len);
		bmc_line("message %x%s", OEM_CHANNEL, data);
		REQUIRE(EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0));
		EXPECT_EQ(r.recv_type, IPMI_OEM_RECV_TYPE);
		EXPECT_EQ(r.netfn, NETFN_APP | 1);
		EXPECT_EQ(r.cmd, CMD_GET_MESSAGE);
		EXPECT_EQ(r.len, len);
		EXPECT(!len || (r.data[0] == len && r.data[len - 1] == 2 * len - 1));
		from = (void *)&r.addr;
		EXPECT_EQ(r.addr_len, sizeof(*from));
		EXPECT_EQ(from->addr_type, IPMI_SYSTEM_INTERFACE_ADDR_TYPE);
		EXPECT_EQ(from->channel, IPMI_BMC_CHANNEL);
		if (stack_is_ours()) {
			/* B7: the kernel's own gives what the memory held before */
			EXPECT_EQ(r.msgid, 0);
			EXPECT_HEX((unsigned char *)&r.addr, 8, "0c 00 00 00 0f 00 00 00");
		}
	}
	EXPECT_EQ(ipmi_unregister(fd, NETFN_APP | 1, CMD_GET_MESSAGE, 1 << OEM_CHANNEL), 0);
	/* for nobody: it is dropped */
	bmc_line("message %x 1 2 3", OEM_CHANNEL);
	EXPECT_EQ(ipmi_next(fd, QUIET_MS, &r), -ETIMEDOUT);
	EXPECT_EQ(bmc_number("count 6 34"), 0);
}

static void nothing_is_left(void)
{
	fresh();
	EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/nr_msgs"), 0);
	EXPECT_STR(bmc_line("flags"),
		   has_irq() ? "enables=0f flags=00 messages=0 events=0 lost=0" :
			       "enables=0c flags=00 messages=0 events=0 lost=0");
}

static const struct ktap_case cases[] = {
	KTAP_CASE(unclaimed_by_ipmb),
	KTAP_CASE(b9_unclaimed_by_lan),
	KTAP_CASE(unasked_answers),
	KTAP_CASE(command_by_ipmb),
	KTAP_CASE(command_by_lan),
	KTAP_CASE(any_command),
	KTAP_CASE(each_to_who_registered),
	KTAP_CASE(many_at_once),
	KTAP_CASE(commands_and_requests),
	KTAP_CASE(malformed_messages),
	KTAP_CASE(oem_channel_appears),
	KTAP_CASE(oem_message),
	KTAP_CASE(nothing_is_left),
};

int main(void)
{
	keep_acpi_ipmi_out();
	fd = ipmi_must_open(0);
	other = ipmi_must_open(0);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
