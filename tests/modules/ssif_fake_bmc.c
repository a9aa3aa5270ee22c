// SPDX-License-Identifier: GPL-2.0-only
/*
 * The BMC of ssif_fake.ko: what it says, when, and what is wrong with it. See ssif_fake_main.c.
 *
 * What it follows is IPMI 2.0, section 12: one request at a time, and an answer to no other; a
 * request of up to 32 bytes is one block (command 02h), a longer one is blocks of 32 bytes (06h,
 * 07h) and the rest (08h; 07h for one that knows no end, and there are two then at most). A
 * middle or an end without a start is none of its own. An answer of up to 32 bytes is one block
 * (03h), a longer one begins with 00h 01h and 30 bytes of it (03h); the others (09h) have a number,
 * from 0 on, and 31 bytes; that of the last is FFh. No block is empty (SMBus 2.0, section 5.5.7),
 * so what is a multiple of 32 ends with a full one. Who reads 03h again gets the answer from its
 * beginning. While there is no answer it does not acknowledge.
 */
#include <linux/i2c.h>
#include <linux/module.h>
#include <linux/reboot.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "ssif_fake.h"

#define NETFN_CHASSIS	0x00
#define NETFN_OEM	0x2e
#define NETFN_CPI1	0x3e

static uint parts = 2;
module_param(parts, uint, 0600);
static bool pec;
module_param(pec, bool, 0600);
static ushort product = 0x5546;
module_param(product, ushort, 0);
static char *guid = "";
module_param(guid, charp, 0);
static uint manufacturer = 0x7ed9;
module_param(manufacturer, uint, 0);

const char *const fake_kinds[NR_KINDS] = {
	[OK] = "ok",		[NACK] = "nack",       [NACK_WRITE] = "nack-write",
	[NACK_READ] = "nack-read", [NACK_MIDDLE] = "nack-middle", [HANG] = "hang",
	[UNSURE] = "unsure",	[LENGTH] = "length",   [NUMBER] = "number",
	[LOST] = "lost",	[REPEAT] = "repeat",   [NETFN] = "netfn",
	[COMMAND] = "command",	[SHORT] = "short",     [ENDLESS] = "endless",
	[STALE] = "stale",	[BAD_PEC] = "pec",     [BAD_WRITE] = "pec-write",
	[UNSURE_START] = "unsure-start", [REFUSE] = "refuse", [STUBBORN] = "stubborn",
	[CUT] = "cut",		[LACKS] = "lacks",     [IGNORES] = "ignores",
	[EMPTY] = "empty",	[PROTO] = "proto",     [SPOILT] = "spoilt",
};

struct fake_bmc bmc = { .answer_len = 16 };

/* Is it the fault's turn? */
bool strikes(enum kind kind)
{
	if (bmc.fault != kind || (bmc.only && bmc.only != bmc.rq[1]))
		return false;
	if (bmc.times && !--bmc.times)
		bmc.fault = OK;
	return true;
}

static u8 sum(const u8 *bytes, unsigned int n)
{
	u8 s = 0;

	while (n--)
		s -= *bytes++;
	return s;
}

/* One of a CPI1 board, which has a neighbour at 24h and powers off by commands of its own. */
static bool is_cpi1(void)
{
	return manufacturer == 0x108 && product == 0x157;
}

/* The neighbour's answer to Send Message, without a byte of data; IPMI 2.0, sections 22.6 and 22.7. */
static void neighbour_answers(void)
{
	const u8 *rq = bmc.rq + 2;
	u8 *rsp = bmc.neighbour;

	if (!is_cpi1() || bmc.rq_len < 10 || rq[1] != 0x24)
		return;
	rsp[0] = rq[0] & 0x0f;
	rsp[1] = ((rq[2] & 0xfc) + 4) | (rq[5] & 3);
	rsp[2] = sum((u8[]){ rq[4], rsp[1] }, 2);
	rsp[3] = rq[1];
	rsp[4] = (rq[5] & 0xfc) | (rq[2] & 3);
	rsp[5] = rq[6];
	rsp[6] = 0;
	rsp[7] = sum(rsp + 3, 4);
	bmc.flags |= BIT(0);
}

