/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which privilege level a request needs: IPMI 2.0, appendix G, as a table.
 *
 * Pure: bytes in, a level out. Called by msghandler/access.c for users that are not
 * Administrator, by devintf/access.c for a parameter, by the user-space tests and the fuzzer.
 * Every byte comes from a program that may mean harm.
 */
#ifndef IPMI_PRIVILEGE_H
#define IPMI_PRIVILEGE_H

#include <ipmi/pure.h>

/**
 * enum ipmi_privilege - privilege levels, with the numbers of IPMI 2.0, section 6.8
 * @PRIVILEGE_USER: may read
 * @PRIVILEGE_OPERATOR: may also change what does not concern who has access
 * @PRIVILEGE_ADMIN: may do everything
 */
enum ipmi_privilege {
	PRIVILEGE_USER = 2,
	PRIVILEGE_OPERATOR = 3,
	PRIVILEGE_ADMIN = 4,
};

/**
 * enum privilege_how - what there is to know of a command besides its level
 * @PRIVILEGE_PLAIN: nothing
 * @PRIVILEGE_ANY_LUN: its level is the same at every LUN; others need Administrator beyond
 *	LUN 0, where a controller may have commands of its maker
 * @PRIVILEGE_CARRIES: it carries another command, which is judged as well
 * @PRIVILEGE_BUS: it reaches a bus: a private one at its level; what it would write to a
 *	public one are messages that nobody judges, so that needs Administrator
 */
enum privilege_how { PRIVILEGE_PLAIN, PRIVILEGE_ANY_LUN, PRIVILEGE_CARRIES, PRIVILEGE_BUS };

/**
 * struct privilege_row - one command
 * @netfn: network function
 * @cmd: command
 * @level: the lowest enum ipmi_privilege that may send it
 * @how: enum privilege_how
 */
struct privilege_row {
	u8 netfn;
	u8 cmd;
	u8 level;
	u8 how;
};

/**
 * struct privilege_group_row - one command of a defining body
 * @body: who has defined it
 * @cmd: command
 * @level: see above
 */
struct privilege_group_row {
	u8 body;
	u8 cmd;
	u8 level;
};

/* A bit for each command of each network function for requests: 32 times 256 of them. */
#define PRIVILEGE_LIST_BYTES (32 * 256 / 8)

static inline unsigned int privilege_list_bit(u8 netfn, u8 cmd)
{
	return (netfn >> 1) << 8 | cmd;
}

/**
 * struct privilege_request - one request, as its sender wants it to reach its target
 * @netfn: network function; only its low six bits go over the wire
 * @cmd: command
 * @lun: LUN of the target
 * @broadcast: it goes to all on an IPMB
 * @data: its data, may be NULL when @len is 0
 * @len: bytes of data
 * @listed: commands that the table does not know and that a User may send nevertheless,
 *	PRIVILEGE_LIST_BYTES long; NULL = none
 */
struct privilege_request {
	u8 netfn;
	u8 cmd;
	u8 lun;
	bool broadcast;
	const u8 *data;
	size_t len;
	const u8 *listed;
};

/* privilege_table.c */
const struct privilege_row *privilege_find_row(u8 netfn, u8 cmd);
const struct privilege_group_row *privilege_find_group_row(u8 body, u8 cmd);
bool privilege_knows_group(u8 body);

/* privilege.c */
enum ipmi_privilege privilege_needed(const struct privilege_request *rq);

/* privilege_list.c */
bool privilege_parse_list(const char *text, u8 *listed);

#endif /* IPMI_PRIVILEGE_H */
