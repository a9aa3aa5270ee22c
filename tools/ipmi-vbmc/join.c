// SPDX-License-Identifier: GPL-2.0-only
/*
 * See join.h. One loop and one request on the wire at a time: a user's, which the device gives us,
 * or one of the housekeeping (drivers/proto/attn.c), which fetches what the BMC has for the host.
 * Where the BMC is gone, requests are answered with D2h, as QEMU does.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <ipmi/attn.h>
#include <uapi/linux/ipmi_vbmc.h>

#include "frame.h"
#include "join.h"

#define DEVICE "/dev/ipmi-vbmc"
#define ANSWER_MS 5000		/* as the device has it */
#define ROOM_MS 1000
#define RESET_CHECKS 30		/* of the enables, after a reset command, one a second */
#define RESET_CHECK_MS 1000
#define LOOK_MIN_MS 10		/* again, while the BMC shows attention and gives nothing */
#define LOOK_MAX_MS 1000
#define BACK_OFF_MIN_MS 100
#define BACK_OFF_MAX_MS 5000
#define CC_TOO_LONG 0xc6
#define CC_NOT_READY 0xd2

/* Hardware commands of the protocol, those to the host first. */
enum { NO_ATTN = 0, ATTN = 1, ATTN_IRQ = 2, POWER_OFF = 3, RESET = 4, NMI = 7, SHUTDOWN = 9 };
enum { CAPABILITIES = 0x08, HAS_IRQ = 0x04, HAS_ATTN = 0x10, PROTOCOL = 0xff };

struct packet {
	struct ipmi_vbmc_message header;
	uint8_t data[IPMI_VBMC_DATA_MAX];
};

static struct {
	struct sockaddr_storage address;
	socklen_t address_len;
	const char *name;
	int sock, device, number;
	bool connecting, said_gone, ready;
	double next_try, pause;
	struct frame_reader reader;
	struct attn attn;
	bool attn_turn, attention;
	double attn_look, attn_pause;
	enum { IDLE, USER, HOUSEKEEPING } wire;
	uint8_t seq, netfn, cmd;
	__u64 id;
	double due, look;
	unsigned int looks;
	void (*up)(int number);
} j = { .sock = -1, .device = -1 };

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("ipmi-vbmc: ");
	vprintf(format, args);
	printf("\n");
	fflush(stdout);
	va_end(args);
}

const char *join_address(const char *text)
{
	struct sockaddr_un *un = (void *)&j.address;
	struct sockaddr_in *in = (void *)&j.address;
	char *end;
	long port;

	memset(&j.address, 0, sizeof(j.address));
	j.name = text;
	if (!strncmp(text, "unix:", 5)) {
		if (!text[5] || strlen(text + 5) >= sizeof(un->sun_path))
			return "the path is empty, or longer than a socket's may be";
		un->sun_family = AF_UNIX;
		strcpy(un->sun_path, text + 5);
		j.address_len = sizeof(*un);
		return NULL;
	}
	if (strncmp(text, "tcp:", 4))
		return "it is neither unix:PATH nor tcp:PORT";
	port = strtol(text + 4, &end, 10);
	if (*end || port < 1 || port > 65535)
		return "there is no such port; it is one of this machine, 1 to 65535";
	in->sin_family = AF_INET;
	in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	in->sin_port = htons(port);
	j.address_len = sizeof(*in);
	return NULL;
}

static void give(int type, __u64 id, const uint8_t *data, size_t len)
{
	size_t whole = len;
	struct packet p = { .header = { .id = id, .type = type, .length = len } };
	struct pollfd room = { .fd = j.device, .events = POLLOUT };

	/* as a driver does: an answer that is too long comes cut off, and says so */
	if (len > sizeof(p.data))
		len = p.header.length = sizeof(p.data);
	if (len)
		memcpy(p.data, data, len);
	if (whole > len && type == IPMI_VBMC_ANSWER)
		p.data[2] = CC_TOO_LONG;
	/* what is refused otherwise comes too late, or is none of the device's business */
	while (write(j.device, &p, sizeof(p.header) + len) < 0 && errno == EAGAIN)
		poll(&room, 1, ROOM_MS);
}

static void refuse(void)
{
	const uint8_t rsp[] = { j.netfn | 4, j.cmd, CC_NOT_READY };

	give(IPMI_VBMC_ANSWER, j.id, rsp, sizeof(rsp));
}

static void gone(const char *why)
{
	if (j.sock >= 0)
		close(j.sock);
	j.sock = -1;
	if (j.ready && !j.said_gone)
		say("the BMC at %s is gone (%s); requests fail until it is back", j.name, why);
	else if (!j.said_gone)
		say("waiting for the BMC at %s (%s)", j.name, why);
	j.said_gone = true;
	j.ready = j.attention = false;
	if (j.wire == USER)
		refuse();
	else if (j.wire == HOUSEKEEPING)
		attn_failed(&j.attn);
	j.wire = IDLE;
	j.pause = j.pause ? j.pause * 2 : BACK_OFF_MIN_MS;
	if (j.pause > BACK_OFF_MAX_MS)
		j.pause = BACK_OFF_MAX_MS;
	j.next_try = now_ms() + j.pause;
}

