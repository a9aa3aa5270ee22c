// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests to those behind the BMC that are not answered well: silence, refusals, answers that
 * are wrong, short, late or there twice. The BMC is that of tests/bmc.
 */
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define SECOND 1000
#define QUICK_MS 2000 /* what is answered at once is here by then */
#define OVER_MS 15000 /* and what is given up, at last */

static int fd;
static struct ipmi_ipmb_addr near;
static struct ipmi_lan_addr far;

#define TO(addr) &(addr), sizeof(addr)

/* Everything behind the BMC answers again, and nobody has asked anything. */
static void fresh(void)
{
	ipmi_drain(fd, 50);
	bmc_all_answer();
}

/*
 * One request that is never answered well: @cc comes after so many tries, each the same, and each
 * with all of its time. The kernel's own counts in steps of a second, the first of them begun.
 */
static void gives_up_with(const char *cc, int file, int msgid, int tries, double start,
			  int try_ms)
{
	int least = BY_STACK(tries * try_ms * 19 / 20, tries * try_ms / 4), ms;
	struct wire w, later;
	struct reply r;

	/* a machine that others use may take longer, but an end there is */
	REQUIRE(EXPECT_EQ(ipmi_next(file, 2 * tries * try_ms + OVER_MS, &r), 0));
	ms = (now() - start) * 1e3;
	EXPECT_EQ(r.msgid, msgid);
	EXPECT_EQ(r.recv_type, IPMI_RESPONSE_RECV_TYPE);
	EXPECT_EQ(r.netfn, NETFN_APP | 1);
	EXPECT_EQ(r.cmd, CMD_GET_DEVICE_ID);
	EXPECT_HEX(r.data, r.len, cc);
	if (!EXPECT(ms >= least))
		ktap_note("%d ms", ms);
	REQUIRE(EXPECT_EQ(bmc_number("count 6 34"), tries));
	EXPECT(bmc_wire(NETFN_APP, CMD_SEND_MESSAGE, 0, &later));
	for (int i = 1; i < tries; i++) {
		EXPECT(bmc_wire(NETFN_APP, CMD_SEND_MESSAGE, i, &w));
		EXPECT_EQ(w.len, later.len);
		EXPECT(!memcmp(w.data, later.data, w.len));
		if (!EXPECT(later.at - w.at >= BY_STACK(try_ms * 0.8, try_ms / 4)))
			ktap_note("%.0f ms between two tries", later.at - w.at);
		later = w;
	}
}

static void gives_up(int file, int msgid, int tries, double start, int try_ms)
{
	gives_up_with("c3", file, msgid, tries, start, try_ms);
}

