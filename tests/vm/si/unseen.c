// SPDX-License-Identifier: GPL-2.0-only
/*
 * A BMC that is reset between two requests: no request fails, but it has forgotten that it is
 * to interrupt and to keep events. The BMC of tests/bmc plays it.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define LAPSES 5
#define USERS 4

static int fd;

static int ask(void)
{
	struct reply r;

	return ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r);
}

static void set_gets_events(int on)
{
	EXPECT_EQ(ioctl(fd, IPMICTL_SET_GETS_EVENTS_CMD, &on), 0);
}

/* No request is under way when it is reset, and none is sent before it has to have been seen. */
static void who_listens_hears_of_events_again(void)
{
	struct reply r;

	set_gets_events(1);
	EXPECT(bmc_enables_become(EVENT_BUFFER, EVENT_BUFFER));
	bmc_line("after 200 lapse");
	sleep(3);
	ipmi_drain(fd, 50);
	EXPECT(bmc_enables_become(all_enables(), all_enables()));
	ipmi_drain(fd, 50);
	bmc_line("events 1");
	if (EXPECT_EQ(ipmi_next(fd, 5000, &r), 0))
		EXPECT_EQ(r.recv_type, IPMI_ASYNC_EVENT_RECV_TYPE);
	set_gets_events(0);
	ipmi_drain(fd, 1200);
}

/* Nobody listens, so the answers themselves have to tell. */
static pid_t traffic(void)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	fd = ipmi_open(0);
	for (;;)
		if (ask())
			_exit(1);
}

static void interrupts_come_again(void)
{
	pid_t pid[USERS];
	long before;

	bmc_line("delay 1");
	for (int i = 0; i < USERS; i++)
		pid[i] = traffic();
	for (int i = 0; i < LAPSES; i++) {
		bmc_line("after 100 lapse");
		usleep(300000);
		if (!EXPECT(bmc_enables_become(IRQ_ENABLES, IRQ_ENABLES)))
			break;
	}
	EXPECT_EQ(waitpid(-1, NULL, WNOHANG), 0);
	for (int i = 0; i < USERS; i++) {
		kill(pid[i], SIGKILL);
		waitpid(pid[i], NULL, 0);
	}
	EXPECT_EQ(file_number("/sys/class/ipmi/ipmi0/device/interrupts_enabled"), 1);
	EXPECT(run("dmesg | grep 'does not come'"));
	before = file_number("/sys/class/ipmi/ipmi0/device/interrupts");
	for (int i = 0; i < 20; i++)
		EXPECT_EQ(ask(), 0);
	/* On a busy host, one may come after its answer was found. */
	EXPECT(file_number("/sys/class/ipmi/ipmi0/device/interrupts") >= before + 5);
	bmc_line("delay 0");
}

static const struct ktap_case cases[] = {
	KTAP_CASE(who_listens_hears_of_events_again),
	/* without events: the kernel's own waits for who listens to them, and who polls needs none */
	KTAP_CASE(interrupts_come_again),
};

int main(void)
{
	fd = ipmi_must_open(0);
	return ktap_main(cases, has_irq() && stack_is_ours() ? ARRAY_SIZE(cases) : 1);
}
