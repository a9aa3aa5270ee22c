// SPDX-License-Identifier: GPL-2.0-only
/*
 * The SMIC machine: one request over a server management interface chip.
 *
 * Called by si/engine.c through ipmi_smic_ops and by the user-space tests, one
 * caller at a time; pure, so no lock and no clock. The states are those of the
 * message flow of IPMI 2.0, sections 10.8 and 10.9. Each byte is a handshake:
 * the host writes a control code, and the byte, and sets BUSY; the BMC clears
 * BUSY once its status code tells what it made of it. N request and M answer
 * bytes cost 5N+5M+11 accesses.
 */
#include <ipmi/transfer.h>

enum smic_reg {
	SMIC_DATA,
	SMIC_STATUS,	/* control, when written */
	SMIC_FLAGS,
	SMIC_NREGS,
};

#define SMIC_BUSY	BIT(0)
#define SMIC_SMS_ATN	BIT(2)
#define SMIC_TX_READY	BIT(6)
#define SMIC_RX_READY	BIT(7)

/* Control codes, and the status codes that acknowledge them, are of the SMS stream. */
#define SMIC_CC_GET_STATUS	0x40
#define SMIC_CC_WR_START	0x41
#define SMIC_CC_WR_NEXT		0x42
#define SMIC_CC_WR_END		0x43
#define SMIC_CC_RD_START	0x44
#define SMIC_CC_RD_NEXT		0x45
#define SMIC_CC_RD_END		0x46

#define SMIC_SC_READY		0xc0
#define SMIC_SC_WR_START	0xc1
#define SMIC_SC_WR_NEXT		0xc2
#define SMIC_SC_WR_END		0xc3
#define SMIC_SC_RD_START	0xc4
#define SMIC_SC_RD_NEXT		0xc5
#define SMIC_SC_RD_END		0xc6

enum smic_state {
	SMIC_IDLE,	/* no request */
	SMIC_START,	/* to ask for the status */
	SMIC_READY,	/* to write the first byte, if it is READY */
	SMIC_WRITE,	/* to write the next byte, or the last */
	SMIC_WRITE_END,	/* to see the request accepted */
	SMIC_THINK,	/* to see an answer begin */
	SMIC_READ,	/* to read a byte */
	SMIC_READ_END,	/* to see the interface READY again */
	SMIC_ERROR,	/* recovery: to ask for the status */
	SMIC_ERROR_END,	/* recovery: to see it READY */
};

struct smic {
	struct transfer t;
	enum smic_state state;
};

static struct smic *to_smic(struct ipmi_machine *m)
{
	return (struct smic *)m;
}

static bool in_recovery(const struct smic *s)
{
	return s->state >= SMIC_ERROR;
}

static enum ipmi_step enter(struct smic *s, enum smic_state state)
{
	s->state = state;
	s->t.wait_us = 0;
	return IPMI_STEP_AGAIN;
}

static enum ipmi_step outstanding(const struct smic *s)
{
	bool thinks = s->state == SMIC_WRITE_END || s->state == SMIC_THINK;

	return thinks ? IPMI_STEP_TICK : IPMI_STEP_SOON;
}

static enum ipmi_phase phase(const struct smic *s)
{
	switch (s->state) {
	case SMIC_IDLE:
		return IPMI_PHASE_IDLE;
	case SMIC_START:
	case SMIC_READY:
		return IPMI_PHASE_START;
	case SMIC_WRITE:
		return IPMI_PHASE_WRITE;
	case SMIC_WRITE_END:
		return IPMI_PHASE_WRITE_END;
	case SMIC_THINK:
		return IPMI_PHASE_THINK;
	case SMIC_READ:
		return IPMI_PHASE_READ;
	case SMIC_READ_END:
		return IPMI_PHASE_READ_END;
	default:
		return IPMI_PHASE_ABORT;
	}
}

static enum ipmi_step fail(struct smic *s, bool dead)
{
	s->t.failure.dead = dead;
	s->state = SMIC_IDLE;
	return IPMI_STEP_FAILED;
}

static enum ipmi_step error(struct smic *s, enum ipmi_cause cause)
{
	transfer_record(&s->t, phase(s), cause);
	s->t.aborts = 0;
	return enter(s, SMIC_ERROR);
}

static enum ipmi_step recovered(struct smic *s)
{
	if (transfer_may_repeat(&s->t))
		return enter(s, SMIC_START);
	return fail(s, !s->t.handed);
}

