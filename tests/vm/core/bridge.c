// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests to those behind the BMC: the bytes of Send Message, whose answer is whose, and how
 * many there may be. The BMC is that of tests/bmc.
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

#define GUARDED_MS 8000 /* longer than a case may need with no answer */
#define SOON_S 15
/* echoed by a satellite too, and by nobody asked before */
#define CMD_RUN_OUT 0x10
#define CMD_COME_BACK 0x12
#define SLOTS 64 /* bridged requests in flight on an interface */
#define QUICK_MS 2000 /* what is answered at once is here by then */
#define OVER_MS 15000 /* and what is given up, at last */

static int fd;
static struct ipmi_ipmb_addr near, other;
static struct ipmi_lan_addr far;
static const unsigned char aa_bb[] = { 0xaa, 0xbb };

#define TO(addr) &(addr), sizeof(addr)

/* Everything behind the BMC answers again, and nobody has asked anything. */
static void fresh(void)
{
	ipmi_drain(fd, 50);
	bmc_all_answer();
}

static void set_mine(unsigned long cmd, int channel, int value)
{
	struct ipmi_channel_lun_address_set arg = { .channel = channel, .value = value };

	EXPECT_EQ(ioctl(fd, cmd, &arg), 0);
}

/* The newest Send Message was this. */
static void sent(const char *bytes)
{
	struct wire w;

	REQUIRE(EXPECT(bmc_wire(NETFN_APP, CMD_SEND_MESSAGE, 0, &w)));
	EXPECT_EQ(w.lun, 0);
	EXPECT_HEX(w.data, w.len, bytes);
}

static void ipmb_bytes(void)
{
	struct wire w;
	struct reply r;

	fresh();
	near.lun = 1;
	EXPECT_EQ(ipmi_send_to(fd, TO(near), 5, NETFN_APP, CMD_GET_DEVICE_ID, aa_bb, 2), 0);
	REQUIRE(EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0));
	sent("00 24 19 c3 20 .. 01 aa bb ..");
	REQUIRE(EXPECT(bmc_wire(NETFN_APP, CMD_SEND_MESSAGE, 0, &w)));
	EXPECT_EQ(w.data[5] & 3, 2);
	EXPECT_EQ(ipmb_sum(w.data + 4, w.len - 4), 0);
	EXPECT_EQ(bmc_number("count 6 34"), 1);

	EXPECT_EQ(r.recv_type, IPMI_RESPONSE_RECV_TYPE);
	EXPECT_EQ(r.msgid, 5);
	EXPECT_EQ(r.netfn, NETFN_APP | 1);
	EXPECT_EQ(r.cmd, CMD_GET_DEVICE_ID);
	EXPECT_HEX(r.data, r.len, "00 50 01 01 00 02 29 d9 7e 00 99 00");
	EXPECT_EQ(r.addr_len, sizeof(near));
	EXPECT(!memcmp(&r.addr, &near, sizeof(near)));
	near.lun = 0;
}

static void ipmb_error_is_data(void)
{
	struct reply r;

	fresh();
	EXPECT_EQ(ipmi_send_to(fd, TO(near), 6, NETFN_APP, 0xf3, NULL, 0), 0);
	REQUIRE(EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0));
	EXPECT_EQ(r.cmd, 0xf3);
	EXPECT_HEX(r.data, r.len, "c1");
	EXPECT_EQ(bmc_number("count 6 34"), 1);
}

static void broadcast_bytes(void)
{
	struct ipmi_ipmb_addr addr;
	struct reply r;

	fresh();
	ipmi_ipmb(&addr, 0, SATELLITE, 1);
	addr.addr_type = IPMI_IPMB_BROADCAST_ADDR_TYPE;
	EXPECT_EQ(ipmi_send_to(fd, TO(addr), 7, NETFN_APP, CMD_GET_DEVICE_ID, aa_bb, 2), 0);
	REQUIRE(EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0));
	sent("00 00 24 19 c3 20 .. 01 aa bb ..");
	EXPECT_EQ(r.msgid, 7);
	EXPECT_EQ(r.data[0], 0);
	/* who answered is at an address of its own */
	addr.addr_type = IPMI_IPMB_ADDR_TYPE;
	EXPECT(!memcmp(&r.addr, &addr, sizeof(addr)));
}

