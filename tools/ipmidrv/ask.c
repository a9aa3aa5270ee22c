// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asking a BMC: the ioctls of /dev/ipmiN.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/ipmi.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "ask.h"
#include "tree.h"

#define PATIENCE_MS 10000

int ask_open(int number)
{
	return open(tree_path("/dev/ipmi%d", number), O_RDWR | O_CLOEXEC);
}

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

int ask(int fd, unsigned int netfn, unsigned int cmd, const void *data, size_t len,
	struct answer *answer)
{
	static long msgid;
	struct ipmi_system_interface_addr to = { .addr_type = IPMI_SYSTEM_INTERFACE_ADDR_TYPE,
						 .channel = IPMI_BMC_CHANNEL };
	struct ipmi_req req = {
		.addr = (unsigned char *)&to,
		.addr_len = sizeof(to),
		.msgid = ++msgid,
		.msg = { .netfn = netfn, .cmd = cmd, .data_len = len, .data = (unsigned char *)data }
	};
	long long end = now_ms() + PATIENCE_MS;

	if (ioctl(fd, IPMICTL_SEND_COMMAND, &req))
		return -errno;
	for (;;) {
		struct ipmi_addr from;
		struct ipmi_recv recv = { .addr = (unsigned char *)&from, .addr_len = sizeof(from) };
		struct pollfd p = { .fd = fd, .events = POLLIN };
		long long left = end - now_ms();

		if (left <= 0 || !poll(&p, 1, left))
			return -ETIMEDOUT;
		if (p.revents & (POLLERR | POLLNVAL))
			return -EIO;
		recv.msg.data = answer->data;
		recv.msg.data_len = sizeof(answer->data);
		if (ioctl(fd, IPMICTL_RECEIVE_MSG_TRUNC, &recv)) {
			if (errno == EAGAIN || errno == EINTR)
				continue;
			return -errno;
		}
		/* one that came too late is not this one's */
		if (recv.msgid != req.msgid || recv.recv_type != IPMI_RESPONSE_RECV_TYPE)
			continue;
		answer->len = recv.msg.data_len < sizeof(answer->data) ? recv.msg.data_len :
									 sizeof(answer->data);
		return answer->len ? answer->data[0] : -EPROTO;
	}
}
