// SPDX-License-Identifier: GPL-2.0-only
/*
 * The privilege level that each command needs, as a table.
 *
 * The levels are those of IPMI 2.0, appendix G, whose sections stand beside the commands. Some
 * commands need more here: those that appendix G gives to the system interface alone, because
 * there the driver uses them itself, those that concern a session, and those that carry what
 * nobody judges. Called by privilege.c.
 */
#include <ipmi/privilege.h>

#define NETFN_CHASSIS	0x00
#define NETFN_BRIDGE	0x02
#define NETFN_SENSOR	0x04
#define NETFN_APP	0x06
#define NETFN_STORAGE	0x0a
#define NETFN_TRANSPORT 0x0c

/* So that a row is one line. */
#define USER	 PRIVILEGE_USER
#define OPERATOR PRIVILEGE_OPERATOR
#define ADMIN	 PRIVILEGE_ADMIN
#define ANY_LUN	 PRIVILEGE_ANY_LUN
#define CARRIES	 PRIVILEGE_CARRIES
#define BUS	 PRIVILEGE_BUS

/* clang-format off */
static const struct privilege_row rows[] = {
	/* App, the device itself. */
	{ NETFN_APP, 0x01, USER }, /* 20.1 Get Device ID */
	{ NETFN_APP, 0x02, ADMIN }, /* 20.2 Cold Reset */
	{ NETFN_APP, 0x03, ADMIN }, /* 20.3 Warm Reset */
	{ NETFN_APP, 0x04, USER }, /* 20.4 Get Self Test Results */
	{ NETFN_APP, 0x05, ADMIN }, /* 20.5 Manufacturing Test On */
	{ NETFN_APP, 0x06, ADMIN }, /* 20.6 Set ACPI Power State */
	{ NETFN_APP, 0x07, USER }, /* 20.7 Get ACPI Power State */
	{ NETFN_APP, 0x08, USER }, /* 20.8 Get Device GUID */
	{ NETFN_APP, 0x09, USER }, /* 21.2 Get NetFn Support */
	{ NETFN_APP, 0x0a, USER }, /* 21.3 Get Command Support */
	{ NETFN_APP, 0x0b, USER }, /* 21.4 Get Command Sub-function Support */
	{ NETFN_APP, 0x0c, USER }, /* 21.5 Get Configurable Commands */
	{ NETFN_APP, 0x0d, USER }, /* 21.6 Get Configurable Command Sub-functions */
	{ NETFN_APP, 0x60, ADMIN }, /* 21.7 Set Command Enables */
	{ NETFN_APP, 0x61, USER }, /* 21.8 Get Command Enables */
	{ NETFN_APP, 0x62, ADMIN }, /* 21.9 Set Command Sub-function Enables */
	{ NETFN_APP, 0x63, USER }, /* 21.10 Get Command Sub-function Enables */
	{ NETFN_APP, 0x64, USER }, /* 21.11 Get OEM NetFn IANA Support */

	/* App, the watchdog. */
	{ NETFN_APP, 0x22, OPERATOR }, /* 27.5 Reset Watchdog Timer */
	{ NETFN_APP, 0x24, OPERATOR }, /* 27.6 Set Watchdog Timer */
	{ NETFN_APP, 0x25, USER }, /* 27.7 Get Watchdog Timer */

	/* App, messages; what appendix G gives to the system interface alone is the driver's. */
	{ NETFN_APP, 0x2e, ADMIN }, /* 22.1 Set BMC Global Enables */
	{ NETFN_APP, 0x2f, USER }, /* 22.2 Get BMC Global Enables */
	{ NETFN_APP, 0x30, ADMIN }, /* 22.3 Clear Message Flags */
	{ NETFN_APP, 0x31, ADMIN }, /* 22.4 Get Message Flags */
	{ NETFN_APP, 0x32, ADMIN }, /* 22.5 Enable Message Channel Receive */
	{ NETFN_APP, 0x33, ADMIN }, /* 22.6 Get Message */
	{ NETFN_APP, 0x34, USER, CARRIES }, /* 22.7 Send Message */
	{ NETFN_APP, 0x35, ADMIN }, /* 22.8 Read Event Message Buffer */
	{ NETFN_APP, 0x36, USER }, /* 22.10 Get BT Interface Capabilities */
	{ NETFN_APP, 0x37, USER }, /* 22.14 Get System GUID */
	{ NETFN_APP, 0x52, OPERATOR, BUS }, /* 22.11 Master Write-Read */
	{ NETFN_APP, 0x57, USER }, /* 22.9 Get System Interface Capabilities */
	{ NETFN_APP, 0x58, ADMIN }, /* 22.14a Set System Info Parameters */
	{ NETFN_APP, 0x59, USER }, /* 22.14b Get System Info Parameters */

	/*
	 * App, sessions. Who sends by the system interface has none, so those below marked + would
	 * concern somebody else's.
	 */
	{ NETFN_APP, 0x38, USER }, /* 22.13 Get Channel Authentication Capabilities */
	{ NETFN_APP, 0x39, ADMIN }, /* 22.16 + Get Session Challenge */
	{ NETFN_APP, 0x3a, ADMIN }, /* 22.17 + Activate Session */
	{ NETFN_APP, 0x3b, ADMIN }, /* 22.18 + Set Session Privilege Level */
	{ NETFN_APP, 0x3c, ADMIN }, /* 22.19 + Close Session */
	{ NETFN_APP, 0x3d, USER }, /* 22.20 Get Session Info */
	{ NETFN_APP, 0x3f, OPERATOR }, /* 22.21 Get AuthCode */
	{ NETFN_APP, 0x48, ADMIN }, /* 24.1 + Activate Payload */
	{ NETFN_APP, 0x49, ADMIN }, /* 24.2 + Deactivate Payload */
	{ NETFN_APP, 0x4a, USER }, /* 24.4 Get Payload Activation Status */
	{ NETFN_APP, 0x4b, USER }, /* 24.5 Get Payload Instance Info */
	{ NETFN_APP, 0x4c, ADMIN }, /* 24.6 Set User Payload Access */
	{ NETFN_APP, 0x4d, OPERATOR }, /* 24.7 Get User Payload Access */
	{ NETFN_APP, 0x4e, USER }, /* 24.8 Get Channel Payload Support */
	{ NETFN_APP, 0x4f, USER }, /* 24.9 Get Channel Payload Version */
	{ NETFN_APP, 0x50, USER }, /* 24.10 Get Channel OEM Payload Info */
	{ NETFN_APP, 0x54, USER }, /* 22.15 Get Channel Cipher Suites */
	{ NETFN_APP, 0x55, ADMIN }, /* 24.3 + Suspend/Resume Payload Encryption */

	/* App, channels and users. */
	{ NETFN_APP, 0x40, ADMIN }, /* 22.22 Set Channel Access */
	{ NETFN_APP, 0x41, USER }, /* 22.23 Get Channel Access */
	{ NETFN_APP, 0x42, USER }, /* 22.24 Get Channel Info */
	{ NETFN_APP, 0x43, ADMIN }, /* 22.26 Set User Access */
	{ NETFN_APP, 0x44, OPERATOR }, /* 22.27 Get User Access */
	{ NETFN_APP, 0x45, ADMIN }, /* 22.28 Set User Name */
	{ NETFN_APP, 0x46, OPERATOR }, /* 22.29 Get User Name */
	{ NETFN_APP, 0x47, ADMIN }, /* 22.30 Set User Password */
	{ NETFN_APP, 0x56, ADMIN }, /* 22.25 Set Channel Security Keys */

	/* Chassis. */
	{ NETFN_CHASSIS, 0x00, USER }, /* 28.1 Get Chassis Capabilities */
	{ NETFN_CHASSIS, 0x01, USER }, /* 28.2 Get Chassis Status */
	{ NETFN_CHASSIS, 0x02, OPERATOR }, /* 28.3 Chassis Control */
	{ NETFN_CHASSIS, 0x03, OPERATOR }, /* 28.4 Chassis Reset */
	{ NETFN_CHASSIS, 0x04, OPERATOR }, /* 28.5 Chassis Identify */
	{ NETFN_CHASSIS, 0x05, ADMIN }, /* 28.7 Set Chassis Capabilities */
	{ NETFN_CHASSIS, 0x06, OPERATOR }, /* 28.8 Set Power Restore Policy */
	{ NETFN_CHASSIS, 0x07, USER }, /* 28.11 Get System Restart Cause */
	{ NETFN_CHASSIS, 0x08, OPERATOR }, /* 28.12 Set System Boot Options */
	{ NETFN_CHASSIS, 0x09, OPERATOR }, /* 28.13 Get System Boot Options */
	{ NETFN_CHASSIS, 0x0a, ADMIN }, /* 28.6 Set Front Panel Button Enables */
	{ NETFN_CHASSIS, 0x0b, ADMIN }, /* 28.9 Set Power Cycle Interval */
	{ NETFN_CHASSIS, 0x0f, USER }, /* 28.14 Get POH Counter */

	/* Sensor/Event: events and alerts. */
	{ NETFN_SENSOR, 0x00, ADMIN }, /* 29.1 Set Event Receiver */
	{ NETFN_SENSOR, 0x01, USER }, /* 29.2 Get Event Receiver */
	{ NETFN_SENSOR, 0x02, OPERATOR }, /* 29.3 Platform Event */
	{ NETFN_SENSOR, 0x10, USER }, /* 30.1 Get PEF Capabilities */
	{ NETFN_SENSOR, 0x11, ADMIN }, /* 30.2 Arm PEF Postpone Timer */
	{ NETFN_SENSOR, 0x12, ADMIN }, /* 30.3 Set PEF Configuration Parameters */
	{ NETFN_SENSOR, 0x13, OPERATOR }, /* 30.4 Get PEF Configuration Parameters */
	{ NETFN_SENSOR, 0x14, ADMIN }, /* 30.5 Set Last Processed Event ID */
	{ NETFN_SENSOR, 0x15, ADMIN }, /* 30.6 Get Last Processed Event ID */
	{ NETFN_SENSOR, 0x16, ADMIN }, /* 30.7 Alert Immediate */
	{ NETFN_SENSOR, 0x17, OPERATOR }, /* 30.8 PET Acknowledge: ends an alert */

	/* Sensor/Event: sensors, which may be at any LUN. */
	{ NETFN_SENSOR, 0x20, USER, ANY_LUN }, /* 35.2 Get Device SDR Info */
	{ NETFN_SENSOR, 0x21, USER, ANY_LUN }, /* 35.3 Get Device SDR */
	{ NETFN_SENSOR, 0x22, USER, ANY_LUN }, /* 35.4 Reserve Device SDR Repository */
	{ NETFN_SENSOR, 0x23, USER, ANY_LUN }, /* 35.5 Get Sensor Reading Factors */
	{ NETFN_SENSOR, 0x24, OPERATOR, ANY_LUN }, /* 35.6 Set Sensor Hysteresis */
	{ NETFN_SENSOR, 0x25, USER, ANY_LUN }, /* 35.7 Get Sensor Hysteresis */
	{ NETFN_SENSOR, 0x26, OPERATOR, ANY_LUN }, /* 35.8 Set Sensor Thresholds */
	{ NETFN_SENSOR, 0x27, USER, ANY_LUN }, /* 35.9 Get Sensor Thresholds */
	{ NETFN_SENSOR, 0x28, OPERATOR, ANY_LUN }, /* 35.10 Set Sensor Event Enable */
	{ NETFN_SENSOR, 0x29, USER, ANY_LUN }, /* 35.11 Get Sensor Event Enable */
	{ NETFN_SENSOR, 0x2a, OPERATOR, ANY_LUN }, /* 35.12 Re-arm Sensor Events */
	{ NETFN_SENSOR, 0x2b, USER, ANY_LUN }, /* 35.13 Get Sensor Event Status */
	{ NETFN_SENSOR, 0x2d, USER, ANY_LUN }, /* 35.14 Get Sensor Reading */
	{ NETFN_SENSOR, 0x2e, OPERATOR, ANY_LUN }, /* 35.15 Set Sensor Type */
	{ NETFN_SENSOR, 0x2f, USER, ANY_LUN }, /* 35.16 Get Sensor Type */
	{ NETFN_SENSOR, 0x30, OPERATOR, ANY_LUN }, /* 35.17 Set Sensor Reading */

	/* Storage: inventory, which may be at any LUN. */
	{ NETFN_STORAGE, 0x10, USER, ANY_LUN }, /* 34.1 Get FRU Inventory Area Info */
	{ NETFN_STORAGE, 0x11, USER, ANY_LUN }, /* 34.2 Read FRU Data */
	{ NETFN_STORAGE, 0x12, OPERATOR, ANY_LUN }, /* 34.3 Write FRU Data */

	/* Storage: sensor data records. */
	{ NETFN_STORAGE, 0x20, USER }, /* 33.9 Get SDR Repository Info */
	{ NETFN_STORAGE, 0x21, USER }, /* 33.10 Get SDR Repository Allocation Info */
	{ NETFN_STORAGE, 0x22, USER }, /* 33.11 Reserve SDR Repository */
	{ NETFN_STORAGE, 0x23, USER }, /* 33.12 Get SDR */
	{ NETFN_STORAGE, 0x24, OPERATOR }, /* 33.13 Add SDR */
	{ NETFN_STORAGE, 0x25, OPERATOR }, /* 33.14 Partial Add SDR */
	{ NETFN_STORAGE, 0x26, OPERATOR }, /* 33.15 Delete SDR */
	{ NETFN_STORAGE, 0x27, OPERATOR }, /* 33.16 Clear SDR Repository */
	{ NETFN_STORAGE, 0x28, USER }, /* 33.17 Get SDR Repository Time */
	{ NETFN_STORAGE, 0x29, OPERATOR }, /* 33.18 Set SDR Repository Time */
	{ NETFN_STORAGE, 0x2a, OPERATOR }, /* 33.19 Enter SDR Repository Update Mode */
	{ NETFN_STORAGE, 0x2b, OPERATOR }, /* 33.20 Exit SDR Repository Update Mode */
	{ NETFN_STORAGE, 0x2c, OPERATOR }, /* 33.21 Run Initialization Agent */

	/* Storage: the event log. */
	{ NETFN_STORAGE, 0x40, USER }, /* 31.2 Get SEL Info */
	{ NETFN_STORAGE, 0x41, USER }, /* 31.3 Get SEL Allocation Info */
	{ NETFN_STORAGE, 0x42, USER }, /* 31.4 Reserve SEL */
	{ NETFN_STORAGE, 0x43, USER }, /* 31.5 Get SEL Entry */
	{ NETFN_STORAGE, 0x44, OPERATOR }, /* 31.6 Add SEL Entry */
	{ NETFN_STORAGE, 0x45, OPERATOR }, /* 31.7 Partial Add SEL Entry */
	{ NETFN_STORAGE, 0x46, OPERATOR }, /* 31.8 Delete SEL Entry */
	{ NETFN_STORAGE, 0x47, OPERATOR }, /* 31.9 Clear SEL */
	{ NETFN_STORAGE, 0x48, USER }, /* 31.10 Get SEL Time */
	{ NETFN_STORAGE, 0x49, OPERATOR }, /* 31.11 Set SEL Time */
	{ NETFN_STORAGE, 0x5a, USER }, /* 31.12 Get Auxiliary Log Status */
	{ NETFN_STORAGE, 0x5b, ADMIN }, /* 31.13 Set Auxiliary Log Status */
	{ NETFN_STORAGE, 0x5c, USER }, /* 31.11a Get SEL Time UTC Offset */
	{ NETFN_STORAGE, 0x5d, OPERATOR }, /* 31.11b Set SEL Time UTC Offset */

	/* Transport. "Its own": appendix G gives it to the system interface alone. */
	{ NETFN_TRANSPORT, 0x01, ADMIN }, /* 23.1 Set LAN Configuration Parameters */
	{ NETFN_TRANSPORT, 0x02, OPERATOR }, /* 23.2 Get LAN Configuration Parameters */
	{ NETFN_TRANSPORT, 0x03, ADMIN }, /* 23.3 Suspend BMC ARPs */
	{ NETFN_TRANSPORT, 0x04, USER }, /* 23.4 Get IP/UDP/RMCP Statistics */
	{ NETFN_TRANSPORT, 0x10, ADMIN }, /* 25.1 Set Serial/Modem Configuration */
	{ NETFN_TRANSPORT, 0x11, OPERATOR }, /* 25.2 Get Serial/Modem Configuration */
	{ NETFN_TRANSPORT, 0x12, OPERATOR }, /* 25.3 Set Serial/Modem Mux */
	{ NETFN_TRANSPORT, 0x13, USER }, /* 25.4 Get TAP Response Codes */
	{ NETFN_TRANSPORT, 0x14, ADMIN }, /* 25.5 Set PPP UDP Proxy Transmit Data: its own */
	{ NETFN_TRANSPORT, 0x15, ADMIN }, /* 25.6 Get PPP UDP Proxy Transmit Data: its own */
	{ NETFN_TRANSPORT, 0x16, ADMIN }, /* 25.7 Send PPP UDP Proxy Packet: its own */
	{ NETFN_TRANSPORT, 0x17, ADMIN }, /* 25.8 Get PPP UDP Proxy Receive Data: its own */
	{ NETFN_TRANSPORT, 0x18, ADMIN }, /* 25.9 Serial/Modem Connection Active */
	{ NETFN_TRANSPORT, 0x19, ADMIN }, /* 25.10 Callback */
	{ NETFN_TRANSPORT, 0x1a, ADMIN }, /* 25.11 Set User Callback Options */
	{ NETFN_TRANSPORT, 0x1b, USER }, /* 25.12 Get User Callback Options */
	{ NETFN_TRANSPORT, 0x1c, ADMIN }, /* 25.13 Set Serial Routing Mux */
	{ NETFN_TRANSPORT, 0x20, ADMIN }, /* 26.1 SOL Activating: a BMC tells others */
	{ NETFN_TRANSPORT, 0x21, ADMIN }, /* 26.2 Set SOL Configuration Parameters */
	{ NETFN_TRANSPORT, 0x22, USER }, /* 26.3 Get SOL Configuration Parameters */
	{ NETFN_TRANSPORT, 0x30, ADMIN }, /* 35b Forwarded Command: carries any */
	{ NETFN_TRANSPORT, 0x31, ADMIN }, /* 35b Set Forwarded Commands */
	{ NETFN_TRANSPORT, 0x32, USER }, /* 35b Get Forwarded Commands */
	{ NETFN_TRANSPORT, 0x33, ADMIN }, /* 35b Enable Forwarded Commands */

	/* Bridge: the ICMB specification. Marked + what carries any command, Operator there. */
	{ NETFN_BRIDGE, 0x00, USER }, /* Get Bridge State */
	{ NETFN_BRIDGE, 0x01, OPERATOR }, /* Set Bridge State */
	{ NETFN_BRIDGE, 0x02, USER }, /* Get ICMB Address */
	{ NETFN_BRIDGE, 0x03, OPERATOR }, /* Set ICMB Address */
	{ NETFN_BRIDGE, 0x04, OPERATOR }, /* Set Bridge Proxy Address */
	{ NETFN_BRIDGE, 0x05, USER }, /* Get Bridge Statistics */
	{ NETFN_BRIDGE, 0x06, USER }, /* Get ICMB Capabilities */
	{ NETFN_BRIDGE, 0x08, OPERATOR }, /* Clear Bridge Statistics */
	{ NETFN_BRIDGE, 0x09, USER }, /* Get Bridge Proxy Address */
	{ NETFN_BRIDGE, 0x0a, USER }, /* Get ICMB Connector Info */
	{ NETFN_BRIDGE, 0x0b, USER }, /* Get ICMB Connection ID */
	{ NETFN_BRIDGE, 0x0c, USER }, /* Send ICMB Connection ID */
	{ NETFN_BRIDGE, 0x10, OPERATOR }, /* Prepare For Discovery */
	{ NETFN_BRIDGE, 0x11, USER }, /* Get Addresses */
	{ NETFN_BRIDGE, 0x12, OPERATOR }, /* Set Discovered */
	{ NETFN_BRIDGE, 0x13, USER }, /* Get Chassis Device ID */
	{ NETFN_BRIDGE, 0x14, OPERATOR }, /* Set Chassis Device ID */
	{ NETFN_BRIDGE, 0x20, ADMIN }, /* + Bridge Request */
	{ NETFN_BRIDGE, 0x21, ADMIN }, /* + Bridge Message */
	{ NETFN_BRIDGE, 0x30, USER }, /* Get Event Count */
	{ NETFN_BRIDGE, 0x31, OPERATOR }, /* Set Event Destination */
	{ NETFN_BRIDGE, 0x32, OPERATOR }, /* Set Event Reception State */
	{ NETFN_BRIDGE, 0x33, OPERATOR }, /* Send ICMB Event Message */
	{ NETFN_BRIDGE, 0x34, USER }, /* Get Event Destination */
	{ NETFN_BRIDGE, 0x35, USER }, /* Get Event Reception State */
};

