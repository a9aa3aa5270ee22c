// SPDX-License-Identifier: GPL-2.0-only
/* See link.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "flags.h"
#include "frame.h"
#include "link.h"
#include "loop.h"
#include "record.h"
#include "request.h"
#include "smic.h"

#define PROTOCOL_VERSION 1
#define HW_CAPABILITIES 0x08
#define HW_VERSION 0xff
#define QEMU_PATIENCE_MS 4000 /* then it answers with CC_TIMEOUT itself */

static struct sockaddr_un address = { .sun_family = AF_UNIX };
static int listener = -1, conn = -1;
static bool leaving; /* nothing goes to conn any more; it lasts until QEMU has seen that */
static unsigned int number;
static struct frame_reader reader;
static struct timer closed;

/* What link_send_slowly() has not sent yet. */
static struct {
	struct timer timer;
	uint8_t bytes[FRAME_WIRE_MAX];
	size_t len, at;
	double ms;
} slow;

/* QEMU keeps a part of a message, also from a connection before: an escape of nothing ends it. */
static const uint8_t forget[] = { FRAME_ESCAPE, FRAME_MESSAGE_END };

/*
 * Where an answer does not come, QEMU makes one of its own: C3h after a while, D2h when the
 * connection ends. It spoils it if the sequence number is one of the bytes that need an escape,
 * and the interface would be stuck for ever. So those get from here what QEMU wants to say, if
 * need be on the next connection. As long as len is not 0, such a request waits.
 */
static struct {
	struct timer timer;
	uint8_t answer[4];
	size_t len;
} unspoiled;

unsigned int link_number(void)
{
	return number;
}

static void unspoiled_answer(uint8_t cc)
{
	uint8_t wire[sizeof(forget) + FRAME_WIRE_MAX];
	size_t len = sizeof(forget);

	if (!unspoiled.len)
		return;
	memcpy(wire, forget, len);
	unspoiled.answer[3] = cc;
	len += frame_message(wire + len, unspoiled.answer, unspoiled.len, 0);
	unspoiled.len = 0;
	if (send(conn, wire, len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		note("cannot send: %s", strerror(errno));
}

static void unspoiled_late(void *arg)
{
	(void)arg;
	unspoiled_answer(CC_TIMEOUT);
}

static void unspoiled_begin(const uint8_t *request)
{
	if (!frame_escapes(request[0]))
		return;
	memcpy(unspoiled.answer, request, 3);
	unspoiled.answer[1] |= 1 << 2;
	unspoiled.len = sizeof(unspoiled.answer);
	timer_start(&unspoiled.timer, QEMU_PATIENCE_MS, unspoiled_late, NULL);
}

static void unspoiled_end(void)
{
	unspoiled.len = 0;
	timer_stop(&unspoiled.timer);
}

/*
 * Only our half is closed: a request that QEMU sends before it has seen that would not be sent,
 * and nobody would answer it.
 */
static void hang_up(void)
{
	if (conn < 0 || leaving)
		return;
	timer_stop(&slow.timer);
	unspoiled_answer(CC_NOT_READY);
	unspoiled_end();
	shutdown(conn, SHUT_WR);
	leaving = true;
	number++;
	note("QEMU is disconnected");
}

static void drop(void)
{
	if (conn < 0)
		return;
	hang_up();
	loop_unwatch(conn);
	close(conn);
	conn = -1;
	leaving = false;
}

void link_send_raw(const uint8_t *bytes, size_t len)
{
	while (conn >= 0 && !leaving && len) {
		ssize_t n = send(conn, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			/* a peer that lets this much pile up is not reading at all */
			note("cannot send: %s", strerror(errno));
			hang_up();
			return;
		}
		bytes += n;
		len -= n;
	}
}

void link_send(const uint8_t *bytes, size_t len, uint8_t wrong)
{
	uint8_t wire[FRAME_WIRE_MAX];

	if (smic_is_open()) {
		smic_send(bytes, len);
		return;
	}
	/* what QEMU does not take for a message leaves the request waiting */
	if (!wrong && len >= sizeof(unspoiled.answer))
		unspoiled_end();
	link_send_raw(wire, frame_message(wire, bytes, len, wrong));
}

void link_send_part(const uint8_t *bytes, size_t len, size_t part)
{
	uint8_t wire[FRAME_WIRE_MAX];
	size_t all = frame_message(wire, bytes, len, 0);

	if (part >= all) {
		part = all;
		unspoiled_end();
	}
	link_send_raw(wire, part);
	link_close(0);
}

static void send_next_byte(void *arg)
{
	(void)arg;
	link_send_raw(slow.bytes + slow.at++, 1);
	if (slow.at < slow.len)
		timer_start(&slow.timer, slow.ms, send_next_byte, NULL);
}

void link_send_slowly(const uint8_t *bytes, size_t len, double ms)
{
	if (smic_is_open()) {
		smic_send(bytes, len);
		return;
	}
	slow.len = frame_message(slow.bytes, bytes, len, 0);
	slow.at = 0;
	slow.ms = ms;
	unspoiled_end();
	send_next_byte(NULL);
}

void link_hw(enum hw command)
{
	uint8_t byte = command, wire[FRAME_WIRE_MAX];

	if (smic_is_open())
		smic_hw(command);
	link_send_raw(wire, frame_command(wire, &byte, 1));
}

static void readable(void *arg)
{
	uint8_t bytes[4096];
	ssize_t n = recv(conn, bytes, sizeof(bytes), MSG_DONTWAIT);

	(void)arg;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		drop();
		return;
	}
	for (ssize_t i = 0; i < n; i++) {
		switch (frame_read(&reader, bytes[i])) {
		case FRAME_MESSAGE:
			unspoiled_begin(reader.bytes);
			if (leaving)
				timer_stop(&unspoiled.timer);
			else
				request_arrived(reader.bytes, reader.len);
			break;
		case FRAME_COMMAND:
			if (reader.bytes[0] != HW_VERSION && reader.bytes[0] != HW_CAPABILITIES)
				note_bytes("hardware command", reader.bytes, reader.len);
			break;
		case FRAME_BAD:
			note_bytes("bad frame", reader.bytes, reader.len);
			break;
		case FRAME_NOT_YET:
			break;
		}
	}
}

static void greet(void)
{
	static const uint8_t version[] = { HW_VERSION, PROTOCOL_VERSION };
	uint8_t wire[FRAME_WIRE_MAX];

	link_send_raw(forget, sizeof(forget));
	link_send_raw(wire, frame_command(wire, version, sizeof(version)));
	flags_tell_all();
}

static void connected(void *arg)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	(void)arg;
	if (fd < 0)
		return;
	drop();
	conn = fd;
	number++;
	memset(&reader, 0, sizeof(reader));
	loop_watch(conn, readable, NULL);
	note("QEMU is connected");
	greet();
	unspoiled_answer(CC_NOT_READY);
}

static void listen_again(void *arg)
{
	(void)arg;
	unlink(address.sun_path);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(listener, 1)) {
		fprintf(stderr, "bmc: %s: %s\n", address.sun_path, strerror(errno));
		exit(1);
	}
	loop_watch(listener, connected, NULL);
}

void link_open(const char *path)
{
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	listen_again(NULL);
}

void link_close(double ms)
{
	if (smic_is_open()) {
		number++;
		smic_close(ms);
		return;
	}
	hang_up();
	if (ms <= 0 || listener < 0)
		return;
	/* a listener that does not accept would still let QEMU in */
	loop_unwatch(listener);
	close(listener);
	listener = -1;
	unlink(address.sun_path);
	timer_start(&closed, ms, listen_again, NULL);
}
