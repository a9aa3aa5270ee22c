// SPDX-License-Identifier: GPL-2.0-only
/* See program_bmc.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ktap.h"
#include "program_bmc.h"

#define NETFN_APP 0x06
#define NETFN_OEM 0x2e

struct vbmc_seen *vbmc_seen;
unsigned char vbmc_guid[16];

int vbmc_open(int flags, int *number)
{
	struct ipmi_vbmc_create create = { 0 };
	int fd = open("/dev/ipmi-vbmc", O_RDWR | O_CLOEXEC | flags);

	if (fd < 0)
		return -errno;
	if (ioctl(fd, IPMI_VBMC_CREATE, &create)) {
		int error = errno;

		close(fd);
		return -error;
	}
	if (number)
		*number = create.number;
	return fd;
}

int vbmc_read(int fd, struct vbmc_packet *p)
{
	ssize_t n = read(fd, p, sizeof(*p));

	if (n < 0)
		return -errno;
	return n == (ssize_t)sizeof(p->header) + p->header.length ? 0 : -EPROTO;
}

int vbmc_write(int fd, int type, unsigned long long id, const void *data, int len)
{
	struct vbmc_packet p = { .header = { .id = id, .type = type, .length = len } };
	ssize_t n = sizeof(p.header) + len;

	if (len)
		memcpy(p.data, data, len);
	return write(fd, &p, n) == n ? 0 : -errno;
}

int vbmc_answer(int fd, const struct vbmc_packet *request)
{
	static const unsigned char id[] = { 0x20, 1, 2, 0x34, 2, 0xbf, 0xd9, 0x7e, 0, 7, 0 };
	static const unsigned char none[sizeof(vbmc_guid)];
	unsigned char rsp[IPMI_VBMC_DATA_MAX] = { request->data[0] | 4, request->data[1], 0xc1 };
	int netfn = request->data[0] >> 2, cmd = request->data[1], len = 3;

	if (vbmc_seen) {
		vbmc_seen->requests++;
		vbmc_seen->of[netfn][cmd]++;
	}
	if (netfn == NETFN_APP && cmd == 0x01) {
		rsp[2] = 0;
		memcpy(rsp + len, id, sizeof(id));
		len += sizeof(id);
	} else if (netfn == NETFN_APP && (cmd == 0x08 || cmd == 0x37) &&
		   memcmp(vbmc_guid, none, sizeof(none))) {
		rsp[2] = 0;
		memcpy(rsp + len, vbmc_guid, sizeof(vbmc_guid));
		len += sizeof(vbmc_guid);
	} else if (netfn == NETFN_OEM && cmd == 0x7f && request->header.length < sizeof(rsp)) {
		rsp[2] = 0;
		memcpy(rsp + len, request->data + 2, request->header.length - 2);
		len += request->header.length - 2;
	}
	return vbmc_write(fd, IPMI_VBMC_ANSWER, request->header.id, rsp, len);
}

void vbmc_serve(int fd, void (*up)(void *), void *arg)
{
	struct vbmc_packet p;

	while (!vbmc_read(fd, &p)) {
		if (p.header.type == IPMI_VBMC_REQUEST)
			vbmc_answer(fd, &p);
		else if (p.header.type == IPMI_VBMC_UP && up)
			up(arg);
	}
}

static void tell(void *arg)
{
	int *pipe = arg;

	if (write(*pipe, "u", 1) != 1)
		_exit(1);
}

pid_t vbmc_start(int *number)
{
	int ends[2], n = -1;
	char word;
	pid_t pid;

	if (!vbmc_seen)
		vbmc_seen = mmap(NULL, sizeof(*vbmc_seen), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	memset(vbmc_seen, 0, sizeof(*vbmc_seen));
	if (pipe2(ends, O_CLOEXEC))
		return -1;
	pid = fork();
	if (!pid) {
		int fd = vbmc_open(0, &n);

		if (fd < 0 || write(ends[1], &n, sizeof(n)) != sizeof(n))
			_exit(1);
		vbmc_serve(fd, tell, &ends[1]);
		_exit(0);
	}
	close(ends[1]);
	if (read(ends[0], &n, sizeof(n)) != sizeof(n) || read(ends[0], &word, 1) != 1) {
		ktap_note("there is no interface");
		vbmc_stop(pid);
		pid = -1;
	}
	close(ends[0]);
	if (number)
		*number = n;
	return pid;
}

void vbmc_stop(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
