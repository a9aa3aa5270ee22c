// SPDX-License-Identifier: GPL-2.0-only
/*
 * BMCs that do it differently: a table of them, and what is done about it.
 *
 * Each row has its story, and is matched with one interface by what its BMC says of itself;
 * another interface of the same machine may have another BMC. Called by bringup.c, and by the
 * engine when a BMC comes back, which may have got new firmware meanwhile. What a BMC can be
 * asked, or shows by itself, needs no row: whether it lets its interrupt be enabled (proto/attn.c),
 * how much it takes and how long it thinks (proto/bt.c). Lock: si->pump.
 */
#include "si.h"

#define DELL		0x0002a2

#define NETFN_STORAGE	0x0a
#define CMD_GET_SDR	0x23

/* Message flags that belong to the manufacturer, IPMI 2.0, section 22.4. */
#define FLAG_OEM	0xe0

#define CC_CANNOT_RETURN_SO_MANY 0xca

/**
 * struct si_quirk - one row
 * @name: as the log and debugfs show it
 * @manufacturer: IANA number, must be equal
 * @type: the only kind of interface it is about, NULL = any
 * @matches: what else must be true of the BMC, NULL = nothing
 * @oem_flags: message flags that mean "there is a message" here
 * @refuse: the completion code with which a request is answered here rather than by the
 *	BMC, 0 = it is not; NULL = never
 */
struct si_quirk {
	const char *name;
	u32 manufacturer;
	const struct ipmi_machine_ops *type;
	bool (*matches)(const struct ipmi_device_id *id);
	u8 oem_flags;
	u8 (*refuse)(const u8 *rq, unsigned int n);
};

static bool before_ipmi_1_5(const struct ipmi_device_id *id)
{
	return ipmi_version_major(id) < 1 ||
	       (ipmi_version_major(id) == 1 && ipmi_version_minor(id) < 5);
}

static bool is_dell_with_oem_flags(const struct ipmi_device_id *id)
{
	return before_ipmi_1_5(id) || (id->device_id == 0x20 && id->device_revision == 0x80 &&
				       id->ipmi_version == 0x51);
}

/* The last byte of Get SDR says how many bytes are wanted. */
static u8 refuse_sdr_of_58(const u8 *rq, unsigned int n)
{
	if (n < 8 || rq[0] >> 2 != NETFN_STORAGE || rq[1] != CMD_GET_SDR || rq[7] != 0x3a)
		return 0;
	return CC_CANNOT_RETURN_SO_MANY;
}

static const struct si_quirk quirks[] = {
	{
		/*
		 * PowerEdge 650 to 8450, and x8xx before firmware 1.40: they announce what is
		 * in the receive message queue by their OEM flags ("OEM0 data available").
		 * https://linux.dell.com/ipmi.shtml, remarks 1 and 4.
		 */
		.name = "dell-oem-flags",
		.manufacturer = DELL,
		.matches = is_dell_with_oem_flags,
		.oem_flags = FLAG_OEM,
	},
	{
		/*
		 * PowerEdge 2600, 4600, 6600 and 6650: they do not answer when a record of 41h
		 * bytes is asked for in one go, which is 3Ah and its header. Told that so many
		 * cannot be had, programs ask for fewer. Same page, remark 2.
		 */
		.name = "dell-bt-sdr",
		.manufacturer = DELL,
		.type = &ipmi_bt_ops,
		.refuse = refuse_sdr_of_58,
	},
};

static bool matches(const struct si_quirk *q, const struct si *si, const struct ipmi_device_id *id)
{
	return q->manufacturer == id->manufacturer_id && (!q->type || q->type == si->desc.type) &&
	       (!q->matches || q->matches(id));
}

/**
 * quirks_find() - which workarounds does this BMC need?
 * @si: the interface
 * @rsp: its answer to Get Device ID
 * @n: bytes of it, hostile; an answer that says nothing leaves all as it is
 */
void quirks_find(struct si *si, const u8 *rsp, unsigned int n)
{
	struct ipmi_device_id id;
	unsigned int i;
	u32 found = 0;

	if (n < 3 || ipmi_demangle_device_id(rsp[0] >> 2, rsp[1], rsp + 2, n - 2, &id))
		return;
	si->attn.oem_flags = 0;
	for (i = 0; i < ARRAY_SIZE(quirks); i++) {
		if (!matches(&quirks[i], si, &id))
			continue;
		found |= BIT(i);
		si->attn.oem_flags |= quirks[i].oem_flags;
		if (!(si->quirks & BIT(i)))
			dev_info(si->desc.dev, "this BMC needs a workaround: %s\n", quirks[i].name);
	}
	WRITE_ONCE(si->quirks, found);
}

/**
 * quirks_refuse() - is a request one that this BMC had better not see?
 * @si: the interface
 * @rq: the request
 * @n: its length
 *
 * Return: the completion code to answer with, 0 if it is to be sent.
 */
u8 quirks_refuse(const struct si *si, const u8 *rq, unsigned int n)
{
	unsigned int i;
	u8 cc = 0;

	for (i = 0; i < ARRAY_SIZE(quirks) && !cc; i++)
		if (si->quirks & BIT(i) && quirks[i].refuse)
			cc = quirks[i].refuse(rq, n);
	return cc;
}

/**
 * quirks_list() - the names of the workarounds that are at work
 * @si: the interface
 * @m: where to
 */
void quirks_list(const struct si *si, struct seq_file *m)
{
	u32 found = READ_ONCE(si->quirks);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(quirks); i++)
		if (found & BIT(i))
			seq_printf(m, "%s\n", quirks[i].name);
}
