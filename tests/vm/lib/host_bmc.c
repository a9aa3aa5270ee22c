// SPDX-License-Identifier: GPL-2.0-only
/* See host_bmc.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ktap.h"

#define CMD_LINE 0x70
#define CMD_MORE 0x71
#define PART 200

static char answer[2100];

static void give_up(const char *line, const char *why)
{
	printf("Bail out! the BMC was told \"%s\": %s\n", line, why);
	exit(1);
}

const char *bmc_line(const char *format, ...)
{
	char line[256];
	va_list args;
	struct reply r;
	size_t len = 0;
	int fd, ret;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	fd = ipmi_open(0);
	if (fd < 0)
		give_up(line, strerror(-fd));
	ret = ipmi_ask(fd, NETFN_OEM, CMD_LINE, line, strlen(line), &r);
	for (;;) {
		unsigned char offset[2];

		if (ret || r.len < 1 || r.data[0] || len + r.len > sizeof(answer))
			give_up(line, ret ? strerror(-ret) : "a bad answer");
		memcpy(answer + len, r.data + 1, r.len - 1);
		len += r.len - 1;
		if (r.len - 1 < PART)
			break;
		offset[0] = len;
		offset[1] = len >> 8;
		ret = ipmi_ask(fd, NETFN_OEM, CMD_MORE, offset, 2, &r);
	}
	answer[len] = 0;
	close(fd);
	if (!strncmp(answer, "error", 5))
		give_up(line, answer);
	return answer;
}

unsigned int all_enables(void)
{
	return EVENT_BUFFER | (has_irq() ? IRQ_ENABLES : 0);
}

unsigned int bmc_enables(void)
{
	unsigned int value = ~0;

	sscanf(bmc_line("flags"), "enables=%x", &value);
	return value;
}

bool bmc_enables_become(unsigned int mask, unsigned int want)
{
	unsigned int is = ~0;

	for (double end = now() + 5; now() < end; usleep(20000)) {
		is = bmc_enables();
		if ((is & mask) == want)
			return true;
	}
	ktap_note("enables are %#x, not %#x", is, want);
	return false;
}

long bmc_number(const char *format, ...)
{
	char line[256];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	return strtol(bmc_line("%s", line), NULL, 0);
}

bool bmc_wire(int netfn, int cmd, int back, struct wire *w)
{
	const char *text = bmc_line("last %x %x %d", netfn, cmd, back);
	int at = 0;

	memset(w, 0, sizeof(*w));
	if (sscanf(text, "%lf %x %x %x:%n", &w->at, (unsigned int *)&w->netfn,
		   (unsigned int *)&w->lun, (unsigned int *)&w->cmd, &at) != 4)
		return false;
	for (text += at; *text; text += 3)
		w->data[w->len++] = strtol(text, NULL, 16);
	return true;
}

bool bmc_received(int netfn, int cmd, long n, int ms)
{
	double end = now() + ms / 1e3;

	while (bmc_number("count %x %x", netfn, cmd) < n) {
		if (now() > end)
			return false;
		usleep(5000);
	}
	return true;
}

void bmc_all_answer(void)
{
	bmc_line("satellite %x answer", SATELLITE);
	bmc_line("satellite %x answer", OTHER_SATELLITE);
	bmc_line("console %x answer", LAN_CHANNEL);
	bmc_line("forget");
}

void ipmi_ipmb(struct ipmi_ipmb_addr *addr, int channel, int slave, int lun)
{
	memset(addr, 0, sizeof(*addr));
	addr->addr_type = IPMI_IPMB_ADDR_TYPE;
	addr->channel = channel;
	addr->slave_addr = slave;
	addr->lun = lun;
}

void ipmi_lan(struct ipmi_lan_addr *addr, int channel, int handle, int remote, int local, int lun)
{
	memset(addr, 0, sizeof(*addr));
	addr->addr_type = IPMI_LAN_ADDR_TYPE;
	addr->channel = channel;
	addr->privilege = 4;
	addr->session_handle = handle;
	addr->remote_SWID = remote;
	addr->local_SWID = local;
	addr->lun = lun;
}

static void fill(struct ipmi_req *req, const void *addr, int addr_len, long msgid, int netfn,
		 int cmd, const void *data, int len)
{
	memset(req, 0, sizeof(*req));
	req->addr = (unsigned char *)addr;
	req->addr_len = addr_len;
	req->msgid = msgid;
	req->msg.netfn = netfn;
	req->msg.cmd = cmd;
	req->msg.data = (unsigned char *)data;
	req->msg.data_len = len;
}

int ipmi_send_to(int fd, const void *addr, int addr_len, long msgid, int netfn, int cmd,
		 const void *data, int len)
{
	struct ipmi_req req;

	fill(&req, addr, addr_len, msgid, netfn, cmd, data, len);
	return ipmi_send_req(fd, &req);
}

int ipmi_send_timed(int fd, const void *addr, int addr_len, long msgid, int netfn, int cmd,
		    const void *data, int len, int retries, int retry_ms)
{
	struct ipmi_req_settime req = { .retries = retries, .retry_time_ms = retry_ms };

	fill(&req.req, addr, addr_len, msgid, netfn, cmd, data, len);
	return ioctl(fd, IPMICTL_SEND_COMMAND_SETTIME, &req) < 0 ? -errno : 0;
}

int ipmi_next(int fd, int ms, struct reply *reply)
{
	int ret = ipmi_wait(fd, ms);

	memset(reply, 0, sizeof(*reply));
	if (ret <= 0)
		return ret ? ret : -ETIMEDOUT;
	return ipmi_recv(fd, reply);
}

bool ipmi_answers(int fd, int ms)
{
	struct reply r;
	double end = now() + ms / 1e3;
	int left;

	if (ipmi_send(fd, 4711, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0))
		return false;
	while ((left = (end - now()) * 1e3) > 0)
		if (!ipmi_next(fd, left, &r) && r.msgid == 4711)
			return !r.data[0];
	return false;
}

int ipmi_drain(int fd, int ms)
{
	struct reply r;
	int n = 0;

	while (!ipmi_next(fd, ms, &r))
		n++;
	return n;
}

bool is_hex(const unsigned char *bytes, int len, const char *text)
{
	char got[3 * 300 + 1] = "";
	bool same = (int)strlen(text) == (len ? 3 * len - 1 : 0);

	for (int i = 0; i < len && i < 300; i++) {
		sprintf(got + 3 * i, i + 1 < len ? "%02x " : "%02x", bytes[i]);
		if (same && text[3 * i] != '.' && strncmp(text + 3 * i, got + 3 * i, 2))
			same = false;
	}
	if (!same)
		ktap_note("bytes: %s\n#   not: %s", got, text);
	return same;
}

unsigned char ipmb_sum(const unsigned char *bytes, int len)
{
	unsigned char sum = 0;

	while (len--)
		sum -= *bytes++;
	return sum;
}
