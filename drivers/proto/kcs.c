// SPDX-License-Identifier: GPL-2.0-only
/*
 * The KCS machine: one request over a keyboard-controller-style interface.
 *
 * Called by si/engine.c through ipmi_kcs_ops and by the user-space tests, one
 * caller at a time; pure, so no lock and no clock. The states are those of the
 * flow diagrams of IPMI 2.0, section 9.15. A step is one look at the status
 * register, which serves the tests for IBF, state and OBF together, and what
 * the diagram does next: N request and M answer bytes cost 2N+3M+5 accesses,
 * and two more where the BMC raises OBF for dummy bytes.
 */
#include <ipmi/machine.h>

enum kcs_reg {
	KCS_DATA,	/* Data_Out, Data_In */
	KCS_STATUS,	/* Status, Command */
	KCS_NREGS,
};

#define KCS_OBF		BIT(0)
#define KCS_IBF		BIT(1)
#define KCS_SMS_ATN	BIT(2)
#define KCS_NOTHING	0xff	/* no BMC shows this; a bus nobody drives does */

#define KCS_CMD_GET_STATUS	0x60	/* and abort */
#define KCS_CMD_WRITE_START	0x61
#define KCS_CMD_WRITE_END	0x62
#define KCS_DATA_READ		0x68
#define KCS_DUMMY		0x00	/* what firmware usually puts there */

/* The bounds, all in us; they add up to less than message_timeout_us. */
#define KCS_WAIT_US		5000000	/* one wait for IBF or OBF */
#define KCS_TRANSFER_US		5400000	/* all tries, until recovery begins for the last time */
#define KCS_ABORT_US		400000	/* recovery, all of one message */
#define KCS_ABORT_WAIT_US	100000	/* one wait in recovery */
#define KCS_MESSAGE_US		6000000
#define KCS_ABSENT_US		100000	/* all ones that long: nobody is there */
#define KCS_LATE_US		10000	/* state bits that lag behind IBF */
#define KCS_ELAPSED_US		1000000	/* a caller that slept longer costs the BMC no more */

#define KCS_TRIES	3	/* of a request that was not yet handed over */
#define KCS_ABORTS	3	/* of recovery, each time */
#define KCS_SURPLUS_MAX	256	/* bytes dropped before an answer counts as endless */

/* What bits 7:6 of the status say. */
enum kcs_field {
	KCS_FIELD_IDLE,
	KCS_FIELD_READ,
	KCS_FIELD_WRITE,
	KCS_FIELD_ERROR,
};

enum kcs_state {
	KCS_IDLE,	/* no request */
	KCS_WRITE_START,	/* W0: to write WRITE_START */
	KCS_WRITE,	/* W1: to write a byte, or WRITE_END before the last */
	KCS_WRITE_END,	/* W2: to write the last byte */
	KCS_READ,	/* R0: to read a byte, or the dummy after the last */
	KCS_READ_END,	/* R0': the dummy was not there at once */
	KCS_ERROR_0,	/* E0: to write GET_STATUS/ABORT */
	KCS_ERROR_1,	/* E1: to write the data byte that follows it */
	KCS_ERROR_2,	/* E2: to read the error code */
	KCS_ERROR_3,	/* E3: to see the interface idle again */
};

struct kcs {
	struct ipmi_machine m;
	enum kcs_state state;
	enum kcs_field past;	/* what the field was before the last write */
	u8 status;
	u8 tries;
	u8 aborts;
	bool handed;		/* the last request byte is with the BMC */
	bool stale;		/* a byte was dropped before the answer */
	u32 total_us;		/* since start() */
	u32 wait_us;		/* in this wait */
	u32 ones_us;		/* with a status of all ones */
	u32 abort_us;		/* in recovery */
	unsigned int len;
	unsigned int sent;
	unsigned int got;
	struct ipmi_failure failure;
	u8 req[IPMI_MACHINE_MAX];
	u8 rsp[IPMI_MACHINE_MAX];
};

static struct kcs *to_kcs(struct ipmi_machine *m)
{
	return (struct kcs *)m;
}

static u8 get(const struct kcs *k, enum kcs_reg reg)
{
	return k->m.regs->read(k->m.regs, reg);
}

static void put(const struct kcs *k, enum kcs_reg reg, u8 val)
{
	k->m.regs->write(k->m.regs, reg, val);
}

static enum kcs_field field(const struct kcs *k)
{
	return k->status >> 6;
}

/* Take a dummy byte out of the way. */
static void clear_obf(const struct kcs *k)
{
	if (k->status & KCS_OBF)
		get(k, KCS_DATA);
}

