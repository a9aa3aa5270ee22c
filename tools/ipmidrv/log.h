/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lines of the kernel's log that are about IPMI.
 */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>

/**
 * struct log - lines of the log, the oldest first
 * @lines: each with its time, "[ 12.345678] text"
 * @count: how many
 * @readable: false: this user may not read the log
 */
struct log {
	char **lines;
	int count;
	bool readable;
};

void log_read(struct log *log);
void log_free(struct log *log);

/* The text after the time of the newest line in which this is; NULL = none. */
const char *log_last(const struct log *log, const char *text);

/* The index of that line; -1 = none. */
int log_index(const struct log *log, const char *text);

#endif /* LOG_H */
