// SPDX-License-Identifier: GPL-2.0-only
/* See ipmi_dev.h. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"

int ipmi_open_now(int n)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/dev/ipmi%d", n);
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int ipmi_open(int n)
{
	double end = now() + ANSWER_MS / 1e3;
	int fd;

	while ((fd = ipmi_open_now(n)) == -ENOENT && now() < end)
		usleep(1000);
	return fd;
}

int ipmi_must_open(int n)
{
	int fd = ipmi_open(n);

	if (fd < 0) {
		printf("Bail out! /dev/ipmi%d: %s\n", n, strerror(-fd));
		exit(1);
	}
	return fd;
}

int ipmi_nodes(void)
{
	glob_t found;
	int n;

	n = glob("/dev/ipmi[0-9]*", 0, NULL, &found) ? 0 : (int)found.gl_pathc;
	globfree(&found);
	return n;
}

void ipmi_bmc_addr(struct ipmi_system_interface_addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	addr->addr_type = IPMI_SYSTEM_INTERFACE_ADDR_TYPE;
	addr->channel = IPMI_BMC_CHANNEL;
}

int ipmi_send_req(int fd, struct ipmi_req *req)
{
	return ioctl(fd, IPMICTL_SEND_COMMAND, req) < 0 ? -errno : 0;
}

int ipmi_send(int fd, long msgid, int netfn, int cmd, const void *data, int len)
{
	struct ipmi_system_interface_addr addr;
	struct ipmi_req req = { 0 };

	ipmi_bmc_addr(&addr);
	req.addr = (unsigned char *)&addr;
	req.addr_len = sizeof(addr);
	req.msgid = msgid;
	req.msg.netfn = netfn;
	req.msg.cmd = cmd;
	req.msg.data = (unsigned char *)data;
	req.msg.data_len = len;
	return ipmi_send_req(fd, &req);
}

int ipmi_recv(int fd, struct reply *reply)
{
	struct ipmi_recv recv = { 0 };
	int ret = 0;

	memset(reply, 0, sizeof(*reply));
	recv.addr = (unsigned char *)&reply->addr;
	recv.addr_len = sizeof(reply->addr);
	recv.msg.data = reply->data;
	recv.msg.data_len = sizeof(reply->data);
	if (ioctl(fd, IPMICTL_RECEIVE_MSG_TRUNC, &recv) < 0)
		ret = -errno;
	reply->recv_type = recv.recv_type;
	reply->addr_len = recv.addr_len;
	reply->msgid = recv.msgid;
	reply->netfn = recv.msg.netfn;
	reply->cmd = recv.msg.cmd;
	reply->len = recv.msg.data_len;
	return ret;
}

int ipmi_wait(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int ret = poll(&p, 1, ms);

	return ret < 0 ? -errno : ret;
}

int ipmi_ask(int fd, int netfn, int cmd, const void *data, int len, struct reply *reply)
{
	static long msgid;
	int ret = ipmi_send(fd, ++msgid, netfn, cmd, data, len);

	if (ret)
		return ret;
	ret = ipmi_wait(fd, ANSWER_MS);
	if (ret <= 0)
		return ret ? ret : -ETIMEDOUT;
	ret = ipmi_recv(fd, reply);
	if (ret)
		return ret;
	return reply->msgid == msgid ? 0 : -EPROTO;
}

int ipmi_try(int number)
{
	int fd = ipmi_open(number), ret;
	struct reply r;

	if (fd < 0)
		return fd;
	ret = ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r);
	close(fd);
	return ret ? ret : r.data[0];
}

int ipmi_call(int fd, unsigned long cmd, void *arg)
{
	return ioctl(fd, cmd, arg) < 0 ? -errno : 0;
}

int ipmi_set(int fd, unsigned long cmd, int value)
{
	return ipmi_call(fd, cmd, &value);
}

int ipmi_register(int fd, unsigned int netfn, unsigned int cmd, unsigned int chans)
{
	struct ipmi_cmdspec_chans spec = { netfn, cmd, chans };

	return ipmi_call(fd, IPMICTL_REGISTER_FOR_CMD_CHANS, &spec);
}

int ipmi_unregister(int fd, unsigned int netfn, unsigned int cmd, unsigned int chans)
{
	struct ipmi_cmdspec_chans spec = { netfn, cmd, chans };

	return ipmi_call(fd, IPMICTL_UNREGISTER_FOR_CMD_CHANS, &spec);
}
