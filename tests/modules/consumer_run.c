// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cases of the module consumer: who runs the interface, and whom it waits for. Called one at a
 * time under the lock of consumer_main.c, in process context.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/module.h>

#include <ipmi/core.h>

#include "consumer_wire.h"

#define ASLEEP_MS	100
#define BURST		8	/* messages in a burst of the runner */

static struct wire *const w = &wires[0];
static struct client *const c = &clients[0];

/* A command from 24h on the IPMB for which nobody has registered. */
static const u8 command[] = { 0x1c, 0x33, 0, 0, 0xc0, 0, 0x24, 0, 0x01, 0 };

/* A client whose receive callback sleeps: until it is told to go on, then for a while. */
static struct sleeper {
	struct ipmi_user *user;
	struct completion begun, go_on;
	bool ended;
} sleeper;

static void sleeping_callback(struct ipmi_recv_msg *msg, void *data)
{
	struct sleeper *s = data;

	complete(&s->begun);
	wait_for_completion_timeout(&s->go_on, msecs_to_jiffies(ANSWER_MS));
	msleep(ASLEEP_MS);
	ipmi_free_recv_msg(msg);
	WRITE_ONCE(s->ended, true);
}

static const struct ipmi_user_hndl sleeping_handlers = {
	.ipmi_recv_hndl = sleeping_callback,
};

/* Others get their answers meanwhile; who destroys that user waits for the end of its callback. */
static void case_sleeping_callback(void)
{
	struct kernel_ipmi_msg msg = { .netfn = NETFN_APP, .cmd = GET_DEVICE_ID };
	struct sleeper *s = &sleeper;
	struct ipmi_addr addr;

	if (!wire_begin())
		return;
	init_completion(&s->begun);
	init_completion(&s->go_on);
	s->ended = false;
	to_bmc(&addr);
	if (EXPECT(!ipmi_create_user(0, &sleeping_handlers, s, &s->user))) {
		EXPECT_EQ(ipmi_request_settime(s->user, &addr, 1, &msg, NULL, 0, -1, 0), 0);
		EXPECT(wait_for_completion_timeout(&s->begun, msecs_to_jiffies(ANSWER_MS)));
		for (int i = 0; i < 2 * BURST; i++) {
			EXPECT_EQ(ask(c, i), 0);
			ANSWERED(c, i);
		}
		EXPECT(!READ_ONCE(s->ended));
		complete(&s->go_on);
		ipmi_destroy_user(s->user);
		EXPECT(READ_ONCE(s->ended));
	}
	wire_end();
}

/* Who asks and waits sends its question itself, where the transport allows that. */
static void case_asker_runs(void)
{
	typeof(&ipmi_core_ask) core_ask = symbol_get(ipmi_core_ask);
	struct kernel_ipmi_msg msg = { .netfn = NETFN_APP, .cmd = GET_DEVICE_ID };
	u8 rsp[32];

	if (!EXPECT(core_ask))
		return;
	wire_reset(w);
	w->handlers.flags |= IPMI_CORE_SMI_ATOMIC;
	if (EXPECT(!wire_add(w)) && client_open(c)) {
		w->nr_sent = 0;
		EXPECT_EQ(core_ask(c->user, &msg, 5000, rsp, sizeof(rsp)), 16);
		EXPECT_EQ(w->nr_sent, 1);
		EXPECT_EQ(w->sent[0].pid, task_pid_nr(current));
		client_close(c);
	}
	wire_remove(w);
	wire_close(w);
	symbol_put(ipmi_core_ask);
}

/* What a transport brings before it fails to start is not answered, since it does not run. */
static void case_failed_start(void)
{
	wire_reset(w);
	w->start_error = -EIO;
	w->start_brings = command;
	w->start_len = sizeof(command);
	EXPECT_EQ(wire_add(w), -EIO);
	EXPECT_EQ(w->started, 1);
	EXPECT_EQ(w->shut, 0);
	EXPECT_EQ(w->nr_sent, 0);
	wire_close(w);
}

/*
 * A command that nobody wants is the last message of a burst: its refusal is sent though nothing
 * else comes. A burst that has taken its time ends earlier, hence several.
 */
static void case_end_of_a_burst(void)
{
	typeof(&ipmi_core_msg_queue) queue = symbol_get(ipmi_core_msg_queue);
	typeof(&ipmi_core_run) run = symbol_get(ipmi_core_run);

	if (EXPECT(queue && run) && wire_begin()) {
		for (int round = 1; round <= 3; round++) {
			/* the first ones are too short to be anything */
			for (int i = 1; i <= BURST; i++) {
				struct ipmi_smi_msg *msg = ipmi_alloc_smi_msg();

				if (!EXPECT(msg))
					break;
				memcpy(msg->rsp, command, sizeof(command));
				msg->data_size = 0;
				msg->rsp_size = i < BURST ? 1 : sizeof(command);
				queue(w->intf, msg);
			}
			run(w->intf);
			EXPECT(wire_sends(w, round));
		}
		wire_end();
	}
	if (run)
		symbol_put(ipmi_core_run);
	if (queue)
		symbol_put(ipmi_core_msg_queue);
}

const struct consumer_case run_cases[] = {
	{ "sleeping-callback", case_sleeping_callback },
	{ "asker-runs", case_asker_runs },
	{ "failed-start", case_failed_start },
	{ "end-of-a-burst", case_end_of_a_burst },
	{},
};
