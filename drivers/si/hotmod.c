// SPDX-License-Identifier: GPL-2.0-only
/*
 * hotmod: add and remove interfaces by writing to a module parameter.
 *
 *	op ":" op ...	op = verb "," type "," space "," address ["," name "=" value]...
 *
 * The parameter code calls hotmod_set(), with its own lock held; what it says in
 * the log and what it returns is ABI. Nothing after an operation that fails is
 * carried out; what went before stays.
 */
#define pr_fmt(fmt) "ipmi_hotmod: " fmt

#include <linux/ctype.h>
#include <linux/slab.h>

#include "si.h"

/* One of a few words, by its place in @words. */
static int take_word(char **rest, const char *const *words, const char *field)
{
	char *word = *rest, *comma = word ? strchr(word, ',') : NULL;
	int i;

	if (!comma) {
		pr_warn("No hotmod %s given\n", field);
		return -EINVAL;
	}
	*comma = '\0';
	*rest = comma + 1;
	for (i = 0; words[i]; i++)
		if (!strcmp(word, words[i]))
			return i;
	pr_warn("Invalid hotmod %s '%s'\n", field, word);
	return -EINVAL;
}

struct option {
	const char *name;
	unsigned int *value;
};

static int take_option(char *text, const struct option *options)
{
	char *value = strchr(text, '=');
	unsigned int i, number;

	if (!value) {
		pr_warn("No option given for '%s'\n", text);
		return -EINVAL;
	}
	*value++ = '\0';
	for (i = 0; options[i].name; i++) {
		if (strcmp(text, options[i].name))
			continue;
		if (!isdigit(*value) || kstrtouint(value, 0, &number)) {
			pr_warn("Bad option given for '%s'\n", text);
			return -EINVAL;
		}
		*options[i].value = number;
		return 0;
	}
	pr_warn("Invalid hotmod option '%s'\n", text);
	return -EINVAL;
}

static int take_op(char *op, bool *add, struct si_made *m)
{
	static const char *const verbs[] = { "add", "remove", NULL };
	static const char *const types[] = { "", "kcs", "smic", "bt", NULL };
	static const char *const spaces[] = { "i/o", "mem", NULL };
	unsigned int irq = 0;
	const struct option options[] = {
		{ "rsp", &m->regspacing }, { "rsi", &m->regsize }, { "rsh", &m->regshift },
		{ "irq", &irq },	   { "ipmb", &m->slave_addr }, {},
	};
	char *address;
	int rv;

	rv = take_word(&op, verbs, "operation");
	if (rv < 0)
		return rv;
	*add = !rv;
	rv = take_word(&op, types, "interface type");
	if (rv < 0)
		return rv;
	m->type = rv;
	rv = take_word(&op, spaces, "address space");
	if (rv < 0)
		return rv;
	m->is_mem = rv;

	address = strsep(&op, ",");
	rv = kstrtoul(address, 0, &m->addr);
	if (rv) {
		pr_warn("Invalid hotmod address '%s': %d\n", address, rv);
		return rv;
	}
	while (op) {
		rv = take_option(strsep(&op, ","), options);
		if (rv)
			return rv;
	}
	m->regsize = m->regsize ?: 1;
	m->regspacing = m->regspacing ?: m->regsize;
	m->irq = irq;
	return 0;
}

static int run_op(char *op, bool *added)
{
	static atomic_t nr = ATOMIC_INIT(0);
	struct si_made m = { .source = SI_HOTMOD, .regsize = 1 };
	bool add;
	int rv;

	rv = take_op(op, &add, &m);
	if (rv)
		return rv;
	/*
	 * Success says that the operation was understood; the log says what came of it. The
	 * first try of what was added is waited for, though not longer than when loading.
	 */
	if (add)
		*added |= !made_add("hotmod-ipmi-si", atomic_inc_return(&nr), &m);
	else
		si_remove_place(m.is_mem, m.addr, m.type);
	return 0;
}

static int hotmod_set(const char *val, const struct kernel_param *kp)
{
	char *text, *rest, *op;
	bool added = false;
	int rv = 0;

	text = kstrdup(val, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	rest = strim(text);
	if (!*rest) {
		pr_warn("No hotmod operation given\n");
		rv = -EINVAL;
	}
	while (!rv && (op = strsep(&rest, ":")))
		rv = run_op(op, &added);
	/* All that were added are tried at the same time. */
	if (added)
		si_wait_tried(NULL);
	kfree(text);
	return rv;
}

static const struct kernel_param_ops hotmod_ops = { .set = hotmod_set };
/* It names addresses as ports= and addrs= do, so a kernel that is locked down refuses it too. */
__module_param_call(MODULE_PARAM_PREFIX, hotmod, &hotmod_ops, NULL, 0200, -1,
		    KERNEL_PARAM_FL_HWPARAM);
MODULE_PARM_DESC(hotmod,
		 "Add and remove interfaces: add|remove,kcs|bt|smic,mem|i/o,<address>[,rsp=..][,rsi=..][,rsh=..][,irq=..][,ipmb=..]");
