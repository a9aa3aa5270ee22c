/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What IPMI calls its commands and completion codes (IPMI 2.0, appendix G and table 5-2), and which
 * bytes of them are nobody's business.
 */
#ifndef NAMES_H
#define NAMES_H

#include <stddef.h>

/* The name of a request's command, or "Command" where there is none here. */
const char *command_title(unsigned int netfn, unsigned int cmd);

/* "ok", or what went wrong; valid until the next call. */
const char *completion_title(int cc);

/**
 * blank_secrets() - overwrite what must not be shown
 * @netfn: of the request, also of an answer's
 * @cmd: the command
 * @data: what follows the command; of an answer, what follows the completion code
 * @len: how many bytes
 * @is_answer: which of the two it is
 *
 * Passwords, keys, challenges and SNMP's community become zeros, also inside of Send Message.
 *
 * Return: how many bytes were overwritten.
 */
size_t blank_secrets(unsigned int netfn, unsigned int cmd, unsigned char *data, size_t len,
		     int is_answer);

#endif /* NAMES_H */
