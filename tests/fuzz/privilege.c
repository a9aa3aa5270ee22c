// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzing of the privilege levels: any request, and any list of commands. A request that a User
 * may send carries nothing, however it is read, that is Administrator's at every bridge.
 */
#include <ipmi/privilege.h>

#include "fuzz.h"

static enum ipmi_privilege level_of(u8 netfn, u8 lun, u8 cmd, const u8 *data, size_t len)
{
	struct privilege_request rq = {
		.netfn = netfn, .lun = lun, .cmd = cmd, .data = data, .len = len
	};

	return privilege_needed(&rq);
}

/* The message in a Send Message whose header begins at @at, if it is one. */
static void check_carried(const u8 *data, size_t len, size_t at, enum ipmi_privilege level)
{
	enum ipmi_privilege inner;

	if (len < at + 7 || (data[at] + data[at + 1] + data[at + 2]) & 0xff)
		return;
	inner = level_of(data[at + 1] >> 2, data[at + 1] & 3, data[at + 5], data + at + 6,
			 len - at - 7);
	MUST(level >= inner);
}

static void judge(struct input *in)
{
	u8 netfn = eat(in), lun = eat(in) & 3, cmd = eat(in);
	const u8 *data = in->data + in->pos;
	size_t len = in->len - in->pos;
	enum ipmi_privilege level;
	u8 *copy = malloc(len + !len);

	memcpy(copy, data, len);
	level = level_of(netfn, lun, cmd, len ? copy : NULL, len);
	MUST(level >= PRIVILEGE_USER && level <= PRIVILEGE_ADMIN);
	if ((netfn & 0x3f) == 6 && cmd == 0x34) {
		check_carried(copy, len, 1, level);
		check_carried(copy, len, 2, level);
	}
	free(copy);
}

static void read_list(struct input *in)
{
	size_t len = in->len - in->pos;
	char *text = malloc(len + 1);
	u8 *list = malloc(PRIVILEGE_LIST_BYTES);

	memcpy(text, in->data + in->pos, len);
	text[len] = 0;
	privilege_parse_list(text, list);
	free(list);
	free(text);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = { .data = data, .len = len };
	u8 what = eat(&in);

	/* Most of it is judged as Send Message, which is what there is to get wrong. */
	if (what < 0x20)
		read_list(&in);
	else
		judge(&in);
	return 0;
}