/* That answer, or a command to the host, from 24h on the IPMB; IPMI 2.0, section 22.6. */
static void get_message(void)
{
	u8 ipmb[] = { 0x00, 0x30 << 2, 0, 0x24, 0x04, 0x5a, 0x11, 0 };

	if (!(bmc.flags & BIT(0))) {
		bmc.rsp[2] = 0x80;
		return;
	}
	bmc.flags &= ~BIT(0);
	if (bmc.neighbour[1]) {
		memcpy(bmc.rsp + 3, bmc.neighbour, sizeof(bmc.neighbour));
		bmc.rsp_len += sizeof(bmc.neighbour);
		bmc.neighbour[1] = 0;
		return;
	}
	ipmb[2] = sum((u8[]){ 0x20, ipmb[1] }, 2);
	ipmb[7] = sum(ipmb + 3, 4);
	memcpy(bmc.rsp + 3, ipmb, sizeof(ipmb));
	bmc.rsp_len += sizeof(ipmb);
}

static void read_event(void)
{
	if (!bmc.events) {
		bmc.rsp[2] = 0x80;
		return;
	}
	memset(bmc.rsp + 3, bmc.events, 16);
	bmc.rsp_len += 16;
	if (!--bmc.events)
		bmc.flags &= ~BIT(1);
}

static void echo(void)
{
	unsigned int i;

	bmc.echoes++;
	for (i = 0; i < min_t(u32, bmc.answer_len, MESSAGE_MAX - 3); i++)
		bmc.rsp[bmc.rsp_len++] = bmc.rq[2 + i % max(bmc.rq_len - 2, 1U)] + i * 7;
}

/* Chassis Control: a power cycle, as far as a module can. IPMI 2.0, section 28.3. */
static void chassis(void)
{
	if (bmc.rq[1] != 0x02 || bmc.rq[2] != 0x02) {
		bmc.rsp[2] = 0xc1;
		return;
	}
	pr_emerg("ssif_fake: power cycle\n");
	emergency_restart();
}

/* What a CPI1 board is asked before it goes, and told; a power cycle stands for its end. */
static void cpi1(void)
{
	if (!is_cpi1()) {
		bmc.rsp[2] = 0xc1;
		return;
	}
	if (bmc.rq[1] == 0xa3)
		bmc.rsp[bmc.rsp_len++] = 5;
	if (bmc.rq[1] != 0x82)
		return;
	pr_emerg("ssif_fake: power off by CPI1\n");
	emergency_restart();
}

static void get_event_receiver(void)
{
	bmc.rsp[bmc.rsp_len++] = 0x24;
	bmc.rsp[bmc.rsp_len++] = 0;
}

static void get_guid(void)
{
	unsigned int i;

	for (i = 0; i < 16; i++) {
		if (strlen(guid) < 32 || sscanf(guid + 2 * i, "%2hhx", &bmc.rsp[3 + i]) != 1) {
			bmc.rsp[2] = 0xc1;
			return;
		}
	}
	bmc.rsp_len += 16;
}