static void lan_bytes(void)
{
	struct ipmi_lan_addr *from;
	struct wire w;
	struct reply r;

	fresh();
	EXPECT_EQ(ipmi_send_to(fd, TO(far), 8, NETFN_APP, CMD_GET_DEVICE_ID, aa_bb, 2), 0);
	REQUIRE(EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0));
	sent("01 07 81 18 67 82 .. 01 aa bb ..");
	REQUIRE(EXPECT(bmc_wire(NETFN_APP, CMD_SEND_MESSAGE, 0, &w)));
	EXPECT_EQ(w.data[6] & 3, 2);
	EXPECT_EQ(ipmb_sum(w.data + 5, w.len - 5), 0);
	EXPECT_EQ(r.recv_type, IPMI_RESPONSE_RECV_TYPE);
	EXPECT_EQ(r.msgid, 8);
	EXPECT_EQ(r.data[0], 0);
	EXPECT_EQ(r.addr_len, sizeof(far));
	from = (void *)&r.addr;
	EXPECT_EQ(from->addr_type, IPMI_LAN_ADDR_TYPE);
	EXPECT_EQ(from->channel, LAN_CHANNEL);
	EXPECT_EQ(from->session_handle, 7);
	EXPECT_EQ(from->remote_SWID, 0x81);
	EXPECT_EQ(from->local_SWID, 0x82);
	EXPECT_EQ(from->lun, 0);
}

/* Who asks is at the address and LUN that were set for the channel. */
static void my_address_and_lun(void)
{
	struct reply r;
	struct wire w;

	fresh();
	set_mine(IPMICTL_SET_MY_CHANNEL_ADDRESS_CMD, 0, 0x42);
	set_mine(IPMICTL_SET_MY_CHANNEL_LUN_CMD, 0, 3);
	EXPECT_EQ(ipmi_send_to(fd, TO(near), 9, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0);
	sent("00 24 18 c4 42 .. 01 ..");
	EXPECT(bmc_wire(NETFN_APP, CMD_SEND_MESSAGE, 0, &w) && (w.data[5] & 3) == 3);
	EXPECT_EQ(r.data[0], 0);
	set_mine(IPMICTL_SET_MY_CHANNEL_ADDRESS_CMD, 0, 0x20);
	set_mine(IPMICTL_SET_MY_CHANNEL_LUN_CMD, 0, 2);

	set_mine(IPMICTL_SET_MY_CHANNEL_LUN_CMD, LAN_CHANNEL, 1);
	EXPECT_EQ(ipmi_send_to(fd, TO(far), 9, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0);
	EXPECT(bmc_wire(NETFN_APP, CMD_SEND_MESSAGE, 0, &w) && (w.data[6] & 3) == 1);
	set_mine(IPMICTL_SET_MY_CHANNEL_LUN_CMD, LAN_CHANNEL, 2);
}

static void every_length(void)
{
	unsigned char data[200];
	struct reply r;

	fresh();
	for (int i = 0; i < 200; i++)
		data[i] = i * 7;
	for (int n = 0; n <= 200; n += 1 + n / 8) {
		for (int lan = 0; lan < 2; lan++) {
			int ret = lan ? ipmi_send_to(fd, TO(far), n, NETFN_OEM, CMD_ECHO, data, n) :
					ipmi_send_to(fd, TO(near), n, NETFN_OEM, CMD_ECHO, data, n);

			EXPECT_EQ(ret, 0);
			REQUIRE(EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0));
			EXPECT_EQ(r.msgid, n);
			REQUIRE(EXPECT_EQ(r.len, n + 1));
			EXPECT(!r.data[0] && !memcmp(r.data + 1, data, n));
		}
	}
}

/* Commands that only the core may send to the BMC itself go to others. */
static void message_commands_are_bridged(void)
{
	struct reply r;

	fresh();
	for (int cmd = 0x33; cmd <= 0x35; cmd++) {
		EXPECT_EQ(ipmi_send_to(fd, TO(near), cmd, NETFN_APP, cmd, NULL, 0), 0);
		EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0);
		EXPECT_EQ(r.msgid, cmd);
		EXPECT_HEX(r.data, r.len, "c1");
	}
}

