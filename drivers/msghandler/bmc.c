// SPDX-License-Identifier: GPL-2.0-only
/*
 * BMCs: who is behind an interface, and its device in sysfs.
 *
 * intf.c calls this when an interface comes and goes. A BMC is asked with no
 * lock held; its objects are under ipmi_registry, and what sysfs shows of them
 * is a copy under bmc->lock, so that a reader waits no longer than it wants.
 *
 * A BMC is asked again who it is when somebody wants to know and the last answer is
 * IDENTITY_FRESH_MS old: by the work of its object (refresh_work()) for readers of sysfs, by that
 * of the interface (bmc_recheck_work()) for others. An error says nothing about who it is: what
 * was known stays, and it is asked again.
 */
#define dev_fmt(fmt) "IPMI message handler: " fmt

#include <linux/idr.h>
#include <linux/slab.h>

#include "msghandler.h"

/**
 * struct ipmi_bmc - one BMC, behind one or more interfaces
 * @pdev: platform/ipmi_bmc.N
 * @link: on bmcs, under ipmi_registry
 * @intfs: struct ipmi_smi.bmc_link, under ipmi_registry
 * @who: as whom it is registered, under ipmi_registry
 * @refresh: asks it again who it is; holds a reference on @pdev meanwhile
 * @answered: woken as @asking ends
 * @lock: guards what follows
 * @said: what it last said
 * @stale: when @said is to be asked for again, in jiffies_64
 * @asking: that is under way, or will be soon
 * @asked: since when, in jiffies_64
 */
struct ipmi_bmc {
	struct platform_device pdev;
	struct list_head link;
	struct list_head intfs;
	struct ipmi_identity who;
	struct work_struct refresh;
	wait_queue_head_t answered;
	spinlock_t lock;
	struct ipmi_identity said;
	u64 stale;
	bool asking;
	u64 asked;
};

static LIST_HEAD(bmcs);
static DEFINE_IDA(bmc_ids);

static const struct platform_device_id bmc_device_ids[] = {
	{ .name = "ipmi_bmc" },
	{}
};

static int bmc_probe(struct platform_device *pdev)
{
	return 0;
}

/* There is nothing to drive; the driver is there because tools look for it. */
static struct platform_driver bmc_driver = {
	.probe = bmc_probe,
	.id_table = bmc_device_ids,
	.driver = {
		.name = "ipmi",
	},
};

int bmc_init(void)
{
	return platform_driver_register(&bmc_driver);
}

void bmc_exit(void)
{
	platform_driver_unregister(&bmc_driver);
	ida_destroy(&bmc_ids);
}

static bool same_ids(const struct ipmi_device_id *a, const struct ipmi_device_id *b)
{
	return a->product_id == b->product_id && a->device_id == b->device_id &&
	       a->manufacturer_id == b->manufacturer_id;
}

static bool same_bmc(const struct ipmi_identity *a, const struct ipmi_identity *b)
{
	if (a->has_guid != b->has_guid)
		return false;
	if (a->has_guid)
		return !memcmp(a->guid, b->guid, sizeof(a->guid));
	return same_ids(&a->id, &b->id);
}

static struct ipmi_bmc *find_registry(const struct ipmi_identity *who)
{
	struct ipmi_bmc *bmc;

	lockdep_assert_held(&ipmi_registry);
	list_for_each_entry(bmc, &bmcs, link)
		if (same_bmc(&bmc->who, who))
			return bmc;
	return NULL;
}

static void bmc_release(struct device *dev)
{
	struct ipmi_bmc *bmc = container_of(dev, struct ipmi_bmc, pdev.dev);

	ida_free(&bmc_ids, bmc->pdev.id);
	kfree(bmc);
}

static void refresh_work(struct work_struct *work);

static struct ipmi_bmc *create_registry(const struct ipmi_identity *who)
{
	struct ipmi_bmc *bmc;
	int rv;

