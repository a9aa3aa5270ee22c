// SPDX-License-Identifier: GPL-2.0-only
/*
 * The BT machine: one request over a block transfer interface.
 *
 * Called by si/engine.c through ipmi_bt_ops and by the user-space tests, one
 * caller at a time; pure, so no lock and no clock. The steps are those of IPMI
 * 2.0, sections 11.5 and 11.6: a message goes through the FIFO in one piece, so
 * the machine waits at two places only. N request and M answer bytes cost N+M+12
 * accesses.
 *
 * The BMC is never reset from here: neither by BMC_HWRST nor by a command.
 */
#include <ipmi/transfer.h>

enum bt_reg {
	BT_CTRL,
	BT_FIFO,
	BT_INTMASK,
	BT_NREGS,
};

/* Writing 1 acts as the comment says, 0 does nothing. */
#define BT_CLR_WR_PTR	BIT(0)	/* begin of the host's FIFO */
#define BT_CLR_RD_PTR	BIT(1)	/* begin of the BMC's FIFO */
#define BT_H2B_ATN	BIT(2)	/* sets it; the BMC clears it */
#define BT_B2H_ATN	BIT(3)	/* clears it; the BMC sets it */
#define BT_SMS_ATN	BIT(4)	/* clears it; the BMC sets it */
#define BT_H_BUSY	BIT(6)	/* toggles it */
#define BT_B_BUSY	BIT(7)	/* nothing: it is the BMC's */

#define BT_INT_ENABLE	BIT(0)
#define BT_INT_PENDING	BIT(1)	/* clears it */

#define BT_CMD_GET_CAPS	0x36

#define BT_LEN_MAX	255	/* what the length byte can say */
#define BT_LEN_MIN	63	/* what every FIFO holds beside it */
#define BT_HEADER	3	/* NetFn/LUN, sequence number, command */
#define BT_ANSWER_MAX_S	30	/* what a BMC may ask for, by the specification */
#define BT_MARGIN_US	400000	/* for what is not waiting for the answer */
#define BT_MESSAGE_US	31000000

/* A bit that cannot be cleared is left alone after so many attempts. */
#define BT_DRAINS	2

enum bt_state {
	BT_IDLE,	/* no request */
	BT_START,	/* to write one, once B_BUSY and H2B_ATN are clear */
	BT_THINK,	/* to read the answer, once B2H_ATN is set */
};

/*
 * @seq names a request, so that an answer that comes too late does not pass for
 * another's. @len_max and @answer_us are the BMC's capabilities, if it told them.
 * @told: the caller knows of SMS_ATN. @drains: attempts to clear a bit in a row.
 * @owes: a request before this one got no answer, and may still get it. @wrong: the
 * BMC has answered this one, but not as it must.
 */
struct bt {
	struct transfer t;
	enum bt_state state;
	u8 seq;
	u8 len_max;
	u8 drains;
	bool told;
	bool owes;
	bool wrong;
	u32 answer_us;
};

static struct bt *to_bt(struct ipmi_machine *m)
{
	return (struct bt *)m;
}

static void ctrl(const struct bt *b, u8 bits)
{
	transfer_write(&b->t, BT_CTRL, bits);
}

static bool is_request(const struct bt *b, u8 cmd)
{
	return b->t.req[0] >> 2 == IPMI_NETFN_APP_REQUEST && b->t.req[1] == cmd;
}

static enum ipmi_step enter(struct bt *b, enum bt_state state)
{
	b->state = state;
	b->t.wait_us = 0;
	return IPMI_STEP_AGAIN;
}

static enum ipmi_step outstanding(const struct bt *b)
{
	return b->state == BT_THINK ? IPMI_STEP_TICK : IPMI_STEP_SOON;
}

static enum ipmi_step fail(struct bt *b, enum ipmi_cause cause, bool dead)
{
	transfer_record(&b->t, b->state == BT_THINK ? IPMI_PHASE_THINK : IPMI_PHASE_START, cause);
	b->t.failure.dead = dead;
	b->owes = b->t.handed && !b->wrong;
	b->state = BT_IDLE;
	return IPMI_STEP_FAILED;
}

/* What the BMC says of itself; what makes no sense is as if it had not. */
static void learn_capabilities(struct bt *b)
{
	const u8 *rsp = b->t.rsp;

	if (!is_request(b, BT_CMD_GET_CAPS) || b->t.got < 8 || rsp[2])
		return;
	b->len_max = rsp[4] >= BT_LEN_MIN ? rsp[4] : BT_LEN_MAX;
	b->answer_us = TRANSFER_WAIT_US;
	if (rsp[6] <= BT_ANSWER_MAX_S)
		b->answer_us = max_t(u32, rsp[6] * 1000000U, TRANSFER_WAIT_US);
}

