// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cases of the module consumer with its own transport: what BMCs of many kinds are told as the
 * kernel panics, in one panic, and how long that takes. A line for each interface in the kernel's
 * log says what came, for tests/vm/core/suite.toml to judge.
 */
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/panic_notifier.h>
#include <linux/string.h>

#include <ipmi/core.h>

#include "consumer_wire.h"

#define BEFORE 201 /* the core's own priority is 200 */
#define AFTER 199
#define SEL 0x04 /* of the bits of Additional Device Support */
#define GENERATOR 0x20

static u64 begun_ns;
static int tested;

/* What each of the interfaces is; the last but one cannot be polled, the last does not answer. */
static const struct {
	u8 support;
	u8 receiver[4];
	u8 slave_addr;
} kinds[WIRES] = {
	{ 0x80 | SEL | 0x08, { 0, 0x24, 1 } },
	{ SEL | GENERATOR, { 0, 0x25, 1 } },
	{ SEL | GENERATOR, { 0, 0x2c, 1 }, 0x2c },
	{ (u8)~SEL, { 0, 0x2a, 0xff } },
	{ (u8)~(SEL | GENERATOR), { 0, 0x24, 1 } },
	{ SEL, { 0 } },
	{ SEL, { 0 } },
};

static int on_begin(struct notifier_block *nb, unsigned long event, void *text)
{
	begun_ns = ktime_get_mono_fast_ns();
	return NOTIFY_DONE;
}

static void tell_sent(const struct wire *w)
{
	char line[700] = "";
	size_t n = 0;

	for (int i = 0; i < w->nr_sent; i++) {
		n += scnprintf(line + n, sizeof(line) - n, " |");
		for (int k = 0; k < min(w->sent[i].len, SENT_BYTES); k++)
			n += scnprintf(line + n, sizeof(line) - n, " %02x", w->sent[i].data[k]);
	}
	pr_emerg("consumer: %d: alone %d/%d%s;\n", (int)(w - wires), w->alone, w->alone_calls, line);
}

static int on_end(struct notifier_block *nb, unsigned long event, void *text)
{
	u64 took = div_u64(ktime_get_mono_fast_ns() - begun_ns, NSEC_PER_MSEC);

	for (int i = 0; i < tested; i++)
		tell_sent(&wires[i]);
	pr_emerg("consumer: panic callbacks %d, polls %s, time %s (%llu ms)\n", clients[0].panics,
		 wires[tested - 1].polls ? "good" : "none",
		 took < 1950 ? "too short" :
		 took < 4500 ? "good" :
			       "too long",
		 took);
	return NOTIFY_DONE;
}

static struct notifier_block begin_block = { .notifier_call = on_begin, .priority = BEFORE };
static struct notifier_block end_block = { .notifier_call = on_end, .priority = AFTER };

/* At panic nothing may be lost of what is answered at once: the last interface is mute. */
static void prepare(int n)
{
	tested = n;
	for (int i = 0; i < n; i++) {
		wire_reset(&wires[i]);
		wires[i].id[6] = kinds[i].support;
		memcpy(wires[i].receiver, kinds[i].receiver, 4);
		wires[i].slave_addr = kinds[i].slave_addr;
		EXPECT_EQ(wire_add(&wires[i]), 0);
	}
	client_open_watching(&clients[0], 0);
	for (int i = 0; i < n; i++)
		wires[i].nr_sent = 0;
	wires[n - 1].hold = true;
	__module_get(THIS_MODULE);
	EXPECT_EQ(atomic_notifier_chain_register(&panic_notifier_list, &begin_block), 0);
	EXPECT_EQ(atomic_notifier_chain_register(&panic_notifier_list, &end_block), 0);
}

static void case_panic_kinds(void)
{
	prepare(WIRES);
	wires[WIRES - 2].handlers.poll = NULL;
}

/* The last request of a client at power off: bounded, and one that is not answered is the last. */
static void case_last_request(void)
{
	typeof(&ipmi_core_last_request) last_request = symbol_get(ipmi_core_last_request);
	struct kernel_ipmi_msg msg = { .netfn = NETFN_APP, .cmd = GET_DEVICE_ID };
	struct client *c = &clients[0], *d = &clients[1], *e = &clients[2];
	u8 rsp[32] = {};
	struct ipmi_addr addr;
	u64 took;

	if (!EXPECT(last_request))
		return;
	for (int i = 0; i < 3; i++) {
		wire_reset(&wires[i]);
		if (i == 1)
			wires[i].handlers.poll = NULL;
		EXPECT_EQ(wire_add(&wires[i]), 0);
		EXPECT_EQ(client_open_on(&clients[i], i), 0);
		clients[i].keeps_none = true;
		wires[i].nr_sent = 0;
	}
	to_bmc(&addr);
	EXPECT_EQ(last_request(d->user, &addr, &msg, 1000, rsp, sizeof(rsp)), -ENODEV);
	EXPECT_EQ(wires[1].alone_calls, 0);
	EXPECT_EQ(last_request(c->user, &addr, &msg, 1000, rsp, sizeof(rsp)), 16);
	EXPECT(!memcmp(rsp, wires[0].id, 16));
	EXPECT_EQ(wires[0].alone_calls, 1);
	EXPECT(wires[0].alone);
	memset(rsp, 0xee, sizeof(rsp));
	EXPECT_EQ(last_request(c->user, &addr, &msg, 1000, rsp, 3), 3);
	EXPECT(rsp[2] == 0x01 && rsp[3] == 0xee);
	EXPECT_EQ(wires[0].alone_calls, 1);
	wires[0].id_errors = 1;
	wires[0].id_error = 0xd5;
	EXPECT_EQ(last_request(c->user, &addr, &msg, 1000, rsp, sizeof(rsp)), 1);
	EXPECT_EQ(rsp[0], 0xd5);
	wires[0].id_len = 0;
	EXPECT_EQ(last_request(c->user, &addr, &msg, 1000, rsp, sizeof(rsp)), -EIO);
	/* what was queued is forgotten, what is in flight is waited for */
	wires[2].hold = true;
	EXPECT_EQ(ask(e, 1), 0);
	EXPECT(wire_holds(&wires[2]));
	EXPECT_EQ(ask(e, 2), 0);
	wires[2].polls = 0;
	took = ktime_get_ns();
	EXPECT_EQ(last_request(e->user, &addr, &msg, 500, rsp, sizeof(rsp)), -EIO);
	took = div_u64(ktime_get_ns() - took, NSEC_PER_MSEC);
	if (took < 490)
		say("it took %llu ms\n", took);
	/* how many is left open: an emulated processor may wait 2 us for the 50 of udelay() */
	EXPECT(wires[2].polls > 0);
	EXPECT_EQ(wires[2].nr_sent, 1);
	took = ktime_get_ns();
	EXPECT_EQ(last_request(e->user, &addr, &msg, 60000, rsp, sizeof(rsp)), -EIO);
	EXPECT(ktime_get_ns() - took < 30 * (u64)NSEC_PER_SEC);
	__module_get(THIS_MODULE);
}

const struct consumer_case panic_cases[] = {
	{ "panic-kinds", case_panic_kinds },
	{ "last-request", case_last_request },
	{},
};
