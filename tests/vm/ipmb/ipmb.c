// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmi_ipmb on the bus of tests/modules/i2c_loop.c, whose BMC is a child of this program behind
 * /dev/ipmb-N, or this program itself, that answers late, wrongly, or not at all.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmb_bus.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define PARAM "/sys/module/ipmi_ipmb/parameters/"

#define CMD_OTHER 0x42
#define CC_BUS 0x82
#define CC_UNKNOWN 0xc1
#define CC_TIMEOUT 0xc3
#define CC_TOO_LONG 0xc8

static int node = -1, ipmi = -1;

static void set(const char *path, const char *text)
{
	EXPECT_EQ(file_write(path, text), 0);
}

static long count(const char *name)
{
	return file_number("%s/%s", ipmb_host_device, name);
}

/* The BMC: who it is, that it has a channel of no kind, and what it was given. */
static int answer(const unsigned char *rq, unsigned char *rsp)
{
	static const unsigned char device_id[] = { 0, 0x20, 0x01, 0x01, 0x23, 0x02, 0x80,
						   0xd9, 0x7e, 0x00, 0x70, 0x1d };
	unsigned char data[32] = { CC_UNKNOWN };
	int n = rq[0] - 7, m = 1;

	if (rq[2] >> 2 == NETFN_APP && rq[6] == CMD_GET_DEVICE_ID) {
		m = sizeof(device_id);
		memcpy(data, device_id, m);
	} else if (rq[2] >> 2 == NETFN_APP && rq[6] == CMD_OTHER) {
		m = 1 + (n < 24 ? n : 24);
		data[0] = 0;
		memcpy(data + 1, rq + 7, m - 1);
	}
	return ipmb_message(rsp, rq[4], (rq[2] >> 2) | 1, rq[1], rq[5] >> 2, rq[6], data, m);
}

static pid_t serve(void)
{
	pid_t pid = fork();
	unsigned char rq[300], rsp[300];
	int fd;

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = open(ipmb_bmc_node, O_RDWR);
	while (ipmb_get(fd, rq, sizeof(rq)) >= 8)
		if (!(rq[2] >> 2 & 1))
			ipmb_put(fd, rsp, answer(rq, rsp));
	_exit(0);
}

static pid_t bmc = -1;

static void bmc_stops(void)
{
	if (bmc > 0) {
		kill(bmc, SIGKILL);
		waitpid(bmc, NULL, 0);
	}
	bmc = -1;
}

static void host_comes(void)
{
	ipmb_host_write("new_device", "ipmi-ipmb 0x1030");
}

static void host_goes(void)
{
	ipmb_host_write("delete_device", "0x1030");
}

/* Nobody answers while it is added: no interface, until somebody does. */
static void a_bmc_that_comes_late(void)
{
	host_comes();
	EXPECT_EQ(ipmi_nodes(), 0);
	EXPECT_EQ(access(ipmb_host_device, F_OK), 0);
	host_goes();
	host_comes();
	EXPECT_EQ(ipmi_nodes(), 0);
	bmc = serve();
	ipmi = ipmi_must_open(0);
	EXPECT_EQ(ipmi_try(0), 0);
}

static void says_what_it_is(void)
{
	char want[64];

	EXPECT_STR(file_text("%s/type", ipmb_host_device), "ipmb");
	snprintf(want, sizeof(want), "ipmb,i2c=%d,own=0x60,bmc=0x20,retry_ms=10000,retries=1",
		 ipmb_host_adapter);
	EXPECT_STR(file_text("%s/params", ipmb_host_device), want);
	EXPECT_STR(link_name("/sys/class/ipmi/ipmi0/device"), strrchr(ipmb_host_device, '/') + 1);
	EXPECT_STR(link_name("%s/driver", ipmb_host_device), "ipmi-ipmb");
}

