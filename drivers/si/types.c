// SPDX-License-Identifier: GPL-2.0-only
/*
 * The types of interfaces: their names and numbers, the machine of each, and what is to be
 * logged of it. Called by the sources of discovery and by transaction.c. No lock.
 */
#include "si.h"

static int kcs_debug;
module_param(kcs_debug, int, 0644);
MODULE_PARM_DESC(kcs_debug, "debug bitmask, 1=enable, 2=messages, 4=states");

static int smic_debug = SI_DEBUG_ENABLE;
module_param(smic_debug, int, 0644);
MODULE_PARM_DESC(smic_debug, "debug bitmask, 1=enable, 2=messages, 4=states");

static int bt_debug;
module_param(bt_debug, int, 0644);
MODULE_PARM_DESC(bt_debug, "debug bitmask, 1=enable, 2=messages, 4=states");

/**
 * si_debug_mask() - what is to be logged of a machine
 * @ops: the machine
 *
 * Return: SI_DEBUG_ bits.
 */
unsigned int si_debug_mask(const struct ipmi_machine_ops *ops)
{
	if (ops == &ipmi_kcs_ops)
		return READ_ONCE(kcs_debug);
	if (ops == &ipmi_smic_ops)
		return READ_ONCE(smic_debug);
	return READ_ONCE(bt_debug);
}

static const char *const type_names[] = {
	[SI_TYPE_INVALID] = "invalid",
	[SI_TYPE_KCS] = "kcs",
	[SI_TYPE_SMIC] = "smic",
	[SI_TYPE_BT] = "bt",
};

/**
 * si_type_number() - the number of an interface type
 * @name: its name, as in the type parameter
 *
 * Return: &enum si_type or -EINVAL.
 */
int si_type_number(const char *name)
{
	return match_string(type_names, ARRAY_SIZE(type_names), name);
}

/**
 * si_type_ops() - the machine of an interface type
 * @type: &enum si_type
 *
 * Return: the machine, NULL if there is none.
 */
const struct ipmi_machine_ops *si_type_ops(unsigned int type)
{
	switch (type) {
	case SI_TYPE_KCS:
		return &ipmi_kcs_ops;
	case SI_TYPE_SMIC:
		return &ipmi_smic_ops;
	case SI_TYPE_BT:
		return &ipmi_bt_ops;
	default:
		return NULL;
	}
}
