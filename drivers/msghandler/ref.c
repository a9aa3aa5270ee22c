// SPDX-License-Identifier: GPL-2.0-only
/*
 * References: how long an interface and a user live.
 *
 * An interface is held by the registry and by each user; a user by its client, by each of its
 * messages that is not freed, and by its question under way. Called from everywhere in this
 * folder; no lock is taken.
 */
#include <linux/slab.h>

#include "msghandler.h"

/**
 * intf_free_work() - work: the end of an interface
 * @work: intf->free
 *
 * The last reference may be a message's, which is freed in any context; a device's release()
 * may sleep.
 */
void intf_free_work(struct work_struct *work)
{
	struct ipmi_smi *intf = container_of(work, struct ipmi_smi, free);

	put_device(intf->dev);
	kfree_rcu(intf, rcu);
}

static void intf_free(struct kref *ref)
{
	struct ipmi_smi *intf = container_of(ref, struct ipmi_smi, refcount);

	queue_work(ipmi_wq, &intf->free);
}

void intf_put(struct ipmi_smi *intf)
{
	kref_put(&intf->refcount, intf_free);
}

static void user_free(struct kref *ref)
{
	struct ipmi_user *user = container_of(ref, struct ipmi_user, refcount);

	intf_put(user->intf);
	kfree(user->reserve);
	kfree(user);
}

void user_put(struct ipmi_user *user)
{
	kref_put(&user->refcount, user_free);
}
