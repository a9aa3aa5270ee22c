// SPDX-License-Identifier: GPL-2.0-only
/* See bmc_program.h. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../../include/uapi/linux/ipmi_ssif_bmc.h"
#include "bmc_program.h"

#define MOST 1000

/* From NetFn/LUN on: the answer's length. */
static int answer(const unsigned char *req, int n, unsigned char *rsp)
{
	static const unsigned char device_id[] = { 0x20, 0x01, 0x01, 0x23, 0x02, 0x80, 0xd9, 0x7e,
						   0x00, 0x70, 0x1d, 0x00, 0x00, 0x00, 0x00 };
	/* SSIF: requests in several parts with a middle, PEC, 254 bytes each way */
	static const unsigned char capabilities[] = { 0x00, 0x88, 254, 254 };
	int m = 1;

	rsp[0] = req[0] | 4;
	rsp[1] = req[1];
	rsp[2] = 0;
	if (req[0] >> 2 == 0x06 && req[1] == 0x01) {
		memcpy(rsp + 3, device_id, sizeof(device_id));
		return 3 + sizeof(device_id);
	}
	if (req[0] >> 2 == 0x06 && req[1] == 0x57) {
		memcpy(rsp + 3, capabilities, sizeof(capabilities));
		return 3 + sizeof(capabilities);
	}
	if (req[0] >> 2 != BMC_NETFN_OEM || req[1] != BMC_CMD_ECHO || n < 4) {
		rsp[2] = 0xc1;
		return 3;
	}
	m = req[2] | req[3] << 8;
	for (int i = 1; i < m && 2 + i < MOST; i++)
		rsp[2 + i] = req[2 + i % (n - 2)] + i;
	return 2 + (m < 1 ? 1 : m > MOST - 2 ? MOST - 2 : m);
}

static void serve_ssif(int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	struct ipmi_ssif_msg in, out;
	unsigned char rsp[MOST];

	for (;;) {
		poll(&wait, 1, -1);
		if (read(fd, &in, sizeof(in)) < 0) {
			if (errno == ENODEV)
				return;
			continue;
		}
		out.len = answer(in.payload, in.len, rsp);
		if (out.len > sizeof(out.payload))
			out.len = sizeof(out.payload);
		memcpy(out.payload, rsp, out.len);
		/* the host may have given it up */
		if (write(fd, &out, offsetof(struct ipmi_ssif_msg, payload) + out.len) < 0 &&
		    errno == ENODEV)
			return;
	}
}

static void serve(int fd, int bt)
{
	unsigned char in[MOST], out[MOST], req[MOST], rsp[MOST];
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	int n, m;

	for (;;) {
		poll(&wait, 1, -1);
		n = read(fd, in, sizeof(in));
		if (n < 0 && errno == ENODEV)
			return;
		if (!bt && n >= 2) {
			m = answer(in, n, out);
			/* the host may have given it up */
			if (write(fd, out, m) < 0 && errno == ENODEV)
				return;
		} else if (bt && n >= 4 && n == in[0] + 1) {
			/* the sequence number lies between the network function and the command */
			req[0] = in[1];
			memcpy(req + 1, in + 3, n - 3);
			m = answer(req, n - 2, rsp);
			out[1] = rsp[0];
			out[2] = in[2];
			memcpy(out + 3, rsp + 1, m - 1);
			out[0] = m + 1;
			if (write(fd, out, m + 2) < 0 && errno == ENODEV)
				return;
		}
	}
}

pid_t bmc_program_start(const char *node)
{
	int fd = open(node, O_RDWR | O_NONBLOCK);
	pid_t pid;

	if (fd < 0)
		return -1;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (strstr(node, "ssif"))
			serve_ssif(fd);
		else
			serve(fd, strstr(node, "bt") != NULL);
		_exit(0);
	}
	close(fd);
	return pid;
}

void bmc_program_stop(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
