// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipmi_ssif on tests/modules/ssif_fake_main.c: how it is loaded, told what to do, and asked.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fake_ssif.h"
#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

char fake_parameters[128];
int fake_fd = -1, fake_answer_len = 16;

bool fake_by_i2c(void)
{
	return strstr(fake_parameters, "i2c");
}

void fake_set(const char *name, long value)
{
	char path[128], text[32];

	snprintf(path, sizeof(path), FAKE "%s", name);
	snprintf(text, sizeof(text), "%ld", value);
	EXPECT_EQ(file_write(path, text), 0);
	if (!strcmp(name, "answer_len"))
		fake_answer_len = value;
}

void fake_fault(const char *text)
{
	EXPECT_EQ(file_write(FAKE "fault", text), 0);
}

int fake_enables(void)
{
	return strtol(file_text(FAKE "enables"), NULL, 0);
}

bool fake_enables_become(int mask, int want)
{
	for (double end = now() + 5; now() < end; usleep(10000))
		if ((fake_enables() & mask) == want)
			return true;
	ktap_note("enables are %#x, not %#x", fake_enables(), want);
	return false;
}

void fake_load(const char *more)
{
	EXPECT_EQ(run("insmod /vm/modules/ssif_fake.ko %s %s", fake_parameters, more), 0);
}

void fake_driver(void)
{
	EXPECT_EQ(run("modprobe ipmi_ssif addr=0x10 adapter_name=ssif_fake"), 0);
}

/*
 * A request with so many bytes of data, to an answer of as many as the BMC is set to: its
 * completion code, or a negative errno; -EBADMSG if the answer is not what it must be.
 */
int fake_echo_on(int file, int len)
{
	unsigned char data[300];
	static int round;
	struct reply r;
	int ret;

	round++;
	for (int i = 0; i < len; i++)
		data[i] = i * 13 + round;
	ret = ipmi_ask(file, NETFN_OEM, CMD_ECHO, data, len, &r);
	if (ret)
		return ret;
	if (r.len < 1 || r.netfn != (NETFN_OEM | 1) || r.cmd != CMD_ECHO)
		return -EBADMSG;
	if (r.data[0])
		return r.data[0];
	if (r.len != 1 + fake_answer_len)
		return -EBADMSG;
	for (int i = 0; i < fake_answer_len; i++)
		if (r.data[1 + i] != (unsigned char)(data[i % len] + i * 7))
			return -EBADMSG;
	return 0;
}

int fake_echo(int len)
{
	return fake_echo_on(fake_fd, len);
}

/* How long until it answers? Longer than wait if it does not. */
double fake_until_answer(double wait)
{
	double start = now();

	/* Nobody who asks all the time may keep it from being found. */
	while (fake_echo(4) && now() < start + wait)
		usleep(20000);
	return now() - start;
}

void fake_is_there(void)
{
	fake_load("");
	fake_driver();
	fake_fd = ipmi_open(0);
	REQUIRE(EXPECT(fake_fd >= 0));
	EXPECT_STR(file_text(DEVICE "/type"), "ssif");
	EXPECT_EQ(ipmi_nodes(), 1);
	EXPECT_EQ(fake_echo(4), 0);
}

/* Until there is a message: its type; how long that took goes to *took. */
int fake_next_type(double *took)
{
	double start = now();
	struct reply r;
	int ret = ipmi_wait(fake_fd, 5000) ? ipmi_recv(fake_fd, &r) : -ETIMEDOUT;

	*took = now() - start;
	return ret ? ret : r.recv_type;
}

/* 15, 36: what the BMC has to say by itself, with and without an alert. */
void what_comes_by_itself(void)
{
	struct ipmi_cmdspec spec = { 0x30, 0x5a };
	long events = file_number(DEVICE "/events"), pre, fetches;
	int listen = 1;
	double took;

	EXPECT_EQ(ioctl(fake_fd, IPMICTL_SET_GETS_EVENTS_CMD, &listen), 0);
	EXPECT_EQ(ioctl(fake_fd, IPMICTL_REGISTER_FOR_CMD, &spec), 0);
	for (int n = 0; n < 4; n++) {
		EXPECT_EQ(file_write(FAKE "post", "event"), 0);
		EXPECT_EQ(fake_next_type(&took), IPMI_ASYNC_EVENT_RECV_TYPE);
		EXPECT(took < 2);
		EXPECT_EQ(file_write(FAKE "post", "message"), 0);
		EXPECT_EQ(fake_next_type(&took), IPMI_CMD_RECV_TYPE);
		EXPECT(took < 2);
	}
	EXPECT_EQ(file_number(DEVICE "/events"), events + 4);
	pre = file_number(DEVICE "/watchdog_pretimeouts");
	EXPECT_EQ(file_write(FAKE "post", "pretimeout"), 0);
	for (double end = now() + 3; now() < end; usleep(10000))
		if (file_number(DEVICE "/watchdog_pretimeouts") > pre)
			break;
	EXPECT_EQ(file_number(DEVICE "/watchdog_pretimeouts"), pre + 1);
	/* and nothing is asked for all the time */
	fetches = file_number(DEVICE "/flag_fetches");
	sleep(1);
	EXPECT(file_number(DEVICE "/flag_fetches") - fetches < 12);
	listen = 0;
	EXPECT_EQ(ioctl(fake_fd, IPMICTL_SET_GETS_EVENTS_CMD, &listen), 0);
	EXPECT_EQ(ioctl(fake_fd, IPMICTL_UNREGISTER_FOR_CMD, &spec), 0);
}

void fake_leaves_nothing(void)
{
	struct reply r;

	EXPECT_EQ(ipmi_recv(fake_fd, &r), -EAGAIN);
	EXPECT_EQ(file_number(DEVICE "/nr_msgs"), 0);
	close(fake_fd);
	EXPECT_EQ(run("rmmod ssif_fake"), 0);
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
}

/* What the program was called with goes to the module. */
void fake_arguments(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		strcat(fake_parameters, argv[i]);
		strcat(fake_parameters, " ");
	}
}
