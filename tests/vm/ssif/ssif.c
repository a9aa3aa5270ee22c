// SPDX-License-Identifier: GPL-2.0-only
/*
 * A BMC on an SMBus: messages of one and of several parts, what sysfs shows, and an interface,
 * or its adapter, that comes and goes with requests in flight.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define CMD_READ_FRU 0x11
#define CMD_WRITE_FRU 0x12
#define FRU_MAX 250
#define HAMMERS 6
#define BOUND 10.0 /* seconds that no request may take, however it ends */
#define DRIVER "/sys/bus/i2c/drivers/ipmi_ssif"
#define DEVICE "/sys/class/ipmi/ipmi0/device"

static pid_t hammers[HAMMERS];

static int ask(int fd, int cmd, const unsigned char *data, int n, struct reply *r)
{
	int ret = ipmi_ask(fd, NETFN_STORAGE, cmd, data, n, r);

	return ret ?: r->len < 1 ? -EBADMSG : r->data[0];
}

static int device_id(int fd)
{
	struct reply r;
	int ret = ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r);

	return ret ?: r.len < 12 ? -EBADMSG : r.data[0];
}

/* A request of 3 + n bytes of data, and an answer of 2 + n: 32 is where they need a second part. */
static void lengths(void)
{
	unsigned char request[3 + FRU_MAX], want[FRU_MAX];
	int fd = ipmi_open(0);
	struct reply r;

	REQUIRE(EXPECT(fd >= 0));
	for (int n = 1; n <= FRU_MAX - 4; n += n < 70 ? 1 : 9) {
		memset(request, 0, 3);
		for (int i = 0; i < n; i++)
			request[3 + i] = want[i] = n * 7 + i * 3;
		if (!EXPECT_EQ(ask(fd, CMD_WRITE_FRU, request, 3 + n, &r), 0) ||
		    !EXPECT_EQ(r.data[1], n))
			break;
		request[3] = n;
		if (!EXPECT_EQ(ask(fd, CMD_READ_FRU, request, 4, &r), 0) ||
		    !EXPECT_EQ(r.len, 2 + n) || !EXPECT(!memcmp(r.data + 2, want, n))) {
			ktap_note("with %d bytes", n);
			break;
		}
	}
	close(fd);
}

static void a_request_that_is_too_long_is_refused(void)
{
	unsigned char request[260] = { 0 };
	int fd = ipmi_open(0);
	struct reply r;

	EXPECT_EQ(ask(fd, CMD_WRITE_FRU, request, sizeof(request), &r), 0xc8);
	EXPECT_EQ(device_id(fd), 0);
	close(fd);
}

static void attributes(void)
{
	static const char *const names[] = {
		"sent_messages", "sent_messages_parts", "send_retries", "send_errors",
		"received_messages", "received_message_parts", "receive_retries",
		"receive_errors", "flag_fetches", "hosed", "events", "watchdog_pretimeouts",
		"alerts",
	};

	EXPECT_STR(file_text(DEVICE "/type"), "ssif");
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		if (!EXPECT(file_number(DEVICE "/%s", names[i]) >= 0))
			ktap_note("%s", names[i]);
		EXPECT_EQ(file_mode(DEVICE "/%s", names[i]), 0444);
	}
	EXPECT(file_number(DEVICE "/sent_messages") > 0);
	EXPECT(file_number(DEVICE "/received_message_parts") > 0);
	EXPECT_EQ(file_number(DEVICE "/hosed"), 0);
}

/* Opens the device, asks as long as it is there, begins again; ends with 1 if one hung. */
static void hammer(void)
{
	for (;;) {
		int fd = ipmi_open_now(0);
		double start = now();

		while (fd >= 0 && !device_id(fd))
			start = now();
		if (now() - start > BOUND)
			_exit(1);
		if (fd >= 0)
			close(fd);
		else
			usleep(10000);
	}
}

static void start_hammers(void)
{
	fflush(stdout);
	for (int i = 0; i < HAMMERS; i++) {
		hammers[i] = fork();
		if (!hammers[i])
			hammer();
	}
	usleep(300000);
}

static void stop_hammers(void)
{
	for (int i = 0; i < HAMMERS; i++) {
		int status = 0;

		kill(hammers[i], SIGTERM);
		waitpid(hammers[i], &status, 0);
		EXPECT(WIFSIGNALED(status));
	}
}

static bool works_again(void)
{
	int fd = ipmi_open(0), ret;

	if (!EXPECT(fd >= 0))
		return false;
	ret = device_id(fd);
	close(fd);
	return EXPECT_EQ(ret, 0);
}

