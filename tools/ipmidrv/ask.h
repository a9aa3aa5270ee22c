/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asking a BMC by /dev/ipmiN.
 */
#ifndef ASK_H
#define ASK_H

#include <stddef.h>

#define ANSWER_MAX 256

/* An answer: its completion code and data. */
struct answer {
	unsigned char data[ANSWER_MAX];
	unsigned int len;
};

/* Opens /dev/ipmiN to read and write: a descriptor, or -1 with errno. */
int ask_open(int number);

/**
 * ask() - one request to the BMC itself, and its answer
 * @fd: of ask_open()
 * @netfn, @cmd: the command
 * @data, @len: its data
 * @answer: where to
 *
 * Return: the completion code; or a negative errno, -ETIMEDOUT after 10 s.
 */
int ask(int fd, unsigned int netfn, unsigned int cmd, const void *data, size_t len,
	struct answer *answer);

#endif /* ASK_H */
