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

/* The message, at most DATA_MAX bytes of it; *full: how long it was. */
static unsigned int message(unsigned char *msg, const struct event *event, unsigned int *full)
{
	bool answer = event->kind == EVENT_END;
	unsigned char *at = msg;
	unsigned int n = 0;

	/* an answer's NetFn is one more than that of the request, which the event tells */
	*at++ = ((event->netfn & ~1U) | answer) << 2;
	*at++ = event->cmd;
	if (event->bytes) {
		unsigned int skip = answer;

		n = event->nr_bytes < DATA_MAX - 2 ? event->nr_bytes : DATA_MAX - 2;
		memcpy(at, event->bytes, n);
		if (n > skip)
			blank_secrets(event->netfn, event->cmd, at + skip, n - skip, answer);
	} else if (answer && event->cc >= 0) {
		*at = event->cc;
		n = 1;
	}
	*full = 2 + (event->len > n ? event->len : n);
	return 2 + n;
}

bool pcap_write(FILE *to, long long wall_us, const struct event *event)
{
	unsigned char block[HEAD + DATA_MAX], *at = block;
	unsigned int full, n = message(block + HEAD, event, &full);
	unsigned int record[4] = { wall_us / 1000000, wall_us % 1000000, HEAD + n, HEAD + full };

	at = put(at, CHANNEL_SYSTEM, 1);
	at = put(at, wall_us / 1000000, 4);
	at = put(at, wall_us % 1000000 / 1000, 2);
	at = put(at, PROTOCOL_KCS, 1);
	at = put(at, event->kind == EVENT_START ? TO_BMC : 0, 2);
	put(at, full < DATA_MAX ? full : DATA_MAX, 1);
	return fwrite(record, sizeof(record), 1, to) == 1 && fwrite(block, HEAD + n, 1, to) == 1;
}