static void silence_with_defaults(void)
{
	double start = now();

	fresh();
	bmc_line("satellite %x silent", SATELLITE);
	EXPECT_EQ(ipmi_send_to(fd, TO(near), 10, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	gives_up(fd, 10, 5, start, 2 * SECOND);
}

static void silence_with_timing(void)
{
	double start = now();

	fresh();
	bmc_line("satellite %x silent", SATELLITE);
	EXPECT_EQ(ipmi_send_timed(fd, TO(near), 11, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, 2,
				  SECOND), 0);
	gives_up(fd, 11, 3, start, SECOND);
	fresh();
	bmc_line("console %x silent", LAN_CHANNEL);
	start = now();
	EXPECT_EQ(ipmi_send_timed(fd, TO(far), 12, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, 0,
				  SECOND), 0);
	gives_up(fd, 12, 1, start, SECOND);
}

/* Many short tries take no longer than one of as much time: no time is rounded to a second. */
static void short_tries(void)
{
	double start, many, one;
	struct reply r;

	if (!stack_is_ours())
		SKIP("the kernel's own counts seconds");
	fresh();
	bmc_line("satellite %x silent", SATELLITE);
	start = now();
	EXPECT_EQ(ipmi_send_timed(fd, TO(near), 20, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, 0,
				  1500), 0);
	EXPECT_EQ(ipmi_next(fd, OVER_MS, &r), 0);
	one = now() - start;
	bmc_line("forget");
	start = now();
	EXPECT_EQ(ipmi_send_timed(fd, TO(near), 21, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, 19,
				  75), 0);
	EXPECT_EQ(ipmi_next(fd, 4 * OVER_MS, &r), 0);
	many = now() - start;
	EXPECT_EQ(bmc_number("count 6 34"), 20);
	ktap_note("one try took %.2f s, twenty took %.2f s", one, many);
	EXPECT(one >= 1.5 && many >= 1.5);
	EXPECT(many < 5 * one);
}

static void silence_with_descriptors_timing(void)
{
	struct ipmi_timing_parms parms = { .retries = 1, .retry_time_ms = SECOND };
	int file = ipmi_open(0);
	double start = now();

	fresh();
	bmc_line("satellite %x silent", SATELLITE);
	EXPECT_EQ(ioctl(file, IPMICTL_SET_TIMING_PARMS_CMD, &parms), 0);
	EXPECT_EQ(ipmi_send_to(file, TO(near), 13, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	gives_up(file, 13, 2, start, SECOND);
	close(file);
}

static void broadcast_is_not_repeated(void)
{
	struct ipmi_ipmb_addr addr = near;
	double start = now();

	fresh();
	bmc_line("satellite %x silent", SATELLITE);
	addr.addr_type = IPMI_IPMB_BROADCAST_ADDR_TYPE;
	EXPECT_EQ(ipmi_send_timed(fd, TO(addr), 14, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, 5,
				  SECOND), 0);
	gives_up(fd, 14, 1, start, SECOND);
}

/* Nobody at that address: the bus says NAK, and that may change. */
static void nak_is_repeated(void)
{
	double start = now();

	fresh();
	bmc_line("satellite %x absent", SATELLITE);
	EXPECT_EQ(ipmi_send_timed(fd, TO(near), 15, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, 2,
				  SECOND), 0);
	gives_up_with(BY_STACK("83", "c3"), fd, 15, 3, start, SECOND);
}

/* Send Message failed for a reason that may pass; then it works. */
static void passing_failures(void)
{
	static const int codes[] = { 0xc0, 0x81, 0x82, 0x83 };
	struct reply r;

	for (unsigned int i = 0; i < ARRAY_SIZE(codes); i++) {
		fresh();
		bmc_line("satellite %x refuse n=1 arg=%d", SATELLITE, codes[i]);
		EXPECT_EQ(ipmi_send_timed(fd, TO(near), codes[i], NETFN_APP, CMD_GET_DEVICE_ID,
					  NULL, 0, 2, SECOND), 0);
		REQUIRE(EXPECT_EQ(ipmi_next(fd, OVER_MS, &r), 0));
		EXPECT_EQ(r.msgid, codes[i]);
		EXPECT_EQ(r.data[0], 0);
		EXPECT_EQ(r.len, 12);
		EXPECT_EQ(bmc_number("count 6 34"), 2);
	}
}

/* And for one that does not pass: it is the answer. */
static void lasting_failures(void)
{
	static const int codes[] = { 0x80, 0x84, 0xc1, 0xc3, 0xcb, 0xcc, 0xd3, 0xd5, 0xff };
	struct reply r;

	for (unsigned int i = 0; i < ARRAY_SIZE(codes); i++) {
		fresh();
		bmc_line("satellite %x refuse arg=%d", SATELLITE, codes[i]);
		EXPECT_EQ(ipmi_send_to(fd, TO(near), codes[i], NETFN_APP, CMD_GET_DEVICE_ID, NULL,
				       0),
			  0);
		REQUIRE(EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0));
		EXPECT_EQ(r.msgid, codes[i]);
		EXPECT_EQ(r.netfn, NETFN_APP | 1);
		EXPECT_EQ(r.cmd, CMD_GET_DEVICE_ID);
		EXPECT_EQ(r.data[0], codes[i]);
		EXPECT_EQ(r.len, 1);
		EXPECT_EQ(bmc_number("count 6 34"), 1);
	}
}

/* The first answer is not the one; nobody gets it, and the second try is answered well. */
static void wrong_answer(const char *manner, bool lan)
{
	unsigned char data[] = { 0x5a };
	struct reply r;
	int ret;

	fresh();
	if (lan) {
		bmc_line("console %x %s n=1", LAN_CHANNEL, manner);
		ret = ipmi_send_timed(fd, TO(far), 16, NETFN_OEM, CMD_ECHO, data, 1, 2, SECOND);
	} else {
		bmc_line("satellite %x %s n=1", SATELLITE, manner);
		ret = ipmi_send_timed(fd, TO(near), 16, NETFN_OEM, CMD_ECHO, data, 1, 2, SECOND);
	}
	EXPECT_EQ(ret, 0);
	REQUIRE(EXPECT_EQ(ipmi_next(fd, OVER_MS, &r), 0));
	EXPECT_EQ(r.msgid, 16);
	EXPECT_HEX(r.data, r.len, "00 5a");
	if (!EXPECT_EQ(bmc_number("count 6 34"), 2))
		ktap_note("%s, %s", manner, lan ? "LAN" : "IPMB");
	EXPECT_EQ(ipmi_drain(fd, 50), 0);
}

static void wrong_answers(void)
{
	static const char *const manners[] = { "wrong-seq", "wrong-addr", "wrong-cmd",
					       "wrong-netfn", "wrong-channel" };

	for (unsigned int i = 0; i < ARRAY_SIZE(manners); i++) {
		wrong_answer(manners[i], false);
		wrong_answer(manners[i], true);
	}
	wrong_answer("wrong-handle", true);
	wrong_answer("wrong-lun", false);
	wrong_answer("wrong-lun", true);
}

/* Checksums are the BMC's affair; there are some that give the host none worth the name. */
static void checksums_are_not_judged(void)
{
	unsigned char data = 0x5a;
	struct reply r;

	fresh();
	bmc_line("satellite %x wrong-checksum", SATELLITE);
	bmc_line("console %x wrong-checksum", LAN_CHANNEL);
	EXPECT_EQ(ipmi_send_to(fd, TO(near), 1, NETFN_OEM, CMD_ECHO, &data, 1), 0);
	EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0);
	EXPECT_HEX(r.data, r.len, "00 5a");
	EXPECT_EQ(ipmi_send_to(fd, TO(far), 2, NETFN_OEM, CMD_ECHO, &data, 1), 0);
	EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0);
	EXPECT_HEX(r.data, r.len, "00 5a");
	EXPECT_EQ(bmc_number("count 6 34"), 2);
}

/* Answers that end too early, at every byte. */
static void short_answers(void)
{
	unsigned char data[] = { 0x77 };
	struct reply r;

	fresh();
	for (int cut = 1; cut <= 10; cut++) {
		bmc_line("satellite %x short n=1 arg=%d", SATELLITE, cut);
		bmc_line("console %x short n=1 arg=%d", LAN_CHANNEL, cut);
		EXPECT_EQ(ipmi_send_timed(fd, TO(near), cut, NETFN_OEM, CMD_ECHO, data, 1, 0, 500),
			  0);
		EXPECT_EQ(ipmi_send_timed(fd, TO(far), cut, NETFN_OEM, CMD_ECHO, data, 1, 0, 500),
			  0);
		for (int i = 0; i < 2; i++) {
			REQUIRE(EXPECT_EQ(ipmi_next(fd, OVER_MS, &r), 0));
			EXPECT_EQ(r.msgid, cut);
			EXPECT_EQ(r.recv_type, IPMI_RESPONSE_RECV_TYPE);
		}
	}
	EXPECT_EQ(ipmi_drain(fd, 50), 0);
	EXPECT_EQ(ipmi_send_to(fd, TO(near), 99, NETFN_OEM, CMD_ECHO, data, 1), 0);
	EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0);
	EXPECT_HEX(r.data, r.len, "00 77");
}