static enum ipmi_step abort_again(struct smic *s)
{
	if (++s->t.aborts >= TRANSFER_ABORTS)
		return fail(s, true);
	return enter(s, SMIC_ERROR);
}

/* Control code, byte if there is one, and BUSY beside the flags as they are. */
static enum ipmi_step control(struct smic *s, u8 code, enum smic_state next)
{
	transfer_write(&s->t, SMIC_STATUS, code);
	transfer_write(&s->t, SMIC_FLAGS, s->t.status | SMIC_BUSY);
	return enter(s, next);
}

static enum ipmi_step control_byte(struct smic *s, u8 code, enum smic_state next)
{
	if (code == SMIC_CC_WR_END)
		s->t.handed = true;
	transfer_write(&s->t, SMIC_DATA, s->t.req[s->t.sent++]);
	return control(s, code, next);
}

static u8 status_code(const struct smic *s)
{
	return transfer_read(&s->t, SMIC_STATUS);
}

/* An error code comes with the end of a message, 0 = none. */
static enum ipmi_step check_code(struct smic *s)
{
	u8 code = transfer_read(&s->t, SMIC_DATA);
	enum ipmi_step step;

	if (!code)
		return IPMI_STEP_DONE;
	step = error(s, IPMI_CAUSE_ERROR);
	s->t.failure.code = code;
	return step;
}

static enum ipmi_step write_first(struct smic *s)
{
	if (status_code(s) != SMIC_SC_READY)
		return error(s, IPMI_CAUSE_STATE);
	return control_byte(s, SMIC_CC_WR_START, SMIC_WRITE);
}

static enum ipmi_step write_next(struct smic *s)
{
	u8 want = s->t.sent == 1 ? SMIC_SC_WR_START : SMIC_SC_WR_NEXT;

	if (status_code(s) != want)
		return error(s, IPMI_CAUSE_STATE);
	if (!(s->t.status & SMIC_TX_READY))
		return outstanding(s);
	if (s->t.sent + 1 == s->t.len)
		return control_byte(s, SMIC_CC_WR_END, SMIC_WRITE_END);
	return control_byte(s, SMIC_CC_WR_NEXT, SMIC_WRITE);
}

static enum ipmi_step think(struct smic *s)
{
	if (!(s->t.status & SMIC_RX_READY))
		return outstanding(s);
	return control(s, SMIC_CC_RD_START, SMIC_READ);
}

static enum ipmi_step write_end(struct smic *s)
{
	enum ipmi_step step;

	if (status_code(s) != SMIC_SC_WR_END)
		return error(s, IPMI_CAUSE_STATE);
	step = check_code(s);
	if (step != IPMI_STEP_DONE)
		return step;
	/* It is still the same wait. */
	s->state = SMIC_THINK;
	return think(s);
}

/* The first byte has a status code of its own, and so has the last. */
static enum ipmi_step read_next(struct smic *s)
{
	u8 want = s->t.got ? SMIC_SC_RD_NEXT : SMIC_SC_RD_START;
	u8 code = status_code(s);

	if (code != want && code != SMIC_SC_RD_END)
		return error(s, IPMI_CAUSE_STATE);
	if (!(s->t.status & SMIC_RX_READY))
		return outstanding(s);
	if (!transfer_take(&s->t, transfer_read(&s->t, SMIC_DATA)))
		return error(s, IPMI_CAUSE_TOO_LONG);
	if (code == SMIC_SC_RD_END)
		return control(s, SMIC_CC_RD_END, SMIC_READ_END);
	return control(s, SMIC_CC_RD_NEXT, SMIC_READ);
}

static enum ipmi_step read_end(struct smic *s)
{
	enum ipmi_step step;

	if (status_code(s) != SMIC_SC_READY)
		return error(s, IPMI_CAUSE_STATE);
	step = check_code(s);
	if (step != IPMI_STEP_DONE)
		return step;
	if (!transfer_complete(&s->t)) {
		transfer_record(&s->t, IPMI_PHASE_READ_END, IPMI_CAUSE_TOO_SHORT);
		return fail(s, false);
	}
	s->state = SMIC_IDLE;
	return IPMI_STEP_DONE;
}

