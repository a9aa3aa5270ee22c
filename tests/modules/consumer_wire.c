// SPDX-License-Identifier: GPL-2.0-only
/*
 * The transport of the module consumer: interfaces without hardware. Each has a platform device
 * consumer_wire.N. Messages are answered at once, as a BMC does that knows Get Device ID, Get
 * Device GUID, Get Channel Info, Get Event Receiver and Send Message, and gives back the bytes of
 * all others; or they are held. Called by the core, and by the cases in process context.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/module.h>

#include <ipmi/compat.h>

#include "consumer_wire.h"

#define ANSWERED_MS 5000
#define CC_INVALID 0xc1

struct wire wires[WIRES];

static u64 now_ms(void)
{
	return div_u64(ktime_get_mono_fast_ns(), NSEC_PER_MSEC);
}

static void note_sent(struct wire *w, const struct ipmi_smi_msg *msg)
{
	struct wire_sent *s = &w->sent[w->nr_sent];

	if (w->nr_sent == SENT)
		return;
	memset(s, 0, sizeof(*s));
	s->at_ms = now_ms();
	s->type = msg->type;
	s->msgid = msg->msgid;
	s->pid = task_pid_nr(current);
	s->len = msg->data_size;
	memcpy(s->data, msg->data, min_t(int, msg->data_size, SENT_BYTES));
	w->nr_sent++;
}

static int put(u8 *out, const u8 *bytes, int len)
{
	memcpy(out, bytes, len);
	return len;
}

/* What a message that goes straight to another on the IPMB is answered with. */
static void answer_direct(struct ipmi_smi_msg *msg)
{
	msg->rsp[0] = ((msg->data[0] >> 2 | 1) << 2) | (msg->data[2] & 3);
	msg->rsp[1] = msg->data[1];
	msg->rsp[2] = (msg->data[2] & ~3) | (msg->data[0] & 3);
	msg->rsp[3] = msg->data[3];
	msg->rsp[4] = 0;
	msg->rsp_size = 5;
}

static void answer_app(struct wire *w, struct ipmi_smi_msg *msg)
{
	unsigned int chan = msg->data[2] & 0xf;
	u8 *rsp = msg->rsp + 2;
	int n = 1;

	rsp[0] = CC_INVALID;
	switch (msg->data[1]) {
	case 0x01:
		if (w->id_errors > 0) {
			w->id_errors--;
			rsp[0] = w->id_error;
		} else {
			n = put(rsp, w->id, w->id_len);
		}
		break;
	case 0x02:
	case 0x03:
		rsp[0] = 0;
		break;
	case 0x08:
		if (w->guid_errors > 0) {
			w->guid_errors--;
			rsp[0] = w->guid_error;
		} else if (w->guid_len) {
			n = put(rsp, w->guid, w->guid_len);
		}
		break;
	case 0x34:
		rsp[0] = w->send_cc;
		n = w->send_len - 2;
		break;
	case 0x42:
		memset(rsp, 0, 16);
		rsp[0] = w->channel_cc[chan];
		rsp[1] = chan;
		rsp[2] = w->media[chan];
		rsp[3] = 0xe1;
		n = rsp[0] ? 1 : w->channel_len;
		break;
	}
	msg->rsp_size = n + 2;
}

static void answer(struct wire *w, struct ipmi_smi_msg *msg)
{
	if (msg->type == IPMI_SMI_MSG_TYPE_IPMB_DIRECT) {
		answer_direct(msg);
		return;
	}
	msg->rsp[0] = msg->data[0] | 4;
	msg->rsp[1] = msg->data[1];
	if (msg->data[0] >> 2 == NETFN_APP) {
		answer_app(w, msg);
	} else if (msg->data[0] >> 2 == 0x04 && msg->data[1] == 0x01) {
		msg->rsp_size = 2 + put(msg->rsp + 2, w->receiver, sizeof(w->receiver) - 1);
	} else {
		msg->rsp[2] = 0;
		memcpy(msg->rsp + 3, msg->data + 2, msg->data_size - 2);
		msg->rsp_size = msg->data_size + 1;
	}
}

static int wire_start(void *send_info, struct ipmi_smi *intf)
{
	struct wire *w = send_info;

	w->started++;
	w->intf = intf;
	if (w->start_brings)
		wire_bring(w, w->start_brings, w->start_len);
	return w->start_error;
}

static void wire_shutdown(void *send_info)
{
	struct wire *w = send_info;

	w->shut++;
	w->refuse = 0;
	wire_give_back(w, NULL, 0);
}