/* The name of the I2C client, as of now. */
static const char *client(void)
{
	static char name[64];

	snprintf(name, sizeof(name), "%s", link_name(DEVICE));
	return name;
}

static void unbind_under_load(void)
{
	char name[64];

	snprintf(name, sizeof(name), "%s", client());
	start_hammers();
	for (int i = 0; i < 5; i++) {
		double start = now();

		EXPECT_EQ(file_write(DRIVER "/unbind", name), 0);
		EXPECT(now() - start < BOUND);
		EXPECT_EQ(ipmi_nodes(), 0);
		EXPECT_EQ(file_write(DRIVER "/bind", name), 0);
		if (!works_again())
			break;
	}
	stop_hammers();
}

static void an_open_file_hears_of_it(void)
{
	char name[64];
	struct pollfd p;

	snprintf(name, sizeof(name), "%s", client());
	p = (struct pollfd){ ipmi_open(0), POLLIN | POLLRDHUP, 0 };
	REQUIRE(EXPECT(p.fd >= 0));
	EXPECT_EQ(file_write(DRIVER "/unbind", name), 0);
	if (stack_is_ours()) {
		EXPECT_EQ(poll(&p, 1, 1000), 1);
		EXPECT(p.revents & POLLRDHUP);
	}
	EXPECT(device_id(p.fd) < 0);
	close(p.fd);
	EXPECT_EQ(file_write(DRIVER "/bind", name), 0);
	works_again();
}

static void adapter_goes_under_load(void)
{
	const char *adapter = strstr(hardware(), "q35") ? "i2c_i801" : "i2c_piix4";

	start_hammers();
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(run("rmmod %s", adapter), 0);
		EXPECT_EQ(ipmi_nodes(), 0);
		EXPECT_EQ(run("modprobe %s", adapter), 0);
		if (!works_again())
			break;
	}
	stop_hammers();
}

static void reload(void)
{
	for (int i = 0; i < 5; i++) {
		EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
		EXPECT_EQ(ipmi_nodes(), 0);
		EXPECT_EQ(run("modprobe ipmi_ssif"), 0);
		if (!works_again())
			break;
	}
}

static bool is_logged(const char *pattern)
{
	return run("dmesg | tail -n 20 | grep '%s'", pattern) == 0;
}

static void parameters(void)
{
	REQUIRE(EXPECT_EQ(run("rmmod ipmi_ssif"), 0));
	/* Nobody tells of it any more: no interface, and the module stays. */
	EXPECT_EQ(run("modprobe ipmi_ssif tryacpi=0 trydmi=0"), 0);
	usleep(500000);
	EXPECT_EQ(ipmi_nodes(), 0);
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
	EXPECT_EQ(run("modprobe ipmi_ssif tryacpi=0"), 0);
	/* Where ACPI has made a device for the address, SMBIOS cannot make another. */
	if (strstr(hardware(), "pc")) {
		works_again();
		if (stack_is_ours())
			EXPECT(is_logged("Trying SMBIOS-specified .* address 0x10, .*, slave address 0x20"));
	}
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
	EXPECT_EQ(run("modprobe ipmi_ssif trydmi=0"), 0);
	if (strstr(hardware(), "q35")) {
		works_again();
		if (stack_is_ours())
			EXPECT(is_logged("Trying ACPI-specified .* address 0x10"));
	} else {
		usleep(500000);
		EXPECT_EQ(ipmi_nodes(), 0);
	}
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
	EXPECT_EQ(run("modprobe ipmi_ssif tryacpi=0 trydmi=0 addr=0x10 adapter_name=Nobody"), 0);
	usleep(500000);
	EXPECT_EQ(ipmi_nodes(), 0);
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
	/* Names are compared without spaces, as far as the shorter one goes. */
	EXPECT_EQ(run("modprobe ipmi_ssif tryacpi=0 trydmi=0 addr=0x10 adapter_name=SMBus "
		      "slave_addrs=0x24"), 0);
	if (strstr(hardware(), "pc"))
		works_again();
	EXPECT_EQ(run("rmmod ipmi_ssif"), 0);
	EXPECT_EQ(run("modprobe ipmi_ssif"), 0);
	works_again();
}

static const struct ktap_case cases[] = {
	KTAP_CASE(lengths),
	KTAP_CASE(a_request_that_is_too_long_is_refused),
	KTAP_CASE(attributes),
	KTAP_CASE(unbind_under_load),
	KTAP_CASE(an_open_file_hears_of_it),
	KTAP_CASE(adapter_goes_under_load),
	KTAP_CASE(reload),
	KTAP_CASE(parameters),
};

int main(void)
{
	return ktap_main(cases, ARRAY_SIZE(cases));
}