static void second_answer_is_dropped(void)
{
	struct reply r;

	fresh();
	bmc_line("satellite %x twice", SATELLITE);
	bmc_line("console %x twice", LAN_CHANNEL);
	for (unsigned char i = 0; i < 10; i++) {
		EXPECT_EQ(ipmi_send_to(fd, TO(near), i, NETFN_OEM, CMD_ECHO, &i, 1), 0);
		REQUIRE(EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0));
		EXPECT_EQ(r.data[1], i);
		EXPECT_EQ(ipmi_send_to(fd, TO(far), i, NETFN_OEM, CMD_ECHO, &i, 1), 0);
		REQUIRE(EXPECT_EQ(ipmi_next(fd, QUICK_MS, &r), 0));
		EXPECT_EQ(r.data[1], i);
	}
	EXPECT_EQ(ipmi_drain(fd, 100), 0);
}

/* An answer after its request was given up is nobody's, not that of the next request either. */
static void late_answer_is_dropped(void)
{
	unsigned char one = 1, two = 2;
	struct reply r;

	fresh();
	bmc_line("satellite %x late n=1 arg=3500", SATELLITE);
	EXPECT_EQ(ipmi_send_timed(fd, TO(near), 17, NETFN_OEM, CMD_ECHO, &one, 1, 0, SECOND), 0);
	REQUIRE(EXPECT_EQ(ipmi_next(fd, OVER_MS, &r), 0));
	EXPECT_HEX(r.data, r.len, "c3");
	bmc_line("satellite %x silent", SATELLITE);
	EXPECT_EQ(ipmi_send_timed(fd, TO(near), 18, NETFN_OEM, CMD_ECHO, &two, 1, 0, 4000), 0);
	REQUIRE(EXPECT_EQ(ipmi_next(fd, OVER_MS, &r), 0));
	EXPECT_EQ(r.msgid, 18);
	EXPECT_HEX(r.data, r.len, "c3");
	EXPECT_EQ(ipmi_drain(fd, 50), 0);
}

