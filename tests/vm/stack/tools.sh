#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The tools people use, on /dev/ipmi0: each answers what the BMC of tools/vm/bmc.toml knows.
# shellcheck source=tests/vm/lib/ktap.sh
. /vm/bin/ktap.sh

succeeds ipmitool mc info
says '^Firmware Revision +: 1\.42$'
says '^IPMI Version +: 2\.0$'
says '^Manufacturer ID +: 32473$'
says '^Product ID +: 7536 \(0x1d70\)$'
lines 1 '^ +Sensor Device$'
succeeds ipmitool raw 6 1
says '^ 20 00 01 42 02 07 d9 7e 00 70 1d ?$'
fails ipmitool raw 6 0xf3
says 'rsp=0xc1\): Invalid command'

# CPU Temp to 51 degrees
succeeds ipmitool raw 4 0x30 1 1 51
succeeds ipmitool sdr list
lines 15 '\| ok *$'
says '^CPU Temp +\| 51 degrees C +\| ok'
succeeds ipmitool sensor list
says '^CPU Temp +\| 51\.000 +\| degrees C +\| ok'
succeeds ipmitool sdr get 'CPU Temp'
says 'Upper critical +: 95\.000'

succeeds ipmitool sel info
says '^Entries +: 0'
echo '0x04 0x01 0x01 0x01 0x57 0x56 0x55 # hot' >/tmp/events
succeeds ipmitool sel add /tmp/events
succeeds ipmitool sel list
lines 1 'Temperature #0x01 \| Upper Non-critical going high \| Asserted'
succeeds ipmitool sel clear
succeeds ipmitool sel list
says 'SEL has no entries'

succeeds ipmitool fru print 0
says 'Product Serial +: S0001'
succeeds ipmitool fru print 1
says 'Board Product +: Power supply 750 W'
succeeds ipmitool chassis status
says '^System Power +: on'
succeeds ipmitool mc watchdog get
succeeds ipmitool mc getenables

succeeds bmc-info --driver-type=OPENIPMI --get-device-id
says '^Firmware Revision +: 1\.42$'
says '^Manufacturer ID +:.*\(32473\)$'
succeeds ipmi-sensors --driver-type=OPENIPMI --quiet-cache
says '\| CPU Temp +\| Temperature +\| 51\.00 +\| C'
lines 15 "'OK'"
succeeds ipmi-sel --driver-type=OPENIPMI --info
says 'Number of log entries +: 0'
succeeds ipmi-fru --driver-type=OPENIPMI --device-id=0 --quiet-cache
says 'FRU Product Serial Number: S0001'
succeeds ipmi-raw --driver-type=OPENIPMI 0 6 1
says '^rcvd: 01 00 20 00 01 42'

succeeds ipmiutil cmd 00 20 18 01
says 'len=11\]: 20 00 01 42 02 07 d9 7e 00 70 1d'
succeeds ipmiutil sensor
says 'CPU Temp'
succeeds ipmiutil sel
says 'Used=0'
succeeds ipmiutil fru
says 'Product Serial Num +: S0001'

succeeds openipmicmd -k '0f 00 06 01' smi 0
says '^0f 07 00 01 00 20 00 01 42'
ktap_end
