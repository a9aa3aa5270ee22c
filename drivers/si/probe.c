// SPDX-License-Identifier: GPL-2.0-only
/*
 * The candidates of ipmi_si, and their tries.
 *
 * Sources of discovery (platform.c and its like) call si_add() and
 * si_remove_device(). Each candidate has a work that tries to bring it up until
 * it succeeds, so a BMC that is late is found when it comes, and none holds up
 * another. Lock: si_list_lock for the list; never held while a BMC is asked.
 */
#define pr_fmt(fmt) "ipmi_si: " fmt

#include <linux/slab.h>

#include "si.h"

/* Bounds, all of them in Documentation/house. */
#define PROBE_PAUSE_MIN		HZ
#define PROBE_PAUSE_MAX		(60 * HZ)
#define LOAD_BOUND_MS		3000
#define HALT_BOUND_MS		200

static DEFINE_MUTEX(si_list_lock);
static LIST_HEAD(si_list);
static bool started;
static struct workqueue_struct *si_wq;

/* Candidates that were not tried yet while the module loads. */
static atomic_t untried = ATOMIC_INIT(0);
static DECLARE_WAIT_QUEUE_HEAD(tries);

/**
 * si_is_halted() - has a try to end?
 * @si: the candidate
 */
bool si_is_halted(const struct si *si)
{
	unsigned long by = READ_ONCE(si->halt_by);

	return by && time_after_eq(jiffies, by);
}

/**
 * si_stop_trying() - a candidate is not to be tried any more, until si_try_again()
 * @si: the candidate; it may come up in the last moment
 *
 * A BMC that answers does so in this time, and one that does not is no reason for a suspend,
 * or a removal, to wait.
 *
 * Context: process, sleeps at most HALT_BOUND_MS, and for the driver's next look at the BMC.
 */
void si_stop_trying(struct si *si)
{
	WRITE_ONCE(si->halt_by, (jiffies + msecs_to_jiffies(HALT_BOUND_MS)) ?: 1);
	wake_up_all(&tries);
	cancel_delayed_work_sync(&si->probe);
	WRITE_ONCE(si->halt_by, 0);
}

static const struct si *find_working_list(void)
{
	const struct si *si;

	lockdep_assert_held(&si_list_lock);
	list_for_each_entry(si, &si_list, link)
		if (READ_ONCE(si->up))
			return si;
	return NULL;
}

/*
 * Say in the log which candidates have failed, once each; and only when it is known whether
 * another one works, or when they have failed again.
 */
static void tell_failures(void)
{
	const struct si *works;
	struct si *si;

	guard(mutex)(&si_list_lock);
	works = find_working_list();
	list_for_each_entry(si, &si_list, link) {
		if (si->told || !READ_ONCE(si->tried) || READ_ONCE(si->up))
			continue;
		if (atomic_read(&untried) && !READ_ONCE(si->tried_again))
			continue;
		/* It did not fail, it had no time. */
		if (READ_ONCE(si->halt_by))
			continue;
		si->told = true;
		offer_log(si, works);
	}
}

static void set_tried(struct si *si)
{
	if (si->tried) {
		WRITE_ONCE(si->tried_again, true);
		tell_failures();
		return;
	}
	WRITE_ONCE(si->tried, true);
	atomic_dec(&untried);
	tell_failures();
	wake_up_all(&tries);
}

static bool has_irq(const struct si *si)
{
	return si->desc.irq > 0 || si->desc.irq_is_gpe;
}

/* Is none left that was not tried and comes before it: with an interrupt, or found before? */
static bool is_next(const struct si *si)
{
	const struct si *other;
	bool before = true;

	guard(mutex)(&si_list_lock);
	list_for_each_entry(other, &si_list, link) {
		if (other == si)
			before = false;
		else if (!READ_ONCE(other->tried) &&
			 (has_irq(other) == has_irq(si) ? before : has_irq(other)))
			return false;
	}
	return true;
}

/**
 * si_wait_turn() - wait until those that come before have been tried
 * @si: a candidate that works
 *
 * All are tried at once, but their order gives them their numbers, or /dev/ipmi0 would be
 * another one after each boot: those with an interrupt first, as in-tree, and of these and of
 * the others who was found first.
 *
 * Context: process, sleeps at most LOAD_BOUND_MS.
 */
void si_wait_turn(const struct si *si)
{
	long left = msecs_to_jiffies(LOAD_BOUND_MS);
	DEFINE_WAIT_FUNC(wait, woken_wake_function);

	if (READ_ONCE(si->tried))
		return;
	add_wait_queue(&tries, &wait);
	while (left && !READ_ONCE(si->halt_by) && !is_next(si))
		left = wait_woken(&wait, TASK_UNINTERRUPTIBLE, left);
	remove_wait_queue(&tries, &wait);
}