/* What came from the BMC. */
enum bt_frame {
	BT_FRAME_ANSWER,	/* the answer to the request */
	BT_FRAME_WRONG,		/* it has the request's number, but answers something else */
	BT_FRAME_LATE,		/* it is for another request, or for none */
};

/*
 * Take what is in the BMC's FIFO. An answer has the network function, the sequence number and
 * the command of the request. Numbers come again after 256 requests, so one with the right
 * number is no late one: the request gets no other.
 */
static enum bt_frame read_frame(struct bt *b)
{
	struct transfer *t = &b->t;
	u8 frame[BT_LEN_MAX];
	unsigned int i, len;

	if (!(t->status & BT_H_BUSY))
		ctrl(b, BT_H_BUSY);
	ctrl(b, BT_B2H_ATN);
	ctrl(b, BT_CLR_RD_PTR);
	len = transfer_read(t, BT_FIFO);
	transfer_read_all(t, BT_FIFO, frame, len);
	ctrl(b, BT_H_BUSY);

	if (b->state != BT_THINK || len < 2 || frame[1] != b->seq)
		return BT_FRAME_LATE;
	if (len < BT_HEADER || frame[0] >> 2 != (t->req[0] >> 2 | 1) || frame[2] != t->req[1])
		return BT_FRAME_WRONG;
	transfer_take(t, frame[0]);
	for (i = 2; i < len; i++)
		transfer_take(t, frame[i]);
	return BT_FRAME_ANSWER;
}

/*
 * Leftovers: an answer that nobody waits for, or H_BUSY from somebody who was
 * interrupted. True if there was something to do.
 */
static bool drain(struct bt *b)
{
	if (!(b->t.status & (BT_B2H_ATN | BT_H_BUSY))) {
		b->drains = 0;
		return false;
	}
	if (b->drains >= BT_DRAINS)
		return false;
	b->drains++;
	if (b->t.status & BT_B2H_ATN) {
		read_frame(b);
		b->owes = false;
	} else {
		ctrl(b, BT_H_BUSY);
	}
	return true;
}

static void write_frame(struct bt *b)
{
	struct transfer *t = &b->t;
	u8 frame[BT_LEN_MAX + 1];

	frame[0] = t->len + 1;
	frame[1] = t->req[0];
	frame[2] = b->seq;
	memcpy(frame + 3, t->req + 1, t->len - 1);
	ctrl(b, BT_CLR_WR_PTR);
	transfer_write_all(t, BT_FIFO, frame, t->len + 2);
	t->handed = true;
	ctrl(b, BT_H2B_ATN);
}

static enum ipmi_step start(struct bt *b)
{
	u8 status = b->t.status;

	if (drain(b))
		return IPMI_STEP_AGAIN;
	if (status & (BT_B_BUSY | BT_H2B_ATN))
		return outstanding(b);
	/* The flags are being fetched, which is what the BMC has asked for. */
	if (b->told && status & BT_SMS_ATN && is_request(b, IPMI_GET_MSG_FLAGS_CMD)) {
		ctrl(b, BT_SMS_ATN);
		b->told = false;
	}
	write_frame(b);
	return enter(b, BT_THINK);
}

static enum ipmi_step think(struct bt *b)
{
	if (!(b->t.status & BT_B2H_ATN))
		return outstanding(b);
	switch (read_frame(b)) {
	case BT_FRAME_LATE:
		b->wrong = !b->owes;
		b->owes = false;
		return outstanding(b);
	case BT_FRAME_WRONG:
		b->wrong = true;
		return fail(b, IPMI_CAUSE_WRONG, false);
	default:
		break;
	}
	b->owes = false;
	transfer_complete(&b->t);
	learn_capabilities(b);
	b->state = BT_IDLE;
	return IPMI_STEP_DONE;
}

/*
 * Still waiting after this look: for too long? A BMC has all the time it asks for, but
 * not if it has answered already, with what is no answer to anything.
 */
static enum ipmi_step check_time(struct bt *b)
{
	const struct transfer *t = &b->t;
	bool busy = t->status & (BT_B_BUSY | BT_H2B_ATN);
	u32 answer_us = b->wrong ? TRANSFER_WAIT_US : b->answer_us;
	u32 limit = b->state == BT_THINK ? answer_us : TRANSFER_WAIT_US;

