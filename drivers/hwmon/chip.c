// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hwmon device of a BMC: what each sensor is for hwmon, its number there, its label, its files.
 *
 * Called by monitor.c, in a monitor's thread, with what records.c has found.
 */
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "hwmon.h"

#define CHIP_NAME	"ipmi"	/* lm-sensors takes no dash, blank or star */

/* IPMI 2.0, table 42-3 and 42-1. */
#define TYPE_FAN		0x04
#define TYPE_PHYSICAL_SECURITY	0x05
#define EVENT_SENSOR_SPECIFIC	0x6f
#define STATE_INTRUSION		BIT(0)

/**
 * struct place - where hwmon has values of a quantity
 * @type: as what
 * @scale: decimal places of its unit
 * @attrs: files of each: the value, and the label where there is one
 */
struct place {
	enum hwmon_sensor_types type;
	enum sdr_scale scale;
	u32 attrs;
};

static const struct place places[] = {
	[SDR_TEMPERATURE] = { hwmon_temp, SDR_MILLI, HWMON_T_INPUT | HWMON_T_LABEL },
	[SDR_VOLTAGE] = { hwmon_in, SDR_MILLI, HWMON_I_INPUT | HWMON_I_LABEL },
	[SDR_CURRENT] = { hwmon_curr, SDR_MILLI, HWMON_C_INPUT | HWMON_C_LABEL },
	[SDR_POWER] = { hwmon_power, SDR_MICRO, HWMON_P_INPUT | HWMON_P_LABEL },
	[SDR_ENERGY] = { hwmon_energy, SDR_MICRO, HWMON_E_INPUT | HWMON_E_LABEL },
	[SDR_ROTATION] = { hwmon_fan, SDR_ONE, HWMON_F_INPUT | HWMON_F_LABEL },
};

static const struct place pwm = { hwmon_pwm, SDR_MILLI, HWMON_PWM_INPUT };
static const struct place humidity = { hwmon_humidity, SDR_MILLI, HWMON_H_INPUT | HWMON_H_LABEL };
static const struct place intrusion = { hwmon_intrusion, SDR_ONE, HWMON_INTRUSION_ALARM };

static bool has_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (; *text; text++)
		if (!strncasecmp(text, word, n))
			return true;
	return false;
}

static bool is_intrusion(const struct sdr_sensor *sdr)
{
	return sdr->sensor_type == TYPE_PHYSICAL_SECURITY &&
	       sdr->event_type == EVENT_SENSOR_SPECIFIC && (sdr->states & STATE_INTRUSION);
}

static const struct place *place_of(const struct sdr_sensor *sdr, const char **why)
{
	enum sdr_quantity quantity;

	if (is_intrusion(sdr))
		return &intrusion;
	if (!sdr->analog) {
		*why = "has states, not a value";
		return NULL;
	}
	quantity = sdr_quantity(&sdr->units);
	if (quantity == SDR_PERCENT) {
		if (sdr->sensor_type == TYPE_FAN)
			return &pwm;
		if (has_word(sdr->id, "humid"))
			return &humidity;
		*why = "a percentage, for which hwmon has no type";
		return NULL;
	}
	if (quantity != SDR_NO_QUANTITY && quantity < ARRAY_SIZE(places))
		return &places[quantity];
	*why = "a unit for which hwmon has no type";
	return NULL;
}

static void place(struct sensor *s)
{
	const struct place *where = place_of(&s->sdr, &s->why);

	if (!where)
		return;
	s->type = where->type;
	s->scale = where->scale;
	s->attrs = where->attrs;
	s->swapped = sdr_swaps_limits(&s->sdr.factors);
	if (s->sdr.owner != SDR_BMC_ADDR && !param_ipmb)
		s->why = "behind another controller, and ipmb=0";
	else if (monitor_excludes(s))
		s->why = "left out by the parameter exclude";
}

static bool is_taken(const struct sensor *s, const char *label)
{
	struct sensor *other;

	list_for_each_entry(other, &s->chip->sensors, all)
		if (other != s && !other->why && !strcmp(other->sdr.id, label))
			return true;
	return false;
}

static bool is_label(const struct sensor *s, const char *label)
{
	struct sensor *other;

	list_for_each_entry(other, &s->chip->sensors, all) {
		if (other == s)
			return false;
		if (!other->why && !strcmp(other->label, label))
			return true;
	}
	return false;
}

