// SPDX-License-Identifier: GPL-2.0-only
/* See record.h. */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "loop.h"
#include "record.h"

#define KEPT 512

static struct recorded ring[KEPT];
static unsigned long total;
static unsigned long counts[64][256];
static uint8_t seen[64][256]; /* a bit for each LUN */
static bool note_all, silent;

void note(const char *format, ...)
{
	va_list args;

	if (silent)
		return;
	va_start(args, format);
	printf("%.1f ", clock_ms());
	vprintf(format, args);
	printf("\n");
	va_end(args);
}

void note_bytes(const char *what, const uint8_t *bytes, size_t len)
{
	char text[3 * 64 + 1] = "";

	for (size_t i = 0; i < len && i < 64; i++)
		sprintf(text + 3 * i, " %02x", bytes[i]);
	note("%s:%s%s", what, text, len > 64 ? " ..." : "");
}

void record_be_silent(void)
{
	silent = true;
}

void record_note_every_one(int on)
{
	note_all = on;
}

void record_request(uint8_t netfn, uint8_t lun, uint8_t cmd, const uint8_t *data, size_t len)
{
	struct recorded *r = &ring[total++ % KEPT];

	*r = (struct recorded){ .ms = clock_ms(), .netfn = netfn & 0x3f, .lun = lun, .cmd = cmd };
	r->len = len < sizeof(r->data) ? len : sizeof(r->data);
	memcpy(r->data, data, r->len);
	counts[netfn & 0x3f][cmd]++;
	seen[netfn & 0x3f][cmd] |= 1 << (lun & 3);
	if (note_all) {
		char what[32];

		snprintf(what, sizeof(what), "%02x/%02x lun %u", netfn, cmd, lun);
		note_bytes(what, data, len);
	}
}

void record_forget(void)
{
	total = 0;
	memset(counts, 0, sizeof(counts));
	memset(seen, 0, sizeof(seen));
}

static bool of_kind(int netfn, int cmd, int n, int c)
{
	return (netfn < 0 || netfn == n) && (cmd < 0 || cmd == c);
}

unsigned long record_count(int netfn, int cmd)
{
	unsigned long sum = 0;

	for (int n = 0; n < 64; n++)
		for (int c = 0; c < 256; c++)
			if (of_kind(netfn, cmd, n, c))
				sum += counts[n][c];
	return sum;
}

bool record_seen(int netfn, int lun, int cmd)
{
	return seen[netfn][cmd] >> lun & 1;
}

const struct recorded *record_find(int netfn, int cmd, unsigned int back)
{
	for (unsigned long i = total; i > 0 && total - i < KEPT; i--) {
		const struct recorded *r = &ring[(i - 1) % KEPT];

		if (of_kind(netfn, cmd, r->netfn, r->cmd) && !back--)
			return r;
	}
	return NULL;
}
