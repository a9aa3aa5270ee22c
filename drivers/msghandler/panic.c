// SPDX-License-Identifier: GPL-2.0-only
/*
 * Panic: the records that a kernel writes into the SEL as it dies, and the last requests of its
 * clients, at panic and at power off.
 *
 * The panic notifier runs on one CPU with all others stopped, so nothing here
 * waits for a lock, sleeps or allocates; there is one message, and one budget of
 * time for everything. A BMC that does not answer costs that budget once.
 */
#define pr_fmt(fmt) "IPMI message handler: " fmt

#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/panic_notifier.h>
#include <linux/sched/clock.h>

#include <ipmi/core.h>

#include "msghandler.h"

#define PANIC_BUDGET_MS		2000
#define PANIC_POLL_US		50

#define RECORD_TEXT		11

enum panic_op { PANIC_OP_NONE, PANIC_OP_EVENT, PANIC_OP_STRING };

static const char *const op_names[] = {
	[PANIC_OP_NONE] = "none",
	[PANIC_OP_EVENT] = "event",
	[PANIC_OP_STRING] = "string",
};

#if defined(CONFIG_IPMI_PANIC_STRING)
static enum panic_op op = PANIC_OP_STRING;
#elif defined(CONFIG_IPMI_PANIC_EVENT)
static enum panic_op op = PANIC_OP_EVENT;
#else
static enum panic_op op = PANIC_OP_NONE;
#endif

static int op_set(const char *val, const struct kernel_param *kp)
{
	char word[16];
	int rv;

	strscpy(word, val, sizeof(word));
	rv = match_string(op_names, ARRAY_SIZE(op_names), strim(word));
	if (rv < 0)
		return -EINVAL;
	op = rv;
	return 0;
}

static int op_get(IPMI_PARAM_OUT *out, const struct kernel_param *kp)
{
	return ipmi_param_printf(out, "%s\n", op_names[op]);
}

static const struct kernel_param_ops op_param_ops = { .set = op_set, .get = op_get };
module_param_cb(panic_op, &op_param_ops, NULL, 0600);
MODULE_PARM_DESC(panic_op,
		 "What a panic writes into the SEL: none, event (that it happened), or string (the text too).");

/* One question at a time, so one message and one answer. */
static struct {
	struct ipmi_smi_msg smi;
	struct ipmi_recv_msg recv;
	u8 rsp[IPMI_MAX_MSG_LENGTH];
	int len;
	int in_use;
} slot;

/*
 * The end of the time there is, by two clocks: at power off an x86 machine turns its HPET off, and
 * the monotonic clock stops where it was made of that. Where both are made of the timer tick, both
 * stop; the third is what was spent in delays during which neither moved.
 */
static struct {
	u64 mono;
	u64 sched;
	u64 still_us;
} deadline;
static u64 still_us;
static const char *panic_text = "";

static void set_budget(unsigned int ms)
{
	deadline.mono = ktime_get_mono_fast_ns() + ms * (u64)NSEC_PER_MSEC;
	deadline.sched = sched_clock() + ms * (u64)NSEC_PER_MSEC;
	deadline.still_us = still_us + ms * (u64)USEC_PER_MSEC;
}

/**
 * ipmi_core_panic_delay() - wait at panic or power off
 * @us: microseconds
 *
 * Clocks may stand still then, and then what is spent here counts for the core's budget. Not
 * otherwise: a delay is a loop, and may be shorter than it says.
 *
 * Context: panic, power off: this CPU is alone.
 */
void ipmi_core_panic_delay(unsigned int us)
{
	u64 mono = ktime_get_mono_fast_ns(), sched = sched_clock();

	mdelay(us / USEC_PER_MSEC);
	udelay(us % USEC_PER_MSEC);
	if (ktime_get_mono_fast_ns() == mono && sched_clock() == sched)
		still_us += us;
}
EXPORT_SYMBOL_GPL(ipmi_core_panic_delay);

static bool time_left(void)
{
	return ktime_get_mono_fast_ns() < deadline.mono && sched_clock() < deadline.sched &&
	       still_us < deadline.still_us;
}

/*
 * The panicking CPU becomes the interface's runner for good.
 *
 * Other CPUs are stopped and may hold its locks. What one of them was changing
 * is not to be trusted, so if the queues were locked they are forgotten. What users
 * have queued, or would have sent again, is in any case: nobody waits for it any more,
 * and there is little time. False if there is nobody to talk to, or no way to do so here.
 */
static bool take_over(struct ipmi_smi *intf)
{
	if (!intf->handlers || !intf->handlers->poll)
		return false;
	if (spin_trylock(&intf->lock)) {
		spin_unlock(&intf->lock);
	} else {
		spin_lock_init(&intf->lock);
		INIT_LIST_HEAD(&intf->rx);
		intf->flight = NULL;
	}
	INIT_LIST_HEAD(&intf->urgent);
	INIT_LIST_HEAD(&intf->tx);
	seq_init(&intf->seq);
	if (spin_trylock(&intf->run))
		spin_unlock(&intf->run);
	else
		spin_lock_init(&intf->run);
	intf->running = false;
	WRITE_ONCE(intf->panicking, true);
	if (intf->handlers->set_run_to_completion)
		intf->handlers->set_run_to_completion(intf->send_info, true);
	return true;
}

