// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workarounds for one BMC: each is at work where it is due, and nowhere else. The BMC of
 * tests/bmc says who it is.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"
#include "host_bmc.h"
#include "ipmi_dev.h"
#include "ktap.h"

#define DRIVER "/sys/bus/platform/drivers/ipmi_si"
#define DEVICE "IPI0001:00"
#define QUIRKS "/sys/kernel/debug/ipmi_si/" DEVICE "/quirks"

#define CMD_GET_SDR 0x23
#define MS 1000

static bool is_bt(void)
{
	return !strcmp(hardware(), "host-bt");
}

/* Its driver forgets the BMC, and gets to know it anew. */
static void meet_again(void)
{
	EXPECT_EQ(file_write(DRIVER "/unbind", DEVICE), 0);
	EXPECT_EQ(file_write(DRIVER "/bind", DEVICE), 0);
	for (double end = now() + 5; file_mode(QUIRKS) < 0 && now() < end; usleep(10000))
		;
}

static const char *quirks(void)
{
	return file_text(QUIRKS);
}

static void be(long manufacturer, int device_id, int revision, int version)
{
	bmc_line("set manufacturer %ld", manufacturer);
	bmc_line("set device-id 0x%x", device_id);
	bmc_line("set revision 0x%x", revision);
	bmc_line("set version 0x%x", version);
}

static const struct {
	long manufacturer;
	int device_id, revision, version;
	bool flags, sdr; /* which rows are about it; the second over BT only */
} bmcs[] = {
	{ 0x7ed9, 0x20, 0x80, 0x51, false, false },
	{ 0x2a2, 0x20, 0x80, 0x51, true, true },
	{ 0x2a2, 0x20, 0x80, 0x02, false, true },
	{ 0x2a2, 0x21, 0x80, 0x51, false, true },
	{ 0x2a2, 0x20, 0x81, 0x51, false, true },
	{ 0x2a2, 0x33, 0x01, 0x01, true, true },
	{ 0x2a2, 0x33, 0x01, 0x90, true, true },
	{ 0x002a3, 0x33, 0x01, 0x01, false, false },
	{ 0x102a2, 0x20, 0x80, 0x51, false, false },
};

static void each_bmc_has_its_own(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(bmcs); i++) {
		char want[64];

		be(bmcs[i].manufacturer, bmcs[i].device_id, bmcs[i].revision, bmcs[i].version);
		meet_again();
		snprintf(want, sizeof(want), "%s%s%s", bmcs[i].flags ? "dell-oem-flags" : "",
			 bmcs[i].flags && bmcs[i].sdr && is_bt() ? "\n" : "",
			 bmcs[i].sdr && is_bt() ? "dell-bt-sdr" : "");
		if (!EXPECT_STR(quirks(), want))
			ktap_note("BMC %u", i);
	}
}

/* A message waits, and the BMC shows OEM flags only. Does the host fetch it? */
static bool fetched_by(const char *flags)
{
	bool fetched;

	bmc_line("forget");
	bmc_line("message 0 aa bb");
	bmc_received(NETFN_APP, CMD_GET_MESSAGE, 2, MS);
	bmc_line("forget");
	bmc_line("flags %s", flags);
	bmc_line("hw 02"); /* attention */
	fetched = bmc_received(NETFN_APP, CMD_GET_MESSAGE, 1, MS / 2);
	bmc_line("flags 00");
	bmc_line("hw 00");
	return fetched;
}

static void oem_flags_mean_a_message(void)
{
	be(0x2a2, 0x20, 0x80, 0x51);
	meet_again();
	EXPECT(fetched_by("20"));
	EXPECT(fetched_by("80"));
	be(0x2a2, 0x20, 0x80, 0x02);
	meet_again();
	EXPECT(!fetched_by("20"));
}

/* Get SDR for so many bytes: its completion code. */
static int get_sdr(int len, int bytes)
{
	unsigned char rq[7] = { 0, 0, 0, 0, 0, bytes };
	struct reply r = { 0 };
	int fd = ipmi_open(0);

	EXPECT_EQ(ipmi_ask(fd, NETFN_STORAGE, CMD_GET_SDR, rq, len, &r), 0);
	close(fd);
	return r.data[0];
}

static void a_record_of_58_bytes(void)
{
	be(0x2a2, 0x20, 0x80, 0x02);
	meet_again();
	bmc_line("forget");
	EXPECT_EQ(get_sdr(6, 0x3a), is_bt() ? 0xca : 0);
	EXPECT_EQ(bmc_number("count %x %x", NETFN_STORAGE, CMD_GET_SDR), !is_bt());
	/* All others go to the BMC. */
	get_sdr(6, 0x39);
	get_sdr(5, 0x3a);
	get_sdr(7, 0x3a);
	EXPECT_EQ(bmc_number("count %x %x", NETFN_STORAGE, CMD_GET_SDR), is_bt() ? 2 : 4);
	be(0x7ed9, 0x20, 0x80, 0x02);
	meet_again();
	bmc_line("forget");
	EXPECT_EQ(get_sdr(6, 0x3a), 0);
	EXPECT_EQ(bmc_number("count %x %x", NETFN_STORAGE, CMD_GET_SDR), 1);
}

/* Who goes away may come back as somebody else. */
static void another_firmware(void)
{
	struct reply r;
	int fd;

	be(0x7ed9, 0x20, 0x80, 0x02);
	meet_again();
	EXPECT_STR(quirks(), "");
	be(0x2a2, 0x20, 0x80, 0x51);
	EXPECT_STR(quirks(), "");
	fd = ipmi_open(0);
	/* longer than a BMC of that kind may think */
	bmc_line("away busy %d", is_bt() ? 12000 : 7000);
	EXPECT_EQ(ipmi_send(fd, 1, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	EXPECT_EQ(ipmi_next(fd, 15000, &r), 0);
	EXPECT(r.data[0]);
	for (double end = now() + 5; now() < end && !*quirks(); usleep(50000))
		;
	EXPECT_STR(quirks(), is_bt() ? "dell-oem-flags\ndell-bt-sdr" : "dell-oem-flags");
	EXPECT_EQ(ipmi_ask(fd, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0, &r), 0);
	EXPECT_EQ(r.data[0], 0);

	/* And back: what was done about the other one is not done any more. */
	be(0x7ed9, 0x20, 0x80, 0x02);
	bmc_line("away busy %d", is_bt() ? 12000 : 7000);
	EXPECT_EQ(ipmi_send(fd, 1, NETFN_APP, CMD_GET_DEVICE_ID, NULL, 0), 0);
	EXPECT_EQ(ipmi_next(fd, 15000, &r), 0);
	for (double end = now() + 5; now() < end && *quirks(); usleep(50000))
		;
	EXPECT_STR(quirks(), "");
	close(fd);
	EXPECT(!fetched_by("20"));
}

static const struct ktap_case cases[] = {
	KTAP_CASE(each_bmc_has_its_own),
	KTAP_CASE(oem_flags_mean_a_message),
	KTAP_CASE(a_record_of_58_bytes),
	KTAP_CASE(another_firmware),
};

int main(void)
{
	close(ipmi_open(0));
	return ktap_main(cases, ARRAY_SIZE(cases));
}
