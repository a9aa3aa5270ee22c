/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fake BMCs behind the register seam (struct ipmi_regs), with named faults.
 *
 * Used by tests/user in simulated time and, because nothing here needs more
 * than <ipmi/machine.h>, by whatever else brings a clock: set now_ns before an
 * access. No lock: one caller at a time.
 */
#ifndef TESTS_FAKE_H
#define TESTS_FAKE_H

#include <ipmi/machine.h>

/* Longer than any message, so that a fake can answer too much. */
#define FAKE_MAX 1024
#define FAKE_MARKS 16

/**
 * enum fake_fault_kind - what can go wrong
 * @FAKE_OK: nothing
 * @FAKE_BITS: bits of the status register are stuck
 * @FAKE_GARBAGE: the status register reads as noise
 * @FAKE_ONES: nobody drives the bus: reads give all ones, writes get lost
 * @FAKE_ZEROS: the same with a bus that is pulled down
 * @FAKE_FREEZE: the firmware stops; the hardware bits go on
 * @FAKE_LOST: writes get lost
 * @FAKE_CORRUPT: data bytes of the answer are wrong
 * @FAKE_RESET: the BMC starts anew, at once
 * @FAKE_REBOOT: it starts anew, and the bus reads all ones while it does
 * @FAKE_ERROR: the BMC gives up this transfer and says so
 */
enum fake_fault_kind {
	FAKE_OK,
	FAKE_BITS,
	FAKE_GARBAGE,
	FAKE_ONES,
	FAKE_ZEROS,
	FAKE_FREEZE,
	FAKE_LOST,
	FAKE_CORRUPT,
	FAKE_RESET,
	FAKE_REBOOT,
	FAKE_ERROR,
};

/**
 * struct fake_fault - one fault
 * @kind: what
 * @at: the register access at which it strikes, the next one is 0
 * @for_us: how long it lasts, 0 = until fake_heal()
 * @set: FAKE_BITS: bits that read as 1
 * @clear: FAKE_BITS: bits that read as 0
 * @code: FAKE_ERROR: the BMC's error code
 */
struct fake_fault {
	enum fake_fault_kind kind;
	unsigned int at;
	u32 for_us;
	u8 set;
	u8 clear;
	u8 code;
};

struct fake_bmc;

/**
 * struct fake_ops - one kind of interface
 * @status: the register that FAKE_BITS and FAKE_GARBAGE mean
 * @data: the register that FAKE_CORRUPT means
 * @read: the host reads
 * @write: the host writes
 * @run: the firmware runs, up to now_ns
 * @reset: power on
 * @error: FAKE_ERROR strikes
 */
struct fake_ops {
	unsigned int status;
	unsigned int data;
	u8 (*read)(struct fake_bmc *b, unsigned int reg);
	void (*write)(struct fake_bmc *b, unsigned int reg, u8 val);
	void (*run)(struct fake_bmc *b);
	void (*reset)(struct fake_bmc *b);
	void (*error)(struct fake_bmc *b, u8 code);
};

/**
 * struct fake_bmc - what all fakes have
 * @regs: give this to a machine
 * @ops: the kind
 * @now_ns: the time; each access adds @access_ns
 * @access_ns: what an access costs
 * @byte_us: from a byte written by the host to the firmware's taking it
 * @think_us: from a request to its answer
 * @think: if not NULL, says so for each request instead
 * @accesses: register accesses so far
 * @data_reads: of them, reads of the data register
 * @empty_reads: of them, reads of it while it held nothing
 * @executed: requests executed so far
 * @marks: what they were, see fake_mark(), of the last FAKE_MARKS
 * @seed: of the noise
 * @fault: what goes wrong
 * @struck: it has begun
 * @fault_end_ns: then it ends
 * @strike_at: in accesses
 * @answer_len: bytes of an answer after its header, completion code included;
 *	negative: not even the whole header
 * @answer_forever: and it never ends
 * @canned: an answer to give instead, NetFn included
 * @canned_len: its length, 0 = none
 * @req: the last request
 * @req_len: its length
 * @rsp: its answer
 * @rsp_len: its length
 */
