// SPDX-License-Identifier: GPL-2.0-only
/*
 * BMCs: who is behind an interface, and its device in sysfs.
 *
 * intf.c calls this when an interface comes and goes. A BMC is asked with no
 * lock held; its objects are under ipmi_registry, and what sysfs shows of them
 * is a copy under bmc->lock, so that a reader never waits for a BMC.
 */
#define dev_fmt(fmt) "IPMI message handler: " fmt

#include <linux/delay.h>
#include <linux/idr.h>
#include <linux/slab.h>

#include "msghandler.h"

/**
 * struct ipmi_bmc - one BMC, behind one or more interfaces
 * @pdev: platform/ipmi_bmc.N
 * @link: on bmcs, under ipmi_registry
 * @intfs: struct ipmi_smi.bmc_link, under ipmi_registry
 * @refresh: asks it again who it is; holds a reference on @pdev meanwhile
 * @lock: guards the next two
 * @who: what it last said
 * @identified: jiffies then
 */
struct ipmi_bmc {
	struct platform_device pdev;
	struct list_head link;
	struct list_head intfs;
	struct work_struct refresh;
	spinlock_t lock;
	struct ipmi_identity who;
	unsigned long identified;
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

static int get_device_id(struct ipmi_smi *intf, struct ipmi_device_id *id)
{
	u8 rsp[IPMI_MAX_MSG_LENGTH];
	int rv;

	rv = ask(intf, IPMI_NETFN_APP_REQUEST, IPMI_GET_DEVICE_ID_CMD, NULL, 0, rsp, sizeof(rsp));
	if (rv < 0)
		return rv;
	if (rsp[0])
		return rsp[0];
	return ipmi_demangle_device_id(IPMI_NETFN_APP_RESPONSE, IPMI_GET_DEVICE_ID_CMD, rsp, rv,
				       id);
}

static void get_guid(struct ipmi_smi *intf, struct ipmi_identity *who)
{
	u8 rsp[1 + sizeof(who->guid)];
	int rv;

	rv = ask(intf, IPMI_NETFN_APP_REQUEST, IPMI_GET_DEVICE_GUID_CMD, NULL, 0, rsp, sizeof(rsp));
	who->has_guid = rv == sizeof(rsp) && !rsp[0];
	if (who->has_guid)
		memcpy(who->guid, rsp + 1, sizeof(who->guid));
}

/**
 * bmc_identify() - ask a BMC who it is
 * @intf: an interface to it
 * @who: set on success
 *
 * A BMC that starts up may answer with an error for a while, so it is asked
 * again a few times. IPMI 2.0, sections 20.1 and 20.8.
 *
 * Context: process, sleeps; no lock held.
 * Return: 0, -EIO.
 */
int bmc_identify(struct ipmi_smi *intf, struct ipmi_identity *who)
{
	unsigned int try = 1;
	int rv;

	memset(who, 0, sizeof(*who));
	/* A completion code comes back as a positive number. */
	while ((rv = get_device_id(intf, &who->id)) > 0 && rv != IPMI_TIMEOUT_ERR &&
	       rv != IPMI_BUS_ERR && try++ < DEVICE_ID_TRIES)
		msleep(DEVICE_ID_PAUSE_MS);
	if (rv > 0)
		dev_warn(intf->dev,
			 "Unable to get the device id: asked %u times, last completion code 0x%02x\n",
			 min_t(unsigned int, try, DEVICE_ID_TRIES), rv);
	else if (rv)
		dev_warn(intf->dev, "Unable to get the device id: %d\n", rv);
	if (rv)
		return -EIO;

	get_guid(intf, who);
	return 0;
}

static void set_channel(struct ipmi_smi *intf, unsigned int chan, u8 medium, u8 protocol)
{
	guard(spinlock_irqsave)(&intf->lock);
	intf->channels[chan].medium = medium;
	intf->channels[chan].protocol = protocol;
}

/**
 * bmc_scan_channels() - ask a BMC what its channels are
 * @intf: an interface to it
 * @who: what it said of itself
 *
 * A BMC older than IPMI 1.5, or one that does not know the command, has IPMB on
 * channel 0. IPMI 2.0, section 22.24.
 *
 * Context: process, sleeps; no lock held.
 */
void bmc_scan_channels(struct ipmi_smi *intf, const struct ipmi_identity *who)
{
	u8 rsp[IPMI_MAX_MSG_LENGTH];
	u8 chan;
	int rv;

	intf->ipmi_version = who->id.ipmi_version;
	if (ipmi_version_major(&who->id) < 1 ||
	    (ipmi_version_major(&who->id) == 1 && ipmi_version_minor(&who->id) < 5)) {
		set_channel(intf, 0, IPMI_CHANNEL_MEDIUM_IPMB, IPMI_CHANNEL_PROTOCOL_IPMB);
		return;
	}

	for (chan = 0; chan < IPMI_NUM_CHANNELS; chan++) {
		rv = ask(intf, IPMI_NETFN_APP_REQUEST, IPMI_GET_CHANNEL_INFO_CMD, &chan, 1, rsp,
			 sizeof(rsp));
		if (rv < 0)
			return;
		if (rsp[0] == IPMI_INVALID_COMMAND_ERR) {
			set_channel(intf, 0, IPMI_CHANNEL_MEDIUM_IPMB, IPMI_CHANNEL_PROTOCOL_IPMB);
			return;
		}
		if (!rsp[0] && rv >= 4)
			set_channel(intf, chan, rsp[2] & 0x7f, rsp[3] & 0x1f);
	}
}

static bool same_bmc(const struct ipmi_identity *a, const struct ipmi_identity *b)
{
	if (a->has_guid != b->has_guid)
		return false;
	if (a->has_guid)
		return !memcmp(a->guid, b->guid, sizeof(a->guid));
	return a->id.product_id == b->id.product_id && a->id.device_id == b->id.device_id &&
	       a->id.manufacturer_id == b->id.manufacturer_id;
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
	spin_lock_init(&bmc->lock);
	bmc->who = *who;
	bmc->identified = jiffies;
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

/**
 * bmc_attach_registry() - connect an interface with its BMC's object
 * @intf: the interface
 * @who: what its BMC said
 *
 * Context: ipmi_registry held.
 * Return: 0, -ENOMEM, or what sysfs says.
 */
int bmc_attach_registry(struct ipmi_smi *intf, const struct ipmi_identity *who)
{
	struct ipmi_bmc *bmc = find_registry(who);
	bool found = bmc;
	int rv;

	lockdep_assert_held(&ipmi_registry);
	if (!bmc)
		bmc = create_registry(who);
	if (IS_ERR(bmc))
		return PTR_ERR(bmc);

	rv = add_links(intf, bmc);
	if (rv) {
		destroy_if_unused_registry(bmc);
		return rv;
	}
	intf->bmc = bmc;
	list_add_tail(&intf->bmc_link, &bmc->intfs);
	dev_info(intf->dev, "%s BMC (man_id: 0x%6.6x, prod_id: 0x%4.4x, dev_id: 0x%2.2x)\n",
		 found ? "interfacing existing" : "Found new", who->id.manufacturer_id,
		 who->id.product_id, who->id.device_id);
	return 0;
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

static struct ipmi_smi *first_intf(struct ipmi_bmc *bmc)
{
	struct ipmi_smi *intf;

	guard(mutex)(&ipmi_registry);
	intf = list_first_entry_or_null(&bmc->intfs, struct ipmi_smi, bmc_link);
	if (intf)
		kref_get(&intf->refcount);
	return intf;
}

/* It said something else than before: the same BMC with other firmware, or another. */
static void update(struct ipmi_bmc *bmc, struct ipmi_smi *intf, const struct ipmi_identity *who)
{
	guard(mutex)(&ipmi_registry);
	if (intf->bmc != bmc)
		return;
	if (!same_bmc(&bmc->who, who)) {
		bmc_detach_registry(intf);
		if (bmc_attach_registry(intf, who))
			dev_warn(intf->dev, "The BMC has changed and could not be registered\n");
		return;
	}
	guard(spinlock)(&bmc->lock);
	bmc->who = *who;
	bmc->identified = jiffies;
}

static void refresh_work(struct work_struct *work)
{
	struct ipmi_bmc *bmc = container_of(work, struct ipmi_bmc, refresh);
	struct ipmi_smi *intf = first_intf(bmc);
	struct ipmi_identity who = {};

	if (intf) {
		if (!get_device_id(intf, &who.id)) {
			get_guid(intf, &who);
			update(bmc, intf, &who);
		}
		intf_put(intf);
	}
	put_device(&bmc->pdev.dev);
}

/**
 * bmc_identity() - what a BMC last said of itself
 * @dev: the device of a BMC
 * @who: set
 *
 * What is old is asked for again in the background, for the next reader.
 *
 * Context: process; does not wait for the BMC.
 */
void bmc_identity(struct device *dev, struct ipmi_identity *who)
{
	struct ipmi_bmc *bmc = container_of(dev, struct ipmi_bmc, pdev.dev);
	bool old;

	scoped_guard(spinlock, &bmc->lock) {
		*who = bmc->who;
		old = time_after(jiffies, bmc->identified + msecs_to_jiffies(IDENTITY_FRESH_MS));
		if (old)
			bmc->identified = jiffies;
	}
	if (!old)
		return;
	get_device(dev);
	if (!queue_work(ipmi_client_wq, &bmc->refresh))
		put_device(dev);
}
