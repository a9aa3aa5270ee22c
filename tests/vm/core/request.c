// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests and replies through /dev/ipmi0: SEND_COMMAND, RECEIVE_MSG, RECEIVE_MSG_TRUNC,
 * poll(), and how each refuses what is wrong. Run in a guest with a BMC, see suite.toml.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

/* completion code and 11 bytes; the BMC of tests/bmc has an auxiliary revision */
#define DEVICE_ID_MAX 16
#define IS_VBMC (!strcmp(hardware(), "vbmc"))
#define DEVICE_ID_LEN (IS_VBMC ? DEVICE_ID_MAX : 12)

static int fd;
static unsigned char *no_access; /* a page nobody may touch */

static int send_device_id(long msgid)
{
	return ipmi_send(fd, msgid, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0);
}

/* A reply is in the queue of fd when this returns true. */
static bool device_id_waits(long msgid)
{
	return EXPECT_EQ(send_device_id(msgid), 0) && EXPECT_EQ(ipmi_wait(fd, ANSWER_MS), 1);
}

/* The queue of fd holds the reply to msgid and nothing else; takes it. */
static void only_reply_is(long msgid)
{
	struct reply r;

	EXPECT_EQ(ipmi_recv(fd, &r), 0);
	EXPECT_EQ(r.msgid, msgid);
	EXPECT_EQ(r.len, DEVICE_ID_LEN);
	EXPECT_EQ(r.data[0], 0);
	EXPECT_EQ(ipmi_recv(fd, &r), -EAGAIN);
}

static int receive(unsigned long cmd, struct ipmi_recv *recv)
{
	return ioctl(fd, cmd, recv) < 0 ? -errno : 0;
}

static void recv_into(struct ipmi_recv *recv, void *addr, int addr_len, void *data, int data_len)
{
	memset(recv, 0, sizeof(*recv));
	recv->addr = addr;
	recv->addr_len = addr_len;
	recv->msg.data = data;
	recv->msg.data_len = data_len;
}

static void get_device_id(void)
{
	struct ipmi_system_interface_addr *si;
	struct reply r;

	REQUIRE(device_id_waits(7));
	EXPECT_EQ(ipmi_recv(fd, &r), 0);
	EXPECT_EQ(r.recv_type, IPMI_RESPONSE_RECV_TYPE);
	EXPECT_EQ(r.msgid, 7);
	EXPECT_EQ(r.netfn, NETFN_APP | 1);
	EXPECT_EQ(r.cmd, CMD_GET_DEVICE_ID);
	EXPECT_EQ(r.len, DEVICE_ID_LEN);
	EXPECT_EQ(r.data[0], 0);
	EXPECT_EQ(r.data[1], IS_VBMC ? 0x21 : 0x20);
	si = (struct ipmi_system_interface_addr *)&r.addr;
	EXPECT_EQ(r.addr_len, sizeof(*si));
	EXPECT_EQ(si->addr_type, IPMI_SYSTEM_INTERFACE_ADDR_TYPE);
	EXPECT_EQ(si->channel, IPMI_BMC_CHANNEL);
	EXPECT_EQ(si->lun, 0);
}

static void receive_msg(void)
{
	unsigned char addr[sizeof(struct ipmi_addr)], data[IPMI_MAX_MSG_LENGTH];
	struct ipmi_recv recv;

	REQUIRE(device_id_waits(8));
	recv_into(&recv, addr, sizeof(addr), data, sizeof(data));
	EXPECT_EQ(receive(IPMICTL_RECEIVE_MSG, &recv), 0);
	EXPECT_EQ(recv.recv_type, IPMI_RESPONSE_RECV_TYPE);
	EXPECT_EQ(recv.addr_len, sizeof(struct ipmi_system_interface_addr));
	EXPECT_EQ(recv.msgid, 8);
	EXPECT_EQ(recv.msg.netfn, NETFN_APP | 1);
	EXPECT_EQ(recv.msg.data_len, DEVICE_ID_LEN);
}

static void exact_buffers_suffice(void)
{
	unsigned char addr[sizeof(struct ipmi_system_interface_addr)], data[DEVICE_ID_MAX];
	struct ipmi_recv recv;

	REQUIRE(device_id_waits(9));
	recv_into(&recv, addr, sizeof(addr), data, DEVICE_ID_LEN);
	EXPECT_EQ(receive(IPMICTL_RECEIVE_MSG, &recv), 0);
	EXPECT_EQ(recv.msg.data_len, DEVICE_ID_LEN);
}

