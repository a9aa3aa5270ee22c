// SPDX-License-Identifier: GPL-2.0-only
/* See bridge.h. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "bridge.h"
#include "flags.h"
#include "frame.h"
#include "loop.h"
#include "record.h"
#include "request.h"

#define MESSAGE_MAX 290
#define ANSWER_AFTER_MS 1 /* Send Message is acknowledged first */
#define BMC_ADDRESS 0x20
#define HOST_LUN 2

enum manner {
	ABSENT, /* Send Message ends with NAK on write */
	ANSWER,
	SILENT,
	REFUSE, /* Send Message ends with completion code arg */
	LATE, /* answers after arg ms */
	TWICE,
	WRONG_SEQ, /* these answer with one thing wrong */
	WRONG_ADDR,
	WRONG_CMD,
	WRONG_NETFN,
	WRONG_LUN,
	WRONG_CHANNEL,
	WRONG_HANDLE,
	WRONG_CHECKSUM,
	SHORT, /* cut off after arg bytes */
	MANNERS,
};

static const char *const names[MANNERS] = {
	"absent",	 "answer",	  "silent",	"refuse",	 "late",
	"twice",	 "wrong-seq",	  "wrong-addr", "wrong-cmd",	 "wrong-netfn",
	"wrong-lun",	 "wrong-channel", "wrong-handle", "wrong-checksum", "short",
};

struct peer {
	enum manner manner;
	long n; /* so many times, then ANSWER; -1: always */
	double arg;
};

static struct peer satellites[128]; /* by address / 2 */
static struct peer consoles[CHANNELS] = { [1] = { ANSWER, -1, 0 }, [2] = { ANSWER, -1, 0 } };

/* A bridged request taken apart, or its answer to be put together. */
struct bridged {
	bool lan;
	uint8_t channel, handle, privilege;
	uint8_t to, to_lun, from, from_lun; /* addresses or software ids */
	uint8_t netfn, seq, cmd;
	size_t len;
	uint8_t data[MESSAGE_MAX];
};

/* An answer on its way to the receive queue. */
struct waiting {
	struct timer timer;
	size_t len;
	uint8_t bytes[MESSAGE_MAX];
};

static void arrive(void *arg)
{
	struct waiting *w = arg;

	if (!flags_message(w->bytes, w->len))
		note("the receive queue is full: a message is lost");
	free(w);
}

/* What Get Message gives for a message of somebody else to the host. */
static size_t pack(const struct bridged *m, uint8_t *out)
{
	uint8_t head[] = { m->to, m->netfn << 2 | m->to_lun };
	size_t n = 0, body;

	out[n++] = m->channel | m->privilege << 4;
	if (m->lan) {
		out[n++] = m->handle;
		out[n++] = m->to;
	}
	out[n++] = head[1];
	out[n++] = checksum(head, sizeof(head));
	body = n;
	out[n++] = m->from;
	out[n++] = m->seq << 2 | m->from_lun;
	out[n++] = m->cmd;
	memcpy(out + n, m->data, m->len);
	n += m->len;
	out[n] = checksum(out + body, n - body);
	return n + 1;
}

static void send_to_host(const struct bridged *m, double ms, bool bad_checksum, size_t cut)
{
	struct waiting *w = calloc(1, sizeof(*w));

	if (!w)
		abort();
	w->len = pack(m, w->bytes);
	if (bad_checksum)
		w->bytes[w->len - 1]++;
	if (cut && cut < w->len)
		w->len = cut;
	timer_start(&w->timer, ms, arrive, w);
}

/* What a satellite or console says to a command: the completion code and data, in m. */
static void execute(struct bridged *m)
{
	static const uint8_t id[] = { 0x50, 0x01, 0x01, 0x00, 0x02, 0x29, 0xd9, 0x7e, 0x00, 0x99,
				      0x00 };
	uint8_t cc = CC_OK;

	if (m->netfn == NETFN_APP && m->cmd == 0x01) {
		memcpy(m->data + 1, id, sizeof(id));
		m->len = sizeof(id);
	} else if (m->netfn == NETFN_SENSOR && m->cmd == 0x2d && m->len) {
		/* a reading that tells whose it is */
		m->data[1] = m->from + m->data[0];
		m->data[2] = 0xc0;
		m->len = 2;
	} else if (m->netfn == NETFN_OEM) {
		/* any of them is an echo, so that each can be told from the next */
		memmove(m->data + 1, m->data, m->len);
	} else {
		cc = CC_INVALID_COMMAND;
		m->len = 0;
	}
	m->data[0] = cc;
	m->len++;
}

