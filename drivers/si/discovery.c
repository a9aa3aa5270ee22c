// SPDX-License-Identifier: GPL-2.0-only
/*
 * What discovery has found: a record of each interface that a source has offered,
 * and what became of it.
 *
 * The sources and probe.c write it, debugfs.c shows it; it answers "why is there no
 * /dev/ipmi0?". A record outlives what it is about, but of what is over only the
 * last ones are kept. Lock: offers_lock, never held while anything waits.
 */
#define pr_fmt(fmt) "ipmi_si: " fmt

#include <linux/sched/clock.h>
#include <linux/slab.h>

#include <ipmi/core.h>

#include "si.h"

/* Of refused and removed ones so many are kept. */
#define OFFERS_OVER_MAX 32

/**
 * enum offer_state - what has become of an offer
 * @OFFER_WAITING: it was not tried yet
 * @OFFER_TRYING: it is being tried
 * @OFFER_FAILED: it was tried, and will be again
 * @OFFER_UP: the core has it
 * @OFFER_REFUSED: it was not taken
 * @OFFER_REMOVED: it was taken, and is gone
 */
enum offer_state {
	OFFER_WAITING,
	OFFER_TRYING,
	OFFER_FAILED,
	OFFER_UP,
	OFFER_REFUSED,
	OFFER_REMOVED,
};

/**
 * struct si_offer - one interface that a source has offered
 * @link: on offers
 * @si: the candidate made of it, NULL = there is none (any more)
 * @desc: what the source says; its pointers to devices are not followed
 * @dev: its device's name
 * @state: see above
 * @offered: when, as in the kernel's log
 * @since: when it came to its state
 * @tries: how often it was tried
 * @next: jiffies of the next try
 * @number: the N of ipmiN
 * @story: why it was refused, or why the last try failed
 */
struct si_offer {
	struct list_head link;
	struct si *si;
	struct si_desc desc;
	char dev[32];
	enum offer_state state;
	u64 offered;
	u64 since;
	unsigned int tries;
	unsigned long next;
	int number;
	char story[480];
};

static DEFINE_MUTEX(offers_lock);
static LIST_HEAD(offers);

/* Nobody but the list has it. */
static bool is_over(const struct si_offer *o)
{
	return !o->si;
}

static void set_state_offers(struct si_offer *o, enum offer_state state)
{
	lockdep_assert_held(&offers_lock);
	o->state = state;
	o->since = local_clock();
}

static void forget_oldest_offers(void)
{
	struct si_offer *o, *oldest = NULL;
	unsigned int n = 0;

	lockdep_assert_held(&offers_lock);
	list_for_each_entry(o, &offers, link) {
		if (!is_over(o))
			continue;
		n++;
		if (!oldest)
			oldest = o;
	}
	if (n <= OFFERS_OVER_MAX)
		return;
	list_del(&oldest->link);
	kfree(oldest);
}

static struct si_offer *alloc(const struct si_desc *desc)
{
	struct si_offer *o = kzalloc(sizeof(*o), GFP_KERNEL);

	if (!o)
		return NULL;
	o->desc = *desc;
	if (desc->dev)
		strscpy(o->dev, dev_name(desc->dev), sizeof(o->dev));
	o->offered = local_clock();
	return o;
}

static void add(struct si_offer *o, enum offer_state state)
{
	guard(mutex)(&offers_lock);
	set_state_offers(o, state);
	list_add_tail(&o->link, &offers);
	forget_oldest_offers();
}

/**
 * offer_add() - a source has offered an interface, and it is a candidate now
 * @si: the candidate
 *
 * Return: its record, for si->offer, until offer_remove(); or NULL.
 */
struct si_offer *offer_add(struct si *si)
{
	struct si_offer *o = alloc(&si->desc);

	if (!o)
		return NULL;
	o->si = si;
	add(o, OFFER_WAITING);
	return o;
}

/**
 * offer_refuse() - a source has offered an interface that is not taken
 * @desc: as far as it is known; its type and device may be NULL
 * @error: handed through
 * @fmt: why not, for a person
 *
 * Return: @error.
 */
int offer_refuse(const struct si_desc *desc, int error, const char *fmt, ...)
{
	struct si_offer *o = alloc(desc);
	va_list args;

	if (!o)
		return error;
	va_start(args, fmt);
	vscnprintf(o->story, sizeof(o->story), fmt, args);
	va_end(args);
	add(o, OFFER_REFUSED);
	return error;
}

/**
 * offer_decline() - a candidate is not taken after all, or no longer
 * @si: the candidate
 * @fmt: why not, for a person
 */
void offer_decline(struct si *si, const char *fmt, ...)
{
	va_list args;

	guard(mutex)(&offers_lock);
	va_start(args, fmt);
	vscnprintf(si->offer->story, sizeof(si->offer->story), fmt, args);
	va_end(args);
	set_state_offers(si->offer, OFFER_REFUSED);
}

/**
 * offer_story() - why a try has failed
 * @si: the candidate
 * @fmt: for a person
 */
void offer_story(struct si *si, const char *fmt, ...)
{
	va_list args;

	guard(mutex)(&offers_lock);
	va_start(args, fmt);
	vscnprintf(si->offer->story, sizeof(si->offer->story), fmt, args);
	va_end(args);
}

/**
 * offer_story_add() - the story goes on
 * @si: the candidate
 * @fmt: for a person
 */
void offer_story_add(struct si *si, const char *fmt, ...)
{
	struct si_offer *o = si->offer;
	size_t len;
	va_list args;

	guard(mutex)(&offers_lock);
	len = strlen(o->story);
	va_start(args, fmt);
	vscnprintf(o->story + len, sizeof(o->story) - len, fmt, args);
	va_end(args);
}

