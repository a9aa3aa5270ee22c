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
#include <ipmi/transfer.h>

enum kcs_reg {
	KCS_DATA,	/* Data_Out, Data_In */
	KCS_STATUS,	/* Status, Command */
	KCS_NREGS,
};

#define KCS_OBF		BIT(0)
#define KCS_IBF		BIT(1)
#define KCS_SMS_ATN	BIT(2)

#define KCS_CMD_GET_STATUS	0x60	/* and abort */
#define KCS_CMD_WRITE_START	0x61
#define KCS_CMD_WRITE_END	0x62
#define KCS_DATA_READ		0x68
#define KCS_DUMMY		0x00	/* what firmware usually puts there */

/* State bits that lag behind IBF, in us. */
#define KCS_LATE_US	10000

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

/*
 * @past is what the field was before the last write, @stale that a byte was
 * dropped before the answer.
 */
struct kcs {
	struct transfer t;
	enum kcs_state state;
	enum kcs_field past;
	bool stale;
};

static struct kcs *to_kcs(struct ipmi_machine *m)
{
	return (struct kcs *)m;
}

static u8 get(const struct kcs *k, enum kcs_reg reg)
{
	return transfer_read(&k->t, reg);
}

static void put(const struct kcs *k, enum kcs_reg reg, u8 val)
{
	transfer_write(&k->t, reg, val);
}

static enum kcs_field field(const struct kcs *k)
{
	return k->t.status >> 6;
}

/* Take a dummy byte out of the way. */
static void clear_obf(const struct kcs *k)
{
	if (k->t.status & KCS_OBF)
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
	k->t.wait_us = 0;
	return IPMI_STEP_AGAIN;
}

/* Nothing to do but wait; this is all that the wait plan needs to know of it. */
static enum ipmi_step outstanding(const struct kcs *k)
{
	return k->state == KCS_READ && !k->t.got ? IPMI_STEP_TICK : IPMI_STEP_SOON;
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
		return k->t.got ? IPMI_PHASE_READ : IPMI_PHASE_THINK;
	case KCS_READ_END:
		return IPMI_PHASE_READ_END;
	default:
		return IPMI_PHASE_ABORT;
	}
}

static enum ipmi_step fail(struct kcs *k, bool dead)
{
	k->t.failure.dead = dead;
	k->state = KCS_IDLE;
	return IPMI_STEP_FAILED;
}

static enum ipmi_step recovered(struct kcs *k)
{
	if (transfer_may_repeat(&k->t))
		return enter(k, KCS_WRITE_START);
	return fail(k, !k->t.handed);
}

/* Error exit of the write and read diagrams. */
static enum ipmi_step error(struct kcs *k, enum ipmi_cause cause)
{
	transfer_record(&k->t, phase(k), cause);
	/* A BMC that was reset, say, is idle already. */
	if (field(k) == KCS_FIELD_IDLE && !(k->t.status & KCS_IBF))
		return recovered(k);
	k->t.aborts = 0;
	return enter(k, KCS_ERROR_0);
}

/* Recovery did not go as the diagram says: count, and begin it again. */
static enum ipmi_step abort_again(struct kcs *k)
{
	if (++k->t.aborts >= TRANSFER_ABORTS)
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
	if (field(k) == k->past && k->t.wait_us < KCS_LATE_US)
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

/*
 * OBF may be left set here: write_end() clears it, before it means anything. But if bytes take
 * their time an interrupt may tell of each, and comes for the next one if this dummy is taken.
 */
static enum ipmi_step write_next(struct kcs *k)
{
	if (field(k) != KCS_FIELD_WRITE)
		return wrong_state(k);
	if (k->t.wait_us)
		clear_obf(k);
	if (k->t.sent + 1 == k->t.len) {
		put(k, KCS_STATUS, KCS_CMD_WRITE_END);
		return enter(k, KCS_WRITE_END);
	}
	put(k, KCS_DATA, k->t.req[k->t.sent++]);
	return enter(k, KCS_WRITE);
}

static enum ipmi_step write_end(struct kcs *k)
{
	if (field(k) != KCS_FIELD_WRITE)
		return wrong_state(k);
	clear_obf(k);
	k->t.handed = true;
	put(k, KCS_DATA, k->t.req[k->t.sent++]);
	return enter(k, KCS_READ);
}

/* The interface is idle, whatever the answer is worth. */
static enum ipmi_step finish(struct kcs *k)
{
	k->state = KCS_READ_END;
	if (!transfer_complete(&k->t))
		return error(k, IPMI_CAUSE_TOO_SHORT);
	k->state = KCS_IDLE;
	return IPMI_STEP_DONE;
}

static enum ipmi_step read_byte(struct kcs *k)
{
	u8 byte = get(k, KCS_DATA);

