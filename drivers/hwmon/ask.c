// SPDX-License-Identifier: GPL-2.0-only
/*
 * One request to a BMC, or to a controller behind it, and the wait for its answer.
 *
 * Called by a monitor's thread only, which has one request in flight. It has no priority over
 * others' requests, so that whoever else asks waits for one of ours at most. Lock: monitor->lock.
 */
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "hwmon.h"

/* Soft interrupts are off, and a lock of the interface is held. */
static void receive(struct ipmi_recv_msg *msg, void *data)
{
	struct monitor *m = data;

	if (msg->recv_type == IPMI_ASYNC_EVENT_RECV_TYPE) {
		events_note(m, msg);
	} else if (msg->recv_type == IPMI_RESPONSE_RECV_TYPE) {
		scoped_guard(ipmi_bh, &m->lock) {
			/* An answer for which nobody waits any more has another id. */
			if (msg->msgid == m->ask_id && !m->ask_len && msg->msg.data_len) {
				m->ask_len = min_t(unsigned int, msg->msg.data_len,
						   sizeof(m->ask_rsp));
				memcpy(m->ask_rsp, msg->msg.data, m->ask_len);
			}
		}
		wake_up(&m->answered);
	}
	ipmi_free_recv_msg(msg);
}

const struct ipmi_user_hndl ask_handlers = { .ipmi_recv_hndl = receive };

static bool is_answered(struct monitor *m)
{
	guard(ipmi_bh)(&m->lock);
	return m->ask_len;
}

/**
 * monitor_ask() - one request, and its answer
 * @m: the monitor
 * @owner: IPMB address of whom to ask, SDR_BMC_ADDR = the BMC itself
 * @channel: by which channel that is reached
 * @lun: at which LUN
 * @netfn: network function
 * @cmd: command
 * @data: its data
 * @len: bytes of it
 * @rsp: room for the answer, which begins with the completion code
 * @cap: that room
 *
 * Context: the monitor's thread. Sleeps, at most ASK_MS (or ASK_BRIDGED_MS) and
 * ASK_MARGIN_MS, and no longer than until the thread is to end.
 * Return: the length of the answer, at least 1 and at most @cap; -ETIMEDOUT, -EINTR if the thread
 * is to end, or what ipmi_core_request() returns.
 */
int monitor_ask(struct monitor *m, u8 owner, u8 channel, u8 lun, u8 netfn, u8 cmd, const u8 *data,
		u8 len, u8 *rsp, int cap)
{
	struct ipmi_system_interface_addr bmc = {
		.addr_type = IPMI_SYSTEM_INTERFACE_ADDR_TYPE,
		.channel = IPMI_BMC_CHANNEL,
		.lun = lun,
	};
	struct ipmi_ipmb_addr other = {
		.addr_type = IPMI_IPMB_ADDR_TYPE,
		.channel = channel,
		.slave_addr = owner,
		.lun = lun,
	};
	struct kernel_ipmi_msg msg = {
		.netfn = netfn,
		.cmd = cmd,
		.data = (u8 *)data,
		.data_len = len,
	};
	bool direct = owner == SDR_BMC_ADDR;
	long id;
	int rv;

	scoped_guard(ipmi_bh, &m->lock) {
		id = ++m->ask_id;
		m->ask_len = 0;
		m->requests++;
	}
	rv = ipmi_core_request(m->user,
			       direct ? (struct ipmi_addr *)&bmc : (struct ipmi_addr *)&other, id,
			       &msg, 0, direct ? ASK_MS : ASK_BRIDGED_MS, true);
	if (rv)
		return rv;
	wait_event_idle_timeout(m->answered, is_answered(m) || kthread_should_stop(),
				msecs_to_jiffies(ASK_MS + ASK_MARGIN_MS));
	guard(ipmi_bh)(&m->lock);
	m->ask_id++;
	if (!m->ask_len)
		return kthread_should_stop() ? -EINTR : -ETIMEDOUT;
	rv = min_t(int, m->ask_len, cap);
	memcpy(rsp, m->ask_rsp, rv);
	return rv;
}

/**
 * ask_bmc() - monitor_ask() the BMC itself
 * @m: see monitor_ask(), as the others
 * @lun: see there
 * @netfn: see there
 * @cmd: see there
 * @data: see there
 * @len: see there
 * @rsp: see there
 * @cap: see there
 *
 * Context: see there.
 * Return: see there.
 */
int ask_bmc(struct monitor *m, u8 lun, u8 netfn, u8 cmd, const u8 *data, u8 len, u8 *rsp, int cap)
{
	return monitor_ask(m, SDR_BMC_ADDR, 0, lun, netfn, cmd, data, len, rsp, cap);
}

/**
 * ask_sensor() - monitor_ask() the controller that has a sensor, with a sensor command
 * @m: see monitor_ask(), as the others
 * @s: the sensor
 * @cmd: see there
 * @data: see there
 * @len: see there
 * @rsp: see there
 * @cap: see there
 *
 * Context: see there.
 * Return: see there.
 */
int ask_sensor(struct monitor *m, const struct sensor *s, u8 cmd, const u8 *data, u8 len, u8 *rsp,
	       int cap)
{
	return monitor_ask(m, s->sdr.owner, s->sdr.channel, s->sdr.lun, SENSOR_NETFN, cmd, data,
			   len, rsp, cap);
}
