// SPDX-License-Identifier: GPL-2.0-only
/*
 * The power meter of DCMI, the Data Center Manageability Interface: a sensor without a record.
 *
 * Called by chip.c and sweep.c, in a monitor's thread. DCMI 1.5, sections 6.1 and 6.6.
 */
#include <linux/bits.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/unaligned.h>

#include "hwmon.h"

#define NETFN_DCMI		0x2c
#define DCMI_GROUP		0xdc
#define CMD_CAPABILITIES	0x01
#define CMD_POWER_READING	0x02
#define CAPABILITIES_LEN	7
#define HAS_POWER		BIT(0)
#define READING_LEN		19
#define READING_ACTIVE		BIT(6)

/* Return: bytes of the answer; 0 if it is none, or not DCMI's. */
static int ask_dcmi(struct monitor *m, u8 cmd, const u8 *data, u8 n, u8 *rsp, int cap, int *len)
{
	*len = ask_bmc(m, 0, NETFN_DCMI, cmd, data, n, rsp, cap);
	return *len >= 2 && !rsp[0] && rsp[1] == DCMI_GROUP ? *len : 0;
}

/**
 * dcmi_find() - is there a power meter?
 * @chip: the chip
 *
 * Context: the monitor's thread; one request.
 * Return: a sensor for it that chip_free() frees once it is on the list, or NULL.
 */
struct sensor *dcmi_find(struct chip *chip)
{
	static const u8 data[] = { DCMI_GROUP, 0x01 };
	struct sensor *s;
	u8 rsp[16];
	int len;

	if (ask_dcmi(chip->monitor, CMD_CAPABILITIES, data, sizeof(data), rsp, sizeof(rsp), &len) <
		    CAPABILITIES_LEN || !(rsp[6] & HAS_POWER))
		return NULL;
	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		return NULL;
	INIT_LIST_HEAD(&s->turn);
	s->chip = chip;
	s->kind = KIND_DCMI;
	s->sdr.owner = SDR_BMC_ADDR;
	s->type = hwmon_power;
	s->attrs = HWMON_P_INPUT | HWMON_P_INPUT_LOWEST | HWMON_P_INPUT_HIGHEST | HWMON_P_AVERAGE |
		   HWMON_P_AVERAGE_INTERVAL | HWMON_P_LABEL;
	strscpy(s->label, "DCMI power", sizeof(s->label));
	return s;
}

/**
 * dcmi_read() - Get Power Reading
 * @m: the monitor
 * @s: the sensor
 * @state: filled in
 * @how: what the answer was worth
 *
 * Context: the monitor's thread; one request.
 */
void dcmi_read(struct monitor *m, struct sensor *s, struct state *state, enum sensor_outcome *how)
{
	static const u8 data[] = { DCMI_GROUP, 0x01, 0x00, 0x00 };
	struct power_reading *p = &state->power;
	u8 rsp[24];
	int len;

	state->error = -ENODATA;
	if (ask_dcmi(m, CMD_POWER_READING, data, sizeof(data), rsp, sizeof(rsp), &len) < READING_LEN) {
		sweep_heard(m, rsp, len);
		*how = len < 1 ? SENSOR_SILENT : rsp[0] ? sensor_outcome_of(rsp[0]) : SENSOR_ERROR;
		return;
	}
	sweep_heard(m, rsp, len);
	*how = SENSOR_GOOD;
	if (!(rsp[18] & READING_ACTIVE))
		return;
	state->error = 0;
	p->now = get_unaligned_le16(rsp + 2);
	p->lowest = get_unaligned_le16(rsp + 4);
	p->highest = get_unaligned_le16(rsp + 6);
	p->average = get_unaligned_le16(rsp + 8);
	p->period = get_unaligned_le32(rsp + 14);
}