	bmc = kzalloc(sizeof(*bmc), GFP_KERNEL);
	if (!bmc)
		return ERR_PTR(-ENOMEM);
	rv = ida_alloc(&bmc_ids, GFP_KERNEL);
	if (rv < 0) {
		kfree(bmc);
		return ERR_PTR(rv);
	}
	INIT_LIST_HEAD(&bmc->intfs);
	INIT_WORK(&bmc->refresh, refresh_work);
	init_waitqueue_head(&bmc->answered);
	spin_lock_init(&bmc->lock);
	bmc->who = *who;
	bmc->said = *who;
	bmc->stale = get_jiffies_64() + msecs_to_jiffies(IDENTITY_FRESH_MS);
	bmc->pdev.name = "ipmi_bmc";
	bmc->pdev.id = rv;
	bmc->pdev.dev.release = bmc_release;
	bmc->pdev.dev.groups = ipmi_bmc_groups;

	rv = platform_device_register(&bmc->pdev);
	if (rv) {
		platform_device_put(&bmc->pdev);
		return ERR_PTR(rv);
	}
	list_add_tail(&bmc->link, &bmcs);
	return bmc;
}

static void destroy_if_unused_registry(struct ipmi_bmc *bmc)
{
	lockdep_assert_held(&ipmi_registry);
	if (!list_empty(&bmc->intfs))
		return;
	list_del(&bmc->link);
	platform_device_unregister(&bmc->pdev);
}

static int add_links(struct ipmi_smi *intf, struct ipmi_bmc *bmc)
{
	struct kobject *bmc_kobj = &bmc->pdev.dev.kobj;
	int rv;

	rv = sysfs_create_link(&intf->dev->kobj, bmc_kobj, "bmc");
	if (rv)
		return rv;
	snprintf(intf->bmc_linkname, sizeof(intf->bmc_linkname), "ipmi%d", intf->number);
	rv = sysfs_create_link(bmc_kobj, &intf->dev->kobj, intf->bmc_linkname);
	if (rv)
		sysfs_remove_link(&intf->dev->kobj, "bmc");
	return rv;
}

/* The object of a BMC, which is there already or is made. */
static struct ipmi_bmc *object_registry(struct ipmi_smi *intf, const struct ipmi_identity *who)
{
	struct ipmi_bmc *bmc = find_registry(who);
	bool found = bmc;

	if (!bmc)
		bmc = create_registry(who);
	if (!IS_ERR(bmc))
		dev_info(intf->dev,
			 "%s BMC (man_id: 0x%6.6x, prod_id: 0x%4.4x, dev_id: 0x%2.2x)\n",
			 found ? "interfacing existing" : "Found new", who->id.manufacturer_id,
			 who->id.product_id, who->id.device_id);
	return bmc;
}

static int link_registry(struct ipmi_smi *intf, struct ipmi_bmc *bmc)
{
	int rv = add_links(intf, bmc);

	if (rv) {
		destroy_if_unused_registry(bmc);
		return rv;
	}
	intf->bmc = bmc;
	list_add_tail(&intf->bmc_link, &bmc->intfs);
	return 0;
}

/**
 * bmc_attach_registry() - connect an interface with its BMC's object
 * @intf: the interface
 * @who: what its BMC said
 *
 * One that is connected with another object leaves that; if the new one cannot be made, it stays.
 *
 * Context: ipmi_registry held.
 * Return: 0, -ENOMEM, or what sysfs says.
 */
int bmc_attach_registry(struct ipmi_smi *intf, const struct ipmi_identity *who)
{
	struct ipmi_bmc *bmc;

	lockdep_assert_held(&ipmi_registry);
	bmc = object_registry(intf, who);
	if (IS_ERR(bmc))
		return PTR_ERR(bmc);
	bmc_detach_registry(intf);
	return link_registry(intf, bmc);
}

/**
 * bmc_detach_registry() - undo bmc_attach_registry()
 * @intf: the interface
 */
void bmc_detach_registry(struct ipmi_smi *intf)
{
	struct ipmi_bmc *bmc = intf->bmc;

	lockdep_assert_held(&ipmi_registry);
	if (!bmc)
		return;
	sysfs_remove_link(&bmc->pdev.dev.kobj, intf->bmc_linkname);
	sysfs_remove_link(&intf->dev->kobj, "bmc");
	list_del_init(&intf->bmc_link);
	intf->bmc = NULL;
	destroy_if_unused_registry(bmc);
}

