// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pcap file. A trace data block of HPM.2: the channel, a time, the kind of interface, a word
 * with the direction, the length, then the message as KCS carries it: NetFn and LUN, command,
 * completion code if it is an answer, data. BT and SSIF carry the same, and are written as KCS too,
 * because that is what Wireshark takes apart.
 */
#include <string.h>

#include "names.h"
#include "pcap.h"

#define MAGIC 0xa1b2c3d4U /* times in microseconds */
#define SNAPLEN 65535U

#define CHANNEL_SYSTEM 15
#define PROTOCOL_KCS 5
#define TO_BMC 0x80
#define HEAD 11
#define DATA_MAX 255 /* the length is one byte */

static unsigned char *put(unsigned char *to, unsigned long long value, unsigned int bytes)
{
	for (; bytes; bytes--, value >>= 8)
		*to++ = value;
	return to;
}

/* The fields of the file are in the order of bytes of who writes it. */
bool pcap_begin(FILE *to)
{
	struct {
		unsigned int magic;
		unsigned short major, minor;
		int zone;
		unsigned int accuracy, snaplen, linktype;
	} head = { MAGIC, 2, 4, 0, 0, SNAPLEN, PCAP_LINKTYPE };

	return fwrite(&head, sizeof(head), 1, to) == 1;
}

static unsigned int cut(unsigned int n)
{
	return n < DATA_MAX ? n : DATA_MAX;
}

/* A message as the transport has it: NetFn and command, completion code if it is an answer, data. */
static unsigned int whole_message(unsigned char *msg, const struct event *event)
{
	unsigned int n = cut(event->nr_bytes), head;
	bool answer;

	if (!n)
		return 0;
	memcpy(msg, event->bytes, n);
	answer = msg[0] >> 2 & 1;
	head = 2 + answer;
	if (n > head)
		blank_secrets(msg[0] >> 2, msg[1], msg + head, n - head, answer);
	return n;
}

/* Without its data: an answer's NetFn is one more than that of the request, which the event tells. */
static unsigned int outline(unsigned char *msg, const struct event *event)
{
	bool answer = event->kind == EVENT_END;

	msg[0] = ((event->netfn & ~1U) | answer) << 2;
	msg[1] = event->cmd;
	if (!answer || event->cc < 0)
		return 2;
	msg[2] = event->cc;
	return 3;
}

bool pcap_write(FILE *to, long long wall_us, const struct event *event)
{
	unsigned char block[HEAD + DATA_MAX], *at = block;
	bool to_bmc = event->kind == EVENT_START || event->kind == EVENT_SEND;
	unsigned int n = event->whole ? whole_message(block + HEAD, event) :
					outline(block + HEAD, event);
	unsigned int full = event->whole ? event->nr_bytes : 2 + event->len;
	unsigned int record[4] = { wall_us / 1000000, wall_us % 1000000, HEAD + n, HEAD };

	record[3] += full > n ? full : n;
	at = put(at, CHANNEL_SYSTEM, 1);
	at = put(at, wall_us / 1000000, 4);
	at = put(at, wall_us % 1000000 / 1000, 2);
	at = put(at, PROTOCOL_KCS, 1);
	at = put(at, to_bmc ? TO_BMC : 0, 2);
	put(at, cut(full > n ? full : n), 1);
	return fwrite(record, sizeof(record), 1, to) == 1 && fwrite(block, HEAD + n, 1, to) == 1;
}
