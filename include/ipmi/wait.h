/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The wait plan: how long to wait before the next look at a BMC.
 *
 * Pure arithmetic on facts, a verdict and a history; si/pace.c is the only
 * caller in the kernel and the only place that waits. The plan spins a few
 * microseconds at a byte handshake, sleeps for the command's usual answer time
 * when the BMC thinks, and backs off in proportion to what it has waited
 * already: an oversleep is then always a small fraction of the wait, whatever
 * the BMC does, so an erratic one costs looks and not latency. Nothing here is
 * ever learned as a single constant.
 */
#ifndef IPMI_WAIT_H
#define IPMI_WAIT_H

#include <ipmi/machine.h>

/* Answer times are remembered per command, in this many slots (a power of 2). */
#define WAIT_SLOTS 32

/**
 * struct wait_history - what was measured on an interface, all times in us
 * @byte_us: the usual byte handshake, 0 = not known
 * @nap_us: the sleep to ask for so that it ends after @byte_us: shorter by what
 *	this machine's timers are late; wait.c's own
 * @napless: timers are too late for that; wait.c's own
 * @bytes: byte handshakes since @byte_us was last measured; wait.c's own
 * @told: how many byte handshakes in a row an interrupt has told of; negative, how many there are
 *	to be before that is tried again; wait.c's own
 * @answer_us: when to look for an answer first, per slot, 0 = not known: seldom much
 *	too late, and right at once where the BMC always needs the same time
 * @streak: how often in a row the answer was there by then, or, negative, not even at the
 *	second look, per slot; wait.c's own
 *
 * All zeros to begin with.
 */
struct wait_history {
	u32 byte_us;
	u32 nap_us;
	bool napless;
	u32 bytes;
	s16 told;
	u32 answer_us[WAIT_SLOTS];
	s8 streak[WAIT_SLOTS];
};

/**
 * struct wait_facts - what is true of the interface now
 * @irq: an interrupt that is known to work ends the wait early
 * @fast: maintenance mode: latency counts more than CPU
 * @busy_us: kipmid_max_busy_us: the most the plan may spin per wait; 0 = the
 *	plan's own few microseconds
 */
struct wait_facts {
	bool irq;
	bool fast;
	u32 busy_us;
};

/**
 * enum wait_how - the means of waiting
 * @WAIT_SPIN: look again after @us of busy waiting
 * @WAIT_SLEEP: sleep @us on a high-resolution timer
 * @WAIT_EVENT: sleep until kicked (new work, interrupt), at most @us; @us = 0
 *	means without a time-out (nothing is outstanding)
 */
enum wait_how { WAIT_SPIN, WAIT_SLEEP, WAIT_EVENT };

struct wait_plan {
	enum wait_how how;
	u32 us;
};

unsigned int wait_slot(u8 netfn_lun, u8 cmd);
struct wait_plan wait_plan(const struct wait_history *hist, const struct wait_facts *facts,
			   enum ipmi_step verdict, unsigned int slot, u32 waited_us);
void wait_learn(struct wait_history *hist, enum ipmi_step verdict, unsigned int slot,
		u32 waited_us, unsigned int looks, bool told);

#endif /* IPMI_WAIT_H */