static void lengths(void)
{
	unsigned char data[64];
	long requests;
	struct reply r;

	for (unsigned int i = 0; i < sizeof(data); i++)
		data[i] = i * 3;
	requests = count("requests");
	for (int n = 0; n <= 24; n++) {
		REQUIRE(EXPECT_EQ(ipmi_ask(ipmi, NETFN_APP, CMD_OTHER, data, n, &r), 0));
		EXPECT_EQ(r.data[0], 0);
		EXPECT_EQ(r.len, n + 1);
		EXPECT_EQ(memcmp(r.data + 1, data, n), 0);
	}
	EXPECT_EQ(ipmi_ask(ipmi, NETFN_APP, CMD_OTHER, data, 26, &r), 0);
	EXPECT_EQ(r.data[0], 0);
	EXPECT_EQ(ipmi_ask(ipmi, NETFN_APP, CMD_OTHER, data, 27, &r), 0);
	EXPECT_EQ(r.data[0], CC_TOO_LONG);
	EXPECT_EQ(count("requests"), requests + 26);
}

/* Each is sent once. */
static void many(void)
{
	long requests = count("requests"), received = ipmb_count(ipmb_bmc_adapter, "received");
	long late = count("late_answers");
	int rounds = 200;

	for (int i = 0; i < rounds; i++) {
		unsigned char data[2] = { i, i >> 8 };
		struct reply r;

		if (!EXPECT_EQ(ipmi_ask(ipmi, NETFN_APP, CMD_OTHER, data, 2, &r), 0) ||
		    !EXPECT_EQ(r.data[0], 0) || !EXPECT_EQ(r.data[1] | r.data[2] << 8, i))
			break;
	}
	EXPECT_EQ(count("requests"), requests + rounds);
	EXPECT_EQ(ipmb_count(ipmb_bmc_adapter, "received"), received + rounds);
	EXPECT_EQ(count("resent"), 0);
	EXPECT_EQ(count("timeouts"), 0);
	EXPECT_EQ(count("late_answers"), late);
}

/* What this program, as the BMC, gets of a request that it has sent as a user. */
static int asked(long msgid, int cmd, unsigned char *rq)
{
	EXPECT_EQ(ipmi_send(ipmi, msgid, NETFN_APP, cmd, NULL, 0), 0);
	return ipmb_get(node, rq, 64);
}

static void put_answer(const unsigned char *rq, int byte, int wrong)
{
	unsigned char rsp[64];
	int n = answer(rq, rsp);

	rsp[byte] ^= wrong;
	/* only what is wrong with its checksums is wrong with them */
	if (byte < 3)
		rsp[3] = ipmb_sum(rsp + 1, 2);
	else if (byte > 3 && byte < n - 1)
		rsp[n - 1] = ipmb_sum(rsp + 4, n - 5);
	EXPECT_EQ(ipmb_put(node, rsp, n), n);
}

static void is_answered(long msgid, int cmd)
{
	struct reply r;

	REQUIRE(EXPECT_EQ(ipmi_wait(ipmi, ANSWER_MS), 1));
	EXPECT_EQ(ipmi_recv(ipmi, &r), 0);
	EXPECT_EQ(r.msgid, msgid);
	EXPECT_EQ(r.cmd, cmd);
	EXPECT_EQ(r.data[0], 0);
}

/* Of another function, controller, number or command; with bytes that are wrong; twice. */
static void answers_that_are_not_it(void)
{
	long late = count("late_answers"), bad = count("bad_messages");
	unsigned char rq[64];

	bmc_stops();
	node = open(ipmb_bmc_node, O_RDWR | O_CLOEXEC);
	REQUIRE(EXPECT(node >= 0));
	REQUIRE(EXPECT_EQ(asked(1, CMD_OTHER, rq), 8));
	EXPECT_EQ(rq[1], IPMB_BMC);
	EXPECT_EQ(rq[4], IPMB_HOST);
	put_answer(rq, 2, 0x08);
	put_answer(rq, 4, 0x02);
	put_answer(rq, 5, 0x04);
	put_answer(rq, 6, 0x01);
	EXPECT_EQ(count("late_answers"), late + 4);
	put_answer(rq, 3, 0x01);
	put_answer(rq, 8, 0x01);
	EXPECT_EQ(count("bad_messages"), bad + 2);
	EXPECT_EQ(ipmi_wait(ipmi, 0), 0);
	put_answer(rq, 0, 0);
	is_answered(1, CMD_OTHER);
	put_answer(rq, 0, 0);
	EXPECT_EQ(count("late_answers"), late + 5);
	/* the next one has its own */
	REQUIRE(EXPECT_EQ(asked(2, CMD_OTHER, rq), 8));
	put_answer(rq, 0, 0);
	is_answered(2, CMD_OTHER);
	EXPECT_EQ(count("resent"), 0);
}