static void probe_work(struct work_struct *work)
{
	struct si *si = container_of(work, struct si, probe.work);

	offer_try(si);
	si->up = !bringup(si);
	si->probe_pause = clamp(si->probe_pause * 2, PROBE_PAUSE_MIN, PROBE_PAUSE_MAX);
	if (si->up)
		offer_up(si);
	else
		offer_failed(si);
	set_tried(si);
	if (!si->up)
		queue_delayed_work(si_wq, &si->probe, si->probe_pause);
}

static void si_free(struct si *si)
{
	si_stop_trying(si);
	if (!si->tried)
		set_tried(si);
	if (si->up)
		takedown(si);
	hrtimer_cancel(&si->pace.timer);
	if (si->spare)
		ipmi_free_smi_msg(si->spare);
	offer_remove(si);
	put_device(si->desc.dev);
	kfree(si->m);
	kfree(si);
}

/* The device's lock keeps those out that have found the interface through it (power.c). */
static void free_of_other_device(struct si *si)
{
	struct device *dev = get_device(si->desc.dev);

	device_lock(dev);
	si_free(si);
	device_unlock(dev);
	put_device(dev);
}

static struct si *si_alloc(const struct si_desc *desc)
{
	struct si *si = kzalloc(sizeof(*si), GFP_KERNEL);

	if (!si)
		return NULL;
	si->desc = *desc;
	si->offer = offer_add(si);
	if (!si->offer) {
		kfree(si);
		return NULL;
	}
	get_device(si->desc.dev);
	INIT_DELAYED_WORK(&si->probe, probe_work);
	spin_lock_init(&si->pump);
	spin_lock_init(&si->lock);
	pace_init(si);
	si_irq_init(si);
	away_init(si);
	atomic_inc(&untried);
	return si;
}

static struct si *find_same_list(const struct si_desc *desc)
{
	struct si *si;

	lockdep_assert_held(&si_list_lock);
	list_for_each_entry(si, &si_list, link)
		if (si->desc.is_mem == desc->is_mem && si->desc.addr == desc->addr)
			return si;
	return NULL;
}

static void start_probe(struct si *si)
{
	const struct si_desc *desc = &si->desc;

	pr_info("Trying %s-specified %s state machine at %s address 0x%lx, slave address 0x%x, irq %d\n",
		ipmi_addr_src_to_str(desc->source), desc->type->name, desc->is_mem ? "mem" : "i/o",
		desc->addr, desc->slave_addr ?: IPMI_BMC_SLAVE_ADDR, desc->irq);
	queue_delayed_work(si_wq, &si->probe, 0);
}

/* Two sources, one place. ACPI knows better than SMBIOS; else the first one stays. */
static int resolve_duplicate_list(struct si *new, struct si **old)
{
	struct si *same = find_same_list(&new->desc);

	*old = NULL;
	if (!same)
		return 0;
	if (same->desc.source == SI_SMBIOS && new->desc.source == SI_ACPI) {
		dev_info(same->desc.dev, "Removing SMBIOS-specified %s state machine in favor of ACPI\n",
			 same->desc.type->name);
		if (!new->desc.slave_addr)
			new->desc.slave_addr = same->desc.slave_addr;
		list_del(&same->link);
		offer_decline(same, "ACPI describes the same place (%s)", dev_name(new->desc.dev));
		*old = same;
		return 0;
	}
	if (!same->desc.slave_addr)
		same->desc.slave_addr = new->desc.slave_addr;
	dev_info(new->desc.dev, "%s-specified %s state machine: duplicate\n",
		 ipmi_addr_src_to_str(new->desc.source), new->desc.type->name);
	offer_decline(new, "%s has described the same place (%s)",
		      ipmi_addr_src_to_str(same->desc.source), dev_name(same->desc.dev));
	return -EBUSY;
}

/**
 * si_add() - a source has found an interface
 * @desc: what it knows of it; copied
 *
 * It is tried in the background, now or once the module has been loaded.
 *
 * Context: process, may sleep.
 * Return: 0, -EBUSY for a duplicate, -ENODEV where the administrator has named
 * another, -ENOMEM.
 */
int si_add(const struct si_desc *desc)
{
	struct si *si, *old;
	bool now;
	int rv;

	if (desc->source != SI_HARDCODED && desc->source != SI_HOTMOD &&
	    hardcode_match(desc->is_mem, desc->addr)) {
		dev_info(desc->dev, "Hard-coded device at this address already exists\n");
		return offer_refuse(desc, -ENODEV, "the module's parameters speak of this place");
	}
	si = si_alloc(desc);
	if (!si)
		return -ENOMEM;

	scoped_guard(mutex, &si_list_lock) {
		rv = resolve_duplicate_list(si, &old);
		if (!rv)
			list_add_tail(&si->link, &si_list);
		now = started;
	}
	if (rv) {
		si_free(si);
		return rv;
	}
	if (old)
		free_of_other_device(old);
	pr_info("Adding %s-specified %s state machine\n", ipmi_addr_src_to_str(desc->source),
		desc->type->name);
	if (now)
		start_probe(si);
	return 0;
}

