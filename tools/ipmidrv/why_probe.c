// SPDX-License-Identifier: GPL-2.0-only
/*
 * why --probe ADDRESS: is there a BMC's interface at this I/O port? Only its status register is
 * read, which has no side effect: no data register, and nothing is written.
 *
 * KCS (IPMI 2.0, section 9.7): data and command at the address, status one above it. SMIC has its
 * flags two above, BT its control register at the address itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ipmidrv.h"
#include "text.h"
#include "tree.h"
#include "why.h"

#define LOOKS 5
#define LAST_PORT 0xffff

static bool agreed(unsigned long port)
{
	char answer[16];

	fprintf(stderr, "Reads the i/o ports 0x%lx to 0x%lx %d times, and writes nothing. Go on? [y/N] ", port + 1,
		port + 2, LOOKS);
	if (!isatty(STDIN_FILENO)) {
		fprintf(stderr, "\n");
		complain("there is no terminal to ask; -y answers yes");
		return false;
	}
	return fgets(answer, sizeof(answer), stdin) && (*answer == 'y' || *answer == 'Y');
}

/* The status register LOOKS times; false if it cannot be read. *steady: it was the same each time. */
static bool look(unsigned long port, unsigned char *value, bool *steady)
{
	int fd = open(tree_path("/dev/port"), O_RDONLY | O_CLOEXEC);
	unsigned char now;

	if (fd < 0)
		return false;
	*steady = true;
	for (int i = 0; i < LOOKS; i++) {
		if (pread(fd, &now, 1, port) != 1) {
			int error = errno;

			close(fd);
			errno = error ?: EIO;
			return false;
		}
		*steady &= !i || now == *value;
		*value = now;
		if (!tree_is_made_up())
			usleep(10000);
	}
	close(fd);
	return true;
}

static int print(unsigned long port, bool found, const char *what)
{
	char *line = textf("options ipmi_si type=kcs ports=0x%lx", port);
	struct json_object *o;

	if (opt.json) {
		o = json_begin("why --probe");
		json_object_object_add(o, "address", json_object_new_int64(port));
		json_object_object_add(o, "found", json_object_new_boolean(found));
		json_object_object_add(o, "text", json_text(what));
		json_print(o);
	} else {
		say("0x%lx: %s\n", port, what);
		if (found)
			say("\n  Try it:   modprobe -r ipmi_si; modprobe ipmi_si type=kcs ports=0x%lx\n"
			    "  Keep it:  echo '%s' >/etc/modprobe.d/ipmi.conf\n",
			    port, line);
	}
	free(line);
	return found ? STATUS_WELL : STATUS_WRONG;
}

int probe_address(const char *text, bool yes)
{
	static const char *const states[] = { "idle", "reading", "writing", "in error" };
	unsigned char status;
	unsigned long port;
	bool steady;
	char *end;
	int rv;

	errno = 0;
	port = strtoul(text, &end, 0);
	if (!*text || *end || errno || port > LAST_PORT - 2 || !port)
		return usage("--probe %s: not an i/o port; 0xca2 is the usual one", text);
	if (tree_user())
		return needs_root("to read an i/o port");
	if (!yes && !agreed(port))
		return STATUS_WRONG;
	if (!look(port + 1, &status, &steady)) {
		complain("cannot read the port 0x%lx through /dev/port: %s%s", port + 1, strerror(errno),
			 errno == EPERM ? " (a kernel that is locked down does not let anybody)" : "");
		return STATUS_WRONG;
	}
	if (status == 0xff && steady) {
		text = textf("the status register reads 0xff: nothing is there");
		rv = print(port, false, text);
	} else if (!steady) {
		text = textf("the status register changes while nobody uses it (last 0x%02x): not a KCS that is idle", status);
		rv = print(port, false, text);
	} else {
		text = textf("the status register reads 0x%02x: if it is KCS, it is %s%s%s", status, states[status >> 6],
			     status & 1 ? ", has a byte to read" : "", status & 2 ? ", and is busy" : "");
		rv = print(port, true, text);
	}
	free((char *)text);
	return rv;
}