static IPMI_SENDER_RET wire_sender(void *send_info, struct ipmi_smi_msg *msg)
{
	struct wire *w = send_info;
	unsigned long flags;
	bool hold;

	spin_lock_irqsave(&w->lock, flags);
	note_sent(w, msg);
	w->late += w->shut;
	w->overlaps += !!w->held;
	hold = w->hold;
	if (hold)
		w->held = msg;
	spin_unlock_irqrestore(&w->lock, flags);
	if (w->refuse)
		IPMI_SENDER_DONE(ipmi_sender_refuse(w->intf, msg, w->refuse));
	if (!hold) {
		answer(w, msg);
		ipmi_smi_msg_received(w->intf, msg);
	}
	IPMI_SENDER_DONE(0);
}

static void wire_request_events(void *send_info)
{
	struct wire *w = send_info;

	w->event_requests++;
	w->late += w->shut;
}

static void wire_set_need_watch(void *send_info, unsigned int mask)
{
	struct wire *w = send_info;

	w->watch = mask;
	w->watch_calls++;
	w->late += w->shut;
}

static void wire_set_maintenance_mode(void *send_info, bool fast)
{
	struct wire *w = send_info;

	w->fast = fast;
	w->fast_calls++;
	w->late += w->shut;
}

static void wire_set_run_to_completion(void *send_info, bool alone)
{
	struct wire *w = send_info;

	w->alone = alone;
	w->alone_calls++;
}

static void wire_poll(void *send_info)
{
	struct wire *w = send_info;

	w->polls++;
	w->late += w->shut;
}

static int wire_get_smi_info(void *send_info, struct ipmi_smi_info *info)
{
	struct wire *w = send_info;

	info->addr_src = SI_HOTMOD;
	info->dev = get_device(&w->pdev->dev);
	return 0;
}

/* References on the device. An interface has one until it is freed. */
static int wire_refs(struct wire *w)
{
	return kref_read(&w->pdev->dev.kobj.kref);
}

/* As a BMC is that works: IPMI 2.0, IPMB on channel 0, LAN on 1. */
void wire_reset(struct wire *w)
{
	static const u8 id[16] = { 0,	 0x20, 0x01, 0x02, 0x34, 0x02, 0x9f, 0x11,
				   0x22, 0x00, 0x33, 0x44, 1,	 2,    3,    4 };

	memset(w, 0, sizeof(*w));
	spin_lock_init(&w->lock);
	w->handlers = (struct ipmi_smi_handlers){
		.owner = THIS_MODULE,
		.start_processing = wire_start,
		.shutdown = wire_shutdown,
		.get_smi_info = wire_get_smi_info,
		.sender = wire_sender,
		.request_events = wire_request_events,
		.set_need_watch = wire_set_need_watch,
		.set_run_to_completion = wire_set_run_to_completion,
		.poll = wire_poll,
		.set_maintenance_mode = wire_set_maintenance_mode,
	};
	memcpy(w->id, id, sizeof(id));
	w->id[1] += w - wires;
	w->id_len = sizeof(id);
	w->media[0] = IPMI_CHANNEL_MEDIUM_IPMB;
	w->media[1] = IPMI_CHANNEL_MEDIUM_8023LAN;
	w->channel_len = 10;
	w->send_len = 3;
	w->pdev = platform_device_register_simple("consumer_wire", w - wires, NULL, 0);
	if (!IS_ERR(w->pdev))
		w->refs = wire_refs(w);
}

int wire_add(struct wire *w)
{
	if (!EXPECT(!IS_ERR(w->pdev)))
		return PTR_ERR(w->pdev);
	return ipmi_add_smi(THIS_MODULE, &w->handlers, w, &w->pdev->dev, w->slave_addr);
}

bool wire_open(struct wire *w)
{
	wire_reset(w);
	return EXPECT(wire_add(w) == 0);
}

void wire_remove(struct wire *w)
{
	ipmi_unregister_smi(w->intf);
	EXPECT_EQ(w->shut, 1);
}

bool wire_close(struct wire *w)
{
	unsigned long end = jiffies + HZ;
	int left;

	while (wire_refs(w) != w->refs && time_before(jiffies, end))
		msleep(5);
	left = wire_refs(w) - w->refs;
	EXPECT_EQ(w->overlaps, 0);
	EXPECT_EQ(w->late, 0);
	EXPECT(!w->held);
	platform_device_unregister(w->pdev);
	EXPECT_EQ(left, 0);
	return !left;
}

/* Interface 0 is there, and the first client is its user. */
bool wire_begin(void)
{
	if (!wire_open(&wires[0]))
		return false;
	wires[0].nr_sent = 0;
	return client_open(&clients[0]);
}

void wire_end(void)
{
	client_close(&clients[0]);
	wire_remove(&wires[0]);
	wire_close(&wires[0]);
}

/* A request to 24h on the IPMB of channel 0. */
int ask_ipmb(struct client *c, long msgid, u8 netfn, u8 cmd)
{
	struct ipmi_addr addr = {};
	struct ipmi_ipmb_addr *ipmb = (struct ipmi_ipmb_addr *)&addr;

	ipmb->addr_type = IPMI_IPMB_ADDR_TYPE;
	ipmb->slave_addr = 0x24;
	return ask_at(c, &addr, msgid, netfn, cmd, NULL, 0);
}