static void slot_smi_done(struct ipmi_smi_msg *smi)
{
	slot.in_use--;
}

static void slot_recv_done(struct ipmi_recv_msg *recv)
{
	slot.len = recv->msg.data_len;
	memcpy(slot.rsp, recv->msg_data, slot.len);
	slot.in_use--;
}

/* Send one request and poll for its answer. True if it said that all is well. */
static bool request_at_panic(struct ipmi_user *user, struct ipmi_addr *addr,
			     const struct kernel_ipmi_msg *msg)
{
	struct ipmi_request rq = {
		.user = user,
		.addr = addr,
		.msg = msg,
		.priority = 1,
		.retries = 0,
		.retry_ms = 1,
		.smi = &slot.smi,
		.recv = &slot.recv,
	};

	/* A message that did not come back in time is still the transport's. */
	if (slot.in_use || !time_left())
		return false;
	slot.smi.done = slot_smi_done;
	slot.recv.done = slot_recv_done;
	slot.len = 0;
	slot.in_use = 2;
	if (request_send(&rq)) {
		slot.in_use = 0;
		return false;
	}
	while (slot.in_use && time_left()) {
		run_at_panic(user->intf);
		if (slot.in_use)
			ipmi_core_panic_delay(PANIC_POLL_US);
	}
	return !slot.in_use && slot.len && !slot.rsp[0];
}

static bool ask_at_panic(struct ipmi_smi *intf, u8 netfn, u8 cmd, const u8 *data, u16 len)
{
	struct ipmi_addr addr = {};
	struct ipmi_system_interface_addr *si = (struct ipmi_system_interface_addr *)&addr;
	struct kernel_ipmi_msg msg = {
		.netfn = netfn,
		.cmd = cmd,
		.data = (u8 *)data,
		.data_len = len,
	};

	if (!intf->self)
		return false;
	si->addr_type = IPMI_SYSTEM_INTERFACE_ADDR_TYPE;
	si->channel = IPMI_BMC_CHANNEL;
	return request_at_panic(intf->self, &addr, &msg);
}

/*
 * Platform Event: run-time critical stop, with three bytes of the text.
 * IPMI 2.0, sections 29.3 and 42.1 (sensor type 20h).
 */
static void send_event(struct ipmi_smi *intf)
{
	u8 text[3] = {};
	u8 data[8] = {
		0x41, /* system software */
		0x03, /* event message format of IPMI 1.0, which all know */
		0x20, /* OS critical stop */
		0,
		0x6f, /* sensor-specific, asserted */
		0xa1, /* bytes 2 and 3 are the OEM's */
	};

	strscpy_pad(text, panic_text, sizeof(text));
	/* strscpy_pad() ends the string, which these three bytes need not. */
	if (strlen(panic_text) > 2)
		text[2] = panic_text[2];
	data[3] = text[0];
	data[6] = text[1];
	data[7] = text[2];
	ask_at_panic(intf, IPMI_NETFN_SENSOR_EVENT_REQUEST, 0x02, data, sizeof(data));
}

/**
 * struct sel - who keeps the records
 * @receiver: slave address on channel 0, 0 = the BMC itself
 * @lun: its LUN
 */
struct sel {
	u8 receiver;
	u8 lun;
};

/*
 * Who keeps the records: the event receiver that the BMC sends its own events
 * to, else the BMC, if it has a SEL. IPMI 2.0, sections 20.1 and 29.2.
 */
static bool find_sel(struct ipmi_smi *intf, struct sel *sel)
{
	struct ipmi_device_id id;

	memset(sel, 0, sizeof(*sel));
	if (!ask_at_panic(intf, IPMI_NETFN_APP_REQUEST, IPMI_GET_DEVICE_ID_CMD, NULL, 0) ||
	    ipmi_demangle_device_id(IPMI_NETFN_APP_RESPONSE, IPMI_GET_DEVICE_ID_CMD, slot.rsp,
				    slot.len, &id))
		return false;
	if ((id.additional_device_support & BIT(5)) &&
	    ask_at_panic(intf, IPMI_NETFN_SENSOR_EVENT_REQUEST, IPMI_GET_EVENT_RECEIVER_CMD, NULL,
			 0) &&
	    slot.len >= 3 && slot.rsp[1] && !(slot.rsp[1] & 1) &&
	    slot.rsp[1] != intf->channels[0].address) {
		sel->receiver = slot.rsp[1];
		sel->lun = slot.rsp[2] & 3;
		return true;
	}
	return id.additional_device_support & BIT(2);
}

