// SPDX-License-Identifier: GPL-2.0-only
/* See fake_si.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fake_si.h"
#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define NETFN_OEM 0x2e
#define CMD_ECHO 0x42

const char *si_fake_kind;
int si_fake_fd;
static int answer_len = 1;

long si_fake(const char *name)
{
	return file_number(SI_FAKE "%s/%s", si_fake_kind, name);
}

void si_fake_set(const char *name, long value)
{
	char path[128], text[32];

	snprintf(path, sizeof(path), SI_FAKE "%s/%s", si_fake_kind, name);
	snprintf(text, sizeof(text), "%ld", value);
	EXPECT_EQ(file_write(path, text), 0);
	if (!strcmp(name, "answer_len"))
		answer_len = value;
}

void si_fake_fault(const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), SI_FAKE "%s/fault", si_fake_kind);
	EXPECT_EQ(file_write(path, text), 0);
}

int si_fake_echo(int len)
{
	unsigned char req[300] = { NETFN_OEM << 2, CMD_ECHO };
	static int round;
	struct reply r;
	int ret;

	round++;
	for (int i = 0; i < len; i++)
		req[2 + i] = i * 13 + round;
	ret = ipmi_ask(si_fake_fd, NETFN_OEM, CMD_ECHO, req + 2, len, &r);
	if (ret)
		return ret;
	if (r.len < 1)
		return -EBADMSG;
	if (r.data[0])
		return r.data[0];
	if (r.len != answer_len)
		return -EBADMSG;
	for (int i = 1; i < r.len; i++)
		if (r.data[i] != (unsigned char)(req[(2 + i) % (2 + len)] + (2 + i) * 7))
			return -EBADMSG;
	return 0;
}

double si_fake_until_answer(double wait)
{
	double start = now();

	while (si_fake_echo(4) && now() < start + wait)
		usleep(10000);
	return now() - start;
}