static void error_of_bmc_is_data(void)
{
	struct reply r;

	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, 0xf3, NULL, 0, &r), 0);
	EXPECT_EQ(r.netfn, NETFN_APP | 1);
	EXPECT_EQ(r.cmd, 0xf3);
	EXPECT_EQ(r.len, 1);
	EXPECT_EQ(r.data[0], 0xc1);
}

static void msgid_comes_back_whole(void)
{
	static const long ids[] = { 0, 1, 0x3f, 0x40, 0x0123456789abcdef, -1, LONG_MIN, LONG_MAX };

	for (unsigned int i = 0; i < ARRAY_SIZE(ids); i++) {
		REQUIRE(device_id_waits(ids[i]));
		only_reply_is(ids[i]);
	}
}

static void replies_in_order(void)
{
	struct reply r;

	for (int i = 0; i < 50; i++)
		REQUIRE(EXPECT_EQ(send_device_id(1000 + i), 0));
	for (int i = 0; i < 50; i++) {
		REQUIRE(EXPECT_EQ(ipmi_wait(fd, ANSWER_MS), 1));
		EXPECT_EQ(ipmi_recv(fd, &r), 0);
		EXPECT_EQ(r.msgid, 1000 + i);
	}
	EXPECT_EQ(ipmi_recv(fd, &r), -EAGAIN);
}