/* Network function 2Ch: the first byte of the data says whose command it is. */
static const struct privilege_group_row group_rows[] = {
	/* PICMG 3.0, and VITA 46.11: the question whether a board knows it at all. */
	{ 0x00, 0x00, USER }, /* Get PICMG Properties */
	{ 0x03, 0x00, USER }, /* Get VSO Capabilities */

	/* DCMI 1.5, section 6. */
	{ 0xdc, 0x01, USER }, /* Get DCMI Capabilities Info */
	{ 0xdc, 0x02, USER }, /* Get Power Reading */
	{ 0xdc, 0x03, USER }, /* Get Power Limit */
	{ 0xdc, 0x04, OPERATOR }, /* Set Power Limit */
	{ 0xdc, 0x05, OPERATOR }, /* Activate/Deactivate Power Limit */
	{ 0xdc, 0x06, USER }, /* Get Asset Tag */
	{ 0xdc, 0x07, USER }, /* Get DCMI Sensor Info */
	{ 0xdc, 0x08, OPERATOR }, /* Set Asset Tag */
	{ 0xdc, 0x09, USER }, /* Get Management Controller ID String */
	{ 0xdc, 0x0a, ADMIN }, /* Set Management Controller ID String */
	{ 0xdc, 0x0b, OPERATOR }, /* Set Thermal Limit */
	{ 0xdc, 0x0c, USER }, /* Get Thermal Limit */
	{ 0xdc, 0x10, USER }, /* Get Temperature Readings */
	{ 0xdc, 0x12, ADMIN }, /* Set DCMI Configuration Parameters */
	{ 0xdc, 0x13, USER }, /* Get DCMI Configuration Parameters */
};

/* clang-format on */

/**
 * privilege_find_row() - a command's row
 * @netfn: network function of a request, but not that of groups
 * @cmd: command
 *
 * Return: the row, NULL if the table does not know it.
 */
const struct privilege_row *privilege_find_row(u8 netfn, u8 cmd)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].netfn == netfn && rows[i].cmd == cmd)
			return &rows[i];
	return NULL;
}

/**
 * privilege_find_group_row() - the row of a defining body's command
 * @body: the first byte of its data
 * @cmd: command
 *
 * Return: the row, NULL if the table does not know it.
 */
const struct privilege_group_row *privilege_find_group_row(u8 body, u8 cmd)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(group_rows); i++)
		if (group_rows[i].body == body && group_rows[i].cmd == cmd)
			return &group_rows[i];
	return NULL;
}

/**
 * privilege_knows_group() - is there any command of a defining body?
 * @body: the first byte of its data
 *
 * Return: whether there is.
 */
bool privilege_knows_group(u8 body)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(group_rows); i++)
		if (group_rows[i].body == body)
			return true;
	return false;
}