/* BUSY is clear: what the flow does next. */
static enum ipmi_step proceed(struct smic *s)
{
	switch (s->state) {
	case SMIC_START:
		return control(s, SMIC_CC_GET_STATUS, SMIC_READY);
	case SMIC_READY:
		return write_first(s);
	case SMIC_WRITE:
		return write_next(s);
	case SMIC_WRITE_END:
		return write_end(s);
	case SMIC_THINK:
		return think(s);
	case SMIC_READ:
		return read_next(s);
	case SMIC_READ_END:
		return read_end(s);
	case SMIC_ERROR:
		return control(s, SMIC_CC_GET_STATUS, SMIC_ERROR_END);
	default:
		return status_code(s) == SMIC_SC_READY ? recovered(s) : abort_again(s);
	}
}

/* Still waiting after this look: for too long? */
static enum ipmi_step check_time(struct smic *s)
{
	struct transfer *t = &s->t;

	if (transfer_is_absent(t)) {
		if (!in_recovery(s))
			transfer_record(t, phase(s), IPMI_CAUSE_ABSENT);
		return fail(s, true);
	}
	if (in_recovery(s)) {
		if (t->abort_us >= TRANSFER_ABORT_US)
			return fail(s, true);
		if (t->wait_us >= TRANSFER_ABORT_WAIT_US)
			return abort_again(s);
	} else if (t->wait_us >= transfer_patience(t, TRANSFER_WAIT_US) ||
		   t->total_us >= TRANSFER_US) {
		return error(s, t->status & SMIC_BUSY ? IPMI_CAUSE_BUSY : IPMI_CAUSE_SILENT);
	}
	return outstanding(s);
}

static enum ipmi_step idle(u8 flags)
{
	if (flags == TRANSFER_NOTHING)
		return IPMI_STEP_IDLE;
	return flags & SMIC_SMS_ATN ? IPMI_STEP_ATTN : IPMI_STEP_IDLE;
}

static enum ipmi_step smic_step(struct ipmi_machine *m, u32 elapsed_us)
{
	struct smic *s = to_smic(m);
	u8 flags = transfer_read(&s->t, SMIC_FLAGS);
	enum ipmi_step step;

	if (s->state == SMIC_IDLE)
		return idle(flags);
	transfer_look(&s->t, flags, elapsed_us, in_recovery(s));
	step = flags & SMIC_BUSY ? outstanding(s) : proceed(s);
	if (step == IPMI_STEP_SOON || step == IPMI_STEP_TICK)
		step = check_time(s);
	return step;
}

static enum ipmi_step smic_run(struct ipmi_machine *m, u32 elapsed_us, unsigned int *looks)
{
	return transfer_run(m, elapsed_us, looks, smic_step);
}

static u8 smic_start(struct ipmi_machine *m, const u8 *req, unsigned int n)
{
	struct smic *s = to_smic(m);
	u8 cc;

	if (s->state != SMIC_IDLE)
		return IPMI_ERR_UNSPECIFIED;
	cc = transfer_start(&s->t, req, n);
	if (!cc)
		enter(s, SMIC_START);
	return cc;
}

static unsigned int smic_result(struct ipmi_machine *m, u8 *rsp, unsigned int cap)
{
	return to_smic(m)->state == SMIC_IDLE ? transfer_result(m, rsp, cap) : 0;
}

static bool smic_present(struct ipmi_machine *m)
{
	return transfer_read(to_transfer(m), SMIC_FLAGS) != TRANSFER_NOTHING;
}

static void smic_forget(struct ipmi_machine *m)
{
	to_smic(m)->state = SMIC_IDLE;
}

static bool smic_asserts(const struct ipmi_machine *m)
{
	u8 flags = m->regs->read(m->regs, SMIC_FLAGS);

	return flags != TRANSFER_NOTHING && flags & (SMIC_SMS_ATN | SMIC_RX_READY);
}

static void smic_init(struct ipmi_machine *m, const struct ipmi_regs *regs)
{
	memset(m, 0, sizeof(struct smic));
	m->ops = &ipmi_smic_ops;
	m->regs = regs;
}

const struct ipmi_machine_ops ipmi_smic_ops = {
	.name = "smic",
	.nregs = SMIC_NREGS,
	.status_reg = SMIC_FLAGS,
	.size = sizeof(struct smic),
	.step_timeout_us = TRANSFER_WAIT_US,
	.answer_timeout_us = TRANSFER_WAIT_US,
	.message_timeout_us = TRANSFER_MESSAGE_US,
	.init = smic_init,
	.present = smic_present,
	.start = smic_start,
	.step = smic_step,
	.run = smic_run,
	.result = smic_result,
	.failure = transfer_failure,
	.forget = smic_forget,
	.asserts = smic_asserts,
};