/* A bus that is busy, or a controller that is: nobody acknowledges for a while. */
static void a_message_that_is_not_acknowledged(void)
{
	long errors = count("bus_errors");
	unsigned char rq[64];

	set(IPMB_CLIENT "naks", "3");
	REQUIRE(EXPECT_EQ(asked(3, CMD_OTHER, rq), 8));
	EXPECT_EQ(count("bus_errors"), errors + 3);
	put_answer(rq, 0, 0);
	is_answered(3, CMD_OTHER);
}

static int direct(unsigned char *data, int n, long msgid, int netfn, int cmd)
{
	struct ipmi_ipmb_direct_addr addr = {
		.addr_type = IPMI_IPMB_DIRECT_ADDR_TYPE,
		.slave_addr = IPMB_BMC,
		.rs_lun = 0,
		.rq_lun = 2,
	};
	struct ipmi_req req = {
		.addr = (unsigned char *)&addr, .addr_len = sizeof(addr), .msgid = msgid,
		.msg = { .netfn = netfn, .cmd = cmd, .data = data, .data_len = n },
	};

	return ipmi_send_req(ipmi, &req);
}

/* A command of the other controller: to who registered for it, and the answer back. */
static void commands(void)
{
	unsigned char m[64], got[64];
	struct reply r;
	int n;

	EXPECT_EQ(ipmi_register(ipmi, NETFN_APP, CMD_OTHER, IPMI_CHAN_ALL), 0);
	n = ipmb_message(m, IPMB_HOST, NETFN_APP, IPMB_BMC, 0x2a, CMD_OTHER, "\5\6", 2);
	EXPECT_EQ(ipmb_put(node, m, n), n);
	REQUIRE(EXPECT_EQ(ipmi_wait(ipmi, ANSWER_MS), 1));
	EXPECT_EQ(ipmi_recv(ipmi, &r), 0);
	EXPECT_EQ(r.recv_type, IPMI_CMD_RECV_TYPE);
	EXPECT_EQ(r.addr.addr_type, IPMI_IPMB_DIRECT_ADDR_TYPE);
	EXPECT_EQ(r.netfn, NETFN_APP);
	EXPECT_EQ(r.cmd, CMD_OTHER);
	EXPECT_EQ(r.len, 2);
	EXPECT_EQ(r.data[0], 5);
	EXPECT_EQ(r.msgid, 0x2a);
	EXPECT_EQ(direct((unsigned char *)"\0\7", 2, r.msgid, NETFN_APP | 1, CMD_OTHER), 0);
	EXPECT_EQ(ipmb_get(node, got, sizeof(got)), 10);
	EXPECT_EQ(got[1], IPMB_BMC);
	EXPECT_EQ(got[2] >> 2, NETFN_APP | 1);
	EXPECT_EQ(got[5] >> 2, 0x2a);
	EXPECT_EQ(got[8], 7);
	REQUIRE(EXPECT_EQ(ipmi_wait(ipmi, ANSWER_MS), 1));
	EXPECT_EQ(ipmi_recv(ipmi, &r), 0);
	EXPECT_EQ(r.recv_type, IPMI_RESPONSE_RESPONSE_TYPE);
	EXPECT_EQ(r.data[0], 0);
	EXPECT_EQ(ipmi_unregister(ipmi, NETFN_APP, CMD_OTHER, IPMI_CHAN_ALL), 0);
	/* nobody wants it now */
	EXPECT_EQ(ipmb_put(node, m, n), n);
	EXPECT_EQ(ipmb_get(node, got, sizeof(got)), 9);
	EXPECT_EQ(got[5] >> 2, 0x2a);
	EXPECT_EQ(got[7], CC_UNKNOWN);
	EXPECT_EQ(count("commands"), 2);
	EXPECT_EQ(count("dropped_commands"), 0);
}