static void put(const uint8_t *bytes, size_t len)
{
	/* a peer that lets a few hundred bytes pile up does not read at all */
	if (j.sock >= 0 && send(j.sock, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)len)
		gone(strerror(errno));
}

static void hardware(const uint8_t *bytes, size_t len)
{
	uint8_t wire[FRAME_WIRE_MAX];

	put(wire, frame_command(wire, bytes, len));
}

static void try(void)
{
	static const uint8_t version[] = { PROTOCOL, 1 }, able[] = { CAPABILITIES, HAS_IRQ | HAS_ATTN };

	j.sock = socket(j.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (j.sock < 0 || connect(j.sock, (struct sockaddr *)&j.address, j.address_len)) {
		gone(strerror(errno));
		return;
	}
	say("connected to the BMC at %s", j.name);
	memset(&j.reader, 0, sizeof(j.reader));
	j.said_gone = false;
	j.ready = true;
	j.attention = false;
	j.attn_pause = LOOK_MIN_MS;
	j.attn = (struct attn){ .has_events = true,
				.due = ATTN_DUE_CLEAR | ATTN_DUE_ENABLES | ATTN_DUE_FLAGS };
	hardware(version, sizeof(version));
	hardware(able, sizeof(able));
}

/* NetFn and LUN, command, data go to the BMC. */
static void ask(const uint8_t *rq, size_t len)
{
	uint8_t bytes[1 + IPMI_VBMC_DATA_MAX], wire[FRAME_WIRE_MAX];

	/* QEMU's way of reading spoils some numbers, so it takes none that needs an escape */
	do
		j.seq++;
	while (frame_escapes(j.seq));
	bytes[0] = j.seq;
	memcpy(bytes + 1, rq, len);
	j.due = now_ms() + ANSWER_MS;
	put(wire, frame_message(wire, bytes, len + 1, 0));
}

static bool next_user(void)
{
	struct packet p;
	ssize_t n = read(j.device, &p, sizeof(p));

	if (n < 0)
		return false;
	if (p.header.type == IPMI_VBMC_UP) {
		say("/dev/ipmi%d is there", j.number);
		if (j.up)
			j.up(j.number);
	}
	if (p.header.type != IPMI_VBMC_REQUEST)
		return true;
	j.attn_turn = true;
	j.id = p.header.id;
	j.netfn = p.data[0];
	j.cmd = p.data[1];
	if (!j.ready) {
		refuse();
		return true;
	}
	j.wire = USER;
	ask(p.data, p.header.length);
	return true;
}

/*
 * Attention lasts until the BMC takes it back, but it is told of only as it begins: an event whose
 * fetching has failed is still there. So it is looked at again, later each time nothing comes of it.
 */
static void look_again(void)
{
	j.attn_look = now_ms() + j.attn_pause;
	j.attn_pause = j.attn_pause * 2 < LOOK_MAX_MS ? j.attn_pause * 2 : LOOK_MAX_MS;
}

static bool next_housekeeping(void)
{
	uint8_t rq[ATTN_REQUEST_MAX];
	unsigned int n;

	j.attn_turn = false;
	if (!j.ready)
		return false;
	n = attn_next(&j.attn, rq);
	if (!n)
		return false;
	if (j.attn.asked == IPMI_GET_MSG_FLAGS_CMD)
		look_again();
	j.wire = HOUSEKEEPING;
	ask(rq, n);
	return true;
}

/* A user's request and housekeeping take turns while both want the wire. */
static void next(void)
{
	bool more = true;

	while (more && j.wire == IDLE)
		more = j.attn_turn ? next_housekeeping() || next_user() :
				     next_user() || next_housekeeping();
}

static void answered(const uint8_t *bytes, size_t len)
{
	const uint8_t *rsp = bytes + 1;

	len--;
	if (j.wire == IDLE || bytes[0] != j.seq)
		return;
	/* a BMC that talks sense may be tried at once if it goes */
	j.pause = 0;
	if (j.wire == USER) {
		j.wire = IDLE;
		if (attn_is_reset(rsp, len)) {
			j.looks = RESET_CHECKS;
			j.look = now_ms() + RESET_CHECK_MS;
		}
		give(IPMI_VBMC_ANSWER, j.id, rsp, len);
		return;
	}
	j.wire = IDLE;
	switch (attn_answer(&j.attn, rsp, len)) {
	case ATTN_MESSAGE:
		j.attn_pause = LOOK_MIN_MS;
		give(IPMI_VBMC_MESSAGE, 0, rsp + 3, len - 3);
		break;
	case ATTN_EVENT:
		j.attn_pause = LOOK_MIN_MS;
		give(IPMI_VBMC_EVENT, 0, rsp + 3, 16);
		break;
	case ATTN_PRETIMEOUT:
		give(IPMI_VBMC_PRETIMEOUT, 0, NULL, 0);
		break;
	case ATTN_NOTHING:
		break;
	}
}

static void command(const uint8_t *bytes)
{
	static const char *const wants[] = {
		[POWER_OFF] = "power this machine off", [RESET] = "reset this machine",
		[NMI] = "raise an NMI", [SHUTDOWN] = "shut this machine down",
	};
	unsigned int what = bytes[0];

	if (what == ATTN || what == ATTN_IRQ) {
		j.attention = true;
		j.attn_pause = LOOK_MIN_MS;
		j.attn.due |= ATTN_DUE_FLAGS;
	} else if (what == NO_ATTN) {
		j.attention = false;
	} else if (what < ARRAY_SIZE(wants) && wants[what]) {
		say("the BMC wants to %s: nothing is done", wants[what]);
	}
}

static void receive(void)
{
	uint8_t bytes[4096];
	ssize_t n = recv(j.sock, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		gone(n ? strerror(errno) : "it has closed the connection");
		return;
	}
	for (ssize_t i = 0; i < n && j.sock >= 0; i++) {
		switch (frame_read(&j.reader, bytes[i])) {
		case FRAME_MESSAGE:
			answered(j.reader.bytes, j.reader.len);
			next();
			break;
		case FRAME_COMMAND:
			command(j.reader.bytes);
			break;
		case FRAME_NOT_YET:
		case FRAME_BAD:
			break;
		}
	}
}

/* What is due by time: the time to the next of it. */
static int times(void)
{
	double t = now_ms(), end;

	if (j.wire != IDLE && t >= j.due) {
		if (j.wire == HOUSEKEEPING)
			attn_failed(&j.attn);
		j.wire = IDLE;
	}
	if (j.sock < 0 && t >= j.next_try)
		try();
	if (j.looks && t >= j.look) {
		j.attn.due |= ATTN_DUE_FLAGS | ATTN_DUE_ENABLES;
		j.look = t + RESET_CHECK_MS;
		j.looks--;
	}
	if (j.attention && !attn_wants(&j.attn) && t >= j.attn_look)
		j.attn.due |= ATTN_DUE_FLAGS;
	end = j.looks ? j.look : t + ROOM_MS;
	if (j.attention && !attn_wants(&j.attn) && j.attn_look < end)
		end = j.attn_look;
	if (j.wire != IDLE && j.due < end)
		end = j.due;
	if (j.sock < 0 && j.next_try < end)
		end = j.next_try;
	return end > t ? (int)(end - t) + 1 : 0;
}

static int make(unsigned char slave_addr)
{
	struct ipmi_vbmc_create create = { .slave_addr = slave_addr };

	j.device = open(DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (j.device < 0) {
		int error = errno;

		say("%s cannot be opened: %s%s", DEVICE, strerror(error),
		    error == ENOENT ? "; load its module: modprobe ipmi_vbmc" :
		    error == EACCES ? "; this needs root" : "");
		return error == EACCES || error == EPERM ? NEEDS_ROOT : SOMETHING_WRONG;
	}
	if (ioctl(j.device, IPMI_VBMC_CREATE, &create)) {
		say("no interface can be made: %s%s", strerror(errno),
		    errno == ENOSPC ? "; there are 64 already" : "");
		return SOMETHING_WRONG;
	}
	j.number = create.number;
	return ALL_WELL;
}

int join_run(unsigned char slave_addr, void (*up)(int number), const volatile bool *stop)
{
	int rv;

	j.up = up;
	while (!*stop) {
		struct pollfd fds[] = {
			{ .fd = j.device, .events = j.wire == IDLE ? POLLIN : 0 },
			{ .fd = j.sock, .events = POLLIN },
		};
		int ms = times();

		/* The interface comes with the BMC, and stays if that goes. */
		if (j.device < 0 && j.ready) {
			rv = make(slave_addr);
			if (rv)
				return rv;
		}
		fds[0].fd = j.device;
		fds[1].fd = j.sock;
		next();
		fds[0].events = j.wire == IDLE ? POLLIN : 0;
		if (poll(fds, 2, ms) < 0 && errno != EINTR)
			break;
		if (fds[0].revents & (POLLHUP | POLLERR)) {
			say("there is no /dev/ipmi%d: the BMC at %s did not say who it is; the kernel's log tells more (dmesg)",
			    j.number, j.name);
			return SOMETHING_WRONG;
		}
		if (fds[1].revents)
			receive();
	}
	say("/dev/ipmi%d goes", j.number);
	return ALL_WELL;
}