/* The id string; where several have it, with entity and instance, or else with the number too. */
static void name(struct sensor *s)
{
	const struct sdr_sensor *sdr = &s->sdr;

	if (s->kind == KIND_DCMI)
		return;
	if (!sdr->id[0])
		snprintf(s->label, sizeof(s->label), "Sensor %02xh", sdr->number);
	else if (!is_taken(s, sdr->id))
		strscpy(s->label, sdr->id, sizeof(s->label));
	else
		snprintf(s->label, sizeof(s->label), "%s %u.%u", sdr->id, sdr->entity,
			 sdr->instance);
	if (is_label(s, s->label))
		snprintf(s->label, sizeof(s->label), "%s %u.%u %02xh", sdr->id, sdr->entity,
			 sdr->instance, sdr->number);
}

static int arrange_type(struct chip *chip, enum hwmon_sensor_types type)
{
	unsigned int n = chip->count[type];
	struct sensor *s;

	chip->channels[type] = kcalloc(n, sizeof(struct sensor *), GFP_KERNEL);
	chip->config[type] = kcalloc(n + 1, sizeof(u32), GFP_KERNEL);
	if (!chip->channels[type] || !chip->config[type])
		return -ENOMEM;
	list_for_each_entry(s, &chip->sensors, all) {
		if (s->why || s->type != type)
			continue;
		chip->channels[type][s->channel] = s;
		chip->config[type][s->channel] = s->attrs;
	}
	return 0;
}

/* A type without channels is not named. */
static void list_type(struct chip *chip, enum hwmon_sensor_types type, unsigned int *n)
{
	if (!chip->config[type])
		return;
	chip->infos[type].type = type;
	chip->infos[type].config = chip->config[type];
	chip->list[(*n)++] = &chip->infos[type];
}

/**
 * chip_arrange() - find the place of each sensor, and ask for its limits
 * @chip: with all sensors that there are
 *
 * Context: the monitor's thread; two requests for each sensor with limits.
 * Return: 0, -ENOMEM, -EINTR if the thread is to end.
 */
int chip_arrange(struct chip *chip)
{
	struct monitor *m = chip->monitor;
	struct sensor *s, *power;
	unsigned int n = 0, type;
	int rv = 0;

	power = meter_find(chip);
	if (power) {
		list_add_tail(&power->all, &chip->sensors);
		chip->nr_sensors++;
	}
	list_for_each_entry(s, &chip->sensors, all) {
		if (s->kind == KIND_RECORD)
			place(s);
		if (s->why)
			continue;
		if (s->kind == KIND_RECORD) {
			limits_read(m, s);
			limits_files(s);
		}
		if (kthread_should_stop())
			return -EINTR;
		s->channel = chip->count[s->type]++;
		chip->nr_shown++;
	}
	list_for_each_entry(s, &chip->sensors, all)
		if (!s->why)
			name(s);
	for (type = hwmon_temp; type < hwmon_max && !rv; type++)
		if (chip->count[type])
			rv = arrange_type(chip, type);
	if (rv)
		return rv;
	chip->config[hwmon_chip] = kcalloc(2, sizeof(u32), GFP_KERNEL);
	if (!chip->config[hwmon_chip])
		return -ENOMEM;
	chip->config[hwmon_chip][0] = HWMON_C_UPDATE_INTERVAL;
	for (type = 0; type < hwmon_max; type++)
		list_type(chip, type, &n);
	chip->info.ops = &channel_ops;
	chip->info.info = chip->list;
	return 0;
}

/**
 * chip_register() - make the hwmon device
 * @chip: arranged, and the monitor's
 *
 * Context: the monitor's thread.
 * Return: 0, also if there is nothing to show, or what the hwmon core returns.
 */
int chip_register(struct chip *chip)
{
	struct device *dev;

	if (!chip->nr_shown)
		return 0;
	dev = hwmon_device_register_with_info(&chip->monitor->pdev->dev, CHIP_NAME, chip,
					      &chip->info, NULL);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	chip->hwmon = dev;
	return 0;
}

/**
 * chip_alloc() - a chip without anything
 * @m: the monitor
 *
 * Context: process.
 * Return: the chip, or NULL.
 */
struct chip *chip_alloc(struct monitor *m)
{
	struct chip *chip = kzalloc(sizeof(*chip), GFP_KERNEL);

	if (!chip)
		return NULL;
	chip->monitor = m;
	INIT_LIST_HEAD(&chip->sensors);
	INIT_LIST_HEAD(&chip->records);
	return chip;
}

/**
 * chip_free() - undo chip_alloc()
 * @chip: not registered any more; NULL is ignored
 *
 * Context: process.
 */
void chip_free(struct chip *chip)
{
	struct sensor *s, *next;
	struct record *r, *after;
	unsigned int type;

	if (!chip)
		return;
	list_for_each_entry_safe(s, next, &chip->sensors, all)
		kfree(s);
	list_for_each_entry_safe(r, after, &chip->records, link)
		kfree(r);
	for (type = 0; type < hwmon_max; type++) {
		kfree(chip->channels[type]);
		kfree(chip->config[type]);
	}
	kfree(chip);
}