static bool in_recovery(const struct kcs *k)
{
	return k->state >= KCS_ERROR_0;
}

/* The flow diagram goes on, and a new wait begins. */
static enum ipmi_step enter(struct kcs *k, enum kcs_state state)
{
	k->state = state;
	k->past = field(k);
	k->wait_us = 0;
	return IPMI_STEP_AGAIN;
}

/* Nothing to do but wait; this is all that the wait plan needs to know of it. */
static enum ipmi_step outstanding(const struct kcs *k)
{
	return k->state == KCS_READ && !k->got ? IPMI_STEP_TICK : IPMI_STEP_SOON;
}

static enum ipmi_phase phase(const struct kcs *k)
{
	switch (k->state) {
	case KCS_IDLE:
		return IPMI_PHASE_IDLE;
	case KCS_WRITE_START:
		return IPMI_PHASE_START;
	case KCS_WRITE:
		return IPMI_PHASE_WRITE;
	case KCS_WRITE_END:
		return IPMI_PHASE_WRITE_END;
	case KCS_READ:
		return k->got ? IPMI_PHASE_READ : IPMI_PHASE_THINK;
	case KCS_READ_END:
		return IPMI_PHASE_READ_END;
	default:
		return IPMI_PHASE_ABORT;
	}
}

static enum ipmi_step fail(struct kcs *k, bool dead)
{
	k->failure.dead = dead;
	k->state = KCS_IDLE;
	return IPMI_STEP_FAILED;
}

/*
 * The interface is idle again. A request whose last byte was not written cannot
 * have been executed, so it may be tried again; any other must not be.
 */
static enum ipmi_step recovered(struct kcs *k)
{
	if (k->handed)
		return fail(k, false);
	if (++k->tries >= KCS_TRIES || k->total_us >= KCS_TRANSFER_US)
		return fail(k, true);
	k->sent = 0;
	return enter(k, KCS_WRITE_START);
}

static void record(struct kcs *k, enum ipmi_cause cause)
{
	k->failure = (struct ipmi_failure){
		.phase = phase(k),
		.cause = cause,
		.status = k->status,
		.executed = k->handed,
	};
}

/* Error exit of the write and read diagrams. */
static enum ipmi_step error(struct kcs *k, enum ipmi_cause cause)
{
	record(k, cause);
	/* A BMC that was reset, say, is idle already. */
	if (field(k) == KCS_FIELD_IDLE && !(k->status & KCS_IBF))
		return recovered(k);
	k->aborts = 0;
	return enter(k, KCS_ERROR_0);
}

/* Recovery did not go as the diagram says: count, and begin it again. */
static enum ipmi_step abort_again(struct kcs *k)
{
	if (++k->aborts >= KCS_ABORTS)
		return fail(k, true);
	return enter(k, KCS_ERROR_0);
}

/*
 * The state is not @want. Some BMCs take the byte first and change the state
 * after, so what it was before may stay for a while.
 */
static enum ipmi_step wrong_state(struct kcs *k)
{
	if (field(k) == KCS_FIELD_ERROR)
		return error(k, IPMI_CAUSE_ERROR);
	if (field(k) == k->past && k->wait_us < KCS_LATE_US)
		return outstanding(k);
	return error(k, IPMI_CAUSE_STATE);
}

static enum ipmi_step write_start(struct kcs *k)
{
	if (field(k) != KCS_FIELD_IDLE)
		return error(k, field(k) == KCS_FIELD_ERROR ? IPMI_CAUSE_ERROR : IPMI_CAUSE_STATE);
	clear_obf(k);
	put(k, KCS_STATUS, KCS_CMD_WRITE_START);
	return enter(k, KCS_WRITE);
}

/* OBF may be left set here: write_end() clears it, before it means anything. */
static enum ipmi_step write_next(struct kcs *k)
{
	if (field(k) != KCS_FIELD_WRITE)
		return wrong_state(k);
	if (k->sent + 1 == k->len) {
		put(k, KCS_STATUS, KCS_CMD_WRITE_END);
		return enter(k, KCS_WRITE_END);
	}
	put(k, KCS_DATA, k->req[k->sent++]);
	return enter(k, KCS_WRITE);
}

static enum ipmi_step write_end(struct kcs *k)
{
	if (field(k) != KCS_FIELD_WRITE)
		return wrong_state(k);
	clear_obf(k);
	k->handed = true;
	put(k, KCS_DATA, k->req[k->sent++]);
	return enter(k, KCS_READ);
}