	if (transfer_is_absent(t))
		return fail(b, IPMI_CAUSE_ABSENT, true);
	if (t->wait_us < transfer_patience(t, limit) && t->total_us < answer_us + BT_MARGIN_US)
		return outstanding(b);
	return fail(b, busy ? IPMI_CAUSE_BUSY : IPMI_CAUSE_SILENT, busy);
}

/* SMS_ATN stays until the flags are fetched, so that no attention is lost. */
static enum ipmi_step idle(struct bt *b, u8 status)
{
	b->t.status = status;
	b->told = false;
	if (status == TRANSFER_NOTHING)
		return IPMI_STEP_IDLE;
	drain(b);
	b->told = status & BT_SMS_ATN;
	return b->told ? IPMI_STEP_ATTN : IPMI_STEP_IDLE;
}

static enum ipmi_step bt_step(struct ipmi_machine *m, u32 elapsed_us)
{
	struct bt *b = to_bt(m);
	u8 status = transfer_read(&b->t, BT_CTRL);
	enum ipmi_step step;

	if (b->state == BT_IDLE)
		return idle(b, status);
	transfer_look(&b->t, status, elapsed_us, false);
	if (status == TRANSFER_NOTHING)
		step = outstanding(b);
	else
		step = b->state == BT_START ? start(b) : think(b);
	if (step == IPMI_STEP_SOON || step == IPMI_STEP_TICK)
		step = check_time(b);
	return step;
}

static enum ipmi_step bt_run(struct ipmi_machine *m, u32 elapsed_us, unsigned int *looks)
{
	return transfer_run(m, elapsed_us, looks, bt_step);
}

static u8 bt_start(struct ipmi_machine *m, const u8 *req, unsigned int n)
{
	struct bt *b = to_bt(m);
	u8 cc;

	if (b->state != BT_IDLE)
		return IPMI_ERR_UNSPECIFIED;
	if (n + 1 > b->len_max)
		return IPMI_REQ_LEN_EXCEEDED_ERR;
	cc = transfer_start(&b->t, req, n);
	if (cc)
		return cc;
	b->seq++;
	b->drains = 0;
	b->wrong = false;
	enter(b, BT_START);
	return IPMI_CC_NO_ERROR;
}

static unsigned int bt_result(struct ipmi_machine *m, u8 *rsp, unsigned int cap)
{
	return to_bt(m)->state == BT_IDLE ? transfer_result(m, rsp, cap) : 0;
}

static bool bt_present(struct ipmi_machine *m)
{
	return transfer_read(to_transfer(m), BT_CTRL) != TRANSFER_NOTHING;
}

static void bt_forget(struct ipmi_machine *m)
{
	struct bt *b = to_bt(m);

	b->state = BT_IDLE;
	b->owes = true;
}

static bool bt_asserts(const struct ipmi_machine *m)
{
	u8 status = m->regs->read(m->regs, BT_CTRL);
	u8 mask = m->regs->read(m->regs, BT_INTMASK);

	if (status == TRANSFER_NOTHING)
		return false;
	return status & (BT_B2H_ATN | BT_SMS_ATN) || mask & BT_INT_PENDING;
}

static void bt_irq(struct ipmi_machine *m, bool on)
{
	transfer_write(to_transfer(m), BT_INTMASK, BT_INT_PENDING | (on ? BT_INT_ENABLE : 0));
}

static void bt_init(struct ipmi_machine *m, const struct ipmi_regs *regs)
{
	struct bt *b = to_bt(m);

	memset(b, 0, sizeof(*b));
	m->ops = &ipmi_bt_ops;
	m->regs = regs;
	b->len_max = BT_LEN_MAX;
	b->answer_us = TRANSFER_WAIT_US;
}

/*
 * A BMC whose capabilities ask for more time to answer than 5 s, 30 s at most,
 * gets it; message_timeout_us is the bound for that case, 6 s holds otherwise.
 */
const struct ipmi_machine_ops ipmi_bt_ops = {
	.name = "bt",
	.nregs = BT_NREGS,
	.status_reg = BT_CTRL,
	.size = sizeof(struct bt),
	.step_timeout_us = TRANSFER_WAIT_US,
	.answer_timeout_us = BT_ANSWER_MAX_S * 1000000,
	.message_timeout_us = BT_MESSAGE_US,
	.init = bt_init,
	.present = bt_present,
	.start = bt_start,
	.step = bt_step,
	.run = bt_run,
	.result = bt_result,
	.failure = transfer_failure,
	.forget = bt_forget,
	.asserts = bt_asserts,
	.irq = bt_irq,
};