static void descriptors_are_apart(void)
{
	int other = ipmi_open(0);
	struct reply r;

	REQUIRE(EXPECT(other >= 0));
	EXPECT_EQ(ipmi_send(other, 77, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	EXPECT_EQ(ipmi_wait(other, ANSWER_MS), 1);
	EXPECT_EQ(ipmi_recv(fd, &r), -EAGAIN);
	EXPECT_EQ(ipmi_recv(other, &r), 0);
	EXPECT_EQ(r.msgid, 77);
	close(other);
}

static void read_only_may_send(void)
{
	int other = open("/dev/ipmi0", O_RDONLY);
	struct reply r;

	REQUIRE(EXPECT(other >= 0));
	EXPECT_EQ(ipmi_ask(other, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	close(other);
}

static void poll_says_when(void)
{
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT | POLLPRI };

	EXPECT_EQ(poll(&p, 1, 0), 0);
	REQUIRE(device_id_waits(10));
	EXPECT_EQ(poll(&p, 1, 0), 1);
	EXPECT_EQ(p.revents, POLLIN);
	p.events = POLLRDNORM;
	EXPECT_EQ(poll(&p, 1, 0), 1);
	EXPECT_EQ(p.revents, POLLRDNORM);
	only_reply_is(10);
	EXPECT_EQ(poll(&p, 1, 0), 0);
}

static void empty_queue_is_eagain(void)
{
	unsigned char addr[sizeof(struct ipmi_addr)], data[16];
	struct ipmi_recv recv;

	recv_into(&recv, addr, sizeof(addr), data, sizeof(data));
	EXPECT_EQ(receive(IPMICTL_RECEIVE_MSG, &recv), -EAGAIN);
	EXPECT_EQ(receive(IPMICTL_RECEIVE_MSG_TRUNC, &recv), -EAGAIN);
}

static void short_buffer_keeps_message(void)
{
	unsigned char addr[sizeof(struct ipmi_addr)], data[16];
	struct ipmi_recv recv;

	REQUIRE(device_id_waits(11));
	memset(data, 0xee, sizeof(data));
	recv_into(&recv, addr, sizeof(addr), data, 4);
	recv.recv_type = 99;
	recv.msgid = 99;
	EXPECT_EQ(receive(IPMICTL_RECEIVE_MSG, &recv), -EMSGSIZE);
	/* the struct is as the caller left it, the address is not */
	EXPECT_EQ(recv.recv_type, 99);
	EXPECT_EQ(recv.msgid, 99);
	EXPECT_EQ(recv.msg.data_len, 4);
	EXPECT_EQ(recv.addr_len, sizeof(addr));
	EXPECT_EQ(((struct ipmi_addr *)addr)->addr_type, IPMI_SYSTEM_INTERFACE_ADDR_TYPE);
	EXPECT_EQ(data[0], 0xee);
	only_reply_is(11);
}

static void short_buffer_truncates(void)
{
	unsigned char addr[sizeof(struct ipmi_addr)], data[16];
	struct ipmi_recv recv;

	REQUIRE(device_id_waits(12));
	memset(data, 0xee, sizeof(data));
	recv_into(&recv, addr, sizeof(addr), data, 2);
	/* EMSGSIZE, and yet the message was received */
	EXPECT_EQ(receive(IPMICTL_RECEIVE_MSG_TRUNC, &recv), -EMSGSIZE);
	EXPECT_EQ(recv.recv_type, IPMI_RESPONSE_RECV_TYPE);
	EXPECT_EQ(recv.msgid, 12);
	EXPECT_EQ(recv.addr_len, sizeof(struct ipmi_system_interface_addr));
	EXPECT_EQ(recv.msg.data_len, 2);
	EXPECT_EQ(data[0], 0);
	EXPECT_EQ(data[1], IS_VBMC ? 0x21 : 0x20);
	EXPECT_EQ(data[2], 0xee);
	empty_queue_is_eagain();
}

static void short_address_is_einval(void)
{
	unsigned char addr[sizeof(struct ipmi_addr)], data[IPMI_MAX_MSG_LENGTH];
	struct ipmi_recv recv;

	REQUIRE(device_id_waits(13));
	recv_into(&recv, addr, 7, data, sizeof(data));
	EXPECT_EQ(receive(IPMICTL_RECEIVE_MSG, &recv), -EINVAL);
	EXPECT_EQ(receive(IPMICTL_RECEIVE_MSG_TRUNC, &recv), -EINVAL);
	only_reply_is(13);
}

static void receive_bad_pointers(void)
{
	unsigned char addr[sizeof(struct ipmi_addr)], data[IPMI_MAX_MSG_LENGTH];
	struct ipmi_recv recv, *read_only;

	REQUIRE(device_id_waits(14));
	EXPECT_EQ(receive(IPMICTL_RECEIVE_MSG, (void *)no_access), -EFAULT);
	EXPECT_EQ(receive(IPMICTL_RECEIVE_MSG_TRUNC, NULL), -EFAULT);
	recv_into(&recv, no_access, sizeof(addr), data, sizeof(data));
	EXPECT_EQ(receive(IPMICTL_RECEIVE_MSG, &recv), -EFAULT);
	recv_into(&recv, addr, sizeof(addr), no_access, sizeof(data));
	EXPECT_EQ(receive(IPMICTL_RECEIVE_MSG, &recv), -EFAULT);

	read_only = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	REQUIRE(EXPECT(read_only != MAP_FAILED));
	recv_into(read_only, addr, sizeof(addr), data, sizeof(data));
	mprotect(read_only, 4096, PROT_READ);
	EXPECT_EQ(receive(IPMICTL_RECEIVE_MSG, read_only), -EFAULT);
	munmap(read_only, 4096);
	/* the message has outlived all of it */
	only_reply_is(14);
}

/* What SEND_COMMAND says to Get Device ID with another address. */
static int send_to(void *addr, unsigned int addr_len)
{
	struct ipmi_req req = { .addr = addr, .addr_len = addr_len, .msgid = 15 };

	req.msg.netfn = NETFN_APP;
	req.msg.cmd = CMD_GET_DEVICE_ID;
	return ipmi_send_req(fd, &req);
}

static void send_bad_pointers(void)
{
	struct reply r;

	EXPECT_EQ(ipmi_send_req(fd, (void *)no_access), -EFAULT);
	EXPECT_EQ(ipmi_send_req(fd, NULL), -EFAULT);
	EXPECT_EQ(send_to(no_access, 8), -EFAULT);
	EXPECT_EQ(ipmi_send(fd, 16, NETFN_APP, CMD_GET_DEVICE_ID, no_access, 4), -EFAULT);
	EXPECT_EQ(ipmi_recv(fd, &r), -EAGAIN);
}

static void null_data_has_no_length(void)
{
	EXPECT_EQ(ipmi_send(fd, 17, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 1000), 0);
	EXPECT_EQ(ipmi_wait(fd, ANSWER_MS), 1);
	only_reply_is(17);
}

static void address_length(void)
{
	unsigned char addr[64] = { 0 };

	ipmi_bmc_addr((void *)addr);
	EXPECT_EQ(send_to(addr, 41), -EINVAL);
	EXPECT_EQ(send_to(addr, 0x80000000), -EINVAL);
	EXPECT_EQ(send_to(addr, 7), -EINVAL);
	EXPECT_EQ(send_to(addr, 0), -EINVAL);
	/* longer than needed is fine */
	EXPECT_EQ(send_to(addr, 40), 0);
	EXPECT_EQ(ipmi_wait(fd, ANSWER_MS), 1);
	only_reply_is(15);
}

static void address_fields(void)
{
	static const int types[] = { 0, 2, 0x0d, 0x40, -1, INT_MAX };
	static const int channels[] = { 0, 14, 16, -1, SHRT_MIN, SHRT_MAX };
	struct ipmi_system_interface_addr addr;
	struct ipmi_lan_addr lan = { .addr_type = IPMI_LAN_ADDR_TYPE, .channel = 1 };
	struct ipmi_ipmb_addr ipmb = { .addr_type = IPMI_IPMB_ADDR_TYPE, .slave_addr = 0x40 };

	for (unsigned int i = 0; i < ARRAY_SIZE(types); i++) {
		ipmi_bmc_addr(&addr);
		addr.addr_type = types[i];
		EXPECT_EQ(send_to(&addr, sizeof(addr)), -EINVAL);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(channels); i++) {
		ipmi_bmc_addr(&addr);
		addr.channel = channels[i];
		EXPECT_EQ(send_to(&addr, sizeof(addr)), -EINVAL);
	}
	ipmi_bmc_addr(&addr);
	addr.lun = 4;
	EXPECT_EQ(send_to(&addr, sizeof(addr)), -EINVAL);
	/* a LAN address is longer, and no IPMB hangs on the BMC's own channel */
	EXPECT_EQ(send_to(&lan, sizeof(lan) - 1), -EINVAL);
	ipmb.channel = IPMI_BMC_CHANNEL;
	EXPECT_EQ(send_to(&ipmb, sizeof(ipmb)), -EINVAL);
	ipmb.channel = IPMI_NUM_CHANNELS;
	EXPECT_EQ(send_to(&ipmb, sizeof(ipmb)), -EINVAL);
}

static void lun_reaches_bmc(void)
{
	struct ipmi_system_interface_addr addr;
	struct reply r;

	if (!strcmp(hardware(), "powernv")) {
		ktap_note("the firmware sends everything to LUN 0");
		return;
	}
	ipmi_bmc_addr(&addr);
	addr.lun = 3;
	EXPECT_EQ(send_to(&addr, sizeof(addr)), 0);
	REQUIRE(EXPECT_EQ(ipmi_wait(fd, ANSWER_MS), 1));
	EXPECT_EQ(ipmi_recv(fd, &r), 0);
	/* this BMC knows commands to LUN 0 only: invalid for given LUN */
	EXPECT_EQ(r.data[0], 0xc2);
	EXPECT_EQ(((struct ipmi_system_interface_addr *)&r.addr)->lun, 3);
}

static void netfn_of_responses_is_refused(void)
{
	EXPECT_EQ(ipmi_send(fd, 18, NETFN_APP | 1, CMD_GET_DEVICE_ID, NULL, 0), -EINVAL);
	EXPECT_EQ(ipmi_send(fd, 18, 0x3f, 0, NULL, 0), -EINVAL);
	EXPECT_EQ(ipmi_send(fd, 18, 0xff, 0, NULL, 0), -EINVAL);
}

static void netfn_has_six_bits(void)
{
	struct reply r;

	EXPECT_EQ(ipmi_ask(fd, 0x40 | NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	EXPECT_EQ(r.netfn, NETFN_APP | 1);
	EXPECT_EQ(r.data[0], 0);
}

static void message_commands_are_the_stacks(void)
{
	/* Get Message, Send Message, Read Event Message Buffer */
	for (int cmd = 0x33; cmd <= 0x35; cmd++)
		EXPECT_EQ(ipmi_send(fd, 19, NETFN_APP, cmd, NULL, 0), -EINVAL);
}

static void request_length(void)
{
	unsigned char data[IPMI_MAX_MSG_LENGTH + 1] = { 0 };
	struct reply r;

	EXPECT_EQ(ipmi_send(fd, 20, NETFN_APP, 0xf3, data, 271), -EMSGSIZE);
	EXPECT_EQ(ipmi_send(fd, 20, NETFN_APP, 0xf3, data, 272), -EMSGSIZE);
	EXPECT_EQ(ipmi_send(fd, 20, NETFN_APP, 0xf3, data, 273), -EMSGSIZE);
	EXPECT_EQ(ipmi_send(fd, 20, NETFN_APP, 0xf3, no_access, 273), -EMSGSIZE);
	EXPECT_EQ(ipmi_send(fd, 20, NETFN_APP, 0xf3, no_access, 0xffff), -EMSGSIZE);
	/* 270 and two of header are the most that is taken; what comes of it is the BMC's affair */
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, 0xf3, data, 270, &r), 0);
	EXPECT(r.len >= 1 && r.data[0] != 0);
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
}

static void unknown_ioctls(void)
{
	int arg = 0;

	for (int nr = 0; nr <= 40; nr++) {
		if (nr >= 11 && nr <= 31)
			continue;
		EXPECT_EQ(ioctl(fd, _IO('i', nr), &arg) < 0 ? errno : 0, ENOTTY);
	}
	/* the right number with the size or the direction of another */
	EXPECT_EQ(ioctl(fd, _IOR('i', 13, int), &arg) < 0 ? errno : 0, ENOTTY);
	EXPECT_EQ(ioctl(fd, _IOW('i', 17, unsigned int), &arg) < 0 ? errno : 0, ENOTTY);
	EXPECT_EQ(ioctl(fd, _IO('j', 13), &arg) < 0 ? errno : 0, ENOTTY);
}

static void other_file_operations(void)
{
	char byte = 0;

	EXPECT_EQ(read(fd, &byte, 1) < 0 ? errno : 0, EINVAL);
	EXPECT_EQ(write(fd, &byte, 1) < 0 ? errno : 0, EINVAL);
	EXPECT(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED && errno == ENODEV);
	EXPECT(lseek(fd, 5, SEEK_SET) >= 0);
}

static void node(void)
{
	struct stat st;
	int other;

	EXPECT_EQ(fstat(fd, &st), 0);
	EXPECT_EQ(st.st_mode, S_IFCHR | 0600);
	EXPECT_EQ(minor(st.st_rdev), 0);
	/* a minor of no interface */
	REQUIRE(EXPECT_EQ(mknod("/tmp/ipmi200", S_IFCHR | 0600,
				makedev(major(st.st_rdev), 200)), 0));
	other = open("/tmp/ipmi200", O_RDWR);
	EXPECT_EQ(other < 0 ? errno : 0, EINVAL);
}

static void close_with_request_on_the_way(void)
{
	/* through OPAL each of them takes 0.2 s, and the last one waits for all */
	int files = strcmp(hardware(), "powernv") ? 20 : 4;
	struct reply r;

	for (int i = 0; i < files; i++) {
		int other = open("/dev/ipmi0", O_RDWR);

		REQUIRE(EXPECT(other >= 0));
		for (int k = 0; k < 5; k++)
			EXPECT_EQ(ipmi_send(other, k, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
		close(other);
	}
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	EXPECT_EQ(ipmi_recv(fd, &r), -EAGAIN);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(node),
	KTAP_CASE(get_device_id),
	KTAP_CASE(receive_msg),
	KTAP_CASE(exact_buffers_suffice),
	KTAP_CASE(error_of_bmc_is_data),
	KTAP_CASE(msgid_comes_back_whole),
	KTAP_CASE(replies_in_order),
	KTAP_CASE(descriptors_are_apart),
	KTAP_CASE(read_only_may_send),
	KTAP_CASE(poll_says_when),
	KTAP_CASE(empty_queue_is_eagain),
	KTAP_CASE(short_buffer_keeps_message),
	KTAP_CASE(short_buffer_truncates),
	KTAP_CASE(short_address_is_einval),
	KTAP_CASE(receive_bad_pointers),
	KTAP_CASE(send_bad_pointers),
	KTAP_CASE(null_data_has_no_length),
	KTAP_CASE(address_length),
	KTAP_CASE(address_fields),
	KTAP_CASE(lun_reaches_bmc),
	KTAP_CASE(netfn_of_responses_is_refused),
	KTAP_CASE(netfn_has_six_bits),
	KTAP_CASE(message_commands_are_the_stacks),
	KTAP_CASE(request_length),
	KTAP_CASE(unknown_ioctls),
	KTAP_CASE(other_file_operations),
	KTAP_CASE(close_with_request_on_the_way),
};

int main(void)
{
	fd = ipmi_must_open(0);
	no_access = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return ktap_main(cases, ARRAY_SIZE(cases));
}