static uint8_t peer_answers(struct peer *peer, struct bridged *m)
{
	enum manner manner = peer->n || peer->manner == ABSENT ? peer->manner : ANSWER;
	struct bridged rs = *m;
	double ms = ANSWER_AFTER_MS;
	size_t cut = 0;

	if (peer->n > 0)
		peer->n--;
	rs.to = m->from;
	rs.to_lun = m->from_lun;
	rs.from = m->to;
	rs.from_lun = m->to_lun;
	execute(&rs);
	rs.netfn |= 1;
	switch (manner) {
	case ABSENT:
		return CC_NAK;
	case REFUSE:
		return peer->arg;
	case SILENT:
		return CC_OK;
	case LATE:
		ms = peer->arg;
		break;
	case TWICE:
		send_to_host(&rs, ms, false, 0);
		break;
	case WRONG_SEQ:
		rs.seq = (rs.seq + 1) & 0x3f;
		break;
	case WRONG_ADDR:
		rs.from += 2;
		break;
	case WRONG_CMD:
		rs.cmd++;
		break;
	case WRONG_NETFN:
		rs.netfn = (rs.netfn + 2) & 0x3f;
		break;
	case WRONG_LUN:
		rs.from_lun ^= 1;
		break;
	case WRONG_CHANNEL:
		rs.channel ^= 3;
		break;
	case WRONG_HANDLE:
		rs.handle++;
		break;
	case SHORT:
		cut = peer->arg;
		break;
	default:
		break;
	}
	send_to_host(&rs, ms, manner == WRONG_CHECKSUM, cut);
	return CC_OK;
}

static uint8_t send_ipmb(const uint8_t *d, size_t len, uint8_t channel)
{
	struct bridged m = { .channel = channel };
	bool broadcast = len > 1 && !d[0];

	if (broadcast) {
		d++;
		len--;
	}
	if (len < 7)
		return CC_BAD_LENGTH;
	if (checksum(d, 3) || checksum(d + 3, len - 3))
		return CC_BAD_FIELD;
	m.to = d[0];
	m.netfn = d[1] >> 2;
	m.to_lun = d[1] & 3;
	m.from = d[3];
	m.seq = d[4] >> 2;
	m.from_lun = d[4] & 3;
	m.cmd = d[5];
	m.len = len - 7;
	memcpy(m.data, d + 6, m.len);
	/* an answer of the host's has arrived with that */
	if (m.netfn & 1)
		return satellites[m.to >> 1].manner == REFUSE ? satellites[m.to >> 1].arg : CC_OK;
	if (broadcast && satellites[m.to >> 1].manner == ABSENT)
		return CC_OK;
	return peer_answers(&satellites[m.to >> 1], &m);
}

static uint8_t send_lan(const uint8_t *d, size_t len, uint8_t channel)
{
	struct bridged m = { .lan = true, .channel = channel, .privilege = 4 };

	if (len < 8)
		return CC_BAD_LENGTH;
	if (checksum(d + 1, 3) || checksum(d + 4, len - 4))
		return CC_BAD_FIELD;
	m.handle = d[0];
	m.to = d[1];
	m.netfn = d[2] >> 2;
	m.to_lun = d[2] & 3;
	m.from = d[4];
	m.seq = d[5] >> 2;
	m.from_lun = d[5] & 3;
	m.cmd = d[6];
	m.len = len - 8;
	memcpy(m.data, d + 7, m.len);
	if (m.netfn & 1)
		return consoles[channel].manner == REFUSE ? consoles[channel].arg : CC_OK;
	return peer_answers(&consoles[channel], &m);
}

