/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Seam 3, engine <-> protocol machine, and seam 4, machine <-> registers.
 *
 * A machine moves one request over a register interface (KCS, SMIC or BT) and
 * brings its answer back. It never sleeps, never reads a clock, takes no lock
 * and knows no log: the engine calls step() until it says how things stand,
 * and tells it how much time has passed. Above the seam only return values
 * come up. One machine has one caller at a time; who that is, is the engine's
 * business (si->pump).
 */
#ifndef IPMI_MACHINE_H
#define IPMI_MACHINE_H

#include <ipmi/pure.h>

/* The largest message of either direction, NetFn/LUN and command included. */
#define IPMI_MACHINE_MAX IPMI_MAX_MSG_LENGTH

/**
 * struct ipmi_regs - seam 4: the registers of one system interface
 * @read: read register @reg (0 .. nregs - 1), already shifted and masked
 * @write: write @val to register @reg
 * @read_all: read register @reg @n times into @bytes; NULL = by @read
 * @write_all: write @n @bytes to register @reg, one after the other; NULL = by @write
 *
 * The last two are for a register with a FIFO behind it.
 *
 * Embedded in whatever knows how to reach the hardware (si/io.c) or plays it
 * (tests/fake). Context: any in which the owner's bus may be touched; no
 * sleeping.
 */
struct ipmi_regs {
	u8 (*read)(const struct ipmi_regs *regs, unsigned int reg);
	void (*write)(const struct ipmi_regs *regs, unsigned int reg, u8 val);
	void (*read_all)(const struct ipmi_regs *regs, unsigned int reg, u8 *bytes,
			 unsigned int n);
	void (*write_all)(const struct ipmi_regs *regs, unsigned int reg, const u8 *bytes,
			  unsigned int n);
};

/**
 * enum ipmi_step - what step() found
 * @IPMI_STEP_AGAIN: progress was made; call step() again at once
 * @IPMI_STEP_SOON: a byte handshake is outstanding; the BMC's hardware or
 *	firmware usually needs microseconds
 * @IPMI_STEP_TICK: the request is with the BMC, which is thinking; its answer
 *	usually takes milliseconds
 * @IPMI_STEP_DONE: the answer is complete; fetch it with result()
 * @IPMI_STEP_IDLE: no request is in the machine and the BMC wants nothing
 * @IPMI_STEP_ATTN: no request is in the machine and the BMC asks for
 *	attention (SMS_ATN)
 * @IPMI_STEP_FAILED: the request failed; failure() says where and why, and
 *	result() will return nothing
 *
 * After DONE and FAILED the machine is idle again and takes the next start().
 */
enum ipmi_step {
	IPMI_STEP_AGAIN,
	IPMI_STEP_SOON,
	IPMI_STEP_TICK,
	IPMI_STEP_DONE,
	IPMI_STEP_IDLE,
	IPMI_STEP_ATTN,
	IPMI_STEP_FAILED,
};

/**
 * enum ipmi_phase - where in a transaction a failure struck
 * @IPMI_PHASE_IDLE: between transactions
 * @IPMI_PHASE_START: getting the interface to accept a request
 * @IPMI_PHASE_WRITE: writing the request
 * @IPMI_PHASE_WRITE_END: handing over its last byte
 * @IPMI_PHASE_THINK: waiting for the answer to begin
 * @IPMI_PHASE_READ: reading the answer
 * @IPMI_PHASE_READ_END: the closing handshake
 * @IPMI_PHASE_ABORT: error recovery (KCS: GET_STATUS/ABORT)
 * @IPMI_PHASES: how many there are
 */
enum ipmi_phase {
	IPMI_PHASE_IDLE,
	IPMI_PHASE_START,
	IPMI_PHASE_WRITE,
	IPMI_PHASE_WRITE_END,
	IPMI_PHASE_THINK,
	IPMI_PHASE_READ,
	IPMI_PHASE_READ_END,
	IPMI_PHASE_ABORT,
	IPMI_PHASES,
};

/**
 * enum ipmi_cause - what went wrong there
 * @IPMI_CAUSE_NONE: nothing
 * @IPMI_CAUSE_ABSENT: every register reads as all ones: nothing decodes the
 *	address, or the BMC is gone
 * @IPMI_CAUSE_BUSY: the BMC did not take what the host wrote in time (KCS: IBF
 *	stayed set; SMIC: BUSY; BT: B_BUSY or H2B_ATN)
 * @IPMI_CAUSE_SILENT: the BMC took it and did not answer in time (KCS: OBF
 *	stayed clear; BT: no B2H_ATN)
 * @IPMI_CAUSE_STATE: the BMC showed a state the protocol does not allow here
 * @IPMI_CAUSE_ERROR: the BMC showed its error state or reported an error code
 * @IPMI_CAUSE_TOO_SHORT: the answer has no completion code
 * @IPMI_CAUSE_TOO_LONG: the answer does not end
 * @IPMI_CAUSE_WRONG: the answer is one to something else
 * @IPMI_CAUSES: how many there are
 */
