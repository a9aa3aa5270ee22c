// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who has /dev/ipmiN open, by /proc/PID/fd. Another user's descriptors are root's to see.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "iface.h"
#include "programs.h"
#include "tree.h"

/* One that has ended is known to the kernel's tracing still, if it was among the last ones. */
static bool name_of_past(char *buf, int size, int pid)
{
	char *text = tree_read(NULL, "/sys/kernel/tracing/saved_cmdlines"), *line, *rest = text;
	int number, n;

	*buf = 0;
	while (text && (line = strsep(&rest, "\n")))
		if (sscanf(line, "%d %n", &number, &n) == 1 && number == pid)
			snprintf(buf, size, "%s", line + n);
	free(text);
	return *buf;
}

void program_name(char *buf, int size, int pid)
{
	if (tree_line(buf, size, "/proc/%d/comm", pid) && *buf)
		return;
	if (!name_of_past(buf, size, pid))
		snprintf(buf, size, "?");
}

/* "ipmi-messages:\t3" and the like: the sum of what has "messages" in its key. */
static long long messages_of(int pid, const char *fd)
{
	char *text = tree_read(NULL, "/proc/%d/fdinfo/%s", pid, fd), *line, *rest = text;
	long long sum = UNKNOWN;

	while (text && (line = strsep(&rest, "\n"))) {
		const char *value = strchr(line, ':');
		const char *key = strstr(line, "messages");

		if (value && key && key < value && !strncmp(line, "ipmi", 4))
			sum = (sum < 0 ? 0 : sum) + atoll(value + 1);
	}
	free(text);
	return sum;
}

static int take(struct program *p, int pid, const char *fd)
{
	char target[64];
	struct stat st;
	int n;

	if (!tree_link(target, sizeof(target), "/proc/%d/fd/%s", pid, fd) ||
	    sscanf(target, "ipmi%d%n", &p->number, &n) != 1 || target[n])
		return 0;
	p->pid = pid;
	p->uid = tree_stat(&st, "/proc/%d", pid) ? st.st_uid : 0;
	p->messages = messages_of(pid, fd);
	program_name(p->name, sizeof(p->name), pid);
	return 1;
}

int programs_find(struct program *found, int room, bool *all)
{
	char **pids = tree_list("/proc");
	int n = 0;

	*all = true;
	for (char **pid = pids; *pid && n < room; pid++) {
		char **fds;

		if (!isdigit((unsigned char)**pid))
			continue;
		errno = 0;
		fds = tree_list("/proc/%s/fd", *pid);
		if (!*fds && errno == EACCES)
			*all = false;
		for (char **fd = fds; *fd && n < room; fd++)
			n += take(&found[n], atoi(*pid), *fd);
		tree_list_free(fds);
	}
	tree_list_free(pids);
	return n;
}