static void app(void)
{
	/* as in Set Watchdog Timer: IPMI 2.0, sections 27.6 and 27.7 */
	static u8 watchdog[6];
	u8 device_id[] = { 0x20, 0x01, 0x01, 0x23, 0x02, 0xbf, manufacturer, manufacturer >> 8,
			   manufacturer >> 16, product, product >> 8 };
	u8 capabilities[] = { 0, parts << 6 | pec << 3, 255, 255 };

	if ((bmc.fault == REFUSE && bmc.arg == bmc.rq[1] && strikes(REFUSE)) ||
	    (bmc.fault == STUBBORN && bmc.rq[1] == 0x2e && bmc.enables & ~bmc.rq[2] & BIT(0)) ||
	    (parts > 3 && bmc.rq[1] == 0x57)) {
		bmc.rsp[2] = 0xcc;
		/* as some do: a refusal as long as the answer */
		if (bmc.rq[1] == 0x01) {
			memset(bmc.rsp + 3, 0, sizeof(device_id));
			bmc.rsp_len += sizeof(device_id);
		}
		return;
	}
	switch (bmc.rq[1]) {
	case 0x01:
		memcpy(bmc.rsp + 3, device_id, sizeof(device_id));
		bmc.rsp_len += sizeof(device_id);
		break;
	case 0x02:
	case 0x03:
		bmc.enables = 0;
		break;
	case 0x08:
		get_guid();
		break;
	case 0x2e:
		bmc.enables = bmc.rq[2];
		break;
	case 0x2f:
		bmc.enables_asked++;
		bmc.rsp[bmc.rsp_len++] = bmc.enables;
		break;
	case 0x30:
		bmc.flags &= ~bmc.rq[2];
		break;
	case 0x31:
		bmc.rsp[bmc.rsp_len++] = bmc.flags;
		break;
	case 0x24:
		memcpy(watchdog, bmc.rq + 2, sizeof(watchdog));
		break;
	case 0x25:
		memcpy(bmc.rsp + 3, watchdog, sizeof(watchdog));
		memcpy(bmc.rsp + 9, watchdog + 4, 2);
		bmc.rsp_len += 8;
		break;
	case 0x22:	/* its timer does not run */
		break;
	case 0x34:
		neighbour_answers();
		break;
	case 0x33:
		get_message();
		break;
	case 0x35:
		read_event();
		break;
	case 0x57:
		memcpy(bmc.rsp + 3, capabilities, sizeof(capabilities));
		bmc.rsp_len += sizeof(capabilities);
		break;
	default:
		bmc.rsp[2] = 0xc1;
	}
}

static void execute(void)
{
	if (bmc.at_panic)
		pr_emerg("ssif_fake: at panic: %*ph\n", bmc.rq_len, bmc.rq);
	memcpy(bmc.old, bmc.rsp, bmc.rsp_len);
	bmc.old_len = bmc.rsp_len;
	bmc.rsp[0] = bmc.rq[0] | 4;
	bmc.rsp[1] = bmc.rq[1];
	bmc.rsp[2] = 0;
	bmc.rsp_len = 3;
	bmc.part = 0;
	switch (bmc.rq[0] >> 2) {
	case 0x06:
		app();
		break;
	case NETFN_CHASSIS:
		chassis();
		break;
	case NETFN_OEM:
		echo();
		break;
	case NETFN_CPI1:
		cpi1();
		break;
	case 0x04:
		if (is_cpi1() && bmc.rq[1] == 0x01) {
			get_event_receiver();
			break;
		}
		fallthrough;
	case 0x0a:
		if ((bmc.rq[0] >> 2 == 0x04 && bmc.rq[1] == 0x02) ||
		    (bmc.rq[0] >> 2 == 0x0a && bmc.rq[1] == 0x44)) {
			pr_emerg("ssif_fake: SEL: %*ph\n", bmc.rq_len - 2, bmc.rq + 2);
			break;
		}
		fallthrough;
	default:
		bmc.rsp[2] = 0xc1;
	}
	if (strikes(NETFN))
		bmc.rsp[0] ^= 8;
	if (strikes(COMMAND))
		bmc.rsp[1] ^= 1;
	if (strikes(SHORT))
		bmc.rsp_len = 2;
	if (strikes(CUT))
		bmc.rsp_len = bmc.arg;
	if (bmc.fault == ENDLESS)
		bmc.rsp_len = MESSAGE_MAX;
	bmc.ready_ns = ktime_get_mono_fast_ns() + bmc.think_us * (u64)NSEC_PER_USEC;
	alert_in(bmc.think_us);
}

/* Of a request: one block, two of which one is not full, or what three kinds of them are good for. */
static unsigned int longest(void)
{
	return parts == 1 ? 63 : parts == 2 ? MESSAGE_MAX : 32;
}

/* Of one without a proper end a middle that is not full is one. */
static bool is_end(u8 cmd, unsigned int n)
{
	bool lacks_end = (bmc.fault == LACKS || bmc.fault == IGNORES) && bmc.arg == 8;

	return cmd == 2 || cmd == 8 || (cmd == 7 && (parts == 1 || (lacks_end && n < 32)));
}

