// SPDX-License-Identifier: GPL-2.0-only
/*
 * The KCS machine of a BMC: requests of the host come in, answers go out.
 *
 * Called by kcs_bmc/cdev.c and by the user-space tests, one caller at a time; pure, so no lock and
 * no clock. The states are those of the flow diagrams of IPMI 2.0, section 9.15, from the BMC's
 * side. For each byte the state bits change first, then a byte is put for the host where one is
 * due, and then the host's byte is taken, because its IBF is what the host waits for.
 */
#include <ipmi/kcs_target.h>

#define CMD_GET_STATUS	0x60	/* and abort */
#define CMD_WRITE_START	0x61
#define CMD_WRITE_END	0x62
#define DATA_READ	0x68
#define DUMMY		0x00

/* Error codes, table 9-4. */
#define ERROR_NONE	0x00
#define ERROR_ABORTED	0x01
#define ERROR_ILLEGAL	0x02
#define ERROR_LENGTH	0x06

/* Bits 7:6 of the status. */
enum state {
	STATE_IDLE = 0x00,
	STATE_READ = 0x40,
	STATE_WRITE = 0x80,
	STATE_ERROR = 0xc0,
};

static void say(const struct kcs_target *t, enum state state)
{
	t->regs->update(t, KCS_TARGET_STATE, state);
}

/* The transfer is over; the host's byte has been taken. */
static void end_in_error(struct kcs_target *t)
{
	say(t, STATE_ERROR);
	t->regs->put(t, DUMMY);
	t->phase = KCS_TARGET_ERROR;
	t->len = 0;
	t->out_len = 0;
	t->out_at = 0;
	t->errors++;
}

/* The same, for a byte that is not looked at: the host shall not see it taken in another state. */
static void refuse(struct kcs_target *t)
{
	say(t, STATE_ERROR);
	t->regs->take(t);
	end_in_error(t);
}

static void command(struct kcs_target *t)
{
	u8 cmd;

	say(t, STATE_WRITE);
	t->regs->put(t, DUMMY);
	cmd = t->regs->take(t);
	switch (cmd) {
	case CMD_WRITE_START:
		t->error = ERROR_NONE;
		t->len = 0;
		t->phase = KCS_TARGET_START;
		break;
	case CMD_WRITE_END:
		if (t->phase == KCS_TARGET_WRITE)
			t->phase = KCS_TARGET_LAST;
		else
			end_in_error(t);
		break;
	case CMD_GET_STATUS:
		if (!t->error)
			t->error = ERROR_ABORTED;
		t->len = 0;
		t->phase = KCS_TARGET_ABORT_1;
		t->aborts++;
		break;
	default:
		end_in_error(t);
		t->error = ERROR_ILLEGAL;
		break;
	}
}

static void write_byte(struct kcs_target *t)
{
	if (t->len >= KCS_TARGET_MAX) {
		refuse(t);
		t->error = ERROR_LENGTH;
		return;
	}
	say(t, STATE_WRITE);
	t->regs->put(t, DUMMY);
	t->in[t->len++] = t->regs->take(t);
	t->phase = KCS_TARGET_WRITE;
}

static enum kcs_target_event write_last(struct kcs_target *t)
{
	if (t->len >= KCS_TARGET_MAX) {
		refuse(t);
		t->error = ERROR_LENGTH;
		return KCS_TARGET_STEP;
	}
	say(t, STATE_READ);
	t->in[t->len++] = t->regs->take(t);
	t->phase = KCS_TARGET_READY;
	t->requests++;
	return KCS_TARGET_REQUEST;
}

static void read_next(struct kcs_target *t)
{
	bool last = t->out_at >= t->out_len;

	if (last)
		say(t, STATE_IDLE);
	if (t->regs->take(t) != DATA_READ) {
		end_in_error(t);
		t->error = ERROR_ILLEGAL;
		return;
	}
	if (!last) {
		t->regs->put(t, t->out[t->out_at++]);
		return;
	}
	t->regs->put(t, DUMMY);
	t->phase = KCS_TARGET_IDLE;
	t->answers++;
}

