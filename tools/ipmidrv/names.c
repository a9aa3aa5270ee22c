// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of commands and completion codes, and the secrets in them.
 */
#include <stdio.h>
#include <string.h>

#include "ipmidrv.h"
#include "names.h"

#define NETFN_GROUP 0x2c
#define NETFN_OEM 0x2e

static const struct {
	unsigned char netfn, cmd;
	const char *name;
} commands[] = {
	{ 0x00, 0x00, "Get Chassis Capabilities" },
	{ 0x00, 0x01, "Get Chassis Status" },
	{ 0x00, 0x02, "Chassis Control" },
	{ 0x00, 0x04, "Chassis Identify" },
	{ 0x00, 0x06, "Set Power Restore Policy" },
	{ 0x00, 0x07, "Get System Restart Cause" },
	{ 0x00, 0x08, "Set System Boot Options" },
	{ 0x00, 0x09, "Get System Boot Options" },
	{ 0x00, 0x0f, "Get POH Counter" },
	{ 0x04, 0x00, "Set Event Receiver" },
	{ 0x04, 0x01, "Get Event Receiver" },
	{ 0x04, 0x02, "Platform Event" },
	{ 0x04, 0x10, "Get PEF Capabilities" },
	{ 0x04, 0x12, "Set PEF Config Params" },
	{ 0x04, 0x13, "Get PEF Config Params" },
	{ 0x04, 0x20, "Get Device SDR Info" },
	{ 0x04, 0x21, "Get Device SDR" },
	{ 0x04, 0x22, "Reserve Device SDR" },
	{ 0x04, 0x23, "Get Sensor Factors" },
	{ 0x04, 0x24, "Set Sensor Hysteresis" },
	{ 0x04, 0x25, "Get Sensor Hysteresis" },
	{ 0x04, 0x26, "Set Sensor Threshold" },
	{ 0x04, 0x27, "Get Sensor Threshold" },
	{ 0x04, 0x28, "Set Sensor Event Enable" },
	{ 0x04, 0x29, "Get Sensor Event Enable" },
	{ 0x04, 0x2b, "Get Sensor Event Status" },
	{ 0x04, 0x2d, "Get Sensor Reading" },
	{ 0x04, 0x2f, "Get Sensor Type" },
	{ 0x04, 0x30, "Set Sensor Reading" },
	{ 0x06, 0x01, "Get Device ID" },
	{ 0x06, 0x02, "Cold Reset" },
	{ 0x06, 0x03, "Warm Reset" },
	{ 0x06, 0x04, "Get Self Test Results" },
	{ 0x06, 0x06, "Set ACPI Power State" },
	{ 0x06, 0x08, "Get Device GUID" },
	{ 0x06, 0x22, "Reset Watchdog" },
	{ 0x06, 0x24, "Set Watchdog Timer" },
	{ 0x06, 0x25, "Get Watchdog Timer" },
	{ 0x06, 0x2e, "Set BMC Global Enables" },
	{ 0x06, 0x2f, "Get BMC Global Enables" },
	{ 0x06, 0x30, "Clear Message Flags" },
	{ 0x06, 0x31, "Get Message Flags" },
	{ 0x06, 0x32, "Enable Message Channel Receive" },
	{ 0x06, 0x33, "Get Message" },
	{ 0x06, 0x34, "Send Message" },
	{ 0x06, 0x35, "Read Event Message Buffer" },
	{ 0x06, 0x36, "Get BT Interface Capabilities" },
	{ 0x06, 0x37, "Get System GUID" },
	{ 0x06, 0x38, "Get Channel Auth Capabilities" },
	{ 0x06, 0x39, "Get Session Challenge" },
	{ 0x06, 0x3a, "Activate Session" },
	{ 0x06, 0x3b, "Set Session Privilege" },
	{ 0x06, 0x3c, "Close Session" },
	{ 0x06, 0x3d, "Get Session Info" },
	{ 0x06, 0x40, "Set Channel Access" },
	{ 0x06, 0x41, "Get Channel Access" },
	{ 0x06, 0x42, "Get Channel Info" },
	{ 0x06, 0x43, "Set User Access" },
	{ 0x06, 0x44, "Get User Access" },
	{ 0x06, 0x45, "Set User Name" },
	{ 0x06, 0x46, "Get User Name" },
	{ 0x06, 0x47, "Set User Password" },
	{ 0x06, 0x48, "Activate Payload" },
	{ 0x06, 0x4d, "Get Payload Instance Info" },
	{ 0x06, 0x52, "Master Write-Read" },
	{ 0x06, 0x54, "Get Channel Cipher Suites" },
	{ 0x06, 0x56, "Set Channel Security Keys" },
	{ 0x06, 0x58, "Set System Info Params" },
	{ 0x06, 0x59, "Get System Info Params" },
	{ 0x0a, 0x10, "Get FRU Area Info" },
	{ 0x0a, 0x11, "Read FRU Data" },
	{ 0x0a, 0x12, "Write FRU Data" },
	{ 0x0a, 0x20, "Get SDR Repository Info" },
	{ 0x0a, 0x21, "Get SDR Allocation Info" },
	{ 0x0a, 0x22, "Reserve SDR Repository" },
	{ 0x0a, 0x23, "Get SDR" },
	{ 0x0a, 0x40, "Get SEL Info" },
	{ 0x0a, 0x42, "Reserve SEL" },
	{ 0x0a, 0x43, "Get SEL Entry" },
	{ 0x0a, 0x44, "Add SEL Entry" },
	{ 0x0a, 0x46, "Delete SEL Entry" },
	{ 0x0a, 0x47, "Clear SEL" },
	{ 0x0a, 0x48, "Get SEL Time" },
	{ 0x0a, 0x49, "Set SEL Time" },
	{ 0x0c, 0x01, "Set LAN Config Params" },
	{ 0x0c, 0x02, "Get LAN Config Params" },
	{ 0x0c, 0x21, "Set SOL Config Params" },
	{ 0x0c, 0x22, "Get SOL Config Params" },
};

