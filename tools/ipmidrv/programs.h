/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The processes that have /dev/ipmiN open.
 */
#ifndef PROGRAMS_H
#define PROGRAMS_H

#include <stdbool.h>

/**
 * struct program - a process with an open /dev/ipmiN
 * @pid: of it
 * @uid: its user
 * @number: the N
 * @messages: what it was sent and has not read, or has asked and not heard of; UNKNOWN on a
 *	driver whose fdinfo does not say
 * @name: of the program; anybody's text
 */
struct program {
	int pid;
	unsigned int uid;
	int number;
	long long messages;
	char name[32];
};

/* At most @room of them; *all: whether no process was hidden from this user. */
int programs_find(struct program *found, int room, bool *all);

/* The name of a process; "?" if it is gone. */
void program_name(char *buf, int size, int pid);

#define PROGRAMS_MAX 64

#endif /* PROGRAMS_H */
