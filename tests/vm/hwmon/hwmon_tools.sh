#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck source=tests/vm/lib/ktap.sh
. /vm/bin/ktap.sh
succeeds modprobe ipmi_hwmon
sleep 4
dmesg | grep -i ipmi
cat /sys/kernel/debug/ipmi_hwmon/ipmi0/*
h=$(echo /sys/devices/*/*/*/ipmi_hwmon.0/hwmon/hwmon* /sys/devices/*/*/ipmi_hwmon.0/hwmon/hwmon*)
echo "$h"; ls -l /sys/class/hwmon
for f in /sys/class/hwmon/hwmon*/*_*; do echo "$f $(cat $f)"; done
sensors
sensors -j
ipmitool sensor
ipmi-sensors
succeeds rmmod ipmi_hwmon
ktap_end