enum ipmi_cause {
	IPMI_CAUSE_NONE,
	IPMI_CAUSE_ABSENT,
	IPMI_CAUSE_BUSY,
	IPMI_CAUSE_SILENT,
	IPMI_CAUSE_STATE,
	IPMI_CAUSE_ERROR,
	IPMI_CAUSE_TOO_SHORT,
	IPMI_CAUSE_TOO_LONG,
	IPMI_CAUSE_WRONG,
	IPMI_CAUSES,
};

/**
 * struct ipmi_failure - where and how a request failed
 * @phase: where it struck
 * @cause: what it was
 * @status: the status register as last read
 * @code: the BMC's own error code, if it gave one (KCS: answer to GET_STATUS)
 * @executed: the BMC may have executed the request: its last byte was handed
 *	over. While false the machine itself may have tried again.
 * @dead: recovery did not bring the interface back to idle either
 */
struct ipmi_failure {
	enum ipmi_phase phase;
	enum ipmi_cause cause;
	u8 status;
	u8 code;
	bool executed;
	bool dead;
};

struct ipmi_machine;

/**
 * struct ipmi_machine_ops - seam 3: one kind of system interface
 * @name: "kcs", "smic" or "bt", as in the type attribute and module parameter
 * @nregs: registers it uses
 * @status_reg: the one of them that present() reads
 * @size: bytes the engine allocates for its state, zeroed
 * @step_timeout_us: how long one byte handshake may take
 * @answer_timeout_us: how long the BMC may think
 * @message_timeout_us: the bound: from start() to DONE or FAILED, recovery and
 *	retries included, whatever the BMC does
 * @init: set up @m over @regs; touches no register
 * @present: false if no such interface can be here (all ones). Reads only.
 * @start: take a request of @n bytes (NetFn/LUN, command, data). Returns an
 *	IPMI completion code: 0, 0xc7 too short, 0xc8 too long (or longer than
 *	this interface can carry), 0xff not idle. Touches no register.
 * @step: look at the registers and move on, see &enum ipmi_step. @elapsed_us is
 *	the time since the last call; at least one look is taken before a
 *	time-out strikes, so an oversleeping caller does no harm.
 * @run: step() again and again, the first time with @elapsed_us, for as long as it returns AGAIN,
 *	and @looks times at most, which are at least one. Sets @looks to how many were left.
 * @result: after DONE, copy the answer (NetFn/LUN, command, completion code,
 *	data) to @rsp, at most @cap bytes, and return its length. An answer longer
 *	than &IPMI_MACHINE_MAX is cut, its completion code becomes 0xc6.
 * @failure: after FAILED, the story; valid until the next start().
 * @forget: whoever drove the machine was stopped anywhere in it, and is gone: forget the
 *	request. The next one finds the interface in the middle of something, and recovers it.
 *	Touches no register.
 * @asserts: has the interface a reason to interrupt? Reads only, and only what reading
 *	does not change; the one function that may be called beside the others
 * @told: NULL, or: an interrupt has come while a byte is waited for, and it is relied upon to come
 *	for each. If it tells of a byte that is neither the first nor the last of a message, take
 *	it, ask for the next one without looking for that, and return true: step() would have
 *	returned SOON. Else return false, and nothing was done but that the status was read. The
 *	time that this takes is told to the next step().
 * @irq: NULL, or the interface's own interrupt enable (BT): before the first
 *	interrupt is waited for, and again after each one and after a BMC's reset,
 *	with true, which also acknowledges what is pending; with false at the end
 */
struct ipmi_machine_ops {
	const char *name;
	unsigned int nregs;
	unsigned int status_reg;
	size_t size;
	u32 step_timeout_us;
	u32 answer_timeout_us;
	u32 message_timeout_us;
	void (*init)(struct ipmi_machine *m, const struct ipmi_regs *regs);
	bool (*present)(struct ipmi_machine *m);
	u8 (*start)(struct ipmi_machine *m, const u8 *req, unsigned int n);
	enum ipmi_step (*step)(struct ipmi_machine *m, u32 elapsed_us);
	enum ipmi_step (*run)(struct ipmi_machine *m, u32 elapsed_us, unsigned int *looks);
	unsigned int (*result)(struct ipmi_machine *m, u8 *rsp, unsigned int cap);
	const struct ipmi_failure *(*failure)(const struct ipmi_machine *m);
	void (*forget)(struct ipmi_machine *m);
	bool (*asserts)(const struct ipmi_machine *m);
	bool (*told)(struct ipmi_machine *m);
	void (*irq)(struct ipmi_machine *m, bool on);
};

/**
 * struct ipmi_machine - what every machine's state begins with
 * @ops: its kind
 * @regs: its registers
 * @patience_us: how long the caller wants to wait for the BMC once that has the request
 *	that is started next; 0 = for as long as the machine does, which is the most. For
 *	a request that is only to find out whether the BMC is there, and asks again.
 */
struct ipmi_machine {
	const struct ipmi_machine_ops *ops;
	const struct ipmi_regs *regs;
	u32 patience_us;
};

extern const struct ipmi_machine_ops ipmi_kcs_ops;
extern const struct ipmi_machine_ops ipmi_smic_ops;
extern const struct ipmi_machine_ops ipmi_bt_ops;

const char *ipmi_phase_name(enum ipmi_phase phase);
const char *ipmi_cause_name(enum ipmi_cause cause);

#endif /* IPMI_MACHINE_H */