/**
 * offer_log() - say in the log why a candidate has failed
 * @si: the candidate
 * @works: another one, which works, so that this is not alarming; or NULL
 */
void offer_log(struct si *si, const struct si *works)
{
	guard(mutex)(&offers_lock);
	if (works)
		dev_info(si->desc.dev, "%s; another interface works (%s)\n", si->offer->story,
			 dev_name(works->desc.dev));
	else
		dev_warn(si->desc.dev, "%s\n", si->offer->story);
}

/**
 * offer_try() - a try begins
 * @si: the candidate
 */
void offer_try(struct si *si)
{
	guard(mutex)(&offers_lock);
	si->offer->tries++;
	set_state_offers(si->offer, OFFER_TRYING);
}

/**
 * offer_failed() - a try has failed; offer_story() has said why
 * @si: the candidate, with the pause until the next
 */
void offer_failed(struct si *si)
{
	guard(mutex)(&offers_lock);
	si->offer->next = jiffies + si->probe_pause;
	set_state_offers(si->offer, OFFER_FAILED);
}

/**
 * offer_up() - the core has the interface
 * @si: the interface
 */
void offer_up(struct si *si)
{
	guard(mutex)(&offers_lock);
	/* What probing has found out: the spacing. */
	si->offer->desc = si->desc;
	si->offer->number = ipmi_core_number(si->intf);
	set_state_offers(si->offer, OFFER_UP);
}

/**
 * offer_remove() - a candidate is freed
 * @si: the candidate
 */
void offer_remove(struct si *si)
{
	guard(mutex)(&offers_lock);
	si->offer->si = NULL;
	if (si->offer->state != OFFER_REFUSED)
		set_state_offers(si->offer, OFFER_REMOVED);
	si->offer = NULL;
	forget_oldest_offers();
}

/* As in the kernel's log. */
static void show_time(struct seq_file *m, u64 ns)
{
	u32 rest = do_div(ns, NSEC_PER_SEC);

	seq_printf(m, "[%5llu.%06u]", ns, rest / (u32)NSEC_PER_USEC);
}

static void show_desc(struct seq_file *m, const struct si_offer *o)
{
	const struct si_desc *d = &o->desc;

	seq_printf(m, " %s %s", ipmi_addr_src_to_str(d->source), o->dev[0] ? o->dev : "-");
	if (d->type)
		seq_printf(m, " %s", d->type->name);
	if (d->addr) {
		seq_printf(m, " at %s 0x%lx size %u", d->is_mem ? "mem" : "i/o", d->addr,
			   d->regsize);
		if (d->regspacing)
			seq_printf(m, " spacing %u", d->regspacing);
		else
			seq_puts(m, " spacing unknown");
		seq_printf(m, " irq %d", d->irq);
	}
	seq_putc(m, '\n');
}

static void show_up_offers(struct seq_file *m, const struct si_offer *o)
{
	const struct si *si = o->si;

	seq_printf(m, "up as ipmi%d, at try %u", o->number, o->tries);
	if (si && READ_ONCE(si->away))
		seq_printf(m, ", but its BMC has not answered for %lld ms",
			   ktime_ms_delta(pace_now(), READ_ONCE(si->away_since)));
	seq_putc(m, '\n');
}

static void show_state_offers(struct seq_file *m, const struct si_offer *o)
{
	lockdep_assert_held(&offers_lock);
	switch (o->state) {
	case OFFER_WAITING:
		seq_puts(m, "waits for its first try\n");
		break;
	case OFFER_TRYING:
		seq_printf(m, "try %u is under way\n", o->tries);
		if (o->tries > 1)
			seq_printf(m, "\tbefore that: %s\n", o->story);
		break;
	case OFFER_FAILED:
		seq_printf(m, "tried %u time%s, the next try is in %u ms\n", o->tries,
			   o->tries == 1 ? "" : "s",
			   jiffies_to_msecs(max_t(long, o->next - jiffies, 0)));
		seq_printf(m, "\t%s\n", o->story);
		break;
	case OFFER_UP:
		show_up_offers(m, o);
		break;
	case OFFER_REFUSED:
		seq_printf(m, "refused: %s\n", o->story);
		break;
	case OFFER_REMOVED:
		seq_puts(m, "removed\n");
		break;
	}
}

/**
 * offers_show() - the report
 * @m: where to
 */
void offers_show(struct seq_file *m)
{
	char sum[TABLES_SUM_MAX];
	struct si_offer *o;

	guard(mutex)(&offers_lock);
	if (list_empty(&offers))
		seq_printf(m, "No source has offered an interface: %s, and type=, ports= and addrs= name none.\n",
			   tables_sum(sum, sizeof(sum)));
	list_for_each_entry(o, &offers, link) {
		show_time(m, o->offered);
		show_desc(m, o);
		show_time(m, o->since);
		seq_putc(m, ' ');
		show_state_offers(m, o);
	}
}

/**
 * offers_log() - say in the log what was refused, where nobody can read the report
 */
void offers_log(void)
{
	struct si_offer *o;

	guard(mutex)(&offers_lock);
	list_for_each_entry(o, &offers, link)
		if (o->state == OFFER_REFUSED)
			pr_warn("%s %s was refused: %s\n", ipmi_addr_src_to_str(o->desc.source),
				o->dev[0] ? o->dev : "-", o->story);
}

/**
 * offers_free() - forget everything; no source is left
 */
void offers_free(void)
{
	struct si_offer *o, *tmp;

	list_for_each_entry_safe(o, tmp, &offers, link)
		kfree(o);
	INIT_LIST_HEAD(&offers);
}