/* The @n-th interface of a BMC, with a reference taken; NULL = there are not so many. */
static struct ipmi_smi *get_intf(struct ipmi_bmc *bmc, unsigned int n)
{
	struct ipmi_smi *intf;

	guard(mutex)(&ipmi_registry);
	list_for_each_entry(intf, &bmc->intfs, bmc_link) {
		if (n--)
			continue;
		kref_get(&intf->refcount);
		return intf;
	}
	return NULL;
}

static struct ipmi_bmc *get_bmc(struct ipmi_smi *intf)
{
	guard(mutex)(&ipmi_registry);
	if (intf->bmc)
		get_device(&intf->bmc->pdev.dev);
	return intf->bmc;
}

static void note_said(struct ipmi_bmc *bmc, const struct ipmi_identity *who)
{
	guard(spinlock)(&bmc->lock);
	bmc->said = *who;
	bmc->stale = get_jiffies_64() + msecs_to_jiffies(IDENTITY_FRESH_MS);
}

/* What an interface said was of another BMC: its others are to be asked. */
static void not_said_registry(struct ipmi_bmc *bmc)
{
	lockdep_assert_held(&ipmi_registry);
	guard(spinlock)(&bmc->lock);
	bmc->said = bmc->who;
	bmc->stale = get_jiffies_64();
}

/* Who waits for it is told what it said; NULL = it did not answer. */
static void end_asking(struct ipmi_bmc *bmc, const struct ipmi_identity *who)
{
	if (who)
		note_said(bmc, who);
	scoped_guard(spinlock, &bmc->lock) {
		if (!who)
			bmc->stale = get_jiffies_64() + msecs_to_jiffies(IDENTITY_WAIT_MS);
		WRITE_ONCE(bmc->asking, false);
	}
	wake_up_all(&bmc->answered);
}

/*
 * Ask who it is. Of a BMC that is the same but for its GUID, and says none now, the GUID is kept:
 * firmware that is being updated may have none. @bmc is NULL if there is no object.
 * Return: false if nothing was learned.
 */
static bool ask_again(struct ipmi_smi *intf, struct ipmi_bmc *bmc, struct ipmi_identity *who)
{
	enum guid_answer answer;
	struct ipmi_identity old = {};

	if (bmc)
		bmc_said(&bmc->pdev.dev, &old);
	memset(who, 0, sizeof(*who));
	if (identify_device(intf, &who->id))
		return false;
	answer = identify_guid(intf, who);
	if (answer == GUID_KNOWN || !bmc)
		return true;
	if (old.has_guid && same_ids(&old.id, &who->id)) {
		WRITE_ONCE(intf->guid_open, false);
		who->has_guid = true;
		memcpy(who->guid, old.guid, sizeof(who->guid));
		return true;
	}
	return answer == GUID_NONE || same_ids(&old.id, &who->id);
}

/* Others at the same BMC have seen it change, and have channels too. */
static void tell_others_registry(struct ipmi_smi *intf)
{
	struct ipmi_smi *other;

	lockdep_assert_held(&ipmi_registry);
	list_for_each_entry(other, &intf->bmc->intfs, bmc_link)
		if (other != intf && memcmp(&other->scanned_as, &intf->scanned_as,
					    sizeof(intf->scanned_as)))
			intf_recheck(other, 0);
}

/*
 * What it said: the same as before, the same BMC with other firmware, or another BMC than @old.
 * Return: whether its channels are to be asked for.
 */
static bool update(struct ipmi_smi *intf, struct ipmi_bmc *old, const struct ipmi_identity *who)
{
	guard(mutex)(&ipmi_registry);
	if (!intf->published)
		return false;
	if ((!intf->bmc || !same_bmc(&intf->bmc->who, who)) && bmc_attach_registry(intf, who)) {
		dev_warn(intf->dev, "The BMC has changed and could not be registered: trying on\n");
		intf_recheck(intf, RECHECK_PAUSE_MS);
	}
	if (intf->bmc && same_bmc(&intf->bmc->who, who)) {
		intf->bmc->who = *who;
		note_said(intf->bmc, who);
	}
	if (old && old != intf->bmc)
		not_said_registry(old);
	return !intf->scanned || memcmp(&intf->scanned_as, &who->id, sizeof(who->id));
}