/* Until @si has been tried, NULL = all have. Who waits may be interrupted; the tries go on. */
static bool wait_for_try(const struct si *si)
{
	return wait_event_interruptible_timeout(tries,
						si ? READ_ONCE(si->tried) : !atomic_read(&untried),
						msecs_to_jiffies(LOAD_BOUND_MS));
}

/**
 * si_wait_tried() - wait until what was found through a device has been tried once
 * @dev: the device, whose lock is held; NULL = all devices
 *
 * So that who has bound a device, or written to hotmod, can go on to use /dev/ipmiN. While the
 * module loads, si_try_all() waits for all.
 *
 * Context: process, sleeps at most LOAD_BOUND_MS.
 */
void si_wait_tried(struct device *dev)
{
	struct si *si = dev ? si_find_device(dev) : NULL;

	if ((dev && !si) || !READ_ONCE(started) || wait_for_try(si))
		return;
	if (dev)
		dev_info(dev, "did not answer within %d ms, and is tried in the background\n",
			 LOAD_BOUND_MS);
	else
		pr_info("%d interface(s) did not answer within %d ms and are tried in the background\n",
			atomic_read(&untried), LOAD_BOUND_MS);
}

static struct device *find_device(bool is_mem, unsigned long addr,
				  const struct ipmi_machine_ops *type)
{
	struct si *si;

	guard(mutex)(&si_list_lock);
	list_for_each_entry(si, &si_list, link)
		if (si->desc.is_mem == is_mem && si->desc.addr == addr && si->desc.type == type)
			return get_device(si->desc.dev);
	return NULL;
}

/**
 * si_remove_place() - remove what is at an address
 * @is_mem: memory space
 * @addr: the address
 * @type: &enum si_type
 *
 * A device that was made for it goes with it; one of the firmware stays.
 *
 * Context: process, sleeps; bounded by the table in Documentation/house.
 */
void si_remove_place(bool is_mem, unsigned long addr, unsigned int type)
{
	struct device *dev;

	while ((dev = find_device(is_mem, addr, si_type_ops(type)))) {
		if (!made_remove(dev)) {
			device_lock(dev);
			si_remove_device(dev);
			device_unlock(dev);
		}
		put_device(dev);
	}
}

/**
 * si_find_device() - the candidate or interface at work of a device
 * @dev: the device; while its lock is held what is found stays
 *
 * Context: process.
 * Return: it, or NULL.
 */
struct si *si_find_device(const struct device *dev)
{
	struct si *si;

	guard(mutex)(&si_list_lock);
	list_for_each_entry(si, &si_list, link)
		if (si->desc.dev == dev)
			return si;
	return NULL;
}

/**
 * si_try_again() - go on to try a candidate
 * @si: the candidate, which nobody tries
 *
 * Context: process.
 */
void si_try_again(struct si *si)
{
	si->probe_pause = 0;
	queue_delayed_work(si_wq, &si->probe, 0);
}

static struct si *take_by_device(struct device *dev)
{
	struct si *si;

	guard(mutex)(&si_list_lock);
	list_for_each_entry(si, &si_list, link) {
		if (si->desc.dev != dev)
			continue;
		list_del(&si->link);
		return si;
	}
	return NULL;
}

/**
 * si_remove_device() - a device goes away, and with it what was found through it
 * @dev: the device
 *
 * The device's driver data is not looked at: clients of the core (ibmpex) write
 * there.
 *
 * Context: process, sleeps; bounded by the table in Documentation/house.
 */
void si_remove_device(struct device *dev)
{
	struct si *si = take_by_device(dev);

	if (si)
		si_free(si);
}

/**
 * si_try_all() - try all candidates that there are, and from now on each that comes
 *
 * Loading returns when every candidate has been tried once, so that a script can
 * go on to use /dev/ipmi0, but it does not wait long for a BMC that is slow.
 *
 * Context: process, sleeps at most LOAD_BOUND_MS.
 */
void si_try_all(void)
{
	struct si *si;

	scoped_guard(mutex, &si_list_lock) {
		list_for_each_entry(si, &si_list, link)
			start_probe(si);
		WRITE_ONCE(started, true);
	}
	si_wait_tried(NULL);
}

/**
 * si_has_none() - has no source found a candidate?
 *
 * Context: process.
 */
bool si_has_none(void)
{
	guard(mutex)(&si_list_lock);
	return list_empty(&si_list);
}

/**
 * si_probe_init() - before the sources may find anything
 *
 * Return: 0 or -ENOMEM.
 */
int si_probe_init(void)
{
	/* Every try is bounded, but it may take seconds, and there may be several. */
	si_wq = alloc_workqueue("ipmi_si", WQ_UNBOUND, 0);
	return si_wq ? 0 : -ENOMEM;
}

/* After the sources have removed all that they have found. */
void si_probe_exit(void)
{
	destroy_workqueue(si_wq);
}
