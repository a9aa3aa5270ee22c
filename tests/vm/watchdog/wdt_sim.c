// SPDX-License-Identifier: GPL-2.0-only
/*
 * A BMC that says less of its timer than IPMI has it: there is a device all the same.
 */
#include <stdio.h>
#include <unistd.h>

#include "guest.h"
#include "ipmi_dev.h"
#include "ktap.h"
#include "wdt.h"

#define SYS "/sys/class/watchdog/watchdog0/"

static void short_answer(void)
{
	int fd = ipmi_must_open(0), wdt;
	struct reply r;

	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_TIMER, NULL, 0, &r), 0);
	ktap_note("Get Watchdog Timer: %d bytes, completion code %02x", r.len, r.data[0]);
	EXPECT(r.len < 9);
	close(fd);
	EXPECT_EQ(run("modprobe ipmi_watchdog timeout=100"), 0);
	wdt = wdt_open("watchdog0");
	REQUIRE(EXPECT(wdt >= 0));
	EXPECT_STR(file_text(SYS "state"), "active");
	EXPECT_STR(file_text(SYS "bootstatus"), "0");
	/* from memory */
	EXPECT(file_number(SYS "timeleft") > 50 && file_number(SYS "timeleft") <= 100);
	EXPECT_EQ(wdt_write(wdt, "1"), 0);
	EXPECT_EQ(wdt_close(wdt), 0);
	EXPECT_EQ(module_remove("ipmi_watchdog"), 0);
}

static const struct ktap_case cases[] = {
	KTAP_CASE(short_answer),
};

int main(void)
{
	keep_acpi_ipmi_out();
	return ktap_main(cases, ARRAY_SIZE(cases));
}
