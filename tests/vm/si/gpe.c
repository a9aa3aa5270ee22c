// SPDX-License-Identifier: GPL-2.0-only
/*
 * An interface whose interrupt is one of ACPI's general purpose events. QEMU has none for its
 * BMC, so this one never comes; but it is claimed, enabled, noticed to be missing, and given
 * back.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define DRIVER "/sys/bus/platform/drivers/ipmi_si"
#define EVENT "/sys/firmware/acpi/interrupts/gpe05"
#define ROUNDS 5

static const char *device; /* that has the event, of the two for the same place */

static bool says(const char *what)
{
	return strstr(file_text(EVENT), what);
}

/* Two devices describe one place; the first has it, until it is told to leave. */
static void find_device(void)
{
	static const char *const devices[] = { "IPI0001:00", "IPI0001:01" };

	for (int i = 0; i < 2; i++) {
		device = devices[i];
		if (!strcmp(file_text("/sys/bus/acpi/devices/%s/path", device), "\\_SB_.GPEI"))
			break;
	}
	for (int i = 0; i < 2; i++)
		file_write(DRIVER "/unbind", devices[i]);
}

static void taken_and_given_back(void)
{
	struct reply r;

	EXPECT(!says("enabled"));
	for (int i = 0; i < ROUNDS; i++) {
		int fd;

		EXPECT_EQ(file_write(DRIVER "/bind", device), 0);
		fd = ipmi_open(0);
		REQUIRE(EXPECT(fd >= 0));
		/* The kernel's own never does, so it would not come from real hardware either. */
		EXPECT_EQ(says("enabled"), stack_is_ours());
		for (int n = 0; n < 20; n++) {
			EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
			EXPECT_EQ(r.data[0], 0);
		}
		close(fd);
		EXPECT_EQ(file_number("/sys/bus/platform/devices/%s/hosed_count", device), 0);
		EXPECT(strstr(file_text("/sys/bus/platform/devices/%s/params", device),
			      "kcs,i/o,0xca2,rsp=1,rsi=1,rsh=0,irq=5,"));
		EXPECT_EQ(file_write(DRIVER "/unbind", device), 0);
		EXPECT(!says("enabled"));
	}
	EXPECT_EQ(run("dmesg | grep -c '%s: .*Using ACPI GPE 5'", device), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(taken_and_given_back),
};

int main(void)
{
	close(ipmi_open(0));
	find_device();
	return ktap_main(cases, ARRAY_SIZE(cases));
}
