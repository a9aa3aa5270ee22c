#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The tools people use, as a member of a group that may open /dev/ipmi0, with unprivileged=user:
# what reads works, what changes something is refused. Documentation/security.md has the table.
# FreeIPMI looks whether it is root and ends if it is not: in a user namespace of its own it is.
# shellcheck source=tests/vm/lib/ktap.sh
. /vm/bin/ktap.sh

echo 'reader:x:1000:1000::/tmp:/bin/sh' >>/etc/passwd
echo 'ipmi:x:990:reader' >>/etc/group
echo user >/sys/module/ipmi_devintf/parameters/unprivileged
chown 0:990 /dev/ipmi0
chmod 660 /dev/ipmi0

# reader COMMAND...: as that user
# shellcheck disable=SC2317 # called by succeeds and fails
reader() {
	su reader -c "HOME=/tmp $*" </dev/null
}

# free COMMAND...: as root of a user namespace, which is that user for all others
# shellcheck disable=SC2317 # likewise
free() {
	su reader -c "HOME=/tmp unshare -r $*" </dev/null
}

# the event that is read below, by who may
echo '0x04 0x01 0x01 0x01 0x57 0x56 0x55 # hot' >/tmp/events
succeeds ipmitool sel add /tmp/events
succeeds reader id
says 'groups=.*990'

succeeds reader ipmitool mc info
says '^Firmware Revision +: 1\.42$'
succeeds reader ipmitool mc getenables
succeeds reader ipmitool mc watchdog get
succeeds reader ipmitool sdr list
lines 15 '\| ok *$'
succeeds reader ipmitool sensor list
says '^CPU Temp '
succeeds reader "ipmitool sdr get 'CPU Temp'"
says 'Upper critical +: 95\.000'
succeeds reader ipmitool sel info
says '^Entries +: 1'
succeeds reader ipmitool sel list
lines 1 'Temperature #0x01 \| Upper Non-critical going high \| Asserted'
succeeds reader ipmitool sel time get
succeeds reader ipmitool fru print 0
says 'Product Serial +: S0001'
succeeds reader ipmitool chassis status
says '^System Power +: on'

succeeds free bmc-info --driver-type=OPENIPMI --get-device-id
says '^Firmware Revision +: 1\.42$'
succeeds free ipmi-sensors --driver-type=OPENIPMI --quiet-cache
lines 15 "'OK'"
succeeds free ipmi-sel --driver-type=OPENIPMI --info
says 'Number of log entries +: 1'
succeeds free ipmi-fru --driver-type=OPENIPMI --device-id=0 --quiet-cache
says 'FRU Product Serial Number: S0001'
succeeds free ipmi-chassis --driver-type=OPENIPMI --get-status
says 'System Power +: on'

fails reader ipmitool chassis power cycle
says 'Operation not permitted'
# ipmitool says that it was sent, and exits with 0
succeeds reader ipmitool mc reset cold
says 'Operation not permitted'
fails reader ipmitool raw 0x30 1
fails reader ipmitool sel clear
says 'Operation not permitted'
succeeds ipmitool sel info
says '^Entries +: 1'
fails reader bmc-info --driver-type=OPENIPMI --get-device-id
says 'permission denied'
fails free ipmi-chassis --driver-type=OPENIPMI --chassis-control=POWER-CYCLE
fails free ipmi-raw --driver-type=OPENIPMI 0 6 2
grep -h . /sys/class/ipmi/ipmi0/device/ipmi_stats/refused_privilege >/tmp/out
says '^[1-9]'
ktap_end
