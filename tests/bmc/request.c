// SPDX-License-Identifier: GPL-2.0-only
/* See request.h. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "link.h"
#include "loop.h"
#include "record.h"
#include "request.h"

static const struct command *const tables[] = {
	app_commands,	flags_commands, bridge_commands, power_commands, picmg_commands,
	dcmi_commands,	sel_commands,	store_commands, sensor_commands, control_commands,
};

/* A request the BMC thinks about. */
struct job {
	struct timer timer;
	unsigned int link;
	struct request rq;
	size_t len;
	uint8_t bytes[];
};

void answer_add(struct answer *a, const void *bytes, size_t len)
{
	if (len > ANSWER_MAX - a->len)
		len = ANSWER_MAX - a->len;
	memcpy(a->data + a->len, bytes, len);
	a->len += len;
}

void answer_u8(struct answer *a, uint8_t value)
{
	answer_add(a, &value, 1);
}

void answer_u16(struct answer *a, uint16_t value)
{
	answer_u8(a, value);
	answer_u8(a, value >> 8);
}

void answer_u32(struct answer *a, uint32_t value)
{
	answer_u16(a, value);
	answer_u16(a, value >> 16);
}

uint16_t get_u16(const uint8_t *at)
{
	return at[0] | at[1] << 8;
}

uint32_t get_u32(const uint8_t *at)
{
	return get_u16(at) | (uint32_t)get_u16(at + 2) << 16;
}

static bool is_control(const struct request *rq)
{
	for (const struct command *c = control_commands; c->fn; c++)
		if (c->netfn == rq->netfn && c->cmd == rq->cmd)
			return true;
	return false;
}

uint8_t request_execute(const struct request *rq, struct answer *a)
{
	for (unsigned int i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (const struct command *c = tables[i]; c->fn; c++) {
			if (c->netfn != rq->netfn || c->cmd != rq->cmd)
				continue;
			if (rq->lun)
				return CC_INVALID_LUN;
			return rq->len < c->min_len ? CC_BAD_LENGTH : c->fn(rq, a);
		}
	}
	return rq->lun ? CC_INVALID_LUN : CC_INVALID_COMMAND;
}

static void answer(const struct request *rq, bool never_faulty)
{
	struct fault *fault;
	struct answer a = { .len = 0 };
	uint8_t message[4 + ANSWER_MAX];

	message[0] = rq->seq;
	message[1] = (rq->netfn | 1) << 2 | rq->lun;
	message[2] = rq->cmd;
	message[3] = CC_OK;
	fault = never_faulty ? NULL : fault_before(rq->netfn, rq->cmd);
	if (!fault) {
		message[3] = request_execute(rq, &a);
		memcpy(message + 4, a.data, a.len);
		fault = never_faulty ? NULL : fault_for(rq->netfn, rq->cmd, a.len);
	}
	if (fault)
		fault_answer(fault, message, 4 + a.len);
	else
		link_send(message, 4 + a.len, 0);
}

static void thought(void *arg)
{
	struct job *job = arg;

	/* the request of a connection that has ended: QEMU answered it itself */
	if (job->link == link_number())
		answer(&job->rq, false);
	free(job);
}

void request_arrived(const uint8_t *bytes, size_t len)
{
	struct request rq = { .seq = bytes[0], .netfn = bytes[1] >> 2, .lun = bytes[1] & 3,
			      .cmd = bytes[2], .data = bytes + 3, .len = len - 3 };
	struct job *job;
	double ms;

	if (is_control(&rq)) {
		answer(&rq, true);
		return;
	}
	record_request(rq.netfn, rq.lun, rq.cmd, rq.data, rq.len);
	if (away_takes(bytes, len))
		return;
	ms = delay_next();
	if (ms <= 0) {
		answer(&rq, false);
		return;
	}
	job = calloc(1, sizeof(*job) + rq.len);
	if (!job)
		abort();
	job->link = link_number();
	job->rq = rq;
	memcpy(job->bytes, rq.data, rq.len);
	job->rq.data = job->bytes;
	timer_start(&job->timer, ms, thought, job);
}
