// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events: from the BMC's event buffer to every user who asked for them.
 *
 * route.c brings them, ipmi_set_gets_events() says who listens. While somebody
 * does, a worker asks the transport once per second to look; intf_off() waits for it
 * before it lets the transport go. Lock: intf->run.
 */
#define dev_fmt(fmt) "IPMI message handler: " fmt

#include <linux/slab.h>

#include "msghandler.h"

#define EVENT_TICK HZ

/**
 * struct kept_event - an event that came while nobody listened
 * @link: on intf->events
 * @len: bytes of @data
 * @data: the record
 */
struct kept_event {
	struct list_head link;
	u16 len;
	u8 data[];
};

/* @user: whose copy it is, NULL = nobody listens */
static void lose_event(struct ipmi_smi *intf, struct ipmi_user *user, u16 len,
		       enum ipmi_drop reason)
{
	stat_inc(intf, STAT_LOST_EVENTS);
	drop_async(intf, user, IPMI_READ_EVENT_MSG_BUFFER_CMD, len, reason);
}

static void keep_event_run(struct ipmi_smi *intf, const u8 *data, u16 len)
{
	struct kept_event *ev;

	if (intf->nr_events >= EVENTS_KEPT) {
		if (!intf->events_lost)
			dev_warn(intf->dev,
				 "Event queue full (%d events and nobody reads them), discarding incoming events\n",
				 EVENTS_KEPT);
		intf->events_lost = true;
		lose_event(intf, NULL, len, DROP_NO_ROOM);
		return;
	}
	ev = kmalloc(struct_size(ev, data, len), GFP_ATOMIC | __GFP_NOWARN);
	if (!ev) {
		lose_event(intf, NULL, len, DROP_NO_MEMORY);
		return;
	}
	ev->len = len;
	memcpy(ev->data, data, len);
	list_add_tail(&ev->link, &intf->events);
	intf->nr_events++;
}

static void give_event_run(struct ipmi_user *user, const u8 *data, u16 len)
{
	struct ipmi_recv_msg *recv = recv_msg_alloc(user);

	/* A user that does not read what it has loses its copy, nobody else's. */
	if (IS_ERR(recv)) {
		lose_event(user->intf, user, len,
			   PTR_ERR(recv) == -EBUSY ? DROP_USER_FULL : DROP_NO_MEMORY);
		return;
	}
	recv->recv_type = IPMI_ASYNC_EVENT_RECV_TYPE;
	deliver_set_si_addr(&recv->addr, 0);
	deliver_set_data(recv, IPMI_NETFN_APP_RESPONSE, IPMI_READ_EVENT_MSG_BUFFER_CMD, data, len);
	deliver_run(recv);
}

/**
 * event_run() - an event came
 * @intf: the interface
 * @data: the record, 16 bytes if the BMC follows the specification
 * @len: its length
 */
void event_run(struct ipmi_smi *intf, const u8 *data, u16 len)
{
	struct ipmi_user *user;

	lockdep_assert_held(&intf->run);
	if (len < IPMI_EVENT_LEN) {
		stat_inc(intf, STAT_INVALID_EVENTS);
		drop_async(intf, NULL, IPMI_READ_EVENT_MSG_BUFFER_CMD, len, DROP_INVALID);
		return;
	}
	stat_inc(intf, STAT_EVENTS);
	if (!intf->nr_listeners) {
		keep_event_run(intf, data, len);
		return;
	}
	list_for_each_entry(user, &intf->users, link)
		if (user->gets_events)
			give_event_run(user, data, len);
}

/**
 * events_drop_run() - forget what was kept
 * @intf: the interface, which goes away
 */
void events_drop_run(struct ipmi_smi *intf)
{
	struct kept_event *ev, *tmp;

	list_for_each_entry_safe(ev, tmp, &intf->events, link)
		kfree(ev);
	INIT_LIST_HEAD(&intf->events);
	intf->nr_events = 0;
	intf->events_lost = false;
}

/**
 * events_tick() - work: have the transport look for events
 * @work: intf->event_tick
 */
void events_tick(struct work_struct *work)
{
	struct ipmi_smi *intf = container_of(work, struct ipmi_smi, event_tick.work);
	const struct ipmi_smi_handlers *handlers = READ_ONCE(intf->handlers);

	if (!handlers || !READ_ONCE(intf->nr_listeners))
		return;
	/* Not every transport has any. */
	if (handlers->request_events && !maintenance_active(intf))
		handlers->request_events(intf->send_info);
	queue_delayed_work(ipmi_wq, &intf->event_tick, EVENT_TICK);
}

/* The first listener gets what was kept, before anything new. */
static void give_kept_run(struct ipmi_user *user)
{
	struct kept_event *ev;

	list_for_each_entry(ev, &user->intf->events, link)
		give_event_run(user, ev->data, ev->len);
	events_drop_run(user->intf);
}

/**
 * ipmi_set_gets_events() - start or stop receiving the BMC's events
 * @user: who
 * @val: start or stop
 *
 * Context: process; not from a callback.
 * Return: 0, -ENODEV.
 */
int ipmi_set_gets_events(struct ipmi_user *user, bool val)
{
	struct ipmi_smi *intf = user->intf;

	guard(ipmi_bh)(&intf->run);
	if (!user->alive)
		return -ENODEV;
	if (user->gets_events == val)
		return 0;
	user->gets_events = val;
	if (!val) {
		intf->nr_listeners--;
		return 0;
	}
	if (!intf->nr_listeners++) {
		give_kept_run(user);
		queue_delayed_work(ipmi_wq, &intf->event_tick, 0);
	}
	return 0;
}
EXPORT_SYMBOL(ipmi_set_gets_events);
