// SPDX-License-Identifier: GPL-2.0-only
/* See ipmb_bus.h. */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmb_bus.h"
#include "ktap.h"

int ipmb_host_adapter = -1, ipmb_bmc_adapter = -1;
char ipmb_bmc_node[32], ipmb_host_node[32], ipmb_host_device[64];

static int adapter_called(const char *name)
{
	glob_t found;
	int nr = -1;

	glob("/sys/bus/i2c/devices/i2c-*", 0, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++)
		if (!strcmp(file_text("%s/name", found.gl_pathv[i]), name))
			sscanf(strrchr(found.gl_pathv[i], '/'), "/i2c-%d", &nr);
	globfree(&found);
	return nr;
}

void ipmb_bus_init(void)
{
	ipmb_host_adapter = adapter_called("i2c_loop host");
	ipmb_bmc_adapter = adapter_called("i2c_loop bmc");
	snprintf(ipmb_bmc_node, sizeof(ipmb_bmc_node), "/dev/ipmb-%d", ipmb_bmc_adapter);
	snprintf(ipmb_host_node, sizeof(ipmb_host_node), "/dev/ipmb-%d", ipmb_host_adapter);
	snprintf(ipmb_host_device, sizeof(ipmb_host_device), "/sys/bus/i2c/devices/%d-10%02x",
		 ipmb_host_adapter, IPMB_HOST >> 1);
	run("insmod /vm/modules/ipmb_client.ko adapter=%d", ipmb_bmc_adapter);
	file_write(IPMB_CLIENT "present", "0x10");
}

long ipmb_count(int adapter, const char *name)
{
	return file_number("/sys/class/misc/ipmb-%d/ipmi_stats/%s", adapter, name);
}

void ipmb_host_write(const char *file, const char *text)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/bus/i2c/devices/i2c-%d/%s", ipmb_host_adapter, file);
	EXPECT_EQ(file_write(path, text), 0);
}

int ipmb_message(unsigned char *m, int to, int netfn, int from, int seq, int cmd,
		   const void *data, int n)
{
	m[0] = 7 + n;
	m[1] = to;
	m[2] = netfn << 2;
	m[3] = ipmb_sum(m + 1, 2);
	m[4] = from;
	m[5] = seq << 2;
	m[6] = cmd;
	if (n)
		memcpy(m + 7, data, n);
	m[7 + n] = ipmb_sum(m + 4, 3 + n);
	return 8 + n;
}

int ipmb_get(int fd, void *buf, size_t n)
{
	int got = read(fd, buf, n);

	return got < 0 ? -errno : got;
}

int ipmb_put(int fd, const void *buf, size_t n)
{
	int done = write(fd, buf, n);

	return done < 0 ? -errno : done;
}