static uint8_t send_message(const struct request *rq, struct answer *a)
{
	uint8_t channel = rq->data[0] & 0x0f;

	(void)a;
	note_bytes("Send Message", rq->data, rq->len);
	if (rq->len > MESSAGE_MAX - 4)
		return CC_BAD_LENGTH;
	switch (channel_medium(channel)) {
	case MEDIUM_IPMB:
		return send_ipmb(rq->data + 1, rq->len - 1, channel);
	case MEDIUM_LAN:
		return send_lan(rq->data + 1, rq->len - 1, channel);
	default:
		return CC_BAD_FIELD;
	}
}

static const char *set_peer(struct peer *peer, int argc, char **argv)
{
	struct peer new = { .manner = MANNERS, .n = -1 };

	for (int i = 0; i < MANNERS; i++)
		if (!strcmp(argv[1], names[i]))
			new.manner = i;
	if (new.manner == MANNERS)
		return "there is no such manner";
	for (int i = 2; i < argc; i++) {
		if (!strncmp(argv[i], "n=", 2))
			new.n = strtol(argv[i] + 2, NULL, 0);
		else if (!strncmp(argv[i], "arg=", 4))
			new.arg = strtoul(argv[i] + 4, NULL, 0);
		else
			return "after the manner come n= and arg=";
	}
	*peer = new;
	return NULL;
}

const char *bridge_satellite(int argc, char **argv)
{
	if (argc < 2)
		return "satellite ADDRESS MANNER";
	return set_peer(&satellites[(strtoul(argv[0], NULL, 16) & 0xff) >> 1], argc, argv);
}

const char *bridge_console(int argc, char **argv)
{
	if (argc < 2)
		return "console CHANNEL MANNER";
	return set_peer(&consoles[strtoul(argv[0], NULL, 16) % CHANNELS], argc, argv);
}

/* Hexadecimal words; false if one is not. */
static bool read_bytes(int argc, char **argv, uint8_t *bytes)
{
	char *end;

	if (argc > MESSAGE_MAX - 12)
		return false;
	for (int i = 0; i < argc; i++) {
		unsigned long value = strtoul(argv[i], &end, 16);

		if (*end || end == argv[i] || value > 0xff)
			return false;
		bytes[i] = value;
	}
	return true;
}

const char *bridge_ipmb(int argc, char **argv)
{
	struct bridged m = { .to = BMC_ADDRESS, .to_lun = HOST_LUN };
	uint8_t b[MESSAGE_MAX];

	if (argc < 6 || !read_bytes(argc, argv, b))
		return "ipmb CHANNEL FROM LUN SEQ NETFN CMD [DATA...]";
	m.channel = b[0];
	m.from = b[1];
	m.from_lun = b[2];
	m.seq = b[3];
	m.netfn = b[4];
	m.cmd = b[5];
	m.len = argc - 6;
	memcpy(m.data, b + 6, m.len);
	send_to_host(&m, 0, false, 0);
	return NULL;
}

const char *bridge_lan(int argc, char **argv)
{
	struct bridged m = { .lan = true };
	uint8_t b[MESSAGE_MAX];

	if (argc < 9 || !read_bytes(argc, argv, b))
		return "lan CHANNEL PRIVILEGE HANDLE REMOTE LOCAL LUN SEQ NETFN CMD [DATA...]";
	m.channel = b[0];
	m.privilege = b[1];
	m.handle = b[2];
	m.from = b[3];
	m.to = b[4];
	m.from_lun = b[5];
	m.to_lun = HOST_LUN;
	m.seq = b[6];
	m.netfn = b[7];
	m.cmd = b[8];
	m.len = argc - 9;
	memcpy(m.data, b + 9, m.len);
	send_to_host(&m, 0, false, 0);
	return NULL;
}

const char *bridge_message(int argc, char **argv)
{
	uint8_t b[MESSAGE_MAX];

	if (argc < 1 || !read_bytes(argc, argv, b))
		return "message CHANNEL [BYTES...]";
	return flags_message(b, argc) ? NULL : "the receive queue is full";
}

const struct command bridge_commands[] = {
	{ NETFN_APP, 0x34, 1, send_message },
	{ 0 },
};