/*
 * An answer that is longer than a message is cut, one without a completion
 * code gets one as long as it says what it answers. None of that is an error
 * of the interface, which is idle.
 */
static enum ipmi_step finish(struct kcs *k)
{
	k->state = KCS_READ_END;
	if (k->got < 2)
		return error(k, IPMI_CAUSE_TOO_SHORT);
	if (k->got == 2)
		k->rsp[k->got++] = IPMI_ERR_UNSPECIFIED;
	if (k->got > IPMI_MACHINE_MAX) {
		k->got = IPMI_MACHINE_MAX;
		k->rsp[2] = IPMI_ERR_MSG_TRUNCATED;
	}
	/* Of an earlier try. */
	k->failure.cause = IPMI_CAUSE_NONE;
	k->state = KCS_IDLE;
	return IPMI_STEP_DONE;
}

static enum ipmi_step read_byte(struct kcs *k)
{
	u8 byte;

	if (k->got == IPMI_MACHINE_MAX + KCS_SURPLUS_MAX)
		return error(k, IPMI_CAUSE_TOO_LONG);
	byte = get(k, KCS_DATA);
	/* No answer begins like this: it is a dummy byte that came late. */
	if (!k->got && !k->stale && byte == KCS_DUMMY) {
		k->stale = true;
		return enter(k, KCS_READ);
	}
	if (k->got < IPMI_MACHINE_MAX)
		k->rsp[k->got] = byte;
	k->got++;
	put(k, KCS_DATA, KCS_DATA_READ);
	return enter(k, KCS_READ);
}

static enum ipmi_step read_next(struct kcs *k)
{
	bool obf = k->status & KCS_OBF;

	if (field(k) == KCS_FIELD_READ)
		return obf ? read_byte(k) : outstanding(k);
	if (field(k) != KCS_FIELD_IDLE)
		return wrong_state(k);

	if (obf) {
		get(k, KCS_DATA);
		return finish(k);
	}
	/* Idle without a byte: it was reset, unless the bits lag behind. */
	if (!k->got)
		return k->wait_us < KCS_LATE_US ? outstanding(k) : error(k, IPMI_CAUSE_STATE);
	enter(k, KCS_READ_END);
	return outstanding(k);
}

/* The second look for the dummy is the last: idle swallows it if it is later. */
static enum ipmi_step read_end(struct kcs *k)
{
	clear_obf(k);
	return finish(k);
}

static enum ipmi_step error_2(struct kcs *k)
{
	if (field(k) == KCS_FIELD_IDLE)
		return recovered(k);
	if (field(k) != KCS_FIELD_READ)
		return k->wait_us < KCS_LATE_US ? outstanding(k) : abort_again(k);
	if (!(k->status & KCS_OBF))
		return outstanding(k);
	k->failure.code = get(k, KCS_DATA);
	put(k, KCS_DATA, KCS_DATA_READ);
	return enter(k, KCS_ERROR_3);
}

static enum ipmi_step error_3(struct kcs *k)
{
	if (field(k) != KCS_FIELD_IDLE)
		return k->wait_us < KCS_LATE_US ? outstanding(k) : abort_again(k);
	clear_obf(k);
	return recovered(k);
}

/* IBF is clear: what the flow diagram does next. */
static enum ipmi_step proceed(struct kcs *k)
{
	switch (k->state) {
	case KCS_WRITE_START:
		return write_start(k);
	case KCS_WRITE:
		return write_next(k);
	case KCS_WRITE_END:
		return write_end(k);
	case KCS_READ:
		return read_next(k);
	case KCS_READ_END:
		return read_end(k);
	case KCS_ERROR_0:
		put(k, KCS_STATUS, KCS_CMD_GET_STATUS);
		return enter(k, KCS_ERROR_1);
	case KCS_ERROR_1:
		clear_obf(k);
		put(k, KCS_DATA, 0);
		return enter(k, KCS_ERROR_2);
	case KCS_ERROR_2:
		return error_2(k);
	default:
		return error_3(k);
	}
}

/*
 * The BMC did not take the last byte yet. Should it be waiting for the host to
 * take a dummy byte first, let it not wait: there is no answer to be lost yet.
 */
static enum ipmi_step wait_ibf(struct kcs *k)
{
	if (k->wait_us && (k->state <= KCS_WRITE_END || k->state == KCS_ERROR_0 ||
			   k->state == KCS_ERROR_1))
		clear_obf(k);
	return outstanding(k);
}