static bool add_record(struct ipmi_smi *intf, const struct sel *sel, const u8 *data, u16 len)
{
	struct ipmi_addr addr = {};
	struct ipmi_ipmb_addr *ipmb = (struct ipmi_ipmb_addr *)&addr;
	struct kernel_ipmi_msg msg = {
		.netfn = IPMI_NETFN_STORAGE_REQUEST,
		.cmd = IPMI_ADD_SEL_ENTRY_CMD,
		.data = (u8 *)data,
		.data_len = len,
	};

	if (!sel->receiver)
		return ask_at_panic(intf, msg.netfn, msg.cmd, data, len);
	ipmb->addr_type = IPMI_IPMB_ADDR_TYPE;
	ipmb->slave_addr = sel->receiver;
	ipmb->lun = sel->lun;
	/* Sent is all that can be known here: its answer may take longer than we have. */
	request_at_panic(intf->self, &addr, &msg);
	return !slot.in_use;
}

/* One OEM record (type F0h) per eleven bytes. IPMI 2.0, sections 31.6.1 and 32.3. */
static void send_string(struct ipmi_smi *intf, const struct sel *sel)
{
	const char *p = panic_text;
	u8 data[16] = { 0, 0, 0xf0, intf->channels[0].address };
	size_t n;

	while (*p && time_left()) {
		n = min_t(size_t, strlen(p), RECORD_TEXT);
		memset(data + 5, 0, RECORD_TEXT);
		memcpy(data + 5, p, n);
		if (!add_record(intf, sel, data, sizeof(data)))
			return;
		data[4]++;
		p += n;
	}
}

static void tell_users(struct ipmi_smi *intf)
{
	struct ipmi_user *user;

	list_for_each_entry(user, &intf->users, link)
		if (user->alive && user->handler->ipmi_panic_handler)
			user->handler->ipmi_panic_handler(user->handler_data);
}

static void panic_one(struct ipmi_smi *intf)
{
	struct sel sel;

	if (!take_over(intf))
		return;
	tell_users(intf);
	if (op == PANIC_OP_NONE)
		return;
	send_event(intf);
	if (op == PANIC_OP_STRING && find_sel(intf, &sel))
		send_string(intf, &sel);
}

static int on_panic(struct notifier_block *nb, unsigned long event, void *text)
{
	static bool done;
	struct ipmi_smi *intf;
	unsigned long number;

	if (done)
		return NOTIFY_DONE;
	done = true;
	if (text)
		panic_text = text;
	set_budget(PANIC_BUDGET_MS);
	for (number = 0; (intf = intf_next(&number)); number++)
		panic_one(intf);
	return NOTIFY_DONE;
}

static struct notifier_block panic_block = {
	.notifier_call = on_panic,
	/* Early, while more of the machine still works. */
	.priority = 200,
};

int panic_init(void)
{
	return atomic_notifier_chain_register(&panic_notifier_list, &panic_block);
}

void panic_exit(void)
{
	atomic_notifier_chain_unregister(&panic_notifier_list, &panic_block);
}

/**
 * ipmi_panic_request_and_wait() - a client's last request
 * @user: whose
 * @addr: to whom
 * @msg: what
 *
 * Bounded by what is left of the panic's budget. The answer is not handed over.
 *
 * Context: panic, from an ipmi_panic_handler callback.
 */
void ipmi_panic_request_and_wait(struct ipmi_user *user, struct ipmi_addr *addr,
				 struct kernel_ipmi_msg *msg)
{
	request_at_panic(user, addr, msg);
}
EXPORT_SYMBOL(ipmi_panic_request_and_wait);

/**
 * ipmi_core_last_request() - a request of the CPU that is left at power off
 * @user: whose
 * @addr: to whom
 * @msg: what
 * @ms: how long to wait for the answer
 * @rsp: room for the answer, which begins with the completion code
 * @cap: that room
 *
 * The interface is this CPU's from the first such request on, as at panic. One
 * that was not answered in time is the last: later ones fail at once.
 *
 * Context: the other CPUs are stopped, interrupts are off, and nothing will run
 * on this CPU but the caller.
 * Return: the length of the answer, at least 1 and at most @cap; -ENODEV if the
 * interface is gone or cannot be polled; -EIO if there was no answer in time.
 */
int ipmi_core_last_request(struct ipmi_user *user, struct ipmi_addr *addr,
			   const struct kernel_ipmi_msg *msg, unsigned int ms, u8 *rsp, int cap)
{
	struct ipmi_smi *intf = user->intf;
	int n;

	if (!READ_ONCE(user->alive) || (!READ_ONCE(intf->panicking) && !take_over(intf)))
		return -ENODEV;
	set_budget(ms);
	if (slot.in_use)
		return -EIO;
	request_at_panic(user, addr, msg);
	if (slot.in_use || !slot.len)
		return -EIO;
	n = min(slot.len, cap);
	memcpy(rsp, slot.rsp, n);
	return n;
}
EXPORT_SYMBOL_GPL(ipmi_core_last_request);