static struct ipmi_smi_msg *take_held(struct wire *w)
{
	struct ipmi_smi_msg *msg;
	unsigned long flags;

	spin_lock_irqsave(&w->lock, flags);
	msg = w->held;
	w->held = NULL;
	spin_unlock_irqrestore(&w->lock, flags);
	return msg;
}

bool wire_release(struct wire *w)
{
	struct ipmi_smi_msg *msg = wire_holds(w) ? take_held(w) : NULL;

	if (!msg)
		return false;
	answer(w, msg);
	ipmi_smi_msg_received(w->intf, msg);
	return true;
}

/* Without bytes: it has not been answered, and will not be. */
bool wire_give_back(struct wire *w, const u8 *rsp, int len)
{
	struct ipmi_smi_msg *msg = take_held(w);

	if (!msg)
		return false;
	if (rsp) {
		memcpy(msg->rsp, rsp, min_t(int, len, sizeof(msg->rsp)));
		msg->rsp_size = len;
	} else {
		answer(w, msg);
		msg->rsp[2] = 0xce;
		msg->rsp_size = 3;
	}
	ipmi_smi_msg_received(w->intf, msg);
	return true;
}

void wire_bring(struct wire *w, const u8 *rsp, int len)
{
	struct ipmi_smi_msg *msg = ipmi_alloc_smi_msg();

	if (!EXPECT(msg))
		return;
	msg->data_size = 0;
	/* whoever reads beyond it finds a response */
	memset(msg->rsp, 0xff, sizeof(msg->rsp));
	memcpy(msg->rsp, rsp, min_t(int, len, sizeof(msg->rsp)));
	msg->rsp_size = len;
	ipmi_smi_msg_received(w->intf, msg);
}

bool wire_sends(struct wire *w, int n)
{
	unsigned long end = jiffies + msecs_to_jiffies(ANSWERED_MS);

	while (READ_ONCE(w->nr_sent) < n && time_before(jiffies, end))
		usleep_range(500, 1000);
	return w->nr_sent >= n;
}

bool wire_holds(struct wire *w)
{
	unsigned long end = jiffies + msecs_to_jiffies(ANSWERED_MS);

	while (!READ_ONCE(w->held) && time_before(jiffies, end))
		usleep_range(500, 1000);
	return w->held;
}

bool sent_is(struct wire *w, int i, const char *text, int line)
{
	const struct wire_sent *s = &w->sent[i];
	char got[3 * SENT_BYTES + 1] = "";
	bool same;

	if (i >= w->nr_sent) {
		say("line %d: no message %d was sent\n", line, i);
		return false;
	}
	for (int k = 0; k < min(s->len, SENT_BYTES); k++)
		sprintf(got + 3 * k, "%02x ", s->data[k]);
	same = strlen(text) + 1 == strlen(got);
	for (int k = 0; same && text[k]; k++)
		same = text[k] == '.' || text[k] == got[k];
	if (!same)
		say("line %d: message %d is %snot %s\n", line, i, got, text);
	return same;
}

/* The text of a file without its last newline; false if it cannot be read. */
bool file_has(const char *path, char *text, int size)
{
	struct file *file = filp_open(path, O_RDONLY, 0);
	loff_t pos = 0;
	ssize_t n;

	text[0] = 0;
	if (IS_ERR(file))
		return false;
	n = kernel_read(file, text, size - 1, &pos);
	filp_close(file, NULL);
	if (n < 0)
		return false;
	if (n && text[n - 1] == '\n')
		n--;
	text[n] = 0;
	return true;
}

/* NULL: there is no such file. */
bool file_is(const char *path, const char *text, int line)
{
	char got[128];
	bool there = file_has(path, got, sizeof(got));

	if (there == !!text && (!text || !strcmp(got, text)))
		return true;
	say("line %d: %s is %s, not %s\n", line, path, there ? got : "not there", text ?: "missing");
	return false;
}

int file_put(const char *path, const char *text)
{
	struct file *file = filp_open(path, O_WRONLY, 0);
	loff_t pos = 0;
	ssize_t n;

	if (IS_ERR(file))
		return PTR_ERR(file);
	n = kernel_write(file, text, strlen(text), &pos);
	filp_close(file, NULL);
	return n < 0 ? n : 0;
}

long counter(const char *name)
{
	char path[128], text[32];
	long n = -1;

	snprintf(path, sizeof(path), DEVICE_OF(0) "ipmi_stats/%s", name);
	if (file_has(path, text, sizeof(text)) && kstrtol(text, 10, &n))
		n = -1;
	return n;
}