/* An answer while the second try is already on its way ends the request once. */
static void late_answer_to_first_try(void)
{
	unsigned char data = 3;
	struct reply r;

	fresh();
	bmc_line("satellite %x late arg=2500", SATELLITE);
	EXPECT_EQ(ipmi_send_timed(fd, TO(near), 19, NETFN_OEM, CMD_ECHO, &data, 1, 4, SECOND), 0);
	REQUIRE(EXPECT_EQ(ipmi_next(fd, OVER_MS, &r), 0));
	EXPECT_HEX(r.data, r.len, "00 03");
	EXPECT_EQ(ipmi_drain(fd, 3000), 0);
}

static void nothing_is_left(void)
{
	fresh();
	EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/nr_msgs"), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(silence_with_defaults),
	KTAP_CASE(silence_with_timing),
	KTAP_CASE(short_tries),
	KTAP_CASE(silence_with_descriptors_timing),
	KTAP_CASE(broadcast_is_not_repeated),
	KTAP_CASE(nak_is_repeated),
	KTAP_CASE(passing_failures),
	KTAP_CASE(lasting_failures),
	KTAP_CASE(wrong_answers),
	KTAP_CASE(checksums_are_not_judged),
	KTAP_CASE(short_answers),
	KTAP_CASE(second_answer_is_dropped),
	KTAP_CASE(late_answer_is_dropped),
	KTAP_CASE(late_answer_to_first_try),
	KTAP_CASE(nothing_is_left),
};

int main(void)
{
	fd = ipmi_must_open(0);
	ipmi_ipmb(&near, 0, SATELLITE, 0);
	ipmi_lan(&far, LAN_CHANNEL, 7, 0x81, 0x82, 0);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
