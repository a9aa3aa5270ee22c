/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module consumer's own transport: interfaces without hardware, which note what the core
 * gives them and what it tells them, and answer as a case wants it.
 */
#ifndef CONSUMER_WIRE_H
#define CONSUMER_WIRE_H

#include <linux/ipmi.h>
#include <linux/ipmi_smi.h>
#include <linux/platform_device.h>
#include <linux/spinlock.h>

#include "consumer.h"

#define WIRES		7
#define SENT		160
#define SENT_BYTES	24

/* One message that the core sent, or asked to be sent. */
struct wire_sent {
	u64 at_ms;
	int type;
	long msgid;
	pid_t pid;		/* who called the sender */
	int len;
	u8 data[SENT_BYTES];
};

/* One interface. What is above the lock is set before wire_add(), and may be changed after. */
struct wire {
	struct ipmi_smi_handlers handlers;
	u8 slave_addr;
	int start_error;	/* what start_processing() returns, */
	const u8 *start_brings;	/* after it has brought this, if anything, */
	int start_len;		/* so many bytes */
	u8 id[16];		/* the answer to Get Device ID, with its completion code */
	int id_len;
	int id_errors;		/* so many of them fail first, */
	u8 id_error;		/* with this */
	u8 guid[18];		/* to Get Device GUID, likewise */
	int guid_len;
	int guid_errors;
	u8 guid_error;
	u8 media[16];		/* to Get Channel Info: the medium, */
	u8 channel_cc[16];	/* the completion code, */
	int channel_len;	/* and how long it is */
	u8 send_cc;		/* to Send Message, */
	int send_len;		/* and how long it is, with NetFn and command */
	u8 receiver[4];		/* to Get Event Receiver */
	u8 refuse;		/* refuses all messages with this, if it is not 0 */
	bool hold;		/* what comes is kept until wire_release() */

	spinlock_t lock;	/* guards what follows */
	struct ipmi_smi *intf;
	struct platform_device *pdev;
	int refs;		/* on its device, while there is no interface */
	struct ipmi_smi_msg *held;
	int overlaps;		/* messages that came before the last one had been given back */
	int late;		/* calls after shutdown() */
	int nr_sent;
	struct wire_sent sent[SENT];
	int started, shut, watch_calls, fast_calls, event_requests, polls, alone_calls;
	unsigned int watch;
	bool fast, alone;
};

extern struct wire wires[WIRES];

void wire_reset(struct wire *w);
int wire_add(struct wire *w);
void wire_remove(struct wire *w);
bool wire_open(struct wire *w);
bool wire_close(struct wire *w);
bool wire_begin(void);
void wire_end(void);
int ask_ipmb(struct client *c, long msgid, u8 netfn, u8 cmd);

/* Gives back what is held: with these bytes, or as if nothing had been held. */
bool wire_release(struct wire *w);
bool wire_give_back(struct wire *w, const u8 *rsp, int len);

/* Something comes unasked: the answer to a question of the transport. */
void wire_bring(struct wire *w, const u8 *rsp, int len);

/* Waits until so many messages have been sent; until one is held. */
bool wire_sends(struct wire *w, int n);
bool wire_holds(struct wire *w);

/* Are these the bytes of the i-th message that was sent? ".." is any. */
bool sent_is(struct wire *w, int i, const char *text, int line);
#define SENT_IS(w, i, text) sent_is(w, i, text, __LINE__)

/* Files, by their path. */
bool file_is(const char *path, const char *text, int line);
bool file_has(const char *path, char *text, int size);
int file_put(const char *path, const char *text);
#define FILE_IS(path, text) file_is(path, text, __LINE__)
#define DEVICE_OF(n) "/sys/devices/platform/consumer_wire." #n "/"
#define PARAMETER "/sys/module/ipmi_msghandler/parameters/"

/* One of the counters of wire 0. */
long counter(const char *name);

/* consumer_queue.c and so on */
struct consumer_case {
	const char *name;
	void (*run)(void);
};
extern const struct consumer_case queue_cases[], events_cases[], identity_cases[], bridge_cases[],
	panic_cases[], run_cases[], again_cases[];

#endif