	/* No answer begins like this: it is a dummy byte that came late. */
	if (!k->t.got && !k->stale && byte == KCS_DUMMY) {
		k->stale = true;
		return enter(k, KCS_READ);
	}
	if (!transfer_take(&k->t, byte))
		return error(k, IPMI_CAUSE_TOO_LONG);
	put(k, KCS_DATA, KCS_DATA_READ);
	return enter(k, KCS_READ);
}

static enum ipmi_step read_next(struct kcs *k)
{
	bool obf = k->t.status & KCS_OBF;

	if (field(k) == KCS_FIELD_READ)
		return obf ? read_byte(k) : outstanding(k);
	if (field(k) != KCS_FIELD_IDLE)
		return wrong_state(k);

	if (obf) {
		get(k, KCS_DATA);
		return finish(k);
	}
	/* Idle without a byte: it was reset, unless the bits lag behind. */
	if (!k->t.got)
		return k->t.wait_us < KCS_LATE_US ? outstanding(k) : error(k, IPMI_CAUSE_STATE);
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
		return k->t.wait_us < KCS_LATE_US ? outstanding(k) : abort_again(k);
	if (!(k->t.status & KCS_OBF))
		return outstanding(k);
	k->t.failure.code = get(k, KCS_DATA);
	put(k, KCS_DATA, KCS_DATA_READ);
	return enter(k, KCS_ERROR_3);
}

static enum ipmi_step error_3(struct kcs *k)
{
	if (field(k) != KCS_FIELD_IDLE)
		return k->t.wait_us < KCS_LATE_US ? outstanding(k) : abort_again(k);
	clear_obf(k);
	return recovered(k);
}

/* IBF is clear: what the flow diagram does next. */
static enum ipmi_step proceed(struct kcs *k)
{
	/* Most bytes are those of an answer, and a table to jump by costs more than they do. */
	if (k->state == KCS_READ)
		return read_next(k);
	switch (k->state) {
	case KCS_WRITE_START:
		return write_start(k);
	case KCS_WRITE:
		return write_next(k);
	case KCS_WRITE_END:
		return write_end(k);
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
	bool no_answer = k->state <= KCS_WRITE_END || k->state == KCS_ERROR_0 ||
			 k->state == KCS_ERROR_1;

	if (k->t.wait_us && no_answer)
		clear_obf(k);
	return outstanding(k);
}

/*
 * A wait that has just begun is not too long, and most looks are of such a one. But a request may
 * be, or a recovery, whose waits are all short.
 */
static bool may_be_late(const struct kcs *k)
{
	return k->t.wait_us || k->t.abort_us || k->t.total_us >= TRANSFER_US;
}

/* Still waiting after this look: for too long? */
static enum ipmi_step check_time(struct kcs *k)
{
	struct transfer *t = &k->t;

	if (transfer_is_absent(t)) {
		if (!in_recovery(k))
			transfer_record(t, phase(k), IPMI_CAUSE_ABSENT);
		return fail(k, true);
	}
	if (in_recovery(k)) {
		if (t->abort_us >= TRANSFER_ABORT_US)
			return fail(k, true);
		if (t->wait_us >= TRANSFER_ABORT_WAIT_US)
			return abort_again(k);
	} else if (t->wait_us >= transfer_patience(t, TRANSFER_WAIT_US) ||
		   t->total_us >= TRANSFER_US) {
		return error(k, t->status & KCS_IBF ? IPMI_CAUSE_BUSY : IPMI_CAUSE_SILENT);
	}
	return outstanding(k);
}

/* Between requests a dummy byte only comes with an interrupt, and ends it. */
static enum ipmi_step idle(struct kcs *k, u8 status)
{
	if (status == TRANSFER_NOTHING)
		return IPMI_STEP_IDLE;
	k->t.status = status;
	clear_obf(k);
	return status & KCS_SMS_ATN ? IPMI_STEP_ATTN : IPMI_STEP_IDLE;
}

static enum ipmi_step kcs_step(struct ipmi_machine *m, u32 elapsed_us)
{
	struct kcs *k = to_kcs(m);
	u8 status = get(k, KCS_STATUS);
	enum ipmi_step step;