/* Answers come in another order than requests; each finds its own. */
static void answers_find_their_requests(void)
{
	int second = ipmi_open(0), seen = 0;
	struct reply r;

	fresh();
	bmc_line("satellite %x late arg=150", SATELLITE);
	for (unsigned char i = 0; i < 30; i++) {
		int file = i % 3 ? fd : second, ret;

		if (i % 2)
			ret = ipmi_send_to(file, TO(near), 1000 + i, NETFN_OEM, CMD_ECHO, &i, 1);
		else if (i % 4)
			ret = ipmi_send_to(file, TO(other), 1000 + i, NETFN_OEM, CMD_ECHO, &i, 1);
		else
			ret = ipmi_send_to(file, TO(far), 1000 + i, NETFN_OEM, CMD_ECHO, &i, 1);
		REQUIRE(EXPECT_EQ(ret, 0));
	}
	for (int i = 0; i < 30; i++) {
		int file = i < 20 ? fd : second;

		REQUIRE(EXPECT_EQ(ipmi_next(file, QUICK_MS, &r), 0));
		REQUIRE(EXPECT_EQ(r.len, 2));
		EXPECT_EQ(r.data[1], r.msgid - 1000);
		EXPECT_EQ(file == fd, r.data[1] % 3 != 0);
		seen |= 1 << r.data[1];
	}
	EXPECT_EQ(seen, (1 << 30) - 1);
	EXPECT_EQ(ipmi_drain(fd, 300) + ipmi_drain(second, 50), 0);
	close(second);
}

/*
 * A number whose last use may still be answered is not given to a request which that answer
 * would fit, so for some seconds after many have been given up there may be none.
 */
static int send_soon(long msgid, int cmd)
{
	double end = now() + SOON_S;
	int ret;

	while ((ret = ipmi_send_to(fd, TO(near), msgid, NETFN_OEM, cmd, NULL, 0)) ==
		       BY_STACK(-EAGAIN, 0) &&
	       now() < end)
		usleep(100000);
	return ret;
}

static void slots_run_out(void)
{
	unsigned char seen[SLOTS] = { 0 };
	int files[] = { ipmi_open(0), ipmi_open(0) };
	struct wire w;
	struct reply r;

	fresh();
	bmc_line("satellite %x silent", SATELLITE);
	bmc_line("console %x silent", LAN_CHANNEL);
	/* of all users and channels together */
	for (int i = 0; i < SLOTS; i++) {
		int file = files[i % 2];

		if (i % 4)
			REQUIRE(EXPECT_EQ(ipmi_send_timed(file, TO(near), i, NETFN_OEM, CMD_RUN_OUT,
							  NULL, 0, 0, GUARDED_MS),
					  0));
		else
			REQUIRE(EXPECT_EQ(ipmi_send_timed(file, TO(far), i, NETFN_OEM, CMD_RUN_OUT,
							  NULL, 0, 0, GUARDED_MS),
					  0));
	}
	EXPECT_EQ(ipmi_send_to(fd, TO(near), 99, NETFN_OEM, CMD_RUN_OUT, NULL, 0), -EAGAIN);
	EXPECT_EQ(ipmi_send_to(fd, TO(far), 99, NETFN_OEM, CMD_RUN_OUT, NULL, 0), -EAGAIN);
	/* the BMC itself can be asked */
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	EXPECT(bmc_received(NETFN_APP, CMD_SEND_MESSAGE, SLOTS, QUICK_MS));
	for (int i = 0; i < SLOTS; i++) {
		REQUIRE(EXPECT(bmc_wire(NETFN_APP, CMD_SEND_MESSAGE, i, &w)));
		seen[w.data[w.data[0] ? 6 : 5] >> 2]++;
	}
	for (int i = 0; i < SLOTS; i++)
		EXPECT_EQ(seen[i], 1);
	/* who closes gives back */
	close(files[0]);
	for (int i = 0; i < SLOTS / 2; i++)
		EXPECT_EQ(ipmi_send_timed(fd, TO(near), i, NETFN_OEM, CMD_RUN_OUT + 1, NULL, 0, 0,
					  GUARDED_MS),
			  0);
	EXPECT_EQ(ipmi_send_to(fd, TO(near), 99, NETFN_OEM, CMD_RUN_OUT, NULL, 0), -EAGAIN);
	close(files[1]);
	close(fd);
	fd = ipmi_open(0);
	bmc_line("satellite %x answer", SATELLITE);
	for (int i = 0; i < SLOTS; i++) {
		EXPECT_EQ(send_soon(i, CMD_RUN_OUT), 0);
		EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0);
	}
}

