#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ipmidrv why where the firmware names an interrupt that never comes: the driver polls around it.
# shellcheck source=tests/vm/lib/ktap.sh
. /vm/bin/ktap.sh

succeeds ipmitool sdr list
fails ipmidrv why
says '^ipmi: WORKS, BUT the interrupt of ipmi0 does not come; it is slower, and works$'
says '^  bmc +WARN +ipmi0: the interrupt [0-9]+ does not come, so the BMC is polled$'
fails ipmidrv why -j
says '"result":"warn"'
fails ipmidrv why --slow
says '^  interrupt +WARN'
ktap_end