const char *command_title(unsigned int netfn, unsigned int cmd)
{
	netfn &= ~1U;
	for (unsigned int i = 0; i < ARRAY_SIZE(commands); i++)
		if (commands[i].netfn == netfn && commands[i].cmd == cmd)
			return commands[i].name;
	return netfn == NETFN_GROUP ? "Group command" : netfn >= NETFN_OEM ? "OEM command" : "Command";
}

const char *completion_title(int cc)
{
	static const struct {
		int cc;
		const char *text;
	} codes[] = {
		{ 0x00, "ok" },
		{ 0x82, "82 BMC away" },
		{ 0xc0, "c0 node busy" },
		{ 0xc1, "c1 invalid command" },
		{ 0xc2, "c2 invalid for this LUN" },
		{ 0xc3, "c3 timeout" },
		{ 0xc4, "c4 out of space" },
		{ 0xc5, "c5 reservation lost" },
		{ 0xc6, "c6 request data truncated" },
		{ 0xc7, "c7 wrong length" },
		{ 0xc8, "c8 length exceeded" },
		{ 0xc9, "c9 parameter out of range" },
		{ 0xca, "ca cannot return that many bytes" },
		{ 0xcb, "cb not present" },
		{ 0xcc, "cc invalid data field" },
		{ 0xcd, "cd illegal for this sensor or record" },
		{ 0xce, "ce no response could be given" },
		{ 0xcf, "cf duplicated request" },
		{ 0xd0, "d0 SDR repository is being updated" },
		{ 0xd1, "d1 firmware is being updated" },
		{ 0xd2, "d2 BMC initializing" },
		{ 0xd3, "d3 destination unavailable" },
		{ 0xd4, "d4 insufficient privilege" },
		{ 0xd5, "d5 not supported in this state" },
		{ 0xd6, "d6 sub-function disabled" },
		{ 0xff, "ff unspecified error" },
	};
	static char text[16];

	for (unsigned int i = 0; i < ARRAY_SIZE(codes); i++)
		if (codes[i].cc == cc)
			return codes[i].text;
	if (cc < 0)
		return "no answer";
	snprintf(text, sizeof(text), "%02x", cc);
	return text;
}

/* From which byte on the data of these is secret; @param: only if the second byte is that. */
static const struct secret {
	unsigned char netfn, cmd;
	unsigned char from;
	unsigned char answer_from;
	short param;
} secrets[] = {
	{ 0x06, 0x47, 2, 0xff, -1 }, /* Set User Password: the password */
	{ 0x06, 0x56, 3, 1, -1 },    /* Set Channel Security Keys: the key */
	{ 0x06, 0x39, 17, 4, -1 },   /* Get Session Challenge: the challenge */
	{ 0x06, 0x3a, 2, 1, -1 },    /* Activate Session: the authentication code */
	{ 0x0c, 0x01, 2, 0xff, 16 }, /* Set LAN Config Params: the community string */
	{ 0x0c, 0x02, 0xff, 1, 16 }, /* Get LAN Config Params: the same */
	{ 0x04, 0x12, 1, 0xff, -1 }, /* Set PEF Config Params: may hold a community too */
};

#define NETFN_APP 0x06
#define CMD_SEND_MESSAGE 0x34
#define CMD_GET_MESSAGE 0x33
#define NETFN_OEM_FIRST 0x2e

static size_t blank_from(unsigned char *data, size_t len, size_t from)
{
	if (from >= len)
		return 0;
	memset(data + from, 0, len - from);
	return len - from;
}

/* A message in the form of IPMB: address, NetFn, checksum, address, number, command, data, checksum. */
static size_t blank_inside(unsigned char *data, size_t len)
{
	unsigned int netfn;

	if (len < 6)
		return 0;
	netfn = data[1] >> 2;
	/* what is in it twice is not taken apart: all of it goes */
	if ((netfn & ~1U) == NETFN_APP &&
	    (data[5] == CMD_SEND_MESSAGE || data[5] == CMD_GET_MESSAGE))
		return blank_from(data, len, 6);
	if (netfn & 1)
		return len > 7 ? blank_secrets(netfn & ~1U, data[5], data + 7, len - 7, 1) : 0;
	return blank_secrets(netfn, data[5], data + 6, len - 6, 0);
}

size_t blank_secrets(unsigned int netfn, unsigned int cmd, unsigned char *data, size_t len,
		     int is_answer)
{
	netfn &= ~1U;
	if (netfn == NETFN_APP && cmd == CMD_SEND_MESSAGE && !is_answer && len)
		return blank_inside(data + 1, len - 1);
	/* to the address of who asked, which is not sent: one byte is put before it */
	if (netfn == NETFN_APP && cmd == CMD_GET_MESSAGE && is_answer && len > 6) {
		unsigned char inner_netfn = data[1] >> 2, inner_cmd = data[5];

		return blank_secrets(inner_netfn & ~1U, inner_cmd, data + 6, len - 6,
				     inner_netfn & 1);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(secrets); i++) {
		const struct secret *s = &secrets[i];

		if (s->netfn != netfn || s->cmd != cmd)
			continue;
		if (s->param >= 0 && !is_answer && (len < 2 || data[1] != s->param))
			continue;
		return blank_from(data, len, is_answer ? s->answer_from : s->from);
	}
	return 0;
}