/* What is given up gives its slot back too. */
static void slots_come_back(void)
{
	struct reply r;

	fresh();
	bmc_line("satellite %x silent", SATELLITE);
	for (int i = 0; i < SLOTS; i++)
		EXPECT_EQ(ipmi_send_timed(fd, TO(near), i, NETFN_OEM, CMD_COME_BACK, NULL, 0, 0,
					  500),
			  0);
	for (int i = 0; i < SLOTS; i++) {
		REQUIRE(EXPECT_EQ(ipmi_next(fd, OVER_MS, &r), 0));
		EXPECT_HEX(r.data, r.len, "c3");
	}
	bmc_line("satellite %x answer", SATELLITE);
	for (int i = 0; i < SLOTS; i++)
		EXPECT_EQ(send_soon(i, CMD_COME_BACK), 0);
	for (int i = 0; i < SLOTS; i++) {
		REQUIRE(EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0));
		EXPECT_HEX(r.data, r.len, "00");
	}
}

/* A response of the user's: the sequence number is the message's id. */
static void responses(void)
{
	struct reply r;

	fresh();
	near.lun = 1;
	EXPECT_EQ(ipmi_send_to(fd, TO(near), 0x15, NETFN_APP | 1, CMD_GET_DEVICE_ID, aa_bb, 2), 0);
	REQUIRE(EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0));
	sent("00 24 1d bf 20 56 01 aa bb 24");
	near.lun = 0;
	EXPECT_EQ(r.recv_type, IPMI_RESPONSE_RESPONSE_TYPE);
	EXPECT_EQ(r.msgid, 0x15);
	EXPECT_EQ(r.addr.addr_type, IPMI_IPMB_ADDR_TYPE);
	EXPECT_HEX(r.data, r.len, "00");

	EXPECT_EQ(ipmi_send_to(fd, TO(far), 0x7fff16, NETFN_APP | 1, CMD_GET_DEVICE_ID, aa_bb, 2),
		  0);
	REQUIRE(EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0));
	sent("01 07 81 1c 63 82 5a 01 aa bb be");
	EXPECT_EQ(r.recv_type, IPMI_RESPONSE_RESPONSE_TYPE);
	EXPECT_EQ(r.msgid, 0x7fff16);
	EXPECT_HEX(r.data, r.len, "00");
	/* nobody answers a response: nothing else comes, nothing is repeated */
	EXPECT_EQ(ipmi_drain(fd, 2500), 0);
	EXPECT_EQ(bmc_number("count 6 34"), 2);
}

static void refused_response(void)
{
	struct reply r;

	fresh();
	bmc_line("satellite %x refuse arg=0xc1", SATELLITE);
	EXPECT_EQ(ipmi_send_to(fd, TO(near), 0x15, NETFN_APP | 1, CMD_GET_DEVICE_ID, aa_bb, 2), 0);
	REQUIRE(EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0));
	EXPECT_EQ(r.recv_type, IPMI_RESPONSE_RESPONSE_TYPE);
	EXPECT_EQ(r.msgid, 0x15);
	EXPECT_HEX(r.data, r.len, "c1");
	EXPECT_EQ(bmc_number("count 6 34"), 1);
}

static void nothing_is_left(void)
{
	fresh();
	EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/nr_msgs"), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(ipmb_bytes),
	KTAP_CASE(ipmb_error_is_data),
	KTAP_CASE(broadcast_bytes),
	KTAP_CASE(lan_bytes),
	KTAP_CASE(my_address_and_lun),
	KTAP_CASE(every_length),
	KTAP_CASE(message_commands_are_bridged),
	KTAP_CASE(answers_find_their_requests),
	KTAP_CASE(slots_run_out),
	KTAP_CASE(slots_come_back),
	KTAP_CASE(responses),
	KTAP_CASE(refused_response),
	KTAP_CASE(nothing_is_left),
};

int main(void)
{
	fd = ipmi_must_open(0);
	ipmi_ipmb(&near, 0, SATELLITE, 0);
	ipmi_ipmb(&other, 0, OTHER_SATELLITE, 0);
	ipmi_lan(&far, LAN_CHANNEL, 7, 0x81, 0x82, 0);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