/* Still waiting after this look: for too long? */
static enum ipmi_step check_time(struct kcs *k)
{
	if (in_recovery(k)) {
		if (k->abort_us >= KCS_ABORT_US)
			return fail(k, true);
		if (k->wait_us >= KCS_ABORT_WAIT_US)
			return abort_again(k);
	} else if (k->wait_us >= KCS_WAIT_US || k->total_us >= KCS_TRANSFER_US) {
		return error(k, k->status & KCS_IBF ? IPMI_CAUSE_BUSY : IPMI_CAUSE_SILENT);
	}
	return outstanding(k);
}

/* All ones: something may be resetting. After a while nothing is there. */
static enum ipmi_step wait_ones(struct kcs *k, u32 elapsed_us, bool before)
{
	k->ones_us = before ? k->ones_us + elapsed_us : 0;
	if (k->ones_us < KCS_ABSENT_US)
		return outstanding(k);
	if (!in_recovery(k))
		record(k, IPMI_CAUSE_ABSENT);
	return fail(k, true);
}

/* Between requests a dummy byte only comes with an interrupt, and ends it. */
static enum ipmi_step idle(const struct kcs *k)
{
	if (k->status == KCS_NOTHING)
		return IPMI_STEP_IDLE;
	clear_obf(k);
	return k->status & KCS_SMS_ATN ? IPMI_STEP_ATTN : IPMI_STEP_IDLE;
}

static enum ipmi_step kcs_step(struct ipmi_machine *m, u32 elapsed_us)
{
	struct kcs *k = to_kcs(m);
	bool ones = k->status == KCS_NOTHING;
	enum ipmi_step step;

	k->status = get(k, KCS_STATUS);
	if (k->state == KCS_IDLE)
		return idle(k);

	elapsed_us = min_t(u32, elapsed_us, KCS_ELAPSED_US);
	k->total_us += elapsed_us;
	k->wait_us += elapsed_us;
	if (in_recovery(k))
		k->abort_us += elapsed_us;

	if (k->status == KCS_NOTHING)
		step = wait_ones(k, elapsed_us, ones);
	else if (k->status & KCS_IBF)
		step = wait_ibf(k);
	else
		step = proceed(k);
	if (step == IPMI_STEP_SOON || step == IPMI_STEP_TICK)
		step = check_time(k);
	return step;
}

static u8 kcs_start(struct ipmi_machine *m, const u8 *req, unsigned int n)
{
	struct kcs *k = to_kcs(m);

	if (k->state != KCS_IDLE)
		return IPMI_ERR_UNSPECIFIED;
	if (n < 2)
		return IPMI_REQ_LEN_INVALID_ERR;
	if (n > IPMI_MACHINE_MAX)
		return IPMI_REQ_LEN_EXCEEDED_ERR;

	memcpy(k->req, req, n);
	k->len = n;
	k->sent = 0;
	k->got = 0;
	k->tries = 0;
	k->handed = false;
	k->stale = false;
	k->status = 0;
	k->total_us = 0;
	k->ones_us = 0;
	k->abort_us = 0;
	memset(&k->failure, 0, sizeof(k->failure));
	enter(k, KCS_WRITE_START);
	return IPMI_CC_NO_ERROR;
}

static unsigned int kcs_result(struct ipmi_machine *m, u8 *rsp, unsigned int cap)
{
	struct kcs *k = to_kcs(m);
	unsigned int n = min_t(unsigned int, k->got, cap);

	if (k->state != KCS_IDLE || k->failure.cause)
		return 0;
	memcpy(rsp, k->rsp, n);
	return n;
}

static const struct ipmi_failure *kcs_failure(const struct ipmi_machine *m)
{
	return &((const struct kcs *)m)->failure;
}

static bool kcs_present(struct ipmi_machine *m)
{
	return get(to_kcs(m), KCS_STATUS) != KCS_NOTHING;
}

static void kcs_init(struct ipmi_machine *m, const struct ipmi_regs *regs)
{
	memset(m, 0, sizeof(struct kcs));
	m->ops = &ipmi_kcs_ops;
	m->regs = regs;
}

const struct ipmi_machine_ops ipmi_kcs_ops = {
	.name = "kcs",
	.nregs = KCS_NREGS,
	.size = sizeof(struct kcs),
	.step_timeout_us = KCS_WAIT_US,
	.answer_timeout_us = KCS_WAIT_US,
	.message_timeout_us = KCS_MESSAGE_US,
	.init = kcs_init,
	.present = kcs_present,
	.start = kcs_start,
	.step = kcs_step,
	.result = kcs_result,
	.failure = kcs_failure,
};