	if (k->state == KCS_IDLE)
		return idle(k, status);
	transfer_look(&k->t, status, elapsed_us, in_recovery(k));
	if (status == TRANSFER_NOTHING)
		step = outstanding(k);
	else if (status & KCS_IBF)
		step = wait_ibf(k);
	else
		step = proceed(k);
	if (may_be_late(k) && (step == IPMI_STEP_SOON || step == IPMI_STEP_TICK))
		step = check_time(k);
	return step;
}

static enum ipmi_step kcs_run(struct ipmi_machine *m, u32 elapsed_us, unsigned int *looks)
{
	return transfer_run(m, elapsed_us, looks, kcs_step);
}

static u8 kcs_start(struct ipmi_machine *m, const u8 *req, unsigned int n)
{
	struct kcs *k = to_kcs(m);
	u8 cc;

	if (k->state != KCS_IDLE)
		return IPMI_ERR_UNSPECIFIED;
	cc = transfer_start(&k->t, req, n);
	if (cc)
		return cc;
	k->stale = false;
	enter(k, KCS_WRITE_START);
	return IPMI_CC_NO_ERROR;
}

static unsigned int kcs_result(struct ipmi_machine *m, u8 *rsp, unsigned int cap)
{
	return to_kcs(m)->state == KCS_IDLE ? transfer_result(m, rsp, cap) : 0;
}

static bool kcs_present(struct ipmi_machine *m)
{
	return get(to_kcs(m), KCS_STATUS) != TRANSFER_NOTHING;
}

static void kcs_forget(struct ipmi_machine *m)
{
	to_kcs(m)->state = KCS_IDLE;
}

static bool kcs_asserts(const struct ipmi_machine *m)
{
	u8 status = m->regs->read(m->regs, KCS_STATUS);

	return status != TRANSFER_NOTHING && status & (KCS_OBF | KCS_SMS_ATN);
}

/*
 * An interrupt tells of a byte by OBF, and comes for the next one once that is read. What is not
 * plainly in the middle of a message, or late, or wrong, is left to kcs_step().
 */
static bool kcs_told(struct ipmi_machine *m)
{
	struct kcs *k = to_kcs(m);
	struct transfer *t = &k->t;
	u8 status = get(k, KCS_STATUS);
	bool writes = k->state == KCS_WRITE && t->sent + 1 < t->len;
	bool reads = k->state == KCS_READ && t->got && t->got < IPMI_MACHINE_MAX;
	enum kcs_field want = writes ? KCS_FIELD_WRITE : KCS_FIELD_READ;
	u8 byte;

	if (!(writes || reads) || status >> 6 != want || !(status & KCS_OBF) || status & KCS_IBF)
		return false;
	t->status = status;
	t->ones_us = 0;
	byte = get(k, KCS_DATA);
	if (reads)
		transfer_take(t, byte);
	put(k, KCS_DATA, reads ? KCS_DATA_READ : t->req[t->sent++]);
	enter(k, k->state);
	return true;
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
	.status_reg = KCS_STATUS,
	.size = sizeof(struct kcs),
	.step_timeout_us = TRANSFER_WAIT_US,
	.answer_timeout_us = TRANSFER_WAIT_US,
	.message_timeout_us = TRANSFER_MESSAGE_US,
	.init = kcs_init,
	.present = kcs_present,
	.start = kcs_start,
	.step = kcs_step,
	.run = kcs_run,
	.result = kcs_result,
	.failure = transfer_failure,
	.forget = kcs_forget,
	.asserts = kcs_asserts,
	.told = kcs_told,
};