static enum kcs_target_event data(struct kcs_target *t)
{
	switch (t->phase) {
	case KCS_TARGET_START:
	case KCS_TARGET_WRITE:
		write_byte(t);
		break;
	case KCS_TARGET_LAST:
		return write_last(t);
	case KCS_TARGET_READ:
		read_next(t);
		break;
	case KCS_TARGET_ABORT_1:
		say(t, STATE_READ);
		t->regs->take(t);
		t->regs->put(t, t->error);
		t->phase = KCS_TARGET_ABORT_2;
		break;
	case KCS_TARGET_ABORT_2:
		say(t, STATE_IDLE);
		t->regs->take(t);
		t->regs->put(t, DUMMY);
		t->phase = KCS_TARGET_IDLE;
		break;
	default:
		refuse(t);
		break;
	}
	return KCS_TARGET_STEP;
}

/**
 * kcs_target_event() - the host may have written something
 * @t: the machine
 * @status: what the status register says
 *
 * Return: what it was.
 */
enum kcs_target_event kcs_target_event(struct kcs_target *t, u8 status)
{
	if (!(status & KCS_TARGET_IBF))
		return KCS_TARGET_NOTHING;
	if (!(status & KCS_TARGET_CMD))
		return data(t);
	command(t);
	return KCS_TARGET_STEP;
}

/**
 * kcs_target_abort() - whatever the transfer: the host is shown the error state
 * @t: the machine
 */
void kcs_target_abort(struct kcs_target *t)
{
	refuse(t);
}

/**
 * kcs_target_request() - the request that nobody has fetched
 * @t: the machine
 * @req: is filled with it; it stays there until kcs_target_fetched()
 * @room: so much may be filled
 * @number: is filled with its number
 *
 * Return: its length; -EAGAIN if there is none, -EOVERFLOW if it is longer than @room.
 */
int kcs_target_request(const struct kcs_target *t, u8 *req, size_t room, u32 *number)
{
	if (t->phase != KCS_TARGET_READY)
		return -EAGAIN;
	if (t->len > room)
		return -EOVERFLOW;
	memcpy(req, t->in, t->len);
	*number = t->requests;
	return t->len;
}

/**
 * kcs_target_fetched() - who has got it from kcs_target_request() will answer it
 * @t: the machine
 * @number: the request's
 *
 * Return: whether the host still waits for that.
 */
bool kcs_target_fetched(struct kcs_target *t, u32 number)
{
	if (t->phase != KCS_TARGET_READY || t->requests != number)
		return false;
	t->phase = KCS_TARGET_FETCHED;
	return true;
}

/* The NetFn of @rsp is that of the answer to @t->in, and the command is the same. */
static bool is_answer(const struct kcs_target *t, const u8 *rsp)
{
	return rsp[0] >> 2 == (t->in[0] >> 2 | 1) && rsp[1] == t->in[1];
}

/**
 * kcs_target_answer() - answer the request that was fetched
 * @t: the machine
 * @rsp: NetFn/LUN, command, completion code and data
 * @n: their length
 *
 * The first byte goes out at once. What answers another command is refused: it is the late answer
 * to a request that the host has given up.
 *
 * Return: 0; -EINVAL if it is too short or too long, if no request waits for it, or another one.
 */
int kcs_target_answer(struct kcs_target *t, const u8 *rsp, size_t n)
{
	if (n < KCS_TARGET_ANSWER_MIN || n > KCS_TARGET_MAX)
		return -EINVAL;
	if (t->phase != KCS_TARGET_FETCHED || !is_answer(t, rsp))
		return -EINVAL;
	memcpy(t->out, rsp, n);
	t->out_len = n;
	t->out_at = 1;
	t->phase = KCS_TARGET_READ;
	t->regs->put(t, t->out[0]);
	return 0;
}

/**
 * kcs_target_init() - a machine at rest; the registers are not touched
 * @t: the machine
 * @regs: its registers
 */
void kcs_target_init(struct kcs_target *t, const struct kcs_target_regs *regs)
{
	memset(t, 0, sizeof(*t));
	t->regs = regs;
}