/* Straight to a controller, here the same one. */
static void requests_to_anybody(void)
{
	unsigned char rq[64];
	struct reply r;

	EXPECT_EQ(direct((unsigned char *)"\1\2\3", 3, 77, NETFN_APP, CMD_OTHER), 0);
	REQUIRE(EXPECT_EQ(ipmb_get(node, rq, sizeof(rq)), 11));
	EXPECT_EQ(rq[5] & 3, 2);
	put_answer(rq, 0, 0);
	REQUIRE(EXPECT_EQ(ipmi_wait(ipmi, ANSWER_MS), 1));
	EXPECT_EQ(ipmi_recv(ipmi, &r), 0);
	EXPECT_EQ(r.msgid, 77);
	EXPECT_EQ(r.addr.addr_type, IPMI_IPMB_DIRECT_ADDR_TYPE);
	EXPECT_EQ(r.len, 4);
	EXPECT_EQ(r.data[3], 3);
}

/* A request without an answer ends with its device. */
static void removal_with_a_request(void)
{
	unsigned char rq[64];
	struct reply r;

	REQUIRE(EXPECT_EQ(asked(9, CMD_OTHER, rq), 8));
	host_goes();
	EXPECT_EQ(ipmi_wait(ipmi, ANSWER_MS), 1);
	EXPECT_EQ(ipmi_recv(ipmi, &r), 0);
	EXPECT(r.data[0] != 0);
	EXPECT_EQ(ipmi_send(ipmi, 1, NETFN_APP, CMD_OTHER, NULL, 0), -ENODEV);
	close(ipmi);
	EXPECT_EQ(ipmb_put(node, rq,
			   ipmb_message(rq, IPMB_HOST, NETFN_APP, IPMB_BMC, 3, 1, NULL, 0)),
		  -ENXIO);
	close(node);
}

/* An answer that does not come in time: the request is sent again, and then it ends. */
static void lost(void)
{
	unsigned char rq[64], again[64];
	struct reply r;
	int n;

	bmc = serve();
	set(PARAM "retry_time_ms", "100");
	set(PARAM "max_retries", "3");
	host_comes();
	ipmi = ipmi_must_open(0);
	bmc_stops();
	node = open(ipmb_bmc_node, O_RDWR | O_CLOEXEC);
	REQUIRE(EXPECT_EQ(asked(4, CMD_OTHER, rq), 8));
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(ipmb_get(node, again, sizeof(again)), 8);
		EXPECT_EQ(memcmp(rq, again, 8), 0);
	}
	REQUIRE(EXPECT_EQ(ipmi_wait(ipmi, ANSWER_MS), 1));
	EXPECT_EQ(ipmi_recv(ipmi, &r), 0);
	EXPECT_EQ(r.msgid, 4);
	EXPECT_EQ(r.data[0], CC_TIMEOUT);
	EXPECT_EQ(count("resent"), 3);
	EXPECT_EQ(count("timeouts"), 1);
	/* the BMC is asked who it is, and a late answer is none to that */
	n = ipmb_get(node, again, sizeof(again));
	EXPECT_EQ(n, 8);
	EXPECT_EQ(again[6], CMD_GET_DEVICE_ID);
	put_answer(rq, 0, 0);
	EXPECT(count("late_answers") > 0);
}

/* It answers nothing: requests fail at once, and no longer once it does. */
static void away(void)
{
	struct reply r;
	double end = now() + 20;
	long refused;

	do {
		EXPECT_EQ(ipmi_ask(ipmi, NETFN_APP, CMD_OTHER, NULL, 0, &r), 0);
	} while (r.data[0] != CC_BUS && now() < end);
	EXPECT_EQ(r.data[0], CC_BUS);
	refused = count("refused");
	EXPECT_EQ(ipmi_ask(ipmi, NETFN_APP, CMD_OTHER, NULL, 0, &r), 0);
	EXPECT_EQ(r.data[0], CC_BUS);
	EXPECT(count("refused") > refused);
	close(node);
	bmc = serve();
	for (end = now() + 20; ipmi_try(0) && now() < end;)
		usleep(10000);
	EXPECT_EQ(ipmi_try(0), 0);
}

