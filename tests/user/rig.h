/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rig: a machine, a fake BMC and the wait plan, run as si/engine.c and
 * si/pace.c run them, in simulated time.
 */
#ifndef TESTS_USER_RIG_H
#define TESTS_USER_RIG_H

#include <ipmi/wait.h>

#include "../fake/fake.h"

/**
 * struct rig - one interface
 * @m: the machine
 * @b: the BMC
 * @hist: what the wait plan has learned
 * @facts: what it is told
 * @busy_polling: never wait, to compare with
 * @timer_late_us: how late a sleep ends
 * @took_ns: the last request: from start() to the end
 * @cpu_ns: of it, with the CPU in use: looks, spins, 8 us for a sleep
 * @looks: of it, calls of step()
 * @sleeps: of it
 * @cc: what start() returned
 * @rsp: the answer, if there is one
 * @rsp_len: its length
 */
struct rig {
	struct ipmi_machine *m;
	struct fake_bmc *b;
	struct wait_history hist;
	struct wait_facts facts;
	bool busy_polling;
	u32 timer_late_us;

	u64 took_ns;
	u64 cpu_ns;
	unsigned int looks;
	unsigned int sleeps;
	u8 cc;
	u8 rsp[FAKE_MAX];
	unsigned int rsp_len;
};

void rig_init(struct rig *r, const struct ipmi_machine_ops *ops, struct fake_bmc *b);
void rig_free(struct rig *r);
enum ipmi_step rig_run(struct rig *r, const u8 *req, unsigned int n);
bool rig_right(struct rig *r, const u8 *req, unsigned int n);
unsigned int rig_request(u8 *req, unsigned int n);
unsigned int rig_transact(struct rig *r, unsigned int n, unsigned int m);
void rig_endless(void (*make)(struct rig *r));

/**
 * struct fault_case - a fault, and what a request that meets it may come to
 * @name: its name
 * @fault: the fault; @at and @for_us are filled in for each run
 * @causes: BIT(enum ipmi_cause) of those that may be given
 * @harmless: a request ends well if the fault passes within 300 ms
 * @lies: an answer may be wrong, as the host cannot see that it is
 * @cuts: an answer may be cut, as the host cannot see that there was more
 * @once: it strikes once; a request not handed over then is tried again
 */
struct fault_case {
	const char *name;
	struct fake_fault fault;
	u32 causes;
	bool harmless;
	bool lies;
	bool cuts;
	bool once;
};

void faults_run(const struct fault_case *cases, unsigned int count,
		void (*make)(struct rig *r, unsigned int variant), unsigned int variants);
void faults_brief_try(void (*make)(struct rig *r, unsigned int variant), u8 busy);

#endif /* TESTS_USER_RIG_H */