/* Return: false if nothing was learned. */
static bool recheck(struct ipmi_smi *intf, struct ipmi_bmc *bmc)
{
	struct ipmi_identity who;

	if (!ask_again(intf, bmc, &who))
		return false;
	/* Who reads is told before anything is registered: that may wait for who reads. */
	if (bmc)
		end_asking(bmc, &who);
	if (!update(intf, bmc, &who))
		return true;
	identify_channels(intf, &who.id);
	guard(mutex)(&ipmi_registry);
	if (intf->bmc)
		tell_others_registry(intf);
	return true;
}

/**
 * bmc_recheck_work() - work: an interface's BMC may have changed
 * @work: intf->recheck
 *
 * intf_off() waits for its end.
 */
void bmc_recheck_work(struct work_struct *work)
{
	struct ipmi_smi *intf = container_of(work, struct ipmi_smi, recheck.work);
	struct ipmi_bmc *bmc = get_bmc(intf);

	bool known = recheck(intf, bmc) && READ_ONCE(intf->scanned) && !READ_ONCE(intf->guid_open);

	if (bmc)
		put_device(&bmc->pdev.dev);
	if (known || ++intf->recheck_tries >= RECHECK_TRIES)
		intf->recheck_tries = 0;
	else
		intf_recheck(intf, RECHECK_PAUSE_MS);
}

/* By the first of its interfaces that has an answer. */
static void refresh_work(struct work_struct *work)
{
	struct ipmi_bmc *bmc = container_of(work, struct ipmi_bmc, refresh);
	struct ipmi_smi *intf;
	unsigned int n;
	bool known = false;

	for (n = 0; !known && (intf = get_intf(bmc, n)); n++) {
		known = recheck(intf, bmc);
		intf_put(intf);
	}
	if (!known)
		end_asking(bmc, NULL);
	put_device(&bmc->pdev.dev);
}

/* What was said before; if it is old, the BMC is asked again. Return: how long to wait for that. */
static long start_asking(struct ipmi_bmc *bmc)
{
	u64 now = get_jiffies_64();
	bool begin = false;
	s64 left;

	scoped_guard(spinlock, &bmc->lock) {
		if (!bmc->asking && time_before64(now, bmc->stale))
			return 0;
		if (!bmc->asking) {
			begin = true;
			bmc->asking = true;
			bmc->asked = now;
		}
		left = bmc->asked + msecs_to_jiffies(IDENTITY_WAIT_MS) - now;
	}
	if (begin) {
		get_device(&bmc->pdev.dev);
		if (!queue_work(ipmi_client_wq, &bmc->refresh))
			put_device(&bmc->pdev.dev);
	}
	return max_t(s64, left, 0);
}

/**
 * bmc_said() - what a BMC last said of itself
 * @dev: the device of a BMC
 * @who: set
 *
 * Context: any.
 */
void bmc_said(struct device *dev, struct ipmi_identity *who)
{
	struct ipmi_bmc *bmc = container_of(dev, struct ipmi_bmc, pdev.dev);

	guard(spinlock)(&bmc->lock);
	*who = bmc->said;
}

/**
 * bmc_identity() - what a BMC says of itself
 * @dev: the device of a BMC
 * @who: set
 *
 * If the last answer is older than IDENTITY_FRESH_MS, it is asked again. Who reads while that is
 * under way waits for it, but not beyond IDENTITY_WAIT_MS after its beginning: then it gets what
 * was said before.
 *
 * Context: process; may be killed while it waits.
 */
void bmc_identity(struct device *dev, struct ipmi_identity *who)
{
	struct ipmi_bmc *bmc = container_of(dev, struct ipmi_bmc, pdev.dev);
	long left = start_asking(bmc);

	if (left)
		wait_event_killable_timeout(bmc->answered, !READ_ONCE(bmc->asking), left);
	bmc_said(dev, who);
}
