// SPDX-License-Identifier: GPL-2.0-only
/*
 * See smic.h. The BMC's side of IPMI 2.0, sections 10.8 and 10.9.
 *
 * The host owns the registers while BUSY is clear, and we while it is set: only SMS_ATN and
 * RX_DATA_READY change without BUSY, and those by compare and exchange.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "frame.h"
#include "loop.h"
#include "record.h"
#include "request.h"
#include "smic.h"

#define PAGE 4096

#define BUSY 0x01
#define SMS_ATN 0x04
#define TX_READY 0x40
#define RX_READY 0x80

/* Control codes; the status of success is what comes after the arrow. */
#define GET_STATUS 0x40 /* -> READY */
#define WR_START 0x41 /* -> c1 */
#define WR_NEXT 0x42 /* -> c2 */
#define WR_END 0x43 /* -> c3 */
#define RD_START 0x44 /* -> c4, or c6 if this byte is the last */
#define RD_NEXT 0x45 /* -> c5, or c6 */
#define RD_END 0x46 /* -> READY */
#define READY 0xc0
#define READ_ENDS 0xc6

#define ERROR_ABORTED 0x01
#define ERROR_ILLEGAL 0x02
#define ERROR_NO_ANSWER 0x03
#define ERROR_TOO_LONG 0x05

#define LOOK_MS 0.05 /* while something goes on */
#define IDLE_MS 1.0
#define IDLE_LOOKS 400

static volatile uint8_t *data, *control, *flags;
static struct timer look, back;
static unsigned int quiet;
static bool gone;

static enum { AT_READY, AT_WRITE, AT_THINK, AT_READ } phase;
static uint8_t request[1 + FRAME_MAX]; /* a sequence number first, as on the other link */
static size_t request_len;
static uint8_t answer[FRAME_MAX];
static size_t answer_len, answer_at;
static uint8_t attention;

bool smic_is_open(void)
{
	return flags;
}

static uint8_t idle_flags(void)
{
	return TX_READY | attention | (answer_len ? RX_READY : 0);
}

/* The host is not at it, or it would have set BUSY. */
static void show_flags(void)
{
	uint8_t now = *flags;

	while (!gone && !(now & BUSY) && now != idle_flags())
		if (__atomic_compare_exchange_n((uint8_t *)flags, &now, idle_flags(), false,
						__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			break;
}

static void ready(uint8_t code)
{
	answer_len = answer_at = 0;
	phase = AT_READY;
	*data = code;
	*control = READY;
}

static void take(uint8_t status)
{
	if (request_len == sizeof(request)) {
		ready(ERROR_TOO_LONG);
		return;
	}
	request[request_len++] = *data;
	*control = status;
	phase = AT_WRITE;
}

static void give(uint8_t status)
{
	*data = answer[answer_at++];
	*control = answer_at == answer_len ? READ_ENDS : status;
	phase = AT_READ;
}

/* True if there is a whole request. */
static bool obey(uint8_t code)
{
	if (code == GET_STATUS) {
		ready(0);
	} else if (code == WR_START) {
		answer_len = answer_at = 0;
		request[0]++;
		request_len = 1;
		take(0xc1);
	} else if (code == WR_NEXT && phase == AT_WRITE) {
		take(0xc2);
	} else if (code == WR_END && phase == AT_WRITE) {
		take(0xc3);
		if (phase != AT_WRITE)
			return false;
		*data = 0;
		phase = AT_THINK;
		return request_len >= 3;
	} else if (code == RD_START && answer_len) {
		answer_at = 0;
		give(0xc4);
	} else if (code == RD_NEXT && phase == AT_READ && answer_at < answer_len) {
		give(0xc5);
	} else if (code == RD_END && phase == AT_READ) {
		ready(0);
	} else {
		ready(code == RD_START ? ERROR_NO_ANSWER : ERROR_ILLEGAL);
	}
	return false;
}

static void one_look(void *arg)
{
	bool whole;

	(void)arg;
	if (!gone && *flags & BUSY) {
		__sync_synchronize();
		quiet = 0;
		whole = obey(*control);
		__sync_synchronize();
		*flags = idle_flags();
		if (whole)
			request_arrived(request, request_len);
	}
	if (quiet < IDLE_LOOKS)
		quiet++;
	timer_start(&look, quiet < IDLE_LOOKS ? LOOK_MS : IDLE_MS, one_look, NULL);
}

const char *smic_open(const char *where)
{
	char *path = strdup(where), *rest = path;
	const char *name = strsep(&rest, ","), *spacing = strsep(&rest, ",");
	unsigned int step = spacing ? atoi(spacing) : 1, shift = rest ? atoi(rest) : 0;
	int fd = open(name, O_RDWR | O_CLOEXEC);
	uint8_t *page = MAP_FAILED;

	if (fd >= 0)
		page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	free(path);
	if (page == MAP_FAILED)
		return strerror(errno);
	close(fd);
	if (!step || step > 64 || shift % 8 || shift > 56)
		return "a wrong spacing or shift";
	data = page + shift / 8;
	control = data + step;
	flags = control + step;
	ready(0);
	*flags = TX_READY;
	one_look(NULL);
	return NULL;
}

void smic_send(const uint8_t *bytes, size_t len)
{
	/* an answer to an older request is nobody's */
	if (phase != AT_THINK || bytes[0] != request[0] || gone)
		return;
	answer_len = len - 1 < sizeof(answer) ? len - 1 : sizeof(answer);
	memcpy(answer, bytes + 1, answer_len);
	answer_at = 0;
	quiet = 0;
	show_flags();
}

void smic_hw(enum hw command)
{
	if (command > HW_ATTN_IRQ)
		return;
	attention = command == HW_NO_ATTN ? 0 : SMS_ATN;
	show_flags();
}

static void come_back(void *arg)
{
	(void)arg;
	gone = false;
	ready(0);
	*flags = idle_flags();
	note("SMIC is back");
}

void smic_close(double ms)
{
	if (ms <= 0)
		return;
	gone = true;
	*data = *control = *flags = 0xff;
	timer_start(&back, ms, come_back, NULL);
	note("SMIC is gone");
}