struct fake_bmc {
	struct ipmi_regs regs;
	const struct fake_ops *ops;
	u64 now_ns;
	u32 access_ns;
	u32 byte_us;
	u32 think_us;
	u32 (*think)(struct fake_bmc *b);
	unsigned int accesses;
	unsigned int data_reads;
	unsigned int empty_reads;
	unsigned int executed;
	u32 marks[FAKE_MARKS];
	u32 seed;
	struct fake_fault fault;
	bool struck;
	u64 fault_end_ns;
	unsigned int strike_at;
	int answer_len;
	bool answer_forever;
	u8 canned[16];
	unsigned int canned_len;
	u8 req[FAKE_MAX];
	unsigned int req_len;
	u8 rsp[FAKE_MAX];
	unsigned int rsp_len;
};

/**
 * struct fake_kcs - a KCS BMC
 * @b: what all fakes have; must be first
 * @dummy: it raises OBF for a dummy byte at each step of the write phase
 * @end_dummy: it raises OBF for the dummy byte that ends an answer
 * @holds_ibf: it takes the last request byte only when the answer is ready
 * @wants_obf_clear: it takes no byte before the host took the dummy byte
 * @late_us: its state bits lag so far behind IBF
 * @obf_late_us: OBF lags so far behind IBF
 * @aborts: times it was told to abort
 *
 * The rest is the firmware's own.
 */
struct fake_kcs {
	struct fake_bmc b;
	bool dummy;
	bool end_dummy;
	bool holds_ibf;
	bool wants_obf_clear;
	u32 late_us;
	u32 obf_late_us;
	unsigned int aborts;

	u8 status;
	u8 data_in;
	u8 data_out;
	u8 next_out;
	u8 next_state;
	u8 code;
	int phase;
	unsigned int sent;
	u64 in_ns;
	u64 think_ns;
	u64 state_ns;
	u64 out_ns;
};

/**
 * struct fake_smic - a SMIC BMC
 * @b: what all fakes have; must be first
 * @holds_busy: BUSY stays until the answer is ready
 *
 * The rest is the firmware's own.
 */
struct fake_smic {
	struct fake_bmc b;
	bool holds_busy;

	u8 data;
	u8 control;
	u8 status;
	u8 flags;
	int phase;
	unsigned int sent;
	u64 busy_ns;
	u64 think_ns;
};

/**
 * struct fake_bt - a BT BMC
 * @b: what all fakes have; must be first
 * @holds_b_busy: B_BUSY is set until the answer is ready
 * @wrong_seq: answers bear another sequence number
 * @resets: times BMC_HWRST was written
 * @overruns: FIFO reads beyond what is in it
 *
 * The rest is the firmware's own.
 */
struct fake_bt {
	struct fake_bmc b;
	bool holds_b_busy;
	bool wrong_seq;
	unsigned int resets;
	unsigned int overruns;

	u8 ctrl;
	u8 intmask;
	u8 in[260];
	unsigned int in_len;
	u8 out[260];
	unsigned int out_len;
	unsigned int out_pos;
	u8 seq;
	u64 take_ns;
	u64 think_ns;
};

void fake_init(struct fake_bmc *b, const struct fake_ops *ops);
void fake_inject(struct fake_bmc *b, const struct fake_fault *fault);
void fake_heal(struct fake_bmc *b);
u32 fake_random(struct fake_bmc *b);
u32 fake_mark(const u8 *req, unsigned int n);
unsigned int fake_executions(const struct fake_bmc *b, const u8 *req, unsigned int n);
u32 fake_execute(struct fake_bmc *b);
unsigned int fake_answer(const struct fake_bmc *b, const u8 *req, unsigned int n, u8 *rsp);
u8 fake_answer_byte(const struct fake_bmc *b, unsigned int i);
bool fake_answer_ends(const struct fake_bmc *b, unsigned int i);

void fake_kcs_init(struct fake_kcs *k);
void fake_kcs_attention(struct fake_kcs *k, bool on, bool dummy);
void fake_smic_init(struct fake_smic *s);
void fake_smic_attention(struct fake_smic *s, bool on);
void fake_bt_init(struct fake_bt *t);
void fake_bt_attention(struct fake_bt *t);
void fake_bt_stale(struct fake_bt *t, u8 seq);

#endif /* TESTS_FAKE_H */