/* So it is where nobody acknowledges. */
static void away_from_the_bus(void)
{
	struct reply r;
	double end;

	set(IPMB_CLIENT "naks", "1000000");
	EXPECT_EQ(ipmi_ask(ipmi, NETFN_APP, CMD_OTHER, NULL, 0, &r), 0);
	EXPECT_EQ(r.data[0], CC_BUS);
	EXPECT_EQ(ipmi_ask(ipmi, NETFN_APP, CMD_OTHER, NULL, 0, &r), 0);
	EXPECT_EQ(r.data[0], CC_BUS);
	set(IPMB_CLIENT "naks", "0");
	for (end = now() + 20; ipmi_try(0) && now() < end;)
		usleep(10000);
	EXPECT_EQ(ipmi_try(0), 0);
}

/* Removal while others send, and the BMC sends commands. */
static void removal_under_load(void)
{
	pid_t users[3];
	int status;

	for (int i = 0; i < 3; i++) {
		users[i] = fork();
		if (users[i])
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;) {
			struct reply r;
			int ret;

			if (i == 2) {
				unsigned char m[64];
				int fd = open(ipmb_bmc_node, O_RDWR), n;

				n = ipmb_message(m, IPMB_HOST, NETFN_APP, IPMB_BMC, 3, CMD_OTHER,
						 NULL, 0);
				ipmb_put(fd, m, n);
				close(fd);
				continue;
			}
			ret = ipmi_open_now(0);
			if (ret < 0)
				continue;
			ipmi = ret;
			do
				ret = ipmi_ask(ipmi, NETFN_APP, CMD_OTHER, NULL, 0, &r);
			while (!ret);
			close(ipmi);
			if (ret != -ENODEV)
				_exit(1);
		}
	}
	close(ipmi);
	for (int i = 0; i < 5; i++) {
		close(ipmi_must_open(0));
		usleep(20000);
		host_goes();
		EXPECT_EQ(ipmi_nodes(), 0);
		host_comes();
	}
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(waitpid(users[i], &status, WNOHANG), 0);
		kill(users[i], SIGKILL);
		waitpid(users[i], NULL, 0);
	}
	ipmi = -1;
}

static void settings(void)
{
	host_goes();
	set(PARAM "bmcaddr", "33");
	host_comes();
	EXPECT_STR(link_name("%s/driver", ipmb_host_device), "");
	host_goes();
	set(PARAM "bmcaddr", "32");
	set(PARAM "retry_time_ms", "4000000000");
	set(PARAM "max_retries", "4000000000");
	host_comes();
	EXPECT(strstr(file_text("%s/params", ipmb_host_device), "retry_ms=10000,retries=16") != NULL);
	host_goes();
}
static void all_goes(void)
{
	bmc_stops();
	EXPECT_EQ(module_remove("ipmi_ipmb"), 0);
	EXPECT_EQ(module_remove("ipmb_client"), 0);
	EXPECT_EQ(module_remove("ipmb_dev_int"), 0);
	EXPECT_EQ(module_remove("i2c_loop"), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(a_bmc_that_comes_late),
	KTAP_CASE(says_what_it_is),
	KTAP_CASE(lengths),
	KTAP_CASE(many),
	KTAP_CASE(answers_that_are_not_it),
	KTAP_CASE(a_message_that_is_not_acknowledged),
	KTAP_CASE(commands),
	KTAP_CASE(requests_to_anybody),
	KTAP_CASE(removal_with_a_request),
	KTAP_CASE(lost),
	KTAP_CASE(away),
	KTAP_CASE(away_from_the_bus),
	KTAP_CASE(removal_under_load),
	KTAP_CASE(settings),
	KTAP_CASE(all_goes),
};

int main(void)
{
	ipmb_bus_init();
	return ktap_main(cases, ARRAY_SIZE(cases));
}