/* What it says while it has no answer. */
static int no_answer_yet(u8 *n)
{
	if (bmc.fault == PROTO)
		return -EPROTO;
	if (bmc.fault == SPOILT)
		return -EBADMSG;
	if (bmc.fault != EMPTY)
		return -ENXIO;
	*n = bmc.arg;
	return 0;
}

int take(u8 cmd, const u8 *bytes, unsigned int n)
{
	bool end = is_end(cmd, n);
	static unsigned int refused;

	bmc.writes++;
	if (bmc.fault == HANG)
		return -ETIMEDOUT;
	if (strikes(NACK) || strikes(NACK_WRITE)) {
		if (bmc.at_panic)
			pr_emerg("ssif_fake: refused %u times at panic\n", ++refused);
		return -ENXIO;
	}
	if (strikes(BAD_WRITE))
		return -EBADMSG;
	if (bmc.arg == cmd && strikes(LACKS))
		return -ENXIO;
	if (bmc.arg == cmd && strikes(IGNORES)) {
		bmc.begun = false;
		return 0;
	}
	if (cmd == 2 || cmd == 6)
		bmc.rq_len = 0;
	else if (!bmc.begun)
		return -ENXIO;
	bmc.begun = false;
	if (!n || bmc.rq_len + n > longest() || (!end && n != 32))
		return -ENXIO;
	memcpy(bmc.rq + bmc.rq_len, bytes, n);
	bmc.rq_len += n;
	bmc.begun = !end;
	if (!end)
		return cmd == 6 && strikes(UNSURE_START) ? -ETIMEDOUT : 0;
	execute();
	return strikes(UNSURE) ? -ETIMEDOUT : 0;
}

/* A block of an answer: IPMI 2.0, section 12.5. */
static unsigned int cut(const u8 *rsp, unsigned int len, unsigned int part, u8 *block)
{
	unsigned int at = 30 + 31 * (part - 1), n;

	if (len <= 32) {
		memcpy(block, rsp, len);
		return len;
	}
	if (!part) {
		block[0] = 0;
		block[1] = 1;
		memcpy(block + 2, rsp, 30);
		return 32;
	}
	if (at >= len)
		return 0;
	n = min(len - at, 31U);
	block[0] = at + n == len && bmc.fault != ENDLESS ? 0xff : part - 1;
	memcpy(block + 1, rsp + at, n);
	return n + 1;
}

/* How long it is asked for an answer that it does not give. */
static void note_read_at_panic(void)
{
	u64 now = ktime_get_mono_fast_ns();
	static unsigned int shown;
	unsigned int tenths;

	if (now < bmc.ready_ns)
		return;
	tenths = div_u64(now - bmc.ready_ns, 100 * NSEC_PER_MSEC);
	if (tenths > shown)
		pr_emerg("ssif_fake: asked for %u00 ms at panic\n", tenths);
	shown = tenths;
}

/* *n is what the BMC says, *block has room for 32. */
int give(u8 cmd, u8 *block, u8 *n)
{
	bool early = ktime_get_mono_fast_ns() < bmc.ready_ns;
	bool old = early && bmc.fault == STALE && bmc.old_len;

	bmc.reads++;
	if (bmc.at_panic)
		note_read_at_panic();
	if (bmc.fault == HANG)
		return -ETIMEDOUT;
	if (strikes(NACK) || strikes(NACK_READ) || (cmd == 9 && strikes(NACK_MIDDLE)))
		return -ENXIO;
	if (!bmc.rsp_len || (early && !old))
		return no_answer_yet(n);
	if (cmd == 3)
		bmc.part = 0;
	else if (!bmc.part)
		return -ENXIO;
	if (cmd == 9 && strikes(LOST))
		bmc.part++;
	*n = cut(old ? bmc.old : bmc.rsp, old ? bmc.old_len : bmc.rsp_len, bmc.part, block);
	if (cmd == 9 && strikes(NUMBER))
		block[0] ^= 0x20;
	if (!(cmd == 9 && strikes(REPEAT)))
		bmc.part++;
	if (strikes(LENGTH))
		*n = bmc.arg;
	return *n || bmc.fault == LENGTH ? 0 : -ENXIO;
}
