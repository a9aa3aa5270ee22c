// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which privilege level a request needs, in whatever it is wrapped.
 *
 * What a level may do is in privilege_table.c; what that does not know needs Administrator.
 * Called by msghandler/access.c.
 */
#include <ipmi/privilege.h>

#define NETFN_APP	  0x06
#define NETFN_GROUP	  0x2c
#define CMD_GET_DEVICE_ID 0x01

static bool is_listed(const struct privilege_request *rq, u8 netfn)
{
	unsigned int bit = privilege_list_bit(netfn, rq->cmd);

	return rq->listed && !rq->lun && rq->listed[bit / 8] & BIT(bit % 8);
}

static enum ipmi_privilege unknown_level(const struct privilege_request *rq, u8 netfn)
{
	return is_listed(rq, netfn) ? PRIVILEGE_USER : PRIVILEGE_ADMIN;
}

static enum ipmi_privilege group_level(const struct privilege_request *rq)
{
	const struct privilege_group_row *row;

	if (!rq->len)
		return PRIVILEGE_ADMIN;
	row = rq->lun ? NULL : privilege_find_group_row(rq->data[0], rq->cmd);
	if (row)
		return row->level;
	/* A list names no body: it does not open further commands of those in the table. */
	if (privilege_knows_group(rq->data[0]))
		return PRIVILEGE_ADMIN;
	return unknown_level(rq, NETFN_GROUP);
}

/* IPMI 2.0, section 22.11: the first byte says which bus; bit 0 of it is clear for a public one. */
static bool bus_is_private(const struct privilege_request *rq)
{
	return rq->len && rq->data[0] & BIT(0);
}

/* Without what it carries; @carries is set to whether it does. */
static enum ipmi_privilege level_of(const struct privilege_request *rq, bool *carries)
{
	u8 netfn = rq->netfn & 0x3f;
	const struct privilege_row *row;

	*carries = false;
	/* An answer: who gives one has taken a command that was for the host. */
	if (netfn & 1)
		return PRIVILEGE_ADMIN;
	/* IPMI 2.0, section 20.9: the only command for all. */
	if (rq->broadcast)
		return netfn == NETFN_APP && rq->cmd == CMD_GET_DEVICE_ID && !rq->lun ?
			       PRIVILEGE_USER :
			       PRIVILEGE_ADMIN;
	if (netfn == NETFN_GROUP)
		return group_level(rq);
	row = privilege_find_row(netfn, rq->cmd);
	if (!row)
		return unknown_level(rq, netfn);
	if (rq->lun && row->how != PRIVILEGE_ANY_LUN)
		return PRIVILEGE_ADMIN;
	if (row->how == PRIVILEGE_BUS && !bus_is_private(rq))
		return PRIVILEGE_ADMIN;
	*carries = row->how == PRIVILEGE_CARRIES;
	return row->level;
}

static bool sums_up(const u8 *data, size_t len)
{
	u8 sum = 0;

	while (len--)
		sum += *data++;
	return !sum;
}

/*
 * What a Send Message carries, IPMI 2.0, section 22.7, takes @rq's place. After the channel comes
 * a message in one of two forms, and only the controller that bridges it knows the channel's
 * medium. Both begin with a header that ends in its checksum:
 *
 *	IPMB		target, NetFn/LUN, sum, source, sequence/LUN, command, data, sum
 *	LAN, broadcast	session or 0, and the same from the target on
 *
 * Return: false if it is neither, could be both, or is not for others at all.
 */
static bool unwrap(struct privilege_request *rq)
{
	const u8 *frame;
	bool ipmb, shifted;
	size_t len;

	/* Tracked or not; never as raw bytes, authenticated or encrypted for a session. */
	if (rq->len < 8 || rq->data[0] & 0xb0)
		return false;
	/* The system interface, and the channel by which it came. */
	if ((rq->data[0] & 0x0f) >= 0x0e)
		return false;
	frame = rq->data + 1;
	len = rq->len - 1;
	ipmb = sums_up(frame, 3);
	shifted = sums_up(frame + 1, 3);
	if (ipmb == shifted)
		return false;
	rq->broadcast = shifted && !frame[0];
	if (shifted) {
		frame++;
		len--;
	}
	if (len < 7 || !sums_up(frame + 3, len - 3))
		return false;
	rq->netfn = frame[1] >> 2;
	rq->lun = frame[1] & 3;
	rq->cmd = frame[5];
	rq->data = frame + 6;
	rq->len = len - 7;
	return true;
}

/**
 * privilege_needed() - the lowest level that may send a request
 * @rq: the request
 *
 * If it carries another, through however many bridges, the highest level that one of them needs.
 *
 * Return: a level; Administrator for all that is not known.
 */
enum ipmi_privilege privilege_needed(const struct privilege_request *rq)
{
	enum ipmi_privilege needed = PRIVILEGE_USER, level;
	struct privilege_request inner = *rq;
	bool carries;

	/* Each turn takes seven bytes or more away. */
	do {
		level = level_of(&inner, &carries);
		needed = max_t(enum ipmi_privilege, needed, level);
		if (carries && !unwrap(&inner))
			return PRIVILEGE_ADMIN;
	} while (carries && needed < PRIVILEGE_ADMIN);
	return needed;
}
