// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's log, read from /dev/kmsg without waiting: one record a read(2). Below --root it is
 * a text file of such records, a line each.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "text.h"
#include "tree.h"

#define RECORD_MAX 8192
/* Of lines about IPMI the newest so many are kept. */
#define LINES_MAX 2000

static const char *const words[] = { "ipmi", "IPMI", "BMC", "of unsigned module", "module verification",
				     "Lockdown: " };

static void keep(struct log *log, char *line)
{
	char **more;

	if (log->count == LINES_MAX) {
		free(log->lines[0]);
		memmove(log->lines, log->lines + 1, (LINES_MAX - 1) * sizeof(*log->lines));
		log->lines[--log->count] = NULL;
	}
	more = realloc(log->lines, (log->count + 1) * sizeof(*more));
	if (!more)
		abort();
	log->lines = more;
	log->lines[log->count++] = line;
}

/* "6,1234,5678901,-;text": priority and facility, number, microseconds, flags. */
static void take(struct log *log, const char *record)
{
	const char *text = strchr(record, ';');
	unsigned long long us;
	unsigned int i;

	if (!text || sscanf(record, "%*u,%*u,%llu", &us) != 1)
		return;
	text++;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strstr(text, words[i]))
			continue;
		keep(log, textf("[%5llu.%06llu] %.*s", us / 1000000, us % 1000000,
				(int)strcspn(text, "\n"), text));
		return;
	}
}

static void take_text(struct log *log)
{
	char *text = tree_read(NULL, "/dev/kmsg"), *line, *rest = text;

	log->readable = text;
	while (text && (line = strsep(&rest, "\n")))
		take(log, line);
	free(text);
}

void log_read(struct log *log)
{
	char record[RECORD_MAX];
	ssize_t n;
	int fd;

	memset(log, 0, sizeof(*log));
	if (tree_is_made_up()) {
		take_text(log);
		return;
	}
	fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	for (;;) {
		n = read(fd, record, sizeof(record) - 1);
		if (n < 0 && (errno == EPIPE || errno == EINTR))
			continue; /* overwritten meanwhile: the next read goes on behind that */
		if (n <= 0)
			break;
		record[n] = 0;
		take(log, record);
		log->readable = true;
	}
	log->readable |= n < 0 && errno == EAGAIN;
	close(fd);
}

void log_free(struct log *log)
{
	while (log->count)
		free(log->lines[--log->count]);
	free(log->lines);
	log->lines = NULL;
}

int log_index(const struct log *log, const char *text)
{
	int i;

	for (i = log->count - 1; i >= 0; i--)
		if (strstr(log->lines[i], text))
			return i;
	return -1;
}

const char *log_last(const struct log *log, const char *text)
{
	int i = log_index(log, text);
	const char *end = i < 0 ? NULL : strstr(log->lines[i], "] ");

	return end ? end + 2 : NULL;
}
